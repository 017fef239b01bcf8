"""What the texts say of one code, or of two, for one encounter: permis, interdit or muet, with the proof."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from convmed.cotation.nomenclature import INTERDIT, MUET, PERMIS, SILENCE, Code, Cumul, Nomenclature
from convmed.moteur.registre import Contexte, RegleAbsente
from convmed.moteur.valeurs import Explication, Instance
from convmed.textes import Figure, Valeur

CONNU, NON_PUBLIE, INEXISTANT, INCONNU = "connu", "non publié", "inexistant", "inconnu"
AU_KILOMETRE, KILOMETRES, DISTANCE = "EUR/km", "kilometres_indemnises", "kilometres_aller_retour"


@dataclass(frozen=True, slots=True)
class Motif:
    """Why a code may not be billed, and where that is written."""

    motif: str
    references: tuple[str, ...]


@dataclass(slots=True)
class Prix:
    """The price of a code: cents (or 1/10,000 of an act, or cents a kilometre: see `unite`), and the figure behind it."""

    etat: str
    montant: int | None = None
    unite: str = "EUR"
    figure: str = ""
    valeur: Valeur | None = None
    motif: str = ""
    references: tuple[str, ...] = ()
    manquants: tuple[Explication, ...] = ()

    @property
    def confiance(self) -> str:
        """Return how sure the source of the price is."""
        return self.valeur.confiance if self.valeur else ""


@dataclass(slots=True)
class Jugement:
    """What the texts say of one code for one encounter.

    `reponse` is `permis` if every condition is true, `interdit` if one is false, and `inconnu` if the answer depends on
    the inputs of `manquants`; `reserves` are the secondary facts that nobody stated.
    """

    code: Code
    reponse: str
    prix: Prix
    motifs: list[Motif] = field(default_factory=list)
    manquants: list[Explication] = field(default_factory=list)
    reserves: list[str] = field(default_factory=list)
    conditions: list[Explication] = field(default_factory=list)

    def references(self) -> tuple[str, ...]:
        """Return where the code is written: its conditions, else its price; never nothing."""
        ecrites = (*self.code.conditions.values(), *self.code.reserves.values()) or self.prix.references
        return tuple(dict.fromkeys(ecrites)) or (self.code.libelle,)


def juger(code: Code, instance: Instance, table: Nomenclature, prix: Prix | None = None) -> Jugement:
    """Judge one code for one encounter (an instance of `seance`), at the price given if there is one."""
    prix = prix or prix_de(code, instance)
    jugement = Jugement(code, PERMIS, prix)
    if prix.etat == INEXISTANT:
        jugement.motifs.append(Motif(prix.motif, prix.references))
    for (nom, reference), exigee in _conditions(code):
        explication = _regle(instance, nom)
        if explication is None:
            continue
        jugement.conditions.append(explication)
        if explication.valeur is False:
            references = tuple(dict.fromkeys((reference, explication.reference)))
            jugement.motifs.append(Motif(f"condition non remplie : {minuscule(explication.libelle)}", references))
        elif explication.valeur is None and exigee:
            jugement.manquants += explication.manquants() or [explication]
        elif explication.valeur is None:
            jugement.reserves.append(f"{code.code} : {minuscule(explication.libelle)} ({reference})")
    for cumul in table.situations(code, instance.contexte.date):
        if cumul.reponse == INTERDIT and _ouverte(cumul, instance) and (cause := _vraie(instance, cumul.droite[1:])):
            precision = f" ({cumul.condition})" if cumul.condition else ""
            motif = f"{code.code} ne se facture pas dans ce cas : {minuscule(cause.libelle)}{precision}"
            jugement.motifs.append(Motif(motif, tuple(cumul.references)))
    if jugement.motifs:
        jugement.reponse = INTERDIT
    elif jugement.manquants or prix.etat == INCONNU:
        jugement.manquants += prix.manquants
        jugement.reponse = INCONNU
    return jugement


def cumul_de(un: Code, autre: Code, instance: Instance, table: Nomenclature) -> Cumul:
    """Return what the texts say of two codes in one encounter; `SILENCE` if nobody wrote anything."""
    for cumul in table.reponses(un, autre, instance.contexte.date):
        if _ouverte(cumul, instance):
            return cumul
    return SILENCE


def refus_du_cumul(code: Code, autre: Code, cumul: Cumul) -> Motif:
    """Say why a code cannot be billed beside another one."""
    precision = f" : {cumul.condition}" if cumul.condition else ""
    if cumul.reponse == MUET:
        return Motif(f"texte muet sur {code.code} avec {autre.code}{precision}", tuple(cumul.references))
    return Motif(f"{code.code} ne se cumule pas avec {autre.code}{precision}", tuple(cumul.references))


def prix_de(code: Code, instance: Instance) -> Prix:
    """Return the price of a code for one encounter: the first row of its table whose rules are all true."""
    contexte = instance.contexte
    dernier: Prix | None = None
    for tarif in code.tarifs:
        regles = [_regle(instance, nom) for nom in tarif.si]
        if any(regle is None or regle.valeur is False for regle in regles):
            continue
        inconnues = [regle for regle in regles if regle is not None and regle.valeur is None]
        if inconnues:
            manquants = tuple(f for regle in inconnues for f in regle.manquants() or [regle])
            return Prix(INCONNU, motif=f"le tarif de {code.code} dépend d'une donnée absente", manquants=manquants)
        dernier = lire_prix(code, tarif.figure, contexte)
        if dernier.etat != INEXISTANT:
            return _au_kilometre(dernier, instance) if dernier.unite == AU_KILOMETRE else dernier
    if dernier is not None:
        return dernier
    articles = tuple(dict.fromkeys(contexte.figures[code.dispositif][tarif.figure].article for tarif in code.tarifs))
    return Prix(INEXISTANT, motif=f"{code.code} : aucun tarif ne vaut dans cette situation", references=articles)


def _au_kilometre(prix: Prix, instance: Instance) -> Prix:
    """Return a price by the kilometre, not known as long as the kilometres are not."""
    distance = instance.expliquer(KILOMETRES)
    if distance.valeur is not None:
        return prix
    # The zone has a meaning when it is not stated; the distance has none.
    manquants = tuple(feuille for feuille in distance.manquants() if feuille.nom == DISTANCE) or (distance,)
    return replace(prix, etat=INCONNU, motif=f"{minuscule(distance.libelle)} : à donner", manquants=manquants)


def lire_prix(code: Code, nom: str, contexte: Contexte) -> Prix:
    """Return what a figure gives at the date: a price, « non publié », or when the code began or ended."""
    figure = contexte.figures[code.dispositif][nom]
    valeur, calcul = contexte.figure(code.dispositif, nom)
    if valeur is not None and calcul is not None:
        return Prix(CONNU, calcul, figure.unite, nom, valeur, references=(valeur.reference,))
    if not figure.valeurs or (valeur is not None and not valeur.supprimee):
        return Prix(NON_PUBLIE, unite=figure.unite, figure=nom, references=(figure.article,),
                    motif=f"{figure.libelle} : tarif non publié, voir {figure.article}")  # fmt: skip
    motif, reference = vie(code.code, figure, valeur, contexte)
    return Prix(INEXISTANT, unite=figure.unite, figure=nom, motif=motif, references=(reference,))


def vie(code: str, figure: Figure, supprimee: Valeur | None, contexte: Contexte) -> tuple[str, str]:
    """Say why a figure has no value at the date: it does not exist yet, or no longer, and under which reference."""
    if supprimee is not None:
        return f"{code} n'existe plus depuis le {supprimee.du:%d/%m/%Y}", supprimee.reference
    siennes = [v for v in figure.valeurs if v.texte in contexte.texte.chaine and not v.supprimee]
    apres = min((v for v in siennes if v.du > contexte.date), key=lambda v: v.du, default=None)
    avant = max((v for v in siennes if v.au < contexte.date), key=lambda v: v.au, default=None)
    if apres is not None:
        return f"{code} n'existe pas avant le {apres.du:%d/%m/%Y}", apres.reference
    if avant is not None:
        return f"{code} n'existe plus après le {avant.au:%d/%m/%Y}", avant.reference
    return f"{code} n'existe pas dans ce texte ({contexte.texte.libelle})", figure.article


def minuscule(phrase: str) -> str:
    """Return a sentence to be put after a colon; an acronym keeps its capitals."""
    return phrase if phrase[1:2].isupper() else phrase[:1].lower() + phrase[1:]


def _conditions(code: Code) -> Iterator[tuple[tuple[str, str], bool]]:
    for condition in code.conditions.items():
        yield condition, True
    for reserve in code.reserves.items():
        yield reserve, False


def _regle(instance: Instance, nom: str) -> Explication | None:
    """Return a condition explained; nothing if the text does not set it at that date."""
    try:
        return instance.expliquer(nom)
    except RegleAbsente:
        return None


def _vraie(instance: Instance, nom: str) -> Explication | None:
    explication = _regle(instance, nom)
    return explication if explication is not None and explication.valeur is True else None


def _ouverte(cumul: Cumul, instance: Instance) -> bool:
    return not cumul.si or _vraie(instance, cumul.si) is not None


def en_dict(motif: Motif, code: str) -> dict[str, Any]:
    """Return a refusal as the JSON contract writes it."""
    return {"code": code, "motif": motif.motif, "references": list(motif.references)}
