"""Forfait d'élaboration initiale du volet de synthèse médicale (VSM).

Sources: convention of 4 June 2024, art. 28 and 29; circulaire of 31/07/2024, section 3.3 B. The rules stand under
every text, their figures under the signed one only: elsewhere the amounts are not published.
"""

from convmed.donnees.entites import REGISTRE
from convmed.moteur.noeuds import arrondi_demi_superieur, au_moins, cas, non

REGISTRE.entree("medecin", "vsm_patients_ald", "entier", "Patients en ALD dont il est médecin traitant")
REGISTRE.entree("medecin", "vsm_dmp", "entier", "Patients en ALD dont le VSM alimente le DMP")
REGISTRE.entree("medecin", "vsm_structures", "entier", "VSM du DMP structurés au format CI-SIS")
REGISTRE.entree("medecin", "vsm_pmt", "entier", "Patientèle médecin traitant")
REGISTRE.entree("medecin", "vsm_deja_percu", "booleen", "Forfait VSM déjà perçu")
REGISTRE.entree("medecin", "vsm_deja_percu_montant", "entier", "Montant de forfait VSM déjà perçu", unite="EUR")

regle = REGISTRE.regle_de("vsm", "convention-2016", "art. 28 et 29")


@regle(entite="medecin", unite="EUR", normes=["C3.3B-04", "C3.3B-05", "C3.3B-06", "C3.3B-07", "C3.3B-09"])
def vsm_palier(vsm_patients_ald, vsm_dmp, bareme):
    """Forfait du palier atteint, que les VSM soient structurés ou non."""
    return cas(
        (vsm_patients_ald == 0, 0),
        (10_000 * vsm_dmp >= bareme.palier_2_taux * vsm_patients_ald, bareme.palier_2_montant),
        (10_000 * vsm_dmp >= bareme.palier_1_taux * vsm_patients_ald, bareme.palier_1_montant),
        sinon=0,
    )


@regle(entite="medecin", unite="%", normes=["C3.3B-10", "C3.3B-11"])
def vsm_taux_structures(vsm_structures, vsm_dmp, bareme):
    """Majoration si plus d'un tiers des VSM du DMP sont structurés, strictement."""
    return cas((bareme.structures_un_sur * vsm_structures > vsm_dmp, bareme.majoration_structures), sinon=0)


@regle(entite="medecin", unite="EUR", normes=["C3.3B-08", "C3.3B-12", "C3.3B-14"])
def vsm_forfait(vsm_palier, vsm_pmt, vsm_taux_structures, bareme):
    """Forfait d'un médecin jamais rémunéré : palier × PMT / 800, majoré, puis part versée, arrondi une seule fois."""
    return cas(
        (vsm_palier == 0, 0),
        sinon=arrondi_demi_superieur(
            vsm_palier * vsm_pmt * (10_000 + vsm_taux_structures) * bareme.part_versee,
            bareme.patientele_de_reference * 10_000 * 10_000,
        ),
    )


@regle(entite="medecin", unite="EUR", normes=["C3.3B-13"])
def vsm_complement(vsm_forfait, vsm_deja_percu_montant):
    """Complément d'un médecin déjà rémunéré : la différence, si elle est positive."""
    return cas((vsm_forfait == 0, 0), sinon=au_moins(vsm_forfait - vsm_deja_percu_montant, 0))


@regle(entite="medecin", unite="EUR", normes=["C3.3B-02", "C3.3B-03", "C3.3B-13"])
def vsm_montant(vsm_deja_percu, vsm_forfait, vsm_complement, bareme):
    """Montant dû : le forfait une seule fois, ou le complément aux résultats de 2025."""
    return cas(
        (non(vsm_deja_percu), vsm_forfait),
        (non(bareme.complement_ouvert), 0),
        sinon=vsm_complement,
    )
