"""The volet de synthèse médicale against a second reading with decimals, at its thresholds, and what it refuses."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convmed.dispositifs.contrat import CasRefuses, repondre

NOM = "vsm"
SIGNE, APPLIQUE, ARBITRAL = "convention-2024", "en-vigueur", "reglement-arbitral-2023"
JUIN_2024, JUIN_2025 = "2024-06-30", "2025-06-30"


def entree(**champs: Any) -> dict[str, Any]:
    """A list of 800 patients, 200 of them in ALD, half of whom have a VSM, never paid, unless the test says otherwise."""
    base = {"date_resultats": JUIN_2024, "patients_ald": 200, "vsm_dmp": 100, "vsm_structures": 0, "pmt": 800}
    return base | {"deja_percu": False} | champs


def resultats(texte: str = SIGNE, **champs: Any) -> dict[str, Any]:
    lus: dict[str, Any] = repondre(NOM, {"texte": texte, "entree": entree(**champs)})["resultats"]
    return lus


def erreurs(lue: dict[str, Any], **reste: Any) -> set[str]:
    with pytest.raises(CasRefuses) as refus:
        repondre(NOM, {"texte": SIGNE, "entree": lue, **reste})
    return {erreur["champ"] for erreur in refus.value.erreurs}


def seconde_lecture(lue: dict[str, Any]) -> Decimal:
    """Read the circulaire 3.3 B with exact fractions; one rounding, half up, at the end."""
    if not lue["patients_ald"]:
        return Decimal(0)
    part = Fraction(lue["vsm_dmp"], lue["patients_ald"])
    palier = 3_000 if part >= Fraction(9, 10) else 1_500 if part >= Fraction(1, 2) else 0
    majoration = Fraction(6, 5) if lue["vsm_structures"] > Fraction(lue["vsm_dmp"], 3) else 1
    part_versee = Fraction(9, 10) if lue["date_resultats"] == JUIN_2025 else 1
    exact = palier * Fraction(lue["pmt"], 800) * majoration * part_versee
    # The denominators are powers of 2 and 5: the decimal is exact.
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(Decimal("0.01"), ROUND_HALF_UP)


@st.composite
def medecins(tirer: st.DrawFn) -> dict[str, Any]:
    ald = tirer(st.integers(0, 1_000))
    seuils = [ald // 2, -(-ald // 2), ald * 9 // 10, -(-ald * 9 // 10), ald]
    dmp = tirer(st.sampled_from(seuils) | st.integers(0, ald))
    structures = tirer(st.sampled_from([dmp // 3, min(dmp, dmp // 3 + 1), dmp]) | st.integers(0, dmp))
    return {
        "date_resultats": tirer(st.sampled_from([JUIN_2024, JUIN_2025])),
        "patients_ald": ald,
        "vsm_dmp": dmp,
        "vsm_structures": structures,
        "pmt": tirer(st.integers(0, 3_000) | st.just(100_000)),
    }


@pytest.mark.normes("C3.3B-04", "C3.3B-05", "C3.3B-08", "C3.3B-10", "C3.3B-12", "C3.3B-14")
@given(lue=medecins())
def test_le_forfait_dit_comme_la_seconde_lecture(lue: dict[str, Any]) -> None:
    reponse = repondre(NOM, {"texte": SIGNE, "entree": lue | {"deja_percu": False}})
    assert Decimal(str(reponse["resultats"]["montant"])) == seconde_lecture(lue)
    assert [ligne["montant"] for ligne in reponse["lignes"]] == [reponse["resultats"]["montant"]]
    assert ("motif" in reponse["resultats"]) == (reponse["resultats"]["montant"] == 0)


@pytest.mark.normes("C3.3B-03", "C3.3B-13")
@given(lue=medecins(), centimes=st.integers(1, 800_000))
def test_un_medecin_deja_paye_ne_touche_que_la_progression(lue: dict[str, Any], centimes: int) -> None:
    """One forfait at most, complement included: what was paid and the complement never pass the forfait of 2025."""
    percu = Decimal(centimes) / 100
    montant = Decimal(str(resultats(**lue | {"deja_percu": float(percu)})["montant"]))
    attendu = seconde_lecture(lue) - percu if lue["date_resultats"] == JUIN_2025 else Decimal(0)
    assert montant == max(Decimal(0), attendu)


@pytest.mark.normes("C3.3B-04", "C3.3B-05", "C3.3B-06", "C3.3B-07", "C3.3B-09")
@pytest.mark.parametrize(("dmp", "montant"), [(0, 0), (99, 0), (100, 1500), (179, 1500), (180, 3000), (200, 3000)])
@pytest.mark.parametrize("texte", [SIGNE, APPLIQUE])
def test_les_deux_paliers_sont_inclus_meme_sans_vsm_structure(dmp: int, montant: int, texte: str) -> None:
    assert resultats(texte, vsm_dmp=dmp)["montant"] == montant


@pytest.mark.normes("C3.3B-10", "C3.3B-11")
@pytest.mark.parametrize(("dmp", "structures", "montant"), [(180, 60, 3000), (180, 61, 3600), (100, 33, 1500), (100, 34, 1800),
                                                            (101, 33, 1500), (102, 34, 1500), (102, 35, 1800)])  # fmt: skip
def test_plus_d_un_tiers_strictement(dmp: int, structures: int, montant: int) -> None:
    assert resultats(vsm_dmp=dmp, vsm_structures=structures)["montant"] == montant


@pytest.mark.normes("C3.3B-08")
@pytest.mark.parametrize(("pmt", "montant"), [(0, 0), (1, 1.88), (400, 750), (800, 1500), (801, 1501.88), (8000, 15000)])
def test_la_ponderation_n_a_ni_plancher_ni_plafond(pmt: int, montant: float) -> None:
    assert resultats(pmt=pmt)["montant"] == montant


@pytest.mark.normes("C3.3B-12", "C3.3B-14", "C3.3B-15")
def test_les_deux_dates_de_resultats_et_nulle_autre() -> None:
    assert resultats(date_resultats=JUIN_2024)["montant"] == 1500
    assert resultats(date_resultats=JUIN_2025)["montant"] == 1350
    for date in ("2024-06-29", "2024-07-01", "2025-06-29", "2025-07-01", "2026-06-30"):
        assert erreurs(entree(date_resultats=date)) == {"entree.date_resultats"}


def test_l_exercice_vient_de_la_date_des_resultats() -> None:
    reponse = repondre(NOM, {"texte": SIGNE, "entree": entree(date_resultats=JUIN_2025)})
    assert (reponse["annee"], reponse["lignes"][0]["annee"]) == (2025, 2025)
    assert reponse["lignes"][0]["references"][0] == "art. 28 et 29"


@pytest.mark.normes("C3.3B-02", "C3.3B-03")
@pytest.mark.parametrize(("percu", "montant"), [(False, 1500), (0, 1500), (0.0, 1500), (True, 0), (0.01, 0), (1500, 0), (90, 0)])
def test_deja_percu_ferme_le_forfait_de_2024(percu: Any, montant: int) -> None:
    lus = resultats(deja_percu=percu)
    assert (lus["montant"], lus["complement"], lus["forfait"]) == (montant, None, 1500)
    assert repondre(NOM, {"entree": {"date_resultats": JUIN_2024, "deja_percu": True}})["resultats"]["montant"] == 0


@pytest.mark.normes("C3.3B-13")
@pytest.mark.parametrize(
    ("percu", "montant", "complement", "etat"),
    [(1500, 1200, 1200, "dû"), (2699.99, 0.01, 0.01, "dû"), (2700, 0, 0, "sans objet"), (3000, 0, 0, "sans objet"),
     (True, 0, None, "incomplet"), (False, 2700, None, "dû")],
)  # fmt: skip
def test_le_complement_de_2025(percu: Any, montant: float, complement: float | None, etat: str) -> None:
    reponse = repondre(NOM, {"texte": SIGNE, "entree": entree(vsm_dmp=180, date_resultats=JUIN_2025, deja_percu=percu)})
    assert (reponse["resultats"]["montant"], reponse["resultats"]["complement"]) == (montant, complement)
    [ligne] = reponse["lignes"]
    assert (ligne["etat"], ligne["confiance"]) == (etat, "officiel" if percu is False else "deduit")
    assert ligne["montant"] == (None if percu is True else montant)


@pytest.mark.normes("C3.3B-13")
def test_un_complement_inconnu_est_nul_si_les_resultats_ne_valent_rien() -> None:
    reponse = repondre(NOM, {"texte": SIGNE, "entree": entree(vsm_dmp=99, date_resultats=JUIN_2025, deja_percu=True)})
    assert (reponse["resultats"]["montant"], reponse["lignes"][0]["etat"]) == (0, "sans objet")


def test_les_autres_textes_ne_chiffrent_pas_ce_forfait() -> None:
    for texte in (ARBITRAL, "proposition-2024-02-08", "convention-2016"):
        reponse = repondre(NOM, {"texte": texte, "entree": entree()})
        assert (reponse["resultats"]["montant"], reponse["lignes"][0]["etat"]) == (None, "non publié")


# --- refusals


def test_ce_dont_le_calcul_n_a_pas_besoin_n_est_pas_demande() -> None:
    sans_ald = {"date_resultats": JUIN_2024, "patients_ald": 0, "deja_percu": False}
    assert repondre(NOM, {"entree": sans_ald})["resultats"]["montant"] == 0
    sous_le_palier = {"date_resultats": JUIN_2024, "patients_ald": 10, "vsm_dmp": 4, "deja_percu": False}
    assert repondre(NOM, {"entree": sous_le_palier})["resultats"]["montant"] == 0


@pytest.mark.normes("C3.3B-02")
def test_tout_ce_qui_manque_est_demande_a_la_fois() -> None:
    champs = ("deja_percu", "patients_ald", "vsm_dmp", "vsm_structures", "pmt")
    assert erreurs({"date_resultats": JUIN_2024}) == {f"entree.{champ}" for champ in champs}
    for champ in champs:
        assert erreurs({cle: valeur for cle, valeur in entree().items() if cle != champ}) == {f"entree.{champ}"}
        assert erreurs(entree() | {champ: None}) == {f"entree.{champ}"}
    assert erreurs({}) == {"entree.date_resultats"}


@pytest.mark.parametrize(
    ("champs", "fautifs"),
    [
        ({"vsm_dmp": 201}, {"vsm_dmp"}),
        ({"vsm_structures": 101}, {"vsm_structures"}),
        ({"patients_ald": -1, "pmt": 1.5, "vsm_dmp": True}, {"patients_ald", "pmt", "vsm_dmp"}),
        ({"pmt": 100_001, "deja_percu": "oui"}, {"pmt", "deja_percu"}),
        ({"deja_percu": -0.01}, {"deja_percu"}),
        ({"deja_percu": 12.345}, {"deja_percu"}),
        ({"deja_percu": float("nan")}, {"deja_percu"}),
        ({"deja_percu": float("inf")}, {"deja_percu"}),
        ({"deja_percu": [1]}, {"deja_percu"}),
        ({"date_resultats": "30/06/2024", "taux": 1}, {"date_resultats", "taux"}),
        ({"date_resultats": "2025-02-30"}, {"date_resultats"}),
    ],
)
def test_une_entree_mal_formee_est_refusee_en_entier(champs: dict[str, Any], fautifs: set[str]) -> None:
    assert erreurs(entree(**champs)) == {f"entree.{champ}" for champ in fautifs}
