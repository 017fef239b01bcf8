"""YAML that comes from outside: refused before it is built if it holds what a file of ours has no use for.

A few lines of aliases expand without end, a tag names a class, and thousands of brackets overflow the stack of the reader.
"""

from __future__ import annotations

import yaml

from convmed.textes.erreurs import Erreurs, Faute

# No file of ours is a tenth of it.
TAILLE_MAX = 512 * 1024
# No key of ours stands half as deep.
NIVEAUX_MAX = 20
SIMPLES = "des valeurs simples, sans étiquette (« ! ») ni ancre (« & », « * ») YAML"


def texte_recu(octets: bytes, fichier: str) -> str:
    """Return the text of a YAML file received; `Erreurs` if it is too large, is not UTF-8, or sets a trap.

    What is only not YAML is left to the reader, which says where.
    """
    if len(octets) > TAILLE_MAX:
        raise Erreurs([Faute("fichier trop grand", fichier=fichier, attendu=f"{TAILLE_MAX // 1024} ko au plus")])
    try:
        texte = octets.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Erreurs([Faute("ce fichier n'est pas un texte lisible", fichier=fichier, attendu="un fichier YAML en UTF-8")]) from None
    if pieges := _pieges(texte, fichier):
        raise Erreurs(pieges)
    return texte


def _pieges(texte: str, fichier: str) -> list[Faute]:
    """Return the first trap of a text: the events of YAML are read one by one, and build nothing."""
    niveaux = 0
    try:
        for evenement in yaml.parse(texte, Loader=yaml.CSafeLoader):
            if isinstance(evenement, yaml.CollectionStartEvent):
                niveaux += 1
            elif isinstance(evenement, yaml.CollectionEndEvent):
                niveaux -= 1
            message = attendu = ""
            if niveaux > NIVEAUX_MAX:
                message, attendu = "trop de blocs les uns dans les autres", f"{NIVEAUX_MAX} niveaux au plus"
            elif isinstance(evenement, yaml.AliasEvent) or getattr(evenement, "anchor", None):
                message, attendu = "ancre YAML refusée", SIMPLES
            elif getattr(evenement, "tag", None):
                message, attendu = "étiquette YAML refusée", SIMPLES
            if message:
                place = evenement.start_mark
                ligne, colonne = (place.line + 1, str(place.column + 1)) if place else (None, None)
                return [Faute(message, fichier=fichier, ligne=ligne, colonne=colonne, attendu=attendu)]
    except (yaml.YAMLError, ValueError):
        pass
    return []
