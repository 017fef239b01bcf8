"""The history of the texts, read from `chronologie.yaml` and checked: every fault, with its line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import Field

from convmed.dispositifs.negociation.regles import UN_JOUR, terme
from convmed.donnees.modeles import Date, Modele, lire
from convmed.textes import Erreurs, Faute, baremes, textes_connus
from convmed.textes.bareme import lignes_des_cles, lire_yaml

NOM = "negociation"
FICHIER = Path(__file__).with_name("chronologie.yaml")
Nature = Literal[
    "orientation", "seance", "reunion", "proposition", "arbitrage", "signature", "approbation", "publication", "entree-en-vigueur",
    "instance", "alerte", "report", "decision", "loi", "terme", "contexte",
]  # fmt: skip
NATURES: tuple[str, ...] = get_args(Nature)
Texte = Annotated[str, Field(min_length=1)]


class Evenement(Modele):
    """One event: when it happened, the day first announced if it moved, the text it concerns, where it is written."""

    id: Texte
    date: Date
    libelle: Texte
    nature: Nature
    source: Texte
    statut: Literal["signe", "applique", "propose", "anterieur"]
    confiance: Literal["officiel", "presse", "deduit"]
    etat: Literal["tenu", "prevu"]
    precision: Literal["jour", "semaine", "mois", "periode", "approximative"]
    fin: Date | None = None
    prevue: Date | None = None
    texte: str | None = None
    details: Annotated[list[Texte], Field(default_factory=list)]
    effectifs: Annotated[dict[str, int], Field(default_factory=dict)]
    normes: Annotated[list[str], Field(default_factory=list)]
    note: str = ""

    @property
    def ecart(self) -> int | None:
        """Return the days between the day first announced and the one that came; `None` if it did not move."""
        return None if self.prevue is None else (self.date - self.prevue).days

    def en_dict(self) -> dict[str, Any]:
        """Return the event as JSON; dates are ISO strings."""
        lu = self.model_dump(mode="json", exclude={"effectifs"})
        effectifs = {"effectifs": self.effectifs, "total": sum(self.effectifs.values())} if self.effectifs else {}
        return {**lu, "ecart_jours": self.ecart, **effectifs}


@cache
def chronologie() -> tuple[Evenement, ...]:
    """Return the events that the project carries, oldest first; `Erreurs` with every fault of the file."""
    return tuple(lire_chronologie(FICHIER.read_text("utf-8"), FICHIER.name))


def lire_chronologie(texte: str, fichier: str) -> list[Evenement]:
    """Read a chronology.

    `Erreurs` with every fault: an event ill-written, of an unknown nature or text, without source, out of order, that
    ends before it begins, announced for the day it came, or whose name stands twice.
    """
    document = lire_yaml(texte, fichier)
    blocs = document.get("evenements") if isinstance(document, dict) else None
    defaut = document.get("defaut", {}) if isinstance(document, dict) else {}
    if not isinstance(blocs, list) or not isinstance(defaut, dict):
        raise Erreurs([Faute("une chronologie est une liste « evenements: »", fichier=fichier, ligne=1)])
    lignes = lignes_des_cles(texte)
    lus: dict[int, Evenement] = {}
    fautes: list[tuple[int, str, Faute]] = []
    for rang, bloc in enumerate(blocs):
        if not isinstance(bloc, dict):
            fautes.append((rang, "", Faute("un événement est un bloc « clé: valeur »")))
            continue
        evenement, refus = lire(Evenement, {**defaut, **bloc}, "")
        fautes += [(rang, (faute.champ or "").lstrip("."), faute) for faute in refus]
        if evenement is not None:
            lus[rang] = evenement
    fautes += _incoherences(lus)
    if fautes:
        raise Erreurs(_situee(faute, fichier, rang, champ, lignes) for rang, champ, faute in sorted(fautes, key=lambda f: f[0]))
    return list(lus.values())


def _incoherences(lus: Mapping[int, Evenement]) -> Iterator[tuple[int, str, Faute]]:
    vus: set[str] = set()
    for rang, un in lus.items():
        if un.id in vus:
            yield rang, "id", Faute("cet événement est déjà dans la chronologie", valeur=un.id)
        vus.add(un.id)
        if un.texte is not None and un.texte not in textes_connus():
            yield rang, "texte", Faute(f"texte inconnu « {un.texte} »", attendu="l'un de " + ", ".join(textes_connus()))
        if (un.precision == "periode") != (un.fin is not None):
            yield rang, "fin", Faute("une période a une fin, et elle seule", attendu="« precision: periode » et « fin » ensemble")
        if un.fin is not None and un.fin < un.date:
            yield rang, "fin", Faute("l'événement finit avant de commencer", valeur=str(un.fin))
        if un.prevue == un.date:
            yield rang, "prevue", Faute("la date prévue est celle de l'événement : il n'a pas été déplacé", valeur=str(un.prevue))
    for (_, avant), (rang, apres) in pairwise(lus.items()):
        if apres.date < avant.date:
            yield rang, "date", Faute(f"événement hors de l'ordre des dates, après celui du {avant.date}", valeur=str(apres.date))


def _situee(faute: Faute, fichier: str, rang: int, champ: str, lignes: Mapping[tuple[Any, ...], int]) -> Faute:
    ici = ("evenements", rang)
    ligne = lignes.get((*ici, champ.partition("[")[0]), lignes.get(ici))
    return Faute(faute.message, fichier, ligne, champ=f"evenements[{rang}].{champ}".rstrip("."), valeur=faute.valeur, attendu=faute.attendu)


@dataclass(frozen=True, slots=True)
class Vie:
    """The days on which a signed text is the one in force, both included; `fin` is `None` if nobody published it."""

    texte: str
    debut: dt.date
    fin: dt.date | None


def vies() -> list[Vie]:
    """Return the life of each signed text, oldest first: until the next one begins, or the last until its term."""
    debuts = sorted(baremes()[NOM]["entree_en_vigueur"].valeurs, key=lambda valeur: valeur.calcul)
    durees = {valeur.texte: valeur.calcul for valeur in baremes()[NOM]["duree"].valeurs}
    lues = [Vie(avant.texte, avant.calcul, apres.calcul - UN_JOUR) for avant, apres in pairwise(debuts)]
    dernier = debuts[-1]
    ans = durees.get(dernier.texte)
    return [*lues, Vie(dernier.texte, dernier.calcul, None if ans is None else terme(dernier.calcul, ans))]


def entre(du: dt.date | None, au: dt.date | None, nature: str | None = None, texte: str | None = None) -> list[Evenement]:
    """Return the events that meet a period (both days included), of one nature, about one text; all without a filter.

    An event that moved is also found at the day first announced, one that lasts at each of its days.
    """

    def touche(un: Evenement) -> bool:
        jours = [(un.date, un.fin or un.date)] + ([(un.prevue, un.prevue)] if un.prevue else [])
        return any((du is None or fin >= du) and (au is None or debut <= au) for debut, fin in jours)

    return [un for un in chronologie() if touche(un) and nature in (None, un.nature) and texte in (None, un.texte)]
