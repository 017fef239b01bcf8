"""The charts: each function takes a table and returns the bytes of an SVG or PNG file, always the same for one table.

matplotlib is imported here and nowhere else: whoever draws nothing does not wait for it.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

import matplotlib
import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

Genre = Literal["svg", "png"]

# The colours of Okabe and Ito, which all eyes tell apart; shapes tell the same, for a print in black and white.
BLEU, VERMILLON, VERT, GRIS, NOIR = "#0072B2", "#D55E00", "#009E73", "#6B6B6B", "#1A1A1A"
BANDE, GRILLE = "#F1F4F7", "#D5DAE0"
MOIS = ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")
MOIS_ENTIERS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre",
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
LIGNES_AU_PLUS = 3
INSECABLE = "\x00"
POUCES_PAR_LIGNE, POUCES_ENTRE, POUCES_EN_TETE, POUCES_EN_PIED = 0.175, 0.09, 1.2, 0.75
POUCES_PAR_LIGNE_DE_TITRE = 0.24
LARGEUR, X_LIBELLE, X_CHANGEMENT, X_FRISE, X_FIN = 15.0, 0.012, 0.345, 0.535, 0.988
# Beyond 65 536 points a side matplotlib draws no image.
POINTS_PAR_POUCE, POINTS_AU_PLUS = 110, 60_000


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
    with _style():
        return _en_octets(composer_la_frise(table, titre, du, au), genre)


def composer_la_frise(table: pl.DataFrame, titre: str, du: dt.date, au: dt.date) -> Figure:
    """Return the timeline before it is written; the names of its texts and their places can be read from it."""
    rangs = _rangs(table.to_dicts())
    hauteur = (rangs[-1].haut + rangs[-1].hauteur if rangs else 4 * POUCES_PAR_LIGNE) + POUCES_ENTRE
    lignes_du_titre = _couper(titre, PAR_TITRE)
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
    _axe_du_temps(axe, *_bornes(table, du, au))
    for rang in rangs:
        _tracer(textes, axe, rang)
    if not rangs:
        textes.text(X_LIBELLE, hauteur / 2, "Aucune mesure sur cette période.", va="center", fontsize=12)
    figure.text(X_LIBELLE, 1 - 0.15 / total, _sans_formule(lignes_du_titre), fontsize=14, weight="bold", va="top")
    _legende(figure, table, 1 - (haut_du_titre + 0.4) / total)
    pied = "* : au moins une figure qui n'est pas officielle (presse ou déduite). Source : barème de convmed, projet non officiel."
    figure.text(X_LIBELLE, 0.16 / total, pied, fontsize=9, color=GRIS, va="center")
    return figure


@contextmanager
def _style() -> Iterator[None]:
    """Draw the same everywhere: neither the settings of the user nor a random seed enter the file."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(
            {
                "font.family": "sans-serif",
                "font.sans-serif": ["DejaVu Sans"],
                "svg.hashsalt": "convmed",
                # Letters stay letters: they can be searched, read aloud and enlarged.
                "svg.fonttype": "none",
            }
        )
        yield


def _en_octets(figure: Figure, genre: Genre) -> bytes:
    tampon = io.BytesIO()
    points = min(POINTS_PAR_POUCE, int(POINTS_AU_PLUS / figure.get_figheight()))
    sans_horloge = {"Date": None} if genre == "svg" else {"Software": None}
    figure.savefig(tampon, format=genre, metadata=sans_horloge, dpi=points)
    return tampon.getvalue()


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
        poser("date", [f"{_en_lettres(jour)} — {nombre}" if jour else f"Signées, non appliquées — {nombre}"], [], ensemble[0])
        for dispositif, siennes in groupby(ensemble, key=lambda mesure: mesure["dispositif"]):
            if plusieurs:
                poser("dispositif", [dispositif], [], ensemble[0])
            for mesure in siennes:
                doute = "" if mesure["confiance"] in ("officiel", None) else " *"
                libelle, changement = _couper(mesure["libelle"] + doute, PAR_LIBELLE), _couper(mesure["changement"], PAR_CHANGEMENT)
                poser("mesure", libelle, changement, mesure)
    return rangs


def _couper(texte: str, largeur: int) -> list[str]:
    # A line never begins with a closing sign, nor ends with an opening one; textwrap takes any space for a place to break.
    insecable = re.sub(r" (?=[»;:!?*%€…])|(?<=«) ", "\N{NO-BREAK SPACE}", texte)
    garde = re.sub("[\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]", INSECABLE, insecable)
    lignes = textwrap.wrap(garde, largeur, max_lines=LIGNES_AU_PLUS, placeholder=" …", break_on_hyphens=False)
    return [ligne.replace(INSECABLE, "\N{NO-BREAK SPACE}") for ligne in lignes] or [""]


def _en_lettres(jour: dt.date) -> str:
    return f"{'1er' if jour.day == 1 else jour.day} {MOIS_ENTIERS[jour.month - 1]} {jour.year}"


def _bornes(table: pl.DataFrame, du: dt.date, au: dt.date) -> tuple[dt.date, dt.date]:
    signees = [jour for jour in table["date_signee"].to_list() if jour is not None]
    return min([du, *signees]), max([au, *signees])


def _axe_du_temps(axe: Axes, du: dt.date, au: dt.date) -> None:
    jours = max((au - du).days, 1)
    axe.set_xlim(du.toordinal() - 0.03 * jours, au.toordinal() + 0.03 * jours)
    pas = next((pas for pas, duree in ((1, 400), (3, 1500), (6, 3000)) if jours <= duree), 12)
    debuts = [dt.date(annee, mois, 1) for annee in range(du.year, au.year + 2) for mois in range(1, 13, pas)]
    debuts = [debut for debut in debuts if du <= debut <= au]
    axe.set_xticks([debut.toordinal() for debut in debuts], labels=[_sous_l_axe(debut) for debut in debuts], fontsize=9)
    axe.tick_params(top=True, labeltop=True, bottom=True, labelbottom=True, length=3, color=GRILLE)
    axe.grid(axis="x", color=GRILLE, linewidth=0.8)
    axe.set_axisbelow(True)


def _sous_l_axe(debut: dt.date) -> str:
    mois = MOIS[debut.month - 1]
    return f"{mois}\n{debut.year}" if debut.month == 1 else mois


def _tracer(textes: Axes, axe: Axes, rang: Rang) -> None:
    base: dict[str, Any] = {"va": "center", "linespacing": 1.15}
    if rang.genre == "date":
        textes.axhspan(rang.haut, rang.haut + rang.hauteur, color=BANDE, linewidth=0)
        textes.text(X_LIBELLE, rang.milieu, rang.libelle[0], fontsize=11, weight="bold", color=NOIR, **base)
        return
    if rang.genre == "dispositif":
        textes.text(X_LIBELLE, rang.milieu, rang.libelle[0], fontsize=9, style="italic", color=GRIS, **base)
        return
    textes.text(X_LIBELLE + 0.008, rang.milieu, _sans_formule(rang.libelle), fontsize=9.5, color=NOIR, **base)
    textes.text(X_CHANGEMENT, rang.milieu, _sans_formule(rang.changement), fontsize=9.5, weight="bold", color=NOIR, **base)
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


def _sans_formule(lignes: list[str]) -> str:
    # Between two dollars matplotlib would read mathematics.
    return "\n".join(lignes).replace("$", r"\$")
