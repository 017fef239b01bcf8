"""What the generated pages are written with: cells that hold any words, tables, folded parts."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence

# What Markdown would read as its own, written so that it does not.
SIGNES = re.compile(r"[|*_`\[\]{}~^\\]")


def mots(texte: object) -> str:
    """Return words that Markdown shows as they are, on one line."""
    propre = html.escape(" ".join(str(texte).split()), quote=False)
    return SIGNES.sub(lambda signe: f"&#{ord(signe[0])};", propre)


def code(texte: object) -> str:
    """Return words as code, in a cell or in a sentence."""
    return f"<code>{mots(texte)}</code>"


def table(entetes: Sequence[str], rangees: Iterable[Sequence[str]]) -> list[str]:
    """Return the lines of a table; cells are Markdown already."""
    lignes = [f"| {' | '.join(entetes)} |", "|---" * len(entetes) + "|"]
    return [*lignes, *(f"| {' | '.join(cellule or ' ' for cellule in rangee)} |" for rangee in rangees), ""]


def replie(titre: str, lignes: Iterable[str], genre: str = "note") -> list[str]:
    """Return lines under a title that opens them."""
    sur = titre.replace('"', "''")
    return [f'??? {genre} "{sur}"', "", *(f"    {ligne}" if ligne else "" for ligne in lignes), ""]
