"""Texts and figures: what was signed, what was applied, what was proposed, each figure with its reference."""

from convmed.textes.bareme import Figure, Valeur
from convmed.textes.erreurs import NECESSAIRE, Erreurs, Faute, dit_en_francais
from convmed.textes.textes import EN_VIGUEUR, Texte, baremes, textes_connus, trouver_texte

__all__ = [
    "EN_VIGUEUR", "NECESSAIRE", "Erreurs", "Faute", "Figure", "Texte", "Valeur", "baremes", "dit_en_francais", "textes_connus",
    "trouver_texte",
]  # fmt: skip
