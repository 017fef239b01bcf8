"""Which inputs of an encounter a rule, a code or a pair reads: what one more fact cannot change is not judged again."""

from __future__ import annotations

from functools import cache

from convmed.cotation.jugement import AU_KILOMETRE, KILOMETRES
from convmed.cotation.nomenclature import Code, Nomenclature
from convmed.donnees.entites import REGISTRE
from convmed.moteur.noeuds import Colonne, parcourir
from convmed.textes.textes import baremes

CLE = "dependances"


@cache
def entrees_de_la_regle(nom: str) -> frozenset[str]:
    """Return the inputs that a rule reads, under any text, itself or through other rules; an input reads itself.

    To be called once every dispositif is loaded.
    """
    if nom in REGISTRE.entrees:
        return frozenset({nom})
    expressions = [regle.noeud for regle in REGISTRE.regles.get(nom, ())]
    lues = {e.nom for expression in expressions for e in parcourir(expression) if isinstance(e, Colonne)}
    return frozenset().union(*map(entrees_de_la_regle, lues))


class Dependances:
    """The inputs that the codes and the pairs of a nomenclature read."""

    def __init__(self, table: Nomenclature) -> None:
        self.table = table
        self._par_code: dict[str, frozenset[str]] = {}
        ouvertures = {cumul.si for cumul in table.cumuls if cumul.si}
        self.des_cumuls = frozenset().union(*map(entrees_de_la_regle, ouvertures))

    def du_code(self, code: Code) -> frozenset[str]:
        """Return the inputs on which the judgment of a code may depend."""
        if code.code not in self._par_code:
            situations = self.table.toutes_les_situations(code)
            regles = {*code.conditions, *code.reserves, *(nom for tarif in code.tarifs for nom in tarif.si)}
            figures = baremes()[code.dispositif]
            if any(figures[tarif.figure].unite == AU_KILOMETRE for tarif in code.tarifs):
                regles.add(KILOMETRES)
            regles |= {cumul.droite[1:] for cumul in situations} | {cumul.si for cumul in situations if cumul.si}
            self._par_code[code.code] = frozenset().union(*map(entrees_de_la_regle, regles))
        return self._par_code[code.code]


def dependances(table: Nomenclature) -> Dependances:
    """Return what the codes of a nomenclature read, worked out once."""
    if CLE not in table.memoire:
        table.memoire[CLE] = Dependances(table)
    lues: Dependances = table.memoire[CLE]
    return lues
