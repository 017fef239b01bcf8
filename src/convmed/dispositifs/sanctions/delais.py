"""Deadlines: pure arithmetic of dates, and the choice of a delay by the text in force on the day it starts.

In days, the day of departure does not count and every day does (reading 57); in months and years, from day of the month
to the same day, or the last one of a shorter month (reading 59; code de procédure civile, art. 641).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from dateutil.relativedelta import relativedelta

from convmed.donnees.calendrier_legal import METROPOLE, UN_JOUR, est_ferie
from convmed.textes import Figure, Texte, Valeur
from convmed.textes.unites import base

UNITES = ("jours", "mois", "ans")
APRES, AVANT, PAS_AVANT, AU_MOINS, DUREE, JOUR = SENS = ("apres", "avant", "pas-avant", "au-moins", "duree", "jour")
SAMEDI = 6


@dataclass(frozen=True, slots=True)
class Terme:
    """What a delay gives from a day: its last day (the first lawful one for a waiting time), and what it rests on.

    `date` is `None` if no text read sets the delay on that day; `anterieur` is then what the former text would have
    given. `depart` is the day from which it was really counted: the first of the text, for a step older than it.
    """

    date: dt.date | None
    depart: dt.date
    valeurs: tuple[Valeur, ...] = ()
    motif: str = ""
    anterieur: Terme | None = None

    @property
    def duree(self) -> str:
        """Return the delay in words: `15 jours`, `1 mois puis 15 jours`."""
        return " puis ".join(f"{valeur.calcul} {accorder(valeur)}" for valeur in self.valeurs)


def accorder(valeur: Valeur) -> str:
    """Return the unit of a delay, agreed: `1 jour`, `3 ans`."""
    unite = base(valeur.figure.unite)
    return unite.removesuffix("s") if valeur.calcul == 1 and unite != "mois" else unite


def ajouter(depart: dt.date, valeurs: Iterable[Valeur], signe: int = 1) -> dt.date:
    """Return a day moved by delays one after the other, backwards if `signe` is -1."""
    for valeur in valeurs:
        nombre = signe * int(valeur.calcul)
        jours, mois, ans = (nombre if base(valeur.figure.unite) == unite else 0 for unite in UNITES)
        depart += relativedelta(days=jours, months=mois, years=ans)
    return depart


def calculer_terme(depart: dt.date, valeurs: tuple[Valeur, ...], sens: str) -> dt.date:
    """Return the day that delays give: last one to act, first one allowed, or last one of a duration begun that day."""
    if sens == AVANT:
        return ajouter(depart, valeurs, -1)
    arrivee = ajouter(depart, valeurs)
    return arrivee + UN_JOUR if sens == PAS_AVANT else arrivee - UN_JOUR if sens == DUREE else arrivee


def terme(texte: Texte, figures: tuple[Figure, ...], depart: dt.date, sens: str, fait_le: dt.date | None = None) -> Terme:
    """Return the term of delays from a day, under the text in force on it.

    A delay that the text had not yet set on that day runs from the day it sets it, unless the step was done before;
    a delay that ended with an older text is given as `anterieur` only.
    """
    lues = tuple(texte.valeur(figure, depart) for figure in figures)
    if all(lues):
        valeurs = tuple(valeur for valeur in lues if valeur is not None)
        return Terme(calculer_terme(depart, valeurs, sens), depart, valeurs)
    absente = next(figure for figure, valeur in zip(figures, lues, strict=True) if valeur is None)
    venues = tuple(prochaine(texte, figure, depart) for figure in figures)
    entree = max((valeur.du for valeur in venues if valeur is not None), default=depart)
    if all(venues) and sens != AVANT and (fait_le is None or fait_le >= entree):
        valeurs = tuple(valeur for valeur in venues if valeur is not None)
        return Terme(calculer_terme(entree, valeurs, sens), entree, valeurs)
    passees = tuple(precedente(texte, figure, depart) for figure in figures)
    anterieur = None
    if all(passees):
        valeurs = tuple(valeur for valeur in passees if valeur is not None)
        anterieur = Terme(calculer_terme(depart, valeurs, sens), depart, valeurs)
    if any(venues) and not any(passees):
        return Terme(None, depart, motif=f"aucun délai avant le {entree:%d/%m/%Y}")
    return Terme(None, depart, motif=f"{absente.libelle} : non publié, voir {absente.article}", anterieur=anterieur)


def prochaine(texte: Texte, figure: Figure, date: dt.date) -> Valeur | None:
    """Return the value in force on a date, or else the first that the text sets later."""
    actuelle = texte.valeur(figure, date)
    suivantes = [v for v in figure.valeurs if v.texte in texte.chaine and v.du > date]
    return actuelle or min(suivantes, key=lambda v: v.du, default=None)


def precedente(texte: Texte, figure: Figure, date: dt.date) -> Valeur | None:
    """Return the value in force on a date, or else the last that an older text had set."""
    actuelle = texte.valeur(figure, date)
    finies = [v for v in figure.valeurs if v.texte in texte.chaine and v.au < date]
    return actuelle or max(finies, key=lambda v: v.au, default=None)


def est_ouvrable(date: dt.date, territoire: str = METROPOLE) -> bool:
    """Tell whether a day is neither a Saturday, a Sunday nor a holiday; `ValueError` outside the table of holidays."""
    return date.isoweekday() < SAMEDI and not est_ferie(date, territoire)


def premier_jour_ouvrable(date: dt.date, territoire: str = METROPOLE) -> dt.date:
    """Return the day itself or the next working one (code de procédure civile, art. 642)."""
    while not est_ouvrable(date, territoire):
        date += UN_JOUR
    return date
