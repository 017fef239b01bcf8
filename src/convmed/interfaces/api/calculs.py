"""The operations that compute: one dispositif (the contract to the letter), and several at once."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from convmed.dispositifs.contrat import CasRefuses, repondre, repondre_un_cas
from convmed.dispositifs.socle import tous
from convmed.interfaces.api.problemes import Probleme, en_erreurs, json_utf8, listables, une_erreur
from convmed.interfaces.console import lire_json
from convmed.textes import Erreurs

TAILLE_MAX = 8 * 1024 * 1024
CAS_MAX = 1_000
# Each value of a request may be refused with a message of its own: what is bounded is how many there are.
VALEURS_MAX = 200_000
# A calculation holds the interpreter: more of them at once would only slow one another down.
FILS = CapacityLimiter(4)

routeur = APIRouter()


@routeur.post("/dispositifs/{dispositif}/calcul", include_in_schema=False)
async def calculer(request: Request, dispositif: str) -> Response:
    """Answer the contract for one case or a list of cases."""
    if dispositif not in tous():
        raise inconnu(dispositif)
    return await dans_un_fil(partial(_calculer, dispositif), await lire_corps(request))


@routeur.post("/lot", include_in_schema=False)
async def calculer_un_lot(request: Request) -> Response:
    """Answer cases of several dispositifs, each on its own: a refused one does not refuse the others."""
    return await dans_un_fil(_calculer_un_lot, await lire_corps(request))


async def dans_un_fil(calcul: Callable[[bytes], bytes], octets: bytes) -> Response:
    """Compute beside the event loop, which goes on serving others."""
    return Response(await to_thread.run_sync(calcul, octets, limiter=FILS), media_type="application/json")


async def lire_corps(request: Request) -> bytes:
    """Return the body of a JSON request; `Probleme` for another format (415) or one that is too large (413)."""
    genre, *parametres = [morceau.strip().lower() for morceau in request.headers.get("content-type", "").split(";")]
    if genre != "application/json":
        raise Probleme(415, [une_erreur("format refusé", champ="Content-Type", attendu="application/json")], {"Accept": "application/json"})
    jeux = [parametre.partition("=")[2].strip('"') for parametre in parametres if parametre.startswith("charset=")]
    if any(jeu not in ("utf-8", "utf8") for jeu in jeux):
        raise Probleme(415, [une_erreur("jeu de caractères refusé", champ="Content-Type", attendu="du texte UTF-8")])
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise Probleme(415, [une_erreur("corps compressé refusé", champ="Content-Encoding", attendu="identity")], {"Accept-Encoding": "identity"})
    morceaux, taille = [], 0
    async for morceau in request.stream():
        taille += len(morceau)
        if taille > TAILLE_MAX:
            mega = TAILLE_MAX // 1024**2
            raise Probleme(413, [une_erreur("envoi trop grand", attendu=f"au plus {mega} Mo")], {"Connection": "close"})
        morceaux.append(morceau)
    return b"".join(morceaux)


def lire_demandes(octets: bytes) -> Any:
    """Return the JSON of a request, read as strictly as `convmed calculer` does; `Probleme` says where it is not JSON."""
    if octets.count(b",") + octets.count(b"[") + octets.count(b"{") > VALEURS_MAX:
        raise Probleme(413, [une_erreur("trop de valeurs dans un même envoi", attendu=f"au plus {VALEURS_MAX}")])
    try:
        return lire_json(octets)
    except RecursionError:
        lieu = "des objets imbriqués trop profondément"
    except json.JSONDecodeError as erreur:
        lieu = f"ligne {erreur.lineno}, colonne {erreur.colno}"
    except UnicodeDecodeError:
        lieu = "du texte UTF-8 est attendu"
    except ValueError as erreur:
        lieu = "un nombre de trop de chiffres" if "integer string" in str(erreur) else str(erreur)
    raise Probleme(422, [une_erreur(f"JSON illisible : {lieu}", attendu="un objet ou une liste JSON")])


def _calculer(dispositif: str, octets: bytes) -> bytes:
    demandes = lire_demandes(octets)
    if isinstance(demandes, list):
        _borner(demandes)
    try:
        return json_utf8(repondre(dispositif, demandes, scenarios=False))
    except CasRefuses as refus:
        raise Probleme(422, refus.erreurs) from None


def _calculer_un_lot(octets: bytes) -> bytes:
    demandes = lire_demandes(octets)
    if not isinstance(demandes, list):
        raise Probleme(422, [une_erreur("valeur refusée", attendu="une liste de cas {dispositif, annee, texte, entree}")])
    _borner(demandes)
    return json_utf8([_un_cas_du_lot(rang, demande) for rang, demande in enumerate(demandes)])


def _un_cas_du_lot(rang: int, demande: Any) -> dict[str, Any]:
    """Return the answer to a case of a batch, or its `erreurs`, under the `id` that it was given."""
    if not isinstance(demande, dict):
        return {"erreurs": [une_erreur("un cas est un objet JSON", cas=rang, attendu="{dispositif, annee, texte, entree}")]}
    nom, identifiant = demande.get("dispositif"), demande.get("id")
    rappel: dict[str, Any] = {}
    if "id" in demande:
        if not isinstance(identifiant, str) or len(identifiant) > 200:
            return {"erreurs": [une_erreur("valeur refusée", cas=rang, champ="id", attendu="une chaîne d'au plus 200 caractères")]}
        rappel["id"] = identifiant
    if not isinstance(nom, str) or nom not in tous():
        return {**rappel, "erreurs": listables([{**erreur, "cas": rang} for erreur in inconnu(nom).erreurs])}
    try:
        cas = {cle: valeur for cle, valeur in demande.items() if cle not in ("id", "dispositif")}
        return {**rappel, **repondre_un_cas(tous()[nom], cas, scenarios=False)}
    except Erreurs as refus:
        return {**rappel, "dispositif": nom, "erreurs": listables(en_erreurs(refus, rang))}


def inconnu(nom: object) -> Probleme:
    """Return the refusal of a dispositif that does not exist, with the nearest names."""
    try:
        repondre(nom[:100] if isinstance(nom, str) else "", {})
    except CasRefuses as refus:
        return Probleme(404, refus.erreurs)
    raise AssertionError("un dispositif sans nom répond")


def _borner(demandes: list[Any]) -> None:
    if len(demandes) > CAS_MAX:
        raise Probleme(422, [une_erreur(f"trop de cas : {len(demandes)}", attendu=f"au plus {CAS_MAX} cas par envoi")])
