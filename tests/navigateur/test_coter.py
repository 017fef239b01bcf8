"""« Coter » as a secretary uses it: a situation, the answer redrawn, faults in place, a link to share; a file of invoices."""

from __future__ import annotations

import csv
import io
import os
import re
import time
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

import convmed
from convmed.interfaces.web.rendu import dit as en_francais
from convmed.interfaces.web.rendu import montant, montant_en_euros

EXEMPLES = Path(__file__).parents[2] / "exemples"
FACTURES = EXEMPLES / "factures" / "factures.csv"
SAS = {"date_heure": "2026-01-15T20:30+01:00", "medecin": {"specialite": "01", "secteur": "1"}, "lieu": "cabinet", "regulation": "sas",
       "patientele_mt": False, "patient": {"date_naissance": "1986-01-15"}, "date_heure_appel": "2026-01-15T19:45+01:00"}  # fmt: skip


def ouvrir(page: Page, groupe: str) -> None:
    resume = page.locator("form summary", has_text=groupe)
    if resume.locator("..").get_attribute("open") is None:
        resume.click()


def codes(page: Page) -> str:
    return page.locator("#reponse .resultat strong").inner_text()


def test_une_situation_courante_et_son_lien(page: Page, serveur: str, verifier) -> None:
    page.goto(f"{serveur}/coter")
    expect(page.locator("#reponse .resultat")).to_be_visible()
    verifier(page, "coter")
    page.get_by_role("link", name="Consultation du soir adressée par le SAS").click()
    attendue = convmed.coter(SAS)["cotations"][0]
    assert codes(page) == " + ".join(code["code"] for code in attendue["codes"]) == "G + SNP + SHE"
    expect(page.locator("#reponse .somme")).to_have_text(montant_en_euros(attendue["total"]))
    parts = page.locator("#reponse .cles").first
    for champ in ("part_obligatoire", "part_complementaire", "reste_a_charge"):
        expect(parts).to_contain_text(montant_en_euros(attendue[champ]))
    expect(page.locator("#reponse")).to_contain_text("Jeudi 15/01/2026 à 20 h 30, aux heures de permanence des soins")
    page.locator("summary", has_text=re.compile("Part de l.assurance maladie obligatoire")).first.click()
    verifier(page, "coter-sas")
    lien = page.locator("[data-partager]").get_attribute("data-partager") or ""
    assert "naissance" not in lien and "age=40" in lien
    page.goto(serveur + lien)
    assert codes(page) == "G + SNP + SHE"


def test_la_reponse_suit_ce_qu_on_change_sans_recharger(page: Page, serveur: str, verifier) -> None:
    page.goto(f"{serveur}/coter?specialite=01&secteur=1&lieu=cabinet&age=40&date_heure=2026-01-15T10:00")
    page.evaluate("window.marque = 1")
    assert codes(page) == "G"
    page.get_by_label("Âge du patient, en années").fill("3")
    page.get_by_label("Âge du patient, en années").press("Tab")
    expect(page.locator("#reponse .resultat strong")).to_have_text("G + MEG")
    page.get_by_label("Lieu").select_option("domicile")
    expect(page.locator("#reponse .resultat strong")).to_contain_text("VG")
    assert "age=3" in page.url and "motif" not in page.url
    page.get_by_label("Pourquoi pas…").fill("SNP MHP")
    page.get_by_label("Pourquoi pas…").press("Tab")
    questions = page.get_by_role("region", name="Réponses à vos questions")
    expect(questions.get_by_role("row")).to_have_count(4)
    expect(questions.get_by_role("row", name="SNP + MHP")).to_contain_text("interdit")
    assert page.evaluate("window.marque") == 1
    verifier(page, "coter-questions")


def test_les_feries_suivent_le_departement(page: Page, serveur: str) -> None:
    page.goto(f"{serveur}/coter?specialite=01&secteur=1&lieu=cabinet&age=40&date_heure=2026-12-26T09:00")
    assert codes(page) == "G"
    ouvrir(page, "Le médecin")
    page.get_by_label("Département d’exercice").fill("67")
    page.get_by_label("Département d’exercice").press("Tab")
    expect(page.locator("#reponse")).to_contain_text("(férié)")
    expect(page.locator("#reponse")).to_contain_text("Alsace-Moselle")
    expect(page.locator("#reponse .resultat strong")).to_have_text("G + MHP")
    page.get_by_label("Département d’exercice").fill("974")
    page.get_by_label("Département d’exercice").press("Tab")
    expect(page.locator("#reponse")).to_contain_text("La Réunion")
    attendue = convmed.coter({"date_heure": "2026-12-26T09:00+04:00", "lieu": "cabinet", "patient": {"date_naissance": "1986-01-15"},
                              "medecin": {"specialite": "01", "secteur": "1", "departement": "974"}})["cotations"][0]  # fmt: skip
    expect(page.locator("#reponse .somme")).to_have_text(montant_en_euros(attendue["total"]))


def test_une_precision_se_suit_d_un_clic(page: Page, serveur: str) -> None:
    page.goto(f"{serveur}/coter?specialite=01&secteur=1&lieu=cabinet&age=40&date_heure=2026-01-15T10:00")
    ligne = page.get_by_role("row", name="annonce d’une maladie grave")
    total = ligne.locator("td").last.inner_text()
    ligne.get_by_role("link").click()
    expect(page.locator("#reponse .resultat strong")).to_have_text("G + MIS")
    expect(page.locator("#reponse .somme")).to_have_text(total)
    expect(page.get_by_label("Motif particulier")).to_have_value("annonce-maladie-grave")


def test_ce_qui_manque_se_demande(page: Page, serveur: str, verifier) -> None:
    page.goto(f"{serveur}/coter?age=40&date_heure=2026-01-15T10:00&specialite=&lieu=")
    expect(page.locator("#reponse .alerte")).to_contain_text("il faut aussi")
    page.locator("#reponse .alerte").get_by_role("link", name="Lieu").click()
    verifier(page, "coter-manque")


def test_les_fautes_sont_dites_en_place_toutes_a_la_fois(page: Page, serveur: str, verifier) -> None:
    page.goto(f"{serveur}/coter?specialite=MG&secteur=1&lieu=cabinet&age=trois&codes=ZZZ&depassement=douze&donnee=toto%3D1")
    for champ in ("specialite", "age", "codes", "depassement", "donnee"):
        expect(page.locator(f"#f-{champ}")).not_to_be_empty()
    expect(page.locator("#reponse li")).to_have_count(5)
    verifier(page, "coter-fautes")
    page.get_by_label("Âge du patient, en années").fill("3")
    page.get_by_label("Âge du patient, en années").press("Tab")
    expect(page.locator("#f-age")).to_be_empty()
    expect(page.locator("#reponse li")).to_have_count(4)
    page.locator("#reponse").get_by_role("link", name="Spécialité").click()
    expect(page.get_by_label("Spécialité")).to_be_visible()


def test_les_codes_refuses_ont_leur_texte(page: Page, serveur: str, verifier) -> None:
    page.goto(f"{serveur}/coter?specialite=01&secteur=1&lieu=domicile&age=85&ald=oui&patientele_mt=oui&motif=visite-longue&date_heure=2026-01-15T14:00&kilometres=6")
    page.locator("summary", has_text="codes refusés").click()
    refus = convmed.coter({"date_heure": "2026-01-15T14:00+01:00", "medecin": {"specialite": "01", "secteur": "1"}, "lieu": "domicile", "motif": "visite-longue",
                           "patientele_mt": True, "kilometres_aller_retour": 6, "patient": {"date_naissance": "1941-01-15", "ald": True}})["refus"]  # fmt: skip
    lignes = page.get_by_role("region", name="Codes refusés").locator("tbody tr")
    expect(lignes).to_have_count(len(refus))
    for rang in (0, len(refus) // 2, len(refus) - 1):
        expect(lignes.nth(rang)).to_contain_text(en_francais(refus[rang]["motifs"][0]["motif"]))
    page.locator("summary", has_text="VG + MD + IK").click()
    verifier(page, "coter-visite-longue")


def test_au_clavier_seul(page: Page, serveur: str) -> None:
    page.goto(f"{serveur}/coter")
    page.get_by_label("Jour et heure").focus()
    page.keyboard.press("Tab")
    for _ in range(12):
        if page.evaluate("document.activeElement.id") == "c-age":
            break
        page.keyboard.press("Tab")
    page.keyboard.type("4")
    page.keyboard.press("Tab")
    expect(page.locator("#reponse .resultat strong")).to_contain_text("MEG")
    # The answer was redrawn: the keyboard is where it was.
    assert page.evaluate("document.activeElement.id") == "c-patientele_mt"
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**#reponse")
    expect(page.locator("#reponse .resultat strong")).to_contain_text("MEG")


def test_sans_javascript(chromium: Browser, serveur: str, tmp_path: Path) -> None:
    contexte = chromium.new_context(java_script_enabled=False)
    page = contexte.new_page()
    page.goto(f"{serveur}/coter")
    page.get_by_label("Âge du patient, en années").fill("3")
    page.get_by_label("Jour et heure").fill("2026-01-15T10:00")
    page.get_by_role("button", name="Voir ce qui se facture").click()
    assert codes(page) == "G + MEG"
    page.goto(f"{serveur}/coter/controler")
    page.get_by_label("Fichier de factures").set_input_files(FACTURES)
    page.get_by_role("button", name="Contrôler").click()
    expect(page.locator("#constats .somme")).to_contain_text(str(convmed.controler(FACTURES).constats.height))
    contexte.close()


def test_controler_des_factures(page: Page, serveur: str, verifier) -> None:
    page.goto(f"{serveur}/coter/controler")
    verifier(page, "controler")
    page.get_by_label("Fichier de factures").set_input_files(FACTURES)
    page.get_by_role("button", name="Contrôler").click()
    attendu = convmed.controler(FACTURES)
    expect(page.locator("#constats .somme")).to_have_text(f"{attendu.constats.height} constats")
    expect(page.locator("#constats .resultat")).to_contain_text(montant(attendu.constats.get_column("enjeu").sum()))
    expect(page.get_by_role("region", name="Chaque constat").locator("tbody tr")).to_have_count(attendu.constats.height)
    expect(page.get_by_role("region", name="Constats par médecin").locator("tbody tr")).to_have_count(attendu.synthese().height)
    expect(page.get_by_role("region", name="Lignes en faute").locator("tbody tr")).to_have_count(attendu.rejets.height)
    verifier(page, "constats")
    with page.expect_download() as recu:
        page.get_by_role("button", name="Télécharger tous les constats").click()
    lignes = list(csv.DictReader(io.StringIO(Path(recu.value.path()).read_text("utf-8-sig")), delimiter=";"))
    assert [ligne["motif"] for ligne in lignes] == attendu.constats.get_column("motif").to_list()


@pytest.mark.parametrize(
    ("nom", "contenu", "dit"),
    [
        ("factures.xlsx", b"PK", "n’est pas un CSV"),
        ("factures.csv", b"", "vide"),
        ("factures.csv", bytes(range(256)) * 40, "factures.csv"),
        ("factures.csv", b"facture;code\nF1;G\n", "colonne nécessaire absente"),
        ("factures.csv", b"x" * (16 * 1024 * 1024 + 1), "trop gros"),
    ],
    ids=["classeur", "vide", "octets", "colonnes", "trop-gros"],
)  # fmt: skip
def test_un_fichier_qui_n_en_est_pas_un(page: Page, serveur: str, tmp_path: Path, nom: str, contenu: bytes, dit: str) -> None:
    (tmp_path / nom).write_bytes(contenu)
    page.goto(f"{serveur}/coter/controler")
    page.get_by_label("Fichier de factures").set_input_files(tmp_path / nom)
    page.get_by_role("button", name="Contrôler").click()
    expect(page.locator("main [role=alert]")).to_contain_text(dit)
    assert str(tmp_path) not in page.content() and "/dev/shm" not in page.content() and "/tmp" not in page.content()
    page.get_by_label("Fichier de factures").set_input_files(FACTURES)
    page.get_by_role("button", name="Contrôler").click()
    expect(page.locator("#constats .somme")).to_contain_text("constats")


def test_sans_fichier_la_page_le_dit(page: Page, serveur: str, verifier) -> None:
    page.goto(f"{serveur}/coter/controler")
    page.get_by_role("button", name="Télécharger tous les constats").click()
    expect(page.get_by_role("alert")).to_contain_text("aucun fichier reçu")
    verifier(page, "controler-sans-fichier")


def test_rien_du_fichier_ne_reste_et_une_formule_n_en_est_plus_une(page: Page, serveur: str, tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text("facture;medecin;patient;date_heure;code\n=cmd|'/C calc'!A0;@M;P1;2026-03-02T09:00+01:00;GS\n", "utf-8")
    page.goto(f"{serveur}/coter/controler")
    page.get_by_label("Fichier de factures").set_input_files(tmp_path / "f.csv")
    with page.expect_download() as recu:
        page.get_by_role("button", name="Télécharger tous les constats").click()
    ligne = next(csv.DictReader(io.StringIO(Path(recu.value.path()).read_text("utf-8-sig")), delimiter=";"))
    assert ligne["facture"].startswith("'=") and ligne["medecin"] == "'@M"
    for ou in ("/dev/shm", "/tmp"):
        restes = [chemin for chemin in Path(ou).glob("convmed-*/factures.csv") if os.access(chemin, os.R_OK) and b"calc" in chemin.read_bytes()]
        assert not restes


def test_une_page_de_cotation_est_rapide_et_legere(serveur: str) -> None:
    adresse = f"{serveur}/coter?specialite=01&secteur=1&lieu=cabinet&age=40&date_heure=2026-01-15T20:30&regulation=sas"
    durees = []
    for _ in range(8):
        debut = time.perf_counter()
        with urllib.request.urlopen(urllib.request.Request(adresse, headers={"accept-encoding": "gzip"})) as reponse:
            taille = len(reponse.read())
        durees.append(time.perf_counter() - debut)
    assert taille < 60_000
    assert min(durees) < 0.3, durees
