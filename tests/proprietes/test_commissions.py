"""Commissions on generated cases: seats against an independent library and every other allocation, compositions, presidency, votes."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import apportionment.methods as apportionment
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from convmed.dispositifs.commissions import DISPOSITIF
from convmed.dispositifs.commissions.plus_fort_reste import Repartition, repartir
from convmed.dispositifs.contrat import repondre_un_cas

voix_entieres = st.lists(st.integers(1, 100_000), min_size=1, max_size=8)
nombres_de_sieges = st.integers(1, 40)
SECTIONS = st.sampled_from(["professionnelle", "sociale"])
jours = st.dates(dt.date(2024, 6, 22), dt.date(2030, 12, 31))


def reponse(entree: dict[str, Any], date: dt.date = dt.date(2026, 6, 1)) -> dict[str, Any]:
    lus: dict[str, Any] = repondre_un_cas(DISPOSITIF, {"date": date.isoformat(), "entree": entree})["resultats"]
    return lus


def nommees(voix: list[int]) -> dict[str, Decimal]:
    return {chr(ord("a") + rang): Decimal(combien) for rang, combien in enumerate(voix)}


def partager(voix: Mapping[str, Decimal], sieges: int, minimum: int = 0) -> Repartition:
    return repartir(voix, sieges, sum(voix.values(), Decimal()), list(voix) if minimum else (), minimum)


def repartitions(sieges: int, organisations: int, minimum: int) -> Iterator[tuple[int, ...]]:
    if organisations == 1:
        yield (sieges,)
        return
    for premier in range(minimum, sieges - minimum * (organisations - 1) + 1):
        for suite in repartitions(sieges - premier, organisations - 1, minimum):
            yield (premier, *suite)


@pytest.mark.normes("C12C-13", "C12C-14")
@given(voix_entieres, nombres_de_sieges)
def test_les_sieges_sont_ceux_d_une_bibliotheque_independante(voix: list[int], sieges: int) -> None:
    reparti = partager(nommees(voix), sieges)
    assume(reparti.egalite is None and reparti.a_departager is None)
    autre = apportionment.compute("largest_remainder", voix, sieges, fractions=True, verbose=False)
    assert list(reparti.sieges.values()) == [int(combien) for combien in autre]


@pytest.mark.normes("C12C-13", "C12C-16")
@given(st.lists(st.integers(1, 60), min_size=1, max_size=4), st.integers(1, 9), st.integers(0, 1))
def test_aucune_autre_repartition_n_est_plus_proche_des_quotients(voix: list[int], sieges: int, minimum: int) -> None:
    """The seats assured included: the sum of the squared gaps is the least, by trying every allocation."""
    assume(minimum * len(voix) <= sieges)
    noms = nommees(voix)
    reparti = partager(noms, sieges, minimum)
    assume(reparti.a_departager is None)
    quotas = [reparti.quotas[nom] for nom in noms]

    def ecart(essai: tuple[int, ...]) -> Fraction:
        return sum(((Fraction(un) - quota) ** 2 for un, quota in zip(essai, quotas, strict=True)), Fraction())

    obtenu = tuple(reparti.sieges[nom] for nom in noms)
    assert sum(obtenu) == sieges
    assert ecart(obtenu) == min(ecart(essai) for essai in repartitions(sieges, len(voix), minimum))


@pytest.mark.normes("C12C-13", "C12C-16")
@given(voix_entieres, nombres_de_sieges, st.integers(0, 1))
def test_ce_qui_tient_toujours(voix: list[int], sieges: int, minimum: int) -> None:
    assume(minimum * len(voix) <= sieges)
    noms = nommees(voix)
    reparti = partager(noms, sieges, minimum)
    en_suspens = reparti.a_departager.sieges if reparti.a_departager else 0
    assert sum(reparti.sieges.values()) + en_suspens == sieges
    assert min(reparti.sieges.values()) >= minimum
    libre = partager(noms, sieges)
    if min(libre.sieges.values()) >= minimum:
        assert reparti.sieges == libre.sieges  # the seat assured changes nothing for those who have one
    for nom, quota in libre.quotas.items():
        assert int(quota) <= libre.sieges[nom] <= int(quota) + 1
    ordre = sorted(noms, key=lambda nom: noms[nom])
    assert [reparti.sieges[nom] for nom in ordre] == sorted(reparti.sieges.values())  # more votes, never fewer seats


@pytest.mark.normes("C12C-13")
@given(voix_entieres, nombres_de_sieges, st.randoms(use_true_random=False), st.integers(0, 4))
def test_ni_l_ordre_ni_l_unite_des_voix_ne_comptent(voix: list[int], sieges: int, hasard: random.Random, decimales: int) -> None:
    noms = nommees(voix)
    attendue = partager(noms, sieges)
    melange = list(noms.items())
    hasard.shuffle(melange)
    assert dict(partager(dict(melange), sieges).sieges) == dict(attendue.sieges)
    en_parts = {nom: combien.scaleb(-decimales) for nom, combien in noms.items()}
    assert partager(en_parts, sieges).sieges == attendue.sieges
    entree = {"calcul": "sieges", "sieges": sieges, "voix": {nom: int(combien) for nom, combien in noms.items()}, "servis_ailleurs": list(noms)}
    assert reponse(entree)["sieges"] == dict(attendue.sieges)


@given(st.integers(0, 13), st.integers(0, 13), st.integers(1, 2))
def test_l_issue_d_un_vote_est_une_et_symetrique(pour: int, contre: int, tour: int) -> None:
    issue = reponse({"calcul": "vote", "pour": pour, "contre": contre, "abstentions": 0, "tour": tour})["issue"]
    inverse = reponse({"calcul": "vote", "pour": contre, "contre": pour, "abstentions": 0, "tour": tour})["issue"]
    if pour == contre:
        assert issue == inverse == ("second-vote" if tour == 1 else "avis-repute-rendu")
    else:
        assert {issue, inverse} == {"adopte", "rejete"}
        assert (issue == "adopte") is (pour > contre)


@pytest.mark.normes("C12C-26", "C12C-27")
@given(SECTIONS, jours, jours)
def test_les_sections_alternent_chaque_annee_civile(premiere: str, installee: dt.date, date: dt.date) -> None:
    assume(date >= installee)
    lus = reponse({"calcul": "presidence", "premiere": premiere, "installee_le": installee.isoformat()}, date)
    assert (lus["preside"] == premiere) is ((date.year - installee.year) % 2 == 0)
    assert {lus["preside"], lus["vice_preside"]} == {"professionnelle", "sociale"}
    assert lus["depuis"] <= date.isoformat() <= lus["jusqu_au"]
    assert lus["jusqu_au"] == f"{date.year}-12-31"


@pytest.mark.normes("C12C-01", "C12C-16")
@given(st.randoms(use_true_random=False), st.integers(0, 3), st.sampled_from(["cpn", "ctppn", "cpr", "cpl"]))
def test_ce_qui_est_compose_est_conforme(hasard: random.Random, de_plus: int, instance: str) -> None:
    candidats = [
        {"candidat": f"{college}-{syndicat}-{rang}", "section": "professionnelle", "college": college, "organisation": syndicat,
         "liberal_conventionne": hasard.random() > 0.1, "sanction_definitive": hasard.random() < 0.1}
        for college, syndicats in (("generalistes", {"MG France": 3, "CSMF": 2, "FMF": 1}), ("specialistes", {"Avenir Spé – Le Bloc": 3, "CSMF": 2, "SML": 1}))
        for syndicat, sieges in syndicats.items()
        for rang in range(2 * sieges + de_plus)
    ]  # fmt: skip
    candidats += [{"candidat": f"uncam-{rang}", "section": "sociale"} for rang in range(24)]
    candidats += [{"candidat": "unocam", "section": "sociale", "organisation": "UNOCAM"}, {"candidat": "ordre", "section": "consultative"}]
    hasard.shuffle(candidats)
    compose = reponse({"calcul": "composer", "instance": instance, "candidats": candidats})
    assert compose["possible"] is (not compose["manques"])
    if compose["membres"] is None:
        assert not compose["installable"]
        return
    juge = reponse({"calcul": "composition", "instance": instance, "membres": compose["membres"]})
    assert juge["installable"] is compose["installable"] is True
    assert juge["valable"] is compose["possible"]
    assert juge["parite"] is True
