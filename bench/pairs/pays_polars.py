"""The whole chain of the country by hand in Polars: indicators, FMT, prevention, DONUM of every doctor, figures in the code.

`tout` is one lazy query on all partitions, streamed; `partitions` runs the same query partition by partition in two
processes of one thread each, as convmed does.
"""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from functools import reduce
from multiprocessing import get_context
from operator import add, mul
from pathlib import Path

import polars as pl

from pairs.fmt_polars import par_medecin, par_patient
from pairs.pays import PROCESSUS, fichiers, resumer
from pairs.prevention_polars import (
    COVID_ALD,
    GRIPPE_ALD,
    MCVA_ALD,
    OBSERVATION,
    PNEUMOCOQUE_ALD,
    actes,
    de_l_age,
    ne_depuis_au_moins,
)

TABLES = ("medecin", "patient", "affection", "evenement")


def su(nom: str) -> pl.Expr:
    return pl.col(nom).fill_null(False)


def indicateurs() -> dict[str, tuple[pl.Expr, pl.Expr, pl.Expr]]:
    """Return whom each indicator is about, who is excluded, who fulfils it."""
    # An ALD whose number is not known leaves the group unknown.
    sans_numero = pl.col("ald") & ~su("numerotee")
    traite = pl.col("bronchodilatateurs").fill_null(0) >= 4

    def groupe(present: pl.Expr) -> pl.Expr:
        return pl.when(present).then(True).when(~sans_numero).then(False)

    femme, jamais = pl.col("sexe") == "F", pl.lit(False)
    mcva, diabete = su("ald_mcva"), su("ald_diabete")
    # Nobody published how many deliveries of antidiabetics make a diabetic: one of them leaves it unknown.
    suivi_hba1c = pl.when(diabete).then(True).when(~su("antidiabetique") & ~sans_numero).then(False)
    return {
        "grippe": (ne_depuis_au_moins(780) | (ne_depuis_au_moins(6) & groupe(su("ald_grippe") | traite)), jamais, su("grippe")),
        "covid": (ne_depuis_au_moins(780) | (ne_depuis_au_moins(6) & groupe(su("ald_covid") | traite)), jamais, su("covid")),
        "pneumocoque": (ne_depuis_au_moins(216) & groupe(su("ald_pneumocoque") | traite), jamais, su("pneumocoque")),
        "ror": (de_l_age(16, 36), jamais, su("ror")),
        "meningocoque-c": (de_l_age(5, 24), jamais, su("meningocoque")),
        "hpv": (de_l_age(132, 192), jamais, su("hpv")),
        "cancer-sein": (de_l_age(600, 900) & femme, su("exclu_sein"), su("sein")),
        "cancer-col": (de_l_age(300, 792) & femme, su("exclu_col"), (ne_depuis_au_moins(360) & su("hpv_col")) | su("cytologie")),
        "cancer-colorectal": (de_l_age(600, 900), su("exclu_colorectal"), su("colorectal")),
        "diabete": (ne_depuis_au_moins(540) & groupe(mcva), jamais, su("glycemie")),
        "mrc": (ne_depuis_au_moins(216) & groupe(mcva | diabete | su("ald_systeme")), jamais, su("mrc")),
        "hba1c": (suivi_hba1c, jamais, su("hba1c")),
        "examen-m9": (de_l_age(8, 22), jamais, su("m9")),
        "examen-m24": (de_l_age(22, 38), jamais, su("m24")),
        "bucco-dentaire": (de_l_age(36, 300), jamais, su("dentaire")),
    }  # fmt: skip


def comptes(patients: pl.LazyFrame, affections: pl.LazyFrame, evenements: pl.LazyFrame) -> pl.LazyFrame:
    """Return how many patients of each doctor are valid, and not, for each indicator."""
    numero = pl.col("numero_ald")
    par_numero = affections.group_by("patient").agg(
        ald_grippe=numero.is_in(GRIPPE_ALD).any(), ald_covid=numero.is_in(COVID_ALD).any(),
        ald_pneumocoque=numero.is_in(PNEUMOCOQUE_ALD).any(), ald_mcva=numero.is_in(MCVA_ALD).any(),
        ald_systeme=(numero == 21).any(), ald_diabete=(numero == 8).any(), numerotee=pl.lit(True),
    )  # fmt: skip
    # The doctor is counted with who is on the list at the observation and does not object.
    suivis = patients.filter(
        ~pl.col("opposition"), pl.col("date_naissance") <= OBSERVATION, pl.col("date_declaration_mt").fill_null(OBSERVATION) <= OBSERVATION
    )
    joints = suivis.join(par_numero, on="patient", how="left").join(actes(evenements, patients), on="patient", how="left")
    etats = {}
    for nom, (concerne, exclu, valide) in indicateurs().items():
        etats[f"{nom} valide"] = concerne & ~exclu & valide
        etats[f"{nom} non-valide"] = concerne & ~exclu & ~valide
    return joints.select("medecin", **etats).group_by("medecin").agg(pl.col(nom).sum().cast(pl.Int64) for nom in etats)


def moyenne_atteinte(cible: int, *services: str) -> pl.Expr:
    """Return whether the mean of the rates that count reaches a target, exactly: multiplied by all the totals."""
    totaux = [pl.col(f"numerique_{service}_total").cast(pl.Int128) for service in services]
    retenus = [total >= 10 for total in totaux]
    parts = [pl.when(retenu).then(total).otherwise(1) for retenu, total in zip(retenus, totaux, strict=True)]
    produit, combien = reduce(mul, parts), reduce(add, (retenu.cast(pl.Int128) for retenu in retenus))
    somme = reduce(add, (
        pl.when(retenu).then(pl.col(f"numerique_{service}_dematerialises") * (produit // ici)).otherwise(0)
        for service, retenu, ici in zip(services, retenus, parts, strict=True)
    ))  # fmt: skip
    return (combien > 0) & (100 * somme >= combien * cible * produit)


def numerique() -> pl.Expr:
    """Return the DONUM in cents."""
    socle = pl.col("numerique_logiciel_a_jour") & moyenne_atteinte(60, "dcmt", "pse", "fse", "aat")
    points = (
        280 + 60 * moyenne_atteinte(30, "cm_atmp", "dsg", "spe").cast(pl.Int64)
        + 60 * moyenne_atteinte(30, "dmp", "ordonnance_numerique").cast(pl.Int64)
        + 20 * ((pl.col("numerique_fse_appcv") >= 1) & (pl.col("numerique_messages_patients") >= 1)).cast(pl.Int64)
    )  # fmt: skip
    return pl.when(socle).then(points * 700).otherwise(0)


def medecins(tables: dict[str, pl.LazyFrame]) -> pl.LazyFrame:
    """Return each doctor with the counts of its list and what it is owed."""
    patients = tables["patient"].filter(pl.col("medecin").is_not_null())
    par_indicateur = comptes(patients, tables["affection"], tables["evenement"])
    valides = [f"{nom} valide" for nom in indicateurs()]
    socles = par_patient(patients).group_by("medecin").agg(pl.all().sum().cast(pl.Int64), effectif=pl.len().cast(pl.Int64))
    fmt = par_medecin(tables["medecin"], socles)
    return (
        tables["medecin"]
        .select("medecin", donum=numerique())
        .join(socles.select("medecin", "effectif"), on="medecin", how="left")
        .join(fmt, on="medecin", how="left")
        .join(par_indicateur, on="medecin", how="left")
        .with_columns(pl.exclude("fmt").fill_null(0))
        # Who is not eligible has no FMT at all, and no prevention with it.
        .with_columns(
            pl.col("fmt").fill_null(0), prevention=pl.when(pl.col("fmt").is_null()).then(0).otherwise(500 * pl.sum_horizontal(valides))
        )
    )


def calculer(dossier: Path, maniere: str) -> dict[str, int]:
    if maniere == "tout":
        return resumer(medecins({nom: pl.scan_parquet(fichiers(dossier, nom)) for nom in TABLES}).collect(engine="streaming"))
    partitions = [chemin.parent for chemin in fichiers(dossier, "medecin")]
    os.environ["POLARS_MAX_THREADS"] = "1"
    with ProcessPoolExecutor(PROCESSUS, get_context("spawn")) as groupe:
        return resumer(pl.concat(groupe.map(une_partition, partitions)))


def une_partition(partition: Path) -> pl.DataFrame:
    return medecins({nom: pl.read_parquet(partition / f"{nom}.parquet").lazy() for nom in TABLES}).collect()
