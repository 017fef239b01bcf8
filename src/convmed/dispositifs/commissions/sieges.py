"""The seats of the professional section: who may receive some, how many, and why."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from convmed.dispositifs.commissions.entrees import Sieges
from convmed.dispositifs.commissions.figures import (
    COLLEGES,
    COMPOSITION,
    Figures,
    accord,
    hors_des_sources,
    nombre,
    part,
    pour_cent,
)
from convmed.dispositifs.commissions.plus_fort_reste import Egalite, Repartition, repartir
from convmed.dispositifs.commissions.urps import EXPRIMES, canonique, confiance, elections, resultats
from convmed.dispositifs.socle import Demande, Resultat, refuser
from convmed.textes import NECESSAIRE, Faute
from convmed.textes.unites import vers_entier

SIGNATAIRES = "signataires"
REFERENCE_SEUIL = "R. 162-54-2 CSS"
RESERVE_BASE = "« voix exprimées » : de tous les syndicats ou des seuls signataires, le texte ne tranche pas (lecture 54)"

RESERVE_LISTE = "un siège au moins à chaque organisation de cette liste ; la lecture 55 l'assure dans l'ensemble de la section"


@dataclass(frozen=True, slots=True)
class Scrutin:
    """The votes of one college, and what is needed to share its seats; `seuil` is in 1/10,000, or none is applied."""

    voix: Mapping[str, Decimal]
    sieges: int
    exprimes: Decimal
    base: str | None = None
    signataires: Collection[str] | None = None
    seuil: int | None = None


def calculer_sieges(demande: Demande, entree: Sieges) -> Resultat:
    """Share the seats of a college, or those of a section from a published election (art. 99 to 102-3; circulaire 12 C)."""
    figures = Figures(demande)
    refuser(_fautes(entree))
    if figures("methode") is None:
        return hors_des_sources(demande, "sieges")
    if entree.urps is not None:
        return Resultat(de_la_section(figures, entree.urps, entree.base, entree.signataires))
    assert entree.voix is not None and entree.sieges is not None
    exprimes = entree.exprimes if entree.exprimes is not None else sum(entree.voix.values(), Decimal())
    scrutin = Scrutin(entree.voix, entree.sieges, exprimes, entree.base, entree.signataires, _seuil(figures, entree))
    exclues = exclusions(figures, scrutin)
    retenues = [nom for nom in scrutin.voix if nom not in exclues]
    servis = {canonique(nom) for nom in entree.servis_ailleurs or ()}
    assures = [nom for nom in retenues if canonique(nom) not in servis]
    refuser(_fautes_du_nombre(figures, scrutin, retenues, assures))
    reparti = du_college(figures, scrutin, exclues, assures)
    if assures:
        reparti["reserves"].append(RESERVE_LISTE)
    if scrutin.seuil and entree.exprimes is None:
        reparti["reserves"].append("seuil de représentativité : sur la somme des voix données, le total des exprimés ne l'est pas")
    return Resultat(reparti)


def exclusions(figures: Figures, scrutin: Scrutin) -> dict[str, str]:
    """Return the organisations that receive no seat, each with its reason."""
    if scrutin.signataires is None:
        non_signataires = set(figures.syndicats("non_signataires") or ())
        signataires = {canonique(nom) for nom in scrutin.voix} - non_signataires
    else:
        signataires = {canonique(nom) for nom in scrutin.signataires}
    motifs = {}
    for nom, voix in scrutin.voix.items():
        if canonique(nom) not in signataires:
            motifs[nom] = f"non signataire : ne siège dans aucune instance paritaire ({COMPOSITION})"
        elif not voix:
            motifs[nom] = f"aucune voix : aucun siège à répartir ({COMPOSITION})"
        elif scrutin.seuil is not None and 10_000 * Fraction(voix) < scrutin.seuil * Fraction(scrutin.exprimes):
            motifs[nom] = f"moins de {pour_cent(scrutin.seuil)} des voix du collège : non représentatif ({REFERENCE_SEUIL})"
    return motifs


def du_college(figures: Figures, scrutin: Scrutin, exclues: Mapping[str, str], assures: Collection[str]) -> dict[str, Any]:
    """Return the seats of one college and the work that leads to them."""
    retenues = {nom: voix for nom, voix in scrutin.voix.items() if nom not in exclues}
    diviseur = sum(retenues.values(), Decimal()) if scrutin.base == SIGNATAIRES else scrutin.exprimes
    minimum = figures.connue("siege_minimal")
    sans_garantie = repartir(retenues, scrutin.sieges, diviseur, (), minimum)
    reparti = repartir(retenues, scrutin.sieges, diviseur, assures, minimum)
    entiers = {nom: int(quota) for nom, quota in reparti.quotas.items()}
    garantis = [nom for nom in assures if sans_garantie.sieges[nom] < reparti.sieges[nom]]
    obtenus = {nom: reparti.sieges.get(nom, 0) for nom in scrutin.voix}
    detail = [
        {
            "organisation": nom,
            "voix": nombre(Fraction(voix)),
            "part": nombre(Fraction(voix) / Fraction(scrutin.exprimes)),
            "rapport": nombre(reparti.quotas[nom]) if nom in retenues else None,
            "entier": entiers.get(nom),
            "reste": nombre(Fraction(voix) - entiers[nom] * reparti.quotient) if nom in retenues else None,
            "sieges": obtenus[nom],
            "motif": exclues.get(nom, ""),
        }
        for nom, voix in scrutin.voix.items()
    ]
    resultat: dict[str, Any] = {
        "sieges": obtenus,
        "methode": figures("methode"),
        "base": scrutin.base or "exprimes",
        "exprimes": nombre(Fraction(diviseur)),
        "quotient": nombre(reparti.quotient),
        "entiers": entiers,
        "restes": {un["organisation"]: un["reste"] for un in detail if un["reste"] is not None},
        "sans_garantie": {nom: sans_garantie.sieges.get(nom, 0) for nom in scrutin.voix},
        "sieges_garantis": garantis,
        "exclues": [{"organisation": nom, "motif": motif} for nom, motif in exclues.items()],
        "egalites": _egalites(reparti),
        "a_departager": None if reparti.a_departager is None else _en_dict(reparti.a_departager),
        "detail": detail,
        "reserves": _reserves(scrutin, reparti, garantis),
        "references": [COMPOSITION],
    }
    if reparti.a_departager is not None:
        resultat["motif"] = _partage_parfait(reparti.a_departager)
    return resultat


def de_la_section(
    figures: Figures, election: int, base: str | None = None, signataires: Collection[str] | None = None
) -> dict[str, Any]:
    """Return the seats of the whole section from a published election: each college, then the seat assured in the section."""
    nombre_de_sieges, seuil = figures.connue("sieges_par_college"), figures.connue("seuil_representativite")
    votants = figures.syndicats("signataires") if signataires is None else signataires
    scrutins = {
        college: Scrutin(voix, nombre_de_sieges, EXPRIMES, base, votants, seuil) for college, voix in resultats(election).items()
    }
    exclues = {college: exclusions(figures, scrutin) for college, scrutin in scrutins.items()}
    libres = {college: du_college(figures, scrutin, exclues[college], ()) for college, scrutin in scrutins.items()}
    assures = _assures_dans_la_section(scrutins, exclues, libres)
    for college, scrutin in scrutins.items():
        retenues = [nom for nom in scrutin.voix if nom not in exclues[college]]
        refuser(replace(faute, champ="entree.urps") for faute in _fautes_du_nombre(figures, scrutin, retenues, assures[college]))
    colleges = {college: du_college(figures, scrutin, exclues[college], assures[college]) for college, scrutin in scrutins.items()}
    total: dict[str, int] = {}
    for reparti in colleges.values():
        for nom, sieges in reparti["sieges"].items():
            total[nom] = total.get(nom, 0) + sieges
    return {
        "sieges": total,
        "election": election,
        "colleges": colleges,
        "seuil_representativite": part(seuil),
        "election_de_reference": figures("election_de_reference"),
        "confiance": confiance(election),
        "reserves": [
            f"résultats de {election} : pourcentages publiés par la presse, les voix ne le sont pas",
            RESERVE_BASE,
            "un siège au moins : dans l'ensemble de la section (lecture 55)",
        ],
        "references": [COMPOSITION, REFERENCE_SEUIL],
    }


def _assures_dans_la_section(
    scrutins: Mapping[str, Scrutin], exclues: Mapping[str, Mapping[str, str]], libres: Mapping[str, dict[str, Any]]
) -> dict[str, list[str]]:
    """Return who has a seat first in each college: everyone once, where it has some without that rule, or else is the strongest."""
    assures: dict[str, list[str]] = {college: [] for college in scrutins}
    for nom in dict.fromkeys(nom for scrutin in scrutins.values() for nom in scrutin.voix):
        ou = [college for college, scrutin in scrutins.items() if nom in scrutin.voix and nom not in exclues[college]]
        forces = {college: (libres[college]["sieges"][nom] > 0, scrutins[college].voix[nom]) for college in ou}
        if forces:
            assures[max(forces, key=forces.__getitem__)].append(nom)
    return assures


def _egalites(reparti: Repartition) -> list[dict[str, Any]]:
    if reparti.egalite is None:
        return []
    return [_en_dict(reparti.egalite) | {"retenues": list(reparti.egalite.retenues), "resolution": "au plus grand nombre de voix : texte muet"}]


def _en_dict(egalite: Egalite) -> dict[str, Any]:
    return {"sieges": egalite.sieges, "entre": sorted(egalite.entre)}


def _partage_parfait(egalite: Egalite) -> str:
    return (
        f"texte muet : {accord(egalite.sieges, 'siège')} à départager entre {', '.join(sorted(egalite.entre))}, "
        "à égalité de restes et de voix ; non attribué"
    )


def _reserves(scrutin: Scrutin, reparti: Repartition, garantis: Collection[str]) -> list[str]:
    reserves = []
    if scrutin.base is None and len(scrutin.voix) > len(reparti.sieges):
        reserves.append(RESERVE_BASE)
    if reparti.egalite is not None:
        reserves.append("texte muet sur l'égalité des restes : au plus grand nombre de voix")
    if sum(map(int, reparti.quotas.values())) + len(reparti.quotas) < scrutin.sieges:
        reserves.append("texte muet : plus de sièges restants que d'organisations, un second tour de restes les attribue")
    if garantis:
        reserves.append("texte muet sur qui cède le siège assuré : celle dont le dernier siège était le moins fondé")
    if sum(scrutin.voix.values(), Decimal()) > scrutin.exprimes:
        reserves.append("les pourcentages donnés dépassent leur total par leurs arrondis")
    return reserves


def _seuil(figures: Figures, entree: Sieges) -> int | None:
    if entree.seuil_representativite is not None:
        return vers_entier(entree.seuil_representativite * 100, "%")
    lu: int | None = figures("seuil_representativite") if entree.college else None
    return lu


def _fautes(entree: Sieges) -> list[Faute]:
    if entree.urps is not None:
        return _fautes_de_l_election(entree)
    fautes = [
        Faute(NECESSAIRE, champ=f"entree.{champ}", attendu=attendu)
        for champ, attendu in (("sieges", "un nombre de sièges"), ("voix", "les voix de chaque organisation"))
        if getattr(entree, champ) is None
    ]
    voix = entree.voix or {}
    somme = sum(voix.values(), Decimal())
    if entree.voix is not None and not somme:
        fautes.append(Faute("valeur refusée", champ="entree.voix", attendu="une organisation au moins, et des voix"))
    # A published percentage is rounded to its last decimal: half of it for each organisation may be in excess.
    if entree.exprimes is not None and somme - sum(map(_arrondi, voix.values()), Decimal()) > entree.exprimes:
        fautes.append(Faute("les voix ne font pas ce total", champ="entree.exprimes", valeur=float(entree.exprimes),
                            attendu=f"au moins la somme des voix, {somme:f}"))  # fmt: skip
    connues = {canonique(nom) for nom in voix}
    if entree.voix is not None and len(connues) < len(voix):
        fautes.append(Faute("deux fois la même organisation", champ="entree.voix", attendu="chaque organisation une fois"))
    for rang, nom in enumerate(entree.signataires or ()):
        if entree.voix is not None and canonique(nom) not in connues:
            fautes.append(Faute("organisation sans voix", champ=f"entree.signataires[{rang}]", valeur=nom, attendu="l'une de celles de voix"))
    seuil = entree.seuil_representativite
    if seuil is not None and seuil * 10_000 != int(seuil * 10_000):
        fautes.append(Faute("valeur refusée", champ="entree.seuil_representativite", valeur=float(seuil),
                            attendu="une fraction de 0 à 1, à quatre décimales au plus"))  # fmt: skip
    return fautes


def _arrondi(voix: Decimal) -> Decimal:
    exposant = int(voix.as_tuple().exponent)
    return Decimal(5).scaleb(exposant - 1) if exposant < 0 else Decimal()


def _fautes_de_l_election(entree: Sieges) -> list[Faute]:
    fautes = []
    if entree.urps not in elections():
        attendu = "l'une de " + ", ".join(map(str, elections()))
        fautes.append(Faute("résultats inconnus", champ="entree.urps", valeur=entree.urps, attendu=attendu))
    else:
        connues = {nom for voix in resultats(entree.urps or 0).values() for nom in voix}
        fautes += [
            Faute("organisation sans voix", champ=f"entree.signataires[{rang}]", valeur=nom, attendu="l'une de " + ", ".join(sorted(connues)))
            for rang, nom in enumerate(entree.signataires or ())
            if canonique(nom) not in connues
        ]
    en_trop = ("sieges", "voix", "exprimes", "college", "seuil_representativite", "servis_ailleurs")
    return fautes + [
        Faute("urps donne déjà les voix et les sièges des deux collèges", champ=f"entree.{champ}", attendu="rien, ou sans urps")
        for champ in en_trop
        if getattr(entree, champ) is not None
    ]


def _fautes_du_nombre(figures: Figures, scrutin: Scrutin, retenues: Collection[str], assures: Collection[str]) -> list[Faute]:
    if not retenues:
        attendu = "une organisation représentative signataire au moins"
        return [Faute("aucune organisation ne peut recevoir de siège", champ="entree.voix", attendu=attendu)]
    if len(assures) * figures.connue("siege_minimal") > scrutin.sieges:
        return [Faute("plus d'organisations que de sièges, alors que chacune en a un au moins", champ="entree.voix",
                      valeur=len(assures), attendu=f"{accord(scrutin.sieges, 'organisation')} au plus ({COMPOSITION})")]  # fmt: skip
    return []


def attendus_par_college(figures: Figures) -> dict[str, dict[str, int]] | None:
    """Return the seats that each union holds in each college, from the election of reference; nothing if no text says."""
    election = figures("election_de_reference")
    if figures("methode") is None or election is None:
        return None
    colleges = de_la_section(figures, int(election))["colleges"]
    return {college: {nom: sieges for nom, sieges in colleges[college]["sieges"].items() if sieges} for college in COLLEGES}
