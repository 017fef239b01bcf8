"""The expressions a rule is made of.

A rule is called once, when it is registered, with symbols instead of values; what it returns is kept as an
expression. Three modules read that one expression: `colonnes` (data frames), `valeurs` (one case, explained) and
`symboles` (decision tables, units, reachability). There is no second version of a rule to disagree with it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

DIX_MILLE = 10_000
Scalaire = bool | int | str | dt.date | None


class Noeud:
    """An expression; operators build larger expressions, and using one as a Python condition is refused."""

    __slots__ = ()

    def __add__(self, autre: object) -> Operation:
        return Operation("+", self, noeud(autre))

    def __radd__(self, autre: object) -> Operation:
        return Operation("+", noeud(autre), self)

    def __sub__(self, autre: object) -> Operation:
        return Operation("-", self, noeud(autre))

    def __rsub__(self, autre: object) -> Operation:
        return Operation("-", noeud(autre), self)

    def __mul__(self, autre: object) -> Operation:
        return Operation("*", self, noeud(autre))

    def __rmul__(self, autre: object) -> Operation:
        return Operation("*", noeud(autre), self)

    def __floordiv__(self, autre: object) -> Operation:
        return Operation("//", self, noeud(autre))

    def __eq__(self, autre: object) -> Operation:  # type: ignore[override]
        return Operation("==", self, noeud(autre))

    def __ne__(self, autre: object) -> Operation:  # type: ignore[override]
        return Operation("!=", self, noeud(autre))

    def __lt__(self, autre: object) -> Operation:
        return Operation("<", self, noeud(autre))

    def __le__(self, autre: object) -> Operation:
        return Operation("<=", self, noeud(autre))

    def __gt__(self, autre: object) -> Operation:
        return Operation(">", self, noeud(autre))

    def __ge__(self, autre: object) -> Operation:
        return Operation(">=", self, noeud(autre))

    __hash__ = object.__hash__

    def __bool__(self) -> bool:
        raise TypeError("une règle ne branche pas avec if/and/or/not : écrire cas(...), et(...), ou(...), non(...)")


@dataclass(frozen=True, slots=True, eq=False)
class Litteral(Noeud):
    """A constant written in the rule."""

    valeur: Scalaire


@dataclass(frozen=True, slots=True, eq=False)
class Colonne(Noeud):
    """A value read by name: an input, a parameter of the calculation, or another rule."""

    nom: str


@dataclass(frozen=True, slots=True, eq=False)
class Figure(Noeud):
    """A figure of the barème, resolved under a text at a date."""

    dispositif: str
    nom: str


@dataclass(frozen=True, slots=True, eq=False)
class Operation(Noeud):
    """Integer arithmetic (`+ - * //`) or a comparison; missing if one side is missing."""

    symbole: str
    gauche: Noeud
    droite: Noeud


@dataclass(frozen=True, slots=True, eq=False)
class Logique(Noeud):
    """`et` / `ou` with Kleene logic: a missing term leaves the result missing unless another one settles it."""

    operateur: str
    termes: tuple[Noeud, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Non(Noeud):
    """Negation; missing stays missing."""

    terme: Noeud


@dataclass(frozen=True, slots=True, eq=False)
class Present(Noeud):
    """True if the value is known; missing if the column itself was not supplied."""

    terme: Noeud


@dataclass(frozen=True, slots=True, eq=False)
class Parmi(Noeud):
    """True if the value is in a list, written or taken from the barème."""

    terme: Noeud
    liste: Noeud | tuple[Scalaire, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Cas(Noeud):
    """The first true branch; missing if a condition that comes before it is missing."""

    branches: tuple[tuple[Noeud, Noeud], ...]
    sinon: Noeud


@dataclass(frozen=True, slots=True, eq=False)
class Duree(Noeud):
    """Completed years or months between two dates."""

    unite: str
    debut: Noeud
    fin: Noeud


@dataclass(frozen=True, slots=True, eq=False)
class Decalage(Noeud):
    """A date moved by a number of months; a day that does not exist becomes the last of its month."""

    date: Noeud
    mois: Noeud


@dataclass(frozen=True, slots=True, eq=False)
class Agregat(Noeud):
    """`somme`, `nombre`, `premiere`, `derniere` or `existe` over the children of an entity.

    `par` changes nothing to the value: it says by which column an explanation groups what the children bring.
    """

    genre: str
    entite: str
    terme: Noeud
    condition: Noeud | None = None
    par: Noeud | None = None


def noeud(valeur: object) -> Noeud:
    """Wrap a Python constant as an expression; `TypeError` for what a rule may not hold (a float, a list)."""
    if isinstance(valeur, Noeud):
        return valeur
    if valeur is None or isinstance(valeur, (bool, int, str, dt.date)):
        return Litteral(valeur)
    raise TypeError(f"une règle ne contient ni {type(valeur).__name__} ni nombre à virgule : {valeur!r}")


def cas(*branches: tuple[object, object], sinon: object) -> Cas:
    """Return the value of the first branch whose condition is true, else `sinon`."""
    return Cas(tuple((noeud(condition), noeud(valeur)) for condition, valeur in branches), noeud(sinon))


def et(*termes: object) -> Logique:
    """Return true if every term is."""
    return Logique("et", tuple(noeud(terme) for terme in termes))


def ou(*termes: object) -> Logique:
    """Return true if one term is."""
    return Logique("ou", tuple(noeud(terme) for terme in termes))


def non(terme: object) -> Non:
    """Return the negation of a term."""
    return Non(noeud(terme))


def entre(terme: object, mini: object, maxi_exclu: object) -> Logique:
    """Return true if `mini <= terme < maxi_exclu`."""
    return et(noeud(terme) >= mini, noeud(terme) < maxi_exclu)


def present(terme: object) -> Present:
    """Return true if the value is known."""
    return Present(noeud(terme))


def vrai(drapeau: object) -> Logique:
    """Return true if a flag is known and true: what was not said is not supposed."""
    return et(present(drapeau), drapeau)


def a_defaut(terme: object, sinon: object) -> Cas:
    """Return a value, or another if it is not known."""
    return cas((present(terme), terme), sinon=sinon)


def parmi(terme: object, liste: Noeud | tuple[Scalaire, ...]) -> Parmi:
    """Return true if the value is one of the list."""
    return Parmi(noeud(terme), liste)


def ans_revolus(debut: object, fin: object) -> Duree:
    """Return the completed years from one date to another: reached on the birthday, on 1 March for a 29 February."""
    return Duree("ans", noeud(debut), noeud(fin))


def mois_revolus(debut: object, fin: object) -> Duree:
    """Return the completed months from one date to another: reached on the same day of the month, or the next 1st."""
    return Duree("mois", noeud(debut), noeud(fin))


def decale(date: object, mois: object) -> Decalage:
    """Return the date moved by `mois` months (negative: earlier), clipped to the end of the month."""
    return Decalage(noeud(date), noeud(mois))


def au_plus(valeur: object, plafond: object) -> Cas:
    """Return the value, or the ceiling if the value passes it."""
    return cas((noeud(valeur) > plafond, plafond), sinon=valeur)


def au_moins(valeur: object, plancher: object) -> Cas:
    """Return the value, or the floor if the value does not reach it."""
    return cas((noeud(valeur) < plancher, plancher), sinon=valeur)


def arrondi_demi_superieur(numerateur: object, denominateur: object) -> Operation:
    """Return the quotient of two non-negative integers, rounded half up by integer division."""
    return (2 * noeud(numerateur) + noeud(denominateur)) // (2 * noeud(denominateur))


def part(montant: object, taux: object) -> Operation:
    """Return a rate (per 10,000) of an amount (cents), rounded half up to the cent."""
    return arrondi_demi_superieur(noeud(montant) * taux, DIX_MILLE)


def quotient_arrondi(expression: Noeud) -> tuple[Noeud, Noeud] | None:
    """Return the two terms of a quotient written by `arrondi_demi_superieur`; `None` for any other expression."""
    match expression:
        case Operation(
            "//", Operation("+", Operation("*", Litteral(2), numerateur), ajout), Operation("*", Litteral(2), denominateur)
        ) if forme(ajout) == forme(denominateur):
            return numerateur, denominateur
    return None


def quotient_par_exces(expression: Noeud) -> tuple[Noeud, Noeud] | None:
    """Return the two terms of a quotient rounded up, `(n + d - 1) // d`; `None` for any other expression."""
    match expression:
        case Operation("//", Operation("-", Operation("+", numerateur, ajout), Litteral(1)), denominateur) if (
            forme(ajout) == forme(denominateur)
        ):
            return numerateur, denominateur
    return None


def somme(entite: str, terme: object, condition: Noeud | None = None, par: Noeud | None = None) -> Agregat:
    """Return the sum of a term over the children of the entity; explained by groups of `par` if it is given."""
    return Agregat("somme", entite, noeud(terme), condition, par)


def nombre(entite: str, condition: object) -> Agregat:
    """Return how many children fulfil the condition."""
    return Agregat("nombre", entite, noeud(condition))


def existe(entite: str, condition: object) -> Agregat:
    """Return true if one child fulfils the condition; false without children."""
    return Agregat("existe", entite, noeud(condition))


def premiere(entite: str, date: object, condition: Noeud | None = None) -> Agregat:
    """Return the earliest date among the children that fulfil the condition; missing if there is none."""
    return Agregat("premiere", entite, noeud(date), condition)


def derniere(entite: str, date: object, condition: Noeud | None = None) -> Agregat:
    """Return the latest date among the children that fulfil the condition; missing if there is none."""
    return Agregat("derniere", entite, noeud(date), condition)


def enfants(expression: Noeud) -> tuple[Noeud, ...]:
    """Return the direct sub-expressions of an expression."""
    match expression:
        case Operation():
            return (expression.gauche, expression.droite)
        case Logique():
            return expression.termes
        case Non() | Present():
            return (expression.terme,)
        case Parmi():
            return (expression.terme, expression.liste) if isinstance(expression.liste, Noeud) else (expression.terme,)
        case Cas():
            return (*(n for branche in expression.branches for n in branche), expression.sinon)
        case Duree():
            return (expression.debut, expression.fin)
        case Decalage():
            return (expression.date, expression.mois)
        case Agregat():
            return (expression.terme,) if expression.condition is None else (expression.terme, expression.condition)
    return ()


def parcourir(expression: Noeud, dans_agregats: bool = True) -> Iterator[Noeud]:
    """Yield an expression and all that it holds; stop at aggregates if asked to."""
    yield expression
    if isinstance(expression, Agregat) and not dans_agregats:
        return
    for enfant in enfants(expression):
        yield from parcourir(enfant, dans_agregats)


def forme(expression: Noeud) -> object:
    """Return a hashable form of an expression: two expressions of one form are the same computation."""
    match expression:
        case Litteral():
            return ("=", type(expression.valeur).__name__, expression.valeur)
        case Colonne():
            return expression.nom
        case Figure():
            return (expression.dispositif, expression.nom)
    return (*tete(expression), tuple(forme(enfant) for enfant in enfants(expression)))


def tete(expression: Noeud) -> tuple[object, ...]:
    """Return what an expression is besides its sub-expressions: its kind, its symbol, its unit..."""
    champs = ("symbole", "operateur", "unite", "genre", "entite", "liste")
    propres = (getattr(expression, champ, None) for champ in champs)
    condition = getattr(expression, "condition", None) is not None
    return (type(expression).__name__, condition, *(v for v in propres if isinstance(v, (str, tuple))))
