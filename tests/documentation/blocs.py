"""The examples of a page: its fenced blocks, read and run.

A block is run by what its fence says:

- ```` ```sh ````: each command, as Bash has it. With `$ ` before the commands, what follows one is what it shows;
- ```` ```text ```` whose first line begins with `$ `: the same;
- ```` ```python ````: run; `>>>` makes it a session, compared like those of the Python manual; one that begins with
  `@regle` quotes a rule, and must be in a `regles.py` as it is;
- `title="a/file"`: the block is that file, written before what follows;
- ```` ```json ````, ```` ```yaml ````, ```` ```toml ````, ```` ```csv ```` without a title: read, to be well-formed;
- `norun` after the language: a server, or what a machine of its own needs. Nothing else is left out but `make`, which
  installs.

The blocks of a page follow one another in one folder, a copy of `exemples/`. In what is shown, `[...]` or `…` stand for
anything, a line of one of them for any lines; spaces and the width of tables do not count.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

RACINE = Path(__file__).parents[2]
BLOC = re.compile(r"^(?P<retrait> *)```(?P<langue>\w*)(?P<options>[^`\n]*)\n(?P<corps>.*?)^(?P=retrait)```[ ]*$", re.MULTILINE | re.DOTALL)
TITRE = re.compile(r'title="([^"]+)"')
ELLIPSE = re.compile(r"\[\.\.\.\]|…")
CADRES = re.compile(r"[─━═┌┐└┘├┤┬┴┼╭╮╰╯┏┓┗┛┡┩╇]+")
INSECABLES = str.maketrans("\u202f\xa0│┃", "    ")
REGLES = sorted((RACINE / "src" / "convmed" / "dispositifs").glob("*/regles.py"))
# How a command ends that shows one of these: refused, or not as it should be.
CODES = {"Erreur : ": 2, '{"erreurs"': 2, "Non conforme": 1}
DUREE = 120
# Wide enough for a page. What is shortened line by line is looked for in lines that nothing folds.
LARGEUR, SANS_PLI = 110, 400


@dataclass(frozen=True)
class Bloc:
    """A fenced block of a page, and the line where it begins."""

    page: Path
    ligne: int
    langue: str
    options: str
    corps: str

    @property
    def fichier(self) -> str | None:
        """Return the file that the block is, if it has a title."""
        titre = TITRE.search(self.options)
        return titre[1] if titre else None

    @property
    def norun(self) -> bool:
        """Tell whether the page says that the block is not run."""
        return "norun" in self.options.split()


def blocs(page: Path) -> list[Bloc]:
    """Return the blocks of a page, in order."""
    texte = page.read_text("utf-8")
    lus = []
    for trouve in BLOC.finditer(texte):
        retrait = len(trouve["retrait"])
        corps = "\n".join(ligne[retrait:] for ligne in trouve["corps"].splitlines())
        lus.append(Bloc(page, texte.count("\n", 0, trouve.start()) + 1, trouve["langue"], trouve["options"], corps))
    return lus


def jouer(bloc: Bloc, ici: Path, souple: bool = False) -> list[str]:
    """Run a block in a folder; return what is wrong, nothing if it does what it shows.

    `souple`: what is shown may leave lines out without saying so.
    """
    if bloc.norun:
        return []
    if bloc.fichier:
        (ici / bloc.fichier).parent.mkdir(parents=True, exist_ok=True)
        (ici / bloc.fichier).write_text(bloc.corps + "\n", "utf-8")
    if bloc.langue in LECTURES:
        return _lire(bloc)
    if bloc.fichier:
        return []
    if bloc.langue == "python":
        return _python(bloc, ici)
    if bloc.langue == "sh" or (bloc.langue == "text" and bloc.corps.startswith("$ ")):
        return [faute for commande, montre in commandes(bloc.corps) for faute in _commande(commande, montre, ici, souple)]
    return [] if bloc.langue in {"text", "mermaid"} else [f"langue de bloc inconnue « {bloc.langue} »"]


def commandes(corps: str) -> Iterator[tuple[str, str | None]]:
    """Yield the commands of a block, each with what it shows; nothing is compared in a block without `$ `."""
    lignes = corps.splitlines()
    if not any(ligne.startswith("$ ") for ligne in lignes):
        yield corps, None
        return
    commande: list[str] = []
    montre: list[str] = []
    for ligne in lignes:
        suite = bool(commande) and not montre and commande[-1].endswith("\\")
        if ligne.startswith("$ ") and not suite:
            if commande:
                yield "\n".join(commande), "\n".join(montre)
            commande, montre = [ligne[2:]], []
        elif suite:
            commande.append(ligne)
        else:
            montre.append(ligne)
    if commande:
        yield "\n".join(commande), "\n".join(montre)


def convient(montre: str, obtenu: str, souple: bool = False) -> bool:
    """Tell whether an output is what a page shows of it; `souple`: the page may leave out lines, cells and ends of cells."""
    attendues = [ligne for ligne in _lignes(_entre_cellules(montre) if souple else montre) if ligne]
    obtenues = [ligne for ligne in _lignes(obtenu) if ligne]
    libre, rang = souple, 0
    for attendue in attendues:
        if ELLIPSE.fullmatch(attendue):
            libre = True
            continue
        motif = re.compile(".*".join(re.escape(morceau.strip()) for morceau in ELLIPSE.split(attendue)))
        candidats = range(rang, len(obtenues) if libre else min(rang + 1, len(obtenues)))
        trouve = next((place for place in candidats if motif.fullmatch(obtenues[place])), None)
        if trouve is None:
            return False
        libre, rang = souple, trouve + 1
    return libre or rang == len(obtenues)


def _entre_cellules(texte: str) -> str:
    """Put an ellipsis between the cells of each row, and after the last one."""
    return "\n".join(re.sub(r"\s*│\s*", " [...] ", ligne) + (" [...]" if "│" in ligne else "") for ligne in texte.splitlines())


def _lignes(texte: str) -> list[str]:
    return [" ".join(CADRES.sub(" ", ligne).translate(INSECABLES).split()) for ligne in texte.splitlines()]


def executer(arguments: list[str], ici: Path, largeur: int = LARGEUR) -> subprocess.CompletedProcess[str]:
    """Run a program as a user does, with this environment's commands, an even width and French sentences."""
    chemin = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    milieu = {**os.environ, "PATH": chemin, "COLUMNS": str(largeur), "PYTHONIOENCODING": "utf-8", "NO_COLOR": "1"}
    return subprocess.run(arguments, cwd=ici, env=milieu, check=False, text=True, encoding="utf-8", timeout=DUREE,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # fmt: skip


def _commande(commande: str, montre: str | None, ici: Path, souple: bool) -> list[str]:
    if commande.startswith("make "):
        return []
    fait = executer(["bash", "-euo", "pipefail", "-c", commande], ici, SANS_PLI if souple else LARGEUR)
    attendu = next((code for mot, code in CODES.items() if montre and mot in montre), 0)
    if fait.returncode != attendu:
        return [f"$ {commande}\nfinit par {fait.returncode}, et non {attendu} :\n{fait.stdout[-3000:]}"]
    if montre and not convient(montre, fait.stdout, souple):
        return [f"$ {commande}\nmontre autre chose que la page :\n{fait.stdout[:6000]}"]
    return []


def _python(bloc: Bloc, ici: Path) -> list[str]:
    if bloc.corps.startswith("@regle"):
        return [] if any(bloc.corps in regles.read_text("utf-8") for regles in REGLES) else ["aucune règle ne s'écrit ainsi"]
    if ">>> " in bloc.corps:
        (ici / "session.txt").write_text(bloc.corps + "\n", "utf-8")
        fait = executer([sys.executable, "-m", "doctest", "-o", "ELLIPSIS", "-o", "NORMALIZE_WHITESPACE", "session.txt"], ici)
    else:
        fait = executer([sys.executable, "-c", bloc.corps], ici)
    return [] if fait.returncode == 0 else [fait.stdout[-3000:]]


def _lire(bloc: Bloc) -> list[str]:
    try:
        LECTURES[bloc.langue](bloc.corps)
    except ValueError as erreur:  # what tomllib and json raise
        return [str(erreur)]
    except yaml.YAMLError as erreur:
        return [str(erreur)]
    return []


LECTURES = {"json": json.loads, "toml": tomllib.loads, "yaml": yaml.safe_load, "csv": str.splitlines}
