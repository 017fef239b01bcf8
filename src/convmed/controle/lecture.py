"""Reads a file of invoices block by block: typed rows, and the lines that cannot be treated, each with its reason.

A large file is shared out by doctor among temporary Parquet files, so that memory is bounded by one share.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from convmed.controle.colonnes import INSTANT, colonnes, reconnaitre
from convmed.cotation.nomenclature import nomenclature
from convmed.donnees.colonnes_dossier import Colonne
from convmed.donnees.conversions import PAR_VALEUR_DISTINCTE, TYPES, convertir
from convmed.donnees.lecture import LIGNE, Progression, ouvrir
from convmed.donnees.nir import CANDIDAT, Pseudonymes, sans_nir
from convmed.textes import Erreurs, Faute

PART = 96 * 2**20
_FUSEAU = r"(?:[zZ]|[+-][0-9]{2}:?[0-9]{2})$"
_DATE_HEURE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?(?:[.][0-9]+)?"
SANS_FUSEAU = "heure sans fuseau horaire"
SCHEMA_FAUTES = {"ligne": pl.UInt32, "colonne": pl.String, "message": pl.String, "attendu": pl.String}


@dataclass
class Lu:
    """A file read: its shares of typed rows, the columns it has, and the lines set aside."""

    parts: list[Path | pl.DataFrame]
    presentes: frozenset[str]
    lignes: int = 0
    rejets: list[pl.DataFrame] = field(default_factory=list)

    def tables(self) -> Iterator[pl.DataFrame]:
        """Yield each share of rows: every line of a doctor is in one of them."""
        for part in self.parts:
            if isinstance(part, Path):
                fichiers = sorted(part.glob("*.parquet"))
                if fichiers:
                    yield pl.concat([pl.read_parquet(f) for f in fichiers])
            elif part.height:
                yield part


@contextmanager
def lire(chemin: Path, progression: Progression | None = None) -> Iterator[Lu]:
    """Read a CSV or Parquet file of invoices; `Erreurs` if it is no such file or lacks a column."""
    source = ouvrir(chemin)
    rangs = reconnaitre(source.entetes)
    manquantes = [c for c in colonnes() if c.requise and c.nom not in rangs]
    if manquantes:
        raise Erreurs(Faute("colonne nécessaire absente", fichier=source.nom, colonne=c.nom, attendu=c.libelle) for c in manquantes)
    lues = [c for c in colonnes() if c.nom in rangs]
    parts = 1 + chemin.stat().st_size // PART
    lu = Lu([], frozenset(rangs))
    pseudonymes = Pseudonymes()
    blocs: list[pl.DataFrame] = []
    with tempfile.TemporaryDirectory(prefix="convmed-") as dossier:
        if parts > 1:
            lu.parts = [Path(dossier) / str(rang) for rang in range(parts)]
            for part in lu.parts:
                Path(str(part)).mkdir()
        for numero, bloc in enumerate(source.blocs(progression)):
            if bloc.fautes:
                lu.rejets.append(_rejets_du_lecteur(bloc.fautes))
            table, rejets = _typer(bloc.table, bloc.a_rogner, lues, rangs, pseudonymes)
            lu.lignes += bloc.table.height
            lu.rejets.append(rejets)
            if parts > 1:
                for rang, morceau in table.with_columns(_part=pl.col("medecin").hash(0) % parts).partition_by(
                    "_part", include_key=False, as_dict=True
                ).items():
                    morceau.write_parquet(Path(dossier) / str(rang[0]) / f"{numero:05}.parquet", compression="lz4")
            else:
                blocs.append(table)
        if parts == 1:
            lu.parts = [pl.concat(blocs)] if blocs else []
        yield lu


def _rejets_du_lecteur(fautes: list[Faute]) -> pl.DataFrame:
    lignes = [(f.ligne, "", f.message, f.attendu or "") for f in fautes]
    return pl.DataFrame(lignes, schema=SCHEMA_FAUTES, orient="row")


def _typer(
    bloc: pl.DataFrame, a_rogner: bool, lues: list[Colonne], rangs: dict[str, int], pseudonymes: Pseudonymes
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows that can be treated, typed, and the reasons why the others cannot."""
    noms = {str(rangs[c.nom]): c.nom for c in lues}
    textes = bloc.select(pl.col(LIGNE).alias("ligne").cast(pl.UInt32), *(pl.col(rang).alias(nom) for rang, nom in noms.items()))
    if a_rogner:
        textes = textes.with_columns(pl.col(nom).str.strip_chars() for nom in noms.values())
        textes = textes.with_columns(pl.when(pl.col(nom) != "").then(pl.col(nom)) for nom in noms.values())
    textes = textes.filter(~pl.all_horizontal(pl.col(nom).is_null() for nom in noms.values()))
    typees = textes.select("ligne", *(_convertir(c, textes).alias(c.nom) for c in lues))
    # No identity leaves this function: a doctor named by a NIR is named by its hash, an invoice loses it.
    for nom in ("medecin", "patient"):
        distinctes = typees.get_column(nom).drop_nulls().unique()
        nirs = pseudonymes.empreintes(distinctes.filter(distinctes.str.contains(CANDIDAT)))
        typees = typees.with_columns(nirs.appliquer(pl.col(nom)))
    typees = typees.with_columns(sans_nir(pl.col("facture")))
    rejets = pl.concat([_rejets(typees, textes, c) for c in lues] + _rejets_de_sens(typees))
    return typees.filter(~pl.col("ligne").is_in(rejets.get_column("ligne").implode())), rejets


def _convertir(colonne: Colonne, textes: pl.DataFrame) -> pl.Expr:
    cellules = pl.col(colonne.nom)
    if colonne.genre == INSTANT:
        avec_fuseau = cellules.str.contains(_DATE_HEURE + _FUSEAU)
        nette = (
            cellules.str.replace(" ", "T", literal=True)
            .str.replace("[zZ]$", "+00:00")
            .str.replace(r"T([0-9]{2}:[0-9]{2})([+-])", "T${1}:00${2}")
            .str.replace(r"[.][0-9]+", "")
            .str.replace(r"([+-][0-9]{2})([0-9]{2})$", "${1}:${2}")
        )
        return pl.when(avec_fuseau).then(nette.str.to_datetime("%Y-%m-%dT%H:%M:%S%:z", strict=False, time_unit="us"))
    distinctes = textes.get_column(colonne.nom).drop_nulls().unique().to_list() if colonne.genre in PAR_VALEUR_DISTINCTE else ()
    return convertir(colonne, cellules, distinctes)


def _rejets(typees: pl.DataFrame, textes: pl.DataFrame, colonne: Colonne) -> pl.DataFrame:
    """Return the lines whose cell of one column cannot be read, or is empty where it must not be."""
    nom = colonne.nom
    illisibles = typees.get_column(nom).is_null() & textes.get_column(nom).is_not_null()
    if colonne.requise:
        illisibles |= textes.get_column(nom).is_null()
    lignes = typees.filter(illisibles).select("ligne")
    message = pl.lit("valeur illisible")
    if colonne.requise:
        vides = textes.filter(illisibles).get_column(nom).is_null()
        message = pl.when(vides).then(pl.lit("cellule vide")).otherwise(pl.lit("valeur illisible"))
    if colonne.genre == INSTANT:
        brutes = textes.filter(illisibles).get_column(nom)
        naives = brutes.str.contains(_DATE_HEURE + "$").fill_null(False)
        message = pl.when(naives).then(pl.lit(SANS_FUSEAU)).otherwise(message)
        attendu = "AAAA-MM-JJThh:mm+01:00"
    else:
        attendu = colonne.attendu if colonne.genre in TYPES else colonne.libelle
    return lignes.with_columns(pl.lit(nom).alias("colonne"), message.alias("message"), pl.lit(attendu).alias("attendu"))


def _rejets_de_sens(typees: pl.DataFrame) -> list[pl.DataFrame]:
    """Return the lines that can be read and cannot be: an unknown code, a negative amount, an act before the birth."""
    table = nomenclature()
    connus = list(table.codes)
    codes = typees.filter(pl.col("code").is_not_null() & ~pl.col("code").is_in(connus))
    proches = {code: ", ".join(table.proches(code)) for code in codes.get_column("code").unique()}
    rejets = [
        codes.select(
            "ligne", pl.lit("code").alias("colonne"), pl.lit("code inconnu").alias("message"),
            pl.col("code").replace_strict(list(proches), list(proches.values()), default="", return_dtype=pl.String).alias("attendu"),
        )
    ]  # fmt: skip
    for nom, plancher, attendu in (("quantite", 1, "au moins 1"), ("montant", 0, "au moins 0"), ("depassement", 0, "au moins 0")):
        if nom in typees.columns:
            rejets.append(_rejet(typees, pl.col(nom) < plancher, nom, "valeur négative ou nulle", attendu))
    if "date_naissance" in typees.columns:
        ne_apres = pl.col("date_naissance") > pl.col("date_heure").dt.date()
        rejets.append(_rejet(typees, ne_apres, "date_naissance", "patient né après l'acte", "une date avant l'acte"))
    for nom in ("date_heure_appel", "date_heure_adressage"):
        if nom in typees.columns:
            rejets.append(_rejet(typees, pl.col(nom) > pl.col("date_heure"), nom, "après l'acte", "une heure avant l'acte"))
    if {"montant", "depassement"} <= set(typees.columns):
        trop = pl.col("depassement") > pl.col("montant")
        rejets.append(_rejet(typees, trop, "depassement", "dépassement supérieur au montant", "compris dans le montant"))
    return rejets


def _rejet(typees: pl.DataFrame, condition: pl.Expr, colonne: str, message: str, attendu: str) -> pl.DataFrame:
    return typees.filter(condition).select(
        "ligne", pl.lit(colonne).alias("colonne"), pl.lit(message).alias("message"), pl.lit(attendu).alias("attendu")
    )
