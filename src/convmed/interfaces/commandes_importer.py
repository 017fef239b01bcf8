"""The commands that import: the tables of the SNDS, the directory of doctors, the zoning of the ARS, Open DAMIR."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from convmed.interfaces.console import AideEnFrancais, ecrire, en_json, lire_objet, progression
from convmed.interfaces.options import annee_, format_, lire_date, tout_lire
from convmed.restitution.fichier_csv import en_csv, table_en_csv
from convmed.textes import Erreurs, Faute

if TYPE_CHECKING:
    import polars as pl

    from convmed.donnees.annuaire import Annuaire
    from convmed.donnees.damir import Damir
    from convmed.donnees.snds import Bilan

FORMATS = click.Choice(["texte", "json", "csv", "parquet"])
MEDECINS_MONTRES = 5
_MOIS = re.compile(r"(\d{4})-(\d{2})")
fichier_ = click.argument("fichier", type=click.Path(path_type=Path))
sortie_ = click.option("--sortie", type=click.Path(path_type=Path), help="Fichier à écrire ; son extension (.csv, .parquet, .json) choisit le format.")
presentation_ = click.option("--format", "presentation", type=FORMATS, help="texte : une synthèse ; csv ou parquet : les données.  [défaut : texte]")


@click.group(cls=AideEnFrancais)
def importer() -> None:
    """Les données nationales : SNDS, annuaire des médecins, zonage des ARS, Open DAMIR."""


@importer.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--sortie", type=click.Path(path_type=Path), required=True, help="L'extrait à écrire : un dossier nouveau, ou un import arrêté à reprendre.")
@annee_
@click.option("--etat-au", help="Jour où les patients sont décrits AAAA-MM-JJ ; par défaut le 31 décembre avant l'exercice.")
@click.option("--soins-jusqu-au", help="Dernier jour de soins AAAA-MM-JJ ; par défaut le 31 décembre de l'exercice.")
@click.option("--flux-jusqu-au", help="Dernier mois de flux AAAA-MM (FLX_DIS_DTD) ; par défaut tous.")
@click.option("--sans", multiple=True, metavar="TABLE", help="Une table dont on se passe, à répéter ; le rapport dit ce qui se perd.")
@format_("texte", "json")
def snds(
    source: Path, sortie: Path, annee: int, etat_au: str | None, soins_jusqu_au: str | None, flux_jusqu_au: str | None, sans: tuple[str, ...],
    presentation: str,
) -> None:  # fmt: skip
    """Les tables du SNDS (DCIR) deviennent un extrait que lisent les règles.

    SOURCE : un dossier avec IR_BEN_R, IR_MTT_R, IR_IMB_R, IR_ORC_R, IR_PHA_R, ER_PRS_F, ER_PHA_F, ER_BIO_F, ER_CAM_F en CSV,
    CSV compressé ou Parquet, un fichier ou plusieurs par table (ER_PRS_F_202601.csv...).
    """
    from convmed.donnees.snds import Demande
    from convmed.donnees.snds import importer as importer_le_snds

    etat, soins, flux = tout_lire(
        lambda: lire_date(etat_au, "--etat-au") if etat_au else None,
        lambda: lire_date(soins_jusqu_au, "--soins-jusqu-au") if soins_jusqu_au else None,
        lambda: _fin_du_mois(flux_jusqu_au) if flux_jusqu_au else None,
    )
    demande = Demande(annee, etat, soins, flux, frozenset(table.upper() for table in sans))
    with progression("Import du SNDS") as avancer:
        bilan = importer_le_snds(source, sortie, demande, avancer)
    ecrire(en_json(bilan.en_dict()) if presentation == "json" else _bilan_en_texte(bilan, sortie), None)


def _fin_du_mois(mois: str) -> dt.date:
    lu = _MOIS.fullmatch(mois)
    if lu is None or not 1 <= int(lu[2]) <= 12:
        raise Erreurs([Faute("mois illisible", champ="--flux-jusqu-au", valeur=mois, attendu="AAAA-MM")])
    suivant = int(lu[1]) * 12 + int(lu[2])
    return dt.date(suivant // 12, suivant % 12 + 1, 1) - dt.timedelta(days=1)


def _bilan_en_texte(bilan: Bilan, sortie: Path) -> str:
    from convmed.donnees.snds.bilan import LIBELLES

    lu = bilan.en_dict()
    lignes = [f"Extrait écrit : {sortie} (exercice {bilan.annee}, patients au {dt.date.fromisoformat(bilan.etat_au):%d/%m/%Y})", ""]
    lignes += [f"  {libelle} : {lu['comptes'][nom]}" for nom, libelle in LIBELLES.items() if nom in lu["comptes"]]
    if lu["completude"]:
        lignes += ["", "  soins de    lignes utiles   mois de flux ensuite   part attendue"]
        lignes += [
            f"  {mois['mois']}   {mois['lignes']!s:>14}   {mois['mois_de_flux']:>20}   {_part(mois['part_attendue']):>13}"
            for mois in lu["completude"]
        ]
    if bilan.avertissements:
        lignes += ["", *(f"  Attention : {avertissement}" for avertissement in bilan.avertissements)]
    if bilan.non_lus:
        lignes += ["", f"  Non lus : {', '.join(bilan.non_lus)}"]
    return "\n".join(lignes) + "\n"


def _part(part: float | None) -> str:
    return "inconnue" if part is None else f"{part:.1%}".replace(".", ",")


@importer.command()
@fichier_
@click.option("--zonage", type=click.Path(path_type=Path), help="Un fichier de zonage : celui de « importer zonage », ou celui de l'ARS.")
@presentation_
@sortie_
def annuaire(fichier: Path, zonage: Path | None, presentation: str | None, sortie: Path | None) -> None:
    """L'annuaire santé Ameli (liste-ps-*.csv) : les médecins, sans nom ni adresse, avec secteur, option et département."""
    from convmed.donnees.annuaire import lire_annuaire
    from convmed.donnees.zonage import lire_zonage

    zones = lire_zonage(zonage).communes if zonage else None
    lu = lire_annuaire(fichier, zones)
    synthese = _synthese_de_l_annuaire(lu)
    _poser(lu.medecins, synthese, _texte_de_l_annuaire(synthese), presentation, sortie)


def _synthese_de_l_annuaire(lu: Annuaire) -> dict[str, Any]:
    repartition = [
        {**ligne, "medecins": ligne["medecins"] if ligne["medecins"] >= MEDECINS_MONTRES else f"moins de {MEDECINS_MONTRES}"}
        for ligne in lu.repartition().to_dicts()
    ]
    return {
        "medecins": lu.medecins.height, "plusieurs_cabinets": lu.plusieurs_cabinets, "sans_zone": lu.sans_zone,
        "options_non_comprises": list(lu.inconnues), "repartition": repartition,
    }  # fmt: skip


def _texte_de_l_annuaire(synthese: dict[str, Any]) -> Any:
    from convmed.restitution.tables import tableau

    titre = f"Annuaire : {synthese['medecins']} médecins, dont {synthese['plusieurs_cabinets']} à plusieurs cabinets"
    if synthese["sans_zone"] is not None:
        titre += f", {synthese['sans_zone']} sans zone connue"
    if synthese["options_non_comprises"]:
        titre += f" ; options non comprises : {', '.join(synthese['options_non_comprises'])}"
    return tableau(titre, ["spécialité", "secteur", "option", ("médecins", "right")], (
        (ligne["specialite"] or "inconnue", ligne["secteur"] or "inconnu", ligne["option_tarifaire"] or "inconnue", ligne["medecins"])
        for ligne in synthese["repartition"]
    ))  # fmt: skip


@importer.command()
@fichier_
@click.option("--communes", type=click.Path(path_type=Path), help="La composition communale des territoires de vie-santé.")
@presentation_
@sortie_
def zonage(fichier: Path, communes: Path | None, presentation: str | None, sortie: Path | None) -> None:
    """Le zonage des médecins (AtlaSanté, DREES, ARS) : commune, zone (zip, zac, hors-zone), qpv."""
    from convmed.donnees.zonage import lire_zonage

    lu = lire_zonage(fichier, communes)
    comptes = lu.comptes()
    texte = "\n".join((
        f"{lu.communes.height} communes : {comptes['zip']} en ZIP, {comptes['zac']} en ZAC, {comptes['hors-zone']} hors zone,",
        f"{comptes['partielle']} dont seuls des quartiers sont classés (zone inconnue sans l'adresse)",
    ))  # fmt: skip
    _poser(lu.communes, {"communes": lu.communes.height, **comptes}, texte + "\n", presentation, sortie)


@importer.command()
@click.argument("fichiers", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--verifier", is_flag=True, help="Contrôle les mois, les colonnes et les montants, et rapporte ce que paie chaque dispositif.")
@click.option("--simulation", type=click.Path(), help="Le JSON de « convmed simuler » : ses montants à côté de ceux d'Open DAMIR.")
@presentation_
@sortie_
def damir(fichiers: tuple[Path, ...], verifier: bool, simulation: str | None, presentation: str | None, sortie: Path | None) -> None:
    """Open DAMIR (A202601.csv, A202601.csv.gz...) : les totaux par nature de prestation et spécialité.

    Avec --verifier, code de sortie 2 si un mois manque, est là deux fois, ou si une colonne du schéma est absente.
    """
    from convmed.donnees.damir import lire_damir

    simules = _simules(simulation) if simulation else {}
    with progression("Lecture d'Open DAMIR") as avancer:
        lu = lire_damir(fichiers, avancer)
    constats = lu.constats() if verifier else []
    if constats:
        raise Erreurs([Faute(constat, attendu="un fichier par mois, avec les colonnes du schéma Open DAMIR") for constat in constats])
    synthese = _synthese_de_damir(lu, simules, verifier or bool(simulation))
    _poser(_en_euros(lu.par_nature()), synthese, _texte_de_damir(synthese), presentation, sortie)


def _simules(fichier: str) -> dict[str, float]:
    lu = lire_objet(fichier, "ce qu'écrit « convmed simuler --format json »")
    lignes = lu.get("par_dispositif")
    if not isinstance(lignes, list) or not all(isinstance(ligne, dict) and "dispositif" in ligne for ligne in lignes):
        raise Erreurs([Faute("« par_dispositif » manque", fichier=fichier, attendu="ce qu'écrit « convmed simuler --format json »")])
    return {str(ligne["dispositif"]): float(ligne.get("texte") or 0) for ligne in lignes}


def _synthese_de_damir(lu: Damir, simules: dict[str, float], dispositifs: bool) -> dict[str, Any]:
    natures = lu.par_nature().group_by("nature", "lettre_cle", "libelle").sum().drop("specialite").sort("remboursement", descending=True)
    synthese: dict[str, Any] = {"mois": sorted(lu.mois), "natures": [_ligne(ligne) for ligne in natures.to_dicts()]}
    if dispositifs:
        synthese["dispositifs"] = [
            {**_ligne(ligne), **({"simule": simules[ligne["dispositif"]]} if ligne["dispositif"] in simules else {})}
            for ligne in lu.par_dispositif().to_dicts()
        ]
    return synthese


def _ligne(ligne: dict[str, Any]) -> dict[str, Any]:
    return {nom: (valeur or 0) / 100 if nom in {"depense", "remboursement", "depassement"} else valeur for nom, valeur in ligne.items()}


def _en_euros(table: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    montants = [nom for nom in ("depense", "remboursement", "depassement") if nom in table.columns]
    return table.with_columns((pl.col(nom).cast(pl.Decimal(20, 2)) / 100).cast(pl.Decimal(20, 2)) for nom in montants)


def _texte_de_damir(synthese: dict[str, Any]) -> Any:
    from rich.console import Group

    from convmed.restitution.tables import tableau

    mois = synthese["mois"]
    titre = f"Open DAMIR, traitements de {mois[0]} à {mois[-1]}" if mois else "Open DAMIR"
    droites = ("quantité", "right"), ("dépense", "right"), ("remboursé", "right")
    tables = [tableau(titre, ["nature", "lettre", "libellé", *droites], (
        (ligne["nature"], ligne["lettre_cle"], ligne["libelle"], _nombre(ligne["quantite"]), _nombre(ligne["depense"]), _nombre(ligne["remboursement"]))
        for ligne in synthese["natures"]
    ))]  # fmt: skip
    if "dispositifs" in synthese:
        tables.append(tableau("Ce que paie chaque dispositif, ou ce qu'il a remplacé", ["dispositif", ("remboursé", "right"), ("simulé", "right")], (
            (ligne["dispositif"], _nombre(ligne["remboursement"]), _nombre(ligne["simule"]) if "simule" in ligne else "")
            for ligne in synthese["dispositifs"]
        )))  # fmt: skip
    return Group(*tables)


def _nombre(valeur: float) -> str:
    entier = isinstance(valeur, int) or float(valeur).is_integer()
    return f"{valeur:,.{0 if entier else 2}f}".replace(",", "\N{NARROW NO-BREAK SPACE}").replace(".", ",")


def _poser(donnees: pl.DataFrame, synthese: dict[str, Any], texte: Any, presentation: str | None, sortie: Path | None) -> None:
    """Write the data or their summary, in the format asked for or that the extension of the file says."""
    par_extension = {".csv": "csv", ".parquet": "parquet", ".json": "json"}
    choix = presentation or (par_extension.get(sortie.suffix.lower(), "texte") if sortie else "texte")
    if choix == "parquet":
        import io

        if sortie is None:
            raise Erreurs([Faute("un Parquet ne s'écrit pas dans un terminal", champ="--sortie", attendu="le fichier à écrire")])
        tampon = io.BytesIO()
        donnees.write_parquet(tampon)
        ecrire(tampon.getvalue(), sortie)
    elif choix == "csv":
        ecrire(table_en_csv(donnees) if donnees.height else en_csv([], donnees.columns), sortie)
    else:
        ecrire(en_json(synthese) if choix == "json" else texte, sortie)
