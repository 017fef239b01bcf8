"""What can be consulted: the dispositifs, the barème, the texts, the norms. Each answer bears an ETag of its content."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from convmed.dispositifs.contrat import SANS_CALCUL
from convmed.dispositifs.socle import tous
from convmed.donnees.modeles import date_iso
from convmed.interfaces.api import PREFIXE, modeles, schemas
from convmed.interfaces.api.banc import cas_de
from convmed.interfaces.api.calculs import inconnu
from convmed.interfaces.api.problemes import Probleme, en_erreurs, json_utf8
from convmed.textes import EN_VIGUEUR, Erreurs, Faute, Texte, baremes, trouver_texte
from convmed.textes.bareme import DEBUT_DES_TEMPS
from convmed.textes.textes import textes_connus

# The content is that of the version: a client asks again within the hour, and then learns at once that nothing changed.
FRAICHEUR = "max-age=3600"
routeur = APIRouter()


@routeur.get("/dispositifs", response_model=list[modeles.DispositifConnu], tags=["consultation"], operation_id="dispositifs",
             summary="Les dispositifs", description="Tous les dispositifs de la convention, par nom, avec l'adresse de leur calcul.")  # fmt: skip
def dispositifs(request: Request) -> Response:
    """List the dispositifs."""
    _sans_inconnu(request)
    return publier(request, _dispositifs())


@routeur.get("/dispositifs/{dispositif}", response_model=modeles.DispositifDetaille, tags=["consultation"], operation_id="dispositif",
             summary="Un dispositif", responses={404: modeles.PROBLEME},
             description="Le titre et la fiche d'un dispositif, le schéma JSON de ce qu'il lit, ses exemples et les dates de ses figures.")  # fmt: skip
def un_dispositif(request: Request, dispositif: str) -> Response:
    """Return all that makes a dispositif."""
    _sans_inconnu(request)
    if dispositif not in tous():
        raise inconnu(dispositif)
    return publier(request, _detail(dispositif))


@routeur.get("/bareme", response_model=list[modeles.FigureEnVigueur], tags=["consultation"], operation_id="bareme",
             summary="Le barème à une date", responses={422: modeles.PROBLEME},
             description="Les figures en vigueur à une date sous un texte, chacune avec son unité et sa référence ; « non publié » se dit.")  # fmt: skip
def bareme(
    request: Request,
    date: Annotated[str | None, Query(description="Date AAAA-MM-JJ ; par défaut aujourd'hui.", json_schema_extra={"format": "date"})] = None,
    texte: Annotated[str, Query(description="Le texte appliqué.", json_schema_extra={"enum": list(textes_connus())})] = EN_VIGUEUR,
    dispositif: Annotated[str | None, Query(description="Un seul dispositif.", json_schema_extra={"enum": list(tous())})] = None,
) -> Response:
    """Return the figures in force."""
    from convmed.textes.consultation import dispositifs_choisis, figures_en_vigueur

    fautes: list[Faute] = []
    jour = _essayer(fautes, "date", lambda: dt.date.today() if date is None else _jour(date))
    choisi = _essayer(fautes, "texte", lambda: trouver_texte(texte, scenarios=False))
    _essayer(fautes, "dispositif", lambda: dispositif is None or dispositifs_choisis([dispositif]))
    _sans_inconnu(request, "date", "texte", "dispositif", fautes=fautes)
    assert jour is not None and choisi is not None
    # Without a date the answer is that of the day: it cannot be kept until tomorrow.
    return publier(request, json_utf8(figures_en_vigueur(jour, choisi, dispositif)), FRAICHEUR if date else "no-cache")


@routeur.get("/textes", response_model=list[modeles.TexteConnu], tags=["consultation"], operation_id="textes",
             summary="Les textes", description="Les textes que le projet porte, et dans quel ordre chacun remplace les précédents.")  # fmt: skip
def textes(request: Request) -> Response:
    """List the texts."""
    _sans_inconnu(request)
    return publier(request, json_utf8([_texte(texte) for texte in textes_connus().values()]))


@routeur.get("/normes", response_model=list[modeles.NormeDuRegistre], tags=["consultation"], operation_id="normes",
             summary="Les normes", description="Chaque énoncé des textes sources, et s'il est tenu par un test. Dans l'ordre du registre.")  # fmt: skip
def normes(request: Request) -> Response:
    """List the norms of the ledger and their state."""
    _sans_inconnu(request)
    return publier(request, _normes())


def publier(request: Request, contenu: bytes, fraicheur: str = FRAICHEUR) -> Response:
    """Return JSON with an ETag of its content, or 304 to who has it already."""
    marque = f'"{hashlib.sha256(contenu).hexdigest()[:32]}"'
    en_tetes = {"ETag": marque, "Cache-Control": fraicheur}
    connues = {autre.strip().removeprefix("W/") for autre in request.headers.get("if-none-match", "").split(",")}
    if marque in connues or "*" in connues:
        return Response(status_code=304, headers=en_tetes)
    return Response(contenu, headers=en_tetes, media_type="application/json")


def _essayer(fautes: list[Faute], champ: str, lire: Callable[[], Any]) -> Any:
    try:
        return lire()
    except Erreurs as erreurs:
        fautes += [Faute(f.message, champ=champ, valeur=f.valeur, attendu=f.attendu) for f in erreurs.fautes]
        return None


def _jour(texte: str) -> dt.date:
    try:
        jour: dt.date = date_iso(texte)
    except ValueError:
        raise Erreurs([Faute("date illisible", champ="date", valeur=texte, attendu="AAAA-MM-JJ")]) from None
    return jour


def _sans_inconnu(request: Request, *connus: str, fautes: list[Faute] | None = None) -> None:
    """Refuse the parameters that are not known: one that was misspelt would be ignored in silence."""
    fautes = fautes or []
    inconnus = [nom for nom in request.query_params if nom not in connus]
    fautes += [Faute("paramètre inconnu", champ=nom, attendu="l'un de " + ", ".join(connus) if connus else "aucun") for nom in inconnus]
    if fautes:
        raise Probleme(422, en_erreurs(Erreurs(fautes)))


@cache
def _dispositifs() -> bytes:
    return json_utf8([_resume(nom) for nom in tous()])


def _resume(nom: str) -> dict[str, Any]:
    calculs = [c for choix in schemas.variantes(tous()[nom]).values() for c in choix if c != SANS_CALCUL]
    liens = {"detail": f"{PREFIXE}/dispositifs/{nom}", "calcul": f"{PREFIXE}/dispositifs/{nom}/calcul",
             "bareme": f"{PREFIXE}/bareme?dispositif={nom}"}  # fmt: skip
    return {"dispositif": nom, "titre": tous()[nom].titre, "calculs": calculs, "liens": liens}


@cache
def _detail(nom: str) -> bytes:
    titre, resume = schemas.titre_et_resume(nom)
    detail = {
        **_resume(nom),
        "titre_de_la_fiche": titre,
        "resume": resume,
        "fiche": schemas.fiche(nom),
        "schema": schemas.schema_de_la_demande(nom),
        "exemples": cas_de(nom),
        "dates": _dates(nom),
    }
    return json_utf8(detail)


def _dates(nom: str) -> list[dict[str, Any]]:
    """Return the days on which figures of a dispositif take a value, text by text, in the order of time."""
    jours: dict[tuple[str, str], list[str]] = {}
    for figure in baremes()[nom].values():
        for valeur in figure.valeurs:
            if valeur.du != DEBUT_DES_TEMPS:
                jours.setdefault((valeur.du.isoformat(), valeur.texte), []).append(figure.nom)
    return [{"du": du, "texte": texte, "figures": list(dict.fromkeys(figures))} for (du, texte), figures in sorted(jours.items())]


def _texte(texte: Texte) -> Mapping[str, Any]:
    return {"texte": texte.id, "libelle": texte.libelle, "horloge": texte.horloge, "chaine": list(texte.chaine), "reference": texte.reference}


@cache
def _normes() -> bytes:
    from convmed.normes import etats

    return json_utf8([etat.en_dict() for etat in etats()])
