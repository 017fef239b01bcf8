"""The life of a contract: its timeline, what was paid and recovered, the distance to the objective, what comes next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from convmed.dispositifs.assistants_medicaux.annees import (
    REFERENCE_VIE,
    RESILIATION,
    Annee,
    Deroule,
    bilan,
    derouler,
    en_vigueur,
    figure,
    incomplete,
)
from convmed.dispositifs.assistants_medicaux.controles import fautes_du_contrat
from convmed.dispositifs.assistants_medicaux.entrees import INDICATEURS, Contrat, Echeancier, Fin, Vie
from convmed.dispositifs.assistants_medicaux.versements import annee_ouverte_le
from convmed.dispositifs.socle import SANS_OBJET, Demande, Ligne, Resultat, en_euros, refuser
from convmed.donnees.modeles import lire
from convmed.moteur import calendrier
from convmed.textes import Texte, trouver_texte

CIRCULAIRE = "circulaire 31/07/2024, 4.{}"
Evenement = dict[str, Any]


def vie_du_contrat(contrat: Mapping[str, Any], texte: str | Texte, au: dt.date) -> dict[str, Any]:
    """Return the life of one contract as it stands on a day, for a program that holds contracts.

    `contrat` has the fields of `{"calcul": "vie"}` (`date_signature`, `option_etp`, `classe`, `specialite`, `pmt`, `fa`,
    `observations`, `avenants`, `suspensions`, `resiliation`, `autres_contrats`, `echanges`...), as JSON or as dates;
    `texte` is a text or its name. The answer has `statut`, `annee_contrat`, `terme`, `chronologie` (one
    `{date, evenement, libelle, reference, montant}` an event, oldest first), `prochaine_action` and `actions`
    (`{action, echeance, reference}`), `objectifs`, `bilan` in euros, `alertes`, `reserves`, and `lignes`, the payments.
    Raises `Refus` with every fault; nothing is computed on a guess: a balance without its observation stays `null`.
    """
    lu, fautes = lire(Vie, {**contrat, "calcul": "vie"}, "entree")
    refuser(fautes)
    assert lu is not None
    designe = trouver_texte(texte) if isinstance(texte, str) else texte
    resultat = calculer_vie(Demande(designe, au.year, au), lu)
    return {**resultat.resultats, "lignes": [une.en_dict() for une in resultat.lignes]}


def calculer_vie(demande: Demande, entree: Vie) -> Resultat:
    """Follow a contract on a day: the date of the request, or the last day of the exercise."""
    au = demande.date or dt.date(demande.annee, 12, 31)
    refuser(fautes_du_contrat(demande, entree, au))
    deroule = derouler(demande, entree, au)
    carence = fin_de_carence(demande, deroule)
    evenements = sorted(chronologie(demande, entree, deroule, carence), key=lambda e: e["date"])
    actions = sorted(_actions(demande, entree, deroule, carence, au), key=lambda a: a["echeance"])
    resultats: dict[str, Any] = {
        "statut": _statut(entree, deroule, au),
        "annee_contrat": _annee_en_cours(deroule, au),
        "contrat_type": figure(demande, "contrat_type", entree.date_signature),
        "terme": deroule.terme.isoformat(),
        "reconduction_tacite": deroule.reconduction,
        "proroge": deroule.proroge,
        "carence_jusqu_au": carence.isoformat() if carence else None,
        "chronologie": [{**e, "date": e["date"].isoformat()} for e in evenements],
        "actions": [{**a, "echeance": a["echeance"].isoformat()} for a in actions],
        "objectifs": _objectifs(entree, au),
        "bilan": {cle: en_euros(montant) for cle, montant in bilan(deroule.annees, au).items()},
        "alertes": _alertes(demande, entree, deroule, au),
        "reserves": _reserves(deroule),
    }
    resultats["prochaine_action"] = resultats["actions"][0] if actions else None
    return Resultat(resultats, _lignes(deroule))


def calculer_echeancier(demande: Demande, entree: Echeancier) -> Resultat:
    """List every payment of a contract, from its signature to its term or its end."""
    au = max([demande.date or dt.date(demande.annee, 12, 31), *(a.date for a in entree.avenants)])
    refuser(fautes_du_contrat(demande, entree, au))
    deroule = derouler(demande, entree, au)
    lignes = _lignes(deroule)
    connus = [une.montant for une in lignes if une.montant is not None]
    resultats: dict[str, Any] = {
        "terme": deroule.terme.isoformat(),
        "reconduction_tacite": deroule.reconduction,
        "proroge": deroule.proroge,
        "annees": [_resume(annee) for annee in deroule.annees],
        "total": en_euros(sum(connus)),
        "complet": len(connus) == len(lignes),
        "reserves": _reserves(deroule),
    }
    return Resultat(resultats, lignes)


def calculer_resiliation(demande: Demande, entree: Fin) -> Resultat:
    """Say what ending a contract before its term makes recover, and when another may be signed (circulaire 4.8 a)."""
    date = entree.resiliation.date
    refuser(fautes_du_contrat(demande, entree, date))
    deroule = derouler(demande, entree, date)
    derniere = deroule.annees[-1]
    carence = fin_de_carence(demande, deroule)
    recuperation = sum(annee.recuperation for annee in deroule.annees)
    courus = (min(date, derniere.fin) - derniere.debut).days
    delai, avis = figure(demande, "preavis", date), entree.resiliation.date_notification
    resultats: dict[str, Any] = {
        "recuperation": en_euros(recuperation),
        "verse_de_l_annee": en_euros(derniere.acompte),
        "annee_contrat": derniere.rang,
        "jours_courus": courus,
        "jours_restants": derniere.jours - courus,
        "carence_jusqu_au": carence.isoformat() if carence else None,
        "terme": deroule.terme.isoformat(),
        "bilan": {cle: en_euros(montant) for cle, montant in bilan(deroule.annees, date).items()},
        "reserves": _reserves(deroule),
    }
    if avis and delai and entree.resiliation.initiative != "caisse":
        fin = calendrier.decale(avis, delai)
        resultats["preavis"] = {"fin": fin.isoformat(), "respecte": date >= fin}
    if not recuperation:
        resultats["motif"] = f"le contrat cesse à un anniversaire ou à son terme : rien n'est à récupérer ({REFERENCE_VIE} a)"
    derniers = [une for annee in deroule.annees for une in annee.lignes if annee.rupture or annee.fin == date]
    return Resultat(resultats, derniers)


def fin_de_carence(demande: Demande, deroule: Deroule) -> dt.date | None:
    """Return the first day of a new contract after an ended one (circulaire 4.8 a), if the text has a carence."""
    if deroule.fin is None:
        return None
    mois = figure(demande, "carence", deroule.fin)
    return calendrier.decale(deroule.fin, mois) if mois else None


def chronologie(demande: Demande, contrat: Contrat, deroule: Deroule, carence: dt.date | None) -> Iterator[Evenement]:
    """Yield the events of a contract, past and to come, up to its term or its end."""

    def evenement(date: dt.date, nom: str, libelle: str, reference: str, montant: int | None = None) -> Evenement:
        return {"date": date, "evenement": nom, "libelle": libelle, "reference": reference, "montant": en_euros(montant)}

    modele = figure(demande, "contrat_type", contrat.date_signature)
    yield evenement(contrat.date_signature, "signature", f"signature, option {contrat.option_etp} ETP", str(modele))
    for annee in deroule.annees:
        if annee.rang > 1:
            yield evenement(annee.debut, "anniversaire", f"ouverture de l'année {annee.rang}", CIRCULAIRE.format(6))
        for une in annee.lignes:
            if une.date_versement and une.etat != SANS_OBJET:
                nom = "recuperation" if (une.montant or 0) < 0 else "versement"
                reference = une.references[0] if une.references else CIRCULAIRE.format(6)
                yield evenement(une.date_versement, nom, une.libelle, reference, une.montant)
    for avenant in contrat.avenants:
        effet = avenant.objet != "prorogation" or deroule.proroge
        libelle = f"avenant : {avenant.objet}" + ("" if effet else ", sans effet")
        yield evenement(avenant.date, "avenant", libelle, CIRCULAIRE.format("8 b et c"))
    for suspension in contrat.suspensions:
        yield evenement(suspension.debut, "suspension", "suspension par avenant", "décision de la CPN (presse)")
        if suspension.fin:
            yield evenement(suspension.fin, "reprise", "avenant de reprise", "décision de la CPN (presse)")
    for date in contrat.echanges:
        yield evenement(date, "echange", "échange avec la caisse", CIRCULAIRE.format(9))
    if contrat.date_embauche:
        yield evenement(contrat.date_embauche, "embauche", "embauche de l'assistant", CIRCULAIRE.format(10))
        limite = _limite_de_formation(demande, contrat)
        if limite:
            yield evenement(limite, "formation", "CQP ou FAE au plus tard", CIRCULAIRE.format(10))
    if deroule.motif_fin == RESILIATION and deroule.fin:
        yield evenement(deroule.fin, "resiliation", "résiliation avant le terme", CIRCULAIRE.format("8 a"))
    elif deroule.reconduction:
        yield from _reconductions(demande, contrat, deroule, evenement)
    else:
        yield evenement(deroule.terme, "cloture", "terme du contrat, sans reconduction", CIRCULAIRE.format("8 c"))
    if carence:
        yield evenement(carence, "fin-de-carence", "un nouveau contrat peut être signé", CIRCULAIRE.format("8 a"))


def _reconductions(demande: Demande, contrat: Contrat, deroule: Deroule, evenement: Any) -> Iterator[Evenement]:
    duree, rang = figure(demande, "duree", contrat.date_signature), 1
    while (terme := calendrier.decale(contrat.date_signature, rang * duree)) <= deroule.terme:
        yield evenement(
            terme, "reconduction", "tacite reconduction, sans avenant : aide de l'année 3, objectif maintenu",
            CIRCULAIRE.format("8 d"),
        )  # fmt: skip
        rang += 1


def _limite_de_formation(demande: Demande, contrat: Contrat) -> dt.date | None:
    if contrat.date_embauche is None:
        return None
    mois = figure(demande, "formation", contrat.date_embauche)
    return calendrier.decale(contrat.date_embauche, mois) if mois else None


def _actions(
    demande: Demande, contrat: Contrat, deroule: Deroule, carence: dt.date | None, au: dt.date
) -> Iterator[dict[str, Any]]:
    """Yield what is to be done from a day on, with its deadline."""

    def action(nom: str, echeance: dt.date, reference: str) -> dict[str, Any]:
        return {"action": nom, "echeance": echeance, "reference": reference}

    if deroule.fin and deroule.fin <= au:
        if carence and carence > au:
            yield action("attendre la fin de la carence pour signer un nouveau contrat", carence, CIRCULAIRE.format("8 a"))
        return
    limite = _limite_de_formation(demande, contrat)
    if limite and contrat.date_formation is None:
        yield action("obtenir le CQP ou l'attestation FAE de l'assistant", limite, CIRCULAIRE.format(10))
    mois = figure(demande, "echange", au)
    if mois:
        passes = [date for date in contrat.echanges if date <= au]
        prochain = calendrier.decale(max(passes), mois) if passes else _multiple_suivant(contrat.date_signature, mois, au)
        yield action("échanger avec la caisse", prochain, CIRCULAIRE.format(9))
    for annee in deroule.annees:
        attendue = (annee.debut <= au < annee.fin and annee.du is None) or incomplete(annee, au)
        if attendue and annee.rupture is None:
            yield action(f"faire constater la patientèle de l'année {annee.rang}", annee.fin, CIRCULAIRE.format(6))
    if not deroule.reconduction and not deroule.proroge and deroule.motif_fin != RESILIATION:
        veille = deroule.terme - dt.timedelta(days=1)
        if figure(demande, "prorogation", veille):
            yield action("signer l'avenant de prorogation, sinon le contrat est clos", veille, CIRCULAIRE.format("8 c"))


def _multiple_suivant(depart: dt.date, mois: int, au: dt.date) -> dt.date:
    rang = 1
    while (date := calendrier.decale(depart, rang * mois)) <= au:
        rang += 1
    return date


def _alertes(demande: Demande, contrat: Contrat, deroule: Deroule, au: dt.date) -> list[str]:
    alertes = [
        f"année {annee.rang} : observation manquante, le solde n'est pas calculé" for annee in deroule.annees if incomplete(annee, au)
    ]
    for avenant in contrat.avenants:
        if avenant.objet == "prorogation" and avenant.date <= au and not deroule.proroge:
            if deroule.reconduction:
                alertes.append("avenant de prorogation inutile : le contrat se renouvelle tacitement (circulaire 4.8 d)")
            else:
                alertes.append(
                    f"avenant de prorogation sans effet : il devait être signé avant le {deroule.terme:%d/%m/%Y} (circulaire 4.8 c)"
                )
    if not contrat.circonstances_exceptionnelles:
        for autre in contrat.autres_contrats:
            mois = figure(demande, "carence", contrat.date_signature)
            if autre.date_fin and mois and contrat.date_signature < (libre := calendrier.decale(autre.date_fin, mois)):
                alertes.append(f"contrat signé pendant la carence, qui courait jusqu'au {libre:%d/%m/%Y} (circulaire 4.8 a)")
    limite = _limite_de_formation(demande, contrat)
    if limite and (contrat.date_formation or au) > limite:
        alertes.append(f"formation de l'assistant (CQP ou FAE) après le {limite:%d/%m/%Y} (circulaire 4.10)")
    return alertes


def _objectifs(contrat: Contrat, au: dt.date) -> list[dict[str, Any]]:
    """Return the objective in force, the last count, and what still lacks."""
    etat = en_vigueur(contrat, au)
    passees = [o for o in contrat.observations if annee_ouverte_le(contrat.date_signature, o.annee_contrat + 1) <= au]
    derniere = max(passees, key=lambda o: o.annee_contrat, default=None)
    objectifs = []
    for nom in INDICATEURS:
        compte = etat[nom]
        if compte is None:
            continue
        observe = getattr(derniere, nom, None)
        manque = None if compte.objectif is None or observe is None else max(compte.objectif - observe, 0)
        objectifs.append({
            "indicateur": nom, "initial": compte.initial, "objectif": compte.objectif, "observe": observe, "reste": manque,
        })  # fmt: skip
    return objectifs


def _resume(annee: Annee) -> dict[str, Any]:
    return {
        "annee_contrat": annee.rang, "debut": annee.debut.isoformat(), "fin": annee.fin.isoformat(), "option_etp": annee.option,
        "aide_maximale": en_euros(annee.aide), "acompte": en_euros(annee.acompte), "montant": en_euros(annee.du),
        "solde": en_euros(annee.solde), "recuperation": en_euros(annee.recuperation),
    }  # fmt: skip


def _reserves(deroule: Deroule) -> list[str]:
    return list(dict.fromkeys(reserve for annee in deroule.annees for reserve in annee.reserves))


def _lignes(deroule: Deroule) -> list[Ligne]:
    return [une for annee in deroule.annees for une in annee.lignes]


def _annee_en_cours(deroule: Deroule, au: dt.date) -> int | None:
    if deroule.fin and deroule.fin <= au:
        return None
    return next((annee.rang for annee in deroule.annees if annee.debut <= au < annee.fin), None)


def _statut(contrat: Contrat, deroule: Deroule, au: dt.date) -> str:
    if au < contrat.date_signature:
        return "a-venir"
    if deroule.fin and deroule.fin <= au:
        return "resilie" if deroule.motif_fin == RESILIATION else "clos"
    if any(s.debut <= au and (s.fin is None or au < s.fin) for s in contrat.suspensions):
        return "suspendu"
    return "en-cours"

