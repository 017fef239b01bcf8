"""What a dispositif is: a name, the shape of its JSON input, and the function that answers."""

from __future__ import annotations

import datetime as dt
import importlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from convmed.donnees.entites import REGISTRE
from convmed.donnees.modeles import Modele
from convmed.moteur.registre import Contexte
from convmed.moteur.valeurs import Explication, Instance
from convmed.textes import NECESSAIRE, Erreurs, Faute, Texte, baremes
from convmed.textes.bareme import dossiers_des_dispositifs
from convmed.textes.unites import vers_nombre

DU, INCOMPLET, NON_PUBLIE, SANS_OBJET = "dû", "incomplet", "non publié", "sans objet"


@dataclass(slots=True)
class Ligne:
    """One payment.

    `montant` in cents, `None` if it cannot be computed; `etat` is `dû`, `incomplet` (data is missing, named in
    `motif`), `non publié` (a figure is) or `sans objet` (amount 0, with its reason).
    """

    dispositif: str
    libelle: str
    annee: int
    montant: int | None
    date_versement: dt.date | None = None
    precision_date: str = ""
    etat: str = DU
    motif: str = ""
    references: tuple[str, ...] = ()
    confiance: str = "officiel"
    beneficiaire: str = ""
    base: str = ""
    explication: Explication | None = None

    def en_dict(self) -> dict[str, Any]:
        """Return the line as JSON, without its explanation."""
        return {
            "dispositif": self.dispositif,
            "libelle": self.libelle,
            "beneficiaire": self.beneficiaire,
            "annee": self.annee,
            "base": self.base,
            "montant": en_euros(self.montant),
            "date_versement": self.date_versement.isoformat() if self.date_versement else None,
            "precision_date": self.precision_date,
            "etat": self.etat,
            "motif": self.motif,
            "confiance": self.confiance,
            "references": list(self.references),
        }


@dataclass(slots=True)
class Resultat:
    """What a dispositif answers: `resultats` as the JSON contract wants them, the payments, the explanations."""

    resultats: dict[str, Any]
    lignes: list[Ligne] = field(default_factory=list)
    explications: dict[str, Explication] = field(default_factory=dict)


@lru_cache(maxsize=64)
def _acquis(chaine: tuple[str, ...], date: dt.date, annee: int) -> tuple[dict[Any, Any], dict[Any, Any], dict[Any, Any]]:
    """Return what contexts of one text, day and exercise share: the figures found, the rules in force, what is compiled of them."""
    return {}, {}, {}


@dataclass(frozen=True, slots=True)
class Demande:
    """The frame of one calculation: the text, the exercise, and the date of an act or step if there is one."""

    texte: Texte
    annee: int
    date: dt.date | None = None

    def contexte(self, date: dt.date | None = None, **parametres: object) -> Contexte:
        """Return the context of rules and figures at a date (by default the act's, or 1 January of the exercise)."""
        jour = date or self.date or dt.date(self.annee, 1, 1)
        # A scenario is read anew each time: two of one name may differ.
        acquis = ({}, {}, {}) if self.texte.ajouts else _acquis(self.texte.chaine, jour, self.annee)
        return Contexte(REGISTRE, baremes(), self.texte, jour, self.annee, parametres, *acquis)


class Refus(Erreurs):
    """The input is well-formed but cannot be computed: every reason, with its field."""


@dataclass(frozen=True, slots=True)
class Volet:
    """What each doctor of a population is owed under a dispositif: the context, and the rule whose column it is."""

    contexte: Contexte
    regle: str


@dataclass(frozen=True, slots=True)
class Dispositif:
    """A dispositif of the convention.

    `entree` is the shape of its input (or one for each value of the field `calcul`, or a function that gives it once
    every dispositif is loaded); `calculer` takes the
    frame and the input and returns a `Resultat`, or raises `Refus`; `annee_de` reads the exercise in an input that
    carries its own date; `volet` is what a population is owed, for a dispositif that its tables suffice to compute.
    """

    nom: str
    titre: str
    entree: type[Modele] | Mapping[str, type[Modele]] | Callable[[], type[Modele]]
    calculer: Callable[[Demande, Any], Resultat]
    annee_de: Callable[[Any], int | None] = lambda entree: None
    volet: Callable[[Demande], Volet] | None = None


@cache
def tous() -> dict[str, Dispositif]:
    """Return every dispositif of the package, by name; a folder with a `bareme.yaml` is one."""
    return {
        nom: importlib.import_module(f"convmed.dispositifs.{dossier.name}").DISPOSITIF
        for nom, dossier in dossiers_des_dispositifs().items()
    }


def fautes_de(explications: Iterable[Explication], lieu: Callable[[Explication], str]) -> list[Faute]:
    """Return one fault for each input that missing values need, whatever their number; none if every value is known."""
    manquants = {
        lieu(feuille): feuille
        for explication in explications
        for feuille in explication.manquants()
        if feuille.genre == "entree"
    }
    return [
        Faute(NECESSAIRE, champ=champ, attendu=feuille.libelle)
        for champ, feuille in manquants.items()
    ]


def refuser(fautes: Iterable[Faute]) -> None:
    """Raise `Refus` if there is a fault."""
    if liste := list(fautes):
        raise Refus(liste)


def ligne(instance: Instance, regle: str, libelle: str, annee: int, **champs: Any) -> Ligne:
    """Return the payment that a rule gives: its amount, state, references and confidence come from its explanation."""
    return ligne_expliquee(instance.expliquer(regle), instance.contexte.regle(regle).dispositif, libelle, annee, **champs)


def ligne_expliquee(explication: Explication, dispositif: str, libelle: str, annee: int, **champs: Any) -> Ligne:
    """Return the payment of an explained amount; what is missing or unpublished becomes its state and reason."""
    figures = [feuille for feuille in feuilles_uniques(explication) if feuille.genre == "figure"]
    manquants = explication.manquants()
    non_publies = [feuille for feuille in manquants if feuille.genre == "figure"]
    if non_publies:
        champs.setdefault("etat", NON_PUBLIE)
        champs.setdefault("motif", " ; ".join(dict.fromkeys(f"{f.libelle} : non publié, voir {f.reference}" for f in non_publies)))
    elif manquants:
        champs.setdefault("etat", INCOMPLET)
        champs.setdefault("motif", "donnée manquante : " + ", ".join(dict.fromkeys(f.libelle for f in manquants)))
    elif partiels := {id(groupe): groupe for groupe in explication.partiels()}:
        champs.setdefault("etat", INCOMPLET)
        champs.setdefault("motif", "sans compter " + ", ".join(f"{g.libelle} ({manque(g)})" for g in partiels.values()))
    confiances = {figure.confiance for figure in figures}
    return Ligne(
        dispositif, libelle, annee, champs.pop("montant", explication.valeur),
        references=tuple(dict.fromkeys(([explication.reference] if explication.reference else [])
                                       + [f.reference for f in figures if f.reference])),
        confiance=next((c for c in ("deduit", "presse") if c in confiances), "officiel"),
        explication=explication, **champs,
    )  # fmt: skip


def manque(explication: Explication) -> str:
    """Say which inputs a missing contribution lacks."""
    return ", ".join(dict.fromkeys(feuille.libelle for feuille in explication.manquants())) or "donnée manquante"


def feuilles_uniques(explication: Explication) -> list[Explication]:
    """Return the leaves of an explanation, each once."""
    return list({id(feuille): feuille for feuille in explication.feuilles()}.values())


def en_euros(centimes: int | None) -> int | float | None:
    """Return an amount as the contract writes it: euros, or nothing if it is not known."""
    return None if centimes is None else vers_nombre(centimes, "EUR")


def fin_de_mois(annee: int, mois: int) -> dt.date:
    """Return the last day of a month: the day that stands for a payment of which only the month is published."""
    return dt.date(annee + mois // 12, mois % 12 + 1, 1) - dt.timedelta(days=1)


def repartir(total: int, parts: int) -> list[int]:
    """Share an amount in equal instalments; the cents left over go to the last one."""
    part = total // parts
    return [part] * (parts - 1) + [total - part * (parts - 1)]
