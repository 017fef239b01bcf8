"""What every chart shares: its colours, its words, the bytes of its file.

matplotlib is imported in this package and nowhere else: whoever draws nothing does not wait for it.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import matplotlib
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
LIGNES_AU_PLUS = 3
INSECABLE = "\x00"
# Beyond 65 536 points a side matplotlib draws no image.
POINTS_PAR_POUCE, POINTS_AU_PLUS = 110, 60_000


@contextmanager
def style() -> Iterator[None]:
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


def en_octets(figure: Figure, genre: Genre) -> bytes:
    """Return the bytes of a chart: no clock, and a size that matplotlib can draw."""
    tampon = io.BytesIO()
    points = min(POINTS_PAR_POUCE, int(POINTS_AU_PLUS / figure.get_figheight()))
    sans_horloge = {"Date": None} if genre == "svg" else {"Software": None}
    figure.savefig(tampon, format=genre, metadata=sans_horloge, dpi=points)
    return tampon.getvalue()


def couper(texte: str, largeur: int) -> list[str]:
    """Cut a text into at most three lines of `largeur` characters, as French is typeset."""
    # A line never begins with a closing sign, nor ends with an opening one; textwrap takes any space for a place to break.
    insecable = re.sub(r" (?=[»;:!?*%€…])|(?<=«) ", "\N{NO-BREAK SPACE}", texte)
    garde = re.sub("[\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]", INSECABLE, insecable)
    lignes = textwrap.wrap(garde, largeur, max_lines=LIGNES_AU_PLUS, placeholder=" …", break_on_hyphens=False)
    return [ligne.replace(INSECABLE, "\N{NO-BREAK SPACE}") for ligne in lignes] or [""]


def sans_formule(lignes: list[str]) -> str:
    """Join lines that matplotlib shall not read as mathematics."""
    # Between two dollars matplotlib would read mathematics.
    return "\n".join(lignes).replace("$", r"\$")


def en_lettres(jour: dt.date) -> str:
    """Write a day in words."""
    return f"{'1er' if jour.day == 1 else jour.day} {MOIS_ENTIERS[jour.month - 1]} {jour.year}"


def pour_cent(valeur: float) -> str:
    """Write a percentage, with a comma and at most one decimal."""
    return f"{round(valeur, 1):g}".replace(".", ",") + "\N{NO-BREAK SPACE}%"


def axe_du_temps(axe: Axes, du: dt.date, au: dt.date) -> None:
    """Graduate the horizontal axis from one day to another, by months, quarters, half-years or years."""
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


def habiller(axe: Axes, titre: str) -> None:
    """Give a chart its title and its grid."""
    axe.set_title(sans_formule(couper(titre, 90)), fontsize=11.5, weight="bold", loc="left")
    axe.spines[["top", "right"]].set_visible(False)
    axe.grid(axis="y", color=GRILLE, linewidth=0.8)
    axe.set_axisbelow(True)
