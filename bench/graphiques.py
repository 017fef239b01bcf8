"""Draws how time and memory grow with the population, from resultats.json: SVG and PNG, log-log."""

from __future__ import annotations

import json
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
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
# The country: every peer starts from the acts, but for the last one, which reads the state that convmed keeps.
TRAITS_PAYS = {
    "convmed": ("convmed, un texte", "#0072B2", "o", "-"),
    "convmed_et_2016": ("convmed, deux textes", "#009E73", "s", "-"),
    "polars_partitions": ("Polars à la main, par partition", "#D55E00", "^", "--"),
    "polars_tout": ("Polars à la main, d'un bloc", "#CC79A7", "P", "--"),
    "duckdb": ("DuckDB, à la main", "#E69F00", "v", "--"),
    "convmed_spark": ("convmed sur Spark, un poste", "#555555", "D", ":"),
    "scenario_toutes-les-bornes": ("convmed, scénario sur l'état gardé", "#56B4E9", "X", "-"),
}
TITRE_PAYS = "Quinze indicateurs, FMT, prévention et DONUM de N patients, depuis leurs actes"
LE_PAYS, CIBLES = 67_000_000, {"duree_s": 40, "memoire_mo": 2048}
AXES = {"memoire_mo": "Pic de mémoire (Mo)", "duree_s": "Durée, lecture comprise (s)"}


def court(valeur: float, _: object = None) -> str:
    """Write a number as a French reader expects it."""
    return f"{valeur:,.10g}".replace(",", "\u202f").replace(".", ",")


def tracer(axe: Axes, champ: str, mesures: list[dict], traits: dict[str, tuple[str, str, str, str]]) -> None:
    tailles = sorted({mesure["taille"] for mesure in mesures})
    for cle, (nom, couleur, marque, trait) in traits.items():
        points = [(m["taille"], m[champ]) for m in mesures if m["pair"] == cle]
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
    traits = {f"{banc}_{cle}": trait for cle, trait in TRAITS.items()}
    figure, (gauche, droite) = plt.subplots(1, 2, figsize=(11, 4.6), layout="constrained")
    tracer(gauche, "duree_s", mesures, traits)
    tracer(droite, "memoire_mo", mesures, traits)
    gauche.legend(frameon=False)
    ecrire(figure, banc, TITRES[banc])


def dessiner_pays(mesures: list[dict]) -> None:
    """Draw the country, beside what it must hold in, and beside a growth that is proportional."""
    figure, axes = plt.subplots(1, 2, figsize=(11, 5.6), layout="constrained")
    for axe, champ in zip(axes, ("duree_s", "memoire_mo"), strict=True):
        tracer(axe, champ, mesures, TRAITS_PAYS)
        axe.plot(LE_PAYS, CIBLES[champ], marker="_", markersize=22, markeredgewidth=2.5, color="black", linestyle="none",
                 label="cible pour 67 millions de patients")  # fmt: skip
        axe.margins(x=0.1)
    siennes = [(m["taille"], m["duree_s"]) for m in mesures if m["pair"] == "convmed"]
    if siennes:
        taille, duree = max(siennes)
        petite = min(siennes)[0]
        axes[0].plot([petite, taille], [duree * petite / taille, duree], color="#999999", linewidth=0.8, label="proportionnel aux patients")
    axes[0].set_ylabel("Durée, du lancement à la fin (s)")
    axes[1].set_ylabel("Pic de mémoire, processus additionnés (Mo)")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3, frameon=False)
    ecrire(figure, "pays", TITRE_PAYS)


def ecrire(figure: Figure, nom: str, titre: str) -> None:
    figure.suptitle(titre)
    for format_ in ("svg", "png"):
        metadonnees = {"Date": None, "Description": titre} if format_ == "svg" else {"Description": titre}
        figure.savefig(ICI / f"croissance-{nom}.{format_}", dpi=130, metadata=metadonnees)
    plt.close(figure)


def main() -> None:
    # A chart drawn twice from the same figures is the same file.
    matplotlib.rcParams["svg.hashsalt"] = "convmed"
    resultats = json.loads((ICI / "resultats.json").read_text(encoding="utf-8"))
    lues = [{**mesure, "duree_s": min(mesure["durees_s"])} for mesure in resultats["mesures"] if mesure["mode"] == "fichiers"]
    for banc in TITRES:
        dessiner(banc, [mesure for mesure in lues if mesure["banc"] == banc])
    if "pays" in resultats:
        dessiner_pays([mesure for mesure in resultats["pays"]["mesures"] if not mesure["echec"]])


if __name__ == "__main__":
    main()
