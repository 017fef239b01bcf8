"""« Procédures » in a real browser: begin a file, note what happened, see who acts next; what is refused, what is late."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from convmed.dispositifs.sanctions import procedures
from convmed.restitution.procedure import etudier
from convmed.textes import trouver_texte

Regard = Callable[[Page, str], None]
EXEMPLE = Path(__file__).parents[2] / "exemples" / "procedure" / "ordinaire.yaml"
AU = dt.date(2025, 5, 6)


def deposer(serveur: str, page: Page, fichier: Path = EXEMPLE) -> str:
    page.goto(f"{serveur}/procedures")
    page.get_by_label("Fichier de procédure (.yaml)").set_input_files(fichier)
    page.get_by_role("button", name="Déposer").click()
    page.wait_for_url(re.compile(r"/procedures/[0-9a-f-]{36}$"))
    return page.url


def test_a_file_begun_and_grown_step_by_step(serveur: str, page: Page, verifier: Regard) -> None:
    page.goto(f"{serveur}/procedures")
    verifier(page, "procedures-liste")
    page.get_by_label("Référence libre").fill("dossier du navigateur")
    page.get_by_label("Ouverte le").fill("2026-03-02")
    page.get_by_role("button", name="Commencer").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("dossier du navigateur")
    verifier(page, "procedures-vide")
    page.get_by_label("Étape", exact=True).select_option("avertissement")
    page.get_by_label("Jour (obligatoire)").fill("2026-03-02")
    page.get_by_role("button", name="Noter").click()
    expect(page.locator(".frise")).to_contain_text("Avertissement préalable")
    # What the text does not allow is refused, and what was typed stays.
    page.get_by_label("Étape", exact=True).select_option("reunion-cpl")
    page.get_by_label("Jour (obligatoire)").fill("2026-04-01")
    page.get_by_label("Note").fill("séance du matin")
    page.get_by_role("button", name="Noter").click()
    expect(page.get_by_role("alert")).to_contain_text("doit précéder")
    expect(page.get_by_label("Note")).to_have_value("séance du matin")
    verifier(page, "procedures-refus")
    page.get_by_role("button", name="Noter").click()
    expect(page.locator(".frise")).to_contain_text("séance du matin")
    expect(page.locator(".alerte")).to_contain_text("manque")


def test_the_page_says_what_the_command_says(serveur: str, page: Page, verifier: Regard) -> None:
    page.goto(deposer(serveur, page) + f"?au={AU}")
    etude = etudier(str(EXEMPLE), trouver_texte("en-vigueur"), AU)
    decision = next(une for une in etude.suivi.echeances if une.etape.nom == "decision")
    assert decision.date == dt.date(2025, 6, 5)
    expect(page.locator(".resultat .somme")).to_have_text("05/06/2025")
    expect(page.locator(".resultat")).to_contain_text("dans 30 jours")
    retard = etude.suivi.en_dict()["retards"][0]
    expect(page.locator(".alerte-attention")).to_contain_text(f"en retard de {retard['jours']} jours")
    assert page.locator(".frise li.fait").count() == len(etude.suivi.deroulement.evenements)
    page.locator("#schema summary").click()
    expect(page.locator(".chemin .ici")).to_contain_text("Avis de la CPL rendu")
    verifier(page, "procedures-suivi")
    for nom, attendu in (("Chronologie (PDF)", b"%PDF"), ("Chronologie (HTML)", b"<!DOCTYPE html>"), ("Échéances (.ics)", b"BEGIN:VCALENDAR"), ("Le fichier (YAML)", EXEMPLE.read_bytes()[:40])):
        with page.expect_download() as descend:
            page.get_by_role("link", name=nom).click()
        assert Path(descend.value.path()).read_bytes().startswith(attendu)


def test_two_hands_on_one_file(serveur: str, page: Page, verifier: Regard) -> None:
    adresse = deposer(serveur, page)
    autre = page.context.new_page()
    autre.goto(adresse)
    autre.get_by_label("Étape", exact=True).select_option("decision")
    autre.get_by_label("Jour (obligatoire)").fill("2025-05-20")
    autre.get_by_role("button", name="Noter").click()
    expect(autre.locator(".frise")).to_contain_text("Décision du directeur")
    page.get_by_label("Étape", exact=True).select_option("abandon")
    page.get_by_label("Jour (obligatoire)").fill("2025-05-22")
    page.get_by_role("button", name="Noter").click()
    expect(page.get_by_role("alert")).to_contain_text("Modifiée entre-temps")
    expect(page.get_by_label("Jour (obligatoire)")).to_have_value("2025-05-22")
    verifier(page, "procedures-conflit")
    page.goto(adresse + "/gerer")
    verifier(page, "procedures-historique")
    page.get_by_role("button", name="Reprendre la version 1").click()
    page.wait_for_url(adresse)
    expect(page.locator(".frise li.fait")).to_have_count(9)
    page.goto(adresse + "/gerer")
    expect(page.locator("tbody tr")).to_have_count(3)
    page.on("dialog", lambda question: question.accept())
    page.get_by_role("button", name="Supprimer pour de bon").click()
    page.wait_for_url(re.compile("/procedures$"))
    assert page.goto(adresse).status == 404  # type: ignore[union-attr]


def test_the_file_itself_is_mended(serveur: str, page: Page, verifier: Regard) -> None:
    adresse = deposer(serveur, page)
    page.goto(adresse + "/corriger")
    verifier(page, "procedures-corriger")
    zone = page.get_by_label("Le fichier, en YAML")
    zone.fill(zone.input_value().replace("2025-05-05", "2025-05-07").replace("avec un confrère", "seul"))
    page.get_by_role("button", name="Enregistrer").click()
    page.wait_for_url(adresse)
    expect(page.locator(".frise")).to_contain_text("07/05/2025")
    page.goto(adresse + "/corriger")
    page.get_by_label("Le fichier, en YAML").fill("procedure: ordinaire\netapes:\n  - {etape: zut, date: 2025-01-01}\n")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("alert")).to_contain_text("étape inconnue")


@pytest.mark.parametrize(
    ("contenu", "dit"),
    [
        (b"x: !!python/object/apply:os.system [ls]", "étiquette YAML refusée"),
        (b"a: &a [x]\nb: [*a, *a]", "ancre YAML refusée"),
        (b"[" * 9_000, "trop de blocs"),
        (b"\xff\xfe\x00", "texte lisible"),
        (b"note: 1 85 05 78 006 084 36", "champ inconnu"),
        (b"procedure: ordinaire\nreference: \"185057800608436\"\n", "sans numéro de sécurité sociale"),
        (b"a" * 600_000, "trop grand"),
    ],
    ids=["etiquette", "ancre", "profondeur", "octets", "champ", "nir", "taille"],
)
def test_a_hostile_file_is_refused_in_french(serveur: str, page: Page, tmp_path: Path, contenu: bytes, dit: str) -> None:
    piege = tmp_path / "piege.yaml"
    piege.write_bytes(contenu)
    page.goto(f"{serveur}/procedures")
    page.get_by_label("Fichier de procédure (.yaml)").set_input_files(piege)
    page.get_by_role("button", name="Déposer").click()
    expect(page.get_by_role("alert")).to_contain_text(dit)
    assert "185057800608436" not in page.content()


def test_the_questions_beside(serveur: str, page: Page, verifier: Regard) -> None:
    page.goto(f"{serveur}/procedures/questions")
    page.get_by_role("link", name="Ce que suspend un déconventionnement").click()
    page.get_by_role("button", name="Répondre").click()
    expect(page.get_by_role("alert")).to_contain_text("Durée, en mois entiers")
    verifier(page, "procedures-questions-faute")
    page.get_by_label("Ferme, sans sursis").select_option("oui")
    page.get_by_label("Durée, en mois entiers").fill("4")
    page.get_by_role("button", name="Répondre").click()
    expect(page.locator(".paires")).to_contain_text("Avantages sociaux suspendus")
    verifier(page, "procedures-questions")
    # The answer is in its address: the link says the same to anybody.
    page.goto(page.url)
    expect(page.locator(".paires")).to_contain_text("Avantages sociaux suspendus")


@pytest.mark.parametrize("nom", ["ordinaire", "penalite"])
def test_the_whole_procedure_in_words(serveur: str, page: Page, verifier: Regard, nom: str) -> None:
    page.goto(f"{serveur}/procedures/schema/{nom}")
    assert page.locator(".chemin > li").count() == len(procedures()[nom].etats)
    verifier(page, f"procedures-schema-{nom}")


def test_without_a_script(serveur: str, chromium: Browser) -> None:
    contexte = chromium.new_context(java_script_enabled=False, locale="fr-FR")
    page = contexte.new_page()
    deposer(serveur, page)
    page.get_by_label("Étape", exact=True).select_option("decision")
    page.get_by_label("Jour (obligatoire)").fill("2025-05-20")
    with page.expect_navigation():
        page.get_by_role("button", name="Noter").click()
    assert "Décision du directeur" in page.locator(".frise").inner_text()
    contexte.close()


def test_with_the_keyboard_alone(serveur: str, page: Page) -> None:
    page.goto(f"{serveur}/procedures")
    page.get_by_label("Référence libre").focus()
    page.keyboard.type("au clavier")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/procedures/[0-9a-f-]{36}$"))
    page.get_by_label("Étape", exact=True).focus()
    page.keyboard.type("Avertissement")
    page.keyboard.press("Tab")
    page.get_by_label("Note").focus()
    page.keyboard.type("lettre")
    page.keyboard.press("Enter")
    expect(page.locator(".frise")).to_be_visible()
