"""The procedures that a visitor keeps, as the pages show them: who acts next, before when, what is late, and the way that is left."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from convmed.base.coffre import Piece
from convmed.dispositifs.sanctions import procedures
from convmed.dispositifs.sanctions.echeances import DEPASSEE, Echeance
from convmed.dispositifs.sanctions.machine import Etape, Procedure
from convmed.interfaces.web.dossiers import MEMOIRE
from convmed.interfaces.web.gardees import Gardee
from convmed.interfaces.web.visiteur import Visiteur
from convmed.restitution.procedure import Etude, attente, etudier
from convmed.restitution.procedure_affichage import SITUATIONS
from convmed.textes import Texte
from convmed.textes.yaml_recu import texte_recu

SITUATIONS_DITES = {**SITUATIONS, "sans-delai": "possible, sans délai publié"}
FICHIER = "votre fichier"


@dataclass(frozen=True, slots=True)
class Rangee:
    """One procedure in the list: what it is, where it stands, what comes next."""

    piece: Piece
    etude: Etude

    @property
    def prochaine(self) -> Echeance | None:
        """Return the next thing to do that has a day, not the optional ones first."""
        return prochaine(self.etude)

    @property
    def retards(self) -> int:
        """Return how many things are late."""
        return len(self.etude.suivi.en_dict()["retards"])


@dataclass(frozen=True, slots=True)
class Noeud:
    """A state of a procedure, with the steps that leave it: (step, label of the state to which it leads, its anchor)."""

    nom: str
    libelle: str
    place: str
    fin: bool
    sorties: list[tuple[Etape, str, str]]


def etude_de(gardee: Gardee, texte: Texte, au: dt.date) -> Etude:
    """Return a kept procedure as it stands on a day; `Erreurs` if the file that was kept can no longer be read."""
    return etudier(f"{gardee.piece.id}.yaml", texte, au, gardee.contenu.decode())


def rangees(visiteur: Visiteur, pieces: list[Piece], texte: Texte, au: dt.date) -> list[Rangee]:
    """Return the procedures of a list as they stand on a day; read again only if one changed."""
    def une(piece: Piece) -> Rangee:
        def lire() -> Etude:
            ouverte = visiteur.coffre.ouvrir_piece(visiteur.utilisateur, piece.id, piece.version)
            return etude_de(Gardee(ouverte.piece, ouverte.contenu, piece.version), texte, au)

        return Rangee(piece, MEMOIRE.une_fois((visiteur.utilisateur.id, piece.id, piece.version, "procedure", texte.id, au), lire))

    return [une(piece) for piece in pieces]


def lire_depot(octets: bytes, texte: Texte, au: dt.date) -> tuple[str, Etude]:
    """Return the text of a file that was sent, and what it says; `Erreurs` with every fault."""
    contenu = texte_recu(octets, FICHIER)
    return contenu, etudier(FICHIER, texte, au, contenu)


def titre_de(etude: Etude) -> str:
    """Return the title of a procedure: its kind, and its free reference."""
    reference = f", {etude.fichier.reference}" if etude.fichier.reference else ""
    return f"{etude.procedure.libelle}{reference}"[:200]


def prochaine(etude: Etude) -> Echeance | None:
    """Return what must be done first: late things, then the nearest day; an optional step only if nothing else has one."""
    datees = [une for une in etude.suivi.echeances if une.ouverte and une.date is not None]
    return min(datees, key=lambda une: (une.etape.facultative, une.date or dt.date.max), default=None)


def restants(date: dt.date, au: dt.date) -> str:
    """Say in words how far a day is."""
    jours = (date - au).days
    if jours == 0:
        return "aujourd’hui" if au == dt.date.today() else "ce jour-là"
    nombre = f"{abs(jours)} jour{'s' if abs(jours) > 1 else ''}"
    return f"dans {nombre}" if jours > 0 else f"dépassé de {nombre}"


def quand(une: Echeance) -> str:
    """Say until when, or from when, a step is expected."""
    return attente(une).replace("sans délai", "sans délai publié")


def delai(une: Echeance) -> str:
    """Say from what a delay runs."""
    if une.terme is None or not une.terme.valeurs or une.origine is None or une.delai is None:
        return ""
    sens = "avant" if une.delai.sens == "avant" else "depuis"
    return f"{une.terme.duree} {sens} « {une.origine.etape.libelle} » ({une.origine.date:%d/%m/%Y})"


def ton(une: Echeance) -> str:
    """Return the class of a step in a time line."""
    return "en-retard" if une.situation == DEPASSEE and not une.etape.facultative else "a-venir"


def possibles(etude: Etude) -> list[tuple[str, str]]:
    """Return the steps that may be recorded: first those that the text allows next, then the others in their order."""
    suites = [une["etape"] for une in etude.suivi.en_dict()["suites"]]
    toutes = etude.procedure.etapes
    autres = [nom for nom, une in toutes.items() if nom not in suites and not une.tacite]
    return [(nom, f"{toutes[nom].libelle} ({toutes[nom].acteur})" + (" : possible maintenant" if nom in suites else "")) for nom in [*suites, *autres]]


def chemin(procedure: Procedure, etude: Etude | None = None) -> list[Noeud]:
    """Return the states of a procedure in their order, each told as passed, present, or still possible."""
    atteints: set[str] = set()
    passes: set[str] = set()
    ici = ""
    if etude is not None:
        fait = etude.suivi.deroulement
        ici, atteints = fait.etat, procedure.atteints(fait.etat, fait.cas)
        passes = {procedure.depart, *(vers for un in fait.evenements for p in un.etape.passages if (vers := p.vers) is not None)} - atteints
    def place(nom: str) -> str:
        return "" if etude is None else "ici" if nom == ici else "passe" if nom in passes else "possible" if nom in atteints else "ferme"

    return [
        Noeud(nom, etat.libelle, place(nom), etat.fin, [
            (etape, procedure.etats[passage.vers].libelle, passage.vers)
            for etape in procedure.etapes.values() for passage in etape.passages
            if passage.de == nom and passage.vers is not None and passage.vers != nom
        ])
        for nom, etat in procedure.etats.items()
    ]  # fmt: skip


def choix_des_procedures() -> list[tuple[str, str]]:
    """Return the procedures for a list of choices."""
    return [(nom, f"{une.libelle} ({une.articles})") for nom, une in procedures().items()]


def affichage(etude: Etude) -> Mapping[str, Any]:
    """Return what the templates call to say a delay."""
    return {"dit": etude.suivi.en_dict(), "quand": quand, "delai": delai, "ton": ton, "restants": lambda date: restants(date, etude.au),
            "situations": SITUATIONS_DITES}  # fmt: skip
