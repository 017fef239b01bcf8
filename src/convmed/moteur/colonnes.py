"""Reading 1: whole columns, on Polars, DuckDB or PySpark through Narwhals.

The rules that a result needs are sorted and added as columns, level by level; aggregates over the rows of a child
entity are taken in one pass over its table, whatever their number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import narwhals.stable.v2 as nw

from convmed.moteur import noeuds
from convmed.moteur.planification import Analyse, Plan, Planificateur
from convmed.moteur.registre import Contexte, Entree
from convmed.moteur.traduction import TYPES, Traducteur, numero_de
from convmed.textes import Erreurs, Faute

# What a file or another engine may hold for each kind of input, besides a column that is empty throughout.
ACCEPTES: dict[str, tuple[Any, ...]] = {
    "booleen": (nw.Boolean,),
    "entier": (nw.Int8, nw.Int16, nw.Int32, nw.Int64, nw.UInt8, nw.UInt16, nw.UInt32, nw.UInt64),
    "date": (nw.Date, nw.Datetime),
    "texte": (nw.String, nw.Categorical, nw.Enum),
}


class Calcul:
    """One calculation on tables: `tables` maps an entity to a native frame (lazy or not) of its inputs.

    A child table names its parent in the column called like the parent entity, as the parent table names its rows.
    `sans_nul` names the columns known to have no hole, `vides` the child entities known to have no row: both only make
    the computation lighter.
    """

    def __init__(
        self, contexte: Contexte, tables: Mapping[str, Any], sans_nul: Iterable[str] = (), vides: Iterable[str] = ()
    ) -> None:
        self.contexte = contexte
        self.tables: dict[str, nw.LazyFrame[Any]] = {}
        self.colonnes: dict[str, frozenset[str]] = {}
        fautes: list[Faute] = []
        for entite, table in tables.items():
            self._accueillir(entite, nw.from_native(table).lazy(), fautes)
        if fautes:
            raise Erreurs(fautes)
        self.sur_spark = any(table.implementation.is_spark_like() for table in self.tables.values())
        self.analyse = Analyse(contexte, self.colonnes, sans_nul, vides)
        self.planificateur = Planificateur(self.analyse)

    def _accueillir(self, entite: str, table: nw.LazyFrame[Any], fautes: list[Faute]) -> None:
        """Bring the inputs of a table to the types of computation: small or unsigned integers would wrap round."""
        schema, conversions = table.collect_schema(), {}
        self.colonnes[entite] = frozenset(schema.names())
        for nom, dtype in schema.items():
            entree = self.contexte.registre.entrees.get(nom)
            if entree is None or entree.entite != entite or dtype == TYPES[entree.genre]:
                continue
            if dtype == nw.Unknown or any(dtype == permis for permis in ACCEPTES[entree.genre]):
                conversions[nom] = nw.col(nom).cast(TYPES[entree.genre])
            else:
                fautes.append(_mauvais_type(entite, entree, dtype))
        self.tables[entite] = table.with_columns(**conversions) if conversions else table

    def evaluer(self, entite: str, resultats: Iterable[str], garder: Iterable[str] = ()) -> Any:
        """Return the table of an entity with the columns asked for, and those of `garder`, as a native lazy frame."""
        resultats, garder = list(resultats), list(garder)
        table = self._table(entite, resultats)
        cles = [cle for cle in (entite, self.contexte.registre.entites[entite].parent) if cle in self.colonnes[entite]]
        return table.select(*dict.fromkeys([*cles, *garder, *resultats])).to_native()

    def _table(self, entite: str, resultats: Iterable[str]) -> nw.LazyFrame[Any]:
        return self._executer(self.planificateur.planifier(entite, resultats))

    def _executer(self, plan: Plan) -> nw.LazyFrame[Any]:
        """Return the table of an entity with every column of its plan."""
        if plan.entite not in self.tables:
            raise LookupError(f"la table « {plan.entite} » n'est pas fournie")
        table = self._joindre_parent(self.tables[plan.entite], plan)
        for enfant, agregats in plan.agregats.items():
            table = self._joindre_agregats(table, plan.entite, enfant, list(agregats.values()))
        traducteur = Traducteur(self.analyse, plan, self.sur_spark)
        for niveau in plan.niveaux:
            colonnes = {nom: traducteur.definition(nom) for nom in niveau}
            # An engine drops the column of words if nothing reads it but through its numbers.
            colonnes |= {numero_de(nom): traducteur.numeros(nom) for nom in niveau if traducteur.mots(nom)}
            table = table.with_columns(**colonnes)
        return table

    def _joindre_parent(self, table: nw.LazyFrame[Any], plan: Plan) -> nw.LazyFrame[Any]:
        lues = sorted(nom for nom in plan.du_parent if self.analyse.fournie(nom))
        parent = self.contexte.registre.entites[plan.entite].parent
        if not lues or parent is None:
            return table
        return table.join(self._table(parent, lues).select(parent, *lues), on=parent, how="left")

    def _joindre_agregats(
        self, table: nw.LazyFrame[Any], entite: str, enfant: str, agregats: list[tuple[str, noeuds.Agregat]]
    ) -> nw.LazyFrame[Any]:
        termes = [terme for _, agregat in agregats for terme in noeuds.enfants(agregat)]
        plan = self.planificateur.planifier(enfant, (), termes)
        traducteur = Traducteur(self.analyse, plan, self.sur_spark)
        contributions = {nom: traducteur.contribution(agregat) for nom, agregat in agregats}
        groupes = (
            self._executer(plan)
            .select(entite, **contributions)
            .group_by(entite)
            .agg(*(_reduire(nom, agregat.genre) for nom, agregat in agregats))
        )
        table = table.join(groupes, on=entite, how="left")
        comptes = {
            nom: (nw.col(nom).fill_null(0) > 0) if agregat.genre == "existe" else nw.col(nom).fill_null(0)
            for nom, agregat in agregats
            if agregat.genre not in {"premiere", "derniere"}
        }
        return table.with_columns(**comptes) if comptes else table


def _reduire(nom: str, genre: str) -> nw.Expr:
    if genre in {"somme", "nombre"}:
        return nw.col(nom).sum().cast(nw.Int64).alias(nom)
    return (nw.col(nom).min() if genre == "premiere" else nw.col(nom).max()).alias(nom)


def _mauvais_type(entite: str, entree: Entree, dtype: Any) -> Faute:
    attendus = {"booleen": "des booléens", "entier": "des entiers", "date": "des dates", "texte": "du texte"}
    return Faute(f"colonne de type {dtype}", fichier=entite, colonne=entree.nom, attendu=attendus[entree.genre])
