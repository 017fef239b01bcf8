"""One year of an individual contract: the most that it may pay, what the observation keeps of it, and its payments.

The figures and the versions of the rules are read on the day when the contract year opens: that alone is the passage
of running contracts to the amounts of 2024. Sources: convention of 4 June 2024, art. 33 to 39, annexes 10 and 11;
circulaire of 31/07/2024, section 4; convention of 2016, 9-1 to 9-5 (avenant 7) for what came before.
"""

from convmed.donnees.entites import REGISTRE
from convmed.moteur.noeuds import arrondi_demi_superieur, cas, et, non, ou, parmi, part, present, vrai

NOM = "assistants-medicaux"
SIGNE, PROPOSITION = "convention-2024", "proposition-2024-02-08"
DEBUT_2024 = "2024-06-22"
ENTIER = 10_000  # 100 %, in the engine's scale of rates
PLUS_D_UN_ETP = ("1.5", "2")

REGISTRE.entree("medecin", "am_option", "texte", "Option du contrat (ETP d'assistant médical)")
REGISTRE.entree("medecin", "am_annee_contrat", "entier", "Année du contrat", unite="nombre")
REGISTRE.entree("medecin", "am_classe", "texte", "Classe de la patientèle de départ")
REGISTRE.entree(
    "medecin", "am_date_signature", "date", "Date de signature du contrat", nul_signifie="date de signature non fournie"
)
REGISTRE.entree("medecin", "am_age", "entier", "Âge du médecin", unite="ans", nul_signifie="âge de l'objectif allégé non atteint")
REGISTRE.entree(
    "medecin", "am_ni_annee_pleine", "booleen", "Année qui suit l'avenant d'un nouvel installé", nul_signifie="pas d'avenant"
)
REGISTRE.entree("medecin", "am_pmt_initial", "entier", "Patientèle médecin traitant de départ", unite="patients")
REGISTRE.entree("medecin", "am_pmt_objectif", "entier", "Objectif de patientèle médecin traitant", unite="patients")
REGISTRE.entree("medecin", "am_pmt_observe", "entier", "Patientèle médecin traitant observée", unite="patients")
REGISTRE.entree("medecin", "am_fa_initial", "entier", "File active de départ", unite="patients")
REGISTRE.entree("medecin", "am_fa_objectif", "entier", "Objectif de file active", unite="patients")
REGISTRE.entree("medecin", "am_fa_observe", "entier", "File active observée", unite="patients")

ARTICLE = "art. 33 à 39, annexes 10 et 11"
regle = REGISTRE.regle_de(NOM, "convention-2016", f"{ARTICLE} (convention 2016 : 9-1 à 9-5)")
regle_2024 = REGISTRE.regle_de(NOM, SIGNE, ARTICLE)


def selon_l_annee(classe, annee, premiere, deuxieme, suivantes, p90, p95):
    """Return the line of a table of the text: fixed from P95 on, by year below, raised from P90 in the third year."""
    return cas(
        (classe == "p95+", p95),
        (annee == 1, premiere),
        (annee == 2, deuxieme),
        (classe == "p90-p94", p90),
        sinon=suivantes,
    )


# --- the most that the year may pay


@regle(entite="medecin", unite="texte")
def am_situation(am_option):
    """Option ouverte ou non, avant 2024 : pas plus d'un ETP."""
    return cas((parmi(am_option, PLUS_D_UN_ETP), "option-inexistante"), sinon="ouverte")


@regle(entite="medecin", unite="texte", texte="reglement-arbitral-2023")
def am_situation(am_option, am_date_signature, bareme):
    """Option ouverte ou non : le tiers d'ETP se ferme aux nouveaux contrats."""
    return cas(
        (parmi(am_option, PLUS_D_UN_ETP), "option-inexistante"),
        (et(am_option == "1/3", present(am_date_signature), am_date_signature >= bareme.tiers_fermeture), "option-fermee"),
        sinon="ouverte",
    )


@regle_2024(
    entite="medecin", unite="texte", texte=(SIGNE, PROPOSITION), du=DEBUT_2024, normes=["C4.2-19", "C4.3-01", "C4.3-06", "S-26"]
)
def am_situation(am_option, am_annee_contrat, am_date_signature, bareme):
    """Option ouverte ou non : plus d'un ETP à partir de la troisième année."""
    return cas(
        (et(parmi(am_option, PLUS_D_UN_ETP), am_annee_contrat < bareme.supplement_annee), "annee-fermee"),
        (et(am_option == "1/3", present(am_date_signature), am_date_signature >= bareme.tiers_fermeture), "option-fermee"),
        sinon="ouverte",
    )


@regle(entite="medecin", unite="EUR/an", normes=["C4.2-20", "C4.2-21", "C4.2-22", "C4.2-23"])
def am_aide_tiers(am_classe, am_annee_contrat, bareme):
    """Aide maximale, option 1/3 ETP."""
    return selon_l_annee(
        am_classe, am_annee_contrat, bareme.tiers_an1, bareme.tiers_an2, bareme.tiers_an3, bareme.tiers_p90, bareme.tiers_p95
    )


@regle(
    entite="medecin",
    unite="EUR/an",
    normes=["C4.2-06", "C4.2-08", "C4.2-10", "C4.2-14", "C4.2-16", "P1-68", "P1-69", "P1-71", "P1-73", "P1-75", "P1-77"],
)
def am_aide_demi(am_classe, am_annee_contrat, bareme):
    """Aide maximale, option 1/2 ETP."""
    return selon_l_annee(
        am_classe, am_annee_contrat, bareme.demi_an1, bareme.demi_an2, bareme.demi_an3, bareme.demi_p90, bareme.demi_p95
    )


@regle(
    entite="medecin",
    unite="EUR/an",
    normes=["C4.2-07", "C4.2-09", "C4.2-11", "C4.2-15", "C4.2-17", "P1-70", "P1-72", "P1-74", "P1-76", "P1-78"],
)
def am_aide_un(am_classe, am_annee_contrat, bareme):
    """Aide maximale, option 1 ETP."""
    return selon_l_annee(
        am_classe, am_annee_contrat, bareme.un_an1, bareme.un_an2, bareme.un_an3, bareme.un_p90, bareme.un_p95
    )


@regle(entite="medecin", unite="EUR/an", normes=["C4.3-07", "C4.3-08", "C4.3-09", "C4.3-10", "C4.3-11", "C4.3-12", "C4.3-13"])
def am_aide_plus_d_un(am_option, am_classe, bareme):
    """Aide maximale, options 1,5 et 2 ETP."""
    return cas(
        (et(am_option == "1.5", am_classe == "p95+"), bareme.un_et_demi_p95),
        (et(am_option == "1.5", am_classe == "p90-p94"), bareme.un_et_demi_p90),
        (am_option == "1.5", bareme.un_et_demi_an3),
        (am_classe == "p95+", bareme.deux_p95),
        (am_classe == "p90-p94", bareme.deux_p90),
        sinon=bareme.deux_an3,
    )


@regle(entite="medecin", unite="EUR/an", normes=["C4.2-02", "C4.2-03", "C4.2-04", "C4.8-16"])
def am_aide_maximale(am_situation, am_option, am_aide_tiers, am_aide_demi, am_aide_un, am_aide_plus_d_un):
    """Aide maximale de l'année du contrat, au barème du jour où elle s'ouvre."""
    return cas(
        (am_situation != "ouverte", 0),
        (am_option == "1/3", am_aide_tiers),
        (am_option == "1/2", am_aide_demi),
        (am_option == "1", am_aide_un),
        sinon=am_aide_plus_d_un,
    )


# --- what is asked: an increase, or to keep the patients of the start


@regle(entite="medecin", unite="booléen")
def am_senior():
    """Objectif allégé par l'âge : aucun avant la convention de 2024."""
    return False


@regle_2024(entite="medecin", unite="booléen", texte=(SIGNE, PROPOSITION), du=DEBUT_2024, normes=["C4.4-09", "P1-62"])
def am_senior(am_age, bareme):
    """Objectif allégé par l'âge."""
    return et(present(am_age), am_age >= bareme.age_maintien)


@regle(entite="medecin", unite="booléen", normes=["C4.4-07", "C4.4-09", "C4.3-15"])
def am_maintien(am_senior, am_classe, am_option):
    """Objectif de maintien : âge, ou patientèle au moins égale au P95 sans plus d'un ETP."""
    return ou(am_senior, et(am_classe == "p95+", non(parmi(am_option, PLUS_D_UN_ETP))))


@regle(entite="medecin", unite="%", normes=["C4.4-08", "C4.4-10"])
def am_tolerance(am_senior, am_maintien, bareme):
    """Baisse tolérée sans perte d'aide."""
    return cas((am_senior, bareme.tolerance_senior), (am_maintien, bareme.tolerance_p95), sinon=0)


@regle(entite="medecin", unite="booléen", normes=["C4.4-02", "C4.4-03"])
def am_deux_indicateurs(specialite, bareme):
    """Généralistes et pédiatres : patientèle médecin traitant et file active (ailleurs, file active seule)."""
    return parmi(specialite, bareme.specialites_pmt_fa)


# --- the check of the engagements


def en_baisse(observe, initial, tolerance):
    """Return true if the count fell below the start by more than what is tolerated."""
    return cas((observe >= initial, False), sinon=observe * ENTIER < initial * (ENTIER - tolerance))


@regle(entite="medecin", unite="booléen", normes=["C4.5-09", "C4.4-08", "C4.4-10"])
def am_pmt_baisse(am_pmt_observe, am_pmt_initial, am_tolerance):
    """Patientèle médecin traitant en baisse par rapport au départ."""
    return en_baisse(am_pmt_observe, am_pmt_initial, am_tolerance)


@regle(entite="medecin", unite="booléen", normes=["C4.5-09", "C4.4-08", "C4.4-10"])
def am_fa_baisse(am_fa_observe, am_fa_initial, am_tolerance):
    """File active en baisse par rapport au départ."""
    return en_baisse(am_fa_observe, am_fa_initial, am_tolerance)


@regle(entite="medecin", unite="booléen")
def am_pmt_atteint(am_maintien, am_pmt_baisse, am_pmt_observe, am_pmt_objectif):
    """Objectif de patientèle médecin traitant atteint."""
    return cas((am_maintien, non(am_pmt_baisse)), sinon=am_pmt_observe >= am_pmt_objectif)


@regle(entite="medecin", unite="booléen")
def am_fa_atteint(am_maintien, am_fa_baisse, am_fa_observe, am_fa_objectif):
    """Objectif de file active atteint."""
    return cas((am_maintien, non(am_fa_baisse)), sinon=am_fa_observe >= am_fa_objectif)


@regle(entite="medecin", unite="booléen", normes=["C4.5-06", "C4.5-07", "C4.5-08", "C4.5-12"])
def am_baisse(am_deux_indicateurs, am_pmt_baisse, am_fa_baisse):
    """Un indicateur au moins est en baisse."""
    return cas((am_deux_indicateurs, ou(am_pmt_baisse, am_fa_baisse)), sinon=am_fa_baisse)


@regle(entite="medecin", unite="booléen", normes=["C4.5-02", "C4.5-03", "C4.5-04", "C4.5-10"])
def am_atteint(am_deux_indicateurs, am_pmt_atteint, am_fa_atteint):
    """Un objectif au moins est atteint."""
    return cas((am_deux_indicateurs, ou(am_pmt_atteint, am_fa_atteint)), sinon=am_fa_atteint)


@regle(entite="medecin", unite="booléen")
def am_integral(am_annee_contrat, bareme):
    """Aide entière quels que soient les objectifs : les premières années."""
    return am_annee_contrat <= bareme.annees_integrales


@regle_2024(
    entite="medecin", unite="booléen", texte=(SIGNE, PROPOSITION), du=DEBUT_2024,
    normes=["C4.2-12", "C4.2-24", "C4.4-15", "C4.4-16", "P1-64"],
)  # fmt: skip
def am_integral(am_annee_contrat, am_ni_annee_pleine, bareme):
    """Aide entière quels que soient les objectifs : les premières années, et celle qui suit l'avenant d'un nouvel installé."""
    return ou(am_annee_contrat <= bareme.annees_integrales, vrai(am_ni_annee_pleine))


@regle(
    entite="medecin", unite="texte",
    normes=["C4.2-13", "C4.2-18", "C4.2-25", "C4.3-14", "C4.5-01", "C4.5-05", "C4.5-11", "C4.4-11"],
)  # fmt: skip
def am_verification(am_situation, am_integral, am_baisse, am_atteint):
    """Résultat de la vérification de l'année."""
    return cas(
        (am_situation != "ouverte", "sans-objet"),
        (am_integral, "integral"),
        (am_baisse, "baisse"),
        (am_atteint, "atteint"),
        sinon="prorata",
    )


@regle(entite="medecin", unite="texte", normes=["C4.5-05"])
def am_retenu(
    am_deux_indicateurs, am_senior, am_pmt_observe, am_pmt_initial, am_pmt_objectif, am_fa_observe, am_fa_initial, am_fa_objectif
):
    """Indicateur du prorata : le meilleur des deux taux ; au maintien par l'âge, la plus forte baisse."""
    meilleur = (am_pmt_observe - am_pmt_initial) * (am_fa_objectif - am_fa_initial) >= (am_fa_observe - am_fa_initial) * (
        am_pmt_objectif - am_pmt_initial
    )
    plus_forte_baisse = am_pmt_observe * am_fa_initial <= am_fa_observe * am_pmt_initial
    return cas(
        (non(am_deux_indicateurs), "fa"),
        (am_senior, cas((plus_forte_baisse, "pmt"), sinon="fa")),
        (meilleur, "pmt"),
        sinon="fa",
    )


@regle(entite="medecin", unite="patients", normes=["C4.5-05", "C4.5-11", "C4.4-11"])
def am_part_numerateur(
    am_verification, am_senior, am_retenu, am_pmt_observe, am_pmt_initial, am_fa_observe, am_fa_initial
):
    """Part de l'aide, numérateur : patients gagnés, ou gardés au maintien par l'âge."""
    return cas(
        (parmi(am_verification, ("integral", "atteint")), 1),
        (
            am_verification == "prorata",
            cas((am_retenu == "pmt", am_pmt_observe - am_pmt_initial), sinon=am_fa_observe - am_fa_initial),
        ),
        (et(am_verification == "baisse", am_senior), cas((am_retenu == "pmt", am_pmt_observe), sinon=am_fa_observe)),
        sinon=0,
    )


@regle(entite="medecin", unite="patients", normes=["C4.5-05", "C4.5-11", "C4.4-11"])
def am_part_denominateur(
    am_verification, am_senior, am_retenu, am_pmt_objectif, am_pmt_initial, am_fa_objectif, am_fa_initial
):
    """Part de l'aide, dénominateur : patients à gagner, ou de départ au maintien par l'âge."""
    return cas(
        (
            am_verification == "prorata",
            cas((am_retenu == "pmt", am_pmt_objectif - am_pmt_initial), sinon=am_fa_objectif - am_fa_initial),
        ),
        (et(am_verification == "baisse", am_senior), cas((am_retenu == "pmt", am_pmt_initial), sinon=am_fa_initial)),
        sinon=1,
    )


# --- what is paid


@regle(entite="medecin", unite="EUR/an", normes=["C4-01", "C4.2-13", "C4.2-18", "C4.2-25", "C4.3-14", "C4.6-07"])
def am_montant(am_aide_maximale, am_part_numerateur, am_part_denominateur):
    """Aide due pour l'année du contrat."""
    return arrondi_demi_superieur(am_aide_maximale * am_part_numerateur, am_part_denominateur)


@regle(entite="medecin", unite="EUR/an", normes=["C4.2-26", "C4.6-01", "C4.6-02", "C4.6-03", "C4.6-04"])
def am_acompte(am_aide_maximale, am_option, am_annee_contrat, bareme):
    """Premier versement de l'année du contrat."""
    return cas(
        (am_option == "1/3", part(am_aide_maximale, bareme.acompte_tiers)),
        (am_annee_contrat <= bareme.annees_integrales, am_aide_maximale),
        sinon=part(am_aide_maximale, bareme.acompte),
    )


@regle(entite="medecin", unite="EUR/an", normes=["C4.2-26", "C4.6-05", "C4.6-07"])
def am_solde(am_montant, am_acompte):
    """Second versement de l'année du contrat, jamais négatif."""
    return cas((am_montant > am_acompte, am_montant - am_acompte), sinon=0)


@regle(entite="medecin", unite="EUR/an")
def am_trop_percu(am_montant, am_acompte):
    """Acompte qui dépasse l'aide due : aucun texte ne dit s'il est repris."""
    return cas((am_montant < am_acompte, am_acompte - am_montant), sinon=0)
