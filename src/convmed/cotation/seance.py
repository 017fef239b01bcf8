"""One encounter as the JSON contract and the command line describe it, and the inputs of `seance` drawn from it."""

from __future__ import annotations

import datetime as dt
import re
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, create_model

from convmed.donnees.calendrier_legal import (
    DERNIER_JOUR,
    PREMIER_JOUR,
    fuseau,
    jours_ouvres_entre,
    moment,
    territoire_du_departement,
)
from convmed.donnees.entites import REGISTRE
from convmed.donnees.modeles import Date, Euros, Medecin, Modele, Patient
from convmed.textes import Faute

LIEUX = Literal["cabinet", "domicile", "teleconsultation", "etablissement"]
REGULATIONS = Literal["sas", "centre-15", "pdsa"]
ADRESSAGES = Literal[
    "medecin-traitant", "medecin", "urgentiste", "centre-15", "sage-femme", "pmi", "medecin-scolaire", "orthophoniste",
    "orthoptiste", "infirmier-ipa", "aucun",
]  # fmt: skip
PARCOURS = Literal["coordonne", "hors-parcours", "acces-direct", "exception"]
CRENEAUX = Literal["samedi", "ponts"]
# What the texts call a department of the metropole is, for the prices, what is not overseas.
TERRITOIRES_DES_PRIX = frozenset({"guadeloupe", "martinique", "guyane", "reunion", "mayotte"})
MINUTE = dt.timedelta(minutes=1)
EPOQUE = (1900, 2999)
# The last year of the calendar only tells what follows the last exercise.
EXERCICES = (PREMIER_JOUR.year, DERNIER_JOUR.year - 1)


def date_heure(valeur: Any) -> Any:
    """Accept `AAAA-MM-JJThh:mm` with a time zone: without one the hour of an act is not known."""
    if isinstance(valeur, dt.datetime) and valeur.tzinfo is not None:
        return _de_notre_temps(valeur)
    if isinstance(valeur, str) and re.fullmatch(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:?\d\d)?", valeur):
        try:
            lue = dt.datetime.fromisoformat(valeur)
        except ValueError:
            raise ValueError("une date et une heure qui existent") from None
        if lue.tzinfo is not None:
            return _de_notre_temps(lue)
        raise ValueError("une heure avec son fuseau (AAAA-MM-JJThh:mm+01:00)")
    raise ValueError("AAAA-MM-JJThh:mm+01:00")


def _de_notre_temps(instant: dt.datetime) -> dt.datetime:
    """Refuse the instants that no calendar of ours can place, at the ends of time among them."""
    if not EPOQUE[0] <= instant.year <= EPOQUE[1]:
        raise ValueError(f"une date de {EPOQUE[0]} à {EPOQUE[1]}")
    return instant


DateHeure = Annotated[dt.datetime, BeforeValidator(date_heure)]


class SeanceDeBase(Modele):
    """What every encounter may say; what is absent is not known, except `regulation` (absent: none)."""

    codes: list[str]
    date_heure: DateHeure
    medecin: Medecin = Medecin()
    patient: Patient = Patient()
    lieu: LIEUX | None = None
    tarif_opposable: bool | None = None
    depassement: Euros | None = None
    zone_montagne: bool | None = None
    patientele_mt: bool | None = None
    patient_sans_mt: bool | None = None
    adressage: ADRESSAGES | None = None
    date_heure_adressage: DateHeure | None = None
    retour_au_mt: bool | None = None
    parcours: PARCOURS | None = None
    regulation: REGULATIONS | None = None
    date_heure_appel: DateHeure | None = None
    urgence_vitale: bool | None = None
    snp_deja_facturees_semaine: Annotated[int, Field(ge=0, le=1000)] | None = None
    cahier_des_charges: Annotated[list[CRENEAUX], Field(default_factory=lambda: ["samedi"])]
    motif: str | None = None
    tarifs_ccam: Annotated[dict[str, Euros], Field(default_factory=dict)]


# Inputs of `seance` that are drawn from those fields, and never given as they are.
DEDUITES = frozenset({
    "date_acte", "heure", "jour_semaine", "jour_ferie", "veille_de_ferie", "lendemain_de_ferie", "medecin_specialite",
    "medecin_secteur", "medecin_option", "territoire", "patient_naissance", "patient_ald", "patient_c2s", "patient_ame",
    "minutes_depuis_appel", "minutes_depuis_adressage", "jours_ouvres_depuis_adressage", "samedi_ouvert", "ponts_ouverts",
    "nombre_actes_ccam", "nombre_modificateurs", "acte_ngap_present", "snp_ou_mrt_presente", "premier_janvier",
})  # fmt: skip
TYPES: dict[str, Any] = {"booleen": bool, "texte": str, "date": Date, "entier": Annotated[int, Field(ge=0, le=10**6)]}


@cache
def modele_de_seance() -> type[SeanceDeBase]:
    """Return the shape of an encounter: the common fields, and one for each other input that a rule of `seance` reads.

    To be called once every dispositif is loaded.
    """
    champs: dict[str, Any] = {
        entree.nom: (TYPES[entree.genre] | None, None)
        for entree in REGISTRE.entrees.values()
        if entree.entite == "seance" and entree.nom not in DEDUITES and entree.nom not in SeanceDeBase.model_fields
    }
    return create_model("Seance", __base__=SeanceDeBase, **champs)


def territoire_de(medecin: Medecin) -> str:
    """Return the territory of a doctor's practice; without a department, the metropole."""
    return territoire_du_departement(medecin.departement) if medecin.departement else "metropole"


def date_locale(seance: SeanceDeBase) -> dt.date:
    """Return the day of the encounter where the doctor works."""
    return seance.date_heure.astimezone(fuseau(territoire_de(seance.medecin))).date()


def entrees(seance: SeanceDeBase) -> dict[str, Any]:
    """Return the inputs of the rules of `seance`: the fields given, and what is drawn from the hours and the places."""
    medecin, patient = seance.medecin, seance.patient
    territoire = territoire_de(medecin)
    local = moment(seance.date_heure, territoire)
    donnees: dict[str, Any] = {
        nom: valeur for nom, valeur in seance.fournis().items() if nom in REGISTRE.entrees and valeur is not None
    }
    donnees |= {
        "date_acte": local.date,
        "premier_janvier": local.date.replace(month=1, day=1),
        "heure": local.minutes,
        "jour_semaine": local.jour_semaine,
        "jour_ferie": local.jour_ferie,
        "veille_de_ferie": local.veille_de_ferie,
        "lendemain_de_ferie": local.lendemain_de_ferie,
        "territoire": territoire if territoire in TERRITOIRES_DES_PRIX else "metropole",
        "medecin_specialite": medecin.specialite,
        "medecin_secteur": medecin.secteur,
        "medecin_option": medecin.option_tarifaire,
        "patient_naissance": patient.date_naissance,
        "patient_ald": patient.ald,
        "patient_c2s": patient.c2s,
        "patient_ame": patient.ame,
        "tarif_opposable": opposable(seance),
        "regulation": seance.regulation or "aucune",
        "samedi_ouvert": "samedi" in seance.cahier_des_charges,
        "ponts_ouverts": "ponts" in seance.cahier_des_charges,
    }
    if seance.date_heure_appel:
        donnees["minutes_depuis_appel"] = minutes_entre(seance.date_heure_appel, seance.date_heure)
    adressage = seance.date_heure_adressage or seance.date_heure_appel
    if adressage:
        zone = fuseau(territoire)
        donnees["minutes_depuis_adressage"] = minutes_entre(adressage, seance.date_heure)
        depart = adressage.astimezone(zone).date()
        # Before the calendar the working days are not known; the minutes are.
        if min(depart, local.date) >= PREMIER_JOUR and max(depart, local.date) <= DERNIER_JOUR:
            donnees["jours_ouvres_depuis_adressage"] = jours_ouvres_entre(depart, local.date, territoire)
    return {nom: valeur for nom, valeur in donnees.items() if valeur is not None}


def opposable(seance: SeanceDeBase) -> bool | None:
    """Tell whether the encounter is billed without excess: stated, or drawn from the excess or from secteur 1."""
    if seance.tarif_opposable is not None:
        return seance.tarif_opposable
    if seance.depassement is not None:
        return seance.depassement == 0
    return True if seance.medecin.secteur == "1" else None


def minutes_entre(depart: dt.datetime, arrivee: dt.datetime) -> int:
    """Return the minutes between two instants; a minute begun counts, so that « 24 heures » is never passed unseen."""
    return -((depart - arrivee) // MINUTE)


def fautes_de_la_seance(seance: SeanceDeBase) -> list[Faute]:
    """Return what cannot be: an act outside the exercises, before the birth of the patient, or before the call that asked for it."""
    fautes, jour = [], date_locale(seance)
    if not EXERCICES[0] <= jour.year <= EXERCICES[1]:
        fautes.append(Faute("date hors des exercices connus", champ="entree.date_heure", valeur=seance.date_heure.isoformat(),
                            attendu=f"une date de {EXERCICES[0]} à {EXERCICES[1]}"))  # fmt: skip
    if seance.patient.date_naissance and seance.patient.date_naissance > jour:
        fautes.append(Faute("patient né après l'acte", champ="entree.patient.date_naissance",
                            valeur=seance.patient.date_naissance.isoformat(), attendu=f"une date jusqu'au {jour:%d/%m/%Y}"))  # fmt: skip
    for champ in ("date_heure_appel", "date_heure_adressage"):
        avant = getattr(seance, champ)
        if avant and avant > seance.date_heure:
            fautes.append(Faute("après l'acte", champ=f"entree.{champ}", valeur=avant.isoformat(), attendu="une heure avant l'acte"))
    if seance.tarif_opposable and seance.depassement:
        fautes.append(Faute("dépassement facturé à tarif opposable", champ="entree.depassement", valeur=seance.depassement, attendu="0"))
    return fautes


# Where the inputs of the rules stand in the JSON of an encounter, when the name is not the same.
CHAMPS = {
    "medecin_specialite": "medecin.specialite",
    "medecin_secteur": "medecin.secteur",
    "medecin_option": "medecin.option_tarifaire",
    "territoire": "medecin.departement",
    "patient_naissance": "patient.date_naissance",
    "patient_ald": "patient.ald",
    "patient_c2s": "patient.c2s",
    "patient_ame": "patient.ame",
    "minutes_depuis_appel": "date_heure_appel",
    "minutes_depuis_adressage": "date_heure_adressage",
    "jours_ouvres_depuis_adressage": "date_heure_adressage",
}


def champ_de(entree: str) -> str:
    """Return the JSON field that gives an input."""
    return "entree." + CHAMPS.get(entree, entree)
