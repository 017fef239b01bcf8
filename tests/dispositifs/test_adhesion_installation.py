"""Adhésion, installation, cessation: the dates of the convention, and each delay at its ends."""

from __future__ import annotations

import datetime as dt
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convmed.dispositifs.contrat import CasRefuses, repondre

NOM = "adhesion-installation"
BOOLEENS = [True, False]
SITE = {
    "calcul": "site", "date_ouverture": "2026-03-01", "date_declaration": "2026-02-28", "conseil": "lieu-du-site",
    "identifiant_demande": True, "caisse": "du-site",
}  # fmt: skip


def resultats(entree: dict[str, Any], **cas: Any) -> dict[str, Any]:
    fournie = {champ: valeur for champ, valeur in entree.items() if valeur is not None}
    obtenus: dict[str, Any] = repondre(NOM, {"texte": "convention-2024", "entree": fournie, **cas})["resultats"]
    return obtenus


def champs_refuses(entree: dict[str, Any], **cas: Any) -> set[str]:
    with pytest.raises(CasRefuses) as refus:
        resultats(entree, **cas)
    return {erreur["champ"] for erreur in refus.value.erreurs}


@pytest.mark.normes("C0-08", "C0-09", "C0-10", "C0-11")
@pytest.mark.parametrize(
    ("date", "texte"),
    [("2023-04-30", "convention-2016"), ("2023-05-01", "reglement-arbitral-2023"), ("2024-06-21", "reglement-arbitral-2023"),
     ("2024-06-22", "convention-2024"), ("2029-06-21", "convention-2024"), ("2029-06-22", "terme-passe")],
)  # fmt: skip
def test_le_texte_qui_regit_un_jour(date: str, texte: str) -> None:
    obtenus = resultats({"calcul": "convention", "date": date})
    assert obtenus["texte_applicable"] == texte
    assert ("motif" in obtenus) is (texte == "terme-passe")


@pytest.mark.normes("C0-01", "C0-04")
@pytest.mark.parametrize(("date", "applicable"), [("2024-07-30", False), ("2024-07-31", True)])
def test_la_circulaire_s_applique_sans_delai(date: str, applicable: bool) -> None:
    assert resultats({"calcul": "convention", "date": date})["circulaire"]["applicable"] is applicable


@pytest.mark.normes("C0-03", "C0-06")
def test_les_organismes_destinataires() -> None:
    for organisme in ("cpam", "cgss", "css-mayotte", "dcgdr", "medecins-conseils"):
        obtenus = resultats({"calcul": "convention", "organisme": organisme}, annee=2026)
        assert obtenus["circulaire"]["organisme_concerne"] is True
    assert (
        resultats({"calcul": "convention", "organisme": "autre"}, annee=2026)["circulaire"]["organisme_concerne"]
        is False
    )


@pytest.mark.normes("C1B-01", "C1B-02", "C1B-03", "C1B-04", "C1B-05", "C1B-06")
@pytest.mark.parametrize(
    ("situation", "refus", "demande", "conventionne", "demarche"),
    [("deja-conventionne", None, None, True, "aucune"), ("deja-conventionne", "courrier", None, False, "courrier"),
     ("deja-conventionne", "autre", None, True, "courrier"), ("deja-conventionne", None, "courrier", True, "aucune"),
     ("hors-convention", None, None, False, "courrier"), ("hors-convention", None, "courrier", True, "courrier"),
     ("hors-convention", None, "autre", False, "courrier")],
)  # fmt: skip
def test_l_adhesion(situation: str, refus: str | None, demande: str | None, conventionne: bool, demarche: str) -> None:
    entree = {"calcul": "adhesion", "situation": situation, "refus_par": refus, "demande_par": demande}
    obtenus = resultats(entree, annee=2026)
    assert obtenus["conventionne"] is conventionne
    assert obtenus["demarche"].split(" ")[0] == demarche
    assert obtenus["remboursement"] == ("tarifs conventionnels" if conventionne else "tarifs d'autorité")
    assert ("motif" in obtenus) is not conventionne


@pytest.mark.normes("C1B-07", "C1B-08", "C1B-09")
@pytest.mark.parametrize(
    ("resiliation", "possible"),
    [("2024-06-22", "2026-06-22"), ("2024-06-21", "2024-06-21"), ("2024-12-31", "2026-12-31"), ("2028-02-29", "2030-02-28"),
     ("2026-02-28", "2028-02-28")],
)  # fmt: skip
def test_la_carence_de_deux_ans(resiliation: str, possible: str) -> None:
    entree = {"calcul": "retour", "date_resiliation": resiliation}
    jour = dt.date.fromisoformat(possible)
    assert resultats({**entree, "date_retour": possible})["licite"] is True
    assert resultats({**entree, "date_retour": possible})["date_possible"] == possible
    if possible != resiliation:
        veille = resultats({**entree, "date_retour": (jour - dt.timedelta(days=1)).isoformat()})
        assert (veille["licite"], veille["carence"]) == (False, True)
    assert resultats(entree)["licite"] is None


@pytest.mark.normes("C1B-10")
@pytest.mark.parametrize(("secteur", "option"), [("1", "aucune"), ("2", "aucune"), ("2", "optam"), ("2", "optam-aco")])
def test_le_medecin_qui_revient_garde_son_secteur(secteur: str, option: str) -> None:
    obtenus = resultats(
        {"calcul": "retour", "date_resiliation": "2025-01-01", "secteur": secteur, "option_tarifaire": option}
    )
    assert (obtenus["secteur"], obtenus["option_tarifaire"]) == (secteur, option)
    assert bool(obtenus["reserves"]) is option.startswith("optam")


@pytest.mark.normes("C2A-06")
@pytest.mark.parametrize(
    ("cessation", "limite"),
    [("2026-12-31", "2026-06-30"), ("2026-08-31", "2026-02-28"), ("2028-08-31", "2028-02-29"), ("2026-07-01", "2026-01-01"),
     ("2025-11-01", "2025-05-01"), ("2026-02-28", "2025-08-28")],
)  # fmt: skip
def test_le_preavis_de_six_mois(cessation: str, limite: str) -> None:
    entree = {"calcul": "cessation", "date_cessation": cessation, "definitive": True}
    lendemain = (dt.date.fromisoformat(limite) + dt.timedelta(days=1)).isoformat()
    assert resultats({**entree, "date_signalement": limite})["licite"] is True
    assert resultats({**entree, "date_signalement": lendemain})["licite"] is False
    attente = resultats(entree)
    assert (attente["licite"], attente["date_limite"]) == (None, limite)


@pytest.mark.normes("C2A-07", "C2A-08")
@pytest.mark.parametrize(
    ("reprise", "force", "exige"),
    [
        ("2027-03-15", False, True),
        ("2027-03-14", False, False),
        ("2027-03-15", True, False),
        ("2030-01-01", None, True),
    ],
)
def test_l_interruption_d_un_an(reprise: str, force: bool | None, exige: bool) -> None:
    entree = {"calcul": "cessation", "date_cessation": "2026-03-15", "definitive": False, "date_reprise": reprise}
    obtenus = resultats({**entree, "force_majeure": force, "date_signalement": "2026-03-15"})
    assert (obtenus["preavis_exige"], obtenus["licite"]) == (exige, not exige)
    assert bool(obtenus["reserves"]) is not exige


@given(cessation=st.dates(dt.date(2024, 6, 22), dt.date(2029, 12, 31)), avance=st.integers(0, 250))
def test_la_licite_est_la_comparaison_de_deux_dates(cessation: dt.date, avance: int) -> None:
    signalement = cessation - dt.timedelta(days=avance)
    entree = {"calcul": "cessation", "date_cessation": cessation.isoformat(), "definitive": True}
    obtenus = resultats({**entree, "date_signalement": signalement.isoformat()})
    assert obtenus["licite"] is (signalement.isoformat() <= obtenus["date_limite"])
    assert 181 <= (cessation - dt.date.fromisoformat(obtenus["date_limite"])).days <= 184


@pytest.mark.normes("C2A-02", "C2A-03", "C2A-04")
@pytest.mark.parametrize(("declare", "conseil", "identifiant", "caisse"), list(product(BOOLEENS, repeat=4)))
def test_l_ouverture_d_un_site(declare: bool, conseil: bool, identifiant: bool, caisse: bool) -> None:
    obtenus = resultats({
        **SITE, "date_declaration": "2026-02-28" if declare else "2026-03-01", "identifiant_demande": identifiant,
        "conseil": "lieu-du-site" if conseil else "autre", "caisse": "du-site" if caisse else "autre",
    })  # fmt: skip
    assert obtenus["licite"] == (declare and conseil and identifiant and caisse)
    assert len(obtenus["motifs"]) == (not declare) + (not conseil) + (not (identifiant and caisse))
    assert obtenus["date_limite"] == "2026-02-28"


def test_un_site_pas_encore_declare() -> None:
    assert resultats({**SITE, "date_declaration": None})["licite"] is None
    assert resultats({**SITE, "date_declaration": None, "conseil": "autre"})["licite"] is False


@pytest.mark.normes("C2A-09", "C2A-11")
def test_le_remplacant_n_est_pas_regi_par_la_convention() -> None:
    obtenus = resultats({"calcul": "remplacement", "cps": "propre"}, annee=2026)
    assert obtenus["regi_par_la_convention"] is False
    assert len(obtenus["acces"]) == 2


@pytest.mark.parametrize(
    "entree",
    [{"calcul": "cessation", "date_cessation": "2024-06-21", "definitive": True}, {**SITE, "date_ouverture": "2024-06-21"},
     {"calcul": "remplacement", "cps": "propre", "date": "2024-06-21"}],
)  # fmt: skip
def test_avant_l_entree_en_vigueur_les_regles_manquent(entree: dict[str, Any]) -> None:
    assert "22/06/2024" in resultats(entree)["motif"]
    lendemain = {champ: "2024-06-22" if valeur == "2024-06-21" else valeur for champ, valeur in entree.items()}
    assert "22/06/2024" not in resultats(lendemain).get("motif", "")


def test_ce_qui_manque_et_ce_qui_se_contredit() -> None:
    assert champs_refuses({"calcul": "depart"}, annee=2026) == {"entree.calcul"}
    assert champs_refuses({"calcul": "cessation", "date_cessation": "2026-03-15"}) == {
        "entree.definitive",
        "entree.date_reprise",
    }
    cessation = {"calcul": "cessation", "date_cessation": "2026-03-15", "date_reprise": "2027-01-01"}
    assert champs_refuses({**cessation, "definitive": True}) == {"entree.date_reprise"}
    assert champs_refuses({**cessation, "date_reprise": "2026-03-14"}) == {"entree.date_reprise"}
    retour = {"calcul": "retour", "date_resiliation": "2026-03-15", "date_retour": "2026-03-14"}
    assert champs_refuses(retour) == {"entree.date_retour"}
    assert champs_refuses({"calcul": "remplacement"}, annee=2026) == {"entree.cps"}
    assert champs_refuses({"calcul": "convention"}) == {"annee"}
