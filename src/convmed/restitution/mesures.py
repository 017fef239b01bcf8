"""The calendar of measures: each day on which a figure begins, changes or ends under a text, and the day signed for it.

It stands in for the annexe 2 of the circular of 31 July 2024, which is missing, and is made from the barème alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import polars as pl
from icalendar import Calendar, Event

from convmed.textes.bareme import CONFIANCES, DEBUT_DES_TEMPS, Figure, Valeur
from convmed.textes.comparaison import Silence, periodes, sens
from convmed.textes.consultation import dispositifs_choisis, en_clair
from convmed.textes.textes import Texte, baremes, textes_connus
from convmed.textes.unites import afficher, base

# Where the acts of the nomenclature and their prices stand.
NOMENCLATURE = ("tarifs", "soins-non-programmes", "telemedecine")
A_LA_DATE_SIGNEE, REPORTEE, AVANCEE = "à la date signée", "reportée", "avancée"
NON_SIGNEE, NON_APPLIQUEE = "non signée", "signée, non appliquée"
SCHEMA = {
    "date": pl.Date, "date_signee": pl.Date, "etat": pl.String, "nature": pl.String, "dispositif": pl.String,
    "figure": pl.String, "libelle": pl.String, "unite": pl.String, "avant": pl.String, "apres": pl.String,
    "changement": pl.String, "reference": pl.String, "reference_report": pl.String, "statut": pl.String,
    "confiance": pl.String,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Etape:
    """A figure from one day on: what a text says of it (`sens`), and the value that says so."""

    du: dt.date
    sens: Any
    valeur: Valeur | None


@dataclass(frozen=True, slots=True)
class Mesure:
    """One change of one figure.

    `date` is the first day under the new value (of an end, the first day without), `None` for what was signed and never
    applied. `date_signee` is the day that the signed text gives to the same value, `None` if it does not know it.
    `report` is the value that stood in its place on that day.
    """

    figure: Figure
    date: dt.date | None
    date_signee: dt.date | None
    avant: Etape
    apres: Etape
    report: Valeur | None = None

    @property
    def etat(self) -> str:
        """Tell the applied day from the signed one."""
        if self.date is None:
            return NON_APPLIQUEE
        if self.date_signee is None:
            return NON_SIGNEE
        if self.date == self.date_signee:
            return A_LA_DATE_SIGNEE
        return REPORTEE if self.date > self.date_signee else AVANCEE

    @property
    def est_un_prix(self) -> bool:
        """Tell a price or a rate from a delay, an age, a list or a maximum."""
        return base(self.figure.unite) in {"EUR", "%"}

    @property
    def nature(self) -> str:
        """Tell whether the figure begins, changes or ends."""
        if self.avant.sens is Silence.SANS_FIGURE:
            return "début"
        return "fin" if self.apres.sens is Silence.SANS_FIGURE else "changement"

    @property
    def changement(self) -> str:
        """Write the old value and the new one for a French reader."""
        return f"{_affiche(self.figure, self.avant)} → {_affiche(self.figure, self.apres)}"

    @property
    def source(self) -> Valeur | None:
        """Return the value that sets the measure; of an end that nobody wrote, the value that ended."""
        return self.apres.valeur or self.avant.valeur

    @property
    def reference(self) -> str:
        """Return the reference of the measure, or the article to look up."""
        return self.source.reference if self.source else self.figure.article

    @property
    def statut(self) -> str | None:
        """Return the standing of the value: signed, applied, proposed or older."""
        return self.source.statut if self.source else None

    @property
    def confiance(self) -> str | None:
        """Return the lesser confidence of the value and of what postponed it: the measure rests on both."""
        connues = [valeur.confiance for valeur in (self.source, self.report) if valeur]
        return max(connues, key=CONFIANCES.index, default=None)

    def en_dict(self) -> dict[str, Any]:
        """Return the measure as a row of the calendar, its dates as dates."""
        return {
            "date": self.date,
            "date_signee": self.date_signee,
            "etat": self.etat,
            "nature": self.nature,
            "dispositif": self.figure.dispositif,
            "figure": self.figure.nom,
            "libelle": self.figure.libelle,
            "unite": self.figure.unite,
            "avant": _ecrite(self.avant),
            "apres": _ecrite(self.apres),
            "changement": self.changement,
            "reference": self.reference,
            "reference_report": self.report.reference if self.report else None,
            "statut": self.statut,
            "confiance": self.confiance,
        }


def dispositifs_de_la_nomenclature() -> list[str]:
    """Return those of the dispositifs of the nomenclature that the project carries."""
    return [nom for nom in NOMENCLATURE if nom in baremes()]


def texte_signe(texte: Texte) -> Texte:
    """Return the signed text that a text applies or lies on: the first of its chain that was signed."""
    connus = textes_connus()
    return next((connus[nom] for nom in texte.chaine if connus[nom].horloge == "signe"), texte)


def mesures(texte: Texte, du: dt.date, au: dt.date, dispositifs: Iterable[str] | None = None) -> list[Mesure]:
    """Return the measures of a text between two days, both included, by date; what was never applied stands last.

    Of all the dispositifs for `None`; `Erreurs` with every name that is unknown.
    """
    signe = texte_signe(texte)
    trouvees = [
        mesure
        for figures in dispositifs_choisis(dispositifs).values()
        for figure in figures.values()
        for mesure in _mesures_de_la_figure(figure, texte, signe)
        if du <= (mesure.date or mesure.date_signee or au) <= au
    ]
    return sorted(trouvees, key=lambda m: (m.date is None, m.date or m.date_signee or au))


def en_table(liste: Iterable[Mesure]) -> pl.DataFrame:
    """Return the measures as a table, one row each; the columns are those of `SCHEMA`, even without a row."""
    return pl.DataFrame([mesure.en_dict() for mesure in liste], schema=SCHEMA)


def en_ics(liste: Iterable[Mesure], texte: Texte) -> str:
    """Return the applied measures as an iCalendar file of all-day events; the same measure always has the same UID."""
    calendrier = Calendar()
    calendrier.add("prodid", "-//convmed//calendrier des mesures//FR")
    calendrier.add("version", "2.0")
    for mesure in liste:
        if mesure.date is None:
            continue
        rangee = mesure.en_dict()
        signee = f"signée pour le {mesure.date_signee:%d/%m/%Y}" if mesure.date_signee else None
        details = (
            rangee["reference"], mesure.etat, signee if mesure.etat in (REPORTEE, AVANCEE) else None,
            rangee["reference_report"], f"confiance : {rangee['confiance']}" if rangee["confiance"] else None,
        )  # fmt: skip
        evenement = Event()
        evenement.add("uid", f"convmed-{texte.id}-{mesure.figure.dispositif}-{mesure.figure.nom}-{mesure.date}")
        evenement.add("summary", f"{mesure.figure.libelle} : {mesure.changement}")
        evenement.add("dtstart", mesure.date)
        evenement.add("dtend", mesure.date + dt.timedelta(days=1))
        # The standard wants a moment here; the clock would make two files of one calendar.
        evenement.add("dtstamp", dt.datetime.combine(mesure.date, dt.time(), dt.UTC))
        evenement.add("transp", "TRANSPARENT")
        evenement.add("description", "; ".join(filter(None, details)))
        calendrier.add_component(evenement)
    return str(calendrier.to_ical(), "utf-8")


def _mesures_de_la_figure(figure: Figure, texte: Texte, signe: Texte) -> list[Mesure]:
    appliquees, signees = _etapes(figure, texte), _etapes(figure, signe)
    dates = _dates_signees(appliquees, signees)
    liste = []
    for avant, apres in pairwise(appliquees):
        signee = dates.get(apres.du)
        reportee = signee is not None and signee < apres.du
        liste.append(Mesure(figure, apres.du, signee, avant, apres, texte.valeur(figure, signee) if reportee and signee else None))
    for avant, apres in pairwise(signees):
        # Of a value that nobody published, nobody can say that it was not applied.
        if apres.sens is not Silence.NON_PUBLIE and apres.du not in dates.values() and _au_jour(appliquees, apres.du).sens != apres.sens:
            liste.append(Mesure(figure, None, apres.du, avant, apres))
    return liste


def _etapes(figure: Figure, texte: Texte) -> list[Etape]:
    """Return the steps of a figure under a text: a value that goes on under another reference is no new step."""
    etapes: list[Etape] = []
    for periode in periodes(figure, texte):
        dit = sens(figure, periode.valeurs[0])
        if not etapes or etapes[-1].sens != dit:
            etapes.append(Etape(periode.du, dit, periode.valeurs[0]))
    return etapes


def _au_jour(etapes: list[Etape], jour: dt.date) -> Etape:
    return next(etape for etape in reversed(etapes) if etape.du <= jour)


def _dates_signees(appliquees: list[Etape], signees: list[Etape]) -> dict[dt.date, dt.date]:
    """Return, for each day applied, the day that was signed for the same value.

    Each signed day answers for one applied day. The same day comes first; then the last signed day before, unless the
    value was applied on it and has only come back; then the first one after.
    """
    possibles = [etape for etape in signees if etape.du != DEBUT_DES_TEMPS]
    trouvees = {e.du: e.du for e in appliquees if any(s.du == e.du and s.sens == e.sens for s in possibles)}
    for etape in appliquees[1:]:
        if etape.du in trouvees:
            continue
        libres = [s for s in possibles if s.sens == etape.sens and s.du not in trouvees.values()]
        libres = [s for s in libres if _au_jour(appliquees, s.du).sens != s.sens or s.du > etape.du]
        avant = [s.du for s in libres if s.du < etape.du]
        if avant or libres:
            trouvees[etape.du] = max(avant) if avant else min(s.du for s in libres)
    return trouvees


def _ecrite(etape: Etape) -> str:
    silence = isinstance(etape.sens, Silence) or etape.valeur is None
    return str(etape.sens.value) if silence else en_clair(etape.valeur.brute if etape.valeur else None)


def _affiche(figure: Figure, etape: Etape) -> str:
    return str(etape.sens.value) if isinstance(etape.sens, Silence) else afficher(etape.sens, figure.unite)
