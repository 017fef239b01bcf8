"""The chronology of a procedure, or of the contracts of a dossier, as PDF: what happened, what comes next, who acts, before when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from convmed.restitution import contrats, procedure
from convmed.restitution.contrats import ContratSuivi
from convmed.restitution.documents import page
from convmed.restitution.documents.identite import a_propos
from convmed.restitution.documents.page import Bloc, Colonne, Document, cellule
from convmed.restitution.procedure import Etude, attente, jour
from convmed.restitution.procedure_affichage import signalements, situation, titre
from convmed.restitution.procedure_html import PIED
from convmed.textes import textes_connus
from convmed.textes.unites import afficher, vers_entier

PIED_DES_CONTRATS = "Établi par convmed, projet non officiel, d'après ce qui est écrit dans le dossier : vérifiez chaque date sur le texte cité."
A_ETABLIR = "à établir"
STATUTS = {"a-venir": "à venir", "en-cours": "en cours", "suspendu": "suspendu", "clos": "clos", "resilie": "résilié"}


def chronologie_pdf(suivi: Etude | contrats.Suivi) -> bytes:
    """Return the chronology of a procedure, or of the contracts of a dossier, as PDF."""
    return page.en_pdf(_de_la_procedure(suivi) if isinstance(suivi, procedure.Etude) else _des_contrats(suivi))


def _de_la_procedure(etude: Etude) -> Document:
    nom = etude.procedure.libelle
    passees = [("", [jour(un.date), cellule(un.etape.libelle, " · ".join(filter(None, (un.note, "de plein droit" if un.tacite else "", un.etape.reference)))),
                     un.etape.acteur]) for un in etude.suivi.deroulement.evenements]  # fmt: skip
    ouvertes = [
        ("", [cellule(attente(une), gras=une.date is not None), cellule(une.etape.libelle + (" (facultatif)" if une.etape.facultative else ""),
              " ; ".join(une.references)), une.etape.acteur, une.silence or ""])
        for une in etude.suivi.echeances if une.ouverte
    ]  # fmt: skip
    faites = [Colonne("Date", part=None), Colonne("Étape et texte", part=4), Colonne("Qui", part=1.5)]
    a_venir = [Colonne("Quand", part=1.6), Colonne("Étape et texte", part=3), Colonne("Qui", part=1.3), Colonne("Ce que vaut le silence", part=2)]
    blocs = [page.paragraphe(situation(etude)), page.paragraphe(PIED, discret=True)]
    blocs += _partie("À signaler", [ligne for ligne, _ in signalements(etude)])
    blocs += [page.titre("Ce qui peut suivre"), page.table(a_venir, ouvertes, "Étapes à venir") if ouvertes else page.paragraphe("Plus aucune étape.")]
    blocs += [page.titre("Ce qui s'est passé"), page.table(faites, passees, "Étapes notées") if passees else page.paragraphe("Rien n'est encore noté.")]
    blocs += _partie("Ce qu'il faut savoir", etude.suivi.reserves)
    blocs += [page.titre("Sur quoi cette chronologie repose"), page.definitions(a_propos(etude.suivi.contexte.texte))]
    return Document(nom, titre(etude).removeprefix(nom).strip(), f"Chronologie au {jour(etude.au)}", blocs)


def _des_contrats(suivi: contrats.Suivi) -> Document:
    blocs = [page.paragraphe(PIED_DES_CONTRATS, discret=True)]
    for contrat in suivi.assistants:
        blocs += _du_contrat(contrat)
    for optam in suivi.optam:
        blocs += _de_l_optam(optam)
    if connu := textes_connus().get(suivi.texte):
        blocs += [page.titre("Sur quoi cette chronologie repose"), page.definitions(a_propos(connu))]
    return Document("Chronologie des contrats", f"Au {jour(suivi.au)}, texte « {suivi.texte} »", f"Contrats au {jour(suivi.au)}", blocs)


def _du_contrat(contrat: ContratSuivi) -> Iterator[Bloc]:
    dit = contrat.en_dict()
    annee = f", année {dit['annee_contrat']}" if dit["annee_contrat"] else ""
    suivant = dit["prochain_paiement"]
    yield page.titre(f"Contrat d'assistant médical signé le {jour(contrat.contrat.date_signature)}")
    yield page.cles([
        ("Statut", STATUTS.get(dit["statut"], dit["statut"]) + annee), ("Terme", _iso(dit["terme"])),
        ("Prochain paiement", f"{_iso(suivant['date_versement'])} : {_euros(suivant['montant'])}" if suivant else "aucun"),
    ])  # fmt: skip
    if dit["actions"]:
        rangees = [("", [cellule(_iso(a["echeance"]), gras=True), cellule(a["action"], a["reference"]), "le médecin"]) for a in dit["actions"]]
        yield page.table([Colonne("Avant le", part=None), Colonne("À faire", part=4), Colonne("Qui", part=None)], rangees, "Ce qu'il faut faire, et avant quand")
    evenements = [
        ("", [_iso(e["date"]), cellule(e["libelle"], e["reference"]), "passé" if e["date"] <= contrat.au.isoformat() else "à venir",
              _euros(e["montant"]) if e["montant"] is not None or e["evenement"] == "versement" else ""])
        for e in dit["chronologie"]
    ]  # fmt: skip
    colonnes = [Colonne("Date", part=None), Colonne("Événement et texte", part=4), Colonne("État", part=None), Colonne("Montant", True, None)]
    yield page.table(colonnes, evenements, "Vie du contrat, dans l'ordre des dates")
    yield from _liste([*dit["alertes"], *dit["reserves"]])


def _de_l_optam(optam: dict[str, Any]) -> Iterator[Bloc]:
    yield page.titre(f"OPTAM ({optam['section']})")
    lignes = [
        ("", [nom, _taux(optam["engagement"][cle]), _taux(optam["observe"][cle]), "" if optam[ecart] is None else f"{optam[ecart]:+.2f}".replace(".", ",")])
        for nom, cle, ecart in (("Dépassement", "taux_depassement", "ecart_depassement"), ("Tarif opposable", "taux_opposable", "ecart_opposable"))
    ]  # fmt: skip
    yield page.table([Colonne(""), Colonne("Engagé", True, None), Colonne("Constaté", True, None), Colonne("Écart (points)", True, None)], lignes,
                     "Engagement et constat")  # fmt: skip


def _partie(nom: str, phrases: list[str]) -> list[Bloc]:
    return [page.titre(nom), *_liste(phrases)] if phrases else []


def _liste(phrases: list[str]) -> list[Bloc]:
    return [page.liste(phrases)] if phrases else []


def _iso(date: str | None) -> str:
    return jour(dt.date.fromisoformat(date)) if date else "date non publiée"


def _euros(montant: float | None) -> str:
    return A_ETABLIR if montant is None else afficher(vers_entier(montant, "EUR"), "EUR")


def _taux(fraction: float | None) -> str:
    return "" if fraction is None else f"{100 * fraction:.1f} %".replace(".", ",")
