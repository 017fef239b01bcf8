"""The pieces that people keep (dossiers, contracts, procedures, scenarios), every version of them, and with whom."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, or_, select, update

from convmed.base.chiffre import SURCOUT
from convmed.base.connexion import effacer_les_traces
from convmed.base.droits import (
    DROITS,
    GENRES,
    Action,
    Conflit,
    Droit,
    Genre,
    Interdit,
    Introuvable,
    Utilisateur,
    jamais,
    permis,
)
from convmed.base.journal import Acte
from convmed.base.schema import compte, partage, piece, version
from convmed.base.socle import Socle, est_un_id
from convmed.textes import Erreurs, Faute

# The greatest number that a column of integers holds.
DERNIER_NUMERO = 2**31 - 1
version_ = version.alias("v")


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece at one of its versions, as someone sees it: `droit` is what they may do, `proprietaire` what its owner is called."""

    id: str
    genre: Genre
    titre: str
    version: int
    cree_le: dt.datetime
    modifie_le: dt.datetime
    proprietaire: str
    sienne: bool
    droit: Droit


@dataclass(frozen=True, slots=True)
class PieceOuverte:
    """A piece and what it holds."""

    piece: Piece
    contenu: bytes


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a piece: who wrote it (None: an account deleted since), when, and how many bytes it holds."""

    numero: int
    date: dt.datetime
    auteur: str | None
    taille: int


class Pieces(Socle):
    """What is done with pieces. Each method takes who asks (`qui`), and refuses what they may not do."""

    def deposer(self, qui: Utilisateur, genre: Genre, titre: str, contenu: bytes) -> Piece:
        """Keep a new piece, which belongs to whoever brings it. `Interdit` if their role never keeps such a piece."""
        _connu(genre, GENRES, "genre")
        if jamais(qui.role, "deposer", genre):
            raise Interdit
        id = str(uuid.uuid4())
        with self.ecriture(qui) as connexion:
            date = self.politique.horloge()
            connexion.execute(piece.insert().values(id=id, genre=genre, version=1, cree_le=date, proprietaire=qui.id))
            self._ecrire_version(connexion, qui, id, 1, titre, contenu, date)
            self.noter(connexion, Acte.PIECE_DEPOSEE, qui, piece=id)
            return self._piece(connexion, qui, self._ligne(connexion, qui, id))

    def reviser(self, qui: Utilisateur, id: str, contenu: bytes, *, titre: str | None = None, version_lue: int) -> Piece:
        """Write a version that follows the one read. `Conflit` if someone wrote since; `Introuvable`, `Interdit`."""
        with self.ecriture(qui) as connexion:
            ligne = self._exiger(connexion, qui, id, "ecrire")
            if ligne.courante != version_lue:
                raise Conflit(ligne.courante)
            numero = ligne.courante + 1
            connexion.execute(update(piece).where(piece.c.id == id).values(version=numero))
            self._ecrire_version(connexion, qui, id, numero, self._titre(ligne) if titre is None else titre, contenu, self.politique.horloge())
            self.noter(connexion, Acte.PIECE_REVISEE, qui, piece=id)
            return self._piece(connexion, qui, self._ligne(connexion, qui, id))

    def ouvrir_piece(self, qui: Utilisateur, id: str, version: int | None = None) -> PieceOuverte:
        """Return a piece and its content, at its last version or at another. `Introuvable`.

        Reading the piece of someone else is written in the journal.
        """
        with self.lecture() as connexion:
            ligne = self._exiger(connexion, qui, id, "lire", version)
            ouverte = PieceOuverte(self._piece(connexion, qui, ligne), self._contenu(connexion, ligne))
        if not ouverte.piece.sienne:
            self._noter_lecture(qui, id, Acte.PIECE_LUE)
        return ouverte

    def resumer(self, qui: Utilisateur, id: str) -> Piece:
        """Return what a piece is, without its content. `Introuvable`."""
        with self.lecture() as connexion:
            return self._piece(connexion, qui, self._exiger(connexion, qui, id, "lire"))

    def lister(self, qui: Utilisateur, genre: Genre) -> list[Piece]:
        """Return the pieces of a kind that someone may read, the last written first."""
        _connu(genre, GENRES, "genre")
        with self.lecture() as connexion:
            requete = _vue(qui).where(piece.c.genre == genre).order_by(version_.c.date.desc(), piece.c.id)
            lignes = [ligne for ligne in connexion.execute(requete) if _lisible(qui, ligne)]
            noms = self.identifiants(connexion, {ligne.proprietaire for ligne in lignes})
            return [self._en_piece(qui, ligne, noms[ligne.proprietaire]) for ligne in lignes]

    def historique(self, qui: Utilisateur, id: str) -> list[Version]:
        """Return the versions of a piece, the first one first. `Introuvable`."""
        with self.lecture() as connexion:
            self._exiger(connexion, qui, id, "lire")
            requete = select(version.c.numero, version.c.date, version.c.auteur, func.length(version.c.contenu).label("octets"))
            lignes = connexion.execute(requete.where(version.c.piece == id).order_by(version.c.numero)).all()
            noms = self.identifiants(connexion, {ligne.auteur for ligne in lignes if ligne.auteur})
            return [Version(ligne.numero, ligne.date, noms.get(ligne.auteur), ligne.octets - SURCOUT) for ligne in lignes]

    def supprimer(self, qui: Utilisateur, id: str) -> None:
        """Delete a piece for good, with all its versions. `Introuvable`, `Interdit`."""
        with self.ecriture(qui) as connexion:
            self._exiger(connexion, qui, id, "supprimer")
            connexion.execute(piece.delete().where(piece.c.id == id))
            self.noter(connexion, Acte.PIECE_SUPPRIMEE, qui, piece=id)
        effacer_les_traces(self.moteur)

    def partager(self, qui: Utilisateur, id: str, identifiant: str, droit: Droit) -> None:
        """Share a piece with an account, to read or to write. `Interdit` if its role never sees such a piece."""
        _connu(droit, DROITS, "droit")
        with self.ecriture(qui) as connexion:
            ligne = self._exiger(connexion, qui, id, "partager")
            autre = self._destinataire(connexion, qui, identifiant)
            if jamais(autre.role, "lire", ligne.genre):
                raise Interdit("le rôle de ce compte ne lui permet pas de voir cette pièce")
            connexion.execute(partage.delete().where(partage.c.piece == id, partage.c.compte == autre.id))
            connexion.execute(partage.insert().values(piece=id, compte=autre.id, droit=droit))
            self.noter(connexion, Acte.PIECE_PARTAGEE, qui, piece=id, compte=autre.id)

    def departager(self, qui: Utilisateur, id: str, identifiant: str) -> None:
        """Take a piece back from an account with which it was shared. `Erreurs` if it was not."""
        with self.ecriture(qui) as connexion:
            self._exiger(connexion, qui, id, "partager")
            autre = self._destinataire(connexion, qui, identifiant)
            retires = connexion.execute(partage.delete().where(partage.c.piece == id, partage.c.compte == autre.id))
            if retires.rowcount == 0:
                raise Erreurs([Faute("cette pièce n'est pas partagée avec ce compte", champ="identifiant")])
            self.noter(connexion, Acte.PIECE_DEPARTAGEE, qui, piece=id, compte=autre.id)

    def partages(self, qui: Utilisateur, id: str) -> dict[str, Droit]:
        """Return with whom a piece is shared, and how. `Introuvable`, `Interdit` for who may not share it."""
        with self.lecture() as connexion:
            self._exiger(connexion, qui, id, "partager")
            lignes = connexion.execute(select(partage).where(partage.c.piece == id)).all()
            noms = self.identifiants(connexion, {ligne.compte for ligne in lignes})
            return {noms[ligne.compte]: ligne.droit for ligne in lignes}

    def noter_export(self, qui: Utilisateur, id: str) -> None:
        """Write in the journal that someone takes a piece, or what was computed from it, out of the base. `Introuvable`."""
        with self.lecture() as connexion:
            self._exiger(connexion, qui, id, "lire")
        self._noter_lecture(qui, id, Acte.PIECE_EXPORTEE)

    def _noter_lecture(self, qui: Utilisateur, id: str, acte: Acte) -> None:
        with self.ecriture(qui) as connexion:
            self.noter(connexion, acte, qui, piece=id)

    def _ecrire_version(self, connexion: Connection, qui: Utilisateur, id: str, numero: int, titre: str, contenu: bytes, date: dt.datetime) -> None:
        connexion.execute(
            version.insert().values(
                piece=id, numero=numero, auteur=qui.id, date=date,
                titre=self.chiffre.fermer(titre.encode("utf-8", "replace"), "version", "titre", id, numero),
                contenu=self.chiffre.fermer(contenu, "version", "contenu", id, numero),
            )
        )  # fmt: skip

    def _exiger(self, connexion: Connection, qui: Utilisateur, id: str, action: Action, numero: int | None = None) -> Row[Any]:
        """Return the row of a piece on which someone may do an action; who may not read it does not learn that it is there."""
        if jamais(qui.role, action):
            raise Interdit
        ligne = self._ligne(connexion, qui, id, numero)
        if not permis(qui.role, ligne.genre, action, sienne=ligne.proprietaire == qui.id, partagee=ligne.droit):
            raise Interdit
        return ligne

    def _ligne(self, connexion: Connection, qui: Utilisateur, id: str, numero: int | None = None) -> Row[Any]:
        cherchable = est_un_id(id) and 1 <= (numero or 1) <= DERNIER_NUMERO
        ligne = connexion.execute(_vue(qui, numero).where(piece.c.id == id)).first() if cherchable else None
        if ligne is None or not _lisible(qui, ligne):
            raise Introuvable
        return ligne

    def _destinataire(self, connexion: Connection, qui: Utilisateur, identifiant: str) -> Row[Any]:
        ligne = connexion.execute(select(compte).where(compte.c.identifiant_index == self.index_de(identifiant))).first()
        if ligne is None or ligne.id == qui.id or not ligne.actif:
            raise Erreurs([Faute("aucun autre compte actif ne porte cet identifiant", champ="identifiant")])
        return ligne

    def _piece(self, connexion: Connection, qui: Utilisateur, ligne: Row[Any]) -> Piece:
        return self._en_piece(qui, ligne, self.identifiants(connexion, {ligne.proprietaire})[ligne.proprietaire])

    def _en_piece(self, qui: Utilisateur, ligne: Row[Any], proprietaire: str) -> Piece:
        sienne = ligne.proprietaire == qui.id
        ecrit = permis(qui.role, ligne.genre, "ecrire", sienne=sienne, partagee=ligne.droit)
        return Piece(
            ligne.id, ligne.genre, self._titre(ligne), ligne.numero, ligne.cree_le, ligne.date, proprietaire, sienne,
            "ecriture" if ecrit else "lecture",
        )  # fmt: skip

    def _titre(self, ligne: Row[Any]) -> str:
        return self.chiffre.ouvrir(ligne.titre, "version", "titre", ligne.id, ligne.numero).decode()

    def _contenu(self, connexion: Connection, ligne: Row[Any]) -> bytes:
        contenu = connexion.execute(select(version.c.contenu).where(version.c.piece == ligne.id, version.c.numero == ligne.numero)).scalar_one()
        return self.chiffre.ouvrir(contenu, "version", "contenu", ligne.id, ligne.numero)


def _vue(qui: Utilisateur, numero: int | None = None) -> Select[Any]:
    """Return the query of the pieces that are someone's or shared with them, at a version (the last one)."""
    lue = piece.c.version if numero is None else numero
    return (
        select(piece.c.id, piece.c.genre, piece.c.version.label("courante"), piece.c.cree_le, piece.c.proprietaire,
               version_.c.numero, version_.c.titre, version_.c.date, partage.c.droit)
        .join(version_, and_(version_.c.piece == piece.c.id, version_.c.numero == lue))
        .outerjoin(partage, and_(partage.c.piece == piece.c.id, partage.c.compte == qui.id))
        .where(or_(piece.c.proprietaire == qui.id, partage.c.compte == qui.id))
    )  # fmt: skip


def _lisible(qui: Utilisateur, ligne: Row[Any]) -> bool:
    return permis(qui.role, ligne.genre, "lire", sienne=ligne.proprietaire == qui.id, partagee=ligne.droit)


def _connu(valeur: str, valeurs: tuple[str, ...], champ: str) -> None:
    if valeur not in valeurs:
        raise Erreurs([Faute("valeur refusée", champ=champ, valeur=valeur, attendu="l'un de " + ", ".join(valeurs))])
