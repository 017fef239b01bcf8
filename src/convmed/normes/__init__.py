"""The ledger of norms: every testable statement of the source documents, and which ones the project holds."""

from convmed.normes.etat import Bilan, EtatNorme, Norme, etats, par_dispositif, registre

__all__ = ["Bilan", "EtatNorme", "Norme", "etats", "par_dispositif", "registre"]
