"""Commissions paritaires: the indemnities of a year of sittings."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from convmed.dispositifs.commissions import regles
from convmed.dispositifs.socle import (
    NON_PUBLIE,
    SANS_OBJET,
    Demande,
    Dispositif,
    Ligne,
    Resultat,
    en_euros,
    ligne_expliquee,
)
from convmed.donnees.modeles import Euros, Modele
from convmed.moteur.registre import RegleAbsente
from convmed.moteur.valeurs import Instance
from convmed.textes.unites import afficher, vers_entier

NOM = "commissions"
REFERENCE = "art. 99 à 102-3 ; circulaire 31/07/2024, 12 D"
# No calendar holds more sittings: beyond it a count is a typing error.
ABSURDE = 1_000
PRECISION = "date de versement non publiée"
RESERVE_C = (
    "aucun texte ne dit la valeur de la lettre C des commissions : {valeur}, déduite de la lettre C du médecin généraliste "
    "(lecture 56) ; à fournir par valeur_c"
)


def _toutes_ou_combien(valeur: Any) -> Any:
    if isinstance(valeur, int) and 0 <= valeur <= ABSURDE:
        return valeur
    raise ValueError("true, false ou un nombre de séances")


Distance = Annotated[bool | int, BeforeValidator(_toutes_ou_combien)]


class Indemnites(Modele):
    """`{"calcul": "indemnites", "seances", "distance", "valeur_c"}`; `distance` is all or none, or how many."""

    calcul: Literal["indemnites"]
    seances: Annotated[int, Field(ge=0, le=ABSURDE)]
    distance: Distance
    representant_signataire: bool | None = None
    valeur_c: Euros | None = None

    @field_validator("distance")
    @classmethod
    def au_plus_toutes(cls, valeur: bool | int, info: ValidationInfo) -> bool | int:
        """Refuse more remote sittings than sittings."""
        if not isinstance(valeur, bool) and valeur > info.data.get("seances", ABSURDE):
            raise ValueError("au plus le nombre de séances")
        return valeur


def calculer(demande: Demande, entree: Indemnites) -> Resultat:
    """Compute the indemnities of the sittings of a year, and those of travel (art. 99 to 102-3; circulaire 12 D)."""
    distance = entree.distance if not isinstance(entree.distance, bool) else entree.seances * entree.distance
    donnees: dict[str, Any] = {"com_seances": entree.seances, "com_seances_a_distance": distance}
    if entree.representant_signataire is not None:
        donnees["com_representant_signataire"] = entree.representant_signataire
    if entree.valeur_c is not None:
        donnees["com_valeur_c"] = vers_entier(entree.valeur_c, "EUR")
    # The figures of the whole exercise are those of its last day: its sittings have no date.
    contexte = demande.contexte(demande.date or dt.date(demande.annee, 12, 31))
    membre = Instance(contexte, "medecin", donnees)
    try:
        indemnites, deplacement = membre.expliquer("com_indemnites"), membre.expliquer("com_indemnites_de_deplacement")
    except RegleAbsente:
        motif = f"les règles de ce texte ne sont pas dans les sources à cette date ({demande.texte.libelle})"
        return Resultat({"montant": None, "motif": motif})
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
        return f"réservé aux représentants des syndicats signataires, en section professionnelle ({REFERENCE})"
    if not membre.valeur("com_seances"):
        return f"aucune séance ({REFERENCE})"
    return f"pas d'indemnité de déplacement pour une séance à distance ({REFERENCE})"


DISPOSITIF = Dispositif(NOM, "Commissions paritaires", {"indemnites": Indemnites}, calculer)
__all__ = ["DISPOSITIF", "regles"]
