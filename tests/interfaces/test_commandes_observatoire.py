"""`convmed observatoire` as a user runs it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

EXEMPLES = Path(__file__).parents[2] / "exemples" / "observatoire"
LE = ("--date", "2026-06-30")


@pytest.fixture
def convmed(lanceur: Callable[..., Any]) -> Any:
    return lanceur("observatoire")


def plat(texte: str) -> str:
    return texte.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("observatoire", ["acces", "pertinence"])
def test_le_texte_tient_sur_quatre_vingts_colonnes_et_dit_ce_qui_est_suppose(convmed: Any, observatoire: str) -> None:
    texte = convmed.reussit(observatoire, *LE, colonnes=80)
    assert "…" not in texte
    assert max(map(len, texte.split("Ce qui est supposé")[0].splitlines())) <= 80
    for attendu in ("Ce qui est supposé", "non mesurable", "aucun ne contraint un médecin"):
        assert attendu in texte


def test_la_table_dit_la_base_la_cible_la_mesure_et_l_ecart(convmed: Any) -> None:
    texte = plat(convmed.reussit("acces", "--engagement", "assistants-medicaux", *LE))
    for attendu in ("11 000", "8 558 *", "30/06/2025", "8 993", "en retard", "-435 contrats (-4,8 %)", "6 000", "12 100", "egora.fr"):
        assert attendu in texte, attendu
    assert "Primo" not in texte


def test_un_programme_montre_ses_trois_enonces_et_son_enjeu(convmed: Any) -> None:
    texte = plat(convmed.reussit("pertinence", "--programme", "13", *LE))
    for attendu in ("au moins 90 %", "au moins 80 %", "T3/T4", "5 Md€", "congrès CNGE"):
        assert attendu in texte, attendu


def test_le_json_et_le_csv_disent_la_meme_chose(convmed: Any) -> None:
    arguments = ("acces", "--mesures", EXEMPLES / "mesures-acces.csv", "--portee", "region", *LE)
    lu = json.loads(convmed.reussit(*arguments, "--format", "json"))
    rangees = list(csv.DictReader(io.StringIO(convmed.reussit(*arguments, "--format", "csv")), delimiter=";"))
    du_json = [(s["objectif"], m["date"], m["lecture"]) for s in lu["suivis"] for m in s["mesures"]]
    assert du_json == [(r["objectif"], r["date"], r["lecture"]) for r in rangees if r["rubrique"] == "mesure"]
    assert {s["territoire"] for s in lu["suivis"]} == {"Bretagne"}
    assert lu["suivis"][1]["dernier"]["lecture"] == "non atteint"


@pytest.mark.parametrize(("lecture", "attendu"), [("points", 2.7), ("plafond", 2), ("proportion", 4.606)])
def test_les_arrets_de_travail_ont_trois_lectures(convmed: Any, lecture: str, attendu: float) -> None:
    lu = json.loads(convmed.reussit("pertinence", "--programme", "1", "--lecture", lecture, "--tendance", "4,7%", *LE, "--format", "json"))
    assert lu["suivis"][0]["dernier"]["attendu"] == pytest.approx(attendu)


def test_les_textes_different(convmed: Any) -> None:
    signe, propose = (
        json.loads(convmed.reussit("pertinence", "--texte", texte, *LE, "--format", "json"))
        for texte in ("convention-2024", "proposition-2024-02-08")
    )
    assert (signe["terme"], propose["terme"]) == ("2029-06-21", "2027-12-31")
    assert "patients-polymediques" in {s["objectif"] for s in propose["suivis"]} - {s["objectif"] for s in signe["suivis"]}


@pytest.mark.parametrize("genre", ["svg", "png"])
def test_le_graphique_s_ecrit_dans_un_fichier(convmed: Any, tmp_path: Path, genre: str) -> None:
    image = tmp_path / f"acces.{genre}"
    assert convmed.reussit("acces", "--engagement", "2", *LE, "--format", genre, "--sortie", image) == ""
    assert image.read_bytes().startswith(b"<?xml" if genre == "svg" else b"\x89PNG")
    assert list(tmp_path.iterdir()) == [image]


def test_trop_de_territoires_pour_un_graphique(convmed: Any, tmp_path: Path) -> None:
    fichier = tmp_path / "cpl.csv"
    fichier.write_text("objectif;date;valeur;portee;territoire\n" + "".join(f"optam;2025-12-31;{rang};cpl;T{rang}\n" for rang in range(61)), "utf-8")
    (ligne,) = convmed.refuse("acces", "--mesures", fichier, "--portee", "cpl", *LE, "--format", "png")
    assert "60 au plus" in ligne
    assert len(json.loads(convmed.reussit("acces", "--mesures", fichier, "--portee", "cpl", *LE, "--format", "json"))["suivis"]) == 61


def test_toutes_les_fautes_du_fichier_avec_leur_ligne_et_leur_colonne(convmed: Any, tmp_path: Path) -> None:
    fichier = tmp_path / "mesures.csv"
    fichier.write_text("objectif;date;valeur;numerateur;denominateur\nald;2025-12-31;4;;\nald-sans-medecin-traitant;2025-12-31;140;;\n"
                       "ald-sans-medecin-traitant;2025-06-30;;12;\nald-sans-medecin-traitant;hier;4;;\n", "utf-8")  # fmt: skip
    lignes = convmed.refuse("acces", "--mesures", fichier, *LE)
    debuts = ("mesures.csv, ligne 2, colonne « objectif »", "mesures.csv, ligne 3, colonne « valeur »", "mesures.csv, ligne 4, colonne « denominateur »",
              "mesures.csv, ligne 5, colonne « date »")  # fmt: skip
    assert [ligne.startswith(debut) for ligne, debut in zip(lignes, debuts, strict=True)] == [True] * 4


def test_une_note_va_sur_la_sortie_d_erreur_hors_du_texte(convmed: Any, tmp_path: Path) -> None:
    fichier = tmp_path / "mesures.csv"
    fichier.write_text("objectif;date;valeur\nassistants-medicaux;2025-06-30;8600\n", "utf-8")
    code, sortie, erreur = convmed.lancer("acces", "--mesures", fichier, *LE, "--format", "csv")
    assert (code, sortie.startswith(b"observatoire;")) == (0, True)
    assert erreur.decode() == "Note : assistants-medicaux, 30/06/2025 : votre mesure remplace celle qui est publiée\n"
    assert "votre mesure remplace" in convmed.reussit("acces", "--mesures", fichier, *LE)


@pytest.mark.parametrize(
    ("arguments", "debuts"),
    [
        (("acces", "--engagement", "assistant"), ["--engagement : engagement inconnu (attendu : l'un de assistants-medicaux"]),
        (("acces", "--engagement", "actes-cliniques"), ["--engagement : ce texte n'a pas cet engagement"]),
        (("pertinence", "--programme", "16"), ["--programme : programme inconnu"]),
        (("acces", "--annee", "2026", "--date", "2026-01-01"), ["--annee : --annee et --date ne vont pas ensemble"]),
        (("acces", "--date", "demain"), ["--date : date illisible"]),
        (("acces", "--annee", "2020"), ["--texte : ce texte ne fixe pas d'objectif collectif au 31/12/2020"]),
        (("pertinence", "--tendance", "47", "--texte", "zz"), ["texte : texte inconnu", "--tendance : valeur refusée"]),
        (("acces", "--mesures", "nulle-part.csv"), ["nulle-part.csv : ce n'est pas un fichier"]),
        (("acces", "--annee-base", "2029"), ["--annee-base : valeur refusée"]),
        (("acces", "--portee", "cpl"), ["--portee : aucune mesure de cette portée"]),
        (("acces", "--portee", "galaxie"), ["valeur refusée pour --portee", "Aide"]),
        ((), ["commande inconnue ou absente (attendu : l'une de acces, pertinence)", "Aide"]),
    ],
)
def test_ce_qui_est_refuse_l_est_en_francais(convmed: Any, arguments: tuple[str, ...], debuts: list[str]) -> None:
    lignes = convmed.refuse(*arguments)
    assert len(lignes) == len(debuts)
    assert all(ligne.startswith(debut) for ligne, debut in zip(lignes, debuts, strict=True)), lignes
