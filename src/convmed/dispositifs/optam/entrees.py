"""The inputs of the OPTAM calculations, and the columns that the rules read from them.

Rates are fractions outside and millionths inside, gaps are points outside and millionths inside.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from convmed.dispositifs.socle import fautes_de
from convmed.donnees.modeles import Date, Euros, Medecin, Modele
from convmed.moteur.valeurs import Explication, Instance
from convmed.textes import Faute
from convmed.textes.unites import vers_entier

MILLION = 10**6
# Points are hundredths of a rate.
PAR_POINT = 10_000
# No rate of excess is larger: beyond it a fraction is a percentage written without its sign.
TAUX_ABSURDE, POINTS_ABSURDES, NOMBRE_ABSURDE = 10, 1000, 1_000_000
ANNEE_MIN, ANNEE_MAX = 2010, 2030

NIVEAUX = Literal["strict", "1-5", "plus-de-5"]
ACTES = Literal["chirurgie", "accouchement", "anesthesie", "autre"]
OPTION_VISEE = Literal["optam", "optam-aco"]


def millioniemes(fraction: float) -> int:
    """Return a fraction in millionths, rounded half up."""
    return int((Decimal(str(fraction)) * MILLION).quantize(Decimal(1), ROUND_HALF_UP))


def millioniemes_de_points(points: float) -> int:
    """Return a gap in points as millionths of a rate, rounded half up."""
    return int((Decimal(str(points)) * PAR_POINT).quantize(Decimal(1), ROUND_HALF_UP))


def _en_dix_milliemes(part: float) -> float:
    try:
        vers_entier(Decimal(str(part)) * 100, "%")
    except ValueError:
        raise ValueError("une fraction de 0 à 1, à quatre décimales au plus") from None
    return part


Taux = Annotated[float, Field(ge=0, le=TAUX_ABSURDE)]
Part = Annotated[float, Field(ge=0, le=1)]
TauxDeCharges = Annotated[float, Field(ge=0, le=1), AfterValidator(_en_dix_milliemes)]
Points = Annotated[float, Field(ge=-POINTS_ABSURDES, le=POINTS_ABSURDES)]
Nombre = Annotated[int, Field(ge=0, le=NOMBRE_ABSURDE)]
Annee = Annotated[int, Field(ge=ANNEE_MIN, le=ANNEE_MAX)]
Regions = dict[Annotated[str, Field(min_length=1, max_length=60)], Taux]
RegionsOpposables = dict[Annotated[str, Field(min_length=1, max_length=60)], Part]


class ActiviteAnnuelle(Modele):
    """One year: fees reimbursable at the tariffs of secteur 1 (no excess, no forfait), excess, fees without excess."""

    annee: Annee
    honoraires_remboursables: Euros
    depassements: Euros
    honoraires_opposables: Euros

    @field_validator("honoraires_opposables")
    @classmethod
    def ne_pas_depasser_le_tout(cls, valeur: float, info: ValidationInfo) -> float:
        """Refuse more fees without excess than fees."""
        tout = info.data.get("honoraires_remboursables")
        if tout is not None and valeur > tout:
            raise ValueError(f"au plus {tout:g} (honoraires_remboursables)")
        return valeur


class Acte(Modele):
    """Acts of one kind: the whole fee, the base of secteur 1; a forfait is left out, C2S and emergencies are opposable."""

    date: Date
    honoraire: Euros
    base_secteur_1: Euros
    nombre: Annotated[int, Field(ge=1, le=NOMBRE_ABSURDE)] = 1
    forfait: bool = False
    urgence: bool = False
    c2s: bool = False


class Membre(Modele):
    """A doctor of the group: their speciality and their years."""

    specialite: Annotated[str, Field(pattern=r"^[0-9]{2}$")]
    activite: Annotated[list[ActiviteAnnuelle], Field(min_length=1)]


class Situation(Modele):
    """The doctor, and what opens the option."""

    medecin: Medecin
    titre_secteur_2: bool | None = None
    droit_permanent: bool | None = None
    resilie_pour_ecart_le: Date | None = None
    contrat_signe: bool | None = None


class TauxRegionaux(Modele):
    """`{"calcul": "taux-regionaux", "taux": {"Bretagne": 0.052, ...}}`, and more."""

    calcul: Literal["taux-regionaux"]
    taux: Regions
    taux_opposables: RegionsOpposables | None = None
    taux_national: Taux | None = None
    specialite: Annotated[str, Field(pattern=r"^[0-9]{2}$")] | None = None
    pratique_connue: bool | None = None
    nouvel_installe: bool | None = None

    @field_validator("taux")
    @classmethod
    def ne_pas_etre_vide(cls, valeur: dict[str, float]) -> dict[str, float]:
        """Refuse a table without a region: there is no lowest rate."""
        if not valeur:
            raise ValueError("une région au moins")
        return valeur


class PartageDeGains(Modele):
    """`{"calcul": "partage-de-gains", "niveau_respect"}`, or the gap; with fees, the rate worked out again."""

    calcul: Literal["partage-de-gains"]
    niveau_respect: NIVEAUX | None = None
    ecart_points: Points | None = None
    honoraires_totaux: Euros | None = None
    base_avant: Euros | None = None
    base_apres: Euros | None = None


class Prime(Modele):
    """`{"calcul": "prime", "honoraires_opposables", "taux_de_charges", "ecart_points"}`, and more."""

    calcul: Literal["prime"]
    honoraires_opposables: Euros
    taux_de_charges: TauxDeCharges | None = None
    ecart_points: Points
    specialite: Annotated[str, Field(pattern=r"^[0-9]{2}$")] | None = None
    option_tarifaire: Literal["aucune", "optam", "optam-aco"] = "optam"
    contrat_signe: bool | None = None


class Modificateur(Modele):
    """`{"calcul": "modificateur", "date", "medecin", "acte"}`."""

    calcul: Literal["modificateur"]
    date: Date
    medecin: Medecin
    acte: ACTES
    contrat_signe: bool | None = None


class Eligibilite(Situation):
    """`{"calcul": "eligibilite", "medecin", "date_demande", "actes_bloc", ...}`."""

    calcul: Literal["eligibilite"]
    date_demande: Date
    actes_bloc: Nombre | None = None
    sans_activite_anterieure: bool | None = None
    activite: list[ActiviteAnnuelle] | None = None


class TauxEngagement(Modele):
    """`{"calcul": "taux-engagement", "activite": [...]}` or `"actes"`; else the rates of the region or of the nation."""

    calcul: Literal["taux-engagement"]
    date: Date | None = None
    date_adhesion: Date | None = None
    specialite: Annotated[str, Field(pattern=r"^[0-9]{2}$")] | None = None
    activite: list[ActiviteAnnuelle] | None = None
    actes: list[Acte] | None = None
    activite_espic: list[ActiviteAnnuelle] | None = None
    prise_en_compte_espic: bool | None = None
    groupe: list[Membre] | None = None
    taux_de_groupe: bool | None = None
    nouvel_installe: bool | None = None
    region: str | None = None
    taux_regionaux: Regions | None = None
    taux_opposables_regionaux: RegionsOpposables | None = None
    taux_national: Taux | None = None
    taux_opposable_national: Part | None = None

    @field_validator("actes")
    @classmethod
    def ne_pas_le_dire_deux_fois(cls, valeur: list[Acte] | None, info: ValidationInfo) -> list[Acte] | None:
        """Refuse acts beside the yearly sums that they make."""
        if valeur is not None and info.data.get("activite") is not None:
            raise ValueError("activite ou actes, pas les deux")
        return valeur


class Engagement(Modele):
    """The two rates of the contract, or those observed."""

    taux_depassement: Taux
    taux_opposable: Part


class Cumul(Modele):
    """The year so far, in euros."""

    honoraires_remboursables: Annotated[Euros, Field(gt=0)]
    depassements: Euros
    honoraires_opposables: Euros


class Suivi(Modele):
    """`{"calcul": "suivi", "engagement", "observe"}` or `"cumul"`: committed against observed."""

    calcul: Literal["suivi"]
    engagement: Engagement
    observe: Engagement | None = None
    cumul: Cumul | None = None


class Resiliation(Modele):
    """`{"calcul": "resiliation", "motif", "date", ...}`."""

    calcul: Literal["resiliation"]
    motif: Literal["ecart", "medecin", "opposition", "defaut-avenant"]
    date: Date
    date_adhesion: Date | None = None
    ecart_points: Points | None = None
    sommes_versees: Euros | None = None


class Calendrier(Modele):
    """`{"calcul": "calendrier", "date", "date_adhesion", "avenant_signe_le"}`."""

    calcul: Literal["calendrier"]
    date: Date | None = None
    date_adhesion: Date | None = None
    avenant_signe_le: Date | None = None


COLONNES = {
    "titre_secteur_2": "optam_titre_secteur_2",
    "droit_permanent": "optam_droit_permanent",
    "resilie_pour_ecart_le": "optam_resilie_pour_ecart_le",
    "contrat_signe": "optam_contrat_signe",
    "actes_bloc": "optam_actes_bloc",
    "sans_activite_anterieure": "optam_sans_activite",
    "date_adhesion": "optam_date_adhesion",
    "avenant_signe_le": "optam_avenant_signe_le",
    "pratique_connue": "optam_pratique_connue",
    "nouvel_installe": "optam_nouvel_installe",
    "niveau_respect": "optam_niveau_connu",
    "taux_de_groupe": "optam_choix_groupe",
    "honoraires_totaux": "optam_honoraires_totaux",
    "base_avant": "optam_base_avant",
    "base_apres": "optam_base_apres",
    "honoraires_opposables": "optam_honoraires_opposables",
    "sommes_versees": "optam_sommes_versees",
    "acte": "optam_acte",
    "base_actes": "optam_base_actes",
    "specialite": "specialite",
    "option_tarifaire": "option_tarifaire",
    "motif": "optam_motif_sortie",
}
EN_EUROS = frozenset(
    {"honoraires_totaux", "base_avant", "base_apres", "honoraires_opposables", "sommes_versees", "base_actes"}
)
# The four rates that make a gap: a calculation that does not ask for them asks for the gap.
TAUX_COMPARES = ("optam_td_observe", "optam_td_engage", "optam_to_observe", "optam_to_engage")
CHAMPS = {colonne: champ for champ, colonne in COLONNES.items()} | {
    **dict.fromkeys(TAUX_COMPARES, "ecart_points"),
    "optam_taux_charges_donne": "taux_de_charges",
    "secteur": "medecin.secteur",
    "option_tarifaire": "medecin.option_tarifaire",
    "specialite": "medecin.specialite",
    "optam_date_installation": "medecin.date_installation",
}


def colonnes(entree: Modele) -> dict[str, Any]:
    """Return the inputs of the rules: cents for euros, millionths for gaps, nothing for a field left empty."""
    fournis = {champ: v for champ, v in entree.fournis().items() if v is not None}
    lues = {
        COLONNES[champ]: vers_entier(v, "EUR") if champ in EN_EUROS else v for champ, v in fournis.items() if champ in COLONNES
    }
    if "ecart_points" in fournis:
        lues["optam_ecart_declare"] = max(millioniemes_de_points(fournis["ecart_points"]), 0)
    if "taux_de_charges" in fournis:
        lues["optam_taux_charges_donne"] = vers_entier(Decimal(str(fournis["taux_de_charges"])) * 100, "%")
    medecin = fournis.get("medecin")
    return lues | (colonnes_du_medecin(medecin) if isinstance(medecin, Medecin) else {})


def colonnes_du_medecin(medecin: Medecin) -> dict[str, Any]:
    """Return the doctor's columns; outside secteur 2 an option that is not named is none."""
    lues = {c: getattr(medecin, c) for c in ("secteur", "option_tarifaire", "specialite") if getattr(medecin, c)}
    if medecin.date_installation:
        lues["optam_date_installation"] = medecin.date_installation
    if medecin.secteur in {"1", "nc"}:
        lues.setdefault("option_tarifaire", "aucune")
    return lues


def annees_de(actes: Iterable[Acte]) -> list[dict[str, int]]:
    """Return the yearly sums of acts, in cents: excess is the fee less the base of secteur 1, never below zero."""
    annees: dict[int, dict[str, int]] = {}
    for acte in actes:
        if acte.forfait:
            continue
        honoraire, base = vers_entier(acte.honoraire, "EUR"), vers_entier(acte.base_secteur_1, "EUR")
        depassement = max(honoraire - base, 0)
        annee = annees.setdefault(acte.date.year, colonnes_d_annee(acte.date.year, 0, 0, 0))
        annee["optam_remboursables"] += base * acte.nombre
        annee["optam_depassements"] += depassement * acte.nombre
        if not depassement or acte.urgence or acte.c2s:
            annee["optam_opposables"] += base * acte.nombre
    return list(annees.values())


def annees_declarees(activite: Iterable[ActiviteAnnuelle]) -> list[dict[str, int]]:
    """Return the declared years, in cents; two rows of one year (cabinet and ESPIC) are added."""
    annees: dict[int, dict[str, int]] = {}
    for ligne in activite:
        annee = annees.setdefault(ligne.annee, colonnes_d_annee(ligne.annee, 0, 0, 0))
        annee["optam_remboursables"] += vers_entier(ligne.honoraires_remboursables, "EUR")
        annee["optam_depassements"] += vers_entier(ligne.depassements, "EUR")
        annee["optam_opposables"] += vers_entier(ligne.honoraires_opposables, "EUR")
    return list(annees.values())


def colonnes_d_annee(annee: int, remboursables: int, depassements: int, opposables: int) -> dict[str, int]:
    """Return one year as the rules read it."""
    return {
        "optam_annee": annee,
        "optam_remboursables": remboursables,
        "optam_depassements": depassements,
        "optam_opposables": opposables,
    }


def fautes(medecin: Instance, noms: Iterable[str], racine: str = "entree", **champs: str) -> list[Faute]:
    """Return one fault for each field that one of these inputs or rules needs and does not have."""

    def champ(feuille: Explication) -> str:
        return f"{racine}.{champs.get(feuille.nom) or CHAMPS.get(feuille.nom, feuille.nom)}"

    return fautes_de(map(medecin.expliquer, noms), champ)


def fraction(millioniemes_lus: int | None) -> float | None:
    """Return millionths as the contract writes a rate."""
    return None if millioniemes_lus is None else millioniemes_lus / MILLION


def points(millioniemes_lus: int | None) -> float | int | None:
    """Return millionths of a rate as points."""
    if millioniemes_lus is None:
        return None
    entiers, reste = divmod(millioniemes_lus, PAR_POINT)
    return millioniemes_lus / PAR_POINT if reste else entiers


def date_de(annee: int, date: dt.date | None) -> dt.date:
    """Return a date, or the first day of the exercise."""
    return date or dt.date(annee, 1, 1)
