"""Volet prévention: the answer to the JSON contract, and the payment of the year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from pydantic import Field

from convmed.dispositifs.forfait_medecin_traitant import MOTIFS
from convmed.dispositifs.prevention import regles
from convmed.dispositifs.prevention.actes import Acte, actes_par_patient, fautes_des_evenements, fautes_des_patients
from convmed.dispositifs.prevention.regles import INDICATEURS
from convmed.dispositifs.socle import (
    SANS_OBJET,
    Demande,
    Dispositif,
    Ligne,
    Resultat,
    Volet,
    en_euros,
    fautes_de,
    ligne_expliquee,
    refuser,
)
from convmed.donnees.modeles import Date, Evenement, Modele, Patient
from convmed.moteur.calendrier import decale
from convmed.moteur.registre import Contexte, RegleAbsente
from convmed.moteur.valeurs import Explication, Instance
from convmed.textes import Faute
from convmed.textes.unites import afficher

NOM = "prevention"
# What a patient must bring. What else is missing (ALD, risk) leaves a state unknown: not counted, and named beside it.
POPULATION = ("date_naissance", "sexe")


class Entree(Modele):
    """`{"patients": [...], "evenements": [...], "date": "2026-12-31"}`."""

    patients: list[Patient]
    evenements: list[Evenement] = Field(default_factory=list)
    date: Date | None = None


def contexte_de(demande: Demande, observation: dt.date | None = None) -> Contexte:
    """Return the context of an observation (by default the one of the exercise): its date and its campaign."""
    contexte = demande.contexte(dt.date(demande.annee, 1, 1))
    observation = observation or contexte.figure(NOM, "date_observation")[1] or dt.date(demande.annee, 12, 31)
    debut = debut_de_campagne(contexte, observation)
    contexte.parametres = {
        "date_observation": observation,
        "debut_campagne": debut,
        "fin_campagne": debut and decale(debut, 12) - dt.timedelta(days=1),
    }
    return contexte


def debut_de_campagne(contexte: Contexte, observation: dt.date) -> dt.date | None:
    """Return the first day of the vaccination campaign in course at the observation."""
    jour = contexte.figure(NOM, "debut_campagne")[1]
    if jour is None:
        return None
    numero, mois = (int(morceau) for morceau in jour.split("/"))
    debut = dt.date(observation.year, mois, numero)
    return debut if debut <= observation else decale(debut, -12)


def calculer(demande: Demande, entree: Entree) -> Resultat:
    """Compute the state of each patient for each indicator, and the price of each one validated (circulaire 3.1 C)."""
    contexte = contexte_de(demande, entree.date or demande.date)
    observation = contexte.parametres["date_observation"]
    assert isinstance(observation, dt.date)
    noms = [indicateur.nom for indicateur in INDICATEURS]
    refuser(
        [
            *fautes_des_patients(entree.patients, observation, noms),
            *fautes_des_evenements(entree.evenements, entree.patients),
        ]
    )
    actes, inconnus = actes_par_patient(entree.evenements)
    patients = [
        instance(contexte, patient, () if patient.patient is None else actes.get(patient.patient, ()))
        for patient in entree.patients
    ]
    try:
        contexte.regle("prevention_montant")
    except RegleAbsente as absente:
        return _rosp(contexte, demande.annee, patients, absente)
    refuser(fautes_de_population(patients))
    details = [_detail(patient) for patient in patients]
    montants = [patient.expliquer("prevention_montant") for patient in patients]
    total = Explication(
        "agregat", "prevention", "Prévention : somme sur les patients", _somme(m.valeur for m in montants), "EUR/an",
        "circulaire 31/07/2024, 3.1 C", enfants=tuple(montants),
    )  # fmt: skip
    resultats = {
        "montant": en_euros(total.valeur),
        "date": observation.isoformat(),
        "patients": details,
        "actes_sans_traceur": inconnus,
    }
    return Resultat(resultats, [ligne_de_l_annee(total, contexte, demande.annee)], {"montant": total})


def _rosp(contexte: Contexte, annee: int, patients: list[Instance], absente: RegleAbsente) -> Resultat:
    """Answer for a text and an exercise without prevention part: nothing is due for it, and the ROSP has a line."""
    ligne = ligne_rosp(contexte, annee, Instance(contexte, "medecin", {}, {"patient": patients}))
    motif = f"pas de volet prévention : {absente} ; à sa place, la ROSP (annexe 7)" + (f" : {ligne.motif}" if ligne.motif else "")
    return Resultat({"montant": 0, "patients": [], "rosp": en_euros(ligne.montant), "motif": motif}, [ligne])


def fautes_de_population(patients: Iterable[Instance]) -> list[Faute]:
    """Return one fault for each birth or sex that an indicator needs and does not have."""
    fautes: list[Faute] = []
    for rang, patient in enumerate(patients):
        indicateurs = (patient.expliquer(indicateur.colonne) for indicateur in INDICATEURS)
        for faute in fautes_de(indicateurs, lambda feuille: feuille.nom):
            if faute.champ in POPULATION:
                fautes.append(replace(faute, champ=f"entree.patients[{rang}].{faute.champ}"))
    return fautes


def instance(contexte: Contexte, patient: Patient, evenements: Iterable[Acte]) -> Instance:
    """Return a patient ready to evaluate, with acts, ALD and exclusions."""
    donnees = patient.fournis()
    numeros, exclus = donnees.pop("ald_numeros", None) or [], donnees.pop("exclu", None) or []
    hors_cible = donnees.pop("hors_cible", None) or []
    if donnees.get("ald") is None and numeros:
        donnees["ald"] = True
    return Instance(
        contexte,
        "patient",
        donnees,
        {
            "evenement": [
                Instance(contexte, "evenement", {"date": date, "traceur": traceur}) for date, traceur in evenements
            ],
            "affection": [Instance(contexte, "affection", {"numero_ald": numero}) for numero in numeros],
            "exclusion": [Instance(contexte, "exclusion", {"indicateur_exclu": nom}) for nom in exclus],
            "hors_cible": [Instance(contexte, "hors_cible", {"indicateur_hors_cible": nom}) for nom in hors_cible],
        },
    )


def _detail(patient: Instance) -> dict[str, Any]:
    indicateurs: dict[str, str] = {}
    manques: dict[str, list[str]] = {}
    actes: dict[str, str] = {}
    prochaines: dict[str, str] = {}
    for indicateur in INDICATEURS:
        etat = patient.expliquer(indicateur.colonne)
        if etat.valeur is None:
            manques[indicateur.nom] = sorted({feuille.nom for feuille in etat.manquants()})
        # The contract has four states: what cannot be established, or is opposed, is not counted, and says why beside.
        indicateurs[indicateur.nom] = "non-concerne" if etat.valeur in {None, "opposition"} else etat.valeur
        for table, suffixe in ((actes, "_acte"), (prochaines, "_prochaine")):
            if date := patient.valeur(indicateur.colonne + suffixe):
                table[indicateur.nom] = date.isoformat()
    return {
        "patient": patient.donnees.get("patient"),
        "montant": en_euros(patient.valeur("prevention_montant")),
        "indicateurs": indicateurs,
        "derniers_actes": actes,
        "prochaines_dates_utiles": prochaines,
        "donnees_manquantes": manques,
        "opposition": bool(patient.valeur("prevention_opposition")),
    }


def ligne_de_l_annee(total: Explication, contexte: Contexte, annee: int) -> Ligne:
    """Return the payment of the prevention part: one, the year after according to the press."""
    ecart = contexte.figure(NOM, "annee_de_versement")[1]
    precision = "date non publiée" if ecart is None else f"versée en {annee + ecart}, date non publiée"
    return ligne_expliquee(
        total, NOM, f"FMT {annee}, majoration prévention", annee, precision_date=precision,
        base=f"{afficher(contexte.figure(NOM, 'montant_indicateur')[1], 'EUR')} par indicateur validé",
    )  # fmt: skip


def ligne_du_medecin(medecin: Instance, annee: int) -> Ligne:
    """Return the prevention payment of a doctor, or that it does not apply and why."""
    total = medecin.expliquer("prevention_total")
    if medecin.valeur("fmt_eligible") is False:
        return ligne_expliquee(total, NOM, f"FMT {annee}, majoration prévention", annee, etat=SANS_OBJET, motif=MOTIFS["fmt"])
    return ligne_de_l_annee(total, medecin.contexte, annee)


def ligne_rosp(contexte: Contexte, annee: int, medecin: Instance | None = None) -> Ligne:
    """Return the line of the ROSP of an exercise: not published, unless a scenario supplies the rate of achievement."""
    medecin = medecin or Instance(contexte, "medecin", {}, {"patient": []})
    ecart = contexte.figure(NOM, "rosp_annee_de_versement")[1]
    precision = "date non publiée" if ecart is None else f"versée en {annee + ecart}, date non publiée"
    return ligne_expliquee(medecin.expliquer("rosp_total"), NOM, f"ROSP {annee}", annee, precision_date=precision)


def _somme(montants: Iterable[int | None]) -> int | None:
    connus = list(montants)
    return None if None in connus else sum(montant for montant in connus if montant is not None)


def volet(demande: Demande) -> Volet:
    """Return what a population is owed: the prevention part, or the ROSP of the adult before it."""
    contexte = contexte_de(demande)
    try:
        contexte.regle("prevention_total")
    except RegleAbsente:
        return Volet(contexte, "rosp_total")
    return Volet(contexte, "prevention_total")


DISPOSITIF = Dispositif(
    NOM, "Prévention (quinze indicateurs)", Entree, calculer, lambda entree: entree.date.year if entree.date else None, volet
)
__all__ = ["DISPOSITIF", "INDICATEURS", "regles"]
