"""Checks a file of invoices against the texts: what is forbidden, over a maximum, at another price, or under-coded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl

from convmed.controle.lecture import SCHEMA_FAUTES, Lu, lire
from convmed.controle.limites import depassements, limitees
from convmed.controle.periode import CONSTATS, Periode, Preuve
from convmed.controle.seances import SEANCE, identifier, preparer
from convmed.controle.teleconsultation import activite, constater
from convmed.cotation.nomenclature import Nomenclature, nomenclature
from convmed.dispositifs.socle import tous
from convmed.donnees.entites import REGISTRE
from convmed.donnees.lecture import Progression
from convmed.moteur.registre import Contexte
from convmed.textes import EN_VIGUEUR, baremes, trouver_texte

UN_JOUR = dt.timedelta(days=1)
SCHEMA = {"ligne": pl.UInt32, "facture": pl.String, "medecin": pl.String, "code": pl.String, "preuve": pl.Int32, "enjeu": pl.Int64}


@dataclass(slots=True)
class Controle:
    """What a check found.

    `constats`: one row a finding (`ligne`, `facture`, `medecin`, `code`, `constat`, `regle`, `motif`, `references`,
    `enjeu` in cents); `rejets`: the lines that could not be treated, `avertissements` those that were all the same.
    """

    texte: str
    lignes: int
    traitees: int
    rejets: pl.DataFrame
    avertissements: pl.DataFrame
    constats: pl.DataFrame
    colonnes_absentes: tuple[str, ...]

    def synthese(self) -> pl.DataFrame:
        """Return one row for each doctor and rule: how many findings, what is at stake, the texts."""
        ordre = pl.Enum(CONSTATS)
        return (
            self.constats.group_by("medecin", "constat", "regle", "references")
            .agg(nombre=pl.len(), enjeu=pl.col("enjeu").sum())
            .select("medecin", pl.col("constat").cast(ordre), "regle", "nombre", "enjeu", "references")
            .sort("medecin", "constat", "nombre", "regle", descending=[False, False, True, False])
        )


def controler(chemin: str | Path, texte: str = EN_VIGUEUR, progression: Progression | None = None) -> Controle:
    """Check a CSV or Parquet file of invoices, one row a code billed.

    Memory is bounded by a share of the file, whatever its size and order. `Erreurs` if the file cannot be read at all;
    a line that cannot be treated is set aside and the others are checked.
    """
    tous()
    choisi, table = trouver_texte(texte), nomenclature()
    preuves: dict[Preuve, int] = {}
    constats: list[pl.DataFrame] = []
    avertissements: list[pl.DataFrame] = []
    limites: list[pl.DataFrame] = []
    activites: list[pl.DataFrame] = []
    traitees = 0
    with lire(Path(chemin), progression) as lu:
        for part in lu.tables():
            lignes, doubles = sans_doublon(part)
            lu.rejets.append(doubles)
            avertissements.append(desordre(lignes))
            traitees += lignes.height
            lignes, seances = identifier(lignes)
            entrees = preparer(seances, lignes, table)
            lignes = lignes.join(entrees.select(SEANCE, "date_acte"), on=SEANCE, how="left", maintain_order="left")
            trouves = [c for periode in _periodes(choisi, table, entrees, lignes, preuves) for c in periode.constats()]
            constats.append(_situer([c for c in trouves if c.height], lignes))
            limites.append(limitees(lignes, table))
            activites.append(activite(lignes, entrees, table))
        constats.append(depassements(limites, table, choisi, preuves).select(*SCHEMA))
        constats.append(constater(activites, choisi, preuves).select(*SCHEMA))
        return _rendre(choisi.id, lu, traitees, avertissements, constats, preuves)


def _rendre(
    texte: str, lu: Lu, traitees: int, avertissements: list[pl.DataFrame], constats: list[pl.DataFrame], preuves: dict[Preuve, int]
) -> Controle:
    rangees = [(rang, p.constat, p.regle, p.motif, p.references) for p, rang in preuves.items()]
    noms = {"preuve": pl.Int32, "constat": pl.String, "regle": pl.String, "motif": pl.String, "references": pl.String}
    sens = pl.DataFrame(rangees, schema=noms, orient="row")
    trouves = pl.concat(constats).join(sens, on="preuve", how="left").drop("preuve").sort("ligne", "constat", "regle", nulls_last=True)
    absentes = [c for c in _attendues() if c not in lu.presentes]
    return Controle(
        texte, lu.lignes, traitees, pl.concat(lu.rejets or [pl.DataFrame(schema=SCHEMA_FAUTES)]).sort("ligne", "colonne"),
        pl.concat(avertissements or [pl.DataFrame(schema=SCHEMA_FAUTES)]).sort("ligne"),
        trouves.select("ligne", "facture", "medecin", "code", "constat", "regle", "motif", "references", "enjeu"), tuple(absentes),
    )  # fmt: skip


def _attendues() -> list[str]:
    from convmed.controle.colonnes import DE_LA_SEANCE  # noqa: PLC0415

    return ["montant", "depassement", *(c.nom for c in DE_LA_SEANCE)]


def sans_doublon(lignes: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the lines without those that repeat an earlier one, and these with what they repeat."""
    cle = ["medecin", "facture", "patient", "date_heure", "code"]
    # A share holds the lines of a doctor in the order of the file.
    double = ~pl.struct(cle).is_first_distinct()
    doubles = lignes.filter(double).select(
        "ligne", pl.lit("code").alias("colonne"), pl.lit("ligne en double").alias("message"),
        pl.lit("une ligne par facture, patient, heure et code").alias("attendu"),
    )  # fmt: skip
    return (lignes.filter(~double) if doubles.height else lignes), doubles


def desordre(lignes: pl.DataFrame) -> pl.DataFrame:
    """Return the lines dated before the previous one of the same doctor: treated all the same, in the order of the dates."""
    recule = pl.col("date_heure") < pl.col("date_heure").shift(1).over("medecin")
    return lignes.filter(recule).select(
        "ligne", pl.lit("date_heure").alias("colonne"), pl.lit("antérieure à la ligne précédente du même médecin").alias("message"),
        pl.lit("des factures dans l'ordre (elle est traitée)").alias("attendu"),
    )  # fmt: skip


def _periodes(
    texte: Any, table: Nomenclature, seances: pl.DataFrame, lignes: pl.DataFrame, preuves: dict[Preuve, int]
) -> Iterator[Periode]:
    """Yield the lines of each stretch of time during which nothing changes in the texts."""
    if not lignes.height:
        return
    premier, dernier = lignes.get_column("date_acte").min(), lignes.get_column("date_acte").max()
    assert isinstance(premier, dt.date) and isinstance(dernier, dt.date)
    bornes = [premier, *(b for b in bornes_des_textes(texte.chaine, table) if premier < b <= dernier), dernier + UN_JOUR]
    for debut, fin in pairwise(bornes):
        dans = pl.col("date_acte").is_between(debut, fin, closed="left")
        siennes = lignes.filter(dans)
        if siennes.height:
            contexte = Contexte(REGISTRE, baremes(), texte, debut, debut.year)
            yield Periode(contexte, table, seances.filter(dans).drop("territoire_legal", "medecin"), siennes, preuves)


def bornes_des_textes(chaine: Iterable[str], table: Nomenclature) -> list[dt.date]:
    """Return the days from which a figure, a rule or a cumul is not what it was the day before."""
    textes = set(chaine)
    periodes = [(v.du, v.au) for d in {c.dispositif for c in table.codes.values()} for f in baremes()[d].values()
                for v in f.valeurs if v.texte in textes]  # fmt: skip
    periodes += [(r.du, r.au) for rs in REGISTRE.regles.values() for r in rs if r.entite == SEANCE and r.texte in textes]
    periodes += [(c.du, c.au) for c in table.cumuls]
    return sorted({du for du, _ in periodes} | {au + UN_JOUR for _, au in periodes if au.year < 2999})


def _situer(constats: list[pl.DataFrame], lignes: pl.DataFrame) -> pl.DataFrame:
    """Name the invoice, the doctor and the code of each finding."""
    if not constats:
        return pl.DataFrame(schema=SCHEMA)
    noms = lignes.select("ligne", "facture", "medecin", "code")
    return pl.concat(constats).join(noms, on="ligne", how="left").select(*SCHEMA)


__all__ = ["Controle", "controler"]
