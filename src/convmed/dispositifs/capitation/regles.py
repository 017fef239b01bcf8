"""Capitation: which teams may be paid a lump sum instead of acts, and what it amounts to.

Sources: proposal of 08/02/2024, rémunération de groupe; convention of 4 June 2024, art. 92; press on the trial of 2026.
The team is one row, its patients are rows, each standing for one patient or for several alike.
"""

from convmed.donnees.entites import REGISTRE
from convmed.moteur.noeuds import a_defaut, arrondi_demi_superieur, cas, et, non, parmi, part, present, somme

REGISTRE.entree("medecin", "cap_date", "date", "Date du calcul")
REGISTRE.entree("medecin", "cap_medecins_generalistes", "entier", "Médecins généralistes de l'équipe", "professionnels")
REGISTRE.entree("medecin", "cap_infirmiers", "entier", "Infirmiers de l'équipe", "professionnels")
REGISTRE.entree(
    "medecin",
    "cap_autres_professionnels",
    "entier",
    "Autres professionnels de l'équipe",
    "professionnels",
    nul_signifie="aucun",
)
REGISTRE.entree("medecin", "cap_cadre", "texte", "Cadre d'exercice de l'équipe")
REGISTRE.entree("medecin", "cap_lieu_unique", "booleen", "Exercice en un lieu unique")
REGISTRE.entree("medecin", "cap_volontaires", "booleen", "Professionnels tous volontaires")
REGISTRE.entree("medecin", "cap_depassements", "booleen", "Dépassements d'honoraires")
REGISTRE.entree("medecin", "cap_jours", "entier", "Jours par semaine, somme des médecins de l'équipe", "jours")
REGISTRE.entree("medecin", "cap_pmt", "entier", "Patientèle médecin traitant de l'équipe", "patients")
REGISTRE.entree("medecin", "cap_perimetre", "texte", "Patientèle que couvre le forfait")
REGISTRE.entree("patient", "cap_effectif", "entier", "Patients semblables", "patients", nul_signifie="un patient")
REGISTRE.entree("patient", "cap_coefficient", "entier", "Coefficient du patient", "%", nul_signifie="non fourni")
REGISTRE.entree("patient", "cap_consommation", "entier", "Soins de médecine générale de l'année", "EUR/an")
REGISTRE.entree("patient", "cap_chronique", "booleen", "Patient atteint d'une maladie chronique")
REGISTRE.entree("patient", "cap_maladie_retenue", "booleen", "Maladie chronique que le groupe a retenue")

SIGNE, PROPOSE = "convention-2024", "proposition-2024-02-08"
regle = REGISTRE.regle_de("capitation", SIGNE, "art. 92")
propose = REGISTRE.regle_de("capitation", PROPOSE, "proposition du 08/02/2024, rémunération de groupe")


# --- the team


@regle(entite="medecin", unite="booléen")
def cap_ouverte(cap_date, bareme):
    """Expérimentation commencée."""
    return cap_date >= bareme.debut


@regle(entite="medecin", unite="booléen")
def cap_effectif_suffisant(cap_medecins_generalistes, cap_infirmiers, cap_autres_professionnels, bareme):
    """Équipe assez nombreuse."""
    autres = a_defaut(cap_autres_professionnels, sinon=0)
    return cap_medecins_generalistes + cap_infirmiers + autres >= bareme.equipe_min


@regle(entite="medecin", unite="booléen")
def cap_generalistes_suffisants(cap_medecins_generalistes, bareme):
    """Assez de généralistes."""
    return cap_medecins_generalistes >= bareme.generalistes_min


@propose(entite="medecin", unite="booléen", normes=["P2-74"])
@regle(entite="medecin", unite="booléen")
def cap_infirmier_present(cap_infirmiers, bareme):
    """Assez d'infirmiers."""
    return cap_infirmiers >= bareme.infirmiers_min


@regle(entite="medecin", unite="booléen")
def cap_cadre_admis(cap_cadre, bareme):
    """Exercice en MSP ou en cabinet de groupe."""
    return parmi(cap_cadre, bareme.cadres)


@propose(entite="medecin", unite="booléen", normes=["P2-74"])
def cap_lieu_admis(cap_lieu_unique):
    """Exercice en un lieu unique, MSP ou non."""
    return cap_lieu_unique


@propose(entite="medecin", unite="booléen", normes=["P0-16"])
@regle(entite="medecin", unite="booléen")
def cap_volontariat(cap_volontaires):
    """Équipe de volontaires."""
    return cap_volontaires


@regle(entite="medecin", unite="booléen")
def cap_sans_depassement(cap_depassements):
    """Aucun dépassement d'honoraires."""
    return non(cap_depassements)


@regle(entite="medecin", unite="booléen")
def cap_eligible(
    cap_ouverte,
    cap_effectif_suffisant,
    cap_generalistes_suffisants,
    cap_infirmier_present,
    cap_cadre_admis,
    cap_volontariat,
    cap_sans_depassement,
):
    """Équipe éligible à l'expérimentation."""
    return et(
        cap_ouverte,
        cap_effectif_suffisant,
        cap_generalistes_suffisants,
        cap_infirmier_present,
        cap_cadre_admis,
        cap_volontariat,
        cap_sans_depassement,
    )


@propose(entite="medecin", unite="booléen", normes=["P0-16", "P2-74"])
def cap_eligible(cap_infirmier_present, cap_lieu_admis, cap_volontariat):
    """Équipe éligible selon la proposition."""
    return et(cap_infirmier_present, cap_lieu_admis, cap_volontariat)


@regle(entite="medecin", unite="patients")
def cap_pmt_visee(cap_jours, bareme):
    """Patientèle visée, au prorata des jours d'activité."""
    return arrondi_demi_superieur(bareme.pmt_cible * cap_jours, bareme.jours_pleins)


@regle(entite="medecin", unite="booléen")
def cap_pmt_atteinte(cap_pmt, cap_pmt_visee):
    """Patientèle visée atteinte."""
    return cap_pmt >= cap_pmt_visee


# --- the lump sum of the trial: base × sum of the coefficients


@regle(entite="patient", unite="patients")
def cap_nombre(cap_effectif):
    """Patients de la ligne."""
    return a_defaut(cap_effectif, sinon=1)


@regle(entite="patient", unite="patients")
def cap_sans_coefficient(cap_nombre, cap_coefficient):
    """Patients de la ligne dont le coefficient manque."""
    return cas((present(cap_coefficient), 0), sinon=cap_nombre)


@regle(entite="patient", unite="%")
def cap_poids(cap_nombre, cap_coefficient):
    """Coefficients fournis de la ligne."""
    return cas((present(cap_coefficient), cap_nombre * cap_coefficient), sinon=0)


@regle(entite="medecin", unite="%")
def cap_somme_des_coefficients(cap_poids, cap_sans_coefficient, bareme):
    """Somme des coefficients de la patientèle."""
    fournis, restants = somme("patient", cap_poids), somme("patient", cap_sans_coefficient)
    return cas((restants == 0, fournis), sinon=fournis + restants * bareme.coefficient_moyen)


@regle(entite="medecin", unite="EUR/an")
def cap_forfait(cap_ouverte, cap_somme_des_coefficients, bareme):
    """Forfait de l'équipe pour l'année, avant régularisation."""
    return cas((non(cap_ouverte), 0), sinon=part(bareme.forfait_base, cap_somme_des_coefficients))


# --- the lump sum of the proposal: what the patients covered consume in a year


@propose(entite="medecin", unite="booléen", normes=["P2-71"])
def cap_perimetre_admis(cap_perimetre, bareme):
    """Patientèle que la proposition laisse choisir."""
    return parmi(cap_perimetre, bareme.perimetres)


@propose(entite="patient", unite="booléen", normes=["P2-71"])
def cap_patient_couvert(cap_perimetre, cap_chronique, cap_maladie_retenue):
    """Patient de la patientèle que le groupe a choisie."""
    return cas(
        (cap_perimetre == "toute", True), (cap_perimetre == "chronique", cap_chronique), sinon=cap_maladie_retenue
    )


@propose(entite="patient", unite="EUR/an", normes=["P2-69", "P2-70", "P2-71"])
def cap_forfait_patient(cap_patient_couvert, cap_consommation):
    """Forfait d'un patient : sa consommation annuelle de soins de médecine générale."""
    return cas((cap_patient_couvert, cap_consommation), sinon=0)


@propose(entite="medecin", unite="EUR/an", normes=["P2-69", "P2-70"])
def cap_forfait(cap_forfait_patient):
    """Forfait intégral du groupe pour l'année."""
    return somme("patient", cap_forfait_patient)
