"""`convmed coter` as a secretary runs it: options, questions, what is shown, what is refused."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from convmed.interfaces.cli import application
from convmed.textes import Erreurs

RACINE = Path(__file__).parents[2]
SEANCE = ["--date-heure", "2026-01-15T10:00", "--specialite", "01", "--secteur", "1", "--lieu", "cabinet"]
LARGEUR = 100


def coter(*arguments, entree=None):
    return CliRunner().invoke(application, ["coter", *arguments], input=entree, standalone_mode=False, env={"COLUMNS": str(LARGEUR)})


def dit(*arguments):
    resultat = coter(*arguments)
    assert resultat.exception is None, resultat.exception
    return resultat.stdout


def lu(*arguments, entree=None):
    resultat = coter(*arguments, "--format", "json", entree=entree)
    assert resultat.exception is None, resultat.exception
    return json.loads(resultat.stdout)


def fautes(*arguments):
    resultat = coter(*arguments)
    assert isinstance(resultat.exception, Erreurs), resultat.output
    assert resultat.stdout == ""
    return {faute.champ: faute for faute in resultat.exception.fautes}


def test_la_consultation_d_un_adulte():
    texte = dit(*SEANCE, "--age", "40")
    assert texte.startswith("jeudi 15/01/2026 à 10 h 00, hors permanence des soins ; métropole")
    assert re.search(r"1 │ G +│ Consultation du généraliste +│ +30,00", texte)
    assert "Assurance maladie 19,00" in texte
    assert "--motif" in texte
    assert max(len(ligne) for ligne in texte.splitlines()) <= LARGEUR


@pytest.mark.parametrize(
    "situation",
    [
        ["--age", "3"],
        ["--lieu", "domicile", "--regulation", "pdsa", "--date-heure", "2026-01-15T22:30", "--kilometres", "20"],
        ["--secteur", "2", "--option", "aucune", "--pas-opposable", "--depassement", "20"],
        ["DEQP003", "--age", "70", "--toutes"],
        ["--pourquoi", "SNP,MHP", "--pourquoi", "G", "--feuille", "degradee", "--c2s"],
        ["--date-heure", "2026-05-01T10:00", "--departement", "974"],
    ],
)
def test_tout_tient_dans_la_largeur_du_terminal(situation):
    assert max(len(ligne) for ligne in dit(*SEANCE, *situation).splitlines()) <= LARGEUR


def test_un_ferie_et_les_horaires_de_garde_se_disent():
    assert dit(*SEANCE, "--date-heure", "2026-05-01T10:00").startswith("vendredi 01/05/2026 (férié) à 10 h 00, aux heures de permanence")


def test_sans_le_lieu_la_reponse_dit_ce_qui_manque_et_ce_que_chaque_lieu_donnerait():
    texte = dit(*SEANCE[:-2])
    assert "Lieu de l'acte (--lieu : cabinet, domicile, teleconsultation ou etablissement)" in texte
    assert "Aucune cotation" not in texte
    assert re.search(r"--lieu domicile +│ VG \+ MD", texte)


def test_sans_rien_la_reponse_demande_le_medecin_et_le_lieu():
    texte = dit()
    assert [option for option in ("--specialite", "--secteur", "--lieu") if option not in texte] == []
    assert len(texte.splitlines()) < 12


def test_pourquoi_un_code_et_une_paire():
    texte = dit(*SEANCE, "--pourquoi", "SNP", "--pourquoi", "MHP")
    assert re.search(r"SNP \+ MHP +│ interdit", texte)
    ensemble = lu(*SEANCE, "--pourquoi", "SNP,MHP")["reponses"]
    assert ensemble == lu(*SEANCE, "--pourquoi", "snp+mhp")["reponses"]
    assert [r["codes"] for r in ensemble] == [["SNP"], ["MHP"], ["SNP", "MHP"]]
    assert "Réponses" in dit(*SEANCE, "G", "MEG")


def test_tiers_payant_et_conseils_accompagnent_la_situation():
    texte = dit(*SEANCE, "--c2s", "--feuille", "degradee")
    assert "Tiers payant intégral" in texte
    assert "SCOR" in texte
    assert "Tiers payant" not in dit(*SEANCE)
    assert "Tiers payant, à vérifier" in dit(*SEANCE, "--ald")


def test_les_options_et_le_json_disent_la_meme_seance():
    assert lu(*SEANCE, "--age", "3")["cotations"] == lu(*SEANCE, "--naissance", "2023-01-15")["cotations"]
    assert lu(*SEANCE, "--departement", "974", "--age", "40")["situation"]["territoire"] == "reunion"


def test_toutes_les_fautes_par_leur_option():
    lues = fautes(
        "ZZZ", "--secteur", "9", "--specialite", "MG", "--lieu", "maison", "--naissance", "2030-13-01", "--date-heure", "2026-02-30T10:00",
        "--donnee", "toto=1", "--donnee", "hospitalise=bleu", "--departement", "XX", "--motif", "grippe", "--depassement", "douze",
        "--appel", "2026-01-15", "--pourquoi", "YYY", "--option", "optima", "--regulation", "samu",
    )  # fmt: skip
    assert set(lues) == {
        "CODES", "--secteur", "--specialite", "--lieu", "--naissance", "--date-heure", "--donnee toto", "--donnee hospitalise",
        "--departement", "--motif", "--depassement", "--appel", "--pourquoi", "--option", "--regulation",
    }  # fmt: skip
    assert "ZZZ" in str(lues["CODES"])
    assert "1, 2 ou nc" in str(lues["--secteur"])
    assert "AAAA-MM-JJ" in str(lues["--naissance"])
    assert "oui ou non" in str(lues["--donnee hospitalise"])
    assert "dossier-apa" in str(lues["--motif"])
    assert "il manque l'heure" in str(lues["--appel"])
    assert "^" not in "".join(map(str, lues.values()))


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        (["--age", "3", "--naissance", "2020-01-01"], "--age"),
        (["--naissance", "2030-01-01"], "--naissance"),
        (["--appel", "2026-01-16T10:00"], "--appel"),
        (["--date-heure", "1999-01-15T10:00"], "--date-heure"),
        (["--opposable", "--depassement", "12,50"], "--depassement"),
        (["G", "g"], "CODES"),
        (["--donnee", "mode_deplacement=velo"], "--donnee mode_deplacement"),
    ],
)
def test_ce_qui_ne_va_pas_ensemble(arguments, option):
    assert list(fautes(*SEANCE, *arguments)) == [option]


def test_une_faute_sort_avec_le_code_2_et_rien_sur_la_sortie():
    commande = "from convmed.interfaces.cli import principal; principal()"
    resultat = subprocess.run([sys.executable, "-c", commande, "coter", "--secteur", "9"], capture_output=True, text=True, cwd=RACINE, check=False)
    assert (resultat.returncode, resultat.stdout) == (2, "")
    assert "--secteur : valeur refusée (attendu : 1, 2 ou nc)" in resultat.stderr


def test_les_questions_une_a_une():
    reponses = ["", "9", "2", "optam", "oui", "", "2026-01-15T10:00", "", "trois", "3", "non", "", "", "sas", "", "2026-01-15T09:00", "", "?", ""]
    resultat = coter("--questions", "--format", "json", entree="\n".join(reponses) + "\n")
    assert resultat.exception is None, resultat.exception
    cotation = json.loads(resultat.stdout)["cotations"][0]
    assert [code["code"] for code in cotation["codes"]] == ["G", "SNP", "MEG"]
    assert resultat.stderr.count("attendu : ") == 3
    assert "dossier-apa" in resultat.stderr


def test_une_question_n_est_pas_posee_si_l_option_y_repond():
    resultat = coter(*SEANCE, "--questions", "--format", "json", entree="\n" * 20)
    assert "Secteur" not in resultat.stderr
    assert "Option tarifaire" not in resultat.stderr
