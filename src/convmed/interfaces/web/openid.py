"""Signing in through the provider of an organisation (OpenID Connect): an option of a server for a team."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, HTTPException, Request

from convmed.interfaces.serveur.reglages import Reglages
from convmed.textes import Erreurs, Faute

NOM = "organisation"


def brancher(app: FastAPI, reglages: Reglages) -> None:
    """Prepare the provider, if the settings name one; `Erreurs` if what speaks to it is not installed."""
    app.state.fournisseur = None
    if not reglages.oidc_emetteur:
        return
    try:
        from authlib.integrations.starlette_client import OAuth
        from starlette.middleware.sessions import SessionMiddleware
    except ImportError as absente:
        raise Erreurs([Faute("OpenID Connect demande un module de plus", attendu="pip install 'convmed[equipe]'")]) from absente
    oauth = OAuth()
    app.state.fournisseur = oauth.register(
        NOM, client_id=reglages.oidc_client, client_secret=reglages.oidc_secret,
        server_metadata_url=reglages.oidc_emetteur.rstrip("/") + "/.well-known/openid-configuration",
        client_kwargs={"scope": "openid email", "code_challenge_method": "S256", "timeout": 10},
    )  # fmt: skip
    # It holds what the provider must give back (state, nonce), for the ten minutes that signing in may take.
    app.add_middleware(
        SessionMiddleware, secret_key=reglages.cle_maitresse.derivee("openid").hex(), session_cookie="convmed_openid",
        max_age=600, same_site="lax", https_only=reglages.https, path="/connexion",
    )  # fmt: skip


def fournisseur(request: Request) -> Any:
    """Return the provider, as authlib speaks to it; 404 if there is none."""
    if request.app.state.fournisseur is None:
        raise HTTPException(404)
    return request.app.state.fournisseur


async def personne(request: Request, fournisseur: Any) -> tuple[str, str, str] | None:
    """Return issuer, subject and checked e-mail address of who comes back, `None` if the provider vouches for nobody."""
    from authlib.integrations.base_client import OAuthError
    from httpx import HTTPError
    from joserfc.errors import JoseError

    try:
        dit: dict[str, Any] = await fournisseur.authorize_access_token(request)
    except (OAuthError, JoseError, HTTPError):
        return None
    identite = dit.get("userinfo") or {}
    if not identite.get("email_verified") or not identite.get("email") or not identite.get("sub"):
        return None
    return str(identite["iss"]), str(identite["sub"]), str(identite["email"])
