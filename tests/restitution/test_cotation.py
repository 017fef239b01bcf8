"""What may be billed, as data: codings, what would change them, tiers payant, advice, and every fault at once."""

import copy
from itertools import combinations

import pytest

import convmed
from convmed.restitution.cotation import coter

GENERALISTE = {
    "date_heure": "2026-01-15T10:00:00+01:00", "medecin": {"specialite": "01", "secteur": "1"}, "lieu": "cabinet",
    "patient": {"date_naissance": "1980-05-04"},
}  # fmt: skip


def avec(**champs):
    entree = copy.deepcopy(GENERALISTE)
    for champ, valeur in champs.items():
        if isinstance(valeur, dict):
            entree.setdefault(champ, {}).update(valeur)
        else:
            entree[champ] = valeur
    return {champ: valeur for champ, valeur in entree.items() if valeur is not None}


def codes(resultat, rang=0):
    return [code["code"] for code in resultat["cotations"][rang]["codes"]]


def hypothese(resultat, **donnees):
    return next(h for h in resultat["hypotheses"] if all(h["donnees"].get(champ) == valeurs for champ, valeurs in donnees.items()))


@pytest.mark.parametrize(
    ("champs", "attendus", "total"),
    [
        ({}, ["G"], 30),
        ({"patient": {"date_naissance": "2023-01-01"}}, ["G", "MEG"], 35),
        ({"medecin": {"departement": "974"}}, ["G"], 36),
        ({"date_heure": "2026-01-18T10:00:00+01:00"}, ["G", "MHP"], 35),
        ({"lieu": "teleconsultation"}, ["TCG"], 25),
        ({"patient": {"date_naissance": "1940-01-01"}, "motif": "sortie-hospitalisation", "patientele_mt": True}, ["GL1"], 60),
        ({"medecin": {"secteur": "2", "option_tarifaire": "aucune"}, "tarif_opposable": False, "depassement": 20}, ["C"], 23),
        ({"medecin": {"specialite": "33"}, "patient": {"date_naissance": "2005-01-01"}, "adressage": "medecin-traitant"},
         ["CNPSY", "MCS", "MP"], 75),
        ({"regulation": "sas", "date_heure_appel": "2026-01-15T09:00:00+01:00", "patientele_mt": False}, ["G", "SNP"], 45),
        ({"codes": ["DEQP003"]}, ["G", "DEQP003"], 44.77),
    ],
)  # fmt: skip
def test_la_cotation_la_mieux_payee(champs, attendus, total):
    resultat = coter(avec(**champs))
    assert (codes(resultat), resultat["cotations"][0]["total"]) == (attendus, total)


def test_les_cotations_vont_de_la_mieux_payee_a_la_moins_bien_et_aucune_n_est_une_partie_d_une_autre():
    resultat = coter(avec(lieu="domicile", regulation="pdsa", date_heure="2026-01-15T22:30:00+01:00", kilometres_aller_retour=20))
    totaux = [cotation["total"] for cotation in resultat["cotations"]]
    assert len(totaux) > 1
    assert totaux == sorted(totaux, reverse=True)
    ensembles = [set(codes(resultat, rang)) for rang in range(len(totaux))]
    assert not any(un <= autre or autre <= un for un, autre in combinations(ensembles, 2))


def test_les_parts_d_une_cotation_font_son_total_et_le_depassement_reste_au_patient():
    (cotation,) = coter(avec(medecin={"secteur": "2", "option_tarifaire": "aucune"}, tarif_opposable=False, depassement=20.5))["cotations"]
    parts = cotation["part_obligatoire"] + cotation["part_complementaire"] + cotation["reste_a_charge"]
    assert (parts, cotation["depassement"]) == (43.5, 20.5)


def test_un_chiffre_de_presse_ou_deduit_se_dit():
    par_code = {code["code"]: code for code in coter(avec(codes=["DEQP003"]))["cotations"][0]["codes"]}
    assert {nom: code["confiance"] for nom, code in par_code.items()} == {"G": "officiel", "DEQP003": "presse"}


@pytest.mark.parametrize(
    ("retires", "manquants"),
    [
        ({"lieu"}, ["entree.lieu"]),
        ({"medecin"}, ["entree.medecin.specialite", "entree.medecin.secteur"]),
    ],
)
def test_sans_un_fait_de_base_la_reponse_dit_lequel(retires, manquants):
    resultat = coter({champ: valeur for champ, valeur in GENERALISTE.items() if champ not in retires})
    assert resultat["cotations"] == []
    assert [m["champ"] for m in resultat["manquants"]] == manquants


def test_en_secteur_2_il_manque_l_option_et_le_depassement():
    resultat = coter(avec(medecin={"secteur": "2"}))
    assert [m["champ"] for m in resultat["manquants"]] == ["entree.medecin.option_tarifaire", "entree.tarif_opposable"]


def test_le_lieu_seul_manquant_chaque_lieu_a_sa_cotation():
    resultat = coter(avec(lieu=None))
    assert {lieu: tuple(h["codes"]) for h in resultat["hypotheses"] for lieu in h["donnees"]["lieu"]} == {
        "cabinet": ("G",), "etablissement": ("G",), "domicile": ("VG", "MD"), "teleconsultation": ("TCG",),
    }  # fmt: skip
    assert all(set(h["donnees"]) == {"lieu"} for h in resultat["hypotheses"])


def test_ce_qu_une_precision_changerait_est_ce_qu_elle_change():
    resultat = coter(GENERALISTE)
    coordination = hypothese(resultat, patientele_mt=[False])
    assert coordination == {
        "donnees": {"adressage": ["medecin-traitant"], "patientele_mt": [False]}, "codes": ["G", "MCG"], "total": 35, "gain": 5,
    }  # fmt: skip
    for h in resultat["hypotheses"]:
        plates = {champ: valeurs[0] for champ, valeurs in h["donnees"].items()}
        patient = {champ.partition(".")[2]: plates.pop(champ) for champ in list(plates) if champ.startswith("patient.")}
        dite = coter(avec(**plates, patient=patient))
        assert (codes(dite), dite["cotations"][0]["total"]) == (h["codes"], h["total"])


def test_les_precisions_sont_rangees_par_gain_et_chacune_ne_parait_qu_une_fois():
    hypotheses = coter(GENERALISTE)["hypotheses"]
    assert [h["gain"] for h in hypotheses] == sorted((h["gain"] for h in hypotheses), reverse=True)
    assert len({repr(h["donnees"]) for h in hypotheses}) == len(hypotheses)


def test_une_donnee_sans_liste_de_valeurs_reste_a_donner():
    resultat = coter(avec(medecin={"specialite": "03"}, adressage="medecin-traitant", retour_au_mt=True))
    assert hypothese(resultat, date_heure_adressage=[])["codes"] == ["MCU"]
    assert hypothese(resultat, date_heure_adressage=[])["total"] is None


def test_ce_qui_complete_un_acte_ccam_ne_se_propose_pas_sans_acte():
    sans, ecg = (coter(avec(codes=actes)) for actes in ([], ["DEQP003"]))
    assert not {"K", "3", "R"} & {s["code"] for s in sans["sous_conditions"]}
    assert {s["code"] for s in ecg["sous_conditions"]} & {"K", "3", "R"}


def test_un_acte_fait_et_ecarte_d_une_cotation_dit_pourquoi():
    premiere, seconde = coter(avec(codes=["DEQP003"], medecin={"specialite": "03"}))["cotations"][:2]
    assert [code["code"] for code in premiere["codes"]] == ["CSC"]
    assert [(e["code"], "CSC" in e["motif"]) for e in premiere["ecartes"]] == [("DEQP003", True)]
    assert "DEQP003" in [code["code"] for code in seconde["codes"]]
    assert seconde["ecartes"] == []


def test_permis_interdit_texte_muet():
    resultat = coter(GENERALISTE, questions=["SNP", "MHP", "G", "VG"])
    reponses = {tuple(r["codes"]): r for r in resultat["reponses"]}
    assert reponses[("G",)]["reponse"] == "permis"
    assert reponses[("SNP",)]["reponse"] == "interdit"
    assert "régulation du SAS" in reponses[("SNP",)]["motif"]
    assert reponses[("SNP", "MHP")]["reponse"] == "interdit"
    assert any("14.1.3" in reference for reference in reponses[("SNP", "MHP")]["references"])
    assert {r["reponse"] for r in resultat["reponses"]} <= {"permis", "interdit", "texte muet", "à établir"}


def test_un_code_de_consultation_demande_a_sa_reponse():
    reponses = coter(avec(codes=["G", "MEG"]))["reponses"]
    assert [(r["codes"], r["reponse"]) for r in reponses] == [(["G"], "permis"), (["MEG"], "interdit"), (["G", "MEG"], "permis")]


@pytest.mark.parametrize(
    ("champs", "niveau", "mots"),
    [
        ({}, "aucun", []),
        ({"patient": {"c2s": True}, "parcours": "coordonne"}, "integral", ["C2S"]),
        ({"patient": {"ame": True}}, "integral", ["AME"]),
        ({"regulation": "pdsa"}, "part-obligatoire", ["astreinte"]),
        ({"patient": {"c2s": True}, "parcours": "hors-parcours"}, "aucun", []),
    ],
)
def test_tiers_payant(champs, niveau, mots):
    tiers = coter(avec(**champs))["tiers_payant"]
    assert tiers["tiers_payant"] == niveau
    assert len(tiers["motifs"]) == len(mots)
    assert all(mot in m["motif"] and m["references"] for mot, m in zip(mots, tiers["motifs"], strict=True))


def test_les_conseils_de_facturation_tiennent_a_la_feuille():
    assert coter(GENERALISTE)["facturation"] is None
    dits = {mode: " ".join(c["conseil"] for c in coter(avec(fac_mode=mode))["facturation"]["conseils"]) for mode in ("securise", "degrade")}
    assert "SCOR" in dits["degrade"]
    assert "SCOR" not in dits["securise"]
    assert "ADRI" in dits["securise"]


def test_toutes_les_fautes_a_la_fois():
    entree = avec(medecin={"secteur": "9", "specialite": "MG"}, lieu="maison", codes=["ZZZ"])
    with pytest.raises(convmed.Erreurs) as erreurs:
        convmed.coter(entree, "texte-inconnu", ["YYY"])
    champs = [faute.champ for faute in erreurs.value.fautes]
    attendus = {"entree.medecin.secteur", "entree.medecin.specialite", "entree.lieu", "entree.codes[0]", "questions[0]"}
    assert attendus < set(champs)
    assert len(champs) == len(attendus) + 1


def test_ce_qui_ne_peut_etre_est_refuse_avec_les_questions_inconnues():
    with pytest.raises(convmed.Erreurs) as erreurs:
        convmed.coter(avec(patient={"date_naissance": "2030-01-01"}), questions=["YYY"])
    assert {faute.champ for faute in erreurs.value.fautes} == {"questions[0]", "entree.patient.date_naissance"}
