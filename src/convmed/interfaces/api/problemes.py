"""What the API answers when it refuses: a problem (RFC 9457) that holds the `erreurs` of the contract, in French."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from convmed.dispositifs.contrat import montrable, sans_nir
from convmed.donnees.fautes import nombre
from convmed.textes import Erreurs

TYPE = "application/problem+json"
TITRES = {
    400: "Demande incomprise", 401: "Connexion nécessaire", 403: "Accès refusé", 404: "Introuvable", 405: "Méthode refusée",
    406: "Format indisponible", 413: "Envoi trop grand", 415: "Format refusé", 422: "Demande refusée",
    429: "Trop de demandes", 500: "Erreur du serveur", 503: "Serveur indisponible",
}  # fmt: skip
DETAILS = {
    401: "cette interface demande un compte", 403: "votre compte ne donne pas ce droit",
    404: "cette adresse ne mène à rien (/api/v1/dispositifs donne celles des dispositifs)",
    405: "cette adresse ne se demande pas ainsi", 500: "une erreur est survenue de notre côté ; elle est notée dans le journal du serveur",
}  # fmt: skip
ERREURS_MAX = 1_000
Gestion = Callable[[Request, Any], Any]


class Probleme(Exception):
    """A request that the API refuses; `erreurs` is the list of the contract."""

    def __init__(self, statut: int, erreurs: list[dict[str, Any]], en_tetes: Mapping[str, str] | None = None) -> None:
        self.statut, self.erreurs, self.en_tetes = statut, erreurs, en_tetes
        super().__init__(f"{statut}, {len(erreurs)} erreur(s)")

    def reponse(self) -> Response:
        """Return the answer."""
        return Response(json_utf8(corps(self.statut, self.erreurs)), self.statut, self.en_tetes, TYPE)


def une_erreur(message: str, *, cas: int = 0, champ: str = "", valeur: object = None, attendu: str = "") -> dict[str, Any]:
    """Return an error of the contract."""
    return {"cas": cas, "champ": champ, "valeur": montrable(valeur), "attendu": attendu or None, "message": message}


def en_erreurs(refus: Erreurs, cas: int = 0) -> list[dict[str, Any]]:
    """Return the faults of a case as the contract prints them."""
    return [{"cas": cas, "champ": f.champ, "valeur": montrable(f.valeur), "attendu": f.attendu, "message": f.message} for f in refus.fautes]


def listables(erreurs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return errors as they may be sent: no NIR is repeated, and past `ERREURS_MAX` they are only counted."""
    listees: list[dict[str, Any]] = [sans_nir(erreur) for erreur in erreurs[:ERREURS_MAX]]
    if reste := len(erreurs) - len(listees):
        listees.append(une_erreur(f"et {nombre(reste, 'autre erreur', 'autres erreurs')}", cas=int(erreurs[ERREURS_MAX]["cas"])))
    return listees


def corps(statut: int, erreurs: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the body of a problem: the members of RFC 9457, and the errors of the contract."""
    listees = listables(erreurs)
    combien = f"{nombre(len(erreurs), 'erreur', 'erreurs')}, dont la première : {listees[0]['message']}"
    return {
        "type": "about:blank",
        "title": TITRES.get(statut, "Erreur"),
        "status": statut,
        "detail": listees[0]["message"] if len(erreurs) == 1 else combien,
        "erreurs": listees,
    }


def json_utf8(objet: Any) -> bytes:
    """Return compact JSON; `ValueError` for what JSON cannot say. A lone surrogate stays the escape that it was."""
    texte = json.dumps(objet, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=str)
    return texte.encode("utf-8", errors="backslashreplace")


def panne() -> Probleme:
    """Return what is said of a failure of ours."""
    return Probleme(500, [une_erreur(DETAILS[500])])


def brancher(app: FastAPI) -> None:
    """Answer by problems what fails under `/api/`; elsewhere, the handler that `app` had before is asked."""
    for genre, gerer in ((Probleme, _probleme), (HTTPException, _http), (Erreurs, _erreurs)):
        app.add_exception_handler(genre, _sous_l_api(gerer, app.exception_handlers.get(genre)))


def _sous_l_api(gerer: Gestion, precedent: Gestion | None) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def choisir(request: Request, erreur: Exception) -> Response:
        if precedent is None or request.url.path.startswith("/api/"):
            reponse: Response = gerer(request, erreur)
            return reponse
        autre = precedent(request, erreur)
        return await autre if isinstance(autre, Awaitable) else autre  # type: ignore[no-any-return]

    return choisir


def _probleme(request: Request, erreur: Probleme) -> Response:
    return erreur.reponse()


def _http(request: Request, erreur: HTTPException) -> Response:
    detail = DETAILS.get(erreur.status_code, TITRES.get(erreur.status_code, "Erreur").lower())
    return Probleme(erreur.status_code, [une_erreur(detail)], erreur.headers).reponse()


def _erreurs(request: Request, erreur: Erreurs) -> Response:
    return Probleme(422, en_erreurs(erreur)).reponse()
