"""The ten collective commitments on access to care: what each one measures, and the figures of its target.

They bind the profession as a whole, so nothing here is a column of a doctor: each line declares an objective, from which its
trajectory, its reading, its table and its chart derive. Which ones stand, and their order, is the figure `objectifs` of a text.

Sources: convention of 4 June 2024, art. 59 to 59-2 and annexe 17; circulaire of 31/07/2024, section 8; proposal of
08/02/2024. Readings: 25 (list), 26 (assistants), 27 (end), 37 (baseline).
"""

from convmed.dispositifs.objectifs.catalogue import Catalogue
from convmed.dispositifs.objectifs.trajectoire import Cible, Objectif

TITRES = {
    "ald-sans-medecin-traitant": "Patients en ALD sans médecin traitant",
    "primo-installes": "Primo-installés en médecine générale",
    "actes-cliniques": "Consultations et actes cliniques par généraliste",
    "patientele-moyenne": "Patientèle médecin traitant moyenne",
    "file-active": "File active moyenne",
    "delai-specialistes": "Délai d'accès aux spécialistes",
    "assistants-medicaux": "Contrats d'assistants médicaux",
    "pdsa-sas": "Territoire couvert par la PDSA et le SAS",
    "optam": "Médecins adhérents à l'OPTAM",
    "zones-sous-dotees": "Installations en zone sous-dotée",
    "handicap": "Non-recours aux soins des personnes handicapées",
}

CATALOGUE = Catalogue("engagements-collectifs", "engagement", TITRES, (
    Objectif("ald-sans-medecin-traitant", "ald-sans-medecin-traitant", "Part des patients en ALD sans médecin traitant", "%", "baisse",
             "niveau", (Cible("ald_part", "ald_echeance"),), decimales=2),
    Objectif("primo-installes", "primo-installes", "Généralistes primo-installés dans l'année, hors exercice particulier", "médecins", "hausse",
             "evolution", (Cible("primo_installes"),)),
    Objectif("actes-cliniques", "actes-cliniques", "Consultations et actes cliniques annuels moyens du généraliste", "actes", "hausse",
             "maintien", (Cible("actes_cliniques"),)),
    Objectif("patientele-moyenne", "patientele-moyenne", "Patientèle médecin traitant moyenne du généraliste", "patients", "hausse",
             "evolution", (Cible("patientele_moyenne"),), decimales=1),
    Objectif("file-active", "file-active", "File active moyenne des médecins libéraux", "patients", "hausse",
             "evolution", (Cible("file_active"),), decimales=1),
    Objectif("delai-specialistes", "delai-specialistes", "Délai moyen d'accès aux spécialistes", "jours", "baisse",
             "niveau", (Cible("delai_specialistes", "delai_fixation"),), decimales=1),
    Objectif("assistants-medicaux", "assistants-medicaux", "Contrats d'assistants médicaux signés", "contrats", "hausse",
             "niveau-puis-evolution", (Cible("assistants_2025", "assistants_2025_echeance"),), "assistants_des_2026", "assistants_base"),
    Objectif("couverture-pdsa", "pdsa-sas", "Territoire couvert par la PDSA", "%", "hausse", "niveau", (Cible("couverture"),), decimales=2),
    Objectif("couverture-sas", "pdsa-sas", "Territoire couvert par le SAS", "%", "hausse", "niveau", (Cible("couverture"),), decimales=2),
    Objectif("optam", "optam", "Médecins adhérents à l'OPTAM", "médecins", "hausse", "evolution", (Cible("optam"),)),
    Objectif("zones-sous-dotees", "zones-sous-dotees", "Installations de médecins en zone sous-dotée", "médecins", "hausse",
             "evolution", (Cible("zones_sous_dotees"),)),
    Objectif("handicap", "handicap", "Non-recours aux soins des personnes en situation de handicap", "%", "baisse",
             "evolution", (Cible("handicap"),), decimales=2),
))  # fmt: skip
