"""What the peers of the country share: where the files are, and the few integers by which their answers are compared."""

from __future__ import annotations

from pathlib import Path

import polars as pl

PROCESSUS = 2


def fichiers(dossier: Path, table: str) -> list[Path]:
    """Return the file of a table in each partition."""
    return sorted(dossier.glob(f"*/{table}.parquet"))


def resumer(medecins: pl.DataFrame) -> dict[str, int]:
    """Return the sum of each column, and the sum weighted by the number of the doctor, which tells who has what."""
    noms = [nom for nom in medecins.columns if nom != "medecin"]
    rang = pl.col("medecin").cast(pl.Int64)
    sommes = medecins.select(
        *(pl.col(nom).cast(pl.Int64).sum() for nom in noms), *((pl.col(nom).cast(pl.Int64) * rang).sum().alias(f"{nom} × médecin") for nom in noms)
    )
    return dict(sorted(sommes.row(0, named=True).items()))
