"""Deliveries of biologics, by millions: which ones begin a treatment or convert it, and for which doctor they open a right.

The windows over a patient's deliveries are taken here; what they mean is decided by the rules of the dispositif.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from convmed.dispositifs.interessement.molecules import FOURNIE, Molecule, inconnue
from convmed.dispositifs.interessement.regles import BIOREFERENT, BIOSIMILAIRE, DELIVRANCE
from convmed.donnees.colonnes_dossier import Colonne, Fichier, normaliser
from convmed.donnees.fautes import Collecte
from convmed.donnees.lecture import LIGNE
from convmed.moteur.colonnes import Calcul
from convmed.moteur.registre import Contexte

TYPES = {
    **dict.fromkeys(("reference", "bioreferent", "princeps", "ref", "r"), BIOREFERENT),
    **dict.fromkeys(("biosimilaire", "biosim", "bio_similaire", "b"), BIOSIMILAIRE),
}
_PATIENT = ("id patient", "patient id", "identifiant patient", "bénéficiaire", "numéro patient")
DELIVRANCES = Fichier("delivrances", "Les délivrances : une ligne par délivrance", (
    Colonne("medecin", "identifiant", "Médecin prescripteur", ("médecin", "prescripteur", "rpps"), requise=True),
    Colonne("patient", "identifiant", "Patient (un NIR est remplacé à la lecture)", _PATIENT, requise=True),
    Colonne("date", "date", "Date de la délivrance", ("date délivrance", "date de délivrance", "date soin"), requise=True),
    Colonne("molecule", "identifiant", "Molécule (DCI)", ("molécule", "dci"), requise=True),
    Colonne("type", "choix", "reference ou biosimilaire", ("statut",), requise=True, choix=TYPES),
    Colonne("economie", "euros", "Économie d'une année pleine, par patient, en euros", ("économie", "économie annuelle"), vide="inconnue"),
))  # fmt: skip
ECONOMIES = Fichier("economies", "Les économies : une ligne par molécule", (
    Colonne("molecule", "identifiant", "Molécule (DCI)", ("molécule", "dci"), requise=True),
    Colonne("economie", "euros", "Économie d'une année pleine, par patient, en euros", ("économie", "économie annuelle"), requise=True),
))  # fmt: skip
MOLECULES = Fichier("molecules", "Les molécules : vos ajouts, et d'autres dates", (
    Colonne("molecule", "identifiant", "Molécule (DCI)", ("molécule", "dci"), requise=True),
    Colonne("du", "date", "Premier jour dans le dispositif", ("entrée",), requise=True),
    Colonne("au", "date", "Dernier jour dans le dispositif", ("sortie",), vide="pas de sortie connue"),
))  # fmt: skip
NOM = "interessement"
# A patient is paid once for to each doctor.
CLE = ("medecin", "patient")


@dataclass(slots=True)
class Qualifiees:
    """The days of delivery as the rules see them, and the rights that they open, one a patient and a doctor."""

    droits: pl.DataFrame
    comptes: dict[str, int]
    historique_depuis: dt.date
    derniere: dt.date


def molecules_ajoutees(table: pl.DataFrame) -> list[Molecule]:
    """Return the rows that a user adds to the table of molecules."""
    return [Molecule(un["molecule"], un["du"], un.get("au"), FOURNIE, "deduit") for un in table.to_dicts()]


def nommer(table: pl.DataFrame, connues: Mapping[str, Molecule], fichier: str, collecte: Collecte) -> pl.DataFrame:
    """Return the table with the molecules under their own name; a fault for each name that no molecule bears."""
    lus = table.group_by("molecule").agg(pl.col(LIGNE).min()).sort(LIGNE)
    noms: dict[str, str] = {}
    for nom, ligne in lus.iter_rows():
        molecule = connues.get(normaliser(nom))
        if molecule is None:
            faute = inconnue(nom, connues)
            collecte.sur_lignes(fichier, pl.Series([ligne]), f"{faute.message} « {nom} »", colonne="molecule", attendu=faute.attendu)
        else:
            noms[nom] = molecule.nom
    if not noms:
        return table
    return table.with_columns(pl.col("molecule").replace_strict(list(noms), list(noms.values()), default=None, return_dtype=pl.String))


def dater(table: pl.DataFrame, connues: Mapping[str, Molecule], entree: str, sortie: str) -> pl.DataFrame:
    """Return the table with the days on which each molecule comes into the scheme and goes out of it."""
    uniques = {molecule.nom: molecule for molecule in connues.values()}
    dates = pl.DataFrame(
        {"molecule": list(uniques), entree: [m.du for m in uniques.values()], sortie: [m.au for m in uniques.values()]},
        schema={"molecule": pl.String, entree: pl.Date, sortie: pl.Date},
    )
    return table.join(dates, on="molecule", how="left", maintain_order="left")


def qualifier(contexte: Contexte, table: pl.DataFrame, connues: Mapping[str, Molecule], depuis: dt.date | None) -> Qualifiees:
    """Return the rights that deliveries open.

    `table` holds `medecin`, `patient`, `date`, `molecule` (by its own name), `type` and `economie` (cents); without `depuis` the
    history is taken to begin with the file.
    """
    confirmation, paiements = (contexte.figure(NOM, nom)[1] for nom in ("delivrances_switch", "paiements_par_patient"))
    premiere, derniere = table.select(premiere=pl.col("date").min(), derniere=pl.col("date").max()).row(0)
    debut = depuis or premiere
    jours = dater(_jours(table, confirmation), connues, "inb_delivrance_entree", "inb_delivrance_sortie").with_columns(
        pl.lit(debut, pl.Date).alias("inb_historique_depuis")
    )
    lues = Calcul(contexte, {DELIVRANCE: jours}, [nom for nom in jours.columns if not jours[nom].null_count()]).evaluer(
        DELIVRANCE, ["inb_qualification", "inb_ouvre_droit"], ["patient", "molecule", "inb_date", "medecin", "economie", "confirmee_le"]
    )
    qualifiees: pl.DataFrame = lues.collect()
    comptes = dict(qualifiees["inb_qualification"].value_counts().sort("inb_qualification").iter_rows())
    droits = (
        qualifiees.lazy()
        .filter("inb_ouvre_droit")
        .select("medecin", "patient", "molecule", "economie", date="inb_date", qualification="inb_qualification",
                confirmee_le=pl.when(pl.col("inb_qualification") == "switch").then("confirmee_le"))
        .sort("date", "molecule", "patient")
        .filter(pl.int_range(pl.len()).over(CLE) < paiements)
        .collect()
    )  # fmt: skip
    return Qualifiees(droits, comptes, debut, derniere)


def _jours(table: pl.DataFrame, confirmation: int) -> pl.DataFrame:
    """Return one row for a patient, a molecule and a day, with what came before and how many biosimilars follow in a row.

    A day with the reference is one of the reference; its prescriber is the first by name of the type that is kept.
    """
    # Numbers sort faster than words; the order of patients means nothing.
    codes = [pl.col(nom).cast(pl.Categorical).to_physical().alias(f"n_{nom}") for nom in ("patient", "molecule")]
    cle = ("n_patient", "n_molecule", "date")
    triees = table.with_columns(*codes, bio=pl.col("type") == BIOSIMILAIRE).sort(*cle, "bio", "medecin")
    jours = triees.filter(_different(*cle))
    # A run is a stretch of days of one type for one patient and one molecule.
    jours = jours.with_columns(meme=~_different("n_patient", "n_molecule"), nouvelle=_different("n_patient", "n_molecule", "bio"), rang=pl.int_range(pl.len()))
    fin = pl.when("nouvelle").then("rang").shift(-1).backward_fill().fill_null(pl.len())
    jours = jours.with_columns(restantes=fin - pl.col("rang"))
    return jours.select(
        "patient", "molecule", "economie", "medecin",
        inb_type=_type(pl.col("bio")), inb_date="date",
        inb_date_precedente=pl.when("meme").then(pl.col("date").shift()),
        inb_type_precedent=pl.when("meme").then(_type(pl.col("bio").shift())),
        inb_consecutives=pl.when("bio").then("restantes").otherwise(0),
        confirmee_le=pl.when(pl.col("restantes") >= confirmation).then(pl.col("date").shift(1 - confirmation)),
    )  # fmt: skip


def _different(*colonnes: str) -> pl.Expr:
    """Tell whether a row differs from the one before it; the first one does."""
    return pl.any_horizontal(pl.col(nom) != pl.col(nom).shift() for nom in colonnes).fill_null(True)


def _type(bio: pl.Expr) -> pl.Expr:
    return pl.when(bio).then(pl.lit(BIOSIMILAIRE)).otherwise(pl.lit(BIOREFERENT))
