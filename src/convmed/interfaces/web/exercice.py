"""Which exercise and which text a page is about: what its address says, checked, and what may be chosen instead."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends

from convmed.donnees.dossier import verifier
from convmed.interfaces.web.dossiers import Ouvert
from convmed.interfaces.web.rendu import dit
from convmed.moteur.registre import RegleAbsente
from convmed.restitution.releve import Releve
from convmed.textes import EN_VIGUEUR, Erreurs, Faute, Texte, textes_connus, trouver_texte

# The first exercise of the forfait patientèle, the last one that the contract of the JSON knows.
EXERCICES = range(2018, 2031)


@dataclass(frozen=True, slots=True)
class Exercice:
    """An exercise under a text."""

    annee: int
    texte: Texte

    @property
    def requete(self) -> str:
        """Return it as the query of an address."""
        return urlencode({"annee": self.annee, "texte": self.texte.id})


def choisir(annee: int | None = None, texte: str = EN_VIGUEUR) -> Exercice:
    """Return an exercise, this year's by default, under a text; `Erreurs` if one of them is not known."""
    fautes: list[Faute] = []
    voulue = annee if annee is not None else min(dt.date.today().year, EXERCICES[-1])
    if voulue not in EXERCICES:
        fautes.append(Faute("exercice inconnu", champ="annee", valeur=voulue, attendu=f"une année de {EXERCICES[0]} à {EXERCICES[-1]}"))
    try:
        trouve = trouver_texte(texte, scenarios=False)
    except Erreurs as erreurs:
        raise Erreurs([*fautes, *erreurs.fautes]) from None
    if fautes:
        raise Erreurs(fautes)
    return Exercice(voulue, trouve)


Choisi = Annotated[Exercice, Depends(choisir)]


def annees() -> list[tuple[int, str]]:
    """Return the exercises that a page offers."""
    return [(annee, str(annee)) for annee in EXERCICES]


def textes() -> list[tuple[str, str]]:
    """Return the texts that a page offers: not those that leave their amounts to the options laid on them."""
    connus = textes_connus().values()
    incomplets = {nom for texte in connus if texte.horloge == "propose" for nom in texte.chaine if nom != texte.id}
    return [(texte.id, dit(texte.libelle)) for texte in reversed(connus) if not (texte.horloge == "propose" and texte.id in incomplets)]


def releve_de(ouvert: Ouvert, choisi: Exercice) -> tuple[Releve, list[str]]:
    """Return the statement of a dossier and what deserves a look; `Erreurs` if it cannot be made."""
    avertissements = verifier(ouvert.dossier, choisi.annee)
    try:
        releve = ouvert.releve(choisi.annee, choisi.texte)
    except RegleAbsente as absente:
        raise Erreurs([Faute(str(absente), champ="annee", valeur=choisi.annee)]) from None
    return releve, [*releve.avertissements, *avertissements]
