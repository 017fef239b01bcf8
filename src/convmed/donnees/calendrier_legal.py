"""Legal holidays and working days, by territory, for one moment or as a table to join on.

`jours_feries.csv` is our own dated table; `metropole` holds the eleven days valid everywhere (Code du travail,
L3133-1), each other territory what it adds: Good Friday and 26 December in Alsace-Moselle (L3134-13), the abolition of
slavery overseas (L3422-2; decree 83-1003 as amended by decree 2012-553). What is kept, and what is not:

- Good Friday is a holiday only in the communes of Alsace-Moselle with a Protestant temple or a mixed church. The
  commune is not known here: the day is a holiday for the whole territory.
- Saint-Martin moved its day from 27 to 28 May in 2019 (interministerial circular of 3 May 2019, under law 2017-256).
- Local customs (mi-carême, Good Friday or Victor Schœlcher in the Antilles, Muslim feasts in Mayotte) are no legal
  holidays and are left out.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    import polars as pl

FICHIER = Path(__file__).with_name("jours_feries.csv")
METROPOLE = "metropole"
# The table also holds 1 January 2032, so that the last day knows what it is the eve of.
PREMIER_JOUR, DERNIER_JOUR = dt.date(2017, 1, 1), dt.date(2031, 12, 31)
UN_JOUR = dt.timedelta(days=1)
SAMEDI = 6

DEPARTEMENTS = MappingProxyType({
    "57": "alsace-moselle", "67": "alsace-moselle", "68": "alsace-moselle",
    "971": "guadeloupe", "972": "martinique", "973": "guyane", "974": "reunion",
    "975": "saint-pierre-et-miquelon", "976": "mayotte", "977": "saint-barthelemy", "978": "saint-martin",
})  # fmt: skip
FUSEAUX = MappingProxyType({
    METROPOLE: "Europe/Paris",
    "alsace-moselle": "Europe/Paris",
    "guadeloupe": "America/Guadeloupe",
    "martinique": "America/Martinique",
    "guyane": "America/Cayenne",
    "reunion": "Indian/Reunion",
    "mayotte": "Indian/Mayotte",
    "saint-barthelemy": "America/St_Barthelemy",
    "saint-martin": "America/Marigot",
    "saint-pierre-et-miquelon": "America/Miquelon",
})  # fmt: skip
TERRITOIRES = tuple(FUSEAUX)


@dataclass(frozen=True, slots=True)
class Jour:
    """What the law says of one day in one territory; `rang_ouvre` counts the working days since the table begins."""

    jour_semaine: int
    jour_ferie: bool
    veille_de_ferie: bool
    lendemain_de_ferie: bool
    rang_ouvre: int


@dataclass(frozen=True, slots=True)
class Moment:
    """A local date and time, and what the law says of that day.

    `minutes` counts from local midnight, `jour_semaine` from 1 (Monday) to 7; the holidays are `None` (not known)
    outside the years of the table.
    """

    date: dt.date
    minutes: int
    jour_semaine: int
    jour_ferie: bool | None
    veille_de_ferie: bool | None
    lendemain_de_ferie: bool | None


def territoire_du_departement(departement: str) -> str:
    """Return the territory whose holidays and time zone a département has (`2A`, `67`, `974`...)."""
    return DEPARTEMENTS.get(departement.strip().upper(), METROPOLE)


def fuseau(territoire: str) -> ZoneInfo:
    """Return the time zone of a territory; `ValueError` if the territory is not known."""
    _exiger(territoire)
    return ZoneInfo(FUSEAUX[territoire])


def est_ferie(date: dt.date, territoire: str) -> bool:
    """Tell whether a day is a legal holiday; `ValueError` outside the table, or for an unknown territory."""
    return _jour(date, territoire).jour_ferie


def jours_ouvres_entre(depart: dt.date, arrivee: dt.date, territoire: str) -> int:
    """Return the working days between two dates, the first not counted, the second counted; negative if it is earlier.

    A working day is one from Monday to Friday that is no holiday. `ValueError` outside the table.
    """
    return _jour(arrivee, territoire).rang_ouvre - _jour(depart, territoire).rang_ouvre


def moment(date_heure: dt.datetime, territoire: str) -> Moment:
    """Return the local day and minute of an instant; `ValueError` if it carries no time zone."""
    if date_heure.utcoffset() is None:
        raise ValueError("cette date et heure n'a pas de fuseau horaire")
    local = date_heure.astimezone(fuseau(territoire))
    jour = calendrier(territoire).get(local.date())
    return Moment(
        local.date(),
        local.hour * 60 + local.minute,
        local.isoweekday(),
        jour.jour_ferie if jour else None,
        jour.veille_de_ferie if jour else None,
        jour.lendemain_de_ferie if jour else None,
    )


@cache
def jours_feries() -> Mapping[str, Mapping[dt.date, str]]:
    """Return the name of each holiday of the table, by territory and date; national days are in every territory."""
    propres: dict[str, dict[dt.date, str]] = {territoire: {} for territoire in TERRITOIRES}
    with FICHIER.open(encoding="utf-8", newline="") as flux:
        for ligne in csv.DictReader(flux):
            propres[ligne["territoire"]][dt.date.fromisoformat(ligne["date"])] = ligne["nom"]
    return {territoire: {**propres[METROPOLE], **siens} for territoire, siens in propres.items()}


@cache
def calendrier(territoire: str) -> Mapping[dt.date, Jour]:
    """Return each day of the table for a territory; `ValueError` if the territory is not known."""
    _exiger(territoire)
    feries = jours_feries()[territoire]
    jours: dict[dt.date, Jour] = {}
    rang, date = 0, PREMIER_JOUR
    while date <= DERNIER_JOUR:
        ferie = date in feries
        rang += date.isoweekday() < SAMEDI and not ferie
        jours[date] = Jour(date.isoweekday(), ferie, date + UN_JOUR in feries, date - UN_JOUR in feries, rang)
        date += UN_JOUR
    return MappingProxyType(jours)


@cache
def table_du_calendrier() -> pl.DataFrame:
    """Return one row a date and territory with the columns of `Jour`, to join dated acts on.

    The working days between two dates are the difference of their `rang_ouvre`; a date outside the table joins nothing.
    """
    import polars as pl  # noqa: PLC0415

    lignes = [
        (
            date,
            territoire,
            jour.jour_semaine,
            jour.jour_ferie,
            jour.veille_de_ferie,
            jour.lendemain_de_ferie,
            jour.rang_ouvre,
        )
        for territoire in TERRITOIRES
        for date, jour in calendrier(territoire).items()
    ]
    schema = {
        "date": pl.Date, "territoire": pl.String, "jour_semaine": pl.Int64, "jour_ferie": pl.Boolean,
        "veille_de_ferie": pl.Boolean, "lendemain_de_ferie": pl.Boolean, "rang_ouvre": pl.Int64,
    }  # fmt: skip
    return pl.DataFrame(lignes, schema=schema, orient="row")


def _jour(date: dt.date, territoire: str) -> Jour:
    jour = calendrier(territoire).get(date)
    if jour is None:
        raise ValueError(f"{date:%d/%m/%Y} : jours fériés connus du {PREMIER_JOUR:%d/%m/%Y} au {DERNIER_JOUR:%d/%m/%Y}")
    return jour


def _exiger(territoire: str) -> None:
    if territoire not in FUSEAUX:
        raise ValueError(f"territoire inconnu « {territoire} », attendu : l'un de {', '.join(TERRITOIRES)}")
