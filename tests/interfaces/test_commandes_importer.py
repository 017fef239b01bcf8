"""The commands that import, as one types them: good input, bad input, what is written and what is not."""

import json
import sys
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from convmed.interfaces import cli

EXEMPLE = Path(__file__).parents[2] / "exemples" / "snds"


@pytest.fixture
def lancer(monkeypatch, capsys):
    def lancer(*arguments):
        monkeypatch.setattr(sys, "argv", ["convmed", "importer", *map(str, arguments)])
        with pytest.raises(SystemExit) as fin:
            cli.principal()
        sorti = capsys.readouterr()
        return fin.value.code or 0, sorti.out, sorti.err

    return lancer


def test_l_aide_est_en_francais():
    aide = CliRunner().invoke(cli.application, ["importer", "snds", "--help"]).output
    assert "--flux-jusqu-au" in aide and "Exercice" in aide


def test_le_snds(lancer, tmp_path):
    code, sortie, erreurs = lancer("snds", EXEMPLE, "--sortie", tmp_path / "extrait")
    assert (code, erreurs) == (0, "")
    assert "patients : 82" in sortie and "écartées : décédées : moins de 11" in sortie and "sans ER_ETE_F" in sortie
    assert json.loads((tmp_path / "extrait" / "extrait.json").read_text("utf-8"))["origine"] == "snds"
    code, sortie, _ = lancer("snds", EXEMPLE, "--sortie", tmp_path / "extrait", "--format", "json")
    rapport = json.loads(sortie)
    assert code == 0 and rapport["comptes"]["patients"] == 82 and rapport["etat_au"] == "2025-12-31"


def test_les_options_du_snds(lancer, tmp_path):
    code, sortie, _ = lancer(
        "snds", EXEMPLE, "--sortie", tmp_path / "e", "--annee", "2027", "--etat-au", "2026-06-30", "--soins-jusqu-au", "2026-12-31",
        "--flux-jusqu-au", "2026-12", "--sans", "er_cam_f", "--format", "json",
    )  # fmt: skip
    rapport = json.loads(sortie)
    assert (code, rapport["annee"], rapport["etat_au"], rapport["flux_jusqu_au"]) == (0, 2027, "2026-06-30", "2026-12-31")
    assert "ER_CAM_F" in rapport["renoncements"] and rapport["non_lus"] == ["ER_CAM_F.csv", "LISEZMOI.md"]


def test_toutes_les_fautes_du_snds_et_rien_d_ecrit(lancer, tmp_path):
    code, sortie, erreurs = lancer("snds", EXEMPLE, "--sortie", tmp_path / "e", "--etat-au", "hier", "--flux-jusqu-au", "2026-13")
    assert (code, sortie) == (2, "") and "--etat-au" in erreurs and "--flux-jusqu-au" in erreurs
    code, sortie, erreurs = lancer("snds", tmp_path, "--sortie", tmp_path / "e")
    assert (code, sortie) == (2, "") and erreurs.count("Erreur") == 8 and not (tmp_path / "e").exists()


def test_sans_sortie(lancer):
    code, _, erreurs = lancer("snds", EXEMPLE)
    assert code == 2 and "--sortie" in erreurs


def test_le_zonage_puis_l_annuaire(lancer, tmp_path):
    (tmp_path / "ars.csv").write_text("Code;Libellé;Zonage_MG\n35238;Rennes;2_ZAC\n13055;Marseille;3_QPV_ZIP\n", "utf-8")
    code, sortie, _ = lancer("zonage", tmp_path / "ars.csv")
    assert code == 0 and sortie.startswith("2 communes : 0 en ZIP, 1 en ZAC, 0 hors zone,")
    code, sortie, _ = lancer("zonage", tmp_path / "ars.csv", "--sortie", tmp_path / "zones.csv")
    assert (code, sortie) == (0, "")
    assert (tmp_path / "zones.csv").read_text("utf-8") == "commune;libelle;zone;qpv\n13055;Marseille;;\n35238;Rennes;zac;\n"
    entetes = "ps_activite_nom;ps_activite_prenom;type_ps_code;specialite_code;secteur_conventionnel_code;option_tarifaire_libelle;coordonnees_code_postal;coordonnees_ville"
    lignes = [f"NOM{rang};A;1;01;1;;35000;RENNES" for rang in range(6)] + ["SEUL;B;1;07;3;OPTAM;13001;MARSEILLE 01"]
    (tmp_path / "ps.csv").write_text("\n".join([entetes, *lignes]), "utf-8")
    code, sortie, _ = lancer("annuaire", tmp_path / "ps.csv", "--zonage", tmp_path / "zones.csv", "--format", "json")
    lu = json.loads(sortie)
    assert (lu["medecins"], lu["sans_zone"]) == (7, 1)
    assert [ligne["medecins"] for ligne in lu["repartition"]] == [6, "moins de 5"]
    assert "moins de 5" in lancer("annuaire", tmp_path / "ps.csv")[1]
    lancer("annuaire", tmp_path / "ps.csv", "--zonage", tmp_path / "zones.csv", "--sortie", tmp_path / "m.parquet")
    assert pl.read_parquet(tmp_path / "m.parquet")["zone"].drop_nulls().to_list() == ["zac"] * 6
    code, _, erreurs = lancer("annuaire", tmp_path / "ps.csv", "--format", "parquet")
    assert code == 2 and "--sortie" in erreurs


DAMIR = "FLX_ANN_MOI;PRS_NAT;PSE_SPE_SNDS;PRS_REM_TYP;FLT_ACT_QTE;FLT_PAI_MNT;FLT_REM_MNT;FLT_DEP_MNT"


def damir(tmp_path, mois, *lignes, colonnes=None):
    from convmed.donnees.damir import AUTRES_COLONNES

    autres = AUTRES_COLONNES if colonnes is None else colonnes
    chemin = tmp_path / f"A{mois}.csv"
    suite = "".join(f";{nom}" for nom in autres)
    chemin.write_text("\n".join([DAMIR + suite, *(f"{mois};{ligne}{';0' * len(autres)}" for ligne in lignes)]) + "\n", "utf-8")
    return chemin


def test_open_damir(lancer, tmp_path):
    janvier = damir(tmp_path, "202601", "1111;1;0;10;300;210.5;0", "1173;1;0;0;5;5;0")
    fevrier = damir(tmp_path, "202602", "1173;1;0;0;7.25;7.25;0")
    code, sortie, _ = lancer("damir", janvier, fevrier, "--verifier", "--format", "json")
    lu = json.loads(sortie)
    assert code == 0 and lu["mois"] == ["2026-01", "2026-02"]
    assert [(n["nature"], n["remboursement"]) for n in lu["natures"]] == [(1111, 210.5), (1173, 12.25)]
    assert {"dispositif": "forfait-medecin-traitant", "depense": 12.25, "remboursement": 12.25} in lu["dispositifs"]
    assert "CONSULTATION COTEE C" in lancer("damir", janvier)[1]
    _, sortie, _ = lancer("damir", janvier, "--format", "csv")
    assert sortie.splitlines()[1] == "1111;C;CONSULTATION COTEE C;1;10;300.00;210.50;0.00"


def test_open_damir_a_cote_d_une_simulation(lancer, tmp_path):
    janvier = damir(tmp_path, "202601", "1173;1;0;0;5;5;0")
    simulation = tmp_path / "s.json"
    simulation.write_text('{"par_dispositif": [{"dispositif": "forfait-medecin-traitant", "texte": 6.5, "contre": 0}]}', "utf-8")
    _, sortie, _ = lancer("damir", janvier, "--simulation", simulation, "--format", "json")
    ligne = json.loads(sortie)["dispositifs"][0]
    assert (ligne["remboursement"], ligne["simule"]) == (5.0, 6.5)
    simulation.write_text("{}", "utf-8")
    assert "par_dispositif" in lancer("damir", janvier, "--simulation", simulation)[2]


def test_open_damir_qui_ne_se_verifie_pas(lancer, tmp_path):
    fichiers = [damir(tmp_path, "202601", "1111;1;0;1;1;1;0"), damir(tmp_path, "202603", "1111;1;0;1;1;1;0", colonnes=())]
    assert lancer("damir", *fichiers)[0] == 0
    code, sortie, erreurs = lancer("damir", *fichiers, "--verifier")
    assert (code, sortie) == (2, "") and "2026-02 : ce mois manque" in erreurs and "colonnes du schéma absentes" in erreurs
    assert lancer("damir")[0] == 2
