"""Facturation: what the convention advises when an act is billed, and what it asks of a doctor who stands in for another.

Sources: convention of 4 June 2024, art. 114 to 117-3; circulaire of 31/07/2024, sections 14.4 and 2 A. What is not known
of a situation leaves the rule missing, and the advice general.
"""

from convmed.donnees.entites import REGISTRE
from convmed.moteur.noeuds import cas, et, non, present

REGISTRE.entree("seance", "fac_mode", "texte", "Mode de facturation")
REGISTRE.entree("seance", "fac_adri_integre", "booleen", "ADRI intégré au poste de travail")
REGISTRE.entree("seance", "fac_logiciel_scor", "booleen", "Logiciel à jour pour SCOR")
REGISTRE.entree("seance", "fac_appcv_compatible", "booleen", "Logiciel compatible avec l'appli carte Vitale")
REGISTRE.entree("seance", "fac_lecteur_qr", "booleen", "Lecteur de QR code")
REGISTRE.entree("seance", "fac_remplacant", "booleen", "Acte d'un médecin remplaçant", nul_signifie="pas de remplaçant déclaré")
REGISTRE.entree("seance", "fac_cps_remplacant", "booleen", "Facturation avec la CPS du remplaçant")
REGISTRE.entree("seance", "fac_poste_parametre", "booleen", "Poste SESAM-Vitale paramétré pour la CPS du remplaçant")

EFFET = "2024-06-22"
regle = REGISTRE.regle_de("facturation", "convention-2024", "art. 114 à 117-3 ; circulaire 31/07/2024, 14.4")
regle_du_remplacement = REGISTRE.regle_de("facturation", "convention-2024", "circulaire 31/07/2024, 2 A")


@regle(entite="seance", unite="booléen", du=EFFET, normes=["C14.4-01", "C14.4-08"])
def fac_securise_recommande(fac_mode):
    """Facturation sécurisée à privilégier."""
    return fac_mode != "securise"


@regle(entite="seance", unite="booléen", du=EFFET, normes=["C14.4-03", "C14.4-04"])
def fac_adri_recommande(fac_mode):
    """ADRI à interroger en établissant la feuille de soins électronique."""
    return fac_mode != "papier"


@regle(entite="seance", unite="booléen", du=EFFET, normes=["C14.4-03"])
def fac_adri_absent(fac_adri_recommande, fac_adri_integre):
    """ADRI recommandé, et absent du poste de travail."""
    return et(fac_adri_recommande, non(fac_adri_integre))


@regle(entite="seance", unite="booléen", du=EFFET, normes=["C14.4-09"])
def fac_scor_recommande(fac_mode):
    """SCOR recommandé, le mode sécurisé étant impossible."""
    return fac_mode == "degrade"


@regle(entite="seance", unite="booléen", du=EFFET, normes=["C14.4-10"])
def fac_scor_a_mettre_a_jour(fac_scor_recommande, fac_logiciel_scor):
    """SCOR recommandé, et logiciel à mettre à jour pour s'en servir."""
    return et(fac_scor_recommande, non(fac_logiciel_scor))


@regle(entite="seance", unite="texte", du=EFFET, normes=["C14.4-06"])
def fac_appcv_deploiement(date_acte, bareme):
    """Déploiement de l'appli carte Vitale."""
    return cas(
        (date_acte < bareme.appcv_debut, "annoncée"),
        (date_acte < bareme.appcv_generalisation, "en cours de généralisation"),
        sinon="généralisée",
    )


@regle(entite="seance", unite="booléen", du=EFFET, normes=["C14.4-07"])
def fac_appcv_sans_equipement(fac_appcv_compatible, fac_lecteur_qr):
    """Logiciel compatible avec l'appli carte Vitale, ou lecteur de QR code, manquant au poste."""
    return non(et(fac_appcv_compatible, fac_lecteur_qr))


@regle_du_remplacement(entite="seance", unite="booléen", du=EFFET, normes=["C2A-12"])
def fac_cps_manquante(fac_remplacant, fac_cps_remplacant):
    """Remplaçant qui ne facture pas avec sa propre CPS."""
    return et(present(fac_remplacant), fac_remplacant, non(fac_cps_remplacant))


@regle_du_remplacement(entite="seance", unite="booléen", du=EFFET, normes=["C2A-13"])
def fac_poste_a_parametrer(fac_remplacant, fac_poste_parametre):
    """Remplaçant sur un poste SESAM-Vitale qui n'est pas paramétré pour sa CPS."""
    return et(present(fac_remplacant), fac_remplacant, non(fac_poste_parametre))
