"""The calculations of the commissions as the commands show them: one answer, and its rows for a spreadsheet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from convmed.dispositifs.commissions import DISPOSITIF
from convmed.dispositifs.contrat import lire_entree
from convmed.dispositifs.socle import Demande, Refus
from convmed.textes import Erreurs, Texte

SIEGES = ("college", "organisation", "voix", "part", "rapport", "entier", "reste", "sieges", "motif")
MEMBRES = ("membre", "section", "qualite", "organisation", "college", "liberal_conventionne", "sanction_definitive")
FAUTES = ("regle", "membre", "organisation", "college", "motif", "reference")
PRESIDENCES = ("du", "au", "preside", "vice_preside")
OUI_NON = {True: "oui", False: "non", None: ""}


def etudier(entree: Mapping[str, Any], texte: Texte, date: dt.date) -> dict[str, Any]:
    """Return what a calculation of the commissions answers on a day: `date`, `texte`, then its results.

    `entree` is the one of `convmed calculer commissions`. Raises `Erreurs` with every fault, each with its `entree.` path.
    """
    lue, fautes = lire_entree(DISPOSITIF, dict(entree), "entree")
    if fautes:
        raise Erreurs(fautes)
    try:
        resultat = DISPOSITIF.calculer(Demande(texte, date.year, date), lue)
    except Refus as refus:
        raise Erreurs(refus.fautes) from None
    lignes = {"lignes": [ligne.en_dict() for ligne in resultat.lignes]} if resultat.lignes else {}
    return {"date": date.isoformat(), "texte": texte.id, "calcul": entree["calcul"], **resultat.resultats, **lignes}


def colleges(etude: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return the seats of each college of an answer; the only one has the name that it was given, or none."""
    if "colleges" in etude:
        return dict(etude["colleges"])
    return {etude.get("college") or "": etude} if "detail" in etude else {}


def en_rangees(etude: Mapping[str, Any]) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    """Return the rows of an answer for a spreadsheet, and their columns: those that its calculation has.

    Seats: one row an organisation and a college. Members: what `convmed commission verifier` reads. Then the faults of a
    composition, and the years of presidency.
    """
    match etude["calcul"]:
        case "sieges":
            return [{"college": college, **ligne} for college, du_college in colleges(etude).items() for ligne in du_college["detail"]], SIEGES
        case "composer":
            return [_rangee(membre, MEMBRES) for membre in etude["membres"] or ()], MEMBRES
        case "composition":
            return [_rangee(faute, FAUTES) for faute in etude.get("fautes") or ()], FAUTES
        case "presidence":
            return etude.get("calendrier", []), PRESIDENCES
    raise AssertionError(f"no table for « {etude['calcul']} »")


def _rangee(objet: Mapping[str, Any], colonnes: Iterable[str]) -> dict[str, Any]:
    lues = {colonne: objet.get(colonne) for colonne in colonnes}
    return {colonne: OUI_NON[lue] if lue is None or isinstance(lue, bool) else lue for colonne, lue in lues.items()}
