"""The journal: what is written in it, that nobody changes it, and that a change would be seen."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from convmed.base import POSTE, Acte, Cle, Coffre, Conflit, Interdit, Introuvable, Politique, Utilisateur

from .conftest import MOT_DE_PASSE

Equipe = Callable[[str], Utilisateur]
SANS_GARDE = {
    "sqlite": ("DROP TRIGGER journal_update", "DROP TRIGGER journal_delete"),
    "postgresql": ("ALTER TABLE journal DISABLE TRIGGER ALL",),
}


def actes(coffre: Coffre, depuis: int = 1) -> list[tuple[str, str | None, str | None, str | None]]:
    return [(entree.action, entree.qui, entree.piece, entree.compte) for entree in coffre.journal(depuis)]


def test_chaque_acte_s_inscrit(coffre: Coffre, equipe: Equipe) -> None:
    medecin, secretaire = equipe("medecin"), equipe("secretariat")
    assert [acte for acte, *_ in actes(coffre)] == [Acte.BASE_CREEE, Acte.COMPTE_CREE, Acte.COMPTE_CREE]
    coffre.authentifier(medecin.identifiant, MOT_DE_PASSE)
    coffre.authentifier(medecin.identifiant, "faux")
    coffre.authentifier("inconnu@cabinet.example", "faux")
    coffre.fermer_session(coffre.ouvrir_session(medecin))
    id = coffre.deposer(medecin, "dossier", "Un", b"1").id
    coffre.ouvrir_piece(medecin, id)
    coffre.partager(medecin, id, secretaire.identifiant, "ecriture")
    coffre.ouvrir_piece(secretaire, id)
    coffre.reviser(secretaire, id, b"2", version_lue=1)
    coffre.noter_export(medecin, id)
    coffre.departager(medecin, id, secretaire.identifiant)
    coffre.supprimer(medecin, id)
    assert actes(coffre, depuis=4) == [
        (Acte.CONNEXION, medecin.id, None, None),
        (Acte.CONNEXION_REFUSEE, None, None, medecin.id),
        (Acte.CONNEXION_REFUSEE, None, None, None),
        (Acte.DECONNEXION, medecin.id, None, None),
        (Acte.PIECE_DEPOSEE, medecin.id, id, None),
        # Reading one's own piece is not an event; reading that of someone else is.
        (Acte.PIECE_PARTAGEE, medecin.id, id, secretaire.id),
        (Acte.PIECE_LUE, secretaire.id, id, None),
        (Acte.PIECE_REVISEE, secretaire.id, id, None),
        (Acte.PIECE_EXPORTEE, medecin.id, id, None),
        (Acte.PIECE_DEPARTAGEE, medecin.id, id, secretaire.id),
        (Acte.PIECE_SUPPRIMEE, medecin.id, id, None),
    ]
    dates = [entree.date for entree in coffre.journal()]
    assert dates == sorted(dates) and coffre.verifier_journal() is None


def test_la_vie_d_un_compte_s_inscrit(coffre: Coffre, equipe: Equipe) -> None:
    compte, chef = equipe("agent"), equipe("medecin")
    debut = len(coffre.journal()) + 1
    coffre.changer_role(compte.id, "lecture", par=chef)
    coffre.changer_mot_de_passe(compte.id, "quatre mots sans lien", par=compte)
    coffre.creer_jeton(compte, "logiciel")
    coffre.revoquer_jeton(compte, coffre.jetons(compte)[0].id)
    coffre.desactiver(compte.id)
    coffre.reactiver(compte.id)
    coffre.supprimer_compte(compte.id)
    assert actes(coffre, debut) == [
        (Acte.ROLE_CHANGE, chef.id, None, compte.id), (Acte.MOT_DE_PASSE_CHANGE, compte.id, None, compte.id), (Acte.JETON_CREE, compte.id, None, None),
        (Acte.JETON_REVOQUE, compte.id, None, None), (Acte.COMPTE_DESACTIVE, None, None, compte.id), (Acte.COMPTE_REACTIVE, None, None, compte.id),
        (Acte.COMPTE_SUPPRIME, None, None, compte.id),
    ]  # fmt: skip


def test_ce_qui_est_refuse_ne_laisse_ni_piece_ni_ligne(coffre: Coffre, equipe: Equipe) -> None:
    id = coffre.deposer(equipe("medecin"), "dossier", "Un", b"1").id
    avant = len(coffre.journal())
    with pytest.raises(Conflit):
        coffre.reviser(equipe("medecin"), id, b"2", version_lue=7)
    with pytest.raises(Introuvable):
        coffre.reviser(equipe("medecin2"), id, b"2", version_lue=1)
    with pytest.raises(Interdit):
        coffre.deposer(equipe("lecture"), "dossier", "Un", b"1")
    assert [acte for acte, *_ in actes(coffre, avant + 1)] == [Acte.COMPTE_CREE, Acte.COMPTE_CREE]
    assert len(coffre.historique(equipe("medecin"), id)) == 1


def test_le_journal_ne_dit_aucun_nom(coffre: Coffre, equipe: Equipe) -> None:
    coffre.deposer(equipe("medecin"), "dossier", "Mme Untel", b"contenu")
    lignes = repr(coffre.journal())
    assert "Untel" not in lignes and "cabinet" not in lignes and "contenu" not in lignes


@pytest.mark.parametrize("ordre", ["UPDATE journal SET action = 'autre' WHERE numero = 1", "DELETE FROM journal WHERE numero = 2", "DELETE FROM journal"])
def test_la_base_refuse_de_changer_le_journal(coffre: Coffre, ordre: str) -> None:
    coffre.deposer(POSTE, "dossier", "Un", b"1")
    with pytest.raises(DBAPIError, match="le journal ne se modifie pas"), coffre.ecriture() as connexion:
        connexion.execute(text(ordre))
    assert len(coffre.journal()) == 2 and coffre.verifier_journal() is None


def test_postgresql_refuse_aussi_de_vider_le_journal(postgresql: str, cle: Cle, politique: Politique) -> None:
    with Coffre.ouvrir(postgresql, cle, migrer=True, politique=politique) as coffre:
        with pytest.raises(DBAPIError, match="le journal ne se modifie pas"), coffre.ecriture() as connexion:
            connexion.execute(text("TRUNCATE journal"))
        assert coffre.verifier_journal() is None


@pytest.mark.parametrize(
    ("ordre", "rompue"),
    [
        ("UPDATE journal SET action = 'pièce lue' WHERE numero = 3", 3),
        ("UPDATE journal SET qui = NULL WHERE numero = 2", 2),
        ("UPDATE journal SET date = '2020-01-01 00:00:00.000000' WHERE numero = 4", 4),
        ("UPDATE journal SET piece = NULL, compte = piece WHERE numero = 4", 4),
        ("UPDATE journal SET empreinte = (SELECT a.empreinte FROM journal a WHERE a.numero = 2) WHERE numero = 5", 5),
        ("DELETE FROM journal WHERE numero = 3", 3),
        ("DELETE FROM journal WHERE numero = 1", 1),
        ("DELETE FROM journal", 1),
        ("INSERT INTO journal SELECT 9, date, qui, action, piece, compte, empreinte FROM journal WHERE numero = 5", 6),
    ],
)
def test_une_ligne_changee_ou_otee_se_voit(coffre: Coffre, ordre: str, rompue: int) -> None:
    """Whoever owns the base can take its guards off: the seals still tell."""
    for numero in range(4):
        coffre.deposer(POSTE, "dossier", str(numero), b"1")
    assert coffre.verifier_journal() is None
    with coffre.ecriture() as connexion:
        for garde in SANS_GARDE[connexion.dialect.name]:
            connexion.execute(text(garde))
        connexion.execute(text(ordre))
    assert coffre.verifier_journal() == rompue


def test_plusieurs_qui_ecrivent_gardent_la_chaine_entiere(coffre: Coffre, url: str, cle: Cle, politique: Politique) -> None:
    """Threads of two safes open on one base, as two processes have it."""
    with Coffre.ouvrir(url, cle, politique=politique) as autre:
        def ecrire(lequel: Coffre) -> None:
            for tour in range(10):
                lequel.deposer(POSTE, "dossier", str(tour), b"1")

        fils = [threading.Thread(target=ecrire, args=(lequel,)) for lequel in (coffre, autre) * 3]
        for fil in fils:
            fil.start()
        for fil in fils:
            fil.join()
    assert len(coffre.lister(POSTE, "dossier")) == 60
    assert [entree.numero for entree in coffre.journal()] == list(range(1, 62)) and coffre.verifier_journal() is None
