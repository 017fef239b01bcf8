"""What the author of a wrong scenario reads: the place of each fault, the names nearest to his, how a value is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from convmed.textes import Erreurs, Faute, baremes, textes_connus, trouver_texte
from convmed.textes.scenario_fautes import EXEMPLES, figure_inconnue
from convmed.textes.unites import UNITES_SANS_NOMBRE

FMT = "forfait-medecin-traitant"


@pytest.fixture
def fautes(tmp_path: Path) -> Any:
    def lire(contenu: str) -> list[Faute]:
        (tmp_path / "essai.yaml").write_text(contenu, "utf-8")
        with pytest.raises(Erreurs) as refus:
            trouver_texte(str(tmp_path / "essai.yaml"))
        return refus.value.fautes

    return lire


def test_chaque_faute_a_sa_ligne_et_sa_colonne_dans_l_ordre_du_fichier(fautes: Any) -> None:
    trouvees = fautes(f"""\
nom: essai
base: convention-2042
figures:
  {FMT}:
    taux_zones: 20
    de_7_a_74_ans:
      - {{valeur: 5, du: 2026-01-01, au: 2026-12-31}}
      - {{valeur: cinq, du: 2027-01-01}}
    de_75_a_79_ans: {{valeur: 5, depuis: 2026-01-01}}
""")
    assert [(f.ligne, f.colonne) for f in trouvees] == [(2, "1"), (5, "5"), (8, "9"), (9, "33")]
    assert all(str(f).startswith(f"{f.fichier}, ligne {f.ligne}, colonne") for f in trouvees)


@pytest.mark.parametrize(
    ("figures", "attendu"),
    [
        (f"{{{FMT}: {{montant_indicateur: 7}}}}", "par exemple prevention.montant_indicateur"),
        ("{montant_indicateur: 7}", "par exemple prevention.montant_indicateur"),
        ("{prevention.montant_indicateur: 7}", "« montant_indicateur » sur une ligne, en retrait sous « prevention »"),
        ("{forfait_medecin_traitant: {}}", f"par exemple {FMT}"),
        (f"{{{FMT}: {{ald_80_an: 7}}}}", "ald_80_ans_et_plus"),
        (f"{{{FMT}: {{montant_indicateurs: 7}}}}", "prevention.montant_indicateur"),
        (f"{{{FMT}: {{bonus_senior: 7}}}}", "par exemple age_medecin_senior, taux_medecin_senior"),
    ],
)
def test_un_nom_inconnu_dit_le_plus_proche(fautes: Any, figures: str, attendu: str) -> None:
    (faute,) = fautes(f"figures: {figures}\n")
    assert attendu in str(faute.attendu)


def test_chaque_figure_se_retrouve_depuis_un_autre_dispositif() -> None:
    figures = baremes()
    for dispositif, siennes in figures.items():
        for nom in siennes:
            autre = next(autre for autre in figures if nom not in figures[autre])
            assert f"{dispositif}.{nom}" in figure_inconnue(nom, autre, figures) or sum(nom in f for f in figures.values()) > 3


@pytest.mark.parametrize(
    ("figure", "valeur", "attendu"),
    [
        (f"{FMT}.taux_zone", "20 %", "20 pour 20 %"), (f"{FMT}.de_7_a_74_ans", "5,50", "5.50 : un point, ni espace ni €"),
        (f"{FMT}.date_patientele", "31/12/2025", "31/12/n-1"), ("prevention.debut_campagne", "octobre", "15/10"),
        (f"{FMT}.mois_des_versements", "avril", "[3, 6, 9, 12]"),
    ],
)  # fmt: skip
def test_une_valeur_illisible_dit_comment_l_ecrire(fautes: Any, figure: str, valeur: str, attendu: str) -> None:
    dispositif, _, nom = figure.partition(".")
    (faute,) = fautes(f"figures: {{{dispositif}: {{{nom}: '{valeur}'}}}}\n")
    assert attendu in str(faute.attendu)
    assert repr(valeur) in faute.message


def test_chaque_genre_d_unite_a_son_exemple() -> None:
    assert EXEMPLES.keys() >= UNITES_SANS_NOMBRE | {"EUR", "%", "points"}


@pytest.mark.parametrize(
    ("bloc", "dit"),
    [
        ("{valeur: 5, du: 01/01/2027}", "(du : 01/01/2027)"), ("{valeur: 5, du: 2027-02-30}", "(du : 2027-02-30)"),
        ("{valeur: 5, du: 2027-02-01, au: 2027-01-01}", "(du : 2027-02-01, au : 2027-01-01)"),
    ],
)  # fmt: skip
def test_une_date_fausse_est_montree(fautes: Any, bloc: str, dit: str) -> None:
    (faute,) = fautes(f"figures: {{{FMT}: {{de_7_a_74_ans: {bloc}}}}}\n")
    assert dit in faute.message
    assert "AAAA-MM-JJ" in str(faute.attendu)


def test_deux_periodes_qui_se_recouvrent_disent_laquelle_fermer(fautes: Any) -> None:
    (faute,) = fautes(f"figures: {{{FMT}: {{de_7_a_74_ans: [{{valeur: 5, du: 2026-01-01}}, {{valeur: 6, du: 2026-05-01}}]}}}}\n")
    assert "au 01/05/2026" in faute.message
    assert "« au » sur la première" in str(faute.attendu)


@pytest.mark.parametrize(
    ("contenu", "ligne", "conseil"),
    [
        ("figures:\n\tvsm: 1\n", 2, "tabulation"), ("figures:\n  a: b: c\n", 2, "un seul « : » par ligne"),
        ("nom: !!python/object:os.system x\n", 1, "sans étiquette YAML"), ("nom: !!bool x\n", None, "convmed scenario nouveau"),
        ("nom: a\nnom: b\n", 2, "une seule fois"), ("nom: *x\n", 1, "sans ancre YAML"), ('nom: "abc\n', 2, "guillemets"),
        ("figures:\n  vsm:\n    a: 3\n   b: 4\n", 4, "même retrait"), ("nom: \x01\n", None, "sans caractère de contrôle"),
    ],
)  # fmt: skip
def test_ce_qui_n_est_pas_du_yaml_dit_ou_et_quoi_faire(fautes: Any, contenu: str, ligne: int | None, conseil: str) -> None:
    (faute,) = fautes(contenu)
    assert faute.ligne == ligne
    assert conseil in str(faute.attendu)


def test_les_fautes_de_la_base_viennent_avec_celles_du_scenario(tmp_path: Path) -> None:
    (tmp_path / "bas.yaml").write_text("figures: {vsm: {x: 1}}\n", "utf-8")
    (tmp_path / "haut.yaml").write_text("base: bas.yaml\nfigures: {vsm: {y: 1}}\n", "utf-8")
    with pytest.raises(Erreurs) as refus:
        trouver_texte(str(tmp_path / "haut.yaml"))
    assert [(Path(str(f.fichier)).name, f.champ) for f in refus.value.fautes] == [("haut.yaml", "figures.vsm.y"), ("bas.yaml", "figures.vsm.x")]


@pytest.mark.parametrize(("nom", "proche"), [("convention-2042", "convention-2024"), ("en_vigueur", "en-vigueur"), ("conv", "convention-2016")])
def test_un_texte_inconnu_dit_le_plus_proche(nom: str, proche: str) -> None:
    with pytest.raises(Erreurs) as refus:
        trouver_texte(nom)
    attendu = str(refus.value.fautes[0].attendu)
    assert attendu.startswith(f"peut-être {proche} ; ")
    assert all(connu in attendu for connu in textes_connus())
