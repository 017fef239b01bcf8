"""One year of an individual contract: what it may pay, what is due, the two payments and their dates."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from convmed.dispositifs.assistants_medicaux.entrees import (
    Aide,
    avant_les_contrats,
    colonnes,
    fautes,
    objectifs_sous_le_depart,
)
from convmed.dispositifs.assistants_medicaux.versements import NOM, annee_ouverte_le, echeances, lignes_de_l_annee
from convmed.dispositifs.socle import Demande, Resultat, en_euros, refuser
from convmed.moteur.noeuds import DIX_MILLE
from convmed.moteur.registre import Contexte
from convmed.moteur.valeurs import Instance
from convmed.textes import NECESSAIRE, Faute, trouver_texte
from convmed.textes.unites import afficher

REFERENCE = "circulaire 31/07/2024, section 4"
MOTIFS = {
    "option-inexistante": "les options 1,5 et 2 ETP n'existent pas avant le 22/06/2024 (art. 33 à 39 ; circulaire 4.3)",
    "option-fermee": "l'option 1/3 ETP est fermée aux nouveaux contrats depuis le {tiers_fermeture} (règlement arbitral)",
    "annee-fermee": "les options 1,5 et 2 ETP s'ouvrent à partir de l'année {supplement_annee} du contrat (circulaire 4.3)",
}
BAISSE = "patientèle en baisse par rapport au départ : pas d'aide pour l'année (circulaire 4.5)"
RESERVE_TROP_PERCU = "l'aide due est inférieure à l'acompte : la circulaire ne dit pas si le trop-perçu est repris (4.6)"
RESERVE_SENIOR = (
    "au-delà de la tolérance l'aide est proratisée sans que la formule soit publiée : part de la patientèle de départ "
    "gardée, pour l'indicateur qui baisse le plus (circulaire 4.4)"
)
RESERVE_PRORATA = (
    "taux d'atteinte lu (observé - départ) / (objectif - départ), de 0 à 1 : la formule est à l'annexe 10, non publiée"
)
CIRCONSTANCES = "un événement extérieur peut expliquer l'objectif manqué : à faire examiner par la caisse (circulaire 4.9)"
AVANT = "reglement-arbitral-2023"


def calculer_aide(demande: Demande, entree: Aide) -> Resultat:
    """Compute the aid of one contract year (circulaire 4.2 to 4.6); `Refus` names every field that it lacks."""
    debut, manques = _ouverture(demande, entree)
    refuser(manques + objectifs_sous_le_depart(entree))
    jour = debut or demande.date or dt.date(demande.annee, 1, 1)
    donnees = colonnes(entree)
    # The day of the request opens the year, but says nothing of the signature of an older contract.
    connue = entree.date_anniversaire is not None or entree.annee_contrat == 1
    if debut and connue and "am_date_signature" not in donnees:
        donnees["am_date_signature"] = annee_ouverte_le(debut, 2 - entree.annee_contrat)
    medecin = Instance(replace(demande, annee=jour.year).contexte(jour), "medecin", donnees)
    # The objective is asked for with the observation, not once the observation is there.
    entiere = medecin.valeur("am_montant") is not None or medecin.valeur("am_integral")
    refuser(fautes(medecin, ("am_aide_maximale", "am_montant", *(() if entiere else ("am_atteint",)))))
    resultats = resultats_de_l_annee(medecin)
    resultats |= _revalorisation(demande, medecin)
    if entree.evenement_exterieur and medecin.valeur("am_verification") in ("prorata", "baisse"):
        resultats["circonstances"] = CIRCONSTANCES
    signature = donnees.get("am_date_signature")
    dates = echeances(medecin.contexte, entree.option_etp, entree.annee_contrat, signature, debut)
    lignes = lignes_de_l_annee(medecin, dates, jour.year, resultats.get("motif", ""))
    explications = {nom: medecin.expliquer(f"am_{nom}") for nom in ("aide_maximale", "montant", "acompte", "solde")}
    return Resultat(resultats, lignes, explications)


def resultats_de_l_annee(medecin: Instance) -> dict[str, Any]:
    """Return the answer for one evaluated contract year, as the JSON contract wants it."""
    numerateur, denominateur = medecin.valeur("am_part_numerateur"), medecin.valeur("am_part_denominateur")
    situation, verification = medecin.valeur("am_situation"), medecin.valeur("am_verification")
    trop_percu = medecin.valeur("am_trop_percu")
    inconnue = numerateur is None or not denominateur
    resultats: dict[str, Any] = {
        "aide_maximale": en_euros(medecin.valeur("am_aide_maximale")),
        "part": None if inconnue else 0.0 if situation != "ouverte" else numerateur / denominateur,
        "montant": en_euros(medecin.valeur("am_montant")),
        "acompte": en_euros(medecin.valeur("am_acompte")),
        "solde": en_euros(medecin.valeur("am_solde")),
        "trop_percu": en_euros(trop_percu),
        "verification": verification,
    }
    if situation != "ouverte":
        resultats["motif"] = phrase(MOTIFS[situation], medecin.contexte)
    elif verification == "baisse" and numerateur == 0:
        resultats["motif"] = BAISSE
    reserves = [RESERVE_PRORATA] if verification == "prorata" else []
    if verification == "baisse" and medecin.valeur("am_senior"):
        reserves.append(RESERVE_SENIOR)
    if trop_percu:
        reserves.append(RESERVE_TROP_PERCU)
    if reserves:
        resultats["reserve"] = " ; ".join(reserves)
    return resultats


def phrase(gabarit: str, contexte: Contexte) -> str:
    """Write a sentence whose figures, between braces, are those of the barème."""
    figures = contexte.figures[NOM]

    class Figures(dict[str, str]):
        def __missing__(self, nom: str) -> str:
            return afficher(contexte.figure(NOM, nom)[1], figures[nom].unite)

    return gabarit.format_map(Figures())


def _ouverture(demande: Demande, entree: Aide) -> tuple[dt.date | None, list[Faute]]:
    """Return the day when the contract year opens, if the input says it; a fault if it is needed, or contradicted."""
    signature, anniversaire, rang = entree.date_signature, entree.date_anniversaire, entree.annee_contrat
    contexte = demande.contexte()
    premiere = contexte.figure(NOM, "premiere_signature")[1]
    if signature is None and anniversaire is None:
        return demande.date, [] if demande.date else _manque(demande, entree)
    if signature is None:
        assert anniversaire is not None
        depuis = annee_ouverte_le(anniversaire, 2 - rang)
        trouvees = avant_les_contrats(depuis, premiere)
        return anniversaire, [replace(f, champ="entree.date_anniversaire", valeur=anniversaire.isoformat()) for f in trouvees]
    trouvees = avant_les_contrats(signature, premiere)
    debut, fin = annee_ouverte_le(signature, rang), annee_ouverte_le(signature, rang + 1)
    if anniversaire is not None and anniversaire not in (debut, fin):
        est_un_anniversaire = annee_ouverte_le(signature, anniversaire.year - signature.year + 1) == anniversaire > signature
        message = (
            f"cet anniversaire n'ouvre ni ne clôt l'année {rang} du contrat"
            if est_un_anniversaire
            else "cette date n'est pas un anniversaire du contrat"
        )
        trouvees.append(Faute(
            message, champ="entree.date_anniversaire", valeur=anniversaire.isoformat(),
            attendu=f"{debut.isoformat()} ou {fin.isoformat()}",
        ))  # fmt: skip
    return debut, trouvees


def _manque(demande: Demande, entree: Aide) -> list[Faute]:
    """Ask for the date of the contract if the amounts change within the exercise."""
    bornes = (dt.date(demande.annee, 1, 1), dt.date(demande.annee, 12, 31))
    aides = {Instance(demande.contexte(jour), "medecin", colonnes(entree)).valeur("am_aide_maximale") for jour in bornes}
    if len(aides) == 1:
        return []
    attendu = "la date de signature, ou l'anniversaire qui ouvre l'année : le barème change dans l'exercice"
    return [Faute(NECESSAIRE, champ="entree.date_signature", attendu=attendu)]


def _revalorisation(demande: Demande, medecin: Instance) -> dict[str, Any]:
    """Compare the year with the amount of before: the rise that the text announces, and the real one."""
    annonce = medecin.contexte.figure(NOM, "revalorisation")[1]
    contexte = replace(demande, texte=trouver_texte(AVANT)).contexte(medecin.contexte.date)
    avant = Instance(contexte, "medecin", medecin.donnees).valeur("am_aide_maximale")
    aide = medecin.valeur("am_aide_maximale")
    if annonce is None or not avant or not aide:
        return {}
    reelle = (2 * (aide - avant) * DIX_MILLE + avant) // (2 * avant)
    taux = {"annoncee": annonce / DIX_MILLE, "reelle": reelle / DIX_MILLE}
    return {"revalorisation": {"ancien_montant": en_euros(avant), **taux}}
