"""What the tests of the commands share: `convmed`, run in this process as a user runs it."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from typing import Any

import pytest

from convmed.interfaces.cli import principal


class Convmed:
    """The command in this process: the libraries are imported once. `commande` begins every command line."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, capture: pytest.CaptureFixture[bytes], commande: tuple[str, ...], colonnes: int
    ) -> None:
        self.monkeypatch, self.capture, self.commande, self.colonnes = monkeypatch, capture, commande, colonnes

    def lancer(self, *arguments: object, entree: str | bytes = b"", colonnes: int | None = None) -> tuple[int, bytes, bytes]:
        """Run it; return its exit status, what it printed, and what it said on stderr."""
        octets = entree.encode() if isinstance(entree, str) else entree
        self.monkeypatch.setattr(sys, "argv", ["convmed", *self.commande, *map(str, arguments)])
        self.monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(octets), "utf-8"))
        self.monkeypatch.setenv("COLUMNS", str(colonnes or self.colonnes))
        with pytest.raises(SystemExit) as fin:
            principal()
        assert isinstance(fin.value.code, int)
        return fin.value.code, *self.capture.readouterr()

    def octets(self, *arguments: object, **autres: Any) -> bytes:
        """Run what must succeed; return what it printed, byte for byte."""
        code, sortie, erreur = self.lancer(*arguments, **autres)
        assert code == 0, erreur.decode()
        return sortie

    def reussit(self, *arguments: object, **autres: Any) -> str:
        """Run what must succeed; return what it printed."""
        return self.octets(*arguments, **autres).decode()

    def json(self, *arguments: object, **autres: Any) -> Any:
        """Run what must succeed, and read its JSON."""
        return json.loads(self.reussit(*arguments, "--format", "json", **autres))

    def refuse(self, *arguments: object, **autres: Any) -> list[str]:
        """Run what must be refused, with nothing printed; return each fault, without what it begins with, then the help if any."""
        code, sortie, erreur = self.lancer(*arguments, **autres)
        assert (code, sortie) == (2, b""), erreur.decode()
        lignes = erreur.decode().splitlines()
        assert all(ligne.startswith(("Erreur : ", "Aide : ", "Avertissement")) for ligne in lignes), lignes
        dites = [ligne for ligne in lignes if not ligne.startswith("Avertissement")]
        assert dites and dites[0].startswith("Erreur : "), lignes
        return [ligne.removeprefix("Erreur : ") for ligne in dites]

    def refus(self, *arguments: object, **autres: Any) -> str:
        """Return what `refuse` does, in one text."""
        return "\n".join(self.refuse(*arguments, **autres))


@pytest.fixture
def lanceur(monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> Callable[..., Convmed]:
    """Give what makes the command: `lanceur("commission", colonnes=120)`."""
    return lambda *commande, colonnes=160: Convmed(monkeypatch, capsysbinary, commande, colonnes)
