"""The commands of the procedures: start a file, record a step, what follows and until when, the chronology, the diagram."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from convmed.interfaces.console import AideEnFrancais, ecrire, en_json
from convmed.interfaces.options import format_, lire_date, sortie_, texte_, tout_lire
from convmed.restitution.fichier_csv import en_csv
from convmed.textes import Erreurs, Faute, trouver_texte

if TYPE_CHECKING:
    from convmed.restitution.procedure import Etude

EXTENSIONS = (".yaml", ".yml")
date_ = click.option("--date", help="Jour regardé AAAA-MM-JJ, ou « aujourdhui » ; par défaut aujourd'hui.")
fichier_ = click.argument("fichier")


@click.group(cls=AideEnFrancais)
def procedure() -> None:
    """Les procédures de sanction, de pénalité et de mise sous objectif : ce qui suit, qui agit, avant quand.

    Procédures : ordinaire, pte, urgence, deconventionnement-d-office, penalite, mso, msap.
    """


@procedure.command()
@click.argument("nom", metavar="PROCEDURE")
@click.argument("fichier", required=False)
@click.option("--reference", help="Référence libre du dossier ; ni nom, ni numéro de sécurité sociale.")
@click.option("--sans-avertissement", "motif", help="R. 147-11 ou faits-graves-deja-sanctionnes : sans avertissement préalable.")
@click.option("--date", help="Jour d'ouverture AAAA-MM-JJ ; par défaut aujourd'hui.")
def nouvelle(nom: str, fichier: str | None, reference: str | None, motif: str | None, date: str | None) -> None:
    """Écrit un dossier commenté et vide : PROCEDURE, puis le FICHIER (par défaut PROCEDURE.yaml)."""
    from convmed.restitution import procedure as procedures

    # Both orders are natural, and a file alone is the one of the ordinary procedure.
    if nom.endswith(EXTENSIONS):
        nom, fichier = fichier or "ordinaire", nom
    chemin = fichier or f"{nom}.yaml"
    if Path(chemin).exists():
        raise Erreurs([Faute("ce fichier existe déjà, et n'est pas remplacé", fichier=chemin, attendu="un nom libre")])
    ouverte_le = lire_date(date, "--date") if date else dt.date.today()
    try:
        contenu = procedures.nouveau(nom, reference, motif, ouverte_le)
    except ValueError as erreur:
        raise Erreurs([Faute("procédure inconnue", champ="PROCEDURE", valeur=nom, attendu=str(erreur))]) from None
    procedures.lire_fichier(contenu, chemin)
    ecrire(contenu, Path(chemin))
    click.echo(f"Dossier créé : {chemin}. Ensuite : convmed procedure etape {chemin} ETAPE --date AAAA-MM-JJ")


@procedure.command()
@fichier_
@click.argument("etape")
@click.option("--date", default="aujourdhui", show_default=True, help="Jour de l'étape AAAA-MM-JJ.")
@click.option("--note", help="Note libre ; ni nom, ni numéro de sécurité sociale.")
@click.option("--incomplet", is_flag=True, help="Accepter que des étapes précédentes ne soient pas notées.")
@texte_
def etape(fichier: str, etape: str, date: str, note: str | None, incomplet: bool, texte: str) -> None:
    """Note une étape, si le texte la permet ; sinon le fichier reste tel qu'il est."""
    from convmed.restitution import procedure as procedures
    from convmed.restitution.procedure_affichage import echeances_en_tables
    from convmed.restitution.procedure_etape import EtapesManquantes, inscrire

    jour, choisi, contenu = tout_lire(lambda: lire_date(date, "--date"), lambda: trouver_texte(texte), lambda: procedures.lire_texte(fichier))
    try:
        inscription = inscrire(contenu, fichier, choisi, etape, jour, note, incomplet)
    except EtapesManquantes as erreurs:
        raise Erreurs(replace(faute, attendu=f"{faute.attendu}, ou --incomplet si elle n'est pas connue") for faute in erreurs.fautes) from None
    except Erreurs as erreurs:
        raise Erreurs(_de_la_ligne_tapee(faute) for faute in erreurs.fautes) from None
    ecrire(inscription.contenu, Path(fichier))
    click.echo(f"Noté : {inscription.etape.libelle}, le {jour:%d/%m/%Y}.")
    ecrire(echeances_en_tables(inscription.etude), None)


def _de_la_ligne_tapee(faute: Faute) -> Faute:
    """Return a fault of the step being added as one of what was typed."""
    typee = {"etape": "ETAPE", "date": "--date", "note": "--note"}.get(faute.champ or "")
    return replace(faute, champ=typee) if typee and faute.fichier is None else faute


@procedure.command()
@fichier_
@date_
@click.option("--toutes", is_flag=True, help="Aussi les échéances passées ou faites.")
@texte_
@format_("texte", "json", "csv", "ics")
@sortie_
def echeances(fichier: str, date: str | None, toutes: bool, texte: str, presentation: str, sortie: Path | None) -> None:
    """Ce qui peut suivre, qui agit, avant quand, ce que vaut le silence ; ce qui manque ou tarde."""
    from convmed.restitution import procedure as procedures

    etude = _etudier(fichier, date, texte)
    if presentation == "json":
        ecrire(en_json(etude.en_dict()), sortie)
    elif presentation == "csv":
        ecrire(en_csv(procedures.rangees(etude), procedures.COLONNES), sortie)
    elif presentation == "ics":
        from convmed.restitution.procedure_ics import en_ics

        ecrire(en_ics(etude), sortie)
    else:
        from convmed.restitution.procedure_affichage import echeances_en_tables

        ecrire(echeances_en_tables(etude, toutes), sortie)


@procedure.command()
@fichier_
@date_
@texte_
@format_("texte", "html", "pdf")
@sortie_
def chronologie(fichier: str, date: str | None, texte: str, presentation: str, sortie: Path | None) -> None:
    """Tout ce qui s'est passé et ce qui est daté, à imprimer : au terminal, une page HTML qui se suffit, ou un PDF."""
    etude = _etudier(fichier, date, texte)
    if presentation == "html":
        from convmed.restitution.procedure_html import en_html

        ecrire(en_html(etude), sortie)
    elif presentation == "pdf":
        from convmed.restitution.documents.chronologie import chronologie_pdf

        ecrire(chronologie_pdf(etude), sortie)
    else:
        from convmed.restitution.procedure_affichage import chronologie_en_table

        ecrire(chronologie_en_table(etude), sortie)


@procedure.command()
@click.argument("nom", metavar="PROCEDURE")
@format_("mermaid", "markdown")
@sortie_
def diagramme(nom: str, presentation: str, sortie: Path | None) -> None:
    """Le diagramme d'une procédure, tiré de la machine qui la fait marcher."""
    from convmed.dispositifs.sanctions import trouver_procedure
    from convmed.restitution.procedure_diagramme import en_mermaid, page

    try:
        trouvee = trouver_procedure(nom)
    except ValueError as erreur:
        raise Erreurs([Faute("procédure inconnue", champ="PROCEDURE", valeur=nom, attendu=str(erreur))]) from None
    ecrire(en_mermaid(trouvee) if presentation == "mermaid" else page(trouvee.nom), sortie)


def _etudier(fichier: str, date: str | None, texte: str) -> Etude:
    from convmed.restitution.procedure import etudier

    jour, choisi = tout_lire(lambda: lire_date(date, "--date") if date else dt.date.today(), lambda: trouver_texte(texte))
    return etudier(fichier, choisi, jour)
