"""Turns columns of strings into dates, booleans, integers, cents and lists; what cannot be read becomes null.

The caller tells a refused cell from an empty one by comparing with the strings. No float is ever made. Everything is an
expression, so that one pass over a table types all its columns.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import polars as pl

from convmed.donnees.colonnes_dossier import ALD_MAX, ANNEE_MAX, ANNEE_MIN, ENTIER_MAX, Colonne, normaliser
from convmed.donnees.nir import sans_nir

TYPES = {
    "identifiant": pl.String(), "texte": pl.String(), "code": pl.String(), "specialite": pl.String(), "choix": pl.String(),
    "date": pl.Date(), "date_heure": pl.Datetime("us"), "booleen": pl.Boolean(), "entier": pl.Int64(), "annee": pl.Int64(),
    "euros": pl.Int64(), "numeros_ald": pl.List(pl.Int64()), "liste": pl.List(pl.String()),
}  # fmt: skip
PAR_VALEUR_DISTINCTE = frozenset({"booleen", "choix", "liste", "specialite"})
_ESPACES = "[ \u00a0\u202f]"
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_FRANCAISE = re.compile(r"\d{2}/\d{2}/\d{4}")
_HORODATAGE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?$"
_JOUR = r"^([0-9]{1,2})[/. -]([0-9]{1,2})[/. -]([0-9]{4})$"
_EUROS = r"^[+-]?([0-9]{1,12})(?:[.,]([0-9]{1,2}))?$"
_LISTE_D_ALD = r"^[0-9]{1,2}(?:[ ;,|/]+[0-9]{1,2})*$"
_SEPARATEURS = re.compile(r"[\s;,|/]+")


def convertir(colonne: Colonne, cellules: pl.Expr, distinctes: Sequence[str] = (), exemple: str | None = None) -> pl.Expr:
    """Return the typed column; `cellules` are trimmed, with null for an empty one.

    `distinctes` are the values met, for the kinds of `PAR_VALEUR_DISTINCTE`; `exemple` is one of them, for a date: only
    its notation is read, and the caller reads the column again without it when cells were refused.
    """
    if colonne.genre == "date":
        return _date(cellules, exemple)
    if colonne.genre in PAR_VALEUR_DISTINCTE:
        return _par_valeur(colonne, cellules, distinctes)
    return _CONVERSIONS[colonne.genre](cellules)


def _date(cellules: pl.Expr, exemple: str | None) -> pl.Expr:
    iso = cellules.str.to_date("%Y-%m-%d", strict=False)
    if exemple is not None and _ISO.fullmatch(exemple):
        return _d_une_annee_plausible(iso)
    francaise = cellules.str.replace(_JOUR, "${1}-${2}-${3}").str.to_date("%d-%m-%Y", strict=False)
    if exemple is not None and _FRANCAISE.fullmatch(exemple):
        return _d_une_annee_plausible(cellules.str.to_date("%d/%m/%Y", strict=False))
    # Spreadsheets and databases export a date as 2026-01-05 00:00:00.
    jour = pl.when(cellules.str.contains(_HORODATAGE)).then(cellules.str.slice(0, 10))
    return _d_une_annee_plausible(pl.coalesce(iso, francaise, jour.str.to_date("%Y-%m-%d", strict=False)))


def _date_heure(cellules: pl.Expr) -> pl.Expr:
    nette = (
        cellules.str.replace(" +(?:à +)?|T", " ")
        .str.replace("([0-9]) ?[hH] ?([0-9]{2})$", "${1}:${2}")
        .str.replace("^([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4}) ", "${3}-${2}-${1} ")
        .str.replace("[.]0+$", "")
        .str.replace(" ([0-9]{1,2}:[0-9]{2})$", " ${1}:00")
    )
    return _d_une_annee_plausible(nette.str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False, time_unit="us"))


def _d_une_annee_plausible(date: pl.Expr) -> pl.Expr:
    return pl.when(date.dt.year().is_between(ANNEE_MIN, ANNEE_MAX)).then(date)


def _entier(cellules: pl.Expr) -> pl.Expr:
    entier = cellules.cast(pl.Int64, strict=False)
    return pl.when(entier.is_between(-ENTIER_MAX, ENTIER_MAX)).then(entier)


def _annee(cellules: pl.Expr) -> pl.Expr:
    annee = cellules.cast(pl.Int64, strict=False)
    return pl.when(annee.is_between(ANNEE_MIN, ANNEE_MAX)).then(annee)


def _euros(cellules: pl.Expr) -> pl.Expr:
    nue = cellules.str.replace_all(_ESPACES, "").str.replace("€$", "").str.replace("−", "-", literal=True)
    entiers = nue.str.extract(_EUROS, 1).cast(pl.Int64, strict=False)
    centimes = nue.str.extract(_EUROS, 2).fill_null("").str.pad_end(2, "0").cast(pl.Int64, strict=False)
    signe = pl.when(nue.str.starts_with("-")).then(pl.lit(-1, pl.Int64)).otherwise(pl.lit(1, pl.Int64))
    return signe * (entiers * 100 + centimes)


def _numeros_ald(cellules: pl.Expr) -> pl.Expr:
    numeros = cellules.str.extract_all("[0-9]+").cast(pl.List(pl.Int64)).list.unique().list.sort()
    lisible = cellules.str.contains(_LISTE_D_ALD) & (numeros.list.min() >= 1) & (numeros.list.max() <= ALD_MAX)
    return pl.when(lisible).then(numeros)


def _par_valeur(colonne: Colonne, cellules: pl.Expr, distinctes: Sequence[str]) -> pl.Expr:
    """Read each distinct value once; one that cannot be read becomes null."""
    lire = {"liste": _lire_liste, "specialite": _lire_specialite}.get(colonne.genre, _lire_choix)
    lues = {valeur: lu for valeur in distinctes if (lu := lire(colonne, valeur)) is not None}
    if not lues:
        return pl.lit(None, TYPES[colonne.genre])
    type_lu = pl.Boolean() if colonne.genre == "booleen" else pl.String()
    lu = cellules.replace_strict(list(lues), list(lues.values()), default=None, return_dtype=type_lu)
    return lu.str.split(",") if colonne.genre == "liste" else lu


def _lire_choix(colonne: Colonne, valeur: str) -> object:
    return colonne.choix.get(normaliser(valeur))


def _lire_liste(colonne: Colonne, valeur: str) -> str | None:
    mots = [colonne.choix.get(normaliser(mot)) for mot in _SEPARATEURS.split(valeur) if mot]
    return ",".join(dict.fromkeys(map(str, mots))) if mots and None not in mots else None


def _lire_specialite(colonne: Colonne, valeur: str) -> str | None:
    return valeur.zfill(2) if re.fullmatch(r"\d{1,2}", valeur) else None


_CONVERSIONS: dict[str, Callable[[pl.Expr], pl.Expr]] = {
    "identifiant": lambda cellules: cellules,
    "texte": sans_nir,
    "code": lambda cellules: cellules.str.to_uppercase(),
    "date_heure": _date_heure,
    "entier": _entier,
    "annee": _annee,
    "euros": _euros,
    "numeros_ald": _numeros_ald,
}
