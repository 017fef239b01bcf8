"""OPTAM and OPTAM-ACO: who may join, which contract, what is respected, the premium, how it ends.

Sources: convention of 4 June 2024, art. 41 to 41-11 and annexes 12 to 15; circulaire of 31/07/2024, section 5;
convention of 2016, art. 40 to 58 and annexe 21 for what it keeps. Rates are numbers of millionths (`engagements`).
"""

import convmed.dispositifs.optam.modificateurs  # noqa: F401
from convmed.dispositifs.optam.engagements import ANTERIEUR, DEBUT, DEBUT_PROPOSE, FOIS, PROPOSE, SIGNE, TAUX
from convmed.donnees.entites import REGISTRE
from convmed.moteur.noeuds import (
    DIX_MILLE,
    Figure,
    a_defaut,
    arrondi_demi_superieur,
    au_moins,
    cas,
    decale,
    et,
    non,
    ou,
    parmi,
    present,
    vrai,
)

REGISTRE.entree("medecin", "optam_date", "date", "Jour où l'option est regardée (demande d'adhésion, suivi, sortie)")
REGISTRE.entree("medecin", "optam_titre_secteur_2", "booleen", "Titres qui ouvrent le secteur 2")
REGISTRE.entree(
    "medecin", "optam_droit_permanent", "booleen", "Droit permanent à dépassement", nul_signifie="pas de droit permanent"
)
REGISTRE.entree("medecin", "optam_date_installation", "date", "Date d'installation en libéral")
REGISTRE.entree(
    "medecin", "optam_actes_bloc", "entier", "Actes d'anesthésie, de chirurgie ou d'obstétrique de l'année précédente", unite="actes/an"
)
REGISTRE.entree(
    "medecin", "optam_sans_activite", "booleen", "Aucune activité avant la demande", nul_signifie="activité antérieure"
)
REGISTRE.entree(
    "medecin", "optam_resilie_pour_ecart_le", "date", "Résiliation pour un écart au-dessus du seuil", nul_signifie="aucune"
)
REGISTRE.entree(
    "medecin", "optam_contrat_signe", "booleen", "Contrat signé auprès de la caisse de rattachement", nul_signifie="signé, dit l'option"
)
REGISTRE.entree("medecin", "optam_date_adhesion", "date", "Date d'adhésion à l'option", nul_signifie="adhésion nouvelle")
REGISTRE.entree("medecin", "optam_avenant_signe_le", "date", "Date de signature de l'avenant", nul_signifie="aucun avenant signé")
REGISTRE.entree("medecin", "optam_td_engage", "entier", "Taux de dépassement du contrat", unite=TAUX)
REGISTRE.entree("medecin", "optam_to_engage", "entier", "Taux d'activité à tarif opposable du contrat", unite=TAUX)
REGISTRE.entree("medecin", "optam_td_observe", "entier", "Taux de dépassement observé", unite=TAUX)
REGISTRE.entree("medecin", "optam_to_observe", "entier", "Taux d'activité à tarif opposable observé", unite=TAUX)
REGISTRE.entree(
    "medecin", "optam_ecart_declare", "entier", "Écart aux engagements, donné", unite=TAUX, nul_signifie="tiré des taux"
)
REGISTRE.entree("medecin", "optam_honoraires_opposables", "entier", "Honoraires de l'année à tarif opposable", unite="EUR/an")
REGISTRE.entree("medecin", "optam_taux_charges_donne", "entier", "Taux de charges, donné", unite="%", nul_signifie="taux du barème")
REGISTRE.entree("medecin", "optam_sommes_versees", "entier", "Sommes versées au titre de l'option", unite="EUR")
REGISTRE.entree("medecin", "optam_motif_sortie", "texte", "Motif de la sortie de l'option")
REGISTRE.entree("medecin", "optam_echeance", "date", "Échéance qui suit la lettre : anniversaire de l'adhésion")
REGISTRE.entree("medecin", "optam_lettre_recue_le", "date", "Réception de la lettre recommandée")

regle_2016 = REGISTRE.regle_de("optam", ANTERIEUR, "convention 2016, art. 40 à 58")
regle = REGISTRE.regle_de("optam", SIGNE, "art. 41 à 41-11 ; circulaire 5")
regle_proposee = REGISTRE.regle_de("optam", PROPOSE, "proposition du 08/02/2024, OPTAM-ACO")


# --- who may join


@regle_2016(entite="medecin", unite="booléen", normes=["C5Bd-01", "C5Bd-03"])
def optam_secteur_ouvert(secteur, optam_droit_permanent, optam_titre_secteur_2, optam_date_installation, bareme):
    """Secteur 2, droit permanent à dépassement, ou secteur 1 titré installé avant la date butoir."""
    return cas(
        (secteur == "2", True),
        (vrai(optam_droit_permanent), True),
        (secteur == "1", et(optam_titre_secteur_2, optam_date_installation < bareme.secteur_1_date_butoir)),
        sinon=False,
    )


@regle_2016(entite="medecin", unite="booléen", article="convention 2016, art. 41", normes=["C5Ca-04"])
def optam_taux_admissible(optam_annees_retenues, optam_td_personnel, bareme):
    """Taux de dépassement de la période de référence de 100 % au plus (sans pratique connue : admis)."""
    return cas((optam_annees_retenues == 0, True), sinon=optam_td_personnel <= bareme.taux_depassement_max * FOIS)


@regle_2016(entite="medecin", unite="booléen")
def optam_exclu():
    """Exclu après une résiliation : pas d'exclusion avant 2025."""
    return False


@regle(entite="medecin", unite="booléen", du=DEBUT, normes=["C5Be-04"])
def optam_exclu(optam_resilie_pour_ecart_le, optam_date, bareme):
    """Exclu jusqu'à la fin de la convention, après une résiliation pour écart."""
    return cas(
        (non(present(optam_resilie_pour_ecart_le)), False),
        sinon=et(optam_resilie_pour_ecart_le >= bareme.entree_en_vigueur, optam_date <= bareme.fin_de_convention),
    )


@regle_2016(entite="medecin", unite="booléen", normes=["C5Bd-03", "C5Be-04"])
def optam_eligible(optam_secteur_ouvert, optam_taux_admissible, optam_exclu):
    """Éligible à l'OPTAM."""
    return et(optam_secteur_ouvert, optam_taux_admissible, non(optam_exclu))


@regle_2016(entite="medecin", unite="texte", normes=["C5-05"])
def optam_nom_option_bloc():
    """Nom de l'option du bloc opératoire."""
    return "OPTAM-CO"


@regle(entite="medecin", unite="texte", du=DEBUT, normes=["C5-05", "C5-06", "C5A-01"])
def optam_nom_option_bloc():
    """Nom de l'option du bloc opératoire, depuis qu'elle s'ouvre aux anesthésistes."""
    return "OPTAM-ACO"


@regle_proposee(entite="medecin", unite="texte", du=DEBUT_PROPOSE, normes=["P3-55"])
def optam_nom_option_bloc():
    """Nom proposé de l'option du bloc opératoire."""
    return "OPTAM-ACO"


@regle_2016(entite="medecin", unite="booléen", normes=["C5A-03"])
def optam_specialite_bloc(specialite, bareme):
    """Chirurgie ou gynécologie-obstétrique."""
    return ou(parmi(specialite, bareme.specialites_chirurgie), parmi(specialite, bareme.specialites_obstetrique))


@regle(entite="medecin", unite="booléen", du=DEBUT, normes=["C5A-03", "C5A-04"])
def optam_specialite_bloc(specialite, bareme):
    """Chirurgie, gynécologie-obstétrique ou anesthésie-réanimation."""
    return ou(
        parmi(specialite, bareme.specialites_chirurgie), parmi(specialite, bareme.specialites_obstetrique),
        parmi(specialite, bareme.specialites_anesthesie),
    )  # fmt: skip


@regle_proposee(entite="medecin", unite="booléen", du=DEBUT_PROPOSE, normes=["P3-55"])
def optam_specialite_bloc(specialite, bareme):
    """Chirurgie, gynécologie-obstétrique ou anesthésie-réanimation (proposé)."""
    return ou(
        parmi(specialite, bareme.specialites_chirurgie), parmi(specialite, bareme.specialites_obstetrique),
        parmi(specialite, bareme.specialites_anesthesie),
    )  # fmt: skip


@regle_2016(entite="medecin", unite="booléen", normes=["C5A-06", "C5A-07"])
def optam_actes_suffisants(optam_actes_bloc, bareme):
    """Assez d'actes d'anesthésie, de chirurgie ou d'obstétrique l'année précédant la demande."""
    return optam_actes_bloc >= bareme.actes_bloc_min


@regle(entite="medecin", unite="booléen", du=DEBUT, normes=["C5A-05", "C5A-06", "C5A-07"])
def optam_actes_suffisants(optam_sans_activite, optam_actes_bloc, bareme):
    """Assez d'actes l'année précédant la demande, ou choix libre sans activité antérieure."""
    return cas(
        (vrai(optam_sans_activite), bareme.choix_sans_activite),
        sinon=optam_actes_bloc >= bareme.actes_bloc_min,
    )


@regle_2016(entite="medecin", unite="booléen", normes=["C5A-03", "C5A-05"])
def optam_aco_eligible(optam_eligible, optam_specialite_bloc, optam_actes_suffisants):
    """Éligible à l'option du bloc opératoire."""
    return et(optam_eligible, optam_specialite_bloc, optam_actes_suffisants)


@regle_2016(entite="medecin", unite="booléen", normes=["C5B-01"])
def optam_adherent(option_tarifaire, optam_contrat_signe):
    """Adhérent : une option, et un contrat signé auprès de la caisse."""
    return et(
        parmi(option_tarifaire, ("optam", "optam-aco")), a_defaut(optam_contrat_signe, sinon=True)
    )


@regle_2016(entite="medecin", unite="booléen", normes=["C5B-07"])
def optam_tarifs_secteur_1(secteur, optam_adherent):
    """Tarifs de remboursement du secteur à honoraires opposables : secteur 1, ou adhérent à une option."""
    return ou(secteur == "1", optam_adherent)


# --- the contract


@regle_2016(entite="medecin", unite="booléen", normes=["C5Cb-02"])
def optam_ancien_adherent(optam_date_adhesion, bareme):
    """Adhérent sous le modèle de 2016 (adhésion non donnée : nouvelle)."""
    return et(present(optam_date_adhesion), optam_date_adhesion <= bareme.fin_contrat_2016)


@regle_2016(entite="medecin", unite="texte")
def optam_modele():
    """Modèle du contrat de 2016."""
    return "convention-2016"


@regle(entite="medecin", unite="texte", du="2024-06-22", article="annexes 14 et 15", normes=["C5Cb-02", "C5Cb-04", "C5Cb-05"])
def optam_modele(optam_date_adhesion, optam_ancien_adherent, bareme):
    """Modèle du contrat : 2016, annexe 15 (transition) ou annexe 14."""
    return cas(
        (et(present(optam_date_adhesion), optam_date_adhesion < bareme.debut_annexe_15), "convention-2016"),
        (optam_ancien_adherent, "annexe-15"),
        sinon="annexe-14",
    )


@regle_2016(entite="medecin", unite="texte")
def optam_taux_applicables():
    """Taux d'engagement applicables : ceux de 2016."""
    return "anciens"


@regle(entite="medecin", unite="texte", du=DEBUT, normes=["C5Ba-02", "C5Ba-03", "C5Cb-01"])
def optam_taux_applicables(optam_ancien_adherent, optam_date, bareme):
    """Taux d'engagement applicables : un ancien adhérent garde les anciens jusqu'à l'effet des avenants."""
    return cas((et(optam_ancien_adherent, optam_date < bareme.effet_nouveaux_taux), "anciens"), sinon="nouveaux")


@regle(entite="medecin", unite="texte", du=DEBUT, normes=["C5Bb-03", "C5Cb-03"])
def optam_situation_contrat(optam_ancien_adherent, optam_avenant_signe_le, optam_date, bareme):
    """Situation de l'avenant : sans objet, signé, à signer, résiliation engagée ou contrat résilié."""
    sursis = decale(bareme.avenant_date_limite, bareme.delai_avant_resiliation)
    return cas(
        (non(optam_ancien_adherent), "sans-objet"),
        (et(present(optam_avenant_signe_le), optam_avenant_signe_le <= sursis), "signe"),
        (optam_date <= bareme.avenant_date_limite, "a-signer"),
        (optam_date <= sursis, "resiliation-engagee"),
        sinon="resilie",
    )


# --- what is respected


@regle_2016(entite="medecin", unite=TAUX, article="convention 2016, art. 41", normes=["C5B-02", "C5B-06"])
def optam_ecart(optam_ecart_declare, optam_td_observe, optam_td_engage, optam_to_observe, optam_to_engage):
    """Écart aux engagements : le plus grand des deux écarts, jamais négatif."""
    depassement, opposable = optam_td_observe - optam_td_engage, optam_to_engage - optam_to_observe
    return au_moins(a_defaut(optam_ecart_declare, sinon=au_moins(depassement, opposable)), 0)


@regle_2016(entite="medecin", unite="texte", article="art. 41 à 41-11 ; circulaire 5 B b", normes=["C5Bb-06", "C5Bb-07", "C5Bb-08"])
def optam_niveau_respect(optam_ecart, bareme):
    """Niveau de respect : strict, jusqu'à 5 points, plus de 5 points (tout écart positif sort du respect strict)."""
    return cas((optam_ecart == 0, "strict"), (optam_ecart <= bareme.borne_5 * FOIS, "1-5"), sinon="plus-de-5")


@regle_2016(entite="medecin", unite="%", article="annexe OPTAM sur la prime", normes=["C5B-10", "C5B-11", "C5B-12"])
def optam_niveau_prime(optam_ecart, bareme):
    """Part de la prime versée selon l'écart."""
    return cas(
        (optam_ecart == 0, bareme.prime_strict),
        (optam_ecart <= bareme.borne_1 * FOIS, bareme.prime_0_1),
        (optam_ecart <= bareme.borne_2 * FOIS, bareme.prime_1_2),
        (optam_ecart <= bareme.borne_3 * FOIS, bareme.prime_2_3),
        (optam_ecart <= bareme.borne_4 * FOIS, bareme.prime_3_4),
        (optam_ecart <= bareme.borne_5 * FOIS, bareme.prime_4_5),
        sinon=bareme.prime_plus_de_5,
    )


@regle_2016(entite="medecin", unite="%", article="annexe OPTAM sur la prime", normes=["C5B-10"])
def optam_taux_charges(optam_taux_charges_donne, specialite, bareme):
    """Taux de charges de la spécialité : donné, ou celui du barème."""
    return cas(
        (present(optam_taux_charges_donne), optam_taux_charges_donne),
        (parmi(specialite, bareme.specialites_acp), bareme.charges_acp),
        (parmi(specialite, bareme.specialites_anesthesie), bareme.charges_anesthesie),
        (parmi(specialite, Figure("tarifs", "cardiologues")), bareme.charges_cardiologie),
        (parmi(specialite, bareme.specialites_chirurgie), bareme.charges_chirurgie),
        (parmi(specialite, Figure("tarifs", "dermatologues")), bareme.charges_dermatologie),
        (parmi(specialite, Figure("tarifs", "endocrinologues")), bareme.charges_endocrinologie),
        sinon=bareme.charges_autres,
    )


@regle_2016(entite="medecin", unite="booléen", normes=["C5A-17", "C5B-08", "C5B-09"])
def optam_prime_ouverte(optam_adherent, option_tarifaire):
    """Prime ouverte : aux adhérents à l'OPTAM, pas à l'option du bloc opératoire."""
    return et(optam_adherent, option_tarifaire == "optam")


@regle_proposee(entite="medecin", unite="booléen", du=DEBUT_PROPOSE, normes=["P3-57"])
def optam_prime_ouverte(optam_adherent, option_tarifaire, specialite, bareme):
    """Prime ouverte, proposé : aux adhérents à l'OPTAM, sauf les anesthésistes (modificateur 3)."""
    anesthesiste = et(present(specialite), parmi(specialite, bareme.specialites_anesthesie))
    return et(optam_adherent, option_tarifaire == "optam", non(anesthesiste))


@regle_2016(entite="medecin", unite="EUR/an", article="annexe OPTAM sur la prime", normes=["C5B-09", "C5B-10"])
def optam_prime(optam_prime_ouverte, optam_honoraires_opposables, optam_taux_charges, optam_niveau_prime):
    """Prime : honoraires à tarif opposable × taux de charges × niveau de respect."""
    produit = optam_honoraires_opposables * optam_taux_charges * optam_niveau_prime
    return cas((optam_prime_ouverte, arrondi_demi_superieur(produit, DIX_MILLE * DIX_MILLE)), sinon=0)


# --- how it ends


@regle(entite="medecin", unite="booléen", du=DEBUT, normes=["C5Be-02"])
def optam_resiliable_pour_ecart(optam_ecart, bareme):
    """Résiliation pour non-respect : écart strictement au-dessus du seuil."""
    return optam_ecart > bareme.seuil_resiliation * FOIS


@regle(entite="medecin", unite="EUR", du=DEBUT, normes=["C5Be-03"])
def optam_recuperation(optam_resiliable_pour_ecart, optam_sommes_versees):
    """Récupération des sommes, engagée en même temps que la résiliation pour écart."""
    return cas((optam_resiliable_pour_ecart, optam_sommes_versees), sinon=0)


@regle_2016(entite="medecin", unite="date", article="convention 2016, art. 45", normes=["C5Be-01"])
def optam_effet_opposition(optam_echeance, optam_lettre_recue_le, bareme):
    """Effet d'une opposition : l'échéance si la lettre est reçue à temps, sinon la suivante."""
    return cas(
        (decale(optam_lettre_recue_le, bareme.preavis_opposition) <= optam_echeance, optam_echeance),
        sinon=decale(optam_echeance, bareme.duree_contrat),
    )


@regle_2016(entite="medecin", unite="date", article="convention 2016, art. 42 et 45", normes=["C5Be-01"])
def optam_effet_sortie(optam_motif_sortie, optam_lettre_recue_le, optam_effet_opposition, bareme):
    """Effet de la sortie : échéance (opposition), fin du délai de signature (avenant), ou préavis (médecin)."""
    return cas(
        (optam_motif_sortie == "opposition", optam_effet_opposition),
        (optam_motif_sortie == "defaut-avenant", decale(optam_lettre_recue_le, bareme.delai_avant_resiliation)),
        sinon=decale(optam_lettre_recue_le, bareme.preavis_medecin),
    )
