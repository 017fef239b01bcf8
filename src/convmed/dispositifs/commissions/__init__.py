"""Commissions paritaires: seats, composition, votes, presidency, failure, instances, indemnities."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from convmed.dispositifs.commissions import regles
from convmed.dispositifs.commissions.carence import calculer_carence
from convmed.dispositifs.commissions.composer import calculer_composer
from convmed.dispositifs.commissions.composition import calculer_composition
from convmed.dispositifs.commissions.deliberation import calculer_vote
from convmed.dispositifs.commissions.entrees import (
    Carence,
    Composer,
    Composition,
    Indemnites,
    Instances,
    Presidence,
    Sieges,
    Vote,
)
from convmed.dispositifs.commissions.indemnites import calculer_indemnites
from convmed.dispositifs.commissions.instances import calculer_instances
from convmed.dispositifs.commissions.presidence import calculer_presidence
from convmed.dispositifs.commissions.sieges import calculer_sieges
from convmed.dispositifs.socle import Demande, Dispositif, Resultat
from convmed.donnees.modeles import Modele

CALCULS: Mapping[str, tuple[type[Modele], Callable[[Demande, Any], Resultat]]] = {
    "sieges": (Sieges, calculer_sieges),
    "composition": (Composition, calculer_composition),
    "composer": (Composer, calculer_composer),
    "vote": (Vote, calculer_vote),
    "presidence": (Presidence, calculer_presidence),
    "carence": (Carence, calculer_carence),
    "instances": (Instances, calculer_instances),
    "indemnites": (Indemnites, calculer_indemnites),
}


def calculer(demande: Demande, entree: Modele) -> Resultat:
    """Answer one of the calculations of the commissions (art. 99 to 102-3; circulaire 12)."""
    return next(calcul for modele, calcul in CALCULS.values() if type(entree) is modele)(demande, entree)


DISPOSITIF = Dispositif("commissions", "Commissions paritaires", {nom: modele for nom, (modele, _) in CALCULS.items()}, calculer)
__all__ = ["CALCULS", "DISPOSITIF", "calculer", "regles"]
