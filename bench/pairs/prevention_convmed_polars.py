"""Fifteen indicators and the FMT from the acts: convmed on Polars, streaming engine."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl

from convmed.dispositifs import forfait_medecin_traitant as fmt
from convmed.dispositifs import prevention
from convmed.dispositifs.prevention.declaration import ETATS
from convmed.dispositifs.socle import Demande
from convmed.moteur.colonnes import Calcul
from convmed.moteur.registre import Contexte
from convmed.textes import trouver_texte

TABLES = ("medecin", "patient", "affection", "exclusion", "hors_cible", "evenement")
TOUJOURS_REMPLIES = (
    "date_naissance", "sexe", "ald", "c2s", "opposition", "numero_ald", "indicateur_exclu",
    "indicateur_hors_cible", "date", "traceur", "secteur", "option_tarifaire", "zone", "qpv", "date_naissance_medecin",
)  # fmt: skip


def charger(dossier: Path) -> dict[str, pl.LazyFrame]:
    return {nom: pl.read_parquet(dossier / f"{nom}.parquet").lazy() for nom in TABLES}


def ouvrir(dossier: Path) -> dict[str, pl.LazyFrame]:
    return {nom: pl.scan_parquet(dossier / f"{nom}.parquet") for nom in TABLES}


def contexte() -> Contexte:
    demande = Demande(trouver_texte("en-vigueur"), 2026)
    forfait, _ = fmt.contexte_de(demande)
    suivi = prevention.contexte_de(demande)
    return replace(suivi, parametres={**forfait.parametres, **suivi.parametres})


def calculer(tables: dict[str, pl.LazyFrame]) -> dict[str, int]:
    calcul = Calcul(contexte(), tables, TOUJOURS_REMPLIES)
    noms = {indicateur.colonne: indicateur.nom for indicateur in prevention.INDICATEURS}
    patients = calcul.evaluer("patient", noms)
    medecins = calcul.evaluer("medecin", ["fmt_total", "prevention_total"])
    etats, totaux = pl.collect_all(
        [
            patients.select(
                (pl.col(colonne) == etat).sum().alias(f"{nom} {etat}") for colonne, nom in noms.items() for etat in ETATS
            ),
            medecins.select(fmt=pl.col("fmt_total").sum(), prevention=pl.col("prevention_total").sum()),
        ],
        engine="streaming",
    )
    return {**totaux.row(0, named=True), **etats.row(0, named=True)}
