"""Signing in and out, by password or through the provider of an organisation; one's password and tokens."""

from __future__ import annotations

import threading
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from convmed.base.coffre import Utilisateur
from convmed.interfaces.web import openid
from convmed.interfaces.web.rendu import rendre
from convmed.interfaces.web.visiteur import SESSION, VISITE, Connecte, coffre_de, reglages_de, utilisateur_de
from convmed.textes import Erreurs, Faute

routeur = APIRouter()

REFUS = Faute("identifiant ou mot de passe refusé", attendu="ceux de votre compte ; après plusieurs échecs, un délai s’impose")
REFUS_OIDC = Faute("ce compte n’est pas ouvert ici", attendu="un compte créé par l’administrateur du serveur, sous l’adresse que votre organisation a vérifiée")
# Checking a password takes 64 MB: a crowd at the door must not take all the memory.
PORTE = threading.BoundedSemaphore(4)


@routeur.get("/connexion")
def connexion(request: Request, suite: str = "/") -> Response:
    """Show the door; somebody already inside goes on."""
    _exiger_des_comptes(request)
    if utilisateur_de(request) is not None:
        return RedirectResponse(_locale(suite), 303)
    return _porte(request, suite)


@routeur.post("/connexion")
def se_connecter(
    request: Request, identifiant: Annotated[str, Form(max_length=320)] = "", mot_de_passe: Annotated[str, Form(max_length=1024)] = "", suite: Annotated[str, Form()] = "/"
) -> Response:
    """Open a session, or say no without saying why."""
    _exiger_des_comptes(request)
    with PORTE:
        utilisateur = coffre_de(request).authentifier(identifiant, mot_de_passe)
    return _porte(request, suite, [REFUS]) if utilisateur is None else _faire_entrer(request, utilisateur, suite)


@routeur.get("/connexion/organisation")
async def organisation(request: Request, suite: str = "/") -> Response:
    """Send the visitor to the provider of their organisation."""
    fournisseur = openid.fournisseur(request)
    request.session["suite"] = _locale(suite)
    renvoi: Response = await fournisseur.authorize_redirect(request, str(request.url_for("retour_de_l_organisation")))
    return renvoi


@routeur.get("/connexion/organisation/retour")
async def retour_de_l_organisation(request: Request) -> Response:
    """Receive the visitor back: their account here is the one that bears the address that the provider checked."""
    personne = await openid.personne(request, openid.fournisseur(request))
    suite = request.session.pop("suite", "/")
    if personne is None:
        return _porte(request, suite, [REFUS_OIDC])
    from starlette.concurrency import run_in_threadpool

    utilisateur = await run_in_threadpool(coffre_de(request).compte_oidc, *personne)
    return _porte(request, suite, [REFUS_OIDC]) if utilisateur is None else _faire_entrer(request, utilisateur, suite)


@routeur.post("/deconnexion")
def se_deconnecter(request: Request) -> Response:
    """Close the session, here and on the server."""
    if secret := request.cookies.get(SESSION):
        coffre_de(request).fermer_session(secret)
    reponse = RedirectResponse("/", 303)
    reponse.delete_cookie(SESSION)
    reponse.delete_cookie(VISITE)
    return reponse


@routeur.get("/compte")
def compte(request: Request, visiteur: Connecte) -> HTMLResponse:
    """Show one's account: its role, its tokens."""
    _exiger_des_comptes(request)
    return _compte(request, visiteur)


@routeur.post("/compte/mot-de-passe")
def changer_le_mot_de_passe(
    request: Request, visiteur: Connecte, ancien: Annotated[str, Form(max_length=1024)] = "", nouveau: Annotated[str, Form(max_length=1024)] = "",
    repete: Annotated[str, Form(max_length=1024)] = "",
) -> Response:  # fmt: skip
    """Change one's password; every session ends, this one included."""
    _exiger_des_comptes(request)
    qui, coffre = visiteur.utilisateur, visiteur.coffre
    if nouveau != repete:
        return _compte(request, visiteur, fautes=[Faute("les deux saisies du nouveau mot de passe diffèrent", champ="nouveau mot de passe")])
    with PORTE:
        if coffre.authentifier(qui.identifiant, ancien) is None:
            return _compte(request, visiteur, fautes=[Faute("mot de passe actuel refusé", champ="mot de passe actuel")])
    try:
        coffre.changer_mot_de_passe(qui.id, nouveau, par=qui)
    except Erreurs as refus:
        return _compte(request, visiteur, fautes=refus.fautes)
    return RedirectResponse("/connexion", 303)


@routeur.post("/compte/jetons")
def creer_un_jeton(request: Request, visiteur: Connecte, libelle: Annotated[str, Form(max_length=80)] = "") -> HTMLResponse:
    """Make a token for a program, and show it once."""
    _exiger_des_comptes(request)
    if not libelle.strip():
        return _compte(request, visiteur, fautes=[Faute("ce champ est nécessaire", champ="à quoi sert ce jeton")])
    return _compte(request, visiteur, secret=visiteur.coffre.creer_jeton(visiteur.utilisateur, libelle.strip()))


@routeur.post("/compte/jetons/{id}/revoquer")
def revoquer_un_jeton(request: Request, visiteur: Connecte, id: str) -> Response:
    """Make a token worth nothing."""
    _exiger_des_comptes(request)
    visiteur.coffre.revoquer_jeton(visiteur.utilisateur, id)
    return RedirectResponse("/compte", 303)


def _compte(request: Request, visiteur: Connecte, fautes: list[Faute] | None = None, secret: str = "") -> HTMLResponse:
    contexte = {"jetons": visiteur.coffre.jetons(visiteur.utilisateur), "fautes": fautes or [], "secret": secret}
    return rendre(request, "compte/compte.html", contexte, 422 if fautes else 200)


def _porte(request: Request, suite: str, fautes: list[Faute] | None = None) -> HTMLResponse:
    reglages = reglages_de(request)
    organisation = reglages.oidc_nom if reglages.oidc_emetteur else ""
    return rendre(request, "compte/connexion.html", {"suite": _locale(suite), "fautes": fautes or [], "organisation": organisation}, 403 if fautes else 200)


def _faire_entrer(request: Request, utilisateur: Utilisateur, suite: str) -> Response:
    reponse = RedirectResponse(_locale(suite), 303)
    secret = coffre_de(request).ouvrir_session(utilisateur)
    reponse.set_cookie(SESSION, secret, httponly=True, samesite="lax", secure=reglages_de(request).https)
    # The proofs given before signing in are worth nothing after.
    reponse.delete_cookie(VISITE)
    return reponse


def _locale(suite: str) -> str:
    """Return an address of this site: another one would send the visitor wherever a link wants."""
    sure = suite.startswith("/") and not suite.startswith(("//", "/\\")) and suite.isprintable()
    return suite if sure else "/"


def _exiger_des_comptes(request: Request) -> None:
    if not reglages_de(request).comptes:
        raise HTTPException(404)
