"""Reading 2: one case, without a data frame, whose evaluation is its own explanation.

Evaluating a rule leaves behind the leaves that settled it: in a `cas`, the branch that was taken; in an `et` that is
false, the term that made it so. `Explication` is that residue, not a second computation.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import singledispatch
from typing import Any

from convmed.moteur import calendrier, noeuds
from convmed.moteur.registre import EXERCICE, Contexte
from convmed.textes.unites import afficher, base, vers_nombre


@dataclass(slots=True)
class Explication:
    """Where a value comes from.

    `genre` is `regle`, `figure`, `entree`, `parametre` or `agregat`; `valeur` is the integer of computation.
    """

    genre: str
    nom: str
    libelle: str
    valeur: Any
    unite: str
    reference: str = ""
    confiance: str = ""
    enfants: tuple[Explication, ...] = ()
    detail: str = ""

    def en_dict(self) -> dict[str, Any]:
        """Return the tree as JSON: values in euros, percent and ISO dates."""
        arbre: dict[str, Any] = {"genre": self.genre, "nom": self.nom, "libelle": self.libelle}
        arbre["valeur"] = self.valeur_publique()
        arbre |= {
            cle: getattr(self, cle)
            for cle in ("unite", "reference", "confiance", "detail")
            if getattr(self, cle)
        }
        if self.enfants:
            arbre["enfants"] = [enfant.en_dict() for enfant in self.enfants]
        return arbre

    def valeur_publique(self) -> Any:
        """Return the value as users write it: euros, percent, ISO date."""
        if isinstance(self.valeur, dt.date):
            return self.valeur.isoformat()
        if isinstance(self.valeur, int) and not isinstance(self.valeur, bool):
            return vers_nombre(self.valeur, self.unite)
        return list(self.valeur) if isinstance(self.valeur, tuple) else self.valeur

    def feuilles(self) -> Iterator[Explication]:
        """Yield the inputs and figures on which the value rests."""
        if not self.enfants:
            yield self
        for enfant in self.enfants:
            yield from enfant.feuilles()

    def manquants(self) -> list[Explication]:
        """Return the leaves that are missing, if the value is."""
        if self.valeur is not None:
            return []
        return [f for f in self.feuilles() if f.valeur is None and (f.genre != "entree" or not f.detail)]

    def partiels(self) -> Iterator[Explication]:
        """Yield the groups whose contribution is missing: what a sum leaves out."""
        if self.genre == "groupe" and self.valeur is None:
            yield self
        for enfant in self.enfants:
            yield from enfant.partiels()

    def lignes(self, retrait: int = 0) -> Iterator[str]:
        """Yield the tree as indented French text."""
        note = f"  [{self.reference}{', ' + self.confiance if self.confiance not in ('', 'officiel') else ''}]"
        yield "  " * retrait + f"{self.libelle} : {afficher(self.valeur, self.unite)}" + (
            f" ({self.detail})" if self.detail else ""
        ) + (note if self.reference else "")
        for enfant in self.enfants:
            yield from enfant.lignes(retrait + 1)


class Instance:
    """One row being evaluated: its inputs, its children, its parent, and what has been computed so far."""

    __slots__ = ("contexte", "donnees", "enfants", "entite", "memo", "parent", "utilises")

    def __init__(
        self,
        contexte: Contexte,
        entite: str,
        donnees: Mapping[str, Any],
        enfants: Mapping[str, Iterable[Instance]] | None = None,
        parent: Instance | None = None,
    ) -> None:
        self.contexte, self.entite, self.donnees, self.parent = contexte, entite, donnees, parent
        self.enfants = {nom: list(liste) for nom, liste in (enfants or {}).items()}
        for liste in self.enfants.values():
            for enfant in liste:
                enfant.parent = self
        self.memo: dict[str, Explication] = {}
        self.utilises: list[Explication] = []

    def expliquer(self, nom: str) -> Explication:
        """Return a value with its explanation, computed at most once."""
        if nom not in self.memo:
            self.memo[nom] = self._evaluer(nom)
        return self.memo[nom]

    def valeur(self, nom: str) -> Any:
        """Return a value of computation: cents, 1/10,000, date, boolean, or `None` if it is missing."""
        return self.expliquer(nom).valeur

    def porteur(self, entite: str) -> Instance:
        """Return the row of an entity among this one and its ancestors (the topmost if none is)."""
        instance = self
        while instance.entite != entite and instance.parent is not None:
            instance = instance.parent
        return instance

    def agreger(self, agregat: noeuds.Agregat) -> Explication:
        """Compute an aggregate over the children, with one group for each distinct contribution."""
        terme = compiler_en(self.contexte, agregat.terme)
        condition = None if agregat.condition is None else compiler_en(self.contexte, agregat.condition)
        par = None if agregat.par is None else compiler_en(self.contexte, agregat.par)
        groupes: dict[Any, Groupe] = {}
        for enfant in self.enfants.get(agregat.entite, ()):
            avant, enfant.utilises = enfant.utilises, []
            if condition is None or condition(enfant):
                valeur, exemple = terme(enfant), tuple(enfant.utilises)
                cle = (valeur, par(enfant) if par else None)
                effectif, premier = groupes[cle][2:] if cle in groupes else (0, exemple)
                groupes[cle] = (*cle, effectif + 1, premier)
            enfant.utilises = avant
        return reduire(agregat, list(groupes.values()), self.contexte)

    def _evaluer(self, nom: str) -> Explication:
        contexte = self.contexte
        entree = contexte.registre.entrees.get(nom)
        if entree is not None:
            if entree.entite == EXERCICE:
                valeur, genre = contexte.parametres.get(nom), "parametre"
            elif entree.entite != self.entite and self.parent is not None:
                return self.parent.expliquer(nom)
            else:
                valeur, genre = self.donnees.get(nom), "entree"
            vide = valeur is None and (nom in self.donnees or not entree.exigee)
            detail = (entree.nul_signifie or "") if vide else ""
            return Explication(genre, nom, entree.libelle, valeur, entree.unite, detail=detail)
        regle = contexte.regle(nom)
        if regle.entite != self.entite and self.parent is not None:
            return self.parent.expliquer(nom)
        avant, self.utilises = self.utilises, []
        valeur = compiler_en(contexte, regle.noeud)(self)
        explication = Explication(
            "regle", nom, regle.libelle, valeur, regle.unite, regle.article, enfants=_sans_doublon(self.utilises)
        )
        self.utilises = avant
        return explication


# Equal contributions: their value, what they are grouped by, how many they are, and what one of them rests on.
Groupe = tuple[Any, Any, int, tuple[Explication, ...]]


def reduire(agregat: noeuds.Agregat, groupes: list[Groupe], contexte: Contexte) -> Explication:
    """Reduce groups of equal contributions to one value, explained by one example of each group."""
    connus = [(valeur, effectif) for valeur, _, effectif, _ in groupes if valeur is not None]
    resultat: Any
    match agregat.genre:
        case "somme":
            resultat = sum(valeur * effectif for valeur, effectif in connus)
        case "nombre":
            resultat = sum(effectif for valeur, effectif in connus if valeur)
        case "existe":
            resultat = any(valeur for valeur, _ in connus)
        case "premiere":
            resultat = min((valeur for valeur, _ in connus), default=None)
        case _:
            resultat = max((valeur for valeur, _ in connus), default=None)
    enfants: tuple[Explication, ...] = ()
    if agregat.genre in {"somme", "nombre"}:
        enfants = tuple(
            _groupe(agregat, groupe, contexte)
            for groupe in sorted(groupes, key=lambda g: (g[0] is None, g[0] or 0, str(g[1])), reverse=True)
            if groupe[0] or groupe[0] is None
        )
    return Explication(
        "agregat", agregat.genre, libelle_agregat(agregat, contexte), resultat, unite_agregat(agregat, contexte),
        enfants=enfants,
    )  # fmt: skip


def _groupe(agregat: noeuds.Agregat, groupe: Groupe, contexte: Contexte) -> Explication:
    valeur, par, effectif, exemple = groupe
    unite, enfants = unite_agregat(agregat, contexte), _sans_doublon(exemple)
    if valeur is None:
        libelle = f"{effectif} {agregat.entite}{'s' if effectif > 1 else ''} sans valeur connue"
        return Explication("groupe", agregat.entite, libelle, None, unite, enfants=enfants)
    if agregat.genre == "nombre":
        return Explication("groupe", agregat.entite, "retenus", effectif, "nombre", enfants=enfants)
    libelle = f"{effectif} × {afficher(valeur, unite)}" + (f", {par}" if par is not None else "")
    return Explication(
        "groupe", agregat.entite, libelle, valeur * effectif, unite, detail="exemple d'un cas", enfants=enfants
    )


def libelle_agregat(agregat: noeuds.Agregat, contexte: Contexte) -> str:
    """Write an aggregate in French: `somme de « ... » (entité)`."""
    cible = ""
    if isinstance(agregat.terme, noeuds.Colonne):
        nom = agregat.terme.nom
        entree = contexte.registre.entrees.get(nom)
        cible = f" de « {entree.libelle if entree else contexte.regle(nom).libelle} »"
    return f"{agregat.genre}{cible} ({agregat.entite})"


def unite_agregat(agregat: noeuds.Agregat, contexte: Contexte) -> str:
    """Return the unit of an aggregate: the one of its term, or a count."""
    if agregat.genre in {"nombre", "existe"}:
        return "nombre" if agregat.genre == "nombre" else "booléen"
    if isinstance(agregat.terme, noeuds.Colonne):
        entree = contexte.registre.entrees.get(agregat.terme.nom)
        return base(entree.unite if entree else contexte.regle(agregat.terme.nom).unite)
    return "date" if agregat.genre in {"premiere", "derniere"} else "nombre"


Lecteur = Callable[[Instance], Any]


def compiler_en(contexte: Contexte, noeud: noeuds.Noeud) -> Lecteur:
    """Return the closure that evaluates an expression, compiled once for the contexts that share a memory."""
    garde = contexte.memoire.get(id(noeud))
    if garde is None:
        # The expression is kept with its closure: another one could otherwise take its place in memory, and its identity.
        garde = contexte.memoire[id(noeud)] = (noeud, compiler(noeud, contexte))
    lecteur: Lecteur = garde[1]
    return lecteur


@singledispatch
def compiler(noeud: Any, contexte: Contexte) -> Lecteur:
    """Compile an expression to a closure over an `Instance`."""
    raise TypeError(f"expression inconnue : {noeud!r}")


@compiler.register
def _(noeud: noeuds.Litteral, contexte: Contexte) -> Lecteur:
    valeur = noeud.valeur
    return lambda instance: valeur


@compiler.register
def _(noeud: noeuds.Colonne, contexte: Contexte) -> Lecteur:
    nom = noeud.nom

    def lire(instance: Instance) -> Any:
        explication = instance.memo.get(nom) or instance.expliquer(nom)
        instance.utilises.append(explication)
        return explication.valeur

    return lire


@compiler.register
def _(noeud: noeuds.Figure, contexte: Contexte) -> Lecteur:
    figure = contexte.figures[noeud.dispositif][noeud.nom]
    valeur, calcul = contexte.figure(noeud.dispositif, noeud.nom)
    publiee = valeur is not None and calcul is not None
    explication = Explication(
        "figure", f"{noeud.dispositif}.{noeud.nom}", figure.libelle, calcul, figure.unite,
        valeur.reference if publiee and valeur else figure.article, valeur.confiance if publiee and valeur else "",
        detail="" if publiee else "non publié",
    )  # fmt: skip

    def lire(instance: Instance) -> Any:
        instance.utilises.append(explication)
        return calcul

    return lire


OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    # A quotient by zero is missing, as it is on every engine.
    "//": lambda a, b: a // b if b else None,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


@compiler.register
def _(noeud: noeuds.Operation, contexte: Contexte) -> Lecteur:
    gauche, droite = compiler(noeud.gauche, contexte), compiler(noeud.droite, contexte)
    operation = OPERATIONS[noeud.symbole]

    def lire(instance: Instance) -> Any:
        a, b = gauche(instance), droite(instance)
        return None if a is None or b is None else operation(a, b)

    return lire


@compiler.register
def _(noeud: noeuds.Logique, contexte: Contexte) -> Lecteur:
    termes = [compiler(terme, contexte) for terme in noeud.termes]
    decisif = noeud.operateur == "ou"

    def lire(instance: Instance) -> bool | None:
        debut, manquants = len(instance.utilises), []
        for terme in termes:
            ici = len(instance.utilises)
            valeur = terme(instance)
            if valeur is None:
                manquants += instance.utilises[ici:]
            elif valeur == decisif:
                del instance.utilises[debut:ici]
                return decisif
        if not manquants:
            return not decisif
        instance.utilises[debut:] = manquants
        return None

    return lire


@compiler.register
def _(noeud: noeuds.Non, contexte: Contexte) -> Lecteur:
    terme = compiler(noeud.terme, contexte)

    def lire(instance: Instance) -> bool | None:
        valeur = terme(instance)
        return None if valeur is None else not valeur

    return lire


@compiler.register
def _(noeud: noeuds.Present, contexte: Contexte) -> Lecteur:
    terme = compiler(noeud.terme, contexte)
    nom = noeud.terme.nom if isinstance(noeud.terme, noeuds.Colonne) else None
    entree = contexte.registre.entrees.get(nom or "")

    def lire(instance: Instance) -> bool | None:
        if terme(instance) is not None:
            return True
        # A column that nobody supplied is not an empty cell: what an empty cell means is unknown there.
        absente = entree is not None and entree.exigee and nom not in instance.porteur(entree.entite).donnees
        return None if absente else False

    return lire


@compiler.register
def _(noeud: noeuds.Parmi, contexte: Contexte) -> Lecteur:
    terme = compiler(noeud.terme, contexte)
    liste = compiler(noeud.liste, contexte) if isinstance(noeud.liste, noeuds.Noeud) else None
    ecrite = None if isinstance(noeud.liste, noeuds.Noeud) else noeud.liste

    def lire(instance: Instance) -> bool | None:
        valeur, valeurs = terme(instance), liste(instance) if liste else ecrite
        return None if valeur is None or valeurs is None else valeur in valeurs

    return lire


@compiler.register
def _(noeud: noeuds.Cas, contexte: Contexte) -> Lecteur:
    branches = [(compiler(c, contexte), compiler(v, contexte)) for c, v in noeud.branches]
    sinon = compiler(noeud.sinon, contexte)

    def lire(instance: Instance) -> Any:
        debut = len(instance.utilises)
        for condition, valeur in branches:
            ici = len(instance.utilises)
            vrai = condition(instance)
            if vrai is None:
                del instance.utilises[debut:ici]
                return None
            if vrai:
                del instance.utilises[debut:ici]
                return valeur(instance)
        return sinon(instance)

    return lire


@compiler.register
def _(noeud: noeuds.Duree, contexte: Contexte) -> Lecteur:
    debut, fin = compiler(noeud.debut, contexte), compiler(noeud.fin, contexte)
    calcul = calendrier.ans_revolus if noeud.unite == "ans" else calendrier.mois_revolus

    def lire(instance: Instance) -> int | None:
        a, b = debut(instance), fin(instance)
        return None if a is None or b is None else calcul(a, b)

    return lire


@compiler.register
def _(noeud: noeuds.Decalage, contexte: Contexte) -> Lecteur:
    date, mois = compiler(noeud.date, contexte), compiler(noeud.mois, contexte)

    def lire(instance: Instance) -> dt.date | None:
        a, b = date(instance), mois(instance)
        return None if a is None or b is None else calendrier.decale(a, b)

    return lire


@compiler.register
def _(noeud: noeuds.Agregat, contexte: Contexte) -> Lecteur:
    def lire(instance: Instance) -> Any:
        explication = instance.agreger(noeud)
        instance.utilises.append(explication)
        return explication.valeur

    return lire


def _sans_doublon(explications: Iterable[Explication]) -> tuple[Explication, ...]:
    uniques: dict[int, Explication] = {}
    for explication in explications:
        uniques.setdefault(id(explication), explication)
    return tuple(uniques.values())
