"""Consultations avancées: the answer to the JSON contract, and one payment a month."""

from __future__ import annotations

import datetime as dt
import re
from calendar import monthrange
from typing import Annotated, Any

from pydantic import Field

from convmed.dispositifs.consultations_avancees import regles
from convmed.dispositifs.socle import SANS_OBJET, Demande, Dispositif, Ligne, Resultat, fautes_de, ligne, refuser
from convmed.donnees.modeles import ZONES, Medecin, Modele
from convmed.moteur.registre import RegleAbsente
from convmed.moteur.valeurs import Explication, Instance
from convmed.textes import Faute
from convmed.textes.unites import afficher, vers_nombre

NOM = "consultations-avancees"
REFERENCE = "art. 25 à 27-2 ; circulaire 31/07/2024, 3.2 B"
MOTIFS = {
    "non-conventionne": "le dispositif est ouvert aux médecins conventionnés",
    "cstm-en-cours": "le CSTM doit d'abord prendre fin : les deux ne se cumulent pas",
    "installe-en-zone-sous-dense": "un médecin dont le cabinet principal ou secondaire est en zone sous-dense n'est pas visé",
    "depassements": "en secteur 2 sans OPTAM ni OPTAM-ACO, les consultations avancées se font à tarif opposable",
}


class Entree(Modele):
    """`{"medecin": {...}, "tarif_opposable", "demi_journees": {"2026-01": 7, ...}}`, and two optional fields."""

    medecin: Medecin
    demi_journees: dict[str, Annotated[int, Field(ge=0)]]
    tarif_opposable: bool | None = None
    zone_cabinet_secondaire: ZONES | None = None
    cstm_en_cours: bool | None = None


def calculer(demande: Demande, entree: Entree) -> Resultat:
    """Compute the half-days retained and their price, month by month (circulaire 3.2 B)."""
    refuser(_fautes_des_mois(entree, demande.annee))
    contexte = demande.contexte()
    mois = [
        Instance(contexte, regles.MOIS, {"ca_mois": dt.date.fromisoformat(f"{cle}-01"), "ca_demi_journees": nombre})
        for cle, nombre in sorted(entree.demi_journees.items())
    ]
    donnees = entree.medecin.donnees() | {
        colonne: valeur
        for colonne, valeur in (
            ("ca_zone_cabinet_secondaire", entree.zone_cabinet_secondaire),
            ("ca_tarif_opposable", entree.tarif_opposable),
            ("ca_cstm_en_cours", entree.cstm_en_cours),
        )
        if valeur is not None
    }
    medecin = Instance(contexte, "medecin", donnees, {regles.MOIS: mois})
    try:
        total = medecin.expliquer("consultations_avancees_total")
    except RegleAbsente:
        return _absentes_du_texte(demande)
    refuser(_fautes_des_champs(medecin, mois))
    par_mois = [_detail(un_mois) for un_mois in mois]
    calculable = all(detail["montant"] is not None for detail in par_mois)
    resultats: dict[str, Any] = {
        "demi_journees_retenues": medecin.valeur("consultations_avancees_demi_journees") if calculable else None,
        "montant": vers_nombre(total.valeur, "EUR") if calculable else None,
        "par_mois": par_mois,
    }
    if motif := _motif(medecin, mois):
        resultats["motif"] = motif
    return Resultat(resultats, lignes(medecin, mois, demande.annee), {"total": total})


def lignes(medecin: Instance, mois: list[Instance], annee: int) -> list[Ligne]:
    """Return one payment for each month with half-days retained; dates are not published."""
    versements = []
    for un_mois in mois:
        retenues = un_mois.valeur("ca_demi_journees_retenues")
        if retenues == 0:
            continue
        base = "demi-journées non retenues" if retenues is None else f"{retenues} demi-journée{'s' * (retenues > 1)}"
        versements.append(
            ligne(
                un_mois, "consultations_avancees_mois", f"Consultations avancées, {un_mois.donnees['ca_mois']:%m/%Y}", annee,
                precision_date="date de versement non publiée", base=base,
            )
        )  # fmt: skip
    if versements:
        return versements
    motif = _motif(medecin, mois)
    return [ligne(medecin, "consultations_avancees_total", f"Consultations avancées {annee}", annee, etat=SANS_OBJET, motif=motif)]


def _detail(mois: Instance) -> dict[str, Any]:
    declarees, retenues = mois.donnees["ca_demi_journees"], mois.valeur("ca_demi_journees_retenues")
    montant = mois.valeur("consultations_avancees_mois")
    detail = {
        "mois": f"{mois.donnees['ca_mois']:%Y-%m}", "declarees": declarees, "retenues": retenues,
        "montant": None if montant is None else vers_nombre(montant, "EUR"),
    }  # fmt: skip
    if retenues and retenues < declarees:
        detail["motif"] = f"au plus {retenues} demi-journées par mois ({REFERENCE})"
    return detail


def _motif(medecin: Instance, mois: list[Instance]) -> str:
    if not any(un_mois.donnees["ca_demi_journees"] for un_mois in mois):
        return "aucune demi-journée de consultations avancées déclarée"
    date_effet = medecin.contexte.figure(NOM, "date_effet")[1]
    if date_effet and all(un_mois.donnees["ca_mois"] < date_effet for un_mois in mois):
        return f"les consultations avancées s'appliquent à partir du {afficher(date_effet, 'date')} ({REFERENCE})"
    if any(un_mois.valeur("consultations_avancees_mois") is None for un_mois in mois):
        return f"ce texte ne publie ni le forfait ni le plafond des consultations avancées ({medecin.contexte.texte.libelle})"
    situation = medecin.valeur("ca_situation")
    return f"{MOTIFS[situation]} ({REFERENCE})" if situation in MOTIFS else ""


def _fautes_des_mois(entree: Entree, annee: int) -> list[Faute]:
    fautes = []
    for mois, nombre in entree.demi_journees.items():
        champ = f"entree.demi_journees.{mois}"
        if not re.fullmatch(r"20\d{2}-(0[1-9]|1[0-2])", mois):
            fautes.append(Faute("ce mois n'est pas lisible", champ=champ, valeur=mois, attendu="un mois AAAA-MM"))
            continue
        if int(mois[:4]) != annee:
            fautes.append(
                Faute("ce mois n'est pas de l'exercice", champ=champ, valeur=mois, attendu=f"un mois de l'année {annee}")
            )
        # Two half-days a day: more is a mistake, not an activity.
        if nombre > (maximum := 2 * monthrange(int(mois[:4]), int(mois[5:]))[1]):
            fautes.append(Faute("trop de demi-journées pour un mois", champ=champ, valeur=nombre, attendu=f"au plus {maximum}"))
    return fautes


def _fautes_des_champs(medecin: Instance, mois: list[Instance]) -> list[Faute]:
    """Return one fault for each missing field, those that a first missing field hides included."""
    if all(un_mois.valeur("ca_demi_journees_retenues") is not None for un_mois in mois):
        return []
    situation = medecin.expliquer("ca_situation")
    manquantes = [situation]
    if situation.valeur is None and medecin.valeur("secteur") is None:
        manquantes.append(medecin.expliquer("ca_installe_en_zone_sous_dense"))
    return fautes_de(manquantes, _champ)


def _champ(feuille: Explication) -> str:
    return "entree.tarif_opposable" if feuille.nom == "ca_tarif_opposable" else f"entree.medecin.{feuille.nom}"


def _absentes_du_texte(demande: Demande) -> Resultat:
    motif = f"ce texte n'a pas de consultations avancées ({demande.texte.libelle}) ; il a le CSTM, voir contrats-demographiques"
    vide = Ligne(NOM, "Consultations avancées", demande.annee, 0, etat=SANS_OBJET, motif=motif, references=(REFERENCE,))
    return Resultat({"demi_journees_retenues": 0, "montant": 0, "par_mois": [], "motif": motif}, [vide])


def _annee(entree: Entree) -> int | None:
    """Read the exercise in the months, if they all name the same."""
    annees = {mois[:4] for mois in entree.demi_journees}
    annee = annees.pop() if len(annees) == 1 else ""
    return int(annee) if re.fullmatch(r"\d{4}", annee) else None


DISPOSITIF = Dispositif(NOM, "Consultations avancées", Entree, calculer, _annee)
__all__ = ["DISPOSITIF", "regles"]
