"""*Mon cabinet*, what is kept: change a dossier, its versions, with whom it is shared, take it away, delete it."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import RedirectResponse, Response

from convmed.base.droits import Interdit
from convmed.donnees.serialisation import canonique, depuis_octets, en_octets
from convmed.interfaces.web import formulaire
from convmed.interfaces.web.depot import recevoir
from convmed.interfaces.web.dossiers import MEMOIRE, Ouvert, ouvrir
from convmed.interfaces.web.emport import en_zip, nom_de_fichier
from convmed.interfaces.web.exercice import Choisi, choisir, releve_de
from convmed.interfaces.web.pages.cabinet import Recu, aller, annee_recue, envois, formulaire_html, textes, titre_de
from convmed.interfaces.web.presentation import cadre
from convmed.interfaces.web.rendu import a_garder, rendre
from convmed.interfaces.web.visiteur import Connecte, Visiteur, reglages_de
from convmed.restitution.echeancier import en_ics
from convmed.restitution.fichier_csv import table_en_csv
from convmed.textes import Erreurs, Faute

routeur = APIRouter()
CLASSEUR = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@routeur.get("/cabinet/{piece}/modifier")
def modifier(request: Request, visiteur: Connecte, piece: str) -> Response:
    """Show what a dossier holds, to be changed."""
    ouvert = _a_ecrire(visiteur, piece)
    return _formulaire(request, ouvert, formulaire.depuis(ouvert.dossier, choisir().annee), ouvert.piece.titre)


@routeur.post("/cabinet/{piece}/modifier")
def enregistrer(request: Request, visiteur: Connecte, piece: str, recu: Recu) -> Response:
    """Write a version with what was changed, or show the form again with its faults."""
    ouvert = _a_ecrire(visiteur, piece)
    dossier, saisie = formulaire.lire(textes(recu), annee_recue(recu), ouvert.dossier)
    if dossier is None:
        return _formulaire(request, ouvert, saisie, str(recu.get("titre", "")))
    visiteur.coffre.reviser(visiteur.utilisateur, piece, en_octets(dossier), titre=titre_de(recu, dossier), version_lue=_version_lue(recu))
    return aller(piece, f"?annee={saisie.annee}")


@routeur.post("/cabinet/{piece}/depot")
def remplacer(request: Request, visiteur: Connecte, piece: str, recu: Recu) -> Response:
    """Write a version from files sent again."""
    ouvert = _a_ecrire(visiteur, piece)
    try:
        dossier = recevoir(envois(recu))
    except Erreurs as erreurs:
        saisie = formulaire.depuis(ouvert.dossier, choisir().annee)
        saisie.autres = erreurs.fautes
        return _formulaire(request, ouvert, saisie, ouvert.piece.titre)
    visiteur.coffre.reviser(visiteur.utilisateur, piece, en_octets(dossier), version_lue=_version_lue(recu))
    return aller(piece)


@routeur.get("/cabinet/{piece}/versions")
def versions(request: Request, visiteur: Connecte, piece: str, choisi: Choisi) -> Response:
    """List the versions of a dossier."""
    resume = visiteur.coffre.resumer(visiteur.utilisateur, piece)
    historique = list(reversed(visiteur.coffre.historique(visiteur.utilisateur, piece)))
    return rendre(request, "cabinet/versions.html", {**cadre(visiteur, resume, choisi, "/versions"), "versions": historique})


@routeur.post("/cabinet/{piece}/versions/{numero}")
def reprendre(visiteur: Connecte, piece: str, numero: Annotated[int, Path(ge=1, le=1_000_000_000)], recu: Recu) -> Response:
    """Write an older version again, as the last one."""
    ancienne = visiteur.coffre.ouvrir_piece(visiteur.utilisateur, piece, numero)
    depuis_octets(ancienne.contenu)
    visiteur.coffre.reviser(visiteur.utilisateur, piece, ancienne.contenu, titre=ancienne.piece.titre, version_lue=_version_lue(recu))
    return aller(piece)


@routeur.get("/cabinet/{piece}/partager")
def partages(request: Request, visiteur: Connecte, piece: str, choisi: Choisi) -> Response:
    """Show with whom a dossier is shared."""
    return _partages(request, visiteur, piece, choisi)


@routeur.post("/cabinet/{piece}/partager")
def partager(request: Request, visiteur: Connecte, piece: str, choisi: Choisi, recu: Recu) -> Response:
    """Share a dossier with an account, or take it back from one."""
    qui, droit = str(recu.get("identifiant", "")).strip(), str(recu.get("droit", ""))
    try:
        if recu.get("retirer"):
            visiteur.coffre.departager(visiteur.utilisateur, piece, qui)
        elif droit not in ("lecture", "ecriture"):
            raise Erreurs([Faute("choisissez ce que ce compte peut faire", champ="droit", attendu="lire, ou lire et modifier")])
        else:
            visiteur.coffre.partager(visiteur.utilisateur, piece, qui, "ecriture" if droit == "ecriture" else "lecture")
    except Erreurs as erreurs:
        visiteur.coffre.partages(visiteur.utilisateur, piece)
        return _partages(request, visiteur, piece, choisi, erreurs.fautes, qui)
    return RedirectResponse(f"/cabinet/{piece}/partager", 303)


@routeur.get("/cabinet/{piece}/supprimer")
def confirmer(request: Request, visiteur: Connecte, piece: str, choisi: Choisi) -> Response:
    """Ask before a dossier is deleted."""
    resume = visiteur.coffre.resumer(visiteur.utilisateur, piece)
    combien = len(visiteur.coffre.historique(visiteur.utilisateur, piece))
    return rendre(request, "cabinet/supprimer.html", {**cadre(visiteur, resume, choisi, "/supprimer"), "combien": combien})


@routeur.post("/cabinet/{piece}/supprimer")
def supprimer(visiteur: Connecte, piece: str) -> Response:
    """Delete a dossier with all its versions, and what was computed from it."""
    visiteur.coffre.supprimer(visiteur.utilisateur, piece)
    MEMOIRE.oublier(piece)
    return RedirectResponse("/cabinet", 303)


@routeur.get("/cabinet/{piece}/releve.csv")
def en_csv(visiteur: Connecte, piece: str, choisi: Choisi) -> Response:
    """Give the statement as CSV."""
    resultat, _ = releve_de(_a_emporter(visiteur, piece), choisi)
    return a_garder(table_en_csv(resultat.table()), "text/csv; charset=utf-8", nom_de_fichier("releve", "csv", choisi.annee))


@routeur.get("/cabinet/{piece}/releve.pdf")
def en_pdf(visiteur: Connecte, piece: str, choisi: Choisi) -> Response:
    """Give the statement as PDF."""
    from convmed.restitution.documents.releve import releve_pdf

    resultat, _ = releve_de(_a_emporter(visiteur, piece), choisi)
    return a_garder(releve_pdf(resultat), "application/pdf", nom_de_fichier("releve", "pdf", choisi.annee))


@routeur.get("/cabinet/{piece}/releve.xlsx")
def en_classeur(visiteur: Connecte, piece: str, choisi: Choisi) -> Response:
    """Give the statement as a spreadsheet, with the prevention dashboard if there is one."""
    from convmed.restitution.documents.tableurs import releve_xlsx

    ouvert = _a_emporter(visiteur, piece)
    resultat, _ = releve_de(ouvert, choisi)
    tableau = ouvert.tableau(choisi.annee, choisi.texte) if resultat.prevention else None
    return a_garder(releve_xlsx(resultat, tableau), CLASSEUR, nom_de_fichier("releve", "xlsx", choisi.annee))


@routeur.get("/cabinet/{piece}/echeancier.ics")
def en_agenda(visiteur: Connecte, piece: str, choisi: Choisi) -> Response:
    """Give the dated payments for a calendar."""
    resultat, _ = releve_de(_a_emporter(visiteur, piece), choisi)
    return a_garder(en_ics(resultat), "text/calendar; charset=utf-8", nom_de_fichier("echeancier", "ics", choisi.annee))


@routeur.get("/cabinet/{piece}/certificat.json")
def certificat(request: Request, visiteur: Connecte, piece: str, choisi: Choisi) -> Response:
    """Give the statement as a certificate that anybody can replay; the server of a team signs it with a key of its own."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from convmed.interfaces.commandes_documents import USAGE
    from convmed.restitution.documents.certificat import certifier_releve

    reglages = reglages_de(request)
    # The key of a desk is forgotten when it ends: it would prove nobody.
    cle = Ed25519PrivateKey.from_private_bytes(reglages.cle_maitresse.derivee(USAGE)) if reglages.comptes else None
    certifie = certifier_releve(_a_emporter(visiteur, piece).dossier, choisi.annee, choisi.texte, dt.date.today(), cle)
    return a_garder(canonique(certifie), "application/json", nom_de_fichier("certificat", "json", choisi.annee))


@routeur.get("/cabinet/{piece}/dossier.zip")
def emporter(visiteur: Connecte, piece: str) -> Response:
    """Give the dossier itself, as the files that convmed reads."""
    return a_garder(en_zip(_a_emporter(visiteur, piece).dossier), "application/zip", nom_de_fichier("dossier", "zip"))


def _a_ecrire(visiteur: Visiteur, piece: str) -> Ouvert:
    ouvert = ouvrir(visiteur, piece)
    if ouvert.piece.droit != "ecriture":
        raise Interdit
    return ouvert


def _a_emporter(visiteur: Visiteur, piece: str) -> Ouvert:
    ouvert = ouvrir(visiteur, piece)
    visiteur.coffre.noter_export(visiteur.utilisateur, piece)
    return ouvert


def _version_lue(recu: Recu) -> int:
    texte = str(recu.get("version", ""))
    if not (texte.isascii() and texte.isdecimal() and len(texte) < 10):
        raise Erreurs([Faute("la version que vous avez lue manque : rechargez la page", champ="version")])
    return int(texte)


def _formulaire(request: Request, ouvert: Ouvert, saisie: formulaire.Saisie, titre: str) -> Response:
    dossier = ouvert.dossier
    listes = tuple(nom for nom, section in dossier.cabinet.items() if isinstance(section, list))
    reels = formulaire.annee_des_comptes(dossier) is None
    return formulaire_html(request, saisie, titre, piece=ouvert.piece, reels=reels, patients=dossier.patients.height, listes=listes)


def _partages(
    request: Request, visiteur: Visiteur, piece: str, choisi: Choisi, fautes: list[Faute] | None = None, qui: str = ""
) -> Response:
    resume = visiteur.coffre.resumer(visiteur.utilisateur, piece)
    return rendre(request, "cabinet/partager.html", {
        **cadre(visiteur, resume, choisi, "/partager"), "partages": visiteur.coffre.partages(visiteur.utilisateur, piece),
        "fautes": fautes or [], "qui": qui,
    }, 422 if fautes else 200)  # fmt: skip
