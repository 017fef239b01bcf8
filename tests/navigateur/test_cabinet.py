"""*Mon cabinet* as a doctor goes through it: files or a form, the statement, and what is done with it."""

from __future__ import annotations

import io
import json
import re
import time
import urllib.request
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import openpyxl
import pytest
from icalendar import Calendar
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

import convmed
from convmed.interfaces.web.rendu import montant
from convmed.restitution.documents.certificat import verifier as verifier_le_certificat
from convmed.restitution.releve import Releve

EXEMPLES = Path(__file__).parents[2] / "exemples"
SECRET = "une phrase assez longue 7"
Regard = Callable[[Page, str], None]


@cache
def attendu(nom: str, annee: int = 2026, texte: str = "en-vigueur") -> Releve:
    return convmed.releve(EXEMPLES / nom, annee=annee, texte=texte)


def fichiers(nom: str) -> list[Path]:
    return sorted((EXEMPLES / nom).iterdir())


def deposer(page: Page, serveur: str, nom: str, titre: str = "") -> str:
    """Send the files of an example, and return the address of its statement."""
    page.goto(f"{serveur}/cabinet")
    page.get_by_label("Les fichiers du dossier, ou un zip").set_input_files(fichiers(nom))
    page.get_by_label("Nom du dossier").fill(titre)
    page.get_by_role("button", name="Charger", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("relevé 2026")
    return page.url.partition("?")[0]


def somme(page: Page) -> Locator:
    return page.locator(".resultat .somme")


def plie(centimes: int | None, signe: bool = False) -> str:
    """Return an amount as a test reads it: one kind of space."""
    return " ".join(montant(centimes, signe).split())


def peser(contexte: BrowserContext, adresse: str) -> None:
    """A page under 200 kB once transferred, and under 300 ms warm (the best of five: other tests share the machine)."""
    temoins = "; ".join(f"{t['name']}={t['value']}" for t in contexte.cookies())
    durees = []
    for _ in range(5):
        debut = time.perf_counter()
        with urllib.request.urlopen(urllib.request.Request(adresse, headers={"accept-encoding": "gzip", "cookie": temoins})) as reponse:
            octets = reponse.read()
        durees.append(time.perf_counter() - debut)
    assert len(octets) < 200_000, f"{adresse} : {len(octets)} octets"
    assert min(durees) < 0.3, f"{adresse} : {min(durees) * 1000:.0f} ms"


def test_mon_cabinet_des_fichiers_au_releve(page: Page, serveur: str, verifier: Regard) -> None:
    page.goto(f"{serveur}/cabinet")
    verifier(page, "cabinet-liste")
    adresse = deposer(page, serveur, "cabinet-zip", "Cabinet de la Nièvre")
    releve = attendu("cabinet-zip")
    expect(page.get_by_role("heading", level=1)).to_have_text("Cabinet de la Nièvre : relevé 2026")
    expect(somme(page)).to_have_text(plie(releve.total))
    rangees = page.locator("tr[id^=ligne-]")
    expect(rangees).to_have_count(len(releve.lignes))
    for numero, ligne in enumerate(releve.lignes, 1):
        rangee = page.locator(f"#ligne-{numero}")
        expect(rangee).to_contain_text(ligne.libelle.replace("'", "’"))
        expect(rangee.locator("td").last).to_have_text(plie(ligne.montant))
        if ligne.date_versement:
            expect(rangee).to_contain_text(f"{ligne.date_versement:%d/%m/%Y}")
        for reference in ligne.references:
            expect(page.locator("#contenu")).to_contain_text(reference)
    for absent in releve.non_calcules:
        if "section [" not in absent.motif:
            expect(page.locator("#contenu")).to_contain_text(absent.motif.replace("'", "’")[:60])
    assert releve.avertissements
    expect(page.locator(".alerte-attention")).to_contain_text("actes écartés")
    verifier(page, "cabinet-releve")
    page.locator("#ligne-1 summary", has_text="D’où vient ce montant").click()
    expect(page.locator("#ligne-1 .noeud").first).to_contain_text(plie(releve.lignes[0].montant))
    expect(page.locator("#ligne-1")).to_contain_text("Socle du forfait")
    verifier(page, "cabinet-releve-explique")
    page.goto(f"{serveur}/cabinet")
    expect(page.get_by_role("link", name="Cabinet de la Nièvre")).to_have_attribute("href", adresse.removeprefix(serveur))
    verifier(page, "cabinet-liste-pleine")
    for suite in ("", "/calendrier", "/comparaison", "/hypotheses?si=67-ans&si=assistant", "/ligne/1", "/ligne/6", "/modifier", "/versions"):
        peser(page.context, adresse + suite)


def test_un_autre_exercice_un_autre_texte(page: Page, serveur: str, verifier: Regard) -> None:
    deposer(page, serveur, "secteur-2-sans-option")
    page.get_by_label("Exercice").select_option("2025")
    expect(page).to_have_url(re.compile("annee=2025"))
    expect(somme(page)).to_have_text(plie(attendu("secteur-2-sans-option", 2025).total))
    page.get_by_label("Texte").select_option("convention-2016")
    expect(page).to_have_url(re.compile("texte=convention-2016"))
    expect(somme(page)).to_have_text(plie(attendu("secteur-2-sans-option", 2025, "convention-2016").total))
    expect(page.get_by_label("Texte")).to_have_value("convention-2016")
    expect(page.get_by_role("button", name="Imprimer")).to_be_visible()
    verifier(page, "cabinet-releve-2016")


def test_un_exercice_ou_un_texte_qui_ne_va_pas_se_dit(page: Page, serveur: str, verifier: Regard) -> None:
    adresse = deposer(page, serveur, "pediatre")
    for requete, dit in (("annee=1999", "une année de 2018 à 2030"), ("texte=ailleurs", "ailleurs"), ("texte=/etc/passwd", "texte"), ("annee=demain", "annee")):
        reponse = page.goto(f"{adresse}?{requete}")
        assert reponse is not None and reponse.status == 422
        expect(page.get_by_role("alert")).to_contain_text(dit)
    # Children who were not born yet: the exercise may be changed in the page that says so.
    reponse = page.goto(f"{adresse}?annee=2018")
    assert reponse is not None and reponse.status == 422
    expect(page.get_by_role("alert")).to_contain_text("naissance après la fin de 2018")
    verifier(page, "cabinet-impossible")
    page.get_by_label("Exercice").select_option("2026")
    expect(somme(page)).to_have_text(plie(attendu("pediatre").total))


@pytest.mark.parametrize("suite", ["x", "../etc", "00000000-0000-4000-8000-000000000000", "x/ligne/1", "x/releve.pdf", "x/modifier", "x/versions"])
def test_un_dossier_qui_n_existe_pas(page: Page, serveur: str, suite: str) -> None:
    assert page.context.request.get(f"{serveur}/cabinet/{suite}").status == 404


def test_d_ou_vient_la_part_d_un_patient(page: Page, serveur: str, verifier: Regard) -> None:
    adresse = deposer(page, serveur, "cabinet-zip")
    explication = convmed.expliquer(EXEMPLES / "cabinet-zip", 1, 2026, patient="P0003")
    page.goto(f"{adresse}/ligne/1")
    verifier(page, "cabinet-ligne")
    page.get_by_label("Rang du patient").fill("3")
    page.get_by_role("button", name="Voir sa part").click()
    expect(somme(page)).to_have_text(plie(explication.valeur))
    expect(page.locator(".resultat")).to_contain_text("P0003")
    assert "P0003" not in page.url
    verifier(page, "cabinet-ligne-patient")
    page.goto(f"{adresse}/ligne/1?rang=1201")
    expect(page.get_by_role("alert")).to_contain_text("un rang de 1 à 1200")
    reponse = page.goto(f"{adresse}/ligne/99")
    assert reponse is not None and reponse.status == 422
    expect(page.get_by_role("alert")).to_contain_text("pas de ligne n° 99")


def test_le_calendrier(page: Page, serveur: str, verifier: Regard) -> None:
    adresse = deposer(page, serveur, "cabinet-zip")
    page.goto(f"{adresse}/calendrier")
    table = convmed.echeancier(EXEMPLES / "cabinet-zip", 2026)
    datees, sans = table.filter(table["date_versement"].is_not_null()), table.filter(table["date_versement"].is_null())
    etapes = page.locator(".frise > li")
    expect(etapes).to_have_count(datees.height)
    for rang, rangee in enumerate(datees.iter_rows(named=True)):
        expect(etapes.nth(rang).locator("time")).to_have_attribute("datetime", rangee["date_versement"].isoformat())
        expect(etapes.nth(rang)).to_contain_text(plie(round(rangee["montant"] * 100)))
        expect(etapes.nth(rang)).to_contain_text(plie(round(rangee["cumul"] * 100)))
    expect(page.locator("tbody tr")).to_have_count(sans.height)
    verifier(page, "cabinet-calendrier")


def test_la_comparaison(page: Page, serveur: str, verifier: Regard) -> None:
    adresse = deposer(page, serveur, "cabinet-zip")
    page.get_by_role("link", name="Comparer").click()
    forfait = {annee: attendu("cabinet-zip", annee).par_dispositif()["forfait-medecin-traitant"] for annee in (2025, 2026)}
    rangee = page.locator("tr", has_text="FPMT 2025")
    for annee in (2025, 2026):
        expect(rangee).to_contain_text(plie(forfait[annee]))
    expect(rangee.locator("td").last).to_have_text(plie(forfait[2026] - forfait[2025], signe=True))
    expect(page.locator(".alerte-attention")).to_contain_text("ROSP")
    verifier(page, "cabinet-comparaison")
    page.get_by_role("group", name="De").get_by_label("Exercice").select_option("2026")
    page.get_by_role("group", name="De").get_by_label("Texte").select_option("proposition-2024-02-08-option-1")
    expect(page).to_have_url(re.compile("option-1"))
    comparee = convmed.comparer(EXEMPLES / "cabinet-zip", ["proposition-2024-02-08-option-1", "en-vigueur"], 2026)
    paire = ("proposition-2024-02-08-option-1", "en-vigueur")
    expect(somme(page)).to_have_text(plie(comparee.total(paire[1], *paire) - comparee.total(paire[0], *paire), signe=True))
    verifier(page, "cabinet-comparaison-textes")
    page.goto(f"{adresse}/comparaison?annee=2026&contre_annee=2026")
    expect(page.locator("#contenu")).to_contain_text("même exercice sous le même texte")


def test_et_si(page: Page, serveur: str, verifier: Regard) -> None:
    adresse = deposer(page, serveur, "secteur-2-sans-option")
    page.get_by_role("link", name="Et si…").click()
    expect(page.locator("#bilan")).to_contain_text("Cochez ce qui changerait")
    verifier(page, "cabinet-si-vide")
    page.get_by_label("Adhérer à l’OPTAM").check()
    expect(somme(page)).to_have_text(plie(1_527_500, signe=True))
    page.get_by_label("Exercer en zone d’intervention prioritaire (ZIP)").check()
    page.get_by_label("Avoir 67 ans ou plus").check()
    expect(somme(page)).to_have_text(plie(1_566_400, signe=True))
    expect(page).to_have_url(re.compile(r"si=zip&si=67-ans&si=optam"))
    verifier(page, "cabinet-si")
    page.get_by_label("Employer un assistant médical").check()
    expect(page.locator("#bilan")).to_contain_text("Ce contrat ne peut pas être signé")
    verifier(page, "cabinet-si-refus")
    # Nothing is kept: there is one version, and its statement is what it was.
    page.goto(f"{adresse}/versions")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.goto(adresse)
    expect(somme(page)).to_have_text(plie(attendu("secteur-2-sans-option").total))
    page.goto(f"{adresse}/hypotheses?si=lune&option=9")
    expect(page.get_by_role("alert")).to_contain_text("hypothèse inconnue")


def test_et_si_un_assistant(page: Page, serveur: str, verifier: Regard) -> None:
    adresse = deposer(page, serveur, "cabinet-zip")
    page.goto(f"{adresse}/hypotheses")
    page.get_by_label("Employer un assistant médical").check()
    page.get_by_label("Option").select_option("1/2")
    cas = {"annee": 2026, "entree": {"calcul": "aide", "option_etp": "1/2", "annee_contrat": 1, "classe": "p30-p90", "specialite": "01"}}
    aide = round(convmed.calculer("assistants-medicaux", cas)["resultats"]["montant"] * 100)
    expect(somme(page)).to_have_text(plie(aide, signe=True))
    page.get_by_text("D’où vient ce montant").first.click()
    verifier(page, "cabinet-si-assistant")


def test_ce_qui_ne_se_lit_pas_est_dit_en_une_fois_et_rien_n_est_garde(page: Page, serveur: str, verifier: Regard, tmp_path: Path) -> None:
    page.goto(f"{serveur}/cabinet")
    avant = page.locator(".cartes .carte").count()
    (tmp_path / "cabinet.toml").write_text('[medecin]\nzone = "lune"\nsecteur = "9"\n')
    (tmp_path / "patients.csv").write_text("patient;date_naissance;ald\nP1;hier;oui\nP1;1950-01-01;peut-être\n")
    page.get_by_label("Les fichiers du dossier, ou un zip").set_input_files([tmp_path / "cabinet.toml", tmp_path / "patients.csv"])
    page.get_by_label("Nom du dossier").fill("Mon essai")
    page.get_by_role("button", name="Charger", exact=True).click()
    fautes = page.get_by_role("alert")
    for dit in ("medecin.zone", "medecin.secteur", "patients.csv, ligne 2", "patients.csv, ligne 3"):
        expect(fautes).to_contain_text(dit)
    expect(page.get_by_label("Nom du dossier")).to_have_value("Mon essai")
    verifier(page, "cabinet-depot-refuse")
    (tmp_path / "patients.xlsx").write_bytes(b"PK\x03\x04")
    page.get_by_label("Les fichiers du dossier, ou un zip").set_input_files([tmp_path / "patients.xlsx"])
    page.get_by_role("button", name="Charger", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("CSV UTF-8")
    page.goto(f"{serveur}/cabinet")
    assert page.locator(".cartes .carte").count() == avant


def test_un_zip_glisse_sur_la_page(page: Page, serveur: str) -> None:
    page.goto(f"{serveur}/cabinet")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as ecrite:
        for fichier in fichiers("pediatre"):
            ecrite.write(fichier, f"pediatre/{fichier.name}")
    transfert = page.evaluate_handle("""octets => {
        const transfert = new DataTransfer();
        transfert.items.add(new File([new Uint8Array(octets)], "pediatre.zip", {type: "application/zip"}));
        return transfert;
    }""", list(archive.getvalue()))  # fmt: skip
    page.locator("[data-depot]").dispatch_event("drop", {"dataTransfer": transfert})
    expect(page.locator("[data-depot-noms]")).to_have_text("1 fichier(s) choisi(s)")
    page.get_by_role("button", name="Charger", exact=True).click()
    expect(somme(page)).to_have_text(plie(attendu("pediatre").total))
    expect(page.get_by_role("heading", level=1)).to_contain_text("DR-PEDIATRE")


def aller_a(page: Page, cible: Locator) -> None:
    """Go to an element with the tabulation key alone."""
    for _ in range(150):
        if cible.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError("le clavier n'y mène pas")


def test_un_nouveau_venu_a_son_releve_en_cinq_minutes_au_clavier(page: Page, serveur: str, verifier: Regard) -> None:
    """From the first page to one's own statement without a mouse: fifteen answers, which leaves twenty seconds for each."""
    debut = time.monotonic()
    page.goto(serveur)
    aller_a(page, page.get_by_role("link", name="Voir le relevé de mon cabinet"))
    page.keyboard.press("Enter")
    aller_a(page, page.get_by_role("link", name="Remplir un formulaire"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Mon cabinet en cinq minutes")
    verifier(page, "cabinet-formulaire")
    reponses = [
        ("Spécialité", "M"), ("Secteur", "Secteur 1"), ("Option tarifaire", "Aucune"), ("Zone du cabinet principal", "Zone d"),
        ("80 ans ou plus, en ALD, sans C2S", "55"), ("80 ans ou plus, en ALD, avec C2S", "3"), ("Moins de 80 ans, en ALD, sans C2S", "160"),
        ("80 ans ou plus, sans ALD, sans C2S", "34"), ("75 à 79 ans, sans ALD, sans C2S", "23"), ("7 à 74 ans, sans ALD, sans C2S", "640"),
        ("7 à 74 ans, sans ALD, avec C2S", "94"), ("Moins de 7 ans, sans ALD, sans C2S", "55"),
        ("Non vus depuis deux ans, quel que soit l’âge, sans C2S", "97"),
    ]  # fmt: skip
    for libelle, texte in reponses:
        aller_a(page, page.get_by_label(libelle, exact=True))
        page.keyboard.type(texte)
    aller_a(page, page.locator("#missions_specifiques > summary"))
    page.keyboard.press("Enter")
    aller_a(page, page.get_by_label("Maître de stage"))
    page.keyboard.type("Oui")
    aller_a(page, page.get_by_role("button", name="Voir mon relevé"))
    page.keyboard.press("Enter")
    # The same practice through the JSON contract, whose patients are written one by one.
    patients = [
        {"date_naissance": f"{naissance}-05-05", "ald": ald, "c2s": c2s, "date_derniere_consultation": "2025-09-01" if vu else None}
        for naissance, ald, c2s, vu, combien in (
            (1938, True, False, True, 55), (1938, True, True, True, 3), (1970, True, False, True, 160), (1938, False, False, True, 34), (1948, False, False, True, 23),
            (1970, False, False, True, 640), (1970, False, True, True, 94), (2022, False, False, True, 55), (1970, False, False, False, 97))
        for _ in range(combien)
    ]  # fmt: skip
    medecin = {"specialite": "01", "secteur": "1", "option_tarifaire": "aucune", "zone": "zip", "date_naissance": "1980-01-01"}
    fmt = convmed.calculer("forfait-medecin-traitant", {"annee": 2026, "entree": {"medecin": medecin, "patients": patients}})["resultats"]
    stage = convmed.calculer("missions-specifiques", {"annee": 2026, "entree": {"zone": "zip", "maitre_de_stage": True}})["resultats"]
    # The birth of the doctor is not told: the line of 67 years says what it lacks, and is not guessed.
    expect(somme(page)).to_have_text(plie(round((fmt["total"] + stage["total"]) * 100)))
    expect(page.locator(".resultat")).to_contain_text("incomplet")
    expect(page.locator("#contenu")).to_contain_text("personne de réel n’y figure")
    expect(page.locator(".definitions")).to_contain_text("Médecine générale")
    assert time.monotonic() - debut < 300
    verifier(page, "cabinet-releve-du-formulaire")


def test_le_formulaire_refuse_garde_ce_qui_est_ecrit(page: Page, serveur: str, verifier: Regard) -> None:
    page.goto(f"{serveur}/cabinet/nouveau")
    page.get_by_label("Nom du dossier").fill("Chez moi")
    page.get_by_label("7 à 74 ans, sans ALD, sans C2S", exact=True).fill("beaucoup")
    page.get_by_label("Département", exact=True).fill("58")
    page.locator("#vsm > summary").click()
    page.get_by_label("Patients en ALD", exact=True).fill("10")
    page.get_by_label("Ceux dont le volet est au DMP").fill("12")
    page.get_by_role("button", name="Voir mon relevé").click()
    fautes = page.get_by_role("alert")
    expect(fautes).to_contain_text("7 à 74 ans, sans ALD, sans C2S")
    expect(fautes).to_contain_text("Ceux dont le volet est au DMP")
    expect(page.get_by_label("7 à 74 ans, sans ALD, sans C2S", exact=True)).to_have_value("beaucoup")
    expect(page.get_by_label("Ceux dont le volet est au DMP")).to_have_value("12")
    expect(page.get_by_label("Ceux dont le volet est au DMP")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Département", exact=True)).to_have_value("58")
    expect(page.get_by_label("Nom du dossier")).to_have_value("Chez moi")
    verifier(page, "cabinet-formulaire-refuse")


def test_un_formulaire_vide_dit_ce_qui_lui_manque(page: Page, serveur: str, verifier: Regard) -> None:
    page.goto(f"{serveur}/cabinet/nouveau")
    page.get_by_role("button", name="Voir mon relevé").click()
    expect(somme(page)).to_have_text(plie(0))
    verifier(page, "cabinet-releve-vide")


def test_modifier_l_historique_et_l_ecriture_de_deux_a_la_fois(page: Page, serveur: str, verifier: Regard) -> None:
    adresse = deposer(page, serveur, "medecin-68-ans", "Soixante-huit")
    avant = attendu("medecin-68-ans").total
    page.get_by_role("link", name="Modifier").first.click()
    verifier(page, "cabinet-modifier")
    autre = page.context.new_page()
    autre.goto(f"{adresse}/modifier")
    page.get_by_label("Zone du cabinet principal").select_option("zip")
    page.get_by_role("button", name="Enregistrer").click()
    expect(somme(page)).to_have_text(plie(avant + 162_850))
    autre.get_by_label("Département", exact=True).fill("01")
    autre.get_by_role("button", name="Enregistrer").click()
    expect(autre.get_by_role("heading", level=1)).to_have_text("Modifié entre-temps")
    verifier(autre, "cabinet-conflit")
    page.get_by_role("link", name="Historique").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    verifier(page, "cabinet-historique")
    page.get_by_role("button", name="Reprendre la version 1").click()
    expect(somme(page)).to_have_text(plie(avant))
    page.goto(f"{adresse}/modifier")
    page.get_by_label("Tous les fichiers du dossier, ou un zip").set_input_files(fichiers("jeune-installe"))
    page.get_by_role("button", name="Remplacer").click()
    expect(somme(page)).to_have_text(plie(attendu("jeune-installe").total))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Soixante-huit")


def test_ce_qu_on_emporte(page: Page, serveur: str) -> None:
    adresse = deposer(page, serveur, "cabinet-zip")
    releve = attendu("cabinet-zip")

    def prendre(nom: str) -> bytes:
        reponse = page.context.request.get(f"{adresse}/{nom}?annee=2026&texte=en-vigueur")
        assert reponse.status == 200 and "attachment" in reponse.headers["content-disposition"], nom
        return reponse.body()

    assert prendre("releve.pdf").startswith(b"%PDF")
    # Their totals are held elsewhere: here, that these are the documents of this statement.
    classeur = openpyxl.load_workbook(io.BytesIO(prendre("releve.xlsx")), data_only=True)
    assert any(cellule == releve.total / 100 for feuille in classeur for rangee in feuille.iter_rows(values_only=True) for cellule in rangee)
    assert prendre("releve.csv").decode().count("\n") == len(releve.lignes) + 1
    agenda = Calendar.from_ical(prendre("echeancier.ics"))
    assert len(agenda.walk("VEVENT")) == sum(1 for ligne in releve.lignes if ligne.date_versement)
    assert verifier_le_certificat(json.loads(prendre("certificat.json"))).conforme
    zip_, ailleurs = prendre("dossier.zip"), page.context.new_page()
    ailleurs.goto(f"{serveur}/cabinet")
    ailleurs.get_by_label("Les fichiers du dossier, ou un zip").set_input_files({"name": "dossier.zip", "mimeType": "application/zip", "buffer": zip_})
    ailleurs.get_by_role("button", name="Charger", exact=True).click()
    expect(somme(ailleurs)).to_have_text(plie(releve.total))


def test_supprimer_pour_toujours(page: Page, serveur: str, verifier: Regard) -> None:
    adresse = deposer(page, serveur, "pediatre", "À jeter")
    page.goto(f"{adresse}/versions")
    page.get_by_role("link", name="Supprimer ce dossier").click()
    verifier(page, "cabinet-supprimer")
    page.get_by_role("button", name="Supprimer pour toujours").click()
    expect(page).to_have_url(f"{serveur}/cabinet")
    expect(page.get_by_role("link", name="À jeter")).to_have_count(0)
    for suite in ("", "/calendrier", "/ligne/1", "/modifier", "/dossier.zip", "/versions"):
        reponse = page.goto(adresse + suite)
        assert reponse is not None and reponse.status == 404


def test_sans_script_tout_se_fait(chromium: Browser, serveur: str) -> None:
    contexte = chromium.new_context(java_script_enabled=False, locale="fr-FR")
    page = contexte.new_page()
    page.goto(f"{serveur}/cabinet")
    page.get_by_role("button", name="Secteur 2 sans option").click()
    adresse = page.url
    expect(somme(page)).to_have_text(plie(attendu("secteur-2-sans-option").total))
    page.get_by_label("Exercice").select_option("2025")
    page.get_by_role("button", name="Afficher").click()
    expect(somme(page)).to_have_text(plie(attendu("secteur-2-sans-option", 2025).total))
    page.goto(adresse)
    page.locator("#ligne-1 summary").click()
    page.get_by_role("link", name="Voir le calcul de la ligne 1").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("D’où vient ce montant ?")
    page.get_by_role("link", name="Et si…").click()
    page.get_by_label("Adhérer à l’OPTAM").check()
    page.get_by_role("button", name="Calculer").click()
    expect(somme(page)).to_have_text(plie(1_527_500, signe=True))
    page.get_by_role("link", name="Modifier").click()
    page.get_by_label("Option tarifaire").select_option("optam")
    page.get_by_role("button", name="Enregistrer").click()
    expect(somme(page)).to_have_text(plie(attendu("secteur-2-sans-option").total + 1_527_500))
    contexte.close()


def test_vingt_mille_patients(page: Page, serveur: str) -> None:
    page.goto(f"{serveur}/cabinet/nouveau")
    page.get_by_label("Secteur").select_option("1")
    for libelle in ("7 à 74 ans, sans ALD, sans C2S", "Moins de 80 ans, en ALD, sans C2S"):
        page.get_by_label(libelle, exact=True).fill("10 000")
    page.get_by_role("button", name="Voir mon relevé").click()
    expect(page.locator("#contenu")).to_contain_text("20 000")
    peser(page.context, page.url)
