"""Small cells are never shown: fewer than 5 doctors or 11 patients, nor what would let them be computed.

A cell of nobody is shown: it names no one. A cell masked alone in a total would come back by subtraction: others are masked
with it, the smallest first, until no small cell can be computed from those that remain, whatever totals are combined.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

from convmed.donnees.population.reperes import entier

MASQUE = "masqué"


@cache
def seuils() -> dict[str, int]:
    """Return the least number of people that a cell may show, of each kind: `medecins`, `patients`."""
    return {genre: entier(f"masquage-{genre}") for genre in ("medecins", "patients")}


def petit(genre: str, effectif: int | None) -> bool:
    """Tell whether a number of people is too small to be shown; nobody is not."""
    return effectif is not None and 0 < effectif < seuils()[genre]


def masquees(effectifs: Sequence[Mapping[str, int | None]], sommes: Iterable[Sequence[int]] = ()) -> list[bool]:
    """Return which cells are masked.

    `effectifs` gives the people of each cell, by kind (`medecins`, `patients`). `sommes` are the totals that a reader
    knows: the position of the total, then those of the cells that make it, which exclude one another.
    """
    relations = [tuple(somme) for somme in sommes]
    petites = [any(petit(genre, combien) for genre, combien in cellule.items()) for cellule in effectifs]
    caches = list(petites)
    vides = [not any(combien for combien in cellule.values() if combien is not None) for cellule in effectifs]
    while True:
        a_couvrir = _decouvertes(effectifs, relations, caches, petites)
        # The totals at fault first; where nothing is left to mask in them, any other that leads to them.
        proches = [i for relation in a_couvrir for i in relation if not caches[i] and not vides[i]]
        candidates = proches or [i for relation in relations if a_couvrir for i in relation if not caches[i] and not vides[i]]
        if not candidates:
            return caches
        caches[min(candidates, key=lambda i: (_taille(effectifs[i]), i))] = True


def masquer(
    rangees: Sequence[Mapping[str, Any]],
    valeurs: Iterable[str],
    effectifs: Mapping[str, str],
    sommes: Iterable[Sequence[int]] = (),
) -> list[dict[str, Any]]:
    """Return rows whose small cells are blanked: their `valeurs` are `None`, and every row says if it is `masque`.

    `effectifs` names the column that counts each kind of people (`{"medecins": "nombre_de_medecins"}`); it is blanked too if
    it is among `valeurs`. `sommes` are positions of rows, as `masquees` wants them.
    """
    noms = list(valeurs)
    caches = masquees([{genre: rangee[nom] for genre, nom in effectifs.items()} for rangee in rangees], sommes)
    return [
        {**rangee, **(dict.fromkeys(noms) if cache else {}), "masque": cache}
        for rangee, cache in zip(rangees, caches, strict=True)
    ]


def _taille(cellule: Mapping[str, int | None]) -> tuple[int, ...]:
    """Return the size of a cell, to mask the least; kinds in a fixed order."""
    return tuple(cellule.get(genre) or 0 for genre in seuils())


def _decouvertes(
    effectifs: Sequence[Mapping[str, int | None]],
    relations: Sequence[tuple[int, ...]],
    caches: Sequence[bool],
    petites: Sequence[bool],
) -> list[tuple[int, ...]]:
    """Return the totals through which a small cell, or masked cells that are small together, may be computed."""
    trouvees = [relation for relation in relations if _petite_ensemble(effectifs, relation, caches)]
    if trouvees:
        return trouvees
    determinees = {i for i in _determinees(relations, caches) if petites[i]}
    return [relation for relation in relations if determinees.intersection(relation)]


def _petite_ensemble(effectifs: Sequence[Mapping[str, int | None]], relation: tuple[int, ...], caches: Sequence[bool]) -> bool:
    """Tell whether what a known total leaves to its masked cells is itself a small number of people."""
    total, *parties = relation
    masquees_ = [i for i in parties if caches[i]]
    if caches[total] or not masquees_:
        return False
    restes = {genre: sum(effectifs[i].get(genre) or 0 for i in masquees_) for genre in seuils()}
    return any(petit(genre, reste) for genre, reste in restes.items())


def _determinees(relations: Sequence[tuple[int, ...]], caches: Sequence[bool]) -> set[int]:
    """Return the masked cells that the totals determine: those alone in a row once the system is reduced."""
    lignes: list[dict[int, Fraction]] = []
    for total, *parties in relations:
        ligne: dict[int, Fraction] = {}
        for i, signe in ((total, 1), *((partie, -1) for partie in parties)):
            if caches[i]:
                ligne[i] = ligne.get(i, Fraction()) + signe
        ligne = {i: coefficient for i, coefficient in ligne.items() if coefficient}
        if ligne:
            lignes.append(ligne)
    reduites: list[tuple[int, dict[int, Fraction]]] = []
    for brute in lignes:
        reste = brute
        for pivot, autre in reduites:
            reste = _retrancher(reste, autre, pivot)
        if reste:
            pivot = min(reste)
            normee = {i: coefficient / reste[pivot] for i, coefficient in reste.items()}
            reduites = [*((p, _retrancher(autre, normee, pivot)) for p, autre in reduites), (pivot, normee)]
    return {pivot for pivot, ligne in reduites if len(ligne) == 1}


def _retrancher(ligne: dict[int, Fraction], autre: dict[int, Fraction], pivot: int) -> dict[int, Fraction]:
    """Remove a pivot from a row of the system by subtracting the row that holds it."""
    facteur = ligne.get(pivot)
    if not facteur:
        return ligne
    melange = {i: ligne.get(i, Fraction()) - facteur * autre.get(i, Fraction()) for i in {*ligne, *autre}}
    return {i: coefficient for i, coefficient in melange.items() if coefficient}
