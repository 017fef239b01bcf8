"""Soins bucco-dentaires: which doctors may bill them, what each party pays, what bounds the fees.

Sources: convention of 4 June 2024, art. 43 to 48-2 and annexe 16; circulaire of 31/07/2024, section 14.3.
"""

from convmed.donnees.entites import REGISTRE
from convmed.moteur.noeuds import a_defaut, au_moins, cas, et, non, parmi, part, present

ACTE_PAR_CODE = "acte désigné par son code"

REGISTRE.entree("medecin", "bd_diplome_chirurgien_dentiste", "booleen", "Diplôme, certificat ou titre de chirurgien-dentiste")
REGISTRE.entree("medecin", "bd_inscrit_ordre_medecins", "booleen", "Inscription à l'ordre des médecins")
REGISTRE.entree("seance", "bd_acte", "texte", "Genre de l'acte dentaire", nul_signifie=ACTE_PAR_CODE)
REGISTRE.entree("seance", "bd_code", "texte", "chirurgie-dentaire ou chirurgie-orale-exception (ou le code de l'acte)")
REGISTRE.entree("seance", "bd_panier", "texte", "base, c2s ou 100-sante")
REGISTRE.entree("seance", "bd_opposable", "booleen", "Acte dentaire à tarif opposable")
REGISTRE.entree(
    "seance", "bd_pris_en_charge", "booleen", "Acte pris en charge par l'assurance maladie",
    nul_signifie="supposé pris en charge",
)  # fmt: skip
REGISTRE.entree("seance", "bd_base_remboursement", "entier", "Base de remboursement de l'acte", "EUR")
REGISTRE.entree("seance", "bd_honoraires", "entier", "Honoraires de l'acte", "EUR", nul_signifie="honoraires non fournis")
REGISTRE.entree("seance", "bd_plafond_c2s", "entier", "Montant maximum C2S de l'acte", "EUR", nul_signifie="non fourni")
REGISTRE.entree("seance", "bd_honoraire_limite", "entier", "Honoraire limite 100 % santé de l'acte", "EUR", nul_signifie="non fourni")

regle = REGISTRE.regle_de("bucco-dentaire", "convention-2024", "art. 43 à 48-2 ; annexe 16")


# --- who may


@regle(entite="medecin", unite="booléen", normes=["C14.3-01", "C14.3-02", "C14.3-03", "C14.3-08"])
def bd_eligible(bd_diplome_chirurgien_dentiste, bd_inscrit_ordre_medecins, specialite, bareme):
    """Médecin habilité à pratiquer la médecine bucco-dentaire : diplôme, ordre et spécialité, les trois."""
    return et(bd_diplome_chirurgien_dentiste, bd_inscrit_ordre_medecins, parmi(specialite, bareme.specialites))


# --- what bounds the fees


@regle(entite="seance", unite="texte", normes=["C14.3-11", "C14.3-12", "C14.3-13"])
def bd_regle_honoraires(bd_pris_en_charge, bd_panier, bd_opposable):
    """Ce qui borne les honoraires de l'acte."""
    return cas(
        (et(present(bd_pris_en_charge), non(bd_pris_en_charge)), "tact-et-mesure"),
        (bd_panier == "c2s", "plafond-c2s"),
        (bd_panier == "100-sante", "honoraire-limite"),
        (bd_opposable, "base-de-remboursement"),
        sinon="entente-directe",
    )


@regle(entite="seance", unite="EUR", normes=["C14.3-11"])
def bd_plafond(
    bd_regle_honoraires, bd_base_remboursement, bd_plafond_c2s, bd_honoraire_limite, bareme
):
    """Honoraires au plus, là où le texte les borne."""
    return cas(
        (bd_regle_honoraires == "base-de-remboursement", bd_base_remboursement),
        (bd_regle_honoraires == "plafond-c2s", a_defaut(bd_plafond_c2s, sinon=bareme.plafond_c2s)),
        (bd_regle_honoraires == "honoraire-limite",
         a_defaut(bd_honoraire_limite, sinon=bareme.honoraire_limite)),
        sinon=None,
    )  # fmt: skip


@regle(entite="seance", unite="booléen", normes=["C14.3-12", "C14.3-13"])
def bd_depassement_permis(bd_regle_honoraires):
    """Honoraires sans borne chiffrée : entente directe, ou tact et mesure."""
    return parmi(bd_regle_honoraires, ("entente-directe", "tact-et-mesure"))


@regle(entite="seance", unite="booléen", normes=["C14.3-11", "C14.3-12"])
def bd_honoraires_conformes(bd_depassement_permis, bd_honoraires, bd_plafond):
    """Honoraires dans leur borne."""
    return cas((bd_depassement_permis, True), sinon=bd_honoraires <= bd_plafond)


@regle(entite="seance", unite="EUR", normes=["C14.3-12"])
def bd_depassement(bd_regle_honoraires, bd_honoraires, bd_base_remboursement):
    """Honoraires au-delà de la base de remboursement (sans objet pour un acte qui n'en a pas)."""
    return cas((bd_regle_honoraires == "tact-et-mesure", None), sinon=au_moins(bd_honoraires - bd_base_remboursement, 0))


# --- what each party pays


@regle(entite="seance", unite="booléen", normes=["C14.3-16"])
def bd_exception(bd_acte, bd_code, bareme):
    """Acte de chirurgie orale que l'annexe 16 excepte."""
    return cas((present(bd_acte), bd_acte == "chirurgie-orale-exception"), sinon=parmi(bd_code, bareme.actes_exception))


@regle(entite="seance", unite="EUR", normes=["C14.3-14", "C14.3-15"])
def bd_assiette(bd_honoraires, bd_base_remboursement):
    """Assiette des deux parts : la base de remboursement, ou les honoraires s'ils sont moindres."""
    return cas(
        (et(present(bd_honoraires), bd_honoraires < bd_base_remboursement), bd_honoraires), sinon=bd_base_remboursement
    )


@regle(entite="seance", unite="EUR", normes=["C14.3-13", "C14.3-14", "C14.3-16"])
def bd_part_obligatoire(bd_regle_honoraires, bd_exception, bd_assiette, bareme):
    """Part de l'assurance maladie obligatoire."""
    return cas(
        (bd_regle_honoraires == "tact-et-mesure", 0),
        (bd_exception, part(bd_assiette, bareme.taux_obligatoire_exception)),
        sinon=part(bd_assiette, bareme.taux_obligatoire),
    )


@regle(entite="seance", unite="EUR", normes=["C14.3-13", "C14.3-15", "C14.3-16"])
def bd_part_complementaire(bd_regle_honoraires, bd_exception, bd_assiette, bareme):
    """Ticket modérateur, à la charge des assurances complémentaires."""
    return cas(
        (bd_regle_honoraires == "tact-et-mesure", 0),
        (bd_exception, part(bd_assiette, bareme.taux_complementaire_exception)),
        sinon=part(bd_assiette, bareme.taux_complementaire),
    )
