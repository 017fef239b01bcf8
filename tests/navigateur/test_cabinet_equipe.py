"""*Mon cabinet* for a team: a dossier shared with the secretariat."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.navigateur.conftest import serveur_lance
from tests.navigateur.test_cabinet import attendu, deposer, plie, somme

from convmed.base.cles import Cle
from convmed.base.coffre import Coffre

SECRET = "une phrase assez longue 7"
Regard = Callable[[Page, str], None]


@pytest.fixture(scope="module")
def equipe(tmp_path_factory: pytest.TempPathFactory, port_libre: Callable[[], int]) -> Iterator[str]:
    base, cle = f"sqlite:///{tmp_path_factory.mktemp('cabinet')}/equipe.db", Cle.nouvelle()
    with Coffre.ouvrir(base, cle, migrer=True) as coffre:
        for identifiant, role in (("dr.martin", "medecin"), ("accueil", "secretariat"), ("agent", "agent")):
            coffre.creer_compte(identifiant, role, SECRET)  # type: ignore[arg-type]
    with serveur_lance("--base", base, "--comptes", port=port_libre(), environnement={"CONVMED_CLE": cle.en_texte()}) as adresse:
        yield adresse


def entrer(chromium: Browser, equipe: str, identifiant: str) -> Page:
    page = chromium.new_context(locale="fr-FR", reduced_motion="reduce").new_page()
    page.goto(f"{equipe}/connexion?suite=/cabinet")
    page.get_by_label("Identifiant").fill(identifiant)
    page.get_by_label("Mot de passe").fill(SECRET)
    page.get_by_role("button", name="Se connecter").click()
    return page


def test_partager_avec_son_secretariat(chromium: Browser, equipe: str, verifier: Regard) -> None:
    medecin, accueil, agent = (entrer(chromium, equipe, nom) for nom in ("dr.martin", "accueil", "agent"))
    adresse = deposer(medecin, equipe, "jeune-installe", "Cabinet partagé")
    expect(accueil.locator("#contenu")).to_contain_text("Aucun dossier")
    expect(accueil.get_by_role("button", name="Charger")).to_have_count(0)
    for page in (accueil, agent):
        for suite in ("", "/releve.pdf", "/dossier.zip", "/modifier"):
            reponse = page.context.request.get(adresse + suite)
            assert reponse.status in (403, 404), suite
    medecin.get_by_role("link", name="Partager").click()
    medecin.get_by_label("Identifiant du compte").fill("personne")
    medecin.get_by_role("button", name="Partager").click()
    expect(medecin.get_by_role("alert")).to_contain_text("aucun autre compte actif")
    expect(medecin.get_by_label("Identifiant du compte")).to_have_value("personne")
    verifier(medecin, "cabinet-partage-refuse")
    medecin.get_by_label("Identifiant du compte").fill("agent")
    medecin.get_by_role("button", name="Partager").click()
    expect(medecin.get_by_role("alert")).to_be_visible()
    medecin.get_by_label("Identifiant du compte").fill("accueil")
    medecin.get_by_role("button", name="Partager").click()
    expect(medecin.locator("tbody tr")).to_have_text(re.compile("accueil.*lire"))
    verifier(medecin, "cabinet-partage")
    accueil.goto(f"{equipe}/cabinet")
    accueil.get_by_role("link", name="Cabinet partagé").click()
    expect(somme(accueil)).to_have_text(plie(attendu("jeune-installe").total))
    expect(accueil.get_by_role("link", name="Modifier")).to_have_count(0)
    assert accueil.context.request.get(f"{adresse}/modifier").status == 403
    verifier(accueil, "cabinet-releve-en-lecture")
    medecin.get_by_role("button", name="Retirer accueil").click()
    expect(medecin.locator("#contenu")).to_contain_text("Vous seul voyez ce dossier")
    assert accueil.context.request.get(adresse).status == 404
    for page in (medecin, accueil, agent):
        page.context.close()
