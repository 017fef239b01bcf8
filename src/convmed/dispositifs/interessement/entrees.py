"""The inputs of the gain-sharing calculations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from convmed.dispositifs.interessement.molecules import FOURNIE, Molecule
from convmed.donnees.modeles import SECTEURS, Date, Euros, Medecin, Modele
from convmed.textes.unites import vers_entier

# A national rate is a quotient of integers, so that 14,999 % stays under 15 %.
MILLION = 10**6
Nombre = Annotated[int, Field(ge=0, le=1_000_000)]
National = Annotated[int, Field(ge=0, le=10**9)]
NomDeMolecule = Annotated[str, Field(min_length=1, max_length=80)]
Type = Literal["reference", "biosimilaire"]


class MoleculeAjoutee(Modele):
    """A molecule that the sources do not have, or other dates for one of theirs."""

    molecule: NomDeMolecule
    du: Date
    au: Date | None = None

    @field_validator("au")
    @classmethod
    def finir_apres_le_debut(cls, valeur: dt.date | None, info: ValidationInfo) -> dt.date | None:
        """Refuse a molecule that goes out before it comes in."""
        debut = info.data.get("du")
        if valeur is not None and debut is not None and valeur < debut:
            raise ValueError(f"au plus tôt le {debut:%d/%m/%Y} (du)")
        return valeur

    def molecule_datee(self) -> Molecule:
        """Return the row that the table would have."""
        return Molecule(self.molecule, self.du, self.au, FOURNIE, "deduit")


class Prescrite(Modele):
    """What a doctor prescribed of one molecule in the year, in patients; the saving is the one of a full year, in euros."""

    molecule: NomDeMolecule
    initiations: Nombre = 0
    switchs: Nombre = 0
    economie_annuelle_par_patient: Euros | None = None
    date: Date | None = None
    prescripteur_autorise: bool | None = None


class Biosimilaires(Modele):
    """`{"calcul": "biosimilaires", "molecules": [...]}`; `minimum` and `plafond` stand for what was not read of annexe 18."""

    calcul: Literal["biosimilaires"]
    molecules: list[Prescrite]
    molecules_ajoutees: list[MoleculeAjoutee] | None = None
    minimum: Euros | None = None
    plafond: Euros | None = None
    date_refus: Date | None = None
    secteur: SECTEURS | None = None

    @field_validator("plafond")
    @classmethod
    def laisser_la_place_du_minimum(cls, valeur: float | None, info: ValidationInfo) -> float | None:
        """Refuse a cap under the minimum."""
        minimum = info.data.get("minimum")
        if valeur is not None and minimum is not None and valeur < minimum:
            raise ValueError(f"au moins {minimum:g} (minimum)")
        return valeur


class Delivrance(Modele):
    """One delivery: its day, its molecule unless the case names it once, reference or biosimilar, and who prescribed it."""

    date: Date
    type: Type
    molecule: NomDeMolecule | None = None
    medecin: str | None = None


class Qualification(Modele):
    """`{"calcul": "qualification", "molecule", "delivrances": [...]}`: the history of one patient."""

    calcul: Literal["qualification"]
    delivrances: list[Delivrance]
    molecule: NomDeMolecule | None = None
    historique_depuis: Date | None = None
    molecules_ajoutees: list[MoleculeAjoutee] | None = None


class Molecules(Modele):
    """`{"calcul": "molecules"}`: which molecules are in the scheme, at a date or in a year."""

    calcul: Literal["molecules"]
    molecules_ajoutees: list[MoleculeAjoutee] | None = None


class Dispositifs(Modele):
    """`{"calcul": "dispositifs"}`: the four schemes and which are open."""

    calcul: Literal["dispositifs"]


class PatientIpp(Modele):
    """A patient whose proton-pump inhibitor was stopped, and what it saved."""

    patient: str | None = None
    age: Annotated[int, Field(ge=0, le=130)]
    ains_associe: bool | None = None
    facteur_de_risque: bool | None = None
    duree_semaines: Annotated[int, Field(ge=0, le=5_000)] | None = None
    justification: bool | None = None
    economie: Euros | None = None


class Ipp(Modele):
    """`{"calcul": "ipp", "economies"}`, or `patients` instead of the sum of savings."""

    calcul: Literal["ipp"]
    economies: Euros | None = None
    patients: list[PatientIpp] | None = None
    secteur: SECTEURS | None = None

    @field_validator("patients")
    @classmethod
    def ne_pas_dire_deux_fois(cls, valeur: list[PatientIpp] | None, info: ValidationInfo) -> list[PatientIpp] | None:
        """Refuse patients beside the sum of their savings."""
        if valeur is not None and info.data.get("economies") is not None:
            raise ValueError("economies ou patients, pas les deux")
        return valeur


class Oam(Modele):
    """`{"calcul": "oam", "taux_national", "economies"}`, or the two national counts instead of the rate."""

    calcul: Literal["oam"]
    economies: Euros
    taux_national: Annotated[float, Field(ge=0, le=1)] | None = None
    initiations_oam: National | None = None
    initiations_totales: Annotated[int, Field(gt=0, le=10**9)] | None = None
    secteur: SECTEURS | None = None

    @field_validator("initiations_oam", "initiations_totales")
    @classmethod
    def un_taux_ou_deux_nombres(cls, valeur: int | None, info: ValidationInfo) -> int | None:
        """Refuse counts beside the rate that they make, and more devices than treatments."""
        if valeur is not None and info.data.get("taux_national") is not None:
            raise ValueError("taux_national ou les deux nombres d'initiations, pas les deux")
        une_partie = info.data.get("initiations_oam")
        if valeur is not None and info.field_name == "initiations_totales" and une_partie is not None and une_partie > valeur:
            raise ValueError(f"au moins {une_partie} (initiations_oam)")
        return valeur

    def quotient(self) -> tuple[int, int] | None:
        """Return the national rate as two integers, `None` if it is not given."""
        if self.taux_national is not None:
            exact = Decimal(str(self.taux_national)).as_integer_ratio()
            return exact if exact[1] <= MILLION else (int(Decimal(str(self.taux_national)) * MILLION), MILLION)
        if self.initiations_oam is None or self.initiations_totales is None:
            return None
        return self.initiations_oam, self.initiations_totales


class Indication(Modele):
    """`{"calcul": "oam-indication", "iah", "maladie_cardiovasculaire_grave"}`."""

    calcul: Literal["oam-indication"]
    iah: Annotated[int, Field(ge=0, le=300)]
    maladie_cardiovasculaire_grave: bool | None = None


class InsuffisanceCardiaque(Modele):
    """`{"calcul": "insuffisance-cardiaque", "medecin": {...}, "indicateurs_atteints"}`."""

    calcul: Literal["insuffisance-cardiaque"]
    medecin: Medecin
    indicateurs_atteints: Annotated[int, Field(ge=0, le=100)]


def ajoutees(molecules: Iterable[MoleculeAjoutee] | None) -> list[Molecule]:
    """Return the rows that the user adds to the table of molecules."""
    return [une.molecule_datee() for une in molecules or ()]


def centimes(euros: float | None) -> int | None:
    """Return an amount of the contract in cents."""
    return None if euros is None else vers_entier(euros, "EUR")


def connues(**colonnes: Any) -> dict[str, Any]:
    """Return the inputs that were given: an absent one is not an empty one."""
    return {nom: valeur for nom, valeur in colonnes.items() if valeur is not None}
