"""The gain sharing of a population, for the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
from rich.console import Group, RenderableType
from rich.text import Text

from convmed.restitution.interessement import Etude
from convmed.restitution.tables import tableau
from convmed.textes.unites import afficher, vers_entier

NOMS = {"biosimilaires": "biosimilaires", "ipp": "IPP", "oam": "OAM", "insuffisance-cardiaque": "ins. cardiaque"}
QUALIFICATIONS = {
    "initiation": "initiations", "switch": "conversions", "switch-non-confirme": "conversions non confirmées", "suite": "suites de traitement",
    "bioreferent": "bioréférents", "historique-insuffisant": "historique de moins de douze mois",
}  # fmt: skip


def en_tables(etude: Etude, premiers: int, patients: bool) -> RenderableType:
    """Return what each scheme and each doctor gets, the patients if they are asked for, and what is supposed."""
    blocs: list[RenderableType] = [_synthese(etude), _medecins(etude.primes.head(premiers), etude.motifs)]
    reste = etude.primes.height - premiers
    if reste > 0:
        blocs.append(Text(f"{reste} lignes de plus : --premiers, --format csv ou json"))
    if etude.comptes:
        comptes = ", ".join(f"{QUALIFICATIONS[nom]} {nombre}" for nom in QUALIFICATIONS if (nombre := etude.comptes.get(nom)))
        blocs.append(Text(f"Délivrances du fichier, un jour compté une fois : {comptes}"))
    if patients and etude.droits is not None:
        blocs.append(_patients(etude.droits.head(premiers)))
    return Group(*blocs, *_notes(etude))


def un_medecin(etude: Etude, medecin: str) -> RenderableType:
    """Return one doctor: its schemes, and the tree of each amount."""
    arbres = etude.expliquer(medecin)
    siennes = etude.primes.filter(pl.col("medecin") == medecin)
    return Group(_medecins(siennes, etude.motifs), *(Text("\n".join(arbre.lignes())) for arbre in arbres), *_notes(etude))


def _synthese(etude: Etude) -> RenderableType:
    lu = etude.synthese()
    titre = f"Intéressements : prescriptions de {lu['annee']}, payées en {lu['annee_de_versement']} ({lu['texte']})"
    lignes = (
        [NOMS[un["dispositif"]], f"{un['payes']} sur {un['medecins']}", _nombre(un["patients"]), _euros(un["economies"]), _euros(un["montant"]),
         str(un["non_publies"])] for un in lu["dispositifs"]
    )  # fmt: skip
    colonnes: list[str | tuple[str, str]] = [("dispositif", "right"), ("médecins\npayés", "right"), ("patients", "right"), ("économies", "right"),
                                             ("dû", "right"), ("non\npubliés", "right")]  # fmt: skip
    return tableau(titre, colonnes, lignes)


def _medecins(primes: pl.DataFrame, motifs: Mapping[str, str]) -> RenderableType:
    colonnes: list[str | tuple[str, str]] = [("médecin", "right"), ("dispositif", "right"), ("initiés +\nconvertis", "right"), ("économies", "right"), ("dû", "right"),
                                             "pourquoi"]  # fmt: skip
    lignes = (
        [un["medecin"], NOMS[un["dispositif"]], _patients_de(un), _euros(un["economies"]), _euros(un["montant"]),
         _pourquoi(un, motifs)] for un in primes.iter_rows(named=True)
    )  # fmt: skip
    return tableau("", colonnes, lignes)


def _patients_de(rangee: Mapping[str, Any]) -> str:
    return "—" if rangee["initiations"] is None else f"{_nombre(rangee['initiations'])} + {_nombre(rangee['switchs'])}"


def _pourquoi(rangee: Mapping[str, Any], motifs: Mapping[str, str]) -> str:
    """Return the reason of a line without its reference, that JSON and CSV give."""
    if rangee["motif"] in motifs.values():
        return "hors période, voir plus bas"
    if rangee["motif"]:
        return str(rangee["motif"]).partition(" (art.")[0]
    return f"{rangee['indicateurs']} indicateurs" if rangee["indicateurs"] is not None else ""


def _patients(droits: pl.DataFrame) -> RenderableType:
    colonnes: list[str | tuple[str, str]] = [("médecin", "right"), ("patient", "right"), "molécule", ("le", "right"), "", ("confirmée le", "right")]
    lignes = (
        [un["medecin"], un["patient"], un["molecule"], f"{un['date']:%d/%m/%Y}", "initiation" if un["qualification"] == "initiation" else "conversion",
         f"{un['confirmee_le']:%d/%m/%Y}" if un["confirmee_le"] else "—"] for un in droits.iter_rows(named=True)
    )  # fmt: skip
    return tableau("Patients qui ouvrent un droit", colonnes, lignes)


def _notes(etude: Etude) -> list[Text]:
    motifs = [Text(f"{NOMS[dispositif]} : {motif}") for dispositif, motif in etude.motifs.items()]
    suppose = [Text("À savoir :", style="bold"), *(Text(f"- {reserve}") for reserve in etude.reserves)] if etude.reserves else []
    return [*motifs, *suppose, *(Text(avis, style="yellow") for avis in etude.avertissements)]


def _euros(montant: Any) -> str:
    return "—" if montant is None else afficher(vers_entier(round(float(montant), 2), "EUR"), "EUR")


def _nombre(valeur: int | None) -> str:
    return "—" if valeur is None else f"{valeur:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
