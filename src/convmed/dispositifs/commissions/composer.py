"""A lawful composition built from candidates, or what it lacks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from convmed.dispositifs.commissions.composition import (
    CONSULTATIVE,
    QUALITES,
    SUPPLEANT,
    TITULAIRE,
    UNCAM,
    UNOCAM,
    attendus_de,
    empechements,
    fautes_des_personnes,
    fautes_des_sieges,
)
from convmed.dispositifs.commissions.entrees import Candidat, Composer
from convmed.dispositifs.commissions.figures import (
    APPEL,
    COLLEGES,
    COMPOSITION,
    CPN,
    INSTANCES_REFERENCE,
    PROFESSIONNELLE,
    SOCIALE,
    Figures,
    accord,
    fautes_de_formation,
    hors_des_sources,
)
from convmed.dispositifs.commissions.urps import canonique
from convmed.dispositifs.socle import Demande, Resultat, refuser
from convmed.textes import NECESSAIRE, Faute

ORDRE = "Ordre des médecins"


@dataclass(slots=True)
class Choix:
    """The members chosen so far, the seats that nobody fills, the candidates left aside with the reason."""

    membres: list[dict[str, Any]] = field(default_factory=list)
    manques: list[dict[str, Any]] = field(default_factory=list)
    ecartes: list[dict[str, Any]] = field(default_factory=list)

    def pourvoir(self, candidats: Iterable[Candidat], sieges: int, suppleants: int, **place: Any) -> None:
        """Give the seats to the candidates in their order: the titulars, then the substitutes."""
        restants = list(candidats)
        qui = " ".join(filter(None, (place["organisation"], COLLEGES.get(place.get("college", "")))))
        for qualite, voulus in ((TITULAIRE, sieges), (SUPPLEANT, suppleants)):
            choisis, restants = restants[:voulus], restants[voulus:]
            self.membres += [{"membre": un.candidat, "qualite": qualite, **place} for un in choisis]
            if len(choisis) < voulus:
                motif = f"{qui} : {accord(voulus, QUALITES[qualite])} à pourvoir, {accord(len(choisis), 'candidat')} qui peut siéger"
                self.manques.append({"qualite": qualite, **place, "sieges": voulus, "candidats": len(choisis), "motif": motif, "reference": COMPOSITION})
        self.ecartes += [{"candidat": un.candidat, "peut_sieger": True, "motif": f"{qui} : les sièges sont pourvus par ceux qui précèdent"} for un in restants]


def calculer_composer(demande: Demande, entree: Composer) -> Resultat:
    """Build a composition from candidates (art. 99 to 102-3; circulaire 12 C): those of a union in its order."""
    figures = Figures(demande)
    noms = [un.candidat for un in entree.candidats]
    refuser([*fautes_de_formation(entree.formation, entree.instance), *fautes_des_personnes(entree.candidats, noms, "candidat"),
             *fautes_des_sieges(figures, entree.sieges)])  # fmt: skip
    if figures("conditions_de_siege") is None:
        return hors_des_sources(demande, "possible")
    attendus = attendus_de(figures, entree.sieges)
    if attendus is None:
        refuser([Faute(NECESSAIRE, champ="entree.sieges", attendu="les sièges de chaque syndicat, que ce texte ne donne pas")])
    choix = Choix()
    _medecins(figures, entree.candidats, attendus or {}, choix)
    _section_sociale(figures, entree, choix)
    ordre = [un for un in entree.candidats if un.section == CONSULTATIVE]
    _ordre(figures, ordre, choix)
    installable = not any(manque["qualite"] == TITULAIRE and manque["organisation"] != UNOCAM for manque in choix.manques)
    resultats: dict[str, Any] = {
        "possible": not choix.manques,
        "installable": installable,
        "membres": choix.membres if installable else None,
        "manques": choix.manques,
        "ecartes": choix.ecartes,
        "sieges_attendus": attendus,
        "references": [INSTANCES_REFERENCE, COMPOSITION],
    }
    if choix.manques:
        resultats["motif"] = " ; ".join(manque["motif"] for manque in choix.manques)
    return Resultat(resultats)


def _medecins(figures: Figures, candidats: list[Candidat], attendus: dict[str, dict[str, int]], choix: Choix) -> None:
    peuvent = []
    for un in candidats:
        if un.section != PROFESSIONNELLE:
            continue
        manquantes, inconnues = empechements(figures, un)
        raisons = [motif for _, motif in manquantes] + [f"à vérifier : {inconnue}" for inconnue in inconnues]
        if raisons:
            choix.ecartes.append({"candidat": un.candidat, "peut_sieger": False, "motif": f"{' ; '.join(raisons)} ({INSTANCES_REFERENCE})"})
        else:
            peuvent.append(un)
    places = {(college, canonique(syndicat)): sieges for college, du_college in attendus.items() for syndicat, sieges in du_college.items()}
    for (college, syndicat), sieges in places.items():
        siens = (un for un in peuvent if (un.college, canonique(un.organisation or "")) == (college, syndicat))
        champs = {"liberal_conventionne": True, "sanction_definitive": False}
        choix.pourvoir(siens, sieges, sieges, section=PROFESSIONNELLE, organisation=syndicat, college=college, **champs)
    choix.ecartes += [
        {"candidat": un.candidat, "peut_sieger": False, "motif": f"{un.organisation} n'a pas de siège au collège des {COLLEGES[un.college or '']} ({COMPOSITION})"}
        for un in peuvent
        if (un.college, canonique(un.organisation or "")) not in places
    ]


def _section_sociale(figures: Figures, entree: Composer, choix: Choix) -> None:
    par_organisation: dict[str, list[Candidat]] = {UNCAM: [], UNOCAM: []}
    for un in entree.candidats:
        if un.section == SOCIALE:
            siens = par_organisation.get((un.organisation or UNCAM).upper())
            if siens is None:
                motif = f"« {un.organisation} » : la section sociale réunit l'UNCAM et l'UNOCAM ({COMPOSITION})"
                choix.ecartes.append({"candidat": un.candidat, "peut_sieger": False, "motif": motif})
            else:
                siens.append(un)
    choix.pourvoir(par_organisation[UNCAM], figures.connue("titulaires_par_section"), figures.connue("suppleants_sociaux"),
                   section=SOCIALE, organisation=UNCAM)  # fmt: skip
    if entree.instance == CPN and entree.formation != APPEL:
        titulaires, suppleants = figures.connue("titulaires_unocam"), figures.connue("suppleants_unocam")
        # A substitute is only said to sit when the titular is absent: none is no lack.
        voulus = min(suppleants, max(0, len(par_organisation[UNOCAM]) - titulaires))
        choix.pourvoir(par_organisation[UNOCAM], titulaires, voulus, section=SOCIALE, organisation=UNOCAM)
        return
    choix.ecartes += [{"candidat": un.candidat, "peut_sieger": False, "motif": f"l'UNOCAM siège en CPN seulement, et jamais en appel ({COMPOSITION})"}
                      for un in par_organisation[UNOCAM]]  # fmt: skip


def _ordre(figures: Figures, candidats: list[Candidat], choix: Choix) -> None:
    voulus = figures.connue("representants_ordre")
    choix.membres += [{"membre": un.candidat, "section": CONSULTATIVE, "organisation": ORDRE} for un in candidats[:voulus]]
    choix.ecartes += [{"candidat": un.candidat, "peut_sieger": True, "motif": f"un seul représentant de l'Ordre ({COMPOSITION})"} for un in candidats[voulus:]]
    if len(candidats) < voulus:
        choix.manques.append({"qualite": CONSULTATIVE, "section": CONSULTATIVE, "organisation": ORDRE, "sieges": voulus, "candidats": len(candidats),
                              "motif": f"{ORDRE} : {accord(voulus, 'représentant')} à titre consultatif à désigner",
                              "reference": COMPOSITION})  # fmt: skip
