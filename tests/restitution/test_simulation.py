"""What a simulation says: groups that make the whole, deciles of any number of doctors, small numbers never told."""

from __future__ import annotations

import datetime as dt
import json
import re
from itertools import groupby
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convmed.restitution import simulation as vue
from convmed.restitution.graphiques.simulation import (
    classes,
    composer,
    couts,
    deciles,
    echelle,
    panneaux,
    planche,
    seul,
)
from convmed.restitution.masquage import MASQUE, petit
from convmed.restitution.rapport_simulation import en_html
from convmed.simulation import EFFECTIF, Simulation, Tiree, simuler
from convmed.textes import trouver_texte
from convmed.textes.unites import vers_nombre

ZONES, SECTEURS = ("zip", "zac", "hors-zone"), ("1", "2", "nc")
ISSUES = ("gagnants", "perdants", "inchanges")
CENTIMES = st.integers(-5_000_000, 5_000_000)
MONTANTS = st.one_of(st.none(), st.tuples(CENTIMES, CENTIMES), st.tuples(st.sampled_from([0, 100]), st.sampled_from([0, 100])))
MEDECINS = st.lists(st.tuples(st.sampled_from(ZONES), st.sampled_from(SECTEURS), st.integers(1940, 1998), st.integers(0, 3000), MONTANTS), max_size=60)


def comparaison(medecins: list[Any], origine: str = "synthetique") -> vue.Comparaison:
    """Return a comparison of given amounts: zone, sector, birth, list, and what each text owes, or nothing if it is not known."""
    table = pl.DataFrame(
        {
            "medecin": range(len(medecins)), "zone": [m[0] for m in medecins], "secteur": [m[1] for m in medecins],
            "date_naissance_medecin": [dt.date(m[2], 5, 2) for m in medecins], EFFECTIF: [m[3] for m in medecins],
        },
        schema={"medecin": pl.Int32, "zone": pl.String, "secteur": pl.String, "date_naissance_medecin": pl.Date, EFFECTIF: pl.Int64},
    )  # fmt: skip
    cotes = {cote: [None if m[4] is None else m[4][rang] for m in medecins] for rang, cote in enumerate(("texte", "contre"))}
    totaux = pl.DataFrame(cotes, schema=dict.fromkeys(cotes, pl.Int64)).with_columns(difference=pl.col("texte") - pl.col("contre"))
    simulation: Any = SimpleNamespace(medecins=table, source=SimpleNamespace(identite={"origine": origine}))
    texte: Any = SimpleNamespace(observation=2026)
    return vue.Comparaison(simulation, texte, texte, totaux)


def medecin(difference: int | None = 100, zone: str = "zac", secteur: str = "1", patients: int = 900) -> Any:
    return zone, secteur, 1975, patients, None if difference is None else (1_000 + difference, 1_000)


def euros(centimes: int) -> int | float:
    """Write cents as the JSON does."""
    return vers_nombre(centimes, "EUR")


# --- winners and losers


@given(MEDECINS)
def test_gagnants_perdants_et_inchanges_font_tous_les_medecins(medecins: list[Any]) -> None:
    qui = vue.gagnants(comparaison(medecins))
    assert sum(qui[nom] for nom in (*ISSUES, "sans_total")) == len(medecins)
    ecarts = [m[4][0] - m[4][1] for m in medecins if m[4] is not None]
    assert [qui[nom] for nom in ISSUES] == [sum(e > 0 for e in ecarts), sum(e < 0 for e in ecarts), ecarts.count(0)]


@given(MEDECINS)
def test_aucun_petit_nombre_de_vrais_medecins_ne_se_dit_ni_ne_se_retrouve(medecins: list[Any]) -> None:
    qui = vue.gagnants(comparaison(medecins, "snds"))
    vus = [qui[nom] for nom in (*ISSUES, "sans_total")]
    assert not any(petit("medecins", vu) for vu in vus)
    if None in vus and not petit("medecins", len(medecins)):
        assert not petit("medecins", len(medecins) - sum(vu for vu in vus if vu is not None))


def test_la_moyenne_et_la_mediane_de_trop_peu_de_vrais_medecins_se_taisent() -> None:
    quatre, cinq = (vue.gagnants(comparaison([medecin(100)] * combien, "snds")) for combien in (4, 5))
    assert (quatre["difference_moyenne"], quatre["difference_mediane"]) == (None, None)
    assert (cinq["difference_moyenne"], cinq["difference_mediane"]) == (1, 1)


@pytest.mark.parametrize(("centimes", "moyenne"), [([1, 2], 0.02), ([-1, -2], -0.01), ([1, 1, 2], 0.01), ([0], 0), ([150, 250], 2)])
def test_une_moyenne_s_arrondit_au_centime_la_moitie_vers_le_haut(centimes: list[int], moyenne: float) -> None:
    assert vue.gagnants(comparaison([medecin(un) for un in centimes]))["difference_moyenne"] == moyenne


@pytest.mark.parametrize(("montant", "ecrit"), [(0.5, "1"), (-0.5, "\N{MINUS SIGN}1"), (-0.49, "0"), (1234.5, "1\N{NARROW NO-BREAK SPACE}235"), (0, "0")])
def test_un_montant_rond(montant: float, ecrit: str) -> None:
    assert vue.ronds(montant) == f"{ecrit}\N{NO-BREAK SPACE}€"


# --- deciles


@given(MEDECINS)
def test_les_deciles_rangent_tous_les_medecins_connus(medecins: list[Any]) -> None:
    rangees = vue.deciles(comparaison(medecins))
    ecarts = sorted(m[4][0] - m[4][1] for m in medecins if m[4] is not None)
    assert [r["decile"] for r in rangees] == list(range(1, 11))
    assert sum(r["medecins"] for r in rangees) == len(ecarts)
    assert max(r["medecins"] for r in rangees) - min(r["medecins"] for r in rangees) <= 1
    pleins = [r for r in rangees if r["medecins"]]
    for r in pleins:
        assert r["difference_min"] <= r["difference_moyenne"] <= r["difference_max"]
    if pleins:
        assert (pleins[0]["difference_min"], pleins[-1]["difference_max"]) == (euros(ecarts[0]), euros(ecarts[-1]))


@pytest.mark.parametrize(("combien", "pleins"), [(0, 0), (1, 1), (9, 9), (10, 10), (11, 10)])
def test_les_deciles_de_peu_de_medecins(combien: int, pleins: int) -> None:
    rangees = vue.deciles(comparaison([medecin(un) for un in range(combien)]))
    assert sum(r["medecins"] > 0 for r in rangees) == pleins
    assert all((r["difference_moyenne"] is None) == (r["medecins"] == 0) for r in rangees)


@given(MEDECINS)
def test_les_bornes_d_un_decile_de_vrais_medecins_se_taisent(medecins: list[Any]) -> None:
    rangees = vue.deciles(comparaison(medecins, "snds"))
    for r in rangees:
        assert (r["difference_min"], r["difference_max"]) == (None, None)
        assert not petit("medecins", r["medecins"])
        assert r["masque"] == (r["medecins"] is None)
        assert not r["masque"] or (r["difference_moyenne"], r["texte_moyen"], r["contre_moyen"]) == (None, None, None)
    if petit("medecins", sum(m[4] is not None for m in medecins)):
        assert all(r["masque"] for r in rangees)


# --- groups


@given(MEDECINS)
def test_les_classes_d_un_critere_font_l_ensemble(medecins: list[Any]) -> None:
    ensemble, *autres = vue.groupes(comparaison(medecins))
    assert ensemble["critere"] == "ensemble"
    for _, siennes in groupby(autres, key=lambda g: g["critere"]):
        classes_ = list(siennes)
        if any(g["masque"] for g in classes_) or ensemble["masque"]:
            continue
        assert sum(g["medecins"] for g in classes_) == ensemble["medecins"]
        assert sum(round(100 * g["difference"]) for g in classes_) == round(100 * ensemble["difference"])
        if not any(g[nom] is None for nom in ISSUES for g in (*classes_, ensemble)):
            assert [sum(g[nom] for g in classes_) for nom in ISSUES] == [ensemble[nom] for nom in ISSUES]


@given(MEDECINS)
def test_aucun_petit_effectif_ne_se_lit_dans_les_classes_ni_par_soustraction(medecins: list[Any]) -> None:
    ensemble, *autres = vue.groupes(comparaison(medecins, "snds"))
    for g in (ensemble, *autres):
        assert not any(petit("medecins", g[nom]) for nom in ("medecins", *ISSUES))
        assert g["masque"] == (g["medecins"] is None)
        assert not g["masque"] or g["difference"] is None
    for _, siennes in groupby(autres, key=lambda g: g["critere"]):
        classes_ = list(siennes)
        for nom in ("medecins", *ISSUES):
            tues = [g for g in classes_ if g[nom] is None]
            if tues and ensemble[nom] is not None:
                assert not petit("medecins", ensemble[nom] - sum(g[nom] for g in classes_ if g[nom] is not None))


def test_une_seule_petite_classe_en_cache_une_autre() -> None:
    medecins = [*[medecin(zone="zip")] * 3, *[medecin(zone="zac")] * 6, *[medecin(zone="hors-zone")] * 20]
    zones = {g["modalite"]: g["masque"] for g in vue.groupes(comparaison(medecins)) if g["critere"] == "zone"}
    assert zones == {"zip": True, "zac": True, "hors-zone": False}


def test_un_seul_perdant_ne_se_montre_pas() -> None:
    medecins = [*[medecin(100, "zip")] * 19, medecin(-100, "zip"), *[medecin(100, "zac")] * 15, *[medecin(-100, "zac")] * 15, *[medecin(-100, "hors-zone")] * 40]
    zones = {g["modalite"]: g["perdants"] for g in vue.groupes(comparaison(medecins)) if g["critere"] == "zone"}
    assert zones == {"zip": None, "zac": None, "hors-zone": 40}


def test_les_classes_vont_dans_leur_ordre_et_portent_leurs_bornes() -> None:
    medecins = [medecin(patients=combien) for combien in (0, 499, 500, 799, 800, 1599, 1600, 9000)]
    listes = {g["modalite"]: g["medecins"] for g in vue.groupes(comparaison([un for un in medecins for _ in range(5)])) if g["critere"] == "patientele"}
    assert listes == {
        "moins de 500 patients": 10, "de 500 à 799 patients": 10, "de 800 à 1199 patients": 5, "de 1200 à 1599 patients": 5, "1600 patients et plus": 10,
    }  # fmt: skip


def test_le_secteur_2_se_distingue_par_son_option_et_par_elle_seule() -> None:
    """One partition of the doctors: two that overlap would give by subtraction what each of them hides."""
    c = comparaison([*[medecin(secteur="1")] * 6, *[medecin(secteur="2")] * 11])
    options = ["aucune"] * 6 + ["optam"] * 5 + ["aucune"] * 5 + [None]
    c.simulation.medecins = c.simulation.medecins.with_columns(option_tarifaire=pl.Series(options))  # type: ignore[misc]
    secteurs = {g["modalite"]: g["medecins"] for g in vue.groupes(c) if g["critere"] == "secteur"}
    assert secteurs == {"1": 6, "2-aucune": None, "2-inconnue": None, "2-optam": 5}
    assert [vue.libelle_de_classe("secteur", nom) for nom in (*secteurs, "nc", "2")] == [
        "Secteur 1", "Secteur 2, sans option", "Secteur 2, option inconnue", "Secteur 2, OPTAM", "Non conventionné", "Secteur 2",
    ]  # fmt: skip


# --- on a population


@pytest.fixture(scope="module")
def simulation() -> Simulation:
    textes = [trouver_texte(nom) for nom in ("en-vigueur", "reglement-arbitral-2023")]
    return simuler(Tiree(12_000, 3, 2026), [(texte, annee) for annee in (2026, 2025) for texte in textes])


@pytest.fixture(scope="module")
def resultat(simulation: Simulation) -> dict[str, Any]:
    return vue.en_dict(vue.comparer(simulation, *simulation.applications[:2]), vue.par_annee(simulation))


def test_la_masse_est_la_somme_des_dispositifs(resultat: dict[str, Any]) -> None:
    for cote in ("texte", "contre"):
        assert round(100 * resultat["masse"][cote]) == sum(round(100 * (d[cote] or 0)) for d in resultat["par_dispositif"])
    comparables = [d for d in resultat["par_dispositif"] if d["dispositif"] in resultat["comparables"]]
    assert round(100 * resultat["masse"]["difference"]) == sum(round(100 * d["difference"]) for d in comparables)
    (tu,) = [d for d in resultat["par_dispositif"] if d["dispositif"] not in resultat["comparables"]]
    assert (tu["dispositif"], tu["contre"], tu["difference"]) == ("prevention", None, None)
    assert "non publié, voir annexe 7" in tu["motif_contre"]
    assert any("hors de la différence" in reserve and "prevention" in reserve for reserve in resultat["reserves"])


def test_la_prevention_coute_cinq_euros_par_indicateur_valide_de_qui_y_a_droit(simulation: Simulation, resultat: dict[str, Any]) -> None:
    texte = simulation.applications[0]
    forfaits = simulation.montants[texte, "forfait-medecin-traitant"]
    colonnes = [nom for nom in simulation.medecins.columns if nom.endswith(" valide")]
    valides = simulation.medecins.filter(forfaits > 0).select(pl.sum_horizontal(pl.col(colonnes).sum())).item()
    assert {d["dispositif"]: d["texte"] for d in resultat["par_dispositif"]}["prevention"] == 5 * valides
    assert resultat["texte_des_indicateurs"] == "en-vigueur"


def test_chaque_annee_dit_ce_qui_s_y_compare(resultat: dict[str, Any]) -> None:
    avant, apres = sorted(resultat["annees"], key=lambda une: int(une["annee"]))
    assert (avant["annee"], apres["annee"]) == (2025, 2026)
    # Until the end of 2025 the text signed in 2024 leaves the rules before it as they were.
    assert avant["difference"] == 0
    assert apres["difference"] == resultat["masse"]["difference"]


def test_une_somme_incomplete_se_dit(simulation: Simulation) -> None:
    """In 2023 the lump sum for equipment is known of who gets nothing and of nobody else: its sum is not a cost."""
    autre = simuler(Tiree(12_000, 3, 2026), [(trouver_texte(nom), 2023) for nom in ("reglement-arbitral-2023", "convention-2016")])
    c = vue.comparer(autre, *autre.applications)
    numerique = next(d for d in vue.par_dispositif(c) if d["dispositif"] == "dotation-numerique")
    assert numerique["motif_texte"] is not None


def test_un_indicateur_de_peu_de_patients_est_masque_et_un_autre_avec_lui() -> None:
    """What the prevention part costs tells the sum: one number alone would come back."""
    comptes = {"grippe": (500, 500), "covid": (300, 700), "ror": (4, 60), "hpv": (40, 300), "mrc": (0, 90), "examen-m9": (400, 3)}
    table = pl.DataFrame({f"{nom} {etat}": [combien] for nom, deux in comptes.items() for etat, combien in zip(("valide", "non-valide"), deux, strict=True)})
    c = comparaison([medecin()])
    c.simulation.medecins = table  # type: ignore[misc]
    vus = {i["indicateur"]: i for i in vue.indicateurs(c)}
    assert {nom: i["masque"] for nom, i in vus.items()} == {"grippe": False, "covid": False, "ror": True, "hpv": True, "mrc": False, "examen-m9": True}
    assert (vus["ror"]["valides"], vus["ror"]["non_valides"], vus["ror"]["taux"]) == (None, None, None)
    assert vus["covid"]["taux"] == 0.3


# --- charts and report


def mots(figure: Any) -> str:
    return " ".join(texte.get_text() for texte in figure.findobj(lambda a: hasattr(a, "get_text")))


def test_la_planche_dit_ce_que_disent_les_chiffres(resultat: dict[str, Any]) -> None:
    dits = mots(composer(resultat))
    for attendu in ("en-vigueur", "reglement-arbitral-2023", "sans prévention", "2025", "Dépistage du cancer du sein", "Écart par médecin"):
        assert attendu in dits
    assert MASQUE in dits


def test_la_planche_est_toujours_la_meme(resultat: dict[str, Any]) -> None:
    svg = planche(resultat, "svg")
    assert svg == planche(json.loads(json.dumps(resultat)), "svg")
    ElementTree.fromstring(svg)
    assert seul(panneaux(resultat)[0], "png") == seul(panneaux(resultat)[0], "png")


def test_ce_qui_n_a_pas_de_montant_n_est_pas_une_barre() -> None:
    figure = couts("Coûts", [("a", {"prevention": 100.0}), ("b", {"prevention": None})])
    assert "sans prévention" in seul(figure, "svg").decode()
    assert "0 €" in seul(couts("Rien", [("a", {"prevention": 0})]), "svg").decode().replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("combien", [0, 1, 4])
def test_une_planche_de_tres_peu_de_medecins_se_dessine(combien: int) -> None:
    c = comparaison([medecin()] * combien, "snds")
    for panneau in (deciles("Déciles", vue.deciles(c)), classes("Classes", vue.groupes(c))):
        svg = seul(panneau, "svg").decode()
        assert (MASQUE in svg) == (combien > 0)
        assert "nan" not in svg


@pytest.mark.parametrize(("montants", "un", "ecrit"), [
    ([1_400_000_000], 1_358_200_000, "1\N{NARROW NO-BREAK SPACE}358 M€"), ([40_000_000], 2_450_000, "2,5 M€"), ([25e9], 25e9, "25 Md€"), ([900], 12, "12 €"), ([], 0, "0 €"),
    ([5_000], -1_200, "\N{MINUS SIGN}1,2 k€"),
])  # fmt: skip
def test_des_montants_s_ecrivent_a_une_meme_echelle(montants: list[float], un: float, ecrit: str) -> None:
    assert echelle(montants)(un).replace("\N{NO-BREAK SPACE}", " ") == ecrit


def test_le_rapport_se_suffit_a_lui_meme(resultat: dict[str, Any]) -> None:
    page = en_html(resultat)
    assert page == en_html(json.loads(json.dumps(resultat)))
    assert page.count("<svg") == len(panneaux(resultat)) == page.count('role="img"')
    for interdit in ("<script", "<link", "<img", "@import", "src="):
        assert interdit not in page
    assert not re.findall(r'(?:href|url\()=?["\(]?https?:', page)
    identifiants = re.findall(r'\bid="([^"]+)"', page)
    assert len(identifiants) == len(set(identifiants))
    assert all(f'id="{cible}"' in page for cible in re.findall(r'(?:href="|url\()#([^")]+)', page))
    for attendu in ("@media print", "viewport", "lang='fr'", "Qui gagne, qui perd", "non publié, voir annexe 7", "un ordre de grandeur", MASQUE):
        assert attendu in page


def test_le_rapport_ne_prend_pas_un_nom_pour_une_balise(resultat: dict[str, Any]) -> None:
    page = en_html({**resultat, "texte": "<b>moi & moi</b>"})
    assert "<b>" not in page
    assert "&lt;b&gt;moi &amp; moi" in page
