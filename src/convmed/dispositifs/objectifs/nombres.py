"""Numbers of collective objectives: read exactly, rounded half up once, written as French or JSON does."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

# Beyond it a value is a typing error.
PLAFOND = 10**12


def en_fraction(ecrit: Any) -> Fraction:
    """Read a number, written or not: `8 558`, `4,6`, `4.6 %`; `ValueError` if it is not one, or beyond all measure."""
    texte = "".join(str(ecrit).split()).removesuffix("%").replace(",", ".").replace("\N{MINUS SIGN}", "-")
    try:
        exact = Decimal(texte)
    except InvalidOperation:
        raise ValueError(ecrit) from None
    if not exact.is_finite() or abs(exact) >= PLAFOND or (exact and exact.adjusted() < -9):
        raise ValueError(ecrit)
    return Fraction(exact)


def arrondir(valeur: Fraction, decimales: int) -> Fraction:
    """Round half up to so many decimals."""
    pas = 10**decimales
    return Fraction((2 * valeur * pas + 1) // 2, pas)


def nombre(valeur: Fraction | None) -> int | float | None:
    """Return a value as JSON writes it; `None` stays so."""
    if valeur is None:
        return None
    return valeur.numerator if valeur.denominator == 1 else float(valeur)


def en_clair(valeur: Fraction, unite: str, decimales: int = 2, signe: bool = False) -> str:
    """Write a value for a French reader: `8 558 contrats`, `-0,7 %`."""
    arrondie = arrondir(valeur, decimales)
    texte = f"{abs(arrondie.numerator * 10**decimales // arrondie.denominator):,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
    if decimales:
        chiffres = texte.replace("\N{NARROW NO-BREAK SPACE}", "").rjust(decimales + 1, "0")
        entiers = f"{int(chiffres[:-decimales]):,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
        fin = chiffres[-decimales:].rstrip("0")
        texte = entiers + (f",{fin}" if fin else "")
    devant = "-" if arrondie < 0 else "+" if signe and arrondie > 0 else ""
    return f"{devant}{texte}\N{NO-BREAK SPACE}{unite}" if unite else f"{devant}{texte}"
