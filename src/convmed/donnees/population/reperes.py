"""Every figure of the synthetic population: what was published, and what had to be assumed, with its source.

`reperes.csv` says of each what it serves: `cible` (the drawing aims at it), `hypothese` (nobody published it), `oracle`
(published, not aimed at: the drawing is compared with it), `contexte` (published, for the record), `regle`.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

ICI = Path(__file__).parent
EMPLOIS = ("cible", "hypothese", "oracle", "contexte", "regle")
CONFIANCES = ("officiel", "presse", "deduit", "hypothese")


@dataclass(frozen=True, slots=True)
class Repere:
    """One figure: what it says, as it was written, when, of whom, who says it and what it serves."""

    id: str
    libelle: str
    valeur: str
    unite: str
    date: str
    portee: str
    source: str
    statut: str
    confiance: str
    normes: tuple[str, ...]
    emploi: str

    @property
    def nombre(self) -> Fraction | None:
        """Return the value as an exact number, `None` if it is a list or a text."""
        try:
            return Fraction(self.valeur)
        except ValueError:
            return None

    @property
    def precision(self) -> Fraction:
        """Return half a unit of the last digit written: what the source may have rounded off."""
        return Fraction(1, 2 * 10 ** len(self.valeur.partition(".")[2]))

    def en_dict(self) -> dict[str, Any]:
        """Return the figure as JSON: a number where it is one."""
        nombre = self.nombre
        valeur = self.valeur if nombre is None else int(nombre) if nombre.denominator == 1 else float(nombre)
        return {**asdict(self), "valeur": valeur, "normes": list(self.normes)}


@cache
def reperes() -> Mapping[str, Repere]:
    """Return the figures by id; `ValueError` for a file that was wrongly edited."""
    lus: dict[str, Repere] = {}
    for rangee in lire_csv("reperes.csv"):
        normes = tuple(rangee.pop("normes").split())
        repere = Repere(**rangee, normes=normes)
        if repere.id in lus or repere.emploi not in EMPLOIS or repere.confiance not in CONFIANCES or not repere.source:
            raise ValueError(f"reperes.csv : ligne « {repere.id} » en double, sans source, ou d'emploi ou de confiance inconnus")
        lus[repere.id] = repere
    return lus


def lire_csv(nom: str) -> list[dict[str, str]]:
    """Return the rows of a table of the package."""
    with (ICI / nom).open(encoding="utf-8", newline="") as fichier:
        return list(csv.DictReader(fichier))


def valeur(id: str) -> Fraction:
    """Return a figure as an exact number."""
    nombre = reperes()[id].nombre
    if nombre is None:
        raise ValueError(f"le repère « {id} » n'est pas un nombre")
    return nombre


def entier(id: str) -> int:
    """Return a figure that is a whole number."""
    nombre = valeur(id)
    if nombre.denominator != 1:
        raise ValueError(f"le repère « {id} » n'est pas un entier")
    return int(nombre)


def part(id: str) -> Fraction:
    """Return a percentage as a share of one."""
    return valeur(id) / 100


def points(id: str) -> list[tuple[Fraction, Fraction]]:
    """Return pairs written `a:b|c:d`: the points of a quantile function, or the bounds of intervals."""
    return [(Fraction(gauche), Fraction(droite)) for gauche, _, droite in (p.partition(":") for p in reperes()[id].valeur.split("|"))]


def entiers(id: str) -> tuple[int, ...]:
    """Return a list of whole numbers written `1|2|5`."""
    return tuple(map(int, reperes()[id].valeur.split("|")))


def chercher(emploi: str | None = None, norme: str | None = None, mots: str | None = None) -> list[Repere]:
    """Return the figures of a use, that a norm asks for, or whose label, id or source holds the words."""
    return [
        repere
        for repere in reperes().values()
        if emploi in (None, repere.emploi)
        and (norme is None or norme in repere.normes)
        and (mots is None or all(mot in _texte(repere) for mot in mots.lower().split()))
    ]


def _texte(repere: Repere) -> str:
    return " ".join((repere.id, repere.libelle, repere.portee, repere.source)).lower()


def par_norme() -> dict[str, list[str]]:
    """Return what carries each norm: the ids of figures, and the names of the two tables of drugs."""
    trouvees = {norme: [f"medicaments_{classement}"] for classement, norme in MEDICAMENTS.items()}
    for repere in reperes().values():
        for norme in repere.normes:
            trouvees.setdefault(norme, []).append(repere.id)
    return trouvees


@dataclass(frozen=True, slots=True)
class Coherence:
    """Two published figures compared: what the first should be by the others, and whether it is so once rounded."""

    norme: str
    libelle: str
    calcul: str
    annonce: Fraction
    calcule: Fraction
    tient: bool
    lecture: str

    def en_dict(self) -> dict[str, Any]:
        """Return the comparison as JSON."""
        return {**asdict(self), "annonce": float(self.annonce), "calcule": float(self.calcule)}


def coherences() -> list[Coherence]:
    """Return the arithmetic that the sources state, each checked: a ratio in percent, a sum, an equality."""
    return [_comparer(**rangee) for rangee in lire_csv("coherences.csv")]


def _comparer(norme: str, libelle: str, annonce: str, operation: str, termes: str, tolerance: str, lecture: str) -> Coherence:
    membres = [_terme(mot) for mot in termes.split()]
    nombres = [nombre for _, nombre in membres]
    calcule = {
        "part": lambda: 100 * nombres[0] / nombres[1],
        "quotient": lambda: nombres[0] / nombres[1],
        "somme": lambda: sum(nombres, Fraction()),
        "egal": lambda: nombres[0],
    }[operation]()
    signe = {"part": " ÷ ", "quotient": " ÷ ", "somme": " + ", "egal": ""}[operation]
    dit = _terme(annonce)[1]
    return Coherence(norme, libelle, signe.join(mot for mot, _ in membres), dit, calcule, abs(calcule - dit) <= Fraction(tolerance), lecture)


def _terme(mot: str) -> tuple[str, Fraction]:
    """Return a term as read and as a number: a figure, `*`-multiplied figures, or a cell `medicaments_x/PRODUIT/colonne`."""
    produit, ecrits = Fraction(1), []
    for facteur in mot.split("*"):
        nombre = _cellule(facteur) if "/" in facteur else valeur(facteur) if facteur in reperes() else Fraction(facteur)
        produit *= nombre
        ecrits.append(_ecrire(nombre))
    return " × ".join(ecrits), produit


def _ecrire(nombre: Fraction) -> str:
    return str(int(nombre)) if nombre.denominator == 1 else f"{float(nombre):.10g}".replace(".", ",")


def _cellule(mot: str) -> Fraction:
    genre, produit, colonne = mot.split("/")
    return next(Fraction(rangee[colonne]) for rangee in lire_csv(f"{genre}.csv") if rangee["produit"].replace(" ", "_") == produit)


MEDICAMENTS = {"volume": "T-82", "montant": "T-84"}


def medicaments(classement: str) -> list[dict[str, Any]]:
    """Return one of the two tables of twenty drugs (congress of November 2024): by `volume` or by `montant`.

    Boxes and patients in millions, refunds in millions of euros. The level of improvement of DOLIPRANE is blank in the source.
    """
    return [{cle: _lire(cellule) for cle, cellule in rangee.items()} for rangee in lire_csv(f"medicaments_{classement}.csv")]


def _lire(cellule: str) -> str | int | float | None:
    if not cellule:
        return None
    try:
        return int(cellule)
    except ValueError:
        pass
    try:
        return float(cellule)
    except ValueError:
        return cellule
