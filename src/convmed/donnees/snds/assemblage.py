"""Acts put together, regularisations taken away, patients cut in partitions, and the extrait written.

A regularisation is the same line with a negative quantity, followed or not by the right one: quantities add up for a patient,
a day, a code and who did it, and an act remains if the sum is positive (documentation-snds, fiche « Requête type dans la table
prestations du DCIR », « Prise en compte des régularisations »).
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl

from convmed.donnees.extrait import PATIENTS_PAR_PARTITION, Ecrivain
from convmed.donnees.nomenclatures import traceurs
from convmed.donnees.snds.atelier import Atelier, lister
from convmed.donnees.snds.medecin_traitant import medecin_de
from convmed.donnees.snds.tables import CLES
from convmed.donnees.snds.traceurs import Listes, consultations, natures

ACTE = "patient, soin, nomenclature, code, activite, executant"
FACULTATIVES = ("zone", "qpv", "date_naissance_medecin", "date_premiere_installation", "departement")
SCHEMAS: dict[str, dict[str, Any]] = {
    "patient": {
        "patient": pl.Int64, "medecin": pl.Int32, "naissance": pl.Date, "sexe": pl.String, "ald": pl.Boolean, "c2s": pl.Boolean,
        "date_derniere_consultation": pl.Date, "debut": pl.Date,
    },
    "medecin": {
        "medecin": pl.Int32, "specialite": pl.String, "secteur": pl.String, "option_tarifaire": pl.String, "zone": pl.String,
        "qpv": pl.Boolean, "date_naissance_medecin": pl.Date, "date_premiere_installation": pl.Date, "departement": pl.String,
    },
    "acte": {"patient": pl.Int64, "soin": pl.Date, "nomenclature": pl.String, "code": pl.String, "specialite": pl.String},
    "affection": {"patient": pl.Int64, "numero_ald": pl.Int32},
}  # fmt: skip


def actes(atelier: Atelier, prestations: str, affines: list[str]) -> tuple[str, dict[str, int]]:
    """Write the acts that remain once quantities are added up; return their SQL and what was found on the way."""
    lettres = " ".join(f"WHEN {nature} THEN '{lettre}'" for nature, (lettre, _) in natures().items() if lettre)
    morceaux = [
        f"SELECT patient, soin, 'ngap' AS nomenclature, COALESCE(CASE nature {lettres} END, CAST(nature AS VARCHAR)) AS code, "
        f"'' AS activite, executant, specialite, quantite FROM {prestations} WHERE traceuse"
    ]
    cles = ", ".join(CLES)
    for sql in affines:
        if sql:
            morceaux.append(
                "SELECT patient, soin, nomenclature, code, activite, executant, specialite, "
                f"COALESCE(fines.quantite, sign(prs.quantite)) AS quantite FROM (SELECT DISTINCT * FROM {sql}) AS fines "
                f"JOIN {prestations} AS prs USING ({cles})"
            )
    naissances = f"read_parquet('{atelier.stade('personnes')}')"
    sommes = atelier.copier("sommes", (
        f"SELECT {ACTE}, max(specialite) AS specialite, sum(quantite) AS quantite, max(quantite) AS pose FROM "
        f"({' UNION ALL '.join(morceaux)}) WHERE patient IS NOT NULL GROUP BY {ACTE}"
    ))  # fmt: skip
    lieu = atelier.copier("actes", (
        f"SELECT somme.patient, soin, nomenclature, code, specialite FROM read_parquet('{sommes}') AS somme "
        f"JOIN {naissances} AS ne ON ne.patient = somme.patient WHERE quantite > 0 AND soin >= naissance"
    ))  # fmt: skip
    annules, seules, avant = atelier.lignes(
        "SELECT count(*) FILTER (WHERE quantite <= 0 AND pose > 0), count(*) FILTER (WHERE quantite < 0 AND pose < 0), "
        f"count(*) FILTER (WHERE quantite > 0 AND soin < naissance) FROM read_parquet('{sommes}') AS somme JOIN {naissances} AS ne ON ne.patient = somme.patient"
    )[0]
    return f"read_parquet('{lieu}')", {
        "actes_annules": int(annules), "annulations_sans_acte": int(seules), "actes_avant_la_naissance": int(avant),
    }  # fmt: skip


def dernieres_consultations(atelier: Atelier, prestations: str, declares: str, dernieres: str, etat_au: dt.date) -> str:
    """Write when each patient last saw their own doctor, up to a date; return its SQL."""
    vues = (
        f"(SELECT patient, soin, executant FROM {prestations} WHERE nature IN ({lister(consultations())}) AND patient IS NOT NULL "
        f"AND executant IS NOT NULL AND soin <= DATE '{etat_au.isoformat()}' GROUP BY patient, soin, nature, executant HAVING sum(quantite) > 0)"
    )
    lieu = atelier.copier("consultations", (
        f"SELECT patient, max(soin) AS date_derniere_consultation FROM {medecin_de(vues, 'executant', dernieres)} "
        f"JOIN {declares} USING (patient, medecin) GROUP BY patient"
    ))  # fmt: skip
    return f"read_parquet('{lieu}')"


def patients(atelier: Atelier, declares: str, medecins: str, consultations_vues: str, affections: str, c2s: str) -> str:
    """Write the patients with all that is known of them and their partition; return their SQL.

    A doctor and their list are in one partition; those who have no doctor go on from the last of them.
    """
    ald = f"p.patient IN (SELECT patient FROM {affections})" if affections else "CAST(NULL AS BOOLEAN)"
    css = f"p.patient IN (SELECT patient FROM {c2s})" if c2s else "CAST(NULL AS BOOLEAN)"
    lieu = atelier.copier("patients", (
        f"WITH suivis AS (SELECT declares.patient, med.medecin, debut FROM {declares} AS declares JOIN {medecins} AS med ON med.numero = declares.medecin), "
        f"listes AS (SELECT medecin, count(patient) AS effectif FROM {medecins} LEFT JOIN suivis USING (medecin) GROUP BY medecin), "
        # The first patient of a list settles the partition of all: it may be larger than the size by one list.
        f"parts AS (SELECT medecin, CAST((sum(effectif) OVER (ORDER BY medecin) - effectif) // {PATIENTS_PAR_PARTITION} AS INTEGER) AS partie FROM listes), "
        f"tous AS (SELECT p.patient, naissance, sexe, suivis.medecin, debut, {ald} AS ald, {css} AS c2s, date_derniere_consultation "
        f"FROM read_parquet('{atelier.stade('personnes')}') AS p LEFT JOIN suivis ON suivis.patient = p.patient "
        f"LEFT JOIN {consultations_vues} AS vus ON vus.patient = p.patient) "
        "SELECT tous.*, COALESCE(parts.partie, CAST(((SELECT count(*) FROM suivis) + "
        f"row_number() OVER (PARTITION BY tous.medecin IS NULL ORDER BY tous.patient) - 1) // {PATIENTS_PAR_PARTITION} AS INTEGER)) AS partie "
        "FROM tous LEFT JOIN parts ON parts.medecin = tous.medecin"
    ))  # fmt: skip
    return f"read_parquet('{lieu}')"


def ecrire(atelier: Atelier, ecrivain: Ecrivain, tables: dict[str, str], listes: Listes) -> int:
    """Write each partition that is not yet there; return how many tracer acts there are beyond one a day."""
    sql_patients, sql_medecins = tables["patients"], tables["medecins"]
    parties = f"(SELECT patient, partie FROM {sql_patients})"
    lieux = {
        "patient": atelier.copier_en_parties("p-patient", f"SELECT * FROM {sql_patients} ORDER BY partie, patient"),
        "medecin": atelier.copier_en_parties("p-medecin", (
            f"SELECT med.*, COALESCE(p.partie, 0) AS partie FROM {sql_medecins} AS med "
            f"LEFT JOIN (SELECT medecin, any_value(partie) AS partie FROM {sql_patients} WHERE medecin IS NOT NULL GROUP BY medecin) AS p USING (medecin)"
        )),
        "acte": atelier.copier_en_parties("p-acte", f"SELECT a.*, partie FROM {tables['actes']} AS a JOIN {parties} USING (patient)"),
    }  # fmt: skip
    if tables["affections"]:
        lieux["affection"] = atelier.copier_en_parties("p-affection", (
            f"SELECT a.*, partie FROM {tables['affections']} AS a JOIN {parties} USING (patient) WHERE numero_ald IS NOT NULL"
        ))  # fmt: skip
    # What nobody told of any doctor is not a column of empty cells: the rules ask for what they need.
    tues = atelier.lignes(f"SELECT {', '.join(f'count({nom})' for nom in FACULTATIVES)} FROM {sql_medecins}")[0]
    muettes = [nom for nom, connus in zip(FACULTATIVES, tues, strict=True) if not connus]
    muettes += [nom for nom in ("ald", "c2s") if not tables[{"ald": "affections"}.get(nom, nom)]]
    numeros = sorted({int(lieu.name.removeprefix("partie=")) for quoi in ("patient", "medecin") for lieu in lieux[quoi].glob("partie=*")})
    repetes = 0
    for rang, numero in enumerate(numeros or [0]):
        nom = f"{numero:04d}"
        atelier.avancer(f"partition {nom}", rang, len(numeros))
        if not ecrivain.fait(nom):
            contenu, doubles = _partition(lieux, numero, listes, muettes)
            repetes += doubles
            ecrivain.ecrire(nom, contenu)
    return repetes


def _partition(lieux: dict[str, Path], numero: int, listes: Listes, muettes: list[str]) -> tuple[dict[str, pl.DataFrame], int]:
    lus = {nom: _lire(lieux[nom] / f"partie={numero}" if nom in lieux else None, schema) for nom, schema in SCHEMAS.items()}
    traduits, _ = traceurs(lus["acte"].rename({"soin": "date", "specialite": "specialite_executant"}), listes.connues)
    evenements = traduits.select("patient", "date", "traceur").unique().sort("patient", "date", "traceur")
    patients = lus["patient"].rename({"naissance": "date_naissance", "debut": "date_declaration_mt"}).sort("patient")
    return {
        "medecin": lus["medecin"].sort("medecin").drop(muettes, strict=False),
        "patient": patients.drop(muettes, strict=False),
        "evenement": evenements,
        "affection": lus["affection"].sort("patient", "numero_ald"),
    }, traduits.height - evenements.height


def _lire(lieu: Path | None, schema: dict[str, Any]) -> pl.DataFrame:
    if lieu is None or not lieu.is_dir():
        return pl.DataFrame(schema=schema)
    # The folder says the partition: it is not a column of the extrait.
    lus = [pl.scan_parquet(fichier, hive_partitioning=False) for fichier in sorted(lieu.glob("*.parquet"))]
    return pl.concat(lus).select(pl.col(nom).cast(genre) for nom, genre in schema.items()).collect()
