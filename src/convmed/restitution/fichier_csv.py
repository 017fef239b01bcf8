"""Tables as CSV, whose texts a spreadsheet computes never: a cell that looks like a formula begins with an apostrophe."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

# A spreadsheet computes a cell that begins so (the wide forms too); a sign alone or before a number is only a sign.
FORMULE = "^[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]"
NOMBRE = "[+-]?[0-9 \u00a0\u202f.,]*[€%]?"


def table_en_csv(table: pl.DataFrame) -> str:
    """Return a table as CSV with semicolons; lists are joined, and no text is a formula."""
    import polars as pl

    listes = [nom for nom, genre in table.schema.items() if isinstance(genre, pl.List)]
    plate = table.with_columns(pl.col(nom).list.join(" | ") for nom in listes)
    textes = pl.col(pl.String)
    formule = textes.str.contains(FORMULE) & ~textes.str.contains(f"^(?:{NOMBRE})$")
    return plate.with_columns(pl.when(formule).then("'" + textes).otherwise(textes).name.keep()).write_csv(separator=";")


def en_csv(rangees: list[dict[str, Any]], colonnes: Iterable[str] = ()) -> str:
    """Return rows as CSV with semicolons, no text being a formula; `colonnes` names the columns of a table that may have no row."""
    tampon = io.StringIO()
    noms = list(colonnes) or (list(rangees[0]) if rangees else [])
    ecrivain = csv.DictWriter(tampon, fieldnames=noms, delimiter=";", lineterminator="\n")
    ecrivain.writeheader()
    ecrivain.writerows({nom: _une_ligne_a_la_fois(sans_formule(valeur)) for nom, valeur in rangee.items()} for rangee in rangees)
    return tampon.getvalue()


def _une_ligne_a_la_fois(valeur: Any) -> Any:
    # The writer quotes a line feed, and not a carriage return, at which others would cut the row.
    return re.sub("\r\n?", "\n", valeur) if isinstance(valeur, str) else valeur


def sans_formule(valeur: Any) -> Any:
    """Return a cell of a CSV as it is, or after an apostrophe if it is a text that a spreadsheet would compute.

    A text that is only a number, an amount, a percentage or the sign of an empty cell stays as it is: it computes nothing,
    and whoever reads the file again finds it unchanged.
    """
    formule = isinstance(valeur, str) and re.match(FORMULE, valeur) and not re.fullmatch(NOMBRE, valeur)
    return f"'{valeur}" if formule else valeur
