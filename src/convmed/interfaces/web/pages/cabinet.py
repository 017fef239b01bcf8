"""*Mon cabinet*: dossiers that a visitor brings or types, the statement of an exercise, its calendar, where each amount comes from."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.datastructures import FormData, UploadFile
from starlette.responses import RedirectResponse, Response

from convmed.base.droits import jamais
from convmed.donnees.cabinet import IDENTIFIANT_PAR_DEFAUT, MEDECIN
from convmed.donnees.dossier import Dossier, lire_dossier
from convmed.donnees.serialisation import en_octets
from convmed.interfaces.web import formulaire
from convmed.interfaces.web.champs import SECTIONS, mois_de
from convmed.interfaces.web.depot import Envoi, recevoir
from convmed.interfaces.web.dossiers import ouvrir
from convmed.interfaces.web.exemples import dossier_des_exemples
from convmed.interfaces.web.exercice import EXERCICES, Choisi, annees, choisir, releve_de
from convmed.interfaces.web.presentation import absents, cadre, groupes, incomplet, references, saisi
from convmed.interfaces.web.rendu import en_fragment, rendre
from convmed.interfaces.web.visiteur import Connecte
from convmed.restitution.echeancier import en_liste
from convmed.restitution.explications import expliquer_ligne
from convmed.textes import Erreurs, Faute

routeur = APIRouter()
# What the package brings to try with: practices where nobody exists.
ESSAIS = {
    "cabinet-zip": ("Cabinet en ZIP", "Généraliste de secteur 1 en zone sous-dense : 1 200 patients, leurs actes de prévention, cinq versements."),
    "secteur-2-sans-option": ("Secteur 2 sans option", "Généraliste de secteur 2 : pas de forfait médecin traitant, et ce que l’OPTAM changerait."),
}
TITRE_AU_PLUS = 80


async def formulaire_recu(request: Request) -> FormData:
    """Return the fields and files of the form that was sent."""
    return await request.form()


Recu = Annotated[FormData, Depends(formulaire_recu)]


@routeur.get("/cabinet")
def index(request: Request, visiteur: Connecte) -> Response:
    """List the dossiers, and the ways to bring one."""
    return _index(request, visiteur)


@routeur.post("/cabinet/depot")
def deposer(request: Request, visiteur: Connecte, recu: Recu) -> Response:
    """Keep the dossier that was sent, or say all that is wrong with it."""
    try:
        dossier = recevoir(envois(recu))
        return aller(visiteur.coffre.deposer(visiteur.utilisateur, "dossier", titre_de(recu, dossier), en_octets(dossier)).id)
    except Erreurs as erreurs:
        return _index(request, visiteur, erreurs.fautes, str(recu.get("titre", "")))


@routeur.post("/cabinet/exemple")
def essayer(visiteur: Connecte, recu: Recu) -> Response:
    """Keep one of the examples, to be tried."""
    nom = str(recu.get("exemple", ""))
    if nom not in ESSAIS:
        raise Erreurs([Faute("exemple inconnu", champ="exemple", attendu="l'un de " + ", ".join(ESSAIS))])
    dossier = lire_dossier(dossier_des_exemples() / nom)
    return aller(visiteur.coffre.deposer(visiteur.utilisateur, "dossier", f"{ESSAIS[nom][0]} (exemple)", en_octets(dossier)).id)


@routeur.get("/cabinet/nouveau")
def nouveau(request: Request, visiteur: Connecte, annee: int | None = None) -> Response:
    """Show the form to fill."""
    return formulaire_html(request, formulaire.Saisie({}, choisir(annee).annee))


@routeur.post("/cabinet/nouveau")
def creer(request: Request, visiteur: Connecte, recu: Recu) -> Response:
    """Keep the practice that was typed, or show the form again with its faults and what was typed."""
    dossier, saisie = formulaire.lire(textes(recu), annee_recue(recu))
    if dossier is None:
        return formulaire_html(request, saisie, titre=str(recu.get("titre", "")))
    piece = visiteur.coffre.deposer(visiteur.utilisateur, "dossier", titre_de(recu, dossier), en_octets(dossier))
    return aller(piece.id, f"?annee={saisie.annee}")


@routeur.get("/cabinet/{piece}")
def releve(request: Request, visiteur: Connecte, piece: str, choisi: Choisi) -> Response:
    """Show the statement of an exercise."""
    ouvert = ouvrir(visiteur, piece)
    contexte = cadre(visiteur, ouvert.piece, choisi, "")
    try:
        resultat, avertissements = releve_de(ouvert, choisi)
    except Erreurs as erreurs:
        return rendre(request, "cabinet/impossible.html", {**contexte, "fautes": erreurs.fautes, "retour": ""}, 422)
    return rendre(request, "cabinet/releve.html", {
        **contexte, "releve": resultat, "groupes": groupes(resultat), "incomplet": incomplet(resultat), "absents": absents(resultat),
        "avertissements": avertissements, "saisi": saisi(ouvert.dossier), "lois": references(resultat.lignes),
    })  # fmt: skip


@routeur.get("/cabinet/{piece}/calendrier")
def calendrier(request: Request, visiteur: Connecte, piece: str, choisi: Choisi) -> Response:
    """Show when each payment comes."""
    ouvert = ouvrir(visiteur, piece)
    contexte = cadre(visiteur, ouvert.piece, choisi, "/calendrier")
    try:
        resultat, _ = releve_de(ouvert, choisi)
    except Erreurs as erreurs:
        return rendre(request, "cabinet/impossible.html", {**contexte, "fautes": erreurs.fautes, "retour": "/calendrier"}, 422)
    numeros = {id(ligne): rang for rang, ligne in enumerate(resultat.lignes, 1)}
    cumuls = [rangee["cumul"] for rangee in en_liste(resultat)]
    rangees = [(numeros[id(ligne)], ligne, cumul) for ligne, cumul in zip(resultat.par_date(), cumuls, strict=True)]
    datees = [rangee for rangee in rangees if rangee[1].date_versement]
    return rendre(request, "cabinet/calendrier.html", {
        **contexte, "releve": resultat, "datees": datees, "sans_date": [rangee for rangee in rangees if not rangee[1].date_versement],
        "date_par": sum(rangee[1].montant or 0 for rangee in datees),
    })  # fmt: skip


@routeur.get("/cabinet/{piece}/ligne/{numero}")
def ligne(request: Request, visiteur: Connecte, piece: str, numero: int, choisi: Choisi, rang: int | None = None) -> Response:
    """Show where the amount of a line comes from, or the part in it of the patient of a rank."""
    ouvert = ouvrir(visiteur, piece)
    resultat, _ = releve_de(ouvert, choisi)
    liste, patient, fautes = ouvert.dossier.patients, None, list[Faute]()
    if rang is not None:
        if 1 <= rang <= liste.height:
            patient = str(liste.get_column("patient")[rang - 1])
        else:
            fautes = [Faute("pas de patient à ce rang", champ="rang", valeur=rang, attendu=f"un rang de 1 à {liste.height}")]
    explication = expliquer_ligne(resultat, numero, patient)
    la_ligne = resultat.lignes[numero - 1]
    contexte = {
        **cadre(visiteur, ouvert.piece, choisi, "/ligne"), "numero": numero, "ligne": la_ligne, "explication": explication, "rang": rang,
        "patient": patient, "patients": liste.height, "fautes": fautes,
        "par_patient": la_ligne.dispositif in ("forfait-medecin-traitant", "prevention") and liste.height > 0,
    }  # fmt: skip
    return rendre(request, "cabinet/_arbre.html" if en_fragment(request) else "cabinet/ligne.html", contexte, 422 if fautes else 200)


def formulaire_html(request: Request, saisie: formulaire.Saisie, titre: str = "", **contexte: object) -> Response:
    """Return the form with what was typed and its faults; a dossier that it changes is in the context."""
    return rendre(request, "cabinet/formulaire.html", {
        "piece": None, "reels": False, "saisie": saisie, "titre": titre, "annees": annees(), "classes": formulaire.CLASSES,
        "couvertures": formulaire.COMPTES, "sections": [(s, mois_de(s, saisie.annee) if s.par_mois else []) for s in SECTIONS], "listes": (), **contexte,
    }, 422 if saisie.toutes else 200)  # fmt: skip


def envois(recu: FormData) -> list[Envoi]:
    """Return the files of a form."""
    return [Envoi(un.filename or "", un.file) for un in recu.getlist("fichiers") if isinstance(un, UploadFile)]


def textes(recu: FormData) -> dict[str, str]:
    """Return the texts of a form; a file where a text is expected is nothing."""
    return {nom: valeur for nom, valeur in recu.items() if isinstance(valeur, str)}


def annee_recue(recu: FormData) -> int:
    """Return the exercise of a form; `Erreurs` if it is none."""
    texte = str(recu.get("annee", ""))
    annee = int(texte) if texte.isascii() and texte.isdecimal() and len(texte) == 4 else 0
    if annee not in EXERCICES:
        raise Erreurs([Faute("exercice inconnu", champ="annee", attendu=f"une année de {EXERCICES[0]} à {EXERCICES[-1]}")])
    return annee


def titre_de(recu: FormData, dossier: Dossier) -> str:
    """Return how a dossier is called: as its owner says, or else as its doctor."""
    dit = " ".join("".join(c if c.isprintable() else " " for c in str(recu.get("titre", ""))).split())[:TITRE_AU_PLUS]
    medecin = dossier.cabinet[MEDECIN][MEDECIN]
    return dit or ("Mon cabinet" if medecin == IDENTIFIANT_PAR_DEFAUT else str(medecin)[:TITRE_AU_PLUS])


def aller(piece: str, suite: str = "") -> Response:
    """Go to the statement of a dossier."""
    return RedirectResponse(f"/cabinet/{piece}{suite}", 303)


def _index(request: Request, visiteur: Connecte, fautes: list[Faute] | None = None, titre: str = "") -> Response:
    return rendre(request, "cabinet/index.html", {
        "dossiers": visiteur.coffre.lister(visiteur.utilisateur, "dossier"), "fautes": fautes or [], "titre": titre, "essais": ESSAIS,
        "peut_deposer": not jamais(visiteur.utilisateur.role, "deposer", "dossier"),
    }, 422 if fautes else 200)  # fmt: skip
