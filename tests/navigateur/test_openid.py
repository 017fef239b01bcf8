"""Signing in through the provider of an organisation: whom it vouches for, and whom it does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from joserfc.jwk import RSAKey
from playwright.sync_api import Page, expect
from tests.navigateur.conftest import serveur_lance
from tests.navigateur.fournisseur import Fournisseur

from convmed.base.cles import Cle
from convmed.base.coffre import Coffre

CONNUE: dict[str, Any] = {"sub": "42", "email": "dr.durand@exemple.fr", "email_verified": True}


@pytest.fixture(scope="module")
def fournisseur() -> Iterator[Fournisseur]:
    serveur = Fournisseur()
    yield serveur
    serveur.shutdown()
    serveur.server_close()


@pytest.fixture(scope="module")
def adresse(tmp_path_factory: pytest.TempPathFactory, port_libre: Callable[[], int], fournisseur: Fournisseur) -> Iterator[str]:
    base, cle = f"sqlite:///{tmp_path_factory.mktemp('openid')}/equipe.db", Cle.nouvelle()
    with Coffre.ouvrir(base, cle, migrer=True) as coffre:
        coffre.creer_compte("dr.durand@exemple.fr", "medecin", None)
        coffre.creer_compte("dr.autre@exemple.fr", "medecin", None)
    environnement = {"CONVMED_CLE": cle.en_texte(), "CONVMED_OIDC_SECRET": fournisseur.secret}
    options = ("--base", base, "--comptes", "--oidc-emetteur", fournisseur.emetteur, "--oidc-client", fournisseur.client, "--oidc-nom", "mon hôpital")
    with serveur_lance(*options, port=port_libre(), environnement=environnement) as adresse:
        yield adresse


@pytest.fixture(autouse=True)
def remise_en_ordre(fournisseur: Fournisseur) -> None:
    fournisseur.personne, fournisseur.signature = dict(CONNUE), fournisseur.cle


def passer_la_porte(page: Page, adresse: str) -> None:
    page.goto(f"{adresse}/connexion?suite=/compte")
    page.get_by_role("link", name="Continuer avec mon hôpital").click()


def test_une_personne_connue_entre(page: Page, adresse: str, verifier) -> None:
    page.goto(f"{adresse}/connexion")
    verifier(page, "connexion-organisation")
    passer_la_porte(page, adresse)
    expect(page).to_have_url(f"{adresse}/compte")
    expect(page.locator(".cles")).to_contain_text("dr.durand@exemple.fr")


@pytest.mark.parametrize("personne", [
    {**CONNUE, "sub": "77", "email": "inconnu@exemple.fr"},
    {**CONNUE, "sub": "78", "email": "dr.autre@exemple.fr", "email_verified": False},
    {**CONNUE, "sub": "79"},  # somebody else, who claims an address already bound
    {**CONNUE, "aud": "un-autre-site"},
    {**CONNUE, "iss": "http://ailleurs.exemple.fr"},
    {**CONNUE, "exp": 1},
    {**CONNUE, "nonce": "rejoué"},
])  # fmt: skip
def test_nul_autre_n_entre(page: Page, adresse: str, fournisseur: Fournisseur, personne: dict[str, Any]) -> None:
    passer_la_porte(page, adresse)
    expect(page).to_have_url(f"{adresse}/compte")
    page.context.clear_cookies()
    fournisseur.personne = personne
    passer_la_porte(page, adresse)
    expect(page.get_by_role("alert")).to_contain_text("Connexion refusée")
    page.goto(f"{adresse}/compte")
    expect(page).to_have_url(f"{adresse}/connexion?suite=/compte")


def test_une_signature_d_un_autre_ne_vaut_rien(page: Page, adresse: str, fournisseur: Fournisseur) -> None:
    fournisseur.signature = RSAKey.generate_key(2048, {"kid": "une"})
    passer_la_porte(page, adresse)
    expect(page.get_by_role("alert")).to_contain_text("Connexion refusée")


def test_un_retour_sans_depart_est_refuse(page: Page, adresse: str) -> None:
    page.goto(f"{adresse}/connexion/organisation/retour?code=vole&state=invente")
    expect(page.get_by_role("alert")).to_contain_text("Connexion refusée")
