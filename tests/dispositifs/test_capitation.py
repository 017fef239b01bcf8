"""Capitation: each threshold of the team, the sum of the coefficients, the share between doctors to the cent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convmed.dispositifs.contrat import CasRefuses, repondre

NOM = "capitation"
PROPOSITION = "proposition-2024-02-08"
EQUIPE = {
    "calcul": "eligibilite", "medecins_generalistes": 3, "infirmiers": 1, "cadre": "msp", "volontaires": True,
    "depassements": False,
}  # fmt: skip


def repondu(entree: dict[str, Any], **cas: Any) -> dict[str, Any]:
    cadre = {} if "date" in cas else {"annee": 2026}
    reponse: dict[str, Any] = repondre(NOM, {**cadre, "entree": entree, **cas})
    return reponse


def resultats(entree: dict[str, Any], **cas: Any) -> dict[str, Any]:
    obtenus: dict[str, Any] = repondu(entree, **cas)["resultats"]
    return obtenus


def champs_refuses(entree: dict[str, Any], **cas: Any) -> set[str]:
    with pytest.raises(CasRefuses) as refus:
        repondu(entree, **cas)
    return {erreur["champ"] for erreur in refus.value.erreurs}


@pytest.mark.parametrize(
    ("champs", "eligible", "motifs"),
    [({}, True, 0), ({"medecins_generalistes": 2}, False, 2), ({"medecins_generalistes": 2, "autres_professionnels": 1}, False, 1),
     ({"infirmiers": 0}, False, 2), ({"infirmiers": 0, "medecins_generalistes": 4}, False, 1), ({"cadre": "autre"}, False, 1),
     ({"cadre": "cabinet-de-groupe"}, True, 0), ({"volontaires": False}, False, 1), ({"depassements": True}, False, 1)],
)  # fmt: skip
def test_l_equipe_de_l_essai(champs: dict[str, Any], eligible: bool, motifs: int) -> None:
    obtenus = resultats({**EQUIPE, **champs})
    assert (obtenus["eligible"], len(obtenus["motifs"])) == (eligible, motifs)


def test_l_essai_commence_le_1er_janvier_2026() -> None:
    assert resultats(EQUIPE, date="2025-12-31")["eligible"] is False
    assert resultats(EQUIPE, date="2026-01-01")["eligible"] is True


@pytest.mark.parametrize(
    ("jours", "pmt", "visee", "atteinte"),
    [(5, 919, 920, False), (5, 920, 920, True), (1, 184, 184, True), (14, 2576, 2576, True)],
)
def test_la_patientele_visee(jours: int, pmt: int, visee: int, atteinte: bool) -> None:
    obtenus = resultats({**EQUIPE, "jours_par_semaine": jours, "pmt": pmt})
    assert (obtenus["pmt_visee"], obtenus["pmt_atteinte"], obtenus["eligible"]) == (visee, atteinte, True)


@pytest.mark.normes("P0-16", "P2-74")
@pytest.mark.parametrize(
    ("champs", "eligible"),
    [({}, True), ({"infirmiers": 0}, False), ({"lieu_unique": False}, False), ({"volontaires": False}, False)],
)
def test_le_groupe_de_la_proposition(champs: dict[str, Any], eligible: bool) -> None:
    entree = {"calcul": "eligibilite", "infirmiers": 1, "lieu_unique": True, "volontaires": True, **champs}
    obtenus = resultats(entree, texte=PROPOSITION)
    assert (obtenus["eligible"], len(obtenus["motifs"])) == (eligible, not eligible)


@pytest.mark.parametrize(
    ("lignes", "montant"),
    [
        ([(1, 1)], 90),
        ([(2, 1.5)], 270),
        ([(1, 0.3333)], 30),
        ([(3, 0.3333)], 89.99),
        ([(1, 0.8), (1, 1.35)], 193.5),
        ([(1, 0)], 0),
    ],
)
def test_le_forfait_est_la_base_fois_la_somme_arrondie_une_fois(
    lignes: list[tuple[int, float]], montant: float
) -> None:
    patients = [{"effectif": effectif, "coefficient": coefficient} for effectif, coefficient in lignes]
    assert resultats({"calcul": "forfait", "patients": patients})["montant"] == montant


def test_un_scenario_donne_le_coefficient(tmp_path: Path) -> None:
    scenario = tmp_path / "coefficients.yaml"
    scenario.write_text("base: en-vigueur\nfigures:\n  capitation: {coefficient_moyen: 110}\n", "utf-8")
    entree = {"calcul": "forfait", "patients": [{"effectif": 100}, {"effectif": 10, "coefficient": 2}]}
    obtenus = resultats(entree, texte=str(scenario))
    assert (obtenus["montant"], obtenus["somme_des_coefficients"]) == (11700, 130)
    sans = resultats(entree)
    assert sans["montant"] is None
    assert "non publié, voir art. 92" in sans["motif"]


def test_le_forfait_de_base_n_est_connu_que_pour_2026() -> None:
    entree = {"calcul": "forfait", "patients": [{"coefficient": 1}]}
    assert resultats(entree, date="2026-12-31")["montant"] == 90
    assert resultats(entree, date="2027-01-01")["montant"] is None
    assert resultats(entree, texte="convention-2024")["montant"] is None
    assert "non publié" in resultats(entree, texte="convention-2024")["motif"]


@pytest.mark.normes("P2-73")
@given(
    montant=st.integers(1, 10_000_000),
    parts=st.lists(st.integers(0, 2_500), min_size=1, max_size=4),
)
def test_le_partage_ne_perd_ni_n_ajoute_un_centime(montant: int, parts: list[int]) -> None:
    entieres = [*parts, 10_000 - sum(parts)]
    partage = [
        {"professionnel": str(rang), "metier": "medecin", "part": un / 10_000} for rang, un in enumerate(entieres)
    ]
    patients = [{"consommation_annuelle": montant / 100}]
    reponse = repondu(
        {"calcul": "forfait", "perimetre": "toute", "patients": patients, "partage": partage}, texte=PROPOSITION
    )
    verses = [round(ligne["montant"] * 100) for ligne in reponse["lignes"]]
    assert sum(verses) == montant
    assert min(verses) >= 0
    assert all(abs(verse - montant * un / 10_000) <= 1 for verse, un in zip(verses, entieres, strict=True))


@pytest.mark.normes("P2-72")
def test_seuls_les_medecins_sont_payes_par_la_proposition() -> None:
    entree = {
        "calcul": "forfait", "perimetre": "toute", "patients": [{"consommation_annuelle": 100, "coefficient": 1}],
        "partage": [{"professionnel": "A", "metier": "medecin", "part": 0.6}, {"professionnel": "I", "metier": "infirmier", "part": 0.4}],
    }  # fmt: skip
    assert champs_refuses(entree, texte=PROPOSITION) == {"entree.partage[1].metier"}
    essai = resultats(entree)
    assert essai["par_professionnel"] == {"A": 54, "I": 36}
    assert "que par la proposition" in essai["reserves"][1]


def test_ce_qui_est_mal_ecrit_est_refuse() -> None:
    assert champs_refuses({"calcul": "eligibilite"}) == {
        f"entree.{champ}" for champ in ("medecins_generalistes", "infirmiers", "cadre", "volontaires", "depassements")
    }
    assert champs_refuses({"calcul": "forfait", "patients": [{"coefficient": 1.23456}]}) == {
        "entree.patients[0].coefficient"
    }
    moitie = [{"professionnel": "A", "metier": "medecin", "part": 0.25}] * 2
    entree = {"calcul": "forfait", "patients": [{"coefficient": 1}], "partage": moitie}
    assert champs_refuses(entree) == {"entree.partage"}
    assert champs_refuses({"calcul": "forfait", "patients": []}, texte=PROPOSITION) == {"entree.perimetre"}
