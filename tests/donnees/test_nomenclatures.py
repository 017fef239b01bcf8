"""Which codes are tracer acts, from the lists of the package and from the user's, and what cancels an act."""

from __future__ import annotations

import csv
import datetime as dt
import re
from pathlib import Path

import polars as pl
import pytest

from convmed.donnees.dossier import lire_dossier
from convmed.donnees.nomenclatures import REPERTOIRE, listes, traceur_du_code, traceurs, traceurs_du_code

from .conftest import Ecrire, fautes

JOUR = dt.date(2025, 6, 1)


def lus(dossier: Path) -> list[tuple[str, str]]:
    evenements = lire_dossier(dossier).evenements
    assert evenements is not None
    return [(jour.isoformat(), traceur) for _, jour, traceur in evenements.rows()]


@pytest.mark.parametrize(("nomenclature", "code", "attendus"), [
    ("nabm", "0552", ["glycemie-a-jeun"]), ("nabm", "552", ["glycemie-a-jeun"]), ("nabm", "1577", ["hba1c"]),
    ("nabm", "0592", ["creatinine-sanguine"]), ("nabm", "0593", ["creatinine-sanguine"]), ("nabm", "627", ["creatinine-urinaire"]),
    ("nabm", "0407", ["creatinine-sanguine", "creatinine-urinaire"]), ("nabm", "1133", ["albumine-urinaire"]),
    ("nabm", "13", ["cytologie-col"]), ("nabm", "4127", ["test-hpv-col"]), ("nabm", "24", ["test-hpv-col"]),
    ("ccam", "QEQK004", ["mammographie-depistage"]), ("ccam", "QEQK001", ["mammographie-bilaterale"]),
    ("ccam", "qeqk004 1 0", ["mammographie-depistage"]), ("ccam", "JKFA026", ["exclusion-col"]),
    ("ccam", "HHFA028", ["exclusion-colorectal"]), ("atc", "J07BB02", ["vaccin-grippe"]), ("atc", "j07bb", ["vaccin-grippe"]),
    ("atc", "J07AH07", ["vaccin-meningocoque-c"]), ("atc", "J07BM03", ["vaccin-hpv"]), ("atc", "J07BD52", ["vaccin-ror"]),
    ("atc", "J07BN01", ["vaccin-covid"]), ("atc", "J07AL02", ["vaccin-pneumocoque-20"]), ("atc", "J07AL01", ["vaccin-pneumocoque-23"]),
    ("atc", "R03AC02", ["bronchodilatateur"]), ("atc", "A10BA02", ["antidiabetique"]), ("atc", "A10AB01", ["antidiabetique"]),
    # What is no tracer, each for the reason that the README of the lists gives.
    ("ccam", "QEQK005", []), ("ccam", "JKHD001", []), ("ccam", "QEFA019", []), ("nabm", "1629", []), ("nabm", "2004", []),
    ("nabm", "1806", []), ("atc", "R03BA01", []), ("atc", "R03DA04", []), ("atc", "J07BD51", []), ("atc", "J07", []),
    ("ngap", "0552", []), ("atc", "A10X", []), ("ngap", "G", []),
])  # fmt: skip
def test_codes(nomenclature: str, code: str, attendus: list[str]) -> None:
    assert sorted(traceurs_du_code(nomenclature, code, JOUR)) == attendus
    assert traceur_du_code(nomenclature, code, JOUR) in (attendus or [None])


@pytest.mark.normes("C3.1C-19")
def test_le_vaccin_20_valent_compte_depuis_son_remboursement() -> None:
    assert traceurs_du_code("atc", "J07AL02", dt.date(2024, 3, 6)) == []
    assert traceurs_du_code("atc", "J07AL02", dt.date(2024, 3, 7)) == ["vaccin-pneumocoque-20"]


@pytest.mark.normes("C3.1C-47", "C14.3-03")
@pytest.mark.parametrize("specialite", ["18", "19", "36", "44", "45", "53", "54", "69"])
def test_le_suivi_bucco_dentaire_est_fait_par_ces_specialites(specialite: str) -> None:
    for nomenclature, code in (("ngap", "C"), ("ccam", "HBQK389")):
        assert traceurs_du_code(nomenclature, code, JOUR, specialite) == ["examen-bucco-dentaire"]
    assert traceurs_du_code("nabm", "1577", JOUR, specialite) == ["hba1c"]


@pytest.mark.normes("C3.1C-47")
@pytest.mark.parametrize("specialite", ["01", "11", "12", "17", "46", "70", None])
def test_le_suivi_bucco_dentaire_par_un_autre_ne_compte_pas(specialite: str | None) -> None:
    assert traceurs_du_code("ngap", "C", JOUR, specialite) == []


@pytest.mark.parametrize(("specialite", "compte"), [
    ("01", True), ("22", True), ("23", True), ("12", True), (None, True), ("07", False), ("34", False),
])  # fmt: skip
def test_l_examen_de_l_enfant_est_fait_par_un_generaliste_ou_un_pediatre(specialite: str | None, compte: bool) -> None:
    assert traceurs_du_code("ngap", "COE", JOUR, specialite) == (["consultation-enfant"] if compte else [])


def test_chaque_ligne_des_listes_a_sa_source() -> None:
    lignes = [ligne for chemin in REPERTOIRE.glob("*.csv") for ligne in csv.DictReader(chemin.open(encoding="utf-8"), delimiter=";")]
    assert len(lignes) == listes().height
    for ligne in lignes:
        assert ligne["source"], ligne
        assert ligne["libelle"], ligne
        assert ligne["confiance"] in {"presse", "deduit"}, ligne
        if ligne["nomenclature"] == "nabm":
            assert re.fullmatch(r"\d{4}", ligne["code"]), ligne
        if ligne["nomenclature"] == "ccam" and ligne["code"] != "*":
            assert re.fullmatch(r"[A-Z]{4}\d{3}", ligne["code"]), ligne
    cles = [(ligne["nomenclature"], ligne["code"], ligne["traceur"], ligne["du"]) for ligne in lignes]
    assert len(set(cles)) == len(cles)


def test_la_table_dit_comme_le_code_seul() -> None:
    codes = [("nabm", "407", None), ("ngap", "COE", "07"), ("ngap", "C", "19"), ("atc", "J07AL02", None), ("ccam", "XXXX999", None)]
    evenements = pl.DataFrame(
        [(f"p{n}", jour, nom, code, spe) for n, (nom, code, spe) in enumerate(codes) for jour in (dt.date(2024, 3, 6), JOUR)],
        schema=["patient", "date", "nomenclature", "code", "specialite_executant"], orient="row",
    )  # fmt: skip
    table, bilan = traceurs(evenements)
    attendus = [
        (patient, jour, traceur)
        for patient, jour, nom, code, spe in evenements.rows() for traceur in traceurs_du_code(nom, code, jour, spe)
    ]  # fmt: skip
    assert sorted(table.select("patient", "date", "traceur").rows()) == sorted(attendus)
    assert bilan.sans_traceur == 5
    assert bilan.codes_sans_traceur == {"ngap COE": 2, "ccam XXXX999": 2}


def test_les_codes_ecartes_sont_comptes(ecrire: Ecrire) -> None:
    lu = lire_dossier(ecrire(evenements="patient;date;nomenclature;code\np1;2025-01-01;ngap;G\np2;2025-01-01;NGAP;G\np1;2025-01-01;ccam;QEQK005\n"))
    assert lu.evenements is not None
    assert lu.evenements.height == 0
    assert "evenements.csv : 3\u00a0actes écartés : le code n'est pas celui d'un acte traceur ; surtout ngap G (2), ccam QEQK005 (1)" in lu.avertissements


def test_une_specialite_inconnue_est_signalee(ecrire: Ecrire) -> None:
    dossier = ecrire(evenements="patient;date;nomenclature;code;specialite\np1;2025-01-01;ngap;COE;1\np2;2025-01-01;ngap;COE;\n")
    assert len(lus(dossier)) == 2
    assert any("1\u00a0acte compté sans connaître la spécialité" in avertissement for avertissement in lire_dossier(dossier).avertissements)


def test_un_traceur_nomme_ou_un_code(ecrire: Ecrire) -> None:
    contenu = "patient;date;nomenclature;code;traceur\np1;2025-01-01;;;Vaccin Grippe\np1;2025-01-02;nabm;1577;\np1;2025-01-03;nabm;1577;vaccin-ror\n"
    assert lus(ecrire(evenements=contenu)) == [
        ("2025-01-01", "vaccin-grippe"), ("2025-01-03", "vaccin-ror"), ("2025-01-02", "hba1c"),
    ]  # fmt: skip


def test_le_meme_acte_le_meme_jour_compte_une_fois(ecrire: Ecrire) -> None:
    dossier = ecrire(evenements="patient;date;nomenclature;code\n" + "p1;2025-01-01;nabm;0013\n" * 3 + "p1;2025-01-02;nabm;0013\n")
    assert lus(dossier) == [("2025-01-01", "cytologie-col"), ("2025-01-02", "cytologie-col")]
    assert any("2\u00a0actes répétés" in avertissement for avertissement in lire_dossier(dossier).avertissements)


@pytest.mark.parametrize(("quantites", "restent", "orphelines"), [
    ([1, -1], 0, 0), ([-1, 1], 0, 0), ([1, 1, -1], 1, 0), ([1, -2], 0, 1), ([2, -1], 1, 0), ([2, -2], 0, 0), ([-1], 0, 1),
    ([1, 1, -1, -1], 0, 0), ([0], 0, 0), ([1], 1, 0), ([None], 1, 0),
])  # fmt: skip
def test_une_quantite_negative_annule(ecrire: Ecrire, quantites: list[int | None], restent: int, orphelines: int) -> None:
    lignes = "".join(f"p1;2025-01-01;nabm;1577;{'' if q is None else q}\n" for q in quantites)
    ailleurs = "p1;2025-01-02;nabm;1577;1\np2;2025-01-01;nabm;1577;1\np1;2025-01-01;nabm;0592;1\n"
    dossier = ecrire(evenements="patient;date;nomenclature;code;quantite\n" + lignes + ailleurs)
    lu = lire_dossier(dossier)
    assert lu.evenements is not None
    vises = lu.evenements.filter(pl.col("patient") == "p1", pl.col("date") == dt.date(2025, 1, 1), pl.col("traceur") == "hba1c")
    assert vises.height == restent
    assert lu.evenements.height == restent + 3
    assert sum("annulation" in avertissement for avertissement in lu.avertissements) == orphelines


def test_un_traceur_nomme_s_annule_aussi(ecrire: Ecrire) -> None:
    assert lus(ecrire(evenements="patient;date;traceur;quantite\np1;2025-01-01;hba1c;1\np1;2025-01-01;hba1c;-1\n")) == []


def test_une_annulation_vaut_quelle_que_soit_la_specialite(ecrire: Ecrire) -> None:
    lu = lire_dossier(ecrire(evenements="patient;date;nomenclature;code;specialite;quantite\np1;2025-01-01;ngap;C;19;1\np1;2025-01-01;ngap;C;;-1\n"
                                        "p2;2025-01-01;ngap;C;19;1\np1;2025-01-01;nabm;407;;1\np1;2025-01-01;nabm;407;;-1\n"))  # fmt: skip
    assert lu.evenements is not None
    assert lu.evenements.rows() == [("p2", dt.date(2025, 1, 1), "examen-bucco-dentaire")]
    assert not any("annulation" in avertissement for avertissement in lu.avertissements)


def test_l_annulation_d_un_acte_qui_n_est_pas_traceur_ne_dit_rien(ecrire: Ecrire) -> None:
    lu = lire_dossier(ecrire(evenements="patient;date;nomenclature;code;quantite\np1;2025-01-01;ngap;G;-1\np1;2025-01-01;nabm;1577;-1\n"))
    assert [a for a in lu.avertissements if "annulation" in a] == [
        "evenements.csv : 1\u00a0annulation sans acte de même patient, date et code à annuler"
    ]


SIENNES = (
    "nomenclature;code;traceur;du;au;condition\n"
    "nabm;0552;;;;\n"  # no longer a tracer
    "nabm;9;test-immunologique-colorectal;01/01/2025;30/06/2025;\n"
    "cip13;3400930276846;vaccin-pneumocoque-20;;;\n"
    "ngap;CX*;consultation-enfant;;;specialite=12\n"
)


def test_les_listes_de_l_utilisateur_passent_devant(ecrire: Ecrire) -> None:
    dossier = ecrire(
        nomenclatures=SIENNES,
        evenements="patient;date;nomenclature;code;specialite\np1;2025-01-01;nabm;552;\np1;2024-12-31;nabm;0009;\np1;2025-01-01;nabm;9;\n"
        "p1;2025-06-30;nabm;9;\np1;2025-07-01;nabm;9;\np1;2025-01-02;cip13;3400930276846;\np1;2025-01-03;ngap;CX5;12\n"
        "p1;2025-01-04;ngap;CX5;01\np1;2025-01-05;nabm;1577;\n",
    )  # fmt: skip
    assert lus(dossier) == [
        ("2025-01-01", "test-immunologique-colorectal"), ("2025-06-30", "test-immunologique-colorectal"),
        ("2025-01-02", "vaccin-pneumocoque-20"), ("2025-01-03", "consultation-enfant"), ("2025-01-05", "hba1c"),
    ]  # fmt: skip


def test_une_liste_mal_ecrite_est_refusee(ecrire: Ecrire) -> None:
    contenu = "nomenclature;code;traceur;condition;du\nnabn;1;hba1c;;\nnabm;;hba1c;;\nnabm;1;hba1x;;\nnabm;2;hba1c;si possible;\nngap;*;hba1c;;\nnabm;3;hba1c;;hier\n"
    assert fautes(lambda: lire_dossier(ecrire(nomenclatures=contenu, evenements="patient;date;traceur\n"))) == [
        ("nomenclatures.csv", 2, "nomenclature", "valeur refusée"),
        ("nomenclatures.csv", 3, "code", "cellule vide"),
        ("nomenclatures.csv", 4, "traceur", "valeur refusée"),
        ("nomenclatures.csv", 5, "condition", "condition illisible"),
        ("nomenclatures.csv", 6, "code", "tous les codes ngap sans condition de spécialité"),
        ("nomenclatures.csv", 7, "du", "valeur refusée"),
    ]
