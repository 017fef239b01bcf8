"""The days from which what the control reads is not what it was the day before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from convmed.controle.periode import KILOMETRES
from convmed.cotation.nomenclature import Nomenclature
from convmed.donnees.calendrier_legal import UN_JOUR
from convmed.donnees.entites import REGISTRE
from convmed.moteur import noeuds
from convmed.textes import Texte, baremes
from convmed.textes.bareme import FIN_DES_TEMPS


def bornes_des_textes(texte: Texte, table: Nomenclature, premiere: int, derniere: int) -> list[dt.date]:
    """Return those days, with the first of January of each year between two: a figure, a rule or a cumul begins or ends."""
    figures = {(code.dispositif, tarif.figure) for code in table.codes.values() for tarif in code.tarifs}
    vies = [(cumul.du, cumul.au) for cumul in table.cumuls]
    for nom in _regles(_nommees(table)):
        for regle in REGISTRE.regles[nom]:
            if regle.texte in texte.chaine:
                vies.append((regle.du, regle.au))
                figures |= {(n.dispositif, n.nom) for n in noeuds.parcourir(regle.noeud) if isinstance(n, noeuds.Figure)}
    for dispositif, nom in figures:
        vies += [(v.du, v.au) for v in baremes()[dispositif][nom].valeurs if v.texte in texte.chaine]
    jours = {du for du, _ in vies} | {au + UN_JOUR for _, au in vies if au < FIN_DES_TEMPS}
    return sorted(jours | {dt.date(annee, 1, 1) for annee in range(premiere, derniere + 1)})


def _nommees(table: Nomenclature) -> Iterator[str]:
    """Yield the rules that the tables name."""
    yield KILOMETRES
    for code in table.codes.values():
        yield from (*code.conditions, *code.reserves)
        yield from (nom for tarif in code.tarifs for nom in tarif.si)
    for cumul in table.cumuls:
        yield from (mot[1:] for mot in (cumul.gauche, cumul.droite) if mot[:1] == ":")
        if cumul.si:
            yield cumul.si


def _regles(nommees: Iterable[str]) -> set[str]:
    """Return rules with all those that they read, under any text."""
    lues: set[str] = set()
    a_lire = [nom for nom in nommees if nom in REGISTRE.regles]
    while a_lire:
        nom = a_lire.pop()
        if nom not in lues:
            lues.add(nom)
            for regle in REGISTRE.regles[nom]:
                colonnes = (n.nom for n in noeuds.parcourir(regle.noeud) if isinstance(n, noeuds.Colonne))
                a_lire += [colonne for colonne in colonnes if colonne in REGISTRE.regles]
    return lues
