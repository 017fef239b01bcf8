"""Who presides a commission: the two sections take turns, a calendar year each."""

from __future__ import annotations

import datetime as dt
from typing import Any

from convmed.dispositifs.commissions.entrees import Presidence
from convmed.dispositifs.commissions.figures import AUTRE, COMPOSITION, Figures, hors_des_sources, jour, moment
from convmed.dispositifs.socle import Demande, Resultat
from convmed.textes.bareme import date_relative

RESERVE_PREMIERE = "le texte ne dit pas quelle section préside la première : celle qui est donnée"


def calculer_presidence(demande: Demande, entree: Presidence) -> Resultat:
    """Tell which section presides on a day, and until when (art. 99 to 102-3; circulaire 12 C)."""
    figures = Figures(demande)
    if figures("duree_presidence") is None:
        return hors_des_sources(demande, "preside")
    date = moment(demande)
    installation = entree.installee_le or figures.connue("cpn_installation")
    reserves = [RESERVE_PREMIERE]
    if entree.installee_le is None:
        reserves.append(f"installation supposée le {jour(installation)}, celle de la CPN")
    resultats: dict[str, Any] = {"calendrier": calendrier(figures, entree.premiere, installation, date), "automatique": True,
                                 "reserves": reserves, "references": [COMPOSITION]}  # fmt: skip
    if date < installation:
        motif = f"la commission n'est installée que le {jour(installation)} ({COMPOSITION})"
        return Resultat({"preside": None, "motif": motif, **resultats})
    debut, fin, rang = periode(figures, installation, date)
    preside = entree.premiere if rang % 2 == 0 else AUTRE[entree.premiere]
    return Resultat({
        "preside": preside, "vice_preside": AUTRE[preside], "depuis": debut.isoformat(), "jusqu_au": fin.isoformat(),
        "prochaine_alternance": (fin + dt.timedelta(days=1)).isoformat(), **resultats,
    })  # fmt: skip


def periode(figures: Figures, installation: dt.date, date: dt.date) -> tuple[dt.date, dt.date, int]:
    """Return the first and last day of the presidency that holds a date, and its rank (0 for the first, from the installation)."""
    duree, le = figures.connue("duree_presidence"), figures.connue("jour_d_alternance")

    def alternance(annee: int) -> dt.date:
        return date_relative(f"{le}/n", annee)

    # The year of a presidency is the one in which its alternation falls: the first lasts until the next alternation.
    premiere = installation.year - (installation < alternance(installation.year))
    courante = date.year - (date < alternance(date.year))
    rang = (courante - premiere) // duree
    debut = installation if rang == 0 else alternance(premiere + rang * duree)
    return debut, alternance(premiere + (rang + 1) * duree) - dt.timedelta(days=1), rang


def calendrier(figures: Figures, premiere: str, installation: dt.date, jusqu_au: dt.date) -> list[dict[str, str]]:
    """Return each presidency from the installation to the one that holds a date, and the next."""
    presidences: list[dict[str, str]] = []
    date = installation
    while len(presidences) < 2 or presidences[-1]["du"] <= jusqu_au.isoformat():
        debut, fin, rang = periode(figures, installation, date)
        preside = premiere if rang % 2 == 0 else AUTRE[premiere]
        presidences.append({"du": debut.isoformat(), "au": fin.isoformat(), "preside": preside, "vice_preside": AUTRE[preside]})
        date = fin + dt.timedelta(days=1)
    return presidences
