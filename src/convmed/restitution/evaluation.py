"""A practice evaluated once: its patients by columns, its doctor by explained values resting on those columns.

The doctor's aggregates are read from the evaluated table; each group of equal contributions is explained by evaluating
one of its patients from the same rules, so that a statement is explained without explaining every patient.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from convmed.donnees.dossier import Dossier
from convmed.donnees.modeles import entrees_du_medecin
from convmed.moteur import noeuds
from convmed.moteur.colonnes import Calcul
from convmed.moteur.registre import Contexte
from convmed.moteur.valeurs import Explication, Groupe, Instance, compiler_en, reduire

ENFANTS: dict[str, dict[str, type[pl.DataType]]] = {
    "evenement": {"patient": pl.String, "date": pl.Date, "traceur": pl.String},
    "affection": {"patient": pl.String, "numero_ald": pl.Int64},
    "exclusion": {"patient": pl.String, "indicateur_exclu": pl.String},
    "hors_cible": {"patient": pl.String, "indicateur_hors_cible": pl.String},
}
# Columns of the patients that are lists: each element is a row of an entity of its own.
LISTES = {"exclu": ("exclusion", "indicateur_exclu"), "hors_cible": ("hors_cible", "indicateur_hors_cible")}


def tables_de(dossier: Dossier) -> dict[str, pl.DataFrame]:
    """Return the tables of a dossier as the rules read them: lists become rows of their own."""
    patients = dossier.patients
    tables = {"patient": patients.drop("ald_numeros", *LISTES, strict=False), "affection": dossier.affections}
    for liste, (entite, colonne) in LISTES.items():
        if liste in patients.columns:
            tables[entite] = patients.select("patient", pl.col(liste).alias(colonne)).explode(colonne).drop_nulls()
    if dossier.evenements is not None:
        tables["evenement"] = dossier.evenements
    return tables


class Cabinet:
    """One doctor and a list of patients under a context.

    `tables` maps `patient`, `evenement`, `affection` and `exclusion` to Polars frames; `medecin` holds the doctor's
    columns; `regles_patient` are the columns wanted besides those that the doctor's rules read.
    """

    def __init__(
        self,
        contexte: Contexte,
        medecin: Mapping[str, Any],
        tables: Mapping[str, pl.DataFrame],
        regles_medecin: Iterable[str],
        regles_patient: Iterable[str] = (),
    ) -> None:
        self.contexte = contexte
        self.tables = {nom: tables.get(nom, pl.DataFrame(schema=schema)) for nom, schema in ENFANTS.items()}
        self.patients = tables["patient"]
        colonnes = dict.fromkeys([*regles_patient, *self._colonnes_lues(regles_medecin)])
        self.resultats = self._evaluer(list(colonnes))
        self.medecin = _Medecin(self, entrees_du_medecin(medecin))

    def _evaluer(self, colonnes: list[str]) -> pl.DataFrame:
        # The engine joins the doctor's columns by name; here there is one doctor, held apart.
        tables = {"patient": self.patients, **self.tables}
        sans_nul = [nom for table in tables.values() for nom in table.columns if not table[nom].null_count()]
        vides = [nom for nom, table in self.tables.items() if table.is_empty()]
        resultats: pl.LazyFrame = Calcul(self.contexte, tables, sans_nul, vides).evaluer("patient", colonnes)
        # Engines promise no order of rows: that of the list is kept.
        return self.patients.select("patient").join(resultats.collect(), on="patient", how="left", maintain_order="left")

    def _colonnes_lues(self, regles: Iterable[str]) -> list[str]:
        """Return the patient columns that the aggregates of the doctor's rules take."""
        lues, pile, vues = [], list(regles), set()
        while pile:
            nom = pile.pop()
            if nom in vues or nom in self.contexte.registre.entrees:
                continue
            vues.add(nom)
            for element in noeuds.parcourir(self.contexte.regle(nom).noeud, dans_agregats=False):
                if isinstance(element, noeuds.Colonne):
                    pile.append(element.nom)
                elif isinstance(element, noeuds.Agregat) and isinstance(element.terme, noeuds.Colonne):
                    lues += [n.nom for n in (element.terme, element.par) if isinstance(n, noeuds.Colonne)]
        return lues

    def patient(self, identifiant: str, contexte: Contexte | None = None) -> Instance:
        """Return one patient ready to explain, here or under another context; `KeyError` if the list does not hold it."""
        return self.instances([identifiant], contexte)[identifiant]

    def instances(self, identifiants: list[str], contexte: Contexte | None = None) -> dict[str, Instance]:
        """Return patients ready to explain, each table being read once for all of them."""
        contexte = contexte or self.contexte
        choisis = pl.col("patient").is_in(identifiants)
        enfants: dict[str, dict[str, list[Instance]]] = {identifiant: {} for identifiant in identifiants}
        for nom, table in self.tables.items():
            for ligne in table.filter(choisis).iter_rows(named=True):
                enfants[ligne["patient"]].setdefault(nom, []).append(Instance(contexte, nom, ligne))
        return {
            ligne["patient"]: Instance(contexte, "patient", ligne, enfants[ligne["patient"]])
            for ligne in self.patients.filter(choisis).iter_rows(named=True)
        }

    def agreger(self, agregat: noeuds.Agregat) -> Explication:
        """Reduce a column of the evaluated patients, each group explained by its first patient."""
        terme = agregat.terme
        if not isinstance(terme, noeuds.Colonne):
            raise TypeError("un agrégat sur la patientèle d'un cabinet porte sur une règle ou une entrée nommée")
        par = agregat.par.nom if isinstance(agregat.par, noeuds.Colonne) else None
        groupes = (
            self.resultats.lazy()
            .group_by(pl.col(terme.nom).alias("valeur"), (pl.col(par) if par else pl.lit(None)).alias("par"))
            .agg(pl.len().alias("effectif"), pl.col("patient").sort().first().alias("exemple"))
            .sort("exemple")
            .collect()
        )
        lecteur = compiler_en(self.contexte, terme)
        patients, lus = self.instances(groupes["exemple"].to_list()), list[Groupe]()
        for valeur, classe, effectif, exemple in groupes.iter_rows():
            patient = patients[exemple]
            lecteur(patient)
            lus.append((valeur, classe, effectif, tuple(patient.utilises)))
        return reduire(agregat, lus, self.contexte)


class _Medecin(Instance):
    """The doctor of a practice: patients are not instances but an evaluated table."""

    __slots__ = ("agregats", "cabinet")

    def __init__(self, cabinet: Cabinet, donnees: Mapping[str, Any]) -> None:
        super().__init__(cabinet.contexte, "medecin", donnees)
        self.cabinet = cabinet
        self.agregats: dict[object, Explication] = {}

    def agreger(self, agregat: noeuds.Agregat) -> Explication:
        forme = noeuds.forme(agregat)
        if forme not in self.agregats:
            self.agregats[forme] = self.cabinet.agreger(agregat)
        return self.agregats[forme]
