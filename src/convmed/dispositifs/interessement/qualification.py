"""Biosimilars: which deliveries of a patient begin a treatment or convert it, and which of them open a right."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from convmed.dispositifs.interessement import regles
from convmed.dispositifs.interessement.entrees import Delivrance, Qualification, ajoutees
from convmed.dispositifs.interessement.molecules import Molecule, inconnue, index, motif_fermee
from convmed.dispositifs.socle import Demande, Resultat, refuser
from convmed.donnees.colonnes_dossier import normaliser
from convmed.moteur.registre import Contexte, RegleAbsente
from convmed.moteur.valeurs import Instance
from convmed.textes import NECESSAIRE, Faute

NOM = "interessement"
REFERENCE = "art. 62 ; ameli.fr, intéressement à la prescription de biosimilaires"
TROIS = "la conversion confirmée par trois délivrances est une règle de l'avenant 9 : son maintien en 2025 n'est pas vérifié"
HISTORIQUE = "historique supposé complet : dire historique_depuis s'il commence à une date"
MOTIFS = {
    "bioreferent": "délivrance du bioréférent",
    "initiation": "aucune délivrance du médicament dans les douze mois précédents",
    "historique-insuffisant": "historique de moins de douze mois avant la délivrance : rien ne dit que le traitement commence",
    "suite": "suite d'un traitement déjà sous biosimilaire",
    "switch": "passage du bioréférent au biosimilaire, confirmé par des délivrances consécutives",
    "switch-non-confirme": "passage du bioréférent au biosimilaire, sans assez de délivrances consécutives",
}
DEJA_PAYE = "un seul paiement par patient et par médecin sur la durée du dispositif (avenant 9)"


@dataclass(frozen=True, slots=True)
class Jour:
    """The deliveries of a day for one molecule: a day with the reference is one of the reference."""

    date: dt.date
    biosimilaire: bool
    medecin: str | None


def jours(delivrances: Iterable[Delivrance]) -> list[Jour]:
    """Return the days of delivery in order; the prescriber is the first by name among those of the retained type."""
    par_date: dict[dt.date, list[Delivrance]] = defaultdict(list)
    for delivrance in delivrances:
        par_date[delivrance.date].append(delivrance)
    reunis = []
    for date, du_jour in sorted(par_date.items()):
        biosimilaire = all(une.type == regles.BIOSIMILAIRE for une in du_jour)
        genre = regles.BIOSIMILAIRE if biosimilaire else regles.BIOREFERENT
        medecins = sorted(une.medecin for une in du_jour if une.type == genre and une.medecin is not None)
        reunis.append(Jour(date, biosimilaire, medecins[0] if medecins else None))
    return reunis


def instances(contexte: Contexte, suite: list[Jour], molecule: Molecule, depuis: dt.date | None) -> list[Instance]:
    """Return the days of one molecule as the rules read them: what came before, how many biosimilars follow in a row."""
    consecutives = [0] * (len(suite) + 1)
    for rang in range(len(suite) - 1, -1, -1):
        consecutives[rang] = consecutives[rang + 1] + 1 if suite[rang].biosimilaire else 0
    rangees = []
    for rang, jour in enumerate(suite):
        avant = suite[rang - 1] if rang else None
        rangees.append(Instance(contexte, regles.DELIVRANCE, {
            "inb_type": _type(jour), "inb_date": jour.date, "inb_date_precedente": avant and avant.date,
            "inb_type_precedent": avant and _type(avant), "inb_consecutives": consecutives[rang], "inb_historique_depuis": depuis,
            "inb_delivrance_entree": molecule.du, "inb_delivrance_sortie": molecule.au,
        }))  # fmt: skip
    return rangees


def calculer_qualification(demande: Demande, entree: Qualification) -> Resultat:
    """Say which deliveries of a patient are initiations or conversions (art. 62; avenant 9, art. 27 bis)."""
    noms = index(ajoutees(entree.molecules_ajoutees))
    par_molecule: dict[str, list[Delivrance]] = defaultdict(list)
    fautes = []
    for rang, une in enumerate(entree.delivrances):
        nom = une.molecule or entree.molecule
        lieu = f"entree.delivrances[{rang}].molecule" if une.molecule else "entree.molecule"
        molecule = noms.get(normaliser(nom)) if nom else None
        if nom is None:
            fautes.append(Faute(NECESSAIRE, champ=lieu, attendu="une molécule"))
        elif molecule is None:
            fautes.append(inconnue(nom, noms, lieu))
        else:
            par_molecule[molecule.nom].append(une)
    refuser(dict.fromkeys(fautes))
    contexte = demande.contexte()
    try:
        contexte.regle("inb_ouvre_droit")
    except RegleAbsente as absente:
        return Resultat({"qualification": "aucune", "ouvre_droit": False, "evenements": [], "motif": f"{absente} ({REFERENCE})"})
    evenements, explications = [], {}
    for nom, delivrances in par_molecule.items():
        suite, molecule = jours(delivrances), noms[normaliser(nom)]
        for jour, ligne in zip(suite, instances(contexte, suite, molecule, entree.historique_depuis), strict=True):
            evenements.append(_evenement(suite, jour, ligne, molecule))
            explications[f"{nom}, {jour.date:%d/%m/%Y}"] = ligne.expliquer("inb_ouvre_droit")
    evenements.sort(key=lambda un: (un["date"], un["molecule"]))
    _limiter_les_paiements(evenements, contexte.figure(NOM, "paiements_par_patient")[1])
    retenus = [un for un in evenements if un["qualification"] in ("initiation", "switch")]
    premier = next((un for un in retenus if un["ouvre_droit"]), retenus[0] if retenus else None)
    resultats: dict[str, Any] = {
        "qualification": premier["qualification"] if premier else "aucune",
        "date": premier["date"] if premier else None,
        "confirmee_le": premier["confirmee_le"] if premier else None,
        "medecin": premier["medecin"] if premier else None,
        "ouvre_droit": bool(premier and premier["ouvre_droit"]),
        "evenements": evenements,
        "reserves": [TROIS] * any(un["qualification"].startswith("switch") for un in evenements)
        + [HISTORIQUE] * (entree.historique_depuis is None and any(un["qualification"] == "initiation" for un in evenements)),
        "references": [REFERENCE],
    }  # fmt: skip
    if not resultats["ouvre_droit"]:
        resultats["motif"] = _motif(evenements, premier)
    return Resultat(resultats, [], explications)


def _type(jour: Jour) -> str:
    return regles.BIOSIMILAIRE if jour.biosimilaire else regles.BIOREFERENT


def _evenement(suite: list[Jour], jour: Jour, ligne: Instance, molecule: Molecule) -> dict[str, Any]:
    nature, ouvre = ligne.valeur("inb_qualification"), bool(ligne.valeur("inb_ouvre_droit"))
    confirmee = None
    if nature == "switch":
        combien = ligne.contexte.figure(NOM, "delivrances_switch")[1]
        confirmee = suite[suite.index(jour) + combien - 1].date.isoformat()
    motif = MOTIFS[nature]
    if nature in ("initiation", "switch") and not ouvre:
        motif += f" ; {motif_fermee(molecule, jour.date, jour.date)}"
    return {"date": jour.date.isoformat(), "molecule": molecule.nom, "medecin": jour.medecin, "qualification": nature,
            "confirmee_le": confirmee, "ouvre_droit": ouvre, "motif": motif}  # fmt: skip


def _limiter_les_paiements(evenements: list[dict[str, Any]], combien: int) -> None:
    """Keep the first rights of each doctor: a patient is paid once for."""
    payes = Counter[str | None]()
    for un in evenements:
        if un["ouvre_droit"] and payes[un["medecin"]] >= combien:
            un["ouvre_droit"] = False
            un["motif"] += f" ; {DEJA_PAYE}"
        payes[un["medecin"]] += un["ouvre_droit"]


def _motif(evenements: list[dict[str, Any]], premier: dict[str, Any] | None) -> str:
    if premier is not None:
        return f"{premier['motif']} ({REFERENCE})"
    if not evenements:
        return f"aucune délivrance ({REFERENCE})"
    motifs = dict.fromkeys(un["motif"] for un in evenements if un["qualification"] != "suite")
    return f"{' ; '.join(motifs)} ({REFERENCE})"
