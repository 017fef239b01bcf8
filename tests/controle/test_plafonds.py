"""Maximums by doctor and by patient, and the share of téléconsultations: the first ones are due, the next ones are not."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from .factures import constat, dits, lignes, passer, refuses

SNP = {"code": "SNP", "montant": "15"}
SAS = {"regulation": "sas", "patientele_mt": "non"}
PLAFOND = "SNP : plafond"


def seances_snp(combien: int, debut: dt.datetime, pas: dt.timedelta, **communes: str) -> list[dict[str, Any]]:
    return [
        ligne
        for rang in range(combien)
        for ligne in lignes({}, SNP, facture=f"F{debut:%d%m}{rang}", date_heure=f"{debut + rang * pas:%Y-%m-%dT%H:%M}+01:00", **SAS, **communes)
    ]


def snp_refusees(dossier: Path, rangees: list[dict[str, Any]]) -> list[str]:
    constats = passer(dossier, rangees).constats
    return sorted(constats.filter(pl.col("regle") == PLAFOND).get_column("facture"))


@pytest.mark.normes("C6A1-04")
@pytest.mark.parametrize("graine", [None, 1, 2])
def test_vingt_cinq_snp_dans_une_semaine_civile(tmp_path: Path, graine: int | None) -> None:
    """The five latest by date are over the maximum, whatever the order of the lines."""
    rangees = seances_snp(25, dt.datetime(2026, 3, 9, 8), dt.timedelta(hours=2, minutes=30))
    if graine is not None:
        random.Random(graine).shuffle(rangees)
    assert snp_refusees(tmp_path, rangees) == [f"F0903{rang}" for rang in range(20, 25)]


def test_le_plafond_et_sa_preuve(tmp_path: Path) -> None:
    trouve = constat(passer(tmp_path, seances_snp(21, dt.datetime(2026, 3, 9, 8), dt.timedelta(minutes=20))), PLAFOND)
    assert (trouve["constat"], trouve["code"], trouve["enjeu"], trouve["ligne"]) == ("limite", "SNP", 1500, 43)
    assert trouve["motif"] == "SNP au-delà de 20 par semaine et par médecin"
    assert "6.A.1" in trouve["references"]


@pytest.mark.parametrize(("debut", "attendues"), [
    (dt.datetime(2026, 3, 15, 9), 0),  # Sunday and Monday: two weeks
    (dt.datetime(2026, 3, 14, 9), 1),  # Saturday and Sunday: one
    (dt.datetime(2025, 12, 31, 9), 1),  # a week that holds the first of January is one week
])  # fmt: skip
def test_une_semaine_va_du_lundi_au_dimanche(tmp_path: Path, debut: dt.datetime, attendues: int) -> None:
    deux_jours = seances_snp(11, debut, dt.timedelta(minutes=10)) + seances_snp(10, debut + dt.timedelta(days=1), dt.timedelta(minutes=10))
    assert len(snp_refusees(tmp_path, deux_jours)) == attendues


def test_la_semaine_est_celle_de_l_heure_locale(tmp_path: Path) -> None:
    lundi = seances_snp(20, dt.datetime(2026, 3, 9, 8), dt.timedelta(minutes=20))
    # Sunday 8 March at 23 h 30 in universal time is Monday in Paris.
    veille = lignes({"facture": "V", "date_heure": "2026-03-08T23:30Z"}, {**SNP, "facture": "V", "date_heure": "2026-03-08T23:30Z"}, **SAS)
    assert len(snp_refusees(tmp_path, lundi + veille)) == 1


def test_le_plafond_est_celui_de_chaque_medecin(tmp_path: Path) -> None:
    un, autre = (seances_snp(15, dt.datetime(2026, 3, 9 + rang, 8), dt.timedelta(minutes=20), medecin=f"M{rang}") for rang in (0, 1))
    assert snp_refusees(tmp_path, un + autre) == []


def test_une_quantite_compte_autant_de_fois(tmp_path: Path) -> None:
    rangees = seances_snp(10, dt.datetime(2026, 3, 9, 8), dt.timedelta(minutes=20))
    for rangee in rangees:
        rangee.update({"quantite": "3", "montant": "45"} if rangee["code"] == "SNP" else {"quantite": "1"})
    assert snp_refusees(tmp_path, rangees) == ["F09036", "F09037", "F09038", "F09039"]


def par_jours(code: str, montant: str, jours: tuple[str, ...], **communes: str) -> list[dict[str, Any]]:
    return lignes(*({"facture": f"F{rang}", "date_heure": f"{jour}T10:00+01:00"} for rang, jour in enumerate(jours)),
                  code=code, montant=montant, **communes)  # fmt: skip


def plafonds(dossier: Path, rangees: list[dict[str, Any]]) -> list[tuple[int, str]]:
    constats = passer(dossier, rangees).constats.filter(pl.col("constat") == "limite")
    return list(constats.select("ligne", "motif").iter_rows())


def test_gl1_une_fois_par_an_quel_que_soit_le_medecin(tmp_path: Path) -> None:
    agee = {"date_naissance": "1930-01-01"}
    motif = "GL1 au-delà de 1 par an et par patient"
    assert plafonds(tmp_path, par_jours("GL1", "60", ("2026-12-31", "2027-01-01"), **agee)) == []
    trois = par_jours("GL1", "60", ("2026-12-31", "2026-01-01", "2026-06-01"), **agee)
    assert plafonds(tmp_path, trois) == [(2, motif), (4, motif)]
    autres = [{**ligne, "medecin": f"M{rang}"} for rang, ligne in enumerate(trois)]
    assert plafonds(tmp_path, autres) == [(2, motif), (4, motif)]
    patients = [{**ligne, "patient": f"P{rang}"} for rang, ligne in enumerate(trois)]
    assert plafonds(tmp_path, patients) == []


def test_te2_quatre_par_an_pour_un_medecin_et_un_patient(tmp_path: Path) -> None:
    cinq = par_jours("TE2", "23", tuple(f"2026-0{mois}-03" for mois in range(1, 6)))
    assert plafonds(tmp_path, cinq) == [(6, "TE2 au-delà de 4 par an et par médecin et par patient")]
    assert plafonds(tmp_path, [{**ligne, "medecin": f"M{rang % 2}"} for rang, ligne in enumerate(cinq)]) == []


def test_vl_par_trimestre_et_par_an(tmp_path: Path) -> None:
    visite = {"lieu": "domicile", "date_naissance": "1930-01-01"}
    trimestres = plafonds(tmp_path, par_jours("VL", "60", ("2026-03-31", "2026-03-30", "2026-04-01"), **visite))
    assert trimestres == [(2, "VL au-delà de 1 par trimestre et par patient")]
    # The fifth of a year is over both maximums: one finding for each.
    annee = plafonds(tmp_path, par_jours("VL", "60", ("2026-01-05", "2026-04-05", "2026-07-05", "2026-10-05", "2026-12-05", "2027-01-05"), **visite))
    assert annee == [(6, "VL au-delà de 1 par trimestre et par patient"), (6, "VL au-delà de 4 par an et par patient")]


# --- téléconsultations


def activite(teleconsultations: int, autres: int, code: str = "TCG", **communes: str) -> list[dict[str, Any]]:
    a_distance = ({"facture": f"T{rang}", "patient": f"T{rang}", "code": code, "lieu": "teleconsultation", "montant": "25"} for rang in range(teleconsultations))
    sur_place = ({"facture": f"C{rang}", "patient": f"C{rang}"} for rang in range(autres))
    return lignes(*a_distance, *sur_place, **{"patientele_mt": "non", **communes})


@pytest.mark.parametrize(("teleconsultations", "autres", "motif"), [
    (20, 80, None),
    (21, 80, "20,8% d'actes en téléconsultation en 2026, au-delà de 20%"),
])  # fmt: skip
def test_plus_de_vingt_pour_cent_en_teleconsultation(tmp_path: Path, teleconsultations: int, autres: int, motif: str | None) -> None:
    controle = passer(tmp_path, activite(teleconsultations, autres))
    assert controle.constats.filter(pl.col("constat") == "limite").get_column("motif").to_list() == ([motif] if motif else [])
    if motif:
        trouve = constat(controle, "téléconsultation : seuil")
        assert (trouve["medecin"], trouve["ligne"], trouve["code"], trouve["enjeu"]) == ("M1", None, None, None)
        assert "art. 87" in trouve["references"]
        assert controle.synthese().filter(pl.col("constat") == "limite")["enjeu"].to_list() == [None]  # not zero


def test_la_patientele_medecin_traitant_ne_compte_pas(tmp_path: Path) -> None:
    assert [d for d in dits(passer(tmp_path, activite(50, 50, patientele_mt="oui"))) if d[1] == "limite"] == []


@pytest.mark.normes("C11A-02")
@pytest.mark.parametrize(("teleconsultations", "trop"), [(40, False), (41, True)])
def test_quarante_pour_cent_pour_un_psychiatre(tmp_path: Path, teleconsultations: int, trop: bool) -> None:
    psychiatre = activite(teleconsultations, 100 - teleconsultations, "TCS", specialite="33")
    assert any(d[1] == "limite" for d in refuses(passer(tmp_path, psychiatre))) is trop
    generaliste = activite(teleconsultations, 100 - teleconsultations)
    assert any(d[1] == "limite" for d in refuses(passer(tmp_path, generaliste)))


def test_une_annee_ne_compte_pas_pour_l_autre(tmp_path: Path) -> None:
    rangees = activite(15, 0, date_heure="2025-12-31T10:00+01:00") + activite(0, 60)
    assert [d[2] for d in refuses(passer(tmp_path, rangees)) if d[1] == "limite"] == ["téléconsultation : seuil"]
