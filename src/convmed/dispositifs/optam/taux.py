"""Rates: the regional table, the doctor's commitment, the follow-up of a year, the sharing of gains."""

from __future__ import annotations

from typing import Any

from convmed.dispositifs.optam.entrees import (
    TAUX_COMPARES,
    Engagement,
    PartageDeGains,
    Suivi,
    TauxEngagement,
    TauxRegionaux,
    annees_de,
    annees_declarees,
    colonnes,
    fautes,
    fraction,
    millioniemes,
    points,
)
from convmed.dispositifs.socle import Demande, Resultat, en_euros, refuser
from convmed.moteur.noeuds import DIX_MILLE
from convmed.moteur.registre import Contexte, RegleAbsente
from convmed.moteur.valeurs import Instance
from convmed.textes import NECESSAIRE, Faute
from convmed.textes.unites import vers_entier

NOM = "optam"
REGIONAL, PARTAGE = "circulaire 31/07/2024, 5 B c", "circulaire 31/07/2024, 5 B b"
CROISEMENT = (
    "plancher au-dessus du plafond (moins de 15 points entre les régions extrêmes) : cas non prévu par le texte, "
    "le plancher est appliqué à toutes (lecture 6)"
)
RISQUES = {"strict": "aucun", "1-5": "prime-reduite", "plus-de-5": "plus-de-prime"}


def part_de(dix_milliemes: int | None) -> float | None:
    """Return a rate of the engine as a fraction."""
    return None if dix_milliemes is None else dix_milliemes / DIX_MILLE


# --- the regional table


def calculer_taux_regionaux(demande: Demande, entree: TauxRegionaux) -> Resultat:
    """Adjust the regional mean rates of excess of a speciality (circulaire 5 B c)."""
    contexte = demande.contexte()
    base = colonnes(entree) | _bornes(entree.taux)
    temoin = Instance(contexte, "medecin", base)
    nationale = bool(temoin.valeur("optam_specialite_nationale"))
    if nationale and entree.taux_national is None:
        attendu = "le taux national : cette spécialité n'a pas de taux régional"
        refuser([Faute(NECESSAIRE, champ="entree.taux_national", attendu=attendu)])
    national = entree.taux_national if nationale else None
    medecins = {
        region: Instance(contexte, "medecin", base | {"optam_td_region": millioniemes(taux if national is None else national)})
        for region, taux in entree.taux.items()
    }
    un = next(iter(medecins.values()))
    resultats: dict[str, Any] = {
        "plancher": fraction(un.valeur("optam_plancher")),
        "plafond": fraction(un.valeur("optam_plafond")),
        "taux": {region: fraction(medecin.valeur("optam_td_regional")) for region, medecin in medecins.items()},
        "ajuste": un.valeur("optam_ajustement_regional"),
        "croisement": bool(un.valeur("optam_croisement")),
    }
    if entree.taux_opposables is not None:
        resultats["taux_opposables"] = dict(entree.taux_opposables)
    if not resultats["ajuste"]:
        resultats["motif"] = _motif_sans_ajustement(demande, entree, nationale)
    if resultats["croisement"]:
        resultats["reserves"] = [CROISEMENT]
    explications = {region: medecin.expliquer("optam_td_regional") for region, medecin in medecins.items()}
    return Resultat(resultats, [], {"plancher": un.expliquer("optam_plancher"), "plafond": un.expliquer("optam_plafond")} | explications)


def _bornes(taux: dict[str, float]) -> dict[str, int]:
    lus = [millioniemes(un) for un in taux.values()]
    return {"optam_td_region_min": min(lus), "optam_td_region_max": max(lus)}


def _motif_sans_ajustement(demande: Demande, entree: TauxRegionaux, nationale: bool) -> str:
    if nationale:
        return f"spécialité à moyenne nationale : ni plancher ni plafond ({REGIONAL} ; lecture 8)"
    if entree.pratique_connue:
        return f"pratique connue sur la période de référence : les taux du médecin, et non ceux de la région ({REGIONAL})"
    if entree.nouvel_installe is False:
        return "la proposition ne vise que les nouveaux installés (multilatérale 08/02/2024)"
    return f"ni plancher ni plafond à cette date sous ce texte : {demande.texte.libelle} ({REGIONAL})"


# --- the commitment of a doctor


def calculer_taux_engagement(demande: Demande, entree: TauxEngagement) -> Resultat:
    """Return the two rates of the contract and where they come from (circulaire 5 B; annexe 21 of 2016)."""
    contexte = demande.contexte(entree.date)
    donnees = colonnes(entree) | {"optam_date": contexte.date}
    personnel = _medecin(contexte, donnees, _annees(entree))
    donnees |= _taux_du_groupe(contexte, entree) | _taux_de_la_region(entree, personnel)
    medecin = _medecin(contexte, donnees, _annees(entree))
    refuser(fautes(medecin, ("optam_origine",)))
    depassement, opposable = medecin.expliquer("optam_td_engagement"), medecin.expliquer("optam_to_engagement")
    origine, periode = medecin.valeur("optam_origine"), [medecin.valeur(f"optam_periode_{b}") for b in ("debut", "fin")]
    resultats: dict[str, Any] = {
        "taux_depassement": fraction(depassement.valeur),
        "taux_opposable": fraction(opposable.valeur),
        "origine": origine,
        "periode_reference": periode,
        "annees": [
            {"annee": une.valeur("optam_annee"), "taux_depassement": fraction(une.valeur("optam_td_annuel")),
             "taux_opposable": fraction(une.valeur("optam_to_annuel"))}
            for une in medecin.enfants.get("annee_optam", ()) if une.valeur("optam_annee_retenue")
        ],
        "valable_jusqu_au": _jour(contexte, "fin_de_convention"),
        "reserves": _reserves(entree, medecin, origine),
    }  # fmt: skip
    if origine in {"personnel", "groupe"}:
        resultats["taux_personnel"] = {
            "taux_depassement": fraction(medecin.valeur("optam_td_personnel")),
            "taux_opposable": fraction(medecin.valeur("optam_to_personnel")),
        }
    manquants = [*depassement.manquants(), *opposable.manquants()]
    if manquants:
        resultats["etat"] = "non publié"
        resultats["motif"] = " ; ".join(dict.fromkeys(f"{f.libelle} : non publié, à fournir ({f.reference or REGIONAL})" for f in manquants))
    return Resultat(resultats, [], {"taux_depassement": depassement, "taux_opposable": opposable})


def _annees(entree: TauxEngagement) -> list[dict[str, int]]:
    if entree.actes is not None:
        return annees_de(entree.actes)
    espic = entree.activite_espic if entree.prise_en_compte_espic else None
    return annees_declarees([*(entree.activite or ()), *(espic or ())])


def _medecin(contexte: Contexte, donnees: dict[str, Any], annees: list[dict[str, int]]) -> Instance:
    lignes = [Instance(contexte, "annee_optam", annee) for annee in annees]
    return Instance(contexte, "medecin", donnees, {"annee_optam": lignes})


def _taux_du_groupe(contexte: Contexte, entree: TauxEngagement) -> dict[str, int]:
    """Return the mean rates of the members; every member must have the same speciality and years of reference."""
    if not entree.taux_de_groupe:
        return {}
    if not entree.groupe:
        refuser([Faute(NECESSAIRE, champ="entree.groupe", attendu="les médecins du groupe, leurs spécialités et leurs années")])
    autres = [
        Faute("le groupe réunit des médecins d'une même spécialité", champ=f"entree.groupe[{rang}].specialite",
              valeur=membre.specialite, attendu=str(entree.specialite or entree.groupe[0].specialite))
        for rang, membre in enumerate(entree.groupe or ())
        if entree.groupe and membre.specialite != (entree.specialite or entree.groupe[0].specialite)
    ]  # fmt: skip
    refuser(autres)
    membres = [_medecin(contexte, {"optam_date": contexte.date}, annees_declarees(membre.activite)) for membre in entree.groupe or ()]
    refuser(
        Faute("aucune année de la période de référence", champ=f"entree.groupe[{rang}].activite")
        for rang, membre in enumerate(membres)
        if not membre.valeur("optam_annees_retenues")
    )
    moyennes = {}
    for taux in ("td", "to"):
        somme = sum(membre.valeur(f"optam_{taux}_personnel") for membre in membres)
        moyennes[f"optam_{taux}_groupe"] = (2 * somme + len(membres)) // (2 * len(membres))
    return moyennes


def _taux_de_la_region(entree: TauxEngagement, personnel: Instance) -> dict[str, int]:
    """Return the mean rates of a doctor without known practice: those of the nation, or of the region with its bounds."""
    if personnel.valeur("optam_origine") in {"groupe", "personnel"}:
        return {}
    if personnel.valeur("optam_origine") == "national":
        return _presents(optam_td_region=entree.taux_national, optam_to_region=entree.taux_opposable_national)
    refuser(
        Faute("cette région n'est pas dans la table", champ="entree.region", attendu=f"une région de {champ}")
        for champ in ("taux_regionaux", "taux_opposables_regionaux")
        if (table := getattr(entree, champ)) is not None and entree.region not in table
    )
    depassements = entree.taux_regionaux or {}
    opposables = entree.taux_opposables_regionaux or {}
    lus = _presents(optam_td_region=depassements.get(entree.region or ""), optam_to_region=opposables.get(entree.region or ""))
    return lus | (_bornes(depassements) if depassements else {})


def _presents(**taux: float | None) -> dict[str, int]:
    return {nom: millioniemes(un) for nom, un in taux.items() if un is not None}


def _jour(contexte: Contexte, figure: str) -> str | None:
    jour = contexte.figure(NOM, figure)[1]
    return jour.isoformat() if jour else None


def _reserves(entree: TauxEngagement, medecin: Instance, origine: str) -> list[str]:
    reserves = ["taux moyens de rapports annuels : formule de 2016, le texte de 2024 n'a pas été lu"]
    retenues, periode = medecin.valeur("optam_annees_retenues"), medecin.valeur("optam_periode_fin") - medecin.valeur("optam_periode_debut") + 1
    if origine == "personnel" and retenues < periode:
        reserves.append(f"moyenne sur {retenues} année d'activité seulement : lecture, le texte n'en dit rien")
    if origine == "groupe":
        reserves.append("taux de groupe : moyenne simple des taux des membres, les modalités ne sont pas publiées")
    if entree.activite_espic and not entree.prise_en_compte_espic:
        reserves.append("activité en ESPIC laissée de côté : elle ne compte que si le médecin le demande (circulaire 5 B d)")
    if medecin.valeur("optam_croisement") and origine == "regional":
        reserves.append(CROISEMENT)
    return reserves


# --- the follow-up of a year


def calculer_suivi(demande: Demande, entree: Suivi) -> Resultat:
    """Compare what is observed so far with the commitment: gap, level, distance to the next bounds, risk."""
    if (entree.observe is None) == (entree.cumul is None):
        refuser([Faute("valeur refusée", champ="entree.observe", attendu="observe (deux taux) ou cumul (euros), l'un des deux")])
    engage, contexte = entree.engagement, demande.contexte()
    donnees = {
        "optam_td_engage": millioniemes(engage.taux_depassement),
        "optam_to_engage": millioniemes(engage.taux_opposable),
        **_observes(contexte, entree),
    }
    medecin = Instance(contexte, "medecin", donnees)
    ecart, niveau = medecin.expliquer("optam_ecart"), medecin.valeur("optam_niveau_respect")
    observes = {taux: medecin.valeur(f"optam_{taux}_observe") for taux in ("td", "to")}
    resultats: dict[str, Any] = {
        "observe": {"taux_depassement": fraction(observes["td"]), "taux_opposable": fraction(observes["to"])},
        "ecart_depassement": points(observes["td"] - donnees["optam_td_engage"]),
        "ecart_opposable": points(donnees["optam_to_engage"] - observes["to"]),
        "ecart": points(ecart.valeur),
        "respecte": ecart.valeur == 0,
        "niveau_respect": niveau,
        "niveau_prime": part_de(medecin.valeur("optam_niveau_prime")),
        "risque": RISQUES[niveau],
        "distances": _distances(contexte, ecart.valeur),
        "reserves": ["l'écart retenu est le plus grand des deux : le texte ne dit pas lequel compte"],
    }
    _noter_resiliation(medecin, resultats)
    if entree.cumul is not None:
        remboursables, depassements = (
            vers_entier(getattr(entree.cumul, c), "EUR") for c in ("honoraires_remboursables", "depassements")
        )
        permis = remboursables * donnees["optam_td_engage"] // 10**6
        resultats["depassements_permis"] = en_euros(permis)
        resultats["depassements_restants"] = en_euros(permis - depassements)
    return Resultat(resultats, [], {"ecart": ecart, "niveau_prime": medecin.expliquer("optam_niveau_prime")})


def _observes(contexte: Contexte, entree: Suivi) -> dict[str, int]:
    if isinstance(entree.observe, Engagement):
        return {
            "optam_td_observe": millioniemes(entree.observe.taux_depassement),
            "optam_to_observe": millioniemes(entree.observe.taux_opposable),
        }
    cumul = entree.cumul
    assert cumul is not None
    if cumul.honoraires_opposables > cumul.honoraires_remboursables:
        refuser([Faute("valeur refusée", champ="entree.cumul.honoraires_opposables", valeur=cumul.honoraires_opposables,
                       attendu=f"au plus {cumul.honoraires_remboursables:g} (honoraires_remboursables)")])  # fmt: skip
    annee = Instance(contexte, "annee_optam", {f"optam_{c.removeprefix('honoraires_')}": vers_entier(v, "EUR") for c, v in cumul})
    return {"optam_td_observe": annee.valeur("optam_td_annuel"), "optam_to_observe": annee.valeur("optam_to_annuel")}


def _distances(contexte: Contexte, ecart: int) -> dict[str, float | int]:
    """Return how many points are left before each bound: below zero once it is passed."""
    bornes = {f"{rang}_points": f"borne_{rang}" for rang in range(1, 6)} | {"resiliation": "seuil_resiliation"}
    lues = {nom: contexte.figure(NOM, figure)[1] for nom, figure in bornes.items()}
    return {nom: points(borne * 100 - ecart) or 0 for nom, borne in lues.items() if borne is not None}


def _noter_resiliation(medecin: Instance, resultats: dict[str, Any]) -> None:
    try:
        resultats["risque_de_resiliation"] = medecin.valeur("optam_resiliable_pour_ecart")
    except RegleAbsente as absente:
        resultats["risque_de_resiliation"] = None
        resultats["motif"] = str(absente)
        return
    if resultats["risque_de_resiliation"]:
        resultats["risque"] = "resiliation"


# --- the sharing of gains


def calculer_partage(demande: Demande, entree: PartageDeGains) -> Resultat:
    """Return the share of a revaluation that the doctor keeps, and the rate worked out again (circulaire 5 B b)."""
    refuser(_fautes_du_partage(entree))
    medecin = Instance(demande.contexte(), "medecin", colonnes(entree) | {"optam_annee_des_taux": demande.annee})
    part = medecin.expliquer("optam_part_gains")
    refuser(fautes(medecin, ("optam_part_gains",), **dict.fromkeys(TAUX_COMPARES, "niveau_respect")))
    resultats: dict[str, Any] = {"part": part_de(part.valeur)}
    try:
        resultats["annee_du_respect"] = medecin.valeur("optam_annee_respect")
        resultats["niveau_respect"] = medecin.valeur("optam_niveau_retenu")
    except RegleAbsente:
        resultats["motif"] = "part unique, quel que soit le respect (convention 2016, annexe 21)"
    explications = {"part": part}
    if entree.base_avant is not None:
        avant = Instance(medecin.contexte, "medecin", {**medecin.donnees, "optam_base_apres": medecin.donnees["optam_base_avant"]})
        explications |= {"gain_conserve": medecin.expliquer("optam_gain_conserve"), "taux": medecin.expliquer("optam_td_recalcule")}
        resultats |= {
            "hausse": en_euros(medecin.donnees["optam_base_apres"] - medecin.donnees["optam_base_avant"]),
            "gain_conserve": en_euros(explications["gain_conserve"].valeur),
            "taux_depassement_avant": fraction(avant.valeur("optam_td_recalcule")),
            "taux_depassement": fraction(explications["taux"].valeur),
            "reserves": [f"taux recalculé par une formule reconstruite, à vérifier à l'annexe ({PARTAGE})"],
        }
    return Resultat(resultats, [], explications)


def _fautes_du_partage(entree: PartageDeGains) -> list[Faute]:
    trouvees = []
    if entree.niveau_respect is not None and entree.ecart_points is not None:
        trouvees.append(Faute("valeur refusée", champ="entree.ecart_points", attendu="niveau_respect ou ecart_points, pas les deux"))
    honoraires = ("honoraires_totaux", "base_avant", "base_apres")
    manquants = [champ for champ in honoraires if getattr(entree, champ) is None]
    if len(manquants) < len(honoraires):
        trouvees += [Faute(NECESSAIRE, champ=f"entree.{champ}", attendu="un montant en euros") for champ in manquants]
    if not manquants:
        avant, apres, totaux = entree.base_avant or 0, entree.base_apres or 0, entree.honoraires_totaux or 0
        if avant <= 0:
            trouvees.append(Faute("valeur refusée", champ="entree.base_avant", valeur=avant, attendu="plus de 0"))
        if apres < avant:
            trouvees.append(Faute("valeur refusée", champ="entree.base_apres", valeur=apres, attendu=f"au moins {avant:g} (base_avant)"))
        if totaux < avant:
            trouvees.append(Faute("valeur refusée", champ="entree.honoraires_totaux", valeur=totaux, attendu=f"au moins {avant:g} (base_avant)"))
    return trouvees
