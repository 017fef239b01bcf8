"""DPC and GAP: the indemnity by group, the day it begins, the two doors of the proposal, the specifications."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from convmed.dispositifs.contrat import CasRefuses, repondre

NOM = "dpc-gap"
BOOLEENS = [True, False]
GROUPE = {"calcul": "groupe", "participants": 12, "reunions": 10}


def resultats(entree: dict[str, Any], **cas: Any) -> dict[str, Any]:
    cadre = {} if "date" in cas else {"annee": 2026}
    obtenus: dict[str, Any] = repondre(NOM, {**cadre, "texte": "convention-2024", "entree": entree, **cas})["resultats"]
    return obtenus


def champs_refuses(entree: dict[str, Any], **cas: Any) -> set[str]:
    with pytest.raises(CasRefuses) as refus:
        resultats(entree, **cas)
    return {erreur["champ"] for erreur in refus.value.erreurs}


@pytest.mark.normes("C9.4B-05")
@pytest.mark.parametrize("groupes", [0, 1, 2, 10])
def test_l_indemnite_est_par_groupe(groupes: int) -> None:
    obtenus = resultats({"calcul": "indemnite", "groupes": groupes})
    assert obtenus["montant"] == 140 * groupes
    assert ("motif" in obtenus) is (groupes == 0)


@pytest.mark.normes("C9.4B-06")
@pytest.mark.parametrize(("minutes", "montant"), [(119, 0), (120, 140), (121, 140), (240, 140)])
def test_un_groupe_dure_deux_heures(minutes: int, montant: int) -> None:
    assert resultats({"calcul": "indemnite", "groupes": 1, "duree_minutes": minutes})["montant"] == montant


@pytest.mark.parametrize(
    ("cas", "montant"),
    [({"date": "2024-06-21"}, 0), ({"date": "2024-06-22"}, 140), ({"annee": 2023}, 0), ({"annee": 2024}, 140)],
)
def test_l_indemnite_part_du_22_juin_2024(cas: dict[str, Any], montant: int) -> None:
    obtenus = resultats({"calcul": "indemnite", "groupes": 1}, **cas)
    assert obtenus["montant"] == montant
    assert ("22/06/2024" in obtenus.get("motif", "")) is (montant == 0)


@pytest.mark.normes("C9.4A-01")
def test_les_reponses_disent_leurs_articles() -> None:
    reponse = repondre(NOM, {"annee": 2026, "entree": {"calcul": "indemnite", "groupes": 1}})
    assert reponse["explication"]["montant"]["reference"] == "art. 70 et 71"
    assert reponse["lignes"][0]["references"] == ["art. 70 et 71", "circulaire 31/07/2024, 9.4 B"]


@pytest.mark.normes("C9.4B-03", "C9.4B-04", "T-91")
@pytest.mark.parametrize(("has", "valide"), list(product(BOOLEENS, BOOLEENS)))
def test_un_groupe_suit_la_has_et_un_cahier_valide(has: bool, valide: bool) -> None:
    obtenus = resultats({**GROUPE, "methode_has": has, "cahier_des_charges_valide": valide})
    assert obtenus["conforme"] == (has and valide)
    assert obtenus["montant_participants"] == (12 * 10 * 140 if has and valide else 0)
    assert len(obtenus["motifs"]) == (not has) + (not valide)


@pytest.mark.normes("P4-47", "P4-48", "P4-49", "P4-50")
@pytest.mark.parametrize(
    ("champs", "conforme"),
    [({}, True), ({"participants": 9}, False), ({"participants": 10}, True), ({"participants": 15}, True),
     ({"participants": 16}, False), ({"animateur": False}, False), ({"reunions": 9}, False), ({"reunions": 11}, True),
     ({"themes": 9}, False), ({"themes": 10}, True), ({"methode_has": False}, False),
     ({"methode_has": False, "accord_territorial": True}, True)],
)  # fmt: skip
def test_le_groupe_de_la_proposition(champs: dict[str, Any], conforme: bool) -> None:
    obtenus = resultats({**GROUPE, "methode_has": True, **champs}, texte="proposition-2024-02-08")
    assert obtenus["conforme"] is conforme
    assert len(obtenus["motifs"]) == (not conforme)
    assert obtenus["montant_participants"] == (None if conforme else 0)


@pytest.mark.normes("T-89")
@pytest.mark.parametrize(("date", "recevable"), [("2025-03-26", True), ("2025-03-27", True), ("2025-03-28", False)])
def test_la_cloture_de_l_appel(date: str, recevable: bool) -> None:
    entree = {"calcul": "structure", "methode_has": True, "date_candidature": date}
    obtenus = resultats(entree, texte="en-vigueur", annee=2025)
    assert (obtenus["financee"], obtenus["recevable"]) == (True, recevable)
    assert resultats(entree)["date_limite"] is None  # the signed text has no call
    assert "non publié" in resultats(entree)["reserves"][0]


@pytest.mark.normes("C9.4A-03", "C9.4A-04", "T-86", "T-87")
@pytest.mark.parametrize(("programme", "pertinente", "valide"), list(product(BOOLEENS, repeat=3)))
def test_une_formation_proposee(programme: bool, pertinente: bool, valide: bool) -> None:
    entree = {"calcul": "formation", "programme_de_pertinence": programme, "pertinente": pertinente}
    obtenus = resultats({**entree, "cahier_des_charges_valide": valide})
    assert obtenus["proposee"] == (programme and pertinente and valide)
    assert obtenus["prioritaire"] == programme
    assert len(obtenus["motifs"]) == 3 - programme - pertinente - valide


@pytest.mark.normes("C9.4A-03")
@pytest.mark.parametrize(("valides", "manquants"), [(None, None), (0, 15), (14, 1), (15, 0), (16, 0)])
def test_un_cahier_des_charges_par_programme(valides: int | None, manquants: int | None) -> None:
    entree = {
        "calcul": "formation",
        "programme_de_pertinence": True,
        "pertinente": True,
        "cahier_des_charges_valide": True,
    }
    obtenus = resultats({**entree, "cahiers_valides": valides})
    assert (obtenus["cahiers_attendus"], obtenus["cahiers_manquants"]) == (15, manquants)


def test_ce_qui_manque_est_demande_en_une_fois() -> None:
    assert champs_refuses({"calcul": "groupe", "participants": 12}, texte="proposition-2024-02-08") == {
        "entree.reunions", "entree.methode_has",
    }  # fmt: skip
    assert champs_refuses({"calcul": "formation"}) == {
        "entree.programme_de_pertinence", "entree.pertinente", "entree.cahier_des_charges_valide",
    }  # fmt: skip
    assert champs_refuses({"calcul": "structure"}) == {"entree.methode_has"}
    assert champs_refuses({"calcul": "indemnite", "groupes": -1, "duree": 2}) == {"entree.groupes", "entree.duree"}
