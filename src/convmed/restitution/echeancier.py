"""The payment calendar: when each line is paid, as a table, a list and an iCalendar file."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from typing import Any

import polars as pl
from icalendar import Calendar, Event

from convmed.restitution.releve import Releve
from convmed.textes.unites import afficher, vers_nombre


def en_table(releve: Releve) -> pl.DataFrame:
    """Return the payments by date, undated ones last, with the running total; amounts in euros."""
    return releve.table().sort("date_versement", nulls_last=True, maintain_order=True).select(
        "date_versement", "dispositif", "libelle", "montant", pl.col("montant").fill_null(0).cum_sum().alias("cumul"),
        "precision_date", "etat",
    )  # fmt: skip


def en_liste(releve: Releve) -> list[dict[str, Any]]:
    """Return the payments by date as JSON objects."""
    cumul, rangees = 0, []
    for ligne in releve.par_date():
        cumul += ligne.montant or 0
        rangees.append(
            {
                "date_versement": ligne.date_versement.isoformat() if ligne.date_versement else None,
                "dispositif": ligne.dispositif,
                "libelle": ligne.libelle,
                "montant": None if ligne.montant is None else vers_nombre(ligne.montant, "EUR"),
                "cumul": vers_nombre(cumul, "EUR"),
                "precision_date": ligne.precision_date,
                "etat": ligne.etat,
            }
        )
    return rangees


def en_ics(releve: Releve) -> str:
    """Return the dated payments as an iCalendar file; amounts, but nothing about patients."""
    calendrier = Calendar()
    calendrier.add("prodid", "-//convmed//echeancier//FR")
    calendrier.add("version", "2.0")
    vues: Counter[str] = Counter()
    for ligne in releve.par_date():
        if ligne.date_versement is None:
            continue
        # The identity holds neither the rank nor the date nor the amount: the file imported again moves an event and adds none.
        quoi = f"{releve.medecin}|{ligne.dispositif}|{ligne.libelle}"
        vues[quoi] += 1
        cle = hashlib.sha256(f"{quoi}|{vues[quoi]}".encode("utf-8", "replace")).hexdigest()[:12]
        evenement = Event()
        evenement.add("uid", f"convmed-{releve.annee}-{releve.texte.id}-{cle}")
        evenement.add("summary", f"{ligne.libelle} : {afficher(ligne.montant, 'EUR')}")
        evenement.add("dtstart", ligne.date_versement)
        evenement.add("dtstamp", dt.datetime.combine(ligne.date_versement, dt.time(), dt.UTC))
        evenement.add("description", "; ".join(filter(None, (ligne.precision_date, *ligne.references))))
        calendrier.add_component(evenement)
    return str(calendrier.to_ical(), "utf-8")
