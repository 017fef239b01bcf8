"""Writes RESULTATS.md from resultats.json: every figure of the page comes from the last run."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ICI = Path(__file__).parent
NOMS = {
    "fmt_convmed_polars": "convmed sur Polars", "fmt_convmed_duckdb": "convmed sur DuckDB", "fmt_polars": "Polars, à la main",
    "fmt_duckdb": "DuckDB, à la main", "fmt_openfisca": "OpenFisca-Core",
    "prevention_convmed_polars": "convmed sur Polars", "prevention_polars": "Polars, à la main",
    "controle_convmed": "convmed controler, tout", "controle_duckdb": "DuckDB, trois règles à la main",
}  # fmt: skip
REFERENCES = {"fmt": "fmt_polars", "prevention": "prevention_polars"}
INTRODUCTION = """# Bancs d'essai

Page écrite par `python bench/executer.py` à partir de `resultats.json` : ne pas la corriger à la main.

{machine}. Mesuré le {date}. Charge moyenne de la machine pendant les mesures : de {charge_min} à {charge_max}
(bien au-dessus de 1, d'autres processus occupaient les cœurs : le temps de processeur en souffre moins que la durée).

Chaque pair tourne seul dans son processus, sur les mêmes fichiers Parquet tirés d'une graine (`donnees.py`), et répond à la même question ;
les réponses sont comparées à l'unité près. **{accord}** Durée : la meilleure de {repetitions} passages (2 ou 3 à dix millions de patients), hors
démarrage de Python et importations. « Calcul » : sur les tables déjà en mémoire (pour OpenFisca, tableaux NumPy lus, simulation à construire
comprise). « Avec lecture » : tout, depuis les fichiers. Mémoire : pic de mémoire résidente du processus entier, bibliothèques comprises,
avec lecture. Les processeurs sont ceux que le système donne ; aucun pair n'est bridé. Moteur de Polars : `engine="streaming"`, des deux côtés.
"""
FMT = """## 1. FMT, sommé par médecin

La règle entière : âge, ALD, patient non vu, C2S, patientèle, puis majorations de zone, de première installation et d'âge du médecin.
OpenFisca-Core reçoit la même règle en formules vectorisées, par son constructeur le plus rapide (tableaux, pas de JSON) ; il compte en
flottants de 32 bits, exacts ici parce que tous les montants sont des multiples de 50 centimes.
"""
PREVENTION = """## 3. Quinze indicateurs et FMT depuis les actes

N patients et 2,5 N actes nommés par leur traceur, sans ordre. Résultat comparé : pour chaque indicateur, le nombre de patients dans chacun
des cinq états, et les sommes du FMT et du volet prévention.
"""

CONTROLE = """## 4. Contrôle d'un lot de factures

Un fichier Parquet de N lignes, une par code facturé. **Les deux pairs ne font pas le même travail** : la requête SQL écrite à la main compte
trois règles (SNP d'un patient de sa patientèle, SNP avec MHP, plus de vingt SNP dans la semaine) ; convmed type et vérifie chaque cellule,
reconstitue les séances, les confronte à la table entière ({codes} codes, {conditions} conditions et situations, {cumuls} lignes de cumuls, tarifs,
plafonds), cherche pour chacune ce qui pouvait être facturé en plus, et garde chaque constat avec sa preuve. Les trois mêmes comptes sont comparés à l'unité près.

{machine}. Mesuré le {date}, charge de {charge_min} à {charge_max}. Un fichier de plus d'un demi-million de lignes est réparti par médecin entre des
fichiers temporaires : la mémoire est celle d'une part, plus ce qui a été trouvé (une centaine d'octets par constat).
"""


def nombre(valeur: float, decimales: int = 0) -> str:
    return f"{valeur:,.{decimales}f}".replace(",", "\u202f").replace(".", ",")


def duree(secondes: float) -> str:
    """Write a time with the unit that makes it readable."""
    if secondes < 1e-3:
        return f"{nombre(secondes * 1e6, 1 if secondes < 1e-4 else 0)} µs"
    return f"{nombre(secondes * 1e3, 1 if secondes < 0.01 else 0)} ms" if secondes < 1 else f"{nombre(secondes, 2)} s"


def tableau(entetes: Iterable[str], lignes: Iterable[Iterable[str]]) -> str:
    entetes = list(entetes)
    rangees = [entetes, ["---", *("---:" for _ in entetes[1:])], *lignes]
    return "\n".join("| " + " | ".join(rangee) + " |" for rangee in rangees) + "\n"


class Mesures:
    """The measures of a run, found by benchmark, size, peer and mode."""

    def __init__(self, mesures: list[dict[str, Any]]) -> None:
        self.par_cle = {(m["taille"], m["pair"], m["mode"]): m for m in mesures}

    def tailles(self, banc: str) -> list[int]:
        return sorted({taille for taille, pair, _ in self.par_cle if pair.startswith(banc)})

    def duree(self, taille: int, pair: str, mode: str) -> float:
        return min(self.par_cle[taille, pair, mode]["durees_s"])

    def processeur(self, taille: int, pair: str, mode: str) -> float:
        return min(self.par_cle[taille, pair, mode]["processeur_s"])

    def memoire(self, taille: int, pair: str, mode: str = "fichiers") -> float:
        return self.par_cle[taille, pair, mode]["memoire_mo"]

    def pairs(self, banc: str) -> list[str]:
        return list(dict.fromkeys(pair for _, pair, _ in self.par_cle if pair.startswith(banc)))

    def tableau(self, banc: str) -> str:
        reference = REFERENCES[banc]
        entetes = ("Patients", "Pair", "Calcul", "Avec lecture", "dont processeur", "Mémoire", "÷ Polars, calcul", "÷ Polars, avec lecture")
        return tableau(entetes, (
            (
                nombre(taille), NOMS[pair], duree(self.duree(taille, pair, "memoire")), duree(self.duree(taille, pair, "fichiers")),
                duree(self.processeur(taille, pair, "fichiers")), f"{nombre(self.memoire(taille, pair))} Mo",
                *(nombre(self.duree(taille, pair, mode) / self.duree(taille, reference, mode), 2) for mode in ("memoire", "fichiers")),
            )
            for taille in self.tailles(banc) for pair in self.pairs(banc)
        ))  # fmt: skip


def objectifs(mesures: Mesures, explications: dict[str, Any]) -> str:
    """Set each target against what was measured: reached or not, nothing rounded in one's favour."""
    grande = mesures.tailles("fmt")[-1]
    lignes = []

    def ajouter(objet: str, cible: str, mesure: str, atteint: bool) -> None:
        lignes.append((objet, cible, mesure, "atteint" if atteint else "**non atteint**"))

    def rapport(objet: str, taille: int, pair: str, seuil: float, au_plus: bool) -> None:
        for mode, nom in (("memoire", "calcul"), ("fichiers", "avec lecture")):
            autre, sien = mesures.duree(taille, pair, mode), mesures.duree(taille, "fmt_convmed_polars", mode)
            fois = sien / autre if au_plus else autre / sien
            cible = f"{'au plus' if au_plus else 'au moins'} {nombre(seuil, 1 if au_plus else 0)} fois"
            ajouter(f"{objet}, {nombre(taille)} patients, {nom}", cible, f"{nombre(fois, 2)} fois", fois <= seuil if au_plus else fois >= seuil)

    rapport("FMT plus rapide qu'OpenFisca-Core", grande, "fmt_openfisca", 10, au_plus=False)
    moins = mesures.memoire(grande, "fmt_openfisca") / mesures.memoire(grande, "fmt_convmed_polars")
    ajouter(f"FMT, mémoire d'OpenFisca-Core sur celle de convmed, {nombre(grande)} patients", "au moins 10 fois", f"{nombre(moins, 1)} fois", moins >= 10)
    for taille in mesures.tailles("fmt")[-2:]:
        rapport("FMT, durée rapportée à Polars à la main", taille, "fmt_polars", 1.3, au_plus=True)
    for objet, champ, seuil in (
        ("Un montant expliqué", "montant_s", 1e-4),
        (f"Un relevé de {nombre(explications['patients'])} patients et {nombre(explications['evenements'])} actes, expliqué", "releve_s", 0.1),
        ("La ligne de commande à froid, `convmed releve`", "commande_s", 1.0),
    ):
        ajouter(objet, f"moins de {duree(seuil)}", duree(explications[champ]), explications[champ] < seuil)
    if 1_000_000 in mesures.tailles("prevention"):
        pair = "prevention_convmed_polars"
        secondes, mo = mesures.duree(1_000_000, pair, "fichiers"), mesures.memoire(1_000_000, pair)
        ajouter("Quinze indicateurs et FMT, un million de patients, avec lecture", "moins de 1,5 s", duree(secondes), secondes < 1.5)
        ajouter("La même chose, mémoire", "moins de 1 Go", f"{nombre(mo)} Mo", mo < 1000)
    for taille in mesures.tailles("controle")[-2:]:
        debit = taille / mesures.duree(taille, "controle_convmed", "fichiers") * 60
        ajouter(f"Contrôle de {nombre(taille)} lignes de factures, avec lecture", "au moins 2 millions de lignes par minute",
                f"{nombre(debit / 1e6, 1)} millions", debit >= 2e6)  # fmt: skip
    return tableau(("Objectif", "Cible", "Mesuré", ""), lignes)


def controle(mesures: Mesures, brutes: list[dict[str, Any]], ici: dict[str, Any]) -> str:
    """Write the section of the control: what each peer does, how fast, in how much memory."""
    siennes = [m for m in brutes if m["banc"] == "controle"]
    charges = [m["charge"] for m in siennes]
    etendue = next(m["detail"] for m in siennes if m["pair"] == "controle_convmed")
    lignes = [
        (
            nombre(taille), NOMS[pair], duree(mesures.duree(taille, pair, "fichiers")), duree(mesures.processeur(taille, pair, "fichiers")),
            f"{nombre(mesures.memoire(taille, pair))} Mo", nombre(taille / mesures.duree(taille, pair, "fichiers") * 60 / 1e6, 1),
        )
        for taille in mesures.tailles("controle") for pair in mesures.pairs("controle")
    ]  # fmt: skip
    return CONTROLE.format(
        machine=decrire(ici), date=ici["date"], charge_min=nombre(min(charges), 1), charge_max=nombre(max(charges), 1), **etendue
    ) + "\n" + tableau(("Lignes", "Pair", "Avec lecture", "dont processeur", "Mémoire", "Millions de lignes par minute"), lignes)


def decrire(ici: dict[str, Any]) -> str:
    versions = ", ".join(f"{nom} {numero}" for nom, numero in ici["versions"].items())
    return f"{ici['processeur']}, {ici['coeurs']} cœurs, {ici['memoire_go']} Go, {ici['systeme']}, Python {ici['python']} ; {versions}"


def page(resultats: dict[str, Any]) -> str:
    ici, brutes, explications = resultats["machines"]["fmt"], resultats["mesures"], resultats["explications"]
    mesures = Mesures(brutes)
    populations = [m for m in brutes if m["banc"] != "controle"]
    charges = [m["charge"] for m in populations]
    accord = "Tous les pairs disent la même chose." if not resultats["desaccords"] else "Désaccords : " + " ; ".join(resultats["desaccords"])
    details = [
        (nombre(m["taille"]), duree(m["detail"]["construction_s"]), duree(m["detail"]["calcul_s"]))
        for m in brutes if m["pair"] == "fmt_openfisca" and m["mode"] == "memoire"
    ]  # fmt: skip
    vides = {m["pair"]: m["memoire_vide_mo"] for m in brutes if m["mode"] == "fichiers"}
    return "\n".join([
        INTRODUCTION.format(
            machine=decrire(ici), date=ici["date"], charge_min=nombre(min(charges), 1), charge_max=nombre(max(charges), 1), accord=accord,
            repetitions=max(len(m["durees_s"]) for m in populations),
        ),
        "## Objectifs\n", objectifs(mesures, explications),
        FMT, mesures.tableau("fmt"),
        "OpenFisca-Core, dernier passage sur tables en mémoire : construire la simulation, puis calculer et sommer.\n",
        tableau(("Patients", "Construire", "Calculer et sommer"), details),
        "Mémoire du processus une fois les bibliothèques importées, avant toute donnée : "
        + ", ".join(f"{NOMS[pair]} {nombre(mo)} Mo" for pair, mo in vides.items() if pair.startswith("fmt")) + ".\n",
        "![Durée et mémoire du FMT selon le nombre de patients](croissance-fmt.svg)\n",
        "## 2. Ce que l'on voit\n",
        tableau(("Mesure", "Durée"), (
            ("Un montant (`fmt_socle` d'un patient), calculé et expliqué", duree(explications["montant_s"])),
            (f"Lecture du dossier (`exemples/cabinet-zip`, {nombre(explications['patients'])} patients, {nombre(explications['evenements'])} actes, CSV)", duree(explications["lecture_s"])),
            (f"Relevé de l'année sur le dossier lu, {explications['lignes']} lignes, toutes expliquées", duree(explications["releve_s"])),
            ("`convmed releve exemples/cabinet-zip --annee 2026`, processus lancé à froid, affichage compris", duree(explications["commande_s"])),
        )),
        PREVENTION, mesures.tableau("prevention"),
        "![Durée et mémoire des quinze indicateurs selon le nombre de patients](croissance-prevention.svg)\n",
        controle(mesures, brutes, resultats["machines"]["controle"]),
        "## Refaire\n\n```\npython bench/executer.py                   # tout, jusqu'à dix millions de patients\npython bench/executer.py --rapide          # jusqu'à cent mille\npython bench/executer.py --bancs controle  # un banc, les mesures des autres gardées\n```",
    ]) + "\n"  # fmt: skip


if __name__ == "__main__":
    lus = json.loads((ICI / "resultats.json").read_text(encoding="utf-8"))
    (ICI / "RESULTATS.md").write_text(page(lus), encoding="utf-8")
