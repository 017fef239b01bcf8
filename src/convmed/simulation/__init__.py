"""Text against text on a population: what each doctor is owed under two texts, from the same patients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from convmed.donnees.entites import REGISTRE
from convmed.simulation.application import Application, figures_non_publiees, manques
from convmed.simulation.enquete import EFFECTIF, FMT
from convmed.simulation.execution import Progression, Travail, executer
from convmed.simulation.moteurs import calculer_par
from convmed.simulation.sources import Source, SurDisque, Tiree
from convmed.textes import Erreurs, Faute, Texte

MOTEURS = ("polars", "duckdb", "spark")


@dataclass(frozen=True)
class Simulation:
    """What two texts, or more, owe the doctors of a population.

    `medecins` has one row a doctor, with its own columns, the size of its list and the counts of the indicators;
    `montants` the amount of each in cents, by application and dispositif, missing where it cannot be computed.
    """

    source: Source
    applications: tuple[Application, ...]
    medecins: pl.DataFrame
    montants: Mapping[tuple[Application, str], pl.Series]
    moteur: str = "polars"

    @property
    def dispositifs(self) -> list[str]:
        """Return the dispositifs that a text knows."""
        return list(dict.fromkeys(nom for application in self.applications for nom in (*application.volets, *application.absents)))

    def montant(self, application: Application, dispositif: str) -> pl.Series | None:
        """Return the amount of each doctor, in cents; `None` if no doctor has one, or if what lacks to some is not published."""
        serie = self.montants.get((application, dispositif))
        if serie is None or not serie.null_count():
            return serie
        # A sum of the doctors whom a figure does not concern would pass for what the text costs.
        return None if serie.null_count() == len(serie) or figures_non_publiees(application.volets[dispositif]) else serie

    def motif(self, application: Application, dispositif: str) -> str | None:
        """Say why a dispositif has no amount under a text; `None` if it has."""
        if dispositif in application.absents:
            return application.absents[dispositif]
        if self.montant(application, dispositif) is not None:
            return None
        fournies = frozenset(nom for colonnes in self.source.schema.colonnes.values() for nom in colonnes)
        return " ; ".join(manques(application.volets[dispositif], fournies)) or "aucun montant ne se calcule"

    def masse(self, application: Application, dispositifs: Sequence[str] | None = None) -> int:
        """Return what a text owes all doctors, in cents, for the dispositifs that have an amount."""
        series = (self.montant(application, nom) for nom in (self.dispositifs if dispositifs is None else dispositifs))
        return sum(int(serie.sum() or 0) for serie in series if serie is not None)

    def comparables(self, texte: Application, contre: Application) -> list[str]:
        """Return the dispositifs that have an amount under both texts."""
        return [nom for nom in self.dispositifs if self.montant(texte, nom) is not None and self.montant(contre, nom) is not None]

    def totaux(self, texte: Application, contre: Application) -> pl.DataFrame:
        """Return, for each doctor, what the dispositifs that both texts compute come to: `texte`, `contre`, `difference`.

        A doctor of whom one amount is missing under one text has no total.
        """
        noms = self.comparables(texte, contre)
        cotes = {cote: [self.montants[application, nom] for nom in noms] for cote, application in (("texte", texte), ("contre", contre))}
        vide = pl.zeros(self.medecins.height, pl.Int64, eager=True)
        sommes = {cote: sum(series, vide) for cote, series in cotes.items()}
        return pl.DataFrame(sommes).with_columns(difference=pl.col("texte") - pl.col("contre"))


def simuler(
    source: Source,
    demandes: Sequence[tuple[Texte, int]],
    travail: Path | None = None,
    moteur: str = "polars",
    processus: int = 1,
    progression: Progression | None = None,
) -> Simulation:
    """Apply texts, each for a year, to a population; the same figures on every engine, to the cent.

    `travail` is a folder where the state of the patients and the counts are kept (Polars only). `Erreurs` for an empty
    population, a text that leaves amounts to its options, a working folder of another population.
    """
    if not source.partitions:
        raise Erreurs([Faute("cette population n'a aucune partition", attendu="au moins une")])
    if travail is not None and moteur != "polars":
        raise Erreurs([Faute(f"le moteur {moteur} ne garde rien", champ="--travail", attendu="--moteur polars")])
    applications = tuple(Application(texte, annee, source.annee) for texte, annee in demandes)
    un = Travail(source, applications, travail)
    comptes = executer(un, processus, progression) if moteur == "polars" else calculer_par(moteur, un)
    medecins = comptes.select(nom for nom in comptes.columns if nom == "medecin" or nom in REGISTRE.entrees)
    effectifs = un.enquete.effectifs(comptes)
    return Simulation(source, applications, medecins.hstack(effectifs), un.enquete.montants(comptes), moteur)


def verifier_les_annees(source: Source, demandes: Sequence[tuple[Texte, int]]) -> None:
    """Refuse a year for which a text has no lump sum per patient: there would be nothing to set against the other."""
    fautes = [
        Faute(f"« {texte.id} » n'a pas de forfait par patient pour l'exercice {annee} : {motif}", champ="--annee", valeur=annee, attendu="une autre année")
        for texte, annee in demandes
        if (motif := Application(texte, annee, source.annee).absents.get(FMT))
    ]
    if fautes:
        raise Erreurs(fautes)


__all__ = ["EFFECTIF", "MOTEURS", "Application", "Simulation", "Source", "SurDisque", "Tiree", "simuler", "verifier_les_annees"]
