"""Tarifs: each age, delay, hour, sector and territory at its bound, and what is refused and why."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from convmed.cotation.nomenclature import INTERDIT, PERMIS
from convmed.dispositifs.contrat import CasRefuses, repondre
from convmed.textes.unites import part

from .outils import (
    ANCIEN,
    APPLIQUE,
    APRES_LA_PROPOSITION,
    GENERALISTE,
    INCONNU,
    JOUR,
    LIBERAL,
    NOM,
    PEDIATRE,
    PROPOSE,
    PSYCHIATRE,
    SEANCE,
    SIGNE,
    TRAITANT,
    UN_JOUR,
    VISITE,
    fautes,
    jugement,
    reponse,
    resultats,
    tarif,
    valeur,
)

# --- ages: the day before the birthday, and the birthday


AGES: list[tuple[str, int, str, dict[str, Any]]] = [
    # code, age, the side on which it is billed, the other inputs
    ("MEG", 6, "avant", {"medecin_specialite": "01"}),
    ("COD", 6, "avant", {**GENERALISTE, "motif": "examen-obligatoire"}),
    ("COB", 6, "après", {**GENERALISTE, "motif": "examen-obligatoire"}),
    ("COV", 6, "avant", {**GENERALISTE, "medecin_secteur": "2", "medecin_option": "aucune", "tarif_opposable": False, "motif": "examen-obligatoire"}),
    ("COA", 6, "après", {**GENERALISTE, "medecin_secteur": "2", "medecin_option": "aucune", "tarif_opposable": False, "motif": "examen-obligatoire"}),
    ("COH", 2, "avant", {**PEDIATRE, "motif": "examen-obligatoire"}),
    ("COK", 2, "après", {**PEDIATRE, "motif": "examen-obligatoire"}),
    ("COK", 6, "avant", {**PEDIATRE, "motif": "examen-obligatoire"}),
    ("COG", 6, "après", {**PEDIATRE, "motif": "examen-obligatoire"}),
    ("CEH", 2, "avant", PEDIATRE),
    ("CEK", 2, "après", PEDIATRE),
    ("CEK", 6, "avant", PEDIATRE),
    ("CEG", 6, "après", PEDIATRE),
    ("CEP", 16, "avant", {**PEDIATRE, "motif": "recours-pediatrique", "adressage": "pmi"}),
    ("MP", 25, "avant", PSYCHIATRE),
    ("CCP", 26, "avant", {**GENERALISTE, "motif": "premiere-contraception"}),
    ("CSO", 3, "après", {**GENERALISTE, **TRAITANT, "motif": "obesite-enfant"}),
    ("CSO", 13, "avant", {**GENERALISTE, **TRAITANT, "motif": "obesite-enfant"}),
    ("CDRP002", 3, "avant", {}),
    ("E", 5, "avant", {"famille_acte_ccam": "imagerie"}),
    ("GL1", 80, "après", {**GENERALISTE, **TRAITANT, "motif": "sortie-hospitalisation", "jours_depuis_sortie": 3}),
    ("GL2", 80, "après", {**GENERALISTE, **TRAITANT, "motif": "deprescription", "lignes_ordonnance": 12, "bilan_de_medication": True}),
    ("GL3", 80, "après", {**GENERALISTE, **TRAITANT, "motif": "dossier-apa"}),
    ("MOP", 80, "après", {**GENERALISTE, "patientele_mt": False}),
    ("VL", 80, "après", {**VISITE, "patientele_mt": True, "patient_sans_mt": False, "patient_ald": True, "maladie_neurodegenerative": False, "motif": "visite-longue"}),
    ("MCG", 16, "après", {**GENERALISTE, "patientele_mt": False, "patient_sans_mt": False, "adressage": "aucun", "patient_hors_residence": True, "retour_au_mt": True}),
    ("MCS", 16, "avant", {**PEDIATRE, "patient_sans_mt": True, "adressage": "aucun", "parcours": "exception", "retour_au_mt": True}),
    ("MCS", 16, "après", {**PSYCHIATRE, "patient_sans_mt": False, "adressage": "aucun", "parcours": "acces-direct", "retour_au_mt": True}),
    ("MCS", 26, "avant", {**PSYCHIATRE, "patient_sans_mt": False, "adressage": "aucun", "parcours": "acces-direct", "retour_au_mt": True}),
    *[("RDV", age, cote, {**GENERALISTE, "tarif_opposable": True, "motif": "rendez-vous-prevention"})
      for age, cote in ((18, "après"), (26, "avant"), (45, "après"), (51, "avant"), (60, "après"), (66, "avant"), (70, "après"), (76, "avant"))],
]  # fmt: skip


@pytest.mark.parametrize(("code", "age", "cote", "donnees"), AGES)
def test_chaque_age_a_sa_borne_le_jour_de_l_anniversaire(code: str, age: int, cote: str, donnees: dict[str, Any]) -> None:
    anniversaire = JOUR.replace(year=JOUR.year - age)
    avant = reponse(code, patient_naissance=anniversaire + UN_JOUR, **donnees)
    apres = reponse(code, patient_naissance=anniversaire, **donnees)
    assert (avant, apres) == ((PERMIS, INTERDIT) if cote == "avant" else (INTERDIT, PERMIS))


@pytest.mark.parametrize(("code", "avant", "apres"), [("CEK", PERMIS, INTERDIT), ("CEG", INTERDIT, PERMIS)])
def test_ne_un_29_fevrier(code: str, avant: str, apres: str) -> None:
    """Hold: six years on 1 March of a year without a 29th, and not on 28 February."""
    ne = dt.date(2020, 2, 29)
    assert reponse(code, dt.date(2026, 2, 28), patient_naissance=ne, **PEDIATRE) == avant
    assert reponse(code, dt.date(2026, 3, 1), patient_naissance=ne, **PEDIATRE) == apres


@pytest.mark.parametrize("code", ["MEG", "CEH", "GL3", "RDV", "MP"])
def test_un_age_inconnu_n_est_ni_vrai_ni_faux(code: str) -> None:
    donnees = next(d for c, _, _, d in AGES if c == code)
    assert reponse(code, **donnees) == INCONNU


# --- delays


@pytest.mark.parametrize(
    ("code", "dernier", "motif", "naissance"),
    [("GL1", 45, "sortie-hospitalisation", dt.date(1940, 1, 1)), ("MSH", 30, "sortie-hospitalisation", None)],
)
def test_les_jours_depuis_la_sortie(code: str, dernier: int, motif: str, naissance: dt.date | None) -> None:
    donnees = {**GENERALISTE, **TRAITANT, "motif": motif, **({"patient_naissance": naissance} if naissance else {})}
    assert reponse(code, jours_depuis_sortie=dernier, **donnees) == PERMIS
    assert reponse(code, jours_depuis_sortie=dernier + 1, **donnees) == INTERDIT
    juge = jugement(code, **donnees)
    assert juge.reponse == PERMIS
    assert len(juge.reserves) == 1, "un délai que personne ne dit est une réserve"


@pytest.mark.parametrize(
    ("sortie", "acte", "attendu"),
    [("2026-04-15", "2026-06-15", PERMIS), ("2026-04-14", "2026-06-15", INTERDIT),
     ("2025-12-31", "2026-02-28", PERMIS), ("2025-12-31", "2026-03-01", INTERDIT)],
)  # fmt: skip
def test_les_deux_mois_de_l_insuffisance_cardiaque(sortie: str, acte: str, attendu: str) -> None:
    donnees = {**GENERALISTE, **TRAITANT, "motif": "sortie-insuffisance-cardiaque"}
    assert reponse("MIC", dt.date.fromisoformat(acte), date_sortie=dt.date.fromisoformat(sortie), **donnees) == attendu


@pytest.mark.parametrize(("derniere", "attendu"), [("2026-02-15", PERMIS), ("2026-02-16", INTERDIT)])
def test_les_quatre_mois_de_l_avis_ponctuel(derniere: str, attendu: str) -> None:
    donnees = {"medecin_specialite": "14", "medecin_secteur": "1", "lieu": "cabinet", "motif": "avis-ponctuel", "adressage": "medecin-traitant"}
    assert reponse("APC", date_derniere_seance=dt.date.fromisoformat(derniere), **donnees) == attendu


@pytest.mark.normes("P1-19", "P1-20")
@pytest.mark.parametrize(("jours", "attendu"), [(0, PERMIS), (10, PERMIS), (11, INTERDIT)])
def test_les_dix_jours_apres_la_teleexpertise(jours: int, attendu: str) -> None:
    donnees = {"medecin_specialite": "14", "medecin_secteur": "1", "lieu": "cabinet", "motif": "avis-ponctuel", "adressage": "aucun",
               "jours_depuis_teleexpertise": jours}  # fmt: skip
    assert reponse("APC", APRES_LA_PROPOSITION, PROPOSE, **donnees) == attendu
    assert reponse("APC", **donnees, patient_sans_mt=False) == INTERDIT, "le texte signé ne l'a pas repris"


# --- hours


HEURES: list[tuple[str, int, str, str, dict[str, Any]]] = [
    # code, minute, just before, at
    ("MDN", 1200, INTERDIT, PERMIS, VISITE),
    ("MDN", 360, INTERDIT, PERMIS, VISITE),
    ("MDN", 480, PERMIS, INTERDIT, VISITE),
    ("MDI", 360, PERMIS, INTERDIT, VISITE),
    ("P", 1200, INTERDIT, PERMIS, {**GENERALISTE, "urgence_vitale": True}),
    ("S", 480, PERMIS, INTERDIT, {**GENERALISTE, "urgence_vitale": True}),
    ("O", 480, INTERDIT, PERMIS, {"medecin_specialite": "04", "urgence_vitale": True}),
    ("O", 1200, PERMIS, INTERDIT, {"medecin_specialite": "04", "urgence_vitale": True}),
    ("U", 1200, INTERDIT, PERMIS, {"medecin_specialite": "03", "urgence_vitale": True}),
    ("U", 480, PERMIS, INTERDIT, {"medecin_specialite": "03", "urgence_vitale": True}),
]


@pytest.mark.parametrize(("code", "minute", "avant", "a"), [ligne[:4] for ligne in HEURES])
def test_chaque_heure_a_sa_borne(code: str, minute: int, avant: str, a: str) -> None:
    donnees = next(ligne[4] for ligne in HEURES if ligne[:2] == (code, minute))
    assert (reponse(code, heure=minute - 1, **donnees), reponse(code, heure=minute, **donnees)) == (avant, a)


def test_la_nuit_profonde_des_chirurgiens_n_est_pas_au_modificateur_u() -> None:
    assert reponse("U", heure=120, medecin_specialite="03", urgence_vitale=True) == PERMIS
    assert reponse("U", heure=120, medecin_specialite="04", urgence_vitale=True) == INTERDIT
    assert jugement("S", heure=120, medecin_specialite="04", urgence_vitale=True).prix.montant == 8000
    assert jugement("S", heure=120, **GENERALISTE, urgence_vitale=True).prix.montant == 4000


# --- codes that do not exist yet, or no longer; prices that nobody published


@pytest.mark.parametrize(
    ("code", "jour", "texte", "motif"),
    [
        ("MMG", "2024-12-22", APPLIQUE, "MMG n'existe plus depuis le 22/12/2024"),
        ("GS", "2025-03-04", APPLIQUE, "GS n'existe plus depuis le 22/12/2024"),
        ("MPC", "2024-12-22", SIGNE, "MPC n'existe plus depuis le 22/12/2024"),
        ("NFP", "2024-12-22", APPLIQUE, "NFP n'existe plus depuis le 22/12/2024"),
        ("GL1", "2025-12-31", APPLIQUE, "GL1 n'existe pas avant le 01/01/2026"),
        ("MDM", "2025-12-31", SIGNE, "MDM n'existe pas avant le 01/01/2026"),
        ("3", "2024-12-31", APPLIQUE, "3 n'existe pas avant le 01/01/2025"),
        ("MOP", "2023-12-31", APPLIQUE, "MOP n'existe pas avant le 01/01/2024"),
        ("IMT", "2023-05-14", APPLIQUE, "IMT n'existe pas avant le 15/05/2023"),
        ("RDV", "2024-05-29", APPLIQUE, "RDV n'existe pas avant le 30/05/2024"),
        ("DA", "2024-12-21", APPLIQUE, "DA n'existe pas avant le 22/12/2024"),
        ("CEP", "2026-06-15", ANCIEN, "CEP n'existe pas dans ce texte"),
    ],
)
def test_un_code_qui_n_existe_pas_est_refuse_avec_sa_date(code: str, jour: str, texte: str, motif: str) -> None:
    lu = resultats(texte, codes=[code], date_heure=f"{jour}T10:00:00+01:00")
    (refus,) = [r for r in lu["refus"] if r["motif"].startswith(motif)]
    assert refus["code"] == code
    assert refus["references"], "un refus dit où c'est écrit"
    assert lu["codes"] == []


@pytest.mark.parametrize("code", ["KCQM001", "NZJB001", "QZHA005", "DZQM006", "JKGD001"])
def test_un_tarif_non_publie_est_un_montant_absent(code: str) -> None:
    reponse_lue = repondre(NOM, {"entree": SEANCE | {"codes": [code]}})
    lu = reponse_lue["resultats"]
    assert lu["codes"] == [{"code": code, "tarif": None}]
    assert [lu[nom] for nom in ("total", "part_obligatoire", "part_complementaire", "participation_forfaitaire")] == [None] * 4
    assert "non publié" in lu["motif"]
    assert reponse_lue["lignes"][0]["etat"] == "non publié"


@pytest.mark.parametrize("jour", ["2025-03-04", "2026-03-10"])
def test_la_grille_du_secteur_2_n_est_pas_publiee_apres_2024(jour: str) -> None:
    secteur_2 = {"medecin": {"specialite": "01", "secteur": "2", "option_tarifaire": "aucune"}, "tarif_opposable": False, "codes": ["DEQP003"]}
    assert tarif("DEQP003", **secteur_2, date_heure=f"{jour}T10:00:00+01:00") is None
    assert tarif("DEQP003", **secteur_2, date_heure="2024-12-31T10:00:00+01:00") == 13.52


# --- what cannot be


def test_un_code_inconnu_montre_les_plus_proches() -> None:
    (faute,) = fautes(codes=["G", "CNPSI"])
    assert (faute["champ"], faute["valeur"], faute["message"]) == ("entree.codes[1]", "CNPSI", "code inconnu")
    assert "CNPSY" in faute["attendu"]


def test_toutes_les_fautes_d_une_seance_a_la_fois() -> None:
    lues = fautes(codes=["G", "G", "ZZ99"], patient={"date_naissance": "2026-06-16"}, regulation="sas", date_heure_appel="2026-06-15T10:00:01+02:00")
    assert {f["champ"] for f in lues} == {
        "entree.codes[1]", "entree.codes[2]", "entree.patient.date_naissance", "entree.date_heure_appel",
    }  # fmt: skip


def test_le_jour_meme_n_est_pas_une_faute() -> None:
    """Hold: born on the day of the act, called at the minute of the act."""
    assert resultats(patient={"date_naissance": "2026-06-15"}, date_heure_appel="2026-06-15T10:00:00+02:00")["total"] == 30


@pytest.mark.parametrize("heure", ["2026-06-15T10:00:00", "2026-06-15", "2026-02-30T10:00:00+01:00", "2026-06-15T25:00:00+02:00"])
def test_l_heure_a_un_fuseau_et_existe(heure: str) -> None:
    (faute,) = fautes(date_heure=heure)
    assert faute["champ"] == "entree.date_heure"


def test_aucun_code_est_une_faute() -> None:
    assert [f["champ"] for f in fautes(codes=[])] == ["entree.codes"]


def test_l_acte_est_de_la_date_demandee() -> None:
    with pytest.raises(CasRefuses) as refus:
        repondre(NOM, {"date": "2026-06-14", "entree": SEANCE})
    assert [e["champ"] for e in refus.value.erreurs] == ["date"]
    with pytest.raises(CasRefuses) as refus:
        repondre(NOM, {"annee": 2025, "entree": SEANCE})
    assert [e["champ"] for e in refus.value.erreurs] == ["annee"]


@pytest.mark.parametrize(("code", "specialite"), [("CS", "14"), ("CNP", "32")])
def test_le_secteur_2_doit_dire_s_il_depasse(code: str, specialite: str) -> None:
    """Hold: without option and without a word on the excess, two prices are possible and the field is asked for."""
    medecin = {"specialite": specialite, "secteur": "2", "option_tarifaire": "aucune"}
    muette = {"codes": [code], "medecin": medecin, "tarif_opposable": None}
    assert [f["champ"] for f in fautes(**muette)] == ["entree.tarif_opposable"]
    opposable = tarif(code, **{**muette, "tarif_opposable": True})
    assert opposable > tarif(code, **{**muette, "tarif_opposable": False})
    assert tarif(code, **muette, depassement=0) == opposable
    assert tarif(code, **{**muette, "medecin": {**medecin, "option_tarifaire": "optam"}}) == opposable


def test_un_depassement_a_tarif_opposable_est_une_faute() -> None:
    assert [f["champ"] for f in fautes(depassement=10)] == ["entree.depassement"]


# --- sector, territory


@pytest.mark.parametrize(
    ("secteur", "option", "opposable", "g", "c"),
    [
        ("1", "aucune", True, True, False), ("2", "optam", False, True, False), ("2", "optam-aco", False, True, False),
        ("2", "aucune", True, True, False), ("2", "aucune", False, False, True), ("nc", "aucune", True, False, False),
    ],
)  # fmt: skip
def test_la_g_et_la_c_selon_le_secteur(secteur: str, option: str, opposable: bool, g: bool, c: bool) -> None:
    medecin = {**GENERALISTE, "medecin_secteur": secteur, "medecin_option": option, "tarif_opposable": opposable}
    for code, condition, attendu in (("G", "tarifs_tarif_ouvert", g), ("C", "tarifs_lettre_c", c)):
        juge = jugement(code, **medecin)
        assert juge.reponse == (PERMIS if attendu else INTERDIT)
        assert next(e.valeur for e in juge.conditions if e.nom == condition) is attendu


@pytest.mark.parametrize("code", ["G", "GL1", "RDV", "IMT", "DEQP003", "CCX", "TCG"])
def test_un_medecin_hors_convention_ne_facture_aucun_acte(code: str) -> None:
    lu = resultats(codes=[code], medecin={"specialite": "01", "secteur": "nc"})
    assert lu["codes"] == []
    (motif,) = [r for r in lu["refus"] if "hors convention" in r["motif"]]
    assert motif["references"][0] == "CSS L. 162-5-10"


@pytest.mark.parametrize(
    ("departement", "fuseau", "code", "attendu"),
    [
        ("971", "-04:00", "G", 36), ("972", "-04:00", "G", 36), ("973", "-03:00", "G", 36), ("974", "+04:00", "G", 36), ("976", "+03:00", "G", 36),
        ("75", "+02:00", "G", 30), ("974", "+04:00", "APC", 72), ("974", "+04:00", "CS", 31.8), ("976", "+03:00", "CS", 33.8),
        ("974", "+04:00", "VL", 72), ("976", "+03:00", "VL", None), ("974", "+04:00", "VG", None), ("974", "+04:00", "CNPSY", None),
        ("971", "-04:00", "MDN", 38.85), ("973", "-03:00", "MDN", 39.2), ("974", "+04:00", "MDD", 23.26), ("971", "-04:00", "MDI", 43.85),
    ],
)  # fmt: skip
def test_les_prix_d_outre_mer(departement: str, fuseau: str, code: str, attendu: float | None) -> None:
    specialite = {"APC": "14", "CS": "14", "CNPSY": "33"}.get(code, "01")
    heure = {"MDN": "21:00", "MDI": "03:00"}.get(code, "10:00")
    jour = "2026-06-14" if code == "MDD" else "2026-06-15"
    deplacement = {"lieu": "domicile"} if code in {"VL", "VG", "MDN", "MDD", "MDI"} else {}
    motif = {"APC": "avis-ponctuel", "VL": "visite-longue"}.get(code)
    entree = {
        "codes": ["VG", code] if code.startswith("MD") else [code], "date_heure": f"{jour}T{heure}:00{fuseau}",
        "medecin": {"specialite": specialite, "secteur": "1", "departement": departement}, "adressage": "medecin-traitant",
        "patientele_mt": True, "maladie_neurodegenerative": True, **deplacement, **({"motif": motif} if motif else {}),
    }  # fmt: skip
    assert tarif(code, **entree) == attendu


def test_le_coefficient_d_outre_mer_porte_sur_l_acte_et_non_sur_le_prix_fourni() -> None:
    reunion = {"medecin": {**LIBERAL, "departement": "974"}, "date_heure": "2026-06-15T10:00:00+04:00"}
    taux = 10_000 + valeur("coefficient_drom_ccam", APPLIQUE).calcul
    assert tarif("JKHD001", codes=["JKHD001"], **reunion) == part(1300, taux) / 100 == 13.52
    assert tarif("DEQP003", codes=["DEQP003"], **reunion) == tarif("DEQP003", codes=["DEQP003"])
    assert tarif("NEKA020", codes=["NEKA020"], tarifs_ccam={"NEKA020": 100}, **reunion) == 100
    associes = {ligne["code"]: ligne["tarif"] for ligne in resultats(codes=["QZJA016", "QZJA002"], **reunion)["codes"]}
    assert associes == {"QZJA016": 51.96, "QZJA002": 13.55}, "la moitié se prend du tarif majoré"


# --- who


AVIS = {"medecin_specialite": "14", "medecin_secteur": "1", "motif": "avis-ponctuel", "adressage": "aucun"}
LONGUE = {**VISITE, "motif": "visite-longue", "patientele_mt": False, "maladie_neurodegenerative": False}
VIEUX, JEUNE = dt.date(1940, 1, 1), dt.date(1970, 1, 1)


@pytest.mark.parametrize(
    ("lieu", "sans_mt", "avant", "apres"),
    [
        ("etablissement", True, INTERDIT, PERMIS), ("etablissement", False, INTERDIT, INTERDIT),
        ("cabinet", True, INTERDIT, INTERDIT), ("cabinet", False, INTERDIT, INTERDIT),
    ],
)  # fmt: skip
def test_l_avis_du_patient_hospitalise_sans_medecin_traitant(lieu: str, sans_mt: bool, avant: str, apres: str) -> None:
    for jour, attendu in ((dt.date(2024, 12, 21), avant), (dt.date(2024, 12, 22), apres)):
        assert reponse("APC", jour, **AVIS, lieu=lieu, patient_sans_mt=sans_mt) == attendu


@pytest.mark.parametrize("jour", [dt.date(2024, 12, 21), dt.date(2024, 12, 22), JOUR])
@pytest.mark.parametrize(
    ("specialite", "attendu"), [("14", PERMIS), ("70", PERMIS), ("01", INTERDIT), ("33", INTERDIT), ("32", INTERDIT)]
)
def test_qui_facture_la_cs(jour: dt.date, specialite: str, attendu: str) -> None:
    medecin = {"medecin_specialite": specialite, "medecin_secteur": "1", "lieu": "cabinet", "tarif_opposable": True}
    assert reponse("CS", jour, **medecin) == attendu


@pytest.mark.parametrize(
    ("jour", "option", "opposable", "attendu"),
    [
        (dt.date(2024, 12, 21), "aucune", True, PERMIS), (JOUR, "aucune", True, INTERDIT), (JOUR, "optam", False, INTERDIT),
        (JOUR, "aucune", False, PERMIS),
    ],
)  # fmt: skip
def test_la_cs_du_pediatre(jour: dt.date, option: str, opposable: bool, attendu: str) -> None:
    medecin = {**PEDIATRE, "medecin_secteur": "2", "medecin_option": option, "tarif_opposable": opposable}
    assert reponse("CS", jour, **medecin) == attendu


@pytest.mark.parametrize(("specialite", "prix"), [("70", None), ("34", None), ("31", None), ("14", 31.8)])
def test_les_cs_revalorisees_ne_sont_pas_publiees_outre_mer(specialite: str, prix: float | None) -> None:
    medecin = {"specialite": specialite, "secteur": "1", "departement": "974"}
    assert tarif("CS", codes=["CS"], medecin=medecin, date_heure="2026-06-15T10:00:00+04:00") == prix


@pytest.mark.parametrize(
    ("specialite", "ancienne", "proposee"),
    [("14", PERMIS, PERMIS), ("33", PERMIS, INTERDIT), ("34", PERMIS, INTERDIT), ("70", PERMIS, INTERDIT), ("01", INTERDIT, INTERDIT)],
)
def test_la_mpc_des_totaux_proposes(specialite: str, ancienne: str, proposee: str) -> None:
    """Hold: where the proposal gives the total, the majoration is in it."""
    medecin = {"medecin_specialite": specialite, "medecin_secteur": "1", "motif": "programme-de-soins-mpr"}
    assert reponse("MPC", APRES_LA_PROPOSITION, ANCIEN, **medecin) == ancienne
    assert reponse("MPC", APRES_LA_PROPOSITION, PROPOSE, **medecin) == proposee


@pytest.mark.parametrize(
    ("naissance", "ald", "sans_mt", "attendu"),
    [
        (VIEUX, True, False, INTERDIT), (VIEUX, False, True, PERMIS), (JEUNE, True, True, PERMIS), (JEUNE, False, True, INTERDIT),
        (VIEUX, True, True, PERMIS),
    ],
)  # fmt: skip
def test_la_visite_longue_sans_medecin_traitant(naissance: dt.date, ald: bool, sans_mt: bool, attendu: str) -> None:
    assert reponse("VL", **LONGUE, patient_naissance=naissance, patient_ald=ald, patient_sans_mt=sans_mt) == attendu


@pytest.mark.parametrize(
    ("famille", "localisation", "attendu"),
    [("chirurgie", "main", PERMIS), ("chirurgie", "face", PERMIS), ("chirurgie", "cou", PERMIS),
     ("chirurgie", "autre", INTERDIT), ("imagerie", "main", INTERDIT)],
)  # fmt: skip
def test_le_modificateur_r(famille: str, localisation: str, attendu: str) -> None:
    assert reponse("R", famille_acte_ccam=famille, localisation_acte_ccam=localisation) == attendu
