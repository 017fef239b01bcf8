"""Reads a table file, whatever its encoding and separator, as blocks of strings with their line numbers.

Memory is bounded by a block (`TAILLE_BLOC` bytes of file), whatever the size of the file; nothing is written.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol

import polars as pl

from convmed.textes import Erreurs, Faute, dit_en_francais

Progression = Callable[[str, int, int], None]

TAILLE_BLOC = 32 * 2**20
LIGNES_PAR_BLOC = 500_000
SEPARATEURS = ";,\t|"
SURPLUS = "__surplus"
LIGNE = "__ligne"
SIGNATURES = (
    (b"%PDF", "un PDF"),
    (b"PK\x03\x04", "un classeur (xlsx, ods) ou une archive zip : enregistrez la feuille au format CSV"),
    (b"\xd0\xcf\x11\xe0", "un classeur Excel ancien (xls) : enregistrez la feuille au format CSV"),
    (b"\x1f\x8b", "un fichier compressé (gzip) : décompressez-le"),
    (b"\x89PNG", "une image"),
    (b"\xff\xd8\xff", "une image"),
    (b"SQLite format 3", "une base SQLite"),
    (b"{\\rtf", "un document RTF"),
    (b"<", "une page HTML ou un document XML"),
)
ENCODAGES_MARQUES = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# In Windows-1252 these would read "Ã" and a sign: no French word holds them.
_ACCENT_UTF8 = re.compile(rb"\xc3[\x80-\xbf]")
ATTENDU_CSV = "un fichier CSV (texte) ou Parquet"


@dataclass
class Bloc:
    """Some rows, all strings, with their line in `__ligne`; columns are named by their rank (`"0"`, `"1"`...).

    Empty cells, and those that a row lacks, are null; `a_rogner` tells that some may have spaces around.
    """

    table: pl.DataFrame
    a_rogner: bool = True
    fautes: list[Faute] = field(default_factory=list)
    courtes: int = 0


class Source(Protocol):
    """A table file: its headers, then its rows block by block."""

    chemin: Path
    nom: str
    entetes: list[str]
    ligne_entete: int

    def blocs(self, progression: Progression | None = None) -> Iterator[Bloc]:
        """Read the rows; `Erreurs` if the file is damaged."""
        ...


def ouvrir(chemin: Path) -> Source:
    """Open a CSV or Parquet file by its extension and its content; `Erreurs` says what it really is."""
    nom = chemin.name
    try:
        if not chemin.is_file():
            quoi = "c'est un dossier, pas un fichier" if chemin.is_dir() else "ce n'est pas un fichier"
            raise Erreurs([Faute(quoi, fichier=nom, attendu=ATTENDU_CSV)])
        taille = chemin.stat().st_size
        with chemin.open("rb") as flux:
            debut = flux.read(64)
            flux.seek(max(0, taille - 4))
            fin = flux.read(4)
    except OSError as erreur:
        raise Erreurs([Faute(f"lecture impossible ({dit_en_francais(erreur)})", fichier=nom)]) from None
    est_parquet = debut[:4] == b"PAR1"
    if chemin.suffix.lower() == ".parquet":
        if not est_parquet or fin != b"PAR1":
            raise Erreurs([Faute("ce n'est pas un fichier Parquet, ou il est coupé", fichier=nom, attendu="un fichier Parquet")])
        return SourceParquet(chemin)
    if est_parquet:
        raise Erreurs([Faute("c'est un fichier Parquet : nommez-le .parquet", fichier=nom, attendu="un fichier CSV (texte)")])
    for signature, quoi in SIGNATURES:
        if debut.lstrip()[: len(signature)] == signature:
            raise Erreurs([Faute(f"c'est {quoi}", fichier=nom, attendu="un fichier CSV (texte)")])
    if not debut.strip(b" \t\r\n\xef\xbb\xbf\xff\xfe\x00") and taille <= len(debut):
        raise Erreurs([Faute("ce fichier est vide", fichier=nom, attendu="au moins une ligne d'en-têtes")])
    return SourceCSV(chemin)


class SourceCSV:
    """A text file; encoding and separator are found from its content."""

    def __init__(self, chemin: Path) -> None:
        self.chemin, self.nom = chemin, chemin.name
        self.octets = chemin.stat().st_size
        with chemin.open("rb") as flux:
            morceau = next(self._decoder(flux), b"")
        self.ligne_entete = 1
        premiere, reste = _premier_enregistrement(morceau)
        while not premiere.strip() and reste:
            self.ligne_entete += 1
            premiere, reste = _premier_enregistrement(reste)
        separateur = ""
        if premiere.lower().startswith(b"sep=") and len(premiere.strip()) == 5:
            separateur = chr(premiere[4])
            self.ligne_entete += 1
            premiere, reste = _premier_enregistrement(reste)
        texte = premiere.decode("utf-8").strip("\r\n")
        self.separateur = separateur or max(SEPARATEURS, key=lambda s: (texte.count(s), -SEPARATEURS.index(s)))
        try:
            self.entetes = [cellule.strip() for cellule in next(csv.reader([texte], delimiter=self.separateur), [])]
        except csv.Error:
            raise self._erreur("la première ligne n'est pas une ligne d'en-têtes", ligne=self.ligne_entete) from None
        while self.entetes and not self.entetes[-1]:
            self.entetes.pop()
        self._octets_entete = len(morceau) - len(reste)
        self._lignes_entete = morceau[: self._octets_entete].count(b"\n")

    def blocs(self, progression: Progression | None = None) -> Iterator[Bloc]:
        """Read the rows; `Erreurs` if a quote is never closed or the bytes are not text."""
        ligne = 1 + self._lignes_entete
        a_sauter = self._octets_entete
        with self.chemin.open("rb") as flux:
            for morceau in self._decoder(flux):
                donnees, a_sauter = morceau[a_sauter:], 0
                if donnees:
                    yield self._bloc(donnees, ligne)
                    ligne += donnees.count(b"\n")
                if progression:
                    progression(self.nom, flux.tell(), self.octets)

    def _decoder(self, flux: BinaryIO) -> Iterator[bytes]:
        """Yield UTF-8 bytes cut at the end of a record."""
        tete = flux.read(4096)
        marque, encodage = next(((m, e) for m, e in ENCODAGES_MARQUES if tete.startswith(m)), (b"", ""))
        if not encodage and b"\x00" in tete:
            encodage = _utf16_sans_marque(tete)
            if not encodage:
                raise self._erreur("ce fichier est binaire, pas du texte", attendu="un fichier CSV (texte)")
        flux.seek(len(marque))
        transcodeur = codecs.getincrementaldecoder(encodage)("strict") if encodage.startswith("utf-16") else None
        reste, ligne, fixe, retours_seuls = b"", 1, encodage, b"\n" not in tete
        while lu := flux.read(TAILLE_BLOC):
            if transcodeur is not None:
                try:
                    lu = transcodeur.decode(lu).encode("utf-8")
                except UnicodeError:
                    raise self._erreur("octets illisibles en UTF-16") from None
            if retours_seuls and b"\n" not in lu:
                lu = lu.replace(b"\r", b"\n")
            reste += lu
            if flux.tell() >= self.octets:
                break
            coupe = _fin_d_enregistrement(reste)
            if coupe == 0:
                if len(reste) > 4 * TAILLE_BLOC:
                    raise self._erreur("un guillemet ouvert n'est jamais refermé", ligne=ligne)
                continue
            texte, reste = reste[:coupe], reste[coupe:]
            texte, fixe = self._en_utf8(texte, fixe, ligne)
            ligne += texte.count(b"\n")
            yield texte
        if reste:
            yield self._en_utf8(reste, fixe, ligne)[0]

    def _en_utf8(self, texte: bytes, encodage: str, ligne: int) -> tuple[bytes, str]:
        """Return the text in UTF-8 and the encoding settled so far (none while only ASCII was met)."""
        if b"\x00" in texte:
            raise self._erreur("ce fichier est binaire, pas du texte", ligne=ligne + texte[: texte.index(b"\x00")].count(b"\n"))
        if texte.isascii():
            return texte, encodage
        if encodage != "cp1252":
            try:
                texte.decode("utf-8")
                return texte, "utf-8"
            except UnicodeDecodeError as erreur:
                fautive = ligne + texte[: erreur.start].count(b"\n")
                if encodage or _ACCENT_UTF8.search(texte):
                    raise self._erreur("UTF-8 et un autre encodage mélangés", ligne=fautive, attendu="un seul encodage") from None
        try:
            return texte.decode("cp1252").encode("utf-8"), "cp1252"
        except UnicodeDecodeError as erreur:
            fautive = ligne + texte[: erreur.start].count(b"\n")
            raise self._erreur("octets illisibles", ligne=fautive, attendu="du texte en UTF-8 ou en Windows-1252") from None

    def _bloc(self, donnees: bytes, ligne: int) -> Bloc:
        largeur = len(self.entetes)
        noms = [str(rang) for rang in range(largeur)]
        separateur = self.separateur.encode()
        entete = separateur.join(nom.encode() for nom in [*noms, SURPLUS]) + b"\n"
        try:
            table = pl.read_csv(
                io.BytesIO(entete + donnees), separator=self.separateur, infer_schema=False, truncate_ragged_lines=True
            )
        except pl.exceptions.PolarsError:
            # The message of the engine quotes the row: it must not reach the user.
            raise self._erreur("guillemets mal placés", ligne=_ligne_mal_guillemetee(donnees, self.separateur, ligne),
                               attendu="des guillemets doublés (\"\") à l'intérieur d'une cellule") from None  # fmt: skip
        surplus = table.drop_in_place(SURPLUS)
        table = _numeroter(table, donnees, ligne)
        fautes: list[Faute] = []
        if surplus.null_count() < table.height:
            fautes = self._trop_longues(table.get_column(LIGNE).filter((surplus.str.strip_chars() != "").fill_null(False)))
        courtes = 0
        if donnees.count(separateur) != table.height * (largeur - 1):
            longueurs = [len(rangee) for rangee in csv.reader(io.StringIO(donnees.decode("utf-8"), newline=""), delimiter=self.separateur)]
            courtes = sum(0 < longueur < largeur for longueur in longueurs)
            if longueurs and 0 < longueurs[-1] < largeur and not donnees.endswith(b"\n"):
                fautes.append(Faute("le fichier semble coupé au milieu de cette ligne", fichier=self.nom,
                                    ligne=table.get_column(LIGNE)[-1], attendu=f"{largeur} cellules"))  # fmt: skip
        return Bloc(table, _a_rogner(donnees, separateur), fautes, courtes)

    def _trop_longues(self, lignes: pl.Series) -> list[Faute]:
        attendu = f"{len(self.entetes)} cellules, ou des guillemets autour de celles qui contiennent « {self.separateur} »"
        return [Faute("cette ligne a plus de cellules que l'en-tête", fichier=self.nom, ligne=ligne, attendu=attendu)
                for ligne in lignes]  # fmt: skip

    def _erreur(self, message: str, **champs: object) -> Erreurs:
        return Erreurs([Faute(message, fichier=self.nom, **champs)])  # type: ignore[arg-type]


class SourceParquet:
    """A Parquet file; its values are turned into the strings that a CSV would hold."""

    def __init__(self, chemin: Path) -> None:
        self.chemin, self.nom, self.ligne_entete = chemin, chemin.name, 0
        try:
            self.paresseux = pl.scan_parquet(chemin, glob=False)
            self.schema = self.paresseux.collect_schema()
            self.hauteur: int = self.paresseux.select(pl.len()).collect().item()
        except (pl.exceptions.PolarsError, OSError):
            raise Erreurs([Faute("fichier Parquet illisible", fichier=self.nom)]) from None
        self.entetes = self.schema.names()

    def blocs(
        self,
        progression: Progression | None = None,
        natifs: Mapping[str, pl.Expr] | None = None,
        voulues: Collection[str] | None = None,
    ) -> Iterator[Bloc]:
        """Read the rows, numbered from 1; `Erreurs` if the file is damaged.

        `natifs` gives, by rank, what to read instead of strings; only the ranks `voulues` are read, all by default.
        """
        textes = {str(rang): _en_texte(nom, genre) for rang, (nom, genre) in enumerate(self.schema.items())}
        colonnes = [lue.alias(rang) for rang, lue in (textes | dict(natifs or {})).items() if voulues is None or rang in voulues]
        for debut in range(0, self.hauteur, LIGNES_PAR_BLOC):
            try:
                table = self.paresseux.slice(debut, LIGNES_PAR_BLOC).select(colonnes).collect()
            except pl.exceptions.PolarsError:
                raise Erreurs([Faute("fichier Parquet illisible", fichier=self.nom, ligne=debut + 1)]) from None
            yield Bloc(table.with_row_index(LIGNE, offset=debut + 1))
            if progression:
                progression(self.nom, debut + table.height, self.hauteur)


def _en_texte(nom: str, genre: pl.DataType) -> pl.Expr:
    colonne = pl.col(nom)
    if isinstance(genre, pl.List):
        return colonne.cast(pl.List(pl.String)).list.join(" ")
    if genre.is_float():
        entier = colonne.cast(pl.Int64, strict=False)
        return pl.when(entier.cast(pl.Float64) == colonne).then(entier.cast(pl.String)).otherwise(colonne.cast(pl.String))
    if genre == pl.Boolean:
        return pl.when(colonne).then(pl.lit("oui")).when(~colonne).then(pl.lit("non"))
    if genre == pl.Binary or isinstance(genre, (pl.Struct, pl.Array, pl.Object)):
        return pl.lit("illisible")
    return colonne.cast(pl.String)


def _utf16_sans_marque(tete: bytes) -> str:
    """Tell UTF-16 without a mark from the zeros that it puts beside Latin letters."""
    pairs, impairs = tete[::2].count(0), tete[1::2].count(0)
    moitie = len(tete) // 4
    if impairs > moitie and pairs < moitie // 4:
        return "utf-16-le"
    return "utf-16-be" if pairs > moitie and impairs < moitie // 4 else ""


def _premier_enregistrement(texte: bytes) -> tuple[bytes, bytes]:
    """Split the first record from the rest; a quoted header may hold line ends."""
    fin, guillemets = -1, 0
    while True:
        suivante = texte.find(b"\n", fin + 1)
        if suivante < 0:
            return texte, b""
        guillemets += texte.count(b'"', fin + 1, suivante)
        fin = suivante
        if guillemets % 2 == 0:
            return texte[: fin + 1], texte[fin + 1 :]


def _fin_d_enregistrement(texte: bytes) -> int:
    """Return where the last whole record ends: the last line end outside quotes, 0 if there is none."""
    avant = texte.count(b'"')
    fin = len(texte)
    while True:
        precedente = texte.rfind(b"\n", 0, fin)
        if precedente < 0:
            return 0
        avant -= texte.count(b'"', precedente, fin)
        if avant % 2 == 0:
            return precedente + 1
        fin = precedente


def _numeroter(table: pl.DataFrame, donnees: bytes, ligne: int) -> pl.DataFrame:
    """Add the line where each row begins; only cells that hold line ends make this more than a count."""
    if donnees.count(b"\n") + (not donnees.endswith(b"\n")) != table.height:
        numeros, ouvert = [], False
        for rang, une_ligne in enumerate(donnees.split(b"\n")):
            if not ouvert:
                numeros.append(ligne + rang)
            ouvert ^= une_ligne.count(b'"') % 2 == 1
        if len(numeros) >= table.height:
            return table.insert_column(0, pl.Series(LIGNE, numeros[: table.height], dtype=pl.UInt32))
    return table.with_row_index(LIGNE, offset=ligne)


def _a_rogner(donnees: bytes, separateur: bytes) -> bool:
    """Tell whether some cell may begin or end with a space, or be an empty pair of quotes."""
    bords = (separateur, b"\n", b'"')
    return (
        any(b" " + bord in donnees or bord + b" " in donnees for bord in bords)
        or any(motif in donnees for motif in (b'""', b" \r", b"\xc2\xa0", b"\xe2\x80"))
        or (separateur != b"\t" and b"\t" in donnees)
    )


def _ligne_mal_guillemetee(donnees: bytes, separateur: str, ligne: int) -> int:
    lecteur = csv.reader(io.StringIO(donnees.decode("utf-8"), newline=""), delimiter=separateur, strict=True)
    debut = 0
    try:
        for _ in lecteur:
            debut = lecteur.line_num
    except csv.Error:
        pass
    return ligne + debut
