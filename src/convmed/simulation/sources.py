"""Where a population comes from: an extract on disk, or a drawing made partition by partition as it is needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import duckdb
import polars as pl

from convmed.donnees.entites import REGISTRE
from convmed.donnees.extrait import FACULTATIVES, TABLES, Extrait, ouvrir
from convmed.donnees.population import nombre_de_partitions, tirer
from convmed.simulation.enquete import Schema

# Who has no médecin traitant has no date with one; few doctors are in their first years.
A_TROUS = {"date_premiere_installation", "date_derniere_consultation", "date_declaration_mt"}


class Source(Protocol):
    """A population in partitions, the same each time that they are read; cheap to send to another process."""

    @property
    def annee(self) -> int:
        """Return the exercise for which it is observed."""

    @property
    def patients(self) -> int:
        """Return how many patients it holds."""

    @property
    def identite(self) -> dict[str, Any]:
        """Return what tells it from any other."""

    @property
    def partitions(self) -> list[str]:
        """Return the names of its partitions."""

    @property
    def schema(self) -> Schema:
        """Return what its partitions have alike."""

    def lire(self, partition: str, tables: tuple[str, ...], du_patient: Sequence[str] = ()) -> dict[str, pl.DataFrame]:
        """Return some tables of a partition, in memory; `du_patient` are the columns of the patients that suffice."""


@dataclass(frozen=True)
class SurDisque:
    """An extract."""

    chemin: Path

    @cached_property
    def extrait(self) -> Extrait:
        """Return the extract, opened once."""
        return ouvrir(self.chemin)

    @property
    def annee(self) -> int:
        """Return the exercise of the manifest."""
        return self.extrait.annee

    @property
    def patients(self) -> int:
        """Return the count of the manifest."""
        return self.extrait.patients

    @property
    def identite(self) -> dict[str, Any]:
        """Return what the manifest says."""
        e = self.extrait
        parts = [[p.nom, p.patients, p.medecins, p.evenements] for p in e.partitions]
        return {"origine": e.origine, "graine": e.graine, "annee": e.annee, "parametres": dict(e.parametres), "partitions": parts}

    @property
    def partitions(self) -> list[str]:
        """Return the names of the folders."""
        return [partition.nom for partition in self.extrait.partitions]

    @cached_property
    def schema(self) -> Schema:
        """Return the columns of the first partition; those without a hole are told by the footers of every file."""
        premiers = self.extrait.tables(self.partitions[0]) if self.partitions else {}
        colonnes = {nom: tuple(table.collect_schema().names()) for nom, table in premiers.items()}
        pleines: set[str] | None = None
        for nom in colonnes:
            fichiers = [str(self.extrait.fichiers(partition)[nom]) for partition in self.partitions]
            pleines = (pleines or set()) | _sans_trou(fichiers)
        return Schema(colonnes, frozenset((pleines or set()) & set(REGISTRE.entrees)), tuple(sorted(FACULTATIVES - set(colonnes))))

    def lire(self, partition: str, tables: tuple[str, ...], du_patient: Sequence[str] = ()) -> dict[str, pl.DataFrame]:
        """Read the tables that are there."""
        la = self.extrait.tables(partition)
        if du_patient:
            la["patient"] = la["patient"].select(nom for nom in du_patient if nom in self.schema.colonnes["patient"])
        return {nom: la[nom].collect() for nom in tables if nom in la}


def _sans_trou(fichiers: list[str]) -> set[str]:
    """Return the columns of Parquet files whose statistics count no hole."""
    requete = """
        select path_in_schema from parquet_metadata($fichiers)
        group by 1 having bool_and(stats_null_count is not null) and sum(stats_null_count) = 0
    """
    with duckdb.connect() as base:
        return {nom for (nom,) in base.execute(requete, {"fichiers": fichiers}).fetchall()}


@dataclass(frozen=True)
class Tiree:
    """A synthetic population, drawn again whenever it is read: its seed and its size are all that it is."""

    patients: int
    graine: int
    annee: int

    @property
    def identite(self) -> dict[str, Any]:
        """Return the seed and the size."""
        return {"origine": "synthetique", "graine": self.graine, "annee": self.annee, "patients": self.patients}

    @property
    def partitions(self) -> list[str]:
        """Return the ranks."""
        return [f"{rang:04d}" for rang in range(nombre_de_partitions(self.patients))]

    @cached_property
    def schema(self) -> Schema:
        """Return the schema of the drawing, the same whatever is drawn."""
        tables = tirer(self.graine, 1, 0, self.annee)
        colonnes = {nom: tuple(table.columns) for nom, table in tables.items()}
        remplies = {colonne for noms in colonnes.values() for colonne in noms} & set(REGISTRE.entrees) - A_TROUS
        return Schema(colonnes, frozenset(remplies), tuple(sorted(FACULTATIVES - set(tables))))

    def lire(self, partition: str, tables: tuple[str, ...], du_patient: Sequence[str] = ()) -> dict[str, pl.DataFrame]:
        """Draw the partition: the tables are drawn together."""
        tirees = tirer(self.graine, self.patients, int(partition), self.annee)
        return {nom: tirees[nom] for nom in tables if nom in tirees}


def gabarit(source: Source) -> Mapping[str, pl.DataFrame]:
    """Return the tables of a population without a row, to prepare what is asked of the others."""
    if isinstance(source, Tiree):
        return {nom: table.clear() for nom, table in tirer(source.graine, 1, 0, source.annee).items()}
    premiere = source.partitions[0]
    return {nom: table.clear() for nom, table in source.lire(premiere, TABLES).items()}
