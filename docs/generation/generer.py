"""The hook of MkDocs that writes the reference from the rules, and fits pages that are also read elsewhere to the site."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any

import commandes
import fiches
import tables
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

RACINE = Path(__file__).parents[2]
# What stands outside of docs/ and is read on the site too.
DEHORS = {
    "bench/RESULTATS.md": "explication/mesures.md",
    "CHANGELOG.md": "explication/changements.md",
    "exemples/factures/LISEZMOI.md": "reference/factures.md",
    **{f"bench/{image.name}": f"explication/{image.name}" for image in sorted((RACINE / "bench").glob("*.svg"))},
}
LIEN = re.compile(r"\]\((?!https?:|#)([^)#\s]+)(#[^)\s]*)?\)")
BLOC = re.compile(r"^```(\w+) norun$", re.MULTILINE)
SESSION = re.compile(r"^```sh\n(?=\$ )", re.MULTILINE)
DIAGRAMME = re.compile(r"^```mermaid\n.*?^```$", re.MULTILINE | re.DOTALL)


def pages() -> dict[str, str]:
    """Return every generated page: its path in the site, its Markdown."""
    return {
        "reference/dossier.md": tables.dossier(),
        "reference/figures.md": tables.figures(),
        "reference/normes.md": tables.normes(),
        **fiches.pages(),
        **commandes.pages(),
    }


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Complete the navigation with the pages that are generated, and those that a folder lists."""
    sections = {
        "Dispositifs": ["reference/dispositifs/index.md", *({nom: chemin} for nom, chemin in fiches.sommaire())],
        "Commandes": ["reference/commandes/index.md", *({nom: chemin} for nom, chemin in commandes.sommaire())],
        "Procédures": [{_titre(page): f"procedures/{page.name}"} for page in sorted((RACINE / "docs/procedures").glob("*.md"))],
        "Décisions": ["decisions/README.md", *(f"decisions/{page.name}" for page in sorted((RACINE / "docs/decisions").glob("0*.md")))],
    }
    for partie in config.nav:
        for entree in next(iter(partie.values())):
            for titre in sections.keys() & (entree if isinstance(entree, dict) else ()):
                entree[titre] = sections[titre]
    explication = next(partie["Explication"] for partie in config.nav if "Explication" in partie)
    explication[-1:-1] = [{"Ce qui est mesuré": "explication/mesures.md"}, {"Ce qui change": "explication/changements.md"}]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages."""
    for chemin, texte in pages().items():
        files.append(File.generated(config, chemin, content=texte))
    for fichier, chemin in DEHORS.items():
        files.append(File.generated(config, chemin, abs_src_path=str(RACINE / fichier)))
    return files


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Fit a page that is also read outside of the site: its links, its blocks that are not run, its diagrams."""
    origines = {chemin: fichier for fichier, chemin in DEHORS.items()}
    lieu = posixpath.dirname(origines.get(page.file.src_uri, f"docs/{page.file.src_uri}"))

    def relier(lien: re.Match[str]) -> str:
        vise = posixpath.normpath(posixpath.join(lieu, lien[1]))
        chemin = DEHORS.get(vise) or vise.removeprefix("docs/")
        return f"]({posixpath.relpath(chemin, posixpath.dirname(page.file.src_uri) or '.')}{lien[2] or ''})"

    def replier(diagramme: re.Match[str]) -> str:
        lignes = diagramme[0].replace("```mermaid", "```text").splitlines()
        return "\n".join(['??? note "Le diagramme, en langage Mermaid"', "", *(f"    {ligne}" for ligne in lignes)])

    lisible = SESSION.sub("```console\n", BLOC.sub(r"```\1", markdown))
    return LIEN.sub(relier, DIAGRAMME.sub(replier, lisible))


def _titre(page: Path) -> str:
    return page.read_text("utf-8").splitlines()[0].removeprefix("# ").strip()
