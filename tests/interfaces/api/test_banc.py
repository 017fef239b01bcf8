"""The conformance kit: its cases are whole, its judge sees a difference, its runner finds none in convmed itself."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from convmed.dispositifs.contrat import CasRefuses, repondre
from convmed.dispositifs.socle import tous
from convmed.interfaces.api.banc import banc, cas_de, ecarts, juger
from convmed.normes.etat import exemples
from convmed.textes.bareme import dossiers_des_dispositifs

Lancer = Callable[..., tuple[int, bytes, bytes]]
FMT = "forfait-medecin-traitant"


@pytest.fixture
def commande(lanceur: Callable[..., Any]) -> Any:
    return lanceur("banc-d-essai")


def reponses_de(dispositif: str) -> dict[str, Any]:
    """Return what convmed answers to each case of a dispositif, as a program would write it to a file."""
    reponses: dict[str, Any] = {}
    for cas in cas_de(dispositif):
        try:
            reponses[cas["id"]] = repondre(dispositif, cas["demande"])
        except CasRefuses as refus:
            reponses[cas["id"]] = {"erreurs": refus.erreurs}
    return json.loads(json.dumps(reponses, default=str))  # type: ignore[no-any-return]


# --- the cases


def test_le_banc_a_tous_les_exemples() -> None:
    cas = banc()["cas"]
    assert len(cas) == sum(len(exemples(dossier)) for dossier in dossiers_des_dispositifs().values())
    assert {un["dispositif"] for un in cas} == set(tous())
    assert len({un["id"] for un in cas}) == len(cas)
    for un in cas:
        assert set(un) == {"id", "dispositif", "nom", "demande", "attendu", "source", "normes", "references"}
        assert un["id"].isascii() and un["attendu"] and un["source"]
    assert any(un["references"] for un in cas)


def test_les_cas_s_ecrivent(commande: Any, tmp_path: Path) -> None:
    sortie = tmp_path / "cas.json"
    assert commande.octets("cas", "--dispositif", "vsm", "--sortie", sortie) == b""
    ecrits = json.loads(sortie.read_bytes())
    assert ecrits["version"] and ecrits["cas"] == json.loads(json.dumps(cas_de("vsm")))
    assert len(json.loads(commande.octets("cas"))["cas"]) == len(banc()["cas"])
    assert "dispositif inconnu" in commande.refus("cas", "--dispositif", "vms")


# --- the judge

OBTENU = {"total": 110, "taux": 0.302, "du": True, "rien": None, "liste": [{"a": 1, "b": 2}, {"a": 5}], "mot": "x"}


@pytest.mark.parametrize("attendu", [{}, {"total": 110.0}, {"total": 109.9999999}, {"liste": [{}, {"a": 5}]}, {"rien": None, "du": True, "mot": "x"}])
def test_ce_qui_est_pareil(attendu: Any) -> None:
    assert not list(ecarts(attendu, OBTENU, "r"))


@pytest.mark.parametrize(("attendu", "lieu"), [
    ({"total": 110.01}, "r.total"), ({"total": 109.99}, "r.total"), ({"taux": 0.3}, "r.taux"), ({"du": 1}, "r.du"), ({"total": True}, "r.total"),
    ({"rien": 0}, "r.rien"), ({"rien": False}, "r.rien"), ({"absent": None}, "r.absent"), ({"liste": [{}]}, "r.liste"), ({"mot": "X"}, "r.mot"),
    ({"liste": [{"b": 3}, {}]}, "r.liste[0].b"), ({"liste": {}}, "r.liste"), ({"total": "110"}, "r.total"), ({"mot": ["x"]}, "r.mot"),
])  # fmt: skip
def test_un_ecart_se_voit_a_sa_place(attendu: Any, lieu: str) -> None:
    (dit,) = ecarts(attendu, OBTENU, "r")
    assert dit.split(" ")[0] == lieu


def test_chaque_paiement_attendu_a_le_sien() -> None:
    def lignes(*attendues: dict[str, Any]) -> list[str]:
        return juger({"attendu": {"lignes": list(attendues)}}, 200, {"resultats": {}, "lignes": [{"montant": 5, "x": 1}, {"montant": 3}]})

    assert not lignes() and not lignes({"montant": 3}, {"montant": 5})
    assert "lignes[1]" in lignes({"montant": 5}, {"montant": 5})[0]
    assert lignes({"montant": 4})


@pytest.mark.parametrize(("statut", "reponse", "nombre"), [
    (422, {"erreurs": [{"champ": "entree.a"}, {"champ": "entree.b", "message": "dit autrement"}]}, 0),
    (422, {"erreurs": [{"champ": "entree.a"}]}, 1), (422, {"erreurs": [{"champ": "entree.a"}, {"champ": "entree.b"}, {"champ": "c"}]}, 1),
    (400, {"erreurs": [{"champ": "entree.a"}, {"champ": "entree.b"}]}, 1), (200, {"resultats": {}, "lignes": []}, 1), (422, None, 1),
])  # fmt: skip
def test_un_refus_est_celui_des_memes_champs(statut: int, reponse: Any, nombre: int) -> None:
    assert len(juger({"attendu": {"refus": [{"champ": "entree.a"}, {"champ": "entree.b"}]}}, statut, reponse)) == nombre


def test_un_refus_inattendu_dit_sa_raison() -> None:
    (dit,) = juger({"attendu": {"resultats": {}}}, 422, {"erreurs": [{"champ": "entree.x", "message": "non"}]})
    assert "422" in dit and "entree.x : non" in dit
    assert juger({"attendu": {"resultats": {}}}, 200, {"resultats": {}})
    assert juger({"attendu": {"resultats": {}}}, 200, [])


# --- the runner


def test_l_api_de_convmed_est_conforme(commande: Any, serveur: tuple[str, int]) -> None:
    """Hold: zero difference, on every case, through a real server."""
    adresse = "http://{}:{}/api/v1".format(*serveur)
    code, sortie, erreur = commande.lancer("verifier", "--url", adresse, "--format", "json")
    bilan = json.loads(sortie)
    assert (code, erreur) == (0, b""), [d["ecarts"] for d in bilan["par_dispositif"] if d["ecarts"]]
    assert bilan["cas"] == bilan["conformes"] == len(banc()["cas"])
    assert {d["dispositif"] for d in bilan["par_dispositif"]} == set(tous())


def test_un_fichier_de_reponses_se_verifie(commande: Any, tmp_path: Path) -> None:
    fichier = tmp_path / "reponses.json"
    reponses = reponses_de(FMT)
    fichier.write_text(json.dumps(reponses), "utf-8")
    assert "0\u00a0écart" in commande.reussit("verifier", "--reponses", fichier, "--dispositif", FMT)
    touche, perdu = [cle for cle, reponse in reponses.items() if reponse.get("resultats", {}).get("total")][:2]
    reponses[touche]["resultats"]["total"] += 0.01
    del reponses[perdu]
    fichier.write_text(json.dumps(reponses), "utf-8")
    code, sortie, _ = commande.lancer("verifier", "--reponses", fichier, "--dispositif", FMT)
    texte = sortie.decode()
    assert code == 1 and "2\u00a0écarts" in texte
    assert f"{touche}\n  resultats.total vaut" in texte and f"{perdu}\n  pas de réponse" in texte
    code, sortie, _ = commande.lancer("verifier", "--reponses", fichier, "--dispositif", FMT, "--format", "json")
    (bilan,) = json.loads(sortie)["par_dispositif"]
    assert code == 1 and [ecart["id"] for ecart in bilan["ecarts"]] == [cas["id"] for cas in cas_de(FMT) if cas["id"] in (touche, perdu)]


@pytest.mark.parametrize(("contenu", "dit"), [("[]", "un objet JSON"), ("{", "JSON illisible"), ('{"vsm/inventé": {}}', "cas inconnu du banc")])
def test_un_fichier_de_reponses_mal_fait_est_refuse(commande: Any, tmp_path: Path, contenu: str, dit: str) -> None:
    fichier = tmp_path / "reponses.json"
    fichier.write_text(contenu, "utf-8")
    assert dit in commande.refus("verifier", "--reponses", fichier)
    assert "n'existe pas" in commande.refus("verifier", "--reponses", tmp_path / "absent.json")


@pytest.mark.parametrize(("options", "dit"), [
    ((), "--url ou --reponses"), (("--url", "http://x", "--reponses", "y"), "--url ou --reponses"), (("--url", "ftp://x"), "adresse refusée"),
    (("--url", "http://"), "adresse refusée"), (("--url", "http://x:99999/"), "adresse refusée"), (("--url", "http://h/\r\nX: 1"), "adresse refusée"),
    (("--url", "http://moi:secret@h/"), "adresse refusée"), (("--url", "http://127.0.0.1:9/"), "connexion refusée"),
    (("--url", "http://nulle.invalid/"), "aucune machine"), (("--url", "http://127.0.0.1:9/", "--delai", "0"), "--delai"),
])  # fmt: skip
def test_un_mauvais_usage_se_dit(commande: Any, options: tuple[str, ...], dit: str) -> None:
    refus = commande.refus("verifier", "--dispositif", "vsm", *options)
    assert dit in refus and "secret" not in refus


class Autre(BaseHTTPRequestHandler):
    """Another program's API: answers, by the dispositif asked, what such a program might."""

    protocol_version = "HTTP/1.1"
    corps: ClassVar[dict[str, bytes]] = {"vsm": b"<p>pas du JSON</p>", "facturation": b"[" * 100_000}

    def do_POST(self) -> None:
        dispositif = self.path.split("/")[-2]
        self.rfile.read(int(self.headers["Content-Length"]))
        if dispositif == "capitation":
            self.wfile.write(b"\x00\x01 rien de connu\r\n\r\n")
            self.close_connection = True
            return
        if dispositif == "tiers-payant":
            threading.Event().wait(1)
        corps = self.corps.get(dispositif, b'{"resultats": {}}')
        self.send_response(302 if dispositif == "observatoires" else 200)
        self.send_header("Location", "http://127.0.0.1:9/ailleurs")
        self.send_header("Content-Length", str(len(corps)))
        self.end_headers()
        self.wfile.write(corps)
        # A server may close without a word.
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def autre() -> Iterator[str]:
    serveur = ThreadingHTTPServer(("127.0.0.1", 0), Autre)
    threading.Thread(target=serveur.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{serveur.server_address[1]}/api/"
    serveur.shutdown()
    serveur.server_close()


@pytest.mark.parametrize(("dispositif", "dit"), [("vsm", "statut 200, une réponse"), ("facturation", "statut 200, une réponse"),
                                                 ("observatoires", "statut 302"), ("bucco-dentaire", "lignes : une liste")])  # fmt: skip
def test_un_autre_programme_s_ecarte(commande: Any, autre: str, dispositif: str, dit: str) -> None:
    code, sortie, _ = commande.lancer("verifier", "--url", autre, "--dispositif", dispositif)
    assert code == 1 and dit in sortie.decode()


@pytest.mark.parametrize(("dispositif", "dit"), [("capitation", "ce n'est pas du HTTP"), ("tiers-payant", "pas de réponse en 0.2 s")])
def test_qui_ne_repond_pas_du_tout_n_est_pas_juge(commande: Any, autre: str, dispositif: str, dit: str) -> None:
    assert dit in commande.refus("verifier", "--url", autre, "--dispositif", dispositif, "--delai", "0.2")
