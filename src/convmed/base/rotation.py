"""The change of the master key: everything encrypted is written again under the new one, at once."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Column, Connection, select, update

from convmed.base.chiffre import Chiffre
from convmed.base.cles import Cle
from convmed.base.coffre import Coffre
from convmed.base.connexion import effacer_les_traces
from convmed.base.journal import Acte
from convmed.base.schema import CHIFFREES, compte, tentative
from convmed.base.socle import normaliser


def changer_cle(url: str, ancienne: Cle, nouvelle: Cle) -> int:
    """Put a base under another key, wholly or not at all; return how many cells were written again.

    The servers that have the base open stop writing, and say that they must be started again. `Erreurs` if the base cannot be
    opened under the old key. The copies made before stay under the old key.
    """
    with Coffre.ouvrir(url, ancienne) as coffre:
        chiffre = Chiffre(nouvelle)
        with coffre.ecriture() as connexion:
            # Failures to sign in are counted under the keyed hash of an identifier, which nothing gives back.
            connexion.execute(tentative.delete())
            _retrouver(connexion, coffre.chiffre, chiffre)
            cellules = sum(_reecrire(connexion, coffre.chiffre, chiffre, *colonnes) for colonnes in CHIFFREES)
            coffre.noter(connexion, Acte.CLE_CHANGEE, None)
        effacer_les_traces(coffre.moteur)
        return cellules


def _retrouver(connexion: Connection, avant: Chiffre, apres: Chiffre) -> None:
    """Write again the keyed hashes by which accounts are found."""
    for ligne in connexion.execute(select(compte)).all():
        identifiant = avant.ouvrir(ligne.identifiant, "compte", "identifiant", ligne.id).decode()
        valeurs = {"identifiant_index": apres.index("identifiant", normaliser(identifiant))}
        if ligne.oidc is not None:
            valeurs["oidc_index"] = apres.index("oidc", *json.loads(avant.ouvrir(ligne.oidc, "compte", "oidc", ligne.id)))
        connexion.execute(update(compte).where(compte.c.id == ligne.id).values(**valeurs))


def _reecrire(
    connexion: Connection, avant: Chiffre, apres: Chiffre, colonne: Column[Any], ligne: Column[Any], numero: Column[Any] | None
) -> int:
    """Write again the cells of a column, one at a time: they may be large. Return how many."""
    table = colonne.table
    cles = [ligne] if numero is None else [ligne, numero]
    lieux = connexion.execute(select(*cles).where(colonne.is_not(None))).all()
    for lieu in lieux:
        ici = [cle == valeur for cle, valeur in zip(cles, lieu, strict=True)]
        cellule = connexion.execute(select(colonne).where(*ici)).scalar_one()
        neuve = apres.fermer(avant.ouvrir(cellule, table.name, colonne.name, *lieu), table.name, colonne.name, *lieu)
        connexion.execute(update(table).where(*ici).values({colonne: neuve}))
    return len(lieux)
