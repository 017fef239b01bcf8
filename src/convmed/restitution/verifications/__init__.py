"""Published figures held against a simulated country: what is found again, within what margin, and why not the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from convmed.restitution.masquage import petit
from convmed.restitution.simulation import reelle
from convmed.simulation import Application, Simulation
from convmed.textes import Texte, trouver_texte
from convmed.textes.bareme import lire_yaml

ICI = Path(__file__).parent
REFERENCE, GENERALISTES = "reference", "01"
CENTIMES, MILLION = 100, 1_000_000


@dataclass(frozen=True, slots=True)
class Terme:
    """One thing to measure: dispositifs under a text and a year, over some doctors; with the sign that it has in a sum."""

    texte: str
    annee: int
    dispositifs: tuple[str, ...]
    medecins: str
    mesure: str
    signe: int = 1


@dataclass(frozen=True, slots=True)
class Chiffre:
    """A published figure: its bounds, its margin in %, who says it, and how the same thing is measured."""

    id: str
    libelle: str
    au_moins: Fraction
    au_plus: Fraction
    borne: str
    unite: str
    marge: Fraction
    nature: str
    source: str
    confiance: str
    lecture: str
    calcul: str
    termes: tuple[Terme, ...]


@cache
def chiffres() -> tuple[Chiffre, ...]:
    """Return the published figures."""
    lus = []
    for bloc in lire_yaml((ICI / "chiffres.yaml").read_text("utf-8"), "chiffres.yaml")["chiffres"]:
        bornes = [_exact(nombre) for nombre in (bloc["valeur"] if isinstance(bloc["valeur"], list) else [bloc["valeur"]] * 2)]
        termes = tuple(Terme(**{**terme, "annee": int(terme["annee"]), "dispositifs": tuple(terme["dispositifs"]), "signe": int(terme.get("signe", 1))})
                       for terme in bloc.get("termes", ()))  # fmt: skip
        textes = {nom: str(bloc.get(nom, "")) for nom in ("id", "libelle", "borne", "unite", "nature", "source", "confiance", "lecture", "calcul")}
        lus.append(Chiffre(**textes, au_moins=bornes[0], au_plus=bornes[1], marge=_exact(bloc["marge"]), termes=termes))
    return tuple(lus)


def demandes(reference: Texte) -> list[tuple[Texte, int]]:
    """Return the texts and years that the figures need, each once."""
    voulues = {(terme.texte, terme.annee): None for chiffre in chiffres() for terme in chiffre.termes}
    return [(_texte(nom, reference), annee) for nom, annee in voulues]


def verifier(simulation: Simulation, reference: Texte, echelle: Fraction) -> list[dict[str, Any]]:
    """Return each figure beside what is simulated; `echelle` is what a total is multiplied by to be that of the country."""
    applications = {(a.texte.id, a.texte.reference, a.annee): a for a in simulation.applications}

    def appliquer(terme: Terme) -> Application | None:
        texte = _texte(terme.texte, reference)
        return applications.get((texte.id, texte.reference, terme.annee))

    return [_confronter(chiffre, _simuler(chiffre, [(terme, _mesurer(simulation, appliquer(terme), terme, echelle)) for terme in chiffre.termes])) for chiffre in chiffres()]


def _confronter(chiffre: Chiffre, simule: Fraction | None) -> dict[str, Any]:
    """Set what is simulated beside what was published: the gap to the nearest bound, and whether it is within the margin."""
    ecart, tenu = None, None
    if simule is not None:
        proche = min(max(simule, chiffre.au_moins), chiffre.au_plus)
        if chiffre.borne == "au-moins":
            proche = max(simule, chiffre.au_moins)
        ecart = 100 * (simule - proche) / proche if proche else None
        tenu = ecart is not None and abs(ecart) <= chiffre.marge
    return {
        "id": chiffre.id, "libelle": chiffre.libelle, "unite": chiffre.unite, "borne": chiffre.borne or None,
        "publie_min": _nombre(chiffre.au_moins), "publie_max": _nombre(chiffre.au_plus), "simule": _arrondir(simule, chiffre.unite),
        "ecart_pour_cent": _arrondir(ecart, "%"), "marge_pour_cent": _nombre(chiffre.marge), "retrouve": tenu,
        "nature": chiffre.nature, "source": chiffre.source, "confiance": chiffre.confiance, "lecture": chiffre.lecture,
    }  # fmt: skip


def _simuler(chiffre: Chiffre, mesures: Sequence[tuple[Terme, Fraction | None]]) -> Fraction | None:
    valeurs = [mesure for _, mesure in mesures]
    if not chiffre.calcul or None in valeurs:
        return None
    if chiffre.calcul == "hausse":
        apres, avant = valeurs
        return 100 * (apres / avant - 1) if apres is not None and avant else None
    return sum((terme.signe * mesure for terme, mesure in mesures if mesure is not None), Fraction())


def _mesurer(simulation: Simulation, application: Application | None, terme: Terme, echelle: Fraction) -> Fraction | None:
    """Return a mean in euros or a total in millions of euros; `None` if an amount is missing for anyone."""
    if application is None or not all(nom in application.volets for nom in terme.dispositifs):
        return None
    series = [simulation.montant(application, nom) for nom in terme.dispositifs]
    if any(serie is None or serie.null_count() for serie in series):
        return None
    retenus = _choisis(simulation.medecins, terme.medecins)
    if retenus is None:
        return None
    sommes = sum((serie for serie in series if serie is not None), pl.zeros(len(retenus), pl.Int64, eager=True)).filter(retenus)
    payes = sommes.filter(sommes > 0) if terme.mesure == "moyenne-payes" else sommes
    if reelle(simulation) and petit("medecins", len(payes)):
        return None
    if terme.mesure == "total":
        return Fraction(int(payes.sum()), CENTIMES * MILLION) * echelle
    return Fraction(int(payes.sum()), CENTIMES * len(payes)) if len(payes) else None


def _choisis(medecins: pl.DataFrame, lesquels: str) -> pl.Series | None:
    """Return which doctors are taken; `None` if the population does not tell them apart."""
    if lesquels == "tous":
        return pl.repeat(True, medecins.height, eager=True)
    return medecins["specialite"].cast(pl.String) == GENERALISTES if "specialite" in medecins.columns else None


@cache
def _du_dossier(nom: str) -> Texte:
    return trouver_texte(str(ICI / nom))


def _texte(nom: str, reference: Texte) -> Texte:
    return reference if nom == REFERENCE else _du_dossier(nom) if nom.endswith(".yaml") else trouver_texte(nom)


def _exact(nombre: Any) -> Fraction:
    return Fraction(nombre if isinstance(nombre, int | Decimal) else str(nombre))


def _arrondir(valeur: Fraction | None, unite: str) -> int | float | None:
    """Round half up: one decimal for a percentage, whole euros and millions otherwise."""
    if valeur is None:
        return None
    dixiemes = 10 if unite == "%" else 1
    return _nombre(Fraction((2 * dixiemes * valeur + 1) // 2, dixiemes))


def _nombre(valeur: Fraction) -> int | float:
    return int(valeur) if valeur.denominator == 1 else float(valeur)


__all__ = ["Chiffre", "chiffres", "demandes", "verifier"]
