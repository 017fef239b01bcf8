"""What the operating system refuses, said in French."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from convmed.textes import dit_en_francais


def refuse(agir: Callable[[], object]) -> str:
    with pytest.raises(OSError) as refus:
        agir()
    return dit_en_francais(refus.value)


def test_les_refus_courants_sont_dits_en_francais(tmp_path: Path) -> None:
    fichier = tmp_path / "fichier"
    fichier.write_text("x")
    os.symlink(tmp_path / "b", tmp_path / "a")
    os.symlink(tmp_path / "a", tmp_path / "b")
    assert refuse((tmp_path / "absent").read_bytes) == "ce fichier ou ce dossier n'existe pas"
    assert refuse(tmp_path.read_bytes) == "c'est un dossier, pas un fichier"
    assert refuse((fichier / "x").read_bytes) == "un fichier se trouve là où il faudrait un dossier"
    assert refuse(tmp_path.mkdir) == "ce nom est déjà pris"
    assert refuse(tmp_path.rmdir) == "ce dossier n'est pas vide"
    assert refuse((tmp_path / ("x" * 300)).read_bytes) == "nom trop long"
    assert refuse((tmp_path / "a").read_bytes) == "des liens tournent en rond"
    assert refuse(lambda: Path("/dev/full").write_bytes(b"x")) == "il n'y a plus de place sur le disque"


def test_un_refus_rare_garde_son_numero() -> None:
    assert dit_en_francais(OSError(errno.ENOTTY, os.strerror(errno.ENOTTY))) == f"erreur n° {errno.ENOTTY} du système"
    assert dit_en_francais(OSError("sans numéro")) == "erreur du système"
