"""`cabinet.toml`: what a hand writes in it, and what is refused with its line."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from convmed.donnees.cabinet import lire_cabinet
from convmed.textes import Erreurs


def lire(tmp_path: Path, contenu: str | bytes) -> dict[str, Any]:
    chemin = tmp_path / "cabinet.toml"
    chemin.write_bytes(contenu if isinstance(contenu, bytes) else contenu.encode())
    return lire_cabinet(chemin)


def refus(tmp_path: Path, contenu: str | bytes) -> list[tuple[int | None, str | None, str]]:
    with pytest.raises(Erreurs) as erreurs:
        lire(tmp_path, contenu)
    return [(f.ligne, f.champ, f.message) for f in erreurs.value.fautes]


@pytest.mark.parametrize("ecriture", ["1960-02-01", '"1960-02-01"', '"01/02/1960"', '"1/2/1960"'])
def test_les_dates_du_medecin(tmp_path: Path, ecriture: str) -> None:
    assert lire(tmp_path, f"[medecin]\ndate_naissance = {ecriture}\n")["medecin"]["date_naissance"] == dt.date(1960, 2, 1)


def test_ce_qu_une_main_ecrit(tmp_path: Path) -> None:
    contenu = '[medecin]\nmedecin = 10001234567\nspecialite = 1\nsecteur = 2\noption_tarifaire = "OPTAM-ACO"\nzone = "Hors zone"\nqpv = "non"\ndepartement = 1\n'
    assert lire(tmp_path, contenu)["medecin"] == {
        "medecin": "10001234567", "specialite": "01", "secteur": "2", "option_tarifaire": "optam-aco", "zone": "hors-zone",
        "qpv": False, "departement": "01",
    }  # fmt: skip


def test_les_autres_sections_sont_gardees_telles_quelles(tmp_path: Path) -> None:
    contenu = (
        '[medecin]\n[vsm]\ndate_resultats = 2025-06-30\npmt = 900\n[dotation_numerique.taux]\ndcmt = {dematerialises = 1, total = 2}\n'
        '[[contrats_demographiques]]\ndate_adhesion = "2/5/2023"\n[[contrats_demographiques]]\njours = ["31/12/2025", 2026-01-01]\n'
    )
    lu = lire(tmp_path, contenu)
    assert lu["vsm"] == {"date_resultats": "2025-06-30", "pmt": 900}
    assert lu["dotation_numerique"] == {"taux": {"dcmt": {"dematerialises": 1, "total": 2}}}
    assert lu["contrats_demographiques"] == [{"date_adhesion": "2023-05-02"}, {"jours": ["2025-12-31", "2026-01-01"]}]


@pytest.mark.parametrize("encodage", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_encodages(tmp_path: Path, encodage: str) -> None:
    assert lire(tmp_path, '# été\r\n[medecin]\r\nmedecin = "Ré"\r\n'.encode(encodage))["medecin"]["medecin"] == "Ré"


def test_chaque_faute_a_sa_ligne(tmp_path: Path) -> None:
    contenu = 'titre = "x"\n\n[medecin]\nsecteur = "4"\nspecialite = "MG"\nzonne = "zip"\ndate_naissance = "1960-13-01"\nqpv = "peut-être"\nrang_installation = 0\n\n[medecins]\n\n[[vms]]\n'
    assert refus(tmp_path, contenu) == [
        (1, "titre", "cette clé n'est dans aucune section"),
        (4, "medecin.secteur", "valeur refusée"),
        (5, "medecin.specialite", "valeur refusée"),
        (6, "medecin.zonne", "champ inconnu"),
        (7, "medecin.date_naissance", "valeur refusée"),
        (8, "medecin.qpv", "valeur refusée"),
        (9, "medecin.rang_installation", "valeur refusée"),
        (11, "medecins", "section inconnue"),
        (13, "vms", "section inconnue"),
    ]


def test_les_noms_voisins_sont_proposes(tmp_path: Path) -> None:
    with pytest.raises(Erreurs) as erreurs:
        lire(tmp_path, "[medecin]\nzonne = 1\n[missions]\n")
    assert [f.attendu for f in erreurs.value.fautes] == ["peut-être zone", "peut-être missions_specifiques"]


@pytest.mark.parametrize(("contenu", "ligne", "mot"), [
    ('[medecin]\nsecteur = "1\n', 2, "syntaxe"), ("[medecin]\nqpv = oui\n", 2, "valeur illisible"),
    ("[medecin]\nspecialite = 01\n", 2, "syntaxe"), ("[medecin]\n\nzone zip\n", 3, "syntaxe"),
    ("[medecin]\n[medecin]\n", 2, "écrite deux fois"), ('[medecin]\nzone = "zip"\nzone = "zac"\n', 3, "écrite deux fois"),
    ("[medecin\n", 1, "syntaxe"), ("[medecin]\ndate_naissance = 1960-02-30\n", 2, "date impossible"),
])  # fmt: skip
def test_la_syntaxe_en_francais(tmp_path: Path, contenu: str, ligne: int, mot: str) -> None:
    ((ou, _, message),) = refus(tmp_path, contenu)
    assert mot in message
    assert ou == ligne


@pytest.mark.parametrize(("contenu", "mot"), [
    ("", "la section [medecin] manque"), ("[vsm]\npmt = 1\n", "la section [medecin] manque"), ("medecin = 3\n", "pas une section"),
    ("[[medecin]]\n", "pas une section"), ("vsm = 2\n[medecin]\n", "pas une section"), ("vsm = [1]\n[medecin]\n", "pas une section"),
])  # fmt: skip
def test_sections_mal_formees(tmp_path: Path, contenu: str, mot: str) -> None:
    assert mot in refus(tmp_path, contenu)[0][2]


def test_un_fichier_qui_n_en_est_pas_un(tmp_path: Path) -> None:
    assert refus(tmp_path, b"\x00\x01\x02\x03")[0][2] == "ce fichier n'est pas du texte"
    (tmp_path / "d").mkdir()
    with pytest.raises(Erreurs, match="un dossier, pas un fichier"):
        lire_cabinet(tmp_path / "d")


def test_l_identifiant_du_medecin_n_est_pas_repete(tmp_path: Path) -> None:
    with pytest.raises(Erreurs) as erreurs:
        lire(tmp_path, '[medecin]\nmedecin = ["SECRET"]\nnom = "SECRET"\n')
    assert "SECRET" not in str([f.en_dict() for f in erreurs.value.fautes])
