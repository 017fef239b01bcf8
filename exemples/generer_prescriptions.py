"""Write the examples of prescriptions: `python exemples/generer_prescriptions.py`. Drawn from a seed; no one in them exists.

Amounts of prescriptions, savings by molecule and deliveries are all invented: nobody published them.
"""

from __future__ import annotations

import csv
import datetime as dt
import random
from collections.abc import Iterable, Iterator
from itertools import product
from pathlib import Path

ICI = Path(__file__).parent
# Yearly amount by patient (euros, invented) and patients of a mean list, by age band.
AGES = {"0-14": (60, 180), "15-39": (110, 260), "40-64": (300, 300), "65-79": (700, 150), "80 et plus": (1000, 60)}
PART_ALD = {"0-14": 0.02, "15-39": 0.04, "40-64": 0.18, "65-79": 0.45, "80 et plus": 0.7}
PART_C2S = 0.1
MEDECINS = 20
CLASSES = list(product(AGES, "FM", ("oui", "non"), ("oui", "non")))
Rangee = dict[str, object]


def prescriptions(annee: int) -> Iterator[Rangee]:
    """Yield a class of patients a line; the style of each doctor drifts from one year to the next."""
    for numero in range(1, MEDECINS + 1):
        durable = random.Random(numero)
        taille, style = durable.uniform(0.6, 1.5), durable.lognormvariate(0, 0.18)
        tirage = random.Random(f"{annee} {numero}")
        # Doctors 5 and 14 prescribe less than the year before.
        style *= tirage.lognormvariate(0, 0.03) * (0.82 if annee == 2025 and numero in (5, 14) else 1)
        for age, sexe, ald, c2s in CLASSES:
            montant, patients = AGES[age]
            part = (PART_ALD[age] if ald == "oui" else 1 - PART_ALD[age]) * (PART_C2S if c2s == "oui" else 1 - PART_C2S)
            combien = round(patients * taille * part / 2 * tirage.uniform(0.7, 1.3))
            if combien:
                cout = montant * (2.6 if ald == "oui" else 0.7) * (1.15 if c2s == "oui" else 1) * style * tirage.lognormvariate(0, 0.1)
                yield {"medecin": f"MG-{numero:02d}", "tranche_age": age, "sexe": sexe, "ald": ald, "c2s": c2s, "patients": combien,
                       "montant": f"{combien * cout:.2f}".replace(".", ",")}  # fmt: skip


def delivrances() -> Iterator[Rangee]:
    """Yield the deliveries of LISEZMOI.md: one patient a case, then a list of ordinary ones."""
    cas = {
        "INITIE": "b 2025-02-03, b 2025-03-05, b 2025-04-02",
        "DEJA-TRAITE": "b 2024-02-10, b 2025-02-10",
        "REPRISE": "b 2024-01-08, b 2025-02-11",
        "CONVERTI": "r 2025-01-06, b 2025-02-04, b 2025-03-04, b 2025-04-01",
        "NON-CONFIRME": "r 2025-01-06, b 2025-02-04, b 2025-03-04, r 2025-04-01",
        "EN-FIN-D-ANNEE": "r 2025-10-06, b 2025-11-04, b 2025-12-04, b 2026-01-06",
        "TROP-TARD": "b 2026-01-06",
    }
    for patient, suite in cas.items():
        for mot in suite.split(", "):
            genre, jour = mot.split(" ")
            yield _delivrance("OPH-1", patient, dt.date.fromisoformat(jour), "ranibizumab", genre == "b")
    yield _delivrance("RHU-1", "SORTIE", dt.date(2025, 3, 3), "étanercept", True)
    yield _delivrance("OPH-2", "AILLEURS", dt.date(2023, 12, 4), "ranibizumab", False)
    tirage = random.Random(5)
    for rang in range(60):
        jour = dt.date(2023, 12, 1) + dt.timedelta(tirage.randrange(300))
        bascule = tirage.choice((None, dt.date(2025, 1, 10) + dt.timedelta(tirage.randrange(250))))
        while jour < dt.date(2025, 12, 31):
            yield _delivrance(f"OPH-{1 + rang % 3}", f"P{rang:03d}", jour, "ranibizumab", bascule is not None and jour >= bascule)
            jour += dt.timedelta(tirage.randrange(26, 45))


def _delivrance(medecin: str, patient: str, jour: dt.date, molecule: str, biosimilaire: bool) -> Rangee:
    return {"medecin": medecin, "patient": patient, "date": jour.isoformat(), "molecule": molecule,
            "type": "biosimilaire" if biosimilaire else "reference"}  # fmt: skip


CUMULS = [
    {"medecin": "OPH-1", "dispositif": "biosimilaires", "molecule": "ranibizumab", "initiations": 6, "switchs": 4},
    {"medecin": "OPH-2", "dispositif": "biosimilaires", "molecule": "ranibizumab", "initiations": 40},
    {"medecin": "RHU-1", "dispositif": "biosimilaires", "molecule": "etanercept", "switchs": 3},
    {"medecin": "MG-01", "dispositif": "ipp", "economies": "840,50"},
    {"medecin": "PNE-1", "dispositif": "oam", "economies": "2100"},
    {"medecin": "PNE-2", "dispositif": "oam", "economies": "180"},
    {"medecin": "CAR-1", "dispositif": "insuffisance-cardiaque", "indicateurs": 3, "specialite": "03", "secteur": "1"},
    {"medecin": "CAR-2", "dispositif": "insuffisance-cardiaque", "indicateurs": 2, "specialite": "03", "secteur": "2", "option_tarifaire": "aucune"},
]
COLONNES = ["medecin", "dispositif", "molecule", "initiations", "switchs", "economies", "indicateurs", "specialite", "secteur", "option_tarifaire"]


def ecrire(chemin: Path, rangees: Iterable[Rangee], colonnes: list[str] | None = None) -> None:
    """Write rows as a CSV with semicolons."""
    lues = list(rangees)
    with chemin.open("w", encoding="utf-8", newline="") as flux:
        ecrivain = csv.DictWriter(flux, colonnes or list(lues[0]), delimiter=";", lineterminator="\n")
        ecrivain.writeheader()
        ecrivain.writerows(lues)


if __name__ == "__main__":
    for nom in ("sobriete", "interessement"):
        (ICI / nom).mkdir(exist_ok=True)
    for annee in (2024, 2025):
        ecrire(ICI / "sobriete" / f"prescriptions-{annee}.csv", prescriptions(annee))
    ecrire(ICI / "interessement" / "delivrances.csv", sorted(delivrances(), key=lambda une: (str(une["date"]), str(une["patient"]))))
    ecrire(ICI / "interessement" / "cumuls.csv", CUMULS, COLONNES)
    ecrire(ICI / "interessement" / "economies.csv", [{"molecule": "ranibizumab", "economie": 620}, {"molecule": "étanercept", "economie": 900}])
