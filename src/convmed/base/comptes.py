"""The accounts of a team: who they are, what they may do, how they sign in."""

from __future__ import annotations

import datetime as dt
import json
import secrets
import threading
import uuid
from functools import cached_property
from typing import Any

from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, Row, func, select, update

from convmed.base.connexion import effacer_les_traces
from convmed.base.droits import POSTE, ROLES, Role, Utilisateur, jamais
from convmed.base.journal import Acte
from convmed.base.mots_de_passe import MAXIMUM, canonique, exiger
from convmed.base.schema import compte, jeton, partage, piece, session, tentative
from convmed.base.socle import Socle, normaliser
from convmed.textes import Erreurs, Faute

# From the fifth failure in a row an account waits, twice as long each time, up to a quarter of an hour: nobody guesses a
# password at that pace, and nobody can keep its owner out for a day.
ESSAIS = 5
ATTENTE = dt.timedelta(seconds=2)
ATTENTE_MAXIMALE = dt.timedelta(minutes=15)
OUBLI = dt.timedelta(days=1)
# A password takes 64 MiB to check: many who sign in at once wait for one another rather than fill the memory.
PASSAGE = threading.BoundedSemaphore(2)


class Comptes(Socle):
    """What is done with accounts. `par` is who does it; None is the command line."""

    def creer_compte(self, identifiant: str, role: Role, mot_de_passe: str | None, *, par: Utilisateur | None = None) -> Utilisateur:
        """Open an account; without a password it only signs in through a provider. `Erreurs` lists what is refused."""
        fautes = []
        identifiant = identifiant.strip()
        if not 3 <= len(identifiant) <= 254 or not identifiant.isprintable():
            fautes.append(Faute("identifiant refusé", champ="identifiant", attendu="de 3 à 254 caractères, une adresse électronique par exemple"))
        if role not in ROLES:
            fautes.append(Faute("rôle inconnu", champ="role", valeur=role, attendu="l'un de " + ", ".join(ROLES)))
        if mot_de_passe is not None:
            try:
                exiger(mot_de_passe, identifiant)
            except Erreurs as erreurs:
                fautes += erreurs.fautes
        if fautes:
            raise Erreurs(fautes)
        id = str(uuid.uuid4())
        empreinte = None if mot_de_passe is None else self._hacher(mot_de_passe)
        with self.ecriture() as connexion:
            if self._par_identifiant(connexion, identifiant) is not None:
                raise Erreurs([Faute("un compte porte déjà cet identifiant", champ="identifiant")])
            connexion.execute(
                compte.insert().values(
                    id=id, role=role, actif=True, mot_de_passe=empreinte, cree_le=self.politique.horloge(),
                    identifiant=self.chiffre.fermer(identifiant.encode(), "compte", "identifiant", id),
                    identifiant_index=self.index_de(identifiant),
                )
            )  # fmt: skip
            self.noter(connexion, Acte.COMPTE_CREE, par, compte=id)
        return Utilisateur(id, identifiant, role)

    def comptes(self) -> list[Utilisateur]:
        """Return all the accounts, by identifier; the desk is not one."""
        with self.lecture() as connexion:
            lignes = connexion.execute(select(compte).where(compte.c.id != POSTE.id)).all()
            return sorted((self.utilisateur(ligne) for ligne in lignes), key=lambda un: normaliser(un.identifiant))

    def nombre_de_comptes(self) -> int:
        """Return how many accounts may sign in."""
        with self.lecture() as connexion:
            return connexion.execute(select(func.count()).select_from(compte).where(compte.c.actif, compte.c.id != POSTE.id)).scalar_one()

    def compte(self, identifiant: str) -> Utilisateur | None:
        """Return the account that has this identifier."""
        with self.lecture() as connexion:
            ligne = self._par_identifiant(connexion, identifiant)
            return None if ligne is None or ligne.id == POSTE.id else self.utilisateur(ligne)

    def changer_mot_de_passe(self, id: str, mot_de_passe: str, *, par: Utilisateur | None = None) -> None:
        """Give an account another password, and end its sessions. `Introuvable`, `Erreurs`."""
        with self.lecture() as connexion:
            identifiant = self.utilisateur(self.compte_de(connexion, id)).identifiant
        exiger(mot_de_passe, identifiant)
        empreinte = self._hacher(mot_de_passe)
        with self.ecriture() as connexion:
            ligne = self.compte_de(connexion, id)
            connexion.execute(update(compte).where(compte.c.id == id).values(mot_de_passe=empreinte))
            connexion.execute(session.delete().where(session.c.compte == id))
            connexion.execute(tentative.delete().where(tentative.c.identifiant_index == ligne.identifiant_index))
            self.noter(connexion, Acte.MOT_DE_PASSE_CHANGE, par, compte=id)

    def changer_role(self, id: str, role: Role, *, par: Utilisateur | None = None) -> None:
        """Give an account another role, from its next request on. `Introuvable`, `Erreurs`."""
        if role not in ROLES:
            raise Erreurs([Faute("rôle inconnu", champ="role", valeur=role, attendu="l'un de " + ", ".join(ROLES))])
        with self.ecriture() as connexion:
            self.compte_de(connexion, id)
            connexion.execute(update(compte).where(compte.c.id == id).values(role=role))
            self.noter(connexion, Acte.ROLE_CHANGE, par, compte=id)

    def desactiver(self, id: str, *, par: Utilisateur | None = None) -> None:
        """Close an account without losing what it keeps: its sessions and its tokens end. `Introuvable`."""
        with self.ecriture() as connexion:
            self.compte_de(connexion, id)
            connexion.execute(update(compte).where(compte.c.id == id).values(actif=False))
            connexion.execute(session.delete().where(session.c.compte == id))
            connexion.execute(jeton.delete().where(jeton.c.compte == id))
            self.noter(connexion, Acte.COMPTE_DESACTIVE, par, compte=id)

    def reactiver(self, id: str, *, par: Utilisateur | None = None) -> None:
        """Open again an account that was closed. `Introuvable`."""
        with self.ecriture() as connexion:
            self.compte_de(connexion, id)
            connexion.execute(update(compte).where(compte.c.id == id).values(actif=True))
            self.noter(connexion, Acte.COMPTE_REACTIVE, par, compte=id)

    def supprimer_compte(self, id: str, *, heritier: str | None = None, par: Utilisateur | None = None) -> None:
        """Delete an account for good, with its pieces; or hand these over to `heritier`, the id of another account.

        `Introuvable`; `Erreurs` if the other account is closed, or if its role does not keep such pieces.
        """
        with self.ecriture() as connexion:
            self.compte_de(connexion, id)
            siennes = connexion.execute(select(piece.c.id, piece.c.genre).where(piece.c.proprietaire == id)).all()
            if heritier is not None:
                self._ceder(connexion, [(ligne.id, ligne.genre) for ligne in siennes], self.compte_de(connexion, heritier), id, par)
            else:
                for ligne in siennes:
                    self.noter(connexion, Acte.PIECE_SUPPRIMEE, par, piece=ligne.id)
            connexion.execute(compte.delete().where(compte.c.id == id))
            self.noter(connexion, Acte.COMPTE_SUPPRIME, par, compte=id)
        effacer_les_traces(self.moteur)

    def authentifier(self, identifiant: str, mot_de_passe: str) -> Utilisateur | None:
        """Return the account that this password opens, or None: unknown, closed, wrong, or waiting after failures.

        Nothing in the answer nor in the time it takes says which.
        """
        index = self.index_de(identifiant)
        with self.lecture() as connexion:
            lu = connexion.execute(select(compte.c.mot_de_passe).where(compte.c.identifiant_index == index)).scalar()
        exact = self._verifier(lu, mot_de_passe)
        nouvelle = self._hacher(mot_de_passe) if exact and lu and self.politique.argon2.check_needs_rehash(lu) else None
        with self.ecriture() as connexion:
            maintenant = self.politique.horloge()
            essais = connexion.execute(select(tentative).where(tentative.c.identifiant_index == index)).first()
            if essais is not None and essais.bloque_jusqu_a is not None and maintenant < essais.bloque_jusqu_a:
                return None
            ligne = connexion.execute(select(compte).where(compte.c.identifiant_index == index)).first()
            # Read again under the lock: the account may have been closed, or changed, while the password was checked.
            if not exact or ligne is None or not ligne.actif or ligne.mot_de_passe != lu:
                self._compter_un_echec(connexion, index, essais, maintenant)
                self.noter(connexion, Acte.CONNEXION_REFUSEE, None, compte=None if ligne is None else ligne.id)
                return None
            connexion.execute(tentative.delete().where(tentative.c.identifiant_index == index))
            if nouvelle is not None:
                connexion.execute(update(compte).where(compte.c.id == ligne.id).values(mot_de_passe=nouvelle))
            entre = self.utilisateur(ligne)
            self.noter(connexion, Acte.CONNEXION, entre)
            return entre

    def compte_oidc(self, emetteur: str, sujet: str, identifiant: str) -> Utilisateur | None:
        """Return the account of someone whom a provider vouches for: one that was opened here before, or None.

        At the first sign-in the account with this identifier is bound to that person, and then to nobody else: the
        provider must have checked the identifier (`email_verified`).
        """
        index = self.chiffre.index("oidc", emetteur, sujet)
        with self.ecriture() as connexion:
            ligne = connexion.execute(select(compte).where(compte.c.oidc_index == index)).first()
            if ligne is None:
                ligne = self._par_identifiant(connexion, identifiant)
                if ligne is None or ligne.oidc is not None or not ligne.actif or ligne.id == POSTE.id:
                    self.noter(connexion, Acte.CONNEXION_REFUSEE, None, compte=None if ligne is None else ligne.id)
                    return None
                lien = self.chiffre.fermer(json.dumps([emetteur, sujet]).encode(), "compte", "oidc", ligne.id)
                connexion.execute(update(compte).where(compte.c.id == ligne.id).values(oidc=lien, oidc_index=index))
                self.noter(connexion, Acte.COMPTE_LIE, self.utilisateur(ligne), compte=ligne.id)
            if not ligne.actif:
                self.noter(connexion, Acte.CONNEXION_REFUSEE, None, compte=ligne.id)
                return None
            entre = self.utilisateur(ligne)
            self.noter(connexion, Acte.CONNEXION, entre)
            return entre

    def _par_identifiant(self, connexion: Connection, identifiant: str) -> Row[Any] | None:
        return connexion.execute(select(compte).where(compte.c.identifiant_index == self.index_de(identifiant))).first()

    def _ceder(self, connexion: Connection, pieces: list[tuple[str, str]], heritier: Row[Any], id: str, par: Utilisateur | None) -> None:
        refus = sorted({genre for _, genre in pieces if jamais(heritier.role, "deposer", genre)})
        if heritier.id == id or not heritier.actif or refus:
            attendu = "un autre compte actif" + (f" dont le rôle garde : {', '.join(refus)}" if refus else "")
            raise Erreurs([Faute("ce compte ne peut recevoir les pièces", champ="héritier", attendu=attendu)])
        for piece_cedee, _ in pieces:
            connexion.execute(partage.delete().where(partage.c.piece == piece_cedee, partage.c.compte == heritier.id))
            connexion.execute(update(piece).where(piece.c.id == piece_cedee).values(proprietaire=heritier.id))
            self.noter(connexion, Acte.PIECE_CEDEE, par, piece=piece_cedee, compte=heritier.id)

    def _compter_un_echec(self, connexion: Connection, index: bytes, essais: Row[Any] | None, maintenant: dt.datetime) -> None:
        connexion.execute(tentative.delete().where(tentative.c.derniere_le < maintenant - OUBLI))
        recents = essais is not None and essais.derniere_le >= maintenant - OUBLI
        echecs = essais.echecs + 1 if essais is not None and recents else 1
        attente = min(ATTENTE * 2 ** min(echecs - ESSAIS, 20), ATTENTE_MAXIMALE) if echecs >= ESSAIS else None
        connexion.execute(tentative.delete().where(tentative.c.identifiant_index == index))
        connexion.execute(
            tentative.insert().values(
                identifiant_index=index, echecs=echecs, derniere_le=maintenant, bloque_jusqu_a=None if attente is None else maintenant + attente
            )
        )

    def _hacher(self, mot_de_passe: str) -> str:
        with PASSAGE:
            return self.politique.argon2.hash(canonique(mot_de_passe))

    @cached_property
    def _leurre(self) -> str:
        # What an unknown account is checked against, so that it costs what a known one costs.
        return self._hacher(secrets.token_urlsafe(16))

    def _verifier(self, empreinte: str | None, mot_de_passe: str) -> bool:
        if len(mot_de_passe) > MAXIMUM:
            mot_de_passe = ""
        compare = empreinte or self._leurre
        try:
            with PASSAGE:
                self.politique.argon2.verify(compare, canonique(mot_de_passe))
        except (VerificationError, InvalidHashError):
            return False
        return empreinte is not None
