"""One page a dispositif, from its folder: the sheet, the figures through time, the decision tables, the examples, the norms."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from ecriture import code, mots, replie, table

from convmed.dispositifs import tous
from convmed.donnees.entites import REGISTRE
from convmed.moteur.registre import Regle
from convmed.moteur.symboles import table_de_decision
from convmed.normes.etat import EtatNorme, etats, exemples
from convmed.textes import Figure, Valeur, baremes
from convmed.textes.bareme import DEBUT_DES_TEMPS, FIN_DES_TEMPS, dossiers_des_dispositifs
from convmed.textes.unites import afficher

LIEU = "reference/dispositifs"
CONFIANCES = {"officiel": "", "presse": "presse", "deduit": "déduit"}


def sommaire() -> list[tuple[str, str]]:
    """Return the title and the path of each page, in the order of titles."""
    return sorted((dispositif.titre, f"{LIEU}/{nom}.md") for nom, dispositif in tous().items())


def pages() -> dict[str, str]:
    """Return the page of each dispositif, and the list of them."""
    rangees = [(f"[{mots(titre)}]({chemin.rpartition('/')[2]})", code(chemin.rpartition("/")[2][:-3])) for titre, chemin in sommaire()]
    index = ["# Les dispositifs", "", "Chaque page est écrite depuis le dossier du dispositif, celui que le calcul lit :",
             "sa fiche, ses figures à travers les textes, ses tables de décision, ses exemples, les normes qu'il tient.", "",
             *table(["dispositif", "nom, pour `convmed calculer`"], rangees)]  # fmt: skip
    return {f"{LIEU}/index.md": "\n".join(index), **{f"{LIEU}/{nom}.md": "\n".join(page(nom)) for nom in tous()}}


def page(nom: str) -> list[str]:
    """Return the lines of the page of a dispositif."""
    dossier = dossiers_des_dispositifs()[nom]
    return [
        (dossier / "fiche.md").read_text("utf-8").rstrip(), "",
        *_figures(list(baremes()[nom].values())),
        *_regles(nom),
        *_exemples(exemples(dossier)),
        *_normes(nom),
    ]  # fmt: skip


def _figures(figures: list[Figure]) -> list[str]:
    lignes = ["## Les figures à travers les textes", "", "Un texte qui se tait laisse valoir celui qu'il recouvre. « Retirée » : ce texte y met fin.", ""]
    publiees = [rangee for figure in figures for rangee in _valeurs(figure)]
    lignes += table(["figure", "valeur", "du", "au", "texte", "référence"], publiees)
    non_publiees = [figure for figure in figures if not figure.valeurs]
    if non_publiees:
        lignes += ["**Non publiées** : " + " ; ".join(f"{mots(f.libelle)} (voir {mots(f.article)})" for f in non_publiees) + ".", ""]
    return lignes


def _valeurs(figure: Figure) -> Iterator[tuple[str, ...]]:
    for rang, valeur in enumerate(figure.valeurs):
        precision = CONFIANCES.get(valeur.confiance, valeur.confiance)
        reference = mots(valeur.reference) + (f" (*{precision}*)" if precision else "")
        nom = f"{mots(figure.libelle)}<br>{code(figure.nom)}" if rang == 0 else "〃"
        yield nom, mots(_valeur(valeur, figure.unite)), _jour(valeur.du), _jour(valeur.au), code(valeur.texte), reference


def _valeur(valeur: Valeur, unite: str) -> str:
    if valeur.supprimee:
        return "retirée"
    return "non publié" if valeur.calcul is None else afficher(valeur.calcul, unite)


def _jour(jour: dt.date) -> str:
    return "" if jour in {DEBUT_DES_TEMPS, FIN_DES_TEMPS} else f"{jour:%d/%m/%Y}"


def _regles(nom: str) -> list[str]:
    regles = [regle for versions in REGISTRE.regles.values() for regle in versions if regle.dispositif == nom]
    if not regles:
        return []
    lignes = ["## Les règles, en tables de décision", "", "Les lignes d'une table se lisent dans l'ordre : la première qui est vraie donne le résultat.", ""]
    for regle in regles:
        lignes += _regle(regle)
    return lignes


def _regle(regle: Regle) -> list[str]:
    dates = " ".join(f"{mot} {_jour(jour)}" for mot, jour in (("du", regle.du), ("au", regle.au)) if _jour(jour))
    sous = ", ".join(filter(None, (f"sous {code(regle.texte)}" if regle.texte else "", dates)))
    normes = ", ".join(map(mots, regle.normes))
    dit = " ; ".join(filter(None, (code(regle.nom), mots(regle.article), sous, f"normes {normes}" if normes else "")))
    decisions = table_de_decision(regle, REGISTRE, baremes())
    corps = table(["si", "alors"], [(mots(ligne.condition), mots(ligne.resultat)) for ligne in decisions])
    return replie(mots(regle.libelle), [dit, "", *corps], "abstract")


def _exemples(liste: list[dict[str, Any]]) -> list[str]:
    lignes = ["## Les exemples", "", "Chacun est un test : son cas se donne tel quel à `convmed calculer`.", ""]
    for exemple in liste:
        attendu = {cle: exemple[cle] for cle in ("resultats", "lignes", "refus") if cle in exemple}
        note = [mots(exemple["note"]), ""] if exemple.get("note") else []
        corps = [f"Source : {mots(exemple['source'])}.", "", *note, *_json(exemple["cas"]), "Réponse, en partie :", "", *_json(attendu)]
        lignes += replie(mots(exemple["nom"]), corps, "example")
    return lignes


def _json(objet: object) -> list[str]:
    return ["```text", *json.dumps(objet, ensure_ascii=False, indent=1, default=str).splitlines(), "```", ""]


@cache
def etats_par_dispositif() -> dict[str, list[EtatNorme]]:
    """Return the norms of the ledger, by the dispositif to which it attaches them."""
    par: dict[str, list[EtatNorme]] = {}
    for etat in etats():
        par.setdefault(etat.dispositif, []).append(etat)
    return par


def _normes(nom: str) -> list[str]:
    liste = etats_par_dispositif().get(nom, [])
    tenues = sum(etat.etat == "tenue" for etat in liste)
    lignes = ["## Les normes", "", f"{tenues} tenues par un test, sur {len(liste)} que le registre rattache à ce dispositif.", ""]
    rangees = [(code(e.id), mots(e.norme.enonce), mots(e.etat.replace("non-publiee", "non publiée").replace("-", " ")), mots(e.raison)) for e in liste]
    return lignes + replie("Une à une", table(["norme", "énoncé", "état", "raison"], rangees), "quote")
