"""IR_BEN_R, and IR_ORC_R for the C2S: who the persons are, each once, and how the other tables name them.

A person has several pseudo-NIR through life (one for each insured parent, then their own), and twins of one sex share one:
BEN_IDT_ANO, else BEN_NIR_ANO, else the pseudo-NIR with its rank, tells persons apart; among the lines of one person the
freshest is kept (documentation-snds, fiche « Identifiants des bénéficiaires », CNAM, September 2020).
"""

from __future__ import annotations

import datetime as dt

from convmed.donnees.snds.atelier import Atelier, lister
from convmed.donnees.snds.lecture import Fichier

# IR_NIR_V, TOP_NIR_SNI = 1: invoices of nobody in particular. Provisional NIR (03, 04) are of real persons.
NIR_FICTIFS = ("01", "05", "06", "08", "09", "11", "12", "13", "14", "15")
CONTRAT_C2S = 89
PREMIERE_NAISSANCE = 1850
HOMME, FEMME = 1, 2

IDENTITE = "empreinte(BEN_NIR_PSA) AS psa, CAST(COALESCE(BEN_RNG_GEM, 0) AS INTEGER) AS rang"
NON_FICTIF = f"(BEN_CDI_NIR IS NULL OR lpad(BEN_CDI_NIR, 2, '0') NOT IN ({lister(NIR_FICTIFS)}))"
_PERSONNE = "empreinte(COALESCE(BEN_IDT_ANO, BEN_NIR_ANO, BEN_NIR_PSA || '|' || COALESCE(BEN_RNG_GEM, 0)))"


def lire_identites(atelier: Atelier) -> str:
    """Read the lines of IR_BEN_R; return their SQL: the two keys, the person, birth, sex, death, freshness."""

    def selection(fichier: Fichier) -> str:
        return (
            f"{IDENTITE}, {_PERSONNE} AS personne, BEN_NAI_ANN AS annee, BEN_NAI_MOI AS mois, BEN_SEX_COD AS sexe, "
            "COALESCE(BEN_DCD_DTE, BEN_DCD_AME) AS deces, "
            "COALESCE(BEN_DTE_MAJ, DATE '1900-01-01') AS maj, COALESCE(BEN_DTE_INS, DATE '1900-01-01') AS ins, "
            f"COALESCE(MAX_TRT_DTD, DATE '1900-01-01') AS trt, NOT {NON_FICTIF} AS fictif"
        )

    return atelier.lire("identites", "IR_BEN_R", selection, "BEN_NIR_PSA IS NOT NULL")


def etablir(atelier: Atelier, identites: str, etat_au: dt.date) -> dict[str, int]:
    """Write `personnes` (the living at a date, each with its rank) and `cles` (what leads to them); return counts.

    The day of birth is not in the SNDS: the first of the month stands for it, as in BEN_AMA_COD, the age that the SNDS
    itself computes; without the month, the first of January. A rank follows the order of a keyed hash: it says nothing.
    """
    fraicheur = "row_number() OVER (PARTITION BY personne ORDER BY maj, ins, trt, psa, rang)"
    nee = f"annee BETWEEN {PREMIERE_NAISSANCE} AND {etat_au.year}"
    moisee = "CASE WHEN mois BETWEEN 1 AND 12 THEN mois ELSE 1 END"
    atelier.copier("toutes", (
        f"WITH lues AS (SELECT *, {fraicheur} AS fraicheur FROM {identites} WHERE NOT fictif), "
        "unes AS (SELECT personne, "
        f"arg_max(make_date(annee, {moisee}, 1), fraicheur) FILTER (WHERE {nee}) AS naissance, "
        f"COALESCE(arg_max(mois BETWEEN 1 AND 12, fraicheur) FILTER (WHERE {nee}), false) AS mois_connu, "
        f"arg_max(sexe, fraicheur) FILTER (WHERE sexe IN ({HOMME}, {FEMME})) AS sexe, max(deces) AS deces "
        "FROM lues GROUP BY personne) "
        "SELECT *, naissance IS NULL AS sans_naissance, sexe IS NULL AS sans_sexe, "
        f"COALESCE(deces <= {_date(etat_au)}, false) AS decedee, COALESCE(naissance > {_date(etat_au)}, false) AS a_naitre FROM unes"
    ))  # fmt: skip
    toutes = f"read_parquet('{atelier.stade('toutes')}')"
    gardee = "NOT (sans_naissance OR sans_sexe OR decedee OR a_naitre)"
    atelier.copier("personnes", (
        f"SELECT CAST(row_number() OVER (ORDER BY personne) AS BIGINT) AS patient, personne, naissance, "
        f"CASE sexe WHEN {HOMME} THEN 'M' ELSE 'F' END AS sexe FROM {toutes} WHERE {gardee}"
    ))  # fmt: skip
    atelier.copier("cles", (
        "WITH unes AS (SELECT psa, rang, arg_max(personne, (maj, ins, trt, personne)) AS personne "
        f"FROM {identites} WHERE NOT fictif GROUP BY psa, rang), "
        "seules AS (SELECT psa FROM unes GROUP BY psa HAVING count(DISTINCT personne) = 1) "
        "SELECT psa, rang, patient, psa IN (SELECT psa FROM seules) AS seule FROM unes "
        f"LEFT JOIN read_parquet('{atelier.stade('personnes')}') USING (personne)"
    ))  # fmt: skip
    comptes = atelier.lignes(
        "SELECT count(*), count(*) FILTER (WHERE sans_naissance), count(*) FILTER (WHERE sans_sexe AND NOT sans_naissance), "
        "count(*) FILTER (WHERE decedee), count(*) FILTER (WHERE a_naitre), "
        f"count(*) FILTER (WHERE {gardee}), count(*) FILTER (WHERE {gardee} AND NOT mois_connu) FROM {toutes}"
    )[0]
    noms = ("personnes", "sans_annee_de_naissance", "sans_sexe", "decedees", "nees_apres", "patients", "mois_de_naissance_inconnu")
    lignes, fictives = atelier.lignes(f"SELECT count(*), count(*) FILTER (WHERE fictif) FROM {identites}")[0]
    return {"lignes_ir_ben_r": int(lignes), "nir_fictifs": int(fictives), **dict(zip(noms, map(int, comptes), strict=True))}


def avec_patient(atelier: Atelier, sql: str) -> str:
    """Return the SQL of rows keyed by `psa` and `rang`, with their `patient` (null outside the population) and `connu`.

    A rank that the referential does not know still leads to the only person of its pseudo-NIR: outside the general scheme
    the rank is that of the family and changes with it.
    """
    cles = f"read_parquet('{atelier.stade('cles')}')"
    return (
        f"(SELECT lues.* EXCLUDE (psa, rang), COALESCE(juste.patient, seule.patient) AS patient, "
        "juste.psa IS NOT NULL OR seule.psa IS NOT NULL AS connu "
        f"FROM {sql} AS lues LEFT JOIN {cles} AS juste ON lues.psa = juste.psa AND lues.rang = juste.rang "
        f"LEFT JOIN (SELECT psa, any_value(patient) AS patient FROM {cles} WHERE seule GROUP BY psa) AS seule "
        "ON lues.psa = seule.psa AND juste.psa IS NULL)"
    )


def lire_complementaire(atelier: Atelier) -> str:
    """Read the C2S contracts of IR_ORC_R; return their SQL, empty if the table was given up.

    The flag of the invoices (BEN_CMU_TOP) does not count the beneficiaries: other exemptions go before it
    (documentation-snds, fiche « Complémentaire santé solidaire »).
    """
    return atelier.lire(
        "c2s", "IR_ORC_R", lambda fichier: f"{IDENTITE}, MLL_CTA_DSD AS debut, MLL_CTA_DSF AS fin", f"BEN_CTA_TYP = {CONTRAT_C2S}"
    )


def etablir_c2s(atelier: Atelier, contrats: str, etat_au: dt.date) -> str:
    """Write which patients have the C2S at a date and return their SQL."""
    lieu = atelier.copier("c2s", (
        f"SELECT DISTINCT patient FROM {avec_patient(atelier, contrats)} WHERE patient IS NOT NULL "
        f"AND COALESCE(debut, DATE '1900-01-01') <= {_date(etat_au)} AND COALESCE(fin, DATE '9999-12-31') >= {_date(etat_au)}"
    ))  # fmt: skip
    return f"read_parquet('{lieu}')"


def _date(jour: dt.date) -> str:
    return f"DATE '{jour.isoformat()}'"
