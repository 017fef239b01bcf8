"""« Mes patients » as a doctor uses it: a list whose acts are known, one patient, those who object, what is missing."""

from __future__ import annotations

import collections
import csv
import datetime as dt
import io
import os
import re
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from playwright.sync_api import Browser, Page, expect

import convmed
from convmed.base import POSTE, Cle, Coffre
from convmed.donnees.dossier import Dossier, lire_dossier
from convmed.donnees.serialisation import en_octets
from convmed.interfaces.web.rendu import dit as en_francais
from convmed.interfaces.web.rendu import montant, montant_en_euros
from convmed.restitution import suivi, tableau_de_bord

from .conftest import serveur_lance

EXEMPLES = Path(__file__).parents[2] / "exemples"
ANNEE = max(2026, dt.date.today().year)


@dataclass(frozen=True)
class Poste:
    """A desk whose dossiers are already there, and the address of each one's patients."""

    adresse: str
    pieces: dict[str, str]

    def de(self, nom: str) -> str:
        return f"{self.adresse}/patients/{self.pieces[nom]}"


def opposants() -> Dossier:
    lu = lire_dossier(EXEMPLES / "tableau-de-bord-cnge")
    return replace(lu, patients=lu.patients.with_columns(opposition=pl.col("patient") == "PAULINE-M"))


DOSSIERS: dict[str, Callable[[], Dossier]] = {
    "cabinet-zip": lambda: lire_dossier(EXEMPLES / "cabinet-zip"),
    "opposants": opposants,
    "sans-actes": lambda: lire_dossier(EXEMPLES / "contrat-assistant"),
}


def poste_garni(noms: list[str], port: int) -> Iterator[Poste]:
    cle = Cle.nouvelle()
    with tempfile.TemporaryDirectory() as ici:
        base = f"sqlite:///{ici}/poste.db"
        with Coffre.ouvrir(base, cle, migrer=True) as coffre:
            pieces = {nom: coffre.deposer(POSTE, "dossier", f"Dossier {nom}", en_octets(DOSSIERS[nom]())).id for nom in noms}
        with serveur_lance("--base", base, port=port, environnement={**os.environ, "CONVMED_CLE": cle.en_texte()}) as adresse:
            yield Poste(adresse, pieces)


@pytest.fixture(scope="module")
def poste(port_libre: Callable[[], int]) -> Iterator[Poste]:
    yield from poste_garni(list(DOSSIERS), port_libre())


@pytest.fixture(scope="module")
def longue() -> pl.DataFrame:
    return convmed.tableau_de_bord(EXEMPLES / "cabinet-zip", ANNEE)


def chiffres(texte: str) -> int:
    return int(re.sub(r"\D", "", texte))


def lire(adresse: str) -> tuple[str, bytes]:
    with urllib.request.urlopen(adresse) as reponse:
        return reponse.headers["content-disposition"] or "", reponse.read()


def test_on_choisit_un_dossier_et_le_premier_a_le_plus_a_gagner(page: Page, poste: Poste, verifier, longue: pl.DataFrame) -> None:
    page.goto(f"{poste.adresse}/patients")
    verifier(page, "patients-choisir")
    page.get_by_role("link", name="Dossier cabinet-zip").click()
    expect(page.get_by_text("Se déconnecter")).to_have_count(0)
    gain = longue.get_column("gain").sum()
    expect(page.locator(".resultat .somme")).to_have_text(montant_en_euros(gain))
    premier = tableau_de_bord.a_gagner(longue, 1).row(0, named=True)
    rangee = page.locator("table.matrice tbody tr").first
    expect(rangee.locator("th")).to_have_text(premier["patient"])
    expect(rangee.locator("td").first).to_have_text(montant_en_euros(premier["gain"]))
    assert page.locator("table.matrice tbody tr").count() == 50


def test_les_comptes_par_indicateur_sont_ceux_du_tableau_de_bord(page: Page, poste: Poste, longue: pl.DataFrame) -> None:
    page.goto(poste.de("cabinet-zip"))
    lignes = page.get_by_role("region", name="Par indicateur").locator("tbody tr")
    attendus = tableau_de_bord.synthese(longue).to_dicts()
    assert lignes.count() == len(attendus) == 15
    colonne = page.get_by_role("columnheader", name="Non validés").evaluate("e => e.cellIndex")
    for rang, attendu in enumerate(attendus):
        cellules = lignes.nth(rang).locator("th, td")
        assert chiffres(cellules.nth(1).inner_text()) == attendu["valide"] + attendu["non-valide"]
        assert chiffres(cellules.nth(colonne).inner_text()) == attendu["non-valide"]
        jauge = lignes.nth(rang).locator("meter")
        assert (int(jauge.get_attribute("value") or ""), int(jauge.get_attribute("max") or "")) == (attendu["valide"], attendu["valide"] + attendu["non-valide"])


def test_filtrer_par_indicateur_dit_pourquoi_chacun_compte_ou_non(page: Page, poste: Poste, verifier, longue: pl.DataFrame) -> None:
    page.goto(poste.de("cabinet-zip"))
    page.get_by_role("combobox", name="Indicateur").select_option("cancer-col")
    expect(page.locator("#liste caption")).to_contain_text("Dépistage du cancer du col")
    page.get_by_role("combobox", name="État").select_option("exclu")
    exclus = longue.filter((pl.col("indicateur") == "cancer-col") & (pl.col("etat") == "exclu")).height
    assert exclus
    expect(page.locator("#liste tbody tr")).to_have_count(exclus)
    expect(page.locator("#liste tbody tr").first).to_contain_text("exclut")
    assert "etat=exclu" in page.url
    verifier(page, "patients-exclus")
    page.get_by_role("combobox", name="État").select_option("non-concerne")
    expect(page.locator("#liste tbody tr").first).to_contain_text(re.compile("Sexe : M|Âge à la date"))


def test_un_patient_ce_qu_il_faut_faire_et_d_ou_viennent_ses_montants(page: Page, poste: Poste, verifier, longue: pl.DataFrame) -> None:
    page.goto(poste.de("cabinet-zip"))
    premier = tableau_de_bord.a_gagner(longue, 1).row(0, named=True)
    page.locator("#liste").get_by_role("link", name=premier["patient"]).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Patient {premier['patient']}")
    assert premier["patient"] not in page.url and premier["patient"] not in page.title()
    expect(page.locator(".frise > li")).to_have_count(len(premier["indicateurs"]))
    siennes = {ligne["indicateur"]: ligne for ligne in longue.filter(pl.col("patient") == premier["patient"]).to_dicts()}
    for nom, indicateur in suivi.PAR_INDICATEUR.items():
        ligne = page.get_by_role("region", name="Les quinze indicateurs").get_by_role("row", name=en_francais(indicateur.libelle))
        attendu = {"valide": "validé", "non-valide": "non validé", "non-concerne": "non concerné", "exclu": "exclu"}[siennes[nom]["etat"]]
        expect(ligne.locator(".etat").last).to_have_text(attendu)
        if siennes[nom]["dernier_acte"]:
            expect(ligne).to_contain_text(f"{siennes[nom]['dernier_acte']:%d/%m/%Y}")
    forfait = convmed.expliquer(EXEMPLES / "cabinet-zip", 1, ANNEE, patient=premier["patient"])
    expect(page.locator(".cles")).to_contain_text(montant(forfait.valeur))
    page.locator("summary", has_text=re.compile("Suivi du diabète par l.HbA1c")).click()
    verifier(page, "patient")
    page.get_by_role("link", name="Patient suivant").click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text(f"Patient {premier['patient']}")


def test_aujourd_hui_et_le_31_decembre(page: Page, poste: Poste) -> None:
    page.goto(poste.de("cabinet-zip"))
    aujourd_hui = convmed.tableau_de_bord(EXEMPLES / "cabinet-zip", ANNEE, date=dt.date.today())
    valides = tableau_de_bord.synthese(aujourd_hui).row(0, named=True)["valide"]
    grippe = page.get_by_role("region", name="Par indicateur").locator("tbody tr").first
    assert chiffres(grippe.locator("td").nth(1).inner_text()) == valides
    page.get_by_role("combobox", name="À quelle date").select_option("aujourdhui")
    expect(page.locator("#liste")).to_contain_text(str(dt.date.today().year))
    page.get_by_role("combobox", name="Indicateur").select_option("grippe")
    page.get_by_role("combobox", name="État").select_option("valide")
    expect(page.locator("#liste > p strong").first).to_contain_text(str(valides))


def test_chercher_un_patient_sans_l_ecrire_dans_l_adresse(page: Page, poste: Poste, verifier) -> None:
    page.goto(poste.de("cabinet-zip"))
    champ = page.get_by_label("Identifiant, en entier")
    champ.fill("p0042")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Patient P0042")
    assert page.url.endswith("/42")
    page.goto(poste.de("cabinet-zip"))
    champ.fill("P004")
    page.get_by_role("button", name="Chercher").click()
    expect(page.locator("#liste tbody tr")).to_have_count(10)
    assert "P004" not in page.url
    verifier(page, "patients-liste")
    champ.fill("personne")
    page.get_by_role("button", name="Chercher").click()
    expect(page.locator("#liste")).to_contain_text("Aucun patient")
    verifier(page, "patients-introuvable")


def test_qui_s_oppose_ne_montre_rien_et_qui_est_exclu_reste_visible(page: Page, poste: Poste, verifier) -> None:
    page.goto(poste.de("opposants"))
    rangee = page.locator("table.matrice tbody tr", has_text="PAULINE-M")
    expect(rangee.locator("td")).to_have_count(1)
    expect(rangee).to_contain_text("s’oppose")
    expect(page.locator("table.matrice tbody tr", has_text="CAMILLE-D").locator(".m-exclu")).to_have_count(1)
    verifier(page, "patients-opposition")
    rangee.get_by_role("link").click()
    expect(page.locator("main")).to_contain_text("Aucun de ses indicateurs")
    expect(page.locator(".frise, table")).to_have_count(0)
    verifier(page, "patient-opposition")


def test_sans_les_actes_la_page_dit_quoi_ajouter_et_avant_2026_la_rosp(page: Page, poste: Poste, verifier) -> None:
    page.goto(poste.de("sans-actes"))
    expect(page.locator("main")).to_contain_text("evenements.csv")
    verifier(page, "patients-sans-actes")
    page.goto(f"{poste.de('cabinet-zip')}?annee=2025")
    expect(page.locator("main")).to_contain_text("ROSP")
    verifier(page, "patients-rosp")
    page.goto(f"{poste.de('cabinet-zip')}/3?annee=2025")
    expect(page.locator("main")).to_contain_text("ROSP")


def test_d_ou_vient_le_montant(page: Page, poste: Poste, verifier) -> None:
    page.goto(poste.de("cabinet-zip"))
    page.get_by_role("link", name="Le calcul").click()
    ligne = next(ligne for ligne in convmed.releve(EXEMPLES / "cabinet-zip", ANNEE).lignes if ligne.dispositif == "prevention")
    expect(page.locator(".resultat .somme")).to_have_text(montant(ligne.montant))
    verifier(page, "patients-montant")


def test_l_export_est_le_tableau_et_rien_n_y_est_une_formule(poste: Poste, longue: pl.DataFrame) -> None:
    nom, contenu = lire(f"{poste.de('cabinet-zip')}/export.csv")
    assert f"patients-{ANNEE}.csv" in nom
    lues = list(csv.DictReader(io.StringIO(contenu.decode("utf-8-sig")), delimiter=";"))
    assert len(lues) == 15 * 1200
    assert [r["patient"] for r in lues[::15]] == [f"P{rang:04d}" for rang in range(1, 1201)]
    assert {(r["patient"], r["indicateur"], r["etat"]) for r in lues} == set(longue.select("patient", "indicateur", "etat").iter_rows())
    assert sum(float(r["gain"]) for r in lues) == float(longue.get_column("gain").sum())
    _, opposes = lire(f"{poste.de('opposants')}/export.csv")
    paulines = [ligne for ligne in opposes.decode("utf-8-sig").splitlines() if ligne.startswith("PAULINE-M")]
    assert len(paulines) == 15 and all(";opposition;;;" in ligne for ligne in paulines)


def test_l_export_excel_s_ouvre_et_dit_les_memes_etats(poste: Poste, longue: pl.DataFrame) -> None:
    nom, contenu = lire(f"{poste.de('cabinet-zip')}/export.xlsx")
    assert f"patients-{ANNEE}.xlsx" in nom
    feuille = openpyxl.load_workbook(io.BytesIO(contenu), read_only=True)["Détail"]
    etats = collections.Counter(ligne[2] for ligne in feuille.iter_rows(values_only=True))
    for etat, combien in longue.get_column("etat").value_counts().iter_rows():
        assert etats[tableau_de_bord.COURT[etat]] == combien


def test_au_clavier_seul(page: Page, poste: Poste) -> None:
    page.goto(poste.de("cabinet-zip"))
    page.get_by_label("Seulement ceux qui ont quelque chose").focus()
    page.keyboard.press("Space")
    expect(page.locator("#liste > p strong").first).not_to_have_text("1\N{NARROW NO-BREAK SPACE}200 patients")
    assert "a_gagner=1" in page.url
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('#liste tbody') !== null"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Patient P")


def test_sans_javascript(chromium: Browser, poste: Poste) -> None:
    contexte = chromium.new_context(java_script_enabled=False)
    page = contexte.new_page()
    page.goto(poste.de("cabinet-zip"))
    page.get_by_role("combobox", name="Indicateur").select_option("hba1c")
    page.get_by_role("button", name="Montrer").click()
    expect(page.locator("#liste caption")).to_contain_text("HbA1c")
    page.get_by_role("link", name="Suivants").click()
    expect(page.locator("#liste nav")).to_contain_text("Page 2")
    page.get_by_label("Identifiant, en entier").fill("P0007")
    page.get_by_role("button", name="Chercher").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Patient P0007")
    contexte.close()


@pytest.mark.parametrize(("suite", "statut"), [
    ("/1201", 404), ("/0", 404), ("/P0003", 404), ("?annee=1999", 422), ("?texte=/etc/passwd.yaml", 422), ("?page=99999", 200),
    ("?indicateur=%3Cscript%3E&etat=x", 200), ("?texte=proposition-2024-02-08-option-1", 200),
])  # fmt: skip
def test_une_adresse_fausse_ne_casse_rien(page: Page, poste: Poste, suite: str, statut: int) -> None:
    reponse = page.goto(poste.de("cabinet-zip") + suite)
    assert reponse is not None and reponse.status == statut
    assert "passwd" not in page.locator("main").inner_text() or "texte inconnu" in page.locator("main").inner_text()
    inconnue = page.goto(f"{poste.adresse}/patients/00000000-0000-4000-8000-00000000dead")
    assert inconnue is not None and inconnue.status == 404


def test_un_seul_dossier_s_ouvre_tout_de_suite(page: Page, port_libre: Callable[[], int]) -> None:
    for poste in poste_garni(["opposants"], port_libre()):
        page.goto(f"{poste.adresse}/patients")
        assert page.url == poste.de("opposants")


def test_sans_dossier_la_page_dit_ou_en_charger_un(page: Page, port_libre: Callable[[], int], verifier) -> None:
    with serveur_lance(port=port_libre()) as adresse:
        page.goto(f"{adresse}/patients")
        expect(page.get_by_role("link", name="Charger un dossier")).to_be_visible()
        verifier(page, "patients-vide")


def test_la_liste_de_1200_patients_est_rapide_et_legere(poste: Poste) -> None:
    adresse = poste.de("cabinet-zip")
    lire(adresse)
    durees = []
    for _ in range(7):
        debut = time.perf_counter()
        demande = urllib.request.Request(adresse, headers={"accept-encoding": "gzip"})
        with urllib.request.urlopen(demande) as reponse:
            taille = len(reponse.read())
        durees.append(time.perf_counter() - debut)
    assert taille < 60_000
    assert min(durees) < 0.3, durees

