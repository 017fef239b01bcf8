from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest

import convmed
from convmed.dispositifs import Ligne
from convmed.restitution.releve import Releve

EXEMPLES = Path(__file__).parents[3] / "exemples"
# What typesetting changes: kinds of spaces and of minus signs, words cut at the end of a line.
_BLANCS = re.compile(r"[\s\u00a0\u202f\u200b\x02\ufffe-]+")
HOSTILES = (
    "#{panic()}", "$x$ *gras* _it_ `code` @ref <label> // rien", "=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "<script>alert(1)</script>",
    "\\u{1F600} \\ #import \"x\": *", "mot" * 60, "é€≥−«»œ", "[vsm]", "{=HYPERLINK(\"http://x\")}", "\tdebut", "https://exemple.test",
    "mailto:x@exemple.test",
)  # fmt: skip


def abrege(hostile: str) -> str:
    """Return the name of a test whose text no terminal could show."""
    return ascii(hostile)[:30]


def aplati(texte: str) -> str:
    """Return a text without what typesetting changes."""
    return _BLANCS.sub("", texte.replace("\N{MINUS SIGN}", ""))


def textes(octets: bytes) -> list[str]:
    """Return the text of each page of a PDF."""
    pdf = pypdfium2.PdfDocument(octets)
    return [page.get_textpage().get_text_bounded() for page in pdf]


def texte(octets: bytes) -> str:
    """Return the whole text of a PDF, without what typesetting changes."""
    return aplati("".join(textes(octets)))


def contient(octets: bytes, mots: Iterable[str]) -> list[str]:
    """Return the words that a PDF does not hold."""
    lu = texte(octets)
    return [mot for mot in mots if aplati(mot) not in lu]


def avec(releve: Releve, lignes: list[Ligne]) -> Releve:
    """Return a statement with other lines."""
    return replace(releve, lignes=lignes)


@pytest.fixture(scope="session")
def releve_zip() -> Releve:
    return convmed.releve(EXEMPLES / "cabinet-zip", 2026)
