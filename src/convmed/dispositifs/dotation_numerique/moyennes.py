"""How rates, means of rates and points are compared and added: exactly, in 64-bit integers."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import add

from convmed.moteur.noeuds import Cas, Logique, Noeud, arrondi_demi_superieur, cas, et, non

# A mean of fractions is compared with its target exactly, equality included. Each rate is a whole number of steps of
# 10**-12 and a remainder, itself rounded *up* to a step of 10**-24. Rounding down would lose an equality such as
# 1/3 + 2/3. Rounding up cannot create one: with totals up to 100 000, four fractions that miss the target miss it by
# 10**-20 at least, far more than four steps. And 10**12 x 100 000 stays under 2**63.
PAS = 10**12

Mesure = tuple[Noeud, Noeud, Noeud]
"""A rate in whole steps, the acts made online, all the acts."""


def somme_de(termes: Iterable[Noeud]) -> Noeud:
    """Return the sum of a few terms."""
    return reduce(add, termes)


def retenu(total: Noeud, seuil: Noeud) -> Logique:
    """Return whether a rate counts in its mean."""
    return et(total > 0, total >= seuil)


def taux(dematerialises: Noeud, total: Noeud, seuil: Noeud) -> Cas:
    """Return a rate in whole steps, rounded down; nothing for a rate that leaves its mean."""
    return cas((non(retenu(total, seuil)), 0), sinon=PAS * dematerialises // total)


def moyenne_atteinte(cible: Noeud, seuil: Noeud, *mesures: Mesure) -> Logique:
    """Return whether the mean of the rates that count reaches the target; false if none counts."""
    effectif = somme_de(cas((retenu(total, seuil), 1), sinon=0) for _, _, total in mesures)
    entiers = somme_de(valeur for valeur, _, _ in mesures)
    restes = somme_de(
        cas(
            (non(retenu(total, seuil)), 0),
            sinon=(PAS * (PAS * dematerialises - valeur * total) + total - 1) // total,
        )
        for valeur, dematerialises, total in mesures
    )
    return et(effectif > 0, entiers + restes // PAS >= effectif * cible * (PAS // 10_000))


def taux_atteint(dematerialises: Noeud, total: Noeud, cible: Noeud) -> Logique:
    """Return whether one rate reaches its target; false without activity."""
    return et(total > 0, 10_000 * dematerialises >= cible * total)


def points_si(condition: Noeud, points: Noeud) -> Cas:
    """Return the points of a line, or none."""
    return cas((condition, points), sinon=0)


def valeur_des_points(points: Noeud, valeur: Noeud) -> Cas:
    """Return the amount of points, which are counted in tenths."""
    return cas((points == 0, 0), sinon=arrondi_demi_superieur(points * valeur, 10))
