"""The tables of the unions: their names, and the votes of the elections to the URPS, which the press alone published."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path

from convmed.donnees.colonnes_dossier import normaliser

ICI = Path(__file__).parent
# The published results are shares of the votes cast.
EXPRIMES = Decimal(100)


@cache
def resultats(election: int) -> Mapping[str, Mapping[str, Decimal]]:
    """Return the percentages of each college (`generalistes`, `specialistes`) by union; empty for an unknown election."""
    par_college: dict[str, dict[str, Decimal]] = {}
    for ligne in _lignes("urps.csv"):
        if int(ligne["election"]) == election:
            par_college.setdefault(ligne["college"], {})[ligne["organisation"]] = Decimal(ligne["pourcentage"])
    return par_college


@cache
def elections() -> tuple[int, ...]:
    """Return the elections of the table, oldest first."""
    return tuple(sorted({int(ligne["election"]) for ligne in _lignes("urps.csv")}))


@cache
def confiance(election: int) -> str:
    """Return how sure the results of an election are: the least sure of them."""
    vues = {ligne["confiance"] for ligne in _lignes("urps.csv") if int(ligne["election"]) == election}
    return next(mot for mot in ("deduit", "presse", "officiel") if mot in vues)


@cache
def _autres_noms() -> Mapping[str, str]:
    noms = {normaliser(ligne["organisation"]): ligne["organisation"] for ligne in (*_lignes("urps.csv"), *_lignes("organisations.csv"))}
    return noms | {normaliser(ligne["autre_nom"]): ligne["organisation"] for ligne in _lignes("organisations.csv")}


def canonique(nom: str) -> str:
    """Return the usual name of a union whatever its case, accents or dashes (`FFMG` is MG France); another name stays."""
    return _autres_noms().get(normaliser(nom), nom)


@cache
def _lignes(fichier: str) -> tuple[dict[str, str], ...]:
    with (ICI / fichier).open(encoding="utf-8", newline="") as flux:
        return tuple(csv.DictReader(flux, delimiter=";"))
