"""Reading 1: whole columns, on Polars, DuckDB or PySpark through Narwhals.

The rules that a result needs are sorted and added as columns, level by level; aggregates over the rows of a child
entity are taken in one pass over its table, whatever their number.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import singledispatchmethod
from graphlib import TopologicalSorter
from typing import Any

import narwhals.stable.v2 as nw

from convmed.moteur import calendrier, noeuds
from convmed.moteur.registre import EXERCICE, Contexte
from convmed.moteur.valeurs import OPERATIONS

TYPES = {"booleen": nw.Boolean, "entier": nw.Int64, "date": nw.Date, "texte": nw.String}


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
        self.tables = {entite: nw.from_native(table).lazy() for entite, table in tables.items()}
        self.colonnes = {entite: frozenset(table.collect_schema().names()) for entite, table in self.tables.items()}
        self.sans_nul = set(sans_nul)

    def evaluer(self, entite: str, resultats: Iterable[str], garder: Iterable[str] = ()) -> Any:
        """Return the table of an entity with the columns asked for, and those of `garder`, as a native lazy frame."""
        resultats, garder = list(resultats), list(garder)
        table = self._table(entite, resultats)
        cles = [cle for cle in (entite, self.contexte.registre.entites[entite].parent) if cle in self.colonnes[entite]]
        return table.select(*dict.fromkeys([*cles, *garder, *resultats])).to_native()

    def planifier(self, entite: str, resultats: Iterable[str]) -> Plan:
        """Sort the rules that the results need on an entity, and gather the aggregates that they take."""
        plan, graphe, pile = Plan(entite), TopologicalSorter[str](), list(resultats)
        vus: set[str] = set()
        while pile:
            nom = pile.pop()
            if nom in vus:
                continue
            vus.add(nom)
            if nom in self.contexte.registre.entrees:
                self._noter_entree(plan, nom)
                continue
            regle = self.contexte.regle(nom)
            if regle.entite != entite:
                plan.du_parent.add(nom)
                continue
            graphe.add(nom)
            for element in noeuds.parcourir(regle.noeud, dans_agregats=False):
                if isinstance(element, noeuds.Colonne):
                    pile.append(element.nom)
                    if element.nom not in self.contexte.registre.entrees and self.contexte.regle(element.nom).entite == entite:
                        graphe.add(nom, element.nom)
                elif isinstance(element, noeuds.Agregat):
                    de_l_enfant = plan.agregats.setdefault(element.entite, {})
                    de_l_enfant.setdefault(noeuds.forme(element), (f"_{element.entite}_{len(de_l_enfant)}", element))
        graphe.prepare()
        while graphe.is_active():
            niveau = list(graphe.get_ready())
            graphe.done(*niveau)
            plan.niveaux.append(niveau)
        return plan

    def _noter_entree(self, plan: Plan, nom: str) -> None:
        entite = self.contexte.registre.entrees[nom].entite
        if entite == plan.entite:
            plan.entrees.add(nom)
        elif entite != EXERCICE:
            plan.du_parent.add(nom)

    def _table(self, entite: str, resultats: Iterable[str], plan: Plan | None = None) -> nw.LazyFrame[Any]:
        plan = plan or self.planifier(entite, resultats)
        table = self.tables[entite]
        if plan.du_parent:
            parent = self.contexte.registre.entites[entite].parent
            if parent is None:
                raise LookupError(f"{sorted(plan.du_parent)} : aucune entité parente de « {entite} »")
            table = self._joindre_parent(table, parent, plan.du_parent)
        for enfant, agregats in plan.agregats.items():
            if agregats:
                table = self._joindre_agregats(table, entite, enfant, list(agregats.values()))
        compilateur = Compilateur(self, plan)
        for niveau in plan.niveaux:
            table = table.with_columns(
                **{nom: compilateur.expression(self.contexte.regle(nom).noeud) for nom in niveau}
            )
        return table

    def _joindre_parent(self, table: nw.LazyFrame[Any], parent: str, colonnes: set[str]) -> nw.LazyFrame[Any]:
        calculees = [nom for nom in colonnes if nom not in self.contexte.registre.entrees]
        lues = [nom for nom in colonnes if nom in self.contexte.registre.entrees and nom in self.colonnes[parent]]
        du_parent = self._table(parent, calculees) if calculees else self.tables[parent]
        return table.join(du_parent.select(parent, *sorted(calculees + lues)), on=parent, how="left")

    def _joindre_agregats(
        self, table: nw.LazyFrame[Any], entite: str, enfant: str, agregats: list[tuple[str, noeuds.Agregat]]
    ) -> nw.LazyFrame[Any]:
        lus = {
            element.nom
            for _, agregat in agregats
            for element in noeuds.parcourir(agregat)
            if isinstance(element, noeuds.Colonne)
        }
        plan = self.planifier(enfant, lus)
        lignes = self._table(enfant, lus, plan)
        compilateur = Compilateur(self, plan)
        contributions = {nom: compilateur.contribution(agregat) for nom, agregat in agregats}
        groupes = (
            lignes.select(entite, **contributions)
            .group_by(entite)
            .agg(*(_reduire(nom, agregat.genre) for nom, agregat in agregats))
        )
        table = table.join(groupes, on=entite, how="left")
        vides = {"somme": 0, "nombre": 0, "existe": 0}
        return table.with_columns(
            **{
                nom: (nw.col(nom).fill_null(0) > 0) if agregat.genre == "existe" else nw.col(nom).fill_null(0)
                for nom, agregat in agregats
                if agregat.genre in vides
            }
        )


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
        return _litteral(valeur) if fixe else self.traduire(noeud)

    def contribution(self, agregat: noeuds.Agregat) -> nw.Expr:
        """Compile what one child brings to an aggregate; missing where its condition does not hold."""
        if agregat.genre in {"nombre", "existe"}:
            return nw.when(self.expression(agregat.terme)).then(nw.lit(1)).otherwise(nw.lit(0))
        terme = self.expression(agregat.terme)
        return terme if agregat.condition is None else nw.when(self.expression(agregat.condition)).then(terme)

    def constante(self, noeud: noeuds.Noeud) -> tuple[bool, Any]:
        """Return whether an expression holds one value for all rows, and that value."""
        match noeud:
            case noeuds.Litteral():
                return True, noeud.valeur
            case noeuds.Figure():
                return True, self.contexte.figure(noeud.dispositif, noeud.nom)[1]
            case noeuds.Colonne():
                entree = self.contexte.registre.entrees.get(noeud.nom)
                if entree is not None and entree.entite == EXERCICE:
                    return True, self.contexte.parametres.get(noeud.nom)
            case noeuds.Operation():
                a, b = self.constante(noeud.gauche), self.constante(noeud.droite)
                if a[0] and b[0]:
                    return True, None if None in (a[1], b[1]) else OPERATIONS[noeud.symbole](a[1], b[1])
            case noeuds.Decalage():
                a, b = self.constante(noeud.date), self.constante(noeud.mois)
                if a[0] and b[0]:
                    return True, None if None in (a[1], b[1]) else calendrier.decale(a[1], b[1])
        return False, None

    def peut_manquer(self, noeud: noeuds.Noeud) -> bool:
        """Tell whether an expression may be missing on some row."""
        fixe, valeur = self.constante(noeud)
        if fixe:
            return valeur is None
        match noeud:
            case noeuds.Colonne():
                if noeud.nom in self.contexte.registre.entrees:
                    return noeud.nom not in self.calcul.sans_nul
                return self.peut_manquer(self.contexte.regle(noeud.nom).noeud)
            case noeuds.Present():
                return not self._fournie(noeud.terme)
            case noeuds.Agregat():
                return noeud.genre in {"premiere", "derniere"}
        return any(self.peut_manquer(enfant) for enfant in noeuds.enfants(noeud))

    def _fournie(self, noeud: noeuds.Noeud) -> bool:
        if not isinstance(noeud, noeuds.Colonne) or noeud.nom not in self.contexte.registre.entrees:
            return True
        entree = self.contexte.registre.entrees[noeud.nom]
        return not entree.exigee or noeud.nom in self.calcul.colonnes.get(entree.entite, ())

    @singledispatchmethod
    def traduire(self, noeud: Any) -> nw.Expr:
        """Translate an expression that varies from row to row."""
        raise TypeError(f"expression inconnue : {noeud!r}")

    @traduire.register
    def _(self, noeud: noeuds.Colonne) -> nw.Expr:
        entree = self.contexte.registre.entrees.get(noeud.nom)
        if entree is not None and noeud.nom not in self.calcul.colonnes.get(entree.entite, ()):
            return nw.lit(None, dtype=TYPES[entree.genre])
        return nw.col(noeud.nom)

    @traduire.register
    def _(self, noeud: noeuds.Operation) -> nw.Expr:
        resultat: nw.Expr = OPERATIONS[noeud.symbole](self.expression(noeud.gauche), self.expression(noeud.droite))
        return resultat

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
        if not self._fournie(noeud.terme):
            return nw.lit(None, dtype=nw.Boolean)
        return ~self.expression(noeud.terme).is_null()

    @traduire.register
    def _(self, noeud: noeuds.Parmi) -> nw.Expr:
        valeurs = self.constante(noeud.liste)[1] if isinstance(noeud.liste, noeuds.Noeud) else noeud.liste
        if valeurs is None:
            return nw.lit(None, dtype=nw.Boolean)
        terme = self.expression(noeud.terme)
        dedans = terme.is_in(list(valeurs))
        return nw.when(~terme.is_null()).then(dedans) if self.peut_manquer(noeud.terme) else dedans

    @traduire.register
    def _(self, noeud: noeuds.Cas) -> nw.Expr:
        resultat = self.expression(noeud.sinon)
        for condition, valeur in reversed(noeud.branches):
            test = self.expression(condition)
            if self.peut_manquer(condition):
                resultat = nw.when(~test.is_null()).then(resultat)
            resultat = nw.when(test).then(self.expression(valeur)).otherwise(resultat)
        return resultat

    @traduire.register
    def _(self, noeud: noeuds.Duree) -> nw.Expr:
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
        if fixe and isinstance(valeur, dt.date):
            return valeur.year, valeur.month, valeur.day
        date = self.expression(noeud).dt
        return date.year().cast(nw.Int32), date.month().cast(nw.Int32), date.day().cast(nw.Int32)

    @traduire.register
    def _(self, noeud: noeuds.Decalage) -> nw.Expr:
        mois = self.constante(noeud.mois)[1]
        if mois is None:
            return nw.lit(None, dtype=nw.Date)
        return self.expression(noeud.date).dt.offset_by(f"{mois}mo").cast(nw.Date)

    @traduire.register
    def _(self, noeud: noeuds.Agregat) -> nw.Expr:
        return nw.col(self.plan.agregats[noeud.entite][noeuds.forme(noeud)][0])


def _litteral(valeur: Any) -> nw.Expr:
    if isinstance(valeur, int) and not isinstance(valeur, bool):
        return nw.lit(valeur, dtype=nw.Int64)
    return nw.lit(valeur)
