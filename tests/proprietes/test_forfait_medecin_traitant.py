"""The forfait médecin traitant against a second reading of the circulaire, on generated doctors and patients.

The second reading is written here from the table of the circulaire (3.1 A and B) and of facts, with `decimal` and
`fractions`, without the engine, the barème nor its rules.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convmed.dispositifs.contrat import repondre
from convmed.dispositifs.forfait_medecin_traitant import DISPOSITIF, Entree, contexte_de
from convmed.dispositifs.socle import Demande
from convmed.moteur.colonnes import Calcul
from convmed.textes import trouver_texte
from convmed.textes.textes import lire_scenario

NOM = "forfait-medecin-traitant"
SIGNE, APPLIQUE = "convention-2024", "en-vigueur"
OPTIONS = ("proposition-2024-02-08-option-1", "proposition-2024-02-08-option-2")
OBSERVATION = dt.date(2025, 12, 31)
CENTIME = Decimal("0.01")

# --- the second reading


@dataclass(frozen=True)
class Ligne:
    """One line of the table of the circulaire: who, without C2S, with C2S."""

    classe: str
    ald: bool | None
    de: int
    a: int
    sans_c2s: int
    avec_c2s: int

    def reconnait(self, ald: bool, age: int) -> bool:
        return self.ald in (None, ald) and self.de <= age <= self.a


CIRCULAIRE = (
    Ligne("ald-80-ans-et-plus", True, 80, 999, 100, 110),
    Ligne("ald-moins-de-80-ans", True, 0, 79, 55, 65),
    Ligne("80-ans-et-plus", False, 80, 999, 55, 65),
    Ligne("75-79-ans", False, 75, 79, 15, 25),
    Ligne("7-74-ans", False, 7, 74, 5, 15),
    Ligne("moins-de-7-ans", False, 0, 6, 15, 25),
)
NON_VU = Ligne("non-vu", None, 0, 999, 5, 5)
FPMT = {"ald-80-ans-et-plus": 70, "ald-moins-de-80-ans": 46, "80-ans-et-plus": 46, "75-79-ans": 5, "7-74-ans": 5, "moins-de-7-ans": 6}
ZONES = {1: 50, 2: 30, 3: 10}


def age(naissance: dt.date, le: dt.date) -> int:
    """Completed years, by counting the birthdays: the plainest way there is."""
    annees = 0
    while (naissance.year + annees + 1, naissance.month, naissance.day) <= (le.year, le.month, le.day):
        annees += 1
    return annees


def date(texte: str | None) -> dt.date | None:
    return None if texte is None else dt.date.fromisoformat(texte)


def lignes_du_tableau(patient: dict[str, Any]) -> list[Ligne]:
    """Every line of the table that recognizes a patient; none if the doctor was declared later."""
    declaration, derniere = date(patient.get("date_declaration_mt")), date(patient["date_derniere_consultation"])
    if declaration and declaration > OBSERVATION:
        return []
    if derniere is None or derniere < dt.date(OBSERVATION.year - 2, 12, 31):
        return [NON_VU]
    ans = age(dt.date.fromisoformat(patient["date_naissance"]), OBSERVATION)
    return [ligne for ligne in CIRCULAIRE if ligne.reconnait(patient["ald"], ans)]


def arrondi(montant: Fraction) -> Decimal:
    """Half up to the cent, by decimal, from an exact fraction."""
    with localcontext(prec=60):
        return (Decimal(montant.numerator) / montant.denominator).quantize(CENTIME, ROUND_HALF_UP)


def fmt_relu(medecin: dict[str, Any], patients: list[dict[str, Any]]) -> dict[str, Decimal]:
    eligible = medecin["secteur"] == "1" or (medecin["secteur"] == "2" and medecin["option_tarifaire"] in ("optam", "optam-aco"))
    lignes = [(ligne, p["c2s"]) for p in patients for ligne in lignes_du_tableau(p)] if eligible else []
    socle = Decimal(sum(ligne.sans_c2s for ligne, _ in lignes))
    c2s = Decimal(sum(ligne.avec_c2s - ligne.sans_c2s for ligne, beneficiaire in lignes if beneficiaire))
    taux_zone = ZONES.get(medecin["rang_installation"], 10) if medecin["zone"] == "zip" or medecin["qpv"] else 0
    taux_67 = 10 if age(dt.date.fromisoformat(medecin["date_naissance"]), OBSERVATION) >= 67 else 0
    zone, senior = (arrondi(Fraction(socle) * taux / 100) for taux in (taux_zone, taux_67))
    return {
        "socle": socle, "majoration_c2s": c2s, "majoration_zone": zone, "majoration_67_ans": senior,
        "total": socle + c2s + zone + senior,
    }  # fmt: skip


def fpmt_relu(patients: list[dict[str, Any]], observation: dt.date) -> dict[str, Decimal]:
    presents = [p for p in patients if not p.get("date_declaration_mt") or date(p["date_declaration_mt"]) <= observation]
    ages = [age(dt.date.fromisoformat(p["date_naissance"]), observation) for p in presents]
    socle = sum(
        FPMT[ligne.classe] for p, ans in zip(presents, ages, strict=True) for ligne in CIRCULAIRE if ligne.reconnait(p["ald"], ans)
    )
    part = Fraction(100 * sum(p["c2s"] for p in presents), len(presents)) if presents else Fraction(0)
    precarite = arrondi(socle * min(Fraction(25), max(Fraction(0), (part - 7) / 2)) / 100)
    return {"socle": Decimal(socle), "majoration_c2s": precarite, "total": socle + precarite}


# --- generated doctors and patients


def autour(*jours: str) -> st.SearchStrategy[dt.date]:
    """Days at and around the thresholds, where mistakes live."""
    return st.builds(
        lambda jour, ecart: dt.date.fromisoformat(jour) + dt.timedelta(days=ecart), st.sampled_from(jours), st.integers(-2, 2)
    ).filter(lambda jour: jour <= OBSERVATION)


naissances = st.one_of(
    st.dates(dt.date(1915, 1, 1), OBSERVATION),
    autour("1945-12-31", "1950-12-31", "2018-12-31", "2025-12-31", "1944-02-29", "2020-02-29"),
)
consultations = st.none() | st.dates(dt.date(2015, 1, 1), OBSERVATION) | autour("2023-12-31", "2024-12-31")
declarations = st.none() | st.dates(dt.date(2005, 1, 1), dt.date(2026, 6, 30)) | st.just(OBSERVATION)


@st.composite
def un_patient(tirer: st.DrawFn, declares_a_temps: bool = False) -> dict[str, Any]:
    naissance, derniere = tirer(naissances), tirer(consultations)
    declaration = tirer(st.none() | st.just(OBSERVATION) if declares_a_temps else declarations)
    return {
        "date_naissance": naissance.isoformat(),
        "ald": tirer(st.booleans()),
        "c2s": tirer(st.booleans()),
        "date_derniere_consultation": derniere.isoformat() if derniere and derniere >= naissance else None,
        "date_declaration_mt": declaration.isoformat() if declaration else None,
    }


def numerotes(patients: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**patient, "patient": f"p{rang}"} for rang, patient in enumerate(patients)]


listes = st.lists(un_patient(), max_size=12).map(numerotes)
medecins = st.fixed_dictionaries(
    {
        "secteur": st.sampled_from(["1", "1", "1", "2", "nc"]),
        "option_tarifaire": st.sampled_from(["aucune", "optam", "optam-aco"]),
        "zone": st.sampled_from(["zip", "zip", "zac", "hors-zone"]),
        "qpv": st.booleans(),
        "rang_installation": st.none() | st.integers(1, 6),
        "date_naissance": st.dates(dt.date(1940, 1, 1), dt.date(1998, 1, 1)).map(dt.date.isoformat)
        | autour("1958-12-31").map(dt.date.isoformat),
    }
)


def reponse(medecin: dict[str, Any], patients: list[dict[str, Any]], texte: str = SIGNE, annee: int = 2026) -> dict[str, Any]:
    lue: dict[str, Any] = repondre(NOM, {"annee": annee, "texte": texte, "entree": {"medecin": medecin, "patients": patients}})
    return lue


def euros(valeur: object) -> Decimal:
    return Decimal(str(valeur))


# --- the properties


@pytest.mark.normes(
    "C3.1A-02", "C3.1A-03", "C3.1A-06", "C3.1A-14", "C3.1A-15", "C3.1A-16", "C3.1A-17", "C3.1A-18", "C3.1A-19", "C3.1A-20",
    "C3.1A-21", "C3.1A-22", "C3.1A-23", "C3.1A-24", "C3.1A-25", "C3.1A-27", "C3.1A-28", "C3.1A-29", "C3.1A-32", "C3.1A-33",
    "C3.1B-02", "C3.1B-03", "C3.1B-05", "C3.1B-09", "C3.1B-10", "C3.1B-13", "C3.1B-14", "C3.1B-15", "C3.1B-17", "C3.1B-18",
    "T-45", "T-46", "T-47", "T-48", "T-49", "T-50", "T-51",
)  # fmt: skip
@given(medecins, listes)
@settings(max_examples=200)
def test_le_fmt_dit_ce_que_dit_le_tableau(medecin: dict[str, Any], patients: list[dict[str, Any]]) -> None:
    relu, lus = fmt_relu(medecin, patients), reponse(medecin, patients)["resultats"]
    assert {champ: euros(lus[champ]) for champ in relu} == relu


@pytest.mark.normes("C3.1A-08", "C3.1A-09", "C3.1A-10", "C3.1A-11", "C3.1A-12", "C3.1A-13", "C3.1A-26")
@given(st.lists(un_patient(), max_size=12).map(numerotes))
def test_le_fpmt_dit_ce_que_dit_le_tableau(patients: list[dict[str, Any]]) -> None:
    nes = [p for p in patients if p["date_naissance"] <= "2024-12-31"]
    relu = fpmt_relu(nes, dt.date(2024, 12, 31))
    lus = reponse({}, nes, APPLIQUE, 2025)["resultats"]
    assert {champ: euros(lus[champ]) for champ in relu} == relu


@pytest.mark.normes("T-44")
@given(medecins, listes)
def test_chaque_patient_est_dans_une_classe_et_une_seule(medecin: dict[str, Any], patients: list[dict[str, Any]]) -> None:
    medecin = medecin | {"secteur": "1"}
    for patient, detail in zip(patients, reponse(medecin, patients)["resultats"]["patients"], strict=True):
        lignes = lignes_du_tableau(patient)
        assert len(lignes) <= 1
        assert detail["patient"] == patient["patient"]
        assert detail["classe"] == (lignes[0].classe if lignes else "hors-patientele")


@given(medecins, listes, st.sampled_from([SIGNE, APPLIQUE, *OPTIONS]), st.sampled_from([2024, 2025, 2026]))
@settings(max_examples=150)
def test_les_lignes_et_les_patients_font_le_total(
    medecin: dict[str, Any], patients: list[dict[str, Any]], texte: str, annee: int
) -> None:
    nes = [p for p in patients if p["date_naissance"] <= f"{annee - 1}-12-31"]
    lue = reponse(medecin, nes, texte, annee)
    lus, total = lue["resultats"], euros(lue["resultats"]["total"])
    assert sum((euros(ligne["montant"]) for ligne in lue["lignes"]), Decimal(0)) == total
    assert sum(euros(lus[c]) for c in ("socle", "majoration_c2s", "majoration_zone", "majoration_67_ans")) == total
    assert sum((euros(p["socle"]) for p in lus["patients"]), Decimal(0)) == euros(lus["socle"])
    if annee == 2026:
        assert sum((euros(p["majoration_c2s"]) for p in lus["patients"]), Decimal(0)) == euros(lus["majoration_c2s"])
    assert all(ligne["references"] for ligne in lue["lignes"])
    assert all(euros(ligne["montant"]) == euros(ligne["montant"]).quantize(CENTIME) for ligne in lue["lignes"])


@given(medecins, listes, un_patient(declares_a_temps=True), st.sampled_from([SIGNE, *OPTIONS]))
def test_un_patient_de_plus_ne_paie_jamais_moins(
    medecin: dict[str, Any], patients: list[dict[str, Any]], nouveau: dict[str, Any], texte: str
) -> None:
    avant, apres = (euros(reponse(medecin, liste, texte)["resultats"]["total"]) for liste in (patients, [*patients, nouveau]))
    eligible = medecin["secteur"] == "1" or (medecin["secteur"] == "2" and medecin["option_tarifaire"] != "aucune")
    assert apres >= avant + 5 if eligible else apres == avant == 0


@given(medecins, listes, st.randoms(use_true_random=False), st.sampled_from([(SIGNE, 2026), (OPTIONS[1], 2026), (APPLIQUE, 2025)]))
def test_l_ordre_des_patients_ne_change_rien(
    medecin: dict[str, Any], patients: list[dict[str, Any]], hasard: Any, moment: tuple[str, int]
) -> None:
    texte, annee = moment
    nes = [p for p in patients if p["date_naissance"] <= f"{annee - 1}-12-31"]
    melanges = list(nes)
    hasard.shuffle(melanges)
    un, autre = (reponse(medecin, liste, texte, annee) for liste in (nes, melanges))
    for lus in (un["resultats"], autre["resultats"]):
        lus["patients"] = sorted(lus["patients"], key=lambda p: p["patient"])
    assert un["resultats"] == autre["resultats"]
    assert [ligne["montant"] for ligne in un["lignes"]] == [ligne["montant"] for ligne in autre["lignes"]]


@pytest.mark.normes("C3.1A-04")
@given(medecins, listes)
def test_le_texte_applique_paie_ce_qui_est_signe(medecin: dict[str, Any], patients: list[dict[str, Any]]) -> None:
    signe, applique = (reponse(medecin, patients, texte) for texte in (SIGNE, APPLIQUE))
    assert signe["resultats"] == applique["resultats"]
    assert [ligne["montant"] for ligne in signe["lignes"]] == [ligne["montant"] for ligne in applique["lignes"]]


@pytest.mark.normes("C3.1A-03", "C3.1B-03")
@given(medecins, listes, st.sampled_from([SIGNE, *OPTIONS]))
def test_la_c2s_ne_change_aucune_majoration(medecin: dict[str, Any], patients: list[dict[str, Any]], texte: str) -> None:
    sans, avec = (reponse(medecin, [p | {"c2s": c2s} for p in patients], texte)["resultats"] for c2s in (False, True))
    for champ in ("socle", "majoration_zone", "majoration_67_ans"):
        assert sans[champ] == avec[champ]
    assert sans["majoration_c2s"] == 0
    assert euros(avec["total"]) == euros(sans["total"]) + euros(avec["majoration_c2s"])


def noeuds(arbre: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield arbre
    for enfant in arbre.get("enfants", ()):
        yield from noeuds(enfant)


@given(medecins, listes, st.sampled_from([(SIGNE, 2026), (OPTIONS[0], 2026), (APPLIQUE, 2025)]))
def test_l_explication_est_le_calcul(medecin: dict[str, Any], patients: list[dict[str, Any]], moment: tuple[str, int]) -> None:
    texte, annee = moment
    nes = [p for p in patients if p["date_naissance"] <= f"{annee - 1}-12-31"]
    lue = reponse(medecin, nes, texte, annee)
    racine = lue["explication"]["total"]
    assert racine["valeur"] == lue["resultats"]["total"]
    assert sum((euros(enfant["valeur"]) for enfant in racine["enfants"]), Decimal(0)) == euros(racine["valeur"])
    fournies = {str(valeur) for objet in (medecin, *nes) for valeur in objet.values()}
    for noeud in noeuds(racine):
        match noeud["genre"]:
            case "agregat" if noeud["nom"] == "somme":
                assert sum((euros(e["valeur"]) for e in noeud.get("enfants", ())), Decimal(0)) == euros(noeud["valeur"])
            case "figure":
                assert noeud["reference"]
                assert noeud["confiance"]
            case "entree":
                assert str(noeud["valeur"]) in fournies


def en_table(lignes: list[dict[str, Any]], schema: dict[str, Any]) -> pl.DataFrame:
    jours = {nom for nom, genre in schema.items() if genre == pl.Date}
    lues = [{n: date(ligne.get(n)) if n in jours else ligne.get(n) for n in schema} for ligne in lignes]
    return pl.DataFrame(lues, schema=schema)


PATIENTS = {"patient": pl.String, "medecin": pl.String, "date_naissance": pl.Date, "ald": pl.Boolean, "c2s": pl.Boolean,
            "date_derniere_consultation": pl.Date, "date_declaration_mt": pl.Date}  # fmt: skip
MEDECINS = {"medecin": pl.String, "secteur": pl.String, "option_tarifaire": pl.String, "zone": pl.String, "qpv": pl.Boolean,
            "rang_installation": pl.Int64, "date_naissance_medecin": pl.Date}  # fmt: skip


@given(st.lists(st.tuples(medecins, st.lists(un_patient(), max_size=6)), min_size=1, max_size=5), st.sampled_from([SIGNE, *OPTIONS]))
@settings(max_examples=25)
def test_les_colonnes_disent_comme_le_cas_explique(cabinets: list[tuple[dict[str, Any], list[dict[str, Any]]]], texte: str) -> None:
    contexte, forfait = contexte_de(Demande(trouver_texte(texte), 2026))
    medecins_en_table = [{**m, "medecin": f"m{n}", "date_naissance_medecin": m["date_naissance"]} for n, (m, _) in enumerate(cabinets)]
    patients = [{**p, "patient": f"m{n}p{r}", "medecin": f"m{n}"} for n, (_, liste) in enumerate(cabinets) for r, p in enumerate(liste)]
    calcul = Calcul(contexte, {"medecin": en_table(medecins_en_table, MEDECINS), "patient": en_table(patients, PATIENTS)})
    en_colonnes = calcul.evaluer("medecin", [f"{forfait}_total"]).collect().sort("medecin")[f"{forfait}_total"].to_list()
    assert en_colonnes == [int(euros(reponse(m, liste, texte)["resultats"]["total"]) * 100) for m, liste in cabinets]


@pytest.mark.normes("C3.1B-03")
@given(st.lists(un_patient(), min_size=1, max_size=8), st.integers(0, 10_000), st.integers(0, 10_000), st.integers(1, 9_999))
@settings(max_examples=60)
def test_les_majorations_s_arrondissent_au_demi_superieur(
    patients: list[dict[str, Any]], taux_zone: int, taux_senior: int, montant: int
) -> None:
    """With the figures in force nothing is ever rounded; a scenario with awkward rates and amounts must round as decimal does."""
    nouvelles = {"taux_zone": taux_zone, "taux_medecin_senior": taux_senior, "ald_80_ans_et_plus": montant}
    figures = "".join(f"    {nom}: {Decimal(centiemes) / 100}\n" for nom, centiemes in nouvelles.items())
    with tempfile.TemporaryDirectory() as dossier:
        chemin = Path(dossier, "taux.yaml")
        chemin.write_text(f"nom: taux\nbase: {SIGNE}\nfigures:\n  {NOM}:\n{figures}", "utf-8")
        texte = lire_scenario(chemin)
    entree = {"medecin": {"secteur": "1", "zone": "zip", "date_naissance": "1950-01-01"}, "patients": patients}
    lus = DISPOSITIF.calculer(Demande(texte, 2026), Entree.model_validate(entree)).resultats
    montants = {ligne.classe: Decimal(ligne.sans_c2s) for ligne in (*CIRCULAIRE, NON_VU)} | {"ald-80-ans-et-plus": montant * CENTIME}
    socle = sum((montants[ligne.classe] for p in patients for ligne in lignes_du_tableau(p)), Decimal(0))
    assert euros(lus["socle"]) == socle
    for champ, taux in (("majoration_zone", taux_zone), ("majoration_67_ans", taux_senior)):
        assert euros(lus[champ]) == (socle * taux / 10_000).quantize(CENTIME, ROUND_HALF_UP)
