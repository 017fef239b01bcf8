"""Sobriety of a whole population: from what each doctor prescribed to each class of patients, to the ratio and the bonus.

Rows go through Polars and the rules of the dispositif, the ones that answer a single case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from convmed.dispositifs.sobriete import (
    NOM,
    PLUS_SOBRES,
    REFERENCE,
    milliardiemes,
    motif,
    premiere_annee,
    quotient_de,
    ratio_public,
    reserves,
)
from convmed.dispositifs.sobriete.regles import CLASSE, MILLIARD
from convmed.dispositifs.socle import Demande
from convmed.donnees.colonnes_dossier import OUI_NON, SEXES, Colonne, Fichier
from convmed.donnees.fautes import nombre
from convmed.donnees.lecture import LIGNE, Progression
from convmed.donnees.table import Lecteur, lire_table
from convmed.moteur.colonnes import Calcul
from convmed.moteur.registre import Contexte, RegleAbsente
from convmed.moteur.valeurs import Explication, Instance
from convmed.textes import Erreurs, Faute, Texte

CRITERES = ("tranche_age", "sexe", "ald", "c2s")
DE_CLASSE = (
    Colonne("tranche_age", "identifiant", "Tranche d'âge, en toutes lettres (par exemple 40-44)",
            ("tranche d'âge", "classe d'âge", "classe_age", "age"), requise=True),
    Colonne("sexe", "choix", "Sexe (F ou M)", ("genre",), requise=True, choix=SEXES),
    Colonne("ald", "booleen", "En ALD", ("en ald",), requise=True, choix=OUI_NON),
    Colonne("c2s", "booleen", "Bénéficiaire de la C2S", ("css", "complémentaire santé solidaire"), requise=True, choix=OUI_NON),
)  # fmt: skip
PATIENTS = Colonne("patients", "entier", "Patients de la classe", ("nombre de patients", "effectif", "nb_patients"))
MONTANT = Colonne("montant", "euros", "Montant remboursable des médicaments prescrits dans l'année, en euros",
                  ("montant remboursable", "montant observé", "montant total"))  # fmt: skip
PRESCRIPTIONS = Fichier("prescriptions", "Les prescriptions : une ligne par médecin et par classe de patients", (
    Colonne("medecin", "identifiant", "Identifiant du médecin", ("médecin", "rpps"), requise=True),
    Colonne("specialite", "specialite", "Spécialité du médecin (code CNAM)", ("spécialité",)),
    *DE_CLASSE,
    Colonne("patients", "entier", PATIENTS.libelle, PATIENTS.alias, requise=True),
    Colonne("montant", "euros", MONTANT.libelle, MONTANT.alias, requise=True),
))  # fmt: skip
MOYENNES = Fichier("moyennes", "La pratique nationale : une ligne par classe de patients", (
    *DE_CLASSE, PATIENTS, MONTANT,
    Colonne("montant_moyen", "euros", "Montant moyen par patient, en euros", ("montant par patient", "moyenne")),
))  # fmt: skip
# Beyond it a product of the rules would pass 64 bits; no practice prescribes so much.
PLAFOND_DU_MEDECIN = 10**9
EUROS = pl.Decimal(18, 2)
SORTIE = pl.Schema({
    "medecin": pl.String(), "rang": pl.Int64(), "ratio": pl.Float64(), "position": pl.String(), "montant_observe": EUROS, "montant_attendu": EUROS,
    "ecart": EUROS, "pmt": pl.Int64(), "ratio_precedent": pl.Float64(), "situation": pl.String(), "bonus": EUROS, "motif": pl.String(),
})  # fmt: skip


@dataclass(slots=True)
class Etude:
    """The sobriety of a population: one row a doctor (`SORTIE`), the classes behind, and what is supposed."""

    contexte: Contexte
    medecins: pl.DataFrame
    calcul: pl.DataFrame
    classes: pl.DataFrame
    generalistes: int
    pmt_moyenne: float | None
    seuil_ratio: float | None
    total: float
    motif: str = ""
    reserves: list[str] = field(default_factory=list)
    avertissements: list[str] = field(default_factory=list)

    def synthese(self) -> dict[str, Any]:
        """Return the answer as JSON without its rows."""
        return {
            "annee": self.contexte.annee, "annee_mesuree": self.contexte.annee - 1, "texte": self.contexte.texte.id,
            "medecins_lus": self.medecins.height, "generalistes": self.generalistes,
            "primes": self.medecins.filter(pl.col("bonus") > 0).height, "montant": self.total, "pmt_moyenne": self.pmt_moyenne,
            "seuil_ratio": self.seuil_ratio, **({"motif": self.motif} if self.motif else {}), "reserves": self.reserves,
            "avertissements": self.avertissements,
        }  # fmt: skip

    def expliquer(self, medecin: str) -> list[Explication]:
        """Return the trees of one doctor's ratio and bonus; `Erreurs` for a doctor that the file does not have."""
        instance = self._instance(medecin)
        return [instance.expliquer(regle) for regle in ("sob_ratio", *(() if self.motif else ("sob_bonus",)))]

    def classes_de(self, medecin: str) -> list[dict[str, Any]]:
        """Return the classes of one doctor, each with what the average practice would prescribe."""
        instance = self._instance(medecin)
        return [
            {**{critere: classe.donnees[critere] for critere in CRITERES}, "patients": classe.donnees["sob_classe_patients"],
             "montant": classe.donnees["sob_classe_montant"] / 100,
             "moyenne_nationale": round(classe.donnees["sob_classe_montant_national"] / classe.donnees["sob_classe_patients_nationaux"] / 100, 4),
             "attendu": classe.valeur("sob_classe_attendu") / 100}
            for classe in instance.enfants[CLASSE]
        ]  # fmt: skip

    def _instance(self, medecin: str) -> Instance:
        lues = self.calcul.filter(pl.col("medecin") == medecin).to_dicts()
        if not lues:
            raise Erreurs([Faute("médecin inconnu de ce fichier", champ="--expliquer", valeur=medecin, attendu="un identifiant de la colonne medecin")])
        donnees = {nom: lues[0].get(nom) for nom in ("sob_specialite", "sob_ratio_precedent", "sob_pmt", "sob_rang", "sob_population",
                                                     "sob_seuil", "sob_pmt_totale", "sob_pmt_medecins")}  # fmt: skip
        siennes = self.classes.filter(pl.col("medecin") == medecin).sort("sob_classe_nom").to_dicts()
        enfants = [Instance(self.contexte, CLASSE, classe) for classe in siennes]
        return Instance(self.contexte, "medecin", donnees, {CLASSE: enfants})


def etudier(
    fichier: Path,
    texte: Texte,
    annee: int,
    *,
    moyennes: Path | None = None,
    precedent: Path | None = None,
    pmt_moyenne: float | None = None,
    seuil_ratio: float | None = None,
    progression: Progression | None = None,
) -> Etude:
    """Return the sobriety of the doctors of a file, for a payment in `annee` on the year before.

    The national practice is the file itself, or `moyennes`; the ratio of the year before comes from `precedent`, against its
    own averages. Raises `Erreurs` with every fault of every file. Source: convention of 4 June 2024, art. 66 to 69.
    """
    lecteur = Lecteur(progression=progression)
    contexte = Demande(texte, annee).contexte()
    if (faute := _sans_ratio(contexte)) is not None:
        raise Erreurs([faute])
    generalistes = list(contexte.figure(NOM, "specialites")[1] or ())
    lues = _lire(fichier, PRESCRIPTIONS, lecteur)
    nationales = None if moyennes is None else _lire_moyennes(moyennes, lecteur)
    avant = None if precedent is None else _lire(precedent, PRESCRIPTIONS, lecteur)
    lecteur.collecte.lever()
    assert lues is not None
    classes = _avec_la_moyenne(lues, nationales, generalistes, fichier.name, lecteur)
    classes_avant = None if avant is None or precedent is None else _avec_la_moyenne(avant, None, generalistes, precedent.name, lecteur)
    lecteur.collecte.lever()
    medecins = _ratios(contexte, classes, fichier.name)
    if classes_avant is not None and precedent is not None:
        anciens = _ratios(contexte, classes_avant, precedent.name).select("medecin", sob_ratio_precedent="sob_ratio")
        medecins = medecins.join(anciens, on="medecin", how="left", maintain_order="left")
    return _primer(contexte, medecins, classes, pmt_moyenne, seuil_ratio, lecteur.avertissements)


# --- reading


def _lire(chemin: Path, fichier: Fichier, lecteur: Lecteur) -> pl.DataFrame | None:
    table = lire_table(chemin, fichier, lecteur)
    if table is None:
        return None
    if not table.height:
        lecteur.collecte.ajouter(Faute("aucune ligne sous les en-têtes", fichier=chemin.name, attendu=fichier.libelle))
        return None
    _verifier(table, chemin.name, lecteur, (*(["medecin"] if "medecin" in table.columns else []), *CRITERES))
    if "specialite" in table.columns:
        doubles = table.group_by("medecin").agg(pl.col("specialite").n_unique(), pl.col(LIGNE).max()).filter(pl.col("specialite") > 1)
        lecteur.collecte.sur_lignes(chemin.name, doubles[LIGNE].sort(), "ce médecin a deux spécialités", colonne="specialite", attendu="une seule")
    return table.filter(pl.col("patients") > 0) if "patients" in table.columns else table


def _verifier(table: pl.DataFrame, nom: str, lecteur: Lecteur, cle: Sequence[str]) -> None:
    """Add the faults of rows that contradict themselves or one another."""
    for colonne in ("patients", "montant", "montant_moyen"):
        if colonne in table.columns:
            negatives = table.filter(pl.col(colonne) < 0)[LIGNE]
            lecteur.collecte.sur_lignes(nom, negatives, "valeur négative", colonne=colonne, attendu="zéro ou plus")
    if {"patients", "montant"} <= set(table.columns):
        sans = table.filter((pl.col("patients") == 0) & (pl.col("montant") > 0))[LIGNE]
        lecteur.collecte.sur_lignes(nom, sans, "un montant sans patient", colonne="patients", attendu="au moins un patient")
    if table.lazy().group_by(cle).len().select(pl.len()).collect().item() < table.height:
        repetees = table.filter(~pl.struct(cle).is_first_distinct())[LIGNE]
        lecteur.collecte.sur_lignes(nom, repetees, "cette classe de patients est donnée deux fois", attendu="une ligne par médecin et par classe")


def _lire_moyennes(chemin: Path, lecteur: Lecteur) -> pl.DataFrame | None:
    avant = len(lecteur.collecte)
    table = _lire(chemin, MOYENNES, lecteur)
    if table is None:
        return None
    if "montant_moyen" in table.columns:
        # An average is a total over one patient.
        table = table.with_columns(montant=pl.col("montant_moyen"), patients=pl.lit(1, pl.Int64))
    for colonne in ("patients", "montant"):
        if colonne not in table.columns:
            lecteur.collecte.ajouter(Faute(f"la colonne « {colonne} » manque", fichier=chemin.name, attendu="patients et montant, ou montant_moyen"))
        else:
            lecteur.collecte.sur_lignes(chemin.name, table.filter(pl.col(colonne).is_null())[LIGNE], "cellule vide", colonne=colonne)
    if len(lecteur.collecte) > avant:
        return None
    return table.select(*CRITERES, sob_classe_montant_national="montant", sob_classe_patients_nationaux="patients")


# --- the ratio and the bonus


def _avec_la_moyenne(
    lues: pl.DataFrame, nationales: pl.DataFrame | None, generalistes: list[str], nom: str, lecteur: Lecteur
) -> pl.DataFrame:
    """Return the classes of each doctor as the rules read them, beside the national practice of the class."""
    if "specialite" not in lues.columns:
        lues = lues.with_columns(specialite=pl.lit(None, pl.String))
    if nationales is None:
        comptees = lues.lazy().filter(pl.col("specialite").is_null() | pl.col("specialite").is_in(generalistes))
        nationales = comptees.group_by(CRITERES).agg(
            sob_classe_montant_national=pl.col("montant").sum(), sob_classe_patients_nationaux=pl.col("patients").sum()
        ).collect()  # fmt: skip
    classes = lues.join(nationales, on=CRITERES, how="left", maintain_order="left")
    sans = classes.filter(pl.col("sob_classe_patients_nationaux").is_null()).unique(CRITERES, keep="first", maintain_order=True)
    for classe in sans.select(LIGNE, _nom_de_la_classe()).iter_rows():
        attendu = "une classe que la pratique nationale connaît"
        lecteur.collecte.ajouter(Faute(f"« {classe[1]} » n'a pas de pratique nationale", fichier=nom, ligne=classe[0], attendu=attendu))
    return classes.select(
        "medecin", "specialite", *CRITERES, "sob_classe_montant_national", "sob_classe_patients_nationaux",
        sob_classe_patients="patients", sob_classe_montant="montant",
        sob_classe_nom=_nom_de_la_classe(),
    )


def _nom_de_la_classe() -> pl.Expr:
    drapeaux = (pl.when(nom).then(pl.lit(oui)).otherwise(pl.lit(f"sans {oui}")) for nom, oui in (("ald", "ALD"), ("c2s", "C2S")))
    return pl.format("{}, {}, {}, {}", "tranche_age", "sexe", *drapeaux)


def _ratios(contexte: Contexte, classes: pl.DataFrame, nom: str) -> pl.DataFrame:
    """Return each doctor with its ratio; `Erreurs` if a ratio has no denominator."""
    medecins = classes.lazy().group_by("medecin", maintain_order=True).agg(
        sob_specialite=pl.col("specialite").first(), sob_pmt=pl.col("sob_classe_patients").sum(), total=pl.col("sob_classe_montant").sum()
    ).collect()  # fmt: skip
    fautes = [
        Faute("montant du médecin hors de toute mesure", fichier=nom, colonne="montant", valeur=medecin, attendu="moins de dix millions d'euros par an")
        for medecin in medecins.filter(pl.col("total") > PLAFOND_DU_MEDECIN)["medecin"].to_list()
    ]
    if fautes:
        raise Erreurs(fautes)
    resultats = ["sob_observe", "sob_attendu", "sob_ratio", "sob_position"]
    calcul = Calcul(contexte, {"medecin": medecins.drop("total"), CLASSE: classes.drop("specialite", *CRITERES)}, _sans_nul(medecins, classes))
    lus: pl.DataFrame = calcul.evaluer("medecin", resultats, ["sob_specialite", "sob_pmt"]).collect()
    nuls = lus.filter(pl.col("sob_ratio").is_null())["medecin"].to_list()
    if nuls:
        raise Erreurs(Faute("montant attendu nul : le ratio n'a pas de dénominateur", fichier=nom, valeur=medecin) for medecin in nuls)
    return lus.sort("medecin")


def _sans_ratio(contexte: Contexte) -> Faute | None:
    try:
        contexte.regle("sob_ratio")
    except RegleAbsente:
        return Faute("ce texte n'a pas de ratio de sobriété", champ="--texte", valeur=contexte.texte.id, attendu="convention-2024, en-vigueur ou la proposition")
    return None


def _sans_nul(*tables: pl.DataFrame) -> list[str]:
    return [nom for table in tables for nom in table.columns if not table[nom].null_count()]


def _primer(
    contexte: Contexte, medecins: pl.DataFrame, classes: pl.DataFrame, pmt_moyenne: float | None, seuil: float | None, avertissements: list[str]
) -> Etude:
    """Rank the doctors and give each its bonus."""
    concernes = list(contexte.figure(NOM, "specialites")[1] or ())
    est_generaliste = pl.col("sob_specialite").is_null() | pl.col("sob_specialite").is_in(concernes)
    generalistes = medecins.filter(est_generaliste)
    rangs = generalistes["sob_ratio"].sort().search_sorted(medecins["sob_ratio"], side="left") + 1
    precedent = [] if "sob_ratio_precedent" in medecins.columns else [pl.lit(None, pl.Int64).alias("sob_ratio_precedent")]
    table = medecins.with_columns(
        *precedent,
        rangs.cast(pl.Int64).alias("sob_rang"),
        pl.lit(generalistes.height, pl.Int64).alias("sob_population"),
        pl.lit(None if seuil is None else milliardiemes(seuil), pl.Int64).alias("sob_seuil"),
        *(pl.lit(valeur, pl.Int64).alias(nom) for nom, valeur in zip(("sob_pmt_totale", "sob_pmt_medecins"), _moyenne(pmt_moyenne, generalistes), strict=True)),
        est_generaliste.alias("generaliste"), sob_montant_observe="sob_observe", sob_montant_attendu="sob_attendu",
    ).drop("sob_observe", "sob_attendu", "sob_ratio", "sob_position")  # fmt: skip
    voulus = ["sob_observe", "sob_attendu", "sob_ratio", "sob_position"]
    absence = _absence_de_bonus(contexte)
    voulus += [] if absence else ["sob_situation", "sob_bonus"]
    garder = ["sob_specialite", "sob_pmt", "sob_rang", "sob_population", "sob_seuil", "sob_ratio_precedent", "sob_pmt_totale", "sob_pmt_medecins",
              "generaliste"]  # fmt: skip
    calcul: pl.DataFrame = Calcul(contexte, {"medecin": table}, _sans_nul(table), vides=[CLASSE]).evaluer("medecin", voulus, garder).collect()
    if absence:
        calcul = calcul.with_columns(sob_situation=pl.lit(None, pl.String), sob_bonus=pl.lit(0, pl.Int64))
    sortie = _en_sortie(contexte, calcul, absence)
    situations = calcul["sob_situation"].drop_nulls().to_list()
    payes = calcul.filter(pl.col("sob_situation").is_in(list(PLUS_SOBRES)))
    return Etude(
        contexte, sortie, calcul, classes, generalistes.height,
        pmt_moyenne if pmt_moyenne is not None else _quotient(generalistes),
        seuil if seuil is not None else ratio_public(payes["sob_ratio"].max()),  # type: ignore[arg-type]
        int(calcul["sob_bonus"].sum()) / 100, absence,
        [] if absence else reserves(contexte, situations, generalistes.height, seuil_fourni=seuil is not None, pmt_fournie=pmt_moyenne is not None),
        avertissements,
    )  # fmt: skip


def _absence_de_bonus(contexte: Contexte) -> str:
    try:
        contexte.regle("sob_bonus")
    except RegleAbsente as absente:
        return f"{absente}{premiere_annee(contexte)} ({REFERENCE})"
    return ""


def _moyenne(pmt_moyenne: float | None, generalistes: pl.DataFrame) -> tuple[int, int]:
    return quotient_de(pmt_moyenne) if pmt_moyenne is not None else (int(generalistes["sob_pmt"].sum()), generalistes.height)


def _quotient(generalistes: pl.DataFrame) -> float | None:
    return round(int(generalistes["sob_pmt"].sum()) / generalistes.height, 4) if generalistes.height else None


def _en_sortie(contexte: Contexte, calcul: pl.DataFrame, absence: str) -> pl.DataFrame:
    faits = calcul.select("sob_situation", "sob_bonus", "sob_rang", "sob_population", "sob_seuil").iter_rows(named=True)
    motifs = [absence] * calcul.height if absence else [motif(contexte, un["sob_situation"], un["sob_bonus"], un) for un in faits]

    def euros(nom: str) -> pl.Expr:
        return (pl.col(nom).cast(EUROS) / 100).cast(EUROS)

    return calcul.with_columns(pl.Series("motif", motifs, pl.String)).select(
        "medecin",
        rang=pl.when("generaliste").then("sob_rang"), ratio=_ratio("sob_ratio"), position="sob_position",
        montant_observe=euros("sob_observe"), montant_attendu=euros("sob_attendu"),
        ecart=euros("sob_observe") - euros("sob_attendu"), pmt="sob_pmt", ratio_precedent=_ratio("sob_ratio_precedent"),
        situation="sob_situation", bonus=euros("sob_bonus"), motif="motif",
    ).cast(SORTIE).sort("rang", "medecin", nulls_last=True)  # fmt: skip


def _ratio(nom: str) -> pl.Expr:
    return (pl.col(nom) / MILLIARD).round(9)


def en_mots(etude: Etude) -> str:
    """Say in one line what a population gets."""
    primes = etude.medecins.filter(pl.col("bonus") > 0).height
    return f"{nombre(etude.generalistes, 'généraliste', 'généralistes')}, {nombre(primes, 'bonus', 'bonus')}"
