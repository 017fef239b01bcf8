"""The one error of convmed for what a person wrote: every fault, with its place and what was expected."""

from __future__ import annotations

import errno
from collections.abc import Iterable
from dataclasses import asdict, dataclass

# The message of a fault that is no mistake but an absence: a statement goes on without what lacks it.
NECESSAIRE = "ce champ est nécessaire à ce calcul"
# What the system says in English, or in the language of its locale.
DU_SYSTEME = {
    errno.ENOENT: "ce fichier ou ce dossier n'existe pas",
    errno.EACCES: "permission refusée",
    errno.EPERM: "opération interdite",
    errno.EISDIR: "c'est un dossier, pas un fichier",
    errno.ENOTDIR: "un fichier se trouve là où il faudrait un dossier",
    errno.EEXIST: "ce nom est déjà pris",
    errno.ENOTEMPTY: "ce dossier n'est pas vide",
    errno.ENOSPC: "il n'y a plus de place sur le disque",
    errno.EDQUOT: "le quota de disque est atteint",
    errno.EROFS: "ce disque est en lecture seule",
    errno.EFBIG: "fichier trop grand",
    errno.ENAMETOOLONG: "nom trop long",
    errno.ELOOP: "des liens tournent en rond",
    errno.EMFILE: "trop de fichiers ouverts",
    errno.ENFILE: "trop de fichiers ouverts sur cette machine",
    errno.ENOMEM: "mémoire insuffisante",
    errno.EIO: "erreur de lecture ou d'écriture du disque",
    errno.EBUSY: "ce fichier est occupé",
    errno.ETXTBSY: "ce fichier est occupé",
    errno.EINVAL: "nom refusé par le système",
    errno.EXDEV: "c'est un autre disque",
}


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


def dit_en_francais(erreur: OSError) -> str:
    """Say in French what the operating system refused; the number of the error if it is not a common one."""
    if erreur.errno is None:
        return "erreur du système"
    return DU_SYSTEME.get(erreur.errno, f"erreur n° {erreur.errno} du système")
