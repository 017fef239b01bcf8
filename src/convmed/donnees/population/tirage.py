"""Draws the people of a partition: doctors, the patients who chose them, the ALD of these patients."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import polars as pl

from convmed.donnees.extrait import PATIENTS_PAR_PARTITION, TYPES
from convmed.donnees.population import calage
from convmed.donnees.population import reperes as r
from convmed.donnees.population.hasard import Entiers, Hasard, Quantiles, seuil, seuils

EPOQUE = dt.date(1970, 1, 1)
SPECIALITES = {"generaliste": "01", "pediatre": "12"}
TELESERVICES = ("dcmt", "pse", "fse", "aat", "cm_atmp", "dsg", "spe", "dmp", "ordonnance_numerique")
EQUIPEMENTS = (
    "logiciel_segur_lap", "sesam_vitale", "horaires_annuaire", "coordination", "codage", "services_patients", "etudiants",
    "teleconsultation", "equipements_connectes", "sas",
)  # fmt: skip


def nombre_de_partitions(patients: int) -> int:
    """Return how many partitions hold so many patients; an empty population has one, empty."""
    return max(1, -(-patients // PATIENTS_PAR_PARTITION))


@dataclass(frozen=True)
class Place:
    """What a partition holds of the whole: the first of its patients and doctors, and how many of each."""

    premier_patient: int
    patients: int
    premier_medecin: int
    generalistes: int
    pediatres: int


def place(patients: int, rang: int) -> Place:
    """Return the share of a partition; those of all partitions make the whole, to the unit."""
    partitions = nombre_de_partitions(patients)
    if not 0 <= rang < partitions:
        raise ValueError(f"partition {rang} : il y en a {partitions}")
    debut, fin = rang * patients // partitions, (rang + 1) * patients // partitions
    parts = calage.traitants()

    def generalistes(n: int) -> int:
        # Rounded up: the smallest population has a doctor.
        return -(-n * parts.generalistes.numerator // parts.generalistes.denominator)

    def pediatres(n: int) -> int:
        return n * parts.pediatres.numerator // parts.pediatres.denominator

    return Place(debut, fin - debut, generalistes(debut) + pediatres(debut),
                 generalistes(fin) - generalistes(debut), pediatres(fin) - pediatres(debut))  # fmt: skip


@dataclass(frozen=True)
class Gens:
    """The patients of a partition as arrays, for the drawing of their acts; dates are days since 1970.

    `numeros` holds two columns of ALD numbers, 0 for none; `diabete` tells who is treated, with or without the ALD.
    """

    premier: int
    observation: int
    ages: Entiers
    femmes: Entiers
    naissances: Entiers
    numeros: Entiers
    diabete: Entiers


def jour(annee: int, mois: int = 12, quantieme: int = 31) -> int:
    """Return a date as days since 1970."""
    return (dt.date(annee, mois, quantieme) - EPOQUE).days


def tirer_les_gens(graine: int, patients: int, rang: int, annee: int) -> tuple[Gens, dict[str, pl.DataFrame]]:
    """Return the patients of a partition as arrays, and its tables but that of acts."""
    ici = place(patients, rang)
    medecins, capacites, precarites = _tirer_les_medecins(Hasard(graine, patients, rang, "medecins"), ici, annee)
    hasard, n = Hasard(graine, patients, rang, "patients"), ici.patients
    cellules = hasard.rangs(calage.seuils_pyramide(), n)
    ages, femmes = cellules % calage.AGES, cellules < calage.AGES
    naissances = _naissances(hasard, ages, annee)
    en_ald, c2s = hasard.sous(calage.seuils_par_age("ald")[cellules]), hasard.sous(calage.seuils_par_age("c2s")[cellules])
    numeros = _numeros(hasard, ages, femmes, en_ald)
    traite = hasard.vrais(calage.diabete_sans_ald(), n) & (ages >= r.entier("hyp-age-diabete"))
    gens = Gens(ici.premier_patient, jour(annee), ages, femmes, naissances, numeros, traite | np.isin(numeros, r.entiers("groupe-diabete")).any(axis=1))
    suivis, choisis = _choisir_un_medecin(hasard, ages, en_ald, c2s, ici, capacites, precarites)
    dates = _dates_de_suivi(hasard, naissances, en_ald, jour(annee - 1))
    identifiants = np.arange(ici.premier_patient, ici.premier_patient + n, dtype=np.int64)
    table = pl.DataFrame({
        "patient": identifiants,
        "medecin": pl.Series((choisis + ici.premier_medecin).astype(np.int32)),
        "date_naissance": en_dates(naissances),
        "sexe": en_mots((~femmes).astype(np.uint32), TYPES["sexe"]),
        "ald": en_ald,
        "c2s": c2s,
        "date_derniere_consultation": en_dates(dates.consultation),
        "date_declaration_mt": en_dates(dates.declaration),
        "opposition": hasard.vrais(r.part("hyp-opposition"), n),
    }).with_columns(
        pl.when(pl.lit(pl.Series(suivis))).then(pl.col("medecin", "date_declaration_mt")),
        pl.when(pl.lit(pl.Series(suivis & dates.vus))).then("date_derniere_consultation"),
    )  # fmt: skip
    porteurs, rangs = np.nonzero(numeros)
    affections = pl.DataFrame({"patient": identifiants[porteurs], "numero_ald": numeros[porteurs, rangs].astype(np.int32)})
    return gens, {"medecin": medecins, "patient": table, "affection": affections}


def en_dates(jours: Entiers) -> pl.Series:
    """Return days since 1970 as dates."""
    return pl.Series(jours.astype(np.int32)).cast(pl.Date)


def en_mots(rangs: Entiers, mots: Any) -> pl.Series:
    """Return ranks as the words of a closed list."""
    return pl.Series(mots.categories, dtype=mots).gather(rangs.astype(np.uint32))


def _naissances(hasard: Hasard, ages: Entiers, annee: int) -> Entiers:
    """Return a birth in the year that gives each age on 31 December."""
    debuts = np.array([jour(annee - age, 1, 1) for age in range(calage.AGES)], dtype=np.int64)
    longueurs = np.array([jour(annee - age + 1, 1, 1) for age in range(calage.AGES)], dtype=np.int64) - debuts
    return np.asarray(debuts[ages] + hasard.entiers(longueurs[ages], len(ages)))


def _numeros(hasard: Hasard, ages: Entiers, femmes: Entiers, en_ald: Entiers) -> Entiers:
    """Return two columns of ALD numbers; the second never repeats the first."""
    bornes, secondes = calage.seuils_numeros()
    largeur = len(calage.ald().numeros)
    cellules = np.where(femmes, 0, len(bornes) // 2) + np.minimum(ages // calage.PAS, len(bornes) // 2 - 1)
    malades = np.flatnonzero(en_ald)
    ici = cellules[malades]
    # The thresholds of all cells end to end are one sorted list: one lookup serves everyone.
    bout_a_bout = (bornes + (np.arange(len(bornes), dtype=np.int64) << 32)[:, None]).ravel()

    def chercher(mots: Entiers) -> Entiers:
        rangs = np.searchsorted(bout_a_bout, mots + (ici << 32), side="right") - ici * largeur
        return np.asarray(np.minimum(rangs, largeur - 1))

    premiers = chercher(hasard.mots(len(malades)))
    debuts = np.where(premiers > 0, bornes[ici, premiers - 1], 0)
    etendues = bornes[ici, premiers] - debuts
    mots = hasard.entiers((1 << 32) - etendues, len(malades))
    seconds = chercher(np.where(mots >= debuts, mots + etendues, mots))
    deux = hasard.sous(secondes[ici]) & (seconds != premiers)
    numeros = np.zeros((len(ages), 2), dtype=np.int64)
    liste = np.array(calage.ald().numeros, dtype=np.int64)
    numeros[malades, 0] = liste[premiers]
    numeros[malades[deux], 1] = liste[seconds[deux]]
    return numeros


def _choisir_un_medecin(
    hasard: Hasard, ages: Entiers, en_ald: Entiers, c2s: Entiers, ici: Place, capacites: Entiers, precarites: Entiers
) -> tuple[Entiers, Entiers]:
    """Return who has a médecin traitant, and which one: lists are as long as drawn, and more or less precarious."""
    parts, n = calage.traitants(), len(ages)
    enfants = ages < calage.ADULTE
    bornes = np.where(en_ald, seuil(parts.ald), np.where(enfants, seuil(parts.enfant), seuil(parts.adulte)))
    suivis, choisis = hasard.sous(bornes), np.zeros(n, dtype=np.int64)
    if not ici.generalistes:
        return np.zeros(n, dtype=bool), choisis
    pediatrie = suivis & enfants & hasard.vrais(parts.enfant_pediatre, n) & (ici.pediatres > 0)
    choisis[pediatrie] = ici.generalistes + hasard.entiers(ici.pediatres, int(pediatrie.sum()))
    autres, aides = suivis & ~pediatrie & ~c2s, suivis & ~pediatrie & c2s
    combien_autres, combien_aides = int(autres.sum()), int(aides.sum())
    # Where more patients have the C2S, as many fewer do not: lists keep their lengths.
    ponderes = capacites * precarites
    moyenne = 1000 * combien_aides * precarites * int(capacites.sum()) // max(1, (combien_autres + combien_aides) * int(ponderes.sum()))
    choisis[autres] = hasard.proportionnels(capacites * np.maximum(1000 - moyenne, 50), combien_autres)
    choisis[aides] = hasard.proportionnels(ponderes, combien_aides)
    return suivis, choisis


@dataclass(frozen=True)
class _Suivi:
    consultation: Entiers
    declaration: Entiers
    vus: Entiers


def _dates_de_suivi(hasard: Hasard, naissances: Entiers, en_ald: Entiers, patientele: int) -> _Suivi:
    """Return the last consultation and the declaration, counted from the day when the list is observed, after birth."""
    n = len(naissances)
    mots = hasard.mots(n)
    recul = np.where(en_ald, _quantiles("hyp-vu-ald").lire(mots), _quantiles("hyp-vu").lire(mots))
    consultation = patientele - recul
    vus = (en_ald | ~hasard.vrais(r.part("hyp-jamais-vu"), n)) & (consultation >= naissances)
    apres = hasard.vrais(r.part("hyp-declaration-apres"), n)
    anciennete = hasard.quantiles(_quantiles("hyp-declaration"), n)
    declaration = np.where(apres, patientele + 1 + hasard.entiers(365, n), patientele - anciennete)
    return _Suivi(consultation, np.maximum(declaration, naissances), vus)


@cache
def _quantiles(id: str) -> Quantiles:
    return Quantiles(r.points(id))


@cache
def _seuils_des_departements() -> tuple[tuple[str, ...], Entiers]:
    rangees = r.lire_csv("departements.csv")
    return tuple(rangee["departement"] for rangee in rangees), seuils([int(rangee["poids"]) for rangee in rangees])


def _tirer_les_medecins(hasard: Hasard, ici: Place, annee: int) -> tuple[pl.DataFrame, Entiers, Entiers]:
    """Return the table of doctors, general practitioners first, with how many patients these draw and how precarious."""
    n, observation, modele = ici.generalistes + ici.pediatres, jour(annee), calage.medecins()
    secteurs = hasard.mots(n)
    zones = seuils([r.part("nat-zip-pop"), r.part("nat-zac-pop"), 1 - r.part("nat-zip-pop") - r.part("nat-zac-pop")])
    qpv = hasard.vrais(r.part("hyp-qpv"), n)
    installation = observation - hasard.entiers(r.entier("hyp-annees-installation") * 365, n)
    recents = hasard.mots(n) < modele.recents
    ages = hasard.quantiles(modele.age_installation, n)
    naissances = np.where(recents, installation - ages, observation - hasard.quantiles(modele.age_ancien, n))
    noms, bornes = _seuils_des_departements()
    secteur_2 = secteurs >= seuil(r.part("cal-s1"))
    table = pl.DataFrame({
        "medecin": np.arange(ici.premier_medecin, ici.premier_medecin + n, dtype=np.int32),
        "specialite": en_mots(np.arange(n) >= ici.generalistes, pl.Enum(list(SPECIALITES.values()))),
        "secteur": en_mots(secteur_2, TYPES["secteur"]),
        "option_tarifaire": en_mots(secteur_2 & (secteurs < seuil(r.part("cal-s1") + r.part("cal-s2optam"))), TYPES["option_tarifaire"]),
        "zone": en_mots(hasard.rangs(zones, n), TYPES["zone"]),
        "qpv": qpv,
        "date_naissance_medecin": en_dates(naissances),
        "date_premiere_installation": en_dates(installation),
        "departement": en_mots(hasard.rangs(bornes, n), pl.Enum(noms)),
        **_missions(hasard, n),
        **_numerique(hasard, n),
    }).with_columns(pl.when(pl.lit(pl.Series(recents))).then("date_premiere_installation"))  # fmt: skip
    capacites = hasard.quantiles(_quantiles("hyp-pmt"), ici.generalistes)
    precarites = hasard.quantiles(_quantiles("hyp-c2s-medecin"), ici.generalistes) + 1
    rapport = r.entier("hyp-c2s-qpv")
    return table, capacites, np.where(qpv[: ici.generalistes], rapport * precarites, precarites)


def _missions(hasard: Hasard, n: int) -> dict[str, Any]:
    """Return the columns of the missions: SAS, training, AME, IPA."""
    return {
        "mission_sas_departement_couvert": hasard.vrais(r.part("cal-sas-couverture"), n),
        "mission_sas_inscrit": hasard.vrais(r.part("hyp-sas-inscrit"), n),
        "mission_sas_interface_ou_organisation": hasard.vrais(r.part("hyp-sas-organisation"), n),
        "mission_maitre_de_stage": hasard.vrais(r.valeur("msu-2024") / r.valeur("cal-mg-2023"), n),
        "mission_patients_ame": hasard.quantiles(_quantiles("hyp-ame"), n),
        "mission_patients_ipa": hasard.quantiles(_quantiles("hyp-ipa"), n),
    }


def _numerique(hasard: Hasard, n: int) -> dict[str, Any]:
    """Return the columns of the dotation numérique and of the forfait structure; who is at ease is so everywhere."""
    aisance = hasard.mots(n)
    colonnes: dict[str, Any] = {"numerique_logiciel_a_jour": hasard.vrais(r.part("hyp-num-logiciel"), n)}

    def mesurer(service: str) -> tuple[Entiers, Entiers]:
        habitude = r.entier(f"hyp-num-{service}-total")
        totaux = habitude // 2 + hasard.entiers(habitude + 1, n)
        taux = _quantiles(f"hyp-num-{service}-taux").lire((3 * aisance + hasard.mots(n)) // 4)
        return totaux * taux // 100, totaux

    for service in TELESERVICES:
        colonnes[f"numerique_{service}_dematerialises"], colonnes[f"numerique_{service}_total"] = mesurer(service)
    colonnes["fs_mss_dematerialises"], colonnes["fs_mss_total"] = mesurer("mss")
    colonnes["numerique_fse_appcv"] = np.minimum(hasard.quantiles(_quantiles("hyp-num-appcv"), n), colonnes["numerique_fse_dematerialises"])
    colonnes["numerique_messages_patients"] = hasard.quantiles(_quantiles("hyp-num-messages"), n)
    return colonnes | {f"fs_{nom}": hasard.vrais(r.part(f"hyp-fs-{nom}"), n) for nom in EQUIPEMENTS}
