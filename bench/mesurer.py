"""Runs one peer in a process of its own, so that time and memory are its own; prints one JSON object.

    python bench/mesurer.py PEER FOLDER {memoire,fichiers} REPETITIONS

A peer is a file of `pairs/`: `charger` reads the Parquet files into memory, `ouvrir` only opens them, `calculer` computes on
either and returns integers. `memoire` times the computation on loaded tables; `fichiers` times all of it, reading included.
"""

from __future__ import annotations

import importlib
import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def chronometrer(fonction: Callable[..., Any], *arguments: Any) -> tuple[float, float, Any]:
    """Return the seconds elapsed, those of processor, and the result."""
    debut, processeur = time.perf_counter(), time.process_time()
    resultat = fonction(*arguments)
    return time.perf_counter() - debut, time.process_time() - processeur, resultat


def memoire() -> float:
    """Return the peak of resident memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def mesurer(nom: str, dossier: Path, mode: str, repetitions: int) -> dict[str, Any]:
    """Return the times of each repetition, the peak of memory, and the result, the same at each repetition."""
    pair = importlib.import_module(f"pairs.{nom}")
    vide = memoire()
    lecture, _, tables = chronometrer(pair.charger, dossier) if mode == "memoire" else (0.0, 0.0, None)
    mesures = [
        chronometrer(lambda: pair.calculer(pair.ouvrir(dossier) if mode == "fichiers" else tables)) for _ in range(repetitions)
    ]
    durees, processeurs, resultats = zip(*mesures, strict=True)
    if any(resultat != resultats[0] for resultat in resultats):
        raise ValueError(f"{nom} : deux calculs sur les mêmes données ne disent pas la même chose")
    return {
        "pair": nom, "mode": mode, "lecture_s": lecture, "durees_s": durees, "processeur_s": processeurs,
        "memoire_mo": memoire(), "memoire_vide_mo": vide, "detail": getattr(pair, "DETAIL", {}), "resultat": resultats[0],
    }  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(mesurer(sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))))
