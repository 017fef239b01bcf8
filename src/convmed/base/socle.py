"""What every part of the safe stands on: the engine, the cipher, the clock, transactions that write the journal."""

from __future__ import annotations

import datetime as dt
import hmac
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy import Connection, Engine, Row, select

from convmed.base import connexion as moteurs
from convmed.base import journal
from convmed.base.chiffre import Chiffre, Illisible
from convmed.base.cles import Cle
from convmed.base.droits import POSTE, Introuvable, Utilisateur
from convmed.base.journal import Acte
from convmed.base.schema import compte, reglage
from convmed.textes import Erreurs, Faute

FORME_D_UN_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def maintenant() -> dt.datetime:
    """Return the present moment, in UTC."""
    return dt.datetime.now(dt.UTC)


def est_un_id(texte: str) -> bool:
    """Say whether this may be the id of a row: nothing else is worth a query."""
    return FORME_D_UN_ID.fullmatch(texte) is not None


def normaliser(identifiant: str) -> str:
    """Return an identifier as it is compared: without spaces around it, in small letters."""
    return identifiant.strip().casefold()


def cle_du_journal(chiffre: Chiffre, reglages: Mapping[str, bytes]) -> bytes:
    """Return the key that seals the journal, once the witness has told that the key is that of the base; or `Erreurs`."""
    try:
        chiffre.ouvrir(reglages["temoin"], "reglage", "valeur", "temoin")
        return chiffre.ouvrir(reglages["cle_journal"], "reglage", "valeur", "cle_journal")
    except Illisible:
        raise Erreurs([Faute("cette clé n'est pas celle de la base", champ="--cle")]) from None


@dataclass(frozen=True, slots=True)
class Politique:
    """What passwords cost, how long a session lasts, and the clock."""

    # The second profile of RFC 9106 (64 MiB, three passes, four lanes): argon2-cffi's own default.
    argon2: PasswordHasher = field(default_factory=PasswordHasher)
    inactivite: dt.timedelta = dt.timedelta(minutes=30)
    duree: dt.timedelta = dt.timedelta(hours=12)
    horloge: Callable[[], dt.datetime] = maintenant


class Socle:
    """A base that is open, under its key."""

    def __init__(self, moteur: Engine, cle: Cle, politique: Politique) -> None:
        self.moteur = moteur
        self.chiffre = Chiffre(cle)
        self.politique = politique
        self._temoin, self._cle_journal = self._ouvrir_sous_cle()

    @contextmanager
    def lecture(self) -> Iterator[Connection]:
        """Give a connection that sees the base at one moment."""
        with moteurs.lecture(self.moteur) as connexion:
            yield connexion

    @contextmanager
    def ecriture(self, qui: Utilisateur | None = None) -> Iterator[Connection]:
        """Give a connection that writes alone, for someone whose account is still open, or else `Introuvable`.

        `Erreurs` if the key of the base was changed since it was opened.
        """
        with moteurs.ecriture(self.moteur) as connexion:
            temoin = connexion.execute(select(reglage.c.valeur).where(reglage.c.nom == "temoin")).scalar()
            if temoin is None or not hmac.compare_digest(temoin, self._temoin):
                raise Erreurs([Faute("la clé de cette base a été changée : relancer le serveur avec la nouvelle", champ="--cle")])
            if qui is not None and not connexion.execute(select(compte.c.actif).where(compte.c.id == qui.id)).scalar():
                raise Introuvable("compte")
            yield connexion

    def noter(self, connexion: Connection, acte: Acte, qui: Utilisateur | None, *, piece: str | None = None, compte: str | None = None) -> None:
        """Write in the journal, in the transaction of the act."""
        journal.noter(connexion, self._cle_journal, self.politique.horloge(), acte, None if qui is None else qui.id, piece, compte)

    def utilisateur(self, ligne: Row[Any]) -> Utilisateur:
        """Return the account that a row of `compte` holds."""
        identifiant = self.chiffre.ouvrir(ligne.identifiant, "compte", "identifiant", ligne.id).decode()
        return Utilisateur(ligne.id, identifiant, ligne.role, ligne.actif)

    def identifiants(self, connexion: Connection, ids: set[str]) -> dict[str, str]:
        """Return how accounts are called, by id; those deleted are not there."""
        lignes = connexion.execute(select(compte).where(compte.c.id.in_(ids)))
        return {ligne.id: self.utilisateur(ligne).identifiant for ligne in lignes}

    def compte_de(self, connexion: Connection, id: str) -> Row[Any]:
        """Return the row of an account; `Introuvable`, also for the desk, which is not managed as an account is."""
        ligne = connexion.execute(select(compte).where(compte.c.id == id)).first() if est_un_id(id) else None
        if ligne is None or id == POSTE.id:
            raise Introuvable("compte")
        return ligne

    def index_de(self, identifiant: str) -> bytes:
        """Return the keyed hash under which an account is found by what it is called."""
        return self.chiffre.index("identifiant", normaliser(identifiant))

    def _ouvrir_sous_cle(self) -> tuple[bytes, bytes]:
        """Return the witness of the key and the key of the journal, made at the first opening. `Erreurs` if it is another key."""
        with moteurs.ecriture(self.moteur) as connexion:
            lus = {ligne.nom: ligne.valeur for ligne in connexion.execute(select(reglage))}
            if not lus:
                lus = self._commencer(connexion)
        return lus["temoin"], cle_du_journal(self.chiffre, lus)

    def _commencer(self, connexion: Connection) -> dict[str, bytes]:
        cle_journal = os.urandom(32)
        reglages = {
            nom: self.chiffre.fermer(valeur, "reglage", "valeur", nom)
            for nom, valeur in (("temoin", b"convmed"), ("cle_journal", cle_journal))
        }
        connexion.execute(reglage.insert(), [{"nom": nom, "valeur": valeur} for nom, valeur in reglages.items()])
        connexion.execute(
            compte.insert().values(
                id=POSTE.id, role=POSTE.role, actif=True, cree_le=self.politique.horloge(),
                identifiant=self.chiffre.fermer(POSTE.identifiant.encode(), "compte", "identifiant", POSTE.id),
                identifiant_index=self.index_de(POSTE.identifiant),
            )
        )  # fmt: skip
        journal.noter(connexion, cle_journal, self.politique.horloge(), Acte.BASE_CREEE, None)
        return reglages
