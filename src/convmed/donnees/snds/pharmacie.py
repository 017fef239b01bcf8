"""ER_PHA_F and IR_PHA_R: the tracer drugs, by the ATC class of their CIP13.

The correspondence from CIP13 to ATC is not given with the project: it is IR_PHA_R of the SNDS, or any table with `CIP13` and
`ATC`. A `cip13` code of the user's own nomenclatures goes before the class, which does not tell a 20-valent vaccine.
"""

from __future__ import annotations

from convmed.donnees.snds.atelier import Atelier, lister
from convmed.donnees.snds.tables import CLES
from convmed.donnees.snds.traceurs import Listes

CIP13 = "regexp_replace(PHA_PRS_C13, '[^0-9]', '', 'g')"
# A split pack has units for a quantity, and no box (documentation-snds, fiche « Tables affinées »).
QUANTITE = "COALESCE(NULLIF(PHA_ACT_QSN, 0), PHA_DEC_QSU, PHA_ACT_QSN)"


def lire(atelier: Atelier, listes: Listes) -> str:
    """Read the tracer drugs; return their SQL: the nine keys, rank, nomenclature, code, activity, signed quantity."""
    if "ER_PHA_F" not in atelier.fichiers:
        return ""
    medicaments = _medicaments(atelier, listes)
    delivrances = atelier.lire(
        "pha", "ER_PHA_F", lambda fichier: f"{', '.join(CLES)}, PHA_ORD_NUM AS ordre, {CIP13} AS cip13, {QUANTITE} AS quantite",
        f"{CIP13} IN (SELECT cip13 FROM {medicaments})" if medicaments else "false",
    )  # fmt: skip
    if not medicaments:
        return ""
    return (
        f"(SELECT lues.* EXCLUDE (cip13, quantite), nomenclature, code, '' AS activite, quantite FROM {delivrances} AS lues "
        f"JOIN {medicaments} AS medicaments USING (cip13))"
    )


def _medicaments(atelier: Atelier, listes: Listes) -> str:
    """Write the drugs that are tracers, one row a CIP13 with the code that proves it; return their SQL, empty after a fault."""
    cip = listes.codes("cip13")
    morceaux = [f"SELECT unnest([{lister(cip.entiers)}]) AS cip13, 'cip13' AS nomenclature, cip13 AS code, 0 AS rang"] if cip.entiers else []
    atc = "upper(regexp_replace(PHA_ATC_CLA, '[^A-Za-z0-9]', '', 'g'))"
    classes = atelier.lire(
        "cip", "IR_PHA_R", lambda fichier: f"regexp_replace(PHA_CIP_C13, '[^0-9]', '', 'g') AS cip13, {atc} AS code",
        listes.codes("atc").condition(atc),
    )  # fmt: skip
    if classes:
        morceaux.append(f"SELECT cip13, 'atc' AS nomenclature, code, 1 AS rang FROM {classes}")
    vide = "SELECT CAST(NULL AS VARCHAR) AS cip13, 'atc' AS nomenclature, CAST(NULL AS VARCHAR) AS code, 1 AS rang WHERE false"
    tous = " UNION ALL ".join(morceaux or [vide])
    if len(atelier.collecte):
        return ""
    lieu = atelier.copier("medicaments", (
        f"SELECT cip13, nomenclature, code FROM (SELECT *, row_number() OVER (PARTITION BY cip13 ORDER BY rang, code) AS n FROM ({tous})) WHERE n = 1"
    ))  # fmt: skip
    return f"read_parquet('{lieu}')"
