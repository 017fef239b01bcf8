"""Runs every benchmark, each peer in its own process, and writes resultats.json, the charts and RESULTATS.md.

    python bench/executer.py [--rapide] [--bancs controle] [--tailles 10000 100000] [--donnees FOLDER] [--sans-ecrire]

Exit status 1 if two peers disagree. `--rapide` stops at 100,000 rows. With `--bancs`, the measures of the other benchmarks are
kept as they were. This process stays small: a child's peak of memory starts from its parent's.
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
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

ICI = Path(__file__).parent
RAPIDE = 100_000


@dataclass(frozen=True)
class Banc:
    """One question: who answers it, on what drawing (the last file it writes), at which sizes, in which modes."""

    pairs: tuple[str, ...]
    tirage: str = "donnees.py"
    temoin: str = "evenement.parquet"
    tailles: tuple[int, ...] = (10_000, 100_000, 1_000_000, 10_000_000)
    modes: tuple[str, ...] = ("memoire", "fichiers")


BANCS = {
    "fmt": Banc(("fmt_convmed_polars", "fmt_convmed_duckdb", "fmt_polars", "fmt_duckdb", "fmt_openfisca")),
    "prevention": Banc(("prevention_convmed_polars", "prevention_polars")),
    # A control reads its file share by share: there is no table to hold in memory first.
    "controle": Banc(("controle_convmed", "controle_duckdb"), "factures.py", "factures.parquet",
                     (100_000, 1_000_000, 5_000_000, 20_000_000), ("fichiers",)),
}  # fmt: skip
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


def machine(bibliotheques: Iterable[str] = BIBLIOTHEQUES) -> dict[str, Any]:
    """Describe what the figures were measured on."""
    memoire = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    modele = next((ligne.split(":")[1].strip() for ligne in Path("/proc/cpuinfo").read_text().splitlines()
                   if ligne.startswith("model name")), platform.processor())  # fmt: skip
    return {
        "processeur": modele, "coeurs": len(os.sched_getaffinity(0)), "memoire_go": round(memoire), "systeme": platform.system(),
        "python": platform.python_version(), "versions": {nom: version(nom) for nom in bibliotheques},
        "date": dt.date.today().isoformat(),
    }  # fmt: skip


def tirer(banc: Banc, taille: int, donnees: Path) -> Path:
    """Return the folder of a drawing, drawn if it is not there; another script draws into another folder."""
    tirage = ICI / banc.tirage
    dossier = donnees / f"{taille}-{hashlib.sha256(tirage.read_bytes()).hexdigest()[:8]}"
    if not (dossier / banc.temoin).exists():
        lancer(str(tirage), str(dossier), str(taille))
    return dossier


def comparer(banc: str, taille: int, dossier: Path) -> list[dict[str, Any]]:
    """Measure every peer of a benchmark on one population, in every mode."""
    mesures = []
    for mode in BANCS[banc].modes:
        for pair in BANCS[banc].pairs:
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
            ecarts.append(f"{mesure['pair']} ({mesure['taille']}, {mesure['mode']}) : {', '.join(faux)}")
    return ecarts


def main() -> int:
    options = argparse.ArgumentParser(description="Bancs d'essai de convmed, à côté de ses pairs.")
    options.add_argument("--rapide", action="store_true", help="s'arrêter à cent mille lignes")
    options.add_argument("--bancs", nargs="+", choices=BANCS, default=list(BANCS), help="ne refaire que ceux-là")
    options.add_argument("--tailles", type=int, nargs="+", help="nombres de patients, ou de lignes de factures")
    options.add_argument("--donnees", type=Path, default=Path(tempfile.gettempdir()) / "convmed-bench")
    options.add_argument("--sans-ecrire", action="store_true", help="mesurer sans réécrire RESULTATS.md ni les graphiques")
    choix = options.parse_args()
    fichier = ICI / "resultats.json"
    tout = set(choix.bancs) == set(BANCS)
    resultats: dict[str, Any] = {"machines": {}, "mesures": []} if tout else json.loads(fichier.read_text(encoding="utf-8"))
    if tout and fichier.exists() and (pays := json.loads(fichier.read_text(encoding="utf-8")).get("pays")):
        # The country is measured by `pays.py`, on populations of its own.
        resultats["pays"] = pays
    resultats["mesures"] = [mesure for mesure in resultats["mesures"] if mesure["banc"] not in choix.bancs]
    for banc in choix.bancs:
        resultats["machines"][banc] = machine()
        for taille in choix.tailles or [t for t in BANCS[banc].tailles if t <= RAPIDE or not choix.rapide]:
            resultats["mesures"] += comparer(banc, taille, tirer(BANCS[banc], taille, choix.donnees))
    if "fmt" in choix.bancs:
        resultats["explications"] = json.loads(lancer(str(ICI / "explications.py")))
    resultats["desaccords"] = desaccords(resultats["mesures"])
    if not choix.sans_ecrire:
        fichier.write_text(json.dumps(resultats, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        lancer(str(ICI / "graphiques.py"))
        lancer(str(ICI / "rapport.py"))
    print("\n".join(resultats["desaccords"]) or "Tous les pairs disent la même chose.")
    return 1 if resultats["desaccords"] else 0


if __name__ == "__main__":
    sys.exit(main())
