"""Tiers payant: which situations open it, on which part, and which of them the law itself imposes.

Sources: convention of 4 June 2024, art. 42 to 42-7; circulaire of 31/07/2024, section 14.2; CSS, L. 861-3; CASF, L. 251-1.
The circulaire leaves it unchanged: the rules hold under every text. A situation that is not declared is not there.
"""

from convmed.donnees.entites import REGISTRE
from convmed.moteur.noeuds import cas, et, non, ou, parmi, present, vrai

NON_DECLAREE = "situation non déclarée"

REGISTRE.entree(
    "seance", "tp_astreinte_regulee", "booleen", "Médecin d'astreinte appelé par la régulation", nul_signifie=NON_DECLAREE
)
REGISTRE.entree("seance", "tp_acte_declare_couteux", "booleen", "Acte déclaré particulièrement coûteux", nul_signifie=NON_DECLAREE)
REGISTRE.entree("seance", "tp_montant_acte", "entier", "Tarif de l'acte", "EUR", nul_signifie="tarif non fourni")
REGISTRE.entree(
    "seance", "tp_coefficient_acte", "entier", "Coefficient de l'acte", "coefficient", nul_signifie="coefficient non fourni"
)
REGISTRE.entree("seance", "tp_fond_oeil", "booleen", "Lecture différée de photographie du fond d'œil", nul_signifie=NON_DECLAREE)
REGISTRE.entree(
    "seance", "tp_bucco_dentaire", "booleen", "Examen de prévention bucco-dentaire d'une femme enceinte", nul_signifie=NON_DECLAREE
)
REGISTRE.entree(
    "seance", "tp_propharmacien", "booleen", "Convention locale avec un médecin propharmacien", nul_signifie=NON_DECLAREE
)
REGISTRE.entree("seance", "tp_maternite", "booleen", "Patiente prise en charge au titre de la maternité", nul_signifie=NON_DECLAREE)
REGISTRE.entree("seance", "tp_ame", "booleen", "Patient bénéficiaire de l'AME", nul_signifie=NON_DECLAREE)

regle = REGISTRE.regle_de("tiers-payant", "convention-2016", "art. 42 à 42-7")


@regle(entite="seance", unite="booléen", normes=["C14.2-04"])
def tp_acte_couteux(tp_acte_declare_couteux, tp_montant_acte, tp_coefficient_acte, bareme):
    """Acte particulièrement coûteux : tarif ou coefficient au seuil, ou au-dessus."""
    return ou(
        vrai(tp_acte_declare_couteux),
        et(present(tp_montant_acte), tp_montant_acte >= bareme.seuil_tarif),
        et(present(tp_coefficient_acte), tp_coefficient_acte >= bareme.seuil_coefficient),
    )


@regle(entite="seance", unite="booléen", normes=[
    "C14.2-01", "C14.2-02", "C14.2-03", "C14.2-04", "C14.2-05", "C14.2-06", "C14.2-07",
])  # fmt: skip
def tp_conventionnel(tp_astreinte_regulee, tp_acte_couteux, tp_fond_oeil, tp_bucco_dentaire, tp_propharmacien):
    """Cas conventionnel de tiers payant."""
    return ou(
        vrai(tp_astreinte_regulee),
        tp_acte_couteux,
        vrai(tp_fond_oeil),
        vrai(tp_bucco_dentaire),
        vrai(tp_propharmacien),
    )


@regle(entite="seance", unite="booléen", article="CSS, art. L. 861-3")
def tp_hors_parcours(parcours):
    """Patient hors du parcours de soins (parcours non fourni : le tiers payant est supposé maintenu)."""
    return et(present(parcours), parcours == "hors-parcours")


@regle(entite="seance", unite="booléen", article="art. 42-1 et 42-2 ; CSS, art. L. 861-3", normes=["C14.2-09"])
def tp_c2s(patient_c2s, tp_hors_parcours):
    """Bénéficiaire de la C2S, sauf hors parcours."""
    return et(vrai(patient_c2s), non(tp_hors_parcours))


@regle(entite="seance", unite="booléen", normes=["C14.2-09"])
def tp_integral(tp_c2s, tp_ame):
    """Tiers payant intégral : C2S, ou dispense d'avance de frais de l'AME."""
    return ou(tp_c2s, vrai(tp_ame))


@regle(entite="seance", unite="booléen", article="art. 42-1 et 42-2", normes=["C14.2-08"])
def tp_cas_legal(patient_ald, tp_maternite, bareme):
    """Autre cas légal de tiers payant, sur la part obligatoire."""
    return ou(
        et(vrai(patient_ald), parmi("ald", bareme.cas_legaux)),
        et(vrai(tp_maternite), parmi("maternite", bareme.cas_legaux)),
    )


@regle(entite="seance", unite="texte", normes=["C14.2-02", "C14.2-08", "C14.2-09"])
def tp_niveau(tp_integral, tp_conventionnel, tp_cas_legal):
    """Part dispensée d'avance de frais."""
    return cas(
        (tp_integral, "integral"),
        (tp_conventionnel, "part-obligatoire"),
        (tp_cas_legal, "part-obligatoire"),
        sinon="aucun",
    )


@regle(entite="seance", unite="booléen", article="art. 42-1 et 42-2", normes=["C14.2-08", "C14.2-09"])
def tp_obligatoire(tp_integral, tp_cas_legal):
    """Tiers payant imposé par la loi."""
    return ou(tp_integral, tp_cas_legal)
