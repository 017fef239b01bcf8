"""What every calculation of the commissions shares: its figures, its names, what it says when the text is not in the sources."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from dateutil.relativedelta import relativedelta

from convmed.dispositifs.commissions.urps import canonique
from convmed.dispositifs.socle import Demande, Resultat
from convmed.moteur.registre import Contexte
from convmed.textes import Faute
from convmed.textes.unites import vers_nombre

NOM, NEGOCIATION = "commissions", "negociation"
ARTICLES = "art. 99 à 102-3"
COMPOSITION = f"{ARTICLES} ; circulaire 31/07/2024, 12 C"
INSTANCES_REFERENCE = f"{ARTICLES} ; circulaire 31/07/2024, 12"
ORGANISATION = f"{ARTICLES} ; circulaire 31/07/2024, 12 D"
PROFESSIONNELLE, SOCIALE = "professionnelle", "sociale"
AUTRE = {PROFESSIONNELLE: SOCIALE, SOCIALE: PROFESSIONNELLE}
GENERALISTES, SPECIALISTES = "generalistes", "specialistes"
COLLEGES = {GENERALISTES: "généralistes", SPECIALISTES: "spécialistes autres que généralistes"}
CPN, CTPPN, CPR, CPL = "cpn", "ctppn", "cpr", "cpl"
PLENIERE, APPEL = "pleniere", "appel"
MILLION = 1_000_000
SiegesParCollege = Mapping[Any, Mapping[str, int]]


class Figures:
    """The figures of the commissions at the date of a case: a name gives the value, or nothing if it is not in the text."""

    def __init__(self, demande: Demande) -> None:
        self.contexte: Contexte = demande.contexte(moment(demande))

    def __call__(self, nom: str) -> Any:
        """Return a figure at the date of the case, or nothing if the text has none."""
        return self.contexte.figure(NOM, nom)[1]

    def connue(self, nom: str) -> Any:
        """Return a figure that the text is known to have."""
        valeur = self(nom)
        assert valeur is not None, nom
        return valeur

    def syndicats(self, nom: str) -> tuple[str, ...] | None:
        """Return the unions of a list of the negotiation (`signataires`, `non_signataires`), by their usual names."""
        lus = self.contexte.figure(NEGOCIATION, nom)[1]
        return None if lus is None else tuple(canonique(lu) for lu in lus)

    def non_publiee(self, nom: str) -> str:
        """Say that nobody published a figure, and where it would stand."""
        figure = self.contexte.figures[NOM][nom]
        return f"{figure.libelle} : non publié, voir {figure.article}"


def moment(demande: Demande) -> dt.date:
    """Return the day of a case: without one, the last of its exercise, when the commissions of the year are installed."""
    return demande.date or dt.date(demande.annee, 12, 31)


def hors_des_sources(demande: Demande, champ: str) -> Resultat:
    """Answer that the rules of the text are not in the sources: `champ` is not known, and why."""
    motif = f"les règles de ce texte ne sont pas dans les sources à cette date ({demande.texte.libelle})"
    return Resultat({champ: None, "motif": motif})


def nombre(valeur: Fraction) -> int | float:
    """Return an exact number as JSON shows it: an integer, or six decimals, rounded half up."""
    millioniemes = (2 * valeur.numerator * MILLION + valeur.denominator) // (2 * valeur.denominator)
    if millioniemes % MILLION == 0:
        return millioniemes // MILLION
    return float(Decimal(millioniemes) / MILLION)


def part(dix_milliemes: int) -> int | float:
    """Return a rate of the figures as the contract writes it: a fraction."""
    return nombre(Fraction(dix_milliemes, 10_000))


def pour_cent(dix_milliemes: int) -> str:
    """Write a rate of the figures for a French reader."""
    return f"{vers_nombre(dix_milliemes, '%')}".replace(".", ",") + "\N{NO-BREAK SPACE}%"


def plus_mois(date: dt.date, mois: int) -> dt.date:
    """Return the same day some months later, or the last day of a shorter month (reading 59)."""
    return date + relativedelta(months=mois)


def jour(date: dt.date) -> str:
    """Write a date for a French reader."""
    return f"{date:%d/%m/%Y}"


def fautes_de_formation(formation: str, instance: str | None) -> list[Faute]:
    """Return the fault of an instance that hears no appeal: a doctor appeals to the CPN."""
    if formation == APPEL and instance not in (None, CPN):
        return [Faute("valeur refusée", champ="entree.formation", valeur=formation, attendu="pleniere : l'appel se juge en CPN")]
    return []


def accord(combien: int, mot: str) -> str:
    """Write a count and its noun: `1 siège`, `3 sièges`."""
    return f"{combien} {mot}{'s' if combien > 1 else ''}"
