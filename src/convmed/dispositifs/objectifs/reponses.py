"""The JSON questions on collective objectives that commitments and programmes share: trajectory, follow-up, one doctor."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from convmed.dispositifs.objectifs.catalogue import (
    Catalogue,
    avant_la_base,
    constat_en_dict,
    degrades,
    objectif_en_dict,
    points_en_dict,
    suivre,
)
from convmed.dispositifs.objectifs.mesures import NATIONAL, Mesure, Portee, doublons, lire_mesure
from convmed.dispositifs.objectifs.trajectoire import Base, Cadre, Lecture, Objectif
from convmed.dispositifs.socle import SANS_OBJET, Demande, Ligne, Resultat, refuser
from convmed.donnees.modeles import Date, Medecin, Modele
from convmed.textes import Faute

ANNEE_MIN, ANNEE_MAX = 2000, 2100
# Beyond it a case is a file: `convmed observatoire --mesures`.
MESURES_AU_PLUS = 20_000


def _nombre(valeur: Any) -> Any:
    if isinstance(valeur, (int, float)) and not isinstance(valeur, bool):
        return valeur
    raise ValueError("un nombre")


Nombre = Annotated[int | float, BeforeValidator(_nombre), Field(allow_inf_nan=False)]
Annee = Annotated[int, Field(ge=ANNEE_MIN, le=ANNEE_MAX)]


class BaseLue(Modele):
    """The baseline: a day, a value in the unit of the objective (`unite`: `fraction` for a share between 0 and 1)."""

    date: Date
    valeur: Nombre
    unite: str | None = None


class MesureLue(Modele):
    """One measure: a value, or a numerator and its denominator."""

    objectif: str | None = None
    date: Date
    valeur: Nombre | None = None
    numerateur: Nombre | None = None
    denominateur: Nombre | None = None
    unite: str | None = None
    portee: Portee = NATIONAL
    territoire: str | None = None
    source: str | None = None


class Question(Modele):
    """What a trajectory needs: which objective, from which baseline, and for sick leaves the reading and the trend."""

    objectif: str | None = None
    base: BaseLue | None = None
    annee_base: Annee | None = None
    lecture: Literal["points", "plafond", "proportion"] | None = None
    tendance: Annotated[Nombre, Field(ge=-1, le=1)] | None = None


class QuestionTrajectoire(Question):
    """`{"calcul": "trajectoire", ...}`; `annee_cible`: one year only."""

    calcul: Literal["trajectoire"]
    annee_cible: Annee | None = None


class QuestionSuivi(Question):
    """`{"calcul": "suivi", "mesures": [...], ...}`; without `mesures`, those that were published."""

    calcul: Literal["suivi"]
    mesures: Annotated[list[MesureLue], Field(max_length=MESURES_AU_PLUS)] | None = None


class QuestionMedecin(Modele):
    """`{"calcul": "medecin"}`: what a collective objective changes for one doctor."""

    calcul: Literal["medecin"]
    medecin: Medecin | None = None


def cadre_de(demande: Demande, nom: str, entree: Question | None = None) -> Cadre:
    """Return the frame of a question: the figures are those of the date, or of the last day of the exercise."""
    contexte = demande.contexte(demande.date or dt.date(demande.annee, 12, 31))
    if entree is None:
        return Cadre(contexte, nom)
    lecture: Lecture = entree.lecture or "points"
    tendance = None if entree.tendance is None else Fraction(str(entree.tendance))
    return Cadre(contexte, nom, entree.annee_base, lecture, tendance)


def sans_objectif(demande: Demande, catalogue: Catalogue) -> Resultat:
    """Answer under a text that sets no collective objective, or before it does."""
    motif = f"ce texte ne fixe pas d'objectif collectif à cette date ({demande.texte.libelle})"
    return Resultat({f"{catalogue.mot}s": [], "trajectoire": [], "mesures": [], "objectifs": [], "motif": motif})


def repondre(demande: Demande, catalogue: Catalogue, entree: QuestionTrajectoire | QuestionSuivi, designation: str | int | None) -> Resultat:
    """Answer the target of each year, or each measure against it; every fault at once."""
    cadre = cadre_de(demande, catalogue.nom, entree)
    if cadre.horizon is None:
        return sans_objectif(demande, catalogue)
    choisis, fautes = catalogue.choisir(cadre, designation, f"entree.{catalogue.mot}")
    if entree.objectif is not None:
        parmi = [objectif for objectif in choisis if objectif.id == entree.objectif]
        if not parmi and not fautes:
            parmi, fautes = catalogue.choisir(cadre, entree.objectif, "entree.objectif")
            if parmi:
                attendu = "l'un de " + ", ".join(o.id for o in choisis)
                fautes = [Faute(f"cet objectif est d'un autre {catalogue.mot}", champ="entree.objectif", valeur=entree.objectif, attendu=attendu)]
        choisis = parmi
    fautes += _fautes_du_cadre(cadre, entree, choisis)
    base, de_la_base = _base(entree, choisis, cadre)
    fautes += de_la_base
    if isinstance(entree, QuestionTrajectoire):
        fautes += _fautes_de_l_annee(cadre, entree, choisis, base)
        refuser(fautes)
        return _trajectoire(catalogue, cadre, entree, choisis, base)
    return _suivi(catalogue, cadre, entree, choisis, base, fautes)


def _fautes_du_cadre(cadre: Cadre, entree: Question, choisis: list[Objectif]) -> list[Faute]:
    assert cadre.horizon is not None
    if choisis and not any(objectif.nature == "croissance-ralentie" for objectif in choisis):
        de_trop = [nom for nom in ("lecture", "tendance") if getattr(entree, nom) is not None]
        if de_trop:
            attendu = "rien : ce champ ne sert qu'aux arrêts de travail"
            return [Faute("champ sans objet", champ=f"entree.{nom}", valeur=getattr(entree, nom), attendu=attendu) for nom in de_trop]
    if entree.annee_base is not None and entree.base is not None:
        return [Faute("la base donnée dit déjà son année", champ="entree.annee_base", valeur=entree.annee_base, attendu="base ou annee_base")]
    if entree.annee_base is not None and entree.annee_base >= cadre.horizon.year:
        return [Faute("valeur refusée", champ="entree.annee_base", valeur=entree.annee_base, attendu=f"une année avant {cadre.horizon.year}")]
    return []


def _fautes_de_l_annee(cadre: Cadre, entree: QuestionTrajectoire, choisis: list[Objectif], base: Base | None) -> list[Faute]:
    if entree.annee_cible is None or not choisis:
        return []
    assert cadre.horizon is not None
    premiere = min((base.date if base else cadre.date_de_base(objectif)).year for objectif in choisis)
    if premiere <= entree.annee_cible <= cadre.horizon.year:
        return []
    return [Faute("hors de la trajectoire", champ="entree.annee_cible", valeur=entree.annee_cible, attendu=f"une année de {premiere} à {cadre.horizon.year}")]


def _base(entree: Question, choisis: list[Objectif], cadre: Cadre) -> tuple[Base | None, list[Faute]]:
    """Return the baseline given, checked as a measure is."""
    if entree.base is None or not choisis:
        return None, []
    if len(choisis) > 1:
        attendu = "un objectif : " + ", ".join(objectif.id for objectif in choisis)
        return None, [Faute("une base ne vaut que pour un objectif", champ="entree.base", attendu=attendu)]
    (objectif,) = choisis
    mesure, fautes = lire_mesure(entree.base.fournis(), {objectif.id: objectif}, objectif.id)
    fautes = [replace(faute, champ=f"entree.base.{faute.champ}") for faute in fautes]
    if mesure is not None and mesure.unite != objectif.unite:
        fautes.append(Faute("unité refusée", champ="entree.base.unite", valeur=mesure.unite, attendu=objectif.unite))
    assert cadre.horizon is not None
    if entree.base.date >= cadre.horizon or entree.base.date.year < ANNEE_MIN:
        attendu = f"de {ANNEE_MIN} au {cadre.horizon:%d/%m/%Y}, terme du texte"
        fautes.append(Faute("valeur refusée", champ="entree.base.date", valeur=entree.base.date.isoformat(), attendu=attendu))
    if fautes or mesure is None or mesure.valeur is None:
        return None, fautes
    return Base(mesure.date, mesure.valeur), []


def _trajectoire(catalogue: Catalogue, cadre: Cadre, entree: QuestionTrajectoire, choisis: list[Objectif], base: Base | None) -> Resultat:
    suivis = suivre(catalogue, cadre, choisis, (), base, () if base else catalogue.publiees())
    points = [point for suivi in suivis for point in points_en_dict(suivi.trajectoire)]
    if entree.annee_cible is not None:
        points = [point for point in points if point["annee"] == entree.annee_cible]
    resultats = {**_entete(catalogue, cadre, choisis), "trajectoire": points, "objectifs": [objectif_en_dict(suivi) for suivi in suivis]}
    manques = [suivi.trajectoire.manque for suivi in suivis if suivi.trajectoire.manque]
    if manques and not points:
        resultats["motif"] = " ; ".join(dict.fromkeys(manques))
    return Resultat(resultats)


def _suivi(
    catalogue: Catalogue, cadre: Cadre, entree: QuestionSuivi, choisis: list[Objectif], base: Base | None, fautes: list[Faute]
) -> Resultat:
    retenus = {objectif.id for objectif in choisis}
    publiees = [mesure for mesure in catalogue.publiees() if mesure.objectif in retenus]
    mesures = [mesure for mesure in publiees if mesure.date <= cadre.contexte.date]
    if entree.mesures is not None:
        mesures, trouvees = _lire_les_mesures(entree.mesures, choisis)
        fautes += trouvees
    refuser(fautes)
    suivis = suivre(catalogue, cadre, choisis, mesures, base, publiees)
    refuser(
        Faute("avant la base de la trajectoire", champ=f"entree.mesures[{mesure.lieu}].date", valeur=mesure.date.isoformat(),
              attendu=f"le {jour:%d/%m/%Y} ou après ; sinon base ou annee_base")
        for mesure, jour in avant_la_base(suivis)
    )  # fmt: skip
    constats = {id(constat.mesure): constat for suivi in suivis for constat in suivi.constats}
    baisses = degrades(suivis)
    return Resultat({
        **_entete(catalogue, cadre, choisis),
        "mesures": [constat_en_dict(constats[id(mesure)]) for mesure in mesures],
        "objectifs": [objectif_en_dict(s) | {"portee": s.portee, "territoire": s.territoire or None} for s in suivis],
        "degradations": baisses,
        "suite": cadre.figure("suite_degradation")[1] if baisses else None,
    })  # fmt: skip


def _lire_les_mesures(lues: list[MesureLue], choisis: list[Objectif]) -> tuple[list[Mesure], list[Faute]]:
    connus = {objectif.id: objectif for objectif in choisis}
    par_defaut = choisis[0].id if len(choisis) == 1 else None
    mesures, fautes = [], []
    for rang, lue in enumerate(lues):
        mesure, trouvees = lire_mesure(lue.model_dump(exclude_none=True), connus, par_defaut, lieu=rang) if connus else (None, [])
        fautes += [replace(faute, champ=f"entree.mesures[{rang}].{faute.champ}") for faute in trouvees]
        if mesure is not None:
            mesures.append(mesure)
    fautes += [
        Faute(f"la mesure {premiere.lieu} dit déjà ce jour", champ=f"entree.mesures[{seconde.lieu}].date", valeur=seconde.date.isoformat(),
              attendu="une mesure par objectif, date et territoire")
        for seconde, premiere in doublons(mesures)
    ]  # fmt: skip
    return mesures, fautes


def _entete(catalogue: Catalogue, cadre: Cadre, choisis: list[Objectif]) -> dict[str, Any]:
    assert cadre.horizon is not None
    parties = list(dict.fromkeys(objectif.de for objectif in choisis))
    seule = parties[0] if len(parties) == 1 else None
    return {catalogue.mot: seule, "titre": catalogue.titres[seule] if seule else None, "terme": cadre.horizon.isoformat()}


def sans_effet_individuel(demande: Demande, catalogue: Catalogue, reference: str) -> Resultat:
    """Answer for one doctor: what a collective objective changes for him, whatever is measured."""
    cadre = cadre_de(demande, catalogue.nom)
    contrainte, baisse = (cadre.figure(nom)[1] for nom in ("contrainte_individuelle", "baisse_de_remuneration"))
    if contrainte is None or baisse is None:
        motif = f"ce texte ne fixe aucun montant individuel, et ne dit pas l'effet de ses objectifs sur un médecin ({demande.texte.libelle})"
    else:
        contraint = "contraignent" if contrainte else "ne contraignent pas"
        reduit = "réduisent" if baisse else "ne réduisent pas"
        motif = f"objectifs collectifs : ils {contraint} un médecin à titre individuel et {reduit} sa rémunération ({reference})"
    nulle = Ligne(catalogue.nom, "Effet individuel des objectifs collectifs", demande.annee, 0, etat=SANS_OBJET, motif=motif, references=(reference,))
    return Resultat({"montant": 0, "contrainte_individuelle": contrainte, "baisse_de_remuneration": baisse, "motif": motif}, [nulle])
