"""Writes small files of invoices, and reads what their check says of each line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from convmed.controle import Controle, controler

# A consultation of a GP in secteur 1, in Paris, on a Tuesday morning: nothing to say of it.
ORDINAIRE = {
    "facture": "F1", "medecin": "M1", "patient": "P1", "date_heure": "2026-03-10T10:00+01:00", "code": "G", "montant": "30",
    "specialite": "01", "secteur": "1", "option_tarifaire": "aucune", "departement": "75", "date_naissance": "1980-05-01",
    "lieu": "cabinet", "patientele_mt": "oui", "regulation": "aucune",
}  # fmt: skip


def lignes(*propres: Mapping[str, Any], **communes: Any) -> list[dict[str, Any]]:
    """Return lines of invoices: what each says of itself, what they all say, and the ordinary consultation for the rest."""
    return [{**ORDINAIRE, **communes, **une} for une in propres]


def en_csv(dossier: Path, rangees: Iterable[Mapping[str, Any]], nom: str = "factures.csv") -> Path:
    """Write a CSV file; a column is there if a line names it."""
    rangees = list(rangees)
    colonnes = list(dict.fromkeys(nom for rangee in rangees for nom in rangee))
    textes = [";".join(colonnes), *(";".join(str(rangee.get(nom, "")) for nom in colonnes) for rangee in rangees)]
    fichier = dossier / nom
    fichier.write_text("\n".join(textes) + "\n", "utf-8")
    return fichier


def passer(dossier: Path, rangees: Iterable[Mapping[str, Any]], **options: Any) -> Controle:
    """Check lines, all of them good."""
    controle = controler(en_csv(dossier, rangees), **options)
    assert controle.rejets.is_empty(), controle.rejets.to_dicts()
    return controle


def dits(controle: Controle) -> list[tuple[int, str, str]]:
    """Return what was found: the line, the finding, the rule."""
    return list(controle.constats.select("ligne", "constat", "regle").iter_rows())


def refuses(controle: Controle) -> list[tuple[int, str, str]]:
    """Return what is held against the lines: all but what could be added."""
    return [dit for dit in dits(controle) if dit[1] != "sous-cotation"]


def constat(controle: Controle, regle: str) -> dict[str, Any]:
    """Return the only finding of a rule."""
    (trouve,) = controle.constats.filter(pl.col("regle") == regle).to_dicts()
    return trouve
