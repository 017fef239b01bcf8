"""Can every branch of a rule be reached? Looked for by running the rule on the values where something may change.

The values are those of `frontieres`; an aggregate over children is an input here. A small grid is run whole; a large
one is sampled, always from the same seed, and searched around the points that reached a new branch or came near one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from math import prod
from random import Random
from typing import Any

from convmed.moteur import noeuds
from convmed.moteur.frontieres import frontieres
from convmed.moteur.redaction import SINON, Redacteur
from convmed.moteur.registre import Contexte, Registre, Regle
from convmed.moteur.valeurs import Explication, Instance, compiler_en

Point = Mapping[object, Any]
# A `cas` of the rule, and the rank of a branch in it.
Branche = tuple[int, int]

POINTS, GRAINE, PART_DE_MANQUANTS = 5_000, 0, 0.1


@dataclass(frozen=True, slots=True)
class BrancheInatteignable:
    """A branch that no point reached; `exhaustif` tells whether the whole grid was run.

    `rang` is its place in the `cas`, `numero_du_cas` the place of the `cas` in the rule (0 for the outermost).
    """

    regle: str
    numero_du_cas: int
    rang: int
    condition: str
    points: int
    exhaustif: bool


def branches_inatteignables(
    registre: Registre, contexte: Contexte, regle: Regle, points: int = POINTS
) -> list[BrancheInatteignable]:
    """Return the branches of every `cas` of a rule that no point of the grid reaches under this context.

    A branch that hangs on a figure that nobody published counts as reached: nothing says that it is dead.
    """
    elements = noeuds.parcourir(regle.noeud, dans_agregats=False)
    tous_les_cas = list({id(n): n for n in elements if isinstance(n, noeuds.Cas)}.values())
    a_atteindre = {(id(un_cas), rang) for un_cas in tous_les_cas for rang in range(len(un_cas.branches) + 1)}
    axes = frontieres(contexte, [regle.noeud]).axes()
    exhaustif = prod(len(valeurs) for valeurs in axes.values()) <= points
    visite, memoire, faits = Visite(contexte), Memoire(), 0
    for point in _grille(axes) if exhaustif else _echantillon(axes, points, memoire):
        if not a_atteindre:
            return []
        faits += 1
        atteintes, approches = visite.branches(regle, point)
        memoire.retenir(point, bool(a_atteindre & atteintes), approches)
        a_atteindre -= atteintes
    redacteur = Redacteur(registre, contexte.figures, contexte)
    return [
        BrancheInatteignable(regle.nom, numero, rang, condition, faits, exhaustif)
        for numero, un_cas in enumerate(tous_les_cas)
        for rang, condition in enumerate([*(redacteur.ecrire(c) for c, _ in un_cas.branches), SINON])
        if (id(un_cas), rang) in a_atteindre
    ]


def _grille(axes: Mapping[object, list[Any]]) -> Iterator[Point]:
    return (dict(zip(axes, valeurs, strict=True)) for valeurs in product(*axes.values()))


class Memoire:
    """The points worth searching around: those that reached something new, those that came nearest to a branch."""

    def __init__(self) -> None:
        self.decouvertes: list[Point] = []
        self.plus_proches: dict[Branche, tuple[int, Point]] = {}

    def retenir(self, point: Point, nouveau: bool, approches: Mapping[Branche, int]) -> None:
        """Keep a point if it is worth it; `approches` counts the conditions that it met of branches it did not take."""
        if nouveau:
            self.decouvertes.append(point)
        for branche, remplies in approches.items():
            if branche not in self.plus_proches or remplies > self.plus_proches[branche][0]:
                self.plus_proches[branche] = remplies, point

    def choisir(self, hasard: Random) -> Point | None:
        """Draw one of them; `None` at the start."""
        retenus = [*self.decouvertes, *(point for _, point in self.plus_proches.values())]
        return hasard.choice(retenus) if retenus else None


def _echantillon(axes: Mapping[object, list[Any]], points: int, memoire: Memoire) -> Iterator[Point]:
    """Yield points drawn at random, three of four beside a point worth searching around."""
    hasard, cles = Random(GRAINE), list(axes)
    for rang in range(points):
        point = {cle: _tirer(hasard, valeurs) for cle, valeurs in axes.items()}
        voisin = memoire.choisir(hasard) if rang % 4 else None
        if voisin is not None:
            changees = hasard.sample(cles, hasard.randint(1, min(3, len(cles))))
            point = {**voisin, **{cle: point[cle] for cle in changees}}
        yield point


def _tirer(hasard: Random, valeurs: list[Any]) -> Any:
    """Draw a value; where it may be missing, it is in one draw of ten, however many values there are."""
    if valeurs[-1] is not None:
        return hasard.choice(valeurs)
    return None if hasard.random() < PART_DE_MANQUANTS else hasard.choice(valeurs[:-1])


class PointDeGrille(Instance):
    """A row that holds its inputs, those of its ancestors and the values of its aggregates."""

    def agreger(self, agregat: noeuds.Agregat) -> Explication:
        """Return the value that the point gives the aggregate."""
        return Explication("agregat", agregat.genre, "", self.donnees[noeuds.forme(agregat)], "")  # type: ignore[index]

    def _evaluer(self, nom: str) -> Explication:
        if nom in self.donnees:
            return Explication("entree", nom, "", self.donnees[nom], "")
        return super()._evaluer(nom)


class Visite:
    """Runs a rule on points and tells the branches that each one goes through."""

    def __init__(self, contexte: Contexte) -> None:
        self.contexte = contexte
        self.suspendues: dict[int, bool] = {}

    def branches(self, regle: Regle, point: Point) -> tuple[set[Branche], dict[Branche, int]]:
        """Return the branches that the point goes through, and how near it came to those that it tried in vain."""
        self.approches: dict[Branche, int] = {}
        atteintes: set[Branche] = set()
        self._suivre(regle.noeud, PointDeGrille(self.contexte, regle.entite, point), atteintes)  # type: ignore[arg-type]
        return atteintes, self.approches

    def _suivre(self, noeud: noeuds.Noeud, point: PointDeGrille, atteintes: set[Branche]) -> None:
        if isinstance(noeud, noeuds.Agregat):
            return
        if not isinstance(noeud, noeuds.Cas):
            for enfant in noeuds.enfants(noeud):
                self._suivre(enfant, point, atteintes)
            return
        for rang, (condition, valeur) in enumerate(noeud.branches):
            self._suivre(condition, point, atteintes)
            vrai = compiler_en(self.contexte, condition)(point)
            suspendue = vrai is None and self._suspendue(condition)
            if vrai or suspendue:
                atteintes.add((id(noeud), rang))
                self._suivre(valeur, point, atteintes)
            if vrai or (vrai is None and not suspendue):
                return
            if isinstance(condition, noeuds.Logique) and condition.operateur == "et":
                remplies = sum(bool(compiler_en(self.contexte, terme)(point)) for terme in condition.termes)
                self.approches[id(noeud), rang] = remplies
        atteintes.add((id(noeud), len(noeud.branches)))
        self._suivre(noeud.sinon, point, atteintes)

    def _suspendue(self, condition: noeuds.Noeud) -> bool:
        """Tell whether a condition rests on a figure without value here."""
        if id(condition) not in self.suspendues:
            self.suspendues[id(condition)] = frontieres(self.contexte, [condition]).non_publiee
        return self.suspendues[id(condition)]
