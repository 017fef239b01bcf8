"""The three inputs of the demographic contracts, and the columns that the rules read from them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from convmed.dispositifs.socle import fautes_de
from convmed.donnees.modeles import OPTIONS, SECTEURS, ZONES, Date, Euros, Modele
from convmed.moteur.valeurs import Explication, Instance
from convmed.textes import Faute
from convmed.textes.unites import vers_entier

CONTRATS = Literal["caim", "cotram", "coscom", "cstm"]


def _dix_milliemes(part: float) -> int:
    return vers_entier(Decimal(str(part)) * 100, "%")


def _en_dix_milliemes(part: float) -> float:
    try:
        _dix_milliemes(part)
    except ValueError:
        raise ValueError("une fraction de 0 à 1, à quatre décimales au plus") from None
    return part


Fraction = Annotated[float, Field(ge=0, le=1), AfterValidator(_en_dix_milliemes)]
Entier = Annotated[int, Field(ge=0)]
DemiJournees = Annotated[int, Field(ge=0, le=14)]


class ContratEnCours(Modele):
    """A signed contract and the activity that it pays."""

    contrat: CONTRATS
    date_adhesion: Date
    date_terme: Date | None = None
    secteur: SECTEURS | None = None
    option_tarifaire: OPTIONS | None = None
    majoration_ars: bool | None = None
    hopital_proximite: bool | None = None
    demi_journees_par_semaine: DemiJournees | None = None
    mois_stagiaire: Entier | None = None
    honoraires: Euros | None = None
    part_opposable: Fraction | None = None


class Montant(ContratEnCours):
    """`{"calcul": "montant", "contrat", "date_adhesion", ...}`: the aid of one exercise."""

    calcul: Literal["montant"]
    date_resiliation: Date | None = None


class Decision(ContratEnCours):
    """`{"calcul": "decision", "contrat", "date_adhesion", ...}`: keep the contract, or leave it."""

    calcul: Literal["decision"]
    zone: ZONES | None = None
    qpv: bool | None = None
    fmt_socle: Euros | None = None
    demi_journees_par_mois: Entier | None = None
    tarif_opposable: bool | None = None
    intervient_en_zip: bool | None = None
    conditions_remplies: bool | None = None


class Souscription(Modele):
    """`{"calcul": "souscription", "contrat", "date_adhesion", ...}`: whether the contract could be signed."""

    calcul: Literal["souscription"]
    contrat: CONTRATS
    date_adhesion: Date
    secteur: SECTEURS | None = None
    option_tarifaire: OPTIONS | None = None
    zone: ZONES | None = None
    demi_journees_par_semaine: DemiJournees | None = None
    date_installation: Date | None = None
    exercice_coordonne: bool | None = None
    permanence_des_soins: bool | None = None
    date_naissance: Date | None = None
    date_naissance_accueilli: Date | None = None
    date_installation_accueilli: Date | None = None
    jours_zip: Entier | None = None
    autre_contrat: bool | None = None


COLONNES = {
    "contrat": "cd_contrat",
    "date_adhesion": "cd_date_adhesion",
    "date_terme": "cd_date_terme",
    "date_resiliation": "cd_date_sortie",
    "majoration_ars": "cd_majoration_ars",
    "hopital_proximite": "cd_hopital_proximite",
    "demi_journees_par_semaine": "cd_demi_journees",
    "mois_stagiaire": "cd_mois_stagiaire",
    "honoraires": "cd_honoraires",
    "part_opposable": "cd_part_opposable",
    "fmt_socle": "cd_fmt_socle",
    "demi_journees_par_mois": "cd_demi_journees_mois",
    "tarif_opposable": "ca_tarif_opposable",
    "intervient_en_zip": "cd_intervient_en_zip",
    "conditions_remplies": "cd_conditions_remplies",
    "exercice_coordonne": "cd_exercice_coordonne",
    "permanence_des_soins": "cd_pdsa",
    "date_installation": "cd_date_installation",
    "date_naissance": "date_naissance_medecin",
    "date_naissance_accueilli": "cd_date_naissance_accueilli",
    "date_installation_accueilli": "cd_date_installation_accueilli",
    "jours_zip": "cd_jours_zip",
    "autre_contrat": "cd_autre_contrat",
}
CHAMPS = {colonne: champ for champ, colonne in COLONNES.items()}


def colonnes(entree: Modele) -> dict[str, Any]:
    """Return the inputs of the rules: cents for euros, 1/10,000 for fractions, nothing for a field left empty."""
    conversions: dict[str, Callable[[Any], int]] = {
        "honoraires": lambda euros: vers_entier(euros, "EUR"),
        "fmt_socle": lambda euros: vers_entier(euros, "EUR"),
        "part_opposable": _dix_milliemes,
    }
    return {
        COLONNES.get(champ, champ): conversions[champ](valeur) if champ in conversions else valeur
        for champ, valeur in entree.fournis().items()
        if valeur is not None and champ != "calcul"
    }


def fautes(medecin: Instance, noms: list[str] | tuple[str, ...]) -> list[Faute]:
    """Return one fault for each field that one of these inputs or rules needs and does not have."""

    def champ(feuille: Explication) -> str:
        return f"entree.{CHAMPS.get(feuille.nom, feuille.nom)}"

    return fautes_de(map(medecin.expliquer, noms), champ)
