"""The site, built once as `make docs` builds it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from .blocs import RACINE


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site; anything that MkDocs finds wrong fails."""
    sortie = tmp_path_factory.mktemp("site")
    commande = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(sortie)]
    fait = subprocess.run(commande, cwd=RACINE, check=False, capture_output=True, text=True, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"})
    assert fait.returncode == 0, fait.stdout + fait.stderr
    return sortie


class _Muet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def adresse(site: Path) -> Iterator[str]:
    """Serve the site on a free port of this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Muet, directory=str(site))) as serveur:
        Thread(target=serveur.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{serveur.server_port}/"
        serveur.shutdown()
