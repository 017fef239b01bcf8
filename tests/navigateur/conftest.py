"""A real Chromium before a real server: what a visitor has, with a look at each page that no eye would give each time."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

TELEPHONE, BUREAU = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
# Debian's Chromium, which looks for no update and no other host.
LANCEMENT = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]  # fmt: skip
POIDS_AU_PLUS = 200_000


@contextmanager
def serveur_lance(*options: str, port: int, environnement: dict[str, str] | None = None, journal: Path | None = None) -> Iterator[str]:
    """Run `convmed serveur` as a user would, and give its address once it answers."""
    commande = [sys.executable, "-m", "convmed.interfaces", "serveur", "--port", str(port), *options]
    with open(journal or os.devnull, "wb") as sortie, subprocess.Popen(commande, stdout=sortie, stderr=sortie, env={**os.environ, **(environnement or {})}) as processus:
        adresse = f"http://127.0.0.1:{port}"
        try:
            attendre(processus, adresse)
            yield adresse
        finally:
            processus.terminate()
            try:
                processus.wait(15)
            except subprocess.TimeoutExpired:
                processus.kill()


def attendre(processus: subprocess.Popen[bytes], adresse: str) -> None:
    """Return once a server answers; fail if it ends instead."""
    for _ in range(1200):
        assert processus.poll() is None, f"le serveur s'est arrêté : {processus.returncode}"
        try:
            urllib.request.urlopen(f"{adresse}/sante", timeout=1)
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("le serveur ne répond pas")


@pytest.fixture(scope="session")
def port_libre() -> Callable[[], int]:
    import socket

    def choisir() -> int:
        with socket.socket() as prise:
            prise.bind(("127.0.0.1", 0))
            return int(prise.getsockname()[1])

    return choisir


@pytest.fixture(scope="session")
def serveur(port_libre: Callable[[], int]) -> Iterator[str]:
    """Give the address of a server of a desk, one for all the tests."""
    with serveur_lance(port=port_libre()) as adresse:
        yield adresse


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        navigateur = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=LANCEMENT)
        yield navigateur
        navigateur.close()


@pytest.fixture
def contexte(chromium: Browser) -> Iterator[BrowserContext]:
    """Give a visitor of their own; a page that calls another host, or whose script fails, fails the test."""
    contexte = chromium.new_context(locale="fr-FR", viewport=BUREAU, reduced_motion="reduce")  # type: ignore[arg-type]
    contexte.set_default_timeout(15_000)
    ennuis: list[str] = []
    contexte.on("request", lambda r: r.url.startswith(("http://127.0.0.1", "data:", "blob:")) or ennuis.append(f"appel à {r.url}"))
    contexte.on("weberror", lambda e: ennuis.append(f"script : {e.error}"))
    # A refusal (4xx) that the page shows is written in the console by Chromium and by htmx: it is no fault of a script.
    attendues = ("Failed to load resource", "Response Status Error Code 4")
    contexte.on("console", lambda m: m.type == "error" and not m.text.startswith(attendues) and ennuis.append(f"console : {m.text}"))
    yield contexte
    contexte.close()
    assert not ennuis, ennuis


@pytest.fixture
def page(contexte: BrowserContext) -> Page:
    return contexte.new_page()


@pytest.fixture(scope="session")
def verifier() -> Callable[[Page, str], None]:
    """Give the look at a page: axe at both widths, one in light and one in dark; nothing sticks out; nothing too heavy."""
    axe = Axe()

    def regarder(page: Page, nom: str) -> None:
        dossier = os.environ.get("CONVMED_CAPTURES")
        for largeur, taille, teintes in (("telephone", TELEPHONE, ("dark", "light")), ("bureau", BUREAU, ("light", "dark"))):
            page.set_viewport_size(taille)  # type: ignore[arg-type]
            # One look at each width and each scheme; all four where somebody looks at the pictures.
            for teinte in teintes if dossier else teintes[:1]:
                page.emulate_media(color_scheme=teinte)  # type: ignore[arg-type]
                trouves = axe.run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]})
                assert not trouves.response["violations"], f"{nom}, {largeur}, {teinte} : {_dire(trouves.response['violations'])}"
                if dossier:
                    page.screenshot(path=Path(dossier) / f"{nom}-{largeur}-{teinte}.png", full_page=True)
            doubles = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id).filter((id, i, tous) => tous.indexOf(id) !== i)")
            assert not doubles, f"{nom} : identifiants en double {doubles}"
            deborde = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert deborde <= 0, f"{nom}, {largeur} : la page dépasse de {deborde} pixels"
        page.set_viewport_size(BUREAU)  # type: ignore[arg-type]
        page.emulate_media(color_scheme="light")
        assert len(page.content().encode()) < 1_000_000, f"{nom} : page trop longue"

    return regarder


def _dire(violations: list[dict[str, Any]]) -> str:
    return " ; ".join(f"{v['id']} ({v['help']}) : {v['nodes'][0]['html'][:200]} {v['nodes'][0].get('failureSummary', '')[:200]}" for v in violations)
