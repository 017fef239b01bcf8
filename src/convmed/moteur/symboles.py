"""Reading 3: symbols. What can be said of a rule without a single case.

Its text and its decision table (`redaction`), whether its units hold (`analyse_unites`), whether each of its branches
can be reached (`analyse_branches`).
"""

from convmed.moteur.analyse_branches import BrancheInatteignable, branches_inatteignables
from convmed.moteur.analyse_unites import verifier_unites
from convmed.moteur.redaction import LigneDeDecision, table_de_decision, texte

__all__ = [
    "BrancheInatteignable",
    "LigneDeDecision",
    "branches_inatteignables",
    "table_de_decision",
    "texte",
    "verifier_unites",
]
