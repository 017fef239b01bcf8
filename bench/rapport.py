"""Writes RESULTATS.md from resultats.json: every figure of the page comes from the last run."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import pairwise
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

PAYS = """## 5. Le pays

Une population synthétique calée sur les totaux publiés (`convmed population`, graine 2024 ; {tirages}),
en partitions d'un demi-million de patients. Question posée à tous : pour **chaque médecin**, la taille de sa liste, ses patients valides et non valides pour
chacun des quinze indicateurs, son FMT, sa prévention, sa DONUM, **depuis les actes bruts**. Les sommes de chaque colonne, et les mêmes pondérées par le numéro
du médecin, sont comparées à l'unité près. **{accord}**

Durée : du lancement du processus à sa fin, démarrage de Python compris ; le meilleur des passages ({passages}). « Processeur » : celui de tous ses processus.
Mémoire : pic des mémoires résidentes de tous ses processus, additionnées (une page partagée compte dans chacun). Fichiers lus une fois juste avant.
{machine}. Mesuré le {date}, charge de {charge_min} à {charge_max} avant chaque mesure : au-dessus de 0, d'autres programmes tenaient déjà les cœurs, et le processeur
divisé par deux dit mieux que la durée ce que prendrait une machine libre.
"""
POLARS_A_LA_MAIN = """« Polars, d'un bloc » : une requête paresseuse sur toutes les partitions, moteur `streaming`. « Polars, par partition » : la même, partition par partition, dans deux
processus d'un fil, comme convmed. DuckDB : une requête SQL, deux fils, 2 Go, débordement sur disque. Leurs chiffres sont dans leur code ; aucun ne garde d'état.
"""
SCENARIOS_DU_PAYS = """L'état gardé (`--travail`) : ce que les actes apportent à chaque patient, et les comptes de chaque médecin. Un scénario (`bench/scenarios/`) est ensuite posé à côté du texte
en vigueur, dans un processus neuf. Ses réponses sont celles du même scénario calculé depuis les actes.
"""
SPARK = """**Spark.** Les règles s'y traduisent telles quelles, et les réponses sont les mêmes. Sur un poste (`local[2]`), presque toute sa durée est fixe : la machine Java
démarre, puis chaque question est un plan de centaines d'expressions imbriquées, analysé, optimisé et compilé avant la première ligne lue. S'y ajoutent des échanges par le disque
chaque fois que les actes rejoignent leur patient, et une mémoire que Java garde. Cela se rattrape en répartissant les partitions entre des machines ; pour un pays, un poste n'en a pas besoin.
"""
NOMS_DU_PAYS = {
    "convmed": "convmed, un texte", "convmed_et_2016": "convmed, et la convention de 2016", "convmed_et_option_2": "convmed, et l'option 2 de la proposition",
    "convmed_et_scenarios": "convmed, et quatre scénarios", "polars_partitions": "Polars à la main, par partition", "polars_tout": "Polars à la main, d'un bloc",
    "duckdb": "DuckDB, à la main", "convmed_garde": "convmed, en gardant l'état", "convmed_duckdb": "convmed sur DuckDB", "convmed_spark": "convmed sur Spark",
}  # fmt: skip
SCENARIOS = {
    "scenario_montants": "des montants", "scenario_une-borne": "l'âge et la fenêtre d'un indicateur",
    "scenario_toutes-les-bornes": "les bornes des quinze indicateurs", "scenario_ages-des-actes": "les âges auxquels les actes comptent (actes relus)",
}  # fmt: skip
LE_PAYS = 67_000_000


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


class MesuresDuPays:
    """The measures of the country; a peer that broke down has a reason instead of a time."""

    def __init__(self, mesures: list[dict[str, Any]]) -> None:
        self.toutes = {(m["taille"], m["pair"]): m for m in mesures}
        self.par_cle = {cle: m for cle, m in self.toutes.items() if not m["echec"]}

    def tailles(self) -> list[int]:
        return sorted({taille for taille, _ in self.toutes})

    def duree(self, taille: int, pair: str) -> float:
        return self.par_cle[taille, pair]["duree_s"]

    def ont(self, taille: int, *pairs: str) -> bool:
        return all((taille, pair) in self.par_cle for pair in pairs)


def objectifs_du_pays(mesures: MesuresDuPays) -> str:
    """Set each target against the largest population measured; seconds and memory are judged on the country only."""
    lignes = []
    taille = max(taille for taille in mesures.tailles() if mesures.ont(taille, "convmed"))
    patients = f"{nombre(taille)} patients"

    def ajouter(objet: str, cible: str, mesure: str, atteint: bool, juge: bool = True) -> None:
        verdict = "atteint" if atteint else "**non atteint**"
        lignes.append((objet, cible, mesure, verdict if juge else f"à juger à {nombre(LE_PAYS)}"))

    au_complet, seule = taille >= LE_PAYS, mesures.par_cle[taille, "convmed"]
    ajouter(f"Depuis les actes, {patients}", "moins de 40 s", duree(seule["duree_s"]), seule["duree_s"] < 40, au_complet)
    ajouter("La même chose, mémoire", "moins de 2 Go", f"{nombre(seule['memoire_mo'])} Mo", seule["memoire_mo"] < 2048, au_complet)
    for pair, nom in SCENARIOS.items():
        if mesures.ont(taille, pair):
            s = mesures.duree(taille, pair)
            ajouter(f"Un scénario de plus sur l'état gardé, {patients} : {nom}", "moins de 5 s", duree(s), s < 5, au_complet)
    for pair, nom in (("convmed_et_2016", "convention de 2016"), ("convmed_et_option_2", "option 2")):
        if mesures.ont(taille, pair):
            part = mesures.duree(taille, pair) / seule["duree_s"] - 1
            ajouter(f"Un second texte ({nom}), {patients}", "au plus 60 % du premier", f"{nombre(100 * part)} %", part <= 0.6)
    for pair, seuil, cible in (("polars_partitions", 1.5, "au plus 1,5 fois"), ("polars_tout", 1.5, "au plus 1,5 fois"), ("duckdb", 1, "moins de 1 fois")):
        if mesures.ont(taille, pair):
            fois = seule["duree_s"] / mesures.duree(taille, pair)
            ajouter(f"Durée rapportée à {NOMS_DU_PAYS[pair]}, {patients}", cible, f"{nombre(fois, 2)} fois", fois <= seuil, au_complet)
        elif (taille, pair) in mesures.toutes:
            ajouter(f"Durée rapportée à {NOMS_DU_PAYS[pair]}, {patients}", cible, f"arrêté : {mesures.toutes[taille, pair]['echec']}", True)
    siennes = [une for une in mesures.tailles() if mesures.ont(une, "convmed") and une >= 1_000_000]
    if len(siennes) >= 3:
        pentes = [
            (mesures.duree(b, "convmed") - mesures.duree(a, "convmed")) / (b - a) * 1e6 for a, b in pairwise(siennes)
        ]
        ajouter(f"Croissance, durée de chaque million de plus, de {nombre(siennes[0])} à {nombre(siennes[1])} puis jusqu'à {nombre(siennes[-1])}",
                "linéaire, à 20 % près", " puis ".join(duree(pente) for pente in pentes), pentes[-1] <= 1.2 * pentes[0])  # fmt: skip
    return tableau(("Objectif", "Cible", "Mesuré", ""), lignes)


def pays(resultats: dict[str, Any]) -> str:
    """Write the section of the country."""
    mesures, ici, brutes = MesuresDuPays(resultats["mesures"]), resultats["machine"], resultats["mesures"]
    tirages = " ; ".join(
        f"{nombre(t['patients'])} patients, {nombre(t['medecins'])} médecins, {nombre(t['evenements'])} actes"
        + (f", tirés en {duree(t['duree_s'])}" if t["duree_s"] else "")
        for t in sorted(resultats["tirages"].values(), key=lambda t: t["patients"])
    )
    ecarts = [f"{m['pair']} ({nombre(m['taille'])} patients) : {', '.join(m['ecarts'])}" for m in brutes if m["ecarts"]]
    accord = "Toutes les réponses sont les mêmes." if not ecarts else "Désaccords : " + " ; ".join(ecarts)
    charges = [m["charge"] for m in brutes]
    parties = [
        PAYS.format(tirages=tirages, accord=accord, passages=max(len(m["durees_s"]) for m in brutes), machine=decrire(ici), date=ici["date"],
                    charge_min=nombre(min(charges), 1), charge_max=nombre(max(charges), 1)),
        objectifs_du_pays(mesures),
        POLARS_A_LA_MAIN, _tableau_du_pays(mesures, NOMS_DU_PAYS),
        "![Durée et mémoire du pays selon le nombre de patients](croissance-pays.svg)\n",
        SCENARIOS_DU_PAYS, _tableau_du_pays(mesures, SCENARIOS),
    ]  # fmt: skip
    return "\n".join(parties + ([SPARK] if any(pair == "convmed_spark" for _, pair in mesures.par_cle) else []))


def _tableau_du_pays(mesures: MesuresDuPays, noms: dict[str, str]) -> str:
    lignes = []
    for taille in mesures.tailles():
        for pair, nom in noms.items():
            mesure = mesures.toutes.get((taille, pair))
            if mesure is None:
                continue
            fois = nombre(mesure["duree_s"] / mesures.duree(taille, "convmed"), 2) if mesures.ont(taille, "convmed", pair) else "—"
            temps = (f"arrêté : {mesure['echec']}", "—") if mesure["echec"] else (duree(mesure["duree_s"]), duree(mesure["processeur_s"]))
            lignes.append((nombre(taille), nom, *temps, f"{nombre(mesure['memoire_mo'])} Mo", fois))
    return tableau(("Patients", "Pair", "Durée", "dont processeur", "Mémoire", "÷ convmed, un texte"), lignes)


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
        *([pays(resultats["pays"])] if "pays" in resultats else []),
        "## Refaire\n\n```\npython bench/executer.py                   # tout, jusqu'à dix millions de patients\npython bench/executer.py --rapide          # jusqu'à cent mille\npython bench/executer.py --bancs controle  # un banc, les mesures des autres gardées\npython bench/pays.py --dossier DOSSIER      # le pays : un, dix et soixante-sept millions de patients\n```",
    ]) + "\n"  # fmt: skip


if __name__ == "__main__":
    lus = json.loads((ICI / "resultats.json").read_text(encoding="utf-8"))
    (ICI / "RESULTATS.md").write_text(page(lus), encoding="utf-8")
