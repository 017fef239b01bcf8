"""What a calculation on columns needs, in which order, and what it need not compute twice.

Before any data is read: which expressions hold one value for all rows, which may be missing, which are the same
computation. A computation that stands in several places becomes a column of its own, so that expressions grow like
the rules and not like their products.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from hashlib import blake2s
from typing import Any

from convmed.moteur import noeuds
from convmed.moteur.registre import EXERCICE, Contexte
from convmed.moteur.valeurs import Instance, compiler

FEUILLES = (noeuds.Litteral, noeuds.Colonne, noeuds.Figure, noeuds.Agregat)
# Below this many operations, computing twice costs less than a column more.
TAILLE_PARTAGEE = 6
JAMAIS = float("inf")


@dataclass(slots=True)
class Plan:
    """What a set of results needs on one entity: columns level by level, inputs, aggregates over each child.

    `definitions` holds the rules, and the shared computations under a name of their own; `partages` finds that name
    by the number of the expression.
    """

    entite: str
    niveaux: list[list[str]] = field(default_factory=list)
    definitions: dict[str, noeuds.Noeud] = field(default_factory=dict)
    partages: dict[int, str] = field(default_factory=dict)
    entrees: set[str] = field(default_factory=set)
    du_parent: set[str] = field(default_factory=set)
    agregats: dict[str, dict[object, tuple[str, noeuds.Agregat]]] = field(default_factory=dict)


class Analyse:
    """What is known of expressions under a context, given the columns that are supplied and those without a hole."""

    def __init__(
        self,
        contexte: Contexte,
        colonnes: Mapping[str, frozenset[str]],
        sans_nul: Iterable[str] = (),
        vides: Iterable[str] = (),
        fermees: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        self.contexte, self.colonnes, self.fermees = contexte, colonnes, fermees or {}
        self.sans_nul, self.vides = frozenset(sans_nul), frozenset(vides)
        self.exercice = Instance(contexte, EXERCICE, {})
        # What is known of an expression is kept by its identity: the expression must live as long, or another would take its place.
        self._vus: list[noeuds.Noeud] = []
        self._constantes: dict[int, tuple[bool, Any]] = {}
        self._manquables: dict[int, bool] = {}
        self._numeros: dict[int, int] = {}
        self._empreintes: dict[int, str] = {}
        self._formes: dict[object, int] = {}

    def fournie(self, nom: str) -> bool:
        """Tell whether a column can be had: a rule, or an input that its table holds."""
        entree = self.contexte.registre.entrees.get(nom)
        return entree is None or nom in self.colonnes.get(entree.entite, ())

    def inconnue(self, noeud: noeuds.Noeud) -> bool:
        """Tell whether an input was not supplied whose empty cells would have had a meaning."""
        if not isinstance(noeud, noeuds.Colonne) or self.fournie(noeud.nom):
            return False
        return self.contexte.registre.entrees[noeud.nom].exigee

    def constante(self, noeud: noeuds.Noeud) -> tuple[bool, Any]:
        """Return whether an expression holds one value for all rows, and that value."""
        if id(noeud) not in self._constantes:
            self._vus.append(noeud)
            fixe = self._est_fixe(noeud)
            valeur = compiler(noeud, self.contexte)(self.exercice) if fixe else None
            self._constantes[id(noeud)] = fixe, valeur
        return self._constantes[id(noeud)]

    def _est_fixe(self, noeud: noeuds.Noeud) -> bool:
        if isinstance(noeud, noeuds.Colonne):
            return self.contexte.entite_de(noeud.nom) == EXERCICE
        if isinstance(noeud, noeuds.Agregat):
            return noeud.entite in self.vides
        return all(self.constante(n)[0] for n in noeuds.enfants(noeud))

    def peut_manquer(self, noeud: noeuds.Noeud) -> bool:
        """Tell whether an expression may be missing on some row."""
        if id(noeud) not in self._manquables:
            self._vus.append(noeud)
            self._manquables[id(noeud)] = self._peut_manquer(noeud)
        return self._manquables[id(noeud)]

    def _peut_manquer(self, noeud: noeuds.Noeud) -> bool:
        fixe, valeur = self.constante(noeud)
        if fixe:
            return valeur is None
        match noeud:
            case noeuds.Colonne(nom=nom):
                if nom in self.contexte.registre.entrees:
                    return nom not in self.sans_nul
                return self.peut_manquer(self.contexte.regle(nom).noeud)
            case noeuds.Present(terme=terme):
                return self.inconnue(terme)
            case noeuds.Agregat(genre=genre):
                return genre in {"premiere", "derniere"}
            case noeuds.Operation(symbole="//", droite=droite) if not self.constante(droite)[1]:
                return True
            case noeuds.Logique(operateur="et", termes=termes):
                # `et(present(x), x >= borne)`: where x is missing the first term settles the whole.
                gardes = self._gardes(noeud)
                return any(self._peut_manquer_sauf(terme, gardes) for terme in termes)
            case noeuds.Cas(branches=branches, sinon=sinon):
                return self.peut_manquer(sinon) or any(
                    self.peut_manquer(condition) or self._peut_manquer_sauf(valeur, self._gardes(condition))
                    for condition, valeur in branches
                )
        return any(self.peut_manquer(enfant) for enfant in noeuds.enfants(noeud))

    def _gardes(self, condition: noeuds.Noeud) -> set[int]:
        """Return the expressions that a condition, where it is true, says to be known."""
        termes = condition.termes if isinstance(condition, noeuds.Logique) and condition.operateur == "et" else (condition,)
        return {self.numero(t.terme) for t in termes if isinstance(t, noeuds.Present) and not self.peut_manquer(t)}

    def _peut_manquer_sauf(self, noeud: noeuds.Noeud, gardes: set[int]) -> bool:
        """Tell whether an expression may be missing where the guarded ones are known."""
        if not gardes or isinstance(noeud, noeuds.Cas) or not self.peut_manquer(noeud):
            return self.peut_manquer(noeud)
        if self.numero(noeud) in gardes:
            return False
        sous = noeuds.enfants(noeud)
        if not sous or isinstance(noeud, noeuds.Agregat) or (isinstance(noeud, noeuds.Operation) and noeud.symbole == "//"):
            return True
        return any(self._peut_manquer_sauf(enfant, gardes) for enfant in sous)

    def enumeration(self, nom: str) -> tuple[str, ...]:
        """Return the words of a rule that only chooses among them, or of an input that knows its own: numbers are faster."""
        if nom in self.contexte.registre.entrees:
            return self.fermees.get(nom, ())
        noeud = self.contexte.regle(nom).noeud
        if not isinstance(noeud, noeuds.Cas):
            return ()
        mots = [valeur for _, valeur in noeud.branches] + [noeud.sinon]
        if not all(isinstance(mot, noeuds.Litteral) and isinstance(mot.valeur, str) for mot in mots):
            return ()
        return tuple(dict.fromkeys(mot.valeur for mot in mots if isinstance(mot, noeuds.Litteral) and isinstance(mot.valeur, str)))

    def numero(self, noeud: noeuds.Noeud) -> int:
        """Return a number that two expressions share if they are the same computation."""
        if id(noeud) not in self._numeros:
            self._vus.append(noeud)
            parties = tuple(self.numero(enfant) for enfant in noeuds.enfants(noeud))
            forme = noeuds.forme(noeud) if isinstance(noeud, FEUILLES) else (*noeuds.tete(noeud), parties)
            self._numeros[id(noeud)] = self._formes.setdefault(forme, len(self._formes))
        return self._numeros[id(noeud)]


    def empreinte(self, noeud: noeuds.Noeud) -> str:
        """Return a name that two expressions share, whatever their text and figures, if they are the same computation."""
        if id(noeud) not in self._empreintes:
            self._vus.append(noeud)
            fixe, valeur = self.constante(noeud)
            if fixe:
                parties: list[object] = ["=", type(valeur).__name__, valeur]
            elif isinstance(noeud, noeuds.Colonne) and noeud.nom in self.contexte.registre.entrees:
                parties = ["entree", noeud.nom, self.fournie(noeud.nom)]
            elif isinstance(noeud, noeuds.Colonne):
                parties = [self.empreinte(self.contexte.regle(noeud.nom).noeud)]
            else:
                sous = [self.empreinte(enfant) for enfant in noeuds.enfants(noeud)]
                parties = [*noeuds.tete(noeud), *sous]
            self._empreintes[id(noeud)] = blake2s(repr(parties).encode(), digest_size=8).hexdigest()
        return self._empreintes[id(noeud)]


class Planificateur:
    """Sorts the rules that results need on an entity, and gathers the aggregates that they take."""

    def __init__(self, analyse: Analyse) -> None:
        self.analyse, self.contexte = analyse, analyse.contexte

    def planifier(self, entite: str, resultats: Iterable[str], expressions: Iterable[noeuds.Noeud] = ()) -> Plan:
        """Return the plan of results and of free expressions; `LookupError` for a column that cannot be read there."""
        plan, expressions = Plan(entite), list(expressions)
        pile, vus = list(resultats), set[str]()
        for expression in expressions:
            pile += self._lire(plan, expression)
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
                plan.definitions[nom] = self.contexte.regle(nom).noeud
                pile += self._lire(plan, plan.definitions[nom])
        self._partager(plan, [*plan.definitions.values(), *expressions])
        self._ordonner(plan)
        return plan

    def _lire(self, plan: Plan, expression: noeuds.Noeud) -> list[str]:
        """Note the aggregates of an expression in the plan and return the columns that it reads."""
        lues = []
        for element in noeuds.parcourir(expression, dans_agregats=False):
            if isinstance(element, noeuds.Colonne):
                lues.append(element.nom)
            elif isinstance(element, noeuds.Agregat) and not self.analyse.constante(element)[0]:
                de_l_enfant = plan.agregats.setdefault(element.entite, {})
                de_l_enfant.setdefault(noeuds.forme(element), (f"_{element.entite}_{self.analyse.empreinte(element)}", element))
        return lues

    def _noter_ailleurs(self, plan: Plan, nom: str) -> None:
        """Note a column of an ancestor; a column of the exercise is a constant and needs no place."""
        ailleurs = self.contexte.entite_de(nom)
        if ailleurs == EXERCICE:
            return
        if ailleurs not in self.contexte.registre.ancetres(plan.entite):
            raise LookupError(f"« {nom} » ({ailleurs}) ne se lit depuis « {plan.entite} » que dans un agrégat")
        plan.du_parent.add(nom)

    def _partager(self, plan: Plan, expressions: list[noeuds.Noeud]) -> None:
        """Give a name to each computation that stands in several places.

        Not to a product: taken out of the branch that guards it, it could overflow on a row that never takes it.
        """
        emplois, exemples, tailles = Counter[int](), dict[int, noeuds.Noeud](), dict[int, float]()

        def compter(noeud: noeuds.Noeud, fois: int) -> float:
            if isinstance(noeud, FEUILLES) or self.analyse.constante(noeud)[0]:
                return 0
            numero = self.analyse.numero(noeud)
            emplois[numero] += fois
            if numero not in exemples:
                exemples[numero] = noeud
                produit = isinstance(noeud, noeuds.Operation) and noeud.symbole == "*"
                propre = JAMAIS if produit else 1
                tailles[numero] = propre + sum(compter(enfant, combien) for enfant, combien in self._emplois(noeud))
            return tailles[numero]

        for expression in expressions:
            compter(expression, 1)
        for numero, noeud in exemples.items():
            if emplois[numero] > 1 and TAILLE_PARTAGEE <= tailles[numero] < JAMAIS:
                nom = plan.partages[numero] = f"_{plan.entite}_partage_{len(plan.partages)}"
                plan.definitions[nom] = noeud

    def _emplois(self, noeud: noeuds.Noeud) -> Iterator[tuple[noeuds.Noeud, int]]:
        """Yield each sub-expression with how many times its translation repeats it."""
        match noeud:
            case noeuds.Cas(branches=branches, sinon=sinon):
                for condition, valeur in branches:
                    yield condition, 2 if self.analyse.peut_manquer(condition) else 1
                    yield valeur, 1
                yield sinon, 1
            case noeuds.Duree(debut=debut, fin=fin):
                yield from ((debut, 3), (fin, 3))
            case noeuds.Parmi(terme=terme):
                yield terme, 2 if self.analyse.peut_manquer(terme) else 1
            case _:
                yield from ((enfant, 1) for enfant in noeuds.enfants(noeud))

    def _ordonner(self, plan: Plan) -> None:
        """Sort the definitions in levels, each resting on those before it."""
        graphe = TopologicalSorter[str]()
        for nom, noeud in plan.definitions.items():
            graphe.add(nom, *self._appuis(plan, noeud, nom))
        graphe.prepare()
        while graphe.is_active():
            niveau = list(graphe.get_ready())
            graphe.done(*niveau)
            plan.niveaux.append(niveau)

    def _appuis(self, plan: Plan, noeud: noeuds.Noeud, defini: str) -> Iterator[str]:
        """Yield the definitions on which an expression rests directly."""
        partage = plan.partages.get(self.analyse.numero(noeud))
        if partage is not None and partage != defini:
            yield partage
        elif isinstance(noeud, noeuds.Colonne):
            if noeud.nom in plan.definitions:
                yield noeud.nom
        elif not isinstance(noeud, noeuds.Agregat):
            for enfant in noeuds.enfants(noeud):
                yield from self._appuis(plan, enfant, defini)
