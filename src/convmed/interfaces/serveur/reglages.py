"""The settings of the server: read once, refused at once if they are not safe, handed to each worker."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from convmed.base.cles import Cle
from convmed.textes import Erreurs, Faute

PREFIXE = "CONVMED_"
TEMPORAIRE = "temporaire"
BOUCLE = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Reglages:
    """What the server is told.

    `base` is a SQLAlchemy URL; `cle` the master key in base64url; `comptes` tells that visitors sign in; `hotes` the names
    under which it may be reached; `oidc_*` the OpenID Connect provider, if there is one; `https` that a proxy ends TLS.
    """

    base: str
    cle: str
    hote: str = "127.0.0.1"
    port: int = 8000
    comptes: bool = False
    hotes: tuple[str, ...] = ()
    https: bool = False
    proxies: str = ""
    oidc_emetteur: str = ""
    oidc_client: str = ""
    oidc_secret: str = ""
    oidc_nom: str = "mon organisation"

    def __repr__(self) -> str:
        return f"Reglages(hote={self.hote!r}, port={self.port}, comptes={self.comptes})"

    @property
    def cle_maitresse(self) -> Cle:
        """Return the master key."""
        return Cle.lire(self.cle)

    @property
    def hotes_admis(self) -> list[str]:
        """Return the host names that a request may ask for: a page elsewhere must not reach the desk under a name of its own."""
        return [*BOUCLE, "[::1]", *self.hotes, *([self.hote] if self.hote not in BOUCLE and not _partout(self.hote) else [])]

    def en_environnement(self) -> dict[str, str]:
        """Return the settings as environment variables: a worker is a process of its own."""
        return {PREFIXE + nom.upper(): _en_texte(valeur) for nom, valeur in asdict(self).items()}


def depuis_environnement(environnement: Mapping[str, str] = os.environ) -> Reglages:
    """Return the settings that `en_environnement` wrote."""
    lus: dict[str, Any] = {}
    for nom, defaut in {**dict.fromkeys(("base", "cle"), ""), **_defauts()}.items():
        if (texte := environnement.get(PREFIXE + nom.upper())) is not None:
            lus[nom] = _depuis_texte(texte, defaut)
    return Reglages(**lus)


def verifier(reglages: Reglages, comptes_existants: int) -> None:
    """Refuse what would show data to whoever comes: `Erreurs` with every reason."""
    fautes = []
    if not _en_boucle(reglages.hote):
        if not reglages.comptes:
            fautes.append(Faute("une adresse visible d'autres machines demande des comptes", champ="--hote", valeur=reglages.hote,
                                attendu="--comptes et une base, ou --hote 127.0.0.1"))  # fmt: skip
        if _partout(reglages.hote) and not reglages.hotes:
            fautes.append(Faute("le nom public du serveur manque", champ="--nom-public", attendu="le nom sous lequel on l'appelle, par exemple convmed.exemple.fr"))
    if reglages.comptes and not comptes_existants:
        fautes.append(Faute("la base ne contient aucun compte", champ="--comptes", attendu="convmed compte creer, d'abord"))
    if not 0 <= reglages.port <= 65535:
        fautes.append(Faute("valeur refusée", champ="--port", valeur=reglages.port, attendu="un port de 0 à 65535"))
    if any((reglages.oidc_emetteur, reglages.oidc_client, reglages.oidc_secret)):
        if not all((reglages.oidc_emetteur, reglages.oidc_client, reglages.oidc_secret)):
            fautes.append(Faute("OpenID Connect est à moitié réglé", attendu="--oidc-emetteur, --oidc-client et CONVMED_OIDC_SECRET"))
        if not reglages.comptes:
            fautes.append(Faute("OpenID Connect demande des comptes", champ="--oidc-emetteur", attendu="--comptes"))
    if fautes:
        raise Erreurs(fautes)


def _defauts() -> dict[str, Any]:
    return {nom: champ.default for nom, champ in Reglages.__dataclass_fields__.items() if nom not in ("base", "cle")}


def _en_texte(valeur: object) -> str:
    if isinstance(valeur, bool):
        return "1" if valeur else "0"
    return ",".join(valeur) if isinstance(valeur, tuple) else str(valeur)


def _depuis_texte(texte: str, defaut: object) -> object:
    if isinstance(defaut, bool):
        return texte == "1"
    if isinstance(defaut, int):
        return int(texte)
    return tuple(filter(None, texte.split(","))) if isinstance(defaut, tuple) else texte


def _en_boucle(hote: str) -> bool:
    if hote == "localhost":
        return True
    try:
        return ipaddress.ip_address(hote).is_loopback
    except ValueError:
        return False


def _partout(hote: str) -> bool:
    return hote in ("0.0.0.0", "::")
