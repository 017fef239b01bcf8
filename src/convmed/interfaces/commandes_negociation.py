"""The commands of the negotiation: its chronology, what answers what was asked, what became of what was proposed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from convmed.interfaces.console import AideEnFrancais, CommandeEnFrancais, ecrire, en_json
from convmed.interfaces.options import format_, lire_date, sortie_, tout_lire
from convmed.restitution.fichier_csv import en_csv
from convmed.textes import Erreurs, Faute

if TYPE_CHECKING:
    from convmed.restitution.graphiques.socle import Genre

SOURCES = ("lettre-2022", "lettre-2023", "uncam-2023", "seance-2023", "proposition-2024")


@click.group(cls=AideEnFrancais, invoke_without_command=True)
@click.option("--du", help="Premier jour AAAA-MM-JJ.")
@click.option("--au", help="Dernier jour AAAA-MM-JJ.")
@click.option("--nature", help="Une seule nature d'événement : orientation, seance, signature, alerte, report...")
@format_("texte", "json", "csv", "ics", "svg", "png")
@sortie_
@click.pass_context
def negociation(
    contexte: click.Context, du: str | None, au: str | None, nature: str | None, presentation: str, sortie: Path | None
) -> None:
    """L'histoire des textes : la chronologie ; les orientations et ce qui y répond ; le proposé contre le signé.

    Sans sous-commande : les événements, des lettres de cadrage au terme de la convention, datés, sourcés, avec la date
    d'abord prévue quand elle a bougé.
    """
    if contexte.invoked_subcommand is not None:
        mal_placees = [nom for nom in contexte.params if contexte.get_parameter_source(nom) is ParameterSource.COMMANDLINE]
        if mal_placees:
            options = ", ".join("--" + {"presentation": "format"}.get(nom, nom) for nom in mal_placees)
            raise Erreurs([Faute(f"options avant la sous-commande : {options}", attendu=f"après « {contexte.invoked_subcommand} »")])
        return
    from convmed.dispositifs.negociation import NATURES
    from convmed.restitution import negociation as vue

    debut, fin, choisie = tout_lire(
        lambda: lire_date(du, "--du") if du else None, lambda: lire_date(au, "--au") if au else None,
        lambda: _un_des_mots(nature, NATURES, "--nature"),
    )  # fmt: skip
    evenements = vue.chronologie(debut, fin, choisie)
    if presentation == "texte":
        from convmed.restitution.affichage_negociation import chronologie_en_tables

        ecrire(chronologie_en_tables(evenements), sortie)
    elif presentation == "json":
        ecrire(en_json([un.en_dict() for un in evenements]), sortie)
    elif presentation == "csv":
        ecrire(en_csv(vue.en_table(evenements).rows(named=True), vue.SCHEMA_EVENEMENTS), sortie)
    elif presentation == "ics":
        ecrire(vue.en_ics(evenements), sortie)
    else:
        from convmed.restitution.affichage_negociation import titre_de_la_frise
        from convmed.restitution.graphiques.negociation import frise_de_la_negociation

        ecrire(frise_de_la_negociation(vue.en_table(evenements), vue.table_des_textes(), titre_de_la_frise(evenements), _genre(presentation)), sortie)


@negociation.command(cls=CommandeEnFrancais)
@click.option("--source", type=click.Choice(SOURCES), help="Un seul document : lettre de cadrage, orientations de l'UNCAM, séance, proposition.")
@click.option("--dispositif", help="Ce qui concerne un seul dispositif.")
@click.option("--toutes", is_flag=True, help="Aussi les montants, conditions et listes proposés, et pas seulement les orientations et les cibles.")
@click.option("--sans-reponse", is_flag=True, help="Seulement ce qui est resté sans réponse.")
@format_("texte", "json", "csv")
@sortie_
def orientations(
    source: str | None, dispositif: str | None, toutes: bool, sans_reponse: bool, presentation: str, sortie: Path | None
) -> None:
    """Ce qui a été demandé, et les sections, dispositifs et figures du texte signé qui y répondent."""
    from convmed.restitution import negociation as vue

    liste = vue.orientations(source, toutes, sans_reponse, dispositif)
    if presentation == "json":
        ecrire(en_json({"bilan": vue.bilan(liste), "orientations": [une.en_dict() for une in liste]}), sortie)
    elif presentation == "csv":
        ecrire(en_csv([une.en_rangee() for une in liste], vue.COLONNES), sortie)
    else:
        from convmed.restitution.affichage_negociation import orientations_en_tables

        ecrire(orientations_en_tables(liste), sortie)


@negociation.command(cls=CommandeEnFrancais)
@click.option("--dispositif", "dispositifs", multiple=True, help="Un dispositif, ou plusieurs fois ; par défaut tous.")
@click.option("--issue", help="Une seule issue : identique, en-hausse, en-baisse, non-reprise, sans-equivalent...")
@click.option("--ajouts", is_flag=True, help="Aussi les prix et les taux que le texte signé crée sans qu'ils aient été proposés.")
@format_("texte", "json", "csv", "svg", "png")
@sortie_
def propositions(
    dispositifs: tuple[str, ...], issue: str | None, ajouts: bool, presentation: str, sortie: Path | None
) -> None:
    """Ce que la proposition du 8 février 2024 chiffrait, ce qui a été signé, ce qui est appliqué."""
    from convmed.restitution import propositions as vue
    from convmed.textes.consultation import dispositifs_choisis

    choisie, _ = tout_lire(lambda: _un_des_mots(issue, vue.ISSUES, "--issue"), lambda: dispositifs_choisis(dispositifs or None))
    liste = [une for une in vue.comparer(dispositifs or None, ajouts or choisie == vue.AJOUTEE) if choisie in (None, une.issue)]
    if presentation == "json":
        rangees: list[dict[str, Any]] = [une.en_dict() for une in liste]
        ecrire(en_json({"bilan": vue.resume(liste), "propositions": rangees}), sortie)
    elif presentation == "csv":
        ecrire(en_csv([une.en_rangee() for une in liste], vue.COLONNES), sortie)
    elif presentation == "texte":
        from convmed.restitution.affichage_negociation import propositions_en_tables

        ecrire(propositions_en_tables(liste), sortie)
    else:
        from convmed.restitution.graphiques.negociation import suites_des_propositions

        titre = "Ce que le texte signé a fait de la proposition du 8 février 2024"
        ecrire(suites_des_propositions(vue.comptes(liste), titre, _genre(presentation)), sortie)


def _un_des_mots(mot: str | None, permis: Iterable[str], option: str) -> str | None:
    if mot is not None and mot not in permis:
        raise Erreurs([Faute(f"mot inconnu « {mot} »", champ=option, attendu="l'un de " + ", ".join(permis))])
    return mot


def _genre(presentation: str) -> Genre:
    return "svg" if presentation == "svg" else "png"
