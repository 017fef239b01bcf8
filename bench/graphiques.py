"""Draws how time and memory grow with the population, from resultats.json: SVG and PNG, log-log."""

from __future__ import annotations

import json
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullFormatter

ICI = Path(__file__).parent
# Colours told apart without colour vision, a marker each.
TRAITS = {
    "convmed_polars": ("convmed sur Polars", "#0072B2", "o", "-"),
    "convmed_duckdb": ("convmed sur DuckDB", "#56B4E9", "s", "-"),
    "polars": ("Polars, à la main", "#D55E00", "^", "--"),
    "duckdb": ("DuckDB, à la main", "#E69F00", "v", "--"),
    "openfisca": ("OpenFisca-Core", "#555555", "D", ":"),
}
TITRES = {
    "fmt": "FMT de N patients, sommé par médecin",
    "prevention": "Quinze indicateurs et FMT de N patients, depuis 2,5 N actes",
}
AXES = {"memoire_mo": "Pic de mémoire (Mo)", "duree_s": "Durée, lecture comprise (s)"}


def court(valeur: float, _: object = None) -> str:
    """Write a number as a French reader expects it."""
    return f"{valeur:,.10g}".replace(",", "\u202f").replace(".", ",")


def tracer(axe: Axes, banc: str, champ: str, mesures: list[dict]) -> None:
    tailles = sorted({mesure["taille"] for mesure in mesures})
    for cle, (nom, couleur, marque, trait) in TRAITS.items():
        points = [(m["taille"], m[champ]) for m in mesures if m["pair"] == f"{banc}_{cle}"]
        if points:
            axe.plot(*zip(*sorted(points), strict=True), color=couleur, marker=marque, linestyle=trait, label=nom)
    axe.set(xscale="log", yscale="log", xlabel="Patients", ylabel=AXES[champ])
    axe.xaxis.set_major_locator(FixedLocator(tailles))
    axe.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    for direction in (axe.xaxis, axe.yaxis):
        direction.set_major_formatter(FuncFormatter(court))
        direction.set_minor_formatter(NullFormatter())
    axe.grid(True, which="major", linewidth=0.4, color="#cccccc")


def dessiner(banc: str, mesures: list[dict]) -> None:
    figure, (gauche, droite) = plt.subplots(1, 2, figsize=(11, 4.6), layout="constrained")
    tracer(gauche, banc, "duree_s", mesures)
    tracer(droite, banc, "memoire_mo", mesures)
    gauche.legend(frameon=False)
    figure.suptitle(TITRES[banc])
    for format_ in ("svg", "png"):
        metadonnees = {"Date": None, "Description": TITRES[banc]} if format_ == "svg" else {"Description": TITRES[banc]}
        figure.savefig(ICI / f"croissance-{banc}.{format_}", dpi=130, metadata=metadonnees)
    plt.close(figure)


def main() -> None:
    # A chart drawn twice from the same figures is the same file.
    matplotlib.rcParams["svg.hashsalt"] = "convmed"
    mesures = json.loads((ICI / "resultats.json").read_text(encoding="utf-8"))["mesures"]
    lues = [{**mesure, "duree_s": min(mesure["durees_s"])} for mesure in mesures if mesure["mode"] == "fichiers"]
    for banc in TITRES:
        dessiner(banc, [mesure for mesure in lues if mesure["banc"] == banc])


if __name__ == "__main__":
    main()
