"""The price of a code: its whole history with the texts that set it, or what it is at a date in a situation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from convmed.cotation.jugement import CONNU, INCONNU, minuscule, prix_de
from convmed.cotation.nomenclature import Code, nomenclature
from convmed.cotation.seance import TERRITOIRES_DES_PRIX, champ_de
from convmed.dispositifs.socle import Demande, tous
from convmed.donnees.calendrier_legal import territoire_du_departement
from convmed.donnees.entites import REGISTRE
from convmed.donnees.modeles import Medecin, lire
from convmed.moteur.valeurs import Instance
from convmed.textes import EN_VIGUEUR, NECESSAIRE, Erreurs, Faute, Valeur, baremes, trouver_texte
from convmed.textes.bareme import DEBUT_DES_TEMPS, FIN_DES_TEMPS
from convmed.textes.unites import vers_nombre

NON_PUBLIE, SUPPRIME = "non publié", "supprimé"


def trouver_code(mot: str) -> Code:
    """Return a code of the nomenclature; `Erreurs` with the nearest ones if there is none."""
    tous()
    table = nomenclature()
    code = table.trouver(mot)
    if code is None:
        raise Erreurs([Faute("code inconnu", champ="CODE", valeur=mot, attendu="par exemple " + ", ".join(table.proches(mot)))])
    return code


def historique(mot: str) -> list[dict[str, Any]]:
    """Return every value that a text, signed, applied or proposed, gives to a code, figure by figure, in the order of the dates.

    `si` says when a figure is the price, if it is not always.
    """
    code = trouver_code(mot)
    conditions: dict[str, list[str]] = {}
    for tarif in code.tarifs:
        conditions.setdefault(tarif.figure, []).append(" et ".join(minuscule(REGISTRE.regles[nom][-1].libelle) for nom in tarif.si))
    rangees = []
    # The last row of a table of prices is the ordinary one: it comes first.
    for nom, cas in reversed(conditions.items()):
        figure = baremes()[code.dispositif][nom]
        commun = {"code": code.code, "figure": nom, "libelle": figure.libelle, "unite": figure.unite, "si": " ; ".join(filter(None, cas))}
        siennes = [
            {**commun, **_dates(valeur), "valeur": _nombre(valeur), "texte": valeur.texte, "statut": valeur.statut,
             "confiance": valeur.confiance, "reference": valeur.reference}
            for valeur in figure.valeurs
        ] or [{**commun, "du": None, "au": None, "valeur": NON_PUBLIE, "texte": None, "statut": None, "confiance": None,
               "reference": figure.article}]  # fmt: skip
        rangees += sorted(siennes, key=lambda r: (r["du"] or "", r["texte"] or ""))
    return rangees


def _nombre(valeur: Valeur) -> Any:
    if valeur.supprimee:
        return SUPPRIME
    return NON_PUBLIE if valeur.calcul is None else vers_nombre(valeur.calcul, valeur.figure.unite)


def _dates(valeur: Valeur | None) -> dict[str, str | None]:
    return {
        "du": valeur.du.isoformat() if valeur and valeur.du != DEBUT_DES_TEMPS else None,
        "au": valeur.au.isoformat() if valeur and valeur.au != FIN_DES_TEMPS else None,
    }


def prix_a(mot: str, jour: dt.date, texte: str = EN_VIGUEUR, situation: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the price of a code at a date; `Erreurs` names what its price depends on and was not given, or is wrong.

    `situation` has the fields `specialite`, `secteur`, `option_tarifaire`, `departement` of the doctor, and
    `tarif_opposable` (no excess).
    """
    code, choisi = trouver_code(mot), trouver_texte(texte)
    medecin, opposable = medecin_de(situation or {}), (situation or {}).get("tarif_opposable")
    territoire = territoire_du_departement(medecin.departement) if medecin.departement else "metropole"
    donnees = {
        "date_acte": jour, "territoire": territoire if territoire in TERRITOIRES_DES_PRIX else "metropole",
        "medecin_specialite": medecin.specialite, "medecin_secteur": medecin.secteur, "medecin_option": medecin.option_tarifaire,
        "tarif_opposable": True if opposable is None and medecin.secteur == "1" else opposable,
    }  # fmt: skip
    instance = Instance(Demande(choisi, jour.year, jour).contexte(jour), "seance", {n: v for n, v in donnees.items() if v is not None})
    prix = prix_de(code, instance)
    if prix.etat == INCONNU:
        raise Erreurs(
            Faute(NECESSAIRE, champ=champ_de(nom), attendu=REGISTRE.entrees[nom].libelle) for nom in donnees_du_prix(code, instance)
        )
    valeur = prix.valeur
    return {
        "code": code.code,
        "figure": prix.figure,
        "libelle": valeur.figure.libelle if valeur else code.libelle,
        **_dates(valeur),
        "valeur": vers_nombre(prix.montant, prix.unite) if prix.etat == CONNU and prix.montant is not None else prix.etat,
        "unite": prix.unite,
        "texte": valeur.texte if valeur else choisi.id,
        "statut": valeur.statut if valeur else None,
        "confiance": valeur.confiance if valeur else None,
        "reference": " ; ".join(prix.references) if prix.etat == CONNU else f"{prix.motif} ({' ; '.join(prix.references)})",
    }


def medecin_de(situation: Mapping[str, Any]) -> Medecin:
    """Return the doctor of a situation; `Erreurs` with every field that is wrong."""
    dite = {champ: valeur for champ, valeur in situation.items() if valeur is not None and champ != "tarif_opposable"}
    medecin, fautes = lire(Medecin, dite, "entree.medecin")
    if medecin is None:
        raise Erreurs(fautes)
    return medecin


def donnees_du_prix(code: Code, instance: Instance) -> list[str]:
    """Return every input on which the price of a code still depends; in secteur 1 neither the option nor an excess matters."""
    noms: dict[str, None] = {}
    for tarif in code.tarifs:
        regles = [instance.expliquer(nom) for nom in tarif.si]
        if all(regle.valeur is not False for regle in regles):
            noms |= dict.fromkeys(f.nom for regle in regles for f in regle.manquants() if f.genre == "entree")
    if "medecin_secteur" in noms:
        noms = {nom: None for nom in noms if nom not in ("medecin_option", "tarif_opposable")}
    return list(noms)
