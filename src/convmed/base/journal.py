"""The journal: who did what, when, on which piece; each row seals the one before, and none is changed or removed.

It holds no content, no name and no number: accounts and pieces are named by their ids alone.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, select

from convmed.base.schema import journal

# The row before the first.
ORIGINE = bytes(32)


class Acte(StrEnum):
    """Everything that is written in the journal."""

    BASE_CREEE = "base créée"
    CLE_CHANGEE = "clé changée"
    BASE_SAUVEGARDEE = "base sauvegardée"
    BASE_RESTAUREE = "base restaurée"
    CONNEXION = "connexion"
    CONNEXION_REFUSEE = "connexion refusée"
    DECONNEXION = "déconnexion"
    COMPTE_CREE = "compte créé"
    COMPTE_LIE = "compte lié"
    COMPTE_DESACTIVE = "compte désactivé"
    COMPTE_REACTIVE = "compte réactivé"
    COMPTE_SUPPRIME = "compte supprimé"
    MOT_DE_PASSE_CHANGE = "mot de passe changé"
    ROLE_CHANGE = "rôle changé"
    JETON_CREE = "jeton créé"
    JETON_REVOQUE = "jeton révoqué"
    PIECE_DEPOSEE = "pièce déposée"
    PIECE_REVISEE = "pièce révisée"
    PIECE_LUE = "pièce lue"
    PIECE_EXPORTEE = "pièce exportée"
    PIECE_PARTAGEE = "pièce partagée"
    PIECE_DEPARTAGEE = "partage retiré"
    PIECE_CEDEE = "pièce cédée"
    PIECE_SUPPRIMEE = "pièce supprimée"


@dataclass(frozen=True, slots=True)
class Entree:
    """One row: `qui` acted (None: the command line, or nobody who is known), on a piece, or concerning an account."""

    numero: int
    date: dt.datetime
    qui: str | None
    action: str
    piece: str | None
    compte: str | None
    empreinte: bytes


def noter(
    connexion: Connection, cle: bytes, date: dt.datetime, acte: Acte, qui: str | None, piece: str | None = None, compte: str | None = None
) -> None:
    """Write a row, in the transaction of the act itself; the connection must be one that writes alone."""
    derniere = connexion.execute(select(journal.c.numero, journal.c.empreinte).order_by(journal.c.numero.desc()).limit(1)).first()
    numero, avant = (derniere.numero + 1, derniere.empreinte) if derniere else (1, ORIGINE)
    empreinte = sceau(cle, avant, Entree(numero, date, qui, acte.value, piece, compte, b""))
    connexion.execute(
        journal.insert().values(numero=numero, date=date, qui=qui, action=acte.value, piece=piece, compte=compte, empreinte=empreinte)
    )


def sceau(cle: bytes, avant: bytes, entree: Entree) -> bytes:
    """Return the seal of a row on all that precedes it. It is keyed: who can write in the base alone cannot make one."""
    champs = [entree.numero, entree.date.astimezone(dt.UTC).isoformat(timespec="microseconds"), entree.qui, entree.action, entree.piece, entree.compte]
    return hmac.new(cle, avant + json.dumps(champs, ensure_ascii=False).encode(), hashlib.sha256).digest()


def lire(connexion: Connection, depuis: int = 1) -> Iterator[Entree]:
    """Yield the rows in order, without holding them all."""
    requete = select(journal).where(journal.c.numero >= depuis).order_by(journal.c.numero)
    for ligne in connexion.execution_options(yield_per=1000).execute(requete):
        yield Entree(*ligne)


def premiere_rompue(connexion: Connection, cle: bytes) -> int | None:
    """Return the number of the first row that is altered or missing; None if the chain is whole up to its last row.

    Rows cut off at the end leave a whole chain: to see that, keep the number and the seal of the last row elsewhere.
    """
    attendu, avant = 1, ORIGINE
    for entree in lire(connexion):
        if entree.numero != attendu or not hmac.compare_digest(entree.empreinte, sceau(cle, avant, entree)):
            return attendu
        attendu, avant = attendu + 1, entree.empreinte
    return 1 if attendu == 1 else None
