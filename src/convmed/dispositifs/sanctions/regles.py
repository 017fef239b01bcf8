"""Sanctions: how long one may last, what a withdrawal suspends, how high a pénalité financière may go.

Sources: convention of 4 June 2024, art. 103 to 113; circulaire of 31/07/2024, section 13; code de la sécurité sociale,
L. 114-17-1, R. 147-5, R. 147-11-2, R. 147-15.
"""

from convmed.donnees.entites import REGISTRE
from convmed.moteur.noeuds import au_moins, cas, et, non, parmi, part, present, vrai

REGISTRE.entree("medecin", "san_sanction", "texte", "Sanction encourue")
REGISTRE.entree("medecin", "san_mois_de_deconventionnement", "entier", "Mois entiers de déconventionnement ferme", "mois")
REGISTRE.entree("medecin", "san_jours_en_plus", "booleen", "Des jours en plus de ces mois entiers", nul_signifie="aucun")
REGISTRE.entree("medecin", "pen_cas", "texte", "Cas de pénalité")
REGISTRE.entree("medecin", "pen_sommes", "entier", "Sommes en cause (absentes : non déterminables)", "EUR", nul_signifie="non déterminables")
REGISTRE.entree("medecin", "pen_depassements", "entier", "Dépassements en cause", "EUR")
REGISTRE.entree("medecin", "pen_pmss", "entier", "Plafond mensuel de la sécurité sociale", "EUR")
REGISTRE.entree("medecin", "pen_recidive", "booleen", "Récidive dans le délai du texte", nul_signifie="non")
REGISTRE.entree("medecin", "pen_personne_morale", "booleen", "Personne morale", nul_signifie="personne physique")
REGISTRE.entree("medecin", "pen_double_de_la_moyenne", "booleen", "Niveau au-delà du double de la moyenne régionale", nul_signifie="non")
REGISTRE.entree("medecin", "pen_memes_faits", "booleen", "Procédure conventionnelle engagée pour les mêmes faits", nul_signifie="non")

EFFET = "2024-06-22"
STANDARD, FRAUDE, BANDE, MSAP, REFUS, DEPASSEMENTS = CAS = (
    "standard", "fraude", "bande-organisee", "apres-deux-msap", "refus-de-soins", "depassements",
)  # fmt: skip
regle = REGISTRE.regle_de("sanctions", "convention-2024", "art. 103 à 113")
regle_du_code = REGISTRE.regle_de("sanctions", "convention-2016", "CSS, art. L. 114-17-1 ; R. 147-5 ; R. 147-11-2 ; R. 147-15")


@regle(
    entite="medecin", unite="mois", texte="convention-2016", article="art. 87 (convention 2016)", du="2016-10-24", au="2024-06-21",
    normes=["C13A-09", "C13A-10"],
)  # fmt: skip
def san_duree_maximale(san_sanction, bareme):
    """Durée maximale de la sanction, convention de 2016."""
    return cas((parmi(san_sanction, bareme.sanctions_a_duree_anterieure), bareme.duree_maximale_anterieure), sinon=None)


@regle(entite="medecin", unite="ans", du=EFFET, normes=["C13A-08"])
def san_duree_maximale(bareme):
    """Durée maximale de la sanction."""
    return bareme.duree_maximale


@regle(entite="medecin", unite="booléen", du=EFFET, normes=["C13A-11"])
def san_remunerations_suspendues(bareme):
    """Rémunérations conventionnelles suspendues pendant le déconventionnement ferme."""
    return bareme.remunerations_suspendues


@regle(entite="medecin", unite="booléen", texte=("convention-2016", "convention-2024"), normes=["C13A-13"])
def san_avantages_suspendus(san_mois_de_deconventionnement, san_jours_en_plus, bareme):
    """Participation des caisses aux avantages sociaux suspendue : le déconventionnement dure plus que le seuil."""
    return cas(
        (et(san_mois_de_deconventionnement == bareme.avantages_seuil, vrai(san_jours_en_plus)), True),
        sinon=san_mois_de_deconventionnement > bareme.avantages_seuil,
    )


@regle_du_code(entite="medecin", unite="EUR", article="CSS, art. L. 114-17-1, III et IV ; R. 147-5, V ; R. 147-15")
def pen_plafond_simple(pen_cas, pen_sommes, pen_depassements, pen_pmss, pen_double_de_la_moyenne, bareme):
    """Plafond de la pénalité, hors récidive : part des sommes, ou multiple du PMSS."""
    return cas(
        (et(pen_cas == STANDARD, present(pen_sommes)), part(pen_sommes, bareme.pen_taux)),
        (et(pen_cas == FRAUDE, present(pen_sommes)), part(pen_sommes, bareme.pen_taux_fraude)),
        (et(pen_cas == BANDE, present(pen_sommes)), part(pen_sommes, bareme.pen_taux_bande)),
        (pen_cas == STANDARD, pen_pmss * bareme.pen_forfait),
        (pen_cas == FRAUDE, pen_pmss * bareme.pen_forfait_fraude),
        (pen_cas == BANDE, pen_pmss * bareme.pen_forfait_bande),
        (pen_cas == DEPASSEMENTS, pen_depassements * bareme.pen_facteur_depassements),
        (pen_cas == REFUS, pen_pmss * bareme.pen_forfait_refus_de_soins),
        (vrai(pen_double_de_la_moyenne), pen_pmss * bareme.pen_forfait_msap_double),
        sinon=pen_pmss * bareme.pen_forfait_msap,
    )


@regle_du_code(entite="medecin", unite="EUR", article="CSS, art. L. 114-17-1, IV")
def pen_plancher(pen_cas, pen_pmss, pen_personne_morale, bareme):
    """Plancher de la pénalité : en cas de fraude seulement."""
    return cas(
        (non(parmi(pen_cas, (FRAUDE, BANDE))), 0),
        (vrai(pen_personne_morale), part(pen_pmss, bareme.pen_plancher_morale)),
        sinon=part(pen_pmss, bareme.pen_plancher),
    )


@regle_du_code(entite="medecin", unite="EUR")
def pen_plafond(pen_memes_faits, pen_recidive, pen_plafond_simple, pen_plancher, bareme):
    """Plafond de la pénalité : multiplié en récidive, jamais sous le plancher ; aucune pénalité si les mêmes faits ont une autre suite."""
    return cas(
        (et(vrai(pen_memes_faits), bareme.pen_non_cumul), 0),
        (vrai(pen_recidive), au_moins(pen_plafond_simple * bareme.pen_recidive, pen_plancher)),
        sinon=au_moins(pen_plafond_simple, pen_plancher),
    )
