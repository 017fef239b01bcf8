"""Tiers payant: each case alone and with the others, both thresholds, the law's cases, what contradicts itself."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convmed.dispositifs.contrat import CasRefuses, repondre

NOM = "tiers-payant"
CONVENTIONNELS = (
    "astreinte_regulee", "acte_couteux", "fond_oeil_lecture_differee", "bucco_dentaire_femme_enceinte",
    "propharmacien_convention_locale",
)  # fmt: skip
LEGAUX = ("c2s", "ald", "maternite", "ame")
TEXTES = ("convention-2016", "reglement-arbitral-2023", "convention-2024", "en-vigueur", "proposition-2024-02-08")


def resultats(entree: dict[str, Any], **cas: Any) -> dict[str, Any]:
    lus: dict[str, Any] = repondre(NOM, {"annee": 2026, "entree": entree, **cas})["resultats"]
    return lus


def niveau(entree: dict[str, Any], **cas: Any) -> tuple[Any, Any]:
    lus = resultats(entree, **cas)
    return lus["tiers_payant"], lus["obligatoire"]


@pytest.mark.normes("C14.2-02", "C14.2-03", "C14.2-05", "C14.2-06", "C14.2-07")
@pytest.mark.parametrize("texte", TEXTES)
def test_chaque_cas_conventionnel_porte_sur_la_seule_part_obligatoire(texte: str) -> None:
    for champ in CONVENTIONNELS:
        assert niveau({champ: True}, texte=texte) == ("part-obligatoire", False), champ
        assert niveau({champ: False}, texte=texte) == ("aucun", False), champ
        assert resultats({champ: True}, texte=texte) == resultats({"situations": [champ.replace("_", "-")]}, texte=texte)
    for deux in combinations(CONVENTIONNELS, 2):
        lus = resultats(dict.fromkeys(deux, True), texte=texte)
        assert lus["tiers_payant"] == "part-obligatoire"
        assert [motif["origine"] for motif in lus["motifs"]] == ["conventionnel"] * 2


@pytest.mark.normes("C14.2-01")
def test_chaque_motif_dit_ses_references() -> None:
    for champ in CONVENTIONNELS[:1] + CONVENTIONNELS[2:4]:
        (motif,) = resultats({champ: True})["motifs"]
        assert motif["references"] == ["art. 42 à 42-7", "circulaire 31/07/2024, 14.2"]
    reponse = repondre(NOM, {"annee": 2026, "entree": {"astreinte_regulee": True}})
    assert reponse["explication"]["tiers_payant"]["reference"] == "art. 42 à 42-7"
    assert reponse["lignes"] == []


@pytest.mark.normes("C14.2-04")
@pytest.mark.parametrize(
    ("montant", "coefficient", "couteux"),
    [(119.99, None, False), (120, None, True), (120.01, None, True), (None, 59, False), (None, 60, True), (119.99, 59, False),
     (120, 59, True), (0, 60, True)],
)  # fmt: skip
def test_le_seuil_de_l_acte_couteux(montant: float | None, coefficient: int | None, couteux: bool) -> None:
    entree = {"montant_acte": montant, "coefficient_acte": coefficient}
    lus = resultats(entree)
    assert lus["tiers_payant"] == ("part-obligatoire" if couteux else "aucun")
    assert ("revalorise" in lus["reserves"][-1]) == (montant is not None)
    assert ("120,00" in lus["reserves"][-1]) == (montant is not None)


@pytest.mark.normes("C14.2-09")
@pytest.mark.parametrize("parcours", [None, "coordonne", "acces-direct", "exception", "hors-parcours"])
def test_la_c2s_donne_le_tiers_payant_integral_sauf_hors_parcours(parcours: str | None) -> None:
    lus, perdu = resultats({"c2s": True, "parcours": parcours}), parcours == "hors-parcours"
    assert (lus["tiers_payant"], lus["obligatoire"]) == (("aucun", False) if perdu else ("integral", True))
    assert bool(lus["ecartes"]) == perdu
    assert any("parcours non fourni" in reserve for reserve in lus["reserves"]) == (parcours is None)
    assert resultats({"c2s": False, "parcours": "hors-parcours"})["ecartes"] == []


def test_l_ame_dispense_d_avance_de_frais_meme_hors_parcours() -> None:
    for parcours in ("coordonne", "hors-parcours"):
        lus = resultats({"ame": True, "parcours": parcours})
        assert (lus["tiers_payant"], lus["obligatoire"], lus["reserves"]) == ("integral", True, [])
        assert lus["motifs"][0]["references"] == ["CASF, art. L. 251-1 et suivants"]


@pytest.mark.normes("C14.2-08")
@pytest.mark.parametrize("champ", ["ald", "maternite"])
def test_les_autres_cas_legaux_ne_sont_pas_publies(champ: str, tmp_path: Path) -> None:
    """Unknown is neither yes nor no; a case that is known settles the part, not whether the law imposes it."""
    lus = resultats({champ: True})
    assert (lus["tiers_payant"], lus["obligatoire"], lus["motifs"]) == (None, None, [])
    assert "non publié, voir art. 42-1 et 42-2" in lus["motif"]
    assert niveau({champ: False}) == ("aucun", False)
    assert niveau({champ: True, "fond_oeil_lecture_differee": True}) == ("part-obligatoire", None)
    assert niveau({champ: True, "c2s": True}) == ("integral", True)
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text(f"base: en-vigueur\nfigures:\n  {NOM}:\n    cas_legaux: [{champ}]\n", "utf-8")
    autre = "maternite" if champ == "ald" else "ald"
    lus = resultats({champ: True}, texte=str(scenario))
    assert (lus["tiers_payant"], lus["obligatoire"], lus["reserves"]) == ("part-obligatoire", True, [])
    assert [motif["origine"] for motif in lus["motifs"]] == ["legal"]
    assert niveau({autre: True}, texte=str(scenario)) == ("aucun", False)


@given(st.sets(st.sampled_from([*CONVENTIONNELS, "c2s", "ame"])), st.sampled_from(["coordonne", "hors-parcours"]))
def test_une_situation_de_plus_ne_retire_jamais_de_part(situations: set[str], parcours: str) -> None:
    ordre = ("aucun", "part-obligatoire", "integral")
    entree = dict.fromkeys(situations, True)
    lus = resultats({**entree, "parcours": parcours})
    integral = "ame" in situations or ("c2s" in situations and parcours != "hors-parcours")
    attendu = "integral" if integral else "part-obligatoire" if situations & set(CONVENTIONNELS) else "aucun"
    assert (lus["tiers_payant"], lus["obligatoire"]) == (attendu, integral)
    assert bool(lus["motifs"]) == (attendu != "aucun") == ("motif" not in lus)
    for champ in CONVENTIONNELS:
        plus = resultats({**entree, champ: True, "parcours": parcours})
        assert ordre.index(plus["tiers_payant"]) >= ordre.index(lus["tiers_payant"])


def test_ce_qui_est_mal_ecrit_est_refuse_en_une_fois() -> None:
    mauvais = {"situations": ["c2s", "retraite"], "ald": "oui", "montant_acte": 12.345, "parcours": "x", "coefficient_acte": -1, "nir": 1}
    contraires = {"situations": ["c2s", "ald"], "c2s": False, "ald": False, "ame": False}
    for entree, champs in (
        (mauvais, {"situations[1]", "ald", "montant_acte", "parcours", "coefficient_acte", "nir"}),
        (contraires, {"c2s", "ald"}),
    ):
        with pytest.raises(CasRefuses) as refus:
            repondre(NOM, {"annee": 2026, "entree": entree})
        assert {erreur["champ"] for erreur in refus.value.erreurs} == {f"entree.{champ}" for champ in champs}
