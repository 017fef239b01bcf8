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


def rangees_des_sieges(etude: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return one row an organisation and a college, with the columns of `SIEGES`."""
    return [{"college": college, **ligne} for college, du_college in colleges(etude).items() for ligne in du_college["detail"]]


def rangees_des_membres(etude: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return one row a member, with the columns of `MEMBRES`: what `convmed commission verifier` reads."""
    return [_rangee(membre, MEMBRES) for membre in etude["membres"] or ()]


def rangees_des_fautes(etude: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return one row a fault of a composition, with the columns of `FAUTES`."""
    return [_rangee(faute, FAUTES) for faute in etude.get("fautes") or ()]


def _rangee(objet: Mapping[str, Any], colonnes: Iterable[str]) -> dict[str, Any]:
    lues = {colonne: objet.get(colonne) for colonne in colonnes}
    return {colonne: OUI_NON[lue] if lue is None or isinstance(lue, bool) else lue for colonne, lue in lues.items()}
