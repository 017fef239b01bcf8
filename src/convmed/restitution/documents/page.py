"""A document as blocks, laid out as PDF: what it says is data, read by one template, and never becomes its source.

The file is tagged (PDF/UA-1) and made to last (PDF/A-2a); its date is the one it is given, not that of a clock.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import typst

from convmed.restitution.documents.identite import figures_verifiees_le, version_de_convmed

GABARIT = Path(__file__).with_name("gabarits") / "document.typ"
NORMES: list[typst.PDFStandard] = ["a-2a", "ua-1"]
INSECABLE, FINE, MOINS = "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}", "\N{MINUS SIGN}"
_SIGNES = ((re.compile(r"(?<=\S) (?=[;!?])"), FINE), (re.compile(r"(?<=\S) (?=[:»%€])|(?<=«) "), INSECABLE))
_NEGATIF = re.compile(r"(?<![\w.)])-(?=\d)")
# What no font draws and no reader hears, which PDF/A refuses; a line and a tabulation are kept as spaces.
_ILLISIBLES = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\uf8ff\ufdd0-\ufdef\ufeff\ufff0-\uffff\U000e0000-\U0010ffff]")
# What every font of the documents draws.
_HORS_DES_POLICES = re.compile(r"[^\n\t\x20-\x7e\xa0-\u017fΑ-Ρ\u03a3-ωЀ-џ\u2010-\u2027\u202f-\u203a€←-→−≈≠≤≥]")
Bloc = dict[str, Any]
Cellule = str | dict[str, Any]


@dataclass(frozen=True, slots=True)
class Document:
    """A title, what it is about, and blocks; `rappel` is repeated at the top of each page."""

    titre: str
    sous_titre: str
    rappel: str
    blocs: list[Bloc]
    date: dt.date = field(default_factory=figures_verifiees_le)


@dataclass(frozen=True, slots=True)
class Colonne:
    """A column of a table: its title, whether it holds numbers, its share of the width (`None`: what it needs)."""

    titre: str
    nombre: bool = False
    part: float | None = 1


def titre(texte: str) -> Bloc:
    """Return the title of a part."""
    return {"genre": "titre", "texte": texte}


def paragraphe(texte: str, discret: bool = False) -> Bloc:
    """Return a paragraph."""
    return {"genre": "paragraphe", "texte": texte, "discret": discret}


def cles(paires: Iterable[tuple[str, str]]) -> Bloc:
    """Return key figures: few, short, read before all else."""
    return {"genre": "cles", "paires": [list(paire) for paire in paires]}


def definitions(paires: Iterable[tuple[str, str]]) -> Bloc:
    """Return names and values, one a line."""
    return {"genre": "definitions", "paires": [list(paire) for paire in paires]}


def table(colonnes: Sequence[Colonne], lignes: Iterable[tuple[str, Sequence[Cellule]]], dit: str) -> Bloc:
    """Return a table; a row is its kind (empty, `total`, `partie`) and its cells; `dit` names the table to who hears it."""
    return {
        "genre": "table", "dit": dit,
        "colonnes": [{"titre": c.titre, "nombre": c.nombre, "part": c.part} for c in colonnes],
        "lignes": [{"genre": genre, "cellules": [cellule if isinstance(cellule, dict) else {"texte": cellule} for cellule in cellules]}
                   for genre, cellules in lignes],
    }  # fmt: skip


def cellule(texte: str, dessous: str = "", gras: bool = False, alerte: bool = False) -> Cellule:
    """Return a cell with a second line in small letters."""
    return {"texte": texte, "dessous": dessous, "gras": gras, "alerte": alerte}


def liste(elements: Iterable[str]) -> Bloc:
    """Return a list of sentences."""
    return {"genre": "liste", "elements": list(elements)}


def image(svg: bytes, dit: str, legende: str = "") -> Bloc:
    """Return a chart as SVG under its legend; `dit` tells it to who does not see it."""
    return {"genre": "image", "svg": svg.decode("utf-8"), "dit": dit, "legende": legende}


def arbre(rangees: Iterable[tuple[int, str, str, str]]) -> Bloc:
    """Return an explanation: depth, name, value, and what it rests on, a row each."""
    return {"genre": "arbre", "rangees": [list(rangee) for rangee in rangees]}


def en_pdf(document: Document) -> bytes:
    """Return the PDF of a document."""
    donnees = {
        "titre": document.titre, "sous_titre": document.sous_titre, "rappel": document.rappel, "blocs": document.blocs,
        "date": [document.date.year, document.date.month, document.date.day],
        "verifie": f"Figures vérifiées le {figures_verifiees_le():%d/%m/%Y} · convmed {version_de_convmed()}",
    }  # fmt: skip
    composees = composer(donnees)
    try:
        return _compiler(composees)
    except typst.TypstError:
        # A sign that no font draws is refused by PDF/A, and must not keep a document from being made.
        return _compiler(_dessinables(composees))


def _compiler(donnees: Any) -> bytes:
    compilateur = typst.Compiler(GABARIT, font_paths=_polices(), ignore_system_fonts=True)
    octets = compilateur.compile(format="pdf", sys_inputs={"donnees": json.dumps(donnees)}, pdf_standards=NORMES, timestamp=0)
    assert isinstance(octets, bytes)
    return octets


def _dessinables(valeur: Any) -> Any:
    if isinstance(valeur, dict):
        return {cle: contenu if cle == "svg" else _dessinables(contenu) for cle, contenu in valeur.items()}
    if isinstance(valeur, list):
        return [_dessinables(contenu) for contenu in valeur]
    return _HORS_DES_POLICES.sub("?", unicodedata.normalize("NFC", valeur)) if isinstance(valeur, str) else valeur


def composer(valeur: Any) -> Any:
    """Return data with every text typeset in French: no-break spaces, minus signs, nothing that cannot be read."""
    if isinstance(valeur, dict):
        return {cle: contenu if cle in ("svg", "genre") else composer(contenu) for cle, contenu in valeur.items()}
    if isinstance(valeur, list):
        return [composer(contenu) for contenu in valeur]
    if not isinstance(valeur, str):
        return valeur
    texte = _NEGATIF.sub(MOINS, _ILLISIBLES.sub("", valeur))
    for motif, espace in _SIGNES:
        texte = motif.sub(espace, texte)
    return texte


@cache
def _polices() -> typst.Fonts:
    """Return the fonts: those that typst carries, and those of the charts; none of the machine's."""
    # The charts are drawn with the fonts of matplotlib, which is not imported for a document that has none.
    matplotlib = find_spec("matplotlib")
    assert matplotlib is not None and matplotlib.origin is not None
    return typst.Fonts(include_system_fonts=False, font_paths=[str(Path(matplotlib.origin).parent / "mpl-data" / "fonts" / "ttf")])
