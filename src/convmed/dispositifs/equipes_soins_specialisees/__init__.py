"""Équipes de soins spécialisées: whether a team may be created, and what it receives."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from convmed.dispositifs.equipes_soins_specialisees import regles
from convmed.dispositifs.socle import (
    SANS_OBJET,
    Demande,
    Dispositif,
    Ligne,
    Resultat,
    en_euros,
    fautes_de,
    ligne,
    refuser,
)
from convmed.donnees.modeles import Date, Euros, Modele
from convmed.moteur.registre import Contexte, RegleAbsente
from convmed.moteur.valeurs import Explication, Instance
from convmed.textes import Faute
from convmed.textes.unites import afficher, vers_entier

NOM = "equipes-soins-specialisees"
SIGNE, PROPOSE = "art. 53 à 58 ; circulaire 31/07/2024, 7", "proposition du 08/02/2024, second recours"
MISSIONS = Literal["structurer-second-recours", "point-de-contact", "avis-ponctuel-rapide", "consultations-avancees"]
Effectif = Annotated[int, Field(ge=0, le=100_000)]
CRITERES = {
    "perimetre": "ess_perimetre_rempli",
    "adhesion": "ess_adhesion_remplie",
    "specialite": "ess_specialite_remplie",
    "lien_hospitalier": "ess_hopital_rempli",
}
LISTES = (
    "missions_socles",
    "missions_optionnelles",
    "formes_avis",
    "zones_missions_optionnelles",
    "cahier_des_charges",
)


class Entree(Modele):
    """The fields of `CONTRAT.md`, and what the team may say besides."""

    medecins_specialite_territoire: Effectif | None = None
    liberaux_specialite_territoire: Effectif | None = None
    medecins_reunis: Effectif | None = None
    perimetre: Literal["commune", "departement", "region"] | None = None
    territoire_continu: bool | None = None
    deja_couvert: bool | None = None
    centree_sur: Literal["specialite", "pathologie"] | None = None
    liens_hopital: bool | None = None
    collaboration_hospitaliere: bool | None = None
    articulation_cpts: bool | None = None
    articulation_ess: bool | None = None
    articulation_dac: bool | None = None
    derogation_seuils: bool | None = None
    annee_equipe: Annotated[int, Field(ge=1, le=50)] | None = None
    dotation_annuelle: Euros | None = None
    hypothese_dotation: Literal["lineaire"] | None = None
    missions: list[MISSIONS] | None = None
    date_acceptation_lettre: Date | None = None

    @field_validator("liberaux_specialite_territoire", "medecins_reunis")
    @classmethod
    def tenir_dans_le_territoire(cls, valeur: int | None, info: ValidationInfo) -> int | None:
        """Refuse more doctors than the territory has."""
        total = info.data.get("medecins_specialite_territoire")
        liberaux = info.data.get("liberaux_specialite_territoire")
        plafond = total if liberaux is None else liberaux
        if valeur is not None and plafond is not None and valeur > plafond:
            raise ValueError(f"au plus les {plafond} médecins du territoire")
        return valeur

    @field_validator("hypothese_dotation")
    @classmethod
    def ne_pas_supposer_ce_qui_est_connu(cls, valeur: str | None, info: ValidationInfo) -> str | None:
        """Refuse a hypothesis beside the amount that it would guess."""
        if valeur is not None and info.data.get("dotation_annuelle") is not None:
            raise ValueError("dotation_annuelle ou hypothese_dotation, pas les deux")
        return valeur


def calculer(demande: Demande, entree: Entree) -> Resultat:
    """Judge the creation of a team and compute what it receives (art. 53 to 58; circulaire 7)."""
    contexte = demande.contexte()
    equipe = Instance(contexte, "medecin", _colonnes(entree))
    try:
        eligible = equipe.expliquer("ess_eligible")
    except RegleAbsente:
        motif = f"les règles de ce texte ne sont pas dans les sources ({demande.texte.libelle})"
        return Resultat({"eligible": None, "motifs": [motif], "credit_amorcage": None, "motif": motif})
    refuser([*_fautes(equipe), *_hors_fourchette(equipe, entree)])
    reference = SIGNE if eligible.reference == "art. 53 à 58" else PROPOSE
    motifs = [f"{motif} ({reference})" for motif in _motifs(equipe)]
    amorcage, dotation = equipe.expliquer("ess_credit_amorcage"), equipe.expliquer("ess_dotation")
    lignes = [_ligne_amorcage(equipe, entree, demande.annee, motifs), _ligne_dotation(equipe, demande.annee, motifs)]
    resultats: dict[str, Any] = {
        "eligible": eligible.valeur,
        "motifs": motifs,
        "credit_amorcage": en_euros(amorcage.valeur),
        "dotation_annuelle": en_euros(dotation.valeur),
        "dotation_fourchette": [en_euros(_figure(contexte, f"dotation_{borne}")) for borne in ("min", "max")],
        "criteres": {nom: _valeur(equipe, nom_regle) for nom, nom_regle in CRITERES.items()},
        "adherents_minimum": equipe.valeur("ess_adherents_minimum"),
        "adherents_cible": equipe.valeur("ess_adherents_cible"),
        "delai_cible_ans": _figure(contexte, "delai_cible"),
        "perimetre_cible": _figure(contexte, "perimetre_cible"),
        "versement_amorcage": _figure(contexte, "versement_amorcage"),
        **{nom: list(_figure(contexte, nom) or ()) for nom in LISTES},
        "cahier_des_charges_en_vigueur": _figure(contexte, "cahier_des_charges_en_vigueur"),
        "missions_socles_manquantes": _missions_manquantes(contexte, entree),
        "reserves": _reserves(contexte, entree),
        "references": [reference],
    }
    if not amorcage.valeur:
        resultats["motif"] = lignes[0].motif
    return Resultat(
        resultats, lignes, {"eligible": eligible, "credit_amorcage": amorcage, "dotation_annuelle": dotation}
    )


def _motifs(equipe: Instance) -> list[str]:
    def figure(nom: str) -> Any:
        return _figure(equipe.contexte, nom)

    liberaux, minimum = equipe.valeur("ess_liberaux"), equipe.valeur("ess_adherents_minimum")
    phrases = {
        "ess_territoire_admis": "le périmètre est d'un département au moins",
        "ess_continuite": "le territoire doit être continu",
        "ess_territoire_libre": "une équipe de la même spécialité couvre déjà le territoire",
        "ess_effectif_suffisant": f"le territoire compte moins de {figure('medecins_min')} médecins de la spécialité",
        "ess_adhesion_remplie": f"l'équipe réunit moins de {afficher(figure('part_min'), '%')} des {liberaux} libéraux de la "
        f"spécialité : il en faut {minimum}",
        "ess_objet_admis": "l'équipe porte sur une spécialité, pas sur une pathologie",
        "ess_articulee": "l'équipe s'articule avec les CPTS, les autres équipes et les DAC de son territoire",
        "ess_hopital_rempli": "l'équipe collabore avec les hospitaliers et formalise ses liens avec les établissements",
    }
    return [phrase for nom, phrase in phrases.items() if _valeur(equipe, nom) is False]


def _ligne_amorcage(equipe: Instance, entree: Entree, annee: int, motifs: list[str]) -> Ligne:
    moment = _figure(equipe.contexte, "versement_amorcage")
    champs: dict[str, Any] = {"precision_date": moment or "date de versement non publiée"}
    if moment:
        champs["date_versement"] = entree.date_acceptation_lettre
    if equipe.valeur("ess_credit_amorcage") == 0:
        champs |= {"etat": SANS_OBJET, "motif": _motif_de_zero(equipe, motifs)}
    return ligne(equipe, "ess_credit_amorcage", "Crédit d'amorçage de l'équipe de soins spécialisée", annee, **champs)


def _ligne_dotation(equipe: Instance, annee: int, motifs: list[str]) -> Ligne:
    champs: dict[str, Any] = {"precision_date": "date de versement non publiée"}
    if equipe.valeur("ess_dotation") == 0:
        champs |= {"etat": SANS_OBJET, "motif": _motif_de_zero(equipe, motifs)}
    if equipe.valeur("ess_dotation") and equipe.donnees.get("ess_hypothese_dotation"):
        champs["base"] = "hypothèse linéaire, que personne n'a publiée comme règle"
    libelle = f"Dotation annuelle de l'équipe de soins spécialisée {annee}"
    return ligne(equipe, "ess_dotation", libelle, annee, **champs)


def _motif_de_zero(equipe: Instance, motifs: list[str]) -> str:
    if motifs:
        return " ; ".join(motifs)
    if equipe.valeur("ess_financee") is False:
        valeur = equipe.contexte.figure(NOM, "financement_ouvert")[0]
        return f"le financement n'est pas encore ouvert ({valeur.reference if valeur else SIGNE})"
    if equipe.valeur("ess_annee") > 1 and equipe.valeur("ess_credit_amorcage") == 0:
        return f"le crédit d'amorçage se verse une fois, la première année ({SIGNE})"
    return f"la dotation ne se verse pas encore cette année de l'équipe ({SIGNE})"


def _missions_manquantes(contexte: Contexte, entree: Entree) -> list[str] | None:
    if entree.missions is None:
        return None
    return [mission for mission in _figure(contexte, "missions_socles") or () if mission not in entree.missions]


def _reserves(contexte: Contexte, entree: Entree) -> list[str]:
    reserves = []
    if entree.territoire_continu is False:
        reserves.append(
            "un territoire discontinu n'est exclu que par la proposition ; la circulaire ne dit pas « continu »"
        )
    if entree.derogation_seuils and _figure(contexte, "derogation_possible"):
        reserves.append(
            "la dérogation aux seuils n'est pas dans la circulaire (URPS PACA) : elle se valide au cas par cas"
        )
    if _missions_manquantes(contexte, entree):
        reserves.append(f"la dotation finance les missions socles : il en manque ({SIGNE})")
    return reserves


def _hors_fourchette(equipe: Instance, entree: Entree) -> list[Faute]:
    if entree.dotation_annuelle is None or equipe.valeur("ess_dotation_dans_la_fourchette") is not False:
        return []
    bornes = (afficher(_figure(equipe.contexte, f"dotation_{borne}"), "EUR") for borne in ("min", "max"))
    return [Faute("hors de la fourchette publiée", champ="entree.dotation_annuelle", valeur=entree.dotation_annuelle,
                  attendu="de {} à {}".format(*bornes))]  # fmt: skip


def _fautes(equipe: Instance) -> list[Faute]:
    noms = ("ess_territoire_admis", "ess_territoire_libre", "ess_effectif_suffisant", "ess_adhesion_remplie",
            "ess_objet_admis", "ess_hopital_rempli")  # fmt: skip
    explications = [explication for nom in noms if (explication := _expliquer(equipe, nom)) is not None]
    return fautes_de(explications, _champ)


def _expliquer(equipe: Instance, nom: str) -> Explication | None:
    try:
        return equipe.expliquer(nom)
    except RegleAbsente:  # a criterion that the text does not have
        return None


def _valeur(equipe: Instance, nom: str) -> Any:
    explication = _expliquer(equipe, nom)
    return None if explication is None else explication.valeur


def _figure(contexte: Contexte, nom: str) -> Any:
    return contexte.figure(NOM, nom)[1]


def _champ(feuille: Explication) -> str:
    return f"entree.{feuille.nom.removeprefix('ess_')}"


def _colonnes(entree: Entree) -> dict[str, Any]:
    return {
        f"ess_{champ}": vers_entier(valeur, "EUR") if champ == "dotation_annuelle" else valeur
        for champ, valeur in entree.fournis().items()
        if valeur is not None and champ not in ("missions", "date_acceptation_lettre")
    }


DISPOSITIF = Dispositif(NOM, "Équipes de soins spécialisées", Entree, calculer)
__all__ = ["DISPOSITIF", "Entree", "calculer", "regles"]
