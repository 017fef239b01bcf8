"""The meetings of an observatory: which ones count, which periods have none, what is late at a day.

A meeting is not a column of a doctor: these are plain functions, over the figures of `bareme.yaml`.

Sources: convention of 4 June 2024, art. 59-1, 72 and 73; circulaire of 31/07/2024, 8 and 9.2.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from convmed.moteur.calendrier import decale

MOIS_PAR_AN = 12


@dataclass(frozen=True, slots=True)
class Periode:
    """A stretch of the year in which something must happen so many times."""

    du: dt.date
    au: dt.date
    minimum: int = 1

    def manque(self, jours: Iterable[dt.date]) -> int:
        """Return how many are missing in it."""
        return max(0, self.minimum - sum(self.du <= jour <= self.au for jour in jours))


def periodes(annee: int, mois: int) -> Iterator[Periode]:
    """Yield the periods of so many months of a year: two half-years, four quarters."""
    debut = dt.date(annee, 1, 1)
    for rang in range(MOIS_PAR_AN // mois):
        du = decale(debut, rang * mois)
        yield Periode(du, decale(du, mois) - dt.timedelta(days=1))


def annee_entiere(annee: int, minimum: int) -> Periode:
    """Return the year as one period."""
    return Periode(dt.date(annee, 1, 1), dt.date(annee, 12, 31), minimum)


def exigibles(toutes: Iterable[Periode], depuis: dt.date) -> list[Periode]:
    """Return the periods that the observatory can be asked for: those that begin once it exists."""
    return [periode for periode in toutes if periode.du >= depuis]
