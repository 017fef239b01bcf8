"""Contracts for medical assistants, drawn at random: more patients never pay less, nothing is paid that is not due."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from convmed.dispositifs.contrat import repondre

NOM = "assistants-medicaux"
OPTIONS, CLASSES = ["1/3", "1/2", "1", "1.5", "2"], ["p30-p90", "p90-p94", "p95+"]
PREMIER, DERNIER = dt.date(2019, 9, 1), dt.date(2026, 6, 30)
Cas = dict[str, Any]

comptes = st.integers(1, 3_000)


@st.composite
def indicateurs(tirer: st.DrawFn) -> Cas:
    """Draw one indicator: an objective at the start or above it, an observation around both."""
    initial = tirer(comptes)
    objectif = initial + tirer(st.integers(0, 600))
    proches = [initial - 1, initial, initial + 1, objectif - 1, objectif, initial * 9 // 10, initial * 95 // 100]
    observe = tirer(st.one_of(st.integers(0, 4_000), st.sampled_from([max(p, 0) for p in proches])))
    return {"initial": initial, "objectif": objectif, "observe": observe}


@st.composite
def annees(tirer: st.DrawFn) -> Cas:
    """Draw one contract year."""
    entree = {
        "calcul": "aide", "option_etp": tirer(st.sampled_from(OPTIONS)), "annee_contrat": tirer(st.integers(1, 8)),
        "classe": tirer(st.sampled_from(CLASSES)), "specialite": tirer(st.sampled_from(["01", "12", "03"])),
        "date_signature": tirer(st.dates(dt.date(2024, 6, 22), DERNIER)).isoformat(),
        "pmt": tirer(indicateurs()), "fa": tirer(indicateurs()),
    }  # fmt: skip
    if tirer(st.booleans()):
        entree["age"] = tirer(st.integers(60, 70))
    return entree


def aide(entree: Cas) -> Cas:
    obtenus: Cas = repondre(NOM, {"annee": 2026, "entree": entree})["resultats"]
    return obtenus


def part_relue(entree: Cas) -> Fraction:
    """Read the tables of the circulaire (4.2, 4.4, 4.5) a second time, in exact fractions."""
    option, classe, rang = entree["option_etp"], entree["classe"], entree["annee_contrat"]
    if rang <= 2:
        return Fraction(1)
    suivis = [entree["pmt"], entree["fa"]] if entree["specialite"] in ("01", "12") else [entree["fa"]]
    gardes = [Fraction(s["observe"], s["initial"]) for s in suivis]
    if entree.get("age", 0) >= 65:
        return Fraction(1) if min(gardes) >= Fraction(9, 10) else min(gardes)
    if classe == "p95+" and option not in ("1.5", "2"):
        return Fraction(int(min(gardes) >= Fraction(95, 100)))
    if min(gardes) < 1:
        return Fraction(0)
    return max(
        Fraction(1) if s["observe"] >= s["objectif"] else Fraction(s["observe"] - s["initial"], s["objectif"] - s["initial"])
        for s in suivis
    )


@given(annees())
def test_la_part_est_celle_d_une_seconde_lecture(entree: Cas) -> None:
    obtenus = aide(entree)
    if obtenus["aide_maximale"] == 0:
        assert obtenus["motif"]
        return
    part = part_relue(entree)
    assert obtenus["part"] == part.numerator / part.denominator
    exact = part * obtenus["aide_maximale"] * 100
    assert obtenus["montant"] == ((exact * 2 + 1) // 2) / 100


@given(annees(), st.sampled_from(["pmt", "fa"]), st.integers(1, 500))
def test_plus_de_patients_ne_paient_jamais_moins(entree: Cas, nom: str, de_plus: int) -> None:
    mieux = {**entree, nom: {**entree[nom], "observe": entree[nom]["observe"] + de_plus}}
    assert aide(mieux)["montant"] >= aide(entree)["montant"]
    assert aide(mieux)["solde"] >= aide(entree)["solde"]


@given(annees())
def test_les_deux_versements_tiennent_dans_l_aide_maximale(entree: Cas) -> None:
    obtenus = aide(entree)
    assert 0 <= obtenus["solde"] <= obtenus["aide_maximale"]
    assert obtenus["acompte"] + obtenus["solde"] <= obtenus["aide_maximale"]
    centimes = {cle: round(obtenus[cle] * 100) for cle in ("acompte", "solde", "trop_percu", "montant")}
    assert centimes["acompte"] + centimes["solde"] - centimes["trop_percu"] == centimes["montant"]
    if entree["annee_contrat"] > 2 and entree["option_etp"] != "1/3":
        assert obtenus["solde"] * 2 <= obtenus["aide_maximale"]


@st.composite
def vies(tirer: st.DrawFn) -> tuple[Cas, dt.date]:
    """Draw a contract and what happens to it: observations, a change of option, a prorogation, a suspension, an end."""
    signature = tirer(st.dates(PREMIER, DERNIER))
    pmt, fa = tirer(indicateurs()), tirer(indicateurs())
    contrat: Cas = {
        "date_signature": signature.isoformat(), "option_etp": tirer(st.sampled_from(["1/2", "1"])),
        "classe": tirer(st.sampled_from(CLASSES)), "specialite": tirer(st.sampled_from(["01", "03"])),
        "pmt": {c: pmt[c] for c in ("initial", "objectif")}, "fa": {c: fa[c] for c in ("initial", "objectif")},
    }  # fmt: skip
    au = tirer(st.dates(signature, dt.date(2030, 12, 31)))
    ans = (au - signature).days // 366
    terme = ans if signature >= dt.date(2024, 6, 22) else min(ans, 5)
    rupture = None
    if ans >= 1 and tirer(st.booleans()):
        rupture = signature + dt.timedelta(days=tirer(st.integers(1, min(365 * 5 - 10, max((au - signature).days, 1)))))
        contrat["resiliation"] = {"date": rupture.isoformat()}
        terme = (rupture - signature).days // 366
    contrat["observations"] = [
        {"annee_contrat": n, "pmt": tirer(indicateurs())["observe"], "fa": tirer(indicateurs())["observe"]}
        for n in range(1, terme + 1)
        if tirer(st.integers(0, 9))
    ]
    avenants = []
    if terme >= 2 and tirer(st.booleans()):
        jour = signature + dt.timedelta(days=tirer(st.integers(1, 365 * terme - 5)))
        avenants.append({"date": jour.isoformat(), "objet": "changement-option", "option_etp": tirer(st.sampled_from(["1/2", "1", "2"]))})
    if terme == 5 and rupture is None and tirer(st.booleans()):
        jour = signature + dt.timedelta(days=365 * 5 - 30)
        if jour >= dt.date(2024, 6, 22):
            avenants.append({"date": jour.isoformat(), "objet": "prorogation"})
    contrat["avenants"] = avenants
    debut = signature + dt.timedelta(days=tirer(st.integers(0, 1_500)))
    fin = debut + dt.timedelta(days=tirer(st.integers(100, 500)))
    limite = rupture or signature + dt.timedelta(days=365 * 5 - 10)
    if debut >= dt.date(2025, 2, 26) and debut < limite and tirer(st.booleans()):
        contrat["suspensions"] = [{"debut": debut.isoformat(), "fin": fin.isoformat()}]
    return contrat, au


def centimes(euros: float | None) -> int:
    return round((euros or 0) * 100)


@given(vies())
def test_ce_qui_est_paye_et_non_repris_ne_depasse_pas_le_du(tiree: tuple[Cas, dt.date]) -> None:
    contrat, au = tiree
    reponse = repondre(NOM, {"date": au.isoformat(), "entree": {"calcul": "vie", **contrat}})
    bilan = {cle: centimes(montant) for cle, montant in reponse["resultats"]["bilan"].items()}
    assert all(montant >= 0 for montant in bilan.values())
    assert bilan["recupere"] <= bilan["verse"]
    # What is paid beyond the due is either recovered by a rule, or named as having none.
    assert bilan["verse"] - bilan["recupere"] - bilan["trop_percu"] == bilan["du"]
    recuperations = [ligne for ligne in reponse["lignes"] if (ligne["montant"] or 0) < 0]
    assert len(recuperations) <= ("resiliation" in contrat)
    if recuperations:
        assert -centimes(recuperations[0]["montant"]) == bilan["recupere"] or au < dt.date.fromisoformat(contrat["resiliation"]["date"])


@given(vies())
def test_les_annees_se_suivent_et_se_paient_dans_l_ordre(tiree: tuple[Cas, dt.date]) -> None:
    contrat, au = tiree
    reponse = repondre(NOM, {"date": au.isoformat(), "entree": {"calcul": "echeancier", **contrat}})
    annees = reponse["resultats"]["annees"]
    assert [a["annee_contrat"] for a in annees] == list(range(1, len(annees) + 1))
    assert all(avant["fin"] == apres["debut"] for avant, apres in pairwise(annees))
    ouvertures = [ligne for ligne in reponse["lignes"] if ligne["libelle"].endswith(("acompte", "aide entière"))]
    dates = [ligne["date_versement"] for ligne in ouvertures]
    assert dates == sorted(dates)
    par_annee: dict[str, int] = {}
    for ligne in reponse["lignes"]:
        par_annee[ligne["base"]] = par_annee.get(ligne["base"], 0) + max(centimes(ligne["montant"]), 0)
    for annee in annees:
        assert par_annee.get(f"année {annee['annee_contrat']} du contrat", 0) <= centimes(annee["aide_maximale"])
        assert centimes(annee["acompte"]) + centimes(annee["solde"]) <= centimes(annee["aide_maximale"])
        assert centimes(annee["montant"]) <= centimes(annee["aide_maximale"])
        rupture = dt.date.fromisoformat(contrat.get("resiliation", {"date": annee["fin"]})["date"])
        debut, fin = dt.date.fromisoformat(annee["debut"]), dt.date.fromisoformat(annee["fin"])
        garde = centimes(annee["acompte"]) - centimes(annee["recuperation"])
        if rupture < fin:
            assert abs(garde - Fraction((rupture - debut).days, (fin - debut).days) * centimes(annee["acompte"])) <= Fraction(1, 2)
            assert annee["solde"] == 0
        else:
            assert annee["recuperation"] == 0
