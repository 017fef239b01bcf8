"""What is personal in a column: encrypted where it is kept, and found again by a keyed hash."""

from __future__ import annotations

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from convmed.base.cles import Cle

NONCE = 12
# What AES-GCM adds to a text: its nonce and its tag.
SURCOUT = NONCE + 16


class Illisible(Exception):
    """A cell that this key does not open: altered, moved from another row, or written under another key."""


class Chiffre:
    """The cipher of the columns of a database, under one master key."""

    def __init__(self, cle: Cle) -> None:
        self._aes = AESGCM(cle.derivee("colonnes"))
        self._index = cle.derivee("index")

    def fermer(self, clair: bytes, table: str, colonne: str, ligne: str, version: int = 0) -> bytes:
        """Return the encrypted cell. It opens at its own place only, so that nobody can swap two rows."""
        nonce = os.urandom(NONCE)
        return nonce + self._aes.encrypt(nonce, clair, _place(table, colonne, ligne, version))

    def ouvrir(self, cellule: bytes, table: str, colonne: str, ligne: str, version: int = 0) -> bytes:
        """Return what a cell holds; `Illisible` if it is not what was written there under this key."""
        try:
            return self._aes.decrypt(cellule[:NONCE], cellule[NONCE:], _place(table, colonne, ligne, version))
        except (InvalidTag, ValueError):
            raise Illisible(f"{table}.{colonne} {ligne} {version}") from None

    def index(self, usage: str, *morceaux: str) -> bytes:
        """Return the hash under which a value is looked up: without the key, nobody can tell which value it is."""
        return hmac.new(self._index, _joints(usage, *morceaux), hashlib.sha256).digest()


def _place(table: str, colonne: str, ligne: str, version: int) -> bytes:
    return _joints(table, colonne, ligne, str(version))


def _joints(*morceaux: str) -> bytes:
    # Each part with its length: two different lists never give the same bytes.
    octets = [morceau.encode("utf-8", "surrogatepass") for morceau in morceaux]
    return b"".join(len(part).to_bytes(4, "big") + part for part in octets)
