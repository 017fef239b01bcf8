"""What a supervisor measures: how many requests, on which route, how long; never an address, nor who asked."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from prometheus_client import REGISTRY, CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

# Where the workers of one server add up what they measure; prometheus_client reads it when it is imported.
DOSSIER = "PROMETHEUS_MULTIPROC_DIR"
VERBES = frozenset({"GET", "HEAD", "POST"})
DEMANDES = Histogram(
    "convmed_demandes_secondes", "Durée des demandes", ("methode", "route", "statut"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)  # fmt: skip


def noter(methode: str, route: str, statut: int, secondes: float) -> None:
    """Count a request: its route is ours, and its method one of those we answer, so that a stranger makes no series of his own."""
    DEMANDES.labels(methode if methode in VERBES else "autre", route, str(statut)).observe(secondes)


def ecrire(comptes: Mapping[str, int]) -> bytes:
    """Return all that is measured, of every worker, with counts of what is kept."""
    registre: CollectorRegistry = REGISTRY
    if DOSSIER in os.environ:
        registre = CollectorRegistry()
        MultiProcessCollector(registre)  # type: ignore[no-untyped-call]
    gardes = CollectorRegistry()
    gardes.register(Comptes(comptes))
    return generate_latest(registre) + generate_latest(gardes)


class Comptes(Collector):
    """Counts that are read and not kept: a gauge of the library would be added up over the workers."""

    def __init__(self, comptes: Mapping[str, int]) -> None:
        self.comptes = comptes

    def collect(self) -> Iterator[Metric]:
        """Yield each count."""
        for nom, valeur in self.comptes.items():
            yield GaugeMetricFamily(f"convmed_{nom}", nom.replace("_", " "), value=valeur)
