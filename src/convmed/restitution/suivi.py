"""The follow-up of a list of patients: who has something to do, and why an indicator of a patient counts or not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

from convmed.dispositifs import Demande, forfait_medecin_traitant
from convmed.dispositifs.prevention.declaration import Indicateur
from convmed.dispositifs.prevention.regles import INDICATEURS
from convmed.moteur.valeurs import Explication, Instance
from convmed.restitution.evaluation import Cabinet
from convmed.restitution.tableau_de_bord import table
from convmed.textes.unites import afficher, vers_entier

VALIDE, A_FAIRE, EXCLU, SANS_OBJET, OPPOSITION = "valide", "non-valide", "exclu", "non-concerne", "opposition"
Ordre = Literal["gain", "liste"]
PAR_INDICATEUR = {indicateur.nom: indicateur for indicateur in INDICATEURS}


@dataclass(frozen=True, slots=True)
class Cellule:
    """One indicator of one patient; `gain` in cents."""

    indicateur: Indicateur
    etat: str
    acte: dt.date | None
    prochaine: dt.date | None
    gain: int


@dataclass(frozen=True, slots=True)
class Rangee:
    """One patient of the list, known by `rang` (from 1, in the order of the file); `gain` in cents."""

    rang: int
    patient: str
    cellules: tuple[Cellule, ...]

    @property
    def gain(self) -> int:
        """Return what validating all that can be would bring."""
        return sum(cellule.gain for cellule in self.cellules)

    @property
    def opposition(self) -> bool:
        """Tell whether the patient objects: no state of theirs is then shown."""
        return any(cellule.etat == OPPOSITION for cellule in self.cellules)


@dataclass(frozen=True, slots=True)
class Filtre:
    """Whom to show: those concerned by an indicator, in a state (of it, or of any), with something to gain."""

    indicateur: str = ""
    etat: str = ""
    a_gagner: bool = False
    ordre: Ordre = "gain"


def suivre(cabinet: Cabinet) -> pl.DataFrame:
    """Return the long table of the dashboard with the rank of each patient in the list (`rang`, from 1)."""
    rangs = cabinet.patients.select("patient").with_row_index("rang", offset=1)
    return table(cabinet).join(rangs, on="patient", how="left", maintain_order="left")


def choisir(suivis: pl.DataFrame, filtre: Filtre) -> list[int]:
    """Return the ranks of the patients that a filter keeps, those with most to gain first (or in the order of the list)."""
    retenus = pl.col("etat") == filtre.etat if filtre.etat else pl.lit(True)
    if filtre.indicateur:
        # Without a state: those whom the indicator concerns.
        retenus = (pl.col("indicateur") == filtre.indicateur) & (retenus if filtre.etat else pl.col("etat") != SANS_OBJET)
    gain = pl.col("gain").filter(pl.col("indicateur") == filtre.indicateur) if filtre.indicateur else pl.col("gain")
    patients = suivis.group_by("rang").agg(retenus.any().alias("retenu"), gain.sum().alias("gain")).filter("retenu")
    if filtre.a_gagner:
        patients = patients.filter(pl.col("gain") > 0)
    ordre = ["rang"] if filtre.ordre == "liste" else ["gain", "rang"]
    return patients.sort(ordre, descending=[nom == "gain" for nom in ordre]).get_column("rang").to_list()


def rangees(suivis: pl.DataFrame, rangs: Iterable[int]) -> list[Rangee]:
    """Return the patients of these ranks, in this order."""
    voulus = list(rangs)
    par_rang: dict[int, list[dict[str, Any]]] = {rang: [] for rang in voulus}
    for ligne in suivis.filter(pl.col("rang").is_in(voulus)).iter_rows(named=True):
        par_rang[ligne["rang"]].append(ligne)
    return [Rangee(rang, lignes[0]["patient"], tuple(map(_cellule, lignes))) for rang, lignes in par_rang.items() if lignes]


def _cellule(ligne: dict[str, Any]) -> Cellule:
    return Cellule(
        PAR_INDICATEUR[ligne["indicateur"]], ligne["etat"], ligne["dernier_acte"], ligne["prochaine_date_utile"],
        vers_entier(ligne["gain"], "EUR"),
    )  # fmt: skip


def chercher(cabinet: Cabinet, mot: str, au_plus: int) -> list[int]:
    """Return the ranks of the patients whose identifier is a word, or else of the first ones that hold it."""
    identifiants = cabinet.patients.get_column("patient").str.to_lowercase()
    cherche = mot.strip().lower()
    if not cherche:
        return []
    exacts = (identifiants == cherche).arg_true()
    trouves = exacts if len(exacts) else identifiants.str.contains(cherche, literal=True).arg_true().head(au_plus)
    return [rang + 1 for rang in trouves.to_list()]


def raison(cabinet: Cabinet, instance: Instance, cellule: Cellule) -> str:
    """Say in a sentence why an indicator of a patient is in its state: what was found, or who keeps it from counting."""
    patient, nom = str(instance.donnees["patient"]), cellule.indicateur.nom
    match cellule.etat:
        case "opposition":
            return "Le patient s’oppose à la transmission de ses données de prévention"
        case "valide":
            return f"Acte du {cellule.acte:%d/%m/%Y}"
        case "non-valide":
            suite = "" if cellule.prochaine else " ; il est trop tard pour le faire"
            return (f"Dernier acte le {cellule.acte:%d/%m/%Y}, qui ne suffit pas" if cellule.acte else "Aucun acte retrouvé") + suite
        case "exclu":
            return _exclusion(cabinet, patient, nom)
        case "non-concerne":
            return _hors_de_la_cible(cabinet, instance, patient, cellule.indicateur)
        case _:
            manquants = instance.expliquer(cellule.indicateur.colonne).manquants()
            return "Il manque : " + ", ".join(dict.fromkeys(feuille.libelle.lower() for feuille in manquants))


def _declare(cabinet: Cabinet, table: str, colonne: str, patient: str, nom: str) -> bool:
    return not cabinet.tables[table].filter((pl.col("patient") == patient) & (pl.col(colonne) == nom)).is_empty()


def _exclusion(cabinet: Cabinet, patient: str, nom: str) -> str:
    if _declare(cabinet, "exclusion", "indicateur_exclu", patient, nom):
        return "Exclusion déclarée dans votre liste"
    return "Un acte retrouvé l’exclut"


def _hors_de_la_cible(cabinet: Cabinet, instance: Instance, patient: str, indicateur: Indicateur) -> str:
    if _declare(cabinet, "hors_cible", "indicateur_hors_cible", patient, indicateur.nom):
        return "Déclaré hors de la cible dans votre liste"
    if instance.valeur("prevention_patientele") is False:
        return "Pas encore de votre patientèle à cette date"
    # The branch that set the patient aside, as it was computed: an age and its bound, a sex, a group.
    enfants = instance.expliquer(indicateur.colonne).enfants
    return " ; ".join(f"{enfant.libelle} : {afficher(enfant.valeur, enfant.unite)}" for enfant in enfants)


def forfait(cabinet: Cabinet, demande: Demande, patient: str) -> Explication:
    """Return the part of a patient in the FMT of an exercise: the base and the C2S majoration, explained; in cents."""
    contexte, _ = forfait_medecin_traitant.contexte_de(demande)
    instance = cabinet.patient(patient, contexte)
    parts = tuple(instance.expliquer(regle) for regle in ("fmt_socle", "fmt_majoration_c2s"))
    total = None if any(part.valeur is None for part in parts) else sum(part.valeur for part in parts)
    return Explication("regle", "patient", "Forfait pour ce patient", total, "EUR/an", enfants=parts)

