"""Reading 1: whole columns, on Polars, DuckDB or PySpark through Narwhals.

The rules that a result needs are sorted and added as columns, level by level; aggregates over the rows of a child
entity are taken in one pass over its table, whatever their number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import singledispatchmethod
from graphlib import TopologicalSorter
from typing import Any

import narwhals.stable.v2 as nw

from convmed.moteur import noeuds
from convmed.moteur.registre import EXERCICE, Contexte, Entree
from convmed.moteur.valeurs import OPERATIONS, Instance, compiler_en
from convmed.textes import Erreurs, Faute

TYPES: dict[str | None, Any] = {"booleen": nw.Boolean, "entier": nw.Int64, "date": nw.Date, "texte": nw.String}
# What a file or another engine may hold for each kind of input, besides a column that is empty throughout.
ACCEPTES: dict[str, tuple[Any, ...]] = {
    "booleen": (nw.Boolean,),
    "entier": (nw.Int8, nw.Int16, nw.Int32, nw.Int64, nw.UInt8, nw.UInt16, nw.UInt32, nw.UInt64),
    "date": (nw.Date, nw.Datetime),
    "texte": (nw.String, nw.Categorical, nw.Enum),
}


@dataclass(slots=True)
class Plan:
    """What a set of results needs on one entity: rules level by level, inputs, aggregates over each child."""

    entite: str
    niveaux: list[list[str]] = field(default_factory=list)
    entrees: set[str] = field(default_factory=set)
    du_parent: set[str] = field(default_factory=set)
    agregats: dict[str, dict[object, tuple[str, noeuds.Agregat]]] = field(default_factory=dict)


class Calcul:
    """One calculation on tables: `tables` maps an entity to a native frame (lazy or not) of its inputs.

    A child table names its parent in the column called like the parent entity, as the parent table names its rows.
    """

    def __init__(self, contexte: Contexte, tables: Mapping[str, Any], sans_nul: Iterable[str] = ()) -> None:
        self.contexte = contexte
        self.sans_nul = set(sans_nul)
        self.exercice = Instance(contexte, EXERCICE, {})
        self.fixes: dict[int, tuple[bool, Any]] = {}
        self.manquables: dict[int, bool] = {}
        self.tables: dict[str, nw.LazyFrame[Any]] = {}
        self.colonnes: dict[str, frozenset[str]] = {}
        fautes: list[Faute] = []
        for entite, table in tables.items():
            self._accueillir(entite, nw.from_native(table).lazy(), fautes)
        self.sur_spark = any(table.implementation.is_spark_like() for table in self.tables.values())
        if fautes:
            raise Erreurs(fautes)

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

    def planifier(self, entite: str, resultats: Iterable[str], expressions: Iterable[noeuds.Noeud] = ()) -> Plan:
        """Sort the rules that results and expressions need on an entity, and gather the aggregates that they take."""
        plan, graphe, pile = Plan(entite), TopologicalSorter[str](), list(resultats)
        for expression in expressions:
            pile += self._lire(plan, expression)
        vus: set[str] = set()
        while pile:
            nom = pile.pop()
            if nom in vus:
                continue
            vus.add(nom)
            if self.contexte.entite_de(nom) != entite:
                self._noter_ailleurs(plan, nom)
            elif nom in self.contexte.registre.entrees:
                plan.entrees.add(nom)
            else:
                lues = self._lire(plan, self.contexte.regle(nom).noeud)
                graphe.add(nom, *(lue for lue in lues if self._est_regle_de(lue, entite)))
                pile += lues
        graphe.prepare()
        while graphe.is_active():
            niveau = list(graphe.get_ready())
            graphe.done(*niveau)
            plan.niveaux.append(niveau)
        return plan

    def _lire(self, plan: Plan, expression: noeuds.Noeud) -> list[str]:
        """Note the aggregates of an expression in the plan and return the columns that it reads."""
        lues = []
        for element in noeuds.parcourir(expression, dans_agregats=False):
            if isinstance(element, noeuds.Colonne):
                lues.append(element.nom)
            elif isinstance(element, noeuds.Agregat):
                de_l_enfant = plan.agregats.setdefault(element.entite, {})
                de_l_enfant.setdefault(noeuds.forme(element), (f"_{element.entite}_{len(de_l_enfant)}", element))
        return lues

    def _est_regle_de(self, nom: str, entite: str) -> bool:
        return nom not in self.contexte.registre.entrees and self.contexte.regle(nom).entite == entite

    def _noter_ailleurs(self, plan: Plan, nom: str) -> None:
        """Note a column of an ancestor; a column of the exercise is a constant and needs no place."""
        ailleurs = self.contexte.entite_de(nom)
        if ailleurs == EXERCICE:
            return
        if ailleurs not in self.contexte.registre.ancetres(plan.entite):
            raise LookupError(f"« {nom} » ({ailleurs}) ne se lit depuis « {plan.entite} » que dans un agrégat")
        plan.du_parent.add(nom)

    def _table(self, entite: str, resultats: Iterable[str], plan: Plan | None = None) -> nw.LazyFrame[Any]:
        plan = plan or self.planifier(entite, resultats)
        if entite not in self.tables:
            raise LookupError(f"la table « {entite} » n'est pas fournie")
        table = self._joindre_parent(self.tables[entite], plan)
        for enfant, agregats in plan.agregats.items():
            table = self._joindre_agregats(table, entite, enfant, list(agregats.values()))
        compilateur = Compilateur(self, plan)
        for niveau in plan.niveaux:
            table = table.with_columns(
                **{nom: compilateur.expression(self.contexte.regle(nom).noeud) for nom in niveau}
            )
        return table

    def _joindre_parent(self, table: nw.LazyFrame[Any], plan: Plan) -> nw.LazyFrame[Any]:
        lues = sorted(nom for nom in plan.du_parent if self.fournie(nom))
        parent = self.contexte.registre.entites[plan.entite].parent
        if not lues or parent is None:
            return table
        du_parent = self._table(parent, lues)
        return table.join(du_parent.select(parent, *lues), on=parent, how="left")

    def fournie(self, nom: str) -> bool:
        """Tell whether a column can be had: a rule, or an input that its table holds."""
        entree = self.contexte.registre.entrees.get(nom)
        return entree is None or nom in self.colonnes.get(entree.entite, ())

    def _joindre_agregats(
        self, table: nw.LazyFrame[Any], entite: str, enfant: str, agregats: list[tuple[str, noeuds.Agregat]]
    ) -> nw.LazyFrame[Any]:
        plan = self.planifier(enfant, (), [n for _, agregat in agregats for n in noeuds.enfants(agregat)])
        lignes = self._table(enfant, (), plan)
        compilateur = Compilateur(self, plan)
        contributions = {nom: compilateur.contribution(agregat) for nom, agregat in agregats}
        groupes = (
            lignes.select(entite, **contributions)
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


class Compilateur:
    """Turns expressions into Narwhals ones, over the columns that a plan brings together."""

    def __init__(self, calcul: Calcul, plan: Plan) -> None:
        self.calcul, self.contexte, self.plan = calcul, calcul.contexte, plan

    def expression(self, noeud: noeuds.Noeud) -> nw.Expr:
        """Compile an expression; what holds for all rows is computed here, once."""
        fixe, valeur = self.constante(noeud)
        return self.litteral(noeud, valeur) if fixe else self.traduire(noeud)

    def litteral(self, noeud: noeuds.Noeud, valeur: Any) -> nw.Expr:
        """Return a constant of the kind of an expression: a missing one has a type too."""
        genre = self.contexte.genre(noeud)
        return nw.lit(valeur, dtype=TYPES[genre]) if genre in TYPES else nw.lit(valeur)

    def contribution(self, agregat: noeuds.Agregat) -> nw.Expr:
        """Compile what one child brings to an aggregate; missing where its condition does not hold."""
        if agregat.genre in {"nombre", "existe"}:
            return nw.when(self.expression(agregat.terme)).then(nw.lit(1)).otherwise(nw.lit(0))
        terme = self.expression(agregat.terme)
        return terme if agregat.condition is None else nw.when(self.expression(agregat.condition)).then(terme)

    def constante(self, noeud: noeuds.Noeud) -> tuple[bool, Any]:
        """Return whether an expression holds one value for all rows, and that value."""
        fixes = self.calcul.fixes
        if id(noeud) not in fixes:
            fixe = self._est_fixe(noeud)
            fixes[id(noeud)] = fixe, compiler_en(self.contexte, noeud)(self.calcul.exercice) if fixe else None
        return fixes[id(noeud)]

    def _est_fixe(self, noeud: noeuds.Noeud) -> bool:
        if isinstance(noeud, noeuds.Colonne):
            return self.contexte.entite_de(noeud.nom) == EXERCICE
        return not isinstance(noeud, noeuds.Agregat) and all(self.constante(n)[0] for n in noeuds.enfants(noeud))

    def peut_manquer(self, noeud: noeuds.Noeud) -> bool:
        """Tell whether an expression may be missing on some row."""
        manquables = self.calcul.manquables
        if id(noeud) not in manquables:
            manquables[id(noeud)] = self._peut_manquer(noeud)
        return manquables[id(noeud)]

    def _peut_manquer(self, noeud: noeuds.Noeud) -> bool:
        fixe, valeur = self.constante(noeud)
        if fixe:
            return valeur is None
        match noeud:
            case noeuds.Colonne():
                if noeud.nom in self.contexte.registre.entrees:
                    return noeud.nom not in self.calcul.sans_nul
                return self.peut_manquer(self.contexte.regle(noeud.nom).noeud)
            case noeuds.Present():
                return self._inconnue(noeud.terme)
            case noeuds.Agregat():
                return noeud.genre in {"premiere", "derniere"}
            case noeuds.Operation(symbole="//") if not self.constante(noeud.droite)[1]:
                return True
        return any(self.peut_manquer(enfant) for enfant in noeuds.enfants(noeud))

    def _inconnue(self, noeud: noeuds.Noeud) -> bool:
        """Tell whether an input was not supplied whose empty cells would have had a meaning."""
        if not isinstance(noeud, noeuds.Colonne) or self.calcul.fournie(noeud.nom):
            return False
        return self.contexte.registre.entrees[noeud.nom].exigee

    @singledispatchmethod
    def traduire(self, noeud: Any) -> nw.Expr:
        """Translate an expression that varies from row to row."""
        raise TypeError(f"expression inconnue : {noeud!r}")

    @traduire.register
    def _(self, noeud: noeuds.Colonne) -> nw.Expr:
        return nw.col(noeud.nom) if self.calcul.fournie(noeud.nom) else self.litteral(noeud, None)

    def _manque_toujours(self, *noeuds_lus: noeuds.Noeud) -> bool:
        return any(self.constante(noeud) == (True, None) for noeud in noeuds_lus)

    @traduire.register
    def _(self, noeud: noeuds.Operation) -> nw.Expr:
        if self._manque_toujours(noeud.gauche, noeud.droite):
            return self.litteral(noeud, None)
        gauche, droite = self.expression(noeud.gauche), self.expression(noeud.droite)
        if noeud.symbole == "//":
            return self._quotient(gauche, droite)
        resultat: nw.Expr = OPERATIONS[noeud.symbole](gauche, droite)
        return resultat

    def _quotient(self, gauche: nw.Expr, droite: nw.Expr) -> nw.Expr:
        """Divide integers, rounding down; Spark only divides floats, exact to 2**50 once the remainder is taken off."""
        if not self.calcul.sur_spark:
            return gauche // droite
        diviseur = nw.when(droite != 0).then(droite)
        return ((gauche - gauche % diviseur) / diviseur).round(0).cast(nw.Int64)

    @traduire.register
    def _(self, noeud: noeuds.Logique) -> nw.Expr:
        termes = [self.expression(terme) for terme in noeud.termes]
        resultat = termes[0]
        for terme in termes[1:]:
            resultat = resultat & terme if noeud.operateur == "et" else resultat | terme
        return resultat

    @traduire.register
    def _(self, noeud: noeuds.Non) -> nw.Expr:
        return ~self.expression(noeud.terme)

    @traduire.register
    def _(self, noeud: noeuds.Present) -> nw.Expr:
        if self._inconnue(noeud.terme):
            return self.litteral(noeud, None)
        return ~self.expression(noeud.terme).is_null()

    @traduire.register
    def _(self, noeud: noeuds.Parmi) -> nw.Expr:
        valeurs = self._fixe(noeud.liste, "une liste") if isinstance(noeud.liste, noeuds.Noeud) else noeud.liste
        if valeurs is None:
            return self.litteral(noeud, None)
        terme = self.expression(noeud.terme)
        dedans = terme.is_in(list(valeurs))
        return nw.when(~terme.is_null()).then(dedans) if self.peut_manquer(noeud.terme) else dedans

    @traduire.register
    def _(self, noeud: noeuds.Cas) -> nw.Expr:
        resultat = self.expression(noeud.sinon)
        for condition, valeur in reversed(noeud.branches):
            resultat = self._choisir(condition, self.expression(valeur), resultat)
        return resultat

    def _choisir(self, condition: noeuds.Noeud, alors: nw.Expr, sinon: nw.Expr) -> nw.Expr:
        test = self.expression(condition)
        if self.peut_manquer(condition):
            sinon = nw.when(~test.is_null()).then(sinon)
        return nw.when(test).then(alors).otherwise(sinon)

    @traduire.register
    def _(self, noeud: noeuds.Duree) -> nw.Expr:
        if self._manque_toujours(noeud.debut, noeud.fin):
            return self.litteral(noeud, None)
        debut, fin = self._jour(noeud.debut), self._jour(noeud.fin)
        if noeud.unite == "ans":
            pas_encore = fin[1] * 100 + fin[2] < debut[1] * 100 + debut[2]
            ecart = fin[0] - debut[0]
        else:
            pas_encore = fin[2] < debut[2]
            ecart = (fin[0] - debut[0]) * 12 + fin[1] - debut[1]
        return nw.when(pas_encore).then(ecart - 1).otherwise(ecart)

    def _jour(self, noeud: noeuds.Noeud) -> tuple[Any, Any, Any]:
        fixe, valeur = self.constante(noeud)
        if fixe:
            return valeur.year, valeur.month, valeur.day
        date = self.expression(noeud).dt
        return date.year().cast(nw.Int64), date.month().cast(nw.Int64), date.day().cast(nw.Int64)

    @traduire.register
    def _(self, noeud: noeuds.Decalage) -> nw.Expr:
        return self._decaler(noeud, self.expression(noeud.date), noeud.mois)

    def _decaler(self, noeud: noeuds.Decalage, date: nw.Expr, mois: noeuds.Noeud) -> nw.Expr:
        """Move a date by months that no engine takes from a column: a `cas` of constants is spread over its branches."""
        if isinstance(mois, noeuds.Cas) and not self.constante(mois)[0]:
            resultat = self._decaler(noeud, date, mois.sinon)
            for condition, valeur in reversed(mois.branches):
                resultat = self._choisir(condition, self._decaler(noeud, date, valeur), resultat)
            return resultat
        nombre = self._fixe(mois, "un nombre de mois")
        return self.litteral(noeud, None) if nombre is None else date.dt.offset_by(f"{nombre}mo").cast(nw.Date)

    def _fixe(self, noeud: noeuds.Noeud, quoi: str) -> Any:
        fixe, valeur = self.constante(noeud)
        if not fixe:
            raise TypeError(f"{quoi} qui change d'une ligne à l'autre ne se calcule pas en colonnes")
        return valeur

    @traduire.register
    def _(self, noeud: noeuds.Agregat) -> nw.Expr:
        return nw.col(self.plan.agregats[noeud.entite][noeuds.forme(noeud)][0])


def _mauvais_type(entite: str, entree: Entree, dtype: Any) -> Faute:
    attendus = {"booleen": "des booléens", "entier": "des entiers", "date": "des dates", "texte": "du texte"}
    return Faute(f"colonne de type {dtype}", fichier=entite, colonne=entree.nom, attendu=attendus[entree.genre])
