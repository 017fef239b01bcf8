"""The registry: entities, inputs and rules, and which version of a rule holds under a text at a date."""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from convmed.moteur.noeuds import (
    Agregat,
    Cas,
    Colonne,
    Decalage,
    Figure,
    Litteral,
    Logique,
    Noeud,
    Non,
    Operation,
    Parmi,
    Present,
    enfants,
    noeud,
    parcourir,
)
from convmed.textes import Figure as FigureDuBareme
from convmed.textes import Texte, Valeur
from convmed.textes.bareme import date_relative

EXERCICE = "exercice"
GENRES = {"booléen": "booleen", "date": "date", "date relative": "date", "texte": "texte", "jour de l'année": "texte",
          "liste": "liste"}  # fmt: skip
GENRES_PYTHON = {bool: "booleen", int: "entier", str: "texte", dt.date: "date"}
DEBUT, FIN = dt.date(1900, 1, 1), dt.date(2999, 12, 31)


@dataclass(frozen=True, slots=True)
class Entite:
    """A kind of row: its parent, the column that names it, and the one that names its parent."""

    nom: str
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Entree:
    """An input column.

    `genre` is `booleen`, `entier`, `date` or `texte`; `nul_signifie` says what an empty cell means, and `exigee` that
    this meaning holds only if the column was supplied at all.
    """

    nom: str
    entite: str
    genre: str
    libelle: str
    unite: str
    nul_signifie: str | None = None
    exigee: bool = False


@dataclass(frozen=True, slots=True)
class Regle:
    """One version of a rule: the expression, the text and dates for which it holds, and the norms it implements."""

    nom: str
    entite: str
    unite: str
    libelle: str
    dispositif: str
    article: str
    normes: tuple[str, ...]
    texte: str
    du: dt.date
    au: dt.date
    noeud: Noeud


class RegleAbsente(LookupError):
    """No version of the rule holds under the text at the date."""


class FiguresDe:
    """What a rule receives as `bareme`: reading an attribute gives the symbol of a figure."""

    def __init__(self, dispositif: str) -> None:
        self._dispositif = dispositif

    def __getattr__(self, nom: str) -> Figure:
        return Figure(self._dispositif, nom)


@dataclass(slots=True)
class Registre:
    """Entities, inputs and rules of one body of texts."""

    entites: dict[str, Entite] = field(default_factory=lambda: {EXERCICE: Entite(EXERCICE)})
    entrees: dict[str, Entree] = field(default_factory=dict)
    regles: dict[str, list[Regle]] = field(default_factory=dict)

    def entite(self, nom: str, parent: str | None = None) -> None:
        """Declare a kind of row."""
        self.entites[nom] = Entite(nom, parent)

    def entree(
        self,
        entite: str,
        nom: str,
        genre: str,
        libelle: str,
        unite: str | None = None,
        *,
        nul_signifie: str | None = None,
        exigee: bool = False,
    ) -> Colonne:
        """Declare an input column and return its symbol; `ValueError` if the name is taken."""
        if nom in self.entrees:
            raise ValueError(f"l'entrée « {nom} » est déjà déclarée")
        unites = {"booleen": "booléen", "date": "date", "texte": "texte", "entier": "nombre"}
        self.entrees[nom] = Entree(nom, entite, genre, libelle, unite or unites[genre], nul_signifie, exigee)
        return Colonne(nom)

    def regle_de(self, dispositif: str, texte: str, article: str = "") -> Callable[..., Any]:
        """Return the `@regle` decorator of a dispositif; rules hold under `texte` unless they say otherwise."""

        def regle(
            *,
            entite: str,
            unite: str,
            article: str = article,
            normes: tuple[str, ...] | list[str] = (),
            texte: str | tuple[str, ...] = texte,
            du: str | dt.date = DEBUT,
            au: str | dt.date = FIN,
        ) -> Callable[[Callable[..., object]], Callable[..., object]]:
            def enregistrer(fonction: Callable[..., object]) -> Callable[..., object]:
                figures = FiguresDe(dispositif)
                arguments = {
                    nom: figures if nom == "bareme" else Colonne(nom) for nom in inspect.signature(fonction).parameters
                }
                libelle = (fonction.__doc__ or "").strip().split("\n")[0].rstrip(".")
                expression = noeud(fonction(**arguments))
                for un_texte in (texte,) if isinstance(texte, str) else texte:
                    self.ajouter(
                        Regle(
                            fonction.__name__, entite, unite, libelle, dispositif, article, tuple(normes), un_texte,
                            _date(du), _date(au), expression,
                        )
                    )  # fmt: skip
                return fonction

            return enregistrer

        return regle

    def ajouter(self, regle: Regle) -> None:
        """Add a version of a rule; `ValueError` if it has no article or label, or overlaps another version."""
        for champ in ("article", "libelle", "unite"):
            if not getattr(regle, champ):
                raise ValueError(f"la règle « {regle.nom} » n'a pas de {champ}")
        if regle.nom in self.entrees:
            raise ValueError(f"« {regle.nom} » est déjà une entrée")
        if regle.entite not in self.entites:
            raise ValueError(f"la règle « {regle.nom} » porte sur une entité inconnue : {regle.entite}")
        for autre in self.regles.get(regle.nom, ()):
            if autre.texte == regle.texte and autre.du <= regle.au and regle.du <= autre.au:
                raise ValueError(f"deux versions de « {regle.nom} » se recouvrent ({regle.texte})")
        self.regles.setdefault(regle.nom, []).append(regle)

    def ancetres(self, entite: str) -> list[str]:
        """Return the parent of an entity, the parent of that one, and so on."""
        trouves: list[str] = []
        parent = self.entites[entite].parent
        while parent is not None:
            trouves.append(parent)
            parent = self.entites[parent].parent
        return trouves

    def version(self, nom: str, texte: Texte, date: dt.date) -> Regle:
        """Return the version of a rule in force; `RegleAbsente` says when it begins or ended otherwise."""
        versions = self.regles.get(nom, ())
        for candidat in texte.chaine:
            for regle in versions:
                if regle.texte == candidat and regle.du <= date <= regle.au:
                    return regle
        libelle = versions[0].libelle if versions else nom
        avant = max((r.au for r in versions if r.texte in texte.chaine and r.au < date), default=None)
        apres = min((r.du for r in versions if r.texte in texte.chaine and r.du > date), default=None)
        if apres:
            raise RegleAbsente(f"« {libelle} » n'existe pas avant le {apres:%d/%m/%Y} ({texte.libelle})")
        if avant:
            raise RegleAbsente(f"« {libelle} » n'existe plus depuis le {avant:%d/%m/%Y} ({texte.libelle})")
        raise RegleAbsente(f"« {libelle} » n'existe pas dans ce texte ({texte.libelle})")

    def verifier(self, figures: Mapping[str, Mapping[str, FigureDuBareme]]) -> list[str]:
        """Return what is wrong in the whole: unknown columns and figures, columns out of reach, inputs never read."""
        fautes: list[str] = []
        for versions in self.regles.values():
            for regle in versions:
                fautes += [f"{regle.nom} {faute}" for faute in self._fautes(regle.noeud, regle.entite, figures)]
        return list(dict.fromkeys(fautes)) + [f"entrée déclarée et jamais lue : {nom}" for nom in self.entrees_jamais_lues()]

    def entrees_jamais_lues(self) -> list[str]:
        """Return the declared inputs that no rule reads."""
        expressions = [regle.noeud for versions in self.regles.values() for regle in versions]
        lues = {e.nom for expression in expressions for e in parcourir(expression) if isinstance(e, Colonne)}
        return [nom for nom in self.entrees if nom not in lues]

    def _fautes(
        self, expression: Noeud, entite: str, figures: Mapping[str, Mapping[str, FigureDuBareme]]
    ) -> Iterator[str]:
        """Yield the faults of an expression read from a row of an entity."""
        if isinstance(expression, Figure) and expression.nom not in figures.get(expression.dispositif, {}):
            yield f"lit une figure inconnue : {expression.dispositif}.{expression.nom}"
        elif isinstance(expression, Colonne):
            if expression.nom not in self.entrees and expression.nom not in self.regles:
                yield f"lit une colonne inconnue : {expression.nom}"
            elif not self.entites_de(expression.nom) & {EXERCICE, entite, *self.ancetres(entite)}:
                yield f"lit « {expression.nom} », qui n'est ni de « {entite} » ni d'un ancêtre, hors d'un agrégat"
        elif isinstance(expression, Agregat):
            enfant = self.entites.get(expression.entite)
            if enfant is None or enfant.parent != entite:
                yield f"agrège « {expression.entite} », qui n'est pas un enfant de « {entite} »"
                return
            entite = enfant.nom
        for enfant_lu in enfants(expression):
            yield from self._fautes(enfant_lu, entite, figures)

    def entites_de(self, nom: str) -> set[str]:
        """Return the entity of an input, or those of the versions of a rule."""
        return {self.entrees[nom].entite} if nom in self.entrees else {r.entite for r in self.regles[nom]}


@dataclass(slots=True)
class Contexte:
    """What one calculation holds fixed: the text, the date that picks figures and rules, the exercise, parameters."""

    registre: Registre
    figures: Mapping[str, Mapping[str, FigureDuBareme]]
    texte: Texte
    date: dt.date
    annee: int
    parametres: Mapping[str, object] = field(default_factory=dict)
    _valeurs: dict[tuple[str, str], tuple[Valeur | None, Any]] = field(default_factory=dict)
    _versions: dict[str, Regle] = field(default_factory=dict)
    memoire: dict[Any, Any] = field(default_factory=dict)

    def regle(self, nom: str) -> Regle:
        """Return the version of a rule in force here; `RegleAbsente` if there is none."""
        if nom not in self._versions:
            self._versions[nom] = self.registre.version(nom, self.texte, self.date)
        return self._versions[nom]

    def figure(self, dispositif: str, nom: str) -> tuple[Valeur | None, Any]:
        """Return a figure in force here (`None` if nobody published it) and its value of computation."""
        cle = (dispositif, nom)
        if cle not in self._valeurs:
            figure = self.figures[dispositif][nom]
            valeur = self.texte.valeur(figure, self.date)
            calcul = None if valeur is None else valeur.calcul
            if calcul is not None and figure.unite == "date relative":
                calcul = date_relative(calcul, self.annee)
            self._valeurs[cle] = (valeur, calcul)
        return self._valeurs[cle]

    def entite_de(self, nom: str) -> str:
        """Return the entity to which a column belongs."""
        if nom in self.registre.entrees:
            return self.registre.entrees[nom].entite
        return self.regle(nom).entite

    def genre(self, expression: Noeud) -> str | None:
        """Return the kind of an expression: `booleen`, `entier`, `date`, `texte` or `liste`; `None` for a bare `None`."""
        match expression:
            case Colonne(nom=nom):
                entree = self.registre.entrees.get(nom)
                return entree.genre if entree else GENRES.get(self.regle(nom).unite, "entier")
            case Figure(dispositif=dispositif, nom=nom):
                return GENRES.get(self.figures[dispositif][nom].unite, "entier")
            case Litteral(valeur=valeur):
                return None if valeur is None else GENRES_PYTHON[type(valeur)]
            case Cas():
                valeurs = (*(valeur for _, valeur in expression.branches), expression.sinon)
                return next((genre for valeur in valeurs if (genre := self.genre(valeur))), None)
            case Logique() | Non() | Present() | Parmi():
                return "booleen"
            case Operation(symbole=symbole):
                return "entier" if symbole in {"+", "-", "*", "//"} else "booleen"
            case Agregat(genre="premiere" | "derniere", terme=terme):
                return self.genre(terme)
            case Agregat(genre="existe"):
                return "booleen"
        return "date" if isinstance(expression, Decalage) else "entier"


def _date(valeur: str | dt.date) -> dt.date:
    return valeur if isinstance(valeur, dt.date) else dt.date.fromisoformat(valeur)
