"""*Mon cabinet*, what would change: from one exercise or text to another, or if the practice were not what it is."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from convmed.dispositifs.socle import Demande
from convmed.interfaces.web import suppositions
from convmed.interfaces.web.dossiers import ouvrir
from convmed.interfaces.web.exercice import Choisi, Exercice, choisir, releve_de
from convmed.interfaces.web.presentation import cadre
from convmed.interfaces.web.rendu import rendre
from convmed.interfaces.web.suppositions import APRES, AVANT, Choix
from convmed.interfaces.web.visiteur import Connecte
from convmed.restitution.comparaison import confronter, etudier
from convmed.restitution.lignes_comparees import LigneComparee
from convmed.restitution.simulation import nom_de_dispositif
from convmed.textes import EN_VIGUEUR, Erreurs, Faute

routeur = APIRouter()
# The year before the FMT, against the first one that pays it.
AVANT_LE_FMT = 2025


def contre(contre_annee: int | None = None, contre_texte: str | None = None) -> Exercice | None:
    """Return what a page compares with; nothing if its address does not say."""
    if contre_annee is None and contre_texte is None:
        return None
    return choisir(contre_annee, contre_texte or EN_VIGUEUR)


@routeur.get("/cabinet/{piece}/comparaison")
def comparaison(
    request: Request, visiteur: Connecte, piece: str, choisi: Choisi, autre: Annotated[Exercice | None, Depends(contre)]
) -> Response:
    """Set an exercise under a text against another, line by line."""
    ouvert = ouvrir(visiteur, piece)
    avant = autre or Exercice(min(AVANT_LE_FMT, choisi.annee), choisi.texte)
    if autre is None and avant == choisi:
        avant = Exercice(choisi.annee - 1, choisi.texte)
    contexte = {**cadre(visiteur, ouvert.piece, choisi, "/comparaison"), "avant": avant, "apres": choisi, "fautes": [], "lignes": []}
    if avant == choisi:
        # On the way from one choice to another both sides may be the same: nothing is wrong, and there is nothing to say.
        return rendre(request, "cabinet/comparaison.html", contexte)
    try:
        noms = _noms(avant, choisi)
        etudes = [etudier(ouvert.dossier, un.annee, un.texte, nom, releve_de(ouvert, un)[0]) for un, nom in zip((avant, choisi), noms, strict=True)]
    except Erreurs as erreurs:
        return rendre(request, "cabinet/comparaison.html", {**contexte, "fautes": erreurs.fautes}, 422)
    lignes = confronter(etudes[0], etudes[1])
    return rendre(request, "cabinet/comparaison.html", {
        **contexte, "noms": noms, "lignes": lignes, "nom_de": nom_de_dispositif, "totaux": [etude.releve.total for etude in etudes], **_bilan(lignes, *noms),
    })  # fmt: skip


@routeur.get("/cabinet/{piece}/hypotheses")
def hypotheses(
    request: Request, visiteur: Connecte, piece: str, choisi: Choisi, si: Annotated[list[str] | None, Query()] = None,
    option: str = "", contrat: str = "1", classe: str = "p30-p90",
) -> Response:  # fmt: skip
    """Compute a practice again as if it were otherwise; the address says what is supposed, and nothing is kept."""
    ouvert = ouvrir(visiteur, piece)
    demandees = tuple(nom for nom in si or () if nom)
    contexte: dict[str, Any] = {
        **cadre(visiteur, ouvert.piece, choisi, "/hypotheses"), "choisies": demandees, "option": option, "contrat": contrat, "classe": classe,
        "AVANT": AVANT, "APRES": APRES, "nom_de": nom_de_dispositif, "bilan": None, "fautes": [], "su": suppositions,
    }  # fmt: skip
    try:
        releve, _ = releve_de(ouvert, choisi)
        demande = Demande(choisi.texte, choisi.annee)
        contexte["suppositions"] = [(s, s.empechement(ouvert.dossier, demande)) for s in suppositions.SUPPOSITIONS]
        choix = Choix(demandees, _assistant(demandees, option, contrat, classe))
        quoi = ("hypotheses", choisi.annee, choisi.texte.id, *choix.noms, *(choix.assistant or {}).values())
        calculer = partial(suppositions.examiner, ouvert.dossier, choisi.annee, choisi.texte, choix, releve)
        contexte["bilan"] = ouvert.une_fois(quoi, calculer) if choix else None
    except Erreurs as erreurs:
        contexte |= {"fautes": erreurs.fautes, "suppositions": contexte.get("suppositions", [])}
    return rendre(request, "cabinet/hypotheses.html", contexte, 422 if contexte["fautes"] else 200)


def _noms(avant: Exercice, apres: Exercice) -> tuple[str, str]:
    """Return what tells two different exercises under texts from one another."""
    if avant.texte.id == apres.texte.id:
        return str(avant.annee), str(apres.annee)
    if avant.annee == apres.annee:
        return avant.texte.id, apres.texte.id
    return f"{avant.annee}, {avant.texte.id}", f"{apres.annee}, {apres.texte.id}"


def _bilan(lignes: list[LigneComparee], avant: str, apres: str) -> dict[str, Any]:
    comparees = [ligne for ligne in lignes if ligne.difference(avant, apres) is not None]
    return {
        "difference": sum(ligne.difference(avant, apres) or 0 for ligne in comparees),
        "comparables": [sum(ligne.parts[nom].montant or 0 for ligne in comparees) for nom in (avant, apres)],
        "non_comparees": [ligne for ligne in lignes if ligne.difference(avant, apres) is None],
    }


def _assistant(demandees: tuple[str, ...], option: str, contrat: str, classe: str) -> dict[str, str] | None:
    """Return the contract of an assistant that is supposed; `Erreurs` with all that it has of unknown."""
    connues = {s.nom for s in suppositions.SUPPOSITIONS} | {"assistant"}
    fautes = [Faute("hypothèse inconnue", champ="si", attendu="l’une de " + ", ".join(sorted(connues))) for nom in demandees if nom not in connues]
    retenu = {"option": option or "1", "annee": contrat, "classe": classe}
    for nom, valeurs in (("option", suppositions.OPTIONS_ETP), ("annee", suppositions.ANNEES_DE_CONTRAT), ("classe", suppositions.CLASSES_DE_PATIENTELE)):
        if retenu[nom] not in dict(valeurs):
            fautes.append(Faute("valeur refusée", champ=nom, attendu="l’une de " + ", ".join(dict(valeurs))))
    if fautes:
        raise Erreurs(fautes)
    return retenu if "assistant" in demandees else None


