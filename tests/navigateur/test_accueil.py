"""The frame of every page."""

from __future__ import annotations

import re
import urllib.request

import pytest
from playwright.sync_api import Page, expect


@pytest.mark.parametrize("chemin", ["/", "/accessibilite", "/donnees", "/api"])
def test_les_pages_de_presentation(page: Page, serveur: str, verifier, chemin: str) -> None:
    page.goto(serveur + chemin)
    expect(page.locator(".non-officiel")).to_have_text("Site non officiel")
    verifier(page, "accueil" if chemin == "/" else chemin[1:])


def test_une_adresse_inconnue_le_dit(page: Page, serveur: str, verifier) -> None:
    reponse = page.goto(f"{serveur}/nulle-part")
    assert reponse is not None and reponse.status == 404
    expect(page.get_by_role("heading", level=1)).to_have_text("Page introuvable")
    verifier(page, "introuvable")


def test_le_menu_du_telephone_s_ouvre_au_clavier(page: Page, serveur: str) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(serveur)
    menu = page.get_by_role("button", name="Menu")
    expect(page.locator("#menu").get_by_text("Coter")).to_be_hidden()
    menu.focus()
    page.keyboard.press("Enter")
    expect(menu).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("navigation", name="Principale").get_by_role("link", name="Coter")).to_be_visible()


def test_le_premier_pas_du_clavier_va_au_contenu(page: Page, serveur: str) -> None:
    page.goto(serveur)
    page.keyboard.press("Tab")
    expect(page.locator(".evitement")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_rien_ne_vient_d_ailleurs_ni_ne_s_ecrit_dans_la_page(serveur: str) -> None:
    with urllib.request.urlopen(serveur) as reponse:
        contenu = reponse.read().decode()
        politique = reponse.headers["content-security-policy"]
    assert "default-src 'none'" in politique and "unsafe" not in politique
    assert not re.search(r"<script(?![^>]*\bsrc=)|\bstyle=|\son\w+=", contenu)
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", contenu)
