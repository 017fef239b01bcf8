"""Draws encounters as the JSON contract describes them, and writes them as the lines of a file of invoices."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

SPECIALITES = ("01", "03", "12", "15", "32", "33", "34", "42", "70", "04", "02")
MOTIFS = ("sortie-hospitalisation", "dossier-apa", "visite-longue", "avis-ponctuel", "examen-obligatoire", "consultation-complexe")
ACTES = ("DEQP003", "JKHD001", "GLQP012", "QZJA002", "YYYY010")
PARIS = ZoneInfo("Europe/Paris")
# Where a column of the file stands in the encounter.
COLONNES = {
    "specialite": ("medecin", "specialite"), "secteur": ("medecin", "secteur"), "option_tarifaire": ("medecin", "option_tarifaire"),
    "departement": ("medecin", "departement"), "date_naissance": ("patient", "date_naissance"), "ald": ("patient", "ald"),
    "c2s": ("patient", "c2s"),
}  # fmt: skip
SIMPLES = (
    "lieu", "tarif_opposable", "regulation", "patientele_mt", "patient_sans_mt", "adressage", "retour_au_mt", "date_heure_appel",
    "date_heure_adressage", "urgence_vitale", "motif", "parcours", "zone_montagne", "kilometres_aller_retour", "medecin_de_garde",
    "detresse", "suite_hospitaliere",
)  # fmt: skip


def ou_rien(strategie: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), strategie)


@st.composite
def seances(tirer: st.DrawFn) -> dict[str, Any]:
    """Draw an encounter whose price can be told: sector, option and excess are stated."""
    instant = tirer(st.datetimes(dt.datetime(2023, 6, 1), dt.datetime(2026, 12, 31))).replace(second=0, microsecond=0, tzinfo=PARIS)
    instant = instant.astimezone(dt.UTC)
    depuis = tirer(st.integers(0, 8 * 24 * 60))
    entree = {
        "codes": tirer(st.lists(st.sampled_from(ACTES), max_size=1)),
        "date_heure": instant.isoformat(),
        "medecin": {
            "specialite": tirer(st.sampled_from(SPECIALITES)),
            "secteur": tirer(st.sampled_from(("1", "2"))),
            "option_tarifaire": tirer(st.sampled_from(("aucune", "optam", "optam-aco"))),
            "departement": tirer(st.sampled_from(("75", "67", "971", "974", "976"))),
        },
        "patient": {
            "date_naissance": (instant.date() - dt.timedelta(tirer(st.integers(1, 100 * 365)))).isoformat(),
            "ald": tirer(ou_rien(st.booleans())),
            "c2s": tirer(ou_rien(st.booleans())),
        },
        "lieu": tirer(ou_rien(st.sampled_from(("cabinet", "domicile", "teleconsultation", "etablissement")))),
        "tarif_opposable": tirer(st.booleans()),
        "regulation": tirer(ou_rien(st.sampled_from(("sas", "centre-15", "pdsa")))),
        "patientele_mt": tirer(ou_rien(st.booleans())),
        "patient_sans_mt": tirer(ou_rien(st.booleans())),
        "adressage": tirer(ou_rien(st.sampled_from(("medecin-traitant", "urgentiste", "centre-15", "aucun")))),
        "retour_au_mt": tirer(ou_rien(st.booleans())),
        "date_heure_appel": tirer(ou_rien(st.just((instant - dt.timedelta(minutes=depuis)).isoformat()))),
        "date_heure_adressage": tirer(ou_rien(st.just((instant - dt.timedelta(minutes=depuis)).isoformat()))),
        "urgence_vitale": tirer(ou_rien(st.booleans())),
        "motif": tirer(ou_rien(st.sampled_from(MOTIFS))),
        "zone_montagne": tirer(ou_rien(st.booleans())),
        "kilometres_aller_retour": tirer(ou_rien(st.integers(0, 60))),
        "medecin_de_garde": tirer(ou_rien(st.booleans())),
    }
    entree["patient"] = {cle: valeur for cle, valeur in entree["patient"].items() if valeur is not None}
    return {cle: valeur for cle, valeur in entree.items() if valeur is not None}


def ligne(entree: dict[str, Any], facture: str, code: str, montant: Any) -> dict[str, Any]:
    """Return one line of a file of invoices for a code of an encounter."""
    cellules = {nom: entree.get(bloc, {}).get(champ) for nom, (bloc, champ) in COLONNES.items()}
    cellules |= {nom: entree.get(nom) for nom in SIMPLES}
    cellules |= {"facture": facture, "medecin": f"M{facture}", "patient": f"P{facture}", "date_heure": entree["date_heure"],
                 "code": code, "montant": montant}  # fmt: skip
    return {nom: "" if v is None else ("oui" if v else "non") if isinstance(v, bool) else v for nom, v in cellules.items()}


def ecrire(fichier: Path, lignes: list[dict[str, Any]]) -> Path:
    """Write lines as a CSV file."""
    with fichier.open("w", encoding="utf-8", newline="") as flux:
        ecrivain = csv.DictWriter(flux, fieldnames=list(lignes[0]))
        ecrivain.writeheader()
        ecrivain.writerows(lignes)
    return fichier
