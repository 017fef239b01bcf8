"""The best lawful coding: the sets of codes that the texts let be billed together, and what each is worth."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

import networkx as nx

from convmed.cotation.jugement import CONNU, Jugement, cumul_de
from convmed.cotation.nomenclature import ACTES, ACTES_NGAP, PERMIS, Code, Cumul, Nomenclature
from convmed.moteur.valeurs import Instance
from convmed.textes.unites import part

DISPOSITIF = "tarifs"


@dataclass(frozen=True, slots=True)
class Cotation:
    """A set of codes billed together and its amounts in cents, in the order of the nomenclature; `None`: not published."""

    montants: Mapping[str, int | None]

    @property
    def total(self) -> int:
        """Return the sum of the amounts that are known."""
        return sum(montant or 0 for montant in self.montants.values())


class Cumuls:
    """What the texts say of each pair of the codes considered, asked once."""

    def __init__(self, instance: Instance, table: Nomenclature) -> None:
        self.instance, self.table = instance, table
        self._reponses: dict[tuple[str, str], Cumul] = {}

    def pour(self, instance: Instance) -> Cumuls:
        """Return the same answers for an encounter in which they cannot be others."""
        autres = Cumuls(instance, self.table)
        autres._reponses = dict(self._reponses)
        return autres

    def entre(self, un: Code, autre: Code) -> Cumul:
        """Return the answer for two codes."""
        cle = (un.code, autre.code) if un.code < autre.code else (autre.code, un.code)
        if cle not in self._reponses:
            self._reponses[cle] = cumul_de(un, autre, self.instance, self.table)
        return self._reponses[cle]


def ensembles(jugements: Collection[Jugement], cumuls: Cumuls, admises: Collection[str] = (PERMIS,)) -> Iterator[list[Jugement]]:
    """Yield the largest sets whose pairs all have an admitted answer, and whose complements have what they complete."""
    graphe: nx.Graph[str] = nx.Graph()
    graphe.add_nodes_from(j.code.code for j in jugements)
    par_code = {j.code.code: j for j in jugements}
    graphe.add_edges_from(
        (un.code.code, autre.code.code)
        for un, autre in combinations(jugements, 2)
        if cumuls.entre(un.code, autre.code).reponse in admises
    )
    vus = set()
    for clique in nx.find_cliques(graphe):
        membres = fermer([par_code[code] for code in par_code if code in clique])
        cle = frozenset(j.code.code for j in membres)
        if membres and cle not in vus:
            vus.add(cle)
            yield membres


def fermer(membres: list[Jugement]) -> list[Jugement]:
    """Return the members that have what they must be billed with, until none is left without."""
    while True:
        codes = [j.code for j in membres]
        gardes = [j for j in membres if complete(j.code, codes)]
        if len(gardes) == len(membres):
            return membres
        membres = gardes


def complete(code: Code, codes: Iterable[Code]) -> bool:
    """Tell whether a code is billed with what it requires."""
    return not code.exige or any(autre is not code and autre.est(mot) for autre in codes for mot in code.exige)


def chiffrer(membres: Collection[Jugement], instance: Instance) -> Cotation:
    """Return the amounts of a coding: CCAM acts associated or overseas, modifiers on the act, kilometres counted."""
    montants = {j.code.code: _seul(j, instance) for j in membres}
    actes = sorted((j for j in membres if j.code.genre == "acte-ccam" and "supplement-ccam" not in j.code.groupes),
                   key=lambda j: (-(montants[j.code.code] or 0), j.code.code))  # fmt: skip
    taux = instance.contexte.figure(DISPOSITIF, "association_second_acte")[1]
    derogation = acte_ngap(j.code for j in membres)
    for rang, j in enumerate(actes):
        brut = montants[j.code.code]
        if brut is not None and (rang or (derogation and "moitie-avec-consultation" in j.code.groupes)):
            montants[j.code.code] = part(brut, taux)
    assiette = montants[actes[0].code.code] if actes else None
    for j in membres:
        if j.code.genre == "modificateur" and j.prix.unite.startswith("%"):
            taux = j.prix.montant
            montants[j.code.code] = None if taux is None or assiette is None else part(assiette, taux)
    return Cotation(montants)


def _seul(jugement: Jugement, instance: Instance) -> int | None:
    prix = jugement.prix
    if prix.etat != CONNU or prix.montant is None:
        return None
    if prix.unite == "EUR/km":
        kilometres = instance.valeur("kilometres_indemnises")
        return None if kilometres is None else prix.montant * kilometres
    return prix.montant + _hausse_drom(jugement, instance)


def _hausse_drom(jugement: Jugement, instance: Instance) -> int:
    """Return what the coefficient of the CCAM adds overseas; a price that its user supplied already holds it."""
    code, prix = jugement.code, jugement.prix
    if code.genre != "acte-ccam" or not prix.figure or prix.montant is None:
        return 0
    if {"supplement-ccam", "sans-coefficient-drom"} & code.groupes or instance.valeur("tarifs_en_drom") is not True:
        return 0
    return part(prix.montant, instance.contexte.figure(DISPOSITIF, "coefficient_drom_ccam")[1] or 0)


def meilleur(jugements: Collection[Jugement], cumuls: Cumuls, admises: Collection[str]) -> list[Jugement]:
    """Return the set worth most, the largest if several are, the first in the order of the codes if several still are."""
    possibles = ensembles(jugements, cumuls, admises)
    return min(possibles, key=lambda m: classement(m, chiffrer(m, cumuls.instance).total), default=[])


def classement(membres: Collection[Jugement], total: int) -> tuple[int, int, list[str]]:
    """Return what orders the sets, the best first: never the order in which their codes were written."""
    return -total, -len(membres), sorted(j.code.code for j in membres)


def a_un_acte(membres: Iterable[Jugement]) -> bool:
    """Tell whether a coding holds an act, and not only what completes one."""
    return any(j.code.genre in ACTES for j in membres)


def acte_ngap(codes: Iterable[Code]) -> bool:
    """Tell whether a consultation, a visit or a téléconsultation is among the codes."""
    return any(code.genre in ACTES_NGAP for code in codes)
