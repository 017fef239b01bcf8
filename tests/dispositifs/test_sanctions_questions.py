"""Sanctions, the questions: durations, effects, assistance, transition, pénalités, on each side of each bound."""

from __future__ import annotations

from typing import Any

import pytest

from convmed.dispositifs.contrat import CasRefuses, repondre

NOM = "sanctions"


def resultats(calcul: str, date: str = "2026-03-01", **champs: Any) -> dict[str, Any]:
    obtenus: dict[str, Any] = repondre(NOM, {"date": date, "entree": {"calcul": calcul, **champs}})["resultats"]
    return obtenus


def champs_refuses(calcul: str, date: str = "2026-03-01", **champs: Any) -> set[str]:
    with pytest.raises(CasRefuses) as refus:
        resultats(calcul, date, **champs)
    return {erreur["champ"] for erreur in refus.value.erreurs}


@pytest.mark.normes("C13A-08", "C13A-09", "C13A-10")
@pytest.mark.parametrize(
    ("date", "sanction", "duree", "admise"),
    [
        ("2025-03-01", "remunerations", {"duree_mois": 36}, True), ("2025-03-01", "remunerations", {"duree_mois": 36, "duree_jours": 1}, False),
        ("2025-03-01", "honoraires-libres", {"du": "2025-03-01", "au": "2028-02-29"}, True),
        ("2025-03-01", "honoraires-libres", {"du": "2025-03-01", "au": "2028-03-01"}, False),
        ("2024-06-21", "honoraires-libres", {"duree_mois": 12}, True), ("2024-06-21", "honoraires-libres", {"duree_mois": 12, "duree_jours": 1}, False),
        ("2024-06-21", "droit permanent à dépassement", {"duree_mois": 13}, False), ("2024-06-21", "deconventionnement", {"duree_mois": 99}, None),
        ("2024-06-21", "remunerations", {"duree_mois": 1}, False),  # did not exist yet
    ],
)  # fmt: skip
def test_la_duree_d_une_sanction(date: str, sanction: str, duree: dict[str, Any], admise: bool | None) -> None:
    assert resultats("sanction", date, sanction=sanction, **duree)["duree_admise"] is admise


@pytest.mark.normes("C13A-03", "C13A-04")
def test_les_manquements_connus() -> None:
    fraude = resultats("sanction", manquement="Fausse déclaration")
    assert (fraude["grief_r_147_11"], fraude["avertissement_prealable"]) == (True, False)
    assert (resultats("sanction", manquement="actes fictifs")["avertissement_prealable"]) is True
    assert champs_refuses("sanction", manquement="retard", sanction="blâme") == {"entree.manquement", "entree.sanction"}
    assert champs_refuses("sanction", "2024-06-21", manquement="usage de faux") == {"entree.manquement"}


@pytest.mark.normes("C13A-13")
@pytest.mark.parametrize(
    ("duree", "suspendue"),
    [({"duree_mois": 2}, False), ({"duree_mois": 3}, False), ({"duree_mois": 3, "duree_jours": 0}, False), ({"duree_mois": 3, "duree_jours": 1}, True),
     ({"duree_mois": 4}, True), ({"du": "2025-01-31", "au": "2025-04-29"}, False), ({"du": "2025-03-01", "au": "2025-05-31"}, False),
     ({"du": "2025-03-01", "au": "2025-06-01"}, True), ({"du": "2025-03-01", "au": "2026-03-01"}, True)],
)  # fmt: skip
def test_les_avantages_sociaux_au_dela_de_trois_mois(duree: dict[str, Any], suspendue: bool) -> None:
    assert resultats("effets", **duree)["avantages_sociaux_suspendus"] is suspendue


@pytest.mark.normes("C13A-11")
@pytest.mark.parametrize(("date", "suspendues"), [("2024-06-21", False), ("2024-06-22", True)])
def test_les_remunerations_suspendues(date: str, suspendues: bool) -> None:
    assert resultats("effets", date, duree_mois=1)["remunerations_suspendues"] is suspendues


def test_ce_qu_il_faut_pour_les_effets() -> None:
    assert champs_refuses("effets") == {"entree.duree_mois"}
    assert champs_refuses("effets", du="2025-03-02", au="2025-03-01") == {"entree.au"}
    assert "ferme" in resultats("effets", ferme=False)["motif"]


@pytest.mark.normes("C13B-23", "C13B-24", "C13B-25")
@pytest.mark.parametrize(
    ("champs", "admis"),
    [({"assistants": ["confrere"]}, True), ({"assistants": ["Confrère", "avocat"]}, True), ({"assistants": ["ami"]}, False),
     ({"assistants": ["confrere"], "syndicat_signataire": False}, True), ({}, None),
     ({"procedure": "urgence", "assistants": ["ami"]}, True), ({"procedure": "mso", "assistants": ["ami"]}, True),
     ({"procedure": "penalite", "assistants": ["avocat"]}, None)],
)  # fmt: skip
def test_qui_assiste(champs: dict[str, Any], admis: bool | None) -> None:
    assert resultats("assistance", **champs)["admis"] is admis


def test_l_assistance_n_est_pas_publiee_avant_2024() -> None:
    assert "non publiée" in resultats("assistance", "2024-06-21", assistants=["avocat"])["motif"]


@pytest.mark.normes("C13B-11", "C13B-12")
def test_l_avertissement() -> None:
    assert resultats("avertissement")["avertissement_requis"] is True
    assert resultats("avertissement", sans_avertissement="R. 147-11")["avertissement_requis"] is False
    avant = resultats("avertissement", "2024-06-21", sans_avertissement="R. 147-11")
    assert (avant["avertissement_requis"], avant["releve_requis"], "motif" in avant) == (True, True, True)


@pytest.mark.normes("C12E-01", "C12E-02")
@pytest.mark.parametrize(
    ("champs", "texte", "en_cours"),
    [({"ouverte_le": "2024-06-21"}, "convention-2024", True), ({"ouverte_le": "2024-06-22"}, "convention-2024", False),
     ({"ouverte_le": "2024-01-01", "close_le": "2024-06-21"}, "convention-2016", False),
     ({"ouverte_le": "2024-01-01", "close_le": "2024-06-22"}, "convention-2024", True)],
)  # fmt: skip
def test_la_transition(champs: dict[str, Any], texte: str, en_cours: bool) -> None:
    obtenus = repondre(NOM, {"entree": {"calcul": "transition", **champs}})["resultats"]
    assert (obtenus["texte"], obtenus["en_cours_a_l_entree_en_vigueur"]) == (texte, en_cours)


@pytest.mark.normes("C12E-02")
@pytest.mark.parametrize(
    ("du", "au", "inchangee"),
    [("2024-06-21", "2024-06-22", True), ("2024-06-21", "2024-06-21", False), ("2024-06-22", "2024-12-31", False), ("2024-01-01", None, True)],
)
def test_une_sanction_en_execution_garde_son_terme(du: str, au: str | None, inchangee: bool) -> None:
    champs = {"ouverte_le": "2023-01-01", "sanction_du": du, **({"sanction_au": au} if au else {})}
    assert resultats("transition", **champs)["sanction"] == {
        "inchangee": inchangee, "terme": au,
        "motif": "en cours d'exécution à l'entrée en vigueur : appliquée jusqu'à son terme, sans changement" if inchangee else None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("champs", "plafond", "plancher"),
    [
        ({"sommes": 10000}, 7000, 0), ({"sommes": 0.05}, 0.04, 0), ({"sommes": 10000, "recidive": True}, 14000, 0), ({"pmss": 4000}, 16000, 0),
        ({"cas": "fraude", "sommes": 10000, "pmss": 4000}, 30000, 2000), ({"cas": "fraude", "pmss": 4000}, 32000, 2000),
        ({"cas": "fraude", "sommes": 100, "pmss": 4000}, 2000, 2000),  # the floor prevails
        ({"cas": "fraude", "sommes": 100, "pmss": 4000, "personne_morale": True}, 4000, 4000),
        ({"cas": "fraude", "sommes": 100, "pmss": 4000, "recidive": True}, 2000, 2000),
        ({"cas": "bande-organisee", "sommes": 10000, "pmss": 4000}, 40000, 2000), ({"cas": "bande-organisee", "pmss": 4000}, 64000, 2000),
        ({"cas": "apres-deux-msap", "pmss": 4000}, 8000, 0), ({"cas": "apres-deux-msap", "pmss": 4000, "double_de_la_moyenne": True}, 16000, 0),
        ({"cas": "refus-de-soins", "pmss": 4000}, 8000, 0), ({"cas": "depassements", "depassements": 500.5}, 1001, 0),
    ],
)  # fmt: skip
def test_le_plafond_d_une_penalite(champs: dict[str, Any], plafond: float, plancher: float) -> None:
    obtenus = resultats("penalite", **champs)
    assert (obtenus["plafond"], obtenus["plancher"]) == (plafond, plancher)
    assert obtenus["references"]


@pytest.mark.parametrize(
    ("cas", "precedente", "recidive"),
    [("standard", "2023-03-01", True), ("standard", "2023-02-28", False), ("fraude", "2021-03-01", True), ("fraude", "2021-02-28", False),
     ("refus-de-soins", "2020-03-01", True), ("refus-de-soins", "2020-02-29", False), ("depassements", "2023-02-28", False)],
)  # fmt: skip
def test_le_delai_de_la_recidive(cas: str, precedente: str, recidive: bool) -> None:
    champs = {"cas": cas, "sommes": 100, "depassements": 100, "pmss": 4000, "penalite_precedente": precedente}
    assert resultats("penalite", **champs)["recidive"] is recidive


def test_ce_qu_il_faut_a_une_penalite() -> None:
    assert champs_refuses("penalite") == {"entree.pmss"}
    assert champs_refuses("penalite", cas="fraude", sommes=100) == {"entree.pmss"}, "le plancher en dépend"
    assert champs_refuses("penalite", cas="depassements") == {"entree.depassements"}
    assert champs_refuses("penalite", sommes=100, penalite_precedente="2027-01-01") == {"entree.penalite_precedente"}
    assert champs_refuses("penalite", sommes=-1, pmss="x", cas="zz") == {"entree.sommes", "entree.pmss", "entree.cas"}


def test_les_penalites_d_avant_2026_ne_sont_pas_dans_les_sources() -> None:
    obtenus = resultats("penalite", "2025-12-31", sommes=100)
    assert obtenus["plafond"] is None
    assert "non publié à cette date" in obtenus["motif"]


def test_les_memes_faits_n_ont_pas_deux_suites() -> None:
    obtenus = resultats("penalite", procedure_conventionnelle=True)
    assert (obtenus["plafond"], obtenus["plancher"]) == (0, 0)
    assert "s'excluent" in obtenus["motif"]
    assert resultats("penalite", sommes=100, procedure_conventionnelle=False)["plafond"] == 70


@pytest.mark.parametrize(
    ("fraudes", "encouru"),
    [([("2021-03-01", 32000), ("2026-03-01", 32000)], True), ([("2021-02-28", 32000), ("2026-03-01", 32000)], False),
     ([("2021-03-01", 32000), ("2026-03-01", 31999.99)], False), ([("2026-03-01", 99999)], False), ([], False),
     ([("2010-01-01", 1)], None), ([("2015-01-01", 40000), ("2024-01-01", 40000), ("2026-01-01", 40000)], True)],
)  # fmt: skip
def test_le_deconventionnement_d_office(fraudes: list[tuple[str, float]], encouru: bool | None) -> None:
    champs = {"pmss": 4000, "sanctions": [{"date": date, "prejudice": prejudice} for date, prejudice in fraudes]}
    if encouru is None:
        assert champs_refuses("deconventionnement-d-office", **champs) == {"entree.sanctions[0].date"}
        return
    obtenus = resultats("deconventionnement-d-office", **champs)
    assert obtenus["encouru"] is encouru
    assert ("motif" in obtenus) is not encouru


def test_l_office_avant_le_decret_et_sans_plafond_mensuel() -> None:
    assert resultats("deconventionnement-d-office", "2023-12-29", sanctions=[], pmss=4000)["encouru"] is None
    assert champs_refuses("deconventionnement-d-office", sanctions=[]) == {"entree.pmss"}


@pytest.mark.parametrize(("objectif", "mois", "conforme"), [(10, 4, True), (10, 6, True), (9.9, 4, False), (10, 3, False), (10, 7, False)])
def test_l_objectif_d_une_mso(objectif: float, mois: int, conforme: bool) -> None:
    assert resultats("objectif-mso", moyenne=10.0, objectif=float(objectif), duree_mois=mois)["conforme"] is conforme


@pytest.mark.parametrize(("taux", "au_dela"), [(1.5, False), (1.51, True)])
def test_le_repere_de_pratique_tarifaire(taux: float, au_dela: bool) -> None:
    obtenus = resultats("pratique-tarifaire", taux_depassement=taux)
    assert (obtenus["au_dela_du_repere"], obtenus["repere_en_vigueur"], len(obtenus["criteres"])) == (au_dela, False, 9)
    assert resultats("pratique-tarifaire", "2024-06-21", taux_depassement=taux)["repere_en_vigueur"] is True
