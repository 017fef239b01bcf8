"""The application: the API, the pages, what watches over them, and the base behind."""

from __future__ import annotations

import gc
import importlib
import pkgutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import Depends, FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from convmed.base.coffre import Coffre
from convmed.interfaces import api
from convmed.interfaces.api import problemes
from convmed.interfaces.serveur import pannes, sante
from convmed.interfaces.serveur.reglages import Reglages, depuis_environnement
from convmed.interfaces.serveur.securite import CADENCE, CADENCE_DES_CONNEXIONS, Barriere
from convmed.interfaces.web import fautes, openid, pages
from convmed.interfaces.web.rendu import STATIQUE, empreinte
from convmed.interfaces.web.visiteur import exiger_un_acces, verifier_le_jeton


def creer() -> FastAPI:
    """Return the application of a worker: its settings come from the environment, where the command put them."""
    return creer_application(depuis_environnement())


def creer_application(reglages: Reglages) -> FastAPI:
    """Return the whole application; the base is opened when it starts and closed when it ends."""

    @asynccontextmanager
    async def vie(app: FastAPI) -> AsyncIterator[None]:
        app.state.coffre = Coffre.ouvrir(reglages.base, reglages.cle_maitresse)
        api.chauffer()
        yield
        app.state.coffre.fermer()
        # What was set aside from the collector is given back: libraries complain at the end of what was never freed.
        gc.unfreeze()

    app = FastAPI(
        title="convmed", version=version("convmed"), lifespan=vie, docs_url=None, redoc_url=None,
        summary="La convention médicale du 4 juin 2024 en règles exécutables. Projet non officiel.",
    )  # fmt: skip
    app.state.reglages = reglages
    app.state.cle_des_jetons = reglages.cle_maitresse.derivee("jetons")
    fautes.brancher(app)
    app.include_router(sante.routeur)
    app.include_router(api.routeur(), prefix=api.PREFIXE, dependencies=[Depends(exiger_un_acces)] if reglages.comptes else [])
    app.mount(f"/statique/{empreinte()}", Statique(directory=STATIQUE), name="statique")
    for module in pkgutil.iter_modules(pages.__path__):
        page = importlib.import_module(f"{pages.__name__}.{module.name}")
        app.include_router(page.routeur, include_in_schema=False, dependencies=[Depends(verifier_le_jeton)])
    api.brancher(app)
    openid.brancher(app, reglages)
    app.add_middleware(GZipMiddleware, minimum_size=1024, compresslevel=5)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=reglages.hotes_admis, www_redirect=False)
    # On a desk there is one visitor, and nobody to protect from.
    cadences = (("POST /connexion", CADENCE_DES_CONNEXIONS), ("", CADENCE)) if reglages.comptes else ()
    app.add_middleware(Barriere, panne=_panne, cadences=cadences, https=reglages.https)
    return app


def _panne(request: Request, erreur: Exception) -> Response:
    """Note a failure, and answer it in the language of who asked."""
    pannes.noter(erreur)
    return problemes.panne().reponse() if request.url.path.startswith(api.PREFIXE) else fautes.page_d_erreur(request, 500)


class Statique(StaticFiles):
    """The assets of the pages: their address changes with them, so that a browser may keep them."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file, to be kept for a year."""
        reponse = await super().get_response(path, scope)
        reponse.headers["cache-control"] = "public, max-age=31536000, immutable"
        return reponse
