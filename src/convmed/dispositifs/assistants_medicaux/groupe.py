# ruff: noqa: F811
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-decorators=False
# mypy: disallow-untyped-calls=False, check-untyped-defs=False, disable-error-code="no-redef"
"""The collective aid of 2026, known from the press alone: one contract for a company of general practitioners."""

from convmed.dispositifs.assistants_medicaux.regles import NOM
from convmed.donnees.entites import REGISTRE
from convmed.moteur.noeuds import arrondi_demi_superieur, au_moins, cas, parmi
from convmed.textes import EN_VIGUEUR

REGISTRE.entree("medecin", "amc_forme", "texte", "Forme de la société signataire")
REGISTRE.entree("medecin", "amc_medecins", "entier", "Médecins adhérents", unite="nombre")
REGISTRE.entree("medecin", "amc_juniors", "entier", "Médecins qui accueillent un docteur junior", unite="nombre")
REGISTRE.entree("medecin", "amc_demi_etp", "entier", "Demi-ETP d'assistant demandés", unite="demi-ETP")
REGISTRE.entree("medecin", "amc_pmt_du_groupe", "entier", "Patientèle médecin traitant du groupe", unite="patients")
REGISTRE.entree("medecin", "amc_pmt_deja_gagnee", "entier", "PMT déjà gagnée par d'anciens contrats", unite="patients")
REGISTRE.entree("medecin", "amc_fa_deja_gagnee", "entier", "File active déjà gagnée par d'anciens contrats", unite="patients")

regle = REGISTRE.regle_de(NOM, EN_VIGUEUR, "aide collective de 2026 (décision de la CPN, lue dans la presse)")
DEBUT, JUNIORS = "2026-02-25", "2026-11-01"
DEMIS_PAR_ETP = 2


@regle(entite="medecin", unite="booléen", du=DEBUT)
def amc_forme_admise(amc_forme, bareme):
    """Société civile ou SISA, jamais une société d'exercice libéral."""
    return parmi(amc_forme, bareme.collectif_formes)


@regle(entite="medecin", unite="booléen", du=DEBUT)
def amc_seuil_atteint(amc_pmt_du_groupe, amc_medecins, bareme):
    """Patientèle moyenne du groupe au moins égale au seuil."""
    return amc_pmt_du_groupe >= bareme.collectif_seuil * amc_medecins


@regle(entite="medecin", unite="demi-ETP", du=DEBUT, au="2026-10-31")
def amc_plafond(amc_medecins):
    """Demi-ETP au plus : un ETP par médecin adhérent."""
    return amc_medecins * DEMIS_PAR_ETP


@regle(entite="medecin", unite="demi-ETP", du=JUNIORS)
def amc_plafond(amc_medecins, amc_juniors, bareme):
    """Demi-ETP au plus : un ETP par médecin adhérent, et le supplément des docteurs juniors."""
    return amc_medecins * DEMIS_PAR_ETP + amc_juniors * bareme.collectif_junior


@regle(entite="medecin", unite="booléen", du=DEBUT)
def amc_plafond_respecte(amc_demi_etp, amc_plafond):
    """ETP demandés sous le plafond."""
    return amc_demi_etp <= amc_plafond


@regle(entite="medecin", unite="EUR/an", du=DEBUT)
def amc_aide_maximale(amc_demi_etp, am_annee_contrat, bareme):
    """Aide collective de l'année du contrat, pour les ETP demandés."""
    par_etp = cas(
        (am_annee_contrat == 1, bareme.collectif_an1),
        (am_annee_contrat == 2, bareme.collectif_an2),
        sinon=bareme.collectif_an3,
    )
    return arrondi_demi_superieur(par_etp * amc_demi_etp, DEMIS_PAR_ETP)


@regle(entite="medecin", unite="patients", du=DEBUT)
def amc_gain_pmt(amc_demi_etp, amc_pmt_deja_gagnee, bareme):
    """Patients du médecin traitant à gagner par le groupe."""
    return au_moins(arrondi_demi_superieur(bareme.collectif_gain_pmt * amc_demi_etp, DEMIS_PAR_ETP) - amc_pmt_deja_gagnee, 0)


@regle(entite="medecin", unite="patients", du=DEBUT)
def amc_gain_fa(amc_demi_etp, amc_fa_deja_gagnee, bareme):
    """Patients de la file active à gagner par le groupe."""
    return au_moins(arrondi_demi_superieur(bareme.collectif_gain_fa * amc_demi_etp, DEMIS_PAR_ETP) - amc_fa_deja_gagnee, 0)


@regle(entite="medecin", unite="EUR/an", du=DEBUT)
def amc_montant(amc_aide_maximale, am_part_numerateur, am_part_denominateur):
    """Aide collective due pour l'année du contrat."""
    return arrondi_demi_superieur(amc_aide_maximale * am_part_numerateur, am_part_denominateur)
