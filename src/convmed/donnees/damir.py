"""Open DAMIR: the monthly spending of the Assurance Maladie, summed by nature of service and speciality.

The files are those of data.gouv.fr (A202401.csv.gz...), one a month of treatment; their columns are those of the schema OPEN_DAMIR
of schema-snds. The pre-filtered indicators (FLT_*) are filled only where PRS_REM_TYP is 0: their sums count an act once.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from convmed.donnees.fautes import Collecte, nombre
from convmed.donnees.snds.atelier import Atelier, Avancement
from convmed.donnees.snds.lecture import ouvrir
from convmed.donnees.snds.tables import Colonne, Table
from convmed.donnees.snds.traceurs import natures, natures_des_dispositifs

_MONTANTS = {
    "quantite": ("FLT_ACT_QTE", "quantité de la prestation"), "depense": ("FLT_PAI_MNT", "dépense, en euros"),
    "remboursement": ("FLT_REM_MNT", "remboursement de la part de base, en euros"), "depassement": ("FLT_DEP_MNT", "dépassement, en euros"),
}  # fmt: skip
# The other columns of the schema: their absence tells a file of another kind, which --verifier says.
AUTRES_COLONNES = (
    "AGE_BEN_SNDS", "ASU_NAT", "ATT_NAT", "BEN_CMU_TOP", "BEN_QLT_COD", "BEN_RES_REG", "BEN_SEX_COD", "CPL_COD", "CPT_ENV_TYP",
    "DDP_SPE_COD", "DRG_AFF_NAT", "ETE_CAT_SNDS", "ETE_IND_TAA", "ETE_REG_COD", "ETE_TYP_SNDS", "ETP_CAT_SNDS", "ETP_REG_COD",
    "EXE_INS_REG", "EXO_MTF", "FLT_ACT_COG", "FLT_ACT_NBR", "MDT_TYP_COD", "MFT_COD", "MTM_NAT", "ORG_CLE_REG", "PRE_INS_REG",
    "PRS_ACT_COG", "PRS_ACT_NBR", "PRS_ACT_QTE", "PRS_DEP_MNT", "PRS_FJH_TYP", "PRS_PAI_MNT", "PRS_PDS_QCP", "PRS_PPU_SEC",
    "PRS_REM_BSE", "PRS_REM_MNT", "PRS_REM_TAU", "PSE_ACT_CAT", "PSE_ACT_SNDS", "PSE_STJ_SNDS", "PSP_ACT_CAT", "PSP_ACT_SNDS",
    "PSP_SPE_SNDS", "PSP_STJ_SNDS", "SOI_ANN", "SOI_MOI", "TOP_PS5_TRG",
)  # fmt: skip
TABLE = Table("OPEN_DAMIR", "Open DAMIR", (
    Colonne("FLX_ANN_MOI", "annee_mois", "mois de traitement"),
    Colonne("PRS_NAT", "entier", "nature de la prestation"),
    Colonne("PSE_SPE_SNDS", "entier", "spécialité de l'exécutant"),
    Colonne("PRS_REM_TYP", "entier", "type de remboursement : 0 est la part de base"),
    *(Colonne(nom, "nombre", role) for nom, role in _MONTANTS.values()),
))  # fmt: skip


@dataclass(frozen=True)
class Damir:
    """Totals in cents (quantities in units) by month of treatment, nature and speciality, and what the files are."""

    totaux: pl.DataFrame
    mois: dict[str, list[str]]
    colonnes_absentes: dict[str, list[str]] = field(default_factory=dict)
    hors_type_zero: int = 0

    def par_nature(self) -> pl.DataFrame:
        """Return the totals by nature and speciality, with the key letter and label of the nature."""
        connues = natures()
        sommes = self.totaux.group_by("nature", "specialite").agg(pl.col(*_MONTANTS).sum()).sort("nature", "specialite")
        libelles = [connues.get(nature, ("", "")) for nature in sommes.get_column("nature")]
        return sommes.insert_column(1, pl.Series("lettre_cle", [lettre for lettre, _ in libelles], pl.String)).insert_column(
            2, pl.Series("libelle", [libelle for _, libelle in libelles], pl.String)
        )

    def par_dispositif(self) -> pl.DataFrame:
        """Return, for each dispositif that a nature pays, what Open DAMIR says was paid."""
        lignes = [(nom, nature) for nom, liste in natures_des_dispositifs().items() for nature in liste]
        table = pl.DataFrame(lignes, schema={"dispositif": pl.String, "nature": pl.Int64}, orient="row")
        return (
            table.join(self.totaux, on="nature", how="left").group_by("dispositif", maintain_order=True)
            .agg(pl.col("depense", "remboursement").sum())
        )  # fmt: skip

    def constats(self) -> list[str]:
        """Return what is wrong with the set of files: months twice or missing, columns that are not there, amounts out of place."""
        trouves = [f"{mois} : le même mois est dans {', '.join(fichiers)}" for mois, fichiers in self.mois.items() if len(fichiers) > 1]
        presents = sorted(self.mois)
        if presents:
            attendus = _mois_entre(presents[0], presents[-1])
            trouves += [f"{mois} : ce mois manque" for mois in attendus if mois not in self.mois]
        trouves += [f"{fichier} : colonnes du schéma absentes : {', '.join(noms)}" for fichier, noms in self.colonnes_absentes.items()]
        if self.hors_type_zero:
            trouves.append(f"{nombre(self.hors_type_zero, 'ligne a', 'lignes ont')} un indicateur pré-filtré alors que PRS_REM_TYP n'est pas 0")
        return trouves


def lire_damir(chemins: Sequence[Path], avancer: Avancement | None = None) -> Damir:
    """Read monthly files, compressed or not, one after the other; `Erreurs` with every fault of all of them."""
    collecte = Collecte()
    fichiers = [lu for chemin in chemins if (lu := ouvrir(Path(chemin), TABLE, collecte)) is not None]
    collecte.lever()
    sommes = ", ".join(f"CAST(sum({colonne}) * {1 if nom == 'quantite' else 100} AS BIGINT) AS {nom}" for nom, (colonne, _) in _MONTANTS.items())
    non_nul = " OR ".join(f"{colonne} <> 0" for colonne, _ in _MONTANTS.values())
    with tempfile.TemporaryDirectory() as dossier:
        atelier = Atelier(Path(dossier), {"OPEN_DAMIR": fichiers}, avancer)
        try:
            rangs = {id(fichier): rang for rang, fichier in enumerate(fichiers)}
            lues = atelier.lire(
                "damir", "OPEN_DAMIR",
                lambda fichier: (
                    f"{rangs[id(fichier)]} AS fichier, strftime(FLX_ANN_MOI, '%Y-%m') AS mois, PRS_NAT AS nature, PSE_SPE_SNDS AS specialite, {sommes}, "
                    f"count(*) FILTER (WHERE PRS_REM_TYP <> 0 AND ({non_nul})) AS ailleurs"
                ),
                suite="GROUP BY ALL",
            )  # fmt: skip
            atelier.lever()
            table = pl.read_parquet(atelier.copier("totaux", f"SELECT * FROM {lues}"))
        finally:
            atelier.fermer()
    mois: dict[str, list[str]] = {}
    for periode, rang in table.select("mois", "fichier").drop_nulls().unique().sort("mois", "fichier").iter_rows():
        mois.setdefault(periode, []).append(fichiers[rang].nom)
    absentes = {f.nom: manquent for f in fichiers if (manquent := [nom for nom in AUTRES_COLONNES if nom not in map(str.upper, f.entetes)])}
    return Damir(table.drop("fichier", "ailleurs"), mois, absentes, int(table.get_column("ailleurs").sum()))


def _mois_entre(premier: str, dernier: str) -> list[str]:
    debut, fin = (int(mois[:4]) * 12 + int(mois[5:]) - 1 for mois in (premier, dernier))
    return [f"{rang // 12}-{rang % 12 + 1:02d}" for rang in range(debut, fin + 1)]
