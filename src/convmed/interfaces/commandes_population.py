"""The commands of the synthetic population: to draw one and see how it meets the published figures; these figures."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from convmed.interfaces.console import Avancement, CommandeEnFrancais, ecrire, en_json, progression
from convmed.interfaces.options import annee_, format_, sortie_
from convmed.restitution.fichier_csv import en_csv
from convmed.textes import Erreurs, Faute

EMPLOIS = ("cible", "hypothese", "oracle", "contexte", "regle")
NATURES = ("texte", "json", "csv")


@click.command(cls=CommandeEnFrancais)
@click.option("--patients", type=int, required=True, help="Nombre de patients (la France : 67000000).")
@click.option("--graine", type=int, default=1, show_default=True, help="Même graine, même population, sur toute machine.")
@annee_
@click.option("--sortie", type=click.Path(path_type=Path), help="Dossier où écrire la population ; sans lui, elle n'est que mesurée.")
@click.option("--processus", type=click.IntRange(1, 256), default=lambda: os.cpu_count() or 1, show_default="un par cœur", help="Partitions tirées à la fois.")
@click.option("--rapport", type=click.Path(path_type=Path), help="Fichier où écrire le rapport, plutôt que la sortie standard.")
@format_(*NATURES)
def population(
    patients: int, graine: int, annee: int, sortie: Path | None, processus: int, rapport: Path | None, presentation: str
) -> None:
    """Tire une population synthétique calée sur les totaux publiés, et dit comment chacun est atteint.

    Un tirage interrompu reprend où il en était : relancer la même commande.
    """
    from convmed.donnees.population.production import produire
    from convmed.restitution import population as rendu

    with progression("Tirage") as avancer:
        try:
            tiree = produire(patients, graine, annee, sortie, processus, _suivre(avancer))
        except KeyboardInterrupt:
            reste = f"relancer la même commande reprend ce qui est dans {sortie}" if sortie else "rien n'a été écrit"
            print(f"Interrompu : {reste}.", file=sys.stderr)
            sys.exit(130)
    if tiree.reprises:
        print(f"{tiree.reprises} partition(s) déjà présente(s) dans {sortie} : relues, non tirées à nouveau.", file=sys.stderr)
    if presentation == "json":
        ecrire(en_json(rendu.en_dict(tiree)), rapport)
    elif presentation == "csv":
        ecrire(en_csv(rendu.rangees(tiree.bilan)), rapport)
    else:
        ecrire(rendu.en_tables(tiree), rapport)


def _suivre(avancer: Avancement) -> Callable[[int, int], None]:
    return lambda fait, total: avancer(f"partition {fait} sur {total}", fait, total)


@click.command(cls=CommandeEnFrancais)
@click.argument("mots", nargs=-1)
@click.option("--emploi", type=click.Choice(EMPLOIS), help="Ce à quoi le repère sert dans la population synthétique.")
@click.option("--norme", help="Les repères d'une norme du registre (T-13).")
@click.option("--coherences", is_flag=True, help="Les comptes que les sources annoncent, refaits.")
@click.option("--medicaments", type=click.Choice(("volume", "montant")), help="Les vingt premiers médicaments du congrès de novembre 2024.")
@format_(*NATURES)
@sortie_
def reperes(
    mots: tuple[str, ...], emploi: str | None, norme: str | None, coherences: bool, medicaments: str | None, presentation: str, sortie: Path | None
) -> None:
    """Les chiffres publiés et les hypothèses, avec leur source. MOTS : ne garder que ceux qui en parlent."""
    from convmed.donnees.population import reperes as donnees
    from convmed.restitution import population as rendu

    if sum((bool(mots or emploi or norme), coherences, medicaments is not None)) > 1:
        raise Erreurs([Faute("ces demandes ne vont pas ensemble", champ="convmed reperes",
                             attendu="des mots, --emploi ou --norme ; ou --coherences ; ou --medicaments")])  # fmt: skip
    if medicaments:
        lignes = donnees.medicaments(medicaments)
        _ecrire(presentation, sortie, lignes, lignes, lambda: rendu.medicaments_en_table(medicaments, lignes))
        return
    if coherences:
        refaits = donnees.coherences()
        objets = [coherence.en_dict() for coherence in refaits]
        _ecrire(presentation, sortie, objets, objets, lambda: rendu.coherences_en_table(refaits))
        return
    trouves = donnees.chercher(emploi, norme, " ".join(mots) or None)
    if not trouves:
        raise Erreurs([Faute("aucun repère ne répond à cette demande", champ="convmed reperes", attendu="d'autres mots, ou aucun pour les voir tous")])
    objets = [repere.en_dict() for repere in trouves]
    _ecrire(presentation, sortie, objets, rendu.reperes_en_rangees(trouves), lambda: rendu.reperes_en_table(trouves))


def _ecrire(presentation: str, sortie: Path | None, objets: Any, rangees: list[dict[str, Any]], table: Callable[[], Any]) -> None:
    """Write a list in the presentation asked for; the table is laid out only if it is the one."""
    ecrire(en_json(objets) if presentation == "json" else en_csv(rangees) if presentation == "csv" else table(), sortie)
