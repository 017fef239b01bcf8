"""How well a drawn population meets what was published: target, what was obtained, gap, tolerance, met or not."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from convmed.donnees.population import reperes as r
from convmed.donnees.population.mesure import JOURS_PAR_AN, Cible, Compte, cibles

# Standard deviations of a drawing within which a target is met: out of all the targets, chance alone puts none beyond.
ECARTS_TYPES = 4
MOYENNES = ("age_moyen", "affections_par_personne", "pmt_moyenne", "age_moyen_medecins", "frequence")
DES_MEDECINS = ("medecins", "part_medecins", "pmt_moyenne", "pmt_quantile", "age_moyen_medecins")


@dataclass(frozen=True, slots=True)
class Ligne:
    """A target beside what was drawn; `obtenu` is `None` where there was nobody to measure it on.

    `personnes` are the people of its two parts (those who count, the others), of the kind `genre_de_personnes`.
    """

    repere: r.Repere
    cible: float
    obtenu: float | None
    tolerance: float | None
    personnes: tuple[int, int]
    genre_de_personnes: str

    @property
    def ecart(self) -> float | None:
        """Return what was obtained minus the target."""
        return None if self.obtenu is None else self.obtenu - self.cible

    @property
    def ecart_relatif(self) -> float | None:
        """Return the gap as a share of the target."""
        return None if self.ecart is None or not self.cible else self.ecart / self.cible

    @property
    def atteinte(self) -> bool | None:
        """Tell whether the gap is within the tolerance."""
        return None if self.ecart is None or self.tolerance is None else abs(self.ecart) <= self.tolerance

    def en_dict(self) -> dict[str, Any]:
        """Return the line as JSON."""
        return {
            "id": self.repere.id,
            "libelle": self.repere.libelle,
            "emploi": self.repere.emploi,
            "unite": self.repere.unite,
            "cible": self.cible,
            "obtenu": self.obtenu,
            "ecart": self.ecart,
            "ecart_relatif": self.ecart_relatif,
            "tolerance": self.tolerance,
            "atteinte": self.atteinte,
            "confiance": self.repere.confiance,
            "source": self.repere.source,
            "portee": self.repere.portee,
        }


def additionner(total: dict[str, Compte], partie: Mapping[str, Compte]) -> None:
    """Add the counts of a partition to those of the others."""
    for repere, compte in partie.items():
        total.setdefault(repere, Compte()).__iadd__(compte)


def etablir(comptes: Mapping[str, Compte]) -> list[Ligne]:
    """Return the report: targets first, then the published figures that nothing was aimed at."""
    lignes = [_ligne(cible, comptes.get(cible.repere, Compte())) for cible in cibles()]
    return sorted(lignes, key=lambda ligne: ligne.repere.emploi != "cible")


def _ligne(cible: Cible, compte: Compte) -> Ligne:
    repere = r.reperes()[cible.repere]
    echelle = _echelle(cible, repere)
    obtenu, alea = _estimer(cible, compte, float(r.valeur(cible.repere)) / echelle)
    genre = "medecins" if cible.genre in DES_MEDECINS else "patients"
    return Ligne(
        repere,
        float(r.valeur(cible.repere)),
        None if obtenu is None else obtenu * echelle,
        None if alea is None else alea * echelle + float(repere.precision),
        _personnes(cible, compte),
        genre,
    )


def _echelle(cible: Cible, repere: r.Repere) -> float:
    """Return what turns a measure into the unit of its figure: a national total, a percentage, years."""
    if cible.genre == "age_moyen_medecins":
        return 1 / JOURS_PAR_AN
    if cible.base:
        return float(r.valeur(cible.base)) / (1e6 if repere.unite.startswith("M ") else 1)
    return 100.0 if repere.unite.startswith("%") else 1.0


def _estimer(cible: Cible, compte: Compte, voulue: float) -> tuple[float | None, float | None]:
    """Return a measure and how far chance may take it from what was wanted, before scaling."""
    n = compte.denominateur
    if not n:
        return None, None
    if cible.genre == "pmt_quantile":
        part = int(cible.doses) / 100
        marge = ECARTS_TYPES * math.sqrt(part * (1 - part) / n)
        bas, milieu, haut = (_quantile(compte.valeurs, p) for p in (part - marge, part, part + marge))
        return milieu, max(milieu - bas, haut - milieu)
    moyenne = compte.numerateur / n
    variance = compte.carres / n - moyenne * moyenne if cible.genre in MOYENNES else voulue * (1 - voulue)
    if cible.genre == "medecins":
        # Doctors are not drawn, they are counted out: only the rounding to a whole doctor of each kind is left.
        return moyenne, 1 / n
    return moyenne, ECARTS_TYPES * math.sqrt(max(variance, 0.0) / n)


def _quantile(valeurs: Counter[int], part: float) -> float:
    """Return the value below which a share of them lies; bounds beyond 0 and 1 give the extremes."""
    rang, cumul = part * sum(valeurs.values()), 0
    for valeur in sorted(valeurs):
        cumul += valeurs[valeur]
        if cumul >= rang:
            return float(valeur)
    return float(max(valeurs))


def _personnes(cible: Cible, compte: Compte) -> tuple[int, int]:
    """Return the people on each side of a measure: a rate lets either be computed from the other."""
    if cible.genre in MOYENNES or cible.genre in ("pmt_quantile", "affections"):
        return compte.denominateur, 0
    if cible.genre == "medecins":
        return compte.numerateur, 0
    return compte.numerateur, compte.denominateur - compte.numerateur


GENRES_DE_LIGNES: Mapping[str, Callable[[Ligne], bool]] = {
    "atteintes": lambda ligne: ligne.atteinte is True,
    "manquees": lambda ligne: ligne.atteinte is False,
    "non_mesurables": lambda ligne: ligne.atteinte is None,
}


def synthese(lignes: list[Ligne]) -> dict[str, int]:
    """Return how many targets are met, missed, or could not be measured."""
    cibles_ = [ligne for ligne in lignes if ligne.repere.emploi == "cible"]
    return {"cibles": len(cibles_), **{nom: sum(map(test, cibles_)) for nom, test in GENRES_DE_LIGNES.items()}}
