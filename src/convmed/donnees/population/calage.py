"""From published totals to the probabilities that the drawing uses: pyramid of ages, ALD, C2S, médecin traitant, doctors.

Only the four operations and exact sums of floats are used, never a transcendental function: the same probabilities come
out on every machine. They are turned into thresholds on 32-bit words once, here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np

from convmed.donnees.population import reperes as r
from convmed.donnees.population.hasard import MOTS, Entiers, Quantiles, seuils

SEXES = ("F", "M")
AGES = 105
PAS = 5
ADULTE = 17


@cache
def marges() -> list[tuple[str, str, int, int]]:
    """Return the published totals of the pyramid: the id of the figure, the sex, the ages from and below."""
    return [
        (c["repere"], c["sexe"], int(c["age_min"]), int(c["age_max"] or AGES))
        for c in r.lire_csv("cibles.csv")
        if c["genre"] == "effectif" and c["sexe"] and not c["ayant"]
    ]


@cache
def totaux_des_ald() -> dict[int, float]:
    """Return the ALD whose total of 2022 was published; the others share what remains, as in 2016."""
    lignes = [c for c in r.lire_csv("cibles.csv") if c["genre"] == "affections" and c["groupe"].isdigit()]
    return {int(c["groupe"]): float(r.valeur(c["repere"])) for c in lignes}


def somme(valeurs: Any) -> float:
    """Return the sum of floats rounded once: the order of the terms and the version of Python do not matter."""
    return math.fsum(valeurs)


def resoudre(fonction: Callable[[float], float], bas: float, haut: float) -> float:
    """Return where an increasing function crosses zero, by bisection."""
    for _ in range(200):
        milieu = (bas + haut) / 2
        if fonction(milieu) < 0:
            bas = milieu
        else:
            haut = milieu
    return bas


@cache
def recensement() -> dict[str, list[float]]:
    """Return the number of people of each sex and age in the census of 2018, five-year bands being split evenly."""
    brute: dict[str, list[float]] = {"M": [], "F": []}
    centenaires = [float(p) / 100 for _, p in r.points("hyp-centenaires")]
    for rangee in r.lire_csv("pyramide.csv"):
        for sexe, colonne in (("M", "hommes"), ("F", "femmes")):
            parts = centenaires if int(rangee["age"]) == 100 else [1 / PAS] * PAS
            brute[sexe] += [int(rangee[colonne]) * p for p in parts]
    return brute


@cache
def pyramide() -> dict[str, list[float]]:
    """Return the number of people of each sex and age: the census of 2018, brought to the totals of 2022."""
    gens = {sexe: list(effectifs) for sexe, effectifs in recensement().items()}
    for id, sexe, debut, fin in marges():
        rapport = float(r.valeur(id)) / somme(gens[sexe][debut:fin])
        gens[sexe][debut:fin] = [effectif * rapport for effectif in gens[sexe][debut:fin]]
    return gens


def effectif(debut: int = 0, fin: int = AGES, sexes: Sequence[str] = SEXES, par_age: Callable[[str, int], float] | None = None) -> float:
    """Return how many people of some ages, weighted by what depends on sex and age."""
    return somme(pyramide()[s][a] * (par_age(s, a) if par_age else 1.0) for s in sexes for a in range(debut, fin))


@dataclass(frozen=True)
class Ald:
    """ALD by cell (a sex, five years of age): share of people, of second affections, and weights of each number."""

    numeros: tuple[int, ...]
    personnes: dict[str, list[float]]
    secondes: dict[str, list[float]]
    premiers: dict[str, list[list[float]]]
    attendus: dict[str, list[list[float]]]

    def part(self, sexe: str, age: int) -> float:
        """Return the share of people in ALD of a sex and age."""
        return self.personnes[sexe][bande(age)]

    def taux(self, sexe: str, age: int, numero: int) -> float:
        """Return the share of people with one ALD."""
        b = bande(age)
        return self.personnes[sexe][b] * (1 + self.secondes[sexe][b]) * self.attendus[sexe][b][self.numeros.index(numero)]


def bande(age: int) -> int:
    """Return the five-year band of an age in the table of ALD; the last one is open."""
    return min(age, 95) // PAS


@cache
def ald() -> Ald:
    """Return the model of ALD: rates of 2016 by sex and age, brought to the affections and people of 2022."""
    bandes = range(bande(AGES) + 1)

    def par_bande(gens: dict[str, list[float]]) -> dict[str, list[float]]:
        return {s: [somme(gens[s][a] for a in range(AGES) if bande(a) == b) for b in bandes] for s in SEXES}

    gens, avant = par_bande(pyramide()), par_bande(recensement())
    comptes: dict[tuple[str, int], list[float]] = {}
    for rangee in r.lire_csv("ald.csv"):
        numero, sexe = int(rangee.pop("ald")), rangee.pop("sexe")
        # The population has aged since: rates are kept, not counts.
        comptes[sexe, numero] = [float(n) * gens[sexe][b] / avant[sexe][b] for b, n in enumerate(rangee.values())]
    numeros = tuple(sorted({numero for _, numero in comptes}))
    totaux = {n: somme(x for s in SEXES for x in comptes[s, n]) for n in numeros}
    publies = totaux_des_ald()
    reste = float(r.valeur("cal-ald-rg-2022-total")) - somme(publies.values())
    autres = somme(totaux[n] for n in numeros if n not in publies)
    voulus = {n: publies[n] if n in publies else reste * totaux[n] / autres for n in numeros}
    personnes_voulues = float(r.part("cal-ald-part")) * effectif()
    echelle = personnes_voulues * float(r.valeur("cal-ald-par-personne")) / somme(voulus.values())
    cellules = {s: [[comptes[s, n][b] * voulus[n] / totaux[n] * echelle for n in numeros] for b in bandes] for s in SEXES}
    densites = {s: [somme(cellules[s][b]) / gens[s][b] for b in bandes] for s in SEXES}

    def manque(c: float) -> float:
        return personnes_voulues - somme(gens[s][b] * densites[s][b] / (1 + c * densites[s][b]) for s in SEXES for b in bandes)

    # Of those who have one affection, the more the age counts, the more have a second.
    cumul = resoudre(manque, 0.0, 10.0)
    secondes = {s: [min(cumul * d, 0.95) for d in densites[s]] for s in SEXES}
    personnes = {s: [d / (1 + e) for d, e in zip(densites[s], secondes[s], strict=True)] for s in SEXES}
    attendus = {s: [_normer(cellule) for cellule in cellules[s]] for s in SEXES}
    premiers = {s: [_premiers(attendus[s][b], secondes[s][b]) for b in bandes] for s in SEXES}
    return Ald(numeros, personnes, secondes, premiers, attendus)


def _normer(nombres: Sequence[float]) -> list[float]:
    total = somme(nombres)
    return [n / total for n in nombres]


def _premiers(attendus: list[float], secondes: float) -> list[float]:
    """Return weights of a first draw such that, with a second one that never repeats it, each number has its share."""
    poids_ = list(attendus)
    for _ in range(60):
        report = somme(w / (1 - w) for w in poids_)
        obtenus = [w * (1 + secondes * (report - w / (1 - w))) / (1 + secondes) for w in poids_]
        poids_ = _normer([w * t / o for w, t, o in zip(poids_, attendus, obtenus, strict=True)])
    return poids_


@cache
def c2s() -> list[float]:
    """Return the share of each age that has the C2S, with or without a contribution."""
    sans = _inclinee(float(r.valeur("cal-c2sg-2024")), 20, float(r.part("cal-c2sg-20")), float(r.valeur("cal-c2sg-age")))
    avec = _inclinee(float(r.valeur("cal-c2sp-2024")), 61, 1 - float(r.part("cal-c2sp-60")), float(r.valeur("cal-c2sp-age")))
    gens = [pyramide()["F"][a] + pyramide()["M"][a] for a in range(AGES)]
    return [1e6 * (sans[a] + avec[a]) / gens[a] for a in range(AGES)]


def _inclinee(total: float, limite: int, jeunes: float, moyenne: float) -> list[float]:
    """Spread a total over the ages: a share below a limit, a mean, and otherwise like the population."""

    def spectre(raison: float) -> list[float]:
        nombres, facteur = [], 1.0
        for age in range(AGES):
            nombres.append((pyramide()["F"][age] + pyramide()["M"][age]) * facteur)
            facteur *= raison
        debut, fin = _normer(nombres[:limite]), _normer(nombres[limite:])
        return [total * jeunes * n for n in debut] + [total * (1 - jeunes) * n for n in fin]

    def ecart(raison: float) -> float:
        return somme(a * n for a, n in enumerate(spectre(raison))) / total - moyenne

    return spectre(resoudre(ecart, 0.5, 1.5))


@dataclass(frozen=True)
class Traitants:
    """Who has a médecin traitant, and how many doctors there are: shares of people, doctors per person."""

    ald: float
    adulte: float
    enfant: float
    enfant_pediatre: float
    generalistes: Fraction
    pediatres: Fraction


@cache
def traitants() -> Traitants:
    """Return the shares with a médecin traitant; that of children is what the mean list of a doctor leaves to them."""
    population = r.valeur("pop-total")
    adultes, en_ald = effectif(ADULTE), effectif(ADULTE, par_age=ald().part)
    sans, sans_ald = float(r.part("cal-sans-mt-adultes")), float(r.part("cal-ald-sans-mt-2025"))
    autres = (sans * adultes - sans_ald * en_ald) / (adultes - en_ald)
    generalistes, pediatres = r.valeur("cal-mg-2023"), r.valeur("dmt-pediatres")
    chez_pediatre = float(pediatres * r.valeur("hyp-pmt-pediatre"))
    chez_generaliste = float(generalistes * r.valeur("cal-pmt-2021")) - (1 - sans) * adultes
    enfants, malades = effectif(0, ADULTE), effectif(0, ADULTE, par_age=ald().part)
    avec = (chez_generaliste + chez_pediatre - (1 - sans_ald) * malades) / (enfants - malades)
    part_pediatre = chez_pediatre / (chez_generaliste + chez_pediatre)
    return Traitants(1 - sans_ald, 1 - autres, avec, part_pediatre, generalistes / population, pediatres / population)


@cache
def diabete_sans_ald() -> float:
    """Return the share of the older, without the ALD, who are treated for diabetes: what ALD leaves of the treated."""
    (numero,) = r.entiers("groupe-diabete")
    en_ald = effectif(par_age=lambda s, a: ald().taux(s, a, numero))
    manquants = float(r.part("cal-diabete-part")) * effectif() - en_ald
    candidats = effectif(r.entier("hyp-age-diabete"), par_age=lambda s, a: 1 - ald().taux(s, a, numero))
    return max(0.0, manquants / candidats)


@dataclass(frozen=True)
class Medecins:
    """Thresholds and distributions of the doctors."""

    recents: int
    age_ancien: Quantiles
    age_installation: Quantiles


@cache
def medecins() -> Medecins:
    """Return what doctors are drawn from: the ages of the settled ones are moved so that the published mean comes out."""
    annees = r.entier("hyp-annees-installation")
    recents = float(r.valeur("cal-primo-2025") * annees / r.valeur("cal-mg-2023"))
    installation, anciens = r.points("hyp-age-installation"), r.points("hyp-age-mg")
    moyenne_recents = _moyenne(installation) + annees / 2
    voulue = (float(r.valeur("cal-age-mg")) - recents * moyenne_recents) / (1 - recents)
    decalage = Fraction(voulue - _moyenne(anciens))
    jours = 365
    return Medecins(
        int(recents * MOTS),
        Quantiles([(p, (v + decalage) * Fraction("365.2425")) for p, v in anciens]),
        Quantiles(installation, jours),
    )


def _moyenne(points: Sequence[tuple[Fraction, Fraction]]) -> float:
    """Return the mean of a distribution given by its quantiles."""
    return float(sum((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in pairwise(points)) / 100)


@cache
def seuils_pyramide() -> Entiers:
    """Return the thresholds of the cells sex by age, women first."""
    return seuils([pyramide()[s][a] for s in SEXES for a in range(AGES)])


@cache
def seuils_par_age(quoi: str) -> Entiers:
    """Return a threshold for each cell sex by age: `ald` or `c2s`."""
    lire = ald().part if quoi == "ald" else lambda _, age: c2s()[age]
    return np.array([int(lire(s, a) * MOTS) for s in SEXES for a in range(AGES)], dtype=np.int64)


@cache
def seuils_numeros() -> tuple[Entiers, Entiers]:
    """Return, for each cell sex by band, the thresholds of the numbers end to end, and that of a second affection."""
    modele = ald()
    bandes = range(len(modele.secondes["F"]))
    numeros = np.stack([seuils(modele.premiers[s][b]) for s in SEXES for b in bandes])
    secondes = np.array([int(modele.secondes[s][b] * MOTS) for s in SEXES for b in bandes], dtype=np.int64)
    return numeros, secondes
