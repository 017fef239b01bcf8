# ruff: noqa: F811
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-decorators=False
# mypy: disallow-untyped-calls=False, check-untyped-defs=False, disable-error-code="no-redef"
"""Modifiers K, T and 3: which one an act bears, and its rate, read where the tarifs keep it.

Sources: circulaire of 31/07/2024, section 5 A; convention of 4 June 2024, art. 41 to 41-11.
"""

import convmed.dispositifs.tarifs.regles  # noqa: F401
from convmed.donnees.entites import REGISTRE
from convmed.moteur.noeuds import Figure, cas, et, non, ou, parmi, part, present

ANTERIEUR, SIGNE, PROPOSE = "convention-2016", "convention-2024", "proposition-2024-02-08"
DEBUT, DEBUT_PROPOSE = "2025-01-01", "2024-02-08"

REGISTRE.entree("medecin", "optam_acte", "texte", "Famille de l'acte (chirurgie, accouchement, anesthesie, autre)")
REGISTRE.entree("medecin", "optam_base_actes", "entier", "Tarifs des actes qui portent le modificateur", unite="EUR/an")

regle_2016 = REGISTRE.regle_de("optam", ANTERIEUR, "convention 2016, art. 40 et s.")
regle = REGISTRE.regle_de("optam", SIGNE, "art. 41 à 41-11 ; circulaire 5 A")
regle_proposee = REGISTRE.regle_de("optam", PROPOSE, "proposition du 08/02/2024, OPTAM-ACO")


def modificateur_du_bloc(acte, voie, specialite_chirurgie, specialite_bloc):
    """Return K or T for surgery and deliveries: the option chosen, not the eligibility, decides."""
    return (
        (et(operatoire(acte), parmi(voie, ("secteur-1", "optam-aco")), specialite_chirurgie), "K"),
        (et(operatoire(acte), voie == "optam", specialite_bloc), "T"),
    )


def operatoire(acte):
    """Return whether the act is one of surgery or a delivery."""
    return parmi(acte, ("chirurgie", "accouchement"))


@regle_2016(entite="medecin", unite="texte", normes=["C5A-05", "C5A-18", "C5B-01"])
def optam_voie(secteur, option_tarifaire, optam_adherent):
    """Ce qui ouvre un modificateur : l'option signée, ou le secteur 1 sans option."""
    return cas(
        (secteur == "nc", "aucune"),
        (optam_adherent, option_tarifaire),
        (secteur == "1", "secteur-1"),
        sinon="aucune",
    )


@regle_2016(entite="medecin", unite="booléen", normes=["C5A-08"])
def optam_specialite_chirurgie(specialite, bareme):
    """Chirurgien ou gynécologue-obstétricien (spécialité non donnée : admis)."""
    return cas(
        (present(specialite), ou(parmi(specialite, bareme.specialites_chirurgie), parmi(specialite, bareme.specialites_obstetrique))),
        sinon=True,
    )


@regle_2016(entite="medecin", unite="texte", normes=["C5A-08", "C5A-09", "C5A-19"])
def optam_modificateur(optam_acte, optam_voie, optam_specialite_chirurgie):
    """Modificateur de l'acte avant l'OPTAM-ACO : K ou T."""
    return cas(
        *modificateur_du_bloc(optam_acte, optam_voie, optam_specialite_chirurgie, optam_specialite_chirurgie),
        sinon="aucun",
    )


def modificateur_avec_anesthesie(optam_acte, optam_voie, optam_specialite_chirurgie, optam_specialite_bloc_admise):
    """Modificateur de l'acte : K, T ou 3."""
    return cas(
        *modificateur_du_bloc(optam_acte, optam_voie, optam_specialite_chirurgie, optam_specialite_bloc_admise),
        (et(optam_acte == "anesthesie", parmi(optam_voie, ("secteur-1", "optam-aco"))), "3"),
        (et(optam_acte == "anesthesie", optam_voie == "optam", optam_specialite_bloc_admise), "T"),
        sinon="aucun",
    )


@regle(entite="medecin", unite="texte", du=DEBUT, normes=["C5A-08", "C5A-09", "C5A-14", "C5A-18", "C5A-19"])
def optam_modificateur(optam_acte, optam_voie, optam_specialite_chirurgie, optam_specialite_bloc_admise):
    """Modificateur de l'acte : K, T ou 3."""
    return modificateur_avec_anesthesie(optam_acte, optam_voie, optam_specialite_chirurgie, optam_specialite_bloc_admise)


@regle_proposee(entite="medecin", unite="texte", du=DEBUT_PROPOSE, normes=["P3-56", "P3-58", "P3-59"])
def optam_modificateur(optam_acte, optam_voie, optam_specialite_chirurgie, optam_specialite_bloc_admise):
    """Modificateur de l'acte, proposé : K, T ou 3."""
    return modificateur_avec_anesthesie(optam_acte, optam_voie, optam_specialite_chirurgie, optam_specialite_bloc_admise)


@regle_2016(entite="medecin", unite="booléen", normes=["C5A-19"])
def optam_specialite_bloc_admise(specialite, optam_specialite_bloc):
    """Spécialité du bloc opératoire (spécialité non donnée : admise)."""
    return ou(non(present(specialite)), optam_specialite_bloc)


@regle_2016(entite="medecin", unite="% de l'acte", normes=[
    "C5A-10", "C5A-11", "C5A-12", "C5A-13", "C5A-15", "C5A-16", "C5A-20", "C5A-21", "C5A-22", "C5A-23", "P3-56", "P3-58", "P3-59",
])  # fmt: skip
def optam_taux_modificateur(optam_modificateur, optam_voie):
    """Taux du modificateur de l'acte."""
    return cas(
        (optam_modificateur == "K", Figure("tarifs", "K")),
        (optam_modificateur == "T", Figure("tarifs", "T")),
        (et(optam_modificateur == "3", optam_voie == "secteur-1"), Figure("tarifs", "modificateur_3_s1")),
        (optam_modificateur == "3", Figure("tarifs", "modificateur_3")),
        sinon=0,
    )


@regle_2016(entite="medecin", unite="EUR/an", normes=["C5B-08"])
def optam_montant_modificateur(optam_base_actes, optam_taux_modificateur):
    """Modificateur d'une année d'actes, arrondi sur l'année."""
    return part(optam_base_actes, optam_taux_modificateur)
