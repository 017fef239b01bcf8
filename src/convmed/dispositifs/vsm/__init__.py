"""Volet de synthèse médicale: the answer to the JSON contract, and the payment of the initial forfait."""

from __future__ import annotations

import math
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from convmed.dispositifs.socle import (
    SANS_OBJET,
    Demande,
    Dispositif,
    Ligne,
    Refus,
    Resultat,
    en_euros,
    fautes_de,
    ligne,
    refuser,
)
from convmed.dispositifs.vsm import regles
from convmed.donnees.modeles import Date, Modele
from convmed.moteur.valeurs import Explication, Instance
from convmed.textes import Faute
from convmed.textes.unites import vers_entier

NOM = "vsm"
# The name that the rules give to each field.
CHAMPS = {
    "vsm_deja_percu": "deja_percu",
    "vsm_patients_ald": "patients_ald",
    "vsm_dmp": "vsm_dmp",
    "vsm_structures": "vsm_structures",
    "vsm_pmt": "pmt",
}
REFERENCE = "art. 28 et 29 ; circulaire 3.3 B"
PRECISION = "date de versement non publiée"
# No list is longer: beyond it a count is a typing error, and the product of the rule would leave 64 bits.
ABSURDE = 100_000
Nombre = Annotated[int, Field(ge=0, le=ABSURDE)]


def _deja_percu(valeur: Any) -> bool | int | float | None:
    """Accept a boolean or an amount in euros, to the cent; `ValueError` for the rest."""
    if valeur is None or isinstance(valeur, bool):
        return valeur
    if isinstance(valeur, (int, float)) and math.isfinite(valeur) and valeur >= 0:
        try:
            vers_entier(valeur, "EUR")
        except ValueError:
            pass
        else:
            return valeur
    raise ValueError("true, false, ou le montant déjà perçu en euros, au centime")


class Entree(Modele):
    """`{"date_resultats", "patients_ald", "vsm_dmp", "vsm_structures", "pmt", "deja_percu"}`."""

    date_resultats: Date
    patients_ald: Nombre | None = None
    vsm_dmp: Nombre | None = None
    vsm_structures: Nombre | None = None
    pmt: Nombre | None = None
    deja_percu: Annotated[Any, AfterValidator(_deja_percu)] = None

    @field_validator("vsm_dmp", "vsm_structures")
    @classmethod
    def ne_pas_depasser_le_tout(cls, valeur: int | None, info: ValidationInfo) -> int | None:
        """Refuse more VSM than patients, and more structured VSM than VSM."""
        champ = {"vsm_dmp": "patients_ald", "vsm_structures": "vsm_dmp"}[str(info.field_name)]
        tout = info.data.get(champ)
        if valeur is not None and tout is not None and valeur > tout:
            raise ValueError(f"au plus {tout} ({champ})")
        return valeur


def instance_de(demande: Demande, entree: Entree) -> Instance:
    """Return the doctor as a row of the rules, at the date of the results; `Refus` for a date without results."""
    contexte = demande.contexte(entree.date_resultats)
    dates = contexte.figure(NOM, "dates_des_resultats")[1]
    if dates is not None and entree.date_resultats not in dates:
        permises = " ou ".join(date.isoformat() for date in dates)
        raise Refus([Faute("aucun résultat ne s'observe à cette date", champ="entree.date_resultats",
                           valeur=entree.date_resultats.isoformat(), attendu=permises)])  # fmt: skip
    donnees = {nom: v for nom, champ in CHAMPS.items() if (v := getattr(entree, champ)) is not None}
    if entree.deja_percu is not None:
        donnees["vsm_deja_percu"] = bool(entree.deja_percu)
        if entree.deja_percu is not True:
            donnees["vsm_deja_percu_montant"] = vers_entier(entree.deja_percu or 0, "EUR")
    return Instance(contexte, "medecin", donnees)


def calculer(demande: Demande, entree: Entree) -> Resultat:
    """Compute the forfait, or its complement, of one doctor (art. 28 and 29; circulaire 3.3 B)."""
    medecin = instance_de(demande, entree)
    montant = medecin.expliquer("vsm_montant")
    if montant.valeur is None:
        refuser(fautes_de(map(medecin.expliquer, CHAMPS), _lieu))
    lignes = lignes_de_l_annee(medecin, entree.date_resultats.year)
    etabli = 0 if complement_inconnu(medecin) else montant.valeur
    resultats: dict[str, Any] = {
        "montant": en_euros(etabli),
        "forfait": en_euros(medecin.valeur("vsm_forfait")),
        "complement": en_euros(medecin.valeur("vsm_complement")) if ouvre_un_complement(medecin) else None,
    }
    if motif := "; ".join(ligne.motif for ligne in lignes if ligne.motif):
        resultats["motif"] = motif
    return Resultat(resultats, lignes, {"montant": montant})


def _lieu(feuille: Explication) -> str:
    return f"entree.{CHAMPS[feuille.nom]}"


def ouvre_un_complement(medecin: Instance) -> bool:
    """Tell whether the doctor was already paid and the results are those that open a complement."""
    return bool(medecin.valeur("vsm_deja_percu") and medecin.contexte.figure(NOM, "complement_ouvert")[1])


def complement_inconnu(medecin: Instance) -> bool:
    """Tell whether a complement may be due, but what was already paid is not known."""
    manque = medecin.valeur("vsm_deja_percu_montant") is None and medecin.valeur("vsm_montant") is None
    return ouvre_un_complement(medecin) and manque


def lignes_de_l_annee(medecin: Instance, annee: int) -> list[Ligne]:
    """Return the payment that the results give: the forfait, or the complement of a doctor already paid."""
    date = f"{medecin.contexte.date:%d/%m/%Y}"
    nature = "Complément du forfait VSM" if ouvre_un_complement(medecin) else "Forfait VSM"
    champs: dict[str, Any] = {"precision_date": PRECISION}
    if medecin.valeur("vsm_montant") == 0:
        champs |= {"etat": SANS_OBJET, "motif": _motif_de_zero(medecin)}
    elif complement_inconnu(medecin):
        champs["motif"] = (
            "forfait déjà perçu, sans son montant : le complément se compare à lui "
            f"(formule non publiée, différence déduite) ({REFERENCE})"
        )
    return [ligne(medecin, "vsm_montant", f"{nature}, résultats au {date}", annee, **champs)]


def _motif_de_zero(medecin: Instance) -> str:
    if medecin.valeur("vsm_deja_percu") and not ouvre_un_complement(medecin):
        return f"forfait déjà perçu : il ne se perçoit qu'une fois ({REFERENCE})"
    if medecin.valeur("vsm_patients_ald") == 0:
        return f"aucun patient en ALD dans la patientèle ({REFERENCE})"
    if medecin.valeur("vsm_palier") == 0:
        return f"VSM au DMP pour moins de la moitié de la patientèle en ALD ({REFERENCE})"
    if medecin.valeur("vsm_pmt") == 0:
        return f"patientèle nulle : le forfait est pondéré par sa taille ({REFERENCE})"
    return f"pas de progression depuis le forfait déjà perçu ({REFERENCE})"


DISPOSITIF = Dispositif(NOM, "Volet de synthèse médicale (VSM)", Entree, calculer, lambda e: e.date_resultats.year)
__all__ = ["DISPOSITIF", "Entree", "calculer", "instance_de", "lignes_de_l_annee", "regles"]
