"""Power cuts: what was acknowledged is there afterwards, whole; what was not is there whole, or is not; the chain holds."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from convmed.base import POSTE, Acte, Cle, Coffre

from .ecrivain import contenu
from .grappe import Grappe, grappe

ECRIVAIN = Path(__file__).with_name("ecrivain.py")
TOURS = 3
PROCESSUS = 2


@pytest.fixture(scope="module")
def serveur_durable() -> Iterator[Grappe]:
    """A PostgreSQL that waits for the disk, as one that keeps anything does."""
    with grappe({}) as lancee:
        yield lancee


def test_sqlite_ne_perd_rien_quand_les_ecrivains_sont_tues(tmp_path: Path, cle: Cle) -> None:
    _eprouver(f"sqlite:///{tmp_path}/base.db", cle, _tuer)


def test_postgresql_ne_perd_rien_quand_les_ecrivains_sont_tues(serveur_durable: Grappe, cle: Cle) -> None:
    _eprouver(serveur_durable.base(), cle, _tuer)


def test_postgresql_ne_perd_rien_quand_le_serveur_est_coupe(serveur_durable: Grappe, cle: Cle) -> None:
    def couper(tues: list[subprocess.Popen[bytes]]) -> None:
        serveur_durable.arreter("immediate")
        _tuer(tues)
        serveur_durable.demarrer()

    _eprouver(serveur_durable.base(), cle, couper)


def _eprouver(url: str, cle: Cle, couper: Callable[[list[subprocess.Popen[bytes]]], None]) -> None:
    """Cut several times, at any moment of the writes; after each cut everything acknowledged until then is checked."""
    graine = random.randrange(2**32)
    hasard = random.Random(graine)
    Coffre.ouvrir(url, cle, migrer=True).fermer()
    acquittes: dict[str, tuple[str, int]] = {}
    for tour in range(TOURS):
        ecrivains = [_lancer(url, cle) for _ in range(PROCESSUS)]
        lus: list[list[bytes]] = [[] for _ in ecrivains]
        lecteurs = [threading.Thread(target=_lire, args=(ecrivain, lignes)) for ecrivain, lignes in zip(ecrivains, lus, strict=True)]
        for lecteur in lecteurs:
            lecteur.start()
        while not all(lus):
            assert all(ecrivain.poll() is None for ecrivain in ecrivains), "un écrivain s'est arrêté de lui-même"
            time.sleep(0.005)
        time.sleep(hasard.uniform(0, 0.3))
        couper(ecrivains)
        for lecteur in lecteurs:
            lecteur.join()
        for ligne in [ligne for lignes in lus for ligne in lignes]:
            fil, id, numero = ligne.decode().split()
            acquittes[id] = (fil, max(int(numero), acquittes.get(id, (fil, 0))[1]))
        _verifier(url, cle, acquittes, f"graine {graine}, tour {tour}")
    assert len(acquittes) >= TOURS * PROCESSUS


def _verifier(url: str, cle: Cle, acquittes: dict[str, tuple[str, int]], lieu: str) -> None:
    with Coffre.ouvrir(url, cle) as coffre:
        presentes = {piece.id: piece.version for piece in coffre.lister(POSTE, "dossier")}
        for id, (fil, dernier) in acquittes.items():
            assert presentes.get(id, 0) >= dernier, f"{lieu} : une version acquittée manque"
            for numero in range(1, presentes[id] + 1):
                assert coffre.ouvrir_piece(POSTE, id, numero).contenu == contenu(fil, numero), lieu
        # The act and its row in the journal are one: neither is ever there without the other.
        inscrits = [entree.piece for entree in coffre.journal() if entree.action in (Acte.PIECE_DEPOSEE, Acte.PIECE_REVISEE)]
        assert {id: inscrits.count(id) for id in presentes} == presentes and set(inscrits) == presentes.keys(), lieu
        assert coffre.verifier_journal() is None, lieu


def _lancer(url: str, cle: Cle) -> subprocess.Popen[bytes]:
    ecrivain = subprocess.Popen([sys.executable, str(ECRIVAIN), url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert ecrivain.stdin is not None
    ecrivain.stdin.write(cle.en_texte().encode())
    ecrivain.stdin.close()
    return ecrivain


def _lire(ecrivain: subprocess.Popen[bytes], lignes: list[bytes]) -> None:
    assert ecrivain.stdout is not None
    for ligne in ecrivain.stdout:
        lignes.append(ligne)


def _tuer(ecrivains: list[subprocess.Popen[bytes]]) -> None:
    for ecrivain in ecrivains:
        os.kill(ecrivain.pid, signal.SIGKILL)
    for ecrivain in ecrivains:
        ecrivain.wait()
