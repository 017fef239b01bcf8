"""FMT by doctor: convmed on Polars, streaming engine."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from convmed.dispositifs import forfait_medecin_traitant as fmt
from convmed.dispositifs.socle import Demande
from convmed.moteur.colonnes import Calcul
from convmed.textes import trouver_texte

TOUJOURS_REMPLIES = ("date_naissance", "ald", "c2s", "secteur", "option_tarifaire", "zone", "qpv", "date_naissance_medecin")


def charger(dossier: Path) -> dict[str, pl.LazyFrame]:
    return {nom: pl.read_parquet(dossier / f"{nom}.parquet").lazy() for nom in ("medecin", "patient")}


def ouvrir(dossier: Path) -> dict[str, pl.LazyFrame]:
    return {nom: pl.scan_parquet(dossier / f"{nom}.parquet") for nom in ("medecin", "patient")}


def calculer(tables: dict[str, pl.LazyFrame]) -> dict[str, int]:
    contexte, _ = fmt.contexte_de(Demande(trouver_texte("en-vigueur"), 2026))
    medecins = Calcul(contexte, tables, TOUJOURS_REMPLIES).evaluer("medecin", ["fmt_total"])
    return {"fmt": medecins.select(pl.col("fmt_total").sum()).collect(engine="streaming").item()}
