"""Small tables written by hand, read by the real machine with the real rules and figures; and encounters to judge."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from convmed.cotation.evaluation import Evaluation
from convmed.cotation.nomenclature import Nomenclature, charger
from convmed.cotation.seance import SeanceDeBase, date_locale, modele_de_seance
from convmed.cotation.tables import COLONNES
from convmed.dispositifs.socle import tous
from convmed.donnees.entites import REGISTRE
from convmed.donnees.modeles import lire
from convmed.moteur.registre import Contexte
from convmed.moteur.valeurs import Instance
from convmed.textes import EN_VIGUEUR, Erreurs, Faute, trouver_texte
from convmed.textes.textes import baremes

JOUR = dt.date(2026, 3, 10)
GENERALISTE = {"specialite": "01", "secteur": "1", "option_tarifaire": "aucune"}
SEANCE = {"codes": [], "date_heure": "2026-03-10T10:00+01:00", "medecin": GENERALISTE, "lieu": "cabinet",
          "patient": {"date_naissance": "1980-05-05"}}  # fmt: skip


def contexte(date: dt.date = JOUR, texte: str = EN_VIGUEUR) -> Contexte:
    tous()
    return Contexte(REGISTRE, baremes(), trouver_texte(texte), date, date.year)


def instance(date: dt.date = JOUR, texte: str = EN_VIGUEUR, **donnees: Any) -> Instance:
    """Return an encounter of which only what is given is known."""
    return Instance(contexte(date, texte), "seance", {"date_acte": date, **donnees})


def ecrire(dossier: Path, codes: str, *cumuls: str) -> Path:
    """Write the tables of one dispositif: the codes, and the rows of cumuls without their last columns if they are short."""
    dossier.mkdir(exist_ok=True)
    (dossier / "codes.yaml").write_text(codes, "utf-8")
    lignes = [ligne + "," * (len(COLONNES) - 1 - ligne.count(",")) for ligne in cumuls]
    (dossier / "cumuls.csv").write_text("\n".join((",".join(COLONNES), *lignes)) + "\n", "utf-8")
    return dossier


def table(dossier: Path, codes: str, *cumuls: str) -> Nomenclature:
    tous()
    return charger({"tarifs": ecrire(dossier, codes, *cumuls)})


def fautes(dossier: Path, codes: str, *cumuls: str) -> list[Faute]:
    """Return what the loading finds wrong, in order."""
    try:
        table(dossier, codes, *cumuls)
    except Erreurs as erreurs:
        return erreurs.fautes
    return []


def cumul(ident: str, un: str, autre: str, reponse: str, du: str = "", au: str = "", si: str = "", article: str = "NGAP 1") -> str:
    """Write one row of the table of cumuls."""
    return f"{ident},{un},{autre},{reponse},,{si},{du},{au},{article},source,presse"


def seance(**champs: Any) -> SeanceDeBase:
    """Read an encounter: those fields on top of a plain consultation; a field worth `None` is left out."""
    tous()
    entree: dict[str, Any] = dict(SEANCE)
    for nom, valeur in champs.items():
        base = entree.get(nom)
        entree[nom] = {**base, **valeur} if isinstance(valeur, Mapping) and isinstance(base, Mapping) else valeur
    lue, trouvees = lire(modele_de_seance(), {nom: v for nom, v in entree.items() if v is not None}, "entree")
    if lue is None:
        raise Erreurs(trouvees)
    return lue


def evaluer(texte: str = EN_VIGUEUR, nomenclature: Nomenclature | None = None, **champs: Any) -> Evaluation:
    lue = seance(**champs)
    return Evaluation(lue, contexte(date_locale(lue), texte), nomenclature)


def propositions(**champs: Any) -> list[list[str]]:
    """Return the codes of each coding proposed, the best paid first, each in the order of the alphabet."""
    return [sorted(j.code.code for j in reponse.retenus) for reponse in evaluer(**champs).proposer()]
