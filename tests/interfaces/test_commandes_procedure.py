"""`convmed procedure` as a user runs it."""

from __future__ import annotations

import csv
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import icalendar
import pytest
from click.testing import CliRunner

from convmed.dispositifs.sanctions import procedures
from convmed.interfaces.cli import application
from convmed.restitution.procedure import COLONNES
from convmed.restitution.procedure_diagramme import page
from convmed.textes import Erreurs

EXEMPLES = Path(__file__).parents[2] / "exemples" / "procedure"
ORDINAIRE = EXEMPLES / "ordinaire.yaml"
AU = ("--date", "2025-05-06")


def reussit(*arguments: object) -> str:
    resultat = CliRunner().invoke(application, ["procedure", *map(str, arguments)], standalone_mode=False, env={"COLUMNS": "200"})
    assert resultat.exception is None, resultat.exception
    return resultat.stdout


def refuse(*arguments: object) -> list[str]:
    resultat = CliRunner().invoke(application, ["procedure", *map(str, arguments)], standalone_mode=False)
    assert isinstance(resultat.exception, Erreurs), resultat.output
    assert resultat.stdout == ""
    return [str(faute) for faute in resultat.exception.fautes]


@pytest.fixture
def dossier(tmp_path: Path) -> Path:
    chemin = tmp_path / "dossier.yaml"
    reussit("nouvelle", "ordinaire", chemin, "--date", "2025-01-06", "--reference", 'le "12"')
    return chemin


@pytest.mark.parametrize("nom", list(procedures()))
def test_un_dossier_neuf_se_lit_et_donne_les_premieres_etapes(nom: str, tmp_path: Path) -> None:
    chemin = tmp_path / "neuf.yaml"
    reussit("nouvelle", nom, chemin)
    lu = json.loads(reussit("echeances", chemin, "--format", "json"))
    assert (lu["procedure"], lu["etapes"], lu["terminee"]) == (nom, [], False)
    assert lu["suites"]
    assert all(f"#   {etape.nom} " in chemin.read_text("utf-8") for etape in procedures()[nom].etapes.values() if not etape.tacite)


def test_nouvelle_ne_remplace_rien_et_accepte_les_deux_ordres(dossier: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    avant = dossier.read_bytes()
    assert refuse("nouvelle", "ordinaire", dossier) == [f"{dossier} : ce fichier existe déjà, et n'est pas remplacé (attendu : un nom libre)"]
    assert dossier.read_bytes() == avant
    monkeypatch.chdir(tmp_path)
    reussit("nouvelle", "penalite")
    reussit("nouvelle", "a.yaml", "mso")
    reussit("nouvelle", "b.yaml")
    lues = [json.loads(reussit("echeances", f, "--format", "json"))["procedure"] for f in ("penalite.yaml", "a.yaml", "b.yaml")]
    assert lues == ["penalite", "mso", "ordinaire"]
    assert "procédure inconnue" in refuse("nouvelle", "divorce")[0]
    assert "pas d'avertissement" in refuse("nouvelle", "mso", "c.yaml", "--sans-avertissement", "R. 147-11")[0]
    assert refuse("nouvelle", "ordinaire", "d.yaml", "--sans-avertissement", "parce que")[0].startswith("d.yaml, ligne ")
    assert "sans numéro de sécurité sociale" in refuse("nouvelle", "ordinaire", "e.yaml", "--reference", "1 80 07 75 123 456 78")[0]
    assert not any((tmp_path / f).exists() for f in ("c.yaml", "d.yaml", "e.yaml"))


def test_etape_note_et_garde_le_reste_du_fichier(dossier: Path) -> None:
    neuf = dossier.read_text("utf-8")
    assert "Noté : Avertissement préalable, le 06/01/2025." in reussit("etape", dossier, "Avertissement", "--date", "2025-01-06", "--note", 'reçu "ce jour" : 3')
    reussit("etape", dossier, "relevé des constatations", "--date", "2025-02-17")
    apres = dossier.read_text("utf-8")
    assert apres.startswith(neuf.replace("etapes: []\n", ""))
    assert apres.endswith("  - etape: releve-des-constatations\n    date: 2025-02-17\n")
    lu = json.loads(reussit("echeances", dossier, "--format", "json"))
    assert (lu["reference"], lu["ouverte_le"]) == ('le "12"', "2025-01-06")
    assert lu["etapes"][0]["note"] == 'reçu "ce jour" : 3'


@pytest.mark.parametrize(
    ("arguments", "debut"),
    [
        (("decision", "--date", "2025-03-01"), "dossier.yaml, avertissement : « Avertissement préalable » doit précéder"),
        (("zz", "--date", "2025-03-01"), "ETAPE : étape inconnue"),
        (("constat", "--date", "2025-13-01"), "--date : date illisible"),
        (("constat", "--date", "2052-01-01"), "--date : valeur refusée"),
        (("constat", "--date", "2025-03-01", "--note", "1 80 07 75 123 456 78"), "--note : valeur refusée"),
        (("constat", "--texte", "zz"), "texte : texte inconnu"),
    ],
)  # fmt: skip
def test_une_etape_refusee_laisse_le_fichier(dossier: Path, arguments: tuple[str, ...], debut: str) -> None:
    avant = dossier.read_bytes()
    lignes = refuse("etape", dossier, *arguments)
    assert lignes[0].removeprefix(str(dossier.parent) + "/").startswith(debut), lignes
    assert dossier.read_bytes() == avant


def test_une_etape_qui_ne_peut_pas_suivre(dossier: Path) -> None:
    reussit("etape", dossier, "demande-d-entretien", "--date", "2025-03-03", "--incomplet")
    avant = dossier.read_bytes()
    assert refuse("etape", dossier, "compte-rendu", "--date", "2025-03-01")[0].startswith("--date : « Transmission du compte rendu de l'entretien » est datée avant")
    assert refuse("etape", dossier, "demande-d-entretien", "--date", "2025-03-04")[0].startswith("ETAPE : « Demande d'entretien » est déjà enregistrée")
    assert dossier.read_bytes() == avant
    reussit("etape", dossier, "abandon", "--date", "2025-03-05")
    assert "vient après la fin" in refuse("etape", dossier, "entretien", "--date", "2025-03-06")[0]


def test_incomplet_accepte_de_commencer_au_milieu(dossier: Path) -> None:
    reussit("etape", dossier, "reunion-cpl", "--date", "2025-04-30", "--incomplet")
    # What was already missing is not asked again.
    texte = reussit("etape", dossier, "avis-cpl", "--date", "2025-05-05")
    assert "au plus tard le 05/06/2025" in texte
    assert "Manque au dossier : Avertissement préalable" in texte


def test_la_liste_doit_terminer_le_fichier(tmp_path: Path) -> None:
    chemin = tmp_path / "d.yaml"
    for contenu in ("procedure: mso\netapes: []\nreport: aucun\n", "procedure: mso\netapes:\n- etape: notification\n  date: 2025-01-01\nreport: aucun\n",
                    "procedure: mso\netapes: [{etape: notification, date: 2025-01-01}]\n"):  # fmt: skip
        chemin.write_text(contenu, "utf-8")
        assert "doit terminer le fichier" in refuse("etape", chemin, "proposition", "--date", "2025-03-01", "--incomplet")[0]
        assert chemin.read_text("utf-8") == contenu
    for contenu in ("procedure: mso\n", "procedure: mso\netapes:\n", "procedure: mso\netapes: [ ] # rien", "procedure: mso\netapes:\n# note\n- etape: notification\n  date: 2025-01-01\n"):
        chemin.write_text(contenu, "utf-8")
        reussit("etape", chemin, "proposition", "--date", "2025-02-20", "--incomplet")
        assert json.loads(reussit("echeances", chemin, "--date", "2025-02-21", "--format", "json"))["etat"] == "proposee"


@pytest.mark.parametrize(
    ("contenu", "debuts"),
    [
        ("", ["d.yaml : ce fichier ne décrit pas une procédure"]),
        ("- 1\n", ["d.yaml : ce fichier ne décrit pas une procédure"]),
        ("procedure: mso\nprocedure: pte\n", ["d.yaml, ligne 2 : clé en double « procedure »"]),
        ("procedure: zz\nzz: 1\nnotes: [\n", ["d.yaml, ligne "]),
        ("procedure: zz\nzz: 1\netapes:\n  - {etape: a}\n  - {etape: b, date: hier}\n",
         ["d.yaml, ligne 1, procedure : valeur refusée", "d.yaml, ligne 4, etapes[0].date : ce champ est nécessaire", "d.yaml, ligne 5, etapes[1].date : valeur refusée",
          "d.yaml, ligne 2, zz : champ inconnu"]),
        ("procedure: mso\netapes:\n  - {etape: notification, date: 2025-01-01}\n  - {etape: a, date: 2025-01-01}\n", ["d.yaml, ligne 4, etapes[1].etape : étape inconnue"]),
    ],
)  # fmt: skip
def test_un_fichier_fautif(tmp_path: Path, contenu: str, debuts: list[str]) -> None:
    chemin = tmp_path / "d.yaml"
    chemin.write_text(contenu, "utf-8")
    lignes = [ligne.removeprefix(f"{tmp_path}/") for ligne in refuse("echeances", chemin)]
    assert len(lignes) == len(debuts), lignes
    assert all(any(ligne.startswith(debut) for ligne in lignes) for debut in debuts), lignes


def test_un_fichier_absent_binaire_ou_enorme(tmp_path: Path) -> None:
    assert "lecture impossible" in refuse("echeances", tmp_path / "absent.yaml")[0]
    assert "lecture impossible" in refuse("chronologie", tmp_path)[0]
    (tmp_path / "b.yaml").write_bytes(b"\xff\xfe\x00proc")
    assert "UTF-8" in refuse("echeances", tmp_path / "b.yaml")[0]
    (tmp_path / "c.yaml").write_bytes(b"#" * 1_000_001)
    assert "trop grand" in refuse("echeances", tmp_path / "c.yaml")[0]


def test_echeances_dans_tous_les_formats(tmp_path: Path) -> None:
    texte = reussit("echeances", ORDINAIRE, *AU)
    for dit in ("référence : dossier 12", "avis de la CPL rendu", "un confrère et/ou un avocat", "au plus tard le 05/06/2025", "En retard de 2 j"):
        assert dit in texte
    assert "Entretien avec le directeur" not in texte
    assert "Entretien avec le directeur" in reussit("echeances", ORDINAIRE, *AU, "--toutes")
    lu = json.loads(reussit("echeances", ORDINAIRE, *AU, "--format", "json"))
    assert [e["au_plus_tard"] for e in lu["echeances"]] == ["2025-03-18", "2025-03-26", "2025-04-23", "2025-06-05", None]
    lignes = list(csv.DictReader(io.StringIO(reussit("echeances", ORDINAIRE, *AU, "--format", "csv")), delimiter=";"))
    assert tuple(lignes[0]) == COLONNES
    assert len(lignes) == len(lu["echeances"])
    agenda = icalendar.Calendar.from_ical(reussit("echeances", ORDINAIRE, *AU, "--format", "ics"))
    (evenement,) = agenda.walk("VEVENT")
    assert (evenement.decoded("dtstart").isoformat(), len(evenement.walk("VALARM"))) == ("2025-06-05", 1)
    assert reussit("echeances", ORDINAIRE, *AU, "--format", "ics", "--sortie", tmp_path / "p.ics") == ""
    assert (tmp_path / "p.ics").read_text("utf-8").startswith("BEGIN:VCALENDAR")


def test_l_agenda_tient_aussi_ce_qui_est_fixe_et_garde_ses_identites() -> None:
    def evenements(date: str) -> dict[str, str]:
        lu = icalendar.Calendar.from_ical(reussit("echeances", ORDINAIRE, "--date", date, "--format", "ics"))
        return {str(e["uid"]): e.decoded("dtstart").isoformat() for e in lu.walk("VEVENT")}

    avant, apres = evenements("2025-04-02"), evenements("2025-05-06")
    assert {"2025-04-22", "2025-04-30", "2025-05-05", "2025-06-05"} == set(avant.values())
    assert set(apres) < set(avant)
    assert not any(re.search(r"\d{4}-\d\d-\d\d", uid) for uid in avant)


def test_une_echeance_depassee_se_voit() -> None:
    texte = reussit("echeances", ORDINAIRE, "--date", "2025-06-10")
    assert "En retard de 5 j : Décision du directeur, motivée" in texte
    assert "dépassé" in reussit("echeances", ORDINAIRE, "--date", "2025-06-10", "--toutes")


def test_les_silences_de_l_exemple() -> None:
    lu = json.loads(reussit("echeances", EXEMPLES / "penalite.yaml", "--date", "2026-06-10", "--format", "json"))
    assert [(e["etape"], e["date"]) for e in lu["etapes"] if e["tacite"]] == [("avis-repute-rendu", "2026-04-24"), ("silence-uncam", "2026-06-04")]
    assert "Pénalité non notifiée : procédure abandonnée" in [s["silence"] for s in lu["suites"]]


def test_une_procedure_finie_le_dit(tmp_path: Path) -> None:
    chemin = tmp_path / "d.yaml"
    chemin.write_text("procedure: mso\netapes:\n  - {etape: objectif-non-atteint, date: 2025-03-03}\n", "utf-8")
    assert "Plus aucune étape à venir. Suite : procédure « penalite »." in reussit("echeances", chemin)


class Page(HTMLParser):
    """What a page asks for, its open tags, its text."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.liens: list[str] = []
        self.ouvertes: list[str] = []
        self.texte = ""
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.liens += [valeur or "" for nom, valeur in attrs if nom in ("href", "src")]
        if tag != "meta":
            self.ouvertes.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.ouvertes.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texte += data + " "


def test_la_chronologie_s_imprime(tmp_path: Path) -> None:
    texte = reussit("chronologie", ORDINAIRE, *AU)
    assert texte.index("06/01/2025") < texte.index("18/03/2025") < texte.index("au plus tard le 05/06/2025")
    chemin = tmp_path / "chronologie.html"
    assert reussit("chronologie", ORDINAIRE, *AU, "--format", "html", "--sortie", chemin) == ""
    lue = Page(source := chemin.read_text("utf-8"))
    assert (lue.liens, lue.ouvertes) == ([], [])
    assert "@media print" in source
    assert "@page" in source
    assert 'lang="fr"' in source.replace("'", '"')
    for dit in ("lettre recommandée", "05/06/2025", "Transmission du compte rendu", "dossier 12", "En retard de 2 j", "circulaire 31/07/2024, 13.B"):
        assert dit in lue.texte, dit


def test_ce_qui_est_ecrit_dans_le_dossier_ne_devient_pas_du_html(tmp_path: Path) -> None:
    chemin = tmp_path / "d.yaml"
    chemin.write_text('procedure: mso\nreference: "<script>a</script>"\netapes:\n  - {etape: notification, date: 2025-03-03, note: "<b>&"}\n', "utf-8")
    source = reussit("chronologie", chemin, "--date", "2025-03-04", "--format", "html")
    assert "<script>" not in source
    assert "&lt;b&gt;&amp;" in source


def test_une_chronologie_vide(dossier: Path) -> None:
    source = reussit("chronologie", dossier, "--format", "html")
    assert "Rien n'est encore noté." in source.replace("&#x27;", "'")
    assert "Avertissement préalable" in source


@pytest.mark.parametrize("nom", list(procedures()))
def test_le_diagramme_et_sa_page(nom: str) -> None:
    source = reussit("diagramme", nom)
    assert source.startswith("---\ntitle: ")
    assert "stateDiagram-v2" in source
    procedure = procedures()[nom]
    for etat in procedure.etats.values():
        assert f'as {etat.nom}\n' in source
        assert (f"  {etat.nom} --> [*]\n" in source) is etat.fin
    fleches = {ligne.split(":")[0].strip() for ligne in source.splitlines() if "-->" in ligne and "[*]" not in ligne}
    assert fleches == {f"{p.de} --> {p.vers}" for e in procedure.etapes.values() for p in e.passages if p.vers}
    assert reussit("diagramme", nom, "--format", "markdown") == page(nom)


def test_les_pages_de_la_documentation_sont_a_jour() -> None:
    dossier = EXEMPLES.parents[1] / "docs" / "procedures"
    assert {f.stem for f in dossier.glob("*.md")} == set(procedures())
    for fichier in dossier.glob("*.md"):
        assert fichier.read_text("utf-8") == page(fichier.stem), f"convmed procedure diagramme {fichier.stem} --format markdown --sortie {fichier.name}"


def test_un_diagramme_inconnu() -> None:
    assert "procédure inconnue" in refuse("diagramme", "divorce")[0]
