"""A dossier: a folder with `cabinet.toml`, the patients, their acts, the bills and the payments of a practice."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import polars as pl

from convmed.donnees import cabinet as lecture_du_cabinet
from convmed.donnees.colonnes_dossier import ACTES, FICHIERS, PAIEMENTS, PATIENTS
from convmed.donnees.conversions import TYPES
from convmed.donnees.evenements import lire_evenements
from convmed.donnees.fautes import LISTEES, Collecte, nombre
from convmed.donnees.lecture import LIGNE, Progression
from convmed.donnees.nir import VARIABLE
from convmed.donnees.nomenclatures import listes_avec
from convmed.donnees.table import EMPREINTE, Lecteur, lire_table
from convmed.textes import Erreurs, Faute, dit_en_francais

EXTENSIONS = (".csv", ".parquet")
CLASSEURS = (".xlsx", ".xls", ".ods", ".txt", ".tsv")


@dataclass
class Dossier:
    """What was read. A table is `None` when its file is absent, which is not the same as empty.

    `patients` has only the columns of its file (with `patient` and `medecin`); `affections` has one row for each ALD
    number; `evenements` is `patient`, `date`, `traceur`; amounts are cents.
    """

    chemin: Path
    cabinet: dict[str, Any]
    patients: pl.DataFrame
    evenements: pl.DataFrame | None
    affections: pl.DataFrame
    paiements: pl.DataFrame | None
    actes: pl.DataFrame | None
    avertissements: list[str] = field(default_factory=list)
    lignes_des_patients: pl.Series | None = None
    fichier_des_patients: str = "patients.csv"

    def __repr__(self) -> str:
        tailles = ", ".join(
            f"{nom}={'absent' if table is None else table.height}"
            for nom, table in (("patients", self.patients), ("evenements", self.evenements), ("affections", self.affections),
                               ("paiements", self.paiements), ("actes", self.actes))
        )  # fmt: skip
        return f"Dossier({tailles})"


def lire_dossier(chemin: Path, progression: Progression | None = None) -> Dossier:
    """Read a dossier; `Erreurs` with all the faults of all its files.

    `progression(file, read, total)` is called as the large files advance. Writes nothing. Names no one: a NIR becomes a
    keyed hash while its block is read, identity columns are dropped, and faults name rows.
    """
    chemin = Path(chemin)
    lecteur = Lecteur(progression=progression)
    fichiers = _reperer(chemin, lecteur.collecte)
    _signaler_les_autres(chemin, fichiers, lecteur)
    if lecteur.pseudonymes.cle_trop_courte:
        lecteur.avertissements.append(f"{VARIABLE} est courte : une clé longue protège mieux les NIR")
    cabinet = _lire_le_cabinet(chemin, lecteur)
    identifiant = cabinet.get(lecture_du_cabinet.MEDECIN, {}).get("medecin")
    patients, equivalences = _lire_les_patients(fichiers.get("patients"), identifiant, lecteur)
    evenements = None
    if (fichier := fichiers.get("evenements")) is not None:
        connues = listes_avec(fichiers["nomenclatures"], lecteur) if "nomenclatures" in fichiers else None
        evenements = lire_evenements(fichier, patients, equivalences, lecteur, connues)
    paiements = _lire_les_paiements(fichiers.get("paiements"), lecteur)
    actes = _lire_les_actes(fichiers.get("actes"), identifiant, equivalences, lecteur)
    lecteur.collecte.lever()
    assert patients is not None
    if evenements is not None and evenements.is_empty() and not patients.is_empty():
        lecteur.avertir(fichiers["evenements"].name, "aucun acte traceur : chaque indicateur se lit comme non fait ; retirez ce "
                                                     "fichier si vous n'avez pas la liste des actes")  # fmt: skip
    return Dossier(
        chemin, cabinet, patients.drop(LIGNE), evenements, _affections(patients), paiements, actes, lecteur.avertissements,
        patients.get_column(LIGNE), fichiers["patients"].name,
    )  # fmt: skip


def verifier(dossier: Dossier, annee: int) -> list[str]:
    """Check a dossier against an exercise: `Erreurs` for a birth after its end; return what deserves a look."""
    fin, collecte, avertissements = dt.date(annee, 12, 31), Collecte(), []
    patients = dossier.patients
    if "date_naissance" in patients.columns:
        lignes = dossier.lignes_des_patients
        futures = (patients.get_column("date_naissance") > fin).fill_null(False)
        numeros = pl.int_range(1, patients.height + 1, eager=True) if lignes is None else lignes
        collecte.sur_lignes(
            dossier.fichier_des_patients, numeros.filter(futures), f"naissance après la fin de {annee}", colonne="date_naissance",
            attendu=f"une date jusqu'au {fin:%d/%m/%Y}",
            valeurs=[f"{jour:%d/%m/%Y}" for jour in patients.filter(futures)["date_naissance"].head(LISTEES)],
        )  # fmt: skip
    collecte.lever()
    if "date_derniere_consultation" in patients.columns:
        tardives = int((patients.get_column("date_derniere_consultation") > fin).sum())
        if tardives:
            avertissements.append(f"{nombre(tardives, 'patient vu', 'patients vus')} après le {fin:%d/%m/%Y}")
    if dossier.evenements is not None and (tardifs := int((dossier.evenements.get_column("date") > fin).sum())):
        avertissements.append(f"{nombre(tardifs, 'acte', 'actes')} après le {fin:%d/%m/%Y}")
    return avertissements


def _reperer(chemin: Path, collecte: Collecte) -> dict[str, Path]:
    """Return the table files of the folder, by name; `Erreurs` if it is no folder, faults for a file missing or double."""
    if not chemin.is_dir():
        quoi = "c'est un fichier : un dossier convmed est un répertoire" if chemin.exists() else "ce dossier n'existe pas"
        raise Erreurs([Faute(quoi, fichier=str(chemin), attendu="un dossier avec cabinet.toml et patients.csv")])
    try:
        contenu = sorted(chemin.iterdir())
    except OSError as erreur:
        raise Erreurs([Faute(f"lecture impossible ({dit_en_francais(erreur)})", fichier=str(chemin))]) from None
    trouves: dict[str, list[Path]] = {}
    for fichier in contenu:
        if fichier.suffix.lower() in EXTENSIONS and fichier.stem.lower() in FICHIERS:
            trouves.setdefault(fichier.stem.lower(), []).append(fichier)
    for fichiers in trouves.values():
        if len(fichiers) > 1:
            collecte.ajouter(Faute("le même tableau est là deux fois", fichier=" et ".join(f.name for f in fichiers),
                                   attendu="un seul des deux"))  # fmt: skip
    if "patients" not in trouves:
        classeur = next((f.name for f in contenu if f.stem.lower() == "patients" and f.suffix.lower() in CLASSEURS), None)
        collecte.ajouter(Faute("ce fichier manque dans le dossier" + (f" ({classeur} ne se lit pas)" if classeur else ""),
                               fichier="patients.csv", attendu="un CSV, ou un Parquet ; réduit à ses en-têtes s'il n'y a pas de patient"))  # fmt: skip
    return {nom: fichiers[0] for nom, fichiers in trouves.items()}


def _signaler_les_autres(chemin: Path, fichiers: dict[str, Path], lecteur: Lecteur) -> None:
    """Warn of files that look misnamed: they were not read."""
    lus = {fichier.name for fichier in fichiers.values()} | {lecture_du_cabinet.NOM}
    for autre in sorted(chemin.iterdir()):
        if autre.name in lus or autre.suffix.lower() not in (*EXTENSIONS, *CLASSEURS, ".toml"):
            continue
        proches = get_close_matches(autre.stem.lower(), [*FICHIERS, "cabinet"], n=1, cutoff=0.75)
        if proches:
            voulu = lecture_du_cabinet.NOM if proches[0] == "cabinet" else f"{proches[0]}.csv"
            lecteur.avertir(autre.name, f"fichier non lu ; un dossier attend {voulu}")


def _lire_le_cabinet(chemin: Path, lecteur: Lecteur) -> dict[str, Any]:
    try:
        return lecture_du_cabinet.lire_cabinet(chemin / lecture_du_cabinet.NOM)
    except Erreurs as erreur:
        lecteur.collecte.ajouter(*erreur.fautes)
        return {}


def _lire_les_patients(
    chemin: Path | None, identifiant: str | None, lecteur: Lecteur
) -> tuple[pl.DataFrame | None, dict[str, str]]:
    """Return the patients with their line, and the patient that each hashed NIR names when the file has both."""
    table = lire_table(chemin, PATIENTS, lecteur) if chemin is not None else None
    if table is None or chemin is None:
        return None, {}
    _verifier_les_doubles(table, chemin.name, lecteur)
    _verifier_les_dates(table, chemin.name, lecteur)
    table = _avec_le_medecin(table, chemin.name, identifiant, lecteur)
    equivalences: dict[str, str] = {}
    if EMPREINTE in table.columns:
        equivalences = dict(table.select(EMPREINTE, "patient").drop_nulls().iter_rows())
        table = table.drop(EMPREINTE)
    if {"ald", "ald_numeros"} <= set(table.columns):
        contraires = table.filter(~pl.col("ald") & (pl.col("ald_numeros").list.len() > 0)).height
        if contraires:
            lecteur.avertir(chemin.name, f"{nombre(contraires, 'patient', 'patients')} sans ALD mais avec un numéro d'ALD")
    return table, equivalences


def _verifier_les_doubles(table: pl.DataFrame, nom: str, lecteur: Lecteur) -> None:
    if table.get_column("patient").drop_nulls().n_unique() + table.get_column("patient").null_count() == table.height:
        return
    premieres = table.select("patient", __premiere=pl.col(LIGNE).min().over("patient"), __ligne=pl.col(LIGNE)).drop_nulls()
    doubles = premieres.filter(pl.col(LIGNE) != pl.col("__premiere"))
    lecteur.collecte.ajouter(*(
        Faute(f"ce patient est déjà à la ligne {premiere}", fichier=nom, ligne=ligne, colonne="patient", attendu="une ligne par patient")
        for premiere, ligne in doubles.head(LISTEES).select("__premiere", LIGNE).iter_rows()
    ))  # fmt: skip
    lecteur.collecte.non_listees += max(0, doubles.height - LISTEES)


def _verifier_les_dates(table: pl.DataFrame, nom: str, lecteur: Lecteur) -> None:
    colonnes = [c for c in ("date_derniere_consultation", "date_declaration_mt") if c in table.columns]
    if "date_naissance" not in table.columns or not colonnes:
        return
    avant = table.select(LIGNE, *((pl.col(colonne) < pl.col("date_naissance")).fill_null(False) for colonne in colonnes))
    for colonne in colonnes:
        if (masque := avant.get_column(colonne)).any():
            lecteur.collecte.sur_lignes(nom, avant.get_column(LIGNE).filter(masque), "date avant la naissance du patient",
                                        colonne=colonne, attendu="une date à partir de la naissance",
                                        valeurs=[f"{jour:%d/%m/%Y}" for jour in table[colonne].filter(masque).head(LISTEES)])  # fmt: skip


def _avec_le_medecin(table: pl.DataFrame, nom: str, identifiant: str | None, lecteur: Lecteur) -> pl.DataFrame:
    """Give each row its doctor: the one of the practice unless the file says otherwise."""
    du_cabinet = pl.lit(identifiant, pl.String)
    if "medecin" not in table.columns:
        rang = table.columns.index("patient") + 1 if "patient" in table.columns else 1
        return table.insert_column(rang, pl.Series("medecin", [identifiant], dtype=pl.String).new_from_index(0, table.height))
    if identifiant is not None:
        autres = table.filter(pl.col("medecin") != du_cabinet)
        lecteur.collecte.sur_lignes(nom, autres.get_column(LIGNE), "ce n'est pas le médecin de cabinet.toml", colonne="medecin",
                                    attendu="l'identifiant de la section [medecin], ou rien")  # fmt: skip
    return table.with_columns(pl.col("medecin").fill_null(du_cabinet))


def _affections(patients: pl.DataFrame) -> pl.DataFrame:
    if "ald_numeros" not in patients.columns:
        return pl.DataFrame(schema={"patient": pl.String, "numero_ald": pl.Int64})
    return (
        patients.select("patient", numero_ald=pl.col("ald_numeros")).explode("numero_ald").drop_nulls("numero_ald")
    )  # fmt: skip


def _lire_les_paiements(chemin: Path | None, lecteur: Lecteur) -> pl.DataFrame | None:
    table = lire_table(chemin, PAIEMENTS, lecteur) if chemin is not None else None
    if table is None or chemin is None:
        return None
    complete = table.with_columns(
        pl.lit(None, TYPES[colonne.genre]).alias(colonne.nom) for colonne in PAIEMENTS.colonnes if colonne.nom not in table.columns
    )
    muets = complete.filter(pl.all_horizontal(pl.col("libelle", "dispositif", "code").is_null()))
    lecteur.collecte.sur_lignes(chemin.name, muets.get_column(LIGNE), "rien ne dit ce qui est payé", colonne="libelle",
                                attendu="un libellé, un dispositif ou un code")  # fmt: skip
    return complete.select(colonne.nom for colonne in PAIEMENTS.colonnes)


def _lire_les_actes(
    chemin: Path | None, identifiant: str | None, equivalences: dict[str, str], lecteur: Lecteur
) -> pl.DataFrame | None:
    table = lire_table(chemin, ACTES, lecteur) if chemin is not None else None
    if table is None or chemin is None:
        return None
    if "patient" in table.columns and equivalences:
        table = table.with_columns(pl.col("patient").replace(equivalences))
    return _avec_le_medecin(table, chemin.name, identifiant, lecteur).drop(LIGNE, EMPREINTE, strict=False)
