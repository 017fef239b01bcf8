"""What a stranger, a neighbour's page or a clumsy program may send to the server, and what it answers."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.navigateur.conftest import serveur_lance

CALCUL = "/api/v1/dispositifs/forfait-medecin-traitant/calcul"


def demander(serveur: str, methode: str, chemin: str, corps: bytes | Iterator[bytes] | None = None, **entetes: str) -> tuple[int, dict[str, str], bytes]:
    lien = http.client.HTTPConnection(urlsplit(serveur).netloc, timeout=30)
    try:
        lien.request(methode, chemin, corps, {nom.replace("_", "-"): valeur for nom, valeur in entetes.items()})
        reponse = lien.getresponse()
        return reponse.status, {nom.lower(): valeur for nom, valeur in reponse.getheaders()}, reponse.read()
    finally:
        lien.close()


@pytest.mark.parametrize("chemin", ["/", "/sante", "/api/v1/dispositifs", "/openapi.json", "/nulle-part", CALCUL])
def test_chaque_reponse_porte_ses_defenses(serveur: str, chemin: str) -> None:
    _, entetes, _ = demander(serveur, "GET", chemin)
    assert entetes["x-content-type-options"] == "nosniff"
    assert entetes["x-frame-options"] == "DENY"
    assert entetes["referrer-policy"] == "same-origin"
    assert "frame-ancestors 'none'" in entetes["content-security-policy"]
    assert "access-control-allow-origin" not in entetes
    assert "server" not in entetes


def test_une_page_n_est_pas_gardee_par_le_navigateur(serveur: str) -> None:
    assert demander(serveur, "GET", "/")[1]["cache-control"] == "no-store"


def test_les_ressources_se_gardent_un_an(serveur: str) -> None:
    page = demander(serveur, "GET", "/")[2].decode()
    feuille = page.split('rel="stylesheet" href="')[1].split('"')[0]
    statut, entetes, _ = demander(serveur, "GET", feuille)
    assert statut == 200 and "immutable" in entetes["cache-control"]


@pytest.mark.parametrize("hote", ["exemple.fr", "127.0.0.1.exemple.fr", "convmed.localhost.exemple.fr"])
def test_un_autre_nom_n_ouvre_pas_le_poste(serveur: str, hote: str) -> None:
    """A page elsewhere whose name comes to point at this machine (DNS rebinding) must not read it."""
    assert demander(serveur, "GET", "/", Host=hote)[0] == 400


@pytest.mark.parametrize("chemin", ["/statique/../cli.py", "/statique/x/%2e%2e/%2e%2e/cli.py", "/statique/x/..%2f..%2fcli.py", "//etc/passwd", "/%2e%2e/%2e%2e/etc/passwd"])
def test_on_ne_remonte_pas_dans_les_dossiers(serveur: str, chemin: str) -> None:
    page = demander(serveur, "GET", "/")[2].decode()
    empreinte = page.split("/statique/")[1].split("/")[0]
    statut, _, corps = demander(serveur, "GET", chemin.replace("/x/", f"/{empreinte}/"))
    assert statut == 404 and b"import click" not in corps and b"root:" not in corps


def test_un_envoi_trop_grand_est_refuse_a_son_annonce(serveur: str) -> None:
    lien = socket.create_connection(urlsplit(serveur).netloc.split(":"), timeout=30)  # type: ignore[arg-type]
    lien.sendall(f"POST {CALCUL} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n".encode())
    debut = lien.recv(4096)
    lien.close()
    assert b" 413 " in debut.split(b"\r\n")[0]


def test_un_envoi_sans_taille_est_coupe_en_route(serveur: str) -> None:
    morceaux = (b" " * 1_000_000 for _ in range(40))
    try:
        statut, entetes, corps = demander(serveur, "POST", CALCUL, morceaux, Content_Type="application/json", Transfer_Encoding="chunked")
    except (BrokenPipeError, ConnectionResetError):
        return  # the server hung up before the end: it took no more
    assert statut == 413
    assert entetes["content-type"].startswith("application/problem+json")
    assert json.loads(corps)["status"] == 413


@pytest.mark.parametrize("methode", ["PUT", "DELETE", "PATCH", "TRACE"])
def test_les_autres_verbes_ne_font_rien(serveur: str, methode: str) -> None:
    assert demander(serveur, methode, "/")[0] in (403, 404, 405)


def test_un_formulaire_sans_preuve_n_ecrit_rien(serveur: str) -> None:
    for chemin in ("/cabinet/depot", "/cabinet/nouveau", "/contrats", "/procedures", "/deconnexion"):
        statut, _, corps = demander(serveur, "POST", chemin, b"a=1", Content_Type="application/x-www-form-urlencoded")
        assert statut in (403, 404, 405), chemin
        assert b"Traceback" not in corps


def test_les_metriques_restent_sur_la_machine(serveur: str) -> None:
    demander(serveur, "GET", "/")
    statut, _, corps = demander(serveur, "GET", "/metriques")
    assert statut == 200 and b"convmed_pieces_dossier" in corps
    assert b'convmed_demandes_secondes_count{methode="GET",route="/",statut="200"}' in corps
    assert demander(serveur, "PROPFIND", "/nulle-part?nom=MARTIN")[0] in (404, 405)
    corps = demander(serveur, "GET", "/metriques")[2]
    assert b"MARTIN" not in corps and b"PROPFIND" not in corps and b'methode="autre"' in corps
    assert demander(serveur, "GET", "/metriques", X_Forwarded_For="203.0.113.9")[0] == 404


def test_la_sante(serveur: str) -> None:
    statut, _, corps = demander(serveur, "GET", "/sante")
    assert statut == 200 and json.loads(corps)["etat"] == "ok"


@pytest.mark.parametrize(("options", "dit"), [
    (("--hote", "0.0.0.0"), "demande des comptes"),
    (("--hote", "0.0.0.0", "--comptes"), "demandent une base"),
    (("--comptes",), "demandent une base"),
    (("--base", "sqlite:///poste.db"), "il manque la clé de la base"),
    (("--base", "sqlite:///poste.db", "--cle", "absente"), "absente"),
    (("--port", "99999"), "port"),
])  # fmt: skip
def test_ce_qui_n_est_pas_sur_ne_demarre_pas(tmp_path: Path, options: tuple[str, ...], dit: str) -> None:
    fini = subprocess.run([sys.executable, "-m", "convmed.interfaces", "serveur", *options], check=False, cwd=tmp_path, capture_output=True, timeout=60, text=True)
    assert fini.returncode == 2 and dit in fini.stderr and "Traceback" not in fini.stderr
    assert not list(tmp_path.iterdir()), "rien n'est écrit"


def test_l_arret_efface_le_dossier_provisoire(tmp_path: Path, port_libre: Callable[[], int]) -> None:
    with serveur_lance(port=port_libre(), environnement={"TMPDIR": str(tmp_path)}):
        assert {fichier.stat().st_mode & 0o777 for fichier in tmp_path.glob("convmed-*")} == {0o700}
    assert not list(tmp_path.iterdir())


def test_le_navigateur_s_ouvre_sur_un_serveur_qui_repond(tmp_path: Path, port_libre: Callable[[], int]) -> None:
    temoin, commande = tmp_path / "statut", tmp_path / "navigateur"
    commande.write_text(f"#!/bin/sh\n{sys.executable} -c 'import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1]).status)' \"$1\" > {temoin}\n")
    commande.chmod(0o700)
    with serveur_lance("--ouvrir", port=port_libre(), environnement={"BROWSER": str(commande)}):
        for _ in range(200):
            if temoin.is_file() and temoin.read_text().strip():
                break
            time.sleep(0.1)
        assert temoin.read_text().strip() == "200"
