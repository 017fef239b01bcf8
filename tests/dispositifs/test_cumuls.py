"""The table of cumuls by itself: well-formed, complete, never in contradiction, every situation a rule."""

from __future__ import annotations

import ast
import csv
import datetime as dt
import re
from collections import Counter
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest

from convmed.textes.bareme import DEBUT_DES_TEMPS, FIN_DES_TEMPS

TARIFS = Path(__file__).parents[2] / "src" / "convmed" / "dispositifs" / "tarifs"
COLONNES = [
    "id",
    "code1",
    "code2",
    "reponse",
    "condition",
    "si",
    "date_debut",
    "date_fin",
    "article",
    "source",
    "confiance",
    "normes",
]
FAITS = 279
DESIGNATION = re.compile(r"@[a-z][a-z0-9-]*(?<!-)|[A-Z0-9_]{1,7}|:[a-z][a-z0-9_]*")

Ligne = dict[str, str]


@cache
def lignes() -> list[Ligne]:
    with (TARIFS / "cumuls.csv").open(encoding="utf-8", newline="") as flux:
        return list(csv.DictReader(flux))


@cache
def regles_des_tarifs() -> set[str]:
    """Return the rules that the modules of the tarifs name, read without importing them."""
    noms: set[str] = set()
    for fichier in TARIFS.glob("*.py"):
        for noeud in ast.walk(ast.parse(fichier.read_text("utf-8"))):
            if isinstance(noeud, ast.FunctionDef) and noeud.decorator_list:
                noms.add(noeud.name)
            # Some rules are declared from a table: name first, then what it reads.
            elif isinstance(noeud, ast.Tuple) and noeud.elts and isinstance(noeud.elts[0], ast.Constant):
                noms.add(str(noeud.elts[0].value))
    return noms


def periode(ligne: Ligne) -> tuple[dt.date, dt.date]:
    du, au = ligne["date_debut"], ligne["date_fin"]
    return (
        dt.date.fromisoformat(du) if du else DEBUT_DES_TEMPS,
        dt.date.fromisoformat(au) if au else FIN_DES_TEMPS,
    )


def numero(ligne: Ligne) -> str:
    return ligne["id"]


def reponse(un: str, autre: str, date: str = "2026-06-01") -> list[str]:
    """Return the answers of the rows of a pair, in either order, at a date."""
    jour = dt.date.fromisoformat(date)
    return [
        ligne["reponse"]
        for ligne in lignes()
        if {ligne["code1"], ligne["code2"]} == {un, autre} and periode(ligne)[0] <= jour <= periode(ligne)[1]
    ]


def test_les_colonnes_sont_celles_que_la_machine_lit() -> None:
    with (TARIFS / "cumuls.csv").open(encoding="utf-8", newline="") as flux:
        assert next(csv.reader(flux)) == COLONNES
    assert all(None not in ligne and None not in ligne.values() for ligne in lignes())
    espaces = [ligne["id"] for ligne in lignes() if any(valeur != valeur.strip() for valeur in ligne.values())]
    assert not espaces


def test_chaque_identifiant_est_unique() -> None:
    assert [ident for ident, combien in Counter(map(numero, lignes())).items() if combien > 1] == []


def test_chaque_fait_est_la_entier_ou_par_morceaux() -> None:
    """Hold: none of the pairs gathered is lost; those exploded carry a, b, c... without a gap."""
    morceaux: dict[int, list[str]] = {}
    for ligne in lignes():
        lu = re.fullmatch(r"cumul-(\d{3})([a-z]?)", ligne["id"])
        assert lu or re.fullmatch(r"cumul-ex-[a-z0-9]+(-[a-z0-9]+)*", ligne["id"]), ligne["id"]
        if lu:
            morceaux.setdefault(int(lu[1]), []).append(lu[2])
    assert sorted(morceaux) == list(range(1, FAITS + 1))
    for fait, lettres in morceaux.items():
        attendues = [""] if len(lettres) == 1 else [chr(ord("a") + rang) for rang in range(len(lettres))]
        assert lettres == attendues, fait


def test_reponses_confiances_et_sources() -> None:
    for ligne in lignes():
        assert ligne["reponse"] in {"permis", "interdit", "muet"}, ligne["id"]
        assert ligne["confiance"] in {"officiel", "presse", "deduit"}, ligne["id"]
        assert ligne["source"], ligne["id"]
        assert not re.search(r"\b00\d_[0-9a-f]{8}", ligne["source"] + ligne["article"]), ligne["id"]
        assert not re.search(r"\bidem\b|même raison|mêmes (secteurs|conditions)", ligne["condition"]), ligne["id"]


def test_les_dates_se_lisent_et_se_suivent() -> None:
    for ligne in lignes():
        du, au = periode(ligne)
        assert du <= au, ligne["id"]


def test_chaque_mot_est_un_code_un_groupe_ou_une_situation() -> None:
    for ligne in lignes():
        for mot in (ligne["code1"], ligne["code2"]):
            assert DESIGNATION.fullmatch(mot), f"{ligne['id']} : {mot}"
        # The machine reads a situation on the right of what it qualifies.
        assert not ligne["code1"].startswith(":") or ligne["code2"].startswith(":"), ligne["id"]


def test_aucune_paire_ne_se_contredit() -> None:
    """Hold: of two rows of one pair opened by the same rule, at one date, the answer is the same and given once."""
    par_paire: dict[tuple[str, ...], list[Ligne]] = {}
    for ligne in lignes():
        par_paire.setdefault((*sorted((ligne["code1"], ligne["code2"])), ligne["si"]), []).append(ligne)
    for paire, siennes in par_paire.items():
        for une, autre in combinations(siennes, 2):
            recouvrement = max(periode(une)[0], periode(autre)[0]) <= min(periode(une)[1], periode(autre)[1])
            assert not recouvrement, f"{paire} : {une['id']} et {autre['id']}"


def test_chaque_situation_a_sa_regle() -> None:
    nommees = {mot[1:] for ligne in lignes() for mot in (ligne["code1"], ligne["code2"]) if mot.startswith(":")}
    ouvertures = {ligne["si"] for ligne in lignes() if ligne["si"]}
    assert nommees | ouvertures <= regles_des_tarifs()


def test_aucune_situation_n_est_decrite_pour_rien() -> None:
    """Hold: each rule of situations.py is named by the table, or read by one that is."""
    arbre = ast.parse((TARIFS / "situations.py").read_text("utf-8"))
    fonctions = {noeud.name: noeud for noeud in arbre.body if isinstance(noeud, ast.FunctionDef)}
    lues = {argument.arg for fonction in fonctions.values() for argument in fonction.args.args}
    nommees = {mot.removeprefix(":") for ligne in lignes() for mot in (ligne["code1"], ligne["code2"], ligne["si"])}
    assert set(fonctions) <= nommees | lues


@pytest.mark.parametrize(
    ("un", "autre", "du"),
    [
        pytest.param("SNP", "SHE", "2024-12-22", marks=pytest.mark.normes("C6A1-08")),
        pytest.param("SHE", "MRT", "2024-12-22", marks=pytest.mark.normes("C6A1-11")),
        pytest.param("SNP", "MVR", "2026-01-01", marks=pytest.mark.normes("C6A1-18")),
        pytest.param("SHE", "MVR", "2026-01-01", marks=pytest.mark.normes("C6A1-19")),
    ],
)
def test_les_majorations_du_sas_se_cumulent_des_leur_date(un: str, autre: str, du: str) -> None:
    veille = dt.date.fromisoformat(du) - dt.timedelta(days=1)
    assert reponse(un, autre, du) == ["permis"]
    assert reponse(un, autre, veille.isoformat()) == []


@pytest.mark.normes("C6B2-11")
@pytest.mark.parametrize("garde", ["CRN", "CRM", "CRD", "CRS", "VRN", "VRM", "VRD", "VRS"])
def test_la_mhp_exclut_chaque_majoration_de_garde(garde: str) -> None:
    assert reponse("MHP", garde) == ["interdit"]


@pytest.mark.normes("C6B2-06")
@pytest.mark.parametrize("majoration", ["MN", "MM", "F"])
def test_l_urgence_ne_se_majore_pas_en_teleconsultation(majoration: str) -> None:
    assert reponse(majoration, "TCG") == ["interdit"]


def test_une_derogation_est_plus_precise_que_la_regle_generale() -> None:
    """Hold: what is permitted beside the general ban on consultation and CCAM act is written code by code."""
    assert reponse("@consultation", "@acte-ccam") == ["interdit"]
    for acte in ("DEQP003", "JKHD001", "GLQP012", "JKLD001"):
        assert reponse(acte, "G") == ["permis"], acte
    assert reponse("JKGD001", "G") == ["muet"]
    assert reponse("@majoration", "@acte-ccam") == ["interdit"]


@pytest.mark.parametrize("paire", list(combinations(("K", "T", "3"), 2)))
def test_un_seul_des_modificateurs_de_l_option(paire: tuple[str, str]) -> None:
    assert reponse(*paire, "2024-12-31") == []
    assert reponse(*paire, "2025-01-01") == ["interdit"]


# Published combinations: every pair has a row that permits it.
@pytest.mark.parametrize(
    ("codes", "date"),
    [
        ("G MEG", "2026-06-01"), ("G SNP SHE", "2024-12-22"), ("VG MD SNP MVR", "2026-01-01"), ("VG MD MEG", "2024-12-22"),
        ("VG MD SNP SHE MVR", "2026-01-01"), ("G SNP MOP", "2024-12-22"), ("G CRD MEG", "2024-12-22"),
        ("VG MD DEQP003 YYYY490", "2025-01-01"), ("VG VRN MOP DEQP003 YYYY490 IK", "2026-01-01"), ("CNPSY MCS MP", "2024-12-22"),
        ("CS MCS MCE", "2024-12-22"), ("CS MCS MCU", "2026-01-01"), ("CS DA", "2024-12-22"), ("VG MD MSH", "2023-10-31"),
        ("VG MD MSH", "2023-11-01"), ("G CRN", "2023-10-31"), ("G CRN", "2024-06-01"), ("G MN", "2024-12-21"), ("G F", "2024-12-22"),
        ("CDRP002 BLQP010", "2026-06-01"), ("GABD002 M", "2026-06-01"), ("QZJA002 M", "2025-01-01"), ("RDV G", "2024-12-22"),
    ],
)  # fmt: skip
def test_les_combinaisons_publiees_ont_chaque_paire(codes: str, date: str) -> None:
    """Hold: a group stands for its codes here as in the machine."""
    groupes = {"VRN": ["@pdsa", "@visite-pdsa"], "CRD": ["@pdsa"]}
    for un, autre in combinations(codes.split(), 2):
        trouvees = [
            r for a in (un, *groupes.get(un, [])) for b in (autre, *groupes.get(autre, [])) for r in reponse(a, b, date)
        ]
        assert "permis" in trouvees, f"{un} et {autre}"
        assert "interdit" not in trouvees, f"{un} et {autre}"
