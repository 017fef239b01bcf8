"""The one master key of a server, from which every other key derives: it stays out of the database that it protects."""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import stat
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from convmed.textes import Erreurs, Faute, dit_en_francais

TAILLE = 32
VARIABLE = "CONVMED_CLE"
ATTENDU = "32 octets en base64url sur une ligne, comme en écrit « convmed cle nouvelle »"


class Cle:
    """A master key of 32 bytes; neither its text nor its bytes show when it is printed."""

    __slots__ = ("_octets",)

    def __init__(self, octets: bytes) -> None:
        if len(octets) != TAILLE:
            raise Erreurs([Faute("clé illisible", champ="clé", attendu=ATTENDU)])
        self._octets = octets

    @classmethod
    def nouvelle(cls) -> Cle:
        """Return a key drawn at random."""
        return cls(os.urandom(TAILLE))

    @classmethod
    def lire(cls, texte: str, fichier: str | None = None) -> Cle:
        """Return the key that a line of base64url writes; `Erreurs`, which never repeats it."""
        ligne = texte.strip()
        try:
            octets = base64.b64decode(ligne + "=" * (-len(ligne) % 4), altchars=b"-_", validate=True)
        except (ValueError, binascii.Error):
            octets = b""
        if len(octets) != TAILLE:
            raise Erreurs([Faute("clé illisible", champ="clé", fichier=fichier, attendu=ATTENDU)])
        return cls(octets)

    @classmethod
    def du_fichier(cls, chemin: Path) -> Cle:
        """Return the key that a file holds; `Erreurs` if it cannot be read, or if everybody can read it."""
        try:
            with chemin.open("rb") as fichier:
                droits = os.fstat(fichier.fileno()).st_mode
                contenu = fichier.read(4096)
        except OSError as erreur:
            raise Erreurs([Faute(f"lecture impossible : {dit_en_francais(erreur)}", champ="clé", fichier=str(chemin))]) from None
        if os.name == "posix" and droits & (stat.S_IROTH | stat.S_IWOTH):
            raise Erreurs([Faute("ce fichier de clé est ouvert à tous les comptes de la machine", champ="clé",
                                 fichier=str(chemin), attendu=f"un fichier privé : chmod 600 {chemin}")])  # fmt: skip
        return cls.lire(contenu.decode("utf-8", "replace"), str(chemin))

    def derivee(self, usage: str) -> bytes:
        """Return the 32 bytes of the key of a usage: two usages have keys that say nothing of each other."""
        return HKDF(algorithm=SHA256(), length=TAILLE, salt=None, info=f"convmed:{usage}".encode()).derive(self._octets)

    def en_texte(self) -> str:
        """Return the line of base64url that `lire` reads."""
        return base64.urlsafe_b64encode(self._octets).rstrip(b"=").decode()

    def __eq__(self, autre: object) -> bool:
        return isinstance(autre, Cle) and hmac.compare_digest(self._octets, autre._octets)

    def __hash__(self) -> int:
        return hash(self.derivee("comparaison"))

    def __repr__(self) -> str:
        return "Cle(…)"


def lire_la_cle(fichier: Path | None) -> Cle:
    """Return the key of a file, or else of the variable CONVMED_CLE; `Erreurs` if there is none."""
    if fichier is not None:
        return Cle.du_fichier(fichier)
    texte = os.environ.get(VARIABLE)
    if not texte:
        raise Erreurs([Faute("il manque la clé de la base", champ="--cle", attendu=f"un fichier écrit par « convmed cle nouvelle », ou {VARIABLE}")])
    return Cle.lire(texte)
