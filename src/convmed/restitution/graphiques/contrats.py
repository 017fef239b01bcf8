"""The contracts of assistants médicaux: the aid of each year, the objective against what was counted."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from convmed.restitution.graphiques.socle import (
    BLEU,
    GRIS,
    NOIR,
    VERMILLON,
    Genre,
    couper,
    en_octets,
    habiller,
    sans_formule,
    style,
)

# One colour and one hatching for each rank of bars.
BARRES = ((GRIS, "//"), ("#56B4E9", ""), (BLEU, ""), ("#E69F00", "\\\\"), (VERMILLON, ""))
NOMS_DES_INDICATEURS = {"pmt": "patientèle médecin traitant", "fa": "file active"}


def aides_par_annee_et_option(table: pl.DataFrame, titre: str, genre: Genre) -> bytes:
    """Return the aid of each contract year as bars, one an option; a year that an option closes, or without a figure, is said.

    `table` has `option_etp`, `annee_contrat`, `aide_maximale` (euros, or nothing) and `motif`, written for a closed year.
    """
    with style():
        return en_octets(composer_les_aides(table, titre), genre)


def composer_les_aides(table: pl.DataFrame, titre: str) -> Figure:
    """Return the bars of the aid before they are written."""
    options = table["option_etp"].unique(maintain_order=True).to_list()
    annees = sorted(table["annee_contrat"].unique().to_list())
    figure = Figure(figsize=(max(9.0, 2.2 * len(annees) + 1), 6.0), layout="constrained")
    axe = figure.add_subplot()
    large = 0.84 / max(len(options), 1)
    for rang, option in enumerate(options):
        couleur, hachures = BARRES[rang % len(BARRES)]
        siennes = table.filter(pl.col("option_etp") == option).to_dicts()
        places = [une["annee_contrat"] + (rang - (len(options) - 1) / 2) * large for une in siennes]
        hauteurs = [une["aide_maximale"] or 0 for une in siennes]
        axe.bar(places, hauteurs, 0.92 * large, label=f"{option.replace('.', ',')} ETP", color=couleur, hatch=hachures, edgecolor="white")
        for place, hauteur, une in zip(places, hauteurs, siennes, strict=True):
            dit = "fermée" if une["motif"] else "non publié" if une["aide_maximale"] is None else f"{hauteur:,.0f} €".replace(",", "\N{NO-BREAK SPACE}")
            axe.annotate(dit, (place, hauteur), xytext=(0, 4), textcoords="offset points", rotation=90, ha="center", va="bottom",
                         fontsize=8, color=GRIS if une["motif"] or une["aide_maximale"] is None else NOIR)  # fmt: skip
    axe.set_xticks(annees, labels=[f"année {annee}" for annee in annees])
    plafond = max((une or 0 for une in table["aide_maximale"].to_list()), default=0)
    axe.set_ylim(0, 1.24 * (plafond or 1))
    axe.yaxis.set_major_formatter(lambda valeur, _: f"{valeur:,.0f} €".replace(",", "\N{NO-BREAK SPACE}"))
    axe.set_ylabel("euros par année de contrat")
    habiller(axe, titre)
    axe.legend(ncols=len(options), loc="upper center", bbox_to_anchor=(0.5, -0.07), frameon=False)
    return figure


def objectif_et_constat(table: pl.DataFrame, titre: str, genre: Genre) -> bytes:
    """Return, for each contract and indicator, the start, the objective of each year, and what was counted.

    `table` has `contrat`, `indicateur`, `annee_contrat`, `date` (the anniversary that closes the year), `initial`,
    `objectif` and `observe`; a year without its count has no mark.
    """
    with style():
        return en_octets(composer_les_objectifs(table, titre), genre)


def composer_les_objectifs(table: pl.DataFrame, titre: str) -> Figure:
    """Return the objectives and the counts before they are written."""
    cases = list(table.group_by("contrat", "indicateur", maintain_order=True))
    colonnes = min(2, len(cases)) or 1
    rangees = -(-len(cases) // colonnes) or 1
    figure = Figure(figsize=(6.6 * colonnes, 4.4 * rangees + 0.6), layout="constrained")
    figure.suptitle(sans_formule(couper(titre, 55 * colonnes)), fontsize=14, weight="bold", x=0.012, ha="left")
    for place, ((contrat, indicateur), siennes) in enumerate(cases, 1):
        axe = figure.add_subplot(rangees, colonnes, place)
        _tracer_l_indicateur(axe, siennes.sort("annee_contrat").to_dicts())
        signature = dt.date.fromisoformat(str(contrat))
        habiller(axe, f"{NOMS_DES_INDICATEURS.get(str(indicateur), str(indicateur))}, contrat du {signature:%d/%m/%Y}")
    return figure


def _tracer_l_indicateur(axe: Axes, annees: list[dict[str, Any]]) -> None:
    """Draw one indicator: a year is a step, its count stands at the step's end, where the anniversary is."""
    # The start is drawn over the objective: they are one line where the contract promises to keep its patients.
    for nom, couleur, trait, mots in (("objectif", VERMILLON, "-", "objectif"), ("initial", NOIR, ":", "départ")):
        connues = [une for une in annees if une[nom] is not None]
        for une in connues:
            rang = une["annee_contrat"]
            axe.plot([rang - 1, rang], [une[nom]] * 2, trait, color=couleur, linewidth=2, label=mots if une is connues[0] else None)
    constats = [(une["annee_contrat"], une["observe"], une["objectif"]) for une in annees if une["observe"] is not None]
    if constats:
        axe.plot([rang for rang, _, _ in constats], [observe for _, observe, _ in constats], "o-", color=BLEU, markersize=8, label="constaté")
    for rang, observe, objectif in constats:
        ecart = "" if objectif is None else f" ({observe - objectif:+d})".replace("-", "\N{MINUS SIGN}")
        axe.annotate(f"{observe}{ecart}", (rang, observe), xytext=(0, -13), textcoords="offset points", ha="center", va="top",
                     fontsize=9, color=BLEU, bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1})  # fmt: skip
    dates = [dt.date.fromisoformat(str(une["date"])) for une in annees]
    axe.set_xlim(-0.1 + annees[0]["annee_contrat"] - 1, annees[-1]["annee_contrat"] + 0.45)
    axe.set_xticks([une["annee_contrat"] for une in annees],
                   labels=[f"{date:%d/%m/%Y}\nfin de l'an {une['annee_contrat']}" for date, une in zip(dates, annees, strict=True)], fontsize=8)  # fmt: skip
    axe.margins(y=0.18)
    axe.set_ylabel("patients")
    axe.legend(loc="upper left", frameon=False, fontsize=9)
