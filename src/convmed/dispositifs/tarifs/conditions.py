# ruff: noqa: F811
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-decorators=False
# mypy: disallow-untyped-calls=False, check-untyped-defs=False, disable-error-code="no-redef"
"""Conditions that many billing codes share: speciality, motif, sector and excess, place, age (entity `seance`).

Sources: NGAP; circulaire of 31/07/2024, section 10; ameli of 28/11/2024; the facts on tariffs, cited by figure.
"""

from convmed.donnees.entites import REGISTRE
from convmed.moteur.noeuds import ans_revolus, entre, et, non, ou, parmi

regle = REGISTRE.regle_de("tarifs", "convention-2016", "NGAP")
BOOLEEN = {"entite": "seance", "unite": "booléen"}


# --- the speciality: the lists are figures (CNAM codes)

# rule, figure that lists the codes, sentence, norms
SPECIALITES = (
    ("tarifs_generaliste", "generalistes", "Médecin généraliste", ()),
    ("tarifs_pediatre", "pediatres", "Pédiatre", ("P1-24", "P1-28")),
    ("tarifs_generaliste_ou_pediatre", "generalistes_et_pediatres", "Médecin généraliste ou pédiatre", ()),
    ("tarifs_psychiatre", "psychiatres", "Psychiatre", ()),
    ("tarifs_neurologue", "neurologues", "Neurologue", ()),
    ("tarifs_psychiatre_ou_neurologue", "psychiatres_et_neurologues", "Psychiatre ou neurologue", ()),
    ("tarifs_cardiologue", "cardiologues", "Cardiologue", ()),
    ("tarifs_dermatologue", "dermatologues", "Dermatologue", ()),
    ("tarifs_endocrinologue", "endocrinologues", "Endocrinologue", ("P1-48",)),
    ("tarifs_geriatre", "geriatres", "Gériatre", ("P1-42",)),
    ("tarifs_mpr", "mpr", "Médecin de médecine physique et de réadaptation", ()),
    ("tarifs_generaliste_ou_geriatre", "generalistes_et_geriatres", "Médecin généraliste ou gériatre", ()),
    ("tarifs_gynecologue_revalorise", "gynecologues_revalorises", "Gynécologue dont la consultation est revalorisée", ("P1-47",)),
    ("tarifs_chirurgien", "chirurgiens_et_assimiles", "Chirurgien, anesthésiste, obstétricien ou assimilé", ()),
)  # fmt: skip


def declarer_specialite(nom, figure, phrase, normes):
    """Register the rule that reads one list of specialities."""

    def condition(medecin_specialite, bareme):
        return parmi(medecin_specialite, getattr(bareme, figure))

    condition.__name__, condition.__doc__ = nom, phrase
    regle(**BOOLEEN, normes=normes)(condition)


for specialite in SPECIALITES:
    declarer_specialite(*specialite)


# --- what the encounter is for: one value of `motif` a special act

# rule, value of `motif`, article, sentence, norms
MOTIFS = (
    ("tarifs_motif_avis_ponctuel", "avis-ponctuel", "NGAP 18 B", "Avis ponctuel de consultant", ()),
    ("tarifs_motif_examen_certificat", "examen-obligatoire-certificat", "NGAP", "Examen obligatoire de l'enfant avec certificat", ("P1-23",)),
    ("tarifs_motif_examen", "examen-obligatoire", "NGAP", "Examen obligatoire de l'enfant, sans certificat", ("P1-24", "P1-25")),
    ("tarifs_motif_recours_pediatrique", "recours-pediatrique", "NGAP", "Consultation de recours du pédiatre", ("P1-31",)),
    ("tarifs_motif_deprescription", "deprescription", "art. 78-1", "Consultation de déprescription", ("T-14", "T-34")),
    ("tarifs_motif_apa", "dossier-apa", "art. 78-1", "Dossier d'allocation personnalisée d'autonomie", ()),
    ("tarifs_motif_mdph", "dossier-mdph", "NGAP", "Premier dossier MDPH", ()),
    ("tarifs_motif_visite_longue", "visite-longue", "NGAP 15.2.3", "Visite longue", ()),
    ("tarifs_motif_soins_palliatifs", "soins-palliatifs", "NGAP", "Visite de soins palliatifs", ()),
    ("tarifs_motif_inscription_ald", "inscription-mt-ald", "NGAP 18.2", "Inscription comme médecin traitant d'un patient en ALD", ()),
    ("tarifs_motif_contraception", "premiere-contraception", "NGAP", "Première consultation de contraception", ()),
    ("tarifs_motif_obesite", "obesite-enfant", "NGAP", "Suivi d'un enfant en obésité", ()),
    ("tarifs_motif_autisme", "suivi-autisme", "NGAP", "Suivi d'un enfant avec un trouble du spectre de l'autisme", ()),
    ("tarifs_motif_ase", "enfant-ase", "NGAP", "Suivi d'un enfant pris en charge par l'aide sociale à l'enfance", ()),
    ("tarifs_motif_neurodeveloppement", "reperage-neurodeveloppement", "NGAP", "Repérage d'un trouble du neurodéveloppement", ()),
    ("tarifs_motif_melanome", "depistage-melanome", "NGAP (dermatonet.com)", "Dépistage du mélanome", ()),
    ("tarifs_motif_annonce", "annonce-maladie-grave", "NGAP", "Annonce d'un cancer ou d'une maladie neurodégénérative", ()),
    ("tarifs_motif_vih", "vih", "NGAP", "Consultation pour le VIH", ()),
    ("tarifs_motif_complexe", "consultation-complexe", "NGAP", "Consultation complexe au sens de la NGAP", ()),
    ("tarifs_motif_tres_complexe", "consultation-tres-complexe", "NGAP", "Consultation très complexe au sens de la NGAP", ()),
    ("tarifs_motif_famille", "premiere-consultation-familiale", "NGAP 14.4.4", "Première consultation du psychiatre avec la famille", ("P1-40",)),
    ("tarifs_motif_synthese", "synthese-annuelle-familiale", "NGAP 14.4.4", "Synthèse annuelle du psychiatre avec la famille", ("P1-40",)),
    ("tarifs_motif_enfant_chronique", "enfant-pathologie-chronique-grave", "NGAP",
     "Suivi d'un enfant ayant une maladie chronique grave ou un handicap neuro-sensoriel sévère", ("P1-46",)),
    ("tarifs_motif_insuffisance_cardiaque", "sortie-insuffisance-cardiaque", "NGAP", "Sortie d'hospitalisation pour insuffisance cardiaque", ()),
    ("tarifs_motif_prevention", "rendez-vous-prevention", "arrêté du 28/05/2024", "Rendez-vous de prévention", ()),
)  # fmt: skip


def declarer_motif(nom, valeur, article, phrase, normes):
    """Register the rule that reads one value of `motif`."""

    def condition(motif):
        return motif == valeur

    condition.__name__, condition.__doc__ = nom, phrase
    regle(**BOOLEEN, article=article, normes=normes)(condition)


for motif_special in MOTIFS:
    declarer_motif(*motif_special)


@regle(**BOOLEEN, article="art. 78-1 ; NGAP")
def tarifs_motif_sortie(motif):
    """Séance de suite d'une sortie d'hospitalisation."""
    return parmi(motif, ("sortie-hospitalisation", "sortie-insuffisance-cardiaque"))


@regle(**BOOLEEN, texte="en-vigueur", du="2026-01-01")
def tarifs_motif_mdph(motif):
    """Premier dossier MDPH, ou demande d'APA."""
    return parmi(motif, ("dossier-mdph", "dossier-apa"))


# --- sector, option and excess


@regle(**BOOLEEN)
def tarifs_conventionne(medecin_secteur):
    """Médecin conventionné."""
    return medecin_secteur != "nc"


@regle(**BOOLEEN, article="CCAM, grilles de tarifs")
def tarifs_s1_ou_optam(medecin_secteur, medecin_option):
    """Médecin de secteur 1, ou adhérent à l'OPTAM ou à l'OPTAM-ACO."""
    return ou(medecin_secteur == "1", et(medecin_secteur == "2", parmi(medecin_option, ("optam", "optam-aco"))))


@regle(**BOOLEEN, article="NGAP 2 bis ; ameli 28/11/2024")
def tarifs_tarif_ouvert(tarifs_s1_ou_optam, medecin_secteur, tarif_opposable):
    """Secteur 1, OPTAM, ou secteur 2 à tarif opposable."""
    return ou(tarifs_s1_ou_optam, et(medecin_secteur == "2", tarif_opposable))


@regle(**BOOLEEN, article="ameli 28/11/2024 ; service-public F1069")
def tarifs_s2_avec_depassement(medecin_secteur, tarifs_s1_ou_optam, tarif_opposable):
    """Secteur 2 sans option tarifaire, avec dépassement."""
    return et(medecin_secteur == "2", non(tarifs_s1_ou_optam), non(tarif_opposable))


@regle(**BOOLEEN, normes=["C10-08"])
def tarifs_lettre_c(medecin_secteur):
    """Médecin conventionné : avant le 22/12/2024, C et V portent la consultation de tous les secteurs."""
    return medecin_secteur != "nc"


@regle(**BOOLEEN, article="ameli 28/11/2024", texte="convention-2024", du="2024-12-22", normes=["C10-08"])
def tarifs_lettre_c(tarifs_s2_avec_depassement):
    """Secteur 2 sans option tarifaire, avec dépassement : les autres facturent G ou VG."""
    return tarifs_s2_avec_depassement


@regle(**BOOLEEN)
def tarifs_opposable(tarif_opposable):
    """Acte à tarif opposable, sans dépassement."""
    return tarif_opposable


@regle(**BOOLEEN)
def tarifs_secteur_1(medecin_secteur):
    """Médecin de secteur 1."""
    return medecin_secteur == "1"


# --- the place


@regle(**BOOLEEN, normes=["P1-10"])
def tarifs_en_presence(lieu):
    """Acte en présence du patient, hors téléconsultation."""
    return lieu != "teleconsultation"


@regle(**BOOLEEN, normes=["P1-10"])
def tarifs_au_cabinet(lieu):
    """Acte au cabinet ou en établissement, ni visite ni téléconsultation."""
    return parmi(lieu, ("cabinet", "etablissement"))


@regle(**BOOLEEN)
def tarifs_a_domicile(lieu):
    """Visite au domicile du patient."""
    return lieu == "domicile"


@regle(**BOOLEEN)
def tarifs_en_drom(territoire, bareme):
    """Exercice dans un département ou une région d'outre-mer."""
    return parmi(territoire, bareme.territoires_drom)


@regle(**BOOLEEN)
def tarifs_a_mayotte(territoire):
    """Exercice à Mayotte."""
    return territoire == "mayotte"


@regle(**BOOLEEN, normes=["P3-49", "P3-51"])
def tarifs_aux_antilles(territoire):
    """Exercice en Guadeloupe ou en Martinique."""
    return parmi(territoire, ("guadeloupe", "martinique"))


@regle(**BOOLEEN, normes=["P3-50", "P3-52"])
def tarifs_guyane_reunion_mayotte(territoire):
    """Exercice en Guyane, à La Réunion ou à Mayotte."""
    return parmi(territoire, ("guyane", "reunion", "mayotte"))


# --- ages, in completed years on the day of the act


@regle(entite="seance", unite="ans")
def tarifs_age(patient_naissance, date_acte):
    """Âge du patient le jour de l'acte, en années révolues."""
    return ans_revolus(patient_naissance, date_acte)


@regle(**BOOLEEN, normes=["P1-24", "P1-28", "P1-33"])
def tarifs_moins_de_2_ans(tarifs_age, bareme):
    """Patient de moins de 2 ans."""
    return tarifs_age < bareme.age_2_ans


@regle(**BOOLEEN, normes=["P1-25", "P1-29"])
def tarifs_de_2_a_5_ans(tarifs_age, bareme):
    """Patient de 2 ans révolus à moins de 6 ans."""
    return entre(tarifs_age, bareme.age_2_ans, bareme.age_6_ans)


@regle(**BOOLEEN)
def tarifs_moins_de_6_ans(tarifs_age, bareme):
    """Patient de moins de 6 ans."""
    return tarifs_age < bareme.age_6_ans


@regle(**BOOLEEN, normes=["P1-26", "P1-30"])
def tarifs_6_ans_et_plus(tarifs_age, bareme):
    """Patient de 6 ans révolus ou plus."""
    return tarifs_age >= bareme.age_6_ans


@regle(**BOOLEEN)
def tarifs_cep_age(tarifs_age, bareme):
    """Patient de moins de 16 ans."""
    return tarifs_age < bareme.CEP_age


@regle(**BOOLEEN)
def tarifs_mp_age(tarifs_age, bareme):
    """Patient de moins de 25 ans."""
    return tarifs_age < bareme.MP_age


@regle(**BOOLEEN)
def tarifs_ccp_age(tarifs_age, bareme):
    """Patient de moins de 26 ans."""
    return tarifs_age < bareme.CCP_age


@regle(**BOOLEEN)
def tarifs_cso_age(tarifs_age, bareme):
    """Enfant de 3 à 12 ans."""
    return et(tarifs_age >= bareme.CSO_age_min, tarifs_age <= bareme.CSO_age_max)


@regle(**BOOLEEN, article="art. 78-1")
def tarifs_gl_age(tarifs_age, bareme):
    """Patient de 80 ans révolus ou plus."""
    return tarifs_age >= bareme.gl_age


@regle(**BOOLEEN)
def tarifs_mop_age(tarifs_age, bareme):
    """Patient de 80 ans révolus ou plus."""
    return tarifs_age >= bareme.MOP_age


@regle(**BOOLEEN, article="CSP L. 1411-6-2")
def tarifs_rdv_age(tarifs_age, bareme):
    """Patient de 18 à 25, 45 à 50, 60 à 65 ou 70 à 75 ans."""
    return parmi(tarifs_age, bareme.RDV_ages)


@regle(**BOOLEEN, article="CCAM")
def tarifs_cdrp_age(tarifs_age, bareme):
    """Enfant de moins de 3 ans."""
    return tarifs_age < bareme.CDRP002_age


@regle(**BOOLEEN, article="CCAM III-2")
def tarifs_modificateur_e_age(tarifs_age, bareme):
    """Enfant de moins de 5 ans."""
    return tarifs_age < bareme.E_age
