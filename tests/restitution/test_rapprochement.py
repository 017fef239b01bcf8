"""Owed against paid: matched, late, short, too much, unexplained, to come, unpaid."""

import datetime as dt
import shutil
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import convmed
from convmed.restitution import rapprochement as r

EXEMPLES = Path(__file__).parents[2] / "exemples"


@pytest.fixture(scope="module")
def releve():
    return convmed.releve(EXEMPLES / "cabinet-zip", 2026)


def paiements(*lignes):
    schema = {"date": pl.Date, "libelle": pl.String, "montant": pl.Int64}
    return pl.DataFrame(list(lignes), schema=schema, orient="row")


def etats(releve, table, au=dt.date(2026, 7, 15)):
    return {(rangee.libelle, rangee.etat) for rangee in r.rapprocher(releve, table, au)}


def test_apparie_en_retard_insuffisant_inexplique(releve):
    versement = releve.lignes[0].montant
    table = paiements(
        (dt.date(2026, 4, 28), "FMT socle T1", versement),
        (dt.date(2026, 7, 9), "FMT socle T2", versement),
        (dt.date(2026, 9, 29), "FMT socle T3", versement - 1250),
        (dt.date(2026, 5, 2), "Régularisation diverse", 4321),
    )
    trouves = etats(releve, table, dt.date(2026, 10, 15))
    assert {
        (releve.lignes[0].libelle, "apparié"),
        (releve.lignes[1].libelle, "en retard"),
        (releve.lignes[2].libelle, "insuffisant"),
        ("Régularisation diverse", "inexpliqué"),
        (releve.lignes[3].libelle, "à venir"),
    } <= trouves


def test_la_veille_et_le_lendemain_de_l_echeance(releve):
    premiere = releve.lignes[0]
    vide = paiements()
    for au, etat in ((premiere.date_versement, "à venir"), (premiere.date_versement + dt.timedelta(days=1), "non versé")):
        assert (premiere.libelle, etat) in etats(releve, vide, au)
    for recu, etat in ((premiere.date_versement, "apparié"), (premiere.date_versement + dt.timedelta(days=1), "en retard")):
        assert (premiere.libelle, etat) in etats(releve, paiements((recu, "FMT", premiere.montant)))


def test_trop_percu(releve):
    premiere = releve.lignes[0]
    table = paiements((premiere.date_versement, "FMT", premiere.montant + 100))
    rangee = next(x for x in r.rapprocher(releve, table, dt.date(2026, 6, 1)) if x.etat == "trop-perçu")
    assert rangee.ecart == 100


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.dates(dt.date(2026, 1, 1), dt.date(2027, 12, 31)), st.sampled_from(["FMT", "DONUM", "SAS", "divers", "ROSP"]),
                  st.integers(1, 700_000)), max_size=12)
)  # fmt: skip
def test_aucun_euro_n_est_perdu_ni_compte_deux_fois(releve, lignes):
    rangees = r.rapprocher(releve, paiements(*lignes), dt.date(2026, 12, 31))
    assert sum(x.verse or 0 for x in rangees) == sum(montant for _, _, montant in lignes)
    assert sum(x.du or 0 for x in rangees) == releve.total


def test_sans_paiements_csv_le_fichier_est_demande(tmp_path):
    copie = tmp_path / "dossier"
    shutil.copytree(EXEMPLES / "pediatre", copie)
    with pytest.raises(convmed.Erreurs, match=r"paiements\.csv"):
        convmed.rapprocher(copie, 2026)
