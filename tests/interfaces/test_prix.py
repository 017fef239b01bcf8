"""`convmed prix`: the history of a code, or its price at a date in a situation."""

import csv
import io
import json

import pytest
from click.testing import CliRunner

import convmed
from convmed.interfaces.cli import application
from convmed.textes import Erreurs

LARGEUR = 100


def invoquer(*arguments):
    return CliRunner().invoke(application, ["prix", *arguments], standalone_mode=False, env={"COLUMNS": str(LARGEUR)})


def dit(*arguments):
    resultat = invoquer(*arguments)
    assert resultat.exception is None, resultat.exception
    assert max(len(ligne) for ligne in resultat.stdout.splitlines()) <= LARGEUR
    return resultat.stdout.replace("\N{NO-BREAK SPACE}", " ")


def lu(*arguments):
    resultat = invoquer(*arguments, "--format", "json")
    assert resultat.exception is None, resultat.exception
    return json.loads(resultat.stdout)


def fautes(*arguments):
    resultat = invoquer(*arguments)
    assert isinstance(resultat.exception, Erreurs), resultat.output
    assert resultat.stdout == ""
    return {faute.champ: str(faute) for faute in resultat.exception.fautes}


def test_l_histoire_d_un_code():
    texte = dit("g")
    assert "G — Consultation du généraliste" in texte
    assert "si : exercice dans un département ou une région d'outre-mer" in texte
    for mot in ("01/11/2023", "26,50 €", "antérieur, presse", "proposé", "30,00 €", "non publié"):
        assert mot in texte
    dates = [r["du"] or "" for r in lu("G") if r["figure"] == "G"]
    assert dates == sorted(dates)
    assert {r["texte"] for r in lu("G")} >= {"convention-2016", "reglement-arbitral-2023", "convention-2024", "proposition-2024-02-08"}


def test_un_code_supprime_et_les_unites():
    assert "supprimé" in dit("GS")
    assert "30 % de l'acte" in dit("K")
    assert "0,61 €/km" in dit("IK")


@pytest.mark.parametrize(
    ("arguments", "valeur", "texte"),
    [
        (["G", "--date", "2026-01-15"], 30, "convention-2024"),
        (["G", "--date", "2024-12-21"], 26.5, "reglement-arbitral-2023"),
        (["G", "--date", "2024-12-22"], 30, "convention-2024"),
        (["G", "--date", "2026-01-15", "--departement", "974"], 36, "en-vigueur"),
        (["K", "--date", "2025-12-31"], 25, "en-vigueur"),
        (["K", "--date", "2025-12-31", "--texte", "convention-2024"], 30, "convention-2024"),
        (["CS", "--date", "2026-01-15", "--specialite", "34", "--secteur", "1"], 37, "en-vigueur"),
    ],
)
def test_le_prix_a_une_date(arguments, valeur, texte):
    (rangee,) = lu(*arguments)
    assert (rangee["valeur"], rangee["texte"]) == (valeur, texte)
    assert rangee["reference"]


def test_un_prix_en_une_phrase():
    texte = dit("G", "--date", "2026-01-15")
    assert "G au 15/01/2026 : 30,00 € — Consultation du généraliste" in texte
    assert "convention-2024 depuis le 22/12/2024" in texte
    assert "presse" in dit("G", "--date", "2026-01-15", "--departement", "974")
    assert "GS au 01/01/2026 : n'existe pas" in dit("GS", "--date", "2026-01-01")


def test_ce_qui_manque_pour_un_prix_se_dit_en_une_fois():
    assert set(fautes("CS", "--date", "2026-01-15")) == {"--specialite", "--secteur"}
    assert set(fautes("CS", "--date", "2026-01-15", "--specialite", "03", "--secteur", "2")) == {"--option", "--opposable"}
    assert "1, 2 ou nc" in fautes("CS", "--date", "2026-01-15", "--specialite", "03")["--secteur"]


def test_toutes_les_fautes_par_leur_option():
    lues = fautes("GLL", "--date", "2026-13-01", "--secteur", "9", "--departement", "XX")
    assert set(lues) == {"CODE", "--date", "--secteur", "--departement"}
    assert "code inconnu « GLL »" in lues["CODE"]
    assert "GL2" in lues["CODE"]


def test_csv_et_facade():
    resultat = invoquer("IK", "--format", "csv")
    rangees = list(csv.DictReader(io.StringIO(resultat.stdout), delimiter=";"))
    assert [r["unite"] for r in rangees] == [r["unite"] for r in convmed.prix("IK")]
    assert convmed.prix("G", situation={"departement": "974"})[0]["figure"] == "G_drom"
    with pytest.raises(convmed.Erreurs, match="code inconnu"):
        convmed.prix("ZZZ")
