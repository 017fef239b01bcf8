"""The one error of convmed for what a person wrote: every fault, with its place and what was expected."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

# The message of a fault that is no mistake but an absence: a statement goes on without what lacks it.
NECESSAIRE = "ce champ est nécessaire à ce calcul"


@dataclass(frozen=True, slots=True)
class Faute:
    """One fault: where it stands, the value found (never a name nor a NIR), what was expected."""

    message: str
    fichier: str | None = None
    ligne: int | None = None
    colonne: str | None = None
    champ: str | None = None
    valeur: object = None
    attendu: str | None = None

    def __str__(self) -> str:
        lieu = ", ".join(
            morceau
            for morceau in (
                self.fichier,
                f"ligne {self.ligne}" if self.ligne else None,
                f"colonne « {self.colonne} »" if self.colonne else None,
                self.champ,
            )
            if morceau
        )
        attendu = f" (attendu : {self.attendu})" if self.attendu else ""
        return f"{lieu} : {self.message}{attendu}" if lieu else f"{self.message}{attendu}"

    def en_dict(self) -> dict[str, object]:
        """Return the fault as a JSON object, without its empty fields."""
        return {cle: valeur for cle, valeur in asdict(self).items() if valeur is not None}


class Erreurs(Exception):
    """All the faults found in what a user supplied."""

    def __init__(self, fautes: Iterable[Faute]) -> None:
        self.fautes = list(fautes)
        super().__init__("\n".join(str(faute) for faute in self.fautes))
