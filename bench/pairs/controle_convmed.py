"""The same three rules counted in the whole control of convmed: every condition, pair, maximum and under-coding."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from convmed.controle import controler

REGLES = {
    "snp_patientele_mt": "SNP : le patient n'est pas de la patientèle médecin traitant du médecin",
    "snp_avec_mhp": ("SNP avec MHP", "MHP avec SNP"),
    "snp_plafond": "SNP : plafond",
}


def charger(dossier: Path) -> Path:
    return dossier / "factures.parquet"


ouvrir = charger


def calculer(fichier: Path) -> dict[str, int]:
    constats = controler(fichier).constats
    return {nom: constats.filter(pl.col("regle").is_in([regle] if isinstance(regle, str) else list(regle))).height
            for nom, regle in REGLES.items()}  # fmt: skip
