"""Demographic contracts: amounts against exact fractions, dates, and the choice of 2026 to keep or to leave."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convmed.dispositifs.contrat import CasRefuses, repondre

NOM = "contrats-demographiques"
CAIM = {
    "calcul": "montant", "contrat": "caim", "date_adhesion": "2025-03-15", "demi_journees_par_semaine": 8,
    "majoration_ars": False, "hopital_proximite": False,
}  # fmt: skip
COTRAM = {
    "calcul": "montant", "contrat": "cotram", "date_adhesion": "2024-01-01", "secteur": "1", "honoraires": 150000,
    "majoration_ars": False,
}  # fmt: skip
COSCOM = {
    "calcul": "montant", "contrat": "coscom", "date_adhesion": "2024-01-01", "secteur": "1", "hopital_proximite": False,
    "majoration_ars": False, "mois_stagiaire": 0,
}  # fmt: skip
CSTM = {**COTRAM, "contrat": "cstm"}
CHOIX_COSCOM = {**COSCOM, "calcul": "decision", "date_adhesion": "2025-01-01", "zone": "zip", "fmt_socle": 60000}
CHOIX_CSTM = {
    **CSTM, "calcul": "decision", "honoraires": 30000, "zone": "hors-zone", "demi_journees_par_mois": 4,
    "intervient_en_zip": True, "conditions_remplies": True,
}  # fmt: skip


def resultats(entree: dict[str, Any], annee: int = 2026, **cas: Any) -> dict[str, Any]:
    obtenus: dict[str, Any] = repondre(NOM, {"annee": annee, "entree": entree, **cas})["resultats"]
    return obtenus


def champs_refuses(entree: dict[str, Any], annee: int = 2026) -> set[str]:
    with pytest.raises(CasRefuses) as refus:
        repondre(NOM, {"annee": annee, "entree": entree})
    return {erreur["champ"] for erreur in refus.value.erreurs}


def au_centime(exact: Fraction) -> float:
    """Round half up to the cent with `decimal`, which the rules do not use."""
    milliemes = Decimal(exact.numerator) / Decimal(exact.denominator)
    return float(milliemes.quantize(Decimal("0.01"), ROUND_HALF_UP))


# --- what a running contract pays


@pytest.mark.parametrize(
    ("demi_journees", "aide", "majoree"),
    [(4, 0, 0), (5, 31250, 37500), (6, 37500, 45000), (7, 43750, 52500), (8, 50000, 60000), (10, 50000, 60000)],
)
def test_les_montants_publies_du_caim(demi_journees: int, aide: int, majoree: int) -> None:
    entree = {**CAIM, "demi_journees_par_semaine": demi_journees}
    assert resultats(entree)["aide_totale"] == aide
    assert resultats({**entree, "majoration_ars": True})["aide_totale"] == majoree
    assert resultats({**entree, "hopital_proximite": True})["aide_totale"] == (aide + 2500 if aide else 0)


def test_le_caim_est_verse_en_deux_fois() -> None:
    verses = {annee: resultats(CAIM, annee)["montant"] for annee in range(2024, 2031)}
    assert verses == {2024: 0, 2025: 25000, 2026: 25000, 2027: 0, 2028: 0, 2029: 0, 2030: 0}
    assert sum(verses.values()) == resultats(CAIM)["aide_totale"]


@pytest.mark.parametrize(("sortie", "montant", "restitution"), [
    ("2026-03-15", 0, 20000.0), ("2026-03-16", 25000, 39166.67), ("2026-04-15", 25000, 39166.67), ("2030-03-15", 25000, 0),
])  # fmt: skip
def test_le_caim_rompu(sortie: str, montant: float, restitution: float) -> None:
    """Boundaries: on the day of the second payment it is lost, the day after it is paid; nothing is due at the term."""
    obtenus = resultats({**CAIM, "date_resiliation": sortie})
    assert (obtenus["montant"], obtenus["restitution"]) == (montant, restitution)


@given(
    honoraires=st.integers(0, 100_000_000).map(lambda centimes: centimes / 100),
    part=st.integers(0, 10_000),
    debut=st.dates(dt.date(2023, 1, 2), dt.date(2025, 12, 31)),
)
def test_le_cotram_au_prorata_est_arrondi_une_fois(honoraires: float, part: int, debut: dt.date) -> None:
    obtenu = resultats(
        {**COTRAM, "secteur": "2", "part_opposable": part / 10_000, "honoraires": honoraires, "date_adhesion": debut.isoformat()},
        annee=debut.year,
    )
    annee_entiere = min(Fraction(str(honoraires)) / 10, Fraction(20000))
    fin = dt.date(debut.year, 12, 31)
    jours, annee = (fin - debut).days + 1, fin.timetuple().tm_yday
    assert obtenu["montant"] == au_centime(annee_entiere * Fraction(part, 10_000) * jours / annee)


@pytest.mark.parametrize(("honoraires", "aide"), [(199_999.9, 19_999.99), (200_000, 20_000), (200_000.1, 20_000)])
def test_le_plafond_du_cotram_et_sa_majoration(honoraires: float, aide: float) -> None:
    assert resultats({**COTRAM, "honoraires": honoraires})["montant"] == aide
    majore = resultats({**COTRAM, "honoraires": honoraires, "majoration_ars": True})["montant"]
    assert majore == pytest.approx(aide * 1.2, abs=0.005)
    assert majore <= 24_000


@pytest.mark.parametrize(("jour", "taux", "plafond"), [("2019-02-09", 0.10, 20000), ("2019-02-10", 0.25, 50000)])
def test_le_cstm_et_l_avenant_6(jour: str, taux: float, plafond: int) -> None:
    for honoraires in (10_000, 1_000_000):
        entree = {**CSTM, "date_adhesion": "2018-01-01", "honoraires": honoraires}
        obtenu = repondre(NOM, {"date": jour, "entree": entree})["resultats"]["montant"]
        assert obtenu == min(honoraires * taux, plafond)


@pytest.mark.parametrize("secteur", ["1", "2"])
def test_le_coscom(secteur: str) -> None:
    part = 1 if secteur == "1" else 0.5
    entree = {**COSCOM, "secteur": secteur, "part_opposable": 0.5, "hopital_proximite": True, "mois_stagiaire": 4}
    assert resultats(entree)["montant"] == (5000 + 1250 + 4 * 300) * part
    assert resultats({**entree, "majoration_ars": True})["montant"] == (6000 + 1500 + 4 * 360) * part


@pytest.mark.normes("C3.2A-13")
@pytest.mark.parametrize(("annee", "montant"), [(2023, 0), (2024, 5000), (2026, 5000), (2027, 0)])
def test_un_contrat_va_a_son_terme(annee: int, montant: int) -> None:
    """Hold: a contract signed for three years in 2024 still pays in 2026, and no more in 2027."""
    assert resultats(COSCOM, annee)["montant"] == montant
    assert resultats(COSCOM, annee)["terme"] == "2027-01-01"
    renouvele = {**COSCOM, "date_terme": "2030-01-01"}
    assert resultats(renouvele, 2027)["montant"] == 5000


@pytest.mark.normes("C3.2B-10")
def test_le_cstm_n_a_pas_de_terme() -> None:
    assert resultats({**CSTM, "date_adhesion": "2017-06-01"}, 2029)["montant"] == 37500
    assert resultats(CSTM)["terme"] is None


def test_un_contrat_resilie_ne_paie_que_ses_jours() -> None:
    obtenu = resultats({**COSCOM, "date_resiliation": "2026-07-01"})["montant"]
    assert obtenu == au_centime(Fraction(5000 * 181, 365))
    assert resultats({**COSCOM, "date_resiliation": "2026-01-01"})["montant"] == 0


# --- the closing


@pytest.mark.normes("C3.2A-12", "C3.2B-09")
@pytest.mark.parametrize("contrat", [CAIM, COTRAM, COSCOM, CSTM])
@pytest.mark.parametrize(("jour", "situation"), [("2025-12-31", "en-cours"), ("2026-01-01", "souscription-close")])
def test_le_dernier_jour_pour_signer(contrat: dict[str, Any], jour: str, situation: str) -> None:
    obtenus = resultats({**contrat, "date_adhesion": jour})
    assert obtenus["situation"] == situation
    if situation == "souscription-close":
        assert obtenus["montant"] == 0
        assert "31/12/2025" in obtenus["motif"]


def test_un_contrat_ferme_ne_demande_rien_d_autre() -> None:
    assert resultats({"calcul": "montant", "contrat": "cstm", "date_adhesion": "2026-01-01"})["montant"] == 0


SIGNATURES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "caim": (
        {"secteur": "1", "zone": "zip", "demi_journees_par_semaine": 5, "date_installation": "2024-06-02",
         "exercice_coordonne": True, "permanence_des_soins": True, "autre_contrat": False},
        {"secteur": "nc", "zone": "zac", "demi_journees_par_semaine": 4, "date_installation": "2024-06-01",
         "exercice_coordonne": False, "permanence_des_soins": False, "autre_contrat": True},
    ),
    "cotram": (
        {"zone": "zip", "date_naissance": "1965-06-01", "date_naissance_accueilli": "1975-06-02",
         "date_installation_accueilli": "2024-06-02", "autre_contrat": False},
        {"zone": "zac", "date_naissance": "1965-06-02", "date_naissance_accueilli": "1975-06-01",
         "date_installation_accueilli": "2024-06-01", "autre_contrat": True},
    ),
    "coscom": (
        {"zone": "zip", "exercice_coordonne": True, "autre_contrat": False},
        {"zone": "hors-zone", "exercice_coordonne": False, "autre_contrat": True},
    ),
    "cstm": ({"zone": "hors-zone", "jours_zip": 10}, {"zone": "zac", "jours_zip": 9}),
}  # fmt: skip


@pytest.mark.parametrize(
    ("contrat", "champ"), [(contrat, champ) for contrat, (bonnes, _) in SIGNATURES.items() for champ in bonnes]
)
def test_chaque_condition_de_signature_compte(contrat: str, champ: str) -> None:
    """Boundaries: with every condition met to the day it may be signed; with any one missed by a day, it may not."""
    bonnes, mauvaises = SIGNATURES[contrat]
    entree = {"calcul": "souscription", "contrat": contrat, "date_adhesion": "2025-06-01", **bonnes}
    assert resultats(entree, 2025) == {"ouverte": True, "eligible": True, "motifs": []}
    obtenus = resultats({**entree, champ: mauvaises[champ]}, 2025)
    assert not obtenus["eligible"]
    assert len(obtenus["motifs"]) == 1
    assert champs_refuses({**entree, champ: None}, 2025) == {f"entree.{champ}"}


# --- keep or leave


@pytest.mark.normes("C3.2-01", "C3.2A-14", "C3.2B-11")
@pytest.mark.parametrize("choix", [CHOIX_COSCOM, CHOIX_CSTM])
@pytest.mark.parametrize(("jour", "situation"), [("2025-12-31", "avant-la-date-d-effet"), ("2026-01-01", "a-decider")])
def test_le_choix_s_ouvre_en_2026(choix: dict[str, Any], jour: str, situation: str) -> None:
    reponse = repondre(NOM, {"date": jour, "entree": choix})
    assert reponse["resultats"]["situation"] == situation
    if situation == "a-decider":
        assert reponse["explication"]["resilier"]["reference"] == "art. 25 à 27-2, annexe 21"


@pytest.mark.normes("C3.2A-13")
@pytest.mark.parametrize(("adhesion", "situation"), [("2023-01-01", "echu"), ("2023-01-02", "a-decider"), ("2026-01-01", "souscription-close")])
def test_le_contrat_en_cours_au_1er_janvier_2026(adhesion: str, situation: str) -> None:
    """Hold: reading 19, the contracts running on 1 January 2026, those of after June 2024 included."""
    assert resultats({**CHOIX_COSCOM, "date_adhesion": adhesion})["situation"] == situation


@pytest.mark.normes("C3.2A-15")
@given(socle=st.integers(0, 10_000_000).map(lambda centimes: centimes / 100), mois=st.integers(1, 36))
def test_resilier_donne_dix_pour_cent_du_socle_jusqu_au_terme(socle: float, mois: int) -> None:
    terme = dt.date(2026 + mois // 12, mois % 12 + 1, 1)
    obtenus = resultats({**CHOIX_COSCOM, "fmt_socle": socle, "date_terme": terme.isoformat()})
    assert obtenus["horizon_mois"] == mois
    assert obtenus["resilier"]["montant"] == au_centime(Fraction(str(socle)) / 10 * mois / 12)
    garder, resilier = obtenus["garder"]["montant"], obtenus["resilier"]["montant"]
    assert obtenus["ecart"] == pytest.approx(abs(garder - resilier), abs=0.001)
    assert obtenus["plus_eleve"] == ("garder" if garder > resilier else "resilier" if garder < resilier else "egalite")


@pytest.mark.normes("C3.2A-16")
@given(socle=st.integers(0, 200_000), honoraires=st.integers(0, 300_000))
def test_les_deux_cotes_ne_se_cumulent_pas(socle: int, honoraires: int) -> None:
    """Hold: what is kept owes nothing to the FMT, what replaces it owes nothing to the contract."""
    choix = {**COTRAM, "calcul": "decision", "date_adhesion": "2025-01-01", "zone": "zip"}
    obtenus = resultats({**choix, "fmt_socle": socle, "honoraires": honoraires})
    assert obtenus["garder"]["montant"] == resultats({**choix, "fmt_socle": 0, "honoraires": honoraires})["garder"]["montant"]
    assert obtenus["resilier"]["montant"] == resultats({**choix, "fmt_socle": socle, "honoraires": 0})["resilier"]["montant"]
    assert obtenus["garder"]["montant"] == 2 * min(honoraires / 10, 20000)


@pytest.mark.parametrize(
    ("medecin", "ouverte"),
    [
        ({"secteur": "1", "zone": "zip"}, True),
        ({"secteur": "2", "option_tarifaire": "optam", "part_opposable": 1, "zone": "zip"}, True),
        ({"secteur": "2", "option_tarifaire": "aucune", "part_opposable": 1, "zone": "zip"}, False),
        ({"secteur": "1", "zone": "hors-zone", "qpv": True}, True),
        ({"secteur": "1", "zone": "zac"}, False),
    ],
)
def test_la_majoration_suit_la_regle_du_fmt(medecin: dict[str, Any], ouverte: bool) -> None:
    """Hold: reading 20, the general rule of the FMT and not the generalists of a ZIP alone."""
    obtenus = resultats({**CHOIX_COSCOM, **medecin})
    assert obtenus["resilier"]["montant"] == (12000 if ouverte else 0)
    assert obtenus["resilier"]["ouvre"].startswith("la majoration" if ouverte else "rien")


def test_les_figures_des_autres_dispositifs_sont_lues_chez_eux(tmp_path: Path) -> None:
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text(
        "base: en-vigueur\nfigures:\n  forfait-medecin-traitant: {taux_zone: 20}\n"
        "  consultations-avancees: {forfait_demi_journee: 300, plafond_mensuel: 3}\n", "utf-8",
    )  # fmt: skip
    assert resultats(CHOIX_COSCOM, texte=str(scenario))["resilier"]["montant"] == 24000
    assert resultats(CHOIX_CSTM, texte=str(scenario))["resilier"]["montant"] == 3 * 300 * 12


@pytest.mark.normes("C3.2B-10", "C3.2B-11", "C3.2B-12")
@given(demi_journees=st.integers(0, 30), honoraires=st.integers(0, 300_000))
def test_le_cstm_contre_les_consultations_avancees(demi_journees: int, honoraires: int) -> None:
    obtenus = resultats({**CHOIX_CSTM, "demi_journees_par_mois": demi_journees, "honoraires": honoraires})
    assert obtenus["garder"]["montant"] == min(honoraires / 4, 50000)
    assert obtenus["resilier"]["montant"] == 200 * 12 * min(demi_journees, 6)
    assert obtenus["terme"] is None


@pytest.mark.normes("C3.2B-10", "C3.2B-12")
@pytest.mark.parametrize("perdue", ["intervient_en_zip", "conditions_remplies"])
def test_le_cstm_prend_fin_avec_ses_conditions(perdue: str) -> None:
    obtenus = resultats({**CHOIX_CSTM, perdue: False})
    assert obtenus["situation"] == "conditions-perdues"
    assert (obtenus["garder"]["montant"], obtenus["resilier"]["montant"]) == (0, 9600)
    assert "prend fin" in obtenus["motif"]


@pytest.mark.normes("C3.2B-12")
def test_les_consultations_avancees_gardent_leurs_conditions() -> None:
    obtenus = resultats({**CHOIX_CSTM, "zone": "zac"})
    assert obtenus["resilier"]["montant"] == 0
    assert obtenus["plus_eleve"] == "garder"


def test_la_restitution_du_caim_est_dite_a_part() -> None:
    choix = {**CAIM, "calcul": "decision", "date_adhesion": "2024-03-15", "secteur": "1", "zone": "zip", "fmt_socle": 20000}
    obtenus = resultats(choix)
    assert (obtenus["plus_eleve"], obtenus["plus_eleve_avec_restitution"]) == ("resilier", "garder")
    assert obtenus["ecart_avec_restitution"] == pytest.approx(obtenus["resilier"]["restitution_eventuelle"] - obtenus["ecart"])
    assert "si la restitution" in obtenus["conclusion"]


def test_une_figure_non_publiee_empeche_de_conclure() -> None:
    obtenus = resultats({**CHOIX_CSTM, "majoration_ars": True})
    assert obtenus["garder"]["montant"] is None
    assert obtenus["plus_eleve"] is None
    assert "impossible" in obtenus["conclusion"]


def test_l_arbre_pose_les_questions_du_texte() -> None:
    questions = [etape["question"] for etape in resultats(CHOIX_COSCOM)["arbre"]]
    assert [mot in question for mot, question in zip(("01/01/2026", "terme", "résiliation"), questions, strict=True)] == [True] * 3
    assert all(etape["reference"] for etape in resultats(CHOIX_CSTM)["arbre"])
    conclusion = resultats(CHOIX_COSCOM)["conclusion"].replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\N{NO-BREAK SPACE}", " ")
    assert conclusion == (
        "sur 24 mois, garder rapporte 10 000,00 € et résilier 12 000,00 € : résilier rapporte le plus, de 2 000,00 €"
    )


@pytest.mark.normes("C3.2A-15")
def test_rien_ne_se_decide_sur_un_nombre_absent() -> None:
    for champ in ("fmt_socle", "zone", "secteur", "mois_stagiaire", "hopital_proximite", "majoration_ars"):
        assert f"entree.{champ}" in champs_refuses({**CHOIX_COSCOM, champ: None})
    for champ in ("demi_journees_par_mois", "intervient_en_zip", "conditions_remplies", "honoraires"):
        assert champs_refuses({**CHOIX_CSTM, champ: None}) == {f"entree.{champ}"}
    nu = {"calcul": "decision", "contrat": "cotram", "date_adhesion": "2025-01-01"}
    assert champs_refuses(nu) >= {
        "entree.honoraires", "entree.majoration_ars", "entree.secteur", "entree.zone", "entree.fmt_socle",
    }  # fmt: skip


def test_ce_qui_est_mal_ecrit_est_refuse() -> None:
    assert champs_refuses({**CAIM, "date_resiliation": "2025-03-15", "date_terme": "2025-01-01"}) == {
        "entree.date_resiliation", "entree.date_terme",
    }  # fmt: skip
    mauvais = {**COTRAM, "contrat": "ptmg", "honoraires": 10.001, "part_opposable": 0.12345, "date_adhesion": "2024-13-01"}
    assert champs_refuses(mauvais) == {
        "entree.contrat", "entree.honoraires", "entree.part_opposable", "entree.date_adhesion",
    }  # fmt: skip
    assert champs_refuses({**COTRAM, "honoraires": -1, "part_opposable": 1.5}) == {"entree.honoraires", "entree.part_opposable"}
