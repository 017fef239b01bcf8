"""Forfait médecin traitant (FMT, from 2026) and forfait patientèle (FPMT, until 2025).

Sources: convention of 4 June 2024, art. 21 to 24-3, annexes 4, 5 and 7; circulaire of 31/07/2024, section 3.1.
"""

from convmed.donnees.entites import REGISTRE
from convmed.moteur.noeuds import (
    ans_revolus,
    arrondi_demi_superieur,
    au_plus,
    cas,
    decale,
    et,
    mois_revolus,
    nombre,
    non,
    ou,
    part,
    present,
    somme,
    vrai,
)

SIGNE = "convention-2024"
PROPOSE = "proposition-2024-02-08"

REGISTRE.entree(
    "medecin", "rang_installation", "entier", "Année de première installation en ZIP ou QPV", unite="rang",
    nul_signifie="pas de première installation récente déclarée",
)  # fmt: skip

regle_commune = REGISTRE.regle_de("forfait-medecin-traitant", "convention-2016", "art. 21 à 24-3")
regle = REGISTRE.regle_de("forfait-medecin-traitant", SIGNE, "art. 21 à 24-3")
regle_proposee = REGISTRE.regle_de("forfait-medecin-traitant", PROPOSE, "proposition du 08/02/2024")
regle_fpmt = REGISTRE.regle_de("forfait-medecin-traitant", "convention-2016", "convention 2016, art. 15.4.1 ; annexe 4")


def regle_partagee(**champs):
    """Register one function under the signed text and under the proposal, each with its own article."""

    def enregistrer(fonction):
        return regle_proposee(**champs)(regle(**champs)(fonction))

    return enregistrer


# --- the patient


@regle_commune(entite="patient", unite="ans", normes=["C3.1A-36"])
def age_patientele(date_naissance, date_patientele):
    """Âge à la date d'observation de la patientèle."""
    return ans_revolus(date_naissance, date_patientele)


@regle_commune(entite="patient", unite="booléen", normes=["C3.1A-02", "C3.1A-36"])
def dans_la_patientele(date_naissance, date_declaration_mt, date_patientele):
    """Patient de la patientèle à la date d'observation."""
    return et(
        date_naissance <= date_patientele,
        cas((present(date_declaration_mt), date_declaration_mt <= date_patientele), sinon=True),
    )


@regle(entite="patient", unite="booléen", du="2026-01-01", normes=["C3.1A-29", "C3.1A-30", "C3.1A-31"])
def fmt_vu(date_derniere_consultation, date_patientele, bareme):
    """Patient vu par le médecin traitant ou son collaborateur dans le délai."""
    return et(
        present(date_derniere_consultation),
        date_derniere_consultation >= decale(date_patientele, 0 - bareme.fenetre_non_vu),
    )


@regle_proposee(entite="patient", unite="booléen", du="2026-01-01", texte="proposition-2024-02-08-option-1", normes=["P2-26"])
def fmt_vu():
    """Patient vu : l'option 1 n'a pas de ligne « non vu »."""
    return True


@regle_proposee(entite="patient", unite="booléen", du="2026-01-01", texte="proposition-2024-02-08-option-2", normes=["P2-26"])
def fmt_vu(date_derniere_consultation, date_patientele, bareme):
    """Patient vu dans l'année."""
    return et(
        present(date_derniere_consultation),
        date_derniere_consultation >= decale(date_patientele, 0 - bareme.fenetre_non_vu),
    )


@regle(entite="patient", unite="texte", du="2026-01-01", normes=["C3.1A-14", "C3.1A-19", "C3.1A-27"])
def fmt_classe(dans_la_patientele, fmt_vu, age_patientele, ald, bareme):
    """Classe du patient dans le forfait."""
    return cas(
        (non(dans_la_patientele), "hors-patientele"),
        (non(fmt_vu), "non-vu"),
        (et(age_patientele >= bareme.age_grand_age, ald), "ald-80-ans-et-plus"),
        (ald, "ald-moins-de-80-ans"),
        (age_patientele >= bareme.age_grand_age, "80-ans-et-plus"),
        (age_patientele >= bareme.age_75_ans, "75-79-ans"),
        (age_patientele >= bareme.age_7_ans, "7-74-ans"),
        sinon="moins-de-7-ans",
    )


@regle_proposee(entite="patient", unite="texte", du="2026-01-01", normes=["P2-20", "P2-21", "P2-22", "P2-23", "P2-24", "P2-25"])
def fmt_classe(dans_la_patientele, fmt_vu, age_patientele, ald, bareme):
    """Classe du patient dans le forfait proposé."""
    return cas(
        (non(dans_la_patientele), "hors-patientele"),
        (non(fmt_vu), "non-vu"),
        (et(age_patientele >= bareme.age_grand_age, ald), "ald-80-ans-et-plus"),
        (ald, "ald-moins-de-80-ans"),
        (age_patientele >= bareme.age_grand_age, "80-ans-et-plus"),
        (age_patientele >= bareme.age_75_ans, "75-79-ans"),
        (age_patientele >= bareme.age_7_ans, "7-74-ans"),
        (age_patientele >= bareme.age_2_ans, "2-6-ans"),
        sinon="moins-de-2-ans",
    )


@regle(entite="patient", unite="EUR/an", du="2026-01-01", normes=[
    "C3.1-01", "C3.1A-01", "C3.1A-04", "C3.1A-14", "C3.1A-15", "C3.1A-16", "C3.1A-17", "C3.1A-18", "C3.1A-19", "C3.1A-27",
    "T-44", "T-46", "T-47", "T-48", "T-49", "T-50", "T-51",
])  # fmt: skip
def fmt_socle(fmt_classe, bareme):
    """Montant socle annuel pour un patient."""
    return cas(
        (fmt_classe == "hors-patientele", 0),
        (fmt_classe == "non-vu", bareme.non_vu),
        (fmt_classe == "ald-80-ans-et-plus", bareme.ald_80_ans_et_plus),
        (fmt_classe == "ald-moins-de-80-ans", bareme.ald_moins_de_80_ans),
        (fmt_classe == "80-ans-et-plus", bareme.de_80_ans_et_plus),
        (fmt_classe == "75-79-ans", bareme.de_75_a_79_ans),
        (fmt_classe == "7-74-ans", bareme.de_7_a_74_ans),
        sinon=bareme.moins_de_7_ans,
    )


@regle_proposee(entite="patient", unite="EUR/an", du="2026-01-01", normes=[
    "P2-08", "P2-20", "P2-21", "P2-22", "P2-23", "P2-24", "P2-25", "P2-26",
])  # fmt: skip
def fmt_socle(fmt_classe, bareme):
    """Montant socle annuel proposé pour un patient."""
    return cas(
        (fmt_classe == "hors-patientele", 0),
        (fmt_classe == "non-vu", bareme.non_vu),
        (fmt_classe == "ald-80-ans-et-plus", bareme.ald_80_ans_et_plus),
        (fmt_classe == "ald-moins-de-80-ans", bareme.ald_moins_de_80_ans),
        (fmt_classe == "80-ans-et-plus", bareme.de_80_ans_et_plus),
        (fmt_classe == "75-79-ans", bareme.de_75_a_79_ans),
        (fmt_classe == "7-74-ans", bareme.de_7_a_74_ans),
        (fmt_classe == "2-6-ans", bareme.de_2_a_6_ans),
        sinon=bareme.moins_de_2_ans,
    )


@regle(entite="patient", unite="EUR/an", du="2026-01-01", normes=[
    "C3.1A-20", "C3.1A-21", "C3.1A-22", "C3.1A-23", "C3.1A-24", "C3.1A-25", "C3.1A-28", "C3.1A-32", "C3.1A-33",
])  # fmt: skip
def fmt_majoration_c2s(fmt_classe, c2s, bareme):
    """Majoration C2S annuelle pour un patient."""
    return cas(
        (ou(fmt_classe == "hors-patientele", fmt_classe == "non-vu"), 0),
        (c2s, bareme.majoration_c2s),
        sinon=0,
    )


@regle_proposee(entite="patient", unite="EUR/an", du="2026-01-01", normes=["P2-10", "P2-14"])
def fmt_majoration_c2s(fmt_classe, c2s, bareme):
    """Majoration C2S annuelle proposée : chaque patient C2S compte, vu ou non."""
    return cas(
        (fmt_classe == "hors-patientele", 0),
        (c2s, bareme.majoration_c2s),
        sinon=0,
    )


# --- the doctor


@regle_commune(entite="medecin", unite="booléen", normes=["C3.1A-06"])
def fmt_eligible(secteur, option_tarifaire):
    """Médecin de secteur 1, ou de secteur 2 adhérent à l'OPTAM ou à l'OPTAM-ACO."""
    return cas(
        (secteur == "1", True),
        (secteur == "2", ou(option_tarifaire == "optam", option_tarifaire == "optam-aco")),
        sinon=False,
    )


@regle_partagee(entite="medecin", unite="EUR/an", du="2026-01-01", normes=["C3.1A-02", "C3.1A-03", "C3.1A-06", "P2-13"])
def fmt_socle_total(fmt_eligible, fmt_socle, fmt_classe):
    """Socle du forfait : somme des montants de la patientèle, sans majoration."""
    return cas((non(fmt_eligible), 0), sinon=somme("patient", fmt_socle, par=fmt_classe))


@regle_partagee(entite="medecin", unite="EUR/an", du="2026-01-01", normes=["C3.1A-32", "P2-14"])
def fmt_majoration_c2s_total(fmt_eligible, fmt_majoration_c2s):
    """Majoration C2S : somme sur la patientèle."""
    return cas((non(fmt_eligible), 0), sinon=somme("patient", fmt_majoration_c2s))


@regle(entite="medecin", unite="booléen", normes=["C3.1B-05", "C3.1B-06", "C3.1B-07"])
def fmt_en_zip_ou_qpv(zone, qpv):
    """Cabinet principal en ZIP ou en QPV (un QPV non déclaré n'ouvre rien)."""
    return ou(zone == "zip", vrai(qpv))


@regle_proposee(entite="medecin", unite="booléen", normes=["P3-42", "P3-45"])
def fmt_en_zip_ou_qpv(zone):
    """Cabinet principal en ZIP : la proposition ne dit rien des QPV."""
    return zone == "zip"


@regle_partagee(entite="medecin", unite="rang", normes=["C3.1B-08", "C3.1B-12"])
def fmt_rang(rang_installation, date_premiere_installation, date_patientele):
    """Année de première installation, de date à date, à la date d'observation."""
    return cas(
        (present(rang_installation), rang_installation),
        (present(date_premiere_installation), mois_revolus(date_premiere_installation, date_patientele) // 12 + 1),
        sinon=0,
    )


@regle_partagee(entite="medecin", unite="%", du="2026-01-01", normes=[
    "C3.1B-05", "C3.1B-08", "C3.1B-09", "C3.1B-10", "C3.1B-11", "C3.1B-12", "C3.1B-13", "P3-42", "P3-45",
])  # fmt: skip
def fmt_taux_zone(fmt_en_zip_ou_qpv, fmt_rang, bareme):
    """Taux de la majoration de zone, permanente ou de première installation, jamais les deux."""
    return cas(
        (non(fmt_en_zip_ou_qpv), 0),
        (fmt_rang == 1, bareme.taux_premiere_annee),
        (fmt_rang == 2, bareme.taux_deuxieme_annee),
        (fmt_rang == 3, bareme.taux_troisieme_annee),
        sinon=bareme.taux_zone,
    )


@regle_partagee(entite="medecin", unite="EUR/an", du="2026-01-01", normes=["C3.1B-01", "C3.1B-02", "C3.1B-03", "T-45"])
def fmt_majoration_zone(fmt_socle_total, fmt_taux_zone):
    """Majoration de zone, sur le socle seul."""
    return cas((fmt_socle_total == 0, 0), sinon=part(fmt_socle_total, fmt_taux_zone))


@regle_partagee(entite="medecin", unite="%", du="2026-01-01", normes=["C3.1B-14", "C3.1B-15", "P3-46"])
def fmt_taux_senior(date_naissance_medecin, date_patientele, bareme):
    """Taux de la majoration d'âge du médecin, quelle que soit la zone."""
    return cas(
        (ans_revolus(date_naissance_medecin, date_patientele) >= bareme.age_medecin_senior, bareme.taux_medecin_senior),
        sinon=0,
    )


@regle_partagee(entite="medecin", unite="EUR/an", du="2026-01-01", normes=["C3.1B-03", "C3.1B-17", "C3.1B-18"])
def fmt_majoration_67_ans(fmt_socle_total, fmt_taux_senior):
    """Majoration d'âge du médecin, sur le socle seul."""
    return cas((fmt_socle_total == 0, 0), sinon=part(fmt_socle_total, fmt_taux_senior))


@regle_partagee(entite="medecin", unite="EUR/an", du="2026-01-01", normes=["C3.1A-01", "C3.1B-17", "C3.1B-18", "P2-01", "P2-12"])
def fmt_total(fmt_socle_total, fmt_majoration_c2s_total, fmt_majoration_zone, fmt_majoration_67_ans):
    """Forfait médecin traitant, hors majoration prévention."""
    return fmt_socle_total + fmt_majoration_c2s_total + fmt_majoration_zone + fmt_majoration_67_ans


# --- the FPMT


@regle_fpmt(entite="patient", unite="texte", du="2018-01-01", normes=["C3.1A-08", "C3.1A-13", "C3.1A-26"])
def fpmt_classe(dans_la_patientele, age_patientele, ald, bareme):
    """Classe du patient dans le forfait patientèle."""
    return cas(
        (non(dans_la_patientele), "hors-patientele"),
        (et(age_patientele >= bareme.age_grand_age, ald), "ald-80-ans-et-plus"),
        (ald, "ald-moins-de-80-ans"),
        (age_patientele >= bareme.age_grand_age, "80-ans-et-plus"),
        (age_patientele >= bareme.age_75_ans, "75-79-ans"),
        (age_patientele >= bareme.age_7_ans, "7-74-ans"),
        sinon="moins-de-7-ans",
    )


@regle_fpmt(entite="patient", unite="EUR/an", du="2018-01-01", normes=[
    "C3.1A-05", "C3.1A-08", "C3.1A-09", "C3.1A-10", "C3.1A-11", "C3.1A-12", "C3.1A-13", "C3.1A-26",
])  # fmt: skip
def fpmt_montant(fpmt_classe, bareme):
    """Montant annuel du forfait patientèle pour un patient."""
    return cas(
        (fpmt_classe == "hors-patientele", 0),
        (fpmt_classe == "ald-80-ans-et-plus", bareme.fpmt_ald_80_ans_et_plus),
        (fpmt_classe == "ald-moins-de-80-ans", bareme.fpmt_ald_moins_de_80_ans),
        (fpmt_classe == "80-ans-et-plus", bareme.fpmt_80_ans_et_plus),
        (fpmt_classe == "75-79-ans", bareme.fpmt_75_a_79_ans),
        (fpmt_classe == "7-74-ans", bareme.fpmt_7_a_74_ans),
        sinon=bareme.fpmt_moins_de_7_ans,
    )


@regle_fpmt(entite="patient", unite="booléen", du="2018-01-01")
def fpmt_beneficiaire_c2s(dans_la_patientele, c2s):
    """Patient de la patientèle bénéficiaire de la C2S."""
    return et(dans_la_patientele, c2s)


@regle_fpmt(entite="medecin", unite="booléen", du="2018-01-01")
def fpmt_eligible(secteur):
    """Médecin conventionné, quel que soit son secteur (un secteur non déclaré ne ferme rien)."""
    return ou(non(present(secteur)), secteur != "nc")


@regle_fpmt(entite="medecin", unite="EUR/an", du="2018-01-01", normes=["C3.1A-05"])
def fpmt_socle_total(fpmt_eligible, fpmt_montant, fpmt_classe):
    """Forfait patientèle : somme des montants de la patientèle."""
    return cas((non(fpmt_eligible), 0), sinon=somme("patient", fpmt_montant, par=fpmt_classe))


@regle_fpmt(entite="medecin", unite="nombre", du="2018-01-01")
def fpmt_effectif(dans_la_patientele):
    """Patients de la patientèle."""
    return nombre("patient", dans_la_patientele)


@regle_fpmt(entite="medecin", unite="nombre", du="2018-01-01")
def fpmt_effectif_c2s(fpmt_beneficiaire_c2s):
    """Patients de la patientèle bénéficiaires de la C2S."""
    return nombre("patient", fpmt_beneficiaire_c2s)


@regle_fpmt(entite="medecin", unite="EUR/an", du="2018-01-01")
def fpmt_majoration_precarite(fpmt_socle_total, fpmt_effectif, fpmt_effectif_c2s, bareme):
    """Majoration de précarité : la moitié de l'écart de la part C2S au seuil, plafonnée."""
    ecart = 10_000 * fpmt_effectif_c2s - bareme.fpmt_seuil_precarite * fpmt_effectif
    return cas(
        (fpmt_effectif == 0, 0),
        (ecart <= 0, 0),
        sinon=au_plus(
            arrondi_demi_superieur(
                fpmt_socle_total * ecart,
                10_000 * bareme.fpmt_diviseur_precarite * fpmt_effectif,
            ),
            part(fpmt_socle_total, bareme.fpmt_plafond_precarite),
        ),
    )


@regle_fpmt(entite="medecin", unite="EUR/an", du="2018-01-01", normes=["C3.1A-05", "C3.1A-07"])
def fpmt_total(fpmt_socle_total, fpmt_majoration_precarite):
    """Forfait patientèle, majoration de précarité comprise."""
    return fpmt_socle_total + fpmt_majoration_precarite
