"""What the tests of the tarifs share: one ordinary encounter, and what the texts say of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from convmed.cotation.jugement import Jugement, juger
from convmed.cotation.nomenclature import nomenclature
from convmed.dispositifs.contrat import CasRefuses, repondre
from convmed.dispositifs.socle import Demande, tous
from convmed.moteur.valeurs import Instance
from convmed.textes import Valeur, baremes, trouver_texte

NOM = "tarifs"
SIGNE, APPLIQUE, ANCIEN, PROPOSE = "convention-2024", "en-vigueur", "reglement-arbitral-2023", "proposition-2024-02-08"
JOUR = dt.date(2026, 6, 15)
APRES_LA_PROPOSITION = dt.date(2024, 3, 5)
UN_JOUR = dt.timedelta(days=1)
INCONNU = "inconnu"
LIBERAL = {"specialite": "01", "secteur": "1"}
SEANCE = {
    "codes": ["G"], "date_heure": "2026-06-15T10:00:00+02:00", "medecin": LIBERAL, "lieu": "cabinet", "tarif_opposable": True,
    "patient": {"date_naissance": "1980-05-20", "ald": False, "c2s": False}, "parcours": "coordonne",
}  # fmt: skip
TRAITANT = {"patientele_mt": True, "tarif_opposable": True}
PEDIATRE = {"medecin_specialite": "12", "medecin_secteur": "1", "lieu": "cabinet"}
GENERALISTE = {"medecin_specialite": "01", "medecin_secteur": "1", "lieu": "cabinet"}
VISITE = {**GENERALISTE, "lieu": "domicile"}
PSYCHIATRE = {"medecin_specialite": "33", "medecin_secteur": "1", "lieu": "cabinet"}


def jugement(code: str, date: dt.date = JOUR, texte: str = APPLIQUE, **donnees: Any) -> Jugement:
    """Return what the texts say of one code, from the inputs of the rules."""
    tous()
    contexte = Demande(trouver_texte(texte), date.year).contexte(date)
    entrees = {"date_acte": date, "regulation": "aucune", "territoire": "metropole", **donnees}
    return juger(nomenclature().codes[code], Instance(contexte, "seance", entrees), nomenclature())


def reponse(code: str, date: dt.date = JOUR, texte: str = APPLIQUE, **donnees: Any) -> str:
    return jugement(code, date, texte, **donnees).reponse


def resultats(texte: Any = APPLIQUE, **entree: Any) -> dict[str, Any]:
    lus: dict[str, Any] = repondre(NOM, {"texte": texte, "entree": SEANCE | entree})["resultats"]
    return lus


def tarif(code: str, texte: Any = APPLIQUE, **entree: Any) -> Any:
    """Return the price of a code billed; it must be billed."""
    return next(ligne["tarif"] for ligne in resultats(texte, **entree)["codes"] if ligne["code"] == code)


def fautes(**entree: Any) -> list[dict[str, Any]]:
    with pytest.raises(CasRefuses) as refus:
        repondre(NOM, {"entree": SEANCE | entree})
    return refus.value.erreurs


def valeur(figure: str, texte: str, date: dt.date = JOUR) -> Valeur:
    lue = trouver_texte(texte).valeur(baremes()[NOM][figure], date)
    assert lue is not None, f"{figure} n'a pas de valeur"
    return lue
