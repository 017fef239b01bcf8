"""The entities of the convention and their canonical columns, as inputs of the rules.

A reader maps any file onto these names; a dispositif that needs a column of its own declares it beside its rules.
"""

from __future__ import annotations

from convmed.moteur.registre import EXERCICE, Registre

REGISTRE = Registre()

REGISTRE.entite("medecin")
REGISTRE.entite("patient", parent="medecin")
REGISTRE.entite("evenement", parent="patient")
REGISTRE.entite("affection", parent="patient")
# One encounter: a doctor, a patient, a moment. What the invoice says of them, so that it stands alone.
REGISTRE.entite("seance")

REGISTRE.entree(EXERCICE, "date_observation", "date", "Date d'observation")
REGISTRE.entree(EXERCICE, "date_patientele", "date", "Date d'observation de la patientèle")

REGISTRE.entree("medecin", "secteur", "texte", "Secteur d'exercice")
REGISTRE.entree("medecin", "option_tarifaire", "texte", "Option tarifaire")
REGISTRE.entree("medecin", "specialite", "texte", "Spécialité (code CNAM)")
REGISTRE.entree("medecin", "zone", "texte", "Zone du cabinet principal")
REGISTRE.entree("medecin", "qpv", "booleen", "Cabinet principal en QPV")
REGISTRE.entree("medecin", "date_naissance_medecin", "date", "Date de naissance du médecin")
REGISTRE.entree(
    "medecin", "date_premiere_installation", "date", "Première installation libérale",
    nul_signifie="pas de première installation récente déclarée",
)  # fmt: skip

REGISTRE.entree("patient", "date_naissance", "date", "Date de naissance")
REGISTRE.entree("patient", "sexe", "texte", "Sexe")
REGISTRE.entree("patient", "ald", "booleen", "En ALD exonérante")
REGISTRE.entree("patient", "c2s", "booleen", "Bénéficiaire de la C2S")
REGISTRE.entree(
    "patient", "date_derniere_consultation", "date", "Dernière consultation (médecin traitant ou collaborateur)",
    nul_signifie="jamais vu", exigee=True,
)  # fmt: skip
REGISTRE.entree(
    "patient", "date_declaration_mt", "date", "Déclaration du médecin traitant", nul_signifie="date non fournie"
)

REGISTRE.entree("evenement", "date", "date", "Date de l'acte")
REGISTRE.entree("evenement", "traceur", "texte", "Classe de l'acte traceur")
REGISTRE.entree("affection", "numero_ald", "entier", "Numéro d'ALD")

REGISTRE.entree("seance", "date_acte", "date", "Date de l'acte")
REGISTRE.entree("seance", "heure", "entier", "Heure locale de l'acte", "minutes")
REGISTRE.entree("seance", "jour_semaine", "entier", "Jour de la semaine (1 = lundi)")
REGISTRE.entree("seance", "jour_ferie", "booleen", "Jour férié sur le territoire")
REGISTRE.entree("seance", "veille_de_ferie", "booleen", "Veille d'un jour férié")
REGISTRE.entree("seance", "lendemain_de_ferie", "booleen", "Lendemain d'un jour férié")
REGISTRE.entree("seance", "medecin_specialite", "texte", "Spécialité du médecin (code CNAM)")
REGISTRE.entree("seance", "medecin_secteur", "texte", "Secteur du médecin")
REGISTRE.entree("seance", "medecin_option", "texte", "Option tarifaire du médecin")
REGISTRE.entree("seance", "tarif_opposable", "booleen", "Acte facturé à tarif opposable, sans dépassement")
REGISTRE.entree("seance", "lieu", "texte", "Lieu de l'acte")
REGISTRE.entree("seance", "territoire", "texte", "Territoire d'exercice")
REGISTRE.entree("seance", "zone_montagne", "booleen", "Déplacement en zone de montagne")
REGISTRE.entree("seance", "patient_naissance", "date", "Date de naissance du patient")
REGISTRE.entree("seance", "patient_ald", "booleen", "Patient en ALD exonérante")
REGISTRE.entree("seance", "patient_c2s", "booleen", "Patient bénéficiaire de la C2S")
REGISTRE.entree("seance", "patientele_mt", "booleen", "Le médecin est le médecin traitant du patient")
REGISTRE.entree("seance", "patient_sans_mt", "booleen", "Le patient n'a pas de médecin traitant")
REGISTRE.entree("seance", "adressage", "texte", "Qui a adressé le patient")
REGISTRE.entree("seance", "retour_au_mt", "booleen", "Retour d'information au médecin traitant")
REGISTRE.entree("seance", "parcours", "texte", "Situation dans le parcours de soins")
REGISTRE.entree("seance", "regulation", "texte", "Régulation qui a adressé le patient")
REGISTRE.entree("seance", "minutes_depuis_appel", "entier", "Temps écoulé depuis l'appel de régulation", "minutes")
REGISTRE.entree("seance", "minutes_depuis_adressage", "entier", "Temps écoulé depuis l'adressage", "minutes")
REGISTRE.entree("seance", "jours_ouvres_depuis_adressage", "entier", "Jours ouvrés depuis l'adressage", "jours")
REGISTRE.entree("seance", "urgence_vitale", "booleen", "Urgence au sens de la CCAM")
REGISTRE.entree("seance", "motif", "texte", "Motif de la séance")
