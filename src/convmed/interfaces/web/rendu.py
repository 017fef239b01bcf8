"""Makes the pages: templates, the French way of writing values, and what every page shares."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jinja2
from fastapi import Request
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from markdown_it import MarkdownIt
from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from convmed.interfaces.web.visiteur import CHAMP_JETON, EN_TETE_JETON, jeton, poser_la_visite, reglages_de
from convmed.textes.unites import afficher, euros, vers_entier

ICI = Path(__file__).parent
STATIQUE = ICI / "statique"
NAVIGATION = (
    ("/cabinet", "Mon cabinet"),
    ("/patients", "Mes patients"),
    ("/coter", "Coter"),
    ("/contrats", "Mes contrats"),
    ("/procedures", "Procédures"),
    ("/negocier", "Négocier"),
    ("/texte", "Le texte"),
)
MANQUE = "—"
MOIS = ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre")


def rendre(request: Request, gabarit: str, contexte: Mapping[str, Any] | None = None, statut: int = 200) -> HTMLResponse:
    """Return a page, or the part of one that htmx asked for."""
    fourni = {
        **(contexte or {}),
        "request": request,
        "chemin": request.url.path,
        "utilisateur": getattr(request.state, "utilisateur", None),
        "comptes": reglages_de(request).comptes,
        "jeton": jeton(request),
    }
    reponse = HTMLResponse(_moteur().get_template(gabarit).render(fourni), statut)
    poser_la_visite(request, reponse)
    return reponse


def a_garder(contenu: str | bytes, genre: str, nom: str) -> Response:
    """Return a file that the browser saves under a name."""
    return Response(contenu, media_type=genre, headers={"content-disposition": f'attachment; filename="{nom}"'})


def en_fragment(request: Request) -> bool:
    """Tell whether htmx asks for a part of the page: then the template may leave out the rest."""
    return request.headers.get("hx-request") == "true" and request.headers.get("hx-boosted") != "true"


@cache
def empreinte() -> str:
    """Return the fingerprint of the assets: it stands in their address, so that they may be kept for a year."""
    resume = hashlib.sha256()
    for fichier in sorted(STATIQUE.iterdir()):
        resume.update(fichier.read_bytes())
    return resume.hexdigest()[:12]


def montant(centimes: int | None, signe: bool = False) -> str:
    """Write cents as euros, with a real minus sign; `signe` also writes the plus."""
    if centimes is None:
        return MANQUE
    plus = "+" if signe and centimes > 0 else ""
    return f"{plus}{euros(centimes)}\N{NO-BREAK SPACE}€".replace("-", "\N{MINUS SIGN}")


def montant_en_euros(valeur: Decimal | float | None, signe: bool = False) -> str:
    """Write an amount that is already in euros."""
    return montant(None if valeur is None else vers_entier(round(Decimal(str(valeur)), 2), "EUR"), signe)


def nombre(valeur: float | None) -> str:
    """Write a number with thin spaces between thousands and a comma."""
    if valeur is None:
        return MANQUE
    return f"{valeur:,}".replace(",", "\N{NARROW NO-BREAK SPACE}").replace(".", ",").replace("-", "\N{MINUS SIGN}")


def jour(date: dt.date | str | None) -> str:
    """Write a day as 31/12/2026."""
    if not date:
        return MANQUE
    lue = dt.date.fromisoformat(date[:10]) if isinstance(date, str) else date
    return f"{lue:%d/%m/%Y}"


def jour_en_lettres(date: dt.date | str | None) -> str:
    """Write a day in words: 1er janvier 2026."""
    if not date:
        return MANQUE
    lue = dt.date.fromisoformat(date[:10]) if isinstance(date, str) else date
    return f"{'1er' if lue.day == 1 else lue.day} {MOIS[lue.month - 1]} {lue.year}"


def en_html(markdown: str) -> Markup:
    """Return Markdown of ours as HTML; raw HTML inside stays text."""
    return Markup(_markdown().render(markdown))


class Typographie(Extension):
    """Keeps French signs with their word in the text of the templates: no line begins with a colon."""

    def filter_stream(self, stream: TokenStream) -> Iterable[Token]:
        """Put a space that does not break where French has one; only words of the templates, never a visitor's."""
        return self._lier(stream)

    def _lier(self, jetons: TokenStream) -> Iterator[Token]:
        for un in jetons:
            yield Token(un.lineno, un.type, insecables(un.value)) if un.type == "data" else un


def insecables(texte: str) -> str:
    """Return a French text whose high punctuation does not part from its word."""
    return re.sub(r"(?<!\s) (?=[:;!?»%€](?:[\s<.,)]|$))|(?<=«) ", "\N{NO-BREAK SPACE}", texte)


def dit(texte: str) -> str:
    """Return a sentence of the rules with the signs of a page: its apostrophes, and spaces that do not break."""
    return insecables(texte.replace("'", "’"))


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table")


@cache
def _moteur() -> jinja2.Environment:
    moteur = jinja2.Environment(
        loader=jinja2.FileSystemLoader(ICI / "gabarits"), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, extensions=[Typographie],
    )  # fmt: skip
    moteur.filters |= {
        "montant": montant, "montant_en_euros": montant_en_euros, "nombre": nombre, "jour": jour, "jour_en_lettres": jour_en_lettres,
        "afficher": afficher, "markdown": en_html, "dit": dit,
    }  # fmt: skip
    moteur.globals |= {
        "navigation": NAVIGATION, "version": version("convmed"), "empreinte": empreinte(),
        "CHAMP_JETON": CHAMP_JETON, "EN_TETE_JETON": EN_TETE_JETON, "aujourdhui": dt.date.today, "MANQUE": MANQUE,
    }  # fmt: skip
    return moteur
