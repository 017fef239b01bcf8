"""The columns of a file of invoices: one row a code billed; what is absent is not known and is never held against anyone."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, get_args

from convmed.cotation.seance import ADRESSAGES, DEDUITES, LIEUX, PARCOURS, REGULATIONS
from convmed.donnees.colonnes_dossier import OUI_NON, Colonne, normaliser
from convmed.donnees.entites import REGISTRE
from convmed.donnees.modeles import OPTIONS, SECTEURS
from convmed.textes import Erreurs, Faute

INSTANT = "instant"  # a kind of its own: a date and an hour with a time zone


def _choix(mots: Any) -> dict[str, str]:
    return {normaliser(mot): mot for mot in get_args(mots)}


DE_LA_LIGNE = (
    Colonne("facture", "identifiant", "Identifiant de la facture", ("numero facture", "n facture", "fse"), requise=True),
    Colonne("medecin", "identifiant", "Identifiant du médecin", ("rpps", "executant"), requise=True),
    Colonne("patient", "identifiant", "Identifiant du patient", ("beneficiaire", "nir"), requise=True),
    Colonne("date_heure", INSTANT, "Date et heure de l'acte, avec fuseau (2026-01-15T19:30+01:00)", ("horodatage",), requise=True),
    Colonne("code", "code", "Code facturé", ("acte", "lettre cle", "code acte"), requise=True),
    Colonne("quantite", "entier", "Quantité", ("qte",)),
    Colonne("montant", "euros", "Montant facturé de la ligne, dépassement compris", ("honoraires", "montant facture")),
    Colonne("depassement", "euros", "Dépassement compris dans le montant", ("complement d honoraire",)),
)
DE_LA_SEANCE = (
    Colonne("specialite", "specialite", "Spécialité du médecin (code CNAM)", ("specialite medecin",)),
    Colonne("secteur", "choix", "Secteur du médecin", choix=_choix(SECTEURS)),
    Colonne("option_tarifaire", "choix", "Option tarifaire", ("option",), choix=_choix(OPTIONS)),
    Colonne("departement", "identifiant", "Département d'exercice"),
    Colonne("date_naissance", "date", "Date de naissance du patient", ("naissance", "ddn")),
    Colonne("ald", "booleen", "Patient en ALD exonérante", choix=OUI_NON),
    Colonne("c2s", "booleen", "Bénéficiaire de la C2S", choix=OUI_NON),
    Colonne("lieu", "choix", "Lieu de l'acte", choix=_choix(LIEUX)),
    Colonne("tarif_opposable", "booleen", "Acte sans dépassement", choix=OUI_NON),
    Colonne("regulation", "choix", "Régulation (vide : aucune)", choix={**_choix(REGULATIONS), "aucune": "aucune"}),
    Colonne("patientele_mt", "booleen", "Patient de la patientèle médecin traitant du médecin", choix=OUI_NON),
    Colonne("patient_sans_mt", "booleen", "Patient sans médecin traitant", choix=OUI_NON),
    Colonne("adressage", "choix", "Qui a adressé le patient", choix=_choix(ADRESSAGES)),
    Colonne("date_heure_adressage", INSTANT, "Date et heure de l'adressage, avec fuseau"),
    Colonne("date_heure_appel", INSTANT, "Date et heure de l'appel de régulation, avec fuseau"),
    Colonne("retour_au_mt", "booleen", "Retour d'information au médecin traitant", choix=OUI_NON),
    Colonne("parcours", "choix", "Situation dans le parcours de soins", choix=_choix(PARCOURS)),
    Colonne("zone_montagne", "booleen", "Déplacement en zone de montagne", choix=OUI_NON),
    Colonne("urgence_vitale", "booleen", "Urgence au sens de la CCAM", choix=OUI_NON),
    Colonne("motif", "texte", "Motif de la séance"),
    Colonne("samedi_ouvert", "booleen", "Cahier des charges régional : samedi dès 14 h en PDSA (vide : oui)", choix=OUI_NON),
    Colonne("ponts_ouverts", "booleen", "Cahier des charges régional : ponts en PDSA (vide : non)", choix=OUI_NON),
)
# How the inputs of the rules are called in the file, when it is not by their own name.
NOMS = {
    "specialite": "medecin_specialite", "secteur": "medecin_secteur", "option_tarifaire": "medecin_option",
    "date_naissance": "patient_naissance", "ald": "patient_ald", "c2s": "patient_c2s",
}  # fmt: skip


@cache
def colonnes() -> tuple[Colonne, ...]:
    """Return every column that a file may have: those above, and one for each other input that a rule of `seance` reads.

    To be called once every dispositif is loaded.
    """
    connues = {colonne.nom for colonne in DE_LA_SEANCE} | set(DEDUITES)
    genres = {"booleen": "booleen", "entier": "entier", "texte": "texte", "date": "date"}
    autres = (
        Colonne(e.nom, genres[e.genre], e.libelle, choix=OUI_NON if e.genre == "booleen" else {})
        for e in REGISTRE.entrees.values()
        if e.entite == "seance" and e.nom not in connues
    )
    return (*DE_LA_LIGNE, *DE_LA_SEANCE, *autres)


def reconnaitre(entetes: Iterable[str], fichier: str) -> tuple[dict[str, int], tuple[str, ...]]:
    """Return the rank of each column recognised among the headers of a file, and the headers that nobody reads.

    `Erreurs` names each column that the file holds twice: nothing says which one to read.
    """
    mots = {normaliser(mot): c.nom for c in colonnes() for mot in (c.nom, *c.alias)}
    trouvees: dict[str, int] = {}
    ignorees: list[str] = []
    fautes: list[Faute] = []
    for rang, entete in enumerate(entetes):
        nom = mots.get(normaliser(entete))
        if nom is None:
            ignorees.append(entete)
        elif nom in trouvees:
            fautes.append(Faute("colonne présente deux fois", fichier=fichier, colonne=nom, attendu="une seule"))
        else:
            trouvees[nom] = rang
    if fautes:
        raise Erreurs(fautes)
    return trouvees, tuple(ignorees)
