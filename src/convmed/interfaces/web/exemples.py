"""The examples that the pages offer: practices to try, scenarios to lay."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import convmed

# The practices, each with what sets it apart.
CABINETS = {
    "cabinet-zip": "Généraliste en zone sous-dense, 1 200 patients",
    "jeune-installe": "Jeune installée, 430 patients",
    "medecin-68-ans": "Généraliste de 68 ans, 820 patients",
    "secteur-2-sans-option": "Secteur 2 sans option, 610 patients",
    "pediatre": "Pédiatre, 380 patients",
    "proposition-2024": "Les quatre patients de la proposition du 8 février 2024",
}


@cache
def dossier_des_exemples() -> Path:
    """Return where the examples are: in the package once installed, or beside its sources."""
    ici = Path(convmed.__file__).parent
    return next((lieu for lieu in (ici / "exemples", ici.parents[1] / "exemples") if lieu.is_dir()), ici)
