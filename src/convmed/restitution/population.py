"""A synthetic population: its report and its figures, as JSON, rows and tables; small cells are masked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from convmed.donnees.population.bilan import Ligne, synthese
from convmed.donnees.population.production import Population
from convmed.donnees.population.reperes import Coherence, Repere, chercher
from convmed.restitution.masquage import MASQUE, petit, seuils
from convmed.restitution.tables import tableau

MESURES = ("obtenu", "ecart", "ecart_relatif", "tolerance", "atteinte")
VERDICTS = {True: ("oui", "green"), False: ("non", "red"), None: ("?", "yellow")}
MILLIERS, MILLION = 1000, 1_000_000
ESPACE = "\N{NARROW NO-BREAK SPACE}"
LARGEUR_D_UNE_SOURCE = 44


def en_dict(population: Population) -> dict[str, Any]:
    """Return the report as JSON: the population, the count of targets met, targets, compared figures, assumptions."""
    lignes = rangees(population.bilan)
    medecins_caches = petit("medecins", population.medecins)
    return {
        "population": {
            "patients": population.patients,
            "medecins": None if medecins_caches else population.medecins,
            "evenements": population.evenements,
            "partitions": population.partitions,
            "graine": population.graine,
            "annee": population.annee,
            "masque": medecins_caches,
        },
        "synthese": synthese(population.bilan),
        "cibles": [ligne for ligne in lignes if ligne["emploi"] == "cible"],
        "oracles": [ligne for ligne in lignes if ligne["emploi"] == "oracle"],
        "hypotheses": [repere.en_dict() for repere in chercher(emploi="hypothese")],
    }


def rangees(lignes: Iterable[Ligne]) -> list[dict[str, Any]]:
    """Return the lines of the report; a rate is masked if one side of it is a small number of people."""
    rendues = []
    for ligne in lignes:
        masque = any(petit(ligne.genre_de_personnes, combien) for combien in ligne.personnes)
        rendues.append({**ligne.en_dict(), **(dict.fromkeys(MESURES) if masque else {}), "masque": masque})
    return rendues


def en_tables(population: Population) -> RenderableType:
    """Return the report for the terminal."""
    rendu = en_dict(population)
    gens, compte = rendu["population"], rendu["synthese"]
    medecins = MASQUE if gens["masque"] else _nombre(gens["medecins"])
    titre = (
        f"Population synthétique de {gens['annee']}, graine {gens['graine']} : {_nombre(gens['patients'])} patients, "
        f"{medecins} médecins, {_nombre(gens['evenements'])} actes, {gens['partitions']} partition(s)"
    )
    blocs: list[RenderableType] = [
        _table("Cibles : ce que le tirage doit retrouver", rendu["cibles"]),
        _table("Repères publiés que le tirage ne vise pas", rendu["oracles"]),
    ]
    phrases = [
        f"{compte['atteintes']} cibles atteintes sur {compte['cibles']}, {compte['manquees']} manquée(s), {compte['non_mesurables']} non mesurable(s) sur une si petite population.",
        "Tolérance : quatre écarts-types du tirage, plus l'arrondi de la source.",
        "« masqué » : moins de {medecins} médecins ou de {patients} patients.".format(**seuils()),
        f"{len(rendu['hypotheses'])} hypothèses, que personne n'a publiées : convmed reperes --emploi hypothese.",
    ]
    return Group(Text(titre, style="bold"), *blocs, *map(Text, phrases))


def _table(titre: str, lignes: list[dict[str, Any]]) -> RenderableType:
    colonnes: list[str | tuple[str, str]] = ["repère", ("cible", "right"), ("obtenu", "right"), ("écart %", "right"), ("± %", "right"), "tenu"]
    return tableau(titre, colonnes, (_rangee(ligne) for ligne in lignes))


def _rangee(ligne: dict[str, Any]) -> list[str | Text]:
    libelle = Text(f"{ligne['libelle']} ({ligne['unite']})")
    libelle.append(f"\n{ligne['confiance']} : {_court(ligne['source'])}", style="dim")
    if ligne["masque"]:
        return [libelle, _nombre(ligne["cible"]), MASQUE, "", "", ""]
    mot, style = VERDICTS[ligne["atteinte"]]
    tolerance = None if ligne["tolerance"] is None or not ligne["cible"] else ligne["tolerance"] / ligne["cible"]
    return [libelle, _nombre(ligne["cible"]), _nombre(ligne["obtenu"], ligne["cible"]), _pour_cent(ligne["ecart_relatif"], "+"),
            _pour_cent(tolerance), Text(mot, style=style)]  # fmt: skip


def _pour_cent(part: float | None, signe: str = "") -> str:
    return "" if part is None else f"{100 * part:{signe}.1f}".replace(".", ",")


def _nombre(nombre: float | None, modele: float | None = None) -> str:
    """Write a number in French: millions in short, thousands whole, the smaller ones with decimals if they (or a model) have."""
    if nombre is None:
        return ""
    modele = nombre if modele is None else modele
    if abs(modele) >= MILLION:
        ecrit = f"{nombre / MILLION:.2f} M"
    elif abs(modele) >= MILLIERS or (modele == nombre and nombre == int(nombre)):
        ecrit = f"{nombre:,.0f}"
    else:
        ecrit = f"{nombre:.2f}"
    return ecrit.replace(",", ESPACE).replace(" ", ESPACE).replace(".", ",")


def _court(source: str) -> str:
    """Return a source that fits a column: the site rather than the page."""
    courte = source.split("/")[2].removeprefix("www.") if source.startswith("http") else source.removesuffix(", adresse non conservée")
    return courte if len(courte) <= LARGEUR_D_UNE_SOURCE else courte[: LARGEUR_D_UNE_SOURCE - 1].rstrip() + "…"


COLONNES_DES_REPERES: tuple[str, ...] = (
    "id", "libelle", "valeur", "unite", "date", "portee", "emploi", "confiance", "statut", "source", "normes",
)  # fmt: skip


def reperes_en_table(reperes: Iterable[Repere]) -> RenderableType:
    """Return figures for the terminal, with what they are about and who says them."""
    return tableau("Repères", ["repère", "valeur", "confiance", "source"], (_repere(repere) for repere in reperes))


def _repere(repere: Repere) -> list[str | Text]:
    libelle, source = Text(repere.libelle), Text(_court(repere.source))
    libelle.append("\n" + " ".join((repere.id, *repere.normes)), style="dim")
    precisions = " ; ".join(filter(None, (repere.date, repere.portee)))
    if precisions:
        source.append(f"\n{precisions}", style="dim")
    return [libelle, _valeur(repere), f"{repere.confiance}\n{repere.emploi}", source]


def _valeur(repere: Repere) -> str:
    nombre = repere.nombre
    ecrite = repere.valeur.replace("|", " | ") if nombre is None else _nombre(int(nombre)) if nombre.denominator == 1 else repere.valeur.replace(".", ",")
    return ecrite if repere.unite in ("texte", "ALD") else f"{ecrite} {repere.unite}"


def reperes_en_rangees(reperes: Iterable[Repere]) -> list[dict[str, Any]]:
    """Return figures as rows of CSV: the value as written, norms separated by spaces."""
    lignes = ({**repere.en_dict(), "valeur": repere.valeur, "normes": " ".join(repere.normes)} for repere in reperes)
    return [{nom: ligne[nom] for nom in COLONNES_DES_REPERES} for ligne in lignes]


def coherences_en_table(coherences: Iterable[Coherence]) -> RenderableType:
    """Return for the terminal what the sources say, beside what their own figures give."""
    lignes = (
        [c.norme, c.libelle, _nombre(float(c.annonce)), f"{c.calcul} = {_nombre(float(c.calcule))}" if " " in c.calcul else c.calcul,
         Text("oui", style="green") if c.tient else Text("non", style="red"), c.lecture]
        for c in coherences
    )  # fmt: skip
    return tableau("Les sources s'accordent-elles ?", ["norme", "libellé", ("annoncé", "right"), "calculé", "juste", "lecture"], lignes)


TITRES = {"volume": "Les vingt médicaments les plus prescrits, en boîtes", "montant": "Les vingt médicaments les plus remboursés"}
ENTETES = {
    "asmr": "ASMR",
    "boites_m": "boîtes\n(M)",
    "rembourse_m_eur": "remboursé\n(M€)",
    "patients_m": "patients\n(M)",
    "par_patient_eur": "par patient\n(€)",
    "age_moyen": "âge\nmoyen",
    "boites_par_patient": "boîtes par\npatient",
    "taux_rembourse_pct": "taux\n(%)",
}


def medicaments_en_table(classement: str, lignes: list[dict[str, Any]]) -> RenderableType:
    """Return a table of drugs for the terminal: each with its substance and class below its name."""
    mesures = [nom for nom in lignes[0] if nom in ENTETES]
    colonnes: list[str | tuple[str, str]] = ["médicament", *((ENTETES[nom], "right") for nom in mesures)]
    return tableau(TITRES[classement], colonnes, ([_medicament(ligne), *(_cellule(ligne[nom]) for nom in mesures)] for ligne in lignes))


def _medicament(ligne: dict[str, Any]) -> Text:
    nom = Text(ligne["produit"])
    nom.append(f"\n{ligne['dci'].capitalize()}, {ligne['classe'].lower()}", style="dim")
    return nom


def _cellule(cellule: str | float | None) -> str:
    return "" if cellule is None else str(cellule).replace(".", ",")
