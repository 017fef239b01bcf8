"""The gain sharing of a population: rights from deliveries, premiums by doctor, counts by scheme, faults, explanations."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest

from convmed.restitution.interessement import SORTIE, Etude, etudier
from convmed.textes import Erreurs, trouver_texte

DELIVRANCES = "medecin;patient;date;molecule;type"
CUMULS = "medecin;dispositif;molecule;initiations;switchs;economie;economies;indicateurs;specialite;secteur;option_tarifaire"
EXEMPLES = Path(__file__).parents[2] / "exemples" / "interessement"


@pytest.fixture
def ecrire(tmp_path: Path) -> Any:
    def _ecrire(*lignes: str, nom: str = "fichier.csv", entetes: str = DELIVRANCES) -> Path:
        chemin = tmp_path / nom
        chemin.write_text("\n".join([entetes, *lignes]) + "\n", "utf-8")
        return chemin

    return _ecrire


def etude(fichier: Path, annee: int | None = 2025, texte: str = "en-vigueur", **autres: Any) -> Etude:
    return etudier(fichier, trouver_texte(texte), annee, **autres)


def primes(lue: Etude) -> dict[tuple[str, str], Any]:
    return {(un["medecin"], un["dispositif"]): un for un in lue.primes.to_dicts()}


def fautes(fichier: Path, **autres: Any) -> list[str]:
    with pytest.raises(Erreurs) as erreurs:
        etude(fichier, **autres)
    return [str(faute) for faute in erreurs.value.fautes]


@pytest.mark.normes("C9.3A-04", "T-92")
def test_les_delivrances_ouvrent_les_droits_annonces_par_le_lisezmoi() -> None:
    lue = etude(EXEMPLES / "delivrances.csv", economies=EXEMPLES / "economies.csv")
    assert lue.droits is not None
    trouves = {un["patient"]: (un["medecin"], un["qualification"]) for un in lue.droits.to_dicts()}
    texte = (EXEMPLES / "LISEZMOI.md").read_text("utf-8")
    annonces = dict(re.findall(r"^\| ([A-Z][A-Z-]+)(?: \([^|]*\))? \| [^|]* \| ([^|]*) \|", texte, re.MULTILINE))
    assert len(annonces) == 9
    for patient, reponse in annonces.items():
        attendue = {"initiation": ("OPH-1", "initiation"), "conversion": ("OPH-1", "switch"), "conversion de 2025": ("OPH-1", "switch")}.get(reponse)
        assert trouves.get(patient) == attendue, patient
    assert lue.droits.filter(lue.droits["patient"] == "EN-FIN-D-ANNEE")["confirmee_le"][0] == dt.date(2026, 1, 6)
    assert lue.primes.schema == SORTIE
    patients = lue.droits["medecin"].value_counts()
    for medecin, combien in patients.iter_rows():
        assert primes(lue)[medecin, "biosimilaires"]["montant"] == combien * 310
    assert primes(lue)["RHU-1", "biosimilaires"]["etat"] == "sans objet"


def test_sans_economie_la_ligne_n_est_pas_publiee(ecrire: Any) -> None:
    fichier = ecrire("a;p;2024-01-01;ranibizumab;reference", "a;q;2025-03-01;ranibizumab;biosimilaire", "b;r;2024-02-01;ranibizumab;reference")
    lue = etude(fichier)
    assert (primes(lue)["a", "biosimilaires"]["montant"], primes(lue)["a", "biosimilaires"]["etat"]) == (None, "non publié")
    assert primes(lue)["b", "biosimilaires"]["montant"] == 0
    prix = ecrire("Ranibizumab;100,50", nom="prix.csv", entetes="molecule;economie")
    assert primes(etude(fichier, economies=prix))["a", "biosimilaires"]["montant"] == 50.25
    # The saving of the file itself wins.
    colonne = ecrire("a;p;2024-01-01;ranibizumab;reference;", "a;q;2025-03-01;ranibizumab;biosimilaire;300", entetes=DELIVRANCES + ";economie")
    assert primes(etude(colonne, economies=prix))["a", "biosimilaires"]["montant"] == 150


def test_l_historique_du_fichier_borne_ce_qu_on_affirme(ecrire: Any) -> None:
    fichier = ecrire("a;p;2024-06-01;ranibizumab;reference", "a;q;2025-05-31;ranibizumab;biosimilaire", "a;r;2025-06-01;ranibizumab;biosimilaire")
    lue = etude(fichier)
    assert lue.comptes == {"bioreferent": 1, "historique-insuffisant": 1, "initiation": 1}
    assert any("--historique-depuis" in reserve for reserve in lue.reserves)
    entier = etude(fichier, historique_depuis=dt.date(2020, 1, 1))
    assert entier.comptes == {"bioreferent": 1, "initiation": 2}
    assert not any("--historique-depuis" in reserve for reserve in entier.reserves)


@pytest.mark.normes("C9.3A-06")
def test_un_patient_ne_se_paie_qu_une_fois_meme_d_une_annee_sur_l_autre(ecrire: Any) -> None:
    fichier = ecrire("a;p;2023-01-01;adalimumab;biosimilaire", "a;p;2025-01-01;ranibizumab;biosimilaire", "b;p;2025-02-01;ranibizumab;reference",
                     "b;q;2025-02-01;ranibizumab;biosimilaire")  # fmt: skip
    depuis = dt.date(2020, 1, 1)
    lue = etude(fichier, historique_depuis=depuis)
    assert lue.droits is not None
    assert lue.droits["patient"].to_list() == ["q"]
    assert etude(fichier, 2023, historique_depuis=depuis).droits["patient"].to_list() == ["p"]  # type: ignore[index]


@pytest.mark.normes("C9.3A-09")
def test_une_molecule_ajoutee_par_un_fichier(ecrire: Any) -> None:
    fichier = ecrire("a;p;2025-01-01;aflibercept;reference", "a;q;2026-03-01;Aflibercept;biosimilaire")
    ajout = ecrire("aflibercept;2026-01-01;", nom="m.csv", entetes="molecule;du;au")
    prix = ecrire("aflibercept;600", nom="prix.csv", entetes="molecule;economie")
    assert primes(etude(fichier, None, economies=prix))["a", "biosimilaires"]["montant"] == 0
    lue = etude(fichier, None, economies=prix, molecules=ajout)
    assert lue.contexte.annee == 2026
    assert primes(lue)["a", "biosimilaires"]["montant"] == 300
    assert any("aflibercept : molécule ou dates fournies" in reserve for reserve in lue.reserves)


def test_les_cumuls_donnent_les_quatre_dispositifs() -> None:
    lue = etude(EXEMPLES / "cumuls.csv", 2026, economies=EXEMPLES / "economies.csv", taux_oam=0.16)
    assert {cle: float(un["montant"]) for cle, un in primes(lue).items()} == {
        ("OPH-1", "biosimilaires"): 0, ("OPH-2", "biosimilaires"): 0, ("RHU-1", "biosimilaires"): 0, ("MG-01", "ipp"): 168.1,
        ("PNE-1", "oam"): 420, ("PNE-2", "oam"): 50, ("CAR-1", "insuffisance-cardiaque"): 750, ("CAR-2", "insuffisance-cardiaque"): 0,
    }  # fmt: skip
    en_2025 = etude(EXEMPLES / "cumuls.csv", 2025, economies=EXEMPLES / "economies.csv", taux_oam=0.0999)
    assert float(primes(en_2025)["OPH-1", "biosimilaires"]["montant"]) == 3100
    assert float(primes(en_2025)["OPH-2", "biosimilaires"]["montant"]) == 7000
    assert primes(en_2025)["OPH-2", "biosimilaires"]["motif"] == "ramené au plafond annuel (art. 62)"
    assert primes(en_2025)["PNE-1", "oam"]["montant"] == 0
    assert "n'existe pas avant le 01/01/2026" in primes(en_2025)["CAR-1", "insuffisance-cardiaque"]["motif"]
    assert en_2025.synthese()["montant"] == pytest.approx(3100 + 7000 + 168.1)


def test_chaque_montant_s_explique(ecrire: Any) -> None:
    lue = etude(EXEMPLES / "cumuls.csv", 2026, economies=EXEMPLES / "economies.csv", taux_oam=0.16)
    for medecin in dict.fromkeys(lue.primes["medecin"].to_list()):
        arbres = lue.expliquer(medecin)
        assert [arbre.valeur_publique() for arbre in arbres] == [float(un["montant"]) for (nom, _), un in primes(lue).items() if nom == medecin]
    with pytest.raises(Erreurs):
        lue.expliquer("INCONNU")


@pytest.mark.parametrize(
    ("entetes", "lignes", "mots"),
    [(DELIVRANCES, ["a;p;2025-13-01;ranibizumab;biosimilaire"], "« date » : valeur refusée"),
     (DELIVRANCES, ["a;p;2025-01-01;ranibizumabe;biosimilaire"], "molécule inconnue « ranibizumabe »"),
     (DELIVRANCES, ["a;p;2025-01-01;ranibizumab;generique"], "« type » : valeur refusée"),
     (DELIVRANCES, [], "aucune ligne"),
     (DELIVRANCES + ";economie", ["a;p;2025-01-01;ranibizumab;biosimilaire;-1"], "« economie » : valeur négative"),
     (CUMULS, ["a;biosimilaires;;1;;;;;;;"], "« molecule » : cellule nécessaire"),
     (CUMULS, ["a;ipp;;;;;;;;;"], "« economies » : cellule nécessaire"),
     (CUMULS, ["a;insuffisance-cardiaque;;;;;;1;03;2;"], "« option_tarifaire » : cellule nécessaire"),
     (CUMULS, ["a;oam;;;;;5;;;;"], "--taux-oam"),
     (CUMULS, ["a;ipp;;;;;5;;;;", "a;ipp;;;;;5;;;;"], "répète"),
     (CUMULS, ["a;;ranibizumab;1;;;;;;;", "a;;Ranibizumab;1;;;;;;;"], "répète"),
     (CUMULS, ["a;;ranibizumab;-1;;;;;;;"], "« initiations » : valeur négative"),
     (CUMULS, ["a;autre;ranibizumab;1;;;;;;;"], "« dispositif » : valeur refusée"),
     ("medecin;montant", ["a;1"], "colonne inconnue")],
)  # fmt: skip
def test_chaque_faute_se_nomme(ecrire: Any, entetes: str, lignes: list[str], mots: str) -> None:
    assert any(mots in faute for faute in fautes(ecrire(*lignes, entetes=entetes)))


def test_un_nir_ne_reste_pas(ecrire: Any) -> None:
    nir = "1850175123456"
    lue = etude(ecrire(f"a;{nir};2024-01-01;ranibizumab;reference", f"a;{nir};2025-02-01;ranibizumab;biosimilaire"), historique_depuis=dt.date(2020, 1, 1))
    assert lue.droits is not None
    assert nir not in str(lue.droits.to_dicts()) + str(lue.synthese())
    assert lue.comptes == {"bioreferent": 1, "initiation": 1}


@pytest.mark.parametrize("annee", [2021, 2030])
def test_une_annee_sans_dispositif_ou_sans_molecule_repond_zero(ecrire: Any, annee: int) -> None:
    lue = etude(ecrire("a;p;2025-01-01;ranibizumab;biosimilaire"), annee)
    assert primes(lue)["a", "biosimilaires"]["montant"] == 0
    assert bool(lue.motifs) is (annee == 2021)
