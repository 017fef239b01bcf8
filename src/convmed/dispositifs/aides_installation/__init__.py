"""One-off aids to installation: the answer to the JSON contract, and the payments."""

from __future__ import annotations

import datetime as dt
from typing import Any

from convmed.dispositifs.aides_installation import regles
from convmed.dispositifs.socle import (
    SANS_OBJET,
    Demande,
    Dispositif,
    Ligne,
    Resultat,
    en_euros,
    fautes_de,
    ligne,
    refuser,
)
from convmed.donnees.modeles import OPTIONS, SECTEURS, ZONES, Date, Modele
from convmed.moteur.calendrier import decale
from convmed.moteur.registre import Contexte, RegleAbsente
from convmed.moteur.valeurs import Explication, Instance
from convmed.textes import Faute
from convmed.textes.unites import afficher

NOM = "aides-installation"
REFERENCE = "art. 25 à 27-2 ; circulaire 31/07/2024, 3.2 A"


class Entree(Modele):
    """`{"primo_installation", "zone", "secteur", "option_tarifaire", "cabinet_secondaire_zone"}`, and two dates.

    Without its date, an installation counts on the date of the request, or on 1 January of the exercise.
    """

    primo_installation: bool | None = None
    zone: ZONES | None = None
    secteur: SECTEURS | None = None
    option_tarifaire: OPTIONS | None = None
    cabinet_secondaire_zone: ZONES | None = None
    date_installation: Date | None = None
    date_cabinet_secondaire: Date | None = None


def calculer(demande: Demande, entree: Entree) -> Resultat:
    """Compute the aids of one doctor for one exercise (art. 25 to 27-2; circulaire 3.2 A)."""
    dates = [date for date in (entree.date_installation, entree.date_cabinet_secondaire) if date]
    contexte = demande.contexte(max(dates, default=None), date_observation=dt.date(demande.annee, 12, 31))
    par_defaut = demande.date or dt.date(demande.annee, 1, 1)
    donnees = {
        _colonne(champ): valeur for champ, valeur in entree.fournis().items() if valeur is not None
    } | {
        "ai_date_installation": entree.date_installation or par_defaut,
        "ai_date_cabinet_secondaire": entree.date_cabinet_secondaire or par_defaut,
    }
    medecin = Instance(contexte, "medecin", donnees)
    try:
        total = medecin.expliquer("aides_installation_total")
    except RegleAbsente:
        return _absentes_du_texte(demande)
    refuser(_fautes(medecin))
    resultats: dict[str, Any] = {
        "primo_installation": en_euros(medecin.valeur("aide_primo_installation")),
        "cabinet_secondaire": en_euros(medecin.valeur("aide_cabinet_secondaire")),
        "total": en_euros(total.valeur),
    }
    if motif := " ; ".join(filter(None, dict.fromkeys((_motif_primo(medecin), _motif_secondaire(medecin))))):
        resultats["motif"] = motif
    return Resultat(resultats, lignes(medecin, entree, demande), {"total": total})


def _fautes(medecin: Instance) -> list[Faute]:
    """Return one fault for each missing field, those that a first missing field hides included."""
    primo, secondaire = (medecin.expliquer(regle) for regle in ("aide_primo_installation", "aide_cabinet_secondaire"))
    manquantes = [primo, secondaire]
    if primo.valeur is None and medecin.valeur("ai_primo_installation"):
        manquantes.append(medecin.expliquer("zone"))
    return fautes_de(manquantes, _champ)


def lignes(medecin: Instance, entree: Entree, demande: Demande) -> list[Ligne]:
    """Return one payment for each aid that is asked for, due or not."""
    versements = []
    for regle, libelle, date, demandee, motif in (
        ("aide_primo_installation", "Aide à la première installation", entree.date_installation,
         medecin.valeur("ai_primo_installation"), _motif_primo(medecin)),
        ("aide_cabinet_secondaire", "Aide au cabinet secondaire", entree.date_cabinet_secondaire,
         medecin.valeur("ai_zone_cabinet_secondaire") is not None, _motif_secondaire(medecin)),
    ):  # fmt: skip
        if not demandee:
            continue
        champs = {"etat": SANS_OBJET, "motif": motif} if motif else _versement(medecin.contexte, date or demande.date)
        versements.append(ligne(medecin, regle, libelle, demande.annee, base="une fois", **champs))
    return versements


def _versement(contexte: Contexte, installation: dt.date | None) -> dict[str, object]:
    valeur, delai = contexte.figure(NOM, "delai_versement")
    if valeur is None or delai is None:
        return {"precision_date": "date non publiée"}
    return {
        "date_versement": decale(installation, delai) if installation else None,
        "precision_date": f"au plus tard, dans les {delai} mois de l'installation ({valeur.reference})",
    }


def _motif_primo(medecin: Instance) -> str:
    situation = medecin.valeur("aide_primo_situation")
    motifs = {
        "pas-de-premiere-installation": "pas de première installation en libéral conventionné",
        "avant-la-date-d-effet": _avant_effet(medecin),
        "autre-exercice": "l'aide est ponctuelle : elle est due au titre de l'année de l'installation",
        "secteur": "l'aide est réservée au secteur 1 et au secteur 2 OPTAM ou OPTAM-ACO",
        "hors-zone": "l'aide à la première installation vise la ZIP et la ZAC",
    }
    return f"{motifs[situation]} ({REFERENCE})" if situation in motifs else ""


def _motif_secondaire(medecin: Instance) -> str:
    situation = medecin.valeur("aide_secondaire_situation")
    motifs = {
        "avant-la-date-d-effet": _avant_effet(medecin),
        "autre-exercice": "l'aide est ponctuelle : elle est due au titre de l'année d'ouverture du cabinet secondaire",
        "secteur": "l'aide au cabinet secondaire est réservée au secteur 1 et au secteur 2 OPTAM ou OPTAM-ACO",
        "hors-zip": "l'aide au cabinet secondaire vise la ZIP",
        "absente-du-texte": "la proposition du 08/02/2024 ne prévoit pas d'aide au cabinet secondaire",
    }
    return f"{motifs[situation]} ({REFERENCE})" if situation in motifs else ""


def _avant_effet(medecin: Instance) -> str:
    date = medecin.contexte.figure(NOM, "date_effet")[1]
    return f"les aides prennent effet le {afficher(date, 'date')}, sans effet rétroactif"


def _absentes_du_texte(demande: Demande) -> Resultat:
    motif = (
        f"ce texte n'a pas d'aide ponctuelle à l'installation ({demande.texte.libelle}) ; "
        "il a des contrats, voir le dispositif contrats-demographiques"
    )
    vide = Ligne(NOM, "Aides à l'installation", demande.annee, 0, etat=SANS_OBJET, motif=motif, references=(REFERENCE,))
    return Resultat({"primo_installation": 0, "cabinet_secondaire": 0, "total": 0, "motif": motif}, [vide])


def _colonne(champ: str) -> str:
    propres = {
        "primo_installation": "ai_primo_installation", "cabinet_secondaire_zone": "ai_zone_cabinet_secondaire",
        "date_installation": "ai_date_installation", "date_cabinet_secondaire": "ai_date_cabinet_secondaire",
    }  # fmt: skip
    return propres.get(champ, champ)


def _champ(feuille: Explication) -> str:
    champs = {"ai_primo_installation": "primo_installation", "ai_zone_cabinet_secondaire": "cabinet_secondaire_zone"}
    return "entree." + champs.get(feuille.nom, feuille.nom)


def _annee(entree: Entree) -> int | None:
    dates = [date.year for date in (entree.date_installation, entree.date_cabinet_secondaire) if date]
    return max(dates, default=None)


DISPOSITIF = Dispositif(NOM, "Aides à l'installation", Entree, calculer, _annee)
__all__ = ["DISPOSITIF", "regles"]
