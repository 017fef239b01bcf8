"""The commands of prescriptions: gain sharing, and sobriety, for the doctors of a file."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from convmed.interfaces.console import CommandeEnFrancais, ecrire, en_json, progression, rangees_json
from convmed.interfaces.options import ANNEES, annee_, format_, genre_d_image, lire_date, sortie_, texte_, tout_lire
from convmed.restitution.fichier_csv import table_en_csv
from convmed.textes import Erreurs, Faute, trouver_texte

if TYPE_CHECKING:
    import polars as pl

    from convmed.restitution.interessement import Etude as Interessements
    from convmed.restitution.sobriete import Etude

fichier_ = click.argument("fichier", type=click.Path(path_type=Path))
premiers_ = click.option("--premiers", type=click.IntRange(0), default=20, show_default=True, help="Combien de médecins dans la table.")
CHEMIN = click.Path(path_type=Path)


@click.command(cls=CommandeEnFrancais)
@fichier_
@click.option("--moyennes", type=CHEMIN, help="La pratique nationale, par classe de patients (sinon, celle du fichier).")
@click.option("--precedent", type=CHEMIN, help="Les prescriptions de l'année d'avant, au même format : d'où le ratio précédent.")
@click.option("--pmt-moyenne", type=click.FloatRange(1, 100_000), help="Patientèle moyenne nationale (sinon, celle du fichier).")
@click.option("--seuil", type=click.FloatRange(0, 1_000, min_open=True), help="Ratio national qui ouvre le bonus (sinon, les 30 % du fichier).")
@click.option("--expliquer", "medecin", metavar="MEDECIN", help="Un seul médecin : ses classes de patients, son ratio, son bonus.")
@premiers_
@annee_
@texte_
@format_("texte", "json", "csv", "svg", "png")
@sortie_
def sobriete(
    fichier: Path,
    moyennes: Path | None,
    precedent: Path | None,
    pmt_moyenne: float | None,
    seuil: float | None,
    medecin: str | None,
    premiers: int,
    annee: int,
    texte: str,
    presentation: str,
    sortie: Path | None,
) -> None:
    """Le ratio de sobriété de chaque médecin, son rang, et le bonus.

    FICHIER : CSV ou Parquet, une ligne par médecin et par classe de patients : medecin, tranche_age, sexe, ald, c2s,
    patients, montant (exemples/sobriete). L'attendu est ce que la pratique nationale prescrirait aux mêmes patients.
    L'exercice est celui du versement : 2026 pour les prescriptions de 2025.
    """
    from convmed.restitution.sobriete import etudier

    choisi = trouver_texte(texte)
    with progression("Sobriété") as avancer:
        etude = etudier(fichier, choisi, annee, moyennes=moyennes, precedent=precedent, pmt_moyenne=pmt_moyenne, seuil_ratio=seuil, progression=avancer)
    _ecrire_la_sobriete(etude, presentation, sortie, medecin, premiers)


def _ecrire_la_sobriete(etude: Etude, presentation: str, sortie: Path | None, medecin: str | None, premiers: int) -> None:
    choisis = etude.medecins
    if medecin is not None:
        import polars as pl

        arbres = etude.expliquer(medecin)
        choisis = choisis.filter(pl.col("medecin") == medecin)
    if presentation == "json":
        detail = {"classes": etude.classes_de(medecin), "explications": [arbre.en_dict() for arbre in arbres]} if medecin is not None else {}
        ecrire(en_json({**etude.synthese(), "medecins": rangees_json(choisis), **detail}), sortie)
    elif presentation == "csv":
        ecrire(table_en_csv(choisis), sortie)
    elif presentation == "texte":
        from convmed.restitution.affichage_sobriete import en_tables, un_medecin

        ecrire(en_tables(etude, premiers) if medecin is None else un_medecin(etude, medecin), sortie)
    else:
        from convmed.donnees.fautes import nombre
        from convmed.restitution.graphiques.sobriete import distribution

        generalistes = etude.medecins.drop_nulls("rang")["ratio"].to_list()
        titre = f"Ratios de sobriété de {nombre(len(generalistes), 'généraliste', 'généralistes')}, prescriptions de {etude.contexte.annee - 1}"
        repere = None if medecin is None else (medecin, choisis["ratio"][0])
        ecrire(distribution(generalistes, etude.seuil_ratio, titre, genre_d_image(presentation), repere), sortie)


@click.command(cls=CommandeEnFrancais)
@fichier_
@click.option("--economies", type=CHEMIN, help="L'économie d'une année pleine par patient, molécule par molécule (elle n'est pas publiée).")
@click.option("--molecules", type=CHEMIN, help="Vos molécules : molecule, du, au.")
@click.option("--taux-oam", help="Taux national d'initiations d'OAM de l'année : 0.15 ou 15%.")
@click.option("--historique-depuis", help="Début de l'historique, AAAA-MM-JJ (sinon, la première délivrance).")
@click.option("--patients", is_flag=True, help="Les patients qui ouvrent un droit, un par un.")
@click.option("--expliquer", "medecin", metavar="MEDECIN", help="Un seul médecin : d'où vient chaque montant.")
@premiers_
@click.option("--annee", type=ANNEES, help="Année des prescriptions (sinon, celle de la dernière délivrance ; 2026 pour des cumuls).")
@texte_
@format_("texte", "json", "csv")
@sortie_
def interessement(
    fichier: Path,
    economies: Path | None,
    molecules: Path | None,
    taux_oam: str | None,
    historique_depuis: str | None,
    patients: bool,
    medecin: str | None,
    premiers: int,
    annee: int | None,
    texte: str,
    presentation: str,
    sortie: Path | None,
) -> None:
    """Ce que les intéressements doivent à chaque médecin : biosimilaires, IPP, orthèses (OAM), insuffisance cardiaque.

    FICHIER : CSV ou Parquet (exemples/interessement). Des délivrances : medecin, patient, date, molecule, type (reference ou
    biosimilaire) ; convmed y trouve les initiations et les conversions. Ou des cumuls d'une année : medecin, dispositif,
    molecule, initiations, switchs, economies, indicateurs, specialite, secteur, option_tarifaire.
    """
    lus = tout_lire(
        lambda: trouver_texte(texte),
        lambda: _taux(taux_oam),
        lambda: lire_date(historique_depuis, "--historique-depuis") if historique_depuis else None,
    )
    from convmed.restitution.interessement import etudier

    with progression("Intéressements") as avancer:
        etude = etudier(fichier, lus[0], annee, economies=economies, molecules=molecules, taux_oam=lus[1], historique_depuis=lus[2], progression=avancer)
    primes = etude.primes
    if medecin is not None:
        import polars as pl

        arbres = etude.expliquer(medecin)
        primes = primes.filter(pl.col("medecin") == medecin)
    if presentation == "json":
        detail = {"patients": rangees_json(_droits(etude, medecin))} if patients else {}
        detail |= {"explications": [arbre.en_dict() for arbre in arbres]} if medecin is not None else {}
        ecrire(en_json({**etude.synthese(), "medecins": rangees_json(primes), **detail}), sortie)
    elif presentation == "csv":
        ecrire(table_en_csv(_droits(etude, medecin) if patients else primes), sortie)
    else:
        from convmed.restitution.affichage_interessement import en_tables, un_medecin

        ecrire(en_tables(etude, premiers, patients) if medecin is None else un_medecin(etude, medecin), sortie)


def _droits(etude: Interessements, medecin: str | None) -> pl.DataFrame:
    """Return the patients who open a right; `Erreurs` for a file of counts, that has none."""
    import polars as pl

    if etude.droits is None:
        raise Erreurs([Faute("ce fichier n'a pas de patients", champ="--patients", attendu="un fichier de délivrances")])
    voulus = etude.droits if medecin is None else etude.droits.filter(pl.col("medecin") == medecin)
    return voulus.drop("economie")


def _taux(mot: str | None) -> float | None:
    """Return a rate written as a fraction, or in percent."""
    if mot is None:
        return None
    net = mot.strip().replace(",", ".")
    try:
        taux = float(Decimal(net.removesuffix("%").strip()) / (100 if net.endswith("%") else 1))
    except ArithmeticError:
        taux = -1
    if not 0 <= taux <= 1:
        raise Erreurs([Faute("taux illisible", champ="--taux-oam", valeur=mot, attendu="de 0 à 1 comme 0.15, ou 15%")])
    return taux
