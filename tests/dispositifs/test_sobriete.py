"""Sobriety: the ratio, the rank at 30 % and its ties, the fall at 10 %, the weight, the first year, who is concerned."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from convmed.dispositifs.contrat import CasRefuses, repondre

NOM = "sobriete"
SANS_PMT = {"montant_observe": 100, "montant_attendu": 100}


def reponse(medecins: list[dict[str, Any]], **champs: Any) -> dict[str, Any]:
    cadre = {cle: champs.pop(cle) for cle in ("annee", "date", "texte") if cle in champs}
    if not {"annee", "date"} & cadre.keys():
        cadre["annee"] = 2026
    obtenue: dict[str, Any] = repondre(NOM, {**cadre, "entree": {"medecins": medecins, **champs}})
    return obtenue


def medecin(observe: float, attendu: float = 100, pmt: int | None = 1000, **champs: Any) -> dict[str, Any]:
    return {"montant_observe": observe, "montant_attendu": attendu, **({} if pmt is None else {"pmt": pmt}), **champs}


def bonus(medecins: list[dict[str, Any]], **champs: Any) -> list[float]:
    return [un["bonus"] for un in reponse(medecins, pmt_moyenne=1000, **champs)["resultats"]["medecins"]]


def champs_refuses(medecins: list[dict[str, Any]], **champs: Any) -> set[str]:
    with pytest.raises(CasRefuses) as refus:
        reponse(medecins, **champs)
    return {erreur["champ"] for erreur in refus.value.erreurs}


@pytest.mark.normes("T-99", "C9.5-07")
@pytest.mark.parametrize(
    ("observe", "attendu", "ratio", "position"),
    [(0, 100, 0, "plus-sobre"), (99.99, 100, 0.9999, "plus-sobre"), (100, 100, 1, "egal"), (100.01, 100, 1.0001, "moins-sobre"),
     (1, 3, 0.333333333, "plus-sobre"), (2, 3, 0.666666667, "plus-sobre"), (10_000_000, 0.01, 1e9, "moins-sobre")],
)  # fmt: skip
def test_le_ratio_est_observe_sur_attendu(observe: float, attendu: float, ratio: float, position: str) -> None:
    (obtenu,) = reponse([medecin(observe, attendu)])["resultats"]["medecins"]
    assert (obtenu["ratio"], obtenu["position"]) == (ratio, position)
    assert obtenu["invitation_a_la_sobriete"] is (position == "moins-sobre")


@pytest.mark.normes("T-101")
@pytest.mark.parametrize(("effectif", "payes"), [(1, 0), (3, 0), (4, 1), (6, 1), (7, 2), (9, 2), (10, 3), (13, 3), (14, 4), (20, 6), (100, 30)])
def test_trente_pour_cent_au_plus_hors_egalites(effectif: int, payes: int) -> None:
    assert bonus([medecin(rang) for rang in range(1, effectif + 1)]) == [1000] * payes + [0] * (effectif - payes)


@pytest.mark.normes("T-101")
def test_a_egalite_au_seuil_tous_et_au_dela_aucun() -> None:
    assert bonus([medecin(rang) for rang in (1, 2, 3, 3, 3, 6, 7, 8, 9, 10)]) == [1000] * 5 + [0] * 5
    assert bonus([medecin(rang) for rang in (1, 2, 3, 4, 4, 6, 7, 8, 9, 10)]) == [1000] * 3 + [0] * 7
    assert bonus([medecin(5)] * 10) == [1000] * 10
    # The same ratio from other amounts is the same rank.
    assert bonus([medecin(1), medecin(1), medecin(3, 100), medecin(6, 200), *(medecin(9) for _ in range(6))]) == [1000] * 4 + [0] * 6


@pytest.mark.normes("T-102")
@pytest.mark.parametrize(
    ("observe", "precedent", "situation"),
    [(90, 1, "sans-bonus"), (89.99, 1, "en-baisse"), (90.01, 1, "sans-bonus"), (99, 1.1, "sans-bonus"), (99, 1.100001, "en-baisse"),
     (0, 0.5, "en-baisse"), (100, 0.5, "sans-bonus")],
)  # fmt: skip
def test_plus_de_dix_pour_cent_de_baisse(observe: float, precedent: float, situation: str) -> None:
    (obtenu,) = reponse([medecin(observe, ratio_precedent=precedent)], pmt_moyenne=1000)["resultats"]["medecins"]
    assert obtenu["situation"] == situation
    assert obtenu["bonus"] == (1000 if situation == "en-baisse" else 0)


@pytest.mark.normes("T-101", "T-102")
def test_les_deux_bonus_ne_se_cumulent_pas_sauf_scenario(tmp_path: Path) -> None:
    les_deux = [medecin(50, ratio_precedent=1)]
    lue = reponse(les_deux, pmt_moyenne=1000, seuil_ratio=0.5)["resultats"]
    assert lue["medecins"][0]["bonus"] == 1000
    assert "un seul des deux bonus" in lue["medecins"][0]["motif"]
    scenario = tmp_path / "cumul.yaml"
    scenario.write_text("nom: cumul\nbase: en-vigueur\nfigures: {sobriete: {cumul: true}}\n", "utf-8")
    lue = reponse(les_deux, pmt_moyenne=1000, seuil_ratio=0.5, texte=str(scenario))["resultats"]
    assert lue["medecins"][0]["bonus"] == 2000
    assert "les deux s'ajoutent" in " ".join(lue["reserves"])


@pytest.mark.normes("T-103")
@pytest.mark.parametrize(
    ("pmt", "moyenne", "montant"),
    [(1000, 1000, 1000), (0, 1000, 0), (500, 1000, 500), (1, 3, 333.33), (2, 3, 666.67), (1000, 960.5, 1041.12), (1, 1600, 0.63)],
)
def test_le_bonus_suit_la_patientele(pmt: int, moyenne: float, montant: float) -> None:
    lue = reponse([medecin(1, pmt=pmt)], pmt_moyenne=moyenne, seuil_ratio=1)
    assert lue["resultats"]["medecins"][0]["bonus"] == montant
    assert lue["resultats"]["montant"] == montant
    assert [ligne["montant"] for ligne in lue["lignes"]] == ([montant] if montant else [])


@pytest.mark.normes("T-103")
def test_la_patientele_moyenne_est_celle_des_generalistes_fournis() -> None:
    lus = [medecin(1, pmt=600), medecin(2, pmt=1000), medecin(3, pmt=9000, specialite="03")]
    lue = reponse(lus, seuil_ratio=0.01)["resultats"]
    assert lue["pmt_moyenne"] == 800
    assert lue["medecins"][0]["bonus"] == 750


@pytest.mark.normes("C9.5-08")
@pytest.mark.parametrize(
    ("cadre", "montant"),
    [({"annee": 2025}, 0), ({"date": "2025-12-31"}, 0), ({"date": "2026-01-01"}, 1000), ({"annee": 2026}, 1000), ({"annee": 2029}, 1000)],
)
def test_le_bonus_part_de_2026(cadre: dict[str, Any], montant: int) -> None:
    for texte in ("convention-2024", "en-vigueur"):
        lue = reponse([medecin(1)], pmt_moyenne=1000, seuil_ratio=1, texte=texte, **cadre)["resultats"]
        assert lue["medecins"][0]["bonus"] == lue["montant"] == montant
        assert lue["medecins"][0]["ratio"] == 0.01
        if not montant:
            assert "01/01/2026" in lue["medecins"][0]["motif"]
            assert "première année mesurée 2025" in lue["motif"]


@pytest.mark.normes("P4-14")
def test_avant_la_convention_rien_et_dans_la_proposition_un_ratio() -> None:
    lue = reponse([medecin(90)], texte="convention-2016")["resultats"]
    assert (lue["montant"], lue["medecins"][0]["ratio"]) == (0, None)
    lue = reponse([medecin(110)], texte="proposition-2024-02-08-option-1")["resultats"]
    assert (lue["medecins"][0]["ratio"], lue["medecins"][0]["invitation_a_la_sobriete"], lue["montant"]) == (1.1, True, 0)


@pytest.mark.normes("C9.5-09", "T-33", "T-101")
@pytest.mark.parametrize(("specialite", "concerne"), [("01", True), ("22", True), ("23", True), ("03", False), ("39", False), (None, True)])
def test_seuls_les_generalistes(specialite: str | None, concerne: bool) -> None:
    champs = {} if specialite is None else {"specialite": specialite}
    lue = reponse([medecin(1, **champs)], pmt_moyenne=1000, seuil_ratio=1)["resultats"]
    assert lue["medecins"][0]["bonus"] == (1000 if concerne else 0)
    assert lue["generalistes"] == concerne


def test_chaque_champ_refuse_est_nomme() -> None:
    mauvais = [{"montant_observe": -1, "montant_attendu": 0, "pmt": 1.5, "ratio_precedent": 0, "specialite": "1", "nom": "X"}]
    assert champs_refuses(mauvais, pmt_moyenne=0, seuil_ratio=-1) == {
        *(f"entree.medecins[0].{champ}" for champ in ("montant_observe", "montant_attendu", "pmt", "ratio_precedent", "specialite", "nom")),
        "entree.pmt_moyenne", "entree.seuil_ratio",
    }  # fmt: skip
    assert champs_refuses([medecin(1, medecin="a"), medecin(2, medecin="b"), medecin(3, medecin="a")]) == {"entree.medecins[2].medecin"}


@pytest.mark.normes("T-103")
def test_la_patientele_ne_se_demande_que_si_un_bonus_en_depend() -> None:
    assert bonus([SANS_PMT]) == [0]
    assert champs_refuses([SANS_PMT], seuil_ratio=1) == {"entree.medecins[0].pmt"}
    payee_et_non_payee = [medecin(1), {**SANS_PMT, "montant_observe": 150}]
    assert champs_refuses(payee_et_non_payee, seuil_ratio=1) == {"entree.medecins[1].pmt"}
    assert bonus(payee_et_non_payee, seuil_ratio=1) == [1000, 0]
    assert champs_refuses([medecin(1, pmt=0)], seuil_ratio=1) == {"entree.pmt_moyenne"}


def test_une_liste_vide_est_une_reponse() -> None:
    lue = reponse([])["resultats"]
    assert (lue["medecins"], lue["montant"], lue["pmt_moyenne"], lue["seuil_ratio"]) == ([], 0, None, None)
    assert "motif" in lue


@pytest.mark.normes("P4-10", "P4-11", "P4-12", "P4-13", "C9.5-06")
def test_le_contexte_se_reproduit_par_produits() -> None:
    lu = repondre(NOM, {"annee": 2026, "texte": "proposition-2024-02-08", "entree": {"calcul": "contexte"}})["resultats"]
    assert lu["deduits"]["part_nationale_des_produits"] == pytest.approx(0.04)
    assert lu["deduits"]["emissions_du_systeme_mt"] == pytest.approx(14.5 / 0.29)
    assert (lu["baisse_visee"], lu["annee_visee"]) == (0.75, 2050)
    sans = repondre(NOM, {"annee": 2026, "texte": "convention-2016", "entree": {"calcul": "contexte"}})["resultats"]
    assert sans["part_carbone_du_systeme"] is None
    assert "motif" in sans
