"""The master key: read and written, never shown, refused when others can read it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convmed.base.chiffre import Chiffre, Illisible
from convmed.base.cles import Cle, lire_la_cle
from convmed.textes import Erreurs

CONNUE = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"


def test_une_cle_s_ecrit_et_se_relit() -> None:
    cle = Cle.nouvelle()
    assert Cle.lire(cle.en_texte()) == cle == Cle.lire(f"  {cle.en_texte()}=\n") and cle != Cle.nouvelle()
    assert len({cle, Cle.lire(cle.en_texte())}) == 1
    assert Cle.lire(CONNUE).en_texte() == CONNUE


def test_les_cles_derivees_ne_changent_pas() -> None:
    """HKDF-SHA256 (RFC 5869) without salt, computed apart: other bytes would lose every base that exists."""
    assert Cle.lire(CONNUE).derivee("colonnes") == _hkdf(bytes(range(32)), b"convmed:colonnes")
    assert Cle.lire(CONNUE).derivee("index") != Cle.lire(CONNUE).derivee("colonnes") != Cle.nouvelle().derivee("colonnes")


def _hkdf(octets: bytes, info: bytes) -> bytes:
    import hmac

    pseudo = hmac.digest(bytes(32), octets, "sha256")
    return hmac.digest(pseudo, info + b"\x01", "sha256")


def test_une_cle_ne_se_montre_pas() -> None:
    cle = Cle.lire(CONNUE)
    assert CONNUE not in f"{cle!r} {cle} {[cle]}"


@pytest.mark.parametrize("texte", ["", "A" * 42, "A" * 44, "é" * 43, CONNUE[:-1] + "*", CONNUE + "\n" + CONNUE])
def test_une_cle_illisible_n_est_pas_repetee(texte: str) -> None:
    with pytest.raises(Erreurs, match="base64url") as refus:
        Cle.lire(texte)
    assert not texte or texte not in str(refus.value)


def test_un_fichier_de_cle_est_prive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fichier = tmp_path / "cle"
    fichier.write_text(CONNUE + "\n")
    for droits, accepte in ((0o600, True), (0o400, True), (0o640, True), (0o644, False), (0o602, False)):
        fichier.chmod(droits)
        if accepte:
            assert Cle.du_fichier(fichier).en_texte() == CONNUE
        else:
            with pytest.raises(Erreurs, match="chmod 600"):
                Cle.du_fichier(fichier)
    fichier.chmod(0o600)
    monkeypatch.setenv("CONVMED_CLE", "B" * 43)
    assert lire_la_cle(fichier).en_texte() == CONNUE and lire_la_cle(None).en_texte() != CONNUE
    monkeypatch.delenv("CONVMED_CLE")
    with pytest.raises(Erreurs, match="il manque la clé"):
        lire_la_cle(None)
    with pytest.raises(Erreurs, match="lecture impossible"):
        Cle.du_fichier(tmp_path / "absente")
    fichier.write_bytes(b"\xff" * 10_000)
    with pytest.raises(Erreurs, match="clé illisible"):
        Cle.du_fichier(fichier)


@given(st.binary(max_size=200), st.text(max_size=5), st.text(max_size=5), st.text(max_size=5), st.integers(0, 3))
def test_ce_qui_est_ferme_se_rouvre_a_sa_place_seulement(clair: bytes, table: str, colonne: str, ligne: str, version: int) -> None:
    chiffre = Chiffre(Cle.lire(CONNUE))
    cellule = chiffre.fermer(clair, table, colonne, ligne, version)
    assert chiffre.ouvrir(cellule, table, colonne, ligne, version) == clair
    assert chiffre.fermer(clair, table, colonne, ligne, version) != cellule, "deux fois le même texte ne se voit pas"
    ailleurs = [(table + "x", colonne, ligne, version), (table, colonne + "x", ligne, version), (table, colonne, ligne + "x", version),
                (table, colonne, ligne, version + 1), (table + colonne, "", ligne, version) if colonne else (table, "x", ligne, version)]  # fmt: skip
    for place in ailleurs:
        with pytest.raises(Illisible):
            chiffre.ouvrir(cellule, *place)
    for alteree in (b"", cellule[:-1], cellule[:20], bytes([cellule[0] ^ 1]) + cellule[1:]):
        with pytest.raises(Illisible):
            chiffre.ouvrir(alteree, table, colonne, ligne, version)
    with pytest.raises(Illisible):
        Chiffre(Cle.nouvelle()).ouvrir(cellule, table, colonne, ligne, version)
