"""Draws a partition of the synthetic population, whole: its doctors, all their patients, all the acts of these.

A partition depends on the seed, the size asked for, its rank and the year alone: any process may draw it, in any order.
"""

from __future__ import annotations

import polars as pl

from convmed.donnees.population.actes import tirer_les_actes
from convmed.donnees.population.hasard import Hasard
from convmed.donnees.population.tirage import tirer_les_gens

ANNEE = 2026


def tirer(graine: int, patients: int, rang: int, annee: int = ANNEE) -> dict[str, pl.DataFrame]:
    """Return the tables of a partition: `medecin`, `patient`, `affection`, `evenement`, as an extrait holds them.

    The same arguments give the same tables on any machine. Acts are observed on 31 December of `annee`, the list of
    patients a year before.
    """
    gens, tables = tirer_les_gens(graine, patients, rang, annee)
    return {**tables, "evenement": tirer_les_actes(Hasard(graine, patients, rang, "actes"), gens)}
