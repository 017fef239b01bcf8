"""Write the example of invoices: a month of one practice, with one of each finding and one of each fault.

Called by `generer.py`. Nobody in it exists; the faults are put there on purpose, and LISEZMOI.md lists them.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

COLONNES = [
    "facture", "medecin", "patient", "date_heure", "code", "quantite", "montant", "depassement", "specialite", "secteur",
    "option_tarifaire", "departement", "date_naissance", "ald", "lieu", "patientele_mt", "regulation", "date_heure_appel",
    "adressage", "motif", "jours_depuis_sortie",
]  # fmt: skip
Ligne = dict[str, str]
GENERALISTE = {"medecin": "DR-MARTIN", "specialite": "01", "secteur": "1", "option_tarifaire": "aucune", "departement": "35"}
PSYCHIATRE = {"medecin": "DR-PETIT", "specialite": "33", "secteur": "1", "option_tarifaire": "aucune", "departement": "35"}
SECTEUR_2 = {"medecin": "DR-ROUX", "specialite": "01", "secteur": "2", "option_tarifaire": "aucune", "departement": "35"}
A_DISTANCE = {"medecin": "DR-LOIN", "specialite": "01", "secteur": "1", "option_tarifaire": "aucune", "departement": "35"}
ADULTE, AGE, ENFANT = {"date_naissance": "1980-05-04"}, {"date_naissance": "1940-02-11"}, {"date_naissance": "2023-03-09"}
AU_CABINET, A_DOMICILE, AU_LOIN = {"lieu": "cabinet"}, {"lieu": "domicile"}, {"lieu": "teleconsultation"}
SIEN, PAS_SIEN = {"patientele_mt": "oui"}, {"patientele_mt": "non"}


def seance(numero: int, quand: str, codes: dict[str, str], *faits: Ligne) -> Iterator[Ligne]:
    """Yield the lines of one encounter: a code and its amount each, and the facts repeated on every line."""
    communs = {"facture": f"F{numero:03d}", "patient": f"P{numero:03d}", "date_heure": f"{quand}+01:00"}
    for fait in faits:
        communs |= fait
    for code, montant in codes.items():
        yield {**communs, "code": code, "montant": montant}


def lignes_justes() -> Iterator[Ligne]:
    """Yield encounters on which there is nothing to say."""
    for rang in range(1, 9):
        faits = (GENERALISTE, ADULTE, AU_CABINET, SIEN)
        yield from seance(rang, f"2026-03-{2 + (rang - 1) // 2:02d}T{8 + rang:02d}:00", {"G": "30"}, *faits)
    yield from seance(9, "2026-03-10T09:00", {"G": "30", "MEG": "5"}, GENERALISTE, ENFANT, AU_CABINET, SIEN)
    yield from seance(10, "2026-03-10T10:00", {"G": "30", "DEQP003": "14,77"}, GENERALISTE, AGE, AU_CABINET, SIEN)
    regule = {"regulation": "sas", "date_heure_appel": "2026-03-10T09:30+01:00"}
    yield from seance(11, "2026-03-10T11:00", {"G": "30", "SNP": "15"}, GENERALISTE, ADULTE, AU_CABINET, PAS_SIEN, regule)
    yield from seance(12, "2026-03-10T15:00", {"VG": "30", "MD": "10"}, GENERALISTE, AGE, A_DOMICILE, SIEN)
    adresse = {"adressage": "medecin-traitant"}
    yield from seance(13, "2026-03-11T09:00", {"CNPSY": "52", "MCS": "5"}, PSYCHIATRE, ADULTE, AU_CABINET, adresse)
    yield from seance(14, "2026-03-11T10:00", {"C": "43"}, SECTEUR_2, ADULTE, AU_CABINET, {"depassement": "20"})


def lignes_a_constater() -> Iterator[Ligne]:
    """Yield encounters with one finding each, in the order of LISEZMOI.md."""
    un = (GENERALISTE, AU_CABINET, SIEN)
    yield from seance(21, "2026-03-12T09:00", {"GS": "30"}, *un, ADULTE)
    yield from seance(22, "2026-03-12T09:30", {"G": "30", "MEG": "5"}, *un, ADULTE)
    regule = {"regulation": "sas", "date_heure_appel": "2026-03-14T17:00+01:00"}
    yield from seance(23, "2026-03-14T19:30", {"G": "30", "SNP": "15", "MHP": "5"}, GENERALISTE, AU_CABINET, PAS_SIEN, ADULTE, regule)
    yield from seance(24, "2026-03-16T09:00", {"MD": "10"}, GENERALISTE, A_DOMICILE, SIEN, AGE)
    yield from seance(25, "2026-03-16T10:00", {"VG": "30", "ID": "3,50"}, GENERALISTE, A_DOMICILE, SIEN, AGE)
    yield from seance(26, "2026-03-16T11:00", {"G": "35"}, *un, ADULTE)
    yield from seance(27, "2026-03-16T11:30", {"G": "26,50"}, *un, ADULTE)
    yield from seance(28, "2026-03-17T09:00", {"G": "30"}, *un, ENFANT)
    sortie = {"motif": "sortie-hospitalisation", "jours_depuis_sortie": "10"}
    yield from seance(29, "2026-03-17T10:00", {"GL1": "60"}, *un, AGE, sortie)
    yield from seance(30, "2026-03-24T10:00", {"GL1": "60"}, *un, AGE, sortie, {"patient": "P029"})
    yield from seance(31, "2026-03-24T11:00", {"CNPSY": "52", "MP": "18"}, PSYCHIATRE, ADULTE, AU_CABINET)
    for rang in range(32, 35):
        yield from seance(rang, f"2026-03-{rang - 7}T09:00", {"TCG": "25"}, A_DISTANCE, ADULTE, AU_LOIN, PAS_SIEN)
    yield from seance(35, "2026-03-28T10:00", {"G": "30"}, A_DISTANCE, ADULTE, AU_CABINET, PAS_SIEN)


def lignes_en_faute() -> Iterator[Ligne]:
    """Yield lines that cannot be treated, one fault each, in the order of LISEZMOI.md; the last one is only out of order."""
    (bonne,) = seance(41, "2026-03-30T09:00", {"G": "30"}, GENERALISTE, ADULTE, AU_CABINET, SIEN)

    def fautive(numero: int, **champs: str) -> Ligne:
        return {**bonne, "facture": f"F{numero:03d}", "patient": f"P{numero:03d}", **champs}

    yield bonne
    yield bonne
    yield fautive(42, code="")
    yield fautive(43, code="GX")
    yield fautive(44, date_heure="2026-03-30T09:00")
    yield fautive(45, date_heure="2026-02-30T09:00+01:00")
    yield fautive(46, date_heure="2047-03-30T09:00+01:00")
    yield fautive(47, montant="trente")
    yield fautive(48, montant="-30")
    yield fautive(49, quantite="0")
    yield fautive(50, depassement="-5")
    yield fautive(51, depassement="40")
    yield fautive(52, date_naissance="2026-04-02")
    yield fautive(53, regulation="sas", date_heure_appel="2026-03-30T10:00+01:00")
    yield fautive(54, adressage="medecin-traitant", secteur="9")
    yield fautive(55, lieu="maison")
    yield fautive(56, date_heure="2026-03-02T08:00+01:00")


LISEZMOI = """\
# Un mois de factures

    convmed controler exemples/factures/factures.csv
    convmed controler exemples/factures/factures.csv --justifications constats.csv

Une ligne par code facturé. Seules cinq colonnes sont nécessaires : `facture`, `medecin`, `patient`, `date_heure` (avec son
fuseau) et `code` ; ce qui n'est pas dit n'est jamais retenu contre le médecin. Personne n'existe dans ce fichier, écrit par
`exemples/generer.py`.

Les factures F001 à F014 n'appellent aucune remarque. Les suivantes ont chacune la leur :

| facture | constat | pourquoi |
|---|---|---|
| F021 | interdit | GS n'existe plus depuis le 22/12/2024 |
| F022 | interdit | MEG : le patient n'a pas moins de 6 ans |
| F023 | interdit | MHP : patient adressé par le SAS ; et MHP ne se cumule pas avec SNP |
| F024 | interdit | MD seule : elle complète une visite |
| F025 | muet | aucun texte lu ne traite de VG avec ID |
| F026 | tarif | 35,00 € pour une G à 30,00 € |
| F027 | tarif | 26,50 € pour une G à 30,00 € |
| F028 | sous-cotation | G seule pour un enfant de 3 ans : MEG pouvait être facturée |
| F029, F030 | limite | une GL1 par patient et par an : la seconde est de trop |
| F031 | interdit | MP : le patient n'a pas moins de 25 ans |
| F032 à F035 | limite | DR-LOIN : trois actes sur quatre en téléconsultation |

Les lignes en faute sont mises de côté, et les autres contrôlées :

| facture | faute |
|---|---|
| F041 | ligne en double (la première est traitée) |
| F042, F043 | code vide, code inconnu |
| F044, F045, F046 | heure sans fuseau, jour qui n'existe pas, date hors du calendrier connu |
| F047, F048 | montant illisible, montant négatif |
| F049, F050, F051 | quantité nulle, dépassement négatif, dépassement supérieur au montant |
| F052, F053 | patient né après l'acte, appel de régulation après l'acte |
| F054, F055 | secteur inconnu, lieu inconnu |
| F056 | antérieure à la ligne précédente : signalée, et traitée |
"""


def ecrire_les_factures(dossier: Path) -> None:
    """Write the file of invoices and what is to be found in it."""
    dossier.mkdir(exist_ok=True)
    with (dossier / "factures.csv").open("w", encoding="utf-8", newline="") as fichier:
        ecrivain = csv.DictWriter(fichier, COLONNES, delimiter=";", lineterminator="\n")
        ecrivain.writeheader()
        for lignes in (lignes_justes(), lignes_a_constater(), lignes_en_faute()):
            ecrivain.writerows(en_heure_locale(ligne) for ligne in lignes)
    (dossier / "LISEZMOI.md").write_text(LISEZMOI, "utf-8")


def en_heure_locale(ligne: Ligne) -> Ligne:
    """Return a line with the summer time from the last Sunday of March on."""
    ete = dt.date(2026, 3, 29).isoformat()
    return {nom: valeur.replace("+01:00", "+02:00") if nom.startswith("date_heure") and ete <= valeur < "2027" else valeur
            for nom, valeur in ligne.items()}  # fmt: skip
