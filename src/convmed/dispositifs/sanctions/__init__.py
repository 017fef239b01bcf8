"""Sanctions: procedures that run on machines of states, what is incurred, what it suspends, how high a pénalité may go."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from convmed.dispositifs.contrat import ANNEES, SANS_CALCUL
from convmed.dispositifs.sanctions import entrees, questions, regles
from convmed.dispositifs.sanctions.deroulement import Deroulement, Inscrite, derouler
from convmed.dispositifs.sanctions.echeances import (
    Echeance,
    echeances,
    iso,
    omises,
    prematurees,
    retards,
    silence,
    suites,
)
from convmed.dispositifs.sanctions.entrees import Enregistrement
from convmed.dispositifs.sanctions.machine import (
    CAS,
    NOM,
    NON_TELETRANSMISSION,
    SANS_AVERTISSEMENT,
    Procedure,
    procedures,
    trouver_procedure,
)
from convmed.dispositifs.socle import Demande, Dispositif, Refus, Resultat, refuser
from convmed.donnees.calendrier_legal import METROPOLE, territoire_du_departement
from convmed.moteur.registre import Contexte
from convmed.textes import Faute


@dataclass(slots=True)
class Suivi:
    """A procedure as it stands: what happened, every delay, and what is to be told."""

    deroulement: Deroulement
    echeances: list[Echeance]
    contexte: Contexte
    aujourd_hui: dt.date | None
    reserves: list[str] = field(default_factory=list)

    def en_dict(self) -> dict[str, Any]:
        """Return the follow-up as JSON: `echeances` first, as the contract has it."""
        fait = self.deroulement
        procedure, etat = fait.procedure, fait.procedure.etats[fait.etat]
        fondement = self.contexte.figure(NOM, procedure.fondement)[1] if procedure.fondement else None
        admis = self.contexte.figure(NOM, procedure.assistance)[1] if procedure.assistance else None
        motivees = self.contexte.figure(NOM, "etapes_motivees")[1] or ()
        return {
            "procedure": procedure.nom, "libelle": procedure.libelle, "genre": procedure.genre, "articles": procedure.articles,
            "fondement": fondement or procedure.articles,
            "etat": etat.nom.replace("_", "-"), "etat_libelle": etat.libelle, "terminee": etat.fin, "suite": etat.suite,
            "echeances": [une.en_dict() for une in self.echeances],
            "suites": [
                {"etape": etape.nom, "libelle": etape.libelle, "acteur": etape.acteur, "facultative": etape.facultative,
                 "motivee": etape.nom in motivees, "silence": silence(fait, etape), "statut": etape.statut, "confiance": etape.confiance,
                 "references": [etape.reference]}
                for etape in suites(fait)
            ],
            "etapes": [
                {"etape": un.etape.nom, "date": un.date.isoformat(), "libelle": un.etape.libelle, "acteur": un.etape.acteur,
                 "tacite": un.tacite, "note": un.note, "references": [un.etape.reference]}
                for un in fait.evenements
            ],
            "manquants": omises(fait), "retards": retards(self.echeances, self.aujourd_hui), "prematurees": prematurees(self.echeances),
            "assistance": list(admis) if admis else None, "aujourdhui": iso(self.aujourd_hui), "reserves": self.reserves,
        }  # fmt: skip


def cas_de(entree: Enregistrement) -> frozenset[str]:
    """Return the cases that a record states."""
    dits = {SANS_AVERTISSEMENT: entree.sans_avertissement, NON_TELETRANSMISSION: entree.non_teletransmission}
    return frozenset(cas for cas in CAS if dits[cas])


def suivre(demande: Demande, entree: Enregistrement) -> Suivi:
    """Follow a procedure; `Refus` with every fault of the record."""
    procedure, aujourd_hui = procedures()[entree.procedure], entree.aujourdhui or entree.date or demande.date
    fautes = _fautes_de_cas(procedure, entree)
    inscrites = [Inscrite(une.etape, une.date, une.note) for une in entree.etapes]
    fait = derouler(procedure, inscrites, demande.texte, cas_de(entree), aujourd_hui)
    refuser([*fautes, *fait.fautes])
    territoire = territoire_du_departement(entree.departement) if entree.departement else METROPOLE
    try:
        liste = echeances(fait, aujourd_hui, entree.report, territoire)
    except ValueError as erreur:
        raise Refus([Faute(str(erreur), champ="entree.report", valeur=entree.report, attendu="aucun")]) from None
    dernier = max((un.date for un in fait.evenements), default=None)
    contexte = demande.contexte(aujourd_hui or dernier or dt.date(demande.annee, 12, 31))
    return Suivi(fait, liste, contexte, aujourd_hui, _reserves(fait, liste, contexte, entree))


def _fautes_de_cas(procedure: Procedure, entree: Enregistrement) -> list[Faute]:
    """Return a fault for each stated case that the procedure does not know."""
    connus = {passage.si for etape in procedure.etapes.values() for passage in etape.passages}
    connus |= {cas for etape in procedure.etapes.values() for delai in etape.delais for cas in (delai.si, delai.sauf_si)}
    return [
        Faute(f"sans objet dans cette procédure ({procedure.libelle})", champ=f"entree.{cas}", attendu="rien")
        for cas in sorted(cas_de(entree)) if cas not in connus
    ]  # fmt: skip


def _reserves(fait: Deroulement, liste: list[Echeance], contexte: Contexte, entree: Enregistrement) -> list[str]:
    """Return what the reader must know beside the dates."""
    dites = []
    entree_en_vigueur: dt.date = contexte.figure(NOM, "entree_en_vigueur")[1]
    dates = [un.date for un in fait.evenements]
    if fait.procedure.genre != "code" and dates and dates[0] < entree_en_vigueur <= max(*dates, contexte.date):
        dites.append(
            f"procédure en cours au {entree_en_vigueur:%d/%m/%Y} : elle se poursuit selon la convention de 2024 ; une sanction alors en cours "
            "d'exécution s'applique jusqu'à son terme, sans changement (circulaire 31/07/2024, 12.E)"
        )
    if any(une.terme and une.origine and une.terme.depart != une.origine.date for une in liste):
        dites.append("un délai nouveau est compté depuis l'entrée en vigueur du texte qui le fixe ; aucun texte lu ne le dit")
    fermees = [une for une in liste if une.jour_non_ouvrable and une.ouverte]
    if fermees:
        jours = ", ".join(f"{une.date:%d/%m/%Y}" for une in fermees)
        dites.append(f"terme un samedi, un dimanche ou un jour férié ({jours}) : aucun texte lu ne le reporte ; voir report « premier-jour-ouvrable »")
    if any(une.reporte_de for une in liste):
        dites.append("termes reportés au premier jour ouvrable à la demande de l'utilisateur (code de procédure civile, art. 642)")
    return [*dites, *fait.procedure.reserves]


def calculer(demande: Demande, entree: Any) -> Resultat:
    """Follow a procedure, or answer a question (art. 103 to 113; code de la sécurité sociale)."""
    if isinstance(entree, Enregistrement):
        return Resultat(suivre(demande, entree).en_dict())
    return questions.repondre(demande, entree)


def _annee(entree: Any) -> int | None:
    """Return the exercise of an input that says its own date; the present one for a procedure of which nothing is recorded."""
    if not isinstance(entree, Enregistrement):
        return entree.ouverte_le.year if isinstance(entree, entrees.Transition) else None
    dates = [une.date for une in entree.etapes]
    jour = entree.aujourdhui or entree.date or max(dates, default=dt.date.today())
    return min(max(jour.year, ANNEES[0]), ANNEES[-1])


DISPOSITIF = Dispositif(
    NOM,
    "Sanctions, pénalités et mises sous objectif",
    {
        SANS_CALCUL: Enregistrement, "procedure": Enregistrement, "sanction": entrees.Sanction, "effets": entrees.Effets,
        "assistance": entrees.Assistance, "avertissement": entrees.Avertissement, "transition": entrees.Transition,
        "penalite": entrees.Penalite, "deconventionnement-d-office": entrees.Office, "objectif-mso": entrees.Objectif,
        "pratique-tarifaire": entrees.PratiqueTarifaire,
    },
    calculer,
    _annee,
)  # fmt: skip
__all__ = ["DISPOSITIF", "Suivi", "calculer", "procedures", "regles", "suivre", "trouver_procedure"]
