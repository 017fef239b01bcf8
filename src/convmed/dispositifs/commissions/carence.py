"""What happens when a section fails: who invites it to mend, until when, and who acts alone after."""

from __future__ import annotations

import datetime as dt
from typing import Any

from convmed.dispositifs.commissions.entrees import Carence
from convmed.dispositifs.commissions.figures import (
    AUTRE,
    COMPOSITION,
    CPL,
    ORGANISATION,
    Figures,
    hors_des_sources,
    jour,
    moment,
    plus_mois,
)
from convmed.dispositifs.socle import Demande, Resultat, refuser
from convmed.textes import NECESSAIRE, Faute

CONSTITUTION, PARITE = "constitution", "parite"
LES_DEUX = "les-deux"
PAS_DE_CARENCE, INVITATION, SUBSTITUTION, REMEDIEE = "pas-de-carence", "invitation", "substitution", "remediee"


def calculer_carence(demande: Demande, entree: Carence) -> Resultat:
    """Tell on a day whether a section is in default, who acts, until when it may mend (art. 99 to 102-3; circulaire 12 C)."""
    figures = Figures(demande)
    if figures("delai_de_remede") is None:
        return hors_des_sources(demande, "etat")
    date = moment(demande)
    refuser(_fautes(figures, entree))
    communs: dict[str, Any] = {
        "cas": entree.cas,
        "section_en_cause": entree.section_en_cause,
        "cas_de_carence": list(figures("cas_de_carence") or ()),
        "tentatives_requises": None if entree.cas in (CONSTITUTION, PARITE) else figures("tentatives"),
        "references": [COMPOSITION],
    }
    calcul = _constitution if entree.cas == CONSTITUTION else _blocage
    return Resultat(calcul(figures, entree, date) | communs)


def _constitution(figures: Figures, entree: Carence, date: dt.date) -> dict[str, Any]:
    """Judge a section that is not constituted: no invitation, the other one acts alone once the three months are over."""
    avant = figures.connue("installation_avant")
    resultat: dict[str, Any] = {"echeance": (avant - dt.timedelta(days=1)).isoformat(), "inviter": None, "reserves": []}
    if entree.remede is not None and entree.remede <= date:
        return resultat | {"etat": REMEDIEE, "agit": "commission", "suite": f"la section est constituée depuis le {jour(entree.remede)}"}
    if date < avant:
        suite = f"chaque section se constitue au plus tard le {jour(avant - dt.timedelta(days=1))}"
        return resultat | {"etat": PAS_DE_CARENCE, "agit": None, "suite": suite, "motif": "le délai de trois mois court encore"}
    if entree.section_en_cause != LES_DEUX:
        seule = AUTRE[entree.section_en_cause]
        suite = f"la section {seule} constate la carence et assure seule les missions, jusqu'à la constitution de l'autre"
        return resultat | {"etat": SUBSTITUTION, "agit": seule, "agit_depuis": avant.isoformat(), "suite": suite}
    if entree.instance == CPL:
        suite = f"sans CPL installée, la CPR exerce ses missions ({ORGANISATION})"
        return resultat | {"etat": SUBSTITUTION, "agit": "cpr", "agit_depuis": None, "suite": suite}
    suite = "texte muet : aucune des deux sections n'est constituée, personne ne constate la carence"
    return resultat | {"etat": SUBSTITUTION, "agit": None, "suite": suite, "motif": suite}


def _blocage(figures: Figures, entree: Carence, date: dt.date) -> dict[str, Any]:
    """Judge a commission that is blocked: two attempts if it is about a date or a vote, an invitation, a month, then one section alone."""
    requises, faites = figures.connue("tentatives"), entree.tentatives
    resultat: dict[str, Any] = {"inviter": None, "echeance": None, "reserves": []}
    if entree.cas != PARITE and (faites or 0) < requises:
        motif = f"{faites} tentative, il en faut {requises} infructueuses et successives ({COMPOSITION})"
        return resultat | {"etat": PAS_DE_CARENCE, "agit": "commission", "motif": motif, "suite": "nouvelle tentative"}
    assert entree.constat is not None
    if date < entree.constat:
        return resultat | {"etat": PAS_DE_CARENCE, "agit": "commission", "motif": f"la carence n'est constatée que le {jour(entree.constat)}", "suite": ""}
    seule = AUTRE[entree.section_en_cause]
    echeance = plus_mois(entree.constat, figures.connue("delai_de_remede"))
    resultat |= {
        "inviter": figures("invitation"),
        "echeance": echeance.isoformat(),
        "reserves": ["jour du constat non compté, mois de quantième à quantième (lectures 57 et 59)"],
    }
    if entree.remede is not None and entree.remede <= date:
        return resultat | {"etat": REMEDIEE, "agit": "commission", "suite": f"il y est remédié depuis le {jour(entree.remede)}"}
    if date <= echeance:
        suite = f"la section {entree.section_en_cause} a jusqu'au {jour(echeance)} pour remédier à la carence"
        return resultat | {"etat": INVITATION, "agit": "commission", "suite": suite}
    suite = f"la section {seule} exerce seule les attributions de la commission, jusqu'à ce qu'il soit remédié à la carence"
    depuis = echeance + dt.timedelta(days=1)
    return resultat | {"etat": SUBSTITUTION, "agit": seule, "agit_depuis": depuis.isoformat(), "suite": suite}


def _fautes(figures: Figures, entree: Carence) -> list[Faute]:
    fautes = []
    if entree.cas == CONSTITUTION:
        debut = figures.connue("entree_en_vigueur")
        for champ in ("tentatives", "constat"):
            if getattr(entree, champ) is not None:
                fautes.append(Faute("sans objet pour la constitution", champ=f"entree.{champ}", attendu="rien : le délai part de l'entrée en vigueur"))
    else:
        debut = entree.constat
        suffisantes = entree.cas == PARITE or (entree.tentatives or 0) >= figures.connue("tentatives")
        if entree.cas != PARITE and entree.tentatives is None:
            fautes.append(Faute(NECESSAIRE, champ="entree.tentatives", attendu="le nombre de tentatives infructueuses"))
        if suffisantes and entree.constat is None:
            fautes.append(Faute(NECESSAIRE, champ="entree.constat", attendu="le jour du constat de carence"))
        if entree.section_en_cause == LES_DEUX:
            fautes.append(Faute("valeur refusée", champ="entree.section_en_cause", valeur=LES_DEUX,
                                attendu="professionnelle ou sociale : celle à l'origine de la carence"))  # fmt: skip
    if entree.remede is not None and debut is not None and entree.remede < debut:
        fautes.append(Faute("valeur refusée", champ="entree.remede", valeur=entree.remede.isoformat(), attendu=f"le {jour(debut)} ou après"))
    return fautes
