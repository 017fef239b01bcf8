"""The encounters behind the lines of a file, with the inputs of the rules: the same ones as for a single encounter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from convmed.controle.colonnes import NOMS
from convmed.cotation.evaluation import SNP_OU_MRT, lieu_des_codes
from convmed.cotation.nomenclature import ACTES_NGAP, Code, Nomenclature
from convmed.cotation.seance import TERRITOIRES_DES_PRIX
from convmed.donnees.calendrier_legal import FUSEAUX, METROPOLE, table_du_calendrier, territoire_du_departement
from convmed.donnees.entites import REGISTRE

CLE = ("medecin", "facture", "patient", "date_heure")
SEANCE, COMBINAISON = "seance", "combinaison"
PROPRES = frozenset({"code", "quantite", "montant", "depassement", "ligne", SEANCE, *CLE})
MINUTE = 60_000_000


@dataclass(frozen=True, slots=True)
class Lot:
    """The lines of a share, and its encounters: a line bears the row of its encounter, which bears the row of its combination.

    A combination is the set of the codes billed together, as ranks of the nomenclature: whatever depends on the codes
    alone is judged once for each.
    """

    lignes: pl.DataFrame
    seances: pl.DataFrame
    combinaisons: list[tuple[int, ...]]
    doubles: pl.DataFrame


def regrouper(lignes: pl.DataFrame) -> Lot:
    """Return the lines of a share with their encounters.

    An encounter is one doctor, one patient, one moment, one invoice; of a column that its lines state differently the
    first value is kept. Of a code written twice the first line is kept.
    """
    lignes = lignes.with_columns(_numeros(lignes).alias(SEANCE))
    cle = pl.col(SEANCE).cast(pl.UInt64) * 2**16 + pl.col("code")
    premieres = lignes.select(cle.is_first_distinct()).to_series()
    doubles = lignes.filter(~premieres).select("ligne")
    if doubles.height:
        lignes = lignes.filter(premieres)
    seances = _attributs(lignes)
    lignes = lignes.select(nom for nom in lignes.columns if nom in PROPRES)
    numeros, combinaisons = _combiner(lignes, seances.height)
    return Lot(lignes, seances.with_columns(numeros.alias(COMBINAISON)), combinaisons, doubles)


def _numeros(lignes: pl.DataFrame) -> pl.Series:
    """Return the number of the encounter of each line, from 0, in the order of the first lines."""
    debut = pl.any_horizontal(pl.col(nom) != pl.col(nom).shift(1) for nom in CLE).fill_null(True)
    debuts = lignes.select(debut).to_series()
    tetes = lignes.filter(debuts)
    # Different hashes are different keys: the lines of each encounter follow one another.
    if tetes.select(pl.struct(CLE).hash().n_unique()).item() == tetes.height:
        return debuts.cum_sum().cast(pl.UInt32) - 1
    numerotees = tetes.select(CLE).unique(maintain_order=True).with_row_index(SEANCE)
    return lignes.select(CLE).join(numerotees, on=CLE, how="left", maintain_order="left").get_column(SEANCE)


def _attributs(lignes: pl.DataFrame) -> pl.DataFrame:
    """Return one row an encounter with the columns that its lines share."""
    communes = [nom for nom in lignes.columns if nom not in PROPRES]
    tetes = lignes.filter(pl.col(SEANCE).is_first_distinct()).select(SEANCE, "medecin", "date_heure", *communes)
    for nom in communes:
        colonne = lignes.get_column(nom)
        if colonne.null_count() == 0 or colonne.null_count() == colonne.len():
            continue
        tues = tetes.get_column(nom).is_null().gather(lignes.get_column(SEANCE)) & colonne.is_not_null()
        if tues.any():
            dites = lignes.filter(tues).select(SEANCE, pl.col(nom).alias("_dite")).unique(SEANCE, keep="first", maintain_order=True)
            tetes = tetes.join(dites, on=SEANCE, how="left", maintain_order="left")
            tetes = tetes.with_columns(pl.coalesce(nom, "_dite").alias(nom)).drop("_dite")
    if "depassement" in lignes.columns and lignes.get_column("depassement").null_count() < lignes.height:
        # Nothing charged beyond the tariff is known only if every line says so.
        sans = pl.when((pl.col("depassement") > 0).any()).then(False).when(~pl.col("depassement").is_null().any()).then(True)
        tetes = tetes.join(lignes.group_by(SEANCE).agg(_sans_depassement=sans), on=SEANCE, how="left", maintain_order="left")
    return tetes


def _combiner(lignes: pl.DataFrame, hauteur: int) -> tuple[pl.Series, list[tuple[int, ...]]]:
    """Return the combination of each encounter, and what each combination holds."""
    codes = lignes.select(SEANCE, "code")
    if not codes.get_column(SEANCE).is_sorted():
        codes = codes.sort(SEANCE)
    voisines = (pl.col(SEANCE) == pl.col(SEANCE).shift(1)).fill_null(False) | (pl.col(SEANCE) == pl.col(SEANCE).shift(-1)).fill_null(False)
    ensemble = codes.select(voisines).to_series()
    seuls = codes.filter(~ensemble).select(SEANCE, cle=pl.col("code").cast(pl.String))
    plusieurs = codes.filter(ensemble).sort(SEANCE, "code").group_by(SEANCE, maintain_order=True)
    toutes = pl.concat([seuls, plusieurs.agg(cle=pl.col("code").cast(pl.String).str.join("+"))])
    cles = toutes.get_column("cle").unique().sort()
    rangs = pl.int_range(cles.len(), dtype=pl.UInt32, eager=True)
    numeros = toutes.get_column("cle").replace_strict(cles, rangs, return_dtype=pl.UInt32)
    par_seance = pl.repeat(0, hauteur, dtype=pl.UInt32, eager=True).scatter(toutes.get_column(SEANCE), numeros)
    return par_seance, [tuple(map(int, cle.split("+"))) for cle in cles]


def preparer(lot: Lot, table: Nomenclature) -> pl.DataFrame:
    """Return the inputs of the rules of `seance`, one row an encounter, `date_acte` and `territoire_legal` among them."""
    seances = lot.seances
    presentes = set(seances.columns)
    seances = _situer(seances, presentes)
    seances = _delais(seances, presentes)
    seances = seances.rename({ancien: nom for ancien, nom in NOMS.items() if ancien in presentes})
    des_codes = _des_codes(lot.combinaisons, list(table.codes.values()))
    if "lieu" in presentes:
        des_codes["lieu"] = pl.coalesce("lieu", des_codes["lieu"])
    seances = seances.with_columns(
        regulation=pl.col("regulation").fill_null("aucune") if "regulation" in presentes else pl.lit(None, pl.String),
        samedi_ouvert=pl.col("samedi_ouvert").fill_null(True) if "samedi_ouvert" in presentes else pl.lit(True),
        ponts_ouverts=pl.col("ponts_ouverts").fill_null(False) if "ponts_ouverts" in presentes else pl.lit(False),
        tarif_opposable=_opposable(presentes),
        **des_codes,
    )
    entrees = [nom for nom, e in REGISTRE.entrees.items() if e.entite == SEANCE and nom in seances.columns]
    return seances.select(SEANCE, COMBINAISON, "medecin", "territoire_legal", *entrees)


def _situer(seances: pl.DataFrame, presentes: set[str]) -> pl.DataFrame:
    """Add the day and the hour where the doctor works, and what the calendar says of that day."""
    departements = seances.get_column("departement").unique().drop_nulls().to_list() if "departement" in presentes else []
    lieux = {d: territoire_du_departement(d) for d in departements}
    legal: pl.Expr = pl.lit(METROPOLE)
    if set(lieux.values()) - {METROPOLE}:
        legal = pl.col("departement").replace_strict(list(lieux), list(lieux.values()), default=METROPOLE, return_dtype=pl.String)
    prix: pl.Expr = pl.lit(METROPOLE)
    if set(lieux.values()) & TERRITOIRES_DES_PRIX:
        prix = pl.when(pl.col("territoire_legal").is_in(sorted(TERRITOIRES_DES_PRIX))).then("territoire_legal").otherwise(prix)
    seances = seances.with_columns(territoire_legal=legal)
    seances = seances.with_columns(_local=_local(pl.col("date_heure"), seances), territoire=prix)
    seances = seances.with_columns(
        date_acte=pl.col("_local").dt.date(),
        premier_janvier=pl.col("_local").dt.date().dt.truncate("1y"),
        heure=pl.col("_local").dt.hour().cast(pl.Int64) * 60 + pl.col("_local").dt.minute(),
    ).drop("_local")
    territoires = seances.get_column("territoire_legal").unique().to_list()
    calendrier = table_du_calendrier().filter(pl.col("territoire").is_in(territoires))
    calendrier = calendrier.rename({"date": "date_acte", "territoire": "territoire_legal"})
    cle = ["date_acte"] if len(territoires) == 1 else ["date_acte", "territoire_legal"]
    return seances.join(calendrier.drop([] if len(cle) > 1 else ["territoire_legal"]), on=cle, how="left", maintain_order="left")


def _des_codes(combinaisons: Sequence[tuple[int, ...]], codes: Sequence[Code]) -> dict[str, pl.Expr]:
    """Return the inputs that the codes billed together give."""
    groupes = [[codes[rang] for rang in combinaison] for combinaison in combinaisons]
    actes = [sum(c.genre == "acte-ccam" and "supplement-ccam" not in c.groupes for c in groupe) for groupe in groupes]
    entrees: dict[str, pl.Series] = {
        "nombre_actes_ccam": pl.Series(actes, dtype=pl.Int64),
        "nombre_modificateurs": pl.Series([sum(c.genre == "modificateur" for c in groupe) for groupe in groupes], dtype=pl.Int64),
        "acte_ngap_present": pl.Series(
            [not n or any(c.genre in ACTES_NGAP for c in groupe) for n, groupe in zip(actes, groupes, strict=True)], dtype=pl.Boolean
        ),
        "snp_ou_mrt_presente": pl.Series([any(c.code in SNP_OU_MRT for c in groupe) for groupe in groupes], dtype=pl.Boolean),
        "lieu": pl.Series([lieu_des_codes(groupe) for groupe in groupes], dtype=pl.String),
    }
    return {nom: pl.lit(serie).gather(pl.col(COMBINAISON)) for nom, serie in entrees.items()}


def _opposable(presentes: set[str]) -> pl.Expr:
    """Tell whether an encounter is without excess: stated, or drawn from the excess, or from secteur 1."""
    sources = []
    if "tarif_opposable" in presentes:
        sources.append(pl.col("tarif_opposable"))
    if "_sans_depassement" in presentes:
        sources.append(pl.col("_sans_depassement"))
    if "secteur" in presentes:
        sources.append(pl.when(pl.col("medecin_secteur") == "1").then(True))
    return pl.coalesce(*sources) if sources else pl.lit(None, pl.Boolean)


def _local(instant: pl.Expr, seances: pl.DataFrame) -> pl.Expr:
    """Return the local hour of an instant in the territory of each row."""
    expression: pl.Expr | None = None
    for fuseau in {FUSEAUX[t] for t in seances.get_column("territoire_legal").unique()}:
        locale = instant.dt.convert_time_zone(fuseau).dt.replace_time_zone(None)
        siens = [t for t in FUSEAUX if FUSEAUX[t] == fuseau]
        expression = locale if expression is None else pl.when(pl.col("territoire_legal").is_in(siens)).then(locale).otherwise(expression)
    return pl.lit(None, pl.Datetime("us")) if expression is None else expression


def _delais(seances: pl.DataFrame, presentes: set[str]) -> pl.DataFrame:
    """Add the delays since the call and the referral; a minute begun counts."""
    if "date_heure_appel" in presentes:
        ecart = (pl.col("date_heure") - pl.col("date_heure_appel")).dt.total_microseconds()
        seances = seances.with_columns(minutes_depuis_appel=-((-ecart) // MINUTE))
    origines = [pl.col(nom) for nom in ("date_heure_adressage", "date_heure_appel") if nom in presentes]
    if not origines:
        return seances
    seances = seances.with_columns(_adressage=pl.coalesce(*origines))
    ecart = (pl.col("date_heure") - pl.col("_adressage")).dt.total_microseconds()
    seances = seances.with_columns(
        minutes_depuis_adressage=-((-ecart) // MINUTE), _jour_adressage=_local(pl.col("_adressage"), seances).dt.date()
    )
    rangs = table_du_calendrier().select(
        _jour_adressage="date", territoire_legal="territoire", _rang_adressage="rang_ouvre"
    )
    seances = seances.join(rangs, on=["_jour_adressage", "territoire_legal"], how="left", maintain_order="left")
    return seances.with_columns(jours_ouvres_depuis_adressage=pl.col("rang_ouvre") - pl.col("_rang_adressage"))
