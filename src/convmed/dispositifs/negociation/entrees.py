"""What `convmed calculer negociation` reads: one shape a question."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator

from convmed.dispositifs.negociation.chronologie import Nature
from convmed.donnees.modeles import Date, Modele

CENT = 100
# Beyond them a date is a typing error, and a delay counted from it would leave the calendar.
PREMIERE_ANNEE, DERNIERE_ANNEE = 1945, 2100
ATTENDU = "une part en pour cent des suffrages exprimés, comme 71.07, ou les parts par syndicat"


def _suffrages(valeur: object) -> object:
    """Return a share, or the sum of the shares given by union; refuse what may as well be a share of one."""
    ecrites = list(valeur.values()) if isinstance(valeur, dict) else [valeur]
    parts = [part for part in ecrites if isinstance(part, (int, float)) and not isinstance(part, bool) and 0 <= part <= CENT]
    total = float(sum(Decimal(str(part)) for part in parts))
    # 0.7107 might be a share of one or of a hundred: nobody shall guess which.
    if len(parts) != len(ecrites) or 0 < total <= 1:
        raise ValueError(ATTENDU)
    return total


def _plausible(jour: dt.date) -> dt.date:
    if not PREMIERE_ANNEE <= jour.year <= DERNIERE_ANNEE:
        raise ValueError(f"une date de {PREMIERE_ANNEE} à {DERNIERE_ANNEE}")
    return jour


Jour = Annotated[Date, AfterValidator(_plausible)]
Part = Annotated[float, Field(ge=0, le=CENT)]


class College(Modele):
    """The votes of one college, in percent of the votes cast at the last URPS elections."""

    signataires: Annotated[Part, BeforeValidator(_suffrages)]
    opposants: Part | None = None

    @field_validator("opposants")
    @classmethod
    def pas_signataires(cls, valeur: float | None, info: ValidationInfo) -> float | None:
        """Refuse that one vote be on both sides: only those who did not sign may object."""
        if valeur is not None and Decimal(str(valeur)) + Decimal(str(info.data.get("signataires", 0))) > CENT:
            raise ValueError("au plus ce que les signataires ne réunissent pas")
        return valeur


class Colleges(Modele):
    """The two colleges: the law wants both."""

    generalistes: College
    specialistes: College


class Validite(Modele):
    """`{"calcul": "validite", "colleges", "date_signature", "date_transmission", "date_opposition"}`."""

    calcul: Literal["validite"]
    colleges: Colleges
    date_signature: Jour | None = None
    date_transmission: Jour | None = None
    date_opposition: Jour | None = None


class Report(Modele):
    """`{"calcul": "report", "date_effet", "date_avis", "imputable_soins_de_ville", "date_avenant", "date_approbation"}`."""

    calcul: Literal["report"]
    date_effet: Jour
    date_avis: Jour | None = None
    imputable_soins_de_ville: bool | None = None
    date_avenant: Jour | None = None
    date_approbation: Jour | None = None
    revalorisation: bool = True


class Alerte(Modele):
    """`{"calcul": "alerte", "date_avis"}`: the calendar of the comité d'alerte of a year."""

    calcul: Literal["alerte"]
    date_avis: Jour | None = None


class Duree(Modele):
    """`{"calcul": "duree", "date_opposition"}`: the life of the text of the request."""

    calcul: Literal["duree"]
    date_opposition: Jour | None = None


class Chronologie(Modele):
    """`{"calcul": "chronologie", "du", "au", "nature", "texte"}`."""

    calcul: Literal["chronologie"]
    du: Jour | None = None
    au: Jour | None = None
    nature: Nature | None = None
    texte: str | None = None


class Orientations(Modele):
    """`{"calcul": "orientations"}`: what was asked of the negotiators."""

    calcul: Literal["orientations"]
