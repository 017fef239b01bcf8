"""The procedures as data: read once from `procedures/*.yaml`, checked, and turned into machines of `transitions`."""

from __future__ import annotations

import re
import unicodedata
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from transitions import Machine

from convmed.dispositifs.sanctions.delais import APRES, SENS, UNITES
from convmed.textes import Erreurs, Faute, Figure, baremes
from convmed.textes.bareme import CONFIANCES, STATUTS, lire_yaml
from convmed.textes.unites import base

NOM = "sanctions"
DOSSIER = Path(__file__).with_name("procedures")
GENRES = ("classique", "speciale", "code")
# What the person who holds the file may state, and that opens or closes a passage or a delay.
SANS_AVERTISSEMENT, NON_TELETRANSMISSION = CAS = ("sans_avertissement", "non_teletransmission")
CLES_PROCEDURE = {"procedure", "comme", "libelle", "genre", "alias", "articles", "fondement", "assistance", "defaut", "reserves", "etats", "etapes"}
CLES_ETAT = {"libelle", "fin", "suite"}
CLES_ETAPE = {"libelle", "acteur", "reference", "statut", "confiance", "alias", "passages", "delais", "facultative", "repetable",
              "jamais_supposee", "tacite", "silence", "silence_de", "exige"}  # fmt: skip
CLES_PASSAGE = {"de", "vers", "si"}
CLES_DELAI = {"depuis", "figures", "sens", "si", "sauf_si", "si_etape", "sauf_etape"}
LIAISONS = frozenset({"de", "du", "des", "d", "la", "le", "les", "l", "a", "au", "aux", "en", "par", "avec"})


@dataclass(frozen=True, slots=True)
class Etat:
    """A state; `fin` if the procedure may end there, `suite` the procedure that then begins."""

    nom: str
    libelle: str
    fin: bool = False
    suite: str | None = None


@dataclass(frozen=True, slots=True)
class Delai:
    """A delay of a step: from which steps it runs, the figures that follow one another, and which way."""

    depuis: tuple[str, ...]
    figures: tuple[str, ...]
    sens: str = APRES
    si: str | None = None
    sauf_si: str | None = None
    si_etape: str | None = None
    sauf_etape: str | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A transition: from a state to another, or to itself (`vers` is `None`), if a case holds."""

    de: str
    vers: str | None
    si: str | None = None


@dataclass(frozen=True, slots=True)
class Etape:
    """A step: who acts, its other names, its transitions and delays.

    A `tacite` one happens by itself at its term; one `jamais_supposee` is out of the ordinary: a record that skips it is not
    read as if it had happened.
    """

    nom: str
    libelle: str
    acteur: str
    reference: str
    statut: str
    confiance: str
    noms: frozenset[str]
    passages: tuple[Passage, ...]
    delais: tuple[Delai, ...] = ()
    facultative: bool = False
    repetable: bool = False
    jamais_supposee: bool = False
    tacite: bool = False
    silence: str | None = None
    silence_de: tuple[str, ...] = ()
    exige: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Procedure:
    """A procedure: its states (the first one is where it starts) and its steps, in their natural order."""

    nom: str
    libelle: str
    genre: str
    articles: str
    noms: frozenset[str]
    fondement: str | None
    assistance: str | None
    reserves: tuple[str, ...]
    etats: Mapping[str, Etat]
    etapes: Mapping[str, Etape]
    _chemins: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def depart(self) -> str:
        """Return the state where nothing is recorded."""
        return next(iter(self.etats))

    def passages_de(self, etat: str, cas: frozenset[str]) -> Iterator[tuple[Etape, str]]:
        """Yield the steps allowed in a state, and where each leads."""
        for etape in self.etapes.values():
            for passage in etape.passages:
                if passage.de == etat and (passage.si is None or passage.si in cas):
                    yield etape, passage.vers or etat

    def chemin(self, etat: str, etape: Etape, cas: frozenset[str], sans: frozenset[str] = frozenset()) -> list[str] | None:
        """Return the fewest steps, of those that may be supposed, that lead from a state to one where a step is allowed; `None` if none do."""
        cle = (etat, etape.nom, cas, sans)
        if cle not in self._chemins:
            self._chemins[cle] = self._chercher(etat, etape, cas, sans)
        trouve: list[str] | None = self._chemins[cle]
        return trouve

    def _chercher(self, etat: str, etape: Etape, cas: frozenset[str], sans: frozenset[str]) -> list[str] | None:
        vus, file = {etat}, deque([(etat, [])])  # type: ignore[var-annotated]
        while file:
            ici, faits = file.popleft()
            passages = list(self.passages_de(ici, cas))
            if any(possible is etape for possible, _ in passages):
                return faits
            for possible, vers in passages:
                if vers not in vus and not possible.tacite and not possible.jamais_supposee and possible.nom not in sans:
                    vus.add(vers)
                    file.append((vers, [*faits, possible.nom]))
        return None

    def atteints(self, etat: str, cas: frozenset[str]) -> set[str]:
        """Return the states that may be reached from one, itself included; silences are counted."""
        a_voir, vus = [etat], {etat}
        while a_voir:
            nouveaux = {vers for _, vers in self.passages_de(a_voir.pop(), cas)} - vus
            vus |= nouveaux
            a_voir += nouveaux
        return vus

    def accessible(self, etat: str, etape: Etape, cas: frozenset[str]) -> bool:
        """Tell whether a step may still come, now or later."""
        atteints = self.atteints(etat, cas)
        return any(p.de in atteints and (p.si is None or p.si in cas) for p in etape.passages)

    def candidates(self, nom: str) -> list[Etape]:
        """Return the steps that a written name may mean, the one of that very name first."""
        cle = reduire(nom)
        return sorted((etape for etape in self.etapes.values() if cle in etape.noms), key=lambda e: reduire(e.nom) != cle)

    def voisines(self, nom: str) -> str:
        """Say which names are known, the nearest first."""
        noms = [etape.nom for etape in self.etapes.values()]
        proches = get_close_matches(normaliser(nom), noms, n=3, cutoff=0.5)
        return ("sans doute " + ", ".join(proches) + " ; " if proches else "") + "l'une de " + ", ".join(noms)


@lru_cache(4096)
def normaliser(nom: str) -> str:
    """Return a name without accents, capitals, spaces nor underscores: `Réunion_CPL` gives `reunion-cpl`."""
    sans_accents = "".join(c for c in unicodedata.normalize("NFKD", nom) if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", "-", sans_accents.lower()).strip("-")


@lru_cache(4096)
def reduire(nom: str) -> str:
    """Return a normalised name without its linking words: `transmission de l'avis de la CPL` gives `transmission-avis-cpl`."""
    return "-".join(mot for mot in normaliser(nom).split("-") if mot not in LIAISONS)


class Marche:
    """What moves in a machine: its state, and the cases that are stated."""

    state: str

    def __init__(self, cas: frozenset[str]) -> None:
        self._cas = cas

    def sans_avertissement(self) -> bool:
        """Tell whether the breach needs no warning."""
        return SANS_AVERTISSEMENT in self._cas

    def non_teletransmission(self) -> bool:
        """Tell whether the breach is not to transmit electronically."""
        return NON_TELETRANSMISSION in self._cas


def transitions_de(procedure: Procedure) -> list[dict[str, Any]]:
    """Return the transitions of a procedure as the library reads them."""
    return [
        {"trigger": etape.nom, "source": passage.de, "dest": passage.vers, "conditions": passage.si}
        for etape in procedure.etapes.values()
        for passage in etape.passages
    ]


def mettre_en_marche(procedure: Procedure, cas: frozenset[str] = frozenset()) -> Marche:
    """Return a model at the start of a procedure, moved by `trigger(étape)` and asked by `may_trigger(étape)`."""
    marche = Marche(cas)
    Machine(marche, list(procedure.etats), transitions=transitions_de(procedure), initial=procedure.depart, auto_transitions=False)
    return marche


@cache
def procedures() -> dict[str, Procedure]:
    """Return every procedure, by name; `Erreurs` with every fault of every file."""
    documents = {chemin.stem: lire_yaml(chemin.read_text("utf-8"), chemin.name) for chemin in sorted(DOSSIER.glob("*.yaml"))}
    return {nom: lire_procedure(document, documents, baremes()[NOM]) for nom, document in documents.items()}


def trouver_procedure(nom: str) -> Procedure:
    """Return a procedure by one of its names; `ValueError` says the known ones."""
    cle = reduire(nom)
    trouvee = next((p for p in procedures().values() if cle in p.noms), None)
    if trouvee is None:
        raise ValueError("l'une de " + ", ".join(procedures()))
    return trouvee


def lire_procedure(document: Any, documents: Mapping[str, Any], figures: Mapping[str, Figure]) -> Procedure:
    """Check a document and return its procedure; `Erreurs` for unknown keys, states, steps or figures, and dead ends."""
    lecture = _Lecture(str(document.get("procedure")), figures)
    lecture.cles(document, CLES_PROCEDURE, "procedure")
    modele = documents[document["comme"]] if "comme" in document else {}
    bloc_etats = {**modele.get("etats", {}), **document.get("etats", {})}
    bloc_etapes = fusionner(modele.get("etapes", {}), document.get("etapes", {}))
    defaut = {**modele.get("defaut", {}), **document.get("defaut", {})}
    etats = {nom: lecture.etat(nom, bloc) for nom, bloc in bloc_etats.items()}
    etapes = {nom: lecture.etape(nom, bloc, defaut) for nom, bloc in bloc_etapes.items()}
    nom = str(document.get("procedure"))
    procedure = Procedure(
        nom, str(document.get("libelle") or ""), str(document.get("genre")), str(document.get("articles") or ""),
        frozenset(reduire(un) for un in (nom, *document.get("alias", ()))), document.get("fondement"), document.get("assistance"),
        tuple(document.get("reserves", ())), etats, etapes,
    )  # fmt: skip
    lecture.verifier(procedure)
    if lecture.fautes:
        raise Erreurs(lecture.fautes)
    return procedure


def fusionner(dessous: Mapping[str, Any], dessus: Mapping[str, Any]) -> dict[str, Any]:
    """Return the steps of a model with those that replace them; a new one stands before the next that it precedes."""
    noms, nouvelles = list(dessous), list(dessus)
    for rang, nom in enumerate(nouvelles):
        if nom not in dessous:
            suivante = next((autre for autre in nouvelles[rang + 1 :] if autre in dessous), None)
            noms.insert(noms.index(suivante) if suivante else len(noms), nom)
    return {nom: dessus.get(nom, dessous.get(nom)) for nom in noms}


class _Lecture:
    """One file being read: collects its faults."""

    def __init__(self, nom: str, figures: Mapping[str, Figure]) -> None:
        self.fichier, self.figures = f"{nom}.yaml", figures
        self.fautes: list[Faute] = []

    def faute(self, champ: str, message: str, attendu: Iterable[str] = ()) -> None:
        self.fautes.append(Faute(message, fichier=self.fichier, champ=champ, attendu=", ".join(attendu) or None))

    def cles(self, bloc: Any, permises: set[str], champ: str) -> Mapping[str, Any]:
        if not isinstance(bloc, dict):
            self.faute(champ, "un bloc « clé: valeur » manque ici")
            return {}
        for cle in bloc.keys() - permises:
            self.faute(champ, f"clé inconnue « {cle} »", sorted(permises))
        return bloc

    def etat(self, nom: str, bloc: Any) -> Etat:
        lu = self.cles(bloc, CLES_ETAT, f"etats.{nom}")
        return Etat(nom, str(lu.get("libelle") or ""), bool(lu.get("fin")), lu.get("suite"))

    def etape(self, nom: str, bloc: Any, defaut: Mapping[str, Any]) -> Etape:
        champ = f"etapes.{nom}"
        lu = {**defaut, **self.cles(bloc, CLES_ETAPE, champ)}
        passages, delais = [], []
        for un in lu.get("passages", ()):
            passage = self.cles(un, CLES_PASSAGE, champ)
            passages += [Passage(de, passage.get("vers"), passage.get("si")) for de in passage.get("de", ())]
        for un in lu.get("delais", ()):
            delai = self.cles(un, CLES_DELAI, champ)
            delais.append(Delai(
                tuple(delai.get("depuis", ())), tuple(delai.get("figures", ())), str(delai.get("sens", APRES)),
                *(delai.get(cle) for cle in ("si", "sauf_si", "si_etape", "sauf_etape")),
            ))  # fmt: skip
        return Etape(
            nom, str(lu.get("libelle") or ""), str(lu.get("acteur") or ""), str(lu.get("reference") or ""), str(lu.get("statut")),
            str(lu.get("confiance")), frozenset(reduire(un) for un in (nom, *lu.get("alias", ()))), tuple(passages), tuple(delais),
            bool(lu.get("facultative")), bool(lu.get("repetable")), bool(lu.get("jamais_supposee")), bool(lu.get("tacite")), lu.get("silence"),
            tuple(lu.get("silence_de", ())), tuple(lu.get("exige", ())),
        )  # fmt: skip

    def verifier(self, procedure: Procedure) -> None:
        """Add what is wrong once the whole is read: unknown names, what cannot be reached, what has no way out."""
        for champ in ("libelle", "articles"):
            if not getattr(procedure, champ):
                self.faute(champ, f"« {champ} » manque")
        if procedure.genre not in GENRES:
            self.faute("genre", f"« genre » vaut {procedure.genre!r}", GENRES)
        for champ in ("fondement", "assistance"):
            if getattr(procedure, champ) is not None:
                self._figure(champ, getattr(procedure, champ))
        for etape in procedure.etapes.values():
            self._verifier_etape(procedure, etape)
        if not self.fautes:
            self._verifier_le_graphe(procedure)

    def _verifier_etape(self, procedure: Procedure, etape: Etape) -> None:
        champ = f"etapes.{etape.nom}"
        for nom in ("libelle", "acteur", "reference", "passages"):
            if not getattr(etape, nom):
                self.faute(champ, f"« {nom} » manque")
        if etape.statut not in STATUTS:
            self.faute(champ, f"« statut » vaut {etape.statut!r}", STATUTS)
        if etape.confiance not in CONFIANCES:
            self.faute(champ, f"« confiance » vaut {etape.confiance!r}", CONFIANCES)
        if normaliser(etape.nom) != etape.nom:
            self.faute(champ, "un nom d'étape s'écrit en minuscules, avec des tirets")
        if etape.tacite and not etape.delais:
            self.faute(champ, "une étape tacite a besoin d'un délai")
        for etat in {etat for passage in etape.passages for etat in (passage.de, passage.vers) if etat is not None}:
            self._connu(champ, "état inconnu", etat, procedure.etats)
        for cas in [passage.si for passage in etape.passages] + [cas for delai in etape.delais for cas in (delai.si, delai.sauf_si)]:
            if cas is not None:
                self._connu(champ, "cas inconnu", cas, CAS)
        citees = [nom for delai in etape.delais for nom in (*delai.depuis, delai.si_etape, delai.sauf_etape) if nom is not None]
        for nom in (*citees, *etape.silence_de, *etape.exige):
            self._connu(champ, "étape inconnue", nom, procedure.etapes)
        for delai in etape.delais:
            self._connu(champ, "sens inconnu", delai.sens, SENS)
            for figure in delai.figures:
                self._figure(champ, figure, UNITES)

    def _connu(self, champ: str, message: str, nom: str, connus: Iterable[str]) -> None:
        if nom not in set(connus):
            self.faute(champ, f"{message} « {nom} »", connus)

    def _figure(self, champ: str, nom: str, unites: tuple[str, ...] = ()) -> None:
        figure = self.figures.get(nom)
        if figure is None:
            self.faute(champ, f"figure absente du barème « {nom} »")
        elif unites and base(figure.unite) not in unites:
            self.faute(champ, f"la figure « {nom} » n'est pas un délai", unites)

    def _verifier_le_graphe(self, procedure: Procedure) -> None:
        tous = frozenset(CAS)
        atteints = procedure.atteints(procedure.depart, tous)
        for etat in procedure.etats.values():
            if not etat.fin and all(vers == etat.nom for _, vers in procedure.passages_de(etat.nom, tous)):
                self.faute(f"etats.{etat.nom}", "aucune étape ne sort de cet état, et ce n'est pas une fin")
            if etat.nom not in atteints or not etat.libelle:
                self.faute(f"etats.{etat.nom}", "état que rien n'atteint, ou sans libellé")
