"""A vote of a commission: may it deliberate, what comes out of the votes, what comes next."""

from __future__ import annotations

from typing import Any

from convmed.dispositifs.commissions.entrees import Presents, Vote
from convmed.dispositifs.commissions.figures import (
    APPEL,
    COMPOSITION,
    CPN,
    PROFESSIONNELLE,
    SOCIALE,
    Figures,
    fautes_de_formation,
    hors_des_sources,
)
from convmed.dispositifs.socle import Demande, Resultat, refuser
from convmed.textes import NECESSAIRE, Faute

ADOPTE, REJETE, SECOND_VOTE, AVIS_REPUTE, IMPOSSIBLE = "adopte", "rejete", "second-vote", "avis-repute-rendu", "deliberation-impossible"
RESERVE_DOUBLE_VOIX = "2 voix au président de la section professionnelle quand l'UNOCAM siège seulement (lecture 51) ; une par membre en appel (lecture 52)"


def calculer_vote(demande: Demande, entree: Vote) -> Resultat:
    """Tell what comes out of a vote (art. 99 to 102-3; circulaire 12 C): abstentions are no expressed votes."""
    figures = Figures(demande)
    if figures("majorite") is None:
        return hors_des_sources(demande, "issue")
    plafond = plafond_des_voix(figures, entree)
    refuser(_fautes(figures, entree, plafond))
    parite, quorum = _parite(figures, entree), _quorum(figures, entree)
    votes = figures.connue("votes_en_cas_de_partage")
    abstentions = entree.abstentions
    if abstentions is None and entree.presents is not None:
        abstentions = sum(voix_presentes(figures, entree.presents).values()) - entree.pour - entree.contre
    exprimes = entree.pour + entree.contre
    empeche = _empeche(figures, entree, parite, quorum)
    issue, suite = (IMPOSSIBLE, empeche) if empeche else _issue(figures, entree, votes)
    resultats: dict[str, Any] = {
        "issue": issue,
        "suite": suite,
        "tour": entree.tour,
        "pour": entree.pour,
        "contre": entree.contre,
        "abstentions": abstentions,
        "exprimes": exprimes,
        "majorite": exprimes // 2 + 1,
        "regle": figures("majorite"),
        "voix_au_plus": plafond,
        "parite": parite,
        "quorum_atteint": quorum,
        "modes_de_vote": list(figures("modes_de_vote") or ()),
        "reserves": _reserves(figures, entree, exprimes),
        "references": [COMPOSITION],
    }
    if entree.presents is not None:
        resultats["voix_presentes"] = voix_presentes(figures, entree.presents)
    if empeche:
        resultats["motif"] = empeche
    return Resultat(resultats)


def voix_presentes(figures: Figures, presents: Presents) -> dict[str, int]:
    """Return the votes of each section: with the UNOCAM the president of the professional section has two."""
    unocam = bool(presents.unocam)
    preside = presents.president_professionnel is not False and presents.professionnelle > 0
    double = (figures.connue("voix_du_president") - 1) * int(unocam and preside)
    return {PROFESSIONNELLE: presents.professionnelle + double, SOCIALE: presents.sociale + int(unocam)}


def plafond_des_voix(figures: Figures, entree: Vote) -> int:
    """Return the votes that the commission has at most: 26 in a plenary CPN, or if the instance is not given; 24 otherwise."""
    titulaires = figures.connue("titulaires_par_section")
    complete = Presents(professionnelle=titulaires, sociale=titulaires, unocam=_avec_unocam(entree))
    return sum(voix_presentes(figures, complete).values())


def _avec_unocam(entree: Vote) -> bool:
    return entree.formation != APPEL and entree.instance in (None, CPN)


def _issue(figures: Figures, entree: Vote, votes: int) -> tuple[str, str]:
    if entree.pour != entree.contre:
        adopte = entree.pour > entree.contre
        return (ADOPTE, "le point est adopté") if adopte else (REJETE, "le point est rejeté")
    if entree.tour < votes:
        return SECOND_VOTE, "partage des voix : second vote au cours de la même séance"
    return AVIS_REPUTE, f"nouveau partage : l'absence d'accord vaut {figures('second_partage')}"


def _empeche(figures: Figures, entree: Vote, parite: bool | None, quorum: bool | None) -> str:
    motifs = []
    if quorum is False:
        motifs.append(f"le quorum de {_quorum_exige(figures, entree)} membres n'est pas atteint dans chaque section")
    if parite is False:
        motifs.append("la parité entre les sections n'est pas respectée")
    return f"la commission ne peut pas délibérer : {' ; '.join(motifs)} ({COMPOSITION})" if motifs else ""


def _parite(figures: Figures, entree: Vote) -> bool | None:
    if entree.presents is None or not figures("parite_exigee"):
        return None
    voix = voix_presentes(figures, entree.presents)
    return voix[PROFESSIONNELLE] == voix[SOCIALE]


def _quorum_exige(figures: Figures, entree: Vote) -> int | None:
    exige: int | None = figures("quorum") if entree.quorum is None else entree.quorum
    return exige


def _quorum(figures: Figures, entree: Vote) -> bool | None:
    exige = _quorum_exige(figures, entree)
    if entree.presents is None or exige is None:
        return None
    return min(entree.presents.professionnelle, entree.presents.sociale) >= exige


def _fautes(figures: Figures, entree: Vote, plafond: int) -> list[Faute]:
    fautes = fautes_de_formation(entree.formation, entree.instance)
    donnees = entree.pour + entree.contre + (entree.abstentions or 0)
    if donnees > plafond:
        fautes.append(Faute("plus de voix que la commission n'en a", champ="entree.pour", valeur=donnees,
                            attendu=f"{plafond} voix au plus, pour, contre et abstentions ({COMPOSITION})"))  # fmt: skip
    if entree.quorum is not None and entree.presents is None:
        fautes.append(Faute(NECESSAIRE, champ="entree.presents", attendu="les membres présents de chaque section"))
    return fautes + (_fautes_des_presents(figures, entree, entree.presents, donnees) if entree.presents else [])


def _fautes_des_presents(figures: Figures, entree: Vote, presents: Presents, donnees: int) -> list[Faute]:
    fautes = []
    titulaires = figures.connue("titulaires_par_section")
    for section in (PROFESSIONNELLE, SOCIALE):
        if getattr(presents, section) > titulaires:
            fautes.append(Faute("plus de présents que de sièges", champ=f"entree.presents.{section}", valeur=getattr(presents, section),
                                attendu=f"{titulaires} au plus, titulaires ou leurs suppléants ; l'UNOCAM par unocam"))  # fmt: skip
    if presents.unocam and not _avec_unocam(entree):
        fautes.append(Faute("l'UNOCAM ne siège qu'en CPN, hors appel", champ="entree.presents.unocam", valeur=True, attendu="false"))
    if presents.unocam is None and entree.instance == CPN and entree.formation != APPEL:
        fautes.append(Faute(NECESSAIRE, champ="entree.presents.unocam", attendu="true ou false : l'UNOCAM siège-t-elle"))
    voix = sum(voix_presentes(figures, presents).values())
    if not fautes and (donnees > voix or (entree.abstentions is not None and donnees < voix)):
        fautes.append(Faute("les voix ne font pas le compte des présents", champ="entree.presents", valeur=donnees,
                            attendu=f"{voix} voix, pour, contre et abstentions"))  # fmt: skip
    return fautes


def _reserves(figures: Figures, entree: Vote, exprimes: int) -> list[str]:
    reserves = ["abstentions hors des voix exprimées : lecture usuelle, le texte ne le dit pas"]
    if entree.presents is None:
        reserves.append("quorum et parité supposés respectés : les présents ne sont pas donnés")
    if _quorum_exige(figures, entree) is None:
        reserves.append(figures.non_publiee("quorum"))
    if not exprimes:
        reserves.append("aucune voix exprimée : texte muet, lu comme un partage")
    if entree.instance == CPN:
        reserves.append(RESERVE_DOUBLE_VOIX)
    return reserves
