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
from dataclasses import dataclass, field

import polars as pl

VARIABLE = "CONVMED_CLE_NIR"
CLE_COURTE = 16
LONGUEUR_EMPREINTE = 16
_NIR = re.compile(r"\d{5}(?:\d{2}|2[AB])\d{6}(?:\d{2})?")
_ABIME = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d{1,2}")
_ORNEMENTS = re.compile(r"[\s.\-_/\u00a0\u202f]+")
_DANS_UN_TEXTE = r"(?i)\b[1-478][\s.]?\d{2}[\s.]?\d{2}[\s.]?(?:\d{2}|2[ab])[\s.]?\d{3}[\s.]?\d{3}(?:[\s.]?\d{2})?\b"
MODULO = 97


def cle_attendue(nir: str) -> int:
    """Return the control key of the first 13 characters of a NIR (2A counts as 19, 2B as 18)."""
    return MODULO - int(nir[:13].replace("2A", "19").replace("2B", "18")) % MODULO


def lire_nir(valeur: str) -> str | None:
    """Return the bare characters of what looks like a NIR (13, or 15 with its key), else `None`."""
    nu = _ORNEMENTS.sub("", valeur).upper()
    return nu if _NIR.fullmatch(nu) else None


def sans_nir(texte: pl.Series) -> pl.Series:
    """Return free texts with any NIR blotted out."""
    return texte.str.replace_all(_DANS_UN_TEXTE, "[NIR]")


@dataclass(frozen=True)
class Remplacement:
    """A column without NIR: how many distinct ones were replaced, whose key is wrong, which rows are unreadable."""

    serie: pl.Series
    remplaces: int = 0
    cles_fausses: int = 0
    abimes: pl.Series | None = field(default=None, repr=False)


class Pseudonymes:
    """Replaces NIR by a keyed hash, the same one through the files of one reading."""

    def __init__(self, cle: bytes | None = None) -> None:
        fournie = os.environ.get(VARIABLE, "").encode()
        self._cle = cle or fournie or secrets.token_bytes(32)
        self.cle_trop_courte = not cle and 0 < len(fournie) < CLE_COURTE

    def empreinte(self, nir: str) -> str:
        """Return the hash of a NIR, the same with or without its control key."""
        return hmac.new(self._cle, nir[:13].encode(), hashlib.sha256).hexdigest()[:LONGUEUR_EMPREINTE]

    def remplacer(self, serie: pl.Series, *, rien_que_des_nir: bool = False) -> Remplacement:
        """Return a column of identifiers where each NIR is hashed.

        With `rien_que_des_nir` any other value is lost too (null) and its rows are told by `abimes`; without it, only
        values that a spreadsheet turned into 1,85E+14 are.
        """
        distinctes = serie.drop_nulls().unique().to_list()
        empreintes: dict[str, str] = {}
        abimees: list[str] = []
        fausses = 0
        for valeur in distinctes:
            nir = lire_nir(valeur)
            if nir is not None:
                empreintes[valeur] = self.empreinte(nir)
                fausses += len(nir) == 15 and int(nir[13:]) != cle_attendue(nir)
            elif rien_que_des_nir or _ABIME.fullmatch(valeur):
                abimees.append(valeur)
        masque = serie.is_in(abimees) if abimees else None
        if not empreintes and not rien_que_des_nir:
            return Remplacement(serie, abimes=masque)
        anciennes, nouvelles = list(empreintes), list(empreintes.values())
        if rien_que_des_nir:
            sans = serie.replace_strict(anciennes, nouvelles, default=None, return_dtype=pl.String)
        else:
            sans = serie.replace(anciennes, nouvelles)
        return Remplacement(sans, len(empreintes), fausses, masque)
