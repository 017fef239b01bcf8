"""The acts of the JSON contract: checked against the patients, turned into tracer classes, cancellations taken away."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache

from convmed.donnees.modeles import Evenement, Patient
from convmed.textes import Faute

Acte = tuple[dt.date, str]


def fautes_des_patients(patients: Iterable[Patient], observation: dt.date, indicateurs: Collection[str]) -> Iterator[Faute]:
    """Yield a fault for each patient listed twice, born after the observation, or set apart from an unknown indicator."""
    vus: set[str] = set()
    for rang, patient in enumerate(patients):
        ici = f"entree.patients[{rang}]"
        if patient.patient is not None:
            if patient.patient in vus:
                yield Faute("patient déjà dans la liste", champ=f"{ici}.patient", attendu="un patient une fois")
            vus.add(patient.patient)
        if patient.date_naissance and patient.date_naissance > observation:
            yield Faute(
                "naissance après la date d'observation", champ=f"{ici}.date_naissance",
                valeur=patient.date_naissance.isoformat(), attendu=f"une date jusqu'au {observation:%d/%m/%Y}",
            )  # fmt: skip
        for champ in ("exclu", "hors_cible"):
            for nom in getattr(patient, champ) or ():
                if nom not in indicateurs:
                    attendu = "l'un de " + ", ".join(sorted(indicateurs))
                    yield Faute("indicateur inconnu", champ=f"{ici}.{champ}", valeur=nom, attendu=attendu)


def fautes_des_evenements(evenements: Iterable[Evenement], patients: Iterable[Patient]) -> Iterator[Faute]:
    """Yield a fault for each act of an unknown patient, before the birth, or that says neither tracer nor code."""
    naissances = {patient.patient: patient.date_naissance for patient in patients if patient.patient is not None}
    for rang, evenement in enumerate(evenements):
        ici = f"entree.evenements[{rang}]"
        if evenement.patient not in naissances:
            yield Faute("acte d'un patient inconnu", champ=f"{ici}.patient", attendu="un patient de la liste")
        naissance = naissances.get(evenement.patient)
        if naissance and evenement.date < naissance:
            yield Faute(
                "acte avant la naissance", champ=f"{ici}.date", valeur=evenement.date.isoformat(),
                attendu=f"une date à partir du {naissance:%d/%m/%Y}",
            )  # fmt: skip
        if evenement.traceur is None and (evenement.nomenclature is None or evenement.code is None):
            yield Faute("acte sans traceur ni code", champ=ici, attendu="traceur, ou nomenclature et code")


def actes_par_patient(evenements: Sequence[Evenement]) -> tuple[dict[str, list[Acte]], int]:
    """Return the tracer acts of each patient, each class once a day, and how many coded acts are in no list.

    The quantities of one act add up: a negative one cancels it, and nothing is left if the sum is not positive.
    """
    quantites: Counter[tuple[str, dt.date, str | None, str | None, str]] = Counter()
    inconnus = 0
    for evenement in evenements:
        traceurs = classes(evenement)
        inconnus += not traceurs and evenement.traceur is None
        for traceur in traceurs:
            cle = (evenement.patient, evenement.date, evenement.nomenclature, evenement.code, traceur)
            quantites[cle] += 1 if evenement.quantite is None else evenement.quantite
    actes: dict[str, dict[Acte, None]] = {}
    for (patient, date, _, _, traceur), quantite in quantites.items():
        if quantite > 0:
            actes.setdefault(patient, {})[date, traceur] = None
    return {patient: list(liste) for patient, liste in actes.items()}, inconnus


def classes(evenement: Evenement) -> list[str]:
    """Return the tracer classes of an act: the one that it names, else those of its code.

    A class that only some specialities do (child examination, dental examination) is refused to another, if it is given.
    """
    specialite = evenement.specialite_executant
    if evenement.traceur is not None:
        admises = specialites_admises(evenement.traceur) if specialite is not None else frozenset()
        return [evenement.traceur] if not admises or specialite in admises else []
    if evenement.nomenclature is None or evenement.code is None:
        return []
    # The lists of codes are read only when a coded act asks for them.
    from convmed.donnees.nomenclatures import traceurs_du_code  # noqa: PLC0415

    return traceurs_du_code(evenement.nomenclature, evenement.code, evenement.date, specialite)


@cache
def specialites_admises(traceur: str) -> frozenset[str]:
    """Return the specialities that alone do the acts of a class, from the lists of codes; empty if any does."""
    import polars as pl  # noqa: PLC0415

    from convmed.donnees.nomenclatures import listes  # noqa: PLC0415

    admises = listes().filter(pl.col("traceur") == traceur).get_column("specialites")
    return frozenset() if admises.null_count() else frozenset(admises.explode().drop_nulls())
