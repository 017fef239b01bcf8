"""Runs one peer in a process of its own, so that time and memory are its own; prints one JSON object.

    python bench/mesurer.py PEER FOLDER {memoire,fichiers} REPETITIONS

A peer is a file of `pairs/`: `charger` reads the Parquet files into memory, `ouvrir` only opens them, `calculer` computes on
either and returns integers. `memoire` times the computation on loaded tables; `fichiers` times all from the files.
"""

from __future__ import annotations

import importlib
import json
import resource
import sys
import time
from pathlib import Path
from typing import Any


def chronometrer(fonction: Any, *arguments: Any) -> tuple[float, Any]:
    debut = time.perf_counter()
    resultat = fonction(*arguments)
    return time.perf_counter() - debut, resultat


def mesurer(nom: str, dossier: Path, mode: str, repetitions: int) -> dict[str, Any]:
    importation, pair = chronometrer(importlib.import_module, f"pairs.{nom}")
    lecture, tables = chronometrer(pair.charger, dossier) if mode == "memoire" else (0.0, None)
    durees, processeur = [], []
    for _ in range(repetitions):
        avant = time.process_time()
        if mode == "memoire":
            duree, resultat = chronometrer(pair.calculer, tables)
        else:
            duree, resultat = chronometrer(lambda: pair.calculer(pair.ouvrir(dossier)))
        durees.append(duree)
        processeur.append(time.process_time() - avant)
    return {
        "pair": nom, "mode": mode, "import_s": importation, "lecture_s": lecture, "durees_s": durees, "processeur_s": processeur,
        "memoire_mo": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "resultat": resultat,
    }  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(mesurer(sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))))
