"""The fifteen programmes: what each one measures, and the figures of its target under each text.

One line declares an objective; its trajectory, its reading, its table and its chart derive from it. Which ones stand under
a text, and their order, is the figure `objectifs`: the proposal measures other things than the signed text.
"""

from __future__ import annotations

from convmed.dispositifs.objectifs.catalogue import Catalogue
from convmed.dispositifs.objectifs.trajectoire import Cible, Objectif

TITRES = {
    "arrets-de-travail": "Prescriptions d'arrêts de travail",
    "antibioresistance": "Antibiorésistance",
    "polymedication": "Polymédication",
    "itr": "Indications remboursables et durées recommandées",
    "biosimilaires": "Biosimilaires",
    "analgesiques": "Analgésiques à risque de dépendance",
    "dispositifs-medicaux": "Dispositifs médicaux du quotidien",
    "ortheses-mandibulaires": "Orthèses d'avancée mandibulaire",
    "ipp": "Inhibiteurs de la pompe à protons",
    "imagerie": "Actes d'imagerie",
    "actes-infirmiers": "Actes infirmiers",
    "transports": "Transports sanitaires",
    "biologie": "Examens biologiques",
    "ordonnance-bizone": "Ordonnance bizone",
    "depistages": "Dépistages précoces",
}

CATALOGUE = Catalogue("programmes-pertinence", "programme", TITRES, (
    Objectif("arrets-de-travail-jours", "arrets-de-travail", "Jours d'arrêt de travail indemnisés", "jours", "baisse",
             "croissance-ralentie", (Cible("arrets_de_travail_jours"),)),
    Objectif("arrets-de-travail-depense", "arrets-de-travail", "Dépense d'indemnités journalières", "EUR", "baisse",
             "croissance-ralentie", (Cible("arrets_de_travail_depense"),)),
    Objectif("antibioresistance", "antibioresistance", "Volume d'antibiotiques", "unités", "baisse",
             "variation", (Cible("antibiotiques_2025", "antibiotiques_2025_echeance"), Cible("antibiotiques_2027", "antibiotiques_2027_echeance"))),
    Objectif("hyperpolymedication", "polymedication", "Molécules du traitement chronique des hyperpolymédiqués, en moyenne", "molécules", "baisse",
             "retrait", (Cible("molecules_hyperpolymediques"),), decimales=1),
    Objectif("polymedication", "polymedication", "Molécules du traitement chronique des polymédiqués de 65 ans et plus, en moyenne", "molécules",
             "baisse", "retrait", (Cible("molecules_polymediques"),), decimales=1),
    Objectif("patients-polymediques", "polymedication", "Patients polymédiqués de 65 ans et plus", "patients", "baisse",
             "variation", (Cible("patients_polymediques"),)),
    Objectif("itr", "itr", "Prescriptions conformes aux indications remboursables et aux durées recommandées", "%", "hausse",
             "niveau", (Cible("itr_conformes"),), decimales=2),
    Objectif("biosimilaires", "biosimilaires", "Taux de pénétration des biosimilaires", "%", "hausse",
             "niveau", (Cible("biosimilaires_penetration", "biosimilaires_echeance"),), decimales=2),
    Objectif("analgesiques", "analgesiques", "Volume d'analgésiques de palier 2", "unités", "baisse", "variation", (Cible("analgesiques_palier_2"),)),
    Objectif("analgesiques-2-et-3", "analgesiques", "Volume d'analgésiques de niveaux 2 et 3", "unités", "baisse",
             "variation", (Cible("analgesiques_2_et_3"),)),
    Objectif("cno-et-pansements", "dispositifs-medicaux", "Dépense de compléments nutritionnels oraux et de pansements post-chirurgie", "EUR",
             "baisse", "variation", (Cible("cno_et_pansements"),)),
    Objectif("bandelettes", "dispositifs-medicaux", "Bandelettes glycémiques par patient et par an", "bandelettes", "baisse",
             "seuil", (Cible("bandelettes"),)),
    Objectif("ortheses-mandibulaires", "ortheses-mandibulaires", "Part des initiations de traitement par orthèse", "%", "hausse",
             "niveau", (Cible("ortheses_part"),), decimales=2),
    Objectif("initiations-d-ortheses", "ortheses-mandibulaires", "Initiations d'orthèses", "initiations", "hausse",
             "variation", (Cible("ortheses_initiations"),)),
    Objectif("ipp", "ipp", "Prescriptions d'IPP chez l'adulte", "prescriptions", "baisse", "variation", (Cible("ipp_adulte"),)),
    Objectif("imagerie", "imagerie", "Actes d'imagerie identifiés", "actes", "baisse", "variation", (Cible("imagerie"),)),
    Objectif("actes-infirmiers", "actes-infirmiers", "Rejets et indus d'actes infirmiers", "rejets et indus", "baisse",
             "variation", (Cible("rejets_infirmiers"),)),
    Objectif("transports", "transports", "Part des transports partagés", "%", "hausse", "niveau", (Cible("transports_partages"),), decimales=2),
    Objectif("biologie", "biologie", "Examens biologiques inutiles de la liste", "actes", "baisse", "variation", (Cible("biologie"),)),
    Objectif("ordonnance-bizone", "ordonnance-bizone", "Respect de l'ordonnance bizone", "%", "hausse", "sans-cible", decimales=2),
    *(
        Objectif(f"depistage-{nom}", "depistages", f"Dépistage {quoi}", "%", "hausse", "niveau", (Cible(f"depistage_{nom}"),), decimales=2)
        for nom, quoi in (("sein", "du cancer du sein"), ("colorectal", "du cancer colorectal"), ("col", "du cancer du col de l'utérus"),
                          ("diabete", "du diabète"), ("mrc", "de la maladie rénale chronique"))
    ),
))  # fmt: skip

# What a programme says besides its targets, by the name of the figure.
DETAILS = {
    "arrets-de-travail": ("arrets_de_travail_actions",),
    "antibioresistance": ("antibioresistance_actions",),
    "polymedication": (
        "polymedication_age", "polymedication_seuil", "polymedication_delivrances", "hyperpolymedication_seuil", "polymedication_actions",
    ),
    "itr": ("itr_priorites",),
    "biosimilaires": ("biosimilaires_specialites",),
    "dispositifs-medicaux": ("bandelettes", "dispositifs_vises"),
    "ipp": ("ipp_enfant",),
    "actes-infirmiers": ("bilans_infirmiers",),
    "biologie": ("biologie_liste",),
    "ordonnance-bizone": ("bizone_taux",),
}  # fmt: skip
# What holds for the fifteen of them.
COMMUNS = (
    "fondements", "champs", "engagements_reciproques", "engagements_medecins", "teleservices", "engagements_assurance_maladie",
    "accompagnement_cible", "accompagnants", "suite_degradation", "premiers_livrables",
)  # fmt: skip
