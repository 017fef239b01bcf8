"""Fifteen indicators and the FMT from the acts: the query that one writes by hand for Polars, figures in the code."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl

from pairs.fmt_polars import par_medecin, par_patient

TABLES = ("medecin", "patient", "affection", "exclusion", "hors_cible", "evenement")
DEPISTAGES = ("cancer-sein", "cancer-col", "cancer-colorectal")
ETATS = ("valide", "non-valide", "non-concerne", "exclu", "opposition")
OBSERVATION = dt.date(2026, 12, 31)
CAMPAGNE = dt.date(2026, 4, 1)
VPC20 = dt.date(2024, 3, 7)
GRIPPE_ALD = [1, 2, 5, 6, 7, 8, 9, 10, 12, 13, 14, 15, 16, 18, 19, 20, 21, 22, 24, 25, 27, 28, 30]
COVID_ALD = sorted([*GRIPPE_ALD, 3, 23])
PNEUMOCOQUE_ALD = [2, 3, 5, 6, 7, 8, 9, 14, 19, 21, 22, 24, 25, 27, 28, 30]
MCVA_ALD = [1, 3, 5, 12, 13]


def charger(dossier: Path) -> dict[str, pl.LazyFrame]:
    return {nom: pl.read_parquet(dossier / f"{nom}.parquet").lazy() for nom in TABLES}


def ouvrir(dossier: Path) -> dict[str, pl.LazyFrame]:
    return {nom: pl.scan_parquet(dossier / f"{nom}.parquet") for nom in TABLES}


def il_y_a(mois: int) -> dt.date:
    """Return the last day of a month so many months before the observation, itself the last day of a year."""
    annee, mois_restant = divmod(12 * OBSERVATION.year + 11 - mois, 12)
    suivant = dt.date(annee + (mois_restant + 1) // 12, (mois_restant + 1) % 12 + 1, 1)
    return suivant - dt.timedelta(days=1)


def mois_revolus(naissance: pl.Expr, date: pl.Expr) -> pl.Expr:
    mois = 12 * (date.dt.year() - naissance.dt.year()).cast(pl.Int32) + date.dt.month() - naissance.dt.month()
    return mois - (date.dt.day() < naissance.dt.day()).cast(pl.Int32)


def ne_depuis_au_moins(mois: int) -> pl.Expr:
    """Return whether a patient has reached an age at the observation: comparing dates costs less than counting months."""
    return pl.col("date_naissance") <= il_y_a(mois)


def de_l_age(mini: int, maxi: int) -> pl.Expr:
    return ne_depuis_au_moins(mini) & ~ne_depuis_au_moins(maxi)


def actes(evenements: pl.LazyFrame, patients: pl.LazyFrame) -> pl.LazyFrame:
    """Return, for each patient who has an act, whether each piece of evidence is there."""
    traceur, date = pl.col("traceur"), pl.col("date")

    def depuis(nom: str, borne: dt.date) -> pl.Expr:
        return ((traceur == nom) & (date >= borne)).any()

    cytologies = date.filter(traceur == "cytologie-col")
    adultes = evenements.filter(date <= OBSERVATION).group_by("patient").agg(
        grippe=depuis("vaccin-grippe", CAMPAGNE),
        covid=depuis("vaccin-covid", CAMPAGNE),
        pneumocoque=depuis("vaccin-pneumocoque-20", VPC20),
        sein=depuis("mammographie-depistage", il_y_a(24)) | depuis("mammographie-bilaterale", il_y_a(12)),
        hpv_col=depuis("test-hpv-col", il_y_a(60)),
        cytologie=(depuis("cytologie-col", il_y_a(36)) & (cytologies.min() < cytologies.max())).fill_null(False)
        | depuis("cytologie-col", il_y_a(12)),
        colorectal=depuis("test-immunologique-colorectal", il_y_a(24)),
        glycemie=depuis("glycemie-a-jeun", il_y_a(36)),
        mrc=depuis("creatinine-sanguine", il_y_a(12))
        & (
            depuis("albumine-creatinine-urinaire", il_y_a(12))
            | (depuis("albumine-urinaire", il_y_a(12)) & depuis("creatinine-urinaire", il_y_a(12)))
        ),
        hba1c=depuis("hba1c", il_y_a(6)),
        dentaire=depuis("examen-bucco-dentaire", il_y_a(12)),
        exclu_sein=(traceur == "exclusion-sein").any(),
        exclu_col=(traceur == "exclusion-col").any(),
        exclu_colorectal=(traceur == "exclusion-colorectal").any(),
        bronchodilatateurs=((traceur == "bronchodilatateur") & (date >= il_y_a(12))).sum(),
        antidiabetique=depuis("antidiabetique", il_y_a(12)),
    )  # fmt: skip
    age = pl.col("age")

    def entre(nom: str, mini: int, maxi: int) -> pl.Expr:
        return (traceur == nom) & (age >= mini) & (age < maxi)

    def deux_doses(nom: str, mini: int, maxi: int) -> pl.Expr:
        doses = date.filter(entre(nom, mini, maxi))
        return (doses.min() < doses.max()).fill_null(False)

    enfants = (
        evenements.filter(
            date <= OBSERVATION, traceur.is_in(["vaccin-ror", "vaccin-meningocoque-c", "vaccin-hpv", "consultation-enfant"])
        )
        .join(patients.select("patient", "date_naissance"), on="patient")
        .with_columns(age=mois_revolus(pl.col("date_naissance"), date))
        .group_by("patient")
        .agg(
            ror=deux_doses("vaccin-ror", 0, 25),
            meningocoque=entre("vaccin-meningocoque-c", 0, 13).any(),
            hpv=deux_doses("vaccin-hpv", 120, 180),
            m9=entre("consultation-enfant", 8, 11).any(),
            m24=entre("consultation-enfant", 22, 27).any(),
        )
    )
    return adultes.join(enfants, on="patient", how="left")


def etats(tables: dict[str, pl.LazyFrame]) -> pl.LazyFrame:
    """Return the state of each patient for each indicator."""
    numero = pl.col("numero_ald")
    affections = tables["affection"].group_by("patient").agg(
        ald_grippe=numero.is_in(GRIPPE_ALD).any(), ald_covid=numero.is_in(COVID_ALD).any(),
        ald_pneumocoque=numero.is_in(PNEUMOCOQUE_ALD).any(), ald_mcva=numero.is_in(MCVA_ALD).any(),
        ald_systeme=(numero == 21).any(), ald_diabete=(numero == 8).any(), numerotee=pl.lit(True),
    )  # fmt: skip
    exclusions, hors_cible = (
        tables[table].group_by("patient").agg((pl.col(colonne) == nom).any().alias(f"{table} {nom}") for nom in DEPISTAGES)
        for table, colonne in (("exclusion", "indicateur_exclu"), ("hors_cible", "indicateur_hors_cible"))
    )
    patients = (
        tables["patient"]
        .join(exclusions, on="patient", how="left")
        .join(hors_cible, on="patient", how="left")
        .join(affections, on="patient", how="left")
        .join(actes(tables["evenement"], tables["patient"]), on="patient", how="left")
    )

    def su(nom: str) -> pl.Expr:
        return pl.col(nom).fill_null(False)

    # An ALD whose number is not known leaves the group unknown.
    sans_numero = pl.col("ald") & ~su("numerotee")
    traite = pl.col("bronchodilatateurs").fill_null(0) >= 4

    def groupe(present: pl.Expr) -> pl.Expr:
        return pl.when(present).then(True).when(~sans_numero).then(False)

    femme = pl.col("sexe") == "F"
    mcva, diabete = su("ald_mcva"), su("ald_diabete")
    patientele = (pl.col("date_naissance") <= OBSERVATION) & (pl.col("date_declaration_mt").fill_null(OBSERVATION) <= OBSERVATION)
    # Nobody published how many deliveries of antidiabetics make a diabetic: one of them leaves it unknown.
    suivi_hba1c = pl.when(diabete).then(True).when(~su("antidiabetique") & ~sans_numero).then(False)
    indicateurs: dict[str, tuple[pl.Expr, pl.Expr, pl.Expr]] = {
        "grippe": (ne_depuis_au_moins(780) | (ne_depuis_au_moins(6) & groupe(su("ald_grippe") | traite)), pl.lit(False), su("grippe")),
        "covid": (ne_depuis_au_moins(780) | (ne_depuis_au_moins(6) & groupe(su("ald_covid") | traite)), pl.lit(False), su("covid")),
        "pneumocoque": (ne_depuis_au_moins(216) & groupe(su("ald_pneumocoque") | traite), pl.lit(False), su("pneumocoque")),
        "ror": (de_l_age(16, 36), pl.lit(False), su("ror")),
        "meningocoque-c": (de_l_age(5, 24), pl.lit(False), su("meningocoque")),
        "hpv": (de_l_age(132, 192), pl.lit(False), su("hpv")),
        "cancer-sein": (de_l_age(600, 900) & femme, su("exclusion cancer-sein") | su("exclu_sein"), su("sein")),
        "cancer-col": (
            de_l_age(300, 792) & femme, su("exclusion cancer-col") | su("exclu_col"),
            (ne_depuis_au_moins(360) & su("hpv_col")) | su("cytologie"),
        ),
        "cancer-colorectal": (de_l_age(600, 900), su("exclusion cancer-colorectal") | su("exclu_colorectal"), su("colorectal")),
        "diabete": (ne_depuis_au_moins(540) & groupe(mcva), pl.lit(False), su("glycemie")),
        "mrc": (ne_depuis_au_moins(216) & groupe(mcva | diabete | su("ald_systeme")), pl.lit(False), su("mrc")),
        "hba1c": (suivi_hba1c, pl.lit(False), su("hba1c")),
        "examen-m9": (de_l_age(8, 22), pl.lit(False), su("m9")),
        "examen-m24": (de_l_age(22, 38), pl.lit(False), su("m24")),
        "bucco-dentaire": (de_l_age(36, 300), pl.lit(False), su("dentaire")),
    }  # fmt: skip
    return patients.select(
        "medecin",
        **{
            nom: pl.when(pl.col("opposition")).then(pl.lit("opposition"))
            .when(su(f"hors_cible {nom}") if nom in DEPISTAGES else False).then(pl.lit("non-concerne"))
            .when((patientele & concerne).is_null()).then(None)
            .when(~(patientele & concerne)).then(pl.lit("non-concerne"))
            .when(exclu).then(pl.lit("exclu"))
            .when(valide).then(pl.lit("valide"))
            .otherwise(pl.lit("non-valide"))
            for nom, (concerne, exclu, valide) in indicateurs.items()
        },
    )  # fmt: skip


def calculer(tables: dict[str, pl.LazyFrame]) -> dict[str, int]:
    par_etat = etats(tables)
    noms = par_etat.collect_schema().names()[1:]
    comptes = par_etat.select((pl.col(nom) == etat).sum().alias(f"{nom} {etat}") for nom in noms for etat in ETATS)
    socles = par_patient(tables["patient"]).group_by("medecin").agg(pl.all().sum().cast(pl.Int64))
    valides = par_etat.group_by("medecin").agg(
        prevention=500 * pl.sum_horizontal((pl.col(nom) == "valide").sum() for nom in noms).cast(pl.Int64)
    )
    totaux = (
        par_medecin(tables["medecin"], socles)
        .join(valides, on="medecin", how="left")
        .select(pl.col("fmt").sum(), pl.col("prevention").sum())
    )
    totaux, comptes = pl.collect_all([totaux, comptes], engine="streaming")
    return {**totaux.row(0, named=True), **comptes.row(0, named=True)}
