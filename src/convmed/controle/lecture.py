"""Reads a file of invoices block by block, and shares a large one out by doctor among temporary files.

Every line of a doctor is in one share, in the order of the file: memory is bounded by a share, whatever the size.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import polars as pl

from convmed.controle.colonnes import colonnes, reconnaitre
from convmed.controle.typage import SCHEMA_FAUTES, Typeur, natif
from convmed.donnees.lecture import LIGNE, TAILLE_BLOC, Bloc, Progression, Source, SourceParquet, ouvrir
from convmed.textes import Erreurs, Faute

PART = 500_000  # lines of a share


@dataclass
class Lu:
    """A file read: its shares of typed rows, the columns it has, those nobody reads, and the lines set aside."""

    presentes: frozenset[str]
    ignorees: tuple[str, ...]
    parts: list[Path | pl.DataFrame] = field(default_factory=list)
    lignes: int = 0
    rejets: list[pl.DataFrame] = field(default_factory=list)

    def tables(self) -> Iterator[pl.DataFrame]:
        """Yield each share of rows: every line of a doctor is in one of them."""
        for part in self.parts:
            if isinstance(part, pl.DataFrame):
                if part.height:
                    yield part
            elif fichiers := sorted(part.glob("*.arrow")):
                yield pl.concat([pl.read_ipc(fichier) for fichier in fichiers], rechunk=True)


@contextmanager
def lire(chemin: Path, progression: Progression | None = None) -> Iterator[Lu]:
    """Read a CSV or Parquet file of invoices; `Erreurs` if it is no such file, lacks a column or has no line."""
    source = ouvrir(chemin)
    rangs, ignorees = reconnaitre(source.entetes, source.nom)
    manquantes = [c for c in colonnes() if c.requise and c.nom not in rangs]
    if manquantes:
        raise Erreurs(Faute("colonne nécessaire absente", fichier=source.nom, colonne=c.nom, attendu=c.libelle) for c in manquantes)
    lu = Lu(frozenset(rangs), ignorees)
    typeur = Typeur([c for c in colonnes() if c.nom in rangs], rangs)
    with tempfile.TemporaryDirectory(prefix="convmed-") as dossier:
        blocs = _blocs(source, rangs, progression)
        premier = next(blocs, None)
        if premier is not None:
            nombre = math.ceil(_lignes_estimees(source, premier) / PART)
            lu.parts = _repartir(_tables(chain((premier,), blocs), typeur, lu), Path(dossier), nombre)
        if not lu.lignes:
            raise Erreurs([Faute("aucune ligne sous les en-têtes", fichier=source.nom, attendu="une ligne par code facturé")])
        yield lu


def _blocs(source: Source, rangs: dict[str, int], progression: Progression | None) -> Iterator[Bloc]:
    if not isinstance(source, SourceParquet):
        return source.blocs(progression)
    noms = {rang: nom for nom, rang in rangs.items()}
    genres = list(source.schema.values())
    par_nom = {c.nom: c for c in colonnes()}
    natifs = {str(rang): expression for rang, nom in noms.items()
              if (expression := natif(par_nom[nom], pl.col(source.entetes[rang]), genres[rang])) is not None}  # fmt: skip
    return source.blocs(progression, natifs, {str(rang) for rang in noms})


def _lignes_estimees(source: Source, premier: Bloc) -> int:
    if isinstance(source, SourceParquet):
        return source.hauteur
    return premier.table.height * max(1, source.chemin.stat().st_size // TAILLE_BLOC)


def _tables(blocs: Iterator[Bloc], typeur: Typeur, lu: Lu) -> Iterator[pl.DataFrame]:
    """Yield the rows of each block that can be treated; note the others."""
    for bloc in blocs:
        table = bloc.table
        if bloc.fautes:
            fautes = pl.DataFrame([(f.ligne, "", f.message, f.attendu or "") for f in bloc.fautes], schema=SCHEMA_FAUTES, orient="row")
            lu.rejets.append(fautes)
            # The cells of such a row stand under the wrong headers.
            lu.lignes += table.height
            table = table.filter(~pl.col(LIGNE).is_in(fautes.get_column("ligne").implode()))
            lu.lignes -= table.height
        typees, rejets, lues = typeur.typer(table, bloc.a_rogner)
        lu.lignes += lues
        lu.rejets.append(rejets)
        yield typees


def _repartir(tables: Iterator[pl.DataFrame], dossier: Path, nombre: int) -> list[Path | pl.DataFrame]:
    """Share the rows out by doctor: in memory if one share is enough, in one folder a share otherwise."""
    if nombre <= 1:
        return [pl.concat(list(tables), rechunk=True)]
    parts = [dossier / str(rang) for rang in range(nombre)]
    for part in parts:
        part.mkdir()
    for numero, table in enumerate(tables):
        rangs = table.get_column("medecin").hash(0) % nombre
        for rang, part in enumerate(parts):
            morceau = table.filter(rangs == rang)
            if morceau.height:
                morceau.write_ipc(part / f"{numero:06}.arrow", compression="lz4")
    return list(parts)
