"""May a contract be signed, with which option and which objective: the answers, each reason with its reference."""

from __future__ import annotations

import datetime as dt
from typing import Any

from convmed.dispositifs.assistants_medicaux.aide import phrase
from convmed.dispositifs.assistants_medicaux.entrees import (
    INDICATEURS,
    ChangementOption,
    Eligibilite,
    Indicateur,
    Objectif,
    avant_les_contrats,
    colonnes,
    fautes,
    objectifs_sous_le_depart,
)
from convmed.dispositifs.assistants_medicaux.regles import NOM, PLUS_D_UN_ETP
from convmed.dispositifs.assistants_medicaux.versements import annee_ouverte_le
from convmed.dispositifs.socle import Demande, Resultat, en_euros, feuilles_uniques, refuser
from convmed.moteur import calendrier
from convmed.moteur.noeuds import DIX_MILLE
from convmed.moteur.registre import Contexte
from convmed.moteur.valeurs import Instance
from convmed.textes import NECESSAIRE, Faute

CONDITIONS = {
    "am_eligible_specialite": "la spécialité est exclue de l'aide (circulaire 4.1)",
    "am_eligible_chirurgie": "les honoraires CCAM d'un chirurgien doivent faire moins de {part_ccam_max} de ses honoraires (circulaire 4.1)",
    "am_eligible_secteur": "l'aide demande le secteur 1, ou le secteur 2 avec OPTAM ou OPTAM-ACO (circulaire 4.1)",
    "am_eligible_patientele": "la patientèle est sous le P30 de la spécialité au {date_distribution} (annexe 10 ; circulaire 4.1)",
    "am_eligible_secretariat": "le secrétaire devenu assistant, ou parti à moins de {fenetre_secretaire} de l'embauche, doit être "
    "remplacé, ou le secrétariat organisé autrement (circulaire 4.1)",
    "am_eligible_unique": "un contrat est déjà en cours : deux aides ne se cumulent pas (art. 33 à 39)",
    "am_eligible_option": "l'option 1/3 ETP est fermée aux nouveaux contrats depuis le {tiers_fermeture} (règlement arbitral)",
    "am_eligible_carence": "un nouveau contrat attend {carence} après la fin du précédent (circulaire 4.8 a)",
}
SUPPLEMENT = {
    "am_supplement_zone": "1,5 et 2 ETP demandent d'exercer en ZIP (circulaire 4.3)",
    "am_supplement_specialite": "1,5 et 2 ETP sont réservés à la médecine générale, MEP exclus (circulaire 4.3)",
    "am_supplement_contrat": "1,5 et 2 ETP demandent un contrat déjà signé à 1 ETP (circulaire 4.3)",
    "am_supplement_objectifs": "1,5 et 2 ETP demandent d'avoir atteint tous les objectifs du contrat (circulaire 4.3)",
    "am_supplement_annee": "1,5 et 2 ETP s'ouvrent à partir de l'année {supplement_annee} du contrat (circulaire 4.3)",
}
REGLES_OBJECTIF = {
    "maintien": "garder la patientèle de départ",
    "fixe": "gain fixe, par spécialité (P30 à P50)",
    "individualise": "gain selon la patientèle de départ, l'option et la spécialité (P50 à P95)",
    "augmentation-fixe": "gain fixe des options 1,5 et 2 ETP (P95 et plus)",
    "sous-le-seuil": "patientèle sous le P30",
}


def calculer_eligibilite(demande: Demande, entree: Eligibilite) -> Resultat:
    """Judge every condition of a new contract (circulaire 4.1, 4.3 and 4.8); what one settles, no other need say."""
    date = entree.date_signature or demande.date or dt.date(demande.annee, 12, 31)
    contexte = demande.contexte(date)
    refuser(avant_les_contrats(date, contexte.figure(NOM, "premiere_signature")[1]))
    generaliste = entree.specialite in (contexte.figure(NOM, "specialites_generalistes")[1] or ())
    donnees = colonnes(entree) | {"am_date_demande": date, "am_indicateur": "pmt" if generaliste else "fa"}
    donnees.setdefault("am_option", "1")
    medecin = Instance(contexte, "medecin", donnees)
    plus_d_un = entree.option_etp in PLUS_D_UN_ETP
    return _jugement(medecin, CONDITIONS | (SUPPLEMENT if plus_d_un else {}), "eligible")


def _jugement(medecin: Instance, regles: dict[str, str], nom: str) -> Resultat:
    """Return true, false with its reasons, or nothing with what is left to verify."""
    refusees = [regle for regle in regles if medecin.valeur(regle) is False]
    if not refusees:
        refuser(fautes(medecin, regles))
    inconnues = [regle for regle in regles if medecin.valeur(regle) is None]
    motifs = [phrase(regles[regle], medecin.contexte) for regle in refusees]
    resultats: dict[str, Any] = {nom: False if refusees else None if inconnues else True, "motifs": motifs}
    if inconnues:
        resultats["a_verifier"] = [_a_verifier(medecin, regle) for regle in inconnues]
    if motifs:
        resultats["motif"] = " ; ".join(motifs)
    return Resultat(resultats, [], {regle: medecin.expliquer(regle) for regle in regles})


def _a_verifier(medecin: Instance, regle: str) -> str:
    explication = medecin.expliquer(regle)
    manques = [f for f in feuilles_uniques(explication) if f.valeur is None and not (f.genre == "entree" and f.detail)]
    suite = ", ".join(f"{f.libelle} (non publié, {f.reference})" if f.genre == "figure" else f.libelle for f in manques)
    return f"{explication.libelle} : {suite}"


def calculer_objectif(demande: Demande, entree: Objectif) -> Resultat:
    """Say how the objective is set, for each indicator of the specialty (circulaire 4.4 and 4.7)."""
    date = demande.date or dt.date(demande.annee, 12, 31)
    contexte = demande.contexte(date, date_observation=date)
    donnees = {cle: v for cle, v in colonnes(entree).items() if cle not in ("activites_mixtes", "nouvel_installe")}
    suivie = Instance(contexte, "medecin", donnees)
    noms = INDICATEURS if suivie.valeur("am_deux_indicateurs") else ("fa",)
    manques = [Faute(NECESSAIRE, champ=f"entree.{nom}", attendu="la patientèle de départ")
               for nom in noms if getattr(entree, nom) is None]  # fmt: skip
    refuser(manques + _activites_refusees(contexte, entree))
    lignes = {nom: _instance(contexte, donnees, nom, getattr(entree, nom)) for nom in noms}
    resultats: dict[str, Any] = {
        "indicateurs": list(noms),
        "objectifs": [_objectif(nom, instance) for nom, instance in lignes.items()],
        "classe": lignes[noms[0]].valeur("am_classe_de_depart"),
    }
    if entree.activites_mixtes:
        resultats["activites_mixtes"] = _activites(contexte, entree.activites_mixtes)
    if entree.nouvel_installe:
        resultats["nouvel_installe"] = _nouvel_installe(contexte, entree, lignes, date)
    explications = {f"{nom}_{r}": i.expliquer(f"am_{r}") for nom, i in lignes.items() for r in ("regle_objectif", "objectif")}
    return Resultat(resultats, [], explications)


def _instance(contexte: Contexte, donnees: dict[str, Any], nom: str, indicateur: Indicateur) -> Instance:
    propres = {"am_indicateur": nom, "am_initial": indicateur.initial, "am_gain_fourni": indicateur.gain}
    percentiles = indicateur.percentiles.fournis() if indicateur.percentiles else {}
    propres |= {f"am_{rang}_fourni": valeur for rang, valeur in percentiles.items()}
    return Instance(contexte, "medecin", donnees | {cle: v for cle, v in propres.items() if v is not None})


def _objectif(nom: str, instance: Instance) -> dict[str, Any]:
    regle, tolerance = instance.valeur("am_regle_objectif"), instance.valeur("am_tolerance_objectif")
    objectif: dict[str, Any] = {
        "indicateur": nom,
        "tranche": instance.valeur("am_tranche"),
        "regle": regle,
        "libelle": REGLES_OBJECTIF.get(regle, "percentile de la spécialité non publié"),
        "tolerance": None if tolerance is None else tolerance / DIX_MILLE,
        "gain": instance.valeur("am_gain"),
        "objectif": instance.valeur("am_objectif"),
    }
    if objectif["objectif"] is None:
        objectif["motif"] = _a_verifier(instance, "am_objectif")
    return objectif


def _activites_refusees(contexte: Contexte, entree: Objectif) -> list[Faute]:
    admises = contexte.figure(NOM, "activites_mixtes")[1]
    if admises is None:
        return []
    return [
        Faute("cette activité n'est pas de la liste fermée des activités mixtes", champ=f"entree.activites_mixtes[{rang}]",
              valeur=activite, attendu="l'un de " + ", ".join(admises))
        for rang, activite in enumerate(entree.activites_mixtes or ())
        if activite not in admises
    ]  # fmt: skip


def _activites(contexte: Contexte, activites: list[str]) -> dict[str, Any]:
    """Return the place of each activity in the closed list; how the objective is then reduced was not published."""
    admises = contexte.figure(NOM, "activites_mixtes")[1]
    prorata = contexte.figure(NOM, "prorata_activite_mixte")[1]
    return {
        "retenues": [{"activite": a, "rang": admises.index(a) + 1 if admises else None} for a in activites],
        "nombre_dans_la_liste": len(admises) if admises else None,
        "prorata": None if prorata is None else prorata / DIX_MILLE,
        "motif": "objectif calculé d'une manière particulière (circulaire 4.7), non publiée : annexe 10",
    }


def _nouvel_installe(contexte: Contexte, entree: Objectif, lignes: dict[str, Instance], date: dt.date) -> dict[str, Any]:
    """Say what triggers the new objective of a newly installed doctor (NI), and by when it must be reached."""
    generaliste = entree.specialite in (contexte.figure(NOM, "specialites_generalistes")[1] or ())
    suivi = lignes["pmt" if generaliste and "pmt" in lignes else "fa"]
    refuser(fautes(suivi, ("am_ni_declencheur",)))
    connus = suivi.valeur("am_p30") is not None and suivi.valeur("am_p50") is not None
    if connus and suivi.valeur("am_ni_declencheur") is None:
        refuser([Faute(NECESSAIRE, champ="entree.date_signature", attendu="la date de signature du contrat")])
    declencheur, delai = suivi.valeur("am_ni_declencheur"), contexte.figure(NOM, "ni_delai")[1]
    requis = None if declencheur is None else declencheur != "aucun"
    return {
        "qualite": "NI",
        "declencheur": declencheur,
        "avenant_requis": requis,
        "delai_mois": delai,
        "a_atteindre_avant": calendrier.decale(date, delai).isoformat() if requis and delai else None,
        "base": "patientèle nouvellement acquise" if requis else "patientèle de départ",
        "aide_pleine": "l'année qui suit l'avenant" if requis else None,
    }


def calculer_changement(demande: Demande, entree: ChangementOption) -> Resultat:
    """Judge a change of option, and give what it changes: amounts, and an objective on the patients of the start."""
    date = entree.date_avenant or demande.date or dt.date(demande.annee, 12, 31)
    contexte = demande.contexte(date)
    premiere = contexte.figure(NOM, "premiere_signature")[1]
    anterieures = avant_les_contrats(entree.date_signature, premiere) if entree.date_signature else []
    refuser(anterieures + objectifs_sous_le_depart(entree) + _avenant_avant_le_contrat(entree, date))
    donnees = {c: v for c, v in colonnes(entree).items() if c not in ("nouvelle_option", "date_avenant")}
    donnees |= {"am_option": entree.nouvelle_option, "am_option_actuelle": entree.option_etp, "am_date_demande": date}
    medecin = Instance(contexte, "medecin", donnees)
    regles = SUPPLEMENT if entree.nouvelle_option in PLUS_D_UN_ETP else {}
    if entree.nouvelle_option == "1/3":
        regles = {"am_eligible_option": CONDITIONS["am_eligible_option"]}
    resultat = _jugement(medecin, regles, "possible")
    avant = Instance(contexte, "medecin", donnees | {"am_option": entree.option_etp})
    resultat.resultats |= {
        "aide_maximale_avant": en_euros(avant.valeur("am_aide_maximale")),
        "aide_maximale_apres": en_euros(medecin.valeur("am_aide_maximale")),
        "terme": "inchangé : l'avenant vaut pour la durée restante du contrat (circulaire 4.8 b)",
        "patientele_de_reference": {
            nom: compte.initial for nom in INDICATEURS if (compte := getattr(entree, nom)) and compte.initial
        },
        "objectif": "fixé d'après la nouvelle option et la patientèle initiale (circulaire 4.8 b ; annexe 10)",
    }
    if entree.date_signature:
        resultat.resultats["effet_sur_l_aide"] = _anniversaire_suivant(entree.date_signature, date).isoformat()
    return resultat


def _anniversaire_suivant(signature: dt.date, date: dt.date) -> dt.date:
    """Return the first opening of a contract year from a day on."""
    rang = date.year - signature.year + 1
    ouverture = annee_ouverte_le(signature, rang)
    return ouverture if ouverture >= date else annee_ouverte_le(signature, rang + 1)


def _avenant_avant_le_contrat(entree: ChangementOption, date: dt.date) -> list[Faute]:
    if entree.date_signature is None or entree.date_avenant is None or date >= entree.date_signature:
        return []
    return [Faute("cet avenant précède le contrat", champ="entree.date_avenant", valeur=date.isoformat(),
                  attendu=f"à partir du {entree.date_signature:%d/%m/%Y}")]  # fmt: skip
