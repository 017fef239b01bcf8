"""A spreadsheet whose totals work: formulas with the value they give, real dates, euros, filters, headers that stay.

A text is written as a text, whatever it begins with: nothing that a dossier says becomes a formula or a link.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from xlsxwriter import Workbook  # type: ignore[import-untyped]
from xlsxwriter.format import Format  # type: ignore[import-untyped]
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from convmed.restitution.documents.identite import NON_OFFICIEL, figures_verifiees_le

Genre = Literal["texte", "euros", "date", "entier"]
LONGUEUR_MAX, RANGEES_MAX = 32_000, 200_000
EUROS, DATES, ENTIERS = '#,##0.00\\ "€"', "dd/mm/yyyy", "#,##0"
ENTETE = 3  # The title, the total and an empty row stand above the headers.


@dataclass(frozen=True, slots=True)
class Champ:
    """A column of a sheet: its title, what it holds, its width; `total` puts its sum above the rows."""

    titre: str
    genre: Genre = "texte"
    largeur: int = 14
    total: bool = False


@dataclass(frozen=True, slots=True)
class Formule:
    """A formula and the value that it gives, in the unit of its column."""

    texte: str
    valeur: int


class Classeur:
    """A workbook in memory; the same content gives the same bytes."""

    def __init__(self, titre: str) -> None:
        self._tampon = io.BytesIO()
        self._livre = Workbook(self._tampon, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
        jour = figures_verifiees_le()
        self._livre.set_properties({"title": _net(titre), "author": "convmed (projet non officiel)", "created": dt.datetime(jour.year, jour.month, jour.day)})
        genres: dict[str, dict[str, Any]] = {
            "texte": {"text_wrap": True, "valign": "top"}, "euros": {"num_format": EUROS, "valign": "top"},
            "date": {"num_format": DATES, "valign": "top", "align": "left"}, "entier": {"num_format": ENTIERS, "valign": "top"},
        }  # fmt: skip
        self._formats = {genre: self._livre.add_format(reglages) for genre, reglages in genres.items()}
        self._gras = {genre: self._livre.add_format({**reglages, "bold": True, "text_wrap": False}) for genre, reglages in genres.items()}
        self._entete = self._livre.add_format({"bold": True, "bg_color": "#E8ECF1", "bottom": 1, "text_wrap": True, "valign": "top"})
        self._titre = self._livre.add_format({"bold": True, "font_size": 14})

    def feuille(self, nom: str, titre: str, champs: Sequence[Champ], rangees: Iterable[Sequence[Any]]) -> None:
        """Add a sheet; a cell is a text, a date, a count, cents in a column of euros, a `Formule`, or nothing."""
        feuille = self._livre.add_worksheet(nom)
        liste = list(rangees)[:RANGEES_MAX]
        self._preparer(feuille, titre, champs, len(liste))
        totaux = dict.fromkeys((rang for rang, champ in enumerate(champs) if champ.total), 0)
        for ligne, rangee in enumerate(liste, ENTETE + 1):
            for colonne, (champ, valeur) in enumerate(zip(champs, rangee, strict=True)):
                self._cellule(feuille, ligne, colonne, champ.genre, valeur)
                nombre = valeur.valeur if isinstance(valeur, Formule) else valeur
                if colonne in totaux and isinstance(nombre, int):
                    totaux[colonne] += nombre
        for colonne, somme in totaux.items():
            formule = f"=SUM({plage(colonne, len(liste))})"
            self._cellule(feuille, 1, colonne, champs[colonne].genre, Formule(formule, somme), self._gras)
        if totaux:
            self._cellule(feuille, 1, 0, "texte", "Total", self._gras)

    def texte(self, nom: str, titre: str, paires: Iterable[tuple[str, str]]) -> None:
        """Add a sheet of names and values, in words."""
        feuille = self._livre.add_worksheet(nom)
        feuille.set_column(0, 0, 26, self._gras["texte"])
        feuille.set_column(1, 1, 110, self._formats["texte"])
        feuille.write_string(0, 0, _net(titre), self._titre)
        for ligne, (cle, valeur) in enumerate([*paires, ("Avertissement", NON_OFFICIEL)], 2):
            feuille.write_string(ligne, 0, _net(cle), self._gras["texte"])
            feuille.write_string(ligne, 1, _net(valeur), self._formats["texte"])

    def en_octets(self) -> bytes:
        """Return the bytes of the workbook; nothing may be added after."""
        self._livre.close()
        return self._tampon.getvalue()

    def _preparer(self, feuille: Worksheet, titre: str, champs: Sequence[Champ], combien: int) -> None:
        feuille.write_string(0, 0, _net(titre), self._titre)
        for colonne, champ in enumerate(champs):
            feuille.set_column(colonne, colonne, champ.largeur, self._formats[champ.genre])
            feuille.write_string(ENTETE, colonne, champ.titre, self._entete)
        feuille.freeze_panes(ENTETE + 1, 0)
        feuille.autofilter(ENTETE, 0, ENTETE + max(1, combien), len(champs) - 1)
        feuille.set_landscape()
        feuille.set_paper(9)
        feuille.fit_to_pages(1, 0)
        feuille.repeat_rows(ENTETE)
        feuille.set_footer("&Lconvmed, projet non officiel&R&P / &N")

    def _cellule(
        self, feuille: Worksheet, ligne: int, colonne: int, genre: Genre, valeur: Any, formats: dict[str, Format] | None = None
    ) -> None:
        forme = (formats or self._formats)[genre]
        if isinstance(valeur, Formule):
            feuille.write_formula(ligne, colonne, valeur.texte, forme, valeur.valeur / 100 if genre == "euros" else valeur.valeur)
        elif isinstance(valeur, dt.date):
            feuille.write_datetime(ligne, colonne, dt.datetime(valeur.year, valeur.month, valeur.day), forme)
        elif isinstance(valeur, int):
            feuille.write_number(ligne, colonne, valeur / 100 if genre == "euros" else valeur, forme)
        elif valeur is not None:
            feuille.write_string(ligne, colonne, _net(str(valeur)), forme)


def plage(colonne: int, combien: int, feuille: str = "") -> str:
    """Return the range of the rows of a column, fixed; of another sheet if it is named."""
    lettre = xl_col_to_name(colonne)
    debut = f"'{feuille}'!" if feuille else ""
    return f"{debut}${lettre}${ENTETE + 2}:${lettre}${ENTETE + 1 + max(1, combien)}"


def case(rang: int, colonne: int) -> str:
    """Return the address of a cell; the first row under the headers is 0."""
    return str(xl_rowcol_to_cell(ENTETE + 1 + rang, colonne))


def cumuls(colonne: int, montants: Iterable[int | None]) -> Iterable[Formule]:
    """Yield the running total of a column."""
    lettre, somme = xl_col_to_name(colonne), 0
    for rang, montant in enumerate(montants):
        somme += montant or 0
        yield Formule(f"=SUM({lettre}${ENTETE + 2}:{lettre}{ENTETE + 2 + rang})", somme)


def _net(texte: str) -> str:
    """Return a text that a cell can hold: no lone surrogate, not too long."""
    return texte.encode("utf-8", "replace").decode()[:LONGUEUR_MAX]
