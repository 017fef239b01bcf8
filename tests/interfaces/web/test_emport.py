"""What a visitor takes away makes the same statement elsewhere; the examples of the pages are those of the repository."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import polars as pl
import pytest

from convmed.donnees.dossier import lire_dossier
from convmed.interfaces.web.depot import Envoi, recevoir
from convmed.interfaces.web.emport import en_zip
from convmed.restitution.rapprochement import du_dossier
from convmed.restitution.releve import etablir
from convmed.textes import trouver_texte

EXEMPLES = Path(__file__).parents[3] / "exemples"
TEXTE = trouver_texte("en-vigueur")
TOUS = sorted(fichier.parent.name for fichier in EXEMPLES.glob("*/cabinet.toml"))


@pytest.mark.parametrize("nom", TOUS)
def test_le_dossier_emporte_donne_le_meme_releve(nom: str) -> None:
    dossier = lire_dossier(EXEMPLES / nom)
    octets = en_zip(dossier)
    assert octets == en_zip(dossier)
    relu = recevoir([Envoi("dossier.zip", io.BytesIO(octets))])
    assert relu.cabinet == dossier.cabinet
    assert relu.patients.equals(dossier.patients.select(relu.patients.columns)) and relu.affections.equals(dossier.affections)
    for table in ("evenements", "paiements", "actes"):
        avant, apres = getattr(dossier, table), getattr(relu, table)
        assert (avant is None) == (apres is None) and (avant is None or sorted(avant.iter_rows(), key=str) == sorted(apres.iter_rows(), key=str))
    avant, apres = etablir(dossier, 2026, TEXTE), etablir(relu, 2026, TEXTE)
    assert [(ligne.libelle, ligne.montant) for ligne in apres.lignes] == [(ligne.libelle, ligne.montant) for ligne in avant.lignes]


def test_une_reprise_de_moins_d_un_euro_garde_son_signe() -> None:
    dossier = lire_dossier(EXEMPLES / "cabinet-zip")
    assert dossier.paiements is not None
    dossier.paiements = dossier.paiements.with_columns(montant=pl.Series([-50, -5, 0, -123456, 7]))
    relu = recevoir([Envoi("dossier.zip", io.BytesIO(en_zip(dossier)))])
    assert relu.paiements is not None and relu.paiements.get_column("montant").to_list() == [-50, -5, 0, -123456, 7]
    assert du_dossier(relu, etablir(relu, 2026, TEXTE), dt.date(2026, 6, 1))


def test_actes_listes_et_cellules_vides_font_l_aller_et_retour() -> None:
    fichiers = {
        "cabinet.toml": '[medecin]\nspecialite = "01"\nsecteur = "1"\n[missions_specifiques.sas]\ninscrit = true\n',
        "patients.csv": "patient;date_naissance;ald;ald_numeros;exclu;opposition\nP1;1950-02-01;oui;8, 13;grippe,covid;\n\"P;2\";;;;;oui\n",
        "actes.csv": "facture;patient;date_heure;code;montant;depassement;urgence_vitale\nF1;P1;2026-01-05 14:30:12;G;30,00;-0,50;non\nF2;;05/01/2026 08:05;VG;;;\n",
    }
    dossier = recevoir([Envoi(nom, io.BytesIO(texte.encode())) for nom, texte in fichiers.items()])
    relu = recevoir([Envoi("dossier.zip", io.BytesIO(en_zip(dossier)))])
    assert relu.cabinet == dossier.cabinet and relu.patients.equals(dossier.patients)
    assert dossier.actes is not None and relu.actes is not None and relu.actes.equals(dossier.actes.select(relu.actes.columns))
