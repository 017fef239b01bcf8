"""Which tracer act an event is: dated lists of codes, each with its source, joined to the events.

The lists are the CSV files of `nomenclatures/`; a `nomenclatures.csv` in the dossier is laid over them. What the lists
leave out, and why, is in `nomenclatures/README.md`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import polars as pl

from convmed.donnees.colonnes_dossier import LISTES
from convmed.donnees.conversions import LARGEUR_NABM
from convmed.donnees.table import LIGNE, Lecteur, lire_table
from convmed.textes import Faute

REPERTOIRE = Path(__file__).with_name("nomenclatures")
TOUS_LES_CODES = "*"
INCONNUE_ADMISE = "?"
_CONDITION = re.compile(r"specialite=(\d{2}(?:,\d{2})*)(,\?)?")
_CLE = ["nomenclature", "code"]
_COMBINAISON = [*_CLE, "specialite_executant"]
_ORDRE = "__ordre"


@dataclass(frozen=True)
class Bilan:
    """What the translation left out or took on trust: counts of events, never who they belong to."""

    sans_traceur: int = 0
    codes_sans_traceur: dict[str, int] = field(default_factory=dict)
    specialite_inconnue: int = 0

    def __add__(self, autre: Bilan) -> Bilan:
        codes = dict(self.codes_sans_traceur)
        for code, combien in autre.codes_sans_traceur.items():
            codes[code] = codes.get(code, 0) + combien
        return Bilan(self.sans_traceur + autre.sans_traceur, codes, self.specialite_inconnue + autre.specialite_inconnue)


@cache
def listes() -> pl.DataFrame:
    """Return the lists that the package carries."""
    lecteur = Lecteur()
    lues = [_lire(chemin, lecteur) for chemin in sorted(REPERTOIRE.glob("*.csv"))]
    lecteur.collecte.lever()
    return pl.concat([lue for lue in lues if lue is not None])


def listes_avec(chemin: Path, lecteur: Lecteur) -> pl.DataFrame:
    """Return the lists with a user's own laid over: its rows replace those of the same nomenclature and code.

    Faults of the file go to the collection of `lecteur`.
    """
    siennes = _lire(chemin, lecteur)
    if siennes is None:
        return listes()
    gardees = listes().join(siennes, on=_CLE, how="anti")
    return pl.concat([gardees, siennes])


def _lire(chemin: Path, lecteur: Lecteur) -> pl.DataFrame | None:
    lue = lire_table(chemin, LISTES, lecteur)
    if lue is None:
        return None
    for ligne, nomenclature, code, condition in lue.select(
        LIGNE, *_CLE, condition=pl.col("condition") if "condition" in lue.columns else pl.lit(None, pl.String)
    ).iter_rows():
        if condition is not None and not _CONDITION.fullmatch(condition):
            lecteur.collecte.ajouter(Faute("condition illisible", fichier=chemin.name, ligne=ligne, colonne="condition",
                                           attendu="specialite=01,12 ou specialite=01,12,?"))  # fmt: skip
        if code == TOUS_LES_CODES and condition is None:
            lecteur.collecte.ajouter(Faute(f"tous les codes {nomenclature} sans condition de spécialité", fichier=chemin.name,
                                           ligne=ligne, colonne="code", attendu="un code, ou une condition"))  # fmt: skip
    dates = [(pl.col(nom) if nom in lue.columns else pl.lit(None, pl.Date)).alias(nom) for nom in ("du", "au")]
    condition = pl.col("condition") if "condition" in lue.columns else pl.lit(None, pl.String)
    return lue.select(
        "nomenclature", _code_normalise(), "traceur", *dates,
        condition.str.extract(_CONDITION.pattern, 1).str.split(",").alias("specialites"),
        condition.str.ends_with(INCONNUE_ADMISE).fill_null(False).alias("inconnue_admise"),
    )  # fmt: skip


def _code_normalise() -> pl.Expr:
    """Give a code the form of the lists: four digits in the NABM, seven characters in the CCAM (activity and phase left out)."""
    code = pl.col("code").str.replace_all(r"\s+", "")
    return (
        pl.when(pl.col("nomenclature") == "nabm").then(code.str.pad_start(LARGEUR_NABM, "0"))
        .when((pl.col("nomenclature") == "ccam") & code.str.contains(r"^[A-Z]{4}\d{3}")).then(code.str.slice(0, 7))
        .otherwise(code).alias("code")
    )  # fmt: skip


def traceurs(evenements: pl.DataFrame, connues: pl.DataFrame | None = None) -> tuple[pl.DataFrame, Bilan]:
    """Return coded events with their `traceur`, one row for each class that a code belongs to, and what was left out.

    `evenements` has `date`, `nomenclature`, `code` and perhaps `specialite_executant`; other columns are kept. An event
    whose code is in no list at its date is dropped and counted.
    """
    connues = listes() if connues is None else connues
    if "specialite_executant" not in evenements.columns:
        evenements = evenements.with_columns(specialite_executant=pl.lit(None, pl.String))
    combinaisons = evenements.select(_COMBINAISON).unique().with_row_index("__combinaison")
    regles = _regles(combinaisons, connues)
    numerotes = evenements.with_row_index(_ORDRE).join(combinaisons, on=_COMBINAISON, how="left", nulls_equal=True)
    traduits = numerotes.join(regles, on="__combinaison", how="inner").filter(
        (pl.col("du").is_null() | (pl.col("date") >= pl.col("du")))
        & (pl.col("au").is_null() | (pl.col("date") <= pl.col("au")))
    )
    admis = traduits.get_column(_ORDRE)
    sans = numerotes.filter(~pl.col(_ORDRE).is_in(admis.unique().implode())) if admis.n_unique() < evenements.height else numerotes.clear()
    bilan = Bilan(sans.height, _codes_frequents(sans), int(traduits.get_column("sur_parole").sum()))
    return traduits.sort(_ORDRE).drop(_ORDRE, "__combinaison", "du", "au", "sur_parole"), bilan


def _regles(combinaisons: pl.DataFrame, connues: pl.DataFrame) -> pl.DataFrame:
    """Return, for each combination of code and speciality met, the tracers and dates that it gives."""
    nets = combinaisons.with_columns(_code_normalise())
    utiles = connues.filter(pl.col("traceur").is_not_null()).with_columns(
        prefixe=pl.when(pl.col("code").str.ends_with("*")).then(pl.col("code").str.len_chars() - 1)
    )
    trouvees = [nets.join(utiles.filter(pl.col("prefixe").is_null()), on=_CLE, how="inner")]
    for longueur in utiles.get_column("prefixe").drop_nulls().unique().sort():
        classes = utiles.filter(pl.col("prefixe") == longueur).with_columns(pl.col("code").str.slice(0, longueur))
        trouvees.append(nets.with_columns(pl.col("code").str.slice(0, longueur)).join(classes, on=_CLE, how="inner"))
    specialite = pl.col("specialite_executant")
    return (
        pl.concat(trouvees)
        .filter(
            pl.col("specialites").is_null()
            | pl.col("specialites").list.contains(specialite).fill_null(False)
            | (specialite.is_null() & pl.col("inconnue_admise"))
        )
        .with_columns(sur_parole=pl.col("specialites").is_not_null() & specialite.is_null())
        .select("__combinaison", "traceur", "du", "au", "sur_parole")
        .unique(["__combinaison", "traceur", "du", "au"])
    )


def _codes_frequents(sans: pl.DataFrame) -> dict[str, int]:
    """Count the codes of known form that no list holds; anything else might not be a code, and is not quoted."""
    if sans.is_empty():
        return {}
    forme = r"^(ccam [A-Z]{4}\d{3}|nabm \d{1,4}|atc [A-Z]\d{2}[A-Z]{0,2}\d{0,2}|ngap [A-Z]{1,3}|cip13 3400\d{9})"
    comptes = (
        sans.select(code=pl.concat_str("nomenclature", pl.lit(" "), "code").str.extract(forme, 1))
        .drop_nulls().group_by("code").len().sort(["len", "code"], descending=[True, False])
    )  # fmt: skip
    return dict(comptes.iter_rows())
