"""The state of a population and its counts: what they give is what grouping and joining gives, and serves every text."""

# ruff: noqa: PLW0108 - the parameters of a rule are the columns that it reads

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convmed.moteur.colonnes import Calcul
from convmed.moteur.denombrement import Comptage, decomposer, recomposer
from convmed.moteur.etat import Recensement
from convmed.moteur.noeuds import (
    ans_revolus,
    arrondi_demi_superieur,
    cas,
    derniere,
    et,
    existe,
    mois_revolus,
    nombre,
    non,
    ou,
    parmi,
    premiere,
    present,
    somme,
    vrai,
)  # fmt: skip
from convmed.moteur.registre import Registre
from convmed.moteur.traduction import ne_au_plus_tard
from moteur.reseau import ajouter, contexte, registre

J = dt.date
RAYONS = ["cartes", "plans", "romans"]


def de_lecteurs() -> Registre:
    """Return a registry whose rules of a reader read loans in every manner, and whose network sums over its readers."""
    r = registre()
    ajouter(r, "pret", "mois", lambda naissance, date: mois_revolus(naissance, date), "age_au_pret")
    ajouter(r, "lecteur", "date", lambda: derniere("pret", _c("date"), _c("rayon") == "plans"), "dernier_plan")
    ajouter(r, "lecteur", "date", lambda: premiere("pret", _c("date"), et(_c("rayon") == "cartes", _c("age_au_pret") >= 300)), "premiere_carte")
    ajouter(r, "lecteur", "nombre", lambda: nombre("pret", et(_c("rayon") == "romans", _c("retard") > 0)), "romans_en_retard")
    ajouter(r, "lecteur", "booléen", lambda: existe("pret", parmi(_c("rayon"), ("cartes", "atlas"))), "a_pris_des_cartes")
    ajouter(r, "lecteur", "EUR", lambda: somme("pret", _c("prix"), present(_c("date"))), "valeur_empruntee")
    ajouter(r, "lecteur", "texte", lambda naissance, jour, etudiant, romans_en_retard, dernier_plan, a_pris_des_cartes: cas(
        (ans_revolus(naissance, jour) >= 60, "senior"),
        (et(present(dernier_plan), dernier_plan >= J(2023, 6, 1)), "arpenteur"),
        (etudiant, "etudiant"),
        (ou(romans_en_retard > 0, a_pris_des_cartes), "curieux"),
        sinon="autre",
    ), "classe")  # fmt: skip
    ajouter(r, "lecteur", "EUR", lambda classe, bareme: cas(
        (classe == "senior", 0), (classe == "arpenteur", bareme.bonus * 3), (classe == "etudiant", bareme.bonus), sinon=100,
    ), "cotisation")  # fmt: skip
    ajouter(r, "lecteur", "nombre", lambda classe, valeur_empruntee: cas((vrai(classe == "senior"), 1), sinon=0)
            + cas((valeur_empruntee > 1000, 2), sinon=0), "voix")  # fmt: skip
    ajouter(r, "lecteur", "EUR", lambda valeur_empruntee, classe: cas(
        (classe == "autre", 0), sinon=arrondi_demi_superieur(valeur_empruntee, 3)), "caution")  # fmt: skip
    ajouter(r, "reseau", "EUR", lambda: somme("lecteur", _c("cotisation")), "cotisations")
    ajouter(r, "reseau", "nombre", lambda: somme("lecteur", _c("voix") * 2, _c("etudiant")), "voix_etudiantes")
    ajouter(r, "reseau", "nombre", lambda: nombre("lecteur", _c("classe") == "curieux"), "curieux")
    ajouter(r, "reseau", "EUR", lambda: somme("lecteur", _c("caution")), "cautions")
    ajouter(r, "reseau", "EUR", lambda cotisations, voix_etudiantes, curieux, cautions: cotisations + 7 * voix_etudiantes + curieux + cautions, "budget")
    return r


def _c(nom: str) -> Any:
    from convmed.moteur.noeuds import Colonne

    return Colonne(nom)


jours = st.one_of(st.none(), st.dates(J(2020, 1, 1), J(2026, 3, 1)))
naissances = st.one_of(st.none(), st.dates(J(1960, 1, 1), J(2010, 1, 1)), st.sampled_from([J(1964, 2, 29), J(1965, 12, 31), J(1966, 1, 1)]))
lecteurs = st.lists(st.tuples(st.sampled_from("ABC"), naissances, st.sampled_from([True, False, None])), max_size=8)
prets = st.lists(
    st.tuples(st.integers(0, 9), st.one_of(st.none(), st.integers(-3, 9)), st.one_of(st.none(), st.integers(0, 3000)), jours,
              st.sampled_from([*RAYONS, None])), max_size=25)  # fmt: skip


def tables_de(des_lecteurs: list[Any], des_prets: list[Any], depart: int) -> dict[str, pl.DataFrame]:
    return {
        "reseau": pl.DataFrame({"reseau": ["A", "B", "C", "D"], "public": [True] * 4, "ville": ["Lyon"] * 4}),
        "lecteur": pl.DataFrame(
            [(depart + rang, *un) for rang, un in enumerate(des_lecteurs)],
            schema={"lecteur": pl.Int64, "reseau": pl.String, "naissance": pl.Date, "etudiant": pl.Boolean}, orient="row",
        ),
        # The loan of a reader who is not there is nobody's.
        "pret": pl.DataFrame(
            [(depart + rang, *un) for rang, *un in des_prets],
            schema={"lecteur": pl.Int64, "retard": pl.Int64, "prix": pl.Int64, "date": pl.Date, "rayon": pl.Enum(RAYONS)}, orient="row",
        ),
    }  # fmt: skip


RESULTATS = ["classe", "cotisation", "voix", "caution", "dernier_plan", "premiere_carte", "romans_en_retard", "a_pris_des_cartes", "valeur_empruntee"]


@given(lecteurs, prets, st.sampled_from([0, 5]), st.sampled_from([1, 2, 50]), st.booleans())
def test_l_etat_donne_ce_que_donnent_les_jointures(des_lecteurs: list[Any], des_prets: list[Any], depart: int, pas: int, melange: bool) -> None:
    r, tables = de_lecteurs(), tables_de(des_lecteurs, des_prets, depart)
    # Keys with gaps, near one another or far apart, in any order.
    tables = {nom: table.with_columns(pl.col("lecteur") * pas) if "lecteur" in table.columns else table for nom, table in tables.items()}
    if melange:
        tables["lecteur"] = tables["lecteur"].reverse()
    sans_etat = Calcul(contexte(r), {**tables, "pret": tables["pret"].cast({"rayon": pl.String})})
    calcul = Calcul(contexte(r), tables)
    recensement = Recensement("lecteur")
    recensement.ajouter(calcul, RESULTATS)
    # A second text that reads the same takes nothing more.
    pris = len(recensement.lectures)
    recensement.ajouter(Calcul(contexte(de_lecteurs()), tables), RESULTATS)
    assert len(recensement.lectures) == pris
    etat = recensement.completer(tables)
    schemas = {nom: table.columns for nom, table in tables.items()}
    avec_etat = Calcul(contexte(r), {"lecteur": etat, "reseau": tables["reseau"]}, ailleurs=schemas)
    obtenu = avec_etat.evaluer("lecteur", RESULTATS).collect().sort("lecteur")
    assert obtenu.equals(sans_etat.evaluer("lecteur", RESULTATS).collect().sort("lecteur"))

    pris_du_reseau = decomposer(avec_etat, "reseau", "lecteur", ["budget"])
    comptes = Comptage(avec_etat, "reseau", "lecteur", pris_du_reseau).compter(etat, tables["reseau"])
    reseaux = recomposer(tables["reseau"].join(comptes, on="reseau", how="left"), pris_du_reseau)
    budgets = Calcul(contexte(r), {"reseau": reseaux}, ailleurs=schemas).evaluer("reseau", ["budget"]).collect().sort("reseau")
    assert budgets.equals(sans_etat.evaluer("reseau", ["budget"]).collect().sort("reseau"))


def test_ce_qui_se_compte_et_ce_qui_se_somme() -> None:
    r = de_lecteurs()
    calcul = Calcul(contexte(r), tables_de([("A", J(1990, 1, 1), True)], [], 0))
    pris = decomposer(calcul, "reseau", "lecteur", ["cotisations", "cautions"])
    bonus = contexte(r).figure("reseau", "bonus")[1]
    # The three ways of the contribution that pay something are counted; a rounding on each reader must be summed.
    assert sorted(c for parts in pris.sommes.values() for c in parts.values()) == sorted([1, 100, bonus, 3 * bonus])
    assert (len(pris.conditions), len(pris.termes)) == (3, 1)
    with pytest.raises(LookupError, match="ne se dénombre pas"):
        ajouter(r, "reseau", "date", lambda: derniere("lecteur", _c("naissance")), "le_plus_jeune")
        decomposer(calcul, "reseau", "lecteur", ["le_plus_jeune"])


@given(st.dates(J(1900, 1, 1), J(2030, 12, 31)), st.dates(J(1901, 1, 1), J(2035, 12, 31)), st.integers(0, 130))
def test_une_date_de_naissance_vaut_un_age(naissance: dt.date, jour: dt.date, age: int) -> None:
    for unite in ("ans", "mois"):
        borne = ne_au_plus_tard(unite, jour, age)
        assert borne is not None
        assert (naissance <= borne) == (_revolus(naissance, jour, unite) >= age), (unite, borne)


def _revolus(debut: dt.date, fin: dt.date, unite: str) -> int:
    """Return completed years or months by the definition: the calendar apart, minus one before the day comes round."""
    if unite == "ans":
        return fin.year - debut.year - ((fin.month, fin.day) < (debut.month, debut.day))
    return 12 * (fin.year - debut.year) + fin.month - debut.month - (fin.day < debut.day)


def test_un_age_sans_calendrier_n_est_pas_compare_ainsi() -> None:
    assert ne_au_plus_tard("ans", J(2026, 12, 31), 3000) is None
    assert ne_au_plus_tard("mois", J(2026, 12, 31), -100_000) is None


@pytest.mark.parametrize("jour", [J(2024, 2, 29), J(2025, 2, 28), J(2026, 12, 31), J(2026, 4, 30)])
@pytest.mark.parametrize("unite", ["ans", "mois"])
def test_les_quatre_comparaisons_d_un_age(jour: dt.date, unite: str) -> None:
    r = registre()
    duree = ans_revolus if unite == "ans" else mois_revolus
    ajouter(r, "lecteur", unite, lambda naissance, jour: duree(naissance, jour), "age")
    for nom, test in {"ge": lambda a: a >= 60, "gt": lambda a: a > 60, "lt": lambda a: a < 60, "le": lambda a: a <= 60}.items():
        ajouter(r, "lecteur", "booléen", _de_l_age(test), nom)
    lecteurs_ = [None, *(jour - dt.timedelta(days=ecart) for ecart in (*range(1795, 1860), *range(21880, 21960)))]
    table = pl.DataFrame({"lecteur": range(len(lecteurs_)), "reseau": ["A"] * len(lecteurs_), "naissance": lecteurs_})
    calcul = Calcul(contexte(r, jour=jour), {"lecteur": table})
    obtenu = calcul.evaluer("lecteur", ["ge", "gt", "lt", "le"]).collect()
    for ligne, naissance in zip(obtenu.to_dicts(), lecteurs_, strict=True):
        age = None if naissance is None else _revolus(naissance, jour, unite)
        attendu = {"ge": age and age >= 60, "gt": age and age > 60, "lt": age and age < 60, "le": age and age <= 60}
        assert {nom: ligne[nom] for nom in attendu} == attendu, naissance


def _de_l_age(test: Callable[[Any], Any]) -> Callable[..., Any]:
    return lambda age: test(age)


def test_non_reste_non() -> None:
    # A closed word that no row of the rule bears is equal to nothing, and different from every word known.
    r = registre()
    ajouter(r, "pret", "booléen", lambda rayon: rayon == "atlas", "est_un_atlas")
    ajouter(r, "pret", "booléen", lambda rayon: non(rayon != "cartes"), "est_une_carte")
    table = pl.DataFrame({"pret": [1, 2, 3], "lecteur": [1, 1, 1], "rayon": ["cartes", "romans", None]}, schema_overrides={"rayon": pl.Enum(RAYONS)})
    obtenu = Calcul(contexte(r), {"pret": table}).evaluer("pret", ["est_un_atlas", "est_une_carte"]).collect()
    assert obtenu.select("est_un_atlas", "est_une_carte").rows() == [(False, True), (False, False), (None, None)]
