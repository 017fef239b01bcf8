"""The timeline of the measures: when each figure changes, and whether it was signed for another day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from convmed.restitution.graphiques.socle import (
    BANDE,
    BLEU,
    GRIS,
    NOIR,
    VERMILLON,
    VERT,
    Genre,
    axe_du_temps,
    couper,
    en_lettres,
    en_octets,
    sans_formule,
    style,
)  # fmt: skip

# How each state of a measure is drawn at its applied date: colour, marker, words of the legend.
MARQUES = {
    "à la date signée": (BLEU, "o", "appliquée à la date signée"),
    "reportée": (VERMILLON, "o", "reportée (cercle : date signée)"),
    "avancée": (VERT, "o", "avancée (cercle : date signée)"),
    "non signée": (NOIR, "D", "décidée hors du texte signé"),
    "signée, non appliquée": (VERMILLON, "X", "signée, non appliquée"),
}
PAR_TITRE, PAR_LIBELLE, PAR_CHANGEMENT = 110, 66, 34
POUCES_PAR_LIGNE, POUCES_ENTRE, POUCES_EN_TETE, POUCES_EN_PIED = 0.175, 0.09, 1.2, 0.75
POUCES_PAR_LIGNE_DE_TITRE = 0.24
LARGEUR, X_LIBELLE, X_CHANGEMENT, X_FRISE, X_FIN = 15.0, 0.012, 0.345, 0.535, 0.988


@dataclass(frozen=True, slots=True)
class Rang:
    """One line of the timeline, laid out: a heading, or a measure with its two texts cut into lines."""

    genre: Literal["date", "dispositif", "mesure"]
    haut: float
    hauteur: float
    libelle: list[str]
    changement: list[str]
    mesure: dict[str, Any]

    @property
    def milieu(self) -> float:
        """Return the height of the dots."""
        return self.haut + self.hauteur / 2


def frise_des_mesures(table: pl.DataFrame, titre: str, du: dt.date, au: dt.date, genre: Genre) -> bytes:
    """Return the timeline of measures, one row each, grouped by applied date.

    A full dot stands at the applied date; when another date was signed, a hollow dot stands there and an arrow joins
    them. `table` has the columns of `restitution.mesures.SCHEMA`; the axis goes from `du` to `au`, further if a signed
    date does.
    """
    with style():
        return en_octets(composer_la_frise(table, titre, du, au), genre)


def composer_la_frise(table: pl.DataFrame, titre: str, du: dt.date, au: dt.date) -> Figure:
    """Return the timeline before it is written; the names of its texts and their places can be read from it."""
    rangs = _rangs(table.to_dicts())
    hauteur = (rangs[-1].haut + rangs[-1].hauteur if rangs else 4 * POUCES_PAR_LIGNE) + POUCES_ENTRE
    lignes_du_titre = couper(titre, PAR_TITRE)
    haut_du_titre = POUCES_PAR_LIGNE_DE_TITRE * len(lignes_du_titre)
    total = hauteur + haut_du_titre + POUCES_EN_TETE + POUCES_EN_PIED
    figure = Figure(figsize=(LARGEUR, total))
    bas, part = POUCES_EN_PIED / total, hauteur / total
    textes = figure.add_axes((0, bas, 1, part))
    axe = figure.add_axes((X_FRISE, bas, X_FIN - X_FRISE, part))
    for zone in (textes, axe):
        zone.set_ylim(hauteur, 0)
        zone.patch.set_alpha(0)
        zone.spines[:].set_visible(False)
        zone.tick_params(left=False, labelleft=False)
    textes.set_xlim(0, 1)
    textes.tick_params(bottom=False, labelbottom=False)
    axe_du_temps(axe, *_bornes(table, du, au))
    for rang in rangs:
        _tracer(textes, axe, rang)
    if not rangs:
        textes.text(X_LIBELLE, hauteur / 2, "Aucune mesure sur cette période.", va="center", fontsize=12)
    figure.text(X_LIBELLE, 1 - 0.15 / total, sans_formule(lignes_du_titre), fontsize=14, weight="bold", va="top")
    _legende(figure, table, 1 - (haut_du_titre + 0.4) / total)
    pied = "* : au moins une figure qui n'est pas officielle (presse ou déduite). Source : barème de convmed, projet non officiel."
    figure.text(X_LIBELLE, 0.16 / total, pied, fontsize=9, color=GRIS, va="center")
    return figure


def _rangs(mesures: list[dict[str, Any]]) -> list[Rang]:
    plusieurs = len({mesure["dispositif"] for mesure in mesures}) > 1
    rangs: list[Rang] = []

    def poser(genre: Literal["date", "dispositif", "mesure"], libelle: list[str], changement: list[str], mesure: dict[str, Any]) -> None:
        haut = rangs[-1].haut + rangs[-1].hauteur if rangs else 0.0
        hauteur = max(len(libelle), len(changement)) * POUCES_PAR_LIGNE + POUCES_ENTRE * (2 if genre == "date" else 1)
        rangs.append(Rang(genre, haut, hauteur, libelle, changement, mesure))

    for jour, du_jour in groupby(mesures, key=lambda mesure: mesure["date"]):
        ensemble = list(du_jour)
        nombre = f"{len(ensemble)} mesure" + ("s" if len(ensemble) > 1 else "")
        poser("date", [f"{en_lettres(jour)} — {nombre}" if jour else f"Signées, non appliquées — {nombre}"], [], ensemble[0])
        for dispositif, siennes in groupby(ensemble, key=lambda mesure: mesure["dispositif"]):
            if plusieurs:
                poser("dispositif", [dispositif], [], ensemble[0])
            for mesure in siennes:
                doute = "" if mesure["confiance"] in ("officiel", None) else " *"
                libelle, changement = couper(mesure["libelle"] + doute, PAR_LIBELLE), couper(mesure["changement"], PAR_CHANGEMENT)
                poser("mesure", libelle, changement, mesure)
    return rangs


def _bornes(table: pl.DataFrame, du: dt.date, au: dt.date) -> tuple[dt.date, dt.date]:
    signees = [jour for jour in table["date_signee"].to_list() if jour is not None]
    return min([du, *signees]), max([au, *signees])


def _tracer(textes: Axes, axe: Axes, rang: Rang) -> None:
    base: dict[str, Any] = {"va": "center", "linespacing": 1.15}
    if rang.genre == "date":
        textes.axhspan(rang.haut, rang.haut + rang.hauteur, color=BANDE, linewidth=0)
        textes.text(X_LIBELLE, rang.milieu, rang.libelle[0], fontsize=11, weight="bold", color=NOIR, **base)
        return
    if rang.genre == "dispositif":
        textes.text(X_LIBELLE, rang.milieu, rang.libelle[0], fontsize=9, style="italic", color=GRIS, **base)
        return
    textes.text(X_LIBELLE + 0.008, rang.milieu, sans_formule(rang.libelle), fontsize=9.5, color=NOIR, **base)
    textes.text(X_CHANGEMENT, rang.milieu, sans_formule(rang.changement), fontsize=9.5, weight="bold", color=NOIR, **base)
    textes.axhline(rang.haut + rang.hauteur, color=BANDE, linewidth=0.8)
    _points(axe, rang)


def _points(axe: Axes, rang: Rang) -> None:
    mesure, y = rang.mesure, rang.milieu
    couleur, marque, _ = MARQUES[mesure["etat"]]
    signee, appliquee = mesure["date_signee"], mesure["date"]
    if appliquee is None:
        axe.plot([signee.toordinal()], [y], marque, color=couleur, markersize=8, clip_on=False)
        return
    x = appliquee.toordinal()
    if signee is not None and signee != appliquee:
        depart = signee.toordinal()
        fleche = {"arrowstyle": "-|>", "color": couleur, "linewidth": 1.4, "shrinkA": 4.5, "shrinkB": 4.5}
        axe.annotate("", xy=(x, y), xytext=(depart, y), arrowprops=fleche)
        axe.plot([depart], [y], "o", markersize=8, markerfacecolor="white", markeredgecolor=couleur, markeredgewidth=1.6, clip_on=False)
        _ecrire_la_date(axe, signee, x - depart, y, couleur)
    axe.plot([x], [y], marque, color=couleur, markersize=8 if marque == "o" else 7, clip_on=False)


def _ecrire_la_date(axe: Axes, signee: dt.date, sens: int, y: float, couleur: str) -> None:
    """Write the signed date beside its dot, away from the arrow; beyond the arrow where the edge is too near."""
    gauche, droite = axe.get_xlim()
    x, large, marge = signee.toordinal(), 0.115 * (droite - gauche), 0.012 * (droite - gauche)
    a_gauche = sens > 0
    if (a_gauche and x - large < gauche) or (not a_gauche and x + large > droite):
        x, a_gauche = x + sens, not a_gauche
    decale = x - marge if a_gauche else x + marge
    axe.text(decale, y, f"{signee:%d/%m/%Y}", fontsize=8.5, color=couleur, ha="right" if a_gauche else "left", va="center")


def _legende(figure: Figure, table: pl.DataFrame, y: float) -> None:
    """Explain the marks that the chart holds, and no other, on one line above it."""
    presentes, x = set(table["etat"].to_list()), X_LIBELLE
    zone = figure.add_axes((0, y, 1, 0.0001))
    zone.set_xlim(0, 1)
    zone.set_ylim(0, 1)
    zone.axis("off")
    for etat, (couleur, marque, mots) in MARQUES.items():
        if etat not in presentes:
            continue
        if etat in ("reportée", "avancée"):
            zone.plot([x + 0.004], [0], "o", markersize=8, markerfacecolor="white", markeredgecolor=couleur, markeredgewidth=1.6, clip_on=False)
            zone.annotate("", xy=(x + 0.029, 0), xytext=(x + 0.008, 0), arrowprops={"arrowstyle": "-|>", "color": couleur, "linewidth": 1.4})
            x += 0.027
        zone.plot([x + 0.004], [0], marque, color=couleur, markersize=8, clip_on=False)
        zone.text(x + 0.012, 0, mots, fontsize=9.5, va="center", color=NOIR)
        x += 0.024 + 0.0049 * len(mots)
