"""Soins non programmés: what opens each majoration of the SAS, of the garde (PDSA) and of the urgency.

Sources: convention of 4 June 2024, art. 49 to 52; circulaire of 31/07/2024, section 6; NGAP 14 to 14.1.3, 22-3, 22-4.
One rule is one condition of `codes.yaml`. A condition that a text did not set yet has no version at that date. An hour
is in minutes since midnight; a slot holds its first minute and not its last.
"""

from convmed.donnees.entites import REGISTRE
from convmed.moteur.noeuds import cas, entre, et, non, ou, parmi, present, vrai

ANTERIEUR, SIGNE, PROPOSE = "convention-2016", "convention-2024", "proposition-2024-02-08"
LUNDI, VENDREDI, SAMEDI, DIMANCHE = 1, 5, 6, 7
VAGUE_1, VAGUE_3 = "2024-12-22", "2026-01-01"

REGISTRE.entree("seance", "samedi_ouvert", "booleen", "Cahier des charges régional : PDSA le samedi après-midi")
REGISTRE.entree("seance", "ponts_ouverts", "booleen", "Cahier des charges régional : PDSA les jours de pont")
REGISTRE.entree("seance", "snp_deja_facturees_semaine", "entier", "SNP déjà facturées dans la semaine", "actes")
REGISTRE.entree("seance", "medecin_de_garde", "booleen", "Médecin inscrit au tableau de garde de la PDSA")
REGISTRE.entree("seance", "mobilisation_rapide", "booleen", "Mobilisation rapide de moyens humains et matériels")
REGISTRE.entree("seance", "detresse", "texte", "Situation de détresse ou de crise")
REGISTRE.entree("seance", "suite_hospitaliere", "booleen", "Suivi d'un passage aux urgences ou d'une hospitalisation")
REGISTRE.entree(
    "seance", "organisation_validee_cpl", "booleen", "Organisation de soins validée en CPL pour l'acte YYYY010",
    nul_signifie="organisation non validée",
)  # fmt: skip
REGISTRE.entree("seance", "heures_regulation", "entier", "Heures de régulation du SAS", "heures")

NOM = "soins-non-programmes"
regle = REGISTRE.regle_de(NOM, SIGNE, "art. 49 à 52")
regle_ngap = REGISTRE.regle_de(NOM, ANTERIEUR, "NGAP")
regle_proposee = REGISTRE.regle_de(NOM, PROPOSE, "proposition du 08/02/2024, second recours")


# --- the slot of the PDSA


@regle_ngap(entite="seance", unite="texte", article="code de la santé publique, R. 6315-1", normes=[
    "C6-05", "C6-06", "C6-07", "C6-08", "C6-09", "C6-10",
])  # fmt: skip
def creneau_pdsa(
    heure, jour_semaine, jour_ferie, veille_de_ferie, lendemain_de_ferie, samedi_ouvert, ponts_ouverts, bareme
):
    """Créneau de la permanence des soins : la nuit d'abord, tous les jours."""
    pont = ou(
        et(jour_semaine == LUNDI, veille_de_ferie),
        et(parmi(jour_semaine, (VENDREDI, SAMEDI)), lendemain_de_ferie),
    )
    return cas(
        (heure < bareme.nuit_profonde_fin, "nuit-profonde"),
        (ou(heure < bareme.nuit_fin, heure >= bareme.nuit_debut), "nuit"),
        (ou(jour_semaine == DIMANCHE, jour_ferie), "dimanche-ferie"),
        (et(jour_semaine == SAMEDI, heure >= bareme.samedi_debut, samedi_ouvert), "samedi"),
        (et(pont, ponts_ouverts), "pont"),
        sinon="aucun",
    )


@regle_ngap(entite="seance", unite="booléen", article="code de la santé publique, R. 6315-1", normes=["C6-04", "C6-05"])
def horaires_pdsa(creneau_pdsa):
    """L'acte a lieu aux horaires de la permanence des soins."""
    return creneau_pdsa != "aucun"


@regle_ngap(entite="seance", unite="booléen", article="NGAP, art. 14")
def creneau_de_nuit(creneau_pdsa):
    """L'acte a lieu la nuit, de 20 h à minuit ou de 6 h à 8 h."""
    return creneau_pdsa == "nuit"


@regle_ngap(entite="seance", unite="booléen", article="NGAP, art. 14")
def creneau_de_nuit_profonde(creneau_pdsa):
    """L'acte a lieu la nuit, de minuit à 6 h."""
    return creneau_pdsa == "nuit-profonde"


@regle_ngap(entite="seance", unite="booléen", article="NGAP, art. 14")
def creneau_du_dimanche(creneau_pdsa):
    """L'acte a lieu un dimanche ou un jour férié, de 8 h à 20 h."""
    return creneau_pdsa == "dimanche-ferie"


@regle_ngap(entite="seance", unite="booléen", article="code de la santé publique, R. 6315-1", normes=["C6-08"])
def creneau_du_samedi(creneau_pdsa):
    """L'acte a lieu un samedi après-midi que le cahier des charges régional ouvre à la PDSA."""
    return creneau_pdsa == "samedi"


# --- where, who, at which price, after which regulation


@regle_ngap(entite="seance", unite="booléen", article="NGAP, art. 14")
def soins_a_domicile(lieu):
    """L'acte a lieu au domicile du patient."""
    return lieu == "domicile"


@regle_ngap(entite="seance", unite="booléen", article="NGAP, art. 14")
def soins_au_cabinet(lieu):
    """L'acte a lieu au cabinet."""
    return lieu == "cabinet"


@regle_ngap(entite="seance", unite="booléen", article="NGAP, art. 22-3 et 22-4", normes=["C6A1-17", "C6B2-12"])
def soins_a_tarif_opposable(tarif_opposable):
    """L'acte est facturé à tarif opposable, sans dépassement."""
    return tarif_opposable


@regle_ngap(entite="seance", unite="booléen", article="NGAP 14.1.3", normes=["C6A1-09"])
def soins_hors_psychiatrie(medecin_specialite, bareme):
    """Le médecin n'est pas psychiatre (le psychiatre facture la MCY)."""
    return non(parmi(medecin_specialite, bareme.psychiatres))


@regle_ngap(entite="seance", unite="booléen", article="NGAP 15.2.4", normes=["C6A1-09"])
def soins_psychiatre(medecin_specialite, bareme):
    """Le médecin est psychiatre."""
    return parmi(medecin_specialite, bareme.psychiatres)


@regle_ngap(entite="seance", unite="booléen", article="NGAP 14-1")
def soins_generaliste(medecin_specialite, bareme):
    """Le médecin exerce la médecine générale."""
    return parmi(medecin_specialite, bareme.generalistes)


@regle_ngap(entite="seance", unite="booléen", article="art. 49 à 52", normes=["C6A2-04"])
def soins_specialiste(medecin_specialite, bareme):
    """Le médecin est d'une spécialité autre que la médecine générale."""
    return non(parmi(medecin_specialite, bareme.generalistes))


@regle_ngap(entite="seance", unite="booléen", article="NGAP 14.1.3", normes=["C6A1-03"])
def soins_hors_patientele_mt(patientele_mt):
    """Le patient n'est pas de la patientèle médecin traitant du médecin."""
    return non(patientele_mt)


@regle_ngap(entite="seance", unite="booléen", article="NGAP, art. 22-3", normes=["C6A1-10"])
def soins_patientele_mt(patientele_mt):
    """Le médecin est le médecin traitant du patient."""
    return patientele_mt


@regle_ngap(entite="seance", unite="booléen", article="NGAP 14.1.3", normes=["C6-03", "C6A1-02"])
def soins_regules_par_le_sas(regulation):
    """Le patient est adressé par la régulation du SAS."""
    return regulation == "sas"


@regle_ngap(entite="seance", unite="booléen", article="NGAP, art. 22-3", normes=["C6A1-10"])
def soins_regules_par_le_15(regulation):
    """Le patient est adressé par le centre 15 ou par le SAS, qui le comprend."""
    return parmi(regulation, ("sas", "centre-15"))


@regle_ngap(entite="seance", unite="booléen", article="NGAP, art. 14", normes=["C6-03", "C6-04"])
def soins_regules_en_pdsa(regulation):
    """Le patient est adressé par la régulation de la permanence des soins."""
    return regulation == "pdsa"


@regle_ngap(entite="seance", unite="booléen", article="art. 49 à 52", normes=["C6-03", "C6B2-09"])
def soins_non_regules(regulation):
    """Le patient n'est adressé par aucune régulation médicale."""
    return regulation == "aucune"


# --- SNP, SHE, MVR: on demand of the SAS


@regle_ngap(entite="seance", unite="booléen", article="NGAP 14.1.3")
def snp_dans_les_48_heures(minutes_depuis_appel, bareme):
    """La SNP suit l'appel de la régulation de 48 heures au plus."""
    return minutes_depuis_appel <= bareme.SNP_delai


@regle_ngap(entite="seance", unite="booléen", article="NGAP 14.1.3", normes=["C6A1-04"])
def snp_sous_le_plafond(snp_deja_facturees_semaine, bareme):
    """Le médecin a facturé moins de 20 SNP cette semaine."""
    return snp_deja_facturees_semaine < bareme.SNP_max


@regle(entite="seance", unite="booléen", du=VAGUE_1, normes=["C6A1-07", "C6A1-13"])
def soins_en_soiree(heure, bareme):
    """L'acte a lieu entre 19 h et 21 h."""
    return entre(heure, bareme.SHE_debut, bareme.SHE_fin)


@regle(entite="seance", unite="booléen", du=VAGUE_1, normes=["C6A1-06", "C6A1-10"])
def she_demandee(patientele_mt, soins_regules_par_le_sas, soins_regules_par_le_15):
    """La prise en charge est demandée par le SAS ou, pour un patient du médecin traitant, aussi par le centre 15."""
    return ou(
        et(non(patientele_mt), soins_regules_par_le_sas),
        et(patientele_mt, soins_regules_par_le_15),
    )


@regle(entite="seance", unite="booléen", du=VAGUE_3, normes=["C6A1-16"])
def mvr_dans_les_24_heures(minutes_depuis_appel, bareme):
    """La visite suit l'appel de la régulation du SAS de 24 heures au plus."""
    return minutes_depuis_appel <= bareme.MVR_delai


# --- MRT, MUT, MCU, MCY: outside the SAS


@regle_ngap(entite="seance", unite="booléen", article="NGAP, art. 22-3")
def mrt_aux_horaires_habituels(horaires_pdsa):
    """Le médecin traitant reçoit aux horaires habituels, hors permanence des soins."""
    return non(horaires_pdsa)


@regle(entite="seance", unite="booléen", article="NGAP, art. 22-3", du=VAGUE_1, normes=["C6A1-10", "C6A1-11"])
def mrt_aux_horaires_habituels(horaires_pdsa, soins_en_soiree):
    """Le médecin traitant reçoit aux horaires habituels ou en soirée, jusqu'à 21 h, où la SHE complète la MRT."""
    return ou(non(horaires_pdsa), soins_en_soiree)


@regle_ngap(entite="seance", unite="booléen", article="NGAP, art. 22-3")
def mut_adressage_urgent(motif):
    """Le médecin traitant adresse le patient en urgence à un correspondant."""
    return motif == "adressage-urgent"


@regle_ngap(entite="seance", unite="booléen", article="NGAP, art. 22-3", normes=["C6A2-03"])
def mcu_adressage(adressage, regulation):
    """Le patient est adressé par son médecin traitant, un urgentiste de service d'urgence ou le centre 15."""
    return ou(parmi(adressage, ("medecin-traitant", "urgentiste", "centre-15")), regulation == "centre-15")


@regle_ngap(entite="seance", unite="booléen", article="NGAP, art. 22-3", normes=["C6A2-02"])
def mcu_dans_le_delai(minutes_depuis_adressage, bareme):
    """Le correspondant reçoit dans les 48 heures de l'adressage."""
    return minutes_depuis_adressage <= bareme.MCU_delai


@regle(entite="seance", unite="booléen", du=VAGUE_3, normes=["C6A2-01"])
def mcu_dans_le_delai(jours_ouvres_depuis_adressage, bareme):
    """Le correspondant reçoit dans les 4 jours ouvrés de l'adressage."""
    return jours_ouvres_depuis_adressage <= bareme.MCU_delai_jours


@regle_proposee(entite="seance", unite="booléen", du="2024-02-08", normes=["P3-27"])
def mcu_dans_le_delai(minutes_depuis_adressage, bareme):
    """Le correspondant reçoit dans les 4 jours de l'adressage."""
    return minutes_depuis_adressage <= bareme.MCU_delai


@regle_ngap(entite="seance", unite="booléen", article="NGAP 15.2.4")
def mcy_adressage(adressage, soins_regules_par_le_15):
    """Le patient est adressé au psychiatre par le médecin traitant ou par un médecin régulateur."""
    return ou(parmi(adressage, ("medecin-traitant", "centre-15")), soins_regules_par_le_15)


@regle_ngap(entite="seance", unite="booléen", article="NGAP 15.2.4")
def mcy_dans_le_delai(minutes_depuis_adressage, jours_ouvres_depuis_adressage, bareme):
    """Le psychiatre reçoit dans le délai de la MCY."""
    # The days that the convention signed have no date: a scenario may give them.
    return ou(
        minutes_depuis_adressage <= bareme.MCY_delai,
        et(present(bareme.MCY_delai_jours), jours_ouvres_depuis_adressage <= bareme.MCY_delai_jours),
    )


# --- the visits of the PDSA, regulated or not


@regle(entite="seance", unite="booléen", du=VAGUE_3, normes=["C6B1-03", "C6B1-04", "C6B1-05"])
def visite_pdsa_revalorisee(soins_a_domicile, horaires_pdsa, soins_a_tarif_opposable):
    """Visite aux horaires de PDSA à tarif opposable, régulée ou non."""
    return et(soins_a_domicile, horaires_pdsa, soins_a_tarif_opposable)


@regle_ngap(entite="seance", unite="EUR", article="NGAP, art. 14", normes=["C6B1-03"])
def supplement_visite_pdsa_du():
    """Hausse de la visite aux horaires de PDSA (avant 2026, aucune)."""
    return 0


@regle(entite="seance", unite="EUR", du=VAGUE_3, normes=["C6B1-03", "C6B1-04", "C6B1-05"])
def supplement_visite_pdsa_du(visite_pdsa_revalorisee, soins_regules_en_pdsa, creneau_pdsa, bareme):
    """Hausse de la visite aux horaires de PDSA qu'aucune majoration régulée ne porte."""
    # VRN, VRM, VRD and VRS already hold it; no code was published for the days of « pont ».
    portee = et(soins_regules_en_pdsa, creneau_pdsa != "pont")
    return cas((et(visite_pdsa_revalorisee, non(portee)), bareme.supplement_visite_pdsa), sinon=0)


# --- MHP, and the urgency


@regle(entite="seance", unite="booléen", article="NGAP 22-4", du=VAGUE_1, normes=["C6B2-08"])
def mhp_acte(lieu):
    """L'acte est une consultation, une téléconsultation ou une visite à domicile."""
    return parmi(lieu, ("cabinet", "teleconsultation", "domicile"))


@regle(entite="seance", unite="booléen", article="NGAP 22-4", du=VAGUE_1, normes=["C6B2-09"])
def mhp_hors_tableau_de_garde(medecin_de_garde):
    """Le médecin n'est pas inscrit au tableau de garde de la PDSA."""
    return non(medecin_de_garde)


@regle(entite="seance", unite="booléen", article="NGAP 22-4", du=VAGUE_1, normes=["C6B2-08"])
def mhp_sans_urgence(urgence_ccam):
    """L'acte n'est pas une urgence au sens de la CCAM."""
    return non(urgence_ccam)


@regle_ngap(entite="seance", unite="booléen", article="NGAP, art. 14")
def urgence_ccam(urgence_vitale):
    """Urgence justifiée par l'état du patient."""
    return urgence_vitale


@regle(entite="seance", unite="booléen", article="NGAP, art. 14", du=VAGUE_1, normes=["C6B2-02", "C6B2-03", "C6B2-04"])
def urgence_ccam(urgence_vitale, mobilisation_rapide):
    """Vie ou intégrité du patient en jeu, et mobilisation rapide de moyens humains et matériels."""
    return et(urgence_vitale, ou(non(present(mobilisation_rapide)), mobilisation_rapide))


@regle(entite="seance", unite="booléen", article="NGAP, art. 14 et 14.2", du=VAGUE_1, normes=["C6B2-06", "C6B2-07"])
def urgence_en_presence(lieu):
    """L'acte a lieu en présence du patient : une urgence ne se traite pas en téléconsultation."""
    return lieu != "teleconsultation"


@regle_ngap(entite="seance", unite="booléen", article="NGAP 14-1")
def mu_depart_immediat(motif):
    """Le médecin interrompt ses consultations et quitte aussitôt son cabinet."""
    return motif == "depart-immediat"


@regle_ngap(entite="seance", unite="booléen", article="NGAP 14-1")
def mu_heures_de_consultation(horaires_pdsa):
    """La visite a lieu aux heures de consultation, hors permanence des soins."""
    return non(horaires_pdsa)


@regle(entite="seance", unite="booléen", du=VAGUE_1, normes=["C6B2-13"])
def yyyy010_urgence(urgence_ccam):
    """L'acte répond à une urgence au sens de la CCAM."""
    return urgence_ccam


@regle(entite="seance", unite="booléen", du=VAGUE_1, normes=["C6B2-13"])
def yyyy010_situation(detresse, bareme):
    """Le patient est dans l'une des six situations de détresse ou de crise."""
    return parmi(detresse, bareme.YYYY010_situations)


@regle(entite="seance", unite="booléen", du=VAGUE_1, normes=["C6B2-14", "C6B2-16"])
def yyyy010_suite(suite_hospitaliere, organisation_validee_cpl):
    """L'intervention est suivie d'un passage aux urgences ou d'une hospitalisation, ou l'organisation est validée en CPL."""
    return ou(suite_hospitaliere, vrai(organisation_validee_cpl))


# --- the regulator


@regle_ngap(entite="seance", unite="EUR", article="art. 49 à 52", normes=["C6A1-01"])
def regulation_montant(heures_regulation, bareme):
    """Rémunération des heures de régulation du SAS."""
    return heures_regulation * bareme.regulation_horaire
