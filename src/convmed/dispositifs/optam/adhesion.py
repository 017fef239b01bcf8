"""The life of an option: who may join, which contract and avenant, how it ends."""

from __future__ import annotations

import datetime as dt
from typing import Any

from convmed.dispositifs.optam.entrees import (
    Calendrier,
    Eligibilite,
    Resiliation,
    annees_declarees,
    colonnes,
    fautes,
    points,
)
from convmed.dispositifs.socle import Demande, Resultat, en_euros, refuser
from convmed.moteur.calendrier import decale
from convmed.moteur.registre import Contexte, RegleAbsente
from convmed.moteur.valeurs import Instance
from convmed.textes import NECESSAIRE, Faute
from convmed.textes.unites import afficher

NOM = "optam"
UN_JOUR = dt.timedelta(days=1)
CAS, FIN, ENTREE = "circulaire 31/07/2024, 5 B d", "circulaire 31/07/2024, 5 B e", "circulaire 31/07/2024, 5 C b"
CONTREPARTIES = {
    "optam": ("tarifs-secteur-1", "prime", "modificateur-T"),
    "optam-aco": ("tarifs-secteur-1", "modificateur-K", "modificateur-3"),
}
SITUATIONS = {
    "sans-objet": "contrat au modèle de l'annexe 14 : aucun avenant à signer",
    "signe": "avenant signé",
    "a-signer": "avenant à signer",
    "resiliation-engagee": "date limite passée : la caisse engage la résiliation, l'avenant peut encore être signé",
    "resilie": "avenant non signé dans le délai : contrat résilié",
}


# --- who may join


def calculer_eligibilite(demande: Demande, entree: Eligibilite) -> Resultat:
    """Tell which options the doctor may sign, and every condition that fails (circulaire 5 A and 5 B d)."""
    contexte = demande.contexte(entree.date_demande)
    annees = [Instance(contexte, "annee_optam", annee) for annee in annees_declarees(entree.activite or ())]
    medecin = Instance(contexte, "medecin", colonnes(entree) | {"optam_date": entree.date_demande}, {"annee_optam": annees})
    refuser(fautes(medecin, ("optam_eligible",)))
    motifs = _motifs_optam(medecin)
    motifs_aco = list(motifs)
    if not motifs:
        refuser(fautes(medecin, ("optam_aco_eligible",)))
        motifs_aco += _motifs_aco(medecin)
    par_option = {"optam": motifs, "optam-aco": motifs_aco}
    options = [option for option, raisons in par_option.items() if not raisons]
    resultats: dict[str, Any] = {
        "eligible": bool(options),
        "options": options,
        "motifs": motifs,
        "par_option": {option: {"eligible": not raisons, "motifs": raisons} for option, raisons in par_option.items()},
        "nom_option_bloc": medecin.valeur("optam_nom_option_bloc"),
        "contreparties": {option: list(CONTREPARTIES[option]) for option in options},
        "adhesion": "contrat signé auprès de la caisse de rattachement du médecin (circulaire 31/07/2024, 5 B)",
    }
    if motifs:
        resultats["motif"] = " ; ".join(motifs)
    explications = {"optam": medecin.expliquer("optam_eligible")}
    if not motifs:
        explications["optam-aco"] = medecin.expliquer("optam_aco_eligible")
    return Resultat(resultats, [], explications)


def _motifs_optam(medecin: Instance) -> list[str]:
    motifs = []
    if not medecin.valeur("optam_secteur_ouvert"):
        butoir = _figure(medecin.contexte, "secteur_1_date_butoir")
        motifs.append(
            f"l'option s'ouvre au secteur 2, au droit permanent à dépassement et au secteur 1 titré installé avant le {butoir} ({CAS})"
        )
    if not medecin.valeur("optam_taux_admissible"):
        plafond = _figure(medecin.contexte, "taux_depassement_max")
        motifs.append(f"taux de dépassement de la période de référence au-dessus de {plafond} (convention 2016, art. 41)")
    if medecin.valeur("optam_exclu"):
        fin = _figure(medecin.contexte, "fin_de_convention")
        motifs.append(f"résilié pour un écart de plus de {_figure(medecin.contexte, 'seuil_resiliation')} "
                      f"(points) : aucune option jusqu'au {fin} ({FIN})")  # fmt: skip
    return motifs


def _motifs_aco(medecin: Instance) -> list[str]:
    motifs = []
    nom = medecin.valeur("optam_nom_option_bloc")
    if not medecin.valeur("optam_specialite_bloc"):
        motifs.append(f"spécialité qui n'ouvre pas l'{nom} (circulaire 31/07/2024, 5 A)")
    elif not medecin.valeur("optam_actes_suffisants"):
        seuil = _figure(medecin.contexte, "actes_bloc_min")
        motifs.append(f"moins de {seuil} d'anesthésie, de chirurgie ou d'obstétrique l'année précédente (circulaire 31/07/2024, 5 A)")
    return motifs


def _figure(contexte: Contexte, nom: str) -> str:
    return afficher(contexte.figure(NOM, nom)[1], contexte.figures[NOM][nom].unite)


# --- the contract and its avenant


def calculer_calendrier(demande: Demande, entree: Calendrier) -> Resultat:
    """Return which contract holds at a date, under which rates, and the steps signed and applied (circulaire 5 C b)."""
    date = entree.date or demande.date or dt.date(demande.annee, 1, 1)
    contexte = demande.contexte(date)
    medecin = Instance(contexte, "medecin", colonnes(entree) | {"optam_date": date})
    resultats: dict[str, Any] = {
        "date": date.isoformat(),
        "articles": contexte.figure(NOM, "articles")[1],
        "modele": medecin.valeur("optam_modele"),
        "ancien_adherent": medecin.valeur("optam_ancien_adherent"),
        "taux_applicables": medecin.valeur("optam_taux_applicables"),
        "contrat_2016_jusqu_au": _jour(contexte, "fin_contrat_2016"),
        "entree_en_vigueur": _jour(contexte, "entree_en_vigueur"),
        "effet_nouveaux_taux": _jour(contexte, "effet_nouveaux_taux"),
        "avenant_date_limite": _jour(contexte, "avenant_date_limite"),
        "etapes": _etapes(demande),
    }
    explications = {"modele": medecin.expliquer("optam_modele"), "taux_applicables": medecin.expliquer("optam_taux_applicables")}
    try:
        situation = explications["situation"] = medecin.expliquer("optam_situation_contrat")
    except RegleAbsente as absente:
        resultats["situation"] = None
        resultats["motif"] = f"{absente} ({ENTREE})"
        return Resultat(resultats, [], explications)
    resultats["situation"] = situation.valeur
    if situation.valeur is None:
        resultats["etat"] = "non publié"
        resultats["motif"] = f"date limite de signature de l'avenant : non publiée sous ce texte à cette date ({ENTREE})"
    else:
        resultats["precision"] = SITUATIONS[situation.valeur]
    return Resultat(resultats, [], explications)


def _jour(contexte: Contexte, figure: str) -> str | None:
    jour = contexte.figure(NOM, figure)[1]
    return jour.isoformat() if jour else None


def _etapes(demande: Demande) -> list[dict[str, Any]]:
    """Return the dates that the text and its chain give the option, in order, each with its status and reference."""
    titres = {
        "fin_contrat_2016": "fin des options de la convention de 2016",
        "debut_annexe_15": "nouveaux adhérents : contrat au modèle de 2016 (annexe 15)",
        "entree_en_vigueur": "entrée en vigueur des options de 2024 ; nouveaux adhérents : annexe 14 ; anciens : avenant",
        "effet_nouveaux_taux": "effet des nouveaux taux pour les anciens adhérents",
        "avenant_date_limite": "date limite de signature de l'avenant",
        "fin_de_convention": "fin de la convention : période de référence et exclusions",
    }
    figures = demande.contexte().figures[NOM]
    etapes = [
        {"date": valeur.calcul.isoformat(), "figure": nom, "etape": titre, "statut": valeur.statut, "confiance": valeur.confiance,
         "references": [valeur.reference]}
        for nom, titre in titres.items()
        for valeur in figures[nom].valeurs
        if valeur.texte in demande.texte.chaine
    ]  # fmt: skip
    return sorted(etapes, key=lambda etape: str(etape["date"]))


# --- how it ends


def calculer_resiliation(demande: Demande, entree: Resiliation) -> Resultat:
    """Return when an exit takes effect, what is recovered, and when a new adhesion is possible (circulaire 5 B e)."""
    refuser(_fautes_de_resiliation(entree))
    contexte = demande.contexte(entree.date)
    donnees = colonnes(entree) | {"optam_lettre_recue_le": entree.date, "optam_date": entree.date}
    if entree.motif == "ecart":
        donnees["optam_resilie_pour_ecart_le"] = entree.date
    elif entree.date_adhesion:
        donnees["optam_echeance"] = prochaine_echeance(contexte, entree.date_adhesion, entree.date)
    medecin = Instance(contexte, "medecin", donnees)
    if entree.motif == "ecart":
        return _resiliation_pour_ecart(medecin, entree)
    effet = medecin.expliquer("optam_effet_sortie")
    resultats: dict[str, Any] = {
        "resiliation": True,
        "date_effet": effet.valeur.isoformat(),
        "recuperation": 0,
        "readhesion_possible_le": effet.valeur.isoformat(),
        "reserves": ["modalités de 2016, réputées inchangées (circulaire 31/07/2024, 5 B e)"],
    }
    if entree.motif == "defaut-avenant":
        resultats["signature_possible_jusqu_au"] = effet.valeur.isoformat()
    return Resultat(resultats, [], {"date_effet": effet})


def prochaine_echeance(contexte: Contexte, adhesion: dt.date, jour: dt.date) -> dt.date:
    """Return the first anniversary of an adhesion after a day, by the duration of the contract (convention 2016, art. 45)."""
    # A scenario may write a duration of nothing: the search for the next anniversary must still end.
    duree = max(contexte.figure(NOM, "duree_contrat")[1] or 0, 1)
    rang = 1
    while (echeance := decale(adhesion, duree * rang)) <= jour:
        rang += 1
    return echeance


def _resiliation_pour_ecart(medecin: Instance, entree: Resiliation) -> Resultat:
    try:
        resiliable = medecin.expliquer("optam_resiliable_pour_ecart")
    except RegleAbsente as absente:
        return Resultat({"resiliation": None, "recuperation": None, "motif": f"{absente} ({FIN})"}, [], {})
    seuil = points(medecin.contexte.figure(NOM, "seuil_resiliation")[1] * 100)
    if not resiliable.valeur:
        motif = f"l'écart n'est pas supérieur à {seuil} points ({FIN})"
        rien = {"resiliation": False, "recuperation": 0, "readhesion_possible_le": None, "motif": motif}
        return Resultat(rien, [], {"resiliation": resiliable})
    recuperation = medecin.expliquer("optam_recuperation")
    refuser(fautes(medecin, ("optam_recuperation",)))
    exclu, fin = medecin.expliquer("optam_exclu"), medecin.contexte.figure(NOM, "fin_de_convention")[1]
    reouverture = max(fin, entree.date) + UN_JOUR if exclu.valeur else entree.date
    resultats: dict[str, Any] = {
        "resiliation": True,
        "recuperation": en_euros(recuperation.valeur),
        "recuperation_simultanee": True,
        "exclu_jusqu_au": fin.isoformat() if exclu.valeur else None,
        "readhesion_possible_le": reouverture.isoformat(),
        "reserves": ["sommes à récupérer : l'année de l'écart ou toute l'adhésion, le texte ne le dit pas ; celles qui sont données"],
    }
    return Resultat(resultats, [], {"resiliation": resiliable, "recuperation": recuperation, "exclusion": exclu})


def _fautes_de_resiliation(entree: Resiliation) -> list[Faute]:
    if entree.motif == "ecart" and entree.ecart_points is None:
        return [Faute(NECESSAIRE, champ="entree.ecart_points", attendu="l'écart aux engagements, en points")]
    if entree.motif != "opposition":
        return []
    if entree.date_adhesion is None:
        return [Faute(NECESSAIRE, champ="entree.date_adhesion", attendu="la date d'adhésion, qui donne l'échéance")]
    if entree.date < entree.date_adhesion:
        return [Faute("cette date précède l'adhésion", champ="entree.date", valeur=entree.date.isoformat(),
                      attendu=f"une date à partir du {entree.date_adhesion:%d/%m/%Y}")]  # fmt: skip
    return []
