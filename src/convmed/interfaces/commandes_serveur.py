"""`convmed serveur`: the web application and the API, for a desk or for a team."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from convmed.interfaces.console import CommandeEnFrancais
from convmed.textes import Erreurs, Faute

if TYPE_CHECKING:
    from convmed.interfaces.serveur.reglages import Reglages


@click.command(cls=CommandeEnFrancais)
@click.option("--hote", default="127.0.0.1", show_default=True, help="L'adresse d'écoute. Une autre que celle de la machine demande des comptes et une clé.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Le port ; 0 : un port libre.")
@click.option("--base", envvar="CONVMED_BASE", help="Où garder les dossiers : sqlite:///convmed.db ou postgresql://... Sans elle, tout s'oublie à l'arrêt.")
@click.option("--cle", type=click.Path(dir_okay=False, path_type=Path), help="Le fichier de la clé (convmed cle nouvelle), ou la variable CONVMED_CLE.")
@click.option("--comptes/--sans-comptes", default=None, help="Demander de se connecter ; d'office avec PostgreSQL.")
@click.option("--ouvriers", type=click.IntRange(1, 64), default=1, show_default=True, help="Le nombre de processus.")
@click.option("--nom-public", multiple=True, help="Un nom sous lequel le serveur est appelé (répétable).")
@click.option("--derriere-proxy", help="L'adresse du serveur frontal qui termine HTTPS : ses en-têtes sont crus, les témoins deviennent « Secure ».")
@click.option("--oidc-emetteur", default="", envvar="CONVMED_OIDC_EMETTEUR", help="L'adresse du fournisseur OpenID Connect.")
@click.option("--oidc-client", default="", envvar="CONVMED_OIDC_CLIENT", help="Notre identifiant chez lui ; le secret est dans CONVMED_OIDC_SECRET.")
@click.option("--oidc-nom", default="mon organisation", envvar="CONVMED_OIDC_NOM", show_default=True, help="Son nom sur le bouton de connexion.")
@click.option("--ouvrir", is_flag=True, help="Ouvrir le navigateur.")
def serveur(
    hote: str, port: int, base: str | None, cle: Path | None, comptes: bool | None, ouvriers: int, nom_public: tuple[str, ...],
    derriere_proxy: str | None, oidc_emetteur: str, oidc_client: str, oidc_nom: str, ouvrir: bool,
) -> None:  # fmt: skip
    """L'application web et l'API, sur ce poste ou pour une équipe."""
    from convmed.base.cles import Cle, lire_la_cle
    from convmed.base.coffre import Coffre
    from convmed.interfaces.serveur.reglages import Reglages, verifier

    provisoire = None
    if base is None:
        if comptes:
            raise Erreurs([Faute("des comptes demandent une base", champ="--base", attendu="sqlite:///convmed.db ou postgresql://...")])
        provisoire = tempfile.mkdtemp(prefix="convmed-")
        base, maitresse = f"sqlite:///{provisoire}/poste.db", Cle.nouvelle()
    else:
        maitresse = lire_la_cle(cle)
    try:
        reglages = Reglages(
            base=base, cle=maitresse.en_texte(), hote=hote, port=port or _port_libre(hote), hotes=nom_public, https=derriere_proxy is not None,
            comptes=not base.startswith("sqlite") if comptes is None else comptes, proxies=derriere_proxy or "",
            oidc_emetteur=oidc_emetteur, oidc_client=oidc_client, oidc_secret=os.environ.get("CONVMED_OIDC_SECRET", ""), oidc_nom=oidc_nom,
        )  # fmt: skip
        coffre = Coffre.ouvrir(base, maitresse, migrer=base.startswith("sqlite"))
        try:
            verifier(reglages, coffre.nombre_de_comptes())
        finally:
            coffre.fermer()
        _annoncer(reglages.hote, reglages.port, garde=provisoire is None)
        if ouvrir:
            threading.Thread(target=_ouvrir_quand_il_ecoute, args=(reglages.hote, reglages.port), daemon=True).start()
        _servir(reglages, ouvriers)
    finally:
        if provisoire is not None:
            shutil.rmtree(provisoire, ignore_errors=True)


def _servir(reglages: Reglages, ouvriers: int) -> None:
    os.environ.update(reglages.en_environnement())
    with tempfile.TemporaryDirectory(prefix="convmed-mesures-") as mesures:
        if ouvriers > 1:
            os.environ["PROMETHEUS_MULTIPROC_DIR"] = mesures
        _lancer(reglages, ouvriers)


def _lancer(reglages: Reglages, ouvriers: int) -> None:
    import uvicorn

    # uvicorn gives the signal back once it has stopped: ending by an exception lets the temporary folder go.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    uvicorn.run(
        "convmed.interfaces.serveur.application:creer", factory=True, host=reglages.hote, port=reglages.port, workers=ouvriers,
        log_config=_journaux("INFO" if reglages.comptes else "WARNING"), access_log=False, server_header=False, backlog=4096,
        timeout_graceful_shutdown=10, proxy_headers=bool(reglages.proxies), forwarded_allow_ips=reglages.proxies or None,
        h11_max_incomplete_event_size=64 * 1024,
    )  # fmt: skip


def _journaux(acces: str) -> dict[str, Any]:
    """Return what is logged: one line an event on stderr; ours name the route, and never the address that was asked for."""
    niveaux = {"uvicorn": "WARNING", "convmed.serveur": "INFO", "convmed.acces": acces}
    return {
        "version": 1, "disable_existing_loggers": False,
        "formatters": {"simple": {"format": "%(asctime)s %(levelname)s %(name)s : %(message)s"}},
        "handlers": {"erreur": {"class": "logging.StreamHandler", "formatter": "simple", "stream": "ext://sys.stderr"}},
        "loggers": {nom: {"handlers": ["erreur"], "level": niveau, "propagate": False} for nom, niveau in niveaux.items()},
    }  # fmt: skip


def _annoncer(hote: str, port: int, garde: bool) -> None:
    click.echo(f"convmed écoute sur http://{_dans_une_adresse(hote)}:{port}/ (Ctrl+C pour l'arrêter)", err=True)
    if not garde:
        click.echo("Ce que vous chargez reste sur ce poste et s'oublie à l'arrêt ; pour le garder : --base sqlite:///convmed.db", err=True)


def _ouvrir_quand_il_ecoute(hote: str, port: int) -> None:
    """Open the browser once somebody answers: a page that cannot be reached would be the first thing seen."""
    for _ in range(600):
        try:
            socket.create_connection((hote, port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
            continue
        webbrowser.open(f"http://{_dans_une_adresse(hote)}:{port}/")
        return


def _dans_une_adresse(hote: str) -> str:
    return f"[{hote}]" if ":" in hote else hote


def _port_libre(hote: str) -> int:
    with socket.socket(socket.AF_INET6 if ":" in hote else socket.AF_INET) as prise:
        prise.bind((hote, 0))
        port: int = prise.getsockname()[1]
        return port
