"""Médecin traitant: how one is declared, how one is changed, who counts as a collaborateur.

Sources: convention of 4 June 2024, art. 18 to 20-2; circulaire of 31/07/2024, sections 14.1 A and 3.1 A.
"""

from convmed.donnees.entites import REGISTRE
from convmed.moteur.noeuds import cas, et, ou, parmi

REGISTRE.entree("patient", "mt_voie", "texte", "Voie de la déclaration")
REGISTRE.entree("patient", "mt_consultation", "texte", "Circonstance de la déclaration")
REGISTRE.entree("patient", "mt_accord_patient", "booleen", "Accord du patient")
REGISTRE.entree("patient", "mt_signature_patient", "booleen", "Signature du patient ou de son représentant")
REGISTRE.entree("patient", "mt_signature_medecin", "booleen", "Signature du médecin")
REGISTRE.entree("patient", "mt_accord_medecin", "booleen", "Accord du médecin choisi")
REGISTRE.entree("patient", "mt_accompagnement", "booleen", "Recherche accompagnée par l'assurance maladie")
REGISTRE.entree("patient", "mt_date_signature", "date", "Date de signature du formulaire")
REGISTRE.entree("medecin", "mt_statut_collaborateur", "texte", "Statut du collaborateur")
REGISTRE.entree("medecin", "mt_contrat_collaborateur", "texte", "Partie au contrat de collaboration")

regle = REGISTRE.regle_de("medecin-traitant", "convention-2024", "art. 18 à 20-2")


@regle(entite="patient", unite="booléen", normes=["C14.1A-06", "C14.1A-07", "C14.1A-08"])
def mt_circonstance_admise(mt_voie, mt_consultation):
    """Jamais en téléconsultation ; le formulaire papier, lors d'une consultation physique."""
    return cas(
        (mt_voie == "assurance-maladie", True),
        (mt_voie == "papier", mt_consultation == "physique"),
        sinon=mt_consultation != "teleconsultation",
    )


@regle(entite="patient", unite="booléen", normes=["C14.1A-04", "C14.1A-05", "C14.1A-09"])
def mt_patient_consentant(mt_voie, mt_accord_patient, mt_signature_patient):
    """Le patient signe le formulaire papier, et donne son accord aux autres voies."""
    return cas((mt_voie == "papier", mt_signature_patient), sinon=mt_accord_patient)


@regle(entite="patient", unite="booléen", normes=["C14.1A-04", "C14.1A-05", "C14.1A-09"])
def mt_medecin_consentant(mt_voie, mt_signature_medecin, mt_accord_medecin):
    """Le médecin remplit la déclaration en ligne, signe le papier, ou accepte l'enregistrement par la caisse."""
    return cas((mt_voie == "en-ligne", True), (mt_voie == "papier", mt_signature_medecin), sinon=mt_accord_medecin)


@regle(entite="patient", unite="booléen", normes=["C14.1A-08"])
def mt_derogation_admise(mt_voie, mt_accompagnement):
    """L'assurance maladie n'enregistre elle-même que si elle accompagne la recherche."""
    return ou(mt_voie != "assurance-maladie", mt_accompagnement)


@regle(entite="patient", unite="booléen", normes=[
    "C14.1A-01", "C14.1A-04", "C14.1A-05", "C14.1A-06", "C14.1A-07", "C14.1A-08", "C14.1A-09", "C14.1A-10",
])  # fmt: skip
def mt_declaration_licite(mt_circonstance_admise, mt_patient_consentant, mt_medecin_consentant, mt_derogation_admise):
    """Déclaration de médecin traitant conforme à la convention."""
    return et(mt_circonstance_admise, mt_patient_consentant, mt_medecin_consentant, mt_derogation_admise)


@regle(entite="patient", unite="date", normes=["C14.1A-11"])
def mt_date_effet(mt_voie, mt_date_signature):
    """Date de modification : signature du formulaire ; le texte ne la dit pas pour les autres voies."""
    return cas((mt_voie == "papier", mt_date_signature), sinon=None)


@regle(entite="patient", unite="booléen", normes=["C14.1A-12"])
def mt_changement_notifie(mt_date_signature, bareme):
    """Changement notifié au patient et à l'ancien médecin traitant."""
    return mt_date_signature >= bareme.notifications


@regle(entite="medecin", unite="texte", article="art. 21 à 24-3", normes=["C3.1A-30", "C3.1A-31"])
def mt_collaborateur(mt_statut_collaborateur, mt_contrat_collaborateur):
    """Ce que vaut le collaborateur pour le médecin traitant."""
    return cas(
        (mt_statut_collaborateur == "salarie", "salarie"),
        (mt_contrat_collaborateur == "medecin", "contrat-personnel"),
        sinon="contrat-de-societe",
    )


@regle(entite="medecin", unite="booléen", article="art. 21 à 24-3", normes=["C3.1A-30", "C3.1A-31"])
def mt_collaborateur_compte(mt_collaborateur):
    """Collaborateur dont les consultations comptent comme celles du médecin traitant."""
    return parmi(mt_collaborateur, ("salarie", "contrat-personnel"))
