"""No text of a CSV is computed by the spreadsheet that opens it; what is no formula is written as it is."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convmed.restitution.fichier_csv import en_csv, sans_formule, table_en_csv

DANGEREUX = ("=1+1", "=cmd|' /C calc'!A0", "+SUM(A1)", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "-A1", "+33 1 02 (fax)", "-1;=2")
INOFFENSIFS = ("", "-", "+", "-12", "+3,5", "-1 234,50 €", "-1\u202f234,50\u00a0€", "-25 %", "a=1", "12", "— rien", "'=1", "P-1")


def lire(contenu: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(contenu, newline=""), delimiter=";"))


@pytest.mark.parametrize("texte", DANGEREUX)
def test_une_formule_devient_un_texte(texte: str) -> None:
    assert sans_formule(texte) == "'" + texte
    assert lire(en_csv([{"a": texte}]))[1] == ["'" + texte.replace("\r", "\n")]
    assert lire(table_en_csv(pl.DataFrame({"a": [texte]})))[1] == ["'" + texte]


@pytest.mark.parametrize("texte", INOFFENSIFS)
def test_le_reste_ne_change_pas(texte: str) -> None:
    assert sans_formule(texte) == texte
    assert lire(en_csv([{"a": texte, "b": "x"}]))[1] == [texte, "x"]
    assert lire(table_en_csv(pl.DataFrame({"a": [texte], "b": ["x"]})))[1] == [texte, "x"]


def test_les_nombres_et_les_vides_ne_changent_pas() -> None:
    table = pl.DataFrame({"n": [-1, None], "d": [Decimal("-1.50"), None], "t": [None, "x"], "l": [["=1", "b"], ["b", "=1"]]})
    assert table_en_csv(table) == "n;d;t;l\n-1;-1.50;;'=1 | b\n;;x;b | =1\n"
    assert en_csv([{"n": -1, "d": Decimal("-1.50"), "t": None}]) == "n;d;t\n-1;-1.50;\n"
    assert table_en_csv(pl.DataFrame({"n": [1]})) == "n\n1\n"


@given(st.text(max_size=20) | st.from_regex(r"[=+\-@\t\r][ -~]{0,8}", fullmatch=True))
def test_les_deux_ecritures_disent_pareil(texte: str) -> None:
    ecrit = sans_formule(texte)
    assert ecrit in (texte, "'" + texte)
    assert lire(table_en_csv(pl.DataFrame({"a": [texte], "b": ["x"]})))[1] == [ecrit, "x"]
    assert lire(en_csv([{"a": texte, "b": "x"}]))[1] == [ecrit.replace("\r\n", "\n").replace("\r", "\n"), "x"]
    # What begins as a formula and stays holds no letter, no parenthesis, no reference: nothing to compute.
    if ecrit == texte and texte[:1] in tuple("=+-@\t\r\n") and texte:
        assert not any(c.isalpha() or c in "()!=*/" for c in texte)
