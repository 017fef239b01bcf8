"""Reads one file of a dossier against its columns: headers matched, cells typed, faults gathered, NIR replaced."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import polars as pl

from convmed.donnees.colonnes_dossier import IDENTITE, NIR, Colonne, Fichier, normaliser
from convmed.donnees.conversions import PAR_VALEUR_DISTINCTE, TYPES, convertir
from convmed.donnees.fautes import LISTEES, Collecte, montrable, nombre
from convmed.donnees.lecture import LIGNE, Bloc, Progression, Source, ouvrir
from convmed.donnees.nir import CANDIDAT, Empreintes, Pseudonymes
from convmed.textes import Erreurs, Faute, dit_en_francais

EMPREINTE = "__nir"


@dataclass
class Lecteur:
    """What the files of one reading share: faults, warnings, the key of the NIR, the progress callback."""

    collecte: Collecte = field(default_factory=Collecte)
    avertissements: list[str] = field(default_factory=list)
    pseudonymes: Pseudonymes = field(default_factory=Pseudonymes)
    progression: Progression | None = None

    def avertir(self, fichier: str, message: str) -> None:
        """Add a warning about a file."""
        self.avertissements.append(f"{fichier} : {message}")


@dataclass
class _Entetes:
    """Where each column stands in the file, and the columns of NIR."""

    places: dict[str, int] = field(default_factory=dict)
    nir: int | None = None


@dataclass
class _Comptes:
    nir: int = 0
    cles_fausses: int = 0
    courtes: int = 0
    coches: set[str] = field(default_factory=set)


def lire_table(
    chemin: Path, fichier: Fichier, lecteur: Lecteur, traiter: Callable[[pl.DataFrame], pl.DataFrame] | None = None
) -> pl.DataFrame | None:
    """Read a file as a typed table with its line numbers (`__ligne`); `None` if its headers forbid it.

    Only the columns that the file has are returned. `traiter` reduces each block as soon as it is read. Faults go to
    the collection of `lecteur`; a NIR becomes a hash in `patient` (or in `__nir` if there is a `patient` too).
    """
    try:
        source = ouvrir(chemin)
        entetes = _apparier(source, fichier, lecteur)
        if entetes is None:
            return None
        comptes, morceaux = _Comptes(), []
        for bloc in source.blocs(lecteur.progression):
            table = _typer(bloc, source, fichier, entetes, lecteur, comptes)
            morceaux.append(traiter(table) if traiter else table)
    except Erreurs as erreur:
        lecteur.collecte.ajouter(*erreur.fautes)
        return None
    except OSError as erreur:
        lecteur.collecte.ajouter(Faute(f"lecture interrompue ({dit_en_francais(erreur)})", fichier=chemin.name))
        return None
    _avertir(chemin.name, comptes, lecteur)
    if morceaux:
        return pl.concat(morceaux)
    vide = pl.DataFrame(schema={
        LIGNE: pl.UInt32, **({EMPREINTE: pl.String} if entetes.nir is not None and "patient" in entetes.places else {}),
        **{nom: TYPES[fichier.colonne(nom).genre] for nom in _noms(fichier, entetes)},
    })  # fmt: skip
    return traiter(vide) if traiter else vide


def _noms(fichier: Fichier, entetes: _Entetes) -> list[str]:
    presents = {*entetes.places, *(("patient",) if entetes.nir is not None else ())}
    return [colonne.nom for colonne in fichier.colonnes if colonne.nom in presents]


def _apparier(source: Source, fichier: Fichier, lecteur: Lecteur) -> _Entetes | None:
    """Match the headers of a file with its columns; faults name the unknown, double and missing ones."""
    cles = [normaliser(entete) for entete in source.entetes]
    connus = fichier.entetes

    def faute(message: str, attendu: str, colonne: str | None = None) -> None:
        lecteur.collecte.ajouter(Faute(message, fichier=source.nom, ligne=source.ligne_entete or None, colonne=colonne,
                                       attendu=attendu))  # fmt: skip

    if not any(cle in connus or cle in NIR for cle in cles):
        # Without any known header this line may well be a patient: nothing of it is quoted.
        faute("la première ligne ne porte pas les noms des colonnes", ", ".join(c.nom for c in fichier.colonnes))
        return None
    resultat, ecartees = _Entetes(), 0
    for rang, cle in enumerate(cles):
        colonne = connus.get(cle)
        nom = "patient" if colonne is None and cle in NIR else colonne.nom if colonne else None
        if colonne is None and cle in NIR and "patient" in fichier.entetes:
            if resultat.nir is not None:
                faute("deux colonnes de NIR", "une seule")
            resultat.nir = rang
        elif nom is not None and colonne is not None:
            if nom in resultat.places:
                autre = source.entetes[resultat.places[nom]]
                faute(f"cette colonne dit la même chose que « {autre} »", f"une seule colonne « {nom} »", source.entetes[rang])
            resultat.places.setdefault(nom, rang)
        elif cle in IDENTITE or cle in NIR:
            ecartees += 1
        else:
            faute("colonne inconnue" if cle else "colonne sans nom", _proches(cle, fichier),
                  _montrer_entete(source.entetes[rang], rang))  # fmt: skip
    if ecartees:
        combien = nombre(ecartees, "colonne écartée", "colonnes écartées")
        lecteur.avertir(source.nom, f"{combien} à la lecture (identité ou texte libre), rien n'en est conservé")
    presents = {*resultat.places, *(("patient",) if resultat.nir is not None else ())}
    manquantes = [colonne for colonne in fichier.colonnes if colonne.requise and colonne.nom not in presents]
    for colonne in manquantes:
        faute(f"la colonne « {colonne.nom} » manque", colonne.libelle)
    return None if manquantes else resultat


def _montrer_entete(entete: str, rang: int) -> str:
    return entete if entete and sum(c.isdigit() for c in entete) < 5 and len(entete) <= 60 else f"n° {rang + 1}"


def _proches(cle: str, fichier: Fichier) -> str:
    voisins = get_close_matches(cle, fichier.entetes, n=3, cutoff=0.6)
    noms = list(dict.fromkeys(fichier.entetes[voisin].nom for voisin in voisins))
    return "peut-être " + ", ".join(noms) if noms else "l'une de " + ", ".join(colonne.nom for colonne in fichier.colonnes)


def _typer(
    bloc: Bloc, source: Source, fichier: Fichier, entetes: _Entetes, lecteur: Lecteur, comptes: _Comptes
) -> pl.DataFrame:
    """Type one block: trim, drop the blank rows, hash the NIR, convert every column in one pass."""
    lecteur.collecte.ajouter(*bloc.fautes[:LISTEES])
    lecteur.collecte.non_listees += max(0, len(bloc.fautes) - LISTEES)
    cellules = [nom for nom in bloc.table.columns if nom != LIGNE]
    texte = bloc.table
    if bloc.a_rogner:
        texte = texte.select(LIGNE, *(pl.col(nom).str.strip_chars() for nom in cellules))
        texte = texte.select(LIGNE, *(pl.when(pl.col(nom) != "").then(pl.col(nom)).alias(nom) for nom in cellules))
    pleines = texte
    requise = next((c.nom for c in fichier.colonnes if c.requise and c.nom in entetes.places), None)
    if requise is None or texte.get_column(str(entetes.places[requise])).null_count():
        # A spreadsheet leaves rows of separators behind.
        pleines = texte.filter(pl.any_horizontal(pl.col(cellules).is_not_null()))
    comptes.courtes += max(0, bloc.courtes - (texte.height - pleines.height))
    return _Typage(pleines, source, fichier, entetes, lecteur, comptes).table()


class _Typage:
    """Turns trimmed strings into the columns of a file."""

    def __init__(
        self, texte: pl.DataFrame, source: Source, fichier: Fichier, entetes: _Entetes, lecteur: Lecteur, comptes: _Comptes
    ) -> None:
        self.texte, self.source, self.lecteur, self.comptes = texte, source, lecteur, comptes
        self.places, self.nir = entetes.places, entetes.nir
        self.colonnes = [fichier.colonne(nom) for nom in _noms(fichier, entetes) if nom in entetes.places]

    def table(self) -> pl.DataFrame:
        """Return the typed rows; faults and counts are gathered on the way."""
        vues = self._valeurs_vues()
        typees: dict[str, pl.Expr] = {}
        if self.nir is not None:
            empreintes = self._empreintes(vues["nir"], rien_que_des_nir=True)
            nom = EMPREINTE if "patient" in self.places else "patient"
            typees[nom] = empreintes.appliquer_aux_nir(pl.col(str(self.nir)))
            self._refuser_les_nir(empreintes)
        for colonne in self.colonnes:
            typees[colonne.nom] = self._expression(colonne, vues.get(colonne.nom))
        table = self.texte.select(LIGNE, *(expression.alias(nom) for nom, expression in typees.items()))
        mixtes = [c for c in self.colonnes if c.genre == "date" and self._refusees(table, c)]
        if mixtes:
            table = table.with_columns(
                self.texte.select(convertir(c, self._cellules(c)).alias(c.nom) for c in mixtes).get_columns()
            )
        for colonne in self.colonnes:
            self._verifier(table, colonne, vues.get(colonne.nom))
        return table

    def _cellules(self, colonne: Colonne) -> pl.Expr:
        return pl.col(str(self.places[colonne.nom]))

    def _valeurs_vues(self) -> dict[str, Any]:
        """Return in one pass the distinct values to read one by one, the identifiers that may be NIR, a date of each column."""
        vues = [] if self.nir is None else [pl.col(str(self.nir)).drop_nulls().unique().implode().alias("nir")]
        for colonne in self.colonnes:
            cellules = self._cellules(colonne)
            if colonne.nom == "patient":
                vues.append(cellules.filter(cellules.str.contains(CANDIDAT)).unique().implode().alias(colonne.nom))
            elif colonne.genre in PAR_VALEUR_DISTINCTE:
                vues.append(cellules.drop_nulls().unique().implode().alias(colonne.nom))
            elif colonne.genre == "date":
                vues.append(cellules.drop_nulls().first().alias(colonne.nom))
        return self.texte.select(vues).row(0, named=True) if vues else {}

    def _expression(self, colonne: Colonne, vues: Any) -> pl.Expr:
        cellules = self._cellules(colonne)
        if colonne.nom == "patient":
            empreintes = self._empreintes(vues)
            if empreintes.abimees:
                self._refuser(self._cellules(colonne).is_in(empreintes.abimees), "identifiant abîmé par un tableur (1,85E+14)",
                              colonne.nom, "une colonne au format texte dans le tableur")  # fmt: skip
            return empreintes.appliquer(cellules)
        if colonne.genre == "date":
            return convertir(colonne, cellules, exemple=vues)
        return convertir(colonne, cellules, distinctes=vues or ())

    def _empreintes(self, distinctes: Iterable[str], *, rien_que_des_nir: bool = False) -> Empreintes:
        empreintes = self.lecteur.pseudonymes.empreintes(distinctes, rien_que_des_nir=rien_que_des_nir)
        self.comptes.nir += len(empreintes.table)
        self.comptes.cles_fausses += empreintes.cles_fausses
        return empreintes

    def _refuser_les_nir(self, empreintes: Empreintes) -> None:
        cellules = pl.col(str(self.nir))
        mauvais = cellules.is_in(empreintes.abimees)
        if "patient" not in self.places:
            mauvais = mauvais.fill_null(True)
        self._refuser(mauvais, "NIR absent ou illisible (non montré)", self.source.entetes[self.nir or 0], "13 ou 15 caractères")

    def _refuser(self, lesquelles: pl.Expr, message: str, colonne: str, attendu: str) -> None:
        lignes = self.texte.filter(lesquelles).get_column(LIGNE)
        self.lecteur.collecte.sur_lignes(self.source.nom, lignes, message, colonne=colonne, attendu=attendu)

    def _refusees(self, table: pl.DataFrame, colonne: Colonne) -> int:
        return table.get_column(colonne.nom).null_count() - self.texte.get_column(str(self.places[colonne.nom])).null_count()

    def _verifier(self, table: pl.DataFrame, colonne: Colonne, vues: Any) -> None:
        cellules = self.texte.get_column(str(self.places[colonne.nom]))
        if self._refusees(table, colonne):
            refusees = table.get_column(colonne.nom).is_null() & cellules.is_not_null()
            montrees = [montrable(cellule, colonne.genre) for cellule in cellules.filter(refusees).head(LISTEES)]
            self.lecteur.collecte.sur_lignes(self.source.nom, table.get_column(LIGNE).filter(refusees), "valeur refusée",
                                             colonne=colonne.nom, attendu=colonne.attendu, valeurs=montrees)  # fmt: skip
        if not cellules.null_count():
            return
        if colonne.requise and colonne.vide == "inconnu":
            self._refuser(self._cellules(colonne).is_null(), "cellule vide", colonne.nom, colonne.attendu)
        if colonne.genre == "booleen" and [normaliser(valeur) for valeur in vues] == ["x"]:
            self.comptes.coches.add(colonne.nom)


def _avertir(nom: str, comptes: _Comptes, lecteur: Lecteur) -> None:
    if comptes.nir:
        lecteur.avertir(nom, f"{nombre(comptes.nir, 'NIR remplacé', 'NIR remplacés')} à la lecture par une empreinte")
    if comptes.cles_fausses:
        lecteur.avertir(nom, nombre(comptes.cles_fausses, "NIR dont la clé est fausse", "NIR dont la clé est fausse"))
    if comptes.courtes:
        lecteur.avertir(nom, f"{nombre(comptes.courtes, 'ligne plus courte', 'lignes plus courtes')} que l'en-tête : "
                             "les cellules absentes sont lues comme vides")  # fmt: skip
    for coche in sorted(comptes.coches):
        lecteur.avertir(nom, f"colonne « {coche} » : des x et des vides ; un vide reste inconnu, écrivez non s'il veut dire non")
