"""DPC and GAP: what a doctor receives for a group, when a group and a training count, who may bear them.

Sources: convention of 4 June 2024, art. 70 and 71; circulaire of 31/07/2024, section 9.4; proposal of 08/02/2024.
"""

from convmed.donnees.entites import REGISTRE
from convmed.moteur.noeuds import cas, et, non, ou, present, vrai

MINUTES_PAR_HEURE = 60
SUPPOSE = "supposé conforme"

REGISTRE.entree("medecin", "gap_groupes", "entier", "Groupes auxquels le médecin a participé", "groupes")
REGISTRE.entree(
    "medecin",
    "gap_duree_minutes",
    "entier",
    "Durée de chaque groupe",
    "minutes",
    nul_signifie="durée du texte supposée",
)
REGISTRE.entree("medecin", "gap_methode_has", "booleen", "Groupe conforme aux critères de la HAS")
REGISTRE.entree("medecin", "gap_cahier_valide", "booleen", "Cahier des charges validé en CPN")
REGISTRE.entree(
    "medecin", "gap_accord_territorial", "booleen", "Accord collectif du territoire", nul_signifie="aucun accord"
)
REGISTRE.entree("medecin", "gap_participants", "entier", "Médecins participants", "médecins")
REGISTRE.entree("medecin", "gap_animateur", "booleen", "Animateur", nul_signifie="animateur supposé")
REGISTRE.entree("medecin", "gap_reunions", "entier", "Réunions dans l'année", "réunions/an")
REGISTRE.entree(
    "medecin",
    "gap_themes",
    "entier",
    "Thèmes différents dans l'année",
    "réunions/an",
    nul_signifie="un thème par réunion",
)
REGISTRE.entree("medecin", "gap_candidature", "date", "Date de la candidature de la structure")
REGISTRE.entree("medecin", "dpc_programme", "booleen", "Formation liée à un programme de pertinence")
REGISTRE.entree("medecin", "dpc_pertinente", "booleen", "Formation pertinente pour le programme")
REGISTRE.entree("medecin", "dpc_cahier_valide", "booleen", "Cahier des charges du programme validé en CPN")
REGISTRE.entree(
    "medecin", "dpc_cahiers_valides", "entier", "Cahiers des charges validés", "cahiers", nul_signifie="non fourni"
)

SIGNE, PROPOSE, EFFET = "convention-2024", "proposition-2024-02-08", "2024-06-22"
regle = REGISTRE.regle_de("dpc-gap", SIGNE, "art. 70 et 71")
propose = REGISTRE.regle_de("dpc-gap", PROPOSE, "proposition du 08/02/2024, groupes d'analyse de pratique")


# --- the groups


@regle(entite="medecin", unite="booléen", normes=["C9.4B-03", "C9.4B-04", "T-91"])
def gap_conforme(gap_methode_has, gap_cahier_valide):
    """GAP conforme : critères de la HAS, cahier des charges validé en CPN."""
    return et(gap_methode_has, gap_cahier_valide)


@propose(entite="medecin", unite="booléen", normes=["P4-49", "P4-50"])
def gap_eligible(gap_methode_has, gap_accord_territorial):
    """GAP éligible par l'une des deux portes : référentiel de la HAS, ou accord collectif du territoire."""
    return ou(gap_methode_has, vrai(gap_accord_territorial))


@propose(entite="medecin", unite="booléen", normes=["P4-47"])
def gap_effectif_admis(gap_participants, gap_animateur, bareme):
    """Effectif dans la fourchette, autour d'un animateur."""
    return et(
        gap_participants >= bareme.participants_min,
        gap_participants <= bareme.participants_max,
        ou(non(present(gap_animateur)), gap_animateur),
    )


@propose(entite="medecin", unite="booléen", normes=["P4-48"])
def gap_rythme_tenu(gap_reunions, gap_themes, bareme):
    """Assez de réunions dans l'année, sur un thème chaque fois différent."""
    return et(gap_reunions >= bareme.reunions, ou(non(present(gap_themes)), gap_themes >= gap_reunions))


@propose(entite="medecin", unite="booléen", normes=["P4-47", "P4-48", "P4-49", "P4-50"])
def gap_conforme(gap_eligible, gap_effectif_admis, gap_rythme_tenu):
    """GAP conforme à la proposition."""
    return et(gap_eligible, gap_effectif_admis, gap_rythme_tenu)


@propose(entite="medecin", unite="booléen")
@regle(entite="medecin", unite="booléen", du=EFFET, normes=["C9.4B-06"])
def gap_duree_atteinte(gap_duree_minutes, bareme):
    """GAP d'au moins la durée du texte."""
    return ou(non(present(gap_duree_minutes)), gap_duree_minutes >= bareme.duree_groupe * MINUTES_PAR_HEURE)


@propose(entite="medecin", unite="EUR")
@regle(entite="medecin", unite="EUR", du=EFFET, normes=["C9.4A-01", "C9.4B-05", "C9.4B-06"])
def gap_indemnite(gap_groupes, gap_conforme, gap_duree_atteinte, bareme):
    """Indemnité du médecin : un montant par groupe."""
    return cas((non(gap_conforme), 0), (non(gap_duree_atteinte), 0), sinon=gap_groupes * bareme.indemnite)


@propose(entite="medecin", unite="EUR")
@regle(entite="medecin", unite="EUR", du=EFFET, normes=["C9.4B-05", "C9.4B-07", "T-90"])
def gap_cout_participants(gap_participants, gap_reunions, gap_conforme, gap_duree_atteinte, bareme):
    """Indemnités de tous les participants, toutes réunions."""
    return cas(
        (non(gap_conforme), 0), (non(gap_duree_atteinte), 0), sinon=gap_participants * gap_reunions * bareme.indemnite
    )


@regle(entite="medecin", unite="booléen", normes=["C9.4B-08", "T-89"])
def gap_structure_financee(gap_methode_has):
    """Structure que l'ANDPC finance : ses groupes suivent la méthode de la HAS."""
    return gap_methode_has


@regle(entite="medecin", unite="booléen")
def gap_candidature_recevable(gap_candidature, bareme):
    """Candidature reçue avant la clôture de l'appel, ou le jour même."""
    return gap_candidature <= bareme.appel_cloture


# --- the training


@regle(entite="medecin", unite="booléen", normes=["T-86"])
def dpc_prioritaire(dpc_programme):
    """Priorité dans le DPC : celle de la formation d'un programme de pertinence."""
    return dpc_programme


@regle(entite="medecin", unite="booléen", normes=["C9.4A-03", "C9.4A-04", "T-87"])
def dpc_proposee(dpc_programme, dpc_pertinente, dpc_cahier_valide):
    """Offre de formation : pertinente, dans un programme dont la CPN a validé le cahier des charges."""
    return et(dpc_programme, dpc_pertinente, dpc_cahier_valide)


@regle(entite="medecin", unite="cahiers", normes=["C9.4A-03"])
def dpc_cahiers_attendus(bareme):
    """Cahiers des charges attendus, un par programme."""
    return bareme.programmes * bareme.cahiers_par_programme


@regle(entite="medecin", unite="cahiers", normes=["C9.4A-03"])
def dpc_cahiers_manquants(dpc_cahiers_attendus, dpc_cahiers_valides):
    """Cahiers des charges encore à valider."""
    return cas((dpc_cahiers_valides > dpc_cahiers_attendus, 0), sinon=dpc_cahiers_attendus - dpc_cahiers_valides)
