# ruff: noqa: F811
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-decorators=False
# mypy: disallow-untyped-calls=False, check-untyped-defs=False, disable-error-code="no-redef"
"""Who may sign, for which option, with which objective: the conditions of a contract and of its changes.

Sources: convention of 4 June 2024, art. 33 to 39, annexes 10 and 11; circulaire of 31/07/2024, 4.1, 4.3, 4.4, 4.8.
"""

from convmed.dispositifs.assistants_medicaux.regles import (
    ARTICLE,
    DEBUT_2024,
    NOM,
    PLUS_D_UN_ETP,
    PROPOSITION,
    SIGNE,
)
from convmed.donnees.entites import REGISTRE
from convmed.moteur.noeuds import ans_revolus, cas, decale, et, non, ou, parmi, present, vrai

REGISTRE.entree("medecin", "am_mep", "booleen", "Médecin à exercice particulier", nul_signifie="pas d'exercice particulier")
REGISTRE.entree("medecin", "am_part_ccam", "entier", "Part des honoraires CCAM dans les honoraires totaux", unite="%")
REGISTRE.entree(
    "medecin", "am_pmt_totale", "entier", "Patientèle médecin traitant", unite="patients", nul_signifie="donnée par âge"
)
REGISTRE.entree("medecin", "am_pmt_adultes", "entier", "Patientèle médecin traitant, adultes", unite="patients")
REGISTRE.entree("medecin", "am_pmt_enfants", "entier", "Patientèle médecin traitant, enfants", unite="patients")
REGISTRE.entree("medecin", "am_file_active", "entier", "File active", unite="patients")
REGISTRE.entree("medecin", "am_amenagement", "texte", "Aménagement du seuil d'entrée", nul_signifie="aucun aménagement")
REGISTRE.entree(
    "medecin", "am_secretaire_devient", "booleen", "Le secrétaire médical devient assistant",
    nul_signifie="aucun secrétaire devenu assistant",
)  # fmt: skip
REGISTRE.entree(
    "medecin", "am_depart_secretaire", "date", "Fin du contrat du secrétaire médical", nul_signifie="aucun départ"
)
REGISTRE.entree("medecin", "am_embauche", "date", "Embauche de l'assistant médical", nul_signifie="pas encore embauché")
REGISTRE.entree(
    "medecin", "am_secretariat_remplace", "booleen", "Secrétaire remplacé, ou autre organisation de secrétariat"
)
REGISTRE.entree(
    "medecin", "am_fin_precedent", "date", "Fin d'un contrat précédent, par résiliation ou terme", nul_signifie="aucun"
)
REGISTRE.entree(
    "medecin", "am_derogation", "booleen", "Circonstances exceptionnelles reconnues par la CPN", nul_signifie="aucune"
)
REGISTRE.entree("medecin", "am_contrat_en_cours", "booleen", "Autre contrat d'aide en cours", nul_signifie="aucun")
REGISTRE.entree("medecin", "am_date_demande", "date", "Date de signature demandée")
REGISTRE.entree("medecin", "am_option_actuelle", "texte", "Option du contrat en cours", nul_signifie="aucun contrat")
REGISTRE.entree("medecin", "am_objectifs_atteints", "booleen", "Tous les objectifs du contrat sont atteints")
REGISTRE.entree("medecin", "am_indicateur", "texte", "Indicateur (pmt ou fa)")
REGISTRE.entree("medecin", "am_initial", "entier", "Patientèle de départ de l'indicateur", unite="patients")
REGISTRE.entree("medecin", "am_gain_fourni", "entier", "Gain de patients notifié", unite="patients", nul_signifie="barème")
for rang in ("p30", "p50", "p90", "p95"):
    REGISTRE.entree(
        "medecin", f"am_{rang}_fourni", "entier", f"{rang.upper()} de la spécialité, fourni", unite="patients",
        nul_signifie="barème",
    )  # fmt: skip

regle = REGISTRE.regle_de(NOM, "convention-2016", ARTICLE)
regle_2024 = REGISTRE.regle_de(NOM, SIGNE, ARTICLE)
COMMUN = {"entite": "medecin", "unite": "booléen"}
EN_2024 = {**COMMUN, "du": DEBUT_2024}


def seuil(fourni, indicateur, generaliste, pmt, fa, autres):
    """Return a percentile: the one that was given, else the published one of the specialty."""
    return cas((present(fourni), fourni), (non(generaliste), autres), (indicateur == "pmt", pmt), sinon=fa)


# --- percentiles


@regle(**COMMUN, normes=["C4.3-03"])
def am_mg_hors_mep(specialite, am_mep, bareme):
    """Médecine générale, hors exercice particulier."""
    return et(parmi(specialite, bareme.specialites_generalistes), non(vrai(am_mep)))


@regle(entite="medecin", unite="patients", normes=["C4.1-05", "C4.1-07", "C4.1-08"])
def am_p30(am_p30_fourni, am_indicateur, am_mg_hors_mep, bareme):
    """P30 de la distribution nationale de la spécialité."""
    return seuil(am_p30_fourni, am_indicateur, am_mg_hors_mep, bareme.pmt_p30_mg, bareme.fa_p30_mg, bareme.p30_autres)


@regle(entite="medecin", unite="patients")
def am_p50(am_p50_fourni, am_indicateur, am_mg_hors_mep, bareme):
    """P50 de la distribution nationale de la spécialité."""
    return seuil(am_p50_fourni, am_indicateur, am_mg_hors_mep, bareme.pmt_p50_mg, bareme.fa_p50_mg, bareme.p50_autres)


@regle(entite="medecin", unite="patients")
def am_p90(am_p90_fourni, am_indicateur, am_mg_hors_mep, bareme):
    """P90 de la distribution nationale de la spécialité."""
    return seuil(am_p90_fourni, am_indicateur, am_mg_hors_mep, bareme.pmt_p90_mg, bareme.fa_p90_mg, bareme.p90_autres)


@regle(entite="medecin", unite="patients")
def am_p95(am_p95_fourni, am_indicateur, am_mg_hors_mep, bareme):
    """P95 de la distribution nationale de la spécialité."""
    return seuil(am_p95_fourni, am_indicateur, am_mg_hors_mep, bareme.pmt_p95_mg, bareme.fa_p95_mg, bareme.p95_autres)


# --- who may sign: each rule is true for those of whom it asks nothing


@regle_2024(**EN_2024, normes=["C4.1-01", "C4.1-03"])
def am_eligible_specialite(specialite, bareme):
    """Spécialité non exclue."""
    return non(parmi(specialite, bareme.specialites_exclues))


@regle_2024(**EN_2024, normes=["C4.1-02"])
def am_eligible_chirurgie(specialite, am_part_ccam, bareme):
    """Chirurgien : part d'honoraires CCAM sous le seuil."""
    return cas((parmi(specialite, bareme.specialites_chirurgicales), am_part_ccam < bareme.part_ccam_max), sinon=True)


@regle_2024(**EN_2024, normes=["C4.1-04"])
def am_eligible_secteur(secteur, option_tarifaire):
    """Secteur 1, ou secteur 2 avec OPTAM ou OPTAM-ACO."""
    return cas(
        (secteur == "1", True),
        (secteur == "2", parmi(option_tarifaire, ("optam", "optam-aco"))),
        sinon=False,
    )


@regle_2024(entite="medecin", unite="patients", du=DEBUT_2024, normes=["C4.1-05", "C4.1-06", "C4.1-07"])
def am_patientele_du_seuil(specialite, am_pmt_totale, am_pmt_adultes, am_pmt_enfants, am_file_active, bareme):
    """Patientèle comparée au P30 : médecin traitant, adultes et enfants, du généraliste ; file active ailleurs."""
    return cas(
        (non(parmi(specialite, bareme.specialites_generalistes)), am_file_active),
        (present(am_pmt_totale), am_pmt_totale),
        sinon=am_pmt_adultes + am_pmt_enfants,
    )


@regle_2024(**EN_2024, normes=["C4.1-05", "C4.1-07", "C4.1-08"])
def am_eligible_patientele(am_amenagement, am_patientele_du_seuil, am_p30, bareme):
    """Patientèle au moins égale au P30, hors aménagement du seuil."""
    return ou(
        et(present(am_amenagement), parmi(am_amenagement, bareme.amenagements)), am_patientele_du_seuil >= am_p30
    )


@regle_2024(**EN_2024, normes=["C4.1-09", "C4.1-10"])
def am_secretariat_a_remplacer(am_secretaire_devient, am_depart_secretaire, am_embauche, bareme):
    """Secrétaire à remplacer : devenu assistant, ou quitté près de l'embauche."""
    return ou(
        vrai(am_secretaire_devient),
        et(
            present(am_depart_secretaire),
            present(am_embauche),
            am_embauche <= decale(am_depart_secretaire, bareme.fenetre_secretaire),
            am_embauche >= decale(am_depart_secretaire, 0 - bareme.fenetre_secretaire),
        ),
    )


@regle_2024(**EN_2024, normes=["C4.1-09", "C4.1-10"])
def am_eligible_secretariat(am_secretariat_a_remplacer, am_secretariat_remplace):
    """Secrétariat remplacé, ou organisé autrement, s'il le faut."""
    return cas((am_secretariat_a_remplacer, am_secretariat_remplace), sinon=True)


@regle_2024(**EN_2024)
def am_eligible_unique(am_contrat_en_cours):
    """Aucun autre contrat en cours."""
    return non(vrai(am_contrat_en_cours))


@regle_2024(**EN_2024)
def am_eligible_option(am_option, am_date_demande, bareme):
    """Option ouverte aux nouveaux contrats."""
    return non(et(am_option == "1/3", am_date_demande >= bareme.tiers_fermeture))


@regle_2024(entite="medecin", unite="date", du=DEBUT_2024, normes=["C4.8-01", "C4.8-04"])
def am_fin_carence(am_fin_precedent, bareme):
    """Premier jour où un nouveau contrat peut être signé."""
    return decale(am_fin_precedent, bareme.carence)


@regle_2024(**EN_2024, normes=["C4.8-01", "C4.8-04", "C4.8-05"])
def am_eligible_carence(am_fin_precedent, am_derogation, am_date_demande, am_fin_carence):
    """Carence écoulée depuis le contrat précédent, ou levée."""
    return ou(non(present(am_fin_precedent)), vrai(am_derogation), am_date_demande >= am_fin_carence)


# --- more than one ETP


def pour_plus_d_un_etp(option, condition):
    """Return the condition for the options 1.5 and 2, true for the others."""
    return cas((parmi(option, PLUS_D_UN_ETP), condition), sinon=True)


@regle_2024(**EN_2024, normes=["C4.3-02"])
def am_supplement_zone(am_option, zone):
    """Plus d'un ETP : exercice en ZIP."""
    return pour_plus_d_un_etp(am_option, zone == "zip")


@regle_2024(**EN_2024, texte=PROPOSITION, normes=["P1-61"])
def am_supplement_zone():
    """Plus d'un ETP : aucune condition de zone dans la proposition."""
    return True


@regle_2024(**EN_2024, normes=["C4.3-03"])
def am_supplement_specialite(am_option, am_mg_hors_mep):
    """Plus d'un ETP : médecine générale, hors exercice particulier."""
    return pour_plus_d_un_etp(am_option, am_mg_hors_mep)


@regle_2024(**EN_2024, texte=PROPOSITION, normes=["P1-61"])
def am_supplement_specialite():
    """Plus d'un ETP : aucune condition de spécialité dans la proposition."""
    return True


@regle_2024(**EN_2024, texte=(SIGNE, PROPOSITION), normes=["C4.3-04", "P1-61", "S-26"])
def am_supplement_contrat(am_option, am_option_actuelle):
    """Plus d'un ETP : contrat en cours à 1 ETP."""
    return pour_plus_d_un_etp(am_option, et(present(am_option_actuelle), parmi(am_option_actuelle, ("1", *PLUS_D_UN_ETP))))


@regle_2024(**EN_2024, texte=(SIGNE, PROPOSITION), normes=["C4.3-05", "P1-61"])
def am_supplement_objectifs(am_option, am_objectifs_atteints):
    """Plus d'un ETP : tous les objectifs du contrat atteints."""
    return pour_plus_d_un_etp(am_option, am_objectifs_atteints)


@regle_2024(**EN_2024, normes=["C4.3-06"])
def am_supplement_annee(am_option, am_annee_contrat, bareme):
    """Plus d'un ETP : à partir de la troisième année du contrat."""
    return pour_plus_d_un_etp(am_option, am_annee_contrat >= bareme.supplement_annee)


@regle_2024(**EN_2024, texte=PROPOSITION, normes=["P1-61"])
def am_supplement_annee():
    """Plus d'un ETP : aucune condition d'année dans la proposition."""
    return True


# --- the objective of one indicator


@regle(entite="medecin", unite="texte", normes=["C4.4-05", "C4.4-06", "C4.4-07"])
def am_tranche(am_initial, am_p30, am_p50, am_p95):
    """Tranche de la patientèle de départ."""
    return cas(
        (am_initial < am_p30, "sous-p30"),
        (am_initial < am_p50, "p30-p50"),
        (am_initial < am_p95, "p50-p95"),
        sinon="p95+",
    )


@regle(entite="medecin", unite="texte")
def am_classe_de_depart(am_initial, am_p90, am_p95):
    """Classe de montant de la patientèle de départ."""
    return cas((am_initial < am_p90, "p30-p90"), (am_initial < am_p95, "p90-p94"), sinon="p95+")


@regle(
    entite="medecin", unite="texte",
    normes=["C4.4-01", "C4.4-04", "C4.4-05", "C4.4-06", "C4.4-07", "C4.4-09", "C4.3-15", "C4.3-16"],
)  # fmt: skip
def am_regle_objectif(am_senior, am_tranche, am_option):
    """Manière de fixer l'objectif."""
    return cas(
        (am_senior, "maintien"),
        (am_tranche == "sous-p30", "sous-le-seuil"),
        (am_tranche == "p30-p50", "fixe"),
        (am_tranche == "p50-p95", "individualise"),
        (parmi(am_option, PLUS_D_UN_ETP), "augmentation-fixe"),
        sinon="maintien",
    )


@regle(entite="medecin", unite="%", normes=["C4.4-08", "C4.4-10"])
def am_tolerance_objectif(am_senior, am_regle_objectif, bareme):
    """Baisse tolérée par l'objectif."""
    return cas((am_senior, bareme.tolerance_senior), (am_regle_objectif == "maintien", bareme.tolerance_p95), sinon=0)


@regle(entite="medecin", unite="patients", normes=["C4.4-01", "C4.4-04", "C4.4-05", "C4.4-06", "C4.3-15", "C4.3-16"])
def am_gain(am_regle_objectif, am_gain_fourni, bareme):
    """Patients à gagner : ceux de la notification, sinon ceux de l'annexe 10."""
    return cas(
        (am_regle_objectif == "maintien", 0),
        (present(am_gain_fourni), am_gain_fourni),
        (am_regle_objectif == "individualise", bareme.gain_p50_p95),
        (am_regle_objectif == "augmentation-fixe", bareme.gain_p95),
        sinon=bareme.gain_p30_p50,
    )


@regle(entite="medecin", unite="patients", normes=["C4.4-01", "C4.4-04"])
def am_objectif(am_initial, am_gain):
    """Objectif : patientèle de départ et patients à gagner."""
    return am_initial + am_gain


@regle_2024(entite="medecin", unite="texte", du=DEBUT_2024, normes=["C4.4-12", "C4.4-13", "C4.4-14", "C4.9-03"])
def am_ni_declencheur(am_initial, am_p30, am_p50, am_date_signature, date_observation, bareme):
    """Nouvel installé : ce qui déclenche le nouvel objectif."""
    return cas(
        (am_initial >= am_p50, "p50"),
        (et(am_initial >= am_p30, ans_revolus(am_date_signature, date_observation) >= bareme.ni_duree), "trois-ans"),
        sinon="aucun",
    )


@regle_2024(entite="medecin", unite="texte", du=DEBUT_2024, texte=PROPOSITION, normes=["P1-64", "P1-65"])
def am_ni_declencheur(am_initial, am_p50):
    """Nouvel installé, proposition : le P50 seul déclenche le nouvel objectif."""
    return cas((am_initial >= am_p50, "p50"), sinon="aucun")
