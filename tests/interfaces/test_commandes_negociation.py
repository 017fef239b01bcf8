"""`convmed negociation` as a user runs it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from convmed.restitution.negociation import COLONNES, SCHEMA_EVENEMENTS
from convmed.restitution.propositions import COLONNES as COLONNES_DES_PROPOSITIONS


@pytest.fixture
def convmed(lanceur: Callable[..., Any]) -> Any:
    return lanceur("negociation")


def test_la_chronologie_se_lit_d_une_traite(convmed: Any) -> None:
    texte = convmed.reussit()
    for attendu in ("16/10/2023", "(prévu le 25/01/2024)", "Signature par cinq syndicats", "8 en tout", "Déplacés", "(annoncé)", "Réserve"):
        assert attendu in texte
    assert "https://" not in texte


def test_la_chronologie_tient_sur_un_terminal_etroit(convmed: Any) -> None:
    texte = convmed.reussit("--nature", "report", colonnes=80)
    assert max(map(len, texte.splitlines())) <= 80
    assert "…" not in texte


def test_les_filtres_et_les_formats(convmed: Any, tmp_path: Path) -> None:
    lus = json.loads(convmed.reussit("--du", "2025-06-01", "--au", "2025-07-31", "--format", "json"))
    # What was planned in the period and came later is in it.
    assert [un["id"] for un in lus] == ["campagne-mso", "alerte-2025", "suspension-2025", "hausses-reportees"]
    rangees = list(csv.DictReader(io.StringIO(convmed.reussit("--nature", "seance", "--format", "csv")), delimiter=";"))
    assert tuple(rangees[0]) == tuple(SCHEMA_EVENEMENTS)
    assert [rangee["date"] for rangee in rangees] == ["2023-11-15", "2023-12-21", "2024-02-08", "2024-03-01"]
    assert convmed.reussit("--du", "2040-01-01", "--format", "csv").splitlines() == [";".join(SCHEMA_EVENEMENTS)]
    assert "Aucun événement" in convmed.reussit("--du", "2040-01-01")
    assert "BEGIN:VEVENT" in convmed.reussit("--format", "ics")
    for genre, debut in (("png", b"\x89PNG"), ("svg", b"<?xml")):
        fichier = tmp_path / f"frise.{genre}"
        assert convmed.reussit("--format", genre, "--sortie", fichier) == ""
        assert fichier.read_bytes().startswith(debut)


def test_les_orientations_disent_ce_qui_y_repond(convmed: Any) -> None:
    texte = convmed.reussit("orientations", "--source", "lettre-2022")
    for attendu in ("L-14", "consultations-avancees", "sans réponse", "29 sur 33"):
        assert attendu in texte
    lu = json.loads(convmed.reussit("orientations", "--toutes", "--sans-reponse", "--format", "json"))
    assert {"L-36", "P0-16"} <= {une["id"] for une in lu["orientations"]}
    assert all(not une["repondue"] and une["sections"] == [] for une in lu["orientations"])
    assert tuple(next(csv.reader(io.StringIO(convmed.reussit("orientations", "--format", "csv")), delimiter=";"))) == COLONNES
    un = json.loads(convmed.reussit("orientations", "--dispositif", "optam", "--toutes", "--format", "json"))["orientations"]
    assert {une["dispositif"] for une in un} == {"optam"}
    assert "Rien n'a été demandé" in convmed.reussit("orientations", "--dispositif", "optam", "--sans-reponse")


def test_les_propositions_disent_ce_qui_a_ete_signe(convmed: Any, tmp_path: Path) -> None:
    texte = convmed.reussit("propositions", "--dispositif", "forfait-medecin-traitant")
    for attendu in ("option 2 retenue", "en hausse", "→ moins_de_7_ans", "option 1 : 80,00"):
        assert attendu in texte
    assert "circulaire 31/07/2024, 3.1 A" in convmed.reussit("propositions", "--dispositif", "forfait-medecin-traitant", "--format", "csv")
    lu = json.loads(convmed.reussit("propositions", "--dispositif", "tarifs", "--issue", "identique", "--format", "json"))
    assert set(lu["bilan"]) == {"identique"} == {une["issue"] for une in lu["propositions"]}
    (k,) = (une for une in lu["propositions"] if une["figure"] == "K")
    assert [etape["du"] for etape in k["signe"]] == ["2025-01-01", "2025-07-01"]
    assert k["depuis"] == "reportee"
    assert json.loads(convmed.reussit("propositions", "--issue", "ajoutee", "--format", "json"))["propositions"]
    rangees = convmed.reussit("propositions", "--dispositif", "vsm", "--format", "csv").splitlines()
    assert rangees == [";".join(COLONNES_DES_PROPOSITIONS)]
    assert "Aucune figure" in convmed.reussit("propositions", "--dispositif", "vsm")
    assert convmed.reussit("propositions", "--format", "png", "--sortie", tmp_path / "suites.png") == ""
    assert (tmp_path / "suites.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "mots"),
    [
        (("--du", "hier", "--au", "demain", "--nature", "fete"), ("--du : date illisible", "--au : date illisible", "--nature : mot inconnu « fete »")),
        (("--du", "2025-01-01", "--au", "2024-01-01"), ("--du : le premier jour (2025-01-01) est après le dernier",)),
        (("--format", "json", "orientations"), ("options avant la sous-commande : --format",)),
        (("seances",), ("commande inconnue ou absente (attendu : l'une de orientations, propositions)",)),
        (("orientations", "--dispositif", "opttam"), ("--dispositif : aucune demande pour le dispositif « opttam »",)),
        (("orientations", "--source", "lettre"), ("valeur refusée pour --source",)),
        (("propositions", "--dispositif", "opttam", "--issue", "gagnee"), ("--issue : mot inconnu « gagnee »", "dispositif inconnu « opttam »")),
    ],
)
def test_chaque_refus_dit_l_option_et_ce_qui_etait_attendu(convmed: Any, arguments: tuple[str, ...], mots: tuple[str, ...]) -> None:
    lignes = [ligne for ligne in convmed.refuse(*arguments) if not ligne.startswith("Aide")]
    assert len(lignes) == len(mots)
    for ligne, mot in zip(lignes, mots, strict=True):
        assert mot in ligne
        assert "attendu" in ligne
