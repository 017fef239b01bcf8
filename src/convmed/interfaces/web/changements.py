"""What a negotiated text changes: each figure before and after, and the rules that read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from convmed.dispositifs.socle import Demande, tous
from convmed.interfaces.web.negociation import Negociation
from convmed.interfaces.web.texte_contenu import lecteurs
from convmed.moteur import noeuds
from convmed.moteur.registre import Contexte, Regle, RegleAbsente
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
    contexte = Demande(n.texte, n.choix.annee).contexte(n.choix.jour)
    return [Changement(r, _qui_lit(r["dispositif"], r["figure"], contexte), _du_pays(r["dispositif"])) for r in rangees]


def _qui_lit(dispositif: str, figure: str, contexte: Contexte) -> list[Regle]:
    """Return the rules in force under the negotiated text that read a figure: another version of one may not read it."""
    trouvees = []
    for connue in lecteurs(f"{dispositif}.{figure}"):
        try:
            regle = contexte.regle(connue.nom)
        except RegleAbsente:
            continue
        if any(isinstance(lu, noeuds.Figure) and (lu.dispositif, lu.nom) == (dispositif, figure) for lu in noeuds.parcourir(regle.noeud)):
            trouvees.append(regle)
    return trouvees


def _du_pays(dispositif: str) -> bool:
    return dispositif in tous() and tous()[dispositif].volet is not None
