"""Assistants médicaux: the amounts by year and option, the check of the engagements, the two payments, the refusals."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from convmed.dispositifs.contrat import CasRefuses, repondre

NOM = "assistants-medicaux"
PMT = {"initial": 1300, "objectif": 1560, "observe": 1560}
FA = {"initial": 2000, "objectif": 2110, "observe": 2110}
AIDE: dict[str, Any] = {
    "calcul": "aide", "option_etp": "1", "annee_contrat": 3, "classe": "p30-p90", "specialite": "01", "pmt": PMT, "fa": FA,
}  # fmt: skip
SIGNES = {
    "1/3": {"p30-p90": [None, 9450, 7350], "p90-p94": [None, 9450, 8767], "p95+": [None, 12600, 12600]},
    "1/2": {"p30-p90": [19000, 14000, 11000], "p90-p94": [19000, 14000, 13000], "p95+": [19000, 19000, 19000]},
    "1": {"p30-p90": [38000, 28000, 22000], "p90-p94": [38000, 28000, 26000], "p95+": [38000, 38000, 38000]},
    "1.5": {"p30-p90": [0, 0, 33000], "p90-p94": [0, 0, 39000], "p95+": [0, 0, 57000]},
    "2": {"p30-p90": [0, 0, 44000], "p90-p94": [0, 0, 52000], "p95+": [0, 0, 76000]},
}
ANTERIEURS = {
    "1/3": {"p30-p90": [12000, 9000, 7000], "p90-p94": [12000, 9000, 8350], "p95+": [12000, 12000, 12000]},
    "1/2": {"p30-p90": [18000, 13500, 10500], "p90-p94": [18000, 13500, 12500], "p95+": [18000, 18000, 18000]},
    "1": {"p30-p90": [36000, 27000, 21000], "p90-p94": [36000, 27000, 25000], "p95+": [36000, 36000, 36000]},
}


def reponse(entree: dict[str, Any], annee: int = 2026, **cas: Any) -> dict[str, Any]:
    obtenue: dict[str, Any] = repondre(NOM, {"annee": annee, **cas, "entree": entree})
    return obtenue


def resultats(entree: dict[str, Any], annee: int = 2026, **cas: Any) -> dict[str, Any]:
    obtenus: dict[str, Any] = reponse(entree, annee, **cas)["resultats"]
    return obtenus


def refus(entree: dict[str, Any], annee: int = 2026, **cas: Any) -> dict[str, str]:
    with pytest.raises(CasRefuses) as refuses:
        repondre(NOM, {"annee": annee, **cas, "entree": entree})
    return {erreur["champ"]: erreur["message"] for erreur in refuses.value.erreurs}


# --- amounts


@pytest.mark.parametrize("option", SIGNES)
@pytest.mark.parametrize("classe", ["p30-p90", "p90-p94", "p95+"])
def test_la_table_de_2024(option: str, classe: str) -> None:
    for annee in (1, 2, 3, 4, 7):
        attendu = SIGNES[option][classe][min(annee, 3) - 1]
        if attendu is not None:
            assert resultats({**AIDE, "option_etp": option, "classe": classe, "annee_contrat": annee})["aide_maximale"] == attendu


@pytest.mark.parametrize("option", ANTERIEURS)
@pytest.mark.parametrize("classe", ["p30-p90", "p90-p94", "p95+"])
def test_la_table_d_avant(option: str, classe: str) -> None:
    for rang in (1, 2, 3, 4):
        entree = {**AIDE, "option_etp": option, "classe": classe, "annee_contrat": rang, "date_signature": "2019-09-01"}
        assert resultats(entree, 2022)["aide_maximale"] == ANTERIEURS[option][classe][min(rang, 3) - 1]


def test_plus_d_un_etp_vaut_un_multiple() -> None:
    for classe, (_, _, un) in SIGNES["1"].items():
        assert SIGNES["1.5"][classe][2] * 2 == un * 3
        assert SIGNES["2"][classe][2] == un * 2


@pytest.mark.parametrize(("jour", "aide"), [("2024-06-21", 21000), ("2024-06-22", 22000)])
@pytest.mark.parametrize("ans", [0, 1, 2, 3])
def test_l_annee_prend_le_bareme_du_jour_ou_elle_s_ouvre(jour: str, aide: int, ans: int) -> None:
    """Boundary: whatever the contract year, the eve of 22 June keeps the former amount."""
    signature = dt.date.fromisoformat(jour).replace(year=2024 - ans).isoformat()
    entree = {**AIDE, "annee_contrat": ans + 1, "date_signature": signature}
    anciens, nouveaux = ANTERIEURS["1"]["p30-p90"], SIGNES["1"]["p30-p90"]
    attendu = (anciens if aide == 21000 else nouveaux)[min(ans, 2)]
    assert resultats(entree)["aide_maximale"] == attendu


@pytest.mark.parametrize("anniversaire", ["2023-11-15", "2024-11-15"])
def test_l_anniversaire_qui_ouvre_ou_qui_clot(anniversaire: str) -> None:
    """Read: with the signature, the anniversary may be either end of the year; it changes nothing."""
    entree = {**AIDE, "date_signature": "2021-11-15", "date_anniversaire": anniversaire}
    assert resultats(entree, 2024)["aide_maximale"] == 21000
    assert resultats({**AIDE, "date_anniversaire": anniversaire}, 2024)["aide_maximale"] == (
        21000 if anniversaire < "2024-06-22" else 22000
    )


def test_sans_date_l_exercice_du_changement_demande_la_signature() -> None:
    assert set(refus(AIDE, 2024)) == {"entree.date_signature"}
    assert resultats(AIDE, 2023)["aide_maximale"] == 21000
    assert resultats(AIDE, 2025)["aide_maximale"] == 22000
    assert resultats(AIDE, 2024, texte="reglement-arbitral-2023")["aide_maximale"] == 21000
    assert repondre(NOM, {"date": "2024-11-15", "entree": AIDE})["resultats"]["aide_maximale"] == 22000


@pytest.mark.parametrize(("signature", "rang", "aide"), [("2023-04-30", 3, 7350), ("2023-05-01", 3, 0), ("2023-04-30", 1, 12000)])
def test_le_tiers_d_etp_se_ferme_le_premier_mai_2023(signature: str, rang: int, aide: int) -> None:
    obtenus = resultats({**AIDE, "option_etp": "1/3", "annee_contrat": rang, "date_signature": signature})
    assert obtenus["aide_maximale"] == aide
    assert ("fermée" in obtenus.get("motif", "")) == (aide == 0)


def test_plus_d_un_etp_n_existe_pas_avant_2024() -> None:
    obtenus = resultats({**AIDE, "option_etp": "2", "date_signature": "2021-11-15"})
    assert (obtenus["aide_maximale"], obtenus["montant"], obtenus["part"]) == (0, 0, 0.0)
    assert "22/06/2024" in obtenus["motif"]


def test_la_proposition_ne_chiffre_pas_le_second_assistant() -> None:
    lignes = reponse({**AIDE, "option_etp": "2"}, texte="proposition-2024-02-08")["lignes"]
    assert [(ligne["montant"], ligne["etat"]) for ligne in lignes] == [(None, "non publié")] * 2


# --- the check


@pytest.mark.normes("C4-01")
def test_chaque_versement_cite_les_articles() -> None:
    for rang in (1, 3):
        for ligne in reponse({**AIDE, "annee_contrat": rang})["lignes"]:
            assert "art. 33 à 39, annexes 10 et 11" in ligne["references"][0]


@pytest.mark.parametrize(
    ("pmt", "part"), [(1299, 0.0), (1300, 0.0), (1301, 1 / 260), (1430, 0.5), (1559, 259 / 260), (1560, 1.0), (9999, 1.0)]
)
def test_le_taux_d_atteinte_autour_de_ses_bornes(pmt: int, part: float) -> None:
    obtenus = resultats({**AIDE, "pmt": {**PMT, "observe": pmt}, "fa": {**FA, "observe": 2000}})
    assert obtenus["part"] == part
    assert obtenus["montant"] == round(22000 * part, 2)
    assert obtenus["verification"] == ("baisse" if pmt < 1300 else "atteint" if pmt >= 1560 else "prorata")


@pytest.mark.normes("C4.5-01")
@pytest.mark.parametrize("pmt", [1299, 1300, 1430, 1560])
@pytest.mark.parametrize("fa", [1999, 2000, 2055, 2110])
@pytest.mark.parametrize("specialite", ["01", "12", "03"])
def test_la_verification_est_celle_d_avant(pmt: int, fa: int, specialite: str) -> None:
    entree = {**AIDE, "specialite": specialite, "pmt": {**PMT, "observe": pmt}, "fa": {**FA, "observe": fa}}
    avant, apres = ({**entree, "date_signature": f"{annee}-09-01"} for annee in (2020, 2024))
    assert resultats(avant)["part"] == resultats(apres)["part"]
    assert resultats(avant)["verification"] == resultats(apres)["verification"]


def test_un_prorata_se_dit_deduit() -> None:
    assert "annexe 10" in resultats({**AIDE, "pmt": {**PMT, "observe": 1430}, "fa": {**FA, "observe": 2000}})["reserve"]
    assert "reserve" not in resultats(AIDE)


@pytest.mark.parametrize(("age", "observe", "part"), [
    (64, 1170, 0.0), (65, 1170, 1.0), (65, 1169, 1169 / 1300), (65, 650, 0.5), (65, 0, 0.0), (80, 1300, 1.0),
])  # fmt: skip
def test_soixante_cinq_ans(age: int, observe: int, part: float) -> None:
    """Boundaries: the birthday, and 10 % of the patients of the start; the indicator that fell most gives the share."""
    entree = {**AIDE, "age": age, "pmt": {"initial": 1300, "objectif": 1560, "observe": observe}, "fa": {**FA, "observe": 2000}}
    assert resultats(entree)["part"] == part


def test_soixante_cinq_ans_prime_le_p95() -> None:
    entree = {**AIDE, "classe": "p95+", "pmt": {"initial": 2000, "observe": 1800}, "fa": {"initial": 4000, "observe": 4000}}
    assert resultats({**entree, "age": 65})["part"] == 1.0
    assert resultats({**entree, "age": 64})["part"] == 0.0


@pytest.mark.parametrize("indicateur", ["pmt", "fa"])
def test_au_p95_les_deux_indicateurs_ont_la_meme_tolerance(indicateur: str) -> None:
    entree = {**AIDE, "classe": "p95+", "pmt": {"initial": 2000, "observe": 2000}, "fa": {"initial": 2000, "observe": 2000}}
    for observe, part in ((1900, 1.0), (1899, 0.0)):
        assert resultats({**entree, indicateur: {"initial": 2000, "observe": observe}})["part"] == part


def test_avant_2024_la_tolerance_n_est_pas_publiee() -> None:
    entree = {**AIDE, "classe": "p95+", "date_signature": "2021-01-01", "fa": {"initial": 4000, "observe": 4000}}
    assert resultats({**entree, "pmt": {"initial": 2000, "observe": 2000}})["montant"] == 36000
    cas = reponse({**entree, "pmt": {"initial": 2000, "observe": 1999}})
    assert (cas["resultats"]["part"], cas["resultats"]["montant"]) == (None, None)
    assert [ligne["etat"] for ligne in cas["lignes"]] == ["dû", "non publié"]


def test_un_indicateur_qui_baisse_dispense_d_observer_l_autre() -> None:
    sans_pmt = {**AIDE, "pmt": {"initial": 1300, "objectif": 1560}, "fa": {**FA, "observe": 1999}}
    assert resultats(sans_pmt)["montant"] == 0
    assert set(refus({**sans_pmt, "fa": FA})) == {"entree.pmt.observe"}


# --- payments


@pytest.mark.parametrize("signature", ["2024-07-31", "2024-08-31", "2025-01-31"])
def test_une_fin_de_mois_ne_saute_pas(signature: str) -> None:
    lignes = reponse({**AIDE, "annee_contrat": 1, "date_signature": signature})["lignes"]
    jour, paiement = dt.date.fromisoformat(signature), dt.date.fromisoformat(lignes[0]["date_versement"])
    assert (paiement.year * 12 + paiement.month) - (jour.year * 12 + jour.month) == 1


def test_un_29_fevrier() -> None:
    lignes = reponse({**AIDE, "date_signature": "2024-02-29", "annee_contrat": 3})["lignes"]
    assert [ligne["date_versement"] for ligne in lignes] == ["2026-02-28", "2027-04-28"]


@pytest.mark.parametrize("rang", [1, 2])
def test_les_deux_premieres_annees_ne_demandent_rien_d_autre(rang: int) -> None:
    entree = {"calcul": "aide", "option_etp": "1", "annee_contrat": rang, "classe": "p30-p90"}
    obtenus = resultats(entree)
    assert (obtenus["part"], obtenus["solde"]) == (1.0, 0)
    assert obtenus["acompte"] == obtenus["montant"] == obtenus["aide_maximale"]


def test_le_nouvel_installe_a_taux_plein_est_paye_en_deux_fois() -> None:
    entree = {"calcul": "aide", "option_etp": "1", "annee_contrat": 4, "classe": "p30-p90", "annee_suivant_avenant_ni": True}
    assert [ligne["montant"] for ligne in reponse(entree)["lignes"]] == [11000, 11000]
    assert set(refus({**entree, "annee_suivant_avenant_ni": False})) >= {"entree.specialite"}


def test_les_circonstances_ne_changent_pas_le_montant() -> None:
    manque = {**AIDE, "pmt": {**PMT, "observe": 1300}, "fa": {**FA, "observe": 2000}}
    avec = resultats({**manque, "evenement_exterieur": "installation"})
    assert "caisse" in avec.pop("circonstances")
    assert avec == resultats(manque)
    assert "circonstances" not in resultats({**AIDE, "evenement_exterieur": "installation"})


# --- refusals


@pytest.mark.parametrize(("champs", "refuses"), [
    ({"date_signature": "2019-08-20"}, {"entree.date_signature"}),
    ({"date_anniversaire": "2020-01-01", "annee_contrat": 2}, {"entree.date_anniversaire"}),
    ({"date_signature": "2021-11-15", "date_anniversaire": "2024-11-16"}, {"entree.date_anniversaire"}),
    ({"date_signature": "2021-11-15", "date_anniversaire": "2025-11-15"}, {"entree.date_anniversaire"}),
    ({"pmt": {**PMT, "objectif": 1299}, "fa": {**FA, "objectif": 1999}}, {"entree.pmt.objectif", "entree.fa.objectif"}),
    ({"pmt": {"initial": 1300, "objectif": 1560}}, {"entree.pmt.observe"}),
    ({"pmt": {"initial": 1300}}, {"entree.pmt.observe"}),
    ({"pmt": None, "fa": None}, {"entree.pmt.initial", "entree.pmt.objectif", "entree.pmt.observe",
                                 "entree.fa.initial", "entree.fa.objectif", "entree.fa.observe"}),
    ({"option_etp": "3/4"}, {"entree.option_etp"}),
    ({"annee_contrat": 0}, {"entree.annee_contrat"}),
    ({"pmt": {**PMT, "observe": -1}}, {"entree.pmt.observe"}),
])  # fmt: skip
def test_ce_qui_est_refuse(champs: dict[str, Any], refuses: set[str]) -> None:
    assert set(refus({**AIDE, **champs})) == refuses


def test_un_anniversaire_d_une_autre_annee_se_distingue_d_un_jour_quelconque() -> None:
    entree = {**AIDE, "date_signature": "2021-11-15"}
    assert "n'ouvre ni ne clôt" in refus({**entree, "date_anniversaire": "2025-11-15"})["entree.date_anniversaire"]
    assert "n'est pas un anniversaire" in refus({**entree, "date_anniversaire": "2024-11-16"})["entree.date_anniversaire"]


def test_un_scenario_fournit_ce_que_personne_n_a_publie(tmp_path: Path) -> None:
    scenario = tmp_path / "annexe-10.yaml"
    scenario.write_text(
        "base: en-vigueur\nfigures: {assistants-medicaux: {gain_p50_p95: 200, pmt_p95_mg: 2200, p30_autres: 900}}\n", "utf-8"
    )
    objectif = {"calcul": "objectif", "specialite": "01", "option_etp": "1", "pmt": {"initial": 1300}, "fa": {"initial": 2000}}
    pmt = resultats(objectif, texte=str(scenario))["objectifs"][0]
    assert (pmt["tranche"], pmt["gain"], pmt["objectif"]) == ("p50-p95", 200, 1500)
    pediatre = {"calcul": "eligibilite", "specialite": "12", "secteur": "1", "file_active": 900}
    assert resultats(pediatre)["eligible"] is None
    assert resultats(pediatre, texte=str(scenario))["eligible"] is True
