"""The statement of a practice: every payment of an exercise, explained, dated and referenced."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from convmed.dispositifs import Demande, Ligne, Refus, prevention, tous
from convmed.dispositifs import forfait_medecin_traitant as fmt
from convmed.dispositifs.contrat import repondre_entree
from convmed.dispositifs.socle import DU, INCOMPLET, SANS_OBJET
from convmed.donnees.dossier import Dossier
from convmed.moteur.registre import RegleAbsente
from convmed.restitution.evaluation import Cabinet, tables_de
from convmed.textes import NECESSAIRE, Erreurs, Faute, Texte
from convmed.textes.unites import vers_nombre

SECTIONS = (
    "dotation-numerique",
    "vsm",
    "missions-specifiques",
    "aides-installation",
    "consultations-avancees",
    "contrats-demographiques",
    "avantages-sociaux",
)
ETAPES = ("Forfait médecin traitant", "Prévention", *(nom for nom in SECTIONS))
DU_MEDECIN = ("medecin", "secteur", "option_tarifaire", "zone", "specialite")
Progression = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class NonCalcule:
    """What the statement leaves out, and why."""

    dispositif: str
    motif: str


@dataclass(slots=True)
class Releve:
    """The statement of an exercise: payments, what was not computed and why, and the evaluated patient list."""

    medecin: str
    annee: int
    texte: Texte
    lignes: list[Ligne]
    non_calcules: list[NonCalcule]
    avertissements: list[str]
    forfait: Cabinet
    prevention: Cabinet | None = None
    total: int = field(init=False)

    def __post_init__(self) -> None:
        self.total = sum(ligne.montant or 0 for ligne in self.lignes)

    def par_dispositif(self) -> dict[str, int]:
        """Return the sum of each dispositif, in cents."""
        sommes: dict[str, int] = {}
        for ligne in self.lignes:
            sommes[ligne.dispositif] = sommes.get(ligne.dispositif, 0) + (ligne.montant or 0)
        return sommes

    def par_date(self) -> list[Ligne]:
        """Return the payments by date, undated ones last."""
        return sorted(self.lignes, key=lambda ligne: ligne.date_versement or dt.date.max)

    def table(self) -> pl.DataFrame:
        """Return the payments as a Polars frame; `montant` in euros, as a decimal."""
        schema: dict[str, type[pl.DataType] | pl.DataType] = {
            "dispositif": pl.String, "libelle": pl.String, "annee": pl.Int64, "base": pl.String,
            "montant": pl.Int64, "date_versement": pl.Date, "precision_date": pl.String, "etat": pl.String,
            "motif": pl.String, "confiance": pl.String, "references": pl.List(pl.String),
        }  # fmt: skip
        lignes = [{champ: getattr(ligne, champ) for champ in schema} for ligne in self.lignes]
        return pl.DataFrame([{**ligne, "references": list(ligne["references"])} for ligne in lignes], schema=schema).with_columns(
            (pl.col("montant").cast(pl.Decimal(18, 2)) / 100).cast(pl.Decimal(18, 2))
        )


def etablir(dossier: Dossier, annee: int, texte: Texte, progression: Progression | None = None) -> Releve:
    """Compute the statement of a dossier for an exercise under a text.

    What lacks data or a published figure becomes a line without amount or an entry of `non_calcules`, never a guess;
    `Erreurs` if a section of the dossier is ill-formed.
    """
    avancer = progression or (lambda _: None)
    medecin = dossier.cabinet["medecin"]
    demande = Demande(texte, annee)
    lignes: list[Ligne] = []
    non_calcules: list[NonCalcule] = []
    avancer(ETAPES[0])
    contexte, forfait = fmt.contexte_de(demande)
    montants = {"fmt": ["fmt_socle", "fmt_majoration_c2s", "fmt_classe"], "fpmt": ["fpmt_montant", "fpmt_classe"]}[forfait]
    cabinet = Cabinet(contexte, medecin, tables_de(dossier), [f"{forfait}_total"], montants)
    lignes += fmt.lignes_de_l_annee(cabinet.medecin, annee, forfait)
    avancer(ETAPES[1])
    suivi = _prevention(dossier, demande, lignes, non_calcules)
    lignes += _sections(dossier, demande, non_calcules, avancer)
    for ligne in [ligne for ligne in lignes if ligne.etat == SANS_OBJET and not ligne.montant]:
        lignes.remove(ligne)
        non_calcules.append(NonCalcule(ligne.dispositif, f"{ligne.libelle} : {ligne.motif}"))
    for ligne in lignes:
        ligne.beneficiaire = ligne.beneficiaire or str(medecin.get("medecin") or "")
    return Releve(
        str(medecin.get("medecin") or ""), annee, texte, lignes, non_calcules, list(dossier.avertissements), cabinet, suivi
    )


def _prevention(
    dossier: Dossier, demande: Demande, lignes: list[Ligne], non_calcules: list[NonCalcule]
) -> Cabinet | None:
    contexte = prevention.contexte_de(demande)
    try:
        contexte.regle("prevention_montant")
    except RegleAbsente:
        cabinet = Cabinet(contexte, dossier.cabinet["medecin"], tables_de(dossier), ["rosp_total"])
        lignes.append(prevention.ligne_rosp(contexte, demande.annee, cabinet.medecin))
        return None
    if dossier.evenements is None:
        non_calcules.append(NonCalcule("prevention", "le dossier n'a pas de fichier d'événements (evenements.csv)"))
        return None
    cabinet = Cabinet(contexte, dossier.cabinet["medecin"], tables_de(dossier), ["prevention_total"])
    lignes.append(prevention.ligne_du_medecin(cabinet.medecin, demande.annee))
    return cabinet


def _sections(
    dossier: Dossier, demande: Demande, non_calcules: list[NonCalcule], avancer: Progression
) -> list[Ligne]:
    """Compute the dispositifs described by sections of `cabinet.toml`, all their faults at once."""
    lignes: list[Ligne] = []
    fautes: list[Faute] = []
    for nom in SECTIONS:
        avancer(nom)
        section = nom.replace("-", "_")
        if section not in dossier.cabinet:
            non_calcules.append(NonCalcule(nom, f"section [{section}] absente de cabinet.toml"))
            continue
        for entree in _entrees(dossier.cabinet, nom, demande.annee):
            try:
                resultat = repondre_entree(tous()[nom], demande, entree, racine=section)
            except Refus as refus:
                if all(faute.message == NECESSAIRE for faute in refus.fautes):
                    manque = " ; ".join(f"{faute.champ} ({faute.attendu})" for faute in refus.fautes)
                    non_calcules.append(NonCalcule(nom, f"il manque {manque}"))
                else:
                    cabinet = str(dossier.chemin / "cabinet.toml")
                    fautes += [replace(faute, fichier=cabinet) for faute in refus.fautes]
                continue
            except RegleAbsente as absente:
                non_calcules.append(NonCalcule(nom, str(absente)))
                continue
            lignes += [ligne for ligne in resultat.lignes if ligne.montant != 0 or ligne.etat != DU]
            motif = resultat.resultats.get("motif")
            if motif and not any(ligne.motif for ligne in resultat.lignes):
                non_calcules.append(NonCalcule(nom, str(motif)))
    if fautes:
        raise Erreurs(fautes)
    return _sans_double_compte(lignes, non_calcules)


def _sans_double_compte(lignes: list[Ligne], non_calcules: list[NonCalcule]) -> list[Ligne]:
    """Drop the supervision of students before 2026 where the forfait structure, which paid it, is on the statement."""
    structure = any(ligne.dispositif == "dotation-numerique" and "structure" in ligne.libelle.lower() for ligne in lignes)
    doubles = [ligne for ligne in lignes if structure and ligne.dispositif == "missions-specifiques" and "stage" in ligne.libelle]
    non_calcules += [NonCalcule(d.dispositif, f"{d.libelle} : déjà dans le forfait structure (volet 2)") for d in doubles]
    return [ligne for ligne in lignes if ligne not in doubles]


def _entrees(cabinet: Mapping[str, Any], nom: str, annee: int) -> list[Any]:
    """Return the inputs of a section: one, or several if it is a list of tables (contracts, leaves).

    What the section does not repeat of the doctor comes from [medecin]; the months of other exercises are left aside,
    since a dossier is kept over years.
    """
    contenu = cabinet[nom.replace("-", "_")]
    return [_completer(entree, nom, cabinet, annee) for entree in (contenu if isinstance(contenu, list) else [contenu])]


def _completer(entree: Any, nom: str, cabinet: Mapping[str, Any], annee: int) -> Any:
    if not isinstance(entree, dict):
        return entree
    medecin, attendue = cabinet["medecin"], tous()[nom].entree
    modele = attendue.get(entree.get("calcul") or "") if isinstance(attendue, Mapping) else attendue
    champs: Mapping[str, Any] = getattr(modele, "model_fields", {})
    connus = {**medecin, "medecin": medecin}
    complet = {**{champ: connus[champ] for champ in DU_MEDECIN if champ in champs and champ in connus}, **entree}
    if nom == "dotation-numerique" and "forfait_structure" in cabinet:
        complet["forfait_structure"] = cabinet["forfait_structure"]
    if isinstance(mois := complet.get("demi_journees"), dict):
        complet["demi_journees"] = {m: nombre for m, nombre in mois.items() if m.startswith(f"{annee}-")}
    return complet


def en_dict(releve: Releve, tableau: dict[str, Any]) -> dict[str, Any]:
    """Return the statement as the JSON contract wants it."""
    return {
        "medecin": releve.medecin,
        "annee": releve.annee,
        "texte": releve.texte.id,
        "lignes": [
            {**ligne.en_dict(), "explication": ligne.explication.en_dict() if ligne.explication else None}
            for ligne in releve.lignes
        ],
        "total": vers_nombre(releve.total, "EUR"),
        "total_incomplet": any(ligne.etat == INCOMPLET or ligne.montant is None for ligne in releve.lignes),
        "non_calcules": [{"dispositif": n.dispositif, "motif": n.motif} for n in releve.non_calcules],
        "avertissements": releve.avertissements,
        "tableau_de_bord": tableau,
    }
