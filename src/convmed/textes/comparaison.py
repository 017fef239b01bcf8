"""Text against text: the life of a figure under each text, and the figures on which two texts differ."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from typing import Any

from convmed.textes.bareme import DEBUT_DES_TEMPS, FIN_DES_TEMPS, Figure, Valeur
from convmed.textes.consultation import NON_PUBLIE, dispositifs_choisis, en_clair
from convmed.textes.textes import Texte
from convmed.textes.unites import UNITES_SANS_NOMBRE, base, vers_nombre

UN_JOUR = dt.timedelta(days=1)
COLONNES = (
    "dispositif", "figure", "libelle", "unite", "du", "au", "valeur_a", "valeur_b", "difference",
    "reference_a", "reference_b", "statut_a", "statut_b", "confiance_a", "confiance_b",
)  # fmt: skip


class Silence(Enum):
    """Why a text gives no value: it knows no such figure (or ended it), or nobody published it."""

    SANS_FIGURE = "néant"
    NON_PUBLIE = NON_PUBLIE


@dataclass(frozen=True, slots=True)
class Periode:
    """A stretch of days, both ends included, over which each text keeps one value of a figure."""

    du: dt.date
    au: dt.date
    valeurs: tuple[Valeur | None, ...]


def periodes(figure: Figure, *textes: Texte) -> list[Periode]:
    """Return the life of a figure under the texts, from the beginning to the end of times, without gap."""
    debuts = {DEBUT_DES_TEMPS}
    for texte in textes:
        ajouts = texte.ajouts.get((figure.dispositif, figure.nom), ())
        for valeur in (*ajouts, *(v for v in figure.valeurs if v.texte in texte.chaine)):
            debuts |= {valeur.du} | ({valeur.au + UN_JOUR} if valeur.au < FIN_DES_TEMPS else set())
    bornes = sorted(debut for debut in debuts if DEBUT_DES_TEMPS <= debut <= FIN_DES_TEMPS)
    vie: list[Periode] = []
    for du, suivant in pairwise([*bornes, FIN_DES_TEMPS + UN_JOUR]):
        valeurs = tuple(texte.valeur(figure, du) for texte in textes)
        if vie and all(avant is apres for avant, apres in zip(vie[-1].valeurs, valeurs, strict=True)):
            vie[-1] = Periode(vie[-1].du, suivant - UN_JOUR, valeurs)
        else:
            vie.append(Periode(du, suivant - UN_JOUR, valeurs))
    return vie


def sens(figure: Figure, valeur: Valeur | None) -> Any:
    """Return what a value means, to be compared: the value of computation, or the reason why there is none."""
    if valeur is None:
        return Silence.SANS_FIGURE if figure.valeurs else Silence.NON_PUBLIE
    if valeur.supprimee:
        return Silence.SANS_FIGURE
    return Silence.NON_PUBLIE if valeur.brute is None else valeur.calcul


def differences(
    texte_a: Texte, texte_b: Texte, date: dt.date | None = None, dispositif: str | None = None
) -> list[dict[str, Any]]:
    """Return one row for each figure and each period over which two texts do not say the same, in the order of dates.

    `date` keeps the periods that hold it. `difference` is B minus A in the unit of the figure, `None` unless both are
    numbers. A figure that a text does not know, or has ended, is `néant`. `Erreurs` for an unknown dispositif.
    """
    rangees = []
    for figures in dispositifs_choisis(None if dispositif is None else [dispositif]).values():
        for figure in figures.values():
            for periode in periodes(figure, texte_a, texte_b):
                a, b = (sens(figure, valeur) for valeur in periode.valeurs)
                if a != b and (date is None or periode.du <= date <= periode.au):
                    rangees.append(_rangee(figure, periode, a, b))
    return rangees


def _rangee(figure: Figure, periode: Periode, a: Any, b: Any) -> dict[str, Any]:
    chiffres = base(figure.unite) not in UNITES_SANS_NOMBRE and isinstance(a, int) and isinstance(b, int)
    cote_a, cote_b = periode.valeurs
    valeurs: tuple[Any, ...] = (
        figure.dispositif, figure.nom, figure.libelle, figure.unite,
        periode.du.isoformat() if periode.du != DEBUT_DES_TEMPS else None,
        periode.au.isoformat() if periode.au != FIN_DES_TEMPS else None,
        _ecrite(cote_a, a), _ecrite(cote_b, b),
        vers_nombre(b - a, figure.unite) if chiffres else None,
        *(getattr(cote, champ, None) for champ in ("reference", "statut", "confiance") for cote in (cote_a, cote_b)),
    )  # fmt: skip
    return dict(zip(COLONNES, valeurs, strict=True))


def _ecrite(valeur: Valeur | None, sens_: Any) -> str:
    return str(sens_.value) if valeur is None or isinstance(sens_, Silence) else en_clair(valeur.brute)
