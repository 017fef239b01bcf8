"""`convmed contrat` as a user runs it, and the example dossier."""

from __future__ import annotations

import csv
import importlib.util
import io
import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import icalendar
import pytest
from click.testing import CliRunner

from convmed.interfaces.cli import application
from convmed.textes import Erreurs

EXEMPLE = Path(__file__).parents[2] / "exemples" / "contrat-assistant"
AU = ("--au", "2026-11-22")


def reussit(*arguments: object) -> str:
    resultat = CliRunner().invoke(application, ["contrat", *map(str, arguments)], standalone_mode=False, env={"COLUMNS": "220"})
    assert resultat.exception is None, resultat.exception
    return resultat.stdout


def refuse(*arguments: object) -> list[str]:
    resultat = CliRunner().invoke(application, ["contrat", *map(str, arguments)], standalone_mode=False)
    assert isinstance(resultat.exception, Erreurs), resultat.output
    assert resultat.stdout == ""
    return [str(faute) for faute in resultat.exception.fautes]


def dossier(chemin: Path, *sections: str) -> Path:
    (chemin / "cabinet.toml").write_text("\n".join(('[medecin]\nspecialite = "01"\nsecteur = "1"', *sections)), "utf-8")
    (chemin / "patients.csv").write_text("patient\nP1\n", "utf-8")
    return chemin


CONTRAT = """[[assistants_medicaux]]
date_signature = {signature}
option_etp = "1"
classe = "p30-p90"
pmt = {{initial = 1000, objectif = {objectif}}}
fa = {{initial = 1600, objectif = 1700}}
"""


def test_suivre_dans_tous_les_formats() -> None:
    texte = reussit("suivre", EXEMPLE, *AU)
    for dit in ("en cours, année 5, 1 ETP", "objectif 1040 : constaté 1010, il manque 30", "6 285,71", "avant le 15/03/2027", "+1,30"):
        assert dit in texte.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")
    lu = json.loads(reussit("suivre", EXEMPLE, *AU, "--format", "json"))
    assert (lu["au"], lu["texte"], len(lu["assistants_medicaux"]), len(lu["optam"])) == ("2026-11-22", "en-vigueur", 1, 1)
    lignes = list(csv.DictReader(io.StringIO(reussit("suivre", EXEMPLE, *AU, "--format", "csv")), delimiter=";"))
    assert {"signature", "anniversaire", "versement", "avenant", "cloture", "fin-de-carence", "action"} <= {ligne["evenement"] for ligne in lignes}
    agenda = icalendar.Calendar.from_ical(reussit("suivre", EXEMPLE, *AU, "--format", "ics"))
    assert len(agenda.walk("VEVENT")) == len(lignes)


def test_suivre_a_un_anniversaire() -> None:
    au, anniversaire = (reussit("suivre", EXEMPLE, option, "2025-09-15", "--format", "json") for option in ("--au", "--anniversaire"))
    assert au == anniversaire
    (faute,) = refuse("suivre", EXEMPLE, "--anniversaire", "2025-09-16")
    assert faute == "--anniversaire : cette date n'est pas un anniversaire du contrat (attendu : 15/09/2025)"
    assert "ne vont pas ensemble" in refuse("suivre", EXEMPLE, *AU, "--anniversaire", "2025-09-15")[0]


def test_echeancier_dans_tous_les_formats() -> None:
    rangees = json.loads(reussit("echeancier", EXEMPLE, *AU, "--format", "json"))
    assert [r["montant"] for r in rangees] == [18000, 13500, 11000, 11000, 11000, 11000, 6285.71, None]
    lues = list(csv.DictReader(io.StringIO(reussit("echeancier", EXEMPLE, *AU, "--format", "csv")), delimiter=";"))
    assert [lue["cumul"] for lue in lues][-1] == "81785.71"
    assert "Année 5 du contrat, solde" in reussit("echeancier", EXEMPLE, *AU)
    agenda = icalendar.Calendar.from_ical(reussit("echeancier", EXEMPLE, *AU, "--format", "ics"))
    assert [e.decoded("dtstart").isoformat() for e in agenda.walk("VEVENT")] == [r["date_versement"] for r in rangees]


def test_simuler_et_eligibilite() -> None:
    lu = json.loads(reussit("simuler", EXEMPLE, *AU, "--format", "json"))
    assert {option["option_etp"]: option["possible"] for option in lu["options"]} == {
        "1/3": False, "1/2": True, "1": True, "1.5": False, "2": False,
    }  # fmt: skip
    assert len(list(csv.DictReader(io.StringIO(reussit("simuler", EXEMPLE, *AU, "--format", "csv")), delimiter=";"))) == 25
    assert "1,5 ETP" in reussit("simuler", EXEMPLE, *AU, "--classe", "p95+")
    assistant, optam = json.loads(reussit("eligibilite", EXEMPLE, *AU, "--format", "json"))["contrats"]
    assert (assistant["eligible"], optam["eligible"], optam["options"]) == (False, True, ["optam"])
    (ligne, _) = csv.DictReader(io.StringIO(reussit("eligibilite", EXEMPLE, *AU, "--format", "csv")), delimiter=";")
    assert ligne["eligible"] == "non"
    assert "un contrat est déjà en cours" in reussit("eligibilite", EXEMPLE, *AU)


@pytest.mark.parametrize("commande", ["suivre", "simuler"])
def test_les_graphiques_sont_des_images(commande: str, tmp_path: Path) -> None:
    for genre in ("svg", "png"):
        reussit(commande, EXEMPLE, *AU, "--format", genre, "--sortie", tmp_path / genre)
    assert ET.parse(tmp_path / "svg").getroot().tag.endswith("svg")
    assert (tmp_path / "png").read_bytes().startswith(b"\x89PNG")


def test_chaque_faute_dit_sa_section_et_son_champ(tmp_path: Path) -> None:
    fautes = refuse("suivre", dossier(tmp_path, CONTRAT.format(signature="2018-01-01", objectif=1100), CONTRAT.format(signature="2025-01-01", objectif=999)))
    assert fautes[0].startswith("cabinet.toml, assistants_medicaux[0].date_signature : ces contrats n'existaient pas encore")
    assert fautes[1].startswith("cabinet.toml, assistants_medicaux[1].pmt.objectif : l'objectif est sous la patientèle de départ")
    deux = (CONTRAT.format(signature=signature, objectif=1100) for signature in ("2025-01-01", "2026-01-01"))
    (faute,) = refuse("echeancier", dossier(tmp_path, *deux), *AU)
    assert faute.startswith("cabinet.toml, assistants_medicaux[1].date_signature : ce contrat recouvre celui du 01/01/2025")


def test_une_observation_manque(tmp_path: Path) -> None:
    texte = reussit("suivre", dossier(tmp_path, CONTRAT.format(signature="2022-01-01", objectif=1100)), *AU)
    assert "année 3 : observation manquante" in texte


def test_un_dossier_sans_contrat(tmp_path: Path) -> None:
    vide = dossier(tmp_path)
    for commande in ("suivre", "echeancier"):
        (faute,) = refuse(commande, vide, *AU)
        assert faute.startswith("cabinet.toml : ce dossier n'a pas de contrat à suivre (attendu : une section [[assistants_medicaux]]")
    assert "hypothèse" in reussit("simuler", vide, *AU).lower()
    assert "sous le P30" in reussit("eligibilite", vide, *AU)


def test_une_optam_sans_assistant(tmp_path: Path) -> None:
    seule = dossier(tmp_path, "[optam]\nengagement = {taux_depassement = 0.3, taux_opposable = 0.6}\nobserve = {taux_depassement = 0.3, taux_opposable = 0.6}")
    assert json.loads(reussit("suivre", seule, *AU, "--format", "json"))["optam"][0]["niveau_respect"] == "strict"
    for arguments in (("echeancier",), ("suivre", "--format", "ics"), ("suivre", "--format", "svg")):
        (faute,) = refuse(*arguments, seule, *AU)
        assert "pas de contrat d'assistant médical" in faute


def test_les_fautes_de_la_ligne_de_commande_et_du_dossier_ensemble(tmp_path: Path) -> None:
    fautes = refuse("suivre", tmp_path / "absent", "--au", "hier", "--texte", "convention-2042")
    assert {"absent", "--au", "texte inconnu"} == {mot for mot in ("absent", "--au", "texte inconnu") if any(mot in f for f in fautes)}
    assert "2031" not in reussit("suivre", EXEMPLE, *AU)
    assert refuse("suivre", EXEMPLE, "--au", "2031-01-01") == ["--au : date hors des exercices connus (attendu : une date de 2017 à 2030)"]


def test_en_vrai() -> None:
    resultat = subprocess.run(
        [sys.executable, "-c", "from convmed.interfaces.cli import principal; principal()", "contrat", "--help"],
        capture_output=True, check=True, env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    aide = resultat.stdout.decode()
    assert all(mot in aide for mot in ("Commandes", "eligibilite", "simuler", "suivre", "echeancier", "Affiche cette aide."))


def test_l_exemple_est_celui_que_le_generateur_ecrit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(EXEMPLE.parent)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    spec = importlib.util.spec_from_file_location("generer", EXEMPLE.parent / "generer.py")
    assert spec is not None
    assert spec.loader is not None
    generateur = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generateur)
    monkeypatch.setattr(generateur, "ICI", tmp_path)
    generateur.contrat_assistant()
    ecrits = {f.name: f.read_bytes() for f in (tmp_path / EXEMPLE.name).iterdir()}
    assert ecrits == {f.name: f.read_bytes() for f in EXEMPLE.iterdir()}
