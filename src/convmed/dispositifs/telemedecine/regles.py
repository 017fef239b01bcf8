"""Télémédecine: the share of distance activity, the fee of a téléexpertise, the conditions of a téléconsultation.

Sources: convention of 4 June 2024, art. 87 to 91-3; circulaire of 31/07/2024, section 11; avenants 6 and 9 to the
convention of 2016 for what they left standing; proposal of 8 February 2024. A share is compared exactly, as a product
of integers; it is shown in billionths.
"""

from convmed.dispositifs.telemedecine import entrees  # noqa: F401  the rules read the inputs that it declares
from convmed.donnees.entites import REGISTRE
from convmed.moteur.noeuds import (
    DIX_MILLE,
    a_defaut,
    ans_revolus,
    arrondi_demi_superieur,
    cas,
    et,
    non,
    ou,
    parmi,
    present,
    vrai,
)

ANTERIEUR, SIGNE, PROPOSE = "convention-2016", "convention-2024", "proposition-2024-02-08"
MILLIARD = 10**9

regle = REGISTRE.regle_de("telemedecine", SIGNE, "art. 87 à 91-3")
regle_anterieure = REGISTRE.regle_de("telemedecine", ANTERIEUR, "art. 87 à 91-3 (avant 2024 : avenant 9, art. 28.6)")
regle_proposee = REGISTRE.regle_de("telemedecine", PROPOSE, "proposition du 08/02/2024, télémédecine")


def depasse(retenues, denominateur, seuil):
    """Return whether a share is over the threshold: equality is not."""
    return retenues * DIX_MILLE > seuil * denominateur


def part_de(retenues, denominateur):
    """Return a share in billionths; missing without activity."""
    return arrondi_demi_superieur(MILLIARD * retenues, denominateur)


def coherent(denominateur, retenues):
    """Return a denominator, or nothing if it no longer holds what is counted."""
    return cas((denominateur < retenues, None), sinon=denominateur)


# --- distance activity: what is counted


@regle_anterieure(entite="medecin", unite="actes", du="2021-09-26")
def tlm_retenues(tlm_teleconsultations, tlm_teleexpertises):
    """Activité à distance : téléconsultations et téléexpertises."""
    return tlm_teleconsultations + tlm_teleexpertises


@regle_anterieure(entite="medecin", unite="actes", au="2021-09-25")
def tlm_retenues(tlm_teleconsultations):
    """Activité à distance : téléconsultations, avant tout seuil."""
    return tlm_teleconsultations


@regle(entite="medecin", unite="actes", du="2024-06-22", normes=["C11A-01", "C11A-03", "C11A-04", "C11A-05"])
def tlm_retenues(tlm_teleconsultations, tlm_teleconsultations_patientele_mt):
    """Téléconsultations comptées, celles du SAS comprises : sans les siennes avec sa patientèle, ni les téléexpertises."""
    return tlm_teleconsultations - tlm_teleconsultations_patientele_mt


@regle_proposee(entite="medecin", unite="actes", du="2024-02-08", normes=["P3-28", "P3-29"])
def tlm_retenues(tlm_teleconsultations):
    """Téléconsultations seules : ni téléexpertise, ni télésurveillance."""
    return tlm_teleconsultations


# --- the threshold


@regle_anterieure(entite="medecin", unite="booléen", au="2021-09-25")
def tlm_sans_seuil():
    """Aucun seuil d'activité à distance (avant l'avenant 9)."""
    return True


@regle_anterieure(entite="medecin", unite="booléen", du="2021-09-26")
def tlm_sans_seuil(tlm_salarie_plateforme, bareme):
    """Aucun seuil ne s'applique au médecin (l'avenant 9 ne dit rien des salariés de plateforme)."""
    salarie = vrai(tlm_salarie_plateforme)
    return et(salarie, non(bareme.seuil_individuel_salaries))


@regle(entite="medecin", unite="booléen", du="2024-06-22", normes=["C11A-06", "C11A-07"])
def tlm_sans_seuil(tlm_salarie_plateforme, tlm_exception_cpn, bareme):
    """Aucun seuil ne s'applique au médecin : exception décidée par la CPN."""
    excepte = ou(parmi(tlm_exception_cpn, bareme.exceptions_cpn), tlm_exception_cpn == "autre-decision")
    salarie = vrai(tlm_salarie_plateforme)
    return ou(et(present(tlm_exception_cpn), excepte), et(salarie, non(bareme.seuil_individuel_salaries)))


@regle_anterieure(entite="medecin", unite="%")
def tlm_seuil(tlm_sans_seuil, bareme):
    """Part maximale de l'activité à distance, toutes spécialités."""
    return cas((tlm_sans_seuil, None), sinon=bareme.seuil)


@regle(entite="medecin", unite="%", du="2024-06-22", normes=["C11A-02", "C11A-08"])
def tlm_seuil(tlm_sans_seuil, specialite, bareme):
    """Part maximale de téléconsultations, selon la spécialité."""
    return cas(
        (tlm_sans_seuil, None),
        (parmi(specialite, bareme.psychiatres), bareme.seuil_psychiatres),
        sinon=bareme.seuil,
    )


@regle_proposee(entite="medecin", unite="%", du="2024-02-08", normes=["P1-34", "P1-35", "P3-28"])
def tlm_seuil(tlm_sans_seuil, specialite, tlm_derogation_locale, bareme):
    """Part maximale proposée de téléconsultations, selon la spécialité et la dérogation locale."""
    return cas(
        (tlm_sans_seuil, None),
        (non(parmi(specialite, bareme.psychiatres)), bareme.seuil),
        (vrai(tlm_derogation_locale), bareme.seuil_psychiatres_derogation),
        sinon=bareme.seuil_psychiatres,
    )


@regle_anterieure(entite="medecin", unite="nombre de milliardièmes", normes=["C11A-01"])
def tlm_taux(tlm_retenues, tlm_actes_total):
    """Part de l'activité à distance dans tous les actes, en milliardièmes."""
    return part_de(tlm_retenues, tlm_actes_total)


@regle_anterieure(entite="medecin", unite="booléen", normes=["C11A-02", "P3-28"])
def tlm_depassement(tlm_sans_seuil, tlm_retenues, tlm_actes_total, tlm_seuil):
    """Part de l'activité à distance au-dessus du seuil : le seuil exact n'est pas un dépassement."""
    return cas((tlm_sans_seuil, False), sinon=depasse(tlm_retenues, tlm_actes_total, tlm_seuil))


@regle_anterieure(entite="medecin", unite="%", normes=["C11A-02"])
def tlm_depassement_points(tlm_depassement, tlm_retenues, tlm_actes_total, tlm_seuil):
    """Points au-dessus du seuil."""
    return cas(
        (tlm_depassement, arrondi_demi_superieur(DIX_MILLE * tlm_retenues, tlm_actes_total) - tlm_seuil),
        sinon=0,
    )


@regle_anterieure(entite="medecin", unite="actes", normes=["C11A-02", "C11C-03"])
def tlm_au_dela(tlm_depassement, tlm_retenues, tlm_actes_total, tlm_seuil):
    """Téléconsultations au-delà de la part permise, à nombre d'actes égal."""
    return cas((tlm_depassement, tlm_retenues - tlm_seuil * tlm_actes_total // DIX_MILLE), sinon=0)


@regle_anterieure(entite="medecin", unite="EUR", normes=["C11C-03"])
def tlm_montant_en_cause(tlm_au_dela, tlm_montant_moyen, specialite, bareme):
    """Montant des téléconsultations au-delà du seuil."""
    unitaire = cas(
        (present(tlm_montant_moyen), tlm_montant_moyen),
        (parmi(specialite, bareme.generalistes), bareme.TCG),
        sinon=None,
    )
    return cas((tlm_au_dela == 0, 0), sinon=tlm_au_dela * unitaire)


@regle(entite="medecin", unite="booléen", du="2024-06-22", normes=["C11C-03", "C11C-04"])
def tlm_recuperation_ouverte(tlm_depassement, tlm_avertissement, tlm_contradictoire):
    """Récupération ouverte : seuil dépassé, médecin averti, contradictoire mené."""
    averti = vrai(tlm_avertissement)
    return et(tlm_depassement, averti, present(tlm_contradictoire), tlm_contradictoire)


@regle(entite="medecin", unite="EUR", du="2024-06-22", normes=["C11C-03", "C11C-04"])
def tlm_montant_recuperable(tlm_recuperation_ouverte, tlm_montant_en_cause):
    """Montant que l'assurance maladie peut récupérer ; rien sans avertissement ni contradictoire."""
    return cas((tlm_recuperation_ouverte, tlm_montant_en_cause), sinon=0)


# --- the other readings, each as a share and a verdict


@regle(entite="medecin", unite="actes", du="2024-06-22", normes=["C11A-03", "C11A-04"])
def tlm_denominateur_hors_champ(tlm_retenues, tlm_actes_total, tlm_teleconsultations_patientele_mt, tlm_teleexpertises):
    """Actes de l'année, sans ce qui sort du champ."""
    return coherent(tlm_actes_total - tlm_teleconsultations_patientele_mt - tlm_teleexpertises, tlm_retenues)


@regle_proposee(entite="medecin", unite="actes", du="2024-02-08", normes=["P3-29"])
def tlm_denominateur_hors_champ(tlm_retenues, tlm_actes_total, tlm_teleexpertises, tlm_telesurveillances):
    """Actes de l'année, sans ce qui sortirait du champ."""
    telesurveillances = a_defaut(tlm_telesurveillances, sinon=0)
    return coherent(tlm_actes_total - tlm_teleexpertises - telesurveillances, tlm_retenues)


@regle(entite="medecin", unite="nombre de milliardièmes", texte=(SIGNE, PROPOSE), du="2024-06-22")
def tlm_taux_hors_champ(tlm_retenues, tlm_denominateur_hors_champ):
    """Part des téléconsultations dans les actes du champ, en milliardièmes."""
    return part_de(tlm_retenues, tlm_denominateur_hors_champ)


@regle(entite="medecin", unite="booléen", texte=(SIGNE, PROPOSE), du="2024-06-22")
def tlm_depassement_hors_champ(tlm_sans_seuil, tlm_retenues, tlm_denominateur_hors_champ, tlm_seuil):
    """Dépassement, si ce qui sort du champ sort aussi du dénominateur."""
    return cas((tlm_sans_seuil, False), sinon=depasse(tlm_retenues, tlm_denominateur_hors_champ, tlm_seuil))


@regle(entite="medecin", unite="actes", du="2024-06-22", normes=["C11A-03"])
def tlm_denominateur_hors_patientele(tlm_retenues, tlm_actes_total, tlm_actes_patientele_mt):
    """Actes de l'année, sans ceux de la patientèle médecin traitant."""
    return coherent(tlm_actes_total - tlm_actes_patientele_mt, tlm_retenues)


@regle(entite="medecin", unite="nombre de milliardièmes", du="2024-06-22")
def tlm_taux_hors_patientele(tlm_retenues, tlm_denominateur_hors_patientele):
    """Part des téléconsultations dans les actes hors patientèle, en milliardièmes."""
    return part_de(tlm_retenues, tlm_denominateur_hors_patientele)


@regle(entite="medecin", unite="booléen", du="2024-06-22")
def tlm_depassement_hors_patientele(tlm_sans_seuil, tlm_retenues, tlm_denominateur_hors_patientele, tlm_seuil):
    """Dépassement, si toute la patientèle médecin traitant sort du dénominateur."""
    return cas((tlm_sans_seuil, False), sinon=depasse(tlm_retenues, tlm_denominateur_hors_patientele, tlm_seuil))


@regle(entite="medecin", unite="actes", du="2024-06-22", normes=["C11A-05"])
def tlm_retenues_sas(tlm_retenues, tlm_teleconsultations_sas_patientele_mt):
    """Téléconsultations comptées, celles du SAS toujours, même avec sa patientèle."""
    return tlm_retenues + tlm_teleconsultations_sas_patientele_mt


@regle(entite="medecin", unite="nombre de milliardièmes", du="2024-06-22")
def tlm_taux_sas(tlm_retenues_sas, tlm_actes_total):
    """Part des téléconsultations, celles du SAS toujours comptées, en milliardièmes."""
    return part_de(tlm_retenues_sas, tlm_actes_total)


@regle(entite="medecin", unite="booléen", du="2024-06-22")
def tlm_depassement_sas(tlm_sans_seuil, tlm_retenues_sas, tlm_actes_total, tlm_seuil):
    """Dépassement, si les téléconsultations du SAS comptent toujours."""
    return cas((tlm_sans_seuil, False), sinon=depasse(tlm_retenues_sas, tlm_actes_total, tlm_seuil))


@regle(entite="medecin", unite="%", du="2024-06-22")
def tlm_seuil_derogation(tlm_sans_seuil, specialite, bareme):
    """Part maximale que la presse donne au psychiatre sur dérogation locale."""
    return cas(
        (tlm_sans_seuil, None), (parmi(specialite, bareme.psychiatres), bareme.seuil_psychiatres_derogation), sinon=None
    )


@regle(entite="medecin", unite="booléen", du="2024-06-22")
def tlm_depassement_derogation(tlm_retenues, tlm_actes_total, tlm_seuil_derogation):
    """Dépassement du seuil que la presse donne au psychiatre sur dérogation locale."""
    return depasse(tlm_retenues, tlm_actes_total, tlm_seuil_derogation)


# --- téléexpertise


@regle_anterieure(entite="seance", unite="booléen")
def tlm_drom(territoire, bareme):
    """Le médecin exerce outre-mer."""
    return parmi(territoire, bareme.drom)


@regle_anterieure(entite="seance", unite="booléen", normes=["C11B-03"])
def tlm_te_rang_admis(tlm_rang_te, bareme):
    """Le nombre annuel de téléexpertises de ce médecin pour ce patient n'est pas dépassé."""
    return tlm_rang_te <= bareme.TE2_max


@regle_anterieure(entite="seance", unite="booléen", normes=["C11B-01"])
def tlm_te_dans_le_delai(tlm_jours_reponse, bareme):
    """Le médecin requis répond dans le délai."""
    return tlm_jours_reponse <= bareme.TE2_delai


@regle_anterieure(entite="seance", unite="EUR", normes=["C11B-02", "C11B-03", "P3-30"])
def tlm_te_montant(tlm_role_te, tlm_te_rang_admis, tlm_drom, bareme):
    """Téléexpertise : tarif du médecin requérant ou requis, sans dépassement."""
    return cas(
        (et(tlm_role_te == "requerant", tlm_drom), bareme.RQD_drom),
        (tlm_role_te == "requerant", bareme.RQD),
        (non(tlm_te_rang_admis), 0),
        (tlm_drom, bareme.TE2_drom),
        sinon=bareme.TE2,
    )


# --- conditions of a téléconsultation: unchanged by the convention of 2024, so written once


@regle_anterieure(entite="seance", unite="booléen", article="avenant 6, art. 28.6", au="2018-09-14")
def tlm_remboursee():
    """La téléconsultation n'est pas encore remboursée."""
    return False


@regle_anterieure(entite="seance", unite="booléen", article="avenant 6, art. 28.6", du="2018-09-15")
def tlm_remboursee():
    """La téléconsultation est remboursée."""
    return True


@regle_anterieure(entite="seance", unite="booléen", normes=["C11A-08"])
def tlm_sans_orientation(
    patient_naissance, date_acte, medecin_specialite, patient_sans_mt, tlm_urgence, tlm_mt_indisponible, tlm_detenu, tlm_ehpad, bareme
):  # fmt: skip
    """Aucune orientation n'est exigée : enfant, urgence, accès direct, médecin traitant absent, détenu, EHPAD."""
    return ou(
        ans_revolus(patient_naissance, date_acte) < bareme.age_sans_orientation,
        parmi(medecin_specialite, bareme.specialites_acces_direct),
        patient_sans_mt,
        tlm_mt_indisponible,
        tlm_urgence,
        tlm_detenu,
        tlm_ehpad,
    )


@regle_anterieure(entite="seance", unite="booléen", normes=["C11A-08"])
def tlm_parcours_respecte(parcours, patientele_mt, adressage, regulation, tlm_sans_orientation):
    """Le patient vient par son médecin traitant ou par le SAS, ou relève d'une exception au parcours de soins."""
    return cas(
        (present(parcours), parmi(parcours, ("coordonne", "acces-direct", "exception"))),
        sinon=ou(patientele_mt, adressage == "medecin-traitant", regulation == "sas", tlm_sans_orientation),
    )


@regle_anterieure(entite="seance", unite="booléen", au="2021-09-25")
def tlm_alternance_respectee():
    """L'alternance n'est pas encore exigée."""
    return True


@regle_anterieure(entite="seance", unite="booléen", du="2021-09-26", normes=["C11A-08"])
def tlm_alternance_respectee(regulation, tlm_alternance):
    """Les consultations en présence et à distance alternent, ou le SAS a orienté le patient."""
    return ou(regulation == "sas", tlm_alternance)


@regle_anterieure(entite="seance", unite="booléen", article="avenant 6, art. 28.6.1.1", au="2022-03-31")
def tlm_connaissance_prealable(tlm_presentiel_12_mois):
    """Le médecin a vu le patient en présence dans les 12 mois."""
    return tlm_presentiel_12_mois


@regle_anterieure(entite="seance", unite="booléen", du="2022-04-01", normes=["C11A-08"])
def tlm_connaissance_prealable():
    """La consultation en présence dans les 12 mois n'est plus exigée."""
    return True


@regle_anterieure(entite="seance", unite="booléen", normes=["C11A-08"])
def tlm_proximite_respectee(
    patientele_mt, regulation, tlm_proximite, tlm_zone_patient, tlm_sans_organisation, medecin_specialite, patient_sans_mt, bareme
):  # fmt: skip
    """Le médecin est proche du patient, ou le patient n'a pas d'offre proche en zone sous-dense, ou le SAS l'a orienté."""
    sans_offre = ou(tlm_sans_organisation, et(parmi(medecin_specialite, bareme.generalistes), patient_sans_mt))
    return ou(
        tlm_proximite,
        patientele_mt,
        regulation == "sas",
        et(parmi(tlm_zone_patient, bareme.zones_sans_proximite), sans_offre),
    )


@regle_anterieure(entite="seance", unite="booléen", article="CSS L. 162-14-1", au="2023-12-27")
def tlm_video_respectee():
    """La vidéotransmission n'est pas encore une condition de la loi."""
    return True


@regle_anterieure(entite="seance", unite="booléen", article="CSS L. 162-14-1", du="2023-12-28")
def tlm_video_respectee(tlm_video):
    """La téléconsultation se fait par vidéotransmission."""
    return tlm_video


@regle_anterieure(entite="seance", unite="booléen", normes=["C11A-08", "C11C-01"])
def tlm_prise_en_charge(
    tlm_remboursee, tlm_parcours_respecte, tlm_alternance_respectee, tlm_connaissance_prealable, tlm_proximite_respectee,
    tlm_video_respectee,
):  # fmt: skip
    """Téléconsultation prise en charge : toutes les conditions ensemble."""
    return et(
        tlm_remboursee, tlm_parcours_respecte, tlm_alternance_respectee, tlm_connaissance_prealable, tlm_proximite_respectee,
        tlm_video_respectee,
    )  # fmt: skip


@regle_anterieure(
    entite="seance", unite="booléen", article="règle légale rappelée par la proposition du 08/02/2024", normes=["P4-43"]
)
def tlm_arret_conforme(patientele_mt, tlm_jours_arret, bareme):
    """Arrêt de travail du médecin traitant, ou d'une durée permise en téléconsultation."""
    return ou(patientele_mt, tlm_jours_arret <= bareme.arret_max)


# --- conditions of the codes


@regle_anterieure(entite="seance", unite="booléen")
def tlm_en_teleconsultation(lieu):
    """L'acte est fait en téléconsultation."""
    return lieu == "teleconsultation"


@regle_anterieure(entite="seance", unite="booléen")
def tlm_generaliste(medecin_specialite, bareme):
    """Le médecin est généraliste."""
    return parmi(medecin_specialite, bareme.generalistes)


@regle_anterieure(entite="seance", unite="booléen")
def tlm_specialiste(medecin_specialite, bareme):
    """Le médecin est d'une autre spécialité que la médecine générale."""
    return non(parmi(medecin_specialite, bareme.generalistes))


@regle_anterieure(entite="seance", unite="booléen")
def tlm_tarif_plein(medecin_secteur, medecin_option, tarif_opposable):
    """Le médecin est en secteur 1 ou OPTAM, ou facture sans dépassement."""
    return ou(medecin_secteur == "1", parmi(medecin_option, ("optam", "optam-aco")), tarif_opposable)


@regle_anterieure(entite="seance", unite="booléen")
def tlm_base_s2(medecin_secteur, tlm_tarif_plein):
    """Le médecin est en secteur 2 sans option et facture un dépassement."""
    return et(medecin_secteur == "2", non(tlm_tarif_plein))


@regle_anterieure(entite="seance", unite="booléen")
def tlm_hors_cs(medecin_specialite, bareme):
    """La consultation de référence de la spécialité n'est pas la CS."""
    return parmi(medecin_specialite, bareme.hors_cs)


@regle_anterieure(entite="seance", unite="booléen")
def tlm_gynecologue(medecin_specialite, bareme):
    """Le médecin est gynécologue, de spécialité revalorisée."""
    return parmi(medecin_specialite, bareme.gynecologues)


@regle_anterieure(entite="seance", unite="booléen")
def tlm_geriatre(medecin_specialite, bareme):
    """Le médecin est gériatre."""
    return parmi(medecin_specialite, bareme.geriatres)


@regle_anterieure(entite="seance", unite="booléen")
def tlm_medecin_de_mpr(medecin_specialite, bareme):
    """Le médecin est de médecine physique et de réadaptation."""
    return parmi(medecin_specialite, bareme.medecins_de_mpr)


@regle_anterieure(entite="seance", unite="booléen")
def tlm_mayotte(territoire):
    """Le médecin exerce à Mayotte."""
    return territoire == "mayotte"


@regle_anterieure(entite="seance", unite="booléen")
def tlm_requis(motif):
    """La séance est une téléexpertise, pour le médecin requis."""
    return motif == "teleexpertise-requis"


@regle_anterieure(entite="seance", unite="booléen")
def tlm_requerant(motif):
    """La séance est une téléexpertise, pour le médecin requérant."""
    return motif == "teleexpertise-requerant"


@regle_anterieure(entite="seance", unite="booléen", normes=["C11B-03"])
def tlm_sans_depassement(tarif_opposable):
    """La téléexpertise est facturée sans dépassement."""
    return tarif_opposable


@regle_anterieure(entite="seance", unite="booléen", article="avenant 6 infirmiers")
def tlm_infirmier(medecin_specialite):
    """L'acte est celui d'un infirmier : aucun médecin ne le facture."""
    return medecin_specialite == "infirmier"
