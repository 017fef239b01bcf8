"""The events of a dossier: checked against the patients, turned into tracer acts, cancellations taken away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from convmed.donnees.colonnes_dossier import EVENEMENTS, NOMENCLATURES, TRACEURS_CONNUS
from convmed.donnees.fautes import nombre
from convmed.donnees.lecture import LIGNE
from convmed.donnees.nomenclatures import Bilan, traceurs
from convmed.donnees.table import EMPREINTE, Lecteur, lire_table
from convmed.textes import Faute

SCHEMA = {"patient": pl.String, "date": pl.Date, "traceur": pl.String}
CODES_CITES = 5
_RANG = "__rang"
_CLASSE = [_RANG, "date", "traceur"]
_ACTE = [_RANG, "date", "nomenclature", "code"]
# A tracer act waits in 9 bytes (30 if the file has quantities): the rank of its patient, and words as numbers.
_COMPACT: Any = {
    _RANG: pl.UInt32, "date": pl.Date, "nomenclature": pl.Enum(NOMENCLATURES), "code": pl.String,
    "traceur": pl.Enum(TRACEURS_CONNUS), "quantite": pl.Int32,
}  # fmt: skip
_FACULTATIVES = {
    "nomenclature": pl.String, "code": pl.String, "traceur": pl.String, "specialite_executant": pl.String, "quantite": pl.Int64,
}  # fmt: skip


def lire_evenements(
    chemin: Path, patients: pl.DataFrame | None, equivalences: dict[str, str], lecteur: Lecteur, connues: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Return `patient`, `date`, `traceur` of the events, each class once a day for a patient.

    `patients` (`None` if it could not be read) gives the known patients and their birth; `equivalences` the patient of
    a hashed NIR. A code of no list is dropped and counted; a negative quantity takes away the matching acts.
    """
    traitement = _Traitement(chemin.name, patients, equivalences, lecteur, connues)
    table = lire_table(chemin, EVENEMENTS, lecteur, traitement.traiter)
    if table is None or patients is None:
        return pl.DataFrame(schema=SCHEMA)
    actes = _sans_les_annules(table, chemin.name, lecteur) if "quantite" in table.columns else table
    uniques = actes.select(_CLASSE).unique(maintain_order=True)
    if doublons := traitement.repetes + actes.height - uniques.height:
        lecteur.avertir(chemin.name, nombre(doublons, "acte répété", "actes répétés") + " le même jour pour le même patient : compté une fois")
    traitement.avertir()
    return uniques.select(
        patients.get_column("patient").gather(uniques.get_column(_RANG)), "date", pl.col("traceur").cast(pl.String)
    )


class _Traitement:
    """Reduces the events block by block, so that only tracer acts stay in memory."""

    def __init__(
        self, nom: str, patients: pl.DataFrame | None, equivalences: dict[str, str], lecteur: Lecteur,
        connues: pl.DataFrame | None,
    ) -> None:
        self.nom, self.lecteur, self.connues, self.equivalences = nom, lecteur, connues, equivalences
        self.bilan, self.nuls, self.repetes, self.colonnes_vues = Bilan(), 0, 0, False
        self.connus = None
        if patients is not None:
            naissance = pl.col("date_naissance") if "date_naissance" in patients.columns else pl.lit(None, pl.Date)
            self.connus = patients.lazy().select("patient", naissance.alias("__naissance")).with_row_index(_RANG).unique("patient")

    def traiter(self, bloc: pl.DataFrame) -> pl.DataFrame:
        """Check one block and return its tracer acts."""
        self._verifier_les_colonnes(bloc)
        manquantes = [pl.lit(None, genre).alias(nom) for nom, genre in _FACULTATIVES.items() if nom not in bloc.columns]
        complet = bloc.lazy().drop(EMPREINTE, strict=False).with_columns(manquantes).with_columns(pl.col("quantite").fill_null(1))
        if self.equivalences:
            complet = complet.with_columns(pl.col("patient").replace(self.equivalences))
        table = self._verifier(complet).select(*_ACTE, "traceur", "specialite_executant", "quantite")
        poses = table.filter(pl.col("quantite") > 0)
        actes, bilan = self._traduire(poses)
        self.bilan += bilan
        if "quantite" not in bloc.columns:
            # Without quantities nothing can be cancelled: what is repeated may go at once.
            uniques = actes.select(_CLASSE).unique(maintain_order=True)
            self.repetes += actes.height - uniques.height
            return uniques
        annulations = table.filter(pl.col("quantite") < 0)
        self.nuls += table.height - poses.height - annulations.height
        return pl.concat([actes, self._marquer(annulations)])

    def _traduire(self, table: pl.DataFrame) -> tuple[pl.DataFrame, Bilan]:
        """Return the tracer acts; one that the file names takes its name as code."""
        nomme = pl.col("traceur").is_not_null()
        traduits, bilan = traceurs(table.filter(~nomme).drop("traceur"), self.connues)
        nommes = table.filter(nomme).with_columns(pl.lit(None, pl.String).alias("nomenclature"), code=pl.col("traceur"))
        return pl.concat([partie.select(*_COMPACT).cast(_COMPACT) for partie in (nommes, traduits)]), bilan

    def _marquer(self, annulations: pl.DataFrame) -> pl.DataFrame:
        """Return the cancellations, one row each, with a `traceur` only if they are of a tracer act: these must find it.

        They cancel by code, whoever did the act: their own speciality is often left out.
        """
        visees = self._traduire(annulations)[0].select(*_ACTE, "traceur").unique(_ACTE)
        codees = annulations.with_columns(
            nomenclature=pl.when(pl.col("traceur").is_null()).then("nomenclature"), code=pl.coalesce("traceur", "code")
        )
        return (
            codees.drop("traceur").cast({nom: _COMPACT[nom] for nom in ("nomenclature", "quantite")})
            .join(visees, on=_ACTE, how="left", nulls_equal=True).select(*_COMPACT)
        )  # fmt: skip

    def _verifier_les_colonnes(self, bloc: pl.DataFrame) -> None:
        if not self.colonnes_vues and "traceur" not in bloc.columns and not {"nomenclature", "code"} <= set(bloc.columns):
            self.lecteur.collecte.ajouter(Faute("rien ne dit quel est l'acte", fichier=self.nom, ligne=1,
                                                attendu="les colonnes nomenclature et code, ou la colonne traceur"))  # fmt: skip
        self.colonnes_vues = True

    def _verifier(self, complet: pl.LazyFrame) -> pl.DataFrame:
        """Refuse the rows that name no act, no known patient, or a date before the birth of the patient."""
        sans_traceur, sans_code = pl.col("traceur").is_null(), pl.col("code").is_null()
        fautes = {
            "cette ligne ne dit pas quel est l'acte": (sans_traceur & sans_code, "code", "une nomenclature et un code, ou un traceur"),
            "code sans nomenclature": (
                sans_traceur & ~sans_code & pl.col("nomenclature").is_null(), "nomenclature",
                EVENEMENTS.colonne("nomenclature").attendu,
            ),
        }  # fmt: skip
        if self.connus is not None:
            complet = complet.join(self.connus, on="patient", how="left", maintain_order="left")
            fautes["patient inconnu (identifiant non montré)"] = (
                pl.col(_RANG).is_null() & pl.col("patient").is_not_null(), "patient", "un identifiant de patients.csv",
            )  # fmt: skip
            fautes["acte avant la naissance du patient"] = (
                pl.col("date") < pl.col("__naissance"), "date", "une date à partir de la naissance",
            )  # fmt: skip
        else:
            complet = complet.with_columns(pl.lit(None, pl.UInt32).alias(_RANG))
        table = complet.with_columns(test.alias(message) for message, (test, _, _) in fautes.items()).collect()
        for message, (_, colonne, attendu) in fautes.items():
            masque = table.drop_in_place(message)
            if masque.any():
                self.lecteur.collecte.sur_lignes(self.nom, table.get_column(LIGNE).filter(masque), message, colonne=colonne,
                                                 attendu=attendu)  # fmt: skip
        return table

    def avertir(self) -> None:
        """Say what was left out."""
        if self.nuls:
            self.lecteur.avertir(self.nom, nombre(self.nuls, "acte écarté", "actes écartés") + " : quantité nulle")
        if self.bilan.sans_traceur:
            cites = sorted(self.bilan.codes_sans_traceur.items(), key=lambda paire: (-paire[1], paire[0]))[:CODES_CITES]
            detail = " ; surtout " + ", ".join(f"{code} ({combien})" for code, combien in cites) if cites else ""
            ecartes = nombre(self.bilan.sans_traceur, "acte écarté", "actes écartés")
            self.lecteur.avertir(self.nom, f"{ecartes} : le code n'est pas celui d'un acte traceur{detail}")
        if self.bilan.specialite_inconnue:
            comptes = nombre(self.bilan.specialite_inconnue, "acte compté", "actes comptés")
            self.lecteur.avertir(self.nom, f"{comptes} sans connaître la spécialité de l'exécutant, que le texte exige")


def _sans_les_annules(table: pl.DataFrame, nom: str, lecteur: Lecteur) -> pl.DataFrame:
    """Take away, first line first, the acts that negative quantities cancel; warn of those that cancel nothing."""
    annulations = table.filter(pl.col("quantite") < 0)
    if annulations.is_empty():
        return table
    a_annuler = annulations.group_by(_ACTE).agg(__annule=-pl.col("quantite").sum(), __vise=pl.col("traceur").is_not_null().any())
    poses = table.filter(pl.col("quantite") > 0).join(a_annuler, on=_ACTE, how="left", nulls_equal=True, maintain_order="left")
    # A code of two classes makes two rows, and is cancelled in both.
    factures = poses.group_by(*_ACTE, "traceur").agg(__facture=pl.col("quantite").sum()).unique(_ACTE)
    orphelines = (
        a_annuler.join(factures, on=_ACTE, how="left", nulls_equal=True)
        .filter(pl.col("__vise"), pl.col("__annule") > pl.col("__facture").fill_null(0)).height
    )  # fmt: skip
    if orphelines:
        lecteur.avertir(nom, nombre(orphelines, "annulation", "annulations") + " sans acte de même patient, date et code à annuler")
    cumul = pl.col("quantite").cum_sum().over(*_ACTE, "traceur")
    return poses.filter(pl.col("__annule").is_null() | (cumul > pl.col("__annule")))
