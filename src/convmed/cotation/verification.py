"""What the tables of codes and cumuls name, and what they say twice: checked once, when they are loaded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from convmed.cotation.nomenclature import FORCE, Code, Cumul
from convmed.moteur.registre import Regle
from convmed.textes import Faute, Figure

SEANCE, BOOLEEN = "seance", "booléen"


def fautes_de(
    codes: Mapping[str, Code],
    cumuls: Sequence[Cumul],
    figures: Mapping[str, Mapping[str, Figure]],
    regles: Mapping[str, Sequence[Regle]] | None,
) -> list[Faute]:
    """Return what is wrong between the tables; the rules are not checked when they are not all known (`None`)."""
    mots = set(codes) | {f"@{groupe}" for code in codes.values() for groupe in code.groupes}
    fautes = [*_mots_inconnus(codes, cumuls, mots), *_figures_inconnues(codes, figures), *_identifiants_en_double(cumuls)]
    if regles is not None:
        fautes += _regles_inconnues(codes, cumuls, regles)
    return fautes + list(_contradictions(codes, cumuls))


def _mots_inconnus(codes: Mapping[str, Code], cumuls: Sequence[Cumul], mots: set[str]) -> Iterator[Faute]:
    for cumul in cumuls:
        for colonne, mot in (("code1", cumul.gauche), ("code2", cumul.droite)):
            if mot[:1] != ":" and mot not in mots:
                yield Faute(f"« {mot} » n'est ni un code, ni un groupe", cumul.fichier, cumul.ligne, colonne, valeur=mot)
    for code in codes.values():
        for mot in code.exige:
            if mot not in mots:
                yield Faute(f"{code.code} exige « {mot} », qui n'est ni un code, ni un groupe", code.fichier, code.ligne)


def _figures_inconnues(codes: Mapping[str, Code], figures: Mapping[str, Mapping[str, Figure]]) -> Iterator[Faute]:
    for code in codes.values():
        nommees = [t.figure for t in code.tarifs] + [limite.figure for limite in code.limites]
        nommees += [code.prise_en_charge] if code.prise_en_charge else []
        for nom in dict.fromkeys(nommees):
            if nom not in figures.get(code.dispositif, {}):
                yield Faute(f"{code.code} lit « {nom} », qui n'est pas un chiffre du barème de {code.dispositif}", code.fichier, code.ligne)


def _identifiants_en_double(cumuls: Sequence[Cumul]) -> Iterator[Faute]:
    vus: dict[str, Cumul] = {}
    for cumul in cumuls:
        if (autre := vus.setdefault(cumul.id, cumul)) is not cumul:
            yield Faute(f"identifiant déjà donné ligne {autre.ligne}", cumul.fichier, cumul.ligne, "id", valeur=cumul.id)


def _regles_inconnues(codes: Mapping[str, Code], cumuls: Sequence[Cumul], regles: Mapping[str, Sequence[Regle]]) -> Iterator[Faute]:
    for code in codes.values():
        noms = [*code.conditions, *code.reserves, *(nom for tarif in code.tarifs for nom in tarif.si)]
        for nom in dict.fromkeys(noms):
            if defaut := _defaut(nom, regles):
                yield Faute(f"{code.code} : {defaut}", code.fichier, code.ligne)
    for cumul in cumuls:
        for colonne, mot in (("code1", cumul.gauche), ("code2", cumul.droite), ("si", f":{cumul.si}")):
            if len(mot) > 1 and mot[0] == ":" and (defaut := _defaut(mot[1:], regles)):
                yield Faute(defaut, cumul.fichier, cumul.ligne, colonne)


def _defaut(nom: str, regles: Mapping[str, Sequence[Regle]]) -> str:
    versions = regles.get(nom, ())
    if not versions:
        return f"la règle « {nom} » n'existe pas"
    if any(r.entite != SEANCE or r.unite != BOOLEEN for r in versions):
        return f"la règle « {nom} » n'est pas un oui ou non de la séance"
    return ""


def _contradictions(codes: Mapping[str, Code], cumuls: Sequence[Cumul]) -> Iterator[Faute]:
    """Yield the rows equally precise, at a same date, that answer differently on a same pair of codes.

    A rule that opens the more severe row makes it an exception to the other; so the milder one must not be opened by
    less, or it never answers.
    """
    sens = {f"@{g}" for c in codes.values() for g in c.groupes} | set(codes)
    membres = {mot: frozenset(c.code for c in codes.values() if c.est(mot)) for mot in sens}
    dites = [c for c in cumuls if c.gauche in membres and c.droite in membres]
    par_precision: dict[int, list[Cumul]] = {}
    for cumul in dites:
        par_precision.setdefault((cumul.gauche[0] == "@") + (cumul.droite[0] == "@"), []).append(cumul)
    for precision, rangees in par_precision.items():
        # Rows on two codes meet only if they name the same two.
        groupes = _par_paire(rangees) if precision == 0 else [rangees]
        for rangs in groupes:
            for une, autre in combinations(rangs, 2):
                if _s_opposent(une, autre) and (paire := _paire_commune(une, autre, membres)):
                    yield Faute(f"{une.id} répond « {une.reponse} » et {autre.id} « {autre.reponse} » sur {' et '.join(paire)}",
                                autre.fichier, autre.ligne, attendu="une seule réponse à une même date")  # fmt: skip


def _par_paire(rangees: Sequence[Cumul]) -> list[list[Cumul]]:
    paires: dict[frozenset[str], list[Cumul]] = {}
    for cumul in rangees:
        paires.setdefault(frozenset((cumul.gauche, cumul.droite)), []).append(cumul)
    return list(paires.values())


def _s_opposent(une: Cumul, autre: Cumul) -> bool:
    if une.reponse == autre.reponse or max(une.du, autre.du) > min(une.au, autre.au):
        return False
    severe = min(une, autre, key=lambda c: FORCE[c.reponse])
    return not severe.si or une.si == autre.si


def _paire_commune(une: Cumul, autre: Cumul, membres: Mapping[str, frozenset[str]]) -> tuple[str, str] | None:
    for gauche, droite in ((autre.gauche, autre.droite), (autre.droite, autre.gauche)):
        a, b = membres[une.gauche] & membres[gauche], membres[une.droite] & membres[droite]
        paires = ((x, y) for x in sorted(a) for y in sorted(b) if x != y)
        if paire := next(paires, None):
            return paire
    return None
