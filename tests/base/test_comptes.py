"""Accounts: opened, changed, closed; passwords that are refused; signing in, and what slows down whoever guesses."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from convmed.base import POSTE, Acte, Cle, Coffre, Introuvable, Politique, Utilisateur
from convmed.base.comptes import ESSAIS
from convmed.base.mots_de_passe import exiger
from convmed.textes import Erreurs

from .conftest import MOT_DE_PASSE, Horloge

Equipe = Callable[[str], Utilisateur]
EMETTEUR = "https://connexion.example"


def test_un_compte_s_ouvre_et_se_connecte(coffre: Coffre) -> None:
    compte = coffre.creer_compte(" Dr.Dupont@Cabinet.example ", "medecin", MOT_DE_PASSE)
    assert compte.identifiant == "Dr.Dupont@Cabinet.example"
    assert coffre.authentifier("dr.dupont@cabinet.EXAMPLE ", MOT_DE_PASSE) == compte == coffre.compte("DR.DUPONT@cabinet.example")
    assert coffre.authentifier("dr.dupont@cabinet.example", MOT_DE_PASSE + " ") is None
    assert coffre.authentifier("\0\ud800", "\0\ud800") is None
    assert coffre.comptes() == [compte] and coffre.nombre_de_comptes() == 1


def test_toutes_les_fautes_d_un_compte_sont_dites_ensemble(coffre: Coffre) -> None:
    with pytest.raises(Erreurs) as refus:
        coffre.creer_compte("x", "chef", "court")  # type: ignore[arg-type]
    assert [faute.champ for faute in refus.value.fautes] == ["identifiant", "role", "mot de passe"]
    assert "court" not in str(refus.value)


def test_un_identifiant_n_est_pris_qu_une_fois(coffre: Coffre, equipe: Equipe) -> None:
    with pytest.raises(Erreurs, match="déjà"):
        coffre.creer_compte(equipe("medecin").identifiant.upper(), "agent", MOT_DE_PASSE)
    with pytest.raises(Erreurs, match="déjà"):
        coffre.creer_compte("Poste", "agent", MOT_DE_PASSE)


@pytest.mark.parametrize(
    "mot_de_passe",
    ["azertyuiop12", "motdepasse2026!", "Password1234!", "aaaaaaaaaaaaaaaa", "ababababababab", "123456789012", "onze signes", "Medecin-2026-!!",
     "abcdefghijkl", "durand-cabinet", "je suis durand", "x" * 257, "Azerty!Azerty!", "bonjourbonjour", "01/02/1970 01/02"],
)  # fmt: skip
def test_les_mots_de_passe_refuses(mot_de_passe: str) -> None:
    with pytest.raises(Erreurs) as refus:
        exiger(mot_de_passe, "m.durand@cabinet.example")
    assert mot_de_passe not in str(refus.value)


@pytest.mark.parametrize("mot_de_passe", [MOT_DE_PASSE, "Tr0mb0ne&clavier", "éléphant à bretelles", "qjx7vbn2mzk4", "x" * 3 + "correct horse battery", "ça neige sur Brest"])
def test_les_mots_de_passe_acceptes(mot_de_passe: str) -> None:
    exiger(mot_de_passe, "m.durand@cabinet.example")


@given(st.text(max_size=40))
def test_aucun_mot_de_passe_ne_fait_tomber_la_regle(mot_de_passe: str) -> None:
    try:
        exiger(mot_de_passe, "m.durand@cabinet.example")
    except Erreurs:
        return
    assert len(mot_de_passe) >= 4 and "durand" not in mot_de_passe.casefold()


def test_un_accent_compose_ou_non_est_le_meme(coffre: Coffre) -> None:
    compte = coffre.creer_compte("un@cabinet.example", "medecin", "éléphant à bretelles")
    assert coffre.authentifier("un@cabinet.example", "e\u0301le\u0301phant a\u0300 bretelles") == compte


def test_les_echecs_font_attendre_de_plus_en_plus(coffre: Coffre, equipe: Equipe, horloge: Horloge) -> None:
    identifiant = equipe("medecin").identifiant
    horloge.figer()
    for _ in range(ESSAIS - 1):
        assert coffre.authentifier(identifiant, "faux") is None
    assert coffre.authentifier(identifiant, MOT_DE_PASSE) is not None, "quatre échecs n'arrêtent pas, et le compte repart de zéro"
    for _ in range(ESSAIS):
        coffre.authentifier(identifiant, "faux")
    for attente in (2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900):
        horloge.avancer(seconds=attente - 1)
        avant = len(coffre.journal())
        assert coffre.authentifier(identifiant, MOT_DE_PASSE) is None, f"même le bon mot de passe attend {attente} s"
        assert len(coffre.journal()) == avant, "ce qui attend n'emplit pas le journal"
        horloge.avancer(seconds=1)
        assert coffre.authentifier(identifiant, "faux") is None and len(coffre.journal()) == avant + 1
    horloge.avancer(seconds=900)
    assert coffre.authentifier(identifiant, MOT_DE_PASSE) is not None
    assert coffre.authentifier(identifiant, "faux") is None
    assert coffre.authentifier(identifiant, MOT_DE_PASSE) is not None, "la réussite efface les échecs"


def test_un_compte_inconnu_attend_comme_les_autres(coffre: Coffre, horloge: Horloge) -> None:
    """Otherwise the lock would tell who has an account."""
    horloge.figer()
    for _ in range(ESSAIS + 3):
        coffre.authentifier("inconnu@cabinet.example", "faux")
    assert len(coffre.journal()) == 1 + ESSAIS
    horloge.avancer(days=2)
    coffre.authentifier("autre@cabinet.example", "faux")
    with coffre.lecture() as connexion:
        assert connexion.execute(text("SELECT echecs FROM tentative")).all() == [(1,)], "les vieux échecs s'oublient"


def test_qui_essaie_de_partout_a_la_fois_n_a_pas_plus_d_essais(coffre: Coffre, equipe: Equipe) -> None:
    identifiant = equipe("medecin").identifiant
    fils = [threading.Thread(target=coffre.authentifier, args=(identifiant, f"faux {numero}")) for numero in range(20)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    assert [entree.action for entree in coffre.journal()].count(Acte.CONNEXION_REFUSEE) == ESSAIS
    assert coffre.authentifier(identifiant, MOT_DE_PASSE) is None


def test_un_inconnu_coute_ce_que_coute_un_compte(url: str, cle: Cle, politique: Politique) -> None:
    """With a password dear enough to be measured: what a wrong one costs does not tell whether the account exists."""
    cher = replace(politique, argon2=PasswordHasher(time_cost=2, memory_cost=32_768, parallelism=1))
    with Coffre.ouvrir(url, cle, migrer=True, politique=cher) as coffre:
        coffre.creer_compte("connu@cabinet.example", "medecin", MOT_DE_PASSE)
        coffre.authentifier("premier@cabinet.example", "faux")
        durees: dict[str, list[float]] = {"connu@cabinet.example": [], "inconnu@cabinet.example": []}
        for _ in range(ESSAIS - 1):
            for identifiant, mesures in durees.items():
                debut = time.thread_time()
                coffre.authentifier(identifiant, "faux")
                mesures.append(time.thread_time() - debut)
    connu, inconnu = (statistics.median(mesures) for mesures in durees.values())
    assert 0.5 < connu / inconnu < 2


def test_le_cout_par_defaut_est_celui_de_la_rfc() -> None:
    hacheur = Politique().argon2
    assert (hacheur.type.name, hacheur.memory_cost, hacheur.time_cost, hacheur.parallelism) == ("ID", 65_536, 3, 4)


def test_un_mot_de_passe_suit_le_cout_quand_il_change(url: str, cle: Cle, politique: Politique) -> None:
    with Coffre.ouvrir(url, cle, migrer=True, politique=politique) as coffre:
        compte = coffre.creer_compte("un@cabinet.example", "medecin", MOT_DE_PASSE)
    plus_cher = replace(politique, argon2=PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    with Coffre.ouvrir(url, cle, politique=plus_cher) as coffre:
        coffre.authentifier(compte.identifiant, "faux")
        assert "t=1" in _empreinte(coffre), "un refus ne change rien"
        assert coffre.authentifier(compte.identifiant, MOT_DE_PASSE) == compte
        assert "m=16,t=2" in _empreinte(coffre)
        assert coffre.authentifier(compte.identifiant, MOT_DE_PASSE) == compte


def _empreinte(coffre: Coffre) -> str:
    with coffre.lecture() as connexion:
        return str(connexion.execute(text("SELECT mot_de_passe FROM compte WHERE mot_de_passe IS NOT NULL")).scalar_one())


def test_changer_de_mot_de_passe(coffre: Coffre, equipe: Equipe) -> None:
    compte = equipe("medecin")
    session = coffre.ouvrir_session(compte)
    with pytest.raises(Erreurs, match="longueur"):
        coffre.changer_mot_de_passe(compte.id, "court")
    assert coffre.session(session) == compte
    for _ in range(ESSAIS):
        coffre.authentifier(compte.identifiant, "oublié")
    coffre.changer_mot_de_passe(compte.id, "quatre mots sans lien")
    assert coffre.session(session) is None, "un autre mot de passe ferme les sessions"
    assert coffre.authentifier(compte.identifiant, MOT_DE_PASSE) is None
    assert coffre.authentifier(compte.identifiant, "quatre mots sans lien") == compte


def test_changer_de_role_vaut_aussitot(coffre: Coffre, equipe: Equipe) -> None:
    session = coffre.ouvrir_session(equipe("agent"))
    coffre.changer_role(equipe("agent").id, "lecture")
    assert coffre.session(session) == replace(equipe("agent"), role="lecture")
    with pytest.raises(Erreurs, match="medecin, secretariat"):
        coffre.changer_role(equipe("agent").id, "chef")  # type: ignore[arg-type]


def test_un_compte_ferme_n_entre_plus(coffre: Coffre, equipe: Equipe) -> None:
    compte = equipe("medecin")
    id = coffre.deposer(compte, "dossier", "Un", b"1").id
    session, jeton = coffre.ouvrir_session(compte), coffre.creer_jeton(compte, "logiciel")
    coffre.desactiver(compte.id)
    assert coffre.session(session) is None and coffre.jeton(jeton) is None and coffre.authentifier(compte.identifiant, MOT_DE_PASSE) is None
    with pytest.raises(Introuvable):
        coffre.ouvrir_session(compte)
    for acte in (lambda: coffre.creer_jeton(compte, "autre"), lambda: coffre.deposer(compte, "dossier", "Deux", b"2"),
                 lambda: coffre.reviser(compte, id, b"2", version_lue=1)):  # fmt: skip
        with pytest.raises(Introuvable):
            acte()
    coffre.reactiver(compte.id)
    assert coffre.session(session) is None and coffre.jeton(jeton) is None, "ce qui était ouvert ne revient pas"
    assert coffre.authentifier(compte.identifiant, MOT_DE_PASSE) == compte and coffre.ouvrir_piece(compte, id).contenu == b"1"


def test_supprimer_un_compte_supprime_ce_qui_est_a_lui(coffre: Coffre, equipe: Equipe) -> None:
    compte, autre = equipe("medecin"), equipe("medecin2")
    sienne = coffre.deposer(compte, "dossier", "Un", b"1").id
    d_un_autre = coffre.deposer(autre, "dossier", "Deux", b"1").id
    coffre.partager(compte, sienne, autre.identifiant, "lecture")
    coffre.partager(autre, d_un_autre, compte.identifiant, "ecriture")
    coffre.reviser(compte, d_un_autre, b"2", version_lue=1)
    coffre.creer_jeton(compte, "logiciel")
    coffre.supprimer_compte(compte.id)
    assert coffre.compte(compte.identifiant) is None
    assert [piece.id for piece in coffre.lister(autre, "dossier")] == [d_un_autre]
    assert [(une.numero, une.auteur) for une in coffre.historique(autre, d_un_autre)] == [(1, autre.identifiant), (2, None)]
    assert coffre.partages(autre, d_un_autre) == {}
    assert [(entree.action, entree.piece) for entree in coffre.journal()[-2:]] == [(Acte.PIECE_SUPPRIMEE, sienne), (Acte.COMPTE_SUPPRIME, None)]
    with pytest.raises(Introuvable):
        coffre.deposer(compte, "dossier", "Trois", b"3")
    coffre.creer_compte(compte.identifiant, "medecin", MOT_DE_PASSE)


def test_ou_le_cede_a_un_autre(coffre: Coffre, equipe: Equipe) -> None:
    compte, heritier = equipe("medecin"), equipe("medecin2")
    id = coffre.deposer(compte, "dossier", "Un", b"1").id
    coffre.partager(compte, id, heritier.identifiant, "lecture")
    for refuse in (equipe("agent"), compte):
        with pytest.raises(Erreurs, match="héritier"):
            coffre.supprimer_compte(compte.id, heritier=refuse.id)
    coffre.supprimer_compte(compte.id, heritier=heritier.id)
    ouverte = coffre.ouvrir_piece(heritier, id)
    assert ouverte.contenu == b"1" and ouverte.piece.sienne and ouverte.piece.proprietaire == heritier.identifiant
    assert coffre.partages(heritier, id) == {}


def test_le_poste_n_est_pas_un_compte(coffre: Coffre) -> None:
    assert coffre.comptes() == [] and coffre.compte("poste") is None and coffre.nombre_de_comptes() == 0
    assert coffre.authentifier("poste", "") is None and coffre.compte_oidc(EMETTEUR, "1", "poste") is None
    for acte in (lambda: coffre.changer_mot_de_passe(POSTE.id, MOT_DE_PASSE), lambda: coffre.changer_role(POSTE.id, "lecture"),
                 lambda: coffre.desactiver(POSTE.id), lambda: coffre.supprimer_compte(POSTE.id)):  # fmt: skip
        with pytest.raises(Introuvable):
            acte()


def test_un_fournisseur_n_ouvre_que_ce_qui_a_ete_ouvert(coffre: Coffre) -> None:
    assert coffre.compte_oidc(EMETTEUR, "42", "un@cabinet.example") is None
    compte = coffre.creer_compte("un@cabinet.example", "medecin", None)
    assert coffre.authentifier("un@cabinet.example", "") is None, "sans mot de passe, aucun n'entre"
    assert coffre.compte_oidc(EMETTEUR, "42", "UN@cabinet.example") == compte
    assert coffre.compte_oidc(EMETTEUR, "42", "change@cabinet.example") == compte, "le lien est avec la personne"
    assert coffre.compte_oidc(EMETTEUR, "43", "un@cabinet.example") is None, "et avec elle seule"
    assert coffre.compte_oidc("https://autre.example", "42", "un@cabinet.example") is None
    coffre.desactiver(compte.id)
    assert coffre.compte_oidc(EMETTEUR, "42", "un@cabinet.example") is None
    assert [entree.action for entree in coffre.journal()].count(Acte.COMPTE_LIE) == 1
