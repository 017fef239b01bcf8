"""IR_MTT_R, DA_PRA_R and the user's own table: who the doctors are, and whose doctor each one is.

A doctor has a number for each practice; the principal one (STA_PFS_NUM) gathers them, and a declaration may bear either
(documentation-snds, fiche « Notions autour du professionnel de santé »). Without DA_PRA_R each number is a doctor.
"""

from __future__ import annotations

import datetime as dt
from typing import get_args

from convmed.donnees.modeles import OPTIONS, SECTEURS, ZONES
from convmed.donnees.snds.atelier import Atelier, lister
from convmed.donnees.snds.beneficiaires import IDENTITE, avec_patient
from convmed.donnees.snds.lecture import Fichier
from convmed.textes import Faute

# IR_CNV_V: a permanent right to exceed (2) is still sector 1; 9 is a salaried doctor of a scheme.
SECTEUR_DE_LA_CONVENTION = {0: "nc", 1: "1", 2: "1", 3: "2"}
CATEGORIE_MEDECIN = 1
FIN_D_ACTIVITE, FICTIF = 7, 9
NUMERO_ABSENT = "regexp_full_match({0}, '0+')"
NUMERO = "CASE WHEN {0} IS NOT NULL AND NOT regexp_full_match({0}, '0+') THEN empreinte({0}) END"


def numero(colonne: str) -> str:
    """Return the SQL of the keyed hash of a doctor's number; null for zeros, which stand for an employee or nobody."""
    return NUMERO.format(colonne)


def secteur(colonne: str) -> str:
    """Return the SQL of the sector that a convention code says."""
    cas = " ".join(f"WHEN {code} THEN '{secteur}'" for code, secteur in SECTEUR_DE_LA_CONVENTION.items())
    return f"CASE {colonne} {cas} END"


def lire(atelier: Atelier) -> dict[str, str]:
    """Read the declarations, the referential of doctors, the user's table and zoning; return the SQL of each."""

    def cabinet(fichier: Fichier) -> str:
        return (
            f"{numero('PFS_PFS_NUM')} AS cabinet, COALESCE({numero('STA_PFS_NUM')}, {numero('PFS_PFS_NUM')}) AS medecin, "
            "DTE_ANN_TRT * 100 + DTE_MOI_FIN AS mois, lpad(PFS_PRA_SPE, 2, '0') AS specialite, CNV_CNV_COD AS convention, "
            "PFS_CAT_COD AS categorie, EXC_EXC_NAT AS exercice, IPP_ANN_NAI AS annee_naissance, "
            "regexp_replace(upper(GEO_DPT_COD), '^0([0-9][0-9AB])$', '\\1') AS departement, upper(PFS_EXC_COM) AS commune"
        )

    def sien(fichier: Fichier) -> str:
        return (
            f"{numero('medecin')} AS medecin, lpad(specialite, 2, '0') AS specialite, lower(secteur) AS secteur, "
            "lower(option_tarifaire) AS option_tarifaire, lower(zone) AS zone, "
            "CASE WHEN lower(qpv) IN ('oui', 'o', '1', 'true', 'vrai') THEN true WHEN lower(qpv) IN ('non', 'n', '0', 'false', 'faux') "
            "THEN false END AS qpv, date_naissance_medecin, date_premiere_installation, departement"
        )

    return {
        "declarations": atelier.lire("mtt", "IR_MTT_R", lambda fichier: (
            f"{IDENTITE}, {numero('MTT_PFS_NUM')} AS cabinet, MTT_DEP_DTE AS debut, MTT_FIN_DTE AS fin"
        )),
        "cabinets": atelier.lire("pra", "DA_PRA_R", cabinet),
        "siens": atelier.lire("medecins-fournis", "MEDECINS", sien),
        "zonage": atelier.lire("zonage", "ZONAGE", lambda fichier: (
            "upper(lpad(commune, 5, '0')) AS commune, lower(zone) AS zone, CASE lower(qpv) WHEN 'oui' THEN true WHEN 'non' THEN false END AS qpv"
        )),
    }  # fmt: skip


def verifier(atelier: Atelier, lues: dict[str, str]) -> None:
    """Add a fault for each word of the user's own tables that is not one of the closed list of its column."""
    listes = {"secteur": get_args(SECTEURS), "option_tarifaire": get_args(OPTIONS), "zone": get_args(ZONES)}
    for sql, fichier, colonnes in ((lues["siens"], "MEDECINS", tuple(listes)), (lues["zonage"], "ZONAGE", ("zone",))):
        for colonne in colonnes if sql else ():
            mots = listes[colonne]
            inconnus = atelier.lignes(f"SELECT DISTINCT {colonne} FROM {sql} WHERE {colonne} IS NOT NULL AND {colonne} NOT IN ({lister(mots)})")
            for (mot,) in sorted(inconnus):
                atelier.collecte.ajouter(Faute("valeur refusée", fichier=fichier, colonne=colonne, valeur=str(mot)[:20], attendu=", ".join(mots)))


def principaux(atelier: Atelier, cabinets: str, etat_au: dt.date) -> str:
    """Write the last known line of each practice at a date and return its SQL, empty without DA_PRA_R."""
    if not cabinets:
        return ""
    # Lines of a later month are kept for a doctor who has none before: the referential may be younger than the date.
    ordre = f"mois <= {etat_au.year * 100 + etat_au.month} DESC, mois DESC, medecin"
    lieu = atelier.copier("cabinets", (
        f"SELECT * EXCLUDE (rang) FROM (SELECT *, row_number() OVER (PARTITION BY cabinet ORDER BY {ordre}) AS rang FROM {cabinets} "
        "WHERE cabinet IS NOT NULL) WHERE rang = 1"
    ))  # fmt: skip
    return f"read_parquet('{lieu}')"


def medecin_de(sql: str, colonne: str, dernieres: str) -> str:
    """Return the SQL of rows with `medecin`, the doctor whose practice stands in a column."""
    if not dernieres:
        return f"(SELECT *, {colonne} AS medecin FROM {sql})"
    return f"(SELECT lues.*, COALESCE(pra.medecin, lues.{colonne}) AS medecin FROM {sql} AS lues LEFT JOIN {dernieres} AS pra ON pra.cabinet = lues.{colonne})"


def declarer(atelier: Atelier, declarations: str, prestations: str, dernieres: str, etat_au: dt.date) -> str:
    """Write the doctor of each patient at a date, and the date of the declaration; return their SQL.

    Without IR_MTT_R, the doctor of the last invoice before the date, who may have retired since (FAQ DCIR, « Médecin
    traitant »), and no date.
    """
    jour = f"DATE '{etat_au.isoformat()}'"
    if declarations:
        en_cours = f"cabinet IS NOT NULL AND COALESCE(debut, DATE '1900-01-01') <= {jour} AND COALESCE(fin, DATE '9999-12-31') >= {jour}"
        sql = f"(SELECT patient, cabinet, debut FROM {avec_patient(atelier, declarations)} WHERE patient IS NOT NULL AND {en_cours})"
    else:
        sql = f"(SELECT patient, traitant AS cabinet, soin, CAST(NULL AS DATE) AS debut FROM {prestations} WHERE traitant IS NOT NULL AND soin <= {jour})"
    recent = "debut DESC NULLS LAST, medecin" if declarations else "soin DESC, medecin"
    lieu = atelier.copier("declarations", (
        f"SELECT patient, medecin, debut FROM (SELECT *, row_number() OVER (PARTITION BY patient ORDER BY {recent}) AS rang "
        f"FROM {medecin_de(sql, 'cabinet', dernieres)}) WHERE rang = 1"
    ))  # fmt: skip
    return f"read_parquet('{lieu}')"


def decrire(atelier: Atelier, declares: str, prestations: str, dernieres: str, lues: dict[str, str]) -> str:
    """Write the doctors, ranked, with what is known of them, and return their SQL.

    With DA_PRA_R: the doctors of the referential in activity, and no one else (a health centre may be a `médecin
    traitant`, it is not a doctor). Without it: those of the declarations, described by their last invoice.
    """
    if dernieres:
        vivants = (
            f"(categorie IS NULL OR categorie = {CATEGORIE_MEDECIN}) AND (exercice IS NULL OR exercice NOT IN ({FIN_D_ACTIVITE}, {FICTIF}))"
        )
        # Overseas the department is 97 and the commune begins with the third figure; a full INSEE code is kept as it is.
        commune = (
            "CASE WHEN length(commune) >= 5 THEN commune WHEN length(departement) = 3 AND length(commune) = 2 THEN departement || commune "
            "ELSE left(departement, 2) || lpad(commune, 3, '0') END"
        )
        connus = (
            "(SELECT medecin, arg_max(specialite, ordre) AS specialite, arg_max(convention, ordre) AS convention, "
            "arg_max(annee_naissance, ordre) AS annee_naissance, arg_max(departement, ordre) AS departement, arg_max(commune, ordre) AS commune "
            f"FROM (SELECT * REPLACE ({commune} AS commune), (cabinet = medecin, mois, cabinet) AS ordre FROM {dernieres} WHERE {vivants}) GROUP BY medecin)"
        )
    else:
        connus = (
            "(SELECT medecin, arg_max(specialite, (soin, specialite)) FILTER (WHERE specialite IS NOT NULL) AS specialite, "
            "arg_max(convention, (soin, convention)) FILTER (WHERE convention IS NOT NULL) AS convention, "
            "CAST(NULL AS BIGINT) AS annee_naissance, CAST(NULL AS VARCHAR) AS departement, CAST(NULL AS VARCHAR) AS commune "
            f"FROM (SELECT DISTINCT medecin FROM {declares}) LEFT JOIN (SELECT executant AS medecin, specialite, convention, soin FROM {prestations}) "
            "USING (medecin) GROUP BY medecin)"
        )
    siens = lues["siens"] or (
        "(SELECT CAST(NULL AS UBIGINT) AS medecin, NULL AS specialite, NULL AS secteur, NULL AS option_tarifaire, NULL AS zone, NULL AS qpv, "
        "NULL AS date_naissance_medecin, NULL AS date_premiere_installation, NULL AS departement WHERE false)"
    )
    un_seul = f"(SELECT DISTINCT ON (medecin) * FROM {medecin_fourni(siens, dernieres)} WHERE medecin IS NOT NULL ORDER BY ALL)"
    zonage = lues["zonage"] or "(SELECT CAST(NULL AS VARCHAR) AS commune, NULL AS zone, NULL AS qpv WHERE false)"
    des_communes = f"(SELECT commune, any_value(zone ORDER BY zone) AS zone, any_value(qpv ORDER BY qpv) AS qpv FROM {zonage} GROUP BY commune)"
    choisi = f"COALESCE(siens.secteur, {secteur('connus.convention')})"
    lieu = atelier.copier("medecins", (
        "SELECT CAST(row_number() OVER (ORDER BY connus.medecin) AS INTEGER) AS medecin, connus.medecin AS numero, "
        "COALESCE(siens.specialite, CASE WHEN connus.specialite NOT IN ('00', '99') THEN connus.specialite END) AS specialite, "
        f"{choisi} AS secteur, "
        # Only a sector 2 doctor or one with a permanent right to exceed may join; of these the SNDS says nothing.
        f"COALESCE(siens.option_tarifaire, CASE WHEN {choisi} IN ('1', 'nc') AND COALESCE(connus.convention, 1) <> 2 THEN 'aucune' END) AS option_tarifaire, "
        "COALESCE(siens.zone, zonage.zone) AS zone, COALESCE(siens.qpv, zonage.qpv) AS qpv, "
        "COALESCE(siens.date_naissance_medecin, make_date(connus.annee_naissance, 1, 1)) AS date_naissance_medecin, "
        "siens.date_premiere_installation AS date_premiere_installation, COALESCE(siens.departement, connus.departement) AS departement "
        f"FROM {connus} AS connus LEFT JOIN {un_seul} AS siens ON siens.medecin = connus.medecin "
        f"LEFT JOIN {des_communes} AS zonage ON zonage.commune = connus.commune"
    ))  # fmt: skip
    return f"read_parquet('{lieu}')"


def medecin_fourni(siens: str, dernieres: str) -> str:
    """Return the user's table with the principal number of each doctor, whichever number was given."""
    if not dernieres:
        return siens
    return (
        f"(SELECT siens.* REPLACE (COALESCE(pra.medecin, siens.medecin) AS medecin) FROM {siens} AS siens "
        f"LEFT JOIN {dernieres} AS pra ON pra.cabinet = siens.medecin)"
    )
