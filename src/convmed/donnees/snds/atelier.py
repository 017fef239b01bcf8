"""The workshop of an import: a folder of intermediate Parquet files beside the partitions, and the engine that writes them.

Every step writes its file whole or not at all, and is not done again: an import that was stopped continues. No identifier
is ever in these files, but its keyed hash; the key, if it is not given (`CONVMED_CLE_NIR`), stays in the workshop, readable
by its owner alone, and goes with it.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import duckdb

from convmed.donnees.fautes import Collecte
from convmed.donnees.nir import VARIABLE
from convmed.donnees.snds import lecture
from convmed.donnees.snds.lecture import MACROS, Fichier
from convmed.textes import Erreurs, Faute, dit_en_francais

DOSSIER = ".snds"
# Of the memory of the machine: the engine writes on disk what goes beyond.
PART_DE_MEMOIRE = 2


class Avancement(Protocol):
    """What the work calls as it advances: the step, and how much of it is done if that is known."""

    def __call__(self, etape: str, fait: int | None = None, total: int | None = None) -> None:
        """Show one more step, or how far a step has come."""


class Atelier:
    """A working folder, the files of each table, and a DuckDB connection bounded in memory."""

    def __init__(self, lieu: Path, fichiers: dict[str, list[Fichier]], avancer: Avancement | None = None) -> None:
        self.lieu, self.fichiers = lieu, fichiers
        self.avancer: Avancement = avancer or (lambda etape, fait=None, total=None: None)
        self.collecte = Collecte()
        lieu.mkdir(mode=0o700, exist_ok=True)
        self.connexion = duckdb.connect(config={"temp_directory": str(lieu / "tmp"), "memory_limit": f"{_memoire()}B"})
        for macro in MACROS:
            self.connexion.execute(macro)
        # A prefix keyed by a hash of the key: 64 bits join the tables of one import and lead back to nobody without it.
        self.connexion.execute(
            f"CREATE OR REPLACE MACRO empreinte(x) AS CAST('0x' || left(sha256('{self._cle()}' || x), 16) AS UBIGINT)"
        )

    def _cle(self) -> str:
        fournie = os.environ.get(VARIABLE, "").encode()
        if not fournie:
            gardee = self.lieu / "cle"
            if not gardee.exists():
                descripteur = os.open(gardee, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(descripteur, "wb") as flux:
                    flux.write(secrets.token_bytes(32))
            fournie = gardee.read_bytes()
        return hashlib.sha256(fournie).hexdigest()

    def fermer(self) -> None:
        """Close the engine."""
        self.connexion.close()

    def stade(self, nom: str) -> Path:
        """Return where the file of a step is."""
        return self.lieu / f"{nom}.parquet"

    def lignes(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        return self.connexion.execute(sql).fetchall()

    def compter(self, sql: str) -> int:
        """Return the one number of a query."""
        return int(self.lignes(sql)[0][0] or 0)

    def copier(self, nom: str, sql: str) -> Path:
        """Write the rows of a query as the file of a step, unless it is already there."""
        lieu = self.stade(nom)
        if not lieu.exists():
            provisoire = lieu.with_suffix(".tmp")
            with _ecriture(lieu):
                self.connexion.execute(f"COPY ({sql}) TO '{_echappe(provisoire)}' (FORMAT parquet, COMPRESSION zstd)")
                provisoire.rename(lieu)
        return lieu

    def copier_en_parties(self, nom: str, sql: str) -> Path:
        """Write the rows of a query in one folder for each value of their column `partie`, unless it is already there."""
        lieu = self.lieu / nom
        if not lieu.exists():
            provisoire = self.lieu / f"{nom}.tmp"
            shutil.rmtree(provisoire, ignore_errors=True)
            provisoire.mkdir()
            with _ecriture(lieu):
                self.connexion.execute(
                    f"COPY ({sql}) TO '{_echappe(provisoire)}' (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (partie))"
                )
                provisoire.rename(lieu)
        return lieu

    def lire(
        self, nom: str, table: str, selection: Callable[[Fichier], str], condition: str = "true", suite: str = ""
    ) -> str:
        """Read the files of a table, one step each, and return the SQL of all their rows (none if the table is not there).

        `selection` gives the columns to keep of a file, `suite` how to group them; rows that have a refused cell are kept
        too, until `lever`.
        """
        fichiers = self.fichiers.get(table, [])
        for rang, fichier in enumerate(fichiers):
            self.avancer(f"{table} : {fichier.nom}", rang, len(fichiers))
            if not self.stade(f"{nom}-{rang:04d}").exists():
                self._lire(f"{nom}-{rang:04d}", fichier, selection(fichier), f"({condition}) {suite}")
        if not fichiers:
            return ""
        return f"(SELECT * EXCLUDE (__faute) FROM read_parquet('{_echappe(self.lieu)}/{nom}-*.parquet'))"

    def _lire(self, nom: str, fichier: Fichier, selection: str, condition: str) -> None:
        try:
            lieu = self.copier(nom, f"SELECT __faute, {selection} FROM {fichier.typee()} AS brut WHERE __faute OR {condition}")
        except (duckdb.IOException, duckdb.InvalidInputException, duckdb.InternalException) as erreur:
            if "write" in str(erreur) or "space" in str(erreur):
                raise Erreurs([Faute("écriture impossible : le disque est plein ou protégé", fichier=str(self.lieu))]) from None
            self.collecte.ajouter(Faute("fichier illisible ou coupé", fichier=fichier.nom))
            return
        mauvaises = lecture.rejets(self.connexion, fichier, self.collecte)
        if self.compter(f"SELECT count(*) FROM read_parquet('{_echappe(lieu)}') WHERE __faute"):
            lecture.situer(self.connexion, fichier, mauvaises, self.collecte)
        if len(self.collecte):
            lieu.unlink()

    def lever(self) -> None:
        """Raise `Erreurs` with the faults of all the files read."""
        self.collecte.lever()


def lister(valeurs: Iterable[object]) -> str:
    """Return values as the inside of a SQL list of text or numbers; a list that holds nothing if there are none."""
    litteraux = [str(v) if isinstance(v, int) else "'" + str(v).replace("'", "''") + "'" for v in valeurs]
    return ", ".join(litteraux) or "NULL"


def _echappe(chemin: Path) -> str:
    return str(chemin).replace("'", "''")


def _memoire() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // PART_DE_MEMOIRE


@contextmanager
def _ecriture(lieu: Path) -> Iterator[None]:
    try:
        yield
    except OSError as erreur:
        raise Erreurs([Faute(f"écriture impossible : {dit_en_francais(erreur)}", fichier=str(lieu))]) from erreur
    except duckdb.OutOfMemoryException:
        raise Erreurs([Faute("la mémoire et le disque ne suffisent pas", fichier=str(lieu),
                             attendu="plus de place là où l'extrait s'écrit ; relancer la commande reprend où elle en était")]) from None  # fmt: skip
