"""The spreadsheets: every total is a formula whose value, computed here from its cells, is the one that is shown."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from dataclasses import replace
from decimal import Decimal
from typing import Any

import openpyxl
import polars as pl
import pytest

import convmed
from convmed.donnees.dossier import lire_dossier
from convmed.restitution import tableau_de_bord as tableau
from convmed.restitution.documents.tableurs import patients_xlsx, releve_xlsx, simulation_xlsx
from convmed.restitution.releve import Releve
from convmed.restitution.simulation import comparer, en_dict, nom_de_dispositif
from convmed.restitution.tableau_de_bord import COURT
from convmed.simulation import Tiree, simuler
from convmed.textes import trouver_texte

from .conftest import EXEMPLES, HOSTILES, abrege, avec

TEXTE = trouver_texte("en-vigueur")
PLAGE = re.compile(r"(?:'([^']+)'!)?\$?([A-Z]+)\$?(\d+)(?::\$?([A-Z]+)\$?(\d+))?")


class Livre:
    """A workbook read twice: its formulas, and the values that every viewer shows; computes the formulas that are used."""

    def __init__(self, octets: bytes) -> None:
        self.formules = openpyxl.load_workbook(io.BytesIO(octets))
        self.valeurs = openpyxl.load_workbook(io.BytesIO(octets), data_only=True)

    def feuille(self, nom: str) -> list[list[Any]]:
        """Return the rows under the headers, as shown."""
        return [list(rangee) for rangee in self.valeurs[nom].iter_rows(min_row=5, values_only=True)]

    def plage(self, adresse: str, feuille: str) -> list[Any]:
        trouvee = PLAGE.fullmatch(adresse)
        assert trouvee, adresse
        autre, lettre, debut, jusqu_a, fin = trouvee.groups()
        assert jusqu_a in (None, lettre)
        colonne = self.valeurs[autre or feuille]
        return [colonne[f"{lettre}{ligne}"].value for ligne in range(int(debut), int(fin or debut) + 1)]

    def calculer(self, formule: str, feuille: str) -> Decimal:
        if difference := re.fullmatch(r"=([A-Z]+\d+)-([A-Z]+\d+)", formule):
            return somme(self.plage(difference[1], feuille)) - somme(self.plage(difference[2], feuille))
        nom, arguments = re.fullmatch(r"=([A-Z]+)\((.*)\)", formule).groups()  # type: ignore[union-attr]
        lus = [[un[1:-1]] if un.startswith('"') else self.plage(un, feuille) for un in arguments.split(",")]
        match nom:
            case "SUM":
                return somme(lus[0])
            case "SUMIF":
                return somme([montant for cle, montant in zip(lus[0], lus[2], strict=True) if cle == lus[1][0]])
            case "COUNTIFS":
                return Decimal(sum(a == lus[1][0] and b == lus[3][0] for a, b in zip(lus[0], lus[2], strict=True)))
        raise AssertionError(formule)

    def verifier(self) -> int:
        """Compute every formula; return how many there are."""
        combien = 0
        for feuille in self.formules.worksheets:
            for rangee in feuille.iter_rows():
                for case in rangee:
                    if case.data_type == "f":
                        combien += 1
                        montre = self.valeurs[feuille.title][case.coordinate].value
                        assert somme([montre]) == self.calculer(case.value, feuille.title), (feuille.title, case.coordinate, case.value)
        return combien


def somme(valeurs: list[Any]) -> Decimal:
    return sum((Decimal(str(valeur)) for valeur in valeurs if isinstance(valeur, (int, float))), Decimal(0))


@pytest.mark.parametrize("nom", sorted(d.parent.name for d in EXEMPLES.glob("*/patients.csv")))
@pytest.mark.parametrize("annee", [2025, 2026])
def test_le_releve(nom: str, annee: int) -> None:
    un = convmed.releve(EXEMPLES / nom, annee)
    livre = Livre(releve_xlsx(un))
    assert livre.formules.sheetnames == ["Relevé", "Échéancier", "Par dispositif", "Explications", "À propos"]
    assert livre.verifier() == 1 + 1 + len(un.lignes) + 1 + len(un.par_dispositif())
    total = Decimal(un.total) / 100
    for feuille, case in (("Relevé", "E2"), ("Échéancier", "C2"), ("Par dispositif", "B2")):
        assert somme([livre.valeurs[feuille][case].value]) == total
        assert str(livre.formules[feuille][case].value).startswith("=SUM(")
    rangees = livre.feuille("Relevé")
    assert [rangee[2] for rangee in rangees] == [ligne.libelle for ligne in un.lignes]
    assert [somme([rangee[4]]) for rangee in rangees] == [Decimal(ligne.montant or 0) / 100 for ligne in un.lignes]
    assert [rangee[5] and rangee[5].date() for rangee in rangees] == [ligne.date_versement for ligne in un.lignes]
    assert {rangee[0]: somme([rangee[1]]) for rangee in livre.feuille("Par dispositif")} == {
        nom_de_dispositif(nom): Decimal(montant) / 100 for nom, montant in un.par_dispositif().items()
    }
    a_propos = {(rangee[0].value, rangee[1].value) for rangee in livre.valeurs["À propos"].iter_rows(min_row=3)}
    assert ("Version", f"convmed {convmed.__version__}") in a_propos
    assert {n.motif for n in un.non_calcules} <= {valeur for _, valeur in a_propos}


def test_la_mise_en_page(releve_zip: Releve) -> None:
    livre = Livre(releve_xlsx(releve_zip)).formules
    feuille = livre["Relevé"]
    assert feuille.freeze_panes == "A5"
    assert feuille.auto_filter.ref == f"A4:J{4 + len(releve_zip.lignes)}"
    assert feuille["E5"].number_format == '#,##0.00\\ "€"'
    assert feuille["F5"].number_format == "dd/mm/yyyy"
    assert isinstance(feuille["F5"].value, dt.datetime)


def test_les_memes_octets(releve_zip: Releve) -> None:
    octets = releve_xlsx(releve_zip)
    assert releve_xlsx(releve_zip) == octets
    # No clock in the archive either.
    assert {un.date_time for un in zipfile.ZipFile(io.BytesIO(octets)).infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_aucune_ligne_et_trois_cents(releve_zip: Releve) -> None:
    vide = Livre(releve_xlsx(avec(releve_zip, [])))
    assert vide.valeurs["Relevé"]["E2"].value == 0
    assert vide.verifier() == 3
    lignes = [replace(releve_zip.lignes[rang % 10], libelle=f"ligne {rang}", montant=rang * 33 - 500) for rang in range(300)]
    plein = Livre(releve_xlsx(avec(releve_zip, lignes)))
    assert plein.verifier() > 300
    assert somme([plein.valeurs["Relevé"]["E2"].value]) == Decimal(sum(ligne.montant or 0 for ligne in lignes)) / 100


@pytest.mark.parametrize("hostile", [*HOSTILES, "x" * 40_000, "\ud800seul", "\x01\x08"], ids=abrege)
def test_un_texte_hostile_n_est_jamais_une_formule(releve_zip: Releve, hostile: str) -> None:
    ligne = replace(releve_zip.lignes[0], libelle=hostile, base=hostile, precision_date=hostile, motif=hostile, references=(hostile,))
    un = replace(avec(releve_zip, [ligne]), avertissements=[hostile], medecin=hostile)
    octets = releve_xlsx(un)
    livre = Livre(octets)
    assert livre.verifier() == 5
    case = livre.formules["Relevé"]["C5"]
    assert case.data_type == "s"
    assert case.hyperlink is None
    assert str(case.value).strip()[:20] == hostile.replace("\ud800", "?").replace("\x01\x08", "_x0001__x0008_").strip()[:20]
    # A formula is written <f>: only ours are.
    formules = [f for nom in zipfile.ZipFile(io.BytesIO(octets)).namelist() if "sheet" in nom
                for f in re.findall(rb"<f>([^<]*)</f>", zipfile.ZipFile(io.BytesIO(octets)).read(nom))]  # fmt: skip
    assert all(re.match(rb"(SUM|SUMIF)\(", f) for f in formules)


@pytest.fixture(scope="module")
def longue() -> pl.DataFrame:
    return tableau.table(tableau.evaluer(lire_dossier(EXEMPLES / "tableau-de-bord-cnge"), 2026, TEXTE))


def test_les_patients(longue: pl.DataFrame) -> None:
    livre = Livre(patients_xlsx(longue))
    assert livre.formules.sheetnames == ["Patients", "Détail", "Synthèse", "À propos"]
    assert livre.verifier() == 1 + 1 + 15 * len(COURT) + len(COURT)
    gain = Decimal(str(longue["gain"].sum()))
    assert somme([livre.valeurs["Détail"]["F2"].value]) == gain
    patients = livre.feuille("Patients")
    assert [rangee[0] for rangee in patients] == longue["patient"].unique(maintain_order=True).to_list()
    assert somme([rangee[-1] for rangee in patients]) == gain
    assert [rangee[2] for rangee in livre.feuille("Détail")] == [COURT[etat] for etat in longue["etat"]]
    assert gain > 0


def test_les_patients_du_releve(releve_zip: Releve) -> None:
    cabinet = tableau.evaluer(lire_dossier(EXEMPLES / "cabinet-zip"), 2026, TEXTE)
    livre = Livre(releve_xlsx(releve_zip, cabinet))
    assert "Prévention" in livre.formules.sheetnames
    assert len(livre.feuille("Prévention")) == releve_zip.forfait.patients.height
    livre.verifier()


def test_un_patient_oppose_n_a_ni_acte_ni_date(longue: pl.DataFrame) -> None:
    premier = longue["patient"][0]
    opposee = longue.with_columns(
        pl.when(pl.col("patient") == premier).then(pl.lit("opposition")).otherwise("etat").alias("etat"),
        dernier_acte=pl.lit(dt.date(2026, 1, 1)), prochaine_date_utile=pl.lit(dt.date(2026, 2, 1)),
    )  # fmt: skip
    rangees = [rangee for rangee in Livre(patients_xlsx(opposee)).feuille("Détail") if rangee[0] == premier]
    assert [rangee[2:5] for rangee in rangees] == [["opposition", None, None]] * 15


@pytest.mark.parametrize("patient", HOSTILES, ids=abrege)
def test_un_identifiant_hostile(longue: pl.DataFrame, patient: str) -> None:
    seule = longue.filter(pl.col("patient") == longue["patient"][0]).with_columns(pl.lit(patient).alias("patient"))
    livre = Livre(patients_xlsx(seule))
    assert livre.formules["Détail"]["A5"].data_type == "s"
    assert len(livre.feuille("Patients")) == 1
    livre.verifier()


def test_la_simulation() -> None:
    a, b = TEXTE, trouver_texte("convention-2016")
    simulation = simuler(Tiree(20_000, 7, 2026), [(texte, 2026) for texte in (a, b)], None, "polars", 1)
    resultat = en_dict(comparer(simulation, *simulation.applications[:2]))
    livre = Livre(simulation_xlsx(resultat))
    assert livre.verifier() >= 6
    feuille = livre.valeurs["Par dispositif"]
    assert [somme([feuille[case].value]) for case in ("B2", "C2", "D2")] == [
        Decimal(str(resultat["masse"][cote])) for cote in ("texte", "contre", "difference")
    ]
    assert [rangee[2] for rangee in livre.feuille("Classes")] == ["masqué" if g["medecins"] is None else g["medecins"] for g in resultat["groupes"]]
