"""`convmed scenario`: write one, check one, see what one changes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from convmed.interfaces.commandes_bareme import _comparer
from convmed.interfaces.console import AideEnFrancais, ecrire, en_json
from convmed.interfaces.options import format_, lire_date, sortie_
from convmed.textes import EN_VIGUEUR

if TYPE_CHECKING:
    from rich.console import RenderableType

    from convmed.restitution.scenario import Verification

A_NOMMER = 6
fichier_ = click.argument("fichier", type=click.Path(path_type=Path))


@click.group(cls=AideEnFrancais)
def scenario() -> None:
    """Vos chiffres, posés sur un texte : écrire un scénario, le vérifier, voir ce qu'il change."""


@scenario.command()
@fichier_
@click.option("--base", default=EN_VIGUEUR, show_default=True, help="Le texte ou le scénario .yaml sur lequel il est posé.")
@click.option("--dispositif", "dispositifs", multiple=True, help="Un dispositif dont écrire les figures, ou plusieurs fois.")
@click.option("--figures", "figures", multiple=True, help="Une figure, ou dispositif.figure ; plusieurs, séparées par des virgules.")
@click.option("--date", default="aujourdhui", show_default=True, help="Jour à partir duquel les valeurs sont écrites, AAAA-MM-JJ.")
def nouveau(fichier: Path, base: str, dispositifs: tuple[str, ...], figures: tuple[str, ...], date: str) -> None:
    """Écrit un scénario commenté, qui ne change rien tant qu'il n'est pas modifié."""
    from convmed.restitution.scenario import nouveau as composer

    noms = [nom.strip() for groupe in figures for nom in groupe.split(",") if nom.strip()]
    ecrire(composer(fichier, base, dispositifs, noms, lire_date(date, "--date")), fichier)
    click.echo(f"Scénario créé : {fichier}. Changer des valeurs, puis : convmed scenario verifier {fichier}")


@scenario.command()
@fichier_
@format_("texte", "json")
@sortie_
def verifier(fichier: Path, presentation: str, sortie: Path | None) -> None:
    """Toutes les fautes d'un scénario ; s'il n'en a pas, ce qu'il change par rapport à sa base."""
    from convmed.restitution.scenario import verifier as examiner

    verification = examiner(fichier)
    if presentation == "json":
        ecrire(en_json(verification.en_dict()), sortie)
    else:
        ecrire(_en_tables(verification), sortie)


@scenario.command(name="differences")
@fichier_
@click.option("--contre", help="Un autre texte ou scénario .yaml ; par défaut la base du scénario.")
@click.option("--date", help="Date AAAA-MM-JJ ; par défaut toute la durée.")
@click.option("--dispositif", help="Un seul dispositif.")
@format_("texte", "json", "csv")
@sortie_
def differences(
    fichier: Path, contre: str | None, date: str | None, dispositif: str | None, presentation: str, sortie: Path | None
) -> None:
    """Chaque figure sur laquelle un scénario diffère de sa base, ou d'un autre texte."""
    from convmed.restitution.scenario import designation_de_la_base, verifier

    # A scenario with faults says them all before it is compared.
    verifier(fichier)
    _comparer((contre or designation_de_la_base(fichier), str(fichier)), date, dispositif, presentation, sortie)


def _en_tables(verification: Verification) -> RenderableType:
    from rich.console import Group
    from rich.text import Text

    from convmed.restitution.tables import tableau

    rangees, texte, base = verification.differences, verification.texte, verification.base
    figures = len({(rangee["dispositif"], rangee["figure"]) for rangee in rangees})
    dit = f"change {figures} figure{'s' if figures > 1 else ''}" if figures else "ne change rien"
    blocs: list[RenderableType] = [Text(f"Scénario « {texte.id} » valide, posé sur {base.id} ; il {dit}.")]
    if rangees:
        lignes = (
            [f"{r['libelle']} ({r['unite']})\n{r['dispositif']}.{r['figure']}", _periode(r), str(r["valeur_a"]), str(r["valeur_b"])]
            for r in rangees
        )
        blocs.append(tableau("Ce qu'il change", ["figure", ("quand", "right"), "base", "scénario"], lignes))
    if verification.sans_effet:
        tues = len(verification.sans_effet) - A_NOMMER
        suite = f", et {tues} autres" if tues > 0 else ""
        blocs.append(Text("Écrit sans rien changer : " + ", ".join(verification.sans_effet[:A_NOMMER]) + suite, style="dim"))
    return Group(*blocs)


def _periode(rangee: dict[str, Any]) -> str:
    bornes = (("du", rangee["du"]), ("au", rangee["au"]))
    return "\n".join(f"{mot} {dt.date.fromisoformat(jour):%d/%m/%Y}" for mot, jour in bornes if jour) or "toujours"
