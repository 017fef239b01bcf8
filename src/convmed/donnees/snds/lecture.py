"""Finds the tables of the SNDS in a folder and reads their files through DuckDB: CSV, compressed or not, and Parquet.

Only the useful columns are read, and one file after the other. A cell that is not of its kind, a line of another length, a
column or a table that is missing: all are found, each with its place; no cell that might be an identifier is shown.
"""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

import duckdb
import polars as pl

from convmed.donnees.fautes import LISTEES, Collecte, montrable
from convmed.donnees.snds.tables import AUTRES, TABLES, Colonne, Table
from convmed.textes import Erreurs, Faute

EXTENSIONS = (".csv", ".csv.gz", ".parquet")
ILLISIBLES = {".sas7bdat": "une table SAS", ".xpt": "une table SAS", ".xlsx": "un classeur", ".zip": "une archive zip", ".rds": "un objet R"}
NOMENCLATURES = "nomenclatures.csv"
SEPARATEURS = ";,\t|"
_SUFFIXE = re.compile(r"(_ARC)?([_-]?[0-9].*)?")
_TETE = 2**20
_ANCIENNE = "DATE '1900-01-01'"
_FORMATS = (
    "%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S.%f", "%d%b%Y:%H:%M:%S", "%d%b%Y", "%d/%m/%Y",
    "%d/%m/%Y %H:%M:%S", "%Y%m%d",
)  # fmt: skip
MACROS = (
    # SAS writes a missing number as a point.
    "CREATE OR REPLACE MACRO texte(x) AS NULLIF(NULLIF(trim(x), ''), '.')",
    "CREATE OR REPLACE MACRO nombre(x) AS TRY_CAST(replace(x, ',', '.') AS DECIMAL(18, 4))",
    # The engine would round 1.6 to an integer: what has decimals takes the long way.
    "CREATE OR REPLACE MACRO entier(x) AS CASE WHEN contains(x, '.') OR contains(x, ',') "
    "THEN CASE WHEN nombre(x) = trunc(nombre(x)) THEN CAST(nombre(x) AS BIGINT) END ELSE TRY_CAST(x AS BIGINT) END",
    # Nearly all dates are written in one way: the others are tried on what is left.
    f"CREATE OR REPLACE MACRO jour(x) AS COALESCE(TRY_CAST(x AS DATE), CAST(try_strptime(x, [{', '.join(map(repr, _FORMATS))}]) AS DATE))",
    "CREATE OR REPLACE MACRO mois(x) AS CAST(try_strptime(x || '01', '%Y%m%d') AS DATE)",
)
_LECTURES = {"entier": "entier", "nombre": "nombre", "date": "jour", "annee_mois": "mois"}
_ATTENDUS = {
    "entier": "un nombre entier", "nombre": "un nombre", "annee_mois": "une année et un mois AAAAMM",
    "date": "une date : 2026-01-31, 31/01/2026, 31JAN2026 ou 20260131",
}  # fmt: skip
_REJETS = {
    "MISSING COLUMNS": "cette ligne a moins de cellules que l'en-tête",
    "TOO MANY COLUMNS": "cette ligne a plus de cellules que l'en-tête",
    "UNQUOTED VALUE": "guillemets mal placés",
    "LINE SIZE OVER MAXIMUM": "cette ligne est trop longue",
}


@dataclass(frozen=True)
class Fichier:
    """A file of a table: what it is, and where each useful column stands in it."""

    chemin: Path
    table: Table
    entetes: tuple[str, ...]
    types: tuple[str, ...] = ()
    separateur: str = ";"
    encodage: str = "utf-8"

    @property
    def nom(self) -> str:
        """Return the name that a fault shows."""
        dossier = self.chemin.parent.name
        return f"{dossier}/{self.chemin.name}" if dossier.upper().startswith(self.table.nom) else self.chemin.name

    @cached_property
    def places(self) -> dict[str, int]:
        """Return the rank of each useful column that the file has."""
        rangs = {entete.upper(): rang for rang, entete in enumerate(self.entetes)}
        trouvees = {}
        for colonne in self.table.colonnes:
            rang = next((rangs[nom.upper()] for nom in (colonne.nom, *colonne.alias) if nom.upper() in rangs), None)
            if rang is not None:
                trouvees[colonne.nom] = rang
        return trouvees

    def relation(self, *, rejets: bool = False) -> str:
        """Return the SQL that reads the file, its columns named by their rank; `rejets` sets bad lines apart."""
        lieu = _litteral(str(self.chemin))
        if self.types:
            return f"(SELECT {', '.join(f'{_nom(entete)} AS c{rang}' for rang, entete in enumerate(self.entetes))} FROM read_parquet({lieu}))"
        colonnes = ", ".join(f"'c{rang}': 'VARCHAR'" for rang in range(len(self.entetes)))
        return (
            f"read_csv({lieu}, delim={_litteral(self.separateur)}, quote='\"', escape='\"', header=false, skip=1, "
            f"auto_detect=false, columns={{{colonnes}}}, encoding='{self.encodage}', "
            + ("store_rejects=true, rejects_limit=0)" if rejets else "ignore_errors=true, parallel=false)")
        )

    def brute(self, colonne: Colonne) -> str:
        """Return the SQL of a cell as text."""
        rang = self.places[colonne.nom]
        type_lu = self.types[rang] if self.types else "VARCHAR"
        if type_lu in {"DOUBLE", "FLOAT"} and colonne.genre in {"texte", "entier"}:
            return f"CASE WHEN c{rang} = trunc(c{rang}) THEN CAST(CAST(c{rang} AS BIGINT) AS VARCHAR) ELSE CAST(c{rang} AS VARCHAR) END"
        return f"c{rang}" if type_lu == "VARCHAR" else f"CAST(c{rang} AS VARCHAR)"

    def _deja_typee(self, colonne: Colonne) -> bool:
        """Tell a cell of a Parquet file that needs no reading: it has the type of its kind."""
        lu = self.types[self.places[colonne.nom]].split("(")[0] if self.types else "VARCHAR"
        return lu in _NATIFS.get(colonne.genre, ())

    def verifiables(self) -> Iterator[Colonne]:
        """Yield the columns of the file whose cells may be refused."""
        return (
            colonne for colonne in self.table.colonnes
            if colonne.nom in self.places and colonne.genre != "texte" and not self._deja_typee(colonne)
        )  # fmt: skip

    def typee(self) -> str:
        """Return the SQL of the useful columns, typed, with `__faute` on the rows that have a refused cell.

        A cell is null if it is empty, unreadable, or a date of 1600, which stands for no date.
        """
        textes, lues, valeurs, fautes = [], [], [], []
        for colonne in self.table.colonnes:
            nom = colonne.nom
            if nom not in self.places:
                valeurs.append(f"CAST(NULL AS {_TYPES[colonne.genre]}) AS {_nom(nom)}")
                continue
            if self._deja_typee(colonne):
                textes.append(f"CAST(c{self.places[nom]} AS {_TYPES[colonne.genre]}) AS v_{nom}")
                lues.append(f"v_{nom}")
            elif colonne.genre == "texte":
                textes.append(f"texte({self.brute(colonne)}) AS v_{nom}")
                lues.append(f"v_{nom}")
            else:
                textes.append(f"texte({self.brute(colonne)}) AS t_{nom}")
                lues.append(f"t_{nom} IS NOT NULL AS p_{nom}, {_LECTURES[colonne.genre]}(t_{nom}) AS v_{nom}")
                fautes.append(f"(p_{nom} AND v_{nom} IS NULL)")
            datee = colonne.genre in {"date", "annee_mois"}
            valeurs.append(f"{f'CASE WHEN v_{nom} >= {_ANCIENNE} THEN v_{nom} END' if datee else f'v_{nom}'} AS {_nom(nom)}")
        # Each level reads a cell once: text, then value, then what it stands for.
        return (
            f"(SELECT {', '.join(valeurs)}, ({' OR '.join(fautes) or 'false'}) AS __faute FROM "
            f"(SELECT {', '.join(lues)} FROM (SELECT {', '.join(textes)} FROM {self.relation(rejets=True)})))"
        )

    def refusee(self, colonne: Colonne) -> str:
        """Return the SQL that tells a cell that is filled but not of its kind."""
        texte = f"texte({self.brute(colonne)})"
        return f"({texte} IS NOT NULL AND {_LECTURES[colonne.genre]}({texte}) IS NULL)"


_ENTIERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
_NATIFS = {
    "entier": _ENTIERS, "nombre": (*_ENTIERS, "DECIMAL", "DOUBLE", "FLOAT"), "date": ("DATE", "TIMESTAMP", "TIMESTAMP_NS", "TIMESTAMP_S", "TIMESTAMP_MS"),
}  # fmt: skip
_TYPES = {"texte": "VARCHAR", "entier": "BIGINT", "nombre": "DECIMAL(18, 4)", "date": "DATE", "annee_mois": "DATE"}


def _nom(colonne: str) -> str:
    return '"' + colonne.replace('"', '""') + '"'


def _litteral(texte: str) -> str:
    return "'" + texte.replace("'", "''") + "'"


def inventaire(source: Path, sans: Collection[str], collecte: Collecte) -> tuple[dict[str, list[Fichier]], list[str]]:
    """Return the files of each table found in a folder, and the names of the files left aside.

    Faults of the folder, of the files and of their headers go to `collecte`: a table that is missing and not given up
    (`sans`), a column that is missing, a file that looks misnamed.
    """
    trouves: dict[str, list[Fichier]] = {}
    autres: list[str] = []
    if not source.is_dir():
        quoi = "c'est un fichier" if source.exists() else "ce dossier n'existe pas"
        collecte.ajouter(Faute(quoi, fichier=str(source), attendu="un dossier avec les tables du SNDS, en CSV ou en Parquet"))
        return trouves, autres
    for entree in sorted(source.iterdir()):
        if entree.name.startswith(".") or entree.name == NOMENCLATURES:
            continue
        nom = _table(entree)
        fichiers = sorted(f for f in entree.rglob("*") if f.is_file() and not f.name.startswith((".", "_"))) if entree.is_dir() else [entree]
        if nom is None:
            _signaler(entree, collecte)
            autres.append(entree.name)
        elif nom in sans or nom in AUTRES:
            autres.append(entree.name)
        else:
            lus = [lu for fichier in fichiers if (lu := ouvrir(fichier, TABLES[nom], collecte)) is not None]
            trouves.setdefault(nom, []).extend(lus)
    for table in TABLES.values():
        if table.requise and table.nom not in trouves and table.nom not in sans:
            _reclamer(table, trouves, collecte)
    return trouves, autres


def _reclamer(table: Table, trouves: dict[str, list[Fichier]], collecte: Collecte) -> None:
    # The referential of drugs is asked for by the drugs alone.
    if table.nom == "IR_PHA_R" and "ER_PHA_F" not in trouves:
        return
    renoncer = f", ou --sans {table.nom} : {table.sans_elle}" if table.sans_elle else ""
    collecte.ajouter(Faute(f"la table {table.nom} manque ({table.libelle})", attendu=f"{table.nom}.csv ou {table.nom}.parquet{renoncer}"))


def _table(entree: Path) -> str | None:
    nom = entree.name.upper()
    if not entree.is_dir():
        nom = re.sub(r"(\.[A-Z0-9]+)+$", "", nom)
    for table in sorted((*TABLES, *AUTRES), key=len, reverse=True):
        if nom.startswith(table) and _SUFFIXE.fullmatch(nom[len(table):]):
            return table
    return None


def _signaler(entree: Path, collecte: Collecte) -> None:
    """Add a fault for a file whose name is nearly that of a table: left aside, its rows would be lost unseen."""
    net = re.sub(r"[^A-Z_]", "", entree.name.upper().split(".")[0]).strip("_")
    proches = get_close_matches(net, TABLES, n=1, cutoff=0.8)
    if proches:
        collecte.ajouter(Faute("ce nom n'est pas celui d'une table", fichier=entree.name, attendu=f"peut-être {proches[0]} (ou {proches[0]}_2026)"))


def ouvrir(chemin: Path, table: Table, collecte: Collecte) -> Fichier | None:
    """Read the headers of a file of a table and check them; `None`, and a fault, if it cannot be read."""
    nom = chemin.name.lower()
    for extension, quoi in ILLISIBLES.items():
        if nom.endswith(extension):
            collecte.ajouter(Faute(f"c'est {quoi}", fichier=chemin.name, attendu="un export CSV (ou csv.gz), ou Parquet"))
            return None
    if not nom.endswith(EXTENSIONS):
        collecte.ajouter(Faute("ce fichier ne se lit pas", fichier=chemin.name, attendu="un fichier .csv, .csv.gz ou .parquet"))
        return None
    try:
        fichier = _parquet(chemin, table) if nom.endswith(".parquet") else _csv(chemin, table)
    except FileNotFoundError:
        collecte.ajouter(Faute("ce fichier n'existe pas", fichier=str(chemin)))
        return None
    except (OSError, EOFError, duckdb.Error):
        collecte.ajouter(Faute("fichier illisible ou coupé", fichier=chemin.name))
        return None
    except Erreurs as erreurs:
        collecte.ajouter(*erreurs.fautes)
        return None
    _verifier_les_entetes(fichier, collecte)
    return fichier


def _parquet(chemin: Path, table: Table) -> Fichier:
    with duckdb.connect() as connexion:
        colonnes = connexion.execute(f"DESCRIBE SELECT * FROM read_parquet({_litteral(str(chemin))})").fetchall()
    return Fichier(chemin, table, tuple(str(c[0]) for c in colonnes), tuple(str(c[1]) for c in colonnes))


def _csv(chemin: Path, table: Table) -> Fichier:
    with _ouvrir(chemin) as flux:
        tete = flux.read(_TETE)
    encodage = "utf-8" if _est_utf8(tete) else "latin-1"
    premiere = tete.split(b"\n", 1)[0].decode("utf-8-sig" if encodage == "utf-8" else encodage).strip("\r")
    if not premiere.strip():
        raise Erreurs([Faute("ce fichier est vide", fichier=chemin.name, attendu="une ligne d'en-têtes, puis une ligne par enregistrement")])
    separateur = max(SEPARATEURS, key=lambda s: (premiere.count(s), -SEPARATEURS.index(s)))
    entetes = tuple(entete.strip() for entete in next(csv.reader([premiere], delimiter=separateur)))
    return Fichier(chemin, table, entetes, separateur=separateur, encodage=encodage)


def _ouvrir(chemin: Path) -> gzip.GzipFile | BinaryIO:
    return gzip.open(chemin, "rb") if chemin.name.lower().endswith(".gz") else chemin.open("rb")


def _est_utf8(tete: bytes) -> bool:
    try:
        tete.decode("utf-8")
    except UnicodeDecodeError as erreur:
        # The sample may stop in the middle of a character.
        return erreur.start >= len(tete) - 3
    return True


def _verifier_les_entetes(fichier: Fichier, collecte: Collecte) -> None:
    hautes = [entete.upper() for entete in fichier.entetes]
    connus = {nom.upper() for colonne in fichier.table.colonnes for nom in (colonne.nom, *colonne.alias)}
    for double in sorted({entete for entete in hautes if hautes.count(entete) > 1 and entete in connus}):
        collecte.ajouter(Faute("cette colonne est là deux fois", fichier=fichier.nom, ligne=1, colonne=double, attendu="une seule"))
    for colonne in fichier.table.colonnes:
        if colonne.requise and colonne.nom not in fichier.places:
            proches = get_close_matches(colonne.nom, [e for e in hautes if e not in connus], n=1, cutoff=0.8)
            indice = f" ; peut-être « {proches[0]} »" if proches else ""
            collecte.ajouter(Faute(f"la colonne manque dans {fichier.table.nom}", fichier=fichier.nom, colonne=colonne.nom,
                                   attendu=colonne.role + indice))  # fmt: skip


def rejets(connexion: duckdb.DuckDBPyConnection, fichier: Fichier, collecte: Collecte) -> list[int]:
    """Add a fault for each line that the last reading set apart, forget them, and return their numbers."""
    try:
        lignes = connexion.execute("SELECT DISTINCT line, error_type FROM reject_errors ORDER BY line").fetchall()
    except duckdb.CatalogException:
        return []
    connexion.execute("DROP TABLE reject_errors; DROP TABLE reject_scans")
    par_genre: dict[str, list[int]] = {}
    for ligne, genre in lignes:
        par_genre.setdefault(str(genre), []).append(int(ligne))
    for genre, numeros in par_genre.items():
        collecte.sur_lignes(fichier.nom, pl.Series(numeros, dtype=pl.Int64), _REJETS.get(genre, "ligne illisible"),
                            attendu=f"{len(fichier.entetes)} cellules séparées par « {fichier.separateur} »")  # fmt: skip
    return sorted({int(ligne) for ligne, _ in lignes})


def situer(connexion: duckdb.DuckDBPyConnection, fichier: Fichier, rejetees: list[int], collecte: Collecte) -> None:
    """Add a fault for each refused cell, with its line and its value if it may be shown: a second, slower reading."""
    for colonne in fichier.verifiables():
        # In a CSV the headers are the first line.
        numerotees = (
            f"(SELECT row_number() OVER () + {0 if fichier.types else 1} AS ligne, {fichier.brute(colonne)} AS cellule, "
            f"{fichier.refusee(colonne)} AS refusee FROM {fichier.relation()})"
        )
        combien = connexion.execute(f"SELECT count(*) FROM {numerotees} WHERE refusee").fetchall()[0][0]
        if not combien:
            continue
        lues = connexion.execute(f"SELECT ligne, cellule FROM {numerotees} WHERE refusee ORDER BY ligne LIMIT {LISTEES}").fetchall()
        collecte.sur_lignes(
            fichier.nom, pl.Series([_decaler(int(ligne), rejetees) for ligne, _ in lues], dtype=pl.Int64), "valeur refusée",
            colonne=colonne.nom, attendu=_ATTENDUS[colonne.genre],
            valeurs=[montrable(cellule, "date" if colonne.genre == "date" else "entier") for _, cellule in lues],
        )  # fmt: skip
        collecte.non_listees += combien - len(lues)


def _decaler(ligne: int, rejetees: list[int]) -> int:
    """Count the lines set apart before a line: the engine does not number them."""
    for rejetee in rejetees:
        if rejetee <= ligne:
            ligne += 1
    return ligne
