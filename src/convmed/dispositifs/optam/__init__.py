"""OPTAM and OPTAM-ACO: rates, premium, modifiers, sharing of gains, eligibility, calendar, exit, simulation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from convmed.dispositifs.optam import regles
from convmed.dispositifs.optam.adhesion import calculer_calendrier, calculer_eligibilite, calculer_resiliation
from convmed.dispositifs.optam.entrees import (
    Calendrier,
    Eligibilite,
    Modificateur,
    PartageDeGains,
    Prime,
    Resiliation,
    Suivi,
    TauxEngagement,
    TauxRegionaux,
)
from convmed.dispositifs.optam.remuneration import calculer_modificateur, calculer_prime
from convmed.dispositifs.optam.simulation import Simulation, calculer_simulation, simuler
from convmed.dispositifs.optam.taux import (
    calculer_partage,
    calculer_suivi,
    calculer_taux_engagement,
    calculer_taux_regionaux,
)
from convmed.dispositifs.socle import Demande, Dispositif, Resultat
from convmed.donnees.modeles import Modele

CALCULS: Mapping[str, tuple[type[Modele], Callable[[Demande, Any], Resultat]]] = {
    "taux-regionaux": (TauxRegionaux, calculer_taux_regionaux),
    "partage-de-gains": (PartageDeGains, calculer_partage),
    "prime": (Prime, calculer_prime),
    "modificateur": (Modificateur, calculer_modificateur),
    "eligibilite": (Eligibilite, calculer_eligibilite),
    "taux-engagement": (TauxEngagement, calculer_taux_engagement),
    "suivi": (Suivi, calculer_suivi),
    "resiliation": (Resiliation, calculer_resiliation),
    "calendrier": (Calendrier, calculer_calendrier),
    "simulation": (Simulation, calculer_simulation),
}


def calculer(demande: Demande, entree: Modele) -> Resultat:
    """Answer one of the calculations of the option (art. 41 to 41-11; circulaire 5)."""
    return next(calcul for modele, calcul in CALCULS.values() if type(entree) is modele)(demande, entree)


def annee_de(entree: Modele) -> int | None:
    """Return the exercise of the calculations that carry their own date."""
    date = getattr(entree, "date", None) or getattr(entree, "date_demande", None)
    return date.year if date else None


DISPOSITIF = Dispositif(
    "optam", "OPTAM et OPTAM-ACO", {nom: modele for nom, (modele, _) in CALCULS.items()}, calculer, annee_de
)
__all__ = ["DISPOSITIF", "annee_de", "calculer", "regles", "simuler"]
