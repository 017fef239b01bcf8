"""Conditions of the billing codes of consultations, visits and majorations (entity `seance`).

Each rule is a boolean that `codes*.yaml` names; prices, ages, delays and lists are figures. Sources: NGAP art. 2 bis,
14, 15, 18 B and 18.2; convention of 4 June 2024, art. 74 to 86. The shared conditions stand in `conditions`, travel
and CCAM modifiers in `complements`, the payers in `remboursement`, what the table of cumuls names in `situations`.
"""

from convmed.dispositifs.tarifs import complements, conditions, remboursement, situations
from convmed.dispositifs.tarifs.conditions import BOOLEEN
from convmed.donnees.entites import REGISTRE
from convmed.moteur.noeuds import cas, decale, et, non, ou, parmi, present, vrai

REGISTRE.entree("seance", "patient_hors_residence", "booleen", "Patient éloigné de sa résidence habituelle")
REGISTRE.entree("seance", "medecin_pu_ph", "booleen", "Médecin professeur des universités, praticien hospitalier")
REGISTRE.entree("seance", "jours_depuis_teleexpertise", "entier",
                "Jours depuis la téléexpertise demandée par le médecin traitant", "jours")  # fmt: skip
REGISTRE.entree("seance", "date_derniere_seance", "date", "Dernière séance du patient avec ce médecin")
REGISTRE.entree("seance", "pathologie_psychiatrique_grave", "booleen", "Enfant atteint d'une pathologie psychiatrique grave")
REGISTRE.entree("seance", "famille_presente", "booleen", "Consultation en présence de la famille ou d'un tiers social")
REGISTRE.entree("seance", "jours_depuis_sortie", "entier", "Jours depuis la sortie d'hospitalisation", "jours")
REGISTRE.entree("seance", "date_sortie", "date", "Date de sortie d'hospitalisation")
REGISTRE.entree("seance", "lignes_ordonnance", "entier", "Lignes de l'ordonnance", "lignes")
REGISTRE.entree("seance", "bilan_de_medication", "booleen", "Bilan partagé de médication du pharmacien")
REGISTRE.entree("seance", "maladie_neurodegenerative", "booleen", "Maladie neurodégénérative")

regle = REGISTRE.regle_de("tarifs", "convention-2016", "NGAP")
PROPOSITION = "proposition-2024-02-08"


# --- médecin traitant, pathway, who sent the patient


@regle(**BOOLEEN, article="art. 78-1 ; NGAP", normes=["T-14", "T-34"])
def tarifs_medecin_traitant(patientele_mt):
    """Médecin traitant du patient."""
    return patientele_mt


@regle(**BOOLEEN)
def tarifs_hors_patientele_mt(patientele_mt):
    """Médecin qui n'est pas le médecin traitant du patient."""
    return non(patientele_mt)


@regle(**BOOLEEN)
def tarifs_patient_ald(patient_ald):
    """Patient en ALD exonérante."""
    return patient_ald


@regle(**BOOLEEN, article="NGAP 2 bis")
def tarifs_retour_au_mt(retour_au_mt):
    """Retour d'information au médecin traitant."""
    return retour_au_mt


@regle(**BOOLEEN, article="NGAP 2 bis")
def tarifs_mcg_adressage(adressage, patient_hors_residence, tarifs_age, bareme):
    """Patient adressé par son médecin traitant, ou de 16 ans et plus loin de sa résidence."""
    return ou(
        adressage == "medecin-traitant",
        et(present(patient_hors_residence), patient_hors_residence, tarifs_age >= bareme.age_hors_parcours),
    )


@regle(**BOOLEEN, article="NGAP 2 bis ; CSS D. 162-1-7")
def tarifs_mcs_adressage(adressage, patient_sans_mt, parcours, medecin_specialite, tarifs_age, tarifs_psychiatre, bareme):
    """Patient adressé par son médecin traitant, en accès direct autorisé, ou de moins de 16 ans sans médecin traitant."""
    psychiatrie = et(
        tarifs_psychiatre,
        tarifs_age >= bareme.age_psychiatrie_acces_direct_min,
        tarifs_age <= bareme.age_psychiatrie_acces_direct_max,
    )
    return ou(
        adressage == "medecin-traitant",
        et(parcours == "acces-direct", ou(parmi(medecin_specialite, bareme.acces_direct), psychiatrie)),
        et(patient_sans_mt, tarifs_age < bareme.age_hors_parcours),
    )


@regle(**BOOLEEN)
def tarifs_dans_le_parcours(parcours):
    """Patient dans le parcours de soins coordonnés."""
    return parcours != "hors-parcours"


@regle(**BOOLEEN)
def tarifs_hors_parcours(parcours):
    """Patient hors du parcours de soins coordonnés."""
    return parcours == "hors-parcours"


@regle(**BOOLEEN, article="NGAP 18 B", normes=["P1-17"])
def tarifs_avis_demande(adressage):
    """Avis demandé par le médecin traitant."""
    return adressage == "medecin-traitant"


@regle(**BOOLEEN, article="NGAP 18 B ; art. 74 et suivants", texte="convention-2024", du="2024-12-22", normes=["P1-17"])
def tarifs_avis_demande(adressage, lieu, patient_sans_mt):
    """Avis demandé par le médecin traitant, ou patient hospitalisé sans médecin traitant."""
    return ou(adressage == "medecin-traitant", et(lieu == "etablissement", patient_sans_mt))


@regle(**BOOLEEN, article="proposition 08/02/2024, APC", texte=PROPOSITION, du="2024-02-08", normes=["P1-17", "P1-19", "P1-20"])
def tarifs_avis_demande(adressage, jours_depuis_teleexpertise, bareme):
    """Avis demandé par le médecin traitant, ou dans les 10 jours de sa téléexpertise."""
    return ou(
        adressage == "medecin-traitant",
        et(present(jours_depuis_teleexpertise), jours_depuis_teleexpertise <= bareme.APC_delai_teleexpertise),
    )


@regle(**BOOLEEN, article="NGAP 18 B")
def tarifs_avis_hors_psychiatrie(tarifs_psychiatre_ou_neurologue):
    """Ni psychiatre ni neurologue, qui facturent APY ou AVY."""
    return non(tarifs_psychiatre_ou_neurologue)


@regle(**BOOLEEN, article="NGAP 18 B")
def tarifs_avis_non_revu(date_derniere_seance, date_acte, bareme):
    """Patient que le consultant n'a pas vu dans les 4 mois qui précèdent."""
    return decale(date_derniere_seance, bareme.APC_delai) <= date_acte


@regle(**BOOLEEN, article="NGAP 18 B")
def tarifs_pu_ph(medecin_pu_ph):
    """Professeur des universités, praticien hospitalier."""
    return medecin_pu_ph


@regle(**BOOLEEN, normes=["P1-32"])
def tarifs_cep_adressage(adressage, bareme):
    """Enfant adressé par un professionnel que le texte cite."""
    return parmi(adressage, bareme.CEP_adresseurs)


# --- who bills the letters of consultation


@regle(**BOOLEEN, article="ameli 28/11/2024")
def tarifs_cs_specialiste(tarifs_generaliste, tarifs_psychiatre_ou_neurologue):
    """Spécialiste, hors psychiatre et neurologue."""
    return non(ou(tarifs_generaliste, tarifs_psychiatre_ou_neurologue))


@regle(**BOOLEEN, article="ameli 28/11/2024", texte="convention-2024", du="2024-12-22")
def tarifs_cs_specialiste(tarifs_generaliste, tarifs_psychiatre_ou_neurologue, tarifs_pediatre, tarifs_s2_avec_depassement):
    """Spécialiste, hors psychiatre et neurologue ; le pédiatre, s'il est en secteur 2 avec dépassement."""
    return cas(
        (ou(tarifs_generaliste, tarifs_psychiatre_ou_neurologue), False),
        (tarifs_pediatre, tarifs_s2_avec_depassement),
        sinon=True,
    )


@regle(**BOOLEEN)
def tarifs_specialiste(tarifs_generaliste):
    """Médecin spécialiste, hors médecine générale."""
    return non(tarifs_generaliste)


@regle(**BOOLEEN, article="usmy.fr ; urpsml-centre.org")
def tarifs_cs_mpr(tarifs_mpr):
    """Médecin de médecine physique et de réadaptation."""
    return tarifs_mpr


@regle(**BOOLEEN, article="proposition 08/02/2024, MPR", texte=PROPOSITION, du="2024-02-08", normes=["P1-43", "P1-44"])
def tarifs_cs_mpr(tarifs_mpr, motif):
    """Mise en place ou réévaluation d'un programme de soins par un médecin MPR."""
    return et(tarifs_mpr, motif == "programme-de-soins-mpr")


@regle(**BOOLEEN)
def tarifs_cs_revalorisee(tarifs_gynecologue_revalorise, tarifs_geriatre, tarifs_cs_mpr):
    """Gynécologue, gériatre ou médecin MPR à la consultation revalorisée."""
    return ou(tarifs_gynecologue_revalorise, tarifs_geriatre, tarifs_cs_mpr)


@regle(**BOOLEEN)
def tarifs_mpc_due(tarifs_generaliste):
    """Spécialiste, hors médecine générale."""
    return non(tarifs_generaliste)


@regle(**BOOLEEN, article="proposition 08/02/2024 (déduit)", texte=PROPOSITION, du="2024-02-08", normes=["P1-36", "P1-42", "P1-43", "P1-47"])
def tarifs_mpc_due(tarifs_generaliste, tarifs_psychiatre, tarifs_cs_revalorisee):
    """Spécialiste dont la proposition ne fixe pas le total de la consultation."""
    return non(ou(tarifs_generaliste, tarifs_psychiatre, tarifs_cs_revalorisee))


@regle(**BOOLEEN, normes=["P1-45"])
def tarifs_eph_medecin(tarifs_mpr):
    """Médecin d'une autre spécialité que la MPR."""
    return non(tarifs_mpr)


@regle(**BOOLEEN, article="proposition 08/02/2024, MPR", texte=PROPOSITION, du="2024-02-08", normes=["P1-45"])
def tarifs_eph_medecin(tarifs_mpr, medecin_specialite):
    """Médecin dont la spécialité est connue, MPR comprise."""
    return ou(tarifs_mpr, present(medecin_specialite))


# --- special acts


@regle(**BOOLEEN, article="art. 78-1")
def tarifs_gl1_sortie_recente(jours_depuis_sortie, bareme):
    """Sortie d'hospitalisation depuis 45 jours au plus."""
    return jours_depuis_sortie <= bareme.GL1_delai


@regle(**BOOLEEN)
def tarifs_msh_sortie_recente(jours_depuis_sortie, bareme):
    """Sortie d'hospitalisation depuis 30 jours au plus."""
    return jours_depuis_sortie <= bareme.MSH_delai


@regle(**BOOLEEN)
def tarifs_mic_sortie_recente(date_sortie, date_acte, bareme):
    """Sortie d'hospitalisation depuis 2 mois au plus."""
    return date_acte <= decale(date_sortie, bareme.MIC_delai)


@regle(**BOOLEEN, article="art. 78-1", normes=["T-14", "T-34"])
def tarifs_gl2_ordonnance(lignes_ordonnance, bareme):
    """Ordonnance d'au moins 10 lignes."""
    return lignes_ordonnance >= bareme.GL2_lignes


@regle(**BOOLEEN, article="art. 78-1")
def tarifs_gl2_bilan(bilan_de_medication):
    """Bilan partagé de médication fait par le pharmacien."""
    return bilan_de_medication


@regle(**BOOLEEN, article="NGAP 15.2.3")
def tarifs_vl_medecin(patientele_mt, patient_sans_mt):
    """Médecin traitant, ou patient sans médecin traitant."""
    return ou(patientele_mt, patient_sans_mt)


@regle(**BOOLEEN, article="NGAP 15.2.3")
def tarifs_vl_patient(tarifs_age, patient_ald, maladie_neurodegenerative, patient_sans_mt, bareme):
    """Patient de 80 ans et plus en ALD, ou maladie neurodégénérative ; sans médecin traitant, l'âge ou l'ALD suffit."""
    age = tarifs_age >= bareme.VL_age
    return ou(
        et(age, patient_ald),
        vrai(maladie_neurodegenerative),
        et(present(patient_sans_mt), patient_sans_mt, ou(age, patient_ald)),
    )


@regle(**BOOLEEN, article="NGAP 14.4.4", normes=["P1-40"])
def tarifs_pathologie_psychiatrique_grave(pathologie_psychiatrique_grave):
    """Enfant atteint d'une pathologie psychiatrique grave."""
    return pathologie_psychiatrique_grave


@regle(**BOOLEEN, article="NGAP 14.4.4", normes=["P1-40"])
def tarifs_famille_presente(famille_presente):
    """Consultation en présence de la famille ou d'un tiers social ou médico-social."""
    return famille_presente


__all__ = ["complements", "conditions", "remboursement", "situations"]
