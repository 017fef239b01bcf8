"""ER_CAM_F: the tracer technical acts.

One line is one act for an activity and a phase; it bears no quantity: the sign is that of PRS_ACT_QTE (documentation-snds,
« Schéma relationnel », 3.3.3.3; FAQ DCIR, « Régulations des prestations CCAM »).
"""

from __future__ import annotations

from convmed.donnees.snds.atelier import Atelier
from convmed.donnees.snds.tables import CLES
from convmed.donnees.snds.traceurs import Listes

CODE = "left(upper(CAM_PRS_IDE), 7)"


def lire(atelier: Atelier, listes: Listes) -> str:
    """Read the tracer acts; return their SQL, `quantite` being null: the invoice gives its sign."""
    return atelier.lire(
        "cam", "ER_CAM_F",
        lambda fichier: (
            f"{', '.join(CLES)}, CAM_ORD_NUM AS ordre, 'ccam' AS nomenclature, {CODE} AS code, "
            "COALESCE(CAM_ACT_COD, '') || '/' || COALESCE(CAM_TRT_PHA, '') AS activite, CAST(NULL AS DECIMAL(18, 4)) AS quantite"
        ),
        listes.codes("ccam").condition(CODE),
    )  # fmt: skip
