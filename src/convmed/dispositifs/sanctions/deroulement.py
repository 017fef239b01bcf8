"""What happened in a procedure: the recorded steps replayed on its machine, in the order of their dates.

A step that the record skips is no fault: it is supposed, and listed as missing. What is refused is what contradicts the
text: an unknown step, one dated before its cause, one recorded twice, one that cannot follow, one after the end.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from convmed.dispositifs.sanctions.delais import JOUR, Terme, terme
from convmed.dispositifs.sanctions.machine import Delai, Etape, Procedure, mettre_en_marche
from convmed.textes import Faute, Figure, Texte, baremes

NOM = "sanctions"


@dataclass(frozen=True, slots=True)
class Inscrite:
    """A step as it was written: its name, its day, a free note."""

    etape: str
    date: dt.date
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Evenement:
    """A step that happened: by a record (`rang` in it), or by itself (`tacite`)."""

    etape: Etape
    date: dt.date
    rang: int | None = None
    note: str | None = None

    @property
    def tacite(self) -> bool:
        """Tell whether the step happened by the silence of somebody, or by the text alone."""
        return self.rang is None


@dataclass(frozen=True, slots=True)
class Manque:
    """A step that the record lacks: the one that supposes it, and why."""

    etape: Etape
    avant: Etape
    pourquoi: str


@dataclass(slots=True)
class Deroulement:
    """The state that a record leads to, what happened, what it lacks, and what is wrong in it."""

    procedure: Procedure
    texte: Texte
    cas: frozenset[str]
    etat: str
    evenements: list[Evenement] = field(default_factory=list)
    manquants: list[Manque] = field(default_factory=list)
    fautes: list[Faute] = field(default_factory=list)

    @property
    def close(self) -> bool:
        """Tell whether nothing can follow any more."""
        return not any(True for _ in self.procedure.passages_de(self.etat, self.cas))

    def derniers(self, noms: Iterable[str]) -> Evenement | None:
        """Return the last of the events of these steps."""
        voulus = set(noms)
        return next((un for un in reversed(self.evenements) if un.etape.nom in voulus), None)

    def a_eu_lieu(self, nom: str) -> bool:
        """Tell whether a step happened."""
        return self.derniers((nom,)) is not None

    def vaut(self, delai: Delai) -> bool:
        """Tell whether a delay is the one of this record: its cases and its steps."""
        return not (
            (delai.si is not None and delai.si not in self.cas)
            or (delai.sauf_si is not None and delai.sauf_si in self.cas)
            or (delai.si_etape is not None and not self.a_eu_lieu(delai.si_etape))
            or (delai.sauf_etape is not None and self.a_eu_lieu(delai.sauf_etape))
        )

    def terme(self, delai: Delai, depart: dt.date, fait_le: dt.date | None = None) -> Terme:
        """Return the term of a delay from a day."""
        return terme(self.texte, figures_de(delai), depart, delai.sens, fait_le)

    def echeance_tacite(self, etape: Etape) -> tuple[dt.date, str] | None:
        """Return the day when a tacit step happens by itself, and which way its delay goes; `None` if nothing dates it."""
        for delai in etape.delais:
            origine = self.derniers(delai.depuis)
            if origine is not None and self.vaut(delai):
                date = self.terme(delai, origine.date).date
                return (date, delai.sens) if date else None
        return None


def figures_de(delai: Delai) -> tuple[Figure, ...]:
    """Return the figures of a delay."""
    return tuple(baremes()[NOM][nom] for nom in delai.figures)


def derouler(
    procedure: Procedure,
    inscrites: list[Inscrite],
    texte: Texte,
    cas: frozenset[str] = frozenset(),
    aujourd_hui: dt.date | None = None,
    lieu: Callable[[int, str], str] = lambda rang, champ: f"entree.etapes[{rang}].{champ}",
) -> Deroulement:
    """Replay a record; the faults found are in the answer, each with the place that `lieu` gives it.

    `aujourd_hui`, if known, is the day up to which silences are read; without it, up to the last recorded step.
    """
    return _Relecture(procedure, inscrites, texte, cas, lieu).derouler(aujourd_hui)


class _Relecture:
    def __init__(
        self, procedure: Procedure, inscrites: list[Inscrite], texte: Texte, cas: frozenset[str], lieu: Callable[[int, str], str]
    ) -> None:
        self.inscrites, self.lieu = inscrites, lieu
        self.marche = mettre_en_marche(procedure, cas)
        self.fait = Deroulement(procedure, texte, cas, procedure.depart)
        self.restantes: list[int] = []

    def derouler(self, aujourd_hui: dt.date | None) -> Deroulement:
        procedure = self.fait.procedure
        for rang, une in enumerate(self.inscrites):
            if procedure.candidates(une.etape):
                self.restantes.append(rang)
            else:
                self._faute(rang, "etape", "étape inconnue", procedure.voisines(une.etape), une.etape)
        while self.restantes:
            jour = min(self.inscrites[rang].date for rang in self.restantes)
            self._laisser_passer(jour)
            rang, etape = self._suivante([rang for rang in self.restantes if self.inscrites[rang].date == jour])
            self.restantes.remove(rang)
            self._inscrire(rang, etape)
        if aujourd_hui is not None:
            self._laisser_passer(aujourd_hui)
        self.fait.etat = self.marche.state
        return self.fait

    def _laisser_passer(self, jour: dt.date) -> None:
        """Let the steps that happen by themselves before a day happen, in turn."""
        while True:
            echues = []
            for etape, _ in self.fait.procedure.passages_de(self.marche.state, self.fait.cas):
                echeance = self.fait.echeance_tacite(etape) if etape.tacite else None
                if echeance and (echeance[0] < jour or (echeance[0] == jour and echeance[1] == JOUR)):
                    echues.append((echeance[0], etape))
            if not echues:
                return
            date, etape = min(echues, key=lambda echue: echue[0])
            self._avancer(etape, Evenement(etape, date))

    def _suivante(self, rangs: list[int]) -> tuple[int, Etape]:
        """Return which of the steps of one day comes first: one that may directly follow, or else the first in natural order."""
        ordre = list(self.fait.procedure.etapes)
        choix = [(rang, etape) for rang in rangs for etape in self.fait.procedure.candidates(self.inscrites[rang].etape)]
        choix.sort(key=lambda un: ordre.index(un[1].nom))
        directes = [un for un in choix if self._permise(un[1])]
        possibles = [un for un in choix if self.fait.procedure.chemin(self.marche.state, un[1], self.fait.cas) is not None]
        premieres = [un for un in choix if un[1] is self.fait.procedure.candidates(self.inscrites[un[0]].etape)[0]]
        return (directes or possibles or premieres)[0]

    def _permise(self, etape: Etape) -> bool:
        return bool(self.marche.may_trigger(etape.nom))  # type: ignore[attr-defined]

    def _inscrire(self, rang: int, etape: Etape) -> None:
        une, procedure, cas = self.inscrites[rang], self.fait.procedure, self.fait.cas
        deja = self.fait.derniers((etape.nom,))
        if deja is not None and not etape.repetable:
            comment = "a déjà eu lieu par silence" if deja.tacite else "est déjà enregistrée"
            self._faute(rang, "etape", f"« {etape.libelle} » {comment}, le {deja.date:%d/%m/%Y} ({etape.reference})", "une fois")
            return
        if not self._permise(etape):
            a_venir = frozenset(un.nom for autre in self.restantes for un in procedure.candidates(self.inscrites[autre].etape))
            manquantes = procedure.chemin(self.marche.state, etape, cas, a_venir)
            if manquantes is None:
                self._refuser(rang, etape)
                return
            for nom in manquantes:
                supposee = procedure.etapes[nom]
                self.fait.manquants.append(Manque(supposee, etape, "supposée faite, sans être enregistrée"))
                self._avancer(supposee)
        for nom in etape.exige:
            if not self.fait.a_eu_lieu(nom):
                self.fait.manquants.append(Manque(procedure.etapes[nom], etape, "le texte l'exige avant celle-ci"))
        self._avancer(etape, Evenement(etape, une.date, rang, une.note))

    def _avancer(self, etape: Etape, evenement: Evenement | None = None) -> None:
        self.marche.trigger(etape.nom)  # type: ignore[attr-defined]
        self.fait.etat = self.marche.state
        if evenement is not None:
            self.fait.evenements.append(evenement)

    def _refuser(self, rang: int, etape: Etape) -> None:
        """Say which rule forbids a step: it comes before its cause, after the end, or simply cannot follow."""
        procedure, cas, etat = self.fait.procedure, self.fait.cas, self.marche.state
        dernier = self.fait.evenements[-1] if self.fait.evenements else None
        causes = procedure.chemin(etat, etape, cas)
        if causes is not None:
            cause = next(un for autre in self.restantes for un in procedure.candidates(self.inscrites[autre].etape) if un.nom in causes)
            quand = next(une.date for une in self.inscrites if cause in procedure.candidates(une.etape))
            message = f"« {etape.libelle} » est datée avant « {cause.libelle} » ({quand:%d/%m/%Y}), qui la précède ({etape.reference})"
            self._faute(rang, "date", message, f"une date à partir du {quand:%d/%m/%Y}")
        elif dernier is not None and self.fait.close:
            message = f"« {etape.libelle} » vient après la fin : {_dit(dernier)} ({dernier.etape.reference})"
            self._faute(rang, "etape", message, "plus aucune étape")
        else:
            suites = [possible.nom for possible, _ in procedure.passages_de(etat, cas) if not possible.tacite]
            apres = f"après {_dit(dernier)}" if dernier else "au début"
            message = f"« {etape.libelle} » ne peut pas venir {apres} ({etape.reference})"
            self._faute(rang, "etape", message, "l'une de " + ", ".join(suites))

    def _faute(self, rang: int, champ: str, message: str, attendu: str, valeur: object = None) -> None:
        une = self.inscrites[rang]
        valeur = valeur if valeur is not None else une.date.isoformat() if champ == "date" else une.etape
        self.fait.fautes.append(Faute(message, champ=self.lieu(rang, champ), valeur=valeur, attendu=attendu))


def _dit(evenement: Evenement) -> str:
    comment = ", par silence," if evenement.tacite and evenement.etape.silence_de else ""
    return f"« {evenement.etape.libelle} »{comment} le {evenement.date:%d/%m/%Y}"
