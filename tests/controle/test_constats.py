"""Each kind of finding, with its proof: real files, checked as a user checks them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .factures import constat, dits, lignes, passer, refuses

SNP = {"code": "SNP", "montant": "15"}
MHP = {"code": "MHP", "montant": "5"}
SAS = {"regulation": "sas", "patientele_mt": "non"}


def test_une_consultation_ordinaire_ne_dit_rien(tmp_path: Path) -> None:
    assert dits(passer(tmp_path, lignes({}))) == []


def test_condition_fausse(tmp_path: Path) -> None:
    controle = passer(tmp_path, lignes({}, SNP, regulation="sas", patientele_mt="oui"))
    trouve = constat(controle, "SNP : le patient n'est pas de la patientèle médecin traitant du médecin")
    assert (trouve["ligne"], trouve["facture"], trouve["medecin"], trouve["code"], trouve["enjeu"]) == (3, "F1", "M1", "SNP", 1500)
    assert trouve["constat"] == "interdit"
    assert trouve["motif"] == "condition non remplie : le patient n'est pas de la patientèle médecin traitant du médecin"
    assert trouve["references"] == "art. 49 à 52 ; NGAP 14.1.3"


def test_condition_inconnue_n_est_opposee_a_personne(tmp_path: Path) -> None:
    assert refuses(passer(tmp_path, lignes({}, SNP, regulation="sas", patientele_mt=""))) == []


def test_situation_interdite(tmp_path: Path) -> None:
    controle = passer(tmp_path, lignes({}, SNP, regulation="sas", patientele_mt="oui"))
    trouve = constat(controle, "SNP : médecin traitant du patient")
    assert trouve["motif"] == "SNP ne se facture pas dans ce cas : médecin traitant du patient"
    assert trouve["references"].startswith("NGAP 14.1.3")


def test_cumul_interdit_sur_le_second_code(tmp_path: Path) -> None:
    seance = lignes({}, MHP, SNP, date_heure="2026-03-10T22:00+01:00", **SAS)
    trouve = constat(passer(tmp_path, seance), "SNP avec MHP")
    # The order of the nomenclature, not that of the lines, says which code is the second.
    assert (trouve["ligne"], trouve["code"], trouve["constat"], trouve["enjeu"]) == (3, "MHP", "interdit", 500)
    assert trouve["motif"] == "MHP ne se cumule pas avec SNP"
    assert trouve["references"].startswith("NGAP 14.1.3 et 22-4")


def test_texte_muet_n_est_pas_un_refus(tmp_path: Path) -> None:
    ecg = {"code": "DEQP003", "montant": "14.77"}
    trouve = constat(passer(tmp_path, lignes({}, ecg, {"code": "MEG", "montant": "5"}, date_naissance="2023-01-01")), "DEQP003 avec MEG")
    assert trouve["constat"] == "muet"
    assert trouve["motif"] == "texte muet sur DEQP003 avec MEG : aucun texte lu ne traite de ces deux codes"


def test_complement_absent(tmp_path: Path) -> None:
    trouve = constat(passer(tmp_path, lignes({"code": "MD", "montant": "10"}, lieu="domicile")), "MD : complément")
    assert (trouve["motif"], trouve["references"], trouve["enjeu"]) == ("MD se facture avec : visite", "NGAP 14.2", 1000)


def test_complement_d_une_autre_seance_ne_compte_pas(tmp_path: Path) -> None:
    controle = passer(tmp_path, lignes({"code": "VG"}, {"code": "MD", "montant": "10", "facture": "F2"}, lieu="domicile"))
    assert [dit for dit in dits(controle) if "complément" in dit[2]] == [(3, "interdit", "MD : complément")]


@pytest.mark.parametrize(("jour", "attendu"), [
    ("2024-12-21", []),
    ("2024-12-22", [(2, "interdit", "GS : existence")]),
])  # fmt: skip
def test_code_supprime_le_jour_dit(tmp_path: Path, jour: str, attendu: list[Any]) -> None:
    controle = passer(tmp_path, lignes({"code": "GS", "montant": "26.50"}, date_heure=f"{jour}T10:00+01:00"))
    assert [dit for dit in refuses(controle) if "existence" in dit[2]] == attendu
    if attendu:
        trouve = constat(controle, "GS : existence")
        assert trouve["motif"] == "GS n'existe plus depuis le 22/12/2024"
        assert trouve["references"]


@pytest.mark.parametrize(("instant", "existe"), [("2025-12-31T23:30+01:00", False), ("2026-01-01T00:15+01:00", True)])
def test_code_qui_n_existe_pas_encore(tmp_path: Path, instant: str, existe: bool) -> None:
    controle = passer(tmp_path, lignes({"code": "GL1", "montant": "60"}, date_heure=instant, date_naissance="1930-01-01"))
    motifs = controle.constats.filter(controle.constats["regle"] == "GL1 : existence")["motif"].to_list()
    assert motifs == ([] if existe else ["GL1 n'existe pas avant le 01/01/2026"])


def test_un_fichier_a_cheval_donne_a_chaque_ligne_les_regles_de_son_jour(tmp_path: Path) -> None:
    jours = ("2024-12-21", "2024-12-22", "2025-06-30", "2025-12-31", "2026-01-01")
    rangees = lignes(*({"facture": f"F{rang}", "date_heure": f"{jour}T10:00+01:00"} for rang, jour in enumerate(jours)))
    trouves = refuses(passer(tmp_path, rangees))
    assert trouves == [(2, "tarif", "G : au-dessus du tarif")]  # 26.50 until 21/12/2024, 30 from the next day


# --- prices


@pytest.mark.parametrize(("montant", "regle", "enjeu"), [
    ("30.01", "G : au-dessus du tarif", 1), ("29,99", "G : au-dessous du tarif", -1), ("30", None, None), ("0", "G : au-dessous du tarif", -3000),
])  # fmt: skip
def test_tarif(tmp_path: Path, montant: str, regle: str | None, enjeu: int | None) -> None:
    controle = passer(tmp_path, lignes({"montant": montant}))
    assert dits(controle) == ([(2, "tarif", regle)] if regle else [])
    if regle:
        trouve = constat(controle, regle)
        assert (trouve["enjeu"], trouve["references"]) == (enjeu, "art. 74 et suivants (fait g-2024)")
        assert trouve["motif"] == f"montant {regle.split(' : ')[1].removesuffix(' du tarif')} du tarif de G"


def test_tarif_fois_la_quantite(tmp_path: Path) -> None:
    assert dits(passer(tmp_path, lignes({"montant": "60", "quantite": 2}))) == []
    assert dits(passer(tmp_path, lignes({"montant": "30", "quantite": 2}))) == [(2, "tarif", "G : au-dessous du tarif")]


def test_montant_depassement_compris(tmp_path: Path) -> None:
    en_plus = {"secteur": "2", "option_tarifaire": "optam", "specialite": "15", "patientele_mt": "non", "code": "CS"}
    assert [d for d in refuses(passer(tmp_path, lignes({**en_plus, "montant": "46.50", "depassement": "20"}))) if d[1] == "tarif"] == []
    # In secteur 2 an amount above the tariff may hold an excess that the file does not state.
    assert [d for d in refuses(passer(tmp_path, lignes({**en_plus, "montant": "60", "depassement": ""}))) if d[1] == "tarif"] == []
    assert [d for d in refuses(passer(tmp_path, lignes({**en_plus, "montant": "10", "depassement": ""}))) if d[1] == "tarif"] == [
        (2, "tarif", "CS : au-dessous du tarif")
    ]
    # In secteur 1 nothing may be above it.
    assert dits(passer(tmp_path, lignes({"montant": "35"}))) == [(2, "tarif", "G : au-dessus du tarif")]


def test_majoration_reservee_au_tarif_opposable(tmp_path: Path) -> None:
    rangees = lignes({}, MHP, date_heure="2026-03-10T22:00+01:00", secteur="1")
    assert refuses(passer(tmp_path, rangees)) == []
    avec = [{**rangee, "depassement": "5" if rangee["code"] == "G" else "0", "montant": "35" if rangee["code"] == "G" else "5"} for rangee in rangees]
    regles = [regle for ligne, _, regle in refuses(passer(tmp_path, avec)) if ligne == 3]
    assert "MHP : l'acte est facturé à tarif opposable, sans dépassement" in regles


# --- hours, and holidays where the doctor works


@pytest.mark.parametrize(("instant", "departement", "permis"), [
    ("2026-03-10T19:59+01:00", "75", False),
    ("2026-03-10T20:00+01:00", "75", True),
    ("2026-03-10T07:59+01:00", "75", True),
    ("2026-03-10T08:00+01:00", "75", False),
    ("2026-03-14T13:59+01:00", "75", False),  # Saturday
    ("2026-03-14T14:00+01:00", "75", True),
    ("2026-03-15T11:00+01:00", "75", True),  # Sunday
    ("2025-12-26T11:00+01:00", "75", False),
    ("2025-12-26T11:00+01:00", "67", True),  # a holiday in Alsace-Moselle alone
    ("2026-12-25T11:00+01:00", "75", True),
    ("2026-05-27T11:00-04:00", "971", True),  # the abolition of slavery in Guadeloupe
    ("2026-05-27T11:00-04:00", "972", False),
    ("2026-12-20T11:00+04:00", "974", True),
    ("2026-05-27T11:00+02:00", "75", False),
    # The same instant is not the same hour everywhere: 20 h 30 in La Réunion is 17 h 30 in Paris.
    ("2026-03-10T16:30Z", "974", True),
    ("2026-03-10T16:30Z", "75", False),
])  # fmt: skip
@pytest.mark.normes("C6-05", "C6-08")
def test_horaires_de_permanence_des_soins(tmp_path: Path, instant: str, departement: str, permis: bool) -> None:
    controle = passer(tmp_path, lignes({}, MHP, date_heure=instant, departement=departement))
    trouves = [dit for dit in refuses(controle) if dit[2] == "MHP : l'acte a lieu aux horaires de la permanence des soins"]
    assert trouves == ([] if permis else [(3, "interdit", "MHP : l'acte a lieu aux horaires de la permanence des soins")])


# --- what could have been billed


@pytest.mark.parametrize(("code", "gain", "communes"), [
    ("SNP", 1500, SAS),
    ("MEG", 500, {"date_naissance": "2023-01-01"}),
    ("MCS", 500, {"code": "CS", "montant": "26.50", "specialite": "15", "patientele_mt": "non", "adressage": "medecin-traitant",
                  "retour_au_mt": "oui", "parcours": "coordonne"}),
])  # fmt: skip
def test_sous_cotation(tmp_path: Path, code: str, gain: int, communes: dict[str, str]) -> None:
    trouve = constat(passer(tmp_path, lignes({}, **communes)), f"{code} non facturée")
    assert (trouve["ligne"], trouve["constat"], trouve["code"], trouve["enjeu"]) == (2, "sous-cotation", code, gain)
    assert trouve["motif"].startswith(f"{code} pouvait être facturée : ")
    assert trouve["references"]


def test_she_s_ajoute_a_la_snp(tmp_path: Path) -> None:
    assert dits(passer(tmp_path, lignes({}, SNP, date_heure="2026-03-10T19:30+01:00", **SAS))) == [(2, "sous-cotation", "SHE non facturée")]


@pytest.mark.parametrize("colonne", ["patientele_mt", "regulation"])
def test_rien_n_est_propose_si_une_condition_n_est_pas_connue(tmp_path: Path, colonne: str) -> None:
    rangees = lignes({}, **SAS)
    for rangee in rangees:
        del rangee[colonne]
    assert dits(passer(tmp_path, rangees)) == []


def test_la_mieux_payee_seule_est_proposee(tmp_path: Path) -> None:
    enfant = passer(tmp_path, lignes({}, date_naissance="2023-01-01", **SAS))
    assert dits(enfant) == [(2, "sous-cotation", "SNP non facturée")]  # 15 € rather than the 5 € of the MEG


def test_aucune_snp_n_est_proposee_au_dela_du_plafond(tmp_path: Path) -> None:
    facturees = [ligne for rang in range(19) for ligne in lignes({}, SNP, facture=f"F{rang}", date_heure=f"2026-03-09T{8 + rang // 6:02}:{rang % 6}0+01:00", **SAS)]
    oubliees = lignes(*({"facture": f"O{rang}", "date_heure": f"2026-03-1{rang}T15:00+01:00"} for rang in (2, 1, 0)), **SAS)
    controle = passer(tmp_path, facturees + oubliees)
    # One is left of the twenty of the week: for the earliest of the three encounters, on the last line.
    assert dits(controle) == [(42, "sous-cotation", "SNP non facturée")]
