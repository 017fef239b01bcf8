"""What a run asks of a population: counts of patients by doctor, from which every amount is made.

A count is named by the computation that it is: two texts, two years or two scenarios that ask the same question share it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import polars as pl

from convmed.dispositifs.prevention import INDICATEURS
from convmed.moteur import noeuds
from convmed.moteur.colonnes import Calcul
from convmed.moteur.denombrement import Comptage, Denombrement, decomposer, recomposer
from convmed.moteur.etat import Recensement
from convmed.simulation.application import Application

FMT, PREVENTION = "forfait-medecin-traitant", "prevention"
EFFECTIF, SUIVIS = "effectif", ("valide", "non-valide")


@dataclass(frozen=True, slots=True)
class Schema:
    """What every partition of a population has alike: its columns, those without a hole, the tables that are not there."""

    colonnes: Mapping[str, tuple[str, ...]]
    sans_nul: frozenset[str]
    vides: tuple[str, ...]

    def calcul(self, application: Application, dispositif: str, tables: Mapping[str, object]) -> Calcul:
        """Return the calculation of a dispositif under a text, on the tables at hand."""
        return Calcul(application.volets[dispositif].contexte, tables, self.sans_nul, self.vides, self.colonnes)


class Enquete:
    """The questions of several applications of texts, each asked once; answers partition by partition."""

    def __init__(self, applications: Sequence[Application], schema: Schema, gabarit: Mapping[str, pl.DataFrame]) -> None:
        self.schema = schema
        self.parts: dict[tuple[Application, str], Denombrement] = {}
        self._effectifs: dict[str, Denombrement] = {}
        self._calculs = {(a, nom): schema.calcul(a, nom, gabarit) for a in applications for nom in a.volets}
        self._poses: dict[tuple[Application, str], Denombrement] = {}
        self._prets: dict[frozenset[str], Questionnaire] = {}
        for (application, nom), calcul in self._calculs.items():
            regle = application.volets[nom].regle
            self.parts[application, nom] = self._poser((application, nom), decomposer(calcul, "medecin", "patient", [regle]))
        for nom, (cle, condition) in _a_denombrer(applications).items():
            compte = noeuds.nombre("patient", condition)
            self._effectifs[nom] = self._poser(cle, decomposer(self._calculs[cle], "medecin", "patient", (), [compte]))

    def _poser(self, cle: tuple[Application, str], pris: Denombrement) -> Denombrement:
        """Ask what is not asked yet, along with the other questions of the same calculation."""
        self._poses.setdefault(cle, Denombrement()).ajouter(pris.sans(self.noms))
        return pris

    @property
    def _questions(self) -> list[tuple[Calcul, Denombrement]]:
        return [(self._calculs[cle], pris) for cle, pris in self._poses.items() if pris.noms]

    def effectifs(self, medecins: pl.DataFrame) -> pl.DataFrame:
        """Return, for each doctor, the size of the list and how many patients are in each state of each indicator."""
        return pl.DataFrame({nom: recomposer(medecins, pris).get_column(next(iter(pris.sommes))) for nom, pris in self._effectifs.items()})

    @property
    def noms(self) -> list[str]:
        """Return the names of every count."""
        return [nom for _, pris in self._questions for nom in pris.noms]

    def questions(self, tables: Mapping[str, Any]) -> Iterator[tuple[Calcul, Denombrement]]:
        """Yield each set of questions with its calculation on the tables of another engine."""
        for calcul, pris in self._questions:
            yield Calcul(calcul.contexte, tables, self.schema.sans_nul, self.schema.vides, self.schema.colonnes), pris

    def questionnaire(self, deja: Iterable[str] = ()) -> Questionnaire:
        """Return what remains to be asked, ready to be asked of partition after partition."""
        connus = frozenset(deja) & frozenset(self.noms)
        if connus not in self._prets:
            restent = [(calcul, pris.sans(connus)) for calcul, pris in self._questions]
            self._prets[connus] = Questionnaire([(calcul, pris) for calcul, pris in restent if pris.noms])
        return self._prets[connus]

    def montants(self, medecins: pl.DataFrame) -> dict[tuple[Application, str], pl.Series]:
        """Return the amount of each doctor, in cents, for each application and dispositif; `medecins` holds the counts."""
        return {
            (application, nom): self._montant(application, nom, recomposer(medecins, pris))
            for (application, nom), pris in self.parts.items()
        }

    def _montant(self, application: Application, dispositif: str, medecins: pl.DataFrame) -> pl.Series:
        regle = application.volets[dispositif].regle
        calcule: pl.LazyFrame = self.schema.calcul(application, dispositif, {"medecin": medecins}).evaluer("medecin", [regle])
        return calcule.collect().get_column(regle)


def _a_denombrer(applications: Sequence[Application]) -> dict[str, tuple[tuple[Application, str], noeuds.Noeud]]:
    """Return what is shown of every doctor besides amounts: the size of the list, the states of the indicators."""
    conditions: dict[str, tuple[tuple[Application, str], noeuds.Noeud]] = {}
    if FMT in applications[0].volets:
        conditions[EFFECTIF] = (applications[0], FMT), noeuds.Colonne("dans_la_patientele")
    suivie = next((a for a in applications if PREVENTION in a.volets and a.volets[PREVENTION].regle == "prevention_total"), None)
    if suivie is not None:
        for indicateur in INDICATEURS:
            etat = noeuds.Colonne(indicateur.colonne)
            for mot in SUIVIS:
                conditions[f"{indicateur.nom} {mot}"] = (suivie, PREVENTION), noeuds.et(noeuds.present(etat), etat == mot)
    return conditions


class Questionnaire:
    """Counts to be taken, with the state of the patients that they need."""

    def __init__(self, questions: list[tuple[Calcul, Denombrement]]) -> None:
        self.recensement = Recensement("patient")
        for calcul, pris in questions:
            self.recensement.ajouter(calcul, (), [*pris.conditions.values(), *pris.termes.values()])
        self.comptages = [Comptage(calcul, "medecin", "patient", pris) for calcul, pris in questions]

    @property
    def entrees(self) -> list[str]:
        """Return the columns of the patients that are read, their keys among them, once their state is known."""
        return sorted({"patient", "medecin"}.union(*(comptage.entrees for comptage in self.comptages)))

    @property
    def etat(self) -> list[str]:
        """Return the names of the columns of the state of the patients that are read."""
        return sorted(self.recensement.noms)

    def compter(self, etat: pl.DataFrame, medecins: pl.DataFrame) -> pl.DataFrame:
        """Return the doctors, each with every count: none for who has no patient."""
        tables = [comptage.compter(etat, medecins) for comptage in self.comptages]
        return reporter(medecins.select("medecin"), tables)


def reporter(medecins: pl.DataFrame, comptes: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Return the doctors in their order, with the columns of every table of counts: none is 0."""
    joints = reduce(lambda tout, table: tout.join(table, on="medecin", how="left", maintain_order="left"), comptes, medecins)
    return joints.with_columns(pl.exclude(medecins.columns).fill_null(0))


def verifier(schema: Schema, tables: Mapping[str, pl.DataFrame]) -> None:
    """Refuse a partition that has a hole where the population promised none, or columns that the others have not."""
    for nom, table in tables.items():
        if not set(table.columns) <= set(schema.colonnes.get(nom, ())):
            raise ValueError(f"la table « {nom} » n'a pas les mêmes colonnes dans toutes les partitions")
        troues = [colonne for colonne in table.columns if colonne in schema.sans_nul and table.get_column(colonne).null_count()]
        if troues:
            raise ValueError(f"la table « {nom} » a des cellules vides dans {', '.join(troues)}")
