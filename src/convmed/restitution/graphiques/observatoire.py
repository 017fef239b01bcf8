"""Collective objectives: one panel an objective, the expected path, what was measured, and the gap between them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from convmed.restitution.graphiques.socle import (
    GRILLE,
    GRIS,
    NOIR,
    VERMILLON,
    VERT,
    Genre,
    couper,
    en_octets,
    sans_formule,
    style,
)

PANNEAUX_AU_PLUS = 60
POUCES, POUCES_SEUL = (5.4, 3.4), (9.2, 5.0)
POUCES_PAR_CLE, CARACTERES_PAR_POUCE = 1.75, 8.2
AVANT_LE_CHEMIN = 2
POUCES_PAR_LIGNE = 0.21


def trajectoires_et_mesures(table: pl.DataFrame, titre: str, genre: Genre) -> bytes:
    """Return the panels of an observatory: path, yearly targets, measures, gap; what has no path is said below.

    `table` has the columns of `restitution.observatoire.SCHEMA`.
    """
    with style():
        return en_octets(composer_les_panneaux(table, titre), genre)


def composer_les_panneaux(table: pl.DataFrame, titre: str) -> Figure:
    """Return the panels before they are written; their texts can be read from them."""
    dessines = [d for _, d in table.filter(pl.col("genre") != "texte").group_by("panneau", maintain_order=True)]
    dits = table.filter(pl.col("genre") == "texte").to_dicts()
    colonnes = 1 if len(dessines) <= 1 else 2 if len(dessines) <= 4 else 3
    large, haute = POUCES_SEUL if colonnes == 1 else POUCES
    rangs = -(-len(dessines) // colonnes)
    largeur = large * colonnes + 0.3
    titres = couper(titre, int(CARACTERES_PAR_POUCE * largeur))
    cles = _cles(table) if dessines else []
    par_rangee = max(1, int(largeur / POUCES_PAR_CLE))
    notes = [couper(f"{un['titre']} — {un['etiquette']}", int(12.5 * largeur)) for un in dits]
    haut = 0.3 + 0.28 * len(titres) + 0.27 * -(-len(cles) // par_rangee)
    bas = 0.42 + (0.35 + POUCES_PAR_LIGNE * sum(map(len, notes)) + 0.06 * len(notes) if notes else 0)
    hauteur = haut + haute * rangs + bas
    figure = Figure(figsize=(largeur, hauteur))
    figure.text(0.18 / largeur, 1 - 0.2 / hauteur, sans_formule(titres), fontsize=14, weight="bold", va="top")
    if cles:
        figure.legend([cle for cle, _ in cles], [mots for _, mots in cles], loc="upper left", ncols=par_rangee, frameon=False, fontsize=9,
                      bbox_to_anchor=(0.1 / largeur, 1 - (0.2 + 0.28 * len(titres)) / hauteur), columnspacing=1.4, handletextpad=0.5)  # fmt: skip
    bornes = _bornes(table) if dessines else None
    for place, panneau in enumerate(dessines):
        assert bornes is not None
        ligne, colonne = divmod(place, colonnes)
        x = (0.15 + large * colonne + 0.72) / largeur
        y = 1 - (haut + haute * (ligne + 1) - 0.5) / hauteur
        axe = figure.add_axes((x, y, (large - 1.25) / largeur, (haute - 1.4) / hauteur))
        _dessiner(axe, panneau.to_dicts(), bornes)
    _notes(figure, notes, bas, largeur, hauteur)
    pied = "Mesures publiées : presse et assurance maladie. Source : barème de convmed, projet non officiel. Objectifs collectifs."
    figure.text(0.18 / largeur, 0.16 / hauteur, pied, fontsize=9, color=GRIS, va="center")
    return figure


def _dessiner(axe: Axes, points: list[dict[str, Any]], bornes: tuple[dt.date, dt.date]) -> None:
    chemin = [p for p in points if p["genre"] == "trajectoire"]
    niveau = [p for p in points if p["genre"] == "niveau"]
    mesures = sorted((p for p in points if p["genre"] == "mesure" and p["date"] >= bornes[0]), key=lambda p: p["date"])
    if niveau:
        axe.plot([bornes[0].toordinal(), bornes[1].toordinal()], [niveau[0]["valeur"]] * 2, ":", color=NOIR, linewidth=1.6, zorder=2)
    elif chemin:
        axe.plot([_x(p) for p in chemin], [p["valeur"] for p in chemin], "-", color=NOIR, linewidth=1.6, zorder=2)
    exigibles = [p for p in chemin if p["exigible"]]
    axe.plot([_x(p) for p in exigibles], [p["valeur"] for p in exigibles], "s", color=NOIR, markersize=4.5, zorder=3)
    for p in mesures:
        _mesure(axe, p)
    _habiller(axe, points[0], bornes)
    if points[0]["unite"] == "%" and not mesures:
        axe.set_ylim(0, 108)
    if chemin:
        dernier = chemin[-1]
        axe.annotate(_clair(dernier["valeur"]), (_x(dernier), dernier["valeur"]), xytext=(5, 0), textcoords="offset points", fontsize=8.5,
                     weight="bold", va="center", color=NOIR, annotation_clip=False)  # fmt: skip
    comparees = [p for p in mesures if p["attendu"] is not None]
    if comparees:
        _dire_l_ecart(axe, comparees[-1], chemin)


def _mesure(axe: Axes, p: dict[str, Any]) -> None:
    """Draw a measure: a disc if it was published, a diamond if it is the user's; hollow when it is not compared."""
    couleur = GRIS if p["bon"] is None else VERT if p["bon"] else VERMILLON
    if p["attendu"] is not None:
        axe.plot([_x(p)] * 2, [p["valeur"], p["attendu"]], "-", color=couleur, linewidth=2.2, alpha=0.75, zorder=3, solid_capstyle="butt")
    plein = couleur if p["attendu"] is not None else "white"
    marque = "o" if p["publiee"] else "D"
    axe.plot([_x(p)], [p["valeur"]], marque, markersize=7.5, markerfacecolor=plein, markeredgecolor=couleur, markeredgewidth=1.6, zorder=4)


def _dire_l_ecart(axe: Axes, p: dict[str, Any], chemin: list[dict[str, Any]]) -> None:
    """Write the last gap in the corner that the path leaves free: it would run over the next panel beside its point."""
    bas, haut = axe.get_ylim()
    en_bas = not chemin or chemin[-1]["valeur"] > (bas + haut) / 2
    mots = [f"{p['date']:%d/%m/%Y} : {_clair(p['valeur'])}", p["etiquette"]]
    axe.text(0.985, 0.03 if en_bas else 0.97, sans_formule(mots), transform=axe.transAxes, fontsize=8.5, weight="bold", ha="right",
             va="bottom" if en_bas else "top", color=VERT if p["bon"] else VERMILLON, linespacing=1.25, zorder=5,
             bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1})  # fmt: skip


def _habiller(axe: Axes, premier: dict[str, Any], bornes: tuple[dt.date, dt.date]) -> None:
    sous_titre = couper(premier["sous_titre"], 76)[:2]
    axe.set_title(sans_formule(couper(premier["titre"], 54)[:2]), fontsize=10.5, weight="bold", loc="left", pad=8 + 12 * len(sous_titre))
    axe.text(0, 1.03, sans_formule(sous_titre), transform=axe.transAxes, fontsize=8.5, color=GRIS, va="bottom", linespacing=1.2)
    axe.set_ylabel(sans_formule([premier["unite"]]), fontsize=8.5)
    du, au = bornes
    axe.set_xlim(du.toordinal() - 40, au.toordinal() + 40)
    # A target stands at the mark that ends its year.
    fins = [dt.date(annee, 12, 31) for annee in range(du.year, au.year + 1) if du <= dt.date(annee, 12, 31) <= au]
    pas = max(1, -(-len(fins) // 8))
    axe.set_xticks([fin.toordinal() for fin in fins[::pas]], labels=[f"fin\n{fin.year}" for fin in fins[::pas]], fontsize=8.5)
    axe.spines[["top", "right"]].set_visible(False)
    axe.grid(axis="y", color=GRILLE, linewidth=0.8)
    axe.set_axisbelow(True)
    axe.tick_params(axis="y", labelsize=8.5)
    axe.yaxis.set_major_formatter(lambda valeur, _: _clair(valeur))
    axe.margins(y=0.25)


def _bornes(table: pl.DataFrame) -> tuple[dt.date, dt.date]:
    """Return the days that every panel shows: the paths, and what was measured in the two years before them."""
    jours = table.filter(pl.col("genre") != "texte")
    chemins = jours.filter(pl.col("genre") != "mesure")["date"]
    toutes: list[dt.date] = jours["date"].to_list()
    debut: dt.date = min(chemins.to_list(), default=min(toutes))
    avant = dt.date(debut.year - AVANT_LE_CHEMIN, 12, 31)
    return min((jour for jour in toutes if jour >= avant), default=debut), max(toutes)


def _cles(table: pl.DataFrame) -> list[tuple[Line2D, str]]:
    """Return the marks that the chart holds, and no other, each with its words."""
    mesures = table.filter(pl.col("genre") == "mesure")
    rond: dict[str, Any] = {"linestyle": "none", "markersize": 7.5, "markeredgewidth": 1.6}
    cles = []
    if table.filter(pl.col("genre") == "trajectoire").height:
        cles.append((Line2D([], [], color=NOIR, linewidth=1.6), "attendu"))
        cles.append((Line2D([], [], color=NOIR, marker="s", linestyle="none", markersize=4.5), "cible exigible"))
    if table.filter(pl.col("genre") == "niveau").height:
        cles.append((Line2D([], [], color=NOIR, linewidth=1.6, linestyle=":"), "niveau à atteindre"))
    for publiee, marque, mots in ((True, "o", "mesure publiée"), (False, "D", "votre mesure")):
        if mesures.filter(pl.col("publiee") == publiee).height:
            cles.append((Line2D([], [], marker=marque, color=NOIR, **rond), mots))
    for bon, couleur, mots in ((True, VERT, "tenu ou en avance"), (False, VERMILLON, "non tenu ou en retard")):
        if mesures.filter(pl.col("bon") == bon).height:
            cles.append((Line2D([], [], color=couleur, linewidth=2.4), mots))
    if mesures.filter(pl.col("attendu").is_null()).height:
        cles.append((Line2D([], [], marker="o", color=GRIS, markerfacecolor="white", **rond), "base, ou non comparée"))
    return cles


def _notes(figure: Figure, notes: list[list[str]], bas: float, largeur: float, hauteur: float) -> None:
    if not notes:
        return
    y = bas - 0.12
    figure.text(0.18 / largeur, y / hauteur, "Sans trajectoire", fontsize=10.5, weight="bold", va="top")
    y -= 0.3
    for lignes in notes:
        figure.text(0.18 / largeur, y / hauteur, sans_formule(lignes), fontsize=9, va="top", linespacing=1.25, color=NOIR)
        y -= POUCES_PAR_LIGNE * len(lignes) + 0.06


def _x(point: dict[str, Any]) -> int:
    jour: dt.date = point["date"]
    return jour.toordinal()


def _clair(valeur: float) -> str:
    """Write a number as French does; millions and beyond are shortened."""
    for pas, mot in ((10**9, "Md"), (10**6, "M")):
        if abs(valeur) >= pas:
            return f"{round(valeur / pas, 2):g}".replace(".", ",") + f"\N{NO-BREAK SPACE}{mot}"
    decimales = 0 if abs(valeur) >= 1000 else 2
    ecrit = f"{valeur:,.{decimales}f}".replace(",", "\N{NARROW NO-BREAK SPACE}").replace(".", ",")
    return ecrit.rstrip("0").rstrip(",") if decimales else ecrit
