"""What the server said it kept, it has: after `kill -9` in the middle of writes, on both engines."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.base.grappe import Grappe, grappe
from tests.navigateur.conftest import attendre

from convmed.base.cles import Cle
from convmed.base.coffre import POSTE, Coffre

EXEMPLE = Path(__file__).parents[2] / "exemples" / "jeune-installe"
MANCHES = 3


@pytest.fixture(scope="module")
def postgresql() -> Iterator[Grappe]:
    with grappe({"fsync": "on", "synchronous_commit": "on"}) as lancee:
        yield lancee


@pytest.fixture(params=["sqlite", "postgresql"])
def base(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/poste.db" if request.param == "sqlite" else request.getfixturevalue("postgresql").base()


def test_rien_de_confirme_ne_se_perd(base: str, port_libre: Callable[[], int], tmp_path: Path) -> None:
    cle, confirmes = Cle.nouvelle(), []
    with Coffre.ouvrir(base, cle, migrer=True):
        pass
    environnement = {**os.environ, "CONVMED_CLE": cle.en_texte()}
    hasard = random.Random(7)
    for _ in range(MANCHES):
        port = port_libre()
        commande = [sys.executable, "-m", "convmed.interfaces", "serveur", "--port", str(port), "--base", base, "--sans-comptes", "--ouvriers", "2"]
        with open(tmp_path / "journal", "ab") as journal, subprocess.Popen(commande, stdout=journal, stderr=journal, env=environnement, start_new_session=True) as serveur:
            attendre(serveur, f"http://127.0.0.1:{port}")
            tueur = threading.Timer(1 + 2 * hasard.random(), os.killpg, (serveur.pid, signal.SIGKILL))
            tueur.start()
            confirmes += deposer_sans_fin(f"http://127.0.0.1:{port}")
            tueur.join()
    assert len(confirmes) >= MANCHES, "le serveur n'a rien eu le temps de garder"
    with Coffre.ouvrir(base, cle) as coffre:
        gardes = {piece.id for piece in coffre.lister(POSTE, "dossier")}
        assert set(confirmes) <= gardes
        assert all(coffre.ouvrir_piece(POSTE, piece).contenu for piece in gardes)
        assert coffre.verifier_journal() is None


def deposer_sans_fin(adresse: str) -> list[str]:
    """Send dossiers as a page does until the server dies; return those whose keeping was announced."""
    from http.client import HTTPException
    from http.cookiejar import CookieJar

    class SansSuivre(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: object) -> None:
            """Keep the answer itself: where it sends is the acknowledgement."""

    ouvreur = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()), SansSuivre)
    confirmes: list[str] = []
    try:
        page = ouvreur.open(f"{adresse}/cabinet", timeout=20).read().decode()
        preuve = re.search(r'name="_jeton" value="([^"]+)"', page)
        assert preuve is not None
        while True:
            corps, genre = formulaire({"_jeton": preuve[1]}, [EXEMPLE / nom for nom in ("cabinet.toml", "patients.csv")])
            try:
                ouvreur.open(urllib.request.Request(f"{adresse}/cabinet/depot", corps, {"content-type": genre}), timeout=20)
            except urllib.error.HTTPError as reponse:
                assert reponse.code == 303, reponse.read().decode()
                confirmes.append(reponse.headers["location"].split("/")[2].split("?")[0])
    except (OSError, HTTPException):
        return confirmes


def formulaire(champs: dict[str, str], fichiers: list[Path]) -> tuple[bytes, str]:
    limite = "----convmed"
    morceaux = [f'--{limite}\r\nContent-Disposition: form-data; name="{nom}"\r\n\r\n{valeur}\r\n'.encode() for nom, valeur in champs.items()]
    for fichier in fichiers:
        entete = f'--{limite}\r\nContent-Disposition: form-data; name="fichiers"; filename="{fichier.name}"\r\nContent-Type: application/octet-stream\r\n\r\n'
        morceaux.append(entete.encode() + fichier.read_bytes() + b"\r\n")
    return b"".join(morceaux) + f"--{limite}--\r\n".encode(), f"multipart/form-data; boundary={limite}"
