"""Consultations avancées: the monthly cap, the dates, who is eligible, and months that are not months."""

from __future__ import annotations

from calendar import monthrange
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convmed.dispositifs.contrat import CasRefuses, repondre

NOM = "consultations-avancees"
AILLEURS = {"secteur": "1", "zone": "hors-zone"}
MOIS_DE_2026 = [f"2026-{mois:02d}" for mois in range(1, 13)]


def resultats(demi_journees: dict[str, int], medecin: dict[str, Any] | None = None, **champs: Any) -> dict[str, Any]:
    entree = {"medecin": medecin or AILLEURS, "demi_journees": demi_journees, **champs}
    obtenus: dict[str, Any] = repondre(NOM, {"annee": 2026, "entree": entree})["resultats"]
    return obtenus


def erreurs(cas: Any) -> list[dict[str, Any]]:
    with pytest.raises(CasRefuses) as refus:
        repondre(NOM, cas)
    return refus.value.erreurs


@pytest.mark.normes("C3.2B-03", "C3.2B-04")
@given(st.dictionaries(st.sampled_from(MOIS_DE_2026), st.integers(0, 56), max_size=12))
def test_chaque_mois_est_plafonne_a_part(demi_journees: dict[str, int]) -> None:
    obtenus = resultats(demi_journees)
    retenues = sum(min(nombre, 6) for nombre in demi_journees.values())
    assert obtenus["demi_journees_retenues"] == retenues
    assert obtenus["montant"] == 200 * retenues <= 14400
    assert [mois["mois"] for mois in obtenus["par_mois"]] == sorted(demi_journees)
    assert obtenus["montant"] or obtenus["motif"]


@pytest.mark.normes("C3.2B-04")
@pytest.mark.parametrize(("faites", "retenues"), [(0, 0), (5, 5), (6, 6), (7, 6), (56, 6)])
def test_la_sixieme_et_la_septieme(faites: int, retenues: int) -> None:
    assert resultats({"2026-02": faites})["demi_journees_retenues"] == retenues


@pytest.mark.normes("C3.2B-05")
def test_decembre_2025_et_janvier_2026() -> None:
    avant = repondre(NOM, {"entree": {"medecin": AILLEURS, "demi_journees": {"2025-12": 6}}})
    assert avant["annee"] == 2025
    assert avant["resultats"]["montant"] == 0
    assert "01/01/2026" in avant["resultats"]["motif"]
    assert [ligne["etat"] for ligne in avant["lignes"]] == ["sans objet"]
    assert repondre(NOM, {"entree": {"medecin": AILLEURS, "demi_journees": {"2026-01": 6}}})["resultats"]["montant"] == 1200


def test_une_annee_sans_effet_ne_demande_rien() -> None:
    assert repondre(NOM, {"annee": 2025, "entree": {"medecin": {}, "demi_journees": {"2025-12": 6}}})["resultats"]["montant"] == 0


@pytest.mark.normes("C3.2B-01", "C3.2B-02", "C3.2B-06", "C3.2B-07", "C3.2B-12")
@given(
    secteur=st.sampled_from([("1", None), ("2", "aucune"), ("2", "optam"), ("2", "optam-aco"), ("nc", None)]),
    zone=st.sampled_from(["zip", "zac", "hors-zone"]),
    secondaire=st.sampled_from([None, "zip", "zac", "hors-zone"]),
    opposable=st.booleans(),
    cstm=st.sampled_from([None, True, False]),
)
def test_qui_est_eligible(
    secteur: tuple[str, str | None], zone: str, secondaire: str | None, opposable: bool, cstm: bool | None
) -> None:
    """Hold: the conditions of section 3.2 B, readings 21 and 22, written a second time."""
    medecin = {"secteur": secteur[0], "option_tarifaire": secteur[1], "zone": zone}
    obtenus = resultats(
        {"2026-05": 3}, medecin, tarif_opposable=opposable, zone_cabinet_secondaire=secondaire, cstm_en_cours=cstm
    )
    installe_ailleurs = zone == "hors-zone" and secondaire in (None, "hors-zone")
    eligible = secteur[0] != "nc" and installe_ailleurs and not cstm and (secteur != ("2", "aucune") or opposable)
    assert obtenus["montant"] == (600 if eligible else 0)
    assert eligible == ("motif" not in obtenus)


@pytest.mark.normes("C3.2B-07")
def test_le_tarif_opposable_n_est_demande_qu_au_secteur_2_sans_optam() -> None:
    sans_option = {"secteur": "2", "zone": "hors-zone", "option_tarifaire": "aucune"}
    assert [e["champ"] for e in erreurs({"annee": 2026, "entree": {"medecin": sans_option, "demi_journees": {"2026-05": 1}}})] == [
        "entree.tarif_opposable"
    ]
    assert resultats({"2026-05": 1}, {**sans_option, "option_tarifaire": "optam"})["montant"] == 200
    assert resultats({"2026-05": 1}, AILLEURS)["montant"] == 200


def test_une_ligne_par_mois_paye_sans_date() -> None:
    cas = {"annee": 2026, "entree": {"medecin": AILLEURS, "demi_journees": {"2026-11": 9, "2026-03": 1, "2026-04": 0}}}
    lignes = repondre(NOM, cas)["lignes"]
    assert [(ligne["libelle"][-7:], ligne["montant"], ligne["base"]) for ligne in lignes] == [
        ("03/2026", 200, "1 demi-journée"), ("11/2026", 1200, "6 demi-journées"),
    ]  # fmt: skip
    assert all(ligne["date_versement"] is None for ligne in lignes)


def test_la_proposition_ne_publie_pas_de_montant() -> None:
    cas = {"annee": 2026, "texte": "proposition-2024-02-08", "entree": {"medecin": AILLEURS, "demi_journees": {"2026-05": 3}}}
    reponse = repondre(NOM, cas)
    assert reponse["resultats"]["montant"] is None
    assert [ligne["etat"] for ligne in reponse["lignes"]] == ["non publié"]


@pytest.mark.parametrize("mois", ["2026-00", "2026-13", "2026-1", "janvier", "26-01", "2026-01-01", ""])
def test_un_mois_illisible(mois: str) -> None:
    cas = {"annee": 2026, "entree": {"medecin": AILLEURS, "demi_journees": {mois: 1}}}
    assert [e["attendu"] for e in erreurs(cas)] == ["un mois AAAA-MM"]


@pytest.mark.parametrize("nombre", [-1, 1.5, "3", True, None])
def test_un_nombre_qui_n_en_est_pas_un(nombre: Any) -> None:
    cas = {"annee": 2026, "entree": {"medecin": AILLEURS, "demi_journees": {"2026-05": nombre}}}
    assert [e["champ"] for e in erreurs(cas)] == ["entree.demi_journees.2026-05"]


@pytest.mark.parametrize("mois", MOIS_DE_2026)
def test_deux_demi_journees_par_jour_au_plus(mois: str) -> None:
    maximum = 2 * monthrange(2026, int(mois[5:]))[1]
    assert resultats({mois: maximum})["demi_journees_retenues"] == 6
    cas = {"annee": 2026, "entree": {"medecin": AILLEURS, "demi_journees": {mois: maximum + 1}}}
    assert [e["attendu"] for e in erreurs(cas)] == [f"au plus {maximum}"]


def test_toutes_les_fautes_en_une_fois() -> None:
    cas = {"annee": 2026, "entree": {"medecin": AILLEURS, "demi_journees": {"2025-12": 99, "2026-14": 1, "2027-01": 2}}}
    assert [(e["champ"], e["message"]) for e in erreurs(cas)] == [
        ("entree.demi_journees.2025-12", "ce mois n'est pas de l'exercice"),
        ("entree.demi_journees.2025-12", "trop de demi-journées pour un mois"),
        ("entree.demi_journees.2026-14", "ce mois n'est pas lisible"),
        ("entree.demi_journees.2027-01", "ce mois n'est pas de l'exercice"),
    ]
    rien = {"annee": 2026, "entree": {"medecin": {}, "demi_journees": {"2026-05": 1}}}
    assert {e["champ"] for e in erreurs(rien)} == {"entree.medecin.secteur", "entree.medecin.zone"}
    assert {e["champ"] for e in erreurs({"entree": {"medecin": {}}})} == {"entree.demi_journees"}
