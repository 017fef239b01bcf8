"""Forfait médecin traitant: the answer to the JSON contract, and the payments of the year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from convmed.dispositifs.forfait_medecin_traitant import regles
from convmed.dispositifs.socle import (
    NON_PUBLIE,
    SANS_OBJET,
    Demande,
    Dispositif,
    Ligne,
    Refus,
    Resultat,
    Volet,
    en_euros,
    fin_de_mois,
    ligne_expliquee,
    refuser,
    repartir,
)
from convmed.donnees.modeles import Medecin, Modele, Patient
from convmed.moteur.registre import Contexte, RegleAbsente
from convmed.moteur.valeurs import Explication, Instance
from convmed.textes import NECESSAIRE, Faute, textes_connus

NOM = "forfait-medecin-traitant"
MONTANTS = {"fmt": ("fmt_socle", "fmt_majoration_c2s"), "fpmt": ("fpmt_montant",)}
# What each patient must bring: the amounts of the lump sum, and for the FPMT the share of C2S that raises it.
EXIGES = {"fmt": MONTANTS["fmt"], "fpmt": ("fpmt_montant", "fpmt_beneficiaire_c2s")}
TOTAUX = {
    "fmt": {
        "socle": "fmt_socle_total",
        "majoration_c2s": "fmt_majoration_c2s_total",
        "majoration_zone": "fmt_majoration_zone",
        "majoration_67_ans": "fmt_majoration_67_ans",
        "total": "fmt_total",
    },
    "fpmt": {"socle": "fpmt_socle_total", "majoration_c2s": "fpmt_majoration_precarite", "total": "fpmt_total"},
}
MOTIFS = {
    "fmt": "le FMT est réservé au secteur 1 et au secteur 2 OPTAM ou OPTAM-ACO (art. 21 à 24-3 ; circulaire 3.1 A)",
    "fpmt": "un médecin non conventionné ne perçoit pas le FPMT (convention 2016, art. 15.4.1)",
}


class Entree(Modele):
    """`{"medecin": {...}, "patients": [{...}]}`."""

    medecin: Medecin
    patients: list[Patient]


def contexte_de(demande: Demande) -> tuple[Contexte, str]:
    """Return the context of the exercise and which lump sum it pays: `fmt` or `fpmt`.

    `Refus` for a text that leaves the amounts to its options.
    """
    contexte = demande.contexte(dt.date(demande.annee, 1, 1))
    contexte.parametres = {"date_patientele": contexte.figure(NOM, "date_patientele")[1]}
    try:
        contexte.regle("fmt_socle")
    except RegleAbsente:
        return contexte, "fpmt"
    try:
        contexte.regle("fmt_vu")
    except RegleAbsente:
        commun = demande.texte.chaine[0]
        options = [texte.id for texte in textes_connus().values() if commun in texte.chaine[1:]]
        refuser([Faute("les montants de ce texte dépendent de l'option", champ="texte", valeur=demande.texte.id,
                       attendu="l'un de " + ", ".join(options))])  # fmt: skip
    return contexte, "fmt"


def calculer(demande: Demande, entree: Entree) -> Resultat:
    """Compute the lump sum of one doctor and of each patient (art. 21 to 24-3; circulaire 3.1 A and B)."""
    contexte, forfait = contexte_de(demande)
    observation = contexte.parametres["date_patientele"]
    if not isinstance(observation, dt.date):
        raise Refus([Faute("la date d'observation de la patientèle n'est pas connue de ce texte", champ="annee",
                           valeur=demande.annee)])  # fmt: skip
    patients = [Instance(contexte, "patient", patient.fournis()) for patient in entree.patients]
    medecin = Instance(contexte, "medecin", entree.medecin.donnees(), {"patient": patients})
    eligible = medecin.valeur(f"{forfait}_eligible") is not False
    refuser(
        [
            *incoherences(entree, observation),
            *fautes_du_medecin(medecin, forfait),
            *(fautes_des_patients(patients, EXIGES[forfait], observation) if eligible else ()),
        ]
    )
    resultats: dict[str, Any] = {
        "forfait": forfait, "socle": 0, "majoration_c2s": 0, "majoration_zone": 0, "majoration_67_ans": 0,
        **{champ: en_euros(medecin.valeur(regle)) for champ, regle in TOTAUX[forfait].items()},
        "patients": [_detail_du_patient(patient, forfait, eligible) for patient in patients],
    }  # fmt: skip
    total = medecin.expliquer(f"{forfait}_total")
    if not eligible:
        return Resultat({**resultats, "motif": MOTIFS[forfait]}, lignes_de_l_annee(medecin, demande.annee, forfait),
                        {"total": total})  # fmt: skip
    # A sum leaves out what is missing: one patient without an amount leaves the doctor without a total.
    sans_montant = [p.expliquer(r) for p in patients for r in EXIGES[forfait] if p.valeur(r) is None]
    if sans_montant:
        total = sans_montant[0]
        resultats |= dict.fromkeys(TOTAUX[forfait])
        lignes = [ligne_expliquee(total, NOM, f"{forfait.upper()} {demande.annee}", demande.annee)]
    else:
        lignes = lignes_de_l_annee(medecin, demande.annee, forfait)
    if total.valeur is None:
        resultats["motif"] = " ; ".join(dict.fromkeys(ligne.motif for ligne in lignes if ligne.montant is None))
    return Resultat(resultats, lignes, {"total": total})


def lignes_de_l_annee(medecin: Instance, annee: int, forfait: str) -> list[Ligne]:
    """Return the payments of an exercise from the doctor's evaluated instance."""
    if medecin.valeur(f"{forfait}_eligible") is False:
        nom = {"fmt": "Forfait médecin traitant", "fpmt": "FPMT"}[forfait]
        total = medecin.expliquer(f"{forfait}_total")
        return [ligne_expliquee(total, NOM, f"{nom} {annee}", annee, etat=SANS_OBJET, motif=MOTIFS[forfait])]
    return _versements_fmt(medecin, annee) if forfait == "fmt" else _versements_fpmt(medecin, annee)


def _versements_fmt(medecin: Instance, annee: int) -> list[Ligne]:
    contexte = medecin.contexte
    socle, c2s = medecin.expliquer("fmt_socle_total"), medecin.expliquer("fmt_majoration_c2s_total")
    versement = Explication(
        "regle", "fmt_socle_et_c2s", "Socle et majoration C2S",
        None if socle.valeur is None or c2s.valeur is None else socle.valeur + c2s.valeur,
        "EUR/an", socle.reference, enfants=(socle, c2s),
    )  # fmt: skip
    nombre = contexte.figure(NOM, "versements")[1] or 1
    mois = contexte.figure(NOM, "mois_des_versements")[1]
    mois = mois if mois and len(mois) == nombre else None
    parts = [None] * nombre if versement.valeur is None else repartir(versement.valeur, nombre)
    lignes = [
        ligne_expliquee(
            versement, NOM, f"FMT {annee}, socle et C2S, versement {rang + 1} sur {nombre}", annee, montant=part,
            date_versement=fin_de_mois(annee, mois[rang]) if mois else None,
            precision_date="mois lu dans la presse" if mois else "versements égaux à terme échu, dates non publiées",
            base=f"socle et C2S, à parts égales ({nombre})",
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
    observation = medecin.contexte.parametres["date_patientele"]
    solde = f" ; calculé sur la patientèle du {observation:%d/%m/%Y}, que la caisse remplace par celle d'un an plus tard"
    libelles = [f"acompte {rang} sur {len(mois) - 1}" for rang in range(1, len(mois))] + ["solde"]
    return [
        ligne_expliquee(
            total, NOM, f"FPMT {annee}, {libelle}", annee, montant=part,
            date_versement=fin_de_mois(annee, mois[rang]),
            precision_date="fin du mois, selon MG France" + (solde if libelle == "solde" else ""),
            base="un quart de l'année",
        )
        for rang, (libelle, part) in enumerate(zip(libelles, repartir(total.valeur, len(mois)), strict=True))
    ]  # fmt: skip


def _detail_du_patient(patient: Instance, forfait: str, eligible: bool) -> dict[str, Any]:
    socle, *majoration = (en_euros(patient.valeur(regle)) if eligible else 0 for regle in MONTANTS[forfait])
    return {
        "patient": patient.donnees.get("patient"),
        "classe": patient.valeur(f"{forfait}_classe"),
        "socle": socle,
        "majoration_c2s": majoration[0] if majoration else 0,
    }


def fautes_du_medecin(medecin: Instance, forfait: str) -> list[Faute]:
    """Return the fields of the doctor that the lump sum needs and does not have."""
    regles_lues = [f"{forfait}_eligible"]
    if forfait == "fmt" and medecin.valeur("fmt_eligible") is not False and medecin.enfants["patient"]:
        regles_lues += ["fmt_taux_zone", "fmt_taux_senior"]
    manquants = {
        f"entree.medecin.{feuille.nom.removesuffix('_medecin')}": feuille.libelle
        for regle in regles_lues
        for feuille in _entrees_manquantes(medecin.expliquer(regle))
    }
    return [Faute(NECESSAIRE, champ=champ, attendu=libelle) for champ, libelle in manquants.items()]


def fautes_des_patients(patients: list[Instance], regles_lues: Iterable[str], observation: dt.date) -> list[Faute]:
    """Return the fields of each patient that the lump sum needs, or would need once the others are there."""
    return [
        Faute(NECESSAIRE, champ=f"entree.patients[{rang}].{nom}", attendu=libelle)
        for rang, patient in enumerate(patients)
        for nom, libelle in _champs_manquants(patient, tuple(regles_lues), observation).items()
    ]


def _champs_manquants(patient: Instance, regles_lues: tuple[str, ...], observation: dt.date) -> dict[str, str]:
    manquants: dict[str, str] = {}
    while True:
        nouveaux = {
            feuille.nom: feuille
            for regle in regles_lues
            for feuille in _entrees_manquantes(patient.expliquer(regle))
            if feuille.nom not in manquants
        }
        if not nouveaux:
            return manquants
        manquants |= {nom: feuille.libelle for nom, feuille in nouveaux.items()}
        # A patient supposed to be there, seen and in ALD is one for whom every field matters.
        suppose = {nom: observation if feuille.unite == "date" else True for nom, feuille in nouveaux.items()}
        patient = Instance(patient.contexte, "patient", {**patient.donnees, **suppose}, parent=patient.parent)


def _entrees_manquantes(explication: Explication) -> list[Explication]:
    """Return the inputs that a missing value needs; none if a figure that nobody published is what it lacks."""
    manquants = explication.manquants()
    return [] if any(f.genre == "figure" for f in manquants) else [f for f in manquants if f.genre == "entree"]


def incoherences(entree: Entree, observation: dt.date) -> list[Faute]:
    """Return one fault for each patient listed twice, or whose dates contradict one another or the observation."""
    fautes: list[Faute] = []
    vus: dict[str, int] = {}

    def apres_l_observation(champ: str, naissance: dt.date | None) -> None:
        if naissance and naissance > observation:
            fautes.append(
                Faute(
                    "naissance après la date d'observation", champ=champ, valeur=naissance.isoformat(),
                    attendu=f"une date jusqu'au {observation:%d/%m/%Y}",
                )
            )  # fmt: skip

    apres_l_observation("entree.medecin.date_naissance", entree.medecin.date_naissance)
    for rang, patient in enumerate(entree.patients):
        ici = f"entree.patients[{rang}]"
        apres_l_observation(f"{ici}.date_naissance", patient.date_naissance)
        derniere, naissance = patient.date_derniere_consultation, patient.date_naissance
        if derniere and naissance and derniere < naissance:
            fautes.append(
                Faute(
                    "consultation avant la naissance", champ=f"{ici}.date_derniere_consultation",
                    valeur=derniere.isoformat(), attendu=f"une date à partir du {naissance:%d/%m/%Y}",
                )
            )  # fmt: skip
        if patient.patient is not None and vus.setdefault(patient.patient, rang) != rang:
            fautes.append(Faute("patient déjà dans la liste", champ=f"{ici}.patient", attendu="un patient une fois"))
    return fautes


def volet(demande: Demande) -> Volet:
    """Return what a population is owed: the lump sum that the exercise pays."""
    contexte, forfait = contexte_de(demande)
    return Volet(contexte, f"{forfait}_total")


DISPOSITIF = Dispositif(NOM, "Forfait médecin traitant", Entree, calculer, volet=volet)
__all__ = ["DISPOSITIF", "regles"]
