"""Gathers the faults of a dossier, file after file, so that the user sees them all at once."""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from convmed.textes import Erreurs, Faute

LISTEES = 200
CHIFFRES_D_UN_NIR = 13
_FORMES_MONTRABLES = {
    "date": re.compile(r"[\d/\-.: TtHh]{1,25}"),
    "date_heure": re.compile(r"[\d/\-.: TtHh]{1,25}"),
    "entier": re.compile(r"[-+]?[\d.,  \u202f]{1,15}"),
    "annee": re.compile(r"[-+]?[\d.,  \u202f]{1,15}"),
    "euros": re.compile(r"[-+]?[\d.,  \u202f]{1,20}€?"),
    "numeros_ald": re.compile(r"[\d.,;|/  ]{1,20}"),
    "specialite": re.compile(r"\d{1,4}"),
}  # fmt: skip


def montrable(valeur: str | None, genre: str) -> str | None:
    """Return a refused cell if it may stand in a message, `None` if it might be a name or a NIR.

    A shifted line puts a name under any header: only what has the look of the column is shown.
    """
    if not valeur or sum(c.isdigit() for c in valeur) >= CHIFFRES_D_UN_NIR:
        return None
    forme = _FORMES_MONTRABLES.get(genre)
    if forme is not None:
        return valeur if forme.fullmatch(valeur) else None
    return valeur if genre in {"booleen", "choix"} and (len(valeur) <= 2 or re.fullmatch(r"\d{1,4}", valeur)) else None


class Collecte:
    """Faults found so far, in the order of the files; keeps `LISTEES` of each check and counts the others."""

    def __init__(self) -> None:
        self.fautes: list[Faute] = []
        self.non_listees = 0
        self._rangs: dict[str | None, int] = {}

    def __len__(self) -> int:
        return len(self.fautes) + self.non_listees

    def ajouter(self, *fautes: Faute) -> None:
        """Add faults."""
        for faute in fautes:
            self._rangs.setdefault(faute.fichier, len(self._rangs))
            self.fautes.append(faute)

    def sur_lignes(
        self,
        fichier: str,
        lignes: pl.Series,
        message: str,
        *,
        colonne: str | None = None,
        attendu: str | None = None,
        valeurs: Sequence[object] | None = None,
    ) -> None:
        """Add the same fault for several lines of a file, with the value of each where it may be shown."""
        self.non_listees += max(0, len(lignes) - LISTEES)
        for rang, ligne in enumerate(lignes.head(LISTEES)):
            self.ajouter(Faute(message, fichier=fichier, ligne=ligne, colonne=colonne, attendu=attendu,
                               valeur=valeurs[rang] if valeurs is not None else None))  # fmt: skip

    def lever(self) -> None:
        """Raise `Erreurs` with the faults, by file then line; beyond `LISTEES` they are only counted."""
        if not self.fautes:
            return
        triees = sorted(self.fautes, key=lambda f: (self._rangs[f.fichier], f.ligne or 0))
        reste = self.non_listees + max(0, len(triees) - LISTEES)
        fin = [Faute(f"et {nombre(reste, 'autre faute', 'autres fautes')}")] if reste else []
        raise Erreurs(triees[:LISTEES] + fin)


def nombre(combien: int, singulier: str, pluriel: str) -> str:
    """Write a count in French: `1 ligne`, `1 200 lignes`."""
    return f"{combien:,}".replace(",", "\N{NARROW NO-BREAK SPACE}") + "\N{NO-BREAK SPACE}" + (pluriel if combien > 1 else singulier)
