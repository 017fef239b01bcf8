"""`convmed rapport-national`: several texts on one country, as a report with its charts and what holds of it."""

from __future__ import annotations

import shlex
from functools import partial
from pathlib import Path

import click

from convmed.interfaces.commandes_simuler import ANTERIEUR, etendue, lancer, lire_source, population_, verifier_sortie
from convmed.interfaces.console import CommandeEnFrancais, ecrire, en_json
from convmed.interfaces.options import ANNEES, format_, sortie_, tout_lire
from convmed.textes import Erreurs, Faute, Texte, trouver_texte

TEXTES = (ANTERIEUR, "proposition-2024-02-08-option-1", "proposition-2024-02-08-option-2", "convention-2024", "en-vigueur")
CALENDRIER = (2024, 2028)


@click.command(name="rapport-national", cls=CommandeEnFrancais)
@population_
@click.option("--textes", default=",".join(TEXTES), show_default=True, help="Deux textes ou plus, séparés par des virgules : noms, ou chemins de scénarios .yaml.")
@click.option("--reference", help="Celui auquel les autres sont comparés ; par défaut le premier.")
@click.option("--annees", type=(ANNEES, ANNEES), default=CALENDRIER, show_default=True, help="Le calendrier, de la première année à la dernière.")
@format_("md", "json")
@sortie_
def rapport_national(
    patients: int | None, graine: int | None, donnees: Path | None, annee: int | None, moteur: str, processus: int, travail: Path | None,
    textes: str, reference: str | None, annees: tuple[int, int], presentation: str, sortie: Path | None,
) -> None:  # fmt: skip
    """Plusieurs textes sur un pays : coûts, gagnants et perdants, calendrier, et les chiffres publiés retrouvés ou non.

    En md, les graphiques sont écrits à côté du fichier de --sortie, dans un dossier du même nom suivi de « -graphiques » ; sans fichier, il n'y a
    que le texte et les tableaux.
    """
    verifier_sortie(sortie)
    source, exercice = lire_source(patients, graine, donnees, annee)
    choisis, repere = _textes(textes, reference)
    from convmed.restitution.rapport_national import Demande, etablir

    demande = Demande(choisis, repere, exercice, etendue(annees))
    rapport = etablir(lancer(source, demande.applications(), travail, moteur, processus), demande)
    if presentation == "json":
        ecrire(en_json(rapport), sortie)
        return
    from convmed.restitution.rapport_national_md import en_markdown

    images = {} if sortie is None else _dessiner(rapport, sortie)
    population = rapport["population"]
    tirage = ["--donnees", str(donnees)] if donnees else ["--patients", str(source.patients), "--graine", str(population["graine"])]
    commande = ["convmed", "rapport-national", *tirage, "--annee", str(exercice), "--textes", ",".join(noms_de(textes)), "--reference", noms_de(reference or textes)[0],
                "--annees", *map(str, annees), *(["--sortie", str(sortie)] if sortie else [])]  # fmt: skip
    ecrire(en_markdown(rapport, images, shlex.join(commande)), sortie)


def noms_de(liste: str) -> list[str]:
    """Return the names of texts that a comma separates."""
    return [nom.strip() for nom in liste.split(",")]


def _textes(liste: str, reference: str | None) -> tuple[list[Texte], Texte]:
    """Return the texts named, and the one that the others are compared with; `Erreurs` with every name that is unknown."""
    noms = noms_de(liste)
    if not all(noms):
        raise Erreurs([Faute("un nom de texte est vide", champ="--textes", valeur=liste, attendu="par exemple convention-2024,en-vigueur")])
    if reference is not None and reference not in noms:
        raise Erreurs([Faute("ce texte n'est pas parmi les autres", champ="--reference", valeur=reference, attendu="l'un de " + ", ".join(noms))])
    lus = tout_lire(*(partial(trouver_texte, nom) for nom in noms))
    return lus, lus[noms.index(reference) if reference is not None else 0]


def _dessiner(rapport: dict[str, object], sortie: Path) -> dict[str, tuple[str, str]]:
    """Write the charts beside the report; return the path of each from it, with what it says."""
    from convmed.restitution.graphiques.rapport_national import dessins
    from convmed.restitution.graphiques.simulation import seul

    dossier = sortie.with_name(f"{sortie.stem}-graphiques")
    try:
        dossier.mkdir(exist_ok=True)
    except OSError as erreur:
        raise Erreurs([Faute("ce dossier de graphiques ne peut pas être créé", fichier=str(dossier), champ="--sortie")]) from erreur
    images = {}
    for panneau in dessins(rapport):
        ecrire(seul(panneau, "svg", 9.5), dossier / f"{panneau.nom}.svg")
        images[panneau.nom] = f"{dossier.name}/{panneau.nom}.svg", panneau.dit
    return images
