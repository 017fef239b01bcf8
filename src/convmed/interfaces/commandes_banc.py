"""`convmed banc-d-essai`: the public conformance cases, and a runner that tests any program's answers against them."""

from __future__ import annotations

import errno
import http.client
import json
import socket
import ssl
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlsplit

import click

from convmed.interfaces.console import AideEnFrancais, CommandeEnFrancais, ecrire, en_json, lire_objet, progression
from convmed.interfaces.options import format_, sortie_
from convmed.textes import Erreurs, Faute, dit_en_francais

if TYPE_CHECKING:
    from convmed.interfaces.api.banc import Bilan

REPONSE_MAX = 16 * 1024 * 1024
MONTRES = 20
RESEAU = {
    errno.ECONNREFUSED: "connexion refusée",
    errno.ECONNRESET: "connexion coupée",
    errno.EHOSTUNREACH: "machine injoignable",
    errno.ENETUNREACH: "réseau injoignable",
}
dispositif_ = click.option("--dispositif", help="Un seul dispositif.")


@click.group(name="banc-d-essai", cls=AideEnFrancais)
def banc_d_essai() -> None:
    """Les cas publics de conformité, et leur vérification sur un autre programme."""


@banc_d_essai.command(cls=CommandeEnFrancais)
@dispositif_
@sortie_
def cas(dispositif: str | None, sortie: Path | None) -> None:
    """Écrit les cas en JSON : la demande, ce qui est attendu de la réponse, la source."""
    from convmed.interfaces.api.banc import banc

    ecrire(en_json(banc(dispositif)), sortie)


@banc_d_essai.command(cls=CommandeEnFrancais)
@click.option("--url", help="L'API d'un programme qui suit le contrat, par exemple http://127.0.0.1:8000/api/v1.")
@click.option("--reponses", metavar="FICHIER", help="Un fichier JSON de réponses : identifiant du cas → réponse, ou {\"erreurs\": [...]}.")
@dispositif_
@click.option("--delai", type=click.FloatRange(0.1, 600), default=10.0, show_default=True, help="Secondes laissées à chaque réponse (avec --url).")
@format_("texte", "json")
@sortie_
def verifier(
    url: str | None, reponses: str | None, dispositif: str | None, delai: float, presentation: str, sortie: Path | None
) -> None:
    """Compare les réponses d'un programme à celles du banc. Code 0 : toutes conformes ; 1 : des écarts."""
    from convmed.interfaces.api.banc import banc, bilans, juger

    if (url is None) == (reponses is None):
        raise Erreurs([Faute("il faut --url ou --reponses", attendu="l'un des deux")])
    cas_du_banc = banc(dispositif)["cas"]
    if url is not None:
        obtenues = _demander(url, cas_du_banc, delai)
    else:
        obtenues = _lire_les_reponses(str(reponses), cas_du_banc, dispositif is None)
    comptes = bilans((un_cas, [lu] if isinstance(lu, str) else juger(un_cas, *lu)) for un_cas, lu in obtenues)
    if presentation == "json":
        ecrire(en_json(_en_dict(comptes)), sortie)
    else:
        ecrire(_en_texte(comptes), sortie)
    if any(bilan.ecarts for bilan in comptes):
        click.get_current_context().exit(1)


Obtenue = tuple[Mapping[str, Any], tuple[int, Any] | str]


def _lire_les_reponses(fichier: str, cas_du_banc: list[dict[str, Any]], tous: bool) -> Iterator[Obtenue]:
    """Yield each case with the answer of a file, as if HTTP had brought it, or with what is wrong."""
    lues = lire_objet(fichier, "identifiant du cas → réponse")
    if tous and (inconnus := [cle for cle in lues if cle not in {un_cas["id"] for un_cas in cas_du_banc}]):
        raise Erreurs([Faute("cas inconnu du banc", fichier=fichier, champ=cle[:100], attendu="un identifiant de « banc-d-essai cas »")
                       for cle in inconnus[:MONTRES]])  # fmt: skip
    for un_cas in cas_du_banc:
        reponse = lues.get(un_cas["id"])
        if reponse is None:
            yield un_cas, "pas de réponse"
        else:
            yield un_cas, (422 if isinstance(reponse, dict) and "erreurs" in reponse else 200, reponse)


def _demander(url: str, cas_du_banc: list[dict[str, Any]], delai: float) -> Iterator[Obtenue]:
    """Yield each case with what an API answers; `Erreurs` if the address is none, or if nobody answers at all."""
    adresse = _adresse(url)
    genre = http.client.HTTPSConnection if adresse.scheme == "https" else http.client.HTTPConnection
    connexion = genre(adresse.hostname or "", adresse.port, timeout=delai)
    repondu = False
    with progression("Vérification", len(cas_du_banc)) as avancer:
        for un_cas in cas_du_banc:
            chemin = f"{adresse.path.rstrip('/')}/dispositifs/{un_cas['dispositif']}/calcul"
            try:
                lu: tuple[int, Any] | str = _poster(connexion, chemin, json.dumps(un_cas["demande"]).encode())
                repondu = True
            except TimeoutError:
                connexion.close()
                lu = f"pas de réponse en {delai:g} s"
            except (OSError, http.client.HTTPException) as erreur:
                connexion.close()
                lu = f"pas de réponse : {_cause(erreur)}"
            if not repondu:
                raise Erreurs([Faute(f"{adresse.hostname} ne répond pas : {lu}", champ="--url", attendu="une API en marche")])
            avancer(un_cas["dispositif"])
            yield un_cas, lu
    connexion.close()


def _adresse(url: str) -> SplitResult:
    attendu = "http://hôte:port/api/v1"
    try:
        adresse = urlsplit(url)
        correcte = adresse.scheme in ("http", "https") and adresse.hostname and not adresse.query and (adresse.port or 1)
        # http.client would write such an address into the request as it is.
        correcte = correcte and url.isascii() and url.isprintable() and " " not in url and "@" not in adresse.netloc
    except ValueError:
        correcte = False
    if not correcte:
        raise Erreurs([Faute("adresse refusée", champ="--url", attendu=attendu)])
    return adresse


def _poster(connexion: http.client.HTTPConnection, chemin: str, corps: bytes) -> tuple[int, Any] | str:
    en_tetes = {"Content-Type": "application/json", "Accept": "application/json, application/problem+json"}
    try:
        connexion.request("POST", chemin, corps, en_tetes)
        reponse = connexion.getresponse()
    except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
        # A server may close a connection between two requests: this is asked once more, on a new one.
        connexion.close()
        connexion.request("POST", chemin, corps, en_tetes)
        reponse = connexion.getresponse()
    octets = reponse.read(REPONSE_MAX + 1)
    if len(octets) > REPONSE_MAX:
        connexion.close()
        return f"réponse de plus de {REPONSE_MAX // 1024**2} Mo"
    try:
        return reponse.status, json.loads(octets)
    except (ValueError, RecursionError):
        return reponse.status, None


def _cause(erreur: Exception) -> str:
    if isinstance(erreur, socket.gaierror):
        return "ce nom n'est celui d'aucune machine connue"
    if isinstance(erreur, ssl.SSLError):
        return "la connexion chiffrée échoue"
    if isinstance(erreur, OSError):
        return RESEAU.get(erreur.errno or 0) or dit_en_francais(erreur)
    return "ce n'est pas du HTTP"


def _en_dict(comptes: list[Bilan]) -> dict[str, Any]:
    from convmed.interfaces.api.banc import REGLES

    return {
        "cas": sum(bilan.cas for bilan in comptes),
        "conformes": sum(bilan.conformes for bilan in comptes),
        "regles": list(REGLES),
        "par_dispositif": [bilan.en_dict() for bilan in comptes],
    }


def _en_texte(comptes: list[Bilan]) -> str:
    from convmed.donnees.fautes import nombre

    largeur = max((len(bilan.dispositif) for bilan in comptes), default=0)
    lignes = [f"{bilan.dispositif:<{largeur}}  {bilan.conformes:>4} / {bilan.cas:<4} " + ("" if bilan.ecarts else "conforme") for bilan in comptes]
    ecarts = [(identifiant, lieux) for bilan in comptes for identifiant, lieux in bilan.ecarts.items()]
    for identifiant, lieux in ecarts[:MONTRES]:
        lignes += ["", identifiant, *(f"  {lieu}" for lieu in lieux[:MONTRES])]
    if reste := len(ecarts) - MONTRES:
        lignes += ["", f"et {nombre(reste, 'autre cas', 'autres cas')} : voir --format json"] if reste > 0 else []
    total = sum(bilan.cas for bilan in comptes)
    lignes += ["", f"{nombre(total, 'cas', 'cas')}, {nombre(total - len(ecarts), 'conforme', 'conformes')}, {nombre(len(ecarts), 'écart', 'écarts')}"]
    return "\n".join(ligne.rstrip() for ligne in lignes) + "\n"
