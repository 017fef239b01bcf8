"""The payments and the dates of the contracts of a dossier: rows, a table, and iCalendar files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl
from icalendar import Calendar, Event

from convmed.dispositifs import Ligne
from convmed.dispositifs.socle import en_euros
from convmed.restitution.contrats import ContratSuivi, Suivi
from convmed.textes.unites import afficher

SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "contrat": pl.Date, "date_versement": pl.Date, "libelle": pl.String, "montant": pl.Decimal(18, 2), "cumul": pl.Decimal(18, 2),
    "echu": pl.Boolean, "etat": pl.String, "motif": pl.String, "precision_date": pl.String, "confiance": pl.String,
    "references": pl.List(pl.String),
}  # fmt: skip
# What the timeline holds once for a contract whatever its date: the file imported again moves it and adds nothing.
UNIQUES = frozenset({"signature", "anniversaire", "versement", "cloture", "fin-de-carence", "formation", "embauche", "resiliation"})


@dataclass(frozen=True, slots=True)
class Versement:
    """One payment of one contract, in cents, with what was paid up to it."""

    contrat: ContratSuivi
    ligne: Ligne
    cumul: int
    echu: bool

    def en_dict(self) -> dict[str, Any]:
        """Return the payment as JSON, in euros."""
        une = self.ligne
        return {
            "contrat": self.contrat.contrat.date_signature.isoformat(),
            "date_versement": une.date_versement.isoformat() if une.date_versement else None,
            "libelle": une.libelle, "montant": en_euros(une.montant), "cumul": en_euros(self.cumul), "echu": self.echu,
            "etat": une.etat, "motif": une.motif, "precision_date": une.precision_date, "confiance": une.confiance,
            "references": list(une.references),
        }  # fmt: skip


def versements(suivi: Suivi) -> list[Versement]:
    """Return the payments of every contract by date, undated ones last, with the running total of what is known."""
    lignes = [(contrat, une) for contrat in suivi.assistants for une in contrat.lignes]
    lignes.sort(key=lambda paire: paire[1].date_versement or dt.date.max)
    cumul, rangees = 0, []
    for contrat, une in lignes:
        cumul += une.montant or 0
        rangees.append(Versement(contrat, une, cumul, une.date_versement is not None and une.date_versement < suivi.au))
    return rangees


def en_table(suivi: Suivi) -> pl.DataFrame:
    """Return the payments as a Polars frame; amounts in euros, as decimals."""
    rangees = [
        {**une.en_dict(), "contrat": une.contrat.contrat.date_signature, "date_versement": une.ligne.date_versement,
         "montant": None if une.ligne.montant is None else Decimal(une.ligne.montant).scaleb(-2), "cumul": Decimal(une.cumul).scaleb(-2)}
        for une in versements(suivi)
    ]  # fmt: skip
    return pl.DataFrame(rangees, schema=SCHEMA)


def chronologie_en_lignes(suivi: Suivi) -> list[dict[str, Any]]:
    """Return every event of every contract by date, then what is to be done."""
    rangees = [
        {"contrat": contrat.contrat.date_signature.isoformat(), **evenement} for contrat in suivi.assistants for evenement in contrat.vie["chronologie"]
    ]
    for contrat in suivi.assistants:
        rangees += [
            {"contrat": contrat.contrat.date_signature.isoformat(), "date": action["echeance"], "evenement": "action", "libelle": action["action"],
             "reference": action["reference"], "montant": None}
            for action in contrat.vie["actions"]
        ]  # fmt: skip
    return sorted(rangees, key=lambda rangee: str(rangee["date"]))


def paiements_en_ics(suivi: Suivi) -> str:
    """Return the dated payments as an iCalendar file; amounts, but nothing about patients."""
    return _calendrier(
        _evenement(
            une.contrat, "versement", une.ligne.libelle, une.ligne.date_versement,
            f"{une.ligne.libelle} : {afficher(une.ligne.montant, 'EUR')}",
            "; ".join(filter(None, (une.ligne.precision_date, une.ligne.motif, *une.ligne.references))),
        )
        for une in versements(suivi)
        if une.ligne.date_versement
    )  # fmt: skip


def suivi_en_ics(suivi: Suivi) -> str:
    """Return the life of the contracts as an iCalendar file: what happened, what is paid, what is to be done."""
    return _calendrier(_evenements(suivi))


def _evenements(suivi: Suivi) -> Iterator[Event]:
    for contrat in suivi.assistants:
        for e in contrat.vie["chronologie"]:
            montant = "" if e["montant"] is None else f" : {afficher(round(e['montant'] * 100), 'EUR')}"
            yield _evenement(contrat, e["evenement"], e["libelle"], dt.date.fromisoformat(e["date"]), e["libelle"] + montant, e["reference"])
        for action in contrat.vie["actions"]:
            jour = dt.date.fromisoformat(action["echeance"])
            yield _evenement(contrat, "action", action["action"], jour, f"À faire au plus tard : {action['action']}", action["reference"])


def _evenement(contrat: ContratSuivi, genre: str, libelle: str, jour: dt.date, titre: str, description: str) -> Event:
    # The identity holds neither the amount nor the rank: a count that comes changes the event, and makes no second one.
    mots = "-".join(mot for mot in "".join(c if c.isalnum() else " " for c in libelle.lower()).split())
    date = "" if genre in UNIQUES or genre == "action" else f"-{jour.isoformat()}"
    evenement = Event()
    evenement.add("uid", f"convmed-assistant-{contrat.contrat.date_signature.isoformat()}-{genre}-{mots}{date}")
    evenement.add("summary", titre)
    evenement.add("dtstart", jour)
    evenement.add("dtstamp", dt.datetime.combine(jour, dt.time(), dt.UTC))
    evenement.add("description", description)
    return evenement


def _calendrier(evenements: Iterable[Event]) -> str:
    calendrier = Calendar()
    calendrier.add("prodid", "-//convmed//contrats//FR")
    calendrier.add("version", "2.0")
    for evenement in evenements:
        calendrier.add_component(evenement)
    return str(calendrier.to_ical(), "utf-8")
