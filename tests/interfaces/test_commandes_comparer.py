"""`convmed comparer` as a user runs it."""

from __future__ import annotations

import csv
import io
import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from convmed.restitution.graphiques.comparaison import composer, textes_et_ecarts
from convmed.restitution.lignes_comparees import SCHEMA

ZIP = Path(__file__).parents[2] / "exemples" / "cabinet-zip"
ANCIEN, APPLIQUE, OPTION_1 = "reglement-arbitral-2023", "en-vigueur", "proposition-2024-02-08-option-1"
DEUX, TROIS = f"{ANCIEN},{APPLIQUE}", f"{ANCIEN},{APPLIQUE},{OPTION_1}"


@pytest.fixture
def convmed(lanceur: Callable[..., Any]) -> Any:
    return lanceur("comparer")


def test_le_terminal_montre_les_montants_les_ecarts_et_leurs_causes(convmed: Any) -> None:
    texte = convmed.reussit(ZIP, "--textes", DEUX).replace("\u202f", " ").replace("\xa0", " ")
    assert "A (référence) : reglement-arbitral-2023" in texte
    for morceau in ("19 535,69 € *", "26 511,50 €", "+6 975,81 €", "non publié", "non calculé", "+8 825,81 €", "(4 sur 6)",
                    "57 × 100,00 €", "+1 430,00 €", "art. 21 à", "annexe 7", "comme s'il l'avait régi"):  # fmt: skip
        assert morceau in texte, morceau
    assert "Deux à deux" not in texte


def test_plus_de_deux_textes_se_comparent_aussi_deux_a_deux(convmed: Any) -> None:
    texte = convmed.reussit(ZIP, "--textes", TROIS, "--reference", APPLIQUE)
    assert "B (référence) : en-vigueur" in texte
    assert "Deux à deux" in texte
    assert "B → A" in texte
    assert "B → C" in texte
    assert "deux textes à la fois, ou --format json" in texte


@pytest.mark.parametrize("colonnes", [60, 80, 200])
def test_un_terminal_etroit_ne_coupe_pas_les_montants(convmed: Any, colonnes: int) -> None:
    texte = convmed.reussit(ZIP, "--textes", TROIS, colonnes=colonnes)
    assert "19\u202f535,69" in texte


def test_le_json(convmed: Any, tmp_path: Path) -> None:
    # Without acts: the effects of the lump sum alone.
    sans_actes = Path(shutil.copytree(ZIP, tmp_path / "zip", ignore=shutil.ignore_patterns("evenements.csv")))
    objet = json.loads(convmed.reussit(sans_actes, "--textes", f"{APPLIQUE},{OPTION_1}", "--effets", "--format", "json"))
    assert (objet["annee"], objet["reference"], [t["texte"] for t in objet["textes"]]) == (2026, APPLIQUE, [APPLIQUE, OPTION_1])
    socle = objet["lignes"][0]
    assert (socle["libelle"], socle["montants"][APPLIQUE]["montant"], socle["montants"][OPTION_1]["montant"]) == ("FMT 2026, socle et C2S", 24_215, 22_780)
    ecart = socle["ecarts"][OPTION_1]
    effets = {cause["nom"]: cause["effet"] for cause in ecart["causes"] if cause["effet"] is not None}
    assert effets == {"forfait-medecin-traitant.ald_80_ans_et_plus": -1140, "forfait-medecin-traitant.majoration_c2s": -625}
    assert ecart["difference"] == -1435 == sum(effets.values()) + ecart["reste"]
    assert {classe["classe"]: classe["difference"] for classe in ecart["classes"]}["ald-80-ans-et-plus"] == 61 * 80 - 57 * 100
    assert [une["libelle"] for une in objet["non_comparees"]] == [
        "Dotation numérique 2026 / Dotation numérique proposée 2026", "Participation au SAS 2026", "Maître de stage 2026",
    ]  # fmt: skip
    assert objet["textes"][1]["contre_la_reference"]["difference"] == -1435 - 85.5 - 400


def test_le_csv_a_une_rangee_par_ligne_et_par_texte(convmed: Any) -> None:
    rangees = list(csv.DictReader(io.StringIO(convmed.reussit(ZIP, "--textes", DEUX, "--format", "csv")), delimiter=";"))
    assert list(rangees[0]) == list(SCHEMA)
    assert {rangee["texte"] for rangee in rangees} == {ANCIEN, APPLIQUE}
    tues = [rangee for rangee in rangees if rangee["montant"] == ""]
    assert {rangee["etat"] for rangee in tues} == {"non publié", "non calculé"}
    assert all(rangee["comparable"] == "false" and rangee["motif"] for rangee in tues)


def test_l_image_s_ecrit_dans_un_fichier(convmed: Any, tmp_path: Path) -> None:
    assert convmed.reussit(ZIP, "--textes", TROIS, "--format", "svg", "--sortie", tmp_path / "c.svg") == ""
    image = (tmp_path / "c.svg").read_text("utf-8").replace("\xa0", " ")
    assert "DR-ZIP, exercice 2026 : 3 textes comparés" in image
    assert f"De {ANCIEN} à {OPTION_1}, ligne par ligne" in image


def rangee(texte: str, libelle: str, montant: int | None, difference: int | None, dispositif: str = "vsm") -> dict[str, Any]:
    return {
        "dispositif": dispositif, "libelle": libelle, "texte": texte, "libelle_du_texte": libelle, "montant": montant, "etat": "dû",
        "motif": "", "confiance": "officiel", "comparable": montant is not None, "reference": "avant", "difference": difference, "pourquoi": "",
    }  # fmt: skip


def test_le_graphique_dit_tout_ce_qui_n_a_pas_de_montant() -> None:
    table = pl.DataFrame(
        [rangee("avant", "gain", 100, 0), rangee("apres", "gain", 350, 250), rangee("avant", "perte $x$", 900, 0), rangee("apres", "perte $x$", 0, -900),
         rangee("avant", "inconnue", 10, 0), rangee("apres", "inconnue", None, None), rangee("avant", "égale", 5, 0), rangee("apres", "égale", 5, 0)],
        schema=SCHEMA,
    )  # fmt: skip
    figure = composer(table, "titre")
    barres, cascade = figure.axes
    dits = [texte.get_text().replace("\N{NO-BREAK SPACE}", " ") for axe in figure.axes for texte in axe.texts]
    assert "355 €\nhors 1 ligne sans montant sûr" in dits
    assert "1 015 €" in dits
    assert {"+250 €", "−900 €", "−650 €", " non comparé"} <= set(dits)
    assert [tick.get_text() for tick in cascade.get_yticklabels()] == ["gain", r"perte \$x\$", "inconnue", "écart de ce qui se compare"]
    assert barres.get_xlim()[1] > 1015


def test_le_graphique_de_textes_pareils_et_d_une_table_vide() -> None:
    pareils = pl.DataFrame([rangee("avant", "a", 100, 0), rangee("apres", "a", 100, 0)], schema=SCHEMA)
    for table in (pareils, pareils.clear()):
        assert textes_et_ecarts(table, "titre", "svg").startswith(b"<?xml")
        assert textes_et_ecarts(table, "titre", "png") == textes_et_ecarts(table, "titre", "png")


@pytest.mark.parametrize(
    ("options", "attendues"),
    [
        (("--textes", APPLIQUE), ["un seul texte ne se compare pas"]),
        (("--textes", f"{APPLIQUE},{ANCIEN},{APPLIQUE}"), ["« en-vigueur » est donné 2 fois"]),
        (("--textes", "convention-2042,rien"), ["peut-être convention-2024", "texte inconnu « rien »"]),
        (("--textes", DEUX, "--reference", "convension-2016"), ["peut-être convention-2016"]),
        (("--textes", f"{APPLIQUE},,{ANCIEN}"), ["un nom de texte est vide"]),
        (("--textes", f"{APPLIQUE},absent.yaml"), ["ce fichier de scénario n'existe pas"]),
        (("--textes", f"{APPLIQUE},proposition-2024-02-08"), ["dépendent de l'option"]),
        (("--textes", DEUX, "--annee", "2031"), ["de 2017 à 2030", "convmed --help"]),
        ((), ["il manque --textes", "convmed --help"]),
    ],
)
def test_ce_qui_ne_se_compare_pas_est_refuse_en_entier(convmed: Any, options: tuple[str, ...], attendues: list[str]) -> None:
    lues = convmed.refuse(ZIP, *options)
    assert len(lues) == len(attendues)
    assert all(attendue in lue for attendue, lue in zip(attendues, lues, strict=True)), lues


def test_une_reference_hors_de_la_liste_s_y_ajoute(convmed: Any) -> None:
    objet = json.loads(convmed.reussit(ZIP, "--textes", APPLIQUE, "--reference", ANCIEN, "--format", "json"))
    assert [t["texte"] for t in objet["textes"]] == [ANCIEN, APPLIQUE]


def test_cinq_textes_en_peu_de_temps(convmed: Any) -> None:
    textes = f"convention-2016,{TROIS},proposition-2024-02-08-option-2"
    convmed.reussit(ZIP, "--textes", textes, "--format", "json")
    debut = time.perf_counter()
    convmed.reussit(ZIP, "--textes", textes, "--format", "json")
    # About 0.8 s on two quiet cores; the bound only catches what would be read or computed once too often.
    assert time.perf_counter() - debut < 8
