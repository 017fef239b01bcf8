"""The table of holidays against a library that computes them; working days and moments at their edges."""

from __future__ import annotations

import csv
import datetime as dt
from zoneinfo import ZoneInfo

import holidays
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convmed.donnees.calendrier_legal import (
    DERNIER_JOUR,
    FICHIER,
    PREMIER_JOUR,
    TERRITOIRES,
    Moment,
    est_ferie,
    fuseau,
    jours_ouvres_entre,
    moment,
    table_du_calendrier,
    territoire_du_departement,
)

ANNEES = range(PREMIER_JOUR.year, DERNIER_JOUR.year + 1)
SUBDIVISIONS = {
    "metropole": None, "alsace-moselle": "57", "guadeloupe": "971", "martinique": "972", "guyane": "973", "reunion": "974",
    "mayotte": "976", "saint-barthelemy": "BL", "saint-martin": "MF", "saint-pierre-et-miquelon": "PM",
}  # fmt: skip
# The library also holds what is only a local custom, and not the same from one release to the next.
ANTILLES = {"guadeloupe", "martinique", "saint-barthelemy", "saint-martin"}
USAGES = {"Good Friday", "Mi-Careme", "Victor Schoelcher Day"}
DATES = st.dates(PREMIER_JOUR, DERNIER_JOUR)


def selon_la_bibliotheque(territoire: str, annee: int) -> set[dt.date]:
    feries = holidays.country_holidays("FR", subdiv=SUBDIVISIONS[territoire], years=annee, language="en_US")
    usages = USAGES if territoire in ANTILLES else set()
    jours = {jour for jour in feries if set(feries.get_list(jour)) - usages}
    if territoire == "saint-martin" and annee < 2019:
        return jours - {dt.date(annee, 5, 28)} | {dt.date(annee, 5, 27)}
    return jours


def jours_de(annee: int) -> list[dt.date]:
    return [dt.date(annee, 1, 1) + dt.timedelta(days=n) for n in range(dt.date(annee, 12, 31).timetuple().tm_yday)]


@pytest.mark.parametrize("territoire", TERRITOIRES)
def test_la_table_est_celle_que_le_calcul_donne(territoire: str) -> None:
    for annee in ANNEES:
        notre_table = {jour for jour in jours_de(annee) if est_ferie(jour, territoire)}
        assert notre_table == selon_la_bibliotheque(territoire, annee), annee


def test_onze_jours_nationaux_par_an_et_aucune_ligne_en_double() -> None:
    with FICHIER.open(encoding="utf-8", newline="") as flux:
        lignes = [(ligne["date"], ligne["territoire"]) for ligne in csv.DictReader(flux)]
    assert len(set(lignes)) == len(lignes)
    for annee in ANNEES:
        assert sum(date[:4] == str(annee) and territoire == "metropole" for date, territoire in lignes) == 11


@pytest.mark.parametrize(
    ("jour", "territoire", "attendu"),
    [
        ("2026-04-03", "alsace-moselle", True),
        ("2026-04-03", "metropole", False),
        ("2026-04-03", "guadeloupe", False),
        ("2026-12-26", "alsace-moselle", True),
        ("2026-12-26", "metropole", False),
        ("2026-05-22", "martinique", True),
        ("2026-05-22", "guadeloupe", False),
        ("2018-05-27", "saint-martin", True),
        ("2019-05-27", "saint-martin", False),
        ("2019-05-28", "saint-martin", True),
        ("2026-07-21", "martinique", False),
        ("2026-05-01", "reunion", True),
    ],
)
def test_les_jours_propres_a_un_territoire(jour: str, territoire: str, attendu: bool) -> None:
    assert est_ferie(dt.date.fromisoformat(jour), territoire) is attendu


@pytest.mark.parametrize(
    ("departement", "territoire"),
    [
        ("57", "alsace-moselle"), ("67", "alsace-moselle"), ("68", "alsace-moselle"), ("66", "metropole"), ("69", "metropole"),
        ("2A", "metropole"), ("2b", "metropole"), ("01", "metropole"), ("971", "guadeloupe"), ("972", "martinique"),
        ("973", "guyane"), ("974", "reunion"), ("975", "saint-pierre-et-miquelon"), ("976", "mayotte"),
        ("977", "saint-barthelemy"), ("978", "saint-martin"),
    ],
)  # fmt: skip
def test_le_territoire_d_un_departement(departement: str, territoire: str) -> None:
    assert territoire_du_departement(departement) == territoire
    assert territoire in TERRITOIRES


@pytest.mark.parametrize(
    ("depart", "arrivee", "territoire", "attendu"),
    [
        ("2026-01-05", "2026-01-05", "metropole", 0),  # the day itself is not counted
        ("2026-01-05", "2026-01-06", "metropole", 1),  # the last one is
        ("2026-01-05", "2026-01-09", "metropole", 4),  # Monday to Friday: the four days of the MCU
        ("2026-01-05", "2026-01-12", "metropole", 5),
        ("2026-01-09", "2026-01-11", "metropole", 0),  # Friday to Sunday
        ("2026-01-09", "2026-01-15", "metropole", 4),
        ("2026-01-10", "2026-01-12", "metropole", 1),  # Saturday to Monday
        ("2026-04-02", "2026-04-09", "metropole", 4),  # Easter Monday is not counted
        ("2026-04-02", "2026-04-09", "alsace-moselle", 3),  # nor Good Friday
        ("2026-04-30", "2026-05-12", "metropole", 6),  # 1 and 8 May
        ("2026-05-21", "2026-05-25", "martinique", 0),  # 22 May and Whit Monday
        ("2025-12-31", "2026-01-02", "metropole", 1),
        ("2026-01-09", "2026-01-05", "metropole", -4),
    ],
)
def test_les_jours_ouvres(depart: str, arrivee: str, territoire: str, attendu: int) -> None:
    assert jours_ouvres_entre(dt.date.fromisoformat(depart), dt.date.fromisoformat(arrivee), territoire) == attendu


@given(DATES, DATES, st.sampled_from(TERRITOIRES))
def test_les_jours_ouvres_comptes_un_a_un(une: dt.date, autre: dt.date, territoire: str) -> None:
    depart, arrivee = sorted((une, autre))
    arrivee = min(arrivee, depart + dt.timedelta(days=40))
    suivants = [depart + dt.timedelta(days=n) for n in range(1, (arrivee - depart).days + 1)]
    comptes = sum(jour.weekday() < 5 and not est_ferie(jour, territoire) for jour in suivants)
    assert jours_ouvres_entre(depart, arrivee, territoire) == comptes


@pytest.mark.parametrize("territoire", TERRITOIRES)
@pytest.mark.parametrize("annee", [2017, 2024, 2026, 2031])
def test_les_colonnes_disent_ce_que_dit_le_calcul(annee: int, territoire: str) -> None:
    """Hold: on every day, the table to join on is the calendar as the functions read it."""
    table = table_du_calendrier().filter((pl.col("date").dt.year() == annee) & (pl.col("territoire") == territoire))
    lignes = {ligne["date"]: ligne for ligne in table.iter_rows(named=True)}
    assert sorted(lignes) == jours_de(annee)
    for jour, ligne in lignes.items():
        lu = moment(dt.datetime.combine(jour, dt.time(12), fuseau(territoire)), territoire)
        colonnes = ("jour_semaine", "jour_ferie", "veille_de_ferie", "lendemain_de_ferie")
        assert tuple(ligne[nom] for nom in colonnes) == tuple(getattr(lu, nom) for nom in colonnes), jour
        assert ligne["rang_ouvre"] - lignes[dt.date(annee, 1, 1)]["rang_ouvre"] == jours_ouvres_entre(
            dt.date(annee, 1, 1), jour, territoire
        )


def test_la_table_a_une_ligne_par_jour_et_territoire() -> None:
    table = table_du_calendrier()
    assert table.select("date", "territoire").is_duplicated().sum() == 0
    assert table.height == len(TERRITOIRES) * ((DERNIER_JOUR - PREMIER_JOUR).days + 1)
    assert table.null_count().row(0) == (0,) * table.width
    assert (table["jour_semaine"] == table["date"].dt.weekday()).all()


def test_la_veille_et_le_lendemain_franchissent_l_annee() -> None:
    midi = dt.time(12)
    paris = fuseau("metropole")
    assert moment(dt.datetime.combine(dt.date(2031, 12, 31), midi, paris), "metropole").veille_de_ferie is True
    assert moment(dt.datetime.combine(dt.date(2026, 1, 2), midi, paris), "metropole").lendemain_de_ferie is True
    assert moment(dt.datetime.combine(dt.date(2026, 1, 3), midi, paris), "metropole").lendemain_de_ferie is False
    assert moment(dt.datetime.combine(dt.date(2026, 4, 2), midi, paris), "alsace-moselle").veille_de_ferie is True


@pytest.mark.parametrize(
    ("instant", "territoire", "attendu"),
    [
        # Same instant on either side of a change of hour: 01:00 UTC on 29 March and on 25 October 2026.
        ("2026-03-29T00:59:00+00:00", "metropole", ("2026-03-29", 119)),
        ("2026-03-29T01:00:00+00:00", "metropole", ("2026-03-29", 180)),
        ("2026-10-25T00:30:00+00:00", "metropole", ("2026-10-25", 150)),
        ("2026-10-25T01:30:00+00:00", "metropole", ("2026-10-25", 150)),
        ("2026-07-13T21:59:00+00:00", "metropole", ("2026-07-13", 1439)),
        ("2026-07-13T22:00:00+00:00", "metropole", ("2026-07-14", 0)),
        ("2026-01-01T02:00:00+00:00", "guadeloupe", ("2025-12-31", 1320)),
        ("2026-01-01T02:00:00+00:00", "martinique", ("2025-12-31", 1320)),
        ("2026-01-01T02:00:00+00:00", "saint-martin", ("2025-12-31", 1320)),
        ("2026-01-01T02:00:00+00:00", "saint-barthelemy", ("2025-12-31", 1320)),
        ("2026-01-01T02:00:00+00:00", "guyane", ("2025-12-31", 1380)),
        ("2026-01-01T02:00:00+00:00", "saint-pierre-et-miquelon", ("2025-12-31", 1380)),
        ("2026-01-01T02:00:00+00:00", "reunion", ("2026-01-01", 360)),
        ("2026-01-01T02:00:00+00:00", "mayotte", ("2026-01-01", 300)),
        ("2026-01-01T02:00:00+00:00", "alsace-moselle", ("2026-01-01", 180)),
    ],
)
def test_un_instant_se_lit_a_l_heure_du_territoire(instant: str, territoire: str, attendu: tuple[str, int]) -> None:
    lu = moment(dt.datetime.fromisoformat(instant), territoire)
    assert (lu.date.isoformat(), lu.minutes) == attendu


def test_un_moment_dit_tout_du_jour() -> None:
    instant = dt.datetime(2026, 5, 1, 20, 30, tzinfo=ZoneInfo("Europe/Paris"))
    assert moment(instant, "metropole") == Moment(dt.date(2026, 5, 1), 1230, 5, True, False, False)
    assert moment(instant, "reunion") == Moment(dt.date(2026, 5, 1), 1350, 5, True, False, False)


def test_hors_de_la_table_rien_n_est_affirme() -> None:
    dehors = dt.datetime(2032, 1, 1, 12, tzinfo=ZoneInfo("Europe/Paris"))
    assert moment(dehors, "metropole") == Moment(dt.date(2032, 1, 1), 720, 4, None, None, None)
    avant, apres = PREMIER_JOUR - dt.timedelta(days=1), DERNIER_JOUR + dt.timedelta(days=1)
    for jour in (avant, apres):
        with pytest.raises(ValueError, match="jours fériés connus du 01/01/2017 au 31/12/2031"):
            est_ferie(jour, "metropole")
        with pytest.raises(ValueError, match="jours fériés connus"):
            jours_ouvres_entre(PREMIER_JOUR, jour, "metropole")


def test_ni_territoire_inconnu_ni_heure_sans_fuseau() -> None:
    for appel in (lambda: fuseau("corse"), lambda: est_ferie(PREMIER_JOUR, "corse")):
        with pytest.raises(ValueError, match="territoire inconnu « corse »"):
            appel()
    with pytest.raises(ValueError, match="pas de fuseau"):
        moment(dt.datetime(2026, 1, 1, 12), "metropole")


def test_les_fuseaux_sans_base_du_systeme() -> None:
    """Hold: where the system has no time zones, those of the `tzdata` package will do."""
    import subprocess
    import sys

    programme = (
        "import zoneinfo; zoneinfo.reset_tzpath(to=[])\n"
        "from convmed.donnees.calendrier_legal import TERRITOIRES, fuseau\n"
        "print(*(fuseau(territoire).key for territoire in TERRITOIRES))"
    )
    sortie = subprocess.run([sys.executable, "-c", programme], capture_output=True, text=True, check=True).stdout
    assert len(sortie.split()) == len(TERRITOIRES)
