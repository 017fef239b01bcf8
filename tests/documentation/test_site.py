"""The built site: what it must hold, what it must not load, and what a reader meets in a real browser."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright

from convmed.dispositifs import tous
from convmed.interfaces.cli import application

from .blocs import RACINE

LANCEMENT = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
REGARDEES = ("", "tutoriel/", "guides/rapprocher/", "reference/dispositifs/forfait-medecin-traitant/", "reference/commandes/coter/",
             "reference/python/", "reference/dossier/", "explication/mesures/", "securite/", "404.html")  # fmt: skip
ATTRIBUTS = {"href", "src", "srcset", "data", "poster", "action"}
# A page is reached by following it; everything else is loaded.
CHARGES = {"link", "script", "img", "iframe", "source", "video", "audio", "object", "embed", "form"}


class Liens(HTMLParser):
    """The addresses that a page names, each with its tag, and the anchors that it offers."""

    def __init__(self, texte: str) -> None:
        super().__init__()
        self.adresses: list[tuple[str, str]] = []
        self.ancres: set[str] = set()
        self.feed(texte)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for nom, valeur in attrs:
            if nom in {"id", "name"} and valeur:
                self.ancres.add(valeur)
            elif nom in ATTRIBUTS and valeur and not (tag == "link" and ("rel", "canonical") in attrs):
                self.adresses.append((tag, valeur))


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, Liens]:
    return {f"/{page.relative_to(site)}": Liens(page.read_text("utf-8")) for page in sorted(site.rglob("*.html"))}


@pytest.mark.parametrize("nom", sorted(tous()))
def test_chaque_dispositif_a_sa_page(site: Path, nom: str) -> None:
    texte = (site / "reference" / "dispositifs" / nom / "index.html").read_text("utf-8")
    assert nom in texte
    for partie in ("les-figures-a-travers-les-textes", "les-exemples", "les-normes"):
        assert f'id="{partie}"' in texte, partie


def test_une_page_montre_les_figures_les_regles_et_les_exemples(site: Path) -> None:
    texte = (site / "reference" / "dispositifs" / "forfait-medecin-traitant" / "index.html").read_text("utf-8")
    texte = html.unescape(texte)
    for attendu in ("ald_80_ans_et_plus", "100,00", "01/01/2026", "fmt_taux_senior", "Les sept lignes du tableau, sans C2S", "C3.1A-14", "ald-80-ans-et-plus"):
        assert attendu in texte, attendu


@pytest.mark.parametrize("nom", sorted(application.commands))
def test_chaque_commande_est_documentee(site: Path, nom: str) -> None:
    texte = (site / "reference" / "commandes" / nom / "index.html").read_text("utf-8")
    commande = application.commands[nom]
    sous = list(getattr(commande, "commands", {}).values())
    options = [option for une in (commande, *sous) for parametre in une.params for option in parametre.opts if option.startswith("--")]
    assert [option for option in options if option not in texte] == []
    assert all(f"convmed {nom} {une.name}" in texte for une in sous)


def test_chaque_page_de_docs_est_dans_le_site(site: Path) -> None:
    sources = [page.relative_to(RACINE / "docs") for page in (RACINE / "docs").rglob("*.md")]
    absentes = [page for page in sources if not (site / page.with_suffix("") / "index.html").exists() and not (site / page.parent / "index.html").exists()]
    assert not absentes


def test_chaque_lien_interne_mene_quelque_part(site: Path, pages: dict[str, Liens]) -> None:
    brises = []
    for page, liens in pages.items():
        for _, adresse in liens.adresses:
            if urlsplit(adresse).scheme or adresse.startswith("//"):
                continue
            chemin, ancre = urldefrag(urljoin(page, adresse))
            vise = unquote(urlsplit(chemin).path)
            fichier = f"{vise}index.html" if vise.endswith("/") else vise
            if not (site / fichier.lstrip("/")).is_file() or (ancre and fichier in pages and unquote(ancre) not in pages[fichier].ancres | {"__codelineno"}):
                brises.append(f"{page} : {adresse}")
    assert not brises


def test_rien_n_est_charge_d_ailleurs(site: Path, pages: dict[str, Liens]) -> None:
    dehors = [f"{page} : {adresse}" for page, liens in pages.items() for tag, adresse in liens.adresses
              if tag in CHARGES and (urlsplit(adresse).scheme not in {"", "data"} or adresse.startswith("//"))]  # fmt: skip
    assert not dehors
    for feuille in site.rglob("*.css"):
        assert not re.search(r"""(@import|url\()\s*["']?(https?:)?//""", feuille.read_text("utf-8")), feuille.name
    # The theme would fetch its drawing of diagrams: no page has one to draw.
    assert not [page for page in site.rglob("*.html") if re.search(r'class="[^"]*\bmermaid\b', page.read_text("utf-8"))]


def test_chaque_page_dit_qu_elle_n_est_pas_officielle_et_sa_langue(site: Path) -> None:
    for page in site.rglob("*.html"):
        texte = page.read_text("utf-8")
        assert "Projet non officiel" in texte and '<html lang="fr"' in texte, page.name


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        navigateur = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=LANCEMENT)
        yield navigateur
        navigateur.close()


@pytest.mark.parametrize(("couleurs", "largeur"), [("light", 1280), ("dark", 390)])
def test_les_pages_se_lisent_partout_et_n_appellent_personne(chromium: Browser, adresse: str, couleurs: str, largeur: int) -> None:
    contexte = chromium.new_context(viewport={"width": largeur, "height": 900}, color_scheme=couleurs, reduced_motion="reduce")  # type: ignore[arg-type]
    page = contexte.new_page()
    demandes: list[str] = []
    fautes: list[str] = []
    page.on("request", lambda demande: demandes.append(demande.url))
    page.on("pageerror", lambda erreur: fautes.append(str(erreur)))
    for une in REGARDEES:
        page.goto(adresse + une, wait_until="load")
        page.wait_for_function("document.querySelector('.md-search').getAttribute('aria-label') === 'Recherche'")
        graves = [f"{v['id']} {[noeud['target'] for noeud in v['nodes']][:3]}" for v in Axe().run(page).response["violations"]
                  if v["impact"] in {"serious", "critical"}]  # fmt: skip
        assert not graves, f"{une} : {graves}"
        assert page.evaluate("document.documentElement.scrollWidth") <= largeur, f"{une} déborde"
    contexte.close()
    assert not fautes
    assert [demande for demande in demandes if not demande.startswith(adresse)] == []


def test_la_recherche_repond_en_francais_sans_reseau(chromium: Browser, adresse: str) -> None:
    contexte = chromium.new_context(viewport={"width": 1280, "height": 900})
    contexte.route("**/*", lambda route: route.continue_() if route.request.url.startswith(adresse) else route.abort())
    page = contexte.new_page()
    page.goto(adresse)
    page.click(".md-search__input")
    page.keyboard.type("majorations du médecin", delay=10)  # the plural finds the singular
    premier = page.locator(".md-search-result__item a").first
    premier.wait_for(state="attached", timeout=30_000)
    assert "majoration" in page.locator(".md-search-result__list").inner_text().lower()
    contexte.close()
