"""ER_PRS_F: the invoices. What is kept of them, and why the rest is not.

Kept: consultations and visits, the acts whose key letter is a tracer, every act of a dentist, and the lines to which a tracer
of biology, pharmacy or CCAM is joined by the nine keys. Left out, as the documentation of the SNDS advises (documentation-snds,
fiches « Requête type dans la table prestations du DCIR », Santé publique France, and « Schéma relationnel », 3.3.2):

- complements and increases (CPL_MAJ_TOP < 2), flat-rate participations (CPL_AFF_COD = 16);
- what public hospitals send for information only (DPN_QLF 71 and 72, PRS_DPN_QLP 71; ETE_IND_TAA = 1);
- fictitious NIR; what came after the last month of flow wanted; care after the last day wanted.
"""

from __future__ import annotations

import datetime as dt

from convmed.donnees.snds.atelier import Atelier, lister
from convmed.donnees.snds.beneficiaires import IDENTITE, NON_FICTIF, avec_patient
from convmed.donnees.snds.medecin_traitant import numero
from convmed.donnees.snds.tables import CLES
from convmed.donnees.snds.traceurs import Listes, consultations, natures

MAJORATION = 2
PARTICIPATION_FORFAITAIRE = 16
POUR_INFORMATION = (71, 72)
ETABLISSEMENT_PUBLIC = 1
SANS_SPECIALITE = (0, 99)
_SPE = f"CASE WHEN PSE_SPE_COD NOT IN ({lister(SANS_SPECIALITE)}) THEN PSE_SPE_COD END"
_ACT = f"CASE WHEN PSE_ACT_NAT NOT IN ({lister(SANS_SPECIALITE)}) THEN PSE_ACT_NAT END"
# Dentists are told by the nature of their activity, doctors by their speciality.
SPECIALITE = f"lpad(CAST(COALESCE({_SPE}, {_ACT}) AS VARCHAR), 2, '0')"


def lire(atelier: Atelier, listes: Listes, affines: list[str], flux_jusqu_au: dt.date | None, soins_jusqu_au: dt.date) -> str:
    """Read the useful invoices; return their SQL, keyed by the nine keys and by the two of the beneficiary.

    `affines` are the tracer lines of biology, pharmacy and CCAM: their invoices are kept.
    """
    lettres = listes.codes("ngap")
    traceuses = [nature for nature, (lettre, _) in natures().items() if _est_traceuse(lettre, lettres.entiers, lettres.debuts)]
    par_nature = f"PRS_NAT_REF IN ({lister((*traceuses, *consultations()))})"
    par_metier = f"COALESCE({SPECIALITE} IN ({lister(listes.specialites())}), false)"
    cles = ", ".join(CLES)
    jointes = [f"({cles}) IN (SELECT ({cles}) FROM {sql})" for sql in affines if sql]
    condition = " AND ".join((
        f"COALESCE(CPL_MAJ_TOP, 0) < {MAJORATION}", f"COALESCE(CPL_AFF_COD, 0) <> {PARTICIPATION_FORFAITAIRE}",
        f"COALESCE(DPN_QLF, 0) NOT IN ({lister(POUR_INFORMATION)})", f"COALESCE(PRS_DPN_QLP, 0) <> {POUR_INFORMATION[0]}", NON_FICTIF,
        f"EXE_SOI_DTD <= DATE '{soins_jusqu_au.isoformat()}'",
        f"FLX_DIS_DTD <= DATE '{flux_jusqu_au.isoformat()}'" if flux_jusqu_au else "FLX_DIS_DTD IS NOT NULL",
        "(" + " OR ".join((par_nature, par_metier, *jointes)) + ")",
    ))  # fmt: skip
    return atelier.lire(
        "prs", "ER_PRS_F",
        lambda fichier: (
            f"{cles}, {IDENTITE}, EXE_SOI_DTD AS soin, CAST(PRS_NAT_REF AS INTEGER) AS nature, PRS_ACT_QTE AS quantite, "
            f"{numero('PFS_EXE_NUM')} AS executant, {numero('PRS_MTT_NUM')} AS traitant, {SPECIALITE} AS specialite, "
            f"CAST(PSE_CNV_COD AS INTEGER) AS convention, {par_metier} OR PRS_NAT_REF IN ({lister(traceuses)}) AS traceuse"
        ),
        condition,
    )  # fmt: skip


def _est_traceuse(lettre: str, entieres: tuple[str, ...], debuts: tuple[str, ...]) -> bool:
    return lettre in entieres or any(lettre.startswith(debut) for debut in debuts)


def etablir(atelier: Atelier, lues: str) -> tuple[str, dict[str, int]]:
    """Write the invoices each once, those of public hospitals left out, with their patient; return their SQL and counts.

    The same line may stand in two extracts that overlap: the nine keys make it one.
    """
    publics = atelier.lire("ete", "ER_ETE_F", lambda fichier: ", ".join(CLES), f"ETE_IND_TAA = {ETABLISSEMENT_PUBLIC}")
    atelier.lever()
    uniques = f"(SELECT DISTINCT * FROM {lues})"
    cles = ", ".join(CLES)
    privees = f"(SELECT * FROM {uniques} AS prs ANTI JOIN (SELECT DISTINCT {cles} FROM {publics}) AS ete USING ({cles}))" if publics else uniques
    lieu = atelier.copier("prestations", f"SELECT * FROM {avec_patient(atelier, privees)}")
    sql = f"read_parquet('{lieu}')"
    gardees, orphelines, ailleurs = atelier.lignes(
        f"SELECT count(*), count(*) FILTER (WHERE NOT connu), count(*) FILTER (WHERE connu AND patient IS NULL) FROM {sql}"
    )[0]
    lignes = atelier.compter(f"SELECT count(*) FROM {lues}")
    distinctes = atelier.compter(f"SELECT count(*) FROM {uniques}")
    return sql, {
        "lignes_utiles": lignes, "lignes_en_double": lignes - distinctes, "etablissements_publics": distinctes - int(gardees),
        "sans_beneficiaire": int(orphelines), "hors_population": int(ailleurs),
    }  # fmt: skip
