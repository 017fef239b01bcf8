"""Missions spécifiques: SAS, maîtrise de stage, patients bénéficiaires de l'AME, orientation vers une IPA.

Sources: convention of 4 June 2024, art. 30 to 30-4; circulaire of 31/07/2024, section 3.4. Every mission has a rule
under every text: before it existed it is worth nothing. A mission that is not asked for has an empty input.
"""

from convmed.donnees.entites import REGISTRE
from convmed.moteur.noeuds import a_defaut, cas, et, non, ou, parmi, present, vrai

ANTERIEUR, SIGNE, PROPOSE = "convention-2016", "convention-2024", "proposition-2024-02-08"
PAS_DEMANDEE = "mission non demandée"

REGISTRE.entree("medecin", "mission_sas_departement_couvert", "booleen", "SAS opérationnel dans le département")
REGISTRE.entree(
    "medecin", "mission_sas_inscrit", "booleen", "Inscription individuelle sur la plateforme nationale SAS",
    nul_signifie=PAS_DEMANDEE, exigee=True,
)  # fmt: skip
REGISTRE.entree(
    "medecin", "mission_sas_interface_ou_organisation", "booleen", "Agenda interfacé, ou organisation territoriale validée",
    nul_signifie="l'une et l'autre voies décrites à part", exigee=True,
)  # fmt: skip
REGISTRE.entree("medecin", "mission_sas_agenda_interface", "booleen", "Prise de rendez-vous interfacée avec la plateforme")
REGISTRE.entree("medecin", "mission_sas_organisation_territoriale", "booleen", "Organisation territoriale validée et reliée")
REGISTRE.entree("medecin", "mission_maitre_de_stage", "booleen", "Maître de stage déclaré", nul_signifie=PAS_DEMANDEE)
REGISTRE.entree(
    "medecin", "mission_patientele_ame_importante", "booleen", "Patientèle importante de bénéficiaires de l'AME",
    nul_signifie=PAS_DEMANDEE,
)  # fmt: skip
REGISTRE.entree("medecin", "mission_patients_ame", "entier", "Patients bénéficiaires de l'AME", nul_signifie=PAS_DEMANDEE)
REGISTRE.entree(
    "medecin", "mission_patients_ipa", "entier", "Patients de sa patientèle orientés vers une IPA", nul_signifie=PAS_DEMANDEE
)

regle = REGISTRE.regle_de("missions-specifiques", SIGNE, "art. 30 à 30-4")
regle_anterieure = REGISTRE.regle_de("missions-specifiques", ANTERIEUR, "annexe 9 (forfait structure)")
regle_proposee = REGISTRE.regle_de("missions-specifiques", PROPOSE, "proposition du 08/02/2024, missions spécifiques")


# --- participation au SAS


@regle_anterieure(entite="medecin", unite="booléen", normes=["C3.4A-02"])
def mission_sas_eligible():
    """Éligible à la mission SAS (avant 2026 : un indicateur du forfait structure, pas une mission)."""
    return False


@regle(entite="medecin", unite="booléen", du="2026-01-01", normes=["C3.4A-05", "C3.4A-06"])
def mission_sas_voie(
    mission_sas_interface_ou_organisation, mission_sas_agenda_interface, mission_sas_organisation_territoriale
):
    """Agenda interfacé avec la plateforme, ou organisation territoriale validée : l'une des deux voies suffit."""
    return cas(
        (present(mission_sas_interface_ou_organisation), mission_sas_interface_ou_organisation),
        sinon=ou(mission_sas_agenda_interface, mission_sas_organisation_territoriale),
    )


@regle(entite="medecin", unite="booléen", du="2026-01-01", normes=[
    "C3.4A-01", "C3.4A-02", "C3.4A-03", "C3.4A-04", "C3.4A-07", "C3.4A-08",
])  # fmt: skip
def mission_sas_eligible(mission_sas_departement_couvert, mission_sas_inscrit, mission_sas_voie):
    """Éligible à la mission SAS : les trois conditions ensemble, sans durée hebdomadaire."""
    return cas(
        (non(present(mission_sas_inscrit)), False),
        sinon=et(mission_sas_departement_couvert, mission_sas_inscrit, mission_sas_voie),
    )


@regle_proposee(entite="medecin", unite="booléen", du="2026-01-01", normes=["P2-67"])
def mission_sas_eligible(mission_sas_inscrit):
    """Éligible à la mission SAS proposée : l'inscription sur la plateforme."""
    return vrai(mission_sas_inscrit)


@regle_anterieure(entite="medecin", unite="EUR/an", normes=["C3.4A-02"])
def mission_sas():
    """Rémunération du SAS comme mission (avant 2026 : des points de forfait structure)."""
    return 0


@regle(entite="medecin", unite="EUR/an", article="art. 30", du="2026-01-01", normes=["C3.4A-01"])
def mission_sas(mission_sas_eligible, bareme):
    """Rémunération de la participation au SAS."""
    return cas((mission_sas_eligible, bareme.sas_forfait), sinon=0)


@regle_proposee(entite="medecin", unite="EUR/an", du="2026-01-01", normes=["P2-65", "P2-66"])
def mission_sas(mission_sas_eligible, bareme):
    """Rémunération proposée de la participation au SAS."""
    return cas((mission_sas_eligible, bareme.prop_sas), sinon=0)


# --- maîtrise de stage


@regle_anterieure(entite="medecin", unite="EUR/an", normes=["C3.4B-03"])
def mission_stage(mission_maitre_de_stage, bareme):
    """Encadrement des étudiants, en ZIP comme hors ZIP."""
    return cas(
        (vrai(mission_maitre_de_stage), bareme.encadrement_des_etudiants),
        sinon=0,
    )


@regle(entite="medecin", unite="EUR/an", du="2026-01-01", normes=["C3.4B-01", "C3.4B-02", "C3.4B-04", "C3.4B-05"])
def mission_stage(mission_maitre_de_stage, zone, bareme):
    """Maître de stage, selon la zone du cabinet."""
    return cas(
        (non(vrai(mission_maitre_de_stage)), 0),
        (zone == "zip", bareme.maitre_de_stage_zip),
        sinon=bareme.maitre_de_stage_hors_zip,
    )


@regle_proposee(entite="medecin", unite="EUR/an", du="2026-01-01", normes=["P2-65", "P2-66"])
def mission_stage(mission_maitre_de_stage, bareme):
    """Maître de stage : mission proposée, sans montant."""
    return cas(
        (vrai(mission_maitre_de_stage), bareme.prop_maitre_de_stage),
        sinon=0,
    )


# --- patients bénéficiaires de l'AME


@regle_anterieure(entite="medecin", unite="EUR/an", article="art. 30 à 30-4", normes=["C3.4C-04"])
def mission_ame():
    """Mission AME (elle n'existe pas encore)."""
    return 0


@regle(entite="medecin", unite="EUR/an", du="2025-01-01", normes=["C3.4C-01", "C3.4C-02", "C3.4C-04"])
def mission_ame(mission_patientele_ame_importante, mission_patients_ame, specialite, bareme):
    """Médecin généraliste à la patientèle AME importante, déclarée telle ou comptée."""
    importante = cas(
        (present(mission_patientele_ame_importante), mission_patientele_ame_importante),
        (present(mission_patients_ame), mission_patients_ame >= bareme.ame_seuil),
        sinon=False,
    )
    return cas(
        (et(present(specialite), non(parmi(specialite, bareme.ame_specialites))), 0),
        (importante, bareme.ame_forfait),
        sinon=0,
    )


# --- orientation vers une infirmière en pratique avancée


@regle_anterieure(entite="medecin", unite="EUR/an", article="art. 30 à 30-4", normes=["C3.4D-01"])
def mission_ipa():
    """Mission IPA (elle n'existe pas encore)."""
    return 0


@regle(entite="medecin", unite="EUR/an", du="2025-01-01", normes=[
    "C3.4D-01", "C3.4D-02", "C3.4D-03", "C3.4D-04", "C3.4D-05", "C3.4D-07",
])  # fmt: skip
def mission_ipa(mission_patients_ipa, bareme):
    """Patients de sa patientèle orientés vers une IPA : le palier le plus haut atteint, pour toute spécialité."""
    return cas(
        (non(present(mission_patients_ipa)), 0),
        (mission_patients_ipa >= bareme.ipa_seuil_3, bareme.ipa_montant_3),
        (mission_patients_ipa >= bareme.ipa_seuil_2, bareme.ipa_montant_2),
        (mission_patients_ipa >= bareme.ipa_seuil_1, bareme.ipa_montant_1),
        sinon=0,
    )


# --- the four together: an amount that nobody published is left out, an input that is missing is not


@regle_anterieure(entite="medecin", unite="EUR/an", normes=["C3.4B-03"])
def missions_total(mission_sas, mission_stage, mission_ame, mission_ipa):
    """Missions de l'année : l'encadrement des étudiants, avant que les autres n'existent."""
    return mission_sas + mission_stage + mission_ame + mission_ipa


@regle(entite="medecin", unite="EUR/an", du="2025-01-01", normes=["C3.4-01"])
def missions_total(mission_sas, mission_sas_eligible, mission_stage, mission_ame, mission_ipa):
    """Missions spécifiques de l'année, montants non publiés à part."""
    return (
        cas((et(mission_sas_eligible, non(present(mission_sas))), 0), sinon=mission_sas)
        + mission_stage
        + a_defaut(mission_ame, sinon=0)
        + mission_ipa
    )


@regle_proposee(entite="medecin", unite="EUR/an", du="2026-01-01", normes=["P2-65", "P2-66"])
def missions_total(mission_sas, mission_stage):
    """Missions proposées de l'année, montants non publiés à part."""
    return a_defaut(mission_sas, sinon=0) + a_defaut(mission_stage, sinon=0)
