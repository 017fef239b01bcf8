"""Sobriety on generated populations: a naive reading with fractions, and the columns of a file, give what the JSON case gives."""

from __future__ import annotations

import tempfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convmed.dispositifs.contrat import repondre
from convmed.restitution.sobriete import etudier
from convmed.textes import trouver_texte

SITUATIONS = {"plus-sobre", "en-baisse", "plus-sobre-et-en-baisse", "sans-bonus", "hors-champ"}
centimes = st.integers(0, 50_000_000).map(lambda c: c / 100)
attendus = st.integers(1, 50_000_000).map(lambda c: c / 100)
ratios = st.one_of(st.none(), st.integers(1, 3_000).map(lambda r: r / 1_000))
medecins = st.builds(
    lambda observe, attendu, pmt, avant, specialite: {"montant_observe": observe, "montant_attendu": attendu, "pmt": pmt,
                                                      **({"ratio_precedent": avant} if avant else {}), "specialite": specialite},
    st.one_of(centimes, st.sampled_from([80.0, 90.0, 100.0])), st.one_of(attendus, st.just(100.0)), st.integers(1, 3_000), ratios,
    st.sampled_from(["01", "01", "01", "22", "03"]),
)  # fmt: skip
populations = st.lists(medecins, min_size=1, max_size=25)
# A few classes, so that doctors share them.
classes = st.tuples(st.sampled_from(["0-39", "40-79", "80+"]), st.sampled_from("FM"), st.sampled_from(["oui", "non"]), st.sampled_from(["oui", "non"]))
listes = st.dictionaries(classes, st.tuples(st.integers(1, 500), st.integers(1, 5_000_000)), min_size=1, max_size=6)


def resultats(entree: dict[str, Any]) -> dict[str, Any]:
    obtenus: dict[str, Any] = repondre("sobriete", {"annee": 2026, "entree": entree})["resultats"]
    return obtenus


def au_centime(exact: Fraction) -> float:
    """Round half up."""
    return int((2 * exact * 100 + 1) // 2) / 100


def naive(population: list[dict[str, Any]], moyenne: Fraction) -> list[float]:
    """Return the bonuses as the texts say them, with fractions and without an engine."""
    exacts = [
        Fraction(int((2 * Fraction(str(un["montant_observe"])) / Fraction(str(un["montant_attendu"])) * 10**9 + 1) // 2), 10**9)
        for un in population
    ]
    generalistes = [ratio for ratio, un in zip(exacts, population, strict=True) if un["specialite"] != "03"]
    bonus = []
    for ratio, un in zip(exacts, population, strict=True):
        sobre = 10 * (1 + sum(autre < ratio for autre in generalistes)) <= 3 * len(generalistes)
        baisse = "ratio_precedent" in un and ratio < Fraction(9, 10) * Fraction(str(un["ratio_precedent"]))
        paye = un["specialite"] != "03" and (sobre or baisse)
        bonus.append(au_centime(1000 * un["pmt"] / moyenne) if paye else 0)
    return bonus


@pytest.mark.normes("C9.5-08", "T-101", "T-102", "T-103")
@given(populations)
def test_une_lecture_naive_donne_les_memes_bonus(population: list[dict[str, Any]]) -> None:
    lu = resultats({"medecins": population, "pmt_moyenne": 960.25})
    assert [un["bonus"] for un in lu["medecins"]] == naive(population, Fraction("960.25"))
    assert lu["montant"] == pytest.approx(sum(un["bonus"] for un in lu["medecins"]))


@given(populations)
def test_chaque_medecin_est_dans_une_situation_et_une_seule(population: list[dict[str, Any]]) -> None:
    lu = resultats({"medecins": population})
    assert {un["situation"] for un in lu["medecins"]} <= SITUATIONS
    assert all((un["bonus"] > 0) is (un["situation"] not in ("sans-bonus", "hors-champ")) for un in lu["medecins"])
    assert all(un["motif"] for un in lu["medecins"])
    sobres = [un["ratio"] for un in lu["medecins"] if un["situation"].startswith("plus-sobre")]
    autres = [un["ratio"] for un in lu["medecins"] if un["situation"] in ("en-baisse", "sans-bonus")]
    assert not sobres or not autres or max(sobres) < min(autres)
    assert lu["seuil_ratio"] == max(sobres, default=None)
    # Without ties, never more than three in ten.
    if len(set(sobres)) == len(sobres):
        assert 10 * len(sobres) <= 3 * lu["generalistes"]


@given(populations, st.integers(0, 24), st.integers(1, 100))
def test_prescrire_moins_ne_fait_jamais_perdre(population: list[dict[str, Any]], rang: int, de_moins: int) -> None:
    rang %= len(population)
    avant = resultats({"medecins": population, "pmt_moyenne": 1000})["medecins"][rang]["bonus"]
    moins = {**population[rang], "montant_observe": max(0, round(population[rang]["montant_observe"] - de_moins, 2))}
    apres = resultats({"medecins": [*population[:rang], moins, *population[rang + 1 :]], "pmt_moyenne": 1000})["medecins"][rang]["bonus"]
    assert apres >= avant


@pytest.mark.normes("T-99", "T-100")
@settings(max_examples=25)
@given(st.lists(listes, min_size=1, max_size=8), st.one_of(st.none(), st.lists(listes, min_size=8, max_size=8)))
def test_le_fichier_repond_comme_le_cas(population: list[dict[Any, Any]], avant: list[dict[Any, Any]] | None) -> None:
    with tempfile.TemporaryDirectory() as dossier:
        fichier, precedent = Path(dossier, "p.csv"), Path(dossier, "avant.csv")
        _ecrire(fichier, population)
        if avant is not None:
            _ecrire(precedent, avant)
        etude = etudier(fichier, trouver_texte("en-vigueur"), 2026, precedent=precedent if avant is not None else None)
    totaux: dict[Any, tuple[int, int]] = {}
    for liste in population:
        for classe, (patients, montant) in liste.items():
            deja = totaux.get(classe, (0, 0))
            totaux[classe] = (deja[0] + patients, deja[1] + montant)
    lues = {un["medecin"]: un for un in etude.medecins.to_dicts()}
    entrees = []
    for rang, liste in enumerate(population):
        une = lues[f"m{rang}"]
        attendu = sum((2 * patients * totaux[c][1] + totaux[c][0]) // (2 * totaux[c][0]) for c, (patients, _) in liste.items())
        observe = sum(montant for _, montant in liste.values())
        assert (float(une["montant_attendu"]), float(une["montant_observe"])) == (attendu / 100, observe / 100)
        avant_connu = {} if une["ratio_precedent"] is None else {"ratio_precedent": une["ratio_precedent"]}
        entrees.append({"medecin": f"m{rang}", "montant_observe": observe / 100, "montant_attendu": attendu / 100, "pmt": une["pmt"], **avant_connu})
    for attendue in resultats({"medecins": entrees})["medecins"]:
        une = lues[attendue["medecin"]]
        assert {cle: une[cle] for cle in ("ratio", "rang", "situation", "motif", "position")} == {cle: attendue[cle] for cle in ("ratio", "rang", "situation", "motif", "position")}
        assert float(une["bonus"]) == attendue["bonus"]


def _ecrire(chemin: Path, population: list[dict[Any, Any]]) -> None:
    lignes = ["medecin;tranche_age;sexe;ald;c2s;patients;montant"]
    for rang, liste in enumerate(population):
        lignes += [f"m{rang};{';'.join(classe)};{patients};{montant / 100:.2f}" for classe, (patients, montant) in liste.items()]
    chemin.write_text("\n".join(lignes) + "\n", "utf-8")
