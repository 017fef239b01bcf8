"""The JSON Schemas of what a dispositif reads: those of its models, told in French by its sheet and its inputs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema
from pydantic_core import core_schema

from convmed.dispositifs.contrat import ANNEES, SANS_CALCUL
from convmed.dispositifs.socle import Dispositif, tous
from convmed.donnees import modeles
from convmed.donnees.entites import REGISTRE
from convmed.donnees.modeles import Modele
from convmed.textes import EN_VIGUEUR
from convmed.textes.bareme import dossiers_des_dispositifs
from convmed.textes.textes import textes_connus

ICI = "#/$defs/"
_NOMS = re.compile(r"`([^`]+)`")


class _EnFrancais(GenerateJsonSchema):
    """Says what the validators of the models hold and that their types do not."""

    def function_after_schema(self, schema: core_schema.AfterValidatorFunctionSchema) -> JsonSchemaValue:
        """Say that an amount is in euros."""
        produit = super().function_after_schema(schema)
        if getattr(schema["function"].get("function"), "__name__", "") == modeles._au_centime.__name__:
            produit = {**produit, "description": "en euros, au centime près"}
        return produit

    def function_before_schema(self, schema: core_schema.BeforeValidatorFunctionSchema) -> JsonSchemaValue:
        """Say only what is sure of a value that is changed before its type is looked at.

        An object or a share may stand for a shorter or longer way of writing it; a decimal comes as a JSON number.
        """
        produit = super().function_before_schema(schema)
        if schema["schema"]["type"] == "decimal":
            return {"type": "number"}
        return {} if "$ref" in produit or produit.get("type") in ("object", "number") else produit


def variantes(dispositif: Dispositif) -> dict[type[Modele], list[str]]:
    """Return the models that a dispositif reads, each with the values of `calcul` that lead to it."""
    entree = dispositif.entree
    if isinstance(entree, Mapping):
        choix: dict[type[Modele], list[str]] = {}
        for nom, modele in entree.items():
            choix.setdefault(modele, []).append(nom)
        return choix
    return {entree if isinstance(entree, type) else entree(): [SANS_CALCUL]}


@cache
def schema_de_la_demande(nom: str) -> dict[str, Any]:
    """Return the JSON Schema of one case of a dispositif; its models are in `$defs`."""
    dispositif = tous()[nom]
    choix = variantes(dispositif)
    lieux, produit = models_json_schema([(m, "validation") for m in choix], ref_template=ICI + "{model}", schema_generator=_EnFrancais)
    definitions: dict[str, Any] = json.loads(json.dumps(produit.get("$defs", {})))
    _annoter(definitions, champs_de_la_fiche(nom))
    entrees = []
    for modele, calculs in choix.items():
        reference = lieux[modele, "validation"]["$ref"]
        _fixer_le_calcul(definitions[reference.removeprefix(ICI)], calculs)
        entrees.append({"$ref": reference})
    return {
        "type": "object",
        "title": f"Un cas : {dispositif.titre}",
        "additionalProperties": False,
        "required": ["entree"],
        "properties": {
            "annee": {"type": "integer", "minimum": ANNEES[0], "maximum": ANNEES[-1], "description": "L'exercice ; ou bien `date`."},
            "date": {"type": ["string", "null"], "format": "date", "description": "La date de l'acte ou de l'étape, si elle fixe l'exercice."},
            "texte": {"type": "string", "enum": list(textes_connus()), "default": EN_VIGUEUR, "description": "Le texte appliqué."},
            "entree": entrees[0] if len(entrees) == 1 else {"anyOf": entrees},
        },
        "$defs": definitions,
    }


def _fixer_le_calcul(definition: dict[str, Any], calculs: list[str]) -> None:
    """Say which values of `calcul` lead to a model, and that it must be there unless the main calculation is that one."""
    nommes = [calcul for calcul in calculs if calcul != SANS_CALCUL]
    if nommes:
        definition["properties"]["calcul"] = {"enum": nommes, "description": "Le calcul demandé."}
        if SANS_CALCUL not in calculs:
            definition["required"] = ["calcul", *(champ for champ in definition.get("required", ()) if champ != "calcul")]
    else:
        definition["properties"].pop("calcul", None)


def _annoter(definitions: dict[str, Any], dits: Mapping[str, str]) -> None:
    """Give each field its French description, and take out what says nothing or speaks to who writes the code."""
    parents = {definition: champ for champ, definition in _usages(definitions)}
    for nom, definition in definitions.items():
        for cle in ("title", "description"):
            definition.pop(cle, None)
        for champ, schema in definition.get("properties", {}).items():
            schema.pop("title", None)
            # An absent field is not an empty one: no value stands for it.
            schema.pop("default", None)
            if dit := _description(champ, parents.get(nom, ""), dits):
                schema["description"] = " ".join(filter(None, (dit, schema.get("description"))))


def _usages(definitions: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for definition in definitions.values():
        for champ, schema in definition.get("properties", {}).items():
            for reference in re.findall(r'"#/\$defs/([^"]+)"', json.dumps(schema)):
                yield champ, reference


def _description(champ: str, parent: str, dits: Mapping[str, str]) -> str:
    entree = REGISTRE.entrees.get("date_naissance_medecin" if (parent, champ) == ("medecin", "date_naissance") else champ)
    dit = dits.get(f"{parent}.{champ}") or dits.get(champ)
    morceaux = [entree.libelle if entree else "", dit or ""]
    return " ; ".join(filter(None, morceaux)) + "." if any(morceaux) else ""


@cache
def champs_de_la_fiche(nom: str) -> Mapping[str, str]:
    """Return what the sheet of a dispositif says of each field of its input, in the tables that list them."""
    section = fiche(nom).partition("`convmed calculer")[2].partition("\n## ")[0]
    dits: dict[str, str] = {}
    entete: list[str] = []
    for ligne in section.splitlines():
        if ligne.startswith("|---"):
            continue
        cellules = [cellule.strip() for cellule in ligne.strip().strip("|").split(" | ")] if ligne.startswith("|") else []
        if len(cellules) != 2:
            entete = []
        elif not entete:
            entete = cellules
        elif entete[0] == "champ":
            prefixe = ""
            for cite in _NOMS.findall(cellules[0]):
                parent, _, champ = cite.replace("[]", "").rpartition(".")
                prefixe = parent or prefixe
                dits.setdefault(f"{prefixe}.{champ}" if prefixe else champ, f"{entete[1]} : {cellules[1]}")
    return dits


def fiche(nom: str) -> str:
    """Return the sheet of a dispositif, as it is written."""
    return (dossiers_des_dispositifs()[nom] / "fiche.md").read_text("utf-8")


def titre_et_resume(nom: str) -> tuple[str, str]:
    """Return the title of a dispositif's sheet and its first paragraph."""
    titre, _, reste = fiche(nom).partition("\n")
    return titre.removeprefix("# ").strip(), " ".join(reste.strip().split("\n\n")[0].split())
