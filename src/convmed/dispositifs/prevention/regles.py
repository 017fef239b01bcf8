"""Volet prévention of the FMT: fifteen indicators, 5 EUR each, patient by patient (from 2026).

Sources: convention of 4 June 2024, art. 21 to 24-3, annexe 5; circulaire of 31/07/2024, section 3.1 C. The lists of ALD
come from the CSMF quoting annexe 5; those that nobody published are hypotheses, named so in the barème.
"""

import convmed.dispositifs.forfait_medecin_traitant.regles  # noqa: F401 - the prevention part follows fmt_eligible
from convmed.dispositifs.prevention.declaration import (
    Indicateur,
    campagne,
    declarer,
    depuis,
    deux_depuis,
    entre_deux_ages,
    reservee,
    toutes,
    une_de,
    une_fois,
)
from convmed.donnees.entites import REGISTRE
from convmed.moteur.noeuds import (
    DIX_MILLE,
    Colonne,
    ans_revolus,
    arrondi_demi_superieur,
    cas,
    decale,
    derniere,
    entre,
    et,
    existe,
    mois_revolus,
    nombre,
    non,
    ou,
    parmi,
    present,
    somme,
    vrai,
)
from convmed.moteur.registre import EXERCICE, FiguresDe

SIGNE, PROPOSE = "convention-2024", "proposition-2024-02-08"
DU = "2026-01-01"


b = FiguresDe("prevention")
regle = REGISTRE.regle_de("prevention", SIGNE, "art. 21 à 24-3, annexe 5")
# The convention of 2016 stands under every other text: what it says holds everywhere.
regle_rosp = REGISTRE.regle_de("prevention", "convention-2016", "annexe 7")
LES_DEUX = (SIGNE, PROPOSE)

REGISTRE.entite("exclusion", parent="patient")
REGISTRE.entree("exclusion", "indicateur_exclu", "texte", "Indicateur exclu pour ce patient")
# Breast: "à risque moyen"; cervix and colon: "à risque": who is not cannot be told from age and sex.
REGISTRE.entite("hors_cible", parent="patient")
REGISTRE.entree("hors_cible", "indicateur_hors_cible", "texte", "Indicateur dont le patient n'est pas la cible")
REGISTRE.entree(EXERCICE, "debut_campagne", "date", "Début de la campagne de vaccination en cours")
REGISTRE.entree(EXERCICE, "fin_campagne", "date", "Dernier jour de la campagne de vaccination en cours")
for nom, libelle in (
    ("risque_grippe", "À risque de grippe sévère"),
    ("risque_covid", "À risque de covid sévère"),
    ("risque_pneumocoque", "À risque d'infection sévère à pneumocoque"),
    ("mcva", "Maladie cardiovasculaire ou associée"),
    ("maladie_systeme_auto_immune", "Maladie de système ou auto-immune"),
    ("diabete", "Diabète"),
    ("opposition", "Opposition du patient"),
    ("ald_numeros", "Numéros des ALD"),
):
    REGISTRE.entree("patient", nom, "booleen", libelle)


# --- ages and populations


@regle_rosp(entite="patient", unite="booléen", article="art. 21 à 24-3", normes=["C3.1C-05"])
def prevention_patientele(date_naissance, date_declaration_mt, date_observation):
    """Patient de la patientèle à la date d'observation."""
    return et(
        date_naissance <= date_observation,
        cas((present(date_declaration_mt), date_declaration_mt <= date_observation), sinon=True),
    )


@regle(entite="patient", unite="ans", du=DU, texte=LES_DEUX, normes=["C3.1C-05"])
def prevention_age(date_naissance, date_observation):
    """Âge à la date d'observation."""
    return ans_revolus(date_naissance, date_observation)


@regle(entite="patient", unite="mois", du=DU, texte=LES_DEUX, normes=["C3.1C-20", "C3.1C-22", "C3.1C-41", "C3.1C-43"])
def prevention_age_mois(date_naissance, date_observation):
    """Âge en mois à la date d'observation."""
    return mois_revolus(date_naissance, date_observation)


@regle(entite="evenement", unite="mois", du=DU, texte=LES_DEUX, normes=["C3.1C-21", "C3.1C-23", "C3.1C-42", "C3.1C-44"])
def prevention_age_a_l_acte(date_naissance, date):
    """Âge en mois à la date de l'acte."""
    return mois_revolus(date_naissance, date)


@regle(entite="patient", unite="booléen", du=DU, texte=LES_DEUX, normes=["C3.1C-48"])
def prevention_opposition(opposition):
    """Le patient s'oppose à la transmission de ses données de prévention."""
    return vrai(opposition)


@regle(entite="patient", unite="nombre", du=DU, texte=LES_DEUX, normes=["T-54"])
def prevention_affections(numero_ald):
    """Nombre d'ALD dont le numéro est connu."""
    return nombre("affection", present(numero_ald))


@regle(entite="patient", unite="booléen", du=DU, texte=LES_DEUX, normes=["T-54", "P2-54"])
def prevention_ald_sans_numero(ald, prevention_affections):
    """En ALD, sans que le numéro de l'ALD soit connu."""
    return et(prevention_affections == 0, ald)


@regle(entite="patient", unite="booléen", du=DU, normes=["T-54", "T-55", "T-56", "T-69"])
def prevention_bronchodilatateurs(traceur, date, date_observation, bareme):
    """Assez de délivrances de bronchodilatateurs en douze mois pour valoir risque."""
    return nombre(
        "evenement",
        et(
            traceur == "bronchodilatateur",
            date <= date_observation,
            date >= decale(date_observation, 0 - bareme.fenetre_delivrances),
        ),
    ) >= bareme.delivrances_bronchodilatateurs


def groupe(drapeau, ald_listees, sans_numero, *autres):
    """Return whether a patient belongs to a group: a flag if given, else by ALD; missing if the ALD has no number.

    The numbers are rows of the entity `affection`: the input `ald_numeros` is read only to be named as missing, and the
    list besides the rows so that the explanation quotes it.
    """
    return cas(
        (present(drapeau), drapeau),
        (et(present(ald_listees), existe("affection", parmi(Colonne("numero_ald"), ald_listees))), True),
        *((autre, True) for autre in autres),
        (sans_numero, Colonne("ald_numeros")),
        sinon=False,
    )


@regle(entite="patient", unite="booléen", du=DU, normes=["C3.1C-12", "T-54"])
def prevention_risque_grippe(risque_grippe, prevention_ald_sans_numero, prevention_bronchodilatateurs, bareme):
    """Personne à risque de grippe sévère."""
    return groupe(risque_grippe, bareme.grippe_ald, prevention_ald_sans_numero, prevention_bronchodilatateurs)


@regle(entite="patient", unite="booléen", du=DU, normes=["C3.1C-15", "T-55"])
def prevention_risque_covid(risque_covid, prevention_ald_sans_numero, prevention_bronchodilatateurs, bareme):
    """Personne à risque de covid sévère."""
    return groupe(risque_covid, bareme.covid_ald, prevention_ald_sans_numero, prevention_bronchodilatateurs)


@regle(entite="patient", unite="booléen", du=DU, normes=["C3.1C-17", "T-56"])
def prevention_risque_pneumocoque(risque_pneumocoque, prevention_ald_sans_numero, prevention_bronchodilatateurs, bareme):
    """Personne à risque d'infection sévère à pneumocoque."""
    return groupe(
        risque_pneumocoque, bareme.pneumocoque_ald, prevention_ald_sans_numero, prevention_bronchodilatateurs
    )


@regle(entite="patient", unite="booléen", du=DU, normes=["C3.1C-35"])
def prevention_mcva(mcva, prevention_ald_sans_numero, bareme):
    """Personne atteinte d'une maladie cardiovasculaire ou associée, à dépister pour le diabète."""
    return groupe(mcva, bareme.mcva_ald, prevention_ald_sans_numero)


@regle(entite="patient", unite="booléen", du=DU, normes=["C3.1C-37"])
def prevention_mcva_ou_diabete(mcva, prevention_ald_sans_numero, bareme):
    """Personne atteinte d'une maladie cardiovasculaire ou associée, à dépister pour la maladie rénale."""
    return groupe(mcva, bareme.mrc_ald, prevention_ald_sans_numero)


@regle(entite="patient", unite="booléen", du=DU, normes=["C3.1C-37"])
def prevention_maladie_systeme(maladie_systeme_auto_immune, prevention_ald_sans_numero, bareme):
    """Personne atteinte d'une maladie de système ou auto-immune."""
    return groupe(maladie_systeme_auto_immune, bareme.systeme_ald, prevention_ald_sans_numero)


@regle(entite="patient", unite="booléen", du=DU, normes=["C3.1C-39", "T-65"])
def prevention_diabete(diabete, prevention_ald_sans_numero, traceur, date, date_observation, bareme):
    """Personne diabétique : ALD diabète, ou traitement, dont le nombre de délivrances n'est pas publié."""
    delivrances = nombre(
        "evenement",
        et(
            traceur == "antidiabetique",
            date <= date_observation,
            date >= decale(date_observation, 0 - bareme.fenetre_delivrances),
        ),
    )
    traite = cas((delivrances == 0, False), sinon=delivrances >= bareme.diabete_delivrances)
    return groupe(diabete, bareme.diabete_ald, prevention_ald_sans_numero, traite)


@regle(entite="patient", unite="booléen", du=DU, texte=PROPOSE, normes=["P2-50"])
def prevention_diabete(diabete, prevention_ald_sans_numero, bareme):
    """Personne en ALD diabète."""
    return groupe(diabete, bareme.diabete_ald, prevention_ald_sans_numero)


@regle(entite="patient", unite="date", du=DU, texte=PROPOSE, normes=["P2-50"])
def prevention_derniere_hba1c(traceur, date, date_observation):
    """Date du dernier dosage de l'HbA1c."""
    return derniere("evenement", date, et(traceur == "hba1c", date <= date_observation))


# --- the fifteen indicators (annexe 5)

age, age_mois = Colonne("prevention_age"), Colonne("prevention_age_mois")
ald, sexe = Colonne("ald"), Colonne("sexe")
risque_grippe, risque_covid = Colonne("prevention_risque_grippe"), Colonne("prevention_risque_covid")
risque_pneumocoque, diabete = Colonne("prevention_risque_pneumocoque"), Colonne("prevention_diabete")
mcva, mcva_ou_diabete = Colonne("prevention_mcva"), Colonne("prevention_mcva_ou_diabete")
maladie_systeme = Colonne("prevention_maladie_systeme")

GRIPPE = Indicateur("grippe", "vaccination", "Vaccination contre la grippe")
COVID = Indicateur("covid", "vaccination", "Vaccination contre le covid")
PNEUMOCOQUE = Indicateur("pneumocoque", "vaccination", "Vaccination contre le pneumocoque")
ROR = Indicateur("ror", "vaccination", "Vaccination ROR")
MENINGOCOQUE_C = Indicateur("meningocoque-c", "vaccination", "Vaccination contre le méningocoque C")
HPV = Indicateur("hpv", "vaccination", "Vaccination contre les papillomavirus (HPV)")
CANCER_SEIN = Indicateur("cancer-sein", "dépistage", "Dépistage du cancer du sein")
CANCER_COL = Indicateur("cancer-col", "dépistage", "Dépistage du cancer du col de l'utérus")
CANCER_COLORECTAL = Indicateur("cancer-colorectal", "dépistage", "Dépistage du cancer colorectal")
DIABETE = Indicateur("diabete", "dépistage", "Dépistage du diabète")
MRC = Indicateur("mrc", "dépistage", "Dépistage de la maladie rénale chronique")
HBA1C = Indicateur("hba1c", "suivi", "Suivi du diabète par l'HbA1c")
EXAMEN_M9 = Indicateur("examen-m9", "suivi", "Examen obligatoire du 9e mois")
EXAMEN_M24 = Indicateur("examen-m24", "suivi", "Examen obligatoire du 24e ou 25e mois")
BUCCO_DENTAIRE = Indicateur("bucco-dentaire", "suivi", "Examen bucco-dentaire annuel")
INDICATEURS = (
    GRIPPE, COVID, PNEUMOCOQUE, ROR, MENINGOCOQUE_C, HPV, CANCER_SEIN, CANCER_COL, CANCER_COLORECTAL,
    DIABETE, MRC, HBA1C, EXAMEN_M9, EXAMEN_M24, BUCCO_DENTAIRE,
)  # fmt: skip

declarer(
    GRIPPE, (SIGNE,), normes=["C3.1C-12", "C3.1C-13", "C3.1C-14", "T-54"],
    concerne=ou(age >= b.grippe_age, et(age_mois >= b.grippe_age_risque, risque_grippe)),
    preuve=campagne("vaccin-grippe"),
)  # fmt: skip
declarer(
    COVID, (SIGNE,), normes=["C3.1C-15", "C3.1C-16", "T-55"],
    concerne=ou(age >= b.covid_age, et(age_mois >= b.covid_age_risque, risque_covid)),
    preuve=campagne("vaccin-covid"),
)  # fmt: skip
declarer(
    PNEUMOCOQUE, (SIGNE,), normes=["C3.1C-17", "C3.1C-18", "C3.1C-19", "T-56"],
    concerne=et(age >= b.pneumocoque_age, risque_pneumocoque),
    preuve=une_fois("vaccin-pneumocoque-20", a_partir_du=b.pneumocoque_depuis),
)  # fmt: skip
declarer(
    ROR, (SIGNE,), normes=["C3.1C-20", "C3.1C-21", "T-57"],
    concerne=entre(age_mois, b.ror_age_min, b.ror_age_max),
    preuve=entre_deux_ages("vaccin-ror", 0, b.ror_age_dose_max + 1, doses=2),
)  # fmt: skip
declarer(
    MENINGOCOQUE_C, (SIGNE,), normes=["C3.1C-22", "C3.1C-23", "T-58"],
    concerne=entre(age_mois, b.meningocoque_c_age_min, b.meningocoque_c_age_max),
    preuve=entre_deux_ages("vaccin-meningocoque-c", 0, b.meningocoque_c_age_dose_max + 1),
)  # fmt: skip
declarer(
    HPV, (SIGNE,), normes=["C3.1C-24", "C3.1C-25", "T-59"],
    concerne=entre(age, b.hpv_age_min, b.hpv_age_max),
    preuve=entre_deux_ages("vaccin-hpv", 12 * b.hpv_age_dose_min, 12 * b.hpv_age_dose_max, doses=2),
)  # fmt: skip
declarer(
    CANCER_SEIN, (SIGNE,), normes=["C3.1C-26", "C3.1C-27", "C3.1C-28", "T-61"], exclusion="exclusion-sein",
    concerne=et(entre(age, b.sein_age_min, b.sein_age_max), sexe == "F"),
    preuve=une_de(
        depuis("mammographie-depistage", b.sein_fenetre_depistage),
        depuis("mammographie-bilaterale", b.sein_fenetre_bilaterale),
    ),
)  # fmt: skip
declarer(
    CANCER_COL, (SIGNE,), normes=["C3.1C-29", "C3.1C-30", "C3.1C-31", "C3.1C-32", "T-62", "T-70"], exclusion="exclusion-col",
    concerne=et(entre(age, b.col_age_min, b.col_age_max), sexe == "F"),
    preuve=une_de(
        reservee(depuis("test-hpv-col", b.col_fenetre_hpv), age >= b.col_age_hpv),
        depuis("cytologie-col", b.col_fenetre_deux_cytologies, doses=2),
        depuis("cytologie-col", b.col_fenetre_une_cytologie),
    ),
)  # fmt: skip
declarer(
    CANCER_COLORECTAL, (SIGNE, PROPOSE), normes=["C3.1C-33", "C3.1C-34", "T-60", "P2-44"], exclusion="exclusion-colorectal",
    concerne=entre(age, b.colorectal_age_min, b.colorectal_age_max),
    preuve=depuis("test-immunologique-colorectal", b.colorectal_fenetre),
)  # fmt: skip
declarer(
    DIABETE, (SIGNE,), normes=["C3.1C-35", "C3.1C-36", "T-63"],
    concerne=et(age >= b.diabete_age, mcva),
    preuve=depuis("glycemie-a-jeun", b.diabete_fenetre),
)  # fmt: skip
MRC_BILAN = toutes(
    depuis("creatinine-sanguine", b.mrc_fenetre),
    une_de(
        depuis("albumine-creatinine-urinaire", b.mrc_fenetre),
        toutes(depuis("albumine-urinaire", b.mrc_fenetre), depuis("creatinine-urinaire", b.mrc_fenetre)),
    ),
)
declarer(
    MRC, (SIGNE,), normes=["C3.1C-37", "C3.1C-38", "T-64"],
    concerne=et(age >= b.mrc_age, ou(mcva_ou_diabete, maladie_systeme)),
    preuve=MRC_BILAN,
)  # fmt: skip
declarer(
    HBA1C, (SIGNE,), normes=["C3.1C-39", "C3.1C-40", "T-65"],
    concerne=diabete,
    preuve=depuis("hba1c", b.hba1c_fenetre),
)  # fmt: skip
declarer(
    EXAMEN_M9, (SIGNE,), normes=["C3.1C-41", "C3.1C-42", "T-66"],
    concerne=entre(age_mois, b.m9_age_min, b.m9_age_max),
    preuve=entre_deux_ages("consultation-enfant", b.m9_examen_min, b.m9_examen_max + 1),
)  # fmt: skip
declarer(
    EXAMEN_M24, (SIGNE,), normes=["C3.1C-43", "C3.1C-44", "T-67"],
    concerne=entre(age_mois, b.m24_age_min, b.m24_age_max),
    preuve=entre_deux_ages("consultation-enfant", b.m24_examen_min, b.m24_examen_max + 1),
)  # fmt: skip
declarer(
    BUCCO_DENTAIRE, (SIGNE, PROPOSE), normes=["C3.1C-45", "C3.1C-46", "C3.1C-47", "T-68", "P2-53"],
    concerne=entre(age, b.dentaire_age_min, b.dentaire_age_max),
    preuve=depuis("examen-bucco-dentaire", b.dentaire_fenetre),
)  # fmt: skip

# --- the same indicators as proposed on 8 February 2024: any ALD, other ages, other rhythms

declarer(
    GRIPPE, (PROPOSE,), normes=["P2-37"],
    concerne=ou(age >= b.grippe_age, et(age_mois >= b.grippe_age_risque, ald)), preuve=campagne("vaccin-grippe"),
)  # fmt: skip
declarer(
    COVID, (PROPOSE,), normes=["P2-38"],
    concerne=ou(age >= b.covid_age, et(age_mois >= b.covid_age_risque, ald)), preuve=campagne("vaccin-covid"),
)  # fmt: skip
declarer(
    PNEUMOCOQUE, (PROPOSE,), normes=["P2-39", "P2-40"],
    concerne=et(age >= b.pneumocoque_age, ald), preuve=une_fois("vaccin-pneumocoque-23"),
)  # fmt: skip
declarer(
    ROR, (PROPOSE,), normes=["P2-41"],
    concerne=entre(age_mois, b.ror_age_min, b.ror_age_max), preuve=entre_deux_ages("vaccin-ror", 0, None, doses=2),
)  # fmt: skip
declarer(
    MENINGOCOQUE_C, (PROPOSE,), normes=["P2-42"],
    concerne=entre(age_mois, b.meningocoque_c_age_min, b.meningocoque_c_age_max),
    preuve=entre_deux_ages("vaccin-meningocoque-c", 0, None),
)  # fmt: skip
declarer(
    HPV, (PROPOSE,), normes=["P2-43"],
    concerne=entre(age, b.hpv_age_min, b.hpv_age_max),
    preuve=entre_deux_ages("vaccin-hpv", 12 * b.hpv_age_dose_min, None, doses=2),
)  # fmt: skip
declarer(
    CANCER_SEIN, (PROPOSE,), normes=["P2-45"], exclusion="exclusion-sein",
    concerne=et(entre(age, b.sein_age_min, b.sein_age_max), sexe == "F"),
    preuve=depuis("mammographie-depistage", b.sein_fenetre_depistage),
)  # fmt: skip
declarer(
    CANCER_COL, (PROPOSE,), normes=["P2-46", "P2-47"], exclusion="exclusion-col",
    concerne=et(entre(age, b.col_age_min, b.col_age_max), sexe == "F"),
    preuve=une_de(
        reservee(depuis("test-hpv-col", b.col_fenetre_hpv), age >= b.col_age_hpv),
        reservee(depuis("cytologie-col", b.col_fenetre_deux_cytologies), age < b.col_age_hpv),
    ),
)  # fmt: skip
declarer(
    DIABETE, (PROPOSE,), normes=["P2-48"],
    concerne=et(age >= b.diabete_age, ald), preuve=depuis("glycemie-a-jeun", b.diabete_fenetre),
)  # fmt: skip
declarer(MRC, (PROPOSE,), normes=["P2-49"], concerne=et(age >= b.mrc_age, ald), preuve=MRC_BILAN)
declarer(
    HBA1C, (PROPOSE,), normes=["P2-50"],
    concerne=diabete, preuve=deux_depuis("hba1c", b.hba1c_fenetre, Colonne("prevention_derniere_hba1c")),
)  # fmt: skip
declarer(
    EXAMEN_M9, (PROPOSE,), normes=["P2-51"],
    concerne=entre(age_mois, b.m9_age_min, b.m9_age_max),
    preuve=toutes(
        entre_deux_ages("consultation-enfant", 0, 1),
        entre_deux_ages("consultation-enfant", b.m9_examen_min, b.m9_examen_max + 1),
    ),
)  # fmt: skip
declarer(
    EXAMEN_M24, (PROPOSE,), normes=["P2-52"],
    concerne=entre(age_mois, b.m24_age_min, b.m24_age_max),
    preuve=entre_deux_ages("consultation-enfant", b.m24_examen_min, b.m24_examen_max + 1),
)  # fmt: skip


# --- the price


def compter(etat):
    """Return how many indicators of a patient are in a state; an unknown state counts for none."""
    colonnes = [Colonne(indicateur.colonne) for indicateur in INDICATEURS]
    return sum((cas((et(present(colonne), colonne == etat), 1), sinon=0) for colonne in colonnes[1:]),
               start=cas((et(present(colonnes[0]), colonnes[0] == etat), 1), sinon=0))  # fmt: skip


@regle(entite="patient", unite="indicateurs", du=DU, texte=LES_DEUX, normes=["C3.1C-03", "C3.1C-04", "C3.1C-05", "C3.1C-09", "C3.1C-10", "P2-55"])
def prevention_valides():
    """Indicateurs validés pour le patient."""
    return compter("valide")


@regle(entite="patient", unite="indicateurs", du=DU, texte=LES_DEUX, normes=["C3.1C-49"])
def prevention_non_valides():
    """Indicateurs que le patient pourrait valider."""
    return compter("non-valide")


@regle(entite="patient", unite="EUR/an", du=DU, texte=LES_DEUX, normes=["C3.1C-03", "C3.1C-06", "C3.1C-07", "T-53", "P2-11", "P2-17"])
def prevention_montant(prevention_valides, bareme):
    """Prévention pour un patient : un montant par indicateur validé."""
    return prevention_valides * bareme.montant_indicateur


@regle(entite="medecin", unite="EUR/an", du=DU, texte=LES_DEUX, normes=["C3.1C-01", "C3.1C-05", "C3.1C-07", "P2-19"])
def prevention_total(fmt_eligible, prevention_montant):
    """Volet prévention du forfait médecin traitant."""
    return cas((non(fmt_eligible), 0), sinon=somme("patient", prevention_montant))


# --- the ROSP before it (annexe 7): its structure is published, its rate of achievement is not


@regle_rosp(entite="medecin", unite="nombre", normes=["C3.1C-51"])
def rosp_effectif(prevention_patientele):
    """Patients pris en compte pour la ROSP."""
    return nombre("patient", prevention_patientele)


@regle_rosp(entite="medecin", unite="EUR/an", normes=["C3.1C-51"])
def rosp_total(rosp_effectif, bareme):
    """ROSP de l'adulte : points × valeur du point × patientèle / référence × part acquise."""
    pleine = bareme.rosp_points_adulte * bareme.rosp_valeur_point * rosp_effectif
    return arrondi_demi_superieur(pleine * bareme.rosp_taux_de_realisation, 10 * DIX_MILLE * bareme.rosp_patientele_reference)
