"""The NIR, replaced while reading by a keyed hash: it is never written, shown nor logged.

The key comes from `CONVMED_CLE_NIR`; without it one is drawn for each reading, so that identifiers join the files of
one dossier and nothing else.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

import polars as pl

VARIABLE = "CONVMED_CLE_NIR"
CLE_COURTE = 16
LONGUEUR_EMPREINTE = 16
_NIR = re.compile(r"[0-9]{5}(?:[0-9]{2}|2[AB])[0-9]{6}(?:[0-9]{2})?")
_ABIME = re.compile(r"[0-9](?:[.,][0-9]+)?[eE][+]?[0-9]{1,2}")
# Spelt in ASCII: the regex engine expands \d and \s to all of Unicode, and compiles them for each file.
CANDIDAT = "^(?:[0-9][0-9ABab ._/\u00a0\u202f-]{11,}|[0-9](?:[.,][0-9]+)?[eE][+]?[0-9]{1,2})$"
_ORNEMENTS = re.compile(r"[\s.\-_/\u00a0\u202f]+")
_ESPACE = "[ .\u00a0\u202f]?"
_DANS_UN_TEXTE = _ESPACE.join(
    ("[1-478]", "[0-9]{2}", "[0-9]{2}", "(?:[0-9]{2}|2[ABab])", "[0-9]{3}", f"[0-9]{{3}}(?:{_ESPACE}[0-9]{{2}})?")
)
MODULO = 97


def cle_attendue(nir: str) -> int:
    """Return the control key of the first 13 characters of a NIR (2A counts as 19, 2B as 18)."""
    return MODULO - int(nir[:13].replace("2A", "19").replace("2B", "18")) % MODULO


def lire_nir(valeur: str) -> str | None:
    """Return the bare characters of what looks like a NIR (13, or 15 with its key), else `None`."""
    nu = _ORNEMENTS.sub("", valeur).upper()
    return nu if _NIR.fullmatch(nu) else None


def sans_nir(texte: pl.Expr) -> pl.Expr:
    """Return free texts with any NIR blotted out."""
    return texte.str.replace_all(_DANS_UN_TEXTE, "[NIR]")


@dataclass(frozen=True)
class Empreintes:
    """What stands in place of the values of a column: `table` for the NIR; `abimees` are the values past reading."""

    table: dict[str, str] = field(default_factory=dict)
    cles_fausses: int = 0
    abimees: tuple[str, ...] = ()

    def appliquer(self, identifiants: pl.Expr) -> pl.Expr:
        """Return a column of identifiers without NIR."""
        return identifiants.replace(list(self.table), list(self.table.values())) if self.table else identifiants

    def appliquer_aux_nir(self, nirs: pl.Expr) -> pl.Expr:
        """Return a column of NIR hashed; what is not a NIR is lost."""
        if not self.table:
            return pl.lit(None, pl.String)
        return nirs.replace_strict(list(self.table), list(self.table.values()), default=None, return_dtype=pl.String)


class Pseudonymes:
    """Replaces NIR by a keyed hash, the same one through the files of one reading."""

    def __init__(self, cle: bytes | None = None) -> None:
        fournie = os.environ.get(VARIABLE, "").encode()
        self._cle = cle or fournie or secrets.token_bytes(32)
        self.cle_trop_courte = not cle and 0 < len(fournie) < CLE_COURTE

    def empreinte(self, nir: str) -> str:
        """Return the hash of a NIR, the same with or without its control key."""
        return hmac.new(self._cle, nir[:13].encode(), hashlib.sha256).hexdigest()[:LONGUEUR_EMPREINTE]

    def empreintes(self, distinctes: Iterable[str], *, rien_que_des_nir: bool = False) -> Empreintes:
        """Return the hash of each NIR among some distinct values.

        `abimees` are the values that a spreadsheet turned into 1,85E+14, or with `rien_que_des_nir` all that is no NIR.
        """
        table: dict[str, str] = {}
        abimees: list[str] = []
        fausses = 0
        for valeur in distinctes:
            nir = lire_nir(valeur)
            if nir is not None:
                table[valeur] = self.empreinte(nir)
                fausses += len(nir) == 15 and int(nir[13:]) != cle_attendue(nir)
            elif rien_que_des_nir or _ABIME.fullmatch(valeur):
                abimees.append(valeur)
        return Empreintes(table, fausses, tuple(abimees))
