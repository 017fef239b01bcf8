"""Commissions paritaires: the indemnities of those who sit for a signatory union.

Sources: convention of 4 June 2024, art. 99 to 102-3; circulaire of 31/07/2024, section 12 D.
"""

from convmed.donnees.entites import REGISTRE
from convmed.moteur.noeuds import a_defaut, cas, et, non, present

REGISTRE.entree("medecin", "com_seances", "entier", "Séances tenues")
REGISTRE.entree("medecin", "com_seances_a_distance", "entier", "Séances tenues à distance")
REGISTRE.entree(
    "medecin", "com_representant_signataire", "booleen", "Représentant d'un syndicat signataire, en section professionnelle",
    nul_signifie="supposé l'être",
)  # fmt: skip
REGISTRE.entree("medecin", "com_valeur_c", "entier", "Valeur de la lettre C fournie", "EUR", nul_signifie="celle du barème")

EFFET = "2024-06-22"
regle = REGISTRE.regle_de("commissions", "convention-2024", "art. 99 à 102-3")


@regle(entite="medecin", unite="booléen", du=EFFET, normes=["C12D-08"])
def com_indemnise(com_representant_signataire):
    """Membre de la section professionnelle qui représente un syndicat signataire."""
    return non(et(present(com_representant_signataire), non(com_representant_signataire)))


@regle(entite="medecin", unite="EUR", du=EFFET, normes=["C12D-08"])
def com_indemnite_par_seance(com_valeur_c, bareme):
    """Indemnité d'une séance, en présence comme à distance."""
    return bareme.lettres_par_seance * a_defaut(com_valeur_c, sinon=bareme.valeur_c)


@regle(entite="medecin", unite="EUR", du=EFFET, normes=["C12D-08", "C12D-09"])
def com_indemnites(com_indemnise, com_seances, com_indemnite_par_seance):
    """Indemnités des séances."""
    return cas((com_indemnise, com_seances * com_indemnite_par_seance), sinon=0)


@regle(entite="medecin", unite="séances", du=EFFET, normes=["C12D-10"])
def com_deplacements(com_seances, com_seances_a_distance):
    """Séances qui ouvrent l'indemnité de déplacement : celles tenues en présence."""
    return com_seances - com_seances_a_distance


@regle(entite="medecin", unite="EUR", du=EFFET, normes=["C12D-10", "C12D-11"])
def com_indemnites_de_deplacement(com_indemnise, com_deplacements, bareme):
    """Indemnités de déplacement."""
    return cas(
        (non(com_indemnise), 0),
        (com_deplacements == 0, 0),
        sinon=com_deplacements * bareme.indemnite_de_deplacement,
    )
