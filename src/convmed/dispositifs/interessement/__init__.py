"""Gain sharing: biosimilars, proton-pump inhibitors, mandibular advancement devices, heart failure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from convmed.dispositifs.interessement import regles
from convmed.dispositifs.interessement.biosimilaires import calculer_biosimilaires, calculer_molecules
from convmed.dispositifs.interessement.entrees import (
    Biosimilaires,
    Dispositifs,
    Indication,
    InsuffisanceCardiaque,
    Ipp,
    Molecules,
    Oam,
    Qualification,
)
from convmed.dispositifs.interessement.partages import (
    calculer_dispositifs,
    calculer_indication,
    calculer_insuffisance_cardiaque,
    calculer_ipp,
    calculer_oam,
)
from convmed.dispositifs.interessement.qualification import calculer_qualification
from convmed.dispositifs.socle import Demande, Dispositif, Resultat
from convmed.donnees.modeles import Modele

CALCULS: Mapping[str, tuple[type[Modele], Callable[[Demande, Any], Resultat]]] = {
    "biosimilaires": (Biosimilaires, calculer_biosimilaires),
    "qualification": (Qualification, calculer_qualification),
    "molecules": (Molecules, calculer_molecules),
    "ipp": (Ipp, calculer_ipp),
    "oam": (Oam, calculer_oam),
    "oam-indication": (Indication, calculer_indication),
    "insuffisance-cardiaque": (InsuffisanceCardiaque, calculer_insuffisance_cardiaque),
    "dispositifs": (Dispositifs, calculer_dispositifs),
}


def calculer(demande: Demande, entree: Modele) -> Resultat:
    """Answer one of the calculations of the gain sharing (art. 62 to 65; circulaire 9.3)."""
    return next(calcul for modele, calcul in CALCULS.values() if type(entree) is modele)(demande, entree)


def annee_de(entree: Modele) -> int | None:
    """Return the exercise of a history of deliveries: the year of the last one."""
    return max((une.date.year for une in entree.delivrances), default=None) if isinstance(entree, Qualification) else None


DISPOSITIF = Dispositif("interessement", "Intéressements", {nom: modele for nom, (modele, _) in CALCULS.items()}, calculer, annee_de)
__all__ = ["DISPOSITIF", "annee_de", "calculer", "regles"]
