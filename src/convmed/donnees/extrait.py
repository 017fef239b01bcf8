"""A population as the rules read it: a folder cut in partitions that stand alone, and its manifest.

A doctor, all the patients of that doctor and all their acts are in one partition: a calculation goes from one to the
next, and its memory is bounded by the largest. Columns bear the names of the inputs of the rules. An act of a class counts
once a day for a patient: who writes an extrait leaves out the others.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, get_args

import polars as pl
from polars.exceptions import PolarsError
from pydantic import Field

from convmed.donnees.colonnes_dossier import INDICATEURS, TRACEURS_CONNUS
from convmed.donnees.fautes import nombre
from convmed.donnees.fichiers import ecrire_json
from convmed.donnees.modeles import OPTIONS, SECTEURS, ZONES, Modele, lire
from convmed.textes import Erreurs, Faute, dit_en_francais

FORMAT = 1
MANIFESTE, CHANTIER = "extrait.json", "extrait-en-cours.json"
PATIENTS_PAR_PARTITION = 500_000
RANGEES_PAR_GROUPE = 131_072

# Closed lists of words are numbers on disk and in memory; what is not listed keeps the type that its source gave it.
TYPES: dict[str, Any] = {
    "medecin": pl.Int32,
    "patient": pl.Int64,
    "secteur": pl.Enum(get_args(SECTEURS)),
    "option_tarifaire": pl.Enum(get_args(OPTIONS)),
    "zone": pl.Enum(get_args(ZONES)),
    "date_naissance_medecin": pl.Date,
    "date_premiere_installation": pl.Date,
    "date_naissance": pl.Date,
    "sexe": pl.Enum(["F", "M"]),
    "ald": pl.Boolean,
    "c2s": pl.Boolean,
    "date_derniere_consultation": pl.Date,
    "date_declaration_mt": pl.Date,
    "date": pl.Date,
    "traceur": pl.Enum(TRACEURS_CONNUS),
    "numero_ald": pl.Int32,
    "indicateur_exclu": pl.Enum(INDICATEURS),
    "indicateur_hors_cible": pl.Enum(INDICATEURS),
}
# What each table holds at least. Those without which a population says nothing must be there, even empty.
EXIGEES: dict[str, tuple[str, ...]] = {
    "medecin": ("medecin",),
    "patient": ("patient", "medecin", "date_naissance", "sexe"),
    "evenement": ("patient", "date", "traceur"),
    "affection": ("patient", "numero_ald"),
    "exclusion": ("patient", "indicateur_exclu"),
    "hors_cible": ("patient", "indicateur_hors_cible"),
}
TABLES = tuple(EXIGEES)
FACULTATIVES = frozenset({"exclusion", "hors_cible"})


class _Partition(Modele):
    nom: Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z_-]*$")]
    patients: Annotated[int, Field(ge=0)]
    medecins: Annotated[int, Field(ge=0)]
    evenements: Annotated[int, Field(ge=0)]


class _Manifeste(Modele):
    format: int
    origine: str
    graine: int | None
    annee: int
    parametres: dict[str, Any] = Field(default_factory=dict)
    patients: Annotated[int, Field(ge=0)]
    medecins: Annotated[int, Field(ge=0)]
    evenements: Annotated[int, Field(ge=0)]
    partitions: list[_Partition]


@dataclass(frozen=True, slots=True)
class Partition:
    """A partition: its folder, and how many rows of each kind it holds."""

    nom: str
    patients: int
    medecins: int
    evenements: int


@dataclass(frozen=True)
class Extrait:
    """A population on disk: where it comes from, the year that it is observed for, its partitions."""

    chemin: Path
    origine: str
    graine: int | None
    annee: int
    parametres: Mapping[str, Any]
    partitions: tuple[Partition, ...]

    @cached_property
    def patients(self) -> int:
        """Return how many patients it holds."""
        return sum(partition.patients for partition in self.partitions)

    @cached_property
    def medecins(self) -> int:
        """Return how many doctors it holds."""
        return sum(partition.medecins for partition in self.partitions)

    @cached_property
    def evenements(self) -> int:
        """Return how many acts it holds."""
        return sum(partition.evenements for partition in self.partitions)

    def tables(self, nom: str) -> dict[str, pl.LazyFrame]:
        """Return the tables of a partition, nothing being read yet."""
        return {table: pl.scan_parquet(fichier) for table, fichier in self.fichiers(nom).items()}

    def fichiers(self, nom: str) -> dict[str, Path]:
        """Return the Parquet file of each table of a partition, for an engine that reads them itself."""
        lieux = {table: self.chemin / nom / f"{table}.parquet" for table in EXIGEES}
        return {table: lieu for table, lieu in lieux.items() if table not in FACULTATIVES or lieu.exists()}


def ouvrir(chemin: Path) -> Extrait:
    """Open an extrait; `Erreurs` names the manifest, partition, table or column that is missing or wrong."""
    chemin = Path(chemin)
    manifeste = _lire_manifeste(chemin)
    partitions = tuple(Partition(**partition.model_dump()) for partition in manifeste.partitions)
    extrait = Extrait(chemin, manifeste.origine, manifeste.graine, manifeste.annee, manifeste.parametres, partitions)
    fautes = [faute for partition in partitions for faute in _fautes_de_partition(extrait, partition)]
    noms = [partition.nom for partition in partitions]
    fautes += [_faute(chemin / MANIFESTE, f"la partition {nom} est nommée deux fois") for nom in sorted({n for n in noms if noms.count(n) > 1})]
    for quoi in ("patients", "medecins", "evenements"):
        annonce, somme = getattr(manifeste, quoi), getattr(extrait, quoi)
        if annonce != somme:
            fautes.append(_faute(chemin / MANIFESTE, f"{quoi} : {annonce} annoncés, {somme} dans les partitions"))
    if fautes:
        raise Erreurs(fautes)
    return extrait


def _faute(fichier: Path, message: str, attendu: str | None = None, colonne: str | None = None) -> Faute:
    return Faute(message, fichier=str(fichier), colonne=colonne, attendu=attendu)


def _lire_manifeste(chemin: Path) -> _Manifeste:
    fichier = chemin / MANIFESTE
    try:
        brut = json.loads(fichier.read_text("utf-8"))
    except FileNotFoundError:
        if (chemin / CHANTIER).exists():
            raise Erreurs([_faute(chemin, "cet extrait n'est pas terminé", "relancer la commande qui l'écrit : elle reprend où elle en était")]) from None
        raise Erreurs([_faute(chemin, f"il n'y a pas de {MANIFESTE} ici", "un dossier écrit par « convmed population » ou « convmed importer snds »")]) from None
    except OSError as erreur:
        raise Erreurs([_faute(fichier, f"lecture impossible : {dit_en_francais(erreur)}")]) from None
    except (ValueError, RecursionError):
        raise Erreurs([_faute(fichier, "JSON illisible", "le manifeste que convmed écrit")]) from None
    if isinstance(brut, dict) and brut.get("format") != FORMAT:
        raise Erreurs([_faute(fichier, f"format {brut.get('format')!r} inconnu", f"le format {FORMAT}")])
    manifeste, fautes = lire(_Manifeste, brut, MANIFESTE)
    if manifeste is None:
        raise Erreurs(fautes)
    return manifeste


def _fautes_de_partition(extrait: Extrait, partition: Partition) -> Iterator[Faute]:
    if not (extrait.chemin / partition.nom).is_dir():
        yield _faute(extrait.chemin, f"la partition {partition.nom} manque")
        return
    comptes = {"patient": partition.patients, "medecin": partition.medecins, "evenement": partition.evenements}
    for table, fichier in extrait.fichiers(partition.nom).items():
        try:
            schema = pl.read_parquet_schema(fichier)
            rangees = _rangees(fichier)
        except FileNotFoundError:
            yield _faute(fichier, f"la table « {table} » manque")
            continue
        except (PolarsError, OSError):
            yield _faute(fichier, "Parquet illisible")
            continue
        yield from _fautes_de_colonnes(fichier, table, schema)
        if rangees != comptes.get(table, rangees):
            yield _faute(fichier, f"{nombre(rangees, 'ligne', 'lignes')}, {comptes[table]} annoncées par le manifeste")


def _fautes_de_colonnes(fichier: Path, table: str, schema: Mapping[str, pl.DataType]) -> Iterator[Faute]:
    for nom in EXIGEES[table]:
        if nom not in schema:
            yield _faute(fichier, "la colonne manque", colonne=nom)
    for nom, genre in schema.items():
        attendu = TYPES.get(nom)
        if attendu is not None and not _convient(genre, attendu):
            yield _faute(fichier, f"colonne de type {genre}", str(attendu), nom)


def _convient(genre: Any, attendu: Any) -> bool:
    if isinstance(attendu, pl.Enum):
        # Another tool may have rewritten the file with plain words.
        return isinstance(genre, (pl.Enum, pl.Categorical, pl.String)) or genre == pl.String
    return bool(genre == attendu) or (attendu.is_integer() and genre.is_integer())


def _rangees(fichier: Path) -> int:
    """Return how many rows a Parquet file holds: its footer alone is read."""
    return int(pl.scan_parquet(fichier).select(pl.len()).collect().item())


class Ecrivain:
    """Writes an extrait partition by partition; a run stopped half-way continues where it was.

    Several processes may each write their own partitions of the same folder. `parametres` says what else the drawing or
    the import depended on: a folder begun with others is refused, never mixed nor overwritten.
    """

    def __init__(self, chemin: Path, origine: str, graine: int | None, annee: int, parametres: Mapping[str, Any] | None = None) -> None:
        self.chemin = Path(chemin)
        self.identite = {"format": FORMAT, "origine": origine, "graine": graine, "annee": annee, "parametres": dict(parametres or {})}
        with _ecriture(self.chemin):
            self._accueillir()

    @property
    def termine(self) -> bool:
        """Tell whether the manifest is already there: nothing is left to write."""
        return (self.chemin / MANIFESTE).exists()

    def fait(self, nom: str) -> bool:
        """Tell whether a partition is complete on disk: it appears whole or not at all."""
        return (self.chemin / nom).is_dir()

    def ecrire(self, nom: str, tables: Mapping[str, pl.DataFrame | pl.LazyFrame]) -> None:
        """Write a partition; `Erreurs` if a table or a column is missing, or of another type."""
        preparees = _preparer(self.chemin / nom, tables)
        with _ecriture(self.chemin):
            provisoire = Path(tempfile.mkdtemp(prefix=f".{nom}.", dir=self.chemin))
            try:
                for table, contenu in preparees.items():
                    fichier = provisoire / f"{table}.parquet"
                    if isinstance(contenu, pl.LazyFrame):
                        contenu.sink_parquet(fichier, compression="zstd", statistics=True, row_group_size=RANGEES_PAR_GROUPE)
                    else:
                        contenu.write_parquet(fichier, compression="zstd", statistics=True, row_group_size=RANGEES_PAR_GROUPE)
                provisoire.rename(self.chemin / nom)
            except BaseException:
                shutil.rmtree(provisoire, ignore_errors=True)
                raise

    def finir(self) -> Extrait:
        """Write the manifest, counts included, and return the extrait."""
        with _ecriture(self.chemin):
            for lieu in self.chemin.glob(".*"):
                if lieu.is_dir():
                    shutil.rmtree(lieu, ignore_errors=True)
            partitions = [self._compter(lieu) for lieu in sorted(self.chemin.iterdir()) if lieu.is_dir()]
            totaux = {quoi: sum(partition[quoi] for partition in partitions) for quoi in ("patients", "medecins", "evenements")}
            ecrire_json(self.chemin / MANIFESTE, {**self.identite, **totaux, "partitions": partitions})
            (self.chemin / CHANTIER).unlink(missing_ok=True)
        return ouvrir(self.chemin)

    def _compter(self, lieu: Path) -> dict[str, Any]:
        comptes = {f"{table}s": _rangees(lieu / f"{table}.parquet") for table in ("patient", "medecin", "evenement")}
        return {"nom": lieu.name, **comptes}

    def _accueillir(self) -> None:
        """Begin a folder, or take up one that was begun for the same extrait."""
        if self.chemin.exists() and not self.chemin.is_dir():
            raise Erreurs([_faute(self.chemin, "un fichier porte déjà ce nom", "un nom libre, ou un dossier vide")])
        commence = next((self.chemin / nom for nom in (MANIFESTE, CHANTIER) if (self.chemin / nom).exists()), None)
        if commence is not None:
            self._verifier(commence)
            return
        if self.chemin.exists() and any(self.chemin.iterdir()):
            raise Erreurs([_faute(self.chemin, "ce dossier n'est pas vide", "un nom libre, ou un dossier vide")])
        self.chemin.mkdir(parents=True, exist_ok=True)
        ecrire_json(self.chemin / CHANTIER, self.identite)

    def _verifier(self, commence: Path) -> None:
        try:
            lu = json.loads(commence.read_text("utf-8"))
        except (ValueError, RecursionError):
            lu = None
        # What is compared went through JSON too: a tuple would not be the list that it has become.
        voulu = json.loads(json.dumps(self.identite, default=str))
        if not isinstance(lu, dict) or {cle: lu.get(cle) for cle in voulu} != voulu:
            raise Erreurs([_faute(self.chemin, "ce dossier contient un autre extrait", "un nom libre, ou les mêmes paramètres")])


def _preparer(lieu: Path, tables: Mapping[str, pl.DataFrame | pl.LazyFrame]) -> dict[str, pl.DataFrame | pl.LazyFrame]:
    """Return the tables with their canonical types; `Erreurs` says what lacks or does not convert."""
    fautes = [Faute(f"la table « {table} » manque", fichier=str(lieu)) for table in EXIGEES if table not in tables and table not in FACULTATIVES]
    fautes += [Faute(f"table inconnue « {table} »", fichier=str(lieu), attendu=", ".join(EXIGEES)) for table in tables if table not in EXIGEES]
    preparees: dict[str, pl.DataFrame | pl.LazyFrame] = {}
    for table, contenu in tables.items():
        schema = contenu.collect_schema()
        fautes += [_faute(lieu / f"{table}.parquet", "la colonne manque", colonne=nom) for nom in EXIGEES.get(table, ()) if nom not in schema]
        preparees[table] = contenu
        for nom in (nom for nom, genre in schema.items() if nom in TYPES and genre != TYPES[nom]):
            try:
                preparees[table] = preparees[table].with_columns(pl.col(nom).cast(TYPES[nom]))
            except PolarsError:
                fautes.append(_faute(lieu / f"{table}.parquet", f"colonne de type {schema[nom]}", str(TYPES[nom]), nom))
    if fautes:
        raise Erreurs(fautes)
    return preparees


@contextmanager
def _ecriture(chemin: Path) -> Iterator[None]:
    try:
        yield
    except OSError as erreur:
        raise Erreurs([_faute(chemin, f"écriture impossible : {dit_en_francais(erreur)}")]) from erreur
