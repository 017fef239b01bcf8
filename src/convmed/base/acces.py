"""Sessions and tokens: what a browser or a program shows to be known again, and of which only the hash is kept."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import uuid
from dataclasses import dataclass

from sqlalchemy import select, update

from convmed.base.connexion import ecriture
from convmed.base.droits import Introuvable, Utilisateur
from convmed.base.journal import Acte
from convmed.base.schema import compte, jeton, session
from convmed.base.socle import Socle, est_un_id
from convmed.textes import Erreurs, Faute

# A secret scanner recognizes a token by how it begins.
PREFIXE = "convmed_"
# A session that is used is written again only so often.
PRECISION = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Jeton:
    """A token of a program, without its secret."""

    id: str
    libelle: str
    cree_le: dt.datetime


class Acces(Socle):
    """What is done with sessions and tokens."""

    def ouvrir_session(self, utilisateur: Utilisateur) -> str:
        """Return the secret of a new session, to be kept by the browser alone. `Introuvable` if the account is closed."""
        secret = secrets.token_urlsafe(32)
        with ecriture(self.moteur) as connexion:
            date = self.politique.horloge()
            ligne = connexion.execute(select(compte.c.actif).where(compte.c.id == utilisateur.id)).first()
            if ligne is None or not ligne.actif:
                raise Introuvable("compte")
            connexion.execute(session.delete().where((session.c.vue_le < date - self.politique.inactivite) | (session.c.cree_le < date - self.politique.duree)))
            connexion.execute(session.insert().values(empreinte=_empreinte(secret), compte=utilisateur.id, cree_le=date, vue_le=date))
        return secret

    def session(self, secret: str) -> Utilisateur | None:
        """Return whose session it is, or None: unknown, unused for too long, too old, or of an account closed since."""
        empreinte, date = _empreinte(secret), self.politique.horloge()
        requete = select(compte, session.c.cree_le.label("ouverte_le"), session.c.vue_le).join(session, session.c.compte == compte.c.id)
        with self.lecture() as connexion:
            ligne = connexion.execute(requete.where(session.c.empreinte == empreinte)).first()
        if ligne is None or not ligne.actif:
            return None
        if date - ligne.vue_le > self.politique.inactivite or date - ligne.ouverte_le > self.politique.duree:
            return None
        if date - ligne.vue_le > PRECISION:
            with ecriture(self.moteur) as connexion:
                connexion.execute(update(session).where(session.c.empreinte == empreinte).values(vue_le=date))
        return self.utilisateur(ligne)

    def fermer_session(self, secret: str) -> None:
        """End a session; nothing is said of one that is unknown."""
        with self.ecriture() as connexion:
            empreinte = _empreinte(secret)
            ligne = connexion.execute(select(compte).join(session, session.c.compte == compte.c.id).where(session.c.empreinte == empreinte)).first()
            if ligne is not None:
                connexion.execute(session.delete().where(session.c.empreinte == empreinte))
                self.noter(connexion, Acte.DECONNEXION, self.utilisateur(ligne))

    def creer_jeton(self, qui: Utilisateur, libelle: str) -> str:
        """Return a new token for a program that acts as an account; it is shown this once."""
        if not 1 <= len(libelle.strip()) <= 100:
            raise Erreurs([Faute("libellé refusé", champ="libellé", attendu="de 1 à 100 caractères : à quoi sert ce jeton")])
        secret, id = PREFIXE + secrets.token_urlsafe(32), str(uuid.uuid4())
        with self.ecriture(qui) as connexion:
            connexion.execute(
                jeton.insert().values(
                    id=id, empreinte=_empreinte(secret), compte=qui.id, cree_le=self.politique.horloge(),
                    libelle=self.chiffre.fermer(libelle.strip().encode("utf-8", "replace"), "jeton", "libelle", id),
                )
            )  # fmt: skip
            self.noter(connexion, Acte.JETON_CREE, qui)
        return secret

    def jeton(self, texte: str) -> Utilisateur | None:
        """Return the account that a token acts for, or None."""
        with self.lecture() as connexion:
            ligne = connexion.execute(select(compte).join(jeton, jeton.c.compte == compte.c.id).where(jeton.c.empreinte == _empreinte(texte))).first()
        return self.utilisateur(ligne) if ligne is not None and ligne.actif else None

    def jetons(self, qui: Utilisateur) -> list[Jeton]:
        """Return the tokens of an account, the oldest first."""
        with self.lecture() as connexion:
            lignes = connexion.execute(select(jeton).where(jeton.c.compte == qui.id).order_by(jeton.c.cree_le, jeton.c.id)).all()
        return [Jeton(ligne.id, self.chiffre.ouvrir(ligne.libelle, "jeton", "libelle", ligne.id).decode(), ligne.cree_le) for ligne in lignes]

    def revoquer_jeton(self, qui: Utilisateur, id: str) -> None:
        """End a token of an account. `Introuvable`."""
        with self.ecriture() as connexion:
            if not est_un_id(id) or connexion.execute(jeton.delete().where(jeton.c.id == id, jeton.c.compte == qui.id)).rowcount == 0:
                raise Introuvable("jeton")
            self.noter(connexion, Acte.JETON_REVOQUE, qui)


def _empreinte(secret: str) -> bytes:
    # The secret has 256 bits drawn at random: a plain hash cannot be turned back.
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()
