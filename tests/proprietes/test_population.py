"""The synthetic population on any seed and size: closed, within its bounds, the same twice."""

from __future__ import annotations

import datetime as dt

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from convmed.donnees.population import nombre_de_partitions, tirer
from convmed.donnees.population.bilan import etablir, synthese
from convmed.donnees.population.mesure import mesurer
from convmed.donnees.population.production import GRAINE_MAX
from convmed.donnees.population.tirage import place
from convmed.restitution.masquage import petit
from convmed.restitution.population import MESURES, rangees

graines = st.integers(0, GRAINE_MAX)
tailles = st.one_of(st.integers(0, 40), st.integers(0, 3_000))
annees = st.integers(2017, 2030)


@settings(max_examples=30)
@given(graines, tailles, annees)
def test_toute_population_est_close_et_possible(graine: int, patients: int, annee: int) -> None:
    tables = tirer(graine, patients, 0, annee)
    assert all(table.equals(autre) for table, autre in zip(tables.values(), tirer(graine, patients, 0, annee).values(), strict=True))
    gens = tables["patient"]
    assert gens.get_column("patient").to_list() == list(range(patients))
    assert set(gens.get_column("medecin").drop_nulls()) <= set(tables["medecin"].get_column("medecin"))
    actes = tables["evenement"].join(gens, on="patient", how="left")
    assert actes.filter(pl.col("date_naissance").is_null() | (pl.col("date") < pl.col("date_naissance"))).is_empty()
    assert tables["affection"].join(gens.filter("ald"), on="patient", how="anti").is_empty()
    naissances = gens.get_column("date_naissance")
    assert not patients or (naissances.min() >= dt.date(annee - 104, 1, 1) and naissances.max() <= dt.date(annee, 12, 31))


@settings(max_examples=200)
@given(st.integers(0, 200_000_000), st.data())
def test_les_partitions_se_suivent_quelle_que_soit_la_taille(patients: int, donnees: st.DataObject) -> None:
    partitions = nombre_de_partitions(patients)
    rang = donnees.draw(st.integers(0, partitions - 1))
    ici = place(patients, rang)
    suivante = place(patients, rang + 1) if rang + 1 < partitions else None
    assert ici.premier_patient + ici.patients == (suivante.premier_patient if suivante else patients)
    if suivante:
        assert ici.premier_medecin + ici.generalistes + ici.pediatres == suivante.premier_medecin
    assert min(ici.patients, ici.generalistes, ici.pediatres) >= 0


@settings(max_examples=25)
@given(graines, st.integers(0, 1_500))
def test_un_rapport_ne_montre_aucune_petite_case(graine: int, patients: int) -> None:
    lignes = etablir(mesurer(tirer(graine, patients, 0), 2026))
    rendues = rangees(lignes)
    compte = synthese(lignes)
    assert compte["cibles"] == compte["atteintes"] + compte["manquees"] + compte["non_mesurables"]
    for ligne, rendue in zip(lignes, rendues, strict=True):
        petite = any(petit(ligne.genre_de_personnes, combien) for combien in ligne.personnes)
        assert rendue["masque"] == petite
        assert not petite or not any(rendue[nom] is not None for nom in MESURES)
