"""The encounters behind the lines of a file, with the inputs of the rules: the same ones as for a single encounter."""

from __future__ import annotations

import polars as pl

from convmed.controle.colonnes import NOMS
from convmed.cotation.evaluation import SNP_OU_MRT
from convmed.cotation.nomenclature import ACTES_NGAP, Nomenclature
from convmed.cotation.seance import TERRITOIRES_DES_PRIX
from convmed.donnees.calendrier_legal import FUSEAUX, METROPOLE, table_du_calendrier, territoire_du_departement
from convmed.donnees.entites import REGISTRE

CLE = ("medecin", "facture", "patient", "date_heure")
SEANCE = "seance"


def identifier(lignes: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the lines with the number of their encounter, and the encounters with the columns of the file.

    An encounter is one doctor, one patient, one moment, one invoice; of a column that its lines state differently the
    first value is kept.
    """
    entiers = lignes.with_columns(
        *(pl.col(nom).cast(pl.Categorical).to_physical().alias(f"_{nom}") for nom in ("medecin", "facture", "patient"))
    )
    cle = ["_medecin", "_facture", "_patient", "date_heure"]
    propres = {"code", "quantite", "montant", "depassement", "ligne", *CLE}
    communes = [nom for nom in lignes.columns if nom not in propres]
    sommes = [pl.col("depassement").sum().alias("_depassement")] if "depassement" in lignes.columns else []
    seances = (
        entiers.group_by(cle, maintain_order=True)
        .agg(pl.col("medecin").first(), *(pl.col(nom).drop_nulls().first() for nom in communes), *sommes)
        .with_row_index(SEANCE)
    )
    numerotees = entiers.join(seances.select(*cle, SEANCE), on=cle, how="left", maintain_order="left")
    return numerotees.drop("_medecin", "_facture", "_patient"), seances.drop("_medecin", "_facture", "_patient")


def preparer(seances: pl.DataFrame, lignes: pl.DataFrame, table: Nomenclature) -> pl.DataFrame:
    """Return the inputs of the rules of `seance`, one row an encounter, `date_acte` and `territoire_legal` among them."""
    presentes = set(seances.columns)
    departements = seances.get_column("departement").unique().drop_nulls().to_list() if "departement" in presentes else []
    lieux = {d: territoire_du_departement(d) for d in departements}
    territoire = (
        pl.col("departement").replace_strict(list(lieux), list(lieux.values()), default=METROPOLE, return_dtype=pl.String)
        if lieux
        else pl.lit(METROPOLE)
    )
    seances = seances.with_columns(territoire_legal=territoire)
    seances = seances.with_columns(_local=_local(pl.col("date_heure"), seances))
    seances = seances.with_columns(
        date_acte=pl.col("_local").dt.date(),
        premier_janvier=pl.date(pl.col("_local").dt.year(), 1, 1),
        heure=(pl.col("_local").dt.hour().cast(pl.Int64) * 60 + pl.col("_local").dt.minute()),
        territoire=pl.when(pl.col("territoire_legal").is_in(sorted(TERRITOIRES_DES_PRIX)))
        .then(pl.col("territoire_legal"))
        .otherwise(pl.lit(METROPOLE)),
    )
    calendrier = table_du_calendrier().rename({"date": "date_acte", "territoire": "territoire_legal"})
    seances = seances.join(calendrier, on=["date_acte", "territoire_legal"], how="left", maintain_order="left")
    seances = _delais(seances, presentes)
    seances = seances.rename({ancien: nom for ancien, nom in NOMS.items() if ancien in presentes})
    seances = seances.with_columns(
        regulation=pl.col("regulation").fill_null("aucune") if "regulation" in presentes else pl.lit(None, pl.String),
        samedi_ouvert=pl.col("samedi_ouvert").fill_null(True) if "samedi_ouvert" in presentes else pl.lit(True),
        ponts_ouverts=pl.col("ponts_ouverts").fill_null(False) if "ponts_ouverts" in presentes else pl.lit(False),
        tarif_opposable=_opposable(presentes),
    )
    ccam = [c.code for c in table.codes.values() if c.genre == "acte-ccam" and "supplement-ccam" not in c.groupes]
    ngap = [c.code for c in table.codes.values() if c.genre in ACTES_NGAP]
    comptes = lignes.group_by(SEANCE).agg(
        nombre_actes_ccam=pl.col("code").is_in(ccam).sum().cast(pl.Int64),
        acte_ngap_present=pl.col("code").is_in(ngap).any(),
        snp_ou_mrt_presente=pl.col("code").is_in(SNP_OU_MRT).any(),
    )
    seances = seances.join(comptes, on=SEANCE, how="left", maintain_order="left").with_columns(
        acte_ngap_present=pl.col("acte_ngap_present") | (pl.col("nombre_actes_ccam") == 0)
    )
    entrees = [nom for nom, e in REGISTRE.entrees.items() if e.entite == "seance" and nom in seances.columns]
    return seances.select(SEANCE, "medecin", "territoire_legal", *entrees)


def _opposable(presentes: set[str]) -> pl.Expr:
    """Tell whether an encounter is without excess: stated, or drawn from the excess, or from secteur 1."""
    sources = []
    if "tarif_opposable" in presentes:
        sources.append(pl.col("tarif_opposable"))
    if "_depassement" in presentes:
        sources.append(pl.col("_depassement") == 0)
    if "secteur" in presentes:
        sources.append(pl.when(pl.col("medecin_secteur") == "1").then(True))
    return pl.coalesce(*sources) if sources else pl.lit(None, pl.Boolean)


def _local(instant: pl.Expr, seances: pl.DataFrame) -> pl.Expr:
    """Return the local hour of an instant in the territory of each row."""
    presents = seances.get_column("territoire_legal").unique().to_list()
    expression = pl.lit(None, pl.Datetime("us"))
    for territoire in presents:
        locale = instant.dt.convert_time_zone(FUSEAUX[territoire]).dt.replace_time_zone(None)
        expression = pl.when(pl.col("territoire_legal") == territoire).then(locale).otherwise(expression)
    return expression


def _delais(seances: pl.DataFrame, presentes: set[str]) -> pl.DataFrame:
    """Add the delays since the call and the referral; a minute begun counts."""
    minute = 60_000_000
    if "date_heure_appel" in presentes:
        ecart = (pl.col("date_heure") - pl.col("date_heure_appel")).dt.total_microseconds()
        seances = seances.with_columns(minutes_depuis_appel=-((-ecart) // minute))
    origines = [pl.col(nom) for nom in ("date_heure_adressage", "date_heure_appel") if nom in presentes]
    if not origines:
        return seances
    seances = seances.with_columns(_adressage=pl.coalesce(*origines))
    ecart = (pl.col("date_heure") - pl.col("_adressage")).dt.total_microseconds()
    seances = seances.with_columns(
        minutes_depuis_adressage=-((-ecart) // minute), _jour_adressage=_local(pl.col("_adressage"), seances).dt.date()
    )
    rangs = table_du_calendrier().select(
        _jour_adressage="date", territoire_legal="territoire", _rang_adressage="rang_ouvre"
    )
    seances = seances.join(rangs, on=["_jour_adressage", "territoire_legal"], how="left", maintain_order="left")
    return seances.with_columns(jours_ouvres_depuis_adressage=pl.col("rang_ouvre") - pl.col("_rang_adressage"))
