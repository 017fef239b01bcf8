"""Data for every rule of the project, drawn where rules change: thresholds, ends of months, 29 February, missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from random import Random
from typing import Any

from hypothesis import strategies as st

from convmed.donnees.entites import REGISTRE
from convmed.moteur import noeuds
from convmed.moteur.analyse_branches import Frontieres, frontieres
from convmed.moteur.registre import EXERCICE, Contexte, Regle, RegleAbsente
from convmed.moteur.valeurs import Instance
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


@dataclass(slots=True)
class Besoin:
    """What the rules of a dispositif need under a context: rules and inputs by entity, and the values where they turn."""

    regles: dict[str, list[str]] = field(default_factory=dict)
    entrees: dict[str, list[str]] = field(default_factory=dict)
    domaines: dict[str, list[Any]] = field(default_factory=dict)
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

    A frame keeps the rules that rest on a version that no frame before it had.
    """
    noms = regles_par_dispositif()[dispositif]
    dates = {dt.date(annee, 1, 1) for annee in ANNEES}
    dates |= {v.du for nom in noms for v in REGISTRE.regles[nom] if v.du.year in ANNEES}
    textes = [EN_VIGUEUR, *(texte for texte in textes_connus() if texte != EN_VIGUEUR)]
    preferees = sorted(dates, key=lambda date: (date != dt.date(2026, 1, 1), date))
    lues = {(texte, date): _versions_par_regle(contexte(texte, date), noms) for texte in textes for date in preferees}
    retenus: list[Cadre] = []
    faites: set[int] = set()
    while True:
        neuves = {cle: set().union(*regles.values()) - faites for cle, regles in lues.items()}
        cle = max(neuves, key=lambda c: len(neuves[c]))
        if not neuves[cle]:
            return retenus
        regles = tuple(nom for nom, versions in lues[cle].items() if versions & neuves[cle])
        memes = tuple(date for date in preferees if lues[cle[0], date] == lues[cle])
        retenus.append(Cadre(*cle, regles, memes))
        faites |= neuves[cle]


def _versions_par_regle(ici: Contexte, noms: Iterable[str]) -> dict[str, set[int]]:
    return {nom: {id(v) for v in versions_lues(ici, nom).values()} for nom in evaluables(ici, noms)}


def besoin_de(ici: Contexte, noms: Iterable[str]) -> Besoin:
    """Return what rules need here, with the values of each input where they may turn."""
    besoin, limites = Besoin(), dict[str, Frontieres]()
    for nom in noms:
        regle = ici.regle(nom)
        besoin.regles.setdefault(regle.entite, []).append(nom)
        for version in versions_lues(ici, nom).values():
            _noter_entites(besoin, version)
        trouvees = frontieres(ici, regle.noeud, dans_agregats=True)
        for entree in trouvees.entrees:
            _fondre(limites.setdefault(entree, Frontieres()), trouvees)
    for nom, trouvees in limites.items():
        entree = REGISTRE.entrees[nom]
        if entree.entite == EXERCICE:
            besoin.parametres.append(nom)
        else:
            _noter_entite(besoin, entree.entite)
            besoin.entrees[entree.entite].append(nom)
        besoin.domaines[nom] = _domaine(trouvees, entree.genre, entree.unite)
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


def _fondre(cible: Frontieres, source: Frontieres) -> None:
    for champ in ("nombres", "durees", "dates", "textes"):
        getattr(cible, champ).update(getattr(source, champ))


def _domaine(limites: Frontieres, genre: str, unite: str) -> list[Any]:
    limites.dates.update({dt.date(2024, 12, 31), dt.date(2025, 12, 31), dt.date(2026, 12, 31)})
    valeurs = limites.valeurs(genre)[:-1]
    if genre == "entier":
        plafond = PLAFONDS.get(base(unite), PLAFOND)
        return [*(v for v in valeurs if v <= plafond), 2, 3, 10, plafond]
    return [*valeurs, *JOURS_LIMITES] if genre == "date" else valeurs


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


def _cellules(domaine: list[Any], nombre: int, tirage: Tirage, nom: str) -> list[Any]:
    hasard = Random(f"{tirage.graine} {nom}")
    # Now and then a column without a hole, whose promise (`sans_nul`) then changes how rules are compiled.
    trous = tirage.manquants and hasard.random() < 0.8
    return [None if trous and hasard.random() < 0.15 else hasard.choice(domaine) for _ in range(nombre)]


def parametres(besoin: Besoin, tirage: Tirage, annee: int) -> dict[str, Any]:
    """Return what the exercise fixes: most often ends of years; some parameters are left out."""
    hasard, fins = Random(f"{tirage.graine} exercice"), [dt.date(annee - 1, 12, 31), dt.date(annee, 12, 31)]
    valeurs = {}
    for nom in besoin.parametres:
        domaine = besoin.domaines[nom]
        fixe = REGISTRE.entrees[nom].genre == "date" and hasard.random() < 0.7
        valeurs[nom] = hasard.choice(fins if fixe else domaine)
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
    """Return entity, row, rule: the values of the traced reading, the one that explains."""
    lues = instances(ici, tables)
    return {
        entite: {
            instance.donnees[entite]: {nom: instance.valeur(nom) for nom in noms} for instance in lues.get(entite, ())
        }
        for entite, noms in besoin.regles.items()
        if entite != EXERCICE
    }


def pleines(tables: Mapping[str, Lignes]) -> Iterator[str]:
    """Yield the input columns without a missing cell."""
    for lignes in tables.values():
        for nom in lignes[0] if lignes else ():
            if all(ligne[nom] is not None for ligne in lignes):
                yield nom
