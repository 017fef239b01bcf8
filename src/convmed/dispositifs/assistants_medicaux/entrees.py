"""The inputs of the contracts for medical assistants, and the columns that the rules read from them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from convmed.dispositifs.socle import fautes_de
from convmed.donnees.modeles import OPTIONS, SECTEURS, ZONES, Date, Modele
from convmed.moteur.valeurs import Explication, Instance
from convmed.textes import Faute
from convmed.textes.unites import vers_entier

ETP = Literal["1/3", "1/2", "1", "1.5", "2"]
CLASSES = Literal["p30-p90", "p90-p94", "p95+"]
INDICATEURS = ("pmt", "fa")
Patients = Annotated[int, Field(ge=0, le=100_000)]
Depart = Annotated[int, Field(ge=1, le=100_000)]
Age = Annotated[int, Field(ge=20, le=110)]
Rang = Annotated[int, Field(ge=1, le=60)]
Specialite = Annotated[str, Field(pattern=r"^[0-9]{2}$")]


def _exacte(part: float) -> float:
    try:
        vers_entier(Decimal(str(part)) * 100, "%")
    except ValueError:
        raise ValueError("une fraction de 0 à 1, à quatre décimales au plus") from None
    return part


Fraction = Annotated[float, Field(ge=0, le=1), AfterValidator(_exacte)]


class Patientele(Modele):
    """One indicator: what it was at the start, what was promised, what was observed."""

    initial: Depart | None = None
    objectif: Depart | None = None
    observe: Patients | None = None


class Aide(Modele):
    """`{"calcul": "aide", "option_etp", "annee_contrat", "classe", ...}`: one year of an individual contract."""

    calcul: Literal["aide"]
    option_etp: ETP
    annee_contrat: Rang
    classe: CLASSES
    specialite: Specialite | None = None
    age: Age | None = None
    date_signature: Date | None = None
    date_anniversaire: Date | None = None
    pmt: Patientele | None = None
    fa: Patientele | None = None
    annee_suivant_avenant_ni: bool | None = None
    evenement_exterieur: Literal["arret-maladie-medecin", "arret-maladie-assistant", "installation", "autre"] | None = None


class Eligibilite(Modele):
    """`{"calcul": "eligibilite", "specialite", "secteur", ...}`: may a new contract be signed, and why not."""

    calcul: Literal["eligibilite"]
    specialite: Specialite | None = None
    mep: bool | None = None
    secteur: SECTEURS | None = None
    option_tarifaire: OPTIONS | None = None
    part_ccam: Fraction | None = None
    pmt: Patients | None = None
    pmt_adultes: Patients | None = None
    pmt_enfants: Patients | None = None
    file_active: Patients | None = None
    seuil_p30: Depart | None = None
    amenagement: Literal["nouvel-installe", "handicap", "maladie-chronique", "activite-mixte"] | None = None
    secretaire_devient_assistant: bool | None = None
    date_depart_secretaire: Date | None = None
    date_embauche: Date | None = None
    secretariat_remplace: bool | None = None
    date_fin_contrat_precedent: Date | None = None
    circonstances_exceptionnelles: bool | None = None
    contrat_en_cours: bool | None = None
    date_signature: Date | None = None
    option_etp: ETP | None = None
    zone: ZONES | None = None
    option_actuelle: ETP | None = None
    annee_contrat: Rang | None = None
    objectifs_atteints: bool | None = None


class Percentiles(Modele):
    """The percentiles of one indicator, for a specialty whose ones nobody published."""

    p30: Depart | None = None
    p50: Depart | None = None
    p90: Depart | None = None
    p95: Depart | None = None


class Indicateur(Modele):
    """One indicator whose objective is looked for: the patients of the start, and the gain that was notified."""

    initial: Depart
    gain: Patients | None = None
    percentiles: Percentiles | None = None


class Objectif(Modele):
    """`{"calcul": "objectif", "specialite", "option_etp", "pmt", "fa", ...}`: what the contract promises."""

    calcul: Literal["objectif"]
    specialite: Specialite
    mep: bool | None = None
    option_etp: ETP
    age: Age | None = None
    pmt: Indicateur | None = None
    fa: Indicateur | None = None
    activites_mixtes: list[str] | None = None
    nouvel_installe: bool | None = None
    date_signature: Date | None = None


class ChangementOption(Modele):
    """`{"calcul": "changement-option", "option_etp", "nouvelle_option", "annee_contrat", ...}`: an avenant in the course."""

    calcul: Literal["changement-option"]
    option_etp: ETP
    nouvelle_option: ETP
    annee_contrat: Rang
    classe: CLASSES
    date_signature: Date | None = None
    date_avenant: Date | None = None
    specialite: Specialite | None = None
    mep: bool | None = None
    zone: ZONES | None = None
    objectifs_atteints: bool | None = None
    pmt: Patientele | None = None
    fa: Patientele | None = None


class Observation(Modele):
    """What was counted at the anniversary that closes a contract year."""

    annee_contrat: Rang
    pmt: Patients | None = None
    fa: Patients | None = None


class Avenant(Modele):
    """A change of option, a prorogation, or the new objective of a newly installed doctor."""

    date: Date
    objet: Literal["changement-option", "prorogation", "nouvel-installe"]
    option_etp: ETP | None = None
    classe: CLASSES | None = None
    pmt: Patientele | None = None
    fa: Patientele | None = None


class Suspension(Modele):
    """An absence of the assistant without a replacement, that suspends the contract; still open without `fin`."""

    debut: Date
    fin: Date | None = None


class Resiliation(Modele):
    """The end of a contract before its term."""

    date: Date
    initiative: Literal["medecin", "caisse"] | None = None
    motif: Literal["objectifs", "perte-optam", "demenagement", "autre"] | None = None
    date_notification: Date | None = None


class AutreContrat(Modele):
    """Another contract of the doctor, individual or collective; it runs to its term without `date_fin`."""

    date_signature: Date
    date_fin: Date | None = None


class Contrat(Modele):
    """A contract and all that happened to it."""

    date_signature: Date
    option_etp: ETP
    classe: CLASSES
    specialite: Specialite | None = None
    date_naissance: Date | None = None
    pmt: Patientele | None = None
    fa: Patientele | None = None
    observations: Annotated[list[Observation], Field(default_factory=list, max_length=200)]
    avenants: Annotated[list[Avenant], Field(default_factory=list, max_length=200)]
    suspensions: Annotated[list[Suspension], Field(default_factory=list, max_length=200)]
    resiliation: Resiliation | None = None
    autres_contrats: Annotated[list[AutreContrat], Field(default_factory=list, max_length=200)]
    circonstances_exceptionnelles: bool | None = None
    echanges: Annotated[list[Date], Field(default_factory=list, max_length=200)]
    date_embauche: Date | None = None
    date_formation: Date | None = None


class Vie(Contrat):
    """`{"calcul": "vie", ...}`: the life of a contract, and what comes next."""

    calcul: Literal["vie"]


class Echeancier(Contrat):
    """`{"calcul": "echeancier", ...}`: every payment of a contract, to its term."""

    calcul: Literal["echeancier"]


class Fin(Contrat):
    """`{"calcul": "resiliation", "resiliation": {"date", ...}, ...}`: what ending the contract that day costs."""

    calcul: Literal["resiliation"]
    resiliation: Resiliation


class MedecinDuGroupe(Modele):
    """A doctor of the company that signs a collective contract."""

    specialite: Specialite
    mep: bool | None = None
    secteur: SECTEURS
    option_tarifaire: OPTIONS | None = None
    pmt: Patients
    contrat_en_cours: bool | None = None
    date_fin_contrat_precedent: Date | None = None
    circonstances_exceptionnelles: bool | None = None
    docteur_junior: bool | None = None


class Groupe(Modele):
    """`{"calcul": "collectif", "forme", "etp", "annee_contrat", "medecins", ...}`: the collective aid of 2026."""

    calcul: Literal["collectif"]
    forme: Literal["scp", "scm", "sisa", "sel", "autre"]
    etp: Annotated[float, Field(gt=0, le=100, multiple_of=0.5)]
    annee_contrat: Rang
    date_signature: Date
    medecins: Annotated[list[MedecinDuGroupe], Field(min_length=1, max_length=500)]
    pmt_deja_gagnee: Patients = 0
    fa_deja_gagnee: Patients = 0
    pmt: Patientele | None = None
    fa: Patientele | None = None


COLONNES = {
    "option_etp": "am_option",
    "annee_contrat": "am_annee_contrat",
    "classe": "am_classe",
    "age": "am_age",
    "date_signature": "am_date_signature",
    "annee_suivant_avenant_ni": "am_ni_annee_pleine",
    "mep": "am_mep",
    "part_ccam": "am_part_ccam",
    "pmt": "am_pmt_totale",
    "pmt_adultes": "am_pmt_adultes",
    "pmt_enfants": "am_pmt_enfants",
    "file_active": "am_file_active",
    "seuil_p30": "am_p30_fourni",
    "amenagement": "am_amenagement",
    "secretaire_devient_assistant": "am_secretaire_devient",
    "date_depart_secretaire": "am_depart_secretaire",
    "date_embauche": "am_embauche",
    "secretariat_remplace": "am_secretariat_remplace",
    "date_fin_contrat_precedent": "am_fin_precedent",
    "circonstances_exceptionnelles": "am_derogation",
    "contrat_en_cours": "am_contrat_en_cours",
    "option_actuelle": "am_option_actuelle",
    "objectifs_atteints": "am_objectifs_atteints",
}
CHAMPS = {colonne: champ for champ, colonne in COLONNES.items()} | {
    f"am_{nom}_{rang}": f"{nom}.{rang}" for nom in INDICATEURS for rang in ("initial", "objectif", "observe")
}


def colonnes(entree: Modele) -> dict[str, Any]:
    """Return the inputs of the rules: 1/10,000 for a fraction, one column for each count, nothing for what is empty."""
    donnees: dict[str, Any] = {}
    for champ, valeur in entree.fournis().items():
        if isinstance(valeur, Patientele):
            donnees |= comptes(champ, valeur)
        elif valeur is not None and not isinstance(valeur, (list, Modele)):
            exact = vers_entier(Decimal(str(valeur)) * 100, "%") if isinstance(valeur, float) else valeur
            donnees[COLONNES.get(champ, champ)] = exact
    return donnees


def comptes(nom: str, patientele: Patientele | None) -> dict[str, int]:
    """Return the columns of one indicator, without what was not given."""
    donnes = patientele.fournis() if patientele else {}
    return {f"am_{nom}_{rang}": valeur for rang, valeur in donnes.items() if valeur is not None}


def fautes(medecin: Instance, noms: Iterable[str]) -> list[Faute]:
    """Return one fault for each field that one of these rules needs and does not have."""

    def champ(feuille: Explication) -> str:
        return f"entree.{CHAMPS.get(feuille.nom, feuille.nom)}"

    return fautes_de(map(medecin.expliquer, noms), champ)


def objectifs_sous_le_depart(entree: Any, racine: str = "entree") -> list[Faute]:
    """Return a fault for each objective that is below the patients of the start."""
    trouves = []
    for nom in INDICATEURS:
        patientele = getattr(entree, nom)
        if patientele and patientele.initial and patientele.objectif and patientele.objectif < patientele.initial:
            trouves.append(Faute(
                "l'objectif est sous la patientèle de départ : un contrat promet un gain, ou le maintien",
                champ=f"{racine}.{nom}.objectif", valeur=patientele.objectif, attendu=f"au moins {patientele.initial}",
            ))  # fmt: skip
    return trouves


def avant_les_contrats(date: dt.date, premiere: dt.date | None, racine: str = "entree") -> list[Faute]:
    """Return a fault for a contract that was signed before such contracts existed."""
    if premiere is None or date >= premiere:
        return []
    return [Faute(
        "ces contrats n'existaient pas encore à cette date", champ=f"{racine}.date_signature", valeur=date.isoformat(),
        attendu=f"une date à partir du {premiere:%d/%m/%Y}",
    )]  # fmt: skip
