"""ER_BIO_F: the tracer assays, by their NABM code. Their quantity is signed (documentation-snds, « Schéma relationnel », 3.3.3)."""

from __future__ import annotations

from convmed.donnees.nomenclatures import LARGEUR_NABM
from convmed.donnees.snds.atelier import Atelier
from convmed.donnees.snds.tables import CLES
from convmed.donnees.snds.traceurs import Listes

CODE = f"lpad(BIO_PRS_IDE, {LARGEUR_NABM}, '0')"


def lire(atelier: Atelier, listes: Listes) -> str:
    """Read the tracer assays; return their SQL: the nine keys, rank, nomenclature, code, activity, signed quantity."""
    return atelier.lire(
        "bio", "ER_BIO_F",
        lambda fichier: (
            f"{', '.join(CLES)}, BIO_ORD_NUM AS ordre, 'nabm' AS nomenclature, {CODE} AS code, '' AS activite, BIO_ACT_QSN AS quantite"
        ),
        listes.codes("nabm").condition(CODE),
    )  # fmt: skip
