"""How the pages write a value and a sentence."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from convmed.interfaces.web.rendu import en_html, insecables, jour, jour_en_lettres, montant, montant_en_euros, nombre


@pytest.mark.parametrize(("centimes", "signe", "dit"), [
    (0, False, "0,00 €"), (123456, False, "1 234,56 €"), (-5, False, "−0,05 €"), (5, True, "+0,05 €"), (0, True, "0,00 €"), (None, True, "—"),
])  # fmt: skip
def test_un_montant(centimes: int | None, signe: bool, dit: str) -> None:
    assert montant(centimes, signe).replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\N{NO-BREAK SPACE}", " ") == dit


def test_un_montant_deja_en_euros() -> None:
    assert montant_en_euros(Decimal("12.5")) == montant(1250) and montant_en_euros(None) == "—"


def test_un_jour() -> None:
    assert (jour(dt.date(2026, 1, 5)), jour("2026-12-31"), jour(None)) == ("05/01/2026", "31/12/2026", "—")
    assert (jour_en_lettres("2026-08-01"), jour_en_lettres(dt.date(2026, 2, 28))) == ("1er août 2026", "28 février 2026")


def test_un_nombre() -> None:
    assert (nombre(-1234.5), nombre(None)) == ("\N{MINUS SIGN}1\N{NARROW NO-BREAK SPACE}234,5", "—")


@pytest.mark.parametrize(("texte", "lie"), [
    ("rien : tout", "rien_: tout"), (" : suite", "_: suite"), ("« à voir » 10 %", "«_à voir_» 10_%"), ("<b>x</b> ; y", "<b>x</b>_; y"),
    ("a  : b", "a  : b"), ('{"a":1}', '{"a":1}'), ("fin ?", "fin_?"), ("http: //", "http: //"),
])  # fmt: skip
def test_la_ponctuation_tient_a_son_mot(texte: str, lie: str) -> None:
    assert insecables(texte) == lie.replace("_", "\N{NO-BREAK SPACE}")


def test_le_markdown_ne_laisse_pas_passer_de_balise() -> None:
    assert "<script" not in en_html("<script>alert(1)</script>")
    assert "href" not in en_html("[x](javascript:alert(1))")
