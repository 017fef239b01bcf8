"""The registry: entities, inputs and rules, and which version of a rule holds under a text at a date."""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from convmed.moteur.noeuds import Colonne, Figure, Noeud, noeud, parcourir
from convmed.textes import Texte, Valeur
from convmed.textes import Figure as FigureDuBareme
from convmed.textes.bareme import date_relative

EXERCICE = "exercice"
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


class _FiguresDe:
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
                figures = _FiguresDe(dispositif)
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

    def version(self, nom: str, texte: Texte, date: dt.date) -> Regle:
        """Return the version of a rule in force; `RegleAbsente` says when it begins or ended otherwise."""
        versions = self.regles.get(nom, ())
        for candidat in texte.chaine:
            for regle in versions:
                if regle.texte == candidat and regle.du <= date <= regle.au:
                    return regle
        avant = max((r.au for r in versions if r.texte in texte.chaine and r.au < date), default=None)
        apres = min((r.du for r in versions if r.texte in texte.chaine and r.du > date), default=None)
        if apres:
            raise RegleAbsente(f"« {nom} » n'existe pas avant le {apres:%d/%m/%Y} ({texte.libelle})")
        if avant:
            raise RegleAbsente(f"« {nom} » n'existe plus depuis le {avant:%d/%m/%Y} ({texte.libelle})")
        raise RegleAbsente(f"« {nom} » n'existe pas dans ce texte ({texte.libelle})")

    def verifier(self, figures: Mapping[str, Mapping[str, FigureDuBareme]]) -> list[str]:
        """Return what is wrong in the whole: unknown columns and figures, inputs and figures never read."""
        fautes, lues = [], set()
        for versions in self.regles.values():
            for regle in versions:
                for element in parcourir(regle.noeud):
                    if isinstance(element, Figure):
                        lues.add((element.dispositif, element.nom))
                        if element.nom not in figures.get(element.dispositif, {}):
                            fautes.append(f"{regle.nom} lit une figure inconnue : {element.dispositif}.{element.nom}")
                    elif isinstance(element, Colonne):
                        lues.add(element.nom)
                        if element.nom not in self.entrees and element.nom not in self.regles:
                            fautes.append(f"{regle.nom} lit une colonne inconnue : {element.nom}")
        fautes += [f"entrée déclarée et jamais lue : {nom}" for nom in self.entrees if nom not in lues]
        return fautes


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


def _date(valeur: str | dt.date) -> dt.date:
    return valeur if isinstance(valeur, dt.date) else dt.date.fromisoformat(valeur)
