"""« Le texte », in time: when each figure begins, changes or ends, and the day that was signed if it is another."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, Response

from convmed.dispositifs.socle import tous
from convmed.interfaces.web.rendu import a_garder, rendre
from convmed.interfaces.web.visiteur import Connecte
from convmed.restitution.mesures import Mesure, dispositifs_de_la_nomenclature, en_ics, mesures
from convmed.textes import EN_VIGUEUR, Erreurs, Faute, trouver_texte
from convmed.textes.bareme import FIN_DES_TEMPS
from convmed.textes.textes import textes_connus

routeur = APIRouter(prefix="/texte")
DU, AU = "2024-06-22", "2027-12-31"
PAR_PAGE, TOUS, NOMENCLATURE = 60, "tous", "nomenclature"
Mot = Annotated[str, Query(max_length=60)]


@routeur.get("/calendrier")
def calendrier(
    request: Request, visiteur: Connecte, du: Mot = DU, au: Mot = AU, texte: Mot = EN_VIGUEUR, dispositif: Mot = NOMENCLATURE,
    toutes: Mot = "", page: Annotated[int, Query(ge=1, le=1_000)] = 1,
) -> HTMLResponse:  # fmt: skip
    """Show when each figure begins, changes or ends."""
    fautes: list[Faute] = []
    liste: tuple[Mesure, ...] = ()
    try:
        liste = _mesures(du, au, texte, dispositif, bool(toutes))
    except Erreurs as erreurs:
        fautes = erreurs.fautes
    pages = max(1, -(-len(liste) // PAR_PAGE))
    debut = (min(page, pages) - 1) * PAR_PAGE
    demande = {"du": du, "au": au, "texte": texte, "dispositif": dispositif, "toutes": toutes}
    contexte = {
        "mesures": [{"mesure": une, "date_ou_fin": une.date or FIN_DES_TEMPS} for une in liste[debut : debut + PAR_PAGE]], "total": len(liste), "page": page, "pages": pages, "fautes": fautes, **demande,
        "lien": lambda **autres: "/texte/calendrier?" + urlencode({**demande, **autres}), "ics": "/texte/calendrier.ics?" + urlencode(demande),
        "textes": [(nom, un.libelle) for nom, un in textes_connus().items()], "titres": {nom: un.titre for nom, un in tous().items()},
        "dispositifs": [(NOMENCLATURE, "Actes et tarifs (nomenclature)"), (TOUS, "Tous les dispositifs"),
                        *sorted(((nom, un.titre) for nom, un in tous().items()), key=lambda paire: paire[1])],
    }  # fmt: skip
    return rendre(request, "texte/calendrier.html", contexte, 422 if fautes else 200)


@routeur.get("/calendrier.ics")
def calendrier_ics(
    visiteur: Connecte, du: Mot = DU, au: Mot = AU, texte: Mot = EN_VIGUEUR, dispositif: Mot = NOMENCLATURE, toutes: Mot = ""
) -> Response:
    """Give the same as an iCalendar file."""
    fichier = en_ics(_mesures(du, au, texte, dispositif, bool(toutes)), trouver_texte(texte, scenarios=False))
    return a_garder(fichier, "text/calendar; charset=utf-8", "calendrier-des-mesures.ics")


@lru_cache(64)
def _mesures(du: str, au: str, texte: str, dispositif: str, toutes: bool) -> tuple[Mesure, ...]:
    fautes = []
    bornes = []
    for champ, mot in (("du", du), ("au", au)):
        try:
            bornes.append(dt.date.fromisoformat(mot))
        except ValueError:
            fautes.append(Faute("date illisible", champ=champ, attendu="une date AAAA-MM-JJ"))
    if len(bornes) == 2 and bornes[0] > bornes[1]:
        fautes.append(Faute("le premier jour est après le dernier", champ="du", attendu="« du » avant « au »"))
    if texte not in textes_connus():
        fautes.append(Faute("texte inconnu", champ="texte", attendu="l’un de la liste"))
    if dispositif not in (*tous(), TOUS, NOMENCLATURE):
        fautes.append(Faute("dispositif inconnu", champ="dispositif", attendu="l’un de la liste"))
    if fautes:
        raise Erreurs(fautes)
    choisis = None if dispositif == TOUS else dispositifs_de_la_nomenclature() if dispositif == NOMENCLATURE else [dispositif]
    liste = mesures(textes_connus()[texte], bornes[0], bornes[1], choisis)
    return tuple(une for une in liste if toutes or une.est_un_prix)
