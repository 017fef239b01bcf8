"""A text applied to a population for a year: which dispositifs it computes there, and why not the others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from convmed.dispositifs.socle import Demande, Volet, tous
from convmed.donnees.entites import REGISTRE
from convmed.moteur import noeuds
from convmed.moteur.registre import Contexte, RegleAbsente
from convmed.textes import Texte


@dataclass(frozen=True, eq=False)
class Application:
    """A text, the exercise whose rules and figures hold, and the year at whose dates the population is observed."""

    texte: Texte
    annee: int
    observation: int

    @cached_property
    def volets(self) -> dict[str, Volet]:
        """Return what each doctor is owed, by dispositif; `Erreurs` for a text that leaves amounts to its options."""
        return {nom: volet for nom, volet, _ in self._tous() if volet is not None}

    @cached_property
    def absents(self) -> dict[str, str]:
        """Return the dispositifs that this text does not know that year, each with its reason."""
        return {nom: motif for nom, volet, motif in self._tous() if volet is None}

    def _tous(self) -> Iterator[tuple[str, Volet | None, str]]:
        for nom, dispositif in tous().items():
            if dispositif.volet is None:
                continue
            try:
                volet = dispositif.volet(Demande(self.texte, self.annee))
                volet.contexte.regle(volet.regle)
            except RegleAbsente as absente:
                yield nom, None, str(absente)
                continue
            if self.observation != self.annee:
                # One population serves several exercises: it is observed at the dates of its own.
                observe = dispositif.volet(Demande(self.texte, self.observation)).contexte.parametres
                volet = Volet(replace(volet.contexte, parametres=observe, _valeurs={}, _versions={}, memoire={}), volet.regle)
            yield nom, volet, ""


def manques(contexte: Contexte, regle: str, fournies: frozenset[str]) -> list[str]:
    """Say what keeps a rule from giving an amount to anyone: figures that nobody published, columns not supplied."""
    trouves: dict[str, None] = {}
    pile, vues = [regle], set[str]()
    while pile:
        nom = pile.pop()
        if nom in vues:
            continue
        vues.add(nom)
        entree = REGISTRE.entrees.get(nom)
        if entree is not None:
            if nom not in fournies and entree.nul_signifie is None and nom not in contexte.parametres:
                trouves[f"{entree.libelle} ({nom}) : donnée absente de la population"] = None
            continue
        for element in noeuds.parcourir(contexte.regle(nom).noeud):
            if isinstance(element, noeuds.Colonne):
                pile.append(element.nom)
            elif isinstance(element, noeuds.Figure) and contexte.figure(element.dispositif, element.nom)[1] is None:
                figure = contexte.figures[element.dispositif][element.nom]
                trouves[f"{figure.libelle} : non publié, voir {figure.article}"] = None
    return list(trouves)
