"""The terminal: statement, calendar, dashboard, reconciliation and figures as tables for a French reader."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from convmed.dispositifs import Ligne
from convmed.dispositifs.socle import DU
from convmed.restitution import tableau_de_bord
from convmed.restitution.rapprochement import APPARIE, Rapprochement
from convmed.restitution.releve import Releve
from convmed.restitution.tableau_de_bord import COURT
from convmed.restitution.tables import tableau
from convmed.textes.unites import afficher

COULEURS = {
    "validé": "green", "non validé": "red", "exclu": "yellow", "NA": "dim", "opposition": "magenta",
    "donnée manquante": "yellow",
}  # fmt: skip

ABREGES = {
    "pneumocoque": "pneumo", "meningocoque-c": "MgC", "cancer-sein": "sein", "cancer-col": "col",
    "cancer-colorectal": "colorec.", "diabete": "diab.", "hba1c": "HbA1c", "examen-m9": "M9", "examen-m24": "M24",
    "bucco-dentaire": "dents", "ror": "ROR", "hpv": "HPV", "mrc": "MRC",
}  # fmt: skip


def releve_en_tables(releve: Releve) -> RenderableType:
    """Return the statement: numbered payments by dispositif, sums, total, what was not computed and why."""
    titre = f"Relevé {releve.annee} — {releve.texte.libelle}"
    lignes = tableau(titre, ["n°", "libellé", ("montant", "right"), "versement"], [])
    precedent = ""
    for rang, ligne in enumerate(releve.lignes, 1):
        if ligne.dispositif != precedent:
            lignes.add_section()
            somme = afficher(releve.par_dispositif()[ligne.dispositif], "EUR")
            lignes.add_row("", Text(ligne.dispositif, style="bold"), Text(somme, style="bold"), "")
            precedent = ligne.dispositif
        lignes.add_row(str(rang), _libelle(ligne), _montant(ligne), Text(quand(ligne)))
    lignes.add_section()
    lignes.add_row("", Text("Total", style="bold"), Text(afficher(releve.total, "EUR"), style="bold"), "")
    blocs: list[RenderableType] = [lignes]
    if releve.non_calcules:
        motifs = ((n.dispositif, n.motif) for n in releve.non_calcules)
        blocs.append(tableau("Non calculé ou sans objet, et pourquoi", ["dispositif", "motif"], motifs))
    if any(ligne.confiance != "officiel" for ligne in releve.lignes):
        blocs.append(Text("* repose sur au moins une figure qui n'est pas officielle : voir « convmed expliquer ».", style="dim"))
    blocs += [Text(f"Avertissement : {avertissement}", style="yellow") for avertissement in releve.avertissements]
    return Group(*blocs)


def echeancier_en_table(releve: Releve) -> RenderableType:
    """Return the payment calendar, dated payments first, with the running total."""
    table = tableau(f"Échéancier {releve.annee}", ["date", "libellé", ("montant", "right"), ("cumul", "right"), "précision"], [])
    cumul = 0
    for ligne in releve.par_date():
        cumul += ligne.montant or 0
        table.add_row(_date(ligne), _libelle(ligne), _montant(ligne), afficher(cumul, "EUR"), Text(ligne.precision_date))
    return table


def tableau_de_bord_en_tables(longue: pl.DataFrame, titre: str, premiers: int, patients: bool) -> RenderableType:
    """Return the dashboard: the state of each patient if asked for, counts by indicator, patients with most to gain."""
    synthese = tableau_de_bord.synthese(longue)
    etats = synthese.columns[1:]
    blocs: list[RenderableType] = [_patients(longue, titre)] if patients else []
    blocs += [
        tableau(titre, ["indicateur", *((COURT[etat], "right") for etat in etats)], synthese.iter_rows()),
        tableau(
            "Les patients qui ont le plus à gagner",
            ["patient", ("à gagner", "right"), "indicateurs à faire"],
            (
                (patient, f"{gain} €".replace(".", ","), ", ".join(indicateurs))
                for patient, gain, indicateurs in tableau_de_bord.a_gagner(longue, premiers).iter_rows()
            ),
        ),
    ]
    return Group(*blocs)


def _patients(longue: pl.DataFrame, titre: str) -> Table:
    noms = longue["indicateur"].unique(maintain_order=True).to_list()
    table = tableau(titre, ["patient", *(ABREGES.get(nom, nom) for nom in noms)], [])
    for patient, etats in longue.group_by("patient", maintain_order=True).agg("etat").iter_rows():
        table.add_row(str(patient), *(Text(COURT[etat], style=COULEURS[COURT[etat]]) for etat in etats))
    return table


def normes_en_table(rangees: list[Any], dispositif: str | None) -> RenderableType:
    """Return the norms: counts by dispositif, or each norm of one dispositif with its tests or the reason it lacks one."""
    if dispositif:
        detail = [(e.id, e.etat, e.norme.enonce, e.raison or ", ".join(e.tests[:2])) for e in rangees]
        return tableau(f"Normes de {dispositif}", ["id", "état", "énoncé", "tests ou raison"], detail)
    titres = ("tenues", "testables", "non publiées", "orientations")
    colonnes: list[str | tuple[str, str]] = ["dispositif", *((titre, "right") for titre in titres)]
    comptes = [(s.dispositif, s.tenues, s.testables, len(s.non_publiees), s.orientations) for s in rangees]
    return tableau("Normes tenues par un test", colonnes, comptes)


def rapprochement_en_table(rangees: list[Rapprochement]) -> RenderableType:
    """Return owed against paid, row by row, each amount above its date."""
    return tableau(
        "Dû et versé",
        ["état", "libellé", ("dû", "right"), ("versé", "right"), ("écart", "right")],
        (
            (
                Text(r.etat, style="green" if r.etat == APPARIE else "yellow"), r.libelle,
                _montant_et_date(r.du, r.date_due), _montant_et_date(r.verse, r.date_versement),
                "" if not r.ecart else afficher(r.ecart, "EUR"),
            )
            for r in rangees
        ),
    )  # fmt: skip


def _montant_et_date(montant: int | None, date: dt.date | None) -> str:
    parties = ((montant, "EUR"), (date, "date"))
    return "\n".join(afficher(valeur, unite) for valeur, unite in parties if valeur is not None)


def quand(ligne: Ligne) -> str:
    """Say when a payment is made: its date, and how well the date is known."""
    return " ; ".join(morceau for morceau in (_date(ligne), ligne.precision_date) if morceau)


def _date(ligne: Ligne) -> str:
    return afficher(ligne.date_versement, "date") if ligne.date_versement else ""


def _montant(ligne: Ligne) -> str:
    if ligne.montant is None:
        return "—"
    return afficher(ligne.montant, "EUR") + ("" if ligne.confiance == "officiel" else " *")


def _libelle(ligne: Ligne) -> Text:
    """Return the label, and the state and its reason unless the payment is simply due."""
    if ligne.etat == DU:
        return Text(ligne.libelle)
    return Text(ligne.libelle).append(f"\n{ligne.etat}" + (f" : {ligne.motif}" if ligne.motif else ""), style="yellow")
