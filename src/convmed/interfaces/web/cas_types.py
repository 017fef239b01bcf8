"""Practices on which a negotiated text is tried: those of the examples, and the visitor's own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from convmed.base.coffre import Introuvable
from convmed.donnees.dossier import Dossier, lire_dossier
from convmed.interfaces.web.dossiers import Memoire, ouvrir
from convmed.interfaces.web.exemples import CABINETS, dossier_des_exemples
from convmed.interfaces.web.negociation import Negociation
from convmed.interfaces.web.pays import Occupe, cle_de
from convmed.interfaces.web.visiteur import Visiteur
from convmed.moteur.registre import RegleAbsente
from convmed.restitution.comparaison import comparer
from convmed.restitution.lignes_comparees import Comparaison
from convmed.textes import Erreurs, Faute

SIENS_AU_PLUS = 10
# Two at a time on a small server; a page asks for its six practices at once.
EN_MEME_TEMPS, ATTENTE = 2, 20.0
_PLACES = threading.BoundedSemaphore(EN_MEME_TEMPS)
_MEMOIRE = Memoire(128)


@dataclass(frozen=True, slots=True)
class Cas:
    """A practice: its reference in an address (a name of ours, or the random id of a piece), and how it is called."""

    reference: str
    libelle: str
    sien: bool


def les_cas(visiteur: Visiteur) -> list[Cas]:
    """Return the practices of the visitor, the last written first, then those of the examples."""
    return [*_siens(visiteur), *(Cas(nom, libelle, False) for nom, libelle in CABINETS.items() if (dossier_des_exemples() / nom).is_dir())]


def trouver(visiteur: Visiteur, reference: str) -> Cas:
    """Return a practice; `Introuvable` for one that does not exist or is closed to this visitor."""
    if reference in CABINETS and (dossier_des_exemples() / reference).is_dir():
        return Cas(reference, CABINETS[reference], False)
    if reference in CABINETS:
        raise Introuvable
    return Cas(reference, visiteur.coffre.resumer(visiteur.utilisateur, reference).titre, True)


def comparer_le_cas(visiteur: Visiteur, cas: Cas, n: Negociation) -> Comparaison:
    """Return a practice under the two texts; `Erreurs` if one of them cannot be applied to it, `Occupe`."""
    assert n.texte is not None
    ouvert = ouvrir(visiteur, cas.reference) if cas.sien else None
    qui = (ouvert.visiteur, ouvert.piece.id, ouvert.piece.version) if ouvert else ("", cas.reference, 0)
    textes = n.contre, n.texte

    def calculer() -> Comparaison:
        if not _PLACES.acquire(timeout=ATTENTE):
            raise Occupe
        try:
            return comparer(ouvert.dossier if ouvert else _exemple(cas.reference), n.choix.annee, textes)
        except RegleAbsente as absente:
            raise Erreurs([Faute(str(absente))]) from None
        finally:
            _PLACES.release()

    return _MEMOIRE.une_fois((*qui, n.choix.annee, *(cle_de(texte) for texte in textes)), calculer)


def _siens(visiteur: Visiteur) -> Iterator[Cas]:
    for piece in visiteur.coffre.lister(visiteur.utilisateur, "dossier")[:SIENS_AU_PLUS]:
        yield Cas(piece.id, piece.titre, True)


@cache
def _exemple(nom: str) -> Dossier:
    return lire_dossier(dossier_des_exemples() / nom)
