"""Sums over the children of a row taken apart into counts: how many take each branch, times what the branch pays.

A count does not depend on the amounts: kept under the name of its condition, it serves every text and scenario that asks
the same question, and only what they change is read again from the children.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

import narwhals.stable.v2 as nw

from convmed.moteur import noeuds
from convmed.moteur.colonnes import Calcul
from convmed.moteur.planification import Analyse
from convmed.moteur.traduction import Traducteur

Voie = tuple[tuple[noeuds.Noeud, ...], int]


@dataclass(slots=True)
class Denombrement:
    """What must be taken from the children: conditions to count, terms to sum, each under the name of its computation.

    `sommes` says how each aggregate is made of them: name of the aggregate, then coefficient by name.
    """

    conditions: dict[str, noeuds.Noeud] = field(default_factory=dict)
    termes: dict[str, noeuds.Noeud] = field(default_factory=dict)
    sommes: dict[str, dict[str, int]] = field(default_factory=dict)

    @property
    def noms(self) -> list[str]:
        """Return the names of what is taken."""
        return [*self.conditions, *self.termes]

    def ajouter(self, autre: Denombrement) -> None:
        """Take what another takes, too."""
        self.conditions |= autre.conditions
        self.termes |= autre.termes
        self.sommes |= autre.sommes

    def sans(self, connus: Collection[str]) -> Denombrement:
        """Return what remains to be taken once some is known."""
        return Denombrement(
            {nom: noeud for nom, noeud in self.conditions.items() if nom not in connus},
            {nom: noeud for nom, noeud in self.termes.items() if nom not in connus},
        )


def decomposer(calcul: Calcul, entite: str, enfant: str, resultats: Iterable[str], expressions: Iterable[noeuds.Noeud] = ()) -> Denombrement:
    """Return what results and expressions of an entity take from one of its children.

    `LookupError` for an aggregate that is neither a sum nor a count.
    """
    analyse, pris = calcul.analyse, Denombrement()
    plan = calcul.planificateur.planifier(entite, resultats, expressions)
    for nom, agregat in plan.agregats.get(enfant, {}).values():
        voies: list[Voie] | None
        if agregat.genre == "nombre":
            voies = [((agregat.terme,), 1)]
        elif agregat.genre == "somme":
            voies = _voies(analyse, agregat.terme)
        else:
            raise LookupError(f"« {agregat.genre} » ne se dénombre pas")
        pris.sommes[nom] = {}
        if voies is None:
            terme = agregat.terme if agregat.condition is None else noeuds.cas((agregat.condition, agregat.terme), sinon=0)
            cle = "s" + analyse.empreinte(terme)
            pris.termes[cle], pris.sommes[nom][cle] = terme, 1
            continue
        for conditions, coefficient in voies:
            toutes = conditions if agregat.condition is None else (agregat.condition, *conditions)
            condition = toutes[0] if len(toutes) == 1 else noeuds.Logique("et", toutes)
            cle = "n" + analyse.empreinte(condition)
            pris.conditions[cle] = condition
            pris.sommes[nom][cle] = pris.sommes[nom].get(cle, 0) + coefficient
    return pris


def _voies(analyse: Analyse, noeud: noeuds.Noeud) -> list[Voie] | None:
    """Return the ways to a constant, each with what must be true of it; `None` if an amount varies within a way."""
    fixe, valeur = analyse.constante(noeud)
    if fixe:
        return [((), valeur)] if valeur else []
    match noeud:
        case noeuds.Colonne(nom) if nom not in analyse.contexte.registre.entrees:
            return _voies(analyse, analyse.contexte.regle(nom).noeud)
        case noeuds.Cas():
            return _voies_du_cas(analyse, noeud)
        case noeuds.Operation("+", gauche, droite) if not (analyse.peut_manquer(gauche) or analyse.peut_manquer(droite)):
            cotes = _voies(analyse, gauche), _voies(analyse, droite)
            return None if cotes[0] is None or cotes[1] is None else cotes[0] + cotes[1]
        case noeuds.Operation("*", gauche, droite):
            for facteur, autre in ((gauche, droite), (droite, gauche)):
                constant, combien = analyse.constante(facteur)
                if constant:
                    voies = _voies(analyse, autre) if combien else []
                    return None if voies is None else [(conditions, combien * montant) for conditions, montant in voies]
    return None


def _voies_du_cas(analyse: Analyse, cas: noeuds.Cas) -> list[Voie] | None:
    voies: list[Voie] = []
    avant: tuple[noeuds.Noeud, ...] = ()
    for condition, valeur in cas.branches:
        fixe, vraie = analyse.constante(condition)
        if fixe and not vraie:
            # Beyond a condition that is never known nothing is reached.
            if vraie is None:
                return voies
            continue
        suite = _voies(analyse, valeur)
        if suite is None:
            return None
        ici = avant if fixe else _suivre(avant, condition)
        voies += [((*ici, *plus_loin), montant) for plus_loin, montant in suite]
        if fixe:
            return voies
        avant = (*avant, noeuds.non(condition))
    suite = _voies(analyse, cas.sinon)
    return None if suite is None else voies + [((*avant, *plus_loin), montant) for plus_loin, montant in suite]


def _suivre(avant: tuple[noeuds.Noeud, ...], condition: noeuds.Noeud) -> tuple[noeuds.Noeud, ...]:
    """Return what leads to a branch; one word of a column says by itself that it is none of the others."""
    nom = _colonne_et_mot(condition)
    if nom is None:
        return (*avant, condition)
    reste = tuple(autre for autre in avant if not (isinstance(autre, noeuds.Non) and _colonne_et_mot(autre.terme) == nom))
    assert isinstance(condition, noeuds.Operation)
    return (*reste, noeuds.present(condition.gauche), condition)


def _colonne_et_mot(condition: noeuds.Noeud) -> str | None:
    match condition:
        case noeuds.Operation("==", noeuds.Colonne(nom), noeuds.Litteral(str())):
            return nom
    return None


class Comptage:
    """Takes counts and sums from the children of each row, for tables of one schema, again and again."""

    def __init__(self, calcul: Calcul, entite: str, enfant: str, pris: Denombrement) -> None:
        self.calcul, self.entite, self.enfant = calcul, entite, enfant
        lus = {**pris.conditions, **pris.termes}
        plan = calcul.planificateur.planifier(enfant, (), lus.values())
        traducteur = Traducteur(calcul.analyse, plan, calcul.sur_spark)
        self.entrees = frozenset(plan.entrees)
        self.du_parent = sorted(nom for nom in plan.du_parent if calcul.analyse.fournie(nom))
        self.niveaux = calcul.niveaux(plan)
        self.lus = {nom: traducteur.expression(noeud) for nom, noeud in lus.items()}
        self.sommes = [
            (nw.col(nom).cast(nw.Int64) if nom in pris.conditions else nw.col(nom)).sum().fill_null(0).cast(nw.Int64).alias(nom)
            for nom in lus
        ]

    def compter(self, enfants: Any, parents: Any) -> Any:
        """Return, for each parent that has children, each count and each sum; native frames, in and out, of one engine."""
        table = self.calcul.accueillir(self.enfant, enfants, [])
        if self.du_parent:
            lus = self.calcul.accueillir(self.entite, parents, []).select(self.entite, *self.du_parent)
            table = table.join(lus, on=self.entite, how="left")
        return self.reduire(self.calcul.appliquer(table, self.niveaux)).collect().to_native()

    def reduire(self, table: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        """Return the counts and sums of each parent, from the columns that they read."""
        return table.select(self.entite, **self.lus).group_by(self.entite).agg(*self.sommes)


def compter(calcul: Calcul, entite: str, enfant: str, pris: Denombrement) -> Any:
    """Return, as a native lazy frame, the same as `Comptage`, from the tables of the calculation and their children."""
    comptage = Comptage(calcul, entite, enfant, pris)
    plan = calcul.planificateur.planifier(enfant, (), {**pris.conditions, **pris.termes}.values())
    return comptage.reduire(calcul.executer(plan)).to_native()


def recomposer(table: Any, pris: Denombrement) -> Any:
    """Return the table of the entity, with its counts, as the rules of the entity read it: with its aggregates."""
    entite = nw.from_native(table)
    agregats = []
    for nom, parts in pris.sommes.items():
        termes = [nw.col(cle).fill_null(0) * coefficient for cle, coefficient in parts.items()]
        total = termes[0] if termes else nw.lit(0, dtype=nw.Int64)
        for terme in termes[1:]:
            total = total + terme
        agregats.append(total.alias(nom))
    return entite.with_columns(*agregats).to_native()
