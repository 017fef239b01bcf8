from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from convmed.textes import Erreurs

CABINET = '[medecin]\nmedecin = "DR"\nspecialite = "01"\nsecteur = "1"\n'
PATIENTS = "patient;date_naissance;sexe\np1;1950-03-02;F\np2;1980-11-30;M\n"

Ecrire = Callable[..., Path]


@pytest.fixture
def ecrire(tmp_path: Path) -> Ecrire:
    """Write a dossier from the text (or the bytes) of its files."""

    def ecrire_le_dossier(**fichiers: str | bytes | None) -> Path:
        for nom, contenu in {"cabinet": CABINET, "patients": PATIENTS, **fichiers}.items():
            if contenu is None:
                continue
            chemin = tmp_path / (f"{nom}.toml" if nom == "cabinet" else nom.replace("__", ".") if "__" in nom else f"{nom}.csv")
            chemin.write_bytes(contenu.encode() if isinstance(contenu, str) else contenu)
        return tmp_path

    return ecrire_le_dossier


def fautes(appel: Callable[[], object]) -> list[tuple[str | None, int | None, str | None, str]]:
    """Return what was refused: file, line, column, message."""
    with pytest.raises(Erreurs) as refus:
        appel()
    return [(f.fichier, f.ligne, f.colonne, f.message) for f in refus.value.fautes]
