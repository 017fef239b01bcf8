"""A dossier as bytes and back: the same bytes for the same dossier, on every machine and version of the libraries.

The bytes are JSON in its canonical form (RFC 8785), so that their hash says whether two dossiers are the same and a
person can read them. Parquet or a zip would be shorter, but what they write changes with the library that writes it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from convmed.donnees import cabinet as lecture_du_cabinet
from convmed.donnees import modeles
from convmed.donnees.colonnes_dossier import ACTES, ALD_MAX, FICHIERS, PAIEMENTS, PATIENTS, Colonne, Fichier
from convmed.donnees.conversions import TYPES
from convmed.donnees.dossier import EXTENSIONS, Dossier
from convmed.donnees.evenements import SCHEMA as EVENEMENTS
from convmed.donnees.lecture import LIGNE
from convmed.textes import Erreurs, Faute

FORMAT, VERSION = "convmed-dossier", 1
TAILLE_MAX = 64 * 1024 * 1024
ENTIER_MAX = 2**53 - 1  # Beyond, a reader whose numbers are doubles (RFC 8785, I-JSON) sees another one.
REEL_MIN = 1e-6  # Below, ECMAScript writes an exponent in its own manner.
CHAMPS = ("avertissements", "cabinet", "fichier_des_patients", "format", "lignes_des_patients", "tables", "version")
_SIMPLES = frozenset({str, int, bool, type(None)})
_NON_SIGNE = 2**32


def _types(fichier: Fichier) -> dict[str, pl.DataType]:
    return {colonne.nom: TYPES[colonne.genre] for colonne in fichier.colonnes}


SCHEMAS: dict[str, Mapping[str, pl.DataType]] = {
    "patients": _types(PATIENTS),
    "evenements": {nom: genre() for nom, genre in EVENEMENTS.items()},
    "affections": {"patient": pl.String(), "numero_ald": pl.Int64()},
    "paiements": _types(PAIEMENTS),
    "actes": _types(ACTES),
}
ENTIERES = ("evenements", "affections", "paiements")  # These have all their columns; the others those of their file.
FACULTATIVES = ("evenements", "paiements", "actes")


def en_octets(dossier: Dossier) -> bytes:
    """Return a dossier as bytes, without the place it was read from.

    `Erreurs` if it is larger than `TAILLE_MAX`, or holds what no reader of dossiers makes.
    """
    tables: dict[str, pl.DataFrame | None] = {nom: getattr(dossier, nom) for nom in SCHEMAS}
    lignes = dossier.lignes_des_patients
    octets = canonique({
        "format": FORMAT,
        "version": VERSION,
        "cabinet": _cabinet_en_json(dossier.cabinet),
        "tables": {nom: None if table is None else _table_en_json(nom, table) for nom, table in tables.items()},
        "avertissements": dossier.avertissements,
        "lignes_des_patients": None if lignes is None else lignes.to_list(),
        "fichier_des_patients": dossier.fichier_des_patients,
    })  # fmt: skip
    if len(octets) > TAILLE_MAX:
        raise _trop_gros()
    return octets


def depuis_octets(octets: bytes) -> Dossier:
    """Return the dossier that `en_octets` wrote; `Erreurs` for anything else.

    What is read is written again and must give the same bytes: nothing is guessed, and nothing is left out.
    """
    if len(octets) > TAILLE_MAX:
        raise _trop_gros()
    try:
        lu = json.loads(octets)
        if not isinstance(lu, dict) or lu.get("format") != FORMAT:
            raise _illisible("ce n'est pas un dossier")
        if lu.get("version") != VERSION:
            raise _illisible("écrit par une autre version", f"la version {VERSION} du format")
        if sorted(lu) != sorted(CHAMPS) or sorted(lu["tables"]) != sorted(SCHEMAS):
            raise _illisible("ses parties ne sont pas celles d'un dossier")
        dossier = _reconstruire(lu)
        if en_octets(dossier) != octets:
            raise _illisible("il n'est pas tel que convmed l'écrit")
    except Erreurs:
        raise
    except (ValueError, TypeError, AttributeError, LookupError, OverflowError, RecursionError, pl.exceptions.PolarsError):
        # The message of a library may quote a cell: it is not passed on.
        raise _illisible("ses valeurs ne sont pas celles d'un dossier") from None
    return dossier


def canonique(objet: Any) -> bytes:
    """Return the canonical JSON of an object (RFC 8785): one writing for one value, whatever wrote it.

    `Erreurs` for what has none: a number that is not finite or that a double cannot hold, a text that is not Unicode,
    something that is not JSON.
    """
    try:
        return _ecrire(objet).encode()
    except UnicodeEncodeError:
        raise Erreurs([Faute("un texte n'est pas de l'Unicode", attendu="de l'UTF-8")]) from None
    except RecursionError:
        raise Erreurs([Faute("des objets imbriqués trop profondément")]) from None


def _ecrire(objet: Any) -> str:
    if isinstance(objet, Mapping) and all(isinstance(cle, str) for cle in objet):
        # RFC 8785 sorts by UTF-16 units, which is not the order of Python beyond the basic plane.
        cles = sorted(objet, key=lambda cle: cle.encode("utf-16-be", "surrogatepass"))
        return "{" + ",".join(f"{_ecrire(cle)}:{_ecrire(objet[cle])}" for cle in cles) + "}"
    if isinstance(objet, (list, tuple)):
        # A column is written at once: it is most of a dossier.
        if all(type(element) in _SIMPLES for element in objet):
            _verifier_les_entiers(objet)
            return json.dumps(objet, ensure_ascii=False, separators=(",", ":"))
        return "[" + ",".join(map(_ecrire, objet)) + "]"
    if isinstance(objet, float):
        return _reel(objet)
    if type(objet) not in _SIMPLES:
        raise Erreurs([Faute("valeur qui n'a pas d'écriture en JSON", attendu="un texte, un nombre, vrai, faux, une liste ou un objet")])
    _verifier_les_entiers((objet,))
    return json.dumps(objet, ensure_ascii=False)


def _reel(reel: float) -> str:
    if reel == 0:
        return "0"
    if not REEL_MIN <= abs(reel) <= ENTIER_MAX:
        raise Erreurs([Faute("nombre qui ne peut pas être certifié", attendu="un nombre fini, ni infime ni démesuré")])
    return format(Decimal(repr(reel)), "f").removesuffix(".0")


def _verifier_les_entiers(valeurs: Any) -> None:
    if any(isinstance(valeur, int) and abs(valeur) > ENTIER_MAX for valeur in valeurs):
        raise Erreurs([Faute("nombre trop grand", attendu=f"un nombre entier d'au plus {ENTIER_MAX}")])


def _cabinet_en_json(cabinet: Mapping[str, Any]) -> dict[str, Any]:
    """Return the sections with ISO dates: only those of the doctor are dates, the others are written so already."""
    medecin = cabinet.get(lecture_du_cabinet.MEDECIN, {})
    iso = {champ: valeur.isoformat() if hasattr(valeur, "isoformat") else valeur for champ, valeur in medecin.items()}
    return {**cabinet, lecture_du_cabinet.MEDECIN: iso}


def _table_en_json(nom: str, table: pl.DataFrame) -> list[list[Any]]:
    """Return the columns of a table, in their order: name and values."""
    autres = [colonne for colonne, genre in table.schema.items() if SCHEMAS[nom].get(colonne) != genre]
    if autres:
        raise Erreurs([Faute("colonne qu'un dossier n'a pas, ou d'un autre type", fichier=nom, colonne=autre) for autre in autres])
    dates = [colonne for colonne, genre in table.schema.items() if genre in (pl.Date, pl.Datetime)]
    ecrite = table.with_columns(pl.col(dates).dt.to_string("iso:strict")) if dates else table
    return [[colonne.name, colonne.to_list()] for colonne in ecrite.get_columns()]


def _reconstruire(lu: dict[str, Any]) -> Dossier:
    tables = {nom: None if colonnes is None else _table(nom, colonnes) for nom, colonnes in lu["tables"].items()}
    patients, affections, lignes = tables["patients"], tables["affections"], lu["lignes_des_patients"]
    nom_du_fichier = lu["fichier_des_patients"]
    if patients is None or affections is None:
        raise _illisible("il n'a pas de patientèle")
    if lignes is not None and (len(lignes) != patients.height or not all(type(n) is int and 0 <= n < _NON_SIGNE for n in lignes)):
        raise _illisible("les lignes des patients ne sont pas celles de la patientèle")
    if not all(type(avertissement) is str for avertissement in lu["avertissements"]):
        raise _illisible("ses avertissements ne sont pas des textes")
    if Path(nom_du_fichier).name != nom_du_fichier or Path(nom_du_fichier).suffix.lower() not in EXTENSIONS:
        raise _illisible("le nom du fichier des patients n'en est pas un")
    return Dossier(
        Path(), _cabinet(lu["cabinet"]), patients, tables["evenements"], affections, tables["paiements"], tables["actes"],
        list(lu["avertissements"]), None if lignes is None else pl.Series(LIGNE, lignes, pl.UInt32), nom_du_fichier,
    )  # fmt: skip


def _cabinet(sections: dict[str, Any]) -> dict[str, Any]:
    for nom, section in sections.items():
        une_ou_plusieurs = section if isinstance(section, list) else [section]
        if nom not in lecture_du_cabinet.SECTIONS or not all(isinstance(une, dict) for une in une_ou_plusieurs):
            raise _illisible("ses sections ne sont pas celles de cabinet.toml")
    medecin, fautes = modeles.lire(modeles.Medecin, sections[lecture_du_cabinet.MEDECIN], lecture_du_cabinet.MEDECIN)
    if medecin is None:
        raise Erreurs(fautes)
    return {**sections, lecture_du_cabinet.MEDECIN: medecin.fournis()}


def _table(nom: str, colonnes: list[list[Any]]) -> pl.DataFrame:
    """Return a table with the declared types; `Erreurs` for a column or a value that no reader gives."""
    schema, noms = SCHEMAS[nom], [colonne for colonne, _ in colonnes]
    if len(set(noms)) != len(noms) or not set(noms) <= set(schema) or (nom in ENTIERES and len(noms) != len(schema)):
        raise _illisible("ses colonnes ne sont pas celles d'un dossier", f"les colonnes de {nom}")
    table = pl.DataFrame([_serie(colonne, valeurs, schema[colonne]) for colonne, valeurs in colonnes])
    # A series of another length would be stretched or refused; an empty list of columns has no height at all.
    if not noms or any(len(valeurs) != table.height for _, valeurs in colonnes):
        raise _illisible("ses colonnes n'ont pas la même longueur", f"les colonnes de {nom}")
    for colonne in FICHIERS[nom].colonnes if nom in FICHIERS else ():
        _verifier_le_domaine(nom, colonne, table)
    if nom in ("patients", "affections") and table.get_column("patient").null_count():
        raise _illisible("une ligne n'a pas de patient", f"un identifiant sur chaque ligne de {nom}")
    if nom == "patients" and table.get_column("patient").n_unique() != table.height:
        raise _illisible("un patient est là deux fois", "une ligne par patient")
    return table


def _serie(nom: str, valeurs: list[Any], genre: pl.DataType) -> pl.Series:
    if isinstance(genre, pl.Date):
        return pl.Series(nom, valeurs, pl.String, strict=True).str.to_date("%Y-%m-%d", strict=True)
    if isinstance(genre, pl.Datetime):
        return pl.Series(nom, valeurs, pl.String, strict=True).str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", time_unit="us", strict=True)
    return pl.Series(nom, valeurs, genre, strict=True)


def _verifier_le_domaine(nom: str, colonne: Colonne, table: pl.DataFrame) -> None:
    """Refuse a word that is none of those a column may hold, and an ALD number out of range."""
    if colonne.nom not in table.columns:
        return
    serie = table.get_column(colonne.nom)
    plate = serie.explode() if isinstance(serie.dtype, pl.List) else serie
    if colonne.genre == "numeros_ald":
        juste = plate.drop_nulls().is_between(1, ALD_MAX).all()
    else:
        juste = colonne.genre not in ("choix", "liste") or plate.drop_nulls().is_in(list(set(colonne.choix.values()))).all()
    if not juste:
        raise Erreurs([Faute("valeur refusée", fichier=nom, colonne=colonne.nom, attendu=colonne.attendu)])


def _illisible(motif: str, attendu: str = "ce que convmed a écrit lui-même") -> Erreurs:
    return Erreurs([Faute(f"dossier illisible : {motif}", attendu=attendu)])


def _trop_gros() -> Erreurs:
    return Erreurs([Faute("dossier trop gros", attendu=f"{TAILLE_MAX // 1024**2} Mo au plus")])
