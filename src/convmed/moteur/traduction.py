"""Expressions translated to Narwhals, over the columns that a plan brings together."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections.abc import Callable
from functools import singledispatchmethod
from typing import Any

import narwhals.stable.v2 as nw

from convmed.moteur import noeuds
from convmed.moteur.planification import Analyse, Plan
from convmed.moteur.valeurs import OPERATIONS

# The rank of a word among at most 32,767.
NUMERO = nw.Int16
TYPES: dict[str | None, Any] = {"booleen": nw.Boolean, "entier": nw.Int64, "date": nw.Date, "texte": nw.String}


# How an age compared with a number is a birth compared with a bound: what to add to the number, and whether it is denied.
AGES = {">=": (0, False), ">": (1, False), "<": (0, True), "<=": (1, True)}


def ne_au_plus_tard(unite: str, fin: dt.date, nombre: int) -> dt.date | None:
    """Return the last birthday of who has reached, at a day, so many completed years or months.

    `None` if no calendar goes that far. A month without the day stops at its last one: who was born in it has reached it.
    """
    mois = fin.year * 12 + fin.month - 1 - nombre * (12 if unite == "ans" else 1)
    annee, rang = divmod(mois, 12)
    if not dt.MINYEAR <= annee <= dt.MAXYEAR:
        return None
    return dt.date(annee, rang + 1, min(fin.day, monthrange(annee, rang + 1)[1]))


def _est(valeur: noeuds.Noeud, mot: str) -> bool:
    return isinstance(valeur, noeuds.Litteral) and valeur.valeur == mot


def numero_de(nom: str) -> str:
    """Return the column that holds, as numbers, the words among which a rule chooses."""
    return f"_{nom}_numero"


class Traducteur:
    """Turns the expressions of a plan into Narwhals ones."""

    def __init__(self, analyse: Analyse, plan: Plan, sur_spark: bool = False) -> None:
        self.analyse, self.plan, self.sur_spark = analyse, plan, sur_spark
        self.constante, self.peut_manquer = analyse.constante, analyse.peut_manquer

    def definition(self, nom: str) -> nw.Expr:
        """Translate what a column of the plan is defined by."""
        return self.expression(self.plan.definitions[nom], nom)

    def mots(self, nom: str) -> tuple[str, ...]:
        """Return the words of a column of the plan that is also held as numbers: a rule that chooses, or a closed input."""
        return () if nom in self.plan.partages.values() else self.analyse.enumeration(nom)

    def numeros(self, nom: str) -> nw.Expr:
        """Translate a rule that chooses among words as the rank of the word."""
        noeud, rangs = self.plan.definitions[nom], {mot: rang for rang, mot in enumerate(self.mots(nom))}
        assert isinstance(noeud, noeuds.Cas)
        return self._cas(noeud, lambda mot: nw.lit(rangs[mot.valeur], dtype=NUMERO))

    def expression(self, noeud: noeuds.Noeud, definie: str = "") -> nw.Expr:
        """Translate an expression; what holds for all rows is computed here, once, and what is shared is read."""
        fixe, valeur = self.constante(noeud)
        if fixe:
            return self.litteral(noeud, valeur)
        partage = self.plan.partages.get(self.analyse.numero(noeud))
        return self.traduire(noeud) if partage in {None, definie} else nw.col(str(partage))

    def litteral(self, noeud: noeuds.Noeud, valeur: Any) -> nw.Expr:
        """Return a constant of the kind of an expression: a missing one has a type too."""
        genre = self.analyse.contexte.genre(noeud)
        return nw.lit(valeur, dtype=TYPES[genre]) if genre in TYPES else nw.lit(valeur)

    def contribution(self, agregat: noeuds.Agregat) -> nw.Expr:
        """Compile what one child brings to an aggregate; missing where its condition does not hold."""
        if agregat.genre in {"nombre", "existe"}:
            return nw.when(self.expression(agregat.terme)).then(nw.lit(1)).otherwise(nw.lit(0))
        terme = self.expression(agregat.terme)
        return terme if agregat.condition is None else nw.when(self.expression(agregat.condition)).then(terme)

    @singledispatchmethod
    def traduire(self, noeud: Any) -> nw.Expr:
        """Translate an expression that varies from row to row."""
        raise TypeError(f"expression inconnue : {noeud!r}")

    @traduire.register
    def _(self, noeud: noeuds.Colonne) -> nw.Expr:
        return nw.col(noeud.nom) if self.analyse.fournie(noeud.nom) else self.litteral(noeud, None)

    def _manque_toujours(self, *noeuds_lus: noeuds.Noeud) -> bool:
        return any(self.constante(noeud) == (True, None) for noeud in noeuds_lus)

    @traduire.register
    def _(self, noeud: noeuds.Operation) -> nw.Expr:
        if self._manque_toujours(noeud.gauche, noeud.droite):
            return self.litteral(noeud, None)
        if noeud.symbole in {"==", "!="} and (comparaison := self._comparer_des_mots(noeud)) is not None:
            return comparaison
        if noeud.symbole in AGES and (comparaison := self._comparer_un_age(noeud)) is not None:
            return comparaison
        gauche, droite = self.expression(noeud.gauche), self.expression(noeud.droite)
        if noeud.symbole == "//":
            return self._quotient(gauche, droite)
        resultat: nw.Expr = OPERATIONS[noeud.symbole](gauche, droite)
        return resultat

    def _comparer_des_mots(self, noeud: noeuds.Operation) -> nw.Expr | None:
        """Compare by number, with one of its words, a column of this plan that is held as numbers."""
        colonne, mot = noeud.gauche, noeud.droite
        if not (isinstance(colonne, noeuds.Colonne) and isinstance(mot, noeuds.Litteral) and isinstance(mot.valeur, str)):
            return None
        if not (mots := self._mots_ici(colonne.nom)):
            return None
        # A word that the rule never gives has no rank: no row is equal to it.
        rang = nw.lit(mots.index(mot.valeur) if mot.valeur in mots else -1, dtype=NUMERO)
        comparaison: nw.Expr = OPERATIONS[noeud.symbole](nw.col(numero_de(colonne.nom)), rang)
        return comparaison

    def _mots_ici(self, nom: str) -> tuple[str, ...]:
        """Return the words of a column whose numbers stand in the table of this plan."""
        ici = nom in self.plan.definitions or nom in self.plan.entrees
        return self.mots(nom) if ici else ()

    def _choisir_ce_mot(self, noeud: noeuds.Logique) -> nw.Expr | None:
        """Translate « known, and this word » by the conditions that lead a rule to it: the words need not be built."""
        match noeud.termes:
            case (noeuds.Present(terme=noeuds.Colonne(nom=nom)),
                  noeuds.Operation(symbole="==", gauche=noeuds.Colonne(nom=meme), droite=noeuds.Litteral(valeur=str() as mot))):  # fmt: skip
                if noeud.operateur == "ou" or nom != meme or nom not in self.plan.definitions or not self.mots(nom):
                    return None
            case _:
                return None
        cas = self.plan.definitions[nom]
        assert isinstance(cas, noeuds.Cas)
        choisi: nw.Expr | bool = _est(cas.sinon, mot)
        for condition, valeur in reversed(cas.branches):
            choisi = self._par_cette_voie(condition, _est(valeur, mot), choisi)
        return nw.lit(choisi, dtype=nw.Boolean) if isinstance(choisi, bool) else choisi

    def _par_cette_voie(self, condition: noeuds.Noeud, bonne: bool, sinon: nw.Expr | bool) -> nw.Expr | bool:
        """Return whether a branch, or what follows it, gives the word; never where the condition is missing."""
        fixe, vrai = self.constante(condition)
        if fixe:
            return (bonne if vrai else sinon) if vrai is not None else False
        if bonne is sinon:
            return bonne if not self.peut_manquer(condition) else ~self.expression(condition).is_null() if bonne else False
        test = self.expression(condition)
        if self.peut_manquer(condition):
            vers, ailleurs = test.fill_null(False), (~test).fill_null(False)
        else:
            vers, ailleurs = test, ~test
        if isinstance(sinon, bool):
            return vers if bonne else ailleurs
        return vers | (ailleurs & sinon) if bonne else ailleurs & sinon

    def _comparer_un_age(self, noeud: noeuds.Operation) -> nw.Expr | None:
        """Compare a date of birth with a bound instead of an age with a number: no calendar is read row by row."""
        duree, (fixe, nombre) = self._duree(noeud.gauche), self.constante(noeud.droite)
        if duree is None or not fixe or nombre is None:
            return None
        de_plus, renverse = AGES[noeud.symbole]
        borne = ne_au_plus_tard(duree.unite, self.constante(duree.fin)[1], nombre + de_plus)
        if borne is None:
            return None
        debut, limite = self.expression(duree.debut), nw.lit(borne, dtype=nw.Date)
        return debut > limite if renverse else debut <= limite

    def _duree(self, noeud: noeuds.Noeud) -> noeuds.Duree | None:
        """Return the age that an expression is, directly or by the rule that it names, at a day fixed for all rows."""
        if isinstance(noeud, noeuds.Colonne) and noeud.nom in self.plan.definitions:
            noeud = self.plan.definitions[noeud.nom]
        if not isinstance(noeud, noeuds.Duree):
            return None
        fixe, fin = self.constante(noeud.fin)
        return noeud if fixe and fin is not None and not self.constante(noeud.debut)[0] else None

    def _quotient(self, gauche: nw.Expr, droite: nw.Expr) -> nw.Expr:
        """Divide integers, rounding down; Spark only divides floats, exact to 2**50 once the remainder is taken off."""
        if not self.sur_spark:
            return gauche // droite
        diviseur = nw.when(droite != 0).then(droite)
        return ((gauche - gauche % diviseur) / diviseur).round(0).cast(nw.Int64)

    @traduire.register
    def _(self, noeud: noeuds.Logique) -> nw.Expr:
        neutre = noeud.operateur == "et"
        if (choisi := self._choisir_ce_mot(noeud)) is not None:
            return choisi
        if any(self.constante(terme) == (True, not neutre) for terme in noeud.termes):
            return self.litteral(noeud, not neutre)
        termes = [self.expression(terme) for terme in noeud.termes if self.constante(terme) != (True, neutre)]
        resultat = termes[0]
        for terme in termes[1:]:
            resultat = resultat & terme if noeud.operateur == "et" else resultat | terme
        return resultat

    @traduire.register
    def _(self, noeud: noeuds.Non) -> nw.Expr:
        return ~self.expression(noeud.terme)

    @traduire.register
    def _(self, noeud: noeuds.Present) -> nw.Expr:
        if self.analyse.inconnue(noeud.terme):
            return self.litteral(noeud, None)
        return ~self.expression(noeud.terme).is_null()

    @traduire.register
    def _(self, noeud: noeuds.Parmi) -> nw.Expr:
        valeurs = self._fixe(noeud.liste, "une liste") if isinstance(noeud.liste, noeuds.Noeud) else noeud.liste
        if valeurs is None:
            return self.litteral(noeud, None)
        terme, liste = self.expression(noeud.terme), list(valeurs)
        if isinstance(noeud.terme, noeuds.Colonne) and (mots := self._mots_ici(noeud.terme.nom)):
            terme, liste = nw.col(numero_de(noeud.terme.nom)), [mots.index(mot) for mot in liste if mot in mots]
        dedans = terme.is_in(liste)
        return nw.when(~terme.is_null()).then(dedans) if self.peut_manquer(noeud.terme) else dedans

    @traduire.register
    def _(self, noeud: noeuds.Cas) -> nw.Expr:
        return self._cas(noeud, self.expression)

    def _cas(self, noeud: noeuds.Cas, valeur_de: Callable[[Any], nw.Expr]) -> nw.Expr:
        resultat = valeur_de(noeud.sinon)
        for condition, valeur in reversed(noeud.branches):
            fixe, vrai = self.constante(condition)
            if fixe and vrai is not None:
                resultat = valeur_de(valeur) if vrai else resultat
            else:
                resultat = self._choisir(condition, valeur_de(valeur), resultat)
        return resultat

    def _choisir(self, condition: noeuds.Noeud, alors: nw.Expr, sinon: nw.Expr) -> nw.Expr:
        test = self.expression(condition)
        if self.peut_manquer(condition):
            sinon = nw.when(~test.is_null()).then(sinon)
        return nw.when(test).then(alors).otherwise(sinon)

    @traduire.register
    def _(self, noeud: noeuds.Duree) -> nw.Expr:
        if self._manque_toujours(noeud.debut, noeud.fin):
            return self.litteral(noeud, None)
        debut, fin = self._jour(noeud.debut), self._jour(noeud.fin)
        if noeud.unite == "ans":
            pas_encore = fin[1] * 100 + fin[2] < debut[1] * 100 + debut[2]
            ecart = fin[0] - debut[0]
        else:
            pas_encore = fin[2] < debut[2]
            ecart = (fin[0] - debut[0]) * 12 + fin[1] - debut[1]
        revolus: nw.Expr = ecart if self._deja_passe(noeud) else nw.when(pas_encore).then(ecart - 1).otherwise(ecart)
        return revolus

    def _deja_passe(self, noeud: noeuds.Duree) -> bool:
        """Tell whether the end is so late in its year, or its month, that the anniversary is always past."""
        fixe, fin = self.constante(noeud.fin)
        return bool(fixe and fin.day == 31 and (noeud.unite == "mois" or fin.month == 12))

    def _jour(self, noeud: noeuds.Noeud) -> tuple[Any, Any, Any]:
        fixe, valeur = self.constante(noeud)
        if fixe:
            return valeur.year, valeur.month, valeur.day
        date = self.expression(noeud).dt
        return date.year().cast(nw.Int64), date.month().cast(nw.Int64), date.day().cast(nw.Int64)

    @traduire.register
    def _(self, noeud: noeuds.Decalage) -> nw.Expr:
        return self._decaler(noeud, self.expression(noeud.date), noeud.mois)

    def _decaler(self, noeud: noeuds.Decalage, date: nw.Expr, mois: noeuds.Noeud) -> nw.Expr:
        """Move a date by months that no engine takes from a column: a `cas` of constants is spread over its branches."""
        if isinstance(mois, noeuds.Cas) and not self.constante(mois)[0]:
            resultat = self._decaler(noeud, date, mois.sinon)
            for condition, valeur in reversed(mois.branches):
                resultat = self._choisir(condition, self._decaler(noeud, date, valeur), resultat)
            return resultat
        nombre = self._fixe(mois, "un nombre de mois")
        return self.litteral(noeud, None) if nombre is None else date.dt.offset_by(f"{nombre}mo").cast(nw.Date)

    def _fixe(self, noeud: noeuds.Noeud, quoi: str) -> Any:
        fixe, valeur = self.constante(noeud)
        if not fixe:
            raise TypeError(f"{quoi} qui change d'une ligne à l'autre ne se calcule pas en colonnes")
        return valeur

    @traduire.register
    def _(self, noeud: noeuds.Agregat) -> nw.Expr:
        return nw.col(self.plan.agregats[noeud.entite][noeuds.forme(noeud)][0])
