"""Scenarios that are kept: saved from *Négocier* or sent as a file, with their versions, shared, downloaded, deleted."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from convmed.base.droits import Droit, permis
from convmed.interfaces.web import negociation
from convmed.interfaces.web.negociation import EXEMPLE, ICI, NOM, SCENARIO, exemples, resoudre, titre, unite_lisible
from convmed.interfaces.web.recherche import sans_accents
from convmed.interfaces.web.rendu import a_garder, rendre
from convmed.interfaces.web.visiteur import Connecte, Visiteur, reglages_de
from convmed.restitution.scenario import en_yaml
from convmed.restitution.simulation import nom_de_dispositif
from convmed.textes import Erreurs, Faute, Texte, textes_connus
from convmed.textes.comparaison import differences
from convmed.textes.textes import lire_scenario_recu
from convmed.textes.yaml_recu import TAILLE_MAX

routeur = APIRouter(prefix=f"{ICI}/scenarios")

TITRE_AU_PLUS = 120
FICHIER = "scénario déposé"
DIFFERENCES_AU_PLUS = 200


@routeur.get("")
def scenarios(request: Request, visiteur: Connecte) -> HTMLResponse:
    """Show the scenarios that the visitor may read, and where to send one."""
    return _liste(request, visiteur)


@routeur.post("")
async def enregistrer(request: Request, visiteur: Connecte) -> Response:
    """Keep a negotiation under a name: a new scenario, or a new version of the one on which it lies."""
    champs = [(nom, valeur) for nom, valeur in (await request.form()).multi_items() if isinstance(valeur, str)]
    return await run_in_threadpool(_enregistrer, visiteur, champs)


@routeur.post("/depot")
def deposer(request: Request, visiteur: Connecte, fichier: Annotated[UploadFile, File()], titre: Annotated[str, Form(max_length=TITRE_AU_PLUS)] = "") -> Response:
    """Keep a scenario sent as a file: read by the same reader as those on disk, and nothing of it is executed."""
    octets = fichier.file.read(TAILLE_MAX + 1)
    try:
        if not octets:
            raise Erreurs([Faute("aucun fichier n’est choisi, ou il est vide", attendu="un scénario .yaml")])
        texte = lire_scenario_recu(octets, FICHIER)
    except Erreurs as erreurs:
        return _liste(request, visiteur, erreurs.fautes, titre)
    piece = visiteur.coffre.deposer(visiteur.utilisateur, "scenario", (titre.strip() or texte.libelle)[:TITRE_AU_PLUS], octets)
    return RedirectResponse(f"{ICI}/scenarios/{piece.id}", 303)


@routeur.get("/{id}")
def scenario(request: Request, visiteur: Connecte, id: str, version: int | None = None) -> HTMLResponse:
    """Show a scenario: what it changes, its file, its versions, with whom it is shared."""
    return _page(request, visiteur, id, version)


@routeur.get("/{id}/scenario.yaml")
def telecharger(visiteur: Connecte, id: str, version: int | None = None) -> Response:
    """Return the file of a scenario, as it was kept."""
    ouverte = visiteur.coffre.ouvrir_piece(visiteur.utilisateur, id, version)
    nom = _nom(ouverte.piece.titre)
    return a_garder(ouverte.contenu, "application/yaml; charset=utf-8", f"{nom}.yaml")


@routeur.post("/{id}/supprimer")
def supprimer(visiteur: Connecte, id: str) -> Response:
    """Delete a scenario and its versions."""
    visiteur.coffre.supprimer(visiteur.utilisateur, id)
    return RedirectResponse(f"{ICI}/scenarios", 303)


@routeur.post("/{id}/partager")
def partager(request: Request, visiteur: Connecte, id: str, identifiant: Annotated[str, Form(max_length=320)], droit: Annotated[str, Form()] = "lecture") -> Response:
    """Share a scenario with an account, or take it back."""
    try:
        if droit == "aucun":
            visiteur.coffre.departager(visiteur.utilisateur, id, identifiant.strip())
        else:
            # Anything else is refused by the base, which knows the rights.
            visiteur.coffre.partager(visiteur.utilisateur, id, identifiant.strip(), _droit(droit))
    except Erreurs as erreurs:
        if type(erreurs) is not Erreurs:
            raise
        return _page(request, visiteur, id, None, erreurs.fautes)
    return RedirectResponse(f"{ICI}/scenarios/{id}", 303)


def _enregistrer(visiteur: Visiteur, champs: list[tuple[str, str]]) -> Response:
    dits = dict(champs)
    titre = dits.get("titre", "").strip()[:TITRE_AU_PLUS]
    choisis = [(nom, valeur) for nom, valeur in champs if nom in ("base", "contre", "annee", "du", "figure")]
    n = resoudre(visiteur, negociation.lire(choisis, dt.date.today()))
    if n.fautes or n.texte is None:
        raise Erreurs(n.fautes.values())
    if not titre:
        raise Erreurs([Faute("le nom du scénario manque", champ="titre", attendu="quelques mots")])
    contenu = en_yaml(_nomme(n.texte, titre)).encode()
    piece, _, version = dits.get("piece", "").partition("|")
    if piece:
        gardee = visiteur.coffre.reviser(visiteur.utilisateur, piece, contenu, titre=titre, version_lue=int(version) if version.isdecimal() else 0)
    else:
        gardee = visiteur.coffre.deposer(visiteur.utilisateur, "scenario", titre, contenu)
    return RedirectResponse(f"{ICI}/scenarios/{gardee.id}", 303)


def _nomme(texte: Texte, titre: str) -> Texte:
    """Return a negotiated text under the name that it is given; its own values take it too."""
    nom = _nom(titre)
    ajouts = {
        cle: [replace(v, texte=nom, reference=v.reference.replace(f"« {NOM} »", f"« {nom} »")) if v.texte == NOM else v for v in valeurs]
        for cle, valeurs in texte.ajouts.items()
    }
    return replace(texte, id=nom, libelle=titre, ajouts=ajouts)


def _nom(titre: str) -> str:
    """Return the name of a scenario, from its title: never that of a text."""
    nom = re.sub(r"[^a-z0-9]+", "-", sans_accents(titre)).strip("-")[:60] or "scenario"
    return f"mon-{nom}" if nom in textes_connus() or nom == NOM else nom


def _liste(request: Request, visiteur: Visiteur, fautes: list[Faute] | None = None, titre: str = "") -> HTMLResponse:
    pieces = visiteur.coffre.lister(visiteur.utilisateur, "scenario")
    contexte = {"pieces": pieces, "fautes": fautes or [], "titre": titre, "exemples": exemples(), "EXEMPLE": EXEMPLE, "SCENARIO": SCENARIO, "taille": TAILLE_MAX // 1024,
                "depose": permis(visiteur.utilisateur.role, "scenario", "deposer", sienne=True)}  # fmt: skip
    return rendre(request, "negocier/scenarios.html", contexte, 422 if fautes else 200)


def _page(request: Request, visiteur: Visiteur, id: str, version: int | None, fautes: list[Faute] | None = None) -> HTMLResponse:
    coffre, qui = visiteur.coffre, visiteur.utilisateur
    ouverte, actuelle = coffre.ouvrir_piece(qui, id, version), coffre.resumer(qui, id)
    texte = lire_scenario_recu(ouverte.contenu, FICHIER)
    dessous = textes_connus()[texte.chaine[0]]
    ecarts = differences(dessous, texte)
    partage = reglages_de(request).comptes and actuelle.sienne and permis(qui.role, "scenario", "partager", sienne=True)
    contexte = {
        "piece": ouverte.piece, "actuelle": actuelle, "version_vue": ouverte.piece.version, "texte": texte, "dessous": dessous, "ecarts": ecarts[:DIFFERENCES_AU_PLUS],
        "combien": len(ecarts), "yaml": ouverte.contenu.decode("utf-8-sig"), "versions": coffre.historique(qui, id), "fautes": fautes or [], "SCENARIO": SCENARIO,
        "partages": coffre.partages(qui, id) if partage else None, "titre": titre, "unite_lisible": unite_lisible, "supprime": permis(qui.role, "scenario", "supprimer", sienne=actuelle.sienne), "nom_de_dispositif": nom_de_dispositif,
    }  # fmt: skip
    return rendre(request, "negocier/scenario.html", contexte, 422 if fautes else 200)


def _droit(droit: str) -> Droit:
    if droit not in ("lecture", "ecriture"):
        raise Erreurs([Faute("droit inconnu", champ="droit", attendu="lecture ou écriture")])
    return "ecriture" if droit == "ecriture" else "lecture"
