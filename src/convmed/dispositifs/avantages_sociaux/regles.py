"""Social advantages left unchanged in 2024: family aids, and the part of social contributions that the caisses pay.

Sources: convention of 4 June 2024, art. 94 to 98; convention of 2016, art. 69 to 70.2; circulaire of 31/07/2024, 14.5.
"""

from itertools import pairwise

from convmed.donnees.entites import REGISTRE
from convmed.moteur.noeuds import (
    DIX_MILLE,
    arrondi_demi_superieur,
    au_moins,
    au_plus,
    cas,
    et,
    ou,
    parmi,
    part,
    present,
    vrai,
)

REGISTRE.entree("medecin", "as_conge", "texte", "Congé")
REGISTRE.entree("medecin", "as_parent", "texte", "Parent qui adopte")
REGISTRE.entree("medecin", "as_remplacant", "booleen", "Médecin remplaçant", nul_signifie="médecin installé ou collaborateur")
REGISTRE.entree(
    "medecin", "as_demi_journees", "entier", "Demi-journées d'activité par semaine (entières)", unite="demi-journées/semaine"
)
REGISTRE.entree("medecin", "as_date_debut", "date", "Début de l'arrêt")
REGISTRE.entree("medecin", "as_mois_d_arret", "entier", "Mois civils d'arrêt, après celui du début", unite="mois")
REGISTRE.entree("medecin", "as_departement", "texte", "Département du cabinet", nul_signifie="département non déclaré")
REGISTRE.entree("medecin", "as_assiette_sociale", "entier", "Assiette sociale", unite="EUR/an")
REGISTRE.entree("medecin", "as_chiffre_affaires", "entier", "Chiffre d'affaires", unite="EUR/an")
REGISTRE.entree("medecin", "as_recettes_conventionnees", "entier", "Recettes de l'activité conventionnée", unite="EUR/an")
REGISTRE.entree("medecin", "as_depassements", "entier", "Dépassements d'honoraires", unite="EUR/an")

regle_famille = REGISTRE.regle_de("avantages-sociaux", "convention-2016", "art. 97 et 98 (2016, art. 70.2)")
regle = REGISTRE.regle_de("avantages-sociaux", "convention-2016", "art. 94 à 96 (2016, art. 69 et 70.1)")

INCHANGES = ["C14.5-01", "C14.5-02", "C14.5-03"]
FAMILLE, COTISATIONS = [*INCHANGES, "C14.5-05"], [*INCHANGES, "C14.5-04"]


# --- maternity, paternity, adoption


@regle_famille(entite="medecin", unite="booléen", normes=FAMILLE)
def famille_tarifs_maitrises(secteur, option_tarifaire):
    """Secteur 1, ou secteur 2 adhérent à l'OPTAM ou à l'OPTAM-ACO."""
    return cas((secteur == "1", True), sinon=parmi(option_tarifaire, ("optam", "optam-aco")))


@regle_famille(entite="medecin", unite="texte", normes=FAMILLE)
def famille_situation(secteur, as_remplacant, as_date_debut, as_demi_journees, bareme):
    """Situation au regard de l'aide, et quotité d'activité."""
    return cas(
        (secteur == "nc", "non-conventionne"),
        (vrai(as_remplacant), "remplacant"),
        (as_date_debut < bareme.date_effet_famille, "avant-la-date-d-effet"),
        (as_demi_journees >= bareme.seuil_plein, "plein"),
        (as_demi_journees >= bareme.seuil_trois_quarts, "trois-quarts"),
        (as_demi_journees >= bareme.seuil_mi_temps, "mi-temps"),
        sinon="activite-insuffisante",
    )


@regle_famille(entite="medecin", unite="booléen", normes=FAMILLE)
def famille_paternite(as_conge, as_parent):
    """Aide de paternité : congé de paternité, ou adoption par le père."""
    return ou(as_conge == "paternite", et(as_conge == "adoption", as_parent == "pere"))


@regle_famille(entite="medecin", unite="EUR/mois", normes=FAMILLE)
def famille_maternite_mensuelle(famille_situation, famille_tarifs_maitrises, bareme):
    """Aide mensuelle de maternité ou d'adoption."""
    return cas(
        (famille_situation == "plein",
         cas((famille_tarifs_maitrises, bareme.maternite_opposable_plein), sinon=bareme.maternite_libre_plein)),
        (famille_situation == "trois-quarts",
         cas((famille_tarifs_maitrises, bareme.maternite_opposable_trois_quarts), sinon=bareme.maternite_libre_trois_quarts)),
        (famille_situation == "mi-temps",
         cas((famille_tarifs_maitrises, bareme.maternite_opposable_mi_temps), sinon=bareme.maternite_libre_mi_temps)),
        sinon=0,
    )  # fmt: skip


@regle_famille(entite="medecin", unite="EUR/mois", normes=FAMILLE)
def famille_paternite_mensuelle(famille_situation, famille_tarifs_maitrises, bareme):
    """Aide mensuelle de paternité."""
    return cas(
        (famille_situation == "plein",
         cas((famille_tarifs_maitrises, bareme.paternite_opposable_plein), sinon=bareme.paternite_libre_plein)),
        (famille_situation == "trois-quarts",
         cas((famille_tarifs_maitrises, bareme.paternite_opposable_trois_quarts), sinon=bareme.paternite_libre_trois_quarts)),
        (famille_situation == "mi-temps",
         cas((famille_tarifs_maitrises, bareme.paternite_opposable_mi_temps), sinon=bareme.paternite_libre_mi_temps)),
        sinon=0,
    )  # fmt: skip


@regle_famille(entite="medecin", unite="EUR/mois", normes=FAMILLE)
def famille_mensuel(famille_paternite, famille_maternite_mensuelle, famille_paternite_mensuelle):
    """Aide mensuelle du congé."""
    return cas((famille_paternite, famille_paternite_mensuelle), sinon=famille_maternite_mensuelle)


@regle_famille(entite="medecin", unite="mois", normes=FAMILLE)
def famille_mois(famille_paternite, as_mois_d_arret, bareme):
    """Mois d'aide."""
    return cas((famille_paternite, bareme.duree_paternite), sinon=au_plus(as_mois_d_arret, bareme.duree_maternite))


@regle_famille(entite="medecin", unite="EUR", normes=FAMILLE)
def famille_total(famille_mensuel, famille_mois):
    """Aide pour tout le congé."""
    return cas((famille_mensuel == 0, 0), sinon=famille_mensuel * famille_mois)


# --- the part of contributions


def part_du_pass(borne, plafond):
    """Return a bound in % of the ceiling as an amount times 10,000, to compare without dividing."""
    return borne * plafond


def taux_progressif(assiette, plafond, bas, haut):
    """Return a rate that grows in a straight line between two (bound, rate), rounded half up to 0.01 %."""
    (borne_basse, taux_bas), (borne_haute, taux_haut) = bas, haut
    parcouru = assiette * DIX_MILLE - part_du_pass(borne_basse, plafond)
    return taux_bas + arrondi_demi_superieur((taux_haut - taux_bas) * parcouru, (borne_haute - borne_basse) * plafond)


@regle(entite="medecin", unite="texte", normes=COTISATIONS)
def cotisations_situation(secteur, as_departement, bareme):
    """Situation au regard de la participation aux cotisations."""
    return cas(
        (secteur == "nc", "non-conventionne"),
        (et(present(as_departement), parmi(as_departement, bareme.territoires_exclus)), "territoire-exclu"),
        (secteur == "2", "secteur-2"),
        sinon="due",
    )


@regle(entite="medecin", unite="EUR/an", normes=COTISATIONS)
def cotisations_revenu_conventionne(as_assiette_sociale, as_recettes_conventionnees, as_chiffre_affaires):
    """Assiette sociale tirée de l'activité conventionnée."""
    conventionne = as_assiette_sociale * as_recettes_conventionnees
    return cas((as_chiffre_affaires == 0, 0), sinon=arrondi_demi_superieur(conventionne, as_chiffre_affaires))


@regle(entite="medecin", unite="EUR/an", normes=COTISATIONS)
def cotisations_assiette(as_assiette_sociale, as_recettes_conventionnees, as_depassements, as_chiffre_affaires):
    """Assiette de participation : revenu conventionné net de dépassements."""
    opposable = as_assiette_sociale * (as_recettes_conventionnees - as_depassements)
    return cas((as_chiffre_affaires == 0, 0), sinon=arrondi_demi_superieur(opposable, as_chiffre_affaires))


@regle(entite="medecin", unite="%", normes=COTISATIONS)
def cotisations_taux_maladie(as_assiette_sociale, bareme):
    """Taux de la cotisation maladie, sur l'assiette sociale."""
    assiette, plafond = as_assiette_sociale * DIX_MILLE, bareme.plafond_annuel
    points = [(getattr(bareme, f"maladie_borne_{n}"), getattr(bareme, f"maladie_taux_{n}")) for n in (1, 2, 3, 4, 5, 6)]
    return cas(
        (assiette <= part_du_pass(points[0][0], plafond), points[0][1]),
        *(
            (assiette <= part_du_pass(haut[0], plafond), taux_progressif(as_assiette_sociale, plafond, bas, haut))
            for bas, haut in pairwise(points)
        ),
        sinon=points[-1][1],
    )


@regle(entite="medecin", unite="EUR/an", normes=COTISATIONS)
def cotisations_maladie_due(as_assiette_sociale, cotisations_taux_maladie, bareme):
    """Cotisation maladie de l'assiette sociale : au-delà de la dernière borne, un autre taux."""
    borne = part(bareme.plafond_annuel, bareme.maladie_borne_6)
    return part(au_plus(as_assiette_sociale, borne), cotisations_taux_maladie) + cas(
        (as_assiette_sociale > borne, part(as_assiette_sociale - borne, bareme.maladie_taux_au_dela)), sinon=0
    )


@regle(entite="medecin", unite="EUR/an", normes=COTISATIONS)
def participation_maladie(
    cotisations_situation, as_assiette_sociale, cotisations_assiette, cotisations_taux_maladie, cotisations_maladie_due, bareme
):
    """Participation maladie : la cotisation, moins le reste à charge, sur l'assiette de participation."""
    au_dela = as_assiette_sociale * DIX_MILLE > part_du_pass(bareme.maladie_borne_6, bareme.plafond_annuel)
    return cas(
        (cotisations_situation != "due", 0),
        (au_dela, arrondi_demi_superieur(cotisations_assiette * cotisations_maladie_due, as_assiette_sociale)
         - part(cotisations_assiette, bareme.maladie_reste_a_charge)),
        sinon=part(cotisations_assiette, au_moins(cotisations_taux_maladie, bareme.maladie_reste_a_charge)
                   - bareme.maladie_reste_a_charge),
    )  # fmt: skip


@regle(entite="medecin", unite="%", normes=COTISATIONS)
def cotisations_taux_af(as_assiette_sociale, bareme):
    """Taux de la cotisation d'allocations familiales, sur l'assiette sociale."""
    assiette, plafond = as_assiette_sociale * DIX_MILLE, bareme.plafond_annuel
    bas, haut = (bareme.af_borne_basse, 0), (bareme.af_borne_haute, bareme.af_taux)
    return cas(
        (assiette <= part_du_pass(bareme.af_borne_basse, plafond), 0),
        (assiette <= part_du_pass(bareme.af_borne_haute, plafond), taux_progressif(as_assiette_sociale, plafond, bas, haut)),
        sinon=bareme.af_taux,
    )


@regle(entite="medecin", unite="texte", normes=COTISATIONS)
def participation_palier(cotisations_assiette, bareme):
    """Palier de l'assiette de participation, pour les allocations familiales."""
    assiette, plafond = cotisations_assiette * DIX_MILLE, bareme.plafond_annuel
    return cas(
        (assiette <= part_du_pass(bareme.participation_borne_1, plafond), "premier"),
        (assiette <= part_du_pass(bareme.participation_borne_2, plafond), "deuxieme"),
        sinon="troisieme",
    )


@regle(entite="medecin", unite="EUR/an", normes=COTISATIONS)
def participation_allocations_familiales(
    cotisations_situation, as_assiette_sociale, cotisations_taux_af, participation_palier, bareme
):
    """Participation aux allocations familiales : part de la cotisation, selon le palier."""
    cotisation = part(as_assiette_sociale, cotisations_taux_af)
    return cas(
        (cotisations_situation != "due", 0),
        (participation_palier == "premier", part(cotisation, bareme.af_part_1)),
        (participation_palier == "deuxieme", part(cotisation, bareme.af_part_2)),
        sinon=part(cotisation, bareme.af_part_3),
    )


@regle(entite="medecin", unite="EUR/an", normes=COTISATIONS)
def participation_retraite_base(cotisations_situation, as_assiette_sociale, bareme):
    """Participation à la retraite de base : un taux sur toute l'assiette sociale, selon son palier."""
    assiette, plafond = as_assiette_sociale * DIX_MILLE, bareme.plafond_annuel
    return cas(
        (cotisations_situation != "due", 0),
        (assiette <= part_du_pass(bareme.participation_borne_1, plafond), part(as_assiette_sociale, bareme.retraite_taux_1)),
        (assiette <= part_du_pass(bareme.participation_borne_2, plafond), part(as_assiette_sociale, bareme.retraite_taux_2)),
        sinon=part(as_assiette_sociale, bareme.retraite_taux_3),
    )


@regle(entite="medecin", unite="EUR/an", normes=COTISATIONS)
def participation_asv(cotisations_situation, cotisations_revenu_conventionne, bareme):
    """Participation à l'ASV : deux tiers du forfait et de la cotisation proportionnelle."""
    revenu = au_plus(cotisations_revenu_conventionne, part(bareme.plafond_annuel, bareme.asv_plafond))
    cotisation = bareme.asv_forfait + part(revenu, bareme.asv_taux)
    return cas(
        (cotisations_situation != "due", 0),
        sinon=arrondi_demi_superieur(bareme.asv_tiers_pris_en_charge * cotisation, 3),
    )


@regle(entite="medecin", unite="EUR/an", normes=COTISATIONS)
def participation_totale(
    participation_maladie, participation_allocations_familiales, participation_retraite_base, participation_asv
):
    """Participation des caisses aux cotisations du médecin."""
    return participation_maladie + participation_allocations_familiales + participation_retraite_base + participation_asv
