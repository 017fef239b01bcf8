"""What the option pays: the yearly premium, and the modifier of an act."""

from __future__ import annotations

from typing import Any

from convmed.dispositifs.optam.entrees import Modificateur, Prime, colonnes, fautes, points
from convmed.dispositifs.optam.taux import part_de
from convmed.dispositifs.socle import SANS_OBJET, Demande, Ligne, Resultat, en_euros, ligne, refuser
from convmed.moteur.valeurs import Instance

NOM = "optam"
PRIME, BLOC = "circulaire 31/07/2024, 5 B", "circulaire 31/07/2024, 5 A"
AUCUN = "aucun"
INTERPRETE = "écart de 1 point au plus : payé en entier d'après le barème de 2016 (presse), interprétation"


# --- the premium


def calculer_prime(demande: Demande, entree: Prime) -> Resultat:
    """Compute the yearly premium of an OPTAM doctor (circulaire 5 B; tiers of 2016)."""
    medecin = Instance(demande.contexte(), "medecin", colonnes(entree) | {"option_tarifaire": entree.option_tarifaire})
    refuser(fautes(medecin, ("optam_prime",), specialite="specialite", option_tarifaire="option_tarifaire"))
    niveau, versement = medecin.expliquer("optam_niveau_prime"), ligne_de_prime(medecin, demande.annee)
    resultats: dict[str, Any] = {
        "niveau": part_de(niveau.valeur),
        "montant": en_euros(versement.montant),
        "ecart": points(medecin.valeur("optam_ecart")),
        "taux_de_charges": part_de(_taux_de_charges(medecin)),
        "confiance": versement.confiance,
    }
    if versement.motif:
        resultats["motif"] = versement.motif
    if 0 < medecin.valeur("optam_ecart") <= medecin.contexte.figure(NOM, "borne_1")[1] * 100:
        resultats["reserves"] = [INTERPRETE]
    return Resultat(resultats, [versement], {"prime": medecin.expliquer("optam_prime"), "niveau": niveau})


def _taux_de_charges(medecin: Instance) -> int | None:
    taux: int | None = medecin.valeur("optam_taux_charges")
    return taux


def ligne_de_prime(medecin: Instance, annee: int) -> Ligne:
    """Return the payment of the premium: 0 with its reason where the option, or the gap, leaves none."""
    champs: dict[str, Any] = {
        "date_versement": medecin.contexte.figure(NOM, "prime_versement")[1],
        "precision_date": "juillet de l'année suivante (juin selon une autre source)",
    }
    montant = medecin.valeur("optam_prime")
    if montant == 0:
        champs |= {"etat": SANS_OBJET, "motif": _motif_sans_prime(medecin), "date_versement": None, "precision_date": ""}
    return ligne(medecin, "optam_prime", f"Prime OPTAM {annee}", annee, **champs)


def _motif_sans_prime(medecin: Instance) -> str:
    if not medecin.valeur("optam_adherent"):
        return f"pas d'adhésion : il faut un contrat signé auprès de la caisse de rattachement ({PRIME})"
    if not medecin.valeur("optam_prime_ouverte"):
        if medecin.donnees["option_tarifaire"] == "optam":
            return "le modificateur 3 remplace la prime des anesthésistes (multilatérale 08/02/2024)"
        return f"l'option du bloc opératoire ouvre des modificateurs, et pas de prime ({PRIME})"
    if medecin.valeur("optam_niveau_prime") == 0:
        return "écart de plus de 5 points : plus de prime (barème de 2016, presse)"
    return f"aucun honoraire à tarif opposable, ou taux de charges nul ({PRIME})"


# --- the modifier of an act


def calculer_modificateur(demande: Demande, entree: Modificateur) -> Resultat:
    """Return the modifier that an act bears at a date, and its rate (circulaire 5 A)."""
    medecin = Instance(demande.contexte(entree.date), "medecin", colonnes(entree))
    refuser(fautes(medecin, ("optam_modificateur",)))
    modificateur, taux = medecin.valeur("optam_modificateur"), medecin.expliquer("optam_taux_modificateur")
    figure = next((feuille for feuille in taux.feuilles() if feuille.genre == "figure" and feuille.valeur == taux.valeur), None)
    resultats: dict[str, Any] = {
        "modificateur": None if modificateur == AUCUN else modificateur,
        "taux": part_de(taux.valeur),
        "option": medecin.valeur("optam_voie"),
        "references": [figure.reference] if figure else [],
    }
    if modificateur == AUCUN:
        resultats["motif"] = _motif_sans_modificateur(medecin, entree)
    elif reserve := _reserve(medecin, entree):
        resultats["reserves"] = [reserve]
    return Resultat(resultats, [], {"taux": taux, "modificateur": medecin.expliquer("optam_modificateur")})


def _motif_sans_modificateur(medecin: Instance, entree: Modificateur) -> str:
    if entree.acte == "autre":
        return f"ni chirurgie, ni accouchement, ni anesthésie ({BLOC})"
    if medecin.valeur("optam_voie") == "aucune":
        return f"réservé au secteur 1 et aux adhérents à une option ({BLOC})"
    if entree.acte == "anesthesie" and medecin.valeur("optam_nom_option_bloc") == "OPTAM-CO":
        return f"pas de modificateur de l'anesthésie à cette date sous ce texte ({BLOC})"
    return f"spécialité qui n'ouvre pas ce modificateur ({BLOC})"


def _reserve(medecin: Instance, entree: Modificateur) -> str:
    voie = medecin.valeur("optam_voie")
    if entree.acte == "anesthesie" and voie == "optam":
        return "anesthésie sous OPTAM : T d'après la circulaire, 5 A ; la CCAM de 2017 ne le décrit que pour la chirurgie et l'accouchement"
    if entree.medecin.secteur == "1" and voie == "optam-aco" and entree.acte == "anesthesie":
        return "secteur 1 titré et OPTAM-ACO : le texte ne dit que 8 % en secteur 2 OPTAM-ACO et 12 % en secteur 1 hors option"
    if voie == "secteur-1" and medecin.valeur("optam_modificateur") == "K":
        return "secteur 1 : la circulaire ne cite que les adhérents, sans l'exclure (lecture 2)"
    return ""
