"""Assistants médicaux: the life of a contract, year by year, and what ends it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from convmed.dispositifs.assistants_medicaux import vie_du_contrat
from convmed.dispositifs.contrat import CasRefuses, repondre
from convmed.dispositifs.socle import Refus

NOM = "assistants-medicaux"
CONTRAT: dict[str, Any] = {
    "date_signature": "2024-09-01", "option_etp": "1", "classe": "p30-p90", "specialite": "01",
    "pmt": {"initial": 1300, "objectif": 1560}, "fa": {"initial": 2000, "objectif": 2110},
}  # fmt: skip
ATTEINT = [{"annee_contrat": n, "pmt": 1560, "fa": 2110} for n in (3, 4, 5)]


def reponse(calcul: str, date: str, **champs: Any) -> dict[str, Any]:
    entree = {"calcul": calcul, **CONTRAT, **champs}
    obtenue: dict[str, Any] = repondre(NOM, {"date": date, "entree": entree})
    return obtenue


def vie(date: str, **champs: Any) -> dict[str, Any]:
    obtenus: dict[str, Any] = reponse("vie", date, **champs)["resultats"]
    return obtenus


def refus(date: str, calcul: str = "vie", **champs: Any) -> set[str]:
    with pytest.raises(CasRefuses) as refuses:
        reponse(calcul, date, **champs)
    return {erreur["champ"] for erreur in refuses.value.erreurs}


# --- the timeline


def test_la_chronologie_d_un_contrat_de_2024() -> None:
    obtenus = vie("2027-10-01", observations=ATTEINT[:1], echanges=["2027-09-15"])
    dates = [e["date"] for e in obtenus["chronologie"]]
    assert dates == sorted(dates)
    versements = [(e["date"], e["montant"]) for e in obtenus["chronologie"] if e["evenement"] == "versement"]
    assert versements == [
        ("2024-10-01", 38000), ("2025-09-01", 28000), ("2026-09-01", 11000), ("2027-09-01", 11000), ("2027-11-01", 11000),
        ("2028-09-01", 11000), ("2028-11-01", None), ("2029-11-01", None),
    ]  # fmt: skip
    assert obtenus["annee_contrat"] == 4
    assert obtenus["bilan"] == {"verse": 88000, "recupere": 0, "du": 88000, "trop_percu": 0}
    assert obtenus["objectifs"][0] == {"indicateur": "pmt", "initial": 1300, "objectif": 1560, "observe": 1560, "reste": 0}
    assert all(e["reference"] for e in obtenus["chronologie"])


def test_la_distance_a_l_objectif() -> None:
    obtenus = vie("2027-10-01", observations=[{"annee_contrat": 3, "pmt": 1500, "fa": 2000}])
    assert [o["reste"] for o in obtenus["objectifs"]] == [60, 110]
    assert [o["observe"] for o in vie("2027-08-31")["objectifs"]] == [None, None]


@pytest.mark.parametrize(("jour", "statut", "annee"), [
    ("2024-08-31", "a-venir", None), ("2024-09-01", "en-cours", 1), ("2025-08-31", "en-cours", 1), ("2025-09-01", "en-cours", 2),
])  # fmt: skip
def test_le_statut_suit_le_jour(jour: str, statut: str, annee: int | None) -> None:
    obtenus = vie(jour)
    assert (obtenus["statut"], obtenus["annee_contrat"]) == (statut, annee)


def test_une_observation_manquante_se_dit_et_rien_n_est_devine() -> None:
    obtenus = vie("2028-01-01", echanges=["2027-12-01"])
    assert obtenus["alertes"] == ["année 3 : observation manquante, le solde n'est pas calculé"]
    assert obtenus["prochaine_action"]["action"] == "faire constater la patientèle de l'année 3"
    assert obtenus["bilan"]["verse"] == 66000
    (solde,) = (e for e in reponse("vie", "2028-01-01")["lignes"] if e["libelle"] == "Année 3 du contrat, solde")
    assert (solde["montant"], solde["etat"]) == (None, "incomplet")
    assert "Patientèle médecin traitant observée" in solde["motif"]


@pytest.mark.normes("C4.9-02")
@pytest.mark.parametrize(("echanges", "echeance"), [([], "2026-03-01"), (["2025-12-15"], "2026-06-15"), (["2025-09-02", "2025-06-01"], "2026-03-02")])
def test_l_echange_semestriel(echanges: list[str], echeance: str) -> None:
    (action,) = (a for a in vie("2026-01-01", echanges=echanges)["actions"] if a["action"] == "échanger avec la caisse")
    assert action["echeance"] == echeance


@pytest.mark.normes("C4.10-01")
@pytest.mark.parametrize(("formation", "alerte"), [("2026-10-01", False), ("2026-10-02", True)])
def test_la_formation_en_deux_ans(formation: str, alerte: bool) -> None:
    obtenus = vie("2026-11-01", date_embauche="2024-10-01", date_formation=formation)
    assert any("formation" in a for a in obtenus["alertes"]) == alerte
    assert not any("CQP" in a["action"] for a in obtenus["actions"])


# --- terms


@pytest.mark.normes("C4.8-14", "C4.8-15", "C4.8-16", "C4.8-17")
@pytest.mark.parametrize(("jour", "terme", "annee"), [
    ("2029-08-31", "2029-09-01", 5), ("2029-09-01", "2034-09-01", 6), ("2030-12-31", "2034-09-01", 7),
])  # fmt: skip
def test_la_tacite_reconduction(jour: str, terme: str, annee: int) -> None:
    obtenus = vie(jour)
    assert (obtenus["terme"], obtenus["annee_contrat"], obtenus["statut"]) == (terme, annee, "en-cours")
    annees = reponse("echeancier", jour)["resultats"]["annees"]
    assert {a["aide_maximale"] for a in annees[2:]} == {22000}
    assert obtenus["objectifs"][0]["objectif"] == 1560
    assert not any("prorogation" in a["action"] for a in obtenus["actions"])


@pytest.mark.normes("C4.8-08", "C4.8-11", "C4.8-12")
@pytest.mark.parametrize(("avenant", "statut"), [("2024-08-31", "en-cours"), ("2024-09-01", "clos"), ("2025-01-01", "clos"), (None, "clos")])
def test_la_prorogation_se_signe_avant_le_terme(avenant: str | None, statut: str) -> None:
    avenants = [{"date": avenant, "objet": "prorogation"}] if avenant else []
    obtenus = vie("2026-01-01", date_signature="2019-09-01", avenants=avenants)
    assert obtenus["statut"] == statut
    assert obtenus["carence_jusqu_au"] == ("2031-09-01" if statut == "en-cours" else "2026-09-01")
    assert any("sans effet" in a for a in obtenus["alertes"]) == (statut == "clos" and avenant is not None)


def test_une_prorogation_ne_se_fait_qu_une_fois() -> None:
    avenants = [{"date": "2024-08-31", "objet": "prorogation"}, {"date": "2029-08-31", "objet": "prorogation"}]
    assert vie("2030-01-01", date_signature="2019-09-01", avenants=avenants)["statut"] == "clos"


def test_une_prorogation_est_inutile_depuis_2024() -> None:
    obtenus = vie("2026-01-01", avenants=[{"date": "2025-09-01", "objet": "prorogation"}])
    assert obtenus["terme"] == "2029-09-01"
    assert "inutile" in obtenus["alertes"][0]


# --- avenants


@pytest.mark.normes("C4.8-06", "C4.8-07")
def test_un_changement_d_option_garde_le_depart_et_le_terme() -> None:
    avenant = {"date": "2026-10-15", "objet": "changement-option", "option_etp": "1/2", "pmt": {"objectif": 1430}, "fa": {"objectif": 2055}}
    obtenus = reponse("echeancier", "2029-01-01", avenants=[avenant], observations=[
        {"annee_contrat": 3, "pmt": 1430, "fa": 2000}, {"annee_contrat": 4, "pmt": 1365, "fa": 2000},
    ])["resultats"]  # fmt: skip
    assert obtenus["terme"] == "2029-09-01"
    assert [(a["option_etp"], a["aide_maximale"]) for a in obtenus["annees"]] == [
        ("1", 38000), ("1", 28000), ("1", 22000), ("1/2", 11000), ("1/2", 11000),
    ]  # fmt: skip
    assert [a["montant"] for a in obtenus["annees"][2:4]] == [11000, 5500]
    assert refus("2027-01-01", avenants=[{**avenant, "pmt": {"initial": 1400, "objectif": 1500}}]) == {"entree.avenants[0].pmt.initial"}


@pytest.mark.normes("C4.4-14", "C4.4-15", "C4.4-16")
@pytest.mark.parametrize(("date", "plein"), [("2026-09-01", 3), ("2026-09-02", 4), ("2027-09-01", 4)])
def test_l_avenant_d_un_nouvel_installe(date: str, plein: int) -> None:
    """Read: the year that opens after the avenant is paid in full, the next one is checked on the new start."""
    avenant = {"date": date, "objet": "nouvel-installe", "pmt": {"initial": 1400, "objectif": 1600}, "fa": {"initial": 2100, "objectif": 2200}}
    manque = [{"annee_contrat": n, "pmt": 1400, "fa": 2100} for n in (3, 4, 5)]
    annees = reponse("echeancier", "2029-01-01", avenants=[avenant], observations=manque)["resultats"]["annees"]
    assert annees[plein - 1]["montant"] == 22000
    assert annees[plein]["montant"] == 0


# --- suspension


def test_une_annee_suspendue_se_paie_au_prorata() -> None:
    suspension = [{"debut": "2026-09-01", "fin": "2027-01-25"}]
    reponses = reponse("echeancier", "2028-01-01", suspensions=suspension, observations=ATTEINT[:1])
    annee = reponses["resultats"]["annees"][2]
    assert (annee["montant"], annee["acompte"], annee["solde"]) == (13200, 11000, 2200)
    assert "aucun texte ne dit" in reponses["resultats"]["reserves"][0]
    assert vie("2026-10-01", suspensions=suspension)["statut"] == "suspendu"
    assert vie("2027-01-25", suspensions=suspension)["statut"] == "en-cours"


@pytest.mark.parametrize(("fin", "accepte"), [("2026-12-01", False), ("2026-12-02", True), (None, True)])
def test_trois_mois_d_absence_ne_suspendent_pas(fin: str | None, accepte: bool) -> None:
    suspensions = [{"debut": "2026-09-01", "fin": fin}]
    if accepte:
        assert vie("2026-10-01", suspensions=suspensions)["statut"] == "suspendu"
    else:
        assert refus("2026-10-01", suspensions=suspensions) == {"entree.suspensions[0].fin"}


def test_une_suspension_sans_texte_est_refusee() -> None:
    suspensions = [{"debut": "2025-02-25", "fin": "2025-08-01"}]
    assert refus("2026-01-01", suspensions=suspensions) == {"entree.suspensions[0].debut"}


# --- the end


@pytest.mark.normes("C4.8-03")
@pytest.mark.parametrize(("date", "recuperation", "restants"), [
    ("2024-09-02", 37895.89, 364), ("2025-08-31", 104.11, 1), ("2025-09-01", 0, 0), ("2025-09-02", 27923.29, 364),
    ("2026-09-02", 10969.86, 364),
])  # fmt: skip
def test_la_recuperation_au_prorata_des_jours(date: str, recuperation: float, restants: int) -> None:
    obtenus = reponse("resiliation", date, resiliation={"date": date}, observations=[])["resultats"]
    assert (obtenus["recuperation"], obtenus["jours_restants"]) == (recuperation, restants)
    assert ("motif" in obtenus) == (recuperation == 0)


@pytest.mark.normes("C4.8-01", "C4.8-02", "C4.8-04")
@pytest.mark.parametrize("initiative", ["medecin", "caisse"])
@pytest.mark.parametrize("motif", ["objectifs", "autre"])
def test_la_carence_suit_toute_resiliation(initiative: str, motif: str) -> None:
    rupture = {"date": "2026-03-10", "initiative": initiative, "motif": motif}
    obtenus = vie("2026-03-10", resiliation=rupture)
    assert (obtenus["statut"], obtenus["carence_jusqu_au"]) == ("resilie", "2028-03-10")
    assert obtenus["prochaine_action"]["echeance"] == "2028-03-10"
    assert [e["evenement"] for e in obtenus["chronologie"]][-2:] == ["resiliation", "fin-de-carence"]
    assert vie("2026-03-09", resiliation=rupture)["statut"] == "en-cours"


@pytest.mark.parametrize(("avis", "respecte"), [("2026-01-10", True), ("2026-01-11", False)])
def test_le_preavis_du_medecin(avis: str, respecte: bool) -> None:
    rupture = {"date": "2026-03-10", "initiative": "medecin", "date_notification": avis}
    preavis = reponse("resiliation", "2026-03-10", resiliation=rupture)["resultats"]["preavis"]
    assert preavis["respecte"] is respecte
    assert "preavis" not in reponse("resiliation", "2026-03-10", resiliation={**rupture, "initiative": "caisse"})["resultats"]


def test_une_rupture_au_dela_du_premier_terme() -> None:
    """A renewed contract can be broken in its second term, even seen from the first one."""
    assert vie("2026-01-01", resiliation={"date": "2031-03-01"})["chronologie"][-2]["date"] == "2031-03-01"


# --- refusals


@pytest.mark.parametrize(("champs", "refuses"), [
    ({"date_signature": "2019-08-20"}, {"entree.date_signature"}),
    ({"pmt": {"initial": 1300, "objectif": 1299}}, {"entree.pmt.objectif"}),
    ({"resiliation": {"date": "2024-09-01"}}, {"entree.resiliation.date"}),
    ({"date_signature": "2020-09-01", "resiliation": {"date": "2025-09-02"}}, {"entree.resiliation.date"}),
    ({"resiliation": {"date": "2026-01-01", "date_notification": "2026-01-02"}}, {"entree.resiliation.date_notification"}),
    ({"autres_contrats": [{"date_signature": "2024-01-01", "date_fin": "2024-09-02"}]}, {"entree.autres_contrats[0].date_signature"}),
    ({"autres_contrats": [{"date_signature": "2025-01-01"}]}, {"entree.autres_contrats[0].date_signature"}),
    ({"autres_contrats": [{"date_signature": "2020-01-01", "date_fin": "2019-12-01"}]}, {"entree.autres_contrats[0].date_fin"}),
    ({"avenants": [{"date": "2024-08-31", "objet": "changement-option", "option_etp": "1/2"}]}, {"entree.avenants[0].date"}),
    ({"avenants": [{"date": "2025-08-31", "objet": "changement-option"}]}, {"entree.avenants[0].option_etp"}),
    ({"avenants": [{"date": "2025-08-31", "objet": "changement-option", "option_etp": "1/3"}]}, {"entree.avenants[0].option_etp"}),
    ({"avenants": [{"date": "2025-08-31", "objet": "changement-option", "option_etp": "1/2", "pmt": {"objectif": 1200}}]},
     {"entree.avenants[0].pmt.objectif"}),
    ({"avenants": [{"date": "2025-08-31", "objet": "nouvel-installe", "pmt": {"initial": 1600}}]}, {"entree.avenants[0].pmt.objectif"}),
    ({"avenants": [{"date": "2025-08-31", "objet": "prorogation", "pmt": {"objectif": 1600}}]}, {"entree.avenants[0].pmt.objectif"}),
    ({"resiliation": {"date": "2026-01-01"}, "avenants": [{"date": "2026-01-01", "objet": "nouvel-installe"}]}, {"entree.avenants[0].date"}),
    ({"observations": [ATTEINT[0], ATTEINT[0]]}, {"entree.observations[1].annee_contrat"}),
    ({"resiliation": {"date": "2027-08-31"}, "observations": ATTEINT[:1]}, {"entree.observations[0].annee_contrat"}),
    ({"suspensions": [{"debut": "2025-09-01"}, {"debut": "2026-09-01"}]}, {"entree.suspensions[1].debut"}),
])  # fmt: skip
def test_ce_qui_est_refuse(champs: dict[str, Any], refuses: set[str]) -> None:
    assert refus("2028-01-01", **champs) == refuses


@pytest.mark.normes("C4.8-05")
@pytest.mark.parametrize(("fin", "circonstances", "alerte"), [
    ("2022-09-01", False, False), ("2022-09-02", False, True), ("2022-09-02", True, False), ("2024-09-01", False, True),
])  # fmt: skip
def test_un_contrat_signe_pendant_la_carence(fin: str, circonstances: bool, alerte: bool) -> None:
    precedent = [{"date_signature": "2020-01-01", "date_fin": fin}]
    obtenus = vie("2025-01-01", autres_contrats=precedent, circonstances_exceptionnelles=circonstances)
    assert any("carence" in a for a in obtenus["alertes"]) == alerte


@pytest.mark.parametrize("duree", ["0", "null"])
def test_un_scenario_sans_duree_est_refuse(duree: str, tmp_path: Path) -> None:
    scenario = tmp_path / "sans-duree.yaml"
    scenario.write_text(f"figures: {{assistants-medicaux: {{duree: [{{valeur: {duree}}}]}}}}\n", "utf-8")
    with pytest.raises(CasRefuses) as refuses:
        repondre(NOM, {"date": "2026-01-01", "texte": str(scenario), "entree": {"calcul": "vie", **CONTRAT}})
    assert [erreur["champ"] for erreur in refuses.value.erreurs] == ["entree.date_signature"]


def test_la_fonction_que_lit_une_commande() -> None:
    obtenus = vie_du_contrat(CONTRAT, "en-vigueur", dt.date(2026, 3, 1))
    assert obtenus["statut"] == "en-cours"
    assert obtenus["lignes"][0]["montant"] == 38000
    with pytest.raises(Refus) as refuse:
        vie_du_contrat({**CONTRAT, "option_etp": "3"}, "en-vigueur", dt.date(2026, 3, 1))
    assert [f.champ for f in refuse.value.fautes] == ["entree.option_etp"]
