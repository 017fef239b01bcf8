"""Biosimilars: the premium of a doctor from the patients of a year, and the molecules that count."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from convmed.dispositifs.interessement import regles
from convmed.dispositifs.interessement.entrees import Biosimilaires, Molecules, Prescrite, ajoutees, centimes, connues
from convmed.dispositifs.interessement.molecules import FOURNIE, Molecule, inconnue, index, motif_fermee
from convmed.dispositifs.socle import NON_PUBLIE, SANS_OBJET, Demande, Ligne, Resultat, en_euros, ligne, refuser
from convmed.donnees.colonnes_dossier import normaliser
from convmed.moteur.registre import Contexte, RegleAbsente
from convmed.moteur.valeurs import Instance
from convmed.textes import Faute
from convmed.textes.unites import afficher, vers_nombre

NOM = "interessement"
REFERENCE = "art. 62 ; circulaire 31/07/2024, 9.3 A"
PRECISION = "l'année qui suit les prescriptions ; mois non publié"
MOTIFS = {
    "non-conventionne": "réservé aux médecins conventionnés",
    "refus": "le médecin a refusé le dispositif par écrit dans le délai",
    "aucun-patient": "aucun patient retenu",
    "sans-economie": "aucune économie",
    "plafond": "ramené au plafond annuel",
    "minimum": "porté au minimum annuel",
    "part": "part des économies d'une année pleine",
}
RESERVES = {
    "plafond": "plafond de {plafond} lu dans la presse pour l'avenant 9 ; la circulaire le dit maintenu, l'annexe 18 n'a pas été lue",
    "minimum": "minimum de l'annexe 18 : non publié ; à fournir par minimum",
    "partielle": "{nom} n'est dans le dispositif qu'une partie de {annee} : ne compter que les patients de cette partie",
    "ajoutee": "{nom} : molécule ou dates fournies, que les sources n'ont pas ; la durée d'un an du dispositif y est l'année 2025 (lecture 38)",
    "taux": "part de {part} lue dans la presse",
}


def calculer_biosimilaires(demande: Demande, entree: Biosimilaires) -> Resultat:
    """Compute a share of the savings of a full year for each patient initiated or converted (art. 62; circulaire 9.3 A)."""
    noms = index(ajoutees(entree.molecules_ajoutees))
    refuser([*_fautes_de_dates(demande, entree.molecules),
             *(inconnue(une.molecule, noms, f"entree.molecules[{rang}].molecule")
               for rang, une in enumerate(entree.molecules) if normaliser(une.molecule) not in noms)])  # fmt: skip
    contexte = demande.contexte()
    lues = [(une, noms[normaliser(une.molecule)], *_periode(demande, une)) for une in entree.molecules]
    enfants = [Instance(contexte, regles.MOLECULE, _colonnes(*lue)) for lue in lues]
    donnees = connues(inb_plafond_fourni=centimes(entree.plafond), inb_minimum_fourni=centimes(entree.minimum),
                      inb_date_refus=entree.date_refus, interessement_secteur=entree.secteur)  # fmt: skip
    medecin = Instance(contexte, "medecin", donnees, {regles.MOLECULE: enfants})
    try:
        versement = ligne_des_biosimilaires(medecin, demande.annee)
    except RegleAbsente as absente:
        return Resultat({"montant": 0, "motif": f"{absente} ({REFERENCE})"})
    details = [_detail(enfant, molecule, une, du, au) for enfant, (une, molecule, du, au) in zip(enfants, lues, strict=True)]
    resultats: dict[str, Any] = {
        "montant": en_euros(versement.montant),
        "avant_bornes": en_euros(medecin.valeur("inb_part_du_medecin")),
        "economies": en_euros(medecin.valeur("inb_economies")),
        "part": vers_nombre(contexte.figure(NOM, "bio_part")[1], "%") / 100,
        "patients": medecin.valeur("inb_patients"),
        "plafond": en_euros(medecin.valeur("inb_plafond")),
        "minimum": en_euros(medecin.valeur("inb_minimum")),
        "molecules": details,
        "annee_de_versement": demande.annee + contexte.figure(NOM, "annees_avant_versement")[1],
        "reserves": _reserves(medecin, entree, demande, [(une, molecule) for une, molecule, _, _ in lues]),
    }
    if versement.motif:
        fermees = dict.fromkeys(str(detail["motif"]) for detail in details if detail.get("motif"))
        resultats["motif"] = " ; ".join(fermees) if fermees and not medecin.valeur("inb_patients") else versement.motif
    return Resultat(resultats, [versement], {"montant": medecin.expliquer("inb_prime")})


def ligne_des_biosimilaires(medecin: Instance, annee: int) -> Ligne:
    """Return the payment for the prescriptions of a year; what nobody published leaves it without an amount."""
    situation = medecin.valeur("inb_situation")
    champs: dict[str, Any] = {"precision_date": PRECISION, "base": f"{medecin.valeur('inb_patients')} patients"}
    motif = motif_de(medecin.contexte, situation)
    if situation == "economie-non-publiee":
        champs |= {"etat": NON_PUBLIE, "motif": motif}
    elif situation not in ("part", "plafond", "minimum"):
        champs |= {"etat": SANS_OBJET, "motif": motif, "precision_date": ""}
    elif situation != "part":
        champs["motif"] = motif
    return ligne(medecin, "inb_prime", f"Intéressement biosimilaires, prescriptions de {annee}", annee, **champs)


def motif_de(contexte: Contexte, situation: str) -> str:
    """Say why the premium is what it is."""
    if situation == "economie-non-publiee":
        return "économie annuelle par patient : non publié, voir annexe 18"
    return f"{MOTIFS[situation]} ({contexte.regle('inb_prime').article})"


def calculer_molecules(demande: Demande, entree: Molecules) -> Resultat:
    """List the molecules and tell which are in the scheme at the date, or during the year (circulaire 9.3 A)."""
    du, au = demande.date or dt.date(demande.annee, 1, 1), demande.date or dt.date(demande.annee, 12, 31)
    toutes = {id(molecule): molecule for molecule in index(ajoutees(entree.molecules_ajoutees)).values()}
    try:
        regle = demande.contexte().regle("inb_prime")
    except RegleAbsente as absente:
        return Resultat({"actives": [], "nombre": 0, "molecules": [], "motif": f"{absente} ({REFERENCE})"})
    actives = [molecule.nom for molecule in toutes.values() if molecule.ouverte(du, au)]
    lues = [{**molecule.en_dict(), "active": molecule.nom in actives} for molecule in toutes.values()]
    sans = {} if actives else {"motif": f"aucune molécule n'est dans le dispositif ({REFERENCE})"}
    return Resultat({"actives": actives, "nombre": len(actives), "molecules": lues, "article": regle.article, **sans})


def reserves_du_bareme(contexte: Contexte, plafond_fourni: bool = False, minimum_fourni: bool = False) -> list[str]:
    """Return what a premium rests on that no official text gives: the share of the first years, the cap, the minimum."""
    dites = []
    valeur, part = contexte.figure(NOM, "bio_part")
    if valeur is not None and valeur.confiance == "presse":
        dites.append(RESERVES["taux"].format(part=afficher(part, "%")))
    valeur, plafond = contexte.figure(NOM, "bio_plafond")
    if not plafond_fourni and valeur is not None and valeur.confiance == "presse":
        dites.append(RESERVES["plafond"].format(plafond=afficher(plafond, "EUR")))
    if not minimum_fourni and contexte.figure(NOM, "bio_minimum")[1] is None:
        dites.append(RESERVES["minimum"])
    return dites


def _fautes_de_dates(demande: Demande, molecules: Sequence[Prescrite]) -> list[Faute]:
    return [
        Faute("date hors de l'exercice", champ=f"entree.molecules[{rang}].date", valeur=une.date.isoformat(), attendu=f"une date de {demande.annee}")
        for rang, une in enumerate(molecules)
        if une.date is not None and une.date.year != demande.annee
    ]


def _periode(demande: Demande, une: Prescrite) -> tuple[dt.date, dt.date]:
    jour = une.date or demande.date
    return (jour, jour) if jour else (dt.date(demande.annee, 1, 1), dt.date(demande.annee, 12, 31))


def _colonnes(une: Prescrite, molecule: Molecule, du: dt.date, au: dt.date) -> dict[str, Any]:
    return connues(
        inb_molecule_nom=molecule.nom, inb_initiations=une.initiations, inb_switchs=une.switchs, inb_du=du, inb_au=au,
        inb_economie_fournie=centimes(une.economie_annuelle_par_patient), inb_entree=molecule.du, inb_sortie=molecule.au,
        inb_prescripteur_autorise=une.prescripteur_autorise,
    )  # fmt: skip


def _detail(enfant: Instance, molecule: Molecule, une: Prescrite, du: dt.date, au: dt.date) -> dict[str, Any]:
    ouverte = enfant.valeur("inb_molecule_ouverte")
    detail: dict[str, Any] = {
        "molecule": molecule.nom,
        "initiations": une.initiations,
        "switchs": une.switchs,
        "patients": enfant.valeur("inb_patients_de_la_molecule"),
        "economie_annuelle_par_patient": une.economie_annuelle_par_patient,
        "economies": en_euros(enfant.valeur("inb_economies_de_la_molecule")),
        "active": ouverte,
    }
    if not ouverte:
        detail["motif"] = motif_fermee(molecule, du, au)
    elif une.prescripteur_autorise is False:
        detail["motif"] = f"{molecule.nom} : réservée aux médecins autorisés à la prescrire (avenant 9, presse)"
    elif detail["economies"] is None:
        detail["motif"] = "économie annuelle par patient : non publié, voir annexe 18"
    return detail


def _reserves(medecin: Instance, entree: Biosimilaires, demande: Demande, lues: Sequence[tuple[Prescrite, Molecule]]) -> list[str]:
    payee = medecin.valeur("inb_prime") not in (0, None)
    dites = reserves_du_bareme(medecin.contexte, entree.plafond is not None, entree.minimum is not None) if payee else []
    premier, dernier = dt.date(demande.annee, 1, 1), dt.date(demande.annee, 12, 31)
    for une, molecule in lues:
        if molecule.reference == FOURNIE:
            dites.append(RESERVES["ajoutee"].format(nom=molecule.nom))
        partielle = molecule.ouverte(premier, dernier) and not (molecule.ouverte(premier, premier) and molecule.ouverte(dernier, dernier))
        if partielle and not (une.date or demande.date):
            dites.append(RESERVES["partielle"].format(nom=molecule.nom, annee=demande.annee))
    return list(dict.fromkeys(dites))
