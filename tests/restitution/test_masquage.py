"""No small cell is shown, nor can be computed from the totals: checked by an independent reading of what a reader knows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convmed.restitution.masquage import masquees, masquer, petit, seuils

MEDECINS, PATIENTS = seuils()["medecins"], seuils()["patients"]


def medecins(*nombres: int) -> list[dict[str, int | None]]:
    return [{"medecins": nombre} for nombre in nombres]


def test_les_seuils() -> None:
    assert (MEDECINS, PATIENTS) == (5, 11)
    assert [petit("medecins", n) for n in (None, 0, 1, 4, 5)] == [False, False, True, True, False]
    assert [petit("patients", n) for n in (None, 0, 1, 10, 11)] == [False, False, True, True, False]


def test_une_petite_case_est_masquee_une_case_vide_ne_l_est_pas() -> None:
    assert masquees([*medecins(4, 5, 0), {"medecins": 9, "patients": 10}, {"patients": 11}]) == [True, False, False, True, False]


@pytest.mark.parametrize(
    ("nombres", "attendu"),
    [
        ((20, 3, 7, 10), (0, 1, 1, 0)),  # the smallest of the others goes with it
        ((13, 3, 0, 10), (0, 1, 0, 1)),  # an empty cell hides nothing
        ((14, 2, 2, 10), (0, 1, 1, 1)),  # two small ones are small together
        ((7, 3, 4), (0, 1, 1)),  # two small ones that are not
        ((3, 3, 0), (1, 1, 0)),  # the total is small too
        ((20, 10, 10), (0, 0, 0)),
        ((9, 4, 5), (0, 1, 1)),
    ],
)
def test_une_case_seule_ne_revient_pas_par_soustraction(nombres: tuple[int, ...], attendu: tuple[int, ...]) -> None:
    assert masquees(medecins(*nombres), [range(len(nombres))]) == [bool(cache) for cache in attendu]


def test_une_table_a_deux_totaux() -> None:
    """Mask in rows and columns: a corner that a row hides would come back through its column."""
    nombres = (60, 20, 20, 20, 30, 3, 17, 10, 30, 17, 3, 10)
    lignes = [(0, 1, 2, 3), (4, 5, 6, 7), (8, 9, 10, 11)]
    colonnes = [(i, 4 + i, 8 + i) for i in range(4)]
    caches = masquees(medecins(*nombres), lignes + colonnes)
    assert caches[5] and caches[10]
    assert not calculables(nombres, lignes + colonnes, caches)


def test_des_rangees_masquees_gardent_leur_nom() -> None:
    rangees = [
        {"zone": "tout", "nombre": 20, "patients": 900, "montant": 1000},
        {"zone": "zip", "nombre": 3, "patients": 100, "montant": 100},
        {"zone": "zac", "nombre": 8, "patients": 300, "montant": 300},
        {"zone": "hors-zone", "nombre": 9, "patients": 500, "montant": 600},
    ]
    rendues = masquer(rangees, ["nombre", "patients", "montant"], {"medecins": "nombre", "patients": "patients"}, [(0, 1, 2, 3)])
    assert rendues[0] == {**rangees[0], "masque": False}
    assert rendues[1] == {"zone": "zip", "nombre": None, "patients": None, "montant": None, "masque": True}
    assert [rangee["masque"] for rangee in rendues] == [False, True, True, False]


def test_sans_total_rien_d_autre_n_est_masque() -> None:
    assert masquees(medecins(3, 7, 10)) == [True, False, False]
    assert masquees([]) == []


# --- what a reader can compute, worked out by another method: the rank of a linear system


def calculables(nombres: tuple[int, ...], sommes: list[tuple[int, ...]], caches: list[bool]) -> list[int]:
    """Return the small masked cells that the totals and the cells shown determine."""
    n = len(nombres)
    connus = [np.eye(n)[i] for i in range(n) if not caches[i]]
    for total, *parties in sommes:
        ligne = np.zeros(n)
        ligne[total] += 1
        ligne[parties] -= 1
        connus.append(ligne)
    systeme = np.array(connus) if connus else np.zeros((1, n))
    rang = np.linalg.matrix_rank(systeme)
    return [i for i in range(n) if caches[i] and petit("medecins", nombres[i]) and np.linalg.matrix_rank(np.vstack([systeme, np.eye(n)[i]])) == rang]


petits_nombres = st.one_of(st.integers(0, 7), st.integers(0, 40))


@st.composite
def tables(tirer: st.DrawFn) -> tuple[tuple[int, ...], list[tuple[int, ...]]]:
    """Draw a table of counts with the totals of its rows, of its columns, and the grand total."""
    hauteur, largeur = tirer(st.integers(1, 4)), tirer(st.integers(1, 4))
    cases = [[tirer(petits_nombres) for _ in range(largeur)] for _ in range(hauteur)]
    pleines = [[sum(rangee), *rangee] for rangee in cases]
    pleines.insert(0, [sum(colonne) for colonne in zip(*pleines, strict=True)])
    large = largeur + 1
    lignes = [tuple(range(i * large, (i + 1) * large)) for i in range(hauteur + 1)]
    colonnes = [tuple(range(j, (hauteur + 1) * large, large)) for j in range(large)]
    return tuple(nombre for rangee in pleines for nombre in rangee), lignes + colonnes


@given(tables())
def test_rien_de_petit_n_est_montre_ni_calculable(table: tuple[tuple[int, ...], list[tuple[int, ...]]]) -> None:
    nombres, sommes = table
    caches = masquees(medecins(*nombres), sommes)
    assert not any(petit("medecins", nombre) and not cache for nombre, cache in zip(nombres, caches, strict=True))
    assert calculables(nombres, sommes, caches) == []
    for total, *parties in sommes:
        restes = sum(nombres[i] for i in parties if caches[i])
        assert caches[total] or not petit("medecins", restes), "ce que le total laisse aux cases masquées est lui-même petit"


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 30)), min_size=1, max_size=6))
def test_une_case_petite_d_un_genre_est_masquee_de_tous(couples: list[tuple[int, int]]) -> None:
    cellules: list[dict[str, int | None]] = [{"medecins": m, "patients": p} for m, p in couples]
    total: dict[str, int | None] = {"medecins": sum(m for m, _ in couples), "patients": sum(p for _, p in couples)}
    caches = masquees([total, *cellules], [range(len(cellules) + 1)])
    for (m, p), cache in zip(couples, caches[1:], strict=True):
        assert cache or not (petit("medecins", m) or petit("patients", p))
    seules = [i for i, cache in enumerate(caches[1:]) if cache]
    if not caches[0] and len(seules) == 1:
        m, p = couples[seules[0]]
        assert not petit("medecins", m) and not petit("patients", p)


@given(st.lists(st.integers(0, 60), min_size=1, max_size=8))
def test_rien_n_est_masque_pour_rien(nombres: list[int]) -> None:
    if not any(petit("medecins", nombre) for nombre in nombres):
        assert not any(masquees(medecins(sum(nombres), *nombres), [range(len(nombres) + 1)]))
