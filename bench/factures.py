"""Draws, from a seed, the invoices that the checks of billing read: one Parquet file of canonical columns.

    python bench/factures.py FOLDER LINES [GRAINE]

A GP's acts in metropole in 2026, with their majorations and amounts; a few of them against the rules: a SNP for one's own patient, a
SNP with a MHP, more than twenty SNP in a week, five euros too many. A load for the machine, not a picture of the country.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import polars as pl

GRAINE = 20240604
ACTES_PAR_MEDECIN = 5_000
DEBUT = np.datetime64("2026-01-05T08:00", "us")
# What a GP bills, and how often: the codes of one encounter.
COTATIONS = (
    (("G",), 0.55), (("TCG",), 0.05), (("G", "MEG"), 0.08), (("VG", "MD"), 0.07), (("G", "SNP"), 0.12), (("G", "MHP"), 0.04),
    (("G", "SNP", "MHP"), 0.01), (("G", "DEQP003"), 0.04), (("G", "SNP", "SHE"), 0.04),
)  # fmt: skip
EUROS = {"G": "30", "TCG": "25", "MEG": "5", "VG": "30", "MD": "10", "SNP": "15", "MHP": "5", "DEQP003": "14.77", "SHE": "5"}
TROP_CHER = 0.005


def tirer(dossier: Path, lignes: int, graine: int = GRAINE) -> None:
    """Write `factures.parquet` in `dossier`, with at least so many lines."""
    dossier.mkdir(parents=True, exist_ok=True)
    hasard = np.random.default_rng([graine, lignes])
    combien = np.array([len(codes) for codes, _ in COTATIONS])
    poids = np.array([p for _, p in COTATIONS])
    seances = int(lignes / float(combien @ poids)) + 1
    medecins = max(1, lignes // ACTES_PAR_MEDECIN)
    choix = hasard.choice(len(COTATIONS), seances, p=poids / poids.sum())
    medecin = hasard.integers(0, medecins, seances)
    instants = DEBUT + hasard.integers(0, 180 * 24 * 4, seances) * np.timedelta64(900, "s")
    sienne = hasard.random(seances) < 0.6
    lignes_tirees = int(combien[choix].sum())
    table = pl.DataFrame(
        {
            "facture": np.arange(seances),
            "medecin": medecin,
            "patient": hasard.integers(0, lignes // 3 + 1, seances),
            "date_heure": instants,
            "date_naissance": np.datetime64("2026-01-01") - hasard.integers(0, 95 * 365, seances),
            "patientele_mt": sienne,
            "cotation": choix,
        }
    )
    codes = pl.DataFrame({"cotation": range(len(COTATIONS)), "code": [list(codes) for codes, _ in COTATIONS]})
    (
        table.join(codes, on="cotation", how="left", maintain_order="left")
        .with_columns(
            pl.format("F{}", "facture").alias("facture"),
            pl.format("M{}", "medecin").alias("medecin"),
            pl.format("P{}", "patient").alias("patient"),
            pl.col("date_heure").cast(pl.Datetime("us")).dt.replace_time_zone("UTC"),
            specialite=pl.lit("01"), secteur=pl.lit("1"), option_tarifaire=pl.lit("aucune"), departement=pl.lit("75"),
            lieu=pl.when(pl.col("cotation") == 3).then(pl.lit("domicile")).when(pl.col("cotation") == 1)
            .then(pl.lit("teleconsultation")).otherwise(pl.lit("cabinet")),
            regulation=pl.when(pl.col("code").list.contains("SNP")).then(pl.lit("sas")).otherwise(pl.lit("aucune")),
        )
        .drop("cotation")
        .explode("code")
        .with_columns(montant=pl.col("code").replace_strict(list(EUROS), list(EUROS.values())).str.to_decimal(scale=2))
        .with_columns(montant=pl.col("montant") + pl.when(pl.Series(hasard.random(lignes_tirees) < TROP_CHER)).then(5).otherwise(0))
        .write_parquet(dossier / "factures.parquet", compression="zstd")
    )  # fmt: skip


if __name__ == "__main__":
    tirer(Path(sys.argv[1]), int(sys.argv[2]), *(int(graine) for graine in sys.argv[3:4]))
