"""Volet prévention: the answer to the JSON contract, and the payment of the year."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

from convmed.dispositifs.prevention import regles
from convmed.dispositifs.prevention.regles import INDICATEURS
from convmed.dispositifs.forfait_medecin_traitant import MOTIFS
from convmed.dispositifs.socle import (
    SANS_OBJET,
    Demande,
    Dispositif,
    Ligne,
    Resultat,
    fautes_de,
    ligne_expliquee,
    refuser,
)
from convmed.donnees.modeles import Date, Evenement, Modele, Patient
from convmed.moteur.registre import Contexte, RegleAbsente
from convmed.moteur.valeurs import Explication, Instance
from convmed.textes import Faute
from convmed.textes.unites import vers_nombre

NOM = "prevention"
# The flags that say that a patient is in a risk group: none given means, in the contract, not known to be in it.
POPULATION = ("date_naissance", "sexe")


class Entree(Modele):
    """`{"patients": [...], "evenements": [...], "date": "2026-12-31"}`."""

    patients: list[Patient]
    evenements: list[Evenement] = []
    date: Date | None = None


def contexte_de(demande: Demande, observation: dt.date | None = None) -> Contexte:
    """Return the context of an observation (by default the one of the exercise): its date and its campaign."""
    contexte = demande.contexte(dt.date(demande.annee, 1, 1))
    observation = observation or contexte.figure(NOM, "date_observation")[1] or dt.date(demande.annee, 12, 31)
    debut = debut_de_campagne(contexte, observation)
    contexte.parametres = {
        "date_observation": observation,
        "debut_campagne": debut,
        "debut_campagne_suivante": debut and debut.replace(year=debut.year + 1),
    }
    return contexte


def debut_de_campagne(contexte: Contexte, observation: dt.date) -> dt.date | None:
    """Return the first day of the vaccination campaign in course at the observation."""
    jour = contexte.figure(NOM, "debut_campagne")[1]
    if jour is None:
        return None
    numero, mois = (int(morceau) for morceau in jour.split("/"))
    debut = dt.date(observation.year, mois, numero)
    return debut if debut <= observation else debut.replace(year=debut.year - 1)


def calculer(demande: Demande, entree: Entree) -> Resultat:
    """Compute the state of each patient for each indicator, and 5 EUR for each one validated (circulaire 3.1 C)."""
    contexte = contexte_de(demande, entree.date or demande.date)
    try:
        contexte.regle("prevention_montant")
    except RegleAbsente as absente:
        ligne = ligne_rosp(contexte, demande.annee)
        return Resultat({"montant": None, "patients": [], "motif": f"{absente} ; {ligne.motif}"}, [ligne])
    observation = contexte.parametres["date_observation"]
    assert isinstance(observation, dt.date)
    evenements = traceurs_par_patient(entree, observation)
    patients = [instance(contexte, patient, evenements.get(patient.patient or "", [])) for patient in entree.patients]
    colonnes = [indicateur.colonne for indicateur in INDICATEURS]
    refuser(
        faute
        for rang, patient in enumerate(patients)
        for colonne in colonnes
        for faute in fautes_de(patient.expliquer(colonne), lambda feuille, rang=rang: f"entree.patients[{rang}].{feuille.nom}")
        if faute.champ and faute.champ.rsplit(".", 1)[1] in POPULATION
    )
    details = [_detail(patient) for patient in patients]
    montants = [patient.expliquer("prevention_montant") for patient in patients]
    total = Explication(
        "agregat", "prevention", "Prévention : somme sur les patients", sum(m.valeur for m in montants), "EUR/an",
        "circulaire 31/07/2024, 3.1 C", enfants=tuple(montants),
    )  # fmt: skip
    resultats = {
        "montant": vers_nombre(total.valeur, "EUR"),
        "date": observation.isoformat(),
        "patients": details,
    }
    return Resultat(resultats, [ligne_de_l_annee(total, contexte, demande.annee)], {"montant": total})


def instance(contexte: Contexte, patient: Patient, evenements: list[tuple[dt.date, str]]) -> Instance:
    """Return a patient ready to evaluate, with acts, ALD and exclusions."""
    donnees = patient.fournis()
    numeros, exclus = donnees.pop("ald_numeros", None) or [], donnees.pop("exclu", None) or []
    hors_cible = donnees.pop("hors_cible", None) or []
    if "ald" not in donnees and numeros:
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


def traceurs_par_patient(entree: Entree, observation: dt.date) -> dict[str, list[tuple[dt.date, str]]]:
    """Return the tracer acts of each patient; `Refus` with every incoherence of the input."""
    fautes: list[Faute] = []
    naissances: dict[str, dt.date | None] = {}
    noms = {indicateur.nom for indicateur in INDICATEURS}
    for rang, patient in enumerate(entree.patients):
        ici = f"entree.patients[{rang}]"
        identifiant = patient.patient or ""
        if patient.patient is not None and identifiant in naissances:
            fautes.append(Faute("patient déjà dans la liste", champ=f"{ici}.patient", attendu="un patient une fois"))
        naissances[identifiant] = patient.date_naissance
        if patient.date_naissance and patient.date_naissance > observation:
            fautes.append(
                Faute("naissance après la date d'observation", champ=f"{ici}.date_naissance",
                      valeur=patient.date_naissance.isoformat(), attendu=f"une date jusqu'au {observation:%d/%m/%Y}")
            )  # fmt: skip
        for champ in ("exclu", "hors_cible"):
            for nom in getattr(patient, champ) or []:
                if nom not in noms:
                    fautes.append(Faute("indicateur inconnu", champ=f"{ici}.{champ}", valeur=nom, attendu=", ".join(sorted(noms))))
    actes: dict[str, list[tuple[dt.date, str]]] = defaultdict(list)
    for rang, evenement in enumerate(entree.evenements):
        ici = f"entree.evenements[{rang}]"
        if evenement.patient not in naissances:
            fautes.append(Faute("acte d'un patient inconnu", champ=f"{ici}.patient", attendu="un patient de la liste"))
        naissance = naissances.get(evenement.patient)
        if naissance and evenement.date < naissance:
            fautes.append(Faute("acte avant la naissance", champ=f"{ici}.date", valeur=evenement.date.isoformat()))
        traceur: str | None = evenement.traceur
        if traceur is None:
            if evenement.nomenclature is None or evenement.code is None:
                fautes.append(Faute("acte sans traceur ni code", champ=ici, attendu="traceur, ou nomenclature et code"))
                continue
            # The code lists are read only when a coded act asks for them.
            from convmed.donnees.nomenclatures import traceur_du_code  # noqa: PLC0415

            traceur = traceur_du_code(
                evenement.nomenclature, evenement.code, evenement.date, evenement.specialite_executant
            )
        if traceur is not None and (evenement.quantite is None or evenement.quantite > 0):
            actes[evenement.patient].append((evenement.date, traceur))
    refuser(fautes)
    return actes


def _detail(patient: Instance) -> dict[str, Any]:
    indicateurs, manques = {}, {}
    actes, prochaines = {}, {}
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
        "montant": vers_nombre(patient.valeur("prevention_montant"), "EUR"),
        "indicateurs": indicateurs,
        "derniers_actes": actes,
        "prochaines_dates_utiles": prochaines,
        "donnees_manquantes": manques,
        "opposition": bool(patient.valeur("prevention_opposition")),
    }


def ligne_de_l_annee(total: Explication, contexte: Contexte, annee: int) -> Ligne:
    """Return the payment of the prevention part: one, the year after according to the press."""
    ecart, _ = contexte.figure(NOM, "annee_de_versement")
    precision = f"versée en {annee + ecart.calcul}, date non publiée" if ecart else "date non publiée"
    return ligne_expliquee(
        total, NOM, f"FMT {annee}, majoration prévention", annee, precision_date=precision,
        base="5 € par indicateur validé",
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
    return ligne_expliquee(
        medecin.expliquer("rosp_total"), NOM, f"ROSP {annee}", annee,
        precision_date=f"versée en {annee + 1}, date non publiée",
    )  # fmt: skip


DISPOSITIF = Dispositif(
    NOM, "Prévention (quinze indicateurs)", Entree, calculer, lambda entree: entree.date.year if entree.date else None
)
__all__ = ["DISPOSITIF", "regles"]
