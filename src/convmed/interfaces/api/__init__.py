"""The JSON API: the contract of `convmed calculer` over HTTP, the batch, what can be consulted, and its description.

`routeur()` is mounted under `PREFIXE`; `brancher(app)`, called last, makes every refusal under it a problem in French;
`chauffer()`, called when a worker starts, spares the first visitors what is read once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import APIRouter, FastAPI

PREFIXE = "/api/v1"
# The framework is imported by who serves: reading the conformance cases does without.


def routeur() -> APIRouter:
    """Return the routes of the API, to be included under `PREFIXE`."""
    from fastapi import APIRouter

    from convmed.interfaces.api.calculs import routeur as calculs
    from convmed.interfaces.api.consultation import routeur as consultation

    tout = APIRouter()
    tout.include_router(calculs)
    tout.include_router(consultation)
    return tout


def brancher(app: FastAPI) -> None:
    """Install the answers to what fails under the API, and `/openapi.json`; the other handlers of `app` stay for its pages.

    To be called once everything else is in place: a handler added later would hide these.
    """
    from convmed.interfaces.api.problemes import brancher as repondre_par_des_problemes
    from convmed.interfaces.api.publication import brancher as publier

    repondre_par_des_problemes(app)
    publier(app)


def chauffer() -> None:
    """Load every dispositif and figure, and tell the collector that they stay.

    Otherwise it looks through all of them again while requests wait: a quarter of a second, now and then.
    """
    import gc

    from convmed.dispositifs.socle import tous
    from convmed.textes import baremes

    tous()
    baremes()
    gc.collect()
    gc.freeze()
