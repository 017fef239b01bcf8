"""What the dispositif reads: the columns of its rules, and the shapes of its three inputs."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from convmed.donnees.entites import REGISTRE
from convmed.donnees.modeles import Date, Modele
from convmed.textes.unites import vers_entier

PAS_DIT = "non déclaré"

REGISTRE.entree(
    "medecin", "tlm_actes_total", "entier", "Actes de l'année, téléconsultations et téléexpertises comprises", "actes"
)
REGISTRE.entree("medecin", "tlm_teleconsultations", "entier", "Téléconsultations de l'année", "actes")
REGISTRE.entree(
    "medecin",
    "tlm_teleconsultations_patientele_mt",
    "entier",
    "Téléconsultations avec sa patientèle médecin traitant",
    "actes",
)
REGISTRE.entree("medecin", "tlm_teleexpertises", "entier", "Téléexpertises de l'année", "actes")
REGISTRE.entree(
    "medecin", "tlm_telesurveillances", "entier", "Télésurveillances de l'année", "actes",
    nul_signifie="aucune dans les actes de l'année",
)  # fmt: skip
REGISTRE.entree(
    "medecin",
    "tlm_teleconsultations_sas_patientele_mt",
    "entier",
    "Téléconsultations après le SAS avec sa patientèle",
    "actes",
)
REGISTRE.entree(
    "medecin", "tlm_actes_patientele_mt", "entier", "Actes de l'année avec sa patientèle médecin traitant", "actes"
)
REGISTRE.entree(
    "medecin", "tlm_salarie_plateforme", "booleen", "Salarié d'une plateforme de téléconsultation", nul_signifie=PAS_DIT
)
REGISTRE.entree("medecin", "tlm_exception_cpn", "texte", "Exception décidée par la CPN", nul_signifie="aucune")
REGISTRE.entree("medecin", "tlm_derogation_locale", "booleen", "Dérogation locale", nul_signifie=PAS_DIT)
REGISTRE.entree("medecin", "tlm_avertissement", "booleen", "Médecin averti", nul_signifie=PAS_DIT)
REGISTRE.entree("medecin", "tlm_contradictoire", "booleen", "Contradictoire mené", nul_signifie=PAS_DIT)
REGISTRE.entree(
    "medecin", "tlm_montant_moyen", "entier", "Montant moyen d'une téléconsultation", "EUR", nul_signifie="non fourni"
)

REGISTRE.entree("seance", "tlm_role_te", "texte", "Rôle dans la téléexpertise")
REGISTRE.entree("seance", "tlm_rang_te", "entier", "Rang de la téléexpertise dans l'année, pour ce patient", "actes")
REGISTRE.entree("seance", "tlm_jours_reponse", "entier", "Jours entre la demande et la réponse", "jours")
REGISTRE.entree("seance", "tlm_urgence", "booleen", "Urgence")
REGISTRE.entree("seance", "tlm_mt_indisponible", "booleen", "Médecin traitant indisponible")
REGISTRE.entree("seance", "tlm_detenu", "booleen", "Patient détenu")
REGISTRE.entree("seance", "tlm_ehpad", "booleen", "Patient en EHPAD ou en établissement")
REGISTRE.entree("seance", "tlm_alternance", "booleen", "Consultations en présence et à distance alternées")
REGISTRE.entree("seance", "tlm_presentiel_12_mois", "booleen", "Consultation en présence dans les 12 mois")
REGISTRE.entree("seance", "tlm_proximite", "booleen", "Médecin proche du domicile du patient")
REGISTRE.entree("seance", "tlm_zone_patient", "texte", "Zone de résidence du patient")
REGISTRE.entree("seance", "tlm_sans_organisation", "booleen", "Aucune organisation territoriale de téléconsultation")
REGISTRE.entree("seance", "tlm_video", "booleen", "Téléconsultation par vidéotransmission")
REGISTRE.entree("seance", "tlm_jours_arret", "entier", "Durée de l'arrêt de travail prescrit", "jours")

# No doctor makes more acts in a year: beyond it a count is a typing error, and a share would leave 64 bits.
ABSURDE = 1_000_000
Nombre = Annotated[int, Field(ge=0, le=ABSURDE)]
Specialite = Annotated[str, Field(pattern=r"^[0-9]{2}$")]
# Each count and the one that holds it.
PARTIES = {
    "teleconsultations": ("actes_total",),
    "teleconsultations_patientele_mt": ("teleconsultations",),
    "teleexpertises": ("actes_total",),
    "telesurveillances": ("actes_total",),
    "teleconsultations_sas": ("teleconsultations",),
    "teleconsultations_sas_patientele_mt": (
        "teleconsultations_sas",
        "teleconsultations_patientele_mt",
        "teleconsultations",
    ),
    "actes_patientele_mt": ("actes_total",),
}


def _montant(valeur: Any) -> int | float | None:
    """Accept an amount in euros, to the cent; `ValueError` for the rest."""
    if valeur is None:
        return None
    if (
        isinstance(valeur, (int, float))
        and not isinstance(valeur, bool)
        and math.isfinite(valeur)
        and 0 <= valeur <= ABSURDE
    ):
        try:
            vers_entier(valeur, "EUR")
        except ValueError:
            pass
        else:
            return valeur
    raise ValueError("un montant en euros, au centime")


class Activite(Modele):
    """`{"specialite", "actes_total", "teleconsultations", "teleconsultations_patientele_mt", "teleexpertises"}`, and more."""

    calcul: Literal["seuil"] | None = None
    specialite: Specialite | None = None
    actes_total: Nombre
    teleconsultations: Nombre
    teleconsultations_patientele_mt: Nombre | None = None
    teleexpertises: Nombre | None = None
    telesurveillances: Nombre | None = None
    teleconsultations_sas: Nombre | None = None
    teleconsultations_sas_patientele_mt: Nombre | None = None
    actes_patientele_mt: Nombre | None = None
    salarie_plateforme: bool | None = None
    exception_cpn: Literal["medecin-retraite", "autre-decision"] | None = None
    derogation_locale: bool | None = None
    avertissement: bool | None = None
    contradictoire: bool | None = None
    montant_moyen: Annotated[Any, AfterValidator(_montant)] = None

    @field_validator(*PARTIES)
    @classmethod
    def ne_pas_depasser_le_tout(cls, valeur: int | None, info: ValidationInfo) -> int | None:
        """Refuse a part that is larger than the whole."""
        for tout in PARTIES[str(info.field_name)]:
            nombre = info.data.get(tout)
            if valeur is not None and nombre is not None and valeur > nombre:
                raise ValueError(f"au plus {nombre} ({tout})")
        return valeur

    @field_validator("actes_patientele_mt")
    @classmethod
    def ne_pas_oublier_les_teleconsultations(cls, valeur: int | None, info: ValidationInfo) -> int | None:
        """Refuse fewer acts with one's own patients than téléconsultations with them."""
        partie = info.data.get("teleconsultations_patientele_mt")
        if valeur is not None and partie is not None and valeur < partie:
            raise ValueError(f"au moins {partie} (teleconsultations_patientele_mt)")
        return valeur


class Teleexpertise(Modele):
    """`{"calcul": "teleexpertise", "date_demande", "date_reponse", "territoire", "rang_dans_l_annee"}`."""

    calcul: Literal["teleexpertise"]
    role: Literal["requis", "requerant"] = "requis"
    date_demande: Date
    date_reponse: Date | None = None
    territoire: Literal["metropole", "guadeloupe", "martinique", "guyane", "reunion", "mayotte"] | None = None
    rang_dans_l_annee: Annotated[int, Field(ge=1, le=ABSURDE)] | None = None
    consultation_necessaire: bool | None = None

    @field_validator("date_reponse")
    @classmethod
    def ne_pas_repondre_avant(cls, valeur: Any, info: ValidationInfo) -> Any:
        """Refuse an answer before its question."""
        demande = info.data.get("date_demande")
        if valeur is not None and demande is not None and valeur < demande:
            raise ValueError(f"une date à partir de date_demande ({demande.isoformat()})")
        return valeur


class Conditions(Modele):
    """`{"calcul": "conditions", "date_acte", "specialite", "patientele_mt", ...}`; what is left out is unknown."""

    calcul: Literal["conditions"]
    date_acte: Date | None = None
    specialite: Specialite | None = None
    patient_naissance: Date | None = None
    patientele_mt: bool | None = None
    patient_sans_mt: bool | None = None
    parcours: Literal["coordonne", "hors-parcours", "acces-direct", "exception"] | None = None
    adressage: (
        Literal[
            "medecin-traitant", "medecin", "urgentiste", "centre-15", "sage-femme", "pmi", "medecin-scolaire", "orthophoniste",
            "orthoptiste", "infirmier-ipa", "aucun",
        ]
        | None
    ) = None  # fmt: skip
    regulation: Literal["sas", "centre-15", "pdsa", "aucune"] | None = None
    urgence: bool | None = None
    mt_indisponible: bool | None = None
    detenu: bool | None = None
    ehpad: bool | None = None
    alternance: bool | None = None
    presentiel_12_mois: bool | None = None
    proximite: bool | None = None
    zone_patient: Literal["zip", "zac", "hors-zone"] | None = None
    sans_organisation: bool | None = None
    video: bool | None = None
    jours_arret: Annotated[int, Field(ge=1, le=ABSURDE)] | None = None
