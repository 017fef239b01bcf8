"""The tables of the SNDS that are read: their columns, what each is for, under what other names they come.

Names and types: schema-snds (Health Data Hub, December 2020). In the extractions made for a project the CNAM renames the
identifiers: NUM_ENQ is BEN_NIR_PSA, NUM_ANO is BEN_NIR_ANO (documentation-snds, fiche « Identifiants des bénéficiaires »).
"""

from __future__ import annotations

from dataclasses import dataclass

CLES = (
    "FLX_DIS_DTD", "FLX_TRT_DTD", "FLX_EMT_TYP", "FLX_EMT_NUM", "FLX_EMT_ORD", "ORG_CLE_NUM", "DCT_ORD_NUM", "PRS_ORD_NUM",
    "REM_TYP_AFF",
)  # fmt: skip


@dataclass(frozen=True)
class Colonne:
    """A column: its name, the kind of its cells, what it is for, its other names.

    A kind is `texte`, `entier`, `nombre` (two decimals), `date`, or `annee_mois` (AAAAMM).
    """

    nom: str
    genre: str
    role: str
    requise: bool = True
    alias: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A table: its columns, what is lost without it, whether one may go on without saying so."""

    nom: str
    libelle: str
    colonnes: tuple[Colonne, ...]
    sans_elle: str = ""
    requise: bool = True


def _c(nom: str, genre: str, role: str, *alias: str) -> Colonne:
    return Colonne(nom, genre, role, alias=alias)


def _option(nom: str, genre: str, role: str, *alias: str) -> Colonne:
    return Colonne(nom, genre, role, requise=False, alias=alias)


_BENEFICIAIRE = (
    _c("BEN_NIR_PSA", "texte", "identifiant du bénéficiaire, qui joint les tables", "NUM_ENQ"),
    _c("BEN_RNG_GEM", "entier", "rang gémellaire, qui distingue les jumeaux de même sexe"),
)
_GENRES_DES_CLES = {"FLX_DIS_DTD": "date", "FLX_TRT_DTD": "date", "ORG_CLE_NUM": "texte"}
_JOINTURE = tuple(
    _c(nom, _GENRES_DES_CLES.get(nom, "entier"), "l'une des neuf clés qui joignent ER_PRS_F et ses tables affinées") for nom in CLES
)

TABLES = {table.nom: table for table in (
    Table("IR_BEN_R", "Référentiel des bénéficiaires", (
        *_BENEFICIAIRE,
        _option("BEN_IDT_ANO", "texte", "identifiant unique de la personne, tous pseudo-NIR confondus"),
        _option("BEN_NIR_ANO", "texte", "NIR pseudonymisé, unique pour une personne", "NUM_ANO"),
        _option("BEN_CDI_NIR", "texte", "dit si le NIR est fictif"),
        _c("BEN_NAI_ANN", "entier", "année de naissance"),
        _option("BEN_NAI_MOI", "entier", "mois de naissance"),
        _c("BEN_SEX_COD", "entier", "sexe : 1 homme, 2 femme"),
        _option("BEN_DCD_DTE", "date", "date de décès"),
        _option("BEN_DCD_AME", "annee_mois", "mois de décès, sans accès au jour"),
        _option("BEN_DTE_MAJ", "date", "fraîcheur de la ligne"),
        _option("BEN_DTE_INS", "date", "fraîcheur de la ligne"),
        _option("MAX_TRT_DTD", "date", "fraîcheur de la ligne"),
    )),
    Table("IR_MTT_R", "Médecins traitants", (
        *_BENEFICIAIRE,
        _c("MTT_DEP_DTE", "date", "début de la déclaration de médecin traitant"),
        _c("MTT_FIN_DTE", "date", "fin de la déclaration de médecin traitant"),
        _c("MTT_PFS_NUM", "texte", "numéro du médecin traitant"),
    ), "le médecin traitant est le dernier connu d'ER_PRS_F (PRS_MTT_NUM), sans date de déclaration"),
    Table("IR_IMB_R", "Affections de longue durée", (
        *_BENEFICIAIRE,
        _c("IMB_ETM_NAT", "entier", "motif d'exonération : 41, 43 et 45 sont des ALD"),
        _c("IMB_ALD_NUM", "entier", "numéro d'ALD"),
        _c("IMB_ALD_DTD", "date", "début de l'exonération"),
        _c("IMB_ALD_DTF", "date", "fin de l'exonération"),
        _option("INS_DTE", "date", "la ligne la plus récente remplace les autres"),
        _option("MED_MTF_COD", "texte", "diagnostic CIM-10, quand le numéro d'ALD manque"),
    ), "l'ALD reste inconnue, aucun numéro d'ALD n'est lu"),
    Table("IR_ORC_R", "Organismes complémentaires", (
        *_BENEFICIAIRE,
        _c("BEN_CTA_TYP", "entier", "type de contrat : 89 est la complémentaire santé solidaire"),
        _c("MLL_CTA_DSD", "date", "début du contrat complémentaire"),
        _c("MLL_CTA_DSF", "date", "fin du contrat complémentaire"),
    ), "la C2S reste inconnue"),
    Table("ER_PRS_F", "Prestations", (
        *_JOINTURE, *_BENEFICIAIRE,
        _c("EXE_SOI_DTD", "date", "date des soins"),
        _c("PRS_NAT_REF", "entier", "nature de la prestation"),
        _c("PRS_ACT_QTE", "nombre", "quantité, négative pour une régularisation"),
        _c("PFS_EXE_NUM", "texte", "numéro de l'exécutant"),
        _c("PSE_SPE_COD", "entier", "spécialité de l'exécutant médecin"),
        _option("PSE_ACT_NAT", "entier", "nature d'activité de l'exécutant (dentistes)"),
        _option("PSE_CNV_COD", "entier", "convention de l'exécutant"),
        _c("CPL_MAJ_TOP", "entier", "écarte les majorations (2)"),
        _option("CPL_AFF_COD", "entier", "écarte la participation forfaitaire (16)"),
        _c("DPN_QLF", "entier", "écarte l'activité hospitalière publique transmise pour information (71, 72)"),
        _c("PRS_DPN_QLP", "entier", "écarte l'activité hospitalière publique transmise pour information (71)"),
        _option("BEN_CDI_NIR", "texte", "écarte les NIR fictifs"),
        _option("PRS_MTT_NUM", "texte", "médecin traitant, sans IR_MTT_R"),
    )),
    Table("ER_BIO_F", "Biologie", (
        *_JOINTURE,
        _c("BIO_ORD_NUM", "entier", "rang de l'acte dans la prestation"),
        _c("BIO_PRS_IDE", "texte", "code NABM"),
        _c("BIO_ACT_QSN", "nombre", "quantité signée"),
    ), "aucun dosage n'est lu : les indicateurs qui en dépendent se liraient comme non faits"),
    Table("ER_PHA_F", "Pharmacie", (
        *_JOINTURE,
        _c("PHA_ORD_NUM", "entier", "rang du médicament dans la prestation"),
        _c("PHA_PRS_C13", "texte", "code CIP à 13 chiffres"),
        _c("PHA_ACT_QSN", "nombre", "nombre de boîtes, signé"),
        _option("PHA_DEC_QSU", "nombre", "unités délivrées d'un médicament déconditionné, signées"),
    ), "aucun vaccin ni traitement n'est lu : les indicateurs qui en dépendent se liraient comme non faits"),
    Table("ER_CAM_F", "Actes CCAM", (
        *_JOINTURE,
        _c("CAM_ORD_NUM", "entier", "rang de l'acte dans la prestation"),
        _c("CAM_PRS_IDE", "texte", "code CCAM"),
        _option("CAM_ACT_COD", "texte", "activité (1 intervenant, 4 anesthésiste)"),
        _option("CAM_TRT_PHA", "texte", "phase de traitement"),
    ), "aucun acte technique n'est lu : les indicateurs qui en dépendent se liraient comme non faits"),
    Table("ER_ETE_F", "Établissements", (
        *_JOINTURE,
        _c("ETE_IND_TAA", "entier", "écarte les soins des établissements publics en T2A (1)"),
    ), "les soins des établissements publics ne sont écartés que par DPN_QLF et PRS_DPN_QLP", requise=False),
    Table("IR_PHA_R", "Référentiel des médicaments : du CIP13 à l'ATC", (
        _c("PHA_CIP_C13", "texte", "code CIP à 13 chiffres", "CIP13", "PHA_PRS_C13"),
        _c("PHA_ATC_CLA", "texte", "classe ATC", "ATC", "PHA_ATC_C07"),
    ), "aucun médicament ne se traduit en acte traceur, sauf les codes cip13 de nomenclatures.csv"),
    Table("IR_CIM_V", "Diagnostics : du code CIM-10 au numéro d'ALD", (
        _c("CIM_COD", "texte", "code CIM-10"),
        _c("ALD_030_COD", "entier", "numéro d'ALD"),
    ), "une ALD sans numéro dans IR_IMB_R garde 31 (hors liste) ou aucun numéro", requise=False),
    Table("DA_PRA_R", "Référentiel des professionnels de santé", (
        _c("PFS_PFS_NUM", "texte", "numéro du cabinet"),
        _c("STA_PFS_NUM", "texte", "numéro du cabinet principal, qui réunit les cabinets d'un médecin"),
        _c("DTE_ANN_TRT", "entier", "année de la ligne"),
        _c("DTE_MOI_FIN", "entier", "mois de la ligne"),
        _c("PFS_PRA_SPE", "texte", "spécialité"),
        _c("CNV_CNV_COD", "entier", "convention"),
        _option("PFS_CAT_COD", "entier", "catégorie : 1 médecin"),
        _option("EXC_EXC_NAT", "entier", "nature d'exercice : 7 fin d'activité, 9 fictif"),
        _option("PRA_MEP_COD", "entier", "mode d'exercice particulier"),
        _option("IPP_ANN_NAI", "entier", "année de naissance"),
        _option("GEO_DPT_COD", "texte", "département du cabinet"),
        _option("PFS_EXC_COM", "texte", "commune du cabinet"),
    ), "spécialité et secteur viennent des prestations ; un médecin a autant d'identités que de cabinets", requise=False),
    Table("MEDECINS", "Votre table des médecins : ce que le SNDS ne dit pas d'eux", (
        _c("medecin", "texte", "numéro du médecin, comme dans l'extraction", "PFS_PFS_NUM", "MTT_PFS_NUM"),
        _option("specialite", "texte", "spécialité à deux chiffres"),
        _option("secteur", "texte", "1, 2 ou nc"),
        _option("option_tarifaire", "texte", "aucune, optam ou optam-aco"),
        _option("zone", "texte", "zip, zac ou hors-zone"),
        _option("qpv", "texte", "oui ou non"),
        _option("date_naissance_medecin", "date", "date de naissance", "date_naissance"),
        _option("date_premiere_installation", "date", "première installation libérale"),
        _option("departement", "texte", "département"),
    ), "l'option tarifaire du secteur 2 et la première installation restent inconnues", requise=False),
    Table("ZONAGE", "Votre zonage : celui qu'écrit « convmed importer zonage »", (
        _c("commune", "texte", "code INSEE de la commune"),
        _c("zone", "texte", "zip, zac ou hors-zone"),
        _option("qpv", "texte", "oui ou non"),
    ), "la zone du médecin reste inconnue", requise=False),
)}  # fmt: skip

# Tables of the SNDS that say nothing of what is imported: they may lie in the folder.
AUTRES = frozenset((
    "ER_ANO_F", "ER_ARO_F", "ER_CPT_F", "ER_DCT_F", "ER_DTR_F", "ER_INV_F", "ER_LOT_F", "ER_RAT_F", "ER_TIP_F", "ER_TRS_F",
    "ER_UCD_F", "IR_ACS_R", "IR_AME_R", "IR_ETM_R", "IR_IBA_R", "IR_MAT_R", "IR_REF_R", "IR_NAT_V", "IR_BIO_R", "IR_SPE_V",
    "IR_ALD_V", "NT_LPP",
))  # fmt: skip
