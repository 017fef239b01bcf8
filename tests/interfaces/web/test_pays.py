"""The country of a worker: drawn once, the same figures as the Python API, one run at a time, and nothing without end."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from convmed.interfaces.web import pays as module
from convmed.interfaces.web.pays import ANNEE, FILE_AU_PLUS, GRAINE, Depasse, Occupe, Pays, cle_de
from convmed.restitution.simulation import comparer, en_dict
from convmed.simulation import Tiree, simuler
from convmed.textes import Erreurs, Texte, trouver_texte
from convmed.textes.textes import poser

PATIENTS = 20_000
FMT, FIGURE = "forfait-medecin-traitant", "ald_80_ans_et_plus"


def pose(valeur: int, figure: str = FIGURE) -> Texte:
    return poser(trouver_texte("en-vigueur"), {FMT: {figure: valeur}}, "essai")


@pytest.fixture(scope="module")
def pays() -> Iterator[Pays]:
    un = Pays(PATIENTS)
    assert un.attendre(120), un.panne
    yield un
    un.fermer()


@pytest.mark.parametrize(("valeur", "figure"), [(120, FIGURE), (36, "fenetre_non_vu"), (78, "age_grand_age")])
def test_les_chiffres_sont_ceux_de_l_api(pays: Pays, valeur: int, figure: str) -> None:
    base = trouver_texte("en-vigueur")
    simulation = simuler(Tiree(PATIENTS, GRAINE, ANNEE), [(pose(valeur, figure), 2026), (base, 2026)])
    assert pays.comparer(pose(valeur, figure), base, [2026]) == en_dict(comparer(simulation, *simulation.applications))


def test_une_question_deja_posee_ne_se_recalcule_pas(pays: Pays) -> None:
    base = trouver_texte("en-vigueur")
    premier = pays.comparer(pose(131), base, [2026])
    assert pays.comparer(pose(131), base, [2026]) is premier
    assert cle_de(pose(131)) != cle_de(pose(132))
    assert pays.comparer(pose(132), base, [2026])["masse"] != premier["masse"]


def test_plusieurs_exercices(pays: Pays) -> None:
    annees: list[dict[str, Any]] = pays.comparer(pose(120), trouver_texte("en-vigueur"), [2026, 2027, 2028])["annees"]
    assert [une["annee"] for une in annees] == [2026, 2027, 2028]
    assert all(une["difference"] > 0 for une in annees)


def test_un_exercice_qu_un_texte_ne_couvre_pas(pays: Pays) -> None:
    with pytest.raises(Erreurs) as refus:
        pays.comparer(trouver_texte("en-vigueur"), trouver_texte("convention-2016"), [1995])
    assert refus.value.fautes and not any("--" in str(faute) for faute in refus.value.fautes)


def test_le_pays_ne_se_tire_qu_une_fois() -> None:
    un = Pays(2_000)
    with ThreadPoolExecutor(8) as fils:
        list(fils.map(lambda _: un.pret(), range(32)))
        assert sum(fil.name == "pays" for fil in threading.enumerate()) <= 1
    assert un.attendre(120)
    dossier = un.source.chemin.parent if un.source else Path("/")
    assert dossier.stat().st_mode & 0o077 == 0
    un.fermer()
    assert not dossier.exists()


def test_la_derniere_question_d_une_page_l_emporte(pays: Pays) -> None:
    base, reponses = trouver_texte("en-vigueur"), {}

    def demander(valeur: int) -> None:
        try:
            reponses[valeur] = pays.comparer(pose(valeur), base, [2026], "onglet")
        except Depasse:
            reponses[valeur] = "dépassé"

    with pays._calcul:
        fils = [threading.Thread(target=demander, args=(valeur,)) for valeur in (201, 202, 203)]
        for fil in fils:
            fil.start()
            time.sleep(0.1)
    for fil in fils:
        fil.join(30)
    assert [reponses[201], reponses[202]] == ["dépassé", "dépassé"]
    assert reponses[203] == pays.comparer(pose(203), base, [2026])


def test_une_foule_est_renvoyee_et_personne_n_attend_sans_fin(pays: Pays, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ATTENTE", 0.5)
    base = trouver_texte("en-vigueur")
    debut = time.perf_counter()
    with pays._calcul, ThreadPoolExecutor(FILE_AU_PLUS + 4) as fils:
        futurs = [fils.submit(pays.comparer, pose(300 + rang), base, [2026]) for rang in range(FILE_AU_PLUS + 4)]
        assert all(isinstance(futur.exception(), Occupe) for futur in futurs)
    assert time.perf_counter() - debut < 5
    # The place is free again.
    assert pays.comparer(pose(300), base, [2026])["masse"]["difference"] > 0


def test_ce_que_des_scenarios_laissent_sur_disque_est_borne(pays: Pays, monkeypatch: pytest.MonkeyPatch) -> None:
    base = trouver_texte("en-vigueur")
    avant = pays._taille()
    monkeypatch.setattr(pays, "_borne", avant)
    pays.comparer(pose(64, "age_75_ans"), base, [2026])
    assert pays._taille() == 0
    assert pays.comparer(pose(65, "age_75_ans"), base, [2026])["masse"]["texte"] > 0


def test_un_disque_plein_se_dit_et_se_retente(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "absent"))
    un = Pays(500)
    assert not un.attendre(30)
    assert un.panne == "ce fichier ou ce dossier n'existe pas"
    monkeypatch.undo()
    assert un.attendre(120), un.panne
    un.fermer()
