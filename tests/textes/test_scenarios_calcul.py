"""A scenario in a calculation: it changes the amounts that it names, from when it says, and no other; hostile files."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

import convmed
from convmed.dispositifs.contrat import CasRefuses, repondre
from convmed.textes import EN_VIGUEUR, Erreurs, baremes, trouver_texte

NOM = "forfait-medecin-traitant"
FIGURE = "ald_80_ans_et_plus"
LE = dt.date(2026, 6, 1)
VUE = {"c2s": False, "date_derniere_consultation": "2025-10-01"}
CAS: dict[str, Any] = {
    "annee": 2026,
    "entree": {
        "medecin": {"secteur": "1", "zone": "hors-zone", "qpv": False, "date_naissance": "1975-05-02"},
        "patients": [
            {"patient": "ald-85", "date_naissance": "1940-03-01", "ald": True, **VUE},
            {"patient": "adulte", "date_naissance": "1985-03-01", "ald": False, **VUE},
        ],
    },
}


@pytest.fixture
def scenario(tmp_path: Path) -> Any:
    def ecrire(contenu: str, nom: str = "essai.yaml") -> str:
        (tmp_path / nom).write_text(contenu, "utf-8")
        return str(tmp_path / nom)

    return ecrire


def montants(texte: str) -> tuple[list[Any], Any]:
    resultats = convmed.calculer(NOM, {**CAS, "texte": texte})["resultats"]
    return [patient["socle"] for patient in resultats["patients"]], resultats["total"]


def test_le_montant_nomme_change_et_lui_seul(scenario: Any) -> None:
    assert montants(EN_VIGUEUR) == ([100, 5], 105)
    assert montants(scenario(f"figures: {{{NOM}: {{{FIGURE}: 112.34}}}}")) == ([112.34, 5], 117.34)
    assert montants(scenario(f"figures: {{{NOM}: {{de_7_a_74_ans: 7}}}}")) == ([100, 7], 107)
    assert montants(scenario("figures: {vsm: {palier_1_montant: 1}}")) == ([100, 5], 105)
    assert montants(EN_VIGUEUR) == ([100, 5], 105)


@pytest.mark.parametrize(
    ("dates", "montant"),
    [
        ("du: 2026-01-01", 150), ("au: 2026-01-01", 150), ("du: 2026-01-01, au: 2026-01-01", 150),
        ("du: 2026-01-02", 100), ("au: 2025-12-31", 100),
    ],
)  # fmt: skip
def test_le_montant_ne_change_qu_aux_dates_du_scenario(scenario: Any, dates: str, montant: int) -> None:
    """The figures of the exercise are those of 1 January."""
    assert montants(scenario(f"figures: {{{NOM}: {{{FIGURE}: {{valeur: 150, {dates}}}}}}}"))[0] == [montant, 5]


def test_les_montants_de_deux_scenarios_superposes(scenario: Any) -> None:
    scenario(f"figures: {{{NOM}: {{{FIGURE}: 110, de_7_a_74_ans: 6}}}}", "bas.yaml")
    haut = scenario(f"base: bas.yaml\nfigures: {{{NOM}: {{{FIGURE}: {{valeur: 120, du: 2026-01-01}}}}}}", "haut.yaml")
    assert montants(haut) == ([120, 6], 126)


def test_une_valeur_nulle_laisse_le_montant_non_publie(scenario: Any) -> None:
    reponse = convmed.calculer(NOM, {**CAS, "texte": scenario(f"figures: {{{NOM}: {{{FIGURE}: null}}}}")})
    assert [patient["socle"] for patient in reponse["resultats"]["patients"]] == [None, 5]
    assert reponse["resultats"]["total"] is None
    assert {ligne["etat"] for ligne in reponse["lignes"]} == {"non publié"}


def test_une_liste_s_ecrit_nue(scenario: Any) -> None:
    chemin = scenario(f"figures: {{{NOM}: {{mois_des_versements: [3, 6, 9, 12]}}}}")
    lignes = convmed.calculer(NOM, {**CAS, "texte": chemin})["lignes"]
    assert [ligne["date_versement"] for ligne in lignes][:4] == ["2026-03-31", "2026-06-30", "2026-09-30", "2026-12-31"]
    valeur = trouver_texte(chemin).valeur(baremes()[NOM]["mois_des_versements"], LE)
    assert valeur is not None
    assert valeur.calcul == (3, 6, 9, 12)


def test_un_montant_de_scenario_le_dit(scenario: Any) -> None:
    chemin = scenario(f"nom: notre-demande\nfigures: {{{NOM}: {{{FIGURE}: 150}}}}")
    reponse = convmed.calculer(NOM, {**CAS, "texte": chemin})
    assert reponse["texte"] == "notre-demande"
    assert {ligne["confiance"] for ligne in reponse["lignes"]} == {"deduit"}
    assert any("scénario « notre-demande »" in r for ligne in reponse["lignes"] for r in ligne["references"])


def test_rien_n_est_copie_du_texte_de_base(scenario: Any) -> None:
    """Everywhere the scenario is silent, it hands out the very objects of the text below."""
    dessous = trouver_texte(EN_VIGUEUR)
    pose = trouver_texte(scenario(f"figures: {{{NOM}: {{{FIGURE}: {{valeur: 150, du: 2026-06-01}}}}}}"))
    for le in (LE - dt.timedelta(days=1), LE):
        differentes = [
            figure.nom
            for figures in baremes().values()
            for figure in figures.values()
            if pose.valeur(figure, le) is not dessous.valeur(figure, le)
        ]
        assert differentes == ([FIGURE] if le == LE else [])


def test_un_serveur_n_ouvre_pas_de_fichier(scenario: Any) -> None:
    chemin = scenario(f"figures: {{{NOM}: {{{FIGURE}: 1}}}}")
    assert repondre(NOM, {**CAS, "texte": chemin}, scenarios=True)["resultats"]["total"] == 6
    for designation in (chemin, chemin.replace("essai", "absent")):
        with pytest.raises(Erreurs, match="texte inconnu"):
            trouver_texte(designation, scenarios=False)
        with pytest.raises(CasRefuses) as refus:
            repondre(NOM, {**CAS, "texte": designation}, scenarios=False)
        assert [erreur["champ"] for erreur in refus.value.erreurs] == ["texte"]


@pytest.mark.parametrize("designation", ["/etc/passwd", "notes.txt", "", ".", "../pyproject.toml", "\0.yaml", "a" * 5000 + ".yaml"])
def test_un_nom_qui_n_est_pas_celui_d_un_scenario(designation: str) -> None:
    with pytest.raises(Erreurs):
        trouver_texte(designation)


@pytest.mark.parametrize(
    ("contenu", "champ", "attendu"),
    [
        ("figures: {2026: 1}", "figures.2026", "par exemple "),
        ("figures: {true: {}}", "figures.True", "par exemple "),
        ("figures: {vsm: {2026: 1}}", "figures.vsm.2026", "par exemple "),
        ("figures: {vms: {}}", "figures.vms", "par exemple vsm"),
        ("figures: {vsm: {palier_1_montan: 1}}", "figures.vsm.palier_1_montan", "palier_1_montant"),
        ("figures: {vsm: {palier_1_montant: {texte: [a], valeur: 3}}}", "figures.vsm.palier_1_montant.valeurs.0", "l'un de essai"),
        ("figures: &a {vsm: *a}", "figures.vsm.vsm", "par exemple "),
        ('base: "\\0.yaml"', "base", "l'un de convention-2016"),
        (f"base: {'a' * 5000}.yaml", "base", "l'un de convention-2016"),
        ("base: [en-vigueur]", "base", "l'un de convention-2016"),
        ("base: absent.yaml", "base", "le fichier d'un autre scénario"),
        ("base: null", "base", "l'un de convention-2016"),
        ("figures: {vsm: {palier_1_montant: []}}", "figures.vsm.palier_1_montant.valeurs.0", "une valeur en EUR"),
        ("figures: {vsm: {dates_des_resultats: [2024-06-30, {valeur: 1}]}}", "figures.vsm.dates_des_resultats.valeurs.0", "une valeur en liste"),
    ],
)  # fmt: skip
def test_un_fichier_bizarre_est_refuse_sans_accident(scenario: Any, contenu: str, champ: str, attendu: str) -> None:
    chemin = scenario(contenu)
    with pytest.raises(Erreurs) as refus:
        trouver_texte(chemin)
    assert {faute.fichier for faute in refus.value.fautes} == {chemin}
    (faute,) = (faute for faute in refus.value.fautes if faute.champ == champ)
    assert faute.ligne == 1
    assert attendu in str(faute.attendu)


@pytest.mark.parametrize("contenu", ["nom: \x01", "nom: !!bool x", f"nom: {'9' * 5000}", "a: [", "nom: a\nnom: b", "? [a]\n: 1"])
def test_ce_qui_n_est_pas_du_yaml_est_refuse_sans_accident(scenario: Any, contenu: str) -> None:
    with pytest.raises(Erreurs) as refus:
        trouver_texte(scenario(contenu))
    assert refus.value.fautes[0].message in ("ce fichier n'est pas du YAML lisible", "clé en double « nom »")
