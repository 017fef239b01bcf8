"""Who pays what of a coding: part obligatoire, part complémentaire, participation forfaitaire, what is left to the patient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from convmed.cotation.nomenclature import ACTES_NGAP, Code
from convmed.moteur.valeurs import Explication, Instance
from convmed.textes.unites import afficher, part

DISPOSITIF = "tarifs"
# A téléexpertise is paid in full by the assurance maladie and asks nothing of the patient, who is not there.
ACTES_A_PARTICIPATION = ACTES_NGAP | {"acte-ccam"}
REGLES = ("taux_amo", "taux_majoration_hors_parcours", "participation_due")
NON_DECLAREES = {
    "patient_ald": "ALD", "patient_c2s": "C2S", "parcours": "parcours de soins", "patient_naissance": "date de naissance",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Partage:
    """Amounts in cents; their sum is the total of the coding, to which the excess is added for the patient."""

    obligatoire: int
    complementaire: int
    participation: int
    patient: int
    depassement: int
    explications: Mapping[str, Explication]
    reserves: tuple[str, ...]

    def en_euros(self, en_euros: Any) -> dict[str, Any]:
        """Return the amounts as the JSON contract names them."""
        return {
            "part_obligatoire": en_euros(self.obligatoire),
            "part_complementaire": en_euros(self.complementaire),
            "participation_forfaitaire": en_euros(self.participation),
            "reste_a_charge": en_euros(self.participation + self.patient + self.depassement),
        }


def partager(montants: Mapping[Code, int], instance: Instance, depassement: int = 0) -> Partage:
    """Share the amounts of the codes billed in one encounter.

    Each act is shared and rounded by itself; the participation is withheld from the part obligatoire, once an act.
    Sources: CSS R. 160-5, R. 160-6, L. 160-13, R. 160-16; service-public F1069.
    """
    contexte = instance.contexte

    def figure(nom: str) -> int:
        return int(contexte.figure(DISPOSITIF, nom)[1] or 0)

    taux, majoration = instance.valeur("taux_amo"), instance.valeur("taux_majoration_hors_parcours")
    obligatoire = complementaire = patient = penalites = 0
    for code, montant in montants.items():
        propre = contexte.figure(code.dispositif, code.prise_en_charge)[1] if code.prise_en_charge else None
        if propre == 0:
            # What has no base has no ticket modérateur: an excess (DA) is neither reimbursed nor complementary.
            patient += montant
            continue
        base = part(montant, taux if propre is None else propre)
        # Of an act paid in full nothing is left for the majoration to weigh on.
        penalite = part(montant, majoration) if propre is None else 0
        obligatoire += base
        penalites += penalite
        complementaire += montant - base - penalite
    patient += penalites
    lourds = [m for code, m in montants.items() if code.genre == "acte-ccam" and m >= figure("seuil_acte_lourd")]
    if lourds and majoration == 0 and complementaire > figure("participation_acte_lourd"):
        obligatoire += complementaire - figure("participation_acte_lourd")
        complementaire = figure("participation_acte_lourd")
    if instance.valeur("beneficiaire_c2s") and majoration:
        # The C2S leaves the patient the whole participation out of the pathway (CSS L. 861-3).
        patient, complementaire = patient + complementaire, 0
    actes = sum(1 for code in montants if code.genre in ACTES_A_PARTICIPATION and "supplement-ccam" not in code.groupes)
    participation = 0
    if instance.valeur("participation_due"):
        participation = min(min(actes, figure("participation_forfaitaire_par_jour")) * figure("participation_forfaitaire"), obligatoire)
    reserves = tuple(f"{libelle} : non déclaré, le partage suppose le cas ordinaire"
                     for nom, libelle in NON_DECLAREES.items() if instance.donnees.get(nom) is None)  # fmt: skip
    plafond, lu = contexte.figure(DISPOSITIF, "plafond_majoration_hors_parcours")
    if plafond is not None and lu is not None and penalites > lu:
        reserves += (f"majoration hors parcours au-dessus du plafond de {afficher(lu, 'EUR')} ({plafond.reference})",)
    return Partage(
        obligatoire - participation, complementaire, participation, patient, depassement,
        {nom: instance.expliquer(nom) for nom in REGLES}, reserves,
    )  # fmt: skip
