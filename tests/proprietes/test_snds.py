"""True acts written as the SNDS writes them, with its traps: the import gives them back, and the amounts that they are worth."""

from __future__ import annotations

import datetime as dt
import hashlib
import importlib.util
import os
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convmed.dispositifs import Demande as Exercice
from convmed.dispositifs import prevention
from convmed.donnees.extrait import Extrait, ouvrir
from convmed.donnees.nir import VARIABLE
from convmed.donnees.nomenclatures import traceurs
from convmed.donnees.snds import Demande, importer
from convmed.moteur.colonnes import Calcul
from convmed.textes import EN_VIGUEUR, trouver_texte

GENERATEUR = Path(__file__).parents[2] / "exemples" / "generer_snds.py"
CLE = "une clé d'essai assez longue"
ETAT, FIN = dt.date(2025, 12, 31), dt.date(2026, 12, 31)
ATC = {"3400900000017": "J07BB02", "3400900000024": "J07BD52", "3400900000031": "A10BA02", "3400900000048": "N02BE01"}
# The last of each is no tracer.
CODES = {
    "nabm": ["1577", "0592", "1133", "4127", "0104"], "cip13": list(ATC), "ccam": ["QEQK001", "QEQK004", "JKFA002", "DEQP003"],
    "ngap": ["1104", "1111", "1321"],
}  # fmt: skip
MEDECINS = ["351000017", "351000025", "351000033"]
EXECUTANTS = ["353000016", "352000010", "351000090"]
SORTS = ("simple", "tardif", "refacture", "double", "sous une ancienne clé", "jamais fait", "lu deux fois, jamais fait", "hôpital public")


def generateur() -> Any:
    """Import the script that writes the example: it writes the SNDS for this test too."""
    if "generer_snds" not in sys.modules:
        spec = importlib.util.spec_from_file_location("generer_snds", GENERATEUR)
        assert spec is not None and spec.loader is not None
        sys.modules["generer_snds"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules["generer_snds"])
    return sys.modules["generer_snds"]


@dataclass
class Patient:
    rang: int
    naissance: dt.date
    sexe: str
    cles: list[tuple[str, int]]
    medecin: str | None
    ald: int | None
    actes: list[tuple[dt.date, str, str, str]] = field(default_factory=list)

    @property
    def identite(self) -> str:
        return f"IDT{self.rang:014d}"


@st.composite
def patients(tirer: st.DrawFn) -> list[tuple[Patient, list[tuple[tuple[dt.date, str, str, str], str]]]]:
    """Draw persons with their acts, and what becomes of each act on its way to the SNDS."""
    tires = []
    for rang in range(tirer(st.integers(1, 8))):
        naissance = tirer(st.dates(dt.date(1935, 1, 1), dt.date(2025, 11, 1))).replace(day=1)
        # Two persons of one pseudo-NIR are twins, told by their rank.
        cles = [(f"PSA{rang // 2 if tirer(st.booleans()) else rang + 100:014d}", rang % 2 + 1)]
        cles += [(f"ANC{rang:014d}", 1)] if tirer(st.booleans()) else []
        patient = Patient(rang, naissance, tirer(st.sampled_from("FM")), cles, tirer(st.sampled_from([*MEDECINS, None])),
                          tirer(st.sampled_from([None, None, 8, 13, 19])))  # fmt: skip
        faits = []
        for _ in range(tirer(st.integers(0, 6))):
            nomenclature = tirer(st.sampled_from(list(CODES)))
            jour = tirer(st.dates(max(naissance, dt.date(2021, 1, 1)), dt.date(2026, 11, 30)))
            acte = (jour, nomenclature, tirer(st.sampled_from(CODES[nomenclature])), tirer(st.sampled_from([*MEDECINS, *EXECUTANTS])))
            faits.append((acte, tirer(st.sampled_from(SORTS))))
        tires.append((patient, faits))
    return tires


def ecrire(source: Any, patient: Patient, acte: tuple[dt.date, str, str, str], sort: str) -> None:
    """Write one act with its fate; it is a true one unless it was cancelled, or a public hospital's for information."""
    jour, nomenclature, code, executant = acte
    cle = patient.cles[-1 if sort == "sous une ancienne clé" else 0]
    autres = {"DPN_QLF": 71, "PRS_DPN_QLP": 71} if sort == "hôpital public" else {}
    if code == "1321":  # a dentist
        autres |= {"PSE_SPE_COD": 0, "PSE_ACT_NAT": 19}

    def facturer(quantite: int, delai: int) -> tuple[dict[str, Any], ...]:
        if nomenclature == "ngap":
            return (source.prestation(cle, jour, int(code), executant, quantite, delai, **autres),)
        lignes: tuple[dict[str, Any], ...] = source.acte(cle, jour, nomenclature, code, executant, quantite, delai, **autres)
        return lignes

    lignes = facturer(1, 9 if sort == "tardif" else 1)
    if sort == "refacture":
        facturer(-1, 3)
        facturer(1, 3)
    elif sort.endswith("jamais fait"):
        facturer(-1, 4)
    if sort in ("double", "lu deux fois, jamais fait"):
        for ligne, table in zip(lignes, ("ER_PRS_F", {"nabm": "ER_BIO_F", "cip13": "ER_PHA_F", "ccam": "ER_CAM_F"}.get(nomenclature)), strict=False):
            source.tables[f"{table}_2"].append(ligne)


def composer(tires: list[tuple[Patient, list[Any]]], dossier: Path) -> list[Patient]:
    """Write the SNDS of some patients and return them with the acts that were really done."""
    module = generateur()
    source = module.Source()
    for numero in MEDECINS:
        source.medecin(numero)
    for cip13, atc in ATC.items():
        source.medicament(cip13, atc)
    temoin = ("PSATEMOIN00000000", 1)
    source.personne(module.Personne("MORT", dt.date(1920, 1, 1), "F", [temoin], deces=dt.date(2020, 1, 1)))
    source.declaration(temoin, MEDECINS[0], dt.date(2000, 1, 1))
    source.ald(temoin, 8, dt.date(2000, 1, 1), dt.date(2099, 1, 1), dt.date(2000, 1, 1))
    source.c2s(temoin, dt.date(2000, 1, 1), dt.date(2001, 1, 1))
    for nomenclature in ("nabm", "cip13", "ccam"):
        source.acte(temoin, dt.date(2019, 1, 1), nomenclature, CODES[nomenclature][0], EXECUTANTS[0])
    for patient, faits in tires:
        source.personne(module.Personne(patient.identite, patient.naissance, patient.sexe, patient.cles), 2)
        if patient.medecin:
            source.declaration(patient.cles[-1], patient.medecin, dt.date(2025, 12, 1))
            source.declaration(patient.cles[0], MEDECINS[0], dt.date(2015, 1, 1), dt.date(2025, 11, 30))
        if patient.ald:
            source.ald(patient.cles[0], patient.ald, dt.date(2020, 1, 1), dt.date(2099, 12, 31), dt.date(2020, 1, 1))
        for acte, sort in faits:
            ecrire(source, patient, acte, sort)
            if not sort.endswith("jamais fait") and sort != "hôpital public":
                patient.actes.append(acte)
    source.ecrire(dossier)
    return [patient for patient, _ in tires]


def rang_de(patients_vrais: list[Patient]) -> dict[str, int]:
    """Return the rank that the import gives each person: the order of the keyed hash of their identity."""
    cle = hashlib.sha256(CLE.encode()).hexdigest()
    empreintes = {p.identite: int(hashlib.sha256((cle + p.identite).encode()).hexdigest()[:16], 16) for p in patients_vrais}
    return {identite: rang for rang, identite in enumerate(sorted(empreintes, key=lambda i: empreintes[i]), 1)}


def tables_vraies(vrais: list[Patient]) -> dict[str, pl.DataFrame]:
    """Return the tables that an import should give, from what really happened."""
    natures = {"1104": "COE", "1111": "C", "1321": "ADC"}
    rangs = rang_de(vrais)
    actes = pl.DataFrame(
        [
            (rangs[p.identite], jour, "atc" if nom == "cip13" else nom, ATC.get(code) or natures.get(code, code),
             {"1321": "19", "1111": "01", "1104": "01"}.get(code))
            for p in vrais for jour, nom, code, _ in p.actes
        ],
        schema={"patient": pl.Int64, "date": pl.Date, "nomenclature": pl.String, "code": pl.String, "specialite_executant": pl.String},
        orient="row",
    )  # fmt: skip
    vus = [
        max((jour for jour, _, code, executant in p.actes if code in ("1104", "1111") and executant == p.medecin and jour <= ETAT), default=None)
        for p in vrais
    ]
    return {
        "patient": pl.DataFrame(
            [(rangs[p.identite], p.naissance, p.sexe, p.ald is not None, p.medecin is not None, vu) for p, vu in zip(vrais, vus, strict=True)],
            schema={"patient": pl.Int64, "date_naissance": pl.Date, "sexe": pl.String, "ald": pl.Boolean, "suivi": pl.Boolean,
                    "date_derniere_consultation": pl.Date}, orient="row",
        ).sort("patient"),
        "evenement": traceurs(actes)[0].select("patient", "date", pl.col("traceur").cast(pl.String)).unique().sort("patient", "date", "traceur"),
        "affection": pl.DataFrame([(rangs[p.identite], p.ald) for p in vrais if p.ald], schema={"patient": pl.Int64, "numero_ald": pl.Int32},
                                  orient="row").sort("patient"),
    }  # fmt: skip


def tables_lues(extrait: Extrait) -> dict[str, pl.DataFrame]:
    lues: dict[str, pl.DataFrame] = {}
    for partition in extrait.partitions:
        for nom, table in extrait.tables(partition.nom).items():
            morceau = table.collect()
            lues[nom] = pl.concat([lues[nom], morceau]) if nom in lues else morceau
    patients_lus = lues["patient"].select(
        "patient", "date_naissance", pl.col("sexe").cast(pl.String), "ald", pl.col("medecin").is_not_null().alias("suivi"),
        "date_derniere_consultation",
    )  # fmt: skip
    return {
        "patient": patients_lus.sort("patient"),
        "evenement": lues["evenement"].with_columns(pl.col("traceur").cast(pl.String)).sort("patient", "date", "traceur"),
        "affection": lues["affection"].sort("patient"),
    }


def montants(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Return what prevention is worth for each patient."""
    contexte = prevention.contexte_de(Exercice(trouver_texte(EN_VIGUEUR), 2026))
    complet = {**tables, "patient": tables["patient"].drop("suivi"), "exclusion": pl.DataFrame(schema={"patient": pl.Int64, "indicateur_exclu": pl.String}),
               "hors_cible": pl.DataFrame(schema={"patient": pl.Int64, "indicateur_hors_cible": pl.String})}  # fmt: skip
    obtenus: pl.LazyFrame = Calcul(contexte, complet).evaluer("patient", ["prevention_montant"])
    return obtenus.select("patient", "prevention_montant").collect().sort("patient")


def sans_ambiguite(tires: list[tuple[Patient, list[Any]]]) -> list[tuple[Patient, list[Any]]]:
    """Keep one act of each kind a day: a cancellation does not say which of two like acts it takes away."""
    nets = []
    for patient, faits in tires:
        vus: set[tuple[Any, ...]] = set()
        nets.append((patient, [fait for fait in faits if fait[0] not in vus and not vus.add(fait[0])]))  # type: ignore[func-returns-value]
    return nets


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(patients())
def test_les_vrais_actes_reviennent(tires):
    with tempfile.TemporaryDirectory() as lieu:
        vrais = composer(sans_ambiguite(tires), Path(lieu) / "source")
        with mock.patch.dict(os.environ, {VARIABLE: CLE}):
            importer(Path(lieu) / "source", Path(lieu) / "extrait", Demande(2026))
        lues, attendues = tables_lues(ouvrir(Path(lieu) / "extrait")), tables_vraies(vrais)
    for nom, table in attendues.items():
        assert lues[nom].to_dicts() == table.to_dicts(), nom
    assert montants(lues).to_dicts() == montants(attendues).to_dicts()
