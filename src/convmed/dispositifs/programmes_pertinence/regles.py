"""What a programme says of one patient: whether he is in its population, and whether a regulatory threshold is passed.

The objectives themselves are collective: they are declared in `declaration.py`, and computed as trajectories.

Sources: convention of 4 June 2024, art. 61-3 and 61-7; circulaire of 31/07/2024, 9.1; proposal of 08/02/2024.
"""

from convmed.donnees.entites import REGISTRE
from convmed.moteur.noeuds import ans_revolus, au_moins, cas, non

REGISTRE.entree("patient", "pp_bandelettes", "entier", "Bandelettes délivrées dans l'année", "bandelettes")
REGISTRE.entree("patient", "pp_eligible", "booleen", "Patient éligible au seuil de bandelettes")
REGISTRE.entree("patient", "pp_molecules", "entier", "Molécules délivrées au moins trois fois dans l'année", "molécules")
REGISTRE.entree("patient", "pp_date", "date", "Date d'observation")

SIGNE, PROPOSE, EFFET, PROPOSE_LE = "convention-2024", "proposition-2024-02-08", "2024-06-22", "2024-02-08"
regle = REGISTRE.regle_de("programmes-pertinence", SIGNE, "art. 61-7")
propose = REGISTRE.regle_de("programmes-pertinence", PROPOSE, "proposition du 08/02/2024, objectif 7")


@regle(entite="patient", unite="bandelettes", du=EFFET, normes=["C9.1-19"])
def pp_bandelettes_en_trop(pp_eligible, pp_bandelettes, bareme):
    """Bandelettes au-delà du seuil réglementaire de l'année, pour un patient éligible."""
    return cas((pp_eligible, au_moins(pp_bandelettes - bareme.bandelettes, 0)), sinon=0)


@propose(entite="patient", unite="bandelettes", du=PROPOSE_LE, normes=["P4-24"])
def pp_bandelettes_en_trop(pp_bandelettes, bareme):
    """Bandelettes au-delà du seuil réglementaire de l'année, pour la totalité des patients."""
    return au_moins(pp_bandelettes - bareme.bandelettes, 0)


@regle(entite="patient", unite="booléen", du=EFFET, article="art. 61-3", normes=["C9.1-10"])
def pp_age_vise(date_naissance, pp_date, bareme):
    """Patient d'un âge visé par le programme de polymédication."""
    return ans_revolus(date_naissance, pp_date) >= bareme.polymedication_age


@regle(entite="patient", unite="texte", du=EFFET, article="art. 61-3", normes=["C9.1-09", "C9.1-10"])
def pp_polymedication(pp_age_vise, pp_molecules, bareme):
    """Classe du patient : hyperpolymédiqué, polymédiqué, ou hors du programme."""
    return cas(
        (non(pp_age_vise), "hors-programme"),
        (pp_molecules >= bareme.hyperpolymedication_seuil, "hyperpolymedique"),
        (pp_molecules > bareme.polymedication_seuil, "polymedique"),
        sinon="hors-programme",
    )


@regle(entite="patient", unite="molécules", du=EFFET, article="art. 61-3", normes=["C9.1-09", "C9.1-10"])
def pp_molecules_visees(pp_polymedication, bareme):
    """Molécules que l'objectif collectif vise à retirer en moyenne, pour un patient de cette classe."""
    return cas(
        (pp_polymedication == "hyperpolymedique", 0 - bareme.molecules_hyperpolymediques),
        (pp_polymedication == "polymedique", 0 - bareme.molecules_polymediques),
        sinon=0,
    )
