"""The chronologies as PDF say every step, its date, who acts, and the text that sets it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from convmed.donnees.dossier import lire_dossier
from convmed.restitution import contrats
from convmed.restitution.documents.chronologie import A_ETABLIR, chronologie_pdf
from convmed.restitution.echeancier_contrats import chronologie_en_lignes
from convmed.restitution.procedure import attente, etudier, jour
from convmed.restitution.procedure_affichage import signalements, situation
from convmed.textes import trouver_texte
from convmed.textes.unites import afficher

from .conftest import EXEMPLES, HOSTILES, abrege, contient

TEXTE = trouver_texte("en-vigueur")


@pytest.mark.parametrize("nom", ["ordinaire", "penalite"])
@pytest.mark.parametrize("au", [dt.date(2025, 1, 7), dt.date(2025, 5, 6), dt.date(2026, 6, 1)])
def test_la_procedure(nom: str, au: dt.date) -> None:
    etude = etudier(str(EXEMPLES / "procedure" / f"{nom}.yaml"), TEXTE, au)
    octets = chronologie_pdf(etude)
    mots = [etude.procedure.libelle, situation(etude), *(ligne for ligne, _ in signalements(etude)), *etude.suivi.reserves, "projet non officiel"]
    for un in etude.suivi.deroulement.evenements:
        mots += [jour(un.date), un.etape.libelle, un.note or "", un.etape.reference, un.etape.acteur]
    for une in etude.suivi.echeances:
        if une.ouverte:
            mots += [attente(une), une.etape.libelle, *une.references, une.silence or ""]
    assert contient(octets, mots) == []
    assert chronologie_pdf(etude) == octets


@pytest.mark.parametrize("hostile", HOSTILES, ids=abrege)
def test_une_note_hostile_reste_une_note(hostile: str) -> None:
    chemin = str(EXEMPLES / "procedure" / "ordinaire.yaml")
    etude = etudier(chemin, TEXTE, dt.date(2025, 5, 6))
    evenements = etude.suivi.deroulement.evenements
    evenements[0] = replace(evenements[0], note=hostile)
    assert contient(chronologie_pdf(etude), [hostile]) == []


@pytest.mark.parametrize("au", [dt.date(2023, 1, 1), dt.date(2026, 11, 22), dt.date(2028, 1, 1)])
def test_les_contrats(au: dt.date) -> None:
    lu = lire_dossier(EXEMPLES / "contrat-assistant")
    suivi = contrats.suivre(lu.cabinet, TEXTE, au)
    octets = chronologie_pdf(suivi)
    mots = [optam["section"] for optam in suivi.optam]
    for rangee in chronologie_en_lignes(suivi):
        mots += [jour(dt.date.fromisoformat(rangee["date"])), rangee["libelle"], rangee["reference"]]
        if rangee["montant"] is not None:
            mots.append(afficher(round(rangee["montant"] * 100), "EUR"))
        elif rangee["evenement"] == "versement":
            mots.append(A_ETABLIR)
    assert suivi.assistants
    assert contient(octets, mots) == []
