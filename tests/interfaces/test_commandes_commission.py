"""`convmed commission` as a user runs it: good input, wrong input told whole, empty input, files written whole or not at all."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

CANDIDATS = Path(__file__).parents[2] / "exemples" / "commission" / "candidats.csv"
EN_TETE = "candidat;section;organisation;college;liberal_conventionne;sanction_definitive\n"


@pytest.fixture
def convmed(lanceur: Callable[..., Any]) -> Any:
    return lanceur("commission", colonnes=120)


def lues(texte: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(texte), delimiter=";"))


def test_l_aide_de_chaque_commande(convmed: Any) -> None:
    for commande in ("sieges", "composer", "verifier", "voter", "presidence", "carence", "instances", "indemnites"):
        assert commande in convmed.reussit("--help")
        assert "--format" in convmed.reussit(commande, "--help")


# --- seats


def test_les_sieges_de_2021_montrent_le_travail(convmed: Any) -> None:
    texte = convmed.reussit("sieges", "--urps", 2021, colonnes=80)
    for attendu in ("quotient 100 / 6 = 16,6667", "0,6433", "12,02", "Sans siège : SML", "moins de 10", "UFML-S", "lecture 55"):
        assert attendu in texte.replace("\N{NO-BREAK SPACE}", " ")
    lu = convmed.json("sieges", "--urps", 2021)
    assert {nom: combien for nom, combien in lu["sieges"].items() if combien} == {"MG France": 3, "CSMF": 4, "FMF": 1, "Avenir Spé – Le Bloc": 3, "SML": 1}
    rangees = lues(convmed.reussit("sieges", "--urps", 2021, "--format", "csv"))
    assert len(rangees) == 14
    assert [(r["college"], r["sieges"]) for r in rangees if r["organisation"] == "CSMF"] == [("generalistes", "2"), ("specialistes", "2")]


def test_des_voix_avec_une_virgule_ou_en_pour_cent(convmed: Any) -> None:
    voix = ("MG France=36,58", "CSMF = 17.31 %", "FMF=17,18%", "SML=9,46")
    assert convmed.json("sieges", "--sieges", 6, "--exprimes", 100, "--college", "generalistes", *voix)["sieges"] == {"MG France": 3, "CSMF": 2, "FMF": 1, "SML": 0}
    assert convmed.json("sieges", "--sieges", 6, "--exprimes", 100, "--seuil", "5%", *voix)["sieges"]["SML"] == 1
    assert convmed.json("sieges", "--sieges", 6, "--base", "signataires", "--signataire", "FMF", *voix)["sieges"]["FMF"] == 6
    egalite = convmed.reussit("sieges", "--sieges", 3, "A=100", "B=100")
    assert "texte muet : 1 siège à départager entre A, B" in egalite
    assert "Égalité de restes entre A, B" in convmed.reussit("sieges", "--sieges", 4, "A=250", "B=150")
    assert "siège assuré" in convmed.reussit("sieges", "--sieges", 3, "A=1000", "B=1")


def test_des_sieges_refuses_en_une_fois(convmed: Any) -> None:
    assert [ligne.partition(" : ")[0] for ligne in convmed.refuse("sieges")] == ["VOIX", "--sieges"]
    fautes = convmed.refuse("sieges", "--sieges", 6, "A", "B=x", "C=1", "C=2", "--seuil", "beaucoup", "--exprimes", "cent", "--date", "demain", "--texte", "rien")
    assert [ligne.partition(" : ")[0] for ligne in fautes] == ["texte", "--date", "VOIX", "VOIX", "VOIX", "--exprimes", "--seuil"]
    assert convmed.refuse("sieges", "--sieges", 6, "A=10", "B=20", "--exprimes", 5, "--signataire", "Z")[0].startswith("--exprimes : les voix ne font pas ce total")
    assert "chacune en a un au moins" in convmed.refuse("sieges", "--sieges", 1, "A=10", "B=20")[0]
    assert "l'une de 2021" in convmed.refuse("sieges", "--urps", 2015)[0]
    assert convmed.refuse("sieges", "--urps", 2021, "A=2", "--sieges", 3)[0].startswith("--sieges : urps donne déjà")
    assert "de 2017 à 2030" in convmed.refuse("sieges", "--urps", 2021, "--date", "2050-01-01")[0]


# --- compositions


def test_composer_puis_verifier(convmed: Any, tmp_path: Path) -> None:
    texte = convmed.reussit("composer", CANDIDATS, "--instance", "cpn", colonnes=80)
    for attendu in ("mgf-01, mgf-02, mgf-04", "Écarté : mgf-03, a fait l'objet d'une sanction", "Écarté : ufml-01"):
        assert attendu in texte
    cpn = tmp_path / "cpn.csv"
    convmed.reussit("composer", CANDIDATS, "--instance", "cpn", "--format", "csv", "--sortie", cpn)
    assert len(lues(cpn.read_text("utf-8"))) == 51
    assert "conforme            │ oui" in convmed.reussit("verifier", cpn, "--instance", "cpn")
    assert convmed.json("verifier", cpn, "--instance", "cpn")["voix"] == {"professionnelle": 13, "sociale": 13}
    assert lues(convmed.reussit("verifier", cpn, "--instance", "cpn", "--format", "csv")) == []
    appel = lues(convmed.reussit("verifier", cpn, "--instance", "cpn", "--appel", "--format", "csv"))
    assert [faute["membre"] for faute in appel] == ["unocam-01", "unocam-02"]
    compose = convmed.reussit("composer", CANDIDATS, "--instance", "cpn", "--format", "json")
    assert convmed.json("verifier", "-", "--instance", "cpn", entree=compose)["valable"] is True


def test_ce_qui_manque_pour_s_installer_est_dit_et_rien_n_est_ecrit(convmed: Any, tmp_path: Path) -> None:
    sans_fmf = tmp_path / "sans_fmf.csv"
    sans_fmf.write_text("".join(ligne for ligne in CANDIDATS.read_text("utf-8").splitlines(True) if not ligne.startswith("fmf")), "utf-8")
    sortie = tmp_path / "cpn.csv"
    fautes = convmed.refuse("composer", sans_fmf, "--instance", "cpn", "--format", "csv", "--sortie", sortie)
    assert fautes[0].startswith("sans_fmf.csv : FMF généralistes : 1 titulaire à pourvoir, 0 candidat")
    assert any("mgf-03 : écarté" in faute for faute in fautes)
    assert not sortie.exists()
    sans_suppleant = tmp_path / "sans_suppleant.csv"
    sans_suppleant.write_text("".join(ligne for ligne in CANDIDATS.read_text("utf-8").splitlines(True) if not ligne.startswith("sml-02")), "utf-8")
    assert "Manque : SML spécialistes" in convmed.reussit("composer", sans_suppleant, "--instance", "cpn")
    vide = tmp_path / "vide.csv"
    vide.write_text(EN_TETE, "utf-8")
    assert len(convmed.refuse("composer", vide, "--instance", "cpl")) == 15


def test_un_fichier_mal_ecrit_est_refuse_avec_ses_lignes(convmed: Any, tmp_path: Path) -> None:
    fichier = tmp_path / "c.csv"

    def refuse(contenu: str) -> list[str]:
        fichier.write_text(contenu, "utf-8")
        return convmed.refuse("composer", fichier, "--instance", "cpl")

    assert "ligne 1 : la première ligne ne porte pas les noms" in refuse("a;b\n1;2\n")[0]
    assert "ce fichier est vide" in refuse("")[0]
    assert "ligne 2, colonne « college »" in refuse(EN_TETE + "x;professionnelle;FMF;dentistes;oui;non\n")[0]
    fautes = refuse(EN_TETE + "x;pro;;mg;oui;non\nx;pro;FMF;;oui;non\n")
    assert [faute.partition(" : ")[0] for faute in fautes] == [
        "c.csv, ligne 2, colonne « organisation »", "c.csv, ligne 3, colonne « candidat »", "c.csv, ligne 3, colonne « college »",
    ]  # fmt: skip
    assert "n'existe pas" in convmed.refuse("composer", tmp_path / "absent.csv", "--instance", "cpl")[0]
    assert "candidats" in convmed.refuse("composer", "-", "--instance", "cpl", entree='{"candidats": 3}')[0]
    assert "candidats[0].section" in convmed.refuse("composer", "-", "--instance", "cpl", entree='{"candidats": [{"candidat": "x"}]}')[0]
    assert "JSON illisible" in convmed.refuse("composer", "-", "--instance", "cpl", entree="{")[0]
    assert convmed.refuse("composer", CANDIDATS, "--instance", "cpl", "--appel")[0].startswith("--appel")
    assert "--instance" in convmed.refuse("composer", CANDIDATS)[0]


# --- votes, presidency, failure, instances, indemnities


def test_voter(convmed: Any) -> None:
    assert "PARTAGE : SECOND VOTE" in convmed.reussit("voter", "--pour", 13, "--contre", 13, "--tour", 1)
    assert "AVIS RÉPUTÉ RENDU" in convmed.reussit("voter", "--pour", 13, "--contre", 13, "--tour", 2)
    complet = ("--instance", "cpn", "--presents-professionnels", 12, "--presents-sociaux", 12, "--unocam", "--quorum", 7)
    assert convmed.json("voter", "--pour", 14, "--contre", 12, *complet)["voix_presentes"] == {"professionnelle": 13, "sociale": 13}
    assert "DÉLIBÉRATION IMPOSSIBLE" in convmed.reussit("voter", "--pour", 1, "--contre", 0, "--presents-professionnels", 3, "--presents-sociaux", 2)
    assert convmed.refuse("voter", "--pour", 20, "--contre", 20)[0].startswith("--pour : plus de voix")
    assert convmed.refuse("voter", "--pour", 1, "--contre", 1, "--presents-sociaux", 3)[0].startswith("--presents-professionnels")
    assert convmed.refuse("voter", "--pour", 1, "--contre", 1, "--quorum", 3)[0].startswith("--presents-professionnels et --presents-sociaux")
    assert "--contre" in convmed.refuse("voter", "--pour", 1)[0]


def test_presidence(convmed: Any) -> None:
    assert "la section sociale préside" in convmed.reussit("presidence", "--premiere", "sociale", "--date", "2026-03-01")
    rangees = lues(convmed.reussit("presidence", "--premiere", "sociale", "--installee-le", "2024-10-01", "--date", "2025-01-01", "--format", "csv"))
    assert [(r["du"], r["preside"]) for r in rangees] == [("2024-10-01", "sociale"), ("2025-01-01", "professionnelle"), ("2026-01-01", "sociale")]
    assert "n'est installée que le 11/09/2024" in convmed.reussit("presidence", "--premiere", "sociale", "--date", "2024-09-10")
    assert "pas dans les sources" in convmed.reussit("presidence", "--premiere", "sociale", "--date", "2024-06-21")
    assert lues(convmed.reussit("presidence", "--premiere", "sociale", "--date", "2024-06-21", "--format", "csv")) == []
    assert convmed.refuse("presidence", "--premiere", "sociale", "--date", "2026-02-30", "--installee-le", "hier")[1].startswith("--installee-le")


def test_carence(convmed: Any) -> None:
    blocage = ("carence", "--cas", "refus-de-vote", "--section", "sociale", "--tentatives", 2, "--constat", "2026-03-10")
    assert "invitée à y remédier" in convmed.reussit(*blocage, "--date", "2026-04-10")
    assert "la section professionnelle seule" in convmed.reussit(*blocage, "--date", "2026-04-11")
    assert convmed.json(*blocage, "--date", "2026-04-11", "--remede", "2026-04-11")["etat"] == "remediee"
    assert "pas de carence" in convmed.reussit("carence", "--cas", "constitution", "--section", "sociale", "--date", "2024-09-21")
    assert convmed.json("carence", "--cas", "constitution", "--section", "les-deux", "--instance", "cpl", "--date", "2024-10-01")["agit"] == "cpr"
    assert {f.partition(" : ")[0] for f in convmed.refuse("carence", "--cas", "parite", "--section", "les-deux")} == {"--constat", "--section"}
    assert "pas dans les sources" in convmed.reussit("carence", "--cas", "constitution", "--section", "sociale", "--texte", "convention-2016")


def test_instances_et_indemnites(convmed: Any) -> None:
    texte = convmed.reussit("instances", "--departement", "35", "--sans-cpl", "--installee-le", "2024-09-22", colonnes=80)
    for attendu in ("Missions de CPL : CPR", "21/09/2024", "dans le délai : non", "1 synthèse", "Mission de la CPL"):
        assert attendu in texte
    assert "commission unique" in convmed.reussit("instances", "--departement", "974")
    assert convmed.refuse("instances", "--departement", "x", "--installee-le", "2020-01-01")[0].startswith("--departement")
    assert "pas dans les sources" in convmed.reussit("instances", "--date", "2024-06-21")
    assert "1\N{NARROW NO-BREAK SPACE}196,00" in convmed.reussit("indemnites", "--seances", 4, "--distance", 1)
    assert convmed.json("indemnites", "--seances", 2, "--valeur-c", "26,50")["montant"] == 689
    assert convmed.refuse("indemnites", "--seances", 2, "--distance", 3, "--valeur-c", "beaucoup")[0].startswith("--valeur-c")
    assert convmed.json("indemnites", "--seances", 2, "--annee", 2023)["montant"] is None
    assert "pas dans les sources" in convmed.reussit("indemnites", "--seances", 2, "--annee", 2023)
