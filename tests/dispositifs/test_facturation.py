"""Facturation: which advice and which alert each situation gets, what is said when it is not known, and from when."""

from __future__ import annotations

import datetime as dt
from itertools import product
from typing import Any

import pytest

from convmed.dispositifs.contrat import CasRefuses, repondre
from convmed.dispositifs.facturation import Situation, conseils
from convmed.dispositifs.socle import Demande
from convmed.textes import trouver_texte

NOM = "facturation"
OUI_NON = [True, False, None]


def dits(situation: dict[str, Any], cle: str, **cas: Any) -> list[str]:
    lus = repondre(NOM, {"date": "2026-03-02", "entree": {"situation": situation}, **cas})["resultats"]
    return [dit[cle.removesuffix("s")] for dit in lus[cle]]


def parle(phrases: list[str], mot: str) -> bool:
    return any(mot in phrase for phrase in phrases)


@pytest.mark.normes("C14.4-03", "C14.4-04", "C14.4-08", "C14.4-09")
@pytest.mark.parametrize("mode", ["securise", "degrade", "papier", None])
def test_les_conseils_de_chaque_mode(mode: str | None) -> None:
    phrases = dits({"mode": mode}, "conseils")
    assert parle(phrases, "mode sécurisé chaque fois") == (mode != "securise")
    assert parle(phrases, "ADRI autant que possible") == (mode != "papier")
    assert parle(phrases, "feuille de soins électronique") == (mode != "papier")
    assert parle(phrases, "mode dégradé par l'usage de SCOR") == (mode == "degrade")
    assert parle(phrases, "si le mode sécurisé est impossible, passer par SCOR") == (mode is None)
    assert parle(phrases, "appli carte Vitale")
    assert parle(dits({"mode": mode, "adri_integre": False}, "alertes"), "ADRI n'est pas intégré") == (mode in ("securise", "degrade"))


@pytest.mark.normes("C14.4-03", "C14.4-07", "C14.4-10")
@pytest.mark.parametrize(("mode", "un", "autre"), list(product(["securise", "degrade"], OUI_NON, OUI_NON)))
def test_les_alertes_nomment_ce_qui_manque_au_poste(mode: str, un: bool | None, autre: bool | None) -> None:
    """Only what is known to be missing is an alert."""
    outils = dits({"mode": mode, "adri_integre": un, "logiciel_scor": autre}, "alertes")
    assert parle(outils, "ADRI") == (un is False)
    assert parle(outils, "SCOR") == (autre is False and mode == "degrade")
    appcv = dits({"mode": mode, "appcv_compatible": un, "lecteur_qr": autre}, "alertes")
    assert parle(appcv, "un logiciel compatible et un lecteur de QR code") == (un is False or autre is False)


@pytest.mark.normes("C2A-12", "C2A-13")
@pytest.mark.parametrize(("cps", "poste"), list(product(OUI_NON, OUI_NON)))
def test_le_remplacant_facture_avec_sa_carte(cps: bool | None, poste: bool | None) -> None:
    situation = {"mode": "securise", "remplacant": True, "cps_remplacant": cps, "poste_parametre": poste}
    lus = repondre(NOM, {"date": "2026-03-02", "entree": {"situation": situation}})["resultats"]["alertes"]
    attendues = [
        "à vérifier : " * (reponse is None) + phrase
        for reponse, phrase in (
            (cps, "le remplaçant facture avec sa propre CPS"),
            (poste, "le poste SESAM-Vitale se paramètre pour la CPS du remplaçant"),
        )
        if reponse is not True
    ]
    assert [dit["alerte"] for dit in lus] == attendues
    assert all(dit["obligatoire"] and dit["references"] == ["circulaire 31/07/2024, 2 A"] for dit in lus)
    for remplacant in (False, None):
        assert dits({**situation, "remplacant": remplacant}, "alertes") == []


@pytest.mark.normes("C2A-12", "C2A-13")
@pytest.mark.parametrize(("jour", "alertes"), [("2024-06-21", 0), ("2024-06-22", 2)])
def test_le_remplacant_depuis_l_entree_en_vigueur(jour: str, alertes: int) -> None:
    situation = {"remplacant": True, "cps_remplacant": False, "poste_parametre": False, "date": jour}
    lus = repondre(NOM, {"entree": {"situation": situation}})["resultats"]
    assert len(lus["alertes"]) == alertes
    assert ("motif" in lus) == (not lus["conseils"]) == (alertes == 0)


@pytest.mark.normes("C14.4-06")
@pytest.mark.parametrize(
    ("jour", "etat"),
    [("2024-12-31", "annoncée"), ("2025-01-01", "en cours de généralisation"), ("2025-12-30", "en cours de généralisation"),
     ("2025-12-31", "généralisée")],
)  # fmt: skip
def test_l_appli_carte_vitale_se_generalise_en_2025(jour: str, etat: str) -> None:
    for situation in ({}, {"date": jour}):
        assert parle(dits(situation, "conseils", date=jour), f"appli carte Vitale ({etat})")


@pytest.mark.normes("C14.4-01")
def test_aucun_conseil_n_oblige_et_chacun_dit_ses_articles() -> None:
    for mode in ("securise", "degrade", "papier", None):
        lus = repondre(NOM, {"date": "2026-03-02", "entree": {"situation": {"mode": mode}}})["resultats"]
        assert {tuple(dit["references"]) for dit in lus["conseils"]} == {("art. 114 à 117-3 ; circulaire 31/07/2024, 14.4",)}
        assert not any(dit["obligatoire"] for dit in lus["conseils"])


def test_la_fonction_pure_repond_comme_le_contrat() -> None:
    champs = {"mode": "degrade", "logiciel_scor": False, "remplacant": True}
    contexte = Demande(trouver_texte("en-vigueur"), 2026, dt.date(2026, 3, 2)).contexte()
    assert conseils(Situation(**champs), contexte) == repondre(NOM, {"date": "2026-03-02", "entree": {"situation": champs}})["resultats"]
    ancien = Demande(trouver_texte("reglement-arbitral-2023"), 2023).contexte()
    assert conseils(Situation(mode="degrade"), ancien) == {"conseils": [], "alertes": []}


def test_ce_qui_est_mal_ecrit_est_refuse() -> None:
    for entree, champs in (
        ({}, {"entree.situation"}),
        ({"situation": {"date": "2024-02-29"}}, {"entree.situation.date"}),
        ({"situation": {"mode": "fax", "lecteur_qr": "oui", "nir": 1}}, {f"entree.situation.{c}" for c in ("mode", "lecteur_qr", "nir")}),
    ):
        with pytest.raises(CasRefuses) as refus:
            repondre(NOM, {"annee": 2026, "entree": entree})
        assert {erreur["champ"] for erreur in refus.value.erreurs} == champs
    with pytest.raises(CasRefuses) as refus:
        repondre(NOM, {"date": "2026-03-02", "entree": {"situation": {"date": "2026-03-03"}}})
    assert [(erreur["champ"], erreur["attendu"]) for erreur in refus.value.erreurs] == [("entree.situation.date", "2026-03-02")]
