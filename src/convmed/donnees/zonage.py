"""The zones of the ARS, by commune: the published files become `commune`, `zone`, `qpv`.

Read: the communes of AtlaSanté (`Code`, `Zonage_MG`: 1_ZIP, 2_ZAC, 3_QPV_ZIP, 4_QPV_ZAC, 5_ZV, 6_HZ, 7_GQ_ZAC, 8_GQ_ZIP), the
`Zonage_communes` and `Zonage_TVS` sheets of the DREES, any table that has a commune or a `territoire de vie-santé` and a zone.
A commune of which only some districts are zoned has no zone of its own: the address decides, and it stays unknown.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from convmed.donnees.colonnes_dossier import normaliser
from convmed.donnees.fautes import Collecte
from convmed.donnees.snds.atelier import Atelier
from convmed.donnees.snds.lecture import Fichier, ouvrir
from convmed.donnees.snds.tables import Colonne, Table
from convmed.textes import Erreurs, Faute

PARTIELLE = "partielle"
MOTS = {
    **dict.fromkeys(("zip", "1_zip", "zone_d_intervention_prioritaire", "zones_d_intervention_prioritaire"), "zip"),
    **dict.fromkeys(("zac", "2_zac", "zone_d_action_complementaire", "zones_d_action_complementaire"), "zac"),
    **dict.fromkeys((
        "hors_zone", "hz", "6_hz", "hors_zonage", "hors_vivier", "zone_hors_vivier", "hv", "zv", "5_zv", "zone_de_vigilance",
    ), "hors-zone"),
    **dict.fromkeys(("3_qpv_zip", "4_qpv_zac", "7_gq_zac", "8_gq_zip", "qpv_zip", "qpv_zac", "gq_zac", "gq_zip"), PARTIELLE),
}  # fmt: skip
_COMMUNE = ("Code", "CODGEO", "Code de la commune", "INSEE_COM", "code_insee", "code_commune", "depcom", "Code commune INSEE")
_TVS = ("Code du territoire de vie-santé", "Code_TVS", "tv", "agr")
TABLE = Table("ZONAGE", "Zonage des médecins", (
    Colonne("commune", "texte", "code INSEE de la commune", requise=False, alias=_COMMUNE),
    Colonne("tvs", "texte", "code du territoire de vie-santé", requise=False, alias=_TVS),
    Colonne("libelle", "texte", "nom de la commune", requise=False, alias=("Libellé", "Libellé de la commune", "libcom", "nom_commune")),
    Colonne("zone", "texte", "classement de l'ARS", alias=("Zonage_MG", "Zonage", "Qualification attribuée par l'arrêté régional",
                                                           "zonage_ars", "z_gene")),
    Colonne("qpv", "texte", "quartier prioritaire", requise=False),
))  # fmt: skip
COMMUNES = Table("COMMUNES", "Composition des territoires de vie-santé", (
    Colonne("commune", "texte", "code INSEE de la commune", alias=_COMMUNE),
    Colonne("tvs", "texte", "code du territoire de vie-santé", alias=_TVS),
))  # fmt: skip


@dataclass(frozen=True)
class Zonage:
    """Communes and their zones (null where only districts are zoned), and how many are in each case."""

    communes: pl.DataFrame

    def comptes(self) -> dict[str, int]:
        """Return how many communes are in each zone; `partielle` for those of which only districts are zoned."""
        vus = dict(self.communes.with_columns(pl.col("zone").fill_null(PARTIELLE)).group_by("zone").len().iter_rows())
        return {zone: vus.get(zone, 0) for zone in ("zip", "zac", "hors-zone", PARTIELLE)}


def lire_zonage(chemin: Path, communes: Path | None = None) -> Zonage:
    """Read a zoning by commune, or by `territoire de vie-santé` with the communes of each; `Erreurs` with every fault."""
    collecte = Collecte()
    fichier = ouvrir(Path(chemin), TABLE, collecte)
    composition = ouvrir(Path(communes), COMMUNES, collecte) if communes is not None else None
    if fichier is not None and "commune" not in fichier.places:
        if "tvs" not in fichier.places:
            collecte.ajouter(Faute("ni commune ni territoire de vie-santé", fichier=fichier.nom, attendu="un code INSEE, ou un code de TVS"))
        elif communes is None:
            collecte.ajouter(Faute("zonage par territoire de vie-santé", fichier=fichier.nom,
                                   attendu="--communes : la composition communale des territoires"))  # fmt: skip
    collecte.lever()
    assert fichier is not None
    lus = _tables({"ZONAGE": [fichier], "COMMUNES": [composition] if composition else []})
    zones = lus["ZONAGE"]
    if "commune" not in fichier.places:
        zones = lus["COMMUNES"].join(zones.drop("commune"), on="tvs", how="inner")
    return Zonage(_classer(zones, fichier.nom))


def _tables(fichiers: dict[str, list[Fichier]]) -> dict[str, pl.DataFrame]:
    with tempfile.TemporaryDirectory() as dossier:
        atelier = Atelier(Path(dossier), {nom: lus for nom, lus in fichiers.items() if lus})
        try:
            code = "upper(CASE WHEN length(commune) < 5 THEN lpad(commune, 5, '0') ELSE commune END) AS commune"
            lues = {
                "ZONAGE": atelier.lire("zonage", "ZONAGE", lambda fichier: f"{code}, tvs, libelle, zone, qpv"),
                "COMMUNES": atelier.lire("communes", "COMMUNES", lambda fichier: f"{code}, tvs"),
            }
            atelier.lever()
            return {nom: pl.read_parquet(atelier.copier(f"tout-{nom}", f"SELECT * FROM {sql}")) for nom, sql in lues.items() if sql}
        finally:
            atelier.fermer()


def _classer(zones: pl.DataFrame, nom: str) -> pl.DataFrame:
    """Return one row a commune, its zone in the words of convmed; `Erreurs` for an unknown word or two zones for one."""
    mots = {mot: MOTS.get(normaliser(mot)) for mot in zones.get_column("zone").drop_nulls().unique().sort()}
    fautes = [Faute("classement inconnu", fichier=nom, colonne="zone", valeur=mot[:40], attendu="ZIP, ZAC, ZV, HZ, QPV_ZIP...")
              for mot, zone in mots.items() if zone is None]  # fmt: skip
    if fautes:
        raise Erreurs(fautes)
    oui_non = {mot: normaliser(mot) in {"oui", "o", "1", "vrai", "true"} for mot in zones.get_column("qpv").drop_nulls().unique()}
    lues = zones.filter(pl.col("commune").is_not_null(), pl.col("zone").is_not_null()).with_columns(
        zone=pl.col("zone").replace_strict(list(mots), list(mots.values()), return_dtype=pl.String) if mots else pl.lit(None, pl.String),
        qpv=pl.col("qpv").replace_strict(list(oui_non), list(oui_non.values()), return_dtype=pl.Boolean) if oui_non else pl.lit(None, pl.Boolean),
    )
    doubles = lues.group_by("commune").agg(pl.col("zone").n_unique()).filter(pl.col("zone") > 1).get_column("commune").sort()
    if len(doubles):
        raise Erreurs([Faute("cette commune a deux classements", fichier=nom, colonne="commune", valeur=commune, attendu="un seul")
                       for commune in doubles.head(50)])  # fmt: skip
    return (
        lues.group_by("commune").agg(pl.col("libelle").drop_nulls().first(), pl.col("zone").first(), pl.col("qpv").drop_nulls().first())
        .with_columns(zone=pl.when(pl.col("zone") != PARTIELLE).then("zone")).sort("commune")
    )  # fmt: skip
