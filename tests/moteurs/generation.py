"""Data for every rule of the project, drawn where rules change: thresholds, ends of months, 29 February, missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from random import Random
from typing import Any

from hypothesis import strategies as st

from convmed.donnees.entites import REGISTRE
from convmed.moteur import noeuds
from convmed.moteur.frontieres import Frontieres, frontieres
from convmed.moteur.registre import EXERCICE, Contexte, Entree, Regle, RegleAbsente
from convmed.moteur.valeurs import OPERATIONS, Instance
from convmed.textes import EN_VIGUEUR, baremes, textes_connus
from convmed.textes.bareme import dossiers_des_dispositifs
from convmed.textes.unites import base

ANNEES = range(2017, 2031)
JOURS_LIMITES = [
    dt.date(2020, 2, 29), dt.date(2024, 2, 29), dt.date(2023, 2, 28), dt.date(2024, 3, 1), dt.date(2025, 1, 31),
    dt.date(2025, 8, 31), dt.date(2024, 12, 31), dt.date(2026, 1, 1), dt.date(1944, 2, 29), dt.date(2026, 4, 30),
]  # fmt: skip
# A product of three inputs and a rate stays under 2**63, the integers of every engine.
PLAFONDS = {"EUR": 50_000_000, "%": 10_000}
PLAFOND = 100_000

Lignes = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Domaine:
    """The values of an input where rules turn, and those that are common."""

    critiques: list[Any]
    usuelles: list[Any]

    def tirer(self, hasard: Random) -> Any:
        """Draw one value."""
        return hasard.choice(self.critiques if hasard.random() < 0.5 else self.usuelles)


@dataclass(slots=True)
class Besoin:
    """What rules need under a context, by entity: the rules, those that they read, the inputs and their domains."""

    regles: dict[str, list[str]] = field(default_factory=dict)
    lues: dict[str, dict[str, None]] = field(default_factory=dict)
    entrees: dict[str, list[str]] = field(default_factory=dict)
    domaines: dict[str, Domaine] = field(default_factory=dict)
    parametres: list[str] = field(default_factory=list)

    @property
    def entites(self) -> list[str]:
        """Return the entities whose rows are needed, parents first."""
        return [entite for entite in REGISTRE.entites if entite in self.entrees]


@cache
def regles_par_dispositif() -> dict[str, list[str]]:
    """Return the names of the rules of each dispositif."""
    for dossier in dossiers_des_dispositifs().values():
        # A folder that does not load is the failure of one test below, not of all of them.
        with suppress(Exception):
            import_module(f"convmed.dispositifs.{dossier.name}")
    trouvees: dict[str, dict[str, None]] = {}
    for nom, versions in REGISTRE.regles.items():
        for version in versions:
            trouvees.setdefault(version.dispositif, {})[nom] = None
    return {dispositif: list(noms) for dispositif, noms in sorted(trouvees.items())}


def contexte(texte: str, date: dt.date, parametres: Mapping[str, Any] | None = None) -> Contexte:
    """Return the context of a text at a date."""
    return Contexte(REGISTRE, baremes(), textes_connus()[texte], date, date.year, dict(parametres or {}))


def versions_lues(ici: Contexte, nom: str, vues: dict[str, Regle] | None = None) -> dict[str, Regle]:
    """Return every version on which a rule rests here; `RegleAbsente` if one of them does not exist."""
    vues = {} if vues is None else vues
    if nom not in REGISTRE.entrees and nom not in vues:
        vues[nom] = ici.regle(nom)
        for element in noeuds.parcourir(vues[nom].noeud):
            if isinstance(element, noeuds.Colonne):
                versions_lues(ici, element.nom, vues)
    return vues


def evaluables(ici: Contexte, noms: Iterable[str]) -> list[str]:
    """Return the rules that can be computed here."""
    retenues = []
    for nom in noms:
        try:
            versions_lues(ici, nom)
        except RegleAbsente:
            continue
        retenues.append(nom)
    return retenues


@dataclass(frozen=True, slots=True)
class Cadre:
    """A text and a date, the rules to compare there, and the other dates at which the same versions hold."""

    texte: str
    date: dt.date
    regles: tuple[str, ...]
    dates: tuple[dt.date, ...]


@cache
def cadres(dispositif: str) -> list[Cadre]:
    """Return the frames under which, together, every version of every rule of a dispositif is computed.

    A version counts twice: computed, and computed with all its figures published. A frame keeps the rules that rest
    on a version that no frame before it had.
    """
    noms = regles_par_dispositif()[dispositif]
    dates = {dt.date(annee, 1, 1) for annee in ANNEES}
    dates |= {v.du for nom in noms for v in REGISTRE.regles[nom] if v.du.year in ANNEES}
    textes = [EN_VIGUEUR, *(texte for texte in textes_connus() if texte != EN_VIGUEUR)]
    preferees = sorted(dates, key=lambda date: (date != dt.date(2026, 1, 1), -date.toordinal()))
    lues = {(texte, date): _versions_par_regle(contexte(texte, date), noms) for texte in textes for date in preferees}
    retenus: list[Cadre] = []
    faites: set[Trace] = set()
    while True:
        neuves = {cle: set().union(*regles.values()) - faites for cle, regles in lues.items()}
        cle = max(neuves, key=lambda c: len(neuves[c]))
        if not neuves[cle]:
            return retenus
        regles = tuple(nom for nom, versions in lues[cle].items() if versions & neuves[cle])
        memes = tuple(date for date in preferees if lues[cle[0], date] == lues[cle])
        retenus.append(Cadre(*cle, regles, memes))
        faites |= neuves[cle]


Trace = tuple[int, bool]


def _versions_par_regle(ici: Contexte, noms: Iterable[str]) -> dict[str, set[Trace]]:
    return {
        nom: {trace for version in versions_lues(ici, nom).values() for trace in _traces(ici, version)}
        for nom in evaluables(ici, noms)
    }


def _traces(ici: Contexte, version: Regle) -> Iterator[Trace]:
    figures = (element for element in noeuds.parcourir(version.noeud) if isinstance(element, noeuds.Figure))
    yield id(version), False
    if all(ici.figure(figure.dispositif, figure.nom)[1] is not None for figure in figures):
        yield id(version), True


def besoin_de(ici: Contexte, noms: Iterable[str]) -> Besoin:
    """Return what rules need here, with the values of each input where they may turn."""
    besoin, noms = Besoin(), list(noms)
    for nom in noms:
        besoin.regles.setdefault(ici.regle(nom).entite, []).append(nom)
        for version in versions_lues(ici, nom).values():
            besoin.lues.setdefault(version.entite, {})[version.nom] = None
            _noter_entites(besoin, version)
    limites = frontieres(ici, [ici.regle(nom).noeud for nom in noms], dans_agregats=True)
    limites.dates.add(dt.date(ici.annee, 12, 31))
    for nom in limites.entrees:
        entree = REGISTRE.entrees[nom]
        if entree.entite == EXERCICE:
            besoin.parametres.append(nom)
        else:
            _noter_entite(besoin, entree.entite)
            besoin.entrees[entree.entite].append(nom)
        besoin.domaines[nom] = _domaine(limites, entree, ici.annee)
    return besoin


def _noter_entite(besoin: Besoin, entite: str) -> None:
    for nom in (entite, *REGISTRE.ancetres(entite)):
        if nom != EXERCICE:
            besoin.entrees.setdefault(nom, [])


def _noter_entites(besoin: Besoin, version: Regle) -> None:
    _noter_entite(besoin, version.entite)
    for element in noeuds.parcourir(version.noeud):
        if isinstance(element, noeuds.Agregat):
            _noter_entite(besoin, element.entite)


def _domaine(limites: Frontieres, entree: Entree, annee: int) -> Domaine:
    critiques = limites.valeurs(entree.nom, entree.genre)
    match entree.genre:
        case "entier":
            plafond = PLAFONDS.get(base(entree.unite), PLAFOND)
            usuels = [0, 1, 2, 3, 5, 8, 10, 20, 40, 50, 90, 100, 1_000, plafond]
            return Domaine([v for v in critiques if v <= plafond], [v for v in usuels if v <= plafond])
        case "date":
            fin = dt.date(annee, 12, 31)
            ans = 95 if "naissance" in entree.nom else 6
            # More of what is recent: young children, last month.
            usuelles = [fin - dt.timedelta(days=366 * ans * rang**2 // 10_000) for rang in range(100)]
            return Domaine(critiques, [*usuelles, *JOURS_LIMITES])
    return Domaine(critiques, critiques)


@dataclass(frozen=True, slots=True)
class Tirage:
    """What hypothesis draws, and shrinks: how many rows, which columns are left out; the cells follow from the seed."""

    graine: int
    effectifs: dict[str, int]
    absentes: frozenset[str]
    manquants: bool
    annonce_sans_nul: bool


@st.composite
def tirages(tirer: st.DrawFn, besoin: Besoin, lignes: int) -> Tirage:
    """Draw the size and the holes of a data set."""
    racines = {entite for entite in besoin.entites if REGISTRE.entites[entite].parent is None}
    noms = [nom for liste in besoin.entrees.values() for nom in liste] + besoin.parametres
    absentes = tirer(st.lists(st.sampled_from(noms), max_size=len(noms) // 10)) if noms else []
    return Tirage(
        tirer(st.integers(0, 2**32)),
        {e: tirer(st.integers(1, 5 if e in racines and len(besoin.entites) > 1 else lignes)) for e in besoin.entites},
        frozenset(absentes),
        tirer(st.booleans()),
        tirer(st.booleans()),
    )


def generer(besoin: Besoin, tirage: Tirage) -> dict[str, Lignes]:
    """Return the tables of a draw: some parents have no child, some cells are missing, some columns too."""
    tables: dict[str, Lignes] = {}
    for entite in besoin.entites:
        hasard = Random(f"{tirage.graine} {entite}")
        parent = REGISTRE.entites[entite].parent
        cles = [ligne[parent] for ligne in tables[parent]] if parent else []
        nombre = 0 if parent and not cles else tirage.effectifs[entite]
        colonnes = {entite: [f"{entite}-{rang}" for rang in range(nombre)]}
        if parent:
            colonnes[parent] = hasard.choices(cles[: max(1, len(cles) * 3 // 4)], k=nombre) if nombre else []
        for nom in besoin.entrees[entite]:
            if nom not in tirage.absentes:
                colonnes[nom] = _cellules(besoin.domaines[nom], nombre, tirage, nom)
        tables[entite] = [dict(zip(colonnes, cellules, strict=True)) for cellules in zip(*colonnes.values(), strict=True)]
    return tables


def _cellules(domaine: Domaine, nombre: int, tirage: Tirage, nom: str) -> list[Any]:
    hasard = Random(f"{tirage.graine} {nom}")
    # Now and then a column without a hole, whose promise (`sans_nul`) then changes how rules are compiled.
    trous = tirage.manquants and hasard.random() < 0.8
    return [None if trous and hasard.random() < 0.15 else domaine.tirer(hasard) for _ in range(nombre)]


def parametres(besoin: Besoin, tirage: Tirage, annee: int) -> dict[str, Any]:
    """Return what the exercise fixes: most often ends of years; some parameters are left out."""
    hasard, fins = Random(f"{tirage.graine} exercice"), [dt.date(annee - 1, 12, 31), dt.date(annee, 12, 31)]
    valeurs = {}
    for nom in besoin.parametres:
        fixe = REGISTRE.entrees[nom].genre == "date" and hasard.random() < 0.8
        valeurs[nom] = hasard.choice(fins) if fixe else besoin.domaines[nom].tirer(hasard)
    return {nom: valeur for nom, valeur in valeurs.items() if nom not in tirage.absentes}


def instances(ici: Contexte, tables: Mapping[str, Lignes]) -> dict[str, list[Instance]]:
    """Return the rows of the tables as instances, tied to their parents and children."""
    faites: dict[str, dict[str, Instance]] = {}
    for entite, lignes in tables.items():
        faites[entite] = {ligne[entite]: Instance(ici, entite, ligne) for ligne in lignes}
        parent = REGISTRE.entites[entite].parent
        if parent in faites:
            for ligne in lignes:
                instance = faites[entite][ligne[entite]]
                instance.parent = faites[parent][ligne[parent]]
                instance.parent.enfants.setdefault(entite, []).append(instance)
    return {entite: list(lignes.values()) for entite, lignes in faites.items()}


def valeurs_tracees(ici: Contexte, besoin: Besoin, tables: Mapping[str, Lignes]) -> dict[str, dict[str, dict[str, Any]]]:
    """Return entity, row, rule: the values of the traced reading, the one that explains.

    Rows whose integers pass 64 bits, out of reach of every engine, are taken out of the tables.
    """
    while True:
        obtenues, trop_grandes = _tracer(ici, besoin, tables)
        if not trop_grandes:
            return obtenues
        for entite, cles in trop_grandes.items():
            _oter(tables, entite, cles)


def _tracer(
    ici: Contexte, besoin: Besoin, tables: Mapping[str, Lignes]
) -> tuple[dict[str, dict[str, dict[str, Any]]], dict[str, set[str]]]:
    trop_grandes: dict[str, set[str]] = {}
    obtenues: dict[str, dict[str, dict[str, Any]]] = {}
    with entiers_de_64_bits():
        lues = instances(ici, tables)
        for entite, noms in besoin.lues.items():
            for instance in lues.get(entite, ()):
                cle, voulues = instance.donnees[entite], besoin.regles.get(entite, ())
                try:
                    valeurs = {nom: instance.valeur(nom) for nom in noms}
                except OverflowError:
                    trop_grandes.setdefault(entite, set()).add(cle)
                else:
                    obtenues.setdefault(entite, {})[cle] = {nom: valeurs[nom] for nom in voulues}
    return {entite: obtenues.get(entite, {}) for entite in besoin.regles if entite != EXERCICE}, trop_grandes


def _oter(tables: Mapping[str, Lignes], entite: str, cles: set[str]) -> None:
    """Take rows out of a table, with their descendants."""
    tables[entite][:] = [ligne for ligne in tables[entite] if ligne[entite] not in cles]
    for enfant in tables:
        if REGISTRE.entites[enfant].parent == entite:
            _oter(tables, enfant, {ligne[enfant] for ligne in tables[enfant] if ligne[entite] in cles})


@contextmanager
def entiers_de_64_bits() -> Iterator[None]:
    """Make the traced reading refuse, while it compiles here, what the integers of the engines cannot hold."""
    sans_borne = dict(OPERATIONS)

    def borner(operation: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        def calculer(a: Any, b: Any) -> Any:
            if not -(2**63) <= (resultat := operation(a, b)) < 2**63:
                raise OverflowError
            return resultat

        return calculer

    OPERATIONS.update({symbole: borner(sans_borne[symbole]) for symbole in ("+", "-", "*")})
    try:
        yield
    finally:
        OPERATIONS.update(sans_borne)


def pleines(tables: Mapping[str, Lignes]) -> Iterator[str]:
    """Yield the input columns without a missing cell."""
    for lignes in tables.values():
        for nom in lignes[0] if lignes else ():
            if all(ligne[nom] is not None for ligne in lignes):
                yield nom
