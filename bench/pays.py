"""The country: convmed and its peers on populations drawn by `convmed population`, from the raw acts to each doctor's amounts.

    python bench/pays.py --patients 1000000 10000000 67000000 --dossier FOLDER [--passages 2] [--rapide] [--sans-ecrire]

A population is a folder of FOLDER named by its size, drawn if it is not there, and kept. Each peer runs in a process of its
own, the files having been read just before; it is measured from outside (`arbre.py`), start of Python included. Every
answer is compared, doctor by doctor. Exit status 1 if two differ. Writes the key `pays` of resultats.json and the page.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from arbre import Execution, executer
from executer import ICI, lancer, machine

GRAINE, ANNEE = 2024, 2026
TAILLES, RAPIDE = (1_000_000, 10_000_000, 67_000_000), (200_000,)
TEXTE = "en-vigueur"
SCENARIOS = ("montants", "une-borne", "toutes-les-bornes", "ages-des-actes")
# One desk: two threads, few shares, no plan made anew along the way.
SPARK = " ".join((
    "--master local[2] --driver-memory 6g", "--conf spark.ui.enabled=false", "--conf spark.ui.showConsoleProgress=false",
    "--conf spark.sql.shuffle.partitions=16", "--conf spark.sql.adaptive.enabled=false", "pyspark-shell",
))  # fmt: skip
DIX_MILLIONS = 10_000_000
BIBLIOTHEQUES = ("polars", "duckdb", "narwhals", "numpy", "pyspark")


@dataclass(frozen=True)
class Pair:
    """A peer: the module that answers, its arguments; `travail` says whether it writes the kept state, or reads it."""

    module: str
    arguments: tuple[str, ...] = ()
    travail: str | None = None
    patients_au_plus: int | None = None


def _convmed(*textes: str, moteur: str = "polars", travail: str | None = None, patients_au_plus: int | None = None) -> Pair:
    return Pair("pays_convmed", (moteur, "{travail}" if travail else "", *textes), travail, patients_au_plus)


def _scenario(nom: str) -> str:
    return str(ICI / "scenarios" / f"{nom}.yaml")


# The first one says what every other must say.
PAIRS: dict[str, Pair] = {
    "convmed": _convmed(TEXTE),
    "convmed_et_2016": _convmed(TEXTE, "convention-2016"),
    "convmed_et_option_2": _convmed(TEXTE, "proposition-2024-02-08-option-2"),
    "convmed_et_scenarios": _convmed(TEXTE, *map(_scenario, SCENARIOS)),
    "polars_partitions": Pair("pays_polars", ("partitions",)),
    "polars_tout": Pair("pays_polars", ("tout",)),
    "duckdb": Pair("pays_duckdb"),
    "convmed_garde": _convmed(TEXTE, travail="ecrit"),
    **{f"scenario_{nom}": _convmed(TEXTE, _scenario(nom), travail="lit") for nom in SCENARIOS},
    "convmed_duckdb": _convmed(TEXTE, moteur="duckdb", patients_au_plus=DIX_MILLIONS),
    "convmed_spark": _convmed(TEXTE, moteur="spark", patients_au_plus=DIX_MILLIONS),
}


def tirer(taille: int, dossier: Path) -> tuple[Path, float | None]:
    """Return the folder of a population, and how long it took to draw if it was not there."""
    extrait = dossier / str(taille)
    if (extrait / "extrait.json").exists():
        return extrait, None
    dossier.mkdir(parents=True, exist_ok=True)
    debut = time.perf_counter()
    lancer("-c", "from convmed.interfaces.cli import principal; principal()", "population", "--patients", str(taille),
           "--graine", str(GRAINE), "--annee", str(ANNEE), "--sortie", str(extrait))  # fmt: skip
    return extrait, time.perf_counter() - debut


def rechauffer(*dossiers: Path) -> None:
    """Read every file once, and let pending writes end: each peer finds the disk in the same state."""
    os.sync()
    for fichier in (fichier for dossier in dossiers for fichier in dossier.rglob("*") if fichier.is_file()):
        with fichier.open("rb") as flux:
            while flux.read(1 << 24):
                pass


class Banc:
    """Measures the peers on one population."""

    def __init__(self, taille: int, extrait: Path, choix: argparse.Namespace) -> None:
        self.taille, self.extrait, self.choix = taille, extrait, choix
        self.garde = choix.dossier / f"travail-{taille}"

    def mesurer(self, nom: str) -> dict[str, Any]:
        """Run a peer as many times as asked; the best time is kept, and the greatest memory."""
        faites: list[dict[str, Any]] = []
        for _ in range(self.choix.passages):
            faites.append(self._une_fois(nom))
            if faites[-1]["echec"]:
                break
        meilleure = min(faites, key=lambda mesure: (mesure["echec"] or "", mesure["duree_s"]))
        return meilleure | {"memoire_mo": max(m["memoire_mo"] for m in faites), "durees_s": [m["duree_s"] for m in faites]}

    def _une_fois(self, nom: str) -> dict[str, Any]:
        pair, travail = PAIRS[nom], self._preparer(PAIRS[nom].travail)
        rechauffer(self.extrait, *([travail] if pair.travail == "lit" else []))
        charge = os.getloadavg()[0]
        arguments = [argument.format(travail=travail) for argument in pair.arguments]
        chemin = os.pathsep.join([str(ICI.parent / "src"), str(ICI), os.environ.get("PYTHONPATH", "")])
        env = {**os.environ, "PYTHONPATH": chemin, "PYSPARK_SUBMIT_ARGS": SPARK}
        commande = [sys.executable, str(ICI / "pays_pair.py"), pair.module, str(self.extrait), *arguments]
        fait = executer(commande, env, self.choix.memoire_max * 1024, self.choix.duree_max)
        if pair.travail == "lit":
            shutil.rmtree(travail)
        return {"taille": self.taille, "pair": nom, "charge": charge, "echec": _echec(fait), "duree_s": fait.duree_s,
                "processeur_s": fait.processeur_s, "memoire_mo": fait.memoire_mo, "processus": fait.processus,
                **({"calcul_s": 0.0, "resultat": {}} if _echec(fait) else json.loads(fait.sortie.splitlines()[-1]))}  # fmt: skip

    def _preparer(self, travail: str | None) -> Path:
        """Return an empty working folder to write, or a copy of the one that was kept, which stays as it was."""
        if travail == "lit":
            copie = self.garde.with_name(self.garde.name + "-copie")
            shutil.rmtree(copie, ignore_errors=True)
            # A link is a copy here: convmed replaces a file, it never writes in it.
            shutil.copytree(self.garde, copie, copy_function=os.link)
            return copie
        if travail == "ecrit":
            shutil.rmtree(self.garde, ignore_errors=True)
        return self.garde

    def tout(self) -> list[dict[str, Any]]:
        """Measure every peer that is asked for and that goes so far."""
        mesures = []
        # The others are compared with the first one: it is always there.
        for nom in dict.fromkeys(["convmed", *self.choix.pairs]):
            if self.taille > (PAIRS[nom].patients_au_plus or self.taille):
                continue
            mesure = self.mesurer(nom)
            mesures.append(mesure)
            print(f"{self.taille:>10} {nom:27} {mesure['duree_s']:8.2f} s {mesure['processeur_s']:8.2f} s processeur "
                  f"{mesure['memoire_mo']:7.0f} Mo  charge {mesure['charge']:.1f} {mesure['echec'] or ''}", flush=True)  # fmt: skip
        shutil.rmtree(self.garde, ignore_errors=True)
        return mesures


def _echec(fait: Execution) -> str | None:
    return fait.arret or (f"statut {fait.code}" if fait.code else None)


def confronter(mesures: list[dict[str, Any]]) -> list[str]:
    """Write with each measure what it says otherwise than those before it, or does not say; return all of it.

    A peer that was stopped at a limit says nothing; one that broke down is a fault.
    """
    attendus: dict[int, dict[str, int]] = {}
    for mesure in mesures:
        resultat = mesure.pop("resultat")
        attendu = attendus.setdefault(mesure["taille"], dict(resultat))
        if mesure["echec"]:
            mesure["ecarts"] = [mesure["echec"]] if mesure["echec"].startswith("statut") else []
            continue
        # What only some are asked (another text, a scenario) is compared among them.
        dits = {**dict.fromkeys(nom for nom in attendu if " : " not in nom), **resultat}
        mesure["ecarts"] = [nom for nom, valeur in dits.items() if attendu.setdefault(nom, valeur) != valeur]
    return [f"{mesure['pair']} ({mesure['taille']}) : {', '.join(mesure['ecarts'])}" for mesure in mesures if mesure["ecarts"]]


def main() -> int:
    options = argparse.ArgumentParser(description="Le pays : convmed à côté de ses pairs, depuis les actes.")
    options.add_argument("--patients", type=int, nargs="+", default=TAILLES, help="tailles des populations")
    options.add_argument("--dossier", type=Path, required=True, help="où les populations sont tirées et gardées")
    options.add_argument("--rapide", action="store_true", help="deux cent mille patients seulement")
    options.add_argument("--pairs", nargs="+", choices=PAIRS, default=list(PAIRS), help="ne mesurer que ceux-là, et convmed")
    options.add_argument("--passages", type=int, default=1, help="passages de chaque pair : le meilleur est gardé")
    options.add_argument("--memoire-max", type=float, default=12, help="Go au-delà desquels un pair est arrêté")
    options.add_argument("--duree-max", type=float, default=1800, help="secondes au-delà desquelles un pair est arrêté")
    options.add_argument("--sans-ecrire", action="store_true", help="mesurer sans réécrire RESULTATS.md ni les graphiques")
    choix = options.parse_args()
    ici, ecarts = machine(BIBLIOTHEQUES), []
    for taille in RAPIDE if choix.rapide else choix.patients:
        extrait, duree = tirer(taille, choix.dossier)
        manifeste = json.loads((extrait / "extrait.json").read_text("utf-8"))
        tirage = {"duree_s": duree, **{nom: manifeste[nom] for nom in ("patients", "medecins", "evenements")}}
        mesures = Banc(taille, extrait, choix).tout()
        ecarts += confronter(mesures)
        if not choix.sans_ecrire:
            ecrire(ici, taille, tirage, mesures)
    print("\n".join(ecarts) or "Tous les pairs disent la même chose.")
    return 1 if ecarts else 0


def ecrire(ici: dict[str, Any], taille: int, tirage: dict[str, Any], mesures: list[dict[str, Any]]) -> None:
    """Replace what was measured again; keep the rest, and the time of a drawing that was kept."""
    fichier = ICI / "resultats.json"
    resultats = json.loads(fichier.read_text(encoding="utf-8"))
    avant = resultats.get("pays", {"mesures": [], "tirages": {}})
    if tirage["duree_s"] is None:
        tirage["duree_s"] = avant["tirages"].get(str(taille), {}).get("duree_s")
    refaites = {mesure["pair"] for mesure in mesures}
    gardees = [mesure for mesure in avant["mesures"] if mesure["taille"] != taille or mesure["pair"] not in refaites]
    resultats["pays"] = {
        "machine": ici, "tirages": avant["tirages"] | {str(taille): tirage},
        "mesures": sorted(gardees + mesures, key=lambda mesure: (mesure["taille"], list(PAIRS).index(mesure["pair"]))),
    }  # fmt: skip
    fichier.write_text(json.dumps(resultats, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    lancer(str(ICI / "graphiques.py"))
    lancer(str(ICI / "rapport.py"))


if __name__ == "__main__":
    sys.exit(main())
