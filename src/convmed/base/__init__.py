"""What a server keeps: pieces and their history, accounts, sessions, a journal; encrypted under a key of its own."""

from convmed.base.acces import Jeton
from convmed.base.cles import Cle
from convmed.base.coffre import Coffre
from convmed.base.droits import (
    DROITS,
    GENRES,
    POSTE,
    ROLES,
    Conflit,
    Droit,
    Genre,
    Interdit,
    Introuvable,
    Role,
    Utilisateur,
)
from convmed.base.journal import Acte, Entree
from convmed.base.pieces import Piece, PieceOuverte, Version
from convmed.base.socle import Politique

__all__ = [
    "DROITS", "GENRES", "POSTE", "ROLES", "Acte", "Cle", "Coffre", "Conflit", "Droit", "Entree", "Genre", "Interdit", "Introuvable", "Jeton",
    "Piece", "PieceOuverte", "Politique", "Role", "Utilisateur", "Version",
]  # fmt: skip
