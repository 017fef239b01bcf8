"""How the ratios of sobriety spread over the doctors, and which of them open the bonus."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from convmed.restitution.graphiques.socle import (
    BLEU,
    GRIS,
    NOIR,
    VERMILLON,
    Genre,
    en_octets,
    habiller,
    sans_formule,
    style,
)

PAS = (0.01, 0.02, 0.025, 0.05, 0.1, 0.2, 0.25, 0.5)
BARRES_AU_PLUS = 60
PAYE = "#56B4E9"
# Beyond it a few doctors would crush all the others against the axis: they share the last bar.
LARGEUR_UTILE = 3.0
# Ratios are billionths: two that are closer are the same.
DEMI_MILLIARDIEME = 5e-10


def distribution(ratios: Sequence[float], seuil: float | None, titre: str, genre: Genre, medecin: tuple[str, float] | None = None) -> bytes:
    """Return the distribution of the ratios of the general practitioners, with the highest one that opens the bonus."""
    with style():
        return en_octets(composer(ratios, seuil, titre, medecin), genre)


def composer(ratios: Sequence[float], seuil: float | None, titre: str, medecin: tuple[str, float] | None = None) -> Figure:
    """Return the chart before it is written; its texts can be read from it."""
    figure = Figure(figsize=(10, 5.6))
    axe = figure.add_axes((0.09, 0.17, 0.87, 0.75))
    habiller(axe, titre)
    if not ratios:
        axe.text(0.5, 0.5, "Aucun généraliste", transform=axe.transAxes, ha="center", va="center", fontsize=12, color=GRIS)
        axe.set_xticks([])
        axe.set_yticks([])
        return figure
    _barres(axe, ratios, seuil)
    _reperes(axe, seuil, medecin)
    axe.set_xlabel("Ratio de sobriété : montant prescrit sur montant attendu pour la même patientèle", fontsize=10)
    axe.set_ylabel("Médecins", fontsize=10)
    axe.xaxis.set_major_formatter(lambda valeur, _: f"{valeur:g}".replace(".", ","))
    axe.yaxis.set_major_formatter(lambda valeur, _: f"{valeur:,.0f}".replace(",", "\N{NARROW NO-BREAK SPACE}"))
    axe.yaxis.set_major_locator(MaxNLocator(nbins="auto", integer=True, steps=[1, 2, 5, 10]))
    au_dela = sum(ratio > LARGEUR_UTILE for ratio in ratios)
    pied = "Barres claires : ratios qui ouvrent le bonus des 30 %. 1 : la pratique moyenne du pays. Source : convmed, projet non officiel."
    if au_dela:
        pied = f"Ratios au-delà de {LARGEUR_UTILE:g} : {au_dela}, dans la dernière barre. " + pied
    figure.text(0.09, 0.03, pied, fontsize=8.5, color=GRIS, va="bottom")
    return figure


def _barres(axe: Axes, ratios: Sequence[float], seuil: float | None) -> None:
    """Draw the bars; the one that holds the threshold is cut in two at it, so that each colour counts its own."""
    vus = [min(ratio, LARGEUR_UTILE) for ratio in ratios]
    pas = next((pas for pas in PAS if (max(vus) - min(vus)) / pas <= BARRES_AU_PLUS), PAS[-1])
    pas = max(pas, _pas_lisible(len(vus)))
    effectifs: dict[int, list[int]] = {}
    for ratio in vus:
        paye = seuil is not None and ratio <= seuil + DEMI_MILLIARDIEME
        effectifs.setdefault(math.floor(ratio / pas + 1e-9), [0, 0])[0 if paye else 1] += 1
    rangs = sorted(effectifs)
    gauches = [rang * pas for rang in rangs]
    payes, autres = ([effectifs[rang][sorte] for rang in rangs] for sorte in (0, 1))
    axe.bar(gauches, payes, pas, align="edge", color=PAYE, edgecolor=NOIR, linewidth=0.5)
    axe.bar(gauches, autres, pas, bottom=payes, align="edge", color=BLEU, edgecolor=NOIR, linewidth=0.5)
    marge = max(2 * pas, 0.05)
    axe.set_xlim(min(gauches[0], 1) - marge, max(gauches[-1] + pas, 1) + marge)
    axe.set_ylim(0, 1.22 * max(a + b for a, b in zip(payes, autres, strict=True)))


def _pas_lisible(effectif: int) -> float:
    """Return a width of bar that a few doctors can fill."""
    return 0.05 if effectif < 200 else 0.02 if effectif < 2_000 else 0.01


def _reperes(axe: Axes, seuil: float | None, medecin: tuple[str, float] | None) -> None:
    haut = axe.get_ylim()[1]
    axe.axvline(1, color=GRIS, linewidth=1.2, linestyle=(0, (2, 2)))
    if seuil is not None:
        axe.axvline(seuil, color=VERMILLON, linewidth=2)
        axe.annotate(f"bonus jusqu'à {_virgule(seuil)} ", (seuil, 0.95 * haut), color=VERMILLON, fontsize=10, weight="bold", ha="right", va="top")
    if medecin is not None:
        nom, ratio = medecin
        place = min(ratio, LARGEUR_UTILE)
        axe.plot([place, place], [0, 0.84 * haut], color=NOIR, linewidth=1.4, zorder=4)
        axe.plot([place], [0], "v", color=NOIR, markersize=9, clip_on=False, zorder=5)
        cote = "left" if place < sum(axe.get_xlim()) / 2 else "right"
        texte = f" {sans_formule([nom])} : {_virgule(ratio)} "
        axe.annotate(texte, (place, 0.84 * haut), fontsize=10, weight="bold", color=NOIR, ha=cote, va="center",
                     bbox={"facecolor": "white", "alpha": 0.9, "linewidth": 0, "pad": 1.5}, zorder=6)  # fmt: skip


def _virgule(ratio: float) -> str:
    return f"{ratio:.3f}".replace(".", ",")
