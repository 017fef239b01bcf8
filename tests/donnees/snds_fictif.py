"""A small SNDS to import, and what the tests ask of an extrait."""

from __future__ import annotations

import datetime as dt
import importlib.util
import sys
from pathlib import Path
from typing import Any

import polars as pl

from convmed.donnees.extrait import ouvrir
from convmed.donnees.snds import Demande, importer

EXEMPLE = Path(__file__).parents[2] / "exemples" / "snds"
GENERATEUR = EXEMPLE.with_name("generer_snds.py")
ETAT = dt.date(2025, 12, 31)
MEDECIN, AUTRE, LABO, PHARMACIE, RADIOLOGUE, DENTISTE = "351000017", "351000025", "353000016", "352000010", "351000090", "354000011"
GRIPPE = "3400900000017"


def generateur() -> Any:
    """Import the script that writes the example: it writes the SNDS of the tests too."""
    if "generer_snds" not in sys.modules:
        spec = importlib.util.spec_from_file_location("generer_snds", GENERATEUR)
        assert spec is not None and spec.loader is not None
        sys.modules["generer_snds"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules["generer_snds"])
    return sys.modules["generer_snds"]


class Essai:
    """A source with one witness in each table, so that none is missing, and an import of it."""

    def __init__(self, dossier: Path) -> None:
        self.dossier = dossier
        self.module = generateur()
        self.source = self.module.Source()
        self.source.medicament(GRIPPE, "J07BB02")
        mort = ("PSAMORT0000000000", 1)
        self.source.personne(self.module.Personne("MORT", dt.date(1920, 1, 1), "F", [mort], deces=dt.date(2001, 1, 1)))
        self.source.declaration(mort, MEDECIN, dt.date(1999, 1, 1))
        self.source.ald(mort, 8, dt.date(1999, 1, 1), dt.date(2000, 1, 1), dt.date(1999, 1, 1))
        self.source.c2s(mort, dt.date(1999, 1, 1), dt.date(2000, 1, 1))
        for nomenclature, code in (("nabm", "1577"), ("cip13", GRIPPE), ("ccam", "QEQK004")):
            self.source.acte(mort, dt.date(2000, 1, 1), nomenclature, code, LABO)
        self.medecins = False

    def patient(self, rang: int = 1, naissance: dt.date = dt.date(1960, 5, 1), sexe: str = "F", medecin: str | None = MEDECIN,
                **champs: Any) -> tuple[str, int]:  # fmt: skip
        """Add a person and return the key of their invoices."""
        cle = (f"PSA{rang:014d}", 1)
        personne = self.module.Personne(f"IDT{rang:014d}", naissance, sexe, champs.pop("cles", [cle]), **champs)
        self.source.personne(personne)
        if medecin:
            self.source.declaration(cle, medecin, dt.date(2020, 1, 1))
        return cle

    def ecrire(self) -> Path:
        """Write the source; the doctors are added to the referential unless the test has its own."""
        if not self.medecins:
            for numero in (MEDECIN, AUTRE):
                self.source.medecin(numero)
        self.source.ecrire(self.dossier / "source")
        return self.dossier / "source"

    def importer(self, **options: Any) -> dict[str, pl.DataFrame]:
        """Write the source, import it, and return the tables of the extrait, all partitions together."""
        self.ecrire()
        self.bilan = importer(self.dossier / "source", self.dossier / "extrait", Demande(2026, **options))
        return lire(self.dossier / "extrait")


def lire(chemin: Path) -> dict[str, pl.DataFrame]:
    """Return the tables of an extrait, all partitions together."""
    extrait = ouvrir(chemin)
    morceaux: dict[str, list[pl.DataFrame]] = {}
    for partition in extrait.partitions:
        for nom, table in extrait.tables(partition.nom).items():
            morceaux.setdefault(nom, []).append(table.collect())
    return {nom: pl.concat(tables) for nom, tables in morceaux.items()}
