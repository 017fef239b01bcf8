"""Documents to keep, from the command line: formats, certificates, keys, and what each exit status says."""

from __future__ import annotations

import io
import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pypdfium2
import pytest

EXEMPLES = Path(__file__).parents[2] / "exemples"
CAS = {"annee": 2026, "texte": "convention-2024", "entree": {
    "medecin": {"secteur": "1", "option_tarifaire": "aucune", "zone": "zip", "qpv": False, "date_naissance": "1980-05-01"},
    "patients": [{"patient": "p1", "date_naissance": "1940-01-01", "ald": True, "c2s": True, "date_derniere_consultation": "2025-06-01"}]}}  # fmt: skip
CABINET = EXEMPLES / "proposition-2024"


@pytest.fixture
def convmed(lanceur: Callable[..., Any]) -> Any:
    return lanceur()


@pytest.fixture
def cle(convmed: Any, tmp_path: Path) -> Path:
    fichier = tmp_path / "cle"
    convmed.reussit("cle", "nouvelle", fichier)
    return fichier


@pytest.mark.parametrize("commande", [
    ["releve", CABINET], ["contrat", "suivre", EXEMPLES / "contrat-assistant", "--au", "2026-11-22"],
    ["procedure", "chronologie", EXEMPLES / "procedure" / "ordinaire.yaml", "--date", "2025-05-06"], ["simuler", "--patients", 5000],
], ids=lambda commande: str(commande[0]))  # fmt: skip
def test_les_pdf(convmed: Any, tmp_path: Path, commande: list[Any]) -> None:
    fichier = tmp_path / "document.pdf"
    assert convmed.reussit(*commande, "--format", "pdf", "--sortie", fichier) == ""
    assert "projet non officiel" in pypdfium2.PdfDocument(fichier)[0].get_textpage().get_text_bounded()
    assert convmed.octets(*commande, "--format", "pdf") == fichier.read_bytes()


@pytest.mark.parametrize("commande", [["releve", CABINET], ["tableau-de-bord", CABINET], ["simuler", "--patients", 5000]],
                         ids=lambda commande: str(commande[0]))  # fmt: skip
def test_les_classeurs(convmed: Any, commande: list[Any]) -> None:
    octets = convmed.octets(*commande, "--format", "xlsx")
    noms = openpyxl.load_workbook(io.BytesIO(octets)).sheetnames
    assert noms[-1] == "À propos"
    assert ("Prévention" in noms) == (commande[0] == "releve")


def test_un_calcul_certifie_puis_verifie(convmed: Any, cle: Path, tmp_path: Path) -> None:
    fichier = tmp_path / "certificat.json"
    convmed.reussit("certificat", "calcul", "forfait-medecin-traitant", "--cle", cle, "--sortie", fichier, entree=json.dumps(CAS))
    publique = convmed.reussit("cle", "publique", cle).strip()
    dit = convmed.reussit("verifier", fichier, "--cle-publique", publique)
    assert dit.startswith("Conforme\n")
    assert "signé par la clé attendue" in dit
    # The key that signs is drawn from the file, and the same at each reading.
    assert json.loads(fichier.read_text())["signature"]["cle_publique"] == publique
    assert convmed.reussit("verifier", "-", entree=fichier.read_bytes()).startswith("Conforme\n")


def test_un_releve_certifie_sans_ses_donnees(convmed: Any, tmp_path: Path) -> None:
    fichier = tmp_path / "certificat.json"
    code, sortie, erreur = convmed.lancer("certificat", "releve", CABINET, "--sans-donnees", "--sortie", fichier)
    assert (code, sortie) == (0, b"")
    assert "clé de circonstance" in erreur.decode()
    code, sortie, _ = convmed.lancer("verifier", fichier)
    assert code == 1
    assert "pas rejoué" in sortie.decode()
    assert "clé de circonstance : prouve l'intégrité, pas l'auteur" in convmed.reussit("verifier", fichier, "--dossier", CABINET)
    assert convmed.json("verifier", fichier, "--dossier", CABINET)["conforme"] is True


def test_un_certificat_altere_sort_en_1_et_dit_quoi(convmed: Any, cle: Path, tmp_path: Path) -> None:
    fichier = tmp_path / "certificat.json"
    convmed.reussit("certificat", "releve", CABINET, "--cle", cle, "--sortie", fichier)
    lu = json.loads(fichier.read_text())
    lu["resultat"]["lignes"][0]["montant"] += 1
    fichier.write_text(json.dumps(lu))
    code, sortie, erreur = convmed.lancer("verifier", fichier)
    dit = sortie.decode()
    assert (code, erreur) == (1, b"")
    assert dit.startswith("Non conforme\nDIFFÈRE Signature : le certificat a été altéré depuis qu'il a été signé")
    assert f"resultat.lignes[0] « {lu['resultat']['lignes'][0]['libelle']} ».montant : {lu['resultat']['lignes'][0]['montant']} au certificat" in dit


@pytest.mark.parametrize("contenu", [b"", b"{", b"[]", b"{}", b'{"format": "convmed-certificat"}', b"\xff", b'{"a": 1, "a": 2}', b"[" * 100_000], ids=lambda octets: repr(octets)[:20])
def test_un_certificat_illisible_sort_en_2(convmed: Any, tmp_path: Path, contenu: bytes) -> None:
    fichier = tmp_path / "certificat.json"
    fichier.write_bytes(contenu)
    assert convmed.refuse("verifier", fichier)
    assert convmed.refuse("certificat", "pdf", fichier)


def test_un_certificat_absent(convmed: Any, tmp_path: Path) -> None:
    assert "lecture impossible" in convmed.refus("verifier", tmp_path / "absent.json")


def test_la_page_d_un_certificat(convmed: Any, tmp_path: Path) -> None:
    fichier = tmp_path / "certificat.json"
    convmed.lancer("certificat", "calcul", "forfait-medecin-traitant", "--sortie", fichier, entree=json.dumps(CAS))
    octets = convmed.octets("certificat", "pdf", fichier)
    assert "120,00" in pypdfium2.PdfDocument(octets)[0].get_textpage().get_text_bounded()
    lu = json.loads(fichier.read_text())
    for champ, valeur in (("resultat", "x"), ("textes", []), ("etabli_le", "hier"), ("sujet", {})):
        fichier.write_text(json.dumps({**lu, champ: valeur}))
        assert convmed.refuse("certificat", "pdf", fichier)


@pytest.mark.parametrize(("entree", "attendu"), [("{", "JSON illisible"), ('{"annee": 2026}', "entree"), ('{"annee": 1, "annee": 2}', "JSON illisible")])
def test_un_cas_refuse_ne_se_certifie_pas(convmed: Any, entree: str, attendu: str) -> None:
    assert attendu in convmed.refus("certificat", "calcul", "forfait-medecin-traitant", entree=entree)


def test_la_cle_est_privee_et_n_est_jamais_remplacee(convmed: Any, cle: Path, tmp_path: Path) -> None:
    assert stat.S_IMODE(cle.stat().st_mode) == 0o600
    avant = cle.read_bytes()
    assert len(avant) == 44
    assert "n'est pas remplacé" in convmed.refus("cle", "nouvelle", cle)
    assert cle.read_bytes() == avant
    convmed.reussit("cle", "nouvelle", tmp_path / "autre")
    assert (tmp_path / "autre").read_bytes() != avant
    assert "écriture impossible" in convmed.refus("cle", "nouvelle", tmp_path / "absent" / "cle")


def test_une_cle_illisible(convmed: Any, tmp_path: Path) -> None:
    mauvaise = tmp_path / "mauvaise"
    mauvaise.write_text("trop courte")
    mauvaise.chmod(0o600)
    refus = convmed.refus("certificat", "releve", CABINET, "--cle", mauvaise)
    assert "clé illisible" in refus
    assert "trop courte" not in refus
