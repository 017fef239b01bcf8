"""The two engines, made to behave alike: a write waits for its turn, sees all that was acknowledged, and is durable."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from convmed.textes import Erreurs, Faute, dit_en_francais

ATTENDU = "sqlite:///fichier.db, ou postgresql://compte@machine/base"
# Any number does, provided that every process takes the same one.
VERROU = 0x636F6E766D6564
PRAGMAS = {
    # FULL: a commit is on the disk before it is acknowledged, in WAL too.
    "journal_mode": "WAL",
    "synchronous": "FULL",
    "foreign_keys": "ON",
    "secure_delete": "ON",
    "busy_timeout": "30000",
    "temp_store": "MEMORY",
}

# How long a deletion waits for those who read, in milliseconds.
PATIENCE = 2000


def lire_url(texte: str) -> URL:
    """Return the address of a base; `Erreurs`, which never repeats it: it may hold a password."""
    try:
        url = make_url(texte)
    except (ArgumentError, ValueError):
        raise Erreurs([Faute("adresse de base illisible", champ="--base", attendu=ATTENDU)]) from None
    if url.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return url.set(drivername="postgresql+psycopg")
    if url.drivername == "sqlite" and url.database and url.database != ":memory:":
        return url
    raise Erreurs([Faute("cette base n'est pas de celles que convmed sait tenir", champ="--base", attendu=ATTENDU)])


def existe(texte: str) -> bool:
    """Say whether the file of an SQLite base is there; PostgreSQL says it by itself."""
    url = lire_url(texte)
    return url.drivername != "sqlite" or Path(url.database or "").exists()


def moteur(texte: str, *, creer: bool = False) -> Engine:
    """Return the engine of a base, that several threads and processes may use at once. `Erreurs` for its address.

    The file of an SQLite base is made with `creer` only: a mistyped name is not a new base.
    """
    url = lire_url(texte)
    if url.drivername == "sqlite":
        if creer:
            _reserver(Path(url.database or ""))
        elif not existe(texte):
            raise Erreurs([Faute("cette base n'existe pas", champ="--base", fichier=url.database, attendu="d'abord : convmed base migrer")])
        cree = create_engine(url, pool_size=10, max_overflow=40)
        event.listen(cree, "connect", _regler)
        event.listen(cree, "begin", _commencer)
        return cree
    try:
        # A connection that the server closed meanwhile is replaced rather than tried.
        return create_engine(url, pool_size=5, max_overflow=15, pool_pre_ping=True)
    except ModuleNotFoundError:
        raise Erreurs([Faute("PostgreSQL demande un module de plus", champ="--base", attendu="pip install 'convmed[equipe]'")]) from None


@contextmanager
def lecture(moteur: Engine) -> Iterator[Connection]:
    """Give a connection that sees the base at one moment."""
    with moteur.connect().execution_options(**_instantane(moteur)) as connexion, connexion.begin():
        yield connexion


@contextmanager
def ecriture(moteur: Engine) -> Iterator[Connection]:
    """Give a connection that writes alone, and all that it wrote or nothing.

    One writer at a time keeps the journal's chain whole, and what was checked stays true until the commit.
    """
    with moteur.connect().execution_options(ecriture=True) as connexion, connexion.begin():
        if moteur.dialect.name == "postgresql":
            connexion.execute(text("SELECT pg_advisory_xact_lock(:verrou)"), {"verrou": VERROU})
        yield connexion


@contextmanager
def joignable() -> Iterator[None]:
    """Turn what an engine says of a base that cannot be reached into `Erreurs`, without its address."""
    try:
        yield
    except DBAPIError as erreur:
        if isinstance(erreur.orig, Exception) and _est_de_connexion(erreur):
            raise Erreurs([Faute("base injoignable, ou qui n'en est pas une", champ="--base", attendu=ATTENDU)]) from None
        raise


def effacer_les_traces(moteur: Engine) -> None:
    """Make sure that deleted bytes are no longer in the files of SQLite: its log is written back, then emptied.

    Someone who reads a moment of before (a copy being made) keeps them there; they then go at the next deletion, at the
    end of the server or at its start. In PostgreSQL they leave the tables with VACUUM, which it runs by itself.
    """
    if moteur.dialect.name != "sqlite":
        return
    brute = moteur.raw_connection()
    try:
        curseur = brute.cursor()
        curseur.execute(f"PRAGMA busy_timeout={PATIENCE}")
        curseur.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        curseur.fetchall()
        curseur.execute(f"PRAGMA busy_timeout={PRAGMAS['busy_timeout']}")
        curseur.close()
    finally:
        brute.close()


def _est_de_connexion(erreur: DBAPIError) -> bool:
    message = str(erreur.orig)
    return erreur.connection_invalidated or "connect" in message or "unable to open" in message or "not a database" in message


def _instantane(moteur: Engine) -> dict[str, Any]:
    return {"isolation_level": "REPEATABLE READ"} if moteur.dialect.name == "postgresql" else {}


def _reserver(fichier: Path) -> None:
    """Create the file for its owner alone; SQLite gives its log the same rights."""
    try:
        os.close(os.open(fichier, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as erreur:
        raise Erreurs([Faute(f"base inaccessible : {dit_en_francais(erreur)}", champ="--base", fichier=str(fichier))]) from None


def _regler(connexion: Any, _: object) -> None:
    # Transactions begin when `_commencer` says so, and not when the driver guesses.
    connexion.isolation_level = None
    curseur = connexion.cursor()
    for nom, valeur in PRAGMAS.items():
        curseur.execute(f"PRAGMA {nom}={valeur}")
    curseur.close()


def _commencer(connexion: Connection) -> None:
    ecrit = connexion.get_execution_options().get("ecriture")
    connexion.exec_driver_sql("BEGIN IMMEDIATE" if ecrit else "BEGIN")
