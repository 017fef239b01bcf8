"""The peer of the API: the same case on a bare route, its models checked by pydantic, its amounts written by hand.

It explains nothing, dates nothing and names no text: it is the floor of what a route of this framework costs.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict

application = FastAPI()


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Medecin(Strict):
    secteur: Literal["1", "2", "nc"]
    option_tarifaire: Literal["aucune", "optam", "optam-aco"]
    zone: Literal["zip", "zac", "hors-zone"]
    qpv: bool
    date_naissance: dt.date


class Patient(Strict):
    patient: str
    date_naissance: dt.date
    ald: bool
    c2s: bool
    date_derniere_consultation: dt.date | None


class Entree(Strict):
    medecin: Medecin
    patients: list[Patient]


class Demande(Strict):
    annee: int
    texte: str = "en-vigueur"
    entree: Entree


def socle(patient: Patient, observation: dt.date) -> int:
    naissance = patient.date_naissance
    age = observation.year - naissance.year - ((observation.month, observation.day) < (naissance.month, naissance.day))
    vu = patient.date_derniere_consultation
    if vu is None or vu < observation.replace(year=observation.year - 2):
        return 5
    if age >= 80 or patient.ald:
        return 100 if age >= 80 and patient.ald else 55
    return 15 if age >= 75 or age < 7 else 5


@application.post("/api/v1/dispositifs/forfait-medecin-traitant/calcul")
async def calculer(demande: Demande) -> dict[str, object]:
    observation = dt.date(demande.annee - 1, 12, 31)
    patients = [{"patient": p.patient, "socle": socle(p, observation), "majoration_c2s": 10 * p.c2s} for p in demande.entree.patients]
    base = sum(int(str(p["socle"])) for p in patients)
    c2s = sum(int(str(p["majoration_c2s"])) for p in patients)
    zone = base // 10 if demande.entree.medecin.zone == "zip" or demande.entree.medecin.qpv else 0
    resultats = {"socle": base, "majoration_c2s": c2s, "majoration_zone": zone, "total": base + c2s + zone, "patients": patients}
    return {"dispositif": "forfait-medecin-traitant", "annee": demande.annee, "texte": demande.texte, "resultats": resultats}
