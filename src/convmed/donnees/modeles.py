"""The shapes of what comes in through the JSON contract: strict, French, all faults at once."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from convmed.textes import NECESSAIRE, Faute
from convmed.textes.unites import vers_entier

ZONES = Literal["zip", "zac", "hors-zone"]
SECTEURS = Literal["1", "2", "nc"]
OPTIONS = Literal["aucune", "optam", "optam-aco"]
TRACEURS = Literal[
    "vaccin-grippe", "vaccin-covid", "vaccin-pneumocoque-20", "vaccin-ror", "vaccin-meningocoque-c", "vaccin-hpv",
    "mammographie-depistage", "mammographie-bilaterale", "cytologie-col", "test-hpv-col",
    "test-immunologique-colorectal", "glycemie-a-jeun", "creatinine-sanguine", "albumine-creatinine-urinaire",
    "hba1c", "consultation-enfant", "examen-bucco-dentaire", "albumine-urinaire", "creatinine-urinaire", "vaccin-pneumocoque-23",
    "bronchodilatateur", "antidiabetique", "exclusion-col", "exclusion-sein", "exclusion-colorectal",
]  # fmt: skip


def date_iso(valeur: Any) -> Any:
    """Accept only `AAAA-MM-JJ`: neither a timestamp nor another notation."""
    if valeur is None or (isinstance(valeur, dt.date) and not isinstance(valeur, dt.datetime)):
        return valeur
    if isinstance(valeur, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", valeur):
        try:
            return dt.date.fromisoformat(valeur)
        except ValueError:
            pass
    raise ValueError("date")


Date = Annotated[dt.date, BeforeValidator(date_iso)]


def _au_centime(montant: float) -> float:
    try:
        vers_entier(montant, "EUR")
    except ValueError:
        raise ValueError("un montant en euros, au centime près") from None
    return montant


Euros = Annotated[float, Field(ge=0, le=10_000_000), AfterValidator(_au_centime)]


class Modele(BaseModel):
    """A JSON object whose unknown fields are refused and whose types are not guessed."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    def fournis(self) -> dict[str, Any]:
        """Return the fields that were really given: an absent field is not an empty one."""
        return {champ: getattr(self, champ) for champ in self.model_fields_set}


class Medecin(Modele):
    """A doctor, with the canonical columns."""

    medecin: str | None = None
    specialite: Annotated[str, Field(pattern=r"^[0-9]{2}$")] | None = None
    secteur: SECTEURS | None = None
    option_tarifaire: OPTIONS | None = None
    date_naissance: Date | None = None
    date_premiere_installation: Date | None = None
    date_installation: Date | None = None
    rang_installation: Annotated[int, Field(ge=1, le=99)] | None = None
    zone: ZONES | None = None
    qpv: bool | None = None
    mep: bool | None = None
    departement: str | None = None

    def donnees(self) -> dict[str, Any]:
        """Return the inputs of the rules."""
        return entrees_du_medecin(self.fournis())


def entrees_du_medecin(donnees: Mapping[str, Any]) -> dict[str, Any]:
    """Return the doctor's columns as the rules name them: the birth of a doctor is not the one of a patient."""
    return {"date_naissance_medecin" if cle == "date_naissance" else cle: valeur for cle, valeur in donnees.items()}


class Patient(Modele):
    """A patient of the list, with the canonical columns and the risk flags."""

    patient: str | None = None
    medecin: str | None = None
    date_naissance: Date | None = None
    sexe: Literal["F", "M"] | None = None
    ald: bool | None = None
    ald_numeros: list[Annotated[int, Field(ge=1, le=32)]] | None = None
    c2s: bool | None = None
    ame: bool | None = None
    date_derniere_consultation: Date | None = None
    date_declaration_mt: Date | None = None
    risque_grippe: bool | None = None
    risque_covid: bool | None = None
    risque_pneumocoque: bool | None = None
    mcva: bool | None = None
    maladie_systeme_auto_immune: bool | None = None
    diabete: bool | None = None
    opposition: bool | None = None
    exclu: list[str] | None = None
    hors_cible: list[str] | None = None


class Evenement(Modele):
    """A coded act (`nomenclature` and `code`) or a tracer act named by its class (`traceur`)."""

    patient: str
    date: Date
    nomenclature: Literal["ngap", "ccam", "nabm", "atc", "cip13"] | None = None
    code: str | None = None
    traceur: TRACEURS | None = None
    specialite_executant: Annotated[str, Field(pattern=r"^[0-9]{2}$")] | None = None
    quantite: int | None = None


M = TypeVar("M", bound=Modele)


def lire(modele: type[M], valeur: Any, racine: str = "entree") -> tuple[M | None, list[Faute]]:
    """Read a JSON value as a model: the object, or every fault with its field, value and what was expected."""
    try:
        return modele.model_validate(valeur), []
    except ValidationError as erreur:
        return None, [faute_de_saisie(detail, racine) for detail in erreur.errors(include_url=False)]


def chemin(racine: str, lieu: tuple[int | str, ...]) -> str:
    """Write the place of a field: `entree.patients[3].sexe`."""
    return (racine + "".join(f"[{pas}]" if isinstance(pas, int) else f".{pas}" for pas in lieu)).removeprefix(".")


def faute_de_saisie(detail: ErrorDetails, racine: str) -> Faute:
    """Return what pydantic found as a fault in French, its field under `racine`."""
    contexte = detail.get("ctx", {})
    attendu = _attendu(detail["type"], contexte)
    lieu = tuple(p for p in detail["loc"] if not (isinstance(p, str) and p.startswith("function-")))
    message = {
        "missing": NECESSAIRE,
        "extra_forbidden": "champ inconnu",
    }.get(detail["type"], "valeur refusée")
    valeur = None if detail["type"] == "missing" or isinstance(detail["input"], (dict, list)) else detail["input"]
    if detail["type"] == "extra_forbidden":
        valeur = None
    return Faute(message, champ=chemin(racine, lieu), valeur=valeur, attendu=attendu)


def _attendu(genre: str, contexte: dict[str, Any]) -> str:
    fixes = {
        "missing": "une valeur",
        "extra_forbidden": "un champ du contrat",
        "value_error": "une date AAAA-MM-JJ" if str(contexte.get("error")) == "date" else str(contexte.get("error")),
        "bool_type": "true ou false",
        "int_type": "un nombre entier",
        "int_from_float": "un nombre entier",
        "float_type": "un nombre",
        "string_type": "une chaîne de caractères",
        "list_type": "une liste",
        "dict_type": "un objet",
        "model_type": "un objet",
        "model_attributes_type": "un objet",
        "string_pattern_mismatch": "la forme " + str(contexte.get("pattern", "")),
        "finite_number": "un nombre fini",
    }
    bornes = {"greater_than_equal": ("au moins", "ge"), "greater_than": ("plus de", "gt"),
              "less_than_equal": ("au plus", "le"), "less_than": ("moins de", "lt")}  # fmt: skip
    if genre == "literal_error":
        return str(contexte["expected"]).replace("'", "").replace(" or ", " ou ")
    if genre in bornes:
        mot, cle = bornes[genre]
        return f"{mot} {contexte[cle]}"
    return fixes.get(genre, "une valeur conforme au contrat")
