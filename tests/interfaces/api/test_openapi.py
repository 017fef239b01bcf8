"""The description of the API is true: its schemas accept what is answered, and what the examples ask."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from starlette.testclient import TestClient

from convmed.dispositifs.contrat import CasRefuses, repondre
from convmed.dispositifs.socle import tous
from convmed.interfaces.api.banc import banc
from convmed.interfaces.api.schemas import schema_de_la_demande

CAS = banc()["cas"]
ANGLAIS = re.compile(r"\b(the|of|with|and|is|are|what|Successful|Validation)\b")


@pytest.fixture(scope="module")
def document(client: TestClient) -> dict[str, Any]:
    """Give the document, as it is served."""
    reponse = client.get("/openapi.json")
    assert reponse.status_code == 200
    contenu: dict[str, Any] = reponse.json()
    return contenu


def validateur(schema: dict[str, Any], document: dict[str, Any] | None = None) -> jsonschema.Draft202012Validator:
    entier = {**schema, "components": document["components"]} if document else schema
    return jsonschema.Draft202012Validator(entier, format_checker=jsonschema.FormatChecker())


def test_chaque_dispositif_a_son_adresse(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    decrits = {chemin for chemin in document["paths"] if chemin.endswith("/calcul")}
    assert decrits == {f"/api/v1/dispositifs/{nom}/calcul" for nom in tous()}
    assert {"/api/v1/lot", "/api/v1/bareme", "/api/v1/textes", "/api/v1/normes", "/api/v1/dispositifs"} <= set(document["paths"])
    noms = [operation["operationId"] for _, operation in operations(document)]
    assert len(noms) == len(set(noms))


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for chemin, methodes in document["paths"].items():
        for operation in methodes.values():
            yield chemin, operation


def test_chaque_reference_mene_quelque_part(document: dict[str, Any]) -> None:
    def references(objet: Any) -> Iterator[str]:
        if isinstance(objet, dict):
            if isinstance(objet.get("$ref"), str):
                yield objet["$ref"]
            for valeur in objet.values():
                yield from references(valeur)
        elif isinstance(objet, list):
            for valeur in objet:
                yield from references(valeur)

    toutes = set(references(document["paths"])) | set(references(document["components"]))
    assert toutes and {r.removeprefix("#/components/schemas/") for r in toutes} <= set(document["components"]["schemas"])
    for schema in document["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_les_exemples_suivent_leurs_schemas(document: dict[str, Any]) -> None:
    """Hold: every example of the document, request and answer, is what its schema says."""
    vus = 0
    for chemin, operation in operations(document):
        contenus = [*operation.get("requestBody", {}).get("content", {}).values()]
        contenus += [c for reponse in operation["responses"].values() for c in reponse.get("content", {}).values()]
        for contenu in contenus:
            # An example that is refused may be refused for its very shape.
            refuses = set(operation["responses"].get("422", {}).get("content", {}).get("application/problem+json", {}).get("examples", {}))
            for nom, exemple in contenu.get("examples", {}).items():
                if contenu is contenus[0] and (nom in refuses or chemin == "/api/v1/lot"):
                    continue
                erreurs = [str(e.message)[:300] for e in validateur(contenu["schema"], document).iter_errors(exemple["value"])]
                assert not erreurs, (chemin, nom, erreurs)
                vus += 1
    assert vus > 3 * len(tous())


@pytest.mark.parametrize("nom", list(tous()))
def test_les_schemas_acceptent_ce_qui_est_accepte(nom: str) -> None:
    """Hold: what the rules accept is what the schema accepts, on every example; and it refuses some of what they refuse."""
    schema = validateur(schema_de_la_demande(nom))
    refus_vus = 0
    for cas in CAS:
        if cas["dispositif"] == nom and "refus" not in cas["attendu"]:
            assert not list(schema.iter_errors(cas["demande"])), cas["nom"]
            for abime in ({**cas["demande"], "inconnu": 1}, {**cas["demande"], "annee": "2026"}, {"annee": 2026}):
                assert list(schema.iter_errors(abime)), abime
                with pytest.raises(CasRefuses):
                    repondre(nom, abime)
                refus_vus += 1
    assert refus_vus


def test_chaque_operation_dit_ses_refus_et_montre_ses_reponses(document: dict[str, Any]) -> None:
    for chemin, operation in operations(document):
        if operation["tags"] == ["calcul"]:
            assert set(operation["responses"]) == {"200", "413", "415", "422", "429"}, chemin
        assert operation["summary"]
        assert operation["description"]
        if chemin.endswith("/calcul"):
            demandes = operation["requestBody"]["content"]["application/json"]["examples"]
            reponses = operation["responses"]["200"]["content"]["application/json"]["examples"]
            assert reponses and set(reponses) <= set(demandes), chemin


def test_la_description_est_en_francais(document: dict[str, Any]) -> None:
    def dits(objet: Any) -> Iterator[str]:
        if isinstance(objet, dict):
            for cle, valeur in objet.items():
                if cle in ("description", "summary") and isinstance(valeur, str):
                    yield valeur
                elif cle not in ("example", "examples", "value"):
                    yield from dits(valeur)
        elif isinstance(objet, list):
            for valeur in objet:
                yield from dits(valeur)

    phrases = list(dits(document))
    assert len(phrases) > 300
    assert not [phrase for phrase in phrases if ANGLAIS.search(phrase)]


def test_les_montants_disent_leur_unite(document: dict[str, Any]) -> None:
    composants = document["components"]["schemas"]
    assert "euros" in composants["Ligne"]["properties"]["montant"]["description"]
    optam = composants["optam.Prime"]["properties"]["honoraires_opposables"]
    assert "euros" in str(optam)
