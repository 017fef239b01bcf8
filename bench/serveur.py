"""The API under load: latencies at a fixed rate, a thousand connections at once, against a bare route of the framework.

    python bench/serveur.py                                     # starts `convmed serveur` and the peer, measures, prints JSON
    python bench/serveur.py --url http://127.0.0.1:8000         # a server that is already there
    python bench/serveur.py --debit 200 --secondes 30 --connexions 1000

Load is open: request number i leaves at its own time i / rate, whether the others were answered or not, and its latency
counts from that time. A server that stalls is charged for all who would have come meanwhile (no coordinated omission).
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import platform
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

CHEMIN = "/api/v1/dispositifs/forfait-medecin-traitant/calcul"
CAS = {
    "annee": 2026,
    "entree": {
        "medecin": {"secteur": "1", "option_tarifaire": "aucune", "zone": "zip", "qpv": False, "date_naissance": "1980-05-01"},
        "patients": [
            {"patient": "p1", "date_naissance": "1940-01-01", "ald": True, "c2s": True, "date_derniere_consultation": "2025-06-01"}
        ],
    },
}
DELAI = 30.0
TOTAL = 120


class Connexion:
    """One kept-alive connection, written on bare sockets: what is measured is the server."""

    def __init__(self, hote: str, port: int) -> None:
        self.hote, self.port = hote, port
        self.flux: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def demander(self, requete: bytes) -> tuple[int, bytes]:
        """Send a request and return the status and the body of its answer."""
        if self.flux is not None and self.flux[0].at_eof():
            # A server closes a connection that was idle too long: that is no error.
            self.fermer()
        if self.flux is None:
            self.flux = await asyncio.open_connection(self.hote, self.port)
        lecteur, ecrivain = self.flux
        ecrivain.write(requete)
        en_tete = (await lecteur.readuntil(b"\r\n\r\n")).lower()
        longueur = int(en_tete.partition(b"content-length:")[2].partition(b"\r\n")[0])
        return int(en_tete[9:12]), await lecteur.readexactly(longueur)

    def fermer(self) -> None:
        if self.flux is not None:
            self.flux[1].close()
            self.flux = None


def requete(hote: str, port: int, chemin: str) -> bytes:
    corps = json.dumps(CAS).encode()
    return (f"POST {chemin} HTTP/1.1\r\nHost: {hote}:{port}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(corps)}\r\n\r\n").encode() + corps  # fmt: skip


async def a_debit_fixe(hote: str, port: int, chemin: str, debit: float, secondes: float) -> dict[str, Any]:
    """Send at a fixed rate, on as many connections as are needed; latencies from the time at which each was due."""
    a_envoyer, libres, latences, erreurs, ouvertes = requete(hote, port, chemin), [], [], [], 0
    debut = time.perf_counter() + 0.1

    async def un(du: float) -> None:
        nonlocal ouvertes
        connexion = libres.pop() if libres else Connexion(hote, port)
        ouvertes += connexion.flux is None
        try:
            statut, corps = await asyncio.wait_for(connexion.demander(a_envoyer), DELAI)
        except Exception as erreur:
            erreurs.append(type(erreur).__name__)
            connexion.fermer()
            return
        latences.append(time.perf_counter() - du)
        libres.append(connexion)
        if statut != 200 or b'"total":%d' % TOTAL not in corps:
            erreurs.append(f"statut {statut}")

    taches = []
    for rang in range(int(debit * secondes)):
        du = debut + rang / debit
        if (attente := du - time.perf_counter()) > 0:
            await asyncio.sleep(attente)
        taches.append(asyncio.create_task(un(du)))
    await asyncio.gather(*taches)
    for connexion in libres:
        connexion.fermer()
    return {"debit": debit, "secondes": secondes, **resume(latences), "erreurs": len(erreurs), "genres": sorted(set(erreurs)), "connexions": ouvertes}


async def ensemble(hote: str, port: int, chemin: str, connexions: int, fois: int) -> dict[str, Any]:
    """Open connections all at once, and send on each several requests in turn; nobody may be refused."""
    a_envoyer, latences, erreurs = requete(hote, port, chemin), [], []

    async def un() -> None:
        connexion = Connexion(hote, port)
        try:
            for _ in range(fois):
                du = time.perf_counter()
                statut, _ = await asyncio.wait_for(connexion.demander(a_envoyer), 2 * DELAI)
                latences.append(time.perf_counter() - du)
                if statut != 200:
                    erreurs.append(f"statut {statut}")
        except Exception as erreur:
            erreurs.append(type(erreur).__name__)
        finally:
            connexion.fermer()

    debut = time.perf_counter()
    await asyncio.gather(*(un() for _ in range(connexions)))
    duree = time.perf_counter() - debut
    return {"connexions": connexions, "fois": fois, **resume(latences), "erreurs": len(erreurs), "genres": sorted(set(erreurs)),
            "par_seconde": round(len(latences) / duree)}  # fmt: skip


def resume(latences: Sequence[float]) -> dict[str, Any]:
    triees = sorted(latences)

    def rang(part: float) -> float | None:
        return round(1000 * triees[min(len(triees) - 1, int(part * len(triees)))], 2) if triees else None

    return {"reponses": len(triees), "p50_ms": rang(0.5), "p90_ms": rang(0.9), "p99_ms": rang(0.99), "p999_ms": rang(0.999), "max_ms": rang(1)}


@contextmanager
def lance(commande: Sequence[str], port: int) -> Iterator[int]:
    """Run a server in a process of its own until the measures are done."""
    processus = subprocess.Popen(commande, start_new_session=True, cwd=Path(__file__).parent)
    try:
        fin = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                if processus.poll() is not None or time.monotonic() > fin:
                    raise SystemExit(f"le serveur ne démarre pas : {' '.join(commande)}") from None
                time.sleep(0.1)
        yield processus.pid
    finally:
        os.killpg(processus.pid, signal.SIGTERM)
        processus.wait(30)


def port_libre() -> int:
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        return int(prise.getsockname()[1])


def processeur(pid: int) -> float:
    """Return the seconds of processor that a process and its children spent: what a busy machine changes least."""
    pids = [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
    champs = [Path(f"/proc/{p}/stat").read_text().rpartition(")")[2].split() for p in pids]
    return sum(int(c[11]) + int(c[12]) for c in champs) / os.sysconf("SC_CLK_TCK")


async def mesurer(hote: str, port: int, chemin: str, options: argparse.Namespace, pid: int | None = None) -> dict[str, Any]:
    await a_debit_fixe(hote, port, chemin, 50, 3)
    gc.collect()
    gc.freeze()
    passages = []
    for _ in range(options.passages):
        avant = processeur(pid) if pid else 0
        passages.append(await a_debit_fixe(hote, port, chemin, options.debit, options.secondes))
        if pid and passages[-1]["reponses"]:
            passages[-1]["processeur_ms"] = round(1000 * (processeur(pid) - avant) / passages[-1]["reponses"], 2)
    return {"a_debit_fixe": passages, "ensemble": await ensemble(hote, port, chemin, options.connexions, 3)}


def principal() -> None:
    lecteur = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    lecteur.add_argument("--url", help="a server that is already there")
    lecteur.add_argument("--chemin", default=CHEMIN)
    lecteur.add_argument("--debit", type=float, default=200)
    lecteur.add_argument("--secondes", type=float, default=20)
    lecteur.add_argument("--passages", type=int, default=3)
    lecteur.add_argument("--connexions", type=int, default=1000)
    options = lecteur.parse_args()
    mesures: dict[str, Any] = {"machine": {"processeurs": os.cpu_count(), "python": platform.python_version(), "charge": os.getloadavg()}}
    if options.url:
        adresse = urlsplit(options.url)
        mesures["url"] = asyncio.run(mesurer(adresse.hostname or "", adresse.port or 80, options.chemin, options))
    else:
        uvicorn = [sys.executable, "-m", "uvicorn", "--log-level", "warning", "--no-access-log", "--backlog", "4096"]
        pairs = {
            "convmed": (lambda port: [sys.executable, "-m", "convmed.interfaces", "serveur", "--port", str(port)], CHEMIN),
            "fastapi_nu": (lambda port: [*uvicorn, "--port", str(port), "serveur_pair:application"], CHEMIN),
        }
        for nom, (commande, chemin) in pairs.items():
            port = port_libre()
            with lance(commande(port), port) as pid:
                mesures[nom] = asyncio.run(mesurer("127.0.0.1", port, chemin, options, pid))
    print(json.dumps(mesures, indent=1))
    rates = [m for nom, pair in mesures.items() if nom != "machine" for m in (*pair["a_debit_fixe"], pair["ensemble"]) if m["erreurs"]]
    sys.exit(1 if rates else 0)


if __name__ == "__main__":
    principal()
