"""IR_IMB_R: who is in ALD at a date, and under which numbers.

A renewed or corrected exemption is a new line, the old one is not erased: the last one inserted is the one that holds
(documentation-snds, fiche « Requête type de sélection des ALD »). The number follows the programme of the fiche
« Bénéficiaires du dispositif ALD » (DREES, CNAM): the one of the line, else that of the diagnosis, else 31 out of the list.
"""

from __future__ import annotations

import datetime as dt

from convmed.donnees.colonnes_dossier import ALD_MAX
from convmed.donnees.snds.atelier import Atelier, lister
from convmed.donnees.snds.beneficiaires import IDENTITE, avec_patient

# IR_ETM_V: on the list, out of the list, several conditions. The others are accidents, occupational diseases, invalidity...
MOTIFS_ALD = (41, 43, 45)
HORS_LISTE, ALD_HORS_LISTE = 43, 31
ALD_DE_LA_LISTE = 30


def lire(atelier: Atelier) -> tuple[str, str]:
    """Read the ALD of IR_IMB_R and the table of diagnoses; return their SQL, empty for a table that is not there."""
    exonerations = atelier.lire(
        "ald", "IR_IMB_R",
        lambda fichier: (
            f"{IDENTITE}, IMB_ETM_NAT AS motif, IMB_ALD_NUM AS numero, upper(MED_MTF_COD) AS diagnostic, IMB_ALD_DTD AS debut, "
            "IMB_ALD_DTF AS fin, COALESCE(INS_DTE, DATE '1900-01-01') AS insertion"
        ),
        f"IMB_ETM_NAT IN ({lister(MOTIFS_ALD)})",
    )  # fmt: skip
    diagnostics = atelier.lire("cim", "IR_CIM_V", lambda fichier: "upper(CIM_COD) AS diagnostic, ALD_030_COD AS numero",
                               f"ALD_030_COD BETWEEN 1 AND {ALD_DE_LA_LISTE}")  # fmt: skip
    return exonerations, diagnostics


def etablir(atelier: Atelier, exonerations: str, diagnostics: str, etat_au: dt.date) -> str:
    """Write the exemptions in force at a date, one row a patient and number (null if unknown), and return their SQL."""
    jour = f"DATE '{etat_au.isoformat()}'"
    cim = f"(SELECT left(diagnostic, 4) AS code, min(numero) AS numero FROM {diagnostics} GROUP BY code)" if diagnostics else ""
    du_diagnostic = f"(SELECT numero FROM {cim} WHERE code = left(diagnostic, 4))" if cim else "NULL"
    numero = (
        f"CASE WHEN numero BETWEEN 1 AND {ALD_MAX} THEN numero WHEN {du_diagnostic} IS NOT NULL THEN {du_diagnostic} "
        f"WHEN motif = {HORS_LISTE} THEN {ALD_HORS_LISTE} END"
    )
    lieu = atelier.copier("affections", (
        f"WITH lues AS (SELECT patient, motif, COALESCE(CAST(numero AS VARCHAR), diagnostic, '') AS affection, {numero} AS numero_ald, "
        f"debut, fin, insertion FROM {avec_patient(atelier, exonerations)} "
        f"WHERE patient IS NOT NULL AND COALESCE(debut, DATE '1900-01-01') <= {jour}), "
        "dernieres AS (SELECT *, row_number() OVER (PARTITION BY patient, motif, affection "
        "ORDER BY insertion DESC, fin DESC NULLS FIRST, debut DESC NULLS LAST) AS rang FROM lues) "
        "SELECT DISTINCT patient, CAST(numero_ald AS INTEGER) AS numero_ald FROM dernieres "
        f"WHERE rang = 1 AND COALESCE(fin, DATE '9999-12-31') >= {jour}"
    ))  # fmt: skip
    return f"read_parquet('{lieu}')"
