"""The share of activity at a distance of each doctor over a year, against the threshold of the convention."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from convmed.controle.periode import Preuve
from convmed.controle.seances import SEANCE
from convmed.cotation.nomenclature import ACTES, Nomenclature
from convmed.dispositifs.contrat import repondre_entree
from convmed.dispositifs.socle import Demande, tous
from convmed.textes import Texte

SCHEMA = {"ligne": pl.UInt32, "facture": pl.String, "medecin": pl.String, "code": pl.String, "preuve": pl.Int32, "enjeu": pl.Int64}


def activite(lignes: pl.DataFrame, seances: pl.DataFrame, table: Nomenclature) -> pl.DataFrame:
    """Return the acts of each doctor and year: all of them, the téléconsultations, those of his own patients, the téléexpertises."""
    genres = {genre: [c.code for c in table.codes.values() if c.genre == genre] for genre in ACTES}
    connues = [nom for nom in ("medecin_specialite", "patientele_mt") if nom in seances.columns]
    jointes = lignes.select(SEANCE, "medecin", "code", "date_acte").join(seances.select(SEANCE, *connues), on=SEANCE, how="left")
    distance = pl.col("code").is_in(genres["teleconsultation"])
    sienne = pl.col("patientele_mt").fill_null(False) if "patientele_mt" in connues else pl.lit(False)
    specialite = pl.col("medecin_specialite").drop_nulls().first() if "medecin_specialite" in connues else pl.lit(None, pl.String)
    return jointes.group_by("medecin", annee=pl.col("date_acte").dt.year()).agg(
        specialite=specialite,
        actes=pl.col("code").is_in([code for codes in genres.values() for code in codes]).sum(),
        teleconsultations=distance.sum(),
        siennes=(distance & sienne).sum(),
        teleexpertises=pl.col("code").is_in(genres["teleexpertise"]).sum(),
    )


def constater(parts: Sequence[pl.DataFrame], texte: Texte, preuves: dict[Preuve, int]) -> pl.DataFrame:
    """Return one finding for each doctor and year over the threshold; the dispositif `telemedecine` judges."""
    trouves = []
    doctors = pl.concat(parts).filter((pl.col("teleconsultations") > 0) & pl.col("specialite").is_not_null()) if parts else pl.DataFrame()
    for d in doctors.sort("medecin", "annee").iter_rows(named=True) if doctors.height else ():
        entree = {
            "specialite": d["specialite"], "actes_total": d["actes"], "teleconsultations": d["teleconsultations"],
            "teleconsultations_patientele_mt": d["siennes"], "teleexpertises": d["teleexpertises"],
        }  # fmt: skip
        resultats = repondre_entree(tous()["telemedecine"], Demande(texte, d["annee"]), entree, "entree").resultats
        if resultats["depassement"]:
            motif = f"{resultats['taux']:.1%} d'actes en téléconsultation en {d['annee']}, au-delà de {resultats['seuil']:.0%}".replace(".", ",")
            references = " ; ".join(resultats.get("references", ()))
            preuve = Preuve("limite", "téléconsultation : seuil", motif, references)
            trouves.append((None, None, d["medecin"], None, preuves.setdefault(preuve, len(preuves)), None))
    return pl.DataFrame(trouves, schema=SCHEMA, orient="row")
