"""Collective commitments: the trajectory of each nature, each side of each date, what measures say, what is refused."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from convmed.dispositifs.contrat import CasRefuses, repondre
from convmed.dispositifs.engagements_collectifs.regles import CATALOGUE
from convmed.dispositifs.objectifs.fichier import mesures_publiees
from convmed.textes import baremes, textes_connus
from convmed.textes.bareme import CONFIANCES, STATUTS

NOM = "engagements-collectifs"
ALD = "ald-sans-medecin-traitant"


def resultats(entree: dict[str, Any], **cas: Any) -> dict[str, Any]:
    cadre = {} if "date" in cas else {"annee": 2026}
    obtenus: dict[str, Any] = repondre(NOM, {**cadre, "texte": "convention-2024", "entree": entree, **cas})["resultats"]
    return obtenus


def refus(entree: dict[str, Any], **cas: Any) -> dict[str, str]:
    with pytest.raises(CasRefuses) as refuse:
        resultats(entree, **cas)
    return {erreur["champ"]: erreur["message"] for erreur in refuse.value.erreurs}


def suivi(engagement: str, *mesures: dict[str, Any], **champs: Any) -> list[dict[str, Any]]:
    lus: list[dict[str, Any]] = resultats({"calcul": "suivi", "engagement": engagement, "mesures": list(mesures), **champs})["mesures"]
    return lus


def cibles(engagement: str, **champs: Any) -> dict[int, Any]:
    return {point["annee"]: point["cible"] for point in resultats({"calcul": "trajectoire", "engagement": engagement, **champs})["trajectoire"]}


def lecture(engagement: str, jour: str, valeur: float, **champs: Any) -> str:
    (mesure,) = suivi(engagement, {"date": jour, "valeur": valeur}, **champs)
    dite: str = mesure["lecture"]
    return dite


# --- what the texts set


@pytest.mark.parametrize("texte", ["convention-2024", "proposition-2024-02-08", "en-vigueur", "proposition-2024-02-08-option-2"])
def test_chaque_texte_a_dix_engagements_numerotes(texte: str) -> None:
    engagements = resultats({"calcul": "liste"}, texte=texte)["engagements"]
    assert [un["numero"] for un in engagements] == list(range(1, 11))


def test_les_listes_ne_nomment_que_des_objectifs_declares() -> None:
    nommes = {nom for valeur in baremes()[NOM]["objectifs"].valeurs for nom in valeur.calcul}
    assert nommes == set(CATALOGUE.par_id), "un objectif sans texte, ou un nom sans objectif"
    assert {objectif.de for objectif in CATALOGUE.objectifs} == set(CATALOGUE.titres)


def test_chaque_objectif_lit_des_figures_qui_existent() -> None:
    for objectif in CATALOGUE.objectifs:
        for nom in [c.figure for c in objectif.cibles] + [c.echeance for c in objectif.cibles if c.echeance]:
            assert nom in baremes()[NOM], f"{objectif.id} : {nom}"


@pytest.mark.parametrize("texte", ["convention-2016", "reglement-arbitral-2023"])
@pytest.mark.parametrize("calcul", ["liste", "trajectoire", "suivi"])
def test_un_texte_plus_ancien_repond_qu_il_n_a_pas_d_objectif(texte: str, calcul: str) -> None:
    obtenus = resultats({"calcul": calcul}, texte=texte)
    assert obtenus["engagements"] == []
    assert textes_connus()[texte].libelle in obtenus["motif"]


@pytest.mark.parametrize(("jour", "nombre"), [("2024-06-21", 0), ("2024-06-22", 10)])
def test_les_engagements_commencent_avec_la_convention(jour: str, nombre: int) -> None:
    assert len(resultats({"calcul": "liste"}, date=jour)["engagements"]) == nombre


# --- trajectories


@pytest.mark.normes("C8-10", "C8-11")
def test_les_assistants_suivent_la_lecture_26() -> None:
    obtenues = cibles("assistants-medicaux", base={"date": "2023-12-31", "valeur": 6000})
    assert [obtenues[annee] for annee in (2025, 2026, 2027)] == [10000, 11000, 12100]


def test_une_base_deja_au_dessus_de_10_000_n_a_pas_a_redescendre() -> None:
    obtenues = cibles("assistants-medicaux", base={"date": "2023-12-31", "valeur": 12000})
    assert [obtenues[annee] for annee in (2024, 2025, 2026)] == [10000, 10000, 11000]


@pytest.mark.normes("C8-12")
def test_la_base_des_assistants_est_au_1er_janvier_2024() -> None:
    """Hold: without baseline year, a measure of 1 January 2024 is the baseline of this commitment, and of no other."""
    (mesure,) = suivi("assistants-medicaux", {"date": "2024-01-01", "valeur": 5990, "portee": "region", "territoire": "x"})
    assert mesure["motif"] == "base de la trajectoire"
    (mesure,) = suivi("primo-installes", {"date": "2024-01-01", "valeur": 2361, "portee": "region", "territoire": "x"})
    assert mesure["motif"].startswith("base au 31/12/2023 non publiée")


@pytest.mark.normes("C8-05", "C8-06", "C8-07", "C8-14", "C8-15", "C8-16")
@pytest.mark.parametrize(
    ("engagement", "taux"),
    [("primo-installes", 5), ("patientele-moyenne", 2), ("file-active", 2), ("optam", 5), ("zones-sous-dotees", 7), ("handicap", -2)],
)
def test_une_evolution_annuelle_se_compose(engagement: str, taux: int) -> None:
    obtenus = resultats({"calcul": "trajectoire", "engagement": engagement, "base": {"date": "2023-12-31", "valeur": 50}})["trajectoire"]
    indices = {point["annee"]: point["indice"] for point in obtenus}
    for annee in range(2023, 2029):
        assert indices[annee] == pytest.approx(100 * (1 + taux / 100) ** (annee - 2023), abs=0.005)


def test_chaque_annee_part_de_la_valeur_non_arrondie() -> None:
    """Hold: 10, 10.5, 11.025, 11.576 and not 10, 11, 12, 13; half of a doctor is rounded up."""
    assert list(cibles("primo-installes", base={"date": "2023-12-31", "valeur": 10}).values())[:4] == [10, 11, 11, 12]


@pytest.mark.parametrize(("texte", "terme", "derniere"), [("convention-2024", "2029-06-21", 2029), ("proposition-2024-02-08", "2027-12-31", 2027)])
def test_la_trajectoire_finit_avec_le_texte(texte: str, terme: str, derniere: int) -> None:
    obtenus = resultats({"calcul": "trajectoire", "engagement": "primo-installes"}, texte=texte)
    assert (obtenus["terme"], obtenus["trajectoire"][-1]["annee"]) == (terme, derniere)
    assert obtenus["trajectoire"][-1]["date"] == terme


def test_une_base_en_cours_d_annee_se_compose_d_anniversaire_en_anniversaire() -> None:
    base = {"date": "2024-06-30", "valeur": 1000}
    (au_bout_d_un_an,) = suivi("primo-installes", {"date": "2025-06-30", "valeur": 1050}, base=base)
    assert (au_bout_d_un_an["attendu"], au_bout_d_un_an["lecture"]) == (1050, "atteint")
    # 184 days of 365, on a straight line to 1 050.
    assert cibles("primo-installes", base=base)[2024] == 1025


@pytest.mark.parametrize("base", ["2023-12-31", "2024-01-01", "2024-06-30"])
def test_la_cible_d_une_hausse_annuelle_tombe_le_31_decembre_quelle_que_soit_la_base(base: str) -> None:
    lues = suivi("primo-installes", *({"date": jour, "valeur": 0} for jour in ("2024-12-30", "2024-12-31", "2025-01-01", "2025-06-30", "2025-12-31")),
                 base={"date": base, "valeur": 1000})  # fmt: skip
    assert [m["lecture"] for m in lues] == ["en retard", "non atteint", "en retard", "en retard", "non atteint"]


# --- readings


@pytest.mark.normes("C8-04")
@pytest.mark.parametrize(
    ("jour", "valeur", "attendue"),
    [("2024-12-31", 2.02, "en retard"), ("2024-12-31", 2.01, "atteint"), ("2024-06-30", 3.2, "en avance"), ("2025-01-01", 2, "atteint"),
     ("2025-01-01", 2.01, "non atteint"), ("2029-06-21", 1.9, "atteint"), ("2029-06-22", 1.9, "non mesurable")],
)  # fmt: skip
def test_ald_de_chaque_cote_de_l_echeance_et_du_terme(jour: str, valeur: float, attendue: str) -> None:
    assert lecture(ALD, jour, valeur) == attendue


@pytest.mark.parametrize(
    ("jour", "valeur", "attendue"),
    [("2024-12-30", 2480, "en avance"), ("2024-12-31", 2480, "atteint"), ("2024-12-31", 2479, "atteint"), ("2024-12-31", 2478, "non atteint"), ("2025-06-30", 2293, "en retard"),
     ("2024-06-30", 2420, "atteint"), ("2024-06-30", 2419, "en retard")],
)  # fmt: skip
def test_primo_installes_de_chaque_cote_de_la_cible(jour: str, valeur: int, attendue: str) -> None:
    assert lecture("primo-installes", jour, valeur) == attendue


def test_une_meme_mesure_se_lit_selon_le_sens_de_l_objectif() -> None:
    (hausse,) = suivi("zones-sous-dotees", {"date": "2025-12-31", "valeur": 8, "unite": "%/an"})
    (baisse,) = suivi("handicap", {"date": "2025-12-31", "valeur": 8, "unite": "%/an"})
    assert (hausse["lecture"], baisse["lecture"]) == ("atteint", "non atteint")
    assert (baisse["attendu"], baisse["ecart"], baisse["ecart_relatif"]) == (-2, 10, 5)


@pytest.mark.normes("P3-08")
@pytest.mark.parametrize(("valeur", "attendue"), [(4999, "non atteint"), (5000, "atteint"), (5200, "atteint")])
def test_un_niveau_a_maintenir_vaut_tout_de_suite(valeur: int, attendue: str) -> None:
    entree = {"calcul": "suivi", "engagement": "actes-cliniques", "mesures": [{"date": "2024-03-31", "valeur": valeur}]}
    (mesure,) = resultats(entree, texte="proposition-2024-02-08")["mesures"]
    assert (mesure["lecture"], mesure["attendu"]) == (attendue, 5000)


@pytest.mark.normes("C8-16")
def test_le_handicap_se_mesure_des_que_quelqu_un_fournit_une_base() -> None:
    base = {"date": "2023-12-31", "valeur": 26}
    (mesure,) = suivi("handicap", {"date": "2024-12-31", "valeur": 25.5}, base=base)
    assert (mesure["attendu"], mesure["lecture"]) == (25.48, "non atteint")
    (sans_base,) = suivi("handicap", {"date": "2024-12-31", "valeur": 25.5})
    assert sans_base["lecture"] == "non mesurable"


def test_un_attendu_nul_n_a_pas_d_ecart_relatif() -> None:
    (mesure,) = suivi("primo-installes", {"date": "2024-12-31", "valeur": 3}, base={"date": "2023-12-31", "valeur": 0})
    assert (mesure["attendu"], mesure["ecart"], mesure["ecart_relatif"]) == (0, 3, None)


def test_chaque_territoire_part_de_sa_base() -> None:
    obtenues = suivi("primo-installes", *(
        {"date": jour, "valeur": valeur, "portee": "departement", "territoire": ou}
        for ou, serie in (("29", {"2023-12-31": 20, "2024-12-31": 21}), ("56", {"2023-12-31": 40, "2024-12-31": 41}))
        for jour, valeur in serie.items()
    ))  # fmt: skip
    assert [m["attendu"] for m in obtenues] == [None, 21, None, 42]
    assert [m["lecture"] for m in obtenues][1::2] == ["atteint", "non atteint"]


def test_une_serie_nationale_part_de_la_base_publiee_et_une_locale_non() -> None:
    (nationale,) = suivi("primo-installes", {"date": "2024-12-31", "valeur": 2130})
    (locale,) = suivi("primo-installes", {"date": "2024-12-31", "valeur": 2130, "portee": "region", "territoire": "x"})
    assert (nationale["attendu"], locale["attendu"]) == (2479, None)
    assert "non publiée" in locale["motif"]


def test_sans_mesures_celles_qui_sont_publiees_jusqu_a_la_date() -> None:
    publiees = [m["date"] for m in resultats({"calcul": "suivi", "engagement": ALD}, date="2025-01-01")["mesures"]]
    assert publiees == ["2022-12-31", "2023-12-31", "2024-12-31"]
    assert resultats({"calcul": "suivi", "engagement": ALD, "mesures": []})["mesures"] == []


# --- what is published, and what is refused


def test_chaque_mesure_publiee_dit_d_ou_elle_vient() -> None:
    publiees = mesures_publiees(NOM, CATALOGUE.objectifs)
    assert len(publiees) == 23
    for mesure in publiees:
        assert mesure.source, mesure
        assert (mesure.statut, mesure.confiance) in {(s, c) for s in STATUTS for c in CONFIANCES}, mesure
        assert mesure.valeur is not None or mesure.motif, mesure
        assert mesure.portee == "national"


@pytest.mark.parametrize(
    ("mesure", "champ"),
    [
        ({"valeur": 101}, "valeur"), ({"valeur": -1}, "valeur"), ({"valeur": 0.5}, "unite"), ({"valeur": 1.2, "unite": "fraction"}, "valeur"),
        ({"valeur": 3, "unite": "contrats"}, "unite"), ({"valeur": 3, "unite": "%/an"}, "unite"), ({}, "valeur"), ({"numerateur": 3}, "denominateur"),
        ({"denominateur": 3}, "numerateur"), ({"numerateur": 3, "denominateur": 0}, "denominateur"), ({"numerateur": 4, "denominateur": 3}, "numerateur"),
        ({"numerateur": 1, "denominateur": 3, "valeur": 33}, "valeur"), ({"valeur": 3, "territoire": "Bretagne"}, "territoire"),
        ({"valeur": 10**13}, "valeur"), ({"valeur": 3, "objectif": "optam"}, "objectif"), ({"valeur": True}, "valeur"), ({"valeur": 3, "zz": 1}, "zz"),
        ({"valeur": 3, "portee": "galaxie"}, "portee"), ({"valeur": float("inf")}, "valeur"),
    ],
)  # fmt: skip
def test_une_mesure_fausse_nomme_son_champ(mesure: dict[str, Any], champ: str) -> None:
    entree = {"calcul": "suivi", "engagement": ALD, "mesures": [{"date": "2025-06-30", **mesure}]}
    assert list(refus(entree)) == [f"entree.mesures[0].{champ}"]


def test_les_parts_justes_se_lisent_de_trois_facons() -> None:
    trois = [{"valeur": 4.2}, {"valeur": 0.042, "unite": "fraction"}, {"numerateur": 42, "denominateur": 1000}]
    obtenues = suivi(ALD, *({"date": f"2025-0{rang}-01", **une} for rang, une in enumerate(trois, 1)))
    assert [m["valeur"] for m in obtenues] == [4.2] * 3
    (petite,) = suivi(ALD, {"date": "2025-01-01", "valeur": 0.5, "unite": "%"})
    assert petite["valeur"] == 0.5


@pytest.mark.parametrize(
    ("entree", "champ"),
    [
        ({"calcul": "trajectoire", "engagement": "optams"}, "entree.engagement"),
        ({"calcul": "trajectoire", "engagement": "actes-cliniques"}, "entree.engagement"),
        ({"calcul": "trajectoire", "engagement": 11}, "entree.engagement"),
        ({"calcul": "trajectoire", "engagement": "pdsa-sas", "base": {"date": "2023-12-31", "valeur": 90}}, "entree.base"),
        ({"calcul": "trajectoire", "engagement": "optam", "objectif": "couverture-sas"}, "entree.objectif"),
        ({"calcul": "trajectoire", "engagement": "optam", "base": {"date": "2030-01-01", "valeur": 90}}, "entree.base.date"),
        ({"calcul": "trajectoire", "engagement": "optam", "base": {"date": "2023-12-31", "valeur": 2, "unite": "%/an"}}, "entree.base.unite"),
        ({"calcul": "trajectoire", "engagement": "optam", "annee_cible": 2030}, "entree.annee_cible"),
        ({"calcul": "trajectoire", "engagement": "optam", "annee_cible": 2022}, "entree.annee_cible"),
        ({"calcul": "trajectoire", "annee_base": 2029}, "entree.annee_base"),
        ({"calcul": "trajectoire", "engagement": "optam", "annee_base": 2022, "base": {"date": "2023-12-31", "valeur": 2}}, "entree.annee_base"),
        ({"calcul": "trajectoire", "engagement": "optam", "tendance": 0.02}, "entree.tendance"),
        ({"calcul": "suivi", "mesures": [{"date": "2025-01-01", "valeur": 3}]}, "entree.mesures[0].objectif"),
        ({"calcul": "zz"}, "entree.calcul"),
    ],
)
def test_une_question_fausse_nomme_son_champ(entree: dict[str, Any], champ: str) -> None:
    assert list(refus(entree)) == [champ]


def test_un_engagement_se_designe_par_son_numero_son_nom_ou_son_objectif() -> None:
    trois = [resultats({"calcul": "trajectoire", "engagement": nom})["engagement"] for nom in (7, "7", "pdsa-sas", "couverture-sas")]
    assert trois == ["pdsa-sas"] * 4


def test_toutes_les_fautes_a_la_fois() -> None:
    entree = {"calcul": "suivi", "engagement": "optam", "annee_base": 2040, "tendance": 0.1, "mesures": [{"date": "2025-01-01"}, {"date": "2025-01-01", "valeur": -4}]}
    assert list(refus(entree)) == ["entree.tendance", "entree.mesures[0].valeur", "entree.mesures[1].valeur"]


def test_une_liste_enorme_passe_et_une_plus_grande_est_refusee() -> None:
    jour = dt.date(2024, 1, 1)
    mesures = [{"date": (jour + dt.timedelta(days=rang % 1900)).isoformat(), "valeur": rang, "portee": "cpl", "territoire": str(rang // 1900)} for rang in range(20_000)]
    assert len(suivi("primo-installes", *mesures)) == 20_000
    assert list(refus({"calcul": "suivi", "engagement": "primo-installes", "mesures": [*mesures, mesures[0]]})) == ["entree.mesures"]


@pytest.mark.normes("C9.1-55", "C9.1-56")
@pytest.mark.parametrize(("texte", "contrainte"), [("convention-2024", False), ("en-vigueur", False), ("proposition-2024-02-08", None)])
def test_un_medecin_seul_n_est_ni_contraint_ni_puni(texte: str, contrainte: bool | None) -> None:
    obtenus = resultats({"calcul": "medecin"}, texte=texte)
    assert (obtenus["montant"], obtenus["contrainte_individuelle"], obtenus["baisse_de_remuneration"]) == (0, contrainte, contrainte)
    assert obtenus["motif"]


def test_un_scenario_change_une_cible(tmp_path: Path) -> None:
    scenario = tmp_path / "plus.yaml"
    scenario.write_text("base: en-vigueur\nfigures:\n  engagements-collectifs:\n    primo_installes:\n      - {valeur: 10}\n", "utf-8")
    obtenus = resultats({"calcul": "trajectoire", "engagement": 2, "annee_cible": 2025}, texte=str(scenario))["trajectoire"]
    assert obtenus[0]["indice"] == 121
