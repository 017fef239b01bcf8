"""A figure through time, drawn: one line of steps for each text that gives it a number. Attributes only, no style."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from markupsafe import Markup

from convmed.textes import Figure, Valeur
from convmed.textes.comparaison import periodes
from convmed.textes.textes import textes_connus
from convmed.textes.unites import UNITES_SANS_NOMBRE, afficher, base

LARGEUR, HAUTEUR, GAUCHE, DROITE, HAUT, BAS = 720, 260, 76, 20, 16, 34
# The one line that everybody lives under, then the one that was signed.
LIGNES = (("en-vigueur", "appliqué", "trait-1"), ("convention-2024", "signé", "trait-2"))
DEPUIS, JUSQU_A = dt.date(2016, 1, 1), dt.date(2029, 12, 31)


@dataclass(frozen=True, slots=True)
class Escalier:
    """A chart: the image, what it says in words, and its lines as (words, class)."""

    svg: Markup
    dit: str
    lignes: list[tuple[str, str]]


def escalier(figure: Figure) -> Escalier | None:
    """Return the chart of a figure; `None` for what is no number or never changes."""
    if figure.unite in UNITES_SANS_NOMBRE or base(figure.unite) in UNITES_SANS_NOMBRE:
        return None
    series = {nom: _serie(figure, nom) for nom, _, _ in LIGNES}
    if len(series["en-vigueur"]) < 2 and series["en-vigueur"] == series["convention-2024"]:
        return None
    valeurs = [valeur for serie in series.values() for _, _, valeur in serie]
    if not valeurs:
        return None
    haut = max(valeurs) or 1
    gradues = sorted({0, *valeurs})
    lisibles = gradues if len(gradues) <= 6 else [gradues[0], gradues[len(gradues) // 2], gradues[-1]]
    morceaux = [_graduation(valeur, haut, figure) for valeur in _espacees(lisibles, haut)]
    morceaux += [_annee(annee) for annee in range(DEPUIS.year, JUSQU_A.year + 1, 2)]
    differe = series["en-vigueur"] != series["convention-2024"]
    tracees = LIGNES if differe else LIGNES[:1]
    for nom, _, classe in reversed(tracees):
        morceaux.append(f'<path class="{classe}" d="{_chemin(series[nom], haut)}" fill="none"/>')
    dit = " ; ".join(f"{mot} : {_dire(series[nom], figure)}" for nom, mot, _ in tracees)
    dessin = "".join(morceaux)
    svg = f'<svg class="escalier" viewBox="0 0 {LARGEUR} {HAUTEUR}" role="img" aria-label="{Markup.escape(dit)}">{dessin}</svg>'
    return Escalier(Markup(svg), dit, [(f"{mot} ({textes_connus()[nom].libelle})", classe) for nom, mot, classe in tracees])


def _serie(figure: Figure, texte: str) -> list[tuple[dt.date, dt.date, int]]:
    """Return (from, to, value) of a figure under a text, over the years that are drawn."""
    lues = [(max(p.du, DEPUIS), min(p.au, JUSQU_A), _nombre(p.valeurs[0])) for p in periodes(figure, textes_connus()[texte])]
    serie: list[tuple[dt.date, dt.date, int]] = []
    for du, au, valeur in lues:
        if valeur is None or du > au:
            continue
        if serie and serie[-1][2] == valeur and (du - serie[-1][1]).days <= 1:
            serie[-1] = (serie[-1][0], au, valeur)
        else:
            serie.append((du, au, valeur))
    return serie


def _nombre(valeur: Valeur | None) -> int | None:
    return valeur.calcul if valeur is not None and isinstance(valeur.calcul, int) and not isinstance(valeur.calcul, bool) else None


def _x(jour: dt.date) -> float:
    etendue = (JUSQU_A - DEPUIS).days
    return round(GAUCHE + (LARGEUR - GAUCHE - DROITE) * (jour - DEPUIS).days / etendue, 1)


def _y(valeur: int, haut: int) -> float:
    return round(HAUTEUR - BAS - (HAUTEUR - HAUT - BAS) * max(valeur, 0) / haut, 1)


def _chemin(serie: list[tuple[dt.date, dt.date, int]], haut: int) -> str:
    pas, fin = [], None
    for du, au, valeur in serie:
        suite = fin is not None and (du - fin).days <= 1
        pas.append(f"{'L' if suite else 'M'}{_x(du)} {_y(valeur, haut)}L{_x(au)} {_y(valeur, haut)}")
        fin = au
    return "".join(pas)


def _espacees(valeurs: list[int], haut: int) -> list[int]:
    """Leave out the graduations that would be written one over the other; the highest stays."""
    gardees: list[int] = []
    for valeur in sorted(valeurs, reverse=True):
        if not gardees or _y(valeur, haut) - _y(gardees[-1], haut) >= 18:
            gardees.append(valeur)
    return gardees


def _graduation(valeur: int, haut: int, figure: Figure) -> str:
    y, mot = _y(valeur, haut), afficher(valeur, figure.unite)
    return f'<line class="grille-x" x1="{GAUCHE}" x2="{LARGEUR - DROITE}" y1="{y}" y2="{y}"/><text x="{GAUCHE - 8}" y="{y + 4}" text-anchor="end">{Markup.escape(mot)}</text>'


def _annee(annee: int) -> str:
    return f'<text x="{_x(dt.date(annee, 1, 1))}" y="{HAUTEUR - 10}" text-anchor="middle">{annee}</text>'


def _dire(serie: list[tuple[dt.date, dt.date, int]], figure: Figure) -> str:
    mots = [f"{afficher(valeur, figure.unite)}" + (f" à partir du {du:%d/%m/%Y}" if du > DEPUIS else "") for du, _, valeur in serie]
    fin = f", fin le {serie[-1][1]:%d/%m/%Y}" if serie and serie[-1][1] < JUSQU_A else ""
    return ", ".join(mots) + fin if mots else "rien"
