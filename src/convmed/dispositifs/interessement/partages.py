"""Proton-pump inhibitors, mandibular advancement devices, heart failure, and the list of the four schemes."""

from __future__ import annotations

import datetime as dt
from typing import Any

from convmed.dispositifs.interessement import regles
from convmed.dispositifs.interessement.entrees import (
    Dispositifs,
    Indication,
    InsuffisanceCardiaque,
    Ipp,
    Oam,
    PatientIpp,
    centimes,
    connues,
)
from convmed.dispositifs.interessement.molecules import publiees
from convmed.dispositifs.socle import (
    NON_PUBLIE,
    SANS_OBJET,
    Demande,
    Ligne,
    Resultat,
    en_euros,
    fautes_de,
    ligne,
    refuser,
)
from convmed.moteur.registre import DEBUT, FIN, Contexte, Regle, RegleAbsente
from convmed.moteur.valeurs import Explication, Instance
from convmed.textes import NECESSAIRE, Faute
from convmed.textes.unites import afficher

NOM = "interessement"
REFERENCES = {
    "ipp": "art. 63 ; circulaire 31/07/2024, 9.3 B",
    "oam": "art. 64 ; circulaire 31/07/2024, 9.3 C",
    "ic": "art. 65 ; circulaire 31/07/2024, 9.3 D",
}
# What each scheme is called, the rule that pays it, its figures (`bio_part`, `bio_duree`...), and whom it is for.
SCHEMAS = {
    "biosimilaires": ("inb_prime", "bio", "individuel", "médecins libéraux conventionnés, quel que soit le secteur"),
    "ipp": ("ipp_prime", "ipp", "individuel", "médecins libéraux conventionnés"),
    "oam": ("oam_prime", "oam", "collectif", "médecins prescripteurs d'OAM"),
    "insuffisance-cardiaque": ("ic_montant", "ic", "individuel", "cardiologues de secteur 1, ou de secteur 2 adhérents à l'OPTAM"),
}
MOTIFS = {
    "non-conventionne": "réservé aux médecins conventionnés",
    "sans-economie": "aucune économie",
    "economie-non-publiee": "économie d'un patient : non publié, voir annexe 18",
    "non-declenche": "objectif collectif de {cible} d'initiations non atteint : aucun prescripteur n'est payé",
    "minimum": "porté au minimum par médecin",
    "autre-specialite": "réservé aux cardiologues",
    "sans-optam": "en secteur 2, réservé aux adhérents à l'OPTAM (l'OPTAM-ACO n'est pas nommée)",
    "aucun-indicateur": "aucun indicateur atteint",
}
PRECISION = "date de versement non publiée"
POPULATION = {
    "moins-de-65-ans-avec-ains": "moins de 65 ans, IPP associé à un AINS, sans facteur de risque",
    "65-ans-et-plus-sans-justification": "65 ans ou plus, IPP depuis plus de 8 semaines, sans justification",
    "hors-cible": "hors des deux situations cliniques",
}
A_65_ANS = "65 ans juste : compté avec les 65 ans et plus (ameli) ; le congrès écrit « plus de 65 ans »"
MINIMUM = "minimum de 50 € par médecin lu comme un plancher ; l'autre lecture en fait un seuil de versement"
SANS_MINIMUM = "minimum par médecin (annexe 18) : non publié dans ce texte"
DENOMINATEUR = "taux : initiations d'OAM sur initiations de traitement de l'apnée du sommeil, dénominateur déduit (annexe 18 non lue)"


def motif_de(contexte: Contexte, schema: str, situation: str) -> str:
    """Say why a scheme pays nothing, or not what its share gives; empty if it pays its share."""
    if situation not in MOTIFS:
        return ""
    cible = afficher(contexte.figure(NOM, "oam_cible")[1], "%")
    return f"{MOTIFS[situation].format(cible=cible)} ({REFERENCES[schema]})"


def versement(medecin: Instance, schema: str, regle: str, libelle: str, annee: int) -> Ligne:
    """Return the payment of a scheme, with its state and its reason."""
    situation = medecin.valeur(f"{schema}_situation")
    champs: dict[str, Any] = {"precision_date": PRECISION}
    if motif := motif_de(medecin.contexte, schema, situation):
        champs["motif"] = motif
    if situation == "economie-non-publiee":
        champs["etat"] = NON_PUBLIE
    elif medecin.valeur(regle) == 0:
        champs |= {"etat": SANS_OBJET, "precision_date": ""}
    return ligne(medecin, regle, f"{libelle} {annee}", annee, **champs)


def _absente(absente: RegleAbsente, schema: str, **autres: Any) -> Resultat:
    return Resultat({"montant": 0, **autres, "motif": f"{absente} ({REFERENCES[schema]})"})


# --- proton-pump inhibitors


def calculer_ipp(demande: Demande, entree: Ipp) -> Resultat:
    """Compute the doctor's share of what stopping proton-pump inhibitors saved (art. 63; circulaire 9.3 B)."""
    contexte = demande.contexte()
    if entree.economies is None and entree.patients is None:
        refuser([Faute(NECESSAIRE, champ="entree.economies", attendu="les économies de l'année, ou patients")])
    patients = [Instance(contexte, regles.PATIENT_IPP, _patient(un)) for un in entree.patients or ()]
    donnees = connues(ipp_economies_fournies=centimes(entree.economies), interessement_secteur=entree.secteur)
    medecin = Instance(contexte, "medecin", donnees, {regles.PATIENT_IPP: patients})
    try:
        contexte.regle("ipp_prime")
    except RegleAbsente as absente:
        return _absente(absente, "ipp")
    refuser(faute for rang, patient in enumerate(patients) for faute in _fautes_du_patient(patient, rang))
    paiement = versement(medecin, "ipp", "ipp_prime", "Intéressement à la dé-prescription des IPP", demande.annee)
    resultats: dict[str, Any] = {
        "montant": en_euros(paiement.montant),
        "economies": en_euros(medecin.valeur("ipp_economies")),
        "part": contexte.figure(NOM, "ipp_part")[1] / 10_000,
        "patients": [_detail_ipp(un, patient) for un, patient in zip(entree.patients or (), patients, strict=True)],
        "reserves": [A_65_ANS] * any(un.age == contexte.figure(NOM, "ipp_age")[1] for un in entree.patients or ()),
    }
    if paiement.motif:
        resultats["motif"] = paiement.motif
    return Resultat(resultats, [paiement], {"montant": medecin.expliquer("ipp_prime")})


CHAMPS_IPP = {"ipp_age": "age", "ipp_ains": "ains_associe", "ipp_semaines": "duree_semaines"}


def _fautes_du_patient(patient: Instance, rang: int) -> list[Faute]:
    return fautes_de([patient.expliquer("ipp_population")], lambda feuille: f"entree.patients[{rang}].{CHAMPS_IPP[feuille.nom]}")


def _patient(un: PatientIpp) -> dict[str, Any]:
    return connues(
        ipp_age=un.age, ipp_ains=un.ains_associe, ipp_facteur_de_risque=un.facteur_de_risque, ipp_semaines=un.duree_semaines,
        ipp_justification=un.justification, ipp_economie=centimes(un.economie),
    )  # fmt: skip


def _detail_ipp(un: PatientIpp, patient: Instance) -> dict[str, Any]:
    population = patient.valeur("ipp_population")
    return {"patient": un.patient, "population": population, "economie_retenue": en_euros(patient.valeur("ipp_economie_retenue")),
            "motif": POPULATION[population]}  # fmt: skip


# --- mandibular advancement devices


def calculer_oam(demande: Demande, entree: Oam) -> Resultat:
    """Compute the share of a prescriber, if the country reached the target of the year (art. 64; circulaire 9.3 C)."""
    contexte = demande.contexte()
    try:
        contexte.regle("oam_prime")
    except RegleAbsente as absente:
        return _absente(absente, "oam", declenche=False)
    quotient = entree.quotient()
    if quotient is None:
        refuser([Faute(NECESSAIRE, champ="entree.taux_national", attendu="le taux national, ou initiations_oam et initiations_totales")])
    assert quotient is not None
    donnees = connues(oam_economies=centimes(entree.economies), oam_initiations=quotient[0], oam_initiations_totales=quotient[1],
                      interessement_secteur=entree.secteur)  # fmt: skip
    medecin = Instance(contexte, "medecin", donnees)
    paiement = versement(medecin, "oam", "oam_prime", "Intéressement à l'initiation des OAM", demande.annee)
    minimum = contexte.figure(NOM, "oam_minimum")[1]
    reserves = [] if entree.taux_national is not None else [DENOMINATEUR]
    if medecin.valeur("oam_situation") == "minimum":
        reserves.append(MINIMUM)
    elif minimum is None and paiement.montant:
        reserves.append(SANS_MINIMUM)
    resultats: dict[str, Any] = {
        "montant": en_euros(paiement.montant),
        "declenche": medecin.valeur("oam_declenche"),
        "taux": round(quotient[0] / quotient[1], 6),
        "cible": contexte.figure(NOM, "oam_cible")[1] / 10_000,
        "part": contexte.figure(NOM, "oam_part")[1] / 10_000,
        "avant_minimum": en_euros(medecin.valeur("oam_part_du_medecin")),
        "minimum": en_euros(minimum),
        "reserves": reserves,
    }
    if paiement.motif:
        resultats["motif"] = paiement.motif
    return Resultat(resultats, [paiement], {"montant": medecin.expliquer("oam_prime"), "declenche": medecin.expliquer("oam_declenche")})


def calculer_indication(demande: Demande, entree: Indication) -> Resultat:
    """Say which first treatment of sleep apnoea the HAS recommends (ameli.fr; art. 64)."""
    donnees = connues(oam_iah=entree.iah, oam_maladie_cardiovasculaire_grave=entree.maladie_cardiovasculaire_grave)
    patient = Instance(demande.contexte(), "medecin", donnees)
    try:
        indication = patient.expliquer("oam_indication")
    except RegleAbsente as absente:
        return Resultat({"indication": None, "motif": f"{absente} ({REFERENCES['oam']})"})
    refuser(fautes_de([indication], lambda feuille: f"entree.{feuille.nom.removeprefix('oam_')}"))
    phrases = {
        "oam": "orthèse d'avancée mandibulaire : de 15 à 30 par heure, sans maladie cardiovasculaire grave",
        "ppc": "pression positive continue : plus de 30 par heure, ou de 15 à 30 avec une maladie cardiovasculaire grave",
        "hors-indication": "moins de 15 par heure : ni l'une ni l'autre n'est dans les sources",
    }
    resultats = {"indication": indication.valeur, "motif": f"{phrases[indication.valeur]} (HAS, ameli.fr ; art. 64)"}
    return Resultat(resultats, [], {"indication": indication})


# --- heart failure


def calculer_insuffisance_cardiaque(demande: Demande, entree: InsuffisanceCardiaque) -> Resultat:
    """Compute a flat amount for each indicator reached by a cardiologist (art. 65; circulaire 9.3 D)."""
    contexte = demande.contexte()
    medecin = Instance(contexte, "medecin", entree.medecin.donnees() | {"ic_indicateurs": entree.indicateurs_atteints})
    try:
        montant = medecin.expliquer("ic_montant")
    except RegleAbsente as absente:
        return _absente(absente, "ic", eligible=False)
    refuser(fautes_de([montant], _champ_du_medecin))
    paiement = versement(medecin, "ic", "ic_montant", "Insuffisance cardiaque : accompagnement", demande.annee)
    eligible = medecin.valeur("ic_situation") in ("forfait", "aucun-indicateur")
    resultats: dict[str, Any] = {
        "montant": en_euros(paiement.montant),
        "eligible": eligible,
        "forfait_par_indicateur": en_euros(contexte.figure(NOM, "ic_forfait")[1]),
        "indicateurs_atteints": entree.indicateurs_atteints,
        "reserves": ["indicateurs, seuils et objectifs : non publié, définis en CPN (art. 65)"] * eligible,
    }
    if paiement.motif:
        resultats["motif"] = paiement.motif
    return Resultat(resultats, [paiement], {"montant": montant})


def _champ_du_medecin(feuille: Explication) -> str:
    return f"entree.medecin.{feuille.nom}"


# --- the four of them


def calculer_dispositifs(demande: Demande, entree: Dispositifs) -> Resultat:
    """List the four schemes: their article, their dates, their share, whom they are for, and whether they are open."""
    contexte = demande.contexte()
    noms, annexe = contexte.figure(NOM, "dispositifs")[1] or (), contexte.figure(NOM, "annexe")[1]
    lus = [_schema(contexte, nom, annexe) for nom in noms]
    du, au = demande.date or dt.date(demande.annee, 1, 1), demande.date or dt.date(demande.annee, 12, 31)
    for un in lus:
        if un["dispositif"] == "biosimilaires" and un["ouvert"]:
            un["molecules"] = [molecule.nom for molecule in publiees() if molecule.ouverte(du, au)]
            un["ouvert"] = bool(un["molecules"])
    motif = {} if lus else {"motif": f"les règles de ce texte ne sont pas dans les sources ({demande.texte.libelle})"}
    return Resultat({"dispositifs": lus, "nombre": len(lus), "ouverts": [un["dispositif"] for un in lus if un["ouvert"]], **motif})


def _schema(contexte: Contexte, nom: str, annexe: str | None) -> dict[str, Any]:
    regle, prefixe, nature, beneficiaires = SCHEMAS[nom]
    version = _version(contexte, regle)
    calcul, duree = (contexte.figure(NOM, f"{prefixe}_{quoi}")[1] if prefixe != "ic" else None for quoi in ("part", "duree"))
    return {
        "dispositif": nom,
        "article": version.article if version else None,
        "annexe": annexe if nom != "insuffisance-cardiaque" else None,
        "ouvert": version is not None,
        "du": _borne(version, DEBUT, "du"),
        "au": _borne(version, FIN, "au"),
        "duree_ans": duree,
        "part_du_medecin": None if calcul is None else calcul / 10_000,
        "part_de_l_assurance_maladie": None if calcul is None else 1 - calcul / 10_000,
        "nature": nature,
        "beneficiaires": beneficiaires,
    }


def _version(contexte: Contexte, nom: str) -> Regle | None:
    try:
        return contexte.regle(nom)
    except RegleAbsente:
        return None


def _borne(version: Regle | None, infinie: dt.date, champ: str) -> str | None:
    borne = None if version is None else getattr(version, champ)
    return None if borne is None or borne == infinie else str(borne)


__all__ = ["calculer_dispositifs", "calculer_indication", "calculer_insuffisance_cardiaque", "calculer_ipp", "calculer_oam"]
