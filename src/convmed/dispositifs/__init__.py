"""One folder a dispositif: its sheet, its figures, its rules, its examples. Adding a folder is all there is to do."""

from convmed.dispositifs.socle import Demande, Dispositif, Ligne, Refus, Resultat, tous

__all__ = ["Demande", "Dispositif", "Ligne", "Refus", "Resultat", "tous"]
