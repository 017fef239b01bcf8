"""The command line as a user runs it: a real process, its output, its errors and its exit status."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

RACINE = Path(__file__).parents[2]
EXEMPLES = RACINE / "exemples"


def convmed(*arguments, entree=""):
    return subprocess.run(
        [sys.executable, "-c", "from convmed.interfaces.cli import principal; principal()", *map(str, arguments)],
        input=entree, capture_output=True, text=True, cwd=RACINE, check=False,
        env={**os.environ, "COLUMNS": "160", "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip


def refuse(resultat, *morceaux):
    assert resultat.returncode == 2, resultat.stdout + resultat.stderr
    assert resultat.stdout == ""
    assert "Traceback" not in resultat.stderr
    for morceau in morceaux:
        assert morceau in resultat.stderr


def test_releve_en_texte_json_et_csv_disent_le_meme_total():
    texte = convmed("releve", EXEMPLES / "cabinet-zip", "--annee", 2026)
    assert texte.returncode == 0, texte.stderr
    donnees = json.loads(convmed("releve", EXEMPLES / "cabinet-zip", "--format", "json").stdout)
    assert {"medecin", "annee", "texte", "lignes", "total", "tableau_de_bord"} <= donnees.keys()
    assert donnees["medecin"] == "DR-ZIP"
    assert round(sum(ligne["montant"] or 0 for ligne in donnees["lignes"]) * 100) == round(donnees["total"] * 100)
    rangees = list(csv.DictReader(io.StringIO(convmed("releve", EXEMPLES / "cabinet-zip", "--format", "csv").stdout), delimiter=";"))
    assert [r["libelle"] for r in rangees] == [ligne["libelle"] for ligne in donnees["lignes"]]
    assert "Non calculé ou sans objet" in texte.stdout
    assert "[vsm]" in texte.stdout


def test_echeancier_ics_se_relit_et_ne_nomme_aucun_patient():
    import icalendar

    resultat = convmed("echeancier", EXEMPLES / "cabinet-zip", "--format", "ics")
    calendrier = icalendar.Calendar.from_ical(resultat.stdout)
    evenements = [e for e in calendrier.walk() if e.name == "VEVENT"]
    assert [str(e["DTSTART"].dt) for e in evenements][:4] == ["2026-04-30", "2026-06-30", "2026-09-30", "2026-11-30"]
    assert "P0001" not in resultat.stdout


def test_tableau_de_bord_et_explication():
    tableau = convmed("tableau-de-bord", EXEMPLES / "tableau-de-bord-cnge", "--date", "2026-05-15", "--patients")
    assert tableau.returncode == 0, tableau.stderr
    assert "CAMILLE-D" in tableau.stdout
    arbre = convmed("expliquer", EXEMPLES / "cabinet-zip", 1)
    assert "circulaire 31/07/2024, 3.1 A" in arbre.stdout


def test_rapprocher_l_exemple():
    resultat = convmed("rapprocher", EXEMPLES / "cabinet-zip", "--au", "2026-10-15", "--format", "json")
    assert resultat.returncode == 0, resultat.stderr
    assert {r["etat"] for r in json.loads(resultat.stdout)} >= {"apparié", "en retard", "insuffisant", "inexpliqué", "à venir"}


def test_bareme_et_normes():
    figures = json.loads(convmed("bareme", "--date", "2026-06-01", "--dispositif", "forfait-medecin-traitant", "--format", "json").stdout)
    trouvee = next(f for f in figures if f["figure"] == "ald_80_ans_et_plus")
    assert (trouvee["valeur"], trouvee["confiance"], trouvee["du"]) == ("100", "officiel", "2026-01-01")
    assert "Normes tenues par un test" in convmed("normes").stdout
    assert "C3.3B-04" in convmed("normes", "--dispositif", "vsm").stdout
    normes = json.loads(convmed("normes", "--format", "json").stdout)
    assert {"id", "dispositif", "etat", "tests"} <= normes[0].keys()
    assert {n["etat"] for n in normes} <= {"tenue", "non-tenue", "orientation", "non-publiee"}


@pytest.mark.parametrize(
    ("arguments", "morceaux"),
    [
        (["releve"], ["il manque DOSSIER"]),
        (["relevé"], ["commande inconnue"]),
        (["releve", "x", "--anne", "2026"], ["option inconnue : --anne", "--annee"]),
        (["releve", "x", "--annee", "mille"], ["--annee", "de 2017 à 2030"]),
        (["releve", "x", "--format", "docx"], ["--format", "texte, json, csv, pdf, xlsx"]),
        (["releve", "nulle-part"], ["ce dossier n'existe pas"]),
        (["releve", "exemples/pediatre", "--texte", "convention-2042"], ["texte inconnu", "en-vigueur"]),
        (["bareme", "--date", "2026-02-30"], ["date illisible"]),
        (["bareme", "--dispositif", "fmt"], ["dispositif inconnu"]),
        (["normes", "--dispositif", "vsn"], ["dispositif inconnu", "vsm"]),
        (["expliquer", "exemples/pediatre", "99"], ["pas de ligne n° 99"]),
        (["tableau-de-bord", "exemples/pediatre", "--annee", "2025"], ["pas de tableau de bord", "ROSP"]),
        (["rapprocher", "exemples/pediatre"], ["paiements.csv"]),
    ],
)
def test_mauvais_usage(arguments, morceaux):
    refuse(convmed(*arguments), *morceaux)


def test_calculer_repond_dans_la_meme_forme():
    cas = {"annee": 2026, "texte": "convention-2024", "entree": {"date_resultats": "2024-06-30", "patients_ald": 100,
           "vsm_dmp": 60, "vsm_structures": 0, "pmt": 1000, "deja_percu": 0}}  # fmt: skip
    un = json.loads(convmed("calculer", "vsm", entree=json.dumps({**cas, "annee": 2024})).stdout)
    assert un["resultats"]["montant"] == 1875
    deux = json.loads(convmed("calculer", "vsm", entree=json.dumps([{**cas, "annee": 2024}] * 2)).stdout)
    assert [reponse["resultats"] for reponse in deux] == [un["resultats"]] * 2
    assert json.loads(convmed("calculer", "vsm", entree="[]").stdout) == []


@pytest.mark.parametrize("entree", ["", "{", "null", "12", '{"annee": NaN}', '"texte"', "[[]]", "[" * 100_000, "\ufeff{}"])
def test_calculer_refuse_ce_qui_n_est_pas_un_cas(entree):
    resultat = convmed("calculer", "forfait-medecin-traitant", entree=entree)
    refuse(resultat)
    erreurs = json.loads(resultat.stderr)["erreurs"]
    assert all({"cas", "champ", "valeur", "attendu", "message"} <= erreur.keys() for erreur in erreurs)


def test_calculer_liste_toutes_les_erreurs_de_tous_les_cas():
    bon = {"annee": 2026, "entree": {"medecin": {"secteur": "2", "option_tarifaire": "aucune"}, "patients": []}}
    mauvais = {"annee": 2026, "txte": 1, "entree": {"medecin": {"secteur": "9"}, "patients": [{"sexe": "X"}]}}
    resultat = convmed("calculer", "forfait-medecin-traitant", entree=json.dumps([bon, mauvais, mauvais]))
    refuse(resultat)
    erreurs = json.loads(resultat.stderr)["erreurs"]
    assert {(e["cas"], e["champ"]) for e in erreurs} == {
        (n, champ) for n in (1, 2) for champ in ("txte", "entree.medecin.secteur", "entree.patients[0].sexe")
    }


def test_nouveau_dossier_se_remplit_et_ne_s_ecrase_pas(tmp_path):
    dossier = tmp_path / "mon-cabinet"
    assert convmed("nouveau", dossier).returncode == 0
    refuse(convmed("nouveau", dossier), str(dossier))
    assert {"cabinet.toml", "patients.csv", "evenements.csv"} <= {f.name for f in dossier.iterdir()}


def test_une_sortie_impossible_n_ecrit_rien(tmp_path):
    cible = tmp_path / "absent" / "releve.json"
    refuse(convmed("releve", EXEMPLES / "pediatre", "--format", "json", "--sortie", cible), "écriture impossible")
    ecrite = tmp_path / "releve.json"
    assert convmed("releve", EXEMPLES / "pediatre", "--format", "json", "--sortie", ecrite).returncode == 0
    assert json.loads(ecrite.read_text("utf-8"))["medecin"] == "DR-PEDIATRE"
    assert [f.name for f in tmp_path.iterdir()] == ["releve.json"]


def test_le_lecteur_qui_ferme_le_tuyau_n_a_pas_de_trace():
    commande = f'"{sys.executable}" -c "from convmed.interfaces.cli import principal; principal()" bareme --format json | head -1'
    resultat = subprocess.run(["bash", "-c", commande], capture_output=True, text=True, cwd=RACINE, check=False)
    assert "Traceback" not in resultat.stderr


def test_un_texte_qui_renvoie_a_ses_options_est_refuse_par_un_mot():
    refuse(convmed("releve", "exemples/cabinet-zip", "--texte", "proposition-2024-02-08"), "dépendent de l'option", "proposition-2024-02-08-option-1")
