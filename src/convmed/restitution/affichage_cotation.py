"""Codings, controls and prices as tables of the terminal, and the file of justifications."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Group
from rich.text import Text

from convmed.controle import Controle
from convmed.restitution.tables import tableau
from convmed.textes import Erreurs, Faute
from convmed.textes.unites import euros

REJETS_MONTRES = 20
SYNTHESE_MONTREE = 60


def en_clair(montant: float | None) -> str:
    """Write euros, or « non publié »."""
    return "non publié" if montant is None else euros(round(montant * 100))


def cotations_en_tables(resultat: dict[str, Any], premieres: int | None) -> Group:
    """Return the codings, the answers to the questions, what could be added and what is silent."""
    parties: list[Any] = []
    for rang, cotation in enumerate(resultat["cotations"][:premieres], start=1):
        nom = " + ".join(c["code"] for c in cotation["codes"])
        lignes = [[c["code"], c["libelle"], en_clair(c["tarif"]), _source(c)] for c in cotation["codes"]]
        parties.append(tableau(f"{rang}. {nom} : {en_clair(cotation['total'])} €",
                               ["code", "libellé", ("tarif €", "right"), "texte"], lignes))  # fmt: skip
        if "part_obligatoire" in cotation:
            parties.append(Text(
                f"   part obligatoire {en_clair(cotation['part_obligatoire'])} ; complémentaire {en_clair(cotation['part_complementaire'])} ; "
                f"participation forfaitaire {en_clair(cotation['participation_forfaitaire'])} ; reste à charge {en_clair(cotation['reste_a_charge'])}"
            ))  # fmt: skip
        parties += [Text(f"   réserve : {reserve}", style="dim") for reserve in cotation["reserves"]]
        muets = {tuple(m["codes"]): m["precision"] for m in cotation["muets"]}
        parties += [Text(f"   texte muet : {un} avec {autre} ({precision})", style="dim") for (un, autre), precision in muets.items()]
    if not resultat["cotations"]:
        parties.append(Text("Aucune cotation dont toutes les conditions soient établies."))
    reste = len(resultat["cotations"]) - (premieres or len(resultat["cotations"]))
    if reste > 0:
        parties.append(Text(f"et {reste} autres cotations licites (--toutes)"))
    if resultat["reponses"]:
        lignes = [[" + ".join(r["codes"]), r["reponse"], r["motif"], " ; ".join(r["references"])] for r in resultat["reponses"]]
        parties.append(tableau("Réponses", ["codes", "réponse", "motif", "texte"], lignes))
    if resultat["sous_conditions"]:
        lignes = [
            [s["code"], s["libelle"], en_clair(s["tarif"]), ", ".join(s["a_etablir"].values())] for s in resultat["sous_conditions"]
        ]
        parties.append(tableau("À établir pour facturer aussi", ["code", "libellé", ("tarif €", "right"), "il faut savoir"], lignes))
    parties.append(Text("Un code absent ? convmed coter ... --pourquoi CODE dit le texte qui l'exclut.", style="dim"))
    return Group(*parties)


def _source(code: dict[str, Any]) -> str:
    reserve = "" if code["confiance"] == "officiel" else f" ({code['confiance']})"
    return " ; ".join(code["references"]) + reserve


def controle_en_tables(controle: Controle) -> Group:
    """Return the summary by doctor and rule, and the first lines set aside."""
    synthese = controle.synthese()
    parties: list[Any] = [Text(
        f"{controle.lignes} lignes lues, {controle.traitees} traitées, {controle.rejets.height} fautes, "
        f"{controle.constats.height} constats (texte : {controle.texte})"
    )]  # fmt: skip
    lignes = [
        [r["medecin"] or "", r["constat"], r["regle"], r["nombre"], "" if r["enjeu"] is None else euros(r["enjeu"]), r["references"] or ""]
        for r in synthese.head(SYNTHESE_MONTREE).iter_rows(named=True)
    ]
    if lignes:
        colonnes: list[str | tuple[str, str]] = ["médecin", "constat", "règle", ("nombre", "right"), ("enjeu €", "right"), "texte"]
        parties.append(tableau("Constats par médecin et par règle", colonnes, lignes))
    if synthese.height > SYNTHESE_MONTREE:
        parties.append(Text(f"et {synthese.height - SYNTHESE_MONTREE} autres lignes (--format csv)"))
    for titre, table in (("Lignes en faute, mises de côté", controle.rejets), ("Lignes signalées, traitées", controle.avertissements)):
        if table.height:
            rangees = [[r["ligne"], r["colonne"], r["message"], r["attendu"]] for r in table.head(REJETS_MONTRES).iter_rows(named=True)]
            parties.append(tableau(titre, [("ligne", "right"), "colonne", "faute", "attendu"], rangees))
            if table.height > REJETS_MONTRES:
                parties.append(Text(f"et {table.height - REJETS_MONTRES} autres (--format json)"))
    if controle.colonnes_absentes:
        parties.append(Text("Non contrôlé, faute de colonnes : ce qui dépend de " + ", ".join(controle.colonnes_absentes), style="dim"))
    return Group(*parties)


def controle_en_dict(controle: Controle, rangees: Callable[[Any], Any]) -> dict[str, Any]:
    """Return the control as JSON; amounts at stake in euros."""
    def montants(table: Any) -> Any:
        return [{**r, "enjeu": None if r["enjeu"] is None else r["enjeu"] / 100} for r in rangees(table)]

    return {
        "texte": controle.texte,
        "lignes": controle.lignes,
        "traitees": controle.traitees,
        "rejets": rangees(controle.rejets),
        "avertissements": rangees(controle.avertissements),
        "synthese": montants(controle.synthese()),
        "constats": montants(controle.constats),
        "colonnes_absentes": list(controle.colonnes_absentes),
    }


def justifier(controle: Controle, fichier: Path) -> None:
    """Write every finding with its texts, to a CSV or Parquet file that appears only once complete."""
    table = controle.constats.with_columns(enjeu=controle.constats.get_column("enjeu") / 100)
    try:
        with tempfile.NamedTemporaryFile("wb", dir=fichier.parent, delete=False) as provisoire:
            if fichier.suffix.lower() == ".parquet":
                table.write_parquet(provisoire)
            else:
                table.write_csv(provisoire, separator=";")
        os.replace(provisoire.name, fichier)
    except OSError as erreur:
        raise Erreurs([Faute(f"écriture impossible : {erreur.strerror}", fichier=str(fichier))]) from erreur


def prix_en_table(code: str, rangees: list[dict[str, Any]]) -> Any:
    """Return the values of a code through time; a price that only the press gives says so."""
    lignes = [
        [r["figure"], r["libelle"], r["du"] or "", r["au"] or "", r["valeur"], r["unite"], r["texte"] or "", r["statut"] or "",
         "" if r["confiance"] in (None, "officiel") else r["confiance"], r["reference"]]
        for r in rangees
    ]  # fmt: skip
    colonnes: list[str | tuple[str, str]] = [
        "figure", "libellé", ("du", "right"), ("au", "right"), ("valeur", "right"), "unité", "texte", "statut", "confiance", "référence",
    ]  # fmt: skip
    return tableau(f"Prix de {code}", colonnes, lignes)
