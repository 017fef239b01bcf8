"""A server for a team: who comes in, who does not, and what each may see."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.base.grappe import RAPIDE, grappe
from tests.navigateur.conftest import serveur_lance

from convmed.base.cles import Cle
from convmed.base.coffre import Coffre

SECRET = "une phrase assez longue 7"
COMPTES = {"dr.martin@exemple.fr": "medecin", "accueil@exemple.fr": "secretariat", "agent@exemple.fr": "agent", "lecteur@exemple.fr": "lecture"}
CAS = {"annee": 2026, "entree": {"medecin": {"secteur": "1", "option_tarifaire": "aucune", "zone": "hors-zone", "date_naissance": "1980-05-01"}, "patients": []}}


@dataclass
class Equipe:
    adresse: str
    coffre: Coffre
    journal: Path


@pytest.fixture(scope="module")
def equipe(tmp_path_factory: pytest.TempPathFactory, port_libre: Callable[[], int]) -> Iterator[Equipe]:
    journal, cle = tmp_path_factory.mktemp("equipe") / "journal", Cle.nouvelle()
    with grappe(RAPIDE) as postgresql, Coffre.ouvrir(base := postgresql.base(), cle, migrer=True) as coffre:
        for identifiant, role in COMPTES.items():
            coffre.creer_compte(identifiant, role, SECRET)  # type: ignore[arg-type]
        options = ("--base", base, "--ouvriers", "2")
        with serveur_lance(*options, port=port_libre(), environnement={"CONVMED_CLE": cle.en_texte()}, journal=journal) as adresse:
            yield Equipe(adresse, coffre, journal)


def entrer(page: Page, equipe: Equipe, identifiant: str, secret: str = SECRET, chemin: str = "/") -> None:
    page.goto(f"{equipe.adresse}/connexion?suite={chemin}")
    page.get_by_label("Identifiant").fill(identifiant)
    page.get_by_label("Mot de passe").fill(secret)
    page.get_by_role("button", name="Se connecter").click()


def demander(adresse: str, jeton: str | None = None, entetes: dict[str, str] | None = None, corps: object = CAS) -> int:
    demande = urllib.request.Request(adresse, json.dumps(corps).encode(), {"content-type": "application/json", **({"authorization": f"Bearer {jeton}"} if jeton else {}), **(entetes or {})})
    try:
        with urllib.request.urlopen(demande) as reponse:
            return int(reponse.status)
    except urllib.error.HTTPError as erreur:
        return erreur.code


@pytest.mark.parametrize("chemin", ["/cabinet", "/patients", "/contrats", "/procedures", "/negocier", "/compte"])
def test_sans_compte_chaque_page_mene_a_la_porte(page: Page, equipe: Equipe, chemin: str) -> None:
    page.goto(equipe.adresse + chemin)
    expect(page).to_have_url(f"{equipe.adresse}/connexion?suite={chemin}")


def test_la_porte(page: Page, equipe: Equipe, verifier) -> None:
    page.goto(f"{equipe.adresse}/connexion")
    verifier(page, "connexion")
    entrer(page, equipe, "dr.martin@exemple.fr", "ce n'est pas lui")
    expect(page.get_by_role("alert")).to_contain_text("identifiant ou mot de passe refusé")
    verifier(page, "connexion-refusee")
    entrer(page, equipe, "dr.martin@exemple.fr", chemin="/compte")
    expect(page).to_have_url(f"{equipe.adresse}/compte")
    expect(page.locator(".cles")).to_contain_text("médecin")
    verifier(page, "compte")
    page.get_by_role("button", name="Se déconnecter").click()
    page.goto(f"{equipe.adresse}/compte")
    expect(page).to_have_url(f"{equipe.adresse}/connexion?suite=/compte")


@pytest.mark.parametrize("suite", ["https://ailleurs.fr", "//ailleurs.fr", "/\\ailleurs.fr", "javascript:alert(1)", "http:ailleurs.fr"])
def test_la_porte_ne_mene_pas_ailleurs(page: Page, equipe: Equipe, suite: str) -> None:
    entrer(page, equipe, "dr.martin@exemple.fr", chemin=suite)
    expect(page).to_have_url(f"{equipe.adresse}/")


def test_une_session_vole_ailleurs_meurt_avec_la_deconnexion(page: Page, equipe: Equipe) -> None:
    entrer(page, equipe, "lecteur@exemple.fr")
    temoins = {temoin["name"]: temoin for temoin in page.context.cookies()}
    session = temoins["convmed_session"]
    assert session["httpOnly"] and session["sameSite"] == "Lax"
    vole = {"cookie": f"convmed_session={session['value']}"}
    adresse = f"{equipe.adresse}/api/v1/dispositifs/forfait-medecin-traitant/calcul"
    assert demander(adresse, entetes=vole) == 200
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page).to_have_url(f"{equipe.adresse}/")
    assert demander(adresse, entetes=vole) == 401


def test_un_jeton_ouvre_l_api_jusqu_a_sa_revocation(page: Page, equipe: Equipe, verifier) -> None:
    adresse = f"{equipe.adresse}/api/v1/dispositifs/forfait-medecin-traitant/calcul"
    assert demander(adresse) == 401
    assert demander(adresse, "n-importe-quoi") == 401
    entrer(page, equipe, "agent@exemple.fr", chemin="/compte")
    page.get_by_label("À quoi sert ce jeton ?").fill("logiciel de facturation")
    page.get_by_role("button", name="Créer un jeton").click()
    jeton = page.locator("pre").inner_text().strip()
    verifier(page, "compte-jeton")
    assert demander(adresse, jeton) == 200
    page.goto(f"{equipe.adresse}/compte")
    assert jeton not in page.content()
    page.get_by_role("button", name="Révoquer").click()
    expect(page.get_by_text("Aucun jeton.")).to_be_visible()
    assert demander(adresse, jeton) == 401


def test_changer_de_mot_de_passe_ferme_tout(page: Page, equipe: Equipe) -> None:
    equipe.coffre.creer_compte("nouveau@exemple.fr", "medecin", SECRET)
    entrer(page, equipe, "nouveau@exemple.fr", chemin="/compte")
    for nouveau, repete, dit in (("court", "court", "12"), ("une autre phrase longue", "pas la même phrase", "diffèrent")):
        page.get_by_label("Mot de passe actuel").fill(SECRET)
        page.get_by_label("Nouveau mot de passe").fill(nouveau)
        page.get_by_label("Le même").fill(repete)
        page.get_by_role("button", name="Changer").click()
        expect(page.get_by_role("alert")).to_contain_text(dit)
    page.get_by_label("Mot de passe actuel").fill(SECRET)
    page.get_by_label("Nouveau mot de passe").fill("une autre phrase longue")
    page.get_by_label("Le même").fill("une autre phrase longue")
    page.get_by_role("button", name="Changer").click()
    expect(page).to_have_url(f"{equipe.adresse}/connexion")
    entrer(page, equipe, "nouveau@exemple.fr", "une autre phrase longue", "/compte")
    expect(page).to_have_url(f"{equipe.adresse}/compte")


def test_un_formulaire_venu_d_ailleurs_est_refuse(page: Page, equipe: Equipe, chromium: Browser) -> None:
    entrer(page, equipe, "dr.martin@exemple.fr")
    for jeton in ({}, {"_jeton": "faux"}, {"_jeton": "A" * 88}):
        reponse = page.request.post(f"{equipe.adresse}/compte/jetons", form={"libelle": "pirate", **jeton})
        assert reponse.status == 403
    autre = chromium.new_context()
    page_2 = autre.new_page()
    page_2.goto(f"{equipe.adresse}/connexion")
    d_un_autre = page_2.locator("input[name=_jeton]").first.get_attribute("value")
    assert d_un_autre is not None
    assert page.request.post(f"{equipe.adresse}/compte/jetons", form={"libelle": "pirate", "_jeton": d_un_autre}).status == 403
    autre.close()
    page.goto(f"{equipe.adresse}/compte")
    expect(page.get_by_text("pirate")).to_have_count(0)


def test_le_journal_du_serveur_ne_nomme_personne(page: Page, equipe: Equipe) -> None:
    entrer(page, equipe, "dr.martin@exemple.fr")
    page.goto(f"{equipe.adresse}/nulle-part/185057800608436?nom=MARTIN")
    page.request.get(f"{equipe.adresse}/compte?nir=185057800608436")
    ecrit = equipe.journal.read_text()
    assert "GET /compte 200" in ecrit and "GET — 404" in ecrit
    for personnel in ("185057800608436", "MARTIN", "martin", SECRET, "exemple.fr"):
        assert personnel not in ecrit
    assert equipe.coffre.verifier_journal() is None


def test_trop_d_essais_a_la_porte(equipe: Equipe) -> None:
    statuts = [demander(f"{equipe.adresse}/connexion", entetes={"content-type": "application/x-www-form-urlencoded"}) for _ in range(60)]
    assert 429 in statuts and 200 not in statuts
