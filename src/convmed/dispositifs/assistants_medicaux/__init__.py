"""Assistants médicaux: the aid of a year, who may sign, the objective, and the life of a contract."""

from __future__ import annotations

from typing import Any

from convmed.dispositifs.assistants_medicaux import conditions, groupe, regles
from convmed.dispositifs.assistants_medicaux.aide import calculer_aide
from convmed.dispositifs.assistants_medicaux.collectif import calculer_collectif
from convmed.dispositifs.assistants_medicaux.eligibilite import (
    calculer_changement,
    calculer_eligibilite,
    calculer_objectif,
)
from convmed.dispositifs.assistants_medicaux.entrees import (
    Aide,
    ChangementOption,
    Echeancier,
    Eligibilite,
    Fin,
    Groupe,
    Objectif,
    Vie,
)
from convmed.dispositifs.assistants_medicaux.versements import NOM, annee_ouverte_le
from convmed.dispositifs.assistants_medicaux.vie import (
    calculer_echeancier,
    calculer_resiliation,
    calculer_vie,
    vie_du_contrat,
)
from convmed.dispositifs.socle import Demande, Dispositif, Resultat

CALCULS: dict[str, tuple[Any, Any]] = {
    "aide": (Aide, calculer_aide),
    "eligibilite": (Eligibilite, calculer_eligibilite),
    "objectif": (Objectif, calculer_objectif),
    "changement-option": (ChangementOption, calculer_changement),
    "resiliation": (Fin, calculer_resiliation),
    "echeancier": (Echeancier, calculer_echeancier),
    "vie": (Vie, calculer_vie),
    "collectif": (Groupe, calculer_collectif),
}


def calculer(demande: Demande, entree: Any) -> Resultat:
    """Answer one of the calculations (convention of 2024, art. 33 to 39; circulaire, section 4)."""
    resultat: Resultat = CALCULS[entree.calcul][1](demande, entree)
    return resultat


def _annee(entree: Any) -> int | None:
    """Return the exercise of an input that carries its own date."""
    if isinstance(entree, Aide) and entree.date_anniversaire:
        return entree.date_anniversaire.year
    if isinstance(entree, Aide) and entree.date_signature:
        return annee_ouverte_le(entree.date_signature, entree.annee_contrat).year
    if isinstance(entree, Fin):
        return entree.resiliation.date.year
    if isinstance(entree, Groupe):
        return annee_ouverte_le(entree.date_signature, entree.annee_contrat).year
    if isinstance(entree, ChangementOption) and entree.date_avenant:
        return entree.date_avenant.year
    if isinstance(entree, (Echeancier, Eligibilite)) and entree.date_signature:
        return entree.date_signature.year
    return None


DISPOSITIF = Dispositif(
    NOM, "Assistants médicaux", {calcul: modele for calcul, (modele, _) in CALCULS.items()}, calculer, _annee
)
__all__ = ["DISPOSITIF", "calculer", "conditions", "groupe", "regles", "vie_du_contrat"]
