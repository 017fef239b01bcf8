"""Observatoires: what each of the two follows, and whether a year of meetings and publications is what the texts ask for."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from convmed.dispositifs.observatoires import regles
from convmed.dispositifs.observatoires.regles import Periode, annee_entiere, exigibles, periodes
from convmed.dispositifs.socle import Demande, Dispositif, Resultat
from convmed.donnees.modeles import Date, Modele
from convmed.moteur.registre import Contexte

NOM = "observatoires"
Observatoire = Literal["acces", "pertinence"]
TOUS: tuple[Observatoire, ...] = ("acces", "pertinence")
LISTES = ("missions", "declinaisons", "observateurs", "associes")
SIMPLES = ("nom", "egide", "publicite", "debut", "premiers_resultats", "mise_en_ligne")
# No calendar holds more: beyond it a list is a typing error.
AU_PLUS = 1_000


def _jour_ou_reunion(valeur: Any) -> Any:
    return {"date": valeur} if isinstance(valeur, str) else valeur


class Reunion(Modele):
    """A meeting: its day, the instance that held it, whether its results were published."""

    date: Date
    instance: Literal["cpn", "cpr", "cpl", "autre"] = "cpn"
    resultats_publies: bool | None = None


class Liste(Modele):
    """`{"calcul": "liste"}`: the two observatories."""

    calcul: Literal["liste"]


class Missions(Modele):
    """`{"calcul": "missions", "observatoire"}`: what one observatory, or each, is for."""

    calcul: Literal["missions"]
    observatoire: Observatoire | None = None


class Reunions(Modele):
    """`{"calcul": "reunions", "observatoire", "reunions": ["2026-03-12"], "publications": [...]}`: a year."""

    calcul: Literal["reunions"]
    observatoire: Observatoire
    reunions: Annotated[list[Annotated[Reunion, BeforeValidator(_jour_ou_reunion)]], Field(max_length=AU_PLUS)]
    publications: Annotated[list[Date], Field(max_length=AU_PLUS)] | None = None


def calculer(demande: Demande, entree: Liste | Missions | Reunions) -> Resultat:
    """Answer one question on the observatories (art. 59-1, 72 and 73; circulaire 8 and 9.2)."""
    contexte = demande.contexte(demande.date or dt.date(demande.annee, 12, 31))
    if isinstance(entree, Liste):
        return Resultat({"observatoires": [un for nom in TOUS if (un := presenter(contexte, nom))], **_motif_d_absence(contexte)})
    if isinstance(entree, Missions):
        noms = TOUS if entree.observatoire is None else (entree.observatoire,)
        missions = {nom: list(_figure(contexte, nom, "missions") or ()) for nom in noms}
        absents = {nom: _absent(contexte, nom) for nom, siennes in missions.items() if not siennes}
        return Resultat({"missions": missions, **({"motif": " ; ".join(absents.values())} if absents else {})})
    return juger(contexte, demande, entree)


def presenter(contexte: Contexte, nom: Observatoire) -> dict[str, Any] | None:
    """Return what the text says of one observatory, or nothing if the text has none."""
    if _figure(contexte, nom, "nom") is None:
        return None
    dit: dict[str, Any] = {"observatoire": nom, "article": contexte.figures[NOM][f"{nom}_nom"].article}
    for cle in SIMPLES:
        valeur = _figure(contexte, nom, cle)
        dit[cle] = valeur.isoformat() if isinstance(valeur, dt.date) else valeur
    dit |= {cle: list(_figure(contexte, nom, cle) or ()) for cle in LISTES}
    dit["rythme"] = _rythme(contexte, nom)
    dit["references"] = _references(contexte, nom)
    if nom == "acces" and dit["declinaisons"]:
        figure = contexte.figures[NOM]["acces_modalites_locales"]
        dit["reserves"] = [f"{figure.libelle} : non publié, voir {figure.article}"]
    return dit


def juger(contexte: Contexte, demande: Demande, entree: Reunions) -> Resultat:
    """Tell whether a year of meetings satisfies the minimum, and what is late on the day of the question."""
    nom, annee = entree.observatoire, demande.annee
    debut = _figure(contexte, nom, "debut")
    if debut is None:
        return Resultat({"satisfait": None, "motif": _absent(contexte, nom)})
    au = demande.date or dt.date(annee, 12, 31)
    comptees, ecartees = _trier(entree.reunions, annee, _figure(contexte, nom, "egide"), _figure(contexte, nom, "declinaisons") or ())
    tenues = [reunion.date for reunion in comptees if reunion.date <= au]
    prevues = [reunion.date for reunion in comptees if reunion.date > au]
    attendues = exigibles(_attendues(contexte, nom, annee), debut)
    minimum = sum(periode.minimum for periode in attendues)
    manque = sum(periode.manque(tenues) for periode in attendues)
    publicite = _figure(contexte, nom, "publicite")
    resultats: dict[str, Any] = {
        "observatoire": nom,
        "au": au.isoformat(),
        "minimum": minimum,
        "tenues": len(tenues),
        "prevues": [jour.isoformat() for jour in prevues],
        "manquantes": manque,
        "satisfait": not manque if attendues else None,
        "en_retard": _etat(attendues, tenues, au, echues=True),
        "a_tenir": _etat(attendues, tenues, au, echues=False),
        "hors_compte": ecartees,
        "resultats_a_publier": [r.date.isoformat() for r in comptees if publicite and r.resultats_publies is False and r.date <= au],
        "indicateurs_en_retard": _indicateurs(contexte, nom, annee, entree.publications, debut, au),
        "rythme": _rythme(contexte, nom),
        "references": _references(contexte, nom),
    }
    if not attendues:
        resultats["motif"] = f"l'observatoire n'existe que depuis le {debut:%d/%m/%Y} : aucune période entière n'est due en {annee}"
    return Resultat(resultats)


def _trier(
    reunions: list[Reunion], annee: int, egide: str | None, declinaisons: tuple[str, ...]
) -> tuple[list[Reunion], list[dict[str, str]]]:
    """Return the meetings of the year that count, in order, and the others with the reason."""
    comptees: list[Reunion] = []
    ecartees = []
    for reunion in sorted(reunions, key=lambda une: une.date):
        motif = ""
        if reunion.date.year != annee:
            motif = f"hors de {annee}"
        elif egide and reunion.instance != egide.lower():
            locale = reunion.instance.upper() in declinaisons
            motif = "déclinaison locale : ne compte pas pour l'observatoire national" if locale else f"hors du cadre de la {egide}"
        elif any(une.date == reunion.date for une in comptees):
            motif = "même jour qu'une autre"
        if motif:
            ecartees.append({"date": reunion.date.isoformat(), "motif": motif})
        else:
            comptees.append(reunion)
    return comptees, ecartees


def _attendues(contexte: Contexte, nom: Observatoire, annee: int) -> list[Periode]:
    if nom == "acces":
        mois = _figure(contexte, nom, "points_d_etape")
        return list(periodes(annee, mois)) if mois else []
    minimum = _figure(contexte, nom, "reunions_minimum")
    return [annee_entiere(annee, minimum)] if minimum else []


def _etat(attendues: list[Periode], tenues: list[dt.date], au: dt.date, echues: bool) -> list[dict[str, Any]]:
    """Return what is missing in the periods that are over that day, or in those that are not."""
    return [
        {"du": periode.du.isoformat(), "au_plus_tard": periode.au.isoformat(), "reunions": periode.manque(tenues)}
        for periode in attendues
        if (periode.au <= au) is echues and periode.manque(tenues)
    ]


def _indicateurs(
    contexte: Contexte, nom: Observatoire, annee: int, publications: list[dt.date] | None, debut: dt.date, au: dt.date
) -> list[str] | None:
    """Return the days by which indicators should have been published and were not; nothing if nobody said what was."""
    mois = _figure(contexte, nom, "indicateurs")
    if publications is None or mois is None:
        return None
    dues = exigibles(periodes(annee, mois), debut)
    parues = [jour for jour in publications if jour <= au]
    return [periode.au.isoformat() for periode in dues if periode.au <= au and periode.manque(parues)]


def _rythme(contexte: Contexte, nom: Observatoire) -> list[dict[str, Any]]:
    """Return what must happen how often, each with its source and its confidence."""
    dits = []
    for cle in ("reunions_minimum", "points_d_etape", "indicateurs"):
        figure = contexte.figures[NOM].get(f"{nom}_{cle}")
        valeur = contexte.figure(NOM, figure.nom)[0] if figure else None
        if figure and valeur:
            dits.append({"libelle": figure.libelle, "valeur": valeur.calcul, "unite": figure.unite, "reference": valeur.reference,
                         "confiance": valeur.confiance})  # fmt: skip
    return dits


def _references(contexte: Contexte, nom: Observatoire) -> list[str]:
    valeur = contexte.figure(NOM, f"{nom}_nom")[0]
    return [contexte.figures[NOM][f"{nom}_nom"].article, *([valeur.reference] if valeur else [])]


def _figure(contexte: Contexte, nom: Observatoire, cle: str) -> Any:
    return contexte.figure(NOM, f"{nom}_{cle}")[1] if f"{nom}_{cle}" in contexte.figures[NOM] else None


def _absent(contexte: Contexte, nom: Observatoire) -> str:
    return f"ce texte n'a pas d'observatoire « {nom} » à cette date ({contexte.texte.libelle})"


def _motif_d_absence(contexte: Contexte) -> dict[str, str]:
    absents = [_absent(contexte, nom) for nom in TOUS if _figure(contexte, nom, "nom") is None]
    return {"motif": " ; ".join(absents)} if absents else {}


DISPOSITIF = Dispositif(NOM, "Observatoires conventionnels", {"liste": Liste, "missions": Missions, "reunions": Reunions}, calculer)
__all__ = ["DISPOSITIF", "regles"]
