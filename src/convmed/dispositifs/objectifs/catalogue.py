"""The objectives of a dispositif under a text: which ones, in what order, and the series of measures of each."""

from __future__ import annotations

import datetime as dt
import importlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from convmed.dispositifs.objectifs.mesures import (
    NATIONAL,
    Constat,
    Mesure,
    base_parmi,
    constater,
    proches,
)
from convmed.dispositifs.objectifs.nombres import nombre
from convmed.dispositifs.objectifs.trajectoire import (
    TAUX,
    Base,
    Cadre,
    Objectif,
    Trajectoire,
    favorable,
    tracer,
)
from convmed.textes import Faute

OBJECTIFS = "objectifs"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What a dispositif declares: its name, what it calls its parts, the title of each part, its objectives.

    The list of a text is the figure `objectifs`: it says which objectives stand, and their order gives the parts their numbers.
    """

    nom: str
    mot: str
    titres: Mapping[str, str]
    objectifs: tuple[Objectif, ...]

    @property
    def par_id(self) -> dict[str, Objectif]:
        """Return every objective declared, whatever the text."""
        return {objectif.id: objectif for objectif in self.objectifs}

    def du_texte(self, cadre: Cadre) -> list[Objectif]:
        """Return the objectives that the text sets, in its order; none if it sets none."""
        liste = cadre.figure(OBJECTIFS)[1] or ()
        par_id = self.par_id
        return [par_id[nom] for nom in liste if nom in par_id]

    def numeros(self, cadre: Cadre) -> dict[str, int]:
        """Return the number of each commitment or programme under the text."""
        parties = dict.fromkeys(objectif.de for objectif in self.du_texte(cadre))
        return {partie: rang for rang, partie in enumerate(parties, 1)}

    def choisir(self, cadre: Cadre, designation: str | int | None, champ: str) -> tuple[list[Objectif], list[Faute]]:
        """Return the objectives of one commitment or programme, named by its id, its number or one of its objectives."""
        liste = self.du_texte(cadre)
        if designation is None:
            return liste, []
        numeros = {str(numero): partie for partie, numero in self.numeros(cadre).items()}
        nom = numeros.get(str(designation).strip(), str(designation).strip())
        retenus = [objectif for objectif in liste if nom in (objectif.de, objectif.id)]
        if retenus:
            return retenus, []
        connus = list(dict.fromkeys([*numeros.values(), *(objectif.id for objectif in liste)]))
        ailleurs = nom in self.titres or nom in self.par_id
        message = f"ce texte n'a pas cet {self.mot}" if ailleurs and self.mot == "engagement" else f"{self.mot} inconnu"
        if ailleurs and self.mot == "programme":
            message = "ce texte n'a pas cet objectif"
        return [], [Faute(message, champ=champ, valeur=designation, attendu="l'un de " + ", ".join(proches(nom, connus)))]

    def publiees(self) -> list[Mesure]:
        """Return the measures that the package carries; the reader of tables is loaded only here."""
        fichier = importlib.import_module("convmed.dispositifs.objectifs.fichier")
        return list(fichier.mesures_publiees(self.nom, self.objectifs))


@dataclass(frozen=True, slots=True)
class Suivi:
    """One objective in one territory: its trajectory, and each measure against it, oldest first."""

    objectif: Objectif
    numero: int
    titre: str
    portee: str
    territoire: str
    trajectoire: Trajectoire
    constats: tuple[Constat, ...]

    def dernier(self, au: dt.date | None = None) -> Constat | None:
        """Return the last measure that was judged, or else the last one, up to a day."""
        connus = [c for c in self.constats if au is None or c.mesure.date <= au]
        juges = [c for c in connus if c.attendu is not None]
        return (juges or connus)[-1] if connus else None


def suivre(
    catalogue: Catalogue,
    cadre: Cadre,
    objectifs: Iterable[Objectif],
    mesures: Iterable[Mesure],
    base: Base | None = None,
    publiees: Iterable[Mesure] = (),
) -> list[Suivi]:
    """Return each objective, in each territory that has measures, with what its measures say.

    The baseline is the one given, or the one that the series holds, or for a national series the published one. An
    objective without any measure keeps its trajectory, at the national level.
    """
    secours = [mesure for mesure in publiees if mesure.portee == NATIONAL]
    numeros = catalogue.numeros(cadre)
    suivis = []
    series: dict[str, dict[tuple[str, str], list[Mesure]]] = {}
    for mesure in mesures:
        series.setdefault(mesure.objectif, {}).setdefault((mesure.portee, mesure.territoire), []).append(mesure)
    for objectif in objectifs:
        siennes = series.get(objectif.id) or {(NATIONAL, ""): []}
        for (portee, territoire), serie in sorted(siennes.items(), key=lambda paire: (paire[0][0] != NATIONAL, paire[0])):
            jour = cadre.date_de_base(objectif)
            depart = base or base_parmi(objectif, serie, jour)
            if depart is None and portee == NATIONAL:
                depart = base_parmi(objectif, (m for m in secours if m.objectif == objectif.id), jour)
            trajectoire = tracer(objectif, cadre, depart)
            constats = tuple(constater(trajectoire, m) for m in sorted(serie, key=lambda m: (m.date, m.unite)))
            suivis.append(Suivi(objectif, numeros[objectif.de], catalogue.titres[objectif.de], portee, territoire, trajectoire, constats))
    return suivis


def avant_la_base(suivis: Iterable[Suivi]) -> list[tuple[Mesure, dt.date]]:
    """Return the user's measures that come before the baseline of their series, with that day."""
    return [
        (constat.mesure, suivi.trajectoire.debut)
        for suivi in suivis
        for constat in suivi.constats
        if not constat.mesure.publiee and constat.mesure.date < suivi.trajectoire.debut
    ]


def degrades(suivis: Iterable[Suivi]) -> list[str]:
    """Return the objectives whose last measure is worse than their baseline."""
    noms = []
    for suivi in suivis:
        base, niveaux = suivi.trajectoire.base, [c.mesure for c in suivi.constats if c.attendu is not None and c.mesure.unite == suivi.objectif.unite]
        if base and niveaux and niveaux[-1].valeur is not None and not favorable(niveaux[-1].valeur - base.valeur, suivi.objectif.sens):
            noms.append(suivi.objectif.id)
    return list(dict.fromkeys(noms))


def objectif_en_dict(suivi: Suivi) -> dict[str, Any]:
    """Return what an objective is, as JSON: its target, its baseline, what was supposed."""
    objectif, trajectoire = suivi.objectif, suivi.trajectoire
    base = trajectoire.base
    return {
        "objectif": objectif.id,
        "libelle": objectif.libelle,
        "numero": suivi.numero,
        "unite": objectif.unite,
        "sens": objectif.sens,
        "cible": trajectoire.cible or None,
        "cibles": [{"valeur": nombre(c.valeur), "unite": c.unite, "date": c.date.isoformat() if c.date else None} for c in trajectoire.chiffres],
        "taux_annuel": nombre(trajectoire.taux),
        "base": {"date": base.date.isoformat(), "valeur": nombre(base.valeur), "source": base.source or None,
                 "confiance": base.confiance or None} if base else None,
        "motif": trajectoire.manque or None,
        "hypotheses": list(trajectoire.hypotheses),
        "references": list(trajectoire.references),
        "confiance": trajectoire.confiance,
    }  # fmt: skip


def points_en_dict(trajectoire: Trajectoire) -> list[dict[str, Any]]:
    """Return the target of each year as JSON: its value in the unit, its index for 100 at the baseline."""
    if trajectoire.manque:
        return []
    return [
        {
            "objectif": trajectoire.objectif.id,
            "annee": jour.year,
            "date": jour.isoformat(),
            "cible": nombre(trajectoire.valeur_au(jour)),
            "indice": nombre(trajectoire.indice_au(jour)),
            "exigible": trajectoire.due(jour),
        }
        for jour in trajectoire.points()
    ]


def constat_en_dict(constat: Constat) -> dict[str, Any]:
    """Return a measure and its reading as JSON; a gap between shares, or between growths, is in points."""
    mesure = constat.mesure
    return {
        "objectif": mesure.objectif,
        "date": mesure.date.isoformat(),
        "portee": mesure.portee,
        "territoire": mesure.territoire or None,
        "valeur": nombre(mesure.valeur),
        "unite": mesure.unite,
        "attendu": nombre(constat.attendu),
        "ecart": nombre(constat.ecart),
        "ecart_relatif": nombre(constat.relatif),
        "unite_ecart": "points" if mesure.unite in ("%", TAUX) else mesure.unite,
        "lecture": constat.lecture,
        "motif": constat.motif or None,
        "source": mesure.source or None,
        "statut": mesure.statut or None,
        "confiance": mesure.confiance or None,
    }
