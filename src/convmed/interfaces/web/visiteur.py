"""Who visits: the account that signed in, or the one person of a desk; and the proof that a form comes from our pages."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, HTTPException, Request
from starlette.responses import Response

from convmed.base.coffre import POSTE, Coffre, Utilisateur
from convmed.interfaces.serveur.reglages import Reglages

SESSION, VISITE = "convmed_session", "convmed_visite"
CHAMP_JETON, EN_TETE_JETON = "_jeton", "x-convmed-jeton"
SURES = frozenset({"GET", "HEAD", "OPTIONS"})


class NonConnecte(Exception):
    """The page asks for an account."""

    def __init__(self, suite: str) -> None:
        self.suite = suite
        super().__init__()


class JetonRefuse(Exception):
    """A form that does not come from one of our pages, or from one too old."""


@dataclass(frozen=True, slots=True)
class Visiteur:
    """Who visits, and where what is kept lies."""

    utilisateur: Utilisateur
    coffre: Coffre


def reglages_de(request: Request) -> Reglages:
    """Return the settings of the server that answers."""
    reglages: Reglages = request.app.state.reglages
    return reglages


def coffre_de(request: Request) -> Coffre:
    """Return the store of the server that answers."""
    coffre: Coffre = request.app.state.coffre
    return coffre


def utilisateur_de(request: Request) -> Utilisateur | None:
    """Return the account of a request, `None` if it asks for one and has none."""
    if not reglages_de(request).comptes:
        return POSTE
    jeton = request.cookies.get(SESSION)
    return coffre_de(request).session(jeton) if jeton else None


def visiteur(request: Request) -> Visiteur:
    """Return the visitor; `NonConnecte` without an account where one is needed."""
    utilisateur = utilisateur_de(request)
    if utilisateur is None:
        suite = request.url.path if request.method in SURES else "/"
        raise NonConnecte(f"/connexion?suite={quote(suite)}")
    request.state.utilisateur = utilisateur
    return Visiteur(utilisateur, coffre_de(request))


Connecte = Annotated[Visiteur, Depends(visiteur)]


def exiger_un_acces(request: Request) -> None:
    """Refuse a program without a token, where there are accounts: 401. A page of ours may also ask, with its session."""
    genre, _, secret = request.headers.get("authorization", "").partition(" ")
    connu = coffre_de(request).jeton(secret.strip()) if genre.lower() == "bearer" else utilisateur_de(request)
    if connu is None:
        raise HTTPException(401, "un jeton est nécessaire : Authorization: Bearer … (page « Mon compte »)", {"www-authenticate": "Bearer"})


def jeton(request: Request) -> str:
    """Return the proof that a form comes from us; masked, so that two pages never hold the same bytes."""
    masque = secrets.token_bytes(32)
    return urlsafe_b64encode(masque + _ou_exclusif(masque, _empreinte(request))).decode()


async def verifier_le_jeton(request: Request) -> None:
    """Refuse a request that writes and was not sent by one of our pages: `JetonRefuse`.

    The token comes in a header (htmx) or a field of the form.
    """
    if request.method in SURES:
        return
    recu = request.headers.get(EN_TETE_JETON)
    if recu is None and request.headers.get("content-type", "").startswith(("multipart/form-data", "application/x-www-form-urlencoded")):
        champ = (await request.form()).get(CHAMP_JETON)
        recu = champ if isinstance(champ, str) else None
    try:
        octets = urlsafe_b64decode((recu or "").encode("ascii"))
    except ValueError:
        raise JetonRefuse from None
    if len(octets) != 64 or VISITE not in request.cookies or not hmac.compare_digest(_ou_exclusif(octets[:32], octets[32:]), _empreinte(request)):
        raise JetonRefuse


def poser_la_visite(request: Request, reponse: Response) -> None:
    """Give a visitor who has none the cookie to which the proofs are bound."""
    if VISITE not in request.cookies:
        reponse.set_cookie(VISITE, _visite(request), httponly=True, samesite="lax", secure=reglages_de(request).https)


def _visite(request: Request) -> str:
    if VISITE in request.cookies:
        return request.cookies[VISITE]
    if not hasattr(request.state, "visite"):
        request.state.visite = secrets.token_urlsafe(32)
    valeur: str = request.state.visite
    return valeur


def _empreinte(request: Request) -> bytes:
    cle: bytes = request.app.state.cle_des_jetons
    session = request.cookies.get(SESSION, "")
    return hmac.new(cle, f"{_visite(request)} {session}".encode(), hashlib.sha256).digest()


def _ou_exclusif(a: bytes, b: bytes) -> bytes:
    return bytes(x ^ y for x, y in zip(a, b, strict=True))
