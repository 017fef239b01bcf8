"""The share of distance activity of a doctor: verdict, other readings of the same text, what follows from an excess."""

from __future__ import annotations

import datetime as dt
from typing import Any

from convmed.dispositifs.socle import Demande, Resultat, en_euros, fautes_de, refuser
from convmed.dispositifs.telemedecine.entrees import Activite
from convmed.dispositifs.telemedecine.regles import MILLIARD
from convmed.moteur.noeuds import DIX_MILLE
from convmed.moteur.registre import RegleAbsente
from convmed.moteur.valeurs import Explication, Instance
from convmed.textes import Faute
from convmed.textes.unites import vers_entier, vers_nombre

NOM = "telemedecine"
ARTICLE = "art. 87 à 91-3 ; circulaire 31/07/2024, 11 A"
# Fields that no rule reads as they stand: checked only, read under another name, or in another unit.
SANS_COLONNE = ("calcul", "specialite", "teleconsultations_sas", "montant_moyen")
# Each reading: what is counted, out of what, the threshold, and the rules of its share and verdict.
LECTURES = {
    "tous-les-actes": ("tlm_retenues", "tlm_actes_total", "tlm_seuil", "tlm_taux", "tlm_depassement"),
    "hors-champ-exclu-du-denominateur": (
        "tlm_retenues", "tlm_denominateur_hors_champ", "tlm_seuil", "tlm_taux_hors_champ", "tlm_depassement_hors_champ",
    ),
    "patientele-exclue-du-denominateur": (
        "tlm_retenues", "tlm_denominateur_hors_patientele", "tlm_seuil", "tlm_taux_hors_patientele",
        "tlm_depassement_hors_patientele",
    ),
    "sas-toujours-compte": ("tlm_retenues_sas", "tlm_actes_total", "tlm_seuil", "tlm_taux_sas", "tlm_depassement_sas"),
    "derogation-locale": (
        "tlm_retenues", "tlm_actes_total", "tlm_seuil_derogation", "tlm_taux", "tlm_depassement_derogation",
    ),
}  # fmt: skip
SENS = {
    "tous-les-actes": "lecture retenue : téléconsultations comptées sur tous les actes de l'année",
    "hors-champ-exclu-du-denominateur": "ce qui sort du champ sort aussi du dénominateur",
    "patientele-exclue-du-denominateur": "des caisses retireraient du dénominateur toute l'activité avec la patientèle (FMF)",
    "sas-toujours-compte": "les téléconsultations du SAS comptent même avec sa patientèle (lecture 47)",
    "derogation-locale": "seuil que la CSMF donne au psychiatre sur dérogation locale (presse), jamais appliqué ici",
}
SUITES = {
    "avertissement": "avertissement du médecin, préalable à toute récupération",
    "contradictoire": "procédure contradictoire",
    "recuperation": "récupération possible des sommes versées pour les téléconsultations au-delà du seuil",
    "sanction": "procédure de sanction conventionnelle possible",
}


def calculer_activite(demande: Demande, entree: Activite) -> Resultat:
    """Compute the share of distance activity of a civil year and judge it (art. 87 to 91-3; circulaire 11 A and C)."""
    # The share of a year is known at its end: of two thresholds of one year, the last one judges it.
    medecin = Instance(demande.contexte(demande.date or dt.date(demande.annee, 12, 31)), "medecin", _colonnes(entree))
    depassement, taux = medecin.expliquer("tlm_depassement"), medecin.expliquer("tlm_taux")
    refuser(_fautes(medecin, depassement, taux))
    lectures = [lecture for nom in LECTURES if (lecture := _lecture(medecin, nom))]
    resultats: dict[str, Any] = {
        "taux": _fraction(taux.valeur, MILLIARD),
        "seuil": _fraction(medecin.valeur("tlm_seuil"), DIX_MILLE),
        "depassement": depassement.valeur,
        "retenues": medecin.valeur("tlm_retenues"),
        "denominateur": entree.actes_total,
        "depassement_points": _points(medecin.valeur("tlm_depassement_points")),
        "teleconsultations_au_dela": medecin.valeur("tlm_au_dela"),
        "montant_en_cause": en_euros(medecin.valeur("tlm_montant_en_cause")),
        "niveau": "individuel",
        "lectures": lectures,
        "consequences": _consequences(medecin) if depassement.valeur else [],
        "recuperation": _recuperation(medecin),
        "reserves": _reserves(medecin, entree, lectures),
    }
    if motif := _motif(medecin, entree):
        resultats["motif"] = motif
    return Resultat(resultats, [], {"depassement": depassement, "taux": taux})


def _colonnes(entree: Activite) -> dict[str, Any]:
    fournis = {champ: valeur for champ, valeur in entree.fournis().items() if valeur is not None}
    colonnes = {f"tlm_{champ}": valeur for champ, valeur in fournis.items() if champ not in SANS_COLONNE}
    if "specialite" in fournis:
        colonnes["specialite"] = fournis["specialite"]
    if "montant_moyen" in fournis:
        colonnes["tlm_montant_moyen"] = vers_entier(fournis["montant_moyen"], "EUR")
    return colonnes


def _fautes(medecin: Instance, *explications: Explication) -> list[Faute]:
    fautes = fautes_de(explications, lambda feuille: f"entree.{feuille.nom.removeprefix('tlm_')}")
    retenues, total = medecin.valeur("tlm_retenues"), medecin.valeur("tlm_actes_total")
    if retenues is not None and retenues > total:
        champ, valeur = "entree.teleexpertises", medecin.donnees["tlm_teleexpertises"]
        attendu = (
            f"au plus {total - medecin.donnees['tlm_teleconsultations']} : actes_total comprend les téléexpertises"
        )
        fautes = [faute for faute in fautes if faute.champ != champ]
        fautes.append(Faute("valeur refusée", champ=champ, valeur=valeur, attendu=attendu))
    return fautes


def _lecture(medecin: Instance, nom: str) -> dict[str, Any] | None:
    """Return one reading: nothing if the text, or what was given, leaves no room for it."""
    try:
        retenues, denominateur, seuil, taux, depassement = (medecin.valeur(regle) for regle in LECTURES[nom])
    except RegleAbsente:
        return None
    if retenues is None or denominateur is None or (nom == "derogation-locale" and seuil is None):
        return None
    return {
        "lecture": nom,
        "sens": SENS[nom],
        "retenues": retenues,
        "denominateur": denominateur,
        "taux": _fraction(taux, MILLIARD),
        "seuil": _fraction(seuil, DIX_MILLE),
        "depassement": depassement,
    }


def _consequences(medecin: Instance) -> list[dict[str, str]]:
    valeur, suites = medecin.contexte.figure(NOM, "suites_du_depassement")
    return [{"suite": s, "libelle": SUITES.get(s, s), "reference": valeur.reference} for s in suites or () if valeur]


def _recuperation(medecin: Instance) -> dict[str, Any] | None:
    """Return whether what was paid may be recovered, and what is missing for that; nothing if the text is silent."""
    try:
        ouverte = medecin.valeur("tlm_recuperation_ouverte")
    except RegleAbsente:
        return None
    etapes = ("avertissement", "contradictoire")
    manque = [etape for etape in etapes if medecin.donnees.get(f"tlm_{etape}") is not True]
    return {
        "ouverte": ouverte,
        "montant": en_euros(medecin.valeur("tlm_montant_recuperable")),
        "manque": manque if medecin.valeur("tlm_depassement") else [],
    }


def _motif(medecin: Instance, entree: Activite) -> str:
    if entree.actes_total == 0:
        return f"aucun acte dans l'année : pas de taux ({ARTICLE})"
    if medecin.valeur("tlm_sans_seuil") is None:
        return "l'avenant 9 ne dit pas si le seuil s'applique au salarié d'une plateforme : seuil non publié"
    if medecin.valeur("tlm_sans_seuil"):
        if "tlm_exception_cpn" in medecin.donnees:
            return f"exception décidée par la CPN : aucun seuil n'est jugé ({ARTICLE})"
        return f"aucun seuil d'activité à distance ne s'applique ({medecin.contexte.regle('tlm_sans_seuil').article})"
    return ""


def _reserves(medecin: Instance, entree: Activite, lectures: list[dict[str, Any]]) -> list[str]:
    reserves = []
    verdicts = {lecture["depassement"] for lecture in lectures}
    if len(verdicts) > 1:
        reserves.append("les lectures du texte ne donnent pas toutes le même verdict : voir « lectures »")
    if entree.teleexpertises is not None and entree.teleconsultations + entree.teleexpertises > entree.actes_total:
        reserves.append(
            "actes_total devrait comprendre les téléexpertises : il est plus petit que la somme des actes à distance"
        )
    if entree.exception_cpn and not medecin.valeur("tlm_sans_seuil"):
        reserves.append("exception de la CPN sans effet : ce texte n'en prévoit pas")
    if medecin.valeur("tlm_montant_en_cause") is None and medecin.valeur("tlm_au_dela"):
        reserves.append("montant en cause inconnu : donner montant_moyen, le montant moyen d'une téléconsultation")
    elif medecin.valeur("tlm_au_dela") and entree.montant_moyen is None:
        reserves.append("montant en cause au tarif TCG, sans majoration ; montant_moyen le remplace")
    return reserves


def _fraction(valeur: int | None, pas: int) -> float | None:
    return None if valeur is None else valeur / pas


def _points(valeur: int | None) -> int | float | None:
    return None if valeur is None else vers_nombre(valeur, "%")
