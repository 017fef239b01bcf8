"""One page a command of `convmed`, from what the command says of itself."""

from __future__ import annotations

from collections.abc import Iterator

import click
from ecriture import code, mots, table

from convmed.interfaces.cli import application
from convmed.interfaces.console import attendu, nom_de

LIEU = "reference/commandes"


def sommaire() -> list[tuple[str, str]]:
    """Return the name and the path of each page."""
    return [(nom, f"{LIEU}/{nom}.md") for nom in sorted(application.commands)]


def pages() -> dict[str, str]:
    """Return the page of each command, and the list of them."""
    rangees = [(f"[`convmed {nom}`]({nom}.md)", mots(_premiere(commande))) for nom, commande in sorted(application.commands.items())]
    index = ["# Les commandes", "", "Chaque page est écrite depuis l'aide de la commande (`convmed COMMANDE --help`). Le code de sortie est 0, ou 2 si",
             "ce qui est demandé est refusé : chaque faute est alors sur la sortie d'erreur, et rien n'est écrit.", "",
             *table(["commande", "ce qu'elle fait"], rangees)]  # fmt: skip
    detail = {f"{LIEU}/{nom}.md": "\n".join(_page(f"convmed {nom}", commande, 1)) for nom, commande in application.commands.items()}
    return {f"{LIEU}/index.md": "\n".join(index), **detail}


def _premiere(commande: click.Command) -> str:
    return (commande.help or "").strip().partition("\n\n")[0]


def _page(nom: str, commande: click.Command, niveau: int) -> list[str]:
    lignes = [f"{'#' * niveau} {nom}", "", *(mots(paragraphe) + "\n" for paragraphe in (commande.help or "").split("\n\n")),
              "```text", _usage(nom, commande), "```", ""]  # fmt: skip
    rangees = list(_parametres(commande))
    if rangees:
        lignes += table(["argument ou option", "ce qu'il dit"], rangees)
    if isinstance(commande, click.Group):
        for sous_nom, sous in sorted(commande.commands.items()):
            lignes += _page(f"{nom} {sous_nom}", sous, niveau + 1)
    return lignes


def _usage(nom: str, commande: click.Command) -> str:
    contexte = click.Context(commande, info_name=nom)
    return " ".join([nom, *commande.collect_usage_pieces(contexte)])


def _parametres(commande: click.Command) -> Iterator[tuple[str, str]]:
    for parametre in commande.params:
        if not isinstance(parametre, click.Option):
            yield code(nom_de(parametre)), _precision(parametre)
        elif not parametre.hidden:
            yield "<br>".join(map(code, [*parametre.opts, *parametre.secondary_opts])), f"{mots(parametre.help or '')} {_precision(parametre)}".strip()


def _precision(parametre: click.Parameter) -> str:
    """Say what a parameter accepts, whether it must be given, and what it is without."""
    option = isinstance(parametre, click.Option)
    dits = [] if option and parametre.is_flag else [f"Attendu : {mots(attendu(parametre.type))}."]
    dits += ["Obligatoire."] if option and parametre.required else []
    valeur = parametre.default if option and parametre.show_default else None
    dits += [f"Par défaut : {code(', '.join(map(str, valeur)) if isinstance(valeur, (list, tuple)) else valeur)}."] if valeur is not None else []
    return f"<small>{' '.join(dits)}</small>" if dits else ""
