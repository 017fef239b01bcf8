"""What is sent: whatever it is, the answer is a dossier or French faults, and nothing stays or lands elsewhere."""

from __future__ import annotations

import io
import os
import stat
import struct
import zipfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convmed.donnees.serialisation import en_octets
from convmed.interfaces.web import depot
from convmed.interfaces.web.depot import CONNUS, Envoi, dossier_prive, recevoir
from convmed.textes import Erreurs

EXEMPLE = Path(__file__).parents[3] / "exemples" / "tableau-de-bord-cnge"
FICHIERS = {fichier.name: fichier.read_bytes() for fichier in sorted(EXEMPLE.iterdir())}
NOMS = st.one_of(
    st.sampled_from([*sorted(CONNUS), "dossier/patients.csv", "../patients.csv", "/etc/patients.csv", "C:\\patients.csv", "a\\..\\patients.csv",
                     "C:patients.csv", "PATIENTS.CSV", "patients.xlsx", "dedans.zip", ".cache", "__MACOSX/patients.csv", "LISEZMOI.md", "patients.csv\0.png"]),
    st.text(min_size=1, max_size=40),
)  # fmt: skip
OCTETS = st.one_of(
    st.binary(max_size=400), st.sampled_from(list(FICHIERS.values())), st.just(b"[medecin]\na=" + b"[" * 5000), st.just(b"PAR1" + b"\0" * 40 + b"PAR1"),
    st.just(b"patient;date_naissance\nP1;1950-01-01\n"), st.just(b'[medecin]\nspecialite = "01"\n'), st.just(b"PK\x03\x04rien"),
)  # fmt: skip


def envois(fichiers: dict[str, bytes]) -> list[Envoi]:
    return [Envoi(nom, io.BytesIO(octets)) for nom, octets in fichiers.items()]


def en_zip(fichiers: dict[str, bytes], sous: str = "") -> bytes:
    sortie = io.BytesIO()
    with zipfile.ZipFile(sortie, "w", zipfile.ZIP_DEFLATED) as archive:
        for nom, octets in fichiers.items():
            # The library does not write a name that it takes for empty; an archive made by others may hold one.
            membre = zipfile.ZipInfo("x")
            membre.filename, membre.compress_type = sous + nom, zipfile.ZIP_DEFLATED
            with archive.open(membre, "w") as flux:
                flux.write(octets)
    return sortie.getvalue()


def refus(*recus: Envoi) -> str:
    with pytest.raises(Erreurs) as pris:
        recevoir(recus)
    return str(pris.value)


@pytest.fixture(autouse=True)
def _rien_ne_reste(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> object:
    """Nothing that was sent stays on the machine, whatever happened; the folder in memory is one of the test's own."""
    ici = tmp_path_factory.mktemp("memoire")
    monkeypatch.setattr(depot, "MEMOIRE", ici)
    yield
    assert not list(ici.iterdir())


def test_les_fichiers_et_leur_zip_donnent_le_meme_dossier() -> None:
    fichiers = recevoir(envois(FICHIERS))
    assert fichiers.patients.height == 5
    for sous in ("", "mon dossier/"):
        assert en_octets(recevoir(envois({"dossier.zip": en_zip(FICHIERS, sous)}))) == en_octets(fichiers)


def test_le_dossier_prive_n_est_a_personne_d_autre_et_disparait() -> None:
    with pytest.raises(RuntimeError), dossier_prive() as ici:
        assert stat.S_IMODE(ici.stat().st_mode) == 0o700
        (ici / "patients.csv").write_text("x")
        raise RuntimeError
    assert not ici.exists()


def test_rien_n_est_recu() -> None:
    assert "aucun fichier" in refus()
    assert "aucun fichier" in refus(Envoi("", io.BytesIO(b"")))
    assert "cabinet.toml" in refus(Envoi("LISEZMOI.md", io.BytesIO(b"# rien")))


def test_toutes_les_fautes_de_tous_les_fichiers_viennent_ensemble() -> None:
    dites = refus(*envois({"patients.xlsx": b"PK\x03\x04", "notes.docx": b"x", "../evenements.csv": b"x", "dedans.zip.csv": b"x"}))
    assert "un classeur ne se lit pas ici" in dites and "CSV UTF-8" in dites
    assert "notes.docx" in dites and "sort du dossier" in dites
    dites = refus(*envois({"cabinet.toml": b"[medecin]\nzone = \"lune\"\n", "patients.csv": b"patient;date_naissance\nP1;hier\n"}))
    assert "medecin.zone" in dites and "patients.csv, ligne 2" in dites
    assert "convmed-" not in dites and "/dev/shm" not in dites


@pytest.mark.parametrize("nom", ["../patients.csv", "/tmp/patients.csv", "C:\\patients.csv", "d/../../patients.csv", "..\\patients.csv", "C:patients.csv"])
def test_un_nom_qui_sort_du_dossier_est_refuse(nom: str) -> None:
    assert "sort du dossier" in refus(Envoi("d.zip", io.BytesIO(en_zip({**FICHIERS, nom: b"patient\n"}))))


def test_ce_qu_un_systeme_ajoute_n_est_pas_lu() -> None:
    ajouts = {"__MACOSX/._patients.csv": b"\0", ".DS_Store": b"\0", "Thumbs.db": b"\0", "LISEZMOI.md": b"lisez"}
    assert recevoir(envois({"d.zip": en_zip({**FICHIERS, **ajouts})})).patients.height == 5


def test_une_bombe_est_arretee_avant_d_eclater() -> None:
    assert "anormalement compressé" in refus(Envoi("d.zip", io.BytesIO(en_zip({"patients.csv": b"\n" * 40_000_000}))))
    # The table lies about the size: the bytes that come out are counted.
    menteur = bytearray(en_zip({"patients.csv": b"\n" * 40_000_000}))
    centrale = menteur.rfind(b"PK\x01\x02")
    struct.pack_into("<L", menteur, centrale + 24, 10)
    assert refus(Envoi("d.zip", io.BytesIO(bytes(menteur))))
    assert "trop de fichiers" in refus(Envoi("d.zip", io.BytesIO(en_zip({f"{rang}/patients.csv": b"" for rang in range(100)}))))
    assert "trop gros" in refus(Envoi("cabinet.toml", io.BytesIO(b"#" * 300_000)), Envoi("patients.csv", io.BytesIO(b"patient\n")))


def test_une_table_de_zip_immense_n_est_pas_lue() -> None:
    archive = bytearray(en_zip(FICHIERS))
    place = archive.rfind(b"PK\x05\x06")
    struct.pack_into("<L", archive, place + 12, 2**31)
    assert "trop de fichiers" in refus(Envoi("d.zip", io.BytesIO(bytes(archive))))


def test_liens_chiffres_zips_doubles_et_compressions_etranges() -> None:
    def avec(nom: str, octets: bytes, **champs: int) -> Envoi:
        sortie = io.BytesIO()
        with zipfile.ZipFile(sortie, "w") as archive:
            membre = zipfile.ZipInfo(nom)
            for champ, valeur in champs.items():
                setattr(membre, champ, valeur)
            archive.writestr(membre, octets)
        return Envoi("d.zip", io.BytesIO(sortie.getvalue()))

    assert "lien" in refus(avec("patients.csv", b"/etc/passwd", external_attr=(stat.S_IFLNK | 0o777) << 16))
    assert "n'est pas lue" in refus(avec("patients.csv", b"patient\n", compress_type=zipfile.ZIP_LZMA))
    chiffre = bytearray(en_zip({"patients.csv": b"patient\n"}))
    chiffre[6] |= 1
    chiffre[chiffre.rfind(b"PK\x01\x02") + 8] |= 1
    assert "mot de passe" in refus(Envoi("d.zip", io.BytesIO(bytes(chiffre))))
    assert "un zip dans un zip" in refus(avec("dedans.zip", en_zip(FICHIERS)))
    assert "à la fois" in refus(Envoi("d.zip", io.BytesIO(en_zip(FICHIERS))), Envoi("patients.csv", io.BytesIO(b"patient\n")))
    assert "deux fois" in refus(Envoi("d.zip", io.BytesIO(en_zip({"a/patients.csv": b"patient\n", "b/PATIENTS.csv": b"patient\n"}))))
    assert "n'en est pas un" in refus(Envoi("d.zip", io.BytesIO(b"patient\n")))


def test_un_parquet_demesure_n_est_pas_ouvert(tmp_path: Path) -> None:
    fichier = tmp_path / "evenements.parquet"
    pl.DataFrame({"patient": pl.repeat("P1", depot.LIGNES + 1, eager=True)}).write_parquet(fichier)
    assert fichier.stat().st_size < 1_000_000
    assert "trop gros" in refus(*envois({**FICHIERS, "evenements.parquet": fichier.read_bytes()}))


def test_un_parquet_juste_se_lit_et_un_abime_le_dit(tmp_path: Path) -> None:
    fichier = tmp_path / "patients.parquet"
    recevoir(envois(FICHIERS)).patients.write_parquet(fichier)
    octets, sans_csv = fichier.read_bytes(), {nom: o for nom, o in FICHIERS.items() if nom != "patients.csv"}
    assert recevoir(envois({**sans_csv, "patients.parquet": octets})).patients.height == 5
    assert "patients.parquet" in refus(*envois({**sans_csv, "patients.parquet": octets[:-9] + b"xxxxxPAR1"}))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(NOMS, OCTETS, max_size=5))
def test_des_fichiers_quelconques_ne_levent_que_des_fautes(fichiers: dict[str, bytes]) -> None:
    try:
        recevoir(envois(fichiers))
    except Erreurs as erreurs:
        assert erreurs.fautes and all(faute.message for faute in erreurs.fautes)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(NOMS, OCTETS, max_size=5), st.data())
def test_un_zip_quelconque_n_ecrit_que_des_noms_connus_et_la(fichiers: dict[str, bytes], tirage: st.DataObject) -> None:
    archive = bytearray(en_zip(fichiers))
    for place, valeur in tirage.draw(st.lists(st.tuples(st.integers(0, len(archive) - 1), st.integers(0, 255)), max_size=6)):
        archive[place] = valeur
    with dossier_prive() as racine:
        ici = racine / "ici"
        ici.mkdir()
        try:
            depot._deballer(Envoi("d.zip", io.BytesIO(bytes(archive))), ici)
        except Erreurs as erreurs:
            assert erreurs.fautes
        assert os.listdir(racine) == ["ici"]
        assert set(os.listdir(ici)) <= CONNUS
        assert all(stat.S_ISREG(os.lstat(ici / nom).st_mode) for nom in os.listdir(ici))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_un_parquet_mutile_ne_leve_que_des_fautes(tirage: st.DataObject) -> None:
    sortie = io.BytesIO()
    pl.DataFrame({"patient": ["P1", "P2"], "ald": [True, None]}).write_parquet(sortie)
    octets = bytearray(sortie.getvalue())
    for place, valeur in tirage.draw(st.lists(st.tuples(st.integers(4, len(octets) - 5), st.integers(0, 255)), min_size=1, max_size=5)):
        octets[place] = valeur
    try:
        recevoir(envois({"cabinet.toml": FICHIERS["cabinet.toml"], "patients.parquet": bytes(octets)}))
    except Erreurs as erreurs:
        assert erreurs.fautes
