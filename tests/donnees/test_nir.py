"""The NIR goes in and never comes out: replaced while reading, absent from every message, warning and table."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convmed.donnees.dossier import lire_dossier
from convmed.donnees.nir import VARIABLE, Pseudonymes, cle_attendue, lire_nir
from convmed.textes import Erreurs

from .conftest import Ecrire

NIR = "185057800608491"
AUTRE = "2850578006084"
CORSE = "1 85 05 2A 006 084 05"


@pytest.fixture(autouse=True)
def sans_cle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)


def tout_ce_qui_sort(dossier: Path) -> str:
    """Return all that a reading can show: tables, warnings, faults, representations."""
    try:
        lu = lire_dossier(dossier)
    except Erreurs as refus:
        trace = refus.__cause__ or (None if refus.__suppress_context__ else refus.__context__)
        return str(refus) + repr(refus) + str([f.en_dict() for f in refus.fautes]) + repr(trace)
    tables = [table.write_ndjson() for table in (lu.patients, lu.evenements, lu.actes, lu.paiements, lu.affections) if table is not None]
    return "".join([repr(lu), *lu.avertissements, *tables])


@pytest.mark.parametrize(("nir", "cle"), [
    ("2550814168025", 38), ("1850578006084", 91), ("1850575006084", 97 - 1850575006084 % 97),
    ("185052A006084", 97 - 1850519006084 % 97), ("185052B006084", 97 - 1850518006084 % 97),
])  # fmt: skip
def test_cle_de_controle(nir: str, cle: int) -> None:
    assert cle_attendue(nir) == cle
    assert cle_attendue(nir + f"{cle:02d}") == cle


@pytest.mark.parametrize(("valeur", "nu"), [
    (NIR, NIR), (CORSE, "185052A00608405"), ("1.85.05.78.006.084", "1850578006084"), ("1 85\u00a005\u202f78-006/084_91", NIR),
    ("185052b006084", "185052B006084"), ("12345678901234", None), ("p1850578006084", None), ("185052C006084", None), ("", None),
])  # fmt: skip
def test_ce_qui_ressemble_a_un_nir(valeur: str, nu: str | None) -> None:
    assert lire_nir(valeur) == nu


def test_le_nir_joint_les_fichiers_avec_ou_sans_cle(ecrire: Ecrire) -> None:
    lu = lire_dossier(ecrire(
        patients=f"NIR;sexe\n{NIR};M\n{AUTRE};F\n",
        evenements=f"patient;date;traceur\n1 85 05 78 006 084;2025-01-01;hba1c\n{AUTRE};2025-01-02;hba1c\n",
    ))  # fmt: skip
    assert lu.evenements is not None
    assert lu.evenements["patient"].to_list() == lu.patients["patient"].to_list()
    assert all(re.fullmatch("[0-9a-f]{16}", empreinte) for empreinte in lu.patients["patient"])
    assert "patients.csv : 2\u00a0NIR remplacés à la lecture par une empreinte" in lu.avertissements


def test_un_patient_et_un_nir(ecrire: Ecrire) -> None:
    dossier = ecrire(
        patients=f"patient;nir\np1;{NIR}\np2;{AUTRE}\np3;\n",
        evenements=f"nir;date;traceur\n{AUTRE};2025-01-01;hba1c\n",
        actes=f"patient;date_heure;code\n{NIR};2025-01-01 10:00;G\n",
    )
    lu = lire_dossier(dossier)
    assert lu.patients.columns == ["patient", "medecin"]
    assert lu.evenements is not None
    assert lu.actes is not None
    assert lu.evenements["patient"].to_list() == ["p2"]
    assert lu.actes["patient"].to_list() == ["p1"]


def test_une_cle_par_lecture_sauf_si_l_on_en_donne_une(ecrire: Ecrire, monkeypatch: pytest.MonkeyPatch) -> None:
    dossier = ecrire(patients=f"patient\n{NIR}\n")

    def empreinte() -> str:
        valeur: str = lire_dossier(dossier).patients["patient"][0]
        return valeur

    assert empreinte() != empreinte()
    monkeypatch.setenv(VARIABLE, "une clé assez longue pour durer")
    assert empreinte() == empreinte()
    premiere = empreinte()
    monkeypatch.setenv(VARIABLE, "une autre clé assez longue aussi")
    assert empreinte() != premiere
    monkeypatch.setenv(VARIABLE, "courte")
    assert any(VARIABLE in avertissement for avertissement in lire_dossier(dossier).avertissements)


def test_les_cles_fausses_sont_comptees_sans_etre_montrees(ecrire: Ecrire) -> None:
    lu = lire_dossier(ecrire(patients=f"patient\n{NIR}\n{AUTRE}01\n{CORSE}\n"))
    justes = [cle_attendue(AUTRE) == 1, cle_attendue("185052A006084") == 5]
    assert f"patients.csv : {2 - sum(justes)}\u00a0NIR dont la clé est fausse" in lu.avertissements


@pytest.mark.parametrize("colonne", ["patient", "nir"])
@pytest.mark.parametrize("abime", ["1,85058E+14", "1.85058e+14", "1,85E+12"])
def test_un_nir_abime_par_un_tableur_est_refuse(ecrire: Ecrire, colonne: str, abime: str) -> None:
    with pytest.raises(Erreurs) as refus:
        lire_dossier(ecrire(patients=f"{colonne}|sexe\n{abime}|F\n"))
    assert [(f.ligne, f.valeur) for f in refus.value.fautes] == [(2, None)]


def test_une_colonne_de_nir_ne_garde_rien_d_autre(ecrire: Ecrire) -> None:
    with pytest.raises(Erreurs) as refus:
        lire_dossier(ecrire(patients="nir;sexe\nDUPONT;F\n;M\n"))
    assert [(f.ligne, f.message) for f in refus.value.fautes] == [
        (2, "NIR absent ou illisible (non montré)"), (3, "NIR absent ou illisible (non montré)"),
    ]  # fmt: skip
    assert "DUPONT" not in str([f.en_dict() for f in refus.value.fautes])


def test_les_colonnes_d_identite_ne_sont_pas_gardees(ecrire: Ecrire) -> None:
    dossier = ecrire(patients="patient;Nom;Prénom;Adresse;Téléphone;E-mail;Remarques;sexe\np1;DUPONT;Zoé;rue;0102030405;z@x.fr;va mal;F\n")
    lu = lire_dossier(dossier)
    assert lu.patients.columns == ["patient", "medecin", "sexe"]
    assert lu.avertissements == ["patients.csv : 6\u00a0colonnes écartées à la lecture (identité ou texte libre), rien n'en est conservé"]
    assert "DUPONT" not in tout_ce_qui_sort(dossier)


def test_un_libelle_de_paiement_ne_garde_pas_de_nir(ecrire: Ecrire) -> None:
    lu = lire_dossier(ecrire(paiements=f"date;libelle;montant\n2026-01-31;IJ {CORSE} et {NIR};12\n"))
    assert lu.paiements is not None
    assert lu.paiements["libelle"].to_list() == ["IJ [NIR] et [NIR]"]


SANS_EN_TETE = f"{NIR};DUPONT;Zoé;02/05/1985\n{AUTRE};DURAND;Léo;02/05/1985\n"
DECALEE = f"patient;date_naissance;sexe;ald;ald_numeros;exclu\np1;DUPONT;{NIR};DUPONT;{NIR};DUPONT\np2;{NIR};DUPONT;{NIR};DUPONT;{NIR}\n"


@pytest.mark.parametrize(
    "fichiers",
    [
        {"patients": SANS_EN_TETE},
        {"patients": f"patient;{NIR}\np1;x\n"},
        {"patients": DECALEE},
        {"patients": f"patient;sexe\n{NIR};Z\n{NIR};Z\n"},
        {"patients": f"patient;sexe\n{NIR};F;DUPONT;{NIR}\n"},
        {"patients": f'patient;sexe\n"{NIR};F\nDUPONT"x;M\n'},
        {"patients": f"patient;sexe\np1;F\n{NIR}"},
        {"evenements": f"patient;date;nomenclature;code\n{NIR};DUPONT;DUPONT;DUPONT\n{NIR};2025-01-01;nabm;{NIR}\n"},
        {"patients": f"patient\n{NIR}\n", "evenements": f"patient;date;nomenclature;code\n{NIR};2025-01-01;ngap;DUPONT\n{NIR};2025-01-01;cip13;{AUTRE}\n"},
        {"patients": f"patient\n{NIR}\n", "evenements": f"patient;date;nomenclature;code;specialite_executant;quantite\n{NIR};2025-01-01;nabm;1577;{NIR};{NIR}\n"},
        {"paiements": f"date;libelle;montant\n{NIR};DUPONT;{NIR}\n"},
        {"actes": f"patient;date_heure;code;lieu\n{NIR};{NIR};G;DUPONT\n"},
        {"cabinet": f'[medecin]\nmedecin = {NIR}.5\nnom = "DUPONT"\n'},
        {"cabinet": f"[medecin]\nDUPONT {NIR}\n"},
    ],
)  # fmt: skip
def test_ni_nom_ni_nir_ne_sort_jamais(ecrire: Ecrire, fichiers: dict[str, str]) -> None:
    sorti = tout_ce_qui_sort(ecrire(**fichiers))
    for secret in (NIR, NIR[:13], AUTRE, "DUPONT", "DURAND"):
        assert secret not in sorti


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    rang=st.integers(0, 6),
    nir=st.from_regex(r"[12][0-9]{2}(0[1-9]|1[0-2])([0-9]{2}|2[AB])[0-9]{6}([0-9]{2})?", fullmatch=True),
    autre=st.text("abcdé;,\"' 0123456789/-", max_size=12),
)
def test_un_nir_dans_n_importe_quelle_colonne(ecrire: Ecrire, rang: int, nir: str, autre: str) -> None:
    colonnes = ["patient", "date_naissance", "sexe", "ald", "ald_numeros", "date_derniere_consultation", "exclu"]
    cellules = [nir if place == rang else autre.replace('"', "") for place in range(7)]
    contenu = ";".join(colonnes) + "\n" + ";".join(f'"{cellule}"' for cellule in cellules) + "\n"
    assert nir not in tout_ce_qui_sort(ecrire(patients=contenu))


@given(st.from_regex("[0-9]{13}", fullmatch=True), st.binary(min_size=16, max_size=16))
def test_l_empreinte_depend_du_nir_et_de_la_cle(nir: str, cle: bytes) -> None:
    pseudonymes = Pseudonymes(cle)
    assert pseudonymes.empreinte(nir) == Pseudonymes(cle).empreinte(nir + "00")
    assert pseudonymes.empreinte(nir) != Pseudonymes(cle + b"x").empreinte(nir)
    assert nir not in repr(pseudonymes)
