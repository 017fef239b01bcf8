"""A dossier that its owner takes away: a zip of the files that convmed reads, and that a person can read too."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import polars as pl
import tomli_w

from convmed.donnees import cabinet
from convmed.donnees.colonnes_dossier import FICHIERS, Colonne
from convmed.donnees.dossier import Dossier
from convmed.restitution.fichier_csv import table_en_csv

SANS_HORLOGE = (1980, 1, 1, 0, 0, 0)


def en_zip(dossier: Dossier) -> bytes:
    """Return the files of a dossier; tracer acts are named, as only those are kept."""
    tables = {"patients": dossier.patients, "evenements": dossier.evenements, "paiements": dossier.paiements, "actes": dossier.actes}
    sortie = io.BytesIO()
    with zipfile.ZipFile(sortie, "w", zipfile.ZIP_DEFLATED) as archive:
        _ajouter(archive, cabinet.NOM, tomli_w.dumps(dossier.cabinet).encode())
        for nom, table in tables.items():
            if table is not None:
                _ajouter(archive, f"{nom}.csv", _en_csv(table, {colonne.nom: colonne for colonne in FICHIERS[nom].colonnes}))
    return sortie.getvalue()


def _ajouter(archive: zipfile.ZipFile, nom: str, octets: bytes) -> None:
    membre = zipfile.ZipInfo(nom, SANS_HORLOGE)
    membre.compress_type, membre.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
    archive.writestr(membre, octets)


def _en_csv(table: pl.DataFrame, colonnes: dict[str, Colonne]) -> bytes:
    """Return a table as the reader of dossiers takes it; the mark at the start makes a spreadsheet read the accents."""
    ecrite = table.with_columns(_ecrire(nom, colonnes[nom].genre if nom in colonnes else "texte") for nom in table.columns)
    return b"\xef\xbb\xbf" + table_en_csv(ecrite).encode()


def _ecrire(nom: str, genre: str) -> pl.Expr:
    colonne = pl.col(nom)
    if genre == "booleen":
        return pl.when(colonne).then(pl.lit("oui")).when(~colonne).then(pl.lit("non")).alias(nom)
    if genre in ("numeros_ald", "liste"):
        return colonne.cast(pl.List(pl.String)).list.join(",").alias(nom)
    if genre == "euros":
        # In cents inside; a sign of its own, since the cents of -0,50 have no euro to bear it.
        signe = pl.when(colonne < 0).then(pl.lit("-")).otherwise(pl.lit(""))
        return pl.when(colonne.is_not_null()).then(
            pl.format("{}{},{}", signe, colonne.abs() // 100, (colonne.abs() % 100).cast(pl.String).str.zfill(2))
        ).alias(nom)  # fmt: skip
    if genre == "date_heure":
        return colonne.dt.to_string("%Y-%m-%d %H:%M:%S").alias(nom)
    return colonne


def nom_de_fichier(base: str, extension: str, annee: int | None = None) -> str:
    """Return the name under which a document is saved: a fixed one, without anybody's."""
    return f"{base}-{annee}.{extension}" if annee else f"{base}-{dt.date.today():%Y-%m-%d}.{extension}"
