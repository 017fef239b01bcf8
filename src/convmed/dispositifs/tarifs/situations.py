"""Situations that `cumuls.csv` names: after a colon, what a code is billed in; in `si`, what opens a row.

The first line of each rule says what is then true. The table also names rules of `regles.py` (`tarifs_...`) and of
`remboursement.py` (`beneficiaire_c2s`, `beneficiaire_ame`, `participation_due`, `hors_parcours`).
Sources: NGAP and CCAM, the articles that the rows of the table cite.
"""

from convmed.donnees.entites import REGISTRE
from convmed.moteur.noeuds import ans_revolus, et, non, ou, parmi, present, vrai

# The machine fills these from the codes billed together; supplements (YYYY490) are not acts.
REGISTRE.entree("seance", "nombre_actes_ccam", "entier", "Actes CCAM de la séance, hors suppléments", "actes")
REGISTRE.entree("seance", "nombre_modificateurs", "entier", "Modificateurs CCAM de la séance", "modificateurs")
REGISTRE.entree("seance", "acte_ngap_present", "booleen", "Consultation, visite ou téléconsultation dans la séance")
REGISTRE.entree("seance", "snp_ou_mrt_presente", "booleen", "SNP ou MRT facturée dans la séance")

REGISTRE.entree(
    "seance", "depassement_sur_l_acte_seul", "booleen", "Dépassement porté par le seul acte CCAM",
    nul_signifie="dépassement sur toute la séance",
)  # fmt: skip
REGISTRE.entree("seance", "avance_de_frais_demandee", "booleen", "Avance des frais demandée au patient")
REGISTRE.entree("seance", "rdv_besoin_identifie", "booleen", "Besoin de soins identifié pendant le rendez-vous de prévention")
REGISTRE.entree("seance", "rdv_acte_hors_liste", "booleen", "Acte que l'arrêté du 28/05/2024 n'admet pas avec le RDV")

regle = REGISTRE.regle_de("tarifs", "convention-2016", "NGAP")


# --- which codes are billed together


@regle(entite="seance", unite="booléen", article="CCAM III-3 A")
def sans_acte_ngap(acte_ngap_present):
    """Ni consultation, ni visite, ni téléconsultation dans la séance."""
    return non(acte_ngap_present)


@regle(entite="seance", unite="booléen", article="CCAM III-3 A")
def avec_acte_ngap(acte_ngap_present):
    """Consultation, visite ou téléconsultation dans la séance."""
    return acte_ngap_present


@regle(entite="seance", unite="booléen", article="CCAM III-3 A")
def sans_acte_ccam(nombre_actes_ccam):
    """Aucun acte CCAM dans la séance."""
    return nombre_actes_ccam == 0


@regle(entite="seance", unite="booléen", article="CCAM III-3 A 3°")
def un_seul_acte_ccam(nombre_actes_ccam):
    """Un seul acte CCAM dans la séance."""
    return nombre_actes_ccam == 1


@regle(entite="seance", unite="booléen", article="CCAM III-3 B")
def plus_de_deux_actes_ccam(nombre_actes_ccam, bareme):
    """Plus d'actes CCAM que la règle d'association n'en admet dans une séance."""
    return nombre_actes_ccam > bareme.actes_ccam_max


@regle(entite="seance", unite="booléen", article="CCAM I-9")
def plus_de_quatre_modificateurs(nombre_modificateurs, bareme):
    """Plus de modificateurs que la CCAM n'en admet sur un acte."""
    return nombre_modificateurs > bareme.modificateurs_max


@regle(entite="seance", unite="booléen", article="art. 49 à 52")
def sans_snp_ni_mrt(snp_ou_mrt_presente):
    """Ni SNP ni MRT dans la séance."""
    return non(snp_ou_mrt_presente)


@regle(entite="seance", unite="booléen", article="arrêté du 28/05/2024")
def acte_hors_liste_du_rendez_vous_de_prevention(rdv_acte_hors_liste):
    """Acte que l'arrêté n'admet pas avec le rendez-vous de prévention."""
    return rdv_acte_hors_liste


@regle(entite="seance", unite="booléen", article="arrêté du 28/05/2024")
def besoin_identifie_pendant_l_entretien(rdv_besoin_identifie):
    """Besoin de soins identifié pendant le rendez-vous de prévention."""
    return rdv_besoin_identifie


# --- at which price


@regle(entite="seance", unite="booléen")
def depassement(tarif_opposable):
    """Dépassement facturé."""
    return non(tarif_opposable)


@regle(entite="seance", unite="booléen", article="annexe 22")
def consultation_avec_depassement(tarif_opposable, depassement_sur_l_acte_seul):
    """Dépassement facturé sur la consultation."""
    return et(non(tarif_opposable), non(vrai(depassement_sur_l_acte_seul)))


@regle(entite="seance", unite="booléen", article="annexe 22")
def depassement_sur_l_acte_ccam(tarif_opposable, depassement_sur_l_acte_seul):
    """Dépassement facturé sur le seul acte CCAM."""
    return et(non(tarif_opposable), present(depassement_sur_l_acte_seul), depassement_sur_l_acte_seul)


@regle(entite="seance", unite="booléen", article="CASF L. 251-1 et suivants")
def avance_de_frais(avance_de_frais_demandee):
    """Avance des frais demandée au patient."""
    return avance_de_frais_demandee


# --- for whom


@regle(entite="seance", unite="booléen", article="CSS L. 162-5-3")
def moins_de_16_ans(tarifs_age, bareme):
    """Patient trop jeune pour la majoration hors parcours (moins de 16 ans)."""
    return tarifs_age < bareme.age_hors_parcours


@regle(entite="seance", unite="booléen", article="NGAP 2 bis")
def moins_de_16_ans_sans_medecin_traitant(tarifs_age, patient_sans_mt, bareme):
    """Patient de moins de 16 ans, sans médecin traitant."""
    return et(tarifs_age < bareme.age_hors_parcours, patient_sans_mt)


@regle(entite="seance", unite="booléen", article="NGAP 2 bis")
def plus_de_16_ans_hors_residence(tarifs_age, patient_hors_residence, bareme):
    """Patient de 16 ans ou plus, éloigné de sa résidence habituelle."""
    return et(tarifs_age >= bareme.age_hors_parcours, patient_hors_residence)


@regle(entite="seance", unite="booléen", article="CSS L. 160-15 et R. 160-20")
def mineur_au_1er_janvier(patient_naissance, premier_janvier, bareme):
    """Patient mineur au 1er janvier de l'année."""
    return ans_revolus(patient_naissance, premier_janvier) < bareme.age_participation_forfaitaire


@regle(entite="seance", unite="booléen", article="CSS L. 160-13 II")
def patient_hospitalise(hospitalise):
    """Patient hospitalisé le jour de l'acte."""
    return hospitalise


# --- for what


@regle(entite="seance", unite="booléen", article="NGAP 14 et 22-4", normes=["C6B2-04"])
def soin_non_urgent(urgence_vitale):
    """Soin non urgent au sens de la CCAM."""
    return non(urgence_vitale)


@regle(entite="seance", unite="booléen", article="CSS D. 162-1-6")
def permanence_des_soins(regulation):
    """Patient adressé par la régulation de la permanence des soins."""
    return regulation == "pdsa"


@regle(entite="seance", unite="booléen", article="CCAM III-3 A 1°")
def radiographie_pulmonaire(motif):
    """Radiographie pulmonaire pendant la séance."""
    return motif == "radiographie-pulmonaire"


@regle(entite="seance", unite="booléen", article="CCAM III-3 A 4°")
def osteodensitometrie_deux_sites(motif):
    """Ostéodensitométrie sur deux sites pendant la séance."""
    return motif == "osteodensitometrie-deux-sites"


@regle(entite="seance", unite="booléen", article="art. 83 et annexe 22")
def colposcopie(motif):
    """Colposcopie pendant la séance."""
    return motif == "colposcopie"


@regle(entite="seance", unite="booléen", article="CCAM III-3 A 2°")
def premiere_consultation_en_etablissement(lieu, motif):
    """Première consultation du patient, en établissement."""
    return et(lieu == "etablissement", motif == "premiere-consultation-en-etablissement")


@regle(entite="seance", unite="booléen", article="CCAM III-3 A 2°")
def intervention_urgente_immediate(urgence_vitale):
    """Intervention urgente, aussitôt après la consultation."""
    return urgence_vitale


@regle(entite="seance", unite="booléen", article="NGAP 18 B")
def consultation_apres_bilan_d_un_tiers(motif):
    """Consultation qui suit l'avis, après le bilan fait par un tiers."""
    return motif == "consultation-apres-bilan-d-un-tiers"


@regle(entite="seance", unite="booléen", article="avenant 6 à la convention des infirmiers")
def acte_infirmier_de_la_meme_seance(motif):
    """Soins infirmiers donnés pendant la même séance."""
    return motif == "soins-infirmiers"


# --- by whom


@regle(entite="seance", unite="booléen", article="NGAP 14.1.3")
def acte_de_sage_femme(medecin_specialite, bareme):
    """Acte d'une sage-femme."""
    return parmi(medecin_specialite, bareme.sages_femmes)


@regle(entite="seance", unite="booléen", article="CSS L. 162-5-10")
def hors_convention(medecin_secteur):
    """Médecin hors convention : ses actes sont remboursés au tarif d'autorité."""
    return medecin_secteur == "nc"


@regle(entite="seance", unite="booléen", article="CCAM III-3 A 1°")
def pneumologue(medecin_specialite, bareme):
    """Le médecin est pneumologue."""
    return parmi(medecin_specialite, bareme.pneumologues)


@regle(entite="seance", unite="booléen", article="CCAM III-3 A 4° ; art. 83 et annexe 22")
def rhumatologue_ou_mpr(medecin_specialite, tarifs_mpr, bareme):
    """Le médecin est rhumatologue, ou spécialiste de médecine physique et de réadaptation."""
    return ou(tarifs_mpr, parmi(medecin_specialite, bareme.rhumatologues))


@regle(entite="seance", unite="booléen", article="art. 83 et annexe 22")
def gynecologue(medecin_specialite, bareme):
    """Le médecin est gynécologue."""
    return parmi(medecin_specialite, bareme.gynecologues)


@regle(entite="seance", unite="booléen", article="art. 83 et annexe 22")
def gynecologue_ou_generaliste(gynecologue, tarifs_generaliste):
    """Le médecin est gynécologue ou généraliste."""
    return ou(gynecologue, tarifs_generaliste)
