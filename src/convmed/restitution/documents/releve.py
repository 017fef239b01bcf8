"""The statement of a practice as PDF: the total first, then its lines by date, what is left out, and where each amount comes from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from convmed.dispositifs import Ligne
from convmed.dispositifs.socle import DU
from convmed.moteur.valeurs import Explication
from convmed.restitution.documents import page
from convmed.restitution.documents.identite import CONFIANCES, NON_OFFICIEL, a_propos
from convmed.restitution.documents.page import Bloc, Colonne, Document, cellule
from convmed.restitution.explications import expliquer_ligne
from convmed.restitution.releve import Releve
from convmed.restitution.simulation import nom_de_dispositif
from convmed.textes import Erreurs
from convmed.textes.unites import afficher

# An explanation is read by a person: the branches that decide come first, and the command line has the others.
PROFONDEUR, RANGEES_PAR_LIGNE, RANGEES = 5, 60, 900
SAISIE = {
    "specialite": "Spécialité (code)", "secteur": "Secteur", "option_tarifaire": "Option tarifaire", "zone": "Zone du cabinet",
    "qpv": "Quartier prioritaire", "mep": "Mode d'exercice particulier", "departement": "Département",
    "date_naissance_medecin": "Date de naissance du médecin", "date_premiere_installation": "Première installation",
    "date_installation": "Installation", "rang_installation": "Rang de l'année d'installation",
}  # fmt: skip
SANS_DATE = "date non publiée"


def releve_pdf(releve: Releve) -> bytes:
    """Return the statement as PDF."""
    return page.en_pdf(composer(releve))


def composer(releve: Releve) -> Document:
    """Return the statement as blocks."""
    medecin = f"Médecin {releve.medecin}, exercice {releve.annee}"
    incomplet = [ligne for ligne in releve.lignes if ligne.etat != DU or ligne.montant is None]
    prochains = sum(1 for ligne in releve.lignes if ligne.date_versement)
    blocs = [
        page.cles([
            ("Total de l'exercice" + (" (incomplet)" if incomplet else ""), montant(releve.total)),
            ("Paiements", str(len(releve.lignes))), ("dont datés", str(prochains)),
        ]),
        page.paragraphe(NON_OFFICIEL, discret=True),
        page.titre("Ce qui a été saisi"), page.definitions(saisie(releve)),
        page.titre("Les paiements, par dispositif"), *_lignes(releve),
        page.titre("Échéancier"), *_echeancier(releve),
    ]  # fmt: skip
    if releve.non_calcules:
        motifs = (("", [nom_de_dispositif(n.dispositif), n.motif]) for n in releve.non_calcules)
        colonnes = [Colonne("Dispositif", part=2), Colonne("Pourquoi", part=5)]
        blocs += [page.titre("Non calculé ou sans objet, et pourquoi"), page.table(colonnes, motifs, "Ce qui n'est pas calculé, et pourquoi")]
    if releve.avertissements:
        blocs += [page.titre("Avertissements"), page.liste(releve.avertissements)]
    blocs += [page.titre("Sur quoi ce relevé repose"), page.definitions(a_propos(releve.texte))]
    return Document(f"Relevé {releve.annee}", medecin, f"Relevé {releve.annee} · {releve.texte.id}", [*blocs, *_explications(releve)])


def montant(centimes: int | None) -> str:
    """Write an amount, or say that it is not known."""
    return "inconnu" if centimes is None else afficher(centimes, "EUR")


def jour(date: dt.date | None) -> str:
    """Write a date, or say that nobody published it."""
    return SANS_DATE if date is None else f"{date:%d/%m/%Y}"


def saisie(releve: Releve) -> list[tuple[str, str]]:
    """Return what the statement was computed from: the doctor's situation, and how many patients and acts."""
    donnees: Mapping[str, Any] = releve.forfait.medecin.donnees
    suivi = releve.prevention
    return [
        ("Médecin", releve.medecin),
        *((libelle, afficher(donnees[champ], "texte")) for champ, libelle in SAISIE.items() if donnees.get(champ) is not None),
        ("Patients", afficher(releve.forfait.patients.height, "nombre")),
        *([("Actes de prévention", afficher(suivi.tables["evenement"].height, "nombre"))] if suivi else []),
    ]


def etat(ligne: Ligne) -> str:
    """Say what a line rests on that is not certain: its state, its reason, a figure that is not official."""
    dits = [ligne.etat if ligne.etat != DU else "", ligne.motif]
    if ligne.confiance in CONFIANCES:
        dits.append(f"repose sur une figure {CONFIANCES[ligne.confiance]}")
    return " ; ".join(filter(None, dits))


def _lignes(releve: Releve) -> Iterator[Bloc]:
    if not releve.lignes:
        yield page.paragraphe("Aucun paiement pour cet exercice : ce qui n'a pas pu être calculé est dit plus bas.")
        return
    rangees: list[tuple[str, list[page.Cellule]]] = []
    numeros = {id(ligne): rang for rang, ligne in enumerate(releve.lignes, 1)}
    sommes = releve.par_dispositif()
    for dispositif, siennes in groupby(releve.lignes, key=lambda ligne: ligne.dispositif):
        rangees.append(("partie", [nom_de_dispositif(dispositif), montant(sommes[dispositif])]))
        for ligne in siennes:
            dessous = " · ".join(filter(None, (ligne.base, etat(ligne), " ; ".join(ligne.references))))
            quand = cellule(jour(ligne.date_versement), ligne.precision_date)
            alerte = ligne.etat != DU
            rangees.append(("", [str(numeros[id(ligne)]), cellule(ligne.libelle, dessous, alerte=alerte), quand, montant(ligne.montant)]))
    rangees.append(("total", ["", "Total", "", montant(releve.total)]))
    colonnes = [Colonne("N°", True, None), Colonne("Paiement, base et références", part=3), Colonne("Versement", part=1.25),
                Colonne("Montant", True, None)]  # fmt: skip
    yield page.table(colonnes, rangees, f"Paiements de l'exercice {releve.annee}, par dispositif")


def _echeancier(releve: Releve) -> Iterator[Bloc]:
    if not releve.lignes:
        yield page.paragraphe("Aucun paiement à attendre.")
        return
    cumul, rangees = 0, list[tuple[str, list[page.Cellule]]]()
    for ligne in releve.par_date():
        cumul += ligne.montant or 0
        rangees.append(("", [jour(ligne.date_versement), ligne.libelle, montant(ligne.montant), montant(cumul)]))
    colonnes = [Colonne("Date", part=None), Colonne("Paiement"), Colonne("Montant", True, None), Colonne("Cumul", True, None)]
    yield page.table(colonnes, rangees, "Paiements dans l'ordre où ils sont versés")


def _explications(releve: Releve) -> Iterator[Bloc]:
    """Yield the tree of each line, once for the lines that share it, within bounds."""
    vus: dict[int, int] = {}
    reste, premiere = RANGEES, True
    for rang, ligne in enumerate(releve.lignes, 1):
        try:
            explication = expliquer_ligne(releve, rang)
        except Erreurs:
            continue
        if premiere:
            yield page.titre("D'où vient chaque montant")
            premiere = False
        entete = (0, f"{rang}. {ligne.libelle}", montant(ligne.montant), ligne.base)
        if (origine := vus.setdefault(id(ligne.explication), rang)) != rang:
            yield page.arbre([entete, (1, f"même calcul que la ligne {origine}", "", "")])
            continue
        if reste <= 0:
            yield page.arbre([entete, (1, f"voir « convmed expliquer DOSSIER {rang} »", "", "")])
            continue
        # The share of an instalment repeats the name of its line: what follows says where the whole comes from.
        racines = explication.enfants if explication.genre == "ligne" else (explication,)
        rangees = [rangee for racine in racines for rangee in branches(racine)][: min(RANGEES_PAR_LIGNE, reste)]
        reste -= len(rangees)
        combien = sum(1 for racine in racines for _ in racine.lignes())
        if combien > len(rangees):
            rangees.append((1, f"l'arbre entier a {combien} lignes : « convmed expliquer DOSSIER {rang} »", "", ""))
        yield page.arbre([entete, *rangees])


def branches(explication: Explication, retrait: int = 1) -> Iterator[tuple[int, str, str, str]]:
    """Yield an explanation down to a depth: depth, name, value, then detail and reference."""
    note = " ; ".join(filter(None, (explication.detail, explication.reference, CONFIANCES.get(explication.confiance, ""))))
    yield retrait, explication.libelle, afficher(explication.valeur, explication.unite), f"[{note}]" if note else ""
    if retrait < PROFONDEUR:
        for enfant in explication.enfants:
            yield from branches(enfant, retrait + 1)
