"""How the facts of an encounter are given on the command line: the option of each field, and its words in French."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

# The field of the JSON contract (without `entree.`), and the option that gives it.
OPTIONS = {
    "codes": "CODES", "date_heure": "--date-heure", "medecin.specialite": "--specialite", "medecin.secteur": "--secteur",
    "medecin.option_tarifaire": "--option", "medecin.departement": "--departement",
    "patient.date_naissance": "--naissance", "patient.ald": "--ald", "patient.c2s": "--c2s", "patient.ame": "--ame",
    "maternite": "--maternite", "lieu": "--lieu", "patientele_mt": "--patientele-mt", "regulation": "--regulation",
    "adressage": "--adressage", "date_heure_appel": "--appel", "date_heure_adressage": "--heure-adressage",
    "tarif_opposable": "--opposable", "depassement": "--depassement", "urgence_vitale": "--urgence", "parcours": "--parcours",
    "motif": "--motif", "kilometres_aller_retour": "--kilometres", "zone_montagne": "--montagne", "date_sortie": "--date-sortie",
    "fac_mode": "--feuille", "questions": "--pourquoi",
}  # fmt: skip
ATTENDUS = {
    "--specialite": "le code CNAM à deux chiffres (01 : médecine générale)",
    "--secteur": "1, 2 ou nc",
    "--option": "aucune, optam ou optam-aco",
    "--lieu": "cabinet, domicile, teleconsultation ou etablissement",
    "--opposable": "ou --pas-opposable, s'il y a un dépassement",
    "--naissance": "AAAA-MM-JJ",
    "--date-sortie": "AAAA-MM-JJ",
    "--depassement": "un montant en euros, comme 12,50",
    "--kilometres": "un nombre entier de kilomètres, aller et retour",
}


def option_de(champ: str) -> str:
    """Return the option that gives a field (`entree.medecin.secteur`); `--donnee NOM` if it has none of its own."""
    court = re.sub(r"\[\d+\]$", "", champ.removeprefix("entree."))
    return OPTIONS.get(court) or (f"--donnee {court}" if champ.startswith("entree.") else champ)


def en_options(donnees: Mapping[str, Sequence[Any]]) -> str:
    """Write facts as they are typed: `--patientele-mt --motif dossier-apa`; a fact without a value is to be given."""
    mots = []
    for champ, valeurs in donnees.items():
        option = option_de(f"entree.{champ}")
        signe = "=" if option.startswith("--donnee ") else " "
        if not valeurs:
            mots.append(f"{option}{signe}…")
        elif not isinstance(valeurs[0], bool):
            mots.append(f"{option}{signe}{' ou '.join(filter(None, (', '.join(valeurs[:-1]), valeurs[-1])))}")
        elif signe == "=":
            mots.append(f"{option}={'oui' if valeurs[0] else 'non'}")
        else:
            mots.append(option if valeurs[0] else f"--pas-{option.removeprefix('--')}")
    return " ".join(mots)
