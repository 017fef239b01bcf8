"""The same agreement on PySpark: all the rules of the project at once, on thousands of rows from one seed."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

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

# Rows of an entity by the number of its ancestors: some children for each parent.
LIGNES = (100, 1_500, 6_000)
GRAINE = 20240604


def regles_par_cadre() -> dict[tuple[str, dt.date], list[str]]:
    """Return the frames of all dispositifs, each with the rules to compare there."""
    groupes: dict[tuple[str, dt.date], list[str]] = {}
    for dispositif in regles_par_dispositif():
        for cadre in cadres(dispositif):
            groupes.setdefault((cadre.texte, cadre.date), []).extend(cadre.regles)
    return groupes


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
    return {entite: LIGNES[min(len(REGISTRE.ancetres(entite)), 2)] for entite in besoin.entites}


def test_spark_dit_comme_les_valeurs_tracees(spark: Any) -> None:
    # One test for all: under xdist, each process that runs one of several would start a Spark of its own.
    trouves = {
        f"{texte}, {date:%d/%m/%Y}": ecarts_de_spark(spark, texte, date, regles)
        for (texte, date), regles in regles_par_cadre().items()
    }
    assert {cadre: liste for cadre, liste in trouves.items() if liste} == {}


def ecarts_de_spark(spark: Any, texte: str, date: dt.date, noms: list[str]) -> list[str]:
    """Return the values on which Spark does not agree under a text at a date."""
    besoin = besoin_de(contexte(texte, date), noms)
    tirage = Tirage(GRAINE, effectifs(besoin), frozenset(), manquants=True, annonce_sans_nul=True)
    tables = generer(besoin, tirage)
    ici = contexte(texte, date, parametres(besoin, tirage, date.year))
    valeurs = valeurs_tracees(ici, besoin, tables)
    fournies = {entite: en_spark(spark, entite, lignes, besoin) for entite, lignes in tables.items()}
    calcul = Calcul(ici, fournies, list(pleines(tables)))
    trouves: list[str] = []
    for entite, attendues in valeurs.items():
        regles = besoin.regles[entite]
        obtenues = [ligne.asDict() for ligne in calcul.evaluer(entite, regles).collect()]
        trouves += ecarts(attendues, obtenues, entite, regles)
    return trouves


def test_convmed_se_charge_sans_pyspark() -> None:
    paquets = str(Path(convmed.__file__).parents[1])
    programme = (
        "import sys\n"
        "sys.modules['pyspark'] = None\n"
        "import convmed, convmed.moteur.colonnes, convmed.dispositifs\n"
        "convmed.dispositifs.tous()\n"
    )
    subprocess.run([sys.executable, "-c", programme], check=True, env={**os.environ, "PYTHONPATH": paquets})
