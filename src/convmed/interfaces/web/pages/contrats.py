"""« Mes contrats »: contracts for an assistant and OPTAM, kept or found in the dossiers: where they stand, what is paid, what comes next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, RedirectResponse, Response

from convmed.base.coffre import Conflit, Interdit, Introuvable
from convmed.base.droits import Genre
from convmed.interfaces.web import contrats as vues
from convmed.interfaces.web import gardees
from convmed.interfaces.web.dossiers import ouvrir as ouvrir_dossier
from convmed.interfaces.web.rendu import rendre
from convmed.interfaces.web.visiteur import Connecte, Visiteur
from convmed.restitution.affichage_optam import DU_NIVEAU, ORIGINES, RISQUES
from convmed.restitution.contrats import ASSISTANTS, OPTAM, ContratSuivi, Suivi, objectifs_et_constats, simuler, suivre
from convmed.restitution.echeancier_contrats import suivi_en_ics, versements
from convmed.textes import EN_VIGUEUR, Erreurs, Faute, Texte

routeur = APIRouter()
GENRE: Genre = "contrat"
PAR_PAGE = 50
# The other contracts of a dossier, whose amounts are lines of its statement.
DES_LIGNES = {"contrats_demographiques": "contrats-demographiques", "consultations_avancees": "consultations-avancees"}
SORTES = {"assistant": ("Assistant médical", vues.SIGNATURE), "optam": ("OPTAM", vues.SITUATION)}


async def recevoir(request: Request) -> dict[str, str]:
    """Return the fields of the form that was sent."""
    envoye: FormData = await request.form()
    return {nom: valeur for nom, valeur in envoye.items() if isinstance(valeur, str)}


Recu = Annotated[dict[str, str], Depends(recevoir)]


@routeur.get("/contrats")
def liste(request: Request, visiteur: Connecte, page: int = 1) -> HTMLResponse:
    """List the kept contracts, and those of the dossiers."""
    texte, au = gardees.lire_le_texte(), dt.date.today()
    toutes = visiteur.coffre.lister(visiteur.utilisateur, GENRE)
    pages = max(1, -(-len(toutes) // PAR_PAGE))
    debut = (min(max(page, 1), pages) - 1) * PAR_PAGE
    rangees = vues.rangees(visiteur, toutes[debut : debut + PAR_PAGE], texte, au)
    dossiers = [un for piece in visiteur.coffre.lister(visiteur.utilisateur, "dossier")[:PAR_PAGE] if (un := _du_dossier(visiteur, piece.id, texte, au))]
    contexte = {"rangees": rangees, "total": len(toutes), "page": page, "pages": pages, "lien": lambda page: f"/contrats?page={page}",
                "dossiers": dossiers, "depose": gardees.peut_deposer(visiteur, GENRE)}  # fmt: skip
    return rendre(request, "contrats/liste.html", contexte)


def _du_dossier(visiteur: Visiteur, piece: str, texte: Texte, au: dt.date) -> dict[str, Any] | None:
    """Return the contracts of a dossier as rows; nothing if it has none."""
    ouvert = ouvrir_dossier(visiteur, piece)
    cabinet, adresse = ouvert.dossier.cabinet, f"/contrats/dossier/{piece}"
    rangees: list[vues.Rangee] = []
    if any(cabinet.get(nom) for nom in (ASSISTANTS, OPTAM)):
        try:
            suivi = suivre(cabinet, texte, au)
            rangees += [vues.rangee_assistant(un, adresse) for un in suivi.assistants]
            rangees += [vues.Rangee("OPTAM", adresse, "engagements tenus" if un["respecte"] else "écart aux engagements") for un in suivi.optam]
        except Erreurs as erreurs:
            rangees.append(vues.Rangee("Contrats", adresse, "à corriger", fautes=tuple(str(f) for f in erreurs.fautes[:3])))
    rangees += [vues.Rangee(nom.replace("_", " ").capitalize(), adresse, "au relevé") for nom in DES_LIGNES if cabinet.get(nom)]
    return {"piece": ouvert.piece, "rangees": rangees} if rangees else None


@routeur.get("/contrats/nouveau/{sorte}")
def nouveau(request: Request, visiteur: Connecte, sorte: str) -> HTMLResponse:
    """Show the form of a new contract."""
    return _formulaire(request, sorte, {})


def _formulaire(request: Request, sorte: str, saisie: Mapping[str, str], fautes: list[Faute] | None = None, piece: Any = None, conflit: bool = False) -> HTMLResponse:
    if sorte not in SORTES:
        raise HTTPException(404)
    nom, champs = SORTES[sorte]
    contexte = {"sorte": sorte, "nom": nom, "champs": champs, "saisie": saisie, "fautes": fautes or [], "piece": piece, "conflit": conflit}
    return rendre(request, "contrats/formulaire.html", contexte, 409 if conflit else 422 if fautes else 200)


@routeur.post("/contrats/nouveau/{sorte}")
def creer(request: Request, visiteur: Connecte, sorte: str, recu: Recu) -> Response:
    """Keep a new contract, or show the form again with its faults and what was typed."""
    if sorte not in SORTES:
        raise HTTPException(404)
    try:
        contenu = _contenu(sorte, recu)
    except Erreurs as erreurs:
        return _formulaire(request, sorte, recu, vues.nommer(erreurs.fautes, SORTES[sorte][1]))
    piece = visiteur.coffre.deposer(visiteur.utilisateur, GENRE, vues.titre_de(contenu), vues.en_octets(contenu))
    return RedirectResponse(f"/contrats/{piece.id}", 303)


def _contenu(sorte: str, recu: Mapping[str, str], ancien: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return a contract from its form; `Erreurs` if the rules refuse it."""
    if sorte == "optam":
        return _verifie({OPTAM: vues.nouvelle_situation(recu, (ancien or {}).get(OPTAM))})
    return _verifie(vues.nouveau_contrat(recu, ancien))


def _verifie(contenu: dict[str, Any]) -> dict[str, Any]:
    """Return a contract that the rules accept today; `Erreurs` otherwise."""
    texte, au = gardees.lire_le_texte(), dt.date.today()
    if vues.est_un_optam(contenu):
        releves = [str(un.get("au", "")) for un in contenu[OPTAM].get("releves", [])]
        for annee in {au.year, *(int(jour[:4]) for jour in releves if jour[:4].isdigit())}:
            vues.etude_de(contenu[OPTAM], texte, annee)
    else:
        vues.suivi_de(contenu, texte, au)
    return contenu


@routeur.get("/contrats/dossier/{piece}")
def du_dossier(request: Request, visiteur: Connecte, piece: str, au: str = "") -> HTMLResponse:
    """Show the contracts of a dossier."""
    texte, jour = gardees.lire_le_texte(), gardees.lire_le_jour(au)
    ouvert = ouvrir_dossier(visiteur, piece)
    cabinet = ouvert.dossier.cabinet
    suivi = suivre(cabinet, texte, jour) if any(cabinet.get(nom) for nom in (ASSISTANTS, OPTAM)) else Suivi(jour, texte.id, [], [])
    lignes = []
    if voulus := {DES_LIGNES[nom] for nom in DES_LIGNES if cabinet.get(nom)}:
        lignes = [une for une in ouvert.releve(jour.year, texte).lignes if une.dispositif in voulus]
    if not suivi.assistants and not suivi.optam and not lignes:
        raise HTTPException(404)
    ici = f"/contrats/dossier/{piece}"
    contexte = {"piece": ouvert.piece, "lignes": lignes, "optams": suivi.optam, "telechargements": _fichiers(ici, suivi), "ici": ici,
                **_assistants(cabinet, suivi, texte), **_mots()}  # fmt: skip
    return rendre(request, "contrats/dossier.html", contexte)


@routeur.get("/contrats/dossier/{piece}/{fichier}")
def fichier_du_dossier(visiteur: Connecte, piece: str, fichier: str, au: str = "") -> Response:
    """Give a file made from the contracts of a dossier."""
    ouvert = ouvrir_dossier(visiteur, piece)
    suivi = suivre(ouvert.dossier.cabinet, gardees.lire_le_texte(), gardees.lire_le_jour(au))
    return _fichier(visiteur, ouvert.piece, suivi, fichier)


@routeur.get("/contrats/{id}")
def contrat(request: Request, visiteur: Connecte, id: str, au: str = "", version: int | None = None, choix: str = "") -> HTMLResponse:
    """Show where a contract stands."""
    return _contrat(request, visiteur, gardees.ouvrir(visiteur, GENRE, id, version), au, choix)


def _contrat(
    request: Request, visiteur: Visiteur, gardee: gardees.Gardee, au: str = "", choix: str = "", fautes: list[Faute] | None = None,
    saisie: Mapping[str, str] | None = None, conflit: bool = False,
) -> HTMLResponse:  # fmt: skip
    texte, jour, contenu = gardees.lire_le_texte(), gardees.lire_le_jour(au), vues.depuis(gardee)
    statut = 409 if conflit else 422 if fautes else 200
    ici = f"/contrats/{gardee.piece.id}"
    commun = {
        "piece": gardee.piece, "gardee": gardee, "ecrit": gardee.piece.droit == "ecriture" and not gardee.ancienne, "ici": ici, "fautes": fautes or [],
        "saisie": saisie or {}, "conflit": conflit, "au": jour, "texte": EN_VIGUEUR, **_mots(),
    }  # fmt: skip
    if vues.est_un_optam(contenu):
        if choix and choix not in dict(vues.CHOIX):
            raise HTTPException(404)
        garde = contenu[OPTAM].get("choix", "rester")
        onglets = [(f"{ici}?au={jour}&choix={cle}", mot) for cle, mot in vues.CHOIX]
        try:
            etude, manques = vues.etude_de(contenu[OPTAM], texte, jour.year, choix), []
        except Erreurs as erreurs:
            etude, manques = None, vues.nommer(erreurs.fautes, (*vues.SITUATION, *vues.RELEVE))
        return rendre(request, "contrats/optam.html" if etude else "contrats/incomplet.html", {
            **commun, "etude": etude, "manques": manques, "choisi": choix or garde, "onglets": onglets, "ici_choix": f"{ici}?au={jour}&choix={choix or garde}",
            "champs": vues.RELEVE, "telechargements": [(f"{ici}/situation.json", "La situation (JSON)")],
        }, statut)  # fmt: skip
    suivi = vues.suivi_de(contenu, texte, jour)
    contexte = {**commun, **_assistants(contenu, suivi, texte), "telechargements": _fichiers(ici, suivi), "faits": vues.FAITS,
                "optams": [], "annee_a_constater": _a_constater(suivi.assistants[0])}  # fmt: skip
    return rendre(request, "contrats/assistant.html", contexte, statut)


def _a_constater(suivi: ContratSuivi) -> int:
    """Return the year whose count is expected: the last one that closed, or the next that was not counted."""
    comptees = {une.annee_contrat for une in suivi.contrat.observations}
    close = max((suivi.vie["annee_contrat"] or 1) - 1, 1)
    return next(rang for rang in range(close, 100) if rang not in comptees)


def _assistants(cabinet: Mapping[str, Any], suivi: Suivi, texte: Texte) -> dict[str, Any]:
    return {
        "suivi": suivi, "au": suivi.au, "texte": suivi.texte, "versements": versements(suivi),
        "contrats": [{"un": un, "dit": un.en_dict(), "distances": vues.distances(un), "enjeux": vues.enjeux(cabinet, un, texte)} for un in suivi.assistants],
    }  # fmt: skip


def _mots() -> dict[str, Any]:
    return {"STATUTS": vues.STATUTS, "RISQUES": RISQUES, "ORIGINES": ORIGINES, "DU_NIVEAU": DU_NIVEAU, "pour_cent": _pour_cent, "points": _points}


def _pour_cent(taux: float | None) -> str:
    return "—" if taux is None else f"{round(100 * taux, 2):g}".replace(".", ",") + "\N{NO-BREAK SPACE}%"


def _points(valeur: float | None) -> str:
    return "—" if valeur is None else f"{round(valeur, 2):g}".replace(".", ",").replace("-", "\N{MINUS SIGN}")


def _fichiers(ici: str, suivi: Suivi) -> list[tuple[str, str]]:
    agenda = [(f"{ici}/contrat.ics?au={suivi.au}", "Calendrier (.ics)")] if suivi.assistants else []
    return [(f"{ici}/chronologie.pdf?au={suivi.au}", "Chronologie (PDF)"), *agenda]


def _fichier(visiteur: Visiteur, piece: Any, suivi: Suivi, nom: str) -> Response:
    if nom == "chronologie.pdf":
        from convmed.restitution.documents.chronologie import chronologie_pdf

        return gardees.telecharger(visiteur, piece, chronologie_pdf(suivi), "application/pdf", nom)
    if nom == "contrat.ics" and suivi.assistants:
        return gardees.telecharger(visiteur, piece, suivi_en_ics(suivi), "text/calendar; charset=utf-8", nom)
    if nom == "objectifs.svg" and (rangees := objectifs_et_constats(suivi)):
        import polars as pl

        from convmed.restitution.graphiques.contrats import objectif_et_constat

        image = objectif_et_constat(pl.DataFrame(rangees, infer_schema_length=None), f"Objectif et constat, au {suivi.au:%d/%m/%Y}", "svg")
        return Response(image, media_type="image/svg+xml")
    raise HTTPException(404)


@routeur.get("/contrats/{id}/options")
def options(request: Request, visiteur: Connecte, id: str, au: str = "", classe: Annotated[str, "p30-p90, p90-p94, p95+"] = "") -> HTMLResponse:
    """Show what each option would pay, year by year."""
    gardee = gardees.ouvrir(visiteur, GENRE, id)
    contenu = vues.depuis(gardee)
    if vues.est_un_optam(contenu):
        raise HTTPException(404)
    jour = gardees.lire_le_jour(au)
    simulation = simuler(contenu, gardees.lire_le_texte(), jour, 0, classe if classe in dict(vues.CLASSES) else None)
    par_case = {(une["annee_contrat"], une["option_etp"]): une for une in simulation.annees}
    rangs = sorted({une["annee_contrat"] for une in simulation.annees})
    contexte = {"piece": gardee.piece, "simulation": simulation, "par_case": par_case, "rangs": rangs, "au": jour, "texte": EN_VIGUEUR,
                "classes": [("", "Celle du contrat"), *vues.CLASSES], "classe": classe, "ETP": dict(vues.ETP)}  # fmt: skip
    return rendre(request, "contrats/options.html", contexte)


@routeur.post("/contrats/{id}/fait")
def noter(request: Request, visiteur: Connecte, id: str, recu: Recu, version_lue: Annotated[int, Form(ge=1)]) -> Response:
    """Write what happened to a contract as a new version."""
    gardee = gardees.ouvrir(visiteur, GENRE, id)
    contenu = vues.depuis(gardee)
    quoi = recu.get("quoi", "")
    optam = vues.est_un_optam(contenu)
    if not optam and quoi not in vues.FAITS:
        raise HTTPException(404)
    champs = vues.RELEVE if optam else vues.FAITS[quoi][1]
    try:
        gardees.exiger_la_derniere(gardee, version_lue)
        apres = {OPTAM: vues.avec_un_releve(contenu[OPTAM], recu)} if optam else vues.avec_un_fait(contenu, quoi, recu)
        visiteur.coffre.reviser(visiteur.utilisateur, id, vues.en_octets(_verifie(apres)), version_lue=version_lue)
    except Conflit:
        return _contrat(request, visiteur, gardees.ouvrir(visiteur, GENRE, id), saisie=recu, conflit=True)
    except (Introuvable, Interdit):
        raise
    except Erreurs as erreurs:
        return _contrat(request, visiteur, gardee, fautes=vues.nommer(erreurs.fautes, champs), saisie=recu)
    return RedirectResponse(f"/contrats/{id}", 303)


@routeur.get("/contrats/{id}/modifier")
def modifier(request: Request, visiteur: Connecte, id: str) -> HTMLResponse:
    """Show the form of a kept contract."""
    gardee = gardees.ouvrir(visiteur, GENRE, id)
    contenu = vues.depuis(gardee)
    if vues.est_un_optam(contenu):
        return _formulaire(request, "optam", vues.ecrire_champs(vues.SITUATION, contenu[OPTAM]), piece=gardee.piece)
    return _formulaire(request, "assistant", vues.en_formulaire(contenu), piece=gardee.piece)


@routeur.post("/contrats/{id}/modifier")
def remplacer(request: Request, visiteur: Connecte, id: str, recu: Recu, version_lue: Annotated[int, Form(ge=1)]) -> Response:
    """Write a contract again from its form, as a new version."""
    gardee = gardees.ouvrir(visiteur, GENRE, id)
    ancien = vues.depuis(gardee)
    sorte = "optam" if vues.est_un_optam(ancien) else "assistant"
    try:
        gardees.exiger_la_derniere(gardee, version_lue)
        contenu = _contenu(sorte, recu, ancien)
        visiteur.coffre.reviser(visiteur.utilisateur, id, vues.en_octets(contenu), titre=vues.titre_de(contenu), version_lue=version_lue)
    except Conflit:
        return _formulaire(request, sorte, recu, piece=gardee.piece, conflit=True)
    except (Introuvable, Interdit):
        raise
    except Erreurs as erreurs:
        return _formulaire(request, sorte, recu, vues.nommer(erreurs.fautes, SORTES[sorte][1]), gardee.piece)
    return RedirectResponse(f"/contrats/{id}", 303)


gardees.brancher(routeur, GENRE, "/contrats", "Mes contrats")


@routeur.get("/contrats/{id}/{fichier}")
def fichier(visiteur: Connecte, id: str, fichier: str, au: str = "") -> Response:
    """Give a file made from a contract."""
    gardee = gardees.ouvrir(visiteur, GENRE, id)
    contenu = vues.depuis(gardee)
    if vues.est_un_optam(contenu):
        if fichier != "situation.json":
            raise HTTPException(404)
        # The same file as the command reads.
        return gardees.telecharger(visiteur, gardee.piece, vues.en_octets(contenu[OPTAM]), "application/json", fichier)
    return _fichier(visiteur, gardee.piece, vues.suivi_de(contenu, gardees.lire_le_texte(), gardees.lire_le_jour(au)), fichier)
