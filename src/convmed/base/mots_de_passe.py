"""What a password must be: long, and not one of those that are tried first.

Twelve characters or more with a lock after failures is what the CNIL (délibération 2022-100) and the ANSSI ask, with no
rule on the kinds of characters and no change imposed by date.
"""

from __future__ import annotations

import re
import unicodedata

from convmed.textes import Erreurs, Faute

MINIMUM = 12
# Argon2 reads all that it is given: a bound keeps one sign-in from costing a hundred.
MAXIMUM = 256
# What common passwords are made of. What is left once they are taken out must still be hard to guess.
COURANTS = (
    "motdepasse", "mot de passe", "password", "passw0rd", "azertyuiop", "azerty", "qwertyuiop", "qwerty", "qwertz",
    "bonjour", "soleil", "doudou", "loulou", "chouchou", "marseille", "jetaime", "coucou", "nicolas", "camille", "admin",
    "administrateur", "welcome", "bienvenue", "letmein", "iloveyou", "secret", "changeme", "changezmoi", "convmed",
    "convention", "medecin", "médecin", "docteur", "cabinet", "medical", "médical", "secretariat", "secrétariat",
)  # fmt: skip
RESTE = 6
DIFFERENTS = 5


def exiger(mot_de_passe: str, identifiant: str) -> None:
    """Raise `Erreurs`, which says why and never repeats it, if a password is not to be accepted."""
    propre = canonique(mot_de_passe)
    minuscule = propre.casefold()
    fautes = []
    if not MINIMUM <= len(propre) <= MAXIMUM:
        fautes.append(Faute("longueur refusée", champ="mot de passe", attendu=f"de {MINIMUM} à {MAXIMUM} caractères"))
    elif any(len(nom) >= 3 and nom in minuscule for nom in _noms(identifiant)):
        fautes.append(Faute("il contient l'identifiant", champ="mot de passe", attendu="des mots sans rapport avec le compte"))
    elif len(set(minuscule)) < DIFFERENTS or len(_sans_courants(minuscule)) < RESTE:
        fautes.append(Faute("il est de ceux qui sont essayés en premier", champ="mot de passe", attendu="quatre mots sans lien, par exemple"))
    if fautes:
        raise Erreurs(fautes)


def canonique(mot_de_passe: str) -> str:
    """Return a password as every keyboard writes it: an accent may be one character or two."""
    return unicodedata.normalize("NFKC", mot_de_passe).encode("utf-8", "replace").decode()


def _noms(identifiant: str) -> set[str]:
    local = identifiant.casefold().split("@")[0]
    return {identifiant.casefold(), local, *re.split(r"[^\w]+|_", local)}


def _sans_courants(minuscule: str) -> str:
    for courant in COURANTS:
        minuscule = minuscule.replace(courant, "")
    # The same character again, those that follow in order, a date or a year, add nothing.
    reste = re.sub(r"\d{2,}|[^\w]", "", minuscule)
    return "".join(signe for avant, signe in zip(" " + reste, reste, strict=False) if abs(ord(signe) - ord(avant)) > 1)
