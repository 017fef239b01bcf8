"""A barème without medicine, and the way to break one line of it."""

from __future__ import annotations

from convmed.textes.bareme import Figure, lire_figures

TEXTES = frozenset({"reglement-2020", "reglement-2024", "projet"})
JUSTE = """\
dispositif: bibliotheque
articles: art. 3
defaut: {statut: signe, confiance: officiel, verifie_le: 2026-11-22}
figures:
  amende:
    libelle: Amende par jour de retard
    unite: EUR/jour
    normes: [BIB-1]
    valeurs:
      - {texte: reglement-2020, du: 2020-01-01, au: 2023-12-31, valeur: 0.15, reference: art. 3}
      - {texte: reglement-2020, du: 2024-01-01, valeur: 0.20, reference: art. 3}
      - {texte: reglement-2024, du: 2024-09-01, valeur: supprime, reference: art. 3 bis}
  remise:
    libelle: Remise des étudiants
    unite: "% de l'amende"
    valeurs:
      - {texte: reglement-2020, valeur: 12.5, reference: art. 4}
  jamais_publiee:
    libelle: Amende des ouvrages rares
    unite: EUR
    valeurs: []
  limite:
    libelle: Jour de clôture
    unite: date relative
    valeurs:
      - {texte: reglement-2020, valeur: 30/06/n+1, reference: art. 5}
  ouverte:
    libelle: Bibliothèque ouverte le dimanche
    unite: booléen
    valeurs:
      - {texte: reglement-2024, valeur: true, reference: art. 6}
  salles:
    libelle: Salles
    unite: liste
    valeurs:
      - {texte: reglement-2024, valeur: [est, ouest], reference: art. 7}
"""


def lire(texte: str = JUSTE) -> dict[str, Figure]:
    return lire_figures(texte, "bareme.yaml", TEXTES)


def avec(avant: str, apres: str) -> tuple[str, int]:
    """Return the barème with one passage changed, and the line where it stood."""
    assert JUSTE.count(avant) == 1, avant
    return JUSTE.replace(avant, apres), JUSTE[: JUSTE.index(avant)].count("\n") + 1
