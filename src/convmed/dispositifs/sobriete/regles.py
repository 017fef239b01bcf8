"""Sobriety of prescriptions: the ratio of a general practitioner, who is paid, and how much.

Sources: convention of 4 June 2024, art. 66 to 69; circulaire of 31/07/2024, section 9.5; congress of 22/11/2024 for the
formula, the two bonuses and the weight; proposal of 08/02/2024 for a comparison without a bonus. Ratios are billionths.
"""

from convmed.donnees.entites import REGISTRE
from convmed.moteur.noeuds import DIX_MILLE, a_defaut, arrondi_demi_superieur, cas, et, non, ou, parmi, present, somme

CLASSE = "classe_de_patients"
RATIO = "nombre de milliardièmes"
MILLIARD = 10**9
EFFET = "2026-01-01"

REGISTRE.entite(CLASSE, parent="medecin")
REGISTRE.entree(CLASSE, "sob_classe_nom", "texte", "Âge, sexe, ALD et C2S de la classe", nul_signifie="classe sans nom")
REGISTRE.entree(CLASSE, "sob_classe_patients", "entier", "Patients de la classe dans la patientèle", "patients")
REGISTRE.entree(CLASSE, "sob_classe_montant", "entier", "Montant remboursable prescrit aux patients de la classe", "EUR")
REGISTRE.entree(CLASSE, "sob_classe_montant_national", "entier", "Montant de la classe, pratique nationale", "EUR")
REGISTRE.entree(CLASSE, "sob_classe_patients_nationaux", "entier", "Patients de la classe, pratique nationale", "patients")
REGISTRE.entree("medecin", "sob_montant_observe", "entier", "Montant remboursable observé", "EUR", nul_signifie="somme des classes")
REGISTRE.entree("medecin", "sob_montant_attendu", "entier", "Montant remboursable attendu", "EUR", nul_signifie="somme des classes")
REGISTRE.entree("medecin", "sob_ratio_precedent", "entier", "Ratio de l'année précédente", RATIO, nul_signifie="non fourni")
REGISTRE.entree("medecin", "sob_specialite", "texte", "Spécialité du prescripteur (code CNAM)", nul_signifie="généraliste supposé")
REGISTRE.entree("medecin", "sob_rang", "entier", "Rang du ratio, du plus faible au plus élevé", "médecins")
REGISTRE.entree("medecin", "sob_population", "entier", "Généralistes comparés", "médecins")
REGISTRE.entree(
    "medecin", "sob_seuil", "entier", "Ratio national le plus élevé qui ouvre le bonus", RATIO,
    nul_signifie="non fourni : le rang parmi les médecins donnés en tient lieu",
)  # fmt: skip
REGISTRE.entree("medecin", "sob_pmt", "entier", "Patientèle médecin traitant", "patients")
# The mean list is the quotient of two numbers, so that nothing is rounded before the payment is.
REGISTRE.entree("medecin", "sob_pmt_totale", "entier", "Patientèle de référence", "patients")
REGISTRE.entree("medecin", "sob_pmt_medecins", "entier", "Médecins de la patientèle de référence", "médecins")

regle = REGISTRE.regle_de("sobriete", "convention-2024", "art. 66 à 69")
propose = REGISTRE.regle_de("sobriete", "proposition-2024-02-08", "proposition du 08/02/2024, sobriété des prescriptions")


# --- the ratio


@propose(entite=CLASSE, unite="texte", normes=["P4-14"])
@regle(entite=CLASSE, unite="texte", normes=["T-100"])
def sob_classe(sob_classe_nom):
    """Classe de patients."""
    return a_defaut(sob_classe_nom, sinon="classe sans nom")


@propose(entite=CLASSE, unite="EUR", normes=["P4-14"])
@regle(entite=CLASSE, unite="EUR", normes=["T-99", "T-100"])
def sob_classe_attendu(sob_classe_patients, sob_classe_montant_national, sob_classe_patients_nationaux):
    """Montant attendu de la classe : ses patients, au montant moyen national par patient."""
    return arrondi_demi_superieur(sob_classe_patients * sob_classe_montant_national, sob_classe_patients_nationaux)


@propose(entite="medecin", unite="EUR", normes=["P4-14"])
@regle(entite="medecin", unite="EUR", normes=["T-99"])
def sob_observe(sob_montant_observe, sob_classe_montant, sob_classe):
    """Montant remboursable observé."""
    return a_defaut(sob_montant_observe, sinon=somme(CLASSE, sob_classe_montant, par=sob_classe))


@propose(entite="medecin", unite="EUR", normes=["P4-14"])
@regle(entite="medecin", unite="EUR", normes=["T-99", "T-100"])
def sob_attendu(sob_montant_attendu, sob_classe_attendu, sob_classe):
    """Montant remboursable attendu, selon la pratique nationale et la patientèle."""
    return a_defaut(sob_montant_attendu, sinon=somme(CLASSE, sob_classe_attendu, par=sob_classe))


@propose(entite="medecin", unite=RATIO, normes=["P4-14"])
@regle(entite="medecin", unite=RATIO, normes=["C9.5-07", "T-99"])
def sob_ratio(sob_observe, sob_attendu):
    """Ratio de sobriété, en milliardièmes : observé sur attendu."""
    return arrondi_demi_superieur(sob_observe * MILLIARD, sob_attendu)


@propose(entite="medecin", unite="texte", normes=["P4-14"])
@regle(entite="medecin", unite="texte", normes=["C9-10", "T-33"])
def sob_position(sob_observe, sob_attendu):
    """Position par rapport à la pratique nationale."""
    return cas(
        (sob_observe < sob_attendu, "plus-sobre"), (sob_observe == sob_attendu, "egal"), sinon="moins-sobre"
    )


# --- the bonus


@regle(entite="medecin", unite="booléen", normes=["C9.5-09", "T-33", "T-101"])
def sob_generaliste(sob_specialite, bareme):
    """Généraliste, ou spécialité non dite."""
    return ou(non(present(sob_specialite)), parmi(sob_specialite, bareme.specialites))


@regle(entite="medecin", unite="booléen", du=EFFET, normes=["C9.5-09", "T-101"])
def sob_parmi_les_plus_sobres(sob_ratio, sob_seuil, sob_rang, sob_population, bareme):
    """Ratio parmi les plus faibles, à égalité compris."""
    return cas(
        (present(sob_seuil), sob_ratio <= sob_seuil),
        sinon=sob_rang * DIX_MILLE <= sob_population * bareme.part_des_plus_sobres,
    )


@regle(entite="medecin", unite="booléen", du=EFFET, normes=["T-102"])
def sob_en_baisse(sob_ratio, sob_ratio_precedent, bareme):
    """Ratio en baisse de plus que le seuil, depuis l'année précédente."""
    return et(
        present(sob_ratio_precedent),
        sob_ratio * DIX_MILLE < sob_ratio_precedent * (DIX_MILLE - bareme.baisse_minimale),
    )


@regle(entite="medecin", unite="texte", du=EFFET, normes=["C9.5-09", "T-101", "T-102"])
def sob_situation(sob_generaliste, sob_parmi_les_plus_sobres, sob_en_baisse):
    """Situation du médecin au regard des deux bonus."""
    return cas(
        (non(sob_generaliste), "hors-champ"),
        (et(sob_parmi_les_plus_sobres, sob_en_baisse), "plus-sobre-et-en-baisse"),
        (sob_parmi_les_plus_sobres, "plus-sobre"),
        (sob_en_baisse, "en-baisse"),
        sinon="sans-bonus",
    )


@regle(entite="medecin", unite="EUR/an", du=EFFET, normes=["C9.5-08", "T-101", "T-102"])
def sob_bonus_avant_poids(sob_situation, bareme):
    """Bonus avant la pondération par la patientèle."""
    return cas(
        (et(sob_situation == "plus-sobre-et-en-baisse", bareme.cumul), bareme.bonus_des_plus_sobres + bareme.bonus_de_baisse),
        (parmi(sob_situation, ("plus-sobre-et-en-baisse", "plus-sobre")), bareme.bonus_des_plus_sobres),
        (sob_situation == "en-baisse", bareme.bonus_de_baisse),
        sinon=0,
    )


@regle(entite="medecin", unite="EUR/an", du=EFFET, normes=["C9.5-08", "T-103"])
def sob_bonus(sob_bonus_avant_poids, sob_pmt, sob_pmt_totale, sob_pmt_medecins):
    """Bonus sobriété, au poids de la patientèle rapportée à la moyenne."""
    return cas(
        (sob_bonus_avant_poids == 0, 0),
        sinon=arrondi_demi_superieur(sob_bonus_avant_poids * sob_pmt * sob_pmt_medecins, sob_pmt_totale),
    )
