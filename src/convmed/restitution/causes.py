"""Why two texts give different amounts: the figures, rules and conditions that their two explanations do not share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from convmed.dispositifs.prevention import INDICATEURS
from convmed.dispositifs.socle import en_euros
from convmed.donnees.entites import REGISTRE
from convmed.moteur import noeuds
from convmed.moteur.registre import Contexte, Regle, RegleAbsente
from convmed.moteur.valeurs import Explication
from convmed.restitution.absences import regles_de
from convmed.restitution.evaluation import Cabinet
from convmed.textes import Texte, baremes
from convmed.textes.comparaison import Silence, sens
from convmed.textes.unites import afficher, base

FIGURE, REGLE, REMPLACEMENT, CONDITION = "figure", "regle", "remplacement", "condition"
NON_LUE = "non lue"


@dataclass(frozen=True, slots=True)
class Cause:
    """What two texts do not share; `effet` in cents, where it was measured alone.

    `genre` is `figure`, `regle` (computed otherwise), `remplacement` (other rules make the amount) or `condition`;
    `deux_cotes` tells that both texts have it.
    """

    genre: str
    nom: str
    libelle: str
    avant: str
    apres: str
    reference_avant: str = ""
    reference_apres: str = ""
    deux_cotes: bool = True
    effet: int | None = None

    @property
    def phrase(self) -> str:
        """Say the cause in one French sentence."""
        references = " → ".join(dict.fromkeys(filter(None, (self.reference_avant, self.reference_apres))))
        effet = "" if self.effet is None else f" : {signe(self.effet)}"
        change = "autre calcul" if self.avant == self.apres else f"{self.avant} → {self.apres}"
        return " : ".join(filter(None, (self.libelle, change))) + (f" ({references})" if references else "") + effet

    def en_dict(self) -> dict[str, Any]:
        """Return the cause as JSON, its effect in euros."""
        return {
            "genre": self.genre, "nom": self.nom, "libelle": self.libelle, "avant": self.avant, "apres": self.apres,
            "reference_avant": self.reference_avant, "reference_apres": self.reference_apres, "effet": en_euros(self.effet),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Classe:
    """What one class of patients brings on each side: how many they are, how many cents."""

    nom: str
    avant: tuple[int, int]
    apres: tuple[int, int]

    @property
    def difference(self) -> int:
        """Return what the class brings more, in cents."""
        return self.apres[1] - self.avant[1]

    @property
    def phrase(self) -> str:
        """Say the class in one French sentence."""
        return f"{self.nom} : {' → '.join(self.cotes)} : {signe(self.difference)}"

    @property
    def cotes(self) -> tuple[str, str]:
        """Write what it brings on each side: `57 × 100,00 €`."""
        avant, apres = (
            f"{nombre} × {afficher(montant // nombre, 'EUR')}" if nombre and montant % nombre == 0 else afficher(montant, "EUR")
            for nombre, montant in (self.avant, self.apres)
        )
        return avant, apres

    def en_dict(self) -> dict[str, Any]:
        """Return the class as JSON, amounts in euros."""
        return {
            "classe": self.nom, "patients_avant": self.avant[0], "montant_avant": en_euros(self.avant[1]),
            "patients_apres": self.apres[0], "montant_apres": en_euros(self.apres[1]), "difference": en_euros(self.difference),
        }  # fmt: skip


@dataclass(slots=True)
class Lecture:
    """What one amount rests on under a text.

    `figures` maps each figure read to its leaf, `None` where only a rule of the patients reads it: their explanation
    shows one example a group, and a figure that decides for another patient counts too.
    """

    contexte: Contexte
    racines: dict[str, Explication] = field(default_factory=dict)
    figures: dict[str, Explication | None] = field(default_factory=dict)
    regles: dict[str, Regle] = field(default_factory=dict)
    conditions: dict[str, Explication] = field(default_factory=dict)
    classes: dict[str, tuple[int, int]] = field(default_factory=dict)


def signe(centimes: int | None) -> str:
    """Write a difference with its sign: `+12,00 €`."""
    return "" if centimes is None else ("+" if centimes > 0 else "") + afficher(centimes, "EUR")


def lire(contexte: Contexte, explications: Sequence[Explication], cabinet: Cabinet) -> Lecture:
    """Return the figures, rules and conditions behind an amount, and what each class of patients brings to it."""
    lecture = Lecture(contexte, composantes(explications))
    vues: set[int] = set()

    def descendre(explication: Explication, du_medecin: bool) -> None:
        if id(explication) in vues:
            return
        vues.add(id(explication))
        if explication.genre == FIGURE:
            lecture.figures[explication.nom] = explication
        regle = _version(contexte, explication.nom) if explication.genre == REGLE else None
        if regle is not None:
            lecture.regles[regle.nom] = regle
            if du_medecin and isinstance(explication.valeur, (bool, str)):
                lecture.conditions[regle.nom] = explication
            for agregat in _agregats(regle):
                _noter(lecture, agregat)
        for enfant in explication.enfants:
            descendre(enfant, du_medecin and explication.genre != "groupe")

    for explication in explications:
        descendre(explication, True)
    for racine in lecture.racines.values():
        siennes = _par_classe(contexte, racine, cabinet)
        if sum(centimes for _, centimes in siennes.values()) == racine.valeur:
            lecture.classes |= siennes
    return lecture


def composantes(explications: Iterable[Explication]) -> dict[str, Explication]:
    """Return the amounts whose sum an amount is, by name; the amount itself if it is no sum."""
    trouvees: dict[str, Explication] = {}
    for explication in explications:
        parties = explication.enfants
        somme = len(parties) > 1 and all(e.genre == REGLE and base(e.unite) == "EUR" and e.valeur is not None for e in parties)
        if somme and sum(e.valeur for e in parties) == explication.valeur:
            trouvees |= composantes(parties)
        else:
            trouvees[explication.nom] = explication
    return trouvees


def _version(contexte: Contexte, nom: str) -> Regle | None:
    if nom not in REGISTRE.regles:
        return None
    try:
        return contexte.regle(nom)
    except RegleAbsente:
        return None


def _agregats(regle: Regle) -> Iterator[noeuds.Agregat]:
    yield from (n for n in noeuds.parcourir(regle.noeud, dans_agregats=False) if isinstance(n, noeuds.Agregat))


def _noter(lecture: Lecture, expression: noeuds.Noeud) -> None:
    """Note every figure and rule that an expression may read."""
    for element in noeuds.parcourir(expression):
        if isinstance(element, noeuds.Figure):
            lecture.figures.setdefault(f"{element.dispositif}.{element.nom}", None)
        elif isinstance(element, noeuds.Colonne) and element.nom not in lecture.regles:
            regle = _version(lecture.contexte, element.nom)
            if regle is not None:
                lecture.regles[regle.nom] = regle
                _noter(lecture, regle.noeud)


def _par_classe(contexte: Contexte, racine: Explication, cabinet: Cabinet) -> dict[str, tuple[int, int]]:
    """Return how many and how many cents by class, for an amount that is a sum over the patients by class."""
    if racine.nom == "prevention_total":
        return _par_indicateur(contexte, cabinet)
    regle = _version(contexte, racine.nom)
    for agregat in _agregats(regle) if regle else ():
        if isinstance(agregat.par, noeuds.Colonne) and isinstance(agregat.terme, noeuds.Colonne) and agregat.condition is None:
            noms = (agregat.par.nom, agregat.terme.nom)
            if set(noms) <= set(cabinet.resultats.columns):
                table = cabinet.resultats.group_by(noms[0]).agg(pl.len(), pl.col(noms[1]).sum().alias("somme")).sort(noms[0])
                return {classe: (nombre, somme) for classe, nombre, somme in table.iter_rows() if classe is not None}
    return {}


def _par_indicateur(contexte: Contexte, cabinet: Cabinet) -> dict[str, tuple[int, int]]:
    """Return how many patients validate each prevention indicator, and how many cents that is."""
    prix = contexte.figure("prevention", "montant_indicateur")[1] or 0
    tables = {"patient": cabinet.patients, **cabinet.tables}
    etats = Cabinet(cabinet.contexte, {}, tables, [], [indicateur.colonne for indicateur in INDICATEURS]).resultats
    valides = {indicateur.libelle: int((etats[indicateur.colonne] == "valide").sum()) for indicateur in INDICATEURS}
    return {libelle: (nombre, nombre * prix) for libelle, nombre in valides.items()}


def classes(avant: Lecture, apres: Lecture) -> tuple[Classe, ...]:
    """Return the classes of patients of both sides, those that bring something; none if a side does not sum by class."""
    if not avant.classes or not apres.classes:
        return ()
    rien = (0, 0)
    noms = dict.fromkeys([*avant.classes, *apres.classes])
    toutes = (Classe(nom, avant.classes.get(nom, rien), apres.classes.get(nom, rien)) for nom in noms)
    return tuple(classe for classe in toutes if classe.avant[1] or classe.apres[1])


def causes(avant: Lecture, apres: Lecture) -> list[Cause]:
    """Return what differs in what two amounts rest on: rules first, then conditions, then figures.

    Where other rules make the amount, they are one cause; a rule of one name on both sides differs if its computation does.
    """
    trouvees: list[Cause] = []
    racines_a, racines_b = ({regle for racine in cote.racines.values() for regle in regles_de(racine)} for cote in (avant, apres))
    if racines_a != racines_b:
        regles_a = [regle for nom, regle in avant.regles.items() if nom in racines_a]
        regles_b = [regle for nom, regle in apres.regles.items() if nom in racines_b]
        nom = " ".join(sorted(racines_a ^ racines_b))
        trouvees.append(Cause(REMPLACEMENT, nom, "", _libelles(regles_a), _libelles(regles_b), _articles(regles_a), _articles(regles_b),
                              bool(regles_a and regles_b)))  # fmt: skip
    for nom in avant.regles.keys() & apres.regles.keys():
        a, b = avant.regles[nom], apres.regles[nom]
        if a is not b and noeuds.forme(a.noeud) != noeuds.forme(b.noeud):
            trouvees.append(Cause(REGLE, nom, a.libelle if a.libelle == b.libelle else "", a.libelle, b.libelle, a.article, b.article))
    trouvees.sort(key=lambda cause: (cause.genre != REMPLACEMENT, cause.nom))
    for nom, condition in avant.conditions.items():
        autre = apres.conditions.get(nom)
        if autre is not None and autre.valeur != condition.valeur:
            dite_a, dite_b = (afficher(e.valeur, e.unite) for e in (condition, autre))
            trouvees.append(Cause(CONDITION, nom, condition.libelle, dite_a, dite_b, condition.reference, autre.reference))
    remplacees = bool(racines_a and racines_b) and racines_a != racines_b
    figures = [_figure(nom, avant, apres, remplacees) for nom in dict.fromkeys([*avant.figures, *apres.figures])]
    return trouvees + sorted(filter(None, figures), key=lambda cause: not cause.deux_cotes)


def _libelles(regles: Iterable[Regle]) -> str:
    return " + ".join(dict.fromkeys(regle.libelle for regle in regles)) or Silence.SANS_FIGURE.value


def _articles(regles: Iterable[Regle]) -> str:
    return " ; ".join(dict.fromkeys(regle.article for regle in regles))


def _figure(nom: str, avant: Lecture, apres: Lecture, remplacees: bool) -> Cause | None:
    """Return what two texts say otherwise of a figure; where other rules make the amount, that only one of them reads it."""
    (a, ecrite_a, reference_a), (b, ecrite_b, reference_b) = _valeur(nom, avant, remplacees), _valeur(nom, apres, remplacees)
    if a == b:
        return None
    dispositif, _, figure = nom.partition(".")
    deux_cotes = not isinstance(a, Silence) and not isinstance(b, Silence) and NON_LUE not in (a, b)
    return Cause(FIGURE, nom, baremes()[dispositif][figure].libelle, ecrite_a, ecrite_b, reference_a, reference_b, deux_cotes)


def _valeur(nom: str, lecture: Lecture, lues_seulement: bool) -> tuple[Any, str, str]:
    """Return what a text says of a figure: its value (or why there is none), as it is written, and its reference."""
    if lues_seulement and nom not in lecture.figures:
        return NON_LUE, NON_LUE, ""
    dispositif, _, simple = nom.partition(".")
    figure, feuille = baremes()[dispositif][simple], lecture.figures.get(nom)
    if feuille is not None and feuille.valeur is not None:
        return feuille.valeur, afficher(feuille.valeur, feuille.unite), feuille.reference
    valeur, calcul = lecture.contexte.figure(dispositif, simple)
    dit = sens(figure, valeur)
    reference = valeur.reference if valeur else ""
    return (dit, str(dit.value), reference) if isinstance(dit, Silence) else (calcul, afficher(calcul, figure.unite), reference)


def avec_la_figure(texte: Texte, autre: Texte, nom: str) -> Texte:
    """Return a text on which the whole life of one figure under another text is laid."""
    dispositif, _, simple = nom.partition(".")
    cle, figure = (dispositif, simple), baremes()[dispositif][simple]
    vie = [*autre.ajouts.get(cle, ()), *(v for id_ in autre.chaine for v in figure.valeurs if v.texte == id_)]
    return replace(texte, ajouts={**texte.ajouts, cle: [*vie, *texte.ajouts.get(cle, ())]})
