"""The versions of the tables: which one a base is at, and how it goes to another, whole or not at all."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, text

from convmed.base.connexion import ecriture, existe, joignable, lecture, moteur

DERNIERE = "head"


def migrer(url: str, jusqu_a: str = DERNIERE) -> str | None:
    """Bring a base to a version (the last one), and return it. `Erreurs` if the base cannot be reached.

    Several processes may ask for it at once: one does it, the others find it done.
    """
    with joignable():
        ouvert = moteur(url, creer=True)
        try:
            with ecriture(ouvert) as connexion:
                appliquer(connexion, jusqu_a)
                return version_lue(connexion)
        finally:
            ouvert.dispose()


def version(url: str) -> str | None:
    """Return the version of a base, None if it is empty or is not there yet. `Erreurs` if it cannot be reached."""
    if not existe(url):
        return None
    with joignable():
        ouvert = moteur(url)
        try:
            return version_de(ouvert)
        finally:
            ouvert.dispose()


def version_de(ouvert: Engine) -> str | None:
    """Return the version of a base that is open."""
    with lecture(ouvert) as connexion:
        return version_lue(connexion)


def version_lue(connexion: Connection) -> str | None:
    """Return the version that a connection sees."""
    if not inspect(connexion).has_table("alembic_version"):
        return None
    return connexion.execute(text("SELECT version_num FROM alembic_version")).scalar()


def derniere() -> str:
    """Return the version that this convmed works with."""
    tete = ScriptDirectory.from_config(_configuration()).get_current_head()
    assert tete is not None
    return tete


def connue(revision: str) -> bool:
    """Say whether this convmed knows a version: a newer one wrote a base whose version it does not."""
    return revision in {script.revision for script in ScriptDirectory.from_config(_configuration()).walk_revisions()}


def appliquer(connexion: Connection, jusqu_a: str = DERNIERE) -> None:
    """Run the migrations on a connection, up or down, within its transaction."""
    configuration = _configuration()
    configuration.attributes["connexion"] = connexion
    monte = jusqu_a == DERNIERE or (not jusqu_a.startswith("-") and jusqu_a != "base")
    (command.upgrade if monte else command.downgrade)(configuration, jusqu_a)


def _configuration() -> Config:
    configuration = Config()
    # alembic reads its options as an .ini file does, where a % announces a name.
    configuration.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return configuration
