"""What the tests of the safe share: both engines, an open safe, a clock that they move, passwords that cost little."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from convmed.base import Cle, Coffre, Politique, Utilisateur

from .grappe import RAPIDE, Grappe, grappe

MOT_DE_PASSE = "cheval batterie agrafe"
MOTEURS = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def serveur_postgresql() -> Iterator[Grappe]:
    """A PostgreSQL for all the tests of this process."""
    with grappe(RAPIDE) as lancee:
        yield lancee


@pytest.fixture
def postgresql(serveur_postgresql: Grappe) -> Iterator[str]:
    """The address of an empty PostgreSQL database."""
    adresse = serveur_postgresql.base()
    yield adresse
    serveur_postgresql.oter(adresse)


@pytest.fixture(params=MOTEURS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty base, in each engine."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/base.db"
    adresse: str = request.getfixturevalue("postgresql")
    return adresse


class Horloge:
    """A clock that goes on by itself as a real one does, and that a test may move or stop."""

    def __init__(self) -> None:
        self.avance = dt.timedelta()
        self.arret: dt.datetime | None = None

    def __call__(self) -> dt.datetime:
        return (self.arret or dt.datetime.now(dt.UTC)) + self.avance

    def figer(self) -> None:
        self.arret = dt.datetime.now(dt.UTC)

    def avancer(self, **durees: float) -> None:
        self.avance += dt.timedelta(**durees)


@pytest.fixture
def horloge() -> Horloge:
    return Horloge()


@pytest.fixture
def politique(horloge: Horloge) -> Politique:
    return Politique(argon2=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1), horloge=horloge)


@pytest.fixture
def cle() -> Cle:
    return Cle.nouvelle()


@pytest.fixture
def coffre(url: str, cle: Cle, politique: Politique) -> Iterator[Coffre]:
    with Coffre.ouvrir(url, cle, migrer=True, politique=politique) as ouvert:
        yield ouvert


@pytest.fixture
def equipe(coffre: Coffre) -> Callable[[str], Utilisateur]:
    """Give the account of a role, the same each time; `medecin2` is another doctor."""
    connus: dict[str, Utilisateur] = {}

    def compte(nom: str) -> Utilisateur:
        if nom not in connus:
            connus[nom] = coffre.creer_compte(f"{nom}@cabinet.example", nom.rstrip("23"), MOT_DE_PASSE)  # type: ignore[arg-type]
        return connus[nom]

    return compte
