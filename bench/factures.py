"""Draws, from a seed, the invoices that the checks of billing read: one Parquet file of canonical columns.

    python bench/factures.py FOLDER LINES [GRAINE]

GPs' acts in metropole in 2026, with their majorations and amounts, in the order of the dates; a few of them against the rules: a SNP
for one's own patient, a SNP with a MHP, more than twenty SNP in a week, five euros too many. A load for the machine, not a picture of
the country.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import polars as pl

GRAINE = 20240604
ACTES_PAR_MEDECIN = 5_000
DEBUT, JOURS = np.datetime64("2026-01-05T00:00", "us"), 180
# What a GP bills, how often, and at which hours of universal time: the codes of one encounter. More than one in ten asks for a SNP,
# so that some weeks are over the maximum.
COTATIONS = (
    (("G",), 0.55, (7, 18)), (("TCG",), 0.05, (7, 18)), (("G", "MEG"), 0.08, (7, 18)), (("VG", "MD"), 0.07, (12, 16)),
    (("G", "SNP"), 0.12, (7, 17)), (("G", "MHP"), 0.04, (20, 23)), (("G", "SNP", "MHP"), 0.01, (20, 23)), (("G", "DEQP003"), 0.04, (7, 18)),
    (("G", "SNP", "SHE"), 0.04, (18, 19)),
)  # fmt: skip
EUROS = {"G": "30", "TCG": "25", "MEG": "5", "VG": "30", "MD": "10", "SNP": "15", "MHP": "5", "DEQP003": "14.77", "SHE": "5"}
SNP_DU_MEDECIN_TRAITANT, TROP_CHER = 0.03, 0.005
QUART_D_HEURE = np.timedelta64(15 * 60, "s")


def tirer(dossier: Path, lignes: int, graine: int = GRAINE) -> None:
    """Write `factures.parquet` in `dossier`, with about so many lines."""
    dossier.mkdir(parents=True, exist_ok=True)
    hasard = np.random.default_rng([graine, lignes])
    combien = np.array([len(codes) for codes, _, _ in COTATIONS])
    poids = np.array([p for _, p, _ in COTATIONS])
    seances = int(lignes / float(combien @ poids)) + 1
    choix = hasard.choice(len(COTATIONS), seances, p=poids / poids.sum())
    debuts, fins = (np.array([heures[bord] for _, _, heures in COTATIONS])[choix] for bord in (0, 1))
    jours = hasard.integers(0, JOURS, seances)
    quarts = 4 * (24 * jours + debuts) + (hasard.random(seances) * 4 * (fins - debuts)).astype(np.int64)
    avec = {code: np.array([code in codes for codes, _, _ in COTATIONS])[choix] for code in ("SNP", "MEG")}
    sienne = hasard.random(seances) < np.where(avec["SNP"], SNP_DU_MEDECIN_TRAITANT, 0.6)
    ages = np.where(avec["MEG"], hasard.integers(30, 5 * 365, seances), hasard.integers(7 * 365, 79 * 365, seances))
    table = pl.DataFrame(
        {
            "facture": np.arange(seances),
            "medecin": hasard.integers(0, max(1, lignes // ACTES_PAR_MEDECIN), seances),
            "patient": hasard.integers(0, lignes // 3 + 1, seances),
            "date_heure": DEBUT + quarts * QUART_D_HEURE,
            "date_naissance": np.datetime64("2026-01-01", "D") - ages,
            "patientele_mt": sienne,
            "cotation": choix.astype(np.uint8),
        }
    ).sort("date_heure", "facture")
    codes = pl.Series([list(codes) for codes, _, _ in COTATIONS])
    factures = (
        table.with_columns(
            pl.format("F{}", "facture").alias("facture"),
            pl.format("M{}", "medecin").alias("medecin"),
            pl.format("P{}", "patient").alias("patient"),
            pl.col("date_heure").cast(pl.Datetime("us")).dt.replace_time_zone("UTC"),
            specialite=pl.lit("01"), secteur=pl.lit("1"), option_tarifaire=pl.lit("aucune"), departement=pl.lit("75"),
            lieu=pl.when(pl.col("cotation") == 3).then(pl.lit("domicile")).when(pl.col("cotation") == 1)
            .then(pl.lit("teleconsultation")).otherwise(pl.lit("cabinet")),
            regulation=pl.when(pl.Series(avec["SNP"]).gather(pl.Series(table.get_column("facture")))).then(pl.lit("sas")).otherwise(pl.lit("aucune")),
            code=codes.gather(table.get_column("cotation")),
        )
        .drop("cotation")
        .explode("code")
    )  # fmt: skip
    trop = pl.Series(hasard.random(factures.height) < TROP_CHER)
    prix = pl.col("code").replace_strict(list(EUROS), list(EUROS.values())).str.to_decimal(scale=2)
    factures = factures.with_columns(montant=prix + pl.when(trop).then(5).otherwise(0))
    factures.write_parquet(dossier / "factures.parquet", compression="zstd")


if __name__ == "__main__":
    tirer(Path(sys.argv[1]), int(sys.argv[2]), *(int(graine) for graine in sys.argv[3:4]))
