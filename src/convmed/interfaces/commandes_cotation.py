"""The commands of billing: what an encounter lets be billed, what a file of invoices holds against the texts, a price."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click

from convmed.interfaces.console import CommandeEnFrancais, ecrire, en_json, progression
from convmed.interfaces.console import rangees_json as en_rangees
from convmed.interfaces.options import Commande, format_, lire_date, sortie_, texte_, tout_lire
from convmed.interfaces.saisie import FEUILLES
from convmed.restitution.fichier_csv import en_csv, table_en_csv
from convmed.textes import Erreurs, Faute, trouver_texte


def oui_non(nom: str, aide: str) -> Callable[[Commande], Commande]:
    """Return an option whose absence means that nothing is known."""
    return click.option(f"--{nom}/--pas-{nom}", default=None, help=aide)


@click.command(cls=CommandeEnFrancais)
@click.argument("codes", nargs=-1)
@click.option("--date-heure", help="AAAA-MM-JJThh:mm, à l'heure du cabinet ; par défaut maintenant.")
@click.option("--specialite", help="Code CNAM à deux chiffres (01 : médecine générale).")
@click.option("--secteur", help="1, 2 ou nc.")
@click.option("--option", "option_tarifaire", help="aucune, optam ou optam-aco.")
@click.option("--departement", help="Département d'exercice (971 à 976 outre-mer) ; par défaut la métropole.")
@click.option("--naissance", help="Date de naissance du patient, AAAA-MM-JJ.")
@click.option("--age", type=click.IntRange(0, 120), help="Âge du patient en années, à défaut de sa naissance.")
@oui_non("ald", "Patient en ALD exonérante.")
@oui_non("c2s", "Bénéficiaire de la complémentaire santé solidaire.")
@oui_non("ame", "Bénéficiaire de l'aide médicale de l'État.")
@oui_non("maternite", "Assurance maternité (de 4 mois avant le terme à 12 jours après).")
@click.option("--lieu", help="cabinet, domicile, teleconsultation ou etablissement.")
@click.option("--kilometres", type=click.IntRange(0, 1000), help="Kilomètres de la visite, aller et retour.")
@oui_non("montagne", "Visite en zone de montagne.")
@oui_non("patientele-mt", "Le médecin est le médecin traitant du patient.")
@click.option("--regulation", help="sas, centre-15 ou pdsa ; absente : aucune.")
@click.option("--adressage", help="Qui a adressé le patient (medecin-traitant, urgentiste, centre-15...).")
@click.option("--appel", help="Heure de l'appel de régulation, AAAA-MM-JJThh:mm.")
@click.option("--heure-adressage", help="Heure de l'adressage, AAAA-MM-JJThh:mm.")
@oui_non("opposable", "Sans dépassement.")
@click.option("--depassement", help="Dépassement demandé, en euros.")
@oui_non("urgence", "Urgence au sens de la CCAM.")
@click.option("--parcours", help="coordonne, hors-parcours, acces-direct ou exception.")
@click.option("--motif", help="Motif de la séance quand il ouvre un acte particulier (sortie-hospitalisation, dossier-apa...).")
@click.option("--date-sortie", help="Sortie d'hospitalisation, AAAA-MM-JJ.")
@click.option("--feuille", type=click.Choice(tuple(FEUILLES)), help="Feuille de soins : les conseils de facturation qui vont avec.")
@click.option("--donnee", "donnees", multiple=True, metavar="NOM=VALEUR", help="Toute autre donnée que lit une condition.")
@click.option("--pourquoi", multiple=True, metavar="CODE", help="La réponse sur un code ; sur CODE1,CODE2 : celle sur leur cumul aussi.")
@click.option("--questions", is_flag=True, help="Pose les questions, une à une.")
@click.option("--toutes", is_flag=True, help="Toutes les cotations licites et toutes les précisions utiles, et non les premières.")
@texte_
@format_("texte", "json")
@sortie_
def coter(codes: tuple[str, ...], texte: str, presentation: str, sortie: Path | None, **reponses: Any) -> None:
    """Ce qui peut être facturé : cotations licites de la mieux payée à la moins bien, partage et preuves.

    CODES : les actes techniques faits (DEQP003...), ou les codes sur lesquels avoir la réponse (G MEG...).
    """
    from convmed.interfaces import saisie
    from convmed.restitution.cotation import coter as chercher

    pourquoi, toutes = saisie.decouper(reponses.pop("pourquoi")), reponses.pop("toutes")
    if reponses.pop("questions"):
        reponses = saisie.poser_les_questions(reponses)
    entree, fautes = saisie.entree_de_seance(list(codes), reponses)
    try:
        resultat = chercher(entree, texte, pourquoi)
    except Erreurs as erreurs:
        fautes += saisie.en_options(erreurs.fautes)
    if fautes:
        raise Erreurs(dict.fromkeys(fautes))
    if presentation == "json":
        ecrire(en_json(resultat), sortie)
        return
    from convmed.restitution.affichage_cotation import cotations_en_tables

    ecrire(cotations_en_tables(resultat, toutes), sortie)


@click.command(cls=CommandeEnFrancais)
@click.argument("fichier", type=click.Path(path_type=Path))
@texte_
@click.option("--justifications", type=click.Path(path_type=Path), help="Fichier .csv ou .parquet : chaque constat, ligne à ligne.")
@format_("texte", "json", "csv")
@sortie_
def controler(fichier: Path, texte: str, justifications: Path | None, presentation: str, sortie: Path | None) -> None:
    """Contrôle un lot de factures (CSV ou Parquet) : cumuls, conditions, plafonds, tarifs, horaires, sous-cotation.

    FICHIER : une ligne par code facturé ; « montant » est le total de la ligne, dépassement compris.
    """
    from convmed.controle import controler as passer

    if justifications is not None and justifications.suffix.lower() not in {".csv", ".parquet"}:
        raise Erreurs([Faute("extension inconnue", champ="--justifications", valeur=justifications.name, attendu=".csv ou .parquet")])
    with progression("Contrôle des factures") as avancer:
        controle = passer(fichier, texte, avancer)
    from convmed.restitution.affichage_cotation import controle_en_dict, controle_en_tables, justifier

    if justifications is not None:
        justifier(controle, justifications)
    synthese = controle.synthese()
    if presentation == "json":
        ecrire(en_json(controle_en_dict(controle, en_rangees)), sortie)
    elif presentation == "csv":
        ecrire(table_en_csv(synthese), sortie)
    else:
        ecrire(controle_en_tables(controle), sortie)


@click.command(cls=CommandeEnFrancais)
@click.argument("code")
@click.option("--date", help="Le prix à cette date AAAA-MM-JJ ; sans elle, toute l'histoire du code.")
@click.option("--specialite", help="Code CNAM à deux chiffres.")
@click.option("--secteur", help="1, 2 ou nc.")
@click.option("--option", "option_tarifaire", help="aucune, optam ou optam-aco.")
@click.option("--departement", help="Département d'exercice ; par défaut la métropole.")
@oui_non("opposable", "Sans dépassement.")
@texte_
@format_("texte", "json", "csv")
@sortie_
def prix(
    code: str, date: str | None, departement: str | None, opposable: bool | None, texte: str, presentation: str, sortie: Path | None,
    **medecin: str | None,
) -> None:  # fmt: skip
    """Le prix d'un code : à une date et dans une situation, ou toute son histoire avec ses textes."""
    from convmed.interfaces import saisie
    from convmed.restitution.prix import historique, medecin_de, prix_a, trouver_code

    dites = {**medecin, "departement": departement, "tarif_opposable": opposable}
    precise = date is not None or any(valeur is not None for valeur in dites.values())
    try:
        jour, *_ = tout_lire(
            lambda: lire_date(date, "--date") if date else dt.date.today(),
            lambda: saisie.verifier_le_departement(departement), lambda: trouver_code(code), lambda: trouver_texte(texte),
            lambda: medecin_de(dites),
        )  # fmt: skip
        rangees = [prix_a(code, jour, texte, dites)] if precise else historique(code)
    except Erreurs as erreurs:
        raise Erreurs(saisie.en_options(erreurs.fautes)) from erreurs
    if presentation == "json":
        ecrire(en_json(rangees), sortie)
    elif presentation == "csv":
        ecrire(en_csv(rangees), sortie)
    else:
        from convmed.restitution import affichage_cotation as affichage

        ecrire(affichage.prix_en_phrase(rangees[0], jour) if precise else affichage.prix_en_tables(rangees[0]["code"], rangees), sortie)


COMMANDES: Iterable[click.Command] = (coter, controler, prix)
