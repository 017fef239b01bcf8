"""What an indicator is: one declaration, from which its state, its evidence and its next useful date derive.

A `Preuve` is one way to validate. Windows are bounds computed from the date of observation, both ends included; acts
after the observation do not count. Two doses are two dates: the same day twice is one.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import reduce

from convmed.donnees.entites import REGISTRE
from convmed.moteur.noeuds import (
    Colonne,
    Logique,
    Noeud,
    cas,
    decale,
    derniere,
    et,
    existe,
    noeud,
    non,
    ou,
    premiere,
    present,
)
from convmed.moteur.registre import FIN, Regle

traceur, date, date_observation = Colonne("traceur"), Colonne("date"), Colonne("date_observation")
date_naissance, indicateur_exclu = Colonne("date_naissance"), Colonne("indicateur_exclu")
age_en_mois, age_a_l_acte = Colonne("prevention_age_mois"), Colonne("prevention_age_a_l_acte")
JAMAIS = noeud(None)
ETATS = ("valide", "non-valide", "non-concerne", "exclu", "opposition")


@dataclass(frozen=True, slots=True)
class Preuve:
    """One way to validate an indicator: whether it is met, its latest act, until when it holds, when it can be met.

    `echeance` is the last day on which the evidence, once met, still holds (`JAMAIS`: it never lapses). `utile` is the
    date from which an act would validate: the observation itself if it can be done at once, missing if it is too late.
    """

    remplie: Noeud
    acte: Noeud
    echeance: Noeud
    utile: Noeud


def acte_connu(nom: str, *conditions: object, premier: bool = False) -> Noeud:
    """Return the date of the last (or first) act of a class up to the observation."""
    reduction = premiere if premier else derniere
    return reduction("evenement", date, et(traceur == nom, date <= date_observation, *conditions))


def depuis(nom: str, mois: Noeud, doses: int = 1) -> Preuve:
    """Return the evidence of an act (the last of two, if `doses` is 2) at most so many months old."""
    acte = acte_connu(nom)
    recent = acte >= decale(date_observation, 0 - mois)
    assez = recent if doses == 1 else et(recent, acte_connu(nom, premier=True) < acte)
    return Preuve(et(present(acte), assez), acte, decale(acte, mois), date_observation)


def deux_depuis(nom: str, mois: Noeud, acte: Noeud) -> Preuve:
    """Return the evidence of two acts, both at most so many months old; `acte` is the column of the date of the last."""
    avant = acte_connu(nom, date < acte)
    recent = avant >= decale(date_observation, 0 - mois)
    return Preuve(et(present(avant), recent), acte, decale(avant, mois), date_observation)


def campagne(nom: str) -> Preuve:
    """Return the evidence of a dose since the first day of the campaign in course."""
    acte = acte_connu(nom)
    return Preuve(et(present(acte), acte >= Colonne("debut_campagne")), acte, Colonne("fin_campagne"), date_observation)


def une_fois(nom: str, a_partir_du: Noeud | None = None) -> Preuve:
    """Return the evidence of a dose received once, since a date if there is one."""
    acte = acte_connu(nom)
    if a_partir_du is None:
        return Preuve(present(acte), acte, JAMAIS, date_observation)
    utile = cas((date_observation < a_partir_du, a_partir_du), sinon=date_observation)
    return Preuve(et(present(acte), acte >= a_partir_du), acte, JAMAIS, utile)


def entre_deux_ages(
    nom: str, mois_min: object, mois_max_exclu: object | None, doses: int = 1
) -> Preuve:
    """Return the evidence of acts done at given ages in completed months; it holds for ever, and can come too late."""
    age = age_a_l_acte >= mois_min if mois_max_exclu is None else et(age_a_l_acte >= mois_min, age_a_l_acte < mois_max_exclu)
    acte = acte_connu(nom, age)
    remplie = present(acte) if doses == 1 else et(present(acte), acte_connu(nom, age, premier=True) < acte)
    utile = cas((age_en_mois >= mois_min, date_observation), sinon=decale(date_naissance, mois_min))
    if mois_max_exclu is not None:
        utile = cas((age_en_mois >= mois_max_exclu, JAMAIS), sinon=utile)
    return Preuve(remplie, acte, JAMAIS, utile)


def toutes(*preuves: Preuve) -> Preuve:
    """Return the evidence of several acts that are all required."""
    return reduce(_toutes_deux, preuves)


def _toutes_deux(a: Preuve, b: Preuve) -> Preuve:
    # Each comparison leaves missing what lacks one of the two: an act not done, a date that will not come.
    utile = a.utile
    if a.utile is not b.utile:
        la_plus_tardive = cas((a.utile >= b.utile, a.utile), sinon=b.utile)
        utile = cas((a.remplie, b.utile), (b.remplie, a.utile), sinon=la_plus_tardive)
    if a.echeance is JAMAIS or b.echeance is JAMAIS:
        echeance = b.echeance if a.echeance is JAMAIS else a.echeance
    else:
        echeance = cas((a.echeance <= b.echeance, a.echeance), sinon=b.echeance)
    return Preuve(et(a.remplie, b.remplie), cas((a.acte <= b.acte, a.acte), sinon=b.acte), echeance, utile)


def une_de(*preuves: Preuve) -> Preuve:
    """Return the evidence of one way among several."""
    return Preuve(
        ou(*(preuve.remplie for preuve in preuves)),
        reduce(_plus_recente, (preuve.acte for preuve in preuves)),
        reduce(_plus_recente, (_si(preuve.remplie, preuve.echeance) for preuve in preuves)),
        reduce(_plus_ancienne, (preuve.utile for preuve in preuves)),
    )


def reservee(preuve: Preuve, condition: Noeud) -> Preuve:
    """Return an evidence that counts only for the patients who fulfil a condition."""
    return Preuve(
        et(condition, preuve.remplie),
        _si(condition, preuve.acte),
        preuve.echeance,
        _si(condition, preuve.utile),
    )


def _plus_recente(a: Noeud, b: Noeud) -> Noeud:
    return a if a is b else cas((non(present(a)), b), (non(present(b)), a), (a >= b, a), sinon=b)


def _plus_ancienne(a: Noeud, b: Noeud) -> Noeud:
    return a if a is b else cas((non(present(a)), b), (non(present(b)), a), (a <= b, a), sinon=b)


def _si(condition: Noeud, valeur: Noeud) -> Noeud:
    return cas((condition, valeur), sinon=JAMAIS)


@dataclass(frozen=True, slots=True)
class Indicateur:
    """A prevention indicator: its name in the contract, its theme, its label."""

    nom: str
    theme: str
    libelle: str

    @property
    def colonne(self) -> str:
        """Return the name of the column of its state."""
        return "prevention_etat_" + self.nom.replace("-", "_")


def declarer(
    indicateur: Indicateur,
    textes: tuple[str, ...],
    concerne: Noeud,
    preuve: Preuve,
    normes: list[str],
    exclusion: str | None = None,
    du: dt.date = dt.date(2026, 1, 1),
) -> None:
    """Add the rules of an indicator: state, date of the evidence, last day on which it holds, next useful date.

    Months counted forward from the last day of a short month stop one to three days before the months counted back that
    decide the state: the last day given is then the earlier one, but never before the observation.
    """
    exclu: Logique | Noeud = existe("exclusion", indicateur_exclu == indicateur.nom)
    if exclusion is not None:
        exclu = ou(exclu, existe("evenement", et(traceur == exclusion, date <= date_observation)))
    hors_cible = existe("hors_cible", Colonne("indicateur_hors_cible") == indicateur.nom)
    etat = cas(
        (Colonne("prevention_opposition"), "opposition"),
        (hors_cible, "non-concerne"),
        (non(et(Colonne("prevention_patientele"), concerne)), "non-concerne"),
        (exclu, "exclu"),
        # Said again, so that what is paid is explained by whom it concerns too, and bears the confidence of those figures.
        (et(concerne, preuve.remplie), "valide"),
        sinon="non-valide",
    )
    colonne, echeance = Colonne(indicateur.colonne), Colonne(indicateur.colonne + "_echeance")
    prochaine = cas(
        (colonne == "valide", cas((echeance < date_observation, date_observation), sinon=echeance)),
        (colonne == "non-valide", preuve.utile),
        sinon=JAMAIS,
    )
    acte = cas((parmi_suivis(colonne), preuve.acte), sinon=JAMAIS)
    regles: list[tuple[str, str, str, Noeud]] = [
        (indicateur.colonne, "texte", indicateur.libelle, etat),
        (indicateur.colonne + "_acte", "date", f"{indicateur.libelle} : dernier acte retrouvé", acte),
        (indicateur.colonne + "_echeance", "date", f"{indicateur.libelle} : dernier jour de validité", preuve.echeance),
        (indicateur.colonne + "_prochaine", "date", f"{indicateur.libelle} : prochaine date utile", prochaine),
    ]
    for nom, unite, libelle, expression in regles:
        for texte in textes:
            REGISTRE.ajouter(
                Regle(
                    nom, "patient", unite, libelle, "prevention", "annexe 5", tuple(normes), texte, du, FIN, expression
                )
            )


def parmi_suivis(etat: Noeud) -> Logique:
    """Return whether a state is one for which acts are looked up."""
    return ou(etat == "valide", etat == "non-valide")


