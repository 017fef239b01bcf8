"""« Le texte » in a real browser: read, search, follow the links, run an example, change it."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

import convmed
from convmed.dispositifs.socle import tous
from convmed.interfaces.api.banc import cas_de

Regard = Callable[[Page, str], None]


def test_from_the_list_to_a_figure_and_back_to_its_norm(serveur: str, page: Page, verifier: Regard) -> None:
    page.goto(f"{serveur}/texte")
    verifier(page, "texte-sommaire")
    assert page.locator(".carte").count() == len(tous())
    page.get_by_role("link", name="Forfait médecin traitant", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Forfait médecin traitant")
    verifier(page, "texte-fiche")
    page.get_by_role("link", name=re.compile("^Chiffres")).click()
    verifier(page, "texte-chiffres")
    page.get_by_role("link", name="Patient en ALD de 80 ans ou plus", exact=True).first.click()
    verifier(page, "texte-chiffre")
    attendue = next(f for f in convmed.bareme(dispositif="forfait-medecin-traitant").to_dicts() if f["libelle"] == "Patient en ALD de 80 ans ou plus")
    valeur = page.locator(".resultat .somme").inner_text()
    assert valeur == f"{float(attendue['valeur']):.2f}\xa0€".replace(".", ",")
    expect(page.get_by_text("convention-2024", exact=True).first).to_be_visible()
    page.locator("a", has_text=re.compile(r"^C3\.1A-14$|^C3\.")).first.click()
    verifier(page, "texte-norme")
    expect(page.get_by_role("heading", name="Ce qui l’applique")).to_be_visible()


def test_the_rules_as_tables_and_what_they_read(serveur: str, page: Page, verifier: Regard) -> None:
    page.goto(f"{serveur}/texte/forfait-medecin-traitant/regles?date=2026-01-01")
    page.locator("#r-fmt_socle summary").click()
    expect(page.locator("#r-fmt_socle tbody tr")).to_have_count(8)
    expect(page.locator("#r-fmt_socle")).to_contain_text("100,00\xa0€")
    verifier(page, "texte-regles")
    page.locator("#r-fmt_socle a").last.click()
    verifier(page, "texte-regle")
    expect(page.get_by_role("heading", name="En vigueur")).to_be_visible()
    expect(page.get_by_role("link", name="Patient en ALD de 80 ans ou plus", exact=True)).to_be_visible()
    page.get_by_label("Chiffres au").fill("2025-06-30")
    page.get_by_role("button", name="Changer").click()
    expect(page.get_by_role("heading", name="Pas en vigueur ce jour-là sous ce texte")).to_be_visible()


def test_the_search_answers_as_one_types(serveur: str, page: Page, verifier: Regard) -> None:
    page.goto(f"{serveur}/texte")
    with page.expect_response(re.compile("recherche")):
        page.get_by_role("searchbox").press_sequentially("medecin traitant", delay=15)
    expect(page.locator("#resultats mark").first).to_be_visible(timeout=30_000)
    expect(page.locator("#resultats ol a").first).to_contain_text("médecin traitant", ignore_case=True)
    verifier(page, "texte-recherche-en-tapant")
    page.goto(f"{serveur}/texte/recherche?q=C3.1A-14")
    expect(page.locator("#resultats ol li")).to_have_count(1)
    page.locator("#resultats ol a").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Norme C3.1A-14")


def test_a_word_that_nothing_holds_is_said_and_near_ones_are_offered(serveur: str, page: Page, verifier: Regard) -> None:
    page.goto(f"{serveur}/texte/recherche?q=telemedecyne")
    expect(page.get_by_text("Rien ne contient")).to_be_visible()
    verifier(page, "texte-recherche-rien")
    page.get_by_role("link", name="telemedecine").click()
    expect(page.locator("#resultats mark").first).to_be_visible()


@pytest.mark.parametrize("question", ["", "   ", "<script>alert(1)</script>", "x" * 5_000, "%00", "((((", "« »", "%F0%9F%A6%84"])
def test_any_question_is_answered(serveur: str, page: Page, question: str) -> None:
    reponse = page.goto(f"{serveur}/texte/recherche?q={question}")
    assert reponse is not None and reponse.status == 200
    assert page.locator("script:not([src])").count() == 0


def test_an_example_is_run_changed_and_refused(serveur: str, page: Page, verifier: Regard) -> None:
    cas = cas_de("vsm")[0]
    page.goto(f"{serveur}/texte/vsm/exemples")
    verifier(page, "texte-exemples")
    page.get_by_role("button", name=f"Lancer les {len(cas_de('vsm'))} exemples").click()
    expect(page.locator("#joues h2")).to_have_text(f"{len(cas_de('vsm'))} sur {len(cas_de('vsm'))} conformes")
    page.goto(f"{serveur}/texte/vsm/exemples/1")
    verifier(page, "texte-exemple")
    page.get_by_role("button", name="Lancer").click()
    expect(page.locator("#joue h2").first).to_contain_text("Conforme")
    expect(page.locator("#joue tbody tr").first).to_contain_text("1\u202f875")
    verifier(page, "texte-exemple-joue")
    change = {**cas["demande"], "entree": {**cas["demande"]["entree"], "pmt": 800}}
    attendu = convmed.calculer("vsm", change)["resultats"]["montant"]
    page.get_by_label("Le cas, tel que le lit le calcul").fill(json.dumps(change))
    page.get_by_role("button", name="Lancer").click()
    expect(page.locator("#joue .alerte-attention")).to_be_visible()
    expect(page.locator("#joue table").first).to_contain_text(f"{attendu:,.2f}".replace(",", "\u202f").replace(".", ","))
    page.get_by_label("Le cas, tel que le lit le calcul").fill('{"annee": 2024, "entree": {"pmt": -1, "zut": 2')
    page.get_by_role("button", name="Lancer").click()
    expect(page.locator("#joue [role=alert]")).to_contain_text("JSON illisible")
    page.get_by_label("Le cas, tel que le lit le calcul").fill("[" * 50_000)
    page.get_by_role("button", name="Lancer").click()
    expect(page.locator("#joue [role=alert]")).to_be_visible()


def test_the_calendar_and_the_texts(serveur: str, page: Page, verifier: Regard) -> None:
    page.goto(f"{serveur}/texte/textes#convention-2024")
    verifier(page, "texte-textes")
    expect(page.locator("#convention-2024")).to_be_visible()
    page.goto(f"{serveur}/texte/calendrier")
    verifier(page, "texte-calendrier")
    expect(page.get_by_role("heading", name="22 décembre 2024")).to_be_visible()
    with page.expect_download() as descend:
        page.get_by_role("link", name="Calendrier (.ics)").click()
    assert descend.value.suggested_filename == "calendrier-des-mesures.ics"
    page.goto(f"{serveur}/texte/calendrier?du=2027-01-01&au=2026-01-01")
    expect(page.get_by_role("alert")).to_contain_text("le premier jour est après le dernier")


def test_the_norms_and_their_state(serveur: str, page: Page, verifier: Regard) -> None:
    page.goto(f"{serveur}/texte/optam/normes")
    verifier(page, "texte-normes")
    tenues = sum(1 for norme in convmed.etat_des_normes() if norme["dispositif"] == "optam" and norme["etat"] == "tenue")
    page.get_by_role("link", name=f"Tenue ({tenues})").click()
    expect(page.locator("caption")).to_contain_text(f"{tenues} normes")


def test_without_a_script(serveur: str, chromium: Browser) -> None:
    contexte = chromium.new_context(java_script_enabled=False, locale="fr-FR")
    page = contexte.new_page()
    page.goto(f"{serveur}/texte")
    page.get_by_role("searchbox").fill("zone d'intervention prioritaire")
    page.get_by_role("button", name="Chercher").click()
    assert page.locator("#resultats mark").count() > 0
    page.goto(f"{serveur}/texte/vsm/exemples/1")
    page.get_by_role("button", name="Lancer").click()
    assert "Conforme" in page.locator("#joue").inner_text()
    contexte.close()


def test_with_the_keyboard_alone(serveur: str, page: Page) -> None:
    page.goto(f"{serveur}/texte")
    page.get_by_role("searchbox").focus()
    page.keyboard.type("bonus")
    page.keyboard.press("Enter")
    page.wait_for_url("**/texte/recherche?q=bonus")
    page.locator("#resultats ol a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/texte/(?!recherche)"))


def test_every_page_of_every_dispositif_answers_and_is_light(serveur: str) -> None:
    for nom in tous():
        for suite in ("", "/regles", "/chiffres", "/exemples", "/exemples/1", "/normes"):
            with urllib.request.urlopen(urllib.request.Request(f"{serveur}/texte/{nom}{suite}", headers={"accept-encoding": "gzip"})) as reponse:
                assert reponse.status == 200 and len(reponse.read()) < 100_000, f"{nom}{suite}"
