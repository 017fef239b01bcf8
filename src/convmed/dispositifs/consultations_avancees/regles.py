"""Consultations avancées: half-days that a doctor from elsewhere works in a ZIP.

Sources: convention of 4 June 2024, art. 25 to 27-2; circulaire of 31/07/2024, section 3.2 B.
"""

from convmed.donnees.entites import REGISTRE
from convmed.moteur.noeuds import au_plus, cas, et, ou, parmi, present, somme, vrai

SIGNE, PROPOSE = "convention-2024", "proposition-2024-02-08"
MOIS = "mois_consultations_avancees"

REGISTRE.entite(MOIS, parent="medecin")
REGISTRE.entree(MOIS, "ca_mois", "date", "Premier jour du mois")
REGISTRE.entree(MOIS, "ca_demi_journees", "entier", "Demi-journées réalisées en ZIP dans le mois", unite="demi-journées")
REGISTRE.entree(
    "medecin", "ca_zone_cabinet_secondaire", "texte", "Zone du cabinet secondaire", nul_signifie="pas de cabinet secondaire"
)
REGISTRE.entree("medecin", "ca_tarif_opposable", "booleen", "Consultations avancées à tarif opposable")
REGISTRE.entree("medecin", "ca_cstm_en_cours", "booleen", "CSTM en cours", nul_signifie="pas de CSTM déclaré")

regle = REGISTRE.regle_de("consultations-avancees", SIGNE, "art. 25 à 27-2")


@regle(entite="medecin", unite="booléen", texte=(SIGNE, PROPOSE), normes=["C3.2B-01", "C3.2B-02"])
def ca_installe_en_zone_sous_dense(zone, ca_zone_cabinet_secondaire, bareme):
    """Cabinet principal ou secondaire en zone sous-dense."""
    return ou(
        parmi(zone, bareme.zones_sous_denses),
        et(present(ca_zone_cabinet_secondaire), parmi(ca_zone_cabinet_secondaire, bareme.zones_sous_denses)),
    )


@regle(entite="medecin", unite="booléen", texte=(SIGNE, PROPOSE), normes=["C3.2B-06", "C3.2B-07"])
def ca_honoraires_admis(secteur, option_tarifaire, ca_tarif_opposable):
    """Secteur 1, OPTAM ou OPTAM-ACO, ou consultations avancées faites à tarif opposable."""
    return ou(secteur == "1", parmi(option_tarifaire, ("optam", "optam-aco")), ca_tarif_opposable)


@regle(entite="medecin", unite="texte", texte=(SIGNE, PROPOSE), normes=[
    "C3.2B-01", "C3.2B-02", "C3.2B-06", "C3.2B-07", "C3.2B-12",
])  # fmt: skip
def ca_situation(secteur, ca_cstm_en_cours, ca_installe_en_zone_sous_dense, ca_honoraires_admis):
    """Situation du médecin au regard des consultations avancées."""
    return cas(
        (secteur == "nc", "non-conventionne"),
        (vrai(ca_cstm_en_cours), "cstm-en-cours"),
        (ca_installe_en_zone_sous_dense, "installe-en-zone-sous-dense"),
        (ca_honoraires_admis, "eligible"),
        sinon="depassements",
    )


@regle(entite=MOIS, unite="demi-journées", texte=(SIGNE, PROPOSE), normes=["C3.2B-04", "C3.2B-05"])
def ca_demi_journees_retenues(ca_mois, ca_situation, ca_demi_journees, bareme):
    """Demi-journées retenues dans le mois."""
    return cas(
        (ca_mois < bareme.date_effet, 0),
        (ca_situation == "eligible", au_plus(ca_demi_journees, bareme.plafond_mensuel)),
        sinon=0,
    )


@regle(entite=MOIS, unite="EUR/mois", texte=(SIGNE, PROPOSE), normes=["C3.2B-03"])
def consultations_avancees_mois(ca_demi_journees_retenues, bareme):
    """Rémunération des consultations avancées du mois."""
    return cas((ca_demi_journees_retenues == 0, 0), sinon=ca_demi_journees_retenues * bareme.forfait_demi_journee)


@regle(entite="medecin", unite="demi-journées/an", texte=(SIGNE, PROPOSE), normes=["C3.2B-04"])
def consultations_avancees_demi_journees(ca_demi_journees_retenues):
    """Demi-journées de consultations avancées retenues dans l'année."""
    return somme(MOIS, ca_demi_journees_retenues)


@regle(entite="medecin", unite="EUR/an", texte=(SIGNE, PROPOSE), normes=["C3.2B-03", "C3.2B-04"])
def consultations_avancees_total(consultations_avancees_mois):
    """Rémunération des consultations avancées de l'année."""
    return somme(MOIS, consultations_avancees_mois)
