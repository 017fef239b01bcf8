"""The questions beside the procedures: what is incurred, what it suspends, who assists, how high, under which text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from dateutil.relativedelta import relativedelta

from convmed.dispositifs.sanctions import entrees, regles
from convmed.dispositifs.sanctions.echeances import iso
from convmed.dispositifs.sanctions.machine import NOM, procedures, reduire
from convmed.dispositifs.socle import Demande, Resultat, en_euros, fautes_de, refuser
from convmed.donnees.calendrier_legal import UN_JOUR
from convmed.moteur.registre import Contexte, RegleAbsente
from convmed.moteur.valeurs import Explication, Instance
from convmed.textes import NECESSAIRE, Faute, Valeur
from convmed.textes.unites import base, vers_entier

SANCTIONS = {
    "remunerations": "suspension d'une ou plusieurs rémunérations conventionnelles",
    "depassements-autorises": "suspension du droit à des dépassements autorisés",
    "droit-permanent-a-depassement": "suspension du droit permanent à dépassement",
    "honoraires-libres": "suspension des honoraires libres",
    "avantages-sociaux": "suspension de la participation des caisses aux cotisations sociales",
    "deconventionnement": "déconventionnement, temporaire ou ferme",
}
R_147_15 = "CSS, art. R. 147-15"
COLONNES_PENALITE = {
    "cas": "pen_cas", "sommes": "pen_sommes", "depassements": "pen_depassements", "pmss": "pen_pmss", "recidive": "pen_recidive",
    "personne_morale": "pen_personne_morale", "double_de_la_moyenne": "pen_double_de_la_moyenne",
    "procedure_conventionnelle": "pen_memes_faits",
}  # fmt: skip


def repondre(demande: Demande, entree: Any) -> Resultat:
    """Answer one question under the text in force on its day, by default the last one of the exercise."""
    contexte = demande.contexte(demande.date or dt.date(demande.annee, 12, 31))
    match entree:
        case entrees.Sanction():
            return sanction(contexte, entree)
        case entrees.Effets():
            return effets(contexte, entree)
        case entrees.Assistance():
            return assistance(contexte, entree)
        case entrees.Avertissement():
            return avertissement(contexte, entree)
        case entrees.Transition():
            return transition(contexte, entree)
        case entrees.Penalite():
            return penalite(contexte, entree)
        case entrees.Office():
            return office(contexte, entree)
        case entrees.Objectif():
            return objectif(contexte, entree)
        case _:
            return pratique_tarifaire(contexte, entree)


def sanction(contexte: Contexte, entree: entrees.Sanction) -> Resultat:
    """Say which sanctions a breach may bring, and how long each may last on that day."""
    fautes: list[Faute] = []
    encourues = list(_figure(contexte, "sanctions") or ())
    griefs, anterieurs = (list(_figure(contexte, nom) or ()) for nom in ("griefs_r_147_11", "manquements_anterieurs"))
    manquement = _parmi(entree.manquement, [*griefs, *anterieurs], "manquement", fautes)
    choisie = _parmi(entree.sanction, list(SANCTIONS), "sanction", fautes)
    refuser(fautes)
    liste, explications = [], {}
    for nom in [choisie] if choisie else encourues:
        duree = _expliquer(contexte, "san_duree_maximale", {"san_sanction": nom})
        maximum = duree.valeur if duree is not None else None
        unite = base(contexte.regle("san_duree_maximale").unite) if duree is not None else None
        une: dict[str, Any] = {
            "sanction": nom, "libelle": _libelle(contexte, nom), "encourue": nom in encourues,
            "duree_maximale": None if maximum is None else {"valeur": maximum, "unite": unite},
            "duree_admise": _admise(entree, contexte.date, maximum, unite) if nom in encourues else False,
        }  # fmt: skip
        if not une["encourue"]:
            une["motif"] = f"cette sanction n'existe pas à cette date ({_reference(contexte, 'sanctions')})"
        elif maximum is None:
            une["motif"] = f"durée maximale non publiée à cette date ({_reference(contexte, 'duree_maximale')})"
        liste.append(une)
        if duree is not None:
            explications[nom] = duree
    resultats: dict[str, Any] = {
        "manquement": manquement, "grief_r_147_11": manquement in griefs if manquement else None,
        "avertissement_prealable": None if manquement is None else manquement not in griefs, "sanctions": liste,
        "duree_maximale": liste[0]["duree_maximale"] if choisie and liste else None,
        "manquements_connus": {"griefs_r_147_11": griefs, "listes_en_2016": anterieurs},
        "reserves": ["la liste entière des manquements et des sanctions (art. 103 à 113) n'a pas été lue : ici, ce que nomme la circulaire",
                     "aucun texte lu ne rattache une sanction à un manquement : toutes sont encourues"],
        "references": _references(contexte, "sanctions", "griefs_r_147_11", "articles_de_la_convention"),
    }  # fmt: skip
    if choisie and liste:
        resultats |= {cle: liste[0][cle] for cle in ("encourue", "duree_admise")}
    if not liste:
        resultats["motif"] = "les sanctions de ce texte ne sont pas dans les sources à cette date"
    return Resultat(resultats, [], explications)


def _libelle(contexte: Contexte, nom: str) -> str:
    codes = _figure(contexte, "depassements_suspendus") if nom == "depassements-autorises" else None
    return SANCTIONS[nom] + (f" ({' et '.join(codes)})" if codes else "")


def _admise(entree: entrees.Duree, jour: dt.date, maximum: int | None, unite: str | None) -> bool | None:
    """Tell whether the asked duration fits the longest one; `None` if either is not known."""
    if maximum is None or (entree.duree_mois is None and entree.duree_jours is None and (entree.du is None or entree.au is None)):
        return None
    debut = entree.du or jour
    fin = entree.au or debut + relativedelta(months=entree.duree_mois or 0, days=entree.duree_jours or 0) - UN_JOUR
    return fin <= debut + (relativedelta(years=maximum) if unite == "ans" else relativedelta(months=maximum)) - UN_JOUR


def effets(contexte: Contexte, entree: entrees.Effets) -> Resultat:
    """Say what a déconventionnement suspends: remunerations, social benefits beyond the threshold, replacements."""
    article = _reference(contexte, "avantages_seuil")
    if not entree.ferme:
        motif = f"ces effets sont ceux d'un déconventionnement ferme ; ceux d'un sursis ne sont pas publiés ({article})"
        return Resultat({"remunerations_suspendues": None, "avantages_sociaux_suspendus": None, "remplacement": None, "motif": motif})
    mois, jours_en_plus = _mois_et_reste(entree)
    if mois is None:
        refuser([Faute(NECESSAIRE, champ="entree.duree_mois", attendu="des mois entiers, et duree_jours ; ou du et au")])
    donnees = {"san_mois_de_deconventionnement": mois, "san_jours_en_plus": jours_en_plus}
    remunerations = _expliquer(contexte, "san_remunerations_suspendues", donnees)
    avantages = _expliquer(contexte, "san_avantages_suspendus", donnees)
    remplacement = contexte.figures[NOM]["effet_sur_les_remplacements"]
    resultats = {
        "remunerations_suspendues": remunerations.valeur if remunerations else False,
        "avantages_sociaux_suspendus": avantages.valeur if avantages else None,
        "seuil_mois": _figure(contexte, "avantages_seuil"),
        "remplacement": _figure(contexte, "effet_sur_les_remplacements"),
        "reserves": [f"{remplacement.libelle} : non publié, voir {remplacement.article}"],
        "references": _references(contexte, "avantages_seuil", "remunerations_suspendues"),
    }
    return Resultat(resultats, [], {nom: une for nom, une in (("remunerations", remunerations), ("avantages_sociaux", avantages)) if une})


def _mois_et_reste(entree: entrees.Duree) -> tuple[int | None, bool]:
    """Return whole months, and whether days are left over; `None` if the duration is not known in months."""
    if entree.du is not None and entree.au is not None:
        ecart = relativedelta(entree.au + UN_JOUR, entree.du)
        return 12 * ecart.years + ecart.months, bool(ecart.days)
    return entree.duree_mois, bool(entree.duree_jours)


def assistance(contexte: Contexte, entree: entrees.Assistance) -> Resultat:
    """Say who may assist the doctor in a procedure, and whether these may."""
    procedure = procedures()[entree.procedure]
    admis = _figure(contexte, procedure.assistance) if procedure.assistance else None
    resultats: dict[str, Any] = {"procedure": procedure.nom, "assistants_admis": list(admis) if admis else None}
    if admis is None:
        motif = "assistance non relevée dans les sources" if procedure.assistance is None else "non publiée à cette date"
        return Resultat({**resultats, "admis": None, "motif": f"{motif}, voir {procedure.articles}"})
    non_signataire = _figure(contexte, "assistance_non_signataire")
    libre = "personne-de-son-choix" in admis
    refuses = [] if libre else [nom for nom in entree.assistants or () if reduire(nom) not in {reduire(un) for un in admis}]
    if not libre and entree.syndicat_signataire is False and not non_signataire:
        refuses.append("confrere")
    resultats |= {
        "admis": None if entree.assistants is None and entree.syndicat_signataire is None else not refuses, "refuses": refuses,
        "confrere_d_un_syndicat_non_signataire": True if libre else non_signataire,
        "references": _references(contexte, str(procedure.assistance), "assistance_non_signataire"),
    }  # fmt: skip
    return Resultat(resultats)


def avertissement(contexte: Contexte, entree: entrees.Avertissement) -> Resultat:
    """Say whether a warning must come first; the relevé des constatations is due in any case (reading 62)."""
    exceptions = list(_figure(contexte, "sans_avertissement") or ())
    requis = entree.sans_avertissement not in exceptions
    resultats: dict[str, Any] = {"avertissement_requis": requis, "releve_requis": True, "exceptions": exceptions,
                                 "references": _references(contexte, "sans_avertissement")}  # fmt: skip
    if requis and entree.sans_avertissement:
        resultats["motif"] = "aucune exception n'est publiée à cette date : l'avertissement reste dû"
    return Resultat(resultats)


def transition(contexte: Contexte, entree: entrees.Transition) -> Resultat:
    """Say under which text a procedure goes on, and that a sanction in execution keeps its term."""
    entree_en_vigueur: dt.date = _figure(contexte, "entree_en_vigueur")
    en_cours = entree.ouverte_le < entree_en_vigueur and (entree.close_le is None or entree.close_le >= entree_en_vigueur)
    nouvelle = entree.ouverte_le >= entree_en_vigueur or en_cours
    resultats: dict[str, Any] = {
        "texte": "convention-2024" if nouvelle else "convention-2016", "en_cours_a_l_entree_en_vigueur": en_cours,
        "entree_en_vigueur": iso(entree_en_vigueur), "references": _references(contexte, "entree_en_vigueur"),
    }  # fmt: skip
    if entree.sanction_du is not None:
        executee = entree.sanction_du < entree_en_vigueur and (entree.sanction_au is None or entree.sanction_au >= entree_en_vigueur)
        motif = "en cours d'exécution à l'entrée en vigueur : appliquée jusqu'à son terme, sans changement"
        resultats["sanction"] = {"inchangee": executee, "terme": iso(entree.sanction_au), "motif": motif if executee else None}
    return Resultat(resultats)


def penalite(contexte: Contexte, entree: entrees.Penalite) -> Resultat:
    """Compute the ceiling and the floor of a pénalité financière (CSS, L. 114-17-1, R. 147-5 to R. 147-15)."""
    fautes = []
    recidive, delai = entree.recidive, _delai_de_recidive(contexte, entree.cas)
    if entree.penalite_precedente is not None:
        faits = entree.date_des_faits or contexte.date
        if entree.penalite_precedente > faits:
            fautes.append(Faute("valeur refusée", champ="entree.penalite_precedente", valeur=iso(entree.penalite_precedente),
                                attendu=f"une date jusqu'au {faits:%d/%m/%Y}"))  # fmt: skip
        calculee = faits <= entree.penalite_precedente + relativedelta(years=int(delai.calcul)) if delai else None
        recidive = calculee if recidive is None else recidive
    donnees: dict[str, Any] = {}
    for champ, colonne in COLONNES_PENALITE.items():
        valeur = recidive if champ == "recidive" else getattr(entree, champ)
        if valeur is not None:
            donnees[colonne] = vers_entier(valeur, "EUR") if isinstance(valeur, float) else valeur
    instance = Instance(contexte, "medecin", donnees)
    plafond, plancher = instance.expliquer("pen_plafond"), instance.expliquer("pen_plancher")
    lieux = {colonne: f"entree.{champ}" for champ, colonne in COLONNES_PENALITE.items()}
    refuser([*fautes, *fautes_de((plafond, plancher) if not entree.procedure_conventionnelle else (), lambda e: lieux.get(e.nom, e.nom))])
    non_publies = list(dict.fromkeys(f"{f.libelle} : non publié à cette date, voir {f.reference}" for f in plafond.manquants() if f.genre == "figure"))
    resultats: dict[str, Any] = {
        "plafond": en_euros(plafond.valeur), "plancher": en_euros(plancher.valeur) if plafond.valeur else 0 if plafond.valeur == 0 else None,
        "recidive": bool(recidive), "delai_de_recidive_ans": int(delai.calcul) if delai else None,
        "references": list(dict.fromkeys(f.reference for f in plafond.feuilles() if f.genre == "figure" and f.reference)),
    }  # fmt: skip
    if plafond.valeur == 0 and entree.procedure_conventionnelle:
        resultats["motif"] = f"pénalité et procédure conventionnelle s'excluent pour les mêmes faits ({_reference(contexte, 'pen_non_cumul')})"
    elif non_publies:
        resultats["motif"] = " ; ".join(non_publies)
    return Resultat(resultats, [], {"plafond": plafond, "plancher": plancher})


def _delai_de_recidive(contexte: Contexte, cas: str) -> Valeur | None:
    noms = {regles.FRAUDE: "pen_recidive_delai_fraude", regles.BANDE: "pen_recidive_delai_fraude", regles.REFUS: "pen_recidive_delai_refus"}
    return contexte.figure(NOM, noms.get(cas, "pen_recidive_delai"))[0]


def office(contexte: Contexte, entree: entrees.Office) -> Resultat:
    """Tell whether two definitive sanctions for fraud make the withdrawal mandatory (CSS, R. 162-54-11)."""
    if entree.pmss is None:
        refuser([Faute(NECESSAIRE, champ="entree.pmss", attendu="le plafond mensuel de la sécurité sociale, en euros")])
    seuil, nombre, periode, duree = (_figure(contexte, f"off_{nom}") for nom in ("seuil", "sanctions", "periode", "duree"))
    references = _references(contexte, "off_seuil")
    if seuil is None:
        article = contexte.figures[NOM]["off_seuil"].article
        return Resultat({"encouru": None, "references": references, "motif": f"non publié à cette date, voir {article}"})
    minimum = vers_entier(entree.pmss, "EUR") * seuil
    graves = sorted(une.date for une in entree.sanctions if vers_entier(une.prejudice, "EUR") >= minimum)
    encouru = any(graves[i + nombre - 1] <= graves[i] + relativedelta(years=periode) for i in range(len(graves) - nombre + 1))
    resultats: dict[str, Any] = {"encouru": encouru, "prejudice_minimal": en_euros(minimum), "sanctions_retenues": [iso(date) for date in graves],
                                 "duree_maximale": {"valeur": duree, "unite": "ans"}, "references": references}  # fmt: skip
    if not encouru:
        resultats["motif"] = f"il faut {nombre} sanctions définitives pour fraude en {periode} ans, chacune d'au moins {seuil} PMSS ({references[0]})"
    return Resultat(resultats)


def objectif(contexte: Contexte, entree: entrees.Objectif) -> Resultat:
    """Tell whether a target of MSO may be proposed: never under the mean of reference, within the lengths of the period."""
    mini, maxi = _figure(contexte, "mso_periode_min"), _figure(contexte, "mso_periode_max")
    article = _reference(contexte, "mso_periode_min")
    motifs = []
    if entree.objectif < entree.moyenne:
        motifs.append(f"l'objectif n'est jamais inférieur à la moyenne de référence ({article})")
    if not mini <= entree.duree_mois <= maxi:
        motifs.append(f"la période est de {mini} à {maxi} mois ({article})")
    return Resultat({"conforme": not motifs, "motifs": motifs, "references": [article]})


def pratique_tarifaire(contexte: Contexte, entree: entrees.PratiqueTarifaire) -> Resultat:
    """Place a rate of excess fees against the mark of before 2024, which was no limit."""
    figure = contexte.figures[NOM]["pte_repere"]
    valeur = figure.valeurs[-1]
    criteres = contexte.figures[NOM]["pte_criteres"].valeurs[-1]
    en_force = contexte.figure(NOM, "pte_repere")[0] is not None
    repere = valeur.calcul / 10_000
    resultats: dict[str, Any] = {
        "au_dela_du_repere": entree.taux_depassement > repere, "repere": repere, "repere_en_vigueur": en_force,
        "criteres": list(criteres.calcul), "statut": valeur.statut, "confiance": valeur.confiance, "note": figure.note,
        "references": [valeur.reference, criteres.reference],
    }  # fmt: skip
    if not en_force:
        resultats["motif"] = "repère antérieur : les seuils de 2024 ne sont pas publiés, voir art. 103 à 113"
    return Resultat(resultats)


def _figure(contexte: Contexte, nom: str) -> Any:
    return contexte.figure(NOM, nom)[1]


def _reference(contexte: Contexte, nom: str) -> str:
    valeur = contexte.figure(NOM, nom)[0]
    return valeur.reference if valeur else contexte.figures[NOM][nom].article


def _references(contexte: Contexte, *noms: str) -> list[str]:
    return list(dict.fromkeys(reference for nom in noms for reference in (contexte.figures[NOM][nom].article, _reference(contexte, nom))))


def _expliquer(contexte: Contexte, regle: str, donnees: Mapping[str, Any]) -> Explication | None:
    """Return an explained result, or nothing if no rule of the text holds on that day."""
    try:
        return Instance(contexte, "medecin", dict(donnees)).expliquer(regle)
    except RegleAbsente:
        return None


def _parmi(valeur: str | None, connus: list[str], champ: str, fautes: list[Faute]) -> str | None:
    """Return the known word that a written one means; a fault with the nearest ones otherwise."""
    if valeur is None:
        return None
    trouve = next((un for un in connus if reduire(un) == reduire(valeur)), None)
    if trouve is None:
        proches = get_close_matches(valeur, connus, n=3, cutoff=0.5)
        attendu = "l'un de " + ", ".join(proches or connus) if connus else "aucun n'est publié à cette date"
        fautes.append(Faute("valeur refusée", champ=f"entree.{champ}", valeur=valeur, attendu=attendu))
    return trouve
