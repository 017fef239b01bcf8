"""Checks a file of invoices against the texts: what is forbidden, over a maximum, at another price, or under-coded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import polars as pl

from convmed.controle.bornes import bornes_des_textes
from convmed.controle.colonnes import DE_LA_SEANCE
from convmed.controle.lecture import Lu, lire
from convmed.controle.limites import TROUVE, Plafonds
from convmed.controle.periode import CONSTATS, Periode, Preuves
from convmed.controle.seances import SEANCE, Lot, preparer, regrouper
from convmed.controle.sous_cotation import sous_cotations
from convmed.controle.teleconsultation import activite, constater
from convmed.controle.typage import SCHEMA_FAUTES
from convmed.cotation.nomenclature import Nomenclature, nomenclature
from convmed.dispositifs.socle import tous
from convmed.donnees.calendrier_legal import DERNIER_JOUR, PREMIER_JOUR, UN_JOUR
from convmed.donnees.entites import REGISTRE
from convmed.donnees.lecture import Progression
from convmed.moteur.registre import Contexte
from convmed.textes import EN_VIGUEUR, Texte, baremes, trouver_texte


@dataclass(slots=True)
class Controle:
    """What a check found.

    `constats`: one row a finding (`ligne`, `facture`, `medecin`, `code`, `constat`, `regle`, `motif`, `references`,
    `enjeu` in cents; `code` is the one billed, or of a sous-cotation the one that could be); `rejets`: the lines that
    could not be treated, `avertissements` those that were all the same.
    """

    texte: str
    lignes: int
    traitees: int
    rejets: pl.DataFrame
    avertissements: pl.DataFrame
    constats: pl.DataFrame
    colonnes_absentes: tuple[str, ...]
    colonnes_ignorees: tuple[str, ...]

    def synthese(self) -> pl.DataFrame:
        """Return one row for each doctor and rule: how many findings, what is at stake, the texts."""
        ordre = pl.Enum(CONSTATS)
        return (
            self.constats.group_by("medecin", "constat", "regle", "references")
            .agg(nombre=pl.len(), enjeu=pl.when(pl.col("enjeu").is_not_null().any()).then(pl.col("enjeu").sum()))
            .select("medecin", pl.col("constat").cast(ordre), "regle", "nombre", "enjeu", "references")
            .sort("medecin", "constat", "nombre", "regle", "references", descending=[False, False, True, False, False])
        )


def controler(chemin: str | Path, texte: str = EN_VIGUEUR, progression: Progression | None = None) -> Controle:
    """Check a CSV or Parquet file of invoices, one row a code billed.

    Memory is bounded by a share of the file and by what is found, whatever its size and order. `Erreurs` if the file
    cannot be read at all; a line that cannot be treated is set aside and the others are checked.
    """
    tous()
    choisi, table = trouver_texte(texte), nomenclature()
    preuves = Preuves()
    plafonds = Plafonds(table, choisi, preuves)
    bornes = bornes_des_textes(choisi, table, PREMIER_JOUR.year, DERNIER_JOUR.year)
    constats: list[pl.DataFrame] = []
    avertissements: list[pl.DataFrame] = []
    activites: list[pl.DataFrame] = []
    traitees = 0
    with lire(Path(chemin), progression) as lu:
        for part in lu.tables():
            lot = regrouper(part)
            lu.rejets.append(_doublons(lot))
            avertissements.append(_desordre(lot.lignes))
            traitees += lot.lignes.height
            seances = preparer(lot, table)
            dates = seances.get_column("date_acte").gather(lot.lignes.get_column(SEANCE))
            lignes = lot.lignes.with_columns(dates).with_row_index("position")
            trouves: list[pl.DataFrame] = []
            ajouts: list[pl.DataFrame] = []
            for periode in _periodes(choisi, table, bornes, seances, lignes, lot, preuves):
                trouves += periode.constats()
                ajouts.append(sous_cotations(periode))
            constats.append(_situer(trouves, lignes))
            constats.append(plafonds.juger(lignes, _situer_les_ajouts(ajouts, lignes)))
            activites.append(activite(lignes, seances, table))
        constats += [plafonds.juger_les_patients(), constater(activites, choisi, preuves)]
        return _rendre(choisi.id, lu, table, traitees, avertissements, constats, preuves)


def _rendre(
    texte: str, lu: Lu, table: Nomenclature, traitees: int, avertissements: list[pl.DataFrame], constats: list[pl.DataFrame], preuves: Preuves
) -> Controle:
    """Write the findings out, in an order that depends neither on the shares nor on what was met first."""
    rangees = sorted(
        ((CONSTATS.index(p.constat), p.regle, p.motif, p.references, rang) for p, rang in preuves.toutes.items()), key=lambda r: r[:4]
    )
    sens = pl.DataFrame(
        [(CONSTATS[c], regle, motif, references, rang) for c, regle, motif, references, rang in rangees],
        schema={"constat": pl.String, "regle": pl.String, "motif": pl.String, "references": pl.String, "preuve": pl.Int32},
        orient="row",
    ).with_row_index("_ordre")
    codes = pl.Series(list(table.codes), dtype=pl.String)
    trouves = (
        pl.concat(constats)
        .join(sens.select("preuve", "_ordre"), on="preuve", how="left")
        .sort("ligne", "_ordre", "medecin", nulls_last=True)
    )
    ordre = trouves.get_column("_ordre")
    absentes = ["montant", "depassement", *(c.nom for c in DE_LA_SEANCE)]
    return Controle(
        texte, lu.lignes, traitees,
        pl.concat(lu.rejets).sort("ligne", "colonne", "message"),
        pl.concat(avertissements or [pl.DataFrame(schema=SCHEMA_FAUTES)]).sort("ligne"),
        trouves.select(
            "ligne", "facture", "medecin", codes.gather(trouves.get_column("code")).alias("code"),
            *(sens.get_column(nom).gather(ordre) for nom in ("constat", "regle", "motif", "references")), "enjeu",
        ),
        tuple(nom for nom in absentes if nom not in lu.presentes), lu.ignorees,
    )  # fmt: skip


def _doublons(lot: Lot) -> pl.DataFrame:
    return lot.doubles.select(
        "ligne", pl.lit("code").alias("colonne"), pl.lit("ligne en double").alias("message"),
        pl.lit("une ligne par facture, patient, heure et code").alias("attendu"),
    )  # fmt: skip


def _desordre(lignes: pl.DataFrame) -> pl.DataFrame:
    """Return the lines dated before the previous one of the same doctor: treated all the same, in the order of the dates."""
    recule = pl.col("date_heure") < pl.col("date_heure").shift(1)
    if lignes.select(recule.any()).item():
        recule = pl.col("date_heure") < pl.col("date_heure").shift(1).over("medecin")
    return lignes.filter(recule).select(
        "ligne", pl.lit("date_heure").alias("colonne"), pl.lit("antérieure à la ligne précédente du même médecin").alias("message"),
        pl.lit("des factures dans l'ordre (elle est traitée)").alias("attendu"),
    )  # fmt: skip


def _periodes(
    texte: Texte, table: Nomenclature, bornes: list[dt.date], seances: pl.DataFrame, lignes: pl.DataFrame, lot: Lot, preuves: Preuves
) -> Iterator[Periode]:
    """Yield the lines of each stretch of time during which nothing changes in the texts."""
    if not lignes.height:
        return
    premier, dernier = lignes.get_column("date_acte").min(), lignes.get_column("date_acte").max()
    assert isinstance(premier, dt.date) and isinstance(dernier, dt.date)
    # The columns of the file are marked: a rule may bear the name of one (`depassement`).
    marquees = {f"_{nom}": nom for nom in ("montant", "depassement", "quantite") if nom in lignes.columns}
    siennes = lignes.select("position", SEANCE, "code", "date_acte", **marquees)
    for debut, fin in pairwise([premier, *(b for b in bornes if premier < b <= dernier), dernier + UN_JOUR]):
        dans = pl.col("date_acte").is_between(debut, fin, closed="left")
        entrees = seances.filter(dans)
        if entrees.height:
            contexte = Contexte(REGISTRE, baremes(), texte, debut, debut.year)
            yield Periode(contexte, table, entrees.drop("territoire_legal", "medecin"), siennes.filter(dans), lot.combinaisons, preuves)


def _situer(constats: list[pl.DataFrame], lignes: pl.DataFrame) -> pl.DataFrame:
    """Name the line, the invoice, the doctor and the code of each finding."""
    if not constats:
        return pl.DataFrame(schema=TROUVE)
    trouves = pl.concat(constats)
    noms = lignes.select("ligne", "facture", "medecin", "code")[trouves.get_column("position")]
    return noms.with_columns(trouves.get_column("preuve"), trouves.get_column("enjeu")).select(*TROUVE)


def _situer_les_ajouts(ajouts: list[pl.DataFrame], lignes: pl.DataFrame) -> pl.DataFrame:
    """Put each code that could be added on the first line of its encounter."""
    trouves = pl.concat(ajouts)
    ici = lignes.select("ligne", "facture", "medecin", "patient", "date_heure", "date_acte")[trouves.get_column("position")]
    return ici.with_columns(trouves.drop("position"))


__all__ = ["Controle", "controler"]
