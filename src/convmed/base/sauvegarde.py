"""A copy of a base in one file: consistent, sealed, as encrypted as the base, and good for either engine.

One JSON value a line: what the file is, then every row (`[table, columns]`), then the seal of all that precedes.
Sessions and failures to sign in are not copied: nobody is to come back in with them.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import itertools
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, LargeBinary, Table, inspect, select

from convmed.base import migrations
from convmed.base.chiffre import Chiffre
from convmed.base.cles import Cle
from convmed.base.coffre import Coffre
from convmed.base.connexion import ecriture, joignable, moteur
from convmed.base.journal import Acte, noter
from convmed.base.schema import METADONNEES, Instant, reglage, session, tentative
from convmed.base.socle import cle_du_journal, maintenant
from convmed.textes import Erreurs, Faute, dit_en_francais

TABLES = {table.name: table for table in METADONNEES.sorted_tables if table not in (session, tentative)}
# How many rows are written at once.
LOT = 200

Rangee = tuple[str, dict[str, Any]]


def sauvegarder(url: str, cle: Cle, fichier: Path) -> int:
    """Write the copy of a base as it is at one moment, while others write; return how many rows it has.

    The file appears whole or not at all, for its owner alone. `Erreurs` if it exists, or if the base cannot be opened.
    """
    if fichier.exists():
        raise Erreurs([Faute("ce fichier existe déjà : une sauvegarde n'en remplace pas une autre", fichier=str(fichier))])
    with Coffre.ouvrir(url, cle) as coffre:
        with coffre.ecriture() as connexion:
            coffre.noter(connexion, Acte.BASE_SAUVEGARDEE, None)
        with coffre.lecture() as connexion, _ecriture_privee(fichier) as flux:
            sceau, nombre = _sceau(cle), -1
            entete = {"genre": "sauvegarde convmed", "version": migrations.version_lue(connexion), "date": maintenant().isoformat()}
            for objet in itertools.chain([entete], _rangees(connexion)):
                ligne = json.dumps(objet, ensure_ascii=False).encode() + b"\n"
                sceau.update(ligne)
                flux.write(ligne)
                nombre += 1
            flux.write(_derniere_ligne(sceau))
    return nombre


def restaurer(fichier: Path, url: str, cle: Cle) -> int:
    """Write in an empty base all that a copy holds, or nothing; return how many rows.

    `Erreurs` if the base is not empty, if the file is not whole or was altered, or if the key is not its own.
    """
    with joignable():
        ouvert = moteur(url, creer=True)
        try:
            with _lecture_scellee(fichier, cle) as rangees, ecriture(ouvert) as connexion:
                if inspect(connexion).get_table_names():
                    raise Erreurs([Faute("cette base n'est pas vide : une sauvegarde se restaure dans une base neuve", champ="--base")])
                migrations.appliquer(connexion)
                nombre = _inserer(connexion, rangees)
                secrets = {ligne.nom: ligne.valeur for ligne in connexion.execute(select(reglage))}
                noter(connexion, cle_du_journal(Chiffre(cle), secrets), maintenant(), Acte.BASE_RESTAUREE, None)
                return nombre
        finally:
            ouvert.dispose()


def _rangees(connexion: Connection) -> Iterator[Rangee]:
    for nom, table in TABLES.items():
        for ligne in connexion.execution_options(yield_per=LOT).execute(select(table)).mappings():
            yield nom, {colonne: _en_json(valeur) for colonne, valeur in ligne.items()}


def _en_json(valeur: Any) -> Any:
    match valeur:
        case bytes() | memoryview():
            return base64.b64encode(valeur).decode()
        case dt.datetime():
            return valeur.isoformat(timespec="microseconds")
    return valeur


def _de_json(table: Table, nom: str, valeur: Any) -> Any:
    match table.c[nom].type:
        case LargeBinary() if valeur is not None:
            return base64.b64decode(valeur)
        case Instant() if valeur is not None:
            return dt.datetime.fromisoformat(valeur)
    return valeur


def _inserer(connexion: Connection, rangees: Iterator[Rangee]) -> int:
    nombre = 0
    for nom, groupe in itertools.groupby(rangees, key=lambda rangee: rangee[0]):
        table = TABLES[nom]
        while lot := [{cle: _de_json(table, cle, valeur) for cle, valeur in rangee.items()} for _, rangee in itertools.islice(groupe, LOT)]:
            connexion.execute(table.insert(), lot)
            nombre += len(lot)
    return nombre


@contextmanager
def _lecture_scellee(fichier: Path, cle: Cle) -> Iterator[Iterator[Rangee]]:
    """Give the rows of a file; `Erreurs` before the first one if the file is not, byte for byte, what was sealed under this key."""
    try:
        with fichier.open("rb") as flux:
            if not _sceau_exact(flux, cle):
                raise Erreurs([Faute("ce fichier n'est pas une sauvegarde entière de convmed, ou n'est pas de cette clé", fichier=str(fichier))])
            flux.seek(0)
            lue, attendue = json.loads(flux.readline())["version"], migrations.derniere()
            if lue != attendue:
                raise Erreurs([Faute(f"cette sauvegarde est à la version {lue}, ce convmed à la version {attendue}", fichier=str(fichier),
                                     attendu="la restaurer avec le convmed qui l'a écrite, puis : convmed base migrer")])  # fmt: skip
            # The last line is the seal, and the only one that is no list.
            yield ((objet[0], objet[1]) for objet in map(json.loads, flux) if isinstance(objet, list))
    except OSError as erreur:
        raise Erreurs([Faute(f"lecture impossible : {dit_en_francais(erreur)}", fichier=str(fichier))]) from None


def _sceau_exact(flux: IO[bytes], cle: Cle) -> bool:
    sceau, avant = _sceau(cle), b""
    for ligne in flux:
        sceau.update(avant)
        avant = ligne
    return hmac.compare_digest(avant, _derniere_ligne(sceau))


def _sceau(cle: Cle) -> hmac.HMAC:
    return hmac.new(cle.derivee("sauvegarde"), digestmod=hashlib.sha256)


def _derniere_ligne(sceau: hmac.HMAC) -> bytes:
    return json.dumps({"sceau": sceau.hexdigest()}).encode() + b"\n"


@contextmanager
def _ecriture_privee(fichier: Path) -> Iterator[IO[bytes]]:
    """Open a file for its owner alone, which takes its name once it is on the disk."""
    provisoire: Path | None = None
    try:
        with tempfile.NamedTemporaryFile("wb", dir=fichier.parent, prefix=f".{fichier.name}.", delete=False) as flux:
            provisoire = Path(flux.name)
            yield flux
            flux.flush()
            os.fsync(flux.fileno())
        # A link, unlike a renaming, does not replace what appeared meanwhile.
        os.link(provisoire, fichier)
    except OSError as erreur:
        raise Erreurs([Faute(f"écriture impossible : {dit_en_francais(erreur)}", fichier=str(fichier))]) from None
    finally:
        if provisoire is not None:
            provisoire.unlink(missing_ok=True)
