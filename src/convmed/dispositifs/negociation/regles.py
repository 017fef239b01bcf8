"""The law of a convention, as plain functions: who may make it, when its measures begin, when it ends.

Sources: code de la sécurité sociale, art. L. 114-4-1, L. 162-14-1 to L. 162-15-2, R. 162-54-4 and R. 162-54-5, as they
stood on 27/03/2026. Figures and dates come in as arguments: nothing here is a number of the law.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from convmed.moteur.calendrier import decale

UN_JOUR = dt.timedelta(days=1)
MOIS_PAR_AN = 12


@dataclass(frozen=True, slots=True)
class Report:
    """The day on which a measure really begins; `cause` is `avis`, `avenant`, `stabilisateur`, or nothing."""

    date: dt.date
    cause: str = ""


def apres_le_stabilisateur(effet: dt.date, au_plus_tot: dt.date | None) -> Report:
    """Return the day of a revalorisation, never before the delay that follows the approval (L. 162-14-1-1 I)."""
    return Report(effet) if au_plus_tot is None or effet >= au_plus_tot else Report(au_plus_tot, "stabilisateur")


def suspendue(effet: dt.date, avis: dt.date | None, imputable: bool) -> bool:
    """Tell whether an opinion of serious risk suspends a revalorisation: one of the same year, still to come (L. 162-14-1-1 II)."""
    return avis is not None and imputable and avis < effet and avis.year == effet.year


def apres_l_avis(effet: dt.date, annee_suivante: dt.date, avenant: dt.date | None) -> Report:
    """Return the day of a suspended revalorisation: that of an avenant, else the first day of the next year.

    An avenant neither brings the measure forward, nor takes it beyond the day on which the suspension ends by itself.
    """
    if avenant is None or avenant >= annee_suivante:
        return Report(annee_suivante, "avis")
    return Report(max(effet, avenant), "avenant")


def colleges_qui_atteignent(parts: Mapping[str, float | None], seuil: Decimal, strictement: bool = False) -> list[str]:
    """Return the colleges whose share reaches a threshold, in percent; `strictement` asks for more than it."""
    return [
        nom
        for nom, part in parts.items()
        if part is not None and (Decimal(str(part)) > seuil if strictement else Decimal(str(part)) >= seuil)
    ]


def terme(debut: dt.date, ans: int) -> dt.date:
    """Return the last day of a text that lasts some years."""
    return decale(debut, MOIS_PAR_AN * ans) - UN_JOUR


def preavis(dernier_jour: dt.date, mois: int) -> dt.date:
    """Return the last day to object to the tacit renewal of a text."""
    return decale(dernier_jour, -mois)
