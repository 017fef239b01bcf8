"""The contract over HTTP: the answers of `convmed.calculer`, and its refusals, whatever is sent."""

from __future__ import annotations

import copy
import gc
import gzip
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

import convmed
from convmed.dispositifs.contrat import CasRefuses
from convmed.interfaces import api
from convmed.interfaces.api.banc import banc
from convmed.interfaces.api.calculs import CAS_MAX, TAILLE_MAX, VALEURS_MAX
from convmed.interfaces.api.problemes import ERREURS_MAX
from convmed.interfaces.serveur.application import creer_application
from convmed.interfaces.serveur.reglages import Reglages

from .conftest import FMT

JSON = {"Content-Type": "application/json"}
MEMBRES = {"type", "title", "status", "detail", "erreurs"}
CAS = banc()["cas"]
NIR = "1 85 05 78 006 084 36"
NIRS = (NIR, NIR.replace(" ", ""), NIR.replace(" ", "-"), NIR.replace(" ", "\u00a0"), "2850578006084 36", "185052A006084")


def refus(reponse: Any, statut: int = 422) -> list[dict[str, Any]]:
    """Return the errors of a refusal, whose form is checked."""
    assert reponse.status_code == statut, reponse.text
    assert reponse.headers["content-type"] == "application/problem+json"
    corps = reponse.json()
    assert set(corps) == MEMBRES and corps["status"] == statut and corps["detail"]
    assert corps["erreurs"] and all(set(e) == {"cas", "champ", "valeur", "attendu", "message"} for e in corps["erreurs"])
    return list(corps["erreurs"])


def test_un_cas_puis_une_liste(client: TestClient, cas_fmt: dict[str, Any]) -> None:
    """Hold: the example of the README, alone and twice, in the shape of what was asked."""
    seul = client.post(FMT, json=cas_fmt)
    assert seul.status_code == 200 and seul.headers["content-type"] == "application/json"
    corps = seul.json()
    assert list(corps) == ["dispositif", "annee", "texte", "resultats", "lignes", "explication"]
    assert corps["texte"] == "convention-2024" and corps["resultats"]["total"] == 120
    assert client.post(FMT, json=[cas_fmt, cas_fmt]).json() == [corps, corps]
    assert client.post(FMT, json=[]).json() == []


@pytest.mark.parametrize("cas", CAS[::12], ids=lambda cas: str(cas["id"]))
def test_les_exemples_repondent_comme_en_python(client: TestClient, cas: dict[str, Any]) -> None:
    reponse = client.post(f"/api/v1/dispositifs/{cas['dispositif']}/calcul", json=cas["demande"])
    verifier_contre_python(cas["dispositif"], cas["demande"], reponse)


def verifier_contre_python(dispositif: str, demande: Any, reponse: Any) -> None:
    try:
        attendue = convmed.calculer(dispositif, demande)
    except CasRefuses as refuses:
        assert refus(reponse) == json.loads(json.dumps(refuses.erreurs, default=str))
    else:
        assert reponse.status_code == 200
        assert reponse.json() == json.loads(json.dumps(attendue, default=str))


def lieux(valeur: Any, ici: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of each value of a JSON object."""
    if ici:
        yield ici
    for cle, autre in valeur.items() if isinstance(valeur, dict) else enumerate(valeur) if isinstance(valeur, list) else ():
        yield from lieux(autre, (*ici, cle))


VALEURS = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 200), st.sampled_from([0.5, -1.25, "", "x", "2026-06-30", "zip", [], {}, 2**40, 1e300]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
)  # fmt: skip


@st.composite
def demandes_abimees(tirer: st.DrawFn) -> tuple[str, Any]:
    """Draw an example, then take a field out of it, add one, or change a value: what a program under development sends."""
    cas = tirer(st.sampled_from(CAS))
    demande = copy.deepcopy(cas["demande"])
    for _ in range(tirer(st.integers(1, 2))):
        if not (places := list(lieux(demande))):
            break
        *chemin, cle = tirer(st.sampled_from(places))
        parent = demande
        for pas in chemin:
            parent = parent[pas]
        if tirer(st.booleans()):
            parent[cle] = tirer(VALEURS)
        else:
            del parent[cle]
        if isinstance(parent, dict) and tirer(st.booleans()):
            parent["champ_inventé"] = 1
    return cas["dispositif"], demande


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(demandes_abimees())
def test_propriete_l_api_repond_comme_convmed_calculer(client: TestClient, abimee: tuple[str, Any]) -> None:
    """Hold: same answer or same errors, in the same order, for examples that were damaged."""
    dispositif, demande = abimee
    verifier_contre_python(dispositif, demande, client.post(f"/api/v1/dispositifs/{dispositif}/calcul", json=demande))


def test_le_refus_est_celui_de_la_ligne_de_commande(client: TestClient, lanceur: Callable[..., Any], cas_fmt: dict[str, Any]) -> None:
    cas_fmt["entree"]["patients"][0] |= {"sexe": "X", "inconnu": 1}
    del cas_fmt["entree"]["patients"][0]["date_naissance"]
    octets = json.dumps([cas_fmt, {"annee": 1900, "entree": {}}]).encode()
    code, sortie, erreur = lanceur("calculer").lancer("forfait-medecin-traitant", entree=octets)
    assert (code, sortie) == (2, b"")
    erreurs = refus(client.post(FMT, content=octets, headers=JSON))
    assert erreurs == json.loads(erreur)["erreurs"] and {e["cas"] for e in erreurs} == {0, 1}


# --- bodies that are not what they should be

ILLISIBLES = {
    "vide": (b"", "ligne 1, colonne 1"),
    "coupé": (b'{"annee": 2026,\n "entree', "ligne 2, colonne 2"),
    "NaN": (b'{"annee": NaN, "entree": {}}', "NaN n'est pas un nombre JSON"),
    "infini": (b'{"annee": -Infinity}', "-Infinity n'est pas un nombre JSON"),
    "clé en double": (b'{"annee": 2026, "annee": 2025}', "clé en double « annee »"),
    "latin-1": ('{"texte": "été"}'.encode("latin-1"), "du texte UTF-8 est attendu"),
    "utf-16": ('{"annee": 2026}'.encode("utf-16"), "du texte UTF-8 est attendu"),
    "profond": (b"[" * 100_000 + b"]" * 100_000, "des objets imbriqués trop profondément"),
    "objets profonds": (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "des objets imbriqués trop profondément"),
    "nombre sans fin": (b'{"annee": ' + b"1" * 5_000 + b"}", "un nombre de trop de chiffres"),
}  # fmt: skip


@pytest.mark.parametrize("nom", ILLISIBLES)
@pytest.mark.parametrize("chemin", [FMT, "/api/v1/lot"])
def test_un_json_illisible_se_dit(client: TestClient, nom: str, chemin: str) -> None:
    octets, lieu = ILLISIBLES[nom]
    (erreur,) = refus(client.post(chemin, content=octets, headers=JSON))
    assert erreur["message"] == f"JSON illisible : {lieu}"


@pytest.mark.parametrize("octets", [b"3", b'"x"', b"null", b"true", b"[3]", b"[null, []]", b'[{"entree": []}]', b'{"entree": 1e999}',
                                    b'{"entree": {"medecin": {}, "patients": [1e999, -1e999]}}', b"\xef\xbb\xbf{}",
                                    b"[" * 900 + b"]" * 900, b'{"a":' * 900 + b"1" + b"}" * 900],
                         ids=lambda octets: octets[:24].decode())  # fmt: skip
@pytest.mark.parametrize("dispositif", ["forfait-medecin-traitant", "optam", "sanctions", "tarifs", "commissions"])
def test_du_json_qui_n_est_pas_un_cas_est_refuse(client: TestClient, dispositif: str, octets: bytes) -> None:
    assert refus(client.post(f"/api/v1/dispositifs/{dispositif}/calcul", content=octets, headers=JSON))


@pytest.mark.parametrize("cas", [next(c for c in CAS if c["dispositif"] == d and "refus" not in c["attendu"]) for d in {c["dispositif"]: 0 for c in CAS}],
                         ids=lambda cas: str(cas["dispositif"]))  # fmt: skip
def test_un_nombre_infini_n_arrete_pas_le_serveur(client: TestClient, cas: dict[str, Any]) -> None:
    """Hold: 1e999 is JSON, and no number; wherever it stands it is refused, or answered in JSON."""
    for *chemin, cle in lieux(cas["demande"]):
        demande = copy.deepcopy(cas["demande"])
        parent = demande
        for pas in chemin:
            parent = parent[pas]
        parent[cle] = "INFINI"
        octets = json.dumps(demande).replace('"INFINI"', "1e999").encode()
        reponse = client.post(f"/api/v1/dispositifs/{cas['dispositif']}/calcul", content=octets, headers=JSON)
        assert reponse.status_code in (200, 422), (chemin, cle)
        json.loads(reponse.content, parse_constant=pytest.fail)


@pytest.mark.parametrize("type_", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/xml", "",
                                   "application/json; charset=latin-1", "application/json;charset=utf-16"])  # fmt: skip
def test_un_autre_format_est_refuse(client: TestClient, type_: str) -> None:
    (erreur,) = refus(client.post(FMT, content=b"{}", headers={"Content-Type": type_}), 415)
    assert erreur["champ"] == "Content-Type"


@pytest.mark.parametrize("type_", ["application/json", "application/json; charset=utf-8", 'Application/JSON ; Charset="UTF-8"'])
def test_le_json_est_lu_sous_tous_ses_noms(client: TestClient, cas_fmt: dict[str, Any], type_: str) -> None:
    assert client.post(FMT, content=json.dumps(cas_fmt), headers={"Content-Type": type_}).status_code == 200


def test_un_corps_compresse_est_refuse(client: TestClient) -> None:
    bombe = gzip.compress(b"[" + b"0," * 10_000_000 + b"0]")
    (erreur,) = refus(client.post(FMT, content=bombe, headers={**JSON, "Content-Encoding": "gzip"}), 415)
    assert erreur["champ"] == "Content-Encoding"


def test_un_envoi_trop_grand_est_refuse(client: TestClient) -> None:
    assert refus(client.post(FMT, content=b" " * (TAILLE_MAX + 1), headers=JSON), 413)[0]["attendu"]

    def morceaux() -> Iterator[bytes]:
        for _ in range(TAILLE_MAX // 2**16 + 1):
            yield b" " * 2**16

    # Without a length: what comes is counted.
    assert refus(client.post(FMT, content=morceaux(), headers=JSON), 413)


def test_trop_de_valeurs_est_refuse(client: TestClient) -> None:
    octets = b'{"annee": 2026, "entree": {"medecin": {}, "patients": [' + b"0," * VALEURS_MAX + b"0]}}"
    assert refus(client.post(FMT, content=octets, headers=JSON), 413)[0]["attendu"] == f"au plus {VALEURS_MAX}"


def test_au_dela_d_un_nombre_les_erreurs_se_comptent(client: TestClient) -> None:
    erreurs = refus(client.post(FMT, json={"annee": 2026, "entree": {"medecin": {}, "patients": [0] * (ERREURS_MAX + 7)}}))
    assert len(erreurs) == ERREURS_MAX + 1 and erreurs[-1]["message"] == "et 7\u00a0autres erreurs"


def test_une_liste_est_bornee(client: TestClient) -> None:
    demande = {"annee": 2026, "entree": {"calcul": "orientations"}}
    chemin = "/api/v1/dispositifs/negociation/calcul"
    assert len(client.post(chemin, json=[demande] * CAS_MAX).json()) == CAS_MAX
    (erreur,) = refus(client.post(chemin, json=[demande] * (CAS_MAX + 1)))
    assert str(CAS_MAX) in erreur["attendu"]


def test_un_demi_caractere_revient_tel_quel(client: TestClient, cas_fmt: dict[str, Any]) -> None:
    """Hold: a lone surrogate is valid JSON; the answer is UTF-8 all the same."""
    octets = json.dumps(cas_fmt).replace('"p1"', r'"\ud800"').encode()
    reponse = client.post(FMT, content=octets, headers=JSON)
    assert reponse.status_code == 200 and rb"\ud800" in reponse.content
    assert json.loads(reponse.content.decode("utf-8"))["resultats"]["patients"][0]["patient"] == "\ud800"
    octets = json.dumps({"annee": 2026, "texte": "?", "entree": {}}).replace("?", r"\udfff").encode()
    assert refus(client.post(FMT, content=octets, headers=JSON))


# --- what must never come back, or be opened


@pytest.mark.parametrize("nir", NIRS, ids=ascii)
def test_aucune_erreur_ne_repete_un_nir(client: TestClient, cas_fmt: dict[str, Any], nir: str) -> None:
    nu = "".join(c for c in nir if c.isalnum())
    patient = cas_fmt["entree"]["patients"][0]
    demandes: list[Any] = [
        {**cas_fmt, "texte": nir}, {**cas_fmt, "annee": nir}, {**cas_fmt, "date": nir}, {**cas_fmt, nir: 1},
        {**cas_fmt, "entree": {**cas_fmt["entree"], nir: {}}},
        {**cas_fmt, "entree": {**cas_fmt["entree"], "patients": [{**patient, "sexe": nir, nir: nir, "date_naissance": nir}]}},
    ]  # fmt: skip
    if nu.isdigit():
        demandes += [{**cas_fmt, "annee": int(nu)}, {**cas_fmt, "annee": float(nu)},
                     {**cas_fmt, "entree": {**cas_fmt["entree"], "patients": [{**patient, "sexe": int(nu)}]}}]  # fmt: skip
    textes = [client.post(FMT, json=demande).text for demande in demandes]
    textes += [client.post("/api/v1/lot", json=[{"dispositif": "forfait-medecin-traitant", **demande}]).text for demande in demandes]
    textes += [client.post("/api/v1/lot", json=[{"dispositif": nir}, {"id": 1, "dispositif": nir}]).text]
    textes += [client.post(f"/api/v1/dispositifs/{nir}/calcul", json=cas_fmt).text, client.get(f"/api/v1/{nir}").text]
    textes += [client.get("/api/v1/bareme", params={cle: nir}).text for cle in ("date", "texte", "dispositif", nir)]
    octets = f'{{"{nir}": 1, "{nir}": 2}}'.encode()
    textes += [client.post(FMT, content=octets, headers=JSON).text]
    for texte in textes:
        assert "erreurs" in texte
        assert nu not in "".join(c for c in texte if c.isalnum()), texte[:300]


@pytest.mark.parametrize("texte", ["/etc/passwd", "../../secret.yaml", "exemples/scenarios/fmt-plus-5.yaml", "a\x00.yaml", "file:///x.yml", ""], ids=repr)
def test_un_texte_n_ouvre_pas_de_fichier(client: TestClient, cas_fmt: dict[str, Any], texte: str) -> None:
    for reponse in (client.post(FMT, json={**cas_fmt, "texte": texte}), client.get("/api/v1/bareme", params={"texte": texte})):
        (erreur,) = refus(reponse)
        assert erreur["champ"] == "texte" and "texte inconnu" in erreur["message"]


def test_une_adresse_inconnue_est_un_probleme(client: TestClient, cas_fmt: dict[str, Any]) -> None:
    (erreur,) = refus(client.post("/api/v1/dispositifs/forfait-medecin-traitan/calcul", json=cas_fmt), 404)
    assert "forfait-medecin-traitant" in erreur["attendu"]
    assert refus(client.get("/api/v1/rien"), 404) and refus(client.get("/api/v2/dispositifs"), 404)
    refusee = client.delete(FMT)
    assert refus(refusee, 405) and refusee.headers["allow"] == "POST"


# --- the server goes on


def test_une_longue_liste_ne_bloque_pas_les_autres(serveur: tuple[str, int], cas_fmt: dict[str, Any]) -> None:
    """Hold: while a list is computed, a small case is answered many times."""
    prevention = max((c for c in CAS if c["dispositif"] == "prevention" and "refus" not in c["attendu"]), key=lambda c: len(json.dumps(c["demande"])))
    liste = json.dumps([prevention["demande"]] * 150).encode()

    def poster(chemin: str, corps: bytes) -> tuple[int, float]:
        debut = time.perf_counter()
        connexion = HTTPConnection(*serveur, timeout=120)
        connexion.request("POST", chemin, corps, JSON)
        reponse = connexion.getresponse()
        reponse.read()
        return reponse.status, time.perf_counter() - debut

    petit = json.dumps(cas_fmt).encode()
    poster(FMT, petit)
    with ThreadPoolExecutor(1) as fil:
        longue = fil.submit(poster, "/api/v1/dispositifs/prevention/calcul", liste)
        time.sleep(0.2)
        durees = []
        while not longue.done():
            statut, duree = poster(FMT, petit)
            assert statut == 200
            durees.append(duree)
        assert longue.result()[0] == 200
    assert len(durees) >= 5 and max(durees) < longue.result()[1] / 2, (durees, longue.result())


@pytest.mark.parametrize("chemin", ["/api/v1/panne", "/panne"])
def test_une_panne_ne_repete_pas_ce_qui_fut_envoye(reglages: Reglages, caplog: pytest.LogCaptureFixture, chemin: str) -> None:
    """Hold: what breaks is said to be ours; neither the answer nor the log has the message of the exception."""

    def casser() -> None:
        raise ValueError(NIR)

    app = creer_application(reglages)
    app.add_api_route(chemin, casser)
    with TestClient(app, "http://127.0.0.1") as client:
        reponse = client.get(chemin)
    assert reponse.status_code == 500 and "journal du serveur" in reponse.text
    assert reponse.headers["content-type"].startswith("application/problem+json" if "api" in chemin else "text/html")
    assert NIR not in reponse.text + caplog.text
    assert "ValueError : casser (test_calcul.py" in caplog.text


def test_le_reste_se_refuse_comme_un_probleme(reglages: Reglages) -> None:
    with TestClient(creer_application(reglages), "http://127.0.0.1") as client:
        assert refus(client.get("/api/v1/rien"), 404)
        assert client.get("/rien").headers["content-type"].startswith("text/html")


def test_chauffer_met_de_cote_ce_qui_reste() -> None:
    """Hold: what is loaded once is not looked through again at each collection."""
    api.chauffer()
    try:
        assert gc.get_freeze_count() > 100_000
    finally:
        gc.unfreeze()
