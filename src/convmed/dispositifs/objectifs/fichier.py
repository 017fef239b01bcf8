"""The file of measures of collective objectives: one format and one reader, for what is published and for the user's own."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import polars as pl

from convmed.dispositifs.objectifs.mesures import PORTEES, Mesure, doublons, lire_mesure
from convmed.dispositifs.objectifs.trajectoire import Objectif
from convmed.donnees.colonnes_dossier import Colonne, Fichier
from convmed.donnees.fautes import Collecte
from convmed.donnees.lecture import LIGNE
from convmed.donnees.table import Lecteur, lire_table
from convmed.textes import Faute
from convmed.textes.bareme import CONFIANCES, STATUTS, dossiers_des_dispositifs

PUBLIEES = "mesures.csv"
MESURES = Fichier("mesures", "Les mesures d'objectifs collectifs : une ligne par objectif, date et territoire", (
    Colonne("objectif", "texte", "L'objectif mesuré (convmed observatoire acces ou pertinence les nomme)", ("engagement", "programme", "indicateur"),
            requise=True),
    Colonne("date", "date", "Jour de la mesure, ou dernier jour de la période mesurée", ("date mesure", "au"), requise=True),
    Colonne("valeur", "texte", "Valeur, dans l'unité de l'objectif", ("mesure",)),
    Colonne("numerateur", "texte", "Numérateur, pour une part", ("numérateur",)),
    Colonne("denominateur", "texte", "Dénominateur, pour une part", ("dénominateur",)),
    Colonne("unite", "texte", "Unité", ("unité",), vide="celle de l'objectif"),
    Colonne("portee", "choix", "Portée", ("portée", "echelon", "échelon"), vide="national", choix={
        **{nom: nom for nom in PORTEES}, "regional": "region", "departemental": "departement", "local": "cpl", "france": "national",
    }),
    Colonne("territoire", "texte", "Territoire, pour une portée qui n'est pas nationale", ("région", "département", "caisse")),
    Colonne("source", "texte", "D'où vient la mesure"),
    Colonne("statut", "choix", "Statut", choix={nom: nom for nom in STATUTS}),
    Colonne("confiance", "choix", "Confiance", choix={nom: nom for nom in CONFIANCES}),
    Colonne("motif", "texte", "Pourquoi la mesure est absente, ou n'est pas comparable"),
))  # fmt: skip


def lire_mesures(chemin: Path, objectifs: Mapping[str, Objectif], publiees: bool = False) -> tuple[list[Mesure], list[str]]:
    """Read a file of measures: the measures, and what the reader should be told.

    `Erreurs` with every fault of the file, each with its line and its column: unknown objective or unit, share out of 0 to 100,
    numerator without denominator, two measures of one objective, day and territory. CSV or Parquet.
    """
    lecteur = Lecteur()
    table = lire_table(chemin, MESURES, lecteur)
    mesures = [] if table is None else _mesures(table, chemin.name, objectifs, lecteur.collecte, publiees)
    for seconde, premiere in doublons(mesures):
        lecteur.collecte.ajouter(Faute(f"cette mesure est déjà à la ligne {premiere.lieu}", fichier=chemin.name, ligne=seconde.lieu,
                                       colonne="objectif", attendu="une mesure par objectif, date et territoire"))  # fmt: skip
    lecteur.collecte.lever()
    return mesures, lecteur.avertissements


def _mesures(
    table: pl.DataFrame, nom: str, objectifs: Mapping[str, Objectif], collecte: Collecte, publiees: bool
) -> list[Mesure]:
    refusees = {(faute.ligne, faute.colonne) for faute in collecte.fautes}
    mesures = []
    for rangee in table.iter_rows(named=True):
        ligne = rangee.pop(LIGNE)
        mesure, fautes = lire_mesure(rangee, objectifs, publiee=publiees, lieu=ligne)
        # A reach that could not be read asks for no territory.
        dites = [f for f in fautes if f.champ != "territoire" or (ligne, "portee") not in refusees]
        collecte.ajouter(*(Faute(f.message, fichier=nom, ligne=ligne, colonne=f.champ, valeur=f.valeur, attendu=f.attendu) for f in dites))
        if mesure is not None and rangee["date"] is not None:
            mesures.append(mesure)
    return mesures


@cache
def mesures_publiees(dispositif: str, objectifs: tuple[Objectif, ...]) -> tuple[Mesure, ...]:
    """Return the measures that the package carries for a dispositif, each with its source."""
    chemin = dossiers_des_dispositifs()[dispositif] / PUBLIEES
    return tuple(lire_mesures(chemin, {objectif.id: objectif for objectif in objectifs}, publiees=True)[0])
