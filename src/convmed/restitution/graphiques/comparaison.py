"""Texts side by side: what each one gives, dispositif by dispositif, and the steps from the reference to each other."""

from __future__ import annotations

import math
import textwrap

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from convmed.restitution.graphiques.socle import (
    BLEU,
    GRILLE,
    GRIS,
    NOIR,
    VERMILLON,
    VERT,
    Genre,
    couper,
    en_octets,
    habiller,
    sans_formule,
    style,
)

# A colour and a hatching for each dispositif, in the order in which they come.
REMPLISSAGES = (
    (BLEU, ""), ("#E69F00", "//"), (VERT, ""), ("#CC79A7", "\\\\"), ("#56B4E9", ""), (VERMILLON, "xx"), ("#F0E442", ""), (GRIS, ".."),
)  # fmt: skip
LARGEUR, POUCES_PAR_BARRE, POUCES_PAR_MARCHE, POUCES_AUTOUR = 13.5, 0.62, 0.44, 1.15
PIED = "Chaque texte est appliqué à l'exercice comme s'il l'avait régi. convmed, projet non officiel."


def textes_et_ecarts(table: pl.DataFrame, titre: str, genre: Genre) -> bytes:
    """Return one stacked bar a text, and below the differences of each text with the reference, line after line.

    `table` has the columns of `restitution.comparaison.SCHEMA`. What has no amount is written beside, never drawn as zero.
    """
    with style():
        return en_octets(composer(table, titre), genre)


def composer(table: pl.DataFrame, titre: str) -> Figure:
    """Return the chart before it is written."""
    textes = table["texte"].unique(maintain_order=True).to_list()
    reference = table["reference"][0] if table.height else ""
    autres = [texte for texte in textes if texte != reference]
    marches = {texte: _marches(table, texte) for texte in autres}
    hauteurs = [POUCES_PAR_BARRE * len(textes) + POUCES_AUTOUR, *(POUCES_PAR_MARCHE * (len(m) + 1) + POUCES_AUTOUR for m in marches.values())]
    figure = Figure(figsize=(LARGEUR, sum(hauteurs) + 0.9), layout="constrained")
    figure.suptitle(sans_formule(couper(titre, 100)), fontsize=14, weight="bold", x=0.012, ha="left")
    cases = figure.subplots(len(hauteurs), 1, height_ratios=hauteurs, squeeze=False)[:, 0]
    _barres(cases[0], table, textes)
    for axe, texte in zip(cases[1:], autres, strict=True):
        _cascade(axe, marches[texte], f"De {reference} à {texte}, ligne par ligne")
    figure.supxlabel(PIED, fontsize=9, color=GRIS, x=0.012, ha="left")
    return figure


def _barres(axe: Axes, table: pl.DataFrame, textes: list[str]) -> None:
    dispositifs = table["dispositif"].unique(maintain_order=True).to_list()
    sommes = {(d, t): float(s) for d, t, s in table.group_by("dispositif", "texte").agg(pl.col("montant").sum()).iter_rows()}
    plus_long = max((sum(sommes[d, t] for d in dispositifs) for t in textes), default=0) or 1
    places = list(range(len(textes)))
    bords = dict.fromkeys(textes, 0.0)
    for rang, dispositif in enumerate(dispositifs):
        couleur, hachures = REMPLISSAGES[rang % len(REMPLISSAGES)]
        larges = [sommes[dispositif, texte] for texte in textes]
        axe.barh(places, larges, 0.62, left=list(bords.values()), label=dispositif, color=couleur, hatch=hachures, edgecolor="white")
        for place, texte, large in zip(places, textes, larges, strict=True):
            if large > 0.09 * plus_long:
                axe.text(bords[texte] + large / 2, place, _euros(large), ha="center", va="center", fontsize=9, color=NOIR,
                         bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1.5})  # fmt: skip
            bords[texte] += large
    sans_montant = dict(table.filter(~pl.col("comparable")).group_by("texte").len().iter_rows())
    for place, texte in zip(places, textes, strict=True):
        tues = sans_montant.get(texte, 0)
        note = f"\nhors {tues} ligne{'s' if tues > 1 else ''} sans montant sûr" if tues else ""
        axe.text(bords[texte] + 0.01 * plus_long, place, _euros(bords[texte]) + note, ha="left", va="center", fontsize=9.5, color=NOIR)
    axe.set_yticks(places, labels=[sans_formule(textwrap.wrap(texte, 26)) for texte in textes], fontsize=10)
    axe.invert_yaxis()
    axe.set_xlim(0, 1.22 * plus_long)
    habiller(axe, "Ce que chaque texte donne")
    _en_travers(axe)
    if dispositifs:
        axe.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=min(4, len(dispositifs)), frameon=False, fontsize=9)


def _marches(table: pl.DataFrame, texte: str) -> list[tuple[str, float | None]]:
    """Return the lines with a difference, or with none that can be told; lines that do not change are no step."""
    siennes = table.filter(pl.col("texte") == texte)
    lignes = zip(siennes["libelle"].to_list(), siennes["difference"].to_list(), strict=True)
    return [(libelle, None if ecart is None else float(ecart)) for libelle, ecart in lignes if ecart is None or ecart != 0]


def _cascade(axe: Axes, marches: list[tuple[str, float | None]], titre: str) -> None:
    """Draw the differences one after the other from zero, then their sum; a difference that is not known says so."""
    cumul, bornes = 0.0, [0.0]
    for place, (_, ecart) in enumerate(marches):
        if ecart is None:
            axe.text(cumul, place, " non comparé", va="center", fontsize=9, color=GRIS, style="italic")
            continue
        axe.barh(place, ecart, 0.6, left=cumul, color=VERT if ecart > 0 else VERMILLON, hatch="" if ecart > 0 else "//", edgecolor="white")
        cumul += ecart
        suivante = next((rang for rang, (_, autre) in enumerate(marches) if rang > place and autre is not None), len(marches))
        axe.plot([cumul, cumul], [place - 0.3, suivante + 0.3], color=GRIS, linewidth=0.8)
        bornes.append(cumul)
        _dire(axe, ecart, max(cumul, cumul - ecart), place)
    axe.barh(len(marches), cumul, 0.6, color=BLEU, edgecolor="white")
    _dire(axe, cumul, max(cumul, 0.0), len(marches))
    axe.set_yticks(range(len(marches) + 1), labels=[*(sans_formule(couper(libelle, 44)[:2]) for libelle, _ in marches), "écart de ce qui se compare"], fontsize=9)
    axe.invert_yaxis()
    axe.axvline(0, color=NOIR, linewidth=0.9)
    etendue = (max(bornes) - min(bornes)) or 1.0
    axe.set_xlim(min(bornes) - 0.04 * etendue, max(bornes) + 0.16 * etendue)
    habiller(axe, titre)
    _en_travers(axe)


def _dire(axe: Axes, ecart: float, x: float, place: int) -> None:
    axe.annotate(("+" if ecart > 0 else "") + _euros(ecart), (x, place), xytext=(5, 0), textcoords="offset points", va="center", fontsize=9, color=NOIR)


def _en_travers(axe: Axes) -> None:
    """Grid the euros of horizontal bars."""
    axe.grid(visible=False, axis="y")
    axe.grid(axis="x", color=GRILLE, linewidth=0.8)
    axe.xaxis.set_major_formatter(lambda valeur, _: _euros(valeur))
    axe.tick_params(axis="y", length=0)


def _euros(valeur: float) -> str:
    arrondie = math.copysign(math.floor(abs(valeur) + 0.5), valeur)
    return f"{arrondie:,.0f} €".replace(",", "\N{NO-BREAK SPACE}").replace("-", "\N{MINUS SIGN}")
