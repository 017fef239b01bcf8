"""The same three rules counted in the whole control of convmed: every condition, pair, maximum and under-coding."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from convmed.controle import controler
from convmed.cotation.nomenclature import nomenclature

REGLES = {
    "snp_patientele_mt": "SNP : le patient n'est pas de la patientèle médecin traitant du médecin",
    "snp_avec_mhp": ("SNP avec MHP", "MHP avec SNP"),
    "snp_plafond": "SNP : plafond",
}


DETAIL: dict[str, int] = {}


def charger(dossier: Path) -> Path:
    return dossier / "factures.parquet"


ouvrir = charger


def calculer(fichier: Path) -> dict[str, int]:
    constats = controler(fichier).constats
    table = nomenclature()
    regles = {nom for c in table.codes.values() for nom in (*c.conditions, *c.reserves)}
    regles |= {mot for c in table.cumuls for mot in (c.gauche[1:], c.droite[1:]) if f":{mot}" in (c.gauche, c.droite)}
    DETAIL.update(codes=len(table.codes), cumuls=len(table.cumuls), conditions=len(regles))
    return {nom: constats.filter(pl.col("regle").is_in([regle] if isinstance(regle, str) else list(regle))).height
            for nom, regle in REGLES.items()}  # fmt: skip
