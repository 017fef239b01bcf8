"""The inputs of the dotation numérique: one measure of each téléservice serves the three texts."""

from __future__ import annotations

from convmed.donnees.entites import REGISTRE

TELESERVICES = {
    "dcmt": "Déclarations de médecin traitant",
    "pse": "Protocoles de soins",
    "fse": "Feuilles de soins",
    "aat": "Arrêts de travail",
    "cm_atmp": "Certificats d'accident du travail ou de maladie professionnelle",
    "dsg": "Déclarations de grossesse",
    "spe": "Prescriptions de transport",
    "dmp": "Documents à verser au DMP",
    "ordonnance_numerique": "Ordonnances de produits de santé",
}
VOLET_1 = {
    "logiciel_segur_lap": "logiciel Ségur et LAP",
    "sesam_vitale": "SESAM-Vitale 1.40 addendum 8 et application carte Vitale",
    "horaires_annuaire": "horaires dans l'annuaire santé",
}
VOLET_2 = {
    "coordination": "exercice coordonné",
    "codage": "codage des données médicales",
    "services_patients": "services aux patients",
    "etudiants": "encadrement d'étudiants",
    "teleconsultation": "équipement de téléconsultation",
    "equipements_connectes": "équipements connectés",
    "sas": "SAS, deux heures par semaine au moins",
}

for code, libelle in TELESERVICES.items():
    REGISTRE.entree("medecin", f"numerique_{code}_dematerialises", "entier", f"{libelle} : voie dématérialisée")
    REGISTRE.entree("medecin", f"numerique_{code}_total", "entier", f"{libelle} : total, papier compris")
REGISTRE.entree("medecin", "numerique_fse_appcv", "entier", "Feuilles de soins par l'application carte Vitale")
REGISTRE.entree("medecin", "numerique_messages_patients", "entier", "Messages à un patient par Mon espace santé")

REGISTRE.entree(
    "medecin", "numerique_logiciel_a_jour", "booleen", "Logiciel Ségur, LAP certifié HAS et SESAM-Vitale à jour",
    nul_signifie="équipement décrit élément par élément", exigee=True,
)  # fmt: skip
REGISTRE.entree("medecin", "numerique_segur", "booleen", "Logiciel référencé Ségur, dernière version")
REGISTRE.entree("medecin", "numerique_lap_has", "booleen", "Logiciel d'aide à la prescription certifié par la HAS")
REGISTRE.entree(
    "medecin", "numerique_sesam_vitale_avenants_au", "date", "Date des avenants SESAM-Vitale intégrés",
    nul_signifie="pas de logiciel SESAM-Vitale", exigee=True,
)  # fmt: skip

for code, libelle in (VOLET_1 | VOLET_2).items():
    REGISTRE.entree("medecin", f"fs_{code}", "booleen", f"Forfait structure : {libelle}")
REGISTRE.entree("medecin", "fs_mss_dematerialises", "entier", "Échanges avec les patients : messagerie sécurisée")
REGISTRE.entree("medecin", "fs_mss_total", "entier", "Échanges avec les patients : total")
