"""The situations that the table of cumuls names: when each is true, false, or not known."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from convmed.textes import textes_connus

JOUR = dt.date(2026, 6, 15)


def valeur(situation: str, texte: str = "en-vigueur", **donnees: Any) -> bool | None:
    from convmed.dispositifs.socle import tous
    from convmed.donnees.entites import REGISTRE
    from convmed.moteur.registre import Contexte
    from convmed.moteur.valeurs import Instance
    from convmed.textes import baremes

    tous()
    contexte = Contexte(REGISTRE, baremes(), textes_connus()[texte], JOUR, JOUR.year)
    seance = Instance(contexte, "seance", {"date_acte": JOUR, "premier_janvier": dt.date(2026, 1, 1), **donnees})
    lue: bool | None = seance.valeur(situation)
    return lue


CAS: list[tuple[str, dict[str, Any], bool | None]] = [
    ("sans_acte_ngap", {"acte_ngap_present": False}, True),
    ("sans_acte_ngap", {"acte_ngap_present": True}, False),
    ("avec_acte_ngap", {"acte_ngap_present": True}, True),
    ("avec_acte_ngap", {"acte_ngap_present": False}, False),
    ("sans_acte_ccam", {"nombre_actes_ccam": 0}, True),
    ("sans_acte_ccam", {"nombre_actes_ccam": 1}, False),
    ("un_seul_acte_ccam", {"nombre_actes_ccam": 0}, False),
    ("un_seul_acte_ccam", {"nombre_actes_ccam": 1}, True),
    ("un_seul_acte_ccam", {"nombre_actes_ccam": 2}, False),
    ("plus_de_deux_actes_ccam", {"nombre_actes_ccam": 2}, False),
    ("plus_de_deux_actes_ccam", {"nombre_actes_ccam": 3}, True),
    ("sans_snp_ni_mrt", {"snp_ou_mrt_presente": False}, True),
    ("sans_snp_ni_mrt", {"snp_ou_mrt_presente": True}, False),
    ("acte_hors_liste_du_rendez_vous_de_prevention", {"rdv_acte_hors_liste": True}, True),
    ("depassement", {"tarif_opposable": False}, True),
    ("depassement", {"tarif_opposable": True}, False),
    ("depassement", {}, None),
    ("consultation_avec_depassement", {"tarif_opposable": False}, True),
    ("consultation_avec_depassement", {"tarif_opposable": False, "depassement_sur_l_acte_seul": True}, False),
    ("consultation_avec_depassement", {"tarif_opposable": True}, False),
    ("depassement_sur_l_acte_ccam", {"tarif_opposable": False, "depassement_sur_l_acte_seul": True}, True),
    ("depassement_sur_l_acte_ccam", {"tarif_opposable": False}, False),
    ("depassement_sur_l_acte_ccam", {"tarif_opposable": True, "depassement_sur_l_acte_seul": True}, False),
    ("avance_de_frais", {"avance_de_frais_demandee": True}, True),
    ("moins_de_16_ans", {"patient_naissance": dt.date(2010, 6, 16)}, True),
    ("moins_de_16_ans", {"patient_naissance": dt.date(2010, 6, 15)}, False),
    ("moins_de_16_ans", {}, None),
    (
        "moins_de_16_ans_sans_medecin_traitant",
        {"patient_naissance": dt.date(2010, 6, 16), "patient_sans_mt": True},
        True,
    ),
    (
        "moins_de_16_ans_sans_medecin_traitant",
        {"patient_naissance": dt.date(2010, 6, 15), "patient_sans_mt": True},
        False,
    ),
    (
        "moins_de_16_ans_sans_medecin_traitant",
        {"patient_naissance": dt.date(2010, 6, 16), "patient_sans_mt": False},
        False,
    ),
    (
        "plus_de_16_ans_hors_residence",
        {"patient_naissance": dt.date(2010, 6, 15), "patient_hors_residence": True},
        True,
    ),
    (
        "plus_de_16_ans_hors_residence",
        {"patient_naissance": dt.date(2010, 6, 16), "patient_hors_residence": True},
        False,
    ),
    (
        "plus_de_16_ans_hors_residence",
        {"patient_naissance": dt.date(2010, 6, 15), "patient_hors_residence": False},
        False,
    ),
    ("mineur_au_1er_janvier", {"patient_naissance": dt.date(2008, 1, 2)}, True),
    ("mineur_au_1er_janvier", {"patient_naissance": dt.date(2008, 1, 1)}, False),
    ("patient_hospitalise", {"hospitalise": True}, True),
    ("soin_non_urgent", {"urgence_vitale": False}, True),
    ("soin_non_urgent", {"urgence_vitale": True}, False),
    ("permanence_des_soins", {"regulation": "pdsa"}, True),
    ("permanence_des_soins", {"regulation": "sas"}, False),
    ("radiographie_pulmonaire", {"motif": "radiographie-pulmonaire"}, True),
    ("osteodensitometrie_deux_sites", {"motif": "osteodensitometrie-deux-sites"}, True),
    ("colposcopie", {"motif": "colposcopie"}, True),
    ("colposcopie", {"motif": "radiographie-pulmonaire"}, False),
    (
        "premiere_consultation_en_etablissement",
        {"lieu": "cabinet", "motif": "premiere-consultation-en-etablissement"},
        False,
    ),
    (
        "premiere_consultation_en_etablissement",
        {"lieu": "etablissement", "motif": "premiere-consultation-en-etablissement"},
        True,
    ),
    ("intervention_urgente_immediate", {"urgence_vitale": True}, True),
    ("consultation_apres_bilan_d_un_tiers", {"motif": "consultation-apres-bilan-d-un-tiers"}, True),
    ("acte_infirmier_de_la_meme_seance", {"motif": "soins-infirmiers"}, True),
    ("acte_de_sage_femme", {"medecin_specialite": "21"}, True),
    ("acte_de_sage_femme", {"medecin_specialite": "01"}, False),
    ("pneumologue", {"medecin_specialite": "13"}, True),
    ("pneumologue", {"medecin_specialite": "14"}, False),
    ("rhumatologue_ou_mpr", {"medecin_specialite": "14"}, True),
    ("rhumatologue_ou_mpr", {"medecin_specialite": "31"}, True),
    ("rhumatologue_ou_mpr", {"medecin_specialite": "13"}, False),
    ("gynecologue", {"medecin_specialite": "07"}, True),
    ("gynecologue", {"medecin_specialite": "01"}, False),
    ("gynecologue_ou_generaliste", {"medecin_specialite": "01"}, True),
    ("gynecologue_ou_generaliste", {"medecin_specialite": "70"}, True),
    ("gynecologue_ou_generaliste", {"medecin_specialite": "05"}, False),
    ("gynecologue_ou_generaliste", {}, None),
]


@pytest.mark.parametrize(("situation", "donnees", "attendu"), CAS)
def test_chaque_situation_dit_vrai(situation: str, donnees: dict[str, Any], attendu: bool | None) -> None:
    for texte in ("en-vigueur", "convention-2016"):
        assert valeur(situation, texte, **donnees) is attendu
