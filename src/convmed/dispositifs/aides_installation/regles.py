"""One-off aids to a first installation in ZIP or ZAC, and to a secondary cabinet in ZIP.

Sources: convention of 4 June 2024, art. 25 to 27-2 and annexe 21; circulaire of 31/07/2024, section 3.2 A.
"""

from convmed.donnees.entites import REGISTRE
from convmed.moteur.noeuds import ans_revolus, cas, non, ou, parmi, present

SIGNE, PROPOSE = "convention-2024", "proposition-2024-02-08"

REGISTRE.entree("medecin", "ai_primo_installation", "booleen", "Première installation en libéral conventionné")
REGISTRE.entree("medecin", "ai_date_installation", "date", "Date de l'installation")
REGISTRE.entree(
    "medecin", "ai_zone_cabinet_secondaire", "texte", "Zone du cabinet secondaire ouvert",
    nul_signifie="pas de cabinet secondaire",
)  # fmt: skip
REGISTRE.entree("medecin", "ai_date_cabinet_secondaire", "date", "Date d'ouverture du cabinet secondaire")

regle = REGISTRE.regle_de("aides-installation", SIGNE, "art. 25 à 27-2")


def hors_de_l_exercice(date, date_observation):
    """Return the condition that an event does not fall in the year that ends on the observation date."""
    return ou(date > date_observation, ans_revolus(date, date_observation) >= 1)


@regle(entite="medecin", unite="booléen", texte=(SIGNE, PROPOSE), normes=["C3.2A-04", "C3.2A-07", "C3.2A-09"])
def aide_installation_secteur(secteur, option_tarifaire):
    """Médecin de secteur 1, ou de secteur 2 adhérent à l'OPTAM ou à l'OPTAM-ACO."""
    return cas(
        (secteur == "1", True),
        (secteur == "2", parmi(option_tarifaire, ("optam", "optam-aco"))),
        sinon=False,
    )


@regle(entite="medecin", unite="texte", texte=(SIGNE, PROPOSE), normes=[
    "C3.2A-02", "C3.2A-03", "C3.2A-04", "C3.2A-05", "C3.2A-06", "C3.2A-07", "C3.2A-10", "P3-43", "P3-44",
])  # fmt: skip
def aide_primo_situation(
    ai_primo_installation, ai_date_installation, date_observation, aide_installation_secteur, zone, bareme
):
    """Situation au regard de l'aide à la première installation."""
    return cas(
        (non(ai_primo_installation), "pas-de-premiere-installation"),
        (ai_date_installation < bareme.date_effet, "avant-la-date-d-effet"),
        (hors_de_l_exercice(ai_date_installation, date_observation), "autre-exercice"),
        (non(aide_installation_secteur), "secteur"),
        (zone == "zip", "zip"),
        (zone == "zac", "zac"),
        sinon="hors-zone",
    )


@regle(entite="medecin", unite="EUR", texte=(SIGNE, PROPOSE), normes=["C3.2A-02", "C3.2A-05", "P3-43", "P3-44"])
def aide_primo_installation(aide_primo_situation, bareme):
    """Aide ponctuelle à la première installation."""
    return cas(
        (aide_primo_situation == "zip", bareme.primo_zip),
        (aide_primo_situation == "zac", bareme.primo_zac),
        sinon=0,
    )


@regle(entite="medecin", unite="texte", normes=["C3.2A-08", "C3.2A-09", "C3.2A-10"])
def aide_secondaire_situation(
    ai_zone_cabinet_secondaire, ai_date_cabinet_secondaire, date_observation, aide_installation_secteur, bareme
):
    """Situation au regard de l'aide au cabinet secondaire."""
    return cas(
        (non(present(ai_zone_cabinet_secondaire)), "pas-de-cabinet-secondaire"),
        (ai_date_cabinet_secondaire < bareme.date_effet, "avant-la-date-d-effet"),
        (hors_de_l_exercice(ai_date_cabinet_secondaire, date_observation), "autre-exercice"),
        (non(aide_installation_secteur), "secteur"),
        (ai_zone_cabinet_secondaire == "zip", "zip"),
        sinon="hors-zip",
    )


@regle(entite="medecin", unite="texte", texte=PROPOSE)
def aide_secondaire_situation(ai_zone_cabinet_secondaire):
    """Situation au regard du cabinet secondaire, dont la proposition ne dit rien."""
    return cas((present(ai_zone_cabinet_secondaire), "absente-du-texte"), sinon="pas-de-cabinet-secondaire")


@regle(entite="medecin", unite="EUR", normes=["C3.2A-08"])
def aide_cabinet_secondaire(aide_secondaire_situation, bareme):
    """Aide ponctuelle à l'ouverture d'un cabinet secondaire."""
    return cas((aide_secondaire_situation == "zip", bareme.cabinet_secondaire_zip), sinon=0)


@regle(entite="medecin", unite="EUR", texte=PROPOSE)
def aide_cabinet_secondaire():
    """Aide au cabinet secondaire : la proposition n'en prévoit pas."""
    return 0


@regle(entite="medecin", unite="EUR", texte=(SIGNE, PROPOSE), normes=["C3.2A-02", "C3.2A-05", "C3.2A-08", "C3.2A-11"])
def aides_installation_total(aide_primo_installation, aide_cabinet_secondaire):
    """Aides ponctuelles à l'installation, cumulables avec les majorations du FMT."""
    return aide_primo_installation + aide_cabinet_secondaire
