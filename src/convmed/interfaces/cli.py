"""The command line, in French. Exit status 0, or 2 with every fault on stderr and nothing on stdout."""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import sys
from pathlib import Path
from typing import Any

import click

from convmed.interfaces.commandes_banc import banc_d_essai
from convmed.interfaces.commandes_bareme import bareme, calendrier
from convmed.interfaces.commandes_base import base, compte
from convmed.interfaces.commandes_commission import commission
from convmed.interfaces.commandes_comparer import comparer
from convmed.interfaces.commandes_contrat import contrat
from convmed.interfaces.commandes_cotation import COMMANDES
from convmed.interfaces.commandes_documents import certificat, cle, verifier
from convmed.interfaces.commandes_importer import importer
from convmed.interfaces.commandes_interessement import interessement, sobriete
from convmed.interfaces.commandes_negociation import negociation
from convmed.interfaces.commandes_observatoire import observatoire
from convmed.interfaces.commandes_optam import optam
from convmed.interfaces.commandes_population import population, reperes
from convmed.interfaces.commandes_procedure import procedure
from convmed.interfaces.commandes_rapport import rapport_national
from convmed.interfaces.commandes_scenario import scenario
from convmed.interfaces.commandes_serveur import serveur
from convmed.interfaces.commandes_simuler import simuler
from convmed.interfaces.console import AideEnFrancais, ecrire, en_json, lire_json, mauvais_usage, progression
from convmed.interfaces.console import rangees_json as en_rangees
from convmed.interfaces.options import annee_, dossier_, format_, lire_date, sortie_, texte_
from convmed.restitution.fichier_csv import en_csv, table_en_csv
from convmed.textes import Erreurs, Faute, trouver_texte

# Data-frame libraries are imported by the commands that need them: the others start in a fraction of a second.


@click.group(cls=AideEnFrancais, help="La convention médicale du 4 juin 2024 en règles exécutables. Projet non officiel.")
@click.version_option(package_name="convmed", message="convmed %(version)s", help="Affiche la version.")
def application() -> None:
    """Group the commands."""


@application.command()
@dossier_
@annee_
@texte_
@format_("texte", "json", "csv", "pdf", "xlsx")
@sortie_
def releve(dossier: Path, annee: int, texte: str, presentation: str, sortie: Path | None) -> None:
    """Tout ce que la convention doit au médecin pour un exercice, ligne par ligne."""
    lu, resultat = _etablir(dossier, annee, texte)
    if presentation == "json":
        from convmed.restitution import tableau_de_bord as tableau
        from convmed.restitution.releve import en_dict

        cabinet = tableau.evaluer(lu, annee, resultat.texte) if resultat.prevention else None
        ecrire(en_json(en_dict(resultat, tableau.en_dict(cabinet))), sortie)
    elif presentation == "csv":
        ecrire(table_en_csv(resultat.table()), sortie)
    elif presentation == "pdf":
        from convmed.restitution.documents.releve import releve_pdf

        ecrire(releve_pdf(resultat), sortie)
    elif presentation == "xlsx":
        from convmed.restitution import tableau_de_bord as tableau
        from convmed.restitution.documents.tableurs import releve_xlsx

        ecrire(releve_xlsx(resultat, tableau.evaluer(lu, annee, resultat.texte) if resultat.prevention else None), sortie)
    else:
        from convmed.restitution.affichage import releve_en_tables

        ecrire(releve_en_tables(resultat), sortie)


@application.command()
@dossier_
@annee_
@texte_
@format_("texte", "json", "csv", "ics")
@sortie_
def echeancier(dossier: Path, annee: int, texte: str, presentation: str, sortie: Path | None) -> None:
    """Quand chaque paiement est versé."""
    from convmed.restitution import echeancier as calendrier

    _, resultat = _etablir(dossier, annee, texte)
    if presentation == "ics":
        ecrire(calendrier.en_ics(resultat), sortie)
    elif presentation == "json":
        ecrire(en_json(calendrier.en_liste(resultat)), sortie)
    elif presentation == "csv":
        ecrire(table_en_csv(calendrier.en_table(resultat)), sortie)
    else:
        from convmed.restitution.affichage import echeancier_en_table

        ecrire(echeancier_en_table(resultat), sortie)


@application.command(name="tableau-de-bord")
@dossier_
@annee_
@texte_
@click.option("--date", help="Date d'observation AAAA-MM-JJ, ou « aujourdhui » ; par défaut le 31 décembre.")
@click.option("--patients", is_flag=True, help="L'état de chaque patient, et pas seulement la synthèse.")
@click.option("--premiers", type=click.IntRange(0), default=10, show_default=True, help="Combien de patients à gagner.")
@format_("texte", "json", "csv", "xlsx")
@sortie_
def tableau_de_bord(
    dossier: Path,
    annee: int,
    texte: str,
    date: str | None,
    patients: bool,
    premiers: int,
    presentation: str,
    sortie: Path | None,
) -> None:
    """Les quinze indicateurs de prévention de la patientèle."""
    from convmed.restitution import tableau_de_bord as tableau

    observation = lire_date(date, "--date") if date else None
    lu = _lire(dossier, observation.year if observation else annee)
    cabinet = tableau.evaluer(lu, annee, trouver_texte(texte), observation)
    longue = tableau.table(cabinet)
    if presentation == "json":
        ecrire(en_json(tableau.en_dict(cabinet)), sortie)
    elif presentation == "csv":
        ecrire(table_en_csv(longue), sortie)
    else:
        titre = f"Prévention au {cabinet.contexte.parametres['date_observation']:%d/%m/%Y}"
        if presentation == "xlsx":
            from convmed.restitution.documents.tableurs import patients_xlsx

            ecrire(patients_xlsx(longue, titre), sortie)
        else:
            from convmed.restitution.affichage import tableau_de_bord_en_tables

            ecrire(tableau_de_bord_en_tables(longue, titre, premiers, patients), sortie)


@application.command()
@dossier_
@click.argument("ligne", type=int)
@annee_
@texte_
@click.option("--patient", help="La part d'un patient dans cette ligne.")
@format_("texte", "json")
@sortie_
def expliquer(
    dossier: Path, ligne: int, annee: int, texte: str, patient: str | None, presentation: str, sortie: Path | None
) -> None:
    """D'où vient un montant : l'arbre jusqu'aux données, aux figures et aux articles."""
    from convmed.restitution.explications import expliquer_ligne

    _, resultat = _etablir(dossier, annee, texte)
    arbre = expliquer_ligne(resultat, ligne, patient)
    ecrire(en_json(arbre.en_dict()) if presentation == "json" else "\n".join(arbre.lignes()) + "\n", sortie)


@application.command()
@dossier_
@annee_
@texte_
@click.option("--au", help="Jour du rapprochement AAAA-MM-JJ ; par défaut aujourd'hui.")
@format_("texte", "json", "csv")
@sortie_
def rapprocher(dossier: Path, annee: int, texte: str, au: str | None, presentation: str, sortie: Path | None) -> None:
    """Ce qui est dû contre ce que la caisse a versé (paiements.csv)."""
    from convmed.restitution import rapprochement

    jour = lire_date(au, "--au") if au else dt.date.today()
    lu, resultat = _etablir(dossier, annee, texte)
    rangees = rapprochement.du_dossier(lu, resultat, jour)
    if presentation == "texte":
        from convmed.restitution.affichage import rapprochement_en_table

        ecrire(rapprochement_en_table(rangees), sortie)
    else:
        table = rapprochement.en_table(rangees)
        ecrire(table_en_csv(table) if presentation == "csv" else en_json(en_rangees(table)), sortie)


@application.command()
@click.option("--dispositif", help="Le détail d'un dispositif.")
@format_("texte", "json", "csv")
@sortie_
def normes(dispositif: str | None, presentation: str, sortie: Path | None) -> None:
    """Les normes du registre : lesquelles sont tenues par un test, lesquelles manquent et pourquoi."""
    from convmed.normes import etats, par_dispositif

    liste = [etat for etat in etats() if dispositif in (None, etat.dispositif)]
    if not liste:
        connus = ", ".join(synthese.dispositif for synthese in par_dispositif())
        raise Erreurs([Faute(f"dispositif inconnu « {dispositif} »", attendu=f"l'un de {connus}")])
    if presentation == "json":
        ecrire(en_json([etat.en_dict() for etat in liste]), sortie)
    elif presentation == "csv":
        ecrire(en_csv([{**etat.en_dict(), "tests": " ".join(etat.tests)} for etat in liste]), sortie)
    else:
        from convmed.restitution.affichage import normes_en_table

        ecrire(normes_en_table(liste if dispositif else par_dispositif(), dispositif), sortie)


@application.command()
@click.argument("dispositif")
def calculer(dispositif: str) -> None:
    """Lit un cas JSON (ou une liste) sur l'entrée standard, écrit la réponse du contrat JSON."""
    from convmed.dispositifs.contrat import CasRefuses, repondre

    try:
        demandes = lire_json(sys.stdin.buffer.read())
        reponse = en_json(repondre(dispositif, demandes))
    except CasRefuses as refus:
        _refuser_le_cas(refus.erreurs)
    except RecursionError:
        _refuser_le_cas([_erreur_json("des objets imbriqués trop profondément")])
    except ValueError as erreur:
        _refuser_le_cas([_erreur_json(_lieu(erreur))])
    else:
        sys.stdout.write(reponse)


@application.command()
@click.argument("dossier", type=click.Path(path_type=Path))
def nouveau(dossier: Path) -> None:
    """Écrit un dossier commenté et vide, à remplir."""
    from convmed.donnees.nouveau import creer_dossier

    creer_dossier(dossier)
    click.echo(f"Dossier créé : {dossier}. Remplir cabinet.toml et patients.csv, puis : convmed releve {dossier}")


application.add_command(banc_d_essai)
application.add_command(bareme)
application.add_command(base)
application.add_command(calendrier)
application.add_command(compte)
application.add_command(comparer)
application.add_command(certificat)
application.add_command(cle)
application.add_command(commission)
application.add_command(contrat)
application.add_command(importer)
application.add_command(interessement)
application.add_command(negociation)
application.add_command(observatoire)
application.add_command(optam)
application.add_command(population)
application.add_command(reperes)
application.add_command(scenario)
application.add_command(sobriete)
application.add_command(procedure)
application.add_command(serveur)
application.add_command(simuler)
application.add_command(verifier)
application.add_command(rapport_national)
for commande in COMMANDES:
    application.add_command(commande)


def principal() -> None:
    """Run the command line; every fault of the user goes to stderr in French, with exit status 2."""
    for flux in (sys.stdout, sys.stderr):
        if isinstance(flux, io.TextIOWrapper):
            # A lone surrogate or a narrow terminal must not end in a trace; in JSON the escape is a valid one.
            flux.reconfigure(errors="backslashreplace")
    try:
        sys.exit(application(standalone_mode=False, prog_name="convmed") or 0)
    except click.UsageError as erreur:
        print(f"Erreur : {mauvais_usage(erreur)}\nAide : convmed --help", file=sys.stderr)
        sys.exit(2)
    except Erreurs as erreurs:
        for faute in erreurs.fautes:
            print(f"Erreur : {faute}", file=sys.stderr)
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        print("Interrompu : rien n'a été écrit.", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        # The reader closed the pipe (`| head`): there is nobody left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def _lire(dossier: Path, annee: int) -> Any:
    from convmed.donnees.dossier import lire_dossier, verifier

    with progression("Lecture du dossier") as avancer:
        lu = lire_dossier(dossier, avancer)
        lu.avertissements += verifier(lu, annee)
    return lu


def _etablir(dossier: Path, annee: int, texte: str) -> tuple[Any, Any]:
    from convmed.restitution.releve import ETAPES, etablir

    choisi = trouver_texte(texte)
    lu = _lire(dossier, annee)
    with progression("Calcul du relevé", len(ETAPES)) as avancer:
        return lu, etablir(lu, annee, choisi, avancer)


def _lieu(erreur: ValueError) -> str:
    if isinstance(erreur, json.JSONDecodeError):
        return f"ligne {erreur.lineno}, colonne {erreur.colno}"
    return "du texte UTF-8" if isinstance(erreur, UnicodeDecodeError) else str(erreur)


def _erreur_json(lieu: str) -> dict[str, Any]:
    return {"cas": 0, "champ": "", "valeur": None, "attendu": "un objet ou une liste JSON", "message": f"JSON illisible : {lieu}"}


def _refuser_le_cas(erreurs: list[dict[str, Any]]) -> None:
    sys.stderr.write(json.dumps({"erreurs": erreurs}, ensure_ascii=False, default=str) + "\n")
    sys.exit(2)
