"""Amounts, rates and points as integers, and back to what is shown."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convmed.textes.unites import afficher, base, echelle, euros, vers_entier, vers_nombre

CENTIMES = st.integers(-(10**12), 10**12)


@pytest.mark.parametrize(
    ("unite", "attendue", "pas"),
    [
        ("EUR/patient/an", "EUR", 100), ("EUR", "EUR", 100), ("% du socle", "%", 100), ("%", "%", 100),
        ("points", "points", 10), ("points/an", "points", 10), ("ans", "ans", 1), ("MEUR", "MEUR", 1),
        ("date relative", "date relative", 1), ("jour de l'année", "jour de l'année", 1), ("versements/an", "versements", 1),
    ],
)  # fmt: skip
def test_base_et_echelle(unite: str, attendue: str, pas: int) -> None:
    assert (base(unite), echelle(unite)) == (attendue, pas)


@given(CENTIMES)
def test_un_montant_revient_a_lui_meme(centimes: int) -> None:
    assert vers_entier(Decimal(centimes).scaleb(-2), "EUR/an") == centimes
    assert Decimal(str(vers_nombre(centimes, "EUR"))) == Decimal(centimes).scaleb(-2)
    assert Decimal(euros(centimes).replace("\N{NARROW NO-BREAK SPACE}", "").replace(",", ".")) == Decimal(centimes).scaleb(-2)


@pytest.mark.parametrize(("valeur", "unite"), [("0.001", "EUR"), ("1.5", "ans"), ("0.05", "points"), ("12.345", "%"), ("NaN", "EUR")])
def test_ce_qui_ne_tombe_pas_juste_est_refuse(valeur: str, unite: str) -> None:
    with pytest.raises(ValueError):
        vers_entier(valeur, unite)


@pytest.mark.parametrize(
    ("valeur", "unite", "ecrit"),
    [
        (123_450, "EUR/an", "1 234,50 €"), (-5, "EUR", "-0,05 €"), (1_000, "% du socle", "10 %"), (1_250, "%", "12,5 %"),
        (2_805, "points", "280,5 points"), (24, "mois", "24 mois"), (12_345, "nombre", "12 345"), (None, "EUR", "manquant"),
        (True, "booléen", "oui"), (False, "booléen", "non"), (dt.date(2025, 12, 31), "date", "31/12/2025"),
        ((4, 6), "liste", "4, 6"), ("zip", "texte", "zip"),
    ],
)  # fmt: skip
def test_afficher_a_la_francaise(valeur: object, unite: str, ecrit: str) -> None:
    sobre = afficher(valeur, unite).replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\N{NO-BREAK SPACE}", " ")
    assert sobre == ecrit
