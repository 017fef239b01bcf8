"""A table for the terminal."""

from __future__ import annotations

from collections.abc import Iterable

from rich.table import Table
from rich.text import Text


def tableau(titre: str, colonnes: Iterable[str | tuple[str, str]], lignes: Iterable[Iterable[object]]) -> Table:
    """Return a rich table; a column is a title, or a title with `right` for numbers and dates, never cut."""
    table = Table(title=titre, title_justify="left", header_style="bold", expand=False)
    for colonne in colonnes:
        nom, justification = colonne if isinstance(colonne, tuple) else (colonne, "left")
        chiffres = justification == "right"
        table.add_column(nom, justify="right" if chiffres else "left", overflow="fold", no_wrap=chiffres)
    for ligne in lignes:
        # Plain strings would be read as markup: "[vsm]" would vanish.
        table.add_row(*(cellule if isinstance(cellule, Text) else Text(str(cellule)) for cellule in ligne))
    return table
