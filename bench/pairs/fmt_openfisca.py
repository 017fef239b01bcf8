"""FMT by doctor: the same rule in OpenFisca-Core, as its documentation writes one: vectorised formulas, dated parameters.

Amounts are euros in 32-bit floats, as OpenFisca holds them; a missing date is 1970-01-01, its default.
"""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from openfisca_core.entities import build_entity
from openfisca_core.model_api import YEAR, Enum, ParameterNode, Variable, select, where
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem

DETAIL: dict[str, float] = {}
ANNEE = "2026"
patient = build_entity("patient", "patients", "Patient", is_person=True)
medecin = build_entity("medecin", "medecins", "Médecin", roles=[{"key": "patient", "plural": "patients", "label": "Patients"}])


class Secteur(Enum):
    un = "1"
    deux = "2"
    nc = "nc"


class Option(Enum):
    aucune = "aucune"
    optam = "optam"


class Zone(Enum):
    zip = "zip"
    zac = "zac"
    hors_zone = "hors-zone"


def entree(nom: str, entite: Any, genre: Any, **champs: Any) -> type[Variable]:
    return type(nom, (Variable,), {"value_type": genre, "entity": entite, "definition_period": YEAR, "label": nom, **champs})


ENTREES = (
    entree("date_naissance", patient, dt.date),
    entree("ald", patient, bool),
    entree("c2s", patient, bool),
    entree("date_derniere_consultation", patient, dt.date),
    entree("date_declaration_mt", patient, dt.date),
    entree("secteur", medecin, Enum, possible_values=Secteur, default_value=Secteur.nc),
    entree("option_tarifaire", medecin, Enum, possible_values=Option, default_value=Option.aucune),
    entree("zone", medecin, Enum, possible_values=Zone, default_value=Zone.hors_zone),
    entree("qpv", medecin, bool),
    entree("date_naissance_medecin", medecin, dt.date),
    entree("date_premiere_installation", medecin, dt.date),
)


def observation(period: Any) -> dt.date:
    """Return the day before the exercise."""
    return period.start.offset(-1, "day").date


def mois_revolus(debut: np.ndarray, fin: dt.date) -> np.ndarray:
    mois = debut.astype("datetime64[M]")
    jour = (debut - mois).astype(int) + 1
    return 12 * fin.year + fin.month - 1 - (mois.astype(int) + 12 * 1970) - (jour > fin.day)


class age(Variable):
    value_type = int
    entity = patient
    definition_period = YEAR
    label = "Âge"

    def formula(patient, period):
        return mois_revolus(patient("date_naissance", period), observation(period)) // 12


class dans_la_patientele(Variable):
    value_type = bool
    entity = patient
    definition_period = YEAR
    label = "Patient de la patientèle"

    def formula(patient, period):
        fin = np.datetime64(observation(period))
        return (patient("date_naissance", period) <= fin) * (patient("date_declaration_mt", period) <= fin)


class vu(Variable):
    value_type = bool
    entity = patient
    definition_period = YEAR
    label = "Patient vu dans le délai"

    def formula(patient, period, parameters):
        annees = parameters(period).fmt.fenetre_non_vu
        borne = np.datetime64(observation(period).replace(year=observation(period).year - int(annees)))
        return patient("date_derniere_consultation", period) >= borne


class fmt_socle(Variable):
    value_type = float
    entity = patient
    definition_period = YEAR
    label = "Montant socle d'un patient"

    def formula(patient, period, parameters):
        montants = parameters(period).fmt
        age, ald = patient("age", period), patient("ald", period)
        return patient("dans_la_patientele", period) * select(
            [~patient("vu", period), ald * (age >= 80), ald + (age >= 80), age >= 75, age >= 7],
            [montants.non_vu, montants.ald_80_ans, montants.ald_ou_80_ans, montants.de_75_a_79_ans, montants.de_7_a_74_ans],
            default=montants.moins_de_7_ans,
        )


class fmt_majoration_c2s(Variable):
    value_type = float
    entity = patient
    definition_period = YEAR
    label = "Majoration C2S d'un patient"

    def formula(patient, period, parameters):
        concerne = patient("dans_la_patientele", period) * patient("vu", period) * patient("c2s", period)
        return concerne * parameters(period).fmt.majoration_c2s


class fmt_socle_total(Variable):
    value_type = float
    entity = medecin
    definition_period = YEAR
    label = "Somme des montants socles"

    def formula(medecin, period):
        return medecin.sum(medecin.members("fmt_socle", period))


class fmt_majoration_c2s_total(Variable):
    value_type = float
    entity = medecin
    definition_period = YEAR
    label = "Somme des majorations C2S"

    def formula(medecin, period):
        return medecin.sum(medecin.members("fmt_majoration_c2s", period))


class fmt_total(Variable):
    value_type = float
    entity = medecin
    definition_period = YEAR
    label = "Forfait médecin traitant"

    def formula(medecin, period, parameters):
        taux = parameters(period).fmt.taux
        secteur, option = medecin("secteur", period), medecin("option_tarifaire", period)
        eligible = (secteur == Secteur.un) + (secteur == Secteur.deux) * (option == Option.optam)
        majore = (medecin("zone", period) == Zone.zip) + medecin("qpv", period)
        rang = mois_revolus(medecin("date_premiere_installation", period), observation(period)) // 12 + 1
        zone = majore * select([rang == 1, rang == 2], [taux.premiere_annee, taux.deuxieme_annee], default=taux.zone)
        age = mois_revolus(medecin("date_naissance_medecin", period), observation(period)) // 12
        senior = where(age >= 67, taux.senior, 0)
        socle = medecin("fmt_socle_total", period)
        majorations = np.floor(100 * socle * zone + 0.5) / 100 + np.floor(100 * socle * senior + 0.5) / 100
        return eligible * (socle + medecin("fmt_majoration_c2s_total", period) + majorations)


FORMULES = (
    age, dans_la_patientele, vu, fmt_socle, fmt_majoration_c2s, fmt_socle_total, fmt_majoration_c2s_total, fmt_total,
)  # fmt: skip
FIGURES = {
    "fmt": {
        "non_vu": 5, "ald_80_ans": 100, "ald_ou_80_ans": 55, "de_75_a_79_ans": 15, "de_7_a_74_ans": 5, "moins_de_7_ans": 15,
        "majoration_c2s": 10, "fenetre_non_vu": 2,
        "taux": {"zone": 0.1, "premiere_annee": 0.5, "deuxieme_annee": 0.3, "senior": 0.1},
    }
}  # fmt: skip


def systeme() -> TaxBenefitSystem:
    regles = TaxBenefitSystem([patient, medecin])
    regles.add_variables(*ENTREES, *FORMULES)
    regles.parameters = ParameterNode("", data=_datees(FIGURES))
    return regles


def _datees(figures: dict[str, Any]) -> dict[str, Any]:
    return {
        nom: _datees(valeur) if isinstance(valeur, dict) else {"values": {"2026-01-01": {"value": valeur}}}
        for nom, valeur in figures.items()
    }


def charger(dossier: Path) -> dict[str, dict[str, np.ndarray]]:
    absente = pl.date(1970, 1, 1)
    lues = [variable.__name__ for variable in ENTREES]
    tables = {}
    for nom in ("medecin", "patient"):
        table = pl.scan_parquet(dossier / f"{nom}.parquet")
        colonnes = [colonne for colonne in table.collect_schema() if colonne in ("medecin", *lues)]
        lue = table.select(colonnes).with_columns(pl.col(pl.Date).fill_null(absente)).collect()
        tables[nom] = {colonne.name: colonne.to_numpy() for colonne in lue}
    return tables


ouvrir = charger


def calculer(tables: dict[str, dict[str, np.ndarray]]) -> dict[str, int]:
    debut = time.perf_counter()
    simulation = construire(tables)
    construite = time.perf_counter()
    total = simulation.calculate("fmt_total", ANNEE).sum(dtype=np.float64)
    DETAIL.update(construction_s=construite - debut, calcul_s=time.perf_counter() - construite)
    return {"fmt": round(100 * total)}


def construire(tables: dict[str, dict[str, np.ndarray]]) -> Any:
    regles, constructeur = systeme(), SimulationBuilder()
    constructeur.create_entities(regles)
    patients, medecins = tables["patient"], tables["medecin"]
    constructeur.declare_person_entity("patient", np.arange(len(patients["medecin"])))
    groupes = constructeur.declare_entity("medecin", medecins["medecin"])
    constructeur.join_with_persons(groupes, patients["medecin"], np.zeros(len(patients["medecin"]), dtype=int))
    simulation = constructeur.build(regles)
    for variable in ENTREES:
        table = patients if variable.entity is patient else medecins
        valeurs = table[variable.__name__]
        if variable.value_type is Enum:
            valeurs = np.array([{choix.value: choix.name for choix in variable.possible_values}[v] for v in valeurs])
        simulation.set_input(variable.__name__, ANNEE, valeurs)
    return simulation
