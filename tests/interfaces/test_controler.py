"""`convmed controler` as a user runs it: a real process, its output, its errors and its exit status."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

ENTETES = "facture;medecin;patient;date_heure;code;montant;specialite;secteur;departement;lieu;regulation;patientele_mt;couleur"
COMMUN = "01;1;75;cabinet;sas;{};bleu"
NIR = "185057800608436"


def convmed(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from convmed.interfaces.cli import principal; principal()", *map(str, arguments)],
        capture_output=True, check=False, text=True, encoding="utf-8", env={**os.environ, "COLUMNS": "220", "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip


def reussit(*arguments: object) -> str:
    resultat = convmed(*arguments)
    assert resultat.returncode == 0, resultat.stderr
    return resultat.stdout


@pytest.fixture
def factures(tmp_path: Path) -> Path:
    fichier = tmp_path / "factures.csv"
    fichier.write_text("\n".join([
        ENTETES,
        f"F1;DR-A;{NIR};2026-03-10T10:00+01:00;G;30;" + COMMUN.format("oui"),
        f"F1;DR-A;{NIR};2026-03-10T10:00+01:00;SNP;15;" + COMMUN.format("oui"),
        "F2;DR-B;P2;2026-03-10T11:00+01:00;G;32,50;" + COMMUN.format("non"),
        "F3;DR-B;P3;2026-03-10T12:00;G;30;" + COMMUN.format("non"),
        "F4;DR-B;P4;2026-03-09T12:00+01:00;GGG;30;" + COMMUN.format("non"),
    ]) + "\n", "utf-8")  # fmt: skip
    return fichier


def test_json_dit_les_constats_les_fautes_et_la_synthese(factures: Path) -> None:
    dit = json.loads(reussit("controler", factures, "--format", "json"))
    assert (dit["texte"], dit["lignes"], dit["traitees"]) == ("en-vigueur", 5, 3)
    assert [(f["ligne"], f["colonne"], f["message"]) for f in dit["rejets"]] == [
        (5, "date_heure", "heure sans fuseau horaire"), (6, "code", "code inconnu"),
    ]  # fmt: skip
    constats = [(c["ligne"], c["medecin"], c["code"], c["constat"], c["enjeu"]) for c in dit["constats"]]
    assert constats == [
        (3, "DR-A", "SNP", "interdit", 15), (3, "DR-A", "SNP", "interdit", 15),
        (4, "DR-B", "G", "tarif", 2.5), (4, "DR-B", "SNP", "sous-cotation", 15),
    ]  # fmt: skip
    assert all(c["motif"] and c["references"] for c in dit["constats"])
    assert [(s["medecin"], s["constat"], s["nombre"], s["enjeu"]) for s in dit["synthese"]] == [
        ("DR-A", "interdit", 1, 15), ("DR-A", "interdit", 1, 15), ("DR-B", "tarif", 1, 2.5), ("DR-B", "sous-cotation", 1, 15),
    ]  # fmt: skip
    assert dit["colonnes_ignorees"] == ["couleur"]
    assert "depassement" in dit["colonnes_absentes"]


def test_texte_et_csv_montrent_la_synthese(factures: Path) -> None:
    texte = reussit("controler", factures)
    for morceau in ("5 lignes lues, 3 traitées", "SNP non facturée", "heure sans fuseau horaire", "code inconnu", "couleur", "DR-A"):
        assert morceau in texte, morceau
    rangees = list(csv.DictReader(io.StringIO(reussit("controler", factures, "--format", "csv")), delimiter=";"))
    assert [r["medecin"] for r in rangees] == ["DR-A", "DR-A", "DR-B", "DR-B"]


@pytest.mark.parametrize("extension", ["csv", "parquet"])
def test_justifications_ligne_a_ligne(factures: Path, tmp_path: Path, extension: str) -> None:
    fichier = tmp_path / f"justifications.{extension}"
    reussit("controler", factures, "--justifications", fichier)
    table = pl.read_csv(fichier, separator=";") if extension == "csv" else pl.read_parquet(fichier)
    assert table.get_column("ligne").to_list() == [3, 3, 4, 4]
    assert table.get_column("enjeu").to_list() == [15, 15, 2.5, 15]
    assert {"facture", "medecin", "code", "constat", "regle", "motif", "references"} <= set(table.columns)
    assert table.null_count().sum_horizontal().item() == 0


def test_aucun_nir_ne_sort(factures: Path, tmp_path: Path) -> None:
    sorties = [reussit("controler", factures, "--format", presentation) for presentation in ("texte", "json", "csv")]
    fichier = tmp_path / "justifications.csv"
    reussit("controler", factures, "--justifications", fichier)
    assert all(NIR not in sortie for sortie in [*sorties, fichier.read_text("utf-8")])


def test_sous_un_autre_texte(factures: Path) -> None:
    dit = json.loads(reussit("controler", factures, "--format", "json", "--texte", "convention-2016"))
    assert dit["texte"] == "convention-2016"
    assert "G : au-dessus du tarif" in {c["regle"] for c in dit["constats"] if c["ligne"] == 2}  # 25 € until 2024


@pytest.mark.parametrize(("contenu", "morceaux"), [
    ("", ("vide",)),
    (ENTETES + "\n", ("aucune ligne",)),
    ("facture;medecin\nF1;M1\n", ("colonne nécessaire absente", "patient", "date_heure", "code")),
    (ENTETES + ";acte\n", ("colonne présente deux fois", "code")),
])  # fmt: skip
def test_un_fichier_refuse_dit_pourquoi(tmp_path: Path, contenu: str, morceaux: tuple[str, ...]) -> None:
    fichier = tmp_path / "f.csv"
    fichier.write_text(contenu, "utf-8")
    resultat = convmed("controler", fichier)
    assert (resultat.returncode, resultat.stdout) == (2, "")
    assert "Traceback" not in resultat.stderr
    assert all(morceau in resultat.stderr for morceau in morceaux), resultat.stderr


def test_justifications_d_une_extension_inconnue(factures: Path, tmp_path: Path) -> None:
    resultat = convmed("controler", factures, "--justifications", tmp_path / "j.txt")
    assert resultat.returncode == 2
    assert ".csv ou .parquet" in resultat.stderr
