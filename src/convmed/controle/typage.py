"""Turns the cells of a block into typed rows, and names the lines that cannot be treated, each with its reason.

A cell is converted once for each distinct value of its column wherever that is less work.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from convmed.controle.colonnes import INSTANT
from convmed.cotation.nomenclature import nomenclature
from convmed.donnees.calendrier_legal import DERNIER_JOUR, FUSEAUX, PREMIER_JOUR, UN_JOUR, territoire_du_departement
from convmed.donnees.colonnes_dossier import ENTIER_MAX, Colonne
from convmed.donnees.conversions import PAR_VALEUR_DISTINCTE, TYPES, convertir
from convmed.donnees.lecture import LIGNE
from convmed.donnees.nir import CANDIDAT, Pseudonymes, sans_nir

UTC = pl.Datetime("us", "UTC")
RANG = pl.UInt16()  # a code is its rank in the nomenclature
SCHEMA_FAUTES = {"ligne": pl.UInt32, "colonne": pl.String, "message": pl.String, "attendu": pl.String}
SANS_FUSEAU = "heure sans fuseau horaire"
_FUSEAU = r"(?:[zZ]|[+-][0-9]{2}:?[0-9]{2})$"
_DATE_HEURE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?(?:[.][0-9]+)?"
IDENTITES = ("medecin", "patient")
CENTIMES = 2


class Typeur:
    """Types the blocks of one file: the same NIR has the same hash from one block to the next."""

    def __init__(self, lues: Sequence[Colonne], rangs: dict[str, int]) -> None:
        self.lues, self.noms = lues, {c.nom: str(rangs[c.nom]) for c in lues}
        self.pseudonymes = Pseudonymes()
        self.table = nomenclature()
        self.rangs = {code: rang for rang, code in enumerate(self.table.codes)}

    def typer(self, bloc: pl.DataFrame, a_rogner: bool) -> tuple[pl.DataFrame, pl.DataFrame, int]:
        """Return the rows that can be treated, why the others cannot, and how many rows are not blank."""
        cellules = bloc.select(pl.col(LIGNE).alias("ligne").cast(pl.UInt32), **{nom: pl.col(rang) for nom, rang in self.noms.items()})
        if a_rogner:
            textes = [nom for nom in self.noms if cellules.schema[nom] == pl.String]
            cellules = cellules.with_columns(pl.col(nom).str.strip_chars() for nom in textes)
            cellules = cellules.with_columns(pl.when(pl.col(nom) != "").then(pl.col(nom)) for nom in textes)
        cellules = cellules.filter(~pl.all_horizontal(pl.col(nom).is_null() for nom in self.noms))
        rejets: list[pl.DataFrame] = []
        typees = cellules.select("ligne", *(self._convertir(c, cellules, rejets).alias(c.nom) for c in self.lues))
        for colonne in self.lues:
            rejets += _illisibles(colonne, cellules, typees)
        rejets += _rejets_de_sens(typees)
        fautes = pl.concat(rejets or [pl.DataFrame(schema=SCHEMA_FAUTES)])
        if fautes.height:
            typees = typees.filter(~pl.col("ligne").is_in(fautes.get_column("ligne").unique().implode()))
        return typees, fautes, cellules.height

    def _convertir(self, colonne: Colonne, table: pl.DataFrame, rejets: list[pl.DataFrame]) -> pl.Series:
        cellules = table.get_column(colonne.nom)
        if colonne.nom == "code":
            return self._codes(cellules, table, rejets)
        if colonne.nom in IDENTITES:
            return self._identifiants(colonne, cellules, table, rejets)
        if colonne.nom == "facture":
            return _par(sans_nir(pl.col(colonne.nom)), cellules)
        if cellules.dtype != pl.String:
            return cellules
        distinctes = cellules.drop_nulls().unique()
        par_valeur = colonne.genre in PAR_VALEUR_DISTINCTE
        if not par_valeur and distinctes.len() * 2 > cellules.len():
            return _expression(colonne, cellules, ())
        lues = _expression(colonne, distinctes, distinctes.to_list() if par_valeur else ())
        if lues.dtype == pl.String and lues.equals(distinctes):
            return cellules
        return _remplacer(cellules, distinctes, lues)

    def _codes(self, cellules: pl.Series, table: pl.DataFrame, rejets: list[pl.DataFrame]) -> pl.Series:
        distincts = cellules.drop_nulls().unique().to_list()
        connus = {mot: self.rangs[code.code] for mot in distincts if (code := self.table.trouver(mot)) is not None}
        for mot in distincts:
            if mot not in connus:
                proches = ", ".join(self.table.proches(mot))
                rejets.append(_rejet(table.filter(cellules == mot), "code", "code inconnu", f"par exemple {proches}"))
        return _remplacer(cellules, pl.Series(connus.keys(), dtype=pl.String), pl.Series(connus.values(), dtype=RANG))

    def _identifiants(
        self, colonne: Colonne, cellules: pl.Series, table: pl.DataFrame, rejets: list[pl.DataFrame]
    ) -> pl.Series:
        """Return identifiers without NIR: what a spreadsheet damaged names nobody and is refused."""
        nirs = self.pseudonymes.empreintes(cellules.filter(cellules.str.contains(CANDIDAT).fill_null(False)).unique())
        if nirs.abimees:
            abimees = table.filter(cellules.is_in(list(nirs.abimees)))
            rejets.append(_rejet(abimees, colonne.nom, "identifiant abîmé par un tableur", "l'identifiant entier, au format texte"))
        return _par(sans_nir(nirs.appliquer(pl.col(colonne.nom))), cellules)


def natif(colonne: Colonne, cellules: pl.Expr, dtype: pl.DataType) -> pl.Expr | None:
    """Return a column of a Parquet file as it is typed there; nothing if it must be read as text."""
    entiers = cellules.cast(pl.Int64, strict=False)
    if colonne.genre == INSTANT and isinstance(dtype, pl.Datetime) and dtype.time_zone is not None:
        return cellules.dt.convert_time_zone("UTC").cast(UTC)
    if (colonne.genre, dtype) in {("booleen", pl.Boolean()), ("date", pl.Date())}:
        return cellules
    if colonne.genre == "euros" and isinstance(dtype, pl.Decimal) and dtype.scale <= CENTIMES:
        return (cellules.cast(pl.Decimal(38, CENTIMES)) * 100).cast(pl.Int64, strict=False)
    if colonne.genre == "euros" and dtype.is_integer():
        return entiers * 100
    if colonne.genre == "entier" and dtype.is_integer():
        return pl.when(entiers.is_between(-ENTIER_MAX, ENTIER_MAX)).then(entiers)
    return None


def jour_local(lignes: pl.DataFrame) -> pl.Series:
    """Return the day of each line where its doctor works; a line without a department is of the metropole."""
    if "departement" not in lignes.columns:
        departements = pl.Series([None], dtype=pl.String).new_from_index(0, lignes.height)
    else:
        departements = lignes.get_column("departement")
    jours = pl.lit(None, pl.Date)
    territoires = {d: territoire_du_departement(d or "") for d in departements.unique()}
    for zone in {FUSEAUX[t] for t in territoires.values()}:
        la = [d for d, t in territoires.items() if FUSEAUX[t] == zone]
        dedans = pl.col("departement").is_in([d for d in la if d is not None])
        dedans = dedans.fill_null(None in la)
        jours = pl.when(dedans).then(pl.col("date_heure").dt.convert_time_zone(zone).dt.date()).otherwise(jours)
    return lignes.select("date_heure").with_columns(departement=departements).select(jours).to_series()


def _par(expression: pl.Expr, cellules: pl.Series) -> pl.Series:
    # A constant must fill the column.
    return cellules.to_frame().with_columns(expression.alias(cellules.name)).get_column(cellules.name)


def _remplacer(cellules: pl.Series, anciennes: pl.Series, nouvelles: pl.Series) -> pl.Series:
    if not anciennes.len():
        return pl.repeat(None, cellules.len(), dtype=nouvelles.dtype, eager=True)
    return cellules.replace_strict(anciennes, nouvelles, default=None, return_dtype=nouvelles.dtype)


def _expression(colonne: Colonne, cellules: pl.Series, distinctes: Sequence[str]) -> pl.Series:
    """Return cells read; what cannot be read is null."""
    nom = pl.col(cellules.name)
    if colonne.genre != INSTANT:
        return _par(convertir(colonne, nom, distinctes), cellules)
    nette = (
        nom.str.replace(" ", "T", literal=True)
        .str.replace("[zZ]$", "+00:00")
        .str.replace(r"T([0-9]{2}:[0-9]{2})([+-])", "T${1}:00${2}")
        .str.replace(r"[.][0-9]+", "")
        .str.replace(r"([+-][0-9]{2})([0-9]{2})$", "${1}:${2}")
    )
    instants = nette.str.to_datetime("%Y-%m-%dT%H:%M:%S%:z", strict=False, time_unit="us").cast(UTC)
    return _par(pl.when(nom.str.contains(_DATE_HEURE + _FUSEAU)).then(instants), cellules)


def _illisibles(colonne: Colonne, cellules: pl.DataFrame, typees: pl.DataFrame) -> list[pl.DataFrame]:
    """Return the lines whose cell of one column cannot be read, or is empty where it must not be."""
    nom = colonne.nom
    brutes, lues = cellules.get_column(nom), typees.get_column(nom)
    vides, fautes = brutes.null_count(), []
    if colonne.requise and vides:
        fautes.append(_rejet(typees.filter(brutes.is_null()), nom, "cellule vide", colonne.libelle))
    if lues.null_count() == vides or nom == "code":
        return fautes
    refusees = lues.is_null() & brutes.is_not_null()
    if colonne.genre == INSTANT:
        naives = refusees & brutes.cast(pl.String).str.contains(_DATE_HEURE + "$").fill_null(False)
        refusees &= ~naives
        fautes.append(_rejet(typees.filter(naives), nom, SANS_FUSEAU, "AAAA-MM-JJThh:mm+01:00"))
        attendu = "AAAA-MM-JJThh:mm+01:00"
    else:
        attendu = colonne.attendu if colonne.genre in TYPES else colonne.libelle
    return [*fautes, _rejet(typees.filter(refusees), nom, "valeur illisible", attendu)]


def _rejets_de_sens(typees: pl.DataFrame) -> list[pl.DataFrame]:
    """Return the lines that can be read and cannot be: a negative amount, an act before the birth, a day nobody knows."""
    presentes, rejets = set(typees.columns), []
    for nom, plancher, message in (
        ("quantite", 1, "quantité négative ou nulle"), ("montant", 0, "montant négatif"), ("depassement", 0, "dépassement négatif"),
    ):  # fmt: skip
        if nom in presentes:
            rejets.append(_rejet(typees.filter(pl.col(nom) < plancher), nom, message, f"au moins {plancher}"))
    if {"montant", "depassement"} <= presentes:
        trop = typees.filter(pl.col("depassement") > pl.col("montant"))
        rejets.append(_rejet(trop, "depassement", "dépassement supérieur au montant", "compris dans le montant"))
    if {"tarif_opposable", "depassement"} <= presentes:
        contraires = typees.filter(pl.col("tarif_opposable") & (pl.col("depassement") > 0))
        rejets.append(_rejet(contraires, "depassement", "dépassement facturé à tarif opposable", "0"))
    for nom in ("date_heure_appel", "date_heure_adressage"):
        if nom in presentes:
            rejets.append(_rejet(typees.filter(pl.col(nom) > pl.col("date_heure")), nom, "après l'acte", "une heure avant l'acte"))
    # The local day is at most one day away: it is computed for the few lines where that matters.
    jour = pl.col("date_heure").dt.date()
    bords = typees.filter((jour <= PREMIER_JOUR) | (jour >= DERNIER_JOUR))
    hors = bords.filter(~jour_local(bords).is_between(PREMIER_JOUR, DERNIER_JOUR).fill_null(True))
    attendu = f"du {PREMIER_JOUR:%d/%m/%Y} au {DERNIER_JOUR:%d/%m/%Y}"
    rejets.append(_rejet(hors, "date_heure", "date hors du calendrier légal connu", attendu))
    if "date_naissance" in presentes:
        recents = typees.filter(pl.col("date_naissance") >= jour - UN_JOUR)
        nes_apres = recents.filter(recents.get_column("date_naissance") > jour_local(recents))
        rejets.append(_rejet(nes_apres, "date_naissance", "patient né après l'acte", "une date avant l'acte"))
    return rejets


def _rejet(lignes: pl.DataFrame, colonne: str, message: str, attendu: str) -> pl.DataFrame:
    return lignes.select("ligne", colonne=pl.lit(colonne), message=pl.lit(message), attendu=pl.lit(attendu))
