"""Assistants médicaux: who may sign, with which option and objective; the collective aid of 2026."""

from __future__ import annotations

from typing import Any

import pytest

from convmed.dispositifs.contrat import CasRefuses, repondre

NOM = "assistants-medicaux"
GENERALISTE = {"calcul": "eligibilite", "specialite": "01", "secteur": "1", "pmt": 1000}
AUTRE = {"calcul": "eligibilite", "secteur": "1", "file_active": 900, "seuil_p30": 500}
EXCLUES = {"06", "74", "76", "18", "02", "37", "72"}
CHIRURGIENS = {"04", "10", "16", "41", "43", "44", "45", "46", "47", "48", "49", "69"}
AMELI = {"11", "07", "70", "79"}


def resultats(entree: dict[str, Any], annee: int = 2026, **cas: Any) -> dict[str, Any]:
    obtenus: dict[str, Any] = repondre(NOM, {"annee": annee, **cas, "entree": entree})["resultats"]
    return obtenus


def refus(entree: dict[str, Any], annee: int = 2026, **cas: Any) -> set[str]:
    with pytest.raises(CasRefuses) as refuses:
        repondre(NOM, {"annee": annee, **cas, "entree": entree})
    return {erreur["champ"] for erreur in refuses.value.erreurs}


# --- eligibility


@pytest.mark.normes("C4.1-01", "C4.1-03")
def test_sept_codes_exclus_et_tous_les_autres_admis() -> None:
    for code in (f"{n:02d}" for n in range(1, 100)):
        if code in ("01", "22", "23"):
            continue
        obtenus = resultats({**AUTRE, "specialite": code, "part_ccam": 0.0})
        assert obtenus["eligible"] is (code not in EXCLUES), code


@pytest.mark.normes("C4.1-02")
@pytest.mark.parametrize("texte", ["convention-2024", "en-vigueur"])
def test_le_seuil_ccam_ne_vise_que_les_chirurgiens(texte: str) -> None:
    vises = CHIRURGIENS | (AMELI if texte == "en-vigueur" else set())
    for code in CHIRURGIENS | AMELI | {"03", "05", "12"}:
        obtenu = resultats({**AUTRE, "specialite": code, "part_ccam": 0.2}, texte=texte)["eligible"]
        assert obtenu is (code not in vises), code
        assert resultats({**AUTRE, "specialite": code, "part_ccam": 0.1999}, texte=texte)["eligible"] is True


def test_seul_le_chirurgien_doit_sa_part_ccam() -> None:
    assert refus({**AUTRE, "specialite": "49"}) == {"entree.part_ccam"}
    assert resultats({**AUTRE, "specialite": "03"})["eligible"] is True


def test_une_condition_manquee_suffit_sans_le_reste() -> None:
    """Read: what one condition settles does not need the other fields, and says which ones were not looked at."""
    obtenus = resultats({"calcul": "eligibilite", "specialite": "72"})
    assert obtenus["eligible"] is False
    assert len(obtenus["motifs"]) == 1
    assert len(obtenus["a_verifier"]) == 2


def test_les_champs_qui_manquent_sont_tous_demandes() -> None:
    assert refus({"calcul": "eligibilite"}) >= {"entree.specialite", "entree.secteur"}
    assert refus({"calcul": "eligibilite", "specialite": "01", "secteur": "2", "pmt": 1000}) == {"entree.option_tarifaire"}
    assert refus({"calcul": "eligibilite", "specialite": "01", "secteur": "1"}) == {"entree.pmt_adultes", "entree.pmt_enfants"}
    assert refus({**GENERALISTE, "secretaire_devient_assistant": True}) == {"entree.secretariat_remplace"}


def test_tous_les_motifs_ensemble() -> None:
    obtenus = resultats({
        **GENERALISTE, "specialite": "06", "secteur": "nc", "file_active": 10, "seuil_p30": 20, "contrat_en_cours": True,
        "option_etp": "1/3", "secretaire_devient_assistant": True, "secretariat_remplace": False,
        "date_fin_contrat_precedent": "2026-01-01",
    })  # fmt: skip
    assert obtenus["eligible"] is False
    assert len(obtenus["motifs"]) == 7
    assert all("(" in motif for motif in obtenus["motifs"])


@pytest.mark.parametrize(("depart", "embauche", "a_remplacer"), [
    ("2026-08-31", "2026-02-28", True), ("2026-08-31", "2026-02-27", False),
    ("2026-02-28", "2026-08-28", True), ("2026-02-28", "2026-08-29", False), ("2026-02-28", "2026-02-28", True),
])  # fmt: skip
def test_la_fenetre_du_secretaire_et_les_fins_de_mois(depart: str, embauche: str, a_remplacer: bool) -> None:
    entree = {**GENERALISTE, "date_depart_secretaire": depart, "date_embauche": embauche}
    assert resultats({**entree, "secretariat_remplace": False})["eligible"] is not a_remplacer
    assert resultats({**entree, "secretariat_remplace": True})["eligible"] is True


@pytest.mark.parametrize(("texte", "amenagement", "eligible"), [
    ("convention-2024", "nouvel-installe", True), ("convention-2024", "maladie-chronique", False),
    ("en-vigueur", "maladie-chronique", True), ("en-vigueur", "activite-mixte", True),
])  # fmt: skip
def test_un_seuil_amenage(texte: str, amenagement: str, eligible: bool) -> None:
    assert resultats({**GENERALISTE, "pmt": 100, "amenagement": amenagement}, texte=texte)["eligible"] is eligible


@pytest.mark.normes("C4.1-05")
@pytest.mark.parametrize("texte", ["convention-2024", "en-vigueur"])
def test_le_p30_du_generaliste_est_connu_des_deux_textes(texte: str) -> None:
    assert [resultats({**GENERALISTE, "pmt": pmt}, texte=texte)["eligible"] for pmt in (774, 775)] == [False, True]


def test_l_eligibilite_n_est_pas_ecrite_pour_les_textes_d_avant() -> None:
    assert refus(GENERALISTE, texte="reglement-arbitral-2023") == {"annee"}
    assert refus({**GENERALISTE, "date_signature": "2019-08-20"}, 2019) == {"entree.date_signature"}


# --- more than one ETP

SUPPLEMENT = {
    "calcul": "changement-option", "option_etp": "1", "nouvelle_option": "2", "annee_contrat": 3, "classe": "p95+",
    "specialite": "01", "zone": "zip", "objectifs_atteints": True,
}  # fmt: skip


@pytest.mark.normes("C4.3-02", "C4.3-03", "C4.3-04", "C4.3-05", "C4.3-06")
@pytest.mark.parametrize(("champ", "valeur"), [
    ("zone", "zac"), ("zone", "hors-zone"), ("specialite", "12"), ("mep", True), ("option_etp", "1/2"), ("option_etp", "1/3"),
    ("objectifs_atteints", False), ("annee_contrat", 2),
])  # fmt: skip
def test_les_cinq_conditions_d_un_second_etp(champ: str, valeur: Any) -> None:
    assert resultats(SUPPLEMENT)["possible"] is True
    obtenus = resultats({**SUPPLEMENT, champ: valeur})
    assert obtenus["possible"] is False
    assert len(obtenus["motifs"]) == 1


def test_revenir_a_un_etp_ne_demande_rien() -> None:
    entree = {"calcul": "changement-option", "option_etp": "2", "nouvelle_option": "1", "annee_contrat": 5, "classe": "p30-p90"}
    obtenus = resultats(entree)
    assert (obtenus["possible"], obtenus["aide_maximale_avant"], obtenus["aide_maximale_apres"]) == (True, 44000, 22000)
    assert resultats({**entree, "nouvelle_option": "1/3"})["possible"] is False


@pytest.mark.parametrize(("avenant", "effet"), [("2026-09-01", "2026-09-01"), ("2026-09-02", "2027-09-01"), ("2026-08-31", "2026-09-01")])
def test_l_aide_change_a_l_anniversaire_qui_suit(avenant: str, effet: str) -> None:
    entree = {**SUPPLEMENT, "date_signature": "2023-09-01", "date_avenant": avenant}
    assert resultats(entree)["effet_sur_l_aide"] == effet


def test_un_avenant_qui_precede_son_contrat() -> None:
    assert refus({**SUPPLEMENT, "date_signature": "2023-09-01", "date_avenant": "2023-08-31"}) == {"entree.date_avenant"}
    assert refus({**SUPPLEMENT, "date_signature": "2018-09-01"}) == {"entree.date_signature"}


# --- objectives

OBJECTIF = {"calcul": "objectif", "specialite": "01", "option_etp": "1", "pmt": {"initial": 1300}, "fa": {"initial": 2000}}
TOUS = {"p30": 500, "p50": 1000, "p90": 1800, "p95": 2000}


@pytest.mark.normes("C4.4-05", "C4.4-06", "C4.4-07")
@pytest.mark.parametrize(("initial", "tranche", "regle", "classe"), [
    (499, "sous-p30", "sous-le-seuil", "p30-p90"), (500, "p30-p50", "fixe", "p30-p90"), (999, "p30-p50", "fixe", "p30-p90"),
    (1000, "p50-p95", "individualise", "p30-p90"), (1799, "p50-p95", "individualise", "p30-p90"),
    (1800, "p50-p95", "individualise", "p90-p94"), (1999, "p50-p95", "individualise", "p90-p94"), (2000, "p95+", "maintien", "p95+"),
])  # fmt: skip
def test_chaque_tranche_a_ses_bornes(initial: int, tranche: str, regle: str, classe: str) -> None:
    entree = {**OBJECTIF, "specialite": "03", "pmt": None, "fa": {"initial": initial, "percentiles": TOUS}}
    obtenus = resultats(entree)
    (fa,) = obtenus["objectifs"]
    assert (fa["tranche"], fa["regle"], obtenus["classe"]) == (tranche, regle, classe)
    assert (fa["objectif"] is None) == (regle != "maintien")
    assert ("motif" in fa) == (regle != "maintien")


@pytest.mark.normes("C4.3-15", "C4.3-16")
@pytest.mark.parametrize(("option", "regle"), [("1", "maintien"), ("1.5", "augmentation-fixe"), ("2", "augmentation-fixe")])
def test_au_p95_plus_d_un_etp_demande_un_gain(option: str, regle: str) -> None:
    entree = {**OBJECTIF, "option_etp": option, "pmt": {"initial": 2000, "gain": 50, "percentiles": TOUS}}
    pmt = resultats(entree)["objectifs"][0]
    assert (pmt["regle"], pmt["gain"]) == (regle, 0 if regle == "maintien" else 50)
    assert resultats({**entree, "age": 65})["objectifs"][0]["regle"] == "maintien"
    sans_gain = resultats({**entree, "pmt": {"initial": 2000, "percentiles": TOUS}})["objectifs"][0]
    assert ("annexe 10" in sans_gain.get("motif", "")) == (regle == "augmentation-fixe")


def test_un_percentile_inconnu_ne_se_devine_pas() -> None:
    obtenus = resultats({**OBJECTIF, "specialite": "03"})
    (fa,) = obtenus["objectifs"]
    assert (fa["tranche"], fa["regle"], fa["objectif"], obtenus["classe"]) == (None, None, None, None)
    assert "non publié" in fa["motif"]
    assert refus({**OBJECTIF, "pmt": None}) == {"entree.pmt"}


@pytest.mark.parametrize(("jour", "declencheur"), [("2027-08-31", "aucun"), ("2027-09-01", "trois-ans")])
def test_un_nouvel_installe_attend_trois_ans(jour: str, declencheur: str) -> None:
    entree = {**OBJECTIF, "pmt": {"initial": 1044}, "nouvel_installe": True, "date_signature": "2024-09-01"}
    ni = repondre(NOM, {"date": jour, "entree": entree})["resultats"]["nouvel_installe"]
    assert (ni["declencheur"], ni["avenant_requis"]) == (declencheur, declencheur != "aucun")
    assert refus({k: v for k, v in entree.items() if k != "date_signature"}) == {"entree.date_signature"}


# --- the collective aid

MEDECIN: dict[str, Any] = {"specialite": "01", "secteur": "1", "pmt": 800}
GROUPE: dict[str, Any] = {
    "calcul": "collectif", "forme": "sisa", "etp": 2, "annee_contrat": 3, "date_signature": "2026-03-01",
    "medecins": [MEDECIN, MEDECIN], "pmt": {"initial": 1600, "observe": 2120}, "fa": {"initial": 3000, "observe": 3220},
}  # fmt: skip


@pytest.mark.parametrize(("annee", "aide"), [(1, 76000), (2, 56000), (3, 44000), (4, 44000)])
def test_l_aide_collective_par_annee(annee: int, aide: int) -> None:
    obtenus = resultats({**GROUPE, "annee_contrat": annee})
    assert (obtenus["eligible"], obtenus["aide_maximale"], obtenus["montant"]) == (True, aide, aide)
    assert (obtenus["gain_pmt"], obtenus["gain_fa"]) == (520, 220)


def test_l_aide_collective_au_prorata_et_en_baisse() -> None:
    moitie = {**GROUPE, "pmt": {"initial": 1600, "observe": 1860}, "fa": {"initial": 3000, "observe": 3000}}
    assert (resultats(moitie)["part"], resultats(moitie)["montant"]) == (0.5, 22000)
    deja = {**moitie, "pmt_deja_gagnee": 260}
    assert (resultats(deja)["gain_pmt"], resultats(deja)["part"]) == (260, 1.0)
    baisse = resultats({**moitie, "pmt": {"initial": 1600, "observe": 1599}})
    assert (baisse["montant"], "résilié" in baisse["motif"]) == (0, True)


@pytest.mark.parametrize(("champs", "mots"), [
    ({"forme": "sel"}, "SEL"), ({"etp": 2.5}, "ETP par médecin"), ({"medecins": [MEDECIN, {**MEDECIN, "pmt": 749}]}, "775"),
    ({"medecins": [MEDECIN, {**MEDECIN, "specialite": "03"}]}, "médecin 2"),
    ({"medecins": [{**MEDECIN, "secteur": "nc"}, MEDECIN]}, "médecin 1"),
    ({"medecins": [MEDECIN, {**MEDECIN, "contrat_en_cours": True}]}, "individuel"),
    ({"medecins": [MEDECIN, {**MEDECIN, "date_fin_contrat_precedent": "2025-01-01"}]}, "carence"),
])  # fmt: skip
def test_un_groupe_refuse_dit_pourquoi(champs: dict[str, Any], mots: str) -> None:
    obtenus = resultats({**GROUPE, **champs})
    assert (obtenus["eligible"], obtenus["montant"]) == (False, 0)
    assert len(obtenus["motifs"]) == 1
    assert mots in obtenus["motif"]


@pytest.mark.parametrize(("signature", "plafond"), [("2026-10-31", 2.0), ("2026-11-01", 3.0)])
def test_le_docteur_junior_releve_le_plafond_en_novembre(signature: str, plafond: float) -> None:
    juniors = [{**MEDECIN, "docteur_junior": True}] * 2
    obtenus = resultats({**GROUPE, "annee_contrat": 1, "date_signature": signature, "medecins": juniors})
    assert obtenus["plafond_etp"] == plafond


def test_l_aide_collective_avant_d_exister() -> None:
    assert refus({**GROUPE, "date_signature": "2026-02-24"}) == {"entree.date_signature"}
    assert resultats({**GROUPE, "date_signature": "2026-02-25"})["eligible"] is True
    assert refus(GROUPE, texte="convention-2024") == {"texte"}
    assert refus({**GROUPE, "fa": {"initial": 3000}}) == {"entree.fa.observe"}
