"""Reading the barème: the figures in force at a date under a text."""

from __future__ import annotations

import datetime as dt
from difflib import get_close_matches
from typing import Any

from convmed.textes.bareme import DEBUT_DES_TEMPS, FIN_DES_TEMPS, Figure, Valeur
from convmed.textes.erreurs import Erreurs, Faute
from convmed.textes.textes import Texte, baremes


def figures_en_vigueur(date: dt.date, texte: Texte, dispositif: str | None = None) -> list[dict[str, Any]]:
    """Return one row a figure: its value at the date under the text, or `non publié` with the article to look up.

    Figures that exist only under other texts or at other dates are left out; `Erreurs` for an unknown dispositif.
    """
    tous = baremes()
    if dispositif is not None and dispositif not in tous:
        proches = get_close_matches(dispositif, tous, n=3) or sorted(tous)
        raise Erreurs([Faute(f"dispositif inconnu « {dispositif} »", attendu="l'un de " + ", ".join(proches))])
    rangees = []
    for nom, figures in tous.items():
        for figure in figures.values() if dispositif in (None, nom) else ():
            valeur = texte.valeur(figure, date)
            if (valeur is None and figure.valeurs) or (valeur is not None and valeur.supprimee):
                continue
            rangees.append(_rangee(figure, valeur))
    return rangees


def _rangee(figure: Figure, valeur: Valeur | None) -> dict[str, Any]:
    publiee = valeur is not None and valeur.brute is not None
    return {
        "dispositif": figure.dispositif,
        "figure": figure.nom,
        "libelle": figure.libelle,
        "valeur": _en_clair(valeur.brute) if publiee and valeur else "non publié",
        "unite": figure.unite,
        "du": valeur.du.isoformat() if publiee and valeur and valeur.du != DEBUT_DES_TEMPS else None,
        "au": valeur.au.isoformat() if publiee and valeur and valeur.au != FIN_DES_TEMPS else None,
        "texte": valeur.texte if publiee and valeur else None,
        "statut": valeur.statut if publiee and valeur else None,
        "confiance": valeur.confiance if publiee and valeur else None,
        "reference": valeur.reference if publiee and valeur else figure.article,
        "article": figure.article,
        "verifie_le": valeur.verifie_le.isoformat() if publiee and valeur and valeur.verifie_le else None,
    }


def _en_clair(brute: Any) -> str:
    if isinstance(brute, bool):
        return "oui" if brute else "non"
    if isinstance(brute, list):
        return ", ".join(str(element) for element in brute)
    return brute.isoformat() if isinstance(brute, dt.date) else str(brute)
