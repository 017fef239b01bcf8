"""Which tracer act an event is: dated lists of codes, each with its source, joined to the events.

The lists are the CSV files of `nomenclatures/`; a `nomenclatures.csv` in the dossier is laid over them. What the lists
leave out, and why, is in `nomenclatures/README.md`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from convmed.donnees.colonnes_dossier import LISTES
from convmed.donnees.lecture import LIGNE
from convmed.donnees.table import Lecteur, lire_table
from convmed.textes import Faute

REPERTOIRE = Path(__file__).with_name("nomenclatures")
LARGEUR_NABM = 4
TOUS_LES_CODES = "*"
INCONNUE_ADMISE = "?"
_CONDITION = re.compile(r"specialite=(\d{2}(?:,\d{2})*)(,\?)?")
_CLE = ["nomenclature", "code"]
_COMBINAISON = [*_CLE, "specialite_executant"]
_ORDRE = "__ordre"
_CODE_CCAM = re.compile(r"[A-Z]{4}\d{3}")
# Anything else than a code of known form might be a name in the wrong column: it is counted, never quoted.
_CODE_CITABLE = re.compile(r"ccam [A-Z]{4}\d{3}|nabm \d{1,4}|atc [A-Z]\d{2}[A-Z]{0,2}\d{0,2}|ngap [A-Z]{1,3}|cip13 3400\d{9}")

Regle = tuple[Any, ...]


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
    deja = len(lecteur.collecte)
    siennes = _lire(chemin, lecteur)
    if siennes is None or len(lecteur.collecte) > deja:
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
        "nomenclature", _codes_normalises(lue), "traceur", *dates,
        condition.str.extract(_CONDITION.pattern, 1).str.split(",").alias("specialites"),
        condition.str.ends_with(INCONNUE_ADMISE).fill_null(False).alias("inconnue_admise"),
    )  # fmt: skip


def _codes_normalises(lue: pl.DataFrame) -> pl.Series:
    codes = [None if None in paire else normaliser_code(*paire) for paire in lue.select(_CLE).iter_rows()]
    return pl.Series("code", codes, dtype=pl.String)


def traceurs(evenements: pl.DataFrame, connues: pl.DataFrame | None = None) -> tuple[pl.DataFrame, Bilan]:
    """Return coded events with their `traceur`, one row for each class that a code belongs to, and what was left out.

    `evenements` has `date`, `nomenclature`, `code` and perhaps `specialite_executant`; other columns are kept. An event
    whose code is in no list at its date is dropped and counted.
    """
    if "specialite_executant" not in evenements.columns:
        evenements = evenements.with_columns(specialite_executant=pl.lit(None, pl.String))
    combinaisons = evenements.group_by(_COMBINAISON).len().rows()
    regles, codes = _regles(combinaisons, _index() if connues is None else _Index(connues))
    datees = regles.select(pl.col("du").is_not_null() | pl.col("au").is_not_null()).to_series().any()
    traduits = (
        evenements.lazy().with_row_index(_ORDRE)
        .join(regles.lazy(), on=_COMBINAISON, how="inner", nulls_equal=True, maintain_order="left")
    )  # fmt: skip
    if datees:
        traduits = traduits.filter(
            (pl.col("du").is_null() | (pl.col("date") >= pl.col("du")))
            & (pl.col("au").is_null() | (pl.col("date") <= pl.col("au")))
        )
    table = traduits.collect()
    admis = table.get_column(_ORDRE).n_unique()
    bilan = Bilan(evenements.height - admis, codes, int(table.get_column("sur_parole").sum()))
    return table.drop(_ORDRE, "du", "au", "sur_parole"), bilan


def traceurs_du_code(nomenclature: str, code: str, date: dt.date, specialite: str | None = None) -> list[str]:
    """Return the tracer classes of one coded act at a date, from the lists of the package; none if it is no tracer."""
    return list(dict.fromkeys(
        traceur for traceur, du, au, *_ in _index().regles(nomenclature, code, specialite)
        if (du is None or date >= du) and (au is None or date <= au)
    ))  # fmt: skip


def traceur_du_code(nomenclature: str, code: str, date: dt.date, specialite: str | None = None) -> str | None:
    """Return the first tracer class of one coded act, or `None`; a code may have two (`traceurs_du_code`)."""
    return next(iter(traceurs_du_code(nomenclature, code, date, specialite)), None)


class _Index:
    """The lists, by code and by beginning of code."""

    def __init__(self, connues: pl.DataFrame) -> None:
        self.exacts: dict[tuple[str, str], list[Regle]] = {}
        self.debuts: dict[tuple[str, str], list[Regle]] = {}
        for nomenclature, code, *regle in connues.filter(pl.col("traceur").is_not_null()).select(
            *_CLE, "traceur", "du", "au", "specialites", "inconnue_admise"
        ).iter_rows():
            ou, cle = (self.debuts, code[:-1]) if code.endswith("*") else (self.exacts, code)
            ou.setdefault((nomenclature, cle), []).append(tuple(regle))
        self.longueurs = sorted({len(debut) for _, debut in self.debuts})

    def regles(self, nomenclature: str | None, code: str | None, specialite: str | None) -> list[Regle]:
        """Return the rows of the lists that apply to a code and a speciality, whatever the date."""
        if nomenclature is None or code is None:
            return []
        net = normaliser_code(nomenclature, code)
        candidates = list(self.exacts.get((nomenclature, net), ()))
        for longueur in self.longueurs:
            candidates += self.debuts.get((nomenclature, net[:longueur]), ())
        return [
            regle for regle in candidates
            if regle[3] is None or (regle[4] if specialite is None else specialite in regle[3])
        ]  # fmt: skip


@cache
def _index() -> _Index:
    return _Index(listes())


def normaliser_code(nomenclature: str, code: str) -> str:
    """Give a code the form of the lists: four digits in the NABM, seven characters in the CCAM (activity and phase left out)."""
    net = "".join(code.split()).upper()
    if nomenclature == "nabm":
        return net.zfill(LARGEUR_NABM)
    return net[:7] if nomenclature == "ccam" and _CODE_CCAM.match(net) else net


def _regles(combinaisons: Iterable[tuple[Any, ...]], index: _Index) -> tuple[pl.DataFrame, dict[str, int]]:
    """Return the tracers and dates that each code and speciality met gives, and the number of events of the codes that give none."""
    lignes: list[tuple[Any, ...]] = []
    sans: dict[str, int] = {}
    for nomenclature, code, specialite, combien in combinaisons:
        trouvees = {regle[:3]: regle for regle in index.regles(nomenclature, code, specialite)}
        for (traceur, du, au), regle in trouvees.items():
            lignes.append((nomenclature, code, specialite, traceur, du, au, regle[3] is not None and specialite is None))
        if not trouvees and _CODE_CITABLE.fullmatch(cite := f"{nomenclature} {code}"):
            sans[cite] = sans.get(cite, 0) + combien
    schema = {**dict.fromkeys([*_COMBINAISON, "traceur"], pl.String), "du": pl.Date, "au": pl.Date, "sur_parole": pl.Boolean}
    return pl.DataFrame(lignes, schema=schema, orient="row"), sans
