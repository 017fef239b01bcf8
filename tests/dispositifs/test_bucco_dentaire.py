"""Soins bucco-dentaires: the three conditions, the two parts to the cent, each bound of the fees, what is not published."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convmed.dispositifs.contrat import CasRefuses, repondre

NOM = "bucco-dentaire"
ELIGIBLE = {"calcul": "eligibilite", "specialite": "44", "diplome_chirurgien_dentiste": True, "inscrit_ordre_medecins": True}
ACTE = {
    "calcul": "prise-en-charge", "acte": "chirurgie-dentaire", "panier": "base", "opposable": True, "base_remboursement": 100,
}  # fmt: skip
EXCEPTION = {**ACTE, "acte": "chirurgie-orale-exception"}


def resultats(entree: dict[str, Any], **cas: Any) -> dict[str, Any]:
    lus: dict[str, Any] = repondre(NOM, {"annee": 2026, "entree": entree, **cas})["resultats"]
    return lus


def champs_refuses(entree: dict[str, Any]) -> set[str]:
    with pytest.raises(CasRefuses) as refus:
        repondre(NOM, {"annee": 2026, "entree": entree})
    return {erreur["champ"] for erreur in refus.value.erreurs}


@pytest.mark.normes("C14.3-02", "C14.3-03", "C14.3-08")
@pytest.mark.parametrize(
    ("diplome", "ordre", "specialite"),
    list(product([True, False], [True, False], ["18", "44", "45", "69", "01", "17", "19", "43", "46", "68", "70", "53"])),
)
def test_les_trois_conditions_ensemble(diplome: bool, ordre: bool, specialite: str) -> None:
    entree = {
        "calcul": "eligibilite", "specialite": specialite, "diplome_chirurgien_dentiste": diplome, "inscrit_ordre_medecins": ordre,
    }  # fmt: skip
    lus, admise = resultats(entree), specialite in {"18", "44", "45", "69"}
    assert lus["eligible"] == (diplome and ordre and admise)
    assert len(lus["motifs"]) == [diplome, ordre, admise].count(False)
    assert bool(lus["actes"]) == lus["eligible"]
    assert ("motif" in lus) != lus["eligible"]


@pytest.mark.normes("C14.3-09")
@pytest.mark.parametrize(("jour", "periodicite"), [("2024-12-31", None), ("2025-01-01", "annuel"), ("2026-03-02", "annuel")])
def test_l_examen_est_annuel_depuis_2025(jour: str, periodicite: str | None) -> None:
    assert resultats(ELIGIBLE, annee=int(jour[:4]), date=jour)["examen_bucco_dentaire"] == periodicite
    non_eligible = {**ELIGIBLE, "specialite": "01"}
    assert resultats(non_eligible, annee=int(jour[:4]), date=jour)["examen_bucco_dentaire"] is None


@pytest.mark.normes("C14.3-01", "C14.3-08")
def test_les_references_nomment_les_deux_conventions() -> None:
    references = resultats(ELIGIBLE)["references"]
    assert references[0] == "art. 43 à 48-2 ; annexe 16"
    assert references[-1].endswith("JO du 25/08/2023")


@pytest.mark.normes("C14.3-14", "C14.3-15")
@given(base=st.integers(0, 1_000_000), honoraires=st.integers(0, 1_000_000) | st.none())
def test_les_deux_parts_au_centime(base: int, honoraires: int | None) -> None:
    """Against `decimal`: each part is rounded half up, and together they are what is reimbursed, no more than was paid."""
    entree = {**ACTE, "base_remboursement": base / 100}
    if honoraires is not None:
        entree["honoraires"] = honoraires / 100
    lus = resultats(entree)
    assiette = Decimal(base if honoraires is None else min(base, honoraires)) / 100

    def part(taux: str) -> Decimal:
        return (assiette * Decimal(taux)).quantize(Decimal("0.01"), ROUND_HALF_UP)

    parts = [Decimal(str(lus[nom])) for nom in ("part_obligatoire", "part_complementaire")]
    assert parts == [part("0.6"), part("0.4")]
    assert sum(parts) == assiette


@pytest.mark.normes("C14.3-11")
@pytest.mark.parametrize(
    ("panier", "champ", "regle"),
    [("base", "base_remboursement", "base-de-remboursement"), ("c2s", "plafond_c2s", "plafond-c2s"),
     ("100-sante", "honoraire_limite", "honoraire-limite")],
)  # fmt: skip
@pytest.mark.parametrize(("honoraires", "conformes"), [(249.99, True), (250, True), (250.01, False), (None, None)])
def test_chaque_borne_des_honoraires(panier: str, champ: str, regle: str, honoraires: float | None, conformes: bool | None) -> None:
    entree = {**ACTE, "panier": panier, champ: 250}
    lus = resultats(entree if honoraires is None else {**entree, "honoraires": honoraires})
    assert (lus["regle_honoraires"], lus["plafond"], lus["honoraires_conformes"]) == (regle, 250, conformes)
    assert lus["depassement_permis"] is False
    assert any("au-dessus de" in motif for motif in lus["motifs"]) == (conformes is False)


@pytest.mark.normes("C14.3-11")
def test_une_borne_ne_vaut_que_pour_ce_qu_elle_nomme() -> None:
    """The three bounds given at once: the act or the beneficiary chooses, opposable or not."""
    toutes = {**ACTE, "plafond_c2s": 300, "honoraire_limite": 400}
    for opposable in (True, False):
        plafonds = {p: resultats({**toutes, "panier": p, "opposable": opposable})["plafond"] for p in ("base", "c2s", "100-sante")}
        assert plafonds == {"base": 100 if opposable else None, "c2s": 300, "100-sante": 400}


@pytest.mark.normes("C14.3-11")
@pytest.mark.parametrize(("panier", "figure"), [("c2s", "plafond_c2s"), ("100-sante", "honoraire_limite")])
def test_une_borne_absente_est_non_publiee(panier: str, figure: str, tmp_path: Path) -> None:
    entree = {**ACTE, "panier": panier, "honoraires": 250}
    lus = resultats(entree)
    assert (lus["plafond"], lus["honoraires_conformes"], lus["part_obligatoire"]) == (None, None, 60)
    assert "non publié, voir art. 43 à 48-2" in lus["motifs"][-1]
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text(f"base: en-vigueur\nfigures:\n  {NOM}:\n    {figure}: 240\n", "utf-8")
    assert resultats(entree, texte=str(scenario))["honoraires_conformes"] is False


@pytest.mark.normes("C14.3-12")
def test_l_entente_directe_est_permise_si_le_tarif_n_est_pas_opposable() -> None:
    entree = {**ACTE, "honoraires": 100.01}
    opposable, libre = resultats(entree), resultats({**entree, "opposable": False})
    assert (opposable["depassement_permis"], opposable["honoraires_conformes"], opposable["depassement"]) == (False, False, 0.01)
    assert (libre["depassement_permis"], libre["honoraires_conformes"], libre["depassement"]) == (True, True, 0.01)
    assert libre["plafond"] is None
    assert "entente directe" in libre["motifs"][0]
    assert resultats({**ACTE, "honoraires": 99})["depassement"] == 0


@pytest.mark.normes("C14.3-13")
@pytest.mark.parametrize("panier", ["base", "c2s", "100-sante"])
def test_un_acte_non_pris_en_charge_releve_du_tact_et_mesure(panier: str) -> None:
    lus = resultats({**ACTE, "panier": panier, "pris_en_charge": False, "honoraires": 500, "plafond_c2s": 1, "honoraire_limite": 1})
    assert (lus["part_obligatoire"], lus["part_complementaire"], lus["plafond"], lus["depassement"]) == (0, 0, None, None)
    assert (lus["regle_honoraires"], lus["depassement_permis"]) == ("tact-et-mesure", True)
    assert "tact et mesure" in lus["motif"]
    assert resultats({**ACTE, "pris_en_charge": True}) == resultats(ACTE)


@pytest.mark.normes("C14.3-16")
def test_l_exception_de_chirurgie_orale(tmp_path: Path) -> None:
    """Neither list nor rate is published: unknown until a scenario gives them."""
    par_code = {cle: valeur for cle, valeur in ACTE.items() if cle != "acte"} | {"code": "LBFA002"}
    for entree in (EXCEPTION, par_code):
        lus = resultats(entree)
        assert (lus["part_obligatoire"], lus["part_complementaire"], lus["plafond"]) == (None, None, 100)
        assert any("non publié, voir annexe 16" in motif for motif in lus["motifs"])
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text(
        f"base: en-vigueur\nfigures:\n  {NOM}:\n    taux_obligatoire_exception: 70\n    taux_complementaire_exception: 30\n"
        "    actes_exception: [LBFA002]\n",
        "utf-8",
    )
    for entree, parts in ((EXCEPTION, (70, 30)), (par_code, (70, 30)), ({**par_code, "code": "LBFA003"}, (60, 40)), (ACTE, (60, 40))):
        lus = resultats(entree, texte=str(scenario))
        assert (lus["part_obligatoire"], lus["part_complementaire"]) == parts


def test_ce_qui_manque_est_demande_en_une_fois() -> None:
    assert champs_refuses({"calcul": "prise-en-charge"}) == {
        "entree.acte", "entree.panier", "entree.opposable", "entree.base_remboursement",
    }  # fmt: skip
    assert champs_refuses({"calcul": "prise-en-charge", "panier": "c2s", "acte": "chirurgie-dentaire"}) == {"entree.base_remboursement"}
    assert champs_refuses({"calcul": "prise-en-charge", "panier": "base", "base_remboursement": 1}) == {"entree.acte", "entree.opposable"}
    assert champs_refuses({"calcul": "eligibilite"}) == {
        "entree.diplome_chirurgien_dentiste", "entree.inscrit_ordre_medecins", "entree.specialite",
    }  # fmt: skip
    assert champs_refuses({**ELIGIBLE, "specialite": "4"}) == {"entree.specialite"}
    assert champs_refuses({**ACTE, "base_remboursement": 1.234, "code": "x"}) == {"entree.base_remboursement", "entree.code"}


@pytest.mark.parametrize("entree", [ELIGIBLE, ACTE])
def test_un_texte_qui_ne_dit_rien_le_dit(entree: dict[str, Any]) -> None:
    assert "ne sont pas dans les sources" in resultats(entree, texte="reglement-arbitral-2023")["motif"]
