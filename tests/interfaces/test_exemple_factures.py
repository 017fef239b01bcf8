"""The example of invoices: what LISEZMOI.md says is found is found, and nothing else."""

import importlib.util
import re
import sys
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

import convmed
from convmed.controle.periode import CONSTATS
from convmed.interfaces.cli import application

DOSSIER = Path(__file__).parents[2] / "exemples" / "factures"
FICHIER = DOSSIER / "factures.csv"


@pytest.fixture(scope="module")
def controle():
    return convmed.controler(FICHIER)


@pytest.fixture(scope="module")
def attendus():
    """Return the invoices of LISEZMOI.md with what is to be found on each: a finding, or a fault."""
    trouves = {}
    for lieu, quoi in re.findall(r"^\| (F[^|]*) \| ([^|]*) \|", (DOSSIER / "LISEZMOI.md").read_text("utf-8"), re.MULTILINE):
        numeros = re.findall(r"F(\d{3})", lieu)
        if " à " in lieu:
            numeros = range(int(numeros[0]), int(numeros[1]) + 1)
        trouves |= {f"F{int(numero):03d}": quoi for numero in numeros}
    return trouves


def test_chaque_constat_et_lui_seul(controle, attendus):
    du_fichier = dict(controle.constats.filter(pl.col("facture").is_not_null()).select("facture", "constat").iter_rows())
    annonces = {facture: quoi for facture, quoi in attendus.items() if quoi in CONSTATS}
    # The first of two GL1 is due; a share of activity concerns no line.
    sans_ligne = {"F029", *(facture for facture in annonces if facture >= "F032")}
    assert du_fichier == {facture: quoi for facture, quoi in annonces.items() if facture not in sans_ligne}
    (seuil,) = controle.constats.filter(pl.col("facture").is_null()).iter_rows(named=True)
    assert (seuil["medecin"], seuil["constat"]) == ("DR-LOIN", "limite")
    assert set(controle.constats["constat"]) == set(CONSTATS)


def test_chaque_faute_est_mise_de_cote(controle, attendus):
    lignes = FICHIER.read_text("utf-8").splitlines()
    factures = [lignes[ligne - 1].split(";")[0] for ligne in controle.rejets["ligne"]]
    assert factures == [facture for facture in attendus if "F041" <= facture <= "F055"]
    (signalee,) = controle.avertissements["ligne"]
    assert lignes[signalee - 1].startswith("F056")
    assert controle.lignes == len(lignes) - 1
    assert controle.traitees == controle.lignes - len(factures)


def test_l_exemple_est_celui_que_le_generateur_ecrit(tmp_path):
    spec = importlib.util.spec_from_file_location("generer_factures", DOSSIER.parent / "generer_factures.py")
    generateur = importlib.util.module_from_spec(spec)
    sys.dont_write_bytecode, avant = True, sys.dont_write_bytecode
    try:
        spec.loader.exec_module(generateur)
    finally:
        sys.dont_write_bytecode = avant
    generateur.ecrire_les_factures(tmp_path)
    assert {f.name: f.read_bytes() for f in tmp_path.iterdir()} == {f.name: f.read_bytes() for f in DOSSIER.iterdir()}


def test_la_commande_le_controle(tmp_path):
    justifications = tmp_path / "constats.csv"
    resultat = CliRunner().invoke(
        application, ["controler", str(FICHIER), "--justifications", str(justifications)], standalone_mode=False, env={"COLUMNS": "140"}
    )
    assert resultat.exception is None, resultat.exception
    assert "56 lignes lues, 41 traitées" in resultat.stdout
    assert "MEG pouvait être facturée" in justifications.read_text("utf-8")
