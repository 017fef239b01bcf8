"""Missions spécifiques: the answer to the JSON contract, and one payment a mission."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Annotated, Any

from pydantic import Field, ValidationInfo, field_validator

from convmed.dispositifs.missions_specifiques import regles
from convmed.dispositifs.socle import (
    SANS_OBJET,
    Demande,
    Dispositif,
    Ligne,
    Resultat,
    en_euros,
    fautes_de,
    ligne,
    refuser,
)
from convmed.donnees.modeles import ZONES, Modele
from convmed.moteur.valeurs import Explication, Instance
from convmed.textes import Faute

NOM = "missions-specifiques"
NON_DEMANDEE = "non demandée : champ absent de l'entrée"
# No list is longer: beyond it a count is a typing error.
ABSURDE = 100_000
Nombre = Annotated[int, Field(ge=0, le=ABSURDE)]
# Each mission: its rule, the inputs that are empty if it is not asked for, the label of its payment.
MISSIONS = {
    "sas": ("mission_sas", ("sas_inscrit",), "Participation au SAS"),
    "maitre_de_stage": ("mission_stage", ("maitre_de_stage",), "Maître de stage"),
    "ame": ("mission_ame", ("patientele_ame_importante", "patients_ame"), "Patientèle AME"),
    "ipa": ("mission_ipa", ("patients_ipa",), "Patients orientés vers une IPA"),
}
CONDITIONS_SAS = ("departement_couvert", "inscrit", "interface_ou_organisation")
VOIES_SAS = ("agenda_interface", "organisation_territoriale")


class Sas(Modele):
    """Taking part in the SAS; `interface_ou_organisation` may be given way by way instead."""

    departement_couvert: bool | None = None
    inscrit: bool | None = None
    interface_ou_organisation: bool | None = None
    agenda_interface: bool | None = None
    organisation_territoriale: bool | None = None

    @field_validator(*VOIES_SAS)
    @classmethod
    def ne_pas_le_dire_deux_fois(cls, valeur: bool | None, info: ValidationInfo) -> bool | None:
        """Refuse both ways of describing the third condition."""
        if valeur is not None and info.data.get("interface_ou_organisation") is not None:
            raise ValueError("interface_ou_organisation, ou chacune des deux voies, pas les deux")
        return valeur


class Entree(Modele):
    """`{"zone", "maitre_de_stage", "sas", "patientele_ame_importante", "patients_ipa"}`; a mission left out is not asked for."""

    zone: ZONES | None = None
    specialite: Annotated[str, Field(pattern=r"^\d{2}$")] | None = None
    maitre_de_stage: bool | None = None
    sas: Sas | None = None
    patientele_ame_importante: bool | None = None
    patients_ame: Nombre | None = None
    patients_ipa: Nombre | None = None

    @field_validator("patients_ame")
    @classmethod
    def ne_pas_le_dire_deux_fois(cls, valeur: int | None, info: ValidationInfo) -> int | None:
        """Refuse a count beside the statement that it would settle."""
        if valeur is not None and info.data.get("patientele_ame_importante") is not None:
            raise ValueError("patientele_ame_importante ou patients_ame, pas les deux")
        return valeur


def instance_de(demande: Demande, entree: Entree) -> Instance:
    """Return the doctor as a row of the rules; a mission that is not asked for is an empty input."""
    donnees: dict[str, Any] = {
        f"mission_{champ}": getattr(entree, champ)
        for champ in ("maitre_de_stage", "patientele_ame_importante", "patients_ame", "patients_ipa")
    }
    donnees |= {champ: v for champ in ("zone", "specialite") if (v := getattr(entree, champ)) is not None}
    if entree.sas is None:
        donnees["mission_sas_inscrit"] = None
    else:
        donnees |= {f"mission_sas_{champ}": v for champ, v in entree.sas.fournis().items() if v is not None}
        if any(getattr(entree.sas, voie) is not None for voie in VOIES_SAS):
            donnees["mission_sas_interface_ou_organisation"] = None
    return Instance(demande.contexte(dt.date(demande.annee, 1, 1)), "medecin", donnees)


def calculer(demande: Demande, entree: Entree) -> Resultat:
    """Compute the missions of one doctor (art. 30 to 30-4; circulaire 3.4)."""
    medecin = instance_de(demande, entree)
    refuser(fautes_de_saisie(medecin))
    total = medecin.expliquer("missions_total")
    lignes = lignes_par_mission(medecin, demande.annee)
    motifs = {mission: lignes[mission].motif if mission in lignes else NON_DEMANDEE for mission in MISSIONS}
    resultats: dict[str, Any] = {
        "sas_eligible": medecin.valeur("mission_sas_eligible"),
        **{mission: en_euros(medecin.valeur(regle)) for mission, (regle, _, _) in MISSIONS.items()},
        "total": en_euros(total.valeur),
        "motifs": {mission: motif for mission, motif in motifs.items() if motif},
        "observations": {
            mission: date.isoformat()
            for mission in ("ame", "ipa")
            if (date := medecin.contexte.figure(NOM, f"{mission}_observation")[1])
        },
    }
    if total.valeur == 0:
        resultats["motif"] = " ; ".join(f"{mission} : {motif}" for mission, motif in resultats["motifs"].items())
    explications = {mission: medecin.expliquer(MISSIONS[mission][0]) for mission in lignes}
    return Resultat(resultats, list(lignes.values()), {"total": total, **explications})


def fautes_de_saisie(medecin: Instance) -> list[Faute]:
    """Return what the missions asked for still need; all three conditions of the SAS if one is missing."""
    fautes: list[Faute] = []
    if medecin.valeur("mission_sas_eligible") is None:
        conditions = (*CONDITIONS_SAS[:2], *(VOIES_SAS if _voie_par_voie(medecin) else CONDITIONS_SAS[2:]))
        for champ in conditions:
            fautes += fautes_de([medecin.expliquer(f"mission_sas_{champ}")], partial(_lieu, f"entree.sas.{champ}"))
    return fautes + fautes_de([medecin.expliquer("mission_stage")], lambda feuille: f"entree.{feuille.nom}")


def _lieu(champ: str, _: Explication) -> str:
    return champ


def _voie_par_voie(medecin: Instance) -> bool:
    return medecin.donnees.get("mission_sas_interface_ou_organisation", "inconnu") is None


def lignes_de_l_annee(medecin: Instance, annee: int) -> list[Ligne]:
    """Return the payments of an exercise from the doctor's evaluated instance."""
    return list(lignes_par_mission(medecin, annee).values())


def lignes_par_mission(medecin: Instance, annee: int) -> dict[str, Ligne]:
    """Return one payment for each mission that is asked for."""
    lignes = {}
    for mission, (regle, champs, libelle) in MISSIONS.items():
        if all(medecin.donnees.get(f"mission_{champ}", "inconnu") is None for champ in champs):
            continue
        valeur = medecin.valeur(regle)
        details: dict[str, Any] = _quand(medecin, mission, annee)
        if valeur == 0:
            details |= {"etat": SANS_OBJET, "motif": _motif_de_zero(medecin, mission)}
        elif valeur is None:
            figure = medecin.expliquer(regle).manquants()[0]
            details["motif"] = f"{figure.libelle} : non publié, voir {figure.reference}"
        lignes[mission] = ligne(medecin, regle, f"{libelle} {annee}", annee, **details)
    return lignes


def _quand(medecin: Instance, mission: str, annee: int) -> dict[str, Any]:
    def date(nom: str) -> Any:
        return medecin.contexte.figure(NOM, nom)[1]

    if mission == "ame" and (observee := date("ame_observation")):
        return {"precision_date": f"versé en {annee}, date non publiée", "base": f"données du {observee:%d/%m/%Y}"}
    if mission == "ipa" and (observee := date("ipa_observation")):
        precision = f"au plus tard le {date('ipa_fin_du_versement'):%d/%m/%Y}, date non publiée"
        return {"precision_date": precision, "base": f"patients au {observee:%d/%m/%Y}"}
    declaree = mission == "maitre_de_stage" and medecin.contexte.regle("mission_stage").texte == regles.SIGNE
    base = "déclaration annuelle dans amelipro" if declaree else ""
    return {"precision_date": "date de versement non publiée", "base": base}


def _motif_de_zero(medecin: Instance, mission: str) -> str:
    regle = medecin.contexte.regle(MISSIONS[mission][0])
    if mission == "maitre_de_stage":
        return "pas de maîtrise de stage déclarée (art. 30 à 30-4 ; circulaire 3.4 B)"
    if regle.texte == regles.ANTERIEUR:
        return {
            "sas": "pas encore une mission pour cet exercice ou sous ce texte : points du forfait structure (annexe 9)",
            "ame": "la mission AME n'existe pas pour cet exercice ou sous ce texte (art. 30 à 30-4 ; circulaire 3.4 C)",
            "ipa": "la mission IPA n'existe pas pour cet exercice ou sous ce texte (art. 30 à 30-4 ; circulaire 3.4 D)",
        }[mission]
    if mission == "sas":
        return "conditions du SAS non réunies, toutes sont exigées (art. 30 ; circulaire 3.4 A)"
    if mission == "ame":
        importante = medecin.donnees.get("mission_patientele_ame_importante") is not False
        raison = "réservée au médecin généraliste" if importante else "la patientèle AME n'est pas importante"
        return f"{raison} (art. 30 à 30-4 ; circulaire 3.4 C)"
    return "moins de patients orientés que le premier palier (art. 30 à 30-4 ; circulaire 3.4 D)"


DISPOSITIF = Dispositif(NOM, "Missions spécifiques", Entree, calculer)
__all__ = ["DISPOSITIF", "Entree", "calculer", "instance_de", "lignes_de_l_annee", "regles"]
