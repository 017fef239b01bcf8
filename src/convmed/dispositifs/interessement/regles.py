"""Gain sharing: biosimilars, proton-pump inhibitors, mandibular advancement devices, heart failure.

Sources: convention of 4 June 2024, art. 62 to 65 and annexe 18 (not read); circulaire of 31/07/2024, section 9.3; congress of
22/11/2024; for what the circulaire keeps, art. 27 bis of the convention of 2016 (avenant 9).
"""

from convmed.donnees.entites import REGISTRE
from convmed.moteur.noeuds import (
    DIX_MILLE,
    a_defaut,
    au_moins,
    cas,
    decale,
    et,
    existe,
    non,
    ou,
    parmi,
    part,
    present,
    somme,
    vrai,
)

DELIVRANCE, MOLECULE, PATIENT_IPP = "delivrance", "molecule_prescrite", "patient_ipp"
BIOSIMILAIRE, BIOREFERENT = "biosimilaire", "reference"

REGISTRE.entite(DELIVRANCE)
REGISTRE.entree(DELIVRANCE, "inb_type", "texte", "Bioréférent ou biosimilaire")
REGISTRE.entree(DELIVRANCE, "inb_date", "date", "Jour de la délivrance")
REGISTRE.entree(DELIVRANCE, "inb_date_precedente", "date", "Délivrance précédente du médicament", nul_signifie="aucune délivrance auparavant")
REGISTRE.entree(DELIVRANCE, "inb_type_precedent", "texte", "Type de la délivrance précédente", nul_signifie="aucune délivrance auparavant")
REGISTRE.entree(DELIVRANCE, "inb_consecutives", "entier", "Délivrances consécutives de biosimilaire, à partir de celle-ci", "délivrances")
REGISTRE.entree(DELIVRANCE, "inb_historique_depuis", "date", "Début de l'historique du patient", nul_signifie="historique supposé complet")
REGISTRE.entree(DELIVRANCE, "inb_delivrance_entree", "date", "Entrée de la molécule dans le dispositif", nul_signifie="jamais entrée")
REGISTRE.entree(DELIVRANCE, "inb_delivrance_sortie", "date", "Sortie de la molécule", nul_signifie="pas de sortie connue")

REGISTRE.entite(MOLECULE, parent="medecin")
REGISTRE.entree(MOLECULE, "inb_molecule_nom", "texte", "Molécule", nul_signifie="molécule sans nom")
REGISTRE.entree(MOLECULE, "inb_initiations", "entier", "Patients initiés par un biosimilaire", "patients")
REGISTRE.entree(MOLECULE, "inb_switchs", "entier", "Patients passés du bioréférent au biosimilaire", "patients")
REGISTRE.entree(MOLECULE, "inb_economie_fournie", "entier", "Économie d'une année pleine, par patient", "EUR/an", nul_signifie="celle du barème")
REGISTRE.entree(MOLECULE, "inb_entree", "date", "Entrée de la molécule dans le dispositif", nul_signifie="jamais entrée")
REGISTRE.entree(MOLECULE, "inb_sortie", "date", "Sortie de la molécule", nul_signifie="pas de sortie connue")
REGISTRE.entree(MOLECULE, "inb_du", "date", "Premier jour des prescriptions")
REGISTRE.entree(MOLECULE, "inb_au", "date", "Dernier jour des prescriptions")
REGISTRE.entree(MOLECULE, "inb_prescripteur_autorise", "booleen", "Médecin autorisé à prescrire la molécule", nul_signifie="autorisé supposé")
REGISTRE.entree("medecin", "inb_plafond_fourni", "entier", "Plafond annuel fourni", "EUR/an", nul_signifie="celui du barème")
REGISTRE.entree("medecin", "inb_minimum_fourni", "entier", "Minimum annuel fourni", "EUR/an", nul_signifie="celui du barème")
REGISTRE.entree("medecin", "inb_date_refus", "date", "Refus écrit du dispositif", nul_signifie="aucun refus")

REGISTRE.entite(PATIENT_IPP, parent="medecin")
REGISTRE.entree(PATIENT_IPP, "ipp_age", "entier", "Âge du patient", "ans")
REGISTRE.entree(PATIENT_IPP, "ipp_ains", "booleen", "AINS prescrit avec l'IPP")
REGISTRE.entree(PATIENT_IPP, "ipp_facteur_de_risque", "booleen", "Facteur de risque qui justifie l'association", nul_signifie="non déclaré")
REGISTRE.entree(PATIENT_IPP, "ipp_semaines", "entier", "Durée du traitement par IPP", "semaines")
REGISTRE.entree(PATIENT_IPP, "ipp_justification", "booleen", "Justification particulière de la durée", nul_signifie="non déclarée")
REGISTRE.entree(PATIENT_IPP, "ipp_economie", "entier", "Économie de la dé-prescription", "EUR", nul_signifie="non publiée")
REGISTRE.entree("medecin", "ipp_economies_fournies", "entier", "Économies de dé-prescription des IPP", "EUR/an", nul_signifie="somme des patients")

REGISTRE.entree("medecin", "oam_economies", "entier", "Économies des initiations d'OAM du médecin", "EUR/an")
REGISTRE.entree("medecin", "oam_initiations", "entier", "Initiations d'OAM, France entière", "initiations")
REGISTRE.entree("medecin", "oam_initiations_totales", "entier", "Initiations de traitement de l'apnée du sommeil, France entière", "initiations")
REGISTRE.entree("medecin", "oam_iah", "entier", "Apnées et hypopnées par heure", "par heure")
REGISTRE.entree("medecin", "oam_maladie_cardiovasculaire_grave", "booleen", "Maladie cardiovasculaire grave associée")
REGISTRE.entree("medecin", "ic_indicateurs", "entier", "Indicateurs atteints", "indicateurs")
REGISTRE.entree("medecin", "interessement_secteur", "texte", "Secteur d'exercice", nul_signifie="médecin conventionné supposé")

SIGNE = "convention-2024"
PARTAGE, FIN = "2025-01-01", "2027-12-31"
ancien = REGISTRE.regle_de("interessement", "convention-2016", "art. 27 bis de la convention de 2016 (avenant 9)")
regle = REGISTRE.regle_de("interessement", SIGNE, "art. 62")
ipp = REGISTRE.regle_de("interessement", SIGNE, "art. 63")
oam = REGISTRE.regle_de("interessement", SIGNE, "art. 64")
cardio = REGISTRE.regle_de("interessement", SIGNE, "art. 65")
AVENANT = {"du": "2022-01-01", "au": "2024-12-31"}


@regle(entite="medecin", unite="booléen", article="art. 62 à 65")
@ancien(entite="medecin", unite="booléen", **AVENANT)
def interessement_conventionne(interessement_secteur):
    """Médecin libéral conventionné, quel que soit le secteur."""
    return non(et(present(interessement_secteur), interessement_secteur == "nc"))


# --- biosimilars: which delivery opens a right


@regle(entite=DELIVRANCE, unite="booléen", du=PARTAGE, normes=["C9.3A-04"])
@ancien(entite=DELIVRANCE, unite="booléen", **AVENANT)
def inb_traite_recemment(inb_date, inb_date_precedente, bareme):
    """Médicament délivré dans les douze mois précédents, bioréférent ou biosimilaire."""
    return et(present(inb_date_precedente), inb_date_precedente >= decale(inb_date, 0 - bareme.fenetre_initiation))


@regle(entite=DELIVRANCE, unite="texte", du=PARTAGE, normes=["C9.3A-04", "T-92"])
@ancien(entite=DELIVRANCE, unite="texte", **AVENANT)
def inb_qualification(inb_type, inb_date, inb_type_precedent, inb_consecutives, inb_historique_depuis, inb_traite_recemment, bareme):
    """Nature de la délivrance au regard de l'intéressement."""
    historique_court = et(present(inb_historique_depuis), inb_historique_depuis > decale(inb_date, 0 - bareme.fenetre_initiation))
    return cas(
        (inb_type != BIOSIMILAIRE, "bioreferent"),
        (et(non(inb_traite_recemment), historique_court), "historique-insuffisant"),
        (non(inb_traite_recemment), "initiation"),
        (inb_type_precedent == BIOSIMILAIRE, "suite"),
        (inb_consecutives >= bareme.delivrances_switch, "switch"),
        sinon="switch-non-confirme",
    )


@regle(entite=DELIVRANCE, unite="booléen", du=PARTAGE, normes=["C9.3A-09", "C9.3A-11"])
@ancien(entite=DELIVRANCE, unite="booléen", **AVENANT)
def inb_delivrance_ouverte(inb_date, inb_delivrance_entree, inb_delivrance_sortie):
    """Molécule dans le dispositif le jour de la délivrance."""
    return et(
        present(inb_delivrance_entree),
        inb_delivrance_entree <= inb_date,
        ou(non(present(inb_delivrance_sortie)), inb_delivrance_sortie >= inb_date),
    )


@regle(entite=DELIVRANCE, unite="booléen", du=PARTAGE, normes=["C9.3A-04", "T-92"])
@ancien(entite=DELIVRANCE, unite="booléen", **AVENANT)
def inb_ouvre_droit(inb_qualification, inb_delivrance_ouverte):
    """Droit ouvert : initiation ou conversion, d'une molécule du dispositif."""
    return et(parmi(inb_qualification, ("initiation", "switch")), inb_delivrance_ouverte)


# --- biosimilars: the premium of a doctor


@regle(entite=MOLECULE, unite="texte", du=PARTAGE, normes=["C9.3A-11"])
@ancien(entite=MOLECULE, unite="texte", **AVENANT)
def inb_molecule(inb_molecule_nom):
    """Molécule."""
    return a_defaut(inb_molecule_nom, sinon="molécule sans nom")


@regle(entite=MOLECULE, unite="booléen", du=PARTAGE, normes=["C9.3A-09", "C9.3A-11"])
@ancien(entite=MOLECULE, unite="booléen", **AVENANT)
def inb_molecule_ouverte(inb_du, inb_au, inb_entree, inb_sortie):
    """Molécule dans le dispositif à la date, ou pendant une partie de la période."""
    return et(present(inb_entree), inb_entree <= inb_au, ou(non(present(inb_sortie)), inb_sortie >= inb_du))


@regle(entite=MOLECULE, unite="patients", du=PARTAGE, normes=["C9.3A-04", "T-92"])
@ancien(entite=MOLECULE, unite="patients", **AVENANT)
def inb_patients_de_la_molecule(inb_molecule_ouverte, inb_prescripteur_autorise, inb_initiations, inb_switchs):
    """Patients retenus : initiations et conversions."""
    return cas(
        (non(inb_molecule_ouverte), 0),
        (et(present(inb_prescripteur_autorise), non(inb_prescripteur_autorise)), 0),
        sinon=inb_initiations + inb_switchs,
    )


@regle(entite=MOLECULE, unite="EUR/an", du=PARTAGE, normes=["C9.3-03"])
@ancien(entite=MOLECULE, unite="EUR/an", **AVENANT)
def inb_economies_de_la_molecule(inb_patients_de_la_molecule, inb_economie_fournie, bareme):
    """Économies d'une année pleine pour les patients de la molécule."""
    return cas(
        (inb_patients_de_la_molecule == 0, 0),
        sinon=inb_patients_de_la_molecule * a_defaut(inb_economie_fournie, sinon=bareme.economie_annuelle),
    )


@regle(entite="medecin", unite="patients", du=PARTAGE, normes=["C9.3A-04"])
@ancien(entite="medecin", unite="patients", **AVENANT)
def inb_patients(inb_patients_de_la_molecule):
    """Patients retenus, toutes molécules."""
    return somme(MOLECULE, inb_patients_de_la_molecule)


@regle(entite="medecin", unite="EUR/an", du=PARTAGE, normes=["C9.3-03"])
@ancien(entite="medecin", unite="EUR/an", **AVENANT)
def inb_economies(inb_economies_de_la_molecule, inb_molecule):
    """Économies de l'Assurance maladie, toutes molécules."""
    # A sum leaves out what is missing: an unknown saving must leave the whole unknown.
    return cas(
        (existe(MOLECULE, non(present(inb_economies_de_la_molecule))), None),
        sinon=somme(MOLECULE, inb_economies_de_la_molecule, par=inb_molecule),
    )


@regle(entite="medecin", unite="EUR/an", du=PARTAGE, normes=["C9.3A-02", "C9.3A-03", "C9.3A-06", "C9.3A-20"])
@ancien(entite="medecin", unite="EUR/an", **AVENANT)
def inb_part_du_medecin(inb_economies, bareme):
    """Part des économies qui revient au médecin."""
    return part(inb_economies, bareme.bio_part)


@regle(entite="medecin", unite="EUR/an", du=PARTAGE, normes=["C9.3A-10"])
@ancien(entite="medecin", unite="EUR/an", **AVENANT)
def inb_plafond(inb_plafond_fourni, bareme):
    """Plafond annuel."""
    return a_defaut(inb_plafond_fourni, sinon=bareme.bio_plafond)


@regle(entite="medecin", unite="EUR/an", du=PARTAGE, normes=["C9.3A-10"])
@ancien(entite="medecin", unite="EUR/an", **AVENANT)
def inb_minimum(inb_minimum_fourni, bareme):
    """Minimum annuel."""
    return a_defaut(inb_minimum_fourni, sinon=bareme.bio_minimum)


@regle(entite="medecin", unite="texte", du=PARTAGE, normes=["C9.3A-10"])
@ancien(entite="medecin", unite="texte", **AVENANT)
def inb_situation(inb_date_refus, interessement_conventionne, inb_patients, inb_economies, inb_part_du_medecin, inb_plafond, inb_minimum, bareme):
    """Situation du médecin au regard de l'intéressement biosimilaires."""
    return cas(
        (non(interessement_conventionne), "non-conventionne"),
        (et(present(inb_date_refus), inb_date_refus <= bareme.bio_limite_du_refus), "refus"),
        (inb_patients == 0, "aucun-patient"),
        (non(present(inb_economies)), "economie-non-publiee"),
        (inb_economies == 0, "sans-economie"),
        (et(present(inb_plafond), inb_part_du_medecin > inb_plafond), "plafond"),
        (et(present(inb_minimum), inb_part_du_medecin < inb_minimum), "minimum"),
        sinon="part",
    )


@regle(entite="medecin", unite="EUR/an", du=PARTAGE, normes=["C9.3-03", "C9.3A-01", "C9.3A-10"])
@ancien(entite="medecin", unite="EUR/an", **AVENANT)
def inb_prime(inb_situation, inb_part_du_medecin, inb_plafond, inb_minimum):
    """Intéressement biosimilaires de l'année."""
    return cas(
        (inb_situation == "part", inb_part_du_medecin),
        (inb_situation == "plafond", inb_plafond),
        (inb_situation == "minimum", inb_minimum),
        (inb_situation == "economie-non-publiee", None),
        sinon=0,
    )


# --- proton-pump inhibitors


@ipp(entite=PATIENT_IPP, unite="texte", du=PARTAGE, au=FIN, normes=["C9.3B-04", "T-96", "T-97"])
def ipp_population(ipp_age, ipp_ains, ipp_facteur_de_risque, ipp_semaines, ipp_justification, bareme):
    """Situation clinique où l'IPP est à déprescrire."""
    return cas(
        (et(ipp_age < bareme.ipp_age, ipp_ains, non(vrai(ipp_facteur_de_risque))), "moins-de-65-ans-avec-ains"),
        (ipp_age < bareme.ipp_age, "hors-cible"),
        (et(ipp_semaines > bareme.ipp_semaines, non(vrai(ipp_justification))), "65-ans-et-plus-sans-justification"),
        sinon="hors-cible",
    )


@ipp(entite=PATIENT_IPP, unite="EUR", du=PARTAGE, au=FIN, normes=["C9.3B-04"])
def ipp_economie_retenue(ipp_population, ipp_economie):
    """Économie retenue : celle d'un patient de la cible."""
    return cas((ipp_population == "hors-cible", 0), sinon=ipp_economie)


@ipp(entite="medecin", unite="EUR/an", du=PARTAGE, au=FIN, normes=["C9.3-03"])
def ipp_economies(ipp_economies_fournies, ipp_economie_retenue, ipp_population):
    """Économies de dé-prescription des IPP."""
    return cas(
        (present(ipp_economies_fournies), ipp_economies_fournies),
        (existe(PATIENT_IPP, non(present(ipp_economie_retenue))), None),
        sinon=somme(PATIENT_IPP, ipp_economie_retenue, par=ipp_population),
    )


@ipp(entite="medecin", unite="texte", du=PARTAGE, au=FIN, normes=["C9.3B-01", "C9.3B-07"])
def ipp_situation(interessement_conventionne, ipp_economies):
    """Situation du médecin au regard de l'intéressement IPP."""
    return cas(
        (non(interessement_conventionne), "non-conventionne"),
        (non(present(ipp_economies)), "economie-non-publiee"),
        (ipp_economies == 0, "sans-economie"),
        sinon="part",
    )


@ipp(entite="medecin", unite="EUR/an", du=PARTAGE, au=FIN, normes=["C9.3B-01", "C9.3B-02", "C9.3B-03", "C9.3B-07"])
def ipp_prime(ipp_situation, ipp_economies, bareme):
    """Intéressement à la dé-prescription des IPP."""
    return cas(
        (ipp_situation == "part", part(ipp_economies, bareme.ipp_part)), (ipp_situation == "economie-non-publiee", None), sinon=0
    )


# --- mandibular advancement devices


@oam(entite="medecin", unite="texte", normes=["C9.3-05", "T-93"])
def oam_indication(oam_iah, oam_maladie_cardiovasculaire_grave, bareme):
    """Traitement de première intention selon la HAS."""
    return cas(
        (oam_iah > bareme.oam_iah_max, "ppc"),
        (oam_iah < bareme.oam_iah_min, "hors-indication"),
        (oam_maladie_cardiovasculaire_grave, "ppc"),
        sinon="oam",
    )


@oam(entite="medecin", unite="booléen", du=PARTAGE, au=FIN, normes=["C9.3C-06", "C9.3C-07", "C9.3C-08", "C9.3C-09", "C9.3C-11"])
def oam_declenche(oam_initiations, oam_initiations_totales, bareme):
    """Objectif collectif de l'année atteint : le taux national d'initiations d'OAM."""
    return oam_initiations * DIX_MILLE >= oam_initiations_totales * bareme.oam_cible


@oam(entite="medecin", unite="EUR/an", du=PARTAGE, au=FIN, normes=["C9.3C-03"])
def oam_part_du_medecin(oam_economies, bareme):
    """Part des économies d'OAM qui revient au médecin."""
    return part(oam_economies, bareme.oam_part)


@oam(entite="medecin", unite="texte", du=PARTAGE, au=FIN, normes=["C9.3C-09", "C9.3C-11"])
def oam_situation(interessement_conventionne, oam_declenche, oam_economies, oam_part_du_medecin, bareme):
    """Situation du médecin au regard de l'intéressement OAM."""
    return cas(
        (non(interessement_conventionne), "non-conventionne"),
        (non(oam_declenche), "non-declenche"),
        (oam_economies == 0, "sans-economie"),
        (oam_part_du_medecin < a_defaut(bareme.oam_minimum, sinon=0), "minimum"),
        sinon="part",
    )


@oam(entite="medecin", unite="EUR/an", du=PARTAGE, au=FIN, normes=["C9.3C-01", "C9.3C-02", "C9.3C-03", "C9.3C-05", "C9.3C-11"])
def oam_prime(oam_situation, oam_part_du_medecin, bareme):
    """Intéressement à l'initiation des OAM."""
    return cas(
        (parmi(oam_situation, ("part", "minimum")), au_moins(oam_part_du_medecin, a_defaut(bareme.oam_minimum, sinon=0))), sinon=0
    )


# --- heart failure


@cardio(entite="medecin", unite="texte", du="2026-01-01", normes=["C9.3D-01", "C9.3D-02", "T-94"])
def ic_situation(specialite, secteur, option_tarifaire, ic_indicateurs, bareme):
    """Situation du médecin au regard de l'intéressement insuffisance cardiaque."""
    return cas(
        (non(parmi(specialite, bareme.ic_specialites)), "autre-specialite"),
        (secteur == "nc", "non-conventionne"),
        (et(secteur != "1", non(parmi(option_tarifaire, bareme.ic_options))), "sans-optam"),
        (ic_indicateurs == 0, "aucun-indicateur"),
        sinon="forfait",
    )


@cardio(entite="medecin", unite="EUR/an", du="2026-01-01", normes=["C9.3D-01", "C9.3D-03", "T-95"])
def ic_montant(ic_situation, ic_indicateurs, bareme):
    """Rémunération de l'accompagnement de l'insuffisance cardiaque : un forfait par indicateur."""
    return cas((ic_situation == "forfait", ic_indicateurs * bareme.ic_forfait), sinon=0)
