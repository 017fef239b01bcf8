"""FMT by doctor: the query that one writes by hand for Polars, figures in the code."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl

OBSERVATION = dt.date(2025, 12, 31)
VU_DEPUIS = dt.date(2023, 12, 31)


def charger(dossier: Path) -> dict[str, pl.LazyFrame]:
    return {nom: pl.read_parquet(dossier / f"{nom}.parquet").lazy() for nom in ("medecin", "patient")}


def ouvrir(dossier: Path) -> dict[str, pl.LazyFrame]:
    return {nom: pl.scan_parquet(dossier / f"{nom}.parquet") for nom in ("medecin", "patient")}


def ans(naissance: str) -> pl.Expr:
    """Return the completed years at the observation, which is the last day of a year: every birthday is past."""
    return OBSERVATION.year - pl.col(naissance).dt.year()


def par_patient(patients: pl.LazyFrame) -> pl.LazyFrame:
    age, ald = pl.col("age"), pl.col("ald")
    return patients.filter(
        pl.col("date_naissance") <= OBSERVATION, pl.col("date_declaration_mt").fill_null(OBSERVATION) <= OBSERVATION
    ).select(
        "medecin", "ald", "c2s", age=ans("date_naissance"),
        vu=(pl.col("date_derniere_consultation") >= VU_DEPUIS).fill_null(False),
    ).select(
        "medecin",
        socle=pl.when(~pl.col("vu")).then(500)
        .when(ald & (age >= 80)).then(10_000)
        .when(ald | (age >= 80)).then(5_500)
        .when(age >= 75).then(1_500)
        .when(age >= 7).then(500)
        .otherwise(1_500),
        c2s=pl.when(pl.col("vu") & pl.col("c2s")).then(1_000).otherwise(0),
    )  # fmt: skip


def par_medecin(medecins: pl.LazyFrame, sommes: pl.LazyFrame) -> pl.LazyFrame:
    installe = pl.col("date_premiere_installation")
    eligible = (pl.col("secteur") == "1") | (
        (pl.col("secteur") == "2") & pl.col("option_tarifaire").is_in(["optam", "optam-aco"])
    )
    rang = OBSERVATION.year - installe.dt.year() + 1
    taux_zone = (
        pl.when((pl.col("zone") != "zip") & ~pl.col("qpv")).then(0)
        .when(rang == 1).then(50)
        .when(rang == 2).then(30)
        .otherwise(10)
    )  # fmt: skip
    taux_senior = pl.when(ans("date_naissance_medecin") >= 67).then(10).otherwise(0)
    majoration = (2 * pl.col("socle") * pl.col("taux_zone") + 100) // 200 + (2 * pl.col("socle") * pl.col("taux_senior") + 100) // 200
    return (
        medecins.filter(eligible)
        .select("medecin", taux_zone=taux_zone, taux_senior=taux_senior)
        .join(sommes, on="medecin")
        .select("medecin", fmt=pl.col("socle") + pl.col("c2s") + majoration)
    )


def calculer(tables: dict[str, pl.LazyFrame]) -> dict[str, int]:
    sommes = par_patient(tables["patient"]).group_by("medecin").agg(pl.all().sum().cast(pl.Int64))
    total = par_medecin(tables["medecin"], sommes).select(pl.col("fmt").sum())
    return {"fmt": total.collect(engine="streaming").item()}
