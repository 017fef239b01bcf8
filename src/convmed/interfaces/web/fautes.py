"""What a page says when something is wrong: what, where, what was expected; in French, and nothing of the inside."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException as ExceptionHTTP
from starlette.responses import RedirectResponse, Response

from convmed.base.coffre import Conflit, Interdit, Introuvable
from convmed.donnees.modeles import faute_de_saisie
from convmed.interfaces.web.rendu import en_fragment, rendre
from convmed.interfaces.web.visiteur import JetonRefuse, NonConnecte
from convmed.textes import Erreurs, Faute

TITRES = {
    400: "Demande incomprise", 403: "Accès refusé", 404: "Page introuvable", 405: "Demande incomprise", 409: "Modifié entre-temps",
    413: "Envoi trop grand", 422: "À corriger", 429: "Trop de demandes", 500: "Erreur du serveur",
}  # fmt: skip
MESSAGES = {
    403: "Votre compte ne donne pas ce droit.",
    404: "Cette adresse ne mène à rien, ou plus à rien, ou vous n’y avez pas accès.",
    405: "Cette page ne se demande pas ainsi.",
    409: "Quelqu’un, ou vous dans un autre onglet, a modifié ceci depuis que vous l’avez ouvert. Rechargez la page, puis recommencez.",
    500: "Une erreur est survenue de notre côté. Rien n’a été modifié ; elle est notée dans le journal du serveur.",
}
ECHEANCE = "Ce formulaire n’est plus valable, ou ne vient pas de ce site. Rechargez la page, puis recommencez."


def brancher(app: FastAPI) -> None:
    """Install what answers when a page fails; the API has its own answers, under its own prefix."""
    app.add_exception_handler(Erreurs, _pages(lambda request, e: page_d_erreur(request, 422, e.fautes)))  # type: ignore[attr-defined]
    app.add_exception_handler(RequestValidationError, _pages(_invalide))
    app.add_exception_handler(Introuvable, _pages(lambda request, _: page_d_erreur(request, 404)))
    app.add_exception_handler(Interdit, _pages(lambda request, _: page_d_erreur(request, 403)))
    app.add_exception_handler(Conflit, _pages(lambda request, _: page_d_erreur(request, 409)))
    app.add_exception_handler(JetonRefuse, _pages(lambda request, _: page_d_erreur(request, 403, message=ECHEANCE)))
    app.add_exception_handler(NonConnecte, _pages(_connecter))
    app.add_exception_handler(ExceptionHTTP, _pages(_http))


def page_d_erreur(request: Request, statut: int, fautes: list[Faute] | None = None, message: str | None = None) -> Response:
    """Return the page of an error: its title, one sentence, and every fault with its place."""
    gabarit = "_fautes.html" if en_fragment(request) else "erreur.html"
    contexte = {"titre": TITRES.get(statut, "Erreur"), "message": message or MESSAGES.get(statut, ""), "fautes": fautes or []}
    return rendre(request, gabarit, contexte, statut)


def _pages(repondre: Callable[[Request, Exception], Response]) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def gerer(request: Request, erreur: Exception) -> Response:
        return repondre(request, erreur)

    return gerer


def _invalide(request: Request, erreur: Exception) -> Response:
    assert isinstance(erreur, RequestValidationError)
    fautes = [faute_de_saisie({**detail, "loc": tuple(detail["loc"])[1:]}, "") for detail in erreur.errors()]  # type: ignore[typeddict-item]
    return page_d_erreur(request, 422, fautes)


def _connecter(request: Request, erreur: Exception) -> Response:
    assert isinstance(erreur, NonConnecte)
    if en_fragment(request):
        return Response(status_code=204, headers={"HX-Redirect": erreur.suite})
    return RedirectResponse(erreur.suite, 303)


def _http(request: Request, erreur: Exception) -> Response:
    assert isinstance(erreur, (HTTPException, ExceptionHTTP))
    return page_d_erreur(request, erreur.status_code)
