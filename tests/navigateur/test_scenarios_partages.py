"""Scenarios of a team: shared to be read or written, closed to the others, taken back."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.navigateur.conftest import serveur_lance

from convmed.base.cles import Cle
from convmed.base.coffre import Coffre

SECRET = "une phrase assez longue 7"
CONTENU = b"nom: essai\nfigures:\n  forfait-medecin-traitant:\n    ald_80_ans_et_plus: 120\n"


def entrer(page: Page, serveur: str, identifiant: str, chemin: str) -> None:
    page.goto(f"{serveur}/connexion?suite={chemin}")
    page.get_by_label("Identifiant").fill(identifiant)
    page.get_by_label("Mot de passe").fill(SECRET)
    page.get_by_role("button", name="Se connecter").click()


@pytest.mark.parametrize("role", ["agent", "lecture"])
def test_un_scenario_se_partage_et_se_reprend(chromium: Browser, port_libre: Callable[[], int], tmp_path: Path, verifier: Callable[[Page, str], None], role: str) -> None:
    base, cle = f"sqlite:///{tmp_path}/equipe.db", Cle.nouvelle()
    with Coffre.ouvrir(base, cle, migrer=True) as coffre:
        martin = coffre.creer_compte("martin@exemple.fr", "medecin", SECRET)
        coffre.creer_compte("autre@exemple.fr", role, SECRET)  # type: ignore[arg-type]
        piece = coffre.deposer(martin, "scenario", "Le mien", CONTENU)
        with serveur_lance("--base", base, "--comptes", port=port_libre(), environnement={"CONVMED_CLE": cle.en_texte()}) as serveur:
            chemin = f"/negocier/scenarios/{piece.id}"
            lui, elle = (chromium.new_context(locale="fr-FR", reduced_motion="reduce").new_page() for _ in range(2))
            entrer(elle, serveur, "autre@exemple.fr", chemin)
            expect(elle.get_by_role("heading", level=1)).to_have_text("Page introuvable")
            entrer(lui, serveur, "martin@exemple.fr", chemin)
            lui.get_by_label("Avec le compte").fill("personne@exemple.fr")
            lui.get_by_role("button", name="Partager", exact=True).click()
            expect(lui.get_by_role("alert")).to_contain_text("aucun autre compte")
            lui.get_by_label("Avec le compte").fill("autre@exemple.fr")
            lui.get_by_role("button", name="Partager", exact=True).click()
            expect(lui.get_by_role("listitem").filter(has_text="autre@exemple.fr, en lecture")).to_be_visible()
            verifier(lui, f"negocier-partage-{role}")
            elle.goto(serveur + chemin)
            expect(elle.get_by_role("heading", level=1)).to_have_text("Le mien")
            expect(elle.get_by_role("button", name=re.compile("Supprimer|Partager"))).to_have_count(0)
            elle.goto(f"{serveur}/negocier/scenarios")
            expect(elle.get_by_role("button", name="Déposer")).to_have_count(1 if role == "agent" else 0)
            lui.get_by_role("button", name=re.compile("Ne plus partager")).click()
            expect(lui.get_by_text("autre@exemple.fr, en lecture")).to_have_count(0)
            elle.goto(serveur + chemin)
            expect(elle.get_by_role("heading", level=1)).to_have_text("Page introuvable")
            lui.context.close()
            elle.context.close()
