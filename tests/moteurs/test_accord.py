"""One rule, one answer: traced values, Polars and DuckDB agree on every rule, on data drawn where rules turn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convmed.dispositifs import tous
from convmed.donnees.entites import REGISTRE
from convmed.moteur.colonnes import Calcul
from convmed.moteur.registre import Contexte
from convmed.textes.bareme import dossiers_des_dispositifs
from moteurs.generation import (
    Besoin,
    Cadre,
    Lignes,
    besoin_de,
    cadres,
    contexte,
    generer,
    parametres,
    pleines,
    regles_par_dispositif,
    tirages,
    valeurs_tracees,
)

EXEMPLES, LIGNES = 3, 40
TYPES = {"booleen": pl.Boolean, "entier": pl.Int64, "date": pl.Date, "texte": pl.String}


def en_polars(entite: str, lignes: Lignes, besoin: Besoin) -> pl.DataFrame:
    parent = REGISTRE.entites[entite].parent
    cles = [entite, parent] if parent else [entite]
    fournies = [nom for nom in besoin.entrees[entite] if not lignes or nom in lignes[0]]
    schema = dict.fromkeys(cles, pl.String) | {nom: TYPES[REGISTRE.entrees[nom].genre] for nom in fournies}
    return pl.DataFrame(lignes, schema=schema, orient="row")


def fermer(table: pl.DataFrame) -> pl.DataFrame:
    """Return a table whose words are closed lists, as in an extract of the country."""
    mots = [nom for nom, genre in table.schema.items() if genre == pl.String and nom in REGISTRE.entrees]
    return table.with_columns(pl.col(nom).cast(pl.Enum(table[nom].drop_nulls().unique().sort())) for nom in mots)


def ecarts(attendues: Mapping[str, Mapping[str, Any]], obtenues: Lignes, entite: str, noms: list[str]) -> list[str]:
    """Return each value that is not the traced one, in type as in value."""
    lues = {ligne[entite]: ligne for ligne in obtenues}
    assert lues.keys() == attendues.keys()
    assert len(obtenues) == len(lues)
    return [
        f"{nom} ({cle}) : {attendues[cle][nom]!r} tracé, {lues[cle][nom]!r} en colonnes"
        for cle in attendues
        for nom in noms
        if (type(attendues[cle][nom]), attendues[cle][nom]) != (type(lues[cle][nom]), lues[cle][nom])
    ]


def verifier(ici: Contexte, besoin: Besoin, tables: Mapping[str, Lignes], sans_nul: list[str]) -> None:
    attendues = valeurs_tracees(ici, besoin, tables)
    en_memoire = {entite: en_polars(entite, lignes, besoin) for entite, lignes in tables.items()}
    with duckdb.connect() as base:
        relations = {entite: base.from_arrow(table.to_arrow()) for entite, table in en_memoire.items()}
        fermees = {entite: fermer(table) for entite, table in en_memoire.items()}
        for moteur, fournies in (("polars", en_memoire), ("polars, mots clos", fermees), ("duckdb", relations)):
            calcul = Calcul(ici, fournies, sans_nul)
            for entite, lignes in attendues.items():
                noms = besoin.regles[entite]
                resultat = calcul.evaluer(entite, noms)
                obtenues = resultat.pl() if moteur == "duckdb" else resultat.collect()
                assert ecarts(lignes, obtenues.to_dicts(), entite, noms) == [], moteur


CADRES = [
    pytest.param(dispositif, cadre, id=f"{dispositif}-{cadre.texte}-{cadre.date}")
    for dispositif in regles_par_dispositif()
    for cadre in cadres(dispositif)
]


@pytest.mark.parametrize(("dispositif", "cadre"), CADRES)
@settings(max_examples=EXEMPLES, suppress_health_check=list(HealthCheck))
@given(donnees=st.data())
def test_polars_et_duckdb_disent_comme_les_valeurs_tracees(dispositif: str, cadre: Cadre, donnees: st.DataObject) -> None:
    date = donnees.draw(st.sampled_from(cadre.dates), label="date")
    besoin = besoin_de(contexte(cadre.texte, date), cadre.regles)
    tirage = donnees.draw(tirages(besoin, LIGNES), label="tirage")
    tables = generer(besoin, tirage)
    ici = contexte(cadre.texte, date, parametres(besoin, tirage, date.year))
    verifier(ici, besoin, tables, list(pleines(tables)) if tirage.annonce_sans_nul else [])


def test_tous_les_dispositifs_se_chargent() -> None:
    assert tous().keys() == dossiers_des_dispositifs().keys()
    assert regles_par_dispositif().keys() <= tous().keys()


def test_chaque_version_de_chaque_regle_est_comparee() -> None:
    comparees = {
        id(contexte(cadre.texte, cadre.date).regle(nom))
        for dispositif in regles_par_dispositif()
        for cadre in cadres(dispositif)
        for nom in cadre.regles
    }
    oubliees = [
        f"{version.nom} ({version.texte}, du {version.du})"
        for versions in REGISTRE.regles.values()
        for version in versions
        if id(version) not in comparees
    ]
    assert oubliees == []
