"""The OpenAPI document: one path a dispositif, with the schema of its models and the examples of its folder."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from convmed.dispositifs.contrat import CasRefuses, repondre
from convmed.dispositifs.socle import tous
from convmed.interfaces.api import PREFIXE, modeles, problemes, schemas
from convmed.interfaces.api.banc import cas_de
from convmed.interfaces.api.calculs import CAS_MAX, TAILLE_MAX
from convmed.interfaces.api.consultation import publier

ADRESSE = "/openapi.json"
COMPOSANTS = "#/components/schemas/"
# An operation shows a few of its examples, with the answers that a person can read; `GET /dispositifs/{d}` has them all.
EXEMPLES_MAX, REPONSE_MAX = 3, 30_000
DESCRIPTION = f"""La convention médicale du 4 juin 2024 en règles exécutables. Site non officiel.

Chaque dispositif a son adresse, et le même contrat que `convmed calculer` : un cas, ou une liste d'au plus {CAS_MAX} cas ; la réponse
a la même forme, dans le même ordre. Un champ inconnu est refusé. Les montants sont en euros, les taux en fractions (0.30), les
dates au format AAAA-MM-JJ. Ce qui ne s'applique pas est une réponse (0, et `motif`) ; ce qui manque est refusé (422), avec toutes les
erreurs à la fois. Un envoi a au plus {TAILLE_MAX // 1024**2} Mo."""
REFUS = {413: "L'envoi est trop grand.", 415: "Le format n'est pas application/json.",
         422: "La demande est refusée : `erreurs` dit tout ce qui ne va pas, champ par champ.",
         429: "Trop de demandes à la fois, sur le serveur d'une équipe."}  # fmt: skip


def brancher(app: FastAPI) -> None:
    """Serve the document; it is built when first asked for, and kept."""
    document: dict[str, Any] = {}
    octets: dict[str, bytes] = {}

    def construire() -> dict[str, Any]:
        if not document:
            document.update(composer(app))
        return document

    def ecrit() -> bytes:
        return octets.setdefault("json", problemes.json_utf8(construire()))

    async def servir(request: Request) -> Response:
        return publier(request, octets["json"] if octets else await run_in_threadpool(ecrit))

    # The route of the framework would write the whole document again for each visitor.
    app.router.routes[:] = [route for route in app.router.routes if getattr(route, "path", None) != ADRESSE]
    app.openapi = construire  # type: ignore[method-assign]
    app.add_route(ADRESSE, servir, include_in_schema=False)


def composer(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document of an application: its described routes, and the calculation of each dispositif."""
    document = get_openapi(title="convmed", version=version("convmed"), openapi_version="3.1.0", description=DESCRIPTION, routes=app.routes)
    composants = document.setdefault("components", {}).setdefault("schemas", {})
    _sans_la_langue_du_code(document["paths"], composants)
    _, produit = models_json_schema(
        [(modele, "serialization") for modele in (modeles.Reponse, modeles.Probleme, modeles.CasRefuse)], ref_template=COMPOSANTS + "{model}"
    )
    composants.update(produit["$defs"])
    lot = []
    for nom in tous():
        demande, definitions = _en_composants(nom)
        composants.update(definitions)
        document["paths"][f"{PREFIXE}/dispositifs/{nom}/calcul"] = {"post": _operation(nom)}
        composants[f"{nom}.lot"] = _dans_un_lot(nom, demande)
        lot.append({"$ref": f"{COMPOSANTS}{nom}.lot"})
    document["paths"][f"{PREFIXE}/lot"] = {"post": _operation_du_lot(lot)}
    for definition in composants.values():
        definition.pop("description", None)
    document["paths"] = dict(sorted(document["paths"].items()))
    document["tags"] = [{"name": "consultation", "description": "Ce qui se consulte."}, {"name": "calcul", "description": "Ce qui se calcule."}]
    return document


def _en_composants(nom: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the schema of a case and the components that it makes, each under the name of its dispositif."""
    ecrit = json.dumps(schemas.schema_de_la_demande(nom)).replace(f'"{schemas.ICI}', f'"{COMPOSANTS}{nom}.')
    demande: dict[str, Any] = json.loads(ecrit)
    definitions = {f"{nom}.{modele}": definition for modele, definition in demande.pop("$defs").items()}
    return demande, {**definitions, f"{nom}.cas": demande}


def _operation(nom: str) -> dict[str, Any]:
    titre, resume = schemas.titre_et_resume(nom)
    acceptes, refuses = _exemples(nom)
    return {
        "tags": ["calcul"],
        "operationId": "calculer-" + nom,
        "summary": titre,
        "description": resume,
        "requestBody": _corps({"anyOf": _un_ou_plusieurs(f"{nom}.cas", CAS_MAX)}, _montres({**acceptes, **refuses}, "demande")),
        "responses": {
            "200": {
                "description": "La réponse, ou la liste des réponses.",
                "content": _json({"anyOf": _un_ou_plusieurs("Reponse")}, _montres(acceptes, "reponse")),
            },
            **_refus(_montres(refuses, "reponse")),
        },
    }


def _operation_du_lot(choix: list[dict[str, Any]]) -> dict[str, Any]:
    premiers = [next(cas for cas in cas_de(nom) if "refus" not in cas["attendu"]) for nom in list(tous())[:2]]
    demande = [{"id": str(rang), "dispositif": cas["dispositif"], **cas["demande"]} for rang, cas in enumerate(premiers)]
    # One that does not exist: the others are answered all the same.
    demande.append({"id": "x", "dispositif": "dotation-numerique", "annee": 2026, "entree": {}})
    return {
        "tags": ["calcul"],
        "operationId": "calculer-un-lot",
        "summary": "Des cas de plusieurs dispositifs",
        "description": f"Au plus {CAS_MAX} cas, chacun avec son `dispositif` et, s'il le faut, un `id` que la réponse reprend. Les réponses "
        "sont dans l'ordre ; un cas refusé porte ses `erreurs`, et ne fait pas refuser les autres.",
        "requestBody": _corps({"type": "array", "maxItems": CAS_MAX, "items": {"anyOf": choix}}, {"lot": {"summary": "Un lot", "value": demande}}),
        "responses": {
            "200": {
                "description": "Les réponses, ou les refus, dans l'ordre.",
                "content": _json({"type": "array", "items": {"anyOf": [{"$ref": COMPOSANTS + "Reponse"}, {"$ref": COMPOSANTS + "CasRefuse"}]}}, {}),
            },
            **_refus({}),
        },
    }


def _dans_un_lot(nom: str, demande: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **demande,
        "required": ["dispositif", *demande["required"]],
        "properties": {
            "id": {"type": "string", "maxLength": 200, "description": "Repris par la réponse."},
            "dispositif": {"const": nom},
            **demande["properties"],
        },
    }


def _exemples(nom: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a few examples with their answer, a calculation each if there are several, and one that is refused."""
    acceptes: dict[str, Any] = {}
    refuses: dict[str, Any] = {}
    montres: dict[str, int] = {}
    au_plus = 1 if len(schemas.variantes(tous()[nom])) > 1 else EXEMPLES_MAX
    for cas in cas_de(nom):
        cle, demande = cas["id"].partition("/")[2], cas["demande"]
        exemple = {"summary": cas["nom"], "demande": demande}
        if "refus" in cas["attendu"]:
            if not refuses:
                refuses[cle] = {**exemple, "reponse": _refuser(nom, demande)}
            continue
        calcul = demande["entree"].get("calcul", "")
        montres[calcul] = montres.get(calcul, 0) + 1
        if montres[calcul] <= au_plus:
            reponse = repondre(nom, demande, scenarios=False)
            courte = montres[calcul] == 1 or len(problemes.json_utf8(reponse)) <= REPONSE_MAX
            acceptes[cle] = {**exemple, "reponse": reponse} if courte else exemple
    return acceptes, refuses


def _refuser(nom: str, demande: Any) -> dict[str, Any]:
    try:
        repondre(nom, demande, scenarios=False)
    except CasRefuses as refus:
        return problemes.corps(422, refus.erreurs)
    raise AssertionError(f"{nom} : un exemple de refus est accepté")


def _montres(exemples: Mapping[str, Any], quoi: str) -> dict[str, Any]:
    return {cle: {"summary": e["summary"], "value": e[quoi]} for cle, e in exemples.items() if quoi in e}


def _refus(exemples: Mapping[str, Any]) -> dict[str, Any]:
    probleme = {"$ref": COMPOSANTS + "Probleme"}
    return {
        str(statut): {"description": dit, "content": {problemes.TYPE: {"schema": probleme, **({"examples": exemples} if exemples and statut == 422 else {})}}}
        for statut, dit in REFUS.items()
    }


def _un_ou_plusieurs(composant: str, au_plus: int | None = None) -> list[dict[str, Any]]:
    un = {"$ref": COMPOSANTS + composant}
    return [un, {"type": "array", "items": un, **({"maxItems": au_plus} if au_plus else {})}]


def _corps(schema: Mapping[str, Any], exemples: Mapping[str, Any]) -> dict[str, Any]:
    return {"required": True, "content": _json(schema, exemples)}


def _json(schema: Mapping[str, Any], exemples: Mapping[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema, **({"examples": exemples} if exemples else {})}}


def _sans_la_langue_du_code(chemins: Mapping[str, Any], composants: dict[str, Any]) -> None:
    """Take out of what the framework wrote the refusals that it believes it answers, and its own words in English."""
    for nom in ("HTTPValidationError", "ValidationError"):
        composants.pop(nom, None)
    for operation in _operations(chemins):
        for statut, reponse in list(operation["responses"].items()):
            if "HTTPValidationError" in json.dumps(reponse):
                del operation["responses"][statut]
            elif reponse.get("description") == "Successful Response":
                reponse["description"] = "La réponse."
        # Any query may carry a parameter that is not known.
        if operation.get("tags") == ["consultation"]:
            operation["responses"].setdefault("422", modeles.PROBLEME)
            operation["responses"]["429"] = {**modeles.PROBLEME, "description": REFUS[429]}
            operation["responses"]["304"] = {"description": "Rien n'a changé depuis l'ETag donné par If-None-Match."}


def _operations(chemins: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for chemin in chemins.values():
        yield from chemin.values()
