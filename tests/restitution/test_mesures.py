"""The calendar of measures: applied day against signed day, on the barème and on scenarios laid over it."""

from __future__ import annotations

import datetime as dt
import itertools
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import icalendar
import pytest
import yaml
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from convmed.restitution.graphiques import frise as graphiques
from convmed.restitution.mesures import (
    SCHEMA,
    Mesure,
    dispositifs_de_la_nomenclature,
    en_ics,
    en_table,
    mesures,
    texte_signe,
)
from convmed.textes import Erreurs, Texte, baremes, trouver_texte

FMT = "forfait-medecin-traitant"
DU, AU = dt.date(2024, 6, 22), dt.date(2027, 12, 31)


@pytest.fixture
def scenario(tmp_path: Path) -> Any:
    def ecrire(figures: dict[str, Any], dispositif: str = FMT) -> Texte:
        fichier = tmp_path / "essai.yaml"
        fichier.write_text(yaml.safe_dump({"nom": "essai", "figures": {dispositif: figures}}), "utf-8")
        return trouver_texte(str(fichier))

    return ecrire


def de(texte: Texte, figure: str, du: dt.date = DU, au: dt.date = AU) -> list[Mesure]:
    return [mesure for mesure in mesures(texte, du, au, [FMT]) if mesure.figure.nom == figure]


def reduite(mesure: Mesure) -> tuple[Any, ...]:
    jours = [jour.isoformat() if jour else None for jour in (mesure.date, mesure.date_signee)]
    return (*jours, mesure.etat, mesure.nature, mesure.changement.replace("\N{NO-BREAK SPACE}", " "))


def jour(ecrit: str) -> dt.date:
    return dt.date.fromisoformat(ecrit)


def test_a_la_date_signee() -> None:
    (mesure,) = de(trouver_texte("en-vigueur"), "ald_80_ans_et_plus")
    assert reduite(mesure) == ("2026-01-01", "2026-01-01", "à la date signée", "début", "néant → 100,00 €")
    assert (mesure.reference, mesure.statut, mesure.confiance) == ("circulaire 31/07/2024, 3.1 A", "signe", "officiel")
    assert mesure.en_dict().keys() == SCHEMA.keys()


@pytest.mark.parametrize(("du", "au", "nombre"), [
    ("2025-01-01", "2025-12-31", 0), ("2026-01-01", "2026-01-01", 1), ("2026-01-02", "2027-12-31", 0), ("2025-12-31", "2026-01-01", 1),
])  # fmt: skip
def test_les_deux_bornes_sont_comprises(du: str, au: str, nombre: int) -> None:
    assert len(de(trouver_texte("en-vigueur"), "ald_80_ans_et_plus", jour(du), jour(au))) == nombre


def test_reportee(scenario: Any) -> None:
    texte = scenario({"ald_80_ans_et_plus": [{"du": jour("2026-01-01"), "au": jour("2026-06-30"), "valeur": "supprime", "reference": "report", "confiance": "presse"}]})
    (mesure,) = de(texte, "ald_80_ans_et_plus")
    assert reduite(mesure) == ("2026-07-01", "2026-01-01", "reportée", "début", "néant → 100,00 €")
    assert (mesure.en_dict()["reference_report"], mesure.reference, mesure.confiance) == ("report", "circulaire 31/07/2024, 3.1 A", "presse")


def test_avancee(scenario: Any) -> None:
    texte = scenario({"ald_80_ans_et_plus": [{"du": jour("2025-10-01"), "au": jour("2025-12-31"), "valeur": 100}]})
    (mesure,) = de(texte, "ald_80_ans_et_plus")
    assert reduite(mesure) == ("2025-10-01", "2026-01-01", "avancée", "début", "néant → 100,00 €")
    assert mesure.report is None


def test_une_autre_valeur_que_la_signee_et_la_signee_jamais_appliquee(scenario: Any) -> None:
    appliquee, jamais = de(scenario({"ald_80_ans_et_plus": [{"du": jour("2026-03-01"), "valeur": 90}, {"au": jour("2026-02-28"), "valeur": "supprime"}]}), "ald_80_ans_et_plus")
    assert reduite(appliquee) == ("2026-03-01", None, "non signée", "début", "néant → 90,00 €")
    assert reduite(jamais) == (None, "2026-01-01", "signée, non appliquée", "début", "néant → 100,00 €")


def test_une_valeur_qui_revient_n_est_pas_reportee(scenario: Any) -> None:
    texte = scenario({"ald_80_ans_et_plus": [{"du": jour("2026-04-01"), "au": jour("2026-06-30"), "valeur": 90}]})
    assert [reduite(mesure)[:4] for mesure in de(texte, "ald_80_ans_et_plus")] == [
        ("2026-01-01", "2026-01-01", "à la date signée", "début"),
        ("2026-04-01", None, "non signée", "changement"),
        ("2026-07-01", None, "non signée", "changement"),
    ]


def test_ce_qui_s_applique_depuis_toujours_n_est_ni_une_mesure_ni_un_manque(scenario: Any) -> None:
    assert de(scenario({"ald_80_ans_et_plus": 100}), "ald_80_ans_et_plus") == []


def test_une_fin_et_sa_reference() -> None:
    fins = [mesure for mesure in mesures(trouver_texte("en-vigueur"), DU, AU, ["vsm"]) if mesure.nature == "fin"]
    assert {mesure.date for mesure in fins} == {jour("2025-07-01")}
    assert all(mesure.reference.startswith("circulaire 31/07/2024, 3.3 B") for mesure in fins)
    assert all(mesure.changement.endswith("→ néant") for mesure in fins)


def test_une_valeur_qui_change_de_reference_n_est_pas_une_mesure(scenario: Any) -> None:
    texte = scenario({"ald_80_ans_et_plus": [{"du": jour("2026-07-01"), "valeur": 100}]})
    assert [mesure.date for mesure in de(texte, "ald_80_ans_et_plus")] == [jour("2026-01-01")]


@pytest.mark.parametrize(("texte", "signe"), [
    ("en-vigueur", "convention-2024"), ("convention-2024", "convention-2024"), ("reglement-arbitral-2023", "reglement-arbitral-2023"),
])  # fmt: skip
def test_le_texte_signe_de_chaque_texte(texte: str, signe: str) -> None:
    assert texte_signe(trouver_texte(texte)).id == signe


@pytest.mark.parametrize("dispositif", sorted(baremes()))
def test_tout_dispositif_a_son_calendrier(dispositif: str) -> None:
    """Hold: under the signed text nothing is postponed, and each measure really changes the value on its day."""
    texte, un_jour = trouver_texte("convention-2024"), dt.timedelta(days=1)
    liste = mesures(texte, dt.date(2000, 1, 1), dt.date(2030, 1, 1), [dispositif])
    assert {mesure.etat for mesure in liste} <= {"à la date signée"}
    for mesure in liste:
        assert mesure.date
        veille, valeur = (texte.valeur(mesure.figure, date) for date in (mesure.date - un_jour, mesure.date))
        assert (veille.calcul if veille else None) != (valeur.calcul if valeur else None) or "non publié" in mesure.changement
    assert liste == sorted(liste, key=lambda mesure: mesure.date or AU)


def test_les_dispositifs() -> None:
    texte = trouver_texte("en-vigueur")
    assert set(dispositifs_de_la_nomenclature()) <= {"tarifs", "soins-non-programmes", "telemedecine"}
    assert mesures(texte, DU, AU, []) == []
    assert {m.figure.dispositif for m in mesures(texte, DU, AU)} > {m.figure.dispositif for m in mesures(texte, DU, AU, ["vsm", FMT])}
    with pytest.raises(Erreurs, match="« vsn »") as refus:
        mesures(texte, DU, AU, ["vsn", "fmt", "vsm"])
    assert len(refus.value.fautes) == 2


def test_l_agenda_se_relit_et_ne_dit_que_ce_qui_s_applique(scenario: Any) -> None:
    texte = scenario({"non_vu": "supprime", "majoration_c2s": [{"du": jour("2026-01-01"), "au": jour("2026-06-30"), "valeur": "supprime"}]})
    liste = mesures(texte, DU, AU, [FMT])
    ics = en_ics(liste, texte)
    assert ics == en_ics(mesures(texte, DU, AU, [FMT]), texte)
    evenements = icalendar.Calendar.from_ical(ics).walk("VEVENT")
    assert len(evenements) == len([mesure for mesure in liste if mesure.date]) < len(liste)
    assert len({str(evenement["uid"]) for evenement in evenements}) == len(evenements)
    (celui,) = [e for e in evenements if str(e["uid"]) == f"convmed-essai-{FMT}-majoration_c2s-2026-07-01"]
    assert (celui["dtstart"].dt, celui["dtend"].dt) == (jour("2026-07-01"), jour("2026-07-02"))
    assert "reportée; signée pour le 01/01/2026" in str(celui["description"])


def test_la_table_vide_garde_ses_colonnes() -> None:
    assert en_table([]).columns == list(SCHEMA)


@pytest.mark.parametrize("dispositifs", [[], ["vsm"], None])
def test_la_frise_est_du_xml_et_toujours_le_meme(dispositifs: list[str] | None) -> None:
    table = en_table(mesures(trouver_texte("en-vigueur"), DU, AU, dispositifs))
    svg = graphiques.frise_des_mesures(table, "Calendrier", DU, AU, "svg")
    assert svg == graphiques.frise_des_mesures(table, "Calendrier", DU, AU, "svg")
    mots = "".join(ET.fromstring(svg).itertext())
    assert "Calendrier" in mots
    assert ("Aucune mesure" in mots) == (dispositifs == [])
    if dispositifs:
        assert "1er juillet 2025 — 9 mesures" in mots
        assert table["libelle"][1] in mots


def test_la_frise_montre_la_date_signee_de_ce_qui_est_reporte(scenario: Any) -> None:
    def mots(texte: Texte) -> str:
        return "".join(ET.fromstring(graphiques.frise_des_mesures(en_table(de(texte, "majoration_c2s")), "", DU, AU, "svg")).itertext())

    texte = scenario({"majoration_c2s": [{"du": jour("2026-01-01"), "au": jour("2026-06-30"), "valeur": "supprime"}]})
    assert ("01/01/2026" in mots(texte), "reportée" in mots(texte)) == (True, True)
    a_l_heure = mots(trouver_texte("en-vigueur"))
    assert ("01/01/2026" in a_l_heure, "reportée" in a_l_heure) == (False, False)


def test_les_textes_de_la_frise_ne_se_recouvrent_pas(scenario: Any) -> None:
    """Hold: on ninety measures, one of each state among them, no two pieces of text share a place on the page."""
    report = {"du": jour("2026-01-01"), "au": jour("2026-06-30"), "valeur": "supprime"}
    texte = scenario({"majoration_c2s": [report], "non_vu": "supprime", "de_7_a_74_ans": [{"du": jour("2025-03-01"), "au": jour("2025-12-31"), "valeur": 5}]})
    table = en_table(mesures(texte, DU, AU)).sort("date", "dispositif", nulls_last=True, maintain_order=True)
    table = table.filter(table["dispositif"] != FMT).head(70).vstack(table.filter(table["dispositif"] == FMT).head(40)).sort("date", nulls_last=True, maintain_order=True)
    assert len(table) >= 90
    figure = graphiques.composer_la_frise(table, "Calendrier des mesures, du 22/06/2024 au 31/12/2027, sous un texte de bien longue mémoire " * 2, DU, AU)
    FigureCanvasAgg(figure).draw()
    boites = [(texte.get_text(), texte.get_window_extent()) for texte in figure.findobj(Text) if texte.get_text()]
    assert len(boites) > 2 * len(table)
    assert not [(a[0], b[0]) for a, b in itertools.combinations(boites, 2) if a[1].overlaps(b[1])]
    page = figure.bbox
    assert not [mots for mots, boite in boites if boite.x0 < page.x0 or boite.x1 > page.x1 or boite.y0 < page.y0 or boite.y1 > page.y1]


def test_la_frise_en_image() -> None:
    table = en_table(mesures(trouver_texte("en-vigueur"), DU, AU, ["vsm"]))
    octets = graphiques.frise_des_mesures(table, "Calendrier", DU, AU, "png")
    assert octets == graphiques.frise_des_mesures(table, "Calendrier", DU, AU, "png")
    assert octets.startswith(b"\x89PNG")
    assert int.from_bytes(octets[16:20]) == 1650
    assert b"Software" not in octets


def test_les_reglages_de_l_utilisateur_n_entrent_pas_dans_la_frise() -> None:
    import matplotlib

    table = en_table(mesures(trouver_texte("en-vigueur"), DU, AU, ["vsm"]))
    attendue = graphiques.frise_des_mesures(table, "Calendrier", DU, AU, "svg")
    with matplotlib.rc_context({"axes.facecolor": "black", "font.size": 30, "svg.hashsalt": None, "lines.linewidth": 9}):
        assert graphiques.frise_des_mesures(table, "Calendrier", DU, AU, "svg") == attendue
