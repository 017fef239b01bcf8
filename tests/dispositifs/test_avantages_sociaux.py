"""Social advantages: the months of a leave, and the part of contributions against the published formulas."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convmed.dispositifs.contrat import CasRefuses, repondre

NOM = "avantages-sociaux"
TEXTES = ["convention-2016", "reglement-arbitral-2023", "convention-2024", "en-vigueur", "proposition-2024-02-08"]
CONGE = {"calcul": "maternite", "secteur": "1", "demi_journees_par_semaine": 8, "date_debut_arret": "2026-04-10", "mois": 3}
PASS_2026 = 48060
PALIERS_MALADIE = [(20, "0"), (40, "1.5"), (60, "4"), (110, "6.5"), (200, "7.7"), (300, "8.5")]
CENTIME = Decimal("0.01")

assiettes = st.integers(0, 50_000_000).map(lambda centimes: centimes / 100)


def resultats(entree: dict[str, Any], **cas: Any) -> dict[str, Any]:
    obtenus: dict[str, Any] = repondre(NOM, {"entree": entree, **cas})["resultats"]
    return obtenus


def participation(assiette: float, annee: int = 2026, depassements: float = 0, **champs: Any) -> dict[str, Any]:
    revenus = {
        "assiette_sociale": assiette, "chiffre_affaires": 1_000_000, "recettes_conventionnees": 1_000_000,
        "depassements": depassements,
    }  # fmt: skip
    return resultats({"calcul": "cotisations", "secteur": "1", "revenus": {**revenus, **champs}}, annee=annee)


def champs_refuses(entree: dict[str, Any], annee: int = 2026) -> set[str]:
    with pytest.raises(CasRefuses) as refus:
        repondre(NOM, {"annee": annee, "entree": entree})
    return {erreur["champ"] for erreur in refus.value.erreurs}


def arrondi(exact: Fraction, pas: Decimal = CENTIME) -> Decimal:
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(pas, ROUND_HALF_UP)


def en_ligne_droite(assiette: Fraction, paliers: list[tuple[int, str]]) -> Decimal:
    """Return the rate (in %) of the published steps, rounded to the hundredth."""
    part = 100 * assiette / PASS_2026
    if part <= paliers[0][0]:
        return Decimal(paliers[0][1])
    for (bas, taux_bas), (haut, taux_haut) in pairwise(paliers):
        if part <= haut:
            pente = (Fraction(taux_haut) - Fraction(taux_bas)) / (haut - bas)
            return arrondi(Fraction(taux_bas) + pente * (part - bas))
    return Decimal(paliers[-1][1])


# --- maternity, paternity, adoption


@pytest.mark.normes("C14.5-05")
@pytest.mark.parametrize(("secteur", "option"), [("1", None), ("2", "optam"), ("2", "optam-aco"), ("2", "aucune")])
@pytest.mark.parametrize(
    ("demi_journees", "rang"), [(14, 0), (8, 0), (7.9, 1), (6, 1), (5.9, 2), (4, 2), (3.9, 3), (0, 3)]
)
def test_les_quotites(secteur: str, option: str | None, demi_journees: float, rang: int) -> None:
    """Boundaries: eight, six and four half-days, and just under each."""
    entree = {**CONGE, "secteur": secteur, "option_tarifaire": option, "demi_journees_par_semaine": demi_journees}
    libre = (secteur, option) == ("2", "aucune")
    maternite = ([2066, 1550, 1033, 0] if libre else [3100, 2325, 1550, 0])[rang]
    paternite = ([1488, 1116, 744, 0] if libre else [2232, 1674, 1116, 0])[rang]
    assert resultats(entree)["montant"] == 3 * maternite
    assert resultats({**entree, "calcul": "paternite"})["montant"] == paternite
    assert resultats({**entree, "calcul": "adoption", "parent": "mere"})["montant"] == 3 * maternite
    assert resultats({**entree, "calcul": "adoption", "parent": "pere"})["montant"] == paternite


@pytest.mark.normes("C14.5-05")
@given(debut=st.dates(dt.date(2017, 10, 29), dt.date(2030, 12, 31)), mois=st.integers(1, 12))
def test_les_mois_civils_qui_suivent(debut: dt.date, mois: int) -> None:
    reponse = repondre(NOM, {"entree": {**CONGE, "date_debut_arret": debut.isoformat(), "mois": mois}, "annee": 2026})
    dates = [dt.date.fromisoformat(ligne["date_versement"]) for ligne in reponse["lignes"]]
    assert len(dates) == reponse["resultats"]["mois"] == min(mois, 3)
    rangs = [date.year * 12 + date.month - debut.year * 12 - debut.month for date in dates]
    assert rangs == list(range(1, len(dates) + 1))
    assert all((date + dt.timedelta(days=1)).day == 1 for date in dates)
    assert all(ligne["annee"] == date.year for ligne, date in zip(reponse["lignes"], dates, strict=True))
    assert ("precision" in reponse["resultats"]) == (mois > 3)


@pytest.mark.parametrize(
    ("jour", "maternite", "paternite"),
    [("2017-10-28", 0, 0), ("2017-10-29", 3100, 1116), ("2022-03-31", 3100, 1116), ("2022-04-01", 3100, 2232)],
)
def test_les_avenants_3_et_9(jour: str, maternite: int, paternite: int) -> None:
    assert resultats({**CONGE, "date_debut_arret": jour})["montant_mensuel"] == maternite
    obtenus = resultats({**CONGE, "calcul": "paternite", "date_debut_arret": jour})
    assert obtenus["montant_mensuel"] == paternite
    assert obtenus["mois"] == (1 if paternite else 0)


@pytest.mark.normes("C14.5-05")
@pytest.mark.parametrize("champs", [{"remplacant": True}, {"secteur": "nc"}, {"demi_journees_par_semaine": 3}])
def test_qui_n_a_pas_l_aide(champs: dict[str, Any]) -> None:
    reponse = repondre(NOM, {"entree": {**CONGE, **champs}})
    assert reponse["resultats"]["montant"] == reponse["resultats"]["mois"] == 0
    assert [ligne["etat"] for ligne in reponse["lignes"]] == ["sans objet"]
    assert "14.5" in reponse["resultats"]["motif"]


def test_un_montant_deduit_se_dit() -> None:
    paternite = {**CONGE, "calcul": "paternite", "secteur": "2", "option_tarifaire": "aucune"}
    for demi_journees, confiance in ((8, "officiel"), (4, "deduit")):
        lignes = repondre(NOM, {"entree": {**paternite, "demi_journees_par_semaine": demi_journees}})["lignes"]
        assert [ligne["confiance"] for ligne in lignes] == [confiance]


# --- the part of contributions


@pytest.mark.normes("C14.5-04")
@given(assiette=assiettes, part_de_depassements=st.integers(0, 100))
def test_les_formules_de_la_participation(assiette: float, part_de_depassements: int) -> None:
    """Hold: the four published formulas, written a second time with fractions."""
    exacte, depassements = Fraction(str(assiette)), 10_000 * part_de_depassements
    obtenus = participation(assiette, depassements=depassements)
    nette = Fraction(str(arrondi(exacte * (100 - part_de_depassements) / 100)))
    assert Decimal(str(obtenus["assiette_participation"])) == Decimal(float(nette)).quantize(CENTIME)
    taux = en_ligne_droite(exacte, PALIERS_MALADIE)
    assert Decimal(str(obtenus["taux_maladie"])) == (taux / 100).normalize()
    if exacte <= 3 * PASS_2026:
        reste = max(Fraction(str(taux)) - Fraction("0.1"), Fraction(0))
        assert Decimal(str(obtenus["maladie"])) == arrondi(nette * reste / 100)
    else:
        due = arrondi(Fraction(3 * PASS_2026) * Fraction("0.085")) + arrondi((exacte - 3 * PASS_2026) * Fraction("0.065"))
        attendu = arrondi(nette * Fraction(str(due)) / exacte) - arrondi(nette / 1000)
        assert Decimal(str(obtenus["maladie"])) == attendu
    af = arrondi(exacte * Fraction(str(en_ligne_droite(exacte, [(110, "0"), (140, "3.1")]))) / 100)
    palier = [nette <= Fraction("1.4") * PASS_2026, nette <= Fraction("2.5") * PASS_2026, True].index(True)
    assert Decimal(str(obtenus["allocations_familiales"])) == arrondi(Fraction(str(af)) * (100, 75, 60)[palier] / 100)
    rang = [exacte <= Fraction("1.4") * PASS_2026, exacte <= Fraction("2.5") * PASS_2026, True].index(True)
    assert Decimal(str(obtenus["retraite_base"])) == arrondi(exacte * Fraction(("2.15", "1.51", "1.12")[rang]) / 100)
    prop = arrondi(min(exacte, Fraction(5 * PASS_2026)) * Fraction("0.04"))
    assert Decimal(str(obtenus["asv"])) == arrondi(Fraction(str(5751 + prop)) * 2 / 3)


@pytest.mark.parametrize(("part", "taux"), [(f, t) for f, t in PALIERS_MALADIE] + [(500, "8.5"), (0, "0")])
def test_le_taux_maladie_aux_bornes(part: int, taux: str) -> None:
    assert participation(PASS_2026 * part / 100)["taux_maladie"] == float(Decimal(taux) / 100)


@given(st.lists(st.integers(0, 20_000_000), min_size=2, max_size=2))
def test_le_taux_maladie_ne_baisse_jamais(centimes: list[int]) -> None:
    bas, haut = sorted(centimes)
    assert participation(bas / 100)["taux_maladie"] <= participation(haut / 100)["taux_maladie"]


@pytest.mark.normes("C14.5-04")
@pytest.mark.parametrize(
    ("assiette", "retraite", "af"),
    [(67284, 1446.61, 2085.8), (67284.01, 1015.99, 1564.35), (120150, 1814.27, 2793.49), (120150.01, 1345.68, 2234.79)],
)
def test_les_paliers_sont_des_grilles(assiette: float, retraite: float, af: float) -> None:
    """Boundaries: 1.4 and 2.5 ceilings; one cent more and the rate falls on the whole base."""
    obtenus = participation(assiette)
    assert (obtenus["retraite_base"], obtenus["allocations_familiales"]) == (retraite, af)


@pytest.mark.parametrize(("part", "nulle"), [(110, True), (111, False)])
def test_les_allocations_familiales_commencent_a_110_pour_cent(part: int, nulle: bool) -> None:
    assert (participation(PASS_2026 * part / 100)["allocations_familiales"] == 0) == nulle


@pytest.mark.parametrize(("annee", "forfait", "taux"), [(2024, 5421, 0.038), (2025, 5556, 0.038), (2026, 5751, 0.04)])
def test_l_asv_de_chaque_annee(annee: int, forfait: int, taux: float) -> None:
    assert participation(30000, annee)["asv"] == pytest.approx((forfait + 30000 * taux) * 2 / 3, abs=0.005)
    assert participation(0, annee)["asv"] == pytest.approx(forfait * 2 / 3, abs=0.005)


@pytest.mark.parametrize(("annee", "taux"), [(2024, 0.0), (2025, 0.015)])
def test_la_reforme_de_2025(annee: int, taux: float) -> None:
    plafond = {2024: 46368, 2025: 47100}[annee]
    assert participation(plafond * 0.4, annee)["taux_maladie"] == taux
    assert participation(plafond * 2, annee)["taux_maladie"] == {2024: 0.065, 2025: 0.077}[annee]


@pytest.mark.parametrize("annee", [2023, 2027])
def test_une_annee_sans_plafond_est_non_publiee(annee: int) -> None:
    reponse = repondre(NOM, {"annee": annee, "entree": {"calcul": "cotisations", "secteur": "1", "revenus": {
        "assiette_sociale": 40000, "chiffre_affaires": 80000, "recettes_conventionnees": 80000, "depassements": 0}}})  # fmt: skip
    assert {reponse["resultats"][nom] for nom in ("maladie", "retraite_base", "asv", "total")} == {None}
    assert {ligne["etat"] for ligne in reponse["lignes"]} == {"non publié"}
    assert reponse["resultats"]["motif"].count("Plafond annuel de la sécurité sociale") == 1


def test_un_scenario_fournit_le_plafond_qui_manque(tmp_path: Path) -> None:
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text(
        "figures: {avantages-sociaux: {plafond_annuel: 49000, asv_forfait: 5800, asv_taux: 4}}\n", "utf-8"
    )
    obtenus = resultats(
        {"calcul": "cotisations", "secteur": "1", "revenus": {
            "assiette_sociale": 49000, "chiffre_affaires": 80000, "recettes_conventionnees": 80000, "depassements": 0}},
        annee=2027, texte=str(scenario),
    )  # fmt: skip
    assert (obtenus["taux_maladie"], obtenus["asv"]) == (0.06, 5173.33)


@pytest.mark.normes("C14.5-04")
@pytest.mark.parametrize("entree", [
    {"secteur": "2"}, {"secteur": "2", "option_tarifaire": "optam"}, {"secteur": "nc"}, {"secteur": "1", "departement": "976"},
])  # fmt: skip
def test_ou_il_n_y_a_pas_de_participation(entree: dict[str, Any]) -> None:
    obtenus = resultats({"calcul": "cotisations", **entree}, annee=2026)
    assert obtenus["total"] == obtenus["asv"] == 0
    assert "14.5" in obtenus["motif"]
    assert ("deux sources privées" in obtenus["motif"]) == (entree["secteur"] == "2")


def test_un_departement_de_metropole_ne_change_rien() -> None:
    entree = {"calcul": "cotisations", "secteur": "1", "departement": "35"}
    assert champs_refuses(entree) == {"entree.revenus"}


# --- unchanged in 2024


@pytest.mark.normes("C14.5-01", "C14.5-02", "C14.5-03")
def test_les_memes_avantages_sous_chaque_texte() -> None:
    """Hold: what the circular calls unchanged is the same under each text, and its lines name art. 94 to 98."""
    cotisations = {"calcul": "cotisations", "secteur": "1", "revenus": {
        "assiette_sociale": 80000, "chiffre_affaires": 150000, "recettes_conventionnees": 150000, "depassements": 0}}  # fmt: skip
    for entree, articles in ((CONGE, "art. 97 et 98"), (cotisations, "art. 94 à 96")):
        reponses = [repondre(NOM, {"annee": 2026, "texte": texte, "entree": entree}) for texte in TEXTES]
        assert all(reponse["resultats"] == reponses[0]["resultats"] for reponse in reponses)
        assert all(reponse["resultats"].get("montant") or reponse["resultats"]["total"] for reponse in reponses)
        assert all(ligne["references"][0].startswith(articles) for ligne in reponses[0]["lignes"])


# --- what is refused


def test_ce_qui_manque_est_demande_en_une_fois() -> None:
    assert champs_refuses({"calcul": "maternite", "date_debut_arret": "2026-04-10"}) == {
        "entree.secteur", "entree.demi_journees_par_semaine", "entree.mois",
    }  # fmt: skip
    assert champs_refuses({**CONGE, "calcul": "adoption"}) == {"entree.parent"}
    assert champs_refuses({**CONGE, "secteur": "2"}) == {"entree.option_tarifaire"}
    assert champs_refuses({"calcul": "cotisations"}) == {"entree.secteur"}


def test_les_revenus_incoherents_sont_refuses_ensemble() -> None:
    revenus = {"assiette_sociale": 101, "chiffre_affaires": 100, "recettes_conventionnees": 100.01, "depassements": 200}
    entree = {"calcul": "cotisations", "secteur": "1", "revenus": revenus}
    assert champs_refuses(entree) == {
        "entree.revenus.assiette_sociale", "entree.revenus.recettes_conventionnees", "entree.revenus.depassements",
    }  # fmt: skip
    nuls = dict.fromkeys(revenus, 0)
    assert resultats({**entree, "revenus": nuls}, annee=2026)["total"] == 3834


@pytest.mark.parametrize(
    ("champ", "valeur"),
    [("mois", 0), ("mois", 13), ("mois", 2.5), ("demi_journees_par_semaine", -1), ("demi_journees_par_semaine", 15),
     ("date_debut_arret", "10/04/2026"), ("secteur", "3"), ("parent", "tante"), ("remplacant", "non"), ("inconnu", 1)],
)  # fmt: skip
def test_ce_qui_est_mal_ecrit_est_refuse(champ: str, valeur: Any) -> None:
    assert champs_refuses({**CONGE, champ: valeur}) == {f"entree.{champ}"}


@pytest.mark.parametrize("montant", [-1, 0.001, True, "100", 1e8, float("nan")])
def test_un_montant_qui_n_en_est_pas_un(montant: Any) -> None:
    revenus = {"assiette_sociale": montant, "chiffre_affaires": 9e6, "recettes_conventionnees": 0, "depassements": 0}
    assert champs_refuses({"calcul": "cotisations", "secteur": "1", "revenus": revenus}) == {"entree.revenus.assiette_sociale"}
