"""« Procédures »: files of procedures that are kept, what follows and until when, and the questions beside them."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Request, UploadFile
from starlette.responses import HTMLResponse, RedirectResponse, Response

from convmed.base.coffre import Conflit, Interdit, Introuvable
from convmed.base.droits import Genre
from convmed.dispositifs.sanctions import procedures, trouver_procedure
from convmed.interfaces.web import gardees
from convmed.interfaces.web import procedures as vues
from convmed.interfaces.web.questions import QUESTIONS, repondre
from convmed.interfaces.web.rendu import rendre
from convmed.interfaces.web.visiteur import Connecte, Visiteur
from convmed.restitution.procedure import Etude, nouveau
from convmed.restitution.procedure_etape import EtapesManquantes, inscrire
from convmed.textes import EN_VIGUEUR, Erreurs, Faute
from convmed.textes.yaml_recu import TAILLE_MAX

routeur = APIRouter()
GENRE: Genre = "procedure"
PAR_PAGE = 50
MOTIFS = [("", "Non : l’avertissement est dû"), ("R. 147-11", "Oui : un grief de l’art. R. 147-11"),
          ("faits-graves-deja-sanctionnes", "Oui : faits graves déjà sanctionnés")]  # fmt: skip
Court = Annotated[str, Form(max_length=200)]
Long = Annotated[str, Form(max_length=4_000)]


@routeur.get("/procedures")
def liste(request: Request, visiteur: Connecte, page: int = 1) -> HTMLResponse:
    """List the procedures, the one whose day comes first on top."""
    return _liste(request, visiteur, page)


def _liste(request: Request, visiteur: Visiteur, page: int = 1, fautes: list[Faute] | None = None, saisie: dict[str, str] | None = None) -> HTMLResponse:
    toutes = visiteur.coffre.lister(visiteur.utilisateur, GENRE)
    pages = max(1, -(-len(toutes) // PAR_PAGE))
    debut = (min(max(page, 1), pages) - 1) * PAR_PAGE
    rangees = vues.rangees(visiteur, toutes[debut : debut + PAR_PAGE], gardees.lire_le_texte(), dt.date.today())
    rangees.sort(key=lambda une: (une.prochaine.date if une.prochaine and une.prochaine.date else dt.date.max))
    contexte = {
        "rangees": rangees, "total": len(toutes), "page": page, "pages": pages, "choix": vues.choix_des_procedures(), "motifs": MOTIFS,
        "fautes": fautes or [], "saisie": saisie or {}, "depose": gardees.peut_deposer(visiteur, GENRE), "quand": vues.quand,
        "restants": lambda date: vues.restants(date, dt.date.today()), "noms": {nom: une.libelle for nom, une in procedures().items()},
        "lien": lambda page: f"/procedures?page={page}",
    }  # fmt: skip
    return rendre(request, "procedures/liste.html", contexte, 422 if fautes else 200)


@routeur.post("/procedures/nouvelle")
def commencer(request: Request, visiteur: Connecte, procedure: Court = "", reference: Court = "", ouverte_le: Court = "", motif: Court = "") -> Response:
    """Begin a file."""
    saisie = {"procedure": procedure, "reference": reference, "ouverte_le": ouverte_le, "motif": motif}
    try:
        jour = gardees.lire_le_jour(ouverte_le, "ouverture")
        contenu = nouveau(_procedure(procedure), reference.strip() or None, motif or None, jour)
        _, etude = vues.lire_depot(contenu.encode(), gardees.lire_le_texte(), jour)
    except Erreurs as erreurs:
        return _liste(request, visiteur, fautes=erreurs.fautes, saisie=saisie)
    piece = visiteur.coffre.deposer(visiteur.utilisateur, GENRE, vues.titre_de(etude), contenu.encode())
    return RedirectResponse(f"/procedures/{piece.id}", 303)


@routeur.post("/procedures/depot")
def deposer(request: Request, visiteur: Connecte, fichier: UploadFile | None = None) -> Response:
    """Keep a file that was written elsewhere."""
    octets = fichier.file.read(TAILLE_MAX + 1) if fichier is not None else b""
    try:
        if not octets:
            raise Erreurs([Faute("aucun fichier choisi", attendu="un fichier .yaml de procédure")])
        contenu, etude = vues.lire_depot(octets, gardees.lire_le_texte(), dt.date.today())
    except Erreurs as erreurs:
        return _liste(request, visiteur, fautes=erreurs.fautes)
    piece = visiteur.coffre.deposer(visiteur.utilisateur, GENRE, vues.titre_de(etude), contenu.encode())
    return RedirectResponse(f"/procedures/{piece.id}", 303)


@routeur.get("/procedures/questions")
def questions(request: Request, visiteur: Connecte) -> HTMLResponse:
    """Ask what is incurred, what it suspends, who assists, how high a penalty may go."""
    posees = dict(request.query_params)
    nom = posees.pop("question", "sanction")
    question = QUESTIONS.get(nom)
    if question is None:
        raise HTTPException(404)
    reponse = repondre(question, posees) if posees else None
    contexte = {"questions": [(f"/procedures/questions?question={cle}", une.titre) for cle, une in QUESTIONS.items()], "nom": nom, "question": question,
                "saisie": posees, "reponse": reponse, "ici": f"/procedures/questions?question={nom}", "adresse": str(request.url.query)}  # fmt: skip
    return rendre(request, "procedures/questions.html", contexte)


@routeur.get("/procedures/schema/{nom}")
def schema(request: Request, visiteur: Connecte, nom: str) -> HTMLResponse:
    """Show a whole procedure: its states, and the steps that lead from one to another."""
    if nom not in procedures():
        raise HTTPException(404)
    trouvee = procedures()[nom]
    return rendre(request, "procedures/schema.html", {"procedure": trouvee, "noeuds": vues.chemin(trouvee)})


@routeur.get("/procedures/{id}")
def suivre(request: Request, visiteur: Connecte, id: str, au: str = "", version: int | None = None) -> HTMLResponse:
    """Show where a procedure stands."""
    return _suivre(request, visiteur, gardees.ouvrir(visiteur, GENRE, id, version), au)


def _suivre(
    request: Request, visiteur: Visiteur, gardee: gardees.Gardee, au: str = "", fautes: list[Faute] | None = None, saisie: dict[str, Any] | None = None,
    manquantes: bool = False, conflit: bool = False,
) -> HTMLResponse:  # fmt: skip
    etude = vues.etude_de(gardee, gardees.lire_le_texte(), gardees.lire_le_jour(au))
    contexte = {
        "gardee": gardee, "piece": gardee.piece, "etude": etude, "au": etude.au, "prochaine": vues.prochaine(etude), "etapes": vues.possibles(etude),
        "noeuds": vues.chemin(etude.procedure, etude), "fautes": fautes or [], "saisie": saisie or {}, "manquantes": manquantes, "conflit": conflit,
        "ecrit": gardee.piece.droit == "ecriture" and not gardee.ancienne, "ouvertes": [une for une in etude.suivi.echeances if une.ouverte],
        "closes": [une for une in etude.suivi.echeances if not une.ouverte],
        "telechargements": [(f"/procedures/{gardee.piece.id}/chronologie.pdf?au={etude.au}", "Chronologie (PDF)"),
                            (f"/procedures/{gardee.piece.id}/chronologie.html?au={etude.au}", "Chronologie (HTML)"),
                            (f"/procedures/{gardee.piece.id}/echeances.ics?au={etude.au}", "Échéances (.ics)"),
                            (f"/procedures/{gardee.piece.id}/dossier.yaml", "Le fichier (YAML)")],
        "texte": EN_VIGUEUR, **vues.affichage(etude),
    }  # fmt: skip
    return rendre(request, "procedures/procedure.html", contexte, 409 if conflit else 422 if fautes else 200)


@routeur.post("/procedures/{id}/etape")
def noter(
    request: Request, visiteur: Connecte, id: str, version_lue: Annotated[int, Form(ge=1)], etape: Court = "", date: Court = "", note: Long = "", incomplet: Court = "",
) -> Response:  # fmt: skip
    """Record a step, if the text allows it."""
    gardee = gardees.ouvrir(visiteur, GENRE, id)
    saisie = {"etape": etape, "date": date, "note": note}
    try:
        # What was decided on an older version is not judged against a newer one.
        gardees.exiger_la_derniere(gardee, version_lue)
        if not date:
            raise Erreurs([Faute("le jour de l’étape manque", champ="date", attendu="une date")])
        jour = gardees.lire_le_jour(date, "date")
        une = inscrire(gardee.contenu.decode(), vues.FICHIER, gardees.lire_le_texte(), etape, jour, note.strip() or None, bool(incomplet))
        visiteur.coffre.reviser(visiteur.utilisateur, id, une.contenu.encode(), version_lue=version_lue)
    except Conflit:
        return _suivre(request, visiteur, gardees.ouvrir(visiteur, GENRE, id), saisie=saisie, conflit=True)
    except EtapesManquantes as erreurs:
        return _suivre(request, visiteur, gardee, fautes=[_sans_fichier(f) for f in erreurs.fautes], saisie=saisie, manquantes=True)
    except (Introuvable, Interdit):
        raise
    except Erreurs as erreurs:
        return _suivre(request, visiteur, gardee, fautes=[_sans_fichier(f) for f in erreurs.fautes], saisie=saisie)
    return RedirectResponse(f"/procedures/{id}", 303)


@routeur.get("/procedures/{id}/corriger")
def corriger(request: Request, visiteur: Connecte, id: str) -> HTMLResponse:
    """Show the file itself, to be mended."""
    gardee = gardees.ouvrir(visiteur, GENRE, id)
    return rendre(request, "procedures/corriger.html", {"piece": gardee.piece, "contenu": gardee.contenu.decode(), "fautes": [], "conflit": False})


@routeur.post("/procedures/{id}/corriger")
def remplacer(
    request: Request, visiteur: Connecte, id: str, version_lue: Annotated[int, Form(ge=1)], contenu: Annotated[str, Form(max_length=TAILLE_MAX)] = ""
) -> Response:
    """Keep the file as it was mended."""
    gardee = gardees.ouvrir(visiteur, GENRE, id)
    fautes: list[Faute] = []
    conflit = False
    try:
        gardees.exiger_la_derniere(gardee, version_lue)
        lu, etude = vues.lire_depot(contenu.replace("\r\n", "\n").encode(), gardees.lire_le_texte(), dt.date.today())
        visiteur.coffre.reviser(visiteur.utilisateur, id, lu.encode(), titre=vues.titre_de(etude), version_lue=version_lue)
        return RedirectResponse(f"/procedures/{id}", 303)
    except Conflit:
        conflit = True
    except (Introuvable, Interdit):
        raise
    except Erreurs as erreurs:
        fautes = erreurs.fautes
    contexte = {"piece": gardee.piece, "contenu": contenu, "fautes": fautes, "conflit": conflit}
    return rendre(request, "procedures/corriger.html", contexte, 409 if conflit else 422)


@routeur.get("/procedures/{id}/chronologie.pdf")
def pdf(visiteur: Connecte, id: str, au: str = "") -> Response:
    """Give the chronology as PDF."""
    from convmed.restitution.documents.chronologie import chronologie_pdf

    gardee, etude = _etude(visiteur, id, au)
    return gardees.telecharger(visiteur, gardee.piece, chronologie_pdf(etude), "application/pdf", "chronologie.pdf")


@routeur.get("/procedures/{id}/chronologie.html")
def html(visiteur: Connecte, id: str, au: str = "") -> Response:
    """Give the chronology as a page that needs nothing else; it brings its own style, so it is a file."""
    from convmed.restitution.procedure_html import en_html

    gardee, etude = _etude(visiteur, id, au)
    return gardees.telecharger(visiteur, gardee.piece, en_html(etude), "text/html; charset=utf-8", "chronologie.html")


@routeur.get("/procedures/{id}/echeances.ics")
def ics(visiteur: Connecte, id: str, au: str = "") -> Response:
    """Give the open terms as an iCalendar file."""
    from convmed.restitution.procedure_ics import en_ics

    gardee, etude = _etude(visiteur, id, au)
    return gardees.telecharger(visiteur, gardee.piece, en_ics(etude), "text/calendar; charset=utf-8", "echeances.ics")


@routeur.get("/procedures/{id}/dossier.yaml")
def fichier(visiteur: Connecte, id: str) -> Response:
    """Give the file itself: the same as the command reads."""
    gardee = gardees.ouvrir(visiteur, GENRE, id)
    return gardees.telecharger(visiteur, gardee.piece, gardee.contenu, "application/yaml", "procedure.yaml")


gardees.brancher(routeur, GENRE, "/procedures", "Procédures")


def _etude(visiteur: Visiteur, id: str, au: str) -> tuple[gardees.Gardee, Etude]:
    gardee = gardees.ouvrir(visiteur, GENRE, id)
    return gardee, vues.etude_de(gardee, gardees.lire_le_texte(), gardees.lire_le_jour(au))


def _procedure(nom: str) -> str:
    try:
        return trouver_procedure(nom).nom
    except ValueError:
        raise Erreurs([Faute("procédure inconnue", champ="procedure", attendu="l’une de la liste")]) from None


def _sans_fichier(faute: Faute) -> Faute:
    """Leave out the name of a file that the visitor never saw."""
    return Faute(faute.message, champ=faute.champ, valeur=faute.valeur, attendu=faute.attendu)
