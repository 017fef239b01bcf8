"""Keep a demographic contract or leave it, from 2026: both sides in euros, and the tree of the text."""

from __future__ import annotations

import datetime as dt
from typing import Any

from convmed.dispositifs.contrats_demographiques.entrees import Decision, colonnes, fautes
from convmed.dispositifs.socle import Demande, Resultat, refuser
from convmed.moteur.registre import RegleAbsente
from convmed.moteur.valeurs import Instance
from convmed.textes.unites import afficher, vers_nombre

NOM = "contrats-demographiques"
REFERENCE_A, REFERENCE_B = "circulaire 31/07/2024, 3.2 A", "circulaire 31/07/2024, 3.2 B"


def calculer_decision(demande: Demande, entree: Decision, necessaires: tuple[str, ...]) -> Resultat:
    """Compare the aids that remain with what replaces them; never decide on a number that is missing."""
    contexte = demande.contexte()
    date = contexte.date
    medecin = Instance(contexte, "medecin", colonnes(entree) | {"cd_date_sortie": date})
    try:
        situation = medecin.expliquer("decision_situation")
    except RegleAbsente:
        motif = f"ce texte ne prévoit pas de choix entre garder et résilier ({demande.texte.libelle})"
        return Resultat({"contrat": entree.contrat, "situation": "absente-du-texte", "motif": motif})
    cstm = entree.contrat == "cstm"
    a_comparer = situation.valeur not in {"avant-la-date-d-effet", "souscription-close", "echu"}
    if a_comparer:
        remplacement = (
            ("ca_situation", "cd_demi_journees_mois") if cstm else ("fmt_eligible", "fmt_en_zip_ou_qpv", "cd_fmt_socle")
        )
        conditions = ("cd_intervient_en_zip", "cd_conditions_remplies") if cstm else ()
        contrat = () if situation.valeur == "conditions-perdues" else necessaires
        refuser(fautes(medecin, ("decision_situation", *conditions, *contrat, *remplacement)))
    terme = medecin.valeur("contrat_terme")
    resultats: dict[str, Any] = {
        "contrat": entree.contrat,
        "situation": situation.valeur,
        "date_decision": date.isoformat(),
        "terme": terme.isoformat() if terme else None,
    }
    if not a_comparer:
        return Resultat(resultats | {"motif": _motif(medecin, terme)}, [], {"situation": situation})
    resultats |= _comparaison(medecin)
    resultats["arbre"] = _arbre(medecin, terme)
    resultats["conclusion"] = _conclusion(medecin, resultats)
    if situation.valeur == "conditions-perdues":
        resultats["motif"] = _motif(medecin, terme)
    return Resultat(
        resultats, [], {nom: medecin.expliquer(f"decision_{nom}") for nom in ("garder", "resilier", "restitution", "ecart")}
    )


def _comparaison(medecin: Instance) -> dict[str, Any]:
    ecart, net = medecin.valeur("decision_ecart"), medecin.valeur("decision_ecart_net")
    resilier: dict[str, Any] = {"montant": _euros(medecin, "decision_resilier"), "ouvre": _ouvre(medecin)}
    if medecin.donnees["cd_contrat"] == "caim":
        resilier["restitution_eventuelle"] = _euros(medecin, "decision_restitution")
    return {
        "horizon_mois": medecin.valeur("decision_horizon"),
        "garder": {"montant": _euros(medecin, "decision_garder")},
        "resilier": resilier,
        "plus_eleve": _plus_eleve(ecart),
        "ecart": None if ecart is None else vers_nombre(abs(ecart), "EUR"),
        "plus_eleve_avec_restitution": _plus_eleve(net),
        "ecart_avec_restitution": None if net is None else vers_nombre(abs(net), "EUR"),
    }


def _ouvre(medecin: Instance) -> str:
    if medecin.donnees["cd_contrat"] == "cstm":
        if medecin.valeur("ca_situation") == "eligible":
            plafond = medecin.contexte.figure("consultations-avancees", "plafond_mensuel")[1]
            voulues = medecin.donnees["cd_demi_journees_mois"]
            retenues = voulues if plafond is None else min(voulues, plafond)
            return f"les consultations avancées, {retenues} demi-journées par mois ({REFERENCE_B})"
        return f"rien : les conditions des consultations avancées ne sont pas remplies ({REFERENCE_B})"
    taux = medecin.contexte.figure("forfait-medecin-traitant", "taux_zone")[1]
    if medecin.valeur("fmt_eligible") and medecin.valeur("fmt_en_zip_ou_qpv"):
        return f"la majoration de zone du FMT, {afficher(taux, '%')} du socle ({REFERENCE_A})"
    return "rien : la majoration de zone du FMT suppose un cabinet principal en ZIP ou QPV, en secteur 1 ou OPTAM"


def _plus_eleve(ecart: int | None) -> str | None:
    if ecart is None:
        return None
    return "garder" if ecart > 0 else "resilier" if ecart < 0 else "egalite"


def _arbre(medecin: Instance, terme: dt.date | None) -> list[dict[str, str]]:
    """Return the questions of the text, in order, each with its answer (the annex with the chart is not published)."""
    transition = afficher(medecin.contexte.figure(NOM, "date_transition")[1], "date")
    arbre = [{
        "question": f"Le contrat était-il en cours au {transition} ?", "reponse": "oui",
        "suite": "il se poursuit, sauf demande de résiliation", "reference": f"{REFERENCE_A} ; lecture 19",
    }]  # fmt: skip
    if medecin.donnees["cd_contrat"] == "cstm":
        perdues = medecin.valeur("decision_situation") == "conditions-perdues"
        arbre.append({
            "question": "Le médecin intervient-il encore en ZIP et remplit-il les conditions d'adhésion ?",
            "reponse": "non" if perdues else "oui",
            "suite": "le CSTM prend fin" if perdues else "le CSTM est maintenu, sans terme",
            "reference": f"{REFERENCE_B} ; lecture 23",
        })  # fmt: skip
    else:
        arbre.append({
            "question": "Le contrat est-il arrivé à son terme ?", "reponse": "non",
            "suite": f"il court jusqu'au {afficher(terme, 'date')}, sans renouvellement", "reference": REFERENCE_A,
        })  # fmt: skip
    arbre.append({
        "question": "Le médecin demande-t-il la résiliation ?", "reponse": "à décider",
        "suite": f"oui : fin du contrat, et {_ouvre(medecin)} ; non : le contrat se poursuit, sans ces remplacements",
        "reference": f"{REFERENCE_A} et B (annexe 1, non jointe)",
    })  # fmt: skip
    return arbre


def _conclusion(medecin: Instance, resultats: dict[str, Any]) -> str:
    garder, resilier = medecin.valeur("decision_garder"), medecin.valeur("decision_resilier")
    if garder is None or resilier is None:
        return "la comparaison est impossible : une figure du contrat n'est pas publiée, à fournir dans un scénario"
    periode = f"sur {resultats['horizon_mois']} mois"
    phrase = f"{periode}, garder rapporte {afficher(garder, 'EUR')} et résilier {afficher(resilier, 'EUR')} : "
    verbe = {"garder": "garder rapporte le plus", "resilier": "résilier rapporte le plus", "egalite": "les deux se valent"}
    phrase += verbe[resultats["plus_eleve"]]
    if resultats["plus_eleve"] != "egalite":
        phrase += f", de {afficher(abs(garder - resilier), 'EUR')}"
    restitution = medecin.valeur("decision_restitution")
    if restitution:
        phrase += (
            f" ; si la restitution de {afficher(restitution, 'EUR')} est réclamée (convention 2016, art. 4 ; "
            f"la circulaire ne l'écarte pas), {verbe[resultats['plus_eleve_avec_restitution']]}"
        )
    return phrase


def _motif(medecin: Instance, terme: dt.date | None) -> str:
    contexte = medecin.contexte
    motifs = {
        "avant-la-date-d-effet": "le choix entre garder et résilier s'ouvre le "
        + afficher(contexte.figure(NOM, "date_transition")[1], "date"),
        "souscription-close": "aucun contrat ne se souscrit plus après le "
        + afficher(contexte.figure(NOM, "fin_souscription")[1], "date"),
        "echu": f"le contrat est arrivé à son terme le {afficher(terme, 'date')}, il n'y a rien à décider",
        "conditions-perdues": "le CSTM prend fin : le médecin n'intervient plus en ZIP ou ne remplit plus les conditions",
    }
    return f"{motifs[medecin.valeur('decision_situation')]} ({REFERENCE_A} et B)"


def _euros(medecin: Instance, regle: str) -> int | float | None:
    valeur = medecin.valeur(regle)
    return None if valeur is None else vers_nombre(valeur, "EUR")
