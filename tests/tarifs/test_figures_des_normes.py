"""Tarifs: the figures of the norms that no encounter reads, and the totals of the proposal."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from convmed.cotation.nomenclature import INTERDIT, PERMIS, nomenclature
from convmed.textes import baremes, trouver_texte

from .outils import (
    ANCIEN,
    APPLIQUE,
    APRES_LA_PROPOSITION,
    GENERALISTE,
    JOUR,
    NOM,
    PROPOSE,
    SIGNE,
    reponse,
    resultats,
    valeur,
)

# --- the figures of the norms that no encounter reads


def totaux(codes: list[str], specialite: str, texte: str, **faits: Any) -> float:
    lu: float = resultats(
        texte, codes=codes, medecin={"specialite": specialite, "secteur": "1"}, adressage="medecin-traitant", retour_au_mt=True,
        date_heure="2024-03-05T10:00:00+01:00", **faits,
    )["total"]  # fmt: skip
    return lu


@pytest.mark.parametrize(
    ("figure", "specialite", "codes", "ancien", "propose", "faits"),
    [
        pytest.param("psychiatre", "33", ["CNPSY", "MCS"], 51.7, 57, {}, marks=pytest.mark.normes("P1-36", "P1-37")),
        pytest.param("geriatre", "34", ["CS", "MCS"], 31.5, 40, {}, marks=pytest.mark.normes("P1-42")),
        pytest.param("gynecologue", "70", ["CS", "MCS"], 33.5, 40, {}, marks=pytest.mark.normes("P1-47")),
        pytest.param("endocrinologue", "42", ["CS", "MCS", "MCE"], 53.5, 60, {}, marks=pytest.mark.normes("P1-48")),
        pytest.param("mpr", "31", ["CS", "MCS"], None, 40, {"motif": "programme-de-soins-mpr"}, marks=pytest.mark.normes("P1-43", "P1-44")),
    ],
)
def test_les_totaux_de_la_proposition(
    figure: str, specialite: str, codes: list[str], ancien: float | None, propose: float, faits: dict[str, Any]
) -> None:
    """Hold: the codes add up to the totals written, under the proposal and under what stood before it."""
    nom = f"total_coordonne_{figure}"
    assert (valeur(nom, PROPOSE).calcul, valeur(nom, PROPOSE).statut) == (propose * 100, "propose")
    supplement = ["MPC"] if figure == "endocrinologue" else []
    assert totaux([*codes, *supplement], specialite, PROPOSE, **faits) == propose
    if ancien is not None:
        assert valeur(nom, ANCIEN, APRES_LA_PROPOSITION).calcul == ancien * 100
        assert totaux([*codes, "MPC"], specialite, ANCIEN, **faits) == ancien
    assert trouver_texte(SIGNE).valeur(baremes()[NOM][nom], JOUR) is None or valeur(nom, SIGNE).supprimee


@pytest.mark.normes("P1-44")
def test_le_tarif_mpr_propose_demande_un_programme_de_soins() -> None:
    assert totaux(["CS", "MCS"], "31", PROPOSE, motif="consultation") < 40
    assert totaux(["CS", "MCS"], "31", PROPOSE, motif="programme-de-soins-mpr") == 40


@pytest.mark.normes("P1-47")
@pytest.mark.parametrize(("specialite", "revalorise"), [("70", True), ("79", False), ("07", False), ("77", False)])
def test_le_gynecologue_medical_de_la_proposition(specialite: str, revalorise: bool) -> None:
    assert (totaux(["CS", "MCS"], specialite, PROPOSE) == 40) == revalorise


@pytest.mark.normes("P1-45")
def test_l_eph_s_ouvre_aux_medecins_mpr_dans_la_seule_proposition() -> None:
    suivi = {"motif": "enfant-pathologie-chronique-grave", "lieu": "cabinet", "medecin_secteur": "1", "medecin_specialite": "31"}
    assert reponse("EPH", APRES_LA_PROPOSITION, PROPOSE, **suivi) == PERMIS
    assert reponse("EPH", APRES_LA_PROPOSITION, ANCIEN, **suivi) == INTERDIT
    for texte in (ANCIEN, PROPOSE):
        assert reponse("EPH", APRES_LA_PROPOSITION, texte, **{**suivi, "medecin_specialite": "12"}) == PERMIS


@pytest.mark.normes("P1-49", "P1-50")
def test_le_supplement_de_cumul_propose_est_celui_de_la_colposcopie() -> None:
    propose = valeur("supplement_cumul_ccam", PROPOSE)
    assert (propose.calcul, propose.statut) == (1500, "propose")
    assert propose.calcul == valeur("supplement_colposcopie", PROPOSE).calcul
    assert trouver_texte(APPLIQUE).valeur(baremes()[NOM]["supplement_cumul_ccam"], JOUR) is None, "jamais facturable"
    assert all(t.figure != "supplement_cumul_ccam" for code in nomenclature().codes.values() for t in code.tarifs)


@pytest.mark.parametrize(
    ("liste", "codes", "specialites"),
    [
        pytest.param("cumul_endocrinologue", ["KCQM001"], {"42"}, marks=pytest.mark.normes("P1-51")),
        pytest.param(
            "cumul_rhumatologue_mpr", ["NZJB001", "MZJB001", "NZJB002", "MZJB002", "NZLB001", "MZLB001", "LHLB001"], {"14", "31"},
            marks=pytest.mark.normes("P1-52"),
        ),
        pytest.param("cumul_gynecologue_generaliste", ["JKLD001", "JKGD001", "JKKD001"], {"70"}, marks=pytest.mark.normes("P1-53")),
    ],
)  # fmt: skip
def test_les_actes_que_la_proposition_cumule(liste: str, codes: list[str], specialites: set[str]) -> None:
    """Hold: the lists, each act in the nomenclature as one of the annexe 22, read or proposed; what is signed is permitted in 2026."""
    proposee = valeur(liste, PROPOSE)
    assert (list(proposee.calcul), proposee.statut) == (codes, "propose")
    signee = trouver_texte(SIGNE).valeur(baremes()[NOM][liste], JOUR)
    signes = set() if signee is None else set(signee.calcul)
    assert signes <= set(codes)
    for code in codes:
        assert {"annexe-22", "annexe-22-proposee"} & nomenclature().codes[code].groupes
        assert ("annexe-22" in nomenclature().codes[code].groupes) == (code in signes)
    for code in signes:
        for specialite in specialites:
            medecin = {"specialite": specialite, "secteur": "1"}
            for jour, permis in (("2025-12-31", False), ("2026-01-01", True)):
                lu = resultats(codes=["CS", code], medecin=medecin, date_heure=f"{jour}T10:00:00+01:00", tarifs_ccam={code: 50})
                assert ({ligne["code"] for ligne in lu["codes"]} == {"CS", code}) == permis
                assert not lu["muets"]


@pytest.mark.normes("P1-57")
def test_le_point_travail_propose_gagne_un_centime() -> None:
    avant, propose = valeur("FC", ANCIEN, APRES_LA_PROPOSITION), valeur("FC", PROPOSE, APRES_LA_PROPOSITION)
    assert (propose.calcul - avant.calcul, propose.statut) == (10, "propose")


def test_l_electrocardiogramme_suit_le_point_travail() -> None:
    """Hold: the three prices published are on one line of the work point, to the cent."""
    points = [(valeur("FC", APPLIQUE, jour).calcul, valeur("DEQP003", APPLIQUE, jour).calcul)
              for jour in (dt.date(2024, 12, 31), dt.date(2025, 12, 31), dt.date(2026, 1, 1))]  # fmt: skip
    assert [fc for fc, _ in points] == [440, 455, 470]
    (_, a), (_, b), (_, c) = points
    assert abs((b - a) - (c - b)) <= 1


@pytest.mark.parametrize(
    ("figure", "texte", "attendue", "statut"),
    [
        pytest.param("echeance_refonte_ccam", PROPOSE, "fin de 2024 ou début de 2025", "propose", marks=pytest.mark.normes("P1-05")),
        pytest.param("echeance_refonte_ccam", "convention-2016", "fin de 2023", "anterieur", marks=pytest.mark.normes("L-17")),
        pytest.param("date_couts_de_la_pratique", PROPOSE, dt.date(2024, 12, 31), "propose", marks=pytest.mark.normes("P1-56")),
        pytest.param("articles_valorisation", SIGNE, "art. 74 à 86 ; annexe 1", "signe", marks=pytest.mark.normes("C10-01")),
        pytest.param("article_calendrier_ccam", SIGNE, "art. 84", "signe", marks=pytest.mark.normes("C10-06")),
        pytest.param("date_vote_chap", SIGNE, dt.date(2024, 9, 12), "signe", marks=pytest.mark.normes("C10-09")),
        pytest.param("date_decision_uncam", SIGNE, dt.date(2024, 10, 29), "applique", marks=pytest.mark.normes("C10-11")),
    ],
)
def test_les_figures_de_reference(figure: str, texte: str, attendue: Any, statut: str) -> None:
    lue = valeur(figure, texte)
    assert (lue.calcul, lue.statut) == (attendue, statut)
    assert lue.reference


@pytest.mark.normes("C10-05", "P1-58")
def test_l_enveloppe_de_la_ccam_est_reservee_des_la_convention() -> None:
    """Hold: one closed amount, in millions, from the day the convention holds, under no other text."""
    figure = baremes()[NOM]["enveloppe_refonte_ccam"]
    assert [(v.texte, v.du, v.calcul, v.statut) for v in figure.valeurs] == [(SIGNE, dt.date(2024, 6, 22), 240, "signe")]
    assert figure.unite == "MEUR"


@pytest.mark.normes("C10-10", "C10-11")
def test_la_decision_suit_le_vote_et_precede_la_premiere_vague() -> None:
    vote, decision = valeur("date_vote_chap", SIGNE).calcul, valeur("date_decision_uncam", SIGNE).calcul
    vague = min(v.du for v in baremes()[NOM]["G"].valeurs if v.texte == SIGNE)
    assert vote < decision < vague == dt.date(2024, 12, 22)


@pytest.mark.normes("C10-03")
def test_les_specialites_prioritaires_sont_revalorisees() -> None:
    """Hold: each speciality named is a list of the barème, and its consultation rises from what stood before."""
    veille, jour, an = dt.date(2024, 12, 21), dt.date(2024, 12, 22), dt.date(2026, 1, 1)
    prioritaires = {"geriatres": "CS_geriatrie", "pediatres": "CEH", "psychiatres": "CNPSY"}
    assert list(valeur("specialites_prioritaires", SIGNE).calcul) == list(prioritaires)
    for liste, figure in prioritaires.items():
        assert valeur(liste, SIGNE).calcul
        assert valeur(figure, APPLIQUE, an).calcul > valeur(figure, APPLIQUE, jour).calcul
        avant = trouver_texte(APPLIQUE).valeur(baremes()[NOM][figure], veille)
        assert avant is None or avant.calcul < valeur(figure, APPLIQUE, jour).calcul


@pytest.mark.normes("C10-08")
@pytest.mark.parametrize("figure", ["MEG", "CSC", "MD", "MCC", "M", "VL"])
def test_la_nomenclature_en_vigueur_reste_applicable(figure: str) -> None:
    """Hold: from the day before the convention to a year after, what it did not change has the price it had."""
    avant = valeur(figure, APPLIQUE, dt.date(2024, 6, 21))
    for texte in (SIGNE, APPLIQUE):
        assert valeur(figure, texte, JOUR).calcul == avant.calcul is not None


@pytest.mark.normes("C10-08")
@pytest.mark.parametrize(("jour", "attendu"), [("2024-06-21", 26.5), ("2024-06-22", 26.5), ("2024-12-21", 26.5), ("2024-12-22", 30)])
@pytest.mark.parametrize("texte", [SIGNE, APPLIQUE])
def test_l_entree_en_vigueur_de_la_convention_ne_change_pas_la_g(texte: str, jour: str, attendu: float) -> None:
    assert resultats(texte, date_heure=f"{jour}T10:00:00+01:00")["total"] == attendu


@pytest.mark.normes("C10-08")
@pytest.mark.parametrize(("jour", "attendu"), [("2024-12-21", PERMIS), ("2024-12-22", INTERDIT)])
def test_la_c_du_secteur_1_jusqu_a_la_premiere_vague(jour: str, attendu: str) -> None:
    assert reponse("C", dt.date.fromisoformat(jour), **GENERALISTE, tarif_opposable=True) == attendu


@pytest.mark.normes("P1-10")
def test_la_g_ne_va_pas_en_teleconsultation() -> None:
    for texte in (PROPOSE, APPLIQUE):
        assert reponse("G", JOUR, texte, **{**GENERALISTE, "lieu": "teleconsultation"}) == INTERDIT
        assert reponse("G", JOUR, texte, **GENERALISTE) == PERMIS
