"""What is done alike with every kept contract and procedure: open, take up again, share, give up; its history."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from convmed.base.coffre import Conflit, Introuvable, Piece
from convmed.base.droits import Droit, Genre, jamais
from convmed.interfaces.web.rendu import a_garder, rendre
from convmed.interfaces.web.visiteur import Connecte, Visiteur
from convmed.textes import EN_VIGUEUR, Erreurs, Faute, Texte, trouver_texte

# The days on which a contract or a procedure may be looked at: those of the exercises that the rules know.
PREMIER, DERNIER = dt.date(2012, 1, 1), dt.date(2030, 12, 31)


@dataclass(frozen=True, slots=True)
class Gardee:
    """A piece that was opened; `ancienne` tells that it is not its last version."""

    piece: Piece
    contenu: bytes
    derniere: int

    @property
    def ancienne(self) -> bool:
        """Tell whether a later version exists."""
        return self.piece.version != self.derniere


def ouvrir(visiteur: Visiteur, genre: Genre, id: str, version: int | None = None) -> Gardee:
    """Return a piece of a kind at one of its versions; `Introuvable` if it is of another kind, or closed."""
    resume = visiteur.coffre.resumer(visiteur.utilisateur, id)
    if resume.genre != genre:
        raise Introuvable
    ouverte = visiteur.coffre.ouvrir_piece(visiteur.utilisateur, id, version)
    return Gardee(ouverte.piece, ouverte.contenu, resume.version)


def exiger_la_derniere(gardee: Gardee, version_lue: int) -> None:
    """Raise `Conflit` if a piece was written since the version on which a visitor decided."""
    if version_lue != gardee.derniere:
        raise Conflit(gardee.derniere)


def peut_deposer(visiteur: Visiteur, genre: Genre) -> bool:
    """Tell whether this visitor may keep a new piece of a kind."""
    return not jamais(visiteur.utilisateur.role, "deposer", genre)


def lire_le_jour(mot: str, champ: str = "au") -> dt.date:
    """Return the day that is looked at, today by default; `Erreurs` if it is no date, or beyond the exercises."""
    if not mot:
        return dt.date.today()
    try:
        jour = dt.date.fromisoformat(mot)
    except ValueError:
        raise Erreurs([Faute("date illisible", champ=champ, attendu="une date AAAA-MM-JJ")]) from None
    if not PREMIER <= jour <= DERNIER:
        raise Erreurs([Faute("date hors des exercices connus", champ=champ, attendu=f"du {PREMIER:%d/%m/%Y} au {DERNIER:%d/%m/%Y}")])
    return jour


def lire_le_texte(nom: str = EN_VIGUEUR) -> Texte:
    """Return a text; `Erreurs` if there is none of that name."""
    return trouver_texte(nom, scenarios=False)


def telecharger(visiteur: Visiteur, piece: Piece, contenu: bytes | str, genre: str, nom: str) -> Response:
    """Return a file to keep, and write in the journal that it was taken."""
    visiteur.coffre.noter_export(visiteur.utilisateur, piece.id)
    return a_garder(contenu, genre, nom)


def brancher(routeur: APIRouter, genre: Genre, prefixe: str, nom: str) -> None:
    """Add the pages that every kept piece of a kind has: its history, going back, sharing, deleting."""

    def montrer(request: Request, visiteur: Visiteur, id: str, fautes: list[Faute] | None = None) -> HTMLResponse:
        resume = visiteur.coffre.resumer(visiteur.utilisateur, id)
        if resume.genre != genre:
            raise Introuvable
        contexte: dict[str, Any] = {
            "piece": resume, "prefixe": prefixe, "nom": nom, "fautes": fautes or [],
            "versions": list(reversed(visiteur.coffre.historique(visiteur.utilisateur, id))),
            "partages": visiteur.coffre.partages(visiteur.utilisateur, id) if resume.sienne else {},
        }  # fmt: skip
        return rendre(request, "gardees/gerer.html", contexte, 422 if fautes else 200)

    @routeur.get(prefixe + "/{id}/gerer")
    def gerer(request: Request, visiteur: Connecte, id: str) -> HTMLResponse:
        """Show the history of a piece, and with whom it is shared."""
        return montrer(request, visiteur, id)

    @routeur.post(prefixe + "/{id}/reprendre")
    def reprendre(visiteur: Connecte, id: str, version: Annotated[int, Form(ge=1)], version_lue: Annotated[int, Form(ge=1)]) -> RedirectResponse:
        """Write an old version again as the last one."""
        ancienne = ouvrir(visiteur, genre, id, version)
        visiteur.coffre.reviser(visiteur.utilisateur, id, ancienne.contenu, titre=ancienne.piece.titre, version_lue=version_lue)
        return RedirectResponse(f"{prefixe}/{id}", 303)

    @routeur.post(prefixe + "/{id}/supprimer")
    def supprimer(visiteur: Connecte, id: str) -> RedirectResponse:
        """Delete a piece with all its versions."""
        ouvrir(visiteur, genre, id)
        visiteur.coffre.supprimer(visiteur.utilisateur, id)
        return RedirectResponse(prefixe, 303)

    @routeur.post(prefixe + "/{id}/partager")
    def partager(request: Request, visiteur: Connecte, id: str, identifiant: Annotated[str, Form(max_length=200)] = "", droit: Annotated[str, Form()] = "lecture") -> Response:
        """Share a piece with an account."""
        voulu: Droit = "ecriture" if droit == "ecriture" else "lecture"
        try:
            ouvrir(visiteur, genre, id)
            visiteur.coffre.partager(visiteur.utilisateur, id, identifiant.strip(), voulu)
        except Introuvable:
            raise
        except Erreurs as erreurs:
            return montrer(request, visiteur, id, erreurs.fautes)
        return RedirectResponse(f"{prefixe}/{id}/gerer", 303)

    @routeur.post(prefixe + "/{id}/departager")
    def departager(visiteur: Connecte, id: str, identifiant: Annotated[str, Form(max_length=200)]) -> RedirectResponse:
        """Take a piece back from an account."""
        ouvrir(visiteur, genre, id)
        visiteur.coffre.departager(visiteur.utilisateur, id, identifiant)
        return RedirectResponse(f"{prefixe}/{id}/gerer", 303)
