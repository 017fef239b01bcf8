"""Draws, from a seed, the population that every peer reads: the same Parquet files for all.

    python bench/donnees.py FOLDER PATIENTS [GRAINE]

Six files: `medecin` (one for about 1,000 patients), `patient`, `affection` (ALD numbers), `exclusion`, `hors_cible`, `evenement`
(2.5 tracer acts a patient, in no order, as claims come). A drawing is a load for the machine, not a picture of the country.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import polars as pl

GRAINE = 20240604
OBSERVATION = np.datetime64("2026-12-31")
PATIENTELE = np.datetime64("2025-12-31")
ACTES_PAR_PATIENT = 2.5
# Acts that a patient of each age receives: last age, then tracers; the order of each list is its order of frequency.
ACTES_PAR_AGE: tuple[tuple[int, tuple[str, ...]], ...] = (
    (3, ("consultation-enfant", "vaccin-meningocoque-c", "vaccin-ror")),
    (25, ("examen-bucco-dentaire", "vaccin-hpv", "bronchodilatateur")),
    (50, ("cytologie-col", "test-hpv-col", "glycemie-a-jeun", "creatinine-sanguine", "bronchodilatateur", "hba1c")),
    (75, (
        "vaccin-grippe", "glycemie-a-jeun", "creatinine-sanguine", "mammographie-depistage", "test-immunologique-colorectal",
        "hba1c", "antidiabetique", "albumine-creatinine-urinaire", "vaccin-covid", "cytologie-col", "test-hpv-col",
        "bronchodilatateur", "mammographie-bilaterale", "vaccin-pneumocoque-20", "albumine-urinaire", "creatinine-urinaire",
        "exclusion-sein", "exclusion-col", "exclusion-colorectal",
    )),
    (200, (
        "vaccin-grippe", "vaccin-covid", "creatinine-sanguine", "glycemie-a-jeun", "hba1c", "antidiabetique",
        "albumine-creatinine-urinaire", "bronchodilatateur", "vaccin-pneumocoque-20",
    )),
)  # fmt: skip
ALD_FREQUENTES = (8, 30, 12, 5, 13, 3, 23, 14, 15, 21, 19, 9, 31)


def tirer(dossier: Path, patients: int, graine: int = GRAINE) -> None:
    """Write the tables of so many patients in `dossier`."""
    dossier.mkdir(parents=True, exist_ok=True)
    hasard = np.random.default_rng([graine, patients])
    medecins = max(1, patients // 1000)
    _ecrire(dossier, "medecin", _medecins(hasard, medecins))
    table, ages, naissances = _patients(hasard, patients, medecins)
    _ecrire(dossier, "patient", table)
    en_ald = np.flatnonzero(table["ald"].to_numpy())
    numerotes = en_ald[hasard.random(len(en_ald)) < 0.97]
    numerotes = np.concatenate([numerotes, numerotes[hasard.random(len(numerotes)) < 0.25]])
    numeros = np.array(ALD_FREQUENTES)[np.minimum(hasard.geometric(0.22, len(numerotes)) - 1, len(ALD_FREQUENTES) - 1)]
    _ecrire(dossier, "affection", pl.DataFrame({"patient": numerotes, "numero_ald": numeros}))
    for nom, combien in (("exclusion", patients // 200), ("hors_cible", patients // 500)):
        colonne = "indicateur_exclu" if nom == "exclusion" else "indicateur_hors_cible"
        indicateurs = np.array(["cancer-sein", "cancer-col", "cancer-colorectal"])[hasard.integers(0, 3, combien)]
        _ecrire(dossier, nom, pl.DataFrame({"patient": hasard.integers(0, patients, combien), colonne: indicateurs}))
    _ecrire(dossier, "evenement", _evenements(hasard, ages, naissances))


def _ecrire(dossier: Path, nom: str, table: pl.DataFrame) -> None:
    table.write_parquet(dossier / f"{nom}.parquet", compression="zstd", statistics=True)


def _medecins(hasard: np.random.Generator, combien: int) -> pl.DataFrame:
    secteur = hasard.choice(["1", "2", "nc"], combien, p=[0.93, 0.06, 0.01])
    naissance = PATIENTELE - hasard.integers(30 * 365, 75 * 365, combien)
    recente = hasard.random(combien) < 0.08
    return pl.DataFrame(
        {
            "medecin": np.arange(combien, dtype=np.int32),
            "secteur": secteur,
            "option_tarifaire": np.where((secteur == "2") & (hasard.random(combien) < 0.5), "optam", "aucune"),
            "zone": hasard.choice(["zip", "zac", "hors-zone"], combien, p=[0.3, 0.4, 0.3]),
            "qpv": hasard.random(combien) < 0.05,
            "date_naissance_medecin": naissance,
            "date_premiere_installation": np.where(
                recente, PATIENTELE - hasard.integers(0, 4 * 365, combien), np.datetime64("NaT", "D")
            ),
        }
    )


def _patients(
    hasard: np.random.Generator, combien: int, medecins: int
) -> tuple[pl.DataFrame, np.ndarray, np.ndarray]:
    ages = np.minimum(hasard.beta(1.2, 1.5, combien) * 102, 100)
    naissances = OBSERVATION - (ages * 365.25).astype(np.int64)
    jamais = np.datetime64("NaT", "D")
    vu = PATIENTELE - hasard.geometric(1 / 260, combien)
    declaration = PATIENTELE - hasard.integers(-200, 15 * 365, combien)
    table = pl.DataFrame(
        {
            "patient": np.arange(combien, dtype=np.int64),
            "medecin": hasard.integers(0, medecins, combien, dtype=np.int32),
            "date_naissance": naissances,
            "sexe": np.where(hasard.random(combien) < 0.52, "F", "M"),
            "ald": hasard.random(combien) < np.clip((ages - 20) / 110, 0.02, 0.6),
            "c2s": hasard.random(combien) < 0.12,
            "date_derniere_consultation": np.where(hasard.random(combien) < 0.05, jamais, np.maximum(vu, naissances)),
            "date_declaration_mt": np.where(hasard.random(combien) < 0.02, jamais, declaration),
            "opposition": hasard.random(combien) < 0.01,
        }
    )
    return table, ages, naissances


def _evenements(hasard: np.random.Generator, ages: np.ndarray, naissances: np.ndarray) -> pl.DataFrame:
    combien = int(len(ages) * ACTES_PAR_PATIENT)
    patients = hasard.integers(0, len(ages), combien)
    tranche = np.searchsorted([borne for borne, _ in ACTES_PAR_AGE], ages[patients], side="right")
    noms = sorted({nom for _, actes in ACTES_PAR_AGE for nom in actes})
    rang = {nom: place for place, nom in enumerate(noms)}
    traceurs = np.zeros(combien, dtype=np.uint8)
    for place, (_, actes) in enumerate(ACTES_PAR_AGE):
        ici = np.flatnonzero(tranche == place)
        poids = 1 / np.arange(2, len(actes) + 2)
        codes = np.array([rang[nom] for nom in actes], dtype=np.uint8)
        traceurs[ici] = hasard.choice(codes, len(ici), p=poids / poids.sum())
    recul = np.minimum(hasard.exponential(500, combien), 8 * 365).astype(np.int64)
    # Acts keep coming between the observation and the day of the extract: some are too late to count.
    dates = np.maximum(OBSERVATION + 15 - recul, naissances[patients])
    return pl.DataFrame({"patient": patients, "date": dates}).with_columns(
        pl.Series("traceur", traceurs).cast(pl.UInt32).replace_strict(dict(enumerate(noms)), return_dtype=pl.String)
    )


if __name__ == "__main__":
    tirer(Path(sys.argv[1]), int(sys.argv[2]), *(int(graine) for graine in sys.argv[3:4]))
