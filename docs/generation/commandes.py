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
        lignes += table(["argument ou option", "attendu", "par défaut", "ce qu'elle dit"], rangees)
    if isinstance(commande, click.Group):
        for sous_nom, sous in sorted(commande.commands.items()):
            lignes += _page(f"{nom} {sous_nom}", sous, niveau + 1)
    return lignes


def _usage(nom: str, commande: click.Command) -> str:
    contexte = click.Context(commande, info_name=nom)
    return " ".join([nom, *commande.collect_usage_pieces(contexte)])


def _parametres(commande: click.Command) -> Iterator[tuple[str, ...]]:
    for parametre in commande.params:
        if isinstance(parametre, click.Option) and parametre.hidden:
            continue
        noms = ", ".join(map(code, parametre.opts)) if isinstance(parametre, click.Option) else code(nom_de(parametre))
        drapeau = isinstance(parametre, click.Option) and parametre.is_flag
        aide = mots(parametre.help or "") if isinstance(parametre, click.Option) else ""
        requis = " (obligatoire)" if parametre.required else ""
        yield noms, "" if drapeau else mots(attendu(parametre.type)) + requis, _defaut(parametre), aide


def _defaut(parametre: click.Parameter) -> str:
    if not isinstance(parametre, click.Option) or not parametre.show_default or parametre.default is None:
        return ""
    valeur = parametre.default
    return code(", ".join(map(str, valeur)) if isinstance(valeur, (list, tuple)) else valeur)
