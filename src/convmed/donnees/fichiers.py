"""A file that appears whole or not at all."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from convmed.textes import Erreurs, Faute, dit_en_francais


@contextmanager
def ecriture_entiere(chemin: Path) -> Iterator[IO[bytes]]:
    """Open a file to write; it takes its name when all is on the disk, and leaves nothing behind if that fails.

    `Erreurs` if it cannot be written. It has the rights of the file that it replaces, or of any new file.
    """
    provisoire: str | None = None
    try:
        with tempfile.NamedTemporaryFile("wb", dir=chemin.parent, delete=False, suffix=".tmp") as fichier:
            provisoire = fichier.name
            yield fichier
            # A name must not outlive a power cut that its contents did not.
            fichier.flush()
            os.fsync(fichier.fileno())
        os.chmod(provisoire, chemin.stat().st_mode & 0o777 if chemin.exists() else 0o666 & ~masque())
        os.replace(provisoire, chemin)
        provisoire = None
    except OSError as erreur:
        raise Erreurs([Faute(f"écriture impossible : {dit_en_francais(erreur)}", fichier=str(chemin))]) from erreur
    finally:
        if provisoire is not None:
            Path(provisoire).unlink(missing_ok=True)


def ecrire_json(chemin: Path, objet: Mapping[str, Any]) -> None:
    """Write an object as a JSON file, whole or not at all; dates and the like as text. `Erreurs` if it cannot be written."""
    with ecriture_entiere(chemin) as fichier:
        fichier.write(f"{json.dumps(objet, ensure_ascii=False, indent=2, default=str)}\n".encode())


def masque() -> int:
    """Return the rights that this process denies to new files."""
    actuel = os.umask(0)
    os.umask(actuel)
    return actuel
