"""The gain sharing of a whole population: from deliveries, or from counts by doctor, to what each doctor is due.

Rows go through Polars and the rules of the dispositif, the ones that answer a single case.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import polars as pl

from convmed.dispositifs.interessement import biosimilaires, partages, regles
from convmed.dispositifs.interessement.entrees import MILLION
from convmed.dispositifs.interessement.molecules import Molecule, index, motif_fermee
from convmed.dispositifs.socle import DU, NON_PUBLIE, SANS_OBJET, Demande
from convmed.donnees.colonnes_dossier import Colonne, Fichier, normaliser
from convmed.donnees.lecture import LIGNE, Progression, ouvrir
from convmed.donnees.modeles import OPTIONS, SECTEURS
from convmed.donnees.table import Lecteur, lire_table
from convmed.moteur.colonnes import Calcul
from convmed.moteur.registre import Contexte, RegleAbsente
from convmed.moteur.valeurs import Explication, Instance
from convmed.restitution.interessement_delivrances import (
    DELIVRANCES,
    ECONOMIES,
    MOLECULES,
    Qualifiees,
    dater,
    molecules_ajoutees,
    nommer,
    qualifier,
)
from convmed.textes import NECESSAIRE, Erreurs, Faute, Texte

NOM = "interessement"
BIOSIMILAIRES, IPP, OAM, CARDIAQUE = "biosimilaires", "ipp", "oam", "insuffisance-cardiaque"
CUMULS = Fichier("cumuls", "Les cumuls d'une année : une ligne par médecin et par molécule, ou par dispositif", (
    Colonne("medecin", "identifiant", "Identifiant du médecin", ("médecin", "rpps"), requise=True),
    Colonne("dispositif", "choix", "Dispositif", (), vide=BIOSIMILAIRES,
            choix={normaliser(mot): mot for mot in (BIOSIMILAIRES, IPP, OAM, CARDIAQUE)}),
    Colonne("molecule", "identifiant", "Molécule (DCI), pour les biosimilaires", ("molécule", "dci")),
    Colonne("initiations", "entier", "Patients initiés", ("patients initiés",), vide="0"),
    Colonne("switchs", "entier", "Patients convertis", ("conversions", "switch"), vide="0"),
    Colonne("economie", "euros", "Économie d'une année pleine, par patient, en euros", ("économie", "économie annuelle"), vide="inconnue"),
    Colonne("economies", "euros", "Économies de l'année, en euros, pour les IPP et les OAM", ("économies",)),
    Colonne("indicateurs", "entier", "Indicateurs atteints, insuffisance cardiaque", ("indicateurs atteints",)),
    Colonne("specialite", "specialite", "Spécialité (code CNAM)", ("spécialité",)),
    Colonne("secteur", "choix", "Secteur", choix={normaliser(mot): mot for mot in get_args(SECTEURS)}),
    Colonne("option_tarifaire", "choix", "Option tarifaire", ("option",), choix={normaliser(mot): mot for mot in get_args(OPTIONS)}),
))  # fmt: skip
# The rule that pays each scheme, the one that says why, and the sum that it shares.
REGLES = {
    BIOSIMILAIRES: ("inb_prime", "inb_situation", "inb_economies"),
    IPP: ("ipp_prime", "ipp_situation", "ipp_economies"),
    OAM: ("oam_prime", "oam_situation", "oam_economies"),
    CARDIAQUE: ("ic_montant", "ic_situation", None),
}
ABREGES = {IPP: "ipp", OAM: "oam", CARDIAQUE: "ic"}
EUROS = pl.Decimal(18, 2)
SORTIE = pl.Schema({
    "medecin": pl.String(), "dispositif": pl.String(), "initiations": pl.Int64(), "switchs": pl.Int64(), "patients": pl.Int64(), "indicateurs": pl.Int64(),
    "economies": EUROS, "montant": EUROS, "etat": pl.String(), "motif": pl.String(),
})  # fmt: skip
RESERVES = {
    "un": "un patient n'est compté qu'une fois par médecin, toutes molécules : le premier droit du fichier",
    "trois": "conversion confirmée par {n} délivrances : règle de l'avenant 9, maintien en 2025 non vérifié",
    "historique": "historique supposé commencer le {jour:%d/%m/%Y} : {n} délivrances de biosimilaire sans douze mois d'historique ne sont pas "
    "comptées (--historique-depuis)",
    "ajoutee": "{noms} : molécule ou dates fournies, que les sources n'ont pas",
}


@dataclass(slots=True)
class Etude:
    """What a file gives: one row a doctor and a scheme (`SORTIE`), the rights of the patients, what is supposed."""

    contexte: Contexte
    primes: pl.DataFrame
    tables: dict[str, dict[str, pl.DataFrame]]
    droits: pl.DataFrame | None = None
    comptes: dict[str, int] = field(default_factory=dict)
    motifs: dict[str, str] = field(default_factory=dict)
    reserves: list[str] = field(default_factory=list)
    avertissements: list[str] = field(default_factory=list)

    def synthese(self) -> dict[str, Any]:
        """Return the answer as JSON without its rows."""
        totaux = self.primes.group_by("dispositif", maintain_order=True).agg(
            medecins=pl.len(), payes=(pl.col("montant") > 0).sum(), patients=pl.when(pl.col("patients").count() > 0).then(pl.col("patients").sum()),
            economies=pl.col("economies").sum(), montant=pl.col("montant").sum(), non_publies=(pl.col("etat") == NON_PUBLIE).sum(),
        )  # fmt: skip
        lignes = [{**un, "economies": float(un["economies"]), "montant": float(un["montant"])} for un in totaux.to_dicts()]
        return {
            "annee": self.contexte.annee, "annee_de_versement": self.contexte.annee + 1, "texte": self.contexte.texte.id,
            "dispositifs": lignes, "montant": float(self.primes["montant"].sum() or 0), "delivrances": self.comptes,
            **({"motifs": self.motifs} if self.motifs else {}), "reserves": self.reserves, "avertissements": self.avertissements,
        }  # fmt: skip

    def expliquer(self, medecin: str) -> list[Explication]:
        """Return the tree of each scheme of one doctor; `Erreurs` for a doctor that the file does not have."""
        arbres = []
        for dispositif, tables in self.tables.items():
            lues = tables["medecin"].filter(pl.col("medecin") == medecin).to_dicts()
            if lues:
                enfants = [
                    Instance(self.contexte, regles.MOLECULE, {nom: valeur for nom, valeur in une.items() if valeur is not None})
                    for une in (tables[regles.MOLECULE].filter(pl.col("medecin") == medecin).to_dicts() if regles.MOLECULE in tables else ())
                ]
                donnees = {nom: valeur for nom, valeur in lues[0].items() if valeur is not None}
                arbres.append(Instance(self.contexte, "medecin", donnees, {regles.MOLECULE: enfants}).expliquer(REGLES[dispositif][0]))
        if not arbres and medecin not in self.primes["medecin"]:
            raise Erreurs([Faute("médecin inconnu de ce fichier", champ="--expliquer", valeur=medecin, attendu="un identifiant de la colonne medecin")])
        return arbres


def etudier(
    fichier: Path,
    texte: Texte,
    annee: int | None = None,
    *,
    economies: Path | None = None,
    molecules: Path | None = None,
    taux_oam: float | None = None,
    historique_depuis: dt.date | None = None,
    progression: Progression | None = None,
) -> Etude:
    """Return what each doctor of a file is due for the prescriptions of a year, scheme by scheme.

    `fichier` holds deliveries, or counts by doctor; without `annee`, the year of the last delivery, else 2026. Raises `Erreurs`
    with every fault of every file. Source: convention of 4 June 2024, art. 62 to 65.
    """
    lecteur = Lecteur(progression=progression)
    entetes = {normaliser(entete) for entete in ouvrir(fichier).entetes}
    en_delivrances = any(mot in entetes for colonne in DELIVRANCES.colonnes if colonne.nom in ("date", "type") for mot in _mots(colonne))
    ajoutees = [] if molecules is None else molecules_ajoutees(_lue(molecules, MOLECULES, lecteur))
    connues = index(ajoutees)
    prix = None if economies is None else nommer(_lue(economies, ECONOMIES, lecteur), connues, economies.name, lecteur.collecte)
    table = _lue(fichier, DELIVRANCES if en_delivrances else CUMULS, lecteur)
    _refuser_les_negatifs(table, fichier.name, lecteur)
    if en_delivrances:
        etude = _des_delivrances(table, texte, annee, connues, prix, historique_depuis, fichier.name, lecteur)
    else:
        etude = _des_cumuls(table, texte, annee or ANNEE_DES_CUMULS, connues, prix, taux_oam, fichier.name, lecteur)
    if noms := [molecule.nom for molecule in ajoutees]:
        etude.reserves.append(RESERVES["ajoutee"].format(noms=", ".join(noms)))
    etude.avertissements += lecteur.avertissements
    etude.primes = etude.primes.sort(pl.col("dispositif").cast(pl.Enum(list(REGLES))), "medecin")
    return etude


ANNEE_DES_CUMULS = 2026


def _mots(colonne: Colonne) -> list[str]:
    return [normaliser(mot) for mot in (colonne.nom, *colonne.alias)]


def _lue(chemin: Path, fichier: Fichier, lecteur: Lecteur) -> pl.DataFrame:
    table = lire_table(chemin, fichier, lecteur)
    if table is not None and not table.height:
        lecteur.collecte.ajouter(Faute("aucune ligne sous les en-têtes", fichier=chemin.name, attendu=fichier.libelle))
    lecteur.collecte.lever()
    assert table is not None
    return table


def _refuser_les_negatifs(table: pl.DataFrame, nom: str, lecteur: Lecteur) -> None:
    for colonne in ("economie", "economies", "initiations", "switchs", "indicateurs"):
        if colonne in table.columns:
            lecteur.collecte.sur_lignes(nom, table.filter(pl.col(colonne) < 0)[LIGNE], "valeur négative", colonne=colonne, attendu="zéro ou plus")


def _contexte(texte: Texte, annee: int) -> Contexte:
    return Demande(texte, annee).contexte()


def _absence(contexte: Contexte, dispositif: str) -> str:
    try:
        contexte.regle(REGLES[dispositif][0])
    except RegleAbsente as absente:
        return str(absente)
    return ""


# --- deliveries


def _des_delivrances(
    table: pl.DataFrame,
    texte: Texte,
    annee: int | None,
    connues: Mapping[str, Molecule],
    prix: pl.DataFrame | None,
    depuis: dt.date | None,
    nom: str,
    lecteur: Lecteur,
) -> Etude:
    if "economie" not in table.columns:
        table = table.with_columns(economie=pl.lit(None, pl.Int64))
    table = nommer(table, connues, nom, lecteur.collecte)
    lecteur.collecte.lever()
    contexte = _contexte(texte, annee or table["date"].dt.year().max())  # type: ignore[arg-type]
    medecins = table.select("medecin").unique().sort("medecin")
    if motif := _absence(contexte, BIOSIMILAIRES):
        return Etude(contexte, _sans_objet(medecins, BIOSIMILAIRES, motif), {}, motifs={BIOSIMILAIRES: motif})
    confirmation = contexte.figure(NOM, "delivrances_switch")[1]
    lues = qualifier(contexte, table, connues, depuis)
    de_l_annee = lues.droits.filter(pl.col("date").dt.year() == contexte.annee)
    prescrites = de_l_annee.group_by("medecin", "molecule", "economie").agg(
        initiations=(pl.col("qualification") == "initiation").sum().cast(pl.Int64), switchs=(pl.col("qualification") == "switch").sum().cast(pl.Int64)
    ).sort("medecin", "molecule", "economie")  # fmt: skip
    etude = Etude(contexte, pl.DataFrame(schema=SORTIE), {}, de_l_annee, lues.comptes)
    etude.primes = _biosimilaires(etude, medecins, prescrites, connues, prix)
    de_l_annee_meme = table.filter((pl.col("date").dt.year() == contexte.annee) & (pl.col("type") == regles.BIOSIMILAIRE))["molecule"].unique().sort()
    premier, dernier = dt.date(contexte.annee, 1, 1), dt.date(contexte.annee, 12, 31)
    closes = [nom for nom in de_l_annee_meme.to_list() if not connues[normaliser(nom)].ouverte(premier, dernier)]
    etude.reserves += [*_fermees(closes, connues, contexte.annee), *_reserves_des_delivrances(lues, confirmation, depuis)]
    return etude


def _reserves_des_delivrances(lues: Qualifiees, confirmation: int, depuis: dt.date | None) -> list[str]:
    courts = lues.comptes.get("historique-insuffisant", 0)
    dites = [RESERVES["un"], RESERVES["trois"].format(n=confirmation)]
    if depuis is None and courts:
        dites.append(RESERVES["historique"].format(jour=lues.historique_depuis, n=courts))
    return dites


def _biosimilaires(etude: Etude, medecins: pl.DataFrame, prescrites: pl.DataFrame, connues: Mapping[str, Molecule], prix: pl.DataFrame | None) -> pl.DataFrame:
    """Return the premium of each doctor; `medecins` may hold `interessement_secteur`."""
    if prix is not None:
        connus = prix.select("molecule", prix="economie").unique("molecule", keep="last", maintain_order=True)
        prescrites = prescrites.join(connus, on="molecule", how="left", maintain_order="left").with_columns(
            economie=pl.coalesce("economie", "prix")
        ).drop("prix")  # fmt: skip
    annee = etude.contexte.annee
    enfants = dater(prescrites, connues, "inb_entree", "inb_sortie").select(
        "medecin", "inb_entree", "inb_sortie", inb_molecule_nom="molecule", inb_initiations="initiations", inb_switchs="switchs",
        inb_economie_fournie="economie", inb_du=pl.lit(dt.date(annee, 1, 1)), inb_au=pl.lit(dt.date(annee, 12, 31)),
    )  # fmt: skip
    etude.tables[BIOSIMILAIRES] = {"medecin": medecins, regles.MOLECULE: enfants}
    jugees: pl.DataFrame = (
        Calcul(etude.contexte, {regles.MOLECULE: enfants})
        .evaluer(regles.MOLECULE, ["inb_molecule_ouverte"], ["medecin", "inb_molecule_nom", "inb_initiations", "inb_switchs"])
        .collect()
    )
    fermees = jugees.filter(~pl.col("inb_molecule_ouverte"))["inb_molecule_nom"].unique().sort().to_list()
    etude.reserves += _fermees(fermees, connues, annee)
    comptes = jugees.group_by("medecin").agg(
        initiations=pl.col("inb_initiations").filter("inb_molecule_ouverte").sum(), switchs=pl.col("inb_switchs").filter("inb_molecule_ouverte").sum()
    )
    primes = _evaluer(etude.contexte, BIOSIMILAIRES, etude.tables[BIOSIMILAIRES], ["inb_patients"])
    if primes.filter(pl.col("inb_prime") > 0).height:
        etude.reserves += biosimilaires.reserves_du_bareme(etude.contexte)
    return _en_sortie(primes.join(comptes, on="medecin", how="left", maintain_order="left").rename({"inb_patients": "patients"}), etude.contexte, BIOSIMILAIRES)


def _fermees(noms: Iterable[str], connues: Mapping[str, Molecule], annee: int) -> list[str]:
    """Say of each molecule that is out of the scheme in a year why it is."""
    return [motif_fermee(connues[normaliser(nom)], dt.date(annee, 1, 1), dt.date(annee, 12, 31)) for nom in noms]


def _evaluer(contexte: Contexte, dispositif: str, tables: Mapping[str, pl.DataFrame], autres: list[str]) -> pl.DataFrame:
    voulus = [nom for nom in REGLES[dispositif] if nom is not None]
    sans_nul = [nom for table in tables.values() for nom in table.columns if not table[nom].null_count()]
    vides = [entite for entite in (regles.MOLECULE, regles.PATIENT_IPP) if entite not in tables]
    lues: pl.DataFrame = Calcul(contexte, tables, sans_nul, vides).evaluer("medecin", [*voulus, *autres]).collect()
    return lues


def _en_sortie(primes: pl.DataFrame, contexte: Contexte, dispositif: str) -> pl.DataFrame:
    prime, situation, economies = REGLES[dispositif]
    motifs = {mot: _motif(contexte, dispositif, mot) for mot in primes[situation].unique().drop_nulls().to_list()}
    manquantes = {nom: pl.lit(None, genre).alias(nom) for nom, genre in SORTIE.items() if nom not in primes.columns}
    montant, partagees = pl.col(prime), pl.col(economies) if economies else pl.lit(None, pl.Int64)
    etat = pl.when(montant.is_null()).then(pl.lit(NON_PUBLIE)).when(montant == 0).then(pl.lit(SANS_OBJET)).otherwise(pl.lit(DU))
    return primes.with_columns(
        **manquantes | {
            "dispositif": pl.lit(dispositif), "economies": _euros(partagees), "montant": _euros(montant), "etat": etat,
            "motif": pl.col(situation).replace_strict(list(motifs), list(motifs.values()), default="", return_dtype=pl.String),
        }
    ).select(SORTIE.names()).cast(SORTIE)  # fmt: skip


def _motif(contexte: Contexte, dispositif: str, situation: str) -> str:
    if dispositif == BIOSIMILAIRES:
        return "" if situation == "part" else biosimilaires.motif_de(contexte, situation)
    return partages.motif_de(contexte, ABREGES[dispositif], situation)


def _euros(centimes: pl.Expr) -> pl.Expr:
    return (centimes.cast(EUROS) / 100).cast(EUROS)


def _sans_objet(medecins: pl.DataFrame, dispositif: str, motif: str) -> pl.DataFrame:
    rangee = {nom: pl.lit(None, genre) for nom, genre in SORTIE.items()}
    fixes = {"dispositif": dispositif, "montant": 0, "etat": SANS_OBJET, "motif": motif}
    return medecins.select("medecin").with_columns(
        **{nom: pl.lit(fixes[nom]).cast(SORTIE[nom]) if nom in fixes else vide for nom, vide in rangee.items() if nom != "medecin"}
    ).select(SORTIE.names())  # fmt: skip


# --- counts by doctor


def _des_cumuls(
    table: pl.DataFrame,
    texte: Texte,
    annee: int,
    connues: Mapping[str, Molecule],
    prix: pl.DataFrame | None,
    taux_oam: float | None,
    nom: str,
    lecteur: Lecteur,
) -> Etude:
    contexte = _contexte(texte, annee)
    types = {colonne.nom: pl.Int64 for colonne in CUMULS.colonnes if colonne.genre in ("entier", "euros")}
    absentes = [colonne.nom for colonne in CUMULS.colonnes if colonne.nom not in table.columns]
    table = table.with_columns(pl.lit(None, types.get(absente, pl.String)).alias(absente) for absente in absentes)
    table = table.with_columns(pl.col("dispositif").fill_null(BIOSIMILAIRES))
    _verifier_les_cumuls(table, contexte, taux_oam, nom, lecteur)
    prescrites = table.filter(pl.col("dispositif") == BIOSIMILAIRES)
    if prescrites.height:
        prescrites = nommer(prescrites.filter(pl.col("molecule").is_not_null()), connues, nom, lecteur.collecte)
        _refuser_les_doubles(prescrites.drop_nulls("molecule"), ("medecin", "molecule"), nom, lecteur)
    lecteur.collecte.lever()
    etude = Etude(contexte, pl.DataFrame(schema=SORTIE), {})
    morceaux = []
    for dispositif in REGLES:
        lignes = prescrites if dispositif == BIOSIMILAIRES else table.filter(pl.col("dispositif") == dispositif)
        if not lignes.height:
            continue
        medecins = _medecins(lignes, dispositif, taux_oam)
        if motif := _absence(contexte, dispositif):
            etude.motifs[dispositif] = motif
            morceaux.append(_sans_objet(medecins, dispositif, motif))
        elif dispositif == BIOSIMILAIRES:
            comptees = lignes.select("medecin", "molecule", "economie", pl.col("initiations", "switchs").fill_null(0))
            morceaux.append(_biosimilaires(etude, medecins, comptees, connues, prix))
        else:
            etude.tables[dispositif] = {"medecin": medecins}
            primes = _evaluer(contexte, dispositif, etude.tables[dispositif], [])
            if dispositif == OAM and primes.filter(pl.col("oam_situation") == "minimum").height:
                etude.reserves.append(partages.MINIMUM)
            if dispositif == CARDIAQUE:
                primes = primes.join(medecins.select("medecin", indicateurs="ic_indicateurs"), on="medecin", maintain_order="left")
            morceaux.append(_en_sortie(primes, contexte, dispositif))
    etude.primes = pl.concat(morceaux)
    return etude


def _medecins(lignes: pl.DataFrame, dispositif: str, taux_oam: float | None) -> pl.DataFrame:
    """Return the doctors of a scheme with the columns that its rules read."""
    if dispositif == CARDIAQUE:
        return lignes.select("medecin", "specialite", "secteur", "option_tarifaire", ic_indicateurs="indicateurs")
    secteur = pl.col("secteur").alias("interessement_secteur")
    if dispositif == BIOSIMILAIRES:
        return lignes.select("medecin", secteur).unique("medecin", keep="first", maintain_order=True)
    if dispositif == IPP:
        return lignes.select("medecin", secteur, ipp_economies_fournies="economies")
    taux = int(Decimal(str(taux_oam or 0)) * MILLION)
    return lignes.select("medecin", secteur, pl.lit(taux, pl.Int64).alias("oam_initiations"), pl.lit(MILLION, pl.Int64).alias("oam_initiations_totales"),
                         oam_economies="economies")  # fmt: skip


def _verifier_les_cumuls(table: pl.DataFrame, contexte: Contexte, taux_oam: float | None, nom: str, lecteur: Lecteur) -> None:
    """Add the faults of cells that a scheme needs and does not get, and of rows that repeat one another."""
    exigees = {BIOSIMILAIRES: ("molecule",), IPP: ("economies",), OAM: ("economies",), CARDIAQUE: ("indicateurs", "specialite", "secteur")}
    for dispositif, colonnes in exigees.items():
        lignes = table.filter(pl.col("dispositif") == dispositif)
        for colonne in colonnes:
            vides = lignes.filter(pl.col(colonne).is_null())[LIGNE]
            lecteur.collecte.sur_lignes(nom, vides, f"cellule nécessaire au dispositif {dispositif}", colonne=colonne, attendu=CUMULS.colonne(colonne).libelle)
        if dispositif != BIOSIMILAIRES:
            _refuser_les_doubles(lignes, ("medecin",), nom, lecteur)
    sans_option = table.filter((pl.col("dispositif") == CARDIAQUE) & (pl.col("secteur") == "2") & pl.col("option_tarifaire").is_null())
    lecteur.collecte.sur_lignes(nom, sans_option[LIGNE], "cellule nécessaire en secteur 2", colonne="option_tarifaire", attendu="aucune, optam ou optam-aco")
    if taux_oam is None and table.filter(pl.col("dispositif") == OAM).height and not _absence(contexte, OAM):
        lecteur.collecte.ajouter(Faute(NECESSAIRE, champ="--taux-oam", attendu="le taux national d'initiations d'OAM de l'année"))


def _refuser_les_doubles(table: pl.DataFrame, cle: tuple[str, ...], nom: str, lecteur: Lecteur) -> None:
    if table.select(cle).is_duplicated().any():
        doubles = table.filter(~pl.struct(cle).is_first_distinct())[LIGNE]
        lecteur.collecte.sur_lignes(nom, doubles, "cette ligne répète une autre", attendu="une ligne par " + " et ".join(cle))


__all__ = ["CUMULS", "REGLES", "SORTIE", "Etude", "etudier"]
