"""Reads one file of a dossier against its columns: headers matched, cells typed, faults gathered, NIR replaced."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

import polars as pl

from convmed.donnees.colonnes_dossier import IDENTITE, NIR, Colonne, Fichier, normaliser
from convmed.donnees.conversions import convertir
from convmed.donnees.fautes import LISTEES, Collecte, montrable, nombre
from convmed.donnees.lecture import Bloc, Progression, Source, ouvrir
from convmed.donnees.nir import Pseudonymes
from convmed.textes import Erreurs, Faute

LIGNE = "__ligne"
EMPREINTE = "__nir"
TYPES = {
    "identifiant": pl.String, "texte": pl.String, "code": pl.String, "specialite": pl.String, "choix": pl.String,
    "date": pl.Date, "date_heure": pl.Datetime("us"), "booleen": pl.Boolean, "entier": pl.Int64, "annee": pl.Int64,
    "euros": pl.Int64, "numeros_ald": pl.List(pl.Int64), "liste": pl.List(pl.String),
}  # fmt: skip


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
    _avertir(chemin.name, comptes, lecteur)
    if morceaux:
        return pl.concat(morceaux)
    vide = pl.DataFrame(schema={
        LIGNE: pl.Int64, **({EMPREINTE: pl.String} if entetes.nir is not None and "patient" in entetes.places else {}),
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
    """Type one block: trim, drop the blank rows, hash the NIR, convert each column."""
    lecteur.collecte.ajouter(*bloc.fautes[:LISTEES])
    lecteur.collecte.non_listees += max(0, len(bloc.fautes) - LISTEES)
    comptes.courtes += bloc.courtes
    texte = bloc.table.select(pl.all().str.strip_chars())
    texte = texte.select(pl.when(pl.col(nom) != "").then(pl.col(nom)).alias(nom) for nom in texte.columns)
    lignes = bloc.lignes.alias(LIGNE)
    pleines = _non_blanches(texte, entetes, fichier)
    if pleines is not None:
        comptes.courtes = max(0, comptes.courtes - int((~pleines).sum()))
        texte, lignes = texte.filter(pleines), lignes.filter(pleines)
    colonnes = {LIGNE: lignes}
    if entetes.nir is not None:
        _lire_les_nir(texte.get_column(str(entetes.nir)), colonnes, source, entetes, lecteur, comptes)
    for nom in _noms(fichier, entetes):
        if nom in entetes.places:
            _lire_la_colonne(texte.get_column(str(entetes.places[nom])), fichier.colonne(nom), colonnes, source, lecteur, comptes)
    ordre = [LIGNE, *((EMPREINTE,) if EMPREINTE in colonnes else ()), *_noms(fichier, entetes)]
    return pl.DataFrame([colonnes[nom].alias(nom) for nom in ordre])


def _non_blanches(texte: pl.DataFrame, entetes: _Entetes, fichier: Fichier) -> pl.Series | None:
    """Return which rows hold something, or `None` if all do; a spreadsheet leaves rows of separators behind."""
    requise = next((c.nom for c in fichier.colonnes if c.requise and c.nom in entetes.places), None)
    if requise is not None and texte.get_column(str(entetes.places[requise])).null_count() == 0:
        return None
    return texte.select(pl.any_horizontal(pl.all().is_not_null())).to_series()


def _lire_les_nir(
    serie: pl.Series, colonnes: dict[str, pl.Series], source: Source, entetes: _Entetes, lecteur: Lecteur, comptes: _Comptes
) -> None:
    """Hash a column of NIR: it is the patient if the file has no other identifier."""
    remplacement = lecteur.pseudonymes.remplacer(serie, rien_que_des_nir=True)
    comptes.nir += remplacement.remplaces
    comptes.cles_fausses += remplacement.cles_fausses
    seul = "patient" not in entetes.places
    mauvaises = serie.is_null() if seul else pl.Series([False]).new_from_index(0, len(serie))
    if remplacement.abimes is not None:
        mauvaises = mauvaises | remplacement.abimes.fill_null(False)
    if mauvaises.any():
        lecteur.collecte.sur_lignes(source.nom, colonnes[LIGNE].filter(mauvaises), "NIR absent ou illisible (non montré)",
                                    colonne=source.entetes[entetes.nir or 0], attendu="13 ou 15 caractères")  # fmt: skip
    colonnes["patient" if seul else EMPREINTE] = remplacement.serie


def _lire_la_colonne(
    serie: pl.Series, colonne: Colonne, colonnes: dict[str, pl.Series], source: Source, lecteur: Lecteur, comptes: _Comptes
) -> None:
    lignes = colonnes[LIGNE]
    if colonne.nom == "patient":
        remplacement = lecteur.pseudonymes.remplacer(serie)
        comptes.nir += remplacement.remplaces
        comptes.cles_fausses += remplacement.cles_fausses
        if remplacement.abimes is not None:
            lecteur.collecte.sur_lignes(
                source.nom, lignes.filter(remplacement.abimes), "identifiant abîmé par un tableur (notation 1,85E+14)",
                colonne=colonne.nom, attendu="une colonne au format texte dans le tableur",
            )  # fmt: skip
        serie = remplacement.serie
    typee = convertir(serie, colonne)
    if typee.null_count() != serie.null_count():
        refusees = typee.is_null() & serie.is_not_null()
        cellules = serie.filter(refusees).head(LISTEES)
        lecteur.collecte.sur_lignes(source.nom, lignes.filter(refusees), "valeur refusée", colonne=colonne.nom,
                                    attendu=colonne.attendu, valeurs=[montrable(c, colonne.genre) for c in cellules])  # fmt: skip
    if colonne.requise and colonne.vide == "inconnu" and serie.null_count():
        lecteur.collecte.sur_lignes(source.nom, lignes.filter(serie.is_null()), "cellule vide", colonne=colonne.nom,
                                    attendu=colonne.attendu)  # fmt: skip
    if colonne.genre == "booleen" and serie.null_count() and (distinctes := serie.drop_nulls().unique()).len() == 1:
        if normaliser(distinctes[0]) == "x":
            comptes.coches.add(colonne.nom)
    colonnes[colonne.nom] = typee


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
