"""OPTAM on generated cases: the premium falls with the gap, rates stay within their bounds, shares against exact fractions."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from convmed.dispositifs.contrat import repondre
from convmed.dispositifs.optam import simuler

NOM = "optam"
euros = st.integers(0, 100_000_000).map(lambda centimes: centimes / 100)
charges = st.integers(0, 10_000).map(lambda dix_milliemes: dix_milliemes / 10_000)
ecarts = st.integers(-50_000, 150_000).map(lambda dix_milliemes: dix_milliemes / 10_000)
taux = st.integers(0, 1_500_000).map(lambda millioniemes: millioniemes / 1_000_000)
parts = st.integers(0, 1_000_000).map(lambda millioniemes: millioniemes / 1_000_000)
tables = st.dictionaries(st.sampled_from(["Bretagne", "Corse", "Île-de-France", "Normandie", "Occitanie"]), taux, min_size=1)


def resultats(entree: dict[str, Any], annee: int = 2026) -> dict[str, Any]:
    obtenus: dict[str, Any] = repondre(NOM, {"annee": annee, "entree": entree})["resultats"]
    return obtenus


def prime(honoraires: float, taux_de_charges: float, ecart: float) -> dict[str, Any]:
    entree = {"calcul": "prime", "honoraires_opposables": honoraires, "taux_de_charges": taux_de_charges, "ecart_points": ecart}
    return resultats(entree)


@given(euros, charges, ecarts, ecarts)
def test_la_prime_decroit_avec_l_ecart(honoraires: float, taux_de_charges: float, un: float, autre: float) -> None:
    petit, grand = sorted((un, autre))
    pres, loin = prime(honoraires, taux_de_charges, petit), prime(honoraires, taux_de_charges, grand)
    assert pres["niveau"] >= loin["niveau"]
    assert pres["montant"] >= loin["montant"]


@given(euros, charges, ecarts)
def test_la_prime_est_arrondie_une_fois_au_centime(honoraires: float, taux_de_charges: float, ecart: float) -> None:
    lue = prime(honoraires, taux_de_charges, ecart)
    exacte = Fraction(str(honoraires)) * Fraction(str(taux_de_charges)) * Fraction(str(lue["niveau"])) * 100
    assert lue["montant"] == (2 * exacte + 1) // 2 / 100


@given(tables)
def test_les_taux_regionaux_entre_plancher_et_plafond(table: dict[str, float]) -> None:
    lus = resultats({"calcul": "taux-regionaux", "taux": table})
    bas, haut = min(table.values()), max(table.values())
    assert abs(lus["plancher"] - (bas + 0.10)) < 1e-6
    assert abs(lus["plafond"] - (haut - 0.05)) < 1e-6
    assert lus["croisement"] is (lus["plancher"] > lus["plafond"])
    if lus["croisement"]:
        assert set(lus["taux"].values()) == {lus["plancher"]}
        return
    for region, avant in table.items():
        apres = lus["taux"][region]
        assert lus["plancher"] <= apres <= lus["plafond"]
        assert apres == avant or not lus["plancher"] <= avant <= lus["plafond"]


@given(tables)
def test_l_ordre_des_regions_est_garde(table: dict[str, float]) -> None:
    apres = resultats({"calcul": "taux-regionaux", "taux": table})["taux"]
    rangees = sorted(table, key=lambda region: table[region])
    assert [apres[region] for region in rangees] == sorted(apres.values())


@given(st.lists(st.tuples(st.integers(1, 10**8), st.integers(0, 10**8)), min_size=2, max_size=2))
def test_le_taux_est_la_moyenne_des_rapports(annees: list[tuple[int, int]]) -> None:
    activite = [
        {"annee": 2022 + rang, "honoraires_remboursables": base / 100, "depassements": dep / 100, "honoraires_opposables": 0}
        for rang, (base, dep) in enumerate(annees)
    ]
    lu = resultats({"calcul": "taux-engagement", "activite": activite})["taux_depassement"]
    exact = min(Fraction(1), sum(Fraction(dep, base) for base, dep in annees) / 2)
    assert abs(Fraction(str(lu)) - exact) <= Fraction(3, 2_000_000)


@given(taux, parts, taux, parts)
def test_le_respect_est_strict_si_et_seulement_si_les_deux_taux_tiennent(td: float, to: float, td_vu: float, to_vu: float) -> None:
    lus = resultats({
        "calcul": "suivi", "engagement": {"taux_depassement": td, "taux_opposable": to},
        "observe": {"taux_depassement": td_vu, "taux_opposable": to_vu},
    })  # fmt: skip
    assert (lus["niveau_respect"] == "strict") is (td_vu <= td and to_vu >= to) is lus["respecte"]
    assert lus["risque_de_resiliation"] is (lus["ecart"] > 10)
    assert lus["risque_de_resiliation"] is (lus["distances"]["resiliation"] < 0)


@given(euros, euros, euros)
def test_moins_on_respecte_moins_on_garde(avant: float, hausse: float, depassements: float) -> None:
    apres, totaux = round(avant + hausse, 2), round(avant + depassements, 2)
    assume(avant > 0 and apres <= 1_000_000 and totaux <= 1_000_000)
    entree = {"calcul": "partage-de-gains", "base_avant": avant, "base_apres": apres, "honoraires_totaux": totaux}
    strict, moyen, nul = (resultats({**entree, "niveau_respect": n}) for n in ("strict", "1-5", "plus-de-5"))
    assert strict["taux_depassement"] >= moyen["taux_depassement"] >= nul["taux_depassement"]
    assert strict["hausse"] >= strict["gain_conserve"] >= moyen["gain_conserve"] >= nul["gain_conserve"] == 0
    assert strict["taux_depassement"] <= strict["taux_depassement_avant"]


@given(euros, charges, ecarts, st.integers(0, 500), euros, euros)
def test_quitter_et_rester_s_opposent(honoraires: float, taux_de_charges: float, ecart: float, nombre: int, avec: float, sans: float) -> None:
    situation = {
        "medecin": {"secteur": "2", "option_tarifaire": "optam", "specialite": "05"}, "honoraires_opposables": honoraires,
        "taux_de_charges": taux_de_charges, "ecart_points": ecart, "depassements_avec_option": avec, "depassements_sans_option": sans,
        "actes": [{"nombre": nombre, "tarif_option": 30, "tarif_hors_option": 23}],
    }  # fmt: skip
    rester, quitter = simuler({**situation, "choix": "rester"}), simuler({**situation, "choix": "quitter"})
    assert rester["ecart_annuel"] == -quitter["ecart_annuel"]
    centimes = sum(round(poste["ecart"] * 100) for poste in rester["postes"])
    assert round(rester["ecart_annuel"] * 100) == centimes
