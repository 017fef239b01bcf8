"""What is found depends neither on the order of the lines nor on the shares, and holds against itself."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convmed.controle import Controle, controler, lecture
from convmed.donnees import lecture as blocs

from .factures import en_csv, lignes

CLE = ["facture", "medecin", "code", "constat", "regle", "motif", "references", "enjeu"]
LENTE = settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
HEURES = ("2024-12-21T10:00+01:00", "2025-12-26T11:00+01:00", "2026-03-10T10:00+01:00", "2026-03-10T19:30+01:00", "2026-03-10T22:00+01:00",
          "2026-03-15T11:00+01:00")  # fmt: skip
MONTANTS = {"G": "30", "TCG": "25", "VG": "30", "SNP": "15", "SHE": "5", "MHP": "5", "MEG": "5", "MD": "10", "GL1": "60", "DEQP003": "14.77", "TE2": "23"}


@st.composite
def seances(tirer: st.DrawFn) -> list[dict[str, Any]]:
    """Draw the lines of a GP's encounter, lawful or not."""
    codes = tirer(st.lists(st.sampled_from(sorted(MONTANTS)), min_size=1, max_size=3, unique=True))
    communes = {
        "medecin": tirer(st.sampled_from(("M1", "M2", "M3"))), "patient": tirer(st.sampled_from(("P1", "P2"))),
        "date_heure": tirer(st.sampled_from(HEURES)), "departement": tirer(st.sampled_from(("75", "67", "974"))),
        "date_naissance": tirer(st.sampled_from(("1930-01-01", "1980-01-01", "2023-01-01"))),
        "lieu": tirer(st.sampled_from(("cabinet", "domicile", "teleconsultation"))),
        "patientele_mt": tirer(st.sampled_from(("oui", "non", ""))), "regulation": tirer(st.sampled_from(("", "sas", "centre-15"))),
    }  # fmt: skip
    return lignes(*({"code": code, "montant": MONTANTS[code]} for code in codes), **communes)


def fichier_de(dossier: Path, tirees: list[list[dict[str, Any]]], nom: str = "factures.csv") -> Path:
    return en_csv(dossier, [{**ligne, "facture": f"F{rang}"} for rang, seance in enumerate(tirees) for ligne in seance], nom)


def semaine() -> list[list[dict[str, Any]]]:
    """Return two doctors' week: findings of every kind, patients in common."""
    hasard = random.Random(20240604)
    tirees = []
    for rang in range(90):
        codes = hasard.choice((("G",), ("G", "SNP"), ("G", "SNP", "MHP"), ("G", "MEG"), ("VG",), ("MD",), ("GL1",), ("TCG",), ("G", "DEQP003", "MEG")))
        communes = {"medecin": f"M{rang % 2}", "patient": f"P{hasard.randrange(8)}", "regulation": "sas", "date_naissance": hasard.choice(("1930-01-01", "2023-01-01")),
                    "date_heure": f"2026-03-{9 + rang // 20:02}T{8 + rang % 13:02}:{rang % 60:02}+01:00",
                    "patientele_mt": hasard.choice(("oui", "non", ""))}  # fmt: skip
        tirees.append(lignes(*({"code": code, "montant": hasard.choice((MONTANTS[code], "31"))} for code in codes), **communes))
    return tirees


def constats(controle: Controle) -> list[dict[str, Any]]:
    return controle.constats.select(CLE).sort(CLE, nulls_last=True).to_dicts()


@pytest.mark.parametrize("graine", [1, 2, 3])
def test_l_ordre_des_lignes_ne_change_rien(tmp_path: Path, graine: int) -> None:
    tirees = [[{**ligne, "facture": f"F{rang}"} for ligne in seance] for rang, seance in enumerate(semaine())]
    rangees = [ligne for seance in tirees for ligne in seance]
    attendu = constats(controler(en_csv(tmp_path, rangees)))
    assert {c["constat"] for c in attendu} == {"interdit", "limite", "tarif", "muet", "sous-cotation"}
    random.Random(graine).shuffle(rangees)
    assert constats(controler(en_csv(tmp_path, rangees))) == attendu


@pytest.mark.parametrize("part", [1, 7, 50])
def test_les_parts_ne_changent_rien(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: int) -> None:
    fichier = fichier_de(tmp_path, semaine())
    en_parquet = tmp_path / "factures.parquet"
    pl.read_csv(fichier, separator=";", infer_schema=False).write_parquet(en_parquet)
    entier, parquet = controler(fichier), controler(en_parquet)
    monkeypatch.setattr(lecture, "PART", part)
    # Blocks of some lines: the estimate of the lines, and so the number of shares, follows the size of the file.
    monkeypatch.setattr(blocs, "TAILLE_BLOC", 2048)
    monkeypatch.setattr(lecture, "TAILLE_BLOC", 2048)
    monkeypatch.setattr(blocs, "LIGNES_PAR_BLOC", 11)
    for nom, attendu in ((fichier, entier), (en_parquet, parquet)):
        obtenu = controler(nom)
        for table in ("constats", "rejets", "avertissements"):
            assert getattr(obtenu, table).to_dicts() == getattr(attendu, table).to_dicts(), (nom, table)
        assert obtenu.synthese().to_dicts() == attendu.synthese().to_dicts()
        assert (obtenu.lignes, obtenu.traitees) == (attendu.lignes, attendu.traitees)


def test_un_fichier_est_vraiment_partage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fichier = tmp_path / "factures.parquet"
    pl.read_csv(fichier_de(tmp_path, semaine()), separator=";", infer_schema=False).write_parquet(fichier)
    monkeypatch.setattr(lecture, "PART", 20)
    controler(fichier)  # loads what names the columns
    with lecture.lire(fichier) as lu:
        parts = list(lu.tables())
    assert len(parts) == 2  # two doctors
    assert all(part.get_column("medecin").n_unique() == 1 for part in parts)
    assert all(part.get_column("ligne").is_sorted() for part in parts)


@LENTE
@given(tirees=st.lists(seances(), min_size=1, max_size=12))
def test_ce_qui_est_propose_n_est_pas_refuse(tirees: list[list[dict[str, Any]]], tmp_path: Path) -> None:
    """Each code that could have been billed, once billed, brings no new finding."""
    avant = controler(fichier_de(tmp_path, tirees))
    proposes = {c["facture"]: c for c in avant.constats.filter(pl.col("constat") == "sous-cotation").to_dicts()}
    ajoutees = []
    for rang, seance in enumerate(tirees):
        propose = proposes.get(f"F{rang}")
        if propose is None:
            ajoutees.append(seance)
        else:
            ajoutees.append([*seance, {**seance[0], "code": propose["code"], "montant": f"{propose['enjeu'] / 100:.2f}"}])
    apres = controler(fichier_de(tmp_path, ajoutees, "completes.csv"))
    assert apres.rejets.is_empty()

    def refus(controle: Controle) -> list[dict[str, Any]]:
        return [c for c in constats(controle) if c["constat"] != "sous-cotation"]

    # A code may also mend what was wrong before it: SNP beside a SHE billed alone.
    assert [constat for constat in refus(apres) if constat not in refus(avant)] == []
