"""What an address of *Négocier* says: read, written again, refused; nothing but what was touched counts as changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convmed.base import POSTE, Cle, Coffre
from convmed.interfaces.web import negociation
from convmed.interfaces.web.changements import changements
from convmed.interfaces.web.negociation import (
    SCENARIO,
    Negociation,
    ecrire,
    exemples,
    lire,
    lire_valeur,
    resoudre,
    texte_de,
    unite_lisible,
)
from convmed.interfaces.web.visiteur import Visiteur
from convmed.restitution.scenario import en_yaml
from convmed.textes import Erreurs, Figure, baremes, trouver_texte
from convmed.textes.bareme import en_calcul

FMT, FIGURE = "forfait-medecin-traitant", "ald_80_ans_et_plus"
JOUR = dt.date(2026, 11, 22)
FIGURES = [figure for figures in baremes().values() for figure in figures.values()]


@pytest.fixture(scope="module")
def visiteur(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visiteur]:
    coffre = Coffre.ouvrir(f"sqlite:///{tmp_path_factory.mktemp('base')}/poste.db", Cle.nouvelle(), migrer=True)
    yield Visiteur(POSTE, coffre)
    coffre.fermer()


def negocier(visiteur: Visiteur, *champs: tuple[str, str], trace: str = "") -> Negociation:
    return resoudre(visiteur, lire(champs, JOUR), trace)


def test_une_adresse_redit_le_choix(visiteur: Visiteur) -> None:
    n = negocier(visiteur, ("base", "proposition-2024-02-08-option-1"), ("annee", "2027"), ("du", "2027-07-01"), ("figure", f"{FMT}.{FIGURE}=120,50"), ("vue", "cas"), ("q", "ald"))
    relue = lire(parse_qsl(urlsplit(n.choix.adresse()).query), JOUR)
    assert relue == n.choix
    assert n.texte is not None
    valeur = n.texte.valeur(baremes()[FMT][FIGURE], dt.date(2027, 7, 1))
    assert valeur is not None and valeur.calcul == 12_050
    avant = n.texte.valeur(baremes()[FMT][FIGURE], dt.date(2027, 6, 30))
    assert avant is n.base.valeur(baremes()[FMT][FIGURE], dt.date(2027, 6, 30))


def test_ce_qui_va_sans_dire_n_est_pas_dans_l_adresse(visiteur: Visiteur) -> None:
    assert negocier(visiteur).choix.adresse() == "/negocier?annee=2026"
    assert not negocier(visiteur).compare


@pytest.mark.parametrize("ecrit", ["100", "100,00", " 100 ", "100 €", "1e2"])
def test_redire_la_base_ne_change_rien(visiteur: Visiteur, ecrit: str) -> None:
    assert negocier(visiteur, (f"{FMT}.{FIGURE}", ecrit)).choix.figures == {}


def test_un_champ_que_personne_n_a_touche_ne_suit_pas_un_autre_texte(visiteur: Visiteur) -> None:
    champs = (("base", "proposition-2024-02-08-option-1"), (f"{FMT}.{FIGURE}", "100"), (f"{FMT}.de_75_a_79_ans", "22"))
    n = negocier(visiteur, *champs, trace="en-vigueur|2026-01-01")
    assert n.choix.figures == {(FMT, "de_75_a_79_ans"): "22"}
    # Without the trace, both were meant.
    assert set(negocier(visiteur, *champs).choix.figures) == {(FMT, FIGURE), (FMT, "de_75_a_79_ans")}


def test_un_champ_vide_ne_change_rien_et_le_plus_recent_l_emporte(visiteur: Visiteur) -> None:
    assert negocier(visiteur, ("figure", f"{FMT}.{FIGURE}=120"), (f"{FMT}.{FIGURE}", "")).choix.figures == {}
    assert negocier(visiteur, ("figure", f"{FMT}.{FIGURE}=120"), (f"{FMT}.{FIGURE}", "130")).choix.figures == {(FMT, FIGURE): "130"}


@pytest.mark.parametrize(
    "champs",
    [[("annee", "1999")], [("annee", "20261")], [("annee", "²⁰²⁶")], [("du", "demain")], [("du", "0001-01-01")], [("figure", "x")], [("figure", "x.y=1")], [("x.y", "1")],
     [(f"{FMT}.rien", "1")]],
)  # fmt: skip
def test_une_adresse_fausse_est_refusee(champs: list[tuple[str, str]]) -> None:
    with pytest.raises(Erreurs):
        lire(champs, JOUR)


def test_trop_de_figures(visiteur: Visiteur) -> None:
    with pytest.raises(Erreurs, match="trop de figures"):
        lire([(f"{f.dispositif}.{f.nom}", "1") for f in FIGURES], JOUR)


@pytest.mark.parametrize("designation", ["", "/etc/passwd", "../x.yaml", "exemple:", "exemple:../cabinet", "proposition-2024-02-08", "zzz"])
def test_un_texte_qui_n_en_est_pas_un(visiteur: Visiteur, designation: str) -> None:
    with pytest.raises(Erreurs):
        texte_de(visiteur, designation)


def test_chaque_exemple_se_negocie(visiteur: Visiteur) -> None:
    assert set(exemples()) == {"fmt-60-euros", "prevention-7-euros", "rosp-constatee", "zip-20-pour-cent"}
    for nom in exemples():
        n = negocier(visiteur, ("base", f"exemple:{nom}"), ("annee", "2027"))
        assert n.compare and n.texte is n.base and changements(n)


def test_un_scenario_garde_sert_de_base(visiteur: Visiteur) -> None:
    n = negocier(visiteur, (f"{FMT}.{FIGURE}", "120"))
    assert n.texte is not None
    piece = visiteur.coffre.deposer(POSTE, "scenario", "Le mien", en_yaml(n.texte).encode())
    sur_lui = negocier(visiteur, ("base", SCENARIO + piece.id), (f"{FMT}.de_75_a_79_ans", "20"))
    assert sur_lui.texte is not None
    calculs = [valeur.calcul for nom in (FIGURE, "de_75_a_79_ans") if (valeur := sur_lui.texte.valeur(baremes()[FMT][nom], dt.date(2026, 1, 1)))]
    assert calculs == [12_000, 2_000]
    assert {(un.rangee["figure"], un.pays) for un in changements(sur_lui)} == {(FIGURE, True), ("de_75_a_79_ans", True)}
    # The rule is the one in force, not the proposal's version of it.
    assert all(regle.texte != "proposition-2024-02-08" for un in changements(sur_lui) for regle in un.regles)
    assert all(un.regles for un in changements(sur_lui))


@pytest.mark.parametrize("figure", [pytest.param(f, id=f"{f.dispositif}.{f.nom}") for f in FIGURES[::7]])
def test_toute_figure_s_ecrit_dans_un_champ_et_s_y_relit(figure: Figure) -> None:
    """A field that nobody touched reads back as what it showed, whatever the unit; lists of blocks and long words included."""
    for valeur in figure.valeurs:
        if ecrit := ecrire(valeur):
            assert en_calcul(lire_valeur(figure, ecrit), figure.unite) == valeur.calcul


def test_une_figure_fausse_le_dit_et_garde_ce_qui_est_ecrit(visiteur: Visiteur) -> None:
    n = negocier(visiteur, (f"{FMT}.{FIGURE}", "beaucoup"), (f"{FMT}.de_75_a_79_ans", "20"))
    assert n.texte is None and not n.compare
    assert set(n.fautes) == {(FMT, FIGURE)}
    (curseur,) = [un for un in n.curseurs if un.nom == f"{FMT}.{FIGURE}"]
    assert (curseur.valeur, curseur.actuel) == ("beaucoup", "100")


@pytest.mark.parametrize(
    ("nom", "bornes"), [(f"{FMT}.{FIGURE}", ("0", "300", "1")), (f"{FMT}.de_7_a_74_ans", ("0", "15", "0.5")), (f"{FMT}.taux_zone", ("0", "30", "0.5")), (f"{FMT}.age_grand_age", ("0", "125", "1"))]
)
def test_un_curseur_va_de_zero_au_triple(visiteur: Visiteur, nom: str, bornes: tuple[str, str, str]) -> None:
    curseurs = {un.nom: un for un in negocier(visiteur, ("groupe", FMT)).curseurs}
    assert curseurs[nom].bornes == bornes


def test_les_principaux_sont_ceux_que_le_pays_calcule(visiteur: Visiteur) -> None:
    montres = {(un.figure.dispositif, un.figure.nom) for un in negocier(visiteur).curseurs}
    assert {(FMT, FIGURE), ("prevention", "montant_indicateur"), ("dotation-numerique", "valeur_du_point"), (FMT, "taux_zone")} <= montres
    assert (FMT, "fpmt_ald_80_ans_et_plus") not in montres
    # Under the convention of 2016 it is the other one that lives.
    anciens = {un.figure.nom for un in negocier(visiteur, ("base", "convention-2016"), ("annee", "2025")).curseurs}
    assert "fpmt_ald_80_ans_et_plus" in anciens and FIGURE not in anciens


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["annee", "du", "base", "contre", "figure", "groupe", "q", "vue", f"{FMT}.{FIGURE}", "tarifs.x"]), st.text(max_size=40)), max_size=6))
def test_rien_d_autre_qu_une_faute_ne_sort_d_une_adresse(visiteur: Visiteur, champs: list[tuple[str, str]]) -> None:
    try:
        n = negocier(visiteur, *champs, trace=champs[0][1] if champs else "")
    except Erreurs as erreurs:
        assert erreurs.fautes
        return
    assert n.curseurs is not None
    assert n.choix.adresse().startswith(negociation.ICI)


def test_les_unites_se_lisent() -> None:
    assert [unite_lisible(une) for une in ("EUR/patient/an", "% du socle", "nombre", "MEUR", "mois")] == ["€/patient/an", "% du socle", "", "M€", "mois"]
    assert all("EUR" not in unite_lisible(figure.unite) for figure in FIGURES)


def test_toute_figure_d_un_texte_se_trouve(visiteur: Visiteur) -> None:
    en_vigueur = trouver_texte("en-vigueur")
    for dispositif, figures in baremes().items():
        vivantes = [f for f in figures.values() if (v := en_vigueur.valeur(f, dt.date(2026, 1, 1))) and not v.supprimee]
        if len(vivantes) <= negociation.MONTRES_AU_PLUS:
            montrees = {un.figure.nom for un in negocier(visiteur, ("groupe", dispositif), ("annee", "2026")).curseurs}
            assert {f.nom for f in vivantes} <= montrees
    trouvees = [un.nom for un in negocier(visiteur, ("q", "indicateur validé")).curseurs]
    assert "prevention.montant_indicateur" in trouvees
