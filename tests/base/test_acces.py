"""Sessions and tokens: whose they are, how long they last, what is kept of them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest
from sqlalchemy import text

from convmed.base import Coffre, Introuvable, Utilisateur
from convmed.base.acces import PREFIXE
from convmed.textes import Erreurs

from .conftest import Horloge

Equipe = Callable[[str], Utilisateur]


def test_une_session_s_ouvre_et_se_ferme(coffre: Coffre, equipe: Equipe) -> None:
    une, autre = coffre.ouvrir_session(equipe("medecin")), coffre.ouvrir_session(equipe("agent"))
    assert une != autre and len(une) >= 43
    assert (coffre.session(une), coffre.session(autre)) == (equipe("medecin"), equipe("agent"))
    coffre.fermer_session(une)
    coffre.fermer_session(une)
    assert (coffre.session(une), coffre.session(autre)) == (None, equipe("agent"))


@pytest.mark.parametrize("inconnue", ["", "x", "é" * 50, "\ud800", "\0", "A" * 43], ids=ascii)
def test_une_session_inconnue_n_ouvre_rien(coffre: Coffre, inconnue: str) -> None:
    assert coffre.session(inconnue) is None and coffre.jeton(inconnue) is None


def test_une_session_qui_sert_dure_et_une_qui_ne_sert_plus_finit(coffre: Coffre, equipe: Equipe, horloge: Horloge) -> None:
    horloge.figer()
    session = coffre.ouvrir_session(equipe("medecin"))
    for _ in range(20):
        horloge.avancer(minutes=29)
        assert coffre.session(session) is not None
    horloge.avancer(minutes=31)
    assert coffre.session(session) is None
    assert coffre.mesures()["sessions"] == 0
    horloge.avancer(minutes=-31)
    assert coffre.session(session) is not None, "c'est bien le temps passé qui la fermait"


def test_aucune_session_ne_depasse_sa_duree(coffre: Coffre, equipe: Equipe, horloge: Horloge) -> None:
    horloge.figer()
    session = coffre.ouvrir_session(equipe("medecin"))
    for _ in range(12 * 6):
        horloge.avancer(minutes=10)
        assert coffre.session(session) is not None
    horloge.avancer(seconds=1)
    assert coffre.session(session) is None


def test_les_sessions_finies_sont_otees(coffre: Coffre, equipe: Equipe, horloge: Horloge) -> None:
    coffre.ouvrir_session(equipe("medecin"))
    horloge.avancer(days=1)
    coffre.ouvrir_session(equipe("medecin"))
    assert _compter(coffre, "session") == 1


def test_de_la_session_et_du_jeton_seule_l_empreinte_est_gardee(coffre: Coffre, equipe: Equipe) -> None:
    secrets = coffre.ouvrir_session(equipe("medecin")), coffre.creer_jeton(equipe("medecin"), "logiciel")
    with coffre.lecture() as connexion:
        gardees = [bytes(connexion.execute(text(f"SELECT empreinte FROM {table}")).scalar_one()) for table in ("session", "jeton")]
    assert gardees == [hashlib.sha256(secret.encode()).digest() for secret in secrets]


def test_un_jeton_agit_pour_son_compte_jusqu_a_ce_qu_on_l_ote(coffre: Coffre, equipe: Equipe) -> None:
    un, deux = (coffre.creer_jeton(equipe("medecin"), libelle) for libelle in ("Logiciel de facturation", "Tableur"))
    assert un.startswith(PREFIXE) and coffre.jeton(un) == coffre.jeton(deux) == equipe("medecin")
    assert coffre.session(un) is None, "un jeton n'est pas une session"
    assert [jeton.libelle for jeton in coffre.jetons(equipe("medecin"))] == ["Logiciel de facturation", "Tableur"]
    premier = coffre.jetons(equipe("medecin"))[0].id
    with pytest.raises(Introuvable):
        coffre.revoquer_jeton(equipe("agent"), premier)
    coffre.revoquer_jeton(equipe("medecin"), premier)
    assert (coffre.jeton(un), coffre.jeton(deux)) == (None, equipe("medecin"))
    with pytest.raises(Erreurs, match="libellé"):
        coffre.creer_jeton(equipe("medecin"), " ")


def test_les_mesures_comptent(coffre: Coffre, equipe: Equipe) -> None:
    id = coffre.deposer(equipe("medecin"), "dossier", "Un", b"1").id
    coffre.reviser(equipe("medecin"), id, b"2", version_lue=1)
    coffre.ouvrir_session(equipe("medecin"))
    coffre.creer_jeton(equipe("agent"), "logiciel")
    coffre.desactiver(equipe("agent").id)
    assert coffre.mesures() == {
        "pieces_dossier": 1, "pieces_contrat": 0, "pieces_procedure": 0, "pieces_scenario": 0, "versions": 2, "sessions": 1, "jetons": 0,
        "comptes_medecin": 1, "comptes_secretariat": 0, "comptes_agent": 0, "comptes_lecture": 0, "journal": len(coffre.journal()),
    }  # fmt: skip
    assert coffre.sante() is True


def _compter(coffre: Coffre, table: str) -> int:
    with coffre.lecture() as connexion:
        return int(connexion.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())
