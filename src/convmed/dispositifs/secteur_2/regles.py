"""Accès au secteur 2: the title, its specialty, the first installation, the month to ask.

Sources: convention of 4 June 2024, art. 12 to 15-3; circulaire of 31/07/2024, section 2 B; convention of 2016, art. 38.
"""

from convmed.donnees.entites import REGISTRE
from convmed.moteur.noeuds import a_defaut, ans_revolus, cas, decale, et, non, ou, parmi, present

REGISTRE.entree("medecin", "sd_titre", "texte", "Titre hospitalier")
REGISTRE.entree("medecin", "sd_quotite", "entier", "Quotité d'exercice du PH", "%")
REGISTRE.entree("medecin", "sd_titre_permanent", "booleen", "PH nommé à titre permanent")
REGISTRE.entree(
    "medecin",
    "sd_annees_ph",
    "entier",
    "Années révolues en qualité de PH",
    "ans",
    nul_signifie="comptées de la nomination",
)
REGISTRE.entree("medecin", "sd_date_nomination_ph", "date", "Nomination en qualité de PH")
REGISTRE.entree(
    "medecin", "sd_lieu_titre", "texte", "Lieu d'acquisition du titre", nul_signifie="établissement public de santé"
)
REGISTRE.entree(
    "medecin", "sd_affectation_publique", "booleen", "Affecté en ESPIC par l'autorité publique hospitalière"
)
REGISTRE.entree("medecin", "sd_specialite_titre", "texte", "Spécialité du titre")
REGISTRE.entree("medecin", "sd_specialite_inscription", "texte", "Spécialité d'inscription à l'Ordre")
REGISTRE.entree("medecin", "sd_exercice_anterieur", "texte", "Exercice libéral antérieur")
REGISTRE.entree("medecin", "sd_specialite_nouvellement_creee", "booleen", "Spécialité nouvellement créée (nouveau DES)")
REGISTRE.entree(
    "medecin", "sd_nouveau_diplome", "booleen", "Nouveau diplôme ou qualification ordinale dans cette spécialité"
)
REGISTRE.entree(
    "medecin", "sd_titre_lien_direct", "booleen", "Titre antérieur en lien direct avec la nouvelle spécialité"
)
REGISTRE.entree("medecin", "sd_date_demande_installation", "date", "Demande d'installation")
REGISTRE.entree(
    "medecin", "sd_date_demande_secteur_2", "date", "Demande de secteur 2", nul_signifie="pas encore déposée"
)
REGISTRE.entree("medecin", "sd_date_fin_clinicat", "date", "Fin du clinicat")

ANCIEN, SIGNE, EFFET = "convention-2016", "convention-2024", "2024-06-22"
CLINICAT, CHANGEMENT, DIRECTE, EQUIVALENCE = "ccu-mg-clinicat", "changement-de-specialite", "directe", "equivalence"
regle_2016 = REGISTRE.regle_de("secteur-2", ANCIEN, "convention 2016, art. 38.1.1 et 38.1.2")
regle_2024 = REGISTRE.regle_de("secteur-2", SIGNE, "art. 12 à 15-3")


# --- the title


@regle_2024(entite="medecin", unite="texte", du=EFFET)
@regle_2016(entite="medecin", unite="texte")
def sd_lieu(sd_lieu_titre):
    """Lieu d'acquisition du titre, un établissement public s'il n'est pas dit."""
    return a_defaut(sd_lieu_titre, sinon="etablissement-public")


@regle_2024(entite="medecin", unite="texte", du=EFFET, normes=["C2B-02", "C2B-03", "C2B-10", "C2B-11"])
@regle_2016(entite="medecin", unite="texte")
def sd_procedure(sd_titre, sd_lieu, sd_affectation_publique, bareme):
    """Procédure que suit le titre : accès direct, ou équivalence."""
    return cas(
        (non(parmi(sd_titre, bareme.titres)), EQUIVALENCE),
        (parmi(sd_lieu, bareme.lieux_directs), DIRECTE),
        (et(sd_lieu == "espic", sd_affectation_publique), bareme.procedure_espic),
        sinon=EQUIVALENCE,
    )


@regle_2024(entite="medecin", unite="date", du=EFFET)
def sd_date_reference(sd_date_demande_secteur_2, sd_depart):
    """Date à laquelle l'ancienneté s'apprécie : la demande, ou ce qui fait courir son délai."""
    return a_defaut(sd_date_demande_secteur_2, sinon=sd_depart)


@regle_2024(entite="medecin", unite="ans", du=EFFET, normes=["C2B-08"])
def sd_anciennete(sd_annees_ph, sd_date_nomination_ph, sd_date_reference):
    """Années révolues en qualité de PH."""
    return a_defaut(sd_annees_ph, sinon=ans_revolus(sd_date_nomination_ph, sd_date_reference))


@regle_2024(entite="medecin", unite="booléen", du=EFFET, normes=["C2B-07", "C2B-08", "C2B-09"])
def sd_titre_acquis(sd_titre, sd_quotite, sd_titre_permanent, sd_anciennete, bareme):
    """Titre acquis : pour un PH, selon sa quotité, sa nomination et son ancienneté."""
    return cas(
        (sd_titre != "ph", True),
        (sd_quotite == bareme.quotite_pleine, sd_titre_permanent),
        (sd_quotite > bareme.quotite_max, False),
        (sd_quotite < bareme.quotite_min, False),
        sinon=sd_anciennete >= bareme.anciennete_ph,
    )


@regle_2024(entite="medecin", unite="booléen", du=EFFET, normes=["C2B-15", "C2B-16", "C2B-19", "C2B-20", "C2B-21"])
def sd_specialite_conforme(
    sd_specialite_titre,
    sd_specialite_inscription,
    sd_exercice_anterieur,
    sd_specialite_nouvellement_creee,
    sd_nouveau_diplome,
    sd_titre_lien_direct,
):
    """Titre de la spécialité d'inscription, ou en lien direct avec une spécialité nouvellement créée."""
    return cas(
        (sd_specialite_titre == sd_specialite_inscription, True),
        (et(sd_exercice_anterieur != CHANGEMENT, non(present(sd_specialite_nouvellement_creee))), False),
        sinon=et(sd_specialite_nouvellement_creee, sd_nouveau_diplome, sd_titre_lien_direct),
    )


# --- the first installation


@regle_2024(
    entite="medecin", unite="booléen", du=EFFET,
    normes=["C2B-17", "C2B-18", "C2B-20", "C2B-21", "C2B-22", "C2B-23", "C2B-24"],
)  # fmt: skip
def sd_premiere_installation(sd_exercice_anterieur, sd_specialite_nouvellement_creee, sd_nouveau_diplome, bareme):
    """Première installation libérale, hors les exercices que la liste ne compte pas."""
    return cas(
        (sd_exercice_anterieur == "aucun", True),
        (non(parmi(sd_exercice_anterieur, bareme.exceptions)), False),
        (sd_exercice_anterieur == CHANGEMENT, et(sd_specialite_nouvellement_creee, sd_nouveau_diplome)),
        sinon=True,
    )


# --- the request


@regle_2024(entite="medecin", unite="date", du=EFFET, normes=["C2B-13", "C2B-25"])
def sd_depart(sd_exercice_anterieur, sd_date_fin_clinicat, sd_date_demande_installation):
    """Ce qui fait courir le délai : la demande d'installation, ou la fin du clinicat."""
    return cas((sd_exercice_anterieur == CLINICAT, sd_date_fin_clinicat), sinon=sd_date_demande_installation)


@regle_2024(entite="medecin", unite="date", du=EFFET, normes=["C2B-13", "C2B-25"])
def sd_date_limite(sd_exercice_anterieur, sd_depart, bareme):
    """Dernier jour pour demander le secteur 2."""
    return cas(
        (sd_exercice_anterieur == CLINICAT, decale(sd_depart, bareme.delai_clinicat)),
        sinon=decale(sd_depart, bareme.delai_demande),
    )


@regle_2024(entite="medecin", unite="booléen", du=EFFET, normes=["C2B-13", "C2B-14", "C2B-25", "C2B-26"])
def sd_dans_le_delai(sd_date_demande_secteur_2, sd_date_limite):
    """Demande déposée dans le délai (rien à dire tant qu'elle ne l'est pas)."""
    return sd_date_demande_secteur_2 <= sd_date_limite


@regle_2024(entite="medecin", unite="booléen", du=EFFET, normes=["C2B-14"])
def sd_forclos(sd_date_demande_secteur_2, sd_dans_le_delai, sd_exercice_anterieur):
    """Demande hors délai, sans la souplesse du clinicat."""
    return et(present(sd_date_demande_secteur_2), non(sd_dans_le_delai), sd_exercice_anterieur != CLINICAT)


@regle_2024(entite="medecin", unite="booléen", du=EFFET, normes=["C2B-14", "C2B-16", "C2B-17"])
def sd_refus(sd_premiere_installation, sd_forclos, sd_procedure, sd_titre_acquis, sd_specialite_conforme):
    """Refus certain du secteur 2."""
    return ou(
        non(sd_premiere_installation),
        sd_forclos,
        et(sd_procedure == DIRECTE, ou(non(sd_titre_acquis), non(sd_specialite_conforme))),
    )


@regle_2024(entite="medecin", unite="booléen", du=EFFET, normes=["C2B-01", "C2B-03", "C2B-14", "C2B-26"])
def sd_droit(sd_refus, sd_procedure, sd_date_demande_secteur_2, sd_dans_le_delai):
    """Droit au secteur 2 (ni oui ni non : équivalence, demande à déposer, ou tardive après un clinicat)."""
    return cas(
        (sd_refus, False),
        (sd_procedure == EQUIVALENCE, None),
        (non(present(sd_date_demande_secteur_2)), None),
        (sd_dans_le_delai, True),
        sinon=None,
    )
