"""A collective objective and its trajectory: from a baseline, through dated targets, to the end of the text.

Values are exact fractions. What is shown is rounded half up to the precision of the objective, once, and what is shown is
what is judged: nobody is late by a fraction of a contract. Between two dated targets the trajectory is a straight line.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import Any, Literal

from convmed.dispositifs.objectifs.nombres import arrondir, en_clair
from convmed.moteur.calendrier import decale
from convmed.moteur.registre import Contexte
from convmed.textes import Valeur
from convmed.textes.unites import echelle

TAUX = "%/an"
POUR_CENT = "%"
MOIS_PAR_AN = 12
NOM_DE_L_HORIZON, NOM_DE_LA_BASE = "horizon", "date_de_base"
Sens = Literal["hausse", "baisse"]
Lecture = Literal["points", "plafond", "proportion"]
# evolution: so much a year. croissance-ralentie: a growth slowed down, by the reading and the trend of the user.
# variation: so much below or above the baseline, at dates. retrait: so many units less. niveau: a level to reach, then
# to keep. niveau-puis-evolution: then so much a year. maintien: a level to keep. seuil: of each patient.
Nature = Literal[
    "evolution", "croissance-ralentie", "variation", "retrait", "niveau", "niveau-puis-evolution", "maintien", "seuil", "sans-cible"
]


@dataclass(frozen=True, slots=True)
class Cible:
    """A target: its figure, and the figure of the day when it is due (`None`: the end of the text)."""

    figure: str
    echeance: str | None = None


@dataclass(frozen=True, slots=True)
class Objectif:
    """What is measured and where it must go; `de` is the commitment or programme that it belongs to.

    `sens` says which side is good; `rythme` is the figure of the yearly growth after a level; `date_base` the figure of
    a baseline day of its own; `decimales` the precision of its unit.
    """

    id: str
    de: str
    libelle: str
    unite: str
    sens: Sens
    nature: Nature
    cibles: tuple[Cible, ...] = ()
    rythme: str | None = None
    date_base: str | None = None
    decimales: int = 0

    @property
    def en_taux(self) -> bool:
        """Tell whether a yearly rate of growth is a measure of it too."""
        return self.nature in ("evolution", "croissance-ralentie")


@dataclass(frozen=True, slots=True)
class Base:
    """The baseline: its day and its value, in the unit of the objective; `source` if someone published it."""

    date: dt.date
    valeur: Fraction
    source: str = ""
    confiance: str = ""


@dataclass(frozen=True, slots=True)
class Cadre:
    """Where a trajectory is drawn: the text at a date, the dispositif, and what the user chose."""

    contexte: Contexte
    dispositif: str
    annee_base: int | None = None
    lecture: Lecture = "points"
    tendance: Fraction | None = None

    def figure(self, nom: str) -> tuple[Valeur | None, Any]:
        """Return a figure of the dispositif and its value of computation."""
        return self.contexte.figure(self.dispositif, nom)

    @property
    def horizon(self) -> dt.date | None:
        """Return the last day of the text, if the text is one that sets objectives."""
        jour: dt.date | None = self.figure(NOM_DE_L_HORIZON)[1]
        return jour

    def date_de_base(self, objectif: Objectif) -> dt.date:
        """Return the day of the baseline: the end of the year chosen, or the day of the text."""
        if self.annee_base is not None:
            return dt.date(self.annee_base, 12, 31)
        jour: dt.date = self.figure(objectif.date_base or NOM_DE_LA_BASE)[1] or self.figure(NOM_DE_LA_BASE)[1]
        return jour


@dataclass(frozen=True, slots=True)
class Ancre:
    """A point of a trajectory: its value if the baseline is known, its index (100 at the baseline) if it has one."""

    date: dt.date
    valeur: Fraction | None = None
    indice: Fraction | None = None
    due: bool = True


@dataclass(frozen=True, slots=True)
class Chiffre:
    """A target as the text writes it: the number, its unit, and the day when it is due (`None`: each year, or no day)."""

    valeur: Fraction
    unite: str
    date: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Trajectoire:
    """The path of one objective under one text; `manque` says why there is none.

    `taux` is the yearly growth expected (a fraction of one), `finale` the level to reach in the end, whatever the baseline.
    """

    objectif: Objectif
    horizon: dt.date
    debut: dt.date
    base: Base | None = None
    ancres: tuple[Ancre, ...] = ()
    taux: Fraction | None = None
    finale: Fraction | None = None
    cible: str = ""
    chiffres: tuple[Chiffre, ...] = ()
    manque: str = ""
    references: tuple[str, ...] = ()
    confiance: str = "officiel"
    hypotheses: tuple[str, ...] = ()

    def valeur_au(self, jour: dt.date) -> Fraction | None:
        """Return what is expected that day, rounded half up; `None` out of the path or without baseline."""
        lue = self._entre_deux(jour, [(a.date, a.valeur) for a in self.ancres])
        return None if lue is None else arrondir(lue, self.objectif.decimales)

    def indice_au(self, jour: dt.date) -> Fraction | None:
        """Return what is expected that day for 100 at the baseline, to the hundredth."""
        lu = self._entre_deux(jour, [(a.date, a.indice) for a in self.ancres])
        return None if lu is None else arrondir(lu, 2)

    def due(self, jour: dt.date) -> bool:
        """Tell whether a target falls that day: between two, one is only ahead or behind.

        A yearly growth is due each 31 December, whatever the day of the baseline; a level, from its day on.
        """
        datees = [ancre.date for ancre in self.ancres if ancre.due]
        if jour in datees:
            return True
        if self.taux is not None:
            return jour > self.debut and jour >= min(datees, default=jour) and (jour.month, jour.day) == (12, 31)
        return bool(datees) and jour >= datees[-1]

    @property
    def part_de_sa_base(self) -> bool:
        """Tell whether the path begins at the baseline: a level already due, or already reached, does not."""
        return self.base is not None and self.valeur_au(self.base.date) == arrondir(self.base.valeur, self.objectif.decimales)

    def points(self) -> Iterator[dt.date]:
        """Yield the days of the yearly targets: each 31 December, and the last day of the text."""
        debut = self.base.date if self.base else self.debut
        for annee in range(debut.year, self.horizon.year + 1):
            jour = min(dt.date(annee, 12, 31), self.horizon)
            if jour >= debut:
                yield jour

    def _entre_deux(self, jour: dt.date, ancres: list[tuple[dt.date, Fraction | None]]) -> Fraction | None:
        if jour > self.horizon:
            return None
        connues = [(date, valeur) for date, valeur in ancres if valeur is not None]
        for date, valeur in connues:
            if date == jour:
                return valeur
        for (avant, depart), (apres, arrivee) in pairwise(connues):
            if avant < jour < apres:
                return depart + (arrivee - depart) * Fraction((jour - avant).days, (apres - avant).days)
        return None


def tracer(objectif: Objectif, cadre: Cadre, base: Base | None = None) -> Trajectoire:
    """Draw the trajectory of an objective from a baseline, or without one: then only what needs none is known.

    Source: convention of 4 June 2024, art. 59 and annexe 17, art. 60 to 61-15; circulaire 31/07/2024, 8 and 9.1.
    """
    horizon = cadre.horizon
    assert horizon is not None, "ce texte ne fixe pas d'objectif"
    trace = _Trace(objectif, cadre, base, horizon)
    return trace.trajectoire()


@dataclass(slots=True)
class _Trace:
    """One trajectory being drawn: the figures that it read, and what was supposed on the way."""

    objectif: Objectif
    cadre: Cadre
    base: Base | None
    horizon: dt.date
    lues: list[Valeur] = field(default_factory=list)
    hypotheses: list[str] = field(default_factory=list)

    def trajectoire(self) -> Trajectoire:
        debut = self.base.date if self.base else self.cadre.date_de_base(self.objectif)
        manque = self._manque()
        if manque:
            return self._resultat(debut, manque=manque)
        nature = self.objectif.nature
        if nature in ("evolution", "croissance-ralentie"):
            return self._en_evolution(debut)
        if nature == "maintien":
            niveau = self._cibles()[0][1]
            ancres = self._jusqu_au_terme([Ancre(debut, niveau)])
            return self._resultat(debut, ancres, finale=niveau, cible=f"au moins {self._ecrit(niveau)}")
        if nature in ("variation", "retrait"):
            return self._a_dates(debut)
        return self._vers_un_niveau(debut)

    def _manque(self) -> str:
        """Return why the text sets no trajectory, or nothing."""
        if self.objectif.nature == "sans-cible":
            return "pas de cible chiffrée dans ce texte"
        for cible in self.objectif.cibles:
            valeur, _ = self.cadre.figure(cible.figure)
            if valeur is None:
                figure = self.cadre.contexte.figures[self.cadre.dispositif][cible.figure]
                avant = self.cadre.figure(cible.echeance)[1] if cible.echeance else None
                if not figure.valeurs and avant is not None:
                    return f"cible à fixer avant le {avant:%d/%m/%Y} : non publié, voir {figure.article}"
                return "pas de cible chiffrée dans ce texte"
            self._noter(valeur)
        if self.objectif.nature == "seuil":
            return "seuil de chaque patient : pas de trajectoire"
        return ""

    def _chiffres(self) -> Iterator[Chiffre]:
        """Yield the targets as they are written, with the days that the text gives."""
        rythme = (Cible(self.objectif.rythme),) if self.objectif.rythme else ()
        for cible in (*self.objectif.cibles, *rythme):
            valeur, calcul = self.cadre.figure(cible.figure)
            if valeur is not None and calcul is not None:
                unite = valeur.figure.unite
                yield Chiffre(Fraction(calcul, echelle(unite)), unite, self.cadre.figure(cible.echeance)[1] if cible.echeance else None)

    def _noter(self, valeur: Valeur | None) -> None:
        if valeur is not None and valeur not in self.lues:
            self.lues.append(valeur)

    def _cibles(self) -> list[tuple[dt.date, Fraction]]:
        """Return the dated targets, oldest first."""
        dates = []
        for cible in self.objectif.cibles:
            valeur, calcul = self.cadre.figure(cible.figure)
            assert valeur is not None
            echeance = self.cadre.figure(cible.echeance) if cible.echeance else (None, None)
            if echeance[1] is None:
                self.hypotheses.append(f"échéance absente du texte : son terme, le {self.horizon:%d/%m/%Y} (déduit)")
            elif echeance[0] is not None and echeance[0].confiance != "officiel":
                self.hypotheses.append(f"échéance au {echeance[1]:%d/%m/%Y} : {echeance[0].reference} ({echeance[0].confiance})")
            dates.append((echeance[1] or self.horizon, Fraction(calcul, echelle(valeur.figure.unite))))
        return sorted(dates)

    def _en_evolution(self, debut: dt.date) -> Trajectoire:
        taux, cible, manque = self._taux()
        if taux is None:
            return self._resultat(debut, manque=manque, cible=cible)
        depart = Ancre(debut, self.base.valeur if self.base else None, Fraction(100), due=False)
        return self._resultat(debut, [depart, *self._annees(depart, taux)], taux=taux, cible=cible)

    def _taux(self) -> tuple[Fraction | None, str, str]:
        """Return the yearly growth expected, what the text says, and what is missing."""
        points = self._cibles_sans_date()
        if self.objectif.nature == "evolution":
            return points / 100, f"{en_clair(points, POUR_CENT, signe=True)} par an", ""
        tendance, lecture = self.cadre.tendance, self.cadre.lecture
        mots = {
            "points": f"hausse annuelle inférieure de {en_clair(points, 'points')} à la tendance",
            "plafond": f"hausse annuelle d'au plus {en_clair(points, POUR_CENT)}",
            "proportion": f"hausse annuelle réduite de {en_clair(points, POUR_CENT)} de la tendance",
        }
        self.hypotheses.append(f"« ralentir l'évolution » : lecture « {lecture} », {mots[lecture]} (lecture 30)")
        if lecture == "plafond":
            return points / 100, mots[lecture], ""
        if tendance is None:
            return None, mots[lecture], "la tendance est à fournir : aucun texte ne la donne (lecture 30)"
        self.hypotheses.append(f"tendance fournie : {en_clair(100 * tendance, TAUX, signe=True)}")
        taux = tendance - points / 100 if lecture == "points" else tendance * (1 - points / 100)
        return taux, mots[lecture], ""

    def _cibles_sans_date(self) -> Fraction:
        valeur, calcul = self.cadre.figure(self.objectif.cibles[0].figure)
        assert valeur is not None
        return Fraction(calcul, echelle(valeur.figure.unite))

    def _annees(self, depart: Ancre, taux: Fraction) -> Iterator[Ancre]:
        """Yield one point a year after a first one, up to the first that passes the end of the text."""
        avant, rang = depart, 0
        while avant.date < self.horizon:
            rang += 1
            avant = Ancre(
                decale(depart.date, MOIS_PAR_AN * rang),
                None if avant.valeur is None else avant.valeur * (1 + taux),
                None if avant.indice is None else avant.indice * (1 + taux),
                due=False,
            )
            yield avant

    def _a_dates(self, debut: dt.date) -> Trajectoire:
        """Draw a path of variations from the baseline, kept after the last date."""
        relatif = self.objectif.nature == "variation"
        dates = self._cibles()
        unite = POUR_CENT if relatif else self.objectif.unite
        cible = ", ".join(f"{en_clair(ecart, unite, signe=True)} au {jour:%d/%m/%Y}" for jour, ecart in dates)
        if dates[-1][0] <= debut:
            return self._resultat(debut, manque=f"la base ({debut:%d/%m/%Y}) n'est pas antérieure aux échéances", cible=cible)
        ancres = [Ancre(debut, self.base.valeur if self.base else None, Fraction(100) if relatif else None, due=False)]
        for jour, ecart in dates:
            if jour > debut:
                valeur = None
                if self.base:
                    valeur = self.base.valeur * (1 + ecart / 100) if relatif else self.base.valeur + ecart
                ancres.append(Ancre(jour, valeur, 100 + ecart if relatif else None))
        return self._resultat(debut, self._jusqu_au_terme(ancres), cible=cible)

    def _vers_un_niveau(self, debut: dt.date) -> Trajectoire:
        """Draw a path to a level, kept or grown after its date; a baseline already past it has nothing to do but stay there."""
        ((jour, niveau),) = self._cibles()
        cible = f"{self._ecrit(niveau)} au {jour:%d/%m/%Y}"
        ancres = []
        if self.base and debut < jour:
            depart = niveau if favorable(self.base.valeur - niveau, self.objectif.sens) else self.base.valeur
            ancres.append(Ancre(debut, depart, due=False))
        ancres.append(Ancre(max(jour, debut), niveau))
        if self.objectif.rythme is None:
            return self._resultat(debut, self._jusqu_au_terme(ancres), finale=niveau, cible=cible)
        valeur, calcul = self.cadre.figure(self.objectif.rythme)
        assert valeur is not None
        self._noter(valeur)
        points = Fraction(calcul, echelle(valeur.figure.unite))
        cible += f", puis {en_clair(points, POUR_CENT, signe=True)} par an"
        return self._resultat(debut, [*ancres, *self._annees(ancres[-1], points / 100)], taux=points / 100, cible=cible)

    def _jusqu_au_terme(self, ancres: list[Ancre]) -> list[Ancre]:
        derniere = ancres[-1]
        if derniere.date >= self.horizon:
            return ancres
        return [*ancres, Ancre(self.horizon, derniere.valeur, derniere.indice, due=False)]

    def _ecrit(self, valeur: Fraction) -> str:
        return en_clair(valeur, self.objectif.unite, self.objectif.decimales)

    def _resultat(self, debut: dt.date, ancres: Iterable[Ancre] = (), **champs: Any) -> Trajectoire:
        confiances = {valeur.confiance for valeur in self.lues}
        return Trajectoire(
            self.objectif, self.horizon, debut, self.base, tuple(ancres), **champs, chiffres=tuple(self._chiffres()),
            references=tuple(dict.fromkeys(valeur.reference for valeur in self.lues)),
            confiance=next((c for c in ("deduit", "presse") if c in confiances), "officiel"),
            hypotheses=tuple(dict.fromkeys(self.hypotheses)),
        )  # fmt: skip


def favorable(ecart: Fraction, sens: Sens) -> bool:
    """Tell whether a gap (measured less expected) is on the good side; none is."""
    return ecart >= 0 if sens == "hausse" else ecart <= 0
