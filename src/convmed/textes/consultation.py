"""Reading the barème: the figures in force at a date under a text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from convmed.textes.bareme import DEBUT_DES_TEMPS, FIN_DES_TEMPS, Figure, Valeur
from convmed.textes.erreurs import Erreurs, Faute
from convmed.textes.textes import Texte, baremes

NON_PUBLIE = "non publié"


def dispositifs_choisis(noms: Iterable[str] | None = None) -> dict[str, dict[str, Figure]]:
    """Return the figures of the dispositifs named, of all for `None`; `Erreurs` with every name that is unknown."""
    tous = baremes()
    choisis = tuple(tous) if noms is None else tuple(dict.fromkeys(noms))
    fautes = []
    for nom in choisis:
        if nom not in tous:
            proches = get_close_matches(nom, tous, n=3) or sorted(tous)
            fautes.append(Faute(f"dispositif inconnu « {nom} »", attendu="l'un de " + ", ".join(proches)))
    if fautes:
        raise Erreurs(fautes)
    return {nom: tous[nom] for nom in choisis}


def figures_en_vigueur(date: dt.date, texte: Texte, dispositif: str | None = None) -> list[dict[str, Any]]:
    """Return one row a figure: its value at the date under the text, or `non publié` with the article to look up.

    Figures that exist only under other texts or at other dates are left out; `Erreurs` for an unknown dispositif.
    """
    rangees = []
    for figures in dispositifs_choisis(None if dispositif is None else [dispositif]).values():
        for figure in figures.values():
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
        "valeur": en_clair(valeur.brute) if publiee and valeur else NON_PUBLIE,
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


def en_clair(brute: Any) -> str:
    """Write a value as the barème states it, in a form that reads the same in a table, in CSV and in JSON."""
    if isinstance(brute, bool):
        return "oui" if brute else "non"
    if isinstance(brute, list):
        return ", ".join(str(element) for element in brute)
    return brute.isoformat() if isinstance(brute, dt.date) else str(brute)
