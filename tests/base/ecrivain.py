"""A process to be killed: it writes pieces without end, and prints a line for each write that the safe acknowledged."""

from __future__ import annotations

import hashlib
import os
import sys
import threading

from convmed.base import POSTE, Cle, Coffre

FILS = 3


def contenu(fil: str, numero: int) -> bytes:
    """Return what a version holds: large enough for several pages, and computed again by who checks."""
    return hashlib.sha256(f"{fil} {numero}".encode()).digest() * (1 + numero * 37 % 400)


def ecrire(coffre: Coffre, fil: str) -> None:
    id = None
    for tour in range(10_000):
        numero = 1 + tour % 5
        if numero == 1:
            id = coffre.deposer(POSTE, "dossier", fil, contenu(fil, 1)).id
        else:
            assert id is not None
            coffre.reviser(POSTE, id, contenu(fil, numero), version_lue=numero - 1)
        # One write: whoever reads gets the whole line or nothing of it.
        os.write(1, f"{fil} {id} {numero}\n".encode())


if __name__ == "__main__":
    ouvert = Coffre.ouvrir(sys.argv[1], Cle.lire(sys.stdin.read()))
    for nom in range(FILS):
        threading.Thread(target=ecrire, args=(ouvert, f"{os.getpid()}-{nom}")).start()
