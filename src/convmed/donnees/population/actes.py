"""Draws the tracer acts of a partition, by the programme of `actes.csv`: who receives what, how often, how long ago.

Rows that share a word in `partage` exclude one another: each takes its own share of the same draw. `=word` receives what the
first row of that word receives. Acts go beyond the windows of the rules on both sides, as those of a true extract do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import numpy as np
import polars as pl

from convmed.donnees.colonnes_dossier import TRACEURS_CONNUS
from convmed.donnees.extrait import TYPES
from convmed.donnees.population import calage
from convmed.donnees.population import reperes as r
from convmed.donnees.population.hasard import MOTS, Entiers, Hasard, Quantiles, seuil, seuils
from convmed.donnees.population.tirage import Gens, en_dates, en_mots

# Days of a month, times 48: no date computed from months is ever out by a day or two of the month that is meant.
JOURS_PAR_MOIS, PAR = 1461, 48
MARGE = 2
# Beyond so many acts a year the chance is less than a word in 2³².
COMBIEN_AU_PLUS = 60
HORS, AVEC = "hors-", "groupe-"


@dataclass(frozen=True, slots=True)
class Ligne:
    """One row of the programme, read; `part` is the share of those concerned, `nombre` a mean number of acts a year."""

    traceur: int
    genre: str
    sexe: str
    age_min: int
    age_max: int
    groupe: str
    part: Fraction
    nombre: Fraction | None
    mois: int
    moments: str
    partage: str


@cache
def programme() -> tuple[Ligne, ...]:
    """Return the rows of `actes.csv`; `ValueError` for a word that nothing knows."""
    lignes = []
    for rangee in r.lire_csv("actes.csv"):
        if rangee["genre"] not in GENRES:
            raise ValueError(f"actes.csv : genre « {rangee['genre']} » inconnu")
        lignes.append(Ligne(
            TRACEURS_CONNUS.index(rangee["traceur"]), rangee["genre"], rangee["sexe"],
            int(rangee["age_min"] or 0), int(rangee["age_max"] or calage.AGES), rangee["groupe"],
            lire_part(rangee["part"]), r.valeur(rangee["nombre"]) if rangee["nombre"] else None,
            int(rangee["mois"] or 0), rangee["moments"], rangee["partage"],
        ))  # fmt: skip
    return tuple(lignes)


def lire_part(mots: str) -> Fraction:
    """Return a share: a figure, or two joined by `fois` (of both), `sauf` (but the other), `moins`; nothing is everyone."""
    match mots.split():
        case []:
            return Fraction(1)
        case [id]:
            return r.part(id)
        case [id, "fois", autre]:
            return r.part(id) * r.part(autre)
        case [id, "sauf", autre]:
            return r.part(id) * (1 - r.part(autre))
        case [id, "moins", autre]:
            return r.part(id) - r.part(autre)
    raise ValueError(f"actes.csv : part « {mots} » illisible")


class Groupes:
    """Who belongs to each group of risk: by ALD numbers, or treated for diabetes; computed once each."""

    def __init__(self, gens: Gens) -> None:
        self.gens = gens
        self._connus: dict[str, Entiers] = {"diabete": gens.diabete}

    def __getitem__(self, nom: str) -> Entiers:
        """Return the members of a group; `hors-x` is everyone else."""
        if nom not in self._connus:
            self._connus[nom] = self._calculer(nom)
        return self._connus[nom]

    def _calculer(self, nom: str) -> Entiers:
        if nom == "mcva-hors-diabete":
            return self["mcva"] & ~self["diabete"]
        if nom.startswith(HORS):
            return ~self[nom.removeprefix(HORS)]
        porte = np.zeros(max(calage.ald().numeros) + 1, dtype=bool)
        porte[list(r.entiers(AVEC + nom))] = True
        return np.asarray(porte[self.gens.numeros].any(axis=1))


# What a row gives: positions in the arrays of the patients, and days.
Actes = tuple[Entiers, Entiers]


def tirer_les_actes(hasard: Hasard, gens: Gens) -> pl.DataFrame:
    """Return the acts of a partition, in no order, none before a birth."""
    groupes, partages = Groupes(gens), _Partages(hasard, len(gens.ages))
    patients, jours, traceurs = [], [], []
    for ligne in programme():
        concernes = _concernes(ligne, gens, groupes)
        retenus = concernes[partages.retenir(ligne, concernes)]
        for qui, quand in GENRES[ligne.genre](hasard, gens, ligne, concernes, retenus):
            valides = quand >= gens.naissances[qui]
            patients.append(qui[valides])
            jours.append(quand[valides])
            traceurs.append(np.full(int(valides.sum()), ligne.traceur, dtype=np.uint8))
    qui, quand, quoi = _uniques(np.concatenate(patients), np.concatenate(jours), np.concatenate(traceurs))
    ordre = np.argsort(hasard.mots(len(qui)).astype(np.uint32), kind="stable")
    return pl.DataFrame({
        "patient": (qui[ordre] + gens.premier).astype(np.int64),
        "date": en_dates(quand[ordre]),
        "traceur": en_mots(quoi[ordre], TYPES["traceur"]),
    })  # fmt: skip


def _uniques(patients: Entiers, jours: Entiers, traceurs: Entiers) -> tuple[Entiers, Entiers, Entiers]:
    """Return the acts, each class once a day for a patient: as an extrait has them, and as a dossier is read."""
    cles = (patients.astype(np.int64) << 24) | (jours.astype(np.int64) << 8) | traceurs
    cles.sort()
    cles = cles[np.append(True, cles[1:] != cles[:-1])] if len(cles) else cles
    return cles >> 24, (cles >> 8) & 0xFFFF, cles & 0xFF


def _concernes(ligne: Ligne, gens: Gens, groupes: Groupes) -> Entiers:
    masque = (gens.ages >= ligne.age_min) & (gens.ages < ligne.age_max)
    if ligne.sexe:
        masque &= gens.femmes if ligne.sexe == "F" else ~gens.femmes
    if ligne.groupe:
        masque &= groupes[ligne.groupe]
    return np.flatnonzero(masque)


class _Partages:
    """The draws that several rows share, and how much of each is taken already."""

    def __init__(self, hasard: Hasard, n: int) -> None:
        self.hasard, self.n = hasard, n
        self.mots: dict[str, Entiers] = {}
        self.pris: dict[str, Fraction] = {}

    def retenir(self, ligne: Ligne, concernes: Entiers) -> Entiers:
        """Return which of those concerned a row takes."""
        if not ligne.partage:
            return self.hasard.vrais(ligne.part, len(concernes))
        cle, double = ligne.partage.removeprefix("="), ligne.partage.startswith("=")
        if cle not in self.mots:
            self.mots[cle], self.pris[cle] = self.hasard.mots(self.n), Fraction(0)
        debut = Fraction(0) if double else self.pris[cle]
        self.pris[cle] = debut + ligne.part
        ici = self.mots[cle][concernes]
        return (ici >= seuil(debut)) & (ici < seuil(debut + ligne.part))


def _jours(mois: int) -> int:
    return mois * JOURS_PAR_MOIS // PAR


def _campagne(hasard: Hasard, gens: Gens, ligne: Ligne, concernes: Entiers, retenus: Entiers) -> Iterator[Actes]:
    """Give one act each season, the last one and those before it, drawn anew each time."""
    calendrier = Quantiles(r.points(ligne.moments))
    for saison in range(r.entier("hyp-saisons")):
        qui = retenus if saison == 0 else concernes[hasard.vrais(ligne.part, len(concernes))]
        yield qui, gens.observation - saison * 365 + hasard.quantiles(calendrier, len(qui))


def _anciennete(hasard: Hasard, gens: Gens, ligne: Ligne, _: Entiers, retenus: Entiers) -> Iterator[Actes]:
    """Give one act, at any time within so many days."""
    jours = r.entier(ligne.moments) if ligne.moments else 0
    yield retenus, gens.observation - hasard.entiers(jours, len(retenus))


def _fenetre(hasard: Hasard, gens: Gens, ligne: Ligne, concernes: Entiers, retenus: Entiers) -> Iterator[Actes]:
    """Give one act within the window; some had one in the window before it, and acts go on after the observation."""
    jours, apres = _jours(ligne.mois) - MARGE, r.entier("hyp-apres")
    yield retenus, gens.observation - hasard.entiers(jours, len(retenus))
    anciens = retenus[hasard.vrais(r.part("hyp-avant-fenetre"), len(retenus))]
    yield anciens, gens.observation - _jours(ligne.mois) - MARGE - hasard.entiers(jours, len(anciens))
    suivants = concernes[hasard.vrais(ligne.part * apres / jours, len(concernes))]
    yield suivants, gens.observation + 1 + hasard.entiers(apres, len(suivants))


def _doses(hasard: Hasard, gens: Gens, ligne: Ligne, _: Entiers, retenus: Entiers) -> Iterator[Actes]:
    """Give one act at each of several ages, as long as the child has reached it."""
    for debut, fin in r.points(ligne.moments):
        yield _a_l_age(hasard, gens, int(debut), int(fin), retenus)


def _premiere(hasard: Hasard, gens: Gens, ligne: Ligne, _: Entiers, retenus: Entiers) -> Iterator[Actes]:
    """Give the first of several doses only."""
    debut, fin = r.points(ligne.moments)[0]
    yield _a_l_age(hasard, gens, int(debut), int(fin), retenus)


def _a_l_age(hasard: Hasard, gens: Gens, debut: int, fin: int, qui: Entiers) -> Actes:
    etendue = max(1, _jours(fin) - _jours(debut) - 2 * MARGE)
    quand = gens.naissances[qui] + _jours(debut) + MARGE + hasard.entiers(etendue, len(qui))
    atteint = quand <= gens.observation + r.entier("hyp-apres")
    return qui[atteint], quand[atteint]


def _frequence(hasard: Hasard, gens: Gens, ligne: Ligne, _: Entiers, retenus: Entiers) -> Iterator[Actes]:
    """Give so many acts a year on average; where only some receive any, these have one at least."""
    jours, apres = _jours(ligne.mois), r.entier("hyp-apres")
    if ligne.part == 1:
        combien = hasard.rangs(_poisson((ligne.nombre or 0) * (jours + apres) / 365), len(retenus))
    else:
        combien, apres = 1 + hasard.rangs(_poisson(Fraction(ligne.nombre or 0) * jours / 365), len(retenus)), 0
    qui = np.repeat(retenus, combien)
    yield qui, gens.observation + apres - hasard.entiers(jours + apres, len(qui))


@cache
def _poisson(moyenne: Fraction) -> Entiers:
    """Return thresholds of the counts of acts that come independently; weights λᵏ/k! are exact."""
    poids, terme = [], Fraction(1)
    for k in range(COMBIEN_AU_PLUS):
        poids.append(terme)
        terme = terme * moyenne / (k + 1)
    bornes = seuils(poids)
    return bornes[: int(np.searchsorted(bornes, MOTS - 1)) + 1]


GENRES: dict[str, Callable[[Hasard, Gens, Ligne, Entiers, Entiers], Iterator[Actes]]] = {
    "campagne": _campagne,
    "anciennete": _anciennete,
    "fenetre": _fenetre,
    "doses": _doses,
    "premiere": _premiere,
    "frequence": _frequence,
}
