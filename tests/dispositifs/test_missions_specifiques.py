"""The four missions against a second reading, at their thresholds and dates of effect, and what they refuse."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convmed.dispositifs.contrat import CasRefuses, repondre
from convmed.donnees.entites import REGISTRE
from convmed.moteur.noeuds import Colonne, parcourir

NOM = "missions-specifiques"
SIGNE, APPLIQUE, ARBITRAL, PROPOSE = "convention-2024", "en-vigueur", "reglement-arbitral-2023", "proposition-2024-02-08"
SAS = {"departement_couvert": True, "inscrit": True, "interface_ou_organisation": True}
MISSIONS = ("sas", "maitre_de_stage", "ame", "ipa")


def resultats(entree: dict[str, Any], texte: str = APPLIQUE, **moment: Any) -> dict[str, Any]:
    lus: dict[str, Any] = repondre(NOM, {"texte": texte, "entree": entree, **(moment or {"annee": 2026})})["resultats"]
    return lus


def erreurs(entree: Any, **moment: Any) -> set[str]:
    with pytest.raises(CasRefuses) as refus:
        repondre(NOM, {"texte": SIGNE, "entree": entree, **(moment or {"annee": 2026})})
    return {erreur["champ"] for erreur in refus.value.erreurs}


def seconde_lecture(entree: dict[str, Any], annee: int) -> dict[str, int]:
    """Read the circulaire 3.4 and ameli (SAS) for the text as it is applied."""
    sas = entree.get("sas")
    stage = (800 if entree.get("zone") == "zip" else 500) if annee >= 2026 else 350
    generaliste = entree.get("specialite", "01") == "01"
    patients = entree.get("patients_ipa", 0)
    return {
        "sas": 1000 if annee >= 2026 and sas and all(sas.values()) else 0,
        "maitre_de_stage": stage if entree.get("maitre_de_stage") else 0,
        "ame": 500 if annee >= 2025 and entree.get("patientele_ame_importante") and generaliste else 0,
        "ipa": max(m for seuil, m in ((0, 0), (10, 100), (35, 400), (100, 1000)) if patients >= seuil) if annee >= 2025 else 0,
    }


ENTREES = st.fixed_dictionaries(
    {"zone": st.sampled_from(["zip", "zac", "hors-zone"])},
    optional={
        "maitre_de_stage": st.booleans(),
        "sas": st.fixed_dictionaries({champ: st.booleans() | st.just(True) for champ in SAS}),
        "patientele_ame_importante": st.booleans(),
        "patients_ipa": st.sampled_from([0, 9, 10, 34, 35, 99, 100, 101]) | st.integers(0, 100_000),
        "specialite": st.sampled_from(["01", "03", "12"]),
    },
)


@pytest.mark.normes("C3.4A-07", "C3.4B-01", "C3.4B-02", "C3.4C-01", "C3.4D-03", "C3.4D-04", "C3.4D-05", "C3.4-01")
@given(entree=ENTREES, annee=st.integers(2023, 2030))
def test_le_calcul_dit_comme_la_seconde_lecture(entree: dict[str, Any], annee: int) -> None:
    reponse = repondre(NOM, {"texte": APPLIQUE, "entree": entree, "annee": annee})
    lus, attendus = reponse["resultats"], seconde_lecture(entree, annee)
    assert {mission: lus[mission] for mission in MISSIONS} == attendus
    assert lus["total"] == sum(attendus.values()) == sum(ligne["montant"] for ligne in reponse["lignes"])
    assert lus["sas_eligible"] == (attendus["sas"] > 0)
    assert lus["motifs"].keys() == {mission for mission, montant in attendus.items() if not montant}
    assert ("motif" in lus) == (lus["total"] == 0)


@given(entree=ENTREES, annee=st.integers(2025, 2030))
def test_le_texte_signe_ne_differe_que_par_le_montant_du_sas(entree: dict[str, Any], annee: int) -> None:
    signe, applique = resultats(entree, SIGNE, annee=annee), resultats(entree, annee=annee)
    assert {cle: signe[cle] for cle in MISSIONS[1:]} == {cle: applique[cle] for cle in MISSIONS[1:]}
    assert signe["sas_eligible"] == applique["sas_eligible"]
    assert signe["total"] == applique["total"] - applique["sas"]
    assert signe["sas"] == (None if applique["sas"] else 0)


# --- SAS


@pytest.mark.normes("C3.4A-03", "C3.4A-04", "C3.4A-05", "C3.4A-06", "C3.4A-07")
@pytest.mark.parametrize(("departement", "inscrit", "agenda", "organisation"), list(product([True, False], repeat=4)))
def test_les_trois_conditions_ensemble_la_troisieme_par_l_une_des_deux_voies(
    departement: bool, inscrit: bool, agenda: bool, organisation: bool
) -> None:
    eligible = departement and inscrit and (agenda or organisation)
    commun = {"departement_couvert": departement, "inscrit": inscrit}
    voie_par_voie = commun | {"agenda_interface": agenda, "organisation_territoriale": organisation}
    d_un_mot = commun | {"interface_ou_organisation": agenda or organisation}
    for sas in (voie_par_voie, d_un_mot):
        lus = resultats({"sas": sas})
        assert (lus["sas_eligible"], lus["sas"], lus["total"]) == (eligible, 1000 * eligible, 1000 * eligible)
        assert ("sas" in lus["motifs"]) != eligible


@pytest.mark.normes("C3.4A-08")
def test_aucune_duree_hebdomadaire_n_est_lue() -> None:
    lues = {
        element.nom
        for nom in ("mission_sas_eligible", "mission_sas_voie")
        for version in REGISTRE.regles[nom]
        if version.texte == SIGNE
        for element in parcourir(version.noeud)
        if isinstance(element, Colonne) and element.nom in REGISTRE.entrees
    }
    champs = (*SAS, "agenda_interface", "organisation_territoriale")
    assert lues == {f"mission_sas_{champ}" for champ in champs}
    assert erreurs({"sas": SAS | {"heures_par_semaine": 1}}) == {"entree.sas.heures_par_semaine"}


@pytest.mark.normes("C3.4A-01", "C3.4A-02")
def test_le_sas_devient_une_mission_le_1er_janvier_2026() -> None:
    veille, jour = (resultats({"sas": SAS}, date=date) for date in ("2025-12-31", "2026-01-01"))
    assert (veille["sas_eligible"], veille["sas"]) == (False, 0)
    assert "forfait structure" in veille["motifs"]["sas"]
    assert (jour["sas_eligible"], jour["sas"]) == (True, 1000)
    assert resultats({"sas": SAS}, ARBITRAL)["sas_eligible"] is False
    [ligne] = repondre(NOM, {"texte": SIGNE, "annee": 2026, "entree": {"sas": SAS}})["lignes"]
    assert (ligne["montant"], ligne["etat"], "art. 30" in ligne["motif"]) == (None, "non publié", True)


def test_un_scenario_peut_chiffrer_le_sas_et_le_seuil_ame(tmp_path: Path) -> None:
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text(f"base: {SIGNE}\nfigures:\n  {NOM}:\n    sas_forfait: 1200\n    ame_seuil: 50\n", "utf-8")
    for patients, ame in ((49, 0), (50, 500)):
        lus = resultats({"sas": SAS, "patients_ame": patients}, str(scenario))
        assert (lus["sas"], lus["ame"], lus["total"]) == (1200, ame, 1200 + ame)


# --- maîtrise de stage


@pytest.mark.normes("C3.4B-01", "C3.4B-02", "C3.4B-03", "C3.4B-04")
@pytest.mark.parametrize(("zone", "montant"), [("zip", 800), ("zac", 500), ("hors-zone", 500)])
def test_le_maitre_de_stage_selon_la_zone_et_la_date(zone: str, montant: int) -> None:
    entree = {"zone": zone, "maitre_de_stage": True}
    for texte in (SIGNE, APPLIQUE):
        dates = [resultats(entree, texte, date=date)["maitre_de_stage"] for date in ("2025-12-31", "2026-01-01")]
        assert dates == [350, montant]
    assert resultats(entree, ARBITRAL)["maitre_de_stage"] == 350
    assert resultats({"maitre_de_stage": True}, annee=2025)["maitre_de_stage"] == 350
    assert resultats(entree | {"maitre_de_stage": False})["maitre_de_stage"] == 0


@pytest.mark.normes("C3.4B-05")
def test_le_maitre_de_stage_est_paye_sur_sa_declaration_annuelle() -> None:
    entree = {"zone": "zip", "maitre_de_stage": True}
    avant, apres = (repondre(NOM, {"annee": annee, "entree": entree})["lignes"][0]["base"] for annee in (2025, 2026))
    assert (avant, apres) == ("", "déclaration annuelle dans amelipro")


# --- AME


@pytest.mark.normes("C3.4C-01", "C3.4C-02", "C3.4C-04", "C3.4C-05")
def test_la_mission_ame() -> None:
    entree = {"patientele_ame_importante": True}
    assert [resultats(entree, SIGNE, date=d)["ame"] for d in ("2024-12-31", "2025-01-01")] == [0, 500]
    assert [resultats(entree | {"specialite": s})["ame"] for s in ("01", "03")] == [500, 0]
    assert resultats({"patientele_ame_importante": False})["ame"] == 0
    for annee in (2025, 2026):
        reponse = repondre(NOM, {"texte": SIGNE, "annee": annee, "entree": entree})
        assert reponse["resultats"]["observations"]["ame"] == f"{annee - 1}-12-31"
        [ligne] = reponse["lignes"]
        assert (ligne["base"], ligne["date_versement"]) == (f"données du 31/12/{annee - 1}", None)
        assert str(annee) in ligne["precision_date"]


def test_un_nombre_de_beneficiaires_sans_seuil_publie_reste_sans_montant() -> None:
    reponse = repondre(NOM, {"texte": SIGNE, "annee": 2026, "entree": {"patients_ame": 500, "patients_ipa": 10}})
    assert (reponse["resultats"]["ame"], reponse["resultats"]["total"]) == (None, 100)
    assert [ligne["etat"] for ligne in reponse["lignes"]] == ["non publié", "dû"]
    assert resultats({"patients_ame": 500, "specialite": "03"})["ame"] == 0


# --- IPA


@pytest.mark.normes("C3.4D-02", "C3.4D-03", "C3.4D-04", "C3.4D-05", "C3.4D-07")
@pytest.mark.parametrize(
    ("patients", "montant"), [(0, 0), (9, 0), (10, 100), (34, 100), (35, 400), (99, 400), (100, 1000), (1_000, 1000)]
)
@pytest.mark.parametrize("specialite", ["01", "03", None])
def test_le_palier_le_plus_haut_pour_toute_specialite(patients: int, montant: int, specialite: str | None) -> None:
    assert resultats({"patients_ipa": patients, "specialite": specialite}, SIGNE)["ipa"] == montant


@pytest.mark.normes("C3.4D-01", "C3.4D-06")
def test_la_mission_ipa_compte_a_la_fin_de_l_annee_et_paie_la_suivante() -> None:
    assert [resultats({"patients_ipa": 10}, SIGNE, date=d)["ipa"] for d in ("2024-12-31", "2025-01-01")] == [0, 100]
    reponse = repondre(NOM, {"texte": SIGNE, "annee": 2025, "entree": {"patients_ipa": 10}})
    assert reponse["resultats"]["observations"]["ipa"] == "2025-12-31"
    [ligne] = reponse["lignes"]
    assert (ligne["base"], ligne["date_versement"]) == ("patients au 31/12/2025", None)
    assert "31/12/2026" in ligne["precision_date"]


# --- the proposal


@pytest.mark.normes("P2-65", "P2-67")
def test_la_proposition_a_deux_missions_sans_montant(tmp_path: Path) -> None:
    entree = {"maitre_de_stage": True, "sas": {"inscrit": True}, "patientele_ame_importante": True, "patients_ipa": 100}
    lus = resultats(entree, PROPOSE)
    assert [lus[cle] for cle in ("sas_eligible", *MISSIONS, "total")] == [True, None, None, 0, 0, 0]
    assert resultats(entree | {"sas": {"inscrit": False}}, PROPOSE)["sas_eligible"] is False
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text(f"base: {PROPOSE}\nfigures:\n  {NOM}:\n    prop_sas: 900\n    prop_maitre_de_stage: 600\n", "utf-8")
    assert [resultats(entree, str(scenario))[cle] for cle in ("sas", "maitre_de_stage", "total")] == [900, 600, 1500]


# --- what is not asked for, and refusals


def test_une_mission_absente_n_est_pas_demandee_et_le_dit() -> None:
    reponse = repondre(NOM, {"annee": 2026, "entree": {}})
    assert reponse["lignes"] == []
    assert [reponse["resultats"][cle] for cle in ("sas_eligible", *MISSIONS, "total")] == [False, 0, 0, 0, 0, 0]
    assert all("non demandée" in reponse["resultats"]["motifs"][mission] for mission in MISSIONS)
    vides = dict.fromkeys(("zone", "maitre_de_stage", "sas", "patientele_ame_importante", "patients_ipa"))
    assert resultats(vides) == reponse["resultats"]
    # A mission that is refused is not a mission that is left out.
    assert "non demandée" not in resultats({"maitre_de_stage": False})["motifs"]["maitre_de_stage"]


@pytest.mark.parametrize(
    ("sas", "manques"),
    [
        ({}, set(SAS)),
        ({"inscrit": True}, {"departement_couvert", "interface_ou_organisation"}),
        ({"departement_couvert": False}, {"inscrit", "interface_ou_organisation"}),
        (SAS | {"interface_ou_organisation": None}, {"interface_ou_organisation"}),
        ({"departement_couvert": True, "inscrit": True, "agenda_interface": False}, {"organisation_territoriale"}),
    ],
)
def test_le_sas_demande_ce_qui_lui_manque(sas: dict[str, Any], manques: set[str]) -> None:
    assert erreurs({"sas": sas}) == {f"entree.sas.{champ}" for champ in manques}


def test_une_condition_manquee_dispense_des_autres() -> None:
    assert resultats({"sas": {"inscrit": False}})["sas_eligible"] is False
    assert resultats({"sas": {"inscrit": True, "departement_couvert": False}})["sas_eligible"] is False


def test_toutes_les_fautes_d_un_coup() -> None:
    assert erreurs({"maitre_de_stage": True, "sas": {}}) == {f"entree.sas.{champ}" for champ in SAS} | {"entree.zone"}
    mauvaise = {"zone": "ZIP", "maitre_de_stage": 1, "patients_ipa": -1, "specialite": "MG", "sas": SAS | {"agenda_interface": True},
                "patientele_ame_importante": True, "patients_ame": 3, "ipa": 1}  # fmt: skip
    assert erreurs(mauvaise) == {
        "entree.zone", "entree.maitre_de_stage", "entree.patients_ipa", "entree.specialite", "entree.sas.agenda_interface",
        "entree.patients_ame", "entree.ipa",
    }  # fmt: skip
    assert erreurs({"patients_ipa": 100_001}) == {"entree.patients_ipa"}
    assert erreurs({"patients_ipa": 1.5}) == {"entree.patients_ipa"}


@pytest.mark.normes("C3.4-01")
def test_l_explication_renvoie_aux_articles() -> None:
    reponse = repondre(NOM, {"annee": 2026, "texte": SIGNE, "entree": {"patients_ipa": 10, "sas": SAS}})
    assert reponse["explication"]["total"]["reference"] == "art. 30 à 30-4"
    assert reponse["explication"]["sas"]["reference"] == "art. 30"
