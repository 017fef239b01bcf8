"""`convmed simuler` and `convmed rapport-national` as a user runs them, and as a program that reads the JSON contract."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from convmed.donnees.extrait import Ecrivain
from convmed.donnees.population import tirer
from convmed.interfaces.commandes_rapport import TEXTES
from convmed.restitution.masquage import MASQUE

RACINE = Path(__file__).parents[2]
FMT_60, ROSP = (str(RACINE / "exemples" / "scenarios" / nom) for nom in ("fmt-60-euros.yaml", "rosp-constatee.yaml"))
PETITE = ("--patients", "6000", "--graine", "5")
TRES_PETITE = ("--patients", "1500", "--graine", "5")


@pytest.fixture
def convmed(lanceur: Callable[..., Any]) -> Any:
    return lanceur()


def ecrire_un_extrait(lieu: Path, origine: str, patients: int) -> Path:
    ecrivain = Ecrivain(lieu, origine, None, 2026)
    ecrivain.ecrire("0000", tirer(5, patients, 0, 2026))
    ecrivain.finir()
    return lieu


@pytest.fixture(scope="module")
def reel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An extract that says it holds real people: about ten doctors."""
    return ecrire_un_extrait(tmp_path_factory.mktemp("reel") / "extrait", "snds", 12_000)


# --- the contract


def test_le_contrat_json(convmed: Any) -> None:
    lu = convmed.json("simuler", *PETITE, "--annee", 2026, "--texte", "en-vigueur", "--contre", "reglement-arbitral-2023")
    population = lu["population"]
    assert (population["patients"], population["graine"], population["annee"], population["origine"]) == (6000, 5, 2026, "synthetique")
    assert isinstance(population["medecins"], int)
    assert set(lu["masse"]) >= {"texte", "contre"}
    assert all(isinstance(lu["masse"][cote], int | float) for cote in ("texte", "contre"))
    for rangee in lu["par_dispositif"]:
        assert set(rangee) >= {"dispositif", "texte", "contre"}
        assert isinstance(rangee["dispositif"], str)
        assert all(rangee[cote] is None or isinstance(rangee[cote], int | float) for cote in ("texte", "contre"))
    for cote in ("texte", "contre"):
        assert round(100 * lu["masse"][cote]) == sum(round(100 * (rangee[cote] or 0)) for rangee in lu["par_dispositif"])
    medecins = lu["medecins"]
    assert all(isinstance(medecins[nom], int) for nom in ("gagnants", "perdants", "inchanges"))
    assert medecins["gagnants"] + medecins["perdants"] + medecins["inchanges"] == population["medecins"]
    assert [d["decile"] for d in lu["deciles"]] == list(range(1, 11))
    assert (lu["annee"], lu["texte"], lu["contre"]) == (2026, "en-vigueur", "reglement-arbitral-2023")


def test_la_meme_graine_donne_les_memes_chiffres_sur_tout_moteur(convmed: Any) -> None:
    polars, encore, duckdb = (convmed.json("simuler", *PETITE, "--moteur", moteur) for moteur in ("polars", "polars", "duckdb"))
    assert polars == encore
    assert duckdb.pop("moteur") == "duckdb"
    assert polars.pop("moteur") == "polars"
    assert polars == duckdb


def test_une_autre_graine_donne_une_autre_population(convmed: Any) -> None:
    une, autre = (convmed.json("simuler", "--patients", 2000, "--graine", graine) for graine in (1, 2))
    assert une["masse"] != autre["masse"]


def test_echanger_les_textes_change_le_signe(convmed: Any) -> None:
    a, b = convmed.json("simuler", *TRES_PETITE), convmed.json("simuler", *TRES_PETITE, "--texte", "reglement-arbitral-2023", "--contre", "en-vigueur")
    assert a["masse"]["difference"] == -b["masse"]["difference"]
    assert (a["medecins"]["gagnants"], a["medecins"]["perdants"]) == (b["medecins"]["perdants"], b["medecins"]["gagnants"])


def test_un_scenario_se_compare_au_texte_sur_lequel_il_est_pose(convmed: Any) -> None:
    lu = convmed.json("simuler", *PETITE, "--annee", 2027, "--scenario", FMT_60)
    assert (lu["texte"], lu["contre"]) == ("fmt-60-euros", "en-vigueur")
    assert lu["masse"]["difference"] > 0
    assert lu["medecins"]["perdants"] == 0
    assert {d["dispositif"] for d in lu["par_dispositif"] if d["difference"]} == {"forfait-medecin-traitant"}


def test_la_rosp_constatee_est_comparee(convmed: Any) -> None:
    sans, avec = convmed.json("simuler", *PETITE), convmed.json("simuler", *PETITE, "--contre", ROSP)
    assert "prevention" not in sans["comparables"]
    assert avec["comparables"] == ["dotation-numerique", "forfait-medecin-traitant", "prevention"]
    assert avec["masse"]["contre"] > sans["masse"]["contre"]
    assert avec["masse"]["difference"] == pytest.approx(avec["masse"]["texte"] - avec["masse"]["contre"], abs=0.005)


def test_chaque_annee_du_calendrier(convmed: Any) -> None:
    lu = convmed.json("simuler", *TRES_PETITE, "--annees", 2025, 2027)
    assert [une["annee"] for une in lu["annees"]] == [2025, 2026, 2027]
    assert lu["annees"][1]["texte"] == lu["masse"]["texte"]
    autre = convmed.json("simuler", *TRES_PETITE, "--annee", 2027, "--annees", 2025, 2025)
    assert (autre["annee"], [une["annee"] for une in autre["annees"]]) == (2027, [2025])


@pytest.mark.parametrize("patients", [1, 2])
def test_un_pays_d_un_patient(convmed: Any, patients: int) -> None:
    lu = convmed.json("simuler", "--patients", patients)
    assert lu["population"]["patients"] == patients
    assert sum(d["medecins"] for d in lu["deciles"]) == lu["population"]["medecins"]
    assert all(g["masque"] for g in lu["groupes"])


# --- other formats


def test_les_autres_presentations(convmed: Any, tmp_path: Path) -> None:
    for presentation, debut in (("svg", b"<?xml"), ("png", b"\x89PNG"), ("html", b"<!DOCTYPE html>"), ("parquet", b"PAR1")):
        fichier = tmp_path / f"simulation.{presentation}"
        assert convmed.octets("simuler", *TRES_PETITE, "--format", presentation, "--sortie", fichier) == b""
        assert fichier.read_bytes().startswith(debut)
    lus = list(csv.DictReader(io.StringIO(convmed.reussit("simuler", *PETITE, "--format", "csv")), delimiter=";"))
    assert [lu["critere"] for lu in lus[:2]] == ["ensemble", "zone"]
    assert pl.read_parquet(tmp_path / "simulation.parquet").columns == list(lus[0])


def test_le_texte_dit_tout(convmed: Any) -> None:
    texte = convmed.reussit("simuler", *PETITE, "--annees", 2026, 2027)
    for attendu in ("6\N{NARROW NO-BREAK SPACE}000 patients", "gagnants", "non publié, voir annexe 7", "Zone du cabinet", "À savoir", "synthétique", MASQUE, "2027"):
        assert attendu in texte
    assert "None" not in texte


# --- real people


def test_d_une_population_reelle_rien_de_petit_ne_sort(convmed: Any, reel: Path) -> None:
    lu = convmed.json("simuler", "--donnees", reel)
    assert lu["population"]["origine"] == "snds"
    comptes = [lu["medecins"][nom] for nom in ("gagnants", "perdants", "inchanges")]
    assert not any(combien is not None and 0 < combien < 5 for combien in comptes)
    for d in lu["deciles"]:
        assert d["masque"] or d["medecins"] == 0
        assert all(d[nom] is None for nom in d if nom not in ("decile", "masque", "medecins"))
    for g in lu["groupes"]:
        assert not any(g[nom] is not None and 0 < g[nom] < 5 for nom in ("medecins", "gagnants", "perdants", "inchanges"))
    for i in lu["indicateurs"]:
        assert not any(i[nom] is not None and 0 < i[nom] < 11 for nom in ("valides", "non_valides"))
    assert any("population réelle" in reserve for reserve in lu["reserves"])
    for presentation in ("texte", "html", "svg"):
        assert MASQUE in convmed.reussit("simuler", "--donnees", reel, "--format", presentation)


def test_de_quatre_vrais_medecins_rien_n_est_dit(convmed: Any, tmp_path: Path) -> None:
    extrait = ecrire_un_extrait(tmp_path / "extrait", "snds", 5_000)
    lu = convmed.json("simuler", "--donnees", extrait, "--annees", 2026, 2027)
    assert lu["population"]["medecins"] is None
    assert lu["population"]["patients"] is None
    assert lu["masse"] == {"texte": None, "contre": None, "difference": None}
    assert all(d[cote] is None for d in lu["par_dispositif"] for cote in ("texte", "contre", "difference"))
    assert all(une[cote] is None for une in lu["annees"] for cote in ("texte", "contre", "difference"))
    assert lu["medecins"]["difference_moyenne"] is None
    assert all(g["masque"] for g in lu["groupes"])
    for presentation in ("texte", "html", "csv"):
        convmed.octets("simuler", "--donnees", extrait, "--annees", 2026, 2027, "--format", presentation)
    convmed.octets("rapport-national", "--donnees", extrait)


def test_un_extrait_donne_son_exercice(convmed: Any, tmp_path: Path) -> None:
    ecrivain = Ecrivain(tmp_path / "extrait", "synthetique", 5, 2027)
    ecrivain.ecrire("0000", tirer(5, 1500, 0, 2027))
    ecrivain.finir()
    assert convmed.json("simuler", "--donnees", tmp_path / "extrait")["annee"] == 2027
    autre = convmed.json("simuler", "--donnees", tmp_path / "extrait", "--annee", 2026)
    assert autre["annee"] == 2026
    assert any("observée en 2027" in reserve for reserve in autre["reserves"])


# --- the working folder


def test_un_dossier_de_travail_ne_change_rien_aux_chiffres(convmed: Any, tmp_path: Path) -> None:
    travail = ("--travail", tmp_path / "travail")
    premiere, encore = convmed.json("simuler", *PETITE, *travail), convmed.json("simuler", *PETITE, *travail)
    assert premiere == encore == convmed.json("simuler", *PETITE)
    suivant = ("--contre", ROSP)
    assert convmed.json("simuler", *PETITE, *travail, *suivant) == convmed.json("simuler", *PETITE, *suivant)


# --- what is refused


@pytest.mark.parametrize(
    ("arguments", "attendus"),
    [
        (("--texte", "convention-2025"), ("texte inconnu", "convention-2024")),
        (("--contre", "en-vigueu"), ("texte inconnu", "en-vigueur")),
        (("--contre", "en-vigueur"), ("--contre", "un texte ne se compare pas à lui-même")),
        (("--scenario", FMT_60, "--contre", FMT_60), ("un texte ne se compare pas à lui-même",)),
        (("--scenario", "absent.yaml"), ("absent.yaml", "n'existe pas")),
        (("--texte", "proposition-2024-02-08"), ("dépendent de l'option", "proposition-2024-02-08-option-1")),
        (("--annee", "2017"), ("--annee", "2017", "n'existe pas avant le 01/01/2018")),
        (("--annees", "2017", "2018"), ("--annee", "2017")),
        (("--annee", "2031"), ("--annee", "de 2017 à 2030")),
        (("--annees", "2028", "2026"), ("--annees", "la première année suit la dernière")),
        (("--patients", "0"), ("--patients", "de 1 à")),
        (("--patients", "-5"), ("--patients", "de 1 à")),
        (("--patients", "100000000000"), ("--patients", "à 200000000")),
        (("--patients", "1,5"), ("--patients", "un nombre entier")),
        (("--graine", "-1"), ("--graine",)),
        (("--moteur", "pandas"), ("--moteur", "polars, duckdb, spark")),
        (("--moteur", "duckdb", "--travail", "t"), ("--travail", "ne garde rien")),
        (("--format", "docx"), ("--format", "html")),
        (("--patient", "10"), ("option inconnue", "--patients")),
    ],
)  # fmt: skip
def test_ce_qui_est_refuse(convmed: Any, arguments: tuple[str, ...], attendus: tuple[str, ...]) -> None:
    propres = () if "--patients" in arguments or "--patient" in arguments else TRES_PETITE
    dit = convmed.refus("simuler", *propres, *arguments)
    for attendu in attendus:
        assert attendu in dit


def test_sans_spark_le_moteur_spark_le_dit(convmed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("convmed.interfaces.commandes_simuler.find_spec", lambda nom: None)
    assert "Spark n'est pas installé" in convmed.refus("simuler", *TRES_PETITE, "--moteur", "spark")


def test_un_extrait_qui_n_en_est_pas_un(convmed: Any, tmp_path: Path, reel: Path) -> None:
    assert "il n'y a pas de extrait.json ici" in convmed.refus("simuler", "--donnees", tmp_path)
    assert "extrait.json" in convmed.refus("simuler", "--donnees", tmp_path / "absent")
    (tmp_path / "extrait.json").write_text("[]", "utf-8")
    assert "extrait.json" in convmed.refus("simuler", "--donnees", tmp_path)
    dit = convmed.refus("simuler", "--donnees", reel, *PETITE)
    assert "--patients" in dit and "--graine" in dit


def test_le_travail_d_une_autre_population(convmed: Any, tmp_path: Path) -> None:
    convmed.json("simuler", *TRES_PETITE, "--travail", tmp_path / "travail")
    avant = sorted((f, f.stat().st_mtime_ns) for f in (tmp_path / "travail").rglob("*"))
    assert "autre population" in convmed.refus("simuler", "--patients", 1501, "--graine", 5, "--travail", tmp_path / "travail")
    assert sorted((f, f.stat().st_mtime_ns) for f in (tmp_path / "travail").rglob("*")) == avant
    (tmp_path / "plein").mkdir()
    (tmp_path / "plein" / "notes.txt").write_text("à moi", "utf-8")
    assert "n'est pas vide" in convmed.refus("simuler", *TRES_PETITE, "--travail", tmp_path / "plein")


@pytest.mark.parametrize("commande", ["simuler", "rapport-national"])
def test_une_sortie_impossible_se_dit_avant_de_calculer(convmed: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, commande: str) -> None:
    def calculer(*_: object) -> None:
        raise AssertionError("la population est lue avant que la sortie soit vérifiée")

    monkeypatch.setattr("convmed.simulation.simuler", calculer)
    assert "c'est un dossier" in convmed.refus(commande, *TRES_PETITE, "--format", "json", "--sortie", tmp_path)
    assert "ce dossier n'existe pas" in convmed.refus(commande, *TRES_PETITE, "--format", "json", "--sortie", tmp_path / "absent" / "x.json")
    assert list(tmp_path.iterdir()) == []


# --- several texts


@pytest.fixture(scope="module")
def textes() -> str:
    return ",".join((ROSP, *TEXTES[1:]))


def test_cinq_textes_en_json(convmed: Any, textes: str) -> None:
    lu = json.loads(convmed.octets("rapport-national", *PETITE, "--textes", textes, "--annees", 2025, 2026, "--format", "json"))
    noms = ["rosp-constatee", *TEXTES[1:]]
    assert [t["texte"] for t in lu["textes"]] == noms
    assert (lu["reference"], [c["texte"] for c in lu["comparaisons"]]) == (noms[0], noms[1:])
    assert lu["communs"] == ["forfait-medecin-traitant", "prevention"]
    signe, applique = lu["textes"][-2:]
    assert signe["par_dispositif"] == applique["par_dispositif"]
    (reference,) = (t for t in lu["textes"] if t["texte"] == noms[0])
    for t in lu["textes"]:
        commun = sum(t["par_dispositif"][nom] - reference["par_dispositif"][nom] for nom in lu["communs"])
        assert t["difference_commune"] == pytest.approx(commun, abs=0.005)
        assert t["france"] == pytest.approx(t["masse"] * lu["echelle"] / 1e6, abs=0.06)
    avant, apres = lu["annees"]
    assert {e["difference"] for e in avant["textes"]} == {0}
    assert [e["difference_commune"] for e in apres["textes"]] == [t["difference_commune"] for t in lu["textes"]]
    assert lu["texte_des_indicateurs"] == "en-vigueur"
    seule = convmed.json("simuler", *PETITE, "--contre", ROSP)
    assert lu["comparaisons"][-1]["medecins"] == seule["medecins"]
    assert lu["comparaisons"][-1]["groupes"] == seule["groupes"]
    assert lu["indicateurs"] == seule["indicateurs"]


def test_cinq_textes_en_une_page_et_ses_graphiques(convmed: Any, textes: str, tmp_path: Path) -> None:
    page, arguments = tmp_path / "page.md", (*TRES_PETITE, "--textes", textes, "--annees", 2026, 2027)
    assert convmed.octets("rapport-national", *arguments, "--sortie", page) == b""
    ecrite = page.read_text("utf-8")
    images = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", ecrite)
    assert sorted(tmp_path / image for image in images) == sorted((tmp_path / "page-graphiques").iterdir())
    for attendu in ("# Cinq textes, un pays", "(référence)", "65,11", "non publié", "Sous les textes d'avant 2024", "Hausse moyenne du socle", "--graine 5", "1,6 Md€"):
        assert attendu in ecrite
    assert "None" not in ecrite
    for ligne in ecrite.splitlines():
        assert not ligne.startswith("|") or ligne.endswith("|")
    premiere = {fichier.name: fichier.read_bytes() for fichier in (tmp_path / "page-graphiques").iterdir()}
    convmed.octets("rapport-national", *arguments, "--processus", 1, "--sortie", page)
    assert page.read_text("utf-8") == ecrite
    assert {fichier.name: fichier.read_bytes() for fichier in (tmp_path / "page-graphiques").iterdir()} == premiere
    sans_image = convmed.reussit("rapport-national", *arguments)
    assert "![" not in sans_image
    assert "## Année par année" in sans_image


def test_la_page_du_depot_est_celle_de_sa_commande() -> None:
    """The page says how it was made: its command must be one that the options of today read."""
    from convmed.interfaces.commandes_rapport import rapport_national

    ligne = next(ligne for ligne in (RACINE / "docs" / "cinq-textes.md").read_text("utf-8").splitlines() if ligne.startswith("    convmed "))
    mots = ligne.split()
    assert mots[:2] == ["convmed", "rapport-national"]
    contexte = rapport_national.make_context("rapport-national", mots[2:])
    for nom in contexte.params["textes"].split(","):
        assert not nom.endswith(".yaml") or (RACINE / nom).is_file()
    graphiques = RACINE / "docs" / "cinq-textes-graphiques"
    assert {f"{graphiques.name}/{f.name}" for f in graphiques.iterdir()} == set(re.findall(r"\]\(([^)]+\.svg)\)", (RACINE / "docs" / "cinq-textes.md").read_text("utf-8")))


@pytest.mark.parametrize(
    ("arguments", "attendu"),
    [
        (("--textes", "en-vigueur"), "il faut deux textes"),
        (("--textes", "en-vigueur,convention-2024,en-vigueur"), "demandé deux fois"),
        (("--textes", "en-vigueur,,convention-2024"), "un nom de texte est vide"),
        (("--textes", "en-vigueur,un,deux"), "texte inconnu « deux »"),
        (("--textes", "en-vigueur,proposition-2024-02-08"), "dépendent de l'option"),
        (("--reference", "convention-2016"), "--reference"),
        (("--annees", "2017", "2018"), "2017"),
        (("--annees", "2028", "2026"), "la première année suit la dernière"),
    ],
)  # fmt: skip
def test_ce_que_refuse_le_rapport(convmed: Any, arguments: tuple[str, ...], attendu: str) -> None:
    assert attendu in convmed.refus("rapport-national", *TRES_PETITE, *arguments)
