"""What a visitor sends: the files of a dossier, or one zip of them, checked before anything reads them.

Names are ours: what a file is called elsewhere only says which of the known files it is. The files stand in a folder of
their own, in memory where the machine has one, for the time of one reading.
"""

from __future__ import annotations

import os
import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import BinaryIO

import duckdb
import polars as pl

from convmed.donnees import cabinet
from convmed.donnees.colonnes_dossier import FICHIERS
from convmed.donnees.dossier import CLASSEURS, EXTENSIONS, Dossier, lire_dossier
from convmed.donnees.serialisation import en_octets
from convmed.textes import Erreurs, Faute

MEGA = 1024 * 1024
PAR_FICHIER, EN_TOUT, DU_CABINET = 48 * MEGA, 64 * MEGA, MEGA // 4
ENVOIS = 20
# A folder of a dossier has six files and a guide; what a system adds beside them is not read.
MEMBRES, REPERTOIRE = 60, 32 * 1024
# Rows of figures and dates shrink some thirty times; a hundred times is made on purpose.
RAPPORT, SANS_RAPPORT = 100, MEGA
LIGNES = 3_000_000
CONNUS = {cabinet.NOM, *(nom + extension for nom in FICHIERS for extension in EXTENSIONS)}
ATTENDUS = "cabinet.toml, " + ", ".join(f"{nom}.csv" for nom in FICHIERS)
IGNORES = ("lisezmoi.md", "lisezmoi.txt", "readme.md", "thumbs.db", "desktop.ini")
MEMOIRE = Path("/dev/shm")
MORCEAU = 256 * 1024
FIN_DE_ZIP = struct.Struct("<4s4H2LH")
EN_CSV = "dans le tableur : Fichier, Enregistrer sous, CSV UTF-8"


@dataclass(frozen=True, slots=True)
class Envoi:
    """A file that was sent: the name that the browser gives it, and its bytes."""

    nom: str
    flux: BinaryIO


def recevoir(envois: Sequence[Envoi]) -> Dossier:
    """Return the dossier that was sent; `Erreurs` with every fault of every file. Nothing of it stays on the machine."""
    presents = [envoi for envoi in envois if envoi.nom]
    if not presents:
        raise Erreurs([Faute("aucun fichier reçu", champ="fichiers", attendu=f"{ATTENDUS}, ou un zip du dossier")])
    if len(presents) > ENVOIS:
        raise Erreurs([Faute(f"{len(presents)} fichiers à la fois", champ="fichiers", attendu=f"{ENVOIS} au plus")])
    with dossier_prive() as ici:
        zips = [envoi for envoi in presents if envoi.nom.lower().endswith(".zip")]
        if zips and len(presents) > 1:
            raise Erreurs([Faute("un zip et d'autres fichiers à la fois", champ="fichiers", attendu="un seul zip, ou les fichiers du dossier")])
        _deballer(zips[0], ici) if zips else _poser(((e.nom, e.flux, PAR_FICHIER) for e in presents), ici)
        return _lire(ici)


@contextmanager
def dossier_prive() -> Iterator[Path]:
    """Give a folder that nobody else reads, in memory where there is one, and remove it whatever happens."""
    ou = MEMOIRE if MEMOIRE.is_dir() and os.access(MEMOIRE, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="convmed-", dir=ou) as ici:
        yield Path(ici)


def copier(flux: BinaryIO, vers: Path, au_plus: int) -> int:
    """Write a stream to a new file and return its size; `Erreurs` as soon as it passes the bound."""
    ecrits = 0
    with vers.open("xb") as sortie:
        while morceau := flux.read(MORCEAU):
            ecrits += len(morceau)
            if ecrits > au_plus:
                raise Erreurs([Faute("fichier trop gros", fichier=vers.name, attendu=f"{_taille(au_plus)} au plus")])
            sortie.write(morceau)
    return ecrits


def nom_connu(nom: str) -> tuple[str | None, Faute | None]:
    """Return which file of a dossier a name means, nothing for one that is not read, or the fault of the name."""
    dit = "".join(c if c.isprintable() else "?" for c in nom)[-60:]
    parties = PurePosixPath(nom).parts
    if not nom or "\0" in nom or "\\" in nom or ":" in nom or nom.startswith("/") or ".." in parties:
        return None, Faute("ce nom de fichier sort du dossier", fichier=dit, attendu="des noms simples, sans chemin")
    if not parties or parties[0] == "__MACOSX" or parties[-1].startswith(".") or parties[-1].lower() in IGNORES:
        return None, None
    court = parties[-1].lower()
    if court in CONNUS:
        return court, None
    extension = PurePosixPath(court).suffix
    if extension == ".zip":
        return None, Faute("un zip dans un zip", fichier=dit, attendu="les fichiers du dossier, sans autre archive")
    if extension in CLASSEURS:
        return None, Faute("un classeur ne se lit pas ici", fichier=dit, attendu=EN_CSV)
    return None, Faute("ce fichier n'est pas d'un dossier", fichier=dit, attendu=ATTENDUS)


def _poser(fichiers: Iterable[tuple[str, BinaryIO, int]], ici: Path) -> None:
    """Write the known files under our names; `Erreurs` with all that is refused."""
    fautes: list[Faute] = []
    reste = EN_TOUT
    for nom, flux, au_plus in fichiers:
        court, faute = nom_connu(nom)
        if faute is not None:
            fautes.append(faute)
        if court is None:
            continue
        if (ici / court).exists():
            fautes.append(Faute("ce fichier est là deux fois", fichier=court, attendu="un seul"))
            continue
        borne = min(au_plus, DU_CABINET if court == cabinet.NOM else PAR_FICHIER)
        try:
            reste -= copier(flux, ici / court, min(borne, max(reste, 0)))
        except Erreurs as erreurs:
            fautes += erreurs.fautes if borne <= reste else [Faute("dossier trop gros", champ="fichiers", attendu=f"{_taille(EN_TOUT)} au plus")]
    if fautes:
        raise Erreurs(fautes)


def _deballer(envoi: Envoi, ici: Path) -> None:
    """Write the known files of a zip; `Erreurs` for one that is encrypted, linked, swollen or damaged."""
    try:
        _verifier_la_table(envoi.flux)
        with zipfile.ZipFile(envoi.flux) as archive:
            membres = [membre for membre in archive.infolist() if not membre.is_dir()]
            if fautes := [faute for membre in membres if (faute := _refus(membre))]:
                raise Erreurs(fautes)
            _poser(((m.filename, _ouvrir(archive, m), _borne(m)) for m in membres), ici)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError, LookupError, struct.error):
        raise Erreurs([Faute("ce zip est abîmé, ou n'en est pas un", fichier="zip", attendu="le dossier, compressé tel quel")]) from None


def _ouvrir(archive: zipfile.ZipFile, membre: zipfile.ZipInfo) -> BinaryIO:
    flux: BinaryIO = archive.open(membre)  # type: ignore[assignment]
    return flux


def _verifier_la_table(flux: BinaryIO) -> None:
    """Refuse an archive whose table of files is large: it would be read whole before a file of it is."""
    taille = flux.seek(0, os.SEEK_END)
    flux.seek(max(0, taille - 65_536 - FIN_DE_ZIP.size))
    fin = flux.read()
    place = fin.rfind(b"PK\x05\x06")
    if place < 0 or len(fin) - place < FIN_DE_ZIP.size:
        raise zipfile.BadZipFile
    _, _, _, _, membres, octets, _, _ = FIN_DE_ZIP.unpack_from(fin, place)
    # Zip64 is for archives that would be refused for their size.
    if membres > MEMBRES or octets > REPERTOIRE or fin[max(0, place - 20) : place].startswith(b"PK\x06\x07"):
        raise Erreurs([Faute("ce zip contient trop de fichiers", fichier="zip", attendu=f"{MEMBRES} au plus")])
    flux.seek(0)


def _refus(membre: zipfile.ZipInfo) -> Faute | None:
    nom = "".join(c if c.isprintable() else "?" for c in membre.filename)[-60:]
    genre = stat.S_IFMT(membre.external_attr >> 16)
    if membre.flag_bits & 0x1:
        return Faute("ce fichier est chiffré par un mot de passe", fichier=nom, attendu="un zip sans mot de passe")
    if genre not in (0, stat.S_IFREG):
        return Faute("ce n'est pas un fichier ordinaire (un lien ?)", fichier=nom, attendu="les fichiers eux-mêmes")
    if membre.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return Faute("cette compression n'est pas lue", fichier=nom, attendu="un zip ordinaire")
    if membre.file_size > max(SANS_RAPPORT, RAPPORT * membre.compress_size):
        return Faute("ce fichier est anormalement compressé", fichier=nom, attendu=f"{RAPPORT} fois au plus")
    return None


def _borne(membre: zipfile.ZipInfo) -> int:
    # What the table announces may be false: the bytes that come out are counted against the same ratio.
    return min(PAR_FICHIER, max(SANS_RAPPORT, RAPPORT * membre.compress_size))


def _lire(ici: Path) -> Dossier:
    if fautes := [faute for fichier in sorted(ici.glob("*.parquet")) if (faute := _parquet_demesure(fichier))]:
        raise Erreurs(fautes)
    try:
        dossier = lire_dossier(ici)
        en_octets(dossier)
    except Erreurs as erreurs:
        # The name of our folder means nothing to who sent the files.
        raise Erreurs(replace(f, fichier=None if f.fichier == str(ici) else f.fichier and f.fichier.removeprefix(f"{ici}/")) for f in erreurs.fautes) from None
    except (RecursionError, MemoryError, pl.exceptions.PolarsError, pl.exceptions.PanicException):
        raise Erreurs([Faute("ces fichiers ne se lisent pas", champ="fichiers", attendu=ATTENDUS)]) from None
    return replace(dossier, chemin=Path())


def _parquet_demesure(fichier: Path) -> Faute | None:
    """Return the fault of a Parquet file whose few bytes announce too many rows or values."""
    try:
        with duckdb.connect() as base:
            lu = base.execute("select max(num_rows), coalesce(sum(total_uncompressed_size), 0) from (select * from parquet_file_metadata(?)) "
                              "cross join (select sum(total_uncompressed_size) as total_uncompressed_size from parquet_metadata(?))",
                              [str(fichier), str(fichier)]).fetchone()  # fmt: skip
    except duckdb.Error:
        return Faute("ce n'est pas un fichier Parquet, ou il est abîmé", fichier=fichier.name, attendu="un fichier Parquet, ou un CSV")
    lignes, octets = lu if lu else (None, None)
    if lignes is None or octets is None or lignes > LIGNES or octets > EN_TOUT:
        return Faute("ce fichier est trop gros", fichier=fichier.name, attendu=f"{LIGNES} lignes et {_taille(EN_TOUT)} au plus")
    return None


def _taille(octets: int) -> str:
    return f"{octets // MEGA} Mo" if octets >= MEGA else f"{octets // 1024} ko"
