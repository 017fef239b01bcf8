"""Times each page of the web application in a real Chromium: the server's answer, the loaded page, and the bytes that travelled.

    python bench/pages.py --dossier /tmp/pages-bench     # starts « convmed serveur » and prints a Markdown table

Each page is loaded `PASSAGES` times after one that warms it; the first visit of all has an empty cache, so that its bytes count
style and scripts. The dossier is the largest example; with `--patients N` a practice of that size is made from it.
"""

from __future__ import annotations

import argparse
import csv
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

EXEMPLE = Path(__file__).parents[1] / "exemples" / "cabinet-zip"
PASSAGES = 20
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
COTER = "/coter?date_heure=2026-01-15T19:30&specialite=01&secteur=1&lieu=cabinet&age=40&regulation=sas"
MESURE = """() => {
  const page = performance.getEntriesByType("navigation")[0];
  const autres = performance.getEntriesByType("resource");
  const octets = autres.reduce((somme, une) => somme + une.transferSize, page.transferSize);
  return [page.responseEnd - page.requestStart, page.loadEventEnd, octets];
}"""


@dataclass
class Mesure:
    """A page: milliseconds of the server and of the loaded page (median, worst), bytes with an empty cache."""

    nom: str
    serveur: list[float]
    chargee: list[float]
    octets: int


def agrandir(vers: Path, patients: int) -> Path:
    """Write a practice of that many patients: those of the example again and again, under other names."""
    shutil.rmtree(vers, ignore_errors=True)
    shutil.copytree(EXEMPLE, vers)
    (vers / "paiements.csv").unlink(missing_ok=True)
    lus = {nom: list(csv.reader((EXEMPLE / nom).open(encoding="utf-8-sig"), delimiter=";")) for nom in ("patients.csv", "evenements.csv")}
    combien = len(lus["patients.csv"]) - 1
    for nom, (entete, *rangees) in lus.items():
        rang = entete.index("patient")
        with (vers / nom).open("w", encoding="utf-8", newline="") as fichier:
            ecrivain = csv.writer(fichier, delimiter=";")
            ecrivain.writerow(entete)
            for tour in range(-(-patients // combien)):
                ecrivain.writerows([*r[:rang], f"{r[rang]}-{tour}", *r[rang + 1 :]] for r in rangees)
    return vers


def mesurer(chromium: Browser, nom: str, adresse: str, temoins: list[dict[str, object]]) -> Mesure:
    """Load a page with an empty cache, then `PASSAGES` times."""
    contexte = chromium.new_context(locale="fr-FR")
    contexte.add_cookies(temoins)  # type: ignore[arg-type]
    page = contexte.new_page()
    lus = []
    for _ in range(PASSAGES + 1):
        reponse = page.goto(adresse)
        assert reponse is not None and reponse.ok, f"{nom} : {reponse and reponse.status}"
        lus.append(page.evaluate(MESURE))
    contexte.close()
    return Mesure(nom, [un[0] for un in lus[1:]], [un[1] for un in lus[1:]], int(lus[0][2]))


def deposer(page: Page, adresse: str, dossier: Path) -> str:
    """Bring a practice to the server as a visitor does; return the path of its page."""
    page.goto(f"{adresse}/cabinet")
    page.locator("form[action='/cabinet/depot'] input[type=file]").set_input_files([str(f) for f in sorted(dossier.iterdir()) if f.suffix in (".csv", ".toml")])
    page.locator("form[action='/cabinet/depot'] button[type=submit]").click()
    page.wait_for_url(re.compile(r"/cabinet/[0-9a-f-]{36}"))
    return "/" + "/".join(page.url.split("?")[0].split("/")[3:])


def main() -> None:
    """Measure every page, and print the table."""
    lecteur = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    lecteur.add_argument("--dossier", type=Path, required=True)
    lecteur.add_argument("--patients", type=int, default=2000)
    options = lecteur.parse_args()
    options.dossier.mkdir(parents=True, exist_ok=True)
    cabinet = agrandir(options.dossier / "cabinet", options.patients)
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        port = prise.getsockname()[1]
    adresse = f"http://127.0.0.1:{port}"
    commande = [str(Path(sys.executable).with_name("convmed")), "serveur", "--port", str(port)]
    with subprocess.Popen(commande, stderr=subprocess.DEVNULL, env=os.environ) as serveur, sync_playwright() as playwright:
        try:
            for _ in range(400):
                try:
                    urllib.request.urlopen(f"{adresse}/sante", timeout=1)
                    break
                except OSError:
                    time.sleep(0.1)
            chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
            visiteur = chromium.new_context()
            piece = deposer(visiteur.new_page(), adresse, cabinet)
            numero = piece.rsplit("/", 1)[1]
            pages = {
                "Accueil": "/", "Mon cabinet, relevé": piece, "Mon cabinet, calendrier": f"{piece}/calendrier", "Mon cabinet, comparaison": f"{piece}/comparaison",
                "Mon cabinet, et si": f"{piece}/hypotheses", "Mon cabinet, d'où vient la ligne 1": f"{piece}/ligne/1", "Mes patients": f"/patients/{numero}",
                "Mes patients, un patient": f"/patients/{numero}/1", "Coter": COTER, "Mes contrats": "/contrats", "Procédures": "/procedures", "Négocier": "/negocier",
                "Le texte": "/texte", "Le texte, un dispositif": "/texte/forfait-medecin-traitant", "Le texte, ses règles": "/texte/forfait-medecin-traitant/regles",
                "Le texte, ses chiffres": "/texte/tarifs/chiffres", "Le texte, recherche": "/texte/recherche?q=ald",
            }  # fmt: skip
            temoins = visiteur.cookies()
            mesures = [mesurer(chromium, nom, adresse + chemin, temoins) for nom, chemin in pages.items()]  # type: ignore[arg-type]
        finally:
            serveur.terminate()
    print(f"Un cabinet de {options.patients} patients, charge de la machine {os.getloadavg()[0]:.1f}\n")
    print("| page | serveur, médiane | serveur, pire | page chargée, médiane | pire | octets, cache vide |\n|---|---|---|---|---|---|")
    for m in mesures:
        print(f"| {m.nom} | {statistics.median(m.serveur):.0f} ms | {max(m.serveur):.0f} ms | {statistics.median(m.chargee):.0f} ms | {max(m.chargee):.0f} ms | {m.octets / 1000:.0f} ko |")


if __name__ == "__main__":
    main()
