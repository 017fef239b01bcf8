"""What can be consulted: complete, in a stable order, the same as the command line, and not sent twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from convmed.dispositifs.socle import tous
from convmed.interfaces.api.banc import cas_de
from convmed.textes.textes import textes_connus

from .test_calcul import refus

V1 = "/api/v1"
ADRESSES = ["/dispositifs", "/dispositifs/vsm", "/bareme?date=2026-01-01", "/textes", "/normes"]


def test_les_dispositifs_et_leurs_liens(client: TestClient) -> None:
    liste = client.get(f"{V1}/dispositifs").json()
    assert [d["dispositif"] for d in liste] == list(tous())
    assert all(d["titre"] for d in liste)
    optam = next(d for d in liste if d["dispositif"] == "optam")
    assert "prime" in optam["calculs"]
    for dispositif in liste:
        assert client.get(dispositif["liens"]["detail"]).json()["titre"] == dispositif["titre"]
        assert client.post(dispositif["liens"]["calcul"], json={}).status_code == 422
        assert client.get(dispositif["liens"]["bareme"]).status_code == 200


def test_le_detail_d_un_dispositif(client: TestClient) -> None:
    detail = client.get(f"{V1}/dispositifs/forfait-medecin-traitant").json()
    assert detail["titre_de_la_fiche"] == "Forfait médecin traitant (FMT)"
    assert detail["resume"].startswith("Depuis le 1er janvier 2026") and detail["fiche"].startswith("# Forfait")
    assert detail["exemples"] == json.loads(json.dumps(cas_de("forfait-medecin-traitant")))
    secteur = detail["schema"]["$defs"]["Medecin"]["properties"]["secteur"]
    assert secteur["anyOf"][0]["enum"] == ["1", "2", "nc"] and "toujours en FMT" in secteur["description"]
    jours = [(jour["du"], jour["texte"]) for jour in detail["dates"]]
    assert ("2026-01-01", "convention-2024") in jours and jours == sorted(jours)
    assert "dispositif inconnu" in refus(client.get(f"{V1}/dispositifs/rien"), 404)[0]["message"]


def test_le_bareme_est_celui_de_la_ligne_de_commande(client: TestClient, lanceur: Callable[..., Any]) -> None:
    options = ("--date", "2026-01-01", "--texte", "convention-2024", "--dispositif", "optam")
    attendu = lanceur("bareme").json(*options)
    parametres = {"date": "2026-01-01", "texte": "convention-2024", "dispositif": "optam"}
    assert client.get(f"{V1}/bareme", params=parametres).json() == attendu and attendu
    tout = client.get(f"{V1}/bareme", params={"date": "2026-01-01", "texte": "convention-2024"}).json()
    assert [figure for figure in tout if figure["dispositif"] == "optam"] == attendu and len(tout) > len(attendu)


def test_les_fautes_d_une_consultation_sont_dites_ensemble(client: TestClient) -> None:
    erreurs = refus(client.get(f"{V1}/bareme", params={"date": "01/01/2026", "texte": "z", "dispositif": "y", "datte": "2026-01-01"}))
    assert [erreur["champ"] for erreur in erreurs] == ["date", "texte", "dispositif", "datte"]
    # The day of who asks is not always the day of who answers.
    for date in ("aujourdhui", "", "20260101", "2026-02-30", "2026-W01-1"):
        assert refus(client.get(f"{V1}/bareme", params={"date": date}))[0]["champ"] == "date"
    assert refus(client.get(f"{V1}/textes", params={"x": "1"}))[0]["champ"] == "x"


def test_les_textes_et_les_normes(client: TestClient, lanceur: Callable[..., Any]) -> None:
    textes = client.get(f"{V1}/textes").json()
    assert [texte["texte"] for texte in textes] == list(textes_connus())
    en_vigueur = next(texte for texte in textes if texte["texte"] == "en-vigueur")
    assert en_vigueur["chaine"] == ["en-vigueur", "convention-2024", "reglement-arbitral-2023", "convention-2016"]
    assert client.get(f"{V1}/normes").json() == lanceur("normes").json()


@pytest.mark.parametrize("adresse", [*(V1 + adresse for adresse in ADRESSES), "/openapi.json"])
def test_ce_qui_n_a_pas_change_n_est_pas_renvoye(client: TestClient, adresse: str) -> None:
    premiere = client.get(adresse)
    marque = premiere.headers["etag"]
    assert premiere.status_code == 200 and premiere.headers["cache-control"] == "max-age=3600"
    for connue in (marque, f'"autre", W/{marque}', "*"):
        seconde = client.get(adresse, headers={"If-None-Match": connue})
        assert (seconde.status_code, seconde.content, seconde.headers["etag"]) == (304, b"", marque)
    assert client.get(adresse, headers={"If-None-Match": '"autre"'}).content == premiere.content


def test_le_bareme_du_jour_ne_se_garde_pas(client: TestClient) -> None:
    assert client.get(f"{V1}/bareme").headers["cache-control"] == "no-cache"
