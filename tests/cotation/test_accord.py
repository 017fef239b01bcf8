"""What is proposed for one encounter and what a file is checked for come from the same rules: they agree."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convmed.controle import controler
from convmed.controle.lecture import lire as lire_factures
from convmed.controle.seances import preparer, regrouper
from convmed.cotation.evaluation import Evaluation
from convmed.cotation.nomenclature import nomenclature
from convmed.cotation.seance import date_locale, modele_de_seance
from convmed.dispositifs.socle import tous
from convmed.donnees.entites import REGISTRE
from convmed.donnees.modeles import lire
from convmed.restitution.cotation import coter

from .generation import ecrire, ligne, seances
from .outils import contexte

LENTE = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])


@LENTE
@given(tirees=st.lists(seances(), min_size=1, max_size=12))
def test_coter_ne_propose_rien_que_controler_refuse(tirees: list[dict[str, Any]], tmp_path: Path) -> None:
    lignes: list[dict[str, Any]] = []
    for rang, entree in enumerate(tirees):
        for place, cotation in enumerate(coter(entree)["cotations"]):
            lignes += [ligne(entree, f"{rang}-{place}", c["code"], c["tarif"]) for c in cotation["codes"]]
    if not lignes:
        return
    controle = controler(ecrire(tmp_path / "factures.csv", lignes))
    assert controle.rejets.is_empty(), controle.rejets
    refus = controle.constats.filter(pl.col("constat").is_in(["interdit", "muet", "tarif"]))
    assert refus.is_empty(), refus.to_dicts()


tous()
ENSEMBLES = st.lists(st.sampled_from(list(nomenclature().codes)), min_size=1, max_size=4, unique=True)


@LENTE
@given(tirees=st.lists(st.tuples(seances(), ENSEMBLES), min_size=1, max_size=12))
def test_une_seance_et_un_fichier_donnent_les_memes_entrees(tirees: list[tuple[dict[str, Any], list[str]]], tmp_path: Path) -> None:
    """Hold: the inputs drawn from the codes too (the acts counted, the place of a visit) are those of a single encounter."""
    lignes = [ligne(entree, str(rang), code, 30) for rang, (entree, codes) in enumerate(tirees) for code in codes]
    with lire_factures(ecrire(tmp_path / "factures.csv", lignes)) as lu:
        (table,) = lu.tables()
    preparees = preparer(regrouper(table), nomenclature())
    for rang, (entree, codes) in enumerate(tirees):
        seance, fautes = lire(modele_de_seance(), {**entree, "codes": codes}, "entree")
        assert seance is not None, fautes
        evaluation = Evaluation(seance, contexte(date_locale(seance)))
        attendues = {nom: v for nom, v in evaluation.instance.donnees.items() if nom in REGISTRE.entrees}
        (obtenues,) = preparees.filter(pl.col("medecin") == f"M{rang}").to_dicts()
        for nom in attendues.keys() & obtenues.keys():
            assert obtenues[nom] == attendues[nom], nom
        communes = attendues.keys() - obtenues.keys()
        assert not communes, communes
        assert ("lieu" in attendues) == (obtenues.get("lieu") is not None)


@pytest.mark.parametrize("secteur", ["1", "2"])
def test_une_cotation_vide_se_dit(secteur: str) -> None:
    entree = {"date_heure": "2026-03-10T10:00+01:00", "medecin": {"specialite": "01", "secteur": secteur, "option_tarifaire": "aucune"},
              "tarif_opposable": True, "lieu": "cabinet"}  # fmt: skip
    codes = [[c["code"] for c in cotation["codes"]] for cotation in coter(entree)["cotations"]]
    assert ["G"] in codes
