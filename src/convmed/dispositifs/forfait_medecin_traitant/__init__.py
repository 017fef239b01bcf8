"""Forfait médecin traitant: the answer to the JSON contract, and the payments of the year."""

from __future__ import annotations

import datetime as dt
from typing import Any

from convmed.dispositifs.forfait_medecin_traitant import regles
from convmed.dispositifs.socle import (
    NON_PUBLIE,
    SANS_OBJET,
    Demande,
    Dispositif,
    Ligne,
    Resultat,
    fautes_de,
    fin_de_mois,
    ligne_expliquee,
    refuser,
    repartir,
)
from convmed.donnees.modeles import Medecin, Modele, Patient
from convmed.moteur.registre import Contexte, RegleAbsente
from convmed.moteur.valeurs import Explication, Instance
from convmed.textes import Faute
from convmed.textes.bareme import date_relative
from convmed.textes.unites import vers_nombre

NOM = "forfait-medecin-traitant"


class Entree(Modele):
    """`{"medecin": {...}, "patients": [{...}]}`."""

    medecin: Medecin
    patients: list[Patient]


def contexte_de(demande: Demande) -> tuple[Contexte, str]:
    """Return the context of the exercise and which lump sum it pays: `fmt` or `fpmt`."""
    contexte = demande.contexte()
    observation = contexte.figure(NOM, "date_patientele")[1]
    contexte.parametres = {"date_patientele": observation}
    try:
        contexte.regle("fmt_socle")
    except RegleAbsente:
        return contexte, "fpmt"
    return contexte, "fmt"


def calculer(demande: Demande, entree: Entree) -> Resultat:
    """Compute the lump sum of one doctor and of each patient (art. 21 to 24-3; circulaire 3.1 A and B)."""
    contexte, forfait = contexte_de(demande)
    observation = contexte.parametres["date_patientele"]
    assert isinstance(observation, dt.date)
    refuser_les_incoherences(entree, observation)
    patients = [Instance(contexte, "patient", patient.fournis()) for patient in entree.patients]
    medecin = Instance(contexte, "medecin", entree.medecin.donnees(), {"patient": patients})
    montants = ["fmt_socle", "fmt_majoration_c2s"] if forfait == "fmt" else ["fpmt_montant"]
    total = medecin.expliquer(f"{forfait}_total")
    refuser(
        [
            faute
            for rang, patient in enumerate(patients)
            for regle in montants
            for faute in fautes_de(patient.expliquer(regle), lambda feuille, rang=rang: f"entree.patients[{rang}].{feuille.nom}")
        ]
        + fautes_de(total, lambda feuille: f"entree.medecin.{feuille.nom.removesuffix('_medecin')}")
    )
    resultats: dict[str, Any] = {
        "forfait": forfait,
        "socle": _euros(medecin, f"{forfait}_socle_total"),
        "majoration_c2s": _euros(medecin, "fmt_majoration_c2s_total" if forfait == "fmt" else "fpmt_majoration_precarite"),
        "majoration_zone": _euros(medecin, "fmt_majoration_zone") if forfait == "fmt" else 0,
        "majoration_67_ans": _euros(medecin, "fmt_majoration_67_ans") if forfait == "fmt" else 0,
        "total": vers_nombre(total.valeur, "EUR"),
        "patients": [_detail_du_patient(patient, forfait, montants) for patient in patients],
    }
    if forfait == "fmt" and not medecin.valeur("fmt_eligible"):
        resultats["motif"] = (
            "le FMT est réservé au secteur 1 et au secteur 2 OPTAM ou OPTAM-ACO (art. 21 à 24-3 ; circulaire 3.1 A)"
        )
    lignes = lignes_de_l_annee(medecin, demande.annee, forfait)
    return Resultat(resultats, lignes, {"total": total})


def lignes_de_l_annee(medecin: Instance, annee: int, forfait: str) -> list[Ligne]:
    """Return the payments of an exercise from the doctor's evaluated instance."""
    return _versements_fmt(medecin, annee) if forfait == "fmt" else _versements_fpmt(medecin, annee)


def _versements_fmt(medecin: Instance, annee: int) -> list[Ligne]:
    contexte = medecin.contexte
    if medecin.valeur("fmt_eligible") is False:
        return [
            ligne_expliquee(
                medecin.expliquer("fmt_total"), NOM, f"Forfait médecin traitant {annee}", annee, etat=SANS_OBJET,
                motif="réservé au secteur 1 et au secteur 2 OPTAM ou OPTAM-ACO (circulaire 3.1 A)",
            )
        ]  # fmt: skip
    socle, c2s = medecin.expliquer("fmt_socle_total"), medecin.expliquer("fmt_majoration_c2s_total")
    versement = Explication(
        "regle", "fmt_socle_et_c2s", "Socle et majoration C2S",
        None if socle.valeur is None or c2s.valeur is None else socle.valeur + c2s.valeur,
        "EUR/an", "circulaire 31/07/2024, 3.1 A", enfants=(socle, c2s),
    )  # fmt: skip
    nombre = contexte.figure(NOM, "versements")[1]
    mois = contexte.figure(NOM, "mois_des_versements")[1]
    parts = [None] * nombre if versement.valeur is None else repartir(versement.valeur, nombre)
    lignes = [
        ligne_expliquee(
            versement, NOM, f"FMT {annee}, socle et C2S, versement {rang + 1} sur {nombre}", annee, montant=part,
            date_versement=fin_de_mois(annee, mois[rang]) if mois else None,
            precision_date="mois lu dans la presse" if mois else "quatre versements à terme échu, dates non publiées",
            base="un quart de l'année",
        )
        for rang, part in enumerate(parts)
    ]  # fmt: skip
    for regle, libelle in (
        ("fmt_majoration_zone", "majoration de zone"),
        ("fmt_majoration_67_ans", "majoration du médecin de 67 ans ou plus"),
    ):
        majoration = medecin.expliquer(regle)
        if majoration.valeur != 0:
            lignes.append(
                ligne_expliquee(
                    majoration, NOM, f"FMT {annee}, {libelle}", annee,
                    precision_date="un versement annuel automatique, date non publiée", base="socle seul",
                )
            )  # fmt: skip
    return lignes


def _versements_fpmt(medecin: Instance, annee: int) -> list[Ligne]:
    total = medecin.expliquer("fpmt_total")
    mois = medecin.contexte.figure(NOM, "fpmt_mois_des_versements")[1]
    if total.valeur is None or mois is None:
        return [ligne_expliquee(total, NOM, f"FPMT {annee}", annee, **({} if total.valeur is None else {"etat": NON_PUBLIE}))]
    libelles = [f"acompte {rang} sur {len(mois) - 1}" for rang in range(1, len(mois))] + ["solde"]
    return [
        ligne_expliquee(
            total, NOM, f"FPMT {annee}, {libelle}", annee, montant=part,
            date_versement=fin_de_mois(annee, mois[rang]), precision_date="fin du mois, selon MG France",
            base="un quart de l'année",
        )
        for rang, (libelle, part) in enumerate(zip(libelles, repartir(total.valeur, len(mois)), strict=True))
    ]  # fmt: skip


def _detail_du_patient(patient: Instance, forfait: str, montants: list[str]) -> dict[str, Any]:
    socle, *majoration = (vers_nombre(patient.valeur(regle), "EUR") for regle in montants)
    return {
        "patient": patient.donnees.get("patient"),
        "classe": patient.valeur(f"{forfait}_classe"),
        "socle": socle,
        "majoration_c2s": majoration[0] if majoration else 0,
    }


def refuser_les_incoherences(entree: Entree, observation: dt.date) -> None:
    """Raise `Refus` for a patient listed twice or born after the observation."""
    fautes, vus = [], {}
    for rang, patient in enumerate(entree.patients):
        if patient.date_naissance and patient.date_naissance > observation:
            fautes.append(
                Faute(
                    "naissance après la date d'observation", champ=f"entree.patients[{rang}].date_naissance",
                    valeur=patient.date_naissance.isoformat(), attendu=f"une date jusqu'au {observation:%d/%m/%Y}",
                )
            )  # fmt: skip
        if patient.patient is not None and vus.setdefault(patient.patient, rang) != rang:
            fautes.append(
                Faute("patient déjà dans la liste", champ=f"entree.patients[{rang}].patient", attendu="un patient une fois")
            )
    refuser(fautes)


def _euros(medecin: Instance, regle: str) -> int | float:
    return vers_nombre(medecin.valeur(regle), "EUR")


DISPOSITIF = Dispositif(NOM, "Forfait médecin traitant", Entree, calculer)
__all__ = ["DISPOSITIF", "date_relative", "regles"]
