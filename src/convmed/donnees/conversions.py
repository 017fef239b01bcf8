"""Turns columns of strings into dates, booleans, integers, cents and lists; what cannot be read becomes null.

The caller tells a refused cell from an empty one by comparing with the strings. No float is ever made.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import polars as pl

from convmed.donnees.colonnes_dossier import ALD_MAX, ANNEE_MAX, ANNEE_MIN, Colonne, normaliser
from convmed.donnees.nir import sans_nir

LARGEUR_NABM = 4
_ESPACES = r"[\s\u00a0\u202f]"
_HORODATAGE = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?$"
_EUROS = r"^([+-]?)(\d{1,12})(?:[.,](\d{1,2}))?$"
_LISTE_D_ALD = re.compile(r"\d{1,2}(?:[\s;,|/]+\d{1,2})*")
_SEPARATEURS_DE_LISTE = re.compile(r"[\s;,|/]+")
_JOUR = r"^(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})$"


def convertir(serie: pl.Series, colonne: Colonne) -> pl.Series:
    """Return the typed column; strings come trimmed, with null for an empty cell."""
    return _CONVERSIONS[colonne.genre](serie, colonne)


def _date(serie: pl.Series, colonne: Colonne) -> pl.Series:
    vides = serie.null_count()
    iso = serie.str.to_date("%Y-%m-%d", strict=False)
    for lire in (_date_francaise, _date_d_horodatage):
        if iso.null_count() == vides:
            break
        iso = iso.zip_with(iso.is_not_null(), lire(serie))
    annees = iso.dt.year()
    if (annees.min() or ANNEE_MIN) >= ANNEE_MIN and (annees.max() or ANNEE_MAX) <= ANNEE_MAX:  # type: ignore[operator]
        return iso
    return iso.set(~annees.is_between(ANNEE_MIN, ANNEE_MAX), None)


def _date_francaise(serie: pl.Series) -> pl.Series:
    return serie.str.replace(_JOUR, "${1}-${2}-${3}").str.to_date("%d-%m-%Y", strict=False)


def _date_d_horodatage(serie: pl.Series) -> pl.Series:
    """Read the date of `2026-01-05 00:00:00`, as spreadsheets and databases export it."""
    jour = serie.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    return jour.set(~serie.str.contains(_HORODATAGE).fill_null(False), None)


def _date_heure(serie: pl.Series, colonne: Colonne) -> pl.Series:
    nette = (
        serie.str.replace(r"\s+(?:à\s+)?|T", " ")
        .str.replace(r"(?i)(\d)\s?h\s?(\d{2})$", "${1}:${2}")
        .str.replace(r"^(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}) ", "${3}-${2}-${1} ")
        .str.replace(r"\.0+$", "")
        .str.replace(r" (\d{1,2}:\d{2})$", " ${1}:00")
    )
    instant = nette.str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False, time_unit="us")
    return instant.set(~instant.dt.year().is_between(ANNEE_MIN, ANNEE_MAX).fill_null(True), None)


def _entier(serie: pl.Series, colonne: Colonne) -> pl.Series:
    return serie.cast(pl.Int64, strict=False)


def _annee(serie: pl.Series, colonne: Colonne) -> pl.Series:
    annee = serie.cast(pl.Int64, strict=False)
    return annee.set(~annee.is_between(ANNEE_MIN, ANNEE_MAX).fill_null(True), None)


def _euros(serie: pl.Series, colonne: Colonne) -> pl.Series:
    nue = serie.str.replace_all(_ESPACES, "").str.replace("€$", "").str.replace("−", "-", literal=True)
    parts = nue.to_frame("v").select(
        pl.col("v").str.extract(_EUROS, 1).alias("signe"),
        pl.col("v").str.extract(_EUROS, 2).cast(pl.Int64, strict=False).alias("entiers"),
        pl.col("v").str.extract(_EUROS, 3).fill_null("").str.pad_end(2, "0").cast(pl.Int64, strict=False).alias("centimes"),
    )
    return parts.select(
        pl.when(pl.col("signe") == "-").then(-1).otherwise(1).cast(pl.Int64) * (pl.col("entiers") * 100 + pl.col("centimes"))
    ).to_series()


def _par_valeur_distincte(serie: pl.Series, lire: Callable[[str], object], genre: pl.DataType | type[pl.DataType]) -> pl.Series:
    """Read each distinct value once; `None` refuses it."""
    distinctes = serie.drop_nulls().unique().to_list()
    lues = {valeur: lu for valeur in distinctes if (lu := lire(valeur)) is not None}
    return serie.replace_strict(list(lues), list(lues.values()), default=None, return_dtype=genre) if lues else (
        pl.Series(serie.name, [None], dtype=genre).new_from_index(0, len(serie))
    )


def _choix(serie: pl.Series, colonne: Colonne) -> pl.Series:
    genre = pl.Boolean if colonne.genre == "booleen" else pl.String
    return _par_valeur_distincte(serie, lambda valeur: colonne.choix.get(normaliser(valeur)), genre)


def _listes(serie: pl.Series, lire: Callable[[str], list[object] | None], genre: pl.DataType) -> pl.Series:
    distinctes = serie.drop_nulls().unique()
    table = pl.DataFrame({"v": distinctes, "lue": pl.Series([lire(valeur) for valeur in distinctes], dtype=genre)})
    return serie.to_frame("v").join(table, on="v", how="left", maintain_order="left").get_column("lue").alias(serie.name)


def _numeros_ald(serie: pl.Series, colonne: Colonne) -> pl.Series:
    def lire(valeur: str) -> list[object] | None:
        if not _LISTE_D_ALD.fullmatch(valeur):
            return None
        numeros = sorted({int(numero) for numero in _SEPARATEURS_DE_LISTE.split(valeur)})
        return list(numeros) if numeros[0] >= 1 and numeros[-1] <= ALD_MAX else None

    return _listes(serie, lire, pl.List(pl.Int64))


def _liste(serie: pl.Series, colonne: Colonne) -> pl.Series:
    def lire(valeur: str) -> list[object] | None:
        mots = [colonne.choix.get(normaliser(mot)) for mot in _SEPARATEURS_DE_LISTE.split(valeur) if mot]
        return None if None in mots else list(dict.fromkeys(mots))

    return _listes(serie, lire, pl.List(pl.String))


def _specialite(serie: pl.Series, colonne: Colonne) -> pl.Series:
    def lire(valeur: str) -> str | None:
        return valeur.zfill(2) if re.fullmatch(r"\d{1,2}", valeur) else None

    return _par_valeur_distincte(serie, lire, pl.String)


def _code(serie: pl.Series, colonne: Colonne) -> pl.Series:
    return serie.str.to_uppercase()


def _texte(serie: pl.Series, colonne: Colonne) -> pl.Series:
    return sans_nir(serie)


def _identifiant(serie: pl.Series, colonne: Colonne) -> pl.Series:
    return serie


_CONVERSIONS: dict[str, Callable[[pl.Series, Colonne], pl.Series]] = {
    "identifiant": _identifiant, "texte": _texte, "code": _code, "date": _date, "date_heure": _date_heure,
    "entier": _entier, "annee": _annee, "euros": _euros, "booleen": _choix, "choix": _choix,
    "numeros_ald": _numeros_ald, "liste": _liste, "specialite": _specialite,
}  # fmt: skip
