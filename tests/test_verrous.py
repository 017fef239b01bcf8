"""What can be said of the locked dependencies without asking anyone: the advisories themselves need a network (`make audit`)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

RACINE = Path(__file__).parents[1]
VERROUS = sorted((RACINE / "requirements").glob("*.txt"))
EPINGLE = re.compile(r"^([A-Za-z0-9._-]+)==([^ \\;]+)", re.MULTILINE)


def demandees() -> Iterator[Any]:
    projet = tomllib.loads((RACINE / "pyproject.toml").read_text("utf-8"))
    listes = [projet["project"]["dependencies"], *projet["project"]["optional-dependencies"].values(), *projet["dependency-groups"].values()]
    for ligne in sorted({ligne for liste in listes for ligne in liste}):
        yield pytest.param(Requirement(ligne), id=ligne)


def normal(nom: str) -> str:
    return re.sub(r"[-_.]+", "-", nom).lower()


@pytest.mark.parametrize("verrou", VERROUS, ids=lambda verrou: verrou.name)
def test_un_verrou_n_epingle_qu_une_version_finie_de_chacune(verrou: Path) -> None:
    epingles = EPINGLE.findall(verrou.read_text("utf-8"))
    assert epingles
    assert [f"{nom} {version}" for nom, version in epingles if Version(version).is_prerelease] == []
    # One line a package, unless a marker says which machine each is for.
    lignes = [ligne for ligne in verrou.read_text("utf-8").splitlines() if EPINGLE.match(ligne)]
    noms = [normal(EPINGLE.match(ligne)[1]) for ligne in lignes if ";" not in ligne]  # type: ignore[index]
    assert len(noms) == len(set(noms))


@pytest.mark.parametrize("demandee", list(demandees()))
def test_ce_qui_est_verrouille_est_dans_les_bornes(demandee: Requirement) -> None:
    versions = {version for verrou in VERROUS for nom, version in EPINGLE.findall(verrou.read_text("utf-8")) if normal(nom) == normal(demandee.name)}
    assert versions, "aucun verrou ne l'épingle"
    assert [version for version in versions if Version(version) not in demandee.specifier] == []
