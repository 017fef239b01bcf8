"""The share of activity at a distance of each doctor over a year, against the threshold of the convention."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import polars as pl

from convmed.controle.limites import TROUVE
from convmed.controle.periode import Preuves
from convmed.controle.seances import SEANCE
from convmed.cotation.nomenclature import ACTES, Nomenclature
from convmed.donnees.entites import REGISTRE
from convmed.moteur.colonnes import Calcul
from convmed.moteur.noeuds import DIX_MILLE
from convmed.moteur.registre import Contexte, RegleAbsente
from convmed.textes import Texte, baremes

MEDECIN = "medecin"
DEPASSEMENT, SEUIL = "tlm_depassement", "tlm_seuil"


def activite(lignes: pl.DataFrame, seances: pl.DataFrame, table: Nomenclature) -> pl.DataFrame:
    """Return the acts of each doctor and year: all of them, the téléconsultations, those of his own patients, the téléexpertises."""
    rangs = {genre: [rang for rang, c in enumerate(table.codes.values()) if c.genre == genre] for genre in ACTES}
    actes = lignes.filter(pl.col("code").is_in([rang for siens in rangs.values() for rang in siens]))
    par_seance = actes.get_column(SEANCE)
    connues = {nom: seances.get_column(nom).gather(par_seance) for nom in ("medecin_specialite", "patientele_mt") if nom in seances.columns}
    actes = actes.select(MEDECIN, "code", annee=pl.col("date_acte").dt.year()).with_columns(**connues)
    distance = pl.col("code").is_in(rangs["teleconsultation"])
    sienne = pl.col("patientele_mt").fill_null(False) if "patientele_mt" in connues else pl.lit(False)
    specialite = pl.col("medecin_specialite").drop_nulls().first() if "medecin_specialite" in connues else pl.lit(None, pl.String)
    return actes.group_by(MEDECIN, "annee").agg(
        specialite=specialite,
        tlm_actes_total=pl.len().cast(pl.Int64),
        tlm_teleconsultations=distance.sum().cast(pl.Int64),
        tlm_teleconsultations_patientele_mt=(distance & sienne).sum().cast(pl.Int64),
        tlm_teleexpertises=pl.col("code").is_in(rangs["teleexpertise"]).sum().cast(pl.Int64),
    )


def constater(parts: Sequence[pl.DataFrame], texte: Texte, preuves: Preuves) -> pl.DataFrame:
    """Return one finding for each doctor and year over the threshold, by the rules of the dispositif `telemedecine`."""
    if not parts:
        return pl.DataFrame(schema=TROUVE)
    medecins = pl.concat(parts).filter((pl.col("tlm_teleconsultations") > 0) & pl.col("specialite").is_not_null())
    trouves = []
    for (annee,), siens in medecins.partition_by("annee", as_dict=True).items():
        # The share of a year is known at its end: of two thresholds of one year, the last one judges it.
        contexte = Contexte(REGISTRE, baremes(), texte, dt.date(int(annee), 12, 31), int(annee))
        try:
            regle = contexte.regle(DEPASSEMENT)
        except RegleAbsente:
            continue
        calcul = Calcul(contexte, {MEDECIN: siens.drop("annee")})
        garder = ["tlm_retenues", "tlm_actes_total", SEUIL]
        juges = calcul.evaluer(MEDECIN, [DEPASSEMENT, *garder]).collect().filter(pl.col(DEPASSEMENT)).sort(MEDECIN)
        for medecin in juges.iter_rows(named=True):
            taux = f"{medecin['tlm_retenues'] / medecin['tlm_actes_total']:.1%}".replace(".", ",")
            motif = f"{taux} d'actes en téléconsultation en {annee}, au-delà de {medecin[SEUIL] / DIX_MILLE:.0%}"
            numero = preuves.numero("limite", "téléconsultation : seuil", motif, (regle.article,))
            trouves.append((None, None, medecin[MEDECIN], None, numero, None))
    return pl.DataFrame(trouves, schema=TROUVE, orient="row")
