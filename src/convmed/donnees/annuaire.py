"""The public directory of the Assurance Maladie (Annuaire santé Ameli): doctors, each once, without name nor address.

Columns of `liste-ps-*.csv` (data.gouv.fr, « Annuaire santé Ameli »): one line a practice and speciality. It bears no RPPS nor
number of the Assurance Maladie: it does not join the SNDS; it tells how many doctors there are, where and in which sector.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from convmed.donnees.colonnes_dossier import normaliser
from convmed.donnees.fautes import Collecte
from convmed.donnees.snds.atelier import Atelier
from convmed.donnees.snds.lecture import ouvrir
from convmed.donnees.snds.medecin_traitant import secteur
from convmed.donnees.snds.tables import Colonne, Table

MEDECINS = 1
TABLE = Table("ANNUAIRE", "Annuaire santé Ameli, liste des professionnels de santé", (
    Colonne("ps_activite_nom", "texte", "distingue les médecins, n'est pas gardé"),
    Colonne("ps_activite_prenom", "texte", "distingue les médecins, n'est pas gardé"),
    Colonne("type_ps_code", "entier", "1 : médecins"),
    Colonne("specialite_code", "texte", "spécialité à deux chiffres"),
    Colonne("secteur_conventionnel_code", "entier", "0 non conventionné, 1 et 2 secteur 1, 3 secteur 2"),
    Colonne("option_tarifaire_libelle", "texte", "OPTAM, OPTAM-ACO, ou rien"),
    Colonne("coordonnees_code_postal", "texte", "département"),
    Colonne("coordonnees_ville", "texte", "commune, par son nom"),
))  # fmt: skip
# The option of surgeons and obstetricians was OPTAM-CO before the convention of 2024 made it OPTAM-ACO.
OPTIONS = {"optam": "optam", "optam_co": "optam-aco", "optam_aco": "optam-aco", "optamco": "optam-aco", "optamaco": "optam-aco"}


@dataclass(frozen=True)
class Annuaire:
    """Doctors of the directory; `inconnues` are the options whose words were not understood, `plusieurs` the doctors seen twice."""

    medecins: pl.DataFrame
    plusieurs_cabinets: int
    sans_zone: int | None
    inconnues: tuple[str, ...]

    def repartition(self) -> pl.DataFrame:
        """Return how many doctors there are by speciality, sector and option."""
        cles = ["specialite", "secteur", "option_tarifaire"]
        return self.medecins.group_by(cles).len("medecins").sort(cles)


def lire_annuaire(chemin: Path, zones: pl.DataFrame | None = None) -> Annuaire:
    """Read the directory; `zones` (commune, libelle, zone, qpv) gives the zone of each doctor by the name of the commune.

    A doctor is a family name, a first name and a speciality: homonyms of one speciality are one doctor here. Their first
    line gives the practice. Raises `Erreurs`.
    """
    collecte = Collecte()
    fichier = ouvrir(Path(chemin), TABLE, collecte)
    collecte.lever()
    assert fichier is not None
    with tempfile.TemporaryDirectory() as dossier:
        atelier = Atelier(Path(dossier), {"ANNUAIRE": [fichier]})
        try:
            qui = "upper(ps_activite_nom) || '|' || upper(COALESCE(ps_activite_prenom, '')) || '|' || COALESCE(specialite_code, '')"
            lues = atelier.lire(
                "annuaire", "ANNUAIRE",
                lambda fichier: (
                    f"row_number() OVER () AS ligne, empreinte({qui}) AS personne, lpad(specialite_code, 2, '0') AS specialite, "
                    f"{secteur('secteur_conventionnel_code')} AS secteur, option_tarifaire_libelle AS option, "
                    "lpad(coordonnees_code_postal, 5, '0') AS code_postal, coordonnees_ville AS ville"
                ),
                f"type_ps_code = {MEDECINS} AND ps_activite_nom IS NOT NULL",
            )  # fmt: skip
            atelier.lever()
            lieu = atelier.copier("medecins", (
                "SELECT CAST(row_number() OVER (ORDER BY personne) AS INTEGER) AS medecin, arg_min(specialite, ligne) AS specialite, "
                "arg_min(secteur, ligne) AS secteur, arg_min(option, ligne) AS option, arg_min(code_postal, ligne) AS code_postal, "
                f"arg_min(ville, ligne) AS ville, count(*) AS cabinets FROM {lues} GROUP BY personne"
            ))  # fmt: skip
            table = pl.read_parquet(lieu)
        finally:
            atelier.fermer()
    return _assembler(table, zones)


def _assembler(table: pl.DataFrame, zones: pl.DataFrame | None) -> Annuaire:
    mots = table.get_column("option").drop_nulls().unique().sort().to_list()
    lues = {mot: option_de(mot) for mot in mots}
    option = pl.col("option").replace_strict(list(lues), list(lues.values()), default=None, return_dtype=pl.String) if lues else pl.lit(None, pl.String)
    medecins = table.with_columns(
        departement=_departement(pl.col("code_postal")),
        # An empty option is an answer of the directory: the doctor has not joined.
        option_tarifaire=pl.when(pl.col("option").is_null()).then(pl.lit("aucune")).otherwise(option),
    )
    sans_zone = None
    if zones is not None:
        medecins = _avec_zone(medecins, zones)
        sans_zone = medecins.get_column("zone").null_count()
    colonnes = ["medecin", "specialite", "secteur", "option_tarifaire", "departement", *(["zone", "qpv"] if zones is not None else [])]
    return Annuaire(
        medecins.select(colonnes).sort("medecin"), int((table.get_column("cabinets") > 1).sum()), sans_zone,
        tuple(mot for mot, lu in lues.items() if lu is None),
    )  # fmt: skip


def option_de(libelle: str) -> str | None:
    """Return the option that a label of the directory says, in the words of convmed; `None` if it is none of them."""
    net = normaliser(libelle)
    if net in {"", "aucune", "non", "sans_option"}:
        return "aucune"
    return OPTIONS.get(net) or ("optam-aco" if "optam_co" in net or "optam_aco" in net else "optam" if "optam" in net or "tarifaire_maitrisee" in net else None)


def _departement(code_postal: pl.Expr) -> pl.Expr:
    """Return the department of a postal code: three figures overseas, 2A and 2B in Corsica."""
    tete = code_postal.str.slice(0, 3)
    return (
        pl.when(code_postal.str.starts_with("97") | code_postal.str.starts_with("98")).then(tete)
        .when(tete.is_in(["200", "201"])).then(pl.lit("2A"))
        .when(tete.is_in(["202", "206"])).then(pl.lit("2B"))
        .otherwise(code_postal.str.slice(0, 2))
    )  # fmt: skip


def _nom_de_commune(nom: str) -> str:
    """Return the name of a commune as both files would write it: no case, no sign, no CEDEX nor arrondissement."""
    mots = [mot for mot in normaliser(nom).split("_") if not mot.isdigit() and not mot.endswith(("eme", "arrondissement", "ardt"))]
    mots = mots[: mots.index("cedex")] if "cedex" in mots else mots
    return " ".join({"st": "saint", "ste": "sainte"}.get(mot, mot) for mot in mots)


def _avec_zone(medecins: pl.DataFrame, zones: pl.DataFrame) -> pl.DataFrame:
    """Add the zone of each doctor by department and name of commune; unknown if no commune, or several zones, bear it."""
    nommees = zones.drop_nulls("libelle").select(
        pl.when(pl.col("commune").str.slice(0, 2).is_in(["97", "98"])).then(pl.col("commune").str.slice(0, 3))
        .otherwise(pl.col("commune").str.slice(0, 2)).alias("departement"),
        pl.col("libelle").map_elements(_nom_de_commune, return_dtype=pl.String).alias("nom"), "zone", "qpv",
    )  # fmt: skip
    seules = nommees.group_by("departement", "nom").agg(
        pl.when(pl.col("zone").n_unique() == 1).then(pl.col("zone").first()).alias("zone"),
        pl.when(pl.col("qpv").n_unique() == 1).then(pl.col("qpv").first()).alias("qpv"),
    )
    noms = {ville: _nom_de_commune(ville) for ville in medecins.get_column("ville").drop_nulls().unique()}
    nom = pl.col("ville").replace_strict(list(noms), list(noms.values()), default=None, return_dtype=pl.String) if noms else pl.lit(None, pl.String)
    return medecins.with_columns(nom=nom).join(seules, on=["departement", "nom"], how="left")
