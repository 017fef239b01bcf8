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
from convmed.moteur.traduction import NUMERO, TYPES, Traducteur, numero_de
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
    the computation lighter. `ailleurs` gives the columns of the tables that are not here, their aggregates being.
    """

    def __init__(
        self, contexte: Contexte, tables: Mapping[str, Any], sans_nul: Iterable[str] = (), vides: Iterable[str] = (),
        ailleurs: Mapping[str, Iterable[str]] | None = None,
    ) -> None:
        self.contexte = contexte
        self.tables: dict[str, nw.LazyFrame[Any]] = {}
        self.colonnes = {entite: frozenset(colonnes) for entite, colonnes in (ailleurs or {}).items()}
        self.fermees: dict[str, tuple[str, ...]] = {}
        fautes: list[Faute] = []
        for entite, table in tables.items():
            self.tables[entite] = self.accueillir(entite, table, fautes)
            self.colonnes[entite] = frozenset(nw.from_native(table).collect_schema().names())
        if fautes:
            raise Erreurs(fautes)
        self.sur_spark = any(table.implementation.is_spark_like() for table in self.tables.values())
        self.analyse = Analyse(contexte, self.colonnes, sans_nul, vides, self.fermees)
        self.planificateur = Planificateur(self.analyse)

    def accueillir(self, entite: str, native: Any, fautes: list[Faute]) -> nw.LazyFrame[Any]:
        """Return a table with its inputs in the types of computation: small or unsigned integers would wrap round."""
        table: nw.LazyFrame[Any] = nw.from_native(native).lazy()
        conversions = {}
        for nom, dtype in table.collect_schema().items():
            entree = self.contexte.registre.entrees.get(nom)
            if entree is None or entree.entite != entite or dtype == TYPES[entree.genre]:
                continue
            if isinstance(dtype, nw.Enum) and table.implementation.is_polars():
                table, self.fermees[nom] = _numeroter(table, nom), tuple(dtype.categories)
            if dtype == nw.Unknown or any(dtype == permis for permis in ACCEPTES[entree.genre]):
                conversions[nom] = nw.col(nom).cast(TYPES[entree.genre])
            else:
                fautes.append(_mauvais_type(entite, entree, dtype))
        return table.with_columns(**conversions) if conversions else table

    def evaluer(self, entite: str, resultats: Iterable[str], garder: Iterable[str] = ()) -> Any:
        """Return the table of an entity with the columns asked for, and those of `garder`, as a native lazy frame."""
        resultats, garder = list(resultats), list(garder)
        table = self._table(entite, resultats)
        cles = [cle for cle in (entite, self.contexte.registre.entites[entite].parent) if cle in self.colonnes[entite]]
        return table.select(*dict.fromkeys([*cles, *garder, *resultats])).to_native()

    def _table(self, entite: str, resultats: Iterable[str]) -> nw.LazyFrame[Any]:
        return self.executer(self.planificateur.planifier(entite, resultats))

    def executer(self, plan: Plan) -> nw.LazyFrame[Any]:
        """Return the table of an entity with every column of its plan."""
        if plan.entite not in self.tables:
            raise LookupError(f"la table « {plan.entite} » n'est pas fournie")
        table = self._joindre_parent(self.tables[plan.entite], plan)
        for enfant, agregats in self.agregats_a_prendre(plan).items():
            table = self._joindre_agregats(table, plan.entite, enfant, agregats)
        return self.appliquer(table, self.niveaux(plan))

    def niveaux(self, plan: Plan) -> list[dict[str, nw.Expr]]:
        """Return the columns of a plan, level by level, each resting on those before it."""
        traducteur, niveaux = Traducteur(self.analyse, plan, self.sur_spark), []
        for niveau in plan.niveaux:
            colonnes = {nom: traducteur.definition(nom) for nom in niveau}
            # An engine drops the column of words if nothing reads it but through its numbers.
            colonnes |= {numero_de(nom): traducteur.numeros(nom) for nom in niveau if traducteur.mots(nom)}
            niveaux.append(colonnes)
        return niveaux

    @staticmethod
    def appliquer(table: nw.LazyFrame[Any], niveaux: Iterable[Mapping[str, nw.Expr]]) -> nw.LazyFrame[Any]:
        """Return a table with the columns of each level."""
        for colonnes in niveaux:
            table = table.with_columns(**colonnes)
        return table

    def agregats_a_prendre(self, plan: Plan) -> dict[str, list[tuple[str, noeuds.Agregat]]]:
        """Return, by child entity, the aggregates that the table of a plan does not hold already."""
        manquants = {
            enfant: [(nom, agregat) for nom, agregat in agregats.values() if nom not in self.colonnes[plan.entite]]
            for enfant, agregats in plan.agregats.items()
        }
        return {enfant: agregats for enfant, agregats in manquants.items() if agregats}

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
            self.executer(plan)
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


def _numeroter(table: nw.LazyFrame[Any], nom: str) -> nw.LazyFrame[Any]:
    """Add the rank of the words of a closed column, which Polars holds already."""
    natif = table.to_native()
    rang = nw.get_native_namespace(natif).col(nom).to_physical()
    numerotee: nw.LazyFrame[Any] = nw.from_native(natif.with_columns(rang.alias(numero_de(nom))))
    return numerotee.with_columns(nw.col(numero_de(nom)).cast(NUMERO))


def _reduire(nom: str, genre: str) -> nw.Expr:
    if genre in {"somme", "nombre"}:
        return nw.col(nom).sum().cast(nw.Int64).alias(nom)
    return (nw.col(nom).min() if genre == "premiere" else nw.col(nom).max()).alias(nom)


def _mauvais_type(entite: str, entree: Entree, dtype: Any) -> Faute:
    attendus = {"booleen": "des booléens", "entier": "des entiers", "date": "des dates", "texte": "du texte"}
    return Faute(f"colonne de type {dtype}", fichier=entite, colonne=entree.nom, attendu=attendus[entree.genre])
