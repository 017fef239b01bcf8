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
