"""A user's scenario: figures laid on top of a text, or of another scenario, and nothing copied."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from convmed.textes import EN_VIGUEUR, Erreurs, Texte, baremes, textes_connus, trouver_texte
from textes.test_bareme import SCHEMAS, en_json

NOM = "forfait-medecin-traitant"
FIGURE = "ald_80_ans_et_plus"
SCHEMA = Draft202012Validator(json.loads((SCHEMAS / "scenario.schema.json").read_text("utf-8")))


def ecrire(dossier: Path, contenu: str, nom: str = "essai.yaml") -> str:
    chemin = dossier / nom
    chemin.write_text(contenu, "utf-8")
    return str(chemin)


def valeur(texte: Texte, figure: str = FIGURE, le: dt.date = dt.date(2026, 6, 1)) -> Any:
    trouvee = texte.valeur(baremes()[NOM][figure], le)
    return trouvee and trouvee.calcul


def test_un_scenario_l_emporte_et_laisse_le_reste(tmp_path: Path) -> None:
    texte = trouver_texte(ecrire(tmp_path, f"base: convention-2024\nfigures:\n  {NOM}:\n    {FIGURE}: 123.45\n"))
    assert valeur(texte) == 12_345
    assert valeur(texte, "de_7_a_74_ans") == valeur(textes_connus()["convention-2024"], "de_7_a_74_ans")
    lue = texte.valeur(baremes()[NOM][FIGURE], dt.date(2026, 6, 1))
    assert lue is not None
    assert (lue.texte, lue.statut, lue.confiance) == ("essai", "propose", "deduit")
    assert "essai" in lue.reference


def test_un_scenario_ne_vaut_qu_a_ses_dates(tmp_path: Path) -> None:
    contenu = f"""
nom: deux-temps
figures:
  {NOM}:
    {FIGURE}:
      - {{valeur: 150, du: 2026-02-01, au: 2026-03-31}}
      - {{valeur: 200, du: 2027-01-01}}
"""
    texte = trouver_texte(ecrire(tmp_path, contenu))
    dessous = valeur(textes_connus()[EN_VIGUEUR])
    attendues = {
        dt.date(2026, 1, 31): dessous, dt.date(2026, 2, 1): 15_000, dt.date(2026, 3, 31): 15_000,
        dt.date(2026, 4, 1): dessous, dt.date(2026, 12, 31): dessous, dt.date(2027, 1, 1): 20_000,
    }  # fmt: skip
    assert {le: valeur(texte, le=le) for le in attendues} == attendues


def test_les_scenarios_se_posent_l_un_sur_l_autre(tmp_path: Path) -> None:
    ecrire(tmp_path, f"base: convention-2024\nfigures: {{{NOM}: {{{FIGURE}: 110, de_7_a_74_ans: 6}}}}\n", "bas.yaml")
    ecrire(tmp_path, f"base: bas.yaml\nfigures: {{{NOM}: {{{FIGURE}: {{valeur: 120, du: 2026-07-01}}}}}}\n", "haut.yaml")
    haut, bas = trouver_texte(str(tmp_path / "haut.yaml")), trouver_texte(str(tmp_path / "bas.yaml"))
    assert (valeur(bas), valeur(bas, le=dt.date(2026, 7, 1))) == (11_000, 11_000)
    assert (valeur(haut, le=dt.date(2026, 6, 30)), valeur(haut, le=dt.date(2026, 7, 1))) == (11_000, 12_000)
    assert valeur(haut, "de_7_a_74_ans") == 600
    assert valeur(haut, "de_75_a_79_ans") == valeur(textes_connus()["convention-2024"], "de_75_a_79_ans")
    assert haut.chaine == bas.chaine == textes_connus()["convention-2024"].chaine


def test_un_scenario_ne_repose_pas_sur_lui_meme(tmp_path: Path) -> None:
    ecrire(tmp_path, "base: b.yaml\n", "a.yaml")
    ecrire(tmp_path, "base: a.yaml\n", "b.yaml")
    with pytest.raises(Erreurs, match="repose sur lui-même"):
        trouver_texte(str(tmp_path / "a.yaml"))


def test_rien_n_est_copie(tmp_path: Path) -> None:
    avant = [list(figure.valeurs) for figures in baremes().values() for figure in figures.values()]
    texte = trouver_texte(ecrire(tmp_path, f"figures: {{{NOM}: {{{FIGURE}: 1}}}}\n"))
    assert list(texte.ajouts) == [(NOM, FIGURE)]
    assert [list(figure.valeurs) for figures in baremes().values() for figure in figures.values()] == avant
    assert texte.ajouts[NOM, FIGURE][0].figure is baremes()[NOM][FIGURE]


def test_toutes_les_fautes_d_un_scenario_a_la_fois(tmp_path: Path) -> None:
    contenu = f"""\
base: convention-2025
titre: x
figures:
  {NOM}:
    ald_80_an_et_plus: 100
    {FIGURE}: cher
    de_7_a_74_ans: [{{valeur: 5, du: 2026-01-01}}, {{valeur: 6, du: 2026-05-01}}]
    de_75_a_79_ans: {{valeur: 5, depuis: 2026-01-01}}
  forfait-medecin:
    x: 1
"""
    with pytest.raises(Erreurs) as refus:
        trouver_texte(ecrire(tmp_path, contenu))
    fautes = {faute.champ: (faute.ligne, faute.message, faute.attendu) for faute in refus.value.fautes}
    assert fautes["base"][0] == 1
    assert "texte inconnu « convention-2025 »" in fautes["base"][1]
    assert "convention-2024" in str(fautes["base"][2])
    assert fautes["titre"][:2] == (2, "clé inconnue « titre »")
    assert fautes[f"figures.{NOM}.ald_80_an_et_plus"][0] == 5
    assert FIGURE in str(fautes[f"figures.{NOM}.ald_80_an_et_plus"][2])
    assert "'cher' illisible" in fautes[f"figures.{NOM}.{FIGURE}.valeurs.0"][1]
    assert "se recouvrent au 01/05/2026" in fautes[f"figures.{NOM}.de_7_a_74_ans"][1]
    assert "clé inconnue « depuis »" in fautes[f"figures.{NOM}.de_75_a_79_ans.valeurs.0.depuis"][1]
    assert fautes["figures.forfait-medecin"][0] == 9
    assert NOM in str(fautes["figures.forfait-medecin"][2])


@pytest.mark.parametrize("contenu", ["[]", "figures: [1]", f"figures: {{{NOM}: [1]}}", "base: [", "figures: 3"])
def test_ce_qui_n_est_pas_un_scenario_est_refuse(tmp_path: Path, contenu: str) -> None:
    with pytest.raises(Erreurs):
        trouver_texte(ecrire(tmp_path, contenu))


def test_un_texte_inconnu_dit_lesquels_existent(tmp_path: Path) -> None:
    with pytest.raises(Erreurs, match="convention-2024") as refus:
        trouver_texte("convention-2026")
    assert refus.value.fautes[0].valeur == "convention-2026"
    with pytest.raises(Erreurs, match="n'existe pas"):
        trouver_texte(str(tmp_path / "absent.yaml"))
    illisible = tmp_path / "binaire.yaml"
    illisible.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Erreurs, match="n'est pas lisible"):
        trouver_texte(str(illisible))


@pytest.mark.parametrize("nom", textes_connus())
def test_chaque_texte_du_projet_se_trouve(nom: str) -> None:
    texte = trouver_texte(nom)
    assert texte.chaine[0] == texte.id == nom
    assert set(texte.chaine) <= set(textes_connus())
    assert len(set(texte.chaine)) == len(texte.chaine)
    assert texte.horloge in {"signe", "applique", "propose"}


def test_l_ordre_des_textes() -> None:
    assert textes_connus()[EN_VIGUEUR].chaine == (
        "en-vigueur", "convention-2024", "reglement-arbitral-2023", "convention-2016",
    )  # fmt: skip
    option = textes_connus()["proposition-2024-02-08-option-1"]
    assert option.chaine[:2] == ("proposition-2024-02-08-option-1", "proposition-2024-02-08")
    assert "convention-2024" not in option.chaine


@pytest.mark.parametrize(
    ("contenu", "juste"),
    [
        (f"nom: a\nbase: en-vigueur\nfigures: {{{NOM}: {{{FIGURE}: 100}}}}", True),
        (f"figures: {{{NOM}: {{{FIGURE}: {{valeur: 100, du: 2026-01-01, reference: notre demande}}}}}}", True),
        (f"figures: {{{NOM}: {{{FIGURE}: [{{valeur: 100, au: 2026-12-31}}]}}}}", True),
        (f"figures: {{{NOM}: {{mois_des_versements: [3, 6, 9, 12]}}}}", True),
        (f"figures: {{{NOM}: {{{FIGURE}: supprime}}}}", True),
        (f"titre: a\nfigures: {{{NOM}: {{{FIGURE}: 100}}}}", False),
        (f"figures: {{{NOM}: {{{FIGURE}: {{du: 2026-01-01}}}}}}", False),
        (f"figures: {{{NOM}: {{{FIGURE}: {{valeur: 1, depuis: 2026-01-01}}}}}}", False),
        (f"figures: {{{NOM}: {{{FIGURE}: [{{valeur: 1, statut: voulu}}]}}}}", False),
        (f"figures: {{{NOM}: 3}}", False),
        ("figures: 3", False),
    ],
)
def test_le_schema_d_un_scenario_dit_comme_le_chargeur(tmp_path: Path, contenu: str, juste: bool) -> None:
    assert bool(list(SCHEMA.iter_errors(en_json(contenu)))) != juste
    chemin = ecrire(tmp_path, contenu)
    if juste:
        trouver_texte(chemin)
    else:
        with pytest.raises(Erreurs):
            trouver_texte(chemin)
