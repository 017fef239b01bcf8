"""Which lines of the SNDS may hold a tracer act: the lists of codes of `donnees.nomenclatures`, as SQL conditions."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl

from convmed.donnees.nomenclatures import TOUS_LES_CODES
from convmed.donnees.snds.atelier import lister

REPERTOIRE = Path(__file__).with_name("nomenclatures")


@dataclass(frozen=True)
class Codes:
    """The codes of a nomenclature that prove something: whole, or by their beginning."""

    entiers: tuple[str, ...]
    debuts: tuple[str, ...]

    def condition(self, colonne: str) -> str:
        """Return the SQL that tells a tracer code."""
        cas = [f"{colonne} IN ({lister(self.entiers)})", *(f"starts_with({colonne}, '{debut}')" for debut in self.debuts)]
        return f"COALESCE({' OR '.join(cas)}, false)"


@dataclass(frozen=True)
class Listes:
    """The lists in use: codes by nomenclature, and the specialities of which any act is a tracer."""

    connues: pl.DataFrame

    def codes(self, nomenclature: str) -> Codes:
        """Return the tracer codes of a nomenclature."""
        lus = self._utiles(nomenclature).filter(pl.col("code") != TOUS_LES_CODES).get_column("code").unique().sort().to_list()
        return Codes(tuple(code for code in lus if not code.endswith("*")), tuple(code[:-1] for code in lus if code.endswith("*")))

    def specialites(self) -> tuple[str, ...]:
        """Return the specialities of which every act is a tracer, whatever its code."""
        toutes = self._utiles("ngap").filter(pl.col("code") == TOUS_LES_CODES).get_column("specialites")
        return tuple(sorted({specialite for liste in toutes.drop_nulls() for specialite in liste}))

    def _utiles(self, nomenclature: str) -> pl.DataFrame:
        return self.connues.filter(pl.col("nomenclature") == nomenclature, pl.col("traceur").is_not_null())


@cache
def natures() -> dict[int, tuple[str, str]]:
    """Return the key letter (empty if there is none) and the label of each nature of service (IR_NAT_V)."""
    return {int(ligne["nature"]): (ligne["lettre_cle"], ligne["libelle"]) for ligne in _lire("natures")}


@cache
def consultations() -> tuple[int, ...]:
    """Return the natures by which a doctor has seen a patient: consultations, visits, teleconsultations."""
    return tuple(int(ligne["nature"]) for ligne in _lire("consultations"))


@cache
def natures_des_dispositifs() -> dict[str, tuple[int, ...]]:
    """Return the natures that pay what each dispositif computes, or what it replaced."""
    trouvees: dict[str, tuple[int, ...]] = {}
    for ligne in _lire("dispositifs"):
        trouvees[ligne["dispositif"]] = (*trouvees.get(ligne["dispositif"], ()), int(ligne["nature"]))
    return trouvees


def _lire(nom: str) -> list[dict[str, str]]:
    with (REPERTOIRE / f"{nom}.csv").open(encoding="utf-8", newline="") as flux:
        return list(csv.DictReader(flux, delimiter=";"))
