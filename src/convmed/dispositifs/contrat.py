"""The JSON contract: one case in, one answer out, for every dispositif; all the faults of all the cases at once."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from convmed.dispositifs.socle import Demande, Dispositif, Refus, Resultat, refuser, tous
from convmed.donnees.modeles import Modele, date_iso, lire
from convmed.moteur.registre import RegleAbsente
from convmed.textes import EN_VIGUEUR, NECESSAIRE, Erreurs, Faute, trouver_texte

CHAMPS = ("annee", "date", "texte", "entree")
ANNEES = range(2017, 2031)
# The shape of an input without `calcul`, for a dispositif whose main calculation does not name itself.
SANS_CALCUL = ""
NIR = re.compile(r"[0-9](?:[ .]?[0-9AB]){12,}")
# What separates the digits of a NIR when a person types it; wider than what a field is refused for.
NIR_TAPE = re.compile("[0-9](?:[ ._/\u00a0\u202f-]?[0-9ABab]){12,}")
MASQUE = "(masqué)"


class CasRefuses(Exception):
    """Cases that cannot be computed: `erreurs` is the list that the contract prints."""

    def __init__(self, erreurs: list[dict[str, Any]]) -> None:
        self.erreurs = erreurs
        super().__init__(f"{len(erreurs)} erreur(s)")


def repondre(nom: str, demandes: Any, scenarios: bool = True) -> Any:
    """Answer one case (an object) or several (a list), in the same shape and order.

    `scenarios=False` refuses that `texte` be the path of a scenario: what a program that answers others must say.
    Raises `CasRefuses` with every fault of every case. Source: `CONTRAT.md`.
    """
    dispositif = tous().get(nom)
    if dispositif is None:
        proches = get_close_matches(nom, tous(), n=3) or sorted(tous())
        raise CasRefuses([{"cas": 0, "champ": "dispositif", "valeur": montrable(nom), "attendu": "l'un de " + ", ".join(proches),
                           "message": "dispositif inconnu"}])  # fmt: skip
    liste = demandes if isinstance(demandes, list) else [demandes]
    reponses: list[dict[str, Any]] = []
    erreurs: list[dict[str, Any]] = []
    for rang, demande in enumerate(liste):
        try:
            reponses.append(repondre_un_cas(dispositif, demande, scenarios))
        except Erreurs as refus:
            erreurs += [{"cas": rang, "champ": f.champ, "valeur": montrable(f.valeur), "attendu": f.attendu, "message": f.message}
                        for f in refus.fautes]  # fmt: skip
    if erreurs:
        raise CasRefuses([sans_nir(erreur) for erreur in erreurs])
    return reponses if isinstance(demandes, list) else reponses[0]


def montrable(valeur: Any) -> Any:
    """Return a refused value as it may be repeated: short, finite, and nothing that looks like a NIR."""
    if isinstance(valeur, str):
        return MASQUE if NIR.search(valeur) else valeur[:80]
    if isinstance(valeur, int) and not isinstance(valeur, bool) and abs(valeur) >= 10**12:
        return MASQUE
    return str(valeur) if isinstance(valeur, float) and not math.isfinite(valeur) else valeur


def sans_nir(objet: Any) -> Any:
    """Return a JSON value without anything that looks like a NIR, in its texts, its keys or its numbers."""
    match objet:
        case str():
            return NIR_TAPE.sub(MASQUE, objet)
        case bool():
            return objet
        case int() | float():
            return MASQUE if 10**12 <= abs(objet) < 10**15 else objet
        case list() | tuple():
            return [sans_nir(element) for element in objet]
        case dict():
            return {sans_nir(str(cle)): sans_nir(valeur) for cle, valeur in objet.items()}
    return objet


def repondre_un_cas(dispositif: Dispositif, demande: Any, scenarios: bool = True) -> dict[str, Any]:
    """Answer one case; `Refus` with all its faults."""
    if not isinstance(demande, dict):
        raise Refus([Faute("un cas est un objet JSON", champ="", attendu="{annee, texte, entree}")])
    fautes = [Faute("champ inconnu", champ=cle, attendu="l'un de " + ", ".join(CHAMPS))
              for cle in demande if cle not in CHAMPS]  # fmt: skip
    texte = None
    try:
        texte = trouver_texte(_designation(demande.get("texte", EN_VIGUEUR)), scenarios)
    except Erreurs as erreur:
        fautes += [replace(f, champ="texte", message=str(f) if f.fichier else f.message) for f in erreur.fautes]
    date, fautes_date = _date(demande)
    entree, fautes_entree = _entree(dispositif, demande)
    fautes += fautes_date + fautes_entree
    annee = demande.get("annee")
    if "annee" in demande and (not isinstance(annee, int) or isinstance(annee, bool) or annee not in ANNEES):
        fautes.append(Faute("valeur refusée", champ="annee", valeur=annee,
                            attendu=f"une année entière de {ANNEES[0]} à {ANNEES[-1]}"))  # fmt: skip
    elif annee is None and not fautes:
        annee = date.year if date else dispositif.annee_de(entree)
        if annee is None:
            fautes.append(Faute(NECESSAIRE, champ="annee", attendu="une année, ou une date"))
        elif annee not in ANNEES:
            fautes.append(Faute("date hors des exercices connus", champ="date", attendu=f"de {ANNEES[0]} à {ANNEES[-1]}"))
    elif annee is not None and date is not None and date.year != annee:
        fautes.append(Faute("date hors de l'exercice", champ="date", valeur=date.isoformat(), attendu=f"une date de {annee}"))
    if fautes:
        raise Refus(fautes)
    assert texte is not None and isinstance(annee, int)
    try:
        resultat = dispositif.calculer(Demande(texte, annee, date), entree)
    except RegleAbsente as absente:
        raise Refus([Faute(str(absente), champ="annee", valeur=annee)]) from absente
    return _reponse(dispositif, demande, texte.id, annee, resultat)


def _reponse(
    dispositif: Dispositif, demande: Mapping[str, Any], texte: str, annee: int, resultat: Resultat
) -> dict[str, Any]:
    moment = {cle: demande[cle] for cle in ("annee", "date") if cle in demande} or {"annee": annee}
    return {
        "dispositif": dispositif.nom,
        **moment,
        "texte": texte,
        "resultats": resultat.resultats,
        "lignes": [ligne.en_dict() for ligne in resultat.lignes],
        "explication": {nom: explication.en_dict() for nom, explication in resultat.explications.items()},
    }


def _designation(texte: Any) -> str:
    if not isinstance(texte, str):
        raise Erreurs([Faute("valeur refusée", champ="texte", valeur=texte, attendu="le nom d'un texte")])
    return texte


def _date(demande: Mapping[str, Any]) -> tuple[dt.date | None, list[Faute]]:
    valeur = demande.get("date")
    if valeur is None:
        return None, []
    try:
        return date_iso(valeur), []
    except ValueError:
        return None, [Faute("valeur refusée", champ="date", valeur=valeur, attendu="une date AAAA-MM-JJ")]


def _entree(dispositif: Dispositif, demande: Mapping[str, Any]) -> tuple[Modele | None, list[Faute]]:
    if "entree" not in demande:
        return None, [Faute(NECESSAIRE, champ="entree", attendu="un objet")]
    return lire_entree(dispositif, demande["entree"], "entree")


def lire_entree(dispositif: Dispositif, valeur: Any, racine: str) -> tuple[Modele | None, list[Faute]]:
    """Read the input of a dispositif: the object, or every fault with its field under `racine`."""
    modele = dispositif.entree
    if isinstance(modele, Mapping):
        choix = valeur.get("calcul") if isinstance(valeur, dict) else None
        choix = SANS_CALCUL if choix is None else choix
        if not isinstance(choix, str) or choix not in modele:
            attendu = "l'un de " + ", ".join(nom for nom in modele if nom != SANS_CALCUL)
            return None, [Faute("valeur refusée", champ=f"{racine}.calcul", valeur=choix or None, attendu=attendu)]
        modele = modele[choix]
    return lire(modele if isinstance(modele, type) else modele(), valeur, racine)


def repondre_entree(dispositif: Dispositif, demande: Demande, valeur: Any, racine: str) -> Resultat:
    """Compute one dispositif from the section of a dossier that holds its input; `Refus` with all the faults."""
    entree, fautes = lire_entree(dispositif, valeur, racine)
    refuser(fautes)
    try:
        return dispositif.calculer(demande, entree)
    except Refus as refus:
        raise Refus(replace(f, champ=(f.champ or "").replace("entree", racine, 1)) for f in refus.fautes) from refus
