"""Completed years and months, and dates moved by months: the rule of the end of the month, stated once.

An age is reached on its day of the month; where the day does not exist (29 February, the 31st), on the 1st that
follows. A bound moved by months that falls on a missing day becomes the last day of its month.
"""

from __future__ import annotations

import datetime as dt

from dateutil.relativedelta import relativedelta


def mois_revolus(debut: dt.date, fin: dt.date) -> int:
    """Return the completed months from `debut` to `fin` (negative if `fin` comes first)."""
    return (fin.year - debut.year) * 12 + fin.month - debut.month - (fin.day < debut.day)


def ans_revolus(debut: dt.date, fin: dt.date) -> int:
    """Return the completed years from `debut` to `fin` (negative if `fin` comes first)."""
    return fin.year - debut.year - ((fin.month, fin.day) < (debut.month, debut.day))


def decale(date: dt.date, mois: int) -> dt.date:
    """Return the date moved by `mois` months, clipped to the end of the month."""
    return date + relativedelta(months=mois)
