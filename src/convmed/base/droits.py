"""Who may do what: one table, and the errors that say no."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from convmed.textes import Erreurs, Faute

Role = Literal["medecin", "secretariat", "agent", "lecture"]
Genre = Literal["dossier", "contrat", "procedure", "scenario"]
Droit = Literal["ecriture", "lecture"]
Action = Literal["deposer", "lire", "ecrire", "partager", "supprimer"]

ROLES: tuple[Role, ...] = get_args(Role)
GENRES: tuple[Genre, ...] = get_args(Genre)
DROITS: tuple[Droit, ...] = get_args(Droit)

# On which pieces: S, their own; P, those shared with them (to write, they must be shared so); SP, both; - none.
# A doctor's patients are seen by those with whom the doctor shares them, and never by an agent of the caisse.
_TABLE = """
    role         genre      deposer  lire  ecrire  partager  supprimer
    medecin      dossier    S        SP    SP      S         S
    medecin      contrat    S        SP    SP      S         S
    medecin      procedure  S        SP    SP      S         S
    medecin      scenario   S        SP    SP      S         S
    secretariat  dossier    -        P     P       -         -
    secretariat  contrat    -        -     -       -         -
    secretariat  procedure  -        -     -       -         -
    secretariat  scenario   S        SP    SP      -         -
    agent        dossier    -        -     -       -         -
    agent        contrat    S        SP    SP      S         S
    agent        procedure  S        SP    SP      S         S
    agent        scenario   S        SP    SP      S         S
    lecture      dossier    -        P     -       -         -
    lecture      contrat    -        P     -       -         -
    lecture      procedure  -        P     -       -         -
    lecture      scenario   -        P     -       -         -
"""
_ENTETE, *_LIGNES = (ligne.split() for ligne in _TABLE.split("\n") if ligne.strip())
REGLES: dict[tuple[str, str, str], str] = {
    (role, genre, action): cellule for role, genre, *cellules in _LIGNES for action, cellule in zip(_ENTETE[2:], cellules, strict=True)
}


@dataclass(frozen=True, slots=True)
class Utilisateur:
    """Someone who acts: an account, or the desk."""

    id: str
    identifiant: str
    role: Role
    actif: bool = True


# A desk has no accounts: what is kept there belongs to this one, who may do everything with it and never signs in.
POSTE = Utilisateur("00000000-0000-4000-8000-000000000000", "poste", "medecin")


class Introuvable(Erreurs):
    """A piece or an account that does not exist, or that the person may not see: the answer is the same."""

    def __init__(self, champ: str = "pièce") -> None:
        super().__init__([Faute("introuvable, ou fermé à ce compte", champ=champ)])


class Interdit(Erreurs):
    """What this role may not do, or what the sharing does not allow."""

    def __init__(self, message: str = "ce compte n'a pas ce droit") -> None:
        super().__init__([Faute(message, champ="droits")])


class Conflit(Erreurs):
    """Someone wrote since the piece was read; `version` is the one to read again."""

    def __init__(self, version: int) -> None:
        self.version = version
        super().__init__([Faute("quelqu'un a écrit depuis la lecture de cette pièce", champ="version", attendu=f"relire la version {version}")])


def permis(role: str, genre: str, action: Action, *, sienne: bool, partagee: str | None = None) -> bool:
    """Say whether a role may do an action on a piece: their own, or shared with them under a right."""
    cellule = REGLES[role, genre, action]
    if sienne:
        return "S" in cellule
    return "P" in cellule and (partagee == "ecriture" or (partagee == "lecture" and action == "lire"))


def jamais(role: str, action: Action, genre: str | None = None) -> bool:
    """Say whether a role may never do an action, on a kind of pieces or on any."""
    genres = GENRES if genre is None else (genre,)
    return all(REGLES[role, un, action] == "-" for un in genres)
