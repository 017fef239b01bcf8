"""One act at a time: the fee and delay of a téléexpertise, the conditions under which a téléconsultation is covered."""

from __future__ import annotations

import datetime as dt
from typing import Any

from convmed.dispositifs.socle import SANS_OBJET, Demande, Resultat, en_euros, fautes_de, ligne, refuser
from convmed.dispositifs.telemedecine.entrees import Conditions, Teleexpertise
from convmed.moteur.registre import Contexte
from convmed.moteur.valeurs import Explication, Instance
from convmed.textes import NECESSAIRE, Faute
from convmed.textes.unites import afficher

NOM = "telemedecine"
REFERENCE_TE = "art. 87 à 91-3 ; circulaire 31/07/2024, 11 B"
CODES_TE = {"requis": "TE2", "requerant": "RQD"}
# Each condition and what to say when it fails.
CONDITIONS = {
    "tlm_remboursee": "la téléconsultation n'est pas encore remboursée",
    "tlm_parcours_respecte": "hors du parcours de soins, sans exception qui en dispense",
    "tlm_alternance_respectee": "pas d'alternance entre consultations en présence et à distance",
    "tlm_connaissance_prealable": "pas de consultation en présence dans les 12 mois",
    "tlm_proximite_respectee": "médecin éloigné du patient, sans exception de territoire",
    "tlm_video_respectee": "téléconsultation sans vidéotransmission",
}
COLONNES = {"specialite": "medecin_specialite"}
CANONIQUES = (
    "date_acte", "patient_naissance", "patientele_mt", "patient_sans_mt", "parcours", "adressage", "regulation",
)  # fmt: skip


def calculer_teleexpertise(demande: Demande, entree: Teleexpertise) -> Resultat:
    """Compute the fee of a téléexpertise and its delay (circulaire 11 B)."""
    contexte = demande.contexte(entree.date_reponse or entree.date_demande)
    donnees: dict[str, Any] = {"tlm_role_te": entree.role}
    if entree.territoire is not None:
        donnees["territoire"] = entree.territoire
    if entree.rang_dans_l_annee is not None:
        donnees["tlm_rang_te"] = entree.rang_dans_l_annee
    if entree.date_reponse is not None:
        donnees["tlm_jours_reponse"] = (entree.date_reponse - entree.date_demande).days
    seance = Instance(contexte, "seance", donnees)
    code, montant = CODES_TE[entree.role], seance.expliquer("tlm_te_montant")
    delai = contexte.figure(NOM, "TE2_delai")[1]
    limite = entree.date_demande + dt.timedelta(days=delai) if delai is not None else None
    dans_le_delai = seance.valeur("tlm_te_dans_le_delai")
    resultats: dict[str, Any] = {
        "code": code,
        "montant": None,
        "dans_le_delai": dans_le_delai,
        "date_limite": limite.isoformat() if limite else None,
        "reserves": [],
    }
    explications = {"montant": montant, "dans_le_delai": seance.expliquer("tlm_te_dans_le_delai")}
    if not _existe(contexte, code):
        date = afficher(contexte.date, "date")
        motif = f"le code {code} n'existe pas au {date} sous ce texte ({contexte.figures[NOM][code].article})"
        return Resultat(resultats | {"montant": 0, "motif": motif}, [], explications)
    if montant.valeur is None:
        necessaires = [seance.expliquer("tlm_drom"), montant]
        refuser(fautes_de(necessaires, _lieu_te))
    if dans_le_delai is False:
        resultats["reserves"].append(
            f"réponse hors du délai de {afficher(delai, 'jours')} : condition non respectée ; le texte n'en tire pas la perte "
            f"du tarif ({REFERENCE_TE})"
        )
    if delai is None:
        resultats["reserves"].append("aucun délai de réponse à cette date sous ce texte")
    _avis_ponctuel(contexte, entree, resultats)
    if entree.date_reponse is None:
        return Resultat(resultats | {"motif": "réponse non rendue : rien n'est encore facturé"}, [], explications)
    resultats["montant"] = en_euros(montant.valeur)
    details: dict[str, Any] = {"base": "tarif opposable, sans dépassement"}
    if montant.valeur == 0:
        maximum = contexte.figure(NOM, "TE2_max")[1]
        details |= {"etat": SANS_OBJET, "motif": f"plus de {maximum} téléexpertises de ce médecin pour ce patient dans l'année "
                    "(art. 87 à 91-3 ; avenant 9, inchangé)"}  # fmt: skip
    versement = ligne(seance, "tlm_te_montant", f"Téléexpertise {code}", contexte.date.year, **details)
    if versement.motif:
        resultats["motif"] = versement.motif
    return Resultat(resultats, [versement], explications)


def _existe(contexte: Contexte, code: str) -> bool:
    valeur = contexte.figure(NOM, code)[0]
    return valeur is not None and not valeur.supprimee


def _lieu_te(feuille: Explication) -> str:
    return {"tlm_rang_te": "entree.rang_dans_l_annee"}.get(feuille.nom, f"entree.{feuille.nom}")


def _avis_ponctuel(contexte: Contexte, entree: Teleexpertise, resultats: dict[str, Any]) -> None:
    """Add until when an avis ponctuel could follow: only the proposal of 2024 opens one."""
    delai = contexte.figure(NOM, "avis_ponctuel_delai")[1]
    if entree.consultation_necessaire is None:
        return
    ouvert = delai is not None and entree.consultation_necessaire and entree.date_reponse is not None
    jusqu_au = entree.date_reponse + dt.timedelta(days=delai) if ouvert and entree.date_reponse else None
    resultats["avis_ponctuel_jusqu_au"] = jusqu_au.isoformat() if jusqu_au else None


def calculer_conditions(demande: Demande, entree: Conditions) -> Resultat:
    """Tell whether a téléconsultation is covered, why not, and what is missing to tell (circulaire 11 A, unchanged)."""
    date = entree.date_acte or demande.date
    if date is None:
        refuser([Faute(NECESSAIRE, champ="entree.date_acte", attendu="une date AAAA-MM-JJ")])
    assert date is not None
    seance = Instance(demande.contexte(date), "seance", _colonnes(entree) | {"date_acte": date})
    prise_en_charge = seance.expliquer("tlm_prise_en_charge")
    valeurs = {regle: seance.expliquer(regle) for regle in CONDITIONS}
    motifs = [
        f"{CONDITIONS[regle]} ({seance.contexte.regle(regle).article})"
        for regle, explication in valeurs.items()
        if explication.valeur is False
    ]
    resultats: dict[str, Any] = {
        "prise_en_charge": prise_en_charge.valeur,
        "motifs": motifs,
        "conditions": {regle.removeprefix("tlm_"): explication.valeur for regle, explication in valeurs.items()},
        "reserves": [
            f"{explication.libelle} : à vérifier, donner {_ou(explication)}"
            for explication in valeurs.values()
            if explication.valeur is None
        ],
        "consequences": _suites(seance.contexte) if motifs else [],
    }
    if motifs:
        resultats["motif"] = " ; ".join(motifs)
    explications = {"prise_en_charge": prise_en_charge}
    if entree.jours_arret is not None:
        explications["arret"] = arret = seance.expliquer("tlm_arret_conforme")
        resultats["arret"] = _arret(seance.contexte, arret)
    return Resultat(resultats, [], explications)


def _colonnes(entree: Conditions) -> dict[str, Any]:
    return {
        champ if champ in CANONIQUES else COLONNES.get(champ, f"tlm_{champ}"): valeur
        for champ, valeur in entree.fournis().items()
        if valeur is not None and champ != "calcul"
    }


def _ou(explication: Explication) -> str:
    champs = {colonne: champ for champ, colonne in COLONNES.items()}
    noms = (champs.get(f.nom, f.nom.removeprefix("tlm_")) for f in explication.manquants() if f.genre == "entree")
    return " ou ".join(dict.fromkeys(noms))


def _suites(contexte: Contexte) -> list[dict[str, str]]:
    valeur, suites = contexte.figure(NOM, "suites_des_conditions")
    libelle = (
        "conditions de réalisation ou de facturation non respectées : procédure de sanction conventionnelle possible"
    )
    return [{"suite": suite, "libelle": libelle, "reference": valeur.reference} for suite in suites or () if valeur]


def _arret(contexte: Contexte, arret: Explication) -> dict[str, Any]:
    valeur, maximum = contexte.figure(NOM, "arret_max")
    motif = f"au plus {afficher(maximum, 'jours')} hors médecin traitant ({valeur.reference if valeur else ''})"
    return {"conforme": arret.valeur, "maximum": maximum} | ({} if arret.valeur else {"motif": motif})
