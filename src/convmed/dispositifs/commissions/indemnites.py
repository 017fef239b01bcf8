"""The indemnities of a year of sittings, and those of travel."""

from __future__ import annotations

from typing import Any

from convmed.dispositifs.commissions.entrees import Indemnites
from convmed.dispositifs.commissions.figures import NOM, ORGANISATION, hors_des_sources, moment
from convmed.dispositifs.socle import NON_PUBLIE, SANS_OBJET, Demande, Ligne, Resultat, en_euros, ligne_expliquee
from convmed.moteur.registre import RegleAbsente
from convmed.moteur.valeurs import Instance
from convmed.textes.unites import afficher, vers_entier

PRECISION = "date de versement non publiée"
RESERVE_C = (
    "aucun texte ne dit la valeur de la lettre C des commissions : {valeur}, déduite de la lettre C du médecin généraliste "
    "(lecture 56) ; à fournir par valeur_c"
)


def calculer_indemnites(demande: Demande, entree: Indemnites) -> Resultat:
    """Compute the indemnities of the sittings of a year, and those of travel (art. 99 to 102-3; circulaire 12 D)."""
    distance = entree.distance if not isinstance(entree.distance, bool) else entree.seances * entree.distance
    donnees: dict[str, Any] = {"com_seances": entree.seances, "com_seances_a_distance": distance}
    if entree.representant_signataire is not None:
        donnees["com_representant_signataire"] = entree.representant_signataire
    if entree.valeur_c is not None:
        donnees["com_valeur_c"] = vers_entier(entree.valeur_c, "EUR")
    # The figures of the whole exercise are those of its last day: its sittings have no date.
    contexte = demande.contexte(moment(demande))
    membre = Instance(contexte, "medecin", donnees)
    try:
        indemnites, deplacement = membre.expliquer("com_indemnites"), membre.expliquer("com_indemnites_de_deplacement")
    except RegleAbsente:
        return hors_des_sources(demande, "montant")
    lignes = _lignes(membre, demande.annee)
    reserves = []
    if entree.valeur_c is None and indemnites.valeur:
        reserves.append(RESERVE_C.format(valeur=afficher(contexte.figure(NOM, "valeur_c")[1], "EUR")))
    resultats: dict[str, Any] = {
        "montant": en_euros(indemnites.valeur),
        "par_seance": en_euros(membre.valeur("com_indemnite_par_seance")),
        "confiance": lignes[0].confiance,
        "deplacement": en_euros(deplacement.valeur),
        "seances_en_presence": membre.valeur("com_deplacements"),
        "nature": contexte.figure(NOM, "nature_des_indemnites")[1],
        "reserves": reserves + [ligne.motif for ligne in lignes if ligne.etat == NON_PUBLIE],
    }
    if not indemnites.valeur:
        resultats["motif"] = _motif(membre)
    return Resultat(resultats, lignes, {"montant": indemnites, "deplacement": deplacement})


def _lignes(membre: Instance, annee: int) -> list[Ligne]:
    base = f"{membre.valeur('com_seances')} séances, dont {membre.valeur('com_seances_a_distance')} à distance"
    lignes = []
    for regle, libelle in (
        ("com_indemnites", "Indemnités de commission paritaire"),
        ("com_indemnites_de_deplacement", "Indemnités de déplacement"),
    ):
        explication = membre.expliquer(regle)
        nul = {"etat": SANS_OBJET, "motif": _motif(membre)} if explication.valeur == 0 else {}
        lignes.append(ligne_expliquee(explication, NOM, f"{libelle} {annee}", annee, base=base, precision_date=PRECISION, **nul))
    return lignes


def _motif(membre: Instance) -> str:
    if not membre.valeur("com_indemnise"):
        return f"réservé aux représentants des syndicats signataires, en section professionnelle ({ORGANISATION})"
    if not membre.valeur("com_seances"):
        return f"aucune séance ({ORGANISATION})"
    return f"pas d'indemnité de déplacement pour une séance à distance ({ORGANISATION})"
