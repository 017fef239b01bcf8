"""The rates of an OPTAM year against the commitment, with the bands of tolerance of the premium."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from convmed.restitution.graphiques.socle import (
    BLEU,
    GRIS,
    MOIS,
    NOIR,
    Genre,
    couper,
    en_octets,
    pour_cent,
    sans_formule,
    style,
)

# From the commitment to the end of the contract; the words at the right say the same to who sees no colour.
BANDES_OPTAM = ("#EAF3EC", "#FBF6D9", "#FAEBC3", "#F8DCAE", "#F5C99B", "#EFB08B", "#DD8C7B")
POINTS_FAVORABLES, POINTS_DEFAVORABLES = 6.0, 14.0
# Beyond one value a month the words would cover each other: only the last one is written.
VALEURS_ECRITES = 12
OPTAM_EN_MOTS = {
    "taux_depassement": ("Taux de dépassement", "il ne doit pas monter au-dessus", 1),
    "taux_opposable": ("Taux d'activité à tarif opposable", "il ne doit pas descendre en dessous", -1),
}


def taux_contre_engagement(suivi: pl.DataFrame, paliers: pl.DataFrame, titre: str, annee: int, genre: Genre) -> bytes:
    """Return the observed rates of the year against the commitment, with the bands of tolerance of the premium.

    `suivi` and `paliers` have the columns of `restitution.optam.SCHEMA_SUIVI` and `SCHEMA_PALIERS`: rates are fractions,
    bands are points beyond the commitment.
    """
    with style():
        return en_octets(composer_les_taux(suivi, paliers, titre, annee), genre)


def composer_les_taux(suivi: pl.DataFrame, paliers: pl.DataFrame, titre: str, annee: int) -> Figure:
    """Return the chart of the rates before it is written; its texts can be read from it."""
    figure = Figure(figsize=(11.5, 9.6))
    figure.text(0.07, 0.975, sans_formule(couper(titre, 84)), fontsize=14, weight="bold", va="top")
    for rang, (taux, (nom, sens_en_mots, sens)) in enumerate(OPTAM_EN_MOTS.items()):
        axe = figure.add_axes((0.07, 0.54 - rang * 0.445, 0.71, 0.365))
        axe.set_title(f"{nom} : {sens_en_mots} de l'engagement", fontsize=11, loc="left", pad=8)
        _taux_de_l_annee(axe, suivi.filter(pl.col("taux") == taux).sort("au"), paliers.to_dicts(), sens, annee)
    pied = (
        "* : palier connu par la presse (barème de 2016, réputé maintenu). L'écart retenu est le plus grand des deux.\n"
        "Triangle : taux hors du cadre. Source : barème de convmed, projet non officiel."
    )
    figure.text(0.07, 0.012, pied, fontsize=9, color=GRIS, va="bottom", linespacing=1.3)
    return figure


def _taux_de_l_annee(axe: Axes, lignes: pl.DataFrame, paliers: list[dict[str, Any]], sens: int, annee: int) -> None:
    """Draw one rate, in percent; `sens` is 1 when it is above the commitment that it breaks it."""
    engage = 100 * lignes["engagement"][0]
    bas, haut = sorted((engage - sens * POINTS_FAVORABLES, engage + sens * POINTS_DEFAVORABLES))
    # Neither rate is below zero, and the share of opposable acts is not above one: half a point shows the line there.
    bas, haut = max(bas, -0.5), haut if sens == 1 else min(haut, 100.5)
    debut, fin = dt.date(annee, 1, 1).toordinal(), dt.date(annee, 12, 31).toordinal()
    axe.set_xlim(debut - 2, fin + 2)
    axe.set_ylim(bas, haut)
    for palier, couleur in zip(paliers, BANDES_OPTAM[-len(paliers) :], strict=True):
        cotes = sorted((engage + sens * palier["de"], engage + sens * (POINTS_DEFAVORABLES if palier["a"] is None else palier["a"])))
        bord_bas, bord_haut = max(cotes[0], bas), min(cotes[1], haut)
        if bord_haut - bord_bas <= 0:
            continue
        axe.axhspan(bord_bas, bord_haut, color=couleur, linewidth=0)
        axe.axhline(cotes[0] if sens == 1 else cotes[1], color="white", linewidth=1)
        if bord_haut - bord_bas >= 0.7:
            axe.text(1.012, (bord_bas + bord_haut) / 2, _mots_du_palier(palier), transform=axe.get_yaxis_transform(), fontsize=9, va="center", color=NOIR)
    axe.axhline(engage, color=NOIR, linewidth=1.8, linestyle=(0, (6, 3)))
    # Where an engagement stands at the edge of the axis, its words go just inside.
    place = min(max(engage - 0.6 * sens, bas + 0.3), haut - 0.3)
    axe.text(1.012, place, f"engagement : {pour_cent(engage)}", transform=axe.get_yaxis_transform(),
             fontsize=9.5, weight="bold", va="center", color=NOIR)  # fmt: skip
    _tracer_les_taux(axe, lignes, engage, (bas, haut), sens)
    mois = [dt.date(annee, rang, 1).toordinal() for rang in range(1, 13)]
    axe.set_xticks([*mois, fin + 1], labels=[""] * 13)
    # A month is named at its middle: what is observed at its end stands at the mark between two names.
    axe.set_xticks([jour + 15 for jour in mois], labels=MOIS, fontsize=9, minor=True)
    axe.tick_params(axis="x", which="minor", length=0)
    axe.yaxis.set_major_formatter(lambda valeur, _: pour_cent(valeur))
    axe.tick_params(axis="y", labelsize=9)
    axe.spines[["top", "right"]].set_visible(False)


def _tracer_les_taux(axe: Axes, lignes: pl.DataFrame, engage: float, bornes: tuple[float, float], sens: int) -> None:
    """Draw what is observed; a rate out of the axis is an arrow at its edge, with its value."""
    jours = [jour.toordinal() for jour in lignes["au"].to_list()]
    taux = [100 * valeur for valeur in lignes["observe"].to_list()]
    axe.plot(jours, taux, color=BLEU, linewidth=2, zorder=3)
    for jour, valeur in zip(jours, taux, strict=True):
        dedans = bornes[0] <= valeur <= bornes[1]
        y = min(max(valeur, bornes[0]), bornes[1])
        axe.plot([jour], [y], "o" if dedans else "^" if valeur > bornes[1] else "v", color=BLEU, markersize=7, zorder=4, clip_on=False)
        vers_le_haut = (valeur - engage) * sens > 0 if sens == 1 else valeur >= engage
        if not dedans:
            vers_le_haut = valeur < bornes[0]
        if len(jours) > VALEURS_ECRITES and jour != jours[-1]:
            continue
        # In the last days of the year a centred value would run over the words of the bands.
        cote = "right" if jour > axe.get_xlim()[1] - 12 else "center"
        axe.annotate(pour_cent(valeur), (jour, y), (0, 8 if vers_le_haut else -8), textcoords="offset points", fontsize=9.5,
                     weight="bold", color=BLEU, ha=cote, va="bottom" if vers_le_haut else "top", zorder=5,
                     bbox={"facecolor": "white", "alpha": 0.75, "linewidth": 0, "pad": 1})  # fmt: skip


def _mots_du_palier(palier: dict[str, Any]) -> str:
    de, a = f"{palier['de']:g}", None if palier["a"] is None else f"{palier['a']:g}"
    etendue = f"plus de {de}" if a is None else f"{de} à {a}"
    points = f"{etendue} point" + ("" if a == "1" else "s")
    if palier["resiliation"]:
        return f"{points} : résiliation"
    niveau = palier["niveau_prime"]
    doute = "" if palier["confiance"] in ("officiel", None) else " *"
    suite = "prime non publiée" if niveau is None else f"prime à {pour_cent(100 * niveau)}{doute}" if niveau else f"plus de prime{doute}"
    return f"{points} : {suite}"
