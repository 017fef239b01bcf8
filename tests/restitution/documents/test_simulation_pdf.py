"""The simulation as PDF says what its HTML page says, charts included."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pypdfium2
import pytest

from convmed.restitution.documents.simulation import simulation_pdf
from convmed.restitution.rapport_simulation import en_html
from convmed.restitution.simulation import comparer, en_dict, par_annee
from convmed.simulation import Tiree, simuler
from convmed.textes import trouver_texte

from .conftest import HOSTILES, abrege, contient, textes


class _Mots(HTMLParser):
    """The words of a page, without its style nor its charts."""

    def __init__(self) -> None:
        super().__init__()
        self.mots: list[str] = []
        self.ailleurs = 0

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.ailleurs += tag in ("style", "svg", "summary")

    def handle_endtag(self, tag: str) -> None:
        self.ailleurs -= tag in ("style", "svg", "summary")

    def handle_data(self, data: str) -> None:
        if not self.ailleurs and data.strip():
            self.mots.append(data.strip())


@pytest.fixture(scope="module")
def resultat() -> dict[str, Any]:
    a, b = trouver_texte("en-vigueur"), trouver_texte("convention-2016")
    simulation = simuler(Tiree(20_000, 7, 2026), [(texte, annee) for annee in (2026, 2027) for texte in (a, b)], None, "polars", 1)
    return en_dict(comparer(simulation, *simulation.applications[:2]), par_annee(simulation))


def test_tout_ce_que_dit_la_page_html(resultat: dict[str, Any]) -> None:
    lecteur = _Mots()
    lecteur.feed(en_html(resultat))
    assert len(lecteur.mots) > 200
    assert contient(simulation_pdf(resultat), lecteur.mots) == []


def test_les_graphiques_sont_des_dessins_aux_lettres_lisibles(resultat: dict[str, Any]) -> None:
    octets = simulation_pdf(resultat)
    dit = "".join(textes(octets))
    # What only the charts say.
    assert "hachurée" in dit
    assert "Triangle" in dit
    polices = set(re.findall(rb"/FontName/[A-Z]+\+([A-Za-z-]+)", octets.replace(b" ", b"")))
    assert {b"DejaVuSans", b"LibertinusSerif-Regular"} <= polices
    assert simulation_pdf(resultat) == octets


def test_une_seule_annee_et_rien_a_comparer(resultat: dict[str, Any]) -> None:
    seule = {**resultat, "annees": [], "indicateurs": [], "comparables": []}
    assert contient(simulation_pdf(seule), ["aucun dispositif"]) == []
    assert "Année par année" not in "".join(textes(simulation_pdf(seule)))


@pytest.mark.parametrize("hostile", HOSTILES[:4], ids=abrege)
def test_un_nom_de_scenario_hostile(resultat: dict[str, Any], hostile: str) -> None:
    octets = simulation_pdf({**resultat, "texte": hostile, "reserves": [hostile]})
    assert contient(octets, [hostile]) == []
    assert len(pypdfium2.PdfDocument(octets)) < 10
