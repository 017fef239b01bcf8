"""What the project holds of the texts: the state of each norm of the ledger, and the count for each dispositif.

A norm is held (`tenue`) if a rule, a figure or an example names it *and* a passing test holds it; a test that reproduces
an example of the sources is both. The tests are those of `tenues.json`, which a full green run writes; `raisons.yaml`
says why other norms are not held.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from convmed.dispositifs import tous
from convmed.donnees.entites import REGISTRE
from convmed.donnees.population.reperes import par_norme
from convmed.textes import Erreurs, Faute, baremes
from convmed.textes.bareme import dossiers_des_dispositifs

ICI = Path(__file__).parent
TENUES, RAISONS = ICI / "tenues.json", ICI / "raisons.yaml"

TENUE, NON_TENUE, ORIENTATION, NON_PUBLIEE = "tenue", "non-tenue", "orientation", "non-publiee"
ETATS = (TENUE, NON_TENUE, ORIENTATION, NON_PUBLIEE)
# An orientation asks for nothing that can be computed; a statistic describes the past. An example that cannot be
# reproduced is declared so, with its reason, in raisons.yaml.
SANS_CALCUL = ("orientation", "statistique")
EXEMPLE = "exemple"
DECLARABLES = {NON_TENUE: None, NON_PUBLIEE: None, ORIENTATION: EXEMPLE}


@dataclass(frozen=True, slots=True)
class Norme:
    """One statement of a source document, as the ledger has it; `repond_par` names what the signed text made of it."""

    id: str
    document: str
    section: str
    ligne: str
    dispositif: str
    type: str
    enonce: str
    valeur: str
    unite: str
    date_effet: str
    date_fin: str
    repond_par: str
    ambiguite: str


@dataclass(frozen=True, slots=True)
class Raison:
    """Why norms are not held: the key is an id, or a prefix that ends in `*`."""

    cle: str
    etat: str
    raison: str

    def vaut_pour(self, norme: str) -> bool:
        """Tell whether the reason covers a norm."""
        return norme.startswith(self.cle[:-1]) if self.cle.endswith("*") else norme == self.cle


@dataclass(frozen=True, slots=True)
class EtatNorme:
    """The state of one norm: `tenue`, `non-tenue`, `orientation` or `non-publiee`, with its tests or its reason."""

    norme: Norme
    etat: str
    tests: tuple[str, ...] = ()
    raison: str = ""
    nommee_par: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Return the id of the norm."""
        return self.norme.id

    @property
    def dispositif(self) -> str:
        """Return the dispositif to which the ledger attaches the norm."""
        return self.norme.dispositif

    def en_dict(self) -> dict[str, Any]:
        """Return the state as the JSON contract wants it, with what the norm says."""
        return {
            "id": self.id,
            "dispositif": self.dispositif,
            "etat": self.etat,
            "tests": list(self.tests),
            "type": self.norme.type,
            "enonce": self.norme.enonce,
            "raison": self.raison,
            "nommee_par": list(self.nommee_par),
        }


@dataclass(slots=True)
class Bilan:
    """The count of one dispositif: `testables` leaves out orientations and what nobody published."""

    dispositif: str
    normes: int = 0
    tenues: int = 0
    testables: int = 0
    orientations: int = 0
    non_publiees: list[EtatNorme] = field(default_factory=list)
    manquantes: list[EtatNorme] = field(default_factory=list)

    def en_dict(self) -> dict[str, Any]:
        """Return the count as JSON, with the id and reason of what is missing."""
        return {
            "dispositif": self.dispositif,
            "normes": self.normes,
            "tenues": self.tenues,
            "testables": self.testables,
            "orientations": self.orientations,
            "non_publiees": {etat.id: etat.raison for etat in self.non_publiees},
            "manquantes": {etat.id: etat.raison for etat in self.manquantes},
        }


@cache
def registre() -> Mapping[str, Norme]:
    """Return the ledger, by id; `ValueError` if an id stands twice."""
    normes: dict[str, Norme] = {}
    for fichier in sorted((ICI / "registre").glob("*.csv")):
        with fichier.open(encoding="utf-8", newline="") as flux:
            for ligne in csv.DictReader(flux):
                norme = Norme(**ligne)
                if norme.id in normes:
                    raise ValueError(f"la norme {norme.id} est deux fois dans le registre")
                normes[norme.id] = norme
    return normes


def tenues(chemin: Path = TENUES) -> dict[str, list[str]]:
    """Return the tests that hold each norm, as the last full green run wrote them; empty before the first one."""
    if not chemin.is_file():
        return {}
    contenu: dict[str, list[str]] = json.loads(chemin.read_text("utf-8"))
    return contenu


def raisons(texte: str | None = None) -> list[Raison]:
    """Read the reasons; `Erreurs` for an unknown state or norm, an empty reason, or a prefix that covers nothing."""
    document = yaml.safe_load(RAISONS.read_text("utf-8") if texte is None else texte) or {}
    lues, fautes = [], []
    for cle, bloc in document.items():
        if not isinstance(bloc, dict) or set(bloc) != {"etat", "raison"} or not bloc["raison"]:
            fautes.append(Faute("une raison s'écrit {etat, raison}", fichier=RAISONS.name, champ=str(cle)))
            continue
        raison = Raison(str(cle), bloc["etat"], bloc["raison"])
        fautes += _fautes_de_raison(raison)
        lues.append(raison)
    if fautes:
        raise Erreurs(fautes)
    return lues


def _fautes_de_raison(raison: Raison) -> list[Faute]:
    couvertes = [norme for norme in registre().values() if raison.vaut_pour(norme.id)]
    if not couvertes:
        return [Faute("aucune norme de ce nom", fichier=RAISONS.name, champ=raison.cle)]
    if raison.etat not in DECLARABLES:
        return [Faute("état refusé", fichier=RAISONS.name, champ=raison.cle, attendu=", ".join(DECLARABLES))]
    seul_type = DECLARABLES[raison.etat]
    return [
        Faute(f"« {raison.etat} » ne se déclare que pour un {seul_type}", fichier=RAISONS.name, champ=raison.cle)
        for norme in couvertes
        if seul_type and norme.type not in (seul_type, *SANS_CALCUL)
    ]


def nommees() -> dict[str, list[str]]:
    """Return what names each norm: rules (`règle x`), figures (`figure d.x`), examples (`exemple d::nom`), statistics (`repère x`)."""
    tous()  # importing every dispositif fills the registry of rules
    qui: dict[str, list[str]] = {}

    def noter(normes: Iterable[str], nom: str) -> None:
        for norme in normes:
            if nom not in qui.setdefault(norme, []):
                qui[norme].append(nom)

    for versions in REGISTRE.regles.values():
        for regle in versions:
            noter(regle.normes, f"règle {regle.nom}")
    for dispositif, figures in baremes().items():
        for figure in figures.values():
            noter(figure.normes, f"figure {dispositif}.{figure.nom}")
    for dispositif, dossier in dossiers_des_dispositifs().items():
        for exemple in exemples(dossier):
            noter(exemple.get("normes") or (), f"exemple {dispositif}::{exemple.get('nom')}")
    for norme, reperes in par_norme().items():
        for repere in reperes:
            noter([norme], f"repère {repere}")
    return qui


def exemples(dossier: Path) -> list[dict[str, Any]]:
    """Return the worked examples of a dispositif's folder, as written; none if the file is not there."""
    chemin = dossier / "exemples.yaml"
    if not chemin.is_file():
        return []
    return list((yaml.load(chemin.read_text("utf-8"), Loader=yaml.CSafeLoader) or {}).get("exemples") or ())


def etats(chemin: Path = TENUES) -> list[EtatNorme]:
    """Return the state of every norm, in the order of the ledger; `chemin` is the file of the tests that hold them."""
    qui, tests, motifs = nommees(), tenues(chemin), raisons()
    return [
        _etat(norme, tuple(qui.get(norme.id, ())), tuple(tests.get(norme.id, ())), motifs)
        for norme in registre().values()
    ]


def _etat(norme: Norme, nommee_par: tuple[str, ...], tests: tuple[str, ...], motifs: list[Raison]) -> EtatNorme:
    declaree = max((r for r in motifs if r.vaut_pour(norme.id)), key=lambda r: len(r.cle), default=None)
    # What nobody published stays so even if a test holds that the project says it is not published.
    if declaree and declaree.etat == NON_PUBLIEE:
        return EtatNorme(norme, NON_PUBLIEE, tests, declaree.raison, nommee_par)
    if tests and (nommee_par or norme.type == EXEMPLE):
        return EtatNorme(norme, TENUE, tests, "", nommee_par)
    if norme.type in SANS_CALCUL:
        return EtatNorme(norme, ORIENTATION, tests, f"{norme.type} : rien à calculer", nommee_par)
    if declaree:
        return EtatNorme(norme, declaree.etat, tests, declaree.raison, nommee_par)
    return EtatNorme(norme, NON_TENUE, tests, _raison_par_defaut(norme, nommee_par, tests), nommee_par)


def _raison_par_defaut(norme: Norme, nommee_par: tuple[str, ...], tests: tuple[str, ...]) -> str:
    if norme.dispositif not in dossiers_des_dispositifs():
        return "dispositif pas encore écrit"
    if nommee_par:
        return "nommée, mais aucun test ne la tient"
    if tests:
        return "tenue par un test, mais aucune règle, figure ni exemple ne la nomme"
    return "aucune règle, figure ni exemple ne la nomme"


def par_dispositif(etats_des_normes: Iterable[EtatNorme] | None = None) -> list[Bilan]:
    """Return the count of each dispositif, those of the package first, then by name."""
    bilans: dict[str, Bilan] = {}
    for etat in etats() if etats_des_normes is None else etats_des_normes:
        bilan = bilans.setdefault(etat.dispositif, Bilan(etat.dispositif))
        bilan.normes += 1
        bilan.tenues += etat.etat == TENUE
        bilan.testables += etat.etat in (TENUE, NON_TENUE)
        bilan.orientations += etat.etat == ORIENTATION
        if etat.etat == NON_PUBLIEE:
            bilan.non_publiees.append(etat)
        elif etat.etat == NON_TENUE:
            bilan.manquantes.append(etat)
    ecrits = dossiers_des_dispositifs()
    return sorted(bilans.values(), key=lambda bilan: (bilan.dispositif not in ecrits, bilan.dispositif))
