"""Aids to installation: dates of effect, sectors and zones, both aids together, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convmed.dispositifs.contrat import CasRefuses, repondre

NOM = "aides-installation"
ZIP_SECTEUR_1 = {"primo_installation": True, "zone": "zip", "secteur": "1"}
SECTEURS_OUVERTS = {("1", None), ("2", "optam"), ("2", "optam-aco")}


def resultats(entree: dict[str, Any], annee: int = 2026, **cas: Any) -> dict[str, Any]:
    reponse = repondre(NOM, {"annee": annee, "entree": entree, **cas})
    obtenus: dict[str, Any] = reponse["resultats"]
    return obtenus


def champs_refuses(cas: Any) -> set[str]:
    with pytest.raises(CasRefuses) as refus:
        repondre(NOM, cas)
    return {erreur["champ"] for erreur in refus.value.erreurs}


@pytest.mark.normes("C3.2A-10")
@pytest.mark.parametrize(("jour", "total"), [("2025-12-31", 0), ("2026-01-01", 10000), ("2026-12-31", 10000), ("2027-01-01", 0)])
def test_le_jour_de_l_installation(jour: str, total: int) -> None:
    """Boundaries: the eve of the measure, its first day, the last day of the exercise, the day after."""
    obtenus = resultats({**ZIP_SECTEUR_1, "date_installation": jour})
    assert obtenus["total"] == total
    assert ("motif" in obtenus) == (total == 0)


@pytest.mark.normes("C3.2A-10")
@pytest.mark.parametrize(("jour", "total"), [("2025-12-31", 0), ("2026-01-01", 3000), ("2027-01-01", 0)])
def test_le_jour_du_cabinet_secondaire(jour: str, total: int) -> None:
    entree = {"primo_installation": False, "secteur": "1", "cabinet_secondaire_zone": "zip", "date_cabinet_secondaire": jour}
    assert resultats(entree)["cabinet_secondaire"] == total


def test_une_aide_ponctuelle_n_est_due_qu_une_annee() -> None:
    entree = {**ZIP_SECTEUR_1, "date_installation": "2026-06-15"}
    assert [resultats(entree, annee)["total"] for annee in (2025, 2026, 2027)] == [0, 10000, 0]
    assert "ponctuelle" in resultats(entree, 2027)["motif"]


def test_sans_date_la_demande_date_l_installation() -> None:
    assert repondre(NOM, {"date": "2025-12-31", "entree": ZIP_SECTEUR_1})["resultats"]["total"] == 0
    assert repondre(NOM, {"date": "2026-01-01", "entree": ZIP_SECTEUR_1})["resultats"]["total"] == 10000
    sans_annee = {"entree": {**ZIP_SECTEUR_1, "date_installation": "2026-03-01"}}
    assert repondre(NOM, sans_annee)["annee"] == 2026


@pytest.mark.normes("C3.2A-02", "C3.2A-03", "C3.2A-04", "C3.2A-05", "C3.2A-06", "C3.2A-07", "C3.2A-08", "C3.2A-09")
@given(
    primo=st.booleans(),
    zone=st.sampled_from(["zip", "zac", "hors-zone"]),
    secteur=st.sampled_from([("1", None), ("2", "aucune"), ("2", "optam"), ("2", "optam-aco"), ("nc", None)]),
    secondaire=st.sampled_from([None, "zip", "zac", "hors-zone"]),
)
def test_le_tableau_de_la_circulaire(
    primo: bool, zone: str, secteur: tuple[str, str | None], secondaire: str | None
) -> None:
    """Hold: the table of section 3.2 A, written a second time as plain conditions."""
    obtenus = resultats({
        "primo_installation": primo, "zone": zone, "secteur": secteur[0], "option_tarifaire": secteur[1],
        "cabinet_secondaire_zone": secondaire,
    })  # fmt: skip
    ouvert = secteur in SECTEURS_OUVERTS
    attendue = {"zip": 10000, "zac": 5000}.get(zone, 0) if ouvert and primo else 0
    assert obtenus["primo_installation"] == attendue
    assert obtenus["cabinet_secondaire"] == (3000 if ouvert and secondaire == "zip" else 0)
    assert obtenus["total"] == obtenus["primo_installation"] + obtenus["cabinet_secondaire"]
    assert obtenus["total"] or obtenus["motif"]


@pytest.mark.normes("C3.2A-11")
def test_s_ajoute_a_la_majoration_du_fmt() -> None:
    """Hold: the same doctor has the whole aid and the whole first-year majoration of the FMT."""
    medecin = {"secteur": "1", "zone": "zip", "rang_installation": 1, "date_naissance": "1990-01-01"}
    patient = {
        "patient": "p", "date_naissance": "1940-01-01", "sexe": "F", "ald": True, "c2s": False,
        "date_derniere_consultation": "2025-06-01",
    }  # fmt: skip
    fmt = repondre("forfait-medecin-traitant", {"annee": 2026, "entree": {"medecin": medecin, "patients": [patient]}})
    assert fmt["resultats"]["majoration_zone"] == fmt["resultats"]["socle"] / 2 == 50
    assert resultats(ZIP_SECTEUR_1)["total"] == 10000


@pytest.mark.normes("P3-43", "P3-44")
@pytest.mark.parametrize(("zone", "montant"), [("zip", 10000), ("zac", 5000), ("hors-zone", 0)])
def test_la_proposition_n_a_que_deux_aides(zone: str, montant: int) -> None:
    entree = {**ZIP_SECTEUR_1, "zone": zone, "cabinet_secondaire_zone": "zip"}
    obtenus = resultats(entree, texte="proposition-2024-02-08-option-1")
    assert (obtenus["primo_installation"], obtenus["cabinet_secondaire"]) == (montant, 0)
    assert "proposition" in obtenus["motif"]


def test_le_delai_de_la_presse_ne_vaut_que_pour_le_texte_applique() -> None:
    cas = {"annee": 2026, "entree": {**ZIP_SECTEUR_1, "date_installation": "2026-11-30"}}
    appliquee = repondre(NOM, cas)["lignes"][0]
    assert appliquee["date_versement"] == "2027-02-28"
    assert "Omniprat" in appliquee["precision_date"]
    assert repondre(NOM, {**cas, "texte": "convention-2024"})["lignes"][0]["date_versement"] is None


def test_un_scenario_change_une_aide(tmp_path: Path) -> None:
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text("base: en-vigueur\nfigures: {aides-installation: {primo_zip: 12000}}\n", "utf-8")
    assert resultats(ZIP_SECTEUR_1, texte=str(scenario))["total"] == 12000


@pytest.mark.parametrize("texte", ["convention-2016", "reglement-arbitral-2023"])
def test_avant_2024_une_reponse_et_son_motif(texte: str) -> None:
    obtenus = resultats(ZIP_SECTEUR_1, texte=texte)
    assert obtenus["total"] == 0
    assert "contrats-demographiques" in obtenus["motif"]


def test_ce_qui_manque_est_demande_en_une_fois() -> None:
    assert champs_refuses({"annee": 2026, "entree": {}}) == {"entree.primo_installation"}
    assert champs_refuses({"annee": 2026, "entree": {"primo_installation": True}}) == {"entree.secteur", "entree.zone"}
    sans_option = {"primo_installation": True, "zone": "zip", "secteur": "2", "cabinet_secondaire_zone": "zip"}
    assert champs_refuses({"annee": 2026, "entree": sans_option}) == {"entree.option_tarifaire"}


def test_sans_premiere_installation_ni_zone_ni_secteur() -> None:
    assert resultats({"primo_installation": False})["total"] == 0
    assert resultats({"primo_installation": True}, annee=2025)["total"] == 0


def test_les_valeurs_mauvaises_sont_refusees_ensemble() -> None:
    mauvais = {"primo_installation": "oui", "zone": "ZIP", "secteur": 1, "date_installation": "31/12/2025", "age": 3}
    assert champs_refuses({"annee": 2026, "entree": mauvais}) == {
        "entree.primo_installation", "entree.zone", "entree.secteur", "entree.date_installation", "entree.age",
    }  # fmt: skip
