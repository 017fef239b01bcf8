"""Whatever a program sends that follows the description, or does not, the API answers as described and never breaks."""

from __future__ import annotations

from typing import Any

import hypothesis
import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from convmed.dispositifs.socle import tous
from convmed.interfaces.api import PREFIXE

VERIFICATIONS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
# The same cases at each run: what fails for one fails for all. Shrinking a case of a large schema would take minutes.
REGLAGES = hypothesis.settings(
    max_examples=15, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)  # fmt: skip


CONSULTATIONS = ("dispositifs", "dispositifs/{dispositif}", "bareme", "textes", "normes")
OPERATIONS = [("POST", f"{PREFIXE}/dispositifs/{nom}/calcul") for nom in tous()] + [("POST", f"{PREFIXE}/lot")]
OPERATIONS += [("GET", f"{PREFIXE}/{chemin}") for chemin in CONSULTATIONS]

# Where no body nor figure is asked, there is nothing to ask wrongly.
SANS_FAUTE_POSSIBLE = ("dispositifs", "dispositifs/{dispositif}", "textes", "normes")
CAMPAGNES = [(*operation, GenerationMode.POSITIVE) for operation in OPERATIONS]
CAMPAGNES += [(*o, GenerationMode.NEGATIVE) for o in OPERATIONS if o[1].removeprefix(f"{PREFIXE}/") not in SANS_FAUTE_POSSIBLE]


@pytest.fixture(scope="module")
def schema(application: FastAPI) -> Any:
    """Give the description of the API, as the application serves it."""
    return schemathesis.openapi.from_asgi("/openapi.json", application)


def test_rien_de_decrit_n_est_oublie(schema: Any) -> None:
    decrites = {(operation.ok().method.upper(), operation.ok().path) for operation in schema.get_all_operations()}
    assert decrites == set(OPERATIONS)


@pytest.mark.parametrize(("methode", "chemin", "mode"), CAMPAGNES, ids=lambda valeur: str(getattr(valeur, "value", valeur)).removeprefix(PREFIXE))
def test_l_api_suit_sa_description(schema: Any, methode: str, chemin: str, mode: GenerationMode) -> None:
    """Hold: no 5xx, and only the statuses, the media types and the shapes that the document announces."""
    operation = schema[chemin][methode]
    @REGLAGES
    @hypothesis.given(cas=operation.as_strategy(generation_mode=mode))
    def verifier(cas: Any) -> None:
        cas.call_and_validate(checks=VERIFICATIONS)

    verifier()
