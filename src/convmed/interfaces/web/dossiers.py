"""The dossiers that a visitor keeps, and what is computed from them: once for each version, exercise and text."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar

from convmed.base.coffre import Piece
from convmed.donnees.dossier import Dossier
from convmed.donnees.serialisation import depuis_octets
from convmed.interfaces.web.visiteur import Visiteur
from convmed.restitution import tableau_de_bord
from convmed.restitution.evaluation import Cabinet
from convmed.restitution.releve import Releve, etablir
from convmed.textes import Texte

T = TypeVar("T")
# Some tens of practices at once in a worker; an evaluated list of 2,000 patients takes some megabytes.
GARDES = 48
RELECTURE = 600


@dataclass(frozen=True, slots=True)
class Ouvert:
    """A dossier that a visitor may see."""

    piece: Piece
    dossier: Dossier
    visiteur: str

    def releve(self, annee: int, texte: Texte) -> Releve:
        """Return the statement of an exercise; `Erreurs` as `etablir`."""
        return self.une_fois(("releve", annee, texte.id), lambda: etablir(self.dossier, annee, texte))

    def tableau(self, annee: int, texte: Texte, date: Any = None) -> Cabinet:
        """Return the evaluated prevention dashboard, at a date (31 December of the exercise by default); `Erreurs` as `evaluer`."""
        return self.une_fois(("tableau", annee, texte.id, date), lambda: tableau_de_bord.evaluer(self.dossier, annee, texte, date))

    def une_fois(self, quoi: tuple[Hashable, ...], calculer: Callable[[], T]) -> T:
        """Return what a name stands for in this version of the dossier, computed at its first use."""
        return MEMOIRE.une_fois((self.visiteur, self.piece.id, self.piece.version, *quoi), calculer)


class Memoire:
    """What was computed lately: the least used is forgotten."""

    def __init__(self, taille: int) -> None:
        self.taille, self.gardes, self.verrou = taille, OrderedDict[Hashable, Any](), threading.Lock()

    def une_fois(self, cle: Hashable, calculer: Callable[[], T]) -> T:
        """Return what was computed under a key, or compute it."""
        with self.verrou:
            if cle in self.gardes:
                self.gardes.move_to_end(cle)
                trouve: T = self.gardes[cle]
                return trouve
        resultat = calculer()
        with self.verrou:
            self.gardes[cle] = resultat
            while len(self.gardes) > self.taille:
                self.gardes.popitem(last=False)
        return resultat

    def oublier(self, piece: str) -> None:
        """Forget all that comes from a piece."""
        with self.verrou:
            for cle in [cle for cle in self.gardes if isinstance(cle, tuple) and piece in cle]:
                del self.gardes[cle]


MEMOIRE = Memoire(GARDES)


def ouvrir(visiteur: Visiteur, piece: str) -> Ouvert:
    """Return a dossier; `Introuvable` if it does not exist or is closed to this visitor, which is asked of the base each time."""
    resume = visiteur.coffre.resumer(visiteur.utilisateur, piece)
    # What is somebody else's is read again from time to time, so that the journal tells how long it was looked at.
    qui = visiteur.utilisateur.id if resume.sienne else f"{visiteur.utilisateur.id} {int(time.time() // RELECTURE)}"
    lire = lambda: depuis_octets(visiteur.coffre.ouvrir_piece(visiteur.utilisateur, piece).contenu)  # noqa: E731
    return Ouvert(resume, MEMOIRE.une_fois((qui, piece, resume.version, "dossier"), lire), qui)


