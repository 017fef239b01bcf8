"""The frame of the JSON contract, the same for every dispositif: shape, order, faults, what is never repeated."""

import json

import pytest

from convmed.dispositifs import tous
from convmed.dispositifs.contrat import CasRefuses, repondre

ENTREE = {"date_resultats": "2024-06-30", "patients_ald": 10, "vsm_dmp": 9, "vsm_structures": 0, "pmt": 800, "deja_percu": 0}
CAS = {"annee": 2024, "texte": "convention-2024", "entree": ENTREE}


def refus(nom, demandes, **options):
    with pytest.raises(CasRefuses) as refuses:
        repondre(nom, demandes, **options)
    json.dumps(refuses.value.erreurs, allow_nan=False)
    for erreur in refuses.value.erreurs:
        assert {"cas", "champ", "valeur", "attendu", "message"} == erreur.keys()
    return {(erreur["cas"], erreur["champ"]) for erreur in refuses.value.erreurs}


def test_la_reponse_a_la_forme_de_la_demande():
    un = repondre("vsm", CAS)
    assert {"dispositif", "annee", "texte", "resultats", "lignes", "explication"} == un.keys()
    assert (un["dispositif"], un["annee"], un["texte"]) == ("vsm", 2024, "convention-2024")
    assert repondre("vsm", [CAS, {**CAS, "texte": "en-vigueur"}])[1]["texte"] == "en-vigueur"
    assert "texte" not in {k: v for k, v in CAS.items() if k != "texte"}
    assert repondre("vsm", {k: v for k, v in CAS.items() if k != "texte"})["texte"] == "en-vigueur"
    for ligne in un["lignes"]:
        assert {"libelle", "montant", "date_versement", "references"} <= ligne.keys()


@pytest.mark.parametrize("nom", sorted(tous()))
def test_chaque_dispositif_refuse_un_champ_inconnu_et_une_entree_absente(nom):
    assert (0, "entree") in refus(nom, {"annee": 2026})
    champs = refus(nom, {"annee": 2026, "entree": {"champ_inconnu": 1}})
    assert champs & {(0, "entree.champ_inconnu"), (0, "entree.calcul")}


@pytest.mark.parametrize(
    ("changement", "champ"),
    [
        ({"annee": "2024"}, "annee"),
        ({"annee": True}, "annee"),
        ({"annee": 1900}, "annee"),
        ({"annee": 2024, "date": "2025-01-01"}, "date"),
        ({"date": "2024-W01-1"}, "date"),
        ({"date": "01/01/2024"}, "date"),
        ({"texte": "convention-2042"}, "texte"),
        ({"texte": 3}, "texte"),
        ({"texte": "/etc/passwd.yaml"}, "texte"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_ce_que_le_cadre_refuse(changement, champ):
    assert (0, champ) in refus("vsm", {**CAS, **changement})


def test_une_annee_tiree_d_une_date_est_bornee():
    sans_annee = {k: v for k, v in CAS.items() if k != "annee"}
    assert (0, "date") in refus("vsm", {**sans_annee, "date": "2950-01-01"})


def test_un_chemin_de_scenario_ne_s_ouvre_pas_a_qui_repond_aux_autres(tmp_path):
    scenario = tmp_path / "mien.yaml"
    scenario.write_text("nom: mien\nbase: convention-2024\nfigures:\n  vsm:\n    patientele_de_reference: 400\n", "utf-8")
    demande = {**CAS, "texte": str(scenario)}
    assert repondre("vsm", demande)["resultats"]["montant"] == 2 * repondre("vsm", CAS)["resultats"]["montant"]
    assert (0, "texte") in refus("vsm", demande, scenarios=False)


@pytest.mark.parametrize("valeur", ["2600975100201", "2 60 09 75 100 201 45", "ne le 1850175123456", 1850175123456])
def test_ce_qui_ressemble_a_un_nir_n_est_jamais_repete(valeur):
    with pytest.raises(CasRefuses) as refuses:
        repondre("vsm", {**CAS, "entree": {**ENTREE, "date_resultats": valeur}})
    texte = json.dumps(refuses.value.erreurs)
    assert "975100" not in texte
    assert "0175123456" not in texte


@pytest.mark.parametrize("nir", ["2 60 09 75 100 201 45", "260097510020145", "2-60-09-75-100-201-45", 2.60097510020e12])
def test_ni_le_message_ni_le_champ_ne_repetent_un_nir(nir):
    for demande in ({**CAS, "texte": nir}, {**CAS, str(nir): 1}, {**CAS, "entree": {**ENTREE, str(nir): 1}}, {**CAS, "entree": {**ENTREE, "pmt": nir}}):
        with pytest.raises(CasRefuses) as refuses:
            repondre("vsm", demande)
        dit = json.dumps(refuses.value.erreurs, ensure_ascii=False)
        assert "100201" not in dit.replace(" ", "").replace("-", "") and "260097510020" not in dit


def test_une_valeur_refusee_est_courte_et_finie():
    with pytest.raises(CasRefuses) as refuses:
        repondre("vsm", [{**CAS, "annee": float("inf")}, {**CAS, "texte": "x" * 5000}])
    valeurs = [erreur["valeur"] for erreur in refuses.value.erreurs]
    assert valeurs == ["inf", "x" * 80]
