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
# One colour and one hatching for each rank of bars.
BARRES = ((GRIS, "//"), ("#56B4E9", ""), (BLEU, ""), ("#E69F00", "\\\\"), (VERMILLON, ""))
NOMS_DES_INDICATEURS = {"pmt": "patientèle médecin traitant", "fa": "file active"}
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


# --- OPTAM: the rates of the year against the commitment

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
    with _style():
        return _en_octets(composer_les_taux(suivi, paliers, titre, annee), genre)


def composer_les_taux(suivi: pl.DataFrame, paliers: pl.DataFrame, titre: str, annee: int) -> Figure:
    """Return the chart of the rates before it is written; its texts can be read from it."""
    figure = Figure(figsize=(11.5, 9.6))
    figure.text(0.07, 0.975, _sans_formule(_couper(titre, 84)), fontsize=14, weight="bold", va="top")
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
    axe.text(1.012, place, f"engagement : {_pour_cent(engage)}", transform=axe.get_yaxis_transform(),
             fontsize=9.5, weight="bold", va="center", color=NOIR)  # fmt: skip
    _tracer_les_taux(axe, lignes, engage, (bas, haut), sens)
    mois = [dt.date(annee, rang, 1).toordinal() for rang in range(1, 13)]
    axe.set_xticks([*mois, fin + 1], labels=[""] * 13)
    # A month is named at its middle: what is observed at its end stands at the mark between two names.
    axe.set_xticks([jour + 15 for jour in mois], labels=MOIS, fontsize=9, minor=True)
    axe.tick_params(axis="x", which="minor", length=0)
    axe.yaxis.set_major_formatter(lambda valeur, _: _pour_cent(valeur))
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
        axe.annotate(_pour_cent(valeur), (jour, y), (0, 8 if vers_le_haut else -8), textcoords="offset points", fontsize=9.5,
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
    suite = "prime non publiée" if niveau is None else f"prime à {_pour_cent(100 * niveau)}{doute}" if niveau else f"plus de prime{doute}"
    return f"{points} : {suite}"


def _pour_cent(valeur: float) -> str:
    return f"{round(valeur, 1):g}".replace(".", ",") + "\N{NO-BREAK SPACE}%"


def aides_par_annee_et_option(table: pl.DataFrame, titre: str, genre: Genre) -> bytes:
    """Return the aid of each contract year as bars, one an option; a year that an option closes, or without a figure, is said.

    `table` has `option_etp`, `annee_contrat`, `aide_maximale` (euros, or nothing) and `motif`, written for a closed year.
    """
    with _style():
        return _en_octets(composer_les_aides(table, titre), genre)


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
    _habiller(axe, titre)
    axe.legend(ncols=len(options), loc="upper center", bbox_to_anchor=(0.5, -0.07), frameon=False)
    return figure


def objectif_et_constat(table: pl.DataFrame, titre: str, genre: Genre) -> bytes:
    """Return, for each contract and indicator, the start, the objective of each year, and what was counted.

    `table` has `contrat`, `indicateur`, `annee_contrat`, `date` (the anniversary that closes the year), `initial`,
    `objectif` and `observe`; a year without its count has no mark.
    """
    with _style():
        return _en_octets(composer_les_objectifs(table, titre), genre)


def composer_les_objectifs(table: pl.DataFrame, titre: str) -> Figure:
    """Return the objectives and the counts before they are written."""
    cases = list(table.group_by("contrat", "indicateur", maintain_order=True))
    colonnes = min(2, len(cases)) or 1
    rangees = -(-len(cases) // colonnes) or 1
    figure = Figure(figsize=(6.6 * colonnes, 4.4 * rangees + 0.6), layout="constrained")
    figure.suptitle(_sans_formule(_couper(titre, 55 * colonnes)), fontsize=14, weight="bold", x=0.012, ha="left")
    for place, ((contrat, indicateur), siennes) in enumerate(cases, 1):
        axe = figure.add_subplot(rangees, colonnes, place)
        _tracer_l_indicateur(axe, siennes.sort("annee_contrat").to_dicts())
        signature = dt.date.fromisoformat(str(contrat))
        _habiller(axe, f"{NOMS_DES_INDICATEURS.get(str(indicateur), str(indicateur))}, contrat du {signature:%d/%m/%Y}")
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


def _habiller(axe: Axes, titre: str) -> None:
    axe.set_title(_sans_formule(_couper(titre, 90)), fontsize=11.5, weight="bold", loc="left")
    axe.spines[["top", "right"]].set_visible(False)
    axe.grid(axis="y", color=GRILLE, linewidth=0.8)
    axe.set_axisbelow(True)
