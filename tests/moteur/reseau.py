"""A network of libraries: three levels of rows, and a barème, to try the engine on shapes that the toy does not have."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from convmed.moteur.registre import EXERCICE, Contexte, Registre
from convmed.textes import Texte
from convmed.textes.bareme import Figure, lire_figures

BAREME = """\
dispositif: reseau
articles: art. 1
defaut: {texte: statuts, statut: signe, confiance: officiel, verifie_le: 2026-11-22, reference: statuts}
figures:
  amende: {libelle: Amende, unite: EUR/jour, valeurs: [{valeur: 0.15}]}
  remise: {libelle: Remise, unite: "% de l'amende", valeurs: [{valeur: 12.5}]}
  point: {libelle: Valeur du point, unite: EUR/point, valeurs: [{valeur: 7}]}
  bonus: {libelle: Bonus, unite: points, valeurs: [{valeur: 28}]}
  age_senior: {libelle: Âge senior, unite: ans, valeurs: [{valeur: 60}]}
  delai: {libelle: Délai, unite: mois, valeurs: [{valeur: 24}]}
  rayons: {libelle: Rayons, unite: liste, valeurs: [{valeur: [cartes, plans]}]}
  cloture: {libelle: Clôture, unite: date relative, valeurs: [{valeur: 31/12/n-1}]}
  inconnue: {libelle: Somme inconnue, unite: EUR, valeurs: []}
  delai_inconnu: {libelle: Délai inconnu, unite: mois, valeurs: []}
  liste_inconnue: {libelle: Liste inconnue, unite: liste, valeurs: []}
  ouverte: {libelle: Ouverte, unite: booléen, valeurs: []}
"""
FIGURES: dict[str, dict[str, Figure]] = {"reseau": lire_figures(BAREME, "bareme.yaml", frozenset({"statuts"}))}
STATUTS = Texte("statuts", "les statuts", "signe", ("statuts",))


def registre() -> Registre:
    r = Registre()
    r.entite("reseau")
    r.entite("lecteur", parent="reseau")
    r.entite("pret", parent="lecteur")
    r.entree(EXERCICE, "jour", "date", "Jour du compte")
    r.entree("reseau", "public", "booleen", "Réseau public")
    r.entree("reseau", "ville", "texte", "Ville")
    r.entree("lecteur", "naissance", "date", "Naissance")
    r.entree("lecteur", "inscrit_le", "date", "Inscription", nul_signifie="jamais inscrit", exigee=True)
    r.entree("lecteur", "etudiant", "booleen", "Étudiant")
    r.entree("pret", "retard", "entier", "Jours de retard", "jours")
    r.entree("pret", "prix", "entier", "Prix", "EUR")
    r.entree("pret", "date", "date", "Date du prêt")
    r.entree("pret", "rayon", "texte", "Rayon")
    return r


def ajouter(r: Registre, entite: str, unite: str, corps: Callable[..., object], nom: str, **options: Any) -> None:
    """Register a rule written in one expression."""
    corps.__name__, corps.__doc__ = nom, options.pop("libelle", nom.replace("_", " ").capitalize() + ".")
    r.regle_de("reseau", "statuts", "art. 1")(entite=entite, unite=unite, **options)(corps)


def contexte(r: Registre, **parametres: object) -> Contexte:
    date = dt.date(2026, 1, 1)
    return Contexte(r, FIGURES, STATUTS, date, 2026, {"jour": dt.date(2025, 12, 31), **parametres})
