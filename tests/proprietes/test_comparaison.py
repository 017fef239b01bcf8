"""Text against text on generated scenarios: what must hold whatever the figures."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from convmed.donnees.dossier import Dossier, lire_dossier
from convmed.restitution.comparaison import comparer
from convmed.restitution.lignes_comparees import Comparaison
from convmed.textes import Texte, Valeur, baremes, textes_connus
from convmed.textes.bareme import DEBUT_DES_TEMPS, FIN_DES_TEMPS

EXEMPLES = Path(__file__).parents[2] / "exemples"
FMT = "forfait-medecin-traitant"
ANNEE = 2026
BASES = ("reglement-arbitral-2023", "convention-2024", "en-vigueur", "proposition-2024-02-08-option-2")
# Amounts (cents), rates (1/10,000), ages and delays that the lump sums read.
FIGURES = {
    "ald_80_ans_et_plus": st.integers(0, 30_000), "ald_moins_de_80_ans": st.integers(0, 30_000), "de_7_a_74_ans": st.integers(0, 2_000),
    "moins_de_7_ans": st.integers(0, 5_000), "non_vu": st.integers(0, 2_000), "majoration_c2s": st.integers(0, 5_000),
    "taux_zone": st.integers(0, 10_000), "fenetre_non_vu": st.integers(1, 60), "age_grand_age": st.integers(60, 95),
    "fpmt_7_a_74_ans": st.integers(0, 2_000), "fpmt_plafond_precarite": st.integers(0, 5_000),
}  # fmt: skip
ajouts = st.fixed_dictionaries({}, optional=FIGURES)


@cache
def dossier() -> Dossier:
    # Without acts the prevention part is not computed: the lump sums answer in milliseconds.
    return replace(lire_dossier(EXEMPLES / "jeune-installe"), evenements=None)


def pose(nom: str, base: str, valeurs: dict[str, int]) -> Texte:
    """Return a scenario laid on a text, as reading its file would."""
    dessous, figures = textes_connus()[base], baremes()[FMT]
    lues = {
        (FMT, figure): [Valeur(figures[figure], nom, DEBUT_DES_TEMPS, FIN_DES_TEMPS, calcul, calcul, nom, "propose", "deduit", None)]
        for figure, calcul in valeurs.items()
    }
    return replace(dessous, id=nom, libelle=nom, ajouts=lues)


def scenarios(nom: str) -> st.SearchStrategy[Texte]:
    return st.builds(pose, st.just(nom), st.sampled_from(BASES), ajouts)


def differences(comparaison: Comparaison, texte: str) -> dict[Any, int | None]:
    return {frozenset(ligne.cles): ligne.difference(comparaison.reference, texte) for ligne in comparaison.lignes}


@settings(max_examples=25)
@given(scenarios("a"))
def test_un_texte_contre_lui_meme_ne_differe_en_rien(texte: Texte) -> None:
    comparaison = comparer(dossier(), ANNEE, [texte, replace(texte, id="b")])
    assert set(differences(comparaison, "b").values()) <= {0, None}
    assert all(ligne.parts["a"].montant == ligne.parts["b"].montant for ligne in comparaison.lignes)
    assert not any(ecart.causes or ecart.classes for ligne in comparaison.lignes for ecart in ligne.ecarts.values())


@settings(max_examples=25)
@given(scenarios("a"), scenarios("b"))
def test_l_ecart_change_de_signe_avec_le_sens(a: Texte, b: Texte) -> None:
    aller, retour = comparer(dossier(), ANNEE, [a, b]), comparer(dossier(), ANNEE, [b, a])
    opposes = {cles: None if ecart is None else -ecart for cles, ecart in differences(retour, "a").items()}
    assert differences(aller, "b") == opposes
    assert {frozenset(ligne.cles) for ligne in aller.non_comparees()} == {frozenset(ligne.cles) for ligne in retour.non_comparees()}


@settings(max_examples=25)
@given(scenarios("a"), scenarios("b"), scenarios("c"))
def test_les_totaux_different_de_la_somme_des_ecarts(a: Texte, b: Texte, c: Texte) -> None:
    comparaison = comparer(dossier(), ANNEE, [a, b, c])
    for texte in ("b", "c"):
        ecarts = differences(comparaison, texte)
        a_deux = comparaison.total(texte, "a", texte) - comparaison.total("a", "a", texte)
        assert a_deux == sum(ecart for ecart in ecarts.values() if ecart is not None)
        communes = [ligne for ligne in comparaison.lignes if ligne.comparable()]
        assert comparaison.total(texte) - comparaison.total("a") == sum(ligne.difference("a", texte) or 0 for ligne in communes)


@settings(max_examples=15)
@given(st.sampled_from(BASES), ajouts, scenarios("b"))
def test_les_effets_et_leur_reste_font_l_ecart(base: str, valeurs: dict[str, int], b: Texte) -> None:
    comparaison = comparer(dossier(), ANNEE, [pose("a", base, valeurs), b], effets=True)
    for ligne in comparaison.lignes:
        ecart = ligne.ecarts["b"]
        if ecart.difference:
            assert ecart.difference == sum(cause.effet or 0 for cause in ecart.causes) + (ecart.reste or 0)
            assert all(cause.genre == "figure" and cause.deux_cotes for cause in ecart.causes if cause.effet is not None)


@settings(max_examples=15)
@given(st.sampled_from(BASES[1:3]), st.sampled_from(("ald_80_ans_et_plus", "de_7_a_74_ans", "taux_zone", "fenetre_non_vu")), st.data())
def test_une_seule_figure_fait_tout_l_ecart(base: str, figure: str, data: st.DataObject) -> None:
    comparaison = comparer(dossier(), ANNEE, [textes_connus()[base], pose("b", base, {figure: data.draw(FIGURES[figure])})], effets=True)
    for ligne in comparaison.lignes:
        ecart = ligne.ecarts["b"]
        if ecart.difference:
            assert {cause.nom: cause.effet for cause in ecart.causes if cause.effet is not None} == {f"{FMT}.{figure}": ecart.difference}
            assert ecart.reste == 0
