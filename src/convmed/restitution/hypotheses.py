"""What one more fact would change: the coding that an encounter would have if something that nobody stated were known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import combinations, product
from math import prod
from typing import Any, get_args

from convmed.cotation.evaluation import Evaluation
from convmed.cotation.jugement import INCONNU, Jugement
from convmed.cotation.nomenclature import ACTES_NGAP, GENRES, INTERDIT, PERMIS
from convmed.cotation.seance import ADRESSAGES, LIEUX, PARCOURS, REGULATIONS, champ_de
from convmed.dispositifs.socle import en_euros
from convmed.donnees.entites import REGISTRE
from convmed.donnees.modeles import OPTIONS, SECTEURS
from convmed.moteur.noeuds import Colonne, Litteral, Noeud, Operation, Parmi, parcourir

FAITS_AU_PLUS, COMBINAISONS_AU_PLUS = 3, 200
FERMEES: dict[str, tuple[str, ...]] = {
    "lieu": get_args(LIEUX), "adressage": get_args(ADRESSAGES), "parcours": get_args(PARCOURS),
    "regulation": get_args(REGULATIONS), "medecin_secteur": get_args(SECTEURS), "medecin_option": get_args(OPTIONS),
}  # fmt: skip
# What an act cannot be told without, in the order in which it is asked.
FAITS_DE_BASE = ("medecin_specialite", "medecin_secteur", "medecin_option", "tarif_opposable", "lieu", "patient_naissance")
Faits = tuple[tuple[str, Any], ...]
Suite = tuple[tuple[str, ...], tuple[str, ...], int | None, int]


@cache
def valeurs_possibles(nom: str) -> tuple[Any, ...]:
    """Return the values of an input that can change an answer; none if they cannot be listed (a date, a number, a code)."""
    if nom in FERMEES:
        return FERMEES[nom]
    entree = REGISTRE.entrees[nom]
    if entree.genre == "booleen":
        return (True, False)
    return tuple(dict.fromkeys(_valeurs_lues(nom))) if entree.genre == "texte" and nom != "medecin_specialite" else ()


def _valeurs_lues(nom: str) -> Iterator[str]:
    """Yield the words to which the rules of an encounter compare an input."""
    for versions in REGISTRE.regles.values():
        for regle in versions:
            if regle.entite == "seance":
                for expression in parcourir(regle.noeud):
                    yield from _compare(expression, nom)


def _compare(expression: Noeud, nom: str) -> Iterator[str]:
    match expression:
        case Operation("==" | "!=", Colonne(lu), Litteral(str(valeur))) if lu == nom:
            yield valeur
        case Parmi(Colonne(lu), tuple(liste)) if lu == nom:
            yield from (mot for mot in liste if isinstance(mot, str))


def pertinents(evaluation: Evaluation) -> list[Jugement]:
    """Return the codes that a fact nobody stated could open, the dearest first; not what has nothing to complete."""
    jugements = [evaluation.juger(code) for code in evaluation.candidats()]
    possibles = [j.code for j in jugements if j.reponse != INTERDIT]
    return sorted(
        (
            j for j in jugements
            if j.reponse == INCONNU and j.manquants
            and (not j.code.exige or any(autre.est(mot) for autre in possibles for mot in j.code.exige if autre is not j.code))
        ),
        key=lambda j: -(j.prix.montant or 0),
    )  # fmt: skip


def faits_manquants(jugement: Jugement) -> list[str]:
    """Return the inputs on which the answer on a code depends."""
    return list(dict.fromkeys(f.nom for f in jugement.manquants if f.genre == "entree"))


def faits_de_base(jugements: Sequence[Jugement]) -> list[str]:
    """Return what must be known before any ordinary act can be told: the doctor, the place, the age."""
    ordinaires = [lus for j in jugements if j.code.genre in ACTES_NGAP and "motif" not in (lus := faits_manquants(j))]
    noms = {nom for lus in ordinaires for nom in lus}
    if "medecin_secteur" in noms:
        # In secteur 1 neither of them is ever read.
        noms -= {"medecin_option", "tarif_opposable"}
    return [nom for nom in FAITS_DE_BASE if nom in noms]


def hypotheses(jugements: Sequence[Jugement], evaluation: Evaluation, base: int, seuls: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Return, for each fact or few facts that would open codes, the best coding that follows and what it adds.

    `base` is the total (cents) of the best coding without them; what would not change that coding is left out. A fact
    without values (a date, a number) is to be given: there is no total then. `seuls` are the only facts to suppose, if
    there are any: as long as the place is not known, the rest is noise.
    """
    connues: dict[Faits, Evaluation] = {}

    def avec(faits: Faits) -> Evaluation:
        if faits not in connues:
            # In secteur 1 there is no excess.
            opposable = {"tarif_opposable": True} if ("medecin_secteur", "1") in faits else {}
            connues[faits] = evaluation.avec({**opposable, **dict(faits)})
        return connues[faits]

    prix = {j.code.code: j.prix.montant or 0 if j.prix.unite == "EUR" else 0 for j in jugements}
    ouvertes: dict[Faits, list[str]] = {}
    for jugement in (j for j in jugements if not seuls or set(faits_manquants(j)) <= set(seuls)):
        for faits in _ouvertures(jugement, avec):
            ouvertes.setdefault(faits, []).append(jugement.code.code)
    groupes: dict[Suite, list[Faits]] = {}
    for faits, codes in ouvertes.items():
        if any(valeur is None for _, valeur in faits):
            groupes.setdefault((_noms(faits), tuple(codes), None, max(prix[code] for code in codes)), []).append(faits)
            continue
        reponses = avec(faits).proposer()
        if reponses and any(j.code.code in codes for j in reponses[0].retenus):
            total = reponses[0].cotation.total
            suite = tuple(j.code.code for j in en_ordre(reponses[0].retenus))
            groupes.setdefault((_noms(faits), suite, total, total - base), []).append(faits)
    rangees = [
        {
            "donnees": {champ_de(nom).removeprefix("entree."): valeurs for nom, valeurs in faits.items()},
            "codes": list(codes), "total": en_euros(total), "gain": en_euros(gain),
        }
        for (_, codes, total, gain), liste in groupes.items() for faits in _reunir(liste)
    ]  # fmt: skip
    return sorted(rangees, key=lambda r: (-r["gain"], len(r["donnees"]), r["codes"]))


def en_ordre(jugements: Iterable[Jugement]) -> list[Jugement]:
    """Return the codes of a coding as they are written: acts first, then what completes them."""
    return sorted(jugements, key=lambda j: GENRES.index(j.code.genre))


def _ouvertures(jugement: Jugement, avec: Callable[[Faits], Evaluation]) -> list[Faits]:
    """Return the smallest sets of facts that make a code lawful; a fact whose values cannot be listed has none."""
    code, noms = jugement.code, faits_manquants(jugement)
    if len(noms) > FAITS_AU_PLUS:
        return []
    admises = {nom: [v for v in valeurs_possibles(nom) if avec(((nom, v),)).juger(code).reponse != INTERDIT] for nom in noms}
    ouverts = [nom for nom in noms if not valeurs_possibles(nom)]
    if ouverts:
        fermes = [nom for nom in noms if nom not in ouverts]
        if prod(len(admises[nom]) for nom in fermes) > COMBINAISONS_AU_PLUS:
            return []
        return [(*zip(fermes, choix, strict=True), *((nom, None) for nom in ouverts)) for choix in product(*(admises[n] for n in fermes))]
    trouvees: list[Faits] = []
    for taille in range(1, len(noms) + 1):
        for choisis in combinations(noms, taille):
            if prod(len(admises[nom]) for nom in choisis) > COMBINAISONS_AU_PLUS:
                continue
            for valeurs in product(*(admises[nom] for nom in choisis)):
                faits = tuple(zip(choisis, valeurs, strict=True))
                if any(set(plus_petite) <= set(faits) for plus_petite in trouvees):
                    continue
                if avec(faits).juger(code).reponse == PERMIS:
                    trouvees.append(faits)
    return trouvees


def _noms(faits: Faits) -> tuple[str, ...]:
    return tuple(nom for nom, _ in faits)


def _reunir(liste: list[Faits]) -> Iterator[dict[str, list[Any]]]:
    """Yield the facts that lead to one coding, alternatives together when every combination of them does."""
    noms = _noms(liste[0])
    valeurs = {nom: list(dict.fromkeys(dict(faits)[nom] for faits in liste)) for nom in noms}
    alternatives = [nom for nom in noms if len(valeurs[nom]) > 1]
    if prod(len(v) for v in valeurs.values()) == len(liste) and all(not isinstance(valeurs[nom][0], bool) for nom in alternatives):
        yield {nom: [v for v in vus if v is not None] for nom, vus in valeurs.items()}
        return
    for faits in liste:
        yield {nom: [] if valeur is None else [valeur] for nom, valeur in faits}
