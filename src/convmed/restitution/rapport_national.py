"""Texts side by side on a country: what each costs, who gains and who loses against one of them, and what holds of it.

All of it comes from one simulation: the same patients under every text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from convmed.donnees.population.reperes import entier
from convmed.restitution import verifications
from convmed.restitution.masquage import petit
from convmed.restitution.simulation import (
    comparer,
    deciles,
    gagnants,
    groupes,
    indicateurs,
    masses,
    par_dispositif,
    reelle,
    reserves,
    texte_des_indicateurs,
)
from convmed.simulation import Application, Simulation
from convmed.textes import Erreurs, Faute, Texte
from convmed.textes.unites import vers_nombre

PAYS = "pop-total"
MILLION = 1_000_000
Cle = tuple[str, str, int]


@dataclass(frozen=True)
class Demande:
    """What a report sets side by side: texts, the one that the others are compared with, the exercise, the years."""

    textes: Sequence[Texte]
    reference: Texte
    annee: int
    annees: Sequence[int]

    def __post_init__(self) -> None:
        """Refuse texts that cannot be told apart, or a single one."""
        noms = [texte.id for texte in self.textes]
        doubles = sorted({nom for nom in noms if noms.count(nom) > 1})
        fautes = [Faute(f"le texte « {nom} » est demandé deux fois", champ="--textes", attendu="des textes de noms différents") for nom in doubles]
        if len(noms) < 2:
            fautes.append(Faute("il faut deux textes", champ="--textes", attendu="au moins deux noms, séparés par des virgules"))
        if fautes:
            raise Erreurs(fautes)

    def applications(self) -> list[tuple[Texte, int]]:
        """Return every text and year that the report needs, each once; the last text first, for the indicators follow it."""
        voulues = [(self.textes[-1], self.annee)] + [(texte, une) for une in (self.annee, *self.annees) for texte in self.textes]
        return list({_cle(texte, une): (texte, une) for texte, une in (*voulues, *verifications.demandes(self.reference))}.values())


def etablir(simulation: Simulation, demande: Demande) -> dict[str, Any]:
    """Return the report; amounts in euros for the population, in millions of euros for the country (`france`)."""
    faites = {_cle(a.texte, a.annee): a for a in simulation.applications}
    identite, source = simulation.source.identite, simulation.source
    echelle = Fraction(1) if reelle(simulation) else Fraction(entier(PAYS), source.patients)
    du_jour = [faites[_cle(texte, demande.annee)] for texte in demande.textes]
    reference = faites[_cle(demande.reference, demande.annee)]
    communs = _communs(simulation, du_jour)
    premiere = comparer(simulation, reference, reference)
    cachee = premiere.cachee
    return {
        "population": {"patients": None if cachee else source.patients, "medecins": None if cachee else simulation.medecins.height,
                       "origine": identite["origine"], "graine": identite["graine"], "annee": identite["annee"]},
        "annee": demande.annee, "reference": demande.reference.id, "moteur": simulation.moteur,
        "echelle": None if reelle(simulation) else float(echelle), "communs": communs,
        "textes": [_texte(simulation, a, reference, echelle, communs, cachee) for a in du_jour],
        "comparaisons": [_comparaison(simulation, a, reference) for a in du_jour if a is not reference],
        "annees": [_annee(simulation, faites, demande, une, echelle, cachee) for une in demande.annees],
        "texte_des_indicateurs": texte_des_indicateurs(simulation), "indicateurs": indicateurs(premiere),
        "verifications": [] if cachee or petit("patients", source.patients) else verifications.verifier(simulation, demande.reference, echelle),
    }  # fmt: skip


def _cle(texte: Texte, annee: int) -> Cle:
    return texte.id, texte.reference, annee


def _texte(simulation: Simulation, application: Application, reference: Application, echelle: Fraction, communs: list[str], cachee: bool) -> dict[str, Any]:
    """Return what a text costs, by dispositif, and what it adds on the dispositifs that every text computes."""
    rangees = par_dispositif(comparer(simulation, application, reference))
    total = None if cachee else simulation.masse(application)
    commun = None if cachee else simulation.masse(application, communs) - simulation.masse(reference, communs)
    return {
        "texte": application.texte.id, "libelle": application.texte.libelle, "reference": application.texte.reference,
        "par_dispositif": {rangee["dispositif"]: rangee["texte"] for rangee in rangees},
        "ajouts": [
            {"dispositif": dispositif, "figure": figure, "libelle": valeur.figure.libelle, "valeur": f"{valeur.brute}", "unite": valeur.figure.unite,
             "confiance": valeur.confiance, "reference": valeur.reference}
            for (dispositif, figure), valeurs in application.texte.ajouts.items() for valeur in valeurs
        ],
        "motifs": {rangee["dispositif"]: rangee["motif_texte"] for rangee in rangees if rangee["motif_texte"]},
        "masse": _euros(total), "france": _millions(total, echelle),
        "difference_commune": _euros(commun), "difference_commune_france": _millions(commun, echelle),
    }  # fmt: skip


def _comparaison(simulation: Simulation, application: Application, reference: Application) -> dict[str, Any]:
    c = comparer(simulation, application, reference)
    masse = masses(c)
    return {
        "texte": application.texte.id, "contre": reference.texte.id, "difference": masse["difference"], "comparables": masse["comparables"],
        "medecins": gagnants(c), "deciles": deciles(c), "groupes": groupes(c), "reserves": reserves(c),
    }  # fmt: skip


def _annee(simulation: Simulation, faites: dict[Cle, Application], demande: Demande, annee: int, echelle: Fraction, cachee: bool) -> dict[str, Any]:
    """Return what each text costs more than the reference in a year: on what all compute that year, and on what both do."""
    de_l_annee = [faites[_cle(texte, annee)] for texte in demande.textes]
    reference, communs = faites[_cle(demande.reference, annee)], _communs(simulation, de_l_annee)
    ecarts = []
    for application in de_l_annee:
        noms = simulation.comparables(application, reference)
        commun, tout = (None if cachee else simulation.masse(application, une) - simulation.masse(reference, une) for une in (communs, noms))
        ecarts.append({
            "texte": application.texte.id, "difference_commune": _euros(commun), "difference_commune_france": _millions(commun, echelle),
            "comparables": noms, "difference": _euros(tout), "difference_france": _millions(tout, echelle),
        })  # fmt: skip
    return {"annee": annee, "communs": communs, "textes": ecarts}


def _communs(simulation: Simulation, applications: Sequence[Application]) -> list[str]:
    """Return the dispositifs that every text computes."""
    return [nom for nom in simulation.dispositifs if all(nom in {*a.volets, *a.absents} and simulation.montant(a, nom) is not None for a in applications)]


def _euros(centimes: int | None) -> int | float | None:
    return None if centimes is None else vers_nombre(centimes, "EUR")


def _millions(centimes: int | None, echelle: Fraction) -> float | None:
    """Return an amount of the whole country in millions of euros, rounded half up to a tenth."""
    if centimes is None:
        return None
    dixiemes = Fraction(centimes, 100 * MILLION) * echelle * 10
    return float(Fraction((2 * dixiemes + 1) // 2, 10))
