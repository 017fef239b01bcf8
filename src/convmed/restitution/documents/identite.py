"""What every document says of itself: version, text, day of the figures, and that the project is not official."""

from __future__ import annotations

import datetime as dt
import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

import convmed
from convmed.textes import Texte, baremes, textes_connus

NON_OFFICIEL = "Établi par convmed, projet non officiel : seule la caisse arrête ce qui est dû. Chaque montant renvoie au texte qui le fixe."
CONFIANCES = {"deduit": "déduite du texte", "presse": "lue dans la presse"}
SOURCES, EXTENSIONS = ("cotation", "dispositifs", "donnees", "moteur", "textes"), (".py", ".yaml", ".csv", ".json")
SEULES = ("restitution/evaluation.py", "restitution/releve.py")  # What joins the rules into a statement.
SANS_EFFET = frozenset({"exemples.yaml"})


def version_de_convmed() -> str:
    """Return the version of the package."""
    return version("convmed")


@cache
def figures_verifiees_le() -> dt.date:
    """Return the last day when somebody checked a figure: what the package knows of the texts is of that day."""
    dates = {valeur.verifie_le for figures in baremes().values() for figure in figures.values() for valeur in figure.valeurs}
    return max(date for date in dates if date is not None)


def chaine(texte: Texte) -> list[dict[str, str]]:
    """Return the texts that a text rests on, the first one first: id, title, reference."""
    connus = textes_connus()
    return [
        {"id": nom, "libelle": texte.libelle if nom == texte.id else connus[nom].libelle,
         "reference": texte.reference if nom == texte.id else connus[nom].reference}
        for nom in texte.chaine
    ]  # fmt: skip


def a_propos(texte: Texte) -> list[tuple[str, str]]:
    """Return what a document rests on, as names and values."""
    noms = " ; puis ".join(f"{un['libelle']} ({un['id']})" for un in chaine(texte))
    return [
        ("Texte appliqué", noms),
        ("Figures vérifiées le", f"{figures_verifiees_le():%d/%m/%Y}"),
        ("Version", f"convmed {version_de_convmed()}"),
    ]


@cache
def empreinte_des_regles() -> str:
    """Return the hash of all that decides a result: rules, figures, engine, texts and lists of codes, as installed."""
    racine = Path(convmed.__file__).parent
    des_dossiers = (fichier for dossier in SOURCES for fichier in (racine / dossier).rglob("*"))
    sources = [fichier for fichier in des_dossiers if fichier.suffix in EXTENSIONS and fichier.name not in SANS_EFFET]
    noms = sorted([*SEULES, *(fichier.relative_to(racine).as_posix() for fichier in sources)])
    somme = hashlib.sha256()
    for nom in noms:
        # The ends of lines depend on how the package was fetched; lengths keep two files from being taken for one.
        octets = (racine / nom).read_bytes().replace(b"\r\n", b"\n")
        somme.update(f"{nom}\0{len(octets)}\0".encode() + octets)
    return somme.hexdigest()
