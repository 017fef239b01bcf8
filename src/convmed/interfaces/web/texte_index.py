"""What can be searched in « Le texte »: sheets, figures, rules, norms, examples, texts. Indexed once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from convmed.dispositifs.socle import tous
from convmed.donnees.entites import REGISTRE
from convmed.interfaces.api.banc import cas_de
from convmed.interfaces.web.recherche import Document, Index
from convmed.interfaces.web.rendu import dit
from convmed.interfaces.web.texte_contenu import (
    adresse_de_la_regle,
    adresse_du_chiffre,
    fiche,
    normes,
    titre,
    valeur_ecrite,
)
from convmed.textes import baremes
from convmed.textes.textes import textes_connus

FICHE, CHIFFRE, REGLE, EXEMPLE, NORME, TEXTE = GENRES = ("fiche", "chiffre", "règle", "exemple", "norme", "texte")


@cache
def index() -> Index:
    """Return the index of all that is published here."""
    return Index(_documents())


def _documents() -> Iterator[Document]:
    for texte in textes_connus().values():
        yield Document(TEXTE, f"{dit(texte.libelle)} ({texte.id})", texte.reference, f"/texte/textes#{texte.id}", 3)
    for nom in tous():
        yield from _du_dispositif(nom)
    for une in normes().values():
        yield Document(NORME, f"{une.id} : {dit(une.norme.enonce)}", f"{une.norme.section} {une.norme.valeur}", f"/texte/norme/{une.id}")


def _du_dispositif(nom: str) -> Iterator[Document]:
    for rang, section in enumerate(fiche(nom)):
        entier = f"{titre(nom)} : {section.titre}" if section.titre else titre(nom)
        adresse = f"/texte/{nom}#{section.ancre}" if section.ancre else f"/texte/{nom}"
        yield Document(FICHE, dit(entier), dit(section.texte), adresse, 6 if rang == 0 else 2)
    for figure in baremes()[nom].values():
        valeurs = " ; ".join(f"{valeur_ecrite(v)} ({v.texte}, {v.reference})" for v in figure.valeurs)
        yield Document(CHIFFRE, dit(figure.libelle), dit(f"{titre(nom)}, {figure.nom}, {figure.article} : {valeurs}"),
                       adresse_du_chiffre(figure), 4)  # fmt: skip
    for versions in REGISTRE.regles.values():
        if versions[0].dispositif == nom:
            lu = " ; ".join(dict.fromkeys(f"{une.libelle}, {une.article}" for une in versions))
            yield Document(REGLE, dit(versions[0].libelle), dit(f"{titre(nom)}, {versions[0].nom} : {lu}"), adresse_de_la_regle(versions[0]), 2)
    for rang, cas in enumerate(cas_de(nom), start=1):
        yield Document(EXEMPLE, dit(cas["nom"]), dit(f"{titre(nom)} : {cas['source']}"), f"/texte/{nom}/exemples/{rang}")
