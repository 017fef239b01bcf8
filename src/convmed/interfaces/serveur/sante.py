"""What a supervisor asks: is the server well, and how does it do; without a word on anybody."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import JSONResponse, Response

from convmed import __version__
from convmed.interfaces.serveur import mesures
from convmed.interfaces.web.visiteur import coffre_de

routeur = APIRouter(include_in_schema=False)


@routeur.get("/sante")
def sante(request: Request) -> JSONResponse:
    """Answer 200 if the base answers, 503 if it does not."""
    vivant = coffre_de(request).sante()
    return JSONResponse({"etat": "ok" if vivant else "base injoignable", "version": __version__}, 200 if vivant else 503)


@routeur.get("/metriques")
def metriques(request: Request) -> Response:
    """Return counts and durations in the format of Prometheus, to the machine itself only: a proxy must not pass it on."""
    if request.client is None or request.client.host not in ("127.0.0.1", "::1") or "x-forwarded-for" in request.headers:
        raise HTTPException(404)
    return Response(mesures.ecrire(coffre_de(request).mesures()), media_type=CONTENT_TYPE_LATEST)
