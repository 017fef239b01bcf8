"""Whatever wrote the file: encodings, separators, line ends, notations, and files that are not what they say."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path

import polars as pl
import pytest

from convmed.donnees import lecture
from convmed.donnees.dossier import lire_dossier
from convmed.textes import Erreurs

from .conftest import Ecrire, fautes

LIGNES = [
    ["patient", "Né(e) le", "Sexe", "ALD", "Dernière consultation"],
    ["élodie-1", "02/03/1950", "femme", "oui", "2025-01-31"],
    ["p2", "1980-11-30", "H", "non", ""],
]


def texte(separateur: str = ";", fin: str = "\n") -> str:
    return fin.join(separateur.join(ligne) for ligne in LIGNES) + fin


@pytest.mark.parametrize("encodage", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("separateur", [";", ",", "\t", "|"])
@pytest.mark.parametrize("fin", ["\n", "\r\n", "\r"])
def test_toute_ecriture_se_lit_pareil(ecrire: Ecrire, encodage: str, separateur: str, fin: str) -> None:
    lu = lire_dossier(ecrire(patients=texte(separateur, fin).encode(encodage))).patients
    assert lu.to_dicts() == [
        {"patient": "élodie-1", "medecin": "DR", "date_naissance": dt.date(1950, 3, 2), "sexe": "F", "ald": True,
         "date_derniere_consultation": dt.date(2025, 1, 31)},
        {"patient": "p2", "medecin": "DR", "date_naissance": dt.date(1980, 11, 30), "sexe": "M", "ald": False,
         "date_derniere_consultation": None},
    ]  # fmt: skip


def test_l_en_tete_d_excel_donne_le_separateur(ecrire: Ecrire) -> None:
    contenu = 'sep=,\r\npatient,ald_numeros\r\np1,"8;13"\r\n'
    assert lire_dossier(ecrire(patients=contenu)).patients["ald_numeros"].to_list() == [[8, 13]]


def test_sans_fin_de_ligne_a_la_fin(ecrire: Ecrire) -> None:
    assert lire_dossier(ecrire(patients=texte().rstrip())).patients.height == 2


@pytest.mark.parametrize(
    ("cellule", "attendue"),
    [
        ("2024-02-29", dt.date(2024, 2, 29)), ("29/02/2024", dt.date(2024, 2, 29)), ("29-02-2024", dt.date(2024, 2, 29)),
        ("29.02.2024", dt.date(2024, 2, 29)), ("1/2/2024", dt.date(2024, 2, 1)), (" 2024-02-29 ", dt.date(2024, 2, 29)),
        ("2024-02-29 00:00:00", dt.date(2024, 2, 29)), ("1900-01-01", dt.date(1900, 1, 1)), ("31/12/2100", dt.date(2100, 12, 31)),
        ("", None), ("   ", None),
    ],
)  # fmt: skip
def test_dates_lues(ecrire: Ecrire, cellule: str, attendue: dt.date | None) -> None:
    for autres in ("2001-05-06", "06/05/2001"):  # the notation of the first row must not decide for the others
        lu = lire_dossier(ecrire(patients=f"patient;date_declaration_mt\np1;{autres}\np2;{cellule}\n")).patients
        assert lu["date_declaration_mt"].to_list() == [dt.date(2001, 5, 6), attendue]


@pytest.mark.parametrize(
    "cellule",
    ["2023-02-29", "30/02/2024", "29/13/2024", "29/02/24", "24-02-29", "1899-12-31", "01/01/2101", "0024-02-29", "20240229",
     "2024-02-29x", "demain", "45351", "2024/02/29"],
)  # fmt: skip
def test_dates_refusees(ecrire: Ecrire, cellule: str) -> None:
    dossier = ecrire(patients=f"patient;date_naissance\np1;2001-05-06\np2;{cellule}\n")
    assert fautes(lambda: lire_dossier(dossier)) == [("patients.csv", 3, "date_naissance", "valeur refusée")]


@pytest.mark.parametrize(("mot", "vrai"), [
    ("oui", True), ("OUI", True), ("o", True), ("1", True), ("vrai", True), ("True", True), ("x", True), ("X", True),
    ("non", False), ("N", False), ("0", False), ("Faux", False), ("false", False), ("", None),
])  # fmt: skip
def test_oui_et_non(ecrire: Ecrire, mot: str, vrai: bool | None) -> None:
    assert lire_dossier(ecrire(patients=f"patient;c2s\np1;{mot}\n")).patients["c2s"].to_list() == [vrai]


@pytest.mark.parametrize("mot", ["peut-être", "2", "ouii", "-"])
def test_ni_oui_ni_non(ecrire: Ecrire, mot: str) -> None:
    assert fautes(lambda: lire_dossier(ecrire(patients=f"patient;c2s\np1;{mot}\n"))) == [("patients.csv", 2, "c2s", "valeur refusée")]


@pytest.mark.parametrize(("cellule", "centimes"), [
    ("1234,56", 123456), ("1234.56", 123456), ("1 234,5", 123450), ("1\u202f234\u00a0€", 123400), ("-0,07", -7), ("−12", -1200),
    ("0", 0), ("+3,10", 310),
])  # fmt: skip
def test_montants_en_centimes(ecrire: Ecrire, cellule: str, centimes: int) -> None:
    lu = lire_dossier(ecrire(paiements=f'date;libelle;montant\n2026-01-31;FMT;"{cellule}"\n')).paiements
    assert lu is not None
    assert lu["montant"].to_list() == [centimes]
    assert lu.schema["montant"] == pl.Int64


@pytest.mark.parametrize("cellule", ["1,234", "1.234,56", "douze", "12,3,4", "1e3", "--1", ",5"])
def test_montants_refuses(ecrire: Ecrire, cellule: str) -> None:
    dossier = ecrire(paiements=f'date;libelle;montant\n2026-01-31;FMT;"{cellule}"\n')
    assert fautes(lambda: lire_dossier(dossier)) == [("paiements.csv", 2, "montant", "valeur refusée")]


@pytest.mark.parametrize(("cellule", "attendue"), [
    ("2026-01-05T14:30", dt.datetime(2026, 1, 5, 14, 30)), ("2026-01-05 14:30:05", dt.datetime(2026, 1, 5, 14, 30, 5)),
    ("05/01/2026 14:30", dt.datetime(2026, 1, 5, 14, 30)), ("05/01/2026 à 14h30", dt.datetime(2026, 1, 5, 14, 30)),
])  # fmt: skip
def test_date_et_heure(ecrire: Ecrire, cellule: str, attendue: dt.datetime) -> None:
    actes = lire_dossier(ecrire(actes=f"date et heure;code;montant\n{cellule};G;30\n")).actes
    assert actes is not None
    assert actes.to_dicts() == [{"medecin": "DR", "date_heure": attendue, "code": "G", "montant": 3000}]


def test_une_heure_ne_s_invente_pas(ecrire: Ecrire) -> None:
    assert fautes(lambda: lire_dossier(ecrire(actes="date_heure;code\n2026-01-05;G\n"))) == [
        ("actes.csv", 2, "date_heure", "valeur refusée")
    ]


def test_cellules_entre_guillemets(ecrire: Ecrire) -> None:
    contenu = 'patient,"date_naissance",exclu\n"p ""1"" , bis",1950-03-02,"grippe, covid"\n\n"p\n2",,\n"p3",31/12/1999,\n'
    lu = lire_dossier(ecrire(patients=contenu))
    assert lu.patients["patient"].to_list() == ['p "1" , bis', "p\n2", "p3"]
    assert lu.patients["exclu"].to_list() == [["grippe", "covid"], None, None]
    assert lu.lignes_des_patients is not None
    assert lu.lignes_des_patients.to_list() == [2, 4, 6]


def test_la_ligne_d_une_faute_compte_les_lignes_du_fichier(ecrire: Ecrire) -> None:
    contenu = 'patient;sexe\n"p\n\n1";F\n\np2;Z\n'
    assert fautes(lambda: lire_dossier(ecrire(patients=contenu))) == [("patients.csv", 6, "sexe", "valeur refusée")]


def test_lignes_blanches_et_separateurs_en_trop(ecrire: Ecrire) -> None:
    contenu = "patient;sexe;;\np1;F;;\n;;;\n\n  ;\t;;\np2;M\n"
    assert lire_dossier(ecrire(patients=contenu)).patients["patient"].to_list() == ["p1", "p2"]


def test_une_ligne_trop_longue_est_refusee(ecrire: Ecrire) -> None:
    contenu = "patient;ald_numeros\np1;8\np2;8;13\n"
    assert fautes(lambda: lire_dossier(ecrire(patients=contenu))) == [
        ("patients.csv", 3, None, "cette ligne a plus de cellules que l'en-tête")
    ]


def test_une_ligne_courte_est_signalee(ecrire: Ecrire) -> None:
    lu = lire_dossier(ecrire(patients="patient;date_naissance;sexe\np1;1950-03-02\np2;1980-11-30;M\n"))
    assert lu.patients["sexe"].to_list() == [None, "M"]
    assert any("1\u00a0ligne plus courte" in avertissement for avertissement in lu.avertissements)


def test_un_fichier_coupe_est_refuse(ecrire: Ecrire) -> None:
    contenu = "patient;date_naissance;sexe\np1;1950-03-02;F\np2;19"
    assert ("patients.csv", 3, None, "le fichier semble coupé au milieu de cette ligne") in fautes(
        lambda: lire_dossier(ecrire(patients=contenu))
    )


def un_classeur() -> bytes:
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return tampon.getvalue()


def un_parquet() -> bytes:
    tampon = io.BytesIO()
    pl.DataFrame({"patient": ["p1"]}).write_parquet(tampon)
    return tampon.getvalue()


@pytest.mark.parametrize(
    ("contenu", "mot"),
    [
        (b"", "vide"), (b"\n \n", "vide"), (b"\xef\xbb\xbf", "vide"), (b"%PDF-1.7 ...", "PDF"), (un_classeur(), "classeur"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "Excel"), (b"\x1f\x8b\x08\x00", "gzip"), (b"<!DOCTYPE html><html>", "HTML"),
        (un_parquet(), "Parquet"), (b"patient;sexe\np1;\x00\x01\x02\n", "binaire"), (bytes(range(256)) * 40, "binaire"),
        (b"patient;sexe\np\xe9\x81;F\n", "illisibles"), ("patient;sexe\né;F\n".encode() + b"p\xe9;F\n", "mélangés"),
    ],
    ids=lambda valeur: valeur if isinstance(valeur, str) else "",
)  # fmt: skip
def test_ce_n_est_pas_un_csv(ecrire: Ecrire, contenu: bytes, mot: str) -> None:
    (message,) = [message for fichier, _, _, message in fautes(lambda: lire_dossier(ecrire(patients=contenu)))]
    assert mot in message


def test_ce_n_est_pas_un_parquet(ecrire: Ecrire) -> None:
    for contenu in (b"patient;sexe\np1;F\n", b"", un_parquet()[:-10], b"PAR1" + b"\x00" * 40 + b"PAR1"):
        (message,) = [m for _, _, _, m in fautes(lambda c=contenu: lire_dossier(ecrire(patients=None, patients__parquet=c)))]
        assert "Parquet" in message


def test_un_repertoire_a_la_place_d_un_fichier(ecrire: Ecrire, tmp_path: Path) -> None:
    (tmp_path / "evenements.csv").mkdir()
    assert fautes(lambda: lire_dossier(ecrire())) == [("evenements.csv", None, None, "c'est un dossier, pas un fichier")]


def test_un_guillemet_jamais_referme(ecrire: Ecrire) -> None:
    contenu = 'patient;sexe\np1;F\n"SECRET;F\np3;F\n'
    with pytest.raises(Erreurs) as refus:
        lire_dossier(ecrire(patients=contenu))
    assert [(f.ligne, f.message) for f in refus.value.fautes] == [(3, "guillemets mal placés")]
    assert "SECRET" not in str(refus.value)


def test_parquet_type_se_lit_comme_le_csv(ecrire: Ecrire) -> None:
    tampon = io.BytesIO()
    pl.DataFrame({
        "patient": [101, 102], "date_naissance": [dt.date(1950, 3, 2), None], "sexe": [2, 1], "ald": [True, False],
        "ald_numeros": [[8, 13], []], "date_derniere_consultation": [dt.datetime(2025, 1, 31, 10, 30), None],
        "exclu": [["grippe"], None], "c2s": [1.0, 0.0],
    }).write_parquet(tampon)  # fmt: skip
    lu = lire_dossier(ecrire(patients=None, patients__parquet=tampon.getvalue()))
    assert lu.patients.rows() == [
        ("101", "DR", dt.date(1950, 3, 2), "F", True, [8, 13], True, dt.date(2025, 1, 31), ["grippe"]),
        ("102", "DR", None, "M", False, None, False, None, None),
    ]
    assert lu.affections.rows() == [("101", 8), ("101", 13)]


@pytest.mark.parametrize("taille", [48, 64, 100, 1000])
@pytest.mark.parametrize("encodage", ["utf-8", "utf-16", "cp1252"])
def test_la_lecture_par_blocs_ne_change_rien(
    ecrire: Ecrire, monkeypatch: pytest.MonkeyPatch, taille: int, encodage: str
) -> None:
    lignes = [f'"é{n}\n{n}";{1 + n % 28:02d}/01/1950;{"F" if n % 7 else "?"}' for n in range(60)]
    dossier = ecrire(patients=("patient;date_naissance;sexe\n" + "\n".join(lignes)).encode(encodage))
    entier = fautes(lambda: lire_dossier(dossier))
    monkeypatch.setattr(lecture, "TAILLE_BLOC", taille)
    assert fautes(lambda: lire_dossier(dossier)) == entier
    assert [ligne for _, ligne, _, _ in entier] == [2 + 2 * n for n in range(0, 60, 7)]


def test_la_lecture_par_blocs_lit_tout(ecrire: Ecrire, monkeypatch: pytest.MonkeyPatch) -> None:
    dossier = ecrire(
        patients="patient\n" + "".join(f"p{n}\n" for n in range(300)),
        evenements="patient;date;nomenclature;code;quantite\n"
        + "".join(f"p{n % 300};2025-01-{1 + n % 28:02d};nabm;1577;{-1 if n % 50 == 49 else 1}\n" for n in range(2000)),
    )
    entier = lire_dossier(dossier)
    monkeypatch.setattr(lecture, "TAILLE_BLOC", 999)
    avancees: list[tuple[str, int, int]] = []
    par_blocs = lire_dossier(dossier, lambda *avancee: avancees.append(avancee))
    assert par_blocs.patients.equals(entier.patients)
    assert entier.evenements is not None
    assert par_blocs.evenements is not None
    assert par_blocs.evenements.equals(entier.evenements)
    assert par_blocs.avertissements == entier.avertissements
    taille = (dossier / "evenements.csv").stat().st_size
    lues = [(lu, total) for fichier, lu, total in avancees if fichier == "evenements.csv"]
    assert len(lues) > 10
    assert lues == sorted(lues)
    assert lues[-1] == (taille, taille)
