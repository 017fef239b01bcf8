"""Adhésion, installation, cessation: whether a step is lawful, and the day that bounds it.

Sources: circulaire of 31/07/2024, preamble, sections 1 and 2 A; CSS, R. 162-54-9 and L. 162-5-10.
"""

from convmed.donnees.entites import REGISTRE
from convmed.moteur.noeuds import a_defaut, ans_revolus, cas, decale, et, non, ou, parmi, present

REGISTRE.entree("medecin", "adh_date", "date", "Date à laquelle la question se pose")
REGISTRE.entree("medecin", "adh_organisme", "texte", "Organisme", nul_signifie="aucun organisme en cause")
REGISTRE.entree("medecin", "adh_exercice", "texte", "Mode d'exercice", nul_signifie="exercice libéral")
REGISTRE.entree("medecin", "adh_situation", "texte", "Situation avant la convention")
REGISTRE.entree("medecin", "adh_refus_par", "texte", "Voie du refus de la convention", nul_signifie="aucun refus")
REGISTRE.entree("medecin", "adh_demande_par", "texte", "Voie de la demande d'adhésion", nul_signifie="aucune demande")
REGISTRE.entree("medecin", "adh_date_resiliation", "date", "Date de la résiliation")
REGISTRE.entree(
    "medecin", "adh_date_effet", "date", "Prise d'effet de la renonciation", nul_signifie="date de la résiliation"
)
REGISTRE.entree(
    "medecin", "adh_date_retour", "date", "Date de la nouvelle adhésion", nul_signifie="pas encore demandée"
)
REGISTRE.entree("medecin", "adh_date_cessation", "date", "Date de la cessation")
REGISTRE.entree(
    "medecin", "adh_date_signalement", "date", "Signalement à la caisse de rattachement", nul_signifie="pas encore fait"
)
REGISTRE.entree("medecin", "adh_definitive", "booleen", "Cessation définitive")
REGISTRE.entree("medecin", "adh_date_reprise", "date", "Date de la reprise d'activité")
REGISTRE.entree("medecin", "adh_force_majeure", "booleen", "Force majeure", nul_signifie="aucune")
REGISTRE.entree("medecin", "adh_date_ouverture", "date", "Ouverture du site")
REGISTRE.entree(
    "medecin", "adh_date_declaration", "date", "Déclaration du site à l'Ordre", nul_signifie="pas encore faite"
)
REGISTRE.entree("medecin", "adh_conseil", "texte", "Conseil départemental de l'Ordre saisi")
REGISTRE.entree("medecin", "adh_identifiant_demande", "booleen", "Identifiant de facturation demandé")
REGISTRE.entree("medecin", "adh_caisse", "texte", "Caisse saisie de la demande d'identifiant")
REGISTRE.entree("medecin", "adh_cps", "texte", "Carte de professionnel de santé utilisée")

SIGNE, EFFET, COURRIER = "convention-2024", "2024-06-22", "courrier"
MOIS_PAR_AN = 12
regle = REGISTRE.regle_de("adhesion-installation", SIGNE, "circulaire 31/07/2024, 1 et 2 A")


# --- the convention


@regle(entite="medecin", unite="date", normes=["C0-10"])
def adh_lendemain_du_terme(bareme):
    """Lendemain du terme de la convention."""
    return decale(bareme.entree_en_vigueur, bareme.duree * MOIS_PAR_AN)


@regle(entite="medecin", unite="texte", normes=["C0-08", "C0-09", "C0-10", "C0-11"])
def adh_texte_applicable(adh_date, adh_lendemain_du_terme, bareme):
    """Texte qui régit les rapports des caisses et des médecins conventionnés."""
    return cas(
        (adh_date < bareme.reglement_arbitral, "convention-2016"),
        (adh_date < bareme.entree_en_vigueur, "reglement-arbitral-2023"),
        (adh_date < adh_lendemain_du_terme, "convention-2024"),
        sinon="terme-passe",
    )


@regle(entite="medecin", unite="booléen", normes=["C0-01", "C0-04"])
def adh_circulaire_applicable(adh_date, bareme):
    """Circulaire à mettre en œuvre."""
    return adh_date >= bareme.circulaire


@regle(entite="medecin", unite="booléen", normes=["C0-03", "C0-06"])
def adh_organisme_destinataire(adh_organisme, bareme):
    """Organisme auquel la circulaire s'adresse."""
    return parmi(adh_organisme, bareme.destinataires)


# --- membership


@regle(entite="medecin", unite="booléen", du=EFFET, normes=["C0-02"])
def adh_exercice_concerne(adh_exercice, bareme):
    """Exercice auquel la convention s'applique."""
    return ou(non(present(adh_exercice)), parmi(adh_exercice, bareme.exercices))


@regle(entite="medecin", unite="booléen", du=EFFET, normes=["C1B-03", "C1B-04"])
def adh_refuse(adh_refus_par):
    """Convention refusée, par courrier."""
    return et(present(adh_refus_par), adh_refus_par == COURRIER)


@regle(entite="medecin", unite="booléen", du=EFFET, normes=["C0-02", "C1B-01", "C1B-03", "C1B-04", "C1B-05"])
def adh_conventionne(adh_exercice_concerne, adh_situation, adh_refuse, adh_demande_par):
    """Médecin soumis à la convention : tacitement, ou sur sa demande s'il était hors convention."""
    return cas(
        (non(adh_exercice_concerne), False),
        (adh_situation == "hors-convention", et(present(adh_demande_par), adh_demande_par == COURRIER)),
        sinon=non(adh_refuse),
    )


@regle(entite="medecin", unite="texte", du=EFFET, normes=["C1B-02", "C1B-03", "C1B-05"])
def adh_demarche(adh_situation, adh_refus_par, bareme):
    """Démarche du médecin."""
    return cas(
        (adh_situation == "hors-convention", bareme.demarche_demande),
        (present(adh_refus_par), bareme.demarche_refus),
        sinon=bareme.demarche_tacite,
    )


@regle(entite="medecin", unite="texte", du=EFFET, article="CSS, art. L. 162-5-10", normes=["C1B-06"])
def adh_remboursement(adh_exercice_concerne, adh_conventionne, bareme):
    """Tarifs sur lesquels les honoraires libéraux se remboursent."""
    return cas(
        (non(adh_exercice_concerne), None),
        (adh_conventionne, "tarifs conventionnels"),
        sinon=bareme.remboursement_hors_convention,
    )


# --- the return after a withdrawal


@regle(entite="medecin", unite="booléen", normes=["C1B-09"])
def adh_carence_applicable(adh_date_effet, adh_date_resiliation, bareme):
    """Renonciation soumise à la carence."""
    return a_defaut(adh_date_effet, sinon=adh_date_resiliation) >= bareme.carence_du


@regle(entite="medecin", unite="date", normes=["C1B-07", "C1B-08", "C1B-09"])
def adh_retour_possible(adh_date_resiliation, adh_carence_applicable, bareme):
    """Premier jour où le médecin peut adhérer de nouveau."""
    return cas(
        (adh_carence_applicable, decale(adh_date_resiliation, bareme.carence * MOIS_PAR_AN)), sinon=adh_date_resiliation
    )


@regle(entite="medecin", unite="booléen", normes=["C1B-07", "C1B-08"])
def adh_retour_licite(adh_date_retour, adh_retour_possible):
    """Nouvelle adhésion après la carence (rien à dire tant qu'elle n'est pas demandée)."""
    return adh_date_retour >= adh_retour_possible


@regle(entite="medecin", unite="texte", normes=["C1B-10"])
def adh_secteur_au_retour(secteur):
    """Secteur du médecin qui revient : celui qu'il avait."""
    return secteur


@regle(entite="medecin", unite="texte", normes=["C1B-10"])
def adh_option_au_retour(option_tarifaire):
    """Option tarifaire du médecin qui revient : celle qu'il avait."""
    return option_tarifaire


# --- cessation


@regle(entite="medecin", unite="booléen", du=EFFET, normes=["C2A-07"])
def adh_cessation_soumise(adh_definitive, adh_date_cessation, adh_date_reprise, bareme):
    """Cessation définitive, ou interruption assez longue."""
    return ou(adh_definitive, ans_revolus(adh_date_cessation, adh_date_reprise) >= bareme.interruption_min)


@regle(entite="medecin", unite="booléen", du=EFFET, normes=["C2A-07", "C2A-08"])
def adh_preavis_exige(adh_cessation_soumise, adh_force_majeure):
    """Préavis exigé, hors force majeure."""
    return et(adh_cessation_soumise, ou(non(present(adh_force_majeure)), non(adh_force_majeure)))


@regle(entite="medecin", unite="date", du=EFFET, normes=["C2A-06"])
def adh_preavis_limite(adh_date_cessation, bareme):
    """Dernier jour pour signaler la cessation."""
    return decale(adh_date_cessation, 0 - bareme.preavis)


@regle(entite="medecin", unite="booléen", du=EFFET, normes=["C2A-06", "C2A-07", "C2A-08"])
def adh_cessation_licite(adh_preavis_exige, adh_date_signalement, adh_preavis_limite):
    """Cessation signalée à temps, ou sans préavis à donner."""
    return cas((adh_preavis_exige, adh_date_signalement <= adh_preavis_limite), sinon=True)


# --- a distinct site


@regle(entite="medecin", unite="booléen", du=EFFET, normes=["C2A-04"])
def adh_site_declare(adh_date_declaration, adh_date_ouverture):
    """Site déclaré à l'Ordre avant son ouverture."""
    return adh_date_declaration < adh_date_ouverture


@regle(entite="medecin", unite="booléen", du=EFFET, normes=["C2A-04"])
def adh_conseil_competent(adh_conseil):
    """Déclaration au conseil départemental du lieu du site."""
    return adh_conseil == "lieu-du-site"


@regle(entite="medecin", unite="booléen", du=EFFET, normes=["C2A-03"])
def adh_identifiant_conforme(adh_identifiant_demande, adh_caisse):
    """Demande d'identifiant faite à la caisse du ressort du site."""
    return et(adh_identifiant_demande, adh_caisse == "du-site")


@regle(entite="medecin", unite="booléen", du=EFFET, normes=["C2A-02", "C2A-03", "C2A-04"])
def adh_site_licite(adh_site_declare, adh_conseil_competent, adh_identifiant_conforme):
    """Ouverture du site conforme."""
    return et(adh_conseil_competent, adh_identifiant_conforme, adh_site_declare)


# --- replacements


@regle(entite="medecin", unite="booléen", du=EFFET, normes=["C2A-12"])
def adh_remplacement_licite(adh_cps):
    """Remplaçant qui facture avec sa propre CPS."""
    return adh_cps == "propre"
