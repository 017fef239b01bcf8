"""The same questions asked of another engine, in one query on every partition: DuckDB, or Spark where it is at hand.

Nothing is kept and nothing is cut: the engine streams, and on a cluster it is the cluster that shares the work.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from convmed.donnees.extrait import TABLES, Ecrivain
from convmed.moteur.denombrement import compter
from convmed.simulation.enquete import reporter
from convmed.simulation.execution import Travail
from convmed.simulation.sources import Source, SurDisque

MEMOIRE_DUCKDB = "2GB"


def calculer_par(moteur: str, travail: Travail) -> pl.DataFrame:
    """Return every doctor with every count, as `execution.executer` does, computed by DuckDB or Spark."""
    with _sur_disque(travail.source) as source:
        fichiers = _fichiers(source)
        medecins = pl.concat([table["medecin"].collect() for table in map(source.extrait.tables, source.partitions)])
        with (_duckdb if moteur == "duckdb" else _spark)(fichiers) as (tables, en_polars):
            comptes = [en_polars(compter(calcul, "medecin", "patient", pris)) for calcul, pris in travail.enquete.questions(tables)]
    return reporter(medecins, comptes)


@contextmanager
def _sur_disque(source: Source) -> Iterator[SurDisque]:
    """Give a population as files: a drawing is written to a temporary folder."""
    if isinstance(source, SurDisque):
        yield source
        return
    with tempfile.TemporaryDirectory(prefix="convmed-") as dossier:
        ecrivain = Ecrivain(Path(dossier) / "extrait", "synthetique", None, source.annee)
        for nom in source.partitions:
            ecrivain.ecrire(nom, source.lire(nom, TABLES))
        yield SurDisque(ecrivain.finir().chemin)


def _fichiers(source: SurDisque) -> dict[str, list[str]]:
    """Return the files of each table, in the order of partitions."""
    trouves: dict[str, list[str]] = {}
    for partition in source.partitions:
        for table, fichier in source.extrait.fichiers(partition).items():
            trouves.setdefault(table, []).append(str(fichier))
    return trouves


@contextmanager
def _duckdb(fichiers: Mapping[str, list[str]]) -> Iterator[tuple[dict[str, Any], Any]]:
    with duckdb.connect() as base:
        base.execute(f"set memory_limit = '{MEMOIRE_DUCKDB}'")
        yield {nom: base.read_parquet(liste) for nom, liste in fichiers.items()}, lambda relation: relation.pl()


@contextmanager
def _spark(fichiers: Mapping[str, list[str]]) -> Iterator[tuple[dict[str, Any], Any]]:
    # Spark is an extra: who does not ask for it does not have it.
    from pyspark.sql import SparkSession  # noqa: PLC0415

    session = SparkSession.builder.getOrCreate()
    yield {nom: session.read.parquet(*liste) for nom, liste in fichiers.items()}, _de_spark


def _de_spark(table: Any) -> pl.DataFrame:
    return pl.from_arrow(table.toArrow())  # type: ignore[return-value]
