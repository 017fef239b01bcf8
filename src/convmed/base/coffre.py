"""The safe of a server: pieces, accounts, sessions and the journal, in SQLite for a desk or PostgreSQL for a team."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from convmed.base import journal, migrations
from convmed.base.acces import Acces
from convmed.base.cles import Cle
from convmed.base.comptes import Comptes
from convmed.base.connexion import effacer_les_traces, joignable, moteur
from convmed.base.droits import GENRES, POSTE, ROLES, Conflit, Interdit, Introuvable, Utilisateur
from convmed.base.pieces import Piece, PieceOuverte, Pieces, Version
from convmed.base.schema import compte, jeton, piece, session, version
from convmed.base.schema import journal as journal_
from convmed.base.socle import Politique
from convmed.textes import Erreurs, Faute

__all__ = ["POSTE", "Coffre", "Conflit", "Interdit", "Introuvable", "Piece", "PieceOuverte", "Utilisateur", "Version"]


class Coffre(Pieces, Comptes, Acces):
    """A base that is open. Threads share it; several processes may each open it."""

    @classmethod
    def ouvrir(cls, url: str, cle: Cle, *, migrer: bool = False, politique: Politique | None = None) -> Self:
        """Open a base under its key; `migrer` first brings it to the version of this convmed.

        `Erreurs` if it cannot be reached, if it is at another version, or if the key is not its own.
        """
        with joignable():
            if migrer:
                migrations.migrer(url)
            ouvert = moteur(url)
            try:
                exiger_la_version(migrations.version_de(ouvert))
                coffre = cls(ouvert, cle, politique or Politique())
                # A deletion that a power cut interrupted is finished here.
                effacer_les_traces(ouvert)
                return coffre
            except BaseException:
                ouvert.dispose()
                raise

    def fermer(self) -> None:
        """Close the base: nothing deleted stays in its log."""
        try:
            effacer_les_traces(self.moteur)
        finally:
            self.moteur.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, genre: type[BaseException] | None, erreur: BaseException | None, trace: TracebackType | None) -> None:
        self.fermer()

    def sante(self) -> bool:
        """Say whether the base answers, at the version of this convmed."""
        try:
            return migrations.version_de(self.moteur) == migrations.derniere()
        except SQLAlchemyError:
            return False

    def mesures(self) -> dict[str, int]:
        """Return counts, by name of measure; nothing in them is about one person."""
        with self.lecture() as connexion:
            par_genre = select(piece.c.genre, func.count().label("nombre")).group_by(piece.c.genre)
            genres = {ligne.genre: ligne.nombre for ligne in connexion.execute(par_genre)}
            par_role = select(compte.c.role, func.count().label("nombre")).group_by(compte.c.role)
            roles = {ligne.role: ligne.nombre for ligne in connexion.execute(par_role.where(compte.c.actif, compte.c.id != POSTE.id))}
            date = self.politique.horloge()
            ouvertes = (session.c.vue_le >= date - self.politique.inactivite) & (session.c.cree_le >= date - self.politique.duree)
            return {
                **{f"pieces_{genre}": genres.get(genre, 0) for genre in GENRES},
                **{f"comptes_{role}": roles.get(role, 0) for role in ROLES},
                "versions": connexion.execute(select(func.count()).select_from(version)).scalar_one(),
                "sessions": connexion.execute(select(func.count()).select_from(session).where(ouvertes)).scalar_one(),
                "jetons": connexion.execute(select(func.count()).select_from(jeton)).scalar_one(),
                "journal": connexion.execute(select(func.coalesce(func.max(journal_.c.numero), 0))).scalar_one(),
            }

    def journal(self, depuis: int = 1) -> list[journal.Entree]:
        """Return the rows of the journal from a number on."""
        with self.lecture() as connexion:
            return list(journal.lire(connexion, depuis))

    def verifier_journal(self) -> int | None:
        """Return the number of the first row of the journal that is altered or missing, None if there is none."""
        with self.lecture() as connexion:
            return journal.premiere_rompue(connexion, self._cle_journal)


def exiger_la_version(lue: str | None) -> None:
    """Raise `Erreurs`, which says what to run, if a base is not at the version of this convmed."""
    attendue = migrations.derniere()
    if lue == attendue:
        return
    if lue is None:
        raise Erreurs([Faute("cette base est vide", champ="--base", attendu="d'abord : convmed base migrer")])
    connue = migrations.connue(lue)
    remede = "sauvegarder, puis : convmed base migrer" if connue else "un convmed plus récent : celui qui a écrit cette base"
    raise Erreurs([Faute(f"cette base est à la version {lue}, ce convmed à la version {attendue}", champ="--base", attendu=remede)])
