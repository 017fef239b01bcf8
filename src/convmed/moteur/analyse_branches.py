"""Can every branch of a rule be reached? Looked for by running the rule on the values where something may change.

Critical values of an input: each number or date that the rule meets on its way down to the inputs, one step below and
one above; both booleans; every text that it compares, and another; missing. An aggregate over children is an input
here. A small grid is run whole; a large one is sampled, always from the same seed, and searched around the points that
have just reached a new branch.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from math import prod
from random import Random
from typing import Any

from convmed.moteur import calendrier, noeuds
from convmed.moteur.redaction import SINON, Redacteur
from convmed.moteur.registre import EXERCICE, Contexte, Registre, Regle
from convmed.moteur.valeurs import Explication, Instance, compiler_en
from convmed.textes.unites import base

Point = Mapping[object, Any]

POINTS, GRAINE, PART_DE_MANQUANTS = 5_000, 0, 0.1
AUTRE_TEXTE = "autre"
MAX_ANS, MAX_MOIS = 130, 1_560
UN_JOUR = dt.timedelta(days=1)


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


@dataclass(slots=True)
class Frontieres:
    """The inputs and aggregates that an expression rests on, and the constants that it meets on the way.

    `durees` are in months; `non_publiee` tells that a figure has no value.
    """

    entrees: dict[str, str] = field(default_factory=dict)
    agregats: dict[object, str] = field(default_factory=dict)
    toujours_connus: set[object] = field(default_factory=set)
    nombres: set[int] = field(default_factory=set)
    durees: set[int] = field(default_factory=lambda: {0})
    dates: set[dt.date] = field(default_factory=set)
    textes: set[str] = field(default_factory=set)
    regles: set[str] = field(default_factory=set)
    non_publiee: bool = False

    def axes(self) -> dict[object, list[Any]]:
        """Return the critical values of each input and aggregate."""
        axes: dict[object, list[Any]] = {cle: self.valeurs(genre) for cle, genre in self.entrees.items()}
        for cle, genre in self.agregats.items():
            axes[cle] = [v for v in self.valeurs(genre) if v is not None or cle not in self.toujours_connus]
        return axes

    def valeurs(self, genre: str) -> list[Any]:
        """Return the critical values of an input of a kind, missing last."""
        if genre == "booleen":
            return [True, False, None]
        if genre == "texte":
            return [*sorted(self.textes), AUTRE_TEXTE, None]
        if genre == "date":
            bornes = {calendrier.decale(date, sens * mois) for date in self.dates for mois in self.durees for sens in (-1, 1)}
            return [*sorted({date + pas * UN_JOUR for date in bornes for pas in (-1, 0, 1)}), None]
        plus_grand = max(self.nombres, default=0) * 10 + 1
        voisins = {0, 1, plus_grand} | {n + pas for n in self.nombres for pas in (-1, 0, 1)}
        return [*sorted(n for n in voisins if n >= 0), None]

    def noter(self, valeur: Any, unite: str = "") -> None:
        """Note a constant: a number of an unknown unit may be a count, months or years."""
        match valeur:
            case tuple():
                for element in valeur:
                    self.noter(element)
            case bool():
                pass
            case int():
                self.nombres.add(valeur)
                if base(unite) in {"", "mois"} and abs(valeur) <= MAX_MOIS:
                    self.durees.add(abs(valeur))
                if base(unite) in {"", "ans"} and abs(valeur) <= MAX_ANS:
                    self.durees.add(12 * abs(valeur))
            case dt.date():
                self.dates.add(valeur)
            case str():
                self.textes.add(valeur)


def frontieres(contexte: Contexte, expression: noeuds.Noeud, dans_agregats: bool = False) -> Frontieres:
    """Return what an expression rests on, through the rules that it reads; aggregates are opened if asked to."""
    trouvees, pile = Frontieres(), [expression]
    while pile:
        for element in noeuds.parcourir(pile.pop(), dans_agregats):
            match element:
                case noeuds.Litteral(valeur=valeur):
                    trouvees.noter(valeur)
                case noeuds.Figure(dispositif=dispositif, nom=nom):
                    calcul = contexte.figure(dispositif, nom)[1]
                    trouvees.noter(calcul, contexte.figures[dispositif][nom].unite)
                    trouvees.non_publiee |= calcul is None
                case noeuds.Parmi(liste=tuple() as liste):
                    trouvees.noter(liste)
                case noeuds.Agregat() if not dans_agregats:
                    _noter_agregat(trouvees, contexte, element)
                case noeuds.Colonne(nom=nom):
                    pile += _noter_colonne(trouvees, contexte, nom)
    trouvees.dates = trouvees.dates or {contexte.date}
    return trouvees


def _noter_agregat(trouvees: Frontieres, contexte: Contexte, agregat: noeuds.Agregat) -> None:
    cle = noeuds.forme(agregat)
    trouvees.agregats[cle] = contexte.genre(agregat) or "entier"
    if agregat.genre not in {"premiere", "derniere"}:
        trouvees.toujours_connus.add(cle)


def _noter_colonne(trouvees: Frontieres, contexte: Contexte, nom: str) -> list[noeuds.Noeud]:
    """Note an input, or return the expression of a rule not yet read."""
    entree = contexte.registre.entrees.get(nom)
    if entree is None:
        if nom in trouvees.regles:
            return []
        trouvees.regles.add(nom)
        return [contexte.regle(nom).noeud]
    if entree.entite == EXERCICE and nom in contexte.parametres:
        trouvees.noter(contexte.parametres[nom])
    else:
        trouvees.entrees[nom] = entree.genre
    return []


def branches_inatteignables(
    registre: Registre, contexte: Contexte, regle: Regle, points: int = POINTS
) -> list[BrancheInatteignable]:
    """Return the branches of every `cas` of a rule that no point of the grid reaches under this context.

    A branch that hangs on a figure that nobody published counts as reached: nothing says that it is dead.
    """
    elements = noeuds.parcourir(regle.noeud, dans_agregats=False)
    tous_les_cas = list({id(n): n for n in elements if isinstance(n, noeuds.Cas)}.values())
    a_atteindre = {(id(un_cas), rang) for un_cas in tous_les_cas for rang in range(len(un_cas.branches) + 1)}
    axes = frontieres(contexte, regle.noeud).axes()
    exhaustif = prod(len(valeurs) for valeurs in axes.values()) <= points
    visite, remarquables, faits = Visite(contexte), list[Point](), 0
    for point in _grille(axes) if exhaustif else _echantillon(axes, points, remarquables):
        if not a_atteindre:
            return []
        faits += 1
        atteintes = visite.branches(regle, point)
        if not a_atteindre.isdisjoint(atteintes):
            a_atteindre -= atteintes
            remarquables.append(point)
    redacteur = Redacteur(registre, contexte.figures, contexte)
    return [
        BrancheInatteignable(regle.nom, numero, rang, condition, faits, exhaustif)
        for numero, un_cas in enumerate(tous_les_cas)
        for rang, condition in enumerate([*(redacteur.ecrire(c) for c, _ in un_cas.branches), SINON])
        if (id(un_cas), rang) in a_atteindre
    ]


def _grille(axes: Mapping[object, list[Any]]) -> Iterator[Point]:
    return (dict(zip(axes, valeurs, strict=True)) for valeurs in product(*axes.values()))


def _echantillon(axes: Mapping[object, list[Any]], points: int, remarquables: list[Point]) -> Iterator[Point]:
    """Yield points drawn at random, every other one beside a point that has reached something new."""
    hasard, cles = Random(GRAINE), list(axes)
    for rang in range(points):
        point = {cle: _tirer(hasard, valeurs) for cle, valeurs in axes.items()}
        if remarquables and rang % 2:
            voisin = hasard.choice(remarquables)
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

    def branches(self, regle: Regle, point: Point) -> set[tuple[int, int]]:
        """Return the branches (`cas`, rank) that the point goes through."""
        atteintes: set[tuple[int, int]] = set()
        self._suivre(regle.noeud, PointDeGrille(self.contexte, regle.entite, point), atteintes)  # type: ignore[arg-type]
        return atteintes

    def _suivre(self, noeud: noeuds.Noeud, point: PointDeGrille, atteintes: set[tuple[int, int]]) -> None:
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
        atteintes.add((id(noeud), len(noeud.branches)))
        self._suivre(noeud.sinon, point, atteintes)

    def _suspendue(self, condition: noeuds.Noeud) -> bool:
        """Tell whether a condition rests on a figure without value here."""
        if id(condition) not in self.suspendues:
            self.suspendues[id(condition)] = frontieres(self.contexte, condition).non_publiee
        return self.suspendues[id(condition)]
