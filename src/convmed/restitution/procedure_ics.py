"""The dates of a procedure as an iCalendar file: its open terms and what is set for a day to come; nobody is named."""

from __future__ import annotations

import datetime as dt

from icalendar import Alarm, Calendar, Event

from convmed.restitution.procedure import Etude, attente

RAPPEL = dt.timedelta(days=-2)


def en_ics(etude: Etude) -> str:
    """Return the terms still open and the events to come, each with a reminder two days before."""
    calendrier = Calendar()
    calendrier.add("prodid", "-//convmed//procedure//FR")
    calendrier.add("version", "2.0")
    for une in etude.suivi.echeances:
        if une.ouverte and une.date is not None:
            depuis = une.origine.etape.nom if une.origine else ""
            titre = f"{une.etape.libelle} ({une.etape.acteur}) : {attente(une)}"
            textes = [une.terme.duree if une.terme else "", une.silence or "", *une.references]
            calendrier.add_component(_evenement(f"{etude.cle}-{une.etape.nom}-{depuis}", titre, une.date, textes))
    for un in etude.suivi.deroulement.evenements:
        if un.date > etude.au:
            calendrier.add_component(_evenement(f"{etude.cle}-{un.etape.nom}", un.etape.libelle, un.date, [un.etape.reference]))
    return str(calendrier.to_ical(), "utf-8")


def _evenement(cle: str, titre: str, date: dt.date, textes: list[str]) -> Event:
    # The identity holds no date: a term that moves changes its event, and makes no second one.
    evenement = Event()
    evenement.add("uid", f"convmed-procedure-{cle}")
    evenement.add("summary", titre)
    evenement.add("dtstart", date)
    evenement.add("dtstamp", dt.datetime.combine(date, dt.time(), dt.UTC))
    evenement.add("description", " ; ".join(filter(None, textes)))
    rappel = Alarm()
    rappel.add("action", "DISPLAY")
    rappel.add("description", titre)
    rappel.add("trigger", RAPPEL)
    evenement.add_component(rappel)
    return evenement
