"""Télémédecine: the share of distance activity, the fee of a téléexpertise, the conditions of a téléconsultation."""

from __future__ import annotations

from convmed.dispositifs.contrat import SANS_CALCUL
from convmed.dispositifs.socle import Demande, Dispositif, Resultat
from convmed.dispositifs.telemedecine import regles
from convmed.dispositifs.telemedecine.actes import calculer_conditions, calculer_teleexpertise
from convmed.dispositifs.telemedecine.activite import calculer_activite
from convmed.dispositifs.telemedecine.entrees import Activite, Conditions, Teleexpertise

NOM = "telemedecine"


def calculer(demande: Demande, entree: Activite | Teleexpertise | Conditions) -> Resultat:
    """Answer one of the three calculations (art. 87 to 91-3; circulaire 11)."""
    if isinstance(entree, Teleexpertise):
        return calculer_teleexpertise(demande, entree)
    if isinstance(entree, Conditions):
        return calculer_conditions(demande, entree)
    return calculer_activite(demande, entree)


def _annee(entree: Activite | Teleexpertise | Conditions) -> int | None:
    if isinstance(entree, Teleexpertise):
        return (entree.date_reponse or entree.date_demande).year
    return entree.date_acte.year if isinstance(entree, Conditions) and entree.date_acte else None


DISPOSITIF = Dispositif(
    NOM,
    "Télémédecine",
    {SANS_CALCUL: Activite, "seuil": Activite, "teleexpertise": Teleexpertise, "conditions": Conditions},
    calculer,
    _annee,
)
__all__ = ["DISPOSITIF", "calculer", "regles"]
