"""A dossier: what is there, what is missing, what does not hold together, all of it said at once."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from convmed.donnees.dossier import lire_dossier, verifier
from convmed.textes import Erreurs

from .conftest import PATIENTS, Ecrire, fautes


def test_le_plus_petit_dossier(ecrire: Ecrire) -> None:
    lu = lire_dossier(ecrire(cabinet="[medecin]\n", patients="patient\n"))
    assert lu.patients.columns == ["patient", "medecin"]
    assert lu.patients.height == 0
    assert lu.evenements is None
    assert lu.paiements is None
    assert lu.actes is None
    assert lu.affections.schema == {"patient": pl.String, "numero_ald": pl.Int64}
    assert lu.avertissements == []
    assert verifier(lu, 2026) == []


def test_absent_n_est_pas_vide(ecrire: Ecrire) -> None:
    vide = lire_dossier(ecrire(evenements="patient;date;traceur\n"))
    assert vide.evenements is not None
    assert vide.evenements.schema == {"patient": pl.String, "date": pl.Date, "traceur": pl.String}
    assert vide.evenements.height == 0
    assert any("aucun acte traceur" in avertissement for avertissement in vide.avertissements)


def test_une_colonne_absente_n_est_pas_une_colonne_vide(ecrire: Ecrire) -> None:
    lu = lire_dossier(ecrire(patients="patient;ald;date_derniere_consultation\np1;;\n")).patients
    assert lu.columns == ["patient", "medecin", "ald", "date_derniere_consultation"]
    assert lu.schema == {"patient": pl.String, "medecin": pl.String, "ald": pl.Boolean, "date_derniere_consultation": pl.Date}
    assert lu.rows() == [("p1", "DR", None, None)]


def test_toutes_les_fautes_de_tous_les_fichiers(ecrire: Ecrire) -> None:
    dossier = ecrire(
        cabinet='[medecin]\nsecteur = "3"\nzon = "zip"\n[vms]\n',
        patients="patient;date_naissance;sexe;ald\np1;1950-03-02;F;oui\np1;hier;Z;oui\n;1980-11-30;M;?\np3;2000-01-01;F;non\n",
        evenements="patient;date;nomenclature;code;quantite\np9;2025-01-01;nabm;1577;1\np3;1999-12-31;nabm;1577;1\n"
        "p3;2025-01-01;;;1\np3;2025-01-01;;1577;1\np3;;nabm;1577;un\n",
        paiements="date;libelle;montant\n2026-01-31;;12\n;FMT;douze\n",
    )  # fmt: skip
    assert fautes(lambda: lire_dossier(dossier)) == [
        ("cabinet.toml", 2, None, "valeur refusée"),
        ("cabinet.toml", 3, None, "champ inconnu"),
        ("cabinet.toml", 4, None, "section inconnue"),
        ("patients.csv", 3, "date_naissance", "valeur refusée"),
        ("patients.csv", 3, "sexe", "valeur refusée"),
        ("patients.csv", 3, "patient", "ce patient est déjà à la ligne 2"),
        ("patients.csv", 4, "patient", "cellule vide"),
        ("patients.csv", 4, "ald", "valeur refusée"),
        ("evenements.csv", 2, "patient", "patient inconnu (identifiant non montré)"),
        ("evenements.csv", 3, "date", "acte avant la naissance du patient"),
        ("evenements.csv", 4, "code", "cette ligne ne dit pas quel est l'acte"),
        ("evenements.csv", 5, "nomenclature", "code sans nomenclature"),
        ("evenements.csv", 6, "date", "cellule vide"),
        ("evenements.csv", 6, "quantite", "valeur refusée"),
        ("paiements.csv", 2, "libelle", "rien ne dit ce qui est payé"),
        ("paiements.csv", 3, "date", "cellule vide"),
        ("paiements.csv", 3, "montant", "valeur refusée"),
    ]


def test_les_fautes_disent_la_valeur_et_ce_qui_etait_attendu(ecrire: Ecrire) -> None:
    with pytest.raises(Erreurs) as refus:
        lire_dossier(ecrire(patients="patient;ald_numeros\np1;8,33\n"))
    assert refus.value.fautes[0].en_dict() == {
        "message": "valeur refusée", "fichier": "patients.csv", "ligne": 2, "colonne": "ald_numeros", "valeur": "8,33",
        "attendu": "des numéros d'ALD de 1 à 32, par exemple 8,13",
    }  # fmt: skip


def test_beaucoup_de_fautes_sont_comptees(ecrire: Ecrire) -> None:
    dossier = ecrire(patients="patient;sexe;ald\n" + "".join(f"p{n};Z;?\n" for n in range(700)))
    with pytest.raises(Erreurs) as refus:
        lire_dossier(dossier)
    assert len(refus.value.fautes) == 201
    assert str(refus.value.fautes[-1]) == "et 1\u202f200\u00a0autres fautes"


@pytest.mark.parametrize(("entete", "propose"), [("date_naisance", "date_naissance"), ("Sèxe.", "sexe"), ("couleur", "l'une de patient")])
def test_une_colonne_inconnue_est_nommee(ecrire: Ecrire, entete: str, propose: str) -> None:
    dossier = ecrire(patients=f"patient;sexe;{entete}\np1;F;x\n")
    if entete == "Sèxe.":
        assert fautes(lambda: lire_dossier(dossier)) == [
            ("patients.csv", 1, "Sèxe.", "cette colonne dit la même chose que « sexe »")
        ]
        return
    with pytest.raises(Erreurs) as refus:
        lire_dossier(dossier)
    (faute,) = refus.value.fautes
    assert (faute.ligne, faute.colonne, faute.message) == (1, entete, "colonne inconnue")
    assert propose in (faute.attendu or "")


def test_une_colonne_requise_manque(ecrire: Ecrire) -> None:
    assert fautes(lambda: lire_dossier(ecrire(evenements="patient;nomenclature;code\np1;nabm;1577\n"))) == [
        ("evenements.csv", 1, None, "la colonne « date » manque")
    ]
    assert fautes(lambda: lire_dossier(ecrire(evenements="patient;date\np1;2025-01-01\n")))[0] == (
        "evenements.csv", 1, None, "rien ne dit quel est l'acte"
    )  # fmt: skip


def test_en_tetes_de_tous_les_jours(ecrire: Ecrire) -> None:
    contenu = "ID patient;Né(e) le;SEXE;En ALD;N° ALD;Dernière visite;Déclaration MT;Diabétique\np1;02/03/1950;F;o;8 13;31/01/2025;01/02/2020;n\n"
    assert lire_dossier(ecrire(patients=contenu)).patients.rows() == [
        ("p1", "DR", dt.date(1950, 3, 2), "F", True, [8, 13], dt.date(2025, 1, 31), dt.date(2020, 2, 1), False)
    ]


def test_le_medecin_est_celui_du_cabinet(ecrire: Ecrire) -> None:
    lu = lire_dossier(ecrire(patients="patient;RPPS\np1;DR\np2;\n"))
    assert lu.patients["medecin"].to_list() == ["DR", "DR"]
    assert fautes(lambda: lire_dossier(ecrire(patients="patient;medecin\np1;DR\np2;AUTRE\n"))) == [
        ("patients.csv", 3, "medecin", "ce n'est pas le médecin de cabinet.toml")
    ]
    sans_identifiant = lire_dossier(ecrire(cabinet="[medecin]\n", patients=PATIENTS))
    assert sans_identifiant.patients["medecin"].to_list() == ["cabinet", "cabinet"]
    assert sans_identifiant.cabinet["medecin"] == {"medecin": "cabinet"}


def test_les_dates_d_un_patient_suivent_sa_naissance(ecrire: Ecrire) -> None:
    contenu = "patient;date_naissance;date_derniere_consultation;date_declaration_mt\n" \
        "p1;2000-01-02;2000-01-01;2000-01-02\np2;2000-01-02;;2000-01-01\n"  # fmt: skip
    assert fautes(lambda: lire_dossier(ecrire(patients=contenu))) == [
        ("patients.csv", 2, "date_derniere_consultation", "date avant la naissance du patient"),
        ("patients.csv", 3, "date_declaration_mt", "date avant la naissance du patient"),
    ]


def test_un_acte_le_jour_de_la_naissance(ecrire: Ecrire) -> None:
    lu = lire_dossier(ecrire(evenements="patient;date;traceur\np1;1950-03-02;vaccin-ror\n"))
    assert lu.evenements is not None
    assert lu.evenements.height == 1


def test_verifier_la_naissance_contre_l_exercice(ecrire: Ecrire) -> None:
    lu = lire_dossier(ecrire(
        patients="patient;date_naissance;date_derniere_consultation\np1;2026-12-31;2027-01-01\np2;;\np3;2027-01-01;\n",
        evenements="patient;date;traceur\np1;2027-01-01;vaccin-ror\np1;2026-12-31;vaccin-ror\n",
    ))  # fmt: skip
    assert fautes(lambda: verifier(lu, 2026)) == [("patients.csv", 4, "date_naissance", "naissance après la fin de 2026")]
    assert verifier(lu, 2027) == []
    lu.patients = lu.patients.head(2)
    lu.lignes_des_patients = None
    assert verifier(lu, 2026) == ["1\u00a0patient vu après le 31/12/2026", "1\u00a0acte après le 31/12/2026"]


def test_une_ald_sans_ald(ecrire: Ecrire) -> None:
    lu = lire_dossier(ecrire(patients="patient;ald;ald_numeros\np1;non;8\np2;non;\np3;;8\n"))
    assert lu.avertissements == ["patients.csv : 1\u00a0patient sans ALD mais avec un numéro d'ALD"]
    assert lu.affections.rows() == [("p1", 8), ("p3", 8)]


def test_des_x_et_des_vides(ecrire: Ecrire) -> None:
    lu = lire_dossier(ecrire(patients="patient;c2s\np1;x\np2;\n"))
    assert lu.patients["c2s"].to_list() == [True, None]
    assert any("un vide reste inconnu" in avertissement for avertissement in lu.avertissements)


def test_dossier_introuvable_ou_incomplet(tmp_path: Path, ecrire: Ecrire) -> None:
    assert fautes(lambda: lire_dossier(tmp_path / "rien"))[0][3] == "ce dossier n'existe pas"
    (tmp_path / "fichier").write_text("x")
    assert "répertoire" in fautes(lambda: lire_dossier(tmp_path / "fichier"))[0][3]
    vide = tmp_path / "vide"
    vide.mkdir()
    assert fautes(lambda: lire_dossier(vide)) == [
        ("patients.csv", None, None, "ce fichier manque dans le dossier"),
        ("cabinet.toml", None, None, "ce fichier manque dans le dossier"),
    ]


def test_csv_et_parquet_a_la_fois(ecrire: Ecrire) -> None:
    assert fautes(lambda: lire_dossier(ecrire(patients__parquet=b"")))[0][3] == "le même tableau est là deux fois"


def test_un_fichier_mal_nomme_est_signale(ecrire: Ecrire) -> None:
    lu = lire_dossier(ecrire(evenement__csv="patient\n", photo__csv="", cabinets__toml=""))
    assert lu.avertissements == [
        "cabinets.toml : fichier non lu ; un dossier attend cabinet.toml",
        "evenement.csv : fichier non lu ; un dossier attend evenements.csv",
    ]


def test_les_paiements_ont_toutes_leurs_colonnes(ecrire: Ecrire) -> None:
    lu = lire_dossier(ecrire(paiements="Date paiement;Code prestation;Montant versé\n28/06/2026;mtf;1 234,50\n"))
    assert lu.paiements is not None
    assert lu.paiements.to_dicts() == [
        {"date": dt.date(2026, 6, 28), "libelle": None, "dispositif": None, "montant": 123450, "annee": None, "code": "MTF"}
    ]


def test_lire_n_ecrit_rien(ecrire: Ecrire) -> None:
    dossier = ecrire(evenements="patient;date;traceur\np1;2025-01-01;hba1c\n")
    avant = {chemin: chemin.stat().st_mtime_ns for chemin in dossier.iterdir()}
    lire_dossier(dossier)
    assert {chemin: chemin.stat().st_mtime_ns for chemin in dossier.iterdir()} == avant


def test_le_dossier_se_montre_sans_personne(ecrire: Ecrire) -> None:
    lu = lire_dossier(ecrire(evenements="patient;date;traceur\np1;2025-01-01;hba1c\n"))
    assert repr(lu) == "Dossier(patients=2, evenements=1, affections=0, paiements=absent, actes=absent)"


def test_importer_le_lecteur_ne_charge_pas_les_dispositifs() -> None:
    code = "import sys, convmed.donnees.dossier; print([m for m in sys.modules if m.startswith('convmed.dispositifs')])"
    ailleurs = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    lance = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=ailleurs)
    assert lance.stdout.strip() == "[]"
