"""What stands before every request: who may call, how much may be sent, how often, and what the browser is told."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from convmed.interfaces.serveur import mesures

JOURNAL = logging.getLogger("convmed.acces")
# Nothing but what the server itself sends runs in a page: an injected script or style has nowhere to come from.
POLITIQUE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
EN_TETES = (
    (b"content-security-policy", POLITIQUE.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
HTTPS = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
PRIVE = (b"cache-control", b"no-store")
MEGA = 1024 * 1024
# A dossier of a whole practice with its acts of ten years is some ten megabytes.
CORPS_AU_PLUS = 64 * MEGA
CORPS_DE_L_API = 8 * MEGA
CADENCE = parse("600/minute")
CADENCE_DES_CONNEXIONS = parse("20/minute")


class TropGrand(Exception):
    """The body of a request passes what is accepted."""


class Barriere:
    """The one middleware of convmed: sizes, cadence, headers, and a line of log without anything personal.

    `panne` makes the answer to what fails: an exception that went further would be logged with its message, which may hold
    what was sent. `cadences` tells how often one address may ask what begins so (`POST /connexion`; none on a desk); `https` that TLS ends
    before.
    """

    def __init__(
        self, app: ASGIApp, panne: Callable[[Request, Exception], Response], cadences: Iterable[tuple[str, RateLimitItem]] = (), https: bool = False
    ) -> None:
        self.app, self.panne, self.cadences, self.https = app, panne, tuple(cadences), https
        self.limiteur = MovingWindowRateLimiter(MemoryStorage())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, or answer in its place."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        debut, statut = time.perf_counter(), 500
        plafond = CORPS_DE_L_API if scope["path"].startswith("/api/") else CORPS_AU_PLUS
        commence = False

        async def envoyer(message: Message) -> None:
            nonlocal statut, commence
            if message["type"] == "http.response.start":
                statut, commence = message["status"], True
                message["headers"] = [*message["headers"], *self._en_tetes(message["headers"])]
            await send(message)

        try:
            if self._trop_souvent(scope):
                await _refuser(scope, envoyer, 429, "Trop de demandes", "trop de demandes à la fois : réessayez dans une minute",
                               [(b"retry-after", b"60")])  # fmt: skip
            elif _longueur_annoncee(scope) > plafond:
                await _trop_grand(scope, envoyer, plafond)
            else:
                try:
                    await self.app(scope, _borne(receive, plafond), envoyer)
                except TropGrand:
                    if not commence:
                        await _trop_grand(scope, envoyer, plafond)
        except Exception as erreur:
            reponse = self.panne(Request(scope), erreur)
            if not commence:
                await reponse(scope, receive, envoyer)
        finally:
            # The route, never the path nor its query: an address may hold what a visitor typed.
            route, secondes = getattr(scope.get("route"), "path", "—"), time.perf_counter() - debut
            mesures.noter(scope["method"], route, statut, secondes)
            JOURNAL.info("%s %s %s %.0f ms", scope["method"], route, statut, secondes * 1000)

    def _en_tetes(self, presents: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        noms = {nom.lower() for nom, _ in presents}
        return [(n, v) for n, v in (*EN_TETES, PRIVE, *((HTTPS,) if self.https else ())) if n not in noms]

    def _trop_souvent(self, scope: Scope) -> bool:
        adresse, demande = (scope.get("client") or ("",))[0], f"{scope['method']} {scope['path']}"
        return any(
            demande.startswith(prefixe) and not self.limiteur.hit(cadence, prefixe, adresse)
            for prefixe, cadence in self.cadences
        )


def _longueur_annoncee(scope: Scope) -> int:
    texte = next((valeur for nom, valeur in scope["headers"] if nom == b"content-length"), b"0")
    return int(texte) if texte.isdigit() else 0


def _borne(receive: Receive, plafond: int) -> Receive:
    recus = 0

    async def recevoir() -> Message:
        nonlocal recus
        message = await receive()
        recus += len(message.get("body", b""))
        if recus > plafond:
            raise TropGrand
        return message

    return recevoir


async def _trop_grand(scope: Scope, envoyer: Callable[[Message], Awaitable[None]], plafond: int) -> None:
    await _refuser(scope, envoyer, 413, "Envoi trop grand", f"{plafond // MEGA} Mo au plus", [(b"connection", b"close")])


async def _refuser(
    scope: Scope, envoyer: Callable[[Message], Awaitable[None]], statut: int, titre: str, detail: str, en_tetes: list[tuple[bytes, bytes]]
) -> None:
    """Answer in the language of who asks: a problem for a program, a plain sentence for a page."""
    if scope["path"].startswith("/api/"):
        probleme: dict[str, Any] = {"type": "about:blank", "title": titre, "status": statut, "detail": detail,
                                    "erreurs": [{"cas": 0, "champ": "", "valeur": None, "attendu": detail, "message": titre.lower()}]}  # fmt: skip
        corps, genre = json.dumps(probleme, ensure_ascii=False).encode(), b"application/problem+json"
    else:
        corps, genre = f"{titre} : {detail}.\n".encode(), b"text/plain; charset=utf-8"
    await envoyer({"type": "http.response.start", "status": statut, "headers": [(b"content-type", genre), *en_tetes]})
    await envoyer({"type": "http.response.body", "body": corps})
