"""The price of a code: its whole history with the texts that set it, or what it is at a date in a situation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from convmed.cotation.jugement import CONNU, INCONNU, prix_de
from convmed.cotation.nomenclature import Code, nomenclature
from convmed.cotation.seance import TERRITOIRES_DES_PRIX, champ_de
from convmed.dispositifs.socle import Demande, tous
from convmed.donnees.calendrier_legal import territoire_du_departement
from convmed.moteur.valeurs import Instance
from convmed.textes import EN_VIGUEUR, NECESSAIRE, Erreurs, Faute, baremes, trouver_texte
from convmed.textes.bareme import DEBUT_DES_TEMPS, FIN_DES_TEMPS
from convmed.textes.unites import vers_nombre

OPTIONS = {"medecin_specialite": "--specialite", "medecin_secteur": "--secteur", "medecin_option": "--option",
           "territoire": "--departement", "tarif_opposable": "--opposable"}  # fmt: skip


def trouver_code(mot: str) -> Code:
    """Return a code of the nomenclature; `Erreurs` with the nearest ones if there is none."""
    tous()
    table = nomenclature()
    code = table.trouver(mot)
    if code is None:
        raise Erreurs([Faute("code inconnu", champ="CODE", valeur=mot, attendu="par exemple " + ", ".join(table.proches(mot)))])
    return code


def historique(mot: str) -> list[dict[str, Any]]:
    """Return every value that a text, signed, applied or proposed, gives to a code, in the order of the dates."""
    code = trouver_code(mot)
    rangees = []
    for tarif in code.tarifs:
        figure = baremes()[code.dispositif][tarif.figure]
        for valeur in figure.valeurs:
            rangees.append({
                "code": code.code,
                "figure": figure.nom,
                "libelle": figure.libelle,
                "du": valeur.du.isoformat() if valeur.du != DEBUT_DES_TEMPS else None,
                "au": valeur.au.isoformat() if valeur.au != FIN_DES_TEMPS else None,
                "valeur": "supprimé" if valeur.supprimee else None if valeur.calcul is None else vers_nombre(valeur.calcul, figure.unite),
                "unite": figure.unite,
                "texte": valeur.texte,
                "statut": valeur.statut,
                "confiance": valeur.confiance,
                "reference": valeur.reference,
            })  # fmt: skip
        if not figure.valeurs:
            rangees.append({
                "code": code.code, "figure": figure.nom, "libelle": figure.libelle, "du": None, "au": None, "valeur": "non publié",
                "unite": figure.unite, "texte": None, "statut": None, "confiance": None, "reference": figure.article,
            })  # fmt: skip
    return sorted(rangees, key=lambda r: (r["figure"], r["du"] or "", r["texte"] or ""))


def prix_a(mot: str, jour: dt.date, texte: str = EN_VIGUEUR, situation: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the price of a code at a date; `Erreurs` names what its price depends on and was not given.

    `situation` has the options `specialite`, `secteur`, `option_tarifaire`, `departement`, `opposable`.
    """
    code, choisi, dite = trouver_code(mot), trouver_texte(texte), situation or {}
    departement = dite.get("departement")
    territoire = territoire_du_departement(departement) if departement else "metropole"
    donnees = {
        "date_acte": jour, "territoire": territoire if territoire in TERRITOIRES_DES_PRIX else "metropole",
        "medecin_specialite": dite.get("specialite"), "medecin_secteur": dite.get("secteur"),
        "medecin_option": dite.get("option_tarifaire"), "tarif_opposable": dite.get("opposable"),
    }  # fmt: skip
    if donnees["tarif_opposable"] is None and donnees["medecin_secteur"] == "1":
        donnees["tarif_opposable"] = True
    contexte = Demande(choisi, jour.year, jour).contexte(jour)
    prix = prix_de(code, Instance(contexte, "seance", {n: v for n, v in donnees.items() if v is not None}))
    if prix.etat == INCONNU:
        manquants = {f.nom: f.libelle for f in prix.manquants}
        raise Erreurs(Faute(NECESSAIRE, champ=OPTIONS.get(nom, champ_de(nom)), attendu=libelle) for nom, libelle in manquants.items())
    valeur = prix.valeur
    return {
        "code": code.code,
        "figure": prix.figure,
        "libelle": valeur.figure.libelle if valeur else code.libelle,
        "du": valeur.du.isoformat() if valeur and valeur.du != DEBUT_DES_TEMPS else None,
        "au": valeur.au.isoformat() if valeur and valeur.au != FIN_DES_TEMPS else None,
        "valeur": vers_nombre(prix.montant, prix.unite) if prix.etat == CONNU and prix.montant is not None else prix.etat,
        "unite": prix.unite,
        "texte": valeur.texte if valeur else choisi.id,
        "statut": valeur.statut if valeur else None,
        "confiance": valeur.confiance if valeur else None,
        "reference": " ; ".join(prix.references) if prix.etat == CONNU else f"{prix.motif} ({' ; '.join(prix.references)})",
    }
