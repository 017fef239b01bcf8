"""The sobriety of a population: the expected amount by class, the four criteria, the file that is the country, faults, the chart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from convmed.restitution.graphiques.sobriete import composer, distribution
from convmed.restitution.sobriete import SORTIE, Etude, etudier
from convmed.textes import Erreurs, trouver_texte

ENTETES = "medecin;tranche_age;sexe;ald;c2s;patients;montant"
EXEMPLES = Path(__file__).parents[2] / "exemples" / "sobriete"


@pytest.fixture
def ecrire(tmp_path: Path) -> Any:
    def _ecrire(*lignes: str, nom: str = "prescriptions.csv", entetes: str = ENTETES) -> Path:
        chemin = tmp_path / nom
        chemin.write_text("\n".join([entetes, *lignes]) + "\n", "utf-8")
        return chemin

    return _ecrire


def etude(fichier: Path, annee: int = 2026, texte: str = "en-vigueur", **autres: Any) -> Etude:
    return etudier(fichier, trouver_texte(texte), annee, **autres)


def rangee(lue: Etude, medecin: str) -> dict[str, Any]:
    return next(un for un in lue.medecins.to_dicts() if un["medecin"] == medecin)


def fautes(fichier: Path, **autres: Any) -> list[str]:
    with pytest.raises(Erreurs) as erreurs:
        etude(fichier, **autres)
    return [str(faute) for faute in erreurs.value.fautes]


@pytest.mark.normes("T-99")
def test_l_attendu_est_la_pratique_moyenne_classe_par_classe(ecrire: Any) -> None:
    lue = etude(ecrire("a;0-9;F;non;non;10;100", "a;10-19;F;non;non;10;400", "b;0-9;F;non;non;30;500", "b;10-19;F;non;non;10;200"))
    # 0-9: 600 / 40 = 15 a patient; 10-19: 600 / 20 = 30 a patient.
    a, b = rangee(lue, "a"), rangee(lue, "b")
    assert (a["montant_attendu"], a["montant_observe"], a["ratio"]) == (450, 500, pytest.approx(500 / 450, abs=1e-9))
    assert (b["montant_attendu"], b["montant_observe"], b["pmt"]) == (750, 700, 40)
    assert (a["position"], b["position"], a["ecart"]) == ("moins-sobre", "plus-sobre", 50)


@pytest.mark.normes("T-100")
@pytest.mark.parametrize("critere", ["tranche_age", "sexe", "ald", "c2s"])
def test_chacun_des_quatre_criteres_compte(ecrire: Any, critere: str) -> None:
    autre = {"tranche_age": "10-19", "sexe": "M", "ald": "oui", "c2s": "oui"}
    base = {"tranche_age": "0-9", "sexe": "F", "ald": "non", "c2s": "non"}
    cher = ";".join({**base, critere: autre[critere]}.values())
    lue = etude(ecrire(f"a;{';'.join(base.values())};10;100", f"b;{cher};10;900"))
    assert {un["ratio"] for un in lue.medecins.to_dicts()} == {1.0}
    assert {float(un["montant_attendu"]) for un in lue.medecins.to_dicts()} == {100.0, 900.0}


def test_une_pratique_nationale_fournie_en_total_ou_en_moyenne(ecrire: Any) -> None:
    fichier = ecrire("a;0-9;F;non;non;10;100")
    en_moyenne = ecrire("0-9;F;non;non;20", nom="m.csv", entetes="tranche_age;sexe;ald;c2s;montant_moyen")
    en_total = ecrire("0-9;F;non;non;1000;20000", nom="t.csv", entetes="tranche_age;sexe;ald;c2s;patients;montant")
    for moyennes in (en_moyenne, en_total):
        assert rangee(etude(fichier, moyennes=moyennes), "a")["ratio"] == 0.5
    assert fautes(ecrire("a;10-19;F;non;non;10;100"), moyennes=en_moyenne) == [
        "prescriptions.csv, ligne 2 : « 10-19, F, sans ALD, sans C2S » n'a pas de pratique nationale (attendu : une classe que la pratique nationale connaît)"
    ]


@pytest.mark.normes("T-102")
def test_le_ratio_precedent_vient_de_l_annee_d_avant(ecrire: Any) -> None:
    avant = ecrire("a;0-9;F;non;non;10;100", "b;0-9;F;non;non;10;100", nom="avant.csv")
    lue = etude(ecrire("a;0-9;F;non;non;10;80", "b;0-9;F;non;non;10;120", "c;0-9;F;non;non;10;100"), precedent=avant, seuil_ratio=0.01)
    assert [rangee(lue, nom)["ratio_precedent"] for nom in "abc"] == [1, 1, None]
    assert [rangee(lue, nom)["situation"] for nom in "abc"] == ["en-baisse", "sans-bonus", "sans-bonus"]


@pytest.mark.normes("T-101")
def test_un_specialiste_n_est_ni_compte_ni_moyenne(ecrire: Any) -> None:
    entetes = "medecin;specialite;tranche_age;sexe;ald;c2s;patients;montant"
    lue = etude(ecrire("a;01;0-9;F;non;non;10;100", "b;03;0-9;F;non;non;10;9000", entetes=entetes))
    assert (rangee(lue, "a")["ratio"], rangee(lue, "a")["rang"]) == (1, 1)
    assert (rangee(lue, "b")["rang"], rangee(lue, "b")["situation"], lue.generalistes) == (None, "hors-champ", 1)


def test_ce_qui_est_faux_se_dit_en_une_fois(ecrire: Any) -> None:
    lues = fautes(ecrire("a;0-9;F;non;non;10;100", "a;0-9;F;non;non;1;1", "b;0-9;X;non;non;10;-5", "c;0-9;F;peut-être;non;0;5", "d;;F;non;non;;5"))
    assert len(lues) == 7
    for mots in ("ligne 3 : cette classe", "colonne « sexe » : valeur refusée", "« montant » : valeur négative", "« ald » : valeur refusée",
                 "« patients » : un montant sans patient", "« tranche_age » : cellule vide", "« patients » : cellule vide"):  # fmt: skip
        assert any(mots in faute for faute in lues), mots


def test_ce_qui_ne_fait_pas_un_ratio_se_refuse(ecrire: Any) -> None:
    assert "dénominateur" in fautes(ecrire("a;0-9;F;non;non;10;0"))[0]
    assert "dix millions" in fautes(ecrire("a;0-9;F;non;non;10;10000000,01"))[0]
    assert "aucune ligne" in fautes(ecrire())[0]
    assert "n'a pas de ratio" in fautes(ecrire("a;0-9;F;non;non;10;1"), texte="convention-2016")[0]
    assert "deux spécialités" in fautes(ecrire("a;01;0-9;F;non;non;1;1", "a;03;0-9;M;non;non;1;1", entetes=ENTETES.replace("medecin", "medecin;specialite")))[0]


@pytest.mark.normes("C9.5-08", "P4-14")
@pytest.mark.parametrize(("annee", "texte"), [(2025, "en-vigueur"), (2026, "proposition-2024-02-08")])
def test_sans_bonus_il_reste_le_ratio(ecrire: Any, annee: int, texte: str) -> None:
    lue = etude(ecrire("a;0-9;F;non;non;10;100", "b;0-9;F;non;non;10;300"), annee, texte)
    assert (lue.total, rangee(lue, "a")["ratio"], rangee(lue, "a")["bonus"]) == (0, 0.5, 0)
    assert rangee(lue, "a")["motif"] == lue.motif != ""
    assert [arbre.nom for arbre in lue.expliquer("a")] == ["sob_ratio"]


def test_un_medecin_s_explique_par_ses_classes(ecrire: Any) -> None:
    lue = etude(ecrire("a;0-9;F;non;non;10;100", "a;10-19;F;oui;non;10;400", "b;0-9;F;non;non;30;500"))
    classes = lue.classes_de("a")
    assert [(un["tranche_age"], un["ald"], un["moyenne_nationale"], un["attendu"]) for un in classes] == [("0-9", False, 15, 150), ("10-19", True, 40, 400)]
    ratio, bonus = lue.expliquer("a")
    assert ratio.valeur_publique() == pytest.approx(rangee(lue, "a")["ratio"] * 10**9)
    assert bonus.valeur_publique() == rangee(lue, "a")["bonus"]
    with pytest.raises(Erreurs):
        lue.expliquer("z")


def test_l_exemple_dit_ce_que_promet_son_lisezmoi() -> None:
    lue = etude(EXEMPLES / "prescriptions-2025.csv", precedent=EXEMPLES / "prescriptions-2024.csv")
    assert lue.medecins.schema == SORTIE
    assert [rangee(lue, nom)["situation"] for nom in ("MG-05", "MG-14", "MG-04")] == ["en-baisse", "plus-sobre-et-en-baisse", "plus-sobre"]
    assert sum(un["situation"].startswith("plus-sobre") for un in lue.medecins.to_dicts()) == 6
    # Averages of the file itself: the expected amounts are the observed ones, up to a cent a class.
    assert float(lue.medecins["montant_attendu"].sum()) == pytest.approx(float(lue.medecins["montant_observe"].sum()), abs=10)


@pytest.mark.parametrize("ratios", [[], [1.0], [0.5, 1.0, 1.5], [0.01 * rang for rang in range(1, 400)], [1.0] * 50, [0.9, 200.0]])
@pytest.mark.parametrize("seuil", [None, 0.9])
def test_la_distribution_se_dessine_toujours(ratios: list[float], seuil: float | None) -> None:
    image = distribution(ratios, seuil, "Ratios", "svg", ("MG-$1", 1.2) if ratios else None)
    assert image == distribution(ratios, seuil, "Ratios", "svg", ("MG-$1", 1.2) if ratios else None)
    figure = composer(ratios, seuil, "Ratios")
    barres = [barre.get_height() for barre in figure.axes[0].patches]
    assert sum(barres) == len(ratios)
    if seuil is not None and ratios:
        assert any("bonus jusqu'à 0,900" in texte.get_text() for texte in figure.axes[0].texts)
    if max(ratios, default=0) > 3:
        assert any("dans la dernière barre" in texte.get_text() for texte in figure.texts)
