"""Who pays: the rate of the assurance maladie, the majoration out of the pathway, the participation forfaitaire.

Sources: code de la sécurité sociale, L. 160-9, L. 160-13 to L. 160-15, L. 162-5-3, L. 861-3, R. 160-5, R. 160-6,
R. 160-10, R. 160-11, R. 160-16 to R. 160-20, D. 162-1-6, D. 325-7; service-public F1069.
What nobody declared (ALD, C2S, maternity...) does not hold: the answer lists it as a reserve.
"""

from convmed.donnees.entites import REGISTRE
from convmed.moteur.noeuds import ans_revolus, cas, et, non, ou, parmi, present, vrai

REGISTRE.entree("seance", "premier_janvier", "date", "1er janvier de l'année de l'acte")
REGISTRE.entree("seance", "patient_ame", "booleen", "Patient bénéficiaire de l'AME", nul_signifie="non déclarée")
REGISTRE.entree("seance", "soins_hors_ald", "booleen", "Soins sans rapport avec l'ALD", nul_signifie="en rapport")
REGISTRE.entree("seance", "maternite", "booleen", "De 4 mois avant le terme à 12 jours après l'accouchement")
REGISTRE.entree("seance", "invalidite", "booleen", "Pension d'invalidité")
REGISTRE.entree("seance", "regime_local", "booleen", "Régime local d'Alsace-Moselle")
REGISTRE.entree("seance", "hospitalise", "booleen", "Patient hospitalisé le jour de l'acte")

regle = REGISTRE.regle_de("tarifs", "convention-2016", "CSS R. 160-5 ; service-public F1069")


@regle(entite="seance", unite="booléen", article="CSS R. 160-11")
def exonere_ald(patient_ald, soins_hors_ald):
    """Soins en rapport avec une ALD exonérante."""
    return et(present(patient_ald), patient_ald, non(vrai(soins_hors_ald)))


@regle(entite="seance", unite="booléen", article="CSS L. 160-9 et D. 160-3")
def exonere_maternite(maternite):
    """Assurance maternité : de 4 mois avant le terme à 12 jours après l'accouchement."""
    return vrai(maternite)


@regle(entite="seance", unite="booléen", article="CSS L. 861-3")
def beneficiaire_c2s(patient_c2s):
    """Bénéficiaire de la complémentaire santé solidaire."""
    return vrai(patient_c2s)


@regle(entite="seance", unite="booléen", article="CASF L. 251-1")
def beneficiaire_ame(patient_ame):
    """Bénéficiaire de l'aide médicale de l'État."""
    return vrai(patient_ame)


@regle(entite="seance", unite="booléen", article="CSS L. 162-5-3 et D. 162-1-6")
def exception_au_parcours(patient_naissance, date_acte, urgence_vitale, regulation, adressage, bareme):
    """Exception à la majoration hors parcours : moins de 16 ans, urgence, permanence des soins, adressage."""
    return ou(
        et(present(patient_naissance), ans_revolus(patient_naissance, date_acte) < bareme.age_hors_parcours),
        vrai(urgence_vitale),
        regulation != "aucune",
        et(present(adressage), parmi(adressage, ("medecin-traitant", "sage-femme", "infirmier-ipa"))),
    )


@regle(entite="seance", unite="booléen", article="CSS L. 162-5-3 et D. 162-1-6")
def tarifs_sans_exception_au_parcours(exception_au_parcours):
    """Aucune exception au parcours : ni moins de 16 ans, ni urgence, ni régulation, ni adressage."""
    return non(exception_au_parcours)


@regle(entite="seance", unite="booléen", article="CSS L. 162-5-3 et R. 160-6")
def hors_parcours(parcours, exception_au_parcours, exonere_maternite, beneficiaire_ame):
    """Consultation hors du parcours de soins, majoration due."""
    return et(
        present(parcours), parcours == "hors-parcours", non(exception_au_parcours), non(exonere_maternite), non(beneficiaire_ame)
    )


@regle(entite="seance", unite="%", article="CSS R. 160-5, R. 160-10, R. 160-11, D. 160-3 et D. 325-7")
def taux_de_base(exonere_ald, exonere_maternite, beneficiaire_ame, invalidite, regime_local, bareme):
    """Part de l'assurance maladie obligatoire avant la majoration hors parcours."""
    return cas(
        (ou(exonere_ald, exonere_maternite, beneficiaire_ame), bareme.amo_100),
        (vrai(invalidite), bareme.amo_100),
        (vrai(regime_local), bareme.amo_alsace_moselle),
        sinon=bareme.amo_parcours,
    )


@regle(entite="seance", unite="%", article="CSS L. 162-5-3 et R. 160-6")
def taux_majoration_hors_parcours(hors_parcours, bareme):
    """Points que le patient garde à sa charge hors du parcours de soins."""
    return cas((hors_parcours, bareme.majoration_hors_parcours), sinon=0)


@regle(entite="seance", unite="%", article="CSS R. 160-5 et R. 160-6")
def taux_amo(taux_de_base, taux_majoration_hors_parcours):
    """Part de l'assurance maladie obligatoire dans le tarif."""
    return taux_de_base - taux_majoration_hors_parcours


@regle(entite="seance", unite="booléen", article="CSS L. 160-9, L. 160-13 II, L. 160-15 et R. 160-20")
def participation_due(
    patient_naissance, premier_janvier, beneficiaire_c2s, beneficiaire_ame, exonere_maternite, hospitalise, bareme
):
    """Participation forfaitaire due : ni mineur au 1er janvier, ni C2S, ni AME, ni maternité, ni hospitalisation."""
    mineur = et(
        present(patient_naissance),
        ans_revolus(patient_naissance, premier_janvier) < bareme.age_participation_forfaitaire,
    )
    hospitalisation = vrai(hospitalise)
    return non(ou(mineur, beneficiaire_c2s, beneficiaire_ame, exonere_maternite, hospitalisation))
