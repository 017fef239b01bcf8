"""`convmed simuler`: one text against another, on a population drawn from a seed or read from an extract."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import reduce
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from convmed.interfaces.console import CommandeEnFrancais, ecrire, en_json, progression
from convmed.interfaces.options import ANNEES, format_, genre_d_image, sortie_, texte_
from convmed.restitution.fichier_csv import en_csv
from convmed.textes import Erreurs, Faute, Texte, trouver_texte

if TYPE_CHECKING:
    from convmed.restitution.simulation import Comparaison
    from convmed.simulation import Simulation, Source

Commande = TypeVar("Commande", bound=Callable[..., Any])

ANTERIEUR = "reglement-arbitral-2023"
PATIENTS, GRAINE, ANNEE = 1_000_000, 2024, 2026
# Beyond the country there is no population to draw.
PATIENTS_AU_PLUS = 200_000_000
COEURS = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def population_(commande: Commande) -> Commande:
    """Add the options that choose a population, the exercise, and what computes."""
    options = (
        click.option("--patients", type=click.IntRange(1, PATIENTS_AU_PLUS), help=f"Taille de la population synthétique (par défaut {PATIENTS})."),
        click.option("--graine", type=click.IntRange(0), help=f"Graine du tirage : la même donne les mêmes chiffres (par défaut {GRAINE})."),
        click.option("--donnees", type=click.Path(path_type=Path), help="Extrait à lire, au lieu d'une population tirée."),
        click.option("--annee", type=ANNEES, help=f"Exercice (par défaut celui de l'extrait, ou {ANNEE})."),
        click.option("--moteur", type=click.Choice(("polars", "duckdb", "spark")), default="polars", show_default=True, help="Moteur de calcul."),
        click.option("--processus", type=click.IntRange(1, 64), default=COEURS, show_default="les cœurs de la machine", help="Partitions traitées à la fois (polars)."),
        click.option("--travail", type=click.Path(path_type=Path), help="Dossier où garder l'état des patients et les comptes : reprise, scénarios suivants."),
    )  # fmt: skip
    return reduce(lambda prise, option: option(prise), reversed(options), commande)


@click.command(cls=CommandeEnFrancais)
@population_
@texte_
@click.option("--contre", default=None, help=f"Texte auquel comparer (par défaut {ANTERIEUR} ; pour un scénario, le texte sur lequel il est posé).")
@click.option("--scenario", type=click.Path(path_type=Path), help="Scénario .yaml à appliquer : remplace --texte.")
@click.option("--annees", "annees", type=(ANNEES, ANNEES), help="Coût de chaque année, de la première à la dernière.")
@format_("texte", "json", "csv", "parquet", "svg", "png", "html", "pdf", "xlsx")
@sortie_
def simuler(
    patients: int | None, graine: int | None, donnees: Path | None, annee: int | None, texte: str, contre: str | None, scenario: Path | None,
    annees: tuple[int, int] | None, moteur: str, processus: int, travail: Path | None, presentation: str, sortie: Path | None,
) -> None:  # fmt: skip
    """Ce que coûte un texte contre un autre sur une population, et qui y gagne ou y perd."""
    verifier_sortie(sortie)
    source, exercice = lire_source(patients, graine, donnees, annee)
    a, b = _textes(texte, contre, scenario)
    calendrier = etendue(annees)
    exercices = [exercice, *(une for une in calendrier if une != exercice)]
    simulation = lancer(source, [(un, une) for une in exercices for un in (a, b)], travail, moteur, processus)
    from convmed.restitution.simulation import comparer, par_annee

    couts = {un["annee"]: un for un in par_annee(simulation)} if calendrier else {}
    _ecrire(comparer(simulation, *simulation.applications[:2]), [couts[annee] for annee in calendrier], presentation, sortie)


def verifier_sortie(sortie: Path | None) -> None:
    """Refuse a file that could not be written, before the population is read rather than after."""
    if sortie is None:
        return
    if sortie.is_dir():
        raise Erreurs([Faute("c'est un dossier", champ="--sortie", valeur=str(sortie), fichier=str(sortie), attendu="le fichier à écrire")])
    if not os.access(sortie.parent, os.W_OK | os.X_OK):
        motif = "on ne peut pas écrire dans ce dossier" if sortie.parent.is_dir() else "ce dossier n'existe pas"
        raise Erreurs([Faute(motif, champ="--sortie", fichier=str(sortie.parent), attendu="un fichier dans un dossier où écrire")])


def lire_source(patients: int | None, graine: int | None, donnees: Path | None, annee: int | None) -> tuple[Source, int]:
    """Return the population that options name, and the exercise."""
    from convmed.simulation import SurDisque, Tiree

    if donnees is None:
        exercice = ANNEE if annee is None else annee
        return Tiree(PATIENTS if patients is None else patients, GRAINE if graine is None else graine, exercice), exercice
    de_trop = [option for option, valeur in (("--patients", patients), ("--graine", graine)) if valeur is not None]
    if de_trop:
        raise Erreurs([Faute("l'extrait a déjà sa population", champ=option, attendu="--donnees seul") for option in de_trop])
    source = SurDisque(donnees)
    # A folder that cannot be opened is refused here, before any text is read.
    return source, source.extrait.annee if annee is None else annee


def _textes(texte: str, contre: str | None, scenario: Path | None) -> tuple[Texte, Texte]:
    a = trouver_texte(texte if scenario is None else str(scenario))
    if contre is None:
        contre = next((nom for nom in a.chaine if nom != a.id), ANTERIEUR) if a.ajouts else ANTERIEUR
    b = trouver_texte(contre)
    if a == b:
        raise Erreurs([Faute("un texte ne se compare pas à lui-même", champ="--contre", valeur=contre, attendu="un autre texte")])
    return a, b


def etendue(annees: tuple[int, int] | None) -> Sequence[int]:
    """Return the years from the first to the last; `Erreurs` if they are given the other way round."""
    if annees is None:
        return ()
    if annees[0] > annees[1]:
        raise Erreurs([Faute("la première année suit la dernière", champ="--annees", valeur=f"{annees[0]} {annees[1]}", attendu="de la plus ancienne à la plus récente")])
    return range(annees[0], annees[1] + 1)


def lancer(source: Source, demandes: Sequence[tuple[Texte, int]], travail: Path | None, moteur: str, processus: int) -> Simulation:
    """Run a simulation with its progress bar; `Erreurs` for what texts, years or engines cannot do."""
    from convmed.simulation import simuler as simuler_les_textes
    from convmed.simulation import verifier_les_annees

    if moteur == "spark" and find_spec("pyspark") is None:
        raise Erreurs([Faute("Spark n'est pas installé", champ="--moteur", valeur=moteur, attendu="polars ou duckdb, ou l'installation du paquet pyspark")])
    verifier_les_annees(source, demandes)
    with progression("Simulation", len(source.partitions)) as avancer:
        return simuler_les_textes(source, demandes, travail, moteur, processus, avancer)


def _ecrire(comparaison: Comparaison, couts: list[dict[str, Any]], presentation: str, sortie: Path | None) -> None:
    from convmed.restitution.simulation import en_dict

    resultat = en_dict(comparaison, couts)
    if presentation == "json":
        ecrire(en_json(resultat), sortie)
    elif presentation == "csv":
        ecrire(en_csv(resultat["groupes"]), sortie)
    elif presentation == "parquet":
        import io

        import polars as pl

        tampon = io.BytesIO()
        pl.DataFrame(resultat["groupes"], infer_schema_length=None).write_parquet(tampon)
        ecrire(tampon.getvalue(), sortie)
    elif presentation == "texte":
        from convmed.restitution.affichage_simulation import en_tables

        ecrire(en_tables(resultat), sortie)
    elif presentation == "html":
        from convmed.restitution.rapport_simulation import en_html

        ecrire(en_html(resultat), sortie)
    elif presentation == "pdf":
        from convmed.restitution.documents.simulation import simulation_pdf

        ecrire(simulation_pdf(resultat), sortie)
    elif presentation == "xlsx":
        from convmed.restitution.documents.tableurs import simulation_xlsx

        ecrire(simulation_xlsx(resultat), sortie)
    else:
        from convmed.restitution.graphiques.simulation import planche

        ecrire(planche(resultat, genre_d_image(presentation)), sortie)
