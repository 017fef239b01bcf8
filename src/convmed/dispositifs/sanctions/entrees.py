"""The shapes of what is asked of `sanctions`: a procedure that runs, or one question."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from convmed.dispositifs.sanctions.echeances import SANS_REPORT
from convmed.dispositifs.sanctions.machine import procedures, reduire, trouver_procedure
from convmed.donnees.modeles import Date, Euros, Modele

# No procedure is older, none is foreseen further: beyond, a date is a typing error.
PREMIERE, DERNIERE = dt.date(2012, 1, 1), dt.date(2040, 12, 31)
ETAPES_MAX = 500
R_147_11, FAITS_GRAVES = "R. 147-11", "faits-graves-deja-sanctionnes"
MOTIFS = {
    "r-147-11": R_147_11, "r147-11": R_147_11, "faits-graves-deja-sanctionnes": FAITS_GRAVES, "faits-graves": FAITS_GRAVES,
    "faits-graves-sanctionnes": FAITS_GRAVES,
}  # fmt: skip


def _procedure(valeur: Any) -> Any:
    if isinstance(valeur, str):
        return trouver_procedure(valeur).nom
    raise ValueError("l'une de " + ", ".join(procedures()))


def _motif(valeur: Any) -> Any:
    if valeur is None:
        return None
    connu = MOTIFS.get(reduire(valeur)) if isinstance(valeur, str) else None
    if connu is None:
        raise ValueError(f"{R_147_11} ou {FAITS_GRAVES}")
    return connu


Jour = Annotated[Date, Field(ge=PREMIERE, le=DERNIERE)]
NomDeProcedure = Annotated[str, BeforeValidator(_procedure)]
Motif = Annotated[str | None, BeforeValidator(_motif)]
Mois = Annotated[int, Field(ge=0, le=1200)]
Jours = Annotated[int, Field(ge=0, le=36_600)]


class EtapeInscrite(Modele):
    """`{"etape", "date", "note"}`: one step that happened, or that is set for a day."""

    etape: Annotated[str, Field(min_length=1, max_length=120)]
    date: Jour
    note: Annotated[str, Field(max_length=2_000)] | None = None


class Enregistrement(Modele):
    """`{"procedure", "etapes", ...}`: what happened in a procedure.

    `aujourdhui` (or `date`) reads silences and lateness up to that day; `report` says what becomes of a term on a closed day.
    """

    calcul: Literal["procedure"] | None = None
    procedure: NomDeProcedure
    etapes: Annotated[list[EtapeInscrite], Field(max_length=ETAPES_MAX, default_factory=list)]
    date: Jour | None = None
    aujourdhui: Jour | None = None
    sans_avertissement: Motif = None
    non_teletransmission: bool | None = None
    report: Literal["aucun", "premier-jour-ouvrable"] = SANS_REPORT  # type: ignore[assignment]
    departement: Annotated[str, Field(pattern=r"^([0-9]{2}|2A|2B|97[1-8])$")] | None = None


class Duree(Modele):
    """A duration: whole months and days, or two dates (both included)."""

    duree_mois: Mois | None = None
    duree_jours: Jours | None = None
    du: Jour | None = None
    au: Jour | None = None

    @field_validator("au")
    @classmethod
    def apres_le_debut(cls, valeur: dt.date | None, info: ValidationInfo) -> dt.date | None:
        """Refuse an end before its beginning."""
        debut = info.data.get("du")
        if valeur is not None and debut is not None and valeur < debut:
            raise ValueError(f"une date à partir du {debut:%d/%m/%Y}")
        return valeur


class Sanction(Duree):
    """`{"calcul": "sanction", "manquement", "sanction", "duree_mois"}`: what is incurred, and for how long at most."""

    calcul: Literal["sanction"]
    manquement: str | None = None
    sanction: str | None = None


class Effets(Duree):
    """`{"calcul": "effets", "ferme", "duree_mois"}`: what a déconventionnement suspends."""

    calcul: Literal["effets"]
    ferme: bool = True


class Assistance(Modele):
    """`{"calcul": "assistance", "procedure", "assistants", "syndicat_signataire"}`: who may assist the doctor."""

    calcul: Literal["assistance"]
    procedure: NomDeProcedure = "ordinaire"
    assistants: Annotated[list[str], Field(max_length=20)] | None = None
    syndicat_signataire: bool | None = None


class Avertissement(Modele):
    """`{"calcul": "avertissement", "sans_avertissement"}`: whether a warning must come first."""

    calcul: Literal["avertissement"]
    sans_avertissement: Motif = None


class Transition(Modele):
    """`{"calcul": "transition", "ouverte_le", "close_le", "sanction_du", "sanction_au"}`: what the entry into force changed."""

    calcul: Literal["transition"]
    ouverte_le: Jour
    close_le: Jour | None = None
    sanction_du: Jour | None = None
    sanction_au: Jour | None = None


class Penalite(Modele):
    """`{"calcul": "penalite", "cas", "sommes", "pmss", "recidive", ...}`: how high a pénalité financière may go."""

    calcul: Literal["penalite"]
    cas: Literal["standard", "fraude", "bande-organisee", "apres-deux-msap", "refus-de-soins", "depassements"] = "standard"
    sommes: Euros | None = None
    depassements: Euros | None = None
    pmss: Euros | None = None
    recidive: bool | None = None
    date_des_faits: Jour | None = None
    penalite_precedente: Jour | None = None
    personne_morale: bool | None = None
    double_de_la_moyenne: bool | None = None
    procedure_conventionnelle: bool | None = None


class Fraude(Modele):
    """One definitive sanction for fraud: its day, and the damage."""

    date: Jour
    prejudice: Euros


class Office(Modele):
    """`{"calcul": "deconventionnement-d-office", "sanctions": [{"date", "prejudice"}], "pmss"}`: whether it is mandatory."""

    calcul: Literal["deconventionnement-d-office"]
    sanctions: Annotated[list[Fraude], Field(max_length=100)]
    pmss: Euros | None = None


class Objectif(Modele):
    """`{"calcul": "objectif-mso", "moyenne", "objectif", "duree_mois"}`: whether a target may be proposed."""

    calcul: Literal["objectif-mso"]
    moyenne: Annotated[float, Field(ge=0, le=1e9)]
    objectif: Annotated[float, Field(ge=0, le=1e9)]
    duree_mois: Mois


class PratiqueTarifaire(Modele):
    """`{"calcul": "pratique-tarifaire", "taux_depassement"}`: where a rate stands, against the former mark."""

    calcul: Literal["pratique-tarifaire"]
    taux_depassement: Annotated[float, Field(ge=0, le=1_000)]
