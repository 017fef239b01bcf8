"""Pack the dossiers that the web pages offer to try: `python exemples/empaqueter.py`. The same files give the same bytes."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

ICI = Path(__file__).parent
VERS = ICI.parent / "src" / "convmed" / "interfaces" / "web" / "exemples"
DOSSIERS = ("cabinet-zip", "secteur-2-sans-option")


def paquet(nom: str) -> bytes:
    """Return a dossier as a zip, without a clock."""
    sortie = io.BytesIO()
    with zipfile.ZipFile(sortie, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for fichier in sorted((ICI / nom).iterdir()):
            membre = zipfile.ZipInfo(f"{nom}/{fichier.name}", (1980, 1, 1, 0, 0, 0))
            membre.compress_type, membre.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(membre, fichier.read_bytes(), compresslevel=9)
    return sortie.getvalue()


if __name__ == "__main__":
    VERS.mkdir(parents=True, exist_ok=True)
    for nom in DOSSIERS:
        (VERS / f"{nom}.zip").write_bytes(paquet(nom))
