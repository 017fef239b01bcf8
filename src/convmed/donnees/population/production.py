"""Draws a whole population, partition by partition, on several processes: to a folder, or only to measure it."""

from __future__ import annotations

import multiprocessing
import shutil
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from convmed.donnees.extrait import Ecrivain, ouvrir
from convmed.donnees.population.bilan import Ligne, additionner, etablir
from convmed.donnees.population.mesure import Compte, mesurer
from convmed.donnees.population.partition import tirer
from convmed.donnees.population.tirage import nombre_de_partitions
from convmed.textes import Erreurs, Faute

ORIGINE = "synthetique"
GRAINE_MAX = 2**63 - 1
# Three times the country: beyond, it is a slip of the keyboard.
PATIENTS_MAX = 200_000_000
# Measured on a partition, with a margin: patients, acts and the rest, compressed.
OCTETS_PAR_PATIENT = 30

Suivre = Callable[[int, int], None]


@dataclass(frozen=True)
class Population:
    """A drawn population: how many of each kind, and how well it meets the published figures."""

    patients: int
    medecins: int
    evenements: int
    partitions: int
    graine: int
    annee: int
    bilan: list[Ligne]
    reprises: int = 0


def nom_de(rang: int) -> str:
    """Return the name of a partition."""
    return f"{rang:04d}"


def produire(
    patients: int, graine: int, annee: int, dossier: Path | None = None, processus: int = 1, suivre: Suivre | None = None
) -> Population:
    """Draw a population and measure it; with `dossier`, write it there as an extrait.

    A partition already written is read again, not drawn: an interrupted run goes on where it was. `suivre` is told how many
    partitions are done, out of how many. `Erreurs`: more patients than the limit or the disk allows, another extrait there.
    """
    _verifier(patients, graine, dossier)
    ecrivain = Ecrivain(dossier, ORIGINE, graine, annee, {"patients": patients}) if dossier else None
    partitions = nombre_de_partitions(patients)
    reprises = sum(ecrivain.fait(nom_de(rang)) for rang in range(partitions)) if ecrivain else 0
    comptes: dict[str, Compte] = {}
    medecins = evenements = 0
    for fait, partie in enumerate(_executer(partitions, processus, (graine, patients, annee, dossier)), start=1):
        additionner(comptes, partie.comptes)
        medecins, evenements = medecins + partie.medecins, evenements + partie.evenements
        if suivre:
            suivre(fait, partitions)
    if ecrivain and not ecrivain.termine:
        ecrivain.finir()
    elif dossier:
        ouvrir(dossier)
    return Population(patients, medecins, evenements, partitions, graine, annee, etablir(comptes), reprises)


def _verifier(patients: int, graine: int, dossier: Path | None) -> None:
    fautes = []
    if patients > PATIENTS_MAX:
        fautes.append(Faute("trop de patients : trois fois la France est la limite", champ="--patients", valeur=patients, attendu=f"{PATIENTS_MAX} au plus"))
    elif dossier:
        parents = next(lieu for lieu in (dossier, *dossier.resolve().parents) if lieu.exists())
        libres, voulus = shutil.disk_usage(parents).free, patients * OCTETS_PAR_PATIENT
        if voulus > libres:
            fautes.append(Faute(f"il faudrait environ {voulus / 1e9:.1f} Go, le disque en a {libres / 1e9:.1f} de libres".replace(".", ","), champ="--sortie"))
    if patients < 0:
        fautes.append(Faute("nombre de patients négatif", champ="--patients", valeur=patients, attendu="0 ou plus"))
    if not 0 <= graine <= GRAINE_MAX:
        fautes.append(Faute("graine refusée", champ="--graine", valeur=graine, attendu=f"un nombre de 0 à {GRAINE_MAX}"))
    if fautes:
        raise Erreurs(fautes)


@dataclass(frozen=True)
class _Partie:
    comptes: dict[str, Compte]
    medecins: int
    evenements: int


def _executer(partitions: int, processus: int, demande: tuple[int, int, int, Path | None]) -> Iterator[_Partie]:
    """Yield each partition as it is done; no more wait in memory than there are processes."""
    if min(processus, partitions) <= 1:
        yield from (_partie(*demande, rang) for rang in range(partitions))
        return
    # A forked child would inherit the locks of the threads of Polars.
    contexte = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(processus, partitions), mp_context=contexte, initializer=_ignorer_l_interruption) as ouvriers:
        restants = iter(range(partitions))
        en_cours: set[Future[_Partie]] = set()
        try:
            while True:
                for rang in restants:
                    en_cours.add(ouvriers.submit(_partie, *demande, rang))
                    if len(en_cours) >= 2 * processus:
                        break
                if not en_cours:
                    return
                finis, en_cours = wait(en_cours, return_when=FIRST_COMPLETED)
                yield from (fini.result() for fini in finis)
        except BrokenProcessPool:
            faute = Faute("un des processus s'est arrêté, sans doute faute de mémoire", champ="--processus", attendu="moins de processus")
            raise Erreurs([faute]) from None
        except BaseException:
            ouvriers.shutdown(wait=True, cancel_futures=True)
            raise


def _ignorer_l_interruption() -> None:
    """Leave Ctrl-C to the parent: it stops its workers once they have finished the partition in hand."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _partie(graine: int, patients: int, annee: int, dossier: Path | None, rang: int) -> _Partie:
    """Draw a partition, write it if asked to, and measure it; or read it again if it is there."""
    nom = nom_de(rang)
    if dossier and (dossier / nom).is_dir():
        tables = {table: pl.read_parquet(dossier / nom / f"{table}.parquet") for table in ("medecin", "patient", "evenement", "affection")}
    else:
        tables = tirer(graine, patients, rang, annee)
        if dossier:
            Ecrivain(dossier, ORIGINE, graine, annee, {"patients": patients}).ecrire(nom, tables)
    return _Partie(mesurer(tables, annee), tables["medecin"].height, tables["evenement"].height)
