"""What makes a contract impossible: each fault named, with its field and what was expected."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from convmed.dispositifs.assistants_medicaux.annees import en_vigueur, figure, terme_du_contrat
from convmed.dispositifs.assistants_medicaux.entrees import (
    INDICATEURS,
    Contrat,
    avant_les_contrats,
    objectifs_sous_le_depart,
)
from convmed.dispositifs.assistants_medicaux.versements import annee_ouverte_le
from convmed.dispositifs.socle import Demande
from convmed.moteur import calendrier
from convmed.textes import Faute


def fautes_du_contrat(demande: Demande, contrat: Contrat, au: dt.date) -> list[Faute]:
    """Return every reason why a contract cannot be followed: dates, objectives, overlaps, avenants, observations."""
    premiere = figure(demande, "premiere_signature", contrat.date_signature)
    fautes = avant_les_contrats(contrat.date_signature, premiere)
    if fautes:
        return fautes
    dernier = max([au, *(a.date for a in contrat.avenants)])
    terme, reconduction, _ = terme_du_contrat(demande, contrat, dernier)
    fin = contrat.resiliation.date if contrat.resiliation else None if reconduction else terme
    return [
        *objectifs_sous_le_depart(contrat),
        *_resiliation(contrat, None if reconduction else terme),
        *_recouvrements(demande, contrat, fin),
        *_avenants(demande, contrat, fin),
        *_suspensions(demande, contrat, fin),
        *_observations(contrat, fin),
    ]


def _faute(message: str, champ: str, valeur: Any, attendu: str) -> Faute:
    ecrite = valeur.isoformat() if isinstance(valeur, dt.date) else valeur
    return Faute(message, champ=f"entree.{champ}", valeur=ecrite, attendu=attendu)


def _resiliation(contrat: Contrat, terme: dt.date | None) -> Iterator[Faute]:
    if contrat.resiliation is None:
        return
    date = contrat.resiliation.date
    if date <= contrat.date_signature:
        attendu = f"une date après le {contrat.date_signature:%d/%m/%Y}"
        yield _faute("la résiliation précède la signature", "resiliation.date", date, attendu)
    elif terme and date > terme:
        yield _faute("la résiliation vient après le terme", "resiliation.date", date, f"au plus tard le {terme:%d/%m/%Y}")
    avis = contrat.resiliation.date_notification
    if avis and avis > date:
        yield _faute("la notification vient après la résiliation", "resiliation.date_notification", avis, f"au plus tard le {date:%d/%m/%Y}")


def _recouvrements(demande: Demande, contrat: Contrat, fin: dt.date | None) -> Iterator[Faute]:
    for rang, autre in enumerate(contrat.autres_contrats):
        champ = f"autres_contrats[{rang}]"
        if autre.date_fin and autre.date_fin <= autre.date_signature:
            yield _faute("ce contrat finit avant de commencer", f"{champ}.date_fin", autre.date_fin, "une date après sa signature")
            continue
        duree = figure(demande, "duree", autre.date_signature) or figure(demande, "duree", contrat.date_signature)
        sa_fin = autre.date_fin or calendrier.decale(autre.date_signature, duree)
        if autre.date_signature < (fin or dt.date.max) and contrat.date_signature < sa_fin:
            yield _faute(
                f"deux contrats se recouvrent : celui-ci court jusqu'au {sa_fin:%d/%m/%Y}, et l'aide ne se cumule pas",
                f"{champ}.date_signature", autre.date_signature, "un contrat clos avant l'autre (champ date_fin)",
            )  # fmt: skip


def _avenants(demande: Demande, contrat: Contrat, fin: dt.date | None) -> Iterator[Faute]:
    ouvertes = figure(demande, "tiers_fermeture", contrat.date_signature)
    for rang, avenant in enumerate(contrat.avenants):
        champ = f"avenants[{rang}]"
        if avenant.date < contrat.date_signature:
            yield _faute("cet avenant précède le contrat", f"{champ}.date", avenant.date, f"à partir du {contrat.date_signature:%d/%m/%Y}")
        if avenant.objet != "prorogation" and fin and avenant.date >= fin:
            yield _faute("cet avenant vient après la fin du contrat", f"{champ}.date", avenant.date, f"avant le {fin:%d/%m/%Y}")
        avant = en_vigueur(contrat, avenant.date - dt.timedelta(days=1))
        if avenant.objet == "prorogation":
            yield from _prorogation(avenant, avant, champ)
            continue
        if avenant.objet == "changement-option":
            if avenant.option_etp is None:
                yield _faute("cet avenant ne dit pas l'option choisie", f"{champ}.option_etp", None, "l'option choisie")
            if avenant.option_etp == "1/3" and avant["option"] != "1/3" and ouvertes and avenant.date >= ouvertes:
                message = f"l'option 1/3 ETP est fermée depuis le {ouvertes:%d/%m/%Y}"
                yield _faute(message, f"{champ}.option_etp", "1/3", "une option ouverte")
            yield from _initial_change(avenant, avant, champ)
        yield from _objectifs(contrat, avenant, champ)


def _prorogation(avenant: Any, avant: dict[str, Any], champ: str) -> Iterator[Faute]:
    """Refuse a prorogation that does not keep the option and the objectives of the contract (circulaire 4.8 c)."""
    if avenant.option_etp and avenant.option_etp != avant["option"]:
        message = "la prorogation garde toutes les conditions du contrat : changer d'option est un autre avenant"
        yield _faute(message, f"{champ}.option_etp", avenant.option_etp, f"« {avant['option']} », ou rien")
    for nom in INDICATEURS:
        neuf, vieux = getattr(avenant, nom), avant[nom]
        if neuf and neuf.objectif and (vieux is None or neuf.objectif != vieux.objectif):
            message = "la prorogation garde l'objectif du contrat"
            yield _faute(message, f"{champ}.{nom}.objectif", neuf.objectif, "l'objectif du contrat, ou rien")


def _initial_change(avenant: Any, avant: dict[str, Any], champ: str) -> Iterator[Faute]:
    """Refuse other patients of the start: the objective of a new option is set on those of the contract (circulaire 4.8 b)."""
    for nom in INDICATEURS:
        neuf, vieux = getattr(avenant, nom), avant[nom]
        if neuf and neuf.initial and vieux and vieux.initial and neuf.initial != vieux.initial:
            message = "le nouvel objectif se fixe sur la patientèle initiale du contrat"
            yield _faute(message, f"{champ}.{nom}.initial", neuf.initial, f"{vieux.initial}, ou rien")


def _objectifs(contrat: Contrat, avenant: Any, champ: str) -> Iterator[Faute]:
    apres = en_vigueur(contrat, avenant.date)
    for nom in INDICATEURS:
        if getattr(avenant, nom) is None:
            continue
        initial, objectif = apres[nom].initial, apres[nom].objectif
        if initial and objectif and objectif < initial:
            message = "l'objectif est sous la patientèle de départ"
            yield _faute(message, f"{champ}.{nom}.objectif", objectif, f"au moins {initial}")


def _suspensions(demande: Demande, contrat: Contrat, fin: dt.date | None) -> Iterator[Faute]:
    for rang, suspension in enumerate(contrat.suspensions):
        champ = f"suspensions[{rang}]"
        minimum = figure(demande, "suspension_absence", suspension.debut)
        if minimum is None:
            message = "aucun texte publié ne règle la suspension d'un contrat à cette date, sous ce texte"
            yield _faute(message, f"{champ}.debut", suspension.debut, "une date où la décision de la CPN s'applique (texte en-vigueur)")
            continue
        if suspension.debut < contrat.date_signature or (fin and suspension.debut >= fin):
            yield _faute("cette suspension tombe hors du contrat", f"{champ}.debut", suspension.debut, "une date du contrat")
        if suspension.fin is not None and suspension.fin <= calendrier.decale(suspension.debut, minimum):
            message = f"une absence de {minimum} mois ou moins ne suspend pas le contrat (décision de la CPN)"
            yield _faute(message, f"{champ}.fin", suspension.fin, f"après le {calendrier.decale(suspension.debut, minimum):%d/%m/%Y}")
    rangees = sorted(enumerate(contrat.suspensions), key=lambda paire: paire[1].debut)
    for (_, avant), (rang, apres) in pairwise(rangees):
        if apres.debut < (avant.fin or dt.date.max):
            yield _faute("deux suspensions se recouvrent", f"suspensions[{rang}].debut", apres.debut, "après la reprise")


def _observations(contrat: Contrat, fin: dt.date | None) -> Iterator[Faute]:
    vues: set[int] = set()
    for rang, observation in enumerate(contrat.observations):
        champ, annee = f"observations[{rang}].annee_contrat", observation.annee_contrat
        if annee in vues:
            yield _faute("cette année est observée deux fois", champ, annee, "une observation par année")
        vues.add(annee)
        if fin and annee_ouverte_le(contrat.date_signature, annee + 1) > fin:
            yield _faute("cette année ne s'achève pas dans le contrat", champ, annee, f"une année close au {fin:%d/%m/%Y}")
