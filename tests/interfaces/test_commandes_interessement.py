"""`convmed interessement` and `convmed sobriete` as a user runs them."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

EXEMPLES = Path(__file__).parents[2] / "exemples"
PRESCRIPTIONS, AVANT = EXEMPLES / "sobriete" / "prescriptions-2025.csv", EXEMPLES / "sobriete" / "prescriptions-2024.csv"
DELIVRANCES, ECONOMIES = EXEMPLES / "interessement" / "delivrances.csv", EXEMPLES / "interessement" / "economies.csv"
CUMULS = EXEMPLES / "interessement" / "cumuls.csv"


@pytest.fixture
def convmed(lanceur: Callable[..., Any]) -> Any:
    return lanceur(colonnes=100)


@pytest.mark.parametrize("commande", ["sobriete", "interessement"])
def test_la_commande_installee_refuse_avec_le_code_2(commande: str, tmp_path: Path) -> None:
    programme = [sys.executable, "-c", "from convmed.interfaces.cli import principal; principal()", commande, str(tmp_path / "absent.csv")]
    resultat = subprocess.run(programme, capture_output=True, check=False, env={**os.environ, "PYTHONIOENCODING": "utf-8"})
    assert (resultat.returncode, resultat.stdout) == (2, b"")
    assert "ce n'est pas un fichier" in resultat.stderr.decode()


# --- sobriety


def test_la_sobriete_en_texte_tient_sur_un_terminal_etroit(convmed: Any) -> None:
    texte = convmed.reussit("sobriete", PRESCRIPTIONS, "--precedent", AVANT, "--premiers", 3, colonnes=80)
    for attendu in ("20", "7 bonus".replace(" ", "\N{NO-BREAK SPACE}"), "MG-07", "0,647", "17 médecins de plus", "Ce qui est supposé"):
        assert attendu in texte
    assert "MG-15" not in texte
    assert "…" not in texte
    assert max(map(len, texte.splitlines())) <= 80


def test_la_sobriete_en_json_et_en_csv_disent_la_meme_chose(convmed: Any) -> None:
    lu = json.loads(convmed.reussit("sobriete", PRESCRIPTIONS, "--precedent", AVANT, "--format", "json"))
    assert (lu["annee"], lu["annee_mesuree"], lu["generalistes"], lu["primes"], len(lu["medecins"])) == (2026, 2025, 20, 7, 20)
    assert lu["montant"] == pytest.approx(sum(un["bonus"] for un in lu["medecins"]))
    rangees = list(csv.DictReader(io.StringIO(convmed.reussit("sobriete", PRESCRIPTIONS, "--precedent", AVANT, "--format", "csv")), delimiter=";"))
    assert [(une["medecin"], float(une["ratio"]), float(une["bonus"])) for une in rangees] == [(un["medecin"], un["ratio"], un["bonus"]) for un in lu["medecins"]]


def test_un_medecin_s_explique(convmed: Any) -> None:
    texte = convmed.reussit("sobriete", PRESCRIPTIONS, "--expliquer", "MG-04")
    for attendu in ("40-64", "Ratio 0,701", "plus sobre", "art. 66 à 69", "Total"):
        assert attendu in texte
    lu = json.loads(convmed.reussit("sobriete", PRESCRIPTIONS, "--expliquer", "MG-04", "--format", "json"))
    assert sum(un["attendu"] for un in lu["classes"]) == pytest.approx(lu["medecins"][0]["montant_attendu"])
    assert [arbre["nom"] for arbre in lu["explications"]] == ["sob_ratio", "sob_bonus"]
    assert "médecin inconnu" in convmed.refuse("sobriete", PRESCRIPTIONS, "--expliquer", "MG-99")[0]


def test_les_options_de_la_sobriete_comptent(convmed: Any) -> None:
    def total(*options: object) -> float:
        return float(json.loads(convmed.reussit("sobriete", PRESCRIPTIONS, "--format", "json", *options))["montant"])

    assert total("--pmt-moyenne", 1000, "--seuil", 0.65) == 858
    assert total("--pmt-moyenne", 2000, "--seuil", 0.65) == 429
    assert total("--annee", 2025) == 0
    assert total("--texte", "proposition-2024-02-08") == 0
    assert "n'a pas de ratio" in convmed.refuse("sobriete", PRESCRIPTIONS, "--texte", "convention-2016")[0]


def test_le_graphique_s_ecrit_et_se_repete(convmed: Any, tmp_path: Path) -> None:
    premier, second = tmp_path / "a.png", tmp_path / "b.png"
    for chemin in (premier, second):
        assert convmed.reussit("sobriete", PRESCRIPTIONS, "--format", "png", "--sortie", chemin, "--expliquer", "MG-04") == ""
    assert premier.read_bytes() == second.read_bytes()
    assert premier.read_bytes().startswith(b"\x89PNG")
    svg = convmed.reussit("sobriete", PRESCRIPTIONS, "--format", "svg")
    assert "Ratios de sobriété de 20" in svg


def test_un_fichier_parquet_vaut_un_csv(convmed: Any, tmp_path: Path) -> None:
    parquet = tmp_path / "p.parquet"
    table = pl.read_csv(PRESCRIPTIONS, separator=";", infer_schema=False)
    table.with_columns(pl.col("patients").cast(pl.Int64), pl.col("montant").str.replace(",", ".").cast(pl.Float64), ald=pl.col("ald") == "oui").write_parquet(parquet)
    assert convmed.reussit("sobriete", parquet, "--format", "csv") == convmed.reussit("sobriete", PRESCRIPTIONS, "--format", "csv")


# --- gain sharing


def test_les_delivrances_en_texte_sans_patient_sauf_demande(convmed: Any) -> None:
    commande = ("interessement", DELIVRANCES, "--economies", ECONOMIES, "--annee", 2025)
    texte = convmed.reussit(*commande, colonnes=80)
    assert "INITIE" not in texte
    for attendu in ("prescriptions de 2025, payées en 2026", "3 sur 4", "initiations 4", "À savoir", "étanercept : sortie du dispositif"):
        assert attendu in " ".join(texte.split())
    assert max(map(len, texte.splitlines())) <= 80
    assert "INITIE" in convmed.reussit(*commande, "--patients")
    assert "INITIE" not in convmed.reussit(*commande, "--format", "json")


def test_les_delivrances_en_json_et_en_csv(convmed: Any) -> None:
    commande = ("interessement", DELIVRANCES, "--economies", ECONOMIES, "--annee", 2025)
    lu = json.loads(convmed.reussit(*commande, "--format", "json", "--patients"))
    (biosimilaires,) = lu["dispositifs"]
    assert biosimilaires["montant"] == lu["montant"] == sum(un["montant"] for un in lu["medecins"]) == 310 * biosimilaires["patients"]
    assert len(lu["patients"]) == biosimilaires["patients"]
    assert sum(lu["delivrances"].values()) > len(lu["patients"])
    rangees = list(csv.DictReader(io.StringIO(convmed.reussit(*commande, "--format", "csv")), delimiter=";"))
    assert [float(une["montant"]) for une in rangees] == [un["montant"] for un in lu["medecins"]]
    patients = list(csv.DictReader(io.StringIO(convmed.reussit(*commande, "--format", "csv", "--patients")), delimiter=";"))
    assert {une["patient"] for une in patients} == {un["patient"] for un in lu["patients"]}


def test_sans_economies_tout_est_non_publie(convmed: Any) -> None:
    lu = json.loads(convmed.reussit("interessement", DELIVRANCES, "--annee", 2025, "--format", "json"))
    assert {un["etat"] for un in lu["medecins"] if un["patients"]} == {"non publié"}
    assert {un["montant"] for un in lu["medecins"] if un["patients"]} == {None}


def test_un_medecin_de_l_interessement_s_explique(convmed: Any) -> None:
    texte = convmed.reussit("interessement", DELIVRANCES, "--economies", ECONOMIES, "--annee", 2025, "--expliquer", "OPH-1")
    for attendu in ("Intéressement biosimilaires de l'année", "art. 62", "620,00", "ranibizumab", "7"):
        assert attendu in texte
    assert "médecin inconnu" in convmed.refuse("interessement", DELIVRANCES, "--annee", 2025, "--expliquer", "Z")[0]


@pytest.mark.parametrize(("taux", "montant"), [("16%", 420), ("0.16", 420), ("15 %", 420), ("14,9%", 0), ("1", 420)])
def test_les_cumuls_et_le_taux_d_oam(convmed: Any, taux: str, montant: int) -> None:
    lu = json.loads(convmed.reussit("interessement", CUMULS, "--taux-oam", taux, "--format", "json"))
    assert next(un["montant"] for un in lu["medecins"] if un["medecin"] == "PNE-1") == montant


def test_ce_qui_est_mal_tape_se_dit_en_une_fois(convmed: Any) -> None:
    refuses = convmed.refuse("interessement", CUMULS, "--taux-oam", "beaucoup", "--historique-depuis", "hier", "--texte", "aucun")
    assert len(refuses) == 3
    assert convmed.refuse("interessement", CUMULS)[0].startswith("--taux-oam")
    assert "délivrances" in convmed.refuse("interessement", CUMULS, "--taux-oam", "16%", "--patients", "--format", "json")[0]
    assert "--taux-oam" in convmed.refuse("interessement", CUMULS, "--taux-oam", "150%")[0]


def test_l_aide_dit_les_colonnes(convmed: Any) -> None:
    for commande in ("sobriete", "interessement"):
        aide = convmed.reussit(commande, "--help")
        assert "medecin" in aide
        assert f"exemples/{commande}" in aide
