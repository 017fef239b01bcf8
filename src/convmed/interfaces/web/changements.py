"""What a negotiated text changes: each figure before and after, and the rules that read it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from convmed.dispositifs.socle import tous
from convmed.donnees.entites import REGISTRE
from convmed.interfaces.web.negociation import Cle, Negociation
from convmed.moteur import noeuds
from convmed.moteur.registre import Regle
from convmed.textes.comparaison import differences


@dataclass(frozen=True, slots=True)
class Changement:
    """A figure on which the two texts differ over a stretch of days: a row of `differences`, and the rules that read it.

    `pays` tells whether its dispositif is computed on a population.
    """

    rangee: dict[str, Any]
    regles: list[Regle]
    pays: bool


def changements(n: Negociation) -> list[Changement]:
    """Return what changes from the text of reference to the negotiated one, in the exercise or later."""
    if n.texte is None:
        return []
    jour = n.choix.jour.isoformat()
    rangees = [rangee for rangee in differences(n.contre, n.texte) if rangee["au"] is None or rangee["au"] >= jour]
    return [Changement(rangee, _lecteurs().get((rangee["dispositif"], rangee["figure"]), []), _du_pays(rangee["dispositif"])) for rangee in rangees]


def _du_pays(dispositif: str) -> bool:
    return dispositif in tous() and tous()[dispositif].volet is not None


@cache
def _lecteurs() -> dict[Cle, list[Regle]]:
    """Return the rules that read each figure, one version of each."""
    tous()
    lecteurs: dict[Cle, dict[str, Regle]] = {}
    for versions in REGISTRE.regles.values():
        for version in versions:
            for element in noeuds.parcourir(version.noeud):
                if isinstance(element, noeuds.Figure):
                    lecteurs.setdefault((element.dispositif, element.nom), {})[version.nom] = version
    return {cle: list(regles.values()) for cle, regles in lecteurs.items()}
