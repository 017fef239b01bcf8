"""What several commands take: a dossier, an exercise, a text, a format, a file to write, a date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from convmed.textes import EN_VIGUEUR, Erreurs, Faute

if TYPE_CHECKING:
    from convmed.restitution.graphiques.socle import Genre

Commande = TypeVar("Commande", bound=Callable[..., Any])

ANNEES = click.IntRange(2017, 2030)

dossier_ = click.argument("dossier", type=click.Path(path_type=Path))
annee_ = click.option("--annee", type=ANNEES, default=2026, show_default=True, help="Exercice.")
texte_ = click.option("--texte", default=EN_VIGUEUR, show_default=True, help="Texte appliqué, ou chemin d'un scénario .yaml.")
sortie_ = click.option("--sortie", type=click.Path(path_type=Path), help="Fichier à écrire, plutôt que la sortie standard.")


def format_(*formats: str) -> Callable[[Commande], Commande]:
    """Return the option that chooses how a result is written; the first format is the default."""
    choix = click.Choice(formats)
    return click.option("--format", "presentation", type=choix, default=formats[0], show_default=True, help="Présentation.")


def genre_d_image(presentation: str) -> Genre:
    """Return the kind of image that a format asks for: PNG, or else SVG."""
    return "png" if presentation == "png" else "svg"


def lire_date(valeur: str, option: str) -> dt.date:
    """Return the date that an option gives, `aujourdhui` being today; `Erreurs` names the option."""
    if valeur == "aujourdhui":
        return dt.date.today()
    try:
        return dt.date.fromisoformat(valeur)
    except ValueError:
        raise Erreurs([Faute("date illisible", champ=option, valeur=valeur, attendu="AAAA-MM-JJ")]) from None


def tout_lire(*lectures: Callable[[], Any]) -> list[Any]:
    """Return what each reading returns; `Erreurs` with the faults of all of them at once."""
    lus, fautes = [], []
    for lecture in lectures:
        try:
            lus.append(lecture())
        except Erreurs as erreurs:
            fautes += erreurs.fautes
    if fautes:
        raise Erreurs(fautes)
    return lus
