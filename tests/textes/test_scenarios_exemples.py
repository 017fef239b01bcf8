"""The scenarios of `exemples/scenarios`: readable, valid for the schema, and worth what `attendus.json` says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import convmed
from convmed.textes import trouver_texte
from convmed.textes.bareme import lire_yaml

EXEMPLES = Path(__file__).parents[2] / "exemples"
SCENARIOS = EXEMPLES / "scenarios"
SCHEMA = Path(__file__).parents[2] / "src" / "convmed" / "textes" / "scenario.schema.json"
ATTENDUS: list[dict[str, Any]] = json.loads((SCENARIOS / "attendus.json").read_text("utf-8"))


def test_chaque_scenario_a_son_attendu() -> None:
    assert {attendu["scenario"] for attendu in ATTENDUS} == {chemin.name for chemin in SCENARIOS.glob("*.yaml")}


@pytest.mark.parametrize("chemin", sorted(SCENARIOS.glob("*.yaml")), ids=lambda chemin: chemin.stem)
def test_un_scenario_d_exemple_se_lit_et_suit_le_schema(chemin: Path) -> None:
    texte = trouver_texte(str(chemin))
    assert texte.id == chemin.stem
    document = json.loads(json.dumps(lire_yaml(chemin.read_text("utf-8"), chemin.name), default=str))
    assert not list(Draft202012Validator(json.loads(SCHEMA.read_text("utf-8"))).iter_errors(document))
    commande = re.search(r"--textes (\S+)", chemin.read_text("utf-8"))
    assert commande and commande[1].endswith(f"exemples/scenarios/{chemin.name}")


@pytest.mark.parametrize("attendu", ATTENDUS, ids=lambda attendu: f"{attendu['scenario']}-{attendu['annee']}")
def test_un_scenario_d_exemple_vaut_ce_qui_est_ecrit(attendu: dict[str, Any]) -> None:
    scenario = trouver_texte(str(SCENARIOS / attendu["scenario"]))
    comparaison = convmed.comparer(EXEMPLES / attendu["dossier"], [attendu["contre"], scenario.reference], attendu["annee"])
    centimes = {libelle: round(euros * 100) for libelle, euros in attendu["ecarts"].items()}
    assert {ligne.libelle: ligne.ecarts[scenario.id].difference for ligne in comparaison.lignes if ligne.ecarts[scenario.id].difference} == centimes
    assert comparaison.total(scenario.id) == round(attendu["total"] * 100)
    assert comparaison.total(attendu["contre"]) == round(attendu["total_de_la_reference"] * 100)
