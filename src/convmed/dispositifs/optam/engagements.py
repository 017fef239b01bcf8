# ruff: noqa: F811
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-decorators=False
# mypy: disallow-untyped-calls=False, check-untyped-defs=False, disable-error-code="no-redef"
"""The two committed rates: the doctor's own years, the group, the regions with floor and ceiling, the sharing of gains.

A rate is a number of millionths: a ratio keeps what a point divided by ten thousand would lose. Sources: convention of
2016, annexe 21; convention of 4 June 2024, art. 41 to 41-11 and annexes 12 to 15; circulaire of 31/07/2024, section 5 B.
"""

from convmed.donnees.entites import REGISTRE
from convmed.moteur.noeuds import (
    a_defaut,
    arrondi_demi_superieur,
    au_moins,
    au_plus,
    cas,
    et,
    nombre,
    non,
    parmi,
    part,
    present,
    somme,
    vrai,
)

ANTERIEUR, SIGNE, PROPOSE = "convention-2016", "convention-2024", "proposition-2024-02-08"
DEBUT, DEBUT_PROPOSE = "2025-01-01", "2024-02-08"
MILLION = 10**6
TAUX = "nombre de millionièmes"
# From the engine's rates (1/10,000) to millionths.
FOIS = 100

REGISTRE.entite("annee_optam", parent="medecin")
REGISTRE.entree("annee_optam", "optam_annee", "entier", "Année d'activité", unite="année")
REGISTRE.entree(
    "annee_optam", "optam_remboursables", "entier",
    "Honoraires remboursables de l'année aux tarifs du secteur 1, hors dépassements et forfaits", unite="EUR/an",
)  # fmt: skip
REGISTRE.entree("annee_optam", "optam_depassements", "entier", "Dépassements de l'année, recalculés", unite="EUR/an")
REGISTRE.entree("annee_optam", "optam_opposables", "entier", "Honoraires remboursables des actes sans dépassement", unite="EUR/an")
REGISTRE.entree("medecin", "optam_choix_groupe", "booleen", "Choix du taux de groupe", nul_signifie="taux personnel")
REGISTRE.entree("medecin", "optam_td_groupe", "entier", "Taux de dépassement moyen du groupe", unite=TAUX)
REGISTRE.entree("medecin", "optam_to_groupe", "entier", "Taux d'activité à tarif opposable moyen du groupe", unite=TAUX)
REGISTRE.entree("medecin", "optam_td_region", "entier", "Taux de dépassement moyen de la région, ou national", unite=TAUX)
REGISTRE.entree("medecin", "optam_to_region", "entier", "Taux opposable moyen de la région, ou national", unite=TAUX)
REGISTRE.entree("medecin", "optam_td_region_min", "entier", "Taux de dépassement régional le plus bas", unite=TAUX)
REGISTRE.entree("medecin", "optam_td_region_max", "entier", "Taux de dépassement régional le plus haut", unite=TAUX)
REGISTRE.entree("medecin", "optam_pratique_connue", "booleen", "Pratique connue sur la période de référence", nul_signifie="aucune")
REGISTRE.entree(
    "medecin", "optam_nouvel_installe", "booleen", "Nouvel installé", nul_signifie="calcul demandé pour un nouvel installé"
)
REGISTRE.entree("medecin", "optam_niveau_connu", "texte", "Dernier niveau de respect connu", nul_signifie="tiré de l'écart")
REGISTRE.entree("medecin", "optam_annee_des_taux", "entier", "Année où s'appliquent les taux", unite="année")
REGISTRE.entree("medecin", "optam_base_avant", "entier", "Honoraires remboursables avant la revalorisation", unite="EUR/an")
REGISTRE.entree("medecin", "optam_base_apres", "entier", "Honoraires remboursables après la revalorisation", unite="EUR/an")
REGISTRE.entree("medecin", "optam_honoraires_totaux", "entier", "Honoraires totaux, dépassements compris", unite="EUR/an")

regle_2016 = REGISTRE.regle_de("optam", ANTERIEUR, "convention 2016, annexe 21, art. 1")
regle = REGISTRE.regle_de("optam", SIGNE, "art. 41 à 41-11, annexes 12 à 15")


# --- the doctor's own rates


@regle_2016(entite="medecin", unite="année", normes=["C5Ba-04"])
def optam_periode_debut(bareme):
    """Première année de la période de référence de 2016."""
    return bareme.reference_anterieure_debut


@regle(entite="medecin", unite="année", du=DEBUT, normes=["C5Ba-02", "C5Ba-03"])
def optam_periode_debut(optam_taux_applicables, bareme):
    """Première année de la période de référence."""
    return cas((optam_taux_applicables == "anciens", bareme.reference_anterieure_debut), sinon=bareme.reference_debut)


@regle_2016(entite="medecin", unite="année", normes=["C5Ba-04"])
def optam_periode_fin(bareme):
    """Dernière année de la période de référence de 2016."""
    return bareme.reference_anterieure_fin


@regle(entite="medecin", unite="année", du=DEBUT, normes=["C5Ba-02", "C5Ba-03"])
def optam_periode_fin(optam_taux_applicables, bareme):
    """Dernière année de la période de référence."""
    return cas((optam_taux_applicables == "anciens", bareme.reference_anterieure_fin), sinon=bareme.reference_fin)


@regle_2016(entite="annee_optam", unite="booléen", normes=["C5B-05"])
def optam_annee_retenue(optam_annee, optam_remboursables, optam_periode_debut, optam_periode_fin):
    """Année de la période de référence où le médecin a eu une activité."""
    return et(optam_annee >= optam_periode_debut, optam_annee <= optam_periode_fin, optam_remboursables > 0)


@regle_2016(entite="annee_optam", unite=TAUX, normes=["C5B-03"])
def optam_td_annuel(optam_depassements, optam_remboursables):
    """Taux de dépassement d'une année : dépassements sur honoraires remboursables."""
    return arrondi_demi_superieur(MILLION * optam_depassements, optam_remboursables)


@regle_2016(entite="annee_optam", unite=TAUX, article="convention 2016, art. 41", normes=["C5B-04"])
def optam_to_annuel(optam_opposables, optam_remboursables):
    """Taux d'activité à tarif opposable d'une année."""
    return arrondi_demi_superieur(MILLION * optam_opposables, optam_remboursables)


@regle_2016(entite="medecin", unite="nombre", normes=["C5B-05"])
def optam_annees_retenues(optam_annee_retenue):
    """Années d'activité de la période de référence."""
    return nombre("annee_optam", optam_annee_retenue)


@regle_2016(entite="medecin", unite=TAUX, normes=["C5B-03", "C5B-05"])
def optam_td_personnel(optam_td_annuel, optam_annee_retenue, optam_annees_retenues):
    """Taux de dépassement du médecin : moyenne des rapports annuels, et non rapport des sommes."""
    return arrondi_demi_superieur(somme("annee_optam", optam_td_annuel, optam_annee_retenue), optam_annees_retenues)


@regle_2016(entite="medecin", unite=TAUX, normes=["C5B-04", "C5B-05"])
def optam_to_personnel(optam_to_annuel, optam_annee_retenue, optam_annees_retenues):
    """Taux d'activité à tarif opposable du médecin : moyenne des rapports annuels."""
    return arrondi_demi_superieur(somme("annee_optam", optam_to_annuel, optam_annee_retenue), optam_annees_retenues)


# --- regions


@regle_2016(entite="medecin", unite="booléen", normes=["C5Bc-02"])
def optam_specialite_nationale(specialite, bareme):
    """Spécialité servie par la moyenne nationale (spécialité non donnée : moyenne régionale)."""
    return et(present(specialite), parmi(specialite, bareme.specialites_nationales))


@regle_2016(entite="medecin", unite="booléen")
def optam_ajustement_regional():
    """Taux régionaux ajustés : ni plancher ni plafond avant 2025."""
    return False


@regle(entite="medecin", unite="booléen", du=DEBUT, normes=["C5Bc-01", "C5Bc-02"])
def optam_ajustement_regional(optam_specialite_nationale, optam_pratique_connue):
    """Taux régionaux ajustés : médecin sans pratique connue, spécialité à moyenne régionale."""
    return non(a_defaut(optam_pratique_connue, sinon=optam_specialite_nationale))


@regle(entite="medecin", unite="booléen", texte=PROPOSE, du=DEBUT_PROPOSE, article="proposition du 08/02/2024, OPTAM", normes=["P3-62"])
def optam_ajustement_regional(optam_nouvel_installe):
    """Taux régionaux ajustés proposés : nouveaux installés seulement."""
    return a_defaut(optam_nouvel_installe, sinon=True)


@regle_2016(entite="medecin", unite=TAUX, article="art. 41 à 41-11 ; circulaire 5 B c", normes=["C5Bc-04", "P3-60"])
def optam_plancher(optam_ajustement_regional, optam_td_region_min, bareme):
    """Taux plancher : taux régional le plus bas, majoré."""
    return cas((optam_ajustement_regional, optam_td_region_min + bareme.plancher_points * FOIS), sinon=None)


@regle_2016(entite="medecin", unite=TAUX, article="art. 41 à 41-11 ; circulaire 5 B c", normes=["C5Bc-07", "P3-61"])
def optam_plafond(optam_ajustement_regional, optam_td_region_max, bareme):
    """Taux plafond : taux régional le plus haut, minoré."""
    return cas((optam_ajustement_regional, optam_td_region_max - bareme.plafond_points * FOIS), sinon=None)


@regle_2016(entite="medecin", unite="booléen", article="art. 41 à 41-11 ; circulaire 5 B c", normes=["C5Bc-07"])
def optam_croisement(optam_plancher, optam_plafond):
    """Plancher au-dessus du plafond : cas que le texte ne prévoit pas."""
    return optam_plancher > optam_plafond


@regle_2016(entite="medecin", unite=TAUX, article="art. 41 à 41-11 ; circulaire 5 B c", normes=["C5Bc-05", "C5Bc-08"])
def optam_td_regional(optam_ajustement_regional, optam_td_region, optam_plancher, optam_plafond):
    """Taux de dépassement de la région : relevé au plancher, ramené au plafond ; s'ils se croisent, le plancher."""
    return cas(
        (optam_ajustement_regional, au_moins(au_plus(optam_td_region, optam_plafond), optam_plancher)),
        sinon=optam_td_region,
    )


@regle_2016(entite="medecin", unite=TAUX, article="art. 41 à 41-11 ; circulaire 5 B c", normes=["C5Bc-01"])
def optam_td_moyen(optam_td_region, optam_td_regional, bareme):
    """Taux de dépassement sans pratique connue : celui de la région (fourni, ou de la table de l'assurance maladie)."""
    return cas((present(optam_td_region), optam_td_regional), sinon=bareme.taux_regional_depassement * FOIS)


@regle_2016(entite="medecin", unite=TAUX, article="art. 41 à 41-11 ; circulaire 5 B c", normes=["C5Bc-09"])
def optam_to_moyen(optam_to_region, bareme):
    """Taux opposable sans pratique connue : celui de la région, sans plancher ni plafond."""
    return a_defaut(optam_to_region, sinon=bareme.taux_regional_opposable * FOIS)


# --- the commitment


@regle_2016(entite="medecin", unite="texte", normes=["C5Bc-01", "C5Bc-02", "C5Bd-02"])
def optam_origine(optam_choix_groupe, optam_annees_retenues, optam_specialite_nationale):
    """Origine des taux : groupe choisi, pratique du médecin, moyenne nationale ou régionale."""
    return cas(
        (vrai(optam_choix_groupe), "groupe"),
        (optam_annees_retenues > 0, "personnel"),
        (optam_specialite_nationale, "national"),
        sinon="regional",
    )


@regle_2016(entite="medecin", unite=TAUX, article="convention 2016, art. 41", normes=["C5B-02", "C5B-03"])
def optam_td_engagement(optam_origine, optam_td_groupe, optam_td_personnel, optam_td_moyen, bareme):
    """Taux de dépassement du contrat, 100 % au plus en toute hypothèse."""
    taux = cas(
        (optam_origine == "groupe", optam_td_groupe),
        (optam_origine == "personnel", optam_td_personnel),
        sinon=optam_td_moyen,
    )
    return au_plus(taux, bareme.taux_depassement_max * FOIS)


@regle_2016(entite="medecin", unite=TAUX, article="convention 2016, art. 41", normes=["C5B-02", "C5B-04"])
def optam_to_engagement(optam_origine, optam_to_groupe, optam_to_personnel, optam_to_moyen):
    """Taux d'activité à tarif opposable du contrat."""
    return cas(
        (optam_origine == "groupe", optam_to_groupe),
        (optam_origine == "personnel", optam_to_personnel),
        sinon=optam_to_moyen,
    )


# --- sharing of gains


@regle_2016(entite="medecin", unite="texte", article="art. 41 à 41-11 ; circulaire 5 B b", normes=["C5Bb-04"])
def optam_niveau_retenu(optam_niveau_connu, optam_niveau_respect):
    """Dernier niveau de respect : donné, ou tiré de l'écart."""
    return a_defaut(optam_niveau_connu, sinon=optam_niveau_respect)


@regle_2016(entite="medecin", unite="%", article="convention 2016, annexe 21", normes=["C5Bb-02", "C5Bb-09"])
def optam_part_gains(bareme):
    """Part de la revalorisation gardée par le médecin, quel que soit le respect."""
    return bareme.partage_2016


@regle(entite="medecin", unite="%", du=DEBUT, normes=["C5Bb-04", "C5Bb-06", "C5Bb-07", "C5Bb-08", "C5Bb-10"])
def optam_part_gains(optam_niveau_retenu, bareme):
    """Part de la revalorisation gardée par le médecin."""
    return cas(
        (optam_niveau_retenu == "strict", bareme.partage_strict),
        (optam_niveau_retenu == "1-5", bareme.partage_1_5),
        sinon=bareme.partage_plus_de_5,
    )


@regle(entite="medecin", unite="année", du=DEBUT, normes=["C5Bb-05"])
def optam_annee_respect(optam_annee_des_taux, bareme):
    """Année du respect qui fixe la part : la dernière connue au 1er janvier."""
    return optam_annee_des_taux - bareme.recul_du_respect


@regle_2016(entite="medecin", unite="EUR/an", article="art. 41 à 41-11 ; circulaire 5 B b", normes=["C5Bb-01", "C5Bb-02"])
def optam_gain_conserve(optam_base_avant, optam_base_apres, optam_part_gains):
    """Part de la revalorisation qui reste au médecin."""
    return part(optam_base_apres - optam_base_avant, optam_part_gains)


@regle_2016(entite="medecin", unite=TAUX, article="annexes 12 à 15 (formule reconstruite)", normes=["C5Bb-03", "C5Bb-11"])
def optam_td_recalcule(optam_honoraires_totaux, optam_base_apres, optam_gain_conserve):
    """Taux de dépassement autorisé après la revalorisation (reconstruction)."""
    reste = au_moins(optam_honoraires_totaux + optam_gain_conserve - optam_base_apres, 0)
    return arrondi_demi_superieur(MILLION * reste, optam_base_apres)
