"""The calendars import: a stamp as the standard has it, whole days, escaped texts, identities that stay."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest
from icalendar import Calendar, Event

from convmed.donnees.dossier import lire_dossier
from convmed.restitution import contrats, echeancier_contrats
from convmed.restitution.echeancier import en_ics
from convmed.restitution.procedure import etudier
from convmed.restitution.procedure_ics import en_ics as procedure_en_ics
from convmed.restitution.releve import Releve
from convmed.textes import trouver_texte

from .conftest import EXEMPLES, HOSTILES, abrege, avec

TEXTE = trouver_texte("en-vigueur")


def evenements(contenu: str) -> dict[str, Event]:
    lus = Calendar.from_ical(contenu).walk("VEVENT")
    uns = {str(un["uid"]): un for un in lus}
    assert len(uns) == len(lus)
    return uns


def du_contrat(ecrire: Callable[[contrats.Suivi], str]) -> str:
    return ecrire(contrats.suivre(lire_dossier(EXEMPLES / "contrat-assistant").cabinet, TEXTE, dt.date(2026, 11, 22)))


CALENDRIERS: dict[str, Callable[[Releve], str]] = {
    "relevé": en_ics,
    "contrats": lambda _: du_contrat(echeancier_contrats.suivi_en_ics),
    "paiements": lambda _: du_contrat(echeancier_contrats.paiements_en_ics),
    "procédure": lambda _: procedure_en_ics(etudier(str(EXEMPLES / "procedure" / "ordinaire.yaml"), TEXTE, dt.date(2025, 5, 6))),
}


@pytest.mark.parametrize("ecrire", CALENDRIERS.values(), ids=CALENDRIERS)
def test_ce_qu_un_agenda_attend(releve_zip: Releve, ecrire: Callable[[Releve], str]) -> None:
    contenu = ecrire(releve_zip)
    uns = evenements(contenu)
    assert uns
    assert ecrire(releve_zip) == contenu
    assert all(len(ligne.encode()) <= 75 for ligne in contenu.split("\r\n"))
    for un in uns.values():
        assert type(un["dtstart"].dt) is dt.date
        # RFC 5545, 3.8.7.2: the stamp is a date and a time in UTC.
        assert un["dtstamp"].dt.tzinfo is not None
        assert un["dtstamp"].to_ical().endswith(b"Z")
        assert not un.errors


def test_une_ligne_de_plus_ne_deplace_pas_les_autres(releve_zip: Releve) -> None:
    avant = evenements(en_ics(releve_zip))
    nouvelle = replace(releve_zip.lignes[0], libelle="Rappel", date_versement=dt.date(2026, 1, 2))
    apres = evenements(en_ics(avec(releve_zip, [nouvelle, *releve_zip.lignes])))
    assert set(avant) < set(apres)
    decalees = [replace(un, montant=(un.montant or 0) + 100, date_versement=un.date_versement and dt.date(2027, 12, 31)) for un in releve_zip.lignes]
    assert set(evenements(en_ics(avec(releve_zip, decalees)))) == set(avant)


def test_deux_medecins_et_deux_lignes_du_meme_nom(releve_zip: Releve) -> None:
    autre = evenements(en_ics(replace(releve_zip, medecin="AUTRE")))
    assert not set(autre) & set(evenements(en_ics(releve_zip)))
    doubles = evenements(en_ics(avec(releve_zip, [releve_zip.lignes[0], replace(releve_zip.lignes[0])])))
    assert len(doubles) == 2
    assert "AUTRE" not in en_ics(replace(releve_zip, medecin="AUTRE"))


@pytest.mark.parametrize("hostile", [*HOSTILES, "a\nBEGIN:VEVENT", "a;b,c\\d:e"], ids=abrege)
def test_un_libelle_hostile(releve_zip: Releve, hostile: str) -> None:
    (un,) = evenements(en_ics(avec(releve_zip, [replace(releve_zip.lignes[0], libelle=hostile)]))).values()
    assert str(un["summary"]).startswith(hostile)
