"""The questions beside the procedures: what each asks, and its answer from the rules, in words. Nothing of it is personal."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import convmed
from convmed.dispositifs.contrat import ANNEES, CasRefuses
from convmed.dispositifs.sanctions import procedures
from convmed.dispositifs.sanctions.questions import SANCTIONS
from convmed.interfaces.web.champs import Champ
from convmed.interfaces.web.rendu import dit, jour, montant_en_euros
from convmed.interfaces.web.texte_exemples import en_explication
from convmed.moteur.valeurs import Explication
from convmed.textes import Faute

HORS_REPONSE = ("reserves", "references", "motif", "manquements_connus")


def _proc() -> tuple[tuple[str, str], ...]:
    return tuple((nom, une.libelle) for nom, une in procedures().items())


@dataclass(frozen=True, slots=True)
class Question:
    """A question: what it is called, what it asks."""

    calcul: str
    titre: str
    intro: str
    champs: tuple[Champ, ...]


@dataclass(slots=True)
class Reponse:
    """An answer as rows (words, value), with why, what to know, and the texts; or the faults of the question."""

    rangees: list[tuple[str, str]] = field(default_factory=list)
    motif: str = ""
    reserves: list[str] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    explications: dict[str, Explication] = field(default_factory=dict)
    fautes: list[Faute] = field(default_factory=list)


SANS_AVERTISSEMENT = (("", "Aucun"), ("R. 147-11", "Un grief de l’art. R. 147-11"), ("faits-graves-deja-sanctionnes", "Faits graves déjà sanctionnés"))
CAS_DE_PENALITE = (("standard", "Cas ordinaire"), ("fraude", "Fraude"), ("bande-organisee", "Fraude en bande organisée"), ("apres-deux-msap", "Après deux mises sous accord préalable"),
                   ("refus-de-soins", "Refus de soins"), ("depassements", "Dépassements"))  # fmt: skip
MOIS = Champ("duree_mois", "Durée, en mois entiers", "entier")
QUESTIONS: dict[str, Question] = {
    une.calcul: une
    for une in (
        Question("sanction", "Quelle sanction ?", "Ce qui est encouru, et pour combien de temps au plus.", (
            Champ("sanction", "Sanction", "choix", (("", "Toutes"), *SANCTIONS.items())), MOIS)),
        Question("effets", "Ce que suspend un déconventionnement", "Rémunérations, avantages sociaux, remplacements.", (
            Champ("ferme", "Ferme, sans sursis"), MOIS, Champ("duree_jours", "et en jours de plus", "entier"))),
        Question("assistance", "Qui peut assister le médecin", "Devant la caisse et les commissions.", (
            Champ("procedure", "Procédure", "choix", _proc()), Champ("syndicat_signataire", "Le confrère est d’un syndicat signataire"))),
        Question("avertissement", "Faut-il avertir d’abord ?", "L’avertissement préalable et ses exceptions.", (
            Champ("sans_avertissement", "Exception invoquée", "choix", SANS_AVERTISSEMENT),)),
        Question("transition", "Quel texte pour une procédure en cours", "Ce qu’a changé l’entrée en vigueur de la convention de 2024.", (
            Champ("ouverte_le", "Procédure ouverte le", "date"), Champ("close_le", "Close le", "date"),
            Champ("sanction_du", "Sanction exécutée à partir du", "date"), Champ("sanction_au", "jusqu’au", "date"))),
        Question("penalite", "Combien, pour une pénalité", "Le plafond et le plancher d’une pénalité financière.", (
            Champ("cas", "Cas", "choix", CAS_DE_PENALITE), Champ("sommes", "Sommes concernées, en euros", "entier"),
            Champ("depassements", "Dépassements facturés, en euros", "entier"), Champ("pmss", "Plafond mensuel de la sécurité sociale, en euros", "entier"),
            Champ("recidive", "Récidive"), Champ("personne_morale", "Personne morale"), Champ("date_des_faits", "Date des faits", "date"),
            Champ("penalite_precedente", "Pénalité précédente, le", "date"))),
        Question("objectif-mso", "Un objectif de prescription (MSO)", "Peut-on proposer cet objectif ?", (
            Champ("moyenne", "Moyenne régionale ou départementale", "entier"), Champ("objectif", "Objectif proposé", "entier"), MOIS)),
    )
}  # fmt: skip
# What a field is called in an answer, where its name alone would not do.
MOTS = {
    "pmss": "plafond mensuel de la sécurité sociale", "duree_maximale": "durée maximale", "duree_admise": "durée demandée admise", "libelle": "sanction",
    "remunerations_suspendues": "rémunérations conventionnelles suspendues", "avantages_sociaux_suspendus": "avantages sociaux suspendus",
    "seuil_mois": "seuil, en mois", "assistants_admis": "assistants admis", "releve_requis": "relevé des constatations requis",
    "entree_en_vigueur": "entrée en vigueur", "en_cours_a_l_entree_en_vigueur": "en cours à l’entrée en vigueur", "grief_r_147_11": "grief de l’art. R. 147-11",
    "avertissement_prealable": "avertissement préalable", "inchangee": "inchangée", "texte": "texte appliqué", "recidive": "récidive", "procedure": "procédure",
    "delai_de_recidive_ans": "délai de récidive, en années", "motifs": "pourquoi", "moyenne": "moyenne", "exceptions": "exceptions",
    "confrere_d_un_syndicat_non_signataire": "confrère d’un syndicat non signataire admis", "refuses": "refusés",
    "etape": "étape", "plafond_des_sommes": "plafond selon les sommes", "duree_mois": "durée en mois",
}  # fmt: skip


VALEURS = {"confrere": "un confrère", "avocat": "un avocat", "personne-de-son-choix": "la personne de son choix",
           "faits-graves-deja-sanctionnes": "faits graves déjà sanctionnés"}  # fmt: skip
EN_EUROS = ("plafond", "plancher")


def repondre(question: Question, posees: Mapping[str, str]) -> Reponse:
    """Return the answer of the rules to a question, with the fields as they were typed."""
    champs = {champ.nom: champ for champ in question.champs}
    entree: dict[str, Any] = {"calcul": question.calcul}
    entree |= {nom: lu for nom, champ in champs.items() if (lu := champ.lire(posees.get(nom, "")[:100])) is not None}
    cas: dict[str, Any] = {"entree": entree}
    if question.calcul != "transition":
        cas["annee"] = min(dt.date.today().year, ANNEES[-1])
    try:
        rendu = convmed.calculer("sanctions", cas)
    except CasRefuses as refus:
        return Reponse(fautes=[_faute(champs, erreur) for erreur in refus.erreurs])
    resultats = rendu["resultats"]
    rangees = [rangee for cle, valeur in resultats.items() if cle not in HORS_REPONSE and valeur not in (None, [], {}) for rangee in _dire(cle, valeur)]
    explications = {nom: en_explication(arbre) for nom, arbre in rendu["explication"].items()}
    return Reponse(rangees, _capitale(resultats.get("motif") or ""), resultats.get("reserves") or [], resultats.get("references") or [], explications)


def _faute(champs: Mapping[str, Champ], erreur: Mapping[str, Any]) -> Faute:
    nom = str(erreur.get("champ") or "").removeprefix("entree.")
    return Faute(str(erreur["message"]), champ=champs[nom].libelle if nom in champs else nom or None, attendu=erreur.get("attendu"))


def _dire(cle: str, valeur: Any) -> Iterator[tuple[str, str]]:
    """Yield the rows of a value: a list of objects is one row each."""
    mot = MOTS.get(cle, cle.replace("_", " "))
    if isinstance(valeur, list) and valeur and isinstance(valeur[0], dict):
        for un in valeur:
            tete = str(un.get("libelle") or un.get("sanction") or mot)
            yield _capitale(tete), " ; ".join(f"{MOTS.get(c, c.replace('_', ' '))} : {_mot(v)}" for c, v in un.items() if c not in ("sanction", "libelle") and v is not None)
    else:
        yield _capitale(mot), montant_en_euros(valeur) if cle in EN_EUROS and not isinstance(valeur, dict) else _mot(valeur)


def _mot(valeur: Any) -> str:
    match valeur:
        case bool():
            return "oui" if valeur else "non"
        case {"valeur": nombre, "unite": unite}:
            return f"{nombre} {unite}"
        case dict():
            return " ; ".join(f"{MOTS.get(c, c.replace('_', ' '))} : {_mot(v)}" for c, v in valeur.items() if v is not None)
        case list():
            return ", ".join(_mot(un) for un in valeur)
        case int() | float():
            return f"{valeur:,}".replace(",", "\N{NARROW NO-BREAK SPACE}").replace(".", ",")
    texte = str(valeur)
    if re.fullmatch(r"\d{4}-\d\d-\d\d", texte):
        return jour(texte)
    return VALEURS.get(texte, dit(texte))


def _capitale(mots: str) -> str:
    return dit(mots[:1].upper() + mots[1:])
