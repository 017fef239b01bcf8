"""Pieces: kept, revised, shared, deleted, by those who may and by nobody else."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from convmed.base import (
    GENRES,
    POSTE,
    ROLES,
    Cle,
    Coffre,
    Conflit,
    Interdit,
    Introuvable,
    Politique,
    Utilisateur,
)
from convmed.base.chiffre import Illisible
from convmed.base.droits import REGLES
from convmed.textes import Erreurs

from .conftest import Horloge

Equipe = Callable[[str], Utilisateur]


def test_une_piece_se_garde_et_se_rouvre(coffre: Coffre) -> None:
    deposee = coffre.deposer(POSTE, "dossier", "Cabinet de la Gare", b"\x00premier\xff")
    assert (deposee.genre, deposee.titre, deposee.version, deposee.sienne, deposee.droit) == ("dossier", "Cabinet de la Gare", 1, True, "ecriture")
    ouverte = coffre.ouvrir_piece(POSTE, deposee.id)
    assert (ouverte.piece, ouverte.contenu) == (deposee, b"\x00premier\xff")
    assert coffre.resumer(POSTE, deposee.id) == deposee


def test_chaque_version_reste(coffre: Coffre, horloge: Horloge) -> None:
    id = coffre.deposer(POSTE, "scenario", "Un", b"1").id
    horloge.avancer(hours=1)
    revisee = coffre.reviser(POSTE, id, b"22", version_lue=1)
    assert (revisee.version, revisee.titre) == (2, "Un") and revisee.modifie_le > revisee.cree_le
    coffre.reviser(POSTE, id, b"", titre="Trois", version_lue=2)
    assert [coffre.ouvrir_piece(POSTE, id, numero).contenu for numero in (1, 2, 3)] == [b"1", b"22", b""]
    assert [coffre.ouvrir_piece(POSTE, id, numero).piece.titre for numero in (1, 2, 3)] == ["Un", "Un", "Trois"]
    histoire = coffre.historique(POSTE, id)
    assert [(une.numero, une.auteur, une.taille) for une in histoire] == [(1, "poste", 1), (2, "poste", 2), (3, "poste", 0)]
    assert histoire[0].date == revisee.cree_le and histoire[1].date == revisee.modifie_le
    with pytest.raises(Introuvable):
        coffre.ouvrir_piece(POSTE, id, 4)
    for impossible in (0, -1, 2**31, 2**70):
        with pytest.raises(Introuvable):
            coffre.ouvrir_piece(POSTE, id, impossible)


def test_qui_ecrit_sur_une_version_depassee_est_prevenu(coffre: Coffre) -> None:
    id = coffre.deposer(POSTE, "dossier", "Un", b"1").id
    coffre.reviser(POSTE, id, b"2", version_lue=1)
    with pytest.raises(Conflit) as conflit:
        coffre.reviser(POSTE, id, b"perdu", version_lue=1)
    assert conflit.value.version == 2 and "relire la version 2" in str(conflit.value)
    assert coffre.ouvrir_piece(POSTE, id).contenu == b"2"


def test_de_deux_qui_revisent_ensemble_un_seul_gagne(coffre: Coffre) -> None:
    id = coffre.deposer(POSTE, "dossier", "Un", b"0").id
    for tour in range(1, 9):
        depart, issues = threading.Barrier(2), []

        def reviser(moi: bytes, lue: int = tour, depart: threading.Barrier = depart, issues: list[object] = issues) -> None:
            depart.wait()
            try:
                issues.append(coffre.reviser(POSTE, id, moi, version_lue=lue).version)
            except Conflit as conflit:
                issues.append(("conflit", conflit.version))

        fils = [threading.Thread(target=reviser, args=(moi,)) for moi in (b"a", b"b")]
        for fil in fils:
            fil.start()
        for fil in fils:
            fil.join()
        assert set(issues) == {tour + 1, ("conflit", tour + 1)}
    assert coffre.verifier_journal() is None


def test_la_liste_est_celle_du_genre_la_plus_recente_d_abord(coffre: Coffre, equipe: Equipe) -> None:
    premier, second = (coffre.deposer(equipe("medecin"), "dossier", titre, b"").id for titre in ("A", "B"))
    coffre.deposer(equipe("medecin"), "scenario", "C", b"")
    coffre.deposer(equipe("medecin2"), "dossier", "D", b"")
    coffre.reviser(equipe("medecin"), premier, b"x", version_lue=1)
    assert [piece.id for piece in coffre.lister(equipe("medecin"), "dossier")] == [premier, second]
    with pytest.raises(Erreurs, match="dossier, contrat"):
        coffre.lister(equipe("medecin"), "autre")  # type: ignore[arg-type]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("genre", GENRES)
@pytest.mark.parametrize("droit", ["ecriture", "lecture", None])
def test_chaque_cellule_de_la_table_des_droits(coffre: Coffre, equipe: Equipe, role: str, genre: str, droit: str | None) -> None:
    """Every role on every kind of piece: its own, shared with it, or of somebody else."""
    qui, proprietaire = equipe(role), equipe("medecin3")
    sienne = None
    if "S" in REGLES[role, genre, "deposer"]:
        sienne = coffre.deposer(qui, genre, "la sienne", b"")  # type: ignore[arg-type]
        assert sienne.sienne and sienne.droit == "ecriture"
    else:
        with pytest.raises(Interdit):
            coffre.deposer(qui, genre, "la sienne", b"")  # type: ignore[arg-type]
    id = coffre.deposer(proprietaire, genre, "celle d'un autre", b"contenu").id  # type: ignore[arg-type]
    lisible = droit is not None and "P" in REGLES[role, genre, "lire"]
    if droit is not None:
        if lisible:
            coffre.partager(proprietaire, id, qui.identifiant, droit)  # type: ignore[arg-type]
        else:
            with pytest.raises(Interdit):
                coffre.partager(proprietaire, id, qui.identifiant, droit)  # type: ignore[arg-type]
    vues = {piece.id: piece for piece in coffre.lister(qui, genre)}  # type: ignore[arg-type]
    assert vues.keys() == {un for un, visible in ((id, lisible), (sienne and sienne.id, sienne is not None)) if visible}
    if lisible:
        assert coffre.ouvrir_piece(qui, id).contenu == b"contenu"
        ecrit = droit == "ecriture" and "P" in REGLES[role, genre, "ecrire"]
        assert vues[id].droit == ("ecriture" if ecrit else "lecture") and not vues[id].sienne
        if ecrit:
            assert coffre.reviser(qui, id, b"de lui", version_lue=1).version == 2
        else:
            with pytest.raises(Interdit):
                coffre.reviser(qui, id, b"de lui", version_lue=1)
    else:
        for refusee in (lambda: coffre.ouvrir_piece(qui, id), lambda: coffre.resumer(qui, id), lambda: coffre.historique(qui, id)):
            with pytest.raises(Introuvable):
                refusee()
    for acte in (lambda: coffre.supprimer(qui, id), lambda: coffre.partager(qui, id, "poste", "lecture"), lambda: coffre.partages(qui, id)):
        with pytest.raises((Interdit, Introuvable)):
            acte()
    if sienne is not None and "S" not in REGLES[role, genre, "supprimer"]:
        with pytest.raises(Interdit):
            coffre.supprimer(qui, sienne.id)


def test_la_table_dit_ce_qui_est_promis() -> None:
    """The promises of the roles, said apart from the table that keeps them."""
    assert {cellule for (role, _, _), cellule in REGLES.items() if role == "medecin"} == {"S", "SP"}
    assert {cellule for (role, genre, _), cellule in REGLES.items() if role == "agent" and genre == "dossier"} == {"-"}
    assert {cellule for (role, _, action), cellule in REGLES.items() if role == "secretariat" and action in ("partager", "supprimer")} == {"-"}
    assert {cellule for (role, _, action), cellule in REGLES.items() if role == "lecture" and action != "lire"} == {"-"}
    assert not any("P" in cellule for (_, _, action), cellule in REGLES.items() if action in ("deposer", "partager", "supprimer"))
    assert len(REGLES) == len(ROLES) * len(GENRES) * 5


def test_ce_qui_est_ferme_ne_se_distingue_pas_de_ce_qui_n_existe_pas(coffre: Coffre, equipe: Equipe) -> None:
    id = coffre.deposer(equipe("medecin"), "dossier", "Secret", b"").id
    messages = set()
    for cherche in (id, "00000000-0000-4000-8000-00000000ffff", "", "x" * 1000, "' OR 1=1 --", "\0", "\ud800"):
        with pytest.raises(Introuvable) as refus:
            coffre.ouvrir_piece(equipe("medecin2"), cherche)
        messages.add(str(refus.value))
    assert len(messages) == 1


def test_un_partage_se_change_et_se_retire(coffre: Coffre, equipe: Equipe) -> None:
    medecin, autre = equipe("medecin"), equipe("secretariat")
    id = coffre.deposer(medecin, "dossier", "Un", b"1").id
    coffre.partager(medecin, id, autre.identifiant, "lecture")
    coffre.partager(medecin, id, autre.identifiant.upper(), "ecriture")
    assert coffre.partages(medecin, id) == {autre.identifiant: "ecriture"}
    assert [piece.proprietaire for piece in coffre.lister(autre, "dossier")] == [medecin.identifiant]
    coffre.reviser(autre, id, b"2", version_lue=1)
    assert [une.auteur for une in coffre.historique(medecin, id)] == [medecin.identifiant, autre.identifiant]
    coffre.departager(medecin, id, autre.identifiant)
    assert coffre.lister(autre, "dossier") == [] and coffre.partages(medecin, id) == {}
    with pytest.raises(Introuvable):
        coffre.reviser(autre, id, b"3", version_lue=2)
    with pytest.raises(Erreurs, match="n'est pas partagée"):
        coffre.departager(medecin, id, autre.identifiant)


@pytest.mark.parametrize("a_qui", ["inconnu@cabinet.example", "medecin@cabinet.example"])
def test_on_ne_partage_ni_avec_un_inconnu_ni_avec_soi(coffre: Coffre, equipe: Equipe, a_qui: str) -> None:
    id = coffre.deposer(equipe("medecin"), "dossier", "Un", b"1").id
    with pytest.raises(Erreurs, match="aucun autre compte") as refus:
        coffre.partager(equipe("medecin"), id, a_qui, "lecture")
    assert a_qui not in str(refus.value)


def test_ce_qui_est_garde_est_illisible_sans_la_cle(coffre: Coffre, equipe: Equipe) -> None:
    id = coffre.deposer(equipe("medecin"), "dossier", "TITRE-TEMOIN", b"CONTENU-TEMOIN").id
    coffre.creer_jeton(equipe("medecin"), "LIBELLE-TEMOIN")
    with coffre.lecture() as connexion:
        tables = connexion.execute(text("SELECT titre, contenu FROM version")).all() + connexion.execute(text("SELECT identifiant, identifiant_index FROM compte")).all()
        tables += connexion.execute(text("SELECT libelle, empreinte FROM jeton")).all()
    tout = b"".join(bytes(cellule) for ligne in tables for cellule in ligne)
    assert len(tout) > 200 and b"TEMOIN" not in tout and b"cabinet" not in tout and id.encode() not in tout


def test_deux_lignes_echangees_ne_s_ouvrent_pas(coffre: Coffre) -> None:
    un, deux = (coffre.deposer(POSTE, "dossier", titre, titre.encode()).id for titre in ("un", "deux"))
    coffre.reviser(POSTE, un, b"seconde", version_lue=1)
    with coffre.ecriture() as connexion:
        connexion.execute(text("UPDATE version SET contenu = (SELECT contenu FROM version WHERE piece = :deux) WHERE piece = :un AND numero = 2"), {"un": un, "deux": deux})
    with pytest.raises(Illisible):
        coffre.ouvrir_piece(POSTE, un)
    with coffre.ecriture() as connexion:
        connexion.execute(text("UPDATE version SET contenu = (SELECT contenu FROM version WHERE piece = :un AND numero = 1) WHERE piece = :un AND numero = 2"), {"un": un})
    with pytest.raises(Illisible):
        coffre.ouvrir_piece(POSTE, un)
    assert coffre.ouvrir_piece(POSTE, un, 1).contenu == b"un"


def test_ce_qui_est_supprime_n_est_plus_nulle_part(coffre: Coffre, equipe: Equipe) -> None:
    medecin = equipe("medecin")
    id = coffre.deposer(medecin, "dossier", "Un", b"1").id
    coffre.reviser(medecin, id, b"2", version_lue=1)
    coffre.partager(medecin, id, equipe("secretariat").identifiant, "lecture")
    coffre.supprimer(medecin, id)
    for qui in (medecin, equipe("secretariat")):
        assert coffre.lister(qui, "dossier") == []
        with pytest.raises(Introuvable):
            coffre.ouvrir_piece(qui, id)
    with coffre.lecture() as connexion:
        assert [connexion.execute(text(f"SELECT count(*) FROM {table}")).scalar() for table in ("piece", "version", "partage")] == [0, 0, 0]


def test_les_octets_supprimes_ne_sont_plus_dans_les_fichiers(tmp_path: Path, cle: Cle, politique: Politique) -> None:
    """SQLite: a page or two, and a content of many pages; the ciphertext is searched for in the base and in its log."""
    with Coffre.ouvrir(f"sqlite:///{tmp_path}/base.db", cle, migrer=True, politique=politique) as coffre:
        coffre.deposer(POSTE, "dossier", "Reste", b"reste")
        ids = [coffre.deposer(POSTE, "dossier", "Part", octets).id for octets in (b"court", b"long" * 50_000)]
        with coffre.lecture() as connexion:
            chiffres = [bytes(connexion.execute(text("SELECT contenu FROM version WHERE piece = :id"), {"id": id}).scalar_one()) for id in ids]
        extraits = [chiffres[0], chiffres[1][:64], chiffres[1][100_000:100_064], chiffres[1][-64:]]
        assert all(extrait in _octets(tmp_path) for extrait in extraits), "ils y étaient"
        for id in ids:
            coffre.supprimer(POSTE, id)
        restes = _octets(tmp_path)
        assert not any(extrait in restes for extrait in extraits)
        assert coffre.lister(POSTE, "dossier")[0].titre == "Reste"


def test_une_lecture_en_cours_n_empeche_pas_de_supprimer(tmp_path: Path, cle: Cle, politique: Politique) -> None:
    """The reader still sees its moment; the bytes go once it has left, even if the process was killed meanwhile."""
    coffre = Coffre.ouvrir(f"sqlite:///{tmp_path}/base.db", cle, migrer=True, politique=politique)
    id = coffre.deposer(POSTE, "dossier", "Part", b"1").id
    lue = text("SELECT contenu FROM version WHERE piece = :id")
    with coffre.lecture() as connexion:
        chiffre = bytes(connexion.execute(lue, {"id": id}).scalar_one())
        coffre.supprimer(POSTE, id)
        assert coffre.lister(POSTE, "dossier") == [] and bytes(connexion.execute(lue, {"id": id}).scalar_one()) == chiffre
        assert chiffre in _octets(tmp_path)
    coffre.moteur.dispose(close=False)  # as a killed process leaves it
    with Coffre.ouvrir(f"sqlite:///{tmp_path}/base.db", cle):
        assert chiffre not in _octets(tmp_path)


def _octets(dossier: Path) -> bytes:
    return b"".join(fichier.read_bytes() for fichier in sorted(dossier.iterdir()))


def test_la_base_est_privee(tmp_path: Path, cle: Cle) -> None:
    with Coffre.ouvrir(f"sqlite:///{tmp_path}/base.db", cle, migrer=True) as coffre:
        coffre.deposer(POSTE, "dossier", "Un", b"1")
        assert {fichier.name: fichier.stat().st_mode & 0o777 for fichier in tmp_path.iterdir()} == {"base.db": 0o600, "base.db-wal": 0o600, "base.db-shm": 0o600}
