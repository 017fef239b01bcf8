"""Runs every benchmark, each peer in its own process, and writes resultats.json, the charts and RESULTATS.md.

    python bench/executer.py [--rapide] [--tailles 10000 100000] [--donnees FOLDER] [--sans-ecrire]

Exit status 1 if two peers disagree. `--rapide` stops at 100,000 patients. This process stays small: a child's peak of memory
starts from its parent's.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import json
import os
import platform
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

ICI = Path(__file__).parent
TAILLES = (10_000, 100_000, 1_000_000, 10_000_000)
MODES = ("memoire", "fichiers")
PAIRS = {
    "fmt": ("fmt_convmed_polars", "fmt_convmed_duckdb", "fmt_polars", "fmt_duckdb", "fmt_openfisca"),
    "prevention": ("prevention_convmed_polars", "prevention_polars"),
}
BIBLIOTHEQUES = ("polars", "duckdb", "narwhals", "numpy", "openfisca-core")


def repetitions(taille: int) -> int:
    """Return how many times a computation runs: the best one is kept."""
    return 7 if taille <= 1_000_000 else 2


def lancer(*commande: str) -> str:
    """Run a Python script with the sources in its path; return what it prints."""
    chemin = os.pathsep.join([str(ICI.parent / "src"), str(ICI), os.environ.get("PYTHONPATH", "")])
    fini = subprocess.run(
        [sys.executable, *commande], env={**os.environ, "PYTHONPATH": chemin}, stdout=subprocess.PIPE, text=True, check=True
    )
    return fini.stdout


def machine() -> dict[str, Any]:
    """Describe what the figures were measured on."""
    memoire = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    modele = next((ligne.split(":")[1].strip() for ligne in Path("/proc/cpuinfo").read_text().splitlines()
                   if ligne.startswith("model name")), platform.processor())  # fmt: skip
    return {
        "processeur": modele, "coeurs": len(os.sched_getaffinity(0)), "memoire_go": round(memoire), "systeme": platform.system(),
        "python": platform.python_version(), "versions": {nom: version(nom) for nom in BIBLIOTHEQUES},
        "date": dt.date.today().isoformat(),
    }  # fmt: skip


def comparer(banc: str, taille: int, dossier: Path) -> list[dict[str, Any]]:
    """Measure every peer of a benchmark on one population, in every mode."""
    mesures = []
    for mode in MODES:
        for pair in PAIRS[banc]:
            sortie = lancer(str(ICI / "mesurer.py"), pair, str(dossier), mode, str(repetitions(taille)))
            mesure = {"banc": banc, "taille": taille, "charge": os.getloadavg()[0], **json.loads(sortie)}
            mesures.append(mesure)
            print(f"{taille:>10} {mode:9} {pair:26} {min(mesure['durees_s']):8.3f} s {mesure['memoire_mo']:7.0f} Mo", flush=True)
    return mesures


def desaccords(mesures: list[dict[str, Any]]) -> list[str]:
    """Return each figure on which a peer differs from the first one, on the same population."""
    attendus: dict[tuple[str, int], dict[str, int]] = {}
    ecarts = []
    for mesure in mesures:
        attendu = attendus.setdefault((mesure["banc"], mesure["taille"]), mesure["resultat"])
        if mesure["resultat"] != attendu:
            faux = [nom for nom in {**attendu, **mesure["resultat"]} if mesure["resultat"].get(nom) != attendu.get(nom)]
            ecarts.append(f"{mesure['pair']} ({mesure['taille']} patients, {mesure['mode']}) : {', '.join(faux)}")
    return ecarts


def main() -> int:
    options = argparse.ArgumentParser(description="Bancs d'essai de convmed, à côté de ses pairs.")
    options.add_argument("--rapide", action="store_true", help="s'arrêter à 100 000 patients")
    options.add_argument("--tailles", type=int, nargs="+", help="nombres de patients")
    options.add_argument("--donnees", type=Path, default=Path(tempfile.gettempdir()) / "convmed-bench")
    options.add_argument("--sans-ecrire", action="store_true", help="mesurer sans réécrire RESULTATS.md ni les graphiques")
    choix = options.parse_args()
    tailles = choix.tailles or (TAILLES[:2] if choix.rapide else TAILLES)
    resultats: dict[str, Any] = {"machine": machine(), "mesures": []}
    # Another drawing is another folder: populations are kept from one run to the next.
    tirage = hashlib.sha256((ICI / "donnees.py").read_bytes()).hexdigest()[:8]
    for taille in tailles:
        dossier = choix.donnees / f"{taille}-{tirage}"
        if not (dossier / "evenement.parquet").exists():
            lancer(str(ICI / "donnees.py"), str(dossier), str(taille))
        for banc in PAIRS:
            resultats["mesures"] += comparer(banc, taille, dossier)
    resultats["explications"] = json.loads(lancer(str(ICI / "explications.py")))
    resultats["desaccords"] = desaccords(resultats["mesures"])
    if not choix.sans_ecrire:
        (ICI / "resultats.json").write_text(json.dumps(resultats, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        lancer(str(ICI / "graphiques.py"))
        lancer(str(ICI / "rapport.py"))
    print("\n".join(resultats["desaccords"]) or "Tous les pairs disent la même chose.")
    return 1 if resultats["desaccords"] else 0


if __name__ == "__main__":
    sys.exit(main())
