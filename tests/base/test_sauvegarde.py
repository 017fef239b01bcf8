"""Copies of a base, from an engine to the other; the change of its key; its versions."""

from __future__ import annotations

import dataclasses
import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import LargeBinary, inspect, text

from convmed.base import POSTE, Acte, Cle, Coffre, Politique, Utilisateur, migrations
from convmed.base.comptes import ESSAIS
from convmed.base.connexion import ecriture, lecture, moteur
from convmed.base.rotation import changer_cle
from convmed.base.sauvegarde import restaurer, sauvegarder
from convmed.base.schema import CHIFFREES, METADONNEES
from convmed.textes import Erreurs

from .conftest import MOT_DE_PASSE, MOTEURS
from .grappe import Grappe

Equipe = Callable[[str], Utilisateur]
EMETTEUR = "https://connexion.example"


def peupler(coffre: Coffre, equipe: Equipe) -> str:
    """Put something in every table; return the id of a dossier."""
    medecin = equipe("medecin")
    id = coffre.deposer(medecin, "dossier", "Cabinet de la Gare", b"\x00un").id
    coffre.reviser(equipe("medecin"), id, b"deux" * 10_000, titre="Cabinet du Port", version_lue=1)
    coffre.partager(medecin, id, equipe("secretariat").identifiant, "ecriture")
    coffre.deposer(POSTE, "scenario", "Poste", b"3")
    coffre.creer_jeton(medecin, "Logiciel")
    coffre.compte_oidc(EMETTEUR, "42", medecin.identifiant)
    coffre.ouvrir_session(medecin)
    coffre.authentifier("inconnu@cabinet.example", "faux")
    return id


def contenu(coffre: Coffre, equipe: Equipe, id: str) -> object:
    """Return all that people see of a base."""
    medecin = equipe("medecin")
    return (
        coffre.comptes(), coffre.lister(medecin, "dossier"), coffre.lister(POSTE, "scenario"), coffre.lister(equipe("secretariat"), "dossier"),
        coffre.historique(medecin, id), [coffre.ouvrir_piece(medecin, id, numero) for numero in (1, 2)], coffre.partages(medecin, id),
        coffre.jetons(medecin), coffre.compte_oidc(EMETTEUR, "42", "x@x.example"), coffre.authentifier(medecin.identifiant, MOT_DE_PASSE),
    )  # fmt: skip


@pytest.mark.parametrize("vers", MOTEURS)
def test_une_base_se_restaure_dans_l_un_ou_l_autre_moteur(
    coffre: Coffre, url: str, cle: Cle, politique: Politique, equipe: Equipe, vers: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    id = peupler(coffre, equipe)
    fichier = tmp_path / "copie.convmed"
    nombre = sauvegarder(url, cle, fichier)
    assert fichier.stat().st_mode & 0o777 == 0o600 and nombre == len(fichier.read_bytes().splitlines()) - 2
    avant, lignes = contenu(coffre, equipe, id), coffre.journal()
    neuve = f"sqlite:///{tmp_path}/neuve.db" if vers == "sqlite" else request.getfixturevalue("serveur_postgresql").base()
    assert restaurer(fichier, neuve, cle) == nombre
    with Coffre.ouvrir(neuve, cle, politique=politique) as restaure:
        copiees = restaure.journal()
        assert copiees[:-1] == lignes[: len(copiees) - 1] and copiees[-1].action == Acte.BASE_RESTAUREE
        assert contenu(restaure, equipe, id) == avant
        assert restaure.verifier_journal() is None and restaure.mesures()["sessions"] == 0


def test_une_sauvegarde_reste_chiffree(coffre: Coffre, url: str, cle: Cle, equipe: Equipe, tmp_path: Path) -> None:
    peupler(coffre, equipe)
    sauvegarder(url, cle, tmp_path / "copie")
    octets = (tmp_path / "copie").read_bytes()
    assert not any(mot in octets for mot in (b"de la Gare", b"Cabinet du", b"cabinet.example", b"Logiciel", b"deux" * 4, cle.en_texte().encode()))


def test_une_sauvegarde_est_celle_d_un_instant(coffre: Coffre, url: str, cle: Cle, politique: Politique, tmp_path: Path) -> None:
    """Someone writes all along; what is copied is what was there at one moment, journal included."""
    fini = threading.Event()

    def ecrire() -> None:
        while not fini.is_set():
            coffre.deposer(POSTE, "dossier", "Un", b"1" * 5_000)

    fil = threading.Thread(target=ecrire)
    fil.start()
    try:
        while coffre.mesures()["pieces_dossier"] < 20:
            pass
        sauvegarder(url, cle, tmp_path / "copie")
    finally:
        fini.set()
        fil.join()
    restaurer(tmp_path / "copie", f"sqlite:///{tmp_path}/neuve.db", cle)
    with Coffre.ouvrir(f"sqlite:///{tmp_path}/neuve.db", cle, politique=politique) as restaure:
        assert restaure.verifier_journal() is None
        deposees = {entree.piece for entree in restaure.journal() if entree.action == Acte.PIECE_DEPOSEE}
        assert deposees == {piece.id for piece in restaure.lister(POSTE, "dossier")} and len(deposees) >= 20


@pytest.mark.parametrize("alteration", ["coupee", "une ligne de moins", "un octet", "rien", "du texte", "deux fois", "un mot de plus"])
def test_une_sauvegarde_alteree_est_refusee(coffre: Coffre, url: str, cle: Cle, equipe: Equipe, tmp_path: Path, alteration: str) -> None:
    peupler(coffre, equipe)
    fichier, neuve = tmp_path / "copie", f"sqlite:///{tmp_path}/neuve.db"
    sauvegarder(url, cle, fichier)
    octets = fichier.read_bytes()
    lignes = octets.splitlines(keepends=True)
    fichier.write_bytes({
        "coupee": octets[:-1], "une ligne de moins": b"".join(lignes[:3] + lignes[4:]), "un octet": octets.replace(b'"medecin"', b'"agent"', 1),
        "rien": b"", "du texte": b"[bonjour", "deux fois": octets + octets, "un mot de plus": octets + b"\n",
    }[alteration])  # fmt: skip
    with pytest.raises(Erreurs, match="sauvegarde entière"):
        restaurer(fichier, neuve, cle)
    with pytest.raises(Erreurs, match="lecture impossible"):
        restaurer(tmp_path / "absente", neuve, cle)
    fichier.write_bytes(octets)
    with pytest.raises(Erreurs, match="de cette clé"):
        restaurer(fichier, neuve, Cle.nouvelle())
    assert restaurer(fichier, neuve, cle) > 0, "aucun refus n'a rien laissé dans la base"


def test_une_sauvegarde_n_ecrase_rien(coffre: Coffre, url: str, cle: Cle, equipe: Equipe, tmp_path: Path) -> None:
    fichier = tmp_path / "copie"
    fichier.write_text("précieux")
    with pytest.raises(Erreurs, match="existe déjà"):
        sauvegarder(url, cle, fichier)
    assert fichier.read_text() == "précieux"
    with pytest.raises(Erreurs, match="écriture impossible"):
        sauvegarder(url, cle, tmp_path / "absent" / "copie")
    sauvegarder(url, cle, tmp_path / "bonne")
    with pytest.raises(Erreurs, match="n'est pas vide"):
        restaurer(tmp_path / "bonne", url, cle)
    assert not [nom for nom in tmp_path.iterdir() if nom.name.startswith(".")], "aucun fichier provisoire ne reste"


def test_une_sauvegarde_d_une_autre_version_dit_que_faire(coffre: Coffre, url: str, cle: Cle, tmp_path: Path) -> None:
    from convmed.base import sauvegarde

    sauvegarder(url, cle, tmp_path / "copie")
    entete, *reste, _ = (tmp_path / "copie").read_bytes().splitlines(keepends=True)
    corps = json.dumps(json.loads(entete) | {"version": "9999"}).encode() + b"\n" + b"".join(reste)
    sceau = sauvegarde._sceau(cle)
    sceau.update(corps)
    (tmp_path / "copie").write_bytes(corps + sauvegarde._derniere_ligne(sceau))
    with pytest.raises(Erreurs, match=r"version 9999.*le convmed qui l'a écrite"):
        restaurer(tmp_path / "copie", f"sqlite:///{tmp_path}/neuve.db", cle)


def test_changer_de_cle(coffre: Coffre, url: str, cle: Cle, politique: Politique, equipe: Equipe, tmp_path: Path) -> None:
    id = peupler(coffre, equipe)
    avant, anciennes = contenu(coffre, equipe, id), _cellules(coffre)
    nouvelle = Cle.nouvelle()
    assert changer_cle(url, cle, nouvelle) == len(anciennes)
    with pytest.raises(Erreurs, match="n'est pas celle de la base"):
        Coffre.ouvrir(url, cle)
    with Coffre.ouvrir(url, nouvelle, politique=politique) as change:
        assert contenu(change, equipe, id) == avant
        assert change.verifier_journal() is None and Acte.CLE_CHANGEE in {entree.action for entree in change.journal()}
        assert not _cellules(change) & anciennes, "rien n'est resté sous l'ancienne clé"
    if url.startswith("sqlite"):
        fichiers = b"".join(fichier.read_bytes() for fichier in tmp_path.iterdir())
        assert not any(cellule[:64] in fichiers for cellule in anciennes), "ni dans les fichiers"


def test_qui_a_la_base_ouverte_pendant_le_changement_n_ecrit_plus(coffre: Coffre, url: str, cle: Cle, equipe: Equipe) -> None:
    medecin = equipe("medecin")
    changer_cle(url, cle, Cle.nouvelle())
    for acte in (lambda: coffre.deposer(medecin, "dossier", "Un", b"1"), lambda: coffre.authentifier(medecin.identifiant, MOT_DE_PASSE)):
        with pytest.raises(Erreurs, match="relancer le serveur"):
            acte()


def test_un_changement_de_cle_interrompu_ne_change_rien(coffre: Coffre, url: str, cle: Cle, politique: Politique, equipe: Equipe) -> None:
    """A cell that does not open stops it half way: the base is still whole under its key."""
    id = peupler(coffre, equipe)
    autre = coffre.deposer(POSTE, "dossier", "Abîmé", b"x").id
    with coffre.ecriture() as connexion:
        connexion.execute(text("UPDATE version SET contenu = titre WHERE piece = :id"), {"id": autre})
    avant, anciennes = contenu(coffre, equipe, id), _cellules(coffre)
    with pytest.raises(Exception, match=autre):
        changer_cle(url, cle, Cle.nouvelle())
    assert _cellules(coffre) == anciennes and contenu(coffre, equipe, id) == avant


def _cellules(coffre: Coffre) -> set[bytes]:
    with coffre.lecture() as connexion:
        return {bytes(cellule) for colonne, *_ in CHIFFREES for (cellule,) in connexion.execute(colonne.table.select().with_only_columns(colonne).where(colonne.is_not(None)))}


def test_toute_colonne_d_octets_est_chiffree_ou_une_empreinte() -> None:
    octets = {colonne for table in METADONNEES.sorted_tables for colonne in table.c if isinstance(colonne.type, LargeBinary)}
    empreintes = {colonne for colonne in octets if colonne.name == "empreinte" or colonne.name.endswith("_index")}
    assert octets - empreintes == {colonne for colonne, *_ in CHIFFREES}


def test_de_rien_a_la_derniere_version_et_retour(url: str) -> None:
    assert migrations.version(url) is None
    assert migrations.migrer(url) == migrations.derniere() == migrations.version(url)
    ouvert = moteur(url)
    with lecture(ouvert) as connexion:
        assert compare_metadata(MigrationContext.configure(connexion, opts={"compare_type": True}), METADONNEES) == []
        regles = {table: {regle["name"] for regle in inspect(connexion).get_check_constraints(table)} for table in ("compte", "piece", "partage")}
        assert regles == {"compte": {"ck_compte_role"}, "piece": {"ck_piece_genre"}, "partage": {"ck_partage_droit"}}
    assert migrations.migrer(url, "-1") is None
    with lecture(ouvert) as connexion:
        assert inspect(connexion).get_table_names() in (["alembic_version"], [])
    assert migrations.migrer(url) == migrations.derniere()
    ouvert.dispose()


def test_une_migration_qui_echoue_ne_laisse_rien(url: str) -> None:
    ouvert = moteur(url, creer=True)
    with ecriture(ouvert) as connexion:
        connexion.execute(text("CREATE TABLE journal (x integer)"))
    with pytest.raises(Exception, match="journal"):
        migrations.migrer(url)
    with lecture(ouvert) as connexion:
        assert inspect(connexion).get_table_names() == ["journal"]
    ouvert.dispose()


def test_plusieurs_ouvriers_migrent_ensemble(url: str, cle: Cle, politique: Politique) -> None:
    coffres: list[Coffre] = []
    fils = [threading.Thread(target=lambda: coffres.append(Coffre.ouvrir(url, cle, migrer=True, politique=politique))) for _ in range(4)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    assert len(coffres) == 4
    assert [entree.action for entree in coffres[0].journal()] == [Acte.BASE_CREEE]
    id = coffres[0].deposer(POSTE, "dossier", "Un", b"1").id
    assert coffres[3].ouvrir_piece(POSTE, id).contenu == b"1"
    for coffre in coffres:
        coffre.fermer()


def test_un_nom_mal_ecrit_ne_fait_pas_une_base(tmp_path: Path, cle: Cle) -> None:
    with pytest.raises(Erreurs, match=r"n'existe pas.*convmed base migrer"):
        Coffre.ouvrir(f"sqlite:///{tmp_path}/bse.db", cle)
    assert migrations.version(f"sqlite:///{tmp_path}/bse.db") is None and list(tmp_path.iterdir()) == []


def test_une_base_d_une_autre_version_dit_que_lancer(url: str, cle: Cle) -> None:
    moteur(url, creer=True).dispose()
    with pytest.raises(Erreurs, match=r"est vide.*convmed base migrer"):
        Coffre.ouvrir(url, cle)
    migrations.migrer(url)
    ouvert = moteur(url)
    with ecriture(ouvert) as connexion:
        connexion.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Erreurs, match=r"version 9999.*plus récent"):
        Coffre.ouvrir(url, cle)
    ouvert.dispose()


def test_la_cle_d_une_autre_base_est_refusee(coffre: Coffre, url: str, cle: Cle) -> None:
    with pytest.raises(Erreurs, match="n'est pas celle de la base"):
        Coffre.ouvrir(url, Cle.nouvelle())
    Coffre.ouvrir(url, Cle.lire(cle.en_texte())).fermer()


@pytest.mark.parametrize(
    "adresse",
    ["", "base.db", "mysql://u:SECRET@h/b", "sqlite://", "sqlite:///:memory:", "postgresql://u:SECRET@127.0.0.1:1/b", "postgresql://u:SECRET@h:x/b",
     "sqlite:////absent/base.db"],
)  # fmt: skip
def test_une_adresse_refusee_n_est_pas_repetee(adresse: str, cle: Cle) -> None:
    with pytest.raises(Erreurs) as refus:
        Coffre.ouvrir(adresse, cle, migrer=True)
    assert "SECRET" not in str(refus.value) and refus.value.__cause__ is None


def test_un_fichier_qui_n_est_pas_une_base(tmp_path: Path, cle: Cle) -> None:
    (tmp_path / "notes.txt").write_text("ce ne sont que des notes, assez longues pour une page" * 100)
    with pytest.raises(Erreurs, match="n'en est pas une"):
        Coffre.ouvrir(f"sqlite:///{tmp_path}/notes.txt", cle, migrer=True)


def test_sante_d_une_base_qui_disparait(politique: Politique, cle: Cle, postgresql: str, serveur_postgresql: Grappe) -> None:
    coffre = Coffre.ouvrir(postgresql, cle, migrer=True, politique=politique)
    assert coffre.sante() is True
    serveur_postgresql.oter(postgresql)
    assert coffre.sante() is False
    coffre.moteur.dispose()


def test_reglages_de_sqlite(tmp_path: Path, cle: Cle) -> None:
    with Coffre.ouvrir(f"sqlite:///{tmp_path}/base.db", cle, migrer=True) as coffre, coffre.lecture() as connexion:
        lus = {nom: connexion.exec_driver_sql(f"PRAGMA {nom}").scalar() for nom in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")}
    assert lus == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}


def test_les_essais_ne_survivent_pas_a_une_restauration(coffre: Coffre, url: str, cle: Cle, politique: Politique, equipe: Equipe, tmp_path: Path) -> None:
    for _ in range(ESSAIS):
        coffre.authentifier(equipe("medecin").identifiant, "faux")
    sauvegarder(url, cle, tmp_path / "copie")
    restaurer(tmp_path / "copie", f"sqlite:///{tmp_path}/neuve.db", cle)
    with Coffre.ouvrir(f"sqlite:///{tmp_path}/neuve.db", cle, politique=politique) as restaure:
        assert restaure.authentifier(equipe("medecin").identifiant, MOT_DE_PASSE) == dataclasses.replace(equipe("medecin"))
