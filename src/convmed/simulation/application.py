"""A text applied to a population for a year: which dispositifs it computes there, and why not the others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from convmed.dispositifs.socle import Demande, Volet, tous
from convmed.donnees.entites import REGISTRE
from convmed.moteur import noeuds
from convmed.moteur.registre import RegleAbsente
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


def manques(volet: Volet, fournies: frozenset[str]) -> list[str]:
    """Say what keeps a rule from giving an amount to someone: figures that nobody published, columns not supplied."""
    absentes = {nom for nom in _lus(volet)[0] & set(REGISTRE.entrees) - set(volet.contexte.parametres) if nom not in fournies}
    donnees = [entree for nom, entree in REGISTRE.entrees.items() if nom in absentes and entree.nul_signifie is None]
    return figures_non_publiees(volet) + [f"{entree.libelle} ({entree.nom}) : donnée absente de la population" for entree in donnees]


def figures_non_publiees(volet: Volet) -> list[str]:
    """Return the figures that a rule reads, at any depth, and that nobody published, each with the article to look up."""
    contexte = volet.contexte
    lues = (contexte.figures[dispositif][nom] for dispositif, nom in _lus(volet)[1] if contexte.figure(dispositif, nom)[1] is None)
    return [f"{figure.libelle} : non publié, voir {figure.article}" for figure in lues]


def _lus(volet: Volet) -> tuple[set[str], list[tuple[str, str]]]:
    """Return the columns and the figures on which a rule rests."""
    pile, colonnes, figures = [volet.regle], set[str](), dict[tuple[str, str], None]()
    while pile:
        nom = pile.pop()
        if nom in colonnes:
            continue
        colonnes.add(nom)
        if nom in REGISTRE.entrees:
            continue
        for element in noeuds.parcourir(volet.contexte.regle(nom).noeud):
            if isinstance(element, noeuds.Colonne):
                pile.append(element.nom)
            elif isinstance(element, noeuds.Figure):
                figures[element.dispositif, element.nom] = None
    return colonnes, list(figures)
