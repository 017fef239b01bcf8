"""Composition: each rule broken one at a time, the president's double vote, the appeal, the text of 2016, what a commission lacks."""

from __future__ import annotations

from typing import Any

import pytest

from convmed.dispositifs.commissions import DISPOSITIF
from convmed.dispositifs.contrat import repondre_un_cas
from convmed.dispositifs.socle import Refus

SIEGES = {
    "generalistes": {"MG France": 3, "CSMF": 2, "FMF": 1},
    "specialistes": {"Avenir Spé – Le Bloc": 3, "CSMF": 2, "SML": 1},
}
Membre = dict[str, Any]


def reponse(entree: dict[str, Any], texte: str = "en-vigueur", **moment: Any) -> dict[str, Any]:
    lus: dict[str, Any] = repondre_un_cas(DISPOSITIF, {"texte": texte, "entree": entree, **(moment or {"annee": 2026})})["resultats"]
    return lus


def medecins() -> list[Membre]:
    return [
        {"membre": f"{college[:3]}-{syndicat}-{qualite}-{rang}", "section": "professionnelle", "qualite": qualite, "organisation": syndicat,
         "college": college, "liberal_conventionne": True, "sanction_definitive": False}
        for college, syndicats in SIEGES.items()
        for syndicat, sieges in syndicats.items()
        for qualite in ("titulaire", "suppleant")
        for rang in range(sieges)
    ]  # fmt: skip


def sociaux() -> list[Membre]:
    return [{"membre": f"uncam-{q}-{rang}", "section": "sociale", "qualite": q} for q in ("titulaire", "suppleant") for rang in range(12)]


UNOCAM: Membre = {"membre": "unocam", "section": "sociale", "organisation": "UNOCAM", "qualite": "titulaire"}
ORDRE: Membre = {"membre": "ordre", "section": "consultative"}


def cpn() -> list[Membre]:
    return [*medecins(), *sociaux(), UNOCAM, ORDRE]


def juger(membres: list[Membre], instance: str = "cpn", **autres: Any) -> dict[str, Any]:
    cadre = {cle: autres.pop(cle) for cle in ("texte", "date", "annee") if cle in autres}
    return reponse({"calcul": "composition", "instance": instance, "membres": membres, **autres}, **cadre)


def regles(juge: dict[str, Any]) -> list[str]:
    return [faute["regle"] for faute in juge["fautes"]]


@pytest.mark.normes("C12C-02", "C12C-03", "C12C-04", "C12C-05", "C12C-06", "C12C-07", "C12C-08", "C12C-10", "C12C-11")
def test_une_cpn_conforme_a_treize_voix_contre_treize() -> None:
    juge = juger(cpn())
    assert (juge["valable"], juge["installable"], juge["fautes"], juge["a_verifier"]) == (True, True, [], [])
    assert juge["voix"] == {"professionnelle": 13, "sociale": 13}
    assert juge["sieges_attendus"] == SIEGES
    for instance in ("ctppn", "cpr", "cpl"):
        juge = juger([*medecins(), *sociaux(), ORDRE], instance)
        assert juge["valable"] is True
        assert juge["voix"] == {"professionnelle": 12, "sociale": 12}


@pytest.mark.normes("C12C-08", "C12C-09", "C12C-12")
def test_l_unocam_siege_en_cpn_et_jamais_en_appel() -> None:
    sans = [*medecins(), *sociaux(), ORDRE]
    assert regles(juger(sans)) == ["unocam"]
    suppleant = {**UNOCAM, "membre": "unocam-s", "qualite": "suppleant"}
    assert juger([*cpn(), suppleant])["valable"] is True
    assert regles(juger([*cpn(), suppleant, {**suppleant, "membre": "unocam-s2"}])) == ["unocam"]
    assert regles(juger(cpn(), formation="appel")) == ["unocam"]
    appel = juger(sans, formation="appel")
    assert (appel["valable"], appel["voix"]) == (True, {"professionnelle": 12, "sociale": 12})
    assert regles(juger(cpn(), "cpr")) == ["unocam"]


@pytest.mark.normes("C12C-01")
@pytest.mark.parametrize(("retire", "installable"), [("gen-MG France-titulaire-0", False), ("uncam-titulaire-3", False),
                                                      ("gen-MG France-suppleant-0", True), ("uncam-suppleant-3", True)])  # fmt: skip
def test_l_installation_veut_tous_les_titulaires(retire: str, installable: bool) -> None:
    juge = juger([membre for membre in cpn() if membre["membre"] != retire])
    assert juge["installable"] is installable
    assert juge["valable"] is False


@pytest.mark.normes("C12-06", "C12-07", "C12-08", "C12-09", "CP-08")
@pytest.mark.parametrize(
    ("champ", "valeur", "regle"),
    [("liberal_conventionne", False, "liberal-conventionne"), ("sanction_definitive", True, "sanction-definitive"), ("organisation", "UFML-S", "syndicat-signataire")],
)
def test_les_trois_conditions_sont_cumulatives(champ: str, valeur: object, regle: str) -> None:
    membres = cpn()
    membres[0][champ] = valeur
    juge = juger(membres)
    assert regle in regles(juge)
    assert juge["fautes"][0]["membre"] == membres[0]["membre"]
    assert juge["installable"] is False
    del membres[0][champ]
    if champ != "organisation":
        juge = juger(membres)
        assert (juge["valable"], juge["installable"], len(juge["a_verifier"])) == (None, None, 1)


@pytest.mark.normes("C12C-16", "C12C-17")
def test_les_sieges_de_chaque_syndicat_dans_son_college() -> None:
    membres = cpn()
    membres[0]["organisation"] = "CSMF"
    juge = juger(membres)
    assert [(f["organisation"], f["college"]) for f in juge["fautes"]] == [("CSMF", "generalistes"), ("MG France", "generalistes")]
    membres = cpn()
    membres[0]["college"] = "specialistes"
    assert {"college-generalistes", "college-specialistes", "sieges-par-syndicat"} == set(regles(juger(membres)))
    fournis = {"generalistes": {"MG France": 2, "CSMF": 3, "FMF": 1}, "specialistes": SIEGES["specialistes"]}
    assert "sieges-par-syndicat" in regles(juger(cpn(), sieges=fournis))


@pytest.mark.normes("C12C-11")
def test_un_seul_representant_de_l_ordre_a_titre_consultatif() -> None:
    assert regles(juger(cpn()[:-1])) == ["ordre"]
    assert regles(juger([*cpn(), {**ORDRE, "membre": "ordre-2"}])) == ["ordre"]


@pytest.mark.normes("C12C-25")
def test_chaque_section_elit_son_president_parmi_ses_membres() -> None:
    membres = cpn()
    membres[0]["president"] = membres[-3]["president"] = True
    assert juger(membres)["valable"] is True
    membres[1]["president"] = True
    assert regles(juger(membres)) == ["president"]
    assert regles(juger([*cpn()[:-1], {**ORDRE, "president": True}])) == ["president"]


def test_la_section_sociale_reunit_l_uncam() -> None:
    membres = cpn()
    next(m for m in membres if m["membre"] == "uncam-titulaire-0")["organisation"] = "MSA"
    assert regles(juger(membres)) == ["section-sociale", "titulaires-sociaux"]


def test_ce_qui_empeche_de_juger_est_refuse_en_une_fois() -> None:
    membres = [{"membre": "a", "section": "professionnelle"}, {"membre": "a", "section": "sociale", "qualite": "titulaire"}]
    with pytest.raises(Refus) as refus:
        juger(membres, "cpr", formation="appel", sieges={"generalistes": {"MG France": 5}})
    assert [faute.champ for faute in refus.value.fautes] == [
        "entree.formation", "entree.membres[0].qualite", "entree.membres[0].organisation", "entree.membres[0].college", "entree.membres[1].membre",
        "entree.sieges.specialistes", "entree.sieges.generalistes",
    ]  # fmt: skip


@pytest.mark.normes("C12-09", "C12C-16")
def test_en_2016_une_mise_hors_convention_seule_ecarte_et_les_sieges_ne_sont_pas_dans_les_sources() -> None:
    membres = cpn()
    membres[0]["sanction_definitive"] = True
    juge = juger(membres, texte="convention-2016", date="2024-06-21")
    assert (juge["sieges_attendus"], juge["fautes"], juge["valable"]) == (None, [], None)
    assert any("mise hors convention" in un for un in juge["a_verifier"])
    assert any("à fournir par sieges" in reserve for reserve in juge["reserves"])
    assert juger(membres, date="2024-06-22")["fautes"][0]["regle"] == "sanction-definitive"
    assert juger(membres, texte="convention-2016", date="2017-01-01")["voix"]["sociale"] == 13
    assert "pas dans les sources" in juger(membres, texte="convention-2016", annee=2026)["motif"]


def candidats(retire: int = 0) -> list[Membre]:
    garde = ("section", "organisation", "college", "liberal_conventionne", "sanction_definitive")
    return [{"candidat": m["membre"], **{champ: m[champ] for champ in garde if champ in m}} for m in cpn()][retire:]


def composer(liste: list[Membre], instance: str = "cpn", **autres: Any) -> dict[str, Any]:
    return reponse({"calcul": "composer", "instance": instance, "candidats": liste}, **autres)


@pytest.mark.normes("C12C-01", "C12C-16")
def test_composer_prend_les_candidats_dans_leur_ordre_et_dit_ce_qui_manque() -> None:
    tous = composer(candidats())
    assert (tous["possible"], tous["manques"], tous["ecartes"], len(tous["membres"])) == (True, [], [], 50)
    assert [m["qualite"] for m in tous["membres"][:6]] == ["titulaire"] * 3 + ["suppleant"] * 3
    sans_suppleant = composer(candidats(1))
    assert (sans_suppleant["possible"], sans_suppleant["installable"]) == (False, True)
    assert sans_suppleant["manques"][0] | {"motif": ""} == {
        "qualite": "suppleant", "section": "professionnelle", "organisation": "MG France", "college": "generalistes", "liberal_conventionne": True,
        "sanction_definitive": False, "sieges": 3, "candidats": 2, "motif": "", "reference": "art. 99 à 102-3 ; circulaire 31/07/2024, 12 C",
    }  # fmt: skip
    sans_titulaire = composer(candidats(4))
    assert (sans_titulaire["installable"], sans_titulaire["membres"]) == (False, None)
    assert "3 titulaires à pourvoir, 2 candidats" in sans_titulaire["motif"]
    assert composer([])["installable"] is False


@pytest.mark.normes("C12-06", "CP-08")
def test_composer_ecarte_qui_ne_peut_pas_sieger() -> None:
    liste = candidats()
    surplus = [
        {**liste[0], "candidat": "sanctionne", "sanction_definitive": True},
        {**liste[0], "candidat": "hospitalier", "liberal_conventionne": False},
        {**liste[0], "candidat": "ufml", "organisation": "UFML-S"},
        {**liste[0], "candidat": "inconnu", "sanction_definitive": None},
        {**liste[0], "candidat": "fmf-spe", "organisation": "FMF", "college": "specialistes"},
    ]
    surplus[3].pop("sanction_definitive")
    compose = composer([*surplus, *liste, {**liste[0], "candidat": "de-trop"}])
    assert compose["possible"] is True
    assert [(un["candidat"], un["peut_sieger"]) for un in compose["ecartes"]] == [
        ("sanctionne", False), ("hospitalier", False), ("ufml", False), ("inconnu", False), ("de-trop", True), ("fmf-spe", False),
    ]  # fmt: skip


@pytest.mark.normes("C12C-12")
def test_composer_pour_un_appel_laisse_l_unocam() -> None:
    compose = reponse({"calcul": "composer", "instance": "cpn", "formation": "appel", "candidats": candidats()})
    assert [un["candidat"] for un in compose["ecartes"]] == ["unocam"]
    assert compose["possible"] is True
    sans_unocam = composer([un for un in candidats() if un["candidat"] != "unocam"])
    assert (sans_unocam["possible"], sans_unocam["installable"]) == (False, True)


def test_vingt_mille_candidats() -> None:
    liste = [{**candidats()[0], "candidat": f"c{rang}"} for rang in range(20_000)]
    assert composer(liste)["manques"]
    with pytest.raises(Refus) as refus:
        composer([liste[0]] * 20_000)
    assert len(refus.value.fautes) == 19_999
