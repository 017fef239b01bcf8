"""The commands of billing: what an encounter lets be billed, what a file of invoices holds against the texts, a price."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click

from convmed.interfaces.console import CommandeEnFrancais, ecrire, en_csv, en_json, progression, table_en_csv
from convmed.interfaces.console import rangees_json as en_rangees
from convmed.interfaces.options import Commande, format_, lire_date, sortie_, texte_
from convmed.textes import Erreurs, Faute

OUI_NON = {"oui": True, "non": False, "true": True, "false": False, "o": True, "n": False}


def oui_non(nom: str, aide: str) -> Callable[[Commande], Commande]:
    """Return an option whose absence means that nothing is known."""
    return click.option(f"--{nom}/--pas-{nom}", default=None, help=aide)


@click.command(cls=CommandeEnFrancais)
@click.argument("codes", nargs=-1)
@click.option("--date-heure", help="AAAA-MM-JJThh:mm, à l'heure du cabinet ; par défaut maintenant.")
@click.option("--specialite", help="Code CNAM à deux chiffres (01 : médecine générale).")
@click.option("--secteur", help="1, 2 ou nc.")
@click.option("--option", "option_tarifaire", help="aucune, optam ou optam-aco.")
@click.option("--departement", help="Département d'exercice (971 à 976 outre-mer).")
@click.option("--naissance", help="Date de naissance du patient, AAAA-MM-JJ.")
@click.option("--age", type=click.IntRange(0, 120), help="Âge du patient en années, à défaut de sa naissance.")
@oui_non("ald", "Patient en ALD exonérante.")
@oui_non("c2s", "Bénéficiaire de la complémentaire santé solidaire.")
@oui_non("ame", "Bénéficiaire de l'aide médicale de l'État.")
@click.option("--lieu", help="cabinet, domicile, teleconsultation ou etablissement.")
@oui_non("patientele-mt", "Le médecin est le médecin traitant du patient.")
@click.option("--regulation", help="sas, centre-15 ou pdsa ; absente : aucune.")
@click.option("--adressage", help="Qui a adressé le patient (medecin-traitant, urgentiste, centre-15...).")
@click.option("--appel", help="Heure de l'appel de régulation, AAAA-MM-JJThh:mm.")
@click.option("--heure-adressage", help="Heure de l'adressage, AAAA-MM-JJThh:mm.")
@oui_non("opposable", "Sans dépassement.")
@oui_non("urgence", "Urgence au sens de la CCAM.")
@click.option("--parcours", help="coordonne, hors-parcours, acces-direct ou exception.")
@click.option("--motif", help="Motif de la séance quand il ouvre un acte particulier (sortie-hospitalisation, dossier-apa...).")
@click.option("--donnee", "donnees", multiple=True, metavar="NOM=VALEUR", help="Toute autre donnée que lit une condition.")
@click.option("--pourquoi", multiple=True, metavar="CODE", help="La réponse sur un code ; sur deux, celle sur leur cumul.")
@click.option("--questions", is_flag=True, help="Pose les questions, une à une.")
@click.option("--toutes", is_flag=True, help="Toutes les cotations licites, et non les cinq premières.")
@texte_
@format_("texte", "json")
@sortie_
def coter(codes: tuple[str, ...], texte: str, presentation: str, sortie: Path | None, **reponses: Any) -> None:
    """Ce qui peut être facturé : cotations licites de la mieux payée à la moins bien, partage et preuves.

    CODES : les actes techniques faits (DEQP003...).
    """
    from convmed.restitution.cotation import coter as chercher

    pourquoi, toutes = reponses.pop("pourquoi"), reponses.pop("toutes")
    if reponses.pop("questions"):
        reponses = poser_les_questions(reponses)
    resultat = chercher(entree_de_seance(list(codes), reponses), texte, pourquoi)
    if presentation == "json":
        ecrire(en_json(resultat), sortie)
        return
    from convmed.restitution.affichage_cotation import cotations_en_tables

    ecrire(cotations_en_tables(resultat, None if toutes else 5), sortie)


def entree_de_seance(codes: list[str], reponses: dict[str, Any]) -> dict[str, Any]:
    """Return the encounter of the JSON contract that the options describe; `Erreurs` for a value that cannot be read."""
    from convmed.donnees.calendrier_legal import fuseau, territoire_du_departement

    zone = fuseau(territoire_du_departement(reponses["departement"] or "75"))
    maintenant = dt.datetime.now(zone).replace(second=0, microsecond=0)
    instant = heure_locale(reponses["date_heure"], "--date-heure", zone) or maintenant
    naissance = reponses["naissance"]
    if naissance is None and reponses["age"] is not None:
        naissance = _ne_il_y_a(reponses["age"], instant.date()).isoformat()
    medecin = {cle: reponses[cle] for cle in ("specialite", "secteur", "option_tarifaire", "departement")}
    patient = {"date_naissance": naissance, "ald": reponses["ald"], "c2s": reponses["c2s"], "ame": reponses["ame"]}
    entree: dict[str, Any] = {
        "codes": codes, "date_heure": instant.isoformat(), "medecin": _connus(medecin), "patient": _connus(patient),
        "lieu": reponses["lieu"], "patientele_mt": reponses["patientele_mt"], "regulation": reponses["regulation"],
        "adressage": reponses["adressage"], "tarif_opposable": reponses["opposable"], "urgence_vitale": reponses["urgence"],
        "parcours": reponses["parcours"], "motif": reponses["motif"],
    }  # fmt: skip
    for cle, option in (("date_heure_appel", "appel"), ("date_heure_adressage", "heure_adressage")):
        lue = heure_locale(reponses[option], f"--{option.replace('_', '-')}", zone)
        entree[cle] = lue.isoformat() if lue else None
    for donnee in reponses["donnees"]:
        nom, egal, valeur = donnee.partition("=")
        if not egal:
            raise Erreurs([Faute("donnée illisible", champ="--donnee", valeur=donnee, attendu="NOM=VALEUR")])
        entree[nom.strip()] = _valeur(valeur.strip())
    return _connus(entree)


def heure_locale(valeur: str | None, option: str, zone: dt.tzinfo) -> dt.datetime | None:
    """Return an hour typed at the practice: its zone is the one of the department, unless it states another."""
    if valeur is None:
        return None
    try:
        lue = dt.datetime.fromisoformat(valeur)
    except ValueError:
        raise Erreurs([Faute("date et heure illisibles", champ=option, valeur=valeur, attendu="AAAA-MM-JJThh:mm")]) from None
    if "T" not in valeur and " " not in valeur:
        raise Erreurs([Faute("il manque l'heure", champ=option, valeur=valeur, attendu="AAAA-MM-JJThh:mm")])
    return lue if lue.tzinfo else lue.replace(tzinfo=zone)


def poser_les_questions(reponses: dict[str, Any]) -> dict[str, Any]:
    """Ask what the options did not say; an empty answer means that it is not known."""
    def demander(question: str, defaut: str = "") -> str | None:
        return click.prompt(question, default=defaut, show_default=bool(defaut), err=True) or None

    def oui_ou_non(question: str) -> bool | None:
        return OUI_NON.get((demander(f"{question} (oui, non, vide)") or "").lower())

    posees: dict[str, Any] = dict(reponses)
    for cle, question, defaut in (
        ("specialite", "Spécialité (code CNAM)", "01"), ("secteur", "Secteur (1, 2, nc)", "1"),
        ("option_tarifaire", "Option tarifaire (aucune, optam, optam-aco)", "aucune"), ("departement", "Département", ""),
        ("date_heure", "Date et heure (AAAA-MM-JJThh:mm, vide : maintenant)", ""),
        ("lieu", "Lieu (cabinet, domicile, teleconsultation, etablissement)", "cabinet"),
        ("naissance", "Naissance du patient (AAAA-MM-JJ)", ""),
    ):  # fmt: skip
        if posees[cle] is None:
            posees[cle] = demander(question, defaut)
    for cle, question in (
        ("patientele_mt", "Êtes-vous son médecin traitant ?"), ("ald", "Patient en ALD ?"), ("c2s", "Bénéficiaire de la C2S ?"),
        ("opposable", "Sans dépassement ?"), ("urgence", "Urgence vitale (au sens de la CCAM) ?"),
    ):  # fmt: skip
        if posees[cle] is None:
            posees[cle] = oui_ou_non(question)
    for cle, question in (
        ("regulation", "Régulation (sas, centre-15, pdsa, vide : aucune)"),
        ("adressage", "Adressé par (medecin-traitant, urgentiste, centre-15, vide : personne)"),
        ("motif", "Motif particulier (vide : aucun)"),
    ):
        if posees[cle] is None:
            posees[cle] = demander(question)
    return posees


@click.command(cls=CommandeEnFrancais)
@click.argument("fichier", type=click.Path(path_type=Path))
@texte_
@click.option("--justifications", type=click.Path(path_type=Path), help="Fichier .csv ou .parquet : chaque constat, ligne à ligne.")
@format_("texte", "json", "csv")
@sortie_
def controler(fichier: Path, texte: str, justifications: Path | None, presentation: str, sortie: Path | None) -> None:
    """Contrôle un lot de factures (CSV ou Parquet) : cumuls, conditions, plafonds, tarifs, horaires, sous-cotation."""
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
@click.option("--departement", help="Département d'exercice.")
@oui_non("opposable", "Sans dépassement.")
@texte_
@format_("texte", "json", "csv")
@sortie_
def prix(code: str, date: str | None, texte: str, presentation: str, sortie: Path | None, **situation: Any) -> None:
    """Le prix d'un code : à une date et dans une situation, ou toute son histoire avec ses textes."""
    from convmed.restitution.prix import historique, prix_a

    jour = lire_date(date, "--date") if date else None
    precise = jour is not None or any(valeur is not None for valeur in situation.values())
    rangees = [prix_a(code, jour or dt.date.today(), texte, situation)] if precise else historique(code)
    if presentation == "json":
        ecrire(en_json(rangees), sortie)
    elif presentation == "csv":
        ecrire(en_csv(rangees), sortie)
    else:
        from convmed.restitution.affichage_cotation import prix_en_table

        ecrire(prix_en_table(code.upper(), rangees), sortie)


def _connus(champs: dict[str, Any]) -> dict[str, Any]:
    return {cle: valeur for cle, valeur in champs.items() if valeur is not None}


def _valeur(mot: str) -> Any:
    if mot.lower() in OUI_NON:
        return OUI_NON[mot.lower()]
    return int(mot) if mot.isdigit() else mot


def _ne_il_y_a(age: int, jour: dt.date) -> dt.date:
    from dateutil.relativedelta import relativedelta

    return jour - relativedelta(years=age)


COMMANDES: Iterable[click.Command] = (coter, controler, prix)
