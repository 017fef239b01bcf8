"""`convmed population` and `convmed reperes` as a user runs them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from convmed.donnees.extrait import MANIFESTE, ouvrir
from convmed.donnees.population import production


@pytest.fixture
def convmed(lanceur: Callable[..., Any]) -> Any:
    return lanceur(colonnes=80)


def test_une_population_est_tiree_et_comparee(convmed: Any) -> None:
    texte = convmed.reussit("population", "--patients", 30_000)
    assert "30\u202f000 patients" in texte and "cibles atteintes sur 65" in texte
    assert "Grippe, 75 ans et plus" in texte and "quatre écarts-types" in texte
    assert all(len(ligne) <= 80 for ligne in texte.splitlines())


def test_le_rapport_en_json(convmed: Any) -> None:
    rapport = json.loads(convmed.reussit("population", "--patients", 30_000, "--graine", 4, "--annee", 2025, "--format", "json"))
    assert rapport["population"].keys() == {"patients", "medecins", "evenements", "partitions", "graine", "annee", "masque"}
    assert (rapport["population"]["patients"], rapport["population"]["graine"], rapport["population"]["annee"]) == (30_000, 4, 2025)
    assert rapport["synthese"]["cibles"] == len(rapport["cibles"]) == 65
    une = next(cible for cible in rapport["cibles"] if cible["id"] == "cal-ald-part")
    assert une["ecart"] == pytest.approx(une["obtenu"] - une["cible"]) and une["atteinte"] is True and une["source"]
    assert {oracle["emploi"] for oracle in rapport["oracles"]} == {"oracle"}
    assert {hypothese["emploi"] for hypothese in rapport["hypotheses"]} == {"hypothese"}


def test_une_petite_population_est_masquee(convmed: Any) -> None:
    rapport = json.loads(convmed.reussit("population", "--patients", 3_000, "--format", "json"))
    assert (rapport["population"]["medecins"], rapport["population"]["masque"]) == (None, True)
    masquees = [ligne for ligne in rapport["cibles"] if ligne["masque"]]
    assert masquees and all(ligne["obtenu"] is None and ligne["atteinte"] is None for ligne in masquees)
    assert "masqué" in convmed.reussit("population", "--patients", 3_000)


@pytest.mark.parametrize("patients", [0, 1])
def test_les_plus_petites_populations(convmed: Any, patients: int) -> None:
    rapport = json.loads(convmed.reussit("population", "--patients", patients, "--format", "json"))
    assert rapport["population"]["patients"] == patients
    assert all(not ligne["obtenu"] for ligne in rapport["cibles"]), "rien de ce qu'un seul patient apprend n'est montré"
    assert f"{patients} patients" in convmed.reussit("population", "--patients", patients)


def test_le_rapport_en_csv_dans_un_fichier(convmed: Any, tmp_path: Path) -> None:
    assert convmed.reussit("population", "--patients", 3_000, "--format", "csv", "--rapport", tmp_path / "r.csv") == ""
    lignes = list(csv.DictReader((tmp_path / "r.csv").open(encoding="utf-8"), delimiter=";"))
    assert len(lignes) == 83
    assert {"id", "cible", "obtenu", "tolerance", "atteinte", "source", "masque"} <= lignes[0].keys()


def test_une_population_s_ecrit_se_reprend_et_ne_s_ecrase_pas(convmed: Any, tmp_path: Path) -> None:
    dossier = tmp_path / "pop"
    demande = ("population", "--patients", 2_000, "--sortie", dossier, "--format", "json")
    premier = convmed.reussit(*demande)
    assert ouvrir(dossier).patients == 2_000
    avant = (dossier / MANIFESTE).read_bytes()
    code, second, dit = convmed.lancer(*demande)
    assert (code, second.decode()) == (0, premier)
    assert "1 partition(s) déjà présente(s)" in dit.decode()
    assert "ce dossier contient un autre extrait" in convmed.refus("population", "--patients", 2_001, "--sortie", dossier)
    assert "ce dossier n'est pas vide" in convmed.refus("population", "--patients", 2_000, "--sortie", tmp_path)
    assert (dossier / MANIFESTE).read_bytes() == avant


def test_une_interruption_dit_comment_reprendre(convmed: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrompre(*_: object, **__: object) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(production, "produire", interrompre)
    code, sortie, dit = convmed.lancer("population", "--patients", 10, "--sortie", tmp_path / "x")
    assert (code, sortie) == (130, b"")
    assert "relancer la même commande" in dit.decode()


@pytest.mark.parametrize(
    ("arguments", "dit"),
    [
        (("--patients", 10_000_000_000), "trois fois la France est la limite (attendu : 200000000 au plus)"),
        (("--patients", -1), "nombre de patients négatif"),
        (("--patients", 10, "--graine", -1), "graine refusée"),
        (("--patients", "beaucoup"), "valeur refusée pour --patients (attendu : un nombre entier)"),
        ((), "il manque --patients"),
        (("--patients", 10, "--annee", 1999), "valeur refusée pour --annee"),
    ],
)
def test_ce_qui_est_refuse(convmed: Any, arguments: tuple[object, ...], dit: str) -> None:
    assert dit in convmed.refus("population", *arguments)


# --- convmed reperes


def test_les_reperes_se_cherchent(convmed: Any) -> None:
    tous = json.loads(convmed.reussit("reperes", "--format", "json"))
    assert len(tous) > 250 and all(repere["source"] for repere in tous)
    (un,) = json.loads(convmed.reussit("reperes", "--norme", "T-09", "--format", "json"))
    assert (un["valeur"], un["unite"], un["confiance"]) == (13.3, "M patients", "officiel")
    texte = convmed.reussit("reperes", "médecin", "traitant", "--emploi", "hypothese")
    assert "hyp-declaration" in texte and all(len(ligne) <= 80 for ligne in texte.splitlines())
    lignes = list(csv.DictReader(io.StringIO(convmed.reussit("reperes", "--emploi", "regle", "--format", "csv")), delimiter=";"))
    assert [ligne["valeur"] for ligne in lignes] == ["11", "5"]


@pytest.mark.normes("T-13")
def test_les_sources_sont_confrontees(convmed: Any) -> None:
    coherences = json.loads(convmed.reussit("reperes", "--coherences", "--format", "json"))
    assert [c["norme"] for c in coherences if not c["tient"]] == ["T-13"]
    assert "1,86 million" in convmed.reussit("reperes", "--coherences").replace("\n", " ")


@pytest.mark.normes("T-82", "T-84")
@pytest.mark.parametrize(("classement", "premier"), [("volume", "DOLIPRANE"), ("montant", "ELIQUIS")])
def test_les_medicaments(convmed: Any, classement: str, premier: str) -> None:
    lignes = json.loads(convmed.reussit("reperes", "--medicaments", classement, "--format", "json"))
    assert (len(lignes), lignes[0]["produit"]) == (20, premier)
    assert premier in convmed.reussit("reperes", "--medicaments", classement)
    assert len(convmed.reussit("reperes", "--medicaments", classement, "--format", "csv").splitlines()) == 21


@pytest.mark.parametrize(
    ("arguments", "dit"),
    [
        (("introuvable",), "aucun repère ne répond"),
        (("--norme", "X-99"), "aucun repère ne répond"),
        (("--coherences", "--medicaments", "volume"), "ne vont pas ensemble"),
        (("ald", "--coherences"), "ne vont pas ensemble"),
        (("--emploi", "autre"), "valeur refusée pour --emploi"),
    ],
)
def test_ce_que_les_reperes_refusent(convmed: Any, arguments: tuple[object, ...], dit: str) -> None:
    assert dit in convmed.refus("reperes", *arguments)
