"""Every example of the documentation is run, and does what the page shows."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from .blocs import RACINE, Bloc, blocs, convient, jouer

DOCS = RACINE / "docs"
# What the README shows is shortened line by line, and says so.
SOUPLES = {RACINE / "README.md"}
PAGES = [page for page in (RACINE / "README.md", *sorted(DOCS.rglob("*.md"))) if blocs(page)]
# What needs a machine of its own; each is a command of a server, or of a cluster.
A_PART = ("convmed serveur", "docker", "curl", "spark", "SPARK", "systemctl", "createdb", "psql", "pip install", "ssh", "openssl", "certbot")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(RACINE)))
def test_les_exemples_d_une_page_font_ce_qu_elle_montre(page: Path, tmp_path: Path) -> None:
    shutil.copytree(RACINE / "exemples", tmp_path / "exemples")
    fautes = []
    for bloc in blocs(page):
        fautes += [f"{page.relative_to(RACINE)}, ligne {bloc.ligne} : {faute}" for faute in jouer(bloc, tmp_path, page in SOUPLES)]
    assert not fautes, "\n\n".join(fautes)


def test_ce_qui_n_est_pas_joue_est_d_un_serveur() -> None:
    for bloc in (bloc for page in PAGES for bloc in blocs(page) if bloc.norun):
        assert any(mot in bloc.corps for mot in A_PART), f"{bloc.page.relative_to(RACINE)}, ligne {bloc.ligne}"


def test_chaque_bloc_dit_sa_langue() -> None:
    sans = [f"{bloc.page.relative_to(RACINE)}, ligne {bloc.ligne}" for page in PAGES for bloc in blocs(page) if not bloc.langue]
    assert not sans


@pytest.mark.parametrize(
    ("montre", "obtenu", "souple", "va"),
    [
        ("a\nb", "a\nb\n", False, True),
        ("a", "a\nb\n", False, False),
        ("a\n[...]", "a\nb\nc\n", False, True),
        ("[...]\nc", "a\nb\nc\n", False, True),
        ("a\n[...]\nc", "a\nc\n", False, True),
        ("a\nc", "a\nb\nc\n", False, False),
        ("a\nc", "a\nb\nc\n", True, True),
        ("c\na", "a\nb\nc\n", True, False),
        ("│ a │ 12 € │", "┌──┐\n│ a     │ 12\xa0€ │\n└──┘\n", False, True),
        ("│ a │ 12 € │", "│ a     │ 13\xa0€ │\n", False, False),
        ("un […] deux", "un mot deux", False, False),
        ("un [...] deux", "un mot deux", False, True),
        ("un … deux", "un mot trois", False, False),
    ],
)
def test_ce_qui_est_montre_se_compare(montre: str, obtenu: str, souple: bool, va: bool) -> None:
    assert convient(montre, obtenu, souple) is va


def test_un_exemple_faux_se_voit(tmp_path: Path) -> None:
    def faute(langue: str, corps: str, options: str = "") -> list[str]:
        return jouer(Bloc(tmp_path / "page.md", 1, langue, options, corps), tmp_path)

    assert faute("sh", "$ echo un\ndeux") and not faute("sh", "$ echo un\nun")
    assert faute("sh", "false") and not faute("sh", "true")
    assert faute("sh", "$ convmed bareme --texte rien\nErreur : autre chose")
    assert faute("python", "assert False") and not faute("python", "import convmed")
    assert faute("python", ">>> 1 + 1\n3") and not faute("python", ">>> 1 + 1\n2")
    assert faute("python", "@regle\ndef rien(): ...")
    assert faute("json", "{") and faute("toml", "a") and faute("yaml", "a: [") and faute("cobol", "")
    assert not faute("toml", "a = 1", 'title="un/fichier.toml"')
    assert (tmp_path / "un/fichier.toml").read_text() == "a = 1\n"
