"""Demographic contracts of 2016: the aid of an exercise, the conditions of signature, and the choice of 2026."""

from __future__ import annotations

import datetime as dt
from string import Formatter
from typing import Any

from convmed.dispositifs.contrats_demographiques import regles
from convmed.dispositifs.contrats_demographiques.decision import calculer_decision
from convmed.dispositifs.contrats_demographiques.entrees import (
    ContratEnCours,
    Decision,
    Montant,
    Souscription,
    colonnes,
    fautes,
)
from convmed.dispositifs.socle import (
    SANS_OBJET,
    Demande,
    Dispositif,
    Ligne,
    Resultat,
    en_euros,
    ligne,
    ligne_expliquee,
    refuser,
)
from convmed.moteur.registre import Contexte
from convmed.moteur.valeurs import Instance
from convmed.textes import Faute
from convmed.textes.unites import afficher

NOM = "contrats-demographiques"
REFERENCE = "circulaire 31/07/2024, 3.2 ; annexe 21"
NECESSAIRES = {
    "caim": ("cd_demi_journees", "cd_majoration_ars", "cd_hopital_proximite"),
    "cotram": ("cd_honoraires", "cd_majoration_ars", "contrat_part_opposable"),
    "coscom": ("cd_hopital_proximite", "cd_majoration_ars", "cd_mois_stagiaire", "contrat_part_opposable"),
    "cstm": ("cd_honoraires", "cd_majoration_ars", "contrat_part_opposable"),
}
CONDITIONS = {
    "contrat_souscription_ouverte": "les contrats démographiques ne se souscrivent plus après le {fin_souscription}",
    "souscription_secteur": "le CAIM est réservé au secteur 1 et au secteur 2 OPTAM",
    "souscription_zone": "le cabinet n'est pas dans la zone voulue (ZIP ; hors zone sous-dense pour le CSTM)",
    "souscription_activite": "le CAIM demande au moins {caim_demi_journees_min} d'activité libérale par semaine",
    "souscription_installation": "le CAIM s'adresse aux médecins installés dans la zone depuis moins de {caim_anciennete_max}",
    "souscription_coordination": "ce contrat demande d'exercer en groupe, en CPTS ou en équipe de soins primaires",
    "souscription_permanence": "le CAIM demande de participer à la permanence des soins",
    "souscription_age": "le COTRAM s'adresse aux médecins de {cotram_age} ou plus",
    "souscription_accueilli": "le médecin accueilli doit avoir moins de {cotram_age_accueilli} et être installé depuis moins de "
    "{cotram_anciennete_accueilli}",
    "souscription_jours": "le CSTM demande au moins {cstm_jours_min} d'exercice par an en ZIP",
    "souscription_sans_cumul": "le CAIM ne se cumule ni avec un COTRAM ni avec un COSCOM",
}


def calculer(demande: Demande, entree: Montant | Decision | Souscription) -> Resultat:
    """Answer one of the three calculations (circulaire 3.2; convention of 2016, art. 4 to 7)."""
    if isinstance(entree, Souscription):
        return calculer_souscription(demande, entree)
    refuser(_incoherences(entree))
    if isinstance(entree, Decision):
        return calculer_decision(demande, entree, NECESSAIRES[entree.contrat])
    return calculer_montant(demande, entree)


def calculer_montant(demande: Demande, entree: Montant) -> Resultat:
    """Compute the aid that a contract pays for one exercise."""
    debut, fin = dt.date(demande.annee, 1, 1), dt.date(demande.annee, 12, 31)
    donnees = colonnes(entree) | {"cd_debut_exercice": debut, "cd_jours_annee": (fin - debut).days + 1}
    medecin = Instance(demande.contexte(date_observation=fin), "medecin", donnees)
    terme = medecin.valeur("contrat_terme")
    sortie = min(filter(None, (terme, entree.date_resiliation)), default=fin + dt.timedelta(days=1))
    jours = (min(sortie, fin + dt.timedelta(days=1)) - max(entree.date_adhesion, debut)).days
    donnees["cd_jours_contrat"] = max(jours, 0)
    situation = medecin.valeur("contrat_situation")
    if situation == "en-cours":
        refuser(fautes(medecin, NECESSAIRES[entree.contrat]))
    montant = medecin.expliquer("contrat_montant")
    resultats: dict[str, Any] = {
        "contrat": entree.contrat,
        "situation": situation,
        "montant": en_euros(montant.valeur),
        "terme": terme.isoformat() if terme else None,
    }
    if entree.contrat == "caim" and situation == "en-cours":
        resultats["aide_totale"] = en_euros(medecin.valeur("caim_aide_totale"))
        resultats["restitution"] = en_euros(medecin.valeur("caim_restitution"))
    versements = lignes(medecin, demande.annee)
    if motif := " ; ".join(dict.fromkeys(versement.motif for versement in versements if versement.motif)):
        resultats["motif"] = motif
    return Resultat(resultats, versements, {"montant": montant})


def lignes(medecin: Instance, annee: int) -> list[Ligne]:
    """Return the payments of an exercise from the doctor's evaluated instance."""
    contrat, contexte = medecin.donnees["cd_contrat"], medecin.contexte
    libelle = f"{contrat.upper()} {annee}"
    montant = medecin.expliquer("contrat_montant")
    if montant.valeur == 0:
        return [ligne_expliquee(montant, NOM, libelle, annee, etat=SANS_OBJET, motif=_motif(medecin, annee))]
    if contrat == "caim":
        return [
            ligne(medecin, regle, f"{libelle}, {nom}", annee, date_versement=date, precision_date=precision, base="une fois")
            for regle, nom, date, precision in (
                ("caim_montant_signature", "premier versement", medecin.donnees["cd_date_adhesion"], "à la signature"),
                ("caim_montant_solde", "second versement", medecin.valeur("caim_date_solde"), "second versement du contrat"),
            )
            if medecin.valeur(regle) != 0
        ]
    date, precision = {
        "cotram": (contexte.figure(NOM, "cotram_versement")[1], "deuxième trimestre de l'année suivante"),
        "coscom": (None, "date non publiée"),
        "cstm": (None, "l'année suivante, mois non publié"),
    }[contrat]
    return [ligne_expliquee(montant, NOM, libelle, annee, date_versement=date, precision_date=precision, base=_base(medecin))]


def calculer_souscription(demande: Demande, entree: Souscription) -> Resultat:
    """Tell whether the contract could be signed at a date, and every condition that fails."""
    medecin = Instance(demande.contexte(entree.date_adhesion), "medecin", colonnes(entree))
    ouverte = medecin.expliquer("contrat_souscription_ouverte")
    conditions = list(CONDITIONS) if ouverte.valeur else ["contrat_souscription_ouverte"]
    refuser(fautes(medecin, conditions))
    motifs = [
        f"{_phrase(CONDITIONS[regle], medecin.contexte)} ({medecin.contexte.regle(regle).article})"
        for regle in conditions
        if medecin.valeur(regle) is False
    ]
    resultats: dict[str, Any] = {"ouverte": ouverte.valeur, "eligible": not motifs, "motifs": motifs}
    if motifs:
        resultats["motif"] = " ; ".join(motifs)
    return Resultat(resultats, [], {regle: medecin.expliquer(regle) for regle in conditions})


def _phrase(gabarit: str, contexte: Contexte) -> str:
    """Write a sentence whose figures, between braces, are those of the barème."""
    noms = [nom for _, nom, _, _ in Formatter().parse(gabarit) if nom]
    return gabarit.format(
        **{nom: afficher(contexte.figure(NOM, nom)[1], contexte.figures[NOM][nom].unite) for nom in noms}
    )


def _base(medecin: Instance) -> str:
    jours, annee = medecin.donnees["cd_jours_contrat"], medecin.donnees["cd_jours_annee"]
    return "année entière" if jours == annee else f"{jours} jours sur {annee}"


def _motif(medecin: Instance, annee: int) -> str:
    situation, contrat = medecin.valeur("contrat_situation"), medecin.donnees["cd_contrat"]
    if situation == "souscription-close":
        return f"{_phrase(CONDITIONS['contrat_souscription_ouverte'], medecin.contexte)} ({REFERENCE})"
    if situation == "hors-exercice":
        return f"le contrat ne court pas en {annee} ({REFERENCE})"
    if contrat == "caim" and medecin.valeur("caim_aide_totale"):
        delai = _phrase("{caim_delai_solde}", medecin.contexte)
        return f"le CAIM est versé à la signature, puis après {delai} : rien en {annee} (convention 2016, art. 4)"
    if contrat == "caim":
        return f"{_phrase(CONDITIONS['souscription_activite'], medecin.contexte)} (convention 2016, art. 4)"
    return "aucune activité qui ouvre l'aide (convention 2016, art. 5 à 7)"


def _incoherences(entree: ContratEnCours) -> list[Faute]:
    """Return a fault for each date that comes before the signature."""
    return [
        Faute("cette date précède l'adhésion", champ=f"entree.{champ}", valeur=date.isoformat(),
              attendu=f"une date après le {entree.date_adhesion:%d/%m/%Y}")
        for champ in ("date_terme", "date_resiliation")
        if (date := getattr(entree, champ, None)) and date <= entree.date_adhesion
    ]  # fmt: skip


DISPOSITIF = Dispositif(
    NOM,
    "Contrats démographiques de 2016",
    {"montant": Montant, "decision": Decision, "souscription": Souscription},
    calculer,
    lambda entree: entree.date_adhesion.year if isinstance(entree, Souscription) else None,
)
__all__ = ["DISPOSITIF", "regles"]
