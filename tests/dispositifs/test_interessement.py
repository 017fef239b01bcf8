"""Gain sharing: dated molecules and shares, bounds, windows of initiation and conversion, IPP at 65, OAM targets, heart failure."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from convmed.dispositifs.contrat import CasRefuses, repondre
from convmed.dispositifs.interessement.molecules import publiees

NOM = "interessement"
PATIENTS = {"molecule": "ranibizumab", "initiations": 5, "switchs": 5, "economie_annuelle_par_patient": 100}
CARDIO = {"specialite": "03", "secteur": "1"}


def reponse(entree: dict[str, Any], **cas: Any) -> dict[str, Any]:
    cadre = {} if "date" in cas else {"annee": 2025}
    obtenue: dict[str, Any] = repondre(NOM, {**cadre, "entree": entree, **cas})
    return obtenue


def resultats(entree: dict[str, Any], **cas: Any) -> dict[str, Any]:
    obtenus: dict[str, Any] = reponse(entree, **cas)["resultats"]
    return obtenus


def champs_refuses(entree: dict[str, Any], **cas: Any) -> set[str]:
    with pytest.raises(CasRefuses) as refus:
        reponse(entree, **cas)
    return {erreur["champ"] for erreur in refus.value.erreurs}


def bio(*molecules: dict[str, Any], **champs: Any) -> dict[str, Any]:
    return {"calcul": "biosimilaires", "molecules": list(molecules), **champs}


def histoire(*delivrances: str, molecule: str = "ranibizumab", **champs: Any) -> dict[str, Any]:
    """Return the case of a history written `b 2025-01-31` or `r 2025-01-31`."""
    types = {"b": "biosimilaire", "r": "reference"}
    lues = [{"date": mot.split()[1], "type": types[mot.split()[0]]} for mot in delivrances]
    return {"calcul": "qualification", "molecule": molecule, "delivrances": lues, **champs}


def natures(*delivrances: str, **champs: Any) -> list[str]:
    return [un["qualification"] for un in resultats(histoire(*delivrances, **champs))["evenements"]]


# --- biosimilars: molecules, shares, bounds


@pytest.mark.normes("C9.3A-11", "C9.3A-12", "C9.3A-13", "C9.3A-14", "C9.3A-15", "C9.3A-16", "C9.3A-17")
@pytest.mark.parametrize("molecule", [m for m in publiees() if m.du], ids=lambda m: m.nom)
def test_chaque_molecule_entre_et_sort_a_ses_dates(molecule: Any) -> None:
    jour = dt.timedelta(days=1)
    for date, active in ((molecule.du - jour, False), (molecule.du, True), (molecule.au, True), (molecule.au + jour, False)):
        lues = resultats({"calcul": "molecules"}, date=date.isoformat())
        assert (molecule.nom in lues["actives"]) is active
        patient = {"molecule": molecule.nom, "initiations": 1, "economie_annuelle_par_patient": 1000}
        lue = resultats(bio(patient), date=date.isoformat())
        assert (lue["montant"] > 0) is active
        if not active and "molecules" in lue:
            assert molecule.nom in lue["motif"]
            assert f"{(molecule.du if date < molecule.du else molecule.au):%d/%m/%Y}" in lue["motif"]


@pytest.mark.normes("C9.3A-06", "C9.3A-20")
@pytest.mark.parametrize(
    ("annee", "texte", "part"),
    [(2022, "convention-2016", 0.3), (2023, "convention-2016", 0.2), (2024, "convention-2016", 0.1), (2024, "convention-2024", 0.1),
     (2025, "convention-2024", 0.5), (2025, "en-vigueur", 0.5)],
)  # fmt: skip
def test_la_part_suit_l_annee(annee: int, texte: str, part: float) -> None:
    molecule = "ranibizumab" if annee == 2025 else "enoxaparine"
    lue = reponse(bio({**PATIENTS, "molecule": molecule}), annee=annee, texte=texte)
    assert lue["resultats"]["part"] == part
    assert lue["resultats"]["montant"] == 1000 * part
    assert lue["resultats"]["annee_de_versement"] == annee + 1
    assert any("lue dans la presse" in reserve for reserve in lue["resultats"]["reserves"]) is (annee < 2025)


@pytest.mark.normes("C9.3A-06")
@pytest.mark.parametrize(("annee", "texte"), [(2021, "en-vigueur"), (2025, "convention-2016"), (2025, "proposition-2024-02-08")])
def test_hors_des_textes_rien(annee: int, texte: str) -> None:
    lue = resultats(bio(PATIENTS), annee=annee, texte=texte)
    assert lue["montant"] == 0
    assert "n'existe" in lue["motif"]


@pytest.mark.normes("C9.3A-10")
@pytest.mark.parametrize(("patients", "montant"), [(139, 6950), (140, 7000), (141, 7000), (1000, 7000)])
def test_le_plafond_maintenu(patients: int, montant: int) -> None:
    lue = resultats(bio({**PATIENTS, "initiations": patients, "switchs": 0}))
    assert lue["montant"] == montant
    assert lue["avant_bornes"] == 50 * patients
    assert ("motif" in lue) is (patients > 140)
    assert any("7 000" in reserve.replace("\N{NARROW NO-BREAK SPACE}", " ") for reserve in lue["reserves"])


@pytest.mark.normes("C9.3A-10")
@pytest.mark.parametrize(("minimum", "plafond", "montant"), [(None, 400, 400), (600, None, 600), (500, 500, 500), (0, 10_000, 500)])
def test_les_bornes_fournies(minimum: float | None, plafond: float | None, montant: float) -> None:
    bornes = {cle: valeur for cle, valeur in {"minimum": minimum, "plafond": plafond}.items() if valeur is not None}
    lue = resultats(bio(PATIENTS, **bornes))
    assert lue["montant"] == montant
    # At the bound itself there is nothing to say.
    assert ("motif" in lue) is (montant != 500)


def test_une_borne_ne_paie_pas_qui_n_a_rien() -> None:
    assert resultats(bio({**PATIENTS, "initiations": 0, "switchs": 0}, minimum=50))["montant"] == 0
    assert resultats(bio({**PATIENTS, "economie_annuelle_par_patient": 0}, minimum=50))["montant"] == 0
    assert resultats(bio(minimum=50))["montant"] == 0
    assert champs_refuses(bio(PATIENTS, minimum=50, plafond=49)) == {"entree.plafond"}


def test_l_arrondi_est_pris_une_fois() -> None:
    lue = resultats(bio({**PATIENTS, "initiations": 1, "switchs": 0, "economie_annuelle_par_patient": 0.01},
                        {"molecule": "ranibizumab", "initiations": 1, "economie_annuelle_par_patient": 0.02}))  # fmt: skip
    assert lue["montant"] == 0.02


def test_une_economie_inconnue_laisse_le_tout_non_publie() -> None:
    lue = reponse(bio(PATIENTS, {"molecule": "ranibizumab", "switchs": 1}))
    assert lue["resultats"]["montant"] is None
    assert [ligne["etat"] for ligne in lue["lignes"]] == ["non publié"]
    # A molecule that does not count needs no saving.
    assert resultats(bio(PATIENTS, {"molecule": "etanercept", "switchs": 1}))["montant"] == 500


def test_le_refus_le_secteur_et_l_autorisation() -> None:
    ancien = bio({**PATIENTS, "molecule": "adalimumab"})
    assert resultats({**ancien, "date_refus": "2021-12-25"}, annee=2023)["montant"] == 0
    assert resultats({**ancien, "date_refus": "2021-12-26"}, annee=2023)["montant"] == 200
    assert "conventionnés" in resultats({**ancien, "secteur": "nc"}, annee=2023)["motif"]
    assert resultats({**ancien, "secteur": "2"}, annee=2023)["montant"] == 200
    assert resultats(bio({**PATIENTS, "molecule": "adalimumab", "prescripteur_autorise": False}), annee=2023)["montant"] == 0


@pytest.mark.normes("C9.3A-09")
def test_une_molecule_s_ajoute_et_se_prolonge() -> None:
    ajout = {"molecules_ajoutees": [{"molecule": "ranibizumab", "du": "2023-07-01", "au": "2026-06-30"}]}
    assert resultats(bio(PATIENTS, **ajout), date="2026-06-30")["montant"] == 500
    assert resultats(bio(PATIENTS, **ajout), date="2026-07-01")["montant"] == 0
    assert any("fournies" in reserve for reserve in resultats(bio(PATIENTS, **ajout), date="2026-06-30")["reserves"])
    assert champs_refuses(bio(PATIENTS, molecules_ajoutees=[{"molecule": "x", "du": "2026-01-02", "au": "2026-01-01"}])) == {
        "entree.molecules_ajoutees[0].au"
    }


@pytest.mark.parametrize(("nom", "proche"), [("Ranibizumabe", "ranibizumab"), ("INSULINE ASPARTAM", "insuline asparte"), ("etanerceps", "étanercept")])
def test_une_molecule_inconnue_se_refuse_avec_ses_voisines(nom: str, proche: str) -> None:
    with pytest.raises(CasRefuses) as refus:
        reponse(bio({**PATIENTS, "molecule": nom}))
    assert proche in refus.value.erreurs[0]["attendu"]


@pytest.mark.parametrize("nom", ["Étanercept", "etanercept", "ETANERCEPT", "Follitropine alfa", "énoxaparine", "insuline  asparte"])
def test_une_molecule_se_reconnait_sans_casse_ni_accents(nom: str) -> None:
    assert resultats(bio({**PATIENTS, "molecule": nom}), annee=2024)["patients"] == 10


def test_une_annee_entamee_le_dit() -> None:
    entiere, datee = resultats(bio(PATIENTS), annee=2023), resultats(bio({**PATIENTS, "date": "2023-06-30"}), annee=2023)
    assert entiere["montant"] == 200
    assert any("une partie de 2023" in reserve for reserve in entiere["reserves"])
    assert datee["montant"] == 0
    assert champs_refuses(bio({**PATIENTS, "date": "2022-12-31"}), annee=2023) == {"entree.molecules[0].date"}


# --- initiation and conversion


@pytest.mark.normes("C9.3A-04")
@pytest.mark.parametrize(
    ("avant", "date", "nature"),
    [("2024-03-15", "2025-03-15", "suite"), ("2024-03-14", "2025-03-15", "initiation"), ("2024-02-29", "2025-02-28", "suite"),
     ("2024-02-28", "2025-02-28", "suite"), ("2024-02-27", "2025-02-28", "initiation"), ("2024-02-29", "2025-03-01", "initiation"),
     ("2023-02-28", "2024-02-29", "suite"), ("2025-03-14", "2025-03-15", "suite")],
)  # fmt: skip
def test_la_fenetre_de_douze_mois(avant: str, date: str, nature: str) -> None:
    assert natures(f"b {avant}", f"b {date}")[1] == nature


@pytest.mark.normes("C9.3A-04", "T-92")
def test_une_conversion_veut_trois_biosimilaires_de_suite() -> None:
    depart = ("r 2025-01-01", "b 2025-02-01", "b 2025-03-01")
    assert natures(*depart)[1] == "switch-non-confirme"
    assert natures(*depart, "b 2025-04-01")[1] == "switch"
    assert natures(*depart, "r 2025-04-01", "b 2025-05-01")[1::3] == ["switch-non-confirme", "switch-non-confirme"]
    assert natures(*depart, "r 2025-04-01", "b 2025-05-01", "b 2025-06-01", "b 2025-07-01")[4] == "switch"
    # Three boxes on one day are one delivery; a day with the reference is one of the reference.
    assert natures("r 2025-01-01", "b 2025-02-01", "b 2025-02-01", "b 2025-02-01") == ["bioreferent", "switch-non-confirme"]
    assert natures("r 2025-01-01", "b 2025-02-01", "b 2025-03-01", "b 2025-04-01", "r 2025-04-01")[1] == "switch-non-confirme"


@pytest.mark.normes("C9.3A-04")
def test_un_bioreferent_trop_ancien_fait_une_initiation() -> None:
    suite = ("b 2025-03-15", "b 2025-04-15", "b 2025-05-15")
    assert natures("r 2024-03-14", *suite)[1] == "initiation"
    assert natures("r 2024-03-15", *suite)[1] == "switch"


def test_l_ordre_des_lignes_ne_compte_pas() -> None:
    delivrances = ("r 2025-01-01", "b 2025-02-01", "b 2025-03-01", "b 2025-04-01")
    assert natures(*reversed(delivrances)) == natures(*delivrances)


@pytest.mark.parametrize(("depuis", "nature"), [("2024-03-15", "initiation"), ("2024-03-16", "historique-insuffisant"), ("2020-01-01", "initiation")])
def test_un_historique_court_ne_prouve_pas_une_initiation(depuis: str, nature: str) -> None:
    lue = resultats(histoire("b 2025-03-15", historique_depuis=depuis))
    assert lue["evenements"][0]["qualification"] == nature
    assert lue["ouvre_droit"] is (nature == "initiation")
    assert ("motif" in lue) is (nature != "initiation")


@pytest.mark.normes("C9.3A-17")
@pytest.mark.parametrize(("date", "droit"), [("2023-06-30", False), ("2023-07-01", True), ("2025-12-31", True), ("2026-01-01", False)])
def test_le_droit_est_a_la_date_de_la_prescription(date: str, droit: bool) -> None:
    lue = resultats(histoire(f"b {date}"), annee=int(date[:4]))
    assert (lue["qualification"], lue["ouvre_droit"]) == ("initiation", droit)


def test_une_conversion_se_confirme_l_annee_suivante() -> None:
    lue = resultats(histoire("r 2025-10-01", "b 2025-12-01", "b 2026-01-01", "b 2026-02-01"), annee=2026)
    assert (lue["date"], lue["confirmee_le"], lue["ouvre_droit"]) == ("2025-12-01", "2026-02-01", True)


@pytest.mark.normes("C9.3A-06")
def test_un_paiement_par_patient_et_par_medecin() -> None:
    dates = ("2023-08-01", "2024-09-01", "2025-10-01")
    for medecins, droits in ((["a", "a", "a"], [True, False, False]), (["a", "b", "a"], [True, True, False]), ([None] * 3, [True, False, False])):
        lues = [{"date": date, "type": "biosimilaire", "medecin": medecin} for date, medecin in zip(dates, medecins, strict=True)]
        evenements = resultats({"calcul": "qualification", "molecule": "ranibizumab", "delivrances": lues})["evenements"]
        assert [un["ouvre_droit"] for un in evenements] == droits
        assert [un["qualification"] for un in evenements] == ["initiation"] * 3


def test_une_histoire_vide_et_une_molecule_qui_manque() -> None:
    lue = resultats(histoire())
    assert (lue["qualification"], lue["evenements"], lue["ouvre_droit"]) == ("aucune", [], False)
    sans = {"calcul": "qualification", "delivrances": [{"date": "2025-01-01", "type": "biosimilaire"}, {"date": "2025-01-02", "type": "biosimilaire"}]}
    assert champs_refuses(sans) == {"entree.molecule"}
    assert champs_refuses({**sans, "molecule": "inconnue"}) == {"entree.molecule"}
    assert resultats(histoire("b 2021-12-31"), annee=2021)["ouvre_droit"] is False
    assert repondre(NOM, {"entree": histoire("b 2025-06-01")})["annee"] == 2025


# --- proton-pump inhibitors, mandibular devices, heart failure


@pytest.mark.normes("C9.3B-04", "T-96", "T-97")
@pytest.mark.parametrize(
    ("champs", "population"),
    [({"age": 0, "ains_associe": True}, "moins-de-65-ans-avec-ains"), ({"age": 64, "ains_associe": True}, "moins-de-65-ans-avec-ains"),
     ({"age": 64, "ains_associe": False, "duree_semaines": 52}, "hors-cible"),
     ({"age": 65, "ains_associe": True, "duree_semaines": 8}, "hors-cible"), ({"age": 65, "duree_semaines": 9}, "65-ans-et-plus-sans-justification"),
     ({"age": 90, "duree_semaines": 9, "justification": False}, "65-ans-et-plus-sans-justification"),
     ({"age": 90, "duree_semaines": 9, "justification": True}, "hors-cible"),
     ({"age": 64, "ains_associe": True, "facteur_de_risque": True}, "hors-cible")],
)  # fmt: skip
def test_les_situations_de_l_ipp(champs: dict[str, Any], population: str) -> None:
    lue = resultats({"calcul": "ipp", "patients": [{**champs, "economie": 100}]})
    assert lue["patients"][0]["population"] == population
    assert lue["montant"] == (0 if population == "hors-cible" else 20)
    assert ("motif" in lue) is (population == "hors-cible")


def test_les_economies_d_ipp_se_disent_une_fois() -> None:
    assert champs_refuses({"calcul": "ipp"}) == {"entree.economies"}
    assert champs_refuses({"calcul": "ipp", "economies": 1, "patients": []}) == {"entree.patients"}
    assert resultats({"calcul": "ipp", "patients": []})["montant"] == 0
    inconnue = reponse({"calcul": "ipp", "patients": [{"age": 70, "duree_semaines": 9}]})
    assert (inconnue["resultats"]["montant"], inconnue["lignes"][0]["etat"]) == (None, "non publié")
    assert resultats({"calcul": "ipp", "economies": 100, "secteur": "nc"})["montant"] == 0


@pytest.mark.normes("C9.3B-01", "C9.3B-07", "C9.3C-01", "C9.3C-05")
@pytest.mark.parametrize(("date", "ouvert"), [("2024-12-31", False), ("2025-01-01", True), ("2027-12-31", True), ("2028-01-01", False)])
@pytest.mark.parametrize("entree", [{"calcul": "ipp", "economies": 1000}, {"calcul": "oam", "economies": 1000, "taux_national": 1}])
def test_trois_ans_d_ipp_et_d_oam(entree: dict[str, Any], date: str, ouvert: bool) -> None:
    lue = resultats(entree, date=date)
    assert lue["montant"] == (200 if ouvert else 0)
    assert ("motif" in lue) is (not ouvert)


@pytest.mark.normes("C9.3C-06", "C9.3C-07", "C9.3C-08", "C9.3C-09", "C9.3C-11")
@pytest.mark.parametrize(
    ("annee", "taux", "declenche"),
    [(2025, 0.1, True), (2025, 0.0999, False), (2025, 0.09999999, False), (2026, 0.15, True), (2026, 0.149, False), (2026, 0.149999, False),
     (2027, 0.2, True), (2027, 0.199, False), (2026, 1, True), (2025, 0, False)],
)  # fmt: skip
def test_l_objectif_collectif_d_oam(annee: int, taux: float, declenche: bool) -> None:
    lue = resultats({"calcul": "oam", "economies": 1000, "taux_national": taux}, annee=annee)
    assert lue["declenche"] is declenche
    assert lue["montant"] == (200 if declenche else 0)


def test_le_taux_d_oam_de_deux_nombres() -> None:
    deux = {"calcul": "oam", "economies": 1000, "initiations_oam": 3, "initiations_totales": 20}
    assert resultats(deux, annee=2026)["declenche"] is True
    assert resultats({**deux, "initiations_totales": 21}, annee=2026)["declenche"] is False
    assert champs_refuses({**deux, "taux_national": 0.1}) == {"entree.initiations_oam", "entree.initiations_totales"}
    assert champs_refuses({**deux, "initiations_totales": 2}) == {"entree.initiations_totales"}
    assert champs_refuses({"calcul": "oam", "economies": 1}) == {"entree.taux_national"}


@pytest.mark.parametrize(
    ("texte", "economies", "montant"),
    [("en-vigueur", 249.95, 50), ("en-vigueur", 250, 50), ("en-vigueur", 250.05, 50.01), ("en-vigueur", 0, 0), ("convention-2024", 100, 20)],
)
def test_le_minimum_d_oam_est_celui_qui_s_applique(texte: str, economies: float, montant: float) -> None:
    lue = resultats({"calcul": "oam", "economies": economies, "taux_national": 0.2}, annee=2026, texte=texte)
    assert lue["montant"] == montant
    assert any("plancher" in reserve for reserve in lue["reserves"]) is (economies == 249.95)


@pytest.mark.normes("C9.3-05", "T-93")
@pytest.mark.parametrize(
    ("iah", "grave", "indication"),
    [(14, False, "hors-indication"), (15, False, "oam"), (30, False, "oam"), (31, False, "ppc"), (15, True, "ppc"), (14, True, "hors-indication")],
)
def test_l_indication_de_l_orthese(iah: int, grave: bool, indication: str) -> None:
    assert resultats({"calcul": "oam-indication", "iah": iah, "maladie_cardiovasculaire_grave": grave})["indication"] == indication


def test_l_indication_demande_la_maladie_quand_elle_decide() -> None:
    assert champs_refuses({"calcul": "oam-indication", "iah": 20}) == {"entree.maladie_cardiovasculaire_grave"}
    assert resultats({"calcul": "oam-indication", "iah": 40})["indication"] == "ppc"


@pytest.mark.normes("C9.3D-01", "C9.3D-02", "C9.3D-03", "T-94", "T-95")
@pytest.mark.parametrize(
    ("medecin", "montant"),
    [(CARDIO, 500), ({**CARDIO, "secteur": "2", "option_tarifaire": "optam"}, 500), ({**CARDIO, "secteur": "2", "option_tarifaire": "aucune"}, 0),
     ({**CARDIO, "secteur": "2", "option_tarifaire": "optam-aco"}, 0), ({**CARDIO, "secteur": "nc"}, 0), ({**CARDIO, "specialite": "01"}, 0)],
)  # fmt: skip
def test_les_cardiologues(medecin: dict[str, Any], montant: int) -> None:
    entree = {"calcul": "insuffisance-cardiaque", "medecin": medecin, "indicateurs_atteints": 2}
    assert resultats(entree, date="2025-12-31")["montant"] == 0
    lue = resultats(entree, date="2026-01-01")
    assert lue["montant"] == montant
    assert lue["eligible"] is bool(montant)
    assert resultats({**entree, "indicateurs_atteints": 0}, annee=2026)["montant"] == 0


def test_un_scenario_admet_l_optam_aco_et_publie_ce_qui_ne_l_est_pas(tmp_path: Path) -> None:
    scenario = tmp_path / "aco.yaml"
    scenario.write_text("nom: aco\nfigures: {interessement: {ic_options: [optam, optam-aco], economie_annuelle: 200, bio_minimum: 30}}\n", "utf-8")
    entree = {"calcul": "insuffisance-cardiaque", "medecin": {**CARDIO, "secteur": "2", "option_tarifaire": "optam-aco"}, "indicateurs_atteints": 1}
    assert resultats(entree, annee=2026, texte=str(scenario))["montant"] == 250
    lue = resultats(bio({"molecule": "ranibizumab", "switchs": 4}), texte=str(scenario))
    assert (lue["montant"], lue["minimum"]) == (400, 30)


@pytest.mark.normes("C9-09", "C9.3-01", "C9.3-04", "C9.3A-01", "C9.3A-08", "T-32")
@pytest.mark.parametrize(
    ("date", "ouverts"),
    [("2021-12-31", []), ("2022-01-01", ["biosimilaires"]), ("2025-01-01", ["biosimilaires", "ipp", "oam"]),
     ("2025-12-31", ["biosimilaires", "ipp", "oam"]), ("2026-01-01", ["ipp", "oam", "insuffisance-cardiaque"]), ("2028-01-01", ["insuffisance-cardiaque"])],
)  # fmt: skip
def test_les_quatre_interessements(date: str, ouverts: list[str]) -> None:
    lue = resultats({"calcul": "dispositifs"}, date=date)
    assert lue["ouverts"] == ouverts
    assert [un["dispositif"] for un in lue["dispositifs"]] == ["biosimilaires", "ipp", "oam", "insuffisance-cardiaque"]


def test_un_calcul_inconnu_se_refuse() -> None:
    assert champs_refuses({"calcul": "orthese"}) == {"entree.calcul"}
    assert champs_refuses({}) == {"entree.calcul"}
    refuses = champs_refuses(bio({"molecule": "", "initiations": -1, "switchs": 1.5, "economie_annuelle_par_patient": "x", "de_trop": 1}))
    assert refuses == {f"entree.molecules[0].{champ}" for champ in ("molecule", "initiations", "switchs", "economie_annuelle_par_patient", "de_trop")}
