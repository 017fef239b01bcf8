"""The sobriety of a population, for the terminal."""

from __future__ import annotations

from typing import Any

import polars as pl
from rich.console import Group, RenderableType
from rich.text import Text

from convmed.restitution.sobriete import Etude, en_mots
from convmed.restitution.tables import tableau
from convmed.textes.unites import afficher, vers_entier

POSITIONS = {"plus-sobre": "plus sobre", "egal": "égale", "moins-sobre": "moins sobre"}
BONUS = {"plus-sobre": "30 %", "en-baisse": "baisse", "plus-sobre-et-en-baisse": "30 % et baisse",
         "sans-bonus": "—", "hors-champ": "hors champ"}  # fmt: skip


def en_tables(etude: Etude, premiers: int) -> RenderableType:
    """Return the totals, the first doctors by rank, and what is supposed."""
    montres = etude.medecins.head(premiers)
    titre = f"Sobriété des prescriptions de {etude.contexte.annee - 1}, payée en {etude.contexte.annee} ({etude.contexte.texte.id}) : {en_mots(etude)}"
    table = tableau(
        titre,
        [("rang", "right"), ("médecin", "right"), ("ratio", "right"), ("année\nd'avant", "right"), ("patients", "right"), "à quel titre", ("bonus", "right")],
        (_ligne(rangee) for rangee in montres.iter_rows(named=True)),
    )
    reste = etude.medecins.height - montres.height
    notes = [
        f"Total des bonus : {_euros(etude.total)}" + (f" ; {reste} médecins de plus : --premiers, --format csv ou json" if reste else ""),
        f"Ratio le plus élevé des plus sobres : {_ratio(etude.seuil_ratio)} ; patientèle moyenne : {_nombre(etude.pmt_moyenne)} patients",
        *([etude.motif] if etude.motif else []),
    ]
    suppose = [Text("Ce qui est supposé :", style="bold"), *(Text(f"- {reserve}") for reserve in etude.reserves)] if etude.reserves else []
    return Group(table, *(Text(note) for note in notes), *suppose, *(Text(avis, style="yellow") for avis in etude.avertissements))


def un_medecin(etude: Etude, medecin: str) -> RenderableType:
    """Return one doctor: its line, what each class of patients was expected to cost, and the tree of its bonus."""
    arbre, classes = etude.expliquer(medecin)[-1], etude.classes_de(medecin)
    sienne = etude.medecins.row(by_predicate=pl.col("medecin") == medecin, named=True)
    table = tableau(
        f"{medecin} : ce que la pratique nationale prescrirait à sa patientèle",
        ["âge", "sexe", "ALD", "C2S", ("patients", "right"), ("par patient\n(pays)", "right"), ("attendu", "right"), ("observé", "right")],
        ([un["tranche_age"], un["sexe"], _oui(un["ald"]), _oui(un["c2s"]), _nombre(un["patients"]), _euros(un["moyenne_nationale"]), _euros(un["attendu"]),
          _euros(un["montant"])] for un in classes),
    )  # fmt: skip
    table.add_section()
    table.add_row("Total", "", "", "", _nombre(sienne["pmt"]), "", _euros(sienne["montant_attendu"]), _euros(sienne["montant_observe"]), style="bold")
    phrase = f"Ratio {_ratio(sienne['ratio'])}, pratique {POSITIONS[sienne['position']]} que la moyenne du pays. Bonus : {_euros(sienne['bonus'])} : {sienne['motif']}"
    return Group(table, Text(phrase), Text("\n".join(arbre.lignes())), *(Text(f"- {reserve}") for reserve in etude.reserves))


def _ligne(rangee: dict[str, Any]) -> list[str]:
    rang = "—" if rangee["rang"] is None else str(rangee["rang"])
    return [rang, rangee["medecin"], _ratio(rangee["ratio"]), _ratio(rangee["ratio_precedent"]), _nombre(rangee["pmt"]), BONUS.get(rangee["situation"], "—"), _euros(rangee["bonus"])]  # fmt: skip


def _euros(montant: Any) -> str:
    return afficher(vers_entier(round(float(montant), 2), "EUR"), "EUR")


def _ratio(ratio: float | None) -> str:
    return "—" if ratio is None else f"{ratio:.3f}".replace(".", ",")


def _nombre(valeur: float | None) -> str:
    return "—" if valeur is None else f"{valeur:,g}".replace(",", "\N{NARROW NO-BREAK SPACE}").replace(".", ",")


def _oui(drapeau: bool) -> str:
    return "oui" if drapeau else "non"
