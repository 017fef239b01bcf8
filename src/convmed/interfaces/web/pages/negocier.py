"""*Négocier*: any figure of any text moved, and at once its cost, who gains and who loses, on the country and on practices."""

from __future__ import annotations

import datetime as dt
import re
import secrets
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import HTMLResponse, Response

from convmed.base.coffre import Piece
from convmed.interfaces.web import cas_types, negociation
from convmed.interfaces.web.changements import changements
from convmed.interfaces.web.exercice import annees
from convmed.interfaces.web.negociation import (
    ICI,
    SCENARIO,
    VUES,
    Choix,
    Negociation,
    a_choisir,
    exemples,
    groupes,
    resoudre,
    titre,
    unite_lisible,
)
from convmed.interfaces.web.pays import PAYS, Depasse, Occupe, occupe
from convmed.interfaces.web.rendu import a_garder, en_fragment, rendre
from convmed.interfaces.web.visiteur import Connecte, Visiteur
from convmed.restitution.scenario import en_yaml
from convmed.restitution.simulation import CRITERES, echelle, libelle_de_classe, nom_de_dispositif, ronds
from convmed.textes import Erreurs, Faute
from convmed.textes.textes import EN_VIGUEUR

routeur = APIRouter(prefix=ICI)

# The exercise that was chosen and the four that follow it.
EXERCICES_SUIVANTS = 5
RAPPORTS = {
    "rapport.html": ("text/html; charset=utf-8", "Rapport (HTML)"),
    "rapport.pdf": ("application/pdf", "Rapport (PDF)"),
    "rapport.xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Tableur (xlsx)"),
    "resultat.json": ("application/json", "Résultats (JSON)"),
}
# One click away: what the health insurance proposed, and scenarios to begin from.
PROPOSITIONS = (("proposition-2024-02-08-option-1", "La proposition du 8 février 2024, option 1"), ("proposition-2024-02-08-option-2", "La proposition du 8 février 2024, option 2"))


@routeur.get("")
def negocier(request: Request, visiteur: Connecte) -> Response:
    """Show the figures and what they change; htmx asks for a part of it."""
    n = _lire(request, visiteur)
    onglet = request.query_params.get("onglet", "")[:32]
    try:
        contexte = _contexte(visiteur, n, onglet if en_fragment(request) else "", "calculer" in request.query_params)
    except Depasse:
        return Response(status_code=204)
    if not en_fragment(request):
        return rendre(request, "negocier/page.html", {**contexte, "onglet": secrets.token_hex(8)}, 422 if n.fautes else 200)
    gabarit = "negocier/_chiffres.html" if request.headers.get("hx-target") == "chiffres" else "negocier/_resultats.html"
    reponse = rendre(request, gabarit, {**contexte, "onglet": onglet, "fragment": True})
    reponse.headers["HX-Replace-Url"] = n.choix.adresse()
    return reponse


@routeur.get("/documents/{nom}")
def telecharger(request: Request, visiteur: Connecte, nom: str) -> Response:
    """Return a document to keep: the scenario, the report of the country."""
    if nom not in RAPPORTS and nom != "scenario.yaml":
        raise HTTPException(404)
    n = _exiger(_lire(request, visiteur))
    assert n.texte is not None
    if nom == "scenario.yaml":
        return a_garder(en_yaml(n.texte), "application/yaml; charset=utf-8", f"{_nom_de_fichier(n.texte.id)}.yaml")
    resultat = _resultat(n, _exercices(n.choix))
    genre = RAPPORTS[nom][0]
    if nom == "rapport.pdf":
        from convmed.restitution.documents.simulation import simulation_pdf

        return a_garder(simulation_pdf(resultat), genre, nom)
    if nom == "rapport.xlsx":
        from convmed.restitution.documents.tableurs import simulation_xlsx

        return a_garder(simulation_xlsx(resultat), genre, nom)
    if nom == "rapport.html":
        from convmed.restitution.rapport_simulation import en_html

        return a_garder(en_html(resultat), genre, nom)
    from convmed.interfaces.console import en_json

    return a_garder(en_json(resultat), genre, nom)


@routeur.get("/cas/{reference}")
def cas(request: Request, visiteur: Connecte, reference: str) -> HTMLResponse:
    """Show one practice under the two texts, line by line; htmx asks for its row alone."""
    n, lui = _lire(request, visiteur), cas_types.trouver(visiteur, reference)
    if en_fragment(request):
        return rendre(request, "negocier/_cas.html", {"n": n, "rangees": [_rangee(visiteur, lui, n)]})
    _exiger(n)
    try:
        comparaison = cas_types.comparer_le_cas(visiteur, lui, n)
    except Occupe:
        raise occupe() from None
    assert n.texte is not None
    return rendre(request, "negocier/cas.html", {"n": n, "cas": lui, "c": comparaison, "paire": (comparaison.reference, n.texte.id), "nom_de_dispositif": nom_de_dispositif, "titre": titre})


def _lire(request: Request, visiteur: Visiteur) -> Negociation:
    """Return the negotiation of an address; `Erreurs`, `Introuvable`."""
    champs = request.query_params.multi_items()
    return resoudre(visiteur, negociation.lire(champs, dt.date.today()), request.query_params.get("trace", ""))


def _exiger(n: Negociation) -> Negociation:
    """Refuse a negotiation that compares nothing, or whose figures are not all right."""
    if n.fautes:
        raise Erreurs(n.fautes.values())
    if not n.compare:
        raise Erreurs([Faute("rien n’est changé : il n’y a rien à comparer", attendu="un chiffre changé, ou deux textes différents")])
    return n


def _contexte(visiteur: Visiteur, n: Negociation, onglet: str, calculer: bool) -> dict[str, Any]:
    pieces = visiteur.coffre.lister(visiteur.utilisateur, "scenario")
    pret = PAYS.pret()
    resultat, fautes = None, list(n.fautes.values())
    if pret and n.compare and n.texte is not None:
        try:
            resultat = PAYS.comparer(n.texte, n.contre, [n.choix.annee], onglet)
            if n.choix.vue == "annees":
                resultat = {**resultat, "annees": PAYS.comparer(n.texte, n.contre, _exercices(n.choix), onglet)["annees"]}
        except Occupe:
            fautes = occupe().fautes
        except Erreurs as erreurs:
            fautes = erreurs.fautes
    return {
        "n": n, "c": n.choix, "r": resultat, "fautes": fautes, "pays": PAYS, "pret": pret, "vues": VUES, "annees": annees(), "groupes": groupes(),
        "a_choisir": a_choisir(pieces), "propositions": PROPOSITIONS, "exemples": exemples(), "piece": _piece(pieces, n.choix), "fragment": False,
        "documents": [(n.choix.adresse(f"/documents/{nom}"), libelle) for nom, (_, libelle) in RAPPORTS.items()] if resultat else [],
        "rangees": _rangees(visiteur, n, calculer) if n.choix.vue == "cas" else [], "changements": changements(n) if n.choix.vue == "chiffres" else [],
        "criteres": CRITERES, "libelle_de_classe": libelle_de_classe, "nom_de_dispositif": nom_de_dispositif, "ronds": ronds,
        "en_grand": en_grand, "signe": signe, "titre": titre, "unite_lisible": unite_lisible, "sans": lambda un: {cle: ecrit for cle, ecrit in n.choix.figures.items() if ".".join(cle) != un.nom},
        "EN_VIGUEUR": EN_VIGUEUR,
    }  # fmt: skip


def _piece(pieces: list[Piece], choix: Choix) -> Piece | None:
    """Return the kept scenario on which the figures are laid, if it is one."""
    return next((piece for piece in pieces if choix.base == SCENARIO + piece.id), None)


def _resultat(n: Negociation, exercices: list[int]) -> dict[str, Any]:
    """Return the comparison on the country, waiting for it if need be; `Erreurs` if it is not there yet."""
    assert n.texte is not None
    if not PAYS.attendre(20):
        raise Erreurs([Faute("le pays n’est pas encore prêt", attendu="réessayer dans quelques secondes")])
    try:
        un = PAYS.comparer(n.texte, n.contre, exercices[:1])
        return {**un, "annees": PAYS.comparer(n.texte, n.contre, exercices)["annees"]}
    except Occupe:
        raise occupe() from None


def _exercices(choix: Choix) -> list[int]:
    """Return the exercise and the few that follow, as far as the site goes."""
    offerts = [annee for annee, _ in annees() if annee >= choix.annee]
    return offerts[:EXERCICES_SUIVANTS]


def _rangees(visiteur: Visiteur, n: Negociation, calculer: bool) -> list[dict[str, Any]]:
    """Return the practices; each row asks for its amounts by itself, unless they are wanted at once."""
    if not n.compare:
        return []
    return [_rangee(visiteur, un, n) if calculer else {"cas": un, "etat": "a-calculer"} for un in cas_types.les_cas(visiteur)]


def _rangee(visiteur: Visiteur, lui: cas_types.Cas, n: Negociation) -> dict[str, Any]:
    """Return what a practice has before and after, or why it cannot be told."""
    if not n.compare or n.texte is None:
        return {"cas": lui, "etat": "rien"}
    try:
        c = cas_types.comparer_le_cas(visiteur, lui, n)
    except Occupe:
        return {"cas": lui, "etat": "faute", "faute": str(occupe())}
    except Erreurs as erreurs:
        return {"cas": lui, "etat": "faute", "faute": str(erreurs.fautes[0])}
    paire = c.reference, n.texte.id
    avant, apres = (c.total(texte, *paire) for texte in paire)
    return {"cas": lui, "etat": "su", "avant": avant, "apres": apres, "difference": apres - avant, "sans": len(c.non_comparees(*paire))}


def _nom_de_fichier(nom: str) -> str:
    return re.sub(r"[^a-z0-9-]+", "-", nom.lower()).strip("-")[:60] or "scenario"


def en_grand(montant: float) -> str:
    """Write an amount of a country, in billions, millions or thousands of euros."""
    return echelle([montant])(montant)


def signe(montant: float | None, ecrit: str) -> str:
    """Put the plus before what is written of a gain."""
    return f"+{ecrit}" if montant and montant > 0 else ecrit
