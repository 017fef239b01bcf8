"""The inputs of the calculations of the commissions."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from convmed.donnees.modeles import Date, Euros, Modele

# No calendar holds more sittings, no commission more seats: beyond it a count is a typing error.
ABSURDE = 1_000
# More than the voters of the country: beyond it a number of votes is a typing error.
VOIX_ABSURDES = 100_000_000
DECIMALES_DES_VOIX = 6

SECTION = Literal["professionnelle", "sociale"]
COLLEGE = Literal["generalistes", "specialistes"]
INSTANCE = Literal["cpn", "ctppn", "cpr", "cpl"]
FORMATION = Literal["pleniere", "appel"]


def _toutes_ou_combien(valeur: Any) -> Any:
    if isinstance(valeur, int) and 0 <= valeur <= ABSURDE:
        return valeur
    raise ValueError("true, false ou un nombre de séances")


def _voix(valeur: Any) -> Any:
    """Return votes, or a percentage, as the exact decimal that was written."""
    if isinstance(valeur, (int, float)) and not isinstance(valeur, bool) and 0 <= valeur <= VOIX_ABSURDES:
        exact = Decimal(str(valeur))
        if -int(exact.normalize().as_tuple().exponent) <= DECIMALES_DES_VOIX:
            return exact
    raise ValueError(f"des voix ou un pourcentage, de 0 à {VOIX_ABSURDES}, à {DECIMALES_DES_VOIX} décimales au plus")


def _fraction(valeur: Any) -> Any:
    if isinstance(valeur, (int, float)) and not isinstance(valeur, bool) and 0 <= valeur <= 1:
        return Decimal(str(valeur))
    raise ValueError("une fraction de 0 à 1, comme 0.10")


def _nom(valeur: Any) -> Any:
    if isinstance(valeur, str) and 0 < len(valeur.strip()) <= 80:
        return valeur.strip()
    raise ValueError("un nom de 80 caractères au plus")


Distance = Annotated[bool | int, BeforeValidator(_toutes_ou_combien)]
Voix = Annotated[Decimal, BeforeValidator(_voix)]
Part = Annotated[Decimal, BeforeValidator(_fraction)]
Nom = Annotated[str, BeforeValidator(_nom)]
NombreDeSieges = Annotated[int, Field(ge=1, le=ABSURDE)]
Compte = Annotated[int, Field(ge=0, le=ABSURDE)]


class Indemnites(Modele):
    """`{"calcul": "indemnites", "seances", "distance", "valeur_c"}`; `distance` is all or none, or how many."""

    calcul: Literal["indemnites"]
    seances: Annotated[int, Field(ge=0, le=ABSURDE)]
    distance: Distance
    representant_signataire: bool | None = None
    valeur_c: Euros | None = None

    @field_validator("distance")
    @classmethod
    def au_plus_toutes(cls, valeur: bool | int, info: ValidationInfo) -> bool | int:
        """Refuse more remote sittings than sittings."""
        if not isinstance(valeur, bool) and valeur > info.data.get("seances", ABSURDE):
            raise ValueError("au plus le nombre de séances")
        return valeur


class Sieges(Modele):
    """`{"calcul": "sieges", "sieges", "voix"}`, or `urps` for both colleges of a published election."""

    calcul: Literal["sieges"]
    sieges: NombreDeSieges | None = None
    voix: dict[Nom, Voix] | None = None
    urps: int | None = None
    exprimes: Voix | None = None
    base: Literal["exprimes", "signataires"] | None = None
    signataires: list[Nom] | None = None
    college: COLLEGE | None = None
    seuil_representativite: Part | None = None
    servis_ailleurs: list[Nom] | None = None


class Presents(Modele):
    """Who sits when the vote is held: a titular or the substitute, never both."""

    professionnelle: Compte
    sociale: Compte
    unocam: bool | None = None
    president_professionnel: bool | None = None


class Vote(Modele):
    """`{"calcul": "vote", "pour", "contre", "abstentions", "tour"}`, and what tells whether the commission may deliberate."""

    calcul: Literal["vote"]
    pour: Compte
    contre: Compte
    abstentions: Compte | None = None
    tour: Annotated[int, Field(ge=1, le=2)] = 1
    instance: INSTANCE | None = None
    formation: FORMATION = "pleniere"
    presents: Presents | None = None
    quorum: Compte | None = None


class Membre(Modele):
    """Somebody who sits; `organisation` is a union, the UNCAM, the UNOCAM or the Order."""

    membre: Nom
    section: Literal["professionnelle", "sociale", "consultative"]
    qualite: Literal["titulaire", "suppleant"] | None = None
    organisation: Nom | None = None
    college: COLLEGE | None = None
    liberal_conventionne: bool | None = None
    sanction_definitive: bool | None = None
    president: bool | None = None


class Composition(Modele):
    """`{"calcul": "composition", "instance", "membres"}`."""

    calcul: Literal["composition"]
    instance: INSTANCE
    formation: FORMATION = "pleniere"
    membres: Annotated[list[Membre], Field(max_length=ABSURDE)]
    sieges: dict[COLLEGE, dict[Nom, Compte]] | None = None


class Candidat(Modele):
    """Somebody who may sit; those of one organisation come in its order of preference."""

    candidat: Nom
    section: Literal["professionnelle", "sociale", "consultative"]
    organisation: Nom | None = None
    college: COLLEGE | None = None
    liberal_conventionne: bool | None = None
    sanction_definitive: bool | None = None


class Composer(Modele):
    """`{"calcul": "composer", "instance", "candidats"}`."""

    calcul: Literal["composer"]
    instance: INSTANCE
    formation: FORMATION = "pleniere"
    candidats: Annotated[list[Candidat], Field(max_length=100 * ABSURDE)]
    sieges: dict[COLLEGE, dict[Nom, Compte]] | None = None


class Presidence(Modele):
    """`{"calcul": "presidence", "premiere", "installee_le"}`: which section presided first, and since when."""

    calcul: Literal["presidence"]
    premiere: SECTION
    installee_le: Date | None = None


class Carence(Modele):
    """`{"calcul": "carence", "cas", "section_en_cause", ...}`."""

    calcul: Literal["carence"]
    cas: Literal["constitution", "parite", "date-ou-ordre-du-jour", "refus-de-vote"]
    section_en_cause: Literal["professionnelle", "sociale", "les-deux"]
    instance: INSTANCE | None = None
    tentatives: Compte | None = None
    constat: Date | None = None
    remede: Date | None = None


class Instances(Modele):
    """`{"calcul": "instances", "caisses", "departement", "cpl_installee", "installee_le"}`."""

    calcul: Literal["instances"]
    caisses: Annotated[int, Field(ge=1, le=ABSURDE)] | None = None
    departement: Annotated[str, Field(pattern=r"^(2[AB]|[0-9]{2,3})$")] | None = None
    departement_region: bool | None = None
    cpl_installee: bool | None = None
    installee_le: Date | None = None
