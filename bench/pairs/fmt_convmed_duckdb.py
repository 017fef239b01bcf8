"""FMT by doctor: convmed on DuckDB."""

from __future__ import annotations

from pathlib import Path

import duckdb

from convmed.dispositifs import forfait_medecin_traitant as fmt
from convmed.dispositifs.socle import Demande
from convmed.moteur.colonnes import Calcul
from convmed.textes import trouver_texte

TOUJOURS_REMPLIES = ("date_naissance", "ald", "c2s", "secteur", "option_tarifaire", "zone", "qpv", "date_naissance_medecin")


def charger(dossier: Path) -> dict[str, duckdb.DuckDBPyRelation]:
    base = duckdb.connect()
    for nom in ("medecin", "patient"):
        base.sql(f"create table {nom} as from '{dossier / nom}.parquet'")
    return {nom: base.table(nom) for nom in ("medecin", "patient")}


def ouvrir(dossier: Path) -> dict[str, duckdb.DuckDBPyRelation]:
    base = duckdb.connect()
    return {nom: base.read_parquet(str(dossier / f"{nom}.parquet")) for nom in ("medecin", "patient")}


def calculer(tables: dict[str, duckdb.DuckDBPyRelation]) -> dict[str, int]:
    contexte, _ = fmt.contexte_de(Demande(trouver_texte("en-vigueur"), 2026))
    medecins = Calcul(contexte, tables, TOUJOURS_REMPLIES).evaluer("medecin", ["fmt_total"])
    return {"fmt": int(medecins.sum("fmt_total").fetchall()[0][0])}
