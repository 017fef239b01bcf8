"""The JSON inputs of adhésion-installation: one shape for each question."""

from __future__ import annotations

from typing import Literal

from pydantic import ValidationInfo, field_validator

from convmed.donnees.modeles import OPTIONS, Date, Modele

VOIES = Literal["courrier", "autre"]


class Convention(Modele):
    """`{"calcul": "convention", "date", "organisme"}`: which text holds on a day."""

    calcul: Literal["convention"]
    date: Date | None = None
    organisme: Literal["cpam", "cgss", "css-mayotte", "dcgdr", "medecins-conseils", "autre"] | None = None


class Adhesion(Modele):
    """`{"calcul": "adhesion", "situation", "refus_par", "demande_par"}`: who is under the convention."""

    calcul: Literal["adhesion"]
    situation: Literal["deja-conventionne", "hors-convention"]
    exercice: Literal["liberal", "salarie"] | None = None
    refus_par: VOIES | None = None
    demande_par: VOIES | None = None
    date: Date | None = None


class Retour(Modele):
    """`{"calcul": "retour", "date_resiliation", "date_effet", "date_retour", "secteur"}`: after a withdrawal."""

    calcul: Literal["retour"]
    date_resiliation: Date
    date_effet: Date | None = None
    date_retour: Date | None = None
    secteur: Literal["1", "2"] | None = None
    option_tarifaire: OPTIONS | None = None

    @field_validator("date_effet", "date_retour")
    @classmethod
    def suivre_la_resiliation(cls, valeur: Date | None, info: ValidationInfo) -> Date | None:
        """Refuse what would come before the withdrawal."""
        resiliation = info.data.get("date_resiliation")
        if valeur is not None and resiliation is not None and valeur < resiliation:
            raise ValueError("une date qui suit date_resiliation")
        return valeur


class Cessation(Modele):
    """`{"calcul": "cessation", "date_cessation", "date_signalement", "definitive", "date_reprise", "force_majeure"}`."""

    calcul: Literal["cessation"]
    date_cessation: Date
    date_signalement: Date | None = None
    definitive: bool | None = None
    date_reprise: Date | None = None
    force_majeure: bool | None = None

    @field_validator("date_reprise")
    @classmethod
    def suivre_la_cessation(cls, valeur: Date | None, info: ValidationInfo) -> Date | None:
        """Refuse a return before the cessation, or after one that is final."""
        if valeur is not None and info.data.get("definitive"):
            raise ValueError("aucune reprise si la cessation est définitive")
        cessation = info.data.get("date_cessation")
        if valeur is not None and cessation is not None and valeur < cessation:
            raise ValueError("une date qui suit date_cessation")
        return valeur


class Site(Modele):
    """`{"calcul": "site", "date_ouverture", "date_declaration", "conseil", "identifiant_demande", "caisse"}`."""

    calcul: Literal["site"]
    date_ouverture: Date
    date_declaration: Date | None = None
    conseil: Literal["lieu-du-site", "autre"] | None = None
    identifiant_demande: bool | None = None
    caisse: Literal["du-site", "autre"] | None = None


class Remplacement(Modele):
    """`{"calcul": "remplacement", "cps"}`: with which card a replacement bills."""

    calcul: Literal["remplacement"]
    cps: Literal["propre", "du-remplace"] | None = None
    date: Date | None = None
