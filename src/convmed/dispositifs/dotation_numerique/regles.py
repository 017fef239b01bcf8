"""Dotation numérique (DONUM, from 2026), forfait structure (until 2025), and the dotation proposed in February 2024.

Sources: convention of 4 June 2024, art. 28 and 29, annexes 8 and 9; circulaire of 31/07/2024, section 3.3 A.
"""

from convmed.dispositifs.dotation_numerique import entrees  # noqa: F401  the rules read the inputs that it declares
from convmed.dispositifs.dotation_numerique.moyennes import (
    moyenne_atteinte,
    points_si,
    somme_de,
    taux,
    taux_atteint,
    valeur_des_points,
)
from convmed.donnees.entites import REGISTRE
from convmed.moteur.noeuds import cas, et, present

ANTERIEUR, SIGNE, PROPOSE = "convention-2016", "convention-2024", "proposition-2024-02-08"

regle = REGISTRE.regle_de("dotation-numerique", SIGNE, "art. 28 et 29, annexe 8")
regle_fs = REGISTRE.regle_de("dotation-numerique", ANTERIEUR, "annexe 9 (forfait structure)")
regle_proposee = REGISTRE.regle_de("dotation-numerique", PROPOSE, "proposition du 08/02/2024, dotation numérique")


# --- which text pays


@regle_fs(entite="medecin", unite="texte", normes=["C3.3A-48"])
def numerique_regime():
    """Le forfait structure rémunère l'équipement et l'usage numériques."""
    return "forfait-structure"


@regle(entite="medecin", unite="texte", du="2026-01-01", normes=["C0-15", "C3.3-01", "C3.3A-01", "C3.3A-47", "C3.3A-48"])
def numerique_regime():
    """La dotation numérique rémunère l'équipement et l'usage numériques."""
    return "donum"


@regle_proposee(entite="medecin", unite="texte", du="2026-01-01", normes=["P2-56"])
def numerique_regime():
    """La dotation numérique proposée rémunère l'équipement et l'usage numériques."""
    return "proposition"


# --- DONUM: nine rates


@regle(entite="medecin", unite="nombre de billionièmes", du="2026-01-01", normes=["C3.3A-10", "C3.3A-39", "C3.3A-40"])
def donum_taux_dcmt(numerique_dcmt_dematerialises, numerique_dcmt_total, bareme):
    """Taux de déclarations de médecin traitant dématérialisées, en billionièmes."""
    return taux(numerique_dcmt_dematerialises, numerique_dcmt_total, bareme.seuil_de_neutralisation)


@regle(entite="medecin", unite="nombre de billionièmes", du="2026-01-01", normes=["C3.3A-12", "C3.3A-39", "C3.3A-40"])
def donum_taux_pse(numerique_pse_dematerialises, numerique_pse_total, bareme):
    """Taux de protocoles de soins électroniques, en billionièmes."""
    return taux(numerique_pse_dematerialises, numerique_pse_total, bareme.seuil_de_neutralisation)


@regle(entite="medecin", unite="nombre de billionièmes", du="2026-01-01", normes=["C3.3A-11", "C3.3A-39", "C3.3A-40"])
def donum_taux_fse(numerique_fse_dematerialises, numerique_fse_total, bareme):
    """Taux de télétransmission en feuilles de soins électroniques, en billionièmes."""
    return taux(numerique_fse_dematerialises, numerique_fse_total, bareme.seuil_de_neutralisation)


@regle(entite="medecin", unite="nombre de billionièmes", du="2026-01-01", normes=["C3.3A-13", "C3.3A-39", "C3.3A-40"])
def donum_taux_aat(numerique_aat_dematerialises, numerique_aat_total, bareme):
    """Taux d'avis d'arrêt de travail dématérialisés, en billionièmes."""
    return taux(numerique_aat_dematerialises, numerique_aat_total, bareme.seuil_de_neutralisation)


@regle(entite="medecin", unite="nombre de billionièmes", du="2026-01-01", normes=["C3.3A-17", "C3.3A-39", "C3.3A-40"])
def donum_taux_cm_atmp(numerique_cm_atmp_dematerialises, numerique_cm_atmp_total, bareme):
    """Taux de certificats AT-MP dématérialisés, en billionièmes."""
    return taux(numerique_cm_atmp_dematerialises, numerique_cm_atmp_total, bareme.seuil_de_neutralisation)


@regle(entite="medecin", unite="nombre de billionièmes", du="2026-01-01", normes=["C3.3A-19", "C3.3A-39", "C3.3A-40"])
def donum_taux_dsg(numerique_dsg_dematerialises, numerique_dsg_total, bareme):
    """Taux de déclarations simplifiées de grossesse en ligne, en billionièmes."""
    return taux(numerique_dsg_dematerialises, numerique_dsg_total, bareme.seuil_de_neutralisation)


@regle(entite="medecin", unite="nombre de billionièmes", du="2026-01-01", normes=["C3.3A-18", "C3.3A-39", "C3.3A-40"])
def donum_taux_spe(numerique_spe_dematerialises, numerique_spe_total, bareme):
    """Taux de prescriptions électroniques de transport, en billionièmes."""
    return taux(numerique_spe_dematerialises, numerique_spe_total, bareme.seuil_de_neutralisation)


@regle(entite="medecin", unite="nombre de billionièmes", du="2026-01-01", normes=["C3.3A-22", "C3.3A-39", "C3.3A-40"])
def donum_taux_dmp(numerique_dmp_dematerialises, numerique_dmp_total, bareme):
    """Taux d'alimentation du DMP, en billionièmes."""
    return taux(numerique_dmp_dematerialises, numerique_dmp_total, bareme.seuil_de_neutralisation)


@regle(entite="medecin", unite="nombre de billionièmes", du="2026-01-01", normes=["C3.3A-23", "C3.3A-39", "C3.3A-40"])
def donum_taux_ordonnance_numerique(
    numerique_ordonnance_numerique_dematerialises, numerique_ordonnance_numerique_total, bareme
):
    """Taux d'ordonnances numériques, en billionièmes."""
    return taux(
        numerique_ordonnance_numerique_dematerialises, numerique_ordonnance_numerique_total,
        bareme.seuil_de_neutralisation,
    )  # fmt: skip


# --- DONUM: five indicators


@regle(entite="medecin", unite="booléen", du="2026-01-01", normes=[
    "C3.3A-05", "C3.3A-06", "C3.3A-07", "C3.3A-08", "C3.3A-09", "C3.3A-26",
])  # fmt: skip
def donum_logiciel(
    numerique_logiciel_a_jour, numerique_segur, numerique_lap_has, numerique_sesam_vitale_avenants_au, bareme
):
    """Indicateur socle « logiciel » : les trois éléments, pour toutes les spécialités."""
    return cas(
        (present(numerique_logiciel_a_jour), numerique_logiciel_a_jour),
        sinon=et(
            numerique_segur,
            numerique_lap_has,
            present(numerique_sesam_vitale_avenants_au),
            numerique_sesam_vitale_avenants_au >= bareme.date_avenants_sesam_vitale,
        ),
    )


@regle(entite="medecin", unite="booléen", du="2026-01-01", normes=["C3.3A-14", "C3.3A-28", "C3.3A-29"])
def donum_teleservices_principaux(
    donum_taux_dcmt, numerique_dcmt_dematerialises, numerique_dcmt_total,
    donum_taux_pse, numerique_pse_dematerialises, numerique_pse_total,
    donum_taux_fse, numerique_fse_dematerialises, numerique_fse_total,
    donum_taux_aat, numerique_aat_dematerialises, numerique_aat_total,
    bareme,
):  # fmt: skip
    """Indicateur socle « téléservices principaux » : la moyenne des quatre taux atteint la cible."""
    return moyenne_atteinte(
        bareme.cible_teleservices_principaux,
        bareme.seuil_de_neutralisation,
        (donum_taux_dcmt, numerique_dcmt_dematerialises, numerique_dcmt_total),
        (donum_taux_pse, numerique_pse_dematerialises, numerique_pse_total),
        (donum_taux_fse, numerique_fse_dematerialises, numerique_fse_total),
        (donum_taux_aat, numerique_aat_dematerialises, numerique_aat_total),
    )


@regle(entite="medecin", unite="booléen", du="2026-01-01", normes=["C3.3A-16", "C3.3A-20", "C3.3A-30", "C3.3A-31"])
def donum_autres_teleservices(
    donum_taux_cm_atmp, numerique_cm_atmp_dematerialises, numerique_cm_atmp_total,
    donum_taux_dsg, numerique_dsg_dematerialises, numerique_dsg_total,
    donum_taux_spe, numerique_spe_dematerialises, numerique_spe_total,
    bareme,
):  # fmt: skip
    """Indicateur optionnel « autres téléservices » : la moyenne des trois taux atteint la cible."""
    return moyenne_atteinte(
        bareme.cible_autres_teleservices,
        bareme.seuil_de_neutralisation,
        (donum_taux_cm_atmp, numerique_cm_atmp_dematerialises, numerique_cm_atmp_total),
        (donum_taux_dsg, numerique_dsg_dematerialises, numerique_dsg_total),
        (donum_taux_spe, numerique_spe_dematerialises, numerique_spe_total),
    )


@regle(entite="medecin", unite="booléen", du="2026-01-01", normes=["C3.3A-21", "C3.3A-24", "C3.3A-33", "C3.3A-34"])
def donum_usage_numerique(
    donum_taux_dmp, numerique_dmp_dematerialises, numerique_dmp_total,
    donum_taux_ordonnance_numerique, numerique_ordonnance_numerique_dematerialises, numerique_ordonnance_numerique_total,
    bareme,
):  # fmt: skip
    """Indicateur optionnel « usage du numérique en santé » : la moyenne des deux taux atteint la cible."""
    return moyenne_atteinte(
        bareme.cible_usage_numerique,
        bareme.seuil_de_neutralisation,
        (donum_taux_dmp, numerique_dmp_dematerialises, numerique_dmp_total),
        (
            donum_taux_ordonnance_numerique,
            numerique_ordonnance_numerique_dematerialises,
            numerique_ordonnance_numerique_total,
        ),
    )


@regle(entite="medecin", unite="booléen", du="2026-01-01", normes=["C3.3A-25", "C3.3A-36", "C3.3A-37"])
def donum_appcv_messagerie(numerique_fse_appcv, numerique_messages_patients, bareme):
    """Indicateur optionnel « application carte Vitale et messagerie » : les deux usages, sans condition d'achat."""
    return et(
        numerique_fse_appcv >= bareme.minimum_fse_appcv,
        numerique_messages_patients >= bareme.minimum_messages_patients,
    )


# --- DONUM: points


@regle(entite="medecin", unite="booléen", du="2026-01-01", normes=["C3.3A-02", "C3.3A-03", "C3.3A-04"])
def donum_socle(donum_logiciel, donum_teleservices_principaux):
    """Les deux indicateurs socles sont atteints."""
    return et(donum_logiciel, donum_teleservices_principaux)


@regle(entite="medecin", unite="points", du="2026-01-01", normes=["C3.3A-03", "C3.3A-27"])
def donum_points_socle(donum_socle, bareme):
    """Points des deux indicateurs socles, ensemble."""
    return points_si(donum_socle, bareme.points_socle)


@regle(entite="medecin", unite="points", du="2026-01-01", normes=["C3.3A-04", "C3.3A-15", "C3.3A-32"])
def donum_points_autres_teleservices(donum_socle, donum_autres_teleservices, bareme):
    """Points des autres téléservices, si le socle est atteint."""
    return points_si(et(donum_socle, donum_autres_teleservices), bareme.points_autres_teleservices)


@regle(entite="medecin", unite="points", du="2026-01-01", normes=["C3.3A-04", "C3.3A-15", "C3.3A-35"])
def donum_points_usage_numerique(donum_socle, donum_usage_numerique, bareme):
    """Points de l'usage du numérique en santé, si le socle est atteint."""
    return points_si(et(donum_socle, donum_usage_numerique), bareme.points_usage_numerique)


@regle(entite="medecin", unite="points", du="2026-01-01", normes=["C3.3A-04", "C3.3A-15", "C3.3A-38"])
def donum_points_appcv_messagerie(donum_socle, donum_appcv_messagerie, bareme):
    """Points de l'application carte Vitale et de la messagerie, si le socle est atteint."""
    return points_si(et(donum_socle, donum_appcv_messagerie), bareme.points_appcv_messagerie)


@regle(entite="medecin", unite="points", du="2026-01-01", normes=["C3.3A-02", "C3.3A-43"])
def numerique_points(
    donum_points_socle, donum_points_autres_teleservices, donum_points_usage_numerique, donum_points_appcv_messagerie
):
    """Points de dotation numérique acquis."""
    return (
        donum_points_socle + donum_points_autres_teleservices
        + donum_points_usage_numerique + donum_points_appcv_messagerie
    )  # fmt: skip


@regle(entite="medecin", unite="points", du="2026-01-01", normes=["C3.3A-43"])
def numerique_points_max(bareme):
    """Points de dotation numérique possibles."""
    return (
        bareme.points_socle + bareme.points_autres_teleservices
        + bareme.points_usage_numerique + bareme.points_appcv_messagerie
    )  # fmt: skip


@regle(entite="medecin", unite="EUR/an", du="2026-01-01", normes=["C3.3A-42", "C3.3A-43"])
def numerique_montant(numerique_points, bareme):
    """Dotation numérique de l'année."""
    return valeur_des_points(numerique_points, bareme.valeur_du_point)


# --- forfait structure


@regle_fs(entite="medecin", unite="booléen", normes=["C3.3A-48"])
def fs_volet_1(
    fs_logiciel_segur_lap, fs_sesam_vitale, fs_horaires_annuaire, numerique_fse_dematerialises, numerique_fse_total, bareme
):
    """Volet 1 du forfait structure : tous les critères sont requis, et conditionnent le volet 2."""
    return et(
        fs_logiciel_segur_lap,
        fs_sesam_vitale,
        fs_horaires_annuaire,
        numerique_fse_total > 0,
        bareme.fs_fse_denominateur * numerique_fse_dematerialises >= bareme.fs_fse_numerateur * numerique_fse_total,
    )


@regle_fs(entite="medecin", unite="points", normes=["C3.3A-48"])
def fs_points_socle(fs_volet_1, bareme):
    """Points du volet 1 du forfait structure."""
    return points_si(fs_volet_1, bareme.fs_points_volet_1)


@regle_fs(entite="medecin", unite="points", normes=["C3.3A-48"])
def fs_points_usages(
    numerique_dmp_dematerialises, numerique_dmp_total, fs_mss_dematerialises, fs_mss_total,
    numerique_aat_dematerialises, numerique_aat_total, numerique_cm_atmp_dematerialises, numerique_cm_atmp_total,
    numerique_pse_dematerialises, numerique_pse_total, numerique_dcmt_dematerialises, numerique_dcmt_total,
    numerique_spe_dematerialises, numerique_spe_total, numerique_dsg_dematerialises, numerique_dsg_total,
    numerique_ordonnance_numerique_dematerialises, numerique_ordonnance_numerique_total, numerique_fse_appcv, bareme,
):  # fmt: skip
    """Volet 2 du forfait structure : points des téléservices et des usages mesurés."""
    lignes = (
        (numerique_dmp_dematerialises, numerique_dmp_total, bareme.fs_cible_dmp, bareme.fs_points_dmp),
        (fs_mss_dematerialises, fs_mss_total, bareme.fs_cible_mss, bareme.fs_points_mss),
        (numerique_aat_dematerialises, numerique_aat_total, bareme.fs_cible_aat, bareme.fs_points_aat),
        (numerique_cm_atmp_dematerialises, numerique_cm_atmp_total, bareme.fs_cible_cm_atmp, bareme.fs_points_cm_atmp),
        (numerique_pse_dematerialises, numerique_pse_total, bareme.fs_cible_pse, bareme.fs_points_pse),
        (numerique_dcmt_dematerialises, numerique_dcmt_total, bareme.fs_cible_dcmt, bareme.fs_points_dcmt),
        (numerique_spe_dematerialises, numerique_spe_total, bareme.fs_cible_spe, bareme.fs_points_spe),
        (numerique_dsg_dematerialises, numerique_dsg_total, bareme.fs_cible_dsg, bareme.fs_points_dsg),
        (
            numerique_ordonnance_numerique_dematerialises, numerique_ordonnance_numerique_total,
            bareme.fs_cible_ordonnance_numerique, bareme.fs_points_ordonnance_numerique,
        ),
    )  # fmt: skip
    return somme_de(
        points_si(taux_atteint(dematerialises, total, cible), points) for dematerialises, total, cible, points in lignes
    ) + points_si(numerique_fse_appcv >= bareme.fs_minimum_fse_appcv, bareme.fs_points_appcv)


@regle_fs(entite="medecin", unite="points", normes=["C3.3A-48", "P2-63"])
def fs_points_organisation(
    fs_coordination, fs_codage, fs_services_patients, fs_etudiants, fs_teleconsultation, fs_equipements_connectes, fs_sas,
    bareme,
):  # fmt: skip
    """Volet 2 du forfait structure : points de l'organisation du cabinet."""
    return (
        points_si(fs_coordination, bareme.fs_points_coordination)
        + points_si(fs_codage, bareme.fs_points_codage)
        + points_si(fs_services_patients, bareme.fs_points_services_patients)
        + points_si(fs_etudiants, bareme.fs_points_etudiants)
        + points_si(fs_teleconsultation, bareme.fs_points_teleconsultation)
        + points_si(fs_equipements_connectes, bareme.fs_points_equipements_connectes)
        + points_si(fs_sas, bareme.fs_points_sas)
    )


@regle_fs(entite="medecin", unite="points", normes=["C3.3A-48"])
def fs_points_volet_2(fs_volet_1, fs_points_usages, fs_points_organisation):
    """Points du volet 2 du forfait structure, si le volet 1 est atteint."""
    return points_si(fs_volet_1, fs_points_usages + fs_points_organisation)


@regle_fs(entite="medecin", unite="points", normes=["C3.3A-48"])
def numerique_points(fs_points_socle, fs_points_volet_2):
    """Points de forfait structure acquis."""
    return fs_points_socle + fs_points_volet_2


@regle_fs(entite="medecin", unite="points")
def numerique_points_max(bareme):
    """Points de forfait structure possibles."""
    return bareme.fs_points_max


@regle_fs(entite="medecin", unite="EUR/an", normes=["C3.3A-48"])
def numerique_montant(numerique_points, bareme):
    """Forfait structure de l'année."""
    return valeur_des_points(numerique_points, bareme.fs_valeur_du_point)


# --- the proposal of February 2024


@regle_proposee(entite="medecin", unite="booléen", du="2026-01-01", normes=["P2-57"])
def prop_logiciel(numerique_logiciel_a_jour, numerique_segur, numerique_lap_has, numerique_sesam_vitale_avenants_au):
    """Logiciel à jour, à la fois Ségur, LAP HAS et SESAM-Vitale certifiés."""
    return cas(
        (present(numerique_logiciel_a_jour), numerique_logiciel_a_jour),
        sinon=et(numerique_segur, numerique_lap_has, present(numerique_sesam_vitale_avenants_au)),
    )


@regle_proposee(entite="medecin", unite="points", du="2026-01-01", normes=["P2-56", "P2-57", "P2-58", "P2-59"])
def prop_points_volet_1(
    prop_logiciel, numerique_fse_dematerialises, numerique_fse_total, numerique_aat_dematerialises, numerique_aat_total,
    numerique_dcmt_dematerialises, numerique_dcmt_total, numerique_pse_dematerialises, numerique_pse_total, bareme,
):  # fmt: skip
    """Points proposés du volet 1 : logiciel, feuilles de soins et trois téléservices."""
    return points_si(
        et(
            prop_logiciel,
            taux_atteint(numerique_fse_dematerialises, numerique_fse_total, bareme.prop_cible_fse),
            taux_atteint(numerique_aat_dematerialises, numerique_aat_total, bareme.prop_cible_teleservices),
            taux_atteint(numerique_dcmt_dematerialises, numerique_dcmt_total, bareme.prop_cible_teleservices),
            taux_atteint(numerique_pse_dematerialises, numerique_pse_total, bareme.prop_cible_teleservices),
        ),
        bareme.prop_points_volet_1,
    )


@regle_proposee(entite="medecin", unite="points", du="2026-01-01", normes=["P2-60", "P2-61"])
def prop_points_volet_2(
    numerique_cm_atmp_dematerialises, numerique_cm_atmp_total, numerique_dsg_dematerialises, numerique_dsg_total,
    numerique_spe_dematerialises, numerique_spe_total, numerique_dmp_dematerialises, numerique_dmp_total,
    numerique_ordonnance_numerique_dematerialises, numerique_ordonnance_numerique_total,
    numerique_fse_appcv, numerique_messages_patients, bareme,
):  # fmt: skip
    """Points proposés du volet 2 : sept indicateurs d'un même nombre de points."""
    conditions = (
        taux_atteint(numerique_cm_atmp_dematerialises, numerique_cm_atmp_total, bareme.prop_cible_volet_2),
        taux_atteint(numerique_dsg_dematerialises, numerique_dsg_total, bareme.prop_cible_volet_2),
        taux_atteint(numerique_spe_dematerialises, numerique_spe_total, bareme.prop_cible_volet_2),
        numerique_fse_appcv >= bareme.prop_minimum_usage,
        taux_atteint(
            numerique_ordonnance_numerique_dematerialises, numerique_ordonnance_numerique_total, bareme.prop_cible_volet_2
        ),
        numerique_messages_patients >= bareme.prop_minimum_usage,
        taux_atteint(numerique_dmp_dematerialises, numerique_dmp_total, bareme.prop_cible_volet_2),
    )
    return somme_de(points_si(condition, bareme.prop_points_indicateur) for condition in conditions)


@regle_proposee(entite="medecin", unite="points", du="2026-01-01", normes=["P2-62"])
def numerique_points(prop_points_volet_1, prop_points_volet_2):
    """Points de dotation numérique proposée."""
    return prop_points_volet_1 + prop_points_volet_2


@regle_proposee(entite="medecin", unite="points", du="2026-01-01", normes=["P2-60", "P2-62"])
def numerique_points_max(bareme):
    """Points possibles de la dotation numérique proposée."""
    return bareme.prop_points_volet_1 + bareme.prop_indicateurs_volet_2 * bareme.prop_points_indicateur


@regle_proposee(entite="medecin", unite="EUR/an", du="2026-01-01", normes=["P2-62"])
def numerique_montant(numerique_points, bareme):
    """Dotation numérique proposée de l'année."""
    return valeur_des_points(numerique_points, bareme.prop_valeur_du_point)
