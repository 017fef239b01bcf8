"""*Négocier* in a real Chromium: move a figure, see the country and the practices, keep the scenario."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

import convmed
from convmed.interfaces.web.pays import ANNEE, GRAINE, PATIENTS
from convmed.interfaces.web.rendu import montant_en_euros
from convmed.restitution.simulation import comparer, en_dict, ronds
from convmed.simulation import Tiree, simuler
from convmed.textes import trouver_texte
from convmed.textes.textes import lire_scenario, poser

EXEMPLES = Path(__file__).parents[2] / "exemples"
FMT, FIGURE = "forfait-medecin-traitant", "ald_80_ans_et_plus"
CHAMP = f"#c-{FMT}-{FIGURE}"
# The first visit draws the country.
LONG = 90_000


def adresse(serveur: str, chemin: str = "", **autres: Any) -> str:
    return f"{serveur}/negocier{chemin}?{urlencode(autres, doseq=True)}"


def changee(valeur: Any, **autres: Any) -> dict[str, Any]:
    return {"figure": f"{FMT}.{FIGURE}={valeur}", "annee": 2026, **autres}


@pytest.fixture(scope="module")
def attendu() -> dict[str, Any]:
    """Give what the Python API says of the same question, on the same population drawn again."""
    base = trouver_texte("en-vigueur")
    simulation = simuler(Tiree(PATIENTS, GRAINE, ANNEE), [(poser(base, {FMT: {FIGURE: 120}}, "votre-scenario"), 2026), (base, 2026)])
    return en_dict(comparer(simulation, *simulation.applications))


@pytest.fixture(scope="module")
def pret(serveur: str, chromium: Browser) -> str:
    """Give the address of a server whose country is drawn."""
    page = chromium.new_page()
    page.goto(adresse(serveur, **changee(101)))
    expect(page.get_by_role("heading", name="Ce que cela coûte")).to_be_visible(timeout=LONG)
    page.close()
    return serveur


def somme(page: Page) -> str:
    return page.locator("#resume .somme").inner_text().replace("\u202f", " ").replace("\u00a0", " ")


def test_la_premiere_visite_attend_le_pays_puis_le_montre(page: Page, serveur: str, verifier: Callable[[Page, str], None]) -> None:
    page.goto(adresse(serveur))
    expect(page.get_by_role("heading", level=1)).to_have_text("Négocier")
    expect(page.locator("#resume")).to_contain_text("Rien n’est changé")
    verifier(page, "negocier-debut")
    champ = page.locator(CHAMP)
    expect(champ).to_have_value("100")
    champ.fill("120")
    expect(page.locator("#resume .somme")).to_have_text(re.compile(r"\+.*M€"), timeout=LONG)
    expect(page).to_have_url(re.compile(f"figure={FMT}.{FIGURE}%3D120"))


def test_les_chiffres_sont_ceux_de_l_api(page: Page, pret: str, attendu: dict[str, Any], verifier: Callable[[Page, str], None]) -> None:
    page.goto(adresse(pret, **changee(120)))
    resume = page.locator("#resume")
    for nom in ("gagnants", "perdants", "inchanges"):
        expect(resume).to_contain_text(str(attendu["medecins"][nom]))
    pied = page.get_by_role("region", name="Coût par dispositif").locator("tfoot")
    for cote in ("contre", "texte", "difference"):
        entiers = ronds(attendu["masse"][cote]).removesuffix("\u00a0€")
        expect(pied).to_contain_text(re.compile(entiers.replace("\u202f", r"\s") + r",\d\d"))
    ensemble = page.get_by_role("region", name="Classes de médecins").get_by_role("row", name=re.compile("Tous les médecins"))
    expect(ensemble).to_contain_text(f"{attendu['groupes'][0]['difference_moyenne']:.2f}".replace(".", ","))
    facteur = 67_720_506 / PATIENTS
    assert somme(page).startswith(f"+{attendu['masse']['difference'] * facteur / 1e6:.1f}".removesuffix(".0").replace(".", ",") + " M€")
    lignes = page.get_by_role("region", name="Déciles").locator("tbody tr")
    expect(lignes).to_have_count(10)
    for ligne, decile in zip(lignes.all(), attendu["deciles"], strict=True):
        expect(ligne).to_contain_text(re.sub(r"\s", " ", montant_en_euros(decile["difference_moyenne"], True)))
    verifier(page, "negocier-pays")


def test_un_curseur_et_son_champ_disent_la_meme_chose(page: Page, pret: str) -> None:
    page.goto(adresse(pret))
    champ = page.locator(CHAMP)
    curseur = page.get_by_role("slider", name="Patient en ALD de 80 ans ou plus, curseur")
    curseur.fill("140")
    expect(champ).to_have_value("140")
    expect(page.locator("#resume .somme")).to_have_text(re.compile(r"\+.*M€"))
    champ.fill("62,5")
    expect(page.locator("#resume .somme")).to_have_text(re.compile("−.*M€"))
    assert curseur.input_value() in ("62", "63")
    expect(champ).to_have_value("62,5")
    expect(page.locator(".changes")).to_contain_text("100 → 62,5")
    page.get_by_role("link", name="Remettre : Patient en ALD de 80 ans ou plus").click()
    expect(page.locator("#resume")).to_contain_text("Rien n’est changé")
    expect(page.locator(CHAMP)).to_have_value("100")


def test_au_clavier_seul(page: Page, pret: str) -> None:
    page.goto(adresse(pret))
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('data-jumeau')") == CHAMP[1:]:
            break
    else:
        raise AssertionError("le curseur ne s'atteint pas au clavier")
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    expect(page.locator(CHAMP)).to_have_value("105")
    expect(page.locator("#resume .somme")).to_have_text(re.compile(r"\+.*M€"))
    assert page.evaluate("document.activeElement.getAttribute('data-jumeau')") == CHAMP[1:]
    page.keyboard.press("Tab")
    expect(page.locator(CHAMP)).to_be_focused()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("110")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("110"))
    expect(page.locator(".changes")).to_contain_text("100 → 110")


def test_sans_script(chromium: Browser, pret: str) -> None:
    contexte = chromium.new_context(java_script_enabled=False, locale="fr-FR")
    page = contexte.new_page()
    page.goto(adresse(pret))
    page.locator(CHAMP).fill("120")
    page.get_by_role("button", name="Recalculer").click()
    expect(page.locator("#resume .somme")).to_have_text(re.compile(r"\+.*M€"))
    # Only what was touched is said to have changed, though the form sends all that it shows.
    expect(page.locator(".changes > ul > li")).to_have_count(1)
    page.locator("summary", has_text="Textes et exercice").click()
    page.get_by_label("Texte de départ").select_option("proposition-2024-02-08-option-1")
    page.get_by_role("button", name="Recalculer").click()
    expect(page.locator(".changes > ul > li")).to_have_count(1)
    page.get_by_role("link", name="Les cas types").click()
    page.get_by_role("link", name="Tout calculer à la fois").click()
    expect(page.get_by_role("row", name=re.compile("Généraliste en zone sous-dense"))).to_contain_text("€")
    contexte.close()


def test_changer_de_texte_de_depart_ne_change_que_le_texte(page: Page, pret: str) -> None:
    page.goto(adresse(pret, annee=2026))
    page.locator("summary", has_text="Textes et exercice").click()
    page.get_by_label("Texte de départ").select_option("proposition-2024-02-08-option-1")
    expect(page.locator(CHAMP)).not_to_have_value("100")
    expect(page.locator("#resume .somme")).to_have_text(re.compile("€"))
    expect(page.locator(".changes")).to_have_count(0)


def test_chercher_un_chiffre_garde_ceux_qui_ont_change(page: Page, pret: str, verifier: Callable[[Page, str], None]) -> None:
    page.goto(adresse(pret, **changee(120)))
    page.get_by_label("Chercher un chiffre").fill("valeur du point DONUM")
    expect(page.locator("#c-dotation-numerique-valeur_du_point")).to_have_value("7")
    expect(page.locator(CHAMP)).to_have_value("120")
    page.get_by_label("Chercher un chiffre").fill("zzzz")
    expect(page.locator("#chiffres")).to_contain_text("Aucun chiffre ne répond")
    verifier(page, "negocier-recherche")
    page.get_by_label("Chercher un chiffre").fill("")
    page.get_by_label("Chiffres montrés").select_option("tarifs")
    expect(page.locator("#chiffres")).to_contain_text("chiffres montrés sur")


@pytest.mark.parametrize(
    ("ecrit", "dit"), [("beaucoup", "un nombre, en €/patient/an, deux décimales au plus"), ("1,234", "deux décimales au plus"), ("1" * 60, "un nombre"), ("<b>x</b>", "<b>x</b>")]
)
def test_un_chiffre_faux_le_dit_pres_de_lui(page: Page, pret: str, ecrit: str, dit: str) -> None:
    page.goto(adresse(pret, **changee(ecrit)))
    expect(page.locator(CHAMP)).to_have_attribute("aria-invalid", "true")
    expect(page.locator(f"{CHAMP}-f")).to_contain_text(dit)
    expect(page.locator(CHAMP)).to_have_value(ecrit)
    expect(page.get_by_role("alert")).to_be_visible()


def test_la_page_d_une_faute(page: Page, pret: str, verifier: Callable[[Page, str], None]) -> None:
    page.goto(adresse(pret, **changee("beaucoup")))
    verifier(page, "negocier-faute")


@pytest.mark.parametrize(
    "parametres",
    [{"base": "zzz"}, {"base": "/etc/passwd"}, {"base": "exemple:../../x"}, {"base": "proposition-2024-02-08"}, {"annee": "1999"}, {"annee": "x"}, {"du": "hier"},
     {"figure": "x.y=3"}, {"figure": [f"{FMT}.{FIGURE}=1", "a.b=2"]}],
)  # fmt: skip
def test_une_adresse_fausse_est_refusee_en_francais(page: Page, pret: str, parametres: dict[str, Any]) -> None:
    reponse = page.goto(adresse(pret, **parametres))
    assert reponse is not None and reponse.status == 422
    expect(page.get_by_role("heading", level=1)).to_have_text("À corriger")


@pytest.mark.parametrize("parametres", [{"base": "scenario:inconnu"}, {"base": "scenario:00000000-0000-4000-8000-000000000001"}])
def test_un_scenario_qui_n_existe_pas(page: Page, pret: str, parametres: dict[str, Any]) -> None:
    reponse = page.goto(adresse(pret, **parametres))
    assert reponse is not None and reponse.status == 404


def test_les_cas_types(page: Page, pret: str, verifier: Callable[[Page, str], None]) -> None:
    page.goto(adresse(pret, base="exemple:fmt-60-euros", annee=2027, vue="cas"))
    scenario = lire_scenario(EXEMPLES / "scenarios" / "fmt-60-euros.yaml")
    c = convmed.comparer(EXEMPLES / "cabinet-zip", annee=2027, textes=["en-vigueur", str(EXEMPLES / "scenarios" / "fmt-60-euros.yaml")])
    ecart = c.total(scenario.id) - c.total("en-vigueur")
    assert ecart == 108_350
    ligne = page.get_by_role("row", name=re.compile("Généraliste en zone sous-dense"))
    expect(ligne).to_contain_text(re.compile(r"\+1\s083,50"))
    expect(page.get_by_text("à calculer")).to_have_count(0, timeout=30_000)
    verifier(page, "negocier-cas-types")
    ligne.get_by_role("link").click()
    expect(page.locator(".resultat .somme")).to_have_text(re.compile(r"\+1\s083,50"))
    expect(page.get_by_role("region", name="Lignes comparées")).to_contain_text(re.compile(r"55.*→.*60"))
    page.locator("details > summary", has_text="FMT 2027, socle").first.click()
    verifier(page, "negocier-un-cas")


def test_annee_par_annee(page: Page, pret: str, verifier: Callable[[Page, str], None]) -> None:
    page.goto(adresse(pret, base="exemple:fmt-60-euros", annee=2026, vue="annees"))
    lignes = page.get_by_role("region", name="Coût par année").locator("tbody tr")
    expect(lignes).to_have_count(5)
    # The scenario begins in 2027.
    expect(lignes.nth(0)).to_contain_text("0,00")
    expect(lignes.nth(1)).to_contain_text(re.compile(r"\+\d"))
    verifier(page, "negocier-annees")


def test_ce_que_cela_change(page: Page, pret: str, verifier: Callable[[Page, str], None]) -> None:
    page.goto(adresse(pret, **changee(120, vue="chiffres")))
    ligne = page.get_by_role("region", name="Chiffres changés").locator("tbody tr")
    expect(ligne).to_have_count(1)
    expect(ligne).to_contain_text("Patient en ALD de 80 ans ou plus")
    expect(ligne.get_by_role("link").nth(1)).to_have_attribute("href", re.compile(f"/texte/{FMT}/regles/"))
    verifier(page, "negocier-changements")


def test_deux_textes_qui_different_sur_tout(page: Page, pret: str, verifier: Callable[[Page, str], None]) -> None:
    page.goto(adresse(pret, base="en-vigueur", contre="reglement-arbitral-2023", annee=2026, vue="chiffres"))
    expect(page.locator("#resultats")).to_contain_text("Les 100 premiers sont montrés")
    verifier(page, "negocier-beaucoup-de-changements")
    page.get_by_role("link", name="Le pays").click()
    expect(page.locator("#resultats")).to_contain_text("non publié")
    verifier(page, "negocier-contre-2023")


def test_enregistrer_reprendre_telecharger_supprimer(page: Page, pret: str, verifier: Callable[[Page, str], None], tmp_path: Path) -> None:
    page.goto(adresse(pret, **changee(120, du="2027-01-01")))
    page.get_by_label("Enregistrer ce scénario sous le nom").fill("Mon 1er essai : l’ALD à 120 €")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mon 1er essai : l’ALD à 120 €")
    verifier(page, "negocier-scenario")
    with page.expect_download() as telechargement:
        page.get_by_role("link", name="Télécharger (YAML)").click()
    fichier = tmp_path / "essai.yaml"
    telechargement.value.save_as(fichier)
    lu = lire_scenario(fichier)
    assert [(cle, str(v.brute), v.du.isoformat()) for cle, (v,) in lu.ajouts.items()] == [((FMT, FIGURE), "120", "2027-01-01")]
    page.get_by_role("link", name="Négocier à partir de lui").click()
    page.goto(page.url + "&annee=2027&figure=" + f"{FMT}.{FIGURE}%3D130")
    page.get_by_role("button", name="Nouvelle version").click()
    expect(page.get_by_text("Version 2", exact=True)).to_be_visible()
    page.get_by_role("link", name="Version 1", exact=True).click()
    expect(page.locator("pre")).to_contain_text("120")
    page.goto(f"{pret}/negocier/scenarios")
    verifier(page, "negocier-scenarios")
    page.get_by_role("link", name="Mon 1er essai : l’ALD à 120 €", exact=True).click()
    page.once("dialog", lambda dialogue: dialogue.accept())
    page.get_by_role("button", name="Supprimer pour toujours").click()
    expect(page.get_by_text("Aucun scénario enregistré")).to_be_visible()


@pytest.mark.parametrize(
    ("contenu", "dit"),
    [
        (b"figures: !!python/object/apply:os.system ['true']\n", r"ligne 1, colonne « 10 ».*étiquette YAML refusée"),
        (b"a: &a [x]\nb: [*a, *a]\n", "ligne 1.*ancre YAML refusée"),
        (b"[" * 60_000, "trop de blocs"),
        (b"#" * 600_000, "fichier trop grand"),
        (b"\x00\xff\xfe", "pas un texte lisible"),
        (b"nom: x\nbase: ../../etc/passwd\n", "ligne 2.*texte inconnu"),
        (f"figures:\n  {FMT}:\n    {FIGURE}: beaucoup\n  fmt: {{}}\n".encode(), "ligne 3.*ligne 4.*dispositif inconnu"),
    ],
    ids=["etiquette", "ancre", "profond", "grand", "binaire", "chemin", "fautes"],
)
def test_un_depot_refuse_dit_ou_et_pourquoi(page: Page, pret: str, contenu: bytes, dit: str) -> None:
    page.goto(f"{pret}/negocier/scenarios")
    page.get_by_label(re.compile("Le scénario, un fichier")).set_input_files({"name": "x.yaml", "mimeType": "application/yaml", "buffer": contenu})
    page.get_by_role("button", name="Déposer").click()
    expect(page.get_by_role("alert")).to_have_text(re.compile(dit, re.DOTALL))


def test_deposer_un_scenario(page: Page, pret: str, verifier: Callable[[Page, str], None]) -> None:
    page.goto(f"{pret}/negocier/scenarios")
    page.get_by_label(re.compile("Le scénario, un fichier")).set_input_files({"name": "x.yaml", "mimeType": "text/plain", "buffer": b"nom: [\n"})
    page.get_by_role("button", name="Déposer").click()
    verifier(page, "negocier-depot-refuse")
    page.get_by_label(re.compile("Le scénario, un fichier")).set_input_files(str(EXEMPLES / "scenarios" / "fmt-60-euros.yaml"))
    page.get_by_role("button", name="Déposer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Forfait médecin traitant de 55 à 60 EUR en 2027")
    page.get_by_role("link", name="Négocier à partir de lui").click()
    expect(page.locator("#resume .somme")).to_have_text(re.compile("€"))


def test_les_documents(page: Page, pret: str, attendu: dict[str, Any]) -> None:
    requete = page.request
    page.goto(adresse(pret, **changee(120)))
    for nom in ("rapport.html", "rapport.pdf", "rapport.xlsx", "resultat.json"):
        reponse = requete.get(adresse(pret, f"/documents/{nom}", **changee(120)))
        assert reponse.status == 200 and reponse.headers["content-disposition"].startswith("attachment")
        if nom == "rapport.pdf":
            assert reponse.body().startswith(b"%PDF")
        if nom == "rapport.xlsx":
            assert reponse.body().startswith(b"PK")
        if nom == "resultat.json":
            recu = json.loads(reponse.body())
            assert {cle: recu[cle] for cle in ("masse", "medecins", "deciles", "groupes")} == {cle: attendu[cle] for cle in ("masse", "medecins", "deciles", "groupes")}
    assert requete.get(adresse(pret, "/documents/rapport.html")).status == 422
    assert requete.get(adresse(pret, "/documents/autre.exe", **changee(120))).status == 404
    assert requete.get(adresse(pret, "/cas/inconnu", **changee(120))).status == 404


def test_le_lien_partage_dit_tout_et_rien_de_personnel(page: Page, pret: str, chromium: Browser) -> None:
    page.goto(adresse(pret, **changee(120)))
    partage = page.locator("[data-partager]").get_attribute("data-partager")
    assert partage == f"/negocier?annee=2026&figure={FMT}.{FIGURE}%3D120"
    autre = chromium.new_page()
    autre.goto(pret + partage)
    assert somme(autre) == somme(page)
    autre.close()
