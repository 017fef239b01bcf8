"""Times what one sees: an amount explained, the statement of a practice, the command line started cold. Prints one JSON object.

    python bench/explications.py
"""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from convmed.dispositifs import forfait_medecin_traitant as fmt
from convmed.dispositifs.socle import Demande
from convmed.donnees.dossier import lire_dossier
from convmed.moteur.valeurs import Instance
from convmed.restitution.releve import etablir
from convmed.textes import trouver_texte

RACINE = Path(__file__).parent.parent
DOSSIER = RACINE / "exemples" / "cabinet-zip"
PATIENT = {
    "date_naissance": dt.date(1940, 2, 29), "ald": True, "c2s": False,
    "date_derniere_consultation": dt.date(2025, 6, 1), "date_declaration_mt": dt.date(2015, 1, 1),
}  # fmt: skip
COMMANDE = [sys.executable, "-c", "from convmed.interfaces.cli import principal; principal()", "releve", str(DOSSIER), "--annee", "2026"]


def au_mieux(fonction: Callable[[], Any], essais: int, fois: int = 1) -> float:
    """Return the best mean time of a call among several trials, in seconds."""

    def essai() -> float:
        debut = time.perf_counter()
        for _ in range(fois):
            fonction()
        return (time.perf_counter() - debut) / fois

    return min(essai() for _ in range(essais))


def mesurer() -> dict[str, Any]:
    texte = trouver_texte("en-vigueur")
    contexte, _ = fmt.contexte_de(Demande(texte, 2026))
    dossier = lire_dossier(DOSSIER)
    releve = etablir(dossier, 2026, texte)
    sans_explication = [ligne.libelle for ligne in releve.lignes if ligne.explication is None]
    assert dossier.evenements is not None
    return {
        "montant_s": au_mieux(lambda: Instance(contexte, "patient", PATIENT).expliquer("fmt_socle"), 20, 500),
        "lecture_s": au_mieux(lambda: lire_dossier(DOSSIER), 10),
        "releve_s": au_mieux(lambda: etablir(dossier, 2026, texte), 15),
        "commande_s": au_mieux(lambda: subprocess.run(COMMANDE, check=True, capture_output=True), 7),
        "patients": dossier.patients.height, "evenements": sum(1 for _ in (DOSSIER / "evenements.csv").open()) - 1,
        "lignes": len(releve.lignes), "lignes_sans_explication": sans_explication,
    }  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(mesurer()))
