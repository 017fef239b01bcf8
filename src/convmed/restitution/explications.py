"""From a line of the statement, or one patient, down to the inputs, the figures and the articles."""

from __future__ import annotations

from convmed.dispositifs import Ligne
from convmed.moteur.valeurs import Explication
from convmed.restitution.releve import Releve
from convmed.textes import Erreurs, Faute


def expliquer_ligne(releve: Releve, numero: int, patient: str | None = None) -> Explication:
    """Return the tree of a line of the statement (numbered from 1), or of one patient's part in its dispositif.

    `Erreurs` for a line that does not exist or has no explanation, or a patient that the list does not hold.
    """
    if not 1 <= numero <= len(releve.lignes):
        raise Erreurs([Faute(f"pas de ligne n° {numero}", attendu=f"un numéro de 1 à {len(releve.lignes)}")])
    ligne = releve.lignes[numero - 1]
    if patient is not None:
        return _du_patient(releve, ligne, patient)
    if ligne.explication is None:
        raise Erreurs([Faute(f"la ligne n° {numero} n'a pas d'explication")])
    if ligne.montant == ligne.explication.valeur:
        return ligne.explication
    return Explication(
        "ligne", ligne.libelle, ligne.libelle, ligne.montant, "EUR", ", ".join(ligne.references[:1]),
        enfants=(ligne.explication,), detail=ligne.base,
    )  # fmt: skip


def _du_patient(releve: Releve, ligne: Ligne, identifiant: str) -> Explication:
    cabinet, regles = releve.forfait, ["fmt_socle", "fmt_majoration_c2s"]
    if ligne.dispositif == "prevention" and releve.prevention is not None:
        cabinet, regles = releve.prevention, ["prevention_montant"]
    elif "fpmt_montant" in cabinet.resultats.columns:
        regles = ["fpmt_montant"]
    try:
        instance = cabinet.patient(identifiant)
    except KeyError:
        # The identifier is not repeated: it may be a NIR typed by hand.
        raise Erreurs([Faute("patient inconnu dans ce dossier", attendu="un identifiant de patients.csv")]) from None
    explications = tuple(instance.expliquer(regle) for regle in regles)
    if len(explications) == 1:
        return explications[0]
    total = None if any(e.valeur is None for e in explications) else sum(e.valeur for e in explications)
    return Explication("regle", "patient", "Forfait pour ce patient", total, "EUR/an", enfants=explications)
