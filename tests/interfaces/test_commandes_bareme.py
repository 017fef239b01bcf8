"""`convmed bareme --diff` and `convmed calendrier` as a user runs them."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import icalendar
import pytest

from convmed.interfaces.cli import application
from convmed.interfaces.console import CommandeEnFrancais
from convmed.restitution.mesures import SCHEMA
from convmed.textes.comparaison import COLONNES

OPTION_1, OPTION_2 = "proposition-2024-02-08-option-1", "proposition-2024-02-08-option-2"
VSM = ("--dispositif", "vsm")


def convmed(*arguments: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-c", "from convmed.interfaces.cli import principal; principal()", *map(str, arguments)],
        capture_output=True, check=False, env={**os.environ, "COLUMNS": "200", "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip


def reussit(*arguments: object) -> str:
    resultat = convmed(*arguments)
    assert resultat.returncode == 0, resultat.stderr.decode()
    return resultat.stdout.decode()


def test_les_differences_dans_les_trois_formats() -> None:
    rangees = json.loads(reussit("bareme", "--diff", OPTION_1, OPTION_2, "--format", "json"))
    assert {r["figure"]: r["difference"] for r in rangees}["ald_80_ans_et_plus"] == 20
    lues = list(csv.DictReader(io.StringIO(reussit("bareme", "--diff", OPTION_1, OPTION_2, "--format", "csv")), delimiter=";"))
    assert [list(lue) for lue in lues[:1]] == [list(COLONNES)]
    assert [lue["figure"] for lue in lues] == [r["figure"] for r in rangees]
    texte = reussit("bareme", "--diff", OPTION_1, OPTION_2)
    assert "ald_80_ans_et_plus" in texte
    assert "+20" in texte


def test_les_differences_a_une_date_et_sans_rien() -> None:
    arguments = ("bareme", "--diff", OPTION_1, OPTION_2, "--date", "2025-12-31")
    assert reussit(*arguments) == f"Aucune différence au 31/12/2025 entre {OPTION_1} et {OPTION_2}.\n"
    assert json.loads(reussit(*arguments, "--format", "json")) == []
    assert reussit(*arguments, "--format", "csv") == ";".join(COLONNES) + "\n"


def test_un_scenario_se_compare_comme_un_texte(tmp_path: Path) -> None:
    scenario = tmp_path / "essai.yaml"
    scenario.write_text("figures: {vsm: {palier_1_montant: {du: 2024-06-22, au: 2025-06-30, valeur: 1600}}}", "utf-8")
    (rangee,) = json.loads(reussit("bareme", "--diff", "en-vigueur", scenario, *VSM, "--format", "json"))
    assert (rangee["difference"], rangee["du"], rangee["au"]) == (100, "2024-06-22", "2025-06-30")


def test_bareme_sans_diff_reste_le_bareme() -> None:
    assert "Barème au 22/06/2024" in reussit("bareme", "--date", "2024-06-22", *VSM)


@pytest.mark.parametrize(
    ("arguments", "morceaux"),
    [
        (["bareme", "--diff", "convention-24", "en-vigueur"], ["texte inconnu « convention-24 »", "convention-2024"]),
        (["bareme", "--diff", "a", "b.yaml", "--date", "hier", "--dispositif", "vsn"],
         ["texte inconnu « a »", "b.yaml", "--date : date illisible", "dispositif inconnu « vsn »", "vsm"]),
        (["bareme", "--diff", "en-vigueur"], ["--diff attend 2 valeurs"]),
        (["bareme", "--date"], ["--date attend une valeur"]),
        (["bareme", "--diff", "en-vigueur", "convention-2016", "--texte", "en-vigueur"], ["--texte et --diff ne vont pas ensemble"]),
        (["bareme", "--date", "hier", "--texte", "demain"], ["date illisible", "texte inconnu"]),
        (["calendrier", "--texte", "convention-24"], ["texte inconnu", "convention-2024"]),
        (["calendrier", "--du", "2025-02-30", "--au", "x"], ["--du : date illisible", "--au : date illisible"]),
        (["calendrier", "--du", "2026-01-02", "--au", "2026-01-01"], ["--du : le premier jour (2026-01-02) est après le dernier (2026-01-01)"]),
        (["calendrier", "--dispositif", "vsn", "--dispositif", "fmt"], ["« vsn »", "« fmt »"]),
        (["calendrier", "--format", "pdf"], ["--format", "texte, json, csv, ics, svg, png"]),
        (["calendrier", *VSM, "--format", "png", "--sortie", "nulle-part/frise.png"], ["écriture impossible"]),
    ],
)  # fmt: skip
def test_mauvais_usage(arguments: list[str], morceaux: list[str]) -> None:
    resultat = convmed(*arguments)
    erreurs = resultat.stderr.decode()
    assert (resultat.returncode, resultat.stdout) == (2, b""), erreurs
    assert "Traceback" not in erreurs
    assert not [morceau for morceau in morceaux if morceau not in erreurs], erreurs


def test_le_calendrier_dans_les_formats_de_table() -> None:
    rangees = json.loads(reussit("calendrier", *VSM, "--format", "json"))
    assert list(rangees[0]) == list(SCHEMA)
    assert [r["date"] for r in rangees] == sorted(r["date"] for r in rangees)
    assert {r["date"] for r in rangees} == {"2024-06-22", "2025-06-30", "2025-07-01"}
    lues = list(csv.DictReader(io.StringIO(reussit("calendrier", *VSM, "--format", "csv")), delimiter=";"))
    assert [(lue["date"], lue["figure"]) for lue in lues] == [(r["date"], r["figure"]) for r in rangees]
    assert "01/07/2025" in reussit("calendrier", *VSM)


def test_le_calendrier_d_un_scenario_qui_reporte(tmp_path: Path) -> None:
    scenario = tmp_path / "report.yaml"
    scenario.write_text("figures: {vsm: {palier_1_montant: {du: 2024-06-22, au: 2024-12-31, valeur: supprime, reference: décret}}}", "utf-8")
    rangees = json.loads(reussit("calendrier", *VSM, "--texte", scenario, "--format", "json"))
    (reportee,) = [r for r in rangees if r["etat"] == "reportée"]
    assert (reportee["date"], reportee["date_signee"], reportee["reference_report"]) == ("2025-01-01", "2024-06-22", "décret")
    table = reussit("calendrier", *VSM, "--texte", scenario)
    assert "reportée" in table
    assert "report : décret" in table


def test_une_periode_vide() -> None:
    vide = ("calendrier", *VSM, "--du", "2024-07-01", "--au", "2024-07-01")
    assert reussit(*vide) == "Aucune mesure du 01/07/2024 au 01/07/2024 sous en-vigueur.\n"
    assert json.loads(reussit(*vide, "--format", "json")) == []
    assert reussit(*vide, "--format", "csv") == ";".join(SCHEMA) + "\n"
    assert icalendar.Calendar.from_ical(reussit(*vide, "--format", "ics")).walk("VEVENT") == []
    assert "Aucune mesure sur cette période." in "".join(ET.fromstring(reussit(*vide, "--format", "svg")).itertext())


def test_l_agenda_se_relit() -> None:
    rangees = json.loads(reussit("calendrier", *VSM, "--format", "json"))
    evenements = icalendar.Calendar.from_ical(reussit("calendrier", *VSM, "--format", "ics")).walk("VEVENT")
    assert [evenement["dtstart"].dt.isoformat() for evenement in evenements] == [r["date"] for r in rangees]


def test_la_frise_est_la_meme_deux_fois_et_dans_un_fichier(tmp_path: Path) -> None:
    une = convmed("calendrier", *VSM, "--format", "svg").stdout
    reussit("calendrier", *VSM, "--format", "svg", "--sortie", tmp_path / "frise.svg")
    assert (tmp_path / "frise.svg").read_bytes() == une
    assert ET.fromstring(une).tag == "{http://www.w3.org/2000/svg}svg"
    image = convmed("calendrier", *VSM, "--format", "png").stdout
    reussit("calendrier", *VSM, "--format", "png", "--sortie", tmp_path / "frise.png")
    assert (tmp_path / "frise.png").read_bytes() == image
    assert image.startswith(b"\x89PNG\r\n")


def test_matplotlib_n_est_lu_que_pour_dessiner() -> None:
    lu = "import sys; from convmed.interfaces.cli import application; application(sys.argv[1:], standalone_mode=False); sys.exit('matplotlib' in sys.modules)"
    for arguments, attendu in ((["calendrier", *VSM, "--format", "json"], 0), (["bareme", *VSM], 0), (["calendrier", *VSM, "--format", "svg"], 1)):
        assert subprocess.run([sys.executable, "-c", lu, *arguments], capture_output=True, check=False).returncode == attendu


@pytest.mark.parametrize("nom", ["bareme", "calendrier"])
def test_l_aide_est_en_francais(nom: str) -> None:
    assert isinstance(application.commands[nom], CommandeEnFrancais)
    assert "Affiche cette aide." in reussit(nom, "--help")
