"""What the terminal shows: help and usage errors in French, progress bars, results written whole or not at all."""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import click

from convmed.donnees.fichiers import ecriture_entiere
from convmed.textes import Erreurs, Faute, dit_en_francais

if TYPE_CHECKING:
    import polars as pl

TITRES = {"Options": "Options", "Commands": "Commandes", "Arguments": "Arguments"}


class _MiseEnFrancais(click.HelpFormatter):
    def write_heading(self, heading: str) -> None:
        super().write_heading(TITRES.get(heading, heading))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        francais = [(nom, aide.replace("[default: ", "[par défaut : ").replace("[required]", "[obligatoire]")) for nom, aide in rows]
        super().write_dl(francais, col_max, col_spacing)


class _ContexteEnFrancais(click.Context):
    formatter_class = _MiseEnFrancais


class CommandeEnFrancais(click.Command):
    """A command whose help is in French."""

    context_class = _ContexteEnFrancais

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return the option --help, explained in French."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = "Affiche cette aide."
        return option


class AideEnFrancais(CommandeEnFrancais, click.Group):
    """A group of commands whose help is in French."""

    command_class = CommandeEnFrancais


def mauvais_usage(erreur: click.UsageError) -> str:
    """Say in French what is wrong in a command line that could not be read."""
    match erreur:
        case click.MissingParameter(param=click.Parameter() as parametre):
            return f"il manque {nom_de(parametre)}"
        case click.NoSuchOption():
            proches = erreur.possibilities or []
            return f"option inconnue : {erreur.option_name}" + (f" (essayer {', '.join(proches)})" if proches else "")
        case click.BadParameter(param=click.Parameter() as parametre):
            return f"valeur refusée pour {nom_de(parametre)} (attendu : {attendu(parametre.type)})"
        case click.BadOptionUsage():
            # click says how many values an option takes in its English message alone.
            nombre = re.search(r"\b\d+\b", erreur.message)
            return f"l'option {erreur.option_name} attend {f'{nombre[0]} valeurs' if nombre else 'une valeur'}"
    contexte = erreur.ctx
    if contexte is not None and isinstance(contexte.command, click.Group):
        return "commande inconnue ou absente (attendu : l'une de " + ", ".join(contexte.command.list_commands(contexte)) + ")"
    return "arguments en trop"


def nom_de(parametre: click.Parameter) -> str:
    """Return how a parameter is named on the command line."""
    return parametre.opts[0] if isinstance(parametre, click.Option) else (parametre.name or "").upper()


def attendu(genre: Any) -> str:
    """Say in French what a parameter accepts."""
    match genre:
        case click.Choice():
            return "l'un de " + ", ".join(str(choix) for choix in genre.choices)
        case click.IntRange():
            bornes = (f"de {genre.min}" if genre.min is not None else "", f"à {genre.max}" if genre.max is not None else "")
            return " ".join(("un nombre entier", *filter(None, bornes)))
        case click.Path():
            return "un chemin"
    return "un nombre entier" if genre is click.INT else "une valeur"


def ecrire(contenu: Any, sortie: Path | None) -> None:
    """Write text, bytes or a rich table to stdout, or to a file that appears only once complete."""
    if not isinstance(contenu, (str, bytes)):
        from rich.console import Console

        if sortie is None:
            Console().print(contenu)
            return
        tampon = io.StringIO()
        Console(file=tampon, width=160).print(contenu)
        contenu = tampon.getvalue()
    if sortie is None:
        if isinstance(contenu, str):
            sys.stdout.write(contenu)
        elif sys.stdout.isatty():
            raise Erreurs([Faute("ce format ne s'affiche pas dans un terminal", champ="--sortie", attendu="le fichier à écrire")])
        else:
            sys.stdout.buffer.write(contenu)
        return
    with ecriture_entiere(sortie) as fichier:
        fichier.write(contenu.encode("utf-8") if isinstance(contenu, str) else contenu)


class Avancement(Protocol):
    """What the work calls as it advances: the step, and how much of it is done if that is known."""

    def __call__(self, etape: str, fait: int | None = None, total: int | None = None) -> None:
        """Show one more step, or how far a step has come."""


@contextmanager
def progression(titre: str, total: int | None = None) -> Iterator[Avancement]:
    """Show a progress bar on stderr, if it is a terminal; the work calls what is yielded at each step."""
    if not sys.stderr.isatty():
        yield lambda etape, fait=None, total=None: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as barre:
        tache = barre.add_task(titre, total=total)

        def avancer(etape: str, fait: int | None = None, total: int | None = None) -> None:
            barre.update(tache, description=f"{titre} : {etape}", **({"advance": 1} if fait is None else {"completed": fait, "total": total}))

        yield avancer


def lire_json(octets: bytes) -> Any:
    """Read JSON as its standard has it; `ValueError` for a key written twice, NaN, or what is not UTF-8 text."""
    return json.loads(octets.decode("utf-8-sig"), parse_constant=_constante_refusee, object_pairs_hook=_sans_doublon)


def lire_objet(fichier: str, quoi: str) -> dict[str, Any]:
    """Return the object of a JSON file, or of stdin if its name is `-`; `Erreurs` says where it cannot be read."""
    nom = "entrée standard" if fichier == "-" else fichier
    try:
        lu = lire_json(sys.stdin.buffer.read() if fichier == "-" else Path(fichier).read_bytes())
    except OSError as erreur:
        raise Erreurs([Faute(f"lecture impossible : {dit_en_francais(erreur)}", fichier=nom)]) from None
    except RecursionError:
        raise Erreurs([Faute("JSON illisible : des objets imbriqués trop profondément", fichier=nom)]) from None
    except json.JSONDecodeError as erreur:
        raise Erreurs([Faute(f"JSON illisible : colonne {erreur.colno}", fichier=nom, ligne=erreur.lineno)]) from None
    except ValueError as erreur:
        motif = "du texte UTF-8 est attendu" if isinstance(erreur, UnicodeDecodeError) else str(erreur)
        raise Erreurs([Faute(f"JSON illisible : {motif}", fichier=nom)]) from None
    if not isinstance(lu, dict):
        raise Erreurs([Faute("valeur refusée", fichier=nom, attendu=f"un objet JSON : {quoi}")])
    return lu


def _sans_doublon(paires: list[tuple[str, Any]]) -> dict[str, Any]:
    objet = dict(paires)
    if len(objet) != len(paires):
        noms = [nom for nom, _ in paires]
        raise ValueError("clé en double « " + next(nom for nom in noms if noms.count(nom) > 1) + " »")
    return objet


def _constante_refusee(constante: str) -> Any:
    raise ValueError(f"{constante} n'est pas un nombre JSON")


def en_json(objet: Any) -> str:
    """Return JSON text; dates as ISO strings, no infinity nor NaN."""
    return json.dumps(objet, ensure_ascii=False, indent=2, default=str, allow_nan=False) + "\n"


def rangees_json(table: pl.DataFrame) -> list[dict[str, Any]]:
    """Return a table as JSON objects; decimals become numbers."""
    import polars as pl

    decimales = [nom for nom, genre in table.schema.items() if isinstance(genre, pl.Decimal)]
    return table.with_columns(pl.col(decimales).cast(pl.Float64)).to_dicts()
