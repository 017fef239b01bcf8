"""The same agreement on PySpark: all the rules of the project at once, on thousands of rows from one seed."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import convmed
from convmed.donnees.entites import REGISTRE
from convmed.moteur.colonnes import Calcul
from moteurs.generation import (
    Besoin,
    Lignes,
    Tirage,
    besoin_de,
    cadres,
    contexte,
    generer,
    parametres,
    pleines,
    regles_par_dispositif,
    valeurs_tracees,
)
from moteurs.test_accord import ecarts

RACINES, LIGNES = 60, 2_000
OPTIONS = {
    "spark.ui.enabled": "false",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.sql.session.timeZone": "UTC",
    # Few rows and many columns: what costs is preparing the query, not running it.
    "spark.sql.shuffle.partitions": "2",
    "spark.default.parallelism": "2",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.python.sql.dataFrameDebugging.enabled": "false",
}


def regles_par_cadre() -> dict[tuple[str, dt.date], list[str]]:
    """Return the frames of all dispositifs, each with the rules to compare there."""
    groupes: dict[tuple[str, dt.date], list[str]] = {}
    for dispositif in regles_par_dispositif():
        for cadre in cadres(dispositif):
            groupes.setdefault((cadre.texte, cadre.date), []).extend(cadre.regles)
    return groupes


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    from pyspark.sql import SparkSession

    batisseur = SparkSession.builder.master("local[2]").appName("convmed")
    for nom, valeur in OPTIONS.items():
        batisseur = batisseur.config(nom, valeur)
    session = batisseur.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


def en_spark(session: Any, entite: str, lignes: Lignes, besoin: Besoin) -> Any:
    from pyspark.sql import types

    genres = {
        "booleen": types.BooleanType(), "entier": types.LongType(), "date": types.DateType(), "texte": types.StringType(),
    }  # fmt: skip
    parent = REGISTRE.entites[entite].parent
    cles = [entite, parent] if parent else [entite]
    fournies = [nom for nom in besoin.entrees[entite] if not lignes or nom in lignes[0]]
    champs = [types.StructField(cle, types.StringType()) for cle in cles]
    champs += [types.StructField(nom, genres[REGISTRE.entrees[nom].genre]) for nom in fournies]
    return session.createDataFrame([tuple(ligne[c.name] for c in champs) for ligne in lignes], types.StructType(champs))


def effectifs(besoin: Besoin) -> dict[str, int]:
    return {entite: LIGNES if REGISTRE.entites[entite].parent else RACINES for entite in besoin.entites}


@pytest.mark.parametrize(("texte", "date"), regles_par_cadre())
def test_spark_dit_comme_les_valeurs_tracees(spark: Any, texte: str, date: dt.date) -> None:
    noms = regles_par_cadre()[texte, date]
    besoin = besoin_de(contexte(texte, date), dict.fromkeys(noms))
    tirage = Tirage(20240604, effectifs(besoin), frozenset(), manquants=True, annonce_sans_nul=True)
    tables = generer(besoin, tirage)
    ici = contexte(texte, date, parametres(besoin, tirage, date.year))
    attendues: Mapping[str, Any] = valeurs_tracees(ici, besoin, tables)
    fournies = {entite: en_spark(spark, entite, lignes, besoin) for entite, lignes in tables.items()}
    calcul = Calcul(ici, fournies, list(pleines(tables)))
    for entite, lignes in attendues.items():
        obtenues = [ligne.asDict() for ligne in calcul.evaluer(entite, besoin.regles[entite]).collect()]
        assert ecarts(lignes, obtenues, entite, besoin.regles[entite]) == []
    assert sum(len(lignes) for lignes in attendues.values()) >= RACINES


def test_convmed_se_charge_sans_pyspark() -> None:
    paquets = str(Path(convmed.__file__).parents[1])
    programme = (
        "import sys\n"
        "sys.modules['pyspark'] = None\n"
        "import convmed, convmed.moteur.colonnes, convmed.dispositifs\n"
        "convmed.dispositifs.tous()\n"
    )
    subprocess.run([sys.executable, "-c", programme], check=True, env={**os.environ, "PYTHONPATH": paquets})
