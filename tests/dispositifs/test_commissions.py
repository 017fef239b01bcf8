"""Indemnities of commissions: 13 letters a sitting, present or remote; travel for those present only; what is deduced."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convmed.dispositifs.contrat import CasRefuses, repondre

NOM = "commissions"


def reponse(seances: int, distance: bool | int, texte: str = "en-vigueur", moment: dict[str, Any] | None = None, **champs: Any) -> Any:
    entree = {"calcul": "indemnites", "seances": seances, "distance": distance, **champs}
    return repondre(NOM, {"texte": texte, "entree": entree, **(moment or {"annee": 2026})})


@pytest.mark.normes("C12D-08", "C12D-09")
@given(seances=st.integers(0, 300), distance=st.integers(0, 300), centimes=st.integers(0, 10_000))
def test_treize_lettres_par_seance_presente_ou_distante(seances: int, distance: int, centimes: int) -> None:
    lus = reponse(seances, min(distance, seances), valeur_c=centimes / 100)["resultats"]
    assert round(lus["montant"] * 100) == 13 * seances * centimes
    assert lus["seances_en_presence"] == seances - min(distance, seances)
    assert lus["confiance"] == "officiel"
    assert ("motif" in lus) == (seances * centimes == 0)


@pytest.mark.normes("C12D-08")
def test_la_lettre_c_des_commissions_est_deduite_et_cela_se_dit(tmp_path: Path) -> None:
    rendue = reponse(4, False)
    lus, ligne = rendue["resultats"], rendue["lignes"][0]
    assert (lus["montant"], lus["par_seance"], lus["confiance"], ligne["confiance"]) == (1196, 299, "deduit", "deduit")
    assert "aucun texte ne dit la valeur de la lettre C des commissions : 23,00" in lus["reserves"][0]
    assert not any("lettre C" in reserve for reserve in reponse(4, False, valeur_c=26.5)["resultats"]["reserves"])
    assert reponse(4, False, valeur_c=26.5)["resultats"]["montant"] == 4 * 13 * 26.5
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text(f"base: en-vigueur\nfigures:\n  {NOM}:\n    valeur_c: 30\n", "utf-8")
    assert reponse(1, False, str(scenario))["resultats"]["montant"] == 390


@pytest.mark.normes("C12D-10", "C12D-11")
@pytest.mark.parametrize(("distance", "en_presence"), [(True, 0), (4, 0), (3, 1), (0, 4), (False, 4)])
def test_le_deplacement_des_seances_en_presence(distance: bool | int, en_presence: int, tmp_path: Path) -> None:
    rendue = reponse(4, distance)
    lus, ligne = rendue["resultats"], rendue["lignes"][1]
    assert lus["seances_en_presence"] == en_presence
    assert (lus["deplacement"], ligne["montant"], ligne["etat"]) == ((None, None, "non publié") if en_presence else (0, 0, "sans objet"))
    assert any("première réunion" in reserve for reserve in lus["reserves"]) == (en_presence > 0)
    assert lus["montant"] == 1196
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text(f"base: en-vigueur\nfigures:\n  {NOM}:\n    indemnite_de_deplacement: 12.50\n", "utf-8")
    assert reponse(4, distance, str(scenario))["resultats"]["deplacement"] == 12.5 * en_presence


@pytest.mark.normes("C12D-08")
def test_il_faut_representer_un_syndicat_signataire() -> None:
    for representant, montant in ((None, 1196), (True, 1196), (False, 0)):
        rendue = reponse(4, False, representant_signataire=representant)
        assert rendue["resultats"]["montant"] == montant
        assert ("motif" in rendue["resultats"]) == (montant == 0)
    assert [(ligne["montant"], ligne["etat"]) for ligne in rendue["lignes"]] == [(0, "sans objet")] * 2
    assert rendue["resultats"]["reserves"] == []
    assert "aucune séance" in reponse(0, False)["resultats"]["motif"]


@pytest.mark.normes("C12D-08")
def test_depuis_l_entree_en_vigueur() -> None:
    veille, jour = (reponse(1, False, moment={"date": date})["resultats"] for date in ("2024-06-21", "2024-06-22"))
    assert (veille["montant"], "ne sont pas dans les sources" in veille["motif"]) == (None, True)
    assert jour["montant"] == 299
    assert reponse(1, False, moment={"annee": 2024})["resultats"]["montant"] == 299
    assert reponse(1, False, moment={"annee": 2023})["resultats"]["montant"] is None
    assert reponse(1, False, "reglement-arbitral-2023")["lignes"] == []


def test_ce_qui_est_mal_ecrit_est_refuse_en_une_fois() -> None:
    for entree, champs in (
        ({"calcul": "sieges-inconnus"}, {"calcul"}),
        ({"calcul": "indemnites"}, {"seances", "distance"}),
        ({"calcul": "indemnites", "seances": 4, "distance": 5}, {"distance"}),
        ({"calcul": "indemnites", "seances": -1, "distance": "non", "valeur_c": 1.234, "nir": 1}, {"seances", "distance", "valeur_c", "nir"}),
    ):
        with pytest.raises(CasRefuses) as refus:
            repondre(NOM, {"annee": 2026, "entree": entree})
        assert {erreur["champ"].split(".")[1] for erreur in refus.value.erreurs} == champs
        assert all(erreur["champ"].count(".") == 1 for erreur in refus.value.erreurs)
