"""The prevention dashboard: patients × indicators, states, evidence, next useful dates, what is to gain."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl

from convmed.dispositifs import Demande, prevention
from convmed.dispositifs.prevention import INDICATEURS
from convmed.donnees.dossier import Dossier
from convmed.moteur.registre import RegleAbsente
from convmed.restitution.evaluation import Cabinet, tables_de
from convmed.textes import Erreurs, Faute, Texte
from convmed.textes.unites import vers_nombre

DONNEE_MANQUANTE = "donnee-manquante"
COURT = {
    "valide": "validé", "non-valide": "non validé", "non-concerne": "NA", "exclu": "exclu",
    "opposition": "opposition", DONNEE_MANQUANTE: "donnée manquante",
}  # fmt: skip


def regles_du_tableau() -> list[str]:
    """Return the patient columns that the dashboard shows."""
    suivis = [i.colonne + suffixe for i in INDICATEURS for suffixe in ("", "_acte", "_prochaine")]
    return [*suivis, "prevention_valides", "prevention_non_valides", "prevention_montant"]


def evaluer(dossier: Dossier, annee: int, texte: Texte, date: dt.date | None = None) -> Cabinet:
    """Evaluate the patient list at a date (by default 31 December of the exercise).

    `Erreurs` if the exercise has no prevention indicator, or the dossier no events.
    """
    contexte = prevention.contexte_de(Demande(texte, annee), date)
    try:
        contexte.regle("prevention_montant")
    except RegleAbsente as absente:
        raise Erreurs([Faute(f"pas de tableau de bord : {absente} ; avant, la ROSP (annexe 7)")]) from absente
    if dossier.evenements is None:
        raise Erreurs([Faute("le tableau de bord a besoin des actes", fichier=str(dossier.chemin / "evenements.csv"))])
    return Cabinet(contexte, dossier.cabinet["medecin"], tables_de(dossier), ["prevention_total"], regles_du_tableau())


def table(cabinet: Cabinet) -> pl.DataFrame:
    """Return the long table, one row a patient and indicator.

    Columns: `patient`, `indicateur`, `etat` (six states), `dernier_acte`, `prochaine_date_utile`, `gain` (euros that
    validating would bring).
    """
    montant = cabinet.contexte.figure("prevention", "montant_indicateur")[1] or 0
    resultats = cabinet.resultats
    morceaux = [
        resultats.select(
            "patient",
            pl.lit(indicateur.nom).alias("indicateur"),
            pl.col(indicateur.colonne).fill_null(DONNEE_MANQUANTE).alias("etat"),
            pl.col(indicateur.colonne + "_acte").cast(pl.Date).alias("dernier_acte"),
            pl.col(indicateur.colonne + "_prochaine").cast(pl.Date).alias("prochaine_date_utile"),
        )
        for indicateur in INDICATEURS
    ]
    gagnable = (pl.col("etat") == "non-valide") & pl.col("prochaine_date_utile").is_not_null()
    return pl.concat(morceaux).with_columns(
        pl.when(gagnable).then(vers_nombre(montant, "EUR")).otherwise(0).cast(pl.Decimal(10, 2)).alias("gain")
    )


def a_gagner(table_longue: pl.DataFrame, combien: int = 10) -> pl.DataFrame:
    """Return the patients with most to gain: `patient`, `gain`, `indicateurs` to do."""
    return (
        table_longue.filter(pl.col("gain") > 0)
        .group_by("patient")
        .agg(pl.col("gain").sum(), pl.col("indicateur").alias("indicateurs"))
        .sort(["gain", "patient"], descending=[True, False])
        .head(combien)
    )


def synthese(table_longue: pl.DataFrame) -> pl.DataFrame:
    """Return, for each indicator, how many patients are in each state."""
    ordre = {indicateur.nom: rang for rang, indicateur in enumerate(INDICATEURS)}
    etats = list(COURT)
    comptes = table_longue.group_by("indicateur").agg(
        *((pl.col("etat") == etat).sum().cast(pl.Int64).alias(etat) for etat in etats)
    )
    return comptes.sort(pl.col("indicateur").replace_strict(ordre, default=99, return_dtype=pl.Int64))


def en_dict(cabinet: Cabinet | None) -> dict[str, Any]:
    """Return the dashboard as JSON: date of observation, counts by indicator, patients with most to gain."""
    if cabinet is None:
        return {}
    longue = table(cabinet)
    observation = cabinet.contexte.parametres["date_observation"]
    assert isinstance(observation, dt.date)
    return {
        "date": observation.isoformat(),
        "indicateurs": synthese(longue).to_dicts(),
        "a_gagner": [{**ligne, "gain": float(ligne["gain"])} for ligne in a_gagner(longue).to_dicts()],
        "patients": [
            {"patient": patient, "indicateurs": dict(zip(noms, etats, strict=True))}
            for patient, noms, etats in longue.group_by("patient", maintain_order=True)
            .agg("indicateur", "etat")
            .iter_rows()
        ],
    }
