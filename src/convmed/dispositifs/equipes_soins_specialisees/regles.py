"""Équipes de soins spécialisées: the four criteria of their creation, the start-up credit, the yearly grant.

Sources: convention of 4 June 2024, art. 53 to 58; circulaire of 31/07/2024, section 7; proposal of 08/02/2024, second
recours. The team is one row; an optional condition that is not described is supposed to be met.
"""

from convmed.donnees.entites import REGISTRE
from convmed.moteur.noeuds import (
    DIX_MILLE,
    a_defaut,
    arrondi_demi_superieur,
    au_moins,
    au_plus,
    cas,
    et,
    non,
    ou,
    parmi,
    present,
)

SUPPOSEE = "non décrit : supposé conforme"

REGISTRE.entree(
    "medecin", "ess_medecins_specialite_territoire", "entier", "Médecins de la spécialité sur le territoire", "médecins"
)
REGISTRE.entree(
    "medecin", "ess_liberaux_specialite_territoire", "entier", "Libéraux de la spécialité sur le territoire", "médecins",
    nul_signifie="tous les médecins de la spécialité sont supposés libéraux",
)  # fmt: skip
REGISTRE.entree("medecin", "ess_medecins_reunis", "entier", "Médecins que l'équipe réunit", "médecins")
REGISTRE.entree("medecin", "ess_perimetre", "texte", "Périmètre de l'équipe")
REGISTRE.entree("medecin", "ess_territoire_continu", "booleen", "Territoire continu", nul_signifie="supposé continu")
REGISTRE.entree("medecin", "ess_deja_couvert", "booleen", "Territoire déjà couvert par une équipe de la spécialité")
REGISTRE.entree("medecin", "ess_centree_sur", "texte", "Objet de l'équipe")
REGISTRE.entree("medecin", "ess_liens_hopital", "booleen", "Liens formalisés avec les établissements de santé")
REGISTRE.entree(
    "medecin", "ess_collaboration_hospitaliere", "booleen", "Collaboration avec les professionnels hospitaliers",
    nul_signifie=SUPPOSEE,
)  # fmt: skip
REGISTRE.entree("medecin", "ess_articulation_cpts", "booleen", "Articulation avec les CPTS", nul_signifie=SUPPOSEE)
REGISTRE.entree(
    "medecin", "ess_articulation_ess", "booleen", "Articulation avec les autres équipes", nul_signifie=SUPPOSEE
)
REGISTRE.entree("medecin", "ess_articulation_dac", "booleen", "Articulation avec les DAC", nul_signifie=SUPPOSEE)
REGISTRE.entree(
    "medecin", "ess_derogation_seuils", "booleen", "Dérogation aux seuils validée", nul_signifie="pas de dérogation"
)
REGISTRE.entree("medecin", "ess_annee_equipe", "entier", "Année de l'équipe", "année", nul_signifie="première année")
REGISTRE.entree(
    "medecin", "ess_dotation_annuelle", "entier", "Dotation notifiée", "EUR/an", nul_signifie="non notifiée"
)
REGISTRE.entree("medecin", "ess_hypothese_dotation", "texte", "Hypothèse de dotation", nul_signifie="aucune")

SIGNE, PROPOSE = "convention-2024", "proposition-2024-02-08"
regle = REGISTRE.regle_de("equipes-soins-specialisees", SIGNE, "art. 53 à 58")
propose = REGISTRE.regle_de("equipes-soins-specialisees", PROPOSE, "proposition du 08/02/2024, second recours")


def supposee(condition):
    """Return true if a condition is met, or if nobody described it."""
    return ou(non(present(condition)), condition)


def par_exces(medecins, taux):
    """Return a share of doctors, rounded up: half a doctor does not join."""
    return (medecins * taux + DIX_MILLE - 1) // DIX_MILLE


# --- criterion 1: the territory


@propose(entite="medecin", unite="booléen", normes=["P3-36"])
@regle(entite="medecin", unite="booléen", normes=["C7-11"])
def ess_territoire_admis(ess_perimetre, bareme):
    """Périmètre d'un département au moins."""
    return parmi(ess_perimetre, bareme.perimetres)


@regle(entite="medecin", unite="booléen", normes=["C7-11"])
def ess_continuite():
    """Continuité du territoire : la circulaire ne l'exige pas."""
    return True


@propose(entite="medecin", unite="booléen", normes=["P3-36"])
def ess_continuite(ess_territoire_continu):
    """Territoire continu."""
    return supposee(ess_territoire_continu)


@propose(entite="medecin", unite="booléen", normes=["P3-37"])
@regle(entite="medecin", unite="booléen", normes=["C7-12"])
def ess_territoire_libre(ess_deja_couvert):
    """Territoire qu'aucune équipe de la même spécialité ne couvre."""
    return non(ess_deja_couvert)


@propose(entite="medecin", unite="booléen")
def ess_derogee():
    """Dérogation aux seuils : la proposition n'en prévoit pas."""
    return False


@regle(entite="medecin", unite="booléen")
def ess_derogee(ess_derogation_seuils, bareme):
    """Dérogation aux seuils, validée et possible."""
    return et(present(ess_derogation_seuils), ess_derogation_seuils, bareme.derogation_possible)


@propose(entite="medecin", unite="booléen", normes=["P3-38"])
@regle(entite="medecin", unite="booléen", normes=["C7-13"])
def ess_effectif_suffisant(ess_medecins_specialite_territoire, ess_derogee, bareme):
    """Assez de médecins de la spécialité sur le territoire."""
    return ou(ess_medecins_specialite_territoire >= bareme.medecins_min, ess_derogee)


@propose(entite="medecin", unite="booléen", normes=["P3-36", "P3-37", "P3-38"])
@regle(entite="medecin", unite="booléen", normes=["C7-11", "C7-12", "C7-13"])
def ess_perimetre_rempli(ess_territoire_admis, ess_continuite, ess_territoire_libre, ess_effectif_suffisant):
    """Critère du périmètre géographique."""
    return et(ess_territoire_admis, ess_continuite, ess_territoire_libre, ess_effectif_suffisant)


# --- criterion 2: the members


@propose(entite="medecin", unite="médecins", normes=["P3-39"])
@regle(entite="medecin", unite="médecins", normes=["C7-14"])
def ess_liberaux(ess_liberaux_specialite_territoire, ess_medecins_specialite_territoire):
    """Libéraux de la spécialité sur le territoire."""
    return cas(
        (present(ess_liberaux_specialite_territoire), ess_liberaux_specialite_territoire),
        sinon=ess_medecins_specialite_territoire,
    )


@propose(entite="medecin", unite="médecins", normes=["P3-39"])
@regle(entite="medecin", unite="médecins", normes=["C7-14"])
def ess_adherents_minimum(ess_liberaux, bareme):
    """Adhérents qu'il faut au moins."""
    return par_exces(ess_liberaux, bareme.part_min)


@propose(entite="medecin", unite="médecins", normes=["P3-40"])
@regle(entite="medecin", unite="médecins", normes=["C7-15"])
def ess_adherents_cible(ess_liberaux, bareme):
    """Adhérents visés à terme."""
    return par_exces(ess_liberaux, bareme.part_cible)


@propose(entite="medecin", unite="booléen", normes=["P3-39"])
@regle(entite="medecin", unite="booléen", normes=["C7-14"])
def ess_adhesion_remplie(ess_medecins_reunis, ess_adherents_minimum, ess_derogee):
    """Critère de l'adhésion."""
    return ou(ess_medecins_reunis >= ess_adherents_minimum, ess_derogee)


# --- criteria 3 and 4: the object, the hospital


@regle(entite="medecin", unite="booléen", normes=["C7-16"])
def ess_objet_admis(ess_centree_sur):
    """Équipe d'une spécialité, non d'une pathologie."""
    return ess_centree_sur == "specialite"


@regle(entite="medecin", unite="booléen", normes=["C7-17"])
def ess_articulee(ess_articulation_cpts, ess_articulation_ess, ess_articulation_dac):
    """Articulation avec les CPTS, les autres équipes et les DAC du territoire."""
    return et(supposee(ess_articulation_cpts), supposee(ess_articulation_ess), supposee(ess_articulation_dac))


@regle(entite="medecin", unite="booléen", normes=["C7-16", "C7-17"])
def ess_specialite_remplie(ess_objet_admis, ess_articulee):
    """Critère de la spécialité."""
    return et(ess_objet_admis, ess_articulee)


@regle(entite="medecin", unite="booléen", normes=["C7-18", "C7-19"])
def ess_hopital_rempli(ess_liens_hopital, ess_collaboration_hospitaliere):
    """Critère du lien avec l'hôpital : collaboration, et liens formalisés."""
    return et(ess_liens_hopital, supposee(ess_collaboration_hospitaliere))


@regle(entite="medecin", unite="booléen", normes=["C7-01", "C7-10"])
def ess_eligible(ess_perimetre_rempli, ess_adhesion_remplie, ess_specialite_remplie, ess_hopital_rempli):
    """Équipe de soins spécialisée conforme aux quatre critères."""
    return et(ess_perimetre_rempli, ess_adhesion_remplie, ess_specialite_remplie, ess_hopital_rempli)


@propose(entite="medecin", unite="booléen", normes=["P3-36", "P3-37", "P3-38", "P3-39"])
def ess_eligible(ess_perimetre_rempli, ess_adhesion_remplie):
    """Équipe de soins spécialisée conforme à la proposition."""
    return et(ess_perimetre_rempli, ess_adhesion_remplie)


# --- the amounts


@regle(entite="medecin", unite="booléen")
def ess_financee(ess_eligible, bareme):
    """Équipe éligible, à une date où le financement est ouvert."""
    return et(ess_eligible, bareme.financement_ouvert)


@propose(entite="medecin", unite="booléen")
def ess_financee(ess_eligible):
    """Équipe éligible."""
    return ess_eligible


@propose(entite="medecin", unite="année")
@regle(entite="medecin", unite="année")
def ess_annee(ess_annee_equipe):
    """Année de l'équipe, la première si elle n'est pas dite."""
    return a_defaut(ess_annee_equipe, sinon=1)


@propose(entite="medecin", unite="EUR", normes=["P3-32"])
@regle(entite="medecin", unite="EUR", normes=["C7-20"])
def ess_credit_amorcage(ess_financee, ess_annee, bareme):
    """Crédit d'amorçage, une fois, la première année."""
    return cas((non(ess_financee), 0), (ess_annee > 1, 0), sinon=bareme.credit_amorcage)


@propose(entite="medecin", unite="EUR/an")
@regle(entite="medecin", unite="EUR/an")
def ess_dotation_lineaire(ess_medecins_reunis, bareme):
    """Dotation selon la taille de l'équipe, par interpolation (hypothèse)."""
    taille = au_moins(au_plus(ess_medecins_reunis, bareme.taille_max), bareme.taille_min)
    return bareme.dotation_min + arrondi_demi_superieur(
        (taille - bareme.taille_min) * (bareme.dotation_max - bareme.dotation_min),
        bareme.taille_max - bareme.taille_min,
    )


@propose(entite="medecin", unite="booléen", normes=["P3-34"])
@regle(entite="medecin", unite="booléen", normes=["C7-21", "C7-22"])
def ess_dotation_dans_la_fourchette(ess_dotation_annuelle, bareme):
    """Dotation notifiée comprise dans la fourchette."""
    return et(ess_dotation_annuelle >= bareme.dotation_min, ess_dotation_annuelle <= bareme.dotation_max)


@propose(entite="medecin", unite="EUR/an", normes=["P3-34"])
@regle(entite="medecin", unite="EUR/an", normes=["C7-21", "C7-22", "C7-23"])
def ess_dotation(ess_financee, ess_annee, ess_dotation_annuelle, ess_hypothese_dotation, ess_dotation_lineaire, bareme):
    """Dotation annuelle : celle qui est notifiée, ou celle d'une hypothèse nommée."""
    return cas(
        (non(ess_financee), 0),
        (ess_annee < bareme.dotation_premiere_annee, 0),
        (present(ess_dotation_annuelle), ess_dotation_annuelle),
        (
            et(present(ess_hypothese_dotation), ess_hypothese_dotation == bareme.hypothese_lineaire),
            ess_dotation_lineaire,
        ),
        sinon=bareme.dotation,
    )
