"""Tarifs: the acts of the CCAM and their modifiers, the excess, and who pays what."""

from __future__ import annotations

from typing import Any

import pytest

from convmed.cotation.nomenclature import INTERDIT, PERMIS
from convmed.dispositifs.contrat import repondre
from convmed.textes.unites import part

from .outils import APPLIQUE, GENERALISTE, NOM, SEANCE, SIGNE, reponse, resultats, tarif, valeur

# --- CCAM: modifiers, associations


ACTE = {"codes": ["NEKA020"], "tarifs_ccam": {"NEKA020": 100}, "lieu": "etablissement"}
QUI_FACTURE = [
    # code, family, sector, option, billed
    ("K", "chirurgie", "1", "aucune", True), ("K", "accouchement", "1", "aucune", True), ("K", "chirurgie", "2", "optam-aco", True),
    ("K", "chirurgie", "2", "optam", False), ("K", "chirurgie", "2", "aucune", False), ("K", "anesthesie", "1", "aucune", False),
    ("T", "chirurgie", "2", "optam", True), ("T", "chirurgie", "2", "optam-aco", False), ("T", "chirurgie", "1", "aucune", False),
    ("3", "anesthesie", "1", "aucune", True), ("3", "anesthesie", "2", "optam-aco", True), ("3", "anesthesie", "2", "optam", False),
    ("3", "chirurgie", "1", "aucune", False),
]  # fmt: skip


@pytest.mark.parametrize(("code", "famille", "secteur", "option", "oui"), QUI_FACTURE)
def test_qui_facture_k_t_et_3(code: str, famille: str, secteur: str, option: str, oui: bool) -> None:
    medecin = {"specialite": "04", "secteur": secteur, "option_tarifaire": option}
    lu = resultats(**ACTE | {"codes": ["NEKA020", code], "famille_acte_ccam": famille, "medecin": medecin, "urgence_vitale": False})
    assert [ligne["code"] for ligne in lu["codes"]] == (["NEKA020", code] if oui else ["NEKA020"])


@pytest.mark.parametrize(
    ("code", "jour", "texte", "attendu"),
    [
        ("K", "2024-12-31", SIGNE, 20), ("K", "2025-01-01", SIGNE, 25), ("K", "2025-06-30", SIGNE, 25), ("K", "2025-07-01", SIGNE, 30),
        ("K", "2025-07-01", APPLIQUE, 25), ("K", "2025-12-31", APPLIQUE, 25), ("K", "2026-01-01", APPLIQUE, 30),
        ("T", "2024-12-31", SIGNE, 11.5), ("T", "2025-01-01", SIGNE, 16.5), ("T", "2025-06-30", SIGNE, 16.5), ("T", "2025-07-01", SIGNE, 21.5),
        ("T", "2025-12-31", APPLIQUE, 16.5), ("T", "2026-01-01", APPLIQUE, 21.5),
        ("3", "2025-01-01", SIGNE, 12), ("3", "2026-01-01", APPLIQUE, 12),
    ],
)  # fmt: skip
def test_les_modificateurs_sur_un_acte_de_100_euros(code: str, jour: str, texte: str, attendu: float) -> None:
    medecin = {"specialite": "04", "secteur": "2" if code == "T" else "1", "option_tarifaire": "optam" if code == "T" else "aucune"}
    famille = "anesthesie" if code == "3" else "chirurgie"
    entree = ACTE | {"codes": ["NEKA020", code], "medecin": medecin, "famille_acte_ccam": famille, "date_heure": f"{jour}T10:00:00+01:00"}
    assert tarif(code, texte, **entree) == attendu


@pytest.mark.parametrize(("c2s", "urgence"), [(True, False), (False, True), (False, False)])
def test_le_modificateur_3_de_la_c2s_et_de_l_urgence(c2s: bool, urgence: bool) -> None:
    medecin = {"specialite": "02", "secteur": "2", "option_tarifaire": "aucune"}
    lu = resultats(**ACTE | {"codes": ["NEKA020", "3"], "famille_acte_ccam": "anesthesie", "medecin": medecin, "urgence_vitale": urgence,
                             "patient": {"c2s": c2s}})  # fmt: skip
    assert [ligne["tarif"] for ligne in lu["codes"]] == ([100, 8] if c2s or urgence else [100])


def test_quatre_modificateurs_au_plus() -> None:
    nuit = {"heure": 1260, **GENERALISTE, "urgence_vitale": True}
    assert reponse("P", nombre_modificateurs=4, **nuit) == PERMIS
    assert reponse("P", nombre_modificateurs=5, **nuit) == INTERDIT
    medecin = {"specialite": "01", "secteur": "1"}
    codes = ["NEKA020", "K", "M", "P", "F_MODIF", "R"]
    lu = resultats(**ACTE | {"codes": codes, "medecin": medecin, "famille_acte_ccam": "chirurgie", "localisation_acte_ccam": "main", "lieu": "cabinet",
                             "urgence_vitale": True, "date_heure": "2026-06-14T21:00:00+02:00"})  # fmt: skip
    assert [ligne["code"] for ligne in lu["codes"]] == ["NEKA020"]
    assert {r["code"] for r in lu["refus"]} == set(codes[1:])


def test_un_seul_modificateur_d_urgence() -> None:
    entree = ACTE | {"codes": ["NEKA020", "P", "F_MODIF"], "urgence_vitale": True, "date_heure": "2026-06-14T21:00:00+02:00"}
    lu = resultats(**entree)
    assert [ligne["code"] for ligne in lu["codes"]] == ["NEKA020", "P"]
    assert [r["code"] for r in lu["refus"]] == ["F_MODIF"]


def test_le_supplement_n_a_pas_de_participation() -> None:
    """Hold: two acts withhold two participations, and the supplement none."""
    visite = {"lieu": "domicile", "codes": ["VG", "MD", "DEQP003", "YYYY490"]}
    assert resultats(**visite)["participation_forfaitaire"] == 2 * resultats()["participation_forfaitaire"] == 4


@pytest.mark.parametrize(("prix", "tm"), [(119.99, 36.0), (120, 24), (1000, 24)])
def test_le_ticket_moderateur_d_un_acte_lourd_en_2025(prix: float, tm: float) -> None:
    lu = resultats(**ACTE | {"tarifs_ccam": {"NEKA020": prix}, "date_heure": "2025-06-16T10:00:00+02:00"})
    assert lu["part_complementaire"] == tm


# --- the pathway, the excess


def test_le_depassement_autorise_revient_au_patient() -> None:
    hors = {"codes": ["CS", "DA"], "medecin": {"specialite": "14", "secteur": "1"}, "parcours": "hors-parcours", "adressage": "aucun"}
    avec, sans = resultats(**hors), resultats(**{**hors, "codes": ["CS"]})
    for montant in ("total", "reste_a_charge"):
        assert round(avec[montant] - sans[montant], 2) == 10.5
    for part_payee in ("part_obligatoire", "part_complementaire", "participation_forfaitaire"):
        assert avec[part_payee] == sans[part_payee]
    for parcours in ("coordonne", "acces-direct"):
        assert [r["code"] for r in resultats(**{**hors, "parcours": parcours})["refus"]] == ["DA"]


def test_le_depassement_autorise_est_le_maximum_publie() -> None:
    """Hold: 17,5 % of the coordinated total, rounded to the euro, for CS; the maximum published for CSC is under it."""
    plein = 10_000 + valeur("DA_taux", APPLIQUE).calcul
    coordonne = valeur("CS", APPLIQUE).calcul + valeur("MCS", APPLIQUE).calcul
    total = valeur("CS", APPLIQUE).calcul + valeur("DA", APPLIQUE).calcul
    assert 0 <= part(coordonne, plein) - total < 50
    cardiologue = valeur("CSC", APPLIQUE).calcul + valeur("MCC", APPLIQUE).calcul
    assert cardiologue + valeur("DA_cardiologue", APPLIQUE).calcul == 6000 < part(cardiologue, plein)


@pytest.mark.parametrize(("code", "alerte"), [("G", True), ("CS", False)])
def test_le_plafond_de_la_majoration_hors_parcours_est_une_alerte(code: str, alerte: bool) -> None:
    """Hold: 12,00 for G passes 10,60 and is said; 10,60 for CS does not; the official example is followed."""
    lu = resultats(codes=[code], medecin={"specialite": "01" if code == "G" else "14", "secteur": "1"}, parcours="hors-parcours", adressage="aucun")
    assert any("plafond" in reserve for reserve in lu["reserves"]) == alerte
    assert lu["part_obligatoire"] == (7 if code == "G" else 5.95)


def test_les_taux_de_prise_en_charge_se_tiennent() -> None:
    amo, hors = valeur("amo_parcours", APPLIQUE).calcul, valeur("amo_hors_parcours", APPLIQUE).calcul
    assert amo - valeur("majoration_hors_parcours", APPLIQUE).calcul == hors
    assert valeur("association_premier_acte", APPLIQUE).calcul == valeur("cumul_annexe_22", APPLIQUE).calcul == 10_000


@pytest.mark.parametrize(
    ("faits", "hors"),
    [
        ({}, True), ({"patient": {"date_naissance": "2010-06-16"}}, False), ({"patient": {"date_naissance": "2010-06-15"}}, True),
        ({"urgence_vitale": True}, False), ({"regulation": "pdsa"}, False), ({"adressage": "sage-femme"}, False),
        ({"adressage": "infirmier-ipa"}, False), ({"adressage": "pmi"}, True), ({"maternite": True}, False),
    ],
)  # fmt: skip
def test_les_exceptions_a_la_majoration_hors_parcours(faits: dict[str, Any], hors: bool) -> None:
    explication = repondre(NOM, {"entree": SEANCE | {"parcours": "hors-parcours", "adressage": "aucun"} | faits})["explication"]
    assert explication["taux_majoration_hors_parcours"]["valeur"] == (40 if hors else 0)


@pytest.mark.parametrize(("naissance", "due"), [("2008-01-01", 2), ("2008-01-02", 0)])
def test_la_participation_se_juge_au_1er_janvier(naissance: str, due: int) -> None:
    assert resultats(patient={"date_naissance": naissance})["participation_forfaitaire"] == due


@pytest.mark.parametrize(("jour", "due"), [("2024-05-14", 1), ("2024-05-15", 2)])
def test_la_participation_est_de_2_euros_depuis_le_15_mai_2024(jour: str, due: int) -> None:
    assert resultats(date_heure=f"{jour}T10:00:00+02:00")["participation_forfaitaire"] == due


@pytest.mark.parametrize(
    ("montagne", "kilometres", "attendu"),
    [(False, 3, 0), (False, 4, 0), (False, 5, 0.61), (False, 26, 13.42), (True, 2, 0), (True, 3, 1), (True, 26, 24)],
)
def test_l_abattement_kilometrique(montagne: bool, kilometres: int, attendu: float) -> None:
    code = "IKM" if montagne else "IK"
    visite = {"codes": ["VG", code], "lieu": "domicile", "zone_montagne": montagne, "kilometres_aller_retour": kilometres}
    assert resultats(**visite)["total"] == 30 + attendu
