"""Facturation: advice attached to the situation in which an act is billed; nothing here changes an amount."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from convmed.dispositifs.facturation import regles
from convmed.dispositifs.socle import Demande, Dispositif, Resultat, refuser
from convmed.donnees.modeles import Date, Modele
from convmed.moteur.registre import Contexte, RegleAbsente
from convmed.moteur.valeurs import Instance
from convmed.textes import Faute

NOM = "facturation"
APPCV = "fac_appcv_deploiement"
# What each rule says when it is true, and what it says when the situation does not tell (nothing, if it is not here).
CONSEILS = {
    "fac_securise_recommande": "facturer en mode sécurisé chaque fois que c'est possible",
    "fac_adri_recommande": "interroger ADRI autant que possible, pour des droits à jour en établissant la feuille de soins électronique",
    "fac_scor_recommande": "faciliter la facturation en mode dégradé par l'usage de SCOR",
}
ALERTES = {
    "fac_adri_absent": "ADRI n'est pas intégré au poste de travail",
    "fac_scor_a_mettre_a_jour": "SCOR demande une mise à jour du logiciel",
    "fac_appcv_sans_equipement": "l'appli carte Vitale demande un logiciel compatible et un lecteur de QR code",
    "fac_cps_manquante": "le remplaçant facture avec sa propre CPS",
    "fac_poste_a_parametrer": "le poste SESAM-Vitale se paramètre pour la CPS du remplaçant",
}
INCONNU = {
    "fac_securise_recommande": CONSEILS["fac_securise_recommande"],
    "fac_adri_recommande": CONSEILS["fac_adri_recommande"],
    "fac_scor_recommande": "si le mode sécurisé est impossible, passer par SCOR, qui demande un logiciel à jour",
    "fac_cps_manquante": "à vérifier : " + ALERTES["fac_cps_manquante"],
    "fac_poste_a_parametrer": "à vérifier : " + ALERTES["fac_poste_a_parametrer"],
}
OBLIGATOIRES = {"fac_cps_manquante", "fac_poste_a_parametrer"}


class Situation(Modele):
    """How an act is billed; every field may be left out, the advice is then general."""

    mode: Literal["securise", "degrade", "papier"] | None = None
    adri_integre: bool | None = None
    logiciel_scor: bool | None = None
    appcv_compatible: bool | None = None
    lecteur_qr: bool | None = None
    remplacant: bool | None = None
    cps_remplacant: bool | None = None
    poste_parametre: bool | None = None
    date: Date | None = None


class Entree(Modele):
    """`{"situation": {"mode", "adri_integre", ...}}`."""

    situation: Situation


def calculer(demande: Demande, entree: Entree) -> Resultat:
    """Give the advice of a situation (art. 114 to 117-3; circulaire 14.4 and 2 A)."""
    date = entree.situation.date
    if date and (date != demande.date if demande.date else date.year != demande.annee):
        attendu = f"{demande.date:%Y-%m-%d}" if demande.date else f"une date de {demande.annee}"
        refuser([Faute("date hors du cas", champ="entree.situation.date", valeur=date.isoformat(), attendu=attendu)])
    resultats: dict[str, Any] = conseils(entree.situation, demande.contexte(date))
    if not any(resultats.values()):
        resultats["motif"] = f"aucun conseil de facturation à cette date ({demande.texte.libelle})"
    return Resultat(resultats)


def conseils(situation: Situation, contexte: Contexte) -> dict[str, list[dict[str, Any]]]:
    """Return the advice (`conseils`) and the alerts (`alertes`) of a situation under a context; none if its text has none."""
    donnees = {f"fac_{champ}": valeur for champ, valeur in situation.fournis().items() if valeur is not None and champ != "date"}
    acte = Instance(contexte, "seance", {**donnees, "date_acte": situation.date or contexte.date})
    try:
        appcv = f"appli carte Vitale ({acte.valeur(APPCV)}) : l'accepter, avec un logiciel compatible et un lecteur de QR code"
        dits = [_dit(contexte, "conseil", regle, phrase) for regle, phrase in _phrases(acte, CONSEILS)]
        alertes = [_dit(contexte, "alerte", regle, phrase) for regle, phrase in _phrases(acte, ALERTES)]
    except RegleAbsente:
        return {"conseils": [], "alertes": []}
    return {"conseils": [*dits, _dit(contexte, "conseil", APPCV, appcv)], "alertes": alertes}


def _phrases(acte: Instance, table: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return what the rules of a table say of a situation, with the rule that says it."""
    dites = {True: table, None: INCONNU}
    return [(regle, phrase) for regle in table if (phrase := dites.get(acte.valeur(regle), {}).get(regle))]


def _dit(contexte: Contexte, cle: str, regle: str, phrase: str) -> dict[str, Any]:
    return {cle: phrase, "references": [contexte.regle(regle).article], "obligatoire": regle in OBLIGATOIRES}


DISPOSITIF = Dispositif(
    NOM,
    "Modalités de facturation",
    Entree,
    calculer,
    lambda entree: entree.situation.date.year if entree.situation.date else None,
)
__all__ = ["DISPOSITIF", "Entree", "Situation", "calculer", "conseils", "regles"]
