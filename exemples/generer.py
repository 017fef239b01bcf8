"""Write the example dossiers: `python exemples/generer.py`. Everything is drawn from a seed; no one in it exists.

The list of the ZIP practice is calibrated on published averages (facts named below); what nobody published (share of
patients not seen for two years, C2S by doctor, acts by patient) is a choice made here, good for an example only.
"""

from __future__ import annotations

import csv
import datetime as dt
import random
from collections.abc import Iterable
from pathlib import Path

from generer_contrats import CONTRAT_ASSISTANT, CONTRAT_ASSISTANT_LISEZMOI
from generer_factures import ecrire_les_factures

ICI = Path(__file__).parent
FIN_2025, FIN_2026 = dt.date(2025, 12, 31), dt.date(2026, 12, 31)

# Five-year age bands (lower bound) of a GP's list: shape of the French population without the youngest infants, older
# than it as lists are. The share in ALD reproduces cal-ald-80 (75 %), cal-ald-75-79 (46 and 60 %) and 23 % overall
# (cal-ald-par-mg over cal-pmt-2021).
AGES = {0: 40, 5: 45, 10: 55, 15: 60, 20: 60, 25: 65, 30: 70, 35: 75, 40: 75, 45: 75, 50: 80, 55: 80, 60: 80, 65: 75,
        70: 75, 75: 60, 80: 45, 85: 35, 90: 20}  # fmt: skip
PART_ALD = {0: 1, 5: 2, 10: 2, 15: 3, 20: 3, 25: 4, 30: 5, 35: 6, 40: 9, 45: 12, 50: 17, 55: 23, 60: 30, 65: 38, 70: 45,
            75: 53, 80: 72, 85: 77, 90: 78}  # fmt: skip
# ALD by weight: cal-ald-rg-2022 (diabetes 8, coronary 13, heart 5, arteries 3, stroke 1, tumours 30, psychiatry 23).
ALD = {8: 33, 13: 14, 5: 14, 3: 6, 1: 5, 30: 24, 23: 15, 14: 4, 21: 1, 24: 2}
# Rates of prevention acts: cal-tx-grippe-65 (54 %), cal-tx-pneumo (18.9 %), cal-tx-doccr (29.6 %), cal-tx-docs (44 %),
# cal-tx-doccu (55.8 %), cal-tx-ror (85.7 %), cal-tx-menc (88 %), cal-tx-hpv (41.5 %); others chosen.
COLONNES = ["patient", "date_naissance", "sexe", "ald", "ald_numeros", "c2s", "date_derniere_consultation",
            "date_declaration_mt"]  # fmt: skip
COLONNES_ACTES = ["patient", "date", "nomenclature", "code", "traceur", "specialite_executant"]
Patient = dict[str, object]
Acte = tuple[str, dt.date, str, str, str, str]


def patientele(tirage: random.Random, combien: int, ages: dict[int, int], part_c2s: float) -> list[Patient]:
    """Draw a list of patients observed at the end of 2025."""
    patients: list[Patient] = []
    for rang in range(1, combien + 1):
        tranche = tirage.choices(list(ages), list(ages.values()))[0]
        naissance = FIN_2025 - dt.timedelta(days=int(365.25 * (tranche + 5 * tirage.random())))
        en_ald = tirage.random() * 100 < PART_ALD[tranche]
        numeros = sorted(tirage.sample(list(ALD), k=1, counts=list(ALD.values()))) if en_ald else []
        if en_ald and tirage.random() < 0.3:
            numeros = sorted({*numeros, tirage.choices(list(ALD), list(ALD.values()))[0]})
        jamais = tirage.random() < 0.03
        jours = int(tirage.expovariate(1 / (120 if en_ald else 260)))
        patients.append(
            {
                "patient": f"P{rang:04d}",
                "date_naissance": naissance,
                "sexe": "F" if tirage.random() < 0.53 else "M",
                "ald": en_ald,
                "ald_numeros": numeros,
                "c2s": tirage.random() < part_c2s * (1.6 if tranche < 30 else 0.8 if tranche < 65 else 0.5),
                "date_derniere_consultation": None if jamais else max(naissance, FIN_2025 - dt.timedelta(days=jours)),
                "date_declaration_mt": max(naissance, FIN_2025 - dt.timedelta(days=tirage.randrange(10, 4000))),
            }
        )
    return patients


def actes_de(tirage: random.Random, patient: Patient) -> Iterable[Acte]:
    """Draw the coded acts of one patient over four years, up to the end of 2026."""
    qui, naissance = str(patient["patient"]), patient["date_naissance"]
    assert isinstance(naissance, dt.date)
    numeros = patient["ald_numeros"]
    assert isinstance(numeros, list)
    age = (FIN_2026 - naissance).days / 365.25

    def acte(jour: dt.date, nomenclature: str, code: str, specialite: str = "") -> Acte:
        return (qui, jour, nomenclature, code, "", specialite)

    def un_jour(debut: dt.date, fin: dt.date = FIN_2026) -> dt.date:
        return debut + dt.timedelta(days=tirage.randrange(max(1, (fin - debut).days)))

    def parfois(probabilite: float) -> bool:
        return tirage.random() < probabilite

    if age >= 65 or (numeros and parfois(0.4)):
        for annee in (2023, 2024, 2025, 2026):
            if parfois(0.54):
                yield acte(un_jour(dt.date(annee, 10, 15), dt.date(annee, 12, 20)), "atc", "J07BB02")
            if parfois(0.30):
                yield acte(un_jour(dt.date(annee, 10, 15), dt.date(annee, 12, 20)), "atc", "J07BN01")
        if parfois(0.19):
            yield (qui, un_jour(dt.date(2024, 3, 7)), "", "", "vaccin-pneumocoque-20", "")
    if age < 4:
        for mois, code, taux in ((5, "J07AH08", 0.88), (12, "J07AH08", 0.8), (12, "J07BD52", 0.92), (17, "J07BD52", 0.87)):
            jour = naissance + dt.timedelta(days=int(30.44 * mois) + tirage.randrange(25))
            if jour <= FIN_2026 and parfois(taux):
                yield acte(jour, "atc", code)
        for mois, taux in ((9, 0.75), (24, 0.65)):
            jour = naissance + dt.timedelta(days=int(30.44 * mois) + tirage.randrange(20))
            if jour <= FIN_2026 and parfois(taux):
                yield acte(jour, "ngap", "COE", tirage.choice(("01", "12")))
    if 11 <= age < 17 and parfois(0.42):
        debut = naissance + dt.timedelta(days=int(365.25 * 11) + tirage.randrange(300))
        for jour in (debut, debut + dt.timedelta(days=190)):
            if jour <= FIN_2026:
                yield acte(jour, "atc", "J07BM03")
    if 3 <= age < 25:
        for annee in (2023, 2024, 2025, 2026):
            if parfois(0.4):
                yield acte(un_jour(dt.date(annee, 1, 2), dt.date(annee, 12, 30)), "ngap", "C", "19")
    if patient["sexe"] == "F" and 25 <= age < 66:
        if parfois(0.56):
            yield acte(un_jour(dt.date(2022, 1, 1)), "nabm", "4127" if age >= 30 else "0013", "00")
        if parfois(0.02):
            yield acte(un_jour(dt.date(2023, 1, 1)), "ccam", "JKFA026", "07")
    if patient["sexe"] == "F" and 50 <= age < 75 and parfois(0.55):
        yield acte(un_jour(dt.date(2024, 6, 1)), "ccam", "QEQK004" if parfois(0.8) else "QEQK001", "06")
    if 50 <= age < 75 and parfois(0.3):
        yield (qui, un_jour(dt.date(2024, 6, 1)), "", "", "test-immunologique-colorectal", "")
    if numeros or age >= 45:
        for annee in (2023, 2024, 2025, 2026):
            debut, fin = dt.date(annee, 1, 2), dt.date(annee, 12, 30)
            if parfois(0.7):
                jour = un_jour(debut, fin)
                yield acte(jour, "nabm", "0552")
                yield acte(jour, "nabm", "0592" if parfois(0.5) else "0593")
                if parfois(0.35 if numeros else 0.05):
                    yield acte(jour, "nabm", "1133")
                    yield acte(jour, "nabm", "0627")
            if 8 in numeros:
                for debut_semestre in (debut, dt.date(annee, 7, 1)):
                    if parfois(0.78):
                        yield acte(un_jour(debut_semestre, debut_semestre + dt.timedelta(days=175)), "nabm", "1577")
    if 14 in numeros:
        for _ in range(tirage.randrange(12)):
            yield acte(un_jour(dt.date(2024, 1, 1)), "atc", "R03AC02")


def ecrire_csv(chemin: Path, colonnes: list[str], lignes: Iterable[Iterable[object]]) -> None:
    """Write a CSV with semicolons, French yes and no, ISO dates."""

    def cellule(valeur: object) -> object:
        if isinstance(valeur, bool):
            return "oui" if valeur else "non"
        if isinstance(valeur, list):
            return ",".join(str(v) for v in valeur)
        return "" if valeur is None else valeur

    with chemin.open("w", encoding="utf-8", newline="") as fichier:
        ecrivain = csv.writer(fichier, delimiter=";", lineterminator="\n")
        ecrivain.writerow(colonnes)
        ecrivain.writerows([cellule(valeur) for valeur in ligne] for ligne in lignes)


def ecrire(
    nom: str, cabinet: str, patients: list[Patient], actes: list[Acte] | None, colonnes: list[str] = COLONNES
) -> None:
    """Write a dossier; without acts it has no file of acts, which is not the same as an empty one."""
    dossier = ICI / nom
    dossier.mkdir(exist_ok=True)
    (dossier / "cabinet.toml").write_text(cabinet, "utf-8")
    ecrire_csv(dossier / "patients.csv", colonnes, ([patient[c] for c in colonnes] for patient in patients))
    if actes is not None:
        ecrire_csv(dossier / "evenements.csv", COLONNES_ACTES, sorted(actes))


def dossier_tire(nom: str, graine: int, combien: int, cabinet: str, ages: dict[int, int] = AGES, part_c2s: float = 0.11,
                 actes: int | None = None) -> None:  # fmt: skip
    """Draw a list and its acts, and write the dossier; `actes` keeps so many acts at most."""
    tirage = random.Random(graine)
    patients = patientele(tirage, combien, ages, part_c2s)
    naissances = {str(patient["patient"]): patient["date_naissance"] for patient in patients}
    tires = (acte for patient in patients for acte in actes_de(tirage, patient))
    tous = [acte for acte in tires if naissances[acte[0]] < acte[1] <= FIN_2026]
    if actes is not None:
        # Ordinary consultations, of no indicator, fill the file up to a realistic size.
        while len(tous) < actes:
            patient = tirage.choice(patients)
            naissance = patient["date_naissance"]
            assert isinstance(naissance, dt.date)
            jour = dt.date(2023, 1, 1) + dt.timedelta(days=tirage.randrange(1460))
            if jour > naissance:
                tous.append((str(patient["patient"]), jour, "ngap", "G", "", "01"))
    ecrire(nom, cabinet, patients, tous)


DOCTEUR_ZIP = """\
# Cabinet d'un médecin généraliste de secteur 1 en ZIP. Personne n'existe dans ce dossier (voir exemples/generer.py).
[medecin]
medecin = "DR-ZIP"
specialite = "01"
secteur = "1"
option_tarifaire = "aucune"
date_naissance = 1972-05-14
date_installation = 2008-09-01
zone = "zip"
qpv = false
departement = "58"

[dotation_numerique]
logiciel_a_jour = true
fse_appcv = 41
messages_patients = 112

[dotation_numerique.taux]
dcmt = {dematerialises = 88, total = 94}
pse = {dematerialises = 51, total = 63}
fse = {dematerialises = 5210, total = 5480}
aat = {dematerialises = 402, total = 455}
cm_atmp = {dematerialises = 12, total = 31}
dsg = {dematerialises = 3, total = 4}
spe = {dematerialises = 55, total = 160}
dmp = {dematerialises = 640, total = 2950}
ordonnance_numerique = {dematerialises = 3900, total = 6100}

[missions_specifiques]
maitre_de_stage = true
patientele_ame_importante = false
patients_ipa = 37
sas = {departement_couvert = true, inscrit = true, interface_ou_organisation = true}
"""

JEUNE_INSTALLE = """\
# Médecin généraliste installé pour la première fois en ZIP le 2 février 2025. Personne n'existe dans ce dossier.
[medecin]
medecin = "DR-JEUNE"
specialite = "01"
secteur = "1"
option_tarifaire = "aucune"
date_naissance = 1993-03-21
date_premiere_installation = 2025-02-02
date_installation = 2025-02-02
zone = "zip"
qpv = false
departement = "23"

[missions_specifiques]
maitre_de_stage = false
patientele_ame_importante = false
patients_ipa = 0
sas = {departement_couvert = true, inscrit = true, interface_ou_organisation = true}
"""

MEDECIN_68_ANS = """\
# Médecin généraliste de 68 ans, hors zone. Personne n'existe dans ce dossier.
[medecin]
medecin = "DR-68"
specialite = "01"
secteur = "1"
option_tarifaire = "aucune"
date_naissance = 1957-10-03
date_installation = 1988-01-04
zone = "hors-zone"
qpv = false
departement = "69"

[dotation_numerique]
logiciel_a_jour = false
fse_appcv = 0
messages_patients = 0

[dotation_numerique.taux]
dcmt = {dematerialises = 12, total = 40}
pse = {dematerialises = 4, total = 30}
fse = {dematerialises = 3100, total = 3900}
aat = {dematerialises = 60, total = 260}
cm_atmp = {dematerialises = 1, total = 14}
dsg = {dematerialises = 0, total = 1}
spe = {dematerialises = 0, total = 80}
dmp = {dematerialises = 10, total = 2000}
ordonnance_numerique = {dematerialises = 150, total = 4200}
"""

SECTEUR_2 = """\
# Médecin généraliste de secteur 2 sans option : pas de FMT, et le relevé dit pourquoi. Personne n'existe ici.
[medecin]
medecin = "DR-S2"
specialite = "01"
secteur = "2"
option_tarifaire = "aucune"
date_naissance = 1969-12-08
date_installation = 2003-06-01
zone = "hors-zone"
qpv = false
departement = "75"

[missions_specifiques]
maitre_de_stage = true
patientele_ame_importante = false
patients_ipa = 0
sas = {departement_couvert = true, inscrit = false, interface_ou_organisation = false}

[consultations_avancees]
tarif_opposable = true
demi_journees = {"2026-01" = 2, "2026-03" = 4, "2026-05" = 7}
"""

PEDIATRE = """\
# Pédiatre de secteur 1, médecin traitant d'enfants. Personne n'existe dans ce dossier.
[medecin]
medecin = "DR-PEDIATRE"
specialite = "12"
secteur = "1"
option_tarifaire = "aucune"
date_naissance = 1981-07-30
date_installation = 2014-09-01
zone = "zac"
qpv = true
departement = "93"
"""


CNGE = """\
# Les cinq patients du tableau de bord montré au congrès du CNGE le 22/11/2024 (noms remplacés par leurs initiales).
# convmed tableau-de-bord exemples/tableau-de-bord-cnge --date 2026-05-15 --patients
[medecin]
medecin = "DR-CNGE"
specialite = "01"
secteur = "1"
option_tarifaire = "aucune"
date_naissance = 1975-01-01
zone = "hors-zone"
qpv = false
"""

CNGE_LISEZMOI = """\
# Le tableau de bord du congrès du CNGE (22 novembre 2024)

    convmed tableau-de-bord exemples/tableau-de-bord-cnge --date 2026-05-15 --patients

Les états des cinq colonnes montrées sont reproduits un à un. Ce que le tableau ne dit pas et qu'il a fallu supposer :

| patient | donnée supposée | pourquoi |
|---|---|---|
| Marie | ALD 21 (maladie de système) | MRC s'applique, pas le dépistage du diabète : l'ALD n'est pas une MCVA |
| Marie | hors cible : sein et col | « NA » contraire à l'âge et au sexe : risque autre que moyen, ou hystérectomie |
| Pierre | ALD 13 (maladie coronaire) | les deux dépistages s'appliquent |
| Camille | ALD 13, hors cible : MRC | « NA » alors que le diabète s'applique : néphropathie déjà connue |
| Camille | exclue : col | affiché « Exclue » |

Les âges affichés à l'écran sont ceux de fin 2024, non de mai 2026 ; aucun état n'en dépend. Les trois glycémies affichées
(18/03/2026, 27/11/2025, 02/01/2023) sont données à Pierre : l'écran ne dit pas de qui elles sont.
"""

PROPOSITION = """\
# Les quatre patients de la proposition du 8 février 2024, chez un médecin en première année d'installation en ZIP.
[medecin]
medecin = "DR-PROPOSITION"
specialite = "01"
secteur = "1"
option_tarifaire = "aucune"
date_naissance = 1990-01-01
rang_installation = 1
zone = "zip"
qpv = false
"""

PROPOSITION_LISEZMOI = """\
# Les quatre patients de la proposition du 8 février 2024

    convmed releve exemples/proposition-2024 --texte proposition-2024-02-08-option-1
    convmed releve exemples/proposition-2024 --texte proposition-2024-02-08-option-2
    convmed releve exemples/proposition-2024

Leurs âges affichés (18 mois, 15, 52 et 83 ans) ne coexistent qu'entre le 25/08 et le 24/09/2024. Les naissances sont
décalées de 28 mois pour que ces âges soient ceux du 31/12/2026, et les classes du forfait les mêmes au 31/12/2025.

| patient | annoncé | socle, C2S et prévention | avec la majoration du médecin | reproduit ? |
|---|---|---|---|---|
| Nina | 25 € | 25 € (deux options) | - | oui, exactement |
| Greta | 15 € | 15 € (deux options) | - | oui, exactement |
| Sidney | 90 € | 70 € ou 75 € | 86,50 € ou 93 € (30 % du socle) | non : aucun taux proposé ne donne 90 € |
| Franck | 150 € | 95 € ou 115 € (trois indicateurs) | 119 € ou 145 € (30 %) ; 103 € ou 125 € (10 %) | non : 150 € demande l'option 2, 30 % et quatre indicateurs |

Le relevé applique au socle des quatre patients la majoration du médecin de ce dossier (première année en ZIP). Sous le
texte signé, les mêmes patients valent 25 €, 20 €, 70 € et 115 € sans majoration (30 € pour Nina si le ROR est fait).
"""


def contrat_assistant() -> None:
    """Write the dossier of a doctor who employs an assistant: a list, no acts."""
    ecrire("contrat-assistant", CONTRAT_ASSISTANT, patientele(random.Random(33), 1010, AGES, 0.09), None)
    (ICI / "contrat-assistant" / "LISEZMOI.md").write_text(CONTRAT_ASSISTANT_LISEZMOI, "utf-8")


def cinq_du_cnge() -> tuple[list[Patient], list[Acte]]:
    """Return the five patients of the talk, with the acts that their states call for."""
    def patient(nom: str, naissance: dt.date, sexe: str, numeros: list[int], exclu: str = "", hors_cible: str = "") -> Patient:
        return {
            "patient": nom, "date_naissance": naissance, "sexe": sexe, "ald": bool(numeros), "ald_numeros": numeros, "c2s": False,
            "date_derniere_consultation": dt.date(2025, 11, 27), "date_declaration_mt": dt.date(2015, 1, 5),
            "exclu": exclu, "hors_cible": hors_cible,
        }  # fmt: skip

    patients = [
        patient("MARIE-D", dt.date(1969, 3, 6), "F", [21], hors_cible="cancer-sein,cancer-col"),
        patient("PIERRE-D", dt.date(1941, 9, 12), "M", [13]),
        patient("PAULINE-M", dt.date(1992, 1, 26), "F", []),
        patient("CAMILLE-D", dt.date(1964, 5, 8), "F", [13], exclu="cancer-col", hors_cible="mrc"),
        patient("ANTOINE-P", dt.date(1952, 6, 1), "M", []),
    ]
    actes = [
        ("MARIE-D", dt.date(2026, 2, 3), "nabm", "0592", "", ""),
        ("MARIE-D", dt.date(2026, 2, 3), "", "", "albumine-creatinine-urinaire", ""),
        ("PIERRE-D", dt.date(2026, 3, 18), "nabm", "0552", "", ""),
        ("PIERRE-D", dt.date(2025, 11, 27), "nabm", "0552", "", ""),
        ("PIERRE-D", dt.date(2023, 1, 2), "nabm", "0552", "", ""),
        ("PAULINE-M", dt.date(2024, 9, 10), "nabm", "4127", "", ""),
        ("CAMILLE-D", dt.date(2025, 5, 20), "", "", "test-immunologique-colorectal", ""),
        ("CAMILLE-D", dt.date(2024, 10, 2), "nabm", "0552", "", ""),
        ("ANTOINE-P", dt.date(2025, 1, 14), "", "", "test-immunologique-colorectal", ""),
    ]
    return patients, actes


def quatre_de_la_proposition() -> tuple[list[Patient], list[Acte]]:
    """Return the four patients of the proposal of 8 February 2024, births moved by 28 months."""
    def patient(nom: str, naissance: dt.date, sexe: str, numeros: list[int], c2s: bool = False) -> Patient:
        return {
            "patient": nom, "date_naissance": naissance, "sexe": sexe, "ald": bool(numeros), "ald_numeros": numeros, "c2s": c2s,
            "date_derniere_consultation": dt.date(2025, 12, 1), "date_declaration_mt": dt.date(2025, 12, 1),
        }  # fmt: skip

    patients = [
        patient("NINA", dt.date(2025, 6, 25), "F", []),
        patient("GRETA", dt.date(2011, 6, 9), "F", [], c2s=True),
        patient("SIDNEY", dt.date(1974, 8, 1), "M", [8]),
        patient("FRANCK", dt.date(1943, 12, 10), "M", [5]),
    ]
    actes = [
        ("NINA", dt.date(2025, 7, 3), "ngap", "COE", "", "01"),
        ("NINA", dt.date(2026, 4, 2), "ngap", "COE", "", "01"),
        ("NINA", dt.date(2025, 12, 2), "atc", "J07AH07", "", ""),
        ("GRETA", dt.date(2023, 3, 1), "atc", "J07BM03", "", ""),
        ("GRETA", dt.date(2023, 9, 10), "atc", "J07BM03", "", ""),
        ("SIDNEY", dt.date(2026, 3, 1), "", "", "test-immunologique-colorectal", ""),
        ("SIDNEY", dt.date(2026, 2, 1), "nabm", "1577", "", ""),
        ("SIDNEY", dt.date(2026, 8, 1), "nabm", "1577", "", ""),
        ("SIDNEY", dt.date(2026, 8, 1), "nabm", "0592", "", ""),
        ("SIDNEY", dt.date(2026, 8, 1), "", "", "albumine-creatinine-urinaire", ""),
        ("FRANCK", dt.date(2024, 4, 1), "", "", "vaccin-pneumocoque-20", ""),
        ("FRANCK", dt.date(2024, 4, 1), "", "", "vaccin-pneumocoque-23", ""),
        ("FRANCK", dt.date(2026, 10, 20), "atc", "J07BB02", "", ""),
        ("FRANCK", dt.date(2026, 10, 20), "atc", "J07BN01", "", ""),
    ]
    return patients, actes


# What the caisse paid the ZIP practice by mid-October 2026: one payment on time, one late, one short, one unexplained.
PAIEMENTS = """\
date;libelle;montant
28/04/2026;FMT, versement 1;6053,75
12/05/2026;Régularisation diverse;43,21
09/07/2026;FMT, versement 2;6053,75
29/09/2026;FMT, versement 3;6041,25
02/10/2026;SAS 2026;1000,00
"""


def principal() -> None:
    """Write every drawn dossier."""
    jeunes = {age: poids for age, poids in AGES.items() if age < 85}
    enfants = {0: 60, 5: 30, 10: 25, 15: 8}
    dossier_tire("cabinet-zip", 2026, 1200, DOCTEUR_ZIP, actes=15_000)
    (ICI / "cabinet-zip" / "paiements.csv").write_text(PAIEMENTS, "utf-8")
    dossier_tire("jeune-installe", 1, 430, JEUNE_INSTALLE, jeunes, part_c2s=0.15)
    dossier_tire("medecin-68-ans", 68, 820, MEDECIN_68_ANS)
    dossier_tire("secteur-2-sans-option", 2, 610, SECTEUR_2, part_c2s=0.04)
    dossier_tire("pediatre", 12, 380, PEDIATRE, enfants, part_c2s=0.17)
    ecrire("tableau-de-bord-cnge", CNGE, *cinq_du_cnge(), [*COLONNES, "exclu", "hors_cible"])
    (ICI / "tableau-de-bord-cnge" / "LISEZMOI.md").write_text(CNGE_LISEZMOI, "utf-8")
    ecrire("proposition-2024", PROPOSITION, *quatre_de_la_proposition())
    (ICI / "proposition-2024" / "LISEZMOI.md").write_text(PROPOSITION_LISEZMOI, "utf-8")
    contrat_assistant()
    ecrire_les_factures(ICI / "factures")


if __name__ == "__main__":
    principal()
