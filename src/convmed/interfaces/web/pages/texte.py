"""« Le texte »: each dispositif in plain words, its rules, figures, examples and norms; the texts, the calendar, the search."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode

from fastapi import APIRouter, Form, HTTPException, Query, Request
from starlette.background import BackgroundTask
from starlette.responses import HTMLResponse

from convmed.dispositifs.socle import tous
from convmed.donnees.entites import REGISTRE
from convmed.interfaces.api.banc import cas_de
from convmed.interfaces.web import texte_contenu as contenu
from convmed.interfaces.web.recherche import sans_accents
from convmed.interfaces.web.rendu import dit, en_fragment, rendre
from convmed.interfaces.web.texte_escalier import escalier
from convmed.interfaces.web.texte_exemples import ecrire, jouer, jouer_tous
from convmed.interfaces.web.texte_index import GENRES, index
from convmed.interfaces.web.visiteur import Connecte
from convmed.textes import EN_VIGUEUR, Texte, baremes, trouver_texte
from convmed.textes.textes import textes_connus

routeur = APIRouter(prefix="/texte")
T = TypeVar("T")
PAR_PAGE = 40
QUESTION_AU_PLUS = 200
# The days between which the law of a figure may be asked: those of the exercises that the contract knows.
PREMIER, DERNIER = dt.date(2010, 1, 1), dt.date(2040, 12, 31)
Rang = Annotated[int, Query(ge=1, le=1_000)]
Jour = Annotated[str, Query(max_length=10)]
Nom = Annotated[str, Query(max_length=60)]


@routeur.get("")
def sommaire(request: Request, visiteur: Connecte) -> HTMLResponse:
    """List the dispositifs."""
    dispositifs = [
        {"nom": nom, "titre": contenu.titre(nom), "dit": _debut(nom), "regles": len(_noms_des_regles(nom)), "chiffres": len(baremes()[nom]),
         "exemples": len(cas_de(nom))}
        for nom, un in sorted(tous().items(), key=lambda paire: sans_accents(paire[1].titre))
    ]  # fmt: skip
    reponse = rendre(request, "texte/sommaire.html", {"dispositifs": dispositifs, "q": ""})
    # Whoever comes here will search: the index is made while they read.
    reponse.background = BackgroundTask(index)
    return reponse


@routeur.get("/textes")
def textes(request: Request, visiteur: Connecte) -> HTMLResponse:
    """List the texts, in the order in which they replace one another."""
    combien = {nom: sum(1 for fs in baremes().values() for f in fs.values() for v in f.valeurs if v.texte == nom) for nom in textes_connus()}
    return rendre(request, "texte/textes.html", {"textes": list(textes_connus().values()), "combien": combien, "horloges": HORLOGES})


HORLOGES = {"signe": "signé", "applique": "tel qu’il est appliqué", "propose": "proposé, jamais signé"}


@routeur.get("/recherche")
def recherche(request: Request, visiteur: Connecte, q: str = "", genre: Nom = "", page: Rang = 1) -> HTMLResponse:
    """Search all that is published here."""
    question = q[:QUESTION_AU_PLUS].strip()
    trouves = index().chercher(question)
    combien = {un: sum(1 for trouve in trouves if trouve.document.genre == un) for un in GENRES}
    gardes = [trouve for trouve in trouves if genre in ("", trouve.document.genre)]
    montres, pages = _paginer(gardes, page)
    contexte = {
        "q": question, "genre": genre, "page": page, "pages": pages, "total": len(gardes), "tout": len(trouves), "combien": combien,
        "trouves": montres, "proches": index().proches(question) if question and not trouves else [],
        "lien": lambda **autres: "/texte/recherche?" + urlencode({"q": question, "genre": genre, "page": 1} | autres),
    }  # fmt: skip
    return rendre(request, "texte/_resultats.html" if en_fragment(request) else "texte/recherche.html", contexte)


@routeur.get("/norme/{id}")
def norme(request: Request, visiteur: Connecte, id: str) -> HTMLResponse:
    """Show one norm of the ledger: what it says, whether it is held, by what."""
    une = contenu.normes().get(id)
    if une is None:
        raise HTTPException(404)
    suite = contenu.normes().get(f"{une.norme.repond_par}")
    return rendre(request, "texte/norme.html", {"une": une, "noms": list(contenu.noms_en_liens(une)), "suite": suite, **_mots(une.dispositif)})


@routeur.get("/{dispositif}")
def fiche(request: Request, visiteur: Connecte, dispositif: str) -> HTMLResponse:
    """Show the sheet of a dispositif."""
    mots = _mots(_connu(dispositif))
    return rendre(request, "texte/fiche.html", {"sections": contenu.fiche(dispositif), **mots})


@routeur.get("/{dispositif}/regles")
def regles(request: Request, visiteur: Connecte, dispositif: str, date: Jour = "", texte: Nom = EN_VIGUEUR) -> HTMLResponse:
    """Show the rules of a dispositif as decision tables, with the figures of a text at a date."""
    mots, jour, choisi = _mots(_connu(dispositif)), _jour(date), _texte(texte)
    liste = contenu.regles(dispositif, choisi.id, jour)
    return rendre(request, "texte/regles.html", {"regles": liste, "jour": jour, "choisi": choisi, **_choix(), **mots})


@routeur.get("/{dispositif}/regles/{nom}")
def regle(request: Request, visiteur: Connecte, dispositif: str, nom: str, date: Jour = "", texte: Nom = EN_VIGUEUR) -> HTMLResponse:
    """Show one rule: its versions, what it reads, what reads it, its norms."""
    mots, jour, choisi = _mots(_connu(dispositif)), _jour(date), _texte(texte)
    if nom not in _noms_des_regles(dispositif):
        raise HTTPException(404)
    une = contenu.regle(nom, choisi.id, jour)
    etats = [contenu.normes()[norme] for norme in une.normes if norme in contenu.normes()]
    return rendre(request, "texte/regle.html", {"une": une, "liens": contenu.liens(nom), "normes": etats, "jour": jour, "choisi": choisi, **_choix(), **mots})


@routeur.get("/{dispositif}/chiffres")
def chiffres(request: Request, visiteur: Connecte, dispositif: str, q: str = "", page: Rang = 1) -> HTMLResponse:
    """Show the figures of a dispositif through time."""
    mots, motifs = _mots(_connu(dispositif)), sans_accents(q[:QUESTION_AU_PLUS]).split()
    gardees = [f for f in baremes()[dispositif].values() if all(m in sans_accents(f"{f.libelle} {f.nom} {f.article}") for m in motifs)]
    montrees, pages = _paginer(gardees, page)
    contexte = {"figures": montrees, "total": len(gardees), "page": page, "pages": pages, "q": q[:QUESTION_AU_PLUS],
                "lien": lambda **autres: f"/texte/{dispositif}/chiffres?" + urlencode({"q": q, "page": 1} | autres)}  # fmt: skip
    return rendre(request, "texte/chiffres.html", {**contexte, **mots})


@routeur.get("/{dispositif}/chiffres/{nom}")
def chiffre(request: Request, visiteur: Connecte, dispositif: str, nom: str) -> HTMLResponse:
    """Show one figure: all its values by text and date, as a table and as a line."""
    mots = _mots(_connu(dispositif))
    figure = baremes()[dispositif].get(nom)
    if figure is None:
        raise HTTPException(404)
    contexte = {
        "figure": figure, "escalier": escalier(figure), "lue_par": contenu.lecteurs(f"{dispositif}.{nom}"),
        "aujourdhui_vaut": contenu.en_vigueur(figure, textes_connus()[EN_VIGUEUR], dt.date.today()),
        "normes": [contenu.normes()[norme] for norme in figure.normes if norme in contenu.normes()],
    }  # fmt: skip
    return rendre(request, "texte/chiffre.html", {**contexte, **mots})


@routeur.get("/{dispositif}/exemples")
def exemples(request: Request, visiteur: Connecte, dispositif: str, page: Rang = 1) -> HTMLResponse:
    """List the examples of a dispositif."""
    mots = _mots(_connu(dispositif))
    montres, pages = _paginer(list(enumerate(cas_de(dispositif), start=1)), page)
    lien = lambda **autres: f"/texte/{dispositif}/exemples?" + urlencode(autres)  # noqa: E731
    return rendre(request, "texte/exemples.html", {"cas": montres, "total": len(cas_de(dispositif)), "page": page, "pages": pages, "joues": None, "lien": lien, **mots})


@routeur.post("/{dispositif}/exemples")
def tout_jouer(request: Request, visiteur: Connecte, dispositif: str) -> HTMLResponse:
    """Run every example of a dispositif."""
    mots = _mots(_connu(dispositif))
    joues = jouer_tous(dispositif)
    gabarit = "texte/_joues.html" if en_fragment(request) else "texte/exemples.html"
    return rendre(request, gabarit, {"joues": joues, "cas": [], "total": len(joues), "page": 1, "pages": 1, "lien": None, **mots})


@routeur.get("/{dispositif}/exemples/{rang}")
def exemple(request: Request, visiteur: Connecte, dispositif: str, rang: int) -> HTMLResponse:
    """Show one example, to be run or changed."""
    cas = _exemple(dispositif, rang)
    return rendre(request, "texte/exemple.html", {**_de_l_exemple(cas, rang), "saisie": ecrire(cas["demande"]), "joue": None})


@routeur.post("/{dispositif}/exemples/{rang}")
def jouer_un(request: Request, visiteur: Connecte, dispositif: str, rang: int, cas: Annotated[str, Form()] = "") -> HTMLResponse:
    """Run one example, or what the visitor made of it."""
    un = _exemple(dispositif, rang)
    joue = jouer(un, cas.replace("\r\n", "\n"))
    gabarit = "texte/_joue.html" if en_fragment(request) else "texte/exemple.html"
    return rendre(request, gabarit, {**_de_l_exemple(un, rang), "saisie": joue.saisie, "joue": joue})


@routeur.get("/{dispositif}/normes")
def normes(request: Request, visiteur: Connecte, dispositif: str, etat: Nom = "", page: Rang = 1) -> HTMLResponse:
    """List the norms of a dispositif, with their state."""
    mots = _mots(_connu(dispositif))
    toutes = contenu.normes_de(dispositif)
    combien = {un: sum(1 for norme in toutes if norme.etat == un) for un in contenu.ETATS_DES_NORMES}
    gardees = [une for une in toutes if etat in ("", une.etat)]
    montrees, pages = _paginer(gardees, page)
    contexte = {"normes": montrees, "total": len(gardees), "tout": len(toutes), "combien": combien, "etat": etat, "page": page, "pages": pages,
                "lien": lambda **autres: f"/texte/{dispositif}/normes?" + urlencode({"etat": etat, "page": 1} | autres)}  # fmt: skip
    return rendre(request, "texte/normes.html", {**contexte, **mots})


def _connu(dispositif: str) -> str:
    if dispositif not in tous():
        raise HTTPException(404)
    return dispositif


def _mots(dispositif: str) -> dict[str, Any]:
    """Return what every page of a dispositif shows: its name, its tabs, and how things are said."""
    ici = f"/texte/{dispositif}"
    onglets = [(ici, "En clair"), (f"{ici}/chiffres", f"Chiffres ({len(baremes().get(dispositif, {}))})"), (f"{ici}/normes", f"Normes ({len(contenu.normes_de(dispositif))})")]
    if dispositif in tous():
        onglets.insert(2, (f"{ici}/exemples", f"Exemples ({len(cas_de(dispositif))})"))
        if siennes := _noms_des_regles(dispositif):
            onglets.insert(1, (f"{ici}/regles", f"Règles ({len(siennes)})"))
    return {
        "dispositif": dispositif, "titre": contenu.titre(dispositif) if dispositif in tous() else dispositif, "onglets": onglets, "contenu": contenu,
    }  # fmt: skip


def _noms_des_regles(dispositif: str) -> list[str]:
    return [nom for nom, versions in REGISTRE.regles.items() if versions[0].dispositif == dispositif]


def _debut(dispositif: str) -> str:
    """Return the first sentence of a sheet."""
    texte = dit(contenu.fiche(dispositif)[0].texte or contenu.fiche(dispositif)[1].texte)
    phrase = re.split(r"(?<!\bart)(?<!annexe)\. ", texte, maxsplit=1)[0].rstrip(".")
    return phrase + "." if len(phrase) <= 200 else phrase[:200].rpartition(" ")[0] + " …"


def _choix() -> dict[str, Any]:
    return {"textes": [(nom, un.libelle) for nom, un in textes_connus().items()]}


def _jour(date: str) -> dt.date:
    try:
        return min(max(dt.date.fromisoformat(date), PREMIER), DERNIER) if date else dt.date.today()
    except ValueError:
        return dt.date.today()


def _texte(nom: str) -> Texte:
    return trouver_texte(nom, scenarios=False)


def _exemple(dispositif: str, rang: int) -> dict[str, Any]:
    connus = cas_de(_connu(dispositif))
    if not 1 <= rang <= len(connus):
        raise HTTPException(404)
    return connus[rang - 1]


def _de_l_exemple(cas: dict[str, Any], rang: int) -> dict[str, Any]:
    normes = [contenu.normes()[norme] for norme in cas["normes"] if norme in contenu.normes()]
    return {"un": cas, "rang": rang, "rangs": len(cas_de(cas["dispositif"])), "normes": normes, **_mots(cas["dispositif"])}


def _paginer(liste: Sequence[T], page: int) -> tuple[Sequence[T], int]:
    pages = max(1, -(-len(liste) // PAR_PAGE))
    debut = (min(page, pages) - 1) * PAR_PAGE
    return liste[debut : debut + PAR_PAGE], pages
