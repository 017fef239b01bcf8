"""Runs one peer of the country in a process of its own; prints its answer and the seconds that it took once imported.

    python bench/pays_pair.py PEER FOLDER [ARGUMENT ...]
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from pathlib import Path

if __name__ == "__main__":
    pair = importlib.import_module(f"pairs.{sys.argv[1]}")
    debut = time.perf_counter()
    resultat = pair.calculer(Path(sys.argv[2]), *sys.argv[3:])
    print(json.dumps({"calcul_s": time.perf_counter() - debut, "resultat": resultat}))
