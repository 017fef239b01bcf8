"""CAIM, COTRAM, COSCOM and CSTM: what a running contract pays, and the choice of 2026, to keep it or to leave it.

Sources: convention of 2016, art. 4 to 7; convention of 4 June 2024, art. 25 to 27-2 and annexe 21; circulaire of
31/07/2024, section 3.2. The rules of the FMT and of the consultations avancées are read where they stand.
"""

import convmed.dispositifs.consultations_avancees.regles
import convmed.dispositifs.forfait_medecin_traitant.regles  # noqa: F401
from convmed.donnees.entites import REGISTRE
from convmed.moteur.noeuds import (
    Figure,
    ans_revolus,
    arrondi_demi_superieur,
    au_plus,
    cas,
    decale,
    et,
    mois_revolus,
    non,
    ou,
    parmi,
    part,
    present,
)

SIGNE = "convention-2024"
MOIS_PAR_AN = 12
ENTIER = 10_000  # 100 %, in the engine's scale of rates

REGISTRE.entree("medecin", "cd_contrat", "texte", "Contrat démographique")
REGISTRE.entree("medecin", "cd_date_adhesion", "date", "Date d'adhésion au contrat")
REGISTRE.entree("medecin", "cd_date_terme", "date", "Terme écrit au contrat", nul_signifie="terme de la durée du contrat")
REGISTRE.entree(
    "medecin", "cd_date_sortie", "date", "Date de la résiliation, réelle ou envisagée", nul_signifie="contrat non résilié"
)
REGISTRE.entree("medecin", "cd_debut_exercice", "date", "Premier jour de l'exercice")
REGISTRE.entree("medecin", "cd_jours_contrat", "entier", "Jours de l'exercice passés dans le contrat", unite="jours")
REGISTRE.entree("medecin", "cd_jours_annee", "entier", "Jours de l'exercice", unite="jours")
REGISTRE.entree("medecin", "cd_majoration_ars", "booleen", "Zone où l'ARS majore le contrat")
REGISTRE.entree("medecin", "cd_hopital_proximite", "booleen", "Activité en hôpital de proximité")
REGISTRE.entree("medecin", "cd_demi_journees", "entier", "Demi-journées d'activité par semaine", unite="demi-journées/semaine")
REGISTRE.entree("medecin", "cd_mois_stagiaire", "entier", "Mois de stagiaire à temps plein dans l'année", unite="mois/an")
REGISTRE.entree("medecin", "cd_honoraires", "entier", "Honoraires de l'année, hors dépassements et forfaits", unite="EUR/an")
REGISTRE.entree("medecin", "cd_part_opposable", "entier", "Part de l'activité à tarif opposable", unite="%")
REGISTRE.entree("medecin", "cd_fmt_socle", "entier", "Socle annuel du FMT", unite="EUR/an")
REGISTRE.entree(
    "medecin", "cd_demi_journees_mois", "entier", "Demi-journées de consultations avancées par mois",
    unite="demi-journées/mois",
)  # fmt: skip
REGISTRE.entree("medecin", "cd_intervient_en_zip", "booleen", "Intervient encore en ZIP")
REGISTRE.entree("medecin", "cd_conditions_remplies", "booleen", "Remplit encore les conditions d'adhésion")
REGISTRE.entree("medecin", "cd_exercice_coordonne", "booleen", "Groupe, CPTS ou équipe de soins primaires")
REGISTRE.entree("medecin", "cd_pdsa", "booleen", "Participe à la permanence des soins")
REGISTRE.entree("medecin", "cd_date_installation", "date", "Date d'installation dans la zone")
REGISTRE.entree("medecin", "cd_date_naissance_accueilli", "date", "Date de naissance du médecin accueilli")
REGISTRE.entree("medecin", "cd_date_installation_accueilli", "date", "Date d'installation du médecin accueilli")
REGISTRE.entree("medecin", "cd_autre_contrat", "booleen", "Autre contrat démographique non cumulable en cours")
REGISTRE.entree("medecin", "cd_jours_zip", "entier", "Jours d'exercice par an en ZIP", unite="jours/an")

regle = REGISTRE.regle_de("contrats-demographiques", "convention-2016", "convention 2016, art. 4 à 7 ; annexe 21")
regle_2024 = REGISTRE.regle_de("contrats-demographiques", SIGNE, "art. 25 à 27-2, annexe 21")


def sur_honoraires(honoraires, taux, plafond, part_opposable, numerateur, denominateur):
    """Return a capped share of fees, times the regulated-fee share, prorated: rounded to the cent once."""
    annuel = au_plus(honoraires * taux, plafond * ENTIER)
    return arrondi_demi_superieur(annuel * part_opposable * numerateur, ENTIER * ENTIER * denominateur)


def si(condition, valeur):
    """Return the value if the condition is true, 0 if it is false."""
    return cas((condition, valeur), sinon=0)


def majoration_cotram(aide, majoration_ars, bareme):
    """Return the ARS majoration of a COTRAM aid, capped."""
    return si(majoration_ars, au_plus(part(aide, bareme.cotram_taux_ars), bareme.cotram_plafond_ars))


# --- the contract and its exercise


@regle(entite="medecin", unite="date", normes=["C3.2A-13", "C3.2B-10"])
def contrat_terme(cd_contrat, cd_date_adhesion, cd_date_terme, bareme):
    """Terme du contrat (le CSTM n'en a pas)."""
    return cas(
        (cd_contrat == "cstm", None),
        (present(cd_date_terme), cd_date_terme),
        (cd_contrat == "caim", decale(cd_date_adhesion, bareme.caim_duree)),
        (cd_contrat == "cotram", decale(cd_date_adhesion, bareme.cotram_duree)),
        sinon=decale(cd_date_adhesion, bareme.coscom_duree),
    )


@regle(entite="medecin", unite="booléen")
def contrat_souscription_ouverte():
    """Souscription ouverte : la convention de 2016 ne la ferme pas."""
    return True


@regle_2024(entite="medecin", unite="booléen", normes=["C3.2A-12", "C3.2B-09"])
def contrat_souscription_ouverte(cd_date_adhesion, bareme):
    """Souscription encore ouverte à la date d'adhésion."""
    return cd_date_adhesion <= bareme.fin_souscription


@regle(entite="medecin", unite="texte", normes=["C3.2A-12", "C3.2A-13", "C3.2B-09"])
def contrat_situation(contrat_souscription_ouverte, cd_jours_contrat):
    """Situation du contrat dans l'exercice."""
    return cas(
        (non(contrat_souscription_ouverte), "souscription-close"),
        (cd_jours_contrat == 0, "hors-exercice"),
        sinon="en-cours",
    )


@regle(entite="medecin", unite="%")
def contrat_part_opposable(secteur, cd_part_opposable):
    """Part de l'aide retenue : entière en secteur 1, part à tarif opposable en secteur 2."""
    return cas((secteur == "1", ENTIER), sinon=cd_part_opposable)


@regle(entite="medecin", unite="EUR")
def caim_aide_totale(cd_demi_journees, cd_majoration_ars, cd_hopital_proximite, bareme):
    """CAIM : aide du contrat, au prorata des jours, avec ses majorations."""
    jours = au_plus(cd_demi_journees, bareme.caim_demi_journees_plein)
    taux = ENTIER + si(cd_majoration_ars, bareme.caim_taux_ars)
    return cas(
        (cd_demi_journees < bareme.caim_demi_journees_min, 0),
        sinon=arrondi_demi_superieur(bareme.caim_aide * jours * taux, ENTIER * bareme.caim_demi_journees_plein)
        + si(cd_hopital_proximite, bareme.caim_hopital),
    )


@regle(entite="medecin", unite="EUR")
def caim_versement_signature(caim_aide_totale, bareme):
    """CAIM : versement à la signature."""
    return part(caim_aide_totale, bareme.caim_part_signature)


@regle(entite="medecin", unite="date")
def caim_date_solde(cd_date_adhesion, bareme):
    """CAIM : date du second versement."""
    return decale(cd_date_adhesion, bareme.caim_delai_solde)


@regle(entite="medecin", unite="booléen")
def caim_solde_ouvert(cd_date_sortie, caim_date_solde):
    """CAIM : contrat non résilié avant le second versement."""
    return ou(non(present(cd_date_sortie)), cd_date_sortie > caim_date_solde)


@regle(entite="medecin", unite="EUR/an")
def caim_montant_signature(caim_versement_signature, cd_date_adhesion, cd_debut_exercice, date_observation):
    """CAIM : premier versement, s'il tombe dans l'exercice."""
    return si(et(cd_date_adhesion >= cd_debut_exercice, cd_date_adhesion <= date_observation), caim_versement_signature)


@regle(entite="medecin", unite="EUR/an")
def caim_montant_solde(
    caim_aide_totale, caim_versement_signature, caim_date_solde, caim_solde_ouvert, cd_debut_exercice, date_observation
):
    """CAIM : second versement, s'il tombe dans l'exercice."""
    return si(
        et(caim_solde_ouvert, caim_date_solde >= cd_debut_exercice, caim_date_solde <= date_observation),
        caim_aide_totale - caim_versement_signature,
    )


@regle(entite="medecin", unite="EUR")
def caim_restitution(
    caim_aide_totale, caim_versement_signature, caim_date_solde, cd_date_sortie, contrat_terme, bareme
):
    """CAIM : trop-perçu à rendre en cas de sortie avant le terme, au prorata des mois entiers qui restaient."""
    verse = cas((cd_date_sortie > caim_date_solde, caim_aide_totale), sinon=caim_versement_signature)
    return cas(
        (non(present(cd_date_sortie)), 0),
        (cd_date_sortie >= contrat_terme, 0),
        sinon=arrondi_demi_superieur(verse * mois_revolus(cd_date_sortie, contrat_terme), bareme.caim_duree),
    )


@regle(entite="medecin", unite="EUR/an")
def cotram_aide(cd_honoraires, contrat_part_opposable, cd_jours_contrat, cd_jours_annee, bareme):
    """COTRAM : part plafonnée des honoraires, au prorata des jours dans le contrat."""
    return sur_honoraires(
        cd_honoraires, bareme.cotram_taux, bareme.cotram_plafond, contrat_part_opposable, cd_jours_contrat, cd_jours_annee
    )


@regle(entite="medecin", unite="EUR/an")
def cotram_majoration(cotram_aide, cd_majoration_ars, bareme):
    """COTRAM : majoration de l'ARS, plafonnée."""
    return majoration_cotram(cotram_aide, cd_majoration_ars, bareme)


@regle(entite="medecin", unite="EUR/an")
def coscom_annuel(cd_hopital_proximite, cd_majoration_ars, bareme):
    """COSCOM : aide d'une année entière, hors stagiaires."""
    return (
        bareme.coscom_aide
        + si(cd_hopital_proximite, bareme.coscom_hopital)
        + si(cd_majoration_ars, bareme.coscom_ars + si(cd_hopital_proximite, bareme.coscom_ars_hopital))
    )


@regle(entite="medecin", unite="EUR/an")
def coscom_stagiaires(cd_mois_stagiaire, cd_majoration_ars, bareme):
    """COSCOM : majoration des mois de stagiaire."""
    return cd_mois_stagiaire * (bareme.coscom_stagiaire + si(cd_majoration_ars, bareme.coscom_ars_stagiaire))


@regle(entite="medecin", unite="EUR/an")
def coscom_montant(coscom_annuel, coscom_stagiaires, contrat_part_opposable, cd_jours_contrat, cd_jours_annee):
    """COSCOM : aide au prorata des jours, et stagiaires, sur la part à tarif opposable."""
    return arrondi_demi_superieur(
        (coscom_annuel * cd_jours_contrat + coscom_stagiaires * cd_jours_annee) * contrat_part_opposable,
        ENTIER * cd_jours_annee,
    )


@regle(entite="medecin", unite="EUR/an")
def cstm_aide(cd_honoraires, contrat_part_opposable, cd_majoration_ars, bareme):
    """CSTM : part plafonnée des honoraires perçus en ZIP."""
    aide = sur_honoraires(cd_honoraires, bareme.cstm_taux, bareme.cstm_plafond, contrat_part_opposable, 1, 1)
    return aide + si(cd_majoration_ars, bareme.cstm_majoration_ars)


@regle(entite="medecin", unite="EUR/an", normes=["C3.2A-13"])
def contrat_montant(
    contrat_situation, cd_contrat, caim_montant_signature, caim_montant_solde, cotram_aide, cotram_majoration,
    coscom_montant, cstm_aide,
):  # fmt: skip
    """Aide du contrat pour l'exercice."""
    return cas(
        (contrat_situation != "en-cours", 0),
        (cd_contrat == "caim", caim_montant_signature + caim_montant_solde),
        (cd_contrat == "cotram", cotram_aide + cotram_majoration),
        (cd_contrat == "coscom", coscom_montant),
        sinon=cstm_aide,
    )


# --- the choice of 2026


@regle_2024(entite="medecin", unite="texte", normes=["C3.2-01", "C3.2A-13", "C3.2A-14", "C3.2B-10", "C3.2B-11"])
def decision_situation(
    cd_contrat, contrat_souscription_ouverte, contrat_terme, cd_date_sortie, cd_intervient_en_zip,
    cd_conditions_remplies, bareme,
):  # fmt: skip
    """Situation du contrat à la date de la décision."""
    return cas(
        (cd_date_sortie < bareme.date_transition, "avant-la-date-d-effet"),
        (non(contrat_souscription_ouverte), "souscription-close"),
        (et(present(contrat_terme), contrat_terme <= cd_date_sortie), "echu"),
        (et(cd_contrat == "cstm", non(et(cd_intervient_en_zip, cd_conditions_remplies))), "conditions-perdues"),
        sinon="a-decider",
    )


@regle_2024(entite="medecin", unite="mois", normes=["C3.2A-13", "C3.2B-10"])
def decision_horizon(cd_contrat, cd_date_sortie, contrat_terme, bareme):
    """Mois entiers comparés : jusqu'au terme, ou un an pour le CSTM."""
    return cas((cd_contrat == "cstm", bareme.horizon_cstm), sinon=mois_revolus(cd_date_sortie, contrat_terme))


@regle_2024(entite="medecin", unite="EUR", normes=["C3.2A-13", "C3.2A-16", "C3.2B-10"])
def decision_garder(
    decision_situation, decision_horizon, cd_contrat, caim_aide_totale, caim_versement_signature, caim_date_solde,
    cd_date_sortie, cd_honoraires, contrat_part_opposable, cd_majoration_ars, coscom_annuel, coscom_stagiaires, bareme,
):  # fmt: skip
    """Aides du contrat gardé qui restent à recevoir sur la période comparée."""
    cotram = sur_honoraires(
        cd_honoraires, bareme.cotram_taux, bareme.cotram_plafond, contrat_part_opposable, decision_horizon, MOIS_PAR_AN
    )
    coscom = arrondi_demi_superieur(
        (coscom_annuel + coscom_stagiaires) * contrat_part_opposable * decision_horizon, ENTIER * MOIS_PAR_AN
    )
    cstm = sur_honoraires(
        cd_honoraires, bareme.cstm_taux, bareme.cstm_plafond, contrat_part_opposable, decision_horizon, MOIS_PAR_AN
    )
    return cas(
        (decision_situation != "a-decider", 0),
        (cd_contrat == "caim", si(caim_date_solde >= cd_date_sortie, caim_aide_totale - caim_versement_signature)),
        (cd_contrat == "cotram", cotram + majoration_cotram(cotram, cd_majoration_ars, bareme)),
        (cd_contrat == "coscom", coscom),
        sinon=cstm + si(cd_majoration_ars, bareme.cstm_majoration_ars),
    )


@regle_2024(entite="medecin", unite="EUR", normes=["C3.2A-15", "C3.2A-16"])
def decision_majoration_fmt(fmt_eligible, fmt_en_zip_ou_qpv, cd_fmt_socle, decision_horizon):
    """Majoration de zone du FMT après résiliation, sur le socle, pendant la période comparée."""
    taux = Figure("forfait-medecin-traitant", "taux_zone")
    return cas(
        (non(fmt_eligible), 0),
        (non(fmt_en_zip_ou_qpv), 0),
        sinon=arrondi_demi_superieur(cd_fmt_socle * taux * decision_horizon, ENTIER * MOIS_PAR_AN),
    )


@regle_2024(entite="medecin", unite="EUR", normes=["C3.2B-11", "C3.2B-12"])
def decision_consultations_avancees(ca_situation, cd_demi_journees_mois, decision_horizon):
    """Consultations avancées après la résiliation d'un CSTM, pendant la période comparée."""
    retenues = au_plus(cd_demi_journees_mois, Figure("consultations-avancees", "plafond_mensuel"))
    return si(
        ca_situation == "eligible",
        retenues * Figure("consultations-avancees", "forfait_demi_journee") * decision_horizon,
    )


@regle_2024(entite="medecin", unite="EUR", normes=["C3.2-01", "C3.2A-14", "C3.2A-15", "C3.2B-11", "C3.2B-12"])
def decision_resilier(decision_situation, cd_contrat, decision_majoration_fmt, decision_consultations_avancees):
    """Résiliation, ce qui remplace les aides du contrat sur la période comparée."""
    return cas(
        (parmi(decision_situation, ("avant-la-date-d-effet", "souscription-close", "echu")), 0),
        (cd_contrat == "cstm", decision_consultations_avancees),
        sinon=decision_majoration_fmt,
    )


@regle_2024(entite="medecin", unite="EUR")
def decision_restitution(decision_situation, cd_contrat, caim_restitution):
    """Trop-perçu que la résiliation d'un CAIM fait rendre (article 4 de 2016)."""
    return si(et(decision_situation == "a-decider", cd_contrat == "caim"), caim_restitution)


@regle_2024(entite="medecin", unite="EUR", normes=["C3.2A-16"])
def decision_ecart(decision_garder, decision_resilier):
    """Avantage de garder sur résilier, négatif si résilier rapporte plus."""
    return decision_garder - decision_resilier


@regle_2024(entite="medecin", unite="EUR")
def decision_ecart_net(decision_ecart, decision_restitution):
    """Avantage de garder sur résilier, si la restitution du CAIM est réclamée."""
    return decision_ecart + decision_restitution


# --- the conditions of subscription: each rule is true for the contracts that do not ask for it


@regle(entite="medecin", unite="booléen")
def souscription_secteur(cd_contrat, secteur, option_tarifaire):
    """CAIM : secteur 1, ou secteur 2 adhérent à l'OPTAM."""
    return cas(
        (cd_contrat != "caim", True),
        (secteur == "1", True),
        (secteur == "2", parmi(option_tarifaire, ("optam", "optam-aco"))),
        sinon=False,
    )


@regle(entite="medecin", unite="booléen")
def souscription_zone(cd_contrat, zone):
    """Cabinet en ZIP ; pour le CSTM, cabinet hors des zones sous-denses."""
    return cas((cd_contrat == "cstm", zone == "hors-zone"), sinon=zone == "zip")


@regle(entite="medecin", unite="booléen")
def souscription_activite(cd_contrat, cd_demi_journees, bareme):
    """CAIM : activité libérale au moins égale au minimum."""
    return cas((cd_contrat != "caim", True), sinon=cd_demi_journees >= bareme.caim_demi_journees_min)


@regle(entite="medecin", unite="booléen")
def souscription_installation(cd_contrat, cd_date_installation, cd_date_adhesion, bareme):
    """CAIM : installé dans la zone depuis moins d'un an."""
    anciennete = mois_revolus(cd_date_installation, cd_date_adhesion)
    return cas((cd_contrat != "caim", True), sinon=anciennete < bareme.caim_anciennete_max)


@regle(entite="medecin", unite="booléen")
def souscription_coordination(cd_contrat, cd_exercice_coordonne):
    """CAIM et COSCOM : groupe, CPTS ou équipe de soins primaires (sous deux ans pour le CAIM)."""
    return cas((parmi(cd_contrat, ("cotram", "cstm")), True), sinon=cd_exercice_coordonne)


@regle(entite="medecin", unite="booléen")
def souscription_permanence(cd_contrat, cd_pdsa):
    """CAIM : participation à la permanence des soins."""
    return cas((cd_contrat != "caim", True), sinon=cd_pdsa)


@regle(entite="medecin", unite="booléen")
def souscription_age(cd_contrat, date_naissance_medecin, cd_date_adhesion, bareme):
    """COTRAM : âge du médecin qui accueille."""
    age = ans_revolus(date_naissance_medecin, cd_date_adhesion)
    return cas((cd_contrat != "cotram", True), sinon=age >= bareme.cotram_age)


@regle(entite="medecin", unite="booléen")
def souscription_accueilli(
    cd_contrat, cd_date_naissance_accueilli, cd_date_installation_accueilli, cd_date_adhesion, bareme
):
    """COTRAM : médecin accueilli jeune, et installé depuis moins d'un an ou en cours d'installation."""
    age = ans_revolus(cd_date_naissance_accueilli, cd_date_adhesion)
    anciennete = mois_revolus(cd_date_installation_accueilli, cd_date_adhesion)
    return cas(
        (cd_contrat != "cotram", True),
        sinon=et(age < bareme.cotram_age_accueilli, anciennete < bareme.cotram_anciennete_accueilli),
    )


@regle(entite="medecin", unite="booléen")
def souscription_jours(cd_contrat, cd_jours_zip, bareme):
    """CSTM : jours d'exercice par an en ZIP."""
    return cas((cd_contrat != "cstm", True), sinon=cd_jours_zip >= bareme.cstm_jours_min)


@regle(entite="medecin", unite="booléen")
def souscription_sans_cumul(cd_contrat, cd_autre_contrat):
    """CAIM non cumulable avec un COTRAM ou un COSCOM."""
    return cas((cd_contrat == "cstm", True), sinon=non(cd_autre_contrat))
