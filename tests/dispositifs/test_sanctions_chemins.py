"""Every path of every procedure, taken from its machine and walked end to end; and what the files of procedures may not be."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

from convmed.dispositifs.sanctions import procedures
from convmed.dispositifs.sanctions.delais import JOUR
from convmed.dispositifs.sanctions.deroulement import Deroulement, Inscrite, derouler
from convmed.dispositifs.sanctions.echeances import echeances, silence, suites
from convmed.dispositifs.sanctions.machine import (
    CAS,
    DOSSIER,
    NOM,
    SANS_AVERTISSEMENT,
    Etape,
    Procedure,
    lire_procedure,
    mettre_en_marche,
    transitions_de,
)
from convmed.textes import Erreurs, baremes, trouver_texte
from convmed.textes.bareme import lire_yaml

TEXTE = trouver_texte("en-vigueur")
DEPART = dt.date(2025, 3, 3)
UN_JOUR = dt.timedelta(days=1)
NOMS = list(procedures())


@dataclass(frozen=True)
class Marche:
    """A path walked so far: its steps, the record of it, and the day reached."""

    etapes: tuple[Etape, ...]
    inscrites: tuple[Inscrite, ...]
    jour: dt.date
    fait: Deroulement


def marches(procedure: Procedure, cas: frozenset[str], avant: Marche | None = None) -> Iterator[Marche]:
    """Yield every way to move a procedure from its start to an end, one step a day; the term of a silence is awaited."""
    ici = avant or Marche((), (), DEPART, derouler(procedure, [], TEXTE, cas))
    if procedure.etats[ici.fait.etat].fin:
        yield ici
    for etape, vers in procedure.passages_de(ici.fait.etat, cas):
        if vers != ici.fait.etat:
            suivante = avancer(procedure, cas, ici, etape)
            assert suivante.fait.etat == vers, [une.nom for une in suivante.etapes]
            yield from marches(procedure, cas, suivante)


def avancer(procedure: Procedure, cas: frozenset[str], ici: Marche, etape: Etape) -> Marche:
    """Take one step more: recorded on the day reached, or awaited if nobody takes it."""
    inscrites, jour, lendemain = list(ici.inscrites), ici.jour, ici.jour + UN_JOUR
    if etape.tacite:
        echeance = ici.fait.echeance_tacite(etape)
        assert echeance is not None
        if etape.silence_de:
            assert silence(ici.fait, procedure.etapes[etape.silence_de[0]]) == etape.libelle
        jour = lendemain = echeance[0] + (UN_JOUR if echeance[1] != JOUR else dt.timedelta(0))
    else:
        assert etape in suites(ici.fait), (etape.nom, inscrites)
        # What the text asks for on the side is done on the first day.
        inscrites[1:1] = [Inscrite(nom, DEPART) for nom in etape.exige]
        inscrites.append(Inscrite(etape.nom, jour))
    return Marche((*ici.etapes, etape), tuple(inscrites), lendemain, derouler(procedure, inscrites, TEXTE, cas, jour))


@cache
def toutes(nom: str, cas: frozenset[str]) -> list[Marche]:
    return list(marches(procedures()[nom], cas))


def vers_l_etat(procedure: Procedure, etat: str) -> list[str]:
    """Return the steps of the shortest way to a state."""
    file: list[tuple[str, list[str]]] = [(procedure.depart, [])]
    for ici, faits in file:
        if ici == etat:
            return faits
        file += [(vers, [*faits, etape.nom]) for etape, vers in procedure.passages_de(ici, frozenset()) if vers != ici and not etape.tacite]
    raise AssertionError(etat)


@pytest.mark.parametrize("cas", [frozenset(), frozenset({SANS_AVERTISSEMENT})], ids=["avec-avertissement", "sans-avertissement"])
@pytest.mark.parametrize("nom", NOMS)
def test_chaque_chemin_va_au_bout(nom: str, cas: frozenset[str]) -> None:
    procedure = procedures()[nom]
    franchis = set()
    for marche in toutes(nom, cas):
        fait, trace = marche.fait, [etape.nom for etape in marche.etapes]
        assert not fait.fautes, (trace, fait.fautes)
        assert not fait.manquants, (trace, fait.manquants)
        assert {un.etape.nom for un in fait.evenements} >= set(trace)
        moteur = mettre_en_marche(procedure, cas)
        for nom_d_etape in trace:
            moteur.trigger(nom_d_etape)  # type: ignore[attr-defined]
        assert moteur.state == fait.etat, trace
        franchis |= {(etape.nom, passage.de, passage.vers) for etape in marche.etapes for passage in etape.passages}
        if fait.close:
            apres = [*marche.inscrites, Inscrite("abandon" if "abandon" in procedure.etapes else trace[0], dt.date(2040, 1, 1))]
            (faute,) = derouler(procedure, apres, TEXTE, cas).fautes
            assert "vient après la fin" in faute.message or "déjà" in faute.message, faute
    voulus = {(e.nom, p.de, p.vers) for e in procedure.etapes.values() for p in e.passages if p.vers and (p.si is None or p.si in cas)}
    assert voulus <= franchis


@pytest.mark.parametrize("nom", NOMS)
def test_chaque_etape_qui_ne_change_pas_l_etat_s_inscrit_ou_le_texte_la_permet(nom: str) -> None:
    procedure = procedures()[nom]
    internes = [(etape, passage) for etape in procedure.etapes.values() for passage in etape.passages if passage.vers is None]
    for etape, passage in internes:
        chemin = vers_l_etat(procedure, passage.de)
        inscrites = [Inscrite(nom_d_etape, DEPART + rang * UN_JOUR) for rang, nom_d_etape in enumerate([*chemin, etape.nom])]
        fait = derouler(procedure, inscrites, TEXTE)
        assert not fait.fautes, (etape.nom, passage.de, fait.fautes)
        assert (fait.etat, fait.evenements[-1].etape) == (passage.de, etape)


@pytest.mark.parametrize("nom", NOMS)
def test_aucune_echeance_sans_reference_ni_acteur(nom: str) -> None:
    for marche in toutes(nom, frozenset()):
        for une in echeances(marche.fait, DEPART):
            dite = une.en_dict()
            assert dite["acteur"]
            assert all(dite["references"])
            assert (dite["au_plus_tard"] or dite["au_plus_tot"] or dite["motif"]) is not None


def test_les_transitions_sont_celles_des_donnees() -> None:
    for procedure in procedures().values():
        lues = {(t["trigger"], t["source"], t["dest"], t["conditions"]) for t in transitions_de(procedure)}
        assert lues == {(e.nom, p.de, p.vers, p.si) for e in procedure.etapes.values() for p in e.passages}
        assert len(lues) == len(transitions_de(procedure)), "un passage écrit deux fois"
        for etat in procedure.etats:
            # Of two steps of one state, a name never means both.
            noms = [nom for etape, _ in procedure.passages_de(etat, frozenset(CAS)) for nom in etape.noms]
            assert len(noms) == len(set(noms)), (procedure.nom, etat, sorted(n for n in noms if noms.count(n) > 1))


def test_pte_reprend_les_etapes_et_les_delais_de_la_procedure_ordinaire() -> None:
    ordinaire, pte = procedures()["ordinaire"], procedures()["pte"]
    assert set(ordinaire.etapes) <= set(pte.etapes)
    for nom in ("entretien", "compte-rendu", "notification", "appel"):
        assert pte.etapes[nom] == ordinaire.etapes[nom]


DOCUMENT = lire_yaml((DOSSIER / "urgence.yaml").read_text("utf-8"), "urgence.yaml")


def defaire(*chemin: Any, valeur: Any = None) -> Any:
    """Return the document of a procedure with one thing changed, or removed."""
    document = copy.deepcopy(DOCUMENT)
    bloc = document
    for pas in chemin[:-1]:
        bloc = bloc[pas]
    if valeur is None:
        del bloc[chemin[-1]]
    else:
        bloc[chemin[-1]] = valeur
    return document


@pytest.mark.parametrize(
    ("document", "mots"),
    [
        (defaire("etapes", "courrier", "passages", valeur=[{"de": ["ailleurs"], "vers": "annoncee"}]), "état inconnu « ailleurs »"),
        (defaire("etapes", "audition", "delais", valeur=[{"depuis": ["courrier"], "figures": ["zz"]}]), "figure absente du barème « zz »"),
        (defaire("etapes", "audition", "delais", valeur=[{"depuis": ["courrier"], "figures": ["effet_suspensif"]}]), "n'est pas un délai"),
        (defaire("etapes", "audition", "delais", valeur=[{"depuis": ["rien"], "figures": ["urg_audition"]}]), "étape inconnue « rien »"),
        (defaire("etapes", "audition", "delais", valeur=[{"depuis": ["courrier"], "figures": ["urg_audition"], "sens": "hier"}]), "sens inconnu"),
        (defaire("etapes", "decision", "exige", valeur=["rien"]), "étape inconnue « rien »"),
        (defaire("etapes", "courrier", "passages", 0, "si", valeur="pleine-lune"), "cas inconnu"),
        (defaire("etats", "perdue", valeur={"libelle": "Perdue", "fin": True}), "état que rien n'atteint"),
        (defaire("etapes", "fin-de-suspension"), "aucune étape ne sort de cet état"),
        (defaire("etapes", "courrier", "acteur"), "« acteur » manque"),
        (defaire("etapes", "courrier", "couleur", valeur="bleu"), "clé inconnue « couleur »"),
        (defaire("etapes", "prise-d-effet", "delais"), "une étape tacite a besoin d'un délai"),
        (defaire("etapes", "Courrier_2", valeur=DOCUMENT["etapes"]["courrier"]), "minuscules, avec des tirets"),
        (defaire("genre", valeur="rare"), "« genre » vaut 'rare'"),
        (defaire("etapes", "courrier", "statut", valeur="rare"), "« statut » vaut 'rare'"),
        (defaire("assistance", valeur="zz"), "figure absente du barème « zz »"),
        (defaire("articles"), "« articles » manque"),
    ],
)  # fmt: skip
def test_un_fichier_de_procedure_fautif_est_refuse(document: Any, mots: str) -> None:
    with pytest.raises(Erreurs) as refus:
        lire_procedure(document, {}, baremes()[NOM])
    assert mots in str(refus.value)


def test_le_document_d_essai_est_bon() -> None:
    assert lire_procedure(DOCUMENT, {}, baremes()[NOM]) == procedures()["urgence"]
