"""What a drawn population turned out to be, measured partition by partition: whole counts that add up.

`cibles.csv` says of each figure how it is measured: of whom (sex, ages in completed years on 31 December, a group), who
counts (`ayant`, or acts in so many months), and the national total that a share is compared with (`base`).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import polars as pl

from convmed.donnees.population import reperes as r
from convmed.donnees.population.tirage import SPECIALITES
from convmed.moteur.calendrier import decale

AGE = "__age"
AVANT = "__avant"
JOURS_PAR_AN = 365.2425
OU = "-ou-"


@dataclass(slots=True)
class Compte:
    """Counts that add up: a numerator, a denominator, and what the spread of a mean or a quantile needs."""

    numerateur: int = 0
    denominateur: int = 0
    carres: int = 0
    valeurs: Counter[int] = field(default_factory=Counter)

    def __iadd__(self, autre: Compte) -> Compte:
        self.numerateur += autre.numerateur
        self.denominateur += autre.denominateur
        self.carres += autre.carres
        self.valeurs += autre.valeurs
        return self


@dataclass(frozen=True, slots=True)
class Cible:
    """How a figure is measured: a row of `cibles.csv`."""

    repere: str
    genre: str
    sexe: str
    age_min: str
    age_max: str
    groupe: str
    ayant: str
    traceurs: str
    mois: str
    doses: str
    base: str


@cache
def cibles() -> tuple[Cible, ...]:
    """Return the rows of `cibles.csv`; `ValueError` for one that nothing measures."""
    lues = tuple(Cible(**rangee) for rangee in r.lire_csv("cibles.csv"))
    inconnues = [cible.repere for cible in lues if cible.genre not in GENRES or cible.repere not in r.reperes()]
    if inconnues:
        raise ValueError(f"cibles.csv : lignes sans mesure ou sans repère : {', '.join(inconnues)}")
    return lues


def mesurer(tables: Mapping[str, pl.DataFrame], annee: int) -> dict[str, Compte]:
    """Return the counts of every figure on the tables of a partition, observed on 31 December of `annee`."""
    vue = _Vue(tables, annee)
    return {cible.repere: GENRES[cible.genre](vue, cible) for cible in cibles()}


class _Vue:
    """The tables of a partition with the columns that measures read: ages, groups, length of lists."""

    def __init__(self, tables: Mapping[str, pl.DataFrame], annee: int) -> None:
        self.annee = annee
        self.observation = dt.date(annee, 12, 31)
        self.affections = tables["affection"]
        evenements = tables["evenement"]
        traites = pl.concat([
            evenements.filter(pl.col("traceur") == "antidiabetique").get_column("patient"),
            self._porteurs("groupe-diabete"),
        ]).unique()  # fmt: skip
        groupes = {nom: self._porteurs(nom) for nom in ("groupe-grippe", "groupe-pneumocoque")}
        self.patients = tables["patient"].with_columns(
            (annee - pl.col("date_naissance").dt.year()).alias(AGE),
            pl.col("medecin").is_null().alias("sans-mt"),
            pl.col("patient").is_in(traites.implode()).alias("diabete"),
            *(pl.col("patient").is_in(porteurs.unique().implode()).alias(nom) for nom, porteurs in groupes.items()),
        )
        vus = self.patients.select("patient", "sexe", "date_naissance", AGE, "diabete", *groupes)
        self.actes = evenements.join(vus, on="patient", how="left")
        self.medecins = tables["medecin"]
        self.generalistes = self.medecins.filter(pl.col("specialite") == SPECIALITES["generaliste"])

    def _porteurs(self, groupe: str) -> pl.Series:
        return self.affections.filter(pl.col("numero_ald").is_in(r.entiers(groupe))).get_column("patient")

    def de_qui(self, cible: Cible) -> pl.Expr:
        """Return the condition of those among whom a figure is measured."""
        conditions = [pl.lit(True)]
        if cible.sexe:
            conditions.append(pl.col("sexe") == cible.sexe)
        if cible.age_min:
            conditions.append(pl.col(AGE) >= int(cible.age_min))
        if cible.age_max:
            conditions.append(pl.col(AGE) < int(cible.age_max))
        if OU in cible.groupe:
            age, _, groupe = cible.groupe.partition(OU)
            conditions.append((pl.col(AGE) >= int(age)) | pl.col(groupe))
        elif cible.groupe.endswith("-mois"):
            conditions.append(pl.col("date_naissance") <= decale(self.observation, -int(cible.groupe.removesuffix("-mois"))))
        elif cible.groupe:
            conditions.append(pl.col(cible.groupe))
        return pl.all_horizontal(conditions)

    def listes(self, cible: Cible) -> pl.Series:
        """Return how many patients of some kind each general practitioner follows, none included."""
        suivis = self.patients.filter(self.de_qui(cible)).group_by("medecin").len()
        return self.generalistes.join(suivis, on="medecin", how="left").get_column("len").fill_null(0).cast(pl.Int64)


def _part(vue: _Vue, cible: Cible) -> Compte:
    ligne = vue.patients.filter(vue.de_qui(cible)).select(pl.col(cible.ayant).sum(), pl.len().alias("n")).row(0)
    return Compte(int(ligne[0]), int(ligne[1]))


def _effectif(vue: _Vue, cible: Cible) -> Compte:
    ayant = vue.de_qui(cible) & (pl.col(cible.ayant) if cible.ayant else True)
    return Compte(int(vue.patients.select(ayant.sum()).item()), vue.patients.height)


def _part_age(vue: _Vue, cible: Cible) -> Compte:
    ayants = vue.patients.filter(pl.col(cible.ayant))
    return Compte(int(ayants.select(vue.de_qui(cible).sum()).item()), ayants.height)


def _age_moyen(vue: _Vue, cible: Cible) -> Compte:
    return _moyenne(vue.patients.filter(vue.de_qui(cible), pl.col(cible.ayant)).get_column(AGE).cast(pl.Int64))


def _moyenne(valeurs: pl.Series) -> Compte:
    return Compte(int(valeurs.sum()), len(valeurs), int((valeurs * valeurs).sum()))


def _affections(vue: _Vue, cible: Cible) -> Compte:
    numeros = r.entiers(cible.groupe) if cible.groupe in r.reperes() else (int(cible.groupe),)
    return Compte(vue.affections.filter(pl.col("numero_ald").is_in(numeros)).height, vue.affections.height)


def _affections_par_personne(vue: _Vue, _: Cible) -> Compte:
    par_personne = vue.affections.group_by("patient").len().get_column("len").cast(pl.Int64)
    return _moyenne(par_personne)


def _medecins(vue: _Vue, cible: Cible) -> Compte:
    return Compte(vue.medecins.filter(pl.col("specialite") == SPECIALITES[cible.ayant]).height, vue.patients.height)


def _part_medecins(vue: _Vue, cible: Cible) -> Compte:
    conditions: dict[str, Any] = {
        "secteur-1": lambda: pl.col("secteur") == "1",
        "optam": lambda: pl.col("option_tarifaire") == "optam",
        "zip": lambda: pl.col("zone") == "zip",
        "zac": lambda: pl.col("zone") == "zac",
        "sas": lambda: pl.col("mission_sas_departement_couvert"),
        "maitre-de-stage": lambda: pl.col("mission_maitre_de_stage"),
        "age": lambda: pl.col("date_naissance_medecin") <= decale(vue.observation, -12 * int(cible.age_min)),
        "installe-dans-l-annee": lambda: pl.col("date_premiere_installation") > decale(vue.observation, -12),
    }
    return Compte(int(vue.generalistes.select(conditions[cible.ayant]().sum()).item()), vue.generalistes.height)


def _age_moyen_medecins(vue: _Vue, _: Cible) -> Compte:
    ages = vue.generalistes.select((pl.lit(vue.observation) - pl.col("date_naissance_medecin")).dt.total_days()).to_series()
    return _moyenne(ages)


def _pmt(vue: _Vue, cible: Cible) -> Compte:
    listes = vue.listes(cible)
    compte = _moyenne(listes)
    compte.valeurs = Counter(listes.to_list())
    return compte


def _couverture(vue: _Vue, cible: Cible) -> Compte:
    """Count those with enough acts in the window; a window of its own may follow the name of a tracer."""
    classes = [mot.partition(":")[::2] for mot in cible.traceurs.split()]
    retenus = pl.any_horizontal([(pl.col("traceur") == nom) & _dans(vue, mois or cible.mois) for nom, mois in classes])
    combien = vue.actes.filter(vue.de_qui(cible), retenus).group_by("patient").len()
    return Compte(combien.filter(pl.col("len") >= int(cible.doses)).height, vue.patients.filter(vue.de_qui(cible)).height)


def _dans(vue: _Vue, mois: str) -> pl.Expr:
    """Return the condition of a window: months before the observation, a year from a day of it, or at any time before."""
    if "-" in mois:
        debut = dt.date.fromisoformat(f"{vue.annee}-{mois}")
        return (pl.col("date") >= debut) & (pl.col("date") < decale(debut, 12))
    passee = pl.col("date") <= vue.observation
    return passee & (pl.col("date") > decale(vue.observation, -int(mois))) if mois else passee


def _frequence(vue: _Vue, cible: Cible) -> Compte:
    """Count the acts of a year for each of those concerned."""
    actes = vue.actes.filter(pl.col("traceur") == cible.traceurs, vue.de_qui(cible), _dans(vue, cible.mois))
    par_patient = actes.group_by("patient").len().get_column("len").cast(pl.Int64)
    compte = _moyenne(par_patient)
    compte.denominateur = vue.patients.filter(vue.de_qui(cible)).height
    return compte


GENRES: dict[str, Callable[[_Vue, Cible], Compte]] = {
    "part": _part,
    "effectif": _effectif,
    "part_age": _part_age,
    "age_moyen": _age_moyen,
    "affections": _affections,
    "affections_par_personne": _affections_par_personne,
    "medecins": _medecins,
    "part_medecins": _part_medecins,
    "age_moyen_medecins": _age_moyen_medecins,
    "pmt_moyenne": _pmt,
    "pmt_quantile": _pmt,
    "couverture": _couverture,
    "frequence": _frequence,
}
