"""Ordinary encounters, as a secretary would describe them: every lawful coding, in order, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from .outils import evaluer, propositions

VISITE = {"lieu": "domicile"}
MT, HORS_MT = {"patientele_mt": True}, {"patientele_mt": False}
S2 = {"medecin": {"secteur": "2"}}
ENFANT, AGE = {"patient": {"date_naissance": "2023-01-01"}}, {"patient": {"date_naissance": "1940-01-01"}}
NUIT, DIMANCHE, SOIR = "2026-03-10T22:00+01:00", "2026-03-15T10:00+01:00", "2026-03-10T19:30+01:00"
ADRESSE = {"adressage": "medecin-traitant", "retour_au_mt": True}


def specialiste(code: str, **champs: Any) -> dict[str, Any]:
    return {"medecin": {"specialite": code}, **champs}


@pytest.mark.parametrize(
    ("champs", "attendues"),
    [
        # --- the generalist
        ({}, ["G"]),
        (MT, ["G"]),
        (HORS_MT, ["G"]),
        ({"lieu": "etablissement"}, ["G"]),
        ({"lieu": None}, []),
        ({"medecin": {"specialite": None}}, []),
        ({"medecin": {"secteur": "nc"}}, []),
        (ENFANT, ["G MEG"]),
        ({**ENFANT, "motif": "examen-obligatoire"}, ["COD", "G MEG"]),
        ({**ENFANT, "motif": "examen-obligatoire-certificat"}, ["COE", "G MEG"]),
        ({**AGE, **HORS_MT}, ["G MOP"]),
        ({**AGE, **MT}, ["G"]),
        ({**HORS_MT, **ADRESSE}, ["G MCG"]),
        ({**MT, **ADRESSE}, ["G"]),
        # --- sector 2: the excess decides, OPTAM apart
        (S2, []),
        ({**S2, "tarif_opposable": True}, ["G"]),
        ({**S2, "depassement": 20}, ["C"]),
        ({"medecin": {"secteur": "2", "option_tarifaire": "optam"}, "depassement": 20}, ["G"]),
        # --- the visit
        ({**VISITE, **MT}, ["MD VG"]),
        ({**VISITE, "zone_montagne": True}, ["MDM VG", "MD VG"]),
        ({**VISITE, "zone_montagne": False, "kilometres_aller_retour": 20}, ["IK MD VG"]),
        ({**VISITE, "zone_montagne": False, "kilometres_aller_retour": 4}, ["MD VG"]),
        ({**VISITE, "zone_montagne": True, "kilometres_aller_retour": 20}, ["IKM MDM VG", "IKM MD VG"]),
        ({**VISITE, **MT, "motif": "depart-immediat"}, ["MU VG", "MD VG"]),
        ({**VISITE, **MT, "patient": {"date_naissance": "1940-01-01", "ald": True}, "motif": "visite-longue"}, ["MD VL", "MD VG"]),
        ({**VISITE, "date_heure": DIMANCHE}, ["MD VG", "MHP VG"]),
        # --- after a stay in hospital
        ({**AGE, **MT, "motif": "sortie-hospitalisation", "jours_depuis_sortie": 45}, ["GL1", "G"]),
        ({**AGE, **MT, "motif": "sortie-hospitalisation", "jours_depuis_sortie": 30}, ["GL1", "G MSH"]),
        ({**AGE, **MT, "motif": "sortie-hospitalisation", "jours_depuis_sortie": 46}, ["G"]),
        ({**MT, "motif": "sortie-insuffisance-cardiaque", "date_sortie": "2026-01-10", "jours_depuis_sortie": 59}, ["G MIC"]),
        ({**MT, "motif": "sortie-insuffisance-cardiaque", "date_sortie": "2026-01-09", "jours_depuis_sortie": 60}, ["G"]),
        # --- unscheduled care, by the hour and by who sent the patient
        ({**HORS_MT, "regulation": "sas", "date_heure_appel": "2026-03-10T08:00+01:00"}, ["G SNP"]),
        ({**MT, "regulation": "sas"}, ["G MRT"]),
        ({**HORS_MT, "regulation": "sas", "date_heure": SOIR, "date_heure_appel": SOIR}, ["G SHE SNP"]),
        ({**MT, "regulation": "centre-15", "date_heure": SOIR}, ["G MRT SHE"]),
        ({**HORS_MT, **VISITE, "regulation": "sas", "date_heure_appel": "2026-03-10T08:00+01:00"}, ["MD MVR SNP VG"]),
        ({**HORS_MT, **VISITE, "regulation": "sas", "date_heure_appel": "2026-03-10T08:00+01:00", "zone_montagne": False,
          "kilometres_aller_retour": 20}, ["IK MD MVR SNP VG"]),
        ({"regulation": "pdsa", "date_heure": NUIT}, ["CRN G"]),
        ({**VISITE, "regulation": "pdsa", "date_heure": NUIT}, ["VG VRN", "MD VG"]),
        ({"date_heure": NUIT, "urgence_vitale": False}, ["G MHP"]),
        ({"date_heure": NUIT, "regulation": "centre-15", "patientele_mt": None}, ["G"]),
        ({"date_heure": NUIT, "medecin_de_garde": True}, ["G"]),
        ({"date_heure": DIMANCHE, "urgence_vitale": True}, ["F G"]),
        ({**MT, "motif": "adressage-urgent"}, ["G MUT"]),
        # --- téléconsultation
        ({"lieu": "teleconsultation"}, ["TCG"]),
        ({**ENFANT, "lieu": "teleconsultation"}, ["MEG TCG"]),
        ({"lieu": "teleconsultation", "date_heure": DIMANCHE, "urgence_vitale": True}, ["TCG"]),
        # --- acts of the CCAM; a modifier of urgency only if it is urgent
        ({"codes": ["DEQP003"]}, ["DEQP003 G"]),
        ({"codes": ["QZJA002"], "urgence_vitale": False}, ["G", "QZJA002"]),
        ({"codes": ["QZJA002"], "urgence_vitale": True}, ["M QZJA002", "G"]),
        ({"codes": ["QZJA002"]}, ["G", "QZJA002"]),
        ({"codes": ["DEQP003"], "date_heure": DIMANCHE, "urgence_vitale": None}, ["DEQP003 G", "G MHP"]),
        # --- special acts of the generalist
        ({"motif": "annonce-maladie-grave"}, ["G MIS"]),
        ({"motif": "vih"}, ["G PIV"]),
        ({"motif": "consultation-complexe"}, ["CCX", "G"]),
        ({**MT, "motif": "inscription-mt-ald", "patient": {"ald": True}}, ["IMT", "G"]),
        ({"motif": "rendez-vous-prevention"}, ["G", "RDV"]),
        ({"motif": "rendez-vous-prevention", "rdv_besoin_identifie": True}, ["G RDV"]),
        ({"motif": "rendez-vous-prevention", "rdv_besoin_identifie": False}, ["G", "RDV"]),
        # --- before the convention
        ({"date_heure": "2024-12-21T10:00+01:00"}, ["G", "GS", "C MMG"]),
        ({"date_heure": "2024-12-22T10:00+01:00", "urgence_vitale": True}, ["F G"]),
        # --- specialists
        (specialiste("14", **ADRESSE), ["CS MCS"]),
        (specialiste("14", **ADRESSE, date_heure_adressage="2026-03-09T10:00+01:00"), ["CS MCS MCU"]),
        (specialiste("14", parcours="hors-parcours", adressage="aucun"), ["CS DA"]),
        (specialiste("14", parcours="hors-parcours", **ADRESSE), ["CS MCS"]),
        (specialiste("14", parcours="hors-parcours", **{"patient": {"date_naissance": "2012-01-01"}}), ["CS"]),
        (specialiste("14", **ADRESSE, motif="avis-ponctuel"), ["APC", "CS MCS"]),
        (specialiste("03", **ADRESSE), ["CSC MCC", "CS MCS"]),
        (specialiste("33", **ADRESSE), ["CNPSY MCS"]),
        (specialiste("33", **ADRESSE, date_heure_adressage="2026-03-09T10:00+01:00"), ["MCY", "CNPSY MCS"]),
        (specialiste("33", **ADRESSE, patient={"date_naissance": "2005-05-05"}), ["CNPSY MCS MP"]),
        (specialiste("32", **ADRESSE), ["CNP MCS"]),
        (specialiste("42", **ADRESSE, parcours="coordonne"), ["CS MCE MCS"]),
        (specialiste("05"), ["CS"]),
        (specialiste("05", motif="depistage-melanome"), ["CDE", "CS"]),
        (specialiste("12", patient={"date_naissance": "2025-05-05"}), ["CEH"]),
        (specialiste("12", patient={"date_naissance": "2025-05-05"}, motif="examen-obligatoire"), ["COH", "CEH"]),
        (specialiste("70", codes=["JKHD001"]), ["CS JKHD001"]),
        (specialiste("06"), ["CS"]),
        (specialiste("04", codes=["QZJA002"], famille_acte_ccam="chirurgie", urgence_vitale=False), ["K QZJA002", "CS"]),
        ({"medecin": {"specialite": "04", "secteur": "2", "option_tarifaire": "optam"}, "codes": ["QZJA002"], "famille_acte_ccam": "chirurgie",
          "tarif_opposable": True, "urgence_vitale": False}, ["QZJA002 T", "CS"]),
        ({"medecin": {"specialite": "03", "secteur": "2", "option_tarifaire": "optam"}, "codes": ["DEQP003"], "famille_acte_ccam": "autre",
          "tarif_opposable": True}, ["CSC", "CS DEQP003"]),
    ],
)  # fmt: skip
def test_les_cotations_licites(champs: dict[str, Any], attendues: list[str]) -> None:
    assert [" ".join(codes) for codes in propositions(**champs)] == attendues


@pytest.mark.parametrize(
    ("famille", "date_heure", "retenu"),
    [("chirurgie", "2024-12-31T10:00+01:00", True), ("accouchement", "2026-03-10T10:00+01:00", True), ("autre", "2026-03-10T10:00+01:00", False),
     ("anesthesie", "2024-12-31T10:00+01:00", False), ("anesthesie", "2025-01-01T10:00+01:00", True)],
)  # fmt: skip
def test_le_modificateur_t_suit_la_famille_de_l_acte(famille: str, date_heure: str, retenu: bool) -> None:
    medecin = {"specialite": "04", "secteur": "2", "option_tarifaire": "optam"}
    lu = evaluer(codes=["QZJA002", "T"], famille_acte_ccam=famille, medecin=medecin, date_heure=date_heure, tarif_opposable=True).facturer()
    assert [j.code.code for j in lu.retenus] == (["QZJA002", "T"] if retenu else ["QZJA002"])


@pytest.mark.parametrize(
    ("champs", "code", "reference"),
    [
        ({"medecin": {"secteur": "2"}, "depassement": 20, "codes": ["G"]}, "G", "NGAP 2 bis ; ameli 28/11/2024"),
        ({"regulation": "sas", "date_heure": NUIT, "codes": ["G", "MHP"]}, "MHP", "art. 49 à 52 ; NGAP 22-4"),
        ({"codes": ["CS"]}, "CS", "ameli 28/11/2024"),
        ({"codes": ["TCG"]}, "TCG", "art. 87 à 91-3"),
        ({"codes": ["G"], "lieu": "domicile"}, "G", "ameli 28/11/2024"),
        ({"codes": ["GL1"], **AGE, **HORS_MT}, "GL1", "art. 78-1 (csmf.org)"),
        ({"codes": ["TLS"]}, "TLS", "avenant 6 infirmiers"),
        ({**specialiste("03", parcours="hors-parcours"), "codes": ["CSC", "MCC"], "adressage": "aucun"}, "MCC", "NGAP 2 bis"),
        ({**specialiste("04"), "codes": ["QZJA002", "T"], "famille_acte_ccam": "chirurgie"}, "T", "art. 41 à 41-11 ; CCAM"),
    ],
)
def test_ce_qui_est_refuse_dit_pourquoi(champs: dict[str, Any], code: str, reference: str) -> None:
    refus = dict(evaluer(**champs).facturer().refus)
    assert reference in refus[code].references
    assert refus[code].motif.startswith("condition non remplie : ")


@pytest.mark.parametrize(
    ("champs", "retenus", "refuses"),
    [
        ({"codes": ["G", "C"], "date_heure": "2024-12-01T10:00+01:00"}, ["G", "C"], []),
        ({"codes": ["VG", "MD", "VRN"], "lieu": "domicile", "regulation": "pdsa", "date_heure": NUIT}, ["VG", "VRN"], ["MD"]),
        ({"codes": ["G", "MCG", "SNP"], **HORS_MT, "regulation": "sas", **ADRESSE}, ["G", "SNP"], ["MCG"]),
        ({"codes": ["MEG"], **ENFANT}, [], ["MEG"]),
        ({"codes": ["COD", "MEG"], **ENFANT, "motif": "examen-obligatoire"}, ["COD"], ["MEG"]),
        ({"codes": ["YYYY010", "G"], "urgence_vitale": True, "detresse": "respiratoire", "suite_hospitaliere": True}, ["YYYY010"], ["G"]),
        ({"codes": ["G", "QZJA002"]}, ["G"], ["QZJA002"]),
        ({"codes": ["G", "DEQP003", "JKHD001"]}, ["G", "JKHD001"], ["DEQP003"]),
        ({**specialiste("14"), "codes": ["GLQP012", "APC"], **ADRESSE, "motif": "avis-ponctuel"}, ["APC"], ["GLQP012"]),
        ({**specialiste("14"), "codes": ["DEQP003", "APC"], **ADRESSE, "motif": "avis-ponctuel"}, ["DEQP003", "APC"], []),
        ({"codes": ["GL1", "MIC"], **AGE, **MT, "motif": "sortie-insuffisance-cardiaque", "jours_depuis_sortie": 20, "date_sortie": "2026-02-18"},
         ["GL1"], ["MIC"]),
        ({"codes": ["GL1", "MSH"], **AGE, **MT, "motif": "sortie-hospitalisation", "jours_depuis_sortie": 20}, ["GL1"], ["MSH"]),
    ],
)
def test_de_ce_qui_ne_se_cumule_pas_reste_le_plus_favorable(champs: dict[str, Any], retenus: list[str], refuses: list[str]) -> None:
    reponse = evaluer(**champs).facturer()
    assert [j.code.code for j in reponse.retenus] == retenus
    assert [code for code, _ in reponse.refus] == refuses
