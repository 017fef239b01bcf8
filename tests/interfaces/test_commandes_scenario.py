"""`convmed scenario` as a user runs it: a commented file that changes nothing, its faults, what it changes."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import convmed as facade
from convmed.restitution.scenario import nouveau, verifier
from convmed.textes import baremes, textes_connus, trouver_texte
from convmed.textes.bareme import lire_yaml
from convmed.textes.comparaison import differences

RACINE = Path(__file__).parents[2]
SCHEMA = RACINE / "src" / "convmed" / "textes" / "scenario.schema.json"
FMT, APPLIQUE = "forfait-medecin-traitant", "en-vigueur"
JOUR = dt.date(2026, 11, 22)


@pytest.fixture
def convmed(lanceur: Callable[..., Any]) -> Any:
    return lanceur("scenario")


# --- nouveau


def test_un_scenario_neuf_est_commente_et_ne_change_rien(convmed: Any, tmp_path: Path) -> None:
    fichier = tmp_path / "mien.yaml"
    assert f"convmed scenario verifier {fichier}" in convmed.reussit("nouveau", fichier, "--date", "2026-11-22")
    contenu = fichier.read_text("utf-8")
    assert "    # Patient en ALD de 80 ans ou plus (EUR/patient/an)\n" in contenu
    assert "    # depuis le 01/01/2026 : 100,00\xa0€ (circulaire 31/07/2024, 3.1 A ; officiel)\n" in contenu
    assert "    ald_80_ans_et_plus: {valeur: 100, du: 2026-01-01}\n" in contenu
    assert "montant_indicateur: {valeur: 5, du: 2026-01-01}" in contenu
    texte = trouver_texte(str(fichier))
    assert differences(trouver_texte(APPLIQUE), texte) == []
    assert (texte.id, texte.libelle) == ("mien", "Scénario mien")
    comparaison = facade.comparer(RACINE / "exemples" / "proposition-2024", [APPLIQUE, str(fichier)], 2026)
    assert {ligne.ecarts["mien"].difference for ligne in comparaison.lignes} == {0}
    fichier.write_text(contenu.replace("montant_indicateur: {valeur: 5,", "montant_indicateur: {valeur: 7,"), "utf-8")
    (rangee,) = differences(trouver_texte(APPLIQUE), trouver_texte(str(fichier)))
    assert (rangee["figure"], rangee["difference"]) == ("montant_indicateur", 2)


@pytest.mark.parametrize("base", [texte for texte in textes_connus() if "option" not in texte])
@pytest.mark.parametrize("annee", [2019, 2026, 2030])
def test_toutes_les_figures_ecrites_ne_changent_rien(tmp_path: Path, base: str, annee: int) -> None:
    """Every figure of the barème, of every unit, with every period to come."""
    fichier = tmp_path / "tout.yaml"
    contenu = nouveau(fichier, base, list(baremes()), (), dt.date(annee, 6, 1))
    fichier.write_text(contenu, "utf-8")
    assert differences(trouver_texte(base), trouver_texte(str(fichier))) == []
    assert max(len(ligne) for ligne in contenu.splitlines() if ligne.startswith("    #")) <= 120
    document = json.loads(json.dumps(lire_yaml(contenu, "tout.yaml"), default=str))
    assert not [erreur.message for erreur in Draft202012Validator(json.loads(SCHEMA.read_text("utf-8"))).iter_errors(document)]


@pytest.mark.parametrize("figure", ["montant_indicateur", "prevention.rosp_taux_de_realisation", f"{FMT}.fpmt_ald_80_ans_et_plus"])
def test_une_figure_demandee_s_ecrit_meme_absente_ou_non_publiee(tmp_path: Path, figure: str) -> None:
    fichier = tmp_path / "une.yaml"
    fichier.write_text(nouveau(fichier, APPLIQUE, (), [figure], JOUR), "utf-8")
    contenu, texte = fichier.read_text("utf-8"), trouver_texte(str(fichier))
    assert [nom for _, nom in texte.ajouts] == [figure.rpartition(".")[2]]
    assert differences(trouver_texte(APPLIQUE), texte) == []
    assert {"rosp": "non publié : voir annexe 7", "fpmt": "ce texte n'a pas ce chiffre", "mont": "5,00\xa0€"}[figure.rpartition(".")[2][:4]] in contenu


def test_les_dispositifs_et_les_figures_demandes_et_eux_seuls(convmed: Any, tmp_path: Path) -> None:
    un, deux = tmp_path / "un.yaml", tmp_path / "deux.yaml"
    convmed.reussit("nouveau", un, "--dispositif", "vsm", "--dispositif", "prevention", "--figures", "palier_1_montant,montant_indicateur")
    assert sorted(trouver_texte(str(un)).ajouts) == [("prevention", "montant_indicateur"), ("vsm", "palier_1_montant")]
    convmed.reussit("nouveau", deux, "--dispositif", "vsm", "--date", "2024-12-01")
    assert {dispositif for dispositif, _ in trouver_texte(str(deux)).ajouts} == {"vsm"}


def test_un_scenario_se_pose_sur_un_autre_ou_qu_il_soit(convmed: Any, tmp_path: Path) -> None:
    (tmp_path / "sous").mkdir()
    dessous, dessus = tmp_path / "sous" / "bas.yaml", tmp_path / "haut.yaml"
    dessous.write_text("figures: {prevention: {montant_indicateur: {valeur: 7, du: 2027-01-01}}}\n", "utf-8")
    convmed.reussit("nouveau", dessus, "--base", dessous, "--figures", "montant_indicateur", "--date", "2026-11-22")
    assert "base: sous/bas.yaml" in dessus.read_text("utf-8")
    assert "[{valeur: 5, du: 2026-01-01, au: 2026-12-31}, {valeur: 7, du: 2027-01-01}]" in dessus.read_text("utf-8")
    assert differences(trouver_texte(str(dessous)), trouver_texte(str(dessus))) == []


def test_un_fichier_du_nom_d_un_texte_reste_lisible(convmed: Any, tmp_path: Path) -> None:
    convmed.reussit("nouveau", tmp_path / "en-vigueur.yaml")
    assert trouver_texte(str(tmp_path / "en-vigueur.yaml")).id == "mon-en-vigueur"
    convmed.reussit("nouveau", tmp_path / "2027.yaml")
    assert trouver_texte(str(tmp_path / "2027.yaml")).id == "2027"


def test_nouveau_ne_remplace_rien_et_dit_toutes_les_fautes(convmed: Any, tmp_path: Path) -> None:
    fichier = tmp_path / "la.yaml"
    fichier.write_text("à moi", "utf-8")
    assert convmed.refuse("nouveau", fichier) == [f"{fichier} : ce fichier existe déjà : il n'est pas remplacé (attendu : un autre nom)"]
    assert fichier.read_text("utf-8") == "à moi"
    lues = convmed.refuse(
        "nouveau", tmp_path / "s.txt", "--base", "convention-2042", "--dispositif", "vmm", "--figures", "montant_indicateu,date_effet"
    )
    attendues = ("finit par .yaml", "peut-être convention-2024", "l'un de vsm", "prevention.montant_indicateur", "aides-installation.date_effet")
    assert len(lues) == len(attendues)
    assert all(attendue in lue for attendue, lue in zip(attendues, lues, strict=True)), lues
    assert "ce dossier n'existe pas" in convmed.refuse("nouveau", tmp_path / "rien" / "s.yaml")[0]
    assert "date illisible" in convmed.refuse("nouveau", tmp_path / "s.yaml", "--date", "demain")[0]
    assert sorted(tmp_path.iterdir()) == [fichier]


# --- verifier et differences


def test_verifier_dit_ce_qui_change_et_ce_qui_ne_change_rien(convmed: Any, tmp_path: Path) -> None:
    fichier = tmp_path / "essai.yaml"
    fichier.write_text("figures: {prevention: {montant_indicateur: {valeur: 7, du: 2027-01-01}, grippe_age: {valeur: 65, du: 2026-01-01}}}\n", "utf-8")
    texte = convmed.reussit("verifier", fichier)
    assert "Scénario « essai » valide, posé sur en-vigueur ; il change 1 figure." in texte
    assert re.search(r"prevention\.montant_indicateur", texte)
    assert "du 01/01/2027" in texte
    assert "Écrit sans rien changer : prevention.grippe_age" in texte
    objet = json.loads(convmed.reussit("verifier", fichier, "--format", "json"))
    assert (objet["scenario"], objet["base"], objet["sans_effet"]) == ("essai", APPLIQUE, ["prevention.grippe_age"])
    assert [(r["figure"], r["valeur_a"], r["valeur_b"], r["du"]) for r in objet["differences"]] == [("montant_indicateur", "5", "7", "2027-01-01")]


def test_verifier_un_scenario_vide_ou_pose_sur_un_autre(convmed: Any, tmp_path: Path) -> None:
    (tmp_path / "bas.yaml").write_text("figures: {prevention: {montant_indicateur: 7}}\n", "utf-8")
    (tmp_path / "haut.yaml").write_text("base: bas.yaml\n", "utf-8")
    assert "posé sur bas ; il ne change rien." in convmed.reussit("verifier", tmp_path / "haut.yaml")
    assert verifier(tmp_path / "haut.yaml").sans_effet == [], "what the scenario below writes is not its own"


def test_verifier_dit_toutes_les_fautes_a_leur_place(convmed: Any, tmp_path: Path) -> None:
    fichier = tmp_path / "faux.yaml"
    fichier.write_text(f"base: rien\nfigures:\n  {FMT}:\n    taux_zone: 20 %\n    montant_indicateur: 7\n  vmm: {{}}\n", "utf-8")
    lues = convmed.refuse("verifier", fichier)
    assert [lue.split(" : ")[0].removeprefix(f"{fichier}, ").split(", ")[0] for lue in lues] == ["ligne 1", "ligne 4", "ligne 5", "ligne 6"]
    assert "prevention.montant_indicateur" in lues[2]
    assert convmed.refuse("differences", fichier) == lues
    assert "n'existe pas" in convmed.refuse("verifier", tmp_path / "absent.yaml")[0]


def test_les_differences_avec_la_base_ou_un_autre_texte(convmed: Any) -> None:
    scenario = RACINE / "exemples" / "scenarios" / "zip-20-pour-cent.yaml"
    rangees = json.loads(convmed.reussit("differences", scenario, "--format", "json"))
    assert [(r["figure"], r["valeur_a"], r["valeur_b"], r["du"], r["au"]) for r in rangees] == [
        ("taux_zone", "10", "20", "2027-01-01", "2028-12-31"), ("taux_troisieme_annee", "10", "20", "2027-01-01", "2028-12-31"),
    ]  # fmt: skip
    lues = list(csv.DictReader(io.StringIO(convmed.reussit("differences", scenario, "--contre", "proposition-2024-02-08-option-2",
                                                           "--dispositif", FMT, "--date", "2027-06-01", "--format", "csv")), delimiter=";"))  # fmt: skip
    assert {"taux_zone", "fenetre_non_vu", "majoration_c2s"} <= {lue["figure"] for lue in lues}
    assert "Aucune différence au 31/12/2026" in convmed.reussit("differences", scenario, "--date", "2026-12-31")
