"""The molecules of the biosimilars scheme: dated rows of `molecules.csv`, and those that a user adds."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from convmed.donnees.colonnes_dossier import normaliser
from convmed.textes import Faute

TABLE = Path(__file__).with_name("molecules.csv")
FOURNIE = "fournie par l'utilisateur"


@dataclass(frozen=True, slots=True)
class Molecule:
    """A molecule and the days on which prescribing its biosimilar counts; without `du` it never entered the scheme."""

    nom: str
    du: dt.date | None
    au: dt.date | None
    reference: str
    confiance: str = "officiel"
    note: str = ""
    alias: tuple[str, ...] = ()

    def ouverte(self, du: dt.date, au: dt.date) -> bool:
        """Tell whether the molecule is in the scheme on one day at least, from `du` to `au`."""
        return self.du is not None and self.du <= au and (self.au is None or du <= self.au)

    def en_dict(self) -> dict[str, object]:
        """Return the molecule as JSON."""
        return {
            "molecule": self.nom, "du": self.du and self.du.isoformat(), "au": self.au and self.au.isoformat(),
            "reference": self.reference, "confiance": self.confiance, "note": self.note,
        }  # fmt: skip


@cache
def publiees() -> tuple[Molecule, ...]:
    """Return the molecules of the sources, in the order of the circulaire (9.3 A)."""
    with TABLE.open(encoding="utf-8", newline="") as flux:
        return tuple(
            Molecule(
                rangee["molecule"], _jour(rangee["du"]), _jour(rangee["au"]), rangee["reference"], rangee["confiance"],
                rangee["note"], tuple(filter(None, rangee["alias"].split("|"))),
            )
            for rangee in csv.DictReader(flux, delimiter=";")
        )  # fmt: skip


def index(ajoutees: Iterable[Molecule] = ()) -> dict[str, Molecule]:
    """Return every molecule by each of its names, normalised; those that the user adds win."""
    return {normaliser(nom): molecule for molecule in (*publiees(), *ajoutees) for nom in (molecule.nom, *molecule.alias)}


def inconnue(nom: str, connues: Mapping[str, Molecule], champ: str | None = None) -> Faute:
    """Return the fault of a name that no molecule bears, with the nearest ones."""
    proches = get_close_matches(normaliser(nom), connues, n=3, cutoff=0.5) or list(connues)
    noms = dict.fromkeys(connues[proche].nom for proche in proches)
    return Faute("molécule inconnue", champ=champ, valeur=nom, attendu="l'une de " + ", ".join(noms) + ", ou une molécule ajoutée")


def motif_fermee(molecule: Molecule, du: dt.date, au: dt.date) -> str:
    """Say why a molecule is not in the scheme from `du` to `au`."""
    if molecule.du is None:
        return f"{molecule.nom} : {molecule.note or 'jamais entrée dans le dispositif'} ({molecule.reference})"
    if au < molecule.du:
        return f"{molecule.nom} : entrée dans le dispositif le {molecule.du:%d/%m/%Y} ({molecule.reference})"
    sortie = molecule.au
    return f"{molecule.nom} : sortie du dispositif le {sortie:%d/%m/%Y} ({molecule.reference})" if sortie else ""


def _jour(cellule: str) -> dt.date | None:
    return dt.date.fromisoformat(cellule) if cellule else None
