"""Measures of collective objectives: what makes one acceptable, and what it says against a trajectory."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction
from typing import Any, Literal, get_args

from convmed.dispositifs.objectifs.nombres import arrondir, en_clair, en_fraction
from convmed.dispositifs.objectifs.trajectoire import POUR_CENT, TAUX, Base, Objectif, Trajectoire, favorable
from convmed.moteur.calendrier import decale
from convmed.textes import NECESSAIRE, Faute

Portee = Literal["national", "region", "departement", "cpl"]
PORTEES: tuple[str, ...] = get_args(Portee)
NATIONAL: Portee = "national"
FRACTION, FRANCE = "fraction", "france"
Lu = Literal["en avance", "en retard", "atteint", "non atteint", "non mesurable"]
NON_MESURABLE: Lu = "non mesurable"


@dataclass(frozen=True, slots=True)
class Mesure:
    """One measure. Without `valeur`, or with a `motif`, it is shown and not judged: `motif` says why."""

    objectif: str
    date: dt.date
    valeur: Fraction | None
    unite: str
    portee: str = NATIONAL
    territoire: str = ""
    source: str = ""
    statut: str = ""
    confiance: str = ""
    motif: str = ""
    publiee: bool = False
    lieu: int | None = None

    @property
    def serie(self) -> tuple[str, str, str]:
        """Return what a measure is compared within: its objective, its reach, its territory."""
        return self.objectif, self.portee, self.territoire


@dataclass(frozen=True, slots=True)
class Constat:
    """A measure against its trajectory: what was expected, the gap in the unit and as a fraction, how to read it."""

    mesure: Mesure
    lecture: Lu
    attendu: Fraction | None = None
    ecart: Fraction | None = None
    relatif: Fraction | None = None
    motif: str = ""


def lire_mesure(
    champs: Mapping[str, Any], objectifs: Mapping[str, Objectif], par_defaut: str | None = None, **autres: Any
) -> tuple[Mesure | None, list[Faute]]:
    """Read one measure: the object, or every fault, each with the name of its column.

    `champs` has `date` (a date), `valeur`, or `numerateur` and `denominateur` (text or numbers), and may have `objectif`,
    `unite`, `portee`, `territoire`, `source`, `statut`, `confiance`, `motif`. A share is written in percent, or as a
    fraction if `unite` says so.
    """
    nom = champs.get("objectif") or par_defaut
    objectif = objectifs.get(nom) if nom else None
    fautes: list[Faute] = []
    if objectif is None:
        message = NECESSAIRE if nom is None else "objectif inconnu"
        fautes.append(Faute(message, champ="objectif", valeur=nom, attendu="l'un de " + ", ".join(proches(nom, objectifs))))
    portee, territoire = champs.get("portee") or NATIONAL, champs.get("territoire") or ""
    if portee == NATIONAL:
        if territoire and territoire.lower() != FRANCE:
            fautes.append(Faute("une mesure nationale n'a pas de territoire", champ="territoire", valeur=territoire,
                                attendu="une portée : region, departement ou cpl"))  # fmt: skip
        territoire = ""
    valeur, unite, trouvees = _valeur(champs, objectif)
    fautes += trouvees
    if objectif is None or fautes:
        return None, fautes
    textes: dict[str, Any] = {nom: champs.get(nom) or "" for nom in ("source", "statut", "confiance", "motif")}
    return Mesure(objectif.id, champs["date"], valeur, unite, portee, territoire, **textes, **autres), []


def proches(nom: str | None, connus: Iterable[str]) -> list[str]:
    """Return the known names nearest to one that is not, or all of them."""
    liste = list(connus)
    return get_close_matches(str(nom), liste, n=3, cutoff=0.5) or liste if nom else liste


def _valeur(champs: Mapping[str, Any], objectif: Objectif | None) -> tuple[Fraction | None, str, list[Faute]]:
    """Return the value of a measure in the unit of its objective, and that unit."""
    fautes: list[Faute] = []
    lus: dict[str, Fraction] = {}
    for nom in ("valeur", "numerateur", "denominateur"):
        if champs.get(nom) is not None:
            try:
                lus[nom] = en_fraction(champs[nom])
            except ValueError:
                fautes.append(Faute("nombre illisible", champ=nom, valeur=champs[nom], attendu="un nombre, comme 8558 ou 4,6"))
    unite, motif = champs.get("unite"), champs.get("motif")
    dits = {nom for nom in ("valeur", "numerateur", "denominateur") if champs.get(nom) is not None}
    if "numerateur" in dits and "denominateur" not in dits:
        fautes.append(Faute("un numérateur sans dénominateur ne mesure rien", champ="denominateur", attendu="un nombre de plus de 0"))
    elif "denominateur" in dits and "numerateur" not in dits:
        fautes.append(Faute("un dénominateur sans numérateur ne mesure rien", champ="numerateur", attendu="un nombre de 0 ou plus"))
    elif "valeur" in dits and "numerateur" in dits:
        fautes.append(Faute("la valeur et la fraction disent la même chose", champ="valeur", attendu="l'une ou l'autre"))
    elif not dits and not motif:
        fautes.append(Faute(NECESSAIRE, champ="valeur", attendu="valeur, ou numerateur et denominateur, ou un motif qui dit l'absence"))
    if fautes or objectif is None:
        return None, "", fautes
    if "numerateur" in lus:
        return _quotient(lus["numerateur"], lus["denominateur"], unite, objectif)
    valeur = lus.get("valeur")
    if motif or valeur is None:
        # What is not judged keeps the unit of whoever published it.
        return valeur, unite or objectif.unite, []
    return _dans_l_unite(valeur, unite, objectif)


def _quotient(numerateur: Fraction, denominateur: Fraction, unite: str | None, objectif: Objectif) -> tuple[Fraction | None, str, list[Faute]]:
    if objectif.unite != POUR_CENT:
        attendu = f"valeur, en {objectif.unite}"
        return None, "", [Faute("cet objectif n'est pas une part", champ="numerateur", valeur=_ecrit(numerateur), attendu=attendu)]
    if unite not in (None, POUR_CENT):
        return None, "", [Faute("unité refusée", champ="unite", valeur=unite, attendu=POUR_CENT)]
    if denominateur <= 0:
        return None, "", [Faute("valeur refusée", champ="denominateur", valeur=_ecrit(denominateur), attendu="plus de 0")]
    if not 0 <= numerateur <= denominateur:
        return None, "", [Faute("valeur refusée", champ="numerateur", valeur=_ecrit(numerateur), attendu="de 0 au dénominateur")]
    return arrondir(100 * numerateur / denominateur, objectif.decimales), POUR_CENT, []


def _dans_l_unite(valeur: Fraction, unite: str | None, objectif: Objectif) -> tuple[Fraction | None, str, list[Faute]]:
    """Check a value against the unit of its objective; a share between 0 and 1 must say how it is written."""
    permises = [objectif.unite, *([TAUX] if objectif.en_taux else []), *([FRACTION] if objectif.unite == POUR_CENT else [])]
    if unite is not None and unite not in permises:
        return None, "", [Faute("unité refusée", champ="unite", valeur=unite, attendu=" ou ".join(permises))]
    if unite == TAUX:
        if not -100 <= valeur <= 1000:
            return None, "", [Faute("valeur refusée", champ="valeur", valeur=_ecrit(valeur), attendu="de -100 à 1000 % par an")]
        return valeur, TAUX, []
    if objectif.unite == POUR_CENT:
        if unite is None and 0 < valeur < 1:
            attendu = "unite « % » (4,2) ou « fraction » (0,042)"
            return None, "", [Faute("une part de moins de 1 se lit de deux façons", champ="unite", valeur=_ecrit(valeur), attendu=attendu)]
        part = 100 * valeur if unite == FRACTION else valeur
        if not 0 <= part <= 100:
            attendu = "de 0 à 1" if unite == FRACTION else "de 0 à 100"
            return None, "", [Faute("valeur refusée", champ="valeur", valeur=_ecrit(valeur), attendu=attendu)]
        return part, POUR_CENT, []
    if valeur < 0:
        return None, "", [Faute("valeur refusée", champ="valeur", valeur=_ecrit(valeur), attendu="0 ou plus")]
    return valeur, objectif.unite, []


def _ecrit(valeur: Fraction) -> str:
    return en_clair(valeur, "", 6)


def doublons(mesures: Iterable[Mesure]) -> list[tuple[Mesure, Mesure]]:
    """Return the measures that say twice the same objective, day, territory and kind of unit, each with the first one."""
    vues: dict[tuple[Any, ...], Mesure] = {}
    trouves = []
    for mesure in mesures:
        cle = (*mesure.serie, mesure.date, mesure.unite)
        if cle in vues:
            trouves.append((mesure, vues[cle]))
        vues.setdefault(cle, mesure)
    return trouves


def base_parmi(objectif: Objectif, serie: Iterable[Mesure], jour: dt.date) -> Base | None:
    """Return the baseline that a series holds: its last level of the twelve months that end that day."""
    debut = decale(jour, -12)
    candidates = [m for m in serie if m.valeur is not None and not m.motif and m.unite == objectif.unite and debut < m.date <= jour]
    if not candidates:
        return None
    derniere = max(candidates, key=lambda mesure: mesure.date)
    assert derniere.valeur is not None
    return Base(derniere.date, derniere.valeur, derniere.source, derniere.confiance)


def constater(trajectoire: Trajectoire, mesure: Mesure) -> Constat:
    """Judge one measure: `atteint` or not where a target falls, ahead or behind between two."""
    if motif := _non_mesurable(trajectoire, mesure):
        return Constat(mesure, NON_MESURABLE, motif=motif)
    assert mesure.valeur is not None
    objectif = trajectoire.objectif
    if mesure.unite == TAUX:
        if trajectoire.taux is None:
            return Constat(mesure, NON_MESURABLE, motif=trajectoire.manque)
        return _comparer(mesure, 100 * trajectoire.taux, objectif, due=True)
    attendu = trajectoire.valeur_au(mesure.date)
    if attendu is not None:
        reussi = trajectoire.finale is not None and favorable(mesure.valeur - trajectoire.finale, objectif.sens)
        return _comparer(mesure, attendu, objectif, due=reussi or trajectoire.due(mesure.date))
    if trajectoire.finale is not None:
        motif = "sans base connue : comparé au niveau à atteindre"
        return _comparer(mesure, trajectoire.finale, objectif, due=True, motif=motif)
    motif = trajectoire.manque or f"base au {trajectoire.debut:%d/%m/%Y} non publiée : à fournir"
    return Constat(mesure, NON_MESURABLE, motif=motif)


def _non_mesurable(trajectoire: Trajectoire, mesure: Mesure) -> str:
    """Return why a measure is not compared, or nothing."""
    if mesure.motif or mesure.valeur is None:
        return mesure.motif or "valeur non publiée"
    if trajectoire.manque and mesure.unite != TAUX:
        return trajectoire.manque
    if mesure.date > trajectoire.horizon:
        return f"après le terme du texte ({trajectoire.horizon:%d/%m/%Y})"
    # A yearly growth speaks of the twelve months before its day.
    if mesure.date < trajectoire.debut or (mesure.unite == TAUX and mesure.date == trajectoire.debut):
        return f"avant la base ({trajectoire.debut:%d/%m/%Y})"
    base = trajectoire.base
    if base and mesure.unite != TAUX and mesure.date == base.date and trajectoire.part_de_sa_base:
        return "base de la trajectoire"
    return ""


def _comparer(mesure: Mesure, attendu: Fraction, objectif: Objectif, due: bool, motif: str = "") -> Constat:
    assert mesure.valeur is not None
    ecart = mesure.valeur - attendu
    bon = favorable(ecart, objectif.sens)
    lecture: Lu = ("atteint" if bon else "non atteint") if due or not ecart else ("en avance" if bon else "en retard")
    relatif = arrondir(ecart / abs(attendu), 4) if attendu else None
    return Constat(mesure, lecture, attendu, ecart, relatif, motif)
