"""`convmed base` and `convmed compte` as whoever runs a server uses them."""

from __future__ import annotations

import json
import os
import pty
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from convmed.base import POSTE, Cle, Coffre

MOT_DE_PASSE = "cheval batterie agrafe"
MEDECIN = "dr@cabinet.example"


@pytest.fixture
def convmed(lanceur: Callable[..., Any]) -> Any:
    return lanceur()


@pytest.fixture
def base(convmed: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> tuple[str, Cle]:
    """A base, named by the environment as on a server."""
    cle, adresse = Cle.nouvelle(), f"sqlite:///{tmp_path}/base.db"
    monkeypatch.setenv("CONVMED_BASE", adresse)
    monkeypatch.setenv("CONVMED_CLE", cle.en_texte())
    assert "version 0001 (auparavant : vide)" in convmed.reussit("base", "migrer")
    return adresse, cle


def creer(convmed: Any, identifiant: str = MEDECIN, role: str = "medecin") -> None:
    convmed.reussit("compte", "creer", identifiant, "--role", role, "--mot-de-passe-stdin", entree=MOT_DE_PASSE + "\n")


def test_migrer_deux_fois(convmed: Any, base: tuple[str, Cle]) -> None:
    assert "déjà la bonne" in convmed.reussit("base", "migrer")


def test_un_compte_de_sa_creation_a_sa_suppression(convmed: Any, base: tuple[str, Cle]) -> None:
    creer(convmed)
    creer(convmed, "secretaire@cabinet.example", "secretariat")
    with Coffre.ouvrir(*base) as coffre:
        medecin = coffre.authentifier(MEDECIN, MOT_DE_PASSE)
        assert medecin is not None
    assert [un["identifiant"] for un in convmed.json("compte", "lister")] == [MEDECIN, "secretaire@cabinet.example"]
    assert convmed.reussit("compte", "lister", "--format", "csv").splitlines()[1].startswith(f"{MEDECIN};medecin;True;")
    convmed.reussit("compte", "role", MEDECIN, "agent")
    convmed.reussit("compte", "mot-de-passe", MEDECIN, "--mot-de-passe-stdin", entree="quatre mots sans lien\r\n")
    convmed.reussit("compte", "desactiver", "secretaire@cabinet.example")
    assert {un["identifiant"]: (un["role"], un["actif"]) for un in convmed.json("compte", "lister")} == {
        MEDECIN: ("agent", True), "secretaire@cabinet.example": ("secretariat", False)}  # fmt: skip
    convmed.reussit("compte", "reactiver", "secretaire@cabinet.example")
    with Coffre.ouvrir(*base) as coffre:
        assert coffre.authentifier(MEDECIN, MOT_DE_PASSE) is None and coffre.authentifier(MEDECIN, "quatre mots sans lien") is not None
        assert coffre.authentifier("secretaire@cabinet.example", MOT_DE_PASSE) is not None
    convmed.reussit("compte", "supprimer", "secretaire@cabinet.example", "--avec-ses-pieces")
    assert "oui" in convmed.reussit("compte", "lister") and len(convmed.json("compte", "lister")) == 1


def test_un_jeton_se_donne_et_se_retire(convmed: Any, base: tuple[str, Cle]) -> None:
    creer(convmed)
    jeton = convmed.reussit("compte", "jeton", MEDECIN, "Logiciel de facturation").strip()
    with Coffre.ouvrir(*base) as coffre:
        agit = coffre.jeton(jeton)
        assert agit is not None and agit.identifiant == MEDECIN
    (liste,) = convmed.json("compte", "jetons", MEDECIN)
    assert liste["libelle"] == "Logiciel de facturation" and jeton not in str(liste)
    assert convmed.json("compte", "jetons", MEDECIN, "--revoquer", liste["id"]) == []
    with Coffre.ouvrir(*base) as coffre:
        assert coffre.jeton(jeton) is None


def test_les_pieces_d_un_compte_supprime_se_cedent(convmed: Any, base: tuple[str, Cle]) -> None:
    creer(convmed)
    creer(convmed, "dr2@cabinet.example")
    with Coffre.ouvrir(*base) as coffre:
        deux, un = coffre.comptes()
        id = coffre.deposer(un, "dossier", "Cabinet", b"1").id
    assert "--heritier IDENTIFIANT ou --avec-ses-pieces" in convmed.refuse("compte", "supprimer", MEDECIN)[0]
    assert "--heritier : aucun compte" in convmed.refuse("compte", "supprimer", MEDECIN, "--heritier", "inconnu@cabinet.example")[0]
    convmed.reussit("compte", "supprimer", MEDECIN, "--heritier", "dr2@cabinet.example")
    with Coffre.ouvrir(*base) as coffre:
        assert [piece.id for piece in coffre.lister(un, "dossier")] == [] and [piece.id for piece in coffre.lister(deux, "dossier")] == [id]


def test_ce_qui_est_refuse_le_dit(convmed: Any, base: tuple[str, Cle], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    refuse = convmed.refuse("compte", "creer", MEDECIN, "--role", "medecin", "--mot-de-passe-stdin", entree="court\n")
    assert "12 à 256 caractères" in refuse[0] and "court" not in refuse[0]
    assert "--mot-de-passe-stdin" in convmed.refuse("compte", "creer", MEDECIN, "--role", "medecin")[0]
    assert "ne vont pas ensemble" in convmed.refuse("compte", "creer", MEDECIN, "--role", "medecin", "--sans-mot-de-passe", "--mot-de-passe-stdin")[0]
    assert "compte lister" in convmed.refuse("compte", "desactiver", MEDECIN)[0]
    assert "medecin, secretariat, agent, lecture" in convmed.refuse("compte", "creer", MEDECIN, "--role", "chef")[0]
    assert convmed.json("compte", "lister") == []
    monkeypatch.setenv("CONVMED_CLE", Cle.nouvelle().en_texte())
    assert "n'est pas celle de la base" in convmed.refuse("compte", "lister")[0]
    monkeypatch.delenv("CONVMED_CLE")
    assert "il manque la clé" in convmed.refuse("base", "etat")[0]
    monkeypatch.delenv("CONVMED_BASE")
    assert "il manque la base" in convmed.refuse("base", "migrer")[0]
    assert "n'existe pas" in convmed.refuse("base", "etat", "--base", f"sqlite:///{tmp_path}/autre.db", "--cle", ecrire_cle(tmp_path, base[1]))[0]


def ecrire_cle(dossier: Path, cle: Cle) -> Path:
    fichier = dossier / "cle"
    fichier.touch(0o600)
    fichier.write_text(cle.en_texte())
    return fichier


def test_sauvegarder_restaurer_changer_de_cle(convmed: Any, base: tuple[str, Cle], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    creer(convmed)
    with Coffre.ouvrir(*base) as coffre:
        id = coffre.deposer(POSTE, "dossier", "Cabinet", b"contenu").id
    assert "rangées copiées" in convmed.reussit("base", "sauvegarder", tmp_path / "copie")
    assert "existe déjà" in convmed.refuse("base", "sauvegarder", tmp_path / "copie")[0]
    neuve = f"sqlite:///{tmp_path}/neuve.db"
    assert "rangées restaurées" in convmed.reussit("base", "restaurer", tmp_path / "copie", "--base", neuve)
    assert "n'est pas vide" in convmed.refuse("base", "restaurer", tmp_path / "copie", "--base", neuve)[0]
    nouvelle = Cle.nouvelle()
    assert "chiffrées à nouveau" in convmed.reussit("base", "changer-cle", "--base", neuve, "--nouvelle", ecrire_cle(tmp_path, nouvelle))
    with Coffre.ouvrir(neuve, nouvelle) as coffre:
        assert coffre.ouvrir_piece(POSTE, id).contenu == b"contenu"
        assert coffre.authentifier(MEDECIN, MOT_DE_PASSE) is not None
    etat = convmed.json("base", "etat", "--base", neuve, "--cle", tmp_path / "cle")
    assert (etat["version"], etat["pieces_dossier"], etat["comptes_medecin"], etat["journal_entier"]) == ("0001", 1, 1, True)
    assert "journal entier" in convmed.reussit("base", "etat")


def test_le_journal_se_lit_et_se_verifie(convmed: Any, base: tuple[str, Cle], tmp_path: Path) -> None:
    creer(convmed)
    lignes = convmed.json("base", "journal")
    assert [(ligne["numero"], ligne["action"]) for ligne in lignes] == [(1, "base créée"), (2, "compte créé")]
    assert lignes[1]["compte"] == convmed.json("compte", "lister")[0]["id"]
    assert len(convmed.reussit("base", "journal", "--depuis", 2, "--format", "csv").splitlines()) == 2
    assert "compte créé" in convmed.reussit("base", "journal") and MEDECIN not in convmed.reussit("base", "journal")
    assert "Journal entier : 2 lignes" in convmed.reussit("base", "journal", "--verifier")
    import sqlite3

    connexion = sqlite3.connect(tmp_path / "base.db")
    connexion.execute("DROP TRIGGER journal_update")
    connexion.execute("UPDATE journal SET compte = NULL WHERE numero = 2")
    connexion.commit()
    connexion.close()
    assert convmed.refuse("base", "journal", "--verifier") == ["ligne 2, journal : cette ligne du journal a été changée ou ôtée"]
    assert convmed.json("base", "etat")["journal_entier"] is False


@pytest.mark.parametrize(("saisies", "ouvert"), [((MOT_DE_PASSE, MOT_DE_PASSE), True), ((MOT_DE_PASSE, "autre chose"), False)])
def test_le_mot_de_passe_se_demande_sans_se_montrer(base: tuple[str, Cle], saisies: tuple[str, str], ouvert: bool) -> None:
    """A real terminal, as the command sees it."""
    processus, terminal = pty.fork()
    if processus == 0:
        os.execv(sys.executable, [sys.executable, "-c", "from convmed.interfaces.cli import principal; principal()", "compte", "creer", MEDECIN, "--role", "medecin"])
    vu = b""
    for invite, saisie in zip((b"Mot de passe", b"Encore une fois"), saisies, strict=True):
        while invite + b": " not in vu:
            vu += os.read(terminal, 1024)
        os.write(terminal, saisie.encode() + b"\n")
    while morceau := _lire(terminal):
        vu += morceau
    _, etat = os.waitpid(processus, 0)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(etat) == (0 if ouvert else 2), vu.decode()
    assert MOT_DE_PASSE.encode() not in vu
    assert ("Compte ouvert" if ouvert else "les deux saisies diffèrent") in vu.decode()
    with Coffre.ouvrir(*base) as coffre:
        assert (coffre.authentifier(MEDECIN, MOT_DE_PASSE) is not None) is ouvert


def _lire(terminal: int) -> bytes:
    try:
        return os.read(terminal, 1024)
    except OSError:  # the other side is gone
        return b""


def test_un_compte_sans_mot_de_passe(convmed: Any, base: tuple[str, Cle]) -> None:
    convmed.reussit("compte", "creer", MEDECIN, "--role", "medecin", "--sans-mot-de-passe")
    with Coffre.ouvrir(*base) as coffre:
        assert coffre.authentifier(MEDECIN, "") is None
        assert coffre.compte_oidc("https://connexion.example", "42", MEDECIN) is not None
    assert json.loads(convmed.reussit("compte", "lister", "--format", "json"))[0]["role"] == "medecin"
