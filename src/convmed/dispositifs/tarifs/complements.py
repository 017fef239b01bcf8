# ruff: noqa: F811
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-decorators=False
# mypy: disallow-untyped-calls=False, check-untyped-defs=False, disable-error-code="no-redef"
"""Conditions of travel and of the CCAM modifiers, and the kilometres that are paid (entity `seance`).

Sources: NGAP art. 13 and 14; CCAM III-2 (JO of 01/12/2017); convention of 4 June 2024, art. 41 to 41-11.
"""

from convmed.dispositifs.tarifs.conditions import BOOLEEN
from convmed.donnees.entites import REGISTRE
from convmed.moteur.noeuds import au_moins, cas, entre, et, non, ou, parmi, vrai

REGISTRE.entree("seance", "kilometres_aller_retour", "entier", "Kilomètres parcourus, aller et retour", "km")
REGISTRE.entree("seance", "mode_deplacement", "texte", "Mode de déplacement (voiture, pied, ski, pirogue)")
REGISTRE.entree("seance", "famille_acte_ccam", "texte", "Famille de l'acte CCAM (chirurgie, accouchement, anesthesie, imagerie, autre)")
REGISTRE.entree("seance", "localisation_acte_ccam", "texte", "Localisation de l'acte CCAM (face, cou, main, autre)")

regle = REGISTRE.regle_de("tarifs", "convention-2016", "NGAP")
PROPOSITION = "proposition-2024-02-08"


# --- travel


@regle(**BOOLEEN, article="NGAP 13 et 14.2", normes=["P3-47"])
def tarifs_montagne(zone_montagne):
    """Déplacement en zone de montagne."""
    return zone_montagne


@regle(**BOOLEEN, article="NGAP 13")
def tarifs_plaine(zone_montagne):
    """Déplacement hors zone de montagne."""
    return non(zone_montagne)


@regle(**BOOLEEN, article="NGAP 13", normes=["P3-53"])
def tarifs_iks_mode(mode_deplacement):
    """Déplacement à pied ou à ski."""
    return parmi(mode_deplacement, ("pied", "ski"))


@regle(**BOOLEEN, article="proposition 08/02/2024, zones géographiques", texte=PROPOSITION, du="2024-02-08", normes=["P3-53"])
def tarifs_iks_mode(mode_deplacement, territoire):
    """Déplacement à pied ou à ski, ou en pirogue en Guyane."""
    return ou(parmi(mode_deplacement, ("pied", "ski")), et(mode_deplacement == "pirogue", territoire == "guyane"))


@regle(entite="seance", unite="km", article="NGAP 13", normes=["P3-54"])
def kilometres_indemnises(kilometres_aller_retour, zone_montagne, bareme):
    """Kilomètres indemnisés : l'aller et retour moins l'abattement (montagne non déclarée : plaine)."""
    montagne = vrai(zone_montagne)
    return au_moins(kilometres_aller_retour - cas((montagne, bareme.IKM_abattement), sinon=bareme.IK_abattement), 0)


@regle(**BOOLEEN, article="NGAP 13")
def tarifs_kilometres_payes(kilometres_indemnises):
    """Distance parcourue au-delà de l'abattement."""
    return kilometres_indemnises > 0


@regle(**BOOLEEN, article="NGAP 14")
def tarifs_nuit(heure, bareme):
    """Visite de 20 h à minuit ou de 6 h à 8 h."""
    return ou(heure >= bareme.nuit_debut, entre(heure, bareme.milieu_de_nuit_fin, bareme.jour_debut))


@regle(**BOOLEEN, article="NGAP 14")
def tarifs_milieu_de_nuit(heure, bareme):
    """Visite de minuit à 6 h."""
    return heure < bareme.milieu_de_nuit_fin


@regle(**BOOLEEN, article="NGAP 14 ; CCAM III-2")
def tarifs_dimanche_ou_ferie(jour_semaine, jour_ferie, bareme):
    """Dimanche ou jour férié."""
    return ou(jour_semaine == bareme.dimanche, jour_ferie)


# --- CCAM modifiers


@regle(**BOOLEEN, article="art. 41 à 41-11 ; CCAM")
def tarifs_modificateur_k(famille_acte_ccam, medecin_secteur, medecin_option):
    """Chirurgie ou accouchement, en secteur 1 ou en OPTAM-ACO."""
    return et(
        parmi(famille_acte_ccam, ("chirurgie", "accouchement")),
        ou(medecin_secteur == "1", et(medecin_secteur == "2", medecin_option == "optam-aco")),
    )


@regle(**BOOLEEN, article="art. 41 à 41-11 ; CCAM III-2 (JO du 27/04/2017)")
def tarifs_modificateur_t(famille_acte_ccam, medecin_secteur, medecin_option):
    """Chirurgie ou accouchement, en secteur 2 adhérent à l'OPTAM."""
    return et(parmi(famille_acte_ccam, ("chirurgie", "accouchement")), medecin_secteur == "2", medecin_option == "optam")


@regle(**BOOLEEN, article="art. 41 à 41-11 (circulaire 5.A)", texte="convention-2024", du="2025-01-01")
def tarifs_modificateur_t(famille_acte_ccam, medecin_secteur, medecin_option):
    """Chirurgie, accouchement ou anesthésie, en secteur 2 adhérent à l'OPTAM."""
    familles = ("chirurgie", "accouchement", "anesthesie")
    return et(parmi(famille_acte_ccam, familles), medecin_secteur == "2", medecin_option == "optam")


@regle(**BOOLEEN, article="art. 41 à 41-11 ; syndicat-aal.fr")
def tarifs_modificateur_3(famille_acte_ccam, medecin_secteur, medecin_option, patient_c2s, urgence_vitale):
    """Anesthésie, en secteur 1 ou en OPTAM-ACO, ou pour un patient C2S ou une urgence dans tous les secteurs."""
    return et(
        famille_acte_ccam == "anesthesie",
        ou(medecin_secteur == "1", et(medecin_secteur == "2", medecin_option == "optam-aco"), patient_c2s, urgence_vitale),
    )


@regle(**BOOLEEN, article="CCAM III-2")
def tarifs_urgence_ccam(urgence_vitale):
    """Urgence au sens de la CCAM."""
    return urgence_vitale


@regle(**BOOLEEN, article="CCAM III-2")
def tarifs_m_cabinet(lieu):
    """Acte au cabinet du médecin."""
    return lieu == "cabinet"


@regle(**BOOLEEN, article="CCAM III-2")
def tarifs_modificateur_p_horaire(heure, bareme):
    """Acte de 20 h à minuit."""
    return heure >= bareme.nuit_debut


@regle(**BOOLEEN, article="CCAM III-2")
def tarifs_modificateur_s_horaire(heure, bareme):
    """Acte de minuit à 8 h."""
    return heure < bareme.jour_debut


@regle(**BOOLEEN, article="CCAM III-2")
def tarifs_modificateur_s_medecin(tarifs_generaliste_ou_pediatre, tarifs_chirurgien):
    """Généraliste, pédiatre, chirurgien ou assimilé."""
    return ou(tarifs_generaliste_ou_pediatre, tarifs_chirurgien)


@regle(**BOOLEEN, article="CCAM III-2")
def tarifs_modificateur_u_medecin(tarifs_generaliste_ou_pediatre):
    """Ni généraliste ni pédiatre, qui facturent P ou S."""
    return non(tarifs_generaliste_ou_pediatre)


@regle(**BOOLEEN, article="CCAM III-2")
def tarifs_modificateur_u_horaire(heure, tarifs_chirurgien, bareme):
    """Acte de nuit : de 20 h à minuit pour les chirurgiens et assimilés, de 20 h à 8 h pour les autres."""
    return ou(heure >= bareme.nuit_debut, et(non(tarifs_chirurgien), heure < bareme.jour_debut))


@regle(**BOOLEEN, article="CCAM III-2")
def tarifs_modificateur_o_horaire(heure, bareme):
    """Acte de 8 h à 20 h."""
    return entre(heure, bareme.jour_debut, bareme.nuit_debut)


@regle(**BOOLEEN, article="CCAM III-2")
def tarifs_modificateur_r(famille_acte_ccam, localisation_acte_ccam):
    """Chirurgie de la face, du cou ou de la main."""
    return et(famille_acte_ccam == "chirurgie", parmi(localisation_acte_ccam, ("face", "cou", "main")))


@regle(**BOOLEEN, article="CCAM III-2")
def tarifs_imagerie(famille_acte_ccam):
    """Acte d'imagerie."""
    return famille_acte_ccam == "imagerie"
