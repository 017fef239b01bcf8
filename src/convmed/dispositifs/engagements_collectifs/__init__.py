"""Engagements collectifs d'accès aux soins: the commitments of a text, their trajectory, and what measures say."""

from __future__ import annotations

from typing import Any, Literal

from convmed.dispositifs.engagements_collectifs import regles
from convmed.dispositifs.engagements_collectifs.regles import CATALOGUE
from convmed.dispositifs.objectifs.catalogue import objectif_en_dict, suivre
from convmed.dispositifs.objectifs.reponses import (
    QuestionMedecin,
    QuestionSuivi,
    QuestionTrajectoire,
    cadre_de,
    repondre,
    sans_effet_individuel,
    sans_objectif,
)
from convmed.dispositifs.socle import Demande, Dispositif, Resultat
from convmed.donnees.modeles import Modele

NOM = CATALOGUE.nom
REFERENCE = "art. 59 à 59-2 ; annexe 17 ; circulaire 31/07/2024, 8 et 9.1"


class Liste(Modele):
    """`{"calcul": "liste"}`: the commitments of the text, their targets, their baselines."""

    calcul: Literal["liste"]


class Trajectoire(QuestionTrajectoire):
    """`{"calcul": "trajectoire", "engagement", "base": {"date", "valeur"}, "annee_base", "annee_cible"}`."""

    engagement: str | int | None = None


class Suivi(QuestionSuivi):
    """`{"calcul": "suivi", "engagement", "base", "mesures": [{"date", "valeur", "portee", "territoire"}]}`."""

    engagement: str | int | None = None


def calculer(demande: Demande, entree: Liste | Trajectoire | Suivi | QuestionMedecin) -> Resultat:
    """Answer one question on the collective commitments (art. 59 to 59-2, annexe 17; circulaire 8)."""
    if isinstance(entree, QuestionMedecin):
        return sans_effet_individuel(demande, CATALOGUE, REFERENCE)
    if isinstance(entree, Liste):
        return lister(demande)
    return repondre(demande, CATALOGUE, entree, entree.engagement)


def lister(demande: Demande) -> Resultat:
    """List the commitments of the text, in its order, with what surrounds them."""
    cadre = cadre_de(demande, NOM)
    if cadre.horizon is None:
        return sans_objectif(demande, CATALOGUE)
    suivis = suivre(CATALOGUE, cadre, CATALOGUE.du_texte(cadre), (), None, CATALOGUE.publiees())
    engagements: dict[int, dict[str, Any]] = {}
    for suivi in suivis:
        un = engagements.setdefault(suivi.numero, {
            "numero": suivi.numero, "engagement": suivi.objectif.de, "titre": suivi.titre, "collectif": True, "objectifs": [],
        })  # fmt: skip
        un["objectifs"].append(objectif_en_dict(suivi))
    delai = cadre.figure("delai_fixation")[1]
    if delai is not None:
        numero = next(s.numero for s in suivis if s.objectif.id == "delai-specialistes")
        engagements[numero] |= {"fixe_avant": delai.isoformat(), "fixe_par": cadre.figure("delai_acteurs")[1]}
    base = cadre.figure("assistants_base")[1]
    if base is not None:
        numero = next(s.numero for s in suivis if s.objectif.id == "assistants-medicaux")
        engagements[numero]["base_du_comptage"] = base.isoformat()
    bilan = cadre.figure("bilan")[1]
    return Resultat({
        "articles": cadre.contexte.figures[NOM]["objectifs"].article,
        "engagements": [engagements[numero] for numero in sorted(engagements)],
        "terme": cadre.horizon.isoformat(),
        "date_de_base": cadre.figure("date_de_base")[1].isoformat(),
        "bilan": bilan.isoformat() if bilan else None,
        **{nom: cadre.figure(nom)[1] for nom in ("nature", "suivi", "declinaison", "suite_degradation", "avis_ordre")},
        "references": [REFERENCE],
    })  # fmt: skip


DISPOSITIF = Dispositif(
    NOM,
    "Engagements collectifs d'accès aux soins",
    {"liste": Liste, "trajectoire": Trajectoire, "suivi": Suivi, "medecin": QuestionMedecin},
    calculer,
)
__all__ = ["DISPOSITIF", "regles"]
