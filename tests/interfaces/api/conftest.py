"""What the tests of the API share: the whole application as it is served, in this process and in one of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from convmed.base.cles import Cle
from convmed.base.coffre import Coffre
from convmed.interfaces.serveur.application import creer_application
from convmed.interfaces.serveur.reglages import Reglages

FMT = "/api/v1/dispositifs/forfait-medecin-traitant/calcul"


@pytest.fixture(scope="session")
def reglages(tmp_path_factory: pytest.TempPathFactory) -> Reglages:
    """Give the settings of a desk, on a base of its own."""
    cle = Cle.nouvelle()
    base = f"sqlite:///{tmp_path_factory.mktemp('base')}/poste.db"
    Coffre.ouvrir(base, cle, migrer=True).fermer()
    return Reglages(base=base, cle=cle.en_texte(), hotes=("testserver",))


@pytest.fixture(scope="session")
def application(reglages: Reglages) -> FastAPI:
    """Give the application of a desk."""
    return creer_application(reglages)


@pytest.fixture(scope="session")
def client(application: FastAPI) -> Iterator[TestClient]:
    """Give a client; what fails is an answer, as it is for a visitor."""
    with TestClient(application, raise_server_exceptions=False) as ouvert:
        yield ouvert


@pytest.fixture(scope="session")
def serveur(reglages: Reglages) -> Iterator[tuple[str, int]]:
    """Give the address of a real server, in a process of its own."""
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        port = prise.getsockname()[1]
    commande = [sys.executable, "-m", "uvicorn", "--factory", "convmed.interfaces.serveur.application:creer",
                "--port", str(port), "--log-level", "warning"]  # fmt: skip
    processus = subprocess.Popen(commande, env={**os.environ, **reglages.en_environnement()}, cwd=Path(__file__).parents[3])
    try:
        attendre(port, processus)
        yield "127.0.0.1", port
    finally:
        processus.terminate()
        processus.wait(20)


def attendre(port: int, processus: subprocess.Popen[Any], secondes: float = 60) -> None:
    fin = time.monotonic() + secondes
    while time.monotonic() < fin and processus.poll() is None:
        try:
            connexion = HTTPConnection("127.0.0.1", port, timeout=5)
            connexion.request("GET", "/sante")
            if connexion.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail("le serveur ne répond pas")


@pytest.fixture
def cas_fmt() -> dict[str, Any]:
    """Give one doctor in ZIP and one patient of 85 in ALD with the C2S: 120 euros."""
    return {
        "annee": 2026,
        "texte": "convention-2024",
        "entree": {
            "medecin": {"secteur": "1", "option_tarifaire": "aucune", "zone": "zip", "qpv": False, "date_naissance": "1980-05-01"},
            "patients": [{"patient": "p1", "date_naissance": "1940-01-01", "ald": True, "c2s": True, "date_derniere_consultation": "2025-06-01"}],
        },
    }
