"""Reads a file of candidates or of members: the columns of the dossier's readers, every fault with its line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convmed.donnees.colonnes_dossier import OUI_NON, Colonne, Fichier, normaliser
from convmed.donnees.lecture import LIGNE
from convmed.donnees.table import Lecteur, lire_table
from convmed.textes import Erreurs, Faute

SECTIONS = {
    "professionnelle": ("professionnelle", "pro", "section professionnelle", "médecins"),
    "sociale": ("sociale", "section sociale", "uncam"),
    "consultative": ("consultative", "ordre", "consultatif", "à titre consultatif"),
}
COLLEGES = {
    "generalistes": ("généralistes", "généraliste", "mg", "médecine générale"),
    "specialistes": ("spécialistes", "spécialiste", "autres spécialistes"),
}
QUALITES = {"titulaire": ("titulaire", "t"), "suppleant": ("suppléant", "suppléante", "s")}


def _choix(nom: str, libelle: str, mots: dict[str, tuple[str, ...]], *, requise: bool = False, alias: tuple[str, ...] = ()) -> Colonne:
    choix = {normaliser(mot): valeur for valeur, synonymes in mots.items() for mot in synonymes}
    return Colonne(nom, "choix", libelle, alias, requise=requise, choix=choix)


def _fichier(cle: str, *autres: Colonne) -> Fichier:
    return Fichier(cle, "les personnes d'une commission, une par ligne", (
        Colonne(cle, "identifiant", "identifiant de la personne", ("id", "identifiant"), requise=True),
        _choix("section", "professionnelle, sociale ou consultative", SECTIONS, requise=True),
        Colonne("organisation", "texte", "syndicat, UNCAM, UNOCAM ou Ordre", ("syndicat",)),
        _choix("college", "généralistes ou spécialistes", COLLEGES, alias=("collège",)),
        Colonne("liberal_conventionne", "booleen", "exerce à titre libéral conventionné", ("libéral conventionné",), choix=OUI_NON),
        Colonne("sanction_definitive", "booleen", "a fait l'objet d'une sanction devenue définitive", ("sanction définitive", "sanction"), choix=OUI_NON),
        *autres,
    ))  # fmt: skip


FICHIERS = {
    "candidat": _fichier("candidat"),
    "membre": _fichier("membre", _choix("qualite", "titulaire ou suppléant", QUALITES),
                       Colonne("president", "booleen", "préside sa section", ("préside",), choix=OUI_NON)),
}  # fmt: skip


@dataclass(slots=True)
class Personnes:
    """The people of a file, without their empty fields, the line of each, and what the reading has to say."""

    fichier: str
    objets: list[dict[str, Any]]
    lignes: list[int]
    avertissements: list[str]


def lire_personnes(chemin: Path, cle: str) -> Personnes:
    """Read a table of candidates (`cle` is `candidat`) or members (`membre`); `Erreurs` with every fault and its line."""
    if not chemin.is_file():
        raise Erreurs([Faute("ce fichier n'existe pas", fichier=str(chemin), attendu="une table CSV, ou du JSON")])
    lecteur = Lecteur()
    table = lire_table(chemin, FICHIERS[cle], lecteur)
    if lecteur.collecte or table is None:
        raise Erreurs(lecteur.collecte.fautes)
    rangees = table.to_dicts()
    objets = [{champ: valeur for champ, valeur in rangee.items() if champ != LIGNE and valeur is not None} for rangee in rangees]
    return Personnes(chemin.name, objets, [rangee[LIGNE] for rangee in rangees], lecteur.avertissements)
