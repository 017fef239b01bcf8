"""Where rules turn: the values of each input at which a comparison may change its answer.

A comparison with a constant is carried back to the inputs: `age >= 80` at an observation date is a date of birth, a day
before it and a day after. An input compared with another input takes every constant of the rule instead. Both
booleans, a text that no rule knows and a missing value always belong to them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from convmed.moteur import calendrier, noeuds
from convmed.moteur.planification import Analyse
from convmed.moteur.registre import EXERCICE, Contexte
from convmed.textes.unites import base

AUTRE_TEXTE = "autre"
MAX_ANS, MAX_MOIS = 130, 1_560
UN_JOUR = dt.timedelta(days=1)
COMPARAISONS = frozenset({"==", "!=", "<", "<=", ">", ">="})


@dataclass(slots=True)
class Frontieres:
    """The inputs and aggregates that expressions rest on, and the constants that they meet on the way.

    `directes` are the constants carried back to an input or aggregate; `libres` those compared with something that
    varies. `nombres`, `durees` (months), `dates` and `textes` are all the constants; `non_publiee` tells that a figure
    has no value.
    """

    entrees: dict[str, str] = field(default_factory=dict)
    agregats: dict[object, str] = field(default_factory=dict)
    toujours_connus: set[object] = field(default_factory=set)
    directes: dict[object, set[Any]] = field(default_factory=dict)
    libres: set[object] = field(default_factory=set)
    nombres: set[int] = field(default_factory=set)
    durees: set[int] = field(default_factory=lambda: {0})
    dates: set[dt.date] = field(default_factory=set)
    textes: set[str] = field(default_factory=set)
    regles: set[str] = field(default_factory=set)
    non_publiee: bool = False

    def axes(self) -> dict[object, list[Any]]:
        """Return the critical values of each input and aggregate, missing last."""
        axes: dict[object, list[Any]] = {}
        for cle, genre in (self.entrees | self.agregats).items():
            axes[cle] = self.valeurs(cle, genre) + ([] if cle in self.toujours_connus else [None])
        return axes

    def valeurs(self, cle: object, genre: str) -> list[Any]:
        """Return the critical values of an input or aggregate of a kind, without the missing one."""
        if genre == "booleen":
            return [True, False]
        propres = self.directes.get(cle, set())
        toutes = not propres or cle in self.libres
        if genre == "texte":
            return [*sorted(propres | (self.textes if toutes else set())), AUTRE_TEXTE]
        if genre == "date":
            bornes = propres | self.dates | (set(self._dates_decalees()) if toutes else set())
            return sorted({date + pas * UN_JOUR for date in bornes for pas in (-1, 0, 1)})
        nombres = propres | (self.nombres if toutes else set())
        voisins = {0, 1, 10 * max(nombres, default=0) + 1} | {n + pas for n in nombres for pas in (-1, 0, 1)}
        return sorted(n for n in voisins if n >= 0)

    def _dates_decalees(self) -> Iterable[dt.date]:
        return (calendrier.decale(date, sens * mois) for date in self.dates for mois in self.durees for sens in (-1, 1))

    def noter(self, valeur: Any, unite: str = "") -> None:
        """Note a constant: a number of an unknown unit may be a count, months or years."""
        match valeur:
            case tuple():
                for element in valeur:
                    self.noter(element)
            case bool():
                pass
            case int():
                self.nombres.add(valeur)
                if base(unite) in {"", "mois"} and abs(valeur) <= MAX_MOIS:
                    self.durees.add(abs(valeur))
                if base(unite) in {"", "ans"} and abs(valeur) <= MAX_ANS:
                    self.durees.add(12 * abs(valeur))
            case dt.date():
                self.dates.add(valeur)
            case str():
                self.textes.add(valeur)


def frontieres(contexte: Contexte, expressions: Iterable[noeuds.Noeud], dans_agregats: bool = False) -> Frontieres:
    """Return where expressions turn, through the rules that they read; aggregates are opened if asked to."""
    lecture = _Lecture(contexte, dans_agregats)
    pile = list(expressions)
    while pile:
        pile += lecture.lire(pile.pop())
    lecture.trouvees.dates = lecture.trouvees.dates or {contexte.date}
    return lecture.trouvees


class _Lecture:
    """Reads expressions into `Frontieres`."""

    def __init__(self, contexte: Contexte, dans_agregats: bool) -> None:
        self.contexte, self.dans_agregats = contexte, dans_agregats
        self.trouvees = Frontieres()
        self.analyse = Analyse(contexte, {}, ())

    def lire(self, expression: noeuds.Noeud) -> list[noeuds.Noeud]:
        """Note an expression; return those of the rules that it reads."""
        suite: list[noeuds.Noeud] = []
        for element in noeuds.parcourir(expression, self.dans_agregats):
            match element:
                case noeuds.Litteral(valeur=valeur):
                    self.trouvees.noter(valeur)
                case noeuds.Figure(dispositif=dispositif, nom=nom):
                    calcul = self.contexte.figure(dispositif, nom)[1]
                    self.trouvees.noter(calcul, self.contexte.figures[dispositif][nom].unite)
                    self.trouvees.non_publiee |= calcul is None
                case noeuds.Operation(symbole=symbole, gauche=gauche, droite=droite) if symbole in COMPARAISONS:
                    self._comparer(gauche, droite)
                case noeuds.Parmi():
                    self._chercher(element)
                case noeuds.Agregat() if not self.dans_agregats:
                    self._noter_agregat(element)
                case noeuds.Colonne(nom=nom):
                    suite += self._noter_colonne(nom)
        return suite

    def _comparer(self, gauche: noeuds.Noeud, droite: noeuds.Noeud) -> None:
        for cote, autre in ((gauche, droite), (droite, gauche)):
            fixe, valeur = self.analyse.constante(autre)
            self._remonter(cote, valeur if fixe else None)

    def _chercher(self, noeud: noeuds.Parmi) -> None:
        liste = self.analyse.constante(noeud.liste)[1] if isinstance(noeud.liste, noeuds.Noeud) else noeud.liste
        self.trouvees.noter(liste)
        for valeur in liste or ():
            self._remonter(noeud.terme, valeur)

    def _remonter(self, noeud: noeuds.Noeud, valeur: Any) -> None:
        """Carry a constant back to the inputs of an expression; without one, they are free."""
        match noeud:
            case noeuds.Colonne(nom=nom) if nom in self.contexte.registre.entrees:
                self._attacher(nom, valeur)
            case noeuds.Colonne(nom=nom):
                self._remonter(self.contexte.regle(nom).noeud, valeur)
            case noeuds.Duree(unite=unite, debut=debut, fin=fin):
                mois = None if valeur is None else valeur * (12 if unite == "ans" else 1)
                self._remonter(debut, self._decalee(fin, mois, -1))
                self._remonter(fin, self._decalee(debut, mois, 1))
            case noeuds.Decalage(date=date, mois=mois_lus):
                mois = self.analyse.constante(mois_lus)[1]
                connus = isinstance(valeur, dt.date) and mois is not None
                self._remonter(date, calendrier.decale(valeur, -mois) if connus else None)
            case noeuds.Cas(branches=branches, sinon=sinon):
                for branche in (*(alors for _, alors in branches), sinon):
                    self._remonter(branche, valeur)
            case noeuds.Agregat(genre="premiere" | "derniere", terme=terme) if self.dans_agregats:
                self._remonter(terme, valeur)
            case noeuds.Agregat():
                self._attacher(noeuds.forme(noeud), valeur)
            case noeuds.Operation(symbole=symbole, gauche=gauche, droite=droite):
                for rang, (cote, autre) in enumerate(((gauche, droite), (droite, gauche))):
                    fixe, constante = self.analyse.constante(autre)
                    connus = fixe and isinstance(valeur, int) and isinstance(constante, int)
                    self._remonter(cote, _inverse(symbole, rang, valeur, constante) if connus else None)

    def _decalee(self, noeud: noeuds.Noeud, mois: int | None, sens: int) -> dt.date | None:
        fixe, date = self.analyse.constante(noeud)
        return calendrier.decale(date, sens * mois) if fixe and date is not None and mois is not None else None

    def _attacher(self, cle: object, valeur: Any) -> None:
        if valeur is None:
            self.trouvees.libres.add(cle)
        elif not isinstance(valeur, bool):
            self.trouvees.directes.setdefault(cle, set()).add(valeur)

    def _noter_agregat(self, agregat: noeuds.Agregat) -> None:
        cle = noeuds.forme(agregat)
        self.trouvees.agregats[cle] = self.contexte.genre(agregat) or "entier"
        if agregat.genre not in {"premiere", "derniere"}:
            self.trouvees.toujours_connus.add(cle)

    def _noter_colonne(self, nom: str) -> list[noeuds.Noeud]:
        """Note an input, or return the expression of a rule not yet read."""
        entree = self.contexte.registre.entrees.get(nom)
        if entree is None:
            if nom in self.trouvees.regles:
                return []
            self.trouvees.regles.add(nom)
            return [self.contexte.regle(nom).noeud]
        if entree.entite == EXERCICE and nom in self.contexte.parametres:
            self.trouvees.noter(self.contexte.parametres[nom])
        else:
            self.trouvees.entrees[nom] = entree.genre
        return []


def _inverse(symbole: str, rang: int, valeur: int, constante: int) -> int | None:
    """Return the operand (left one at rank 0) that gives a value beside a constant, rounded down; `None` if none does."""
    match symbole, rang:
        case "+", _:
            return valeur - constante
        case "-", 0:
            return valeur + constante
        case "-", _:
            return constante - valeur
        case "*", _ if constante:
            return valeur // constante
        case "//", 0:
            return valeur * constante
    return None
