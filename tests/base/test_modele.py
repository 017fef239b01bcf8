"""The safe against a plain dictionary that obeys the same rules: whatever people do, in whatever order, both agree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
        initialize,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text

from convmed.base import GENRES, POSTE, ROLES, Coffre, Conflit, Interdit, Introuvable, Utilisateur
from convmed.textes import Erreurs

# Said again here, in other words than those of the table that is tested.
A_SOI = {"medecin": set(GENRES), "secretariat": {"scenario"}, "agent": {"contrat", "procedure", "scenario"}, "lecture": set()}
VUS = {"medecin": set(GENRES), "secretariat": {"dossier", "scenario"}, "agent": {"contrat", "procedure", "scenario"}, "lecture": set(GENRES)}
ECRIVENT = {"medecin", "secretariat", "agent"}
DISPOSENT = {"medecin", "agent"}


@dataclass
class Attendue:
    """A piece of the model."""

    genre: str
    proprietaire: str
    versions: list[tuple[str, bytes]]
    partages: dict[str, str] = field(default_factory=dict)


class Machine(RuleBasedStateMachine):
    """Accounts of every role, and the desk, act on the same pieces."""

    # Opened once: each example begins by removing what the one before left.
    coffre: ClassVar[Coffre]
    comptes: ClassVar[dict[str, Utilisateur]]
    pieces = Bundle("pieces")
    gens = st.sampled_from([*ROLES, "medecin2", "secretariat2", "poste"])
    # Most of the time someone who has to do with the piece: those who have not are refused, and that is soon seen.
    concernes = st.sampled_from(["proprietaire", "invite"]) | gens

    @initialize(target=pieces, donnees=st.lists(st.tuples(gens, st.sampled_from(["ecriture", "lecture"])), min_size=5, max_size=5))
    def commencer(self, donnees: list[tuple[str, str]]) -> Any:
        """Begin with a piece of each kind, that somebody was given: left to chance alone, few would ever be."""
        with self.coffre.ecriture() as connexion:
            connexion.execute(text("DELETE FROM piece"))
        self.modele: dict[str, Attendue] = {}
        premieres = [("medecin", "dossier"), ("medecin2", "procedure"), ("agent", "contrat"), ("secretariat", "scenario"), ("poste", "scenario")]
        ids = [self.deposer(qui, genre, "Une", b"1") for qui, genre in premieres]
        for id, (a, droit) in zip(ids, donnees, strict=True):
            self.partager("proprietaire", id, a, droit)
        return multiple(*ids)

    def teardown(self) -> None:
        for nom in self.comptes:
            self.regarder(nom)
        assert self.coffre.verifier_journal() is None

    @rule(target=pieces, qui=gens, genre=st.sampled_from(GENRES), titre=st.text(st.characters(codec="utf-8"), max_size=5), contenu=st.binary(max_size=20))
    def deposer_encore(self, qui: str, genre: Any, titre: str, contenu: bytes) -> Any:
        return self.deposer(qui, genre, titre, contenu)

    def deposer(self, qui: str, genre: Any, titre: str, contenu: bytes) -> Any:
        if genre not in A_SOI[self._role(qui)]:
            with pytest.raises(Interdit):
                self.coffre.deposer(self.comptes[qui], genre, titre, contenu)
            return multiple()
        id = self.coffre.deposer(self.comptes[qui], genre, titre, contenu).id
        self.modele[id] = Attendue(genre, qui, [(titre, contenu)])
        return id

    @rule(qui=concernes, id=pieces, contenu=st.binary(max_size=20), titre=st.none() | st.just("autre"), retard=st.sampled_from([0, 0, 0, 1]))
    def reviser(self, qui: str, id: str, contenu: bytes, titre: str | None, retard: int) -> None:
        qui = self._nommer(qui, id)
        piece = self.modele.get(id)
        lue = len(piece.versions) - retard if piece else 1
        attendu = self._refus(qui, piece, "ecriture") or (Conflit if retard else None)
        if attendu:
            with pytest.raises(attendu):
                self.coffre.reviser(self.comptes[qui], id, contenu, titre=titre, version_lue=lue)
            return
        assert piece is not None
        assert self.coffre.reviser(self.comptes[qui], id, contenu, titre=titre, version_lue=lue).version == lue + 1
        piece.versions.append((piece.versions[-1][0] if titre is None else titre, contenu))

    @rule(qui=concernes, id=pieces, numero=st.none() | st.integers(0, 4))
    def ouvrir_piece(self, qui: str, id: str, numero: int | None) -> None:
        qui = self._nommer(qui, id)
        piece = self.modele.get(id)
        absente = piece is not None and numero is not None and not 1 <= numero <= len(piece.versions)
        if self._refus(qui, piece, "lecture") or absente:
            with pytest.raises(Introuvable):
                self.coffre.ouvrir_piece(self.comptes[qui], id, numero)
            return
        assert piece is not None
        ouverte = self.coffre.ouvrir_piece(self.comptes[qui], id, numero)
        assert (ouverte.piece.titre, ouverte.contenu) == piece.versions[(numero or len(piece.versions)) - 1]
        assert len(self.coffre.historique(self.comptes[qui], id)) == len(piece.versions)

    @rule(qui=concernes, id=pieces, a=gens, droit=st.sampled_from(["ecriture", "lecture"]))
    def partager(self, qui: str, id: str, a: str, droit: Any) -> None:
        qui = self._nommer(qui, id)
        piece = self.modele.get(id)
        attendu: Any = self._refus(qui, piece, "disposer")
        if attendu is None and a == qui:
            attendu = Erreurs
        elif attendu is None and piece and piece.genre not in VUS[self._role(a)]:
            attendu = Interdit
        identifiant = self.comptes[a].identifiant
        if attendu:
            with pytest.raises(attendu):
                self.coffre.partager(self.comptes[qui], id, identifiant, droit)
            return
        assert piece is not None
        self.coffre.partager(self.comptes[qui], id, identifiant, droit)
        piece.partages[a] = droit

    @rule(qui=concernes, id=pieces, a=gens)
    def departager(self, qui: str, id: str, a: str) -> None:
        qui = self._nommer(qui, id)
        piece = self.modele.get(id)
        attendu: Any = self._refus(qui, piece, "disposer") or (None if piece and a in piece.partages else Erreurs)
        if attendu:
            with pytest.raises(attendu):
                self.coffre.departager(self.comptes[qui], id, self.comptes[a].identifiant)
            return
        assert piece is not None
        self.coffre.departager(self.comptes[qui], id, self.comptes[a].identifiant)
        del piece.partages[a]

    @rule(qui=concernes, id=pieces)
    def supprimer(self, qui: str, id: str) -> None:
        qui = self._nommer(qui, id)
        attendu = self._refus(qui, self.modele.get(id), "disposer")
        if attendu:
            with pytest.raises(attendu):
                self.coffre.supprimer(self.comptes[qui], id)
            return
        self.coffre.supprimer(self.comptes[qui], id)
        del self.modele[id]

    @rule(qui=gens)
    def regarder(self, qui: str) -> None:
        for genre in GENRES:
            vues = {piece.id: (piece.titre, piece.version, piece.droit, piece.sienne) for piece in self.coffre.lister(self.comptes[qui], genre)}
            assert vues == {
                id: (piece.versions[-1][0], len(piece.versions), "lecture" if self._refus(qui, piece, "ecriture") else "ecriture", piece.proprietaire == qui)
                for id, piece in self.modele.items() if piece.genre == genre and not self._refus(qui, piece, "lecture")
            }  # fmt: skip

    def _nommer(self, qui: str, id: str) -> str:
        piece = self.modele.get(id)
        if qui == "proprietaire":
            return piece.proprietaire if piece else "medecin"
        if qui == "invite":
            return next(iter(piece.partages), "medecin2") if piece else "medecin2"
        return qui

    def _role(self, nom: str) -> str:
        return self.comptes[nom].role

    def _refus(self, qui: str, piece: Attendue | None, acte: str) -> type[Erreurs] | None:
        """Return what the model answers: the right of a role first, then what is seen, then what is allowed."""
        role = self._role(qui)
        if (acte == "ecriture" and role not in ECRIVENT) or (acte == "disposer" and role not in DISPOSENT):
            return Interdit
        if piece is None or (piece.proprietaire != qui and (qui not in piece.partages or piece.genre not in VUS[role])):
            return Introuvable
        if piece.proprietaire == qui or acte == "lecture":
            return None
        return None if acte == "ecriture" and piece.partages[qui] == "ecriture" else Interdit


def test_le_coffre_suit_le_modele(coffre: Coffre, equipe: Callable[[str], Utilisateur]) -> None:
    comptes = {nom: equipe(nom) for nom in (*ROLES, "medecin2", "secretariat2")} | {"poste": POSTE}
    eprouvee = type("Eprouvee", (Machine,), {"coffre": coffre, "comptes": comptes})
    run_state_machine_as_test(eprouvee, settings=settings(max_examples=25, stateful_step_count=30))
