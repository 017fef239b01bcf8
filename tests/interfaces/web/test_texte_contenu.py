"""What « Le texte » shows: every sheet, rule, figure and example of every dispositif is there, and says what the rules say."""

from __future__ import annotations

import datetime as dt
import json
import re

import pytest

from convmed.dispositifs.socle import tous
from convmed.donnees.entites import REGISTRE
from convmed.interfaces.api.banc import cas_de
from convmed.interfaces.web import texte_contenu as contenu
from convmed.interfaces.web.rendu import dit
from convmed.interfaces.web.texte_escalier import escalier
from convmed.interfaces.web.texte_exemples import SAISIE_AU_PLUS, jouer, jouer_tous
from convmed.textes import baremes

AU = dt.date(2026, 6, 1)


@pytest.mark.parametrize("dispositif", list(tous()))
def test_a_dispositif_is_shown_whole(dispositif: str) -> None:
    sections = contenu.fiche(dispositif)
    assert sections and all(une.ancre for une in sections[1:])
    assert len({une.ancre for une in sections}) == len(sections)
    for une in sections:
        assert "&lt;div" not in une.html and une.html.count("<table>") == une.html.count('<div class="large"')
    siennes = {nom for nom, versions in REGISTRE.regles.items() if versions[0].dispositif == dispositif}
    montrees = contenu.regles(dispositif, "en-vigueur", AU)
    assert {une.nom for une in montrees} == siennes
    assert all(version.lignes for une in montrees for version in une.versions)
    for nom in siennes:
        liens = contenu.liens(nom)
        assert all(une.nom in {r.nom for r in contenu.liens(lue.nom).lue_par} for une in [REGISTRE.regles[nom][0]] for lue in liens.regles)


def test_the_version_in_force_comes_first() -> None:
    une = contenu.regle("fmt_socle", "en-vigueur", AU)
    assert une.versions[0].vaut and ("100,00\xa0€" in {ligne.resultat for ligne in une.versions[0].lignes})
    assert not contenu.regle("fmt_socle", "en-vigueur", dt.date(2025, 6, 1)).versions[0].vaut


@pytest.mark.parametrize("dispositif", list(tous()))
def test_every_norm_leads_where_it_is_applied(dispositif: str) -> None:
    for une in contenu.normes_de(dispositif):
        for mots, adresse in contenu.noms_en_liens(une):
            assert mots and (adresse.startswith("/texte/") or mots.startswith("repère"))


@pytest.mark.parametrize("dispositif", list(tous()))
def test_every_example_conforms_and_its_trees_can_be_drawn(dispositif: str) -> None:
    assert not [(nom, lieux) for _, nom, lieux in jouer_tous(dispositif) if lieux]
    for cas in cas_de(dispositif):
        joue = jouer(cas)
        assert joue.conforme, (cas["nom"], [une for une in joue.comparaisons if not une.pareil])
        assert joue.explications is not None


def test_an_example_whose_expectation_is_wrong_is_told() -> None:
    cas = json.loads(json.dumps(cas_de("vsm")[0]))
    cas["attendu"]["resultats"]["montant"] += 1
    joue = jouer(cas)
    assert not joue.conforme and [une.champ for une in joue.comparaisons if not une.pareil] == ["montant"]
    refuse = next(un for un in cas_de("vsm") if "refus" in un["attendu"])
    accepte = {**refuse, "demande": cas["demande"]}
    assert not jouer(accepte).conforme


@pytest.mark.parametrize("saisie", ["", "{", "[]", "1", '{"texte": "/etc/passwd", "annee": 2026, "entree": {}}', "[" * 90_000, '{"a":' * 5_000, "x" * (SAISIE_AU_PLUS + 1)])
def test_what_is_typed_is_refused_in_french(saisie: str) -> None:
    joue = jouer(cas_de("vsm")[0], saisie)
    assert joue.fautes and not joue.comparaisons and joue.reponse is None


def test_a_figure_that_changes_is_drawn_without_a_style() -> None:
    dessins = [(figure, dessin) for figures in baremes().values() for figure in figures.values() if (dessin := escalier(figure))]
    assert len(dessins) > 100
    for figure, dessin in dessins:
        assert "style" not in dessin.svg and dessin.dit, figure.nom
        assert dessin.svg.count("<path") == len(dessin.lignes)
        nombres = [float(n) for n in re.findall(r"[ML](-?[\d.]+)", dessin.svg)]
        assert all(0 <= n <= 720 for n in nombres), figure.nom


def test_french_words_are_written_as_french_is() -> None:
    assert dit("l'aide « socle » : 5 %") == "l’aide «\xa0socle\xa0»\xa0: 5\xa0%"
    assert contenu.unite_dite("EUR/patient/an") == "€ par patient, par an"
