"""A PostgreSQL of one's own for the tests: started in a private folder, spoken to through a socket, gone afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

# fsync: what a test of the database itself needs, and all the others wait for.
RAPIDE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
REGLAGES = {"listen_addresses": "", "max_connections": "200", "shared_buffers": "32MB", "log_min_messages": "fatal"}


class Grappe:
    """A PostgreSQL server; `base()` gives the address of an empty database."""

    def __init__(self, dossier: Path, reglages: dict[str, str]) -> None:
        self.dossier, self.reglages = dossier, REGLAGES | {"unix_socket_directories": str(dossier)} | reglages
        self._executer("initdb", "--pgdata", self._donnees, "--no-sync", "--auth", "trust", "--username", "convmed", "--encoding", "UTF8", "--locale", "C")

    def demarrer(self) -> None:
        options = " ".join(f"-c {nom}={valeur or chr(39) * 2}" for nom, valeur in self.reglages.items())
        self._executer("pg_ctl", "--pgdata", self._donnees, "--log", str(self.dossier / "journal"), "--wait", "--timeout", "60", "-o", options, "start")

    def arreter(self, mode: str = "fast") -> None:
        """Stop it; `immediate` is what a power cut leaves."""
        self._executer("pg_ctl", "--pgdata", self._donnees, "--wait", "--timeout", "60", "--mode", mode, "stop")

    def base(self) -> str:
        nom = f"essai_{uuid.uuid4().hex}"
        with psycopg.connect(self._adresse("postgres"), autocommit=True) as connexion:
            connexion.execute(f"CREATE DATABASE {nom}".encode())
        return self._adresse(nom)

    def oter(self, adresse: str) -> None:
        """Remove a database, and end the connections that it still has."""
        nom = adresse.removeprefix("postgresql://convmed@/").partition("?")[0]
        with psycopg.connect(self._adresse("postgres"), autocommit=True) as connexion:
            connexion.execute(f"DROP DATABASE IF EXISTS {nom} WITH (FORCE)".encode())

    @property
    def _donnees(self) -> str:
        return str(self.dossier / "donnees")

    def _adresse(self, base: str) -> str:
        return f"postgresql://convmed@/{base}?host={self.dossier}"

    def _executer(self, outil: str, *arguments: str) -> None:
        # PostgreSQL refuses to run as root: it then runs as the account that Debian made for it.
        prefixe = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        # The server keeps what it inherits: a pipe here would never close.
        with tempfile.TemporaryFile() as sortie:
            fini = subprocess.run([*prefixe, _outil(outil), *arguments], stdout=sortie, stderr=sortie, stdin=subprocess.DEVNULL, cwd=self.dossier, check=False)
            sortie.seek(0)
            assert fini.returncode == 0, f"{outil} : {sortie.read().decode(errors='replace')}"


@contextmanager
def grappe(reglages: dict[str, str]) -> Iterator[Grappe]:
    """Give a PostgreSQL that runs, with these settings, and leave nothing behind."""
    # Not under the folder of the tests: the name of a socket is at most 107 bytes, and the other account must get there.
    dossier = Path(tempfile.mkdtemp(prefix="convmed-pg-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(dossier, "postgres", "postgres")
        lancee = Grappe(dossier, reglages)
        lancee.demarrer()
        try:
            yield lancee
        finally:
            lancee.arreter("immediate")
    finally:
        shutil.rmtree(dossier, ignore_errors=True)


def _outil(nom: str) -> str:
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{nom}"), key=lambda chemin: int(chemin.parts[4]))
    trouve = str(debian[-1]) if debian else shutil.which(nom)
    assert trouve, f"PostgreSQL est nécessaire à ces tests : {nom} est introuvable (Debian : apt-get install postgresql)"
    return trouve
