"""The commands of the observatories: where the collective objectives stand, with published measures and one's own."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from convmed.interfaces.console import AideEnFrancais, ecrire, en_json
from convmed.interfaces.options import ANNEES, Commande, format_, genre_d_image, lire_date, sortie_, texte_, tout_lire
from convmed.restitution.fichier_csv import en_csv
from convmed.textes import Erreurs, Faute, Texte, trouver_texte

if TYPE_CHECKING:
    from convmed.restitution.observatoire import Etude, Observatoire

PORTEES = click.Choice(["national", "region", "departement", "cpl"])


@click.group(cls=AideEnFrancais)
def observatoire() -> None:
    """Les objectifs collectifs : base, cible de chaque année, mesures, et avance ou retard."""


def _communes(commande: Commande) -> Commande:
    for option in reversed((
        click.option("--mesures", type=click.Path(path_type=Path), help="Vos mesures, en CSV (modèles : exemples/observatoire)."),
        click.option("--annee", type=ANNEES, help="Exercice : sa cible, et les mesures jusqu'à sa fin."),
        click.option("--date", help="Jour regardé AAAA-MM-JJ ; par défaut aujourd'hui."),
        click.option("--portee", type=PORTEES, help="Les mesures d'une portée."),
        click.option("--territoire", help="Les mesures d'un territoire."),
        click.option("--annee-base", type=click.IntRange(2000, 2100), help="Année de base ; par défaut celle du texte, 2023."),
        texte_,
        format_("texte", "json", "csv", "svg", "png"),
        sortie_,
    )):  # fmt: skip
        commande = option(commande)
    return commande


@observatoire.command()
@click.option("--engagement", help="Un engagement, par son nom, son numéro ou l'un de ses objectifs.")
@_communes
def acces(engagement: str | None, **options: Any) -> None:
    """Les engagements collectifs d'accès aux soins (art. 59, annexe 17)."""
    _repondre("acces", engagement, **options)


@observatoire.command()
@click.option("--programme", help="Un programme, par son nom, son numéro ou l'un de ses objectifs.")
@click.option("--lecture", type=click.Choice(["points", "plafond", "proportion"]), default="points", show_default=True,
              help="« Ralentir de 2 % par an » : 2 points de moins que la tendance, 2 % au plus, ou 2 % de la tendance en moins.")  # fmt: skip
@click.option("--tendance", help="Tendance annuelle des arrêts de travail : 0.047 ou 4,7%.")
@_communes
def pertinence(programme: str | None, lecture: str, tendance: str | None, **options: Any) -> None:
    """Les quinze programmes de pertinence (art. 61-1 à 61-15)."""
    _repondre("pertinence", programme, lecture=lecture, tendance=tendance, **options)


def _repondre(
    nom: Observatoire,
    designation: str | None,
    mesures: Path | None,
    annee: int | None,
    date: str | None,
    portee: str | None,
    territoire: str | None,
    annee_base: int | None,
    texte: str,
    presentation: str,
    sortie: Path | None,
    lecture: Any = "points",
    tendance: str | None = None,
) -> None:
    from convmed.restitution.observatoire import Choix, etablir

    choisi, jour, lue = tout_lire(lambda: trouver_texte(texte), lambda: _jour(annee, date), lambda: _tendance(tendance))
    assert isinstance(choisi, Texte)
    etude = etablir(nom, choisi, jour, Choix(designation, portee, territoire, annee_base, lecture, lue), mesures)
    if presentation in ("csv", "svg", "png"):
        for avertissement in etude.avertissements:
            click.echo(f"Note : {avertissement}", err=True)
    _ecrire(etude, presentation, sortie)


def _ecrire(etude: Etude, presentation: str, sortie: Path | None) -> None:
    if presentation == "json":
        ecrire(en_json(etude.en_dict()), sortie)
    elif presentation == "csv":
        from convmed.restitution.observatoire import COLONNES

        ecrire(en_csv(etude.rangees(), COLONNES), sortie)
    elif presentation == "texte":
        from convmed.restitution.affichage_observatoire import en_tables

        ecrire(en_tables(etude), sortie)
    else:
        from convmed.restitution.graphiques.observatoire import PANNEAUX_AU_PLUS, trajectoires_et_mesures
        from convmed.restitution.observatoire import table_des_panneaux

        if len(etude.suivis) > PANNEAUX_AU_PLUS:
            attendu = f"{PANNEAUX_AU_PLUS} au plus : --portee, --territoire, --{'engagement' if etude.observatoire == 'acces' else 'programme'}"
            raise Erreurs([Faute(f"{len(etude.suivis)} objectifs et territoires à dessiner", champ="--format", attendu=attendu)])
        ecrire(trajectoires_et_mesures(table_des_panneaux(etude), etude.titre, genre_d_image(presentation)), sortie)


def _jour(annee: int | None, date: str | None) -> dt.date:
    if annee is not None and date is not None:
        raise Erreurs([Faute("--annee et --date ne vont pas ensemble", champ="--annee", attendu="l'un ou l'autre")])
    if annee is not None:
        return dt.date(annee, 12, 31)
    return lire_date(date, "--date") if date else dt.date.today()


def _tendance(mot: str | None) -> Fraction | None:
    """Return a yearly trend written `0.047` or `4,7%`."""
    if mot is None:
        return None
    from convmed.dispositifs.objectifs.nombres import en_fraction

    try:
        lue = en_fraction(mot) / (100 if mot.strip().endswith("%") else 1)
    except ValueError:
        lue = None
    if lue is None or not -1 <= lue <= 1:
        raise Erreurs([Faute("valeur refusée", champ="--tendance", valeur=mot, attendu="une fraction comme 0.047, ou 4,7%")])
    return lue
