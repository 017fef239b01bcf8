"""What follows from a record: every delay that it started, met or not, the next lawful steps, what silence means."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from convmed.dispositifs.sanctions.delais import (
    APRES,
    AU_MOINS,
    AVANT,
    JOUR,
    PAS_AVANT,
    Terme,
    est_ouvrable,
    premier_jour_ouvrable,
)
from convmed.dispositifs.sanctions.deroulement import Deroulement, Evenement
from convmed.dispositifs.sanctions.machine import Delai, Etape

A_FAIRE, DEPASSEE, FAITE, EN_RETARD, PREMATUREE, SANS_SUITE, SANS_DELAI = SITUATIONS = (
    "a-faire", "depassee", "faite", "faite-en-retard", "faite-trop-tot", "sans-suite", "sans-delai",
)  # fmt: skip
OUVERTES = (A_FAIRE, DEPASSEE, SANS_DELAI)
# A waiting time says from when, not until when.
ATTENTES = (PAS_AVANT, AU_MOINS)
SANS_REPORT, PREMIER_JOUR_OUVRABLE = REPORTS = ("aucun", "premier-jour-ouvrable")
REFERENCE_REPORT = "code de procédure civile, art. 642"


@dataclass(frozen=True, slots=True)
class Echeance:
    """One delay of one step: from which event, until when, and where it stands."""

    etape: Etape
    situation: str
    delai: Delai | None = None
    origine: Evenement | None = None
    terme: Terme | None = None
    fait: Evenement | None = None
    silence: str | None = None
    reporte_de: dt.date | None = None
    jour_non_ouvrable: bool = False

    @property
    def date(self) -> dt.date | None:
        """Return the last day to act, if a text sets it; none for a waiting time."""
        return self.terme.date if self.terme and self.delai and self.delai.sens not in ATTENTES else None

    @property
    def au_plus_tot(self) -> dt.date | None:
        """Return the first lawful day, if a text sets one."""
        return self.terme.date if self.terme and self.delai and self.delai.sens in (*ATTENTES, JOUR) else None

    @property
    def ouverte(self) -> bool:
        """Tell whether the step is still to be done."""
        return self.situation in OUVERTES

    @property
    def references(self) -> list[str]:
        """Return the text of the step, then those of its figures."""
        valeurs = self.terme.valeurs if self.terme else ()
        report = [REFERENCE_REPORT] if self.reporte_de else []
        return list(dict.fromkeys([self.etape.reference, *(valeur.reference for valeur in valeurs), *report]))

    def en_dict(self) -> dict[str, Any]:
        """Return the delay as JSON: the four fields of the contract, then what else is known."""
        une, valeurs = self.terme, self.terme.valeurs if self.terme else ()
        confiances = {self.etape.confiance, *(valeur.confiance for valeur in valeurs)}
        anterieur = une.anterieur if une else None
        return {
            "etape": self.etape.nom,
            "au_plus_tard": iso(self.date),
            "acteur": self.etape.acteur,
            "references": self.references,
            "libelle": self.etape.libelle,
            "situation": self.situation,
            "au_plus_tot": iso(self.au_plus_tot),
            "delai": une.duree if une and une.valeurs else None,
            "depuis": {"etape": self.origine.etape.nom, "date": self.origine.date.isoformat()} if self.origine else None,
            "sens": self.delai.sens if self.delai else None,
            "compte_du": iso(une.depart) if une and self.origine and une.depart != self.origine.date else None,
            "facultative": self.etape.facultative,
            "fait_le": iso(self.fait.date) if self.fait else None,
            "silence": self.silence,
            "motif": (une.motif if une else "aucun délai relevé dans les textes lus") or None,
            "anterieur": None if anterieur is None else {
                "au_plus_tard" if self.delai and self.delai.sens not in ATTENTES else "au_plus_tot": iso(anterieur.date),
                "delai": anterieur.duree, "references": [valeur.reference for valeur in anterieur.valeurs],
            },
            "reporte_de": iso(self.reporte_de),
            "jour_non_ouvrable": self.jour_non_ouvrable,
            "statut": valeurs[0].statut if valeurs else self.etape.statut,
            "confiance": next((c for c in ("deduit", "presse") if c in confiances), "officiel"),
        }  # fmt: skip


def iso(date: dt.date | None) -> str | None:
    """Return a date as the contract writes it."""
    return date.isoformat() if date else None


def echeances(
    deroulement: Deroulement, aujourd_hui: dt.date | None = None, report: str = SANS_REPORT, territoire: str = "metropole"
) -> list[Echeance]:
    """Return every delay of a record by date, then the next steps without one; a term on a closed day may be put off.

    `ValueError` if holidays must be known outside the years of their table.
    """
    trouvees = [reporter(une, report, territoire, aujourd_hui) for une in _datees(deroulement, aujourd_hui)]
    vues = {une.etape.nom for une in trouvees if une.ouverte}
    trouvees += [
        Echeance(etape, SANS_DELAI, silence=silence(deroulement, etape))
        for etape in suites(deroulement)
        if etape.nom not in vues
    ]
    return sorted(trouvees, key=lambda une: une.date or une.au_plus_tot or dt.date.max)


def suites(deroulement: Deroulement) -> list[Etape]:
    """Return the steps that may lawfully come next; silences are not steps that somebody takes."""
    possibles = [etape for etape, _ in deroulement.procedure.passages_de(deroulement.etat, deroulement.cas)]
    return list({etape.nom: etape for etape in possibles if not etape.tacite and (etape.repetable or not deroulement.a_eu_lieu(etape.nom))}.values())


def silence(deroulement: Deroulement, etape: Etape) -> str | None:
    """Say what the silence of who must act means, if a text says it, or that none does."""
    passages = {etape.nom: [passage.de for passage in etape.passages] for etape in deroulement.procedure.etapes.values()}
    tacites = (t for t in deroulement.procedure.etapes.values() if etape.nom in t.silence_de and set(passages[t.nom]) & set(passages[etape.nom]))
    return next((tacite.libelle for tacite in tacites), etape.silence)


def _datees(deroulement: Deroulement, aujourd_hui: dt.date | None) -> Iterator[Echeance]:
    for etape in deroulement.procedure.etapes.values():
        for delai in etape.delais:
            origine = deroulement.derniers(delai.depuis)
            # A silence is shown on the step that it replaces; only what happens on a set day is dated by itself.
            if origine is None or (etape.tacite and delai.sens != JOUR) or not deroulement.vaut(delai):
                continue
            fait = _fait(deroulement, etape, delai, origine)
            terme = deroulement.terme(delai, origine.date, fait.date if fait else aujourd_hui)
            une = Echeance(etape, A_FAIRE, delai, origine, terme, fait, silence(deroulement, etape))
            une = replace(une, situation=_situation(deroulement, une, aujourd_hui))
            # What is over, and that no text in force bounded, says nothing.
            if une.ouverte or terme.date is not None:
                yield une


def _fait(deroulement: Deroulement, etape: Etape, delai: Delai, origine: Evenement) -> Evenement | None:
    """Return the event that answers a delay: the first one since its origin, or the last one before if it goes backwards."""
    rang = deroulement.evenements.index(origine)
    if delai.sens == AVANT:
        # Only what was sent once the commission was seized answers its meeting, if the record says when it was.
        depuis = {passage.de for passage in origine.etape.passages}
        saisines = (i for i, un in enumerate(deroulement.evenements[:rang]) if any(p.vers in depuis for p in un.etape.passages))
        avant = [un for un in deroulement.evenements[max(saisines, default=-1) + 1 : rang] if un.etape is etape]
        return avant[-1] if avant else None
    return next((un for un in deroulement.evenements[rang + 1 :] if un.etape is etape), None)


def _situation(deroulement: Deroulement, une: Echeance, aujourd_hui: dt.date | None) -> str:
    assert une.delai is not None and une.terme is not None and une.origine is not None
    date = une.terme.date
    if une.fait is not None:
        if une.delai.sens in (*ATTENTES, JOUR):
            return PREMATUREE if date and une.fait.date < date else FAITE
        return EN_RETARD if date and une.fait.date > date else FAITE
    if une.delai.sens == AVANT:
        passee = aujourd_hui is not None and date is not None and aujourd_hui > date
        suivie = deroulement.evenements[-1] is not une.origine
        return SANS_SUITE if suivie or passee else A_FAIRE
    if not deroulement.procedure.accessible(deroulement.etat, une.etape, deroulement.cas):
        return SANS_SUITE
    passee = aujourd_hui is not None and date is not None and aujourd_hui > date
    return DEPASSEE if passee and une.delai.sens not in ATTENTES else A_FAIRE


def reporter(une: Echeance, report: str, territoire: str, aujourd_hui: dt.date | None) -> Echeance:
    """Return a deadline as the user has closed days treated: kept and told (the text says nothing), or put off.

    A delay counted backwards, a duration and a set day are never put off.
    """
    if une.date is None or une.terme is None or une.delai is None or une.delai.sens != APRES:
        return une
    if report == PREMIER_JOUR_OUVRABLE:
        date = premier_jour_ouvrable(une.date, territoire)
        if date == une.date:
            return une
        situation = une.situation
        if situation == EN_RETARD and une.fait and une.fait.date <= date:
            situation = FAITE
        elif situation == DEPASSEE and aujourd_hui and aujourd_hui <= date:
            situation = A_FAIRE
        return replace(une, terme=replace(une.terme, date=date), reporte_de=une.date, situation=situation)
    try:
        return replace(une, jour_non_ouvrable=not est_ouvrable(une.date, territoire))
    except ValueError:
        # Beyond the table of holidays nothing is put off, so nothing depends on them.
        return une


def retards(liste: list[Echeance], aujourd_hui: dt.date | None) -> list[dict[str, Any]]:
    """Return what was done late, or is not done and past its day: by how many days. A right that lapses is no lateness."""
    trouves = []
    for une in liste:
        jour = une.fait.date if une.situation == EN_RETARD and une.fait else aujourd_hui if une.situation == DEPASSEE else None
        if jour is not None and une.date is not None and not (une.situation == DEPASSEE and une.etape.facultative):
            trouves.append({
                "etape": une.etape.nom, "libelle": une.etape.libelle, "acteur": une.etape.acteur, "au_plus_tard": iso(une.date),
                "fait_le": iso(une.fait.date) if une.fait else None, "jours": (jour - une.date).days, "silence": une.silence,
                "references": une.references,
            })  # fmt: skip
    return trouves


def prematurees(liste: list[Echeance]) -> list[dict[str, Any]]:
    """Return what was done before its first lawful day."""
    return [
        {"etape": une.etape.nom, "libelle": une.etape.libelle, "au_plus_tot": iso(une.au_plus_tot),
         "fait_le": iso(une.fait.date if une.fait else None), "references": une.references}
        for une in liste if une.situation == PREMATUREE
    ]  # fmt: skip


def omises(deroulement: Deroulement) -> list[dict[str, Any]]:
    """Return the steps that later ones suppose, and that the record lacks."""
    return [
        {"etape": m.etape.nom, "libelle": m.etape.libelle, "avant": m.avant.nom, "pourquoi": m.pourquoi, "references": [m.etape.reference]}
        for m in deroulement.manquants
    ]
