"""The collective aid of 2026: who may sign, the ceiling of ETP, the common objective, the aid of a year."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from convmed.dispositifs.assistants_medicaux import groupe
from convmed.dispositifs.assistants_medicaux.aide import BAISSE, phrase
from convmed.dispositifs.assistants_medicaux.entrees import (
    INDICATEURS,
    Groupe,
    avant_les_contrats,
    colonnes,
    comptes,
    fautes,
    objectifs_sous_le_depart,
)
from convmed.dispositifs.assistants_medicaux.versements import NOM, annee_ouverte_le
from convmed.dispositifs.socle import SANS_OBJET, Demande, Resultat, en_euros, ligne, refuser
from convmed.moteur import calendrier
from convmed.moteur.valeurs import Instance
from convmed.textes import Faute

PRESSE = "assistants-medicaux.com, aide collective"
DU_GROUPE = {
    "amc_forme_admise": "la société doit être une SCP, une SCM ou une SISA, jamais une SEL",
    "amc_seuil_atteint": "la patientèle moyenne du groupe doit atteindre {collectif_seuil} patients",
    "amc_plafond_respecte": "le groupe ne peut demander plus d'un ETP par médecin adhérent",
}
DU_MEDECIN = {
    "am_mg_hors_mep": "médecine générale, MEP exclus",
    "am_eligible_secteur": "secteur 1, ou secteur 2 avec OPTAM",
    "am_eligible_unique": "aucun contrat individuel en cours",
    "am_eligible_carence": "carence de {carence} après un contrat",
}
RESERVES = (
    "aide collective connue par la presse seule ; acompte, solde et prorata lus comme ceux du contrat individuel",
)


def calculer_collectif(demande: Demande, entree: Groupe) -> Resultat:
    """Judge the group, then compute the aid of one year of its contract (press, 25/02/2026)."""
    texte = demande.contexte(entree.date_signature)
    premiere = texte.figure(NOM, "collectif_premiere_signature")[1]
    if premiere is None:
        refuser([Faute("l'aide collective n'existe pas dans ce texte", champ="texte", attendu="en-vigueur")])
    refuser(avant_les_contrats(entree.date_signature, premiere) + objectifs_sous_le_depart(entree))
    debut = annee_ouverte_le(entree.date_signature, entree.annee_contrat)
    contexte = replace(demande, annee=debut.year).contexte(debut)
    societe = Instance(contexte, "medecin", _donnees(entree))
    refuser(fautes(societe, DU_GROUPE))
    motifs = [phrase(DU_GROUPE[regle], contexte) for regle in DU_GROUPE if societe.valeur(regle) is False]
    motifs += _motifs_des_medecins(demande, entree)
    objectifs = _objectifs(entree, societe)
    resultats: dict[str, Any] = {
        "eligible": not motifs, "motifs": motifs, "plafond_etp": societe.valeur("amc_plafond") / 2,
        "aide_maximale": en_euros(societe.valeur("amc_aide_maximale")),
        "gain_pmt": societe.valeur("amc_gain_pmt"), "gain_fa": societe.valeur("amc_gain_fa"),
        "terme": calendrier.decale(entree.date_signature, contexte.figure(NOM, "collectif_duree")[1]).isoformat(),
        "objectif_avant": calendrier.decale(entree.date_signature, contexte.figure(NOM, "collectif_delai_objectif")[1]).isoformat(),
        "reserves": list(RESERVES),
    }  # fmt: skip
    if motifs:
        nulle = ligne(societe, "amc_aide_maximale", "Aide collective", debut.year, montant=0, etat=SANS_OBJET, motif=" ; ".join(motifs))
        return Resultat(resultats | {"montant": 0, "motif": " ; ".join(motifs)}, [nulle])
    return _aide(societe, objectifs, resultats, debut.year)


def _donnees(entree: Groupe) -> dict[str, Any]:
    juniors = sum(bool(medecin.docteur_junior) for medecin in entree.medecins)
    return {
        "amc_forme": entree.forme, "amc_medecins": len(entree.medecins), "amc_juniors": juniors,
        "amc_demi_etp": int(entree.etp * groupe.DEMIS_PAR_ETP), "am_annee_contrat": entree.annee_contrat,
        "amc_pmt_du_groupe": sum(medecin.pmt for medecin in entree.medecins),
        "amc_pmt_deja_gagnee": entree.pmt_deja_gagnee, "amc_fa_deja_gagnee": entree.fa_deja_gagnee,
        "am_option": "1", "am_classe": "p30-p90", "specialite": entree.medecins[0].specialite,
    }  # fmt: skip


def _motifs_des_medecins(demande: Demande, entree: Groupe) -> list[str]:
    contexte = demande.contexte(entree.date_signature)
    motifs, manques = [], []
    for rang, medecin in enumerate(entree.medecins):
        donnees = colonnes(medecin) | {"am_date_demande": entree.date_signature}
        instance = Instance(contexte, "medecin", donnees)
        manques += [
            replace(f, champ=(f.champ or "").replace("entree", f"entree.medecins[{rang}]", 1)) for f in fautes(instance, DU_MEDECIN)
        ]
        motifs += [
            f"médecin {rang + 1} : {phrase(texte, contexte)}" for regle, texte in DU_MEDECIN.items() if instance.valeur(regle) is False
        ]
    refuser(manques)
    return [f"{motif} ({PRESSE})" for motif in motifs]


def _objectifs(entree: Groupe, societe: Instance) -> dict[str, Any]:
    """Return the counts of the group; its objective is the start and the common gain, unless it is given."""
    donnees: dict[str, Any] = {}
    for nom in INDICATEURS:
        compte = comptes(nom, getattr(entree, nom))
        gain = societe.valeur(f"amc_gain_{nom}")
        initial = compte.get(f"am_{nom}_initial")
        if initial is not None and gain is not None:
            compte.setdefault(f"am_{nom}_objectif", initial + gain)
        donnees |= compte
    return donnees


def _aide(societe: Instance, objectifs: dict[str, Any], resultats: dict[str, Any], annee: int) -> Resultat:
    evaluee = Instance(societe.contexte, "medecin", {**societe.donnees, **objectifs})
    refuser(fautes(evaluee, ("amc_montant",)))
    montant = evaluee.valeur("amc_montant")
    resultats |= {
        "part": evaluee.valeur("am_part_numerateur") / evaluee.valeur("am_part_denominateur"),
        "montant": en_euros(montant),
        "verification": evaluee.valeur("am_verification"),
    }
    if resultats["verification"] == "baisse":
        resultats["motif"] = f"{BAISSE} ; le contrat peut être résilié ({PRESSE})"
    une = ligne(evaluee, "amc_montant", f"Aide collective, année {evaluee.donnees['am_annee_contrat']}", annee)
    if montant == 0:
        une.etat, une.motif = SANS_OBJET, resultats.get("motif", "")
    return Resultat(resultats, [une], {"montant": evaluee.expliquer("amc_montant")})
