"""What must hold of every trajectory and of every reading, whatever the baseline and the measures."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convmed.dispositifs.engagements_collectifs.regles import CATALOGUE as ENGAGEMENTS
from convmed.dispositifs.objectifs.catalogue import Catalogue, suivre
from convmed.dispositifs.objectifs.mesures import Mesure, constater, lire_mesure
from convmed.dispositifs.objectifs.nombres import arrondir, en_clair, en_fraction
from convmed.dispositifs.objectifs.trajectoire import Base, Cadre, Trajectoire, favorable, tracer
from convmed.dispositifs.programmes_pertinence.declaration import CATALOGUE as PROGRAMMES
from convmed.dispositifs.socle import Demande
from convmed.textes import trouver_texte

TEXTES = ("convention-2024", "en-vigueur", "proposition-2024-02-08")
CHOIX = [(catalogue, texte, objectif) for catalogue in (ENGAGEMENTS, PROGRAMMES) for texte in TEXTES for objectif in catalogue.objectifs]
VALEURS = st.fractions(0, 100, max_denominator=100)
JOURS = st.dates(dt.date(2020, 1, 1), dt.date(2031, 12, 31))


def cadre(catalogue: Catalogue, texte: str, **champs: object) -> Cadre:
    return Cadre(Demande(trouver_texte(texte), 2026).contexte(dt.date(2026, 12, 31)), catalogue.nom, **champs)  # type: ignore[arg-type]


@st.composite
def trajectoires(draw: st.DrawFn) -> Trajectoire:
    catalogue, texte, objectif = draw(st.sampled_from(CHOIX))
    ici = cadre(catalogue, texte, tendance=draw(st.none() | st.fractions(-1, 1, max_denominator=1000)), lecture=draw(st.sampled_from(["points", "plafond", "proportion"])))
    if objectif not in catalogue.du_texte(ici):
        objectif = catalogue.du_texte(ici)[0]
    base = draw(st.none() | st.builds(Base, st.dates(dt.date(2015, 1, 1), dt.date(2027, 12, 30)), VALEURS))
    return tracer(objectif, ici, base)


@given(trajectoires(), JOURS)
def test_une_trajectoire_est_continue_bornee_et_finit_avec_son_texte(trajectoire: Trajectoire, jour: dt.date) -> None:
    valeur = trajectoire.valeur_au(jour)
    assert valeur is None or trajectoire.ancres[0].date <= jour <= trajectoire.horizon
    if valeur is not None:
        connues = [ancre.valeur for ancre in trajectoire.ancres if ancre.valeur is not None]
        demi = Fraction(1, 2 * 10**trajectoire.objectif.decimales)
        assert min(connues) - demi <= valeur <= max(connues) + demi
        assert (valeur * 10**trajectoire.objectif.decimales).denominator == 1
    assert trajectoire.valeur_au(trajectoire.horizon + dt.timedelta(days=1)) is None
    assert [a.date for a in trajectoire.ancres] == sorted({a.date for a in trajectoire.ancres})


@given(trajectoires())
def test_les_points_annuels_sont_un_par_an_jusqu_au_terme(trajectoire: Trajectoire) -> None:
    points = list(trajectoire.points())
    assert [b.year - a.year for a, b in pairwise(points)] == [1] * (len(points) - 1)
    assert points[-1] == trajectoire.horizon
    assert bool(trajectoire.ancres) or bool(trajectoire.manque)


@given(trajectoires(), JOURS, VALEURS)
def test_une_lecture_dit_toujours_la_meme_chose_que_son_ecart(trajectoire: Trajectoire, jour: dt.date, valeur: Fraction) -> None:
    objectif = trajectoire.objectif
    constat = constater(trajectoire, Mesure(objectif.id, jour, valeur, objectif.unite))
    if constat.attendu is None:
        assert (constat.lecture, bool(constat.motif), constat.ecart) == ("non mesurable", True, None)
        return
    assert constat.ecart == valeur - constat.attendu
    bon = favorable(constat.ecart, objectif.sens)
    assert constat.lecture in (("atteint", "en avance") if bon else ("non atteint", "en retard"))
    if constat.ecart == 0:
        assert constat.lecture == "atteint"


@given(trajectoires(), JOURS, VALEURS, VALEURS)
def test_mieux_mesure_n_est_jamais_moins_bien_lu(trajectoire: Trajectoire, jour: dt.date, une: Fraction, autre: Fraction) -> None:
    rangs = {"non atteint": 0, "en retard": 0, "atteint": 1, "en avance": 1}
    objectif = trajectoire.objectif
    pire, mieux = sorted((une, autre), reverse=objectif.sens == "baisse")
    lectures = [constater(trajectoire, Mesure(objectif.id, jour, valeur, objectif.unite)).lecture for valeur in (pire, mieux)]
    if "non mesurable" not in lectures:
        assert rangs[lectures[0]] <= rangs[lectures[1]]


@given(st.sampled_from([o for o in ENGAGEMENTS.objectifs if o.nature == "evolution"]), st.fractions(1, 10**6, max_denominator=100), st.integers(2015, 2027))
def test_une_evolution_ne_depend_pas_de_son_echelle(objectif: object, valeur: Fraction, annee: int) -> None:
    """Hold: the index is the same whatever the baseline, and a hundred times more starts a path a hundred times higher."""
    ici = cadre(ENGAGEMENTS, "en-vigueur")
    jour = dt.date(annee, 12, 31)
    une, cent = (tracer(objectif, ici, Base(jour, facteur * valeur)) for facteur in (1, 100))  # type: ignore[arg-type]
    assert [a.indice for a in une.ancres] == [a.indice for a in cent.ancres]
    assert [100 * a.valeur for a in une.ancres if a.valeur is not None] == [a.valeur for a in cent.ancres]


@given(st.lists(st.tuples(st.sampled_from(["a", "b", "c"]), JOURS, VALEURS), max_size=30), st.randoms())
def test_l_ordre_des_mesures_ne_change_rien(lues: list[tuple[str, dt.date, Fraction]], hasard: object) -> None:
    distinctes = {(ou, jour): Mesure("primo-installes", jour, arrondir(v, 0), "médecins", "cpl", ou) for ou, jour, v in lues}
    mesures = list(distinctes.values())
    melangees = mesures.copy()
    hasard.shuffle(melangees)  # type: ignore[attr-defined]
    ici, objectifs = cadre(ENGAGEMENTS, "en-vigueur"), [ENGAGEMENTS.par_id["primo-installes"]]
    assert suivre(ENGAGEMENTS, ici, objectifs, mesures) == suivre(ENGAGEMENTS, ici, objectifs, melangees)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=4))
def test_un_nombre_ecrit_a_la_francaise_est_le_meme(valeur: Decimal) -> None:
    ecrit = f"{valeur:,}".replace(",", "\N{NARROW NO-BREAK SPACE}").replace(".", ",")
    assert en_fraction(ecrit) == Fraction(valeur)
    assert en_fraction(en_clair(Fraction(valeur), "", 4)) == Fraction(valeur)


@given(st.fractions(0, 10**6), st.integers(0, 4))
def test_l_arrondi_est_demi_superieur(valeur: Fraction, decimales: int) -> None:
    # A thousand digits are exact enough for fractions of this size to fall on the right side of a half.
    exact = Decimal(valeur.numerator) / Decimal(valeur.denominator)
    attendu = exact.quantize(Decimal(1).scaleb(-decimales), ROUND_HALF_UP)
    assert abs(arrondir(valeur, decimales) - valeur) <= Fraction(1, 2 * 10**decimales)
    if valeur.denominator <= 1000:
        assert arrondir(valeur, decimales) == Fraction(attendu)


@pytest.mark.parametrize(("valeur", "attendue"), [("0.5", 1), ("1.5", 2), ("2.4999", 2), ("-0.5", 0), ("-1.5", -1)])
def test_un_demi_va_vers_le_haut(valeur: str, attendue: int) -> None:
    assert arrondir(Fraction(valeur), 0) == attendue


NOMBRES = st.none() | st.text(max_size=8) | st.integers() | st.floats()
MOTS = st.none() | st.text(max_size=8)
NOMS = st.sampled_from([objectif.id for objectif in ENGAGEMENTS.objectifs])


@given(st.fixed_dictionaries({}, optional={
    **dict.fromkeys(("valeur", "numerateur", "denominateur"), NOMBRES), **dict.fromkeys(("portee", "territoire", "motif"), MOTS),
    "unite": MOTS | st.sampled_from(["%", "%/an", "fraction"]), "objectif": MOTS | NOMS,
}))  # fmt: skip
def test_une_mesure_quelconque_est_lue_ou_refusee_jamais_autre_chose(champs: dict[str, object]) -> None:
    mesure, fautes = lire_mesure({"date": dt.date(2025, 1, 1), **champs}, ENGAGEMENTS.par_id)
    assert (mesure is None) == bool(fautes)
    for faute in fautes:
        assert faute.champ in {"objectif", "valeur", "numerateur", "denominateur", "unite", "territoire"}
        assert faute.attendu
