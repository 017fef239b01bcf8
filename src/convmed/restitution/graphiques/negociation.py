"""The negotiation: its events on a line of time under the texts in force, and what became of what was proposed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from convmed.restitution.graphiques.socle import (
    BANDE,
    BLEU,
    GRILLE,
    GRIS,
    NOIR,
    VERMILLON,
    VERT,
    Genre,
    axe_du_temps,
    couper,
    en_octets,
    sans_formule,
    style,
)

JAUNE, CIEL = "#E69F00", "#56B4E9"
# Each family of events: its natures, its colour, its mark. A hollow mark is what was only announced.
FAMILLES = {
    "demandes et propositions": (("orientation", "proposition"), BLEU, "o"),
    "séances et réunions": (("seance", "reunion"), CIEL, "s"),
    "textes": (("arbitrage", "signature", "approbation", "publication", "entree-en-vigueur", "terme", "loi"), VERT, "D"),
    "alerte et report": (("alerte", "report"), VERMILLON, "X"),
    "instances, décisions, contexte": (("instance", "decision", "contexte"), GRIS, "^"),
}
TEINTES = ("#DCE6EE", "#F6E7C8", "#D9EDE3")
APPROXIMATIVES = {"approximative": "vers le ", "semaine": "sem. du ", "mois": "mois du "}
PAR_TITRE, PAR_LIBELLE, PAR_BANDE = 105, 68, 10
POUCES_PAR_LIGNE, POUCES_ENTRE, POUCES_EN_TETE, POUCES_EN_PIED, POUCES_DES_TEXTES = 0.18, 0.09, 1.35, 0.85, 0.5
LARGEUR, X_DATE, X_LIBELLE, X_FRISE, X_FIN = 15.0, 0.086, 0.094, 0.475, 0.988
# From what was kept to what was not; hatches say the same without colours.
PARTS = {
    "retenue telle quelle": (("identique",), BLEU, ""), "une des deux options": (("option-1", "option-2"), CIEL, ""),
    "en hausse": (("en-hausse",), VERT, "//"), "en baisse": (("en-baisse",), JAUNE, "\\\\"), "modifiée": (("modifiee",), "#CC79A7", ".."),
    "non reprise": (("non-reprise",), VERMILLON, "xx"), "sans équivalent signé": (("sans-equivalent",), GRIS, "--"),
    "non publiée ou non chiffrée": (("non-publiee", "non-chiffree"), "#BFBFBF", "oo"), "ajoutée à la signature": (("ajoutee",), "#F0E442", "++"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rang:
    """One line of the timeline, laid out: the heading of a year (no event), or an event with its words cut into lines."""

    haut: float
    hauteur: float
    libelle: list[str]
    evenement: dict[str, Any] | None = None

    @property
    def milieu(self) -> float:
        """Return the height of the marks."""
        return self.haut + self.hauteur / 2


def frise_de_la_negociation(table: pl.DataFrame, vies: pl.DataFrame, titre: str, genre: Genre) -> bytes:
    """Return the events on a line of time, one a row, under the bands of the texts in force.

    `table` has the columns of `restitution.negociation.SCHEMA_EVENEMENTS`, `vies` those of `SCHEMA_VIES`. An event that
    moved has an arrow from the day first announced; one that lasts, a bar.
    """
    with style():
        return en_octets(composer_la_negociation(table, vies, titre), genre)


def composer_la_negociation(table: pl.DataFrame, vies: pl.DataFrame, titre: str) -> Figure:
    """Return the timeline before it is written; its texts and their places can be read from it."""
    rangs = list(_rangs(table.to_dicts()))
    hauteur = (rangs[-1].haut + rangs[-1].hauteur if rangs else 4 * POUCES_PAR_LIGNE) + POUCES_ENTRE
    lignes = couper(titre, PAR_TITRE)
    en_tete = POUCES_EN_TETE + 0.24 * (len(lignes) - 1)
    total = hauteur + en_tete + POUCES_DES_TEXTES + POUCES_EN_PIED
    figure = Figure(figsize=(LARGEUR, total))
    bas, part = POUCES_EN_PIED / total, hauteur / total
    mots = figure.add_axes((0, bas, 1, part))
    axe = figure.add_axes((X_FRISE, bas, X_FIN - X_FRISE, part))
    bandes = figure.add_axes((X_FRISE, bas + part + 0.22 / total, X_FIN - X_FRISE, (POUCES_DES_TEXTES - 0.1) / total))
    for zone in (mots, axe, bandes):
        zone.patch.set_alpha(0)
        zone.spines[:].set_visible(False)
        zone.tick_params(left=False, labelleft=False)
    for zone in (mots, axe):
        zone.set_ylim(hauteur, 0)
    mots.set_xlim(0, 1)
    mots.tick_params(bottom=False, labelbottom=False)
    axe_du_temps(axe, *_bornes(table, vies))
    axe.tick_params(top=False, labeltop=False)
    _tracer_les_textes(bandes, axe, vies)
    for rang in rangs:
        _tracer(mots, axe, rang)
    if not rangs:
        mots.text(X_LIBELLE, hauteur / 2, "Aucun événement sur cette période.", va="center", fontsize=12)
    figure.text(0.012, 1 - 0.15 / total, sans_formule(lignes), fontsize=14, weight="bold", va="top")
    figure.text(X_FRISE - 0.008, bas + part + (0.22 + POUCES_DES_TEXTES / 2) / total, "texte en vigueur", fontsize=9.5, style="italic", color=GRIS, ha="right", va="center")
    _legende(figure, table, 1 - (0.24 * len(lignes) + 0.35) / total)
    pied = "* : source de presse, ou date déduite. Source : chronologie de convmed, projet non officiel ; rien n'a été lu après février 2026."
    figure.text(0.012, 0.16 / total, pied, fontsize=9, color=GRIS, va="center")
    return figure


def _rangs(evenements: list[dict[str, Any]]) -> Iterable[Rang]:
    haut = 0.0
    for annee, de_l_annee in groupby(evenements, key=lambda un: un["date"].year):
        hauteur = POUCES_PAR_LIGNE + 2 * POUCES_ENTRE
        yield Rang(haut, hauteur, [str(annee)])
        haut += hauteur
        for un in de_l_annee:
            doute = "" if un["confiance"] == "officiel" else " *"
            libelle = couper(un["libelle"] + doute, PAR_LIBELLE)
            hauteur = len(libelle) * POUCES_PAR_LIGNE + POUCES_ENTRE
            yield Rang(haut, hauteur, libelle, un)
            haut += hauteur


def _bornes(table: pl.DataFrame, vies: pl.DataFrame) -> tuple[dt.date, dt.date]:
    jours = [jour for colonne in ("date", "fin", "prevue") for jour in table[colonne].to_list() if jour is not None]
    jours = jours or [jour for colonne in ("debut", "fin") for jour in vies[colonne].to_list() if jour is not None]
    return min(jours), max(jours)


def _tracer_les_textes(bandes: Axes, axe: Axes, vies: pl.DataFrame) -> None:
    """Draw each text in force as a band above the events; a line comes down where one follows another."""
    gauche, droite = axe.get_xlim()
    bandes.set_xlim(gauche, droite)
    bandes.set_ylim(0, 1)
    bandes.tick_params(bottom=False, labelbottom=False)
    for rang, vie in enumerate(vies.to_dicts()):
        de = max(vie["debut"].toordinal(), gauche)
        a = min((vie["fin"].toordinal() + 1) if vie["fin"] else droite, droite)
        if a <= de:
            continue
        bandes.barh(0.5, a - de, 1, left=de, color=TEINTES[rang % len(TEINTES)], edgecolor="white")
        large = int(130 * (a - de) / (droite - gauche) * (X_FIN - X_FRISE))
        if large >= PAR_BANDE // 2:
            nom = sans_formule(couper(vie["texte"], max(large, PAR_BANDE))[:2])
            bandes.text((de + a) / 2, 0.5, nom, ha="center", va="center", fontsize=9, color=NOIR)
        if vie["debut"].toordinal() > gauche:
            axe.axvline(de, color=GRIS, linewidth=1, linestyle=(0, (4, 3)), zorder=1)


def _tracer(mots: Axes, axe: Axes, rang: Rang) -> None:
    if rang.evenement is None:
        mots.axhspan(rang.haut, rang.haut + rang.hauteur, color=BANDE, linewidth=0)
        mots.text(0.012, rang.milieu, rang.libelle[0], fontsize=11, weight="bold", color=NOIR, va="center")
        return
    un = rang.evenement
    base: dict[str, Any] = {"va": "center", "linespacing": 1.15, "fontsize": 9.5, "color": NOIR}
    fin = f" au {un['fin']:%d/%m}" if un["fin"] else ""
    mots.text(X_DATE, rang.milieu, f"{APPROXIMATIVES.get(un['precision'], '')}{un['date']:%d/%m}{fin}", ha="right", **base)
    mots.text(X_LIBELLE, rang.milieu, sans_formule(rang.libelle), style="italic" if un["etat"] == "prevu" else "normal", **base)
    mots.axhline(rang.haut + rang.hauteur, color=BANDE, linewidth=0.8)
    _, couleur, marque = _famille(un["nature"])
    x, y = un["date"].toordinal(), rang.milieu
    if un["fin"] is not None:
        axe.plot([x, un["fin"].toordinal()], [y, y], color=couleur, linewidth=6, alpha=0.45, solid_capstyle="butt")
    if un["prevue"] is not None:
        _fleche(axe, un["prevue"], x, y, couleur)
    plein = couleur if un["etat"] == "tenu" else "white"
    axe.plot([x], [y], marque, color=couleur, markerfacecolor=plein, markeredgewidth=1.4, markersize=8, clip_on=False, zorder=3)


def _fleche(axe: Axes, prevue: dt.date, x: int, y: float, couleur: str) -> None:
    """Draw the arrow from the day first announced, with that day on its free side."""
    depart = prevue.toordinal()
    axe.annotate("", xy=(x, y), xytext=(depart, y), arrowprops={"arrowstyle": "-|>", "color": couleur, "linewidth": 1.4, "shrinkA": 4, "shrinkB": 4})
    axe.plot([depart], [y], "o", markersize=6, markerfacecolor="white", markeredgecolor=couleur, markeredgewidth=1.4, clip_on=False)
    cote = -1 if depart < x else 1
    axe.annotate(f"prévu {prevue:%d/%m/%Y}", (depart, y), (cote * 7, 0), textcoords="offset points", fontsize=8.5, color=NOIR,
                 ha="right" if cote < 0 else "left", va="center", bbox={"facecolor": "white", "linewidth": 0, "pad": 0.6})  # fmt: skip


def _famille(nature: str) -> tuple[tuple[str, ...], str, str]:
    return next(famille for famille in FAMILLES.values() if nature in famille[0])


def _legende(figure: Figure, table: pl.DataFrame, y: float) -> None:
    """Explain the marks that the chart holds, and no other."""
    presentes = set(table["nature"].to_list())
    marques = [
        Line2D([], [], marker=marque, color=couleur, linestyle="", markersize=8, label=mots)
        for mots, (natures, couleur, marque) in FAMILLES.items() if presentes & set(natures)
    ]  # fmt: skip
    if "prevu" in table["etat"].to_list():
        marques.append(Line2D([], [], marker="o", color=GRIS, markerfacecolor="white", linestyle="", markersize=8, label="annoncé seulement (marque creuse)"))
    if table["prevue"].drop_nulls().len():
        marques.append(Line2D([], [], marker=">", color=GRIS, markersize=6, label="de la date prévue à la date réelle"))
    if marques:
        figure.legend(handles=marques, loc="upper left", bbox_to_anchor=(0.004, y), ncols=4, frameon=False, fontsize=9.5, handletextpad=0.5, columnspacing=1.6)


def suites_des_propositions(table: pl.DataFrame, titre: str, genre: Genre) -> bytes:
    """Return what became of each proposed figure, as one bar a dispositif, grouped by orientation.

    `table` has the columns of `restitution.propositions.SCHEMA_COMPTES`. A bar is the whole of what was proposed for its
    dispositif; numbers are figures of the barème.
    """
    with style():
        return en_octets(composer_les_suites(table, titre), genre)


def composer_les_suites(table: pl.DataFrame, titre: str) -> Figure:
    """Return the bars before they are written."""
    places = list(_places(table))
    bas = -places[-1][0] if places else 1.0
    lignes = couper(titre, 95)
    total = 0.34 * (bas + 1) + 1.9 + 0.24 * (len(lignes) - 1)
    figure = Figure(figsize=(13.0, total))
    axe = figure.add_axes((0.235, 0.5 / total, 0.715, 0.34 * (bas + 1) / total))
    axe.set_ylim(-bas - 0.7, 0.6)
    axe.set_xlim(0, 100)
    axe.spines[:].set_visible(False)
    axe.set_yticks([])
    axe.xaxis.set_major_formatter(lambda valeur, _: f"{valeur:.0f}\N{NO-BREAK SPACE}%")
    axe.tick_params(axis="x", length=0, labelsize=9)
    axe.grid(axis="x", color=GRILLE, linewidth=0.8)
    axe.set_axisbelow(True)
    a_gauche = axe.get_yaxis_transform()
    for y, nom, siennes, titre_de_groupe in places:
        gras = "bold" if titre_de_groupe else "normal"
        axe.text(-0.012 if not titre_de_groupe else -0.3, y, nom, transform=a_gauche, ha="left" if titre_de_groupe else "right", va="center",
                 fontsize=10 if titre_de_groupe else 9.5, weight=gras, color=NOIR)  # fmt: skip
        _barre(axe, y, siennes, 0.5 if titre_de_groupe else 0.74)
    if not places:
        axe.text(50, 0, "Aucune figure proposée.", ha="center", va="center", fontsize=12)
    figure.text(0.02, 1 - 0.15 / total, sans_formule(lignes), fontsize=14, weight="bold", va="top")
    presentes = set(table["issue"].to_list())
    carres = [
        Patch(facecolor=couleur, hatch=hachures, edgecolor="white", label=mots)
        for mots, (issues, couleur, hachures) in PARTS.items() if presentes & set(issues)
    ]  # fmt: skip
    if carres:
        figure.legend(handles=carres, loc="upper left", bbox_to_anchor=(0.012, 1 - (0.24 * len(lignes) + 0.2) / total), ncols=5, frameon=False, fontsize=9.5)
    pied = "Nombre de figures du barème. Hausse et baisse : du chiffre, non de l'avantage. Source : barème de convmed, projet non officiel."
    figure.text(0.02, 0.14 / total, pied, fontsize=9, color=GRIS, va="center")
    return figure


def _places(table: pl.DataFrame) -> Iterable[tuple[float, str, pl.DataFrame, bool]]:
    """Yield the place of each bar, from the top: an orientation, then its dispositifs."""
    y = 0.0
    for (orientation,), du_groupe in table.group_by("orientation", maintain_order=True):
        yield y, str(orientation), du_groupe, True
        y -= 1
        for (dispositif,), siennes in du_groupe.group_by("dispositif", maintain_order=True):
            yield y, str(dispositif), siennes, False
            y -= 1
        y -= 0.35


def _barre(axe: Axes, y: float, siennes: pl.DataFrame, hauteur: float) -> None:
    comptes = list(zip(siennes["issue"].to_list(), siennes["nombre"].to_list(), strict=True))
    total, gauche = sum(nombre for _, nombre in comptes), 0.0
    for issues, couleur, hachures in PARTS.values():
        nombre = sum(compte for issue, compte in comptes if issue in issues)
        if not nombre:
            continue
        large = 100 * nombre / total
        axe.barh(y, large, hauteur, left=gauche, color=couleur, hatch=hachures, edgecolor="white", linewidth=0.8)
        if large >= 2.5:
            axe.text(gauche + large / 2, y, str(nombre), ha="center", va="center", fontsize=9, weight="bold", color=NOIR,
                     bbox={"facecolor": "white", "alpha": 0.8, "linewidth": 0, "pad": 1.2})  # fmt: skip
        gauche += large
    axe.text(101, y, str(total), ha="left", va="center", fontsize=9.5, color=NOIR, clip_on=False)
