"""convmed: the French convention médicale of 4 June 2024 as rules that run.

    import convmed
    releve = convmed.releve("exemples/cabinet-zip", annee=2026)
    releve.total, releve.table()

Every function takes a dossier as a folder, and `texte` as the name of a text (`en-vigueur` by default) or the path of a
scenario. Errors in what the user wrote are one `convmed.Erreurs`, which lists them all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convmed.textes import EN_VIGUEUR, Erreurs, Faute, trouver_texte

if TYPE_CHECKING:
    import polars as pl

    from convmed.controle import Controle
    from convmed.donnees.lecture import Progression as Avancement
    from convmed.moteur.valeurs import Explication
    from convmed.restitution.lignes_comparees import Comparaison
    from convmed.restitution.releve import Progression, Releve

__version__ = "0.1.0"
__all__ = [
    "Erreurs", "Faute", "bareme", "calculer", "comparer", "controler", "coter", "echeancier", "etat_des_normes", "expliquer", "nouveau",
    "prix", "rapprocher", "releve", "tableau_de_bord",
]  # fmt: skip

# Data-frame libraries are imported by the functions that need them: `calculer` answers without.
Chemin = str | PathLike[str]


def releve(dossier: Chemin, annee: int, texte: str = EN_VIGUEUR, progression: Progression | None = None) -> Releve:
    """Return the statement of a practice: every payment of the exercise, explained, dated and referenced.

    `progression` is called with the name of each step. Raises `Erreurs`.
    """
    from convmed.donnees.dossier import lire_dossier, verifier
    from convmed.restitution.releve import etablir

    lu = lire_dossier(Path(dossier))
    lu.avertissements += verifier(lu, annee)
    return etablir(lu, annee, trouver_texte(texte), progression)


def echeancier(dossier: Chemin, annee: int, texte: str = EN_VIGUEUR) -> pl.DataFrame:
    """Return the payments of an exercise by date (undated ones last) with the running total, in euros."""
    from convmed.restitution.echeancier import en_table

    return en_table(releve(dossier, annee, texte))


def tableau_de_bord(
    dossier: Chemin, annee: int, texte: str = EN_VIGUEUR, date: dt.date | None = None
) -> pl.DataFrame:
    """Return patients × prevention indicators at a date (31 December of the exercise by default).

    One row a patient and indicator: `etat`, `dernier_acte`, `prochaine_date_utile`, `gain` in euros.
    """
    from convmed.donnees.dossier import lire_dossier, verifier
    from convmed.restitution import tableau_de_bord as tableau

    lu = lire_dossier(Path(dossier))
    lu.avertissements += verifier(lu, annee)
    return tableau.table(tableau.evaluer(lu, annee, trouver_texte(texte), date))


def expliquer(
    dossier: Chemin, ligne: int, annee: int, texte: str = EN_VIGUEUR, patient: str | None = None
) -> Explication:
    """Return the explanation of a line of the statement (numbered from 1), or of one patient's part in it.

    Raises `Erreurs` for a line or a patient that does not exist.
    """
    from convmed.restitution.explications import expliquer_ligne

    return expliquer_ligne(releve(dossier, annee, texte), ligne, patient)


def rapprocher(dossier: Chemin, annee: int, texte: str = EN_VIGUEUR, au: dt.date | None = None) -> pl.DataFrame:
    """Return owed against paid (`paiements.csv`), one row a line or payment, in euros; late as of `au` (today)."""
    from convmed.donnees.dossier import lire_dossier, verifier
    from convmed.restitution import rapprochement
    from convmed.restitution.releve import etablir

    lu = lire_dossier(Path(dossier))
    lu.avertissements += verifier(lu, annee)
    rangees = rapprochement.du_dossier(lu, etablir(lu, annee, trouver_texte(texte)), au or dt.date.today())
    return rapprochement.en_table(rangees)


def comparer(
    dossier: Chemin, textes: Iterable[str], annee: int, reference: str | None = None, effets: bool = False
) -> Comparaison:
    """Compare what texts give a practice for an exercise, against one of them (the first by default).

    `.table()` has one row a line and text, in euros; `.lignes` says where each difference comes from, and `effets` also
    measures what each figure that changed does alone. Raises `Erreurs`.
    """
    from convmed.donnees.dossier import lire_dossier, verifier
    from convmed.restitution import comparaison

    choisis = [trouver_texte(texte) for texte in textes]
    repere = None if reference is None else trouver_texte(reference)
    lu = lire_dossier(Path(dossier))
    lu.avertissements += verifier(lu, annee)
    return comparaison.comparer(lu, annee, choisis, repere, effets)


def bareme(date: dt.date | None = None, texte: str = EN_VIGUEUR, dispositif: str | None = None) -> pl.DataFrame:
    """Return the figures in force at a date (today) under a text, each with its reference and confidence."""
    import polars as pl

    from convmed.textes.consultation import figures_en_vigueur

    return pl.DataFrame(figures_en_vigueur(date or dt.date.today(), trouver_texte(texte), dispositif), infer_schema_length=None)


def coter(entree: Mapping[str, Any], texte: str = EN_VIGUEUR, questions: Iterable[str] = ()) -> dict[str, Any]:
    """Return what may be billed for an encounter: `cotations` (the best paid first), `refus`, `hypotheses`, `manquants`.

    `entree` is the encounter of the JSON contract of `tarifs`: `date_heure` with its time zone, and what is known of the
    doctor, the patient, the place (`codes`: the technical acts done). `questions` are codes on which the answer is wanted
    (`reponses`), each and by pairs. Amounts in euros. Raises `Erreurs`.
    """
    from convmed.restitution.cotation import coter as chercher

    return chercher(entree, texte, questions)


def controler(fichier: Chemin, texte: str = EN_VIGUEUR, progression: Avancement | None = None) -> Controle:
    """Check a CSV or Parquet file of invoices: `.constats`, `.rejets` and `.synthese()` are tables; `enjeu` in cents.

    `progression` is called with the step, what is done and what there is to do. Raises `Erreurs` if the file cannot be
    read at all; a line that cannot be treated is set aside.
    """
    from convmed.controle import controler as passer

    return passer(Path(fichier), texte, progression)


def prix(
    code: str, date: dt.date | None = None, texte: str = EN_VIGUEUR, situation: Mapping[str, Any] | None = None
) -> list[dict[str, Any]]:
    """Return the values of a code through all the texts, or at a date and in a situation the one that is its price.

    `situation` has `specialite`, `secteur`, `option_tarifaire`, `departement` and `tarif_opposable`; without a date it is
    today's. Raises `Erreurs` for an unknown code, or for what the price depends on and was not given.
    """
    from convmed.restitution.prix import historique, prix_a

    if date is None and not situation:
        return historique(code)
    return [prix_a(code, date or dt.date.today(), texte, situation)]


def etat_des_normes() -> list[dict[str, Any]]:
    """Return the state of every norm of the ledger: `id`, `dispositif`, `etat`, `tests`."""
    from convmed.normes import etats

    return [etat.en_dict() for etat in etats()]


def calculer(dispositif: str, demandes: Any) -> Any:
    """Answer the JSON contract: one case (a dict) or several (a list), in the same shape.

    Raises `convmed.dispositifs.contrat.CasRefuses`, whose `erreurs` is the list that the contract prints.
    """
    from convmed.dispositifs.contrat import repondre

    return repondre(dispositif, demandes)


def nouveau(dossier: Chemin) -> None:
    """Write a commented, empty dossier to fill in; `Erreurs` if the folder exists and is not empty."""
    from convmed.donnees.nouveau import creer_dossier

    creer_dossier(Path(dossier))
