"""Random numbers that are the same on every machine and under every version of the libraries.

NumPy keeps the raw stream of a bit generator and the mixing of a seed for ever, but not the streams of its distributions
(normal, choice and the like may change from one version to the next). Only raw words are taken from it here, and a test
holds that they are the raw ones: all that is drawn is made of them by integer arithmetic and lookups, without a float.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

Entiers = npt.NDArray[Any]
MOTS = 1 << 32


def seuil(part: Fraction | float) -> int:
    """Return how many of the 2³² words stand for a share between 0 and 1, rounded down."""
    return max(0, min(MOTS, int(Fraction(part) * MOTS)))


def seuils(poids: Sequence[Fraction | float]) -> Entiers:
    """Return the words at which each of several weights ends; the last one takes all the words that remain."""
    exacts = [Fraction(p) for p in poids]
    total, somme, bornes = sum(exacts, Fraction()), Fraction(), []
    for exact in exacts:
        somme += exact
        bornes.append(int(somme * MOTS / total))
    return np.array(bornes, dtype=np.int64)


class Quantiles:
    """A distribution given by points of its quantile function, linear between them; values are whole numbers."""

    def __init__(self, points: Sequence[tuple[Fraction, Fraction]], facteur: int = 1) -> None:
        """Take pairs (percent, value), from 0 to 100; `facteur` multiplies the values before they are rounded."""
        if [points[0][0], points[-1][0]] != [0, 100] or any(a[0] >= b[0] for a, b in pairwise(points)):
            raise ValueError("des quantiles vont de 0 à 100, croissants")
        self.parts = np.array([int(p * MOTS / 100) for p, _ in points], dtype=np.int64)
        self.valeurs = np.array([int(v * facteur) for _, v in points], dtype=np.int64)

    def lire(self, mots: Entiers) -> Entiers:
        """Return the value at each word, as integers."""
        rangs = np.searchsorted(self.parts, mots, side="right") - 1
        ecarts, pentes = mots - self.parts[rangs], self.valeurs[rangs + 1] - self.valeurs[rangs]
        return np.asarray(self.valeurs[rangs] + ecarts * pentes // (self.parts[rangs + 1] - self.parts[rangs]))


class Hasard:
    """One stream of words. Streams of other names, partitions or seeds are independent of it."""

    def __init__(self, graine: int, patients: int, rang: int, flux: str) -> None:
        graines = np.random.SeedSequence([graine, patients, rang, zlib.crc32(flux.encode())])
        self._generateur = np.random.Generator(np.random.PCG64(graines))

    def mots(self, combien: int) -> Entiers:
        """Return 32-bit words, as 64-bit integers."""
        bruts = self._generateur.integers(0, 1 << 64, (combien + 1) // 2, dtype=np.uint64)
        return bruts.astype("<u8", copy=False).view("<u4")[:combien].astype(np.int64)

    def vrais(self, part: Fraction | float, combien: int) -> Entiers:
        """Return booleans, true for a share of them."""
        return self.mots(combien) < seuil(part)

    def sous(self, bornes: Entiers) -> Entiers:
        """Return booleans, each true with the probability that its own threshold says."""
        return self.mots(len(bornes)) < bornes

    def entiers(self, borne: int | Entiers, combien: int) -> Entiers:
        """Return integers from 0 to below a bound of 2³² at most, or each below its own."""
        # The product fills 64 bits: it would overflow signed ones.
        produits = self.mots(combien).astype(np.uint64) * np.asarray(borne, dtype=np.uint64)
        return (produits >> np.uint64(32)).astype(np.int64)

    def rangs(self, bornes: Entiers, combien: int) -> Entiers:
        """Return ranks drawn by weights, given as their thresholds."""
        return np.minimum(np.searchsorted(bornes, self.mots(combien), side="right"), len(bornes) - 1)

    def quantiles(self, distribution: Quantiles, combien: int) -> Entiers:
        """Return values of a distribution."""
        return distribution.lire(self.mots(combien))

    def proportionnels(self, poids: Entiers, combien: int) -> Entiers:
        """Return ranks drawn in proportion to whole weights."""
        cumuls = np.cumsum(poids)
        return np.searchsorted(cumuls, self.entiers(int(cumuls[-1]), combien), side="right")
