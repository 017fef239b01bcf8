"""Units of figures and results, and the integer scale in which each one is computed.

Amounts are integer cents, rates integers per 10,000, points integer tenths: no float enters a rule.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

ECHELLES = {"EUR": 100, "MEUR": 1, "%": 100, "points": 10}
# Beyond it a product of two figures would pass the 64 bits of the engines.
PLAFOND = 10**13
UNITES_SANS_NOMBRE = frozenset({"date", "date relative", "jour de l'année", "booléen", "texte", "liste"})


def base(unite: str) -> str:
    """Return the base of a unit: `EUR/patient/an` gives `EUR`, `% du socle` gives `%`."""
    return unite if unite in UNITES_SANS_NOMBRE else unite.partition("/")[0].partition(" ")[0]


def echelle(unite: str) -> int:
    """Return how many integer steps of computation make one unit (100 cents for one euro)."""
    return ECHELLES.get(base(unite), 1)


def vers_entier(valeur: object, unite: str) -> int:
    """Convert a written value to the integer of computation; `ValueError` if it does not fall exactly."""
    exact = Decimal(str(valeur)) * echelle(unite)
    if not exact.is_finite() or abs(exact) >= PLAFOND:
        raise ValueError(f"{valeur} {unite} est hors de toute mesure")
    if exact != exact.to_integral_value():
        raise ValueError(f"{valeur} {unite} n'est pas un multiple entier de 1/{echelle(unite)}")
    return int(exact)


def part(montant: int, taux: int) -> int:
    """Return a share of an amount in cents at a rate in 1/10,000, rounded half up to the cent."""
    return (2 * montant * taux + 10_000) // 20_000


def vers_nombre(valeur: int, unite: str) -> int | float:
    """Convert an integer of computation to the number that is shown: euros, percent, points."""
    pas = echelle(unite)
    return valeur if pas == 1 else (valeur // pas if valeur % pas == 0 else valeur / pas)


def afficher(valeur: object, unite: str) -> str:
    """Write a computed value for a French reader: `1 234,50 €`, `10 %`, `31/12/2025`, `oui`."""
    if valeur is None:
        return "manquant"
    if isinstance(valeur, bool):
        return "oui" if valeur else "non"
    if isinstance(valeur, dt.date):
        return valeur.strftime("%d/%m/%Y")
    if isinstance(valeur, (list, tuple)):
        return ", ".join(str(v) for v in valeur)
    if not isinstance(valeur, int):
        return str(valeur)
    if base(unite) == "EUR":
        return f"{euros(valeur)}\N{NO-BREAK SPACE}€"
    nombre = f"{vers_nombre(valeur, unite):,}".replace(",", "\N{NARROW NO-BREAK SPACE}").replace(".", ",")
    suffixe = "" if unite in UNITES_SANS_NOMBRE or base(unite) == "nombre" else f"\N{NO-BREAK SPACE}{base(unite)}"
    return nombre + suffixe


def euros(centimes: int) -> str:
    """Write cents as French euros without the sign of the currency: `1 234,50`."""
    signe, centimes = ("-" if centimes < 0 else ""), abs(centimes)
    entiers = f"{centimes // 100:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
    return f"{signe}{entiers},{centimes % 100:02d}"
