"""The commands that read the barème: its figures at a date, text against text, and the calendar of measures."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from convmed.interfaces.console import CommandeEnFrancais, ecrire, en_json
from convmed.interfaces.console import rangees_json as en_rangees
from convmed.interfaces.options import format_, genre_d_image, lire_date, sortie_, texte_, tout_lire
from convmed.restitution.fichier_csv import en_csv, table_en_csv
from convmed.textes import Erreurs, Faute, Texte, trouver_texte

if TYPE_CHECKING:
    from rich.table import Table

    from convmed.restitution.mesures import Mesure

Colonnes = list[str | tuple[str, str]]


@click.command(cls=CommandeEnFrancais)
@click.option("--date", help="Date AAAA-MM-JJ ; par défaut aujourd'hui, ou toute la durée avec --diff.")
@texte_
@click.option("--diff", nargs=2, metavar="TEXTE TEXTE", help="Ce qui diffère entre deux textes ou scénarios .yaml.")
@click.option("--dispositif", help="Un seul dispositif.")
@format_("texte", "json", "csv")
@sortie_
@click.pass_context
def bareme(
    contexte: click.Context,
    date: str | None,
    texte: str,
    diff: tuple[str, str] | None,
    dispositif: str | None,
    presentation: str,
    sortie: Path | None,
) -> None:
    """Les figures en vigueur à une date sous un texte, avec leur référence ; ou ce qui diffère entre deux textes."""
    if diff:
        if contexte.get_parameter_source("texte") is ParameterSource.COMMANDLINE:
            raise Erreurs([Faute("--texte et --diff ne vont pas ensemble", attendu="l'un ou l'autre")])
        _comparer(diff, date, dispositif, presentation, sortie)
    else:
        _lire(texte, date, dispositif, presentation, sortie)


def _lire(texte: str, date: str | None, dispositif: str | None, presentation: str, sortie: Path | None) -> None:
    from convmed.textes.consultation import figures_en_vigueur

    jour, choisi = tout_lire(lambda: lire_date(date, "--date") if date else dt.date.today(), lambda: trouver_texte(texte))
    figures = figures_en_vigueur(jour, choisi, dispositif)
    if presentation == "texte":
        from convmed.restitution.tables import tableau

        colonnes: Colonnes = ["figure", "libellé", ("valeur", "right"), "unité", "texte", "référence", "confiance"]
        cles = ("figure", "libelle", "valeur", "unite", "texte", "reference", "confiance")
        titre = f"Barème au {jour:%d/%m/%Y} — {choisi.libelle}"
        ecrire(tableau(titre, colonnes, ([f[cle] or "" for cle in cles] for f in figures)), sortie)
    else:
        ecrire(en_json(figures) if presentation == "json" else en_csv(figures), sortie)


def _comparer(diff: tuple[str, str], date: str | None, dispositif: str | None, presentation: str, sortie: Path | None) -> None:
    from convmed.textes.comparaison import COLONNES, differences
    from convmed.textes.consultation import dispositifs_choisis

    texte_a, texte_b, jour, _ = tout_lire(
        lambda: trouver_texte(diff[0]),
        lambda: trouver_texte(diff[1]),
        lambda: lire_date(date, "--date") if date else None,
        lambda: dispositifs_choisis(None if dispositif is None else [dispositif]),
    )
    rangees = differences(texte_a, texte_b, jour, dispositif)
    if presentation == "json":
        ecrire(en_json(rangees), sortie)
    elif presentation == "csv":
        ecrire(en_csv(rangees, COLONNES), sortie)
    elif rangees:
        ecrire(_differences_en_table(rangees, texte_a, texte_b, jour), sortie)
    else:
        quand = f" au {jour:%d/%m/%Y}" if jour else ""
        ecrire(f"Aucune différence{quand} entre {texte_a.id} et {texte_b.id}.\n", sortie)


def _differences_en_table(rangees: list[dict[str, Any]], texte_a: Texte, texte_b: Texte, jour: dt.date | None) -> Table:
    from convmed.restitution.tables import tableau

    def deux(rangee: dict[str, Any], champ: str) -> str:
        a, b = (rangee[f"{champ}_{cote}"] for cote in "ab")
        return a or "" if a == b else "\n".join(f"{cote} : {dit}" for cote, dit in (("A", a), ("B", b)) if dit)

    def periode(rangee: dict[str, Any]) -> str:
        bornes = (("du", rangee["du"]), ("au", rangee["au"]))
        return "\n".join(f"{mot} {dt.date.fromisoformat(borne):%d/%m/%Y}" for mot, borne in bornes if borne) or "toujours"

    colonnes: Colonnes = ["figure", ("période", "right"), f"A : {texte_a.id}", f"B : {texte_b.id}", ("B - A", "right"), "texte"]
    lignes = (
        [
            f"{r['libelle']} ({r['unite']})\n{r['dispositif']}.{r['figure']}", periode(r), r["valeur_a"], r["valeur_b"],
            "" if r["difference"] is None else f"{r['difference']:+}".replace(".", ","),
            "\n".join(dict.fromkeys(filter(None, (deux(r, "reference"), deux(r, "statut"), deux(r, "confiance"))))),
        ]
        for r in rangees
    )  # fmt: skip
    quand = f" au {jour:%d/%m/%Y}" if jour else ""
    table = tableau(f"Ce qui diffère{quand} : {texte_a.libelle} (A), {texte_b.libelle} (B)", colonnes, lignes)
    table.show_lines = True
    return table


@click.command(cls=CommandeEnFrancais)
@click.option("--du", default="2024-06-22", show_default=True, help="Premier jour AAAA-MM-JJ.")
@click.option("--au", default="2027-12-31", show_default=True, help="Dernier jour AAAA-MM-JJ.")
@texte_
@click.option("--dispositif", "dispositifs", multiple=True, help="Un dispositif, ou plusieurs fois ; par défaut ceux de la nomenclature.")
@click.option("--toutes", is_flag=True, help="Aussi les délais, les âges, les listes et les plafonds, et pas seulement les prix et les taux.")
@format_("texte", "json", "csv", "ics", "svg", "png")
@sortie_
def calendrier(
    du: str, au: str, texte: str, dispositifs: tuple[str, ...], toutes: bool, presentation: str, sortie: Path | None
) -> None:
    """Quand chaque figure de la nomenclature commence, change ou finit, et la date signée si c'est une autre."""
    from convmed.restitution import mesures
    from convmed.textes.consultation import dispositifs_choisis

    debut, fin, choisi, _ = tout_lire(
        lambda: lire_date(du, "--du"), lambda: lire_date(au, "--au"), lambda: trouver_texte(texte), lambda: dispositifs_choisis(dispositifs)
    )
    if debut > fin:
        raise Erreurs([Faute(f"le premier jour ({debut}) est après le dernier ({fin})", champ="--du", attendu="« --du » avant « --au »")])
    liste = mesures.mesures(choisi, debut, fin, dispositifs or mesures.dispositifs_de_la_nomenclature())
    if not toutes:
        liste = [mesure for mesure in liste if mesure.est_un_prix]
    titre = f"Calendrier des mesures, du {debut:%d/%m/%Y} au {fin:%d/%m/%Y} — {choisi.libelle}"
    if presentation == "ics":
        ecrire(mesures.en_ics(liste, choisi), sortie)
    elif presentation in ("svg", "png"):
        from convmed.restitution.graphiques.frise import frise_des_mesures

        ecrire(frise_des_mesures(mesures.en_table(liste), titre, debut, fin, genre_d_image(presentation)), sortie)
    elif presentation == "json":
        ecrire(en_json(en_rangees(mesures.en_table(liste))), sortie)
    elif presentation == "csv":
        ecrire(table_en_csv(mesures.en_table(liste)), sortie)
    elif liste:
        ecrire(_mesures_en_table(liste, titre), sortie)
    else:
        ecrire(f"Aucune mesure du {debut:%d/%m/%Y} au {fin:%d/%m/%Y} sous {choisi.id}.\n", sortie)


def _mesures_en_table(liste: list[Mesure], titre: str) -> Table:
    from convmed.restitution.tables import tableau

    def jour(date: dt.date | None) -> str:
        return f"{date:%d/%m/%Y}" if date else "—"

    def changement(mesure: Mesure) -> str:
        # The table would cut an amount at its no-break spaces.
        return mesure.changement if len(mesure.changement) <= 20 else mesure.changement.replace(" → ", "\n→ ")

    colonnes: Colonnes = [("date", "right"), "mesure", "ancien → nouveau", "état", "texte"]
    lignes = (
        [
            jour(m.date), m.figure.libelle, changement(m),
            m.etat if m.date == m.date_signee or m.date_signee is None else f"{m.etat}\n(signée pour le {jour(m.date_signee)})",
            "\n".join(filter(None, (m.reference, f"report : {m.report.reference}" if m.report else None,
                                    ", ".join(filter(None, (m.statut, m.confiance)))))),
        ]
        for m in liste
    )  # fmt: skip
    return tableau(titre, colonnes, lignes)
