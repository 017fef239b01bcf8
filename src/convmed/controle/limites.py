"""Maximums: how many times a code may be billed by doctor or patient, over a week, a quarter, a year or for ever."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from convmed.controle.periode import Preuve
from convmed.cotation.nomenclature import Code, Limite, Nomenclature
from convmed.textes import Texte, baremes

COLONNES = ("ligne", "facture", "medecin", "patient", "code", "date_heure", "date_acte", "enjeu")
NOMS = {"semaine": "par semaine", "trimestre": "par trimestre", "annee": "par an", "toujours": "en tout"}
DEBUTS = {"semaine": "1w", "trimestre": "1q", "annee": "1y"}
PAR = {"medecin": "par médecin", "patient": "par patient"}


def limitees(lignes: pl.DataFrame, table: Nomenclature) -> pl.DataFrame:
    """Return the lines whose code has a maximum: few of them, so that they are counted together at the end."""
    codes = [code.code for code in table.codes.values() if code.limites]
    enjeu = pl.col("montant") if "montant" in lignes.columns else pl.lit(None, pl.Int64)
    return lignes.filter(pl.col("code").is_in(codes)).with_columns(enjeu=enjeu).select(*COLONNES)


def depassements(parts: Sequence[pl.DataFrame], table: Nomenclature, texte: Texte, preuves: dict[Preuve, int]) -> pl.DataFrame:
    """Return the lines over a maximum, in the order of the acts: the first ones are due, the next ones are not."""
    schema = {"ligne": pl.UInt32, "facture": pl.String, "medecin": pl.String, "code": pl.String, "preuve": pl.Int32, "enjeu": pl.Int64}
    lignes = pl.concat(parts) if parts else pl.DataFrame(schema=schema)
    trouves = [pl.DataFrame(schema=schema)]
    for code in table.codes.values():
        siennes = lignes.filter(pl.col("code") == code.code) if code.limites and lignes.height else lignes.clear()
        for limite in code.limites if siennes.height else ():
            trouves.append(_au_dela(siennes, code, limite, texte, preuves).select(*schema))
    return pl.concat(trouves)


def _au_dela(lignes: pl.DataFrame, code: Code, limite: Limite, texte: Texte, preuves: dict[Preuve, int]) -> pl.DataFrame:
    figure = baremes()[code.dispositif][limite.figure]
    jours = lignes.get_column("date_acte").unique()
    valeurs = {jour: valeur for jour in jours if (valeur := texte.valeur(figure, jour)) is not None and valeur.calcul is not None}
    if not valeurs:
        return lignes.clear().with_columns(preuve=pl.lit(0, pl.Int32))
    maximums = {jour: valeur.calcul for jour, valeur in valeurs.items()}
    reference = next(iter(valeurs.values())).reference
    debut = pl.col("date_acte").dt.truncate(DEBUTS[limite.periode]) if limite.periode in DEBUTS else pl.lit(0)
    comptees = (
        lignes.sort("date_heure", "ligne")
        .with_columns(_debut=debut, _maximum=pl.col("date_acte").replace_strict(list(maximums), list(maximums.values()), default=None))
        .with_columns(_rang=pl.col("ligne").cum_count().over(*limite.par, "_debut"))
    )
    maximum = next(iter(maximums.values()))
    combien = f"{maximum} {NOMS[limite.periode]} et {' et '.join(PAR[p] for p in limite.par)}"
    preuve = Preuve("limite", f"{code.code} : plafond", f"{code.code} au-delà de {combien}", reference)
    numero = preuves.setdefault(preuve, len(preuves))
    return comptees.filter(pl.col("_rang") > pl.col("_maximum")).with_columns(preuve=pl.lit(numero, pl.Int32))
