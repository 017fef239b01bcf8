"""A file that appears whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from convmed.textes import Erreurs, Faute


@contextmanager
def ecriture_entiere(chemin: Path) -> Iterator[IO[bytes]]:
    """Open a file to write; it takes its name when all is written, and leaves nothing behind if that fails.

    `Erreurs` if it cannot be written. It has the rights of the file that it replaces, or of any new file.
    """
    provisoire: str | None = None
    try:
        with tempfile.NamedTemporaryFile("wb", dir=chemin.parent, delete=False, suffix=".tmp") as fichier:
            provisoire = fichier.name
            yield fichier
        os.chmod(provisoire, chemin.stat().st_mode & 0o777 if chemin.exists() else 0o666 & ~_masque())
        os.replace(provisoire, chemin)
        provisoire = None
    except OSError as erreur:
        raise Erreurs([Faute(f"écriture impossible : {erreur.strerror}", fichier=str(chemin))]) from erreur
    finally:
        if provisoire is not None:
            Path(provisoire).unlink(missing_ok=True)


def _masque() -> int:
    masque = os.umask(0)
    os.umask(masque)
    return masque
