"""« Mes contrats » in a real browser: add one, see what it pays and how far its objective is, note what happened."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from convmed.donnees.dossier import lire_dossier
from convmed.restitution.contrats import suivre
from convmed.restitution.optam import etudier
from convmed.textes import trouver_texte
from convmed.textes.unites import afficher

Regard = Callable[[Page, str], None]
EXEMPLE = Path(__file__).parents[2] / "exemples" / "contrat-assistant"
AU = dt.date(2026, 11, 22)
ASSISTANT = {
    "Contrat signé le": "2023-02-01", "Patientèle médecin traitant au départ": "900", "Objectif de patientèle médecin traitant": "980",
    "File active au départ": "1 400", "Objectif de file active": "1500",
}  # fmt: skip
CONTRAT = {"date_signature": "2023-02-01", "option_etp": "1", "classe": "p30-p90", "specialite": "01", "pmt": {"initial": 900, "objectif": 980}, "fa": {"initial": 1400, "objectif": 1500}}


def ajouter(serveur: str, page: Page) -> str:
    page.goto(f"{serveur}/contrats/nouveau/assistant")
    for libelle, valeur in ASSISTANT.items():
        page.get_by_label(libelle).fill(valeur)
    page.get_by_label("Option à la signature").select_option("1")
    page.get_by_role("button", name="Ajouter").click()
    page.wait_for_url(re.compile(r"/contrats/[0-9a-f-]{36}$"))
    return page.url


def noter(page: Page, annee: int, pmt: int, fa: int) -> None:
    formulaire = page.locator("form", has=page.get_by_label("File active constatée"))
    formulaire.get_by_label("Année du contrat").fill(str(annee))
    formulaire.get_by_label("Patientèle médecin traitant constatée").fill(str(pmt))
    formulaire.get_by_label("File active constatée").fill(str(fa))
    with page.expect_navigation():
        formulaire.get_by_role("button").click()


def test_a_contract_from_its_form_to_its_payments(serveur: str, page: Page, verifier: Regard) -> None:
    page.goto(f"{serveur}/contrats")
    page.get_by_role("link", name="Ajouter un contrat d’assistant médical").click()
    verifier(page, "contrats-formulaire")
    page.get_by_role("button", name="Ajouter").click()
    expect(page.get_by_role("alert")).to_contain_text("Contrat signé le")
    verifier(page, "contrats-formulaire-faute")
    adresse = ajouter(serveur, page)
    noter(page, 3, 930, 1450)
    page.goto(f"{adresse}?au={AU}")
    verifier(page, "contrats-assistant")
    contenu = {"assistants_medicaux": [{**CONTRAT, "observations": [{"annee_contrat": 3, "pmt": 930, "fa": 1450}]}]}
    attendu = suivre(contenu, trouver_texte("en-vigueur"), AU).assistants[0]
    paiements = page.get_by_role("region", name="Paiements").locator("tbody tr")
    assert paiements.count() == len(attendu.lignes)
    for rang, ligne in enumerate(attendu.lignes):
        expect(paiements.nth(rang)).to_contain_text("—" if ligne.montant is None else afficher(ligne.montant, "EUR"))
    expect(page.get_by_role("region", name="Distance à l’objectif")).to_contain_text("il manque 50 patients")
    enjeu = page.get_by_role("region", name="Enjeu de l’année").locator("tbody tr")
    expect(enjeu).to_have_count(3)
    atteint = {"assistants_medicaux": [{**CONTRAT, "observations": [{"annee_contrat": 3, "pmt": 930, "fa": 1450}, {"annee_contrat": 4, "pmt": 980, "fa": 1500}]}]}
    solde = next(une for une in suivre(atteint, trouver_texte("en-vigueur"), dt.date(2027, 2, 1)).assistants[0].lignes if une.libelle == "Année 4 du contrat, solde")
    assert solde.montant is not None
    expect(enjeu.first).to_contain_text(afficher(solde.montant, "EUR"))
    page.get_by_role("link", name="Et avec une autre option ?").click()
    verifier(page, "contrats-options")
    page.goto(f"{serveur}/contrats")
    verifier(page, "contrats-liste")
    expect(page.get_by_role("link", name="Assistant médical, signé le 01/02/2023").first).to_be_visible()


def test_what_is_noted_is_kept_or_refused(serveur: str, page: Page) -> None:
    adresse = ajouter(serveur, page)
    noter(page, 1, 999_999_999, 3)
    expect(page.get_by_role("alert")).to_contain_text("Patientèle médecin traitant constatée")
    expect(page.get_by_label("File active constatée")).to_have_value("3")
    page.goto(adresse)
    page.get_by_text("Un échange avec la caisse", exact=True).click()
    formulaire = page.locator("form", has=page.locator("input[value=echanges]"))
    formulaire.get_by_label("Le", exact=True).fill("2023-08-01")
    with page.expect_navigation():
        formulaire.get_by_role("button").click()
    expect(page.locator(".frise").last).to_contain_text("échange avec la caisse")
    with page.expect_download() as descend:
        page.get_by_role("link", name="Chronologie (PDF)").click()
    assert Path(descend.value.path()).read_bytes().startswith(b"%PDF")
    with page.expect_download() as descend:
        page.get_by_role("link", name="Calendrier (.ics)").click()
    assert b"BEGIN:VEVENT" in Path(descend.value.path()).read_bytes()


def test_two_hands_on_one_contract(serveur: str, page: Page, verifier: Regard) -> None:
    adresse = ajouter(serveur, page)
    autre = page.context.new_page()
    autre.goto(adresse)
    noter(autre, 1, 910, 1410)
    noter(page, 2, 920, 1420)
    expect(page.get_by_role("alert")).to_contain_text("Modifié entre-temps")
    expect(page.get_by_label("File active constatée")).to_have_value("1420")
    verifier(page, "contrats-conflit")
    with page.expect_navigation():
        page.locator("form", has=page.get_by_label("File active constatée")).get_by_role("button").click()
    assert page.url == adresse
    page.goto(adresse + "/gerer")
    expect(page.locator("tbody tr")).to_have_count(3)


def test_optam_stay_join_or_leave(serveur: str, page: Page, verifier: Regard) -> None:
    page.goto(f"{serveur}/contrats/nouveau/optam")
    verifier(page, "contrats-formulaire-optam")
    page.get_by_label("Spécialité", exact=True).fill("05")
    page.get_by_label("Option aujourd’hui").select_option("optam")
    for libelle, valeur in {
        "Taux de dépassement du contrat": "15,2", "Taux d’activité à tarif opposable du contrat": "74,7 %", "Honoraires à tarif opposable de l’année": "92 000",
        "Taux de charges": "8,3", "Dépassements d’une année avec": "18800", "Dépassements d’une année sans": "34 000",
    }.items():  # fmt: skip
        page.get_by_label(libelle).fill(valeur)
    page.get_by_role("button", name="Ajouter").click()
    page.wait_for_url(re.compile(r"/contrats/[0-9a-f-]{36}$"))
    adresse = page.url
    page.get_by_label("Relevé au").fill("2026-10-31")
    page.get_by_label("Honoraires remboursables").fill("101 700")
    page.get_by_label("Dépassements, en euros").fill("17 200")
    page.get_by_label("Honoraires à tarif opposable, en euros").fill("74 900")
    page.get_by_role("button", name="Enregistrer le relevé").click()
    expect(page.get_by_role("region", name="Engagement et suivi")).to_contain_text("31/10/2026")
    situation = {
        "choix": "rester", "medecin": {"specialite": "05", "secteur": "2", "option_tarifaire": "optam"}, "honoraires_opposables": 92000, "taux_de_charges": 0.083,
        "depassements_avec_option": 18800, "depassements_sans_option": 34000, "engagement": {"taux_depassement": 0.152, "taux_opposable": 0.747},
        "releves": [{"au": "2026-10-31", "honoraires_remboursables": 101700, "depassements": 17200, "honoraires_opposables": 74900}],
    }  # fmt: skip
    attendu = etudier(situation, trouver_texte("en-vigueur"), 2026).simulation["ecart_annuel"]
    page.goto(f"{adresse}?au={AU}")
    dit = afficher(round(attendu * 100), "EUR").replace("-", "\N{MINUS SIGN}")
    expect(page.locator(".resultat .somme")).to_have_text(dit if attendu <= 0 else "+" + dit)
    verifier(page, "contrats-optam")
    page.get_by_role("link", name="Quitter l’option").click()
    expect(page.locator(".resultat .somme")).to_have_text(afficher(round(-attendu * 100), "EUR") if attendu > 0 else "+" + afficher(round(-attendu * 100), "EUR"))
    page.goto(adresse + "/modifier")
    expect(page.get_by_label("Taux de dépassement du contrat")).to_have_value("15,2")


def test_the_contracts_of_a_dossier(serveur: str, page: Page, verifier: Regard) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as zip_:
        for nom in ("cabinet.toml", "patients.csv"):
            zip_.write(EXEMPLE / nom, nom)
    page.goto(f"{serveur}/cabinet")
    page.locator("input[type=file]").first.set_input_files({"name": "dossier.zip", "mimeType": "application/zip", "buffer": archive.getvalue()})
    page.get_by_role("button", name="Charger", exact=True).click()
    page.wait_for_url(re.compile(r"/cabinet/[0-9a-f-]{36}"))
    piece = re.search(r"[0-9a-f-]{36}", page.url)[0]  # type: ignore[index]
    page.goto(f"{serveur}/contrats/dossier/{piece}?au={AU}")
    verifier(page, "contrats-dossier")
    suivi = suivre(lire_dossier(EXEMPLE).cabinet, trouver_texte("en-vigueur"), AU)
    versement = suivi.assistants[0].paiement(a_venir=False)
    assert versement is not None and versement.montant is not None
    expect(page.get_by_role("region", name="Paiements")).to_contain_text(afficher(versement.montant, "EUR"))
    expect(page.get_by_role("region", name="Taux OPTAM")).to_contain_text("25,3")
    page.goto(f"{serveur}/contrats")
    expect(page.get_by_role("link", name="Assistant médical, signé le 15/09/2022").first).to_be_visible()


def test_nothing_is_there_for_whoever_guesses(serveur: str, page: Page) -> None:
    for suite in ("00000000-0000-4000-8000-000000000001", "zut", "nouveau/zut", "zut/gerer", "dossier/zut"):
        reponse = page.goto(f"{serveur}/contrats/{suite}")
        assert reponse is not None and reponse.status == 404, suite


def test_without_a_script(serveur: str, chromium: Browser) -> None:
    contexte = chromium.new_context(java_script_enabled=False, locale="fr-FR")
    page = contexte.new_page()
    adresse = ajouter(serveur, page)
    noter(page, 1, 905, 1405)
    assert page.url == adresse and "905" in page.content()
    contexte.close()


def test_with_the_keyboard_alone(serveur: str, page: Page) -> None:
    page.goto(f"{serveur}/contrats/nouveau/assistant")
    page.get_by_label("Contrat signé le").focus()
    page.keyboard.type("01012025")
    page.get_by_label("Patientèle médecin traitant au départ").focus()
    page.keyboard.type("900")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/contrats/[0-9a-f-]{36}$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Assistant médical, signé le 01/01/2025")
