"""The quotient and the largest remainder, in exact arithmetic, with seats assured to some."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import islice, takewhile

# A seat not yet given: rank in the order of service (the lowest first), votes with a minus sign, organisation.
Siege = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Egalite:
    """Several organisations with the same claim to the last `sieges` seats; `retenues` are those that have more votes."""

    sieges: int
    entre: tuple[str, ...]
    retenues: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Repartition:
    """Who receives how many seats; a seat that nothing settles is in `a_departager` and given to nobody."""

    sieges: Mapping[str, int]
    quotient: Fraction
    quotas: Mapping[str, Fraction]
    egalite: Egalite | None = None
    a_departager: Egalite | None = None


def repartir(voix: Mapping[str, Decimal], sieges: int, exprimes: Decimal, assures: Collection[str], minimum: int) -> Repartition:
    """Share seats among organisations.

    `voix` are counts or percentages, `exprimes` what the quotient divides (more than 0, at least the sum of `voix` but
    for roundings); those of `assures` have `minimum` seats first, which the seats must allow. The others go one by one to
    the organisation that is furthest below its votes divided by the quotient: the whole parts first, then the largest
    remainders, again if seats are left. No allocation that gives the assured seats is nearer to the quotas. Two equal
    remainders: the most votes; the same votes too: nobody, as no text says. Source: circulaire 31/07/2024, 12 C.
    """
    total, entiers = _en_entiers(exprimes, voix)

    def candidats(nom: str) -> Iterator[Siege]:
        for rang in range(1 + minimum * (nom in assures), sieges + 1):
            yield rang * total - entiers[nom] * sieges, -entiers[nom], nom

    attribues = {nom: minimum * (nom in assures) for nom in voix}
    a_servir = sieges - sum(attribues.values())
    file = heapq.merge(*(candidats(nom) for nom in voix))
    pris = list(islice(file, a_servir))
    egalite = a_departager = None
    if pris:
        rang, force, _ = pris[-1]
        admis = [siege for siege in pris if siege[0] == rang]
        ecartes = list(takewhile(lambda siege: siege[0] == rang, file))
        if any(siege[1] == force for siege in ecartes):
            indecis = [siege for siege in admis if siege[1] == force]
            a_departager = Egalite(len(indecis), _noms(siege for siege in (*admis, *ecartes) if siege[1] == force))
            admis, pris = admis[: -len(indecis)], pris[: -len(indecis)]
        if ecartes and admis:
            egalite = Egalite(len(admis), _noms((*admis, *ecartes)), _noms(admis))
    for _, _, nom in pris:
        attribues[nom] += 1
    quotient = Fraction(total, sieges)
    echelle = Fraction(exprimes) / total
    quotas = {nom: Fraction(entiers[nom]) / quotient for nom in voix}
    return Repartition(attribues, quotient * echelle, quotas, egalite, a_departager)


def _noms(sieges: Iterable[Siege]) -> tuple[str, ...]:
    return tuple(nom for _, _, nom in sieges)


def _en_entiers(exprimes: Decimal, voix: Mapping[str, Decimal]) -> tuple[int, dict[str, int]]:
    """Return the total and the votes multiplied by the power of ten that makes integers of them all."""
    decimales = max(max(0, -int(valeur.normalize().as_tuple().exponent)) for valeur in (exprimes, *voix.values()))
    facteur = 10**decimales
    return int(exprimes * facteur), {nom: int(valeur * facteur) for nom, valeur in voix.items()}
