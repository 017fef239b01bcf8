"""Votes, presidency, failure and instances: each deadline and threshold on both sides."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from convmed.dispositifs.commissions import DISPOSITIF
from convmed.dispositifs.contrat import repondre_un_cas
from convmed.dispositifs.socle import Refus
from convmed.textes import Erreurs


def reponse(calcul: str, moment: dict[str, Any] | None = None, texte: str = "en-vigueur", **entree: Any) -> dict[str, Any]:
    cas = {"texte": texte, "entree": {"calcul": calcul, **entree}, **(moment or {"annee": 2026})}
    lus: dict[str, Any] = repondre_un_cas(DISPOSITIF, cas)["resultats"]
    return lus


def champs_refuses(calcul: str, **entree: Any) -> set[str]:
    with pytest.raises((Refus, Erreurs)) as refus:
        reponse(calcul, **entree)
    return {faute.champ.removeprefix("entree.") for faute in refus.value.fautes}


# --- votes


@pytest.mark.normes("C12C-30", "C12C-32", "C12C-33")
@pytest.mark.parametrize(
    ("pour", "contre", "tour", "issue"),
    [(13, 12, 1, "adopte"), (12, 13, 1, "rejete"), (12, 12, 1, "second-vote"), (12, 12, 2, "avis-repute-rendu"), (1, 0, 2, "adopte"), (0, 0, 1, "second-vote")],
)
def test_l_issue_d_un_vote(pour: int, contre: int, tour: int, issue: str) -> None:
    lus = reponse("vote", pour=pour, contre=contre, abstentions=0, tour=tour)
    assert lus["issue"] == issue
    assert any("aucune voix exprimée" in reserve for reserve in lus["reserves"]) is (pour + contre == 0)


@pytest.mark.normes("C12C-30")
def test_les_abstentions_ne_sont_pas_des_voix_exprimees() -> None:
    for abstentions in (0, 5, 24):
        lus = reponse("vote", pour=2, contre=0, abstentions=abstentions)
        assert (lus["issue"], lus["exprimes"]) == ("adopte", 2)
    assert reponse("vote", pour=2, contre=0)["abstentions"] is None


@pytest.mark.normes("C12C-10", "C12C-12")
@pytest.mark.parametrize(("instance", "formation", "voix"), [(None, "pleniere", 26), ("cpn", "pleniere", 26), ("cpn", "appel", 24), ("cpr", "pleniere", 24),
                                                              ("cpl", "pleniere", 24), ("ctppn", "pleniere", 24), (None, "appel", 24)])  # fmt: skip
def test_pas_plus_de_voix_que_la_commission_n_en_a(instance: str | None, formation: str, voix: int) -> None:
    ou = {"formation": formation, **({} if instance is None else {"instance": instance})}
    assert reponse("vote", pour=voix, contre=0, **ou)["voix_au_plus"] == voix
    assert champs_refuses("vote", pour=voix, contre=0, abstentions=1, **ou) == {"pour"}


@pytest.mark.normes("C12C-08", "C12C-10", "C12C-29")
@pytest.mark.parametrize(
    ("pro", "soc", "unocam", "president", "parite"),
    [(12, 12, True, None, True), (12, 12, False, None, True), (12, 12, True, False, False), (12, 11, True, None, False), (11, 11, True, True, True), (12, 11, False, None, False)],
)
def test_le_president_a_deux_voix_quand_l_unocam_siege(pro: int, soc: int, unocam: bool, president: bool | None, parite: bool) -> None:
    presents = {"professionnelle": pro, "sociale": soc, "unocam": unocam, **({} if president is None else {"president_professionnel": president})}
    lus = reponse("vote", pour=1, contre=0, instance="cpn", presents=presents)
    assert lus["parite"] is parite
    assert lus["issue"] == ("adopte" if parite else "deliberation-impossible")
    assert lus["voix_presentes"]["professionnelle"] == pro + (unocam and president is not False)
    assert lus["abstentions"] == sum(lus["voix_presentes"].values()) - 1


@pytest.mark.normes("C12C-28", "C12-10")
@pytest.mark.parametrize(("quorum", "atteint"), [(None, None), (7, True), (8, True), (9, False)])
def test_le_quorum_n_est_pas_publie_et_se_fournit(quorum: int | None, atteint: bool | None, tmp_path: Path) -> None:
    presents = {"professionnelle": 8, "sociale": 8}
    fourni = {} if quorum is None else {"quorum": quorum}
    lus = reponse("vote", pour=9, contre=0, instance="cpl", presents=presents, **fourni)
    assert lus["quorum_atteint"] is atteint
    assert lus["issue"] == ("deliberation-impossible" if atteint is False else "adopte")
    assert any("non publié, voir annexe 6" in reserve for reserve in lus["reserves"]) is (quorum is None)
    if quorum is not None:
        scenario = tmp_path / "scenario.yaml"
        scenario.write_text(f"base: en-vigueur\nfigures:\n  commissions:\n    quorum: {quorum}\n", "utf-8")
        assert reponse("vote", texte=str(scenario), pour=9, contre=0, instance="cpl", presents=presents)["quorum_atteint"] is atteint


def test_des_votes_refuses() -> None:
    assert champs_refuses("vote") == {"pour", "contre"}
    assert champs_refuses("vote", pour=-1, contre=1.5, tour=3) == {"pour", "contre", "tour"}
    assert champs_refuses("vote", pour=1, contre=1, quorum=4) == {"presents"}
    assert champs_refuses("vote", pour=1, contre=1, instance="cpr", formation="appel") == {"formation"}
    cpn = {"professionnelle": 13, "sociale": 12}
    assert champs_refuses("vote", pour=1, contre=1, instance="cpn", presents=cpn) == {"presents.professionnelle", "presents.unocam"}
    assert champs_refuses("vote", pour=1, contre=1, instance="cpl", presents={"professionnelle": 1, "sociale": 1, "unocam": True}) == {"presents.unocam"}
    # What the votes add up to is what those who sit have, when abstentions are told.
    assert champs_refuses("vote", pour=1, contre=1, instance="cpl", presents={"professionnelle": 0, "sociale": 1}) == {"presents"}
    assert champs_refuses("vote", pour=1, contre=1, abstentions=1, instance="cpl", presents={"professionnelle": 2, "sociale": 2}) == {"presents"}


@pytest.mark.normes("C12C-30")
def test_le_vote_part_de_l_entree_en_vigueur() -> None:
    assert reponse("vote", {"date": "2024-06-22"}, pour=1, contre=0)["issue"] == "adopte"
    assert reponse("vote", {"date": "2024-06-21"}, pour=1, contre=0)["issue"] is None


# --- presidency


@pytest.mark.normes("C12C-26", "C12C-27")
@pytest.mark.parametrize(
    ("date", "preside"),
    [("2024-09-10", None), ("2024-09-11", "sociale"), ("2024-12-31", "sociale"), ("2025-01-01", "professionnelle"), ("2025-12-31", "professionnelle"), ("2026-01-01", "sociale")],
)
def test_la_presidence_alterne_au_premier_janvier(date: str, preside: str | None) -> None:
    lus = reponse("presidence", {"date": date}, premiere="sociale")
    assert lus["preside"] == preside
    assert ("motif" in lus) is (preside is None)
    assert [un["preside"] for un in lus["calendrier"][:2]] == ["sociale", "professionnelle"]
    assert any("11/09/2024" in reserve for reserve in lus["reserves"])
    assert reponse("presidence", {"date": "2026-03-01"}, premiere="professionnelle", installee_le="2025-02-03")["preside"] == "sociale"


@pytest.mark.normes("C12C-26")
def test_qui_preside_la_premiere_annee_se_fournit() -> None:
    assert champs_refuses("presidence") == {"premiere"}
    assert reponse("presidence", {"date": "2024-06-21"}, premiere="sociale")["preside"] is None


# --- failure


@pytest.mark.normes("C12C-35", "C12C-36", "C12C-37", "C12C-38", "C12C-39")
@pytest.mark.parametrize("cas", ["date-ou-ordre-du-jour", "refus-de-vote"])
@pytest.mark.parametrize("section", ["professionnelle", "sociale"])
def test_un_blocage_de_l_invitation_a_la_substitution(cas: str, section: str) -> None:
    def au(date: str, **autres: Any) -> tuple[str, str]:
        lus = reponse("carence", {"date": date}, cas=cas, section_en_cause=section, **{"tentatives": 2, "constat": "2026-01-31", **autres})
        return lus["etat"], lus["agit"]

    autre = {"professionnelle": "sociale", "sociale": "professionnelle"}[section]
    assert au("2026-01-30") == ("pas-de-carence", "commission")
    assert au("2026-01-31") == au("2026-02-28") == ("invitation", "commission")
    assert au("2026-03-01") == ("substitution", autre)
    assert au("2026-03-01", remede="2026-03-01") == ("remediee", "commission")
    assert au("2026-03-01", remede="2026-03-02") == ("substitution", autre)
    assert au("2026-03-01", tentatives=1) == au("2026-03-01", tentatives=0) == ("pas-de-carence", "commission")
    assert au("2026-03-01", tentatives=3) == ("substitution", autre)


@pytest.mark.normes("C12C-35")
def test_un_defaut_de_parite_ne_demande_pas_de_tentatives() -> None:
    lus = reponse("carence", {"date": "2026-05-11"}, cas="parite", section_en_cause="sociale", constat="2026-04-10")
    assert (lus["etat"], lus["agit"], lus["tentatives_requises"]) == ("substitution", "professionnelle", None)
    assert len(lus["cas_de_carence"]) == 3


@pytest.mark.normes("C12C-34", "C12D-06")
def test_une_section_non_constituee() -> None:
    def au(date: str, section: str = "sociale", **autres: Any) -> tuple[str, str | None]:
        lus = reponse("carence", {"date": date}, cas="constitution", section_en_cause=section, **autres)
        return lus["etat"], lus["agit"]

    assert au("2024-09-21") == ("pas-de-carence", None)
    assert au("2024-09-22") == ("substitution", "professionnelle")
    assert au("2024-12-01", remede="2024-11-30") == ("remediee", "commission")
    assert au("2024-11-29", remede="2024-11-30") == ("substitution", "professionnelle")
    assert au("2024-09-22", "les-deux") == ("substitution", None)
    assert au("2024-09-22", "les-deux", instance="cpl") == ("substitution", "cpr")


def test_des_carences_refusees() -> None:
    assert champs_refuses("carence", cas="parite", section_en_cause="les-deux") == {"constat", "section_en_cause"}
    assert champs_refuses("carence", cas="refus-de-vote", section_en_cause="sociale") == {"tentatives"}
    assert champs_refuses("carence", cas="refus-de-vote", section_en_cause="sociale", tentatives=2) == {"constat"}
    assert champs_refuses("carence", cas="constitution", section_en_cause="sociale", tentatives=2, constat="2025-01-01", remede="2024-06-21") == {
        "tentatives", "constat", "remede",
    }  # fmt: skip
    assert champs_refuses("carence", cas="parite", section_en_cause="sociale", constat="2026-02-30") == {"constat"}
    assert champs_refuses("carence", cas="parite", section_en_cause="sociale", constat="2026-02-02", remede="2026-02-01") == {"remede"}
    assert reponse("carence", {"date": "2024-06-21"}, cas="parite", section_en_cause="sociale", constat="2024-06-01")["etat"] is None


# --- instances


@pytest.mark.normes("C12A-01", "C12B-01", "C12B-02")
@pytest.mark.parametrize(("jour", "dans_le_delai"), [("2024-06-22", True), ("2024-09-21", True), ("2024-09-22", False)])
def test_l_installation_avant_le_22_septembre_2024(jour: str, dans_le_delai: bool) -> None:
    assert reponse("instances", installee_le=jour)["dans_le_delai"] is dans_le_delai
    assert champs_refuses("instances", installee_le="2024-06-21") == {"installee_le"}


@pytest.mark.normes("C12-05", "C12D-03", "C12D-04", "C12D-05", "C12D-06")
@pytest.mark.parametrize(
    ("entree", "exerce"),
    [
        ({"departement": "35"}, "cpl"), ({"caisses": 1}, "cpl"), ({"caisses": 2}, "cpl"), ({"cpl_installee": True}, "cpl"), ({"cpl_installee": False}, "cpr"),
        ({"departement": "971"}, "commission unique"), ({"departement": "976", "caisses": 2}, "commission unique"), ({"departement_region": True}, "commission unique"),
        ({"departement": "2A"}, "cpl"),
    ],
)  # fmt: skip
def test_quelle_instance_exerce_les_missions_de_la_cpl(entree: dict[str, Any], exerce: str) -> None:
    ici = reponse("instances", **entree)["departement"]
    assert (ici["missions_de_cpl"], ici["cpl"]) == (exerce, 1)
    assert ici["missions_de_cpr"] == ("commission unique" if exerce == "commission unique" else "cpr")


def test_des_instances_refusees_et_un_texte_sans_instances() -> None:
    assert "departement" not in reponse("instances")
    assert champs_refuses("instances", departement="974", departement_region=False) == {"departement_region"}
    assert champs_refuses("instances", departement="abc", caisses=0) == {"departement", "caisses"}
    assert reponse("instances", {"date": "2024-06-21"})["instances"] is None
