"""The habits of the repository, held by the tests: what is shipped, what is declared, what is never named."""

from __future__ import annotations

import ast
import json
import re
import shlex
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import pytest

from convmed.dispositifs.contrat import repondre
from convmed.textes.bareme import dossiers_des_dispositifs

RACINE = Path(__file__).parents[1]
PAQUET = RACINE / "src" / "convmed"
PROJET = tomllib.loads((RACINE / "pyproject.toml").read_text("utf-8"))
# Each is written in two pieces, so that this file does not name it either.
INTERDITS = tuple(
    "".join(morceaux)
    for morceaux in (
        ("pypi", ".org"), ("python", "hosted.org"), ("npmjs", ".org"), ("npmjs", ".com"), ("deb.debian", ".org"),
        ("security.debian", ".org"), ("crates", ".io"), ("proxy.golang", ".org"), ("repo.maven", ".apache"),
        ("conda", ".anaconda"), ("/opt/", "pypi"), ("/wo", "rk/"), ("/fa", "rm/"), ("bash_", "jobs"), ("/ro", "ot/"),
    )
)  # fmt: skip
MODULES = {
    "yaml": "pyyaml", "dateutil": "python-dateutil", "argon2": "argon2-cffi", "markdown_it": "markdown-it-py",
    "prometheus_client": "prometheus-client", "tomli_w": "tomli-w",
}  # fmt: skip
LONGUEUR = 500


@cache
def fichiers() -> tuple[Path, ...]:
    """Return the files of the repository, new ones included, ignored ones not; an unpacked archive will do."""
    commande = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        sortie = subprocess.run(commande, cwd=RACINE, capture_output=True, check=True, text=True).stdout
    except (FileNotFoundError, subprocess.CalledProcessError):
        return tuple(_sans_git(RACINE))
    return tuple(chemin for nom in sortie.split("\0") if nom and (chemin := RACINE / nom).is_file())


def _sans_git(dossier: Path) -> Iterator[Path]:
    ignores = [ligne.rstrip("/") for ligne in (RACINE / ".gitignore").read_text("utf-8").splitlines() if ligne]
    for chemin in sorted(dossier.iterdir()):
        if chemin.name == ".git" or any(fnmatch(chemin.name, motif) for motif in ignores):
            continue
        if chemin.is_dir():
            yield from _sans_git(chemin)
        elif chemin.is_file():
            yield chemin


def test_une_archive_vaut_un_depot() -> None:
    assert set(fichiers()) <= set(_sans_git(RACINE))


@pytest.mark.parametrize("interdit", INTERDITS)
def test_ni_depot_de_paquets_ni_chemin_de_machine(interdit: str) -> None:
    coupables = [str(f.relative_to(RACINE)) for f in fichiers() if interdit.encode() in f.read_bytes()]
    assert not coupables, f"« {interdit} » est nommé par {coupables}"


def dependances() -> Iterator[str]:
    yield from PROJET["project"]["dependencies"]
    for extra in PROJET["project"]["optional-dependencies"].values():
        yield from extra
    for groupe in PROJET["dependency-groups"].values():
        yield from groupe


def nom_de(dependance: str) -> str:
    return re.split(r"[<>=\[;! ]", dependance, maxsplit=1)[0].lower()


@pytest.mark.parametrize("dependance", sorted(set(dependances())))
def test_chaque_dependance_a_ses_deux_bornes(dependance: str) -> None:
    assert re.fullmatch(r"[\w.-]+(\[\w+\])?>=[\d.]+,<\d[\d.]*", dependance), "il faut « nom>=x,<y »"


@pytest.mark.parametrize("verrou", ["demo", "dev", "bench"])
def test_les_verrous_sont_entiers_et_a_jour(verrou: str) -> None:
    """Hold: each lock pins, with hashes, every package that its groups name in pyproject.toml."""
    lignes = (RACINE / "requirements" / f"{verrou}.txt").read_text("utf-8")
    epingles = {nom.lower() for nom in re.findall(r"^([\w.-]+)==", lignes, re.MULTILINE)}
    groupes = {"demo": ["build"], "dev": ["build", "test", "lint", "lock", "docs", "audit"], "bench": ["build", "bench"]}[verrou]
    voulus = [*PROJET["project"]["dependencies"], *(d for g in groupes for d in PROJET["dependency-groups"][g])]
    if verrou == "dev":
        voulus += [d for extra in PROJET["project"]["optional-dependencies"].values() for d in extra]
    assert {nom_de(d) for d in voulus} <= epingles, "lancer « make lock »"
    blocs = re.split(r"\n(?=[\w.-]+==)", lignes.strip())
    assert all("--hash=sha256:" in bloc for bloc in blocs)


def modules_importes(dossier: Path) -> dict[str, set[str]]:
    """Return the top modules that the files of a folder import, and from which file."""
    importes: dict[str, set[str]] = {}
    for fichier in dossier.rglob("*.py"):
        for noeud in ast.walk(ast.parse(fichier.read_text("utf-8"))):
            noms = [alias.name for alias in noeud.names] if isinstance(noeud, ast.Import) else []
            if isinstance(noeud, ast.ImportFrom) and noeud.module and not noeud.level:
                noms = [noeud.module]
            for nom in noms:
                importes.setdefault(nom.split(".")[0], set()).add(str(fichier.relative_to(RACINE)))
    return importes


def test_chaque_module_importe_est_declare() -> None:
    """Hold: an environment that happens to hold more packages than declared hides nothing."""
    declares = {nom_de(d) for d in PROJET["project"]["dependencies"]}
    declares |= {nom_de(d) for extra in PROJET["project"]["optional-dependencies"].values() for d in extra}
    declares.add("pydantic_core")  # the other half of pydantic
    importes = modules_importes(PAQUET)
    etrangers = {nom: ou for nom, ou in importes.items() if nom not in sys.stdlib_module_names and nom != "convmed"}
    inconnus = {nom: ou for nom, ou in etrangers.items() if MODULES.get(nom, nom) not in declares}
    assert not inconnus, f"à déclarer dans pyproject.toml : {inconnus}"


def test_la_roue_emporte_les_donnees(tmp_path: Path) -> None:
    """Build: every file of the package that is not code goes into the wheel too."""
    commande = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(commande, cwd=RACINE, check=True, capture_output=True)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as roue:
        emportes = set(roue.namelist())
    voulus = {str(f.relative_to(RACINE / "src")) for f in fichiers() if f.is_relative_to(PAQUET)}
    assert {".py", ".yaml", ".csv", ".typed"} <= {Path(nom).suffix or Path(nom).name for nom in voulus}
    assert voulus <= emportes, f"absents de la roue : {sorted(voulus - emportes)}"
    assert any(nom.endswith("licenses/LICENSE") for nom in emportes)


def test_un_fichier_a_un_seul_sujet() -> None:
    longs = {
        str(f.relative_to(RACINE)): nombre
        for f in fichiers()
        if f.suffix == ".py" and (nombre := len(f.read_text("utf-8").splitlines())) > LONGUEUR
    }
    assert not longs, f"plus de {LONGUEUR} lignes : {longs}"


def cibles_de_make() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (RACINE / "Makefile").read_text("utf-8"), re.MULTILINE))


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", ".ci/run", "src/convmed/normes/etat.py"])
def test_chaque_cible_de_make_citee_existe(page: str) -> None:
    citees = set(re.findall(r"(?:`|^|« )make ([a-z-]+)", (RACINE / page).read_text("utf-8"), re.MULTILINE))
    assert citees <= cibles_de_make(), f"{page} cite {citees - cibles_de_make()}"


def commandes_citees() -> list[str]:
    """Return the convmed commands of the pages that a newcomer reads, as typed."""
    pages = [RACINE / "README.md", *sorted((RACINE / "docs").rglob("*.md"))]
    lignes = [ligne.split(" # ")[0].strip() for page in pages for ligne in page.read_text("utf-8").splitlines()]
    entre_apostrophes = re.findall(r"`(convmed [^`]+)`", "".join(page.read_text("utf-8") for page in pages))
    return sorted({ligne for ligne in [*lignes, *entre_apostrophes] if re.match(r"convmed [a-z]", ligne)})


@pytest.mark.parametrize("commande", commandes_citees())
def test_chaque_commande_citee_se_comprend(commande: str) -> None:
    """Parse: the command exists and takes these arguments; nothing is run."""
    from convmed.interfaces.cli import application

    nom, *arguments = shlex.split(commande)[1:]
    assert nom in application.commands, f"{nom} n'est pas une commande"
    if arguments:
        application.commands[nom].make_context(nom, arguments)


def test_l_exemple_du_readme_est_exact() -> None:
    """Run: the JSON case of the README gives the figures that it shows."""
    readme = (RACINE / "README.md").read_text("utf-8")
    cas = re.search(r"echo '(\{.*?\})'\s*\\\n\s*\| convmed calculer ([a-z-]+)", readme, re.DOTALL)
    assert cas, "le cas du README ne se trouve plus"
    resultats = repondre(cas[2], json.loads(cas[1]))["resultats"]
    annonces = json.loads("{" + readme.split("answers `", 1)[1].split("`", 1)[0] + "}")
    assert {cle: resultats[cle] for cle in annonces} == annonces


def test_le_journal_parle_de_cette_version() -> None:
    journal = (RACINE / "CHANGELOG.md").read_text("utf-8")
    versions = re.findall(r"^## (\d+\.\d+\.\d+)", journal, re.MULTILINE)
    assert versions, "une version par titre « ## x.y.z »"
    assert versions[0] == PROJET["project"]["version"]


def test_les_decisions_se_suivent() -> None:
    numeros = [int(f.name[:4]) for f in sorted((RACINE / "docs" / "decisions").glob("[0-9]*.md"))]
    assert numeros == list(range(1, len(numeros) + 1))


def test_aucun_nombre_a_virgule_dans_les_regles() -> None:
    """Hold: amounts are integers all along, so no rule writes, rounds or casts a float."""
    for dispositif, dossier in dossiers_des_dispositifs().items():
        for noeud in ast.walk(ast.parse((dossier / "regles.py").read_text("utf-8"))):
            flottant = isinstance(noeud, ast.Constant) and isinstance(noeud.value, float)
            appel = isinstance(noeud, ast.Call) and getattr(noeud.func, "id", "") in {"round", "float", "int"}
            division = isinstance(noeud, ast.BinOp) and isinstance(noeud.op, ast.Div)
            ligne = getattr(noeud, "lineno", 0)
            assert not (flottant or appel or division), f"{dispositif} : regles.py, ligne {ligne}"
