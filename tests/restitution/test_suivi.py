"""Who has something to do, in which order, and why an indicator of a patient counts or not."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

import convmed
from convmed.dispositifs import Demande
from convmed.donnees.dossier import lire_dossier
from convmed.restitution import suivi, tableau_de_bord
from convmed.restitution.evaluation import Cabinet
from convmed.restitution.suivi import Filtre
from convmed.textes import trouver_texte

EXEMPLES = Path(__file__).parents[2] / "exemples"
EN_VIGUEUR = trouver_texte("en-vigueur")


def evaluer(nom: str, date: dt.date | None = None, **colonnes: pl.Expr) -> Cabinet:
    dossier = lire_dossier(EXEMPLES / nom)
    return tableau_de_bord.evaluer(replace(dossier, patients=dossier.patients.with_columns(**colonnes)), 2026, EN_VIGUEUR, date)


@pytest.fixture(scope="module")
def cnge() -> Cabinet:
    return evaluer("tableau-de-bord-cnge")


@pytest.fixture(scope="module")
def zip_() -> Cabinet:
    return evaluer("cabinet-zip")


def raisons(cabinet: Cabinet, patient: str) -> dict[str, str]:
    suivis = suivi.suivre(cabinet)
    rang = suivis.filter(pl.col("patient") == patient).item(0, "rang")
    instance = cabinet.patient(patient)
    return {c.indicateur.nom: suivi.raison(cabinet, instance, c) for c in suivi.rangees(suivis, [rang])[0].cellules}


def test_la_raison_dit_ce_qui_est_declare_un_age_et_sa_borne_un_acte_ou_son_absence(cnge: Cabinet) -> None:
    dites = raisons(cnge, "CAMILLE-D")
    assert dites["cancer-col"] == "Exclusion déclarée dans votre liste"
    assert dites["mrc"] == "Déclaré hors de la cible dans votre liste"
    assert dites["cancer-colorectal"] == "Acte du 20/05/2025"
    assert dites["grippe"] == "Aucun acte retrouvé"
    assert dites["ror"].startswith("Âge en mois à la date d'observation : 751") and dites["ror"].endswith("36\N{NO-BREAK SPACE}mois")
    assert raisons(cnge, "ANTOINE-P")["cancer-sein"] == "Sexe : M"


def test_qui_s_oppose_et_qui_manque_d_une_donnee() -> None:
    cabinet = evaluer("tableau-de-bord-cnge", opposition=pl.col("patient") == "PAULINE-M", sexe=pl.lit(None, pl.String))
    assert set(raisons(cabinet, "PAULINE-M").values()) == {"Le patient s’oppose à la transmission de ses données de prévention"}
    assert raisons(cabinet, "CAMILLE-D")["cancer-sein"] == "Il manque : sexe"


def test_avant_la_declaration_le_patient_n_est_pas_encore_de_la_patientele() -> None:
    cabinet = evaluer("tableau-de-bord-cnge", date_declaration_mt=pl.lit(dt.date(2026, 6, 1)), date=dt.date(2026, 3, 1))
    assert raisons(cabinet, "PIERRE-D")["grippe"] == "Pas encore de votre patientèle à cette date"


def test_un_acte_qui_exclut_se_dit(zip_: Cabinet) -> None:
    exclus = suivi.choisir(suivi.suivre(zip_), Filtre("cancer-col", "exclu"))
    patient = suivi.rangees(suivi.suivre(zip_), exclus[:1])[0].patient
    assert raisons(zip_, patient)["cancer-col"] == "Un acte retrouvé l’exclut"


def test_les_plus_payes_d_abord_et_le_rang_est_celui_du_fichier(zip_: Cabinet) -> None:
    suivis = suivi.suivre(zip_)
    rangs = suivi.choisir(suivis, Filtre())
    assert sorted(rangs) == list(range(1, 1201))
    gains = [rangee.gain for rangee in suivi.rangees(suivis, rangs)]
    assert gains == sorted(gains, reverse=True) and gains[0] > 0
    assert suivi.choisir(suivis, Filtre(ordre="liste")) == list(range(1, 1201))
    assert suivi.rangees(suivis, [42])[0].patient == zip_.patients.item(41, "patient") == "P0042"
    assert sum(gains) == sum(round(100 * float(gain)) for gain in suivis.get_column("gain"))


@pytest.mark.parametrize("etat", ["valide", "non-valide", "exclu", "non-concerne"])
def test_un_filtre_garde_ceux_qui_y_repondent_et_personne_d_autre(zip_: Cabinet, etat: str) -> None:
    suivis = suivi.suivre(zip_)
    attendus = set(suivis.filter((pl.col("indicateur") == "cancer-col") & (pl.col("etat") == etat)).get_column("rang"))
    assert set(suivi.choisir(suivis, Filtre("cancer-col", etat))) == attendus
    gagnants = set(suivis.filter((pl.col("indicateur") == "cancer-col") & (pl.col("etat") == etat) & (pl.col("gain") > 0)).get_column("rang"))
    assert set(suivi.choisir(suivis, Filtre("cancer-col", etat, a_gagner=True))) == gagnants
    concernes = suivis.filter((pl.col("indicateur") == "cancer-col") & (pl.col("etat") != "non-concerne"))
    assert len(suivi.choisir(suivis, Filtre("cancer-col"))) == concernes.height


def test_chercher_l_identifiant_entier_ou_un_morceau(zip_: Cabinet) -> None:
    assert suivi.chercher(zip_, " p0042 ", 50) == [42]
    assert suivi.chercher(zip_, "P004", 50) == list(range(40, 50))
    assert suivi.chercher(zip_, "p", 7) == list(range(1, 8))
    assert suivi.chercher(zip_, "", 50) == suivi.chercher(zip_, ".*", 50) == []


def test_le_forfait_d_un_patient_est_celui_du_releve(zip_: Cabinet) -> None:
    for patient in ("P0001", "P0363", "P1067"):
        attendu = convmed.expliquer(EXEMPLES / "cabinet-zip", 1, 2026, patient=patient)
        assert suivi.forfait(zip_, Demande(EN_VIGUEUR, 2026), patient).en_dict() == attendu.en_dict()
