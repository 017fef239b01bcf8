"""Soins non programmés: which majorations the encounter opens (SAS, PDSA, outside regulation), and why not the others."""

from __future__ import annotations

from typing import Any

from convmed.cotation.nomenclature import nomenclature
from convmed.cotation.seance import SeanceDeBase, modele_de_seance
from convmed.dispositifs.socle import Demande, Dispositif, Resultat, en_euros
from convmed.dispositifs.soins_non_programmes import regles
from convmed.dispositifs.tarifs import annee_de, evaluer, expliquer, ligne, muets_en_liste, refus_en_liste

NOM = "soins-non-programmes"


def calculer(demande: Demande, seance: SeanceDeBase) -> Resultat:
    """Return the majorations of unscheduled care that are to be billed with the codes given (art. 49 to 52).

    The set worth most among those that the texts permit together and with the codes given; the others are refused with
    their reason. What a condition needs and nobody stated is a reason too: nothing is proposed on a guess.
    """
    evaluation = evaluer(demande, seance)
    candidats = [code for code in nomenclature().codes.values() if code.dispositif == NOM and code.genre == "majoration"]
    reponse = evaluation.completer(candidats)
    montants = {j.code.code: reponse.cotation.montants[j.code.code] for j in reponse.retenus}
    instance = evaluation.instance
    supplement = instance.expliquer("supplement_visite_pdsa_du")
    resultats: dict[str, Any] = {
        "majorations": [{"code": code, "tarif": en_euros(montant)} for code, montant in montants.items()],
        "montant": en_euros(sum(montant or 0 for montant in montants.values())),
        "refus": refus_en_liste(reponse),
        "muets": muets_en_liste(reponse.muets),
        "reserves": reponse.reserves,
        "creneau_pdsa": instance.valeur("creneau_pdsa"),
    }
    explications = {j.code.code: expliquer(j, montants[j.code.code]) for j in reponse.retenus}
    if supplement.valeur:
        resultats["supplement_visite_pdsa"] = {
            "montant": en_euros(supplement.valeur),
            "motif": "hausse des visites aux horaires de PDSA : code porteur non publié hors des majorations régulées, non comptée",
            "references": [supplement.reference],
        }
        explications["supplement_visite_pdsa"] = supplement
    if (heures := instance.valeur("heures_regulation")) is not None:
        regulation = instance.expliquer("regulation_montant")
        resultats["regulation_montant"] = en_euros(regulation.valeur)
        resultats["heures_regulation"] = heures
        explications["regulation_montant"] = regulation
    return Resultat(resultats, [ligne(j, montants[j.code.code], demande.annee) for j in reponse.retenus], explications)


DISPOSITIF = Dispositif(NOM, "Soins non programmés : SAS, PDSA et hors régulation", modele_de_seance, calculer, annee_de)
__all__ = ["DISPOSITIF", "regles"]
