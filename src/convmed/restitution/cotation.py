"""What may be billed for an encounter: every lawful coding with its prices and payers, and the proof for the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Any

from convmed.cotation.evaluation import Evaluation, Reponse
from convmed.cotation.jugement import INCONNU, Jugement
from convmed.cotation.nomenclature import INTERDIT, MUET, PERMIS, Code, Cumul
from convmed.cotation.partage import partager
from convmed.cotation.seance import champ_de, date_locale, modele_de_seance
from convmed.dispositifs.socle import Demande, Refus, en_euros, tous
from convmed.dispositifs.tarifs import donnees_du_prix, evaluer, muets_en_liste
from convmed.donnees.modeles import lire
from convmed.textes import EN_VIGUEUR, Erreurs, trouver_texte
from convmed.textes.unites import vers_entier

A_ETABLIR = "à établir"


def coter(entree: Mapping[str, Any], texte: str = EN_VIGUEUR, questions: Iterable[str] = ()) -> dict[str, Any]:
    """Return the lawful codings of an encounter, the best paid first, and the answer on each code asked.

    `entree` is the encounter of the JSON contract (`codes` are the acts done, or may be left out); `questions` are the
    codes on which the answer is wanted even if they are not to be billed, with their pairs. `Erreurs` with every fault.
    """
    tous()
    seance, fautes = lire(modele_de_seance(), {"codes": [], **entree}, "entree")
    if seance is None:
        raise Erreurs(fautes)
    jour = date_locale(seance)
    try:
        evaluation = evaluer(Demande(trouver_texte(texte), jour.year, jour), seance)
    except Refus as refus:
        raise Erreurs(refus.fautes) from refus
    reponses = evaluation.proposer()
    if manquantes := donnees_du_prix([j for r in reponses for j in r.retenus]):
        raise Erreurs(manquantes)
    jugements = [evaluation.juger(code) for code in evaluation.candidats()]
    return {
        "date": jour.isoformat(),
        "texte": evaluation.contexte.texte.id,
        "cotations": [cotation_en_dict(evaluation, reponse) for reponse in reponses],
        "sous_conditions": [sous_condition(j) for j in jugements if j.reponse == INCONNU and j.manquants],
        "refus": [refus_en_dict(j) for j in jugements if j.reponse == INTERDIT],
        "reponses": reponses_aux_questions(evaluation, questions),
    }


def cotation_en_dict(evaluation: Evaluation, reponse: Reponse) -> dict[str, Any]:
    """Return one coding: its codes, its prices with their references, who pays, what is silent or reserved."""
    montants = reponse.cotation.montants
    codes = [
        {
            "code": j.code.code,
            "libelle": j.code.libelle,
            "tarif": en_euros(montants[j.code.code]),
            "references": list(dict.fromkeys((*j.prix.references, *j.code.conditions.values()))),
            "confiance": j.prix.confiance or "officiel",
        }
        for j in reponse.retenus
    ]
    connus = {j.code: m for j in reponse.retenus if (m := montants[j.code.code]) is not None}
    depassement = vers_entier(f"{evaluation.seance.depassement or 0:.2f}", "EUR")
    partage = partager(connus, evaluation.instance, depassement)
    complet = len(connus) == len(montants)
    return {
        "codes": codes,
        "total": en_euros(reponse.cotation.total) if complet else None,
        **(partage.en_euros(en_euros) if complet else {}),
        "reserves": [*reponse.reserves, *partage.reserves],
        "muets": muets_en_liste(reponse.muets),
    }


def sous_condition(jugement: Jugement) -> dict[str, Any]:
    """Return a code that could be billed if something were known, and what."""
    champs = {champ_de(f.nom).removeprefix("entree."): f.libelle for f in jugement.manquants if f.genre == "entree"}
    return {
        "code": jugement.code.code,
        "libelle": jugement.code.libelle,
        "tarif": en_euros(jugement.prix.montant) if jugement.prix.unite.startswith("EUR") else None,
        "a_etablir": champs,
        "references": list(dict.fromkeys(jugement.code.conditions.values())),
    }


def refus_en_dict(jugement: Jugement) -> dict[str, Any]:
    """Return why a code may not be billed: every reason, each with its texts."""
    return {
        "code": jugement.code.code,
        "libelle": jugement.code.libelle,
        "motifs": [{"motif": m.motif, "references": list(m.references)} for m in jugement.motifs],
    }


def reponses_aux_questions(evaluation: Evaluation, questions: Iterable[str]) -> list[dict[str, Any]]:
    """Return permis, interdit, texte muet (or à établir) for each code asked and each pair of them, with the proof."""
    fautes = [mot for mot in questions if evaluation.trouver(mot) is None]
    if fautes:
        raise Erreurs(evaluation.fautes_des_codes(fautes, "code"))
    codes = [code for mot in questions if (code := evaluation.trouver(mot)) is not None]
    seuls = [reponse_sur_un_code(evaluation.juger(code)) for code in codes]
    return seuls + [reponse_sur_une_paire(un, autre, evaluation.cumuls.entre(un, autre)) for un, autre in combinations(codes, 2)]


def reponse_sur_un_code(jugement: Jugement) -> dict[str, Any]:
    """Return the answer on one code."""
    references = [r for m in jugement.motifs for r in m.references] or list(jugement.code.conditions.values()) or list(jugement.prix.references)
    motif = " ; ".join(m.motif for m in jugement.motifs)
    if jugement.reponse == INCONNU:
        motif = "à établir : " + ", ".join(dict.fromkeys(f.libelle.lower() for f in jugement.manquants))
    return {
        "codes": [jugement.code.code],
        "reponse": {PERMIS: PERMIS, INTERDIT: INTERDIT}.get(jugement.reponse, A_ETABLIR),
        "motif": motif or f"{jugement.code.libelle} : toutes les conditions sont remplies",
        "references": list(dict.fromkeys(references)),
        "reserves": jugement.reserves,
    }


def reponse_sur_une_paire(un: Code, autre: Code, cumul: Cumul) -> dict[str, Any]:
    """Return the answer on two codes billed together."""
    return {
        "codes": [un.code, autre.code],
        "reponse": "texte muet" if cumul.reponse == MUET else cumul.reponse,
        "motif": cumul.condition,
        "references": cumul.references,
        "confiance": cumul.confiance or None,
    }
