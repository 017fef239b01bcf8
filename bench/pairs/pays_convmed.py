"""The country by convmed, from the acts or from the state kept in a working folder: one text, or several at once."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from convmed.simulation import EFFECTIF, Application, Simulation, SurDisque, simuler
from convmed.textes import trouver_texte
from pairs.pays import PROCESSUS, resumer

ANNEE = 2026
NOMS = {"forfait-medecin-traitant": "fmt", "prevention": "prevention", "dotation-numerique": "donum"}


def calculer(dossier: Path, moteur: str, travail: str, *textes: str) -> dict[str, int]:
    """Compute texts (names, or files of scenarios); `travail` is a folder, or nothing."""
    demandes = [(trouver_texte(texte), ANNEE) for texte in textes]
    simulation = simuler(SurDisque(dossier), demandes, Path(travail) if travail else None, moteur, PROCESSUS)
    premiere, *autres = simulation.applications
    comptes = [nom for nom in simulation.medecins.columns if nom == EFFECTIF or " " in nom]
    resultat = resumer(simulation.medecins.select("medecin", *comptes).hstack(_montants(simulation, premiere)))
    for application in autres:
        montants = resumer(simulation.medecins.select("medecin").hstack(_montants(simulation, application)))
        resultat |= {f"{application.texte.id} : {nom}": valeur for nom, valeur in montants.items()}
    return resultat


def _montants(simulation: Simulation, application: Application) -> pl.DataFrame:
    connus = {court: simulation.montant(application, nom) for nom, court in NOMS.items()}
    return pl.DataFrame({court: serie for court, serie in connus.items() if serie is not None})
