"""The largest sets of codes, against brute force over small graphs; what each is worth; never the order of writing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import combinations, permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convmed.cotation.jugement import CONNU, Jugement, Prix
from convmed.cotation.nomenclature import INTERDIT, MUET, PERMIS, Code, Cumul, Nomenclature, nomenclature
from convmed.cotation.solveur import (
    Cumuls,
    a_un_acte,
    acte_ngap,
    chiffrer,
    classement,
    complete,
    ensembles,
    fermer,
    meilleur,
)
from convmed.textes.bareme import DEBUT_DES_TEMPS, FIN_DES_TEMPS

from .outils import evaluer, instance

NOMS = tuple("ABCDEF")


def code(nom: str, genre: str = "consultation", exige: tuple[str, ...] = (), groupes: frozenset[str] = frozenset()) -> Code:
    return Code(nom, "tarifs", nom, genre, groupes | {genre}, {}, {}, (), exige, (), None, (), "")


def juge(un: Code, montant: int | None = 100, unite: str = "EUR") -> Jugement:
    return Jugement(un, PERMIS, Prix(CONNU, montant, unite))


def rangee(un: str, autre: str, reponse: str) -> Cumul:
    return Cumul(f"{un}-{autre}", un, autre, reponse, "", "", DEBUT_DES_TEMPS, FIN_DES_TEMPS, "NGAP", "", "presse", ())


def cumuls(codes: list[Code], reponses: dict[tuple[str, str], str], **donnees: Any) -> Cumuls:
    """Return what the texts say of each pair: what is not written is silent."""
    table = Nomenclature({c.code: c for c in codes}, [rangee(un, autre, r) for (un, autre), r in reponses.items()])
    return Cumuls(instance(**donnees), table)


@st.composite
def graphes(tirer: st.DrawFn) -> tuple[list[Code], dict[tuple[str, str], str]]:
    """Draw codes, what some of them exige, and an answer on each pair."""
    noms = NOMS[: tirer(st.integers(0, 6))]
    codes = [code(nom, exige=tuple(tirer(st.lists(st.sampled_from([n for n in NOMS if n != nom]), max_size=2, unique=True)))) for nom in noms]
    reponses = {paire: tirer(st.sampled_from((PERMIS, INTERDIT, MUET))) for paire in combinations(noms, 2)}
    return codes, reponses


def parties(codes: list[Code]) -> Iterator[tuple[Code, ...]]:
    for taille in range(1, len(codes) + 1):
        yield from combinations(codes, taille)


def brutes(codes: list[Code], reponses: dict[tuple[str, str], str], admises: tuple[str, ...]) -> set[frozenset[str]]:
    """Return every set whose pairs are admitted and whose codes have what they exige, by trying them all."""
    lus = set()
    for partie in parties(codes):
        noms = {c.code for c in partie}
        if all(reponses[(a.code, b.code)] in admises for a, b in combinations(partie, 2)) and all(
            not c.exige or set(c.exige) & (noms - {c.code}) for c in partie
        ):
            lus.add(frozenset(noms))
    return lus


@settings(max_examples=150, deadline=None)
@given(graphe=graphes(), admises=st.sampled_from([(PERMIS,), (PERMIS, MUET)]))
def test_les_plus_grands_ensembles_sont_ceux_qu_on_trouve_en_les_essayant_tous(
    graphe: tuple[list[Code], dict[tuple[str, str], str]], admises: tuple[str, ...]
) -> None:
    codes, reponses = graphe
    trouves = [frozenset(j.code.code for j in m) for m in ensembles([juge(c) for c in codes], cumuls(codes, reponses), admises)]
    possibles = brutes(codes, reponses, admises)
    assert len(trouves) == len(set(trouves))
    assert set(trouves) <= possibles
    assert {m for m in trouves if not any(m < autre for autre in trouves)} == {p for p in possibles if not any(p < q for q in possibles)}


@settings(max_examples=100, deadline=None)
@given(graphe=graphes(), montants=st.lists(st.sampled_from([None, 0, 100, 200, 300]), min_size=6, max_size=6))
def test_le_meilleur_vaut_le_plus_et_ne_depend_d_aucun_ordre(
    graphe: tuple[list[Code], dict[tuple[str, str], str]], montants: list[int | None]
) -> None:
    codes, reponses = graphe
    prix = dict(zip(NOMS, montants, strict=True))
    juges = [juge(c, prix[c.code]) for c in codes]
    permises = cumuls(codes, reponses)
    choisi = meilleur(juges, permises, (PERMIS,))
    valeurs = {p: sum(prix[nom] or 0 for nom in p) for p in brutes(codes, reponses, (PERMIS,))}
    assert sum(prix[j.code.code] or 0 for j in choisi) == max(valeurs.values(), default=0)
    assert bool(choisi) == bool(valeurs)
    for ordre in list(permutations(juges))[:24]:
        assert {j.code.code for j in meilleur(list(ordre), permises, (PERMIS,))} == {j.code.code for j in choisi}


def test_a_valeur_egale_le_plus_grand_puis_l_ordre_des_codes() -> None:
    codes = [code(nom) for nom in "ABC"]
    deux = cumuls(codes, {("A", "B"): INTERDIT, ("A", "C"): INTERDIT, ("B", "C"): PERMIS})
    assert [j.code.code for j in meilleur([juge(codes[0], 200), juge(codes[1]), juge(codes[2])], deux, (PERMIS,))] == ["B", "C"]
    seuls = cumuls(codes, dict.fromkeys([("A", "B"), ("A", "C"), ("B", "C")], INTERDIT))
    assert [j.code.code for j in meilleur([juge(c) for c in reversed(codes)], seuls, (PERMIS,))] == ["A"]
    assert meilleur([], seuls, (PERMIS,)) == []
    assert classement([juge(codes[1]), juge(codes[0])], 5) == (-5, -2, ["A", "B"])


def test_ce_qui_exige_un_absent_tombe_de_proche_en_proche() -> None:
    un, deux, trois = code("A", exige=("B",)), code("B", exige=("C",)), code("C", exige=("@visite",))
    visite = code("V", genre="visite")
    assert fermer([juge(un), juge(deux), juge(trois)]) == []
    assert [j.code.code for j in fermer([juge(un), juge(deux), juge(trois), juge(visite)])] == ["A", "B", "C", "V"]


@pytest.mark.parametrize(
    ("exige", "autres", "dit"),
    [((), [], True), (("B",), [], False), (("B",), ["B"], True), (("B", "C"), ["C"], True), (("@visite",), ["B"], False), (("@visite",), ["V"], True)],
)
def test_un_code_a_ce_qu_il_exige(exige: tuple[str, ...], autres: list[str], dit: bool) -> None:
    assert complete(code("A", exige=exige), [code(nom, "visite" if nom == "V" else "consultation") for nom in autres]) is dit


def test_un_code_ne_se_complete_pas_lui_meme() -> None:
    seul = code("A", exige=("@consultation",))
    assert complete(seul, [seul]) is False
    assert complete(seul, [seul, code("B")]) is True


@pytest.mark.parametrize(
    ("genre", "acte", "ngap"),
    [("consultation", True, True), ("visite", True, True), ("teleconsultation", True, True), ("teleexpertise", True, False),
     ("acte-ccam", True, False), ("majoration", False, False), ("deplacement", False, False), ("modificateur", False, False)],
)  # fmt: skip
def test_ce_qui_est_un_acte(genre: str, acte: bool, ngap: bool) -> None:
    assert a_un_acte([juge(code("A", genre))]) is acte
    assert acte_ngap([code("A", genre)]) is ngap


def montants(*juges: Jugement, **donnees: Any) -> dict[str, int | None]:
    return dict(chiffrer(juges, instance(**{"territoire": "metropole", **donnees})).montants)


def acte(nom: str, montant: int | None, *groupes: str) -> Jugement:
    return juge(code(nom, "acte-ccam", groupes=frozenset(groupes)), montant)


def test_le_second_acte_vaut_la_moitie_le_supplement_son_prix() -> None:
    assert montants(acte("A", 1000), acte("B", 3001)) == {"A": 500, "B": 3001}
    assert montants(acte("A", 1000), acte("B", 3001), acte("C", 2000)) == {"A": 500, "B": 3001, "C": 1000}
    # 10,01 halved is 5,005: the half cent counts for one.
    assert montants(acte("A", 1001), acte("B", 3000)) == {"A": 501, "B": 3000}
    assert montants(acte("A", 1000), acte("B", 3000), acte("S", 900, "supplement-ccam")) == {"A": 500, "B": 3000, "S": 900}
    assert montants(acte("A", None), acte("B", 3000)) == {"A": None, "B": 3000}


def test_a_prix_egal_le_second_acte_ne_depend_pas_de_l_ordre() -> None:
    attendu = {"A": 1000, "B": 500}
    assert montants(acte("A", 1000), acte("B", 1000)) == montants(acte("B", 1000), acte("A", 1000)) == attendu


def test_une_consultation_ne_change_pas_le_prix_de_l_acte_sauf_derogation_a_moitie() -> None:
    consultation = juge(code("G"), 3000)
    assert montants(consultation, acte("A", 1000)) == {"G": 3000, "A": 1000}
    assert montants(consultation, acte("A", 1000, "moitie-avec-consultation")) == {"G": 3000, "A": 500}
    assert montants(acte("A", 1000, "moitie-avec-consultation")) == {"A": 1000}


def modificateur(nom: str, montant: int | None, unite: str = "%") -> Jugement:
    return juge(code(nom, "modificateur"), montant, unite)


def test_un_modificateur_en_pourcentage_porte_sur_l_acte_le_mieux_paye() -> None:
    assert montants(acte("A", 1000), acte("B", 3000), modificateur("K", 2000)) == {"A": 500, "B": 3000, "K": 600}
    assert montants(acte("A", 1000), modificateur("M", 2688, "EUR")) == {"A": 1000, "M": 2688}
    assert montants(modificateur("K", 2000)) == {"K": None}
    assert montants(acte("A", None), modificateur("K", 2000)) == {"A": None, "K": None}
    assert montants(acte("A", 1000), modificateur("K", None)) == {"A": 1000, "K": None}


@pytest.mark.parametrize(("kilometres", "montant"), [(20, 976), (4, 0), (3, 0), (5, 61)])
def test_les_kilometres_se_comptent_apres_l_abattement(kilometres: int, montant: int) -> None:
    indemnite = juge(nomenclature().codes["IK"], 61, "EUR/km")
    assert montants(indemnite, kilometres_aller_retour=kilometres, zone_montagne=False) == {"IK": montant}


def test_un_prix_qui_n_est_pas_connu_ne_compte_pour_rien() -> None:
    cotation = chiffrer([juge(code("A"), None), juge(code("B"), 300)], instance(territoire="metropole"))
    assert cotation.total == 300
    non_publie = Jugement(code("A"), PERMIS, Prix("non publié", 500))
    assert montants(non_publie) == {"A": None}


def test_une_paire_se_lit_dans_les_deux_sens() -> None:
    codes = [code("A"), code("B")]
    lus = cumuls(codes, {("B", "A"): PERMIS})
    assert lus.entre(codes[0], codes[1]).id == lus.entre(codes[1], codes[0]).id == "B-A"


def test_le_prix_des_actes_suit_le_territoire() -> None:
    """Hold: the coefficient of the CCAM overseas bears on an act whose tariff was read, not on one whose price was given."""
    fourni = {"codes": ["QZJA002", "NEKA020"], "tarifs_ccam": {"NEKA020": 100}, "date_heure": "2026-03-10T10:00+04:00"}
    la_bas = evaluer(medecin={"departement": "974"}, **fourni).facturer().cotation.montants
    ici = evaluer(**fourni).facturer().cotation.montants
    assert la_bas["NEKA020"] == ici["NEKA020"] == 10000
    assert (ici["QZJA002"] or 0) < (la_bas["QZJA002"] or 0)
    assert evaluer(**{**fourni, "date_heure": "2026-03-10T10:00+01:00"}).seance.date_heure.date() == dt.date(2026, 3, 10)
