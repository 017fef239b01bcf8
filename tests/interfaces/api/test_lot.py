"""The batch: cases of several dispositifs, each answered or refused on its own, in their order."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from convmed.dispositifs.contrat import CasRefuses, repondre
from convmed.interfaces.api.banc import banc, juger
from convmed.interfaces.api.calculs import CAS_MAX

from .test_calcul import refus

LOT = "/api/v1/lot"
CAS = banc()["cas"]


def test_un_cas_refuse_n_en_refuse_pas_d_autre(client: TestClient, cas_fmt: dict[str, Any]) -> None:
    lot = [
        {"id": "a", "dispositif": "forfait-medecin-traitant", **cas_fmt},
        {"id": "b", "dispositif": "vsm", "annee": 2026, "entree": {"date_resultats": "2025-02-30", "pmt": -1}},
        {"dispositif": "forfait-medecin-traitant", **cas_fmt},
        {"id": "d", "dispositif": "forfait", **cas_fmt},
        {"id": "e", **cas_fmt},
        {"id": 5, "dispositif": "vsm", "entree": {}},
        "x",
    ]  # fmt: skip
    reponse = client.post(LOT, json=lot)
    assert reponse.status_code == 200
    a, b, c, d, e, f, g = reponse.json()
    assert a["id"] == "a" and a["resultats"]["total"] == 120
    assert {cle: valeur for cle, valeur in a.items() if cle != "id"} == c
    assert (b["id"], b["dispositif"]) == ("b", "vsm")
    assert {erreur["champ"] for erreur in b["erreurs"]} == {"entree.date_resultats", "entree.pmt"}
    assert [erreur["cas"] for erreur in b["erreurs"]] == [1, 1]
    assert d["id"] == "d" and "forfait-medecin-traitant" in d["erreurs"][0]["attendu"]
    assert e["id"] == "e" and e["erreurs"][0]["champ"] == "dispositif"
    assert f["erreurs"][0]["champ"] == "id" and f["erreurs"][0]["cas"] == 5
    assert g["erreurs"][0]["cas"] == 6 and "objet JSON" in g["erreurs"][0]["message"]


def test_un_lot_est_une_liste_bornee(client: TestClient) -> None:
    assert client.post(LOT, json=[]).json() == []
    assert "une liste de cas" in refus(client.post(LOT, json={"dispositif": "vsm"}))[0]["attendu"]
    assert refus(client.post(LOT, json=[{}] * (CAS_MAX + 1)))[0]["attendu"] == f"au plus {CAS_MAX} cas par envoi"
    assert len(client.post(LOT, json=[{}] * CAS_MAX).json()) == CAS_MAX


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(CAS), max_size=12))
def test_propriete_un_lot_repond_comme_ses_cas(client: TestClient, choisis: list[dict[str, Any]]) -> None:
    """Hold: each answer is the one that its case has alone, and so conforms to the case."""
    lot = [{"id": cas["id"], "dispositif": cas["dispositif"], **cas["demande"]} for cas in choisis]
    reponses = client.post(LOT, json=lot).json()
    assert [reponse["id"] for reponse in reponses] == [cas["id"] for cas in choisis]
    for rang, (cas, reponse) in enumerate(zip(choisis, reponses, strict=True)):
        assert not juger(cas, 422 if "erreurs" in reponse else 200, reponse)
        try:
            seul = {"id": cas["id"], **repondre(cas["dispositif"], cas["demande"], scenarios=False)}
        except CasRefuses as refuses:
            seul = {"id": cas["id"], "dispositif": cas["dispositif"], "erreurs": [{**e, "cas": rang} for e in refuses.erreurs]}
        assert reponse == json.loads(json.dumps(seul, default=str))
