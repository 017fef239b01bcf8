"""Gain sharing on generated histories: a naive reading, the JSON case and the columns of a file agree; more never pays less."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given, settings
from hypothesis import strategies as st

from convmed.dispositifs.contrat import repondre
from convmed.restitution.interessement import etudier
from convmed.textes import trouver_texte

DEBUT = dt.date(2023, 6, 1)
DEPUIS = dt.date(2022, 1, 1)
# Days around the anniversaries, where a window turns.
jours = st.one_of(st.integers(0, 1_000), st.sampled_from([0, 1, 365, 366, 367, 730, 731])).map(lambda n: DEBUT + dt.timedelta(days=n))
delivrances = st.lists(
    st.tuples(jours, st.sampled_from(["biosimilaire", "biosimilaire", "reference"]), st.sampled_from("ab"), st.sampled_from(["ranibizumab", "adalimumab"])),
    max_size=12,
)
nombres = st.integers(0, 200)
euros = st.integers(0, 200_000).map(lambda centimes: centimes / 100)
OUVERTES = {"ranibizumab": (dt.date(2023, 7, 1), dt.date(2025, 12, 31)), "adalimumab": (dt.date(2022, 1, 1), dt.date(2024, 12, 31))}
Delivrance = tuple[dt.date, str, str, str]


def resultats(entree: dict[str, Any], annee: int = 2025) -> dict[str, Any]:
    obtenus: dict[str, Any] = repondre("interessement", {"annee": annee, "entree": entree})["resultats"]
    return obtenus


def naive(histoire: list[Delivrance]) -> list[tuple[dt.date, str, str, str]]:
    """Return the rights of one patient, read delivery by delivery as the definitions are written."""
    droits = []
    for molecule in sorted({une[3] for une in histoire}):
        siennes = [une for une in histoire if une[3] == molecule]
        dates = sorted({une[0] for une in siennes})
        du_jour = {date: [une for une in siennes if une[0] == date] for date in dates}
        est_bio = {date: all(une[1] == "biosimilaire" for une in du_jour[date]) for date in dates}
        for rang, date in enumerate(dates):
            if not est_bio[date]:
                continue
            avant = [autre for autre in dates[:rang] if autre >= date - relativedelta(months=12)]
            if not avant:
                nature = "initiation"
            elif not est_bio[avant[-1]] and len(dates[rang : rang + 3]) == 3 and all(est_bio[une] for une in dates[rang : rang + 3]):
                nature = "switch"
            else:
                continue
            debut, fin = OUVERTES[molecule]
            if debut <= date <= fin:
                droits.append((date, molecule, min(une[2] for une in du_jour[date]), nature))
    payes: set[str] = set()
    retenus = []
    for droit in sorted(droits):
        if droit[2] not in payes:
            payes.add(droit[2])
            retenus.append(droit)
    return retenus


def du_json(histoire: list[Delivrance]) -> list[tuple[dt.date, str, str, str]]:
    lues = [{"date": date.isoformat(), "type": genre, "medecin": medecin, "molecule": molecule} for date, genre, medecin, molecule in histoire]
    evenements = resultats({"calcul": "qualification", "delivrances": lues})["evenements"]
    return [(dt.date.fromisoformat(un["date"]), un["molecule"], un["medecin"], un["qualification"]) for un in evenements if un["ouvre_droit"]]


@pytest.mark.normes("C9.3A-04", "C9.3A-06", "T-92")
@given(delivrances)
def test_une_lecture_naive_trouve_les_memes_droits(histoire: list[Delivrance]) -> None:
    assert du_json(histoire) == naive(histoire)


@pytest.mark.normes("C9.3A-04", "C9.3A-06", "T-92")
@settings(max_examples=30)
@given(st.lists(delivrances.filter(bool), min_size=1, max_size=6))
def test_le_fichier_trouve_les_memes_droits(histoires: list[list[Delivrance]]) -> None:
    lignes = [f"{medecin};p{rang};{date};{molecule};{genre}" for rang, histoire in enumerate(histoires) for date, genre, medecin, molecule in histoire]
    with tempfile.TemporaryDirectory() as dossier:
        fichier, prix = Path(dossier, "d.csv"), Path(dossier, "e.csv")
        fichier.write_text("\n".join(["medecin;patient;date;molecule;type", *lignes]) + "\n", "utf-8")
        prix.write_text("molecule;economie\nranibizumab;333,33\nadalimumab;77,77\n", "utf-8")
        etudes = {annee: etudier(fichier, trouver_texte("en-vigueur"), annee, economies=prix, historique_depuis=DEPUIS) for annee in (2023, 2024, 2025, 2026)}
    attendus = [(f"p{rang}", *droit) for rang, histoire in enumerate(histoires) for droit in naive(histoire)]
    for annee, etude in etudes.items():
        assert etude.droits is not None
        lus = {(un["patient"], un["date"], un["molecule"], un["medecin"], un["qualification"]) for un in etude.droits.to_dicts()}
        assert lus == {droit for droit in attendus if droit[1].year == annee}
        for prime in etude.primes.to_dicts():
            siens = [droit for droit in lus if droit[3] == prime["medecin"]]
            molecules = [
                {"molecule": molecule, "economie_annuelle_par_patient": economie,
                 **{champ: sum(1 for droit in siens if droit[2] == molecule and droit[4] == nature) for champ, nature in (("initiations", "initiation"), ("switchs", "switch"))}}
                for molecule, economie in (("adalimumab", 77.77), ("ranibizumab", 333.33))
                if any(droit[2] == molecule for droit in siens)
            ]  # fmt: skip
            du_cas = resultats({"calcul": "biosimilaires", "molecules": molecules}, annee)
            assert (float(prime["montant"]), prime["patients"]) == (du_cas["montant"], du_cas["patients"])


@given(delivrances, jours)
def test_un_historique_plus_court_ne_donne_jamais_plus(histoire: list[Delivrance], depuis: dt.date) -> None:
    lues = [{"date": date.isoformat(), "type": genre, "medecin": medecin, "molecule": molecule} for date, genre, medecin, molecule in histoire]
    entier = resultats({"calcul": "qualification", "delivrances": lues})
    court = resultats({"calcul": "qualification", "delivrances": lues, "historique_depuis": depuis.isoformat()})

    def initiations(lu: dict[str, Any]) -> set[tuple[str, str]]:
        return {(un["date"], un["molecule"]) for un in lu["evenements"] if un["qualification"] == "initiation"}

    assert initiations(court) <= initiations(entier)


@pytest.mark.normes("C9.3-03", "C9.3A-10")
@given(nombres, nombres, nombres, euros, st.sampled_from([None, 0.0, 50.0]), st.sampled_from([None, 500.0, 20_000.0]))
def test_plus_de_patients_ne_paie_jamais_moins(
    initiations: int, switchs: int, de_plus: int, economie: float, minimum: float | None, plafond: float | None
) -> None:
    bornes = {cle: valeur for cle, valeur in (("minimum", minimum), ("plafond", plafond)) if valeur is not None}

    def prime(combien: int) -> Any:
        molecule = {"molecule": "ranibizumab", "initiations": combien, "switchs": switchs, "economie_annuelle_par_patient": economie}
        return resultats({"calcul": "biosimilaires", "molecules": [molecule], **bornes})

    moins, plus = prime(initiations), prime(initiations + de_plus)
    assert plus["montant"] >= moins["montant"]
    assert moins["montant"] <= (plafond or 7000)
    assert moins["montant"] == 0 or moins["montant"] >= (minimum or 0)
    centimes = round(economie * 100) * (initiations + switchs)
    assert moins["avant_bornes"] == ((centimes + 1) // 2) / 100


@given(st.integers(0, 10_000), st.integers(1, 10_000), euros, st.sampled_from([2025, 2026, 2027]))
def test_le_declenchement_d_oam_est_exact(oam: int, total: int, economies: float, annee: int) -> None:
    total = max(oam, total)
    cible = {2025: 10, 2026: 15, 2027: 20}[annee]
    lu = resultats({"calcul": "oam", "economies": economies, "initiations_oam": oam, "initiations_totales": total}, annee)
    assert lu["declenche"] is (100 * oam >= cible * total)
    part = (2 * round(economies * 100) * 2_000 + 10_000) // 20_000 / 100
    assert lu["montant"] == (0 if not lu["declenche"] or not economies else max(part, 50))
