"""Runs an enquiry over a population, partition by partition: bounded memory, several processes, resumable.

With a working folder, the state of the patients and the counts are kept there: a run stopped half-way continues, and a
further scenario asks only what nobody asked before.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import blake2s
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path

import polars as pl

from convmed.donnees.extrait import TABLES
from convmed.donnees.fichiers import ecrire_json, ecriture_entiere
from convmed.simulation.application import Application
from convmed.simulation.enquete import Enquete, Questionnaire, verifier
from convmed.simulation.sources import Source, gabarit
from convmed.textes import Erreurs, Faute, dit_en_francais

IDENTITE = "population.json"
Progression = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Travail:
    """What a worker is told: the population, the texts, and where results are kept if they are."""

    source: Source
    applications: tuple[Application, ...]
    dossier: Path | None = None

    @cached_property
    def enquete(self) -> Enquete:
        """Return the questions, prepared once in each process."""
        return Enquete(self.applications, self.source.schema, gabarit(self.source))

    def neuf(self) -> Travail:
        """Return the same work with nothing prepared yet: what is prepared does not go from a process to another."""
        return Travail(self.source, tuple(replace(application) for application in self.applications), self.dossier)

    def partition(self, nom: str) -> pl.DataFrame:
        """Return the doctors of a partition, with their columns and every count."""
        garde = self._gardes(nom)
        connus = [] if garde is None else garde.columns
        questionnaire = self.enquete.questionnaire(connus)
        tables = self._tables(nom, questionnaire)
        verifier(self.source.schema, tables)
        # Nothing is owed for who has no doctor.
        tables["patient"] = tables["patient"].filter(pl.col("medecin").is_not_null())
        etat = self._etat(nom, tables, questionnaire)
        comptes = questionnaire.compter(etat, tables["medecin"])
        medecins = tables["medecin"] if garde is None else garde
        resultat = medecins.join(comptes, on="medecin", how="left", maintain_order="left")
        if self.dossier is not None:
            _poser(resultat, self.dossier / "comptes" / f"{nom}.parquet")
        return resultat

    def deja(self, nom: str) -> pl.DataFrame | None:
        """Return the doctors of a partition if every count is kept."""
        garde = self._gardes(nom)
        return garde if garde is not None and set(self.enquete.noms) <= set(garde.columns) else None

    def _gardes(self, nom: str) -> pl.DataFrame | None:
        if self.dossier is None or not (fichier := self.dossier / "comptes" / f"{nom}.parquet").exists():
            return None
        return pl.read_parquet(fichier)

    def _tables(self, nom: str, questionnaire: Questionnaire) -> dict[str, pl.DataFrame]:
        """Read what is needed: the acts only if the state of the patients is not kept."""
        if set(questionnaire.etat) - set(self._etats(nom)):
            return self.source.lire(nom, TABLES)
        return self.source.lire(nom, ("medecin", "patient"), questionnaire.entrees)

    def _etats(self, nom: str) -> dict[str, Path]:
        """Return where each column of the state of a partition is kept."""
        lots = [] if self.dossier is None else sorted((self.dossier / "etat" / nom).glob("*.parquet"))
        return {colonne: lot for lot in lots for colonne in pl.read_parquet_schema(lot)}

    def _etat(self, nom: str, tables: dict[str, pl.DataFrame], questionnaire: Questionnaire) -> pl.DataFrame:
        """Return the patients with the state that is read: taken from the acts once, then from the working folder."""
        gardes = self._etats(nom)
        patients, voulues = tables["patient"], set(questionnaire.etat)
        for lot in sorted({gardes[colonne] for colonne in voulues if colonne in gardes}):
            patients = patients.hstack(pl.read_parquet(lot, columns=sorted(colonne for colonne in voulues if gardes.get(colonne) == lot)))
        etat = questionnaire.recensement.completer({**tables, "patient": patients})
        nouvelles = sorted(voulues - set(gardes))
        if self.dossier is not None and nouvelles:
            cle = blake2s(" ".join(nouvelles).encode(), digest_size=8).hexdigest()
            _poser(etat.select(nouvelles), self.dossier / "etat" / nom / f"{cle}.parquet", rapide=True)
        return etat


def executer(travail: Travail, processus: int = 1, progression: Progression | None = None) -> pl.DataFrame:
    """Return every doctor of a population, with its columns and every count; the same whatever the processes.

    `processus` partitions are read at once, each on one core. `Erreurs` if the working folder is of another population.
    """
    avancer = progression or (lambda etape, fait, total: None)
    if travail.dossier is not None:
        _accueillir(travail.dossier, travail.source)
    noms = travail.source.partitions
    resultats = {nom: garde for nom in noms if (garde := travail.deja(nom)) is not None}
    restent = [nom for nom in noms if nom not in resultats]
    avancer("partitions", len(resultats), len(noms))
    for nom, resultat in zip(restent, _partitions(travail, restent, processus), strict=True):
        resultats[nom] = resultat
        avancer("partitions", len(resultats), len(noms))
    return pl.concat([resultats[nom] for nom in noms], how="diagonal")


def _partitions(travail: Travail, noms: list[str], processus: int) -> Iterator[pl.DataFrame]:
    if min(processus, len(noms)) <= 1:
        yield from map(travail.partition, noms)
        return
    # Read once, and sent along: each process would open every file again.
    _ = travail.source.schema
    with _un_coeur_chacun(), ProcessPoolExecutor(min(processus, len(noms)), get_context("spawn"), _preparer, (travail.neuf(),)) as groupe:
        yield from groupe.map(_une_partition, noms)


_TRAVAIL: list[Travail] = []


def _preparer(travail: Travail) -> None:
    _TRAVAIL[:] = [travail]


def _une_partition(nom: str) -> pl.DataFrame:
    return _TRAVAIL[0].partition(nom)


@contextmanager
def _un_coeur_chacun() -> Iterator[None]:
    """Let each process that is started use one core: two that use two each would wait for one another."""
    avant = os.environ.get("POLARS_MAX_THREADS")
    os.environ["POLARS_MAX_THREADS"] = "1"
    try:
        yield
    finally:
        os.environ.pop("POLARS_MAX_THREADS") if avant is None else os.environ.__setitem__("POLARS_MAX_THREADS", avant)


def _accueillir(dossier: Path, source: Source) -> None:
    """Begin a working folder, or take up one of the same population and the same version."""
    identite = json.loads(json.dumps({"convmed": version("convmed"), **source.identite}))
    fichier = dossier / IDENTITE
    try:
        if fichier.exists():
            if json.loads(fichier.read_text("utf-8")) != identite:
                raise Erreurs([Faute("ce dossier de travail est celui d'une autre population, ou d'une autre version", fichier=str(dossier),
                                     champ="--travail", attendu="un dossier vide, ou celui de la même population")])  # fmt: skip
            return
        if dossier.exists() and any(dossier.iterdir()):
            raise Erreurs([Faute("ce dossier n'est pas vide", fichier=str(dossier), champ="--travail", attendu="un dossier vide")])
        dossier.mkdir(parents=True, exist_ok=True)
        ecrire_json(fichier, identite)
    except (OSError, ValueError) as erreur:
        quoi = dit_en_francais(erreur) if isinstance(erreur, OSError) else f"{IDENTITE} est illisible"
        raise Erreurs([Faute(f"dossier de travail inutilisable : {quoi}", fichier=str(dossier), champ="--travail")]) from erreur


def _poser(table: pl.DataFrame, chemin: Path, rapide: bool = False) -> None:
    """Write a Parquet file that appears whole or not at all: what a stopped run leaves can be trusted.

    `rapide` is for what is read again and again: a third larger, read three times as fast.
    """
    chemin.parent.mkdir(parents=True, exist_ok=True)
    with ecriture_entiere(chemin) as fichier:
        table.write_parquet(fichier, compression="lz4" if rapide else "zstd", statistics=not rapide)
